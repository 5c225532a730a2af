#include <pentad/certs/logkey.h>

#include <string.h>

int pt_logkey_vkey(const struct pt_key *k, const char *name, uint8_t type, struct pt_vkey *ret) {
    uint8_t pub[32];
    int rc = pt_key_ed25519_pub(k, pub);

    memset(ret, 0, sizeof(*ret));
    return rc != 0 ? rc : pt_vkey_make(ret, name, type, pub);
}

static int name_and_key(const struct pt_key *k, const char *name, uint8_t type, struct pt_vkey *ret,
                        struct pt_err *err) {
    int rc = pt_logkey_vkey(k, name, type, ret);

    if (rc == PT_E_UNSUPPORTED) {
        return pt_err_set(err, rc, "the log's key must be an Ed25519 key");
    }
    if (rc != 0) {
        return pt_err_set(err, rc, "%s is not a key name (no space, no +)", name);
    }
    return 0;
}

static int sign_note(const struct pt_key *k, const char *name, struct pt_span text,
                     struct pt_buf *out, struct pt_err *err) {
    uint8_t sig[PT_SIG_MAX];
    struct pt_vkey v;
    size_t n;
    int rc = name_and_key(k, name, PT_NOTE_ED25519, &v, err);

    if (rc == 0) {
        rc = pt_key_sign(k, text, sig, &n, err);
    }
    if (rc != 0) {
        return rc;
    }
    pt_note_begin(out, text);
    rc = pt_note_append_sig(out, name, v.keyid, pt_span(sig, n));
    return rc == 0 ? 0 : pt_err_set(err, rc, "no room for a note");
}

int pt_logkey_sign_checkpoint(const struct pt_key *k, const struct pt_checkpoint *c,
                              struct pt_buf *out, struct pt_err *err) {
    struct pt_buf text;
    int rc;

    pt_buf_init(&text, 1024);
    rc = pt_checkpoint_format(&text, c);
    if (rc != 0) {
        rc = pt_err_set(err, rc, "no memory for a checkpoint");
    } else {
        rc = sign_note(k, c->origin, pt_buf_span(&text), out, err);
    }
    pt_buf_done(&text);
    return rc;
}

int pt_logkey_cosign(const struct pt_key *k, const char *name, uint64_t time_s, struct pt_span text,
                     struct pt_buf *out, struct pt_err *err) {
    uint8_t sig[8 + PT_SIG_MAX];
    struct pt_vkey v;
    struct pt_buf msg;
    size_t n = 0;
    int rc = name_and_key(k, name, PT_NOTE_COSIGNATURE, &v, err);

    pt_buf_init(&msg, PT_NOTE_MAX + 64);
    if (rc == 0) {
        rc = pt_cosignature_message(&msg, time_s, text);
    }
    if (rc == 0) {
        rc = pt_key_sign(k, pt_buf_span(&msg), sig + 8, &n, err);
    }
    for (unsigned i = 0; i < 8; i++) {
        sig[i] = (uint8_t)(time_s >> (56 - 8 * i));
    }
    if (rc == 0) {
        rc = pt_note_append_sig(out, name, v.keyid, pt_span(sig, 8 + n));
    }
    pt_buf_done(&msg);
    return rc;
}
