#include <pentad/proof/keyhistory.h>

#include <stdlib.h>
#include <string.h>

#include <pentad/v1/record.pb-c.h>

#include "keyform.h"
#include "keyhistory_internal.h"

/* ---- life ---- */

int pt_keyhistory_new(struct pt_keyhistory **ret) {
    *ret = calloc(1, sizeof(**ret));
    return *ret != NULL ? 0 : PT_E_NOMEM;
}

static void free_key(struct pt_keyhistory_key *key) {
    union {
        const uint8_t *in;
        void *out;
    } u;

    if (key != NULL) {
        u.in = key->spki.p; /* owned, though the span says borrowed */
        free(u.out);
        free(key);
    }
}

void pt_keyhistory_free(struct pt_keyhistory *k) {
    if (k == NULL) {
        return;
    }
    for (size_t i = 0; i < k->n_keys; i++) {
        free_key(k->keys[i]);
    }
    for (size_t i = 0; i < k->n_pending; i++) {
        pt_pending_free(&k->pending[i]);
    }
    pt_policies_done(k);
    free(k->keys);
    free(k->pending);
    free(k);
}

ProtobufCMessage *pt_keyhistory_copy(const ProtobufCMessage *m) {
    size_t n = protobuf_c_message_get_packed_size(m);
    uint8_t *p = malloc(n > 0 ? n : 1);
    ProtobufCMessage *copy = NULL;

    if (p != NULL) {
        protobuf_c_message_pack(m, p);
        copy = protobuf_c_message_unpack(m->descriptor, NULL, n, p);
        free(p);
    }
    return copy;
}

static struct pt_keyhistory_key *copy_key(const struct pt_keyhistory_key *key) {
    struct pt_keyhistory_key *c = malloc(sizeof(*c));
    uint8_t *spki = malloc(key->spki.len > 0 ? key->spki.len : 1);

    if (c == NULL || spki == NULL) {
        free(c);
        free(spki);
        return NULL;
    }
    memcpy(spki, key->spki.p, key->spki.len);
    *c = *key;
    c->spki = pt_span(spki, key->spki.len);
    return c;
}

int pt_keyhistory_clone(const struct pt_keyhistory *k, struct pt_keyhistory **ret) {
    struct pt_keyhistory *c = malloc(sizeof(*c));

    *ret = NULL;
    if (c == NULL) {
        return PT_E_NOMEM;
    }
    *c = *k;
    c->n_keys = c->n_pending = c->n_policies = 0;
    c->log_vkey = NULL;
    c->policies = NULL;
    c->cap_keys = k->n_keys;
    c->cap_pending = k->n_pending;
    c->keys = calloc(k->n_keys + 1, sizeof(struct pt_keyhistory_key *));
    c->pending = calloc(k->n_pending + 1, sizeof(*c->pending));
    if (c->keys == NULL || c->pending == NULL) {
        goto fail;
    }
    for (; c->n_keys < k->n_keys; c->n_keys++) {
        c->keys[c->n_keys] = copy_key(k->keys[c->n_keys]);
        if (c->keys[c->n_keys] == NULL) {
            goto fail;
        }
    }
    for (; c->n_pending < k->n_pending; c->n_pending++) {
        if (pt_pending_copy(&c->pending[c->n_pending], &k->pending[c->n_pending]) != 0) {
            goto fail;
        }
    }
    if (pt_policies_clone(k, c) != 0) {
        goto fail;
    }
    *ret = c;
    return 0;
fail:
    pt_keyhistory_free(c);
    return PT_E_NOMEM;
}

/* ---- keys by fingerprint ---- */

static size_t slot_of(const struct pt_keyhistory *k, const struct pt_hash *fp) {
    size_t s = ((size_t)fp->b[0] << 8 | fp->b[1]) % SLOTS;

    while (k->slots[s] != 0 && !pt_hash_eq(&k->keys[k->slots[s] - 1]->fingerprint, fp)) {
        s = (s + 1) % SLOTS;
    }
    return s;
}

struct pt_keyhistory_key *pt_keyhistory_own(const struct pt_keyhistory *k,
                                            const struct pt_hash *fp) {
    uint16_t n = k->slots[slot_of(k, fp)];

    return n == 0 ? NULL : k->keys[n - 1];
}

const struct pt_keyhistory_key *pt_keyhistory_find(const struct pt_keyhistory *k,
                                                   const struct pt_hash *fingerprint) {
    return pt_keyhistory_own(k, fingerprint);
}

const struct pt_keyhistory_key *pt_keyhistory_newest(const struct pt_keyhistory *k,
                                                     const char *party, Pentad__V1__KeyUse use,
                                                     uint64_t log_index) {
    const struct pt_keyhistory_key *newest = NULL;

    for (size_t i = 0; i < k->n_keys; i++) {
        const struct pt_keyhistory_key *key = k->keys[i];

        if (key->use == use && strcmp(key->party, party) == 0 &&
            pt_keyhistory_key_live(key, log_index) &&
            (newest == NULL || key->added_at >= newest->added_at)) {
            newest = key;
        }
    }
    return newest;
}

static struct party *find_party(struct pt_keyhistory *k, const char *name) {
    for (unsigned i = 0; i < k->n_parties; i++) {
        if (strcmp(k->parties[i].name, name) == 0) {
            return &k->parties[i];
        }
    }
    return NULL;
}

struct party *pt_keyhistory_party(struct pt_keyhistory *k, const char *name) {
    struct party *p = find_party(k, name);

    PT_ASSERT(p != NULL);
    return p;
}

const struct party *pt_keyhistory_party_of(const struct pt_keyhistory *k, const char *name) {
    for (unsigned i = 0; name != NULL && i < k->n_parties; i++) {
        if (strcmp(k->parties[i].name, name) == 0) {
            return &k->parties[i];
        }
    }
    return NULL;
}

/* Enrols a key of that party and counts it in *count, which has room for it; PT_E_NOMEM. */
static int enrol(struct pt_keyhistory *k, const struct party *p, unsigned *count,
                 Pentad__V1__KeyUse use, Pentad__V1__KeyAlgorithm algorithm, struct pt_span spki,
                 uint64_t log_index) {
    struct pt_keyhistory_key key = {.use = use,
                                    .algorithm = algorithm,
                                    .spki = spki,
                                    .added_at = log_index,
                                    .retired_at = UINT64_MAX};
    struct pt_keyhistory_key *own;

    PT_ASSERT(k->n_keys < KEYS_MAX && *count < PT_KEYHISTORY_PARTY_KEYS_MAX);
    if (k->n_keys == k->cap_keys) {
        size_t cap = k->cap_keys == 0 ? 32 : 2 * k->cap_keys;
        struct pt_keyhistory_key **grown =
            realloc(k->keys, cap * sizeof(struct pt_keyhistory_key *));

        if (grown == NULL) {
            return PT_E_NOMEM;
        }
        k->keys = grown;
        k->cap_keys = cap;
    }
    memcpy(key.party, p->name, sizeof(key.party));
    pt_sha256(&key.fingerprint, spki.p, spki.len);
    PT_ASSERT(pt_keyhistory_own(k, &key.fingerprint) == NULL);
    own = copy_key(&key);
    if (own == NULL) {
        return PT_E_NOMEM;
    }
    k->slots[slot_of(k, &key.fingerprint)] = (uint16_t)(k->n_keys + 1);
    k->keys[k->n_keys++] = own;
    ++*count;
    return 0;
}

/* ---- genesis ---- */

int pt_keyhistory_enrol_vkey(struct pt_keyhistory *k, const char *vkey, Pentad__V1__KeyUse use,
                             uint64_t log_index, struct pt_err *err) {
    struct party *hub = pt_keyhistory_party(k, "hub");
    struct pt_vkey v;
    uint8_t spki[44];
    int rc = pt_vkey_parse(&v, vkey, strlen(vkey), err);

    if (rc != 0) {
        return rc;
    }
    pt_ed25519_spki(spki, v.pub);
    rc = enrol(k, hub,
               use == PENTAD__V1__KEY_USE__KEY_USE_COSIGNING ? &k->n_witness_keys : &hub->n_keys,
               use, PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_ED25519, pt_span(spki, sizeof(spki)),
               log_index);
    return rc == 0 ? 0 : pt_err_set(err, rc, "no memory for a witness key");
}

int pt_keyhistory_genesis(struct pt_keyhistory *k, const Pentad__V1__Genesis *g,
                          struct pt_err *err) {
    int rc;

    PT_ASSERT(k->n_keys == 0 && k->n_parties == 0 && g->n_parties <= PARTIES_MAX);
    for (size_t i = 0; i < g->n_parties; i++) {
        const Pentad__V1__GenesisParty *gp = g->parties[i];
        struct party *p = &k->parties[k->n_parties++];

        PT_ASSERT(pt_name_valid(gp->party) && gp->n_keys <= PT_KEYHISTORY_PARTY_KEYS_MAX);
        memcpy(p->name, gp->party, strlen(gp->party));
        for (size_t j = 0; j < gp->n_keys; j++) {
            const Pentad__V1__PublicKey *key = gp->keys[j];

            rc = enrol(k, p, &p->n_keys, key->use, key->algorithm,
                       pt_span(key->spki.data, key->spki.len), 0);
            if (rc != 0) {
                return pt_err_set(err, rc, "genesis: no memory for its keys");
            }
        }
    }
    k->version++;
    rc = pt_keyhistory_enrol_vkey(k, g->log_vkey, PENTAD__V1__KEY_USE__KEY_USE_LOG, 0, err);
    for (size_t i = 0; rc == 0 && i < g->n_witness_vkeys; i++) {
        rc = pt_keyhistory_enrol_vkey(k, g->witness_vkeys[i],
                                      PENTAD__V1__KEY_USE__KEY_USE_COSIGNING, 0, err);
    }
    return rc != 0 ? rc : pt_policies_genesis(k, g, err);
}

/* ---- deciding on a change ---- */

/* What the signer of a change may touch. */
enum power { POWER_SIGNING_KEYS, POWER_ALL_KEYS };

static int check_adds(const struct pt_keyhistory *k, const struct party *p,
                      const Pentad__V1__KeyChange *c, enum power power, struct pt_err *err) {
    struct pt_hash fp[PT_KEYCHANGE_ITEMS_MAX];

    if (p->n_keys + c->n_add > PT_KEYHISTORY_PARTY_KEYS_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "%s would have had over %d keys", p->name,
                          PT_KEYHISTORY_PARTY_KEYS_MAX);
    }
    for (size_t i = 0; i < c->n_add; i++) {
        const Pentad__V1__PublicKey *key = c->add[i];
        int rc = pt_keyform_check(key, err);

        if (rc != 0) {
            pt_err_wrap(err, "add[%zu]", i);
            return rc;
        }
        if (power == POWER_SIGNING_KEYS && key->use != PENTAD__V1__KEY_USE__KEY_USE_SIGNING) {
            return pt_err_set(err, PT_E_FORBIDDEN,
                              "add[%zu]: a signing key may add signing keys only; others need the "
                              "recovery key on stream keys",
                              i);
        }
        pt_sha256(&fp[i], key->spki.data, key->spki.len);
        for (size_t j = 0; j < i; j++) {
            if (pt_hash_eq(&fp[i], &fp[j])) {
                return pt_err_set(err, PT_E_EXISTS, "add[%zu]: the same key as add[%zu]", i, j);
            }
        }
        if (pt_keyhistory_own(k, &fp[i]) != NULL) {
            return pt_err_set(err, PT_E_EXISTS, "add[%zu]: this key was enrolled before", i);
        }
    }
    return 0;
}

static int check_retires(const struct pt_keyhistory *k, const Pentad__V1__KeyChange *c,
                         enum power power, struct pt_err *err) {
    for (size_t i = 0; i < c->n_retire; i++) {
        const struct pt_keyhistory_key *key;
        struct pt_hash fp;

        if (pt_hash_from_bytes(&fp, c->retire[i].data, c->retire[i].len) != 0) {
            return pt_err_set(err, PT_E_FIELD, "retire[%zu] is not a 32-byte fingerprint", i);
        }
        for (size_t j = 0; j < i; j++) {
            if (c->retire[j].len == PT_HASH_LEN &&
                memcmp(c->retire[j].data, fp.b, PT_HASH_LEN) == 0) {
                return pt_err_set(err, PT_E_EXISTS, "retire[%zu]: the same as retire[%zu]", i, j);
            }
        }
        key = pt_keyhistory_own(k, &fp);
        if (key == NULL || strcmp(key->party, c->party) != 0 || key->retired_at != UINT64_MAX) {
            return pt_err_set(err, PT_E_NOT_FOUND, "retire[%zu]: %s has no such standing key", i,
                              c->party);
        }
        if (power == POWER_SIGNING_KEYS && key->use != PENTAD__V1__KEY_USE__KEY_USE_SIGNING) {
            return pt_err_set(err, PT_E_FORBIDDEN,
                              "retire[%zu]: a signing key may retire signing keys only", i);
        }
    }
    return 0;
}

static int check_items(const struct pt_keyhistory *k, const Pentad__V1__KeyChange *c,
                       enum power power, struct pt_err *err) {
    const struct party *p = pt_keyhistory_party_of(k, c->party);
    int rc;

    if (p == NULL) {
        return pt_err_set(err, PT_E_FIELD, "a KeyChange must name a party of the genesis");
    }
    if (c->n_add + c->n_retire == 0) {
        return pt_err_set(err, PT_E_MISSING, "the KeyChange neither adds nor retires a key");
    }
    if (c->n_add > PT_KEYCHANGE_ITEMS_MAX || c->n_retire > PT_KEYCHANGE_ITEMS_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "the KeyChange names over %d keys",
                          PT_KEYCHANGE_ITEMS_MAX);
    }
    rc = check_adds(k, p, c, power, err);
    return rc != 0 ? rc : check_retires(k, c, power, err);
}

static int check_room(const struct party *author, struct pt_err *err) {
    return author->n_pending < PT_KEYHISTORY_PENDING_MAX
               ? 0
               : pt_err_set(err, PT_E_TOO_LARGE, "%d changes of %s wait for approvals already",
                            PT_KEYHISTORY_PENDING_MAX, author->name);
}

/* Whoever signed the batch, with a key live there. */
static int check_signer(const struct pt_keyhistory *k, const struct pt_key_event *at,
                        const char *what, const struct pt_keyhistory_key **ret_signer,
                        const struct party **ret_author, struct pt_err *err) {
    const struct pt_keyhistory_key *signer = pt_keyhistory_own(k, &at->signing_key);
    const struct party *author = pt_keyhistory_party_of(k, at->party);

    if (author == NULL || signer == NULL || strcmp(signer->party, at->party) != 0) {
        return pt_err_set(err, PT_E_UNKNOWN_KEY, "the %s's signer is not a key of %s", what,
                          at->party);
    }
    if (!pt_keyhistory_key_live(signer, at->log_index)) {
        return pt_err_set(err, PT_E_RETIRED_KEY, "the %s's signer is not live", what);
    }
    *ret_signer = signer;
    *ret_author = author;
    return 0;
}

/* Of the author's own keys, at once. */
static int check_own_change(const struct pt_keyhistory *k, const Pentad__V1__KeyChange *c,
                            enum power power, struct pt_err *err) {
    int rc = check_items(k, c, power, err);

    return rc != 0 ? rc : pt_pending_reserved(k, c, err);
}

/* May it take effect, or wait for approvals? */
static int check_change(const struct pt_keyhistory *k, const struct pt_key_event *at,
                        const Pentad__V1__KeyChange *c, struct pt_err *err) {
    const struct pt_keyhistory_key *signer;
    const struct party *author;
    int rc = check_signer(k, at, "KeyChange", &signer, &author, err);

    if (rc != 0) {
        return rc;
    }
    if (signer->use == PENTAD__V1__KEY_USE__KEY_USE_RECOVERY) {
        if (strcmp(at->stream, PT_KEYS_STREAM) != 0 || c->party == NULL ||
            strcmp(c->party, at->party) != 0) {
            return pt_err_set(err, PT_E_FORBIDDEN,
                              "a recovery key changes its own party's keys, on stream keys");
        }
        return check_own_change(k, c, POWER_ALL_KEYS, err);
    }
    if (signer->use != PENTAD__V1__KEY_USE__KEY_USE_SIGNING) {
        return pt_err_set(err, PT_E_FORBIDDEN, "the KeyChange's signer is not a signing key");
    }
    if (c->party != NULL && strcmp(c->party, at->party) == 0) {
        return check_own_change(k, c, POWER_SIGNING_KEYS, err);
    }
    rc = check_room(author, err);
    return rc != 0 ? rc : check_items(k, c, POWER_ALL_KEYS, err);
}

/* ---- carrying a change out ---- */

static int take_effect(struct pt_keyhistory *k, const Pentad__V1__KeyChange *c,
                       uint64_t log_index) {
    struct party *p = pt_keyhistory_party(k, c->party);
    int rc;

    for (size_t i = 0; i < c->n_retire; i++) {
        struct pt_keyhistory_key *key;
        struct pt_hash fp;

        (void)pt_hash_from_bytes(&fp, c->retire[i].data, c->retire[i].len);
        key = pt_keyhistory_own(k, &fp);
        PT_ASSERT(key != NULL);
        key->retired_at = log_index;
    }
    for (size_t i = 0; i < c->n_add; i++) {
        const Pentad__V1__PublicKey *key = c->add[i];

        rc = enrol(k, p, &p->n_keys, key->use, key->algorithm,
                   pt_span(key->spki.data, key->spki.len), log_index);
        if (rc != 0) {
            return rc;
        }
    }
    k->version++;
    k->moves++;
    return 0;
}

int pt_keyhistory_change(struct pt_keyhistory *k, const struct pt_key_event *at,
                         const Pentad__V1__KeyChange *c, struct pt_err *err) {
    int rc = check_change(k, at, c, err);

    if (rc != 0) {
        return rc;
    }
    if (strcmp(c->party, at->party) == 0) {
        rc = take_effect(k, c, at->log_index);
    } else {
        rc = pt_pending_add(k, at, c, NULL);
    }
    return rc == 0 ? 0 : pt_err_set(err, rc, "no memory for a KeyChange");
}

int pt_keyhistory_policy_change(struct pt_keyhistory *k, const struct pt_key_event *at,
                                const Pentad__V1__PolicyChange *c, const struct pt_sigverify *sv,
                                struct pt_err *err) {
    const struct pt_keyhistory_key *signer;
    const struct party *author;
    int rc = check_signer(k, at, PT_POLICYCHANGE_CODE, &signer, &author, err);

    if (rc == 0 && signer->use != PENTAD__V1__KEY_USE__KEY_USE_SIGNING) {
        rc = pt_err_set(err, PT_E_FORBIDDEN, "the PolicyChange's signer is not a signing key");
    }
    rc = rc != 0 ? rc : check_room(author, err);
    rc = rc != 0 ? rc : pt_policy_check(k, c, sv, err);
    if (rc == 0 && pt_pending_add(k, at, NULL, c) != 0) {
        rc = pt_err_set(err, PT_E_NOMEM, "no memory for a PolicyChange");
    }
    return rc;
}

bool pt_approval_names(const Pentad__V1__Approval *a, const char *code) {
    return a->target_type == NULL || strcmp(a->target_type, code) == 0;
}

static int check_pending(const struct pt_keyhistory *k, const struct pending *p) {
    return p->policy != NULL ? pt_policy_check(k, p->policy, NULL, NULL)
                             : check_items(k, p->change, POWER_ALL_KEYS, NULL);
}

int pt_keyhistory_approval(struct pt_keyhistory *k, const struct pt_key_event *at,
                           const Pentad__V1__Approval *a, bool *ret_effect) {
    struct pending *p = pt_pending_find(k, a->target);
    int rc;

    if (ret_effect != NULL) {
        *ret_effect = false;
    }
    if (p == NULL || !pt_pending_asks(p, at->party, a)) {
        return 0;
    }
    pt_pending_word(k, p, at->party,
                    a->verdict == PENTAD__V1__VERDICT__VERDICT_APPROVE ? APPROVES : REJECTS);
    if (pt_pending_rejected(p)) {
        pt_pending_drop(k, p);
        return 0;
    }
    if (pt_pending_approvals(p) < PT_KEYHISTORY_APPROVALS) {
        return 0;
    }
    /* These keys, or the policy, may have changed while it waited: then it has no effect. */
    rc = check_pending(k, p);
    if (rc == PT_E_NOMEM) {
        return rc;
    }
    if (rc == 0) {
        rc = p->policy != NULL ? pt_policy_take_effect(k, p, at->log_index)
                               : take_effect(k, p->change, at->log_index);
        if (rc == 0 && ret_effect != NULL) {
            *ret_effect = true;
        }
    }
    if (rc == 0 && p->policy != NULL) {
        pt_pending_drop_policies(k); /* its rivals with it */
    } else {
        pt_pending_drop(k, p);
    }
    return rc == PT_E_NOMEM ? rc : 0;
}

bool pt_keyhistory_concerns(const Pentad__V1__Record *rec) {
    switch (rec->body_case) {
    case PENTAD__V1__RECORD__BODY_KEY_CHANGE:
    case PENTAD__V1__RECORD__BODY_POLICY_CHANGE:
        return true;
    case PENTAD__V1__RECORD__BODY_APPROVAL:
        return pt_approval_names(rec->approval, PT_KEYCHANGE_CODE) ||
               pt_approval_names(rec->approval, PT_POLICYCHANGE_CODE);
    default:
        return false;
    }
}

int pt_keyhistory_take(struct pt_keyhistory *k, const struct pt_key_event *at,
                       const Pentad__V1__Record *rec, const struct pt_sigverify *sv) {
    struct pt_key_event here = *at;
    int rc = 0;

    here.seq = rec->seq;
    if (rec->body_case == PENTAD__V1__RECORD__BODY_KEY_CHANGE) {
        rc = pt_keyhistory_change(k, &here, rec->key_change, NULL);
    } else if (rec->body_case == PENTAD__V1__RECORD__BODY_POLICY_CHANGE) {
        rc = pt_keyhistory_policy_change(k, &here, rec->policy_change, sv, NULL);
    } else if (rec->body_case == PENTAD__V1__RECORD__BODY_APPROVAL) {
        rc = pt_keyhistory_approval(k, &here, rec->approval, NULL);
    }
    return rc == PT_E_NOMEM ? rc : 0;
}

int pt_keyhistory_record(struct pt_keyhistory *k, const struct pt_key_event *at,
                         struct pt_span record, const struct pt_sigverify *sv) {
    ProtobufCMessage *m = NULL;
    int rc = pt_strict_unpack(&pentad__v1__record__descriptor, record, &m, NULL);

    if (rc != 0) {
        return rc;
    }
    rc = pt_keyhistory_take(k, at, (const Pentad__V1__Record *)m, sv);
    protobuf_c_message_free_unpacked(m, NULL);
    return rc;
}

/* ---- asking ---- */

bool pt_keyhistory_key_live(const struct pt_keyhistory_key *key, uint64_t log_index) {
    return key->added_at < log_index && log_index <= key->retired_at;
}

int pt_keyhistory_may_sign(const struct pt_keyhistory *k, const struct pt_hash *fingerprint,
                           const char *party, const char *stream, uint64_t log_index,
                           bool only_key_changes, struct pt_err *err) {
    const struct pt_keyhistory_key *key = pt_keyhistory_own(k, fingerprint);

    if (key == NULL || strcmp(key->party, party) != 0 || log_index <= key->added_at) {
        return pt_err_set(err, PT_E_UNKNOWN_KEY,
                          "no key of %s has signed this; enrol the key by a KeyChange", party);
    }
    if (key->use == PENTAD__V1__KEY_USE__KEY_USE_RECOVERY) {
        if (!only_key_changes || strcmp(stream, PT_KEYS_STREAM) != 0) {
            return pt_err_set(err, PT_E_FORBIDDEN,
                              "the recovery key of %s signs KeyChange records on stream keys, "
                              "nothing else",
                              party);
        }
    } else if (key->use != PENTAD__V1__KEY_USE__KEY_USE_SIGNING) {
        return pt_err_set(err, PT_E_FORBIDDEN, "this key of %s is not for signing batches", party);
    }
    if (!pt_keyhistory_key_live(key, log_index)) {
        return pt_err_set(err, PT_E_RETIRED_KEY,
                          "this signing key of %s was retired by log entry %llu", party,
                          (unsigned long long)key->retired_at);
    }
    return 0;
}

static bool can_sign_batches(const struct pt_keyhistory_key *key, const char *party) {
    return strcmp(key->party, party) == 0 && (key->use == PENTAD__V1__KEY_USE__KEY_USE_SIGNING ||
                                              key->use == PENTAD__V1__KEY_USE__KEY_USE_RECOVERY);
}

int pt_keyhistory_find_signer(const struct pt_keyhistory *k, const Pentad__V1__Envelope *env,
                              const char *party, const struct pt_sigverify *sv,
                              const struct pt_keyhistory_key **ret, struct pt_err *err) {
    const struct pt_keyhistory_key *hinted = NULL;
    struct pt_hash fp;
    bool any = false;

    *ret = NULL;
    if (env->n_signatures == 1 && env->signatures[0]->keyid != NULL &&
        pt_hash_from_hex(&fp, env->signatures[0]->keyid) == 0) {
        hinted = pt_keyhistory_own(k, &fp);
    }
    if (hinted != NULL && can_sign_batches(hinted, party)) {
        any = true;
        if (pt_envelope_verify(env, hinted->spki, sv, NULL) == 0) {
            *ret = hinted;
            return 0;
        }
    }
    for (size_t i = 0; i < k->n_keys; i++) {
        if (k->keys[i] == hinted || !can_sign_batches(k->keys[i], party)) {
            continue;
        }
        any = true;
        if (pt_envelope_verify(env, k->keys[i]->spki, sv, NULL) == 0) {
            *ret = k->keys[i];
            return 0;
        }
    }
    if (!any) {
        return pt_err_set(err, PT_E_UNKNOWN_KEY, "the log knows no signing key of %s", party);
    }
    return pt_err_set(err, PT_E_SIGNATURE, "the signature is by none of the signing keys of %s",
                      party);
}

size_t pt_keyhistory_count(const struct pt_keyhistory *k) {
    return k->n_keys;
}

const struct pt_keyhistory_key *pt_keyhistory_at(const struct pt_keyhistory *k, size_t i) {
    PT_ASSERT(i < k->n_keys);
    return k->keys[i];
}

uint64_t pt_keyhistory_moves(const struct pt_keyhistory *k) {
    return k->moves;
}

uint64_t pt_keyhistory_version(const struct pt_keyhistory *k) {
    return k->version;
}
