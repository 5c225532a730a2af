/* How fast: examining batches on one thread, committing groups of them, one-record batches.
 *   bench_log [batches] [records a batch] [batches a group] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/store/sqlite.h>

#include "pt_test_hub.h"

#define GROUP_MAX 256

static struct test_hub hub;

static unsigned arg(int argc, char **argv, int i, unsigned otherwise) {
    return argc > i ? (unsigned)strtoul(argv[i], NULL, 10) : otherwise;
}

static double seconds(int64_t from_us) {
    return (double)(pt_monotonic_us() - from_us) / 1e6;
}

static void die(const char *what, const struct pt_err *err) {
    fprintf(stderr, "%s: %s\n", what, err->msg);
    exit(1);
}

static int by_size(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

struct job {
    struct pt_buf body, entry;
    struct pt_intake_facts *facts;
};

static void commit_group(struct job *jobs, size_t n) {
    static struct pt_store_entry e[GROUP_MAX];
    struct pt_err err = {0};
    for (size_t i = 0; i < n; i++) {
        const struct pt_statement *st = pt_intake_facts_statement(jobs[i].facts);
        memset(&e[i], 0, sizeof e[i]);
        e[i].statement = st->hash;
        snprintf(e[i].party, sizeof e[i].party, "%s", st->msg->party);
        snprintf(e[i].stream, sizeof e[i].stream, "%s", st->msg->stream);
        e[i].first_seq = st->first_seq;
        e[i].record_count = (uint32_t)st->record_count;
        e[i].marks = pt_intake_facts_marks(jobs[i].facts);
        e[i].records = pt_intake_facts_records(jobs[i].facts);
        pt_buf_reset(&jobs[i].entry);
        if (pt_intake_entry_write(jobs[i].facts, TH_T0, &jobs[i].entry, &err) != 0 ||
            pt_intake_accept(hub.x, jobs[i].facts, pt_log_size(hub.log) + i, TH_T0, &err) != 0) {
            die("accept", &err);
        }
        e[i].log_entry = pt_buf_span(&jobs[i].entry);
    }
    if (pt_log_append(hub.log, e, n, NULL, 0, &err) != 0) {
        die("append", &err);
    }
    for (size_t i = 0; i < n; i++) {
        struct pt_buf out;
        pt_buf_init(&out, 1 << 20);
        if (pt_log_receipt(hub.log, e[i].index, e[i].log_entry, &out, &err) != 0) {
            die("receipt", &err);
        }
        pt_buf_done(&out);
    }
}

int main(int argc, char **argv) {
    unsigned batches = arg(argc, argv, 1, 1024), per = arg(argc, argv, 2, 512);
    unsigned group = arg(argc, argv, 3, 16);
    struct job *jobs = calloc(batches, sizeof *jobs);
    struct th_stream s;
    size_t bytes = 0;
    int64_t t0, *took = calloc(batches, sizeof *took);
    size_t n_groups = 0;
    group = group < GROUP_MAX ? group : GROUP_MAX;
    th_init(&hub);
    th_stream_init(&s, &hub, "finance", "main");
    for (unsigned i = 0; i < batches; i++) {
        pt_buf_init(&jobs[i].body, PT_BATCH_BYTES_MAX);
        pt_buf_init(&jobs[i].entry, PT_ENTRY_MAX);
        th_cut_payments(&s, per, &jobs[i].body);
        th_advance(&s, per);
        bytes += jobs[i].body.len;
    }
    printf("%u batches of %u records, %zu bytes a record\n", batches, per,
           bytes / ((size_t)batches * per));
    struct pt_intake_snapshot *snapshot = pt_exchange_snapshot(hub.x);
    t0 = pt_monotonic_us();
    for (unsigned i = 0; i < batches; i++) {
        if (pt_intake_examine(snapshot, PT_INTAKE_PROTOBUF, pt_buf_span(&jobs[i].body), TH_T0,
                              &jobs[i].facts) != 0) {
            return 1;
        }
    }
    printf("examined: %.0f records/s on one core\n", (double)batches * per / seconds(t0));
    t0 = pt_monotonic_us();
    for (unsigned i = 0; i < batches; i += group) {
        int64_t g0 = pt_monotonic_us();
        commit_group(jobs + i, batches - i < group ? batches - i : group);
        took[n_groups++] = pt_monotonic_us() - g0;
    }
    double all = seconds(t0);
    qsort(took, n_groups, sizeof *took, by_size);
    printf(
        "committed: %.0f records/s, %.0f batches/s; groups of %u: p50 %.1f ms, p99 %.1f ms, worst "
        "%.1f ms; WAL %.1f MiB\n",
        (double)batches * per / all, batches / all, group, (double)took[n_groups / 2] / 1e3,
        (double)took[n_groups * 99 / 100] / 1e3, (double)took[n_groups - 1] / 1e3,
        (double)pt_store_sqlite_wal_bytes(hub.store) / (1024.0 * 1024.0));
    free(took);
    for (unsigned i = 0; i < batches; i++) {
        pt_intake_facts_free(jobs[i].facts);
        pt_buf_done(&jobs[i].body);
        pt_buf_done(&jobs[i].entry);
    }
    pt_intake_snapshot_unref(snapshot);
    free(jobs);
    th_done(&hub);
    return 0;
}
