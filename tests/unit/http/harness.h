/* A real server on a loop thread of its own, and two clients: libcurl, and raw bytes over TLS. */
#ifndef HX_HARNESS_H
#define HX_HARNESS_H

#include <stdatomic.h>

#include <curl/curl.h>
#include <pt_test_pki.h>
#include <uv.h>

#include <pentad/base/buf.h>
#include <pentad/http/server.h>

#define HX_TREASURY "pentad:finance/stream/treasury"
#define HX_AUDIT "pentad:audit/stream/reports"

enum hx_version { HX_H1, HX_H2 };

/* What the server answers:
 *   GET  /hello, /identity (needs one), /big?n=BYTES, /query?x=, /cookie, /break (a bad answer)
 *   POST /echo (8 MiB), /count (its length), /small (1,000 bytes); from another thread: /worker
 * (echo), /sum (hx_sum) GET  /wait    answered "ended" when told ENDING POST /hold    never
 * answered (8 MiB) */
struct hx {
    struct pt_test_pki pki;
    struct pt_test_cert server_cert;
    struct pt_test_cert treasury;
    struct pt_test_cert audit;
    struct pt_test_cert nameless;  /* no URI name */
    struct pt_test_cert two_names; /* two of them */
    char *ca_pem;
    SSL_CTX *tls;
    uv_loop_t loop;
    uv_thread_t thread;
    struct pt_http_server *server;
    uint16_t port;
    bool stopping;
    atomic_uint handled;
    atomic_uint gone;
    atomic_uint ending;
    atomic_uint stopped;
};

/* Defaults, port 0, limits in time short enough for tests; `tls` is filled by hx_start. */
void hx_config(struct pt_http_config *ret_config);
void hx_start(struct hx *hx, const struct pt_http_config *config);
uint32_t hx_sum(const void *p, size_t len);
void hx_stop_begin(struct hx *hx);
/* Runs fn(ctx) on the loop thread soon. */
void hx_post(struct hx *hx, void (*fn)(void *ctx), void *ctx);
/* Stops (if hx_stop_begin didn't), joins, frees everything and looks for leaks. */
void hx_end(struct hx *hx);
/* Waits up to five seconds until *counter reaches `want`. */
bool hx_wait(atomic_uint *counter, unsigned want);
/* Waits up to five seconds for a condition about the server's statistics. */
bool hx_wait_stats(struct hx *hx, bool (*cond)(const struct pt_http_stats *stats));

/* Ten seconds at most. */
struct hx_ask {
    const char *path;
    enum hx_version version;
    const struct pt_test_cert *cert; /* NULL: none */
    const char *method;              /* NULL: GET, or POST with a body */
    const void *body;                /* NULL: none */
    size_t body_len;
    bool chunked;
    const char *header; /* one more field */
    CURL *reuse;        /* keep this handle's connection */
};
struct hx_reply {
    CURLcode code;
    long status;
    long version; /* CURL_HTTP_VERSION_1_1, CURL_HTTP_VERSION_2_0 */
    long connects;
    struct pt_buf body;
    struct pt_buf headers;
    char error[CURL_ERROR_SIZE];
};
void hx_ask(struct hx *hx, const struct hx_ask *ask, struct hx_reply *ret_reply);
void hx_reply_done(struct hx_reply *reply);
/* Sets up `curl` for `ask`, the answer going to `reply`; the caller performs it. */
void hx_prepare(struct hx *hx, const struct hx_ask *ask, CURL *curl, struct curl_slist **headers,
                struct hx_reply *reply);

/* Bytes over TLS, blocking, five seconds at most an operation. */
struct hx_raw {
    int fd;
    SSL_CTX *ctx;
    SSL *ssl;
};
int hx_connect(struct hx *hx); /* TCP only */
bool hx_raw_open(struct hx *hx, struct hx_raw *raw, enum hx_version version,
                 const struct pt_test_cert *cert);
bool hx_raw_send(struct hx_raw *raw, const void *p, size_t len);
bool hx_raw_puts(struct hx_raw *raw, const char *s);
/* Reads until `out` holds `text` (NULL: until the end); false on end, error or time. */
bool hx_raw_read(struct hx_raw *raw, struct pt_buf *out, const char *text);
void hx_raw_close(struct hx_raw *raw);

#endif
