/* What the files of this room share. Not for others.
 *
 * A record is *live* at log size K if live_from < K and (live_to is NULL or live_to >= K): both are
 * log indexes. live_from is NULL while it waits (approvals, an unresolved correction) and for what
 * is no fact of its own (a withdrawal, a loser of two corrections of one record). */
#ifndef PENTAD_LEDGER_INTERNAL_H
#define PENTAD_LEDGER_INTERNAL_H

#include <openssl/evp.h>
#include <sqlite3.h>

#include <pentad/base/arena.h>
#include <pentad/ledger/ledger.h>
#include <pentad/record/catalogue.h>
#include <pentad/sql/sql.h>
#include <pentad/v1/envelope.pb-c.h>
#include <pentad/v1/record.pb-c.h>

#include "plan.h"

enum {
    PT_TAG_MAX = 256,
    PT_STREAM_CACHE = 64,
    PT_FIG_STMTS = 32,
    PT_DAYS_KEPT = 1024,
    PT_CALENDARS_CAP = 2048,
    PT_TERM_STMTS = 192
};
enum { PT_SUBJECTS_KEPT = 4096, PT_SUBJECT_KEPT_CAP = 36, PT_PAID_KEPT = 8192 };

struct pt_stream_row {
    char party[40];
    char name[40];
    int64_t sid;
};

/* Whether a day is a working day, as found before; day 0: none. */
struct pt_day_kept {
    int32_t day;
    bool works;
};

/* A subject that payment lines named before, by a hash of the key; item 0: none. */
struct pt_paid_kept {
    int64_t item;
    int64_t rec; /* the last batch noted for it */
    char key[PT_SUBJECT_KEPT_CAP];
};

enum pt_ledger_stmt {
    PT_S_STREAM_GET,
    PT_S_STREAM_ADD,
    PT_S_STREAM_WROTE,
    PT_S_STREAM_CLOSE,
    PT_S_STREAM_FREEZE,
    PT_S_ENTRY,
    PT_S_RECORD,
    PT_S_SUBJ,
    PT_S_REF,
    PT_S_BY_REF,
    PT_S_LINK,
    PT_S_VOID,
    PT_S_ENACT,
    PT_S_NEXT,
    PT_S_LOST,
    PT_S_BEATS,
    PT_S_RECHECK,
    PT_S_WAIT,
    PT_S_WAITER,
    PT_S_CORRECTED_BY,
    PT_S_UNWAIT,
    PT_S_AWAIT,
    PT_S_TICK,
    PT_S_STATE,
    PT_S_TAKEN,
    PT_S_RIVAL,
    PT_S_SAID,
    PT_S_PAID_GET,
    PT_S_PAID_ADD,
    PT_S_PAID_BATCH,
    PT_S_PAID_MONTH,
    PT_S_COUNT
};

struct pt_snap;
struct pt_paysums;

/* The right edge of the log's tree with SM3: a node for each bit set in `size`. */
enum { PT_SM3_LEN = 32, PT_SM3_LEVELS = 64 };
struct pt_sm3_edge {
    uint64_t size;
    uint8_t node[PT_SM3_LEVELS][PT_SM3_LEN];
};

struct pt_ledger {
    struct pt_sql sql;
    bool write;
    bool in_txn;
    uint64_t cursor;
    int64_t next_rec;
    int64_t waiting;            /* corrections whose target isn't there yet */
    struct pt_ledger_tick tick; /* the last one */
    struct pt_plan *plans[PT_TAG_MAX];
    struct pt_in_memory in_memory; /* of a write handle */
    sqlite3_stmt *st[PT_S_COUNT];
    struct pt_stream_row streams[PT_STREAM_CACHE];
    size_t n_streams;
    struct pt_subject_kept {
        int kind;
        char key[PT_SUBJECT_KEPT_CAP];
    } subjects[PT_SUBJECTS_KEPT]; /* known to stand in subj; by a hash of the key */
    struct pt_paid_kept paid[PT_PAID_KEPT];
    int64_t paid_month; /* noted last; -1: none */
    struct pt_arena arena;
    struct pt_buf scratch;
    sqlite3_stmt *workday; /* prepared when first asked */
    struct pt_day_kept workdays[PT_DAYS_KEPT];
    char calendars[PT_CALENDARS_CAP]; /* that those are true of */
    uint32_t workdays_version;        /* of the file, when they were looked at */
    bool workdays_unsure;             /* something came since */
    sqlite3_stmt *fig[PT_FIG_STMTS];  /* of figsql.c; the same */
    struct {
        const char *text; /* a term's, by its address */
        sqlite3_stmt *st;
    } terms[PT_TERM_STMTS]; /* of figterm.c */
    size_t n_terms;
    char scope[160]; /* what temp.scope holds now; "" nothing */
    char days[64];   /* what temp.paid_days holds now */
    char lines[200]; /* what temp.quota_line and temp.line_pay hold now */
    EVP_MD_CTX *md;
    EVP_MD *sha256;
    EVP_MD *sm3;
    struct pt_sm3_edge edge;       /* of a write handle */
    bool parts;                    /* it holds a bundle's entries alone: no tree is over them */
    struct pt_snap *snap;          /* of a write handle: snapkeep.h */
    struct pt_paysums *paysums;    /* of a write handle: paysums.c */
    struct pt_ledger_applied *now; /* while an entry is applied */
};

/* One record on its way in. */
struct pt_folding {
    int64_t rec;
    uint64_t log_index;
    int64_t sid;
    const char *party;
    enum pt_party author; /* the same */
    uint64_t seq;
    uint8_t hash[32];
    const Pentad__V1__Record *r;
};

/* ledger.c */
int pt_ledger_load(struct pt_ledger *l, struct pt_err *err);
int pt_ledger_sid(struct pt_ledger *l, const char *party, const char *name, int64_t *ret_sid,
                  struct pt_err *err);
int pt_ledger_set_state(struct pt_ledger *l, const char *key, int64_t value, struct pt_err *err);

/* apply.c */
int pt_ledger_prepare(struct pt_ledger *l, struct pt_err *err);

/* correct.c: how a record stands to the ones before it; its own row is written already (alone:
 * live unless it waits). */
int pt_correct_settle(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err);
/* At a tick: what has its approvals now comes into force. */
int pt_correct_approvals(struct pt_ledger *l, uint64_t log_index, struct pt_err *err);
bool pt_correct_needs_approval(int type);

/* agg.c: at a tick, the changed records (temp.changed), what moved (temp.d_pay, temp.d_subject,
 * temp.d_quota) and the sums. */
int pt_agg_prepare(struct pt_ledger *l, struct pt_err *err);
int pt_agg_tick(struct pt_ledger *l, int64_t last_rec, struct pt_err *err);

/* paiditems.c: whose payment lines a batch has (paid_item, paid_batch). */
int pt_paid_note(struct pt_ledger *l, int64_t rec, const Pentad__V1__PaymentBatch *p,
                 struct pt_err *err);

/* streams.c: how far each stream has come, for rules that must not judge before a party has said
 * all of a day. */
int pt_stream_genesis(struct pt_ledger *l, int64_t sid, struct pt_err *err);
int pt_stream_wrote(struct pt_ledger *l, int64_t sid, struct pt_err *err); /* a batch */
/* StreamClose and Incident; any other record is nothing to it. */
int pt_stream_record(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err);
/* At a tick, once temp.changed stands: lifts act, closed_day is as of now. */
int pt_stream_tick(struct pt_ledger *l, struct pt_err *err);

/* funcs.c: functions for SQL. */
int pt_funcs_register(struct pt_ledger *l, struct pt_err *err);

/* funcdays.c: calendars may have changed in this transaction. */
void pt_workdays_forget(struct pt_ledger *l);

/* figfn.c: figures for SQL. */
int pt_figfn_register(struct pt_ledger *l, struct pt_err *err);

/* ---- sm3.c: write handles ---- */

int pt_sm3_append(struct pt_ledger *l, struct pt_span log_entry, struct pt_err *err);
/* Of all that was appended, which isn't nothing. */
int pt_sm3_root(struct pt_ledger *l, uint8_t ret[PT_SM3_LEN], struct pt_err *err);
/* In a transaction; and back. */
int pt_sm3_store(struct pt_ledger *l, struct pt_err *err);
int pt_sm3_load(struct pt_ledger *l, struct pt_err *err);

#endif
