/* The exchange's own state, reduced from the log in log order: streams and their heads, freezes and
 * lifts, keys, approvals, code tables, ticks and closes. A pure function of the entries: the hub
 * rebuilds it when it starts, and anybody with a copy of the log (audit, verify) gets the same.
 * Knows records about the exchange; must not know storage, network or clocks.
 *
 * One thread owns an exchange. What workers verify against is a pt_intake_snapshot (snapshot.h),
 * immutable and counted. docs/formats.md 1, 2 and 5. */
#ifndef PENTAD_INTAKE_EXCHANGE_H
#define PENTAD_INTAKE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/intake/snapshot.h>
#include <pentad/proof/entry.h>
#include <pentad/proof/hash.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/proof/sigverify.h>
#include <pentad/record/party.h>

#define PT_EXCHANGE_STREAMS_MAX 4096
#define PT_EXCHANGE_PARTY_STREAMS_MAX 512  /* so that no party can use up what others need */
#define PT_EXCHANGE_OPEN_REFUSALS_MAX 1024 /* of one stream, not yet superseded; then PT_E_BUSY */
#define PT_EXCHANGE_TARGETS_MAX 16384      /* records that wait for approvals */
#define PT_EXCHANGE_TARGET_BYTES_MAX (16u * 1024 * 1024) /* of the code tables among them */

/* A refused statement whose sequence numbers the stream hasn't passed yet. */
struct pt_exchange_refused {
    struct pt_hash statement;
    bool has_supersedes;
    struct pt_hash supersedes;
    uint64_t first_seq, end_seq; /* [first_seq, end_seq) */
    uint32_t record_count;
    bool claims; /* signed by a key that was live: it claims these numbers */
};

struct pt_exchange_stream {
    char party[PT_NAME_MAX + 1];
    char stream[PT_NAME_MAX + 1];
    uint64_t next_seq;             /* from 1 */
    struct pt_hash last_statement; /* genesis leaf hash before the first */
    uint64_t last_index;           /* log index of the last batch; 0: none yet */
    bool enrolled;                 /* by Genesis or by its first accepted batch */
    bool frozen;
    bool closed;                          /* left by a final StreamClose */
    uint64_t incident_index;              /* log entry that froze it */
    struct pt_hash incident;              /* record hash of that Incident */
    char incident_party[PT_NAME_MAX + 1]; /* and where it stands */
    char incident_stream[PT_NAME_MAX + 1];
    uint64_t incident_seq;
    int32_t last_closed_day;             /* of the newest StreamClose that ends a day; 0: none */
    uint64_t last_close_seq;             /* seq of the newest StreamClose; 0: none */
    struct pt_exchange_refused *refused; /* open ones, oldest first */
    size_t n_refused;
};

struct pt_exchange_tick {
    int32_t day;
    bool is_workday;
    int64_t at_ms;
    uint64_t seq; /* in hub/main */
    uint64_t log_index;
};

/* A record whose bytes are to be destroyed: an order of the office that two approved, since the
 * tick after. Whether that record is there, with that hash and type, only the log's keeper knows.
 */
struct pt_exchange_place {
    char party[PT_NAME_MAX + 1];
    char stream[PT_NAME_MAX + 1];
    uint64_t seq;
};
struct pt_exchange_erasure {
    char party[PT_NAME_MAX + 1];
    char stream[PT_NAME_MAX + 1];
    uint64_t seq;
    unsigned type;         /* as the order has it */
    struct pt_hash record; /* its hash */
    struct pt_hash order;  /* the order's */
    struct pt_exchange_place order_at;
    struct pt_exchange_place approvals[PT_APPROVERS]; /* seq 0: that body's isn't there */
};

struct pt_exchange;

/* sv checks the envelopes inside Incidents; borrowed for the exchange's life. */
int pt_exchange_new(const struct pt_sigverify *sv, struct pt_exchange **ret);
void pt_exchange_free(struct pt_exchange *x);

/* The next log entry: genesis first. `records` is the batch's records section (store.h; the field
 * 2s of the Batch message); it may be empty where pt_exchange_marks was 0 for it. An entry that
 * doesn't follow (index, stream) is PT_E_CORRUPT; records that have no business there have no
 * effect. */
int pt_exchange_apply(struct pt_exchange *x, uint64_t log_index, const struct pt_entry *e,
                      struct pt_span records, struct pt_err *err);
/* A refusal that was given, in the order given: those whose numbers the stream has passed are
 * dropped by themselves. */
int pt_exchange_refused(struct pt_exchange *x, const struct pt_statement *s, bool claims,
                        struct pt_err *err);

/* 1 if the records hold one about the exchange itself, else 0: what the log marks an entry with. */
uint32_t pt_exchange_marks(struct pt_span records);

/* ---- asking ---------------------------------------------------------------------------- */

uint64_t pt_exchange_size(const struct pt_exchange *x); /* entries applied */
const struct pt_hash *pt_exchange_hub(const struct pt_exchange *x);
int64_t pt_exchange_last_received_ms(const struct pt_exchange *x);
/* NULL where the stream never wrote and Genesis doesn't name it. */
const struct pt_exchange_stream *pt_exchange_stream(const struct pt_exchange *x, const char *party,
                                                    const char *stream);
size_t pt_exchange_stream_count(const struct pt_exchange *x);
const struct pt_exchange_stream *pt_exchange_stream_at(const struct pt_exchange *x, size_t i);
const struct pt_keyhistory *pt_exchange_keys(const struct pt_exchange *x);
/* day 0 before the first tick. */
const struct pt_exchange_tick *pt_exchange_last_tick(const struct pt_exchange *x);
/* Erasures in force, in the order in which they came into it. */
size_t pt_exchange_erasure_count(const struct pt_exchange *x);
const struct pt_exchange_erasure *pt_exchange_erasure_at(const struct pt_exchange *x, size_t i);
/* Has every enrolled stream that is neither frozen nor closed (hub/main and the `keys` streams
 * aside) logged the StreamClose that ends `day`? What the replay clock waits for. */
bool pt_exchange_day_closed(const struct pt_exchange *x, int32_t day);

/* The snapshot to verify against now; counted, the caller unrefs. Changes only when keys or codes
 * did. NULL when out of memory. */
struct pt_intake_snapshot *pt_exchange_snapshot(struct pt_exchange *x);

#endif
