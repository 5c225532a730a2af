/* What a connector must never lose: one SQLite file (WAL, FULL) beside its configuration.
 *
 * outbox   every record this stream ever made, with its sequence number and final bytes; the
 *          source's position moves in the same transaction, so a row is sent once or not at all
 * batches  every statement signed, stored before it is first sent, with its receipt or refusal
 * feed     how far the log has been verified (size, tree frontier, checkpoint), in the same
 *          transaction as what was delivered from it
 * refs     document numbers -> RecordRef, for references between records
 * dead letters, deferred rows, days closed and ticks read
 *
 * Knows SQLite and bytes; knows no party, no network. One thread at a time. */
#ifndef PENTAD_RUNTIME_STATE_H
#define PENTAD_RUNTIME_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/record/clue.h>

struct pt_state;

/* Opens or creates; a file that an older version wrote is brought up to date. `read_only` for
 * status pages beside a running connector. PT_E_STORE, PT_E_CORRUPT for what is no database,
 * PT_E_UNSUPPORTED for a file of a newer version, or read only of an older one. */
int pt_state_open(const char *path, bool read_only, struct pt_state **ret, struct pt_err *err);
/* connector.db of a connector's state folder. */
enum pt_state_mode {
    PT_STATE_READ,   /* beside the connector; PT_E_NOT_FOUND where there is none yet */
    PT_STATE_CHANGE, /* likewise, to write what the connector reads with its next round */
    PT_STATE_MAKE    /* also where there is none yet; the folder is there */
};
int pt_state_open_in(const char *folder, enum pt_state_mode mode, struct pt_state **ret,
                     struct pt_err *err);
void pt_state_free(struct pt_state *s); /* takes an open transaction back; NULL is fine */

/* One transaction at a time; nesting is a programmer's mistake. */
int pt_state_begin(struct pt_state *s, struct pt_err *err);
int pt_state_commit(struct pt_state *s, struct pt_err *err);
/* Empties the write-ahead log, outside a transaction; PT_E_BUSY: a reader is in the way. */
int pt_state_scrub(struct pt_state *s);
void pt_state_rollback(struct pt_state *s);

/* Small values by name. get_int: the fallback where there is none; get_blob: PT_E_NOT_FOUND, else
 * appended to out. */
int pt_state_set_int(struct pt_state *s, const char *name, int64_t value, struct pt_err *err);
int pt_state_get_int(struct pt_state *s, const char *name, int64_t fallback, int64_t *ret,
                     struct pt_err *err);
int pt_state_set_blob(struct pt_state *s, const char *name, struct pt_span v, struct pt_err *err);
int pt_state_get_blob(struct pt_state *s, const char *name, struct pt_buf *out, struct pt_err *err);

/* ---- outbox ---- */

struct pt_outbox_record {
    uint64_t seq;
    const char *type;   /* "X01" */
    const char *doc_no; /* NULL or "" = not referenceable */
    int32_t day;
    const uint8_t *hash; /* record hash, 32 bytes */
    struct pt_span bytes;
    const char *origin; /* "<mapping>:<file>:<row>" for people */
};
/* The sequence number that the next record takes. */
int pt_outbox_next_seq(struct pt_state *s, uint64_t *ret, struct pt_err *err);
int pt_outbox_add(struct pt_state *s, const struct pt_outbox_record *r, struct pt_err *err);
/* Calls cb for records from `seq` up to `limit`; cb returns nonzero to stop. Spans are borrowed
 * for the call. */
typedef int pt_outbox_cb(void *ctx, const struct pt_outbox_record *r);
int pt_outbox_each(struct pt_state *s, uint64_t seq, uint64_t limit, pt_outbox_cb *cb, void *ctx,
                   struct pt_err *err);
/* How many records of that type have a business day from `from` to `to`. */
int pt_outbox_count(struct pt_state *s, const char *type, int32_t from, int32_t to, int64_t *ret,
                    struct pt_err *err);
/* Replaces a refused record in place (same seq) by its Withheld. */
int pt_outbox_replace(struct pt_state *s, const struct pt_outbox_record *r, struct pt_err *err);

/* The StreamClose before `seq` (0 if none), and the first at or behind it (PT_E_NOT_FOUND; its
 * bytes are appended). */
int pt_outbox_close_before(struct pt_state *s, uint64_t seq, uint64_t *ret_seq, struct pt_err *err);
int pt_outbox_close_from(struct pt_state *s, uint64_t seq, uint64_t *ret_seq, struct pt_buf *bytes,
                         struct pt_err *err);

/* ---- batches ---- */

enum pt_batch_state { PT_BATCH_SIGNED = 1, PT_BATCH_RECEIPTED = 2, PT_BATCH_REFUSED = 3 };

struct pt_batch_row {
    uint64_t first_seq;
    uint32_t count;
    uint8_t statement_hash[32];
    enum pt_batch_state state;
    int64_t log_index;      /* -1 until receipted */
    int64_t followed_index; /* where the feed showed it; -1 until then */
    char refused_code[64];  /* refused as a whole for this; "" where records were named */
};
/* The oldest batch that is signed and not answered; PT_E_NOT_FOUND. `envelope` is appended. */
int pt_batches_open(struct pt_state *s, struct pt_batch_row *ret, struct pt_buf *envelope,
                    struct pt_err *err);
/* The newest batch that was receipted (its hash is the next `previous`). */
int pt_batches_last(struct pt_state *s, struct pt_batch_row *ret, struct pt_err *err);
/* The newest refused batch, where nothing supersedes it yet; PT_E_NOT_FOUND. */
int pt_batches_refused(struct pt_state *s, struct pt_batch_row *ret, struct pt_buf *refusal,
                       struct pt_err *err);
/* How many statements for that first_seq were refused. */
int pt_batches_times_refused(struct pt_state *s, uint64_t first_seq, int64_t *ret,
                             struct pt_err *err);
int pt_batches_add(struct pt_state *s, const struct pt_batch_row *b, struct pt_span envelope,
                   struct pt_err *err);
int pt_batches_receipted(struct pt_state *s, const uint8_t statement_hash[32], uint64_t log_index,
                         struct pt_span receipt, struct pt_err *err);
int pt_batches_refuse(struct pt_state *s, const uint8_t statement_hash[32], struct pt_span refusal,
                      const char *code, struct pt_err *err);
/* Takes note of when a receipt was verified. */
int pt_batches_receipted_at(struct pt_state *s, const uint8_t statement_hash[32], int64_t at_ms,
                            struct pt_err *err);
/* Of the receipted batches those that the feed showed below `size` are witnessed, where that is the
 * size of a checkpoint with a quorum that this log was seen to extend. */
struct pt_witnessed {
    int64_t witnessed, waiting; /* batches */
    int64_t oldest_ms;          /* when the oldest of those that wait was receipted; 0: unknown */
};
int pt_batches_witnessed(struct pt_state *s, int64_t size, struct pt_witnessed *ret,
                         struct pt_err *err);
/* Appends the answer (SubmitReply) of the oldest receipted batch that isn't; PT_E_NOT_FOUND. */
int pt_batches_unwitnessed(struct pt_state *s, int64_t size, struct pt_buf *answer,
                           struct pt_err *err);
/* One of ours by its statement; PT_E_NOT_FOUND. */
int pt_batches_find(struct pt_state *s, const uint8_t statement_hash[32], struct pt_batch_row *ret,
                    struct pt_err *err);
/* Its Envelope as it was signed, and the hub's answer to it (SubmitReply), as far as there is one:
 * appended. PT_E_NOT_FOUND. */
int pt_batches_papers(struct pt_state *s, const uint8_t statement_hash[32], struct pt_buf *envelope,
                      struct pt_buf *answer, struct pt_err *err);
/* The feed has shown it at that log index. */
int pt_batches_followed(struct pt_state *s, const uint8_t statement_hash[32], uint64_t log_index,
                        struct pt_err *err);

/* ---- closes of others that don't add up here ---- */

struct pt_wrong_close {
    const char *party, *stream;
    uint64_t seq, log_index;
    const char *what;
    const char *accepted; /* why a person goes on behind it; NULL: nobody does */
};
int pt_wrong_close_add(struct pt_state *s, const struct pt_wrong_close *w, struct pt_err *err);
/* Its author has said all of it anew, and that adds up: those of the stream are gone. */
int pt_wrong_close_mended(struct pt_state *s, const char *party, const char *stream,
                          struct pt_err *err);
/* PT_E_NOT_FOUND. */
int pt_wrong_close_accept(struct pt_state *s, const char *party, const char *stream, uint64_t seq,
                          const char *reason, struct pt_err *err);
/* The log index of the first that nobody has accepted; 0: there is none. */
int pt_wrong_close_first(struct pt_state *s, int64_t *ret, struct pt_err *err);
typedef int pt_wrong_close_cb(void *ctx, const struct pt_wrong_close *w);
int pt_wrong_close_each(struct pt_state *s, pt_wrong_close_cb *cb, void *ctx, struct pt_err *err);
/* ---- sources ---- */

/* Position token of a source (opaque; empty at its start), and whether that was the file's end.
 * PT_E_NOT_FOUND: nothing of it was read, *ret_done is false. */
int pt_source_position_get(struct pt_state *s, const char *source, struct pt_buf *out,
                           bool *ret_done, struct pt_err *err);
int pt_source_position_set(struct pt_state *s, const char *source, struct pt_span pos, bool done,
                           struct pt_err *err);

struct pt_dead_letter {
    const char *source, *file;
    uint64_t row;
    const char *column, *value, *code, *reason, *reason_zh;
    bool noted; /* somebody has dealt with it; not for pt_dead_letter_add */
};
int pt_dead_letter_add(struct pt_state *s, const struct pt_dead_letter *d, struct pt_err *err);
/* All that there are by now are dealt with; *ret_n: how many of them weren't before. */
int pt_dead_letter_note(struct pt_state *s, int64_t now_ms, int64_t *ret_n, struct pt_err *err);
/* In a transaction: those that were noted so long ago go, but for the newest of all; what nobody
 * has dealt with stays. */
#define PT_DEAD_LETTER_KEPT_DAYS 366
int pt_dead_letter_prune(struct pt_state *s, int64_t now_ms, struct pt_err *err);
typedef int pt_dead_letter_cb(void *ctx, const struct pt_dead_letter *d);
int pt_dead_letter_each(struct pt_state *s, pt_dead_letter_cb *cb, void *ctx, struct pt_err *err);

/* ---- records that wait for their day, rows that wait for a reference ---- */

struct pt_waiting {
    int64_t id;  /* when it was added: not read */
    int64_t due; /* staged: a day, 0 at once; held: a moment in ms, 0 the next slot, or not known,
                    below 0 the next slot before those */
    const char *type, *doc_no, *origin;
    struct pt_span record; /* packed, without seq, nonce and issued_at_ms */
};
int pt_staged_add(struct pt_state *s, const struct pt_waiting *r, struct pt_err *err);
/* The first that is due on `day` and stands behind *io, by what it is due and then by its id;
 * behind zeros: the first of all. PT_E_NOT_FOUND. The strings and bytes are appended to `hold`
 * (reset first), which *io points into. It stays until it is dropped. */
int pt_staged_next(struct pt_state *s, int32_t day, struct pt_buf *hold, struct pt_waiting *io,
                   struct pt_err *err);
int pt_staged_drop(struct pt_state *s, int64_t id, struct pt_err *err);

/* Does one of that type and document number wait? */
int pt_staged_holds(struct pt_state *s, const char *type, const char *doc_no, bool *ret,
                    struct pt_err *err);

struct pt_deferred_row {
    int64_t id;
    uint64_t line, rule;
    int32_t since; /* the day on which it was first set aside */
    const char *source, *file;
    const char *want_party, *want_type, *want_doc_no; /* the reference that is missing */
    struct pt_span packed;
};
int pt_deferred_add(struct pt_state *s, const struct pt_deferred_row *d, struct pt_err *err);
/* The next one of `source` with an id above `after` whose missing record is there by now, or which
 * waits since before that day; as pt_staged_next. */
int pt_deferred_next(struct pt_state *s, const char *source, int64_t after, int32_t since_before,
                     struct pt_buf *hold, struct pt_deferred_row *ret, struct pt_err *err);
int pt_deferred_drop(struct pt_state *s, int64_t id, struct pt_err *err);
/* It misses another reference now. */
int pt_deferred_wait(struct pt_state *s, int64_t id, const char *party, const char *type,
                     const char *doc_no, struct pt_err *err);
/* Counts one more record that was made, by that rule of the mapping, of a row of `source` that had
 * waited; and how many there were. */
int pt_deferred_made_add(struct pt_state *s, const char *source, uint64_t rule, struct pt_err *err);
int pt_deferred_made(struct pt_state *s, const char *source, uint64_t rule, int64_t *ret,
                     struct pt_err *err);

/* ---- references ---- */

struct pt_ref_row {
    char party[33], stream[33];
    char type[16]; /* as found; pt_refs_add takes it from its argument */
    uint64_t seq;
    uint8_t hash[32];
};
int pt_refs_add(struct pt_state *s, const char *party, const char *type, const char *doc_no,
                const struct pt_ref_row *ref, struct pt_err *err);
int pt_refs_drop(struct pt_state *s, const char *party, const char *stream, uint64_t seq,
                 struct pt_err *err);
/* type "" = any. PT_E_NOT_FOUND. */
int pt_refs_find(struct pt_state *s, const char *party, const char *type, const char *doc_no,
                 struct pt_ref_row *ret, struct pt_err *err);

/* ---- findings: each discrepancy (H01) that was delivered, as it stands ---- */

#define PT_FINDING_ID 16
struct pt_finding_row {
    uint8_t id[PT_FINDING_ID];
    uint32_t episode;
    int status;               /* enum DiscrepancyStatus */
    int32_t due;              /* 0: none */
    int32_t day;              /* of the tick that said so */
    char responders[8 * 33];  /* parties, with blanks between */
    char rule[8], sender[33]; /* of one about a clue, else "": a reply says both */
};
int pt_findings_put(struct pt_state *s, const struct pt_finding_row *f, struct pt_err *err);
/* PT_E_NOT_FOUND. */
int pt_findings_find(struct pt_state *s, const uint8_t id[PT_FINDING_ID],
                     struct pt_finding_row *ret, struct pt_err *err);

/* ---- waivers: which discrepancy each of the office's was about ---- */

struct pt_waiver_row {
    uint8_t finding[PT_FINDING_ID];
    uint32_t episode; /* 0: it named none */
};
int pt_waivers_put(struct pt_state *s, const char *stream, uint64_t seq,
                   const struct pt_waiver_row *w, struct pt_err *err);
/* PT_E_NOT_FOUND. */
int pt_waivers_find(struct pt_state *s, const char *stream, uint64_t seq, struct pt_waiver_row *ret,
                    struct pt_err *err);

/* ---- seals: the nonce inside that of record `seq`, 16 bytes ---- */

int pt_seals_add(struct pt_state *s, uint64_t seq, struct pt_span nonce, struct pt_err *err);
/* PT_E_NOT_FOUND. */
int pt_seals_find(struct pt_state *s, uint64_t seq, uint8_t ret_nonce[16], struct pt_err *err);

/* ---- sealed records of anybody that may be opened one day, as received ---- */

int pt_shut_add(struct pt_state *s, const char *party, const char *stream, uint64_t seq,
                struct pt_span bytes, struct pt_err *err);
/* Appends the record's bytes. PT_E_NOT_FOUND. */
int pt_shut_find(struct pt_state *s, const char *party, const char *stream, uint64_t seq,
                 struct pt_buf *out, struct pt_err *err);

/* ---- clues that were read and opened, of whoever may read them ---- */

struct pt_clue_row {
    char sender[33];
    uint8_t id[PT_CLUE_ID];
    int64_t sent_at_ms;
    int64_t read_ms; /* when it was read here */
    bool dummy, urgent;
    int32_t outcomes; /* D03s of our own that came; pt_clues_add begins with 0 */
};
/* The first record of a sender's clue counts: one that is there stays, *ret_new says that it isn't.
 */
int pt_clues_add(struct pt_state *s, const struct pt_clue_row *c, bool *ret_new,
                 struct pt_err *err);
/* PT_E_NOT_FOUND. */
int pt_clues_find(struct pt_state *s, const char *sender, const uint8_t id[PT_CLUE_ID],
                  struct pt_clue_row *ret, struct pt_err *err);
/* How many senders have a clue of that id. */
int pt_clues_senders(struct pt_state *s, const uint8_t id[PT_CLUE_ID], int64_t *ret,
                     struct pt_err *err);
int pt_clues_outcome(struct pt_state *s, const struct pt_clue_row *c, struct pt_err *err);
/* All moments that are to come, and those that count from when a clue was read, later by so much.
 */
int pt_clues_shift(struct pt_state *s, int64_t by_ms, struct pt_err *err);
/* What was taken for a dummy is a clue: what waits about it goes. */
int pt_clues_are_real(struct pt_state *s, const struct pt_clue_row *c, struct pt_err *err);
/* Clues that are no dummies, sent from `from_ms` on and before `until_ms`. */
int pt_clues_count(struct pt_state *s, int64_t from_ms, int64_t until_ms, int64_t *ret,
                   struct pt_err *err);

/* Would the number of those tell which records are dummies? *ret: less than `least` of the clues
 * that stand among dummies, in that time, are left for the hub, or for a sender that leaves its own
 * out. Urgent ones, and those of a sender that uses no dummies, hide nothing. */
int pt_clues_count_tells(struct pt_state *s, int64_t from_ms, int64_t until_ms, int64_t least,
                         bool *ret, struct pt_err *err);

/* ---- records about clues that wait for their moment ---- */

/* seq: the number under which it has gone out, 0 while it waits. */
int pt_held_add(struct pt_state *s, const char *sender, const uint8_t clue[PT_CLUE_ID],
                const struct pt_waiting *r, uint64_t seq, struct pt_err *err);
/* What went out under that number was refused: it waits again. *ret: there was such a record. */
int pt_held_again(struct pt_state *s, uint64_t seq, int64_t due_ms, bool *ret, struct pt_err *err);
/* What went out under those numbers is logged. */
int pt_held_logged(struct pt_state *s, uint64_t first_seq, uint64_t count, struct pt_err *err);
/* As pt_staged_next and pt_staged_drop; the first of all stands behind INT64_MIN. */
int pt_held_next(struct pt_state *s, int64_t until_ms, struct pt_buf *hold, struct pt_waiting *io,
                 struct pt_err *err);
int pt_held_drop(struct pt_state *s, int64_t id, struct pt_err *err);
int pt_held_move(struct pt_state *s, int64_t id, int64_t due_ms, struct pt_err *err);
/* Of that type and about that clue: how many wait; all of them go; the first goes, where more than
 * one waits. */
int pt_held_of(struct pt_state *s, const struct pt_clue_row *c, const char *type, int64_t *ret,
               struct pt_err *err);
int pt_held_forget(struct pt_state *s, const struct pt_clue_row *c, const char *type,
                   struct pt_err *err);
int pt_held_forget_first(struct pt_state *s, const struct pt_clue_row *c, const char *type,
                         struct pt_err *err);
int pt_held_count(struct pt_state *s, int64_t *ret, struct pt_err *err);

/* ---- counts that were said (SealedCount), by what was counted and month (yyyymm) ---- */

int pt_counted_set(struct pt_state *s, const char *what, int32_t month, int64_t n,
                   struct pt_err *err);
/* PT_E_NOT_FOUND: none was said. */
int pt_counted_get(struct pt_state *s, const char *what, int32_t month, int64_t *ret,
                   struct pt_err *err);

/* ---- evidence: what a hub (or a party through it) sent that doesn't hold ---- */

#define PT_KEPT_EVIDENCE_MAX 32 /* pieces of a code about one thing */
struct pt_evidence_row {
    int64_t at_ms;
    const char *code, *about, *what;
    struct pt_span bytes; /* as received */
};
/* `about`: the party whose record it is, else the way on which it came; few of them, so that a hub
 * that lies for ever doesn't fill the disk, and nobody's junk takes the room of what another has
 * signed. The same bytes are kept once, under the first code. *ret_kept: they stand there now. */
int pt_evidence_add(struct pt_state *s, int64_t at_ms, int code, const char *about,
                    const char *what, struct pt_span bytes, bool *ret_kept, struct pt_err *err);
typedef int pt_evidence_cb(void *ctx, const struct pt_evidence_row *e);
int pt_evidence_each(struct pt_state *s, pt_evidence_cb *cb, void *ctx, struct pt_err *err);

/* ---- alarms: what a person must look at, each code once ---- */

struct pt_alarm_row {
    int64_t since_ms;
    const char *code, *what;
};
/* *ret_new: it wasn't there before. Since when it is stays as it was. */
int pt_alarm_set(struct pt_state *s, int64_t since_ms, const char *code, const char *what,
                 bool *ret_new, struct pt_err *err);
int pt_alarm_clear(struct pt_state *s, const char *code, struct pt_err *err);
typedef int pt_alarm_cb(void *ctx, const struct pt_alarm_row *a);
int pt_alarm_each(struct pt_state *s, pt_alarm_cb *cb, void *ctx, struct pt_err *err);
/* As people read it: `what` as it was found, in Chinese behind what an alarm of that code means.
 * Returns ret. */
#define PT_ALARM_SAID_MAX 1024
const char *pt_alarm_say(const char *code, const char *what, bool zh, char ret[PT_ALARM_SAID_MAX]);

/* ---- counts for status ---- */
struct pt_state_counts {
    int64_t records, batches, receipted, refused, dead_letters, deferred, staged, pending_records,
        evidence;
    int64_t dead_open;            /* dead letters that nobody has noted */
    int64_t refused_open;         /* refused batches that nothing took the place of */
    int32_t closed_day, tick_day; /* 0: none yet */
};
int pt_state_counts(struct pt_state *s, struct pt_state_counts *ret, struct pt_err *err);
/* What of these needs a person, and what to do: a sentence; *ret is "" where nothing does. The one
 * verdict of `pentad status`, `pentad doctor` and `pentad-connector --once`. */
#define PT_STATE_NEEDS_MAX 400
void pt_state_needs(const struct pt_state_counts *k, bool zh, char ret[PT_STATE_NEEDS_MAX]);

#endif
