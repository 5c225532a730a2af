/* The hub over HTTP: two connections, so that a long poll never holds up a batch. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "connector_internal.h"

#define PROTOBUF "application/x-protobuf"

struct http_hub {
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

static void http_close(void *ctx) {
    struct http_hub *h = ctx;
    pt_http_client_free(h->send);
    pt_http_client_free(h->feed);
    free(h);
}

int pt_connector_hub_http_open(const struct pt_config *config, const volatile bool *stop,
                               struct hub_port *ret, struct pt_err *err) {
    const struct pt_http_client_config http = {.url = config->hub,
                                               .tls = {.cert = config->keys.tls_cert,
                                                       .key = config->keys.tls_key,
                                                       .ca = config->keys.ca,
                                                       .crl = config->keys.crl}};
    struct http_hub *h = calloc(1, sizeof *h);
    if (!h) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
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
    *ret =
        (struct hub_port){.submit = http_submit, .feed = http_feed, .close = http_close, .ctx = h};
    return 0;
}
