/* How long certificates and revocation lists still hold, and how urgent that is: the one place that
 * decides it, for connectors, the hub and the tools alike. Any thread. docs/operating.md. */
#ifndef PENTAD_CERTS_EXPIRY_H
#define PENTAD_CERTS_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include <pentad/base/err.h>

enum pt_expiry_level {
    PT_EXPIRY_FINE,
    PT_EXPIRY_60_DAYS, /* so many days are left, or fewer */
    PT_EXPIRY_30_DAYS,
    PT_EXPIRY_7_DAYS,
    PT_EXPIRY_OVER, /* it has ended */
};

struct pt_expiry {
    int64_t ends_ms;
    int days_left; /* whole days; where it has ended, 0 or how many days ago, negative */
    enum pt_expiry_level level;
};

struct pt_expiry pt_expiry_at(int64_t ends_ms, int64_t now_ms);
/* "fine", "within_60_days", "within_30_days", "within_7_days", "expired" */
const char *pt_expiry_name(enum pt_expiry_level level);
/* "ends on 2026-12-30, in 29 days", for people; in Chinese where zh. */
#define PT_EXPIRY_TEXT_MAX 96
void pt_expiry_text(const struct pt_expiry *e, bool zh, char out[PT_EXPIRY_TEXT_MAX]);

/* When the first certificate of that PEM file ends, Unix ms. An error names the file. */
int pt_expiry_of_cert(const char *path, int64_t *ret_ms, struct pt_err *err);
/* When the first of that PEM file's revocation lists runs out. */
int pt_expiry_of_crl(const char *path, int64_t *ret_ms, struct pt_err *err);
/* When the certificate that this context shows ends; INT64_MAX where it shows none. */
int64_t pt_expiry_of_ctx(const SSL_CTX *ctx);

#endif
