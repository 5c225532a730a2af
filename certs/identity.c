#include <pentad/certs/tls.h>

#include <stdio.h>
#include <string.h>

#include <openssl/x509v3.h>

#include <pentad/proof/entry.h>

#include "x509.h"

static const char scheme[] = "pentad:";

/* Copies a name up to `stop` or the end; false where it isn't a name. */
static bool take_name(const char **at, char stop, char out[33]) {
    const char *end = stop != '\0' ? strchr(*at, stop) : *at + strlen(*at);
    size_t n;

    if (end == NULL) {
        return false;
    }
    n = (size_t)(end - *at);
    if (n == 0 || n > PT_NAME_MAX) {
        return false;
    }
    memcpy(out, *at, n);
    out[n] = '\0';
    *at = stop != '\0' ? end + 1 : end;
    return pt_name_valid(out);
}

int pt_identity_parse(const char *uri, struct pt_identity *ret) {
    char kind[33];
    const char *at;

    memset(ret, 0, sizeof(*ret));
    if (strncmp(uri, scheme, sizeof(scheme) - 1) != 0) {
        return PT_E_IDENTITY;
    }
    at = uri + sizeof(scheme) - 1;
    if (!take_name(&at, '/', ret->party) || !take_name(&at, '/', kind) ||
        !take_name(&at, '\0', ret->name)) {
        memset(ret, 0, sizeof(*ret));
        return PT_E_IDENTITY;
    }
    if (strcmp(kind, "stream") == 0) {
        ret->kind = PT_IDENTITY_STREAM;
    } else if (strcmp(kind, "role") == 0) {
        ret->kind = PT_IDENTITY_ROLE;
    } else {
        memset(ret, 0, sizeof(*ret));
        return PT_E_IDENTITY;
    }
    return 0;
}

int pt_identity_format(const struct pt_identity *id, char *out, size_t cap) {
    int n;

    PT_ASSERT(id->kind == PT_IDENTITY_STREAM || id->kind == PT_IDENTITY_ROLE);
    n = snprintf(out, cap, "%s%s/%s/%s", scheme, id->party,
                 id->kind == PT_IDENTITY_STREAM ? "stream" : "role", id->name);
    return n >= 0 && (size_t)n < cap ? 0 : PT_E_TOO_LARGE;
}

/* The certificate's one URI name, as an own string; NULL where it hasn't exactly one. */
static bool single_uri(X509 *cert, char out[128]) {
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    unsigned found = 0;

    for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);
        const ASN1_STRING *s;
        int n;

        if (g->type != GEN_URI) {
            continue;
        }
        s = g->d.uniformResourceIdentifier;
        n = ASN1_STRING_length(s);
        found++;
        if (n <= 0 || n >= 128 || memchr(ASN1_STRING_get0_data(s), 0, (size_t)n) != NULL) {
            found = 2;
            break;
        }
        memcpy(out, ASN1_STRING_get0_data(s), (size_t)n);
        out[n] = '\0';
    }
    GENERAL_NAMES_free(names);
    return found == 1;
}

int pt_identity_of_cert(X509 *cert, struct pt_identity *ret, struct pt_err *err) {
    char uri[128];
    unsigned n = 0;

    memset(ret, 0, sizeof(*ret));
    if (!single_uri(cert, uri) || pt_identity_parse(uri, ret) != 0) {
        return pt_err_set(err, PT_E_IDENTITY,
                          "the certificate hasn't exactly one name of the form "
                          "pentad:<party>/stream/<stream> or pentad:<party>/role/<role>");
    }
    pt_x509_origin(cert, ret->origin);
    if (X509_digest(cert, EVP_sha256(), ret->cert.b, &n) != 1 || n != PT_HASH_LEN) {
        memset(ret, 0, sizeof(*ret));
        return pt_openssl_err(err, "certificate");
    }
    return 0;
}
