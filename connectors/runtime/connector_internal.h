/* The connector's parts share one structure; each file does one step of the way of a record. */
#ifndef PENTAD_RUNTIME_CONNECTOR_INTERNAL_H
#define PENTAD_RUNTIME_CONNECTOR_INTERNAL_H

#include <sys/stat.h>

#include <pentad/base/arena.h>
#include <pentad/certs/key.h>
#include <pentad/client/batch.h>
#include <pentad/client/follower.h>
#include <pentad/client/http.h>
#include <pentad/mapping/mapping.h>
#include <pentad/record/codes.h>
#include <pentad/record/party.h>
#include <pentad/runtime/connector.h>
#include <pentad/runtime/state.h>

#define DEFER_DAYS 60 /* a reference that is missing for longer becomes a dead letter */
#define BATCH_BYTES_TARGET (7u * 1024 * 1024) /* of records in one batch */
#define FEED_PAGE_BYTES (2u * 1024 * 1024)
#define ROWS_A_TRANSACTION 20000
#define PENDING_MAX 1000000 /* records that wait for the hub: a live connector collects no more */
#define ORIGIN_MAX 700

/* The hub, as a connector sees it. Each returns as pt_http_client_get and pt_http_client_post do.
 */
struct hub_port {
    int (*submit)(void *ctx, struct pt_span batch, struct pt_buf *ret_reply, struct pt_err *err);
    int (*feed)(void *ctx, uint64_t after, int wait_s, uint32_t limit, struct pt_buf *ret_page,
                struct pt_err *err);
    /* The published checkpoint; the largest one with a quorum (PT_E_NOT_FOUND: none yet); a
     * checkpoint with our cosignature. */
    int (*checkpoint)(void *ctx, struct pt_buf *ret_note, struct pt_err *err);
    int (*cosigned)(void *ctx, struct pt_buf *ret_note, struct pt_err *err);
    int (*cosign)(void *ctx, struct pt_span note, struct pt_err *err);
    /* Certificate, key, authority and list anew, for later requests; an error leaves the old ones.
     * NULL: there are none. */
    int (*reload)(void *ctx, struct pt_err *err);
    /* Appends what a GET gives, JSON. */
    int (*get)(void *ctx, const char *path, struct pt_buf *ret_answer, struct pt_err *err);
    void (*close)(void *ctx);
    void *ctx;
};
/* Over mutual TLS; a request stops soon after *stop is set. */
int pt_connector_hub_http_open(const struct pt_config *config, const volatile bool *stop,
                               struct hub_port *ret, struct pt_err *err);

struct source {
    struct pt_connector *c;
    const struct pt_config_source *config;
    char *name; /* in the state file: mapping and path; owned */
    struct pt_mapping *mapping;
    struct pt_mapper *mapper;
    bool started;                        /* the mapper stands in its file */
    bool more;                           /* there may be rows that were not read yet */
    bool read;                           /* by this run: `more` says where it stands */
    bool was_done;                       /* in the state file: it was read to its end */
    bool missing;                        /* there is no such file yet */
    int32_t waiting;                     /* its next row is for that day; 0: none is held back */
    bool unfinished;                     /* somebody is writing it: its end is left for later */
    bool growing;                        /* it was started so that its end may be left */
    struct stat seen;                    /* the file when it was started */
    struct stat looked;                  /* the file when it was last found changed */
    int64_t looked_us;                   /* monotonic, then */
    struct pt_buf stored;                /* its position in the state file */
    int64_t retry_ms;                    /* after a failure: not before */
    const struct pt_deferred_row *again; /* the deferred row that is being mapped again */
    bool again_waits;                    /* it misses another reference */
    int64_t made_later[PT_MAPPING_MAX_RECORDS]; /* for the report: of deferred rows, by rule */
    struct pt_ref_row resolved; /* what the last reference came to; the mapper borrows it */
};

/* What a count was made of when it was made last: the same gives the same. */
struct count_memo {
    off_t size; /* of the list */
    struct timespec changed;
    int64_t clues; /* sent */
    int32_t until; /* the last month that was due; 0: not counted yet */
};

/* One direction of the talk with the hub: after a failure it rests, longer each time. */
struct direction {
    int rest_ms;      /* 0: the last time went well */
    int64_t until_us; /* monotonic */
};

/* This connector as a witness, and what other witnesses say. */
struct witnessing {
    struct pt_key *key;           /* NULL: it is none */
    struct pt_vkey vkey;          /* its verifier key; no name: it wasn't looked at yet */
    bool refused;                 /* it must not cosign: a person is needed */
    bool replaced;                /* the policy names its key no more, and that was alarmed */
    bool looked;                  /* there is no key, and an alarm about one was ended */
    size_t n_policies;            /* of the log, when log_policy was made */
    struct pt_policy *log_policy; /* NULL: the policy file is this body's own, and wins */

    /* What the state file says. */
    int64_t cosigned;     /* size of the last checkpoint that was cosigned here */
    int64_t cosigned_ms;  /* and when */
    int64_t first_new_ms; /* when the hub received the first entry behind it; 0: not there yet */
    int64_t until;        /* no larger one is cosigned: a close doesn't add up; 0: no limit */
    int64_t unsent;       /* 1: the last cosignature has not reached the hub */
    int64_t witnessed;    /* size of the largest checkpoint with a quorum that was verified here */

    /* The published checkpoint that is to be cosigned next. */
    struct pt_buf note;
    struct pt_checkpoint target; /* size 0: none */
    int64_t fetched_ms;

    int64_t next_us; /* monotonic: when the hub is asked next */
    int pause_ms;
    uint64_t seen_size; /* of the log, then */
    int64_t alarms_us;  /* monotonic: when alarms are looked at next */
    int64_t silent_us;  /* monotonic: when silent witnesses are looked for next */
};

/* A file as it was found; all zero where there is none. */
struct file_mark {
    ino_t inode;
    off_t size;
    struct timespec changed;
};

/* The ledger of one's own: a follower that stands where its file does, behind the connector's. */
struct attesting {
    struct pt_follower *follower; /* NULL: it attests nothing */
    int64_t day;                  /* of the newest H03 that was attested */
    bool failed;                  /* the log can't be folded here: a person is needed */
};

struct pt_connector {
    const struct pt_config *config;
    struct pt_connector_options opt;
    enum pt_party party;
    bool beside; /* another one has the lock: nothing is written */
    int lock_fd;
    struct pt_state *state;
    struct pt_trust trust;
    struct pt_key *key;
    struct pt_key *sealing_key; /* NULL: the configuration names none */
    struct hub_port hub;
    struct pt_follower *follower;
    struct pt_codes *codes; /* of the genesis' family; NULL before */
    struct source *sources;
    size_t n_sources;
    struct pt_arena arena; /* of the record at hand */
    struct pt_buf bytes;   /* of the record at hand */
    struct {
        uint8_t b[1024];
        size_t left;
    } entropy;

    /* What the state file says; read again after a transaction was taken back. */
    uint64_t next_seq;
    int64_t close_seq;   /* of the newest StreamClose */
    int64_t closed_day;  /* the last day that was closed; 0 none */
    int64_t closed_hour; /* day * 100 + hour of the newest hourly close */
    int64_t tick_day;    /* of the newest Tick read */
    int64_t ended;       /* the final close was written */

    struct count_memo counts[PT_CONFIG_COUNTS_MAX];
    int32_t day;           /* the business day being collected */
    uint64_t rows;         /* mapped in this transaction */
    bool keyless;          /* in this pass something waited for a reader's sealing key */
    bool new_refs;         /* a deferred row may have got what it waits for */
    int32_t retried_day;   /* the day on which deferred rows were last looked through */
    struct source *failed; /* the source at which collecting failed */

    uint64_t log_size; /* how far the hub says its log is */
    bool caught_up;    /* the feed was read to its end since the start: signing is allowed */
    bool all_sent;     /* everything in the outbox is receipted */
    bool halted;       /* sending needs a person; told so */
    bool scrub;        /* something was erased from the state file */
    bool later;        /* the failure at hand passes by itself: try again */
    struct direction sending, reading;
    struct witnessing witness;
    struct attesting attest;
    int64_t certificate_ms;    /* when its end is looked at next */
    struct file_mark tls[4];   /* certificate, key, authority, list, as they were last read */
    volatile bool reload;      /* asked for */
    int64_t clock_retry_ms;    /* a batch that was too early for the hub is cut again then */
    uint64_t key_refused_size; /* log entries verified when the hub last refused the signing key */
    volatile bool stop;
};

/* ---- connector.c ---- */

/* As pt_connector_open; hub NULL: over HTTP. A hub that is given is taken. */
int pt_connector_open_take(const struct pt_config *config, const struct pt_connector_options *opt,
                           const struct hub_port *hub, struct pt_connector **ret,
                           struct pt_err *err);
void pt_connector_event(struct pt_connector *c, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* On the replay clock, and on a stream that closes its days: stream `keys` holds KeyChange records
 * alone and closes nothing. */
bool pt_connector_by_day(const struct pt_connector *c);
bool pt_connector_closes(const struct pt_connector *c);
int pt_connector_begin(struct pt_connector *c, struct pt_err *err);
/* Ends the transaction: commits where rc is 0, else takes everything back (what is in memory of it
 * too) and returns rc. */
int pt_connector_end(struct pt_connector *c, int rc, struct pt_err *err);
/* ---- alarm.c ---- */

/* Keeps what doesn't hold, where there is room for more of that code about that: a row in a
 * transaction of its own (or in the one that is open), and a folder, which is whole or not there.
 * `about`: the party whose record it is, else one of those below. What isn't kept is told of
 * (evidence_lost). */
void pt_connector_keep_evidence(struct pt_connector *c, int code, const char *about,
                                const char *what, struct pt_span bytes);
#define ABOUT_UNSIGNED "unsigned answers" /* anybody's between the hub and here */
#define ABOUT_ANSWERS "answers"
#define ABOUT_PAGES "pages"
#define ABOUT_CHECKPOINTS "checkpoints"
#define ABOUT_COSIGNATURES "cosignatures"
#define ABOUT_SNAPSHOTS "snapshots"
#define ABOUT_REFUSED "refused and logged"
/* Where such a folder stands: STATE/evidence/CODE-DIGEST. */
int pt_connector_evidence_folder(const struct pt_connector *c, int code, struct pt_span shown,
                                 char *out, size_t cap);
/* A file of such a folder; none where there are no bytes. */
int pt_connector_evidence_file(const char *folder, const char *name, struct pt_span bytes,
                               struct pt_err *err);
/* An alarm stands until it is over; it is told of once: true when it is new. With one that doesn't
 * end by itself nothing more is cosigned; alarms_load looks for those of earlier runs. */
int pt_connector_alarms_load(struct pt_connector *c, struct pt_err *err);
bool pt_connector_alarm(struct pt_connector *c, const char *code, const char *what);
void pt_connector_alarm_over(struct pt_connector *c, const char *code);

/* ---- erasing.c ---- */

/* In the page's transaction, for each record of it. */
int pt_connector_erasing_record(struct pt_connector *c, const struct pt_followed_record *r,
                                struct pt_err *err);
/* What is left of an erased record in the outbox: a zero, and a bit for each reader class
 * (pt_close) that was due it, so that the next StreamClose counts it as those do. No record begins
 * with a zero. */
#define ERASED_LEN 2
bool pt_outbox_is_erased(struct pt_span bytes);
/* Where the feed was read to its end: an alarm over a record that was erased without an order. */
int pt_connector_erasing_check(struct pt_connector *c, struct pt_err *err);
/* Outside a transaction: no copy of what was erased stays in the state's write-ahead log. */
void pt_connector_erasing_scrub(struct pt_connector *c);

/* ---- excused.c ---- */

/* In the page's transaction: an erased record; a tick; orders that a tick has brought into force
 * (state 1), after which one's own ledger is made anew. */
int pt_connector_excused_gap(struct pt_connector *c, const struct pt_followed_record *r,
                             struct pt_err *err);
int pt_connector_excused_tick(struct pt_connector *c, int32_t day, struct pt_err *err);
int pt_connector_excused_orders(struct pt_connector *c, struct pt_err *err);
/* May the hub's snapshot of that day rest on a record that was erased since? */
int pt_connector_excused(struct pt_connector *c, int32_t day, bool *ret, struct pt_err *err);

/* ---- wrong_close.c ---- */

/* In the page's transaction, for each record of it; and whenever a person may have accepted one: up
 * to where may be cosigned. */
int pt_connector_close_record(struct pt_connector *c, const struct pt_followed_record *r,
                              struct pt_err *err);
int pt_connector_wrong_closes(struct pt_connector *c, struct pt_err *err);

/* ---- contradiction.c ---- */

/* Log entry `log_index` of this page is a batch of ours whose signed refusal is kept: the evidence
 * of that page, and beside it what proves the contradiction to anybody: the refusal, the statement,
 * the entry and its proof up to the page's signed checkpoint. The follower stands before the page.
 */
void pt_connector_keep_contradiction(struct pt_connector *c, const char *what, struct pt_span page,
                                     uint64_t log_index, const uint8_t statement[32]);

/* ---- witness.c ---- */

/* Between other steps, where the feed is read to its end: cosigns what may be cosigned, takes note
 * of what has a quorum, raises and ends alarms. Errors are those that end the connector. */
int pt_connector_witness(struct pt_connector *c, struct pt_err *err);
/* Only the alarms that time raises: where the hub can't be reached. */
int pt_connector_witness_alarms(struct pt_connector *c, struct pt_err *err);
/* ---- silent.c ---- */

/* Of a checkpoint with a quorum under `policy`: bit i, witness i has cosigned it. */
int pt_connector_silent_seen(struct pt_connector *c, const struct pt_policy *policy,
                             uint64_t witnesses, struct pt_err *err);
/* What is known of witnesses that this policy doesn't name. */
int pt_connector_silent_forget(struct pt_connector *c, const struct pt_policy *policy,
                               struct pt_err *err);
/* Raises and ends the alarm over witnesses that are silent for config->silent_hours. */
int pt_connector_silent(struct pt_connector *c, const struct pt_policy *newest, struct pt_err *err);

/* ---- witness.c, on ---- */

/* Something is to be cosigned or to be witnessed, and how long until the hub is asked again. */
bool pt_connector_witness_pending(const struct pt_connector *c);
int pt_connector_witness_left_ms(const struct pt_connector *c);
/* In the page's transaction, for each record of it. */
int pt_connector_witness_record(struct pt_connector *c, const struct pt_followed_record *r,
                                struct pt_err *err);
/* Is this checkpoint of the hub's of the history that was followed here? PT_E_FORK, kept and
 * alarmed, where it isn't. *ret_known: it lies within what can be looked up; a larger one is held
 * against what is followed later. */
int pt_connector_check_history(struct pt_connector *c, const struct pt_checkpoint *cp,
                               struct pt_span note, bool *ret_known, struct pt_err *err);
/* Whether the hub's answer means that this step can't be done now; said where that is news. */
bool pt_connector_not_now(struct pt_connector *c, int rc, const char *what,
                          const struct pt_err *err);

/* ---- cosigning.c ---- */

/* Once the log is read to its end: is the key the one that the policy in force names for this
 * party? PT_E_CONFIG where none ever did; an alarm, and nothing is cosigned, where it was replaced,
 * now or before this start. */
int pt_connector_cosigning_key(struct pt_connector *c, struct pt_err *err);
bool pt_connector_may_cosign(const struct pt_connector *c);
/* Cosigns what is published, where that is verified and may be cosigned; not sent yet. */
int pt_connector_cosign(struct pt_connector *c, struct pt_err *err);
/* The stored note, until the hub has it. */
int pt_connector_send_cosignature(struct pt_connector *c, struct pt_err *err);

/* ---- attest.c ---- */

/* Where opt.replay is given: its follower, in step with its ledger. */
int pt_connector_attest_open(struct pt_connector *c, struct pt_err *err);
/* Between other steps: folds on towards what was verified; once there, says of each H03 that is new
 * whether it is the same here. Errors are those that end the connector: a ledger that can't be made
 * is an alarm, and cosigning goes on. */
int pt_connector_attest(struct pt_connector *c, struct pt_err *err);
bool pt_connector_attests(const struct pt_connector *c); /* on this stream */
bool pt_connector_attest_pending(const struct pt_connector *c);
/* Replay clock: the last day's snapshot is attested, or there will be none. */
bool pt_connector_attest_done(const struct pt_connector *c);

int pt_connector_save_view(struct pt_connector *c, struct pt_err *err); /* in a transaction */

/* ---- author.c: gives a record its place in the stream and puts it into the outbox ---- */

/* When a record of that business day is issued that is authored now. */
int64_t pt_connector_issued_at(const struct pt_connector *c, int32_t day);
/* In a transaction. Sets seq, nonce and, where it is missing, issued_at in *r. */
int pt_connector_author_record(struct pt_connector *c, Pentad__V1__Record *r, const char *type,
                               const char *doc_no, const char *origin, struct pt_err *err);
/* Puts `r` in the place of outbox record `seq` of business day `day`. */
int pt_connector_author_replace(struct pt_connector *c, Pentad__V1__Record *r, uint64_t seq,
                                int32_t day, const char *type, struct pt_err *err);
/* The hub's own validation, before anything is sent: 0, or the first fault's code with its path and
 * sentence. */
int pt_connector_author_validate(struct pt_connector *c, const Pentad__V1__Record *rec,
                                 char *ret_path, size_t path_cap, struct pt_err *err);
/* Replaces outbox record `seq` by a note that it is withheld, issued no later than the refusal (a
 * clock that is ahead must not have the note refused too). */
int pt_connector_author_withheld(struct pt_connector *c, uint64_t seq, int32_t day,
                                 int64_t refused_at_ms, const char *type, const char *code,
                                 const char *field, const char *origin, struct pt_err *err);

/* ---- author_close.c ---- */

/* hour -1: the day is over. */
int pt_connector_author_close(struct pt_connector *c, int32_t day, int hour, bool final,
                              struct pt_err *err);
/* In a transaction: says anew what a close of ours had wrong, where a person asked for it (meta
 * close_again: the number that it counts from). It ends no day and no hour. */
int pt_connector_author_close_again(struct pt_connector *c, struct pt_err *err);
/* After records from `seq` on were replaced: the StreamCloses behind them say so. */
int pt_connector_author_mend_closes(struct pt_connector *c, uint64_t seq, struct pt_err *err);

/* ---- count.c ---- */

/* In a transaction, where `day` is over: authors each SealedCount that is due by then, or that says
 * something else than the last one of its month. A list that can't be read leaves its counts out
 * and is told of (event count_failed). */
int pt_connector_count(struct pt_connector *c, int32_t day, struct pt_err *err);

/* ---- collect.c ---- */

int pt_connector_sources_open(struct pt_connector *c, struct pt_err *err);
void pt_connector_sources_close(struct pt_connector *c);
/* In a transaction, which is committed and begun anew on the way where it gets large. At most
 * `budget` rows (0: no limit); *ret_more says that more were there. */
int pt_connector_collect(struct pt_connector *c, int32_t day, uint64_t budget, bool *ret_more,
                         struct pt_err *err);
/* Every source is read to its end, or to a row that waits for its day. */
bool pt_connector_sources_done(const struct pt_connector *c);
/* A mapper's reading is not what is stored: begin again from there. */
void pt_connector_sources_restart(struct pt_connector *c);
/* Puts the mapper where the state file says; s->missing where there is no file. */
int pt_connector_source_start(struct source *s, struct pt_err *err);

/* ---- answering.c: replies and approvals against the discrepancies that were delivered ---- */

/* Takes note of a discrepancy that was read, and of `ref`, its newest record: a reference to it by
 * its id in hexadecimal (party hub, type H01) finds that. */
int pt_connector_finding_keep(struct pt_connector *c, const Pentad__V1__Discrepancy *d,
                              const struct pt_ref_row *ref, struct pt_err *err);
/* Takes note of which discrepancy a reply of the office's waives, where it is a waiver. */
int pt_connector_waiver_keep(struct pt_connector *c, const Pentad__V1__DiscrepancyReply *r,
                             const struct pt_ref_row *ref, struct pt_err *err);
/* Would this record, if it is a reply (H02) or approves the office's waiver of a discrepancy,
 * count? PT_E_NOT_FOUND: no such discrepancy has come; PT_E_NOT_ASKED; PT_E_SETTLED. Corrections
 * aren't looked at, nor approvals of anything else. */
int pt_connector_reply_check(struct pt_connector *c, const Pentad__V1__Record *rec, char *ret_path,
                             size_t path_cap, struct pt_err *err);

/* A reply to a discrepancy about a clue says of which rule and whose clue it is, since who may read
 * it goes by that (docs/records.md): put into it as long as `ret` lives. */
int pt_connector_reply_fill(struct pt_connector *c, Pentad__V1__Record *rec,
                            struct pt_finding_row *ret, struct pt_err *err);

/* ---- send.c ---- */

/* 0 when nothing is left to send; with c->later set, an error that passes. */
int pt_connector_send_all(struct pt_connector *c, struct pt_err *err);
/* Once, whatever becomes of it: the log holds another statement of our stream than the one that
 * waits here. Only the two together prove to the others that the key is used twice. */
void pt_connector_send_rival(struct pt_connector *c);
/* In a transaction: signs what is pending where no statement is under way. */
int pt_connector_send_cut(struct pt_connector *c, struct pt_err *err);

/* ---- renewal.c ---- */

/* What lies in the files of keys.tls_… now counts as read. */
void pt_connector_renewal_init(struct pt_connector *c);
/* Between requests: takes what was renewed, tells what ends soon. */
void pt_connector_renewal(struct pt_connector *c);

/* ---- refusal.c ---- */

int pt_connector_refusal_take(struct pt_connector *c, const struct pt_batch_row *b,
                              const struct pt_answer *a, struct pt_span reply, struct pt_err *err);
/* May this refused batch be cut again? 0, or why a person is needed first. */
int pt_connector_refusal_allows(struct pt_connector *c, const struct pt_batch_row *b,
                                struct pt_err *err);

/* ---- receive.c ---- */

/* This machine's memory or disk, not the page that was read: nobody else is to blame for it. */
bool pt_connector_failed_here(int rc);

/* One page of the feed. *ret_new says whether it held anything. As pt_connector_send_all about
 * c->later. */
int pt_connector_receive(struct pt_connector *c, int wait_s, bool *ret_new, struct pt_err *err);

#endif
