/* The HTTP/1.1 parser: what it takes, what it refuses, and that splitting changes nothing. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/err.h>
#include <pentad/http/h1_parse.h>

#define GET "GET / HTTP/1.1\r\nHost: h\r\n"
#define POST "POST / HTTP/1.1\r\nHost: h\r\n"

static const struct pt_h1_limits limits = {300, 64, 8};

/* What the parser says about the input, cut at random places from `seed` (0: whole). */
static void tell(const char *in, uint64_t seed, struct pt_buf *out) {
    struct pt_h1_parser p;
    struct pt_rng rng;
    size_t len = strlen(in);
    size_t at = 0;
    bool going = true;

    pt_rng_seed(&rng, seed);
    pt_buf_reset(out);
    pt_h1_parser_init(&p, &limits);
    while (going) {
        size_t room = seed == 0 ? len - at : (size_t)pt_rng_below(&rng, len - at + 1);
        struct pt_span body;
        size_t used = 0;
        switch (pt_h1_parse(&p, (const uint8_t *)in + at, room, &used, &body)) {
        case PT_H1_MORE:
            going = at + used < len;
            if (!going) {
                pt_buf_puts(out, "more");
            }
            break;
        case PT_H1_HEAD:
            pt_buf_printf(out, "%s %s %zu;", pt_h1_str(&p, p.method), pt_h1_str(&p, p.target),
                          p.field_count);
            break;
        case PT_H1_BODY:
            pt_buf_append_span(out, body);
            break;
        case PT_H1_DONE:
            pt_buf_puts(out, p.close ? ";close." : ".");
            pt_h1_parser_reset(&p);
            going = at + used < len;
            break;
        case PT_H1_ERROR:
            pt_buf_printf(out, "!%d", p.status);
            going = false;
            break;
        }
        at += used;
    }
    pt_h1_parser_done(&p);
}

static const char a64[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

static const struct {
    const char *in;
    const char *out;
} cases[] = {
    /* taken */
    {GET "\r\n", "GET / 1;."},
    {"GET /a/b?c=%E6%B5%8E&d HTTP/1.1\r\nHost: h:1\r\n\r\n", "GET /a/b?c=%E6%B5%8E&d 1;."},
    {"GET /.well/..x/... HTTP/1.1\r\nHost: h\r\n\r\n", "GET /.well/..x/... 1;."},
    {GET "A:\r\nB: \t c d \t \r\n\r\n", "GET / 3;."},
    {GET "Connection: keep-alive, Close\r\n\r\n", "GET / 2;;close."},
    {POST "Content-Length: 0\r\n\r\n", "POST / 2;."},
    {POST "Content-Length: 5\r\n\r\nhello", "POST / 2;hello."},
    {POST "Content-Length: 5\r\n\r\nhel", "POST / 2;helmore"},
    {POST "content-length: 2\r\n\r\nhi" GET "\r\n", "POST / 2;hi.GET / 1;."},
    {POST "Transfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\nC\r\n, world and \r\n0\r\n\r\n",
     "POST / 2;hello, world and ."},
    {POST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx", "POST / 3;x."},
    {"", "more"},
    {"GET / HT", "more"},
    /* request line */
    {" GET / HTTP/1.1\r\n", "!400"},
    {"\r\nGET / HTTP/1.1\r\n", "!400"},
    {"get / HTTP/1.1\r\n", "!400"},
    {"G@T / HTTP/1.1\r\n", "!400"},
    {"AAAAAAAAAAAAAAAAA / HTTP/1.1\r\n", "!501"},
    {"GET  / HTTP/1.1\r\n", "!400"},
    {"GET /  HTTP/1.1\r\n", "!400"},
    {"GET /\r\n", "!400"},
    {"GET / HTTP/1.1\n", "!400"},
    {"GET / HTTP/1.1 \r\n", "!400"},
    {"GET / HTTP/1.0\r\n", "!505"},
    {"GET / HTTP/2.0\r\n", "!505"},
    {"GET / http/1.1\r\n", "!400"},
    {"GET http://h/ HTTP/1.1\r\n", "!400"},
    {"OPTIONS * HTTP/1.1\r\n", "!400"},
    {"GET /a#b HTTP/1.1\r\n", "!400"},
    {"GET /\xe6\xb5\x8e HTTP/1.1\r\n", "!400"},
    {"GET /%4 HTTP/1.1\r\n", "!400"},
    {"GET /%zz HTTP/1.1\r\n", "!400"},
    {"GET /../x HTTP/1.1\r\n", "!400"},
    {"GET /x/. HTTP/1.1\r\n", "!400"},
    {"GET /x/..?y HTTP/1.1\r\n", "!400"},
    {"GET /x?y=/../z HTTP/1.1\r\nHost: h\r\n\r\n", "GET /x?y=/../z 1;."},
    /* fields */
    {"GET / HTTP/1.1\r\n\r\n", "!400"},
    {GET "Host: h\r\n\r\n", "!400"},
    {"GET / HTTP/1.1\r\nHost: h/x\r\n\r\n", "!400"},
    {GET "A : b\r\n\r\n", "!400"},
    {GET " A: b\r\n\r\n", "!400"},
    {GET "A: b\r\n c\r\n\r\n", "!400"},
    {GET "A: b\rc\r\n\r\n", "!400"},
    {GET "A: b\nC: d\r\n\r\n", "!400"},
    {GET "A\r\n\r\n", "!400"},
    {GET ": b\r\n\r\n", "!400"},
    {GET "A: \x01\r\n\r\n", "!400"},
    {GET "A: \x7f\r\n\r\n", "!400"},
    {GET "\rX", "!400"},
    {GET "1:\r\n2:\r\n3:\r\n4:\r\n5:\r\n6:\r\n7:\r\n\r\n", "GET / 8;."},
    {GET "1:\r\n2:\r\n3:\r\n4:\r\n5:\r\n6:\r\n7:\r\n8:\r\n\r\n", "!431"},
    /* lengths */
    {POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", "!400"},
    {POST "Content-Length: 5, 5\r\n\r\n", "!400"},
    {POST "Content-Length: +5\r\n\r\n", "!400"},
    {POST "Content-Length: -5\r\n\r\n", "!400"},
    {POST "Content-Length: 0x5\r\n\r\n", "!400"},
    {POST "Content-Length: \r\n\r\n", "!400"},
    {POST "Content-Length: 99999999999999999999\r\n\r\n", "!400"},
    {POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "!400"},
    {POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", "!400"},
    {POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "!400"},
    {POST "Transfer-Encoding: gzip, chunked\r\n\r\n", "!501"},
    {POST "Transfer-Encoding: identity\r\n\r\n", "!501"},
    {POST "Expect: 200-ok\r\n\r\n", "!417"},
    /* chunks */
    {POST "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n", "POST / 2;!400"},
    {POST "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", "POST / 2;!400"},
    {POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n", "POST / 2;hello!400"},
    {POST "Transfer-Encoding: chunked\r\n\r\n\r\n", "POST / 2;!400"},
    {POST "Transfer-Encoding: chunked\r\n\r\n 5\r\nhello", "POST / 2;!400"},
    {POST "Transfer-Encoding: chunked\r\n\r\n000000005\r\nhello", "POST / 2;!400"},
    {POST "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n", "POST / 2;!400"},
};

Test(http_parser, table) {
    struct pt_buf whole;
    struct pt_buf cut;

    pt_buf_init(&whole, 65536);
    pt_buf_init(&cut, 65536);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tell(cases[i].in, 0, &whole);
        cr_expect_str_eq(pt_buf_cstr(&whole), cases[i].out, "case %zu: %s gave %s", i, cases[i].in,
                         pt_buf_cstr(&whole));
        for (uint64_t seed = 1; seed <= 40; seed++) {
            tell(cases[i].in, seed, &cut);
            cr_expect(pt_span_eq(pt_buf_span(&whole), pt_buf_span(&cut)),
                      "case %zu, seed %u: %s gave %s", i, (unsigned)seed, cases[i].in,
                      pt_buf_cstr(&cut));
        }
    }
    pt_buf_done(&whole);
    pt_buf_done(&cut);
}

/* Each limit is met at its very byte: one less is fine. */
Test(http_parser, limits_are_exact) {
    struct pt_buf in;
    struct pt_buf out;
    char text[512];

    pt_buf_init(&in, 4096);
    pt_buf_init(&out, 4096);
    for (size_t over = 0; over <= 1; over++) {
        snprintf(text, sizeof text, "GET /%.*s HTTP/1.1\r\nHost: h\r\n\r\n", (int)(63 + over), a64);
        tell(text, 7 + over, &out);
        cr_expect_str_eq(pt_buf_cstr(&out) + out.len - 4, over ? "!414" : " 1;.", "target: %s",
                         pt_buf_cstr(&out));
        pt_buf_reset(&in);
        pt_buf_puts(&in, GET "A: ");
        while (in.len < limits.head_max - 4 + over) {
            pt_buf_putc(&in, 'x');
        }
        pt_buf_puts(&in, "\r\n\r\n");
        tell(pt_buf_cstr(&in), 3 + over, &out);
        cr_expect_str_eq(pt_buf_cstr(&out), over ? "!431" : "GET / 2;.", "head of %zu", in.len);
    }
    pt_buf_done(&in);
    pt_buf_done(&out);
}

Test(http_parser, fields_are_as_documented) {
    const char *in = "PUT /x?y HTTP/1.1\r\nHOST: hub\r\nX-Name: \t Value with  spaces \r\n\r\n";
    struct pt_h1_parser p;
    struct pt_span body;
    size_t used = 0;

    pt_h1_parser_init(&p, &limits);
    cr_assert_eq(pt_h1_parse(&p, (const uint8_t *)in, strlen(in), &used, &body), PT_H1_HEAD);
    cr_expect_eq(used, strlen(in));
    cr_expect_str_eq(pt_h1_str(&p, p.method), "PUT");
    cr_expect_str_eq(pt_h1_str(&p, p.target), "/x?y");
    cr_expect_str_eq(pt_h1_str(&p, p.fields[0].name), "host");
    cr_expect_str_eq(pt_h1_str(&p, p.fields[1].name), "x-name");
    cr_expect_str_eq(pt_h1_str(&p, p.fields[1].value), "Value with  spaces");
    cr_expect_eq(pt_h1_parse(&p, NULL, 0, &used, &body), PT_H1_DONE);
    pt_h1_parser_done(&p);
}

/* Random bytes from pieces that matter: whatever comes out, splitting doesn't change it. */
Test(http_parser, random_inputs_split_alike) {
    static const char *const pieces[] = {"GET /",
                                         "POST /",
                                         " HTTP/1.1\r\n",
                                         "Host: h\r\n",
                                         "\r\n",
                                         "\r",
                                         "\n",
                                         " ",
                                         "Content-Length: 3\r\n",
                                         "abc",
                                         "Transfer-Encoding: chunked\r\n",
                                         "3\r\nabc\r\n",
                                         "0\r\n\r\n",
                                         "x: y\r\n",
                                         ":",
                                         "\t"};
    const uint64_t seed = 20190701;
    struct pt_buf in;
    struct pt_buf whole;
    struct pt_buf cut;
    struct pt_rng rng;

    pt_rng_seed(&rng, seed);
    pt_buf_init(&in, 65536);
    pt_buf_init(&whole, 65536);
    pt_buf_init(&cut, 65536);
    for (int round = 0; round < 3000; round++) {
        pt_buf_reset(&in);
        pt_buf_puts(&in, pt_rng_below(&rng, 2) ? GET : POST);
        for (uint64_t n = pt_rng_below(&rng, 8); n > 0; n--) {
            pt_buf_puts(&in, pieces[pt_rng_below(&rng, sizeof pieces / sizeof pieces[0])]);
        }
        tell(pt_buf_cstr(&in), 0, &whole);
        tell(pt_buf_cstr(&in), seed + (uint64_t)round, &cut);
        cr_assert(pt_span_eq(pt_buf_span(&whole), pt_buf_span(&cut)), "seed %u round %d: %s",
                  (unsigned)seed, round, pt_buf_cstr(&in));
    }
    pt_buf_done(&in);
    pt_buf_done(&whole);
    pt_buf_done(&cut);
}
