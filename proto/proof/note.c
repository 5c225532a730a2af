#include <pentad/proof/note.h>

#include <inttypes.h>
#include <string.h>

#include <pentad/base/codec.h>

#include "text.h"

static const char dash[] = "\xE2\x80\x94 "; /* U+2014 and a space */

static uint32_t be32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

bool pt_note_name_valid(const char *s, size_t len) {
    struct pt_span t = pt_span(s, len);
    size_t pos = 0;

    if (len == 0 || len > PT_NOTE_NAME_MAX) {
        return false;
    }
    while (pos < len) {
        int32_t c = pt_text_next(t, &pos);

        if (c < 0x21 || c == 0x7F || c == '+' || pt_text_is_space(c)) {
            return false;
        }
    }
    return true;
}

/* ---- keys ---- */

uint32_t pt_note_keyid(const char *name, uint8_t type, const uint8_t pub[32]) {
    struct pt_sha256 s;
    struct pt_hash h;

    pt_sha256_init(&s);
    pt_sha256_update(&s, name, strlen(name));
    pt_sha256_update(&s, "\n", 1);
    pt_sha256_update(&s, &type, 1);
    pt_sha256_update(&s, pub, 32);
    pt_sha256_final(&s, &h);
    return be32(h.b);
}

int pt_vkey_make(struct pt_vkey *ret, const char *name, uint8_t type, const uint8_t pub[32]) {
    size_t len = strlen(name);

    memset(ret, 0, sizeof(*ret));
    if (!pt_note_name_valid(name, len)) {
        return PT_E_FORMAT;
    }
    if (type != PT_NOTE_ED25519 && type != PT_NOTE_COSIGNATURE) {
        return PT_E_UNSUPPORTED;
    }
    memcpy(ret->name, name, len);
    ret->type = type;
    memcpy(ret->pub, pub, 32);
    ret->keyid = pt_note_keyid(ret->name, type, pub);
    return 0;
}

static int vkey_bytes(const char *s, size_t len, uint8_t out[33]) {
    struct pt_buf b;
    int rc;

    pt_buf_init(&b, 64);
    rc = pt_unbase64_append(&b, s, len);
    if (rc == 0 && b.len != 33) {
        rc = b.len > 0 && b.p[0] != PT_NOTE_ED25519 && b.p[0] != PT_NOTE_COSIGNATURE
                 ? PT_E_UNSUPPORTED
                 : PT_E_FORMAT;
    }
    if (rc == 0) {
        memcpy(out, b.p, 33);
    }
    pt_buf_done(&b);
    return rc;
}

int pt_vkey_parse(struct pt_vkey *ret, const char *s, size_t len, struct pt_err *err) {
    const char *plus1 = len > 0 ? memchr(s, '+', len) : NULL;
    const char *plus2 =
        plus1 != NULL ? memchr(plus1 + 1, '+', len - (size_t)(plus1 + 1 - s)) : NULL;
    char name[PT_NOTE_NAME_MAX + 1];
    uint8_t id[4];
    uint8_t key[33];
    int rc;

    memset(ret, 0, sizeof(*ret));
    if (plus2 == NULL || !pt_note_name_valid(s, (size_t)(plus1 - s)) ||
        pt_unhex(plus1 + 1, (size_t)(plus2 - plus1 - 1), id, sizeof(id)) != 0) {
        return pt_err_set(err, PT_E_FORMAT,
                          "a verifier key reads name+8 hex digits+base64, this one doesn't");
    }
    rc = vkey_bytes(plus2 + 1, len - (size_t)(plus2 + 1 - s), key);
    if (rc != 0) {
        return pt_err_set(err, rc, "the verifier key's last part is not one Ed25519 key");
    }
    memcpy(name, s, (size_t)(plus1 - s));
    name[plus1 - s] = '\0';
    rc = pt_vkey_make(ret, name, key[0], key + 1);
    if (rc != 0) {
        return pt_err_set(err, rc, "the verifier key's signature type %u is not known", key[0]);
    }
    if (ret->keyid != be32(id)) {
        memset(ret, 0, sizeof(*ret));
        return pt_err_set(err, PT_E_FORMAT, "the verifier key's id is not that of its key");
    }
    return 0;
}

int pt_vkey_format(struct pt_buf *out, const struct pt_vkey *k) {
    uint8_t key[33];

    key[0] = k->type;
    memcpy(key + 1, k->pub, 32);
    pt_buf_printf(out, "%s+%08" PRIx32 "+", k->name, k->keyid);
    pt_base64_append(out, key, sizeof(key));
    return out->failed;
}

void pt_ed25519_spki(uint8_t out[44], const uint8_t pub[32]) {
    static const uint8_t head[12] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                     0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

    memcpy(out, head, sizeof(head));
    memcpy(out + sizeof(head), pub, 32);
}

/* ---- parsing ---- */

static bool note_chars_ok(struct pt_span s) {
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] < 0x20 && s.p[i] != '\n') {
            return false;
        }
    }
    return pt_text_utf8(s);
}

/* Where the text ends: behind the last newline that an empty line follows. 0 if there is none. */
static size_t text_end(struct pt_span s) {
    for (size_t i = s.len; i >= 2; i--) {
        if (s.p[i - 1] == '\n' && s.p[i - 2] == '\n') {
            return i - 1;
        }
    }
    return 0;
}

static int parse_sig(struct pt_note *n, struct pt_span line, struct pt_err *err) {
    struct pt_note_sig *sig = &n->sigs[n->n_sigs];
    struct pt_span rest;
    const uint8_t *space;
    size_t at = n->decoded.len;

    if (n->n_sigs == PT_NOTE_SIGS_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "the note has more than %d signatures",
                          PT_NOTE_SIGS_MAX);
    }
    if (!pt_text_prefix(line, dash)) {
        return pt_err_set(err, PT_E_FORMAT, "signature line %zu doesn't begin with an em dash",
                          n->n_sigs + 1);
    }
    rest = pt_span(line.p + 4, line.len - 4);
    space = rest.len > 0 ? memchr(rest.p, ' ', rest.len) : NULL;
    if (space == NULL || !pt_note_name_valid((const char *)rest.p, (size_t)(space - rest.p))) {
        return pt_err_set(err, PT_E_FORMAT, "signature line %zu has no valid key name",
                          n->n_sigs + 1);
    }
    sig->name = pt_span(rest.p, (size_t)(space - rest.p));
    if (pt_unbase64_append(&n->decoded, (const char *)space + 1, rest.len - sig->name.len - 1) !=
            0 ||
        n->decoded.len - at < 5) {
        return pt_err_set(err, PT_E_FORMAT, "signature line %zu is not base64 of id and signature",
                          n->n_sigs + 1);
    }
    sig->keyid = be32(n->decoded.p + at);
    sig->sig = pt_span(n->decoded.p + at + 4, n->decoded.len - at - 4);
    n->n_sigs++;
    return 0;
}

int pt_note_parse(struct pt_note *ret, struct pt_span bytes, struct pt_err *err) {
    struct pt_span line;
    size_t end;
    size_t pos;
    int rc;

    memset(ret, 0, sizeof(*ret));
    pt_buf_init(&ret->bytes, PT_NOTE_MAX);
    pt_buf_init(&ret->decoded, PT_NOTE_MAX);
    if (bytes.len > PT_NOTE_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "the note has over %d bytes", PT_NOTE_MAX);
    }
    end = text_end(bytes);
    if (end == 0 || end + 1 == bytes.len || bytes.p[bytes.len - 1] != '\n' ||
        !note_chars_ok(bytes)) {
        return pt_err_set(err, PT_E_FORMAT,
                          "not a signed note: text, an empty line, signature lines, all UTF-8");
    }
    /* Reserved at once, so that the spans into both copies stay where they are. */
    if (pt_buf_append_span(&ret->bytes, bytes) != 0 ||
        pt_buf_reserve(&ret->decoded, bytes.len) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for a note of %zu bytes", bytes.len);
    }
    ret->text = pt_span(ret->bytes.p, end);
    pos = end + 1;
    while (pt_text_line(pt_buf_span(&ret->bytes), &pos, &line)) {
        rc = parse_sig(ret, line, err);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

void pt_note_done(struct pt_note *n) {
    if (n != NULL) {
        pt_buf_done(&n->bytes);
        pt_buf_done(&n->decoded);
        memset(n, 0, sizeof(*n));
    }
}

/* ---- verifying ---- */

static int verify_cosignature(const struct pt_note *n, const struct pt_note_sig *sig,
                              struct pt_span spki, const struct pt_sigverify *sv,
                              uint64_t *ret_time_s) {
    struct pt_buf msg;
    uint64_t t = 0;
    int rc;

    if (sig->sig.len != 8 + 64) {
        return PT_E_SIGNATURE;
    }
    for (unsigned i = 0; i < 8; i++) {
        t = t << 8 | sig->sig.p[i];
    }
    if (t > INT64_MAX) {
        return PT_E_SIGNATURE;
    }
    pt_buf_init(&msg, PT_NOTE_MAX + 64);
    rc = pt_cosignature_message(&msg, t, n->text);
    if (rc == 0) {
        rc = sv->verify(sv->ctx, spki, pt_buf_span(&msg), pt_span(sig->sig.p + 8, 64));
    }
    pt_buf_done(&msg);
    *ret_time_s = t;
    return rc;
}

static int verify_line(const struct pt_note *n, const struct pt_note_sig *sig,
                       const struct pt_vkey *k, const struct pt_sigverify *sv,
                       uint64_t *ret_time_s) {
    uint8_t spki[44];

    pt_ed25519_spki(spki, k->pub);
    *ret_time_s = 0;
    if (k->type == PT_NOTE_COSIGNATURE) {
        return verify_cosignature(n, sig, pt_span(spki, sizeof(spki)), sv, ret_time_s);
    }
    if (sig->sig.len != 64) {
        return PT_E_SIGNATURE;
    }
    return sv->verify(sv->ctx, pt_span(spki, sizeof(spki)), n->text, sig->sig);
}

static bool line_is_of(const struct pt_note_sig *sig, const struct pt_vkey *k) {
    return sig->keyid == k->keyid && pt_span_eq(sig->name, pt_span_str(k->name));
}

int pt_note_verify(const struct pt_note *n, const struct pt_vkey *keys, size_t n_keys,
                   const struct pt_sigverify *sv, struct pt_note_verified *ret,
                   struct pt_err *err) {
    int rc;

    PT_ASSERT(n_keys <= PT_NOTE_KEYS_MAX);
    memset(ret, 0, sizeof(*ret));
    for (size_t s = 0; s < n->n_sigs; s++) {
        for (size_t k = 0; k < n_keys; k++) {
            if (!line_is_of(&n->sigs[s], &keys[k])) {
                continue;
            }
            if ((ret->mask >> k & 1) != 0) {
                ret->mask = 0;
                return pt_err_set(err, PT_E_SIGNATURE, "the note has two signatures of %s",
                                  keys[k].name);
            }
            rc = verify_line(n, &n->sigs[s], &keys[k], sv, &ret->time_s[k]);
            if (rc != 0) {
                ret->mask = 0;
                return pt_err_set(err, rc, "the note's signature of %s doesn't verify",
                                  keys[k].name);
            }
            ret->mask |= UINT64_C(1) << k;
        }
    }
    return 0;
}

/* ---- making ---- */

int pt_note_begin(struct pt_buf *out, struct pt_span text) {
    PT_ASSERT(text.len > 0 && text.p[text.len - 1] == '\n');
    pt_buf_append_span(out, text);
    return pt_buf_putc(out, '\n');
}

int pt_note_append_sig(struct pt_buf *out, const char *name, uint32_t keyid, struct pt_span sig) {
    struct pt_buf raw;
    int rc;

    pt_buf_init(&raw, PT_NOTE_MAX);
    pt_buf_put_u16be(&raw, (uint16_t)(keyid >> 16));
    pt_buf_put_u16be(&raw, (uint16_t)keyid);
    rc = pt_buf_append_span(&raw, sig);
    if (rc == 0) {
        pt_buf_puts(out, dash);
        pt_buf_puts(out, name);
        pt_buf_putc(out, ' ');
        pt_base64_append(out, raw.p, raw.len);
        rc = pt_buf_putc(out, '\n');
    }
    pt_buf_done(&raw);
    return rc;
}

int pt_cosignature_message(struct pt_buf *out, uint64_t time_s, struct pt_span note_text) {
    pt_buf_printf(out, "cosignature/v1\ntime %" PRIu64 "\n", time_s);
    return pt_buf_append_span(out, note_text);
}
