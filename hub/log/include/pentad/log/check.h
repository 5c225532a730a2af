/* Full verification of a log: every record, leaf, tile, chain and signature is computed anew from
 * the bytes at rest. What `pentad log check` runs.
 * Knows the formats; trusts the genesis hash that its caller brings, and nothing that is stored.
 * Any thread; the store may be in use by a hub meanwhile. docs/formats.md 1, 2 and 3. */
#ifndef PENTAD_LOG_CHECK_H
#define PENTAD_LOG_CHECK_H

#include <pentad/base/err.h>
#include <pentad/log/store.h>
#include <pentad/proof/checkpoint.h>
#include <pentad/proof/sigverify.h>

#define PT_LOG_CHECK_FAULTS_MAX 1000 /* further ones are counted, not reported */

struct pt_log_check_opts {
    const struct pt_hash *hub; /* the caller's genesis hash; NULL: the log's own is only shown */
    struct pt_sigverify verify;
    /* A fault: code, where ("log entry 17 (finance/main#1-512)", "page 9 (index …)"), what. */
    void (*fault)(void *ctx, int code, const char *where, const char *what);
    void (*progress)(void *ctx, uint64_t done, uint64_t total); /* may be NULL */
    void *ctx;
};

struct pt_log_check_result {
    uint64_t entries, records, record_bytes, refusals, tiles, faults;
    struct pt_hash hub;
    struct pt_hash root;  /* over all entries, as computed */
    uint64_t signed_size; /* of the largest signed checkpoint */
};

/* Entries gapless; each LogEntry strict; statement signed by a key live at its log position;
 * sequence and `previous` continue the stream; every record's hash under records_root; received_at
 * never goes back; tiles and head equal the computed; the checkpoint's signature; refusals signed
 * and in order; then the store's own structures. Returns 0 whenever the log could be looked at:
 * ret->faults says whether it is sound. */
int pt_log_check(struct pt_store *s, const struct pt_log_check_opts *o,
                 struct pt_log_check_result *ret, struct pt_err *err);

/* The same for a static tile tree (checkpoint, tile/…). It holds no records, so keys are known as
 * far as Genesis enrols them: entries under later keys are checked but for their signature. Where
 * opts->hub is NULL the tree's own genesis is taken. */
int pt_log_check_dir(const char *dir, const struct pt_log_check_opts *o,
                     struct pt_log_check_result *ret, struct pt_err *err);

#endif
