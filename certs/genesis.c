#include <pentad/certs/genesis.h>

#include <stdlib.h>
#include <string.h>

#include <pentad/certs/keycache.h>
#include <pentad/proof/dsse.h>
#include <pentad/proof/keyhistory.h>

enum { SIGNERS_MAX = 64 };

/* Form was checked by the proof room; that every point is a good one is for this room to say. */
static int check_points(const Pentad__V1__Genesis *g, struct pt_err *err) {
    for (size_t p = 0; p < g->n_parties; p++) {
        for (size_t i = 0; i < g->parties[p]->n_keys; i++) {
            const Pentad__V1__PublicKey *k = g->parties[p]->keys[i];
            struct pt_pubkey *pub;
            int rc = pt_pubkey_from_spki(pt_span(k->spki.data, k->spki.len), &pub, err);

            if (rc != 0) {
                pt_err_wrap(err, "genesis: %s, key %zu", g->parties[p]->party, i + 1);
                return rc;
            }
            pt_pubkey_free(pub);
        }
    }
    return 0;
}

static int pack(const ProtobufCMessage *m, struct pt_buf *out, struct pt_err *err) {
    int rc = pt_strict_pack(out, m);

    return rc == 0 ? 0 : pt_err_set(err, rc, "the genesis is too large");
}

int pt_genesis_propose(const Pentad__V1__Genesis *g, struct pt_buf *ret_envelope,
                       struct pt_err *err) {
    Pentad__V1__Envelope env = PENTAD__V1__ENVELOPE__INIT;
    char type[] = PT_DSSE_GENESIS;
    struct pt_buf payload;
    int rc = pt_genesis_check(g, err);

    if (rc == 0) {
        rc = check_points(g, err);
    }
    if (rc != 0) {
        return rc;
    }
    pt_buf_init(&payload, PT_GENESIS_MAX);
    rc = pack(&g->base, &payload, err);
    if (rc == 0) {
        env.has_payload = 1;
        env.payload.data = payload.p;
        env.payload.len = payload.len;
        env.payload_type = type;
        rc = pack(&env.base, ret_envelope, err);
    }
    pt_buf_done(&payload);
    return rc;
}

/* ---- opening a proposal ---- */

struct proposal {
    ProtobufCMessage *env_msg, *genesis_msg;
    const Pentad__V1__Envelope *env;
    const Pentad__V1__Genesis *genesis;
};

static void proposal_done(struct proposal *p) {
    protobuf_c_message_free_unpacked(p->env_msg, NULL);
    protobuf_c_message_free_unpacked(p->genesis_msg, NULL);
    memset(p, 0, sizeof(*p));
}

static int proposal_open(struct pt_span bytes, struct proposal *ret, struct pt_err *err) {
    int rc;

    memset(ret, 0, sizeof(*ret));
    rc = pt_strict_unpack(&pentad__v1__envelope__descriptor, bytes, &ret->env_msg, err);
    if (rc != 0) {
        return rc;
    }
    ret->env = (const Pentad__V1__Envelope *)ret->env_msg;
    if (ret->env->payload_type == NULL || strcmp(ret->env->payload_type, PT_DSSE_GENESIS) != 0) {
        rc = pt_err_set(err, PT_E_FORMAT, "the envelope holds no genesis");
    }
    if (rc == 0) {
        rc = pt_strict_unpack(&pentad__v1__genesis__descriptor,
                              pt_span(ret->env->payload.data, ret->env->payload.len),
                              &ret->genesis_msg, err);
    }
    if (rc == 0) {
        ret->genesis = (const Pentad__V1__Genesis *)ret->genesis_msg;
        rc = pt_genesis_check(ret->genesis, err);
    }
    if (rc == 0) {
        rc = check_points(ret->genesis, err);
    }
    if (rc != 0) {
        proposal_done(ret);
    }
    return rc;
}

/* ---- signing ---- */

static bool lists_signing_key(const Pentad__V1__Genesis *g, struct pt_span spki) {
    for (size_t p = 0; p < g->n_parties; p++) {
        for (size_t i = 0; i < g->parties[p]->n_keys; i++) {
            const Pentad__V1__PublicKey *k = g->parties[p]->keys[i];

            if (k->use == PENTAD__V1__KEY_USE__KEY_USE_SIGNING &&
                pt_span_eq(pt_span(k->spki.data, k->spki.len), spki)) {
                return true;
            }
        }
    }
    return false;
}

static int compare_sigs(const void *a, const void *b) {
    const Pentad__V1__Signature *const *x = a;
    const Pentad__V1__Signature *const *y = b;

    return strcmp((*x)->keyid, (*y)->keyid);
}

/* The envelope's payload under these signatures, sorted. */
static int write_envelope(const Pentad__V1__Envelope *env, Pentad__V1__Signature **sigs, size_t n,
                          struct pt_buf *out, struct pt_err *err) {
    Pentad__V1__Envelope e = PENTAD__V1__ENVELOPE__INIT;

    qsort(sigs, n, sizeof(Pentad__V1__Signature *), compare_sigs);
    e.has_payload = 1;
    e.payload = env->payload;
    e.payload_type = env->payload_type;
    e.n_signatures = n;
    e.signatures = sigs;
    return pack(&e.base, out, err);
}

static int collect(const Pentad__V1__Envelope *env, Pentad__V1__Signature **sigs, size_t *n,
                   struct pt_err *err) {
    for (size_t i = 0; i < env->n_signatures; i++) {
        bool have = false;

        if (env->signatures[i]->keyid == NULL || !env->signatures[i]->has_sig) {
            return pt_err_set(err, PT_E_FORMAT, "a signature of the genesis lacks its keyid");
        }
        for (size_t j = 0; j < *n; j++) {
            have = have || strcmp(sigs[j]->keyid, env->signatures[i]->keyid) == 0;
        }
        if (have) {
            continue;
        }
        if (*n == SIGNERS_MAX) {
            return pt_err_set(err, PT_E_TOO_LARGE, "the genesis has over %d signatures",
                              SIGNERS_MAX);
        }
        sigs[(*n)++] = env->signatures[i];
    }
    return 0;
}

static int sign_proposal(const struct proposal *p, const struct pt_key *k,
                         struct pt_buf *ret_envelope, struct pt_err *err) {
    Pentad__V1__Signature own = PENTAD__V1__SIGNATURE__INIT;
    Pentad__V1__Signature *sigs[SIGNERS_MAX + 1];
    char keyid[2 * PT_HASH_LEN + 1];
    uint8_t sig[PT_SIG_MAX];
    struct pt_hash fp;
    struct pt_buf pae;
    size_t n = 0;
    int rc = collect(p->env, sigs, &n, err);

    if (rc != 0) {
        return rc;
    }
    if (!lists_signing_key(p->genesis, pt_key_spki(k))) {
        return pt_err_set(err, PT_E_UNKNOWN_KEY, "the genesis doesn't list this key for signing");
    }
    pt_key_fingerprint(k, &fp);
    pt_hash_hex(keyid, &fp);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(sigs[i]->keyid, keyid) == 0) {
            return pt_err_set(err, PT_E_EXISTS, "this key has signed the genesis already");
        }
    }
    pt_buf_init(&pae, PT_GENESIS_MAX + 256);
    rc = pt_dsse_pae(&pae, PT_DSSE_GENESIS, pt_span(p->env->payload.data, p->env->payload.len));
    if (rc == 0) {
        rc = pt_key_sign(k, pt_buf_span(&pae), sig, &own.sig.len, err);
    }
    pt_buf_done(&pae);
    if (rc != 0) {
        return rc;
    }
    own.has_sig = 1;
    own.sig.data = sig;
    own.keyid = keyid;
    sigs[n++] = &own;
    return write_envelope(p->env, sigs, n, ret_envelope, err);
}

int pt_genesis_sign(struct pt_span envelope, const struct pt_key *k, struct pt_buf *ret_envelope,
                    struct pt_err *err) {
    struct proposal p;
    int rc = proposal_open(envelope, &p, err);

    if (rc == 0) {
        rc = sign_proposal(&p, k, ret_envelope, err);
        proposal_done(&p);
    }
    return rc;
}

int pt_genesis_merge(const struct pt_span *envelopes, size_t n, struct pt_buf *ret_envelope,
                     struct pt_err *err) {
    struct proposal p[SIGNERS_MAX];
    Pentad__V1__Signature *sigs[SIGNERS_MAX];
    size_t n_sigs = 0;
    size_t opened = 0;
    int rc = 0;

    if (n == 0 || n > SIGNERS_MAX) {
        return pt_err_set(err, PT_E_USAGE, "1 to %d copies of the genesis can be joined",
                          SIGNERS_MAX);
    }
    while (rc == 0 && opened < n) {
        rc = proposal_open(envelopes[opened], &p[opened], err);
        if (rc != 0) {
            pt_err_wrap(err, "copy %zu", opened + 1);
            break;
        }
        opened++;
        if (!pt_span_eq(pt_span(p[0].env->payload.data, p[0].env->payload.len),
                        pt_span(p[opened - 1].env->payload.data, p[opened - 1].env->payload.len))) {
            rc = pt_err_set(err, PT_E_FORMAT, "copy %zu is another genesis than copy 1", opened);
            break;
        }
        rc = collect(p[opened - 1].env, sigs, &n_sigs, err);
    }
    if (rc == 0) {
        rc = write_envelope(p[0].env, sigs, n_sigs, ret_envelope, err);
    }
    while (opened > 0) {
        proposal_done(&p[--opened]);
    }
    return rc;
}

/* ---- sealing and opening ---- */

static int verify(const Pentad__V1__Envelope *env, struct pt_err *err) {
    struct pt_keycache *cache = NULL;
    struct pt_sigverify sv;
    int rc = pt_keycache_new(&cache);

    if (rc != 0) {
        return pt_err_set(err, rc, "no memory to verify the genesis");
    }
    sv = pt_keycache_sigverify(cache);
    rc = pt_genesis_verify(env, &sv, err);
    pt_keycache_free(cache);
    return rc;
}

int pt_genesis_seal(struct pt_span envelope, struct pt_buf *ret_entry, struct pt_hash *ret_hub,
                    struct pt_err *err) {
    Pentad__V1__LogEntry e = PENTAD__V1__LOG_ENTRY__INIT;
    struct proposal p;
    size_t at = ret_entry->len;
    int rc = proposal_open(envelope, &p, err);

    memset(ret_hub, 0, sizeof(*ret_hub));
    if (rc != 0) {
        return rc;
    }
    rc = verify(p.env, err);
    if (rc == 0) {
        e.envelope = (Pentad__V1__Envelope *)p.env_msg;
        e.has_received_at_ms = 1;
        e.received_at_ms = p.genesis->created_at_ms;
        rc = pack(&e.base, ret_entry, err);
    }
    if (rc == 0) {
        pt_leaf_hash(ret_hub, ret_entry->p + at, ret_entry->len - at);
    }
    proposal_done(&p);
    return rc;
}

int pt_genesis_open(struct pt_span entry, struct pt_entry *ret, struct pt_err *err) {
    int rc = pt_entry_open(entry, ret, err);

    if (rc != 0) {
        return rc;
    }
    if (!ret->is_genesis) {
        rc = pt_err_set(err, PT_E_FORMAT, "the log entry holds no genesis");
    }
    if (rc == 0) {
        rc = check_points(ret->genesis, err);
    }
    if (rc == 0) {
        rc = verify(ret->msg->envelope, err);
    }
    if (rc != 0) {
        pt_entry_done(ret);
    }
    return rc;
}
