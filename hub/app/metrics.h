/* What the hub counts about itself: progress, not process state. Any thread. */
#ifndef PENTAD_APP_METRICS_H
#define PENTAD_APP_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include <pentad/base/buf.h>

#define PT_METRICS_CODES 128
#define PT_METRICS_LATENCIES 13 /* the last one: everything above */
#define PT_METRICS_GROUPS 11

struct pt_metrics {
    _Atomic uint64_t batches, records, bytes;    /* accepted */
    _Atomic uint64_t again;                      /* receipts and refusals given again */
    _Atomic uint64_t refused[PT_METRICS_CODES];  /* signed, by code */
    _Atomic uint64_t rejected[PT_METRICS_CODES]; /* unsigned, by code */
    _Atomic uint64_t latency[PT_METRICS_LATENCIES];
    _Atomic uint64_t latency_sum_us, latency_count;
    _Atomic uint64_t group[PT_METRICS_GROUPS];
    _Atomic uint64_t group_sum, group_count;
    _Atomic uint64_t commit_us, fold_us, query_us, queries;
    _Atomic uint64_t examine_us;
    _Atomic uint64_t store_failures;
    _Atomic uint64_t own_batches; /* hub/main */
};

void pt_metrics_latency(struct pt_metrics *m, int64_t us);
void pt_metrics_group(struct pt_metrics *m, uint64_t batches, int64_t commit_us);
void pt_metrics_refused(struct pt_metrics *m, int code);
void pt_metrics_rejected(struct pt_metrics *m, int code);
/* Prometheus text of the above. */
void pt_metrics_write(const struct pt_metrics *m, struct pt_buf *out);
/* One gauge or counter with its help line. */
void pt_metrics_put(struct pt_buf *out, const char *name, const char *type, const char *help,
                    uint64_t value);
uint64_t pt_metrics_rss_bytes(void); /* resident memory; 0 where it can't be told */

#endif
