/* Requests to one hub over mutual TLS 1.3 (libcurl, HTTP/2 where the hub speaks it). Blocking;
 * one thread a connection. Knows no record; believes nothing that it is told. */
#ifndef PENTAD_CLIENT_HTTP_H
#define PENTAD_CLIENT_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/certs/tls.h>

struct pt_http_client;

struct pt_http_client_config {
    const char *url;         /* https://host:port, no path; copied */
    struct pt_tls_files tls; /* copied */
    int connect_timeout_ms;  /* 0: 5,000 */
    int timeout_ms;          /* 0: 60,000; a long poll adds its own wait */
};

int pt_http_client_new(const struct pt_http_client_config *cfg, struct pt_http_client **ret,
                       struct pt_err *err);
void pt_http_client_free(struct pt_http_client *c);
/* A request that runs stops soon after *stop becomes true (a signal handler's flag). */
void pt_http_client_watch(struct pt_http_client *c, const volatile bool *stop);

/* What it shows and trusts from the next request on, which opens a connection of its own; else the
 * files are read once, for the first connection. Counted, not taken. PT_E_NOMEM: all stays. */
int pt_http_client_show(struct pt_http_client *c, SSL_CTX *shown, struct pt_err *err);

/* What every later request says it reads for (Pentad-Purpose), UTF-8; NULL: nothing. Copied.
 * PT_E_NOMEM. */
int pt_http_client_purpose(struct pt_http_client *c, const char *text, struct pt_err *err);

/* The body is appended to `out` (whose max is the limit). Returns 0 for a 2xx answer; else the
 * code that the hub's problem document names, PT_E_NET or PT_E_TIMEOUT where there was no answer,
 * and *ret_status (may be NULL) holds the HTTP status, 0 without an answer. */
int pt_http_client_get(struct pt_http_client *c, const char *path, const char *accept,
                       int extra_wait_ms, struct pt_buf *out, long *ret_status, struct pt_err *err);
int pt_http_client_post(struct pt_http_client *c, const char *path, const char *content_type,
                        struct pt_span body, struct pt_buf *out, long *ret_status,
                        struct pt_err *err);

#endif
