#include <pentad/certs/keycache.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/certs/key.h>

enum { SLOTS = 2 * PT_KEYCACHE_MAX };

/* Keys are only ever added, so a key that was found stays while the cache does, and checking goes
 * on outside the lock. */
struct pt_keycache {
    pthread_rwlock_t lock;
    size_t n;
    struct pt_pubkey *slots[SLOTS];
};

int pt_keycache_new(struct pt_keycache **ret) {
    struct pt_keycache *c = calloc(1, sizeof(*c));

    *ret = NULL;
    if (c == NULL || pthread_rwlock_init(&c->lock, NULL) != 0) {
        free(c);
        return PT_E_NOMEM;
    }
    *ret = c;
    return 0;
}

void pt_keycache_free(struct pt_keycache *c) {
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < SLOTS; i++) {
        pt_pubkey_free(c->slots[i]);
    }
    pthread_rwlock_destroy(&c->lock);
    free(c);
}

/* Where that key is, or the free slot where it would go. The last bytes of a SubjectPublicKeyInfo
 * are as good as random; whoever makes them collide slows down nothing but a walk of SLOTS. */
static size_t slot_of(const struct pt_keycache *c, struct pt_span spki) {
    size_t s =
        spki.len < 4 ? 0 : ((size_t)spki.p[spki.len - 2] << 8 | spki.p[spki.len - 3]) % SLOTS;

    while (c->slots[s] != NULL && !pt_span_eq(pt_pubkey_spki(c->slots[s]), spki)) {
        s = (s + 1) % SLOTS;
    }
    return s;
}

/* Keeps the key unless another thread has done so meanwhile; returns false where it wasn't kept. */
static bool keep(struct pt_keycache *c, struct pt_pubkey *key) {
    bool kept = false;
    size_t s;

    pthread_rwlock_wrlock(&c->lock);
    s = slot_of(c, pt_pubkey_spki(key));
    if (c->slots[s] == NULL && c->n < PT_KEYCACHE_MAX) {
        c->slots[s] = key;
        c->n++;
        kept = true;
    }
    pthread_rwlock_unlock(&c->lock);
    return kept;
}

int pt_keycache_verify(struct pt_keycache *c, struct pt_span spki, struct pt_span msg,
                       struct pt_span sig) {
    struct pt_pubkey *key;
    int rc;

    pthread_rwlock_rdlock(&c->lock);
    key = c->slots[slot_of(c, spki)];
    pthread_rwlock_unlock(&c->lock);
    if (key != NULL) {
        return pt_pubkey_verify(key, msg, sig);
    }
    rc = pt_pubkey_from_spki(spki, &key, NULL);
    if (rc != 0) {
        return rc;
    }
    rc = pt_pubkey_verify(key, msg, sig);
    /* Only keys that have verified something are worth keeping. */
    if (rc != 0 || !keep(c, key)) {
        pt_pubkey_free(key);
    }
    return rc;
}

static int verify_cb(void *ctx, struct pt_span spki, struct pt_span msg, struct pt_span sig) {
    return pt_keycache_verify(ctx, spki, msg, sig);
}

struct pt_sigverify pt_keycache_sigverify(struct pt_keycache *c) {
    struct pt_sigverify sv = {verify_cb, c};

    return sv;
}
