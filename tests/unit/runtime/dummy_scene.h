/* What tests of dummies have in common: a clue as people write it, a connector that runs for days,
 * a party that has no sealing key for a while. Any failure aborts the test. One thread. */
#ifndef PENTAD_TEST_DUMMY_SCENE_H
#define PENTAD_TEST_DUMMY_SCENE_H

#include "rig.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))
#define SENT INT64_C(1546304400000) /* 2019-01-01 09:00 */

extern uint8_t id_of_one[PT_CLUE_ID];

/* Fills both; `t` becomes the record's body. `sender` is borrowed. */
void write_clue(Pentad__V1__Record *r, Pentad__V1__ClueTransfer *t, const char *sender);
/* The connector runs for so long, and once more to its end: half an hour passes with each look at
 * the feed, and a little whenever the clock is read. */
void run_for(struct rig *r, int64_t ms);

/* A party's sealing keys over time: three others let it enrol a fresh one, or retire the last. */
struct rotation {
    struct rig *rig;
    const char *party;
    struct th_stream office, approvals[3];
    struct pt_key *key; /* owned; NULL: that of the genesis */
};

/* `party` is borrowed; `key` is freed by who has the structure. */
void rotation_init(struct rotation *k, struct rig *r, const char *party);
void enrol(struct rotation *k);
void retire(struct rotation *k);

#endif
