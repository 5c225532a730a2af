#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/checkpoint.h>
#include <pentad/proof/dsse.h>
#include <pentad/proof/tlogproof.h>

#include "fake.h"

#define NAME "pentad.test/hub"
#define TEXT "第一行\n\nline three\n"

static struct pt_buf buf;

static void setup(void) {
    pt_buf_init(&buf, 1 << 20);
}

static void teardown(void) {
    pt_buf_done(&buf);
}

TestSuite(note, .init = setup, .fini = teardown);

static int parse(struct pt_note *n) {
    return pt_note_parse(n, pt_buf_span(&buf), NULL);
}

/* Parses what `text` says and gives its code. */
static int parse_text(const char *text, size_t len) {
    struct pt_note n;
    int rc = pt_note_parse(&n, pt_span(text, len), NULL);

    pt_note_done(&n);
    return rc;
}

static struct pt_vkey vkey(unsigned n, const char *name, uint8_t type) {
    struct pt_vkey v;
    uint8_t pub[32];

    fake_pub(n, pub);
    cr_assert_eq(pt_vkey_make(&v, name, type, pub), 0);
    return v;
}

static void add_line(unsigned key, const char *name, const char *text) {
    struct pt_vkey v = vkey(key, name, PT_NOTE_ED25519);
    uint8_t sig[64];

    fake_sign(key, pt_span_str(text), sig);
    pt_note_append_sig(&buf, name, v.keyid, pt_span(sig, 64));
}

Test(note, text_ends_at_the_last_empty_line) {
    struct pt_note_verified got;
    struct pt_vkey v = vkey(1, NAME, PT_NOTE_ED25519);
    struct pt_note n;

    fake_note(1, NAME, TEXT, &buf);
    cr_assert_eq(parse(&n), 0);
    cr_assert(pt_span_eq(n.text, pt_span_str(TEXT)));
    cr_assert_eq(n.n_sigs, 1);
    cr_assert_eq(pt_note_verify(&n, &v, 1, &fake_sv, &got, NULL), 0);
    cr_assert_eq(got.mask, 1);
    pt_note_done(&n);
}

Test(note, a_second_line_of_a_verified_key_is_refused) {
    struct pt_note_verified got;
    struct pt_vkey v = vkey(1, NAME, PT_NOTE_ED25519);
    struct pt_note n;

    fake_note(1, NAME, TEXT, &buf);
    add_line(1, NAME, TEXT);
    cr_assert_eq(parse(&n), 0);
    cr_assert_eq(pt_note_verify(&n, &v, 1, &fake_sv, &got, NULL), PT_E_SIGNATURE);
    cr_assert_eq(got.mask, 0);
    pt_note_done(&n);
}

Test(note, a_known_key_that_fails_spoils_the_note) {
    struct pt_note_verified got;
    struct pt_vkey v[2] = {vkey(1, NAME, PT_NOTE_ED25519), vkey(2, "other", PT_NOTE_ED25519)};
    struct pt_note n;

    fake_note(1, NAME, TEXT, &buf);
    add_line(2, "other", "another text\n");
    cr_assert_eq(parse(&n), 0);
    cr_assert_eq(pt_note_verify(&n, v, 1, &fake_sv, &got, NULL), 0, "the second is unknown");
    cr_assert_eq(pt_note_verify(&n, v, 2, &fake_sv, &got, NULL), PT_E_SIGNATURE);
    pt_note_done(&n);
}

Test(note, name_and_id_both_have_to_match) {
    struct pt_note_verified got;
    struct pt_vkey same_name = vkey(2, NAME, PT_NOTE_ED25519);
    struct pt_vkey same_id = vkey(1, NAME, PT_NOTE_ED25519);
    struct pt_note n;

    snprintf(same_id.name, sizeof(same_id.name), "elsewhere");
    fake_note(1, NAME, TEXT, &buf);
    cr_assert_eq(parse(&n), 0);
    cr_assert_eq(pt_note_verify(&n, &same_name, 1, &fake_sv, &got, NULL), 0);
    cr_assert_eq(got.mask, 0);
    cr_assert_eq(pt_note_verify(&n, &same_id, 1, &fake_sv, &got, NULL), 0);
    cr_assert_eq(got.mask, 0);
    pt_note_done(&n);
}

Test(note, accepts_sixteen_signatures_and_refuses_hundreds) {
    char name[32];
    struct pt_note n;

    fake_note(1, NAME, TEXT, &buf);
    for (unsigned i = 2; i <= 16; i++) {
        snprintf(name, sizeof(name), "w%u", i);
        add_line(i, name, TEXT);
    }
    cr_assert_eq(parse(&n), 0);
    cr_assert_eq(n.n_sigs, 16);
    pt_note_done(&n);
    for (unsigned i = 17; i <= 200; i++) {
        snprintf(name, sizeof(name), "w%u", i);
        add_line(i, name, TEXT);
    }
    cr_assert_eq(parse(&n), PT_E_TOO_LARGE);
    pt_note_done(&n);
}

Test(note, malformed_notes) {
    static const char sig[] = "\xE2\x80\x94 a AAAAAAA=\n";
    static const struct {
        const char *text;
        const char *why;
    } bad[] = {{"", "empty"},
               {"\n", "one newline"},
               {"\n\n", "no signatures"},
               {"text\n", "no empty line"},
               {"text\n\n", "no signatures"},
               {"text\n\nnot a signature\n", "no dash"},
               {"text\n\n- a AAAAAAA=\n", "a hyphen"},
               {"text\n\n\xE2\x80\x94 a AAAAAAA\n", "unpadded base64"},
               {"text\n\n\xE2\x80\x94 a AAAA\n", "no bytes behind the id"},
               {"text\n\n\xE2\x80\x94 a AAAAAAA=", "no last newline"},
               {"text\n\n\xE2\x80\x94  AAAAAAA=\n", "empty name"},
               {"text\n\n\xE2\x80\x94 a+b AAAAAAA=\n", "plus in the name"},
               {"text\n\n\xE2\x80\x94 a\xC2\xA0"
                "b AAAAAAA=\n",
                "Unicode space in the name"},
               {"te\rxt\n\n\xE2\x80\x94 a AAAAAAA=\n", "control character"},
               {"te\xFFxt\n\n\xE2\x80\x94 a AAAAAAA=\n", "not UTF-8"},
               {"te\xC0\xAFxt\n\n\xE2\x80\x94 a AAAAAAA=\n", "overlong UTF-8"},
               {"text\n\n\xE2\x80\x94 a AAAAAAA= x\n", "a fourth word"}};

    cr_assert_eq(parse_text("text\n\n\xE2\x80\x94 a AAAAAAA=\n", strlen("text\n\n") + strlen(sig)),
                 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_eq(parse_text(bad[i].text, strlen(bad[i].text)), PT_E_FORMAT, "%s", bad[i].why);
    }
    cr_assert_eq(parse_text("te\0xt\n\n\xE2\x80\x94 a AAAAAAA=\n", 21), PT_E_FORMAT, "NUL");
}

/* Keys of published notes (Go's sumdb, its documentation's example). */
Test(note, verifier_keys) {
    static const char known[] =
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    struct pt_vkey v;
    struct pt_err err;

    cr_assert_eq(pt_vkey_parse(&v, known, strlen(known), &err), 0, "%s", err.msg);
    cr_assert_str_eq(v.name, "PeterNeumann");
    cr_assert_eq(v.keyid, 0xc74f20a3);
    cr_assert_eq(pt_vkey_format(&buf, &v), 0);
    cr_assert_str_eq(pt_buf_cstr(&buf), known);
    cr_assert_eq(pt_vkey_parse(&v, known, strlen(known) - 1, NULL), PT_E_FORMAT);
    cr_assert_eq(pt_vkey_parse(&v,
                               "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                               strlen(known), NULL),
                 PT_E_FORMAT, "another id");
    cr_assert_eq(pt_vkey_parse(&v, "+", 1, NULL), PT_E_FORMAT);
    cr_assert_eq(pt_vkey_parse(&v, "", 0, NULL), PT_E_FORMAT);
}

Test(note, cosignatures) {
    struct pt_note_verified got;
    struct pt_vkey v = vkey(5, "witness", PT_NOTE_COSIGNATURE);
    uint8_t sig[72] = {0, 0, 0, 0, 0x65, 0x53, 0xF1, 0x00}; /* 1,700,000,000 */
    struct pt_buf msg;
    struct pt_note n;

    pt_buf_init(&msg, 4096);
    cr_assert_eq(pt_cosignature_message(&msg, 1700000000, pt_span_str(TEXT)), 0);
    cr_assert_str_eq(pt_buf_cstr(&msg), "cosignature/v1\ntime 1700000000\n" TEXT);
    fake_sign(5, pt_buf_span(&msg), sig + 8);
    fake_note(1, NAME, TEXT, &buf);
    pt_note_append_sig(&buf, "witness", v.keyid, pt_span(sig, 72));
    cr_assert_eq(parse(&n), 0);
    cr_assert_eq(pt_note_verify(&n, &v, 1, &fake_sv, &got, NULL), 0);
    cr_assert_eq(got.mask, 1);
    cr_assert_eq(got.time_s[0], 1700000000);
    pt_note_done(&n);
    pt_buf_done(&msg);
}

/* ---- checkpoints ---- */

static int parse_checkpoint(const char *text) {
    struct pt_checkpoint c;

    return pt_checkpoint_parse(&c, pt_span_str(text), NULL);
}

#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

Test(note, checkpoints) {
    static const char good[] = "pentad.test/hub\n1234\n" ROOT "\n";
    struct pt_checkpoint c;

    cr_assert_eq(pt_checkpoint_parse(&c, pt_span_str(good), NULL), 0);
    cr_assert_eq(c.size, 1234);
    cr_assert_eq(pt_checkpoint_format(&buf, &c), 0);
    cr_assert_str_eq(pt_buf_cstr(&buf), good);
    cr_assert_eq(parse_checkpoint("a\n0\n" ROOT "\n"), 0);
    cr_assert_eq(parse_checkpoint("a\n18446744073709551615\n" ROOT "\n"), 0);
    cr_assert_eq(parse_checkpoint("a\n18446744073709551616\n" ROOT "\n"), PT_E_FORMAT);
    cr_assert_eq(parse_checkpoint("a\n01\n" ROOT "\n"), PT_E_FORMAT);
    cr_assert_eq(parse_checkpoint("a\n+1\n" ROOT "\n"), PT_E_FORMAT);
    cr_assert_eq(parse_checkpoint("a\n\n" ROOT "\n"), PT_E_FORMAT);
    cr_assert_eq(parse_checkpoint("\n1\n" ROOT "\n"), PT_E_FORMAT);
    cr_assert_eq(parse_checkpoint("a b\n1\n" ROOT "\n"), PT_E_FORMAT);
    cr_assert_eq(parse_checkpoint("a\n1\nAAAA\n"), PT_E_FORMAT);
    cr_assert_eq(parse_checkpoint("a\n1\n" ROOT), PT_E_FORMAT);
    cr_assert_eq(parse_checkpoint("a\n1\n" ROOT "\nextension\n"), PT_E_FORMAT);
}

Test(note, a_checkpoint_of_another_origin_is_not_ours) {
    struct pt_vkey v = vkey(1, NAME, PT_NOTE_ED25519);
    struct pt_checkpoint c;
    struct pt_hash root;

    pt_empty_hash(&root);
    fake_checkpoint(1, NAME, 7, &root, &buf);
    cr_assert_eq(pt_checkpoint_open(&c, pt_buf_span(&buf), &v, &fake_sv, NULL), 0);
    cr_assert_eq(c.size, 7);
    pt_buf_reset(&buf);
    fake_note(1, NAME, "other.example/log\n7\n" ROOT "\n", &buf);
    cr_assert_eq(pt_checkpoint_open(&c, pt_buf_span(&buf), &v, &fake_sv, NULL), PT_E_SIGNATURE);
}

/* ---- proofs in a file, and what DSSE signs ---- */

Test(note, tlog_proof_round_trip) {
    struct pt_merkle_path path = {.n = 3};
    struct pt_tlogproof p;
    struct pt_buf note;
    struct pt_err err;

    pt_buf_init(&note, 4096);
    fake_note(1, NAME, TEXT, &note);
    memset(path.h, 9, sizeof(path.h));
    cr_assert_eq(pt_tlogproof_format(&buf, 73894, &path, pt_buf_span(&note)), 0);
    cr_assert_eq(pt_tlogproof_parse(&p, pt_buf_span(&buf), &err), 0, "%s", err.msg);
    cr_assert_eq(p.index, 73894);
    cr_assert_eq(p.path.n, 3);
    cr_assert(pt_hash_eq(&p.path.h[2], &path.h[2]));
    cr_assert(pt_span_eq(p.note, pt_buf_span(&note)));
    cr_assert_eq(p.extra.len, 0);
    pt_buf_done(&note);
}

static int parse_proof(const char *text) {
    struct pt_tlogproof p;

    return pt_tlogproof_parse(&p, pt_span_str(text), NULL);
}

Test(note, tlog_proof_forms) {
    cr_assert_eq(parse_proof("c2sp.org/tlog-proof@v1\nindex 0\n\nnote"), 0);
    cr_assert_eq(parse_proof("c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n\nnote"), 0);
    cr_assert_eq(parse_proof("c2sp.org/tlog-proof@v1\nextra A\nindex 0\n\nnote"), PT_E_FORMAT);
    cr_assert_eq(parse_proof("c2sp.org/tlog-proof@v2\nindex 0\n\nnote"), PT_E_FORMAT);
    cr_assert_eq(parse_proof("c2sp.org/tlog-proof@v1\nindex 00\n\nnote"), PT_E_FORMAT);
    cr_assert_eq(parse_proof("c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nnote"), PT_E_FORMAT);
    cr_assert_eq(parse_proof("c2sp.org/tlog-proof@v1\nindex 0\n"), PT_E_TRUNCATED);
    cr_assert_eq(parse_proof("c2sp.org/tlog-proof@v1\n"), PT_E_TRUNCATED);
}

Test(note, dsse_bytes_are_those_of_the_specification) {
    cr_assert_eq(pt_dsse_pae(&buf, "http://example.com/HelloWorld", pt_span_str("hello world")), 0);
    cr_assert_str_eq(pt_buf_cstr(&buf), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}
