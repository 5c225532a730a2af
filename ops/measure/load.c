/* pentad-load: payment batches into a hub over mutual TLS, several streams at once, and how long
 * they take; every receipt is checked. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/clock.h>
#include <pentad/base/file.h>
#include <pentad/base/thread.h>
#include <pentad/proof/entry.h>

#include "lane.h"

#define LANES_MAX 64
#define PROBE_STREAM 1000u /* the number that its rows carry */

static const char usage[] =
    "usage: pentad-load --port N | --port-file FILE --keys DIR --trust DIR [options]\n"
    "\n"
    "Signs payment records (X01, about 320 bytes) beforehand, then sends them as batches to the "
    "hub\n"
    "on this machine, each stream over its own HTTP/2 connection, several batches in flight in\n"
    "order; checks every receipt; prints what it took as JSON.\n"
    "\n"
    "  --port N, --port-file FILE  the hub's port, or the file into which the hub writes it\n"
    "  --keys DIR      DIR/signing.key signs; DIR/s1, DIR/s2 … and DIR/probe each hold tls.crt,\n"
    "                  tls.key, ca.crt, crl.pem of one stream\n"
    "  --trust DIR     genesis.hash and policy.txt\n"
    "  --party NAME    who signs (finance)\n"
    "  --streams N     streams s1 … sN (4)\n"
    "  --batches N     batches a stream (400)\n"
    "  --records N     records a batch (512)\n"
    "  --window N      batches in flight a stream (8)\n"
    "  --rest-ms N     at least so long between a stream's batches (0)\n"
    "  --probe-ms N    beside them, on stream `probe`, a batch of one record every N ms; the time\n"
    "                  from when it was due to its receipt is its latency (0: none)\n"
    "  --receipts FILE a line for each receipt as it comes: log index, leaf hash, statement\n"
    "  --persist       a hub that goes away is waited for\n"
    "  --patience S    give up after so many seconds (600)\n"
    "\n"
    "exit: 0 all have receipts and every receipt holds, 1 not so, 2 wrong use\n"
    "\n"
    "example: pentad-load --port-file hub/data/port --keys finance --trust policy --streams 2\n";

struct options {
    const char *port_file, *keys, *trust, *party, *receipts;
    unsigned port, streams, batches, records, window, rest_ms, probe_ms, patience_s;
    bool persist, help;
};

struct load {
    struct options o;
    struct lane_shared shared;
    struct pt_key *key;
    struct lane lanes[LANES_MAX];
    struct lane probe;
    int receipts_fd;
    _Atomic bool bulk_over;
    int64_t start_us, took_us, probe_start_us;
    int64_t *probe_us; /* latencies */
    size_t n_probe;
    pthread_mutex_t receipts_lock;
};

/* ---- options --------------------------------------------------------------------------- */

static int number(const char *s, unsigned max, unsigned *ret) {
    char *end = NULL;
    unsigned long v;

    errno = 0;
    v = strtoul(s, &end, 10);
    if (errno != 0 || end == s || *end != '\0' || v > max) {
        return PT_E_USAGE;
    }
    *ret = (unsigned)v;
    return 0;
}

static int take_option(struct options *o, int c) {
    switch (c) {
    case 'P':
        return number(optarg, 65535, &o->port);
    case 'f':
        o->port_file = optarg;
        return 0;
    case 'k':
        o->keys = optarg;
        return 0;
    case 't':
        o->trust = optarg;
        return 0;
    case 'p':
        o->party = optarg;
        return 0;
    case 's':
        return number(optarg, LANES_MAX, &o->streams);
    case 'b':
        return number(optarg, LANE_BATCHES_MAX, &o->batches);
    case 'r':
        return number(optarg, 16384, &o->records);
    case 'w':
        return number(optarg, LANE_WINDOW_MAX, &o->window);
    case 'q':
        return number(optarg, 10000, &o->probe_ms);
    case 'z':
        return number(optarg, 10000, &o->rest_ms);
    case 'R':
        o->receipts = optarg;
        return 0;
    case 'x':
        o->persist = true;
        return 0;
    case 'T':
        return number(optarg, 100000, &o->patience_s);
    case 'h':
        o->help = true;
        return 0;
    default:
        return PT_E_USAGE;
    }
}

static int read_options(int argc, char **argv, struct options *o) {
    static const struct option longs[] = {
        {"port", required_argument, NULL, 'P'},     {"port-file", required_argument, NULL, 'f'},
        {"keys", required_argument, NULL, 'k'},     {"trust", required_argument, NULL, 't'},
        {"party", required_argument, NULL, 'p'},    {"streams", required_argument, NULL, 's'},
        {"batches", required_argument, NULL, 'b'},  {"records", required_argument, NULL, 'r'},
        {"window", required_argument, NULL, 'w'},   {"probe-ms", required_argument, NULL, 'q'},
        {"receipts", required_argument, NULL, 'R'}, {"persist", no_argument, NULL, 'x'},
        {"rest-ms", required_argument, NULL, 'z'},  {"patience", required_argument, NULL, 'T'},
        {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0}};
    int rc = 0;
    int c;

    *o = (struct options){.party = "finance",
                          .streams = 4,
                          .batches = 400,
                          .records = 512,
                          .window = 8,
                          .patience_s = 600};
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
    while (rc == 0 && (c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        rc = take_option(o, c);
    }
    if (rc == 0 && !o->help &&
        (optind < argc || o->keys == NULL || o->trust == NULL || o->streams == 0 ||
         o->batches == 0 || o->records == 0 || o->window == 0 ||
         (o->port == 0) == (o->port_file == NULL))) {
        rc = PT_E_USAGE;
    }
    return rc;
}

/* ---- the hub's port, the receipts ------------------------------------------------------- */

static uint16_t port_now(void *ctx) {
    const struct load *d = ctx;
    unsigned port = d->o.port;
    struct pt_buf text;

    if (d->o.port_file != NULL) {
        pt_buf_init(&text, 64);
        if (pt_file_read(d->o.port_file, &text, NULL) == 0 && pt_buf_cstr(&text) != NULL) {
            port = (unsigned)strtoul(pt_buf_cstr(&text), NULL, 10);
        }
        pt_buf_done(&text);
    }
    return port <= UINT16_MAX ? (uint16_t)port : 0;
}

static int leaf_of(const struct pt_answer *a, struct pt_hash *ret) {
    const ProtobufCBinaryData *entry = &a->reply->receipt->log_entry;

    pt_leaf_hash(ret, entry->data, entry->len);
    return 0;
}

/* One write a line: whatever becomes of this process, a line is there whole or not at all. */
static int keep_receipt(void *ctx, const struct lane *l, const struct lane_batch *b) {
    struct load *d = ctx;
    struct pt_answer a;
    struct pt_err err = {0};
    struct pt_hash leaf;
    char hex[2][2 * PT_HASH_LEN + 1];
    char line[256];
    int n;
    int rc = lane_check_receipt(l, b, &a, &err);

    if (rc == 0 && a.refused) {
        pt_answer_done(&a);
        rc = pt_err_set(&err, PT_E_REFUSED, "%s: the batch from #%llu on was refused", l->stream,
                        (unsigned long long)b->first_seq);
    }
    if (rc != 0) {
        (void)fprintf(stderr, "pentad-load: %s\n", err.msg);
        return rc;
    }
    (void)leaf_of(&a, &leaf);
    pt_hash_hex(hex[0], &leaf);
    pt_hash_hex(hex[1], &b->statement);
    n = snprintf(line, sizeof(line), "%llu %s %s %s %llu\n", (unsigned long long)a.log_index,
                 hex[0], hex[1], l->stream, (unsigned long long)b->first_seq);
    pt_answer_done(&a);
    (void)pthread_mutex_lock(&d->receipts_lock);
    rc = write(d->receipts_fd, line, (size_t)n) == n ? 0 : PT_E_IO;
    (void)pthread_mutex_unlock(&d->receipts_lock);
    return rc;
}

/* ---- running --------------------------------------------------------------------------- */

static int poll_lanes(struct lane *lanes, size_t n, int timeout_ms) {
    struct pollfd p[LANES_MAX];
    nfds_t open = 0;

    for (size_t i = 0; i < n; i++) {
        if (wire_is_open(&lanes[i].wire)) {
            p[open].fd = lanes[i].wire.fd;
            p[open].events = wire_events(&lanes[i].wire);
            p[open++].revents = 0;
        }
    }
    return poll(p, open, open < n && timeout_ms > 10 ? 10 : timeout_ms);
}

static int run_bulk(struct load *d, struct pt_err *err) {
    int64_t end_us;
    bool over = false;

    d->start_us = pt_monotonic_us();
    end_us = d->start_us + (int64_t)d->o.patience_s * 1000000;
    while (!over) {
        over = true;
        for (size_t i = 0; i < d->o.streams; i++) {
            struct lane *l = &d->lanes[i];

            if (!lane_over(l)) {
                lane_turn(l);
            }
            if (l->failed != 0) {
                *err = l->err;
                return l->failed;
            }
            over = over && lane_over(l);
        }
        if (!over && pt_monotonic_us() > end_us) {
            return pt_err_set(err, PT_E_TIMEOUT, "not done after %u s", d->o.patience_s);
        }
        if (!over) {
            (void)poll_lanes(d->lanes, d->o.streams, d->o.rest_ms > 0 ? (int)d->o.rest_ms : 100);
        }
    }
    d->took_us = pt_monotonic_us() - d->start_us;
    return 0;
}

/* One batch of one record every step, whether or not those before are back: what a party sees that
 * has little to say while others have much. Each counts from when it was due. */
static void *run_probe(void *arg) {
    struct load *d = arg;
    struct lane *l = &d->probe;
    int64_t step = (int64_t)d->o.probe_ms * 1000;
    size_t n = l->n;

    /* In life it stands on a machine of its own. */
    pt_thread_self("probe", PT_THREAD_PROMPT);
    d->probe_start_us = pt_monotonic_us();
    l->n = 1;
    while (l->failed == 0 && (l->done < l->n || !atomic_load(&d->bulk_over))) {
        int64_t now = pt_monotonic_us() - d->probe_start_us;

        while (l->n < n && (int64_t)l->n * step <= now && !atomic_load(&d->bulk_over)) {
            l->n++;
        }
        lane_turn(l);
        now = pt_monotonic_us() - d->probe_start_us;
        (void)poll_lanes(l, 1,
                         l->n < n && (int64_t)l->n * step > now
                             ? (int)(((int64_t)l->n * step - now + 999) / 1000)
                             : 1);
    }
    return NULL;
}

static void take_probes(struct load *d) {
    const struct lane *l = &d->probe;
    int64_t step = (int64_t)d->o.probe_ms * 1000;

    for (size_t i = 0; i < l->n; i++) {
        d->probe_us[i] = l->batches[i].done_us - d->probe_start_us - (int64_t)i * step;
    }
    d->n_probe = l->n;
}

static int run(struct load *d, struct pt_err *err) {
    const bool probing = d->o.probe_ms > 0;
    pthread_t probe;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < d->o.streams && !d->o.persist; i++) {
        rc = lane_open(&d->lanes[i], err);
    }
    if (rc == 0 && probing) {
        rc = lane_open(&d->probe, err);
        if (rc == 0 && pthread_create(&probe, NULL, run_probe, d) != 0) {
            rc = pt_err_set(err, PT_E_NOMEM, "can't start the probe");
        }
    }
    if (rc != 0) {
        return rc;
    }
    pt_thread_self("bulk", PT_THREAD_HEAVY);
    rc = run_bulk(d, err);
    atomic_store(&d->bulk_over, true);
    if (probing) {
        (void)pthread_join(probe, NULL);
        take_probes(d);
        if (rc == 0 && d->probe.failed != 0) {
            *err = d->probe.err;
            rc = d->probe.failed;
        }
    }
    return rc;
}

static int check_lane(const struct lane *l, struct pt_err *err) {
    for (size_t i = 0; i < l->n; i++) {
        struct pt_answer a;
        int rc = lane_check_receipt(l, &l->batches[i], &a, err);

        if (rc != 0) {
            return rc;
        }
        pt_answer_done(&a);
    }
    return 0;
}

/* ---- results --------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b) {
    const int64_t *x = a;
    const int64_t *y = b;

    return *x < *y ? -1 : *x > *y;
}

static double percentile_ms(int64_t *us, size_t n, double p) {
    if (n == 0) {
        return 0;
    }
    qsort(us, n, sizeof(*us), by_value);
    return (double)us[(size_t)(p * (double)(n - 1))] / 1000;
}

static void print_result(struct load *d) {
    size_t total = 0, bytes = 0;
    uint64_t again = d->probe.again, reconnects = d->probe.reconnects;
    size_t most = (size_t)d->o.streams * d->o.batches;
    int64_t *us = calloc(most > 0 ? most : 1, sizeof(*us));

    for (size_t i = 0; i < d->o.streams; i++) {
        const struct lane *l = &d->lanes[i];

        again += l->again;
        reconnects += l->reconnects;
        bytes += l->bytes.len;
        for (size_t k = 0; us != NULL && k < l->n; k++) {
            us[total++] = l->batches[k].done_us - l->batches[k].sent_us;
        }
    }
    printf("{\"records\": %llu, \"bytes\": %zu, \"seconds\": %.4f, \"records_per_s\": %.0f, "
           "\"batch_ms_p50\": %.3f, \"batch_ms_p99\": %.3f, \"sent_again\": %llu, "
           "\"reconnects\": %llu, \"probes\": %zu, \"probe_ms_p50\": %.3f, \"probe_ms_p99\": %.3f, "
           "\"probe_ms_max\": %.3f}\n",
           (unsigned long long)total * d->o.records, bytes, (double)d->took_us / 1e6,
           (double)total * d->o.records * 1e6 / (double)d->took_us, percentile_ms(us, total, 0.50),
           percentile_ms(us, total, 0.99), (unsigned long long)again,
           (unsigned long long)reconnects, d->n_probe, percentile_ms(d->probe_us, d->n_probe, 0.50),
           percentile_ms(d->probe_us, d->n_probe, 0.99),
           percentile_ms(d->probe_us, d->n_probe, 1.0));
    free(us);
}

/* ---- the whole ------------------------------------------------------------------------- */

static int init_lane(struct load *d, struct lane *l, unsigned number_, const char *stream, size_t n,
                     size_t records, struct pt_err *err) {
    char dir[1024];

    if (pt_path_join(dir, sizeof(dir), d->o.keys, stream) != 0) {
        return pt_err_set(err, PT_E_USAGE, "--keys: the path is too long");
    }
    return lane_init(l, &d->shared, number_, stream, dir, n, records, d->o.window, err);
}

static int prepare_lanes(struct load *d, struct pt_err *err) {
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i < d->o.streams; i++) {
        char stream[16];

        (void)snprintf(stream, sizeof(stream), "s%u", i + 1);
        rc = init_lane(d, &d->lanes[i], i + 1, stream, d->o.batches, d->o.records, err);
    }
    if (rc == 0 && d->o.probe_ms > 0) {
        size_t n = (size_t)60 * 1000 / d->o.probe_ms;

        d->probe_us = calloc(n + 1, sizeof(*d->probe_us));
        rc = d->probe_us == NULL ? PT_E_NOMEM
                                 : init_lane(d, &d->probe, PROBE_STREAM, "probe", n, 1, err);
    }
    return rc;
}

static int prepare(struct load *d, struct pt_err *err) {
    char hash[1024];
    char policy[1024];
    char key[1024];
    int rc = 0;

    if (pt_path_join(hash, sizeof(hash), d->o.trust, "genesis.hash") != 0 ||
        pt_path_join(policy, sizeof(policy), d->o.trust, "policy.txt") != 0 ||
        pt_path_join(key, sizeof(key), d->o.keys, "signing.key") != 0) {
        return pt_err_set(err, PT_E_USAGE, "--trust, --keys: the path is too long");
    }
    d->shared.party = d->o.party;
    d->shared.port = port_now;
    d->shared.ctx = d;
    d->shared.persist = d->o.persist;
    d->shared.rest_us = (int64_t)d->o.rest_ms * 1000;
    if (d->o.receipts != NULL) {
        d->receipts_fd = open(d->o.receipts, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (d->receipts_fd < 0) {
            return pt_err_set(err, PT_E_IO, "%s can't be written: %s", d->o.receipts,
                              strerrordesc_np(errno));
        }
        d->shared.receipt = keep_receipt;
    }
    rc = pt_trust_load(hash, policy, &d->shared.trust, err);
    if (rc == 0) {
        rc = pt_key_load(key, &d->key, err);
        d->shared.key = d->key;
    }
    return rc == 0 ? prepare_lanes(d, err) : rc;
}

static int load(struct load *d, struct pt_err *err) {
    int rc = prepare(d, err);

    if (rc == 0) {
        rc = run(d, err);
    }
    for (size_t i = 0; rc == 0 && i < d->o.streams; i++) {
        rc = check_lane(&d->lanes[i], err);
    }
    if (rc == 0 && d->o.probe_ms > 0) {
        rc = check_lane(&d->probe, err);
    }
    if (rc == 0) {
        print_result(d);
    }
    return rc;
}

static void load_free(struct load *d) {
    for (size_t i = 0; i < LANES_MAX; i++) {
        if (d->lanes[i].shared != NULL) {
            lane_free(&d->lanes[i]);
        }
    }
    if (d->probe.shared != NULL) {
        lane_free(&d->probe);
    }
    if (d->receipts_fd > 0) {
        (void)close(d->receipts_fd);
    }
    pt_trust_done(&d->shared.trust);
    pt_key_free(d->key);
    free(d->probe_us);
    (void)pthread_mutex_destroy(&d->receipts_lock);
    free(d);
}

int main(int argc, char **argv) {
    struct load *d = calloc(1, sizeof(*d));
    struct pt_err err = {0};
    int rc = d == NULL ? PT_E_NOMEM : read_options(argc, argv, &d->o);

    if (rc != 0 || d->o.help) {
        (void)fputs(usage, rc == 0 ? stdout : stderr);
        free(d);
        return rc == 0 ? 0 : 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)pthread_mutex_init(&d->receipts_lock, NULL);
    rc = load(d, &err);
    if (rc != 0) {
        (void)fprintf(stderr, "pentad-load: %s: %s\n", pt_err_name(rc), err.msg);
    }
    load_free(d);
    return rc == 0 ? 0 : 1;
}
