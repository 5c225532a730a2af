/* A log made in memory for the tests of ledger and rules: records by party, day by day, as entries
 * that pt_ledger_apply and pt_fold_apply take. Signatures are absent: the fold reads none. */
#ifndef PENTAD_TEST_MKLOG_H
#define PENTAD_TEST_MKLOG_H

#include <pentad/base/arena.h>
#include <pentad/base/clock.h>
#include <pentad/ledger/ledger.h>
#include <pentad/v1/record.pb-c.h>

#define K(name) PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_##name

enum { MK_STREAMS = 16 };

struct mk_stream {
    char party[33];
    char name[33];
    uint64_t next_seq;
    struct pt_span *recs; /* queued */
    size_t n;
    size_t cap;
    bool silent;
};

struct mklog {
    struct mk_stream s[MK_STREAMS];
    size_t n_streams;
    struct pt_fold_entry *e;
    uint64_t first; /* log index of e[0] */
    size_t n;
    size_t cap;
    int32_t day; /* of issued_at_ms */
    int64_t ms;  /* grows with each record */
    uint64_t nonce;
    bool closes;       /* mk_tick closes the day on every stream that isn't silent */
    int pay_precision; /* of mk_pay: 2 a month, 3 a year; 0 a day */
    /* NULL: a flush makes one entry a stream, in the order of first use. Else streams come in
       pieces that lie among each other by chance, each stream's own order kept. */
    struct pt_rng *among;
    bool nonceless; /* the next record has no nonce, as no hub may take it */
    /* Of the next record made by mk_json: NULL = none; NULL = main; 0 = what its day gives. */
    const char *doc_no;
    const char *stream;
    int64_t issued_at_ms;
    struct pt_arena arena;
};

struct mk_ref {
    Pentad__V1__RecordRef ref; /* points into the log's arena */
};

void mk_init(struct mklog *m); /* begins with a genesis entry */
void mk_done(struct mklog *m);
/* Frees what the flushed entries and all references hold; the log goes on after them. */
void mk_forget(struct mklog *m);
/* Queues the record on party/main: seq, nonce, issued_at_ms are filled in. */
struct mk_ref mk_add(struct mklog *m, const char *party, Pentad__V1__Record *r);
struct mk_ref mk_add_on(struct mklog *m, const char *party, const char *stream,
                        Pentad__V1__Record *r);
/* Queued records of every stream become one entry each, in the order of first use. */
void mk_flush(struct mklog *m);
void mk_flush_stream(struct mklog *m, const char *party, const char *stream);
/* Closes (see above), flushes, then hub/main: the Tick of that day. */
void mk_tick(struct mklog *m, int32_t day);
/* The H03 as the hub writes it, from what pt_fold_snapshot gives. */
struct mk_ref mk_snapshot(struct mklog *m, struct pt_span packed);
void mk_close_day(struct mklog *m, const char *party, const char *stream, int32_t day, bool final);
void mk_silent(struct mklog *m, const char *party, const char *stream, bool silent);

/* A record of any type: `body` is the JSON of its body message, a printf format (write %% for %),
 * with 'single' quotes for "double" ones, so that it reads in C. kind K(NONE) and key NULL for a
 * record without a subject. Asserts that it is well formed; whether it is valid it doesn't ask. */
struct mk_ref mk_json(struct mklog *m, const char *party, const char *code, int kind,
                      const char *key, int32_t fy, int32_t effective, const char *body, ...)
    __attribute__((format(printf, 8, 9)));
/* The same with a correction of `corrects`. */
struct mk_ref mk_json_correcting(struct mklog *m, int correction, const struct mk_ref *corrects,
                                 const char *party, const char *code, int kind, const char *key,
                                 int32_t fy, int32_t effective, const char *body, ...)
    __attribute__((format(printf, 10, 11)));
/* A RecordRef for such a body; lives as long as the log. */
const char *mk_ref_json(struct mklog *m, const struct mk_ref *ref);

/* Bodies in short. Strings are copied by packing. */
Pentad__V1__Record mk_record(int kind, const char *key, int32_t fy, int32_t effective);
struct mk_ref mk_project(struct mklog *m, const char *key, const char *name, const char *dept,
                         const int32_t *curve12);
struct mk_ref mk_org(struct mklog *m, int kind, const char *key, const char *name,
                     const char *parent, const char *rgn);
struct mk_ref mk_allot(struct mklog *m, int kind, const char *subject, const char *dept,
                       const char *quota_no, const char *func, int32_t fy, int32_t on, int64_t fen,
                       const char *control_key);
struct mk_line {
    const char *voucher;
    const char *subject;
    const char *quota_no;
    int64_t fen; /* negative: REFUND */
    int basis;
    const char *control_key;
};
struct mk_ref mk_pay(struct mklog *m, const char *unit, int32_t fy, int32_t pay_date,
                     const struct mk_line *lines, size_t n, const struct mk_ref *reverses);
struct mk_ref mk_approve_budget(struct mklog *m, int kind, const char *rgn, const char *doc,
                                int32_t fy, int32_t on, const char *func, const char *dept,
                                const char *subject, int64_t fen, int src_unit);
struct mk_ref mk_eval(struct mklog *m, int kind, const char *subject, int32_t fy, int32_t on,
                      int32_t total_cp, const struct mk_ref *replaces,
                      const struct mk_ref *reviewed);
struct mk_ref mk_month(struct mklog *m, const char *subject, int32_t month, int64_t cum_paid,
                       const struct mk_ref *replaces);
struct mk_ref mk_control(struct mklog *m, int action, const char *subject, const char *unit,
                         int32_t fy, int32_t on, int64_t fen);
struct mk_ref mk_audit_paid(struct mklog *m, const char *subject, int32_t fy, int32_t on,
                            int64_t fen, const struct mk_ref *replaces);
struct mk_ref mk_finding(struct mklog *m, const char *subject, int32_t fy, int32_t on,
                         const char *no, int category, int severity, int32_t due, int64_t fen,
                         int correction, const struct mk_ref *corrects);
struct mk_ref mk_verify(struct mklog *m, const char *subject, int32_t fy, int32_t on,
                        const struct mk_ref *finding, int status);

#endif
