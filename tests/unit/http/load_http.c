/* How fast the listener is on this machine, client included: not a test, a look.
 *   load_http [SECONDS a case, 2 by default] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/err.h>

#include "h2_client.h"

enum { STREAMS = 32 };

static void measure(struct hx *hx, const char *path, const void *body, size_t len,
                    size_t answer_len, int64_t us) {
    struct h2c c;
    struct h2c_call calls[STREAMS];
    int64_t start;
    int64_t took;
    uint64_t done = 0;

    PT_ASSERT(h2c_open(hx, &c, &hx->treasury));
    start = pt_monotonic_us();
    do {
        memset(calls, 0, sizeof calls);
        for (int i = 0; i < STREAMS; i++) {
            calls[i].path = path;
            calls[i].wire.body = pt_span(body, len);
        }
        PT_ASSERT(h2c_run(&c, calls, STREAMS));
        for (int i = 0; i < STREAMS; i++) {
            PT_ASSERT(calls[i].wire.status == 200 && calls[i].wire.answer.len == answer_len);
        }
        h2c_calls_done(calls, STREAMS);
        done += STREAMS;
        took = pt_monotonic_us() - start;
    } while (took < us);
    printf("%-24s %8.0f requests/s %8.1f MB/s up %8.1f MB/s down\n", path,
           (double)done * 1e6 / (double)took, (double)done * (double)len / (double)took,
           (double)done * (double)answer_len / (double)took);
    h2c_close(&c);
}

static void handshakes(struct hx *hx, int64_t us) {
    int64_t start = pt_monotonic_us();
    int64_t took;
    uint64_t done = 0;

    do {
        struct hx_raw raw;
        PT_ASSERT(hx_raw_open(hx, &raw, HX_H1, &hx->treasury));
        hx_raw_close(&raw);
        done++;
        took = pt_monotonic_us() - start;
    } while (took < us);
    printf("%-24s %8.0f a second\n", "handshakes", (double)done * 1e6 / (double)took);
}

int main(int argc, char **argv) {
    struct pt_http_config config;
    struct hx hx;
    int64_t us = (argc > 1 ? strtol(argv[1], NULL, 10) : 2) * 1000000;
    uint8_t *body = calloc(1, 160 * 1024);

    PT_ASSERT(body != NULL);
    hx_config(&config);
    hx_start(&hx, &config);
    measure(&hx, "/hello", NULL, 0, 5, us);
    measure(&hx, "/count", body, 160 * 1024, 6, us);
    measure(&hx, "/count", body, 400, 3, us);
    measure(&hx, "/big?n=1048576", NULL, 0, 1 << 20, us);
    handshakes(&hx, us);
    hx_end(&hx);
    free(body);
    return 0;
}
