#include <string.h>

#include <criterion/criterion.h>

#include "support.h"

Test(uscc, published_codes_pass) {
    static const char *const good[] = {USCC_AUDIT, USCC_FIRM, "91350200MA2YJ1XR9G"};
    static const char *const bad[] = {"",
                                      "11370100004188813",
                                      "11370100004188813WW",
                                      "11370100004188813V",
                                      "11370100004188831W",
                                      "1137010000418881IW",
                                      "11370100004188813w"};

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        cr_assert(pt_uscc_valid(good[i]), "%s", good[i]);
        cr_assert_eq(pt_uscc_check_char(good[i]), good[i][17]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_not(pt_uscc_valid(bad[i]), "%s", bad[i]);
    }
    cr_assert_not(pt_uscc_valid(NULL));
    cr_assert_eq(pt_uscc_check_char("1137010000418881I"), '\0');
}

#define KIND(k) PENTAD__V1__CODE_KIND__CODE_KIND_##k
#define SUBJECT(k) PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_##k

Test(codes, cn_syntax) {
    struct pt_codes *c = NULL;

    cr_assert_eq(pt_codes_new("cn", &c, NULL), 0);
    cr_assert_eq(pt_codes_check(c, KIND(REGION), 2019, "370102"), 0);
    cr_assert_eq(pt_codes_check(c, KIND(REGION), 2019, "37010"), PT_E_FIELD);
    cr_assert_eq(pt_codes_check(c, KIND(FUNCTION), 2019, "201"), 0);
    cr_assert_eq(pt_codes_check(c, KIND(FUNCTION), 2019, "2050201"), 0);
    cr_assert_eq(pt_codes_check(c, KIND(FUNCTION), 2019, "2050"), PT_E_FIELD);
    cr_assert_eq(pt_codes_check(c, KIND(BODY), 2019, USCC_AUDIT), 0);
    cr_assert_eq(pt_codes_check(c, KIND(BODY), 2019, "11370100004188813V"), PT_E_CHECK_DIGIT);
    cr_assert_eq(pt_codes_check(c, KIND(BUNIT), 2019, "219001"), 0);
    cr_assert_eq(pt_codes_check_subject(c, SUBJECT(PROJECT), 2019, PROJECT), 0);
    cr_assert_eq(pt_codes_check_subject(c, SUBJECT(PROJECT), 2019, "51000021R000000019951"), 0);
    cr_assert_eq(pt_codes_check_subject(c, SUBJECT(POLICY), 2019, PROJECT), PT_E_FIELD);
    cr_assert_eq(pt_codes_check_subject(c, SUBJECT(POLICY), 2019, "POL-370100-2019-00001"), 0);
    cr_assert_eq(pt_codes_check_subject(c, SUBJECT(REGION), 2019, "370100"), 0);
    cr_assert_eq(pt_codes_check_subject(c, SUBJECT(DEPT), 2019, USCC_AUDIT), 0);
    cr_assert_eq(pt_codes_check_key(c, 2019, "FND-370100-2019-00001"), 0);
    cr_assert_eq(pt_codes_check_key(c, 2019, "370100"), 0);
    cr_assert_eq(pt_codes_check_key(c, 2019, "11370100004188813V"), PT_E_CHECK_DIGIT);
    cr_assert_eq(pt_codes_check_key(c, 2019, "nothing"), PT_E_FIELD);
    pt_codes_free(c);
}

Test(codes, unknown_family_is_refused) {
    struct pt_codes *c = NULL;
    struct pt_err err;

    cr_assert_eq(pt_codes_new("xx", &c, &err), PT_E_UNSUPPORTED);
    cr_assert_null(c);
    cr_assert_eq(pt_codes_new(NULL, &c, &err), PT_E_UNSUPPORTED);
}

static const Pentad__V1__CodeTable *table(struct pt_arena *arena, const char *text) {
    ProtobufCMessage *msg = NULL;
    struct pt_err err = {0};

    cr_assert_eq(
        pt_json_decode(&pentad__v1__code_table__descriptor, pt_span_str(text), arena, &msg, &err),
        0, "%s", err.msg);
    return (const Pentad__V1__CodeTable *)msg;
}

Test(codes, entries_hold_for_kind_and_year_and_clones_are_apart) {
    struct pt_codes *c = NULL;
    struct pt_codes *d = NULL;
    struct pt_arena arena;

    pt_arena_init(&arena, 1 << 20);
    cr_assert_eq(pt_codes_new("cn", &c, NULL), 0);
    cr_assert_eq(pt_codes_apply(
                     c,
                     table(&arena, "{\"family\":\"cn\",\"kind\":\"CODE_KIND_REGION\",\"entries\":[{"
                                   "\"code\":\"370103\",\"name\":\"市中区\"},{\"code\":\"370102\","
                                   "\"name\":\"历下区\"}]}"),
                     NULL),
                 0);
    cr_assert_eq(pt_codes_clone(c, &d, NULL), 0);
    cr_assert_eq(pt_codes_apply(
                     d,
                     table(&arena, "{\"family\":\"cn\",\"kind\":\"CODE_KIND_REGION\",\"year\":2020,"
                                   "\"entries\":[{\"code\":\"370176\",\"name\":\"高新区\"}]}"),
                     NULL),
                 0);
    cr_assert_eq(pt_codes_check(c, KIND(REGION), 2020, "370102"), 0);
    cr_assert_eq(pt_codes_check(c, KIND(REGION), 2020, "370176"), PT_E_CODE);
    cr_assert_eq(pt_codes_check(d, KIND(REGION), 2020, "370102"), PT_E_CODE);
    cr_assert_eq(pt_codes_check(d, KIND(REGION), 2020, "370176"), 0);
    cr_assert_eq(pt_codes_check(d, KIND(REGION), 2019, "370103"), 0);
    cr_assert_eq(
        pt_codes_apply(d,
                       table(&arena,
                             "{\"family\":\"open\",\"kind\":\"CODE_KIND_REGION\",\"entries\":["
                             "{\"code\":\"x\",\"name\":\"x\"}]}"),
                       NULL),
        PT_E_UNSUPPORTED);
    pt_codes_free(c);
    pt_codes_free(d);
    pt_codes_free(NULL);
    pt_arena_done(&arena);
}

Test(codes, syntax_of_a_table_replaces_that_of_its_kinds) {
    struct pt_codes *c = NULL;
    struct pt_arena arena;

    pt_arena_init(&arena, 1 << 20);
    cr_assert_eq(pt_codes_new("open", &c, NULL), 0);
    cr_assert_eq(pt_codes_check(c, KIND(BODY), 2019, "código-1/ñ"), 0);
    cr_assert_eq(pt_codes_check(c, KIND(BODY), 2019, ""), PT_E_FIELD);
    cr_assert_eq(pt_codes_check(c, KIND(BODY), 2019, "a b"), PT_E_FIELD);
    cr_assert_eq(pt_codes_check(c, KIND(BODY), 2019,
                                "a\xE3\x80\x80"
                                "b"),
                 PT_E_FIELD);
    cr_assert_eq(pt_codes_check(c, KIND(BODY), 2019,
                                "1234567890123456789012345678901234567890123456789012345678901234"),
                 0);
    cr_assert_eq(
        pt_codes_check(c, KIND(BODY), 2019,
                       "12345678901234567890123456789012345678901234567890123456789012345"),
        PT_E_FIELD);
    cr_assert_eq(pt_codes_apply(
                     c,
                     table(&arena, "{\"family\":\"open\",\"kind\":\"CODE_KIND_BODY\",\"syntax\":[{"
                                   "\"kind\":\"CODE_KIND_BODY\",\"pattern\":\"###@?*\"},{\"kind\":"
                                   "\"CODE_KIND_BODY\",\"pattern\":\"X-1\"}]}"),
                     NULL),
                 0);
    cr_assert_eq(pt_codes_check(c, KIND(BODY), 2019, "001A9z"), 0);
    cr_assert_eq(pt_codes_check(c, KIND(BODY), 2019, "001A9"), PT_E_FIELD);
    cr_assert_eq(pt_codes_check(c, KIND(BODY), 2019, "001a9z"), PT_E_FIELD);
    cr_assert_eq(pt_codes_check(c, KIND(BODY), 2019, "X-1"), 0);
    cr_assert_eq(pt_codes_check(c, KIND(BODY), 2019, "X-12"), PT_E_FIELD);
    cr_assert_eq(pt_codes_check(c, KIND(REGION), 2019, "anything"), 0);
    pt_codes_free(c);
    pt_arena_done(&arena);
}
