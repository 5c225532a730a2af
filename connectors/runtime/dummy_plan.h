/* When a clue goes and when it is answered, so that dummies are like clues: slots, and moments that
 * are drawn for each clue from a secret. Pure; no clock, no randomness of its own; any thread.
 * docs/decisions/0036. */
#ifndef PENTAD_RUNTIME_DUMMY_PLAN_H
#define PENTAD_RUNTIME_DUMMY_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/runtime/config.h>
#include <pentad/runtime/state.h>

enum { PT_DUMMY_SECRET = 32 }; /* bytes */

enum pt_dummy_draw {
    PT_DUMMY_RECEIPT = 1, /* moments */
    PT_DUMMY_OUTCOME,
    PT_DUMMY_FINAL,
    PT_DUMMY_ACCEPTED, /* chances */
    PT_DUMMY_INTERIM,
};

/* What a draw depends on: whoever lacks the secret can't tell a late answer from one in time. */
struct pt_dummy_clue {
    const uint8_t *secret; /* PT_DUMMY_SECRET bytes */
    const char *sender;    /* of two clues with one id each has draws of its own */
    const uint8_t *id;     /* PT_CLUE_ID bytes */
    int64_t read_ms;
};

/* The number of the slot in which that moment lies. Slots of a day begin at 00:00 in
 * Asia/Shanghai. */
int64_t pt_dummy_slot(int64_t now_ms, int64_t every_ms);
/* A moment in the range of days behind read_ms, each millisecond of it as likely as another. */
int64_t pt_dummy_moment(const struct pt_dummy_clue *clue, enum pt_dummy_draw what,
                        const struct pt_config_days *range);
/* True for `percent` of 100 clues. */
bool pt_dummy_chance(const struct pt_dummy_clue *clue, enum pt_dummy_draw what, int32_t percent);

#endif
