#include <pentad/certs/dsse.h>

#include <string.h>

#include <pentad/proof/dsse.h>
#include <pentad/proof/entry.h>

enum { PAYLOAD_MAX = 16 * 1024 * 1024 };

int pt_dsse_sign(const struct pt_key *k, const char *payload_type, struct pt_span payload,
                 struct pt_buf *ret_envelope, struct pt_err *err) {
    Pentad__V1__Envelope env = PENTAD__V1__ENVELOPE__INIT;
    Pentad__V1__Signature s = PENTAD__V1__SIGNATURE__INIT;
    Pentad__V1__Signature *list[1] = {&s};
    char keyid[2 * PT_HASH_LEN + 1];
    char type[128];
    uint8_t sig[PT_SIG_MAX];
    struct pt_hash fp;
    struct pt_buf pae;
    int rc;

    PT_ASSERT(strlen(payload_type) < sizeof(type));
    memcpy(type, payload_type, strlen(payload_type) + 1);
    pt_buf_init(&pae, PAYLOAD_MAX);
    rc = pt_dsse_pae(&pae, payload_type, payload);
    if (rc != 0) {
        rc = pt_err_set(err, rc, "a payload of %zu bytes is too large to sign", payload.len);
        goto out;
    }
    rc = pt_key_sign(k, pt_buf_span(&pae), sig, &s.sig.len, err);
    if (rc != 0) {
        goto out;
    }
    pt_key_fingerprint(k, &fp);
    pt_hash_hex(keyid, &fp);
    s.has_sig = 1;
    s.sig.data = sig;
    s.keyid = keyid;
    env.has_payload = 1;
    /* The payload as PAE holds it, behind its header: the message wants bytes it may change. */
    env.payload.data = pae.p + (pae.len - payload.len);
    env.payload.len = payload.len;
    env.payload_type = type;
    env.n_signatures = 1;
    env.signatures = list;
    rc = pt_strict_pack(ret_envelope, &env.base);
    if (rc != 0) {
        rc = pt_err_set(err, rc, "no room for an envelope");
    }
out:
    pt_buf_done(&pae);
    return rc;
}

static int verify_cb(void *ctx, struct pt_span spki, struct pt_span msg, struct pt_span sig) {
    (void)spki;
    return pt_pubkey_verify(ctx, msg, sig);
}

int pt_dsse_open(const struct pt_pubkey *k, const char *payload_type, struct pt_span envelope,
                 struct pt_buf *ret_payload, struct pt_err *err) {
    union {
        const struct pt_pubkey *in;
        void *out;
    } u = {.in = k}; /* verify_cb only reads it */
    struct pt_sigverify sv = {verify_cb, u.out};
    ProtobufCMessage *m = NULL;
    const Pentad__V1__Envelope *env;
    int rc = pt_strict_unpack(&pentad__v1__envelope__descriptor, envelope, &m, err);

    if (rc != 0) {
        return rc;
    }
    env = (const Pentad__V1__Envelope *)m;
    if (env->payload_type == NULL || strcmp(env->payload_type, payload_type) != 0) {
        rc = pt_err_set(err, PT_E_FORMAT, "the envelope's payload type is not %s", payload_type);
    }
    if (rc == 0) {
        rc = pt_envelope_verify(env, pt_pubkey_spki(k), &sv, err);
    }
    if (rc == 0) {
        rc = pt_buf_append(ret_payload, env->payload.data, env->payload.len);
        if (rc != 0) {
            rc = pt_err_set(err, rc, "no room for the payload");
        }
    }
    protobuf_c_message_free_unpacked(m, NULL);
    return rc;
}
