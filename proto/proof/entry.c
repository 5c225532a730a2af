#include <pentad/proof/entry.h>

#include <string.h>

#include <pentad/proof/dsse.h>
#include <pentad/proof/merkle.h>
#include <pentad/record/decode.h>

enum { KEYID_MAX = 128, SIG_BYTES_MAX = 512 };

/* ---- strict encoding ---- */

int pt_strict_unpack(const ProtobufCMessageDescriptor *desc, struct pt_span bytes,
                     ProtobufCMessage **ret, struct pt_err *err) {
    int rc = pt_msg_check_strict(desc, bytes, err);

    *ret = NULL;
    if (rc != 0) {
        return rc;
    }
    *ret = protobuf_c_message_unpack(desc, NULL, bytes.len, bytes.p);
    if (*ret == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for a %s", desc->short_name);
    }
    return 0;
}

int pt_strict_pack(struct pt_buf *out, const ProtobufCMessage *m) {
    size_t n = protobuf_c_message_get_packed_size(m);
    int rc = pt_buf_reserve(out, n);

    if (rc != 0) {
        return rc;
    }
    out->len += protobuf_c_message_pack(m, out->p + out->len);
    return 0;
}

/* ---- statements ---- */

static int check_envelope(const Pentad__V1__Envelope *env, const char *type, struct pt_err *err) {
    if (env == NULL || !env->has_payload || env->payload_type == NULL) {
        return pt_err_set(err, PT_E_MISSING, "the envelope has no payload or no payload type");
    }
    if (strcmp(env->payload_type, type) != 0) {
        return pt_err_set(err, PT_E_FORMAT, "the envelope's payload type is not %s", type);
    }
    return 0;
}

static int check_one_signature(const Pentad__V1__Envelope *env, struct pt_err *err) {
    const Pentad__V1__Signature *s;

    if (env->n_signatures != 1) {
        return pt_err_set(err, PT_E_FORMAT, "the envelope has %zu signatures, not exactly one",
                          env->n_signatures);
    }
    s = env->signatures[0];
    if (!s->has_sig || s->sig.len == 0 || s->sig.len > SIG_BYTES_MAX ||
        (s->keyid != NULL && strlen(s->keyid) > KEYID_MAX)) {
        return pt_err_set(err, PT_E_FORMAT, "the envelope's signature has no usable bytes");
    }
    return 0;
}

static int take_hash(struct pt_hash *ret, bool has, ProtobufCBinaryData d, const char *field,
                     struct pt_err *err) {
    if (!has) {
        return pt_err_set(err, PT_E_MISSING, "the statement has no %s", field);
    }
    if (pt_hash_from_bytes(ret, d.data, d.len) != 0) {
        return pt_err_set(err, PT_E_FIELD, "the statement's %s is not 32 bytes", field);
    }
    return 0;
}

static int statement_hashes(struct pt_statement *s, struct pt_err *err) {
    const Pentad__V1__BatchStatement *m = s->msg;
    int rc = take_hash(&s->hub, m->has_hub, m->hub, "hub", err);

    if (rc == 0) {
        rc = take_hash(&s->records_root, m->has_records_root, m->records_root, "records_root", err);
    }
    if (rc == 0) {
        rc = take_hash(&s->previous, m->has_previous, m->previous, "previous", err);
    }
    if (rc == 0 && m->has_supersedes) {
        s->has_supersedes = true;
        rc = take_hash(&s->supersedes, true, m->supersedes, "supersedes", err);
    }
    if (rc != 0) {
        return rc;
    }
    if (m->seen == NULL || !m->seen->has_tree_size || m->seen->tree_size == 0) {
        return pt_err_set(err, PT_E_MISSING, "the statement doesn't say what its author had seen");
    }
    return take_hash(&s->seen_root, m->seen->has_root, m->seen->root, "seen.root", err);
}

static int statement_fields(struct pt_statement *s, struct pt_err *err) {
    const Pentad__V1__BatchStatement *m = s->msg;

    if (!m->has_version || m->version != 1 || !m->has_schema_version || m->schema_version != 1) {
        return pt_err_set(err, PT_E_UNSUPPORTED,
                          "the statement's version and schema_version are not both 1");
    }
    if (!pt_name_valid(m->party) || !pt_name_valid(m->stream)) {
        return pt_err_set(err, PT_E_FIELD,
                          "the statement's party or stream is not a name ([a-z][a-z0-9-]{0,31})");
    }
    if (!m->has_record_count || m->record_count < 1 || m->record_count > PT_BATCH_RECORDS_MAX) {
        return pt_err_set(err, PT_E_FIELD, "the statement's record_count is not 1 to %d",
                          PT_BATCH_RECORDS_MAX);
    }
    if (!m->has_first_seq || m->first_seq < 1 ||
        m->first_seq > (uint64_t)INT64_MAX - PT_BATCH_RECORDS_MAX) {
        return pt_err_set(err, PT_E_FIELD, "the statement's first_seq is not a sequence number");
    }
    if (!m->has_signed_at_ms || m->signed_at_ms < 0) {
        return pt_err_set(err, PT_E_FIELD, "the statement's signed_at_ms is not a time");
    }
    return statement_hashes(s, err);
}

int pt_statement_open(const Pentad__V1__Envelope *env, struct pt_statement *ret,
                      struct pt_err *err) {
    ProtobufCMessage *m = NULL;
    struct pt_span payload;
    int rc;

    memset(ret, 0, sizeof(*ret));
    rc = check_envelope(env, PT_DSSE_BATCH_STATEMENT, err);
    if (rc == 0) {
        rc = check_one_signature(env, err);
    }
    if (rc != 0) {
        return rc;
    }
    payload = pt_span(env->payload.data, env->payload.len);
    rc = pt_strict_unpack(&pentad__v1__batch_statement__descriptor, payload, &m, err);
    if (rc != 0) {
        return rc;
    }
    ret->msg = (Pentad__V1__BatchStatement *)m;
    pt_sha256(&ret->hash, payload.p, payload.len);
    rc = statement_fields(ret, err);
    if (rc != 0) {
        pt_statement_done(ret);
        return rc;
    }
    ret->first_seq = ret->msg->first_seq;
    ret->record_count = ret->msg->record_count;
    ret->seen_size = ret->msg->seen->tree_size;
    return 0;
}

void pt_statement_done(struct pt_statement *s) {
    if (s != NULL) {
        if (s->msg != NULL) {
            pentad__v1__batch_statement__free_unpacked(s->msg, NULL);
        }
        memset(s, 0, sizeof(*s));
    }
}

/* protobuf-c has no const; packing only reads. */
static ProtobufCBinaryData hash_field(const struct pt_hash *h) {
    return (ProtobufCBinaryData){.len = PT_HASH_LEN, .data = (uint8_t *)(uintptr_t)h->b};
}

int pt_statement_write(const struct pt_statement_parts *parts, struct pt_buf *out) {
    Pentad__V1__BatchStatement m = PENTAD__V1__BATCH_STATEMENT__INIT;
    Pentad__V1__Seen seen = PENTAD__V1__SEEN__INIT;

    PT_ASSERT(parts->record_count >= 1 && parts->record_count <= PT_BATCH_RECORDS_MAX);
    m.has_version = m.has_hub = m.has_first_seq = m.has_record_count = m.has_records_root = 1;
    m.has_previous = m.has_signed_at_ms = m.has_schema_version = 1;
    m.version = 1;
    m.hub = hash_field(parts->hub);
    m.party = (char *)(uintptr_t)parts->party;
    m.stream = (char *)(uintptr_t)parts->stream;
    m.first_seq = parts->first_seq;
    m.record_count = parts->record_count;
    m.records_root = hash_field(parts->records_root);
    m.previous = hash_field(parts->previous);
    if (parts->supersedes != NULL) {
        m.has_supersedes = 1;
        m.supersedes = hash_field(parts->supersedes);
    }
    seen.has_tree_size = seen.has_root = 1;
    seen.tree_size = parts->seen_size;
    seen.root = hash_field(parts->seen_root);
    m.seen = &seen;
    m.signed_at_ms = parts->signed_at_ms;
    m.schema_version = 1;
    return pt_strict_pack(out, &m.base);
}

int pt_statement_check_records(const struct pt_statement *s, const struct pt_hash *hashes, size_t n,
                               struct pt_err *err) {
    struct pt_hash root;

    if (n != s->record_count) {
        return pt_err_set(err, PT_E_COUNT, "the statement speaks of %llu records, here are %zu",
                          (unsigned long long)s->record_count, n);
    }
    pt_merkle_root_of(hashes, n, &root);
    if (!pt_hash_eq(&root, &s->records_root)) {
        return pt_err_set(err, PT_E_ROOT, "the records' head is not the statement's records_root");
    }
    return 0;
}

/* ---- entries ---- */

static int open_genesis(struct pt_entry *e, struct pt_err *err) {
    const Pentad__V1__LogEntry *m = e->msg;
    ProtobufCMessage *g = NULL;
    int rc;

    e->is_genesis = true;
    if (m->has_signing_key) {
        return pt_err_set(err, PT_E_FORMAT, "the genesis entry names one signing key");
    }
    rc = pt_strict_unpack(&pentad__v1__genesis__descriptor,
                          pt_span(m->envelope->payload.data, m->envelope->payload.len), &g, err);
    if (rc != 0) {
        return rc;
    }
    e->genesis = (Pentad__V1__Genesis *)g;
    rc = pt_genesis_check(e->genesis, err);
    if (rc == 0 && e->genesis->created_at_ms != m->received_at_ms) {
        rc = pt_err_set(err, PT_E_FIELD, "the genesis entry's time is not the genesis' own");
    }
    return rc;
}

static int open_fields(struct pt_entry *e, struct pt_err *err) {
    const Pentad__V1__LogEntry *m = e->msg;

    if (m->envelope == NULL || m->envelope->payload_type == NULL || !m->envelope->has_payload ||
        !m->has_received_at_ms || m->received_at_ms <= 0) {
        return pt_err_set(err, PT_E_MISSING, "the log entry lacks its envelope or its time");
    }
    e->received_at_ms = m->received_at_ms;
    if (strcmp(m->envelope->payload_type, PT_DSSE_GENESIS) == 0) {
        return open_genesis(e, err);
    }
    if (!m->has_signing_key ||
        pt_hash_from_bytes(&e->signing_key, m->signing_key.data, m->signing_key.len) != 0) {
        return pt_err_set(err, PT_E_MISSING, "the log entry lacks its signing key's fingerprint");
    }
    return pt_statement_open(m->envelope, &e->statement, err);
}

int pt_entry_open(struct pt_span bytes, struct pt_entry *ret, struct pt_err *err) {
    ProtobufCMessage *m = NULL;
    int rc;

    memset(ret, 0, sizeof(*ret));
    if (bytes.len > 65535) {
        return pt_err_set(err, PT_E_TOO_LARGE, "a log entry of %zu bytes: at most 65535",
                          bytes.len);
    }
    rc = pt_strict_unpack(&pentad__v1__log_entry__descriptor, bytes, &m, err);
    if (rc != 0) {
        return rc;
    }
    ret->msg = (Pentad__V1__LogEntry *)m;
    pt_leaf_hash(&ret->leaf, bytes.p, bytes.len);
    rc = open_fields(ret, err);
    if (rc != 0) {
        pt_entry_done(ret);
    }
    return rc;
}

void pt_entry_done(struct pt_entry *e) {
    if (e == NULL) {
        return;
    }
    if (e->msg != NULL) {
        pentad__v1__log_entry__free_unpacked(e->msg, NULL);
    }
    if (e->genesis != NULL) {
        pentad__v1__genesis__free_unpacked(e->genesis, NULL);
    }
    pt_statement_done(&e->statement);
    memset(e, 0, sizeof(*e));
}

/* ---- signatures ---- */

static int verify_signature(const Pentad__V1__Envelope *env, const Pentad__V1__Signature *s,
                            struct pt_span spki, const struct pt_sigverify *sv,
                            struct pt_err *err) {
    struct pt_buf pae;
    int rc;

    pt_buf_init(&pae, env->payload.len + 256);
    rc = pt_dsse_pae(&pae, env->payload_type, pt_span(env->payload.data, env->payload.len));
    if (rc == 0) {
        rc = sv->verify(sv->ctx, spki, pt_buf_span(&pae), pt_span(s->sig.data, s->sig.len));
    }
    pt_buf_done(&pae);
    if (rc != 0) {
        return pt_err_set(err, rc, "the envelope's signature doesn't verify: %s",
                          pt_err_text(rc, false));
    }
    return 0;
}

int pt_envelope_verify(const Pentad__V1__Envelope *env, struct pt_span spki,
                       const struct pt_sigverify *sv, struct pt_err *err) {
    int rc;

    if (env == NULL || !env->has_payload || env->payload_type == NULL ||
        strlen(env->payload_type) > 128) {
        return pt_err_set(err, PT_E_MISSING, "the envelope has no payload or no payload type");
    }
    rc = check_one_signature(env, err);
    return rc != 0 ? rc : verify_signature(env, env->signatures[0], spki, sv, err);
}

/* The listed signing key with that lower-case hex fingerprint, or NULL. */
static const Pentad__V1__PublicKey *signing_key_of(const Pentad__V1__Genesis *g,
                                                   const char *keyid) {
    for (size_t p = 0; p < g->n_parties; p++) {
        for (size_t k = 0; k < g->parties[p]->n_keys; k++) {
            const Pentad__V1__PublicKey *key = g->parties[p]->keys[k];
            struct pt_hash fp;
            char hex[2 * PT_HASH_LEN + 1];

            if (key->use != PENTAD__V1__KEY_USE__KEY_USE_SIGNING) {
                continue;
            }
            pt_sha256(&fp, key->spki.data, key->spki.len);
            pt_hash_hex(hex, &fp);
            if (strcmp(hex, keyid) == 0) {
                return key;
            }
        }
    }
    return NULL;
}

static size_t count_signing_keys(const Pentad__V1__Genesis *g) {
    size_t n = 0;

    for (size_t p = 0; p < g->n_parties; p++) {
        for (size_t k = 0; k < g->parties[p]->n_keys; k++) {
            n += g->parties[p]->keys[k]->use == PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
        }
    }
    return n;
}

static int verify_genesis_sigs(const Pentad__V1__Envelope *env, const Pentad__V1__Genesis *g,
                               const struct pt_sigverify *sv, struct pt_err *err) {
    size_t want = count_signing_keys(g);
    const char *last = "";

    if (env->n_signatures != want) {
        return pt_err_set(err, PT_E_SIGNATURE,
                          "the genesis has %zu signatures, its parties list %zu signing keys",
                          env->n_signatures, want);
    }
    for (size_t i = 0; i < env->n_signatures; i++) {
        const Pentad__V1__Signature *s = env->signatures[i];
        const Pentad__V1__PublicKey *key = s->keyid != NULL ? signing_key_of(g, s->keyid) : NULL;
        int rc;

        if (key == NULL || !s->has_sig) {
            return pt_err_set(err, PT_E_UNKNOWN_KEY,
                              "signature %zu of the genesis is by no listed signing key", i + 1);
        }
        if (strcmp(last, s->keyid) >= 0) {
            return pt_err_set(err, PT_E_FORMAT, "the genesis' signatures are not sorted by keyid");
        }
        last = s->keyid;
        rc = verify_signature(env, s, pt_span(key->spki.data, key->spki.len), sv, err);
        if (rc != 0) {
            pt_err_wrap(err, "signature %zu of the genesis", i + 1);
            return rc;
        }
    }
    return 0;
}

int pt_genesis_verify(const Pentad__V1__Envelope *env, const struct pt_sigverify *sv,
                      struct pt_err *err) {
    ProtobufCMessage *m = NULL;
    int rc = check_envelope(env, PT_DSSE_GENESIS, err);

    if (rc != 0) {
        return rc;
    }
    rc = pt_strict_unpack(&pentad__v1__genesis__descriptor,
                          pt_span(env->payload.data, env->payload.len), &m, err);
    if (rc != 0) {
        return rc;
    }
    rc = pt_genesis_check((Pentad__V1__Genesis *)m, err);
    if (rc == 0) {
        rc = verify_genesis_sigs(env, (Pentad__V1__Genesis *)m, sv, err);
    }
    protobuf_c_message_free_unpacked(m, NULL);
    return rc;
}
