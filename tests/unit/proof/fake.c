#include "fake.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/checkpoint.h>
#include <pentad/proof/dsse.h>

const char *const fake_parties[7] = {"congress", "discipline", "organization", "finance",
                                     "audit",    "office",     "hub"};

void fake_pub(unsigned n, uint8_t pub[32]) {
    struct pt_hash h;

    pt_sha256(&h, &n, sizeof(n));
    memcpy(pub, h.b, 32);
}

void fake_spki(unsigned n, uint8_t spki[44]) {
    uint8_t pub[32];

    fake_pub(n, pub);
    pt_ed25519_spki(spki, pub);
}

static void sig_of(struct pt_span spki, struct pt_span msg, uint8_t sig[64]) {
    struct pt_sha256 s;
    struct pt_hash h;

    pt_sha256_init(&s);
    pt_sha256_update(&s, spki.p, spki.len);
    pt_sha256_update(&s, msg.p, msg.len);
    pt_sha256_final(&s, &h);
    memcpy(sig, h.b, 32);
    memcpy(sig + 32, h.b, 32);
}

void fake_sign(unsigned n, struct pt_span msg, uint8_t sig[64]) {
    uint8_t spki[44];

    fake_spki(n, spki);
    sig_of(pt_span(spki, 44), msg, sig);
}

void fake_fingerprint(unsigned n, struct pt_hash *ret) {
    uint8_t spki[44];

    fake_spki(n, spki);
    pt_sha256(ret, spki, 44);
}

static int fake_verify(void *ctx, struct pt_span spki, struct pt_span msg, struct pt_span sig) {
    uint8_t want[64];

    (void)ctx;
    sig_of(spki, msg, want);
    return pt_span_eq(sig, pt_span(want, 64)) ? 0 : PT_E_SIGNATURE;
}

const struct pt_sigverify fake_sv = {fake_verify, NULL};

void fake_note(unsigned n, const char *name, const char *text, struct pt_buf *out) {
    uint8_t pub[32], sig[64];

    fake_pub(n, pub);
    fake_sign(n, pt_span_str(text), sig);
    pt_note_begin(out, pt_span_str(text));
    pt_note_append_sig(out, name, pt_note_keyid(name, PT_NOTE_ED25519, pub), pt_span(sig, 64));
    cr_assert_eq(out->failed, 0);
}

void fake_checkpoint(unsigned n, const char *name, uint64_t size, const struct pt_hash *root,
                     struct pt_buf *out) {
    struct pt_checkpoint c = {.size = size, .root = *root};
    struct pt_buf text;

    snprintf(c.origin, sizeof(c.origin), "%s", name);
    pt_buf_init(&text, 1024);
    cr_assert_eq(pt_checkpoint_format(&text, &c), 0);
    fake_note(n, name, pt_buf_cstr(&text), out);
    pt_buf_done(&text);
}

static void add_signature(Pentad__V1__Signature *s, unsigned n, const char *type,
                          struct pt_span payload, uint8_t sig[64], char keyid[65]) {
    struct pt_hash fp;
    struct pt_buf pae;

    pt_buf_init(&pae, 1 << 20);
    cr_assert_eq(pt_dsse_pae(&pae, type, payload), 0);
    fake_sign(n, pt_buf_span(&pae), sig);
    pt_buf_done(&pae);
    fake_fingerprint(n, &fp);
    pt_hash_hex(keyid, &fp);
    pentad__v1__signature__init(s);
    s->has_sig = 1;
    s->sig.data = sig;
    s->sig.len = 64;
    s->keyid = keyid;
}

static int by_keyid(const void *a, const void *b) {
    return strcmp((*(Pentad__V1__Signature *const *)a)->keyid,
                  (*(Pentad__V1__Signature *const *)b)->keyid);
}

static void envelope(const unsigned *keys, size_t n, const char *type, struct pt_span payload,
                     struct pt_buf *out) {
    Pentad__V1__Envelope env = PENTAD__V1__ENVELOPE__INIT;
    Pentad__V1__Signature s[16];
    Pentad__V1__Signature *list[16];
    uint8_t sigs[16][64];
    char keyids[16][65];
    char t[128];
    uint8_t *copy = malloc(payload.len + 1);

    cr_assert(n <= 16 && copy != NULL);
    memcpy(copy, payload.p, payload.len);
    snprintf(t, sizeof(t), "%s", type);
    for (size_t i = 0; i < n; i++) {
        add_signature(&s[i], keys[i], type, payload, sigs[i], keyids[i]);
        list[i] = &s[i];
    }
    qsort(list, n, sizeof(list[0]), by_keyid);
    env.has_payload = 1;
    env.payload.data = copy;
    env.payload.len = payload.len;
    env.payload_type = t;
    env.n_signatures = n;
    env.signatures = list;
    cr_assert_eq(pt_strict_pack(out, &env.base), 0);
    free(copy);
}

void fake_envelope(unsigned n, const char *type, struct pt_span payload, struct pt_buf *out) {
    envelope(&n, 1, type, payload, out);
}

uint64_t fake_seed(const char *test) {
    const char *given = getenv("PENTAD_SEED");
    uint64_t seed = 0;

    if (given != NULL) {
        seed = strtoull(given, NULL, 10);
    } else {
        cr_assert_eq(pt_entropy_system.fill(pt_entropy_system.ctx, &seed, 4), 0);
    }
    fprintf(stderr, "%s: PENTAD_SEED=%llu\n", test, (unsigned long long)seed);
    return seed;
}

/* ---- genesis ---- */

unsigned fake_key_of(const char *party) {
    for (unsigned i = 0; i < 7; i++) {
        if (strcmp(fake_parties[i], party) == 0) {
            return 100 + i;
        }
    }
    cr_assert(false, "no party %s", party);
    return 0;
}

static char *dup(const char *s) {
    char *c = strdup(s);

    cr_assert_not_null(c);
    return c;
}

static Pentad__V1__PublicKey *new_key(unsigned n, Pentad__V1__KeyUse use) {
    Pentad__V1__PublicKey *k = malloc(sizeof(*k));

    cr_assert_not_null(k);
    pentad__v1__public_key__init(k);
    k->has_use = k->has_algorithm = k->has_spki = 1;
    k->use = use;
    k->algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_ED25519;
    k->spki.data = malloc(44);
    k->spki.len = 44;
    fake_spki(n, k->spki.data);
    return k;
}

static Pentad__V1__GenesisParty *new_party(unsigned i) {
    Pentad__V1__GenesisParty *p = malloc(sizeof(*p));

    cr_assert_not_null(p);
    pentad__v1__genesis_party__init(p);
    p->party = dup(fake_parties[i]);
    p->name = dup("某局");
    p->uscc = dup("11370100004188629R");
    p->streams = calloc(1, sizeof(char *));
    p->streams[0] = dup("main");
    p->n_streams = 1;
    p->keys = calloc(2, sizeof(*p->keys));
    p->keys[0] = new_key(100 + i, PENTAD__V1__KEY_USE__KEY_USE_SIGNING);
    p->n_keys = 1;
    if (strcmp(p->party, "finance") == 0) {
        p->keys[1] = new_key(FAKE_RECOVERY, PENTAD__V1__KEY_USE__KEY_USE_RECOVERY);
        p->n_keys = 2;
    }
    return p;
}

Pentad__V1__Genesis *fake_genesis(void) {
    Pentad__V1__Genesis *g = malloc(sizeof(*g));
    struct pt_vkey v;
    struct pt_buf text;
    uint8_t pub[32];

    cr_assert_not_null(g);
    pentad__v1__genesis__init(g);
    pt_buf_init(&text, 1024);
    fake_pub(FAKE_LOG, pub);
    cr_assert_eq(pt_vkey_make(&v, FAKE_ORIGIN, PT_NOTE_ED25519, pub), 0);
    pt_vkey_format(&text, &v);
    g->has_version = g->has_clock = g->has_first_day = g->has_quorum = 1;
    g->has_ca_fingerprint = g->has_created_at_ms = 1;
    g->version = 1;
    g->origin = dup(FAKE_ORIGIN);
    g->clock = PENTAD__V1__CLOCK_MODE__CLOCK_MODE_REPLAY;
    g->first_day = 20190101;
    g->log_vkey = dup(pt_buf_cstr(&text));
    g->code_family = dup("cn");
    g->ca_fingerprint.data = calloc(1, 32);
    g->ca_fingerprint.len = 32;
    g->created_at_ms = 1546300800000;
    g->parties = calloc(7, sizeof(*g->parties));
    for (unsigned i = 0; i < 7; i++) {
        g->parties[i] = new_party(i);
    }
    g->n_parties = 7;
    pt_buf_done(&text);
    return g;
}

void fake_witnesses(Pentad__V1__Genesis *g, unsigned first, unsigned second) {
    const unsigned keys[2] = {first, second};

    g->witness_vkeys = calloc(2, sizeof(char *));
    cr_assert_not_null(g->witness_vkeys);
    for (unsigned i = 0; i < 2; i++) {
        struct pt_vkey v;
        struct pt_buf text;
        uint8_t pub[32];
        char name[16];

        pt_buf_init(&text, 1024);
        fake_pub(keys[i], pub);
        snprintf(name, sizeof(name), "witness-%u", i);
        cr_assert_eq(pt_vkey_make(&v, name, PT_NOTE_COSIGNATURE, pub), 0);
        pt_vkey_format(&text, &v);
        g->witness_vkeys[g->n_witness_vkeys++] = dup(pt_buf_cstr(&text));
        pt_buf_done(&text);
    }
}

void fake_genesis_entry(struct pt_buf *out, struct pt_hash *hub) {
    Pentad__V1__Genesis *g = fake_genesis();
    Pentad__V1__LogEntry e = PENTAD__V1__LOG_ENTRY__INIT;
    ProtobufCMessage *env = NULL;
    unsigned keys[7];
    struct pt_buf payload, bytes;
    size_t at = out->len;

    pt_buf_init(&payload, 65536);
    pt_buf_init(&bytes, 65536);
    for (unsigned i = 0; i < 7; i++) {
        keys[i] = 100 + i;
    }
    cr_assert_eq(pt_strict_pack(&payload, &g->base), 0);
    envelope(keys, 7, PT_DSSE_GENESIS, pt_buf_span(&payload), &bytes);
    cr_assert_eq(
        pt_strict_unpack(&pentad__v1__envelope__descriptor, pt_buf_span(&bytes), &env, NULL), 0);
    e.envelope = (Pentad__V1__Envelope *)env;
    e.has_received_at_ms = 1;
    e.received_at_ms = g->created_at_ms;
    cr_assert_eq(pt_strict_pack(out, &e.base), 0);
    pt_leaf_hash(hub, out->p + at, out->len - at);
    protobuf_c_message_free_unpacked(env, NULL);
    pentad__v1__genesis__free_unpacked(g, NULL);
    pt_buf_done(&payload);
    pt_buf_done(&bytes);
}

struct pt_keyhistory *fake_history(void) {
    Pentad__V1__Genesis *g = fake_genesis();
    struct pt_keyhistory *k = NULL;
    struct pt_err err;

    cr_assert_eq(pt_genesis_check(g, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_keyhistory_new(&k), 0);
    cr_assert_eq(pt_keyhistory_genesis(k, g, &err), 0, "%s", err.msg);
    pentad__v1__genesis__free_unpacked(g, NULL);
    return k;
}
