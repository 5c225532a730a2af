/* person, approver, invite, enrol, approve: how a further connector is let in. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/pem.h>

#include <pentad/base/clock.h>
#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/certs/ca.h>
#include <pentad/certs/enrol.h>

#include "tool.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HOUR_MS INT64_C(3600000)

static int64_t now_ms(void) {
    return pt_clock_now_ms(&pt_clock_system);
}

/* ---- person ---- */

static struct pt_arg person_args[] = {
    {.name = "--out",
     .value = "NAME",
     .help = "makes NAME.key, which stays with the person, and NAME.pub",
     .required = true},
    {.name = "--alg", .value = "ALG", .help = "ed25519, p256 or sm2", .preset = "ed25519"},
};

static int write_public(const struct pt_key *k, const char *path, struct pt_err *err) {
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len;
    int rc = bio != NULL && PEM_write_bio_PUBKEY(bio, pt_key_evp(k)) == 1
                 ? 0
                 : pt_openssl_err(err, "public key");

    if (rc == 0) {
        len = BIO_get_mem_data(bio, &text);
        rc = pt_file_write(path, text, (size_t)len, 0644, err);
    }
    BIO_free(bio);
    return rc;
}

static int run_person(struct pt_command *c, struct pt_err *err) {
    char key[PATH_MAX], pub[PATH_MAX];
    const char *out = pt_args_get(c, "--out");
    enum pt_key_alg alg;
    struct pt_key *k = NULL;
    int rc;

    if (pt_key_alg_parse(pt_args_get(c, "--alg"), &alg) != 0) {
        return pt_err_set(err, PT_E_USAGE, "--alg is ed25519, p256 or sm2");
    }
    if (strlen(out) + sizeof(".key") > sizeof(key)) {
        return pt_err_set(err, PT_E_USAGE, "--out is too long a path");
    }
    (void)snprintf(key, sizeof(key), "%s.key", out);
    (void)snprintf(pub, sizeof(pub), "%s.pub", out);
    rc = pt_key_generate(alg, &k, err);
    if (rc == 0) {
        rc = pt_key_save(k, key, err);
    }
    if (rc == 0) {
        rc = write_public(k, pub, err);
    }
    if (rc == 0) {
        pt_tool_say("%s: keep it; %s goes to the authority\n", "%s：请妥善保管；%s交证书机构\n",
                    key, pub);
    }
    pt_key_free(k);
    return rc;
}

struct pt_command pt_cmd_person = {
    .name = "person",
    .summary = "make a person's own key for approving requests",
    .detail = NULL,
    .example = "pentad ca person --out zhang",
    .args = person_args,
    .n_args = COUNT(person_args),
    .run = run_person,
};

/* ---- approver ---- */

static struct pt_arg approver_args[] = {
    {.name = "--pki", .value = "DIR", .help = "the authority", .required = true},
    {.name = "--name", .value = "TEXT", .help = "the person's name"},
    {.name = "--key", .value = "FILE", .help = "the person's NAME.pub: may approve from now on"},
    {.name = "--remove", .help = "that person may approve no more"},
};

static int add_approver(const char *pki, const char *name, const char *key, struct pt_err *err) {
    struct pt_pubkey *k = NULL;
    char hex[2 * PT_HASH_LEN + 1];
    struct pt_hash fp;
    int rc = pt_pubkey_load(key, &k, err);

    if (rc == 0) {
        struct pt_span spki = pt_pubkey_spki(k);

        pt_sha256(&fp, spki.p, spki.len);
        rc = pt_tool_refuse_enrolled(pki, &fp, err);
    }
    if (rc == 0) {
        rc = pt_ca_approver_add(pki, name, k, err);
    }
    if (rc == 0) {
        pt_hash_hex(hex, &fp);
        pt_tool_say("%s may approve, with the key %.16s\n", "%s可以批准，密钥 %.16s\n", name, hex);
    }
    pt_pubkey_free(k);
    return rc;
}

static int list_approvers(const char *pki, struct pt_err *err) {
    struct pt_ca_approver who[PT_CA_APPROVERS_MAX];
    size_t n = 0;
    char path[PATH_MAX];
    int rc = pt_path_join(path, sizeof(path), pki, "ca.crt");

    if (rc == 0 && !pt_file_exists(path)) {
        return pt_err_set(err, PT_E_NOT_FOUND, "%s: there is no authority (pentad ca create)", pki);
    }
    rc = rc == 0 ? pt_ca_approvers(pki, who, &n, err) : rc;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        printf("%.16s  %s\n", who[i].key, who[i].name);
    }
    if (rc == 0 && n < PT_CA_APPROVALS) {
        pt_tool_say("%zu may approve: `pentad ca issue` alone still issues certificates\n",
                    "仅%zu人可以批准：单凭 `pentad ca issue` 仍可签发证书\n", n);
    }
    return rc;
}

static int run_approver(struct pt_command *c, struct pt_err *err) {
    const char *pki = pt_args_get(c, "--pki");
    const char *name = pt_args_get(c, "--name");
    const char *key = pt_args_get(c, "--key");
    bool removes = pt_args_given(c, "--remove");
    int rc;

    if (name == NULL && key == NULL && !removes) {
        return list_approvers(pki, err);
    }
    if (name == NULL || (key != NULL) == removes) {
        return pt_err_set(err, PT_E_USAGE, "--name with either --key or --remove");
    }
    if (!removes) {
        return add_approver(pki, name, key, err);
    }
    rc = pt_ca_approver_remove(pki, name, err);
    if (rc == 0) {
        pt_tool_say("%s may approve no more\n", "%s不再可以批准\n", name);
    }
    return rc;
}

struct pt_command pt_cmd_approver = {
    .name = "approver",
    .summary = "who of the office may approve requests",
    .detail =
        "With --pki alone it lists them. From the second person on every certificate of this\n"
        "authority needs an invitation and the approval of two; `pentad ca issue` alone\n"
        "issues nothing any more, and two stay: a successor comes before somebody goes.",
    .example = "pentad ca approver --pki pki --name 张三 --key zhang.pub",
    .args = approver_args,
    .n_args = COUNT(approver_args),
    .run = run_approver,
};

/* ---- invite ---- */

static struct pt_arg invite_args[] = {
    {.name = "--pki", .value = "DIR", .help = "the authority", .required = true},
    {.name = "--party", .value = "NAME", .help = "whom it is for", .required = true},
    {.name = "--stream", .value = "NAME", .help = "the stream that its connector will write"},
    {.name = "--role", .value = "NAME", .help = "instead: connector, monitor, server …"},
    {.name = "--hours", .value = "N", .help = "how long it may be used", .preset = "72"},
    {.name = "--out", .value = "FILE", .help = "where to write it", .required = true},
};

static int identity_of(struct pt_command *c, struct pt_identity *ret, struct pt_err *err) {
    const char *stream = pt_args_get(c, "--stream"), *role = pt_args_get(c, "--role");
    char uri[256];
    int n;

    int rc = pt_tool_party(pt_args_get(c, "--party"), err);

    if (rc != 0) {
        return rc;
    }
    if ((stream == NULL) == (role == NULL)) {
        return pt_err_set(err, PT_E_USAGE, "say --stream or --role, one of them");
    }
    n = snprintf(uri, sizeof(uri), "pentad:%s/%s/%s", pt_args_get(c, "--party"),
                 stream != NULL ? "stream" : "role", stream != NULL ? stream : role);
    if (n < 0 || (size_t)n >= sizeof(uri) || pt_identity_parse(uri, ret) != 0) {
        return pt_err_set(err, PT_E_USAGE, "names have letters, digits and -, up to 32: %.100s",
                          uri);
    }
    return 0;
}

static int run_invite(struct pt_command *c, struct pt_err *err) {
    struct pt_identity who;
    struct pt_buf file;
    char uri[128], until[25];
    int64_t hours, now = now_ms();
    int rc = identity_of(c, &who, err);

    pt_buf_init(&file, PT_ENROL_FILE_MAX);
    if (rc == 0) {
        rc = pt_args_int(c, "--hours", 1, 24 * 90, &hours, err);
    }
    if (rc == 0) {
        rc = pt_ca_invite(pt_args_get(c, "--pki"), &who, now, now + hours * HOUR_MS, &file, err);
    }
    if (rc == 0) {
        rc = pt_file_write(pt_args_get(c, "--out"), file.p, file.len, 0600, err);
    }
    if (rc == 0) {
        (void)pt_identity_format(&who, uri, sizeof(uri));
        pt_time_format(until, now + hours * HOUR_MS);
        pt_tool_say("%s: for %s, once, until %s\n", "%s：供%s使用一次，%s前有效\n",
                    pt_args_get(c, "--out"), uri, until);
    }
    if (file.p != NULL) {
        OPENSSL_cleanse(file.p, file.len);
    }
    pt_buf_done(&file);
    return rc;
}

struct pt_command pt_cmd_invite = {
    .name = "invite",
    .summary = "invite a party to enrol a connector, once",
    .detail = "The file holds a secret: hand it to the party's engineer and to nobody else.",
    .example = "pentad ca invite --pki pki --party finance --stream treasury --out "
               "finance.invitation",
    .args = invite_args,
    .n_args = COUNT(invite_args),
    .run = run_invite,
};

/* ---- enrol ---- */

static struct pt_arg enrol_args[] = {
    {.name = "--invitation", .value = "FILE", .help = "as the office made it", .required = true},
    {.name = "--keys",
     .value = "DIR",
     .help = "the connector's folder: tls.key and signing.key are made where they are missing",
     .required = true},
    {.name = "--alg",
     .value = "ALG",
     .help = "of a new signing key: ed25519, p256 or sm2",
     .preset = "ed25519"},
    {.name = "--tls-only", .help = "no signing key: for one that only reads"},
    {.name = "--out", .value = "FILE", .help = "the request, for the office", .required = true},
};

static int load_or_make(const char *dir, const char *name, enum pt_key_alg alg, struct pt_key **ret,
                        struct pt_err *err) {
    char path[PATH_MAX];
    int rc = pt_path_join(path, sizeof(path), dir, name);

    if (rc != 0) {
        return pt_err_set(err, rc, "the path %s/%s is too long", dir, name);
    }
    if (pt_file_exists(path)) {
        return pt_key_load(path, ret, err);
    }
    rc = pt_key_generate(alg, ret, err);
    if (rc == 0) {
        rc = pt_key_save(*ret, path, err);
    }
    if (rc == 0) {
        pt_tool_say("%s: made\n", "%s：已生成\n", path);
    }
    return rc;
}

static void describe(const struct pt_key *k, const char *use, struct pt_enrol_key *ret) {
    struct pt_span spki = pt_key_spki(k);

    memset(ret, 0, sizeof(*ret));
    (void)snprintf(ret->use, sizeof(ret->use), "%s", use);
    ret->alg = pt_key_algorithm(k);
    ret->len = spki.len;
    memcpy(ret->spki, spki.p, spki.len);
}

/* signing.key, made where it is missing; sealing.key and cosigning.key where they are there. */
static int gather_keys(struct pt_command *c, struct pt_enrol_key *keys, size_t *ret_n,
                       struct pt_err *err) {
    static const char *const uses[] = {"signing", "sealing", "cosigning"};
    const char *dir = pt_args_get(c, "--keys");
    enum pt_key_alg alg;
    int rc = 0;

    *ret_n = 0;
    if (pt_key_alg_parse(pt_args_get(c, "--alg"), &alg) != 0) {
        return pt_err_set(err, PT_E_USAGE, "--alg is ed25519, p256 or sm2");
    }
    for (size_t i = 0; rc == 0 && i < COUNT(uses) && !pt_args_given(c, "--tls-only"); i++) {
        char name[32], path[PATH_MAX];
        struct pt_key *k = NULL;

        (void)snprintf(name, sizeof(name), "%s.key", uses[i]);
        if (i > 0 && (pt_path_join(path, sizeof(path), dir, name) != 0 || !pt_file_exists(path))) {
            continue;
        }
        rc = load_or_make(dir, name, alg, &k, err);
        if (rc == 0) {
            describe(k, uses[i], &keys[(*ret_n)++]);
        }
        pt_key_free(k);
    }
    return rc;
}

static int make_request(struct pt_command *c, const struct pt_invitation *inv, struct pt_buf *out,
                        struct pt_err *err) {
    struct pt_enrol_key keys[PT_ENROL_KEYS_MAX];
    struct pt_key *tls = NULL;
    struct pt_buf csr;
    size_t n = 0;
    int rc = pt_mkdirs(pt_args_get(c, "--keys"), 0700, err);

    pt_buf_init(&csr, PT_ENROL_FILE_MAX);
    if (rc == 0) {
        rc = load_or_make(pt_args_get(c, "--keys"), "tls.key", PT_KEY_P256, &tls, err);
    }
    if (rc == 0) {
        rc = gather_keys(c, keys, &n, err);
    }
    if (rc == 0) {
        rc = pt_csr_create(tls, &inv->identity, NULL, 0, &csr, err);
    }
    if (rc == 0) {
        rc = pt_enrol_request_format(inv, keys, n, pt_buf_span(&csr), out, err);
    }
    pt_key_free(tls);
    pt_buf_done(&csr);
    return rc;
}

/* What it says, for people who compare it by another way. */
static void show(const struct pt_enrol_request *q) {
    char uri[128], hex[2 * PT_HASH_LEN + 1];

    (void)pt_identity_format(&q->identity, uri, sizeof(uri));
    pt_tool_say("request for   %s\nat the hub    %s\ninvitation    %s\n",
                "申请身份  %s\n所属枢纽  %s\n邀请      %s\n", uri, q->origin, q->invitation);
    pt_hash_hex(hex, &q->tls_key);
    pt_tool_say("TLS key       %.16s\n", "TLS密钥   %.16s\n", hex);
    for (size_t i = 0; i < q->n_keys; i++) {
        pt_hash_hex(hex, &q->keys[i].fingerprint);
        pt_tool_say("%-9s key %.16s  %s\n", "%s密钥  %.16s  %s\n", pt_tool_use(q->keys[i].use), hex,
                    pt_key_alg_name(q->keys[i].alg));
    }
    pt_hash_hex(hex, &q->digest);
    pt_tool_say("digest        %s\n", "摘要      %s\n", hex);
}

static int run_enrol(struct pt_command *c, struct pt_err *err) {
    struct pt_enrol_request q;
    struct pt_invitation inv = {0};
    struct pt_buf text, out;
    int rc = pt_tool_read(pt_args_get(c, "--invitation"), PT_ENROL_FILE_MAX, &text, err);

    pt_buf_init(&out, PT_ENROL_FILE_MAX);
    if (rc == 0) {
        rc = pt_invitation_parse(pt_buf_span(&text), &inv, err);
    }
    if (rc == 0 && inv.expires_ms <= now_ms()) {
        rc = pt_err_set(err, PT_E_FORBIDDEN, "the invitation has ended: ask for another");
    }
    if (rc == 0) {
        rc = make_request(c, &inv, &out, err);
    }
    if (rc == 0) {
        rc = pt_enrol_request_parse(pt_buf_span(&out), &q, err);
        if (rc == 0) {
            rc = pt_file_write(pt_args_get(c, "--out"), out.p, out.len, 0644, err);
        }
        if (rc == 0) {
            show(&q);
            pt_tool_say("%s goes to the office; read them the digest by another way\n",
                        "%s交联席会议办公室；摘要请经另一途径念给他们核对\n",
                        pt_args_get(c, "--out"));
        }
        pt_enrol_request_done(&q);
    }
    if (text.p != NULL) {
        OPENSSL_cleanse(text.p, text.len);
    }
    OPENSSL_cleanse(&inv, sizeof(inv));
    pt_buf_done(&text);
    pt_buf_done(&out);
    return rc;
}

struct pt_command pt_cmd_enrol = {
    .name = "enrol",
    .summary = "at the party: make keys and a request of an invitation",
    .detail = "Keys stay where they are made. The request is public, and good for this invitation\n"
              "alone; nobody who lacks the invitation can make or change it.",
    .example = "pentad enrol --invitation finance.invitation --keys treasury/keys --out "
               "treasury.request",
    .args = enrol_args,
    .n_args = COUNT(enrol_args),
    .run = run_enrol,
};

/* ---- approve ---- */

enum { DIGEST_MIN = 16 };

static struct pt_arg approve_args[] = {
    {.name = "--request", .value = "FILE", .help = "as the party sent it", .required = true},
    {.name = "--key", .value = "FILE", .help = "the person's own key; without it: only shown"},
    {.name = "--digest",
     .value = "HEX",
     .help = "as the party read it out, 16 digits or more; it must be this request's"},
    {.name = "--out", .value = "FILE", .help = "the approval"},
};

static int check_digest(const char *said, const struct pt_hash *digest, struct pt_err *err) {
    char hex[2 * PT_HASH_LEN + 1];
    size_t len = strlen(said);

    pt_hash_hex(hex, digest);
    if (len < DIGEST_MIN) {
        return pt_err_set(err, PT_E_USAGE, "--digest: %d digits or more", DIGEST_MIN);
    }
    return len < sizeof(hex) && strncmp(hex, said, len) == 0
               ? 0
               : pt_err_set(err, PT_E_FORBIDDEN,
                            "the digest that was read out isn't this request's: it was changed on "
                            "its way, or is another one. Approve nothing");
}

static int approve(struct pt_command *c, const struct pt_enrol_request *q, struct pt_err *err) {
    struct pt_key *k = NULL;
    struct pt_buf out;
    int rc = check_digest(pt_args_get(c, "--digest"), &q->digest, err);

    pt_buf_init(&out, PT_ENROL_FILE_MAX);
    if (rc == 0) {
        rc = pt_key_load(pt_args_get(c, "--key"), &k, err);
    }
    if (rc == 0) {
        rc = pt_approval_sign(&q->digest, k, &out, err);
    }
    if (rc == 0) {
        rc = pt_file_write(pt_args_get(c, "--out"), out.p, out.len, 0644, err);
    }
    if (rc == 0) {
        pt_tool_say("approved: %s\n", "已批准：%s\n", pt_args_get(c, "--out"));
    }
    pt_key_free(k);
    pt_buf_done(&out);
    return rc;
}

static int run_approve(struct pt_command *c, struct pt_err *err) {
    bool sign = pt_args_given(c, "--key");
    struct pt_enrol_request q;
    struct pt_buf text;
    int rc;

    if (sign && (!pt_args_given(c, "--digest") || !pt_args_given(c, "--out"))) {
        return pt_err_set(err, PT_E_USAGE, "with --key, say --digest and --out");
    }
    rc = pt_tool_read(pt_args_get(c, "--request"), PT_ENROL_FILE_MAX, &text, err);
    if (rc == 0) {
        rc = pt_enrol_request_parse(pt_buf_span(&text), &q, err);
        if (rc == 0) {
            show(&q);
        }
        if (rc == 0 && sign) {
            rc = approve(c, &q, err);
        }
        pt_enrol_request_done(&q);
    }
    pt_buf_done(&text);
    return rc;
}

struct pt_command pt_cmd_approve = {
    .name = "approve",
    .summary = "approve a request, each of two people with a key of their own",
    .detail =
        "Shows what the request asks for. Ask the party's engineer for the digest by another\n"
        "way than the file came, and give it: what differs is refused.",
    .example = "pentad ca approve --request treasury.request --key zhang.key "
               "--digest 3f9a12c47b01e5d2 --out zhang.approval",
    .args = approve_args,
    .n_args = COUNT(approve_args),
    .run = run_approve,
};
