/* A throwaway authority for tests: certificates in memory, nothing on disk unless asked.
 * Knows X.509 and nothing of Pentad; one thread at a time. */
#ifndef PENTAD_TEST_PKI_H
#define PENTAD_TEST_PKI_H

#include <stdbool.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

struct pt_test_pki {
    EVP_PKEY *ca_key;
    X509 *ca;
    long serial;
};

/* One certificate and its key, also as PEM text. */
struct pt_test_cert {
    EVP_PKEY *key;
    X509 *cert;
    char *key_pem;
    char *cert_pem;
};

/* Each returns false (and prints why) only when OpenSSL fails; PT_ASSERT it. */
bool pt_test_pki_init(struct pt_test_pki *pki, const char *name);
void pt_test_pki_done(struct pt_test_pki *pki);
/* `san` in OpenSSL's notation: "URI:pentad:finance/stream/treasury", "IP:127.0.0.1,DNS:localhost",
 * NULL for none. Valid from a day ago for `days` from now (negative: expired). */
bool pt_test_pki_issue(struct pt_test_pki *pki, const char *common_name, const char *san, int days,
                       struct pt_test_cert *ret_cert);
void pt_test_cert_done(struct pt_test_cert *cert);
char *pt_test_pki_ca_pem(const struct pt_test_pki *pki); /* caller frees */

/* Contexts that trust the authority and present `cert` (NULL: none). Caller frees. */
SSL_CTX *pt_test_server_ctx(const struct pt_test_pki *pki, const struct pt_test_cert *cert);
SSL_CTX *pt_test_client_ctx(const struct pt_test_pki *pki, const struct pt_test_cert *cert);

#endif
