/* The hub over HTTP: two connections, so that a long poll never holds up a batch. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "connector_internal.h"

#define PROTOBUF "application/x-protobuf"

struct http_hub {
    const struct pt_config *config;
    struct pt_http_client *send, *feed;
};

static int http_submit(void *ctx, struct pt_span batch, struct pt_buf *ret_reply,
                       struct pt_err *err) {
    struct http_hub *h = ctx;
    return pt_http_client_post(h->send, "/v1/batches", PROTOBUF, batch, ret_reply, NULL, err);
}

static int http_feed(void *ctx, uint64_t after, int wait_s, uint32_t limit, struct pt_buf *ret_page,
                     struct pt_err *err) {
    struct http_hub *h = ctx;
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/feed?after=%" PRIu64 "&wait=%d&limit=%" PRIu32, after,
                   wait_s, limit);
    return pt_http_client_get(h->feed, path, PROTOBUF, wait_s * 1000, ret_page, NULL, err);
}

static int http_checkpoint(void *ctx, struct pt_buf *ret_note, struct pt_err *err) {
    struct http_hub *h = ctx;
    return pt_http_client_get(h->send, "/checkpoint", "text/plain", 0, ret_note, NULL, err);
}

static int http_cosigned(void *ctx, struct pt_buf *ret_note, struct pt_err *err) {
    struct http_hub *h = ctx;
    return pt_http_client_get(h->send, "/v1/cosigned", "text/plain", 0, ret_note, NULL, err);
}

static int http_cosign(void *ctx, struct pt_span note, struct pt_err *err) {
    struct http_hub *h = ctx;
    struct pt_buf answer;
    pt_buf_init(&answer, 65536);
    int rc = pt_http_client_post(h->send, "/v1/cosignatures", "text/plain; charset=utf-8", note,
                                 &answer, NULL, err);
    pt_buf_done(&answer);
    return rc;
}

static struct pt_tls_files tls_files(const struct pt_config *config) {
    return (struct pt_tls_files){.cert = config->keys.tls_cert,
                                 .key = config->keys.tls_key,
                                 .ca = config->keys.ca,
                                 .crl = config->keys.crl};
}

static int http_reload(void *ctx, struct pt_err *err) {
    struct http_hub *h = ctx;
    const struct pt_tls_files files = tls_files(h->config);
    SSL_CTX *fresh = NULL;
    int rc = pt_tls_client_ctx(&files, &fresh, err);
    rc = rc ? rc : pt_tls_check_own(fresh, h->config->party, err);
    rc = rc ? rc : pt_http_client_show(h->send, fresh, err);
    rc = rc ? rc : pt_http_client_show(h->feed, fresh, err);
    SSL_CTX_free(fresh);
    return rc;
}

static int http_get(void *ctx, const char *path, struct pt_buf *ret_answer, struct pt_err *err) {
    struct http_hub *h = ctx;
    return pt_http_client_get(h->send, path, "application/json", 0, ret_answer, NULL, err);
}

static void http_close(void *ctx) {
    struct http_hub *h = ctx;
    pt_http_client_free(h->send);
    pt_http_client_free(h->feed);
    free(h);
}

int pt_connector_hub_http_open(const struct pt_config *config, const volatile bool *stop,
                               struct hub_port *ret, struct pt_err *err) {
    const struct pt_http_client_config http = {.url = config->hub, .tls = tls_files(config)};
    struct http_hub *h = calloc(1, sizeof *h);
    if (!h) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    h->config = config;
    int rc = pt_http_client_new(&http, &h->send, err);
    if (rc == 0) {
        rc = pt_http_client_new(&http, &h->feed, err);
    }
    if (rc != 0) {
        http_close(h);
        return rc;
    }
    pt_http_client_watch(h->send, stop);
    pt_http_client_watch(h->feed, stop);
    *ret = (struct hub_port){.submit = http_submit,
                             .feed = http_feed,
                             .checkpoint = http_checkpoint,
                             .cosigned = http_cosigned,
                             .cosign = http_cosign,
                             .reload = http_reload,
                             .get = http_get,
                             .close = http_close,
                             .ctx = h};
    return 0;
}
