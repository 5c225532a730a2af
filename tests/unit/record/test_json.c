#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "support.h"

Test(json, every_good_record_survives_both_ways) {
    for (size_t i = 0; i < n_good_records; i++) {
        json_t *before = good_json(&good_records[i]);
        json_t *after = NULL;
        struct pt_arena arena;
        struct pt_buf wire;
        struct pt_buf again;
        struct pt_buf text;
        struct pt_err err = {0};
        Pentad__V1__Record *rec = NULL;
        ProtobufCMessage *back = NULL;

        pt_arena_init(&arena, 4 << 20);
        pt_buf_init(&wire, 1 << 20);
        pt_buf_init(&again, 1 << 20);
        pt_buf_init(&text, 1 << 20);
        cr_assert_eq(pt_msg_encode(&record_of(before, &arena)->base, &wire, &err), 0, "%s",
                     err.msg);
        cr_assert_eq(pt_record_decode(pt_buf_span(&wire), &arena, &rec, NULL), 0);
        cr_assert_eq(pt_json_from_msg(&rec->base, &after, &err), 0);
        cr_assert(json_equal(before, after), "%s", pt_record_info(good_records[i].type)->code);
        cr_assert_eq(pt_json_encode(&rec->base, i % 2 == 0, &text, &err), 0);
        cr_assert_eq(pt_json_decode(&pentad__v1__record__descriptor, pt_buf_span(&text), &arena,
                                    &back, &err),
                     0, "%s", err.msg);
        cr_assert_eq(pt_msg_encode(back, &again, &err), 0);
        cr_assert(pt_span_eq(pt_buf_span(&wire), pt_buf_span(&again)));
        json_decref(before);
        json_decref(after);
        pt_buf_done(&wire);
        pt_buf_done(&again);
        pt_buf_done(&text);
        pt_arena_done(&arena);
    }
}

struct json_case {
    const char *text;
    const char *part; /* of the message; NULL: accepted */
};

Test(json, input_is_strict_and_errors_name_the_place) {
    static const struct json_case cases[] = {
        {"{}", NULL},
        {"{\"seq\":\"18446744073709551615\"}", NULL},
        {"{\"seq\":7}", "seq must be a whole number of 64 bits"},
        {"{\"seq\":\"07\"}", "seq must be a whole number of 64 bits"},
        {"{\"seq\":\"-1\"}", "seq must be a whole number of 64 bits"},
        {"{\"seq\":\" 1\"}", "seq must be a whole number of 64 bits"},
        {"{\"seq\":\"18446744073709551616\"}", "seq must be a whole number of 64 bits"},
        {"{\"issued_at_ms\":\"-9223372036854775808\"}", NULL},
        {"{\"issued_at_ms\":\"-0\"}", "issued_at_ms must be"},
        {"{\"fiscal_year\":\"2019\"}", "fiscal_year must be a whole number of 32 bits"},
        {"{\"fiscal_year\":2147483648}", "fiscal_year must be a whole number of 32 bits"},
        {"{\"fiscal_year\":2019.0}", "fiscal_year must be a whole number of 32 bits"},
        {"{\"nonce\":\"AA=\"}", "nonce must be base64"},
        {"{\"nonce\":null}", "nonce must be base64"},
        {"{\"doc_no\":7}", "doc_no must be text"},
        {"{\"doc_no\":\"a\\u0000b\"}", "not valid JSON"},
        {"{\"doc_no\":\"a\",\"doc_no\":\"b\"}", "duplicate"},
        {"{\"what\":1}", "what is no field"},
        {"{\"subject\":{\"kind\":\"PROJECT\"}}", "subject.kind must be one of the names"},
        {"{\"subject\":[]}", "subject must be an object"},
        {"{\"attachments\":{}}", "attachments must be a list"},
        {"{\"attachments\":[]}", "attachments is an empty list"},
        {"{\"attachments\":[{},{\"size\":1}]}", "attachments[1].size must be"},
        {"{\"tick\":{},\"lift\":{}}", "stands beside another body"},
        {"{\"tick\":{\"is_workday\":1}}", "tick.is_workday must be true or false"},
        {"[]", "the document must be an object"},
        {"{} x", "not valid JSON"},
        {"", "not valid JSON"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pt_arena arena;
        struct pt_err err = {0};
        ProtobufCMessage *msg = NULL;
        int rc;

        pt_arena_init(&arena, 1 << 20);
        rc = pt_json_decode(&pentad__v1__record__descriptor, pt_span_str(cases[i].text), &arena,
                            &msg, &err);
        cr_expect_eq(rc, cases[i].part != NULL ? PT_E_FORMAT : 0, "%s: %s", cases[i].text, err.msg);
        if (cases[i].part != NULL) {
            cr_expect_not_null(strstr(err.msg, cases[i].part), "%s: %s", cases[i].text, err.msg);
        }
        pt_arena_done(&arena);
    }
}

Test(json, unknown_enum_numbers_stay_numbers) {
    struct pt_arena arena;
    struct pt_err err = {0};
    struct pt_buf text;
    ProtobufCMessage *msg = NULL;
    const char *in = "{\"classification\":77}";

    pt_arena_init(&arena, 1 << 20);
    pt_buf_init(&text, 1000);
    cr_assert_eq(
        pt_json_decode(&pentad__v1__record__descriptor, pt_span_str(in), &arena, &msg, &err), 0);
    cr_assert_eq(pt_json_encode(msg, false, &text, &err), 0);
    cr_assert_str_eq(pt_buf_cstr(&text), in);
    pt_buf_done(&text);
    pt_arena_done(&arena);
}
