#include <pentad/client/cosign.h>

#include <inttypes.h>
#include <stddef.h>

enum pt_cosign_verdict pt_cosign_decide(const struct pt_cosign_facts *f, struct pt_err *err) {
    if (f->last && f->first_new && f->first_new < f->last - PT_COSIGN_BACK_MS) {
        pt_err_set(err, PT_E_CLOCK,
                   "an entry seen first after the last cosignature is dated %" PRId64
                   " s before it: back-dated",
                   (f->last - f->first_new) / 1000);
        return PT_COSIGN_BACK_DATED;
    }
    if (f->newest > f->now + PT_COSIGN_AHEAD_MS) {
        pt_err_set(err, PT_E_CLOCK, "the newest entry is dated %" PRId64 " s ahead of this clock",
                   (f->newest - f->now) / 1000);
        return PT_COSIGN_AHEAD;
    }
    if (f->live && f->now - f->newest_tick > PT_COSIGN_TICK_MS) {
        pt_err_set(err, PT_E_CLOCK,
                   "the hub's newest Tick is %" PRId64 " minutes old: its time stands still",
                   (f->now - f->newest_tick) / 60000);
        return PT_COSIGN_TICK_STALLED;
    }
    return PT_COSIGN_ALLOWED;
}

const char *pt_cosign_verdict_name(enum pt_cosign_verdict v) {
    switch (v) {
    case PT_COSIGN_BACK_DATED:
        return "back_dated";
    case PT_COSIGN_AHEAD:
        return "clock_ahead";
    case PT_COSIGN_TICK_STALLED:
        return "tick_stalled";
    case PT_COSIGN_ALLOWED:
        break;
    }
    return NULL;
}
