/* A party's side of the exchange: cutting a signed batch, and checking what the hub answers.
 * Pure functions of bytes but for signing; any thread. docs/formats.md 1. */
#ifndef PENTAD_CLIENT_BATCH_H
#define PENTAD_CLIENT_BATCH_H

#include <stdint.h>

#include <pentad/v1/envelope.pb-c.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/certs/key.h>
#include <pentad/client/trust.h>
#include <pentad/proof/hash.h>
#include <pentad/proof/keyhistory.h>

#define PT_CLIENT_ANSWER_MAX (16u * 1024 * 1024)

struct pt_batch_cut {
    struct pt_hash hub;
    const char *party;
    const char *stream;
    uint64_t first_seq;
    const struct pt_hash *record_hashes;
    uint32_t record_count;
    struct pt_hash previous;
    const struct pt_hash *supersedes; /* NULL: replaces nothing */
    uint64_t seen_size;               /* the largest checkpoint verified so far */
    struct pt_hash seen_root;
    int64_t signed_at_ms;
};
/* Appends the Envelope's bytes; *ret_statement is the statement's hash. pentad/proof/batch.h makes
 * a Batch of it. */
int pt_batch_sign(const struct pt_batch_cut *cut, const struct pt_key *key,
                  struct pt_buf *ret_envelope, struct pt_hash *ret_statement, struct pt_err *err);
/* What was learnt from a submission's answer. */
struct pt_answer {
    bool refused;
    /* With an error: nobody of the hub has signed this, so it is no answer at all: send the same
     * bytes again. Without it, a checkpoint of the hub's is evidence against it. */
    bool ignored;
    /* a receipt */
    uint64_t log_index;
    int64_t received_at_ms;
    uint64_t checkpoint_size;
    struct pt_hash checkpoint_root;
    struct pt_span checkpoint; /* the signed note, inside `receipt` */
    /* a refusal, verified; free with pt_answer_done */
    Pentad__V1__Refusal *refusal;
    Pentad__V1__SubmitReply *reply; /* owner of the bytes */
};
/* Checks a SubmitReply against the statement that was sent: a receipt's entry holds that
 * statement, its proof leads to a checkpoint that the policy accepts; a refusal names that
 * statement and is signed by a key that was the hub's (keys). PT_E_PROOF, PT_E_SIGNATURE,
 * PT_E_POLICY …: then *ret holds `ignored` alone. */
int pt_answer_open(struct pt_span reply, const struct pt_hash *statement,
                   const struct pt_trust *trust, const struct pt_keyhistory *keys,
                   struct pt_answer *ret, struct pt_err *err);
void pt_answer_done(struct pt_answer *a);

#endif
