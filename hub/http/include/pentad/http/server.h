/* The hub's listener: TLS 1.3, HTTP/1.1 and HTTP/2, and the limits that keep one peer from
 * starving the rest.
 *
 * Knows: sockets, TLS, HTTP framing, who the peer is. Must not know: what a request means.
 * One loop thread owns everything; only what says "any thread" may be called from another.
 * The program must ignore SIGPIPE, as every program with sockets. */
#ifndef PENTAD_HTTP_SERVER_H
#define PENTAD_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>
#include <uv.h>

#include <pentad/base/err.h>
#include <pentad/http/request.h>

struct pt_http_server;

/* Every limit has a default (pt_http_config_default) and a meaning when it is reached. */
struct pt_http_config {
    const char *host; /* numeric IPv4 or IPv6 address; copied */
    uint16_t port;    /* 0: the kernel chooses, see pt_http_server_port */
    int backlog;
    /* Server context with certificate, trust anchors and CRLs; the server takes its own reference
     * and sets the ALPN callback on it. TLS 1.3 only, no tickets, no early data and peer
     * verification are set here whatever the context says. */
    SSL_CTX *tls;
    bool client_cert_required; /* false: asked for, verified if given */

    size_t head_max;           /* request line and fields, bytes: 431 */
    size_t header_count_max;   /* fields: 431 */
    size_t target_max;         /* bytes: 414 */
    size_t pipeline_max;       /* HTTP/1.1 bytes waiting behind a request: reading pauses */
    uint32_t streams_max;      /* HTTP/2 concurrent streams: REFUSED_STREAM */
    uint32_t reset_burst;      /* HTTP/2 streams reset by the peer, at once … */
    uint32_t reset_per_s;      /* … and refilled a second: GOAWAY */
    uint32_t continuation_max; /* HTTP/2 CONTINUATION frames a head: GOAWAY */
    size_t output_high_water;  /* encrypted bytes not yet taken by the kernel: nothing more is
                                  produced and reading pauses */

    uint32_t connections_max;              /* in all: closed at once */
    uint32_t connections_per_identity_max; /* (per address without one): 429 and close */
    uint32_t handshakes_per_address_max;   /* nobody knows yet who it is: closed at once */
    size_t inflight_per_identity_max;      /* bytes of heads, bodies, answers: 429, Retry-After */
    size_t inflight_max;                   /* the same in all */
    uint32_t retry_after_s;

    uint32_t handshake_ms;    /* accept to TLS finished: closed */
    uint32_t head_ms;         /* first byte of a head to its end: 408 (h2: GOAWAY) */
    uint32_t body_ms;         /* end of head to end of body: 408 … */
    uint32_t body_ms_per_64k; /* … plus this for every 64 KiB received */
    uint32_t idle_ms;         /* nothing asked: closed */
    uint32_t write_ms;        /* an answer of which nothing more gets through: closed */
    uint32_t reset_delay_ms;  /* an early h2 refusal before its RST_STREAM, so clients read it */
    uint32_t linger_ms;       /* after FIN, for the peer to read the last answer or alert */
    uint32_t stop_grace_ms;   /* pt_http_server_stop: what isn't finished then is cut */
};
void pt_http_config_default(struct pt_http_config *ret_config);

/* The owner's decision about a head, before the body is read. */
struct pt_http_route {
    struct pt_err refusal;  /* code 0: go on; else problem+json with that code's status */
    char allow[64];         /* Allow field of a 405, "" = none */
    size_t body_max;        /* 0: no body allowed. More is 413 */
    bool identity_required; /* no identity: 403 unknown_identity */
    void *user;             /* becomes the request's user pointer */
};
/* `req` has its head and peer, not its body. Must only read it and fill *ret_route (zeroed). */
typedef void (*pt_http_route_cb)(void *ctx, const struct pt_http_request *req,
                                 struct pt_http_route *ret_route);
/* The request is complete; see request.h for what is owed. */
typedef void (*pt_http_handler_cb)(void *ctx, struct pt_http_request *req);

struct pt_http_handlers {
    pt_http_route_cb route;
    pt_http_handler_cb handle;
    void *ctx;
};

/* Binds and listens. `loop` is borrowed and must outlive the server. Errors: PT_E_CONFIG (address,
 * limits, no TLS context), PT_E_NET (can't bind), PT_E_NOMEM. */
int pt_http_server_new(uv_loop_t *loop, const struct pt_http_config *config,
                       const struct pt_http_handlers *handlers, struct pt_http_server **ret_server,
                       struct pt_err *err);
uint16_t pt_http_server_port(const struct pt_http_server *server);

/* New connections use `tls` (own reference taken, as in the configuration). Open connections are
 * renewed: they finish what they are doing and close, so that a revoked certificate doesn't live
 * on. */
int pt_http_server_set_tls(struct pt_http_server *server, SSL_CTX *tls, struct pt_err *err);

/* Takes the four limits on connections and bytes in flight out of `limits`, from now on; what is
 * open above them is let be and ends in its time. PT_E_CONFIG, and the old ones stay. Loop thread.
 */
int pt_http_server_set_limits(struct pt_http_server *server, const struct pt_http_config *limits,
                              struct pt_err *err);

/* Graceful stop: listening ends, idle connections close, watchers hear PT_HTTP_ENDING, requests in
 * progress are finished and answered, and what is left after stop_grace_ms is cut. `done` fires
 * exactly once, later, on the loop thread, when every connection is closed and every request
 * reference is given back; call pt_http_server_free in it or after it. */
typedef void (*pt_http_stopped_cb)(void *ctx);
void pt_http_server_stop(struct pt_http_server *server, pt_http_stopped_cb done, void *ctx);
/* Only after `done` fired. NULL is fine. */
void pt_http_server_free(struct pt_http_server *server);

struct pt_http_stats {
    uint64_t connections_accepted;
    uint64_t connections_open;
    uint64_t handshakes_done;
    uint64_t handshakes_failed;
    uint64_t requests;      /* complete heads */
    uint64_t requests_open; /* references not yet given back */
    uint64_t responses;
    uint64_t cancelled; /* peers that left before their answer */
    uint64_t bytes_in;  /* on the wire */
    uint64_t bytes_out;
    uint64_t inflight_bytes;    /* now */
    uint64_t bad_requests;      /* framing errors */
    uint64_t timeouts;          /* handshake, head, body, write */
    uint64_t rejected_by_limit; /* 413, 414, 429, 431, connection caps */
};
/* Any thread. */
void pt_http_server_stats(const struct pt_http_server *server, struct pt_http_stats *ret_stats);

/* Runs `task->fn(task->ctx)` on the loop thread soon; calls are drained in batches, in order. The
 * task stays the caller's, untouched until `fn` is called. Any thread, until `done` of
 * pt_http_server_stop. PT_E_STOPPING (then it won't run). */
struct pt_http_task {
    void (*fn)(void *ctx);
    void *ctx;
    struct pt_http_task *next;
};
int pt_http_post_task(struct pt_http_server *server, struct pt_http_task *task);

#endif
