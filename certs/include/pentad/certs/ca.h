/* A hub's own authority: P-256, self-signed; it gives TLS access, never authorship. Certificates
 * carry exactly one URI name. State is plain files in one directory:
 *   ca.key ca.crt crl.pem index.txt crlnumber lock
 * One process at a time writes it (a lock file). Not thread-safe. docs/formats.md 2. */
#ifndef PENTAD_CERTS_CA_H
#define PENTAD_CERTS_CA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/certs/key.h>
#include <pentad/certs/tls.h>

#define PT_CA_CERTS_MAX 100000
#define PT_CA_SANS_MAX 16

struct pt_ca_create {
    const char *origin; /* of the hub; goes into every certificate */
    int days;
    int64_t now_ms;
    /* Name constraints: the only server names that it may vouch for, "DNS:example.org" or
     * "IP:10.0.0.0/255.0.0.0"; none: any. */
    const char *const *permitted;
    size_t n_permitted;
};
/* Creates dir/ca.key, ca.crt, an empty index and a first CRL. PT_E_EXISTS if one stands there. */
int pt_ca_create(const char *dir, const struct pt_ca_create *what, struct pt_err *err);

/* A certificate signing request for `identity`, PEM. sans: "DNS:name" or "IP:address". */
int pt_csr_create(const struct pt_key *k, const struct pt_identity *identity,
                  const char *const *sans, size_t n_sans, struct pt_buf *ret_pem,
                  struct pt_err *err);

/* Who a request is for, and its key's fingerprint (SHA-256 of the SubjectPublicKeyInfo). Checks the
 * request's own signature and that its key is a good one. */
int pt_csr_info(struct pt_span pem, struct pt_identity *ret_identity, struct pt_hash *ret_spki,
                struct pt_err *err);

struct pt_ca_issue {
    struct pt_identity identity; /* must equal the request's one URI name */
    const char *const *sans;     /* DNS:…, IP:…; only for role server. The request's own
                                    are ignored. */
    size_t n_sans;
    int days;
    int64_t now_ms;
};
/* Checks the request's own signature, issues, records; appends the certificate's PEM. */
int pt_ca_issue(const char *dir, struct pt_span csr_pem, const struct pt_ca_issue *what,
                struct pt_buf *ret_pem, struct pt_err *err);

struct pt_ca_cert {
    char serial[41]; /* hex */
    char identity[80];
    char fingerprint[65];                      /* SHA-256 of the DER */
    int64_t issued_ms, expires_ms, revoked_ms; /* revoked_ms 0: stands */
    char reason[32];
};
/* *ret is malloc'd, free with free(). */
int pt_ca_list(const char *dir, struct pt_ca_cert **ret, size_t *ret_n, struct pt_err *err);
/* By serial, or by identity (all its standing certificates). Writes a new CRL. */
int pt_ca_revoke(const char *dir, const char *serial_or_identity, const char *reason,
                 int64_t now_ms, size_t *ret_n, struct pt_err *err);
int pt_ca_crl(const char *dir, int days, int64_t now_ms, struct pt_err *err);
/* SHA-256 of ca.crt's DER: Genesis carries it. */
int pt_ca_fingerprint(const char *dir, struct pt_hash *ret, struct pt_err *err);

/* ---- enrolment by invitation: pentad/certs/enrol.h, docs/enrolment.md ---- */

#define PT_CA_APPROVERS_MAX 64
#define PT_CA_APPROVALS 2 /* of different people, for each certificate */
#define PT_CA_APPROVER_NAME_MAX 64
#define PT_CA_INVITATIONS_MAX 10000

/* A person who may approve requests; name: UTF-8, for people. PT_E_EXISTS where the key or the name
 * is there. From the second person on, pt_ca_issue issues nothing any more, pt_ca_admit alone. */
int pt_ca_approver_add(const char *dir, const char *name, const struct pt_pubkey *key,
                       struct pt_err *err);
/* Takes that person out: approvals of theirs that weren't used count nothing any more.
 * PT_E_NOT_FOUND; PT_E_FORBIDDEN while they are one of the last two. */
int pt_ca_approver_remove(const char *dir, const char *name, struct pt_err *err);
struct pt_ca_approver {
    char key[2 * PT_HASH_LEN + 1]; /* fingerprint, hex */
    char name[PT_CA_APPROVER_NAME_MAX + 1];
};
/* Who may approve, in the order in which they came; `ret` has room for PT_CA_APPROVERS_MAX. */
int pt_ca_approvers(const char *dir, struct pt_ca_approver *ret, size_t *ret_n, struct pt_err *err);

/* A new invitation, as its file; the authority keeps the hash of its token. */
int pt_ca_invite(const char *dir, const struct pt_identity *who, int64_t now_ms, int64_t expires_ms,
                 struct pt_buf *ret_file, struct pt_err *err);

struct pt_ca_admit {
    struct pt_span request;
    struct pt_span approvals[PT_CA_APPROVALS];
    const char *const *sans; /* as of pt_ca_issue */
    size_t n_sans;
    int days;
    int64_t now_ms;
};
/* Issues what the request asks for, once: its invitation stands (PT_E_NOT_FOUND, PT_E_EXISTS where
 * it was used, PT_E_FORBIDDEN where it has ended), made it (PT_E_SIGNATURE), and two people whom
 * the authority knows have approved this very request (PT_E_FORBIDDEN, PT_E_UNKNOWN_KEY,
 * PT_E_SIGNATURE). Appends the certificate's PEM; ret_names: who approved. */
int pt_ca_admit(const char *dir, const struct pt_ca_admit *what, struct pt_buf *ret_pem,
                char ret_names[PT_CA_APPROVALS][PT_CA_APPROVER_NAME_MAX + 1], struct pt_err *err);

/* `pentad ca …`; argv[0] is "ca" (or the program's name), argv[1] the subcommand.
 * Returns an exit code: 0, 1 failed, 2 wrong use. */
int pt_ca_main(int argc, char **argv);

#endif
