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
    {"D03", "-F--Fa-"}, {"O02", "-FF--a-"},
};

static const char *want_of(const struct pt_record_info *info, const Pentad__V1__Record *rec) {
    if (info->type == PT_TYPE_AUDIT_PLAN) {
        return rec->audit_plan->opens != NULL ? to_all : "----F--";
    }
    if (info->type == PT_TYPE_ACCOUNTABILITY) {
        return rec->accountability->opens != NULL ? to_all : "-FF-F--";
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(others[i].code, info->code) == 0) {
            return others[i].want;
        }
    }
    return to_all;
}

static void seen(const Pentad__V1__Record *rec, enum pt_party author, char out[READERS + 1]) {
    static const char letters[] = {
        [PT_VISIBLE_NONE] = '-', [PT_VISIBLE_AGGREGATE] = 'a', [PT_VISIBLE_FULL] = 'F'};

    for (int i = 0; i < READERS; i++) {
        out[i] = letters[pt_visible(rec, author, readers[i])];
    }
    out[READERS] = '\0';
}

Test(visible, every_type_to_every_reader) {
    for (size_t i = 0; i < n_good_records; i++) {
        const struct good *g = &good_records[i];
        const struct pt_record_info *info = pt_record_info(g->type);
        json_t *json = good_json(g);
        struct pt_arena arena;
        Pentad__V1__Record *rec;
        char got[READERS + 1];

        pt_arena_init(&arena, 1 << 20);
        rec = record_of(json, &arena);
        json_decref(json);
        seen(rec, g->author, got);
        cr_expect_str_eq(got, want_of(info, rec), "%s: %s instead of %s", info->code, got,
                         want_of(info, rec));
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
        seen(record_of(json, &arena), g->author, got);
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
