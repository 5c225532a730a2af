/* How fast a connector collects, and how fast it follows a feed: records a second of processor
 * time, without a network. Not a test; build it with optimization and run it by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rig.h"

static void write_rows(struct rig *r, int n, bool grouped) {
    FILE *f = fopen(rig_path(r, "rows.csv"), "w");
    if (!f) {
        abort();
    }
    fprintf(f, "day,no,unit,voucher,fen\n");
    for (int i = 0; i < n; i++) {
        fprintf(f, "20190101,ZF%08d," RIG_UNIT ",PZ%010d,%d\n", grouped ? i / 5 : i, i, 100 + i);
    }
    if (fclose(f) != 0) {
        abort();
    }
}

/* Of this process alone, so that a busy machine doesn't count. */
static int64_t now_us(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static double since(int64_t us) {
    return (double)(now_us() - us) / 1e6;
}

static void collecting(int n, bool grouped) {
    struct rig r;
    bool more;
    rig_init(&r, "finance", false);
    write_rows(&r, n, grouped);
    rig_source(&r, grouped ? RIG_PAYMENTS : RIG_BILLS, "rows.csv");
    r.idle_max = 1;
    r.no_ticks = true;
    if (rig_open(&r) != 0 || pt_connector_receive(r.c, 0, &more, &r.err) != 0 ||
        pt_codes_new("cn", &r.c->codes, &r.err) != 0) {
        fprintf(stderr, "%s\n", r.err.msg);
        abort();
    }
    int64_t start = now_us();
    int rc = pt_connector_begin(r.c, &r.err);
    if (rc == 0) {
        rc = pt_connector_end(r.c, pt_connector_collect(r.c, 20190101, 0, &more, &r.err), &r.err);
    }
    double s = since(start);
    uint64_t records = r.c->next_seq - 1;
    if (rc != 0) {
        fprintf(stderr, "%s\n", r.err.msg);
        abort();
    }
    printf("collect %-8s %8d rows %8llu records in %6.2f s: %8.0f rows/s %8.0f records/s\n",
           grouped ? "grouped" : "single", n, (unsigned long long)records, s, n / s,
           (double)records / s);
    start = now_us();
    rc = pt_connector_begin(r.c, &r.err);
    if (rc == 0) {
        rc = pt_connector_end(r.c, pt_connector_author_close(r.c, 20190101, -1, false, &r.err),
                              &r.err);
    }
    printf("close over them in %.2f s: %.0f records/s\n", since(start),
           (double)records / since(start));
    start = now_us();
    rc = rc ? rc : pt_connector_send_all(r.c, &r.err);
    if (rc != 0) {
        fprintf(stderr, "%s\n", r.err.msg);
        abort();
    }
    printf("send, the hub's own work included, in %.2f s: %.0f records/s\n", since(start),
           (double)records / since(start));
    rig_done(&r);
}

static void following(int n) {
    struct rig r;
    struct th_stream s;
    char *nothing[1] = {(char *)"H03"};
    rig_init(&r, "audit", false);
    r.sink_config.deliver = nothing;
    r.sink_config.deliver_count = 1;
    th_stream_init(&s, &r.hub, "finance", "main");
    for (int i = 0; i < n; i += 2000) {
        th_send_payments(&s, 2000);
    }
    if (rig_open(&r) != 0) {
        abort();
    }
    int64_t start = now_us();
    bool more = true;
    while (more) {
        if (pt_connector_receive(r.c, 0, &more, &r.err) != 0) {
            fprintf(stderr, "%s\n", r.err.msg);
            abort();
        }
    }
    printf("follow %d records, pages made here too, in %.2f s: %.0f records/s\n", n, since(start),
           n / since(start));
    rig_done(&r);
}

/* What a day costs where nothing happens on it. */
static void quiet_days(void) {
    struct rig r;
    rig_init(&r, "finance", false);
    rig_write(&r, "none.csv", "day,no,unit,voucher,fen\n");
    rig_source(&r, RIG_BILLS, "none.csv");
    r.config.until_day = 20190630;
    int64_t start = now_us();
    if (rig_run(&r) != 0) {
        fprintf(stderr, "%s\n", r.err.msg);
        abort();
    }
    printf("181 quiet days, the hub's own work included, in %.2f s: %d submits, %d feeds\n",
           since(start), r.submits, r.feeds);
    rig_done(&r);
}

int main(int argc, char **argv) {
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    int n = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 200000;
    collecting(n, false);
    collecting(n, true);
    following(n);
    quiet_days();
    return 0;
}
