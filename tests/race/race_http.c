/* The listener under many threads: answers from workers, posts, statistics, abandoned requests,
 * connections cut, a reload and a stop in full traffic. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/clock.h>
#include <pentad/base/err.h>

#include "h2_client.h"

enum { CLIENTS = 3, STREAMS = 24, ROUNDS = 6, BODY = 100000 };

static uint8_t body[BODY];
static atomic_uint posted;
static atomic_bool quit;

struct client {
    struct hx *hx;
    pthread_t thread;
    uint64_t seed;
    unsigned answered;
    bool until_cut; /* goes on until the server ends it */
};

static void check(const struct h2c_call *call) {
    char want[16];

    if (call->abandon || call->wire.status == 0) {
        return;
    }
    PT_ASSERT(call->wire.status == 200);
    if (strcmp(call->path, "/sum") == 0) {
        snprintf(want, sizeof want, "%08x", hx_sum(call->wire.body.p, call->wire.body.len));
        PT_ASSERT(pt_span_eq(pt_buf_span(&call->wire.answer), pt_span_str(want)));
    } else if (strcmp(call->path, "/worker") == 0) {
        PT_ASSERT(pt_span_eq(pt_buf_span(&call->wire.answer), call->wire.body));
    } else {
        PT_ASSERT(pt_span_eq(pt_buf_span(&call->wire.answer), pt_span_str("hello")));
    }
}

static bool round_of(struct client *cl, struct h2c *c, struct pt_rng *rng) {
    static const char *const paths[] = {"/worker", "/sum", "/hello"};
    struct h2c_call calls[STREAMS];

    memset(calls, 0, sizeof calls);
    for (int i = 0; i < STREAMS; i++) {
        const char *path = paths[pt_rng_below(rng, 3)];
        calls[i].path = path;
        size_t len = 1 + (size_t)pt_rng_below(rng, BODY - 1);
        calls[i].wire.body = path[1] == 'h' ? pt_span(NULL, 0) : pt_span(body, len);
        calls[i].abandon = pt_rng_below(rng, 8) == 0;
    }
    bool ok = h2c_run(c, calls, STREAMS);
    for (int i = 0; i < STREAMS; i++) {
        if (calls[i].closed && calls[i].wire.error == 0) {
            check(&calls[i]);
            cl->answered++;
        }
    }
    h2c_calls_done(calls, STREAMS);
    return ok;
}

static void *client(void *arg) {
    struct client *cl = arg;
    struct pt_rng rng;

    pt_rng_seed(&rng, cl->seed);
    for (int i = 0; cl->until_cut || i < ROUNDS; i++) {
        struct h2c c;
        if (!h2c_open(cl->hx, &c, i % 2 == 0 ? &cl->hx->treasury : &cl->hx->audit)) {
            PT_ASSERT(cl->until_cut);
            h2c_close(&c);
            break;
        }
        bool ok = round_of(cl, &c, &rng) && round_of(cl, &c, &rng);
        PT_ASSERT(ok || cl->until_cut);
        h2c_close(&c);
        if (!ok) {
            break;
        }
    }
    return NULL;
}

static void count_post(void *ctx) {
    (void)ctx;
    atomic_fetch_add(&posted, 1);
}

static void *bother(void *arg) {
    struct hx *hx = arg;
    struct pt_http_stats stats;
    unsigned mine = 0;

    while (!atomic_load(&quit)) {
        pt_http_server_stats(hx->server, &stats);
        hx_post(hx, count_post, NULL);
        mine++;
        usleep(500);
    }
    PT_ASSERT(hx_wait(&posted, mine));
    return NULL;
}

static void reload(void *ctx) {
    struct hx *hx = ctx;

    PT_ASSERT(pt_http_server_set_tls(hx->server, hx->tls, NULL) == 0);
}

static unsigned traffic(struct hx *hx, bool until_cut) {
    struct client clients[CLIENTS];
    unsigned answered = 0;

    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){.hx = hx, .seed = (uint64_t)i + 1, .until_cut = until_cut};
        PT_ASSERT(pthread_create(&clients[i].thread, NULL, client, &clients[i]) == 0);
    }
    if (until_cut) {
        PT_ASSERT(hx_wait(&hx->handled, atomic_load(&hx->handled) + 50));
        hx_post(hx, reload, hx);
        PT_ASSERT(hx_wait(&posted, atomic_load(&posted)));
        hx_stop_begin(hx);
    }
    for (int i = 0; i < CLIENTS; i++) {
        PT_ASSERT(pthread_join(clients[i].thread, NULL) == 0);
        answered += clients[i].answered;
    }
    return answered;
}

int main(void) {
    struct pt_http_config config;
    struct hx hx;
    pthread_t other;
    unsigned answered;

    for (size_t i = 0; i < BODY; i++) {
        body[i] = (uint8_t)(i * 7);
    }
    hx_config(&config);
    config.reset_burst = 100000;
    hx_start(&hx, &config);
    PT_ASSERT(pthread_create(&other, NULL, bother, &hx) == 0);
    answered = traffic(&hx, false);
    atomic_store(&quit, true);
    PT_ASSERT(pthread_join(other, NULL) == 0);
    (void)traffic(&hx, true);
    hx_end(&hx);
    printf("%u answers, %u posts\n", answered, atomic_load(&posted));
    return answered > CLIENTS * STREAMS * ROUNDS ? 0 : 1;
}
