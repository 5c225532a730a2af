/* Private to the room: OpenSSL's error queue, small PEM and file helpers. */
#ifndef PENTAD_CERTS_OSSL_H
#define PENTAD_CERTS_OSSL_H

#include <openssl/bio.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>

/* Appends what a memory BIO holds. */
int pt_bio_drain(BIO *bio, struct pt_buf *out);
/* Writes a new file, durably; PT_E_EXISTS if one stands there: keys are never overwritten. */
int pt_file_create(const char *path, const void *p, size_t len, unsigned mode, struct pt_err *err);

#endif
