/* A hub with two items of a department, four payments (one of them taken back), a finding that was
 * put right and, where asked for, money sent down: for the tests of complete figures. */
#ifndef PENTAD_TEST_COMPLETE_SCENE_H
#define PENTAD_TEST_COMPLETE_SCENE_H

#include <jansson.h>

#include "pt_test_world.h"

#define SIX (TW_PARTIES - 1)
#define DAY 20190630 /* of the payments */

#define PAID_ITEM "37010019R000000000001" /* of tw_cut_payments */
#define UNPAID_ITEM "37010019R000000000002"
#define DEPT "11370100004188813W"
#define DISTRICT "91350100M000100Y43" /* another body, to which money is sent */
#define SHIFT_DOC "济财预〔2019〕7号"
#define WITHDRAWN_DOC "济财预〔2019〕8号"
#define SENT_ITEM "TRF-370100-2019-00001"

struct scene {
    struct tw w;
    struct tw_stream s[SIX];
    struct tw_client c[SIX];
    struct pt_buf b;
};

/* Where that body's stream and client stand. */
size_t cs_at(const char *party);
struct cs_opts {
    int approvals; /* how many large ones of congress name the department */
    bool transfer; /* it sends 200 under SENT_ITEM, which the district receives */
    bool shifts;   /* 300 are shifted in to PAID_ITEM by each of two documents; of what the
                      department itself has shifted out by them, the second is withdrawn */
    bool older;    /* the hub's snapshots are of the format before */
};
/* The day of the payments ends. */
void cs_set_up_with(struct scene *t, const struct cs_opts *opts);
void cs_set_up(struct scene *t); /* nothing of these */
void cs_tear_down(struct scene *t);
/* The newest snapshot once it is logged. */
json_t *cs_snapshot(struct scene *t);
/* Audit says that it found the same, or that it didn't, for all who read payments. */
void cs_attest(struct scene *t, bool equal);

#endif
