#include "h2_client.h"

#include <poll.h>
#include <string.h>

enum { PATIENCE_MS = 60000, ANSWER_MAX = 64 << 20 };

static void answered(void *ctx, struct wire_call *call) {
    struct h2c *c = ctx;

    ((struct h2c_call *)call)->closed = true;
    c->open--;
}

bool h2c_open(struct hx *hx, struct h2c *c, const struct pt_test_cert *cert) {
    struct pt_err err;

    memset(c, 0, sizeof *c);
    c->tls = pt_test_client_ctx(&hx->pki, cert);
    PT_ASSERT(c->tls != NULL);
    return wire_open(&c->wire, c->tls, hx->port, answered, c, &err) == 0;
}

static bool submit(struct h2c *c, struct h2c_call *call) {
    struct wire_field cookies[3];
    size_t n = 0;

    for (; n < 3 && call->cookies[n] != NULL; n++) {
        cookies[n] = (struct wire_field){"cookie", call->cookies[n]};
    }
    call->abandoned = call->closed = false;
    pt_buf_init(&call->wire.answer, ANSWER_MAX);
    c->open++;
    return wire_ask(&c->wire, call->wire.body.p != NULL ? "POST" : "GET", call->path, cookies, n,
                    &call->wire) == 0;
}

/* Resets what was sent whole and is to be given up. */
static bool abandon(struct h2c *c, struct h2c_call *calls, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (calls[i].abandon && !calls[i].abandoned && !calls[i].closed && !calls[i].wire.sending) {
            calls[i].abandoned = true;
            if (wire_abandon(&c->wire, &calls[i].wire) != 0) {
                return false;
            }
        }
    }
    return true;
}

bool h2c_run(struct h2c *c, struct h2c_call *calls, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!submit(c, &calls[i])) {
            return false;
        }
    }
    while (c->open > 0) {
        struct pollfd p = {.fd = c->wire.fd};

        if (wire_turn(&c->wire) != 0 || !abandon(c, calls, count)) {
            return false;
        }
        p.events = wire_events(&c->wire);
        if (c->open > 0 && poll(&p, 1, PATIENCE_MS) <= 0) {
            return false;
        }
    }
    return true;
}

void h2c_calls_done(struct h2c_call *calls, size_t count) {
    for (size_t i = 0; i < count; i++) {
        pt_buf_done(&calls[i].wire.answer);
    }
}

void h2c_close(struct h2c *c) {
    wire_close(&c->wire);
    SSL_CTX_free(c->tls);
    c->tls = NULL;
}
