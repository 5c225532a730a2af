/* Every limit of the listener, met from outside. */
#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pentad/base/clock.h>
#include <pentad/base/err.h>

#include "harness.h"

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum { F_DATA = 0, F_HEADERS = 1, F_RST = 3, F_SETTINGS = 4, F_GOAWAY = 7, F_CONTINUATION = 9 };
enum { END_STREAM = 1, END_HEADERS = 4, ACK = 1 };

static void put_frame(struct pt_buf *b, unsigned type, unsigned flags, uint32_t stream,
                      const void *payload, size_t len) {
    const uint8_t head[9] = {
        (uint8_t)(len >> 16),    (uint8_t)(len >> 8),    (uint8_t)len,
        (uint8_t)type,           (uint8_t)flags,         (uint8_t)(stream >> 24),
        (uint8_t)(stream >> 16), (uint8_t)(stream >> 8), (uint8_t)stream};

    pt_buf_append(b, head, sizeof head);
    pt_buf_append(b, payload, len);
}

/* HPACK by hand: method, scheme, path, authority. */
static void put_request(struct pt_buf *b, uint32_t stream, bool post, const char *path,
                        bool ended) {
    uint8_t block[128] = {post ? 0x83 : 0x82, 0x87, 0x04, (uint8_t)strlen(path)};
    size_t n = 4;

    memcpy(block + n, path, strlen(path));
    n += strlen(path);
    memcpy(block + n, "\x01\x01h", 3);
    n += 3;
    put_frame(b, F_HEADERS, END_HEADERS | (ended ? END_STREAM : 0), stream, block, n);
}

static void put_preface(struct pt_buf *b) {
    pt_buf_puts(b, preface);
    put_frame(b, F_SETTINGS, 0, 0, "", 0);
}

static void put_error(struct pt_buf *b, unsigned type, uint32_t stream, uint32_t error) {
    const uint8_t code[4] = {(uint8_t)(error >> 24), (uint8_t)(error >> 16), (uint8_t)(error >> 8),
                             (uint8_t)error};

    put_frame(b, type, 0, stream, code, 4);
}

/* Number of frames of that type in what was read; *ret_error: the error code of the last one
 * (RST_STREAM, GOAWAY). */
static unsigned count_frames(const struct pt_buf *b, unsigned type, uint32_t *ret_error) {
    unsigned found = 0;

    for (size_t at = 0; at + 9 <= b->len;) {
        const uint8_t *f = b->p + at;
        size_t len = (size_t)f[0] << 16 | (size_t)f[1] << 8 | f[2];
        if (f[3] == type && at + 9 + len <= b->len) {
            size_t off = type == F_GOAWAY ? 13 : 9;
            found++;
            if (ret_error != NULL && len >= off - 9 + 4) {
                *ret_error = (uint32_t)f[off] << 24 | (uint32_t)f[off + 1] << 16 |
                             (uint32_t)f[off + 2] << 8 | f[off + 3];
            }
        }
        at += 9 + len;
    }
    return found;
}

/* Reads until `type` has come `want` times. */
static bool read_frames(struct hx_raw *raw, struct pt_buf *out, unsigned type, unsigned want) {
    char piece[16384];

    while (count_frames(out, type, NULL) < want) {
        int n = SSL_read(raw->ssl, piece, sizeof piece);
        if (n <= 0) {
            return false;
        }
        PT_ASSERT(pt_buf_append(out, piece, (size_t)n) == 0);
    }
    return true;
}

/* One HTTP/2 connection by hand. */
struct talk {
    struct hx hx;
    struct hx_raw raw;
    struct pt_buf in; /* what the client is going to send: the preface, so far */
    struct pt_buf out;
};

static void talk_begin(struct talk *t, const struct pt_http_config *config) {
    hx_start(&t->hx, config);
    pt_buf_init(&t->in, 1 << 20);
    pt_buf_init(&t->out, 1 << 20);
    cr_assert(hx_raw_open(&t->hx, &t->raw, HX_H2, NULL));
    put_preface(&t->in);
}

static bool talk_send(struct talk *t) {
    return hx_raw_send(&t->raw, t->in.p, t->in.len);
}

static void talk_end(struct talk *t) {
    hx_raw_close(&t->raw);
    pt_buf_done(&t->in);
    pt_buf_done(&t->out);
    hx_end(&t->hx);
}

static bool timed_out_once(const struct pt_http_stats *s) {
    return s->timeouts >= 1;
}

static bool nobody_left(const struct pt_http_stats *s) {
    return s->connections_open == 0;
}

Test(http_limits, a_large_head_is_431) {
    struct hx hx;
    struct hx_reply r;
    char *field = malloc(20000);
    struct pt_http_config config;

    hx_config(&config);
    hx_start(&hx, &config);
    for (int v = HX_H1; v <= HX_H2; v++) {
        for (int over = 0; over <= 1; over++) {
            size_t len = over ? 17000 : 15000;
            memset(field, 'x', len);
            memcpy(field, "x-large: ", 9);
            field[len] = '\0';
            hx_ask(&hx, &(struct hx_ask){.path = "/hello", .version = v, .header = field}, &r);
            cr_expect_eq(r.status, over ? 431 : 200, "%ld %s", r.status, r.error);
            hx_reply_done(&r);
        }
    }
    hx_end(&hx);
    free(field);
}

Test(http_limits, a_silent_handshake_is_closed) {
    struct pt_http_config config;
    struct hx hx;
    char c;

    hx_config(&config);
    config.handshake_ms = 100;
    hx_start(&hx, &config);
    int fd = hx_connect(&hx);
    cr_expect_eq(read(fd, &c, 1), 0, "closed, not timed out here");
    close(fd);
    cr_expect(hx_wait_stats(&hx, timed_out_once));
    hx_end(&hx);
}

/* Waits until the server says something, at most so long. */
static bool hears(struct hx_raw *raw, int timeout_ms) {
    struct pollfd p = {.fd = raw->fd, .events = POLLIN};

    return SSL_has_pending(raw->ssl) == 1 || poll(&p, 1, timeout_ms) == 1;
}

/* A piece now and then, until the server answers or has had a minute to. */
static bool trickle(struct hx_raw *raw, const char *piece) {
    int64_t until = pt_monotonic_us() + 60000000;

    while (!hears(raw, 20)) {
        if (pt_monotonic_us() >= until || !hx_raw_puts(raw, piece)) {
            return false;
        }
    }
    return true;
}

/* The deadlines are absolute: a byte now and then doesn't move them. */
Test(http_limits, slow_heads_and_bodies_are_408) {
    static const struct {
        const char *start;
        const char *piece;
    } cases[] = {
        {"GET /hello HTTP/1.1\r\nHost: h\r\nX: ", "x"},
        {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n", "x"},
        {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
    };
    struct pt_http_config config;
    struct hx hx;
    struct hx_raw raw;
    struct pt_buf out;

    hx_config(&config);
    config.head_ms = 150;
    config.body_ms = 150;
    config.idle_ms = 60000;
    hx_start(&hx, &config);
    pt_buf_init(&out, 65536);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pt_buf_reset(&out);
        cr_assert(hx_raw_open(&hx, &raw, HX_H1, NULL));
        cr_expect(hx_raw_puts(&raw, cases[i].start));
        cr_expect(trickle(&raw, cases[i].piece), "case %zu", i);
        cr_expect(hx_raw_read(&raw, &out, "\r\n\r\n"));
        cr_expect_not_null(strstr(pt_buf_cstr(&out), "HTTP/1.1 408 "), "case %zu", i);
        hx_raw_close(&raw);
    }
    /* HTTP/2: a body that stays out is answered 408 and the stream reset, the connection lives. */
    cr_assert(hx_raw_open(&hx, &raw, HX_H2, NULL));
    struct pt_buf in;
    pt_buf_init(&in, 65536);
    put_preface(&in);
    put_request(&in, 1, true, "/echo", false);
    cr_expect(hx_raw_send(&raw, in.p, in.len));
    pt_buf_reset(&out);
    cr_expect(read_frames(&raw, &out, F_HEADERS, 1));
    cr_expect(read_frames(&raw, &out, F_RST, 1));
    cr_expect_eq(count_frames(&out, F_GOAWAY, NULL), 0);
    /* A head that never ends is a GOAWAY. */
    pt_buf_reset(&in);
    put_frame(&in, F_HEADERS, END_STREAM, 3, "\x82\x87", 2);
    cr_expect(hx_raw_send(&raw, in.p, in.len));
    cr_expect(read_frames(&raw, &out, F_GOAWAY, 1));
    hx_raw_close(&raw);
    pt_buf_done(&in);
    pt_buf_done(&out);
    hx_end(&hx);
}

/* What is received buys time: a steady upload may last longer than body_ms. */
Test(http_limits, steady_uploads_get_time) {
    struct pt_http_config config;
    struct hx hx;
    struct hx_raw raw;
    struct pt_buf out;
    char piece[65536];

    hx_config(&config);
    config.body_ms = 1000;
    config.body_ms_per_64k = 10000;
    hx_start(&hx, &config);
    pt_buf_init(&out, 4 << 20);
    memset(piece, 'x', sizeof piece);
    cr_assert(hx_raw_open(&hx, &raw, HX_H1, NULL));
    cr_expect(hx_raw_puts(&raw, "POST /sum HTTP/1.1\r\nHost: h\r\nContent-Length: 327680\r\n\r\n"));
    for (int i = 0; i < 5; i++) {
        cr_expect(hx_raw_send(&raw, piece, sizeof piece));
        cr_expect_not(i < 4 && hears(&raw, 300), "cut off after %d pieces", i + 1);
    }
    cr_expect(hx_raw_read(&raw, &out, "\r\n\r\n"));
    cr_expect_not_null(strstr(pt_buf_cstr(&out), " 200 "), "%s", pt_buf_cstr(&out));
    hx_raw_close(&raw);
    pt_buf_done(&out);
    hx_end(&hx);
}

Test(http_limits, idle_connections_are_closed) {
    struct pt_http_config config;
    struct hx hx;

    hx_config(&config);
    config.idle_ms = 300;
    hx_start(&hx, &config);
    for (int v = HX_H1; v <= HX_H2; v++) {
        struct hx_raw raw;
        struct pt_buf out;
        pt_buf_init(&out, 65536);
        cr_assert(hx_raw_open(&hx, &raw, v, NULL));
        if (v == HX_H2) {
            put_preface(&out);
            cr_expect(hx_raw_send(&raw, out.p, out.len));
            pt_buf_reset(&out);
        }
        cr_expect(hx_raw_read(&raw, &out, NULL));
        cr_expect_eq(count_frames(&out, F_GOAWAY, NULL), v == HX_H2 ? 1 : 0);
        hx_raw_close(&raw);
        pt_buf_done(&out);
    }
    cr_expect(hx_wait_stats(&hx, nobody_left));
    hx_end(&hx);
}

Test(http_limits, an_answer_nobody_reads_is_cut) {
    struct pt_http_config config;
    struct hx hx;

    hx_config(&config);
    config.write_ms = 150;
    hx_start(&hx, &config);
    for (int v = HX_H1; v <= HX_H2; v++) {
        struct hx_raw raw;
        cr_assert(hx_raw_open(&hx, &raw, v, NULL));
        if (v == HX_H1) {
            cr_expect(hx_raw_puts(&raw, "GET /big?n=16777216 HTTP/1.1\r\nHost: h\r\n\r\n"));
            cr_expect(hx_wait_stats(&hx, timed_out_once));
            cr_expect(hx_wait_stats(&hx, nobody_left));
        } else {
            /* Reads the socket, but never opens the stream's window. */
            struct pt_buf in;
            struct pt_buf out;
            uint32_t error = 0;
            pt_buf_init(&in, 65536);
            pt_buf_init(&out, 4 << 20);
            put_preface(&in);
            put_request(&in, 1, false, "/big?n=16777216", true);
            cr_expect(hx_raw_send(&raw, in.p, in.len));
            cr_expect(read_frames(&raw, &out, F_RST, 1));
            cr_expect_eq(count_frames(&out, F_RST, &error), 1);
            cr_expect_eq(error, 8, "CANCEL, not %u", error);
            pt_buf_done(&in);
            pt_buf_done(&out);
        }
        hx_raw_close(&raw);
    }
    hx_end(&hx);
}

Test(http_limits, connections_are_counted_by_identity_and_in_all) {
    struct pt_http_config config;
    struct hx hx;
    struct hx_reply r;

    hx_config(&config);
    config.connections_per_identity_max = 2;
    config.connections_max = 4;
    hx_start(&hx, &config);
    for (int v = HX_H1; v <= HX_H2; v++) {
        struct hx_raw held[3];
        for (int i = 0; i < 2; i++) {
            struct pt_buf out;
            pt_buf_init(&out, 65536);
            cr_assert(hx_raw_open(&hx, &held[i], HX_H1, &hx.treasury));
            cr_expect(hx_raw_puts(&held[i], "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"));
            cr_expect(hx_raw_read(&held[i], &out, "hello"));
            pt_buf_done(&out);
        }
        hx_ask(&hx, &(struct hx_ask){.path = "/hello", .version = v, .cert = &hx.treasury}, &r);
        cr_expect_eq(r.status, 429, "%ld %s", r.status, r.error);
        cr_expect_not_null(strstr((char *)r.headers.p, "retry-after: 1"));
        hx_reply_done(&r);
        hx_ask(&hx, &(struct hx_ask){.path = "/hello", .version = v, .cert = &hx.audit}, &r);
        cr_expect_eq(r.status, 200, "another identity isn't touched: %s", r.error);
        hx_reply_done(&r);
        hx_raw_close(&held[0]);
        hx_raw_close(&held[1]);
        cr_expect(hx_wait_stats(&hx, nobody_left));
    }
    int fd[5];
    char c;
    for (int i = 0; i < 5; i++) {
        fd[i] = hx_connect(&hx);
    }
    cr_expect_eq(read(fd[4], &c, 1), 0, "the fifth is closed at once");
    for (int i = 0; i < 5; i++) {
        close(fd[i]);
    }
    hx_end(&hx);
}

static bool one_left(const struct pt_http_stats *s) {
    return s->connections_open == 1;
}

/* A stranger without a certificate may not hold every connection that there may be. */
Test(http_limits, silent_handshakes_of_one_address_are_few) {
    struct pt_http_config config;
    struct hx hx;
    struct hx_reply r;
    int fd[4];
    char c;

    hx_config(&config);
    config.handshakes_per_address_max = 3;
    hx_start(&hx, &config);
    for (int i = 0; i < 4; i++) {
        fd[i] = hx_connect(&hx);
    }
    cr_expect_eq(read(fd[3], &c, 1), 0, "the fourth is closed at once");
    close(fd[0]);
    close(fd[1]);
    cr_expect(hx_wait_stats(&hx, one_left), "the server notices who left");
    /* Who has finished its handshake doesn't count, and who left gave its place back. */
    for (int i = 0; i < 6; i++) {
        hx_ask(&hx, &(struct hx_ask){.path = "/hello", .version = HX_H1, .cert = &hx.audit}, &r);
        cr_expect_eq(r.status, 200, "%s", r.error);
        hx_reply_done(&r);
    }
    for (int i = 2; i < 4; i++) {
        close(fd[i]);
    }
    hx_end(&hx);
}

/* One identity's bytes in flight are refused beyond its share, the others go on; what is held
 * counts until its request ends. */
Test(http_limits, bytes_in_flight_are_shared_out) {
    struct pt_http_config config;
    uint8_t *body = calloc(1, 100000);

    for (int v = HX_H1; v <= HX_H2; v++) {
        struct hx hx;
        struct hx_reply r;
        hx_config(&config);
        config.inflight_per_identity_max = 150000;
        config.inflight_max = 250000;
        hx_start(&hx, &config);
        struct hx_raw holder;
        cr_assert(hx_raw_open(&hx, &holder, HX_H1, &hx.treasury));
        cr_expect(hx_raw_puts(&holder,
                              "POST /hold HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n"));
        cr_expect(hx_raw_send(&holder, body, 100000));
        cr_expect(hx_wait(&hx.handled, 1));
        struct hx_ask ask = {
            .path = "/sum", .version = v, .cert = &hx.treasury, .body = body, .body_len = 100000};
        hx_ask(&hx, &ask, &r);
        cr_expect_eq(r.status, 429, "%ld %s", r.status, r.error);
        cr_expect_not_null(strstr((char *)r.headers.p, "retry-after: 1"));
        hx_reply_done(&r);
        ask.chunked = v == HX_H1;
        hx_ask(&hx, &ask, &r);
        cr_expect_eq(r.status, 429, "length unknown: %ld %s", r.status, r.error);
        hx_reply_done(&r);
        ask.chunked = false;
        ask.cert = &hx.audit;
        hx_ask(&hx, &ask, &r);
        cr_expect_eq(r.status, 200, "%ld %s", r.status, r.error);
        hx_reply_done(&r);
        ask = (struct hx_ask){.path = "/hello", .version = v, .cert = &hx.treasury};
        hx_ask(&hx, &ask, &r);
        cr_expect_eq(r.status, 200, "requests without a body still pass");
        hx_reply_done(&r);
        hx_raw_close(&holder);
        cr_expect(hx_wait(&hx.gone, 1));
        ask = (struct hx_ask){
            .path = "/sum", .version = v, .cert = &hx.treasury, .body = body, .body_len = 100000};
        hx_ask(&hx, &ask, &r);
        cr_expect_eq(r.status, 200, "given back when its request ended: %ld", r.status);
        hx_reply_done(&r);
        hx_end(&hx);
    }
    free(body);
}

Test(http_limits, a_rapid_reset_is_a_goaway) {
    struct pt_http_config config;
    struct talk t;
    uint32_t error = 0;

    hx_config(&config);
    config.reset_burst = 50;
    config.reset_per_s = 1;
    talk_begin(&t, &config);
    for (uint32_t id = 1; id < 2000; id += 2) {
        put_request(&t.in, id, false, "/wait", true);
        put_error(&t.in, F_RST, id, 8);
    }
    (void)talk_send(&t);
    cr_expect(read_frames(&t.raw, &t.out, F_GOAWAY, 1));
    cr_expect_eq(count_frames(&t.out, F_GOAWAY, &error), 1);
    cr_expect_neq(error, 0);
    cr_expect_lt(atomic_load(&t.hx.handled), 60, "%u got through", atomic_load(&t.hx.handled));
    hx_raw_close(&t.raw);
    cr_expect(hx_wait(&t.hx.gone, atomic_load(&t.hx.handled)));
    cr_expect(hx_wait_stats(&t.hx, nobody_left));
    talk_end(&t);
}

Test(http_limits, a_continuation_flood_is_closed) {
    struct pt_http_config config;
    struct talk t;

    hx_config(&config);
    talk_begin(&t, &config);
    put_frame(&t.in, F_HEADERS, END_STREAM, 1, "\x82\x87", 2);
    for (int i = 0; i < 5000; i++) {
        put_frame(&t.in, F_CONTINUATION, 0, 1, "\x40\x01x\x01y", 5);
    }
    (void)talk_send(&t);
    (void)hx_raw_read(&t.raw, &t.out, NULL);
    cr_expect_eq(count_frames(&t.out, F_HEADERS, NULL), 0);
    cr_expect(hx_wait_stats(&t.hx, nobody_left), "closed");
    cr_expect_eq(atomic_load(&t.hx.handled), 0);
    talk_end(&t);
}

Test(http_limits, streams_beyond_the_limit_are_refused) {
    struct pt_http_config config;
    struct talk t;
    uint32_t error = 0;

    hx_config(&config);
    config.streams_max = 3;
    talk_begin(&t, &config);
    for (uint32_t id = 1; id <= 9; id += 2) {
        put_request(&t.in, id, false, "/wait", true);
    }
    cr_expect(talk_send(&t));
    cr_expect(read_frames(&t.raw, &t.out, F_RST, 2));
    cr_expect_eq(count_frames(&t.out, F_RST, &error), 2);
    cr_expect_eq(error, 7, "REFUSED_STREAM, not %u", error);
    cr_expect(hx_wait(&t.hx.handled, 3));
    cr_expect_eq(atomic_load(&t.hx.handled), 3);
    hx_raw_close(&t.raw);
    cr_expect(hx_wait(&t.hx.gone, 3));
    talk_end(&t);
}

/* A refused h2 upload: the answer comes at once, the reset later, so that clients read it. */
Test(http_limits, an_early_refusal_precedes_its_reset) {
    enum { DELAY_MS = 5000 }; /* the answer is read before, on a busy machine too */
    struct pt_http_config config;
    struct talk t;
    uint32_t error = 99;

    hx_config(&config);
    config.reset_delay_ms = DELAY_MS;
    talk_begin(&t, &config);
    put_request(&t.in, 1, true, "/nowhere", false);
    put_frame(&t.in, F_DATA, 0, 1, "part", 4);
    int64_t start = pt_monotonic_us();
    cr_expect(talk_send(&t));
    cr_expect(read_frames(&t.raw, &t.out, F_DATA, 1));
    cr_expect_eq(count_frames(&t.out, F_RST, NULL), 0);
    cr_expect(read_frames(&t.raw, &t.out, F_RST, 1));
    cr_expect_geq(pt_monotonic_us() - start, (DELAY_MS - 50) * 1000);
    cr_expect_eq(count_frames(&t.out, F_RST, &error), 1);
    cr_expect_eq(error, 0, "NO_ERROR");
    talk_end(&t);
}

Test(http_limits, garbage_ends_its_own_connection_only) {
    static const char *const garbage[] = {"\x16\x03\x01\x02\x00nonsense", "GET / HTTP/1.1\r\n\r\n",
                                          "\r\n\r\n\r\n", ""};
    struct pt_http_config config;
    struct hx hx;
    struct hx_raw raw;
    struct hx_reply r;
    struct pt_rng rng;
    uint8_t noise[4096];

    hx_config(&config);
    config.head_ms = 200;
    hx_start(&hx, &config);
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
        int fd = hx_connect(&hx);
        cr_expect_eq(write(fd, garbage[i], strlen(garbage[i])), (ssize_t)strlen(garbage[i]));
        close(fd);
    }
    pt_rng_seed(&rng, 7);
    for (int i = 0; i < 40; i++) {
        for (size_t j = 0; j < sizeof noise; j++) {
            noise[j] = (uint8_t)pt_rng_next(&rng);
        }
        cr_assert(hx_raw_open(&hx, &raw, i % 2, NULL));
        if (i % 4 == 3) {
            (void)hx_raw_puts(&raw, preface);
        }
        (void)hx_raw_send(&raw, noise, sizeof noise);
        hx_raw_close(&raw);
    }
    cr_expect(hx_wait_stats(&hx, nobody_left));
    hx_ask(&hx, &(struct hx_ask){.path = "/hello", .version = HX_H2}, &r);
    cr_expect_eq(r.status, 200);
    hx_reply_done(&r);
    hx_end(&hx);
}
