#include "brief_evidence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/file.h>
#include <pentad/brief/brief.h>
#include <pentad/proof/checkpoint.h>
#include <pentad/record/party.h>
#include <pentad/record/visible.h>

#include "brief_file.h"
#include "own_ledger.h"
#include "steps.h"

enum { STEPS_MAX = 8, WHAT_MAX = 320, PLACE_MAX = 160 };

struct step {
    const char *name;
    bool ok;
    char what[WHAT_MAX];
};

/* One verification. */
struct check {
    struct pt_trust trust;
    struct cli_own own;
    Pentad__V1__EvidenceBrief *head;
    FILE *file;
    json_t *brief; /* as it was made here */
    struct step steps[STEPS_MAX];
    size_t n, failed;
};

bool pt_cli_is_period(const char *text) {
    bool year = strspn(text, "0123456789") == 4 && text[4] == '-';
    bool month = year && strspn(text + 5, "0123456789") == 2 && text[7] == '\0' &&
                 strcmp(text + 5, "01") >= 0 && strcmp(text + 5, "12") <= 0;
    return month || (year && text[5] == 'Q' && strspn(text + 6, "1234") == 1 && text[7] == '\0');
}

/* ---- two briefs ---- */

/* Where the two first differ: a path such as sections[3].blocks[1].rows[0], or "". */
static void difference(const json_t *a, const json_t *b, char at[PLACE_MAX]) {
    size_t len = strlen(at), i = 0;
    const char *key;
    const json_t *x;
    if (json_equal(a, b) || json_typeof(a) != json_typeof(b)) {
        return;
    }
    if (json_is_object(a) && json_object_size(a) == json_object_size(b)) {
        json_object_foreach((json_t *)(uintptr_t)a, key, x) {
            const json_t *y = json_object_get(b, key);
            if (y && !json_equal(x, y)) {
                (void)snprintf(at + len, PLACE_MAX - len, "%s%s", len ? "." : "", key);
                difference(x, y, at);
                return;
            }
        }
    } else if (json_is_array(a) && json_array_size(a) == json_array_size(b)) {
        json_array_foreach(a, i, x) {
            if (!json_equal(x, json_array_get(b, i))) {
                (void)snprintf(at + len, PLACE_MAX - len, "[%zu]", i);
                difference(x, json_array_get(b, i), at);
                return;
            }
        }
    }
}

/* The section about clues (BR9) out of a copy. Numbers of three and more stand there that only who
 * may read those discrepancies can count. */
static json_t *without_clues(const json_t *brief) {
    json_t *copy = json_deep_copy(brief);
    json_t *sections = json_object_get(copy, "sections");
    for (size_t i = json_array_size(sections); i > 0; i--) {
        const json_t *id = json_object_get(json_array_get(sections, i - 1), "id");
        if (json_is_string(id) && strcmp(json_string_value(id), "BR9") == 0) {
            (void)json_array_remove(sections, i - 1);
        }
    }
    return copy;
}

enum same { SAME, SAME_BUT_CLUES, OTHER };
static enum same compare(const json_t *theirs, const json_t *own, char at[PLACE_MAX]) {
    at[0] = '\0';
    if (json_equal(theirs, own)) {
        return SAME;
    }
    json_t *a = without_clues(theirs);
    json_t *b = without_clues(own);
    enum same same = a && b && json_equal(a, b) ? SAME_BUT_CLUES : OTHER;
    difference(theirs, own, at);
    json_decref(a);
    json_decref(b);
    return same;
}

/* ---- fetching ---- */

static int may_reproduce(const char *party, struct pt_err *err) {
    enum pt_visibility v = PT_VISIBLE_NONE;
    if (pt_visible_by_type(PT_TYPE_PAYMENT_BATCH, PT_PARTY_FINANCE, pt_party_from_name(party),
                           &v) &&
        v == PT_VISIBLE_FULL) {
        return 0;
    }
    return pt_err_set(err, PT_E_FORBIDDEN,
                      PT_SAY("%s has sums of payments alone, out of which no brief can be made: "
                             "ask as a body that reads payments",
                             "%s只能查阅支付合计，不足以生成简报：请由可查阅支付的一方查询"),
                      pt_cli_party(party));
}

/* The hub's brief as JSON, and the log size it is known at. */
static int fetch_brief(const struct cli_options *o, struct cli_hub *hub, const char *period,
                       json_t **ret, uint64_t *ret_known, struct pt_err *err) {
    struct pt_buf path;
    char first = '?';
    pt_buf_init(&path, 512);
    (void)pt_buf_printf(&path, "/v1/briefs/%s.json", period);
    pt_cli_query_add(&path, &first, "known_at", o->known_at);
    int rc = pt_cli_get_json(hub, pt_buf_cstr(&path), ret, err);
    pt_buf_done(&path);
    const char *known = rc == 0 ? json_string_value(json_object_get(*ret, "known_at")) : NULL;
    *ret_known = known && pt_cli_is_number(known) ? strtoull(known, NULL, 10) : 0;
    if (rc == 0 && *ret_known == 0) {
        rc = pt_err_set(
            err, PT_E_FORMAT,
            PT_SAY("the hub's brief doesn't say its log size", "枢纽的简报未注明日志长度"));
    }
    /* A draft lists what couldn't be decided at the moment, which nobody can find out later. */
    if (rc == 0 && json_is_true(json_object_get(*ret, "draft"))) {
        rc = pt_err_set(err, PT_E_NOT_FOUND,
                        PT_SAY("the brief of %s is a draft yet: it can be proven once it is final",
                               "%s的简报尚为草稿，定稿后方可证明"),
                        period);
    }
    return rc;
}

/* The smallest checkpoint with a quorum that covers `size` entries; where none has one the
 * published one, which a policy without witnesses takes. */
static int fetch_checkpoint(struct cli_hub *hub, uint64_t size, struct pt_buf *out,
                            struct pt_err *err) {
    char path[64];
    (void)snprintf(path, sizeof path, "/v1/cosigned?size=%" PRIu64, size);
    int rc = pt_http_client_get(hub->http, path, "text/plain", 0, out, NULL, err);
    if (rc == PT_E_NOT_FOUND) {
        pt_buf_reset(out);
        rc = pt_http_client_get(hub->http, "/checkpoint", "text/plain", 0, out, NULL, err);
    }
    return rc;
}

static int keep_page(void *ctx, struct pt_span page, struct pt_err *err) {
    return pt_brief_file_put(ctx, page, err);
}

struct fetching {
    struct cli_hub hub;
    struct pt_trust trust;
    struct cli_own own;
    FILE *pages;              /* of the log, until the head is known */
    struct pt_buf note, text; /* the checkpoint; the brief's bytes */
    struct pt_checkpoint checkpoint;
    json_t *brief, *own_brief;
    uint64_t known_at;
};

static int checkpoint_of(struct fetching *f, uint64_t size, struct pt_err *err) {
    struct pt_policy_verdict v;
    pt_buf_reset(&f->note);
    int rc = fetch_checkpoint(&f->hub, size, &f->note, err);
    return rc ? rc
              : pt_policy_open(f->trust.policy, pt_buf_span(&f->note), &f->trust.sv, &f->checkpoint,
                               &v, err);
}

static int fetch_head(const struct cli_options *o, const char *period, struct fetching *f,
                      struct pt_err *err) {
    int rc = pt_cli_hub_open(o, &f->hub, err);
    rc = rc ? rc : may_reproduce(f->hub.config->party, err);
    rc = rc ? rc : pt_cli_trust(o, &f->trust, err);
    rc = rc ? rc : fetch_brief(o, &f->hub, period, &f->brief, &f->known_at, err);
    rc = rc ? rc : checkpoint_of(f, f->known_at, err);
    if (rc != 0) {
        return rc;
    }
    char *text = json_dumps(f->brief, JSON_COMPACT | JSON_PRESERVE_ORDER);
    rc = text ? pt_buf_puts(&f->text, text) : PT_E_NOMEM;
    free(text);
    return rc;
}

static int pull(struct fetching *f, uint64_t size, struct pt_err *err) {
    return pt_cli_own_pull(&f->own, &f->hub, size, keep_page, f->pages, err);
}

/* The log as far as the brief knows it and, as that tells a final brief from a draft, to the tick
 * behind it; f->checkpoint covers both. */
static int fetch_log(struct fetching *f, struct pt_err *err) {
    struct pt_ledger_tick next = {0};
    int rc = pt_cli_own_open(&f->own, &f->trust, pt_party_from_name(f->hub.config->party),
                             ":memory:", err);
    rc = rc ? rc : pull(f, f->checkpoint.size, err);
    rc = rc ? rc : pt_ledger_next_tick(f->own.ledger, f->known_at, &next, err);
    while (rc == 0 && next.no == 0 && pt_follower_size(f->own.follower) < f->own.log_size) {
        rc = pull(f, pt_follower_size(f->own.follower) + 1, err);
        rc = rc ? rc : pt_ledger_next_tick(f->own.ledger, f->known_at, &next, err);
    }
    if (rc == 0 && next.log_size > f->checkpoint.size) {
        rc = checkpoint_of(f, next.log_size, err);
        rc = rc ? rc : pull(f, f->checkpoint.size, err);
    }
    return rc;
}

static int copy_pages(FILE *from, FILE *to, struct pt_err *err) {
    struct pt_buf page;
    int rc = 1;
    pt_buf_init(&page, PT_FOLLOWER_PAGE_MAX);
    rewind(from);
    while (rc == 1 && (rc = pt_brief_file_next(from, &page, err)) == 1) {
        int put = pt_brief_file_put(to, pt_buf_span(&page), err);
        rc = put ? put : 1;
    }
    pt_buf_done(&page);
    return rc;
}

static int write_file(const struct cli_options *o, const char *period, struct fetching *f,
                      struct pt_err *err) {
    Pentad__V1__EvidenceBrief head = PENTAD__V1__EVIDENCE_BRIEF__INIT;
    FILE *file = NULL;
    head.has_version = head.has_hub = head.has_known_at = head.has_brief = head.has_checkpoint = 1;
    head.version = 1;
    head.hub = (ProtobufCBinaryData){PT_HASH_LEN, f->trust.hub.b};
    head.reader = f->hub.config->party;
    head.period = (char *)(uintptr_t)period;
    head.known_at = f->known_at;
    head.brief = (ProtobufCBinaryData){f->text.len, f->text.p};
    head.checkpoint = (ProtobufCBinaryData){f->note.len, f->note.p};
    int rc = pt_brief_file_create(o->out, &head, &file, err);
    if (rc != 0) {
        return rc;
    }
    rc = copy_pages(f->pages, file, err);
    int ended = pt_brief_file_end(file, rc ? NULL : err);
    rc = rc ? rc : ended;
    if (rc != 0) {
        (void)unlink(o->out);
    }
    return rc;
}

int pt_cli_brief_fetch(const struct cli_options *o, const char *period, bool *ret_same,
                       struct pt_err *err) {
    struct fetching f = {0};
    char at[PLACE_MAX];
    pt_buf_init(&f.note, PT_NOTE_MAX);
    pt_buf_init(&f.text, CLI_ANSWER_MAX);
    f.pages = tmpfile();
    int rc = f.pages ? fetch_head(o, period, &f, err)
                     : pt_err_set(err, PT_E_IO, PT_SAY("a temporary file: %s", "临时文件：%s"),
                                  strerrordesc_np(errno));
    rc = rc ? rc : fetch_log(&f, err);
    rc = rc ? rc : write_file(o, period, &f, err);
    rc = rc ? rc : pt_brief_make(f.own.ledger, period, f.known_at, &f.own_brief, err);
    *ret_same = rc == 0 && compare(f.brief, f.own_brief, at) == SAME;
    json_decref(f.brief);
    json_decref(f.own_brief);
    if (f.pages) {
        (void)fclose(f.pages);
    }
    pt_cli_own_done(&f.own);
    pt_trust_done(&f.trust);
    pt_cli_hub_close(&f.hub);
    pt_buf_done(&f.text);
    pt_buf_done(&f.note);
    return rc;
}

/* ---- verifying ---- */

__attribute__((format(printf, 4, 5))) static void step(struct check *c, const char *name, bool ok,
                                                       const char *fmt, ...) {
    struct step *s = &c->steps[c->n < STEPS_MAX ? c->n++ : STEPS_MAX - 1];
    va_list ap;
    s->name = name;
    s->ok = ok;
    va_start(ap, fmt);
    (void)vsnprintf(s->what, sizeof s->what, fmt, ap);
    va_end(ap);
    c->failed += !ok;
}

static bool read_pages(struct check *c, uint64_t until, struct pt_err *err) {
    struct pt_buf page;
    uint64_t log_size;
    int rc = 1;
    pt_buf_init(&page, PT_FOLLOWER_PAGE_MAX);
    while (rc == 1 && (rc = pt_brief_file_next(c->file, &page, err)) == 1) {
        rc = pt_cli_own_page(&c->own, pt_buf_span(&page), &log_size, err) == 0 ? 1 : -1;
    }
    pt_buf_done(&page);
    if (rc == 0 && pt_follower_size(c->own.follower) < until) {
        rc = pt_err_set(
            err, PT_E_GAP,
            PT_SAY("the file's log ends at %" PRIu64 " entries", "文件中的日志止于%" PRIu64 "条"),
            pt_follower_size(c->own.follower));
    }
    return rc == 0;
}

/* The log as the file has it, every signature and hash, up to the cosigned checkpoint. */
static bool check_log(struct check *c) {
    const ProtobufCBinaryData *note = &c->head->checkpoint;
    struct pt_checkpoint point;
    struct pt_policy_verdict v;
    struct pt_hash root;
    int64_t received_ms;
    struct pt_err err = {0};
    enum pt_party reader = pt_party_from_name(c->head->reader);
    int rc = pt_policy_open(c->trust.policy, pt_span(note->data, note->len), &c->trust.sv, &point,
                            &v, &err);
    if (rc != 0 || point.size < c->head->known_at) {
        step(c, "checkpoint", false, "%s",
             rc ? err.msg
                : PT_SAY("the checkpoint is of fewer entries than the brief knows",
                         "检查点的条目少于简报所知"));
        return false;
    }
    rc = pt_cli_own_open(&c->own, &c->trust, reader, ":memory:", &err);
    c->own.until = point.size;
    if (rc != 0 || !read_pages(c, point.size, &err)) {
        step(c, "log", false, "%s", err.msg);
        return false;
    }
    step(c, "log", true,
         PT_SAY("%" PRIu64 " entries, each signed by a key live there, nothing missing; %" PRIu64
                " records, %" PRIu64 " more are not for %s",
                "%" PRIu64 "条日志，签名密钥在该处均有效，无缺失；%" PRIu64 "条记录，另有%" PRIu64
                "条不供%s查阅"),
         point.size, c->own.given, c->own.withheld, pt_cli_party(c->head->reader));
    rc = pt_follower_root_at(c->own.follower, point.size, &root, &received_ms);
    bool same = rc == 0 && pt_hash_eq(&root, &point.root);
    step(c, "checkpoint", same,
         same ? PT_SAY("they are the log's whose head of size %" PRIu64
                       " %d witnesses have cosigned",
                       "即该日志，其长度%" PRIu64 "的检查点有%d个见证人签名")
              : PT_SAY("the cosigned head of size %" PRIu64 " (%d witnesses) is another log's",
                       "长度%" PRIu64 "的检查点（%d个见证人）属于另一日志"),
         point.size, __builtin_popcountll(v.witnesses));
    return same;
}

static void check_brief(struct check *c) {
    struct pt_err err = {0};
    char at[PLACE_MAX];
    json_t *theirs = json_loadb((const char *)c->head->brief.data, c->head->brief.len,
                                JSON_REJECT_DUPLICATES, NULL);
    if (!theirs) {
        step(c, "brief", false, "%s",
             PT_SAY("the brief in the file can't be read", "文件中的简报无法读取"));
        return;
    }
    if (pt_brief_make(c->own.ledger, c->head->period, c->head->known_at, &c->brief, &err) != 0) {
        step(c, "brief", false, "%s", err.msg);
    } else {
        enum same same = compare(theirs, c->brief, at);
        step(
            c, "brief", same == SAME,
            same == SAME ? PT_SAY("made anew from these records it is the same, byte for byte (%s)",
                                  "由这些记录重新生成，逐字节相同（%s）")
            : same == SAME_BUT_CLUES
                ? PT_SAY("made anew it is the same but for the numbers about clues, which %s can't "
                         "count",
                         "重新生成，除%s无法计数的线索数字外均相同")
                : PT_SAY("made anew it is another: it differs at %s",
                         "重新生成的简报不同，首处在%s"),
            same == SAME             ? c->head->period
            : same == SAME_BUT_CLUES ? pt_cli_party(c->head->reader)
                                     : at);
    }
    json_decref(theirs);
}

/* The brief as it was made here, not as the file has it. */
static int write_out(const struct cli_options *o, const json_t *brief, struct pt_err *err) {
    struct pt_buf out;
    pt_buf_init(&out, CLI_ANSWER_MAX);
    char *text = o->html ? NULL : json_dumps(brief, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    int rc = o->html ? pt_brief_html(brief, o->english, &out, err)
             : text  ? pt_buf_puts(&out, text)
                     : PT_E_NOMEM;
    (void)pt_buf_putc(&out, '\n');
    rc = rc ? rc : pt_cli_output(o, pt_buf_span(&out), err);
    free(text);
    pt_buf_done(&out);
    return rc;
}

static void print_check(const struct cli_options *o, const struct check *c) {
    json_t *steps = json_array();
    for (size_t i = 0; i < c->n; i++) {
        const struct step *s = &c->steps[i];
        if (o->json) {
            (void)json_array_append_new(
                steps, json_pack("{s:s,s:b,s:s}", "step", s->name, "ok", s->ok, "what", s->what));
        } else if (!s->ok || !o->quiet) {
            pt_cli_step_begin(s->name, s->ok);
            pt_cli_print_shown(s->what, strlen(s->what));
            putchar('\n');
        }
    }
    if (o->json) {
        json_t *j = json_pack("{s:i,s:I,s:{s:s,s:s,s:I,s:s},s:O}", "exit_code", c->failed > 0,
                              "failed", (json_int_t)c->failed, "about", "kind", "brief", "name",
                              c->head->period, "known_at", (json_int_t)c->head->known_at, "reader",
                              c->head->reader, "steps", steps);
        (void)pt_cli_print_json(j);
        json_decref(j);
    } else {
        printf(PT_SAY("\n%s: %zu steps, %zu failed\n", "\n%s：共%zu步，%zu步未通过\n"),
               c->failed ? PT_SAY("NOT VERIFIED", "核验未通过") : PT_SAY("VERIFIED", "核验通过"),
               c->n, c->failed);
    }
    json_decref(steps);
}

/* What nothing signs is shown to people, and names a party. */
static bool usable(const Pentad__V1__EvidenceBrief *h, struct pt_err *err) {
    if (!pt_cli_is_period(h->period) || pt_party_from_name(h->reader) == PT_PARTY_NONE) {
        (void)pt_err_set(
            err, PT_E_FORMAT,
            PT_SAY("its head names no period, or no party", "文件头未写明期间或参与方"));
        return false;
    }
    return true;
}

int pt_cli_brief_verify(const struct cli_options *o, const char *path) {
    struct check c = {0};
    struct pt_err err = {0};
    int status = EXIT_UNUSABLE;
    int rc = pt_cli_trust(o, &c.trust, &err);
    c.file = fopen(path, "rbe");
    if (rc == 0 && !c.file) {
        rc = pt_err_set(&err, PT_E_NOT_FOUND, "%s: %s", path, strerrordesc_np(errno));
    }
    rc = rc ? rc : pt_brief_file_head(c.file, &c.head, &err);
    if (rc == 0 && usable(c.head, &err)) {
        if (check_log(&c)) {
            check_brief(&c);
        }
        status = c.failed ? EXIT_FAILED : EXIT_OK;
        print_check(o, &c);
        rc = o->out && c.brief ? write_out(o, c.brief, &err) : 0;
        status = rc ? pt_cli_fail(&err) : status;
    } else {
        (void)pt_cli_fail(&err);
    }
    json_decref(c.brief);
    pt_cli_own_done(&c.own);
    if (c.head) {
        pentad__v1__evidence_brief__free_unpacked(c.head, NULL);
    }
    if (c.file) {
        (void)fclose(c.file);
    }
    pt_trust_done(&c.trust);
    return status;
}
