/* Private to the room. */
#ifndef PENTAD_CERTS_CSR_H
#define PENTAD_CERTS_CSR_H

#include <openssl/x509.h>

#include <pentad/certs/ca.h>

/* Parses, checks the request's own signature, its one URI name and its key. */
int pt_csr_open(struct pt_span pem, X509_REQ **ret, struct pt_identity *ret_identity,
                struct pt_err *err);
/* The digest that signing with this key takes: NULL for Ed25519. */
const struct evp_md_st *pt_key_md(const EVP_PKEY *k);

#endif
