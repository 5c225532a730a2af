/* Discrepancies about clues in what the ledger answers: whoever may not read them is told neither
 * what they say nor that they are there. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include <pentad/base/codec.h>
#include <pentad/ledger/query.h>

#include "world.h"

/* Two clues whose K55s have ids that begin with the same six digits. */
#define CLUE_AUDIT "AAAAAAAAAAAAAAAAAAA9yg=="
#define OF_AUDIT "audit/00000000000000000000000000003dca"
#define CLUE_FINANCE "AAAAAAAAAAAAAAAAAAAFxA=="
#define OF_FINANCE "finance/000000000000000000000000000005c4"
#define BOTH "a9a2a6"

/* What each may read: of the K55 over audit's clue, that over finance's, and the K57. */
static const struct reader {
    enum pt_party party;
    bool audits, finances, k57;
} readers[] = {
    {PT_PARTY_HUB, true, true, true},         {PT_PARTY_DISCIPLINE, true, true, true},
    {PT_PARTY_AUDIT, true, false, true},      {PT_PARTY_FINANCE, false, true, false},
    {PT_PARTY_CONGRESS, false, false, false}, {PT_PARTY_ORGANIZATION, false, false, false},
    {PT_PARTY_OFFICE, false, false, false},
};
enum { READERS = sizeof readers / sizeof readers[0] };

static int seen_by(const struct reader *r) {
    return r->audits + r->finances + r->k57;
}

static struct mk_ref send_clue(struct world *w, const char *sender, const char *clue) {
    return mk_json(&w->m, sender, "D01", K(NONE), NULL, 0, 0,
                   "{'clue_id':'%s','sender':'%s','sent_at_ms':'1546826400000','ack_due':20190110,"
                   "'inquiry_level':'INQUIRY_LEVEL_ORDINARY'}",
                   clue, sender);
}

struct clues {
    struct world w;
    struct pt_ledger *l;
    struct mk_ref clue, count; /* finance's clue; what K57 goes by */
    struct seen audits, finances, k57;
};

/* Neither clue is receipted, audit counts one matter that it should have passed on; all three are
 * overdue and escalated. */
static void clues_open(struct clues *c) {
    w_open(&c->w, ":memory:");
    (void)mk_org(&c->w.m, K(DEPT), "11370100004188813W", "市教育局", NULL, "370100");
    (void)send_clue(&c->w, "audit", CLUE_AUDIT);
    c->clue = send_clue(&c->w, "finance", CLUE_FINANCE);
    c->count = mk_json(&c->w.m, "audit", "SealedCount", K(NONE), NULL, 0, 0,
                       "{'rule':'K57','period':'2018-12','count':1}");
    (void)mk_json(&c->w.m, "discipline", "SealedCount", K(NONE), NULL, 0, 0,
                  "{'rule':'K56','period':'2018-12','count':0}");
    w_days(&c->w, 20190107, 20190131);
    c->l = pt_fold_ledger(c->w.f);
    c->audits = w_find(&c->w, "K55", "", "", OF_AUDIT);
    c->finances = w_find(&c->w, "K55", "", "", OF_FINANCE);
    c->k57 = w_find(&c->w, "K57", "", "2018-12", "");
    cr_assert(c->audits.escalated && c->finances.escalated && c->k57.escalated);
}

static void clues_close(struct clues *c) {
    w_check(&c->w);
    w_close(&c->w);
}

static int64_t number(const json_t *j, const char *name) {
    return json_integer_value(json_object_get(j, name));
}

/* How many a list says that there are, and that it has. */
static int64_t listed(struct clues *c, enum pt_party reader, const char *rule) {
    const struct pt_discrepancy_filter f = {.reader = reader, .rule = rule};
    struct pt_err err = {0};
    json_t *j = NULL;
    int64_t total;

    cr_assert_eq(pt_ledger_discrepancies_json(c->l, &f, &j, &err), 0, "%s", err.msg);
    total = number(j, "total");
    cr_expect_eq(json_array_size(json_object_get(j, "discrepancies")), (size_t)total);
    json_decref(j);
    return total;
}

Test(clue_readers, lists_and_their_totals_leave_them_out) {
    struct clues c;
    int64_t others;

    clues_open(&c);
    others = listed(&c, PT_PARTY_HUB, NULL) - 3;
    for (size_t n = 0; n < READERS; n++) {
        const struct reader *r = &readers[n];
        const char *who = pt_party_name(r->party);

        cr_expect_eq(listed(&c, r->party, NULL), others + seen_by(r), "%s", who);
        cr_expect_eq(listed(&c, r->party, "K55"), r->audits + r->finances, "%s", who);
        cr_expect_eq(listed(&c, r->party, "K57"), r->k57, "%s", who);
    }
    cr_expect_eq(listed(&c, PT_PARTY_PUBLIC, NULL), 0, "no discrepancy is the public's");
    cr_expect_eq(listed(&c, PT_PARTY_NONE, NULL), 0, "nor anybody's whom nobody knows");
    clues_close(&c);
}

/* Asked for by the first `digits` of its id; the message says what the digits name. */
static int by_id(struct clues *c, enum pt_party reader, const struct seen *s, int digits,
                 struct pt_err *err) {
    char hex[33];
    json_t *j = NULL;
    int rc;

    pt_hex(hex, s->id, 16);
    hex[digits] = '\0';
    rc = pt_ledger_discrepancy_json(c->l, hex, reader, &j, err);
    cr_expect(rc != 0 || json_array_size(json_object_get(j, "history")) > 0);
    json_decref(j);
    return rc;
}

/* Puts the digits of `to` where the message ends with those of `from`. */
static void rename_id(char *msg, const uint8_t from[16], const uint8_t to[16]) {
    char hex[33];
    char *at;

    pt_hex(hex, from, 16);
    at = strstr(msg, hex);
    cr_assert_not_null(at);
    pt_hex(at, to, 16);
}

/* What the ledger says of an id that there isn't, with other digits in it. */
static void expect_unknown(struct clues *c, enum pt_party reader, const struct seen *s) {
    struct pt_err unknown = {0};
    struct pt_err err = {0};
    struct seen none = *s;

    none.id[15] ^= 1;
    cr_expect_eq(by_id(c, reader, &none, 32, &unknown), PT_E_NOT_FOUND);
    cr_expect_eq(by_id(c, reader, s, 32, &err), PT_E_NOT_FOUND, "%s", pt_party_name(reader));
    rename_id(err.msg, s->id, none.id);
    cr_expect(strcmp(err.msg, unknown.msg) == 0, "%s, not: %s", err.msg, unknown.msg);
}

Test(clue_readers, an_id_is_as_unknown_as_one_that_there_is_not) {
    struct clues c;
    struct pt_err err = {0};

    clues_open(&c);
    for (size_t n = 0; n < READERS; n++) {
        const struct reader *r = &readers[n];
        const struct seen *const s[] = {&c.audits, &c.finances, &c.k57};
        const bool sees[] = {r->audits, r->finances, r->k57};

        for (size_t i = 0; i < 3; i++) {
            if (sees[i])
                cr_expect_eq(by_id(&c, r->party, s[i], 32, &err), 0, "%s", err.msg);
            else
                expect_unknown(&c, r->party, s[i]);
        }
    }
    expect_unknown(&c, PT_PARTY_PUBLIC, &c.k57);
    clues_close(&c);
}

/* Six digits begin both: whoever reads one of them isn't told of the other. */
Test(clue_readers, digits_are_ambiguous_among_what_he_may_read) {
    struct clues c;
    struct pt_err err = {0};

    clues_open(&c);
    for (size_t n = 0; n < READERS; n++) {
        const struct reader *r = &readers[n];
        int both = r->audits + r->finances;

        cr_expect_eq(by_id(&c, r->party, &c.audits, 6, &err),
                     both == 0   ? PT_E_NOT_FOUND
                     : both == 1 ? 0
                                 : PT_E_USAGE,
                     "%s: %s", pt_party_name(r->party), err.msg);
        cr_expect(both == 1 || strstr(err.msg, BOTH) != NULL, "%s", err.msg);
    }
    clues_close(&c);
}

Test(clue_readers, escalations_leave_them_out) {
    struct clues c;
    struct pt_err err = {0};
    int64_t others = -1;

    clues_open(&c);
    for (size_t n = 0; n < READERS; n++) {
        const struct reader *r = &readers[n];
        json_t *j = NULL;

        cr_assert_eq(pt_ledger_escalations_json(c.l, r->party, &j, &err), 0, "%s", err.msg);
        others = others < 0 ? number(j, "escalated") - 3 : others;
        cr_expect_eq(number(j, "escalated"), others + seen_by(r), "%s", pt_party_name(r->party));
        cr_expect_eq(json_array_size(json_object_get(j, "proposals")),
                     (size_t)(others + seen_by(r)), "%s", pt_party_name(r->party));
        json_decref(j);
    }
    clues_close(&c);
}

/* They have no subject: they stand in the row of none. */
Test(clue_readers, a_row_leaves_them_out) {
    struct clues c;
    struct pt_err err = {0};
    int64_t others = -1;

    clues_open(&c);
    for (size_t n = 0; n < READERS; n++) {
        const struct reader *r = &readers[n];
        json_t *j = NULL;
        int64_t open;

        cr_assert_eq(
            pt_ledger_row_json(c.l, K(NONE), "", 2019, 20190131, PT_KNOWN_NOW, r->party, &j, &err),
            0, "%s", err.msg);
        open = number(json_object_get(j, "subject"), "open");
        others = others < 0 ? open - 3 : others;
        cr_expect_eq(open, others + seen_by(r), "%s", pt_party_name(r->party));
        cr_expect_eq(json_array_size(json_object_get(j, "discrepancies")), (size_t)open, "%s",
                     pt_party_name(r->party));
        json_decref(j);
    }
    clues_close(&c);
}

/* How many discrepancies a record's trace knows. */
static int64_t traced(struct clues *c, enum pt_party reader, const struct mk_ref *ref) {
    struct pt_err err = {0};
    json_t *j = NULL;
    int64_t n;

    cr_assert_eq(pt_ledger_trace_record(c->l, ref->ref.party, ref->ref.stream, ref->ref.seq,
                                        (struct pt_list_page){0}, reader, &j, &err),
                 0, "%s", err.msg);
    n = (int64_t)json_array_size(json_object_get(j, "discrepancies"));
    cr_expect_eq(number(json_object_get(j, "omitted"), "discrepancies"), 0);
    json_decref(j);
    return n;
}

Test(clue_readers, a_trace_leaves_them_out) {
    struct clues c;

    clues_open(&c);
    for (size_t n = 0; n < READERS; n++) {
        const struct reader *r = &readers[n];
        cr_expect_eq(traced(&c, r->party, &c.clue), r->finances, "%s", pt_party_name(r->party));
        cr_expect_eq(traced(&c, r->party, &c.count), r->k57, "%s", pt_party_name(r->party));
    }
    cr_expect_eq(traced(&c, PT_PARTY_PUBLIC, &c.count), 0);
    clues_close(&c);
}

/* What finance sends under the id of audit's clue is no part of it. */
Test(clue_readers, a_trace_has_the_clue_of_its_sender) {
    struct clues c;
    struct pt_err err = {0};
    struct mk_ref other;
    json_t *j = NULL;
    json_t *clue;

    clues_open(&c);
    other = send_clue(&c.w, "audit", CLUE_FINANCE);
    w_tick(&c.w, 20190201);
    cr_assert_eq(pt_ledger_trace_record(c.l, c.clue.ref.party, c.clue.ref.stream, c.clue.ref.seq,
                                        (struct pt_list_page){0}, PT_PARTY_HUB, &j, &err),
                 0, "%s", err.msg);
    clue = json_object_get(j, "clue");
    cr_expect_eq(json_array_size(clue), 1, "%s#%d too", other.ref.party, (int)other.ref.seq);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(clue, 0), "id")),
                     json_string_value(json_object_get(json_object_get(j, "record"), "id")));
    json_decref(j);
    clues_close(&c);
}
