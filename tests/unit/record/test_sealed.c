/* Sealed records: what stands in the clear, what inside, whom they are for, where they open. */
#include <criterion/criterion.h>

#include <string.h>

#include <pentad/base/buf.h>
#include <pentad/record/sealed.h>
#include <pentad/record/visible.h>

#include "support.h"

#define HASH32 "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""
#define CLUE "\"clue_id\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sender\":\"audit\","

/* As a mapping makes them: header and content in the clear. */
static const struct good contents[] = {
    {PT_TYPE_RESPONSIBLE_PERSON, PT_PARTY_FINANCE, "",
     "{\"role\":\"PERSON_ROLE_PROJECT_HEAD\",\"post\":\"局长\",\"held_from\":20190101,"
     "\"person\":{\"name\":\"张三\",\"token\":" HASH32 "}}"},
    {PT_TYPE_AUDIT_PLAN, PT_PARTY_AUDIT, "",
     "{\"open_on\":20191201,\"title\":\"教育专项审计\",\"focus\":[\"AUDIT_FOCUS_SPENDING\","
     "\"AUDIT_FOCUS_DUTY\"]}"},
    {PT_TYPE_ECON_RESP_AUDIT, PT_PARTY_AUDIT, "",
     "{\"person_token\":" HASH32 ",\"post\":\"局长\",\"period_from\":20180101,\"period_to\":"
     "20181231,\"perf_score_cp\":8000}"},
    {PT_TYPE_CLUE_TRANSFER, PT_PARTY_AUDIT, "",
     "{" CLUE "\"sent_at_ms\":\"1561946400000\",\"ack_due\":20190703,\"inquiry_level\":"
     "\"INQUIRY_LEVEL_URGENT\",\"problem\":\"虚列支出\",\"law\":\"预算法93\"}"},
    {PT_TYPE_CLUE_OUTCOME, PT_PARTY_DISCIPLINE, "",
     "{" CLUE "\"stage\":\"OUTCOME_STAGE_FINAL\",\"disposal\":\"CLUE_DISPOSAL_FILED\","
     "\"dealt_persons\":2}"},
    {PT_TYPE_ACCOUNTABILITY, PT_PARTY_DISCIPLINE, "",
     "{\"publish_on\":20191201,\"person_token\":" HASH32
     ",\"measure\":\"ACCOUNTABILITY_MEASURE_ADMONITION\",\"decided_on\":20191101}"},
    {PT_TYPE_CADRE_USE, PT_PARTY_ORGANIZATION, "",
     "{\"org\":\"" USCC_AUDIT "\",\"used_in\":[\"CADRE_PURPOSE_REWARD\"]}"},
};
enum { CONTENTS = sizeof(contents) / sizeof(contents[0]) };

static const uint8_t keys[2][PT_SEALED_KEY_ID] = {{1}, {2}};
static const uint8_t nonce[PT_SEALED_NONCE] = {7};
static const struct pt_sealed_place here = {.hub = {9},
                                            .party = "audit",
                                            .stream = "main",
                                            .seq = 7,
                                            .recipients = keys,
                                            .n_recipients = 2};

struct split {
    struct pt_arena arena;
    Pentad__V1__Record *whole, *header;
    Pentad__V1__Sealed sealed;
    ProtobufCBinaryData ids[2];
    uint8_t hash[32];
    struct pt_buf plain;
};

static void hang_seal(struct split *s) {
    pentad__v1__sealed__init(&s->sealed);
    for (int i = 0; i < 2; i++) {
        s->ids[i] = (ProtobufCBinaryData){PT_SEALED_KEY_ID, (uint8_t *)(uintptr_t)keys[i]};
    }
    s->sealed.n_recipients = 2;
    s->sealed.recipients = s->ids;
    s->sealed.has_cms = 1;
    s->sealed.cms = (ProtobufCBinaryData){3, (uint8_t *)(uintptr_t) "cms"};
    s->sealed.has_content_hash = 1;
    s->sealed.content_hash = (ProtobufCBinaryData){sizeof(s->hash), s->hash};
    pt_sealed_hang(s->header, &s->sealed);
}

static void split(struct split *s, const struct good *g) {
    json_t *json = good_json(g);
    struct pt_err err = {0};

    pt_arena_init(&s->arena, 1 << 24);
    s->whole = record_of(json, &s->arena);
    json_decref(json);
    pt_buf_init(&s->plain, PT_SEALED_MAX);
    cr_assert(pt_sealed_due(s->whole), "%s", pt_record_info(g->type)->code);
    cr_assert_eq(pt_sealed_split(s->whole, nonce, &here, false, &s->arena, &s->header, &s->plain,
                                 s->hash, &err),
                 0, "%s", err.msg);
    hang_seal(s);
    cr_assert_not(pt_sealed_due(s->header));
}

static void done(struct split *s) {
    pt_buf_done(&s->plain);
    pt_arena_done(&s->arena);
}

static void pack(const Pentad__V1__Record *rec, struct pt_buf *out) {
    pt_buf_init(out, PT_RECORD_MAX);
    cr_assert_eq(pt_msg_encode(&rec->base, out, NULL), 0);
}

static bool same(const Pentad__V1__Record *a, const Pentad__V1__Record *b) {
    struct pt_buf x;
    struct pt_buf y;
    bool yes;

    pack(a, &x);
    pack(b, &y);
    yes = pt_span_eq(pt_buf_span(&x), pt_buf_span(&y));
    pt_buf_done(&x);
    pt_buf_done(&y);
    return yes;
}

Test(sealed, comes_back_as_it_was) {
    for (int i = 0; i < CONTENTS; i++) {
        struct split s;
        Pentad__V1__Record *back = NULL;
        struct pt_err err = {0};

        split(&s, &contents[i]);
        cr_assert_eq(pt_sealed_join(s.header, pt_buf_span(&s.plain), &here, &s.arena, &back, &err),
                     0, "%s", err.msg);
        cr_expect(same(back, s.whole), "%s", pt_record_info(contents[i].type)->code);
        done(&s);
    }
}

static void text(char **field, const char *value) {
    *field = (char *)(uintptr_t)value;
}

/* With its papers inside, the header says nothing of them, and who opens the seal has all of it. */
Test(sealed, papers_go_inside_and_come_back) {
    struct split s;
    Pentad__V1__Record *back = NULL;
    Pentad__V1__Source source = PENTAD__V1__SOURCE__INIT;
    Pentad__V1__Record r;
    struct pt_err err = {0};

    split(&s, &contents[0]);
    r = *s.whole;
    text(&r.doc_no, "济审移〔2019〕12号");
    text(&source.locator, "clues.csv");
    r.source = &source;
    r.has_effective = 1;
    r.effective = 20190103;
    pt_buf_reset(&s.plain);
    cr_assert_eq(
        pt_sealed_split(&r, nonce, &here, true, &s.arena, &s.header, &s.plain, s.hash, &err), 0);
    hang_seal(&s);
    cr_expect_null(s.header->source);
    cr_expect(s.header->doc_no == NULL || s.header->doc_no[0] == '\0');
    cr_expect_not(s.header->has_effective);
    cr_assert_eq(pt_sealed_join(s.header, pt_buf_span(&s.plain), &here, &s.arena, &back, &err), 0,
                 "%s", err.msg);
    cr_expect(same(back, &r));
    /* Whoever says them twice says two things. */
    s.header->has_effective = 1;
    s.header->effective = 20190104;
    cr_expect_eq(pt_sealed_join(s.header, pt_buf_span(&s.plain), &here, &s.arena, &back, &err),
                 PT_E_FORMAT);
    done(&s);
}

static int verdict(const Pentad__V1__Record *rec, enum pt_party author, bool unsealed) {
    struct pt_arena arena;
    struct pt_faults faults;
    struct pt_codes *codes = NULL;
    int rc;

    pt_arena_init(&arena, 1 << 20);
    pt_faults_init(&faults, &arena);
    cr_assert_eq(pt_codes_new("cn", &codes, NULL), 0);
    rc = unsealed ? pt_record_validate_unsealed(rec, codes, author, RECEIVED_MS, &faults)
                  : pt_record_validate(rec, codes, author, RECEIVED_MS, &faults);
    pt_codes_free(codes);
    pt_arena_done(&arena);
    return rc;
}

Test(sealed, only_the_sealed_form_is_exchanged) {
    for (int i = 0; i < CONTENTS; i++) {
        struct split s;
        const char *code = pt_record_info(contents[i].type)->code;

        split(&s, &contents[i]);
        cr_expect_eq(verdict(s.whole, contents[i].author, true), 0,
                     "%s: content before it is sealed", code);
        cr_expect_eq(verdict(s.whole, contents[i].author, false), PT_E_MISSING,
                     "%s: content in the clear", code);
        cr_expect_eq(verdict(s.header, contents[i].author, false), 0, "%s: sealed", code);
        cr_expect_eq(verdict(s.header, contents[i].author, true), PT_E_FIELD,
                     "%s: a seal within a seal", code);
        done(&s);
    }
}

Test(sealed, nothing_of_the_content_stands_outside) {
    struct split s;
    struct pt_buf bytes;

    split(&s, &contents[3]);
    pack(s.header, &bytes);
    cr_expect_null(memmem(bytes.p, bytes.len, "虚列支出", 12));
    cr_expect_not_null(memmem(s.plain.p, s.plain.len, "虚列支出", 12));
    pt_buf_done(&bytes);
    done(&s);
}

Test(sealed, its_length_tells_nothing) {
    struct split person;
    struct split clue;

    split(&person, &contents[0]);
    cr_expect_eq(person.plain.len, 256);
    done(&person);
    split(&clue, &contents[3]);
    cr_expect_eq(clue.plain.len, 65536);
    done(&clue);
}

static int opens_at(const struct split *s, const struct pt_sealed_place *place) {
    struct pt_arena arena;
    Pentad__V1__Record *back = NULL;
    int rc;

    pt_arena_init(&arena, 1 << 20);
    rc = pt_sealed_join(s->header, pt_buf_span(&s->plain), place, &arena, &back, NULL);
    cr_expect_eq(back != NULL, rc == 0);
    pt_arena_done(&arena);
    return rc;
}

Test(sealed, opens_at_its_own_place_only) {
    struct split s;
    struct pt_sealed_place other = here;

    split(&s, &contents[3]);
    cr_expect_eq(opens_at(&s, &here), 0);
    other.seq = 8;
    cr_expect_eq(opens_at(&s, &other), PT_E_PROOF, "another record");
    other = here;
    other.stream = "other";
    cr_expect_eq(opens_at(&s, &other), PT_E_PROOF, "another stream");
    other = here;
    other.party = "finance";
    cr_expect_eq(opens_at(&s, &other), PT_E_PROOF, "another author");
    other = here;
    other.hub[0] = 1;
    cr_expect_eq(opens_at(&s, &other), PT_E_PROOF, "another hub");
    s.sealed.n_recipients = 1;
    cr_expect_eq(opens_at(&s, &here), PT_E_PROOF, "other recipients");
    s.sealed.n_recipients = 2;
    s.hash[0] ^= 1;
    cr_expect_eq(opens_at(&s, &here), PT_E_PROOF, "another content");
    s.hash[0] ^= 1;
    s.plain.p[s.plain.len - 1] = 1;
    cr_expect_eq(opens_at(&s, &here), PT_E_FORMAT, "something behind it");
    s.plain.p[s.plain.len - 1] = 0;
    for (size_t n = 0; n < 100; n++) {
        s.plain.len = n;
        cr_expect_eq(opens_at(&s, &here), PT_E_FORMAT, "cut at %zu", n);
    }
    done(&s);
}

/* What an opening may get wrong, one thing after the other. */
static void held_against(Pentad__V1__Record *opening, Pentad__V1__Record *sealed) {
    struct pt_err err = {0};
    uint8_t hash[32];

    memcpy(hash, pt_sealed_opens(opening)->hash.data, sizeof(hash));
    cr_expect_eq(pt_sealed_opening_check(opening, "audit", sealed, "audit", hash, &err), 0, "%s",
                 err.msg);
    cr_expect_eq(pt_sealed_opening_check(opening, "audit", sealed, "finance", hash, NULL),
                 PT_E_OPENING, "another author's");
    hash[0] ^= 1;
    cr_expect_eq(pt_sealed_opening_check(opening, "audit", sealed, "audit", hash, NULL),
                 PT_E_OPENING, "another hash");
    hash[0] ^= 1;
    opening->audit_plan->focus[1] = PENTAD__V1__AUDIT_FOCUS__AUDIT_FOCUS_POLICY;
    cr_expect_eq(pt_sealed_opening_check(opening, "audit", sealed, "audit", hash, NULL),
                 PT_E_OPENING, "another content");
    cr_expect_eq(pt_sealed_opening_check(opening, "audit", opening, "audit", hash, NULL),
                 PT_E_OPENING, "what isn't sealed");
}

Test(sealed, what_opens_a_plan_meets_its_commitment) {
    struct split s;
    struct pt_arena arena;
    struct good opening = contents[1];
    Pentad__V1__Record *rec;
    uint8_t hash[32];
    json_t *json;

    split(&s, &contents[1]);
    opening.body = "{\"open_on\":20191201,\"opens\":{\"party\":\"audit\",\"stream\":\"main\","
                   "\"seq\":\"7\",\"hash\":" HASH32 "},\"content_nonce\":"
                   "\"BwAAAAAAAAAAAAAAAAAAAA==\",\"title\":\"教育专项审计\",\"focus\":"
                   "[\"AUDIT_FOCUS_SPENDING\",\"AUDIT_FOCUS_DUTY\"]}";
    pt_arena_init(&arena, 1 << 20);
    json = good_json(&opening);
    rec = record_of(json, &arena);
    json_decref(json);
    cr_expect_not(pt_sealed_due(rec), "it is in the clear on purpose");
    cr_expect_eq(verdict(rec, PT_PARTY_AUDIT, false), 0);
    cr_assert_eq(pt_sealed_opened_hash(rec, hash, NULL), 0);
    cr_expect_eq(memcmp(hash, s.hash, sizeof(hash)), 0);
    rec->audit_plan->focus[1] = PENTAD__V1__AUDIT_FOCUS__AUDIT_FOCUS_POLICY;
    cr_assert_eq(pt_sealed_opened_hash(rec, hash, NULL), 0);
    cr_expect_neq(memcmp(hash, s.hash, sizeof(hash)), 0, "another content than was sealed");
    rec->audit_plan->focus[1] = PENTAD__V1__AUDIT_FOCUS__AUDIT_FOCUS_DUTY;
    held_against(rec, s.header);
    pt_arena_done(&arena);
    done(&s);
}

Test(sealed, is_for_its_readers_and_its_author) {
    static const pt_party_set want[CONTENTS] = {
        PT_P_D | PT_P_O | PT_P_F | PT_P_A, /* P03: its header is for all */
        PT_P_A,
        PT_P_A | PT_P_O | PT_P_D,
        PT_P_A | PT_P_D,
        PT_P_D | PT_P_A, /* D03: the clue's sender */
        PT_P_D | PT_P_O | PT_P_A,
        PT_P_O | PT_P_D,
    };

    for (int i = 0; i < CONTENTS; i++) {
        struct split s;

        split(&s, &contents[i]);
        cr_expect_eq(pt_sealed_readers(s.header, contents[i].author), want[i], "%s",
                     pt_record_info(contents[i].type)->code);
        cr_expect_eq(pt_sealed_readers(s.header, contents[i].author) & PT_P_J, 0);
        done(&s);
    }
}
