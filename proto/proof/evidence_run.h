/* Private to the room: one verification of an evidence bundle under way. */
#ifndef PENTAD_PROOF_EVIDENCE_RUN_H
#define PENTAD_PROOF_EVIDENCE_RUN_H

#include <pentad/v1/record.pb-c.h>

#include <pentad/proof/evidence.h>

/* A checkpoint text that was judged already: bundles carry the same one many times. */
struct pt_judged_note {
    struct pt_span note; /* into the bundle */
    struct pt_checkpoint checkpoint;
    int code;
    char msg[256];
};

/* A batch of the bundle after its checks. */
struct pt_evidence_batch {
    bool opened; /* the entry is open; what it proves is another matter */
    bool ok;     /* and every check of it held */
    struct pt_entry entry;
    uint64_t log_index;
    const struct pt_keyhistory_key *key; /* the enrolled key that signed; NULL if none */
};

struct pt_evidence_run {
    struct pt_evidence_result *r;
    const struct pt_hash *hub;
    const struct pt_policy *policy;
    const struct pt_sigverify *sv;
    const struct pt_evidence_ledger *ledger; /* NULL: no figure is made anew */
    bool nomem;
    size_t cap_steps, cap_notes, n_notes;
    struct pt_judged_note *notes;
};

/* Notes a failure. */
void pt_evidence_fail(struct pt_evidence_run *run, const char *step, int code, const char *where,
                      const char *what);
/* Notes that a step held, in a sentence. */
void pt_evidence_held_so(struct pt_evidence_run *run, const char *step, const char *where,
                         const char *what);
/* Notes that a kind of step held: "<n> <what>". */
void pt_evidence_held(struct pt_evidence_run *run, const char *step, uint64_t n, const char *one,
                      const char *many);

/* The proof's checkpoint under the policy, then the leaf at its place in it. */
bool pt_evidence_inclusion(struct pt_evidence_run *run, const char *where,
                           const struct pt_hash *leaf, uint64_t log_index, bool has_proof,
                           ProtobufCBinaryData proof);
/* Opens a batch entry: statement, hub, inclusion, signature, key. `records` are the bundle's
 * records of that batch, as far as it has them. */
void pt_evidence_check_batch(struct pt_evidence_run *run, const Pentad__V1__EvidenceBatch *b,
                             bool only_key_changes, struct pt_evidence_batch *ret);
/* A record of an opened batch: its path to records_root, its strict encoding, its seq. The decoded
 * record is given back (free it) where everything held, else NULL. */
Pentad__V1__Record *pt_evidence_check_record(struct pt_evidence_run *run,
                                             const Pentad__V1__EvidenceRecord *rec,
                                             const struct pt_evidence_batch *b);
/* Each record that the bundle only names: no proof says that its reader may not read it. */
void pt_evidence_check_withheld(struct pt_evidence_run *run);
/* What the bundle says it is of, against its records and its opened batches. */
void pt_evidence_check_about(struct pt_evidence_run *run, const struct pt_evidence_batch *batches);
/* A record's path to the statement's records_root, at its number. */
int pt_evidence_path(const Pentad__V1__EvidenceRecord *rec, const struct pt_statement *s,
                     struct pt_err *err);
/* Are all records of a key entry KeyChanges, as on the stream that a recovery key signs? */
bool pt_evidence_all_key_changes(const Pentad__V1__EvidenceKeyEntry *k);
/* The hash of a record of the bundle, be its bytes there or not. PT_E_FORMAT. */
int pt_evidence_leaf(const Pentad__V1__EvidenceRecord *rec, struct pt_hash *ret);
/* One that is its hash alone, erased or withheld: its path to records_root. */
bool pt_evidence_check_hash(struct pt_evidence_run *run, const Pentad__V1__EvidenceRecord *rec,
                            const struct pt_evidence_batch *b);
/* evidence_erased.c: each erased record has its order, which two bodies approved, among the
 * records. */
void pt_evidence_check_orders(struct pt_evidence_run *run);
/* The bundle's figure, once its records are checked: evidence_figure.c. */
void pt_evidence_check_figure(struct pt_evidence_run *run);
void pt_evidence_batch_done(struct pt_evidence_batch *b);

#endif
