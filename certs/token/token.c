#include <pentad/token/token.h>

#include <stdlib.h>
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include "internal.h"

enum { P256_BYTES = 32, ED25519_SIG = 64 };

bool pt_token_is_uri(const char *s) {
    return strncmp(s, "pkcs11:", 7) == 0;
}

int pt_token_fault(struct pt_err *err, CK_RV rv, const char *what) {
    return pt_err_set(err, PT_E_IO, "%s: the token says \"%s\" (0x%lx)", what, p11_kit_strerror(rv),
                      (unsigned long)rv);
}

/* ---- the URI and its modules ---- */

static int parse(struct pt_token *t, const char *uri, struct pt_err *err) {
    t->uri = p11_kit_uri_new();
    if (t->uri == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for a token");
    }
    int rc = p11_kit_uri_parse(uri, P11_KIT_URI_FOR_ANY, t->uri);
    if (rc != P11_KIT_URI_OK || p11_kit_uri_any_unrecognized(t->uri)) {
        return pt_err_set(err, PT_E_CONFIG, "not a PKCS#11 URI (RFC 7512): %s",
                          rc != P11_KIT_URI_OK ? p11_kit_uri_message(rc) : "an unknown attribute");
    }
    if (p11_kit_uri_get_pin_value(t->uri) != NULL) {
        return pt_err_set(
            err, PT_E_CONFIG,
            "pin-value would put the PIN into the configuration: write it into a file "
            "that only this account reads and say pin-source=file:/PATH");
    }
    if (p11_kit_uri_get_attribute(t->uri, CKA_LABEL) == NULL &&
        p11_kit_uri_get_attribute(t->uri, CKA_ID) == NULL) {
        return pt_err_set(err, PT_E_CONFIG, "the URI names no key: add object=LABEL or id=%%XX");
    }
    return 0;
}

static int load_one(struct pt_token *t, const char *path, struct pt_err *err) {
    CK_FUNCTION_LIST *m = p11_kit_module_load(path, 0);
    if (m == NULL) {
        return pt_err_set(err, PT_E_CONFIG, "the module %.120s can't be loaded: %s", path,
                          p11_kit_message());
    }
    CK_RV rv = p11_kit_module_initialize(m);
    if (rv != CKR_OK) {
        p11_kit_module_release(m);
        return pt_token_fault(err, rv, "starting the module");
    }
    t->one = m;
    return 0;
}

static int load(struct pt_token *t, struct pt_err *err) {
    const char *path = p11_kit_uri_get_module_path(t->uri);
    if (path != NULL) {
        return load_one(t, path, err);
    }
    t->every = p11_kit_modules_load_and_initialize(0);
    return t->every != NULL
               ? 0
               : pt_err_set(err, PT_E_CONFIG, "this machine's PKCS#11 modules can't be loaded: %s",
                            p11_kit_message());
}

int pt_token_open(const char *uri, struct pt_token **ret, struct pt_err *err) {
    struct pt_token *t = calloc(1, sizeof *t);
    *ret = NULL;
    if (t == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for a token");
    }
    (void)pthread_mutex_init(&t->lock, NULL);
    int rc = parse(t, uri, err);
    rc = rc ? rc : load(t, err);
    rc = rc ? rc : pt_token_connect(t, err);
    if (rc != 0) {
        pt_token_close(t);
        return rc;
    }
    *ret = t;
    return 0;
}

void pt_token_close(struct pt_token *t) {
    if (t == NULL) {
        return;
    }
    pt_token_disconnect(t);
    if (t->one != NULL) {
        (void)p11_kit_module_finalize(t->one);
        p11_kit_module_release(t->one);
    }
    if (t->every != NULL) {
        p11_kit_modules_finalize_and_release(t->every);
    }
    p11_kit_uri_free(t->uri);
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

struct pt_span pt_token_spki(const struct pt_token *t) {
    return pt_span(t->spki, t->spki_len);
}

/* ---- signing ---- */

/* r || s, as a token gives them, in DER. */
static int to_der(const uint8_t raw[2 * P256_BYTES], uint8_t sig[PT_TOKEN_SIG_MAX],
                  size_t *ret_len) {
    ECDSA_SIG *s = ECDSA_SIG_new();
    BIGNUM *a = BN_bin2bn(raw, P256_BYTES, NULL);
    BIGNUM *b = BN_bin2bn(raw + P256_BYTES, P256_BYTES, NULL);
    int n = 0;
    if (s != NULL && a != NULL && b != NULL && ECDSA_SIG_set0(s, a, b) == 1) {
        a = b = NULL; /* taken */
        n = i2d_ECDSA_SIG(s, NULL);
        n = n > 0 && n <= PT_TOKEN_SIG_MAX ? i2d_ECDSA_SIG(s, &sig) : 0;
    }
    BN_free(a);
    BN_free(b);
    ECDSA_SIG_free(s);
    *ret_len = n > 0 ? (size_t)n : 0;
    return n > 0 ? 0 : PT_E_CRYPTO;
}

/* `in` is what goes to the token: the message, or its digest. */
static CK_RV sign_raw(struct pt_token *t, struct pt_span in, uint8_t out[ED25519_SIG]) {
    CK_MECHANISM how = {t->type == CKK_EC ? CKM_ECDSA : CKM_EDDSA, NULL, 0};
    CK_ULONG n = ED25519_SIG;
    CK_RV rv = t->session != 0 ? t->module->C_SignInit(t->session, &how, t->key)
                               : CKR_SESSION_HANDLE_INVALID;
    if (rv == CKR_OK) {
        rv = t->module->C_Sign(t->session, (CK_BYTE *)(uintptr_t)in.p, in.len, out, &n);
    }
    return rv == CKR_OK && n != ED25519_SIG ? CKR_SIGNATURE_LEN_RANGE : rv;
}

/* The token was taken out, restarted, or ended the session: worth another attempt. */
static bool session_lost(CK_RV rv) {
    return rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_SESSION_CLOSED ||
           rv == CKR_USER_NOT_LOGGED_IN || rv == CKR_DEVICE_REMOVED ||
           rv == CKR_TOKEN_NOT_PRESENT || rv == CKR_KEY_HANDLE_INVALID ||
           rv == CKR_OBJECT_HANDLE_INVALID || rv == CKR_DEVICE_ERROR;
}

static int sign_locked(struct pt_token *t, struct pt_span in, uint8_t out[ED25519_SIG],
                       struct pt_err *err) {
    CK_RV rv = sign_raw(t, in, out);
    if (session_lost(rv)) {
        pt_token_disconnect(t);
        int rc = pt_token_connect(t, err);
        if (rc != 0) {
            return rc;
        }
        rv = sign_raw(t, in, out);
    }
    return rv == CKR_OK ? 0 : pt_token_fault(err, rv, "signing");
}

int pt_token_sign(struct pt_token *t, struct pt_span msg, uint8_t sig[PT_TOKEN_SIG_MAX],
                  size_t *ret_len, struct pt_err *err) {
    uint8_t digest[32], raw[ED25519_SIG];
    bool ecdsa = t->type == CKK_EC;
    *ret_len = 0;
    if (ecdsa && EVP_Digest(msg.p, msg.len, digest, NULL, EVP_sha256(), NULL) != 1) {
        return pt_err_set(err, PT_E_CRYPTO, "no SHA-256");
    }
    (void)pthread_mutex_lock(&t->lock);
    int rc = sign_locked(t, ecdsa ? pt_span(digest, sizeof digest) : msg, raw, err);
    (void)pthread_mutex_unlock(&t->lock);
    if (rc == 0 && ecdsa && to_der(raw, sig, ret_len) != 0) {
        rc = pt_err_set(err, PT_E_CRYPTO, "the token's signature is none");
    } else if (rc == 0 && !ecdsa) {
        memcpy(sig, raw, ED25519_SIG);
        *ret_len = ED25519_SIG;
    }
    return rc;
}
