/* H03: what each reader class can derive it finds again from what it reads, and nothing more. */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>
#include <jansson.h>

#include <pentad/ledger/snapshot.h>
#include <pentad/proof/evidence.h>
#include <pentad/replay/difference.h>
#include <pentad/sql/sql.h>

#include "readers.h"
#include "world.h"

#define WAN INT64_C(1000000)

static const char P1[] = "37010019R000000000001";
static const char P2[] = "37010019R000000000002";
static const char DEPT1[] = "11370100004188813W";
static const char UNIT1[] = "12370100004188900A";

static struct mk_ref pay(struct world *w, const char *subject, int32_t on, int64_t fen,
                         const struct mk_ref *reverses) {
    const struct mk_line lines[] = {{"V1", subject, "Q1", fen, 0, NULL},
                                    {"V2", subject, "Q1", fen, 0, NULL}};

    return mk_pay(&w->m, UNIT1, 2019, on, lines, 2, reverses);
}

static void money(struct world *w) {
    struct mk_ref paid;
    struct mk_ref eval;

    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_project(&w->m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_allot(&w->m, 1, P1, DEPT1, "Q1", "2050201", 2019, 20190128, 100 * WAN, NULL);
    w_tick(w, 20190128);
    paid = pay(w, P1, 20190129, 3 * WAN, NULL);
    (void)pay(w, P2, 20190129, 5 * WAN, NULL); /* of which nothing else is known */
    (void)mk_approve_budget(&w->m, 1, "370100", "决议1", 2019, 20190129, "2050201", DEPT1, P1,
                            90 * WAN, 0);
    (void)mk_json(&w->m, "finance", "B05", K(PROJECT), P1, 2018, 20181231,
                  "{'carry_class':'CARRY_CLASS_CARRY','fen':'7000000'}");
    w_tick(w, 20190129);
    (void)pay(w, P1, 20190129, 3 * WAN, &paid);
    (void)pay(w, P1, 20191202, 1 * WAN, NULL);
    eval = mk_eval(&w->m, 1, P1, 2019, 20190130, 9000, NULL, NULL);
    (void)mk_audit_paid(&w->m, P1, 2019, 20190130, 4 * WAN, NULL);
    (void)mk_control(&w->m, 4, P1, NULL, 2019, 20190130, 2 * WAN);
    w_tick(w, 20190130);
    (void)mk_eval(&w->m, 1, P1, 2019, 20190131, 8000, &eval, NULL);
    (void)mk_allot(&w->m, 1, P2, DEPT1, "Q2", "2050201", 2020, 20190131, 50 * WAN, NULL);
    w_tick(w, 20190131);
}

static void class_of(struct world *w, const char *reader, char digest[65], int64_t *ret_rows) {
    struct sqlite3_stmt *st = NULL;
    struct pt_err err = {0};
    struct pt_sql *sql = pt_ledger_sql(pt_fold_ledger(w->f));
    int rc = pt_sql_query(sql, &st, &err,
                          "SELECT lower(hex(digest)), rows FROM f_ledger_snapshot_digests"
                          " WHERE reader_class = ? ORDER BY rec DESC LIMIT 1",
                          "s", reader);

    cr_assert(pt_sql_row(sql, st, &rc, &err), "%s", err.msg);
    (void)snprintf(digest, 65, "%s", pt_sql_text(st, 0));
    *ret_rows = pt_sql_i64(st, 1);
    pt_sql_done(sql, st);
}

Test(snapshots, every_class_finds_its_digest_again) {
    struct world w;
    char full[65];
    char part[65];
    char other[65];
    int64_t n_full;
    int64_t n_part;

    w_open(&w, ":memory:");
    money(&w);
    class_of(&w, "audit", full, &n_full);
    class_of(&w, "office", part, &n_part);
    class_of(&w, "organization", other, &n_part);
    cr_expect_str_eq(part, other);
    cr_expect_str_neq(part, full);
    cr_expect_eq(n_full - n_part, 6, "years, paid, December of two subjects: %lld of %lld",
                 (long long)n_part, (long long)n_full);
    for (enum pt_party reader = PT_PARTY_CONGRESS; reader <= PT_PARTY_OFFICE; reader++) {
        struct reader_ledger r;
        struct pt_err err = {0};
        bool aggregates = reader == PT_PARTY_ORGANIZATION || reader == PT_PARTY_OFFICE;

        cr_assert_eq(readers_fold(reader, w.m.e, w.m.n, &r, &err), 0, "%s", err.msg);
        cr_expect_eq(r.withheld > 0, aggregates);
        cr_expect_eq(r.days, 4);
        cr_expect_eq(r.unlike, 0, "%s: %llu days", pt_party_name(reader),
                     (unsigned long long)r.unlike);
        cr_expect_eq(r.rows.wrong, 0, "%s: %s", pt_party_name(reader), r.rows.first);
    }
    w_check(&w);
    w_close(&w);
}

Test(snapshots, one_row_more_is_another_digest) {
    struct world w;
    char before[65];
    char after[65];
    int64_t n;

    w_open(&w, ":memory:");
    money(&w);
    class_of(&w, "office", before, &n);
    w_tick(&w, 20190201);
    class_of(&w, "office", after, &n);
    cr_expect_str_eq(before, after, "nothing came");
    (void)pay(&w, P1, 20190202, WAN, NULL);
    w_tick(&w, 20190202);
    class_of(&w, "office", after, &n);
    cr_expect_str_eq(before, after, "what it may not read");
    (void)mk_allot(&w.m, 2, P1, DEPT1, "Q1", "2050201", 2019, 20190203, WAN, NULL);
    w_tick(&w, 20190203);
    class_of(&w, "office", after, &n);
    cr_expect_str_neq(before, after);
    w_close(&w);
}

/* A world whose first snapshot is taken and not logged yet: its day, its body in `packed`. */
static int32_t taken(struct world *w, struct pt_buf *packed) {
    struct pt_err err = {0};
    int32_t day;

    w_open(w, ":memory:");
    money(w);
    mk_tick(&w->m, 20190201);
    w_fold(w);
    pt_buf_init(packed, 1U << 16);
    cr_assert_eq(pt_fold_snapshot(w->f, packed, &day, &err), 0, "%s", err.msg);
    return day;
}

/* Another digest in the log is told from one's own, by class. */
Test(snapshots, a_snapshot_that_says_something_else) {
    struct world w;
    struct pt_err err = {0};
    struct pt_fold_state s;
    struct pt_buf packed;
    Pentad__V1__LedgerSnapshot *said;
    uint8_t bytes[4096];
    struct pt_snapshot_count logged;
    uint64_t n;
    int32_t day;

    day = taken(&w, &packed);
    cr_assert_eq(day, 20190201);
    said = pentad__v1__ledger_snapshot__unpack(NULL, packed.len, packed.p);
    for (size_t i = 0; i < said->n_digests; i++)
        if (strcmp(said->digests[i]->reader_class, "audit") == 0)
            said->digests[i]->digest.data[0] ^= 1;
    n = pentad__v1__ledger_snapshot__pack(said, bytes);
    (void)mk_snapshot(&w.m, pt_span(bytes, n));
    pentad__v1__ledger_snapshot__free_unpacked(said, NULL);
    pt_buf_done(&packed);
    mk_flush(&w.m);
    w_fold(&w);
    cr_assert_eq(pt_fold_state(w.f, &s, &err), 0, "%s", err.msg);
    cr_expect_eq(s.snapshots_unlike, 1);
    cr_assert_eq(pt_snapshot_count(pt_fold_ledger(w.f), &logged, &err), 0);
    cr_expect_eq(logged.compared, 5);
    cr_expect_eq(logged.missing, 0);
    cr_expect_eq(logged.other, 0);
    cr_expect_eq(s.snapshot_due, 0, "it stands nevertheless");
    cr_assert_eq(pt_snapshot_unlike(pt_fold_ledger(w.f), PT_PARTY_AUDIT, &n, &err), 0);
    cr_expect_eq(n, 1);
    cr_assert_eq(pt_snapshot_unlike(pt_fold_ledger(w.f), PT_PARTY_FINANCE, &n, &err), 0);
    cr_expect_eq(n, 0);
    w_close(&w);
}

/* What other software logged, of other rows, is neither found again nor told from one's own. */
Test(snapshots, one_of_another_format_is_neither_like_nor_unlike) {
    for (uint32_t format = 1; format <= PT_EVIDENCE_FORMAT + 1; format += PT_EVIDENCE_FORMAT) {
        struct world w;
        struct pt_err err = {0};
        struct pt_fold_state s;
        struct pt_snapshot_count n;
        struct pt_buf packed;
        Pentad__V1__LedgerSnapshot *said;
        uint8_t bytes[4096];

        (void)taken(&w, &packed);
        said = pentad__v1__ledger_snapshot__unpack(NULL, packed.len, packed.p);
        cr_assert_eq(said->format, (uint32_t)PT_EVIDENCE_FORMAT);
        said->has_format = format > 1; /* none is 1 */
        said->format = format;
        said->digests[0]->digest.data[0] ^= 1;
        (void)mk_snapshot(&w.m, pt_span(bytes, pentad__v1__ledger_snapshot__pack(said, bytes)));
        pentad__v1__ledger_snapshot__free_unpacked(said, NULL);
        pt_buf_done(&packed);
        mk_flush(&w.m);
        w_fold(&w);
        cr_assert_eq(pt_fold_state(w.f, &s, &err), 0, "%s", err.msg);
        cr_expect_eq(s.snapshots_unlike, 0);
        cr_expect_eq(s.snapshot_due, 0, "the day has one");
        cr_assert_eq(pt_snapshot_count(pt_fold_ledger(w.f), &n, &err), 0);
        cr_expect_eq(n.compared, 4);
        cr_expect_eq(n.other, 1);
        cr_expect_eq(n.other_later, 1, "behind those that were compared");
        cr_expect_eq(n.other_format, format);
        cr_expect_eq(n.own_format, (uint32_t)PT_EVIDENCE_FORMAT);
        w_close(&w);
    }
}

/* The hub's own words about the head of the log's SM3 tree: changed, or left out as before there
 * was one. How many snapshots are unlike then. */
static uint64_t unlike_with_sm3(bool left_out) {
    struct world w;
    struct pt_err err = {0};
    struct pt_fold_state s;
    struct pt_buf packed;
    Pentad__V1__LedgerSnapshot *said;
    uint8_t bytes[4096];
    size_t n;

    (void)taken(&w, &packed);
    said = pentad__v1__ledger_snapshot__unpack(NULL, packed.len, packed.p);
    cr_assert_eq(said->log_root_sm3.len, 32);
    said->log_root_sm3.data[0] ^= 1;
    said->has_log_root_sm3 = !left_out;
    n = pentad__v1__ledger_snapshot__pack(said, bytes);
    (void)mk_snapshot(&w.m, pt_span(bytes, n));
    pentad__v1__ledger_snapshot__free_unpacked(said, NULL);
    pt_buf_done(&packed);
    mk_flush(&w.m);
    w_fold(&w);
    cr_assert_eq(pt_fold_state(w.f, &s, &err), 0, "%s", err.msg);
    w_close(&w);
    return s.snapshots_unlike;
}

Test(snapshots, another_sm3_head_is_unlike_and_none_is_not) {
    cr_expect_eq(unlike_with_sm3(false), 1);
    cr_expect_eq(unlike_with_sm3(true), 0);
}

static struct mk_ref shift_out(struct world *w, int correction, const struct mk_ref *corrects,
                               const char *doc) {
    return mk_json_correcting(&w->m, correction, corrects, "finance", "B04", K(PROJECT), P1, 2019,
                              w->m.day,
                              "{'kind':'ALLOTMENT_KIND_SHIFT_OUT','quota_no':'Q9','dept':'%s',"
                              "'bk':'BUDGET_KIND_GENERAL','func':'2050201','fund_year':2019,"
                              "'fen':'100','final_level':false,'issued_on':%d,'basis_doc':'%s'}",
                              DEPT1, w->m.day, doc);
}

/* How many documents of the department's have a page that is there. */
static int64_t documents(struct world *w) {
    struct pt_err err = {0};
    int64_t n = -1;
    bool found;

    cr_assert_eq(pt_sql_number(pt_ledger_sql(pt_fold_ledger(w->f)), &n, &found, &err,
                               "SELECT count(*) FROM snap_page WHERE fy = ? AND rows > 0", "i",
                               (int64_t)PT_EVIDENCE_DOCUMENT),
                 0, "%s", err.msg);
    return n;
}

/* What a department shifts out by a document stands on the document's page for as long as it
 * counts, whatever the document is called. */
Test(snapshots, what_is_shifted_out_by_a_document) {
    enum { NEW = 0 };
    struct world w;
    struct mk_ref first, second;

    w_open(&w, ":memory:");
    money(&w);
    cr_expect_eq(documents(&w), 0);
    w.m.day = 20190201;
    first = shift_out(&w, NEW, NULL, "济财/1#2");
    second = shift_out(&w, NEW, NULL, "济财/1");
    w_tick(&w, 20190201);
    cr_expect_eq(documents(&w), 2);
    w_check(&w);
    w.m.day = 20190202;
    (void)shift_out(&w, PENTAD__V1__CORRECTION__CORRECTION_REPLACE, &first, "济财/1");
    w_tick(&w, 20190202);
    cr_expect_eq(documents(&w), 1, "both are by the second now");
    w_check(&w);
    w.m.day = 20190203;
    (void)shift_out(&w, PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW, &second, "济财/3");
    w_tick(&w, 20190203);
    cr_expect_eq(documents(&w), 1, "what takes one back counts for none");
    w_check(&w);
    w_close(&w);
}

static int fold_on(struct world *w, struct pt_err *err) {
    size_t n = w->m.n - w->folded;
    int rc = pt_fold_begin(w->f, err);

    return rc == 0 ? pt_fold_add(w->f, w->m.e + w->folded, n, err) : rc;
}

static void damage(struct world *w, const char *sql) {
    struct pt_err err = {0};

    cr_assert_eq(pt_sql_exec(pt_ledger_sql(pt_fold_ledger(w->f)), sql, &err), 0, "%s", err.msg);
}

/* What the ledger has in memory: it reads the file again. */
static void forget(struct world *w) {
    struct pt_err err = {0};

    cr_assert_eq(pt_fold_begin(w->f, &err), 0, "%s", err.msg);
    pt_ledger_rollback(pt_fold_ledger(w->f));
}

/* What is damaged here is said to be so: it is neither a crash nor the log's fault. */
Test(snapshots, a_tree_that_cannot_be_read) {
    struct world w;
    struct pt_err err = {0};

    w_open(&w, ":memory:");
    money(&w);
    damage(&w, "UPDATE snap_node SET head = x'00' WHERE depth = 0");
    forget(&w);
    mk_tick(&w.m, 20190201);
    cr_expect_eq(fold_on(&w, &err), PT_E_CORRUPT);
    cr_expect_not_null(strstr(err.msg, "tree"), "%s", err.msg);
    w_close(&w);
}

Test(snapshots, an_own_snapshot_that_cannot_be_read) {
    struct world w;
    struct pt_err err = {0};
    struct pt_buf packed;

    (void)taken(&w, &packed);
    damage(&w, "UPDATE snap_day SET body = x'ff' WHERE rec IS NULL");
    (void)mk_snapshot(&w.m, pt_buf_span(&packed));
    pt_buf_done(&packed);
    mk_flush(&w.m);
    cr_expect_eq(fold_on(&w, &err), PT_E_CORRUPT);
    cr_expect_not_null(strstr(err.msg, "20190201"), "%s", err.msg);
    w_close(&w);
}

Test(snapshots, one_a_day_and_none_for_days_gone_by) {
    struct world w;
    struct pt_snapshot_count n;
    struct pt_err err = {0};
    struct pt_fold_state s;

    w_open(&w, ":memory:");
    w.no_snapshots = true;
    w_tick(&w, 20190128);
    w_tick(&w, 20190129);
    w.no_snapshots = false;
    w_tick(&w, 20190129); /* the day's second tick owes the day's snapshot still */
    w_tick(&w, 20190129);
    cr_assert_eq(pt_fold_state(w.f, &s, &err), 0, "%s", err.msg);
    cr_expect_eq(s.snapshot_due, 0);
    cr_assert_eq(pt_snapshot_count(pt_fold_ledger(w.f), &n, &err), 0);
    cr_expect_eq(n.compared, 1);
    cr_expect_eq(n.missing, 1, "the day gone by");
    w_check(&w);
    w_close(&w);
}

/* ---- what is in memory ---- */

static void key_of(int i, char out[24]) {
    (void)snprintf(out, 24, "37010019R%012d", 100 + i);
}

/* Days of few and of many payments, what undoes some of them days later (at last without a word of
 * whose they were), Decembers, days of two ticks. */
static void many_days(struct world *w) {
    enum { REVERSED = 8, WITHDRAWN = 9 };
    struct mk_ref paid[WITHDRAWN + 1];
    char key[24];
    int n = 0;

    money(w);
    for (int32_t day = 20190201; day <= 20190220; day++) {
        for (int i = 0; i < 30; i += 1 + day % 3) {
            struct mk_ref ref;

            key_of(i, key);
            ref = pay(w, key, i % 4 == 0 ? 20191203 : day, (1 + i) * WAN, NULL);
            if (day == 20190204 && i <= WITHDRAWN)
                paid[i] = ref;
        }
        if (day > 20190210 && n < REVERSED) {
            key_of(n, key);
            (void)pay(w, key, n % 4 == 0 ? 20191203 : 20190204, (1 + n) * WAN, &paid[n]);
            n++;
        }
        if (day == 20190220)
            (void)mk_json_correcting(&w->m, 4, &paid[WITHDRAWN], "finance", "X01", K(UNIT), UNIT1,
                                     2019, day, "{'pay_date':20190204}");
        w_tick(w, day);
        if (day % 7 == 0) {
            (void)pay(w, P1, day, 7 * WAN, NULL);
            w_tick(w, day);
        }
    }
}

static void digest_of(struct pt_fold *f, uint8_t ret[32]) {
    struct pt_snapshot_check c;
    struct pt_err err = {0};

    cr_assert_eq(pt_snapshot_check(pt_fold_ledger(f), &c, &err), 0, "%s", err.msg);
    cr_expect_eq(c.wrong, 0, "%llu pages: %s", (unsigned long long)c.wrong, c.first);
    cr_expect_gt(c.pages, 20);
    cr_assert_eq(pt_ledger_digest(pt_fold_ledger(f), ret, &err), 0, "%s", err.msg);
}

static void must(int rc, const struct pt_err *err) {
    cr_assert_eq(rc, 0, "%s", err->msg);
}

/* Folds the entries in transactions of `step`; from the middle on once in vain before each. */
static void fold_by(const struct world *w, size_t step, uint8_t ret_digest[32]) {
    struct pt_err err = {0};
    struct pt_fold *f;

    must(pt_fold_open(":memory:", &f, NULL, &err), &err);
    for (size_t i = 0, n; i < w->m.n; i += n) {
        n = w->m.n - i < step ? w->m.n - i : step;
        if (i > w->m.n / 2) {
            must(pt_fold_begin(f, &err), &err);
            must(pt_fold_add(f, w->m.e + i, n, &err), &err);
            pt_ledger_rollback(pt_fold_ledger(f));
        }
        must(pt_fold_apply(f, w->m.e + i, n, &err), &err);
    }
    digest_of(f, ret_digest);
    pt_fold_close(f);
}

/* However many days a transaction has, and whatever became of the one before. */
Test(snapshots, memory_and_file_say_the_same, .timeout = 120) {
    static const size_t steps[] = {1, 3, 50, 100000};
    struct world w;
    uint8_t want[32];
    uint8_t got[32];

    w_open(&w, ":memory:");
    many_days(&w);
    (void)pay(&w, P1, 20190221, 7 * WAN, NULL); /* its page was made by the tick before */
    mk_flush(&w.m);
    w_fold(&w);
    digest_of(w.f, want);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        fold_by(&w, steps[i], got);
        cr_expect_arr_eq(want, got, 32, "%zu entries a transaction", steps[i]);
    }
    w_close(&w);
}

static int64_t count(struct world *w, const char *sql) {
    struct pt_err err = {0};
    int64_t n = -1;
    bool found;

    cr_assert_eq(pt_sql_number(pt_ledger_sql(pt_fold_ledger(w->f)), &n, &found, &err, sql, ""), 0,
                 "%s", err.msg);
    return n;
}

/* A reversal's reversal may come on another stream before what it reverses, and stand ticks later
 * than it named its page: that one is made anew then. */
Test(snapshots, a_payment_that_waited_makes_its_page_anew) {
    static const size_t order[] = {1, 2, 0, 3};
    struct pt_fold_entry later[4];
    struct pt_snapshot_check c;
    struct mk_line line = {"V1", P1, "Q1", 3 * WAN, 0, NULL};
    struct pt_err err = {0};
    struct world w;
    struct mk_ref ref;
    size_t n;

    w_open(&w, ":memory:");
    money(&w);
    ref = mk_pay(&w.m, UNIT1, 2019, 20190201, &line, 1, NULL);
    w_tick(&w, 20190201);
    n = w.m.n;
    w.m.closes = false;
    ref = mk_pay(&w.m, UNIT1, 2019, 20190201, &line, 1, &ref);
    mk_flush(&w.m);
    w.m.stream = "aux";
    (void)mk_json_correcting(&w.m, 3, &ref, "finance", "X01", K(UNIT), UNIT1, 2019, 20190201,
                             "{'pay_date':20190201,'lines':[{'voucher_no':'V1','subject':'%s',"
                             "'quota_no':'Q1','op':'PAYMENT_OP_PAY','fen':'300'}]}",
                             P2);
    mk_flush(&w.m);
    mk_tick(&w.m, 20190202);
    mk_tick(&w.m, 20190203);
    cr_assert_eq(w.m.n, n + 4);
    for (size_t i = 0; i < 4; i++) {
        later[i] = w.m.e[n + order[i]];
        later[i].log_index = w.m.e[n + i].log_index;
    }
    must(pt_fold_apply(w.f, later, 4, &err), &err);
    cr_expect_eq(count(&w, "SELECT count(*) FROM agg_pay WHERE fen = 300"), 1);
    must(pt_snapshot_check(pt_fold_ledger(w.f), &c, &err), &err);
    cr_expect_eq(c.wrong, 0, "%llu pages: %s", (unsigned long long)c.wrong, c.first);
    w_close(&w);
}

/* ---- the trees ---- */

enum { MANY = 60, FEW = 9 };

static void evaluate(struct world *w, int i, struct mk_ref *ret) {
    char key[24];

    key_of(i, key);
    *ret = mk_eval(&w->m, 1, key, 2019, w->m.day, 8000 + i, NULL, NULL);
}

static void withdraw(struct world *w, int i, const struct mk_ref *eval) {
    char key[24];

    key_of(i, key);
    (void)mk_json_correcting(&w->m, 4, eval, "finance", "V01", K(PROJECT), key, 2019, w->m.day,
                             "{'kind':'EVALUATION_KIND_SELF'}");
}

/* Nodes split as pages come and are one again as they go; w_check makes the trees anew beside
 * them. */
Test(snapshots, a_tree_follows_from_its_pages, .timeout = 120) {
    struct world w;
    struct world other;
    struct mk_ref eval[MANY];
    char detour[65];
    char straight[65];
    int64_t rows;

    w_open(&w, ":memory:");
    w_tick(&w, 20200101);
    for (int i = 0; i < FEW; i++)
        evaluate(&w, i, &eval[i]);
    w_tick(&w, 20200102);
    w_check(&w);
    cr_expect_eq(count(&w, "SELECT count(*) FROM snap_node"), 1);
    for (int i = MANY - 1; i >= FEW; i--) {
        evaluate(&w, i, &eval[i]);
        if (i % 20 == 0)
            w_tick(&w, 20200103 + (MANY - i) / 20);
    }
    w_tick(&w, 20200108);
    w_check(&w);
    cr_expect_eq(count(&w, "SELECT pages FROM snap_node WHERE depth = 0"), MANY);
    cr_expect_gt(count(&w, "SELECT count(*) FROM snap_node WHERE depth = 1"), 10);
    for (int i = FEW; i < MANY; i++)
        withdraw(&w, i, &eval[i]);
    w_tick(&w, 20200109);
    w_check(&w);
    cr_expect_eq(count(&w, "SELECT count(*) FROM snap_node"), 1);
    cr_expect_eq(count(&w, "SELECT pages FROM snap_node"), FEW);
    for (int i = 0; i < FEW; i++)
        withdraw(&w, i, &eval[i]);
    w_tick(&w, 20200110);
    w_check(&w);
    cr_expect_eq(count(&w, "SELECT count(*) FROM snap_node"), 0);
    class_of(&w, "office", detour, &rows);
    cr_expect_eq(rows, 0);
    w_close(&w);

    w_open(&other, ":memory:");
    w_tick(&other, 20200101);
    class_of(&other, "office", straight, &rows);
    cr_expect_str_eq(straight, detour, "no page is no page, whatever there was");
    w_close(&other);
}

/* ---- rows ---- */

static size_t list(struct world *w, enum pt_party reader, int limit, size_t *ret_payments) {
    struct pt_ledger *l = pt_fold_ledger(w->f);
    struct pt_err err = {0};
    char after[256] = "";
    size_t n = 0;

    for (bool more = true; more;) {
        json_t *j = NULL;
        const json_t *pages;
        const char *next;

        cr_assert_eq(pt_snapshot_rows_json(l, 20190131, reader, n ? after : NULL, limit, &j, &err),
                     0, "%s", err.msg);
        pages = json_object_get(j, "pages");
        cr_assert_leq(json_array_size(pages), (size_t)limit);
        n += json_array_size(pages);
        for (size_t i = 0; i < json_array_size(pages); i++)
            *ret_payments +=
                strcmp(json_string_value(json_object_get(json_array_get(pages, i), "part")),
                       "payments") == 0;
        next = json_string_value(json_object_get(j, "after"));
        more = next != NULL;
        (void)snprintf(after, sizeof after, "%s", more ? next : "");
        json_decref(j);
    }
    return n;
}

Test(snapshots, rows_are_what_the_class_sees) {
    struct world w;
    struct pt_err err = {0};
    json_t *j = NULL;
    size_t payments = 0;
    size_t none = 0;

    w_open(&w, ":memory:");
    money(&w);
    cr_expect_eq(list(&w, PT_PARTY_AUDIT, 1, &payments),
                 (size_t)count(&w, "SELECT count(*) FROM snap_page WHERE rows > 0"));
    cr_expect_eq(payments, 4); /* of a year and of no year */
    cr_expect_eq(list(&w, PT_PARTY_OFFICE, 1000, &none),
                 (size_t)count(&w, "SELECT count(*) FROM snap_page WHERE rows > 0 AND part = 0"));
    cr_expect_eq(none, 0);
    cr_expect_eq(
        pt_snapshot_rows_json(pt_fold_ledger(w.f), 20190130, PT_PARTY_AUDIT, NULL, 10, &j, &err),
        PT_E_NOT_FOUND);
    cr_expect_null(j);
    cr_expect_not_null(strstr(err.msg, "of 2019-01-31, not of 2019-01-30"), "%s", err.msg);
    for (size_t i = 0; i < 4; i++) {
        static const char *const wrong[] = {"x", "0", "0.00", "0.1.2019"};

        cr_expect_eq(pt_snapshot_rows_json(pt_fold_ledger(w.f), 20190131, PT_PARTY_AUDIT, wrong[i],
                                           10, &j, &err),
                     PT_E_FORMAT, "%s", wrong[i]);
    }
    w_close(&w);
}

/* A hub that shows its rows in a way of its own. */
struct lister {
    struct pt_ledger *ledger;
    enum { HONEST, NOTHING, THE_SAME, NO_ROWS, NO_YEAR } how;
    int asked;
};

static int show_rows(void *ctx, const char *path, json_t **ret, struct pt_err *err) {
    struct lister *l = ctx;
    int rc = pt_snapshot_rows_json(l->ledger, 20190131, PT_PARTY_AUDIT, NULL,
                                   l->how == HONEST ? PT_SNAPSHOT_PAGES_MAX : 1, ret, err);
    json_t *pages = json_object_get(*ret, "pages");
    char subject[24];

    (void)path;
    cr_assert_lt(l->asked++, 100, "it is asked for ever");
    if (rc != 0 || l->how == HONEST)
        return rc;
    /* one page after the other, behind all that there are */
    (void)snprintf(subject, sizeof subject, "z%d", l->asked);
    if (l->how == NO_ROWS || l->how == NO_YEAR) {
        (void)json_object_set_new(json_array_get(pages, 0), "part", json_string("z"));
        (void)json_object_set_new(json_array_get(pages, 0), "subject", json_string(subject));
    }
    if (l->how == NO_ROWS)
        (void)json_array_clear(json_object_get(json_array_get(pages, 0), "rows"));
    if (l->how == NO_YEAR)
        (void)json_object_del(json_array_get(pages, 0), "fiscal_year");
    if (l->how == NOTHING)
        (void)json_array_clear(pages);
    (void)json_object_set_new(*ret, "after", json_string("more"));
    return 0;
}

/* It must not keep a party from saying that the hub's snapshot is another. */
Test(snapshots, a_hub_that_lists_its_rows_for_ever_is_given_up) {
    struct world w;
    struct pt_err err = {0};
    json_t *j = NULL;

    w_open(&w, ":memory:");
    money(&w);
    struct lister l = {.ledger = pt_fold_ledger(w.f)};
    cr_assert_eq(pt_replay_difference(show_rows, &l, l.ledger, PT_PARTY_AUDIT, &j, &err), 0, "%s",
                 err.msg);
    cr_expect(json_is_null(json_object_get(j, "row")));
    cr_expect_gt(json_integer_value(json_object_get(j, "compared")), 1);
    json_decref(j);
    for (l.how = NOTHING; l.how <= NO_YEAR; l.how++) {
        l.asked = 0;
        int rc = pt_replay_difference(show_rows, &l, l.ledger, PT_PARTY_AUDIT, &j, &err);
        cr_expect_eq(rc, PT_E_FORMAT, "%d: %s", (int)l.how, pt_err_name(rc));
        cr_expect_null(j);
        json_decref(j);
    }
    w_check(&w);
    w_close(&w);
}
