/* The state file's own promises, one by one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pentad/runtime/state.h>

struct file {
    char path[64];
    struct pt_state *s;
    struct pt_err err;
};

static void setting(struct file *f) {
    memset(f, 0, sizeof *f);
    snprintf(f->path, sizeof f->path, "/tmp/pentad-state-XXXXXX");
    int fd = mkstemp(f->path);
    cr_assert_geq(fd, 0);
    close(fd);
    cr_assert_eq(pt_state_open(f->path, false, &f->s, &f->err), 0, "%s", f->err.msg);
}

static void reopen(struct file *f) {
    pt_state_free(f->s);
    cr_assert_eq(pt_state_open(f->path, false, &f->s, &f->err), 0, "%s", f->err.msg);
}

static void done(struct file *f) {
    char more[80];
    pt_state_free(f->s);
    unlink(f->path);
    snprintf(more, sizeof more, "%s-wal", f->path);
    unlink(more);
    snprintf(more, sizeof more, "%s-shm", f->path);
    unlink(more);
}

static int add(struct file *f, uint64_t seq, const char *type, const char *doc_no) {
    static const uint8_t hash[32] = {5};
    const struct pt_outbox_record r = {.seq = seq,
                                       .type = type,
                                       .doc_no = doc_no,
                                       .day = 20190101,
                                       .hash = hash,
                                       .bytes = pt_span_str("bytes"),
                                       .origin = "file.csv:7"};
    return pt_outbox_add(f->s, &r, &f->err);
}

static void begin(struct file *f) {
    cr_assert_eq(pt_state_begin(f->s, &f->err), 0, "%s", f->err.msg);
}

static void commit(struct file *f) {
    cr_assert_eq(pt_state_commit(f->s, &f->err), 0, "%s", f->err.msg);
}

Test(state, a_transaction_that_was_not_committed_left_nothing) {
    struct file f;
    uint64_t next;
    int64_t v;
    setting(&f);
    begin(&f);
    cr_assert_eq(add(&f, 1, "X01", "N1"), 0);
    cr_assert_eq(pt_state_set_int(f.s, "closed_day", 20190101, &f.err), 0);
    pt_state_free(f.s); /* as a process that ends */
    cr_assert_eq(pt_state_open(f.path, false, &f.s, &f.err), 0);
    cr_assert_eq(pt_outbox_next_seq(f.s, &next, &f.err), 0);
    cr_assert_eq(next, 1);
    cr_assert_eq(pt_state_get_int(f.s, "closed_day", -7, &v, &f.err), 0);
    cr_assert_eq(v, -7);
    begin(&f);
    cr_assert_eq(add(&f, 1, "X01", "N1"), 0);
    cr_assert_eq(add(&f, 1, "X01", "N1"), PT_E_STORE, "a sequence number is given once");
    commit(&f);
    reopen(&f);
    cr_assert_eq(pt_outbox_next_seq(f.s, &next, &f.err), 0);
    cr_assert_eq(next, 2);
    done(&f);
}

Test(state, another_file_is_refused) {
    struct file f;
    struct pt_state *s = NULL;
    setting(&f);
    pt_state_free(f.s);
    f.s = NULL;
    FILE *out = fopen(f.path, "w");
    for (int i = 0; i < 500; i++) {
        fprintf(out, "this is no database, only text of some length\n");
    }
    fclose(out);
    cr_assert_lt(pt_state_open(f.path, false, &s, &f.err), 0);
    cr_assert_null(s);
    cr_assert(strstr(f.err.msg, f.path), "%s", f.err.msg);
    cr_assert_lt(pt_state_open("/nonexistent/x", true, &s, &f.err), 0);
    done(&f);
}

static struct pt_batch_row batch(uint64_t first, uint8_t id) {
    struct pt_batch_row b = {.first_seq = first, .count = 10, .state = PT_BATCH_SIGNED};
    b.statement_hash[0] = id;
    return b;
}

Test(state, batches_go_their_way) {
    struct file f;
    struct pt_batch_row b, got;
    struct pt_state_counts k;
    struct pt_buf env;
    int64_t times;
    setting(&f);
    pt_buf_init(&env, 1000);
    cr_assert_eq(pt_batches_open(f.s, &got, NULL, &f.err), PT_E_NOT_FOUND);
    cr_assert_eq(pt_batches_last(f.s, &got, &f.err), PT_E_NOT_FOUND);
    begin(&f);
    b = batch(1, 1);
    cr_assert_eq(pt_batches_add(f.s, &b, pt_span_str("one"), &f.err), 0);
    cr_assert_eq(pt_batches_open(f.s, &got, &env, &f.err), 0);
    cr_assert(pt_span_eq(pt_buf_span(&env), pt_span_str("one")));
    cr_assert_eq(got.followed_index, -1);
    cr_assert_eq(pt_batches_receipted(f.s, b.statement_hash, 7, pt_span_str("receipt"), &f.err), 0);
    cr_assert_eq(pt_batches_followed(f.s, b.statement_hash, 7, &f.err), 0);
    /* refused, superseded, refused again, superseded, receipted */
    for (uint8_t id = 2; id < 4; id++) {
        b = batch(11, id);
        cr_assert_eq(pt_batches_add(f.s, &b, pt_span_str("again"), &f.err), 0);
        cr_assert_eq(pt_batches_refused(f.s, &got, NULL, &f.err), PT_E_NOT_FOUND,
                     "one that is under way is not to be cut again");
        cr_assert_eq(pt_batches_refuse(f.s, b.statement_hash, pt_span_str("no"),
                                       id == 3 ? "wrong_root" : NULL, &f.err),
                     0);
        cr_assert_eq(pt_batches_refused(f.s, &got, NULL, &f.err), 0);
        cr_assert_eq(got.statement_hash[0], id, "the newest is the one to supersede");
        cr_assert_str_eq(got.refused_code, id == 3 ? "wrong_root" : "");
    }
    cr_assert_eq(pt_batches_times_refused(f.s, 11, &times, &f.err), 0);
    cr_assert_eq(times, 2);
    cr_assert_eq(pt_state_counts(f.s, &k, &f.err), 0);
    cr_assert_eq(k.refused_open, 1, "one place, though refused twice");
    b = batch(11, 4);
    cr_assert_eq(pt_batches_add(f.s, &b, pt_span_str("last"), &f.err), 0);
    cr_assert_eq(pt_batches_receipted(f.s, b.statement_hash, 9, pt_span_str("receipt"), &f.err), 0);
    commit(&f);
    reopen(&f);
    cr_assert_eq(pt_state_counts(f.s, &k, &f.err), 0);
    cr_assert_eq(k.refused, 2);
    cr_assert_eq(k.refused_open, 0, "another took their place");
    cr_assert_eq(pt_batches_refused(f.s, &got, NULL, &f.err), PT_E_NOT_FOUND);
    cr_assert_eq(pt_batches_last(f.s, &got, &f.err), 0);
    cr_assert_eq(got.first_seq, 11);
    cr_assert_eq(got.log_index, 9);
    b = batch(1, 1);
    cr_assert_eq(pt_batches_find(f.s, b.statement_hash, &got, &f.err), 0);
    cr_assert_eq(got.followed_index, 7);
    b = batch(1, 77);
    cr_assert_eq(pt_batches_find(f.s, b.statement_hash, &got, &f.err), PT_E_NOT_FOUND);
    pt_buf_done(&env);
    done(&f);
}

static int count_noted(void *ctx, const struct pt_dead_letter *d) {
    *(int *)ctx += d->noted;
    return 0;
}

/* How many of the dead letters are noted, and what is said of the others. */
static int noted(struct file *f, bool zh, char needs[PT_STATE_NEEDS_MAX]) {
    struct pt_state_counts k;
    int n = 0;
    cr_assert_eq(pt_state_counts(f->s, &k, &f->err), 0, "%s", f->err.msg);
    cr_assert_eq(pt_dead_letter_each(f->s, count_noted, &n, &f->err), 0, "%s", f->err.msg);
    cr_assert_eq(k.dead_letters - k.dead_open, n);
    pt_state_needs(&k, zh, needs);
    return n;
}

Test(state, dead_letters_need_somebody_until_they_are_noted) {
    const struct pt_dead_letter d = {.file = "a.csv", .row = 7, .code = "bad_row"};
    char needs[PT_STATE_NEEDS_MAX];
    struct file f;
    int64_t n;
    setting(&f);
    cr_assert_eq(noted(&f, false, needs), 0);
    cr_assert_str_empty(needs);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(pt_dead_letter_add(f.s, &d, &f.err), 0);
    }
    cr_assert_eq(noted(&f, false, needs), 0);
    cr_assert_eq(strncmp(needs, "2 dead letters ", 15), 0, "%s", needs);
    cr_assert_eq(noted(&f, true, needs), 0);
    cr_assert_eq(strncmp(needs, "2条死信待处理", strlen("2条死信待处理")), 0, "%s", needs);
    cr_assert_eq(pt_dead_letter_note(f.s, 5, &n, &f.err), 0, "%s", f.err.msg);
    cr_assert_eq(n, 2);
    reopen(&f);
    cr_assert_eq(noted(&f, false, needs), 2);
    cr_assert_str_empty(needs);
    cr_assert_eq(pt_dead_letter_add(f.s, &d, &f.err), 0);
    cr_assert_eq(noted(&f, false, needs), 2, "a later one is nobody's yet");
    cr_assert_eq(strncmp(needs, "1 dead letter ", 14), 0, "%s", needs);
    done(&f);
}

Test(state, the_file_of_a_folder) {
    struct pt_state *s = NULL;
    struct pt_err err = {0};
    char dir[] = "/tmp/pentad-folder-XXXXXX", path[64];
    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(pt_state_open_in(dir, PT_STATE_READ, &s, &err), PT_E_NOT_FOUND);
    cr_assert_eq(pt_state_open_in(dir, PT_STATE_CHANGE, &s, &err), PT_E_NOT_FOUND);
    cr_assert_null(s, "and none is made");
    cr_assert_eq(pt_state_open_in(dir, PT_STATE_MAKE, &s, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_state_set_int(s, "x", 5, &err), 0);
    pt_state_free(s);
    cr_assert_eq(pt_state_open_in(dir, PT_STATE_READ, &s, &err), 0, "%s", err.msg);
    cr_assert_lt(pt_state_set_int(s, "x", 6, &err), 0, "it is only read");
    pt_state_free(s);
    snprintf(path, sizeof path, "%s/connector.db", dir);
    unlink(path);
    rmdir(dir);
}

Test(state, references) {
    struct file f;
    struct pt_ref_row ref = {.stream = "main", .seq = 5}, got;
    setting(&f);
    ref.hash[0] = 1;
    cr_assert_eq(pt_refs_add(f.s, "audit", "A03", "济审〔2019〕1号", &ref, &f.err), 0);
    ref.seq = 6;
    cr_assert_eq(pt_refs_add(f.s, "audit", "A02", "济审〔2019〕1号", &ref, &f.err), 0);
    cr_assert_eq(pt_refs_find(f.s, "audit", "A03", "济审〔2019〕1号", &got, &f.err), 0);
    cr_assert_eq(got.seq, 5);
    cr_assert_eq(pt_refs_find(f.s, "audit", "", "济审〔2019〕1号", &got, &f.err), 0);
    cr_assert_str_eq(got.type, "A02");
    cr_assert_eq(pt_refs_find(f.s, "finance", "A03", "济审〔2019〕1号", &got, &f.err),
                 PT_E_NOT_FOUND);
    /* The newest of a document number counts. */
    ref.seq = 9;
    cr_assert_eq(pt_refs_add(f.s, "audit", "A03", "济审〔2019〕1号", &ref, &f.err), 0);
    cr_assert_eq(pt_refs_find(f.s, "audit", "A03", "济审〔2019〕1号", &got, &f.err), 0);
    cr_assert_eq(got.seq, 9);
    cr_assert_eq(pt_refs_drop(f.s, "audit", "main", 9, &f.err), 0);
    cr_assert_eq(pt_refs_find(f.s, "audit", "A03", "济审〔2019〕1号", &got, &f.err),
                 PT_E_NOT_FOUND);
    done(&f);
}

Test(state, deferred_rows_come_when_their_record_is_there) {
    struct file f;
    struct pt_buf hold;
    struct pt_deferred_row row = {.source = "s",
                                  .file = "f.csv",
                                  .line = 4,
                                  .since = 20190101,
                                  .want_party = "audit",
                                  .want_type = "A03",
                                  .want_doc_no = "D1",
                                  .packed = pt_span_str("row")},
                           got;
    struct pt_ref_row ref = {.stream = "main", .seq = 5};
    setting(&f);
    pt_buf_init(&hold, 4096);
    begin(&f);
    cr_assert_eq(pt_deferred_add(f.s, &row, &f.err), 0);
    row.want_doc_no = "D2";
    row.want_type = "";
    cr_assert_eq(pt_deferred_add(f.s, &row, &f.err), 0);
    cr_assert_eq(pt_deferred_next(f.s, "s", 0, 20190101, &hold, &got, &f.err), PT_E_NOT_FOUND);
    cr_assert_eq(pt_refs_add(f.s, "audit", "A02", "D1", &ref, &f.err), 0);
    cr_assert_eq(pt_deferred_next(f.s, "s", 0, 20190101, &hold, &got, &f.err), PT_E_NOT_FOUND,
                 "of another type");
    cr_assert_eq(pt_refs_add(f.s, "audit", "A02", "D2", &ref, &f.err), 0);
    cr_assert_eq(pt_deferred_next(f.s, "s", 0, 20190101, &hold, &got, &f.err), 0);
    cr_assert_str_eq(got.want_doc_no, "D2");
    cr_assert(pt_span_eq(got.packed, pt_span_str("row")));
    cr_assert_eq(got.since, 20190101);
    int64_t id = got.id;
    cr_assert_eq(pt_deferred_wait(f.s, id, "audit", "A04", "D9", &f.err), 0);
    cr_assert_eq(pt_deferred_next(f.s, "s", 0, 20190101, &hold, &got, &f.err), PT_E_NOT_FOUND);
    cr_assert_eq(pt_deferred_next(f.s, "s", 0, 20190102, &hold, &got, &f.err), 0, "waits too long");
    cr_assert_eq(pt_deferred_next(f.s, "s", got.id, 20190102, &hold, &got, &f.err), 0);
    cr_assert_eq(got.id, id);
    cr_assert_eq(pt_deferred_drop(f.s, id, &f.err), 0);
    cr_assert_eq(pt_deferred_next(f.s, "other", 0, 20190102, &hold, &got, &f.err), PT_E_NOT_FOUND);
    commit(&f);
    pt_buf_done(&hold);
    done(&f);
}

Test(state, staged_records_come_on_their_day_in_order) {
    struct file f;
    struct pt_buf hold;
    struct pt_waiting row = {.type = "X01", .doc_no = "", .origin = "o"}, got = {0};
    static const int32_t days[] = {20190103, 20190101, 0, 20190101};
    static const char *const want[] = {"2", "1", "3", "0"};
    char text[2] = "0";
    setting(&f);
    pt_buf_init(&hold, 4096);
    begin(&f);
    for (int i = 0; i < 4; i++) {
        text[0] = (char)('0' + i);
        row.due = days[i];
        row.record = pt_span_str(text);
        cr_assert_eq(pt_staged_add(f.s, &row, &f.err), 0);
    }
    for (int i = 0; i < 4; i++) {
        int rc = pt_staged_next(f.s, i < 3 ? 20190102 : 20190103, &hold, &got, &f.err);
        cr_assert_eq(rc, 0);
        cr_assert(pt_span_eq(got.record, pt_span_str(want[i])), "%d", i);
        cr_assert(i == 1 || pt_staged_drop(f.s, got.id, &f.err) == 0);
    }
    cr_assert_eq(pt_staged_next(f.s, 20990101, &hold, &got, &f.err), PT_E_NOT_FOUND);
    got = (struct pt_waiting){0};
    cr_assert_eq(pt_staged_next(f.s, 20990101, &hold, &got, &f.err), 0);
    cr_assert(pt_span_eq(got.record, pt_span_str(want[1])), "what wasn't dropped stays");
    commit(&f);
    pt_buf_done(&hold);
    done(&f);
}

/* "a" a clue of audit's, "A" a dummy of its, "u" an urgent one; "f" and "F" finance's. */
Test(state, a_count_of_clues_may_tell_which_they_are) {
    static const struct {
        const char *clues;
        bool tells;
    } cases[] = {
        {"", false},        {"a", false},        {"aaA", true},     {"aaaA", false},
        {"uuuA", true},     {"aaauA", false},    {"fffaaA", true}, /* finance hides nothing */
        {"fffFaaA", true},  {"fffFaaaA", false}, {"ffFaaaA", true}, {"fffFA", true},
        {"fffFaaa", false},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct file f;
        bool tells, fresh;
        setting(&f);
        begin(&f);
        for (size_t i = 0; cases[k].clues[i]; i++) {
            char c = cases[k].clues[i];
            struct pt_clue_row row = {
                .sent_at_ms = 100, .dummy = c == 'A' || c == 'F', .urgent = c == 'u'};
            (void)snprintf(row.sender, sizeof row.sender, "%s",
                           c == 'f' || c == 'F' ? "finance" : "audit");
            row.id[0] = (uint8_t)i;
            cr_assert_eq(pt_clues_add(f.s, &row, &fresh, &f.err), 0);
        }
        cr_assert_eq(pt_clues_count_tells(f.s, 100, 101, 3, &tells, &f.err), 0);
        cr_expect_eq(tells, cases[k].tells, "%s", cases[k].clues);
        cr_assert_eq(pt_clues_count_tells(f.s, 0, 100, 3, &tells, &f.err), 0);
        cr_expect_not(tells, "nothing was sent then");
        commit(&f);
        done(&f);
    }
}

static int count_evidence(void *ctx, const struct pt_evidence_row *e) {
    (void)e;
    ++*(int *)ctx;
    return 0;
}

Test(state, evidence_is_kept_once_and_not_for_ever) {
    static const uint32_t pieces = 40, room = 32;
    struct file f;
    bool kept;
    int n = 0;
    setting(&f);
    for (uint32_t i = 0; i < pieces; i++) {
        for (int twice = 0; twice < 2; twice++) {
            cr_assert_eq(pt_evidence_add(f.s, 1, PT_E_FORMAT, "answers", "what",
                                         pt_span(&i, sizeof i), &kept, &f.err),
                         0);
            cr_assert_eq(kept, i < room);
        }
    }
    cr_assert_eq(pt_evidence_each(f.s, count_evidence, &n, &f.err), 0);
    cr_assert_eq(n, (int)room);
    cr_assert_eq(
        pt_evidence_add(f.s, 1, PT_E_FORK, "answers", "what", pt_span("x", 1), &kept, &f.err), 0);
    cr_assert(kept, "junk leaves room for what was signed");
    cr_assert_eq(
        pt_evidence_add(f.s, 1, PT_E_PROOF, "answers", "what", pt_span("x", 1), &kept, &f.err), 0);
    cr_assert(kept, "the same bytes, under another code");
    cr_assert_eq(
        pt_evidence_add(f.s, 1, PT_E_FORMAT, "audit", "what", pt_span("y", 1), &kept, &f.err), 0);
    cr_assert(kept, "and for what is about something else, under the same code");
    cr_assert_eq(pt_evidence_each(f.s, count_evidence, &n, &f.err), 0);
    cr_assert_eq(n, 32 + 34, "are one piece");
    done(&f);
}

Test(state, is_for_its_owner_alone) {
    struct file f;
    struct stat st;
    setting(&f);
    pt_state_free(f.s);
    cr_assert_eq(unlink(f.path), 0);
    mode_t before = umask(0);
    cr_assert_eq(pt_state_open(f.path, false, &f.s, &f.err), 0, "%s", f.err.msg);
    (void)umask(before);
    cr_assert_eq(stat(f.path, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    done(&f);
}

#define DAY_MS INT64_C(86400000)

static int64_t letters_left(struct file *f, int64_t now_ms) {
    struct pt_state_counts k;
    begin(f);
    cr_assert_eq(pt_dead_letter_prune(f->s, now_ms, &f->err), 0, "%s", f->err.msg);
    commit(f);
    cr_assert_eq(pt_state_counts(f->s, &k, &f->err), 0, "%s", f->err.msg);
    return k.dead_letters;
}

Test(state, dead_letters_go_a_year_after_they_were_noted) {
    const struct pt_dead_letter d = {.file = "a.csv", .row = 7, .code = "bad_row"};
    const int64_t now = 1546300800000;
    char needs[PT_STATE_NEEDS_MAX];
    struct file f;
    int64_t n;
    setting(&f);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(pt_dead_letter_add(f.s, &d, &f.err), 0);
        if (i == 2 || i == 3) { /* three of them, then a fourth half a year later */
            cr_assert_eq(pt_dead_letter_note(f.s, now + (i - 2) * 180 * DAY_MS, &n, &f.err), 0);
        }
    }
    cr_expect_eq(letters_left(&f, now + 366 * DAY_MS), 5, "a year");
    cr_expect_eq(letters_left(&f, now + 367 * DAY_MS), 2);
    cr_expect_eq(letters_left(&f, now + 3000 * DAY_MS), 1, "what nobody has dealt with stays");
    cr_expect_eq(noted(&f, false, needs), 0);
    cr_assert_eq(pt_dead_letter_note(f.s, now, &n, &f.err), 0);
    cr_expect_eq(n, 1);
    cr_expect_eq(letters_left(&f, now + 3000 * DAY_MS), 1, "the newest keeps its number");
    cr_assert_eq(pt_dead_letter_add(f.s, &d, &f.err), 0);
    cr_expect_eq(noted(&f, false, needs), 1);
    cr_expect_eq(strncmp(needs, "1 dead letter ", 14), 0, "the next one is nobody's yet: %s",
                 needs);
    done(&f);
}

/* As an older program left them: it kept up to which one, and not when. */
Test(state, dead_letters_noted_before_are_kept_a_year_from_now_on) {
    const struct pt_dead_letter d = {.file = "a.csv", .row = 7, .code = "bad_row"};
    struct file f;
    setting(&f);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(pt_dead_letter_add(f.s, &d, &f.err), 0);
    }
    cr_assert_eq(pt_state_set_int(f.s, "dead_noted", 2, &f.err), 0);
    cr_expect_eq(letters_left(&f, 10 * DAY_MS), 3);
    cr_expect_eq(letters_left(&f, 376 * DAY_MS), 3);
    cr_expect_eq(letters_left(&f, 377 * DAY_MS), 1);
    done(&f);
}

/* ---- alarms -----------------------------------------------------------------------------------
 */

Test(state, an_alarm_says_what_it_means_in_chinese_too) {
    char said[PT_ALARM_SAID_MAX];
    cr_expect_str_eq(pt_alarm_say("rolled_back", "the log is shorter", false, said),
                     "the log is shorter");
    cr_expect_str_eq(pt_alarm_say("rolled_back", "the log is shorter", true, said),
                     "枢纽日志比此处已核验的短，被回退：the log is shorter");
    /* Those with an error's code say that code's text. */
    char text[256];
    (void)snprintf(text, sizeof text, "%s：two trees", pt_err_text(PT_E_FORK, true));
    cr_expect_str_eq(pt_alarm_say("fork", "two trees", true, said), text);
}
