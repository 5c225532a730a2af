/* C2SP tiles v0.1.0: paths, widths, hash tiles, entry bundles. Pure, any thread; tiles are
 * fetched by whoever has them. docs/formats.md 3. */
#ifndef PENTAD_PROOF_TILE_H
#define PENTAD_PROOF_TILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/proof/merkle.h>

#define PT_TILE_WIDTH 256
#define PT_TILE_BYTES (PT_TILE_WIDTH * PT_HASH_LEN)
#define PT_TILE_PATH_MAX 80
#define PT_ENTRY_MAX 65535 /* bytes of an entry in a bundle */

/* A hash tile holds `width` nodes of tree level 8 * level; an entry bundle is its leaves' data. */
struct pt_tile {
    bool entries;   /* tile/entries/… */
    unsigned level; /* 0 for an entry bundle; at most 7 */
    uint64_t index;
    unsigned width; /* 1 … 256 */
};

/* Without a leading slash: tile/0/x001/x234/067 or tile/0/x001/x234/067.p/44. */
void pt_tile_path(char out[PT_TILE_PATH_MAX], const struct pt_tile *t);
/* The strict inverse: PT_E_FORMAT for anything else (leading zeroes, .p/256, x in the wrong
 * place, level 8 and above). */
int pt_tile_path_parse(struct pt_tile *ret, const char *path, size_t len);
/* Width of that tile in a tree of `size`: 256 full, 1 … 255 partial, 0 doesn't exist. */
unsigned pt_tile_width(unsigned level, uint64_t index, uint64_t size);
/* Calls cb for every tile of a tree of `size`, levels upward; entry bundles too if `entries`. */
typedef int (*pt_tile_cb)(void *ctx, const struct pt_tile *t);
int pt_tile_each(uint64_t size, bool entries, pt_tile_cb cb, void *ctx);

/* The bytes of a hash tile, from nodes; appended to out. */
int pt_tile_build(const struct pt_merkle_reader *r, const struct pt_tile *t, struct pt_buf *out);
/* Node (level, index) where level = 8 * tile.level + up, from the tile that holds it. */
int pt_tile_node(struct pt_span tile, const struct pt_tile *t, unsigned level, uint64_t index,
                 struct pt_hash *ret);

/* A node reader over tiles of a tree of `size`. fetch appends the tile's bytes (width as asked);
 * the last few tiles are kept. One thread a reader. */
struct pt_tile_reader;
typedef int (*pt_tile_fetch_cb)(void *ctx, const struct pt_tile *t, struct pt_buf *out);
int pt_tile_reader_new(struct pt_tile_reader **ret, uint64_t size, pt_tile_fetch_cb fetch,
                       void *ctx);
void pt_tile_reader_free(struct pt_tile_reader *r);
struct pt_merkle_reader pt_tile_reader_nodes(struct pt_tile_reader *r);

/* Entry bundles: u16 big-endian length || bytes, repeated. */
int pt_bundle_append(struct pt_buf *out, struct pt_span entry); /* PT_E_TOO_LARGE over 65,535 */
/* The entry at *pos, which moves behind it. 1 an entry, 0 the end, PT_E_TRUNCATED. */
int pt_bundle_next(struct pt_span bundle, size_t *pos, struct pt_span *ret);

#endif
