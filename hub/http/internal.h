/* What the room's files share: server, connection, protocol adapter, request, quota.
 * Loop thread, but for the server's post queue and the request's counters. Private to the room. */
#ifndef PENTAD_HTTP_INTERNAL_H
#define PENTAD_HTTP_INTERNAL_H

#include <stdatomic.h>

#include <uv.h>

#include <pentad/http/h1_parse.h>
#include <pentad/http/request.h>
#include <pentad/http/server.h>

#include "tls.h"

#define PT_HTTP_READ_BUFFER ((size_t)64 * 1024)
#define PT_HTTP_PEER_BUCKETS 256
#define PT_HTTP_DATE_CAP 32
#define PT_HTTP_ANSWER_HEADERS_CAP 32

/* ---- quota.c: what each identity holds of the server ---- */

struct pt_http_peer {
    struct pt_http_peer *next;
    uint32_t refs;
    uint32_t connections;
    size_t bytes;
    char key[264]; /* identity, or "ip:" and the address */
};

struct pt_http_quota {
    struct pt_http_peer *buckets[PT_HTTP_PEER_BUCKETS];
    size_t bytes; /* of all peers */
};

/* The peer of that key with one more reference; NULL without memory. */
struct pt_http_peer *pt_http_quota_peer(struct pt_http_quota *q, const char *key);
struct pt_http_peer *pt_http_peer_ref(struct pt_http_peer *peer);
void pt_http_peer_unref(struct pt_http_quota *q, struct pt_http_peer *peer);
bool pt_http_quota_fits(const struct pt_http_quota *q, const struct pt_http_peer *peer,
                        const struct pt_http_config *config, size_t bytes);
void pt_http_quota_add(struct pt_http_quota *q, struct pt_http_peer *peer, size_t bytes);
void pt_http_quota_sub(struct pt_http_quota *q, struct pt_http_peer *peer, size_t bytes);

/* ---- request.c ---- */

/* A head as its protocol collected it; text is taken. */
struct pt_http_head {
    struct pt_buf *text;
    uint32_t method;
    uint32_t target;
    const struct pt_h1_field *fields;
    size_t field_count;
    bool has_length;
    uint64_t length;
    bool has_body; /* declared by a length above 0, chunks, or a stream left open */
};

struct pt_http_request {
    atomic_uint refs;
    atomic_bool cancelled;
    struct pt_http_server *server;
    struct pt_http_conn *conn; /* NULL once the stream is gone */
    void *stream;              /* the protocol's own */
    struct pt_http_peer *peer;
    size_t charged;
    struct pt_http_peer_id peer_id;
    uint8_t *text;
    const char *method;
    const char *path;
    const char *query;
    struct pt_buf body;
    size_t body_reserved; /* part of `charged` */
    void *user;
    pt_http_watch_cb watch;
    void *watch_ctx;
    bool handed; /* the handler has it and owes an answer */
    bool answered;
    struct pt_http_task reap;
    struct pt_http_task no_memory; /* posted where there is none for an answer */
    size_t field_count;
    struct pt_h1_field fields[];
};

/* What the transport itself answers: our code, and a status where the code's own doesn't fit. */
struct pt_http_refusal {
    int status; /* 0: go on */
    int code;
    const char *detail; /* borrowed */
    const char *allow;
    bool retry_after;
};

/* One reference, the transport's. NULL without memory, the head's text is taken anyway. */
struct pt_http_request *pt_http_request_new(struct pt_http_conn *conn, void *stream,
                                            const struct pt_http_head *head);
/* Loop thread: frees at once when it is the last. */
void pt_http_request_release(struct pt_http_request *req);
/* Asks the owner, checks identity, length and quota. `route` receives what was decided and must
 * outlive `ret`. */
void pt_http_request_decide(struct pt_http_request *req, const struct pt_http_head *head,
                            struct pt_http_route *route, struct pt_http_refusal *ret);
void pt_http_request_append(struct pt_http_request *req, const uint8_t *p, size_t len,
                            struct pt_http_refusal *ret);
void pt_http_request_refuse(struct pt_http_request *req, const struct pt_http_refusal *refusal);
void pt_http_request_hand(struct pt_http_request *req);
void pt_http_request_ending(struct pt_http_request *req);
/* The stream is gone: cancels unless answered, and gives back the transport's reference. */
void pt_http_request_detach(struct pt_http_request *req);

/* ---- what a protocol sends; the body is taken by the protocol ---- */

struct pt_http_answer {
    int status;
    const struct pt_http_header *headers;
    size_t header_count;
    uint8_t *body;
    size_t body_len;
};
/* Headers for a refusal, into h[4]; `retry` is scratch. */
size_t pt_http_refusal_headers(const struct pt_http_refusal *refusal, uint32_t retry_after_s,
                               char retry[16], struct pt_http_header h[4]);

struct pt_http_proto {
    int (*open)(struct pt_http_conn *c, void **ret_state);
    void (*close)(void *state); /* detaches its requests, frees itself */
    void (*input)(void *state, const uint8_t *p, size_t len);
    size_t (*output)(void *state, uint8_t *p, size_t cap); /* the next bytes to send */
    bool (*paused)(const void *state);                     /* can't take more input now */
    bool (*busy)(const void *state);                       /* a request is in progress */
    bool (*finished)(const void *state);                   /* close once all is sent */
    /* No new requests, end soon; `hard`: also if the first request hasn't come yet. Repeatable. */
    void (*drain)(void *state, bool hard);
    void (*check)(void *state, uint64_t now); /* deadlines */
    int (*answer)(void *state, void *stream, struct pt_http_answer *a);
};
extern const struct pt_http_proto pt_http_proto_h1;
extern const struct pt_http_proto pt_http_proto_h2;

/* ---- conn.c ----
 *
 *   HANDSHAKE ──► OPEN ──► CLOSING ──► LINGER ──► CLOSED
 *        └───────────┴────────┴──────────┴─────────►┘ (peer gone, deadline, server killed)
 *
 * CLOSING: flushing what was said last; LINGER: FIN sent, waiting for the peer's. */
enum pt_http_phase {
    PT_HTTP_HANDSHAKE,
    PT_HTTP_OPEN,
    PT_HTTP_CLOSING,
    PT_HTTP_LINGER,
    PT_HTTP_CLOSED,
};

struct pt_http_conn {
    struct pt_http_server *server;
    struct pt_http_conn *prev, *next;
    struct pt_http_conn *dirty_next;
    bool dirty;
    bool doomed; /* close without ceremony at the next turn */
    bool reading;
    size_t turn_in;    /* bytes read since its last turn */
    bool over_limit;   /* too many connections of this identity */
    bool bad_identity; /* a certificate, but not exactly one usable URI name */
    bool writing;
    bool draining;
    enum pt_http_phase phase;
    uint64_t since_ms; /* in this phase */
    uint64_t idle_ms;  /* since when nothing is in progress */
    uv_tcp_t tcp;
    uv_write_t write;
    uv_shutdown_t shutdown;
    struct pt_buf sending; /* what `write` is sending */
    size_t unsent;         /* of `sending`, when last looked at */
    uint64_t progress_ms;  /* when it last shrank */
    struct pt_http_tls tls;
    struct pt_http_peer_id peer_id;
    struct pt_http_peer *peer;
    const struct pt_http_proto *proto;
    void *state;
};

int pt_http_conn_accept(struct pt_http_server *s, uv_stream_t *listener);
/* Something may have to be sent or closed: looked at before the loop next sleeps. */
void pt_http_conn_touch(struct pt_http_conn *c);
void pt_http_conn_doom(struct pt_http_conn *c);
void pt_http_conn_turn(struct pt_http_conn *c); /* sends, closes, starts and stops reading */
void pt_http_conn_check(struct pt_http_conn *c, uint64_t now);
void pt_http_conn_drain(struct pt_http_conn *c, bool hard);

/* ---- server.c ---- */

struct pt_http_counters {
    atomic_uint_fast64_t accepted, open, handshakes, handshakes_failed, requests, requests_open,
        responses, cancelled, bytes_in, bytes_out, inflight, bad, timeouts, rejected;
};

enum pt_http_server_phase {
    PT_HTTP_RUNNING,
    PT_HTTP_STOPPING,
    PT_HTTP_CLOSING_HANDLES,
    PT_HTTP_STOPPED
};

struct pt_http_server {
    uv_loop_t *loop;
    struct pt_http_config config;
    char host[64];
    struct pt_http_handlers handlers;
    SSL_CTX *tls;
    BIO_METHOD *bio_method;
    enum pt_http_server_phase phase;
    uint16_t port;
    uv_tcp_t listener;
    uv_prepare_t prepare;
    uv_timer_t sweep;
    uv_async_t async;
    unsigned open_handles;
    uint64_t stop_at_ms;
    pt_http_stopped_cb stopped;
    void *stopped_ctx;

    struct pt_http_conn *conns;
    struct pt_http_conn *dirty;
    uint32_t conn_count;
    uint64_t live_requests;
    struct pt_http_quota quota;
    struct pt_http_counters stats;
    int64_t date_s;
    char date[PT_HTTP_DATE_CAP];

    uv_mutex_t post_lock; /* guards the next four */
    struct pt_http_task *post_head;
    struct pt_http_task *post_tail;
    bool post_closed;

    uint8_t read_buffer[PT_HTTP_READ_BUFFER];
    uint8_t plain_in[PT_HTTP_TLS_RECORD];
    uint8_t plain_out[PT_HTTP_TLS_RECORD];
};

#define PT_HTTP_COUNT(server, what, n)                                                             \
    atomic_fetch_add_explicit(&(server)->stats.what, (uint_fast64_t)(n), memory_order_relaxed)
#define PT_HTTP_UNCOUNT(server, what, n)                                                           \
    atomic_fetch_sub_explicit(&(server)->stats.what, (uint_fast64_t)(n), memory_order_relaxed)

/* "Sun, 06 Nov 1994 08:49:37 GMT", renewed once a second. */
const char *pt_http_server_date(struct pt_http_server *s);
/* A connection or request is gone: ends a stop when it was the last. */
void pt_http_server_gone(struct pt_http_server *s);

#endif
