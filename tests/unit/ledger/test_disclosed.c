/* What disclosures in force cover: from which tick on, whose, and what of a chain of corrections.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <pentad/ledger/query.h>

#include "mklog.h"

#define REPLACE 2
#define WITHDRAW 4

static const char P1[] = "37010019R000000000001";

static struct pt_ledger *fold_log(const struct mklog *m) {
    struct pt_ledger *l = NULL;
    struct pt_ledger_applied a;
    struct pt_err err = {0};

    cr_assert_eq(pt_ledger_open(":memory:", PT_LEDGER_WRITE, &l, NULL, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_ledger_begin(l, &err), 0);
    for (size_t i = 0; i < m->n; i++) {
        cr_assert_eq(pt_ledger_apply(l, &m->e[i], &a, &err), 0, "%s", err.msg);
    }
    cr_assert_eq(pt_ledger_commit(l, &err), 0);
    return l;
}

static struct mk_ref goal(struct mklog *m, const char *text, const struct mk_ref *replaces) {
    return replaces == NULL
               ? mk_json(m, "finance", "E04", K(PROJECT), P1, 2019, 20190101,
                         "{'version':1,'goal_text':'%s'}", text)
               : mk_json_correcting(m, REPLACE, replaces, "finance", "E04", K(PROJECT), P1, 2019,
                                    20190101, "{'version':1,'goal_text':'%s'}", text);
}

static struct mk_ref disclose(struct mklog *m, const char *party, const struct mk_ref *what) {
    return mk_json(m, party, "S03", K(NONE), NULL, 0, 20190103, "{'what':[%s],'url':'https://x'}",
                   mk_ref_json(m, what));
}

/* What of finance/main, congress/main and audit/main is covered now, as digits: "12 1 ". */
static const char *covered(const struct mklog *m) {
    static const char *const parties[] = {"finance", "congress", "audit"};
    static char out[64];
    struct pt_ledger *l = fold_log(m);
    size_t n = 0;

    for (int p = 0; p < 3; p++) {
        for (unsigned seq = 1; seq < 10; seq++) {
            bool yes = false;

            cr_assert_eq(pt_ledger_disclosed(l, parties[p], "main", seq, &yes, NULL), 0);
            if (yes) {
                out[n++] = (char)('0' + seq);
            }
        }
        out[n++] = '|';
    }
    out[n] = '\0';
    pt_ledger_close(l);
    return out;
}

static int note(void *ctx, const char *party, const char *stream, uint64_t seq,
                uint64_t log_index) {
    char *out = ctx;

    (void)stream;
    cr_assert_gt(log_index, 0);
    (void)snprintf(out + strlen(out), 64, "%c%llu ", party[0], (unsigned long long)seq);
    return 0;
}

/* What the ticks in log entries [from, to) made public. */
static const char *since(const struct mklog *m, uint64_t from, uint64_t to) {
    static char out[256];
    struct pt_ledger *l = fold_log(m);

    out[0] = '\0';
    cr_assert_eq(pt_ledger_disclosed_since(l, from, to, note, out, NULL), 0);
    pt_ledger_close(l);
    return out;
}

Test(disclosed, from_the_tick_that_saw_the_disclosure) {
    struct mklog m;
    struct mk_ref g;
    size_t seen;

    mk_init(&m);
    g = goal(&m, "one", NULL);
    (void)goal(&m, "of another", NULL);
    mk_tick(&m, 20190101);
    (void)disclose(&m, "finance", &g);
    mk_flush(&m);
    cr_expect_str_eq(covered(&m), "|||", "no tick yet");
    seen = m.n;
    mk_tick(&m, 20190102);
    cr_expect_str_eq(covered(&m), "1|||");
    cr_expect_str_eq(since(&m, 0, m.n), "f1 ");
    cr_expect_str_eq(since(&m, 0, seen), "", "it comes with that tick");
    cr_expect_str_eq(since(&m, seen, m.n), "f1 ");
    mk_done(&m);
}

Test(disclosed, with_its_corrections_before_and_after) {
    struct mklog m;
    struct mk_ref g, h, s;
    size_t seen;

    mk_init(&m);
    g = goal(&m, "one", NULL);
    h = goal(&m, "two", &g);
    s = disclose(&m, "finance", &h);
    mk_tick(&m, 20190101);
    cr_expect_str_eq(covered(&m), "12|||");
    seen = m.n;
    (void)goal(&m, "three", &h);
    mk_flush(&m);
    cr_expect_str_eq(covered(&m), "12|||", "what comes later waits for a tick too");
    mk_tick(&m, 20190102);
    cr_expect_str_eq(covered(&m), "124|||");
    cr_expect_str_eq(since(&m, seen, m.n), "f4 ");
    (void)mk_json_correcting(&m, WITHDRAW, &s, "finance", "S03", K(NONE), NULL, 0, 20190103, "{}");
    mk_tick(&m, 20190103);
    cr_expect_str_eq(covered(&m), "|||", "withdrawn: not from now on");
    cr_expect_str_eq(since(&m, 0, m.n), "");
    mk_done(&m);
}

/* A disclosure that replaces another covers what it names itself. */
Test(disclosed, by_the_disclosure_in_force) {
    struct mklog m;
    struct mk_ref g, h, s;

    mk_init(&m);
    g = goal(&m, "one", NULL);
    h = goal(&m, "two", NULL);
    s = disclose(&m, "finance", &g);
    mk_tick(&m, 20190101);
    (void)mk_json_correcting(&m, REPLACE, &s, "finance", "S03", K(NONE), NULL, 0, 20190103,
                             "{'what':[%s],'url':'https://x'}", mk_ref_json(&m, &h));
    mk_tick(&m, 20190102);
    cr_expect_str_eq(covered(&m), "2|||");
    mk_done(&m);
}

Test(disclosed, by_whose_it_is_to_publish) {
    struct mklog m;
    struct mk_ref opinion, finding, paid, g, wrong;

    mk_init(&m);
    opinion = mk_json(&m, "congress", "N01", K(NONE), NULL, 0, 20190101, "{'text':'x'}");
    finding = mk_json(&m, "audit", "A03", K(PROJECT), P1, 2019, 20190101, "{'finding_no':'1'}");
    g = goal(&m, "one", NULL);
    paid = mk_json(&m, "finance", "X01", K(UNIT), "12370100000000001U", 2019, 20190101, "{}");
    (void)disclose(&m, "finance", &opinion);
    (void)disclose(&m, "finance", &finding);
    (void)disclose(&m, "finance", &paid);
    (void)disclose(&m, "audit", &g);
    wrong = g;
    mk_tick(&m, 20190101);
    cr_expect_str_eq(covered(&m), "|||");
    cr_expect_str_eq(since(&m, 0, m.n), "");
    (void)disclose(&m, "congress", &opinion);
    (void)disclose(&m, "audit", &finding);
    (void)disclose(&m, "finance", &wrong);
    mk_tick(&m, 20190102);
    cr_expect_str_eq(covered(&m), "1|1|1|");
    mk_done(&m);
}
