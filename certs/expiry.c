#include <pentad/certs/expiry.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include <pentad/base/date.h>
#include <pentad/base/file.h>

enum { FILE_MAX = 16 * 1024 * 1024 };

#define DAY_MS INT64_C(86400000)

struct pt_expiry pt_expiry_at(int64_t ends_ms, int64_t now_ms) {
    int64_t left = ends_ms - now_ms;
    struct pt_expiry e = {.ends_ms = ends_ms, .days_left = (int)(left / DAY_MS)};

    e.level = left <= 0             ? PT_EXPIRY_OVER
              : left <= 7 * DAY_MS  ? PT_EXPIRY_7_DAYS
              : left <= 30 * DAY_MS ? PT_EXPIRY_30_DAYS
              : left <= 60 * DAY_MS ? PT_EXPIRY_60_DAYS
                                    : PT_EXPIRY_FINE;
    return e;
}

const char *pt_expiry_name(enum pt_expiry_level level) {
    static const char *const names[] = {"fine", "within_60_days", "within_30_days", "within_7_days",
                                        "expired"};

    return names[level];
}

void pt_expiry_text(const struct pt_expiry *e, bool zh, char out[PT_EXPIRY_TEXT_MAX]) {
    char day[11];
    int days = abs(e->days_left);

    pt_date_format(day, pt_date_from_ms(e->ends_ms));
    if (zh) {
        (void)snprintf(out, PT_EXPIRY_TEXT_MAX,
                       e->level == PT_EXPIRY_OVER ? "已于%s到期（%d天前）" : "%s到期，还有%d天",
                       day, days);
    } else if (e->level == PT_EXPIRY_OVER) {
        (void)snprintf(out, PT_EXPIRY_TEXT_MAX, "ended on %s, %d day%s ago", day, days,
                       days == 1 ? "" : "s");
    } else {
        (void)snprintf(out, PT_EXPIRY_TEXT_MAX, "ends on %s, in %d day%s", day, days,
                       days == 1 ? "" : "s");
    }
}

/* ---- what ends when ------------------------------------------------------------------------ */

static int to_ms(const ASN1_TIME *t, int64_t *ret_ms) {
    struct tm at;

    if (t == NULL || ASN1_TIME_to_tm(t, &at) != 1) {
        return PT_E_FORMAT;
    }
    *ret_ms = (int64_t)timegm(&at) * 1000;
    return 0;
}

static int read_cert(BIO *bio, int64_t *ret_ms) {
    X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, (char[]){""});
    int rc = cert != NULL ? to_ms(X509_get0_notAfter(cert), ret_ms) : PT_E_FORMAT;

    X509_free(cert);
    return rc;
}

static int read_crls(BIO *bio, int64_t *ret_ms) {
    X509_CRL *crl;
    int rc = 0;
    int n = 0;

    while (rc == 0 && (crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, (char[]){""})) != NULL) {
        int64_t ms;

        rc = to_ms(X509_CRL_get0_nextUpdate(crl), &ms);
        *ret_ms = rc == 0 && (n++ == 0 || ms < *ret_ms) ? ms : *ret_ms;
        X509_CRL_free(crl);
    }
    return rc != 0 || n == 0 ? PT_E_FORMAT : 0;
}

static int read_ends(const char *path, int (*read)(BIO *bio, int64_t *ret_ms), const char *what,
                     int64_t *ret_ms, struct pt_err *err) {
    struct pt_buf buf;
    BIO *bio;
    int rc;

    *ret_ms = 0;
    pt_buf_init(&buf, FILE_MAX);
    rc = pt_file_read(path, &buf, err);
    if (rc == 0) {
        bio = BIO_new_mem_buf(buf.len > 0 ? (const void *)buf.p : "", (int)buf.len);
        rc = bio != NULL ? read(bio, ret_ms) : PT_E_NOMEM;
        BIO_free(bio);
        ERR_clear_error();
        if (rc != 0) {
            pt_err_set(err, rc, "%.200s is no %s", path, what);
        }
    }
    pt_buf_done(&buf);
    return rc;
}

int pt_expiry_of_cert(const char *path, int64_t *ret_ms, struct pt_err *err) {
    return read_ends(path, read_cert, "certificate", ret_ms, err);
}

int pt_expiry_of_crl(const char *path, int64_t *ret_ms, struct pt_err *err) {
    return read_ends(path, read_crls, "revocation list", ret_ms, err);
}

int64_t pt_expiry_of_ctx(const SSL_CTX *ctx) {
    const X509 *cert = SSL_CTX_get0_certificate(ctx);
    int64_t ms;

    return cert != NULL && to_ms(X509_get0_notAfter(cert), &ms) == 0 ? ms : INT64_MAX;
}
