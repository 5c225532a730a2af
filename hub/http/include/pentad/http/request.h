/* One HTTP request and its answer, whatever version of HTTP carried it.
 *
 * Knows: method, target, fields, body, who the TLS peer is. Must not know: what a request means.
 * Loop thread only, except where a function says "any thread".
 *
 * Life: the transport calls the route callback when the head is complete, and the handler when the
 * body is complete. Inside either the request is borrowed; whoever keeps it longer takes a
 * reference. Every request that reached the handler is answered exactly once, at any later time.
 * When its connection or stream dies first it is cancelled: answering it then is allowed and does
 * nothing. */
#ifndef PENTAD_HTTP_REQUEST_H
#define PENTAD_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>

struct pt_http_request;

struct pt_http_header {
    const char *name; /* response fields: lower-case token */
    const char *value;
};

/* What a peer's certificate says. `identity` is its one URI name
 * ("pentad:finance/stream/treasury"), empty when the peer gave no certificate. */
struct pt_http_peer_id {
    char identity[256];
    uint8_t fingerprint[32]; /* SHA-256 of the certificate; zero without one */
    char address[48];        /* numeric IP address */
};

/* Any thread; a reference keeps the memory, not the connection. unref(NULL) is fine. */
struct pt_http_request *pt_http_request_ref(struct pt_http_request *req);
void pt_http_request_unref(struct pt_http_request *req);

/* The following are fixed before the handler sees the request: any thread that holds a reference.
 * Strings are borrowed from the request. */
const char *pt_http_request_method(const struct pt_http_request *req); /* "GET" */
const char *pt_http_request_path(const struct pt_http_request *req);   /* raw: "/v1/feed" */
const char *pt_http_request_query(const struct pt_http_request *req);  /* raw, "" if none */
/* First field of that name (lower case), or NULL. */
const char *pt_http_request_header(const struct pt_http_request *req, const char *name);
const struct pt_http_peer_id *pt_http_request_peer(const struct pt_http_request *req);
/* The whole body. Borrowed; lives as long as the request. */
struct pt_span pt_http_request_body(const struct pt_http_request *req);

/* Percent-decoded value of ?name= ('+' stays '+'): 1 and NUL-terminated text, 0 if absent,
 * PT_E_FORMAT if repeated or badly encoded (%00 too), PT_E_TOO_LARGE if it doesn't fit `cap`.
 * `out` is "" unless 1. Any thread. */
int pt_http_request_query_get(const struct pt_http_request *req, const char *name, char *out,
                              size_t cap);
/* Percent-decodes [s, s+len) likewise: 0, PT_E_FORMAT or PT_E_TOO_LARGE. Pure. */
int pt_http_percent_decode(const char *s, size_t len, char *out, size_t cap);

/* The owner's pointer; the transport never looks at it. Starts as what the route callback gave. */
void *pt_http_request_user(const struct pt_http_request *req);

/* True once the peer is gone and an answer would reach nobody. Any thread. */
bool pt_http_request_cancelled(const struct pt_http_request *req);

enum pt_http_event {
    PT_HTTP_GONE,   /* cancelled: stop working on it. Fires at most once, never after an answer */
    PT_HTTP_ENDING, /* the server stops or the connection is being renewed: answer soon, a long
                       poll at once. May be followed by GONE */
};
/* Called on the loop thread, for a request that isn't answered yet. One watcher a request;
 * cb = NULL takes it away. The callback may answer, and may not free the server. */
typedef void (*pt_http_watch_cb)(void *ctx, struct pt_http_request *req, enum pt_http_event event);
void pt_http_request_watch(struct pt_http_request *req, pt_http_watch_cb cb, void *ctx);

/* Answers. Header names are lower-case tokens and values visible text: names or values that would
 * break the framing turn the answer into a 500. content-length, date and connection are the
 * transport's own and must not be given. A HEAD request's body is measured, not sent. Returns 0,
 * PT_E_NET when cancelled, PT_E_NOMEM (the peer then gets a reset). Answering twice asserts. */
int pt_http_respond(struct pt_http_request *req, int status, const struct pt_http_header *headers,
                    size_t header_count, struct pt_span body);
/* The same, taking the buffer's memory (also on failure); `body` is empty afterwards. */
int pt_http_respond_take(struct pt_http_request *req, int status,
                         const struct pt_http_header *headers, size_t header_count,
                         struct pt_buf *body);
/* The same from any thread: copies the headers, takes the body, sends on the loop thread. The
 * caller holds a reference during the call only. PT_E_NOMEM: the body is kept, and the peer gets a
 * 503 without one: the request counts as answered. */
int pt_http_respond_from_any_thread(struct pt_http_request *req, int status,
                                    const struct pt_http_header *headers, size_t header_count,
                                    struct pt_buf *body);
/* Writes application/problem+json (RFC 9457) for one of our codes into `out`: its status, stable
 * name and texts, and `detail` (UTF-8, may be NULL). Any thread. */
void pt_http_problem_write(struct pt_buf *out, int status, int code, const char *detail);

#endif
