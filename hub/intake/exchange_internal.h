/* What the room's files share: the exchange's state and its snapshot. */
#ifndef PENTAD_INTAKE_EXCHANGE_INTERNAL_H
#define PENTAD_INTAKE_EXCHANGE_INTERNAL_H

#include <stdatomic.h>

#include <pentad/base/arena.h>
#include <pentad/intake/intake.h>
#include <pentad/record/codes.h>
#include <pentad/record/decode.h>
#include <pentad/record/party.h>
#include <pentad/v1/record.pb-c.h>

#define APPROVALS_NEEDED 2              /* for lifts and code tables */
#define SCRATCH_MAX (96u * 1024 * 1024) /* a decoded record of 4 MiB with room */
#define UNCLAIMING_MAX 64
#define STREAM_SLOTS 8192 /* of the name table; a power of two over twice the streams */

#define MEMBERS_MAX 16
#define USCC_MAX 256 /* pt_genesis_check's bound */

struct pt_intake_snapshot {
    _Atomic unsigned refs;
    struct pt_hash hub;
    struct {
        char party[PT_NAME_MAX + 1];
        char uscc[USCC_MAX + 1];
    } members[MEMBERS_MAX]; /* of the genesis */
    size_t n_members;
    struct pt_sigverify sv;
    struct pt_keyhistory *keys;
    struct pt_codes *codes;
};

/* A logged record that waits for approvals. */
struct target {
    bool is_lift, is_erasure; /* else a code table */
    bool complete;
    bool approved[PT_APPROVERS];
    struct pt_hash record;
    char party[PT_NAME_MAX + 1]; /* where the record stands */
    char stream[PT_NAME_MAX + 1];
    char lift_party[PT_NAME_MAX + 1]; /* lift: of which stream */
    char lift_stream[PT_NAME_MAX + 1];
    struct pt_hash incident;
    struct pt_exchange_erasure erasure;
    int32_t effective; /* code table */
    uint8_t *bytes;    /* code table: the record; owned */
    size_t len;
};

struct stream_slot {
    struct pt_exchange_stream s;
    struct pt_hash pair[2]; /* statements of the newest incident, also after its lift */
    size_t cap_refused;
};

struct pt_exchange {
    struct pt_sigverify sv;
    uint64_t size;
    struct pt_hash hub;
    struct pt_entry genesis; /* owned copy */
    int64_t last_received_ms;
    struct pt_keyhistory *keys;
    uint64_t keys_version; /* when `snapshot` was made */
    struct pt_codes *codes;
    struct pt_exchange_tick tick;

    struct stream_slot *streams[PT_EXCHANGE_STREAMS_MAX];
    size_t n_streams;
    uint16_t by_name[STREAM_SLOTS]; /* place + 1; 0 empty */

    struct target *targets;
    size_t n_targets, cap_targets;
    size_t target_bytes;                  /* of the code tables among them */
    struct pt_exchange_erasure *erasures; /* in force, in the order in which they came to be */
    size_t n_erasures, cap_erasures;

    struct pt_arena scratch;
    struct pt_intake_snapshot *snapshot; /* NULL: to be made anew */
};

/* Where a record stands. */
struct standing {
    uint64_t log_index;
    const char *party;
    const char *stream;
    const struct pt_hash *signing_key;
    uint64_t seq;
    struct pt_hash hash;
};

/* snapshot.c: which other party than `self` has that unified social credit code; NULL: none. */
const char *pt_snapshot_party_of(const struct pt_intake_snapshot *r, const char *uscc,
                                 const char *self);

/* streams.c */
/* May the party open one more? */
bool pt_stream_room(const struct pt_exchange *x, const char *party);
struct stream_slot *pt_stream_find(const struct pt_exchange *x, const char *party,
                                   const char *stream);
int pt_stream_enrol(struct pt_exchange *x, const char *party, const char *stream,
                    struct stream_slot **ret, struct pt_err *err);
int pt_stream_refused_add(struct stream_slot *s, const struct pt_statement *st, bool claims,
                          struct pt_err *err);
void pt_stream_advance(struct stream_slot *s, const struct pt_statement *st, uint64_t log_index);
void pt_streams_done(struct pt_exchange *x);
/* Two statements of one stream that can't both be honest: overlapping, different, and replacing
 * the same thing (both nothing, or the same refused statement). An honest author's overlapping
 * statements always replace each other in a chain. */
bool pt_statements_conflict(const struct pt_statement *a, const struct pt_statement *b);

/* approvals.c */
int pt_targets_add_lift(struct pt_exchange *x, const struct standing *at,
                        const Pentad__V1__Lift *lift);
int pt_targets_add_codes(struct pt_exchange *x, const struct standing *at, int32_t effective,
                         struct pt_span record);
int pt_targets_add_erasure(struct pt_exchange *x, const struct standing *at,
                           const Pentad__V1__Erasure *erasure);
void pt_targets_approve(struct pt_exchange *x, const struct standing *at,
                        const Pentad__V1__Approval *a);
/* At a tick: complete code tables whose day has come, and complete erasures, enter into force. */
int pt_targets_tick(struct pt_exchange *x, int32_t day, struct pt_err *err);
void pt_targets_done(struct pt_exchange *x);

/* apply.c: the records of an entry, in order. */
int pt_exchange_apply_records(struct pt_exchange *x, const struct standing *batch,
                              struct pt_span records, struct pt_err *err);
/* A logged or accepted batch moves the exchange. */
int pt_exchange_take(struct pt_exchange *x, uint64_t log_index, const struct pt_statement *st,
                     const struct pt_hash *signing_key, int64_t received_at_ms,
                     struct pt_span records, uint32_t marks, struct pt_err *err);

#endif
