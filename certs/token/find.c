/* From the URI to a key that can sign: token, session, login, objects. */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <pentad/base/file.h>

#include "internal.h"

enum { SLOTS_MAX = 64, PIN_MAX = 256, ATTRIBUTE_MAX = 256 };

/* ---- the token ---- */

static const char *token_name(const struct pt_token *t, char out[33]) {
    size_t n = sizeof t->info.label;
    memcpy(out, t->info.label, n);
    while (n > 0 && out[n - 1] == ' ') {
        n--;
    }
    out[n] = '\0';
    return out;
}

/* Those of one module that the URI means: the last one found is kept, their number added. */
static void look_in(struct pt_token *t, CK_FUNCTION_LIST *m, unsigned *n) {
    CK_SLOT_ID slots[SLOTS_MAX];
    CK_ULONG count = SLOTS_MAX;
    CK_SLOT_ID wanted = p11_kit_uri_get_slot_id(t->uri);
    if (m->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK) {
        return;
    }
    for (CK_ULONG i = 0; i < count; i++) {
        CK_TOKEN_INFO info;
        if ((wanted == (CK_SLOT_ID)-1 || wanted == slots[i]) &&
            m->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
            (info.flags & CKF_TOKEN_INITIALIZED) != 0 &&
            p11_kit_uri_match_token_info(t->uri, &info)) {
            t->module = m;
            t->slot = slots[i];
            t->info = info;
            ++*n;
        }
    }
}

static int find_token(struct pt_token *t, struct pt_err *err) {
    unsigned n = 0;
    if (t->one != NULL) {
        look_in(t, t->one, &n);
    }
    for (CK_FUNCTION_LIST **m = t->every; m != NULL && *m != NULL; m++) {
        look_in(t, *m, &n);
    }
    if (n == 1) {
        return 0;
    }
    return n == 0
               ? pt_err_set(err, PT_E_NOT_FOUND,
                            "no such token is present: is it plugged in, is its module installed "
                            "(p11-kit list-modules), does the URI name it rightly?")
               : pt_err_set(err, PT_E_CONFIG,
                            "%u tokens are meant by this URI: name one by serial=", n);
}

/* ---- the PIN ---- */

static int read_pin(const struct pt_token *t, struct pt_buf *out, const char **ret_path,
                    struct pt_err *err) {
    const char *path = p11_kit_uri_get_pin_source(t->uri);
    char label[33];
    if (path == NULL) {
        return pt_err_set(err, PT_E_CONFIG,
                          "the token %s wants a PIN: write it into a file that only this account "
                          "reads and add pin-source=file:/PATH to the URI",
                          token_name(t, label));
    }
    path += strncmp(path, "file:", 5) == 0 ? 5 : 0;
    path += strncmp(path, "//", 2) == 0 ? 2 : 0;
    if (path[0] != '/') {
        return pt_err_set(err, PT_E_CONFIG,
                          "pin-source must be the whole path of a file, from / on");
    }
    *ret_path = path;
    int rc = pt_file_read(path, out, err);
    if (rc != 0) {
        return pt_err_wrap(err, "the PIN of the token %s", token_name(t, label));
    }
    while (out->len > 0 && (out->p[out->len - 1] == '\n' || out->p[out->len - 1] == '\r')) {
        out->len--;
    }
    return 0;
}

static int pin_refused(const struct pt_token *t, const char *path, struct pt_err *err) {
    char label[33];
    return pt_err_set(err, PT_E_CONFIG,
                      "the token %s refuses the PIN in %.100s: mend it before another start, a "
                      "token locks itself after a few wrong ones",
                      token_name(t, label), path);
}

static int login_failed(const struct pt_token *t, CK_RV rv, const char *path, struct pt_err *err) {
    char label[33];
    if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE) {
        return pin_refused(t, path, err);
    }
    return rv == CKR_PIN_LOCKED
               ? pt_err_set(err, PT_E_CONFIG,
                            "the PIN of the token %s is locked: its security officer unlocks it",
                            token_name(t, label))
               : pt_token_fault(err, rv, "logging in");
}

static int try_pin(struct pt_token *t, struct pt_span pin, const char *path, struct pt_err *err) {
    uint8_t digest[32];
    if (EVP_Digest(pin.p, pin.len, digest, NULL, EVP_sha256(), NULL) != 1) {
        return pt_err_set(err, PT_E_CRYPTO, "no SHA-256");
    }
    if (t->has_refused && memcmp(digest, t->refused, sizeof digest) == 0) {
        return pin_refused(t, path, err);
    }
    CK_RV rv = t->module->C_Login(t->session, CKU_USER, (CK_BYTE *)(uintptr_t)pin.p, pin.len);
    if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN) {
        return 0;
    }
    t->has_refused = rv == CKR_PIN_INCORRECT;
    memcpy(t->refused, digest, sizeof digest);
    return login_failed(t, rv, path, err);
}

static int log_in(struct pt_token *t, struct pt_err *err) {
    bool elsewhere = (t->info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
    const char *path = "";
    struct pt_buf pin;
    if ((t->info.flags & CKF_LOGIN_REQUIRED) == 0) {
        return 0;
    }
    pt_buf_init(&pin, PIN_MAX);
    int rc = 0;
    /* Where the token has a keypad of its own nothing is handed over. */
    if (!elsewhere || p11_kit_uri_get_pin_source(t->uri) != NULL) {
        rc = read_pin(t, &pin, &path, err);
    }
    rc = rc ? rc : try_pin(t, pt_buf_span(&pin), path, err);
    if (pin.p != NULL) {
        OPENSSL_cleanse(pin.p, pin.cap);
    }
    pt_buf_done(&pin);
    return rc;
}

/* ---- objects ---- */

/* Exactly one object like that, or PT_E_NOT_FOUND, or PT_E_CONFIG for several. */
static int find_object(struct pt_token *t, CK_ATTRIBUTE *like, CK_ULONG n, CK_OBJECT_HANDLE *ret,
                       struct pt_err *err) {
    CK_OBJECT_HANDLE found[2];
    CK_ULONG count = 0;
    CK_RV rv = t->module->C_FindObjectsInit(t->session, like, n);
    if (rv == CKR_OK) {
        rv = t->module->C_FindObjects(t->session, found, 2, &count);
        (void)t->module->C_FindObjectsFinal(t->session);
    }
    if (rv != CKR_OK) {
        return pt_token_fault(err, rv, "looking for the key");
    }
    *ret = count > 0 ? found[0] : 0;
    return count == 1 ? 0 : count == 0 ? PT_E_NOT_FOUND : PT_E_CONFIG;
}

static int find_private(struct pt_token *t, struct pt_err *err) {
    CK_OBJECT_CLASS private_key = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE like[3] = {{CKA_CLASS, &private_key, sizeof private_key}};
    const CK_ATTRIBUTE_TYPE names[] = {CKA_LABEL, CKA_ID};
    CK_ULONG n = 1;
    char label[33];
    for (size_t i = 0; i < 2; i++) {
        const CK_ATTRIBUTE *a = p11_kit_uri_get_attribute(t->uri, names[i]);
        if (a != NULL) {
            like[n++] = *a;
        }
    }
    int rc = find_object(t, like, n, &t->key, err);
    if (rc == PT_E_NOT_FOUND) {
        return pt_err_set(err, rc,
                          "the token %s has no private key of that object= and id= "
                          "(pkcs11-tool --list-objects --login shows what it has)",
                          token_name(t, label));
    }
    return rc == PT_E_CONFIG ? pt_err_set(err, rc,
                                          "several private keys of the token %s are meant by this "
                                          "URI: name one by id=",
                                          token_name(t, label))
                             : rc;
}

/* The public object of the same id. */
static int find_public(struct pt_token *t, CK_OBJECT_HANDLE *ret, struct pt_err *err) {
    CK_OBJECT_CLASS public_key = CKO_PUBLIC_KEY;
    CK_BYTE id[ATTRIBUTE_MAX];
    CK_ATTRIBUTE of[2] = {{CKA_KEY_TYPE, &t->type, sizeof t->type}, {CKA_ID, id, sizeof id}};
    char label[33];
    CK_RV rv = t->module->C_GetAttributeValue(t->session, t->key, of, 2);
    if (rv != CKR_OK) {
        return pt_token_fault(err, rv, "reading the key's attributes");
    }
    CK_ATTRIBUTE like[2] = {{CKA_CLASS, &public_key, sizeof public_key}, of[1]};
    int rc = find_object(t, like, 2, ret, err);
    return rc == PT_E_NOT_FOUND || rc == PT_E_CONFIG
               ? pt_err_set(err, PT_E_NOT_FOUND,
                            "the token %s has %s public key beside the private one, under its id",
                            token_name(t, label), rc == PT_E_NOT_FOUND ? "no" : "more than one")
               : rc;
}

/* ---- the public half ---- */

struct form {
    CK_KEY_TYPE type;
    const char *params; /* CKA_EC_PARAMS */
    size_t params_len;
    const char *head; /* of the SubjectPublicKeyInfo, before the point */
    size_t head_len, point_len;
};
#define BYTES(s) s, sizeof(s) - 1
static const struct form forms[] = {
    {CKK_EC, BYTES("\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"),
     BYTES("\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03"
           "\x01\x07\x03\x42\x00"),
     65},
    {CKK_EC_EDWARDS, BYTES("\x06\x03\x2b\x65\x70"),
     BYTES("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"), 32},
    {CKK_EC_EDWARDS,
     BYTES("\x13\x0c"
           "edwards25519"),
     BYTES("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"), 32},
};

/* The point stands in an OCTET STRING; some tokens leave that out. */
static int fill_spki(struct pt_token *t, const struct form *f, const CK_ATTRIBUTE *point,
                     struct pt_err *err) {
    const uint8_t *p = point->pValue;
    size_t len = point->ulValueLen;
    uint8_t spki[PT_TOKEN_SPKI_MAX];
    size_t n = f->head_len + f->point_len;
    if (len == f->point_len + 2 && p[0] == 0x04 && p[1] == f->point_len) {
        p += 2;
        len -= 2;
    }
    if (len != f->point_len) {
        return pt_err_set(err, PT_E_UNSUPPORTED, "the token's public key isn't one whole point");
    }
    memcpy(spki, f->head, f->head_len);
    memcpy(spki + f->head_len, p, len);
    if (t->spki_len != 0 && (t->spki_len != n || memcmp(t->spki, spki, n) != 0)) {
        return pt_err_set(err, PT_E_CONFIG, "the token has another key there than at the start");
    }
    memcpy(t->spki, spki, n);
    t->spki_len = n;
    return 0;
}

static int read_public(struct pt_token *t, struct pt_err *err) {
    CK_BYTE params[ATTRIBUTE_MAX], point[ATTRIBUTE_MAX];
    CK_ATTRIBUTE of[2] = {{CKA_EC_PARAMS, params, sizeof params},
                          {CKA_EC_POINT, point, sizeof point}};
    CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
    int rc = find_public(t, &object, err);
    if (rc != 0) {
        return rc;
    }
    CK_RV rv = t->module->C_GetAttributeValue(t->session, object, of, 2);
    for (size_t i = 0; rv == CKR_OK && i < sizeof forms / sizeof forms[0]; i++) {
        const struct form *f = &forms[i];
        if (t->type == f->type && of[0].ulValueLen == f->params_len &&
            memcmp(params, f->params, f->params_len) == 0) {
            return fill_spki(t, f, &of[1], err);
        }
    }
    return pt_err_set(err, PT_E_UNSUPPORTED,
                      "the token's key is neither a P-256 nor an Ed25519 key");
}

/* ---- all of it ---- */

int pt_token_connect(struct pt_token *t, struct pt_err *err) {
    int rc = find_token(t, err);
    if (rc != 0) {
        return rc;
    }
    CK_RV rv = t->module->C_OpenSession(t->slot, CKF_SERIAL_SESSION, NULL, NULL, &t->session);
    if (rv != CKR_OK) {
        t->session = 0;
        return pt_token_fault(err, rv, "opening a session");
    }
    rc = log_in(t, err);
    rc = rc ? rc : find_private(t, err);
    rc = rc ? rc : read_public(t, err);
    if (rc != 0) {
        pt_token_disconnect(t);
    }
    return rc;
}

void pt_token_disconnect(struct pt_token *t) {
    if (t->session != 0) {
        (void)t->module->C_CloseSession(t->session);
        t->session = 0;
    }
}
