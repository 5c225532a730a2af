#include "metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <pentad/base/err.h>

static const unsigned latency_ms[PT_METRICS_LATENCIES - 1] = {1,   2,   5,   10,   20,   50,
                                                              100, 200, 500, 1000, 2000, 5000};

static void bump(_Atomic uint64_t *a, uint64_t n) {
    (void)atomic_fetch_add_explicit(a, n, memory_order_relaxed);
}

static uint64_t get(const _Atomic uint64_t *a) {
    return atomic_load_explicit(a, memory_order_relaxed);
}

void pt_metrics_latency(struct pt_metrics *m, int64_t us) {
    size_t i = 0;

    while (i + 1 < PT_METRICS_LATENCIES && us > (int64_t)latency_ms[i] * 1000) {
        i++;
    }
    bump(&m->latency[i], 1);
    bump(&m->latency_sum_us, (uint64_t)us);
    bump(&m->latency_count, 1);
}

void pt_metrics_group(struct pt_metrics *m, uint64_t batches, int64_t commit_us) {
    size_t i = 0;

    while (i + 1 < PT_METRICS_GROUPS && batches > ((uint64_t)1 << i)) {
        i++;
    }
    bump(&m->group[i], 1);
    bump(&m->group_sum, batches);
    bump(&m->group_count, 1);
    bump(&m->commit_us, (uint64_t)commit_us);
}

static size_t slot(int code) {
    return code < 0 && -code < PT_METRICS_CODES ? (size_t)-code : 0;
}

void pt_metrics_refused(struct pt_metrics *m, int code) {
    bump(&m->refused[slot(code)], 1);
}

void pt_metrics_rejected(struct pt_metrics *m, int code) {
    bump(&m->rejected[slot(code)], 1);
}

static void head(struct pt_buf *out, const char *name, const char *type, const char *help) {
    pt_buf_printf(out, "# HELP pentad_%s %s\n# TYPE pentad_%s %s\n", name, help, name, type);
}

void pt_metrics_put(struct pt_buf *out, const char *name, const char *type, const char *help,
                    uint64_t value) {
    head(out, name, type, help);
    pt_buf_printf(out, "pentad_%s %" PRIu64 "\n", name, value);
}

static void put_seconds(struct pt_buf *out, const char *name, const char *help, uint64_t us) {
    head(out, name, "counter", help);
    pt_buf_printf(out, "pentad_%s %" PRIu64 ".%06" PRIu64 "\n", name, us / 1000000, us % 1000000);
}

static void put_codes(struct pt_buf *out, const char *name, const char *help,
                      const _Atomic uint64_t *codes) {
    head(out, name, "counter", help);
    for (int i = 0; i < PT_METRICS_CODES; i++) {
        if (get(&codes[i]) > 0) {
            pt_buf_printf(out, "pentad_%s{code=\"%s\"} %" PRIu64 "\n", name, pt_err_name(-i),
                          get(&codes[i]));
        }
    }
}

static void put_latency(const struct pt_metrics *m, struct pt_buf *out) {
    uint64_t sum = 0;
    uint64_t us = get(&m->latency_sum_us);

    head(out, "receipt_seconds", "histogram", "from a whole batch received to its answer");
    for (size_t i = 0; i + 1 < PT_METRICS_LATENCIES; i++) {
        sum += get(&m->latency[i]);
        pt_buf_printf(out, "pentad_receipt_seconds_bucket{le=\"%u.%03u\"} %" PRIu64 "\n",
                      latency_ms[i] / 1000, latency_ms[i] % 1000, sum);
    }
    sum += get(&m->latency[PT_METRICS_LATENCIES - 1]);
    pt_buf_printf(out,
                  "pentad_receipt_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n"
                  "pentad_receipt_seconds_sum %" PRIu64 ".%06" PRIu64 "\n"
                  "pentad_receipt_seconds_count %" PRIu64 "\n",
                  sum, us / 1000000, us % 1000000, sum);
}

static void put_groups(const struct pt_metrics *m, struct pt_buf *out) {
    uint64_t sum = 0;

    head(out, "group_batches", "histogram", "batches made durable together");
    for (size_t i = 0; i + 1 < PT_METRICS_GROUPS; i++) {
        sum += get(&m->group[i]);
        pt_buf_printf(out, "pentad_group_batches_bucket{le=\"%u\"} %" PRIu64 "\n", 1U << i, sum);
    }
    sum += get(&m->group[PT_METRICS_GROUPS - 1]);
    pt_buf_printf(out,
                  "pentad_group_batches_bucket{le=\"+Inf\"} %" PRIu64 "\n"
                  "pentad_group_batches_sum %" PRIu64 "\npentad_group_batches_count %" PRIu64 "\n",
                  sum, get(&m->group_sum), sum);
}

void pt_metrics_write(const struct pt_metrics *m, struct pt_buf *out) {
    pt_metrics_put(out, "accepted_batches_total", "counter", "batches accepted since the start",
                   get(&m->batches));
    pt_metrics_put(out, "accepted_records_total", "counter", "records accepted since the start",
                   get(&m->records));
    pt_metrics_put(out, "accepted_bytes_total", "counter", "record bytes accepted since the start",
                   get(&m->bytes));
    pt_metrics_put(out, "own_batches_total", "counter", "batches that the hub itself wrote",
                   get(&m->own_batches));
    pt_metrics_put(out, "answered_again_total", "counter", "receipts and refusals given again",
                   get(&m->again));
    put_codes(out, "refused_total", "signed refusals by code", m->refused);
    put_codes(out, "rejected_total", "unsigned rejections by code", m->rejected);
    put_latency(m, out);
    put_groups(m, out);
    put_seconds(out, "commit_seconds_total", "time in durable commits", get(&m->commit_us));
    put_seconds(out, "examine_seconds_total", "worker time on batches", get(&m->examine_us));
    put_seconds(out, "query_seconds_total", "worker time on queries", get(&m->query_us));
    put_seconds(out, "fold_seconds_total", "time in the fold and its rules", get(&m->fold_us));
    pt_metrics_put(out, "queries_total", "counter", "queries answered", get(&m->queries));
    pt_metrics_put(out, "store_failures_total", "counter", "groups that could not be made durable",
                   get(&m->store_failures));
}

uint64_t pt_metrics_rss_bytes(void) {
    FILE *f = fopen("/proc/self/statm", "re"); /* "size resident …", in pages */
    char line[128] = "";
    char *rest = line;

    if (f == NULL) {
        return 0;
    }
    if (fgets(line, sizeof(line), f) != NULL) {
        (void)strtoull(line, &rest, 10);
    }
    (void)fclose(f);
    return (uint64_t)strtoull(rest, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}
