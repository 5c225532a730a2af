/* create, issue, list, revoke, crl: the hub's authority. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/certs/ca.h>

#include "tool.h"

enum { CSR_FILE_MAX = 65536 };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int64_t now_ms(void) {
    return pt_clock_now_ms(&pt_clock_system);
}

/* ---- create ---- */

static struct pt_arg create_args[] = {
    {.name = "--pki", .value = "DIR", .help = "where the authority is kept", .required = true},
    {.name = "--origin",
     .value = "NAME",
     .help = "the hub's log, e.g. pentad.jinan.example/hub",
     .required = true},
    {.name = "--days",
     .value = "N",
     .help = "how long the authority is good for",
     .preset = "3650"},
    {.name = "--permit",
     .value = "NAME",
     .help = "the only host names it may vouch for: DNS:example.org or IP:10.0.0.0/255.0.0.0",
     .many = true},
};

static int run_create(struct pt_command *c, struct pt_err *err) {
    struct pt_ca_create what = {.origin = pt_args_get(c, "--origin"), .now_ms = now_ms()};
    const char *dir = pt_args_get(c, "--pki");
    struct pt_hash fp;
    char hex[2 * PT_HASH_LEN + 1];
    int64_t days;
    int rc = pt_args_int(c, "--days", 1, 36500, &days, err);

    if (rc != 0) {
        return rc;
    }
    what.days = (int)days;
    what.permitted = pt_args_all(c, "--permit", &what.n_permitted);
    rc = pt_ca_create(dir, &what, err);
    if (rc == 0) {
        rc = pt_ca_fingerprint(dir, &fp, err);
    }
    if (rc == 0) {
        pt_hash_hex(hex, &fp);
        printf("authority for %s in %s\nfingerprint %s\n", what.origin, dir, hex);
    }
    return rc;
}

struct pt_command pt_cmd_create = {
    .name = "create",
    .summary = "create a hub's TLS authority",
    .detail = "It gives access by TLS, never authorship: what a party signs with stands in the\n"
              "genesis and the log. Keep ca.key off the hub's machine where you can.",
    .example = "pentad ca create --pki pki --origin pentad.jinan.example/hub",
    .args = create_args,
    .n_args = COUNT(create_args),
    .run = run_create,
};

/* ---- issue ---- */

static struct pt_arg issue_args[] = {
    {.name = "--pki", .value = "DIR", .help = "the authority", .required = true},
    {.name = "--keys",
     .value = "DIR",
     .help = "the party's folder: reads tls.csr, writes tls.crt, ca.crt, crl.pem",
     .required = true},
    {.name = "--identity",
     .value = "URI",
     .help = "who it must be for, e.g. pentad:finance/role/connector (checked against the request)",
     .required = true},
    {.name = "--san",
     .value = "NAME",
     .help = "DNS:name or IP:address, for servers only",
     .many = true},
    {.name = "--days", .value = "N", .help = "how long it is good for", .preset = "397"},
    {.name = "--name", .value = "NAME", .help = "file name before .csr and .crt", .preset = "tls"},
};

/* TLS keys and signing keys never mix: a key that the genesis enrolled gets no certificate. */
static int refuse_enrolled(const char *pki, const struct pt_hash *spki, struct pt_err *err) {
    char path[4096];
    struct pt_buf env;
    struct pt_buf entry;
    struct pt_entry e;
    struct pt_hash hub;
    int rc;

    if (pt_path_join(path, sizeof(path), pki, "genesis.dsse") != 0 || !pt_file_exists(path)) {
        return 0;
    }
    pt_buf_init(&entry, 65536);
    rc = pt_tool_read(path, PT_GENESIS_MAX, &env, err);
    if (rc == 0) {
        rc = pt_genesis_seal(pt_buf_span(&env), &entry, &hub, err);
    }
    if (rc == 0) {
        rc = pt_entry_open(pt_buf_span(&entry), &e, err);
    }
    if (rc == 0) {
        for (size_t p = 0; rc == 0 && p < e.genesis->n_parties; p++) {
            for (size_t i = 0; rc == 0 && i < e.genesis->parties[p]->n_keys; i++) {
                ProtobufCBinaryData d = e.genesis->parties[p]->keys[i]->spki;
                struct pt_hash fp;

                pt_sha256(&fp, d.data, d.len);
                if (pt_hash_eq(&fp, spki)) {
                    rc = pt_err_set(err, PT_E_FORBIDDEN,
                                    "the request's key stands in the genesis for another use");
                }
            }
        }
        pt_entry_done(&e);
    }
    pt_buf_done(&env);
    pt_buf_done(&entry);
    return rc;
}

static int issue_from(struct pt_command *c, struct pt_span csr, struct pt_ca_issue *what,
                      struct pt_err *err) {
    const char *keys = pt_args_get(c, "--keys");
    const char *pki = pt_args_get(c, "--pki");
    struct pt_identity asked;
    struct pt_hash spki;
    struct pt_buf pem;
    char name[128];
    int rc = pt_csr_info(csr, &asked, &spki, err);

    pt_buf_init(&pem, 65536);
    if (rc == 0) {
        rc = refuse_enrolled(pki, &spki, err);
    }
    if (rc == 0) {
        rc = pt_ca_issue(pki, csr, what, &pem, err);
    }
    snprintf(name, sizeof(name), "%s.crt", pt_args_get(c, "--name"));
    if (rc == 0) {
        rc = pt_tool_write(keys, name, pt_buf_span(&pem), 0644, err);
    }
    if (rc == 0) {
        rc = pt_tool_copy(pki, keys, "ca.crt", err);
    }
    if (rc == 0) {
        rc = pt_tool_copy(pki, keys, "crl.pem", err);
    }
    if (rc == 0) {
        printf("%s: %s/%s, %d days\n", pt_args_get(c, "--identity"), keys, name, what->days);
    }
    pt_buf_done(&pem);
    return rc;
}

static int run_issue(struct pt_command *c, struct pt_err *err) {
    struct pt_ca_issue what = {.now_ms = now_ms()};
    const char *identity = pt_args_get(c, "--identity");
    char name[128];
    char path[4096];
    struct pt_buf csr;
    int64_t days;
    int rc = pt_args_int(c, "--days", 1, 36500, &days, err);

    if (rc != 0) {
        return rc;
    }
    if (pt_identity_parse(identity, &what.identity) != 0) {
        return pt_err_set(err, PT_E_USAGE,
                          "%s is not pentad:<party>/stream/<stream> or pentad:<party>/role/<role>",
                          identity);
    }
    what.days = (int)days;
    what.sans = pt_args_all(c, "--san", &what.n_sans);
    snprintf(name, sizeof(name), "%s.csr", pt_args_get(c, "--name"));
    rc = pt_path_join(path, sizeof(path), pt_args_get(c, "--keys"), name);
    if (rc != 0) {
        return pt_err_set(err, rc, "the path is too long");
    }
    rc = pt_tool_read(path, CSR_FILE_MAX, &csr, err);
    if (rc == 0) {
        rc = issue_from(c, pt_buf_span(&csr), &what, err);
    }
    pt_buf_done(&csr);
    return rc;
}

struct pt_command pt_cmd_issue = {
    .name = "issue",
    .summary = "issue a TLS certificate for a party's request",
    .detail = NULL,
    .example = "pentad ca issue --pki pki --keys finance/keys "
               "--identity pentad:finance/role/connector\n"
               "  pentad ca issue --pki pki --keys hub/keys --identity pentad:hub/role/server "
               "--san DNS:localhost --san IP:127.0.0.1",
    .args = issue_args,
    .n_args = COUNT(issue_args),
    .run = run_issue,
};

/* ---- list ---- */

static struct pt_arg list_args[] = {
    {.name = "--pki", .value = "DIR", .help = "the authority", .required = true},
    {.name = "--json", .help = "as JSON lines"},
};

static void print_cert(const struct pt_ca_cert *c, bool json) {
    char until[25], from[25], gone[25] = "";

    pt_time_format(from, c->issued_ms);
    pt_time_format(until, c->expires_ms);
    if (c->revoked_ms != 0) {
        pt_time_format(gone, c->revoked_ms);
    }
    /* Every field is of our own making: names, hex and times, nothing to escape. */
    if (json) {
        printf("{\"serial\":\"%s\",\"identity\":\"%s\",\"fingerprint\":\"%s\",\"issued\":\"%s\","
               "\"expires\":\"%s\"",
               c->serial, c->identity, c->fingerprint, from, until);
        if (c->revoked_ms != 0) {
            printf(",\"revoked\":\"%s\",\"reason\":\"%s\"", gone, c->reason);
        }
        printf("}\n");
        return;
    }
    printf("%-40s  %s  until %.10s%s%.10s%s%s\n", c->identity, c->serial, until,
           c->revoked_ms != 0 ? "  revoked " : "", gone, c->revoked_ms != 0 ? " " : "", c->reason);
}

static int run_list(struct pt_command *c, struct pt_err *err) {
    struct pt_ca_cert *certs;
    size_t n;
    int rc = pt_ca_list(pt_args_get(c, "--pki"), &certs, &n, err);

    if (rc != 0) {
        return rc;
    }
    for (size_t i = 0; i < n; i++) {
        print_cert(&certs[i], pt_args_given(c, "--json"));
    }
    free(certs);
    return 0;
}

struct pt_command pt_cmd_list = {
    .name = "list",
    .summary = "list the certificates that were issued",
    .detail = NULL,
    .example = "pentad ca list --pki pki",
    .args = list_args,
    .n_args = COUNT(list_args),
    .run = run_list,
};

/* ---- revoke, crl ---- */

#define COPY_TO                                                                                    \
    {                                                                                              \
        .name = "--copy-to", .value = "DIR",                                                       \
        .help = "also put the new crl.pem there (then SIGHUP the hub)", .many = true               \
    }

static int copy_crl(struct pt_command *c, struct pt_err *err) {
    size_t n;
    const char *const *to = pt_args_all(c, "--copy-to", &n);
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = pt_tool_copy(pt_args_get(c, "--pki"), to[i], "crl.pem", err);
    }
    return rc;
}

static struct pt_arg revoke_args[] = {
    {.name = "--pki", .value = "DIR", .help = "the authority", .required = true},
    {.name = "--cert",
     .value = "WHICH",
     .help = "a serial number, or an identity (all its certificates)",
     .required = true},
    {.name = "--reason",
     .value = "WHY",
     .help = "keyCompromise, superseded, affiliationChanged, cessationOfOperation, unspecified",
     .preset = "unspecified"},
    COPY_TO,
};

static int run_revoke(struct pt_command *c, struct pt_err *err) {
    size_t n;
    int rc = pt_ca_revoke(pt_args_get(c, "--pki"), pt_args_get(c, "--cert"),
                          pt_args_get(c, "--reason"), now_ms(), &n, err);

    if (rc == 0) {
        printf("%zu revoked; %s/crl.pem is new\n", n, pt_args_get(c, "--pki"));
        rc = copy_crl(c, err);
    }
    return rc;
}

struct pt_command pt_cmd_revoke = {
    .name = "revoke",
    .summary = "revoke TLS certificates and write a new revocation list",
    .detail = "Signing keys are another matter: a KeyChange record in the log retires them.",
    .example = "pentad ca revoke --pki pki --cert pentad:audit/role/connector "
               "--reason keyCompromise --copy-to hub/keys",
    .args = revoke_args,
    .n_args = COUNT(revoke_args),
    .run = run_revoke,
};

static struct pt_arg crl_args[] = {
    {.name = "--pki", .value = "DIR", .help = "the authority", .required = true},
    {.name = "--days", .value = "N", .help = "how long the list is good for", .preset = "365"},
    COPY_TO,
};

static int run_crl(struct pt_command *c, struct pt_err *err) {
    int64_t days;
    int rc = pt_args_int(c, "--days", 1, 3650, &days, err);

    if (rc == 0) {
        rc = pt_ca_crl(pt_args_get(c, "--pki"), (int)days, now_ms(), err);
    }
    if (rc == 0) {
        printf("%s/crl.pem is new, good for %" PRId64 " days\n", pt_args_get(c, "--pki"), days);
        rc = copy_crl(c, err);
    }
    return rc;
}

struct pt_command pt_cmd_crl = {
    .name = "crl",
    .summary = "write a fresh revocation list",
    .detail = "A list that has run out lets nobody in: renew it in time.",
    .example = "pentad ca crl --pki pki --days 365 --copy-to hub/keys",
    .args = crl_args,
    .n_args = COUNT(crl_args),
    .run = run_crl,
};
