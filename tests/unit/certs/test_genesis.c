/* The ceremony of seven, with mixed keys, by the library and by the tool. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/base/file.h>
#include <pentad/certs/ca.h>
#include <pentad/certs/dsse.h>
#include <pentad/certs/genesis.h>
#include <pentad/certs/keycache.h>
#include <pentad/proof/dsse.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/proof/policy.h>

#include "support.h"

#define ORIGIN "pentad.test/hub"

static const char *const parties[7] = {"congress", "discipline", "organization", "finance",
                                       "audit",    "office",     "hub"};

static const char *of(const char *party, const char *file) {
    char name[64];

    snprintf(name, sizeof(name), "%s/%s", party, file);
    return in_dir(name);
}

/* create and keygen: P-256 for audit and the hub, Ed25519 for the rest. */
static void setup(void) {
    make_dir();
    cr_assert_eq(ca("create", "--pki", in_dir("pki"), "--origin", ORIGIN, NULL), 0);
    for (int i = 0; i < 7; i++) {
        const char *p = parties[i];
        bool hub = strcmp(p, "hub") == 0;

        cr_assert_eq(ca("keygen", "--keys", in_dir(p), "--party", p, "--name", "某局", "--uscc",
                        "11370100004188629R", "--stream", "main", "--alg",
                        hub || strcmp(p, "audit") == 0 ? "p256" : "ed25519",
                        hub ? "--origin" : NULL, ORIGIN, NULL),
                     0, "%s", p);
    }
}

TestSuite(genesis, .init = setup, .fini = rm_dir);

static int propose(const char *out) {
    return ca("genesis", "propose", "--pki", in_dir("pki"), "--log-vkey", of("hub", "log.vkey"),
              "--first-day", "2019-01-01", "--clock=replay", "--out", in_dir(out), "--party",
              of(parties[0], "party.json"), "--party", of(parties[1], "party.json"), "--party",
              of(parties[2], "party.json"), "--party", of(parties[3], "party.json"), "--party",
              of(parties[4], "party.json"), "--party", of(parties[5], "party.json"), "--party",
              in_dir("hub/party.json"), NULL);
}

/* Everyone signs the same proposal on their own; signed copies g0 … g6. */
static void sign_all(void) {
    for (int i = 0; i < 7; i++) {
        char name[16];

        snprintf(name, sizeof(name), "g%d", i);
        cr_assert_eq(ca("genesis", "sign", "--in", in_dir("g"), "--key",
                        of(parties[i], "signing.key"), "--out", in_dir(name), NULL),
                     0);
    }
}

static int seal(const char *last) {
    return ca("genesis", "seal", "--in", in_dir("g3"), "--in", in_dir("g0"), "--in", in_dir("g1"),
              "--in", in_dir("g2"), "--in", in_dir("g4"), "--in", in_dir("g5"), "--in",
              in_dir(last), "--out", in_dir("pki/genesis.dsse"), "--policy", in_dir("policy"),
              NULL);
}

static void seal_to_entry(struct pt_buf *entry, struct pt_hash *hub) {
    struct pt_buf env;
    struct pt_err err;

    read_file(in_dir("pki/genesis.dsse"), &env);
    pt_buf_init(entry, 65536);
    cr_assert_eq(pt_genesis_seal(pt_buf_span(&env), entry, hub, &err), 0, "%s", err.msg);
    pt_buf_done(&env);
}

/* The policy's witnesses of these parties, as a set of bits. */
static uint64_t witnesses(const struct pt_policy *p, const char *names) {
    uint64_t set = 0;

    for (unsigned i = 0; i < p->n_witnesses; i++) {
        const char *party = p->witnesses[i].name + strlen(ORIGIN "/");

        cr_assert_eq(strncmp(p->witnesses[i].name, ORIGIN "/", strlen(ORIGIN "/")), 0);
        set |= strstr(names, party) != NULL ? UINT64_C(1) << i : 0;
    }
    return set;
}

Test(genesis, a_ceremony_of_seven) {
    static struct pt_policy policy;
    struct pt_entry e;
    struct pt_hash hub, again;
    struct pt_buf entry, file;
    struct pt_err err;

    cr_assert_eq(propose("g"), 0);
    sign_all();
    cr_assert_eq(seal("g5"), 1, "the hub's signature is missing");
    cr_assert_eq(seal("g6"), 0);
    seal_to_entry(&entry, &hub);
    cr_assert_eq(pt_genesis_open(pt_buf_span(&entry), &e, &err), 0, "%s", err.msg);
    cr_assert(pt_hash_eq(&e.leaf, &hub));
    cr_assert_eq(e.genesis->n_parties, 7);
    cr_assert_eq(e.msg->envelope->n_signatures, 7);
    pt_entry_done(&e);
    read_file(in_dir("policy/policy.txt"), &file);
    cr_assert_eq(pt_policy_parse(&policy, pt_buf_span(&file), &err), 0, "%s", err.msg);
    cr_assert_str_eq(policy.logs[0].key.name, ORIGIN);
    cr_assert_eq(policy.n_witnesses, 5);
    cr_assert(!policy.quorum_none);
    cr_assert(pt_policy_quorum(&policy, witnesses(&policy, "congress discipline audit")));
    cr_assert(!pt_policy_quorum(&policy, witnesses(&policy, "congress finance audit")));
    cr_assert(!pt_policy_quorum(&policy, witnesses(&policy, "congress audit")));
    pt_buf_done(&file);
    read_file(in_dir("policy/genesis.hash"), &file);
    cr_assert_eq(file.len, 65);
    file.len = 64;
    cr_assert_eq(pt_hash_from_hex(&again, pt_buf_cstr(&file)), 0);
    cr_assert(pt_hash_eq(&again, &hub));
    pt_buf_done(&file);
    pt_buf_done(&entry);
}

Test(genesis, nobody_signs_twice_or_uninvited) {
    cr_assert_eq(propose("g"), 0);
    sign_all();
    cr_assert_eq(ca("genesis", "sign", "--in", in_dir("g0"), "--key", of("congress", "signing.key"),
                    "--out", in_dir("x"), NULL),
                 1);
    cr_assert_eq(ca("genesis", "sign", "--in", in_dir("g0"), "--key", of("congress", "tls.key"),
                    "--out", in_dir("x"), NULL),
                 1);
    cr_assert_eq(ca("genesis", "sign", "--in", in_dir("g0"), "--key", of("audit", "signing.key"),
                    "--out", in_dir("x"), NULL),
                 0);
}

Test(genesis, copies_of_two_proposals_do_not_join) {
    cr_assert_eq(propose("g"), 0);
    sign_all();
    cr_assert_eq(propose("g"), 0);
    cr_assert_eq(ca("genesis", "sign", "--in", in_dir("g"), "--key", of("hub", "signing.key"),
                    "--out", in_dir("g6"), NULL),
                 0);
    cr_assert_eq(seal("g6"), 1);
}

Test(genesis, any_flipped_byte_breaks_it) {
    struct pt_buf env, entry;
    struct pt_hash hub, other;

    cr_assert_eq(propose("g"), 0);
    sign_all();
    cr_assert_eq(seal("g6"), 0);
    read_file(in_dir("pki/genesis.dsse"), &env);
    seal_to_entry(&entry, &hub);
    for (size_t i = 0; i < env.len; i += 3) {
        struct pt_buf out;

        pt_buf_init(&out, 65536);
        env.p[i] ^= 1;
        cr_assert_neq(pt_genesis_seal(pt_buf_span(&env), &out, &other, NULL), 0, "byte %zu", i);
        env.p[i] ^= 1;
        pt_buf_done(&out);
    }
    pt_buf_done(&env);
    pt_buf_done(&entry);
}

Test(genesis, a_key_of_the_genesis_gets_no_certificate) {
    struct pt_identity id;
    struct pt_key *k = NULL;
    struct pt_buf csr;
    struct pt_err err;

    cr_assert_eq(propose("g"), 0);
    sign_all();
    cr_assert_eq(seal("g6"), 0);
    cr_assert_eq(ca("issue", "--pki", in_dir("pki"), "--keys", in_dir("audit"), "--identity",
                    "pentad:audit/role/connector", NULL),
                 0);
    cr_assert(pt_file_exists(in_dir("audit/tls.crt")));
    cr_assert(pt_file_exists(in_dir("audit/crl.pem")));
    cr_assert_eq(pt_identity_parse("pentad:audit/role/connector", &id), 0);
    cr_assert_eq(pt_key_load(of("audit", "signing.key"), &k, &err), 0, "%s", err.msg);
    pt_buf_init(&csr, 65536);
    cr_assert_eq(pt_csr_create(k, &id, NULL, 0, &csr, &err), 0);
    write_file(in_dir("audit/tls.csr"), pt_buf_span(&csr));
    cr_assert_eq(ca("issue", "--pki", in_dir("pki"), "--keys", in_dir("audit"), "--identity",
                    "pentad:audit/role/connector", NULL),
                 1);
    pt_key_free(k);
    pt_buf_done(&csr);
}

Test(genesis, descriptors_are_strict) {
    static const char *const bad[] = {"{}x", "{\"party\":\"audit\",\"party\":\"audit\"}",
                                      "{\"party\":\"audit\",\"colour\":1}", "[]", ""};
    Pentad__V1__GenesisParty *p;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_neq(pt_descriptor_parse(pt_span_str(bad[i]), &p, NULL), 0, "%s", bad[i]);
        cr_assert_null(p);
    }
}

Test(genesis, wrong_use_is_told) {
    cr_assert_eq(ca("nonsense", NULL), 2);
    cr_assert_eq(ca("issue", NULL), 2);
    cr_assert_eq(ca("issue", "--pki", NULL), 2);
    cr_assert_eq(ca("crl", "--pki", in_dir("pki"), "--days", "0", NULL), 2);
    cr_assert_eq(ca("genesis", "show", "--help", NULL), 0);
    cr_assert_eq(ca("--help", NULL), 0);
    cr_assert_eq(ca("list", "--pki", in_dir("nowhere"), NULL), 1);
    cr_assert_eq(ca("keygen", "--keys", in_dir("audit"), "--party", "audit", "--name", "x",
                    "--uscc", "y", NULL),
                 1, "keys are never overwritten");
}

/* ---- what others make of our signatures ---- */

static void dsse_by_openssl(const char *party, const char *raw) {
    struct pt_key *k = NULL;
    struct pt_buf env, pae;
    ProtobufCMessage *m = NULL;
    const Pentad__V1__Envelope *e;
    struct pt_span payload = pt_span_str("批次声明");
    struct pt_err err;
    bool good;

    pt_buf_init(&env, 65536);
    pt_buf_init(&pae, 65536);
    cr_assert_eq(pt_key_load(of(party, "signing.key"), &k, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_dsse_sign(k, PT_DSSE_BATCH_STATEMENT, payload, &env, &err), 0);
    cr_assert_eq(pt_strict_unpack(&pentad__v1__envelope__descriptor, pt_buf_span(&env), &m, &err),
                 0);
    e = (const Pentad__V1__Envelope *)m;
    cr_assert_eq(pt_dsse_pae(&pae, PT_DSSE_BATCH_STATEMENT, payload), 0);
    write_file(in_dir("pae"), pt_buf_span(&pae));
    write_file(in_dir("sig"), pt_span(e->signatures[0]->sig.data, e->signatures[0]->sig.len));
    for (int i = 0; i < 2; i++) {
        if (i == 1) { /* and the same over other bytes */
            pae.p[3] ^= 1;
            write_file(in_dir("pae"), pt_buf_span(&pae));
        }
        good =
            raw != NULL
                ? run_program("openssl", "pkeyutl", "-verify", "-inkey", of(party, "signing.key"),
                              "-in", in_dir("pae"), "-rawin", "-sigfile", in_dir("sig"), NULL) == 0
                : run_program("openssl", "dgst", "-sha256", "-prverify", of(party, "signing.key"),
                              "-signature", in_dir("sig"), in_dir("pae"), NULL) == 0;
        cr_assert_eq(good, i == 0);
    }
    protobuf_c_message_free_unpacked(m, NULL);
    pt_key_free(k);
    pt_buf_done(&env);
    pt_buf_done(&pae);
}

Test(genesis, openssl_verifies_our_dsse) {
    dsse_by_openssl("finance", "-rawin");
    dsse_by_openssl("audit", NULL);
}
