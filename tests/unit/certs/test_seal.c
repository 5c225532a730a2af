/* Seals: what is sealed opens with each recipient's key, with nobody else's, and not once it was
 * changed; other software opens it; other forms that CMS allows are refused. */
#include <criterion/criterion.h>

#include <string.h>

#include <openssl/cms.h>
#include <openssl/x509v3.h>

#include <pentad/certs/seal.h>

#include "support.h"

static const char words[] = "线索：某项目虚列支出";

struct reader {
    struct pt_key *key;
    struct pt_pubkey *pub;
};

static struct reader reader(enum pt_key_alg alg) {
    struct reader r = {0};

    cr_assert_eq(pt_key_generate(alg, &r.key, NULL), 0);
    cr_assert_eq(pt_pubkey_from_spki(pt_key_spki(r.key), &r.pub, NULL), 0);
    return r;
}

static void forget(struct reader *r) {
    pt_key_free(r->key);
    pt_pubkey_free(r->pub);
}

static struct pt_buf sealed_to(const struct reader *r, size_t n) {
    const struct pt_pubkey *to[PT_SEAL_RECIPIENTS_MAX];
    struct pt_buf cms;
    struct pt_err err = {0};

    for (size_t i = 0; i < n; i++) {
        to[i] = r[i].pub;
    }
    pt_buf_init(&cms, 1 << 20);
    cr_assert_eq(pt_seal(to, n, pt_span_str(words), &cms, &err), 0, "%s", err.msg);
    return cms;
}

static int opens(const struct pt_key *k, struct pt_span cms, struct pt_buf *plain) {
    pt_buf_init(plain, 1 << 20);
    return pt_seal_open(k, cms, plain, NULL);
}

Test(seal, every_recipient_opens_it_and_nobody_else) {
    struct reader r[3] = {reader(PT_KEY_P256), reader(PT_KEY_P256), reader(PT_KEY_P256)};
    struct pt_buf cms = sealed_to(r, 2);
    struct pt_buf plain;

    for (int i = 0; i < 2; i++) {
        cr_assert_eq(opens(r[i].key, pt_buf_span(&cms), &plain), 0);
        cr_expect_str_eq(pt_buf_cstr(&plain), words);
        pt_buf_done(&plain);
    }
    cr_expect_eq(opens(r[2].key, pt_buf_span(&cms), &plain), PT_E_UNKNOWN_KEY);
    cr_expect_eq(plain.len, 0);
    pt_buf_done(&plain);
    cr_expect_null(memmem(cms.p, cms.len, words, 12), "the words stand in the seal");
    pt_buf_done(&cms);
    for (int i = 0; i < 3; i++) {
        forget(&r[i]);
    }
}

Test(seal, names_each_recipient_by_its_whole_fingerprint) {
    struct reader r = reader(PT_KEY_P256);
    struct pt_buf cms = sealed_to(&r, 1);
    struct pt_hash id;

    pt_key_fingerprint(r.key, &id);
    cr_expect_not_null(memmem(cms.p, cms.len, id.b, sizeof(id.b)));
    pt_buf_done(&cms);
    forget(&r);
}

Test(seal, no_changed_bit_opens) {
    struct reader r = reader(PT_KEY_P256);
    struct pt_buf cms = sealed_to(&r, 1);
    struct pt_buf plain;

    for (size_t bit = 0; bit < cms.len * 8; bit++) {
        cms.p[bit / 8] ^= (uint8_t)(1U << bit % 8);
        cr_expect_neq(opens(r.key, pt_buf_span(&cms), &plain), 0, "bit %zu of byte %zu of %zu",
                      bit % 8, bit / 8, cms.len);
        cr_expect_eq(plain.len, 0);
        pt_buf_done(&plain);
        cms.p[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    for (size_t n = 0; n < cms.len; n++) {
        cr_expect_eq(opens(r.key, pt_span(cms.p, n), &plain), PT_E_FORMAT, "cut at %zu", n);
        pt_buf_done(&plain);
    }
    cr_assert_eq(pt_buf_putc(&cms, 0), 0);
    cr_expect_eq(opens(r.key, pt_buf_span(&cms), &plain), PT_E_FORMAT, "one byte behind");
    pt_buf_done(&plain);
    pt_buf_done(&cms);
    forget(&r);
}

Test(seal, is_for_p256_keys_only) {
    struct reader r = reader(PT_KEY_ED25519);
    const struct pt_pubkey *to[] = {r.pub};
    struct pt_buf cms;

    pt_buf_init(&cms, 1 << 16);
    cr_expect_eq(pt_seal(to, 1, pt_span_str(words), &cms, NULL), PT_E_UNSUPPORTED);
    cr_expect_eq(cms.len, 0);
    pt_buf_done(&cms);
    forget(&r);
}

/* What OpenSSL makes by itself for a certificate's key: its defaults. */
static struct pt_buf made_by_openssl(const struct reader *r, const EVP_CIPHER *cipher) {
    X509 *x = X509_new();
    STACK_OF(X509) *to = sk_X509_new_null();
    BIO *in = BIO_new_mem_buf(words, -1);
    struct pt_buf out;
    uint8_t *der = NULL;
    CMS_ContentInfo *cms;
    int n;

    cr_assert(X509_set_pubkey(x, pt_key_evp(r->key)) && sk_X509_push(to, x));
    cr_assert(ASN1_INTEGER_set(X509_get_serialNumber(x), 1));
    cr_assert(X509_gmtime_adj(X509_getm_notBefore(x), 0) &&
              X509_gmtime_adj(X509_getm_notAfter(x), 60));
    cr_assert_gt(X509_sign(x, pt_key_evp(r->key), EVP_sha256()), 0);
    cms = CMS_encrypt(to, in, cipher, CMS_BINARY);
    cr_assert_not_null(cms);
    n = i2d_CMS_ContentInfo(cms, &der);
    cr_assert_gt(n, 0);
    pt_buf_init(&out, 1 << 16);
    cr_assert_eq(pt_buf_append(&out, der, (size_t)n), 0);
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    sk_X509_pop_free(to, X509_free);
    return out;
}

Test(seal, other_forms_are_refused) {
    struct reader r = reader(PT_KEY_P256);
    const struct {
        const char *what;
        const EVP_CIPHER *cipher;
    } forms[] = {{"CBC", EVP_aes_256_cbc()},
                 {"a shorter key", EVP_aes_128_gcm()},
                 {"derived with SHA-1", EVP_aes_256_gcm()}};

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct pt_buf cms = made_by_openssl(&r, forms[i].cipher);
        struct pt_buf plain;

        cr_expect_eq(opens(r.key, pt_buf_span(&cms), &plain), PT_E_FORMAT, "%s", forms[i].what);
        pt_buf_done(&plain);
        pt_buf_done(&cms);
    }
    forget(&r);
}

/* Somebody else's program, from files, as a person would. */
Test(seal, the_openssl_command_opens_it) {
    struct reader r = reader(PT_KEY_P256);
    struct pt_buf cms = sealed_to(&r, 1);
    struct pt_buf got;

    (void)make_dir();
    cr_assert_eq(pt_key_save(r.key, in_dir("key.pem"), NULL), 0);
    write_file(in_dir("seal.der"), pt_buf_span(&cms));
    cr_assert_eq(run_program("openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in",
                             in_dir("seal.der"), "-inkey", in_dir("key.pem"), "-out",
                             in_dir("plain"), NULL),
                 0);
    read_file(in_dir("plain"), &got);
    cr_expect(pt_span_eq(pt_buf_span(&got), pt_span_str(words)));
    pt_buf_done(&got);
    pt_buf_done(&cms);
    rm_dir();
    forget(&r);
}
