/* create, issue, list, revoke, crl: the hub's authority. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/certs/ca.h>
#include <pentad/certs/enrol.h>
#include <pentad/certs/expiry.h>

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
        pt_tool_say("authority for %s in %s\nfingerprint %s\n", "%s的证书机构，在%s\n指纹 %s\n",
                    what.origin, dir, hex);
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
     .help =
         "who it must be for, e.g. pentad:finance/role/connector (checked against the request)"},
    {.name = "--request",
     .value = "FILE",
     .help = "instead of tls.csr and --identity: as `pentad enrol` made it of an invitation"},
    {.name = "--approval",
     .value = "FILE",
     .help = "of that request, by `pentad ca approve`; two, of different people",
     .many = true},
    {.name = "--san",
     .value = "NAME",
     .help = "DNS:name or IP:address, for servers only",
     .many = true},
    {.name = "--days", .value = "N", .help = "how long it is good for", .preset = "397"},
    {.name = "--name", .value = "NAME", .help = "file name before .csr and .crt", .preset = "tls"},
};

int pt_tool_refuse_enrolled(const char *pki, const struct pt_hash *spki, struct pt_err *err) {
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

/* Certificate, authority and list into the folder. */
static int hand_out(struct pt_command *c, struct pt_span pem, const char *uri, int days,
                    struct pt_err *err) {
    const char *keys = pt_args_get(c, "--keys");
    const char *pki = pt_args_get(c, "--pki");
    char name[128];
    int rc;

    snprintf(name, sizeof(name), "%s.crt", pt_args_get(c, "--name"));
    rc = pt_tool_write(keys, name, pem, 0644, err);
    if (rc == 0) {
        rc = pt_tool_copy(pki, keys, "ca.crt", err);
    }
    if (rc == 0) {
        rc = pt_tool_copy(pki, keys, "crl.pem", err);
    }
    if (rc == 0) {
        pt_tool_say("%s: %s/%s, %d days\n", "%s：%s/%s，%d天\n", uri, keys, name, days);
    }
    return rc;
}

static int issue_from(struct pt_command *c, struct pt_span csr, struct pt_ca_issue *what,
                      struct pt_err *err) {
    const char *pki = pt_args_get(c, "--pki");
    struct pt_identity asked;
    struct pt_hash spki;
    struct pt_buf pem;
    int rc = pt_csr_info(csr, &asked, &spki, err);

    pt_buf_init(&pem, 65536);
    if (rc == 0) {
        rc = pt_tool_refuse_enrolled(pki, &spki, err);
    }
    if (rc == 0) {
        rc = pt_ca_issue(pki, csr, what, &pem, err);
    }
    if (rc == 0) {
        rc = hand_out(c, pt_buf_span(&pem), pt_args_get(c, "--identity"), what->days, err);
    }
    pt_buf_done(&pem);
    return rc;
}

static int admit(struct pt_command *c, struct pt_ca_admit *what, struct pt_err *err) {
    char names[PT_CA_APPROVALS][PT_CA_APPROVER_NAME_MAX + 1], uri[128];
    struct pt_enrol_request q;
    struct pt_buf pem;
    int rc = pt_enrol_request_parse(what->request, &q, err);

    pt_buf_init(&pem, 65536);
    if (rc == 0) {
        rc = pt_tool_refuse_enrolled(pt_args_get(c, "--pki"), &q.tls_key, err);
    }
    if (rc == 0) {
        rc = pt_ca_admit(pt_args_get(c, "--pki"), what, &pem, names, err);
    }
    if (rc == 0) {
        rc = pt_mkdirs(pt_args_get(c, "--keys"), 0755, err);
    }
    if (rc == 0) {
        (void)pt_identity_format(&q.identity, uri, sizeof(uri));
        pt_tool_say("approved by %s and %s\n", "%s、%s已批准\n", names[0], names[1]);
        rc = hand_out(c, pt_buf_span(&pem), uri, what->days, err);
    }
    pt_enrol_request_done(&q);
    pt_buf_done(&pem);
    return rc;
}

/* The certificate that an enrolment request asks for. */
static int run_admit(struct pt_command *c, int days, struct pt_err *err) {
    struct pt_ca_admit what = {.now_ms = now_ms(), .days = days};
    struct pt_buf request, approvals[PT_CA_APPROVALS];
    size_t n;
    const char *const *files = pt_args_all(c, "--approval", &n);
    int rc;

    if (n != PT_CA_APPROVALS || pt_args_given(c, "--identity")) {
        return pt_err_set(err, PT_E_USAGE,
                          "with --request, say --approval twice, and no --identity");
    }
    what.sans = pt_args_all(c, "--san", &what.n_sans);
    rc = pt_tool_read(pt_args_get(c, "--request"), PT_ENROL_FILE_MAX, &request, err);
    what.request = pt_buf_span(&request);
    for (size_t i = 0; i < PT_CA_APPROVALS; i++) {
        pt_buf_init(&approvals[i], PT_ENROL_FILE_MAX);
        rc = rc != 0 ? rc : pt_file_read(files[i], &approvals[i], err);
        what.approvals[i] = pt_buf_span(&approvals[i]);
    }
    if (rc == 0) {
        rc = admit(c, &what, err);
    }
    for (size_t i = 0; i < PT_CA_APPROVALS; i++) {
        pt_buf_done(&approvals[i]);
    }
    pt_buf_done(&request);
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
    if (pt_args_given(c, "--request")) {
        return run_admit(c, (int)days, err);
    }
    if (identity == NULL) {
        return pt_err_set(err, PT_E_USAGE, "say --identity, or --request");
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
               "--san DNS:localhost --san IP:127.0.0.1\n"
               "  pentad ca issue --pki pki --request treasury.request --approval zhang.approval "
               "--approval li.approval --keys treasury.answer",
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
    struct pt_expiry e = pt_expiry_at(c->expires_ms, now_ms());
    char until[25], from[25], gone[25] = "";

    pt_time_format(from, c->issued_ms);
    pt_time_format(until, c->expires_ms);
    if (c->revoked_ms != 0) {
        pt_time_format(gone, c->revoked_ms);
    }
    /* Every field is of our own making: names, hex and times, nothing to escape. */
    if (json) {
        printf("{\"serial\":\"%s\",\"identity\":\"%s\",\"fingerprint\":\"%s\",\"issued\":\"%s\","
               "\"expires\":\"%s\",\"days_left\":%d,\"level\":\"%s\"",
               c->serial, c->identity, c->fingerprint, from, until, e.days_left,
               pt_expiry_name(e.level));
        if (c->revoked_ms != 0) {
            printf(",\"revoked\":\"%s\",\"reason\":\"%s\"", gone, c->reason);
        }
        printf("}\n");
        return;
    }
    bool zh = pt_tool_chinese();
    printf(zh ? "%-40s  %s  有效期至%.10s%s%.10s%s%s%s%s\n"
              : "%-40s  %s  until %.10s%s%.10s%s%s%s%s\n",
           c->identity, c->serial, until,
           c->revoked_ms == 0 ? ""
           : zh               ? "  已吊销 "
                              : "  revoked ",
           gone, c->revoked_ms != 0 ? " " : "", c->reason,
           c->revoked_ms == 0 && e.level != PT_EXPIRY_FINE ? "  " : "",
           c->revoked_ms == 0 && e.level != PT_EXPIRY_FINE ? pt_expiry_name(e.level) : "");
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
        pt_tool_say("%zu revoked; %s/crl.pem is new\n", "已吊销%zu张；%s/crl.pem已更新\n", n,
                    pt_args_get(c, "--pki"));
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
        pt_tool_say("%s/crl.pem is new, good for %" PRId64 " days\n",
                    "%s/crl.pem已更新，%" PRId64 "天内有效\n", pt_args_get(c, "--pki"), days);
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
