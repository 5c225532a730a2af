/* One HTTP/2 connection to a server on this machine over TLS, with several answers outstanding, at
 * little cost: whoever measures a hub shares its processors. The listener's tests ask through it
 * too. Knows HTTP/2; no batches, no receipts. One thread a wire. */
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
    struct pt_span body; /* borrowed; of a POST */
    size_t sent;
    int status;     /* 0: none came whole */
    uint32_t error; /* HTTP/2's, why the stream closed */
    struct pt_buf answer;
    int32_t id;   /* of the stream; 0 once it is closed */
    bool sending; /* its body isn't handed over whole yet */
};
struct wire_field {
    const char *name; /* in small letters */
    const char *value;
};
typedef void (*wire_answered_cb)(void *ctx, struct wire_call *call);

struct wire {
    int fd;
    SSL *ssl;
    nghttp2_session *session;
    size_t sending; /* calls whose bodies aren't handed over whole yet */
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
/* Nothing waits to be sent: what is posted now arrives before what is posted later. */
bool wire_may_post(const struct wire *w);
/* With a POST goes the call's body. At most four fields of the caller's. */
int wire_ask(struct wire *w, const char *method, const char *path, const struct wire_field *fields,
             size_t n, struct wire_call *call);
/* Resets the stream of a call that isn't answered yet. */
int wire_abandon(struct wire *w, struct wire_call *call);
/* Reads and writes what it can without waiting; PT_E_NET when the connection is over. */
int wire_turn(struct wire *w);
short wire_events(const struct wire *w); /* what to poll for */

#endif
