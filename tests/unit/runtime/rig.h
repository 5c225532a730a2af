/* A connector at a hub without a network, in a folder of its own: sources as CSV files, a sink in
 * memory, and a hand on everything that can go wrong between them.
 * Any failure of the setting aborts. One thread. */
#ifndef PENTAD_TEST_RIG_H
#define PENTAD_TEST_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/runtime/connector.h>
#include <pentad/runtime/state.h>

#include "connector_internal.h"
#include "pt_test_hub.h"

#define RIG_DELIVERED_MAX 4096
#define RIG_EVENTS_MAX 64
#define RIG_SUBMITTED_MAX 256 /* further ones are only counted by `submits` */

struct rig_delivered {
    char type[16];
    uint64_t log_index;
    uint32_t in_batch;
};

struct rig_statement {
    struct pt_hash hash, supersedes;
    uint64_t first_seq, count;
    bool has_supersedes;
};

struct rig {
    struct test_hub hub;
    char dir[256];
    struct pt_config config;
    struct pt_config_source sources[4];
    struct pt_config_sink sink_config;
    struct pt_clock clock; /* the hub's */
    struct pt_connector *c;
    struct pt_err err; /* of the last run */
    bool once;
    bool lenient; /* local validation accepts any codes: the hub refuses them */

    /* what goes wrong; counted down */
    int lose_answers;                 /* the hub takes the batch, its answer is lost */
    int busy;                         /* the hub is too busy to take a batch */
    int feed_down;                    /* the feed can't be reached */
    int sink_fails;                   /* flushes that fail */
    int skip_submits;                 /* before lose_answers and busy begin */
    void (*meanwhile)(struct rig *r); /* before the hub has a batch */
    void (*tamper)(struct rig *r, struct pt_buf *reply);      /* with an answer on its way */
    void (*look)(struct rig *r, const struct pt_delivery *d); /* at what the sink is handed */
    int submit_code;        /* if set: what every submit returns */
    int feed_code;          /* the same of every feed */
    bool stalled;           /* the feed says that there is nothing new, whatever was receipted */
    int cosign_code;        /* and of every cosignature that is handed in */
    struct pt_buf note;     /* what is published instead of the log's newest checkpoint */
    struct pt_buf cosigned; /* the checkpoint with a quorum; empty: none yet */

    /* what happened */
    int submits, feeds, idle, receipts, refusals;
    struct pt_buf last_batch;                          /* as submitted */
    struct rig_statement submitted[RIG_SUBMITTED_MAX]; /* every time that one was */
    int n_submitted;
    int cosigns;
    struct pt_buf last_cosigned; /* note */
    struct rig_delivered delivered[RIG_DELIVERED_MAX];
    int n_delivered, n_flushed;
    char events[RIG_EVENTS_MAX][64];
    int n_events;
    char halted[256];         /* the last event of that name */
    bool no_ticks;            /* the hub doesn't tick by itself */
    bool ticks_late;          /* or only when the pages to be folded are asked for */
    struct pt_replay *replay; /* the connector attests by it; NULL: it doesn't */
    uint32_t page_max;        /* bytes of a feed page that there may be; 0: no limit of ours */
    int idle_max;             /* feeds without anything new before the run is stopped; 0: 50 */
};

void rig_init(struct rig *r, const char *party, bool live);
void rig_done(struct rig *r);
/* A file in the rig's folder, last changed an hour ago. */
void rig_write(struct rig *r, const char *name, const char *text);
void rig_append(struct rig *r, const char *name, const char *text);
void rig_age(struct rig *r, const char *name, int seconds); /* changed so long ago */
const char *rig_path(struct rig *r, const char *name);      /* of the last four calls */
/* Adds a source: one of the mappings below, over a file of the folder. */
void rig_source(struct rig *r, const char *mapping, const char *file);
#define RIG_BILLS "bills"       /* day,no,unit,voucher,fen -> X01 each; total: the sum of fen */
#define RIG_RECTS "rects"       /* day,no,party,ref,what -> V03 that refers to a document */
#define RIG_PAYMENTS "payments" /* the same, the lines of one no together */

#define RIG_UNIT "11370100004188813W"
/* A record that a person hands in, without its place in the stream. */
void rig_push(struct rig *r, const char *type, const char *origin, const Pentad__V1__Record *rec);
/* congress writes an opinion with that document number. */
void rig_opinion(struct rig *r, const char *doc_no);

/* Opens the connector (again), runs it until it is done or stops, closes it. Its code; r->err. */
int rig_run(struct rig *r);
int rig_open(struct rig *r);
void rig_close(struct rig *r);
bool rig_had_event(const struct rig *r, const char *event);
/* The state file beside a closed connector. */
struct pt_state *rig_state(struct rig *r);
bool rig_has_alarm(struct rig *r, const char *code);
/* The same, and what people are told has `part`. */
bool rig_alarm_says(struct rig *r, const char *code, const char *part);
struct pt_state_counts rig_counts(struct rig *r);

/* ---- what the log holds ---- */

struct rig_record {
    char type[16];
    char doc_no[64];
    char note[64]; /* Withheld: its type and code; StreamClose: its day; SealedCount: all of it;
                      H02: what it says of its discrepancy */
    uint64_t seq, log_index;
    struct pt_hash hash;
};
/* Records of party/main in order; returns how many (at most cap). */
size_t rig_log(struct rig *r, const char *party, struct rig_record *out, size_t cap);
/* How many records of that document number party/main has in the log. */
size_t rig_log_count(struct rig *r, const char *party, const char *doc_no);
/* Every StreamClose of party/main says what stands before it (for reader `audit`). Aborts if not.
 */
void rig_check_closes(struct rig *r, const char *party);

#endif
