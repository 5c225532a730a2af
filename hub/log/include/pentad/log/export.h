/* Writes the log as a static tile tree: dir/checkpoint, dir/tile/…, dir/tile/entries/…, and
 * dir/key-history. Any web server can then serve it. Any thread. C2SP tlog-tiles, docs/formats.md 3
 * and 6. */
#ifndef PENTAD_LOG_EXPORT_H
#define PENTAD_LOG_EXPORT_H

#include <pentad/log/log.h>

/* Where the bytes come from: a store, or a hub over HTTP. Each appends to out. */
struct pt_log_source {
    int (*checkpoint)(void *ctx, struct pt_buf *out, struct pt_err *err);
    int (*tile)(void *ctx, const struct pt_tile *t, struct pt_buf *out, struct pt_err *err);
    void *ctx;
};

/* Where keys changed, over at least the entries that a checkpoint covered before: appended to out.
 */
struct pt_log_keys {
    int (*read)(void *ctx, struct pt_buf *out, struct pt_err *err);
    void *ctx;
};

/* Full tiles that are there already are kept; the checkpoint is checked against the tiles and
 * written last. *ret_size may be NULL. */
int pt_log_export(const struct pt_log_source *src, const struct pt_log_keys *keys,
                  const struct pt_vkey *vkey, const struct pt_sigverify *sv, const char *dir,
                  uint64_t *ret_size, struct pt_err *err);
/* A source over a store, without a signer: the largest checkpoint that was signed. Free with
 * pt_log_store_source_free. */
int pt_log_store_source(struct pt_store *s, struct pt_log_source *ret, struct pt_vkey *ret_vkey,
                        struct pt_err *err);
void pt_log_store_source_free(struct pt_log_source *src);

#endif
