/* The fold: corrections, bitemporal answers, order, replay, approvals, restarts, queries. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <sqlite3.h>

#include <pentad/base/date.h>
#include <pentad/ledger/figures.h>
#include <pentad/ledger/ledger.h>
#include <pentad/ledger/query.h>
#include <pentad/sql/sql.h>

#include "mklog.h"

#define WAN INT64_C(1000000)
#define REPLACE 2
#define REVERSE 3
#define WITHDRAW 4
#define SUPPLEMENT 5

static const char P1[] = "37010019R000000000001";
static const char DEPT1[] = "11370100004188813W";
static const char UNIT1[] = "12370100000000001U";

static struct pt_ledger *fold_log(const struct mklog *m, size_t step) {
    struct pt_ledger *l = NULL;
    struct pt_err err = {0};
    struct pt_ledger_applied a;

    cr_assert_eq(pt_ledger_open(":memory:", PT_LEDGER_WRITE, &l, NULL, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < m->n;) {
        cr_assert_eq(pt_ledger_begin(l, &err), 0, "%s", err.msg);
        for (size_t k = 0; k < step && i < m->n; k++, i++)
            cr_assert_eq(pt_ledger_apply(l, &m->e[i], &a, &err), 0, "%s", err.msg);
        cr_assert_eq(pt_ledger_commit(l, &err), 0, "%s", err.msg);
    }
    return l;
}

static int64_t value(struct pt_ledger *l, const char *figure, uint64_t known_at) {
    struct pt_figure f;
    struct pt_err err = {0};

    cr_assert_eq(
        pt_ledger_figure(
            l, &(struct pt_figure_ask){K(PROJECT), P1, 2019, figure, 20201231, known_at}, &f, &err),
        0, "%s", err.msg);
    return f.na ? INT64_MIN : f.value;
}

Test(ledger, reverse_shows_from_its_own_position) {
    struct mklog m;
    struct mk_line line = {"V1", P1, "Q1", 10 * WAN, 0, NULL};
    struct mk_ref p;
    struct pt_ledger *l;
    uint64_t before;

    mk_init(&m);
    p = mk_pay(&m, UNIT1, 2019, 20190301, &line, 1, NULL);
    mk_flush(&m);
    before = m.n;
    (void)mk_pay(&m, UNIT1, 2019, 20190301, &line, 1, &p);
    mk_flush(&m);
    l = fold_log(&m, 1);
    cr_expect_eq(value(l, "FG2.P", before), 10 * WAN);
    cr_expect_eq(value(l, "FG2.P", before + 1), 0);
    pt_ledger_close(l);
    /* Twice is once: the chain is linear. */
    (void)mk_pay(&m, UNIT1, 2019, 20190301, &line, 1, &p);
    mk_flush(&m);
    l = fold_log(&m, 1);
    cr_expect_eq(value(l, "FG2.P", PT_KNOWN_NOW), 0);
    pt_ledger_close(l);
    mk_done(&m);
}

Test(ledger, vouchers_are_reversed_one_by_one) {
    struct mklog m;
    struct mk_line two[2] = {{"V1", P1, "Q1", 10 * WAN, 0, NULL},
                             {"V2", P1, "Q1", 5 * WAN, 0, NULL}};
    struct mk_ref p;
    struct pt_ledger *l;

    mk_init(&m);
    p = mk_pay(&m, UNIT1, 2019, 20190301, two, 2, NULL);
    (void)mk_pay(&m, UNIT1, 2019, 20190301, &two[0], 1, &p);
    (void)mk_pay(&m, UNIT1, 2019, 20190301, &two[1], 1, &p);
    (void)mk_pay(&m, UNIT1, 2019, 20190301, &two[1], 1, &p);
    mk_flush(&m);
    l = fold_log(&m, 1);
    cr_expect_eq(value(l, "FG2.P", PT_KNOWN_NOW), 0);
    pt_ledger_close(l);
    mk_done(&m);
}

/* What is paid once three reversals of a batch of two vouchers are in, by the order in which they
 * come; `of` says of which vouchers each is (1, 2 or both), `on` from when on. */
static int64_t paid_after(const int order[3], const int of[3], const int32_t on[3]) {
    static const struct mk_line two[2] = {{"V1", P1, "Q1", 10 * WAN, 0, NULL},
                                          {"V2", P1, "Q1", 5 * WAN, 0, NULL}};
    struct mklog m;
    struct mk_ref p;
    struct pt_ledger *l;
    int64_t paid;

    mk_init(&m);
    p = mk_pay(&m, UNIT1, 2019, 20190301, two, 2, NULL);
    for (int i = 0; i < 3; i++)
        (void)mk_pay(&m, UNIT1, 2019, on[order[i]], &two[of[order[i]] == 2],
                     of[order[i]] == 3 ? 2 : 1, &p);
    mk_flush(&m);
    l = fold_log(&m, 1);
    paid = value(l, "FG2.P", PT_KNOWN_NOW);
    pt_ledger_close(l);
    mk_done(&m);
    return paid;
}

/* A reversal competes with those that have a voucher of its, not with whichever came first. */
Test(ledger, reversals_compete_over_their_vouchers_in_any_order) {
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

    for (int o = 0; o < 6; o++) {
        cr_expect_eq(
            paid_after(orders[o], (int[]){1, 2, 2}, (int32_t[]){20190310, 20190305, 20190308}), 0,
            "order %d", o);
        cr_expect_eq(
            paid_after(orders[o], (int[]){1, 3, 2}, (int32_t[]){20190301, 20190302, 20190303}),
            5 * WAN, "the second loses to the first, and the third to it, order %d", o);
    }
}

Test(ledger, replace_chain_and_withdraw) {
    struct mklog m;
    struct mk_ref a;
    struct mk_ref b;
    struct pt_ledger *l;
    uint64_t at[4];

    mk_init(&m);
    a = mk_audit_paid(&m, P1, 2019, 20200101, 1 * WAN, NULL);
    mk_flush(&m);
    at[0] = m.n;
    b = mk_audit_paid(&m, P1, 2019, 20200301, 2 * WAN, &a);
    mk_flush(&m);
    at[1] = m.n;
    (void)mk_audit_paid(&m, P1, 2019, 20200401, 3 * WAN, &b);
    mk_flush(&m);
    at[2] = m.n;
    (void)mk_audit_paid(&m, P1, 2019, 20191201, 9 * WAN, &a); /* forks the chain, stands earlier */
    mk_flush(&m);
    at[3] = m.n;
    l = fold_log(&m, 1);
    cr_expect_eq(value(l, "FG23.audit", at[0]), 1 * WAN);
    cr_expect_eq(value(l, "FG23.audit", at[1]), 2 * WAN);
    cr_expect_eq(value(l, "FG23.audit", at[2]), 3 * WAN);
    cr_expect_eq(value(l, "FG23.audit", at[3]), 9 * WAN, "the first of two corrections holds");
    pt_ledger_close(l);
    mk_done(&m);
}

Test(ledger, a_correction_before_its_target_waits) {
    struct mklog m;
    struct mk_ref a;
    struct pt_ledger *l;
    uint64_t before;

    mk_init(&m);
    /* Signed for stream second, so that it can be logged before what it corrects. */
    a = mk_audit_paid(&m, P1, 2019, 20200101, 1 * WAN, NULL);
    {
        Pentad__V1__Record r = mk_record(K(PROJECT), P1, 2019, 20200201);
        Pentad__V1__AuditFigure f = PENTAD__V1__AUDIT_FIGURE__INIT;

        f.has_item = f.has_fen = 1;
        f.item = PENTAD__V1__AUDIT_ITEM__AUDIT_ITEM_PAID;
        f.fen = 2 * WAN;
        r.has_correction = 1;
        r.correction = PENTAD__V1__CORRECTION__CORRECTION_REPLACE;
        r.corrects = &a.ref;
        r.body_case = PENTAD__V1__RECORD__BODY_AUDIT_FIGURE;
        r.audit_figure = &f;
        (void)mk_add_on(&m, "audit", "second", &r);
    }
    mk_flush_stream(&m, "audit", "second");
    before = m.n;
    mk_flush(&m);
    l = fold_log(&m, 1);
    cr_expect_eq(value(l, "FG23.audit", before), INT64_MIN, "unresolved: no effect yet");
    cr_expect_eq(value(l, "FG23.audit", PT_KNOWN_NOW), 2 * WAN);
    pt_ledger_close(l);
    mk_done(&m);
}

/* A payment, what reverses it, and what reverses that, each of a stream of its own. */
static void pay_and_reverse_twice(struct mklog *m) {
    static const char *const streams[] = {"first", "second", "third"};
    struct mk_ref last = {0};

    for (int i = 0; i < 3; i++) {
        m->stream = streams[i];
        last = mk_json_correcting(m, REVERSE, i > 0 ? &last : NULL, "finance", "X01", K(UNIT),
                                  UNIT1, 2019, 20190301,
                                  "{'pay_date':20190301,'date_precision':'DATE_PRECISION_DAY',"
                                  "'lines':[{'voucher_no':'V1','subject':'%s','quota_no':'Q1',"
                                  "'bk':'BUDGET_KIND_GENERAL','fund_year':2019,'fen':'%lld',"
                                  "'op':'PAYMENT_OP_PAY'}]}",
                                  P1, (long long)(10 * WAN));
    }
}

/* Whichever order they come in: what is undone twice is paid, and nothing counts before the first
 * is here. */
Test(ledger, a_correction_waits_for_what_waits) {
    static const char *const streams[] = {"first", "second", "third"};
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

    for (int o = 0; o < 6; o++) {
        struct mklog m;
        struct pt_ledger *l;
        int64_t paid = 0;

        mk_init(&m);
        pay_and_reverse_twice(&m);
        for (int i = 0; i < 3; i++)
            mk_flush_stream(&m, "finance", streams[orders[o][i]]);
        l = fold_log(&m, 1);
        cr_expect_eq(value(l, "FG2.P", PT_KNOWN_NOW), 10 * WAN, "order %d", o);
        for (size_t at = 1; at < m.n; at++) {
            paid = value(l, "FG2.P", at);
            cr_expect(paid == 0 || (paid == 10 * WAN && at > 1), "order %d at %zu: %lld", o, at,
                      (long long)paid);
        }
        pt_ledger_close(l);
        mk_done(&m);
    }
}

/* A reversal that was itself reversed voucher by voucher loses with both of these. */
Test(ledger, every_branch_of_what_is_lost_is_lost) {
    struct mklog m;
    struct mk_line two[2] = {{"V1", P1, "Q1", 10 * WAN, 0, NULL},
                             {"V2", P1, "Q1", 5 * WAN, 0, NULL}};
    struct mk_ref p;
    struct mk_ref r;
    struct pt_ledger *l;
    uint64_t before;

    mk_init(&m);
    p = mk_pay(&m, UNIT1, 2019, 20190301, two, 2, NULL);
    r = mk_pay(&m, UNIT1, 2019, 20190310, two, 2, &p);
    (void)mk_pay(&m, UNIT1, 2019, 20190311, &two[0], 1, &r);
    (void)mk_pay(&m, UNIT1, 2019, 20190312, &two[1], 1, &r);
    mk_flush(&m);
    before = m.n;
    (void)mk_pay(&m, UNIT1, 2019, 20190305, two, 2, &p); /* stands before the first reversal */
    mk_flush(&m);
    l = fold_log(&m, 1);
    cr_expect_eq(value(l, "FG2.P", before), 15 * WAN);
    cr_expect_eq(value(l, "FG2.P", PT_KNOWN_NOW), 0);
    pt_ledger_close(l);
    mk_done(&m);
}

static struct mk_ref supplement(struct mklog *m, const char *party, int correction,
                                const struct mk_ref *to, int32_t until) {
    return mk_json_correcting(m, correction, to, party, "P03", K(PROJECT), P1, 2019, 20190102,
                              "{'role':'PERSON_ROLE_PROJECT_HEAD','post':'处长',"
                              "'held_from':20190101,'held_to':%d}",
                              until);
}

static int64_t count(struct pt_ledger *l, const char *sql) {
    struct pt_err err = {0};
    int64_t n = -1;
    bool found;

    cr_assert_eq(pt_sql_number(pt_ledger_sql(l), &n, &found, &err, sql, ""), 0, "%s", err.msg);
    return n;
}

/* What the organization department adds to a term goes behind finance's P03, not behind any record
 * of finance's, whichever of the two is logged first. */
Test(ledger, a_supplement_names_a_record_of_its_type) {
    static const char live[] = "SELECT count(*) FROM live WHERE r_type = 103";

    for (int first = 0; first < 2; first++) {
        struct mklog m;
        struct pt_ledger *l;
        struct mk_ref term;
        struct mk_ref money;

        mk_init(&m);
        term = supplement(&m, "finance", 0, NULL, 20191231);
        money = mk_allot(&m, 1, P1, DEPT1, "Q1", "2050201", 2019, 20190128, WAN, NULL);
        (void)supplement(&m, "organization", SUPPLEMENT, &term, 20190630);
        (void)supplement(&m, "organization", SUPPLEMENT, &money, 20190331);
        mk_flush_stream(&m, first ? "organization" : "finance", "main");
        mk_flush(&m);
        l = fold_log(&m, 1);
        cr_expect_eq(count(l, live), 2, "order %d", first);
        cr_expect_eq(count(l, "SELECT min(f.held_to) FROM live CROSS JOIN f_responsible_person f"
                              " USING (rec)"),
                     20190630, "order %d", first);
        pt_ledger_close(l);
        mk_done(&m);
    }
}

/* A supplement and what corrects it are one end of the term that it names, in whichever order they
 * come; so is one that names what replaced the term's record. */
Test(ledger, a_corrected_supplement_is_no_term) {
    for (int first = 0; first < 2; first++) {
        struct mklog m;
        struct pt_ledger *l;
        struct mk_ref term;
        struct mk_ref end;

        mk_init(&m);
        term = supplement(&m, "finance", 0, NULL, 20191231);
        end = supplement(&m, "organization", SUPPLEMENT, &term, 20190331);
        end = supplement(&m, "organization", REPLACE, &end, 20190630);
        term = supplement(&m, "finance", REPLACE, &term, 20191130);
        mk_flush_stream(&m, first ? "organization" : "finance", "main");
        mk_flush(&m);
        l = fold_log(&m, 1);
        cr_expect_eq(count(l, "SELECT count(*) FROM tenure"), 1, "order %d", first);
        cr_expect_eq(count(l, "SELECT held_to FROM tenure"), 20190630, "order %d", first);
        pt_ledger_close(l);
        (void)supplement(&m, "finance", SUPPLEMENT, &term, 20190531);
        (void)supplement(&m, "organization", WITHDRAW, &end, 20190630);
        mk_flush(&m);
        l = fold_log(&m, 1);
        cr_expect_eq(count(l, "SELECT count(*) FROM tenure"), 1, "order %d", first);
        cr_expect_eq(count(l, "SELECT held_to FROM tenure"), 20190531, "order %d", first);
        pt_ledger_close(l);
        mk_done(&m);
    }
}

Test(ledger, nobody_corrects_anothers_record) {
    struct mklog m;
    struct mk_ref a;
    struct pt_ledger *l;
    Pentad__V1__Record r;
    Pentad__V1__AuditFigure f = PENTAD__V1__AUDIT_FIGURE__INIT;

    mk_init(&m);
    a = mk_audit_paid(&m, P1, 2019, 20200101, 1 * WAN, NULL);
    mk_flush(&m);
    r = mk_record(K(PROJECT), P1, 2019, 20200201);
    r.has_correction = 1;
    r.correction = PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW;
    r.corrects = &a.ref;
    r.body_case = PENTAD__V1__RECORD__BODY_AUDIT_FIGURE;
    r.audit_figure = &f;
    (void)mk_add(&m, "finance", &r);
    mk_flush(&m);
    l = fold_log(&m, 1);
    cr_expect_eq(value(l, "FG23.audit", PT_KNOWN_NOW), 1 * WAN);
    pt_ledger_close(l);
    mk_done(&m);
}

Test(ledger, replay_has_the_same_digest_whatever_the_transactions) {
    struct mklog m;
    uint8_t a[32];
    uint8_t b[32];
    struct pt_err err = {0};
    struct pt_rng rng;

    mk_init(&m);
    pt_rng_seed(&rng, 42);
    for (int day = 0; day < 40; day++) {
        char voucher[16];
        struct mk_line line = {voucher, P1, "Q1", (int64_t)pt_rng_below(&rng, 1000), 0, NULL};
        struct mk_ref p;

        (void)snprintf(voucher, sizeof voucher, "V%d", day);
        p = mk_pay(&m, UNIT1, 2019, 20190301, &line, 1, NULL);
        if (day % 3 == 0)
            (void)mk_pay(&m, UNIT1, 2019, 20190301, &line, 1, &p);
        mk_tick(&m, pt_date_add(20190301, day));
    }
    for (size_t step = 1; step < 20; step += 6) {
        struct pt_ledger *l = fold_log(&m, step);
        cr_assert_eq(pt_ledger_digest(l, step == 1 ? a : b, &err), 0, "%s", err.msg);
        if (step > 1)
            cr_expect(memcmp(a, b, 32) == 0, "step %zu", step);
        pt_ledger_close(l);
    }
    mk_done(&m);
}

/* Streams that interleave otherwise give other logs, but the same figures. */
Test(ledger, figures_do_not_depend_on_how_streams_interleave) {
    int64_t first[4] = {0};
    static const char *const ids[4] = {"FG2.P", "FG2.Bg", "FG11", "FG23"};

    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct mklog m;
        struct pt_rng rng;
        struct pt_ledger *l;

        mk_init(&m);
        pt_rng_seed(&rng, seed);
        for (int i = 0; i < 12; i++) {
            char voucher[16];
            struct mk_line line = {voucher, P1, "Q1", 1000 + i, 0, NULL};

            /* Every record says when it was issued, so that equal standing is told apart. */
            m.ms = 0;
            m.day = pt_date_add(20190301, i);
            (void)snprintf(voucher, sizeof voucher, "V%d", i);
            (void)mk_pay(&m, UNIT1, 2019, 20190301, &line, 1, NULL);
            (void)mk_audit_paid(&m, P1, 2019, 20190301, 100 + i, NULL);
            (void)mk_allot(&m, i % 2 + 1, P1, DEPT1, voucher, "2050201", 2019, 20190101, 10 + i,
                           NULL);
            (void)mk_eval(&m, i % 2 + 1, P1, 2019, 20190301, 7000 + i, NULL, NULL);
            if (pt_rng_below(&rng, 2))
                mk_flush_stream(&m, "audit", "main");
            if (pt_rng_below(&rng, 2))
                mk_flush_stream(&m, "finance", "main");
        }
        mk_tick(&m, 20190401);
        l = fold_log(&m, 3);
        for (int k = 0; k < 4; k++) {
            int64_t v = value(l, ids[k], PT_KNOWN_NOW);
            if (seed == 1)
                first[k] = v;
            cr_expect_eq(v, first[k], "seed %llu %s", (unsigned long long)seed, ids[k]);
        }
        pt_ledger_close(l);
        mk_done(&m);
    }
}

Test(ledger, a_hole_keeps_its_number) {
    struct mklog m;
    struct mk_line line = {"V1", P1, "Q1", WAN, 0, NULL};
    struct pt_ledger *l;
    struct pt_span *recs;

    mk_init(&m);
    (void)mk_pay(&m, UNIT1, 2019, 20190301, &line, 1, NULL);
    (void)mk_audit_paid(&m, P1, 2019, 20200101, 1 * WAN, NULL);
    (void)mk_pay(&m, UNIT1, 2019, 20190301, &line, 1, NULL);
    mk_flush(&m);
    recs = (struct pt_span *)(uintptr_t)m.e[1].records;
    recs[0] = pt_span(NULL, 0); /* of finance's batch: withheld from this reader */
    l = fold_log(&m, 1);
    cr_expect_eq(value(l, "FG2.P", PT_KNOWN_NOW), WAN);
    pt_ledger_close(l);
    mk_done(&m);
}

/* Whoever runs the hub may log what it would have to refuse: no page of a snapshot names a payment
 * without a nonce, so it counts for nothing, as does one that somebody other than finance wrote, or
 * one of no year. */
Test(ledger, what_no_hub_may_log_counts_for_nothing) {
    struct mklog m;
    struct pt_err err = {0};
    struct mk_line line = {"V1", P1, "Q1", 10 * WAN, 0, NULL};
    static const char body[] = "{'pay_date':20190301,'lines':[{'voucher_no':'V2','subject':'%s',"
                               "'quota_no':'Q1','op':'PAYMENT_OP_PAY','fen':'100'}]}";
    struct pt_ledger *l;
    int64_t n = 0;
    bool found;

    mk_init(&m);
    (void)mk_pay(&m, UNIT1, 2019, 20190301, &line, 1, NULL);
    m.nonceless = true;
    (void)mk_pay(&m, UNIT1, 2019, 20190302, &line, 1, NULL);
    (void)mk_json(&m, "audit", "X01", K(UNIT), UNIT1, 2019, 20190301, body, P1);
    (void)mk_json(&m, "finance", "X01", K(UNIT), UNIT1, 0, 20190301, body, P1);
    (void)mk_json(&m, "finance", "X01", K(UNIT), UNIT1, 3, 20190301, body, P1);
    (void)mk_json(&m, "finance", "X01", K(UNIT), UNIT1, -7, 20190301, body, P1);
    (void)mk_pay(&m, UNIT1, 2019, 20190303, &line, 1, NULL);
    mk_tick(&m, 20190331);
    l = fold_log(&m, 1);
    cr_expect_eq(value(l, "FG2.P", PT_KNOWN_NOW), 20 * WAN);
    cr_assert_eq(pt_sql_number(pt_ledger_sql(l), &n, &found, &err,
                               "SELECT count(*) FROM record WHERE type = 0 AND hash NOT NULL", ""),
                 0, "%s", err.msg);
    cr_expect_eq(n, 5, "each keeps its number");
    pt_ledger_close(l);
    mk_done(&m);
}

Test(ledger, file_readers_and_restart) {
    char path[64];
    struct mklog m;
    struct pt_ledger *w = NULL;
    struct pt_ledger *r = NULL;
    struct pt_ledger_applied a;
    struct pt_err err = {0};
    bool rebuilt = true;

    (void)snprintf(path, sizeof path, "/tmp/pt_ledger_test_%d.db", (int)getpid());
    (void)unlink(path);
    cr_expect_eq(pt_ledger_open(path, PT_LEDGER_READ, &r, NULL, &err), PT_E_NOT_FOUND);
    mk_init(&m);
    (void)mk_audit_paid(&m, P1, 2019, 20200101, 1 * WAN, NULL);
    mk_tick(&m, 20200101);
    cr_assert_eq(pt_ledger_open(path, PT_LEDGER_WRITE, &w, &rebuilt, &err), 0, "%s", err.msg);
    cr_expect(!rebuilt);
    cr_assert_eq(pt_ledger_begin(w, &err), 0);
    cr_assert_eq(pt_ledger_apply(w, &m.e[0], &a, &err), 0);
    cr_assert_eq(pt_ledger_apply(w, &m.e[1], &a, &err), 0);
    cr_assert_eq(pt_ledger_commit(w, &err), 0);
    cr_assert_eq(pt_ledger_open(path, PT_LEDGER_READ, &r, NULL, &err), 0, "%s", err.msg);
    cr_expect_eq(pt_ledger_cursor(r), 2);
    cr_expect_eq(value(r, "FG23.audit", PT_KNOWN_NOW), 1 * WAN);
    cr_assert_eq(pt_ledger_begin(w, &err), 0);
    cr_assert_eq(pt_ledger_apply(w, &m.e[2], &a, &err), 0);
    cr_expect(a.has_tick);
    cr_expect_eq(pt_ledger_cursor(r), 2, "not committed yet");
    pt_ledger_rollback(w);
    cr_expect_eq(pt_ledger_cursor(w), 2);
    cr_assert_eq(pt_ledger_begin(w, &err), 0);
    cr_expect_eq(pt_ledger_apply(w, &m.e[1], &a, &err), PT_E_GAP);
    pt_ledger_rollback(w);
    pt_ledger_close(r);
    pt_ledger_close(w);
    cr_assert_eq(pt_ledger_open(path, PT_LEDGER_WRITE, &w, &rebuilt, &err), 0);
    cr_expect(!rebuilt && pt_ledger_cursor(w) == 2);
    /* An unclean boot of the machine: everything again. */
    cr_assert_eq(sqlite3_exec(pt_ledger_sql(w)->db, "UPDATE local SET v='x' WHERE k='version'",
                              NULL, NULL, NULL),
                 SQLITE_OK);
    pt_ledger_close(w);
    cr_assert_eq(pt_ledger_open(path, PT_LEDGER_WRITE, &w, &rebuilt, &err), 0);
    cr_expect(rebuilt && pt_ledger_cursor(w) == 0);
    pt_ledger_close(w);
    (void)unlink(path);
    mk_done(&m);
}

/* Every line by its subject, once, however many lines and subjects a batch has and whenever it
 * came. */
Test(ledger, payment_lines_are_found_by_their_subject) {
    static const char other[] = "37010019R000000000002";
    static const char of_long_key[] = "SUBJECT-WITH-A-KEY-LONGER-THAN-ANY-OF-THEM-IS";
    static const char differ[] =
        "SELECT (SELECT count(*) FROM f_payment_batch_lines), (SELECT count(*) FROM paid_line),"
        " (SELECT count(*) FROM (SELECT rec, idx, subject, voucher_no, fen FROM paid_line"
        "   INTERSECT SELECT rec, idx, subject, voucher_no, fen FROM f_payment_batch_lines))";
    const struct mk_line lines[] = {
        {"V1", P1, "Q1", 1, 0, NULL},    {"V2", other, "Q2", 2, 0, NULL},
        {"V3", P1, "Q1", 3, 0, NULL},    {"V4", of_long_key, "Q3", 4, 0, NULL},
        {"V5", other, "Q2", 5, 0, NULL}, {"V6", of_long_key, "Q3", 6, 0, NULL},
    };
    struct pt_ledger_applied a;
    struct mklog m;
    struct pt_ledger *l = NULL;
    struct pt_err err = {0};
    sqlite3_stmt *st = NULL;

    mk_init(&m);
    for (int month = 3; month < 6; month++) {
        (void)mk_pay(&m, UNIT1, 2019, 20190001 + month * 100, lines, 6, NULL);
        (void)mk_pay(&m, UNIT1, 2019, 20190001 + month * 100, lines + 1, 4, NULL);
        mk_tick(&m, 20190001 + month * 100);
    }
    cr_assert_eq(pt_ledger_open(":memory:", PT_LEDGER_WRITE, &l, NULL, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < m.n; i++) {
        /* What was noted of an entry that is taken back has to be noted again. */
        for (int turn = 0; turn < 2; turn++) {
            cr_assert_eq(pt_ledger_begin(l, &err), 0, "%s", err.msg);
            cr_assert_eq(pt_ledger_apply(l, &m.e[i], &a, &err), 0, "%s", err.msg);
            if (turn == 0)
                pt_ledger_rollback(l);
        }
        cr_assert_eq(pt_ledger_commit(l, &err), 0, "%s", err.msg);
    }
    cr_assert_eq(sqlite3_prepare_v2(pt_ledger_sql(l)->db, differ, -1, &st, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_step(st), SQLITE_ROW);
    for (int c = 0; c < 3; c++)
        cr_expect_eq(sqlite3_column_int(st, c), 30, "%d: %d", c, sqlite3_column_int(st, c));
    sqlite3_finalize(st);
    pt_ledger_close(l);
    mk_done(&m);
}

Test(ledger, every_body_message_has_its_tables) {
    struct mklog m;
    struct pt_ledger *l;
    sqlite3_stmt *st = NULL;

    mk_init(&m);
    l = fold_log(&m, 1);
    cr_assert_eq(sqlite3_prepare_v2(pt_ledger_sql(l)->db,
                                    "SELECT count(*) FROM sqlite_master WHERE type='table' AND name"
                                    " IN ('f_payment_batch_lines','f_perf_goal_indicators',"
                                    "'f_discrepancy_inputs','f_stream_close_classes')",
                                    -1, &st, NULL),
                 SQLITE_OK);
    cr_expect_eq(sqlite3_step(st), SQLITE_ROW);
    cr_expect_eq(sqlite3_column_int(st, 0), 4);
    sqlite3_finalize(st);
    pt_ledger_close(l);
    mk_done(&m);
}

static const char *at(json_t *j, const char *a, const char *b) {
    json_t *x = json_object_get(j, a);

    return json_string_value(b ? json_object_get(x, b) : x);
}

Test(ledger, answers) {
    struct mklog m;
    struct mk_line line = {"V1", P1, "Q1", 10 * WAN, 0, NULL};
    struct mk_ref p;
    struct pt_ledger *l;
    struct pt_err err = {0};
    json_t *j = NULL;
    json_t *node;
    char key[64];
    int kind;

    mk_init(&m);
    (void)mk_org(&m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_project(&m, P1, "校舍改造", DEPT1, NULL);
    (void)mk_approve_budget(&m, 1, "370100", "济人发1", 2019, 20190117, "2050201", DEPT1, NULL,
                            50 * WAN, 3);
    (void)mk_allot(&m, 1, P1, DEPT1, "Q1", "2050201", 2019, 20190128, 50 * WAN, NULL);
    p = mk_pay(&m, UNIT1, 2019, 20190301, &line, 1, NULL);
    (void)mk_pay(&m, UNIT1, 2019, 20190301, &line, 1, &p);
    mk_tick(&m, 20190302);
    l = fold_log(&m, 5);

    cr_assert_eq(pt_ledger_subject_parse(l, P1, &kind, key, sizeof key, &err), 0, "%s", err.msg);
    cr_expect_eq(kind, K(PROJECT));
    cr_expect_eq(pt_ledger_subject_parse(l, "nobody", &kind, key, sizeof key, &err),
                 PT_E_NOT_FOUND);
    cr_expect_eq(pt_ledger_subject_parse(l, "PROJECT:nobody", &kind, key, sizeof key, &err),
                 PT_E_NOT_FOUND);
    cr_expect_not_null(strstr(err.msg, "PROJECT nobody"), "%s", err.msg);
    cr_expect_eq(
        pt_ledger_subject_parse(l, "DEPT:37010019R000000000001", &kind, key, sizeof key, &err),
        PT_E_NOT_FOUND, "a project is no department");
    cr_expect_eq(
        pt_ledger_subject_parse(l, "DEPT:11370100004188813W", &kind, key, sizeof key, &err), 0,
        "%s", err.msg);

    cr_assert_eq(pt_ledger_trace_figure(
                     l,
                     &(struct pt_figure_ask){K(PROJECT), P1, 2019, "FG3", 20190331, PT_KNOWN_NOW},
                     (struct pt_list_page){0}, &j, &err),
                 0, "%s", err.msg);
    cr_expect_str_eq(at(j, "text", NULL), "0.00%");
    cr_expect_str_eq(at(j, "subject", "name"), "校舍改造");
    node = json_array_get(json_object_get(j, "inputs"), 2);
    cr_expect_eq(json_array_size(json_object_get(node, "records")), 2, "payment and reversal");
    cr_expect_str_eq(at(json_array_get(json_object_get(node, "records"), 1), "value", NULL),
                     "-10000000");
    cr_expect_str_eq(at(json_array_get(json_object_get(node, "records"), 0), "corrected_by", NULL),
                     "finance/main#5");
    json_decref(j);

    cr_assert_eq(pt_ledger_trace_record(l, "finance", "main", 4, (struct pt_list_page){0},
                                        PT_PARTY_HUB, &j, &err),
                 0, "%s", err.msg);
    cr_expect_str_eq(at(j, "record", "type"), "X01");
    cr_expect_eq(json_array_size(json_object_get(j, "corrections")), 2);
    node = json_array_get(json_object_get(j, "lines"), 0);
    cr_expect_str_eq(json_string_value(json_array_get(json_object_get(node, "quota"), 0)),
                     "finance/main#3");
    cr_expect_str_eq(json_string_value(json_array_get(json_object_get(node, "approval"), 0)),
                     "congress/main#1");
    cr_expect_str_eq(
        at(json_array_get(
               json_object_get(json_object_get(json_object_get(j, "record"), "body"), "lines"), 0),
           "fen", NULL),
        "10000000");
    json_decref(j);
    cr_expect_eq(pt_ledger_trace_record(l, "finance", "main", 99, (struct pt_list_page){0},
                                        PT_PARTY_HUB, &j, &err),
                 PT_E_NOT_FOUND);

    cr_assert_eq(
        pt_ledger_row_json(l, K(PROJECT), P1, 2019, 20190331, PT_KNOWN_NOW, PT_PARTY_HUB, &j, &err),
        0, "%s", err.msg);
    cr_expect_str_eq(at(j, "state", "code"), "ST7");
    cr_expect_eq(json_array_size(json_object_get(json_object_get(j, "state"), "irregular")), 4,
                 "no implementing unit, no draft, allotted without a passed goal, citing none");
    json_decref(j);

    cr_assert_eq(pt_ledger_subjects_json(l, 0, NULL, 2, PT_PARTY_HUB, &j, &err), 0, "%s", err.msg);
    cr_expect_eq(json_array_size(json_object_get(j, "subjects")), 2);
    cr_expect(json_is_string(json_object_get(j, "next")));
    json_decref(j);
    cr_assert_eq(pt_ledger_discrepancies_json(
                     l, &(struct pt_discrepancy_filter){.reader = PT_PARTY_HUB, .status = "active"},
                     &j, &err),
                 0, "%s", err.msg);
    cr_expect_eq(json_integer_value(json_object_get(j, "total")), 0);
    json_decref(j);
    pt_ledger_close(l);
    mk_done(&m);
}

/* Nothing is left out of a list without being counted, and pages give all of it. */
Test(ledger, long_lists_come_in_pages) {
    struct mklog m;
    struct mk_line line = {"V1", P1, "Q1", WAN, 0, NULL};
    struct mk_ref p;
    struct pt_ledger *l;
    struct pt_err err = {0};
    json_t *j = NULL;
    json_t *node;
    int got = 0;

    mk_init(&m);
    for (int i = 0; i < 25; i++)
        p = mk_pay(&m, UNIT1, 2019, 20190301, &line, 1, NULL);
    for (int i = 0; i < 25; i++)
        (void)mk_pay(&m, UNIT1, 2019, 20190301, &line, 1, &p);
    mk_tick(&m, 20190302);
    l = fold_log(&m, 5);
    for (uint32_t offset = 0; offset < 30; offset += 10) {
        cr_assert_eq(pt_ledger_trace_figure(l,
                                            &(struct pt_figure_ask){K(PROJECT), P1, 2019, "FG2.P",
                                                                    20190331, PT_KNOWN_NOW},
                                            (struct pt_list_page){10, offset}, &j, &err),
                     0, "%s", err.msg);
        node = json_array_get(json_object_get(j, "inputs"), 0);
        got += (int)json_array_size(json_object_get(node, "records"));
        cr_expect_eq(json_integer_value(json_object_get(node, "count")), 26,
                     "a voucher is reversed once");
        cr_expect_eq(json_integer_value(json_object_get(node, "omitted")), 26 - got);
        json_decref(j);
    }
    cr_expect_eq(got, 26);
    cr_assert_eq(pt_ledger_trace_record(l, "finance", "main", 25, (struct pt_list_page){10, 0},
                                        PT_PARTY_HUB, &j, &err),
                 0, "%s", err.msg);
    cr_expect_eq(json_array_size(json_object_get(j, "referred_by")), 10);
    cr_expect_eq(json_integer_value(json_object_get(json_object_get(j, "omitted"), "referred_by")),
                 15);
    cr_expect_eq(json_integer_value(json_object_get(json_object_get(j, "omitted"), "refers_to")),
                 0);
    json_decref(j);
    pt_ledger_close(l);
    mk_done(&m);
}

/* Three characters at a time, whatever their bytes. */
Test(ledger, how_alike_texts_are) {
    static const struct {
        const char *a;
        const char *b;
        int bp; /* -1 for NULL */
    } cases[] = {{"中小学校舍安全改造工程", "中小学校舍安全改造工程", 10000},
                 {"中小学校舍安全改造工程", "中小学校舍安全改造项目", 7778}, /* 7 of 9 */
                 {"市区中小学校舍安全改造工程", "市区中小学校舍安全改造项目", 8182},
                 {"abcabcabc", "abc", 5000}, /* abc bca cab, abc */
                 {"道路", "道路", 10000},
                 {"道路", "道路工程", 0},
                 {"学校", "校学", 0},
                 {"", "道路", -1}};
    struct pt_err err = {0};
    struct pt_ledger *l;
    sqlite3_stmt *st = NULL;

    cr_assert_eq(pt_ledger_open(":memory:", PT_LEDGER_WRITE, &l, NULL, &err), 0, "%s", err.msg);
    cr_assert_eq(sqlite3_prepare_v2(pt_ledger_sql(l)->db,
                                    "SELECT coalesce(alike_bp(?1, ?2), -1),"
                                    " alike_bp(?1, ?2) IS alike_bp(?2, ?1)",
                                    -1, &st, NULL),
                 SQLITE_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sqlite3_bind_text(st, 1, cases[i].a, -1, SQLITE_STATIC);
        sqlite3_bind_text(st, 2, cases[i].b, -1, SQLITE_STATIC);
        cr_assert_eq(sqlite3_step(st), SQLITE_ROW);
        cr_expect_eq(sqlite3_column_int(st, 0), cases[i].bp, "%s %s: %d", cases[i].a, cases[i].b,
                     sqlite3_column_int(st, 0));
        cr_expect_eq(sqlite3_column_int(st, 1), 1);
        sqlite3_reset(st);
    }
    sqlite3_finalize(st);
    pt_ledger_close(l);
}
