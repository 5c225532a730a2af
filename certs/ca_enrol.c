/* The authority's side of enrolment: whom it has invited, who may approve, and one certificate for
 * one invitation. Two more files beside index.txt, a line each, fields separated by one tab:
 * invitations.txt has id, secret, identity, issued, expires, used (0: open) and the request's
 * digest, times in Unix ms; approvers.txt has fingerprint, SubjectPublicKeyInfo (base64) and name.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include <pentad/base/clock.h>
#include <pentad/base/codec.h>
#include <pentad/base/file.h>
#include <pentad/certs/enrol.h>
#include <pentad/record/text.h>

#include "ca_index.h"
#include "x509.h"

enum { REGISTER_MAX = 16 * 1024 * 1024, FIELDS_MAX = 7 };

#define INVITATIONS "invitations.txt"
#define APPROVERS "approvers.txt"

/* ---- the two files ---- */

/* An empty buffer where there is no such file. */
static int load(const char *dir, const char *name, struct pt_buf *out, struct pt_err *err) {
    char path[PATH_MAX];
    int rc = pt_ca_path(path, sizeof(path), dir, name, err);

    pt_buf_init(out, REGISTER_MAX);
    return rc != 0 || !pt_file_exists(path) ? rc : pt_file_read(path, out, err);
}

static int save(const char *dir, const char *name, const struct pt_buf *text, struct pt_err *err) {
    char path[PATH_MAX];
    int rc = pt_ca_path(path, sizeof(path), dir, name, err);

    if (rc == 0 && text->failed != 0) {
        rc = pt_err_set(err, text->failed, "%s is too large", path);
    }
    return rc != 0 ? rc : pt_file_write(path, text->p, text->len, 0600, err);
}

struct row {
    struct pt_span f[FIELDS_MAX];
    struct pt_span whole; /* with its line break */
};

/* The next line of exactly n fields; *ret_any false at the end. */
static int next(struct pt_span *rest, const char *name, size_t n, struct row *ret, bool *ret_any,
                struct pt_err *err) {
    const uint8_t *nl = rest->len > 0 ? memchr(rest->p, '\n', rest->len) : NULL;
    const uint8_t *at = rest->p;

    *ret_any = rest->len > 0;
    if (rest->len == 0) {
        return 0;
    }
    for (size_t i = 0; nl != NULL && i < n; i++) {
        const uint8_t *tab = memchr(at, '\t', (size_t)(nl - at));
        const uint8_t *end = i + 1 < n ? tab : (tab == NULL ? nl : NULL);

        if (end == NULL) {
            nl = NULL;
            break;
        }
        ret->f[i] = pt_span(at, (size_t)(end - at));
        at = end + 1;
    }
    if (nl == NULL) {
        return pt_err_set(err, PT_E_CORRUPT, "%s of the authority has a line that can't be read",
                          name);
    }
    ret->whole = pt_span(rest->p, (size_t)(nl - rest->p) + 1);
    *rest = pt_span(nl + 1, rest->len - ret->whole.len);
    return 0;
}

static bool equals(struct pt_span a, const char *s) {
    return a.len == strlen(s) && memcmp(a.p, s, a.len) == 0;
}

/* A number that this file's own code wrote. */
static int64_t number(struct pt_span f) {
    char text[24] = "";

    memcpy(text, f.p, f.len < sizeof(text) ? f.len : sizeof(text) - 1);
    return strtoll(text, NULL, 10);
}

/* ---- who may approve ---- */

int pt_ca_approvers(const char *dir, struct pt_ca_approver *ret, size_t *ret_n,
                    struct pt_err *err) {
    struct pt_buf text;
    struct pt_span rest;
    struct row r;
    bool any = true;
    int rc = load(dir, APPROVERS, &text, err);

    *ret_n = 0;
    rest = pt_buf_span(&text);
    while (rc == 0 && (rc = next(&rest, APPROVERS, 3, &r, &any, err)) == 0 && any) {
        struct pt_ca_approver *a = &ret[*ret_n];

        if (*ret_n == PT_CA_APPROVERS_MAX || r.f[0].len >= sizeof(a->key) ||
            r.f[2].len >= sizeof(a->name)) {
            rc = pt_err_set(err, PT_E_CORRUPT, "%s of the authority holds too much", APPROVERS);
            break;
        }
        memset(a, 0, sizeof(*a));
        memcpy(a->key, r.f[0].p, r.f[0].len);
        memcpy(a->name, r.f[2].p, r.f[2].len);
        ++*ret_n;
    }
    pt_buf_done(&text);
    return rc;
}

int pt_ca_approvals_needed(const char *dir, unsigned *ret, struct pt_err *err) {
    struct pt_ca_approver who[PT_CA_APPROVERS_MAX];
    size_t n = 0;
    int rc = pt_ca_approvers(dir, who, &n, err);

    *ret = n >= PT_CA_APPROVALS ? PT_CA_APPROVALS : 0;
    return rc;
}

static int check_name(const char *name, struct pt_err *err) {
    const char *why = NULL;
    size_t len = strlen(name);

    if (len == 0 || len > PT_CA_APPROVER_NAME_MAX) {
        return pt_err_set(err, PT_E_USAGE, "a name has 1 to %d bytes", PT_CA_APPROVER_NAME_MAX);
    }
    return pt_text_check(name, len, NULL, &why) == 0
               ? 0
               : pt_err_set(err, PT_E_TEXT, "the name holds %s", why);
}

static int check_new(struct pt_span rest, const char *name, const char *hex, struct pt_err *err) {
    struct row r;
    unsigned n = 0;
    bool any = true;
    int rc;

    while ((rc = next(&rest, APPROVERS, 3, &r, &any, err)) == 0 && any) {
        if (equals(r.f[0], hex) || equals(r.f[2], name)) {
            return pt_err_set(err, PT_E_EXISTS, "that %s may approve already",
                              equals(r.f[0], hex) ? "key" : "name");
        }
        n++;
    }
    return rc != 0 || n < PT_CA_APPROVERS_MAX
               ? rc
               : pt_err_set(err, PT_E_TOO_LARGE, "%d people may approve already",
                            PT_CA_APPROVERS_MAX);
}

int pt_ca_approver_add(const char *dir, const char *name, const struct pt_pubkey *key,
                       struct pt_err *err) {
    struct pt_span spki = pt_pubkey_spki(key);
    char hex[2 * PT_HASH_LEN + 1];
    struct pt_hash fp;
    struct pt_buf text;
    int lock = -1;
    int rc = check_name(name, err);

    pt_sha256(&fp, spki.p, spki.len);
    pt_hash_hex(hex, &fp);
    pt_buf_init(&text, REGISTER_MAX);
    if (rc == 0) {
        rc = pt_ca_lock(dir, &lock, err);
    }
    if (rc == 0) {
        rc = load(dir, APPROVERS, &text, err);
    }
    if (rc == 0) {
        rc = check_new(pt_buf_span(&text), name, hex, err);
    }
    if (rc == 0) {
        pt_buf_printf(&text, "%s\t", hex);
        pt_base64_append(&text, spki.p, spki.len);
        pt_buf_printf(&text, "\t%s\n", name);
        rc = save(dir, APPROVERS, &text, err);
    }
    pt_ca_unlock(lock);
    pt_buf_done(&text);
    return rc;
}

/* Once two are asked, two stay: with one nothing could be issued, or by one person again. */
static int check_leaving(struct pt_span rest, const char *name, struct pt_span *ret_line,
                         struct pt_err *err) {
    struct row r;
    unsigned n = 0;
    bool any = true;
    int rc;

    *ret_line = pt_span(NULL, 0);
    while ((rc = next(&rest, APPROVERS, 3, &r, &any, err)) == 0 && any) {
        if (equals(r.f[2], name)) {
            *ret_line = r.whole;
        }
        n++;
    }
    if (rc == 0 && ret_line->p == NULL) {
        rc = pt_err_set(err, PT_E_NOT_FOUND, "nobody of that name may approve");
    } else if (rc == 0 && n == PT_CA_APPROVALS) {
        rc = pt_err_set(err, PT_E_FORBIDDEN,
                        "every certificate takes two people, and %s is one of the last two: let "
                        "a successor approve first",
                        name);
    }
    return rc;
}

int pt_ca_approver_remove(const char *dir, const char *name, struct pt_err *err) {
    struct pt_buf text, left;
    struct pt_span line;
    int lock = -1;
    int rc = pt_ca_lock(dir, &lock, err);

    pt_buf_init(&text, REGISTER_MAX);
    pt_buf_init(&left, REGISTER_MAX);
    if (rc == 0) {
        rc = load(dir, APPROVERS, &text, err);
    }
    if (rc == 0) {
        rc = check_leaving(pt_buf_span(&text), name, &line, err);
    }
    if (rc == 0) {
        const uint8_t *behind = line.p + line.len;

        (void)pt_buf_append(&left, text.p, (size_t)(line.p - text.p));
        (void)pt_buf_append(&left, behind, (size_t)(text.p + text.len - behind));
        rc = save(dir, APPROVERS, &left, err);
    }
    pt_ca_unlock(lock);
    pt_buf_done(&left);
    pt_buf_done(&text);
    return rc;
}

/* Is it of somebody who may, and good? */
static int check_approval(struct pt_span approvers, struct pt_span approval,
                          const struct pt_hash *signer, char ret_name[], struct pt_err *err) {
    char hex[2 * PT_HASH_LEN + 1];
    struct pt_pubkey *key = NULL;
    struct pt_buf spki;
    struct row r;
    bool any = true;
    int rc;

    pt_hash_hex(hex, signer);
    while ((rc = next(&approvers, APPROVERS, 3, &r, &any, err)) == 0 && any &&
           !equals(r.f[0], hex)) {
    }
    if (rc == 0 && (!any || r.f[2].len > PT_CA_APPROVER_NAME_MAX)) {
        return pt_err_set(err, PT_E_UNKNOWN_KEY,
                          "an approval is under the key %.16s, of nobody who may approve", hex);
    }
    pt_buf_init(&spki, PT_SPKI_MAX);
    if (rc == 0) {
        rc = pt_unbase64_append(&spki, (const char *)r.f[1].p, r.f[1].len);
        rc = rc != 0 ? pt_err_set(err, PT_E_CORRUPT, APPROVERS " has a key that can't be read")
                     : pt_pubkey_from_spki(pt_buf_span(&spki), &key, err);
    }
    if (rc == 0) {
        rc = pt_approval_check(approval, key, err);
        memcpy(ret_name, r.f[2].p, r.f[2].len);
        ret_name[r.f[2].len] = '\0';
    }
    pt_pubkey_free(key);
    pt_buf_done(&spki);
    return rc;
}

static int check_approvals(const char *dir, const struct pt_ca_admit *what,
                           const struct pt_hash *digest,
                           char names[PT_CA_APPROVALS][PT_CA_APPROVER_NAME_MAX + 1],
                           struct pt_err *err) {
    struct pt_hash signers[PT_CA_APPROVALS];
    struct pt_buf text;
    int rc = load(dir, APPROVERS, &text, err);

    for (size_t i = 0; rc == 0 && i < PT_CA_APPROVALS; i++) {
        rc = pt_approval_signer(what->approvals[i], digest, &signers[i], err);
        for (size_t k = 0; rc == 0 && k < i; k++) {
            if (pt_hash_eq(&signers[i], &signers[k])) {
                rc = pt_err_set(err, PT_E_FORBIDDEN,
                                "both approvals are of one person: two must approve");
            }
        }
        if (rc == 0) {
            rc = check_approval(pt_buf_span(&text), what->approvals[i], &signers[i], names[i], err);
        }
    }
    pt_buf_done(&text);
    return rc;
}

/* ---- invitations ---- */

static int origin_of(const char *dir, char ret[256], struct pt_err *err) {
    char path[PATH_MAX];
    X509 *cert = NULL;
    int rc = pt_ca_path(path, sizeof(path), dir, "ca.crt", err);

    if (rc == 0) {
        rc = pt_x509_load(path, &cert, err);
    }
    if (rc == 0) {
        pt_x509_origin(cert, ret);
        if (ret[0] == '\0') {
            rc = pt_err_set(err, PT_E_CONFIG, "%s names no hub: it is of an older version", path);
        }
    }
    X509_free(cert);
    return rc;
}

static int count_invitations(struct pt_span rest, struct pt_err *err) {
    struct row r;
    unsigned n = 0;
    bool any = true;
    int rc;

    while ((rc = next(&rest, INVITATIONS, FIELDS_MAX, &r, &any, err)) == 0 && any) {
        n++;
    }
    return rc != 0 || n < PT_CA_INVITATIONS_MAX
               ? rc
               : pt_err_set(err, PT_E_TOO_LARGE, "this authority has invited %d times already",
                            PT_CA_INVITATIONS_MAX);
}

/* In the register before it is handed out. */
static int register_invitation(const char *dir, const struct pt_invitation *inv, int64_t now_ms,
                               struct pt_err *err) {
    char uri[128], id[PT_ENROL_ID_LEN + 1], hex[2 * PT_HASH_LEN + 1];
    struct pt_hash secret;
    struct pt_buf text;
    int rc = load(dir, INVITATIONS, &text, err);

    if (rc == 0) {
        rc = count_invitations(pt_buf_span(&text), err);
    }
    if (rc == 0) {
        pt_invitation_secret(inv->token, &secret);
        pt_invitation_id(&secret, id);
        pt_hash_hex(hex, &secret);
        (void)pt_identity_format(&inv->identity, uri, sizeof(uri));
        pt_buf_printf(&text, "%s\t%s\t%s\t%" PRId64 "\t%" PRId64 "\t0\t-\n", id, hex, uri, now_ms,
                      inv->expires_ms);
        rc = save(dir, INVITATIONS, &text, err);
        OPENSSL_cleanse(&secret, sizeof(secret));
        OPENSSL_cleanse(hex, sizeof(hex));
    }
    pt_buf_done(&text);
    return rc;
}

int pt_ca_invite(const char *dir, const struct pt_identity *who, int64_t now_ms, int64_t expires_ms,
                 struct pt_buf *ret_file, struct pt_err *err) {
    struct pt_invitation inv = {.identity = *who, .expires_ms = expires_ms};
    int lock = -1;
    int rc = pt_entropy_system.fill(pt_entropy_system.ctx, inv.token, sizeof(inv.token));

    if (rc != 0) {
        return pt_err_set(err, rc, "the system gives no random bytes");
    }
    rc = pt_ca_lock(dir, &lock, err);
    if (rc == 0) {
        rc = origin_of(dir, inv.origin, err);
    }
    if (rc == 0) {
        rc = register_invitation(dir, &inv, now_ms, err);
    }
    if (rc == 0) {
        rc = pt_invitation_format(&inv, ret_file, err);
    }
    pt_ca_unlock(lock);
    OPENSSL_cleanse(&inv, sizeof(inv));
    return rc;
}

static int judge(const struct row *r, const struct pt_enrol_request *q, int64_t now_ms,
                 struct pt_err *err) {
    struct pt_hash secret;
    char uri[128];

    (void)pt_identity_format(&q->identity, uri, sizeof(uri));
    if (number(r->f[5]) != 0) {
        return pt_err_set(err, PT_E_EXISTS, "the invitation %s was used already: invite anew",
                          q->invitation);
    }
    if (number(r->f[4]) <= now_ms) {
        return pt_err_set(err, PT_E_FORBIDDEN, "the invitation %s has ended: invite anew",
                          q->invitation);
    }
    if (pt_unhex((const char *)r->f[1].p, r->f[1].len, secret.b, PT_HASH_LEN) != 0) {
        return pt_err_set(err, PT_E_CORRUPT, INVITATIONS " has a line that can't be read");
    }
    if (!pt_enrol_request_is_bound(q, &secret) || !equals(r->f[2], uri)) {
        return pt_err_set(err, PT_E_SIGNATURE,
                          "the request wasn't made with the invitation %s, or was changed since",
                          q->invitation);
    }
    return 0;
}

/* *ret_used: the register with that invitation as used. */
static int use_invitation(const char *dir, const struct pt_enrol_request *q, int64_t now_ms,
                          struct pt_buf *ret_used, struct pt_err *err) {
    char hex[2 * PT_HASH_LEN + 1];
    struct pt_buf text;
    struct pt_span rest;
    struct row r;
    bool any = true, found = false;
    int rc = load(dir, INVITATIONS, &text, err);

    pt_hash_hex(hex, &q->digest);
    rest = pt_buf_span(&text);
    while (rc == 0 && (rc = next(&rest, INVITATIONS, FIELDS_MAX, &r, &any, err)) == 0 && any) {
        if (!equals(r.f[0], q->invitation)) {
            pt_buf_append_span(ret_used, r.whole);
            continue;
        }
        found = true;
        rc = judge(&r, q, now_ms, err);
        pt_buf_append(ret_used, r.whole.p, (size_t)(r.f[5].p - r.whole.p));
        pt_buf_printf(ret_used, "%" PRId64 "\t%s\n", now_ms, hex);
    }
    pt_buf_done(&text);
    return rc != 0 || found ? rc
                            : pt_err_set(err, PT_E_NOT_FOUND, "this authority has no invitation %s",
                                         q->invitation);
}

/* ---- one certificate for one invitation ---- */

/* With the lock held. The invitation is used up before the certificate leaves. */
static int admit(const char *dir, const struct pt_ca_admit *what, const struct pt_enrol_request *q,
                 char names[PT_CA_APPROVALS][PT_CA_APPROVER_NAME_MAX + 1], struct pt_buf *pem,
                 struct pt_err *err) {
    const struct pt_ca_issue issue = {.identity = q->identity,
                                      .sans = what->sans,
                                      .n_sans = what->n_sans,
                                      .days = what->days,
                                      .now_ms = what->now_ms};
    char origin[256];
    struct pt_buf used;
    int rc = origin_of(dir, origin, err);

    if (rc == 0 && strcmp(origin, q->origin) != 0) {
        return pt_err_set(err, PT_E_FORBIDDEN, "the request is for the hub %.80s, not for %.80s",
                          q->origin, origin);
    }
    pt_buf_init(&used, REGISTER_MAX);
    if (rc == 0) {
        rc = use_invitation(dir, q, what->now_ms, &used, err);
    }
    if (rc == 0) {
        rc = check_approvals(dir, what, &q->digest, names, err);
    }
    if (rc == 0) {
        rc = pt_ca_issue_locked(dir, pt_buf_span(&q->csr), &issue, pem, err);
    }
    if (rc == 0) {
        rc = save(dir, INVITATIONS, &used, err);
    }
    if (rc != 0) {
        pt_buf_reset(pem);
    }
    pt_buf_done(&used);
    return rc;
}

int pt_ca_admit(const char *dir, const struct pt_ca_admit *what, struct pt_buf *ret_pem,
                char ret_names[PT_CA_APPROVALS][PT_CA_APPROVER_NAME_MAX + 1], struct pt_err *err) {
    struct pt_enrol_request q;
    int lock = -1;
    int rc = pt_enrol_request_parse(what->request, &q, err);

    if (rc == 0) {
        rc = pt_ca_lock(dir, &lock, err);
    }
    if (rc == 0) {
        rc = admit(dir, what, &q, ret_names, ret_pem, err);
    }
    pt_ca_unlock(lock);
    pt_enrol_request_done(&q);
    return rc;
}
