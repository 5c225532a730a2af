/* A small HTTP/2 client for tests: many requests side by side on one connection, one thread. */
#ifndef HX_H2_CLIENT_H
#define HX_H2_CLIENT_H

#include <nghttp2/nghttp2.h>

#include "harness.h"

struct h2c;
struct h2c_call {
    const char *path;
    const void *body; /* NULL: GET */
    size_t body_len;
    bool abandon; /* reset once it was sent */
    const char *cookies[3];
    /* results */
    int status; /* 0: none came */
    uint32_t error;
    bool closed;
    struct pt_buf answer;
    struct h2c *client;
    size_t sent;
};

struct h2c {
    struct hx_raw raw;
    nghttp2_session *session;
    size_t open;
    struct pt_buf out;
    size_t out_at;
};

bool h2c_open(struct hx *hx, struct h2c *c, const struct pt_test_cert *cert);
/* Makes all the calls at once (at most 100) and waits until each is closed; false when the
 * connection ended before or nothing moved for ten seconds. */
bool h2c_run(struct h2c *c, struct h2c_call *calls, size_t count);
void h2c_calls_done(struct h2c_call *calls, size_t count);
void h2c_close(struct h2c *c);

#endif
