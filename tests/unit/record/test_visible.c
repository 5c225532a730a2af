/* Who may read what: every type and form against every reader. The table is the specification's
 * (docs/records.md), written again by hand. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <pentad/record/visible.h>

#include "support.h"

static const enum pt_party readers[] = {
    PT_PARTY_CONGRESS, PT_PARTY_DISCIPLINE, PT_PARTY_ORGANIZATION, PT_PARTY_FINANCE,
    PT_PARTY_AUDIT,    PT_PARTY_OFFICE,     PT_PARTY_PUBLIC};
enum { READERS = sizeof(readers) / sizeof(readers[0]) };

/* Congress, discipline, organization, finance, audit, office, the public: F in full, a what is
 * derived from it, - nothing. */
static const char to_all[] = "FFFFFF-";
static const struct {
    const char *code;
    const char *want;
} others[] = {
    {"X01", "FFaFFa-"}, {"A05", "-FF-F--"}, {"D01", "-F--Fa-"}, /* this one is audit's */
    {"D02", "-F--Fa-"},                                         /* for audit's clue */
    {"D03", "-F--Fa-"}, {"O02", "-FF--a-"}, {"SealedCount", "-F---a-"},
};

static const char *want_of(const struct pt_record_info *info, const Pentad__V1__Record *rec) {
    if (info->type == PT_TYPE_AUDIT_PLAN) {
        return rec->audit_plan->opens != NULL ? to_all : "----F--";
    }
    if (info->type == PT_TYPE_ACCOUNTABILITY) {
        return rec->accountability->opens != NULL ? to_all : "-FF-F--";
    }
    if (info->type == PT_TYPE_ATTESTATION) { /* congress', for the office */
        return rec->attestation->difference == NULL ? to_all : "F----F-";
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(others[i].code, info->code) == 0) {
            return others[i].want;
        }
    }
    return to_all;
}

/* What a disclosure that covers it adds for the public: + this type goes public. By type as the
 * catalogue's +P has it; D04 where it is opened, J04 where it praises or criticizes. */
static const char *const public_types[] = {"P01", "P02", "E04", "B01", "B03", "X05", "V01", "V02",
                                           "N01", "A03", "D04", "O01", "J04", "S01", "S03"};

static bool goes_public(const struct pt_record_info *info, const Pentad__V1__Record *rec) {
    if (info->type == PT_TYPE_ACCOUNTABILITY && rec->accountability->opens == NULL) {
        return false;
    }
    if (info->type == PT_TYPE_NOTICE &&
        rec->notice->kind != PENTAD__V1__NOTICE_KIND__NOTICE_KIND_COMMEND &&
        rec->notice->kind != PENTAD__V1__NOTICE_KIND__NOTICE_KIND_CRITICIZE) {
        return false;
    }
    for (size_t i = 0; i < sizeof(public_types) / sizeof(public_types[0]); i++) {
        if (strcmp(public_types[i], info->code) == 0) {
            return true;
        }
    }
    return false;
}

static void seen(const Pentad__V1__Record *rec, enum pt_party author, bool disclosed,
                 char out[READERS + 1]) {
    static const char letters[] = {
        [PT_VISIBLE_NONE] = '-', [PT_VISIBLE_AGGREGATE] = 'a', [PT_VISIBLE_FULL] = 'F'};

    for (int i = 0; i < READERS; i++) {
        out[i] = letters[pt_visible_disclosed(rec, author, readers[i], disclosed)];
    }
    out[READERS] = '\0';
}

/* Every reader, without and with a disclosure that covers the record. */
static void matrix(const struct good *g, const struct pt_record_info *info,
                   const Pentad__V1__Record *rec) {
    char want[READERS + 1];
    char got[READERS + 1];

    memcpy(want, want_of(info, rec), sizeof(want));
    want[READERS - 1] = info->type == PT_TYPE_DISCLOSURE ? 'F' : '-';
    seen(rec, g->author, false, got);
    cr_expect_str_eq(got, want, "%s: %s instead of %s", info->code, got, want);
    if (goes_public(info, rec)) {
        want[READERS - 1] = 'F';
    }
    seen(rec, g->author, true, got);
    cr_expect_str_eq(got, want, "%s, disclosed: %s instead of %s", info->code, got, want);
    for (int i = 0; i < READERS; i++) {
        cr_expect_eq(pt_visible(rec, g->author, readers[i]),
                     pt_visible_disclosed(rec, g->author, readers[i], false), "%s", info->code);
    }
}

Test(visible, every_type_to_every_reader) {
    for (size_t i = 0; i < n_good_records; i++) {
        const struct good *g = &good_records[i];
        const struct pt_record_info *info = pt_record_info(g->type);
        json_t *json = good_json(g);
        struct pt_arena arena;
        Pentad__V1__Record *rec;

        pt_arena_init(&arena, 1 << 20);
        rec = record_of(json, &arena);
        json_decref(json);
        matrix(g, info, rec);
        cr_expect_eq(pt_visible(rec, g->author, PT_PARTY_HUB), PT_VISIBLE_FULL);
        cr_expect_eq(pt_visible(rec, g->author, g->author), PT_VISIBLE_FULL, "%s: its author",
                     info->code);
        pt_arena_done(&arena);
    }
}

/* A clue goes to discipline and stays its sender's, whoever that is. */
Test(visible, a_clue_is_its_senders) {
    static const struct {
        const char *sender;
        const char *want;
    } cases[] = {{"finance", "-F-F-a-"}, {"congress", "FF---a-"}, {"organization", "-FF--a-"}};
    const struct good *g = good_of(PT_TYPE_CLUE_RECEIPT);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pt_arena arena;
        json_t *json = good_json(g);
        char value[32];
        char got[READERS + 1];

        (void)snprintf(value, sizeof(value), "\"%s\"", cases[i].sender);
        json_patch(json, g, "body.sender", value);
        pt_arena_init(&arena, 1 << 20);
        seen(record_of(json, &arena), g->author, true, got);
        cr_expect_str_eq(got, cases[i].want, "%s", cases[i].sender);
        json_decref(json);
        pt_arena_done(&arena);
    }
}

/* Where the type alone decides, it says the same as the record. */
Test(visible, the_type_says_the_same) {
    for (size_t i = 0; i < n_good_records; i++) {
        const struct good *g = &good_records[i];
        struct pt_arena arena;
        json_t *json = good_json(g);
        Pentad__V1__Record *rec;

        pt_arena_init(&arena, 1 << 20);
        rec = record_of(json, &arena);
        for (int r = 0; r < READERS; r++) {
            enum pt_visibility v;

            if (pt_visible_by_type(g->type, g->author, readers[r], &v)) {
                cr_expect_eq(v, pt_visible(rec, g->author, readers[r]), "%s",
                             pt_record_info(g->type)->code);
            }
        }
        json_decref(json);
        pt_arena_done(&arena);
    }
}

Test(visible, notices_that_praise_or_criticize_go_public) {
    static const struct {
        Pentad__V1__NoticeKind kind;
        enum pt_visibility want;
    } cases[] = {
        {PENTAD__V1__NOTICE_KIND__NOTICE_KIND_WARNING, PT_VISIBLE_NONE},
        {PENTAD__V1__NOTICE_KIND__NOTICE_KIND_INTERVIEW, PT_VISIBLE_NONE},
        {PENTAD__V1__NOTICE_KIND__NOTICE_KIND_COMMEND, PT_VISIBLE_FULL},
        {PENTAD__V1__NOTICE_KIND__NOTICE_KIND_CRITICIZE, PT_VISIBLE_FULL},
        {PENTAD__V1__NOTICE_KIND__NOTICE_KIND_DISCREPANCY, PT_VISIBLE_NONE},
    };
    Pentad__V1__Notice notice = PENTAD__V1__NOTICE__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;

    rec.body_case = PENTAD__V1__RECORD__BODY_NOTICE;
    rec.notice = &notice;
    notice.has_kind = 1;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        notice.kind = cases[i].kind;
        cr_expect_eq(pt_visible_disclosed(&rec, PT_PARTY_OFFICE, PT_PARTY_PUBLIC, true),
                     cases[i].want, "%d", (int)cases[i].kind);
    }
}

/* Who publishes what: its own, and finance everybody's but what congress and audit publish. */
Test(visible, whose_disclosure_covers_what) {
    static const struct {
        enum pt_party by;
        enum pt_record_type type;
        enum pt_party author;
        bool want;
    } cases[] = {
        {PT_PARTY_FINANCE, PT_TYPE_PERF_GOAL, PT_PARTY_FINANCE, true},
        {PT_PARTY_FINANCE, PT_TYPE_CONGRESS_APPROVAL, PT_PARTY_CONGRESS, true},
        {PT_PARTY_FINANCE, PT_TYPE_APPRAISAL, PT_PARTY_ORGANIZATION, true},
        {PT_PARTY_FINANCE, PT_TYPE_ACCOUNTABILITY, PT_PARTY_DISCIPLINE, true},
        {PT_PARTY_FINANCE, PT_TYPE_CONGRESS_OPINION, PT_PARTY_CONGRESS, false},
        {PT_PARTY_FINANCE, PT_TYPE_AUDIT_FINDING, PT_PARTY_AUDIT, false},
        {PT_PARTY_CONGRESS, PT_TYPE_CONGRESS_OPINION, PT_PARTY_CONGRESS, true},
        {PT_PARTY_AUDIT, PT_TYPE_AUDIT_FINDING, PT_PARTY_AUDIT, true},
        {PT_PARTY_AUDIT, PT_TYPE_PERF_GOAL, PT_PARTY_FINANCE, false},
        {PT_PARTY_FINANCE, PT_TYPE_PAYMENT_BATCH, PT_PARTY_FINANCE, false},
        {PT_PARTY_FINANCE, PT_TYPE_ALLOTMENT, PT_PARTY_FINANCE, false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_eq(pt_disclosure_covers(cases[i].by, cases[i].type, cases[i].author),
                     cases[i].want, "%zu", i);
    }
}

/* A discrepancy is for all six, the public never; one over a clue for discipline, for those who
 * must answer it and for the clue's sender, whom its figure names. */
Test(visible, discrepancies_by_rule_responders_and_sender) {
    static const struct {
        const char *rule;
        const char *responders[3];
        const char *label; /* of its one figure, and the text of it */
        const char *text;
        const char *want;
    } cases[] = {
        {"K10", {"finance"}, NULL, NULL, to_all},
        {"K54", {"finance", "audit"}, NULL, NULL, to_all},
        {"K59", {"organization"}, NULL, NULL, to_all},
        {"K63", {"finance", "organization"}, NULL, NULL, to_all},
        {"K68", {"audit"}, NULL, NULL, to_all},
        {"K10", {"finance"}, "sender", "audit", to_all},
        {"K55", {"discipline"}, "sender", "congress", "FF-----"},
        {"K55", {"discipline"}, "sender", "organization", "-FF----"},
        {"K55", {"discipline"}, "sender", "finance", "-F-F---"},
        {"K55", {"discipline"}, "sender", "audit", "-F--F--"},
        {"K56", {"discipline"}, "sender", "congress", "FF-----"},
        {"K56", {"discipline"}, "sender", "organization", "-FF----"},
        {"K56", {"discipline"}, "sender", "finance", "-F-F---"},
        {"K56", {"discipline"}, "sender", "audit", "-F--F--"},
        {"K57", {"audit"}, NULL, NULL, "-F--F--"},
        /* No sender named, or nobody's name: discipline's alone. */
        {"K55", {"discipline"}, NULL, NULL, "-F-----"},
        {"K55", {"discipline"}, "sender", NULL, "-F-----"},
        {"K56", {"discipline"}, "sender", "public", "-F-----"},
        {"K56", {"discipline"}, "sender", "everybody", "-F-----"},
        {"K55", {"discipline"}, "receiver", "audit", "-F-----"},
        {"K55", {"discipline"}, NULL, "audit", "-F-----"},
        /* As they were logged while the sender was among those who answer: no more see them. */
        {"K55", {"discipline", "audit"}, "sender", "audit", "-F--F--"},
        {"K55", {"discipline", "finance"}, NULL, NULL, "-F-F---"},
        {"K56", {"discipline", "congress"}, "sender", "congress", "FF-----"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Pentad__V1__Discrepancy d = PENTAD__V1__DISCREPANCY__INIT;
        Pentad__V1__DiscrepancyFigure figure = PENTAD__V1__DISCREPANCY_FIGURE__INIT;
        Pentad__V1__DiscrepancyFigure *figures[] = {&figure};
        Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
        char *responders[3];
        char got[READERS + 1];

        for (d.n_responders = 0; d.n_responders < 3 && cases[i].responders[d.n_responders] != NULL;
             d.n_responders++) {
            responders[d.n_responders] = (char *)(uintptr_t)cases[i].responders[d.n_responders];
        }
        d.responders = responders;
        figure.label = (char *)(uintptr_t)cases[i].label;
        figure.text = (char *)(uintptr_t)cases[i].text;
        d.figures = figures;
        d.n_figures = cases[i].label != NULL || cases[i].text != NULL ? 1 : 0;
        d.rule = (char *)(uintptr_t)cases[i].rule;
        rec.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY;
        rec.discrepancy = &d;
        seen(&rec, PT_PARTY_HUB, true, got);
        cr_expect_str_eq(got, cases[i].want, "%zu, %s: %s instead of %s", i, cases[i].rule, got,
                         cases[i].want);
    }
}

/* What is equal is for all six; where a row is named, for its classes and its author. */
Test(visible, attestations_by_the_row_that_they_name) {
    static const struct {
        enum pt_party author;
        bool row;
        const char *classes[4];
        const char *want;
    } cases[] = {
        {PT_PARTY_AUDIT, false, {"audit", "finance"}, to_all},
        {PT_PARTY_AUDIT, true, {"audit", "finance"}, "---FF--"},
        {PT_PARTY_AUDIT, true, {"congress", "discipline", "finance", "audit"}, "FF-FF--"},
        {PT_PARTY_CONGRESS, true, {"organization", "office"}, "F-F--F-"},
        {PT_PARTY_AUDIT, true, {"public"}, "----F--"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Pentad__V1__RowDifference row = PENTAD__V1__ROW_DIFFERENCE__INIT;
        Pentad__V1__Attestation a = PENTAD__V1__ATTESTATION__INIT;
        Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
        char *classes[4];
        char got[READERS + 1];

        for (; a.n_reader_classes < 4 && cases[i].classes[a.n_reader_classes] != NULL;
             a.n_reader_classes++) {
            classes[a.n_reader_classes] = (char *)(uintptr_t)cases[i].classes[a.n_reader_classes];
        }
        a.reader_classes = classes;
        a.difference = cases[i].row ? &row : NULL;
        rec.body_case = PENTAD__V1__RECORD__BODY_ATTESTATION;
        rec.attestation = &a;
        seen(&rec, cases[i].author, true, got);
        cr_expect_str_eq(got, cases[i].want, "%zu: %s instead of %s", i, got, cases[i].want);
    }
}

/* A reply is for all six; to a discrepancy about a clue for its author, for discipline and for the
 * clue's sender. */
Test(visible, replies_by_rule_and_sender) {
    static const struct {
        enum pt_party author;
        const char *rule;
        const char *sender;
        const char *want;
    } cases[] = {
        {PT_PARTY_FINANCE, NULL, NULL, to_all},
        {PT_PARTY_DISCIPLINE, "K55", "audit", "-F--F--"},
        {PT_PARTY_DISCIPLINE, "K55", "finance", "-F-F---"},
        {PT_PARTY_DISCIPLINE, "K56", "congress", "FF-----"},
        {PT_PARTY_DISCIPLINE, "K56", NULL, "-F-----"},
        {PT_PARTY_AUDIT, "K57", NULL, "-F--F--"},
        {PT_PARTY_OFFICE, "K55", "organization", "-FF--F-"},
        {PT_PARTY_DISCIPLINE, "K55", "public", "-F-----"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Pentad__V1__DiscrepancyReply reply = PENTAD__V1__DISCREPANCY_REPLY__INIT;
        Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
        char got[READERS + 1];

        reply.rule = (char *)(uintptr_t)cases[i].rule;
        reply.sender = (char *)(uintptr_t)cases[i].sender;
        rec.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY_REPLY;
        rec.discrepancy_reply = &reply;
        seen(&rec, cases[i].author, true, got);
        cr_expect_str_eq(got, cases[i].want, "%zu: %s instead of %s", i, got, cases[i].want);
        cr_expect_eq(pt_visible(&rec, cases[i].author, PT_PARTY_HUB), PT_VISIBLE_FULL);
    }
}
