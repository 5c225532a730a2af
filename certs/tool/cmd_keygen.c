/* keygen: a party's own keys, its TLS request and its public description. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/file.h>
#include <pentad/certs/ca.h>
#include <pentad/certs/logkey.h>
#include <pentad/proof/witness.h>

#include "tool.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct pt_arg keygen_args[] = {
    {.name = "--keys", .value = "DIR", .help = "the party's folder", .required = true},
    {.name = "--party",
     .value = "NAME",
     .help = "congress, discipline, organization, finance, audit, office or hub",
     .required = true},
    {.name = "--name", .value = "TEXT", .help = "the body's full name, for the genesis"},
    {.name = "--uscc", .value = "CODE", .help = "its unified social credit code"},
    {.name = "--stream", .value = "NAME", .help = "a first stream of it", .many = true},
    {.name = "--alg",
     .value = "ALG",
     .help = "of signing keys: ed25519, p256 or sm2",
     .preset = "ed25519"},
    {.name = "--signing",
     .value = "KEY",
     .help =
         "a signing key that is there already, instead of a new one: a pkcs11: URI, a PEM file"},
    {.name = "--recovery",
     .value = "FILE",
     .help = "also make a recovery key there (keep it offline)"},
    {.name = "--identity",
     .value = "URI",
     .help = "for TLS; pentad:<party>/role/connector, or pentad:hub/role/server for the hub"},
    {.name = "--origin", .value = "NAME", .help = "hub only: the log's name; makes log.key"},
    {.name = "--tls-only", .help = "only tls.key and tls.csr (a further person or machine)"},
};

static void describe(Pentad__V1__PublicKey *out, uint8_t spki[PT_SPKI_MAX], const struct pt_key *k,
                     Pentad__V1__KeyUse use) {
    struct pt_span s = pt_key_spki(k);

    memcpy(spki, s.p, s.len);
    pentad__v1__public_key__init(out);
    out->has_use = out->has_algorithm = out->has_spki = 1;
    out->use = use;
    out->algorithm = (Pentad__V1__KeyAlgorithm)pt_key_algorithm(k);
    out->spki.data = spki;
    out->spki.len = s.len;
}

/* A new key of that use, saved and described. */
static int add_key(Pentad__V1__PublicKey *out, uint8_t spki[PT_SPKI_MAX], const char *path,
                   enum pt_key_alg alg, Pentad__V1__KeyUse use, struct pt_err *err) {
    struct pt_key *k = NULL;
    int rc = pt_key_generate(alg, &k, err);

    if (rc == 0) {
        rc = pt_key_save(k, path, err);
    }
    if (rc == 0) {
        describe(out, spki, k, use);
    }
    pt_key_free(k);
    return rc;
}

static int join(char path[PATH_MAX], const char *dir, const char *name, struct pt_err *err) {
    int rc = pt_path_join(path, PATH_MAX, dir, name);

    return rc == 0 ? 0 : pt_err_set(err, rc, "the path %s/%s is too long", dir, name);
}

static int make_tls(struct pt_command *c, struct pt_err *err) {
    const char *dir = pt_args_get(c, "--keys");
    const char *party = pt_args_get(c, "--party");
    const char *uri = pt_args_get(c, "--identity");
    struct pt_identity id;
    struct pt_key *k = NULL;
    struct pt_buf csr;
    char text[128];
    char path[PATH_MAX];
    int rc;

    if (uri == NULL) {
        snprintf(text, sizeof(text), "pentad:%s/role/%s", party,
                 strcmp(party, "hub") == 0 ? "server" : "connector");
        uri = text;
    }
    if (pt_identity_parse(uri, &id) != 0 || strcmp(id.party, party) != 0) {
        return pt_err_set(err, PT_E_USAGE, "%s is not an identity of %s", uri, party);
    }
    pt_buf_init(&csr, 65536);
    rc = join(path, dir, "tls.key", err);
    if (rc == 0) {
        rc = pt_key_generate(PT_KEY_P256, &k, err);
    }
    if (rc == 0) {
        rc = pt_key_save(k, path, err);
    }
    if (rc == 0) {
        rc = pt_csr_create(k, &id, NULL, 0, &csr, err);
    }
    if (rc == 0) {
        rc = pt_tool_write(dir, "tls.csr", pt_buf_span(&csr), 0644, err);
    }
    if (rc == 0) {
        pt_tool_say("%s: tls.key, and tls.csr for the authority\n",
                    "%s：tls.key；tls.csr交证书机构\n", uri);
    }
    pt_key_free(k);
    pt_buf_done(&csr);
    return rc;
}

/* The hub's checkpoint key and its verifier key, log.vkey. */
static int make_log_key(struct pt_command *c, struct pt_err *err) {
    const char *dir = pt_args_get(c, "--keys");
    const char *origin = pt_args_get(c, "--origin");
    struct pt_key *k = NULL;
    struct pt_vkey v;
    struct pt_buf text;
    char path[PATH_MAX];
    int rc = join(path, dir, "log.key", err);

    if (rc == 0) {
        rc = pt_key_generate(PT_KEY_ED25519, &k, err);
    }
    if (rc == 0 && pt_logkey_vkey(k, origin, PT_NOTE_ED25519, &v) != 0) {
        rc = pt_err_set(err, PT_E_USAGE, "%s can't be a log's name (no space, no +)", origin);
    }
    if (rc == 0) {
        rc = pt_key_save(k, path, err);
    }
    pt_buf_init(&text, 1024);
    if (rc == 0) {
        pt_vkey_format(&text, &v);
        pt_buf_putc(&text, '\n');
        rc = pt_tool_write(dir, "log.vkey", pt_buf_span(&text), 0644, err);
    }
    if (rc == 0) {
        pt_tool_say("log.key; its verifier key %s", "log.key；其验证公钥 %s", pt_buf_cstr(&text));
    }
    pt_buf_done(&text);
    pt_key_free(k);
    return rc;
}

static int write_descriptor(struct pt_command *c, Pentad__V1__PublicKey **keys, size_t n,
                            struct pt_err *err) {
    Pentad__V1__GenesisParty p = PENTAD__V1__GENESIS_PARTY__INIT;
    char party[64], name[512], uscc[512], streams[PT_ARG_VALUES_MAX][PT_NAME_MAX + 1];
    char *list[PT_ARG_VALUES_MAX];
    const char *const *given = pt_args_all(c, "--stream", &p.n_streams);
    struct pt_buf json;
    int rc;

    for (size_t i = 0; i < p.n_streams; i++) {
        if (!pt_name_valid(given[i])) {
            return pt_err_set(err, PT_E_USAGE, "--stream %s is not a name ([a-z][a-z0-9-]{0,31})",
                              given[i]);
        }
        snprintf(streams[i], sizeof(streams[i]), "%s", given[i]);
        list[i] = streams[i];
    }
    snprintf(party, sizeof(party), "%s", pt_args_get(c, "--party"));
    snprintf(name, sizeof(name), "%s", pt_args_get(c, "--name"));
    snprintf(uscc, sizeof(uscc), "%s", pt_args_get(c, "--uscc"));
    p.party = party;
    p.name = name;
    p.uscc = uscc;
    p.streams = list;
    p.keys = keys;
    p.n_keys = n;
    pt_buf_init(&json, 65536);
    rc = pt_descriptor_format(&p, &json, err);
    if (rc == 0) {
        rc = pt_tool_write(pt_args_get(c, "--keys"), "party.json", pt_buf_span(&json), 0644, err);
    }
    pt_buf_done(&json);
    return rc;
}

/* Made, or there already. */
static int signing_key(struct pt_command *c, Pentad__V1__PublicKey *out, uint8_t spki[PT_SPKI_MAX],
                       enum pt_key_alg alg, struct pt_err *err) {
    struct pt_key *k = NULL;
    char path[PATH_MAX];
    int rc;

    if (!pt_args_given(c, "--signing")) {
        rc = join(path, pt_args_get(c, "--keys"), "signing.key", err);
        return rc != 0 ? rc
                       : add_key(out, spki, path, alg, PENTAD__V1__KEY_USE__KEY_USE_SIGNING, err);
    }
    rc = pt_key_load(pt_args_get(c, "--signing"), &k, err);
    if (rc == 0) {
        describe(out, spki, k, PENTAD__V1__KEY_USE__KEY_USE_SIGNING);
    }
    pt_key_free(k);
    return rc;
}

static int make_signing(struct pt_command *c, struct pt_err *err) {
    Pentad__V1__PublicKey keys[4];
    Pentad__V1__PublicKey *list[4] = {&keys[0], &keys[1], &keys[2], &keys[3]};
    uint8_t spki[4][PT_SPKI_MAX];
    bool witness = pt_witness_party(pt_args_get(c, "--party"));
    bool reads = strcmp(pt_args_get(c, "--party"), "hub") != 0; /* nothing is sealed to the hub */
    enum pt_key_alg alg;
    char path[PATH_MAX];
    size_t n = 1;
    int rc = 0;

    if (pt_key_alg_parse(pt_args_get(c, "--alg"), &alg) != 0) {
        return pt_err_set(err, PT_E_USAGE, "--alg is ed25519, p256 or sm2");
    }
    rc = signing_key(c, &keys[0], spki[0], alg, err);
    if (rc == 0 && reads) {
        rc = join(path, pt_args_get(c, "--keys"), "sealing.key", err);
    }
    if (rc == 0 && reads) {
        rc = add_key(&keys[n], spki[n], path, PT_KEY_P256, PENTAD__V1__KEY_USE__KEY_USE_SEALING,
                     err);
        n++;
    }
    if (rc == 0 && witness) {
        rc = join(path, pt_args_get(c, "--keys"), "cosigning.key", err);
    }
    if (rc == 0 && witness) {
        rc = add_key(&keys[n], spki[n], path, PT_KEY_ED25519,
                     PENTAD__V1__KEY_USE__KEY_USE_COSIGNING, err);
        n++;
    }
    if (rc == 0 && pt_args_given(c, "--recovery")) {
        rc = add_key(&keys[n], spki[n], pt_args_get(c, "--recovery"), alg,
                     PENTAD__V1__KEY_USE__KEY_USE_RECOVERY, err);
        n++;
    }
    if (rc == 0) {
        rc = write_descriptor(c, list, n, err);
    }
    if (rc == 0) {
        bool zh = pt_tool_chinese();

        printf(zh ? "%s：%s%s%s；party.json供创世之用\n"
                  : "%s: %s%s%s; party.json for the genesis\n",
               pt_args_get(c, "--party"),
               !pt_args_given(c, "--signing") ? "signing.key"
               : zh                           ? "所指名的签名密钥"
                                              : "the signing key that was named",
               reads ? ", sealing.key" : "", witness ? ", cosigning.key" : "");
    }
    return rc;
}

static int run_keygen(struct pt_command *c, struct pt_err *err) {
    bool hub = strcmp(pt_args_get(c, "--party"), "hub") == 0;
    bool tls_only = pt_args_given(c, "--tls-only");
    int rc;

    rc = pt_tool_party(pt_args_get(c, "--party"), err);
    if (rc != 0) {
        return rc;
    }
    if (!tls_only && (!pt_args_given(c, "--name") || !pt_args_given(c, "--uscc"))) {
        return pt_err_set(err, PT_E_USAGE, "--name and --uscc are needed for the genesis");
    }
    if (!tls_only && hub != pt_args_given(c, "--origin")) {
        return pt_err_set(err, PT_E_USAGE,
                          "--origin names the hub's log: for the hub, and only it");
    }
    rc = pt_mkdirs(pt_args_get(c, "--keys"), 0700, err);
    if (rc == 0 && !tls_only) {
        rc = make_signing(c, err);
    }
    if (rc == 0 && !tls_only && hub) {
        rc = make_log_key(c, err);
    }
    return rc == 0 ? make_tls(c, err) : rc;
}

struct pt_command pt_cmd_keygen = {
    .name = "keygen",
    .summary = "make a party's own keys, on its own machine",
    .detail = "signing.key, sealing.key, cosigning.key and tls.key never leave it; party.json and\n"
              "tls.csr are public. cosigning.key is made for the five bodies: each is a witness.",
    .example = "pentad ca keygen --keys finance/keys --party finance --name 市财政局 "
               "--uscc 11370100004188629R --stream treasury --stream performance\n"
               "  pentad ca keygen --keys hub/keys --party hub --name 枢纽 "
               "--uscc 11370100004188629R --stream main --origin pentad.jinan.example/hub",
    .args = keygen_args,
    .n_args = COUNT(keygen_args),
    .run = run_keygen,
};
