/* SHA-256 as the log uses it: plain, leaf (0x00 || data) and node (0x01 || left || right).
 * Knows nothing of keys or stores. Pure functions, any thread. docs/formats.md 3, RFC 9162 2.1.1.
 */
#ifndef PENTAD_PROOF_HASH_H
#define PENTAD_PROOF_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>

#define PT_HASH_LEN 32

struct pt_hash {
    uint8_t b[PT_HASH_LEN];
};

void pt_sha256(struct pt_hash *ret, const void *p, size_t len);
/* SHA-256(0x00 || data): a log leaf, and what is called the record hash. */
void pt_leaf_hash(struct pt_hash *ret, const void *p, size_t len);
void pt_node_hash(struct pt_hash *ret, const struct pt_hash *left, const struct pt_hash *right);
/* The head of the tree without leaves: SHA-256 of nothing. */
void pt_empty_hash(struct pt_hash *ret);
bool pt_hash_eq(const struct pt_hash *a, const struct pt_hash *b);
bool pt_hash_is_zero(const struct pt_hash *h);
/* Lower-case hex with a NUL, 65 bytes. */
void pt_hash_hex(char out[2 * PT_HASH_LEN + 1], const struct pt_hash *h);
/* Exactly 32 bytes, or PT_E_FORMAT and *ret zeroed. */
int pt_hash_from_bytes(struct pt_hash *ret, const void *p, size_t len);
/* Exactly 64 hex digits, or PT_E_FORMAT. */
int pt_hash_from_hex(struct pt_hash *ret, const char *hex);

/* Piecewise. No allocation; nothing to free. */
struct pt_sha256 {
    uint64_t opaque[16];
};
void pt_sha256_init(struct pt_sha256 *s);
void pt_sha256_update(struct pt_sha256 *s, const void *p, size_t len);
void pt_sha256_final(struct pt_sha256 *s, struct pt_hash *ret);

#endif
