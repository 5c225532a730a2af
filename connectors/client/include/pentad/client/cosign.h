/* When a witness may cosign: what a cosignature says beyond "append-only and verified", decided
 * from plain facts. Pure, any thread. docs/formats.md 3. */
#ifndef PENTAD_CLIENT_COSIGN_H
#define PENTAD_CLIENT_COSIGN_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/base/err.h>

#define PT_COSIGN_BACK_MS (10 * 60 * INT64_C(1000))  /* before the cosignature before */
#define PT_COSIGN_AHEAD_MS (5 * 60 * INT64_C(1000))  /* of the witness's own clock */
#define PT_COSIGN_TICK_MS (60 * 60 * INT64_C(1000))  /* age of the newest Tick of a live hub */
#define PT_COSIGN_ALARM_MS (10 * 60 * INT64_C(1000)) /* receipted and not witnessed */

/* All times Unix ms. */
struct pt_cosign_facts {
    bool live;           /* the hub's clock */
    int64_t now;         /* this witness's clock */
    int64_t last;        /* its cosignature before; 0: none */
    int64_t first_new;   /* the first entry since then was received; 0: there is none */
    int64_t newest;      /* the last entry was received */
    int64_t newest_tick; /* the genesis' time before the first */
};
enum pt_cosign_verdict {
    PT_COSIGN_ALLOWED,
    PT_COSIGN_BACK_DATED,
    PT_COSIGN_AHEAD,
    PT_COSIGN_TICK_STALLED
};
/* Where it isn't allowed, err says why, code PT_E_CLOCK. */
enum pt_cosign_verdict pt_cosign_decide(const struct pt_cosign_facts *f, struct pt_err *err);
/* "back_dated", "clock_ahead", "tick_stalled"; the alarms' codes. */
const char *pt_cosign_verdict_name(enum pt_cosign_verdict v);

#endif
