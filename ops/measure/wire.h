/* One HTTP/2 connection to the hub over mutual TLS, made for sending batches in order with several
 * answers outstanding, at little cost: the driver shares its processors with the hub.
 * Knows HTTP/2; no batches, no receipts. One thread a wire. */
#ifndef PENTAD_MEASURE_WIRE_H
#define PENTAD_MEASURE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include <nghttp2/nghttp2.h>
#include <openssl/ssl.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>

#define WIRE_ANSWER_MAX ((size_t)512 * 1024)

/* One request; the caller's until `answered` was called or the wire was closed. */
struct wire_call {
    struct pt_span body; /* borrowed */
    size_t sent;
    int status; /* 0: none came */
    struct pt_buf answer;
};
typedef void (*wire_answered_cb)(void *ctx, struct wire_call *call);

struct wire {
    int fd;
    SSL *ssl;
    nghttp2_session *session;
    struct wire_call *sending; /* its body isn't handed over whole yet */
    struct pt_buf out;
    size_t out_at;
    bool read_blocked_on_write;
    wire_answered_cb answered;
    void *ctx;
};

/* Blocking; PT_E_NET where the hub isn't there. `tls` (pt_tls_client_ctx) is borrowed. */
int wire_open(struct wire *w, SSL_CTX *tls, uint16_t port, wire_answered_cb answered, void *ctx,
              struct pt_err *err);
void wire_close(struct wire *w); /* zeroed or closed is fine */
bool wire_is_open(const struct wire *w);
/* Bodies go out one after the other, so that what is sent first arrives first. */
bool wire_may_post(const struct wire *w);
int wire_post(struct wire *w, const char *path, struct wire_call *call);
/* Reads and writes what it can without waiting; PT_E_NET when the connection is over. */
int wire_turn(struct wire *w);
short wire_events(const struct wire *w); /* what to poll for */

#endif
