#include <pentad/base/progress.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/clock.h>

#define REDRAW_US INT64_C(100000)

static void draw(struct pt_progress *p, int64_t now_us) {
    double seconds = (double)(now_us - p->started_us) / 1e6;
    double rate = seconds > 0.0 ? (double)p->done / seconds : 0.0;

    p->drawn_us = now_us;
    if (p->total > 0) {
        double left = rate > 0.0 && p->total > p->done ? (double)(p->total - p->done) / rate : 0.0;

        (void)fprintf(stderr, "\r%s %" PRIu64 "/%" PRIu64 " (%.0f%%, %.0f/s, %.0f s left)\033[K",
                      p->label, p->done, p->total, 100.0 * (double)p->done / (double)p->total, rate,
                      left);
    } else {
        (void)fprintf(stderr, "\r%s %" PRIu64 " (%.0f/s, %.0f s)\033[K", p->label, p->done, rate,
                      seconds);
    }
    (void)fflush(stderr);
}

void pt_progress_start(struct pt_progress *p, const char *label, uint64_t total) {
    memset(p, 0, sizeof(*p));
    p->label = label;
    p->total = total;
    p->started_us = pt_monotonic_us();
    p->on = isatty(STDERR_FILENO) == 1;
}

void pt_progress_set(struct pt_progress *p, uint64_t done) {
    int64_t now_us;

    p->done = done;
    if (!p->on) {
        return;
    }
    now_us = pt_monotonic_us();
    if (now_us - p->drawn_us >= REDRAW_US) {
        draw(p, now_us);
    }
}

void pt_progress_end(struct pt_progress *p) {
    if (p->on) {
        draw(p, pt_monotonic_us());
        (void)fputc('\n', stderr);
    }
    p->on = false;
}
