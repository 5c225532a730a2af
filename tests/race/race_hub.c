/* The hub's threads at work all at once: senders, long polls, queries, evidence, metrics, reloads,
 * findings. The hub's own exit status tells what ThreadSanitizer saw. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pt_test_world.h"

#define SENDERS 3
#define BATCHES 12

static struct tw w;
static pthread_mutex_t setting = PTHREAD_MUTEX_INITIALIZER; /* certificates are issued one by one */
static _Atomic bool over;

static void client(struct tw_client *c, const char *party, const char *stream) {
    pthread_mutex_lock(&setting);
    tw_client_init(c, &w, party, stream);
    pthread_mutex_unlock(&setting);
}

static void *sender(void *arg) {
    struct tw_client c;
    struct tw_stream s;
    struct pt_buf b;

    client(&c, "finance", arg);
    tw_stream_init(&s, &w, "finance", arg);
    pt_buf_init(&b, 16u * 1024 * 1024);
    for (int i = 0; i < BATCHES; i++) {
        tw_cut_payments(&s, 40, &b);
        tw_send(&s, &c, pt_buf_span(&b));
    }
    tw_cut_close(&s, 20190630, false, &b);
    tw_send(&s, &c, pt_buf_span(&b));
    pt_buf_done(&b);
    tw_client_done(&c);
    return NULL;
}

static void *reader(void *arg) {
    static const char *const paths[] = {"/v1/feed?after=1&wait=1",
                                        "/v1/records/finance/s0/1/evidence",
                                        "/v1/records/finance/s0/1/trace",
                                        "/v1/discrepancies",
                                        "/v1/subjects",
                                        "/v1/streams/finance/s0",
                                        "/metrics",
                                        "/readyz",
                                        "/checkpoint",
                                        "/tile/0/000.p/1"};
    struct tw_client c;
    long status = 0;

    client(&c, arg, "main");
    for (size_t i = 0; !over; i++) {
        char path[128];

        snprintf(path, sizeof path, "%s", paths[i % 10]);
        status = tw_get(&c, path, "application/json");
        if (status == 500) {
            fprintf(stderr, "%s: %ld %s\n", path, status, pt_buf_cstr(&c.body));
            abort();
        }
    }
    tw_client_done(&c);
    return NULL;
}

int main(void) {
    static const char *const streams[] = {"s0", "s1", "s2"};
    static const char *const readers[] = {"audit", "office"};
    const struct tw_opts opts = {
        .live = true, .settle_ms = 20, .streams = streams, .n_streams = 3, .more = "workers: 3\n"};
    pthread_t senders[SENDERS], threads[2];
    int status;

    tw_init(&w, &opts);
    tw_start(&w);
    for (size_t i = 0; i < 2; i++) {
        pthread_create(&threads[i], NULL, reader, (void *)(uintptr_t)readers[i]);
    }
    for (size_t i = 0; i < SENDERS; i++) {
        pthread_create(&senders[i], NULL, sender, (void *)(uintptr_t)streams[i]);
    }
    kill(w.pid, SIGHUP);
    for (size_t i = 0; i < SENDERS; i++) {
        pthread_join(senders[i], NULL);
    }
    kill(w.pid, SIGHUP);
    over = true;
    for (size_t i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
    status = tw_stop(&w, SIGTERM);
    if (status != 0) {
        tw_print_log(&w);
        fprintf(stderr, "the hub ended with %d\n", status);
    }
    tw_done(&w);
    return status == 0 ? 0 : 1;
}
