/* Queries, cookies, problem documents, and answers that would break the framing. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include <pentad/base/err.h>

#include "h2_client.h"

Test(http_text, percent_decoding) {
    static const struct {
        const char *in;
        int rc;
        const char *out;
    } cases[] = {
        {"", 0, ""},
        {"abc", 0, "abc"},
        {"a+b", 0, "a+b"},
        {"%E6%B5%8E%e5%8d%97", 0, "济南"},
        {"%2F%25", 0, "/%"},
        {"%", PT_E_FORMAT, ""},
        {"%1", PT_E_FORMAT, ""},
        {"%1g", PT_E_FORMAT, ""},
        {"a%00b", PT_E_FORMAT, ""},
        {"12345678", PT_E_TOO_LARGE, ""},
    };
    char out[8];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int rc = pt_http_percent_decode(cases[i].in, strlen(cases[i].in), out, sizeof out);
        cr_expect_eq(rc, cases[i].rc, "%s gave %d", cases[i].in, rc);
        cr_expect_str_eq(out, cases[i].out);
    }
}

Test(http_text, problem_documents_are_json) {
    struct pt_buf out;
    json_error_t where;

    pt_buf_init(&out, 4096);
    pt_http_problem_write(&out, 413, PT_E_TOO_LARGE, "a \"quoted\" \\ \x01 line\n济南");
    json_t *doc = json_loadb((const char *)out.p, out.len, 0, &where);
    cr_assert_not_null(doc, "%s", where.text);
    cr_expect_eq(json_integer_value(json_object_get(doc, "status")), 413);
    cr_expect_str_eq(json_string_value(json_object_get(doc, "code")), "too_large");
    cr_expect_str_eq(json_string_value(json_object_get(doc, "detail")),
                     "a \"quoted\" \\ \x01 line\n济南");
    cr_expect_str_eq(json_string_value(json_object_get(doc, "title_zh")),
                     pt_err_text(PT_E_TOO_LARGE, true));
    json_decref(doc);
    pt_buf_done(&out);
}

static void ask_text(struct hx *hx, enum hx_version version, const char *path, const char *header,
                     const char *want) {
    struct hx_reply r;

    hx_ask(hx, &(struct hx_ask){.path = path, .version = version, .header = header}, &r);
    cr_expect_eq(r.code, CURLE_OK, "%s", r.error);
    cr_expect_eq(r.status, strcmp(want, "500") == 0 ? 500 : 200, "%s gave %ld", path, r.status);
    if (r.status == 200) {
        cr_expect_str_eq((char *)r.body.p, want, "%s gave %s", path, (char *)r.body.p);
    }
    hx_reply_done(&r);
}

Test(http_text, queries_and_fields_reach_the_handler) {
    struct pt_http_config config;
    struct hx hx;

    hx_config(&config);
    hx_start(&hx, &config);
    for (int v = HX_H1; v <= HX_H2; v++) {
        ask_text(&hx, v, "/query?x=%E6%B5%8E&y=2", NULL, "1 济");
        ask_text(&hx, v, "/query?xx=1&ax=2", NULL, "0 ");
        ask_text(&hx, v, "/query", NULL, "0 ");
        ask_text(&hx, v, "/query?x", NULL, "1 ");
        ask_text(&hx, v, "/query?y=1&x=", NULL, "1 ");
        ask_text(&hx, v, "/query?x=1&x=2", NULL, "-21 ");
        ask_text(&hx, v, "/cookie", "Cookie: a=1; b=2", "a=1; b=2");
        ask_text(&hx, v, "/break", "X-Echo: fine", "fine");
        ask_text(&hx, v, "/break?n", "X-Echo: fine", "500");
    }
    hx_end(&hx);
}

/* HTTP/2 clients may send the cookie field in pieces. */
Test(http_text, cookies_in_pieces_are_joined) {
    struct pt_http_config config;
    struct hx hx;
    struct h2c c;
    struct h2c_call call = {.path = "/cookie", .cookies = {"a=1", "b=2", "c=3"}};

    hx_config(&config);
    hx_start(&hx, &config);
    cr_assert(h2c_open(&hx, &c, NULL));
    cr_expect(h2c_run(&c, &call, 1));
    cr_expect_eq(call.wire.status, 200);
    cr_expect_str_eq(pt_buf_cstr(&call.wire.answer), "a=1; b=2; c=3");
    h2c_calls_done(&call, 1);
    h2c_close(&c);
    hx_end(&hx);
}
