#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pentad/base/clock.h>
#include <pentad/base/codec.h>
#include <pentad/base/file.h>
#include <pentad/certs/dsse.h>
#include <pentad/certs/key.h>
#include <pentad/certs/keycache.h>
#include <pentad/certs/logkey.h>
#include <pentad/proof/dsse.h>

static const struct pt_span msg = {(const uint8_t *)"五方", 6};

static struct pt_key *make(enum pt_key_alg alg) {
    struct pt_key *k = NULL;

    cr_assert_eq(pt_key_generate(alg, &k, NULL), 0);
    return k;
}

static void sign_and_verify(enum pt_key_alg alg) {
    struct pt_key *k = make(alg);
    struct pt_pubkey *p = NULL;
    uint8_t sig[PT_SIG_MAX];
    size_t n;

    cr_assert_eq(pt_pubkey_from_spki(pt_key_spki(k), &p, NULL), 0);
    cr_assert_eq(pt_key_sign(k, msg, sig, &n, NULL), 0);
    cr_assert_eq(pt_pubkey_verify(p, msg, pt_span(sig, n)), 0);
    for (size_t i = 0; i < n; i++) {
        sig[i] ^= 1;
        cr_assert_eq(pt_pubkey_verify(p, msg, pt_span(sig, n)), PT_E_SIGNATURE, "byte %zu", i);
        sig[i] ^= 1;
        cr_assert_eq(pt_pubkey_verify(p, msg, pt_span(sig, i)), PT_E_SIGNATURE, "cut %zu", i);
    }
    cr_assert_eq(pt_pubkey_verify(p, pt_span(msg.p, 5), pt_span(sig, n)), PT_E_SIGNATURE);
    pt_pubkey_free(p);
    pt_key_free(k);
}

Test(key, ed25519_signs_and_verifies) {
    sign_and_verify(PT_KEY_ED25519);
}

Test(key, p256_signs_and_verifies) {
    sign_and_verify(PT_KEY_P256);
}

Test(key, sm2_signs_and_verifies) {
    sign_and_verify(PT_KEY_SM2);
}

/* The worked example of GB/T 32918.5-2017, appendix A.2, whose signer has our id. */
Test(key, sm2_is_that_of_the_standard) {
    static const char spki[] = "3059301306072a8648ce3d020106082a811ccf5501822d03420004"
                               "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
                               "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
    static const char signed_der[] =
        "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
        "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
    uint8_t key[91];
    uint8_t sig[72];
    struct pt_pubkey *k = NULL;
    struct pt_err err = {0};

    cr_assert_eq(pt_unhex(spki, sizeof(spki) - 1, key, sizeof(key)), 0);
    cr_assert_eq(pt_unhex(signed_der, sizeof(signed_der) - 1, sig, sizeof(sig)), 0);
    cr_assert_eq(pt_pubkey_from_spki(pt_span(key, sizeof(key)), &k, &err), 0, "%s", err.msg);
    cr_expect_eq(pt_pubkey_verify(k, pt_span_str("message digest"), pt_span(sig, sizeof(sig))), 0);
    cr_expect_eq(pt_pubkey_verify(k, pt_span_str("message digesT"), pt_span(sig, sizeof(sig))),
                 PT_E_SIGNATURE);
    pt_pubkey_free(k);
    key[90] ^= 1; /* off the curve */
    cr_expect_eq(pt_pubkey_from_spki(pt_span(key, sizeof(key)), &k, &err), PT_E_FORMAT);
}

static int ed_spki(const char *hex, struct pt_pubkey **ret) {
    uint8_t pub[32];
    uint8_t spki[44];

    cr_assert_eq(pt_unhex(hex, 64, pub, 32), 0);
    pt_ed25519_spki(spki, pub);
    return pt_pubkey_from_spki(pt_span(spki, 44), ret, NULL);
}

/* All points of order 1, 2, 4 and 8, and the encodings that a careless decoder takes for them. */
static const char *const bad_points[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    /* mixed order: a good point plus one of small order (from "Taming the many EdDSAs") */
    "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
    "10eb7c3acfb2bed3e0d6ab89bf5a3d6afddd1176ce4812e38d9fd485058fdb1f",
    /* not on the curve */
    "0200000000000000000000000000000000000000000000000000000000000000",
};

Test(key, ed25519_points_of_small_or_mixed_order_are_refused) {
    for (size_t i = 0; i < sizeof(bad_points) / sizeof(bad_points[0]); i++) {
        struct pt_pubkey *k;

        cr_assert_eq(ed_spki(bad_points[i], &k), PT_E_FORMAT, "%s", bad_points[i]);
        cr_assert_null(k);
    }
}

Test(key, rfc8032_public_keys_are_taken) {
    static const char *const good[] = {
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"};

    for (size_t i = 0; i < 3; i++) {
        struct pt_pubkey *k;

        cr_assert_eq(ed_spki(good[i], &k), 0, "%s", good[i]);
        pt_pubkey_free(k);
    }
}

Test(key, public_keys_have_one_form) {
    struct pt_key *k = make(PT_KEY_P256);
    struct pt_span spki = pt_key_spki(k);
    uint8_t b[128];
    struct pt_pubkey *p;

    memcpy(b, spki.p, spki.len);
    b[spki.len] = 0;
    cr_assert_eq(pt_pubkey_from_spki(pt_span(b, spki.len + 1), &p, NULL), PT_E_FORMAT, "trailing");
    cr_assert_eq(pt_pubkey_from_spki(pt_span(b, spki.len - 1), &p, NULL), PT_E_FORMAT, "cut");
    b[60] ^= 1;
    cr_assert_eq(pt_pubkey_from_spki(pt_span(b, spki.len), &p, NULL), PT_E_FORMAT, "off curve");
    b[60] ^= 1;
    /* compressed: 02|03 and x alone */
    memcpy(b,
           "\x30\x39\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d"
           "\x03\x01\x07\x03\x22\x00",
           26);
    b[26] = (uint8_t)(2 + (spki.p[90] & 1));
    memcpy(b + 27, spki.p + 27, 32);
    cr_assert_eq(pt_pubkey_from_spki(pt_span(b, 59), &p, NULL), PT_E_FORMAT, "compressed");
    pt_key_free(k);
}

Test(key, p256_signatures_are_minimal_der) {
    struct pt_key *k = make(PT_KEY_P256);
    struct pt_pubkey *p = NULL;
    uint8_t sig[PT_SIG_MAX + 8];
    size_t n;

    cr_assert_eq(pt_pubkey_from_spki(pt_key_spki(k), &p, NULL), 0);
    cr_assert_eq(pt_key_sign(k, msg, sig, &n, NULL), 0);
    /* the same two numbers with a long-form length: BER, but not DER */
    memmove(sig + 2, sig + 1, n - 1);
    sig[1] = 0x81;
    cr_assert_eq(pt_pubkey_verify(p, msg, pt_span(sig, n + 1)), PT_E_SIGNATURE);
    pt_pubkey_free(p);
    pt_key_free(k);
}

Test(key, saved_keys_come_back_and_are_private) {
    char dir[] = "/tmp/pentad-key-XXXXXX";
    char path[64];
    struct pt_key *k = make(PT_KEY_P256);
    struct pt_key *again = NULL;
    struct pt_hash a, b;
    struct stat st;
    struct pt_err err;

    cr_assert_not_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/signing.key", dir);
    cr_assert_eq(pt_key_save(k, path, &err), 0);
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    cr_assert_eq(pt_key_save(k, path, &err), PT_E_EXISTS);
    cr_assert_eq(pt_key_load(path, &again, &err), 0, "%s", err.msg);
    pt_key_fingerprint(k, &a);
    pt_key_fingerprint(again, &b);
    cr_assert(pt_hash_eq(&a, &b));
    unlink(path);
    rmdir(dir);
    pt_key_free(k);
    pt_key_free(again);
}

Test(keycache, verifies_and_refuses) {
    struct pt_keycache *c = NULL;
    struct pt_key *k = make(PT_KEY_ED25519);
    struct pt_key *other = make(PT_KEY_ED25519);
    uint8_t sig[PT_SIG_MAX];
    size_t n;

    cr_assert_eq(pt_keycache_new(&c), 0);
    cr_assert_eq(pt_key_sign(k, msg, sig, &n, NULL), 0);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(pt_keycache_verify(c, pt_key_spki(k), msg, pt_span(sig, n)), 0);
        cr_assert_eq(pt_keycache_verify(c, pt_key_spki(other), msg, pt_span(sig, n)),
                     PT_E_SIGNATURE);
    }
    pt_keycache_free(c);
    pt_key_free(k);
    pt_key_free(other);
}

static void dsse_round(enum pt_key_alg alg) {
    struct pt_key *k = make(alg);
    struct pt_pubkey *p = NULL;
    struct pt_buf env, out;

    pt_buf_init(&env, 4096);
    pt_buf_init(&out, 4096);
    cr_assert_eq(pt_pubkey_from_spki(pt_key_spki(k), &p, NULL), 0);
    cr_assert_eq(pt_dsse_sign(k, PT_DSSE_REFUSAL, msg, &env, NULL), 0);
    cr_assert_eq(pt_dsse_open(p, PT_DSSE_REFUSAL, pt_buf_span(&env), &out, NULL), 0);
    cr_assert(pt_span_eq(pt_buf_span(&out), msg));
    cr_assert_eq(pt_dsse_open(p, PT_DSSE_GENESIS, pt_buf_span(&env), &out, NULL), PT_E_FORMAT);
    for (size_t i = 0; i < env.len; i++) {
        /* the hint alone may say anything, as long as it is a string */
        env.p[i] ^= 1;
        pt_buf_reset(&out);
        if (pt_dsse_open(p, PT_DSSE_REFUSAL, pt_buf_span(&env), &out, NULL) == 0) {
            cr_assert_geq(i, env.len - 64, "byte %zu", i);
        }
        env.p[i] ^= 1;
    }
    pt_buf_done(&env);
    pt_buf_done(&out);
    pt_pubkey_free(p);
    pt_key_free(k);
}

Test(dsse, signs_and_opens) {
    dsse_round(PT_KEY_ED25519);
    dsse_round(PT_KEY_P256);
}

Test(logkey, checkpoint_and_cosignature) {
    struct pt_key *log = make(PT_KEY_ED25519);
    struct pt_key *wit = make(PT_KEY_ED25519);
    struct pt_checkpoint c = {.origin = "pentad.jinan.example/hub", .size = 1234};
    struct pt_keycache *cache = NULL;
    struct pt_sigverify sv;
    struct pt_note_verified v;
    struct pt_vkey keys[2];
    struct pt_note n;
    struct pt_buf note;
    struct pt_err err;

    cr_assert_eq(pt_keycache_new(&cache), 0);
    sv = pt_keycache_sigverify(cache);
    pt_buf_init(&note, 8192);
    memset(c.root.b, 7, 32);
    cr_assert_eq(pt_logkey_sign_checkpoint(log, &c, &note, &err), 0);
    cr_assert_eq(pt_note_parse(&n, pt_buf_span(&note), &err), 0, "%s", err.msg);
    cr_assert_eq(pt_logkey_cosign(wit, "audit.example/w", 1700000000, n.text, &note, &err), 0);
    pt_note_done(&n);
    cr_assert_eq(pt_logkey_vkey(log, c.origin, PT_NOTE_ED25519, &keys[0]), 0);
    cr_assert_eq(pt_logkey_vkey(wit, "audit.example/w", PT_NOTE_COSIGNATURE, &keys[1]), 0);
    cr_assert_eq(pt_note_parse(&n, pt_buf_span(&note), &err), 0, "%s", err.msg);
    cr_assert_eq(pt_note_verify(&n, keys, 2, &sv, &v, &err), 0, "%s", err.msg);
    cr_assert_eq(v.mask, 3);
    cr_assert_eq(v.time_s[1], 1700000000);
    pt_note_done(&n);
    pt_buf_done(&note);
    pt_keycache_free(cache);
    pt_key_free(log);
    pt_key_free(wit);
}
