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

struct pt_connector {
    const struct pt_config *config;
    struct pt_connector_options opt;
    enum pt_party party;
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
    bool new_refs;         /* a deferred row may have got what it waits for */
    int32_t retried_day;   /* the day on which deferred rows were last looked through */
    struct source *failed; /* the source at which collecting failed */

    uint64_t log_size; /* how far the hub says its log is */
    bool caught_up;    /* the feed was read to its end since the start: signing is allowed */
    bool all_sent;     /* everything in the outbox is receipted */
    bool halted;       /* sending needs a person; told so */
    bool later;        /* the failure at hand passes by itself: try again */
    struct direction sending, reading;
    int64_t certificate_ms; /* when its end is looked at next */
    int64_t clock_retry_ms; /* a batch that was too early for the hub is cut again then */
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
/* Keeps what doesn't hold, in a transaction of its own. */
void pt_connector_keep_evidence(struct pt_connector *c, int code, const char *what,
                                struct pt_span bytes);
int pt_connector_save_view(struct pt_connector *c, struct pt_err *err); /* in a transaction */

/* ---- author.c: gives a record its place in the stream and puts it into the outbox ---- */

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
/* In a transaction: signs what is pending where no statement is under way. */
int pt_connector_send_cut(struct pt_connector *c, struct pt_err *err);

/* ---- refusal.c ---- */

int pt_connector_refusal_take(struct pt_connector *c, const struct pt_batch_row *b,
                              const struct pt_answer *a, struct pt_span reply, struct pt_err *err);
/* May this refused batch be cut again? 0, or why a person is needed first. */
int pt_connector_refusal_allows(struct pt_connector *c, const struct pt_batch_row *b,
                                struct pt_err *err);

/* ---- receive.c ---- */

/* One page of the feed. *ret_new says whether it held anything. As pt_connector_send_all about
 * c->later. */
int pt_connector_receive(struct pt_connector *c, int wait_s, bool *ret_new, struct pt_err *err);

#endif
