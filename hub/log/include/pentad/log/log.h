/* The log: a Merkle tree that grows over a store, checkpoints, receipts, tiles.
 * Knows leaves and hashes; must not know business data, TLS or HTTP. Signing is a port.
 *
 * Threads: pt_log_append belongs to the one writer thread. Everything else may be called from any
 * thread at any time. docs/formats.md 1 and 3. */
#ifndef PENTAD_LOG_LOG_H
#define PENTAD_LOG_LOG_H

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/log/store.h>
#include <pentad/proof/checkpoint.h>
#include <pentad/proof/merkle.h>
#include <pentad/proof/note.h>
#include <pentad/proof/tile.h>

#define PT_LOG_CHECKPOINT_MAX 4096 /* bytes of a checkpoint note of ours */

struct pt_log;

/* Appends the signed note of a checkpoint (pentad/certs/logkey.h does it). Any thread. */
struct pt_log_signer {
    int (*sign)(void *ctx, const struct pt_checkpoint *c, struct pt_buf *out, struct pt_err *err);
    void *ctx;
};

struct pt_log_config {
    struct pt_store *store;      /* borrowed; outlives the log */
    struct pt_log_signer signer; /* its note must verify under the genesis's log_vkey */
    struct pt_sigverify verify;
    int64_t publish_interval_ms; /* how often /checkpoint moves; 0: 1,000 */
};

/* Called now and then while a log is opened. */
typedef void (*pt_log_progress_cb)(void *ctx, uint64_t done, uint64_t total);

/* A store's first moment: entry 0 is the sealed genesis, under a first signed checkpoint.
 * PT_E_EXISTS where the store holds a log already. */
int pt_log_create(const struct pt_log_config *cfg, struct pt_span genesis_entry,
                  struct pt_err *err);
/* Proves to itself first: the tree is computed anew from every stored entry, must equal the
 * stored tiles, and must extend the largest checkpoint ever signed here, whose signature must hold.
 * PT_E_CORRUPT or PT_E_FORK with what is wrong; the store is then left as it is. */
int pt_log_open(const struct pt_log_config *cfg, pt_log_progress_cb progress, void *ctx,
                struct pt_log **ret, struct pt_err *err);
void pt_log_free(struct pt_log *l);

/* Copied at opening; never changes. */
const struct pt_hash *pt_log_hub(const struct pt_log *l);          /* genesis leaf hash */
const Pentad__V1__Genesis *pt_log_genesis(const struct pt_log *l); /* borrowed */
struct pt_store *pt_log_store(const struct pt_log *l);

/* Durable entries. */
uint64_t pt_log_size(const struct pt_log *l);

/* ---- writing (writer thread) ----------------------------------------------------------- */

/* Signs a checkpoint over the tree after these entries and commits entries (index is filled in),
 * refusals, closed tiles and that checkpoint in one durable transaction. On failure nothing has
 * changed: PT_E_STORE; PT_E_FORK once signing was stopped. */
int pt_log_append(struct pt_log *l, struct pt_store_entry *entries, size_t n_entries,
                  struct pt_store_refusal *refusals, size_t n_refusals, struct pt_err *err);

/* ---- receipts and proofs (any thread) -------------------------------------------------- */

/* Appends Receipt bytes for that entry: its LogEntry bytes (pass them where they are at hand, else
 * an empty span: they are read), inclusion proof and checkpoint at the log's present size. */
int pt_log_receipt(struct pt_log *l, uint64_t index, struct pt_span log_entry, struct pt_buf *out,
                   struct pt_err *err);
/* The head at any size from 1 to the present one; PT_E_RANGE. */
int pt_log_root_at(struct pt_log *l, uint64_t size, struct pt_hash *ret, struct pt_err *err);
int pt_log_consistency(struct pt_log *l, uint64_t old_size, uint64_t size,
                       struct pt_merkle_path *ret, struct pt_err *err);
/* Appends a freshly signed checkpoint of exactly that size. PT_E_RANGE, PT_E_FORK. */
int pt_log_checkpoint_at(struct pt_log *l, uint64_t size, struct pt_buf *out, struct pt_err *err);

/* ---- the public surface (any thread) --------------------------------------------------- */

/* What GET /checkpoint answers: moves to the newest checkpoint when the interval has passed at
 * now_ms. Returns true where it moved; then witnesses may be told. */
bool pt_log_publish(struct pt_log *l, int64_t now_ms);
int pt_log_published(struct pt_log *l, struct pt_buf *out, uint64_t *ret_size);
/* The bytes of a hash tile or entry bundle within the published size; PT_E_NOT_FOUND.
 * A partial width is served as long as the log has grown that far. */
int pt_log_tile(struct pt_log *l, const struct pt_tile *t, struct pt_buf *out, struct pt_err *err);

/* ---- being held to what was signed ----------------------------------------------------- */

/* A checkpoint that a client holds. 0: it is ours and this log extends it, or it isn't ours (no
 * valid signature of ours: nothing follows). PT_E_FORK: it carries our valid signature and this
 * log doesn't extend it: signing has stopped for good, and *err says why. Cheap for what we extend:
 * the signature is only looked at where the hashes differ. */
int pt_log_judge_held(struct pt_log *l, struct pt_span note, struct pt_err *err);
/* 0 while signing; PT_E_FORK and the reason once stopped. */
int pt_log_stopped(struct pt_log *l, struct pt_err *err);

#endif
