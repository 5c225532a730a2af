/* The low-level SHA-256 of OpenSSL 3 is marked deprecated, but it is the only one that neither
 * allocates nor looks an algorithm up: twice as fast on records of a few hundred bytes. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <pentad/proof/hash.h>

#include <string.h>

#include <openssl/sha.h>

#include <pentad/base/codec.h>
#include <pentad/base/err.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct pt_sha256), "pt_sha256 holds a SHA256_CTX");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(struct pt_sha256), "alignment");

static void digest(struct pt_hash *ret, int prefix, const void *a, size_t a_len, const void *b,
                   size_t b_len) {
    SHA256_CTX c;
    uint8_t first = (uint8_t)prefix;

    SHA256_Init(&c);
    if (prefix >= 0) {
        SHA256_Update(&c, &first, 1);
    }
    if (a_len > 0) {
        SHA256_Update(&c, a, a_len);
    }
    if (b_len > 0) {
        SHA256_Update(&c, b, b_len);
    }
    SHA256_Final(ret->b, &c);
}

void pt_sha256(struct pt_hash *ret, const void *p, size_t len) {
    digest(ret, -1, p, len, NULL, 0);
}

void pt_leaf_hash(struct pt_hash *ret, const void *p, size_t len) {
    digest(ret, 0x00, p, len, NULL, 0);
}

void pt_node_hash(struct pt_hash *ret, const struct pt_hash *left, const struct pt_hash *right) {
    digest(ret, 0x01, left->b, PT_HASH_LEN, right->b, PT_HASH_LEN);
}

void pt_empty_hash(struct pt_hash *ret) {
    digest(ret, -1, NULL, 0, NULL, 0);
}

bool pt_hash_eq(const struct pt_hash *a, const struct pt_hash *b) {
    return memcmp(a->b, b->b, PT_HASH_LEN) == 0;
}

bool pt_hash_is_zero(const struct pt_hash *h) {
    static const struct pt_hash zero;

    return pt_hash_eq(h, &zero);
}

void pt_hash_hex(char out[2 * PT_HASH_LEN + 1], const struct pt_hash *h) {
    pt_hex(out, h->b, PT_HASH_LEN);
}

int pt_hash_from_bytes(struct pt_hash *ret, const void *p, size_t len) {
    memset(ret, 0, sizeof(*ret));
    if (len != PT_HASH_LEN || p == NULL) {
        return PT_E_FORMAT;
    }
    memcpy(ret->b, p, PT_HASH_LEN);
    return 0;
}

int pt_hash_from_hex(struct pt_hash *ret, const char *hex) {
    memset(ret, 0, sizeof(*ret));
    return pt_unhex(hex, strlen(hex), ret->b, PT_HASH_LEN);
}

void pt_sha256_init(struct pt_sha256 *s) {
    SHA256_Init((SHA256_CTX *)(void *)s->opaque);
}

void pt_sha256_update(struct pt_sha256 *s, const void *p, size_t len) {
    if (len > 0) {
        SHA256_Update((SHA256_CTX *)(void *)s->opaque, p, len);
    }
}

void pt_sha256_final(struct pt_sha256 *s, struct pt_hash *ret) {
    SHA256_Final(ret->b, (SHA256_CTX *)(void *)s->opaque);
}
