/* OpenSSL offers no way to ask for a point's order, so the curve's arithmetic stands here, on its
 * big numbers: -x^2 + y^2 = 1 + d x^2 y^2 mod 2^255 - 19, in extended coordinates (RFC 8032
 * section 5.1.4). Public data only: nothing here needs to be constant-time. */
#include "ed25519_point.h"

#include <string.h>

#include <openssl/bn.h>

struct field {
    BN_CTX *ctx;
    BIGNUM *p, *order, *d, *d2; /* d2 = 2d */
};

struct point {
    BIGNUM *x, *y, *z, *t;
};

/* Every BIGNUM comes from the context and goes with it; a NULL from any BN_CTX_get makes all later
 * ones NULL, so looking at the last is enough. */
static bool point_new(BN_CTX *ctx, struct point *p) {
    p->x = BN_CTX_get(ctx);
    p->y = BN_CTX_get(ctx);
    p->z = BN_CTX_get(ctx);
    p->t = BN_CTX_get(ctx);
    return p->t != NULL;
}

static bool mul(const struct field *f, BIGNUM *r, const BIGNUM *a, const BIGNUM *b) {
    return BN_mod_mul(r, a, b, f->p, f->ctx) == 1;
}

static bool add(const struct field *f, BIGNUM *r, const BIGNUM *a, const BIGNUM *b) {
    return BN_mod_add(r, a, b, f->p, f->ctx) == 1;
}

static bool sub(const struct field *f, BIGNUM *r, const BIGNUM *a, const BIGNUM *b) {
    return BN_mod_sub(r, a, b, f->p, f->ctx) == 1;
}

/* r = a + b; complete, so it doubles too. r may be a or b. */
static bool point_add(const struct field *f, struct point *r, const struct point *a,
                      const struct point *b) {
    BIGNUM *v[8];
    bool ok = true;

    BN_CTX_start(f->ctx);
    for (int i = 0; i < 8; i++) {
        v[i] = BN_CTX_get(f->ctx);
    }
    ok = v[7] != NULL;
    ok = ok && sub(f, v[0], a->y, a->x) && sub(f, v[1], b->y, b->x) && mul(f, v[0], v[0], v[1]);
    ok = ok && add(f, v[1], a->y, a->x) && add(f, v[2], b->y, b->x) && mul(f, v[1], v[1], v[2]);
    ok = ok && mul(f, v[2], a->t, b->t) && mul(f, v[2], v[2], f->d2);
    ok = ok && mul(f, v[3], a->z, b->z) && add(f, v[3], v[3], v[3]);
    ok = ok && sub(f, v[4], v[1], v[0]) && sub(f, v[5], v[3], v[2]) && add(f, v[6], v[3], v[2]) &&
         add(f, v[7], v[1], v[0]);
    ok = ok && mul(f, r->x, v[4], v[5]) && mul(f, r->y, v[6], v[7]) && mul(f, r->z, v[5], v[6]) &&
         mul(f, r->t, v[4], v[7]);
    BN_CTX_end(f->ctx);
    return ok;
}

static bool field_init(struct field *f) {
    BIGNUM *n = BN_CTX_get(f->ctx);

    f->p = BN_CTX_get(f->ctx);
    f->order = BN_CTX_get(f->ctx);
    f->d = BN_CTX_get(f->ctx);
    f->d2 = BN_CTX_get(f->ctx);
    if (f->d2 == NULL) {
        return false;
    }
    BN_zero(f->p);
    BN_zero(f->order);
    return BN_set_bit(f->p, 255) && BN_sub_word(f->p, 19) &&
           BN_dec2bn(&n, "27742317777372353535851937790883648493") > 0 &&
           BN_set_bit(f->order, 252) && BN_add(f->order, f->order, n) &&
           /* d = -121665 / 121666 */
           BN_set_word(n, 121666) && BN_mod_inverse(f->d, n, f->p, f->ctx) != NULL &&
           BN_mul_word(f->d, 121665) && BN_sub(f->d, f->p, f->d) == 1 &&
           BN_nnmod(f->d, f->d, f->p, f->ctx) && add(f, f->d2, f->d, f->d);
}

/* The point of an encoding: y, and the x of the stated sign with x^2 = (y^2 - 1) / (d y^2 + 1). */
static bool decompress(const struct field *f, const uint8_t pub[32], struct point *r) {
    uint8_t bytes[32];
    bool odd = (pub[31] & 0x80) != 0;
    BIGNUM *u = BN_CTX_get(f->ctx);
    BIGNUM *v = BN_CTX_get(f->ctx);

    memcpy(bytes, pub, 32);
    bytes[31] &= 0x7F;
    if (v == NULL || BN_lebin2bn(bytes, 32, r->y) == NULL || BN_cmp(r->y, f->p) >= 0) {
        return false; /* y >= p is not canonical */
    }
    if (!mul(f, u, r->y, r->y) || !mul(f, v, u, f->d)) {
        return false;
    }
    if (!BN_add_word(v, 1) || !BN_sub_word(u, 1) || !BN_nnmod(u, u, f->p, f->ctx) ||
        !BN_nnmod(v, v, f->p, f->ctx) || BN_mod_inverse(v, v, f->p, f->ctx) == NULL ||
        !mul(f, u, u, v) || BN_mod_sqrt(r->x, u, f->p, f->ctx) == NULL) {
        return false;
    }
    if (BN_is_zero(r->x) && odd) {
        return false; /* minus zero is not canonical */
    }
    if ((BN_is_odd(r->x) != 0) != odd && !BN_sub(r->x, f->p, r->x)) {
        return false;
    }
    return BN_one(r->z) && mul(f, r->t, r->x, r->y);
}

static bool is_identity(const struct point *p) {
    return BN_is_zero(p->x) && BN_cmp(p->y, p->z) == 0;
}

/* order * P is the neutral point, and P isn't. */
static bool prime_order(const struct field *f, const struct point *p) {
    struct point q;

    if (is_identity(p) || !point_new(f->ctx, &q)) {
        return false;
    }
    BN_zero(q.x);
    BN_zero(q.t);
    if (!BN_one(q.y) || !BN_one(q.z)) {
        return false;
    }
    for (int i = BN_num_bits(f->order) - 1; i >= 0; i--) {
        if (!point_add(f, &q, &q, &q) || (BN_is_bit_set(f->order, i) && !point_add(f, &q, &q, p))) {
            return false;
        }
    }
    return is_identity(&q);
}

bool pt_ed25519_point_good(const uint8_t pub[32]) {
    struct field f = {.ctx = BN_CTX_new()};
    struct point p;
    bool good;

    if (f.ctx == NULL) {
        return false;
    }
    BN_CTX_start(f.ctx);
    good = field_init(&f) && point_new(f.ctx, &p) && decompress(&f, pub, &p) && prime_order(&f, &p);
    BN_CTX_end(f.ctx);
    BN_CTX_free(f.ctx);
    return good;
}
