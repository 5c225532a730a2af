/* Private to the room: an opened authority, and its revocation list. */
#ifndef PENTAD_CERTS_CA_CRL_H
#define PENTAD_CERTS_CA_CRL_H

#include <openssl/x509.h>

#include <pentad/certs/ca.h>

struct pt_authority {
    X509 *cert;
    struct pt_key *key;
};
int pt_ca_open(const char *dir, struct pt_authority *ret, struct pt_err *err);
void pt_ca_close(struct pt_authority *a);

/* Writes dir/crl.pem with the next number. The caller holds the lock. */
int pt_ca_write_crl(const char *dir, int days, int64_t now_ms, struct pt_err *err);

#endif
