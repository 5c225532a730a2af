/* Accept or refuse a batch. Two steps: examining (heavy, any thread, no state but a
 * snapshot) finds the facts; deciding (cheap, the writer thread) takes facts, stream state and who
 * sent it, and gives the one answer that the acceptance order demands.
 * Knows batches, keys, the catalogue; must not know storage, network or clocks: time and look-ups
 * are handed in. docs/formats.md 1 ("Acceptance").
 *
 *   body ──► pt_intake_examine ──► facts ──► pt_intake_decide ──► ACCEPT          append, receipt
 *            (worker)                        (writer)             RECEIPT_AGAIN   as it was
 *                                                                 REFUSAL_AGAIN   as it was
 *                                                                 REFUSE          signed, durable
 *                                                                 CONFLICT        Incident, 409
 *                                                                 REJECT          unsigned 4xx */
#ifndef PENTAD_INTAKE_INTAKE_H
#define PENTAD_INTAKE_INTAKE_H

#include <pentad/intake/exchange.h>
#include <pentad/v1/record.pb-c.h>

#define PT_BATCH_JSON_MAX (12u * 1024 * 1024) /* bytes of the JSON form */

enum pt_intake_form { PT_INTAKE_PROTOBUF, PT_INTAKE_JSON };

struct pt_intake_fault {
    uint64_t seq; /* 0: the batch as a whole */
    int code;
    const char *field;
    const char *message;
};

/* What is true of a submitted batch whatever the stream's state. */
struct pt_intake_facts;

/* `body` is borrowed until pt_intake_facts_free (records are stored straight from it). now_ms is
 * what received_at will be, near enough for validation. Always gives facts, whatever is wrong with
 * the batch; the return value is PT_E_NOMEM or 0. `snapshot` is referenced, not taken. */
int pt_intake_examine(struct pt_intake_snapshot *snapshot, enum pt_intake_form form,
                      struct pt_span body, int64_t now_ms, struct pt_intake_facts **ret);
void pt_intake_facts_free(struct pt_intake_facts *f); /* NULL is fine */

/* NULL where the envelope or statement couldn't be opened. Borrowed, like all that follows. */
const struct pt_statement *pt_intake_facts_statement(const struct pt_intake_facts *f);
struct pt_span pt_intake_facts_envelope(const struct pt_intake_facts *f); /* Envelope bytes */
struct pt_span pt_intake_facts_records(const struct pt_intake_facts *f);  /* records section */
struct pt_span pt_intake_facts_held(const struct pt_intake_facts *f);     /* held checkpoint */
uint32_t pt_intake_facts_marks(const struct pt_intake_facts *f);

/* Look-ups that only rare paths need (a statement below the head, one that saw an old tree). They
 * count what is accepted or refused but not yet committed. */
struct pt_intake_ports {
    /* The logged entry with that statement: 0 and its index, or PT_E_NOT_FOUND. */
    int (*logged)(void *ctx, const struct pt_hash *statement, uint64_t *ret_index);
    /* 0 if that statement was refused and the refusal is kept, or PT_E_NOT_FOUND. Appends the
     * refused statement's envelope where ret_envelope isn't NULL. */
    int (*refused)(void *ctx, const struct pt_hash *statement, struct pt_buf *ret_envelope);
    /* The logged batch that holds that sequence number: its log index, its envelope appended; or
     * PT_E_NOT_FOUND. */
    int (*holder)(void *ctx, const char *party, const char *stream, uint64_t seq,
                  uint64_t *ret_index, struct pt_buf *ret_envelope);
    /* The tree head at that size, or PT_E_RANGE beyond the log. */
    int (*root_at)(void *ctx, uint64_t size, struct pt_hash *ret);
    void *ctx;
};

enum pt_intake_verdict {
    PT_INTAKE_ACCEPT,
    PT_INTAKE_RECEIPT_AGAIN, /* index: the entry */
    PT_INTAKE_REFUSAL_AGAIN, /* statement: whose refusal */
    PT_INTAKE_REFUSE,        /* code, faults; `claims` goes into the refusal's row */
    PT_INTAKE_CONFLICT, /* 409 equivocation: with `index` or, where with_refused, `statement` */
    PT_INTAKE_REJECT    /* code: an unsigned problem, nothing is kept */
};

struct pt_intake_decision {
    enum pt_intake_verdict verdict;
    int code;          /* 0 or PT_E_… */
    bool claims;       /* REFUSE: the key was live */
    bool with_refused; /* CONFLICT: with a refused statement, not a logged one */
    uint64_t index;
    struct pt_hash statement;
    const struct pt_intake_fault *faults; /* REFUSE; borrowed from the facts or from here */
    size_t n_faults;
    struct pt_intake_fault own; /* where the fault is about the statement */
    struct pt_err err;          /* the sentence */
    struct pt_buf other;        /* CONFLICT: the other statement's envelope */
};
void pt_intake_decision_init(struct pt_intake_decision *d);
void pt_intake_decision_done(struct pt_intake_decision *d);

/* Writer thread. tls_party: the party that the TLS identity names, never NULL or empty (an unknown
 * identity doesn't come this far). Returns 0 and a decision; PT_INTAKE_STALE where the facts were
 * found against another snapshot than the exchange's present one (examine again with
 * pt_exchange_snapshot(x), then decide again); or a look-up's failure (PT_E_STORE …). *ret is
 * initialised; it may be used again. */
#define PT_INTAKE_STALE 1
int pt_intake_decide(const struct pt_exchange *x, struct pt_intake_facts *f, const char *tls_party,
                     const struct pt_intake_ports *ports, struct pt_intake_decision *ret);

/* received_at for an accepted batch: now, but never before what was received last. */
int64_t pt_intake_received_at(const struct pt_exchange *x, int64_t now_ms);

/* Appends the LogEntry of accepted facts. PT_E_TOO_LARGE can't arise: examined. */
int pt_intake_entry_write(const struct pt_intake_facts *f, int64_t received_at_ms,
                          struct pt_buf *out, struct pt_err *err);
/* Takes the accepted batch into the exchange at that log index. The log must follow: if its append
 * fails the exchange is ahead of it and must be rebuilt. */
int pt_intake_accept(struct pt_exchange *x, const struct pt_intake_facts *f, uint64_t log_index,
                     int64_t received_at_ms, struct pt_err *err);
/* Appends the Refusal message (the payload to sign) for a REFUSE decision, and takes it into the
 * exchange: the same rule about the log holds. */
int pt_intake_refuse(struct pt_exchange *x, const struct pt_intake_facts *f,
                     const struct pt_intake_decision *d, int64_t now_ms, uint64_t tree_size,
                     const struct pt_hash *root, struct pt_buf *ret_refusal, struct pt_err *err);

/* The Incident record (unsigned, without seq or nonce) that freezes a stream over two conflicting
 * envelopes; its strings and bytes are borrowed from the arguments and the facts. */
struct pt_intake_incident {
    Pentad__V1__Record record;
    Pentad__V1__Incident incident;
    Pentad__V1__Envelope *a, *b; /* owned */
};
int pt_intake_incident_make(struct pt_intake_incident *ret, const struct pt_intake_facts *f,
                            struct pt_span other_envelope, int64_t issued_at_ms,
                            struct pt_err *err);
void pt_intake_incident_done(struct pt_intake_incident *i);

#endif
