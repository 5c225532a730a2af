#include <pentad/proof/refusal.h>

#include <string.h>

#include <pentad/proof/dsse.h>
#include <pentad/proof/entry.h>

static bool is_hash(protobuf_c_boolean has, ProtobufCBinaryData d, const struct pt_hash *h) {
    return has && pt_span_eq(pt_span(d.data, d.len), pt_span(h->b, PT_HASH_LEN));
}

/* Whoever stole a key that the hub no longer uses must not make authors cut true batches anew. */
static int check_said(const Pentad__V1__Refusal *r, const struct pt_hash *hub,
                      const struct pt_hash *statement, const struct pt_keyhistory_key *signer,
                      struct pt_err *err) {
    if (!is_hash(r->has_statement_hash, r->statement_hash, statement) ||
        !is_hash(r->has_hub, r->hub, hub)) {
        return pt_err_set(err, PT_E_PROOF, "the refusal is for another statement");
    }
    if (signer->use != PENTAD__V1__KEY_USE__KEY_USE_SIGNING ||
        !pt_keyhistory_key_live(signer, r->tree_size)) {
        return pt_err_set(err, PT_E_RETIRED_KEY,
                          "the refusal is signed by a key that the hub didn't sign with then");
    }
    return 0;
}

int pt_refusal_open(const Pentad__V1__Envelope *env, const struct pt_hash *hub,
                    const struct pt_hash *statement, const struct pt_keyhistory *keys,
                    const struct pt_sigverify *sv, Pentad__V1__Refusal **ret, struct pt_err *err) {
    const struct pt_keyhistory_key *signer = NULL;
    ProtobufCMessage *m = NULL;
    int rc;

    *ret = NULL;
    if (env->payload_type == NULL || strcmp(env->payload_type, PT_DSSE_REFUSAL) != 0) {
        return pt_err_set(err, PT_E_FORMAT, "the refusal's envelope is of another type");
    }
    if (pt_keyhistory_find_signer(keys, env, "hub", sv, &signer, err) != 0) {
        return pt_err_set(err, PT_E_SIGNATURE, "the refusal is not signed by the hub: ignored");
    }
    rc = pt_strict_unpack(&pentad__v1__refusal__descriptor,
                          pt_span(env->payload.data, env->payload.len), &m, err);
    if (rc == 0) {
        rc = check_said((const Pentad__V1__Refusal *)m, hub, statement, signer, err);
    }
    if (rc != 0) {
        protobuf_c_message_free_unpacked(m, NULL);
        return rc;
    }
    *ret = (Pentad__V1__Refusal *)m;
    return 0;
}
