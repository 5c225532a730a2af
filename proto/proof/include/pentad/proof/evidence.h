/* Offline verification of an evidence bundle: trust (genesis hash, policy) comes from the caller,
 * everything else from the bundle's bytes. Reports every failed step, not the first.
 * No files, no network, no clock. One thread a verification. docs/formats.md 6. */
#ifndef PENTAD_PROOF_EVIDENCE_H
#define PENTAD_PROOF_EVIDENCE_H

#include <pentad/v1/envelope.pb-c.h>
#include <pentad/v1/evidence.pb-c.h>
#include <pentad/v1/hub.pb-c.h>

#include <pentad/proof/entry.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/proof/merkle.h>
#include <pentad/proof/policy.h>
#include <pentad/proof/sigverify.h>
#include <pentad/record/party.h>

#define PT_EVIDENCE_MAX (256u * 1024 * 1024)

#define PT_EVIDENCE_STEPS_MAX 10000 /* further failures are counted, not listed */

/* EvidenceAbout's kinds. */
#define PT_EVIDENCE_BATCH "batch"
#define PT_EVIDENCE_DISCREPANCY "discrepancy"
#define PT_EVIDENCE_SUBJECT_YEAR "subject_year"

/* Steps that held are summed up, one line a kind; failed ones stand one by one. */
struct pt_evidence_step {
    const char *step; /* stable word: trust, bundle, genesis, checkpoint, inclusion, statement,
                         signature, key, key-history, path, record, erasure, withheld, about,
                         figure, completeness */
    int code;         /* 0 held, else PT_E_… */
    char what[256];   /* a sentence */
    char where[96];   /* e.g. finance/treasury#1234, log entry 17; empty for the whole */
};

struct pt_evidence_record {
    char party[33];
    char stream[33];
    uint64_t seq;
    struct pt_hash hash;
    struct pt_span bytes; /* as its author produced it; inside result->bundle; empty where it
                             isn't there */
    bool erased;          /* destroyed by an order that the bundle proves, with its approvals */
    char order[96];       /* that order's id */
    bool withheld;        /* named alone: it stands there, and the bundle doesn't show it */
    uint64_t log_index;
    int64_t received_at_ms;
    int64_t signed_at_ms;
    struct pt_hash signing_key;
    uint64_t key_from; /* log index that enrolled the key */
    bool ok;           /* every step that concerns this record held */
};

struct pt_evidence_checkpoint {
    uint64_t size;
    struct pt_hash root;
    unsigned witnesses; /* how many trusted cosignatures */
};

/* Which pages and rows a snapshot's digests are over has a number, which an H03 says; one of before
 * there was a number is of format 1. Digests of two formats say nothing of each other. */
enum { PT_EVIDENCE_FORMAT = 2 };
uint32_t pt_evidence_format(const Pentad__V1__LedgerSnapshot *s);

/* What a figure was proven complete by. */
struct pt_evidence_complete {
    bool proven;
    int32_t day;           /* of the tick that it is complete as of */
    uint64_t log_size;     /* of that tick */
    pt_party_set by;       /* who attested the snapshot */
    size_t members;        /* subjects that the figure sums, its own not counted */
    uint32_t other_format; /* of its snapshot, which isn't PT_EVIDENCE_FORMAT; 0: it is */
};

struct pt_evidence_result {
    int exit_code; /* 0 all held, 1 a check failed, 2 unusable input (no trust, not a bundle) */
    size_t n_steps, n_failed;
    size_t n_withheld; /* of those that failed: proven to stand there, and withheld */
    struct pt_evidence_step *steps;
    size_t n_records;
    struct pt_evidence_record *records; /* same order as bundle->records */
    size_t n_checkpoints;
    struct pt_evidence_checkpoint *checkpoints;
    struct pt_evidence_complete complete; /* of the bundle's figure, if any */
    Pentad__V1__EvidenceBundle *bundle;   /* decoded; NULL where exit_code is 2 */
    const Pentad__V1__Genesis *genesis;   /* verified; NULL if it wasn't */
    struct pt_entry genesis_entry;
    struct pt_keyhistory *keys; /* as far as the bundle tells it */
};

/* hub: the genesis leaf hash, NULL if the caller has none; policy NULL likewise: exit code 2.
 * Returns 0 whenever there is a result (whatever its exit code), PT_E_NOMEM else. */
int pt_evidence_verify(struct pt_span bundle, const struct pt_hash *hub,
                       const struct pt_policy *policy, const struct pt_sigverify *sv,
                       struct pt_evidence_result **ret, struct pt_err *err);

/* What the bundle's records alone give, as of the tick of a snapshot. Parts are 0 facts, 1
 * payments. */
enum { PT_EVIDENCE_PAYMENTS = 1, PT_EVIDENCE_PARTS = 2, PT_EVIDENCE_BRANCHES = 16 };
/* Pages of no year, with what stands in their subject's place: a subject's records that say whose
 * it is, and the years of its payments; who was ever said to be a body's; what was done about a
 * subject; a record ("audit/main#7") and what answers it; a year ("2020") and what binds its
 * budget; a department's document ("18/11370100004188813W/济财预〔2019〕1号", the first number is
 * the department's length in bytes) and what is shifted out by it. */
enum {
    PT_EVIDENCE_WHOSE = 0,
    PT_EVIDENCE_MEMBERS = 1,
    PT_EVIDENCE_STEPS = 2,
    PT_EVIDENCE_ANSWERS = 3,
    PT_EVIDENCE_BINDING = 4,
    PT_EVIDENCE_DOCUMENT = 5
};
#define PT_EVIDENCE_RULES "H07" /* in a subject's place: the rule sets, of no year */
struct pt_evidence_page {
    unsigned part;
    char *subject; /* its key, allocated */
    int32_t fiscal_year;
    bool there;          /* else these records give none */
    struct pt_hash head; /* where it is there */
};
struct pt_evidence_refolded {
    struct pt_evidence_page *pages; /* all that the figure rests on; allocated */
    size_t n_pages, cap_pages;
    size_t members; /* subjects that the figure sums, its own not counted */
    bool na;
    int64_t value;
    const char *unit, *formula; /* static */
    bool by_day;                /* its valid date leaves out something that a row counts */
    bool rules;                 /* the rule set in force is the snapshot's */
};
/* PT_E_NOMEM: it isn't added. `head` NULL: there is none. */
int pt_evidence_refolded_add(struct pt_evidence_refolded *r, unsigned part, const char *subject,
                             int32_t fiscal_year, const struct pt_hash *head);
void pt_evidence_refolded_done(struct pt_evidence_refolded *r);

/* What a page is in its node: its head, which nobody guesses, under its name. */
/* A node's head: of n entries, whose RFC 9162 head is given, or of 16 nodes'. Each says which it
 * is, so that one can't be shown as the other. No pages: the empty tree. */
void pt_evidence_leaf_node(size_t n, const struct pt_hash *head, struct pt_hash *ret);
void pt_evidence_inner_node(const struct pt_hash heads[PT_EVIDENCE_BRANCHES], struct pt_hash *ret);
void pt_evidence_page_entry(const char *subject, int32_t fiscal_year, const struct pt_hash *head,
                            struct pt_hash *ret);
/* How a figure is made of records, which this room doesn't know. `r` has its records checked: only
 * those that are ok count. An error: they can't be folded, or the tick isn't among them. */
struct pt_evidence_ledger {
    int (*refold)(void *ctx, const struct pt_evidence_result *r,
                  const Pentad__V1__LedgerSnapshot *snapshot, struct pt_evidence_refolded *ret,
                  struct pt_err *err);
    void *ctx;
};
/* The same, where a figure may be proven complete: it is made anew from the bundle's records, and
 * their pages lead to an H03 that audit or congress attested. */
int pt_evidence_verify_figure(struct pt_span bundle, const struct pt_hash *hub,
                              const struct pt_policy *policy, const struct pt_sigverify *sv,
                              const struct pt_evidence_ledger *ledger,
                              struct pt_evidence_result **ret, struct pt_err *err);
void pt_evidence_result_free(struct pt_evidence_result *r);

/* ---- a key history on its own ----------------------------------------------------------------
 *
 * Where keys changed after the genesis, for whoever has no records: a static tree's file and a
 * folder of evidence. The bytes are those of an EvidenceBundle with `version` and `key_history`
 * alone; a tree has the entries itself, so there `entry` has its log_index alone. */
#define PT_KEY_HISTORY_FILE "key-history"
#define PT_KEY_HISTORY_MAX (64u * 1024 * 1024)

/* Strict, of version 1, with nothing else in it. Free the bundle by its own function. */
int pt_evidence_keys_open(struct pt_span bytes, Pentad__V1__EvidenceBundle **ret,
                          struct pt_err *err);
/* Hands on the records of a key entry, in order, once each is proven to be one of `e`'s batch; `e`
 * was opened and proven by the caller. A non-zero return ends it with that code. */
typedef int (*pt_evidence_key_cb)(void *ctx, const struct pt_key_event *at, struct pt_span record);
int pt_evidence_keys_records(const Pentad__V1__EvidenceKeyEntry *k, const struct pt_entry *e,
                             pt_evidence_key_cb cb, void *ctx, struct pt_err *err);
/* Of a folder, where each entry is there with its proof: applied to `keys`, which begin with the
 * genesis, once it is proven to be logged under the log's own signature and signed by a key that
 * was live there. PT_E_… of the first that isn't. */
int pt_evidence_keys_take(struct pt_keyhistory *keys, struct pt_span bytes,
                          const struct pt_hash *hub, const struct pt_policy *policy,
                          const struct pt_sigverify *sv, struct pt_err *err);

/* Does the tlog-proof show that leaf at log_index of a tree that the policy's log has signed,
 * cosigned or not? *ret is that checkpoint. PT_E_PROOF, or why it isn't signed. */
int pt_evidence_logged(const struct pt_hash *leaf, uint64_t log_index, struct pt_span proof,
                       const struct pt_policy *policy, const struct pt_sigverify *sv,
                       struct pt_checkpoint *ret, struct pt_err *err);

#endif
