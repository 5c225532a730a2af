/* Enrolment: an invitation for one certificate, made at the party, approved by two people. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/codec.h>
#include <pentad/base/file.h>
#include <pentad/certs/ca.h>
#include <pentad/certs/enrol.h>

#include "support.h"

#define HOUR INT64_C(3600000)
#define ORIGIN "pentad.test/hub"
#define URI "pentad:finance/stream/treasury"

static int64_t now;

/* An authority with two people, an invitation and the request that was made of it. */
static void setup(void) {
    struct pt_ca_create what = {.origin = ORIGIN, .days = 3650};
    struct pt_err err;

    make_dir();
    now = pt_clock_now_ms(&pt_clock_system);
    what.now_ms = now;
    cr_assert_eq(pt_ca_create(in_dir("pki"), &what, &err), 0, "%s", err.msg);
    for (int i = 0; i < 3; i++) {
        static const char *const who[] = {"zhang", "li", "stranger"};
        char pub[32];

        snprintf(pub, sizeof(pub), "%s.pub", who[i]);
        cr_assert_eq(ca("person", "--out", in_dir(who[i]), NULL), 0);
        if (i < 2) {
            cr_assert_eq(ca("approver", "--pki", in_dir("pki"), "--name", who[i], "--key",
                            in_dir(pub), NULL),
                         0);
        }
    }
    cr_assert_eq(ca("invite", "--pki", in_dir("pki"), "--party", "finance", "--stream", "treasury",
                    "--out", in_dir("invitation"), NULL),
                 0);
    cr_assert_eq(ca("enrol", "--invitation", in_dir("invitation"), "--keys", in_dir("keys"),
                    "--out", in_dir("request"), NULL),
                 0);
}

TestSuite(enrol, .init = setup, .fini = rm_dir);

/* ---- what is handed on ---- */

static void digest_of(const char *request, struct pt_hash *ret) {
    struct pt_buf text;

    read_file(in_dir(request), &text);
    pt_sha256(ret, text.p, text.len);
    pt_buf_done(&text);
}

static int approve(const char *request, const char *who) {
    char hex[2 * PT_HASH_LEN + 1], key[32], out[32];
    struct pt_hash digest;

    digest_of(request, &digest);
    pt_hash_hex(hex, &digest);
    snprintf(key, sizeof(key), "%s.key", who);
    snprintf(out, sizeof(out), "%s.approval", who);
    return ca("approve", "--request", in_dir(request), "--key", in_dir(key), "--digest", hex,
              "--out", in_dir(out), NULL);
}

static int issue(const char *request, const char *a, const char *b) {
    char first[32], second[32];

    snprintf(first, sizeof(first), "%s.approval", a);
    snprintf(second, sizeof(second), "%s.approval", b);
    return ca("issue", "--pki", in_dir("pki"), "--request", in_dir(request), "--approval",
              in_dir(first), "--approval", in_dir(second), "--keys", in_dir("answer"), NULL);
}

/* The code of an admission at that time. */
static int admit(const char *pki, const char *request, const char *a, const char *b, int64_t at,
                 struct pt_err *err) {
    char names[PT_CA_APPROVALS][PT_CA_APPROVER_NAME_MAX + 1];
    struct pt_ca_admit what = {.days = 397, .now_ms = at};
    struct pt_buf text, one, two, pem;
    char file[32];
    int rc;

    read_file(in_dir(request), &text);
    snprintf(file, sizeof(file), "%s.approval", a);
    read_file(in_dir(file), &one);
    snprintf(file, sizeof(file), "%s.approval", b);
    read_file(in_dir(file), &two);
    what.request = pt_buf_span(&text);
    what.approvals[0] = pt_buf_span(&one);
    what.approvals[1] = pt_buf_span(&two);
    pt_buf_init(&pem, 65536);
    rc = pt_ca_admit(in_dir(pki), &what, &pem, names, err);
    cr_assert_eq(pem.len > 0, rc == 0, "a certificate leaves with success alone");
    pt_buf_done(&pem);
    pt_buf_done(&two);
    pt_buf_done(&one);
    pt_buf_done(&text);
    return rc;
}

/* ---- the way it goes ---- */

Test(enrol, two_people_one_certificate) {
    struct pt_err err = {0, ""};

    cr_assert_eq(approve("request", "zhang"), 0);
    cr_assert_eq(approve("request", "li"), 0);
    cr_assert_eq(issue("request", "zhang", "li"), 0);
    cr_assert_eq(run_program("openssl", "verify", "-CAfile", in_dir("answer/ca.crt"),
                             in_dir("answer/tls.crt"), NULL),
                 0);
    cr_assert(pt_file_exists(in_dir("answer/crl.pem")));
    cr_assert(pt_file_exists(in_dir("keys/signing.key")));
    cr_assert_eq(issue("request", "zhang", "li"), 1, "an invitation is for once");
    cr_assert_eq(admit("pki", "request", "zhang", "li", now, &err), PT_E_EXISTS, "%s", err.msg);
}

Test(enrol, keys_that_are_there_are_kept) {
    struct pt_buf before, after;

    read_file(in_dir("keys/signing.key"), &before);
    cr_assert_eq(ca("enrol", "--invitation", in_dir("invitation"), "--keys", in_dir("keys"),
                    "--out", in_dir("request"), NULL),
                 0);
    read_file(in_dir("keys/signing.key"), &after);
    cr_assert(pt_span_eq(pt_buf_span(&before), pt_buf_span(&after)));
    pt_buf_done(&before);
    pt_buf_done(&after);
}

/* What the authority keeps lets nobody make the invitation again. */
Test(enrol, the_token_is_kept_hashed) {
    struct pt_invitation inv;
    struct pt_buf text, kept;
    struct pt_err err = {0, ""};
    char hex[2 * PT_ENROL_TOKEN_LEN + 1];

    read_file(in_dir("invitation"), &text);
    cr_assert_eq(pt_invitation_parse(pt_buf_span(&text), &inv, &err), 0, "%s", err.msg);
    read_file(in_dir("pki/invitations.txt"), &kept);
    pt_hex(hex, inv.token, sizeof(inv.token));
    cr_assert_null(strstr(pt_buf_cstr(&kept), hex));
    pt_buf_done(&text);
    read_file(in_dir("request"), &text);
    cr_assert_null(strstr(pt_buf_cstr(&text), hex), "nor does the request carry it");
    pt_buf_done(&text);
    pt_buf_done(&kept);
}

/* ---- what is refused ---- */

Test(enrol, without_two_people_nothing_is_issued) {
    struct pt_err err = {0, ""};

    cr_assert_eq(approve("request", "zhang"), 0);
    cr_assert_eq(approve("request", "stranger"), 0, "anybody may sign; it counts for nothing");
    cr_assert_eq(admit("pki", "request", "zhang", "zhang", now, &err), PT_E_FORBIDDEN);
    cr_assert(strstr(err.msg, "of one person"), "%s", err.msg);
    cr_assert_eq(admit("pki", "request", "zhang", "stranger", now, &err), PT_E_UNKNOWN_KEY, "%s",
                 err.msg);
    cr_assert_eq(ca("keygen", "--keys", in_dir("other"), "--party", "audit", "--tls-only", NULL),
                 0);
    cr_assert_eq(ca("issue", "--pki", in_dir("pki"), "--keys", in_dir("other"), "--identity",
                    "pentad:audit/role/connector", NULL),
                 1, "nor without an invitation");
    cr_assert_eq(ca("approver", "--pki", in_dir("pki"), "--name", "zhang2", "--key",
                    in_dir("zhang.pub"), NULL),
                 1, "one person is there once");
}

/* Who leaves the office approves no more, what they had signed and nobody used included. */
Test(enrol, an_approver_goes_once_a_successor_is_there) {
    struct pt_ca_approver who[PT_CA_APPROVERS_MAX];
    struct pt_err err = {0, ""};
    size_t n = 0;

    cr_assert_eq(approve("request", "zhang"), 0);
    cr_assert_eq(approve("request", "li"), 0);
    cr_assert_eq(approve("request", "stranger"), 0);
    cr_assert_eq(pt_ca_approver_remove(in_dir("pki"), "li", &err), PT_E_FORBIDDEN);
    cr_assert(strstr(err.msg, "successor"), "%s", err.msg);
    cr_assert_eq(pt_ca_approver_remove(in_dir("pki"), "nobody", &err), PT_E_NOT_FOUND);
    cr_assert_eq(ca("approver", "--pki", in_dir("pki"), "--name", "stranger", "--key",
                    in_dir("stranger.pub"), NULL),
                 0);
    cr_assert_eq(ca("approver", "--pki", in_dir("pki"), "--name", "li", "--remove", NULL), 0);
    cr_assert_eq(ca("approver", "--pki", in_dir("pki"), "--name", "zhang", NULL), 2, "do what?");
    cr_assert_eq(ca("approver", "--pki", in_dir("pki"), NULL), 0);
    cr_assert_eq(pt_ca_approvers(in_dir("pki"), who, &n, &err), 0, "%s", err.msg);
    cr_assert_eq(n, 2);
    cr_expect_str_eq(who[0].name, "zhang");
    cr_expect_str_eq(who[1].name, "stranger");
    cr_assert_eq(admit("pki", "request", "zhang", "li", now, &err), PT_E_UNKNOWN_KEY, "%s",
                 err.msg);
    cr_assert_eq(admit("pki", "request", "zhang", "stranger", now, &err), 0, "%s", err.msg);
}

Test(enrol, an_approval_is_of_one_request) {
    struct pt_err err = {0, ""};

    cr_assert_eq(approve("request", "zhang"), 0);
    cr_assert_eq(ca("enrol", "--invitation", in_dir("invitation"), "--keys", in_dir("keys2"),
                    "--out", in_dir("request2"), NULL),
                 0);
    cr_assert_eq(approve("request2", "li"), 0);
    cr_assert_eq(admit("pki", "request", "zhang", "li", now, &err), PT_E_FORBIDDEN);
    cr_assert(strstr(err.msg, "another request"), "%s", err.msg);
    cr_assert_eq(approve("request2", "zhang"), 0);
    cr_assert_eq(admit("pki", "request2", "zhang", "li", now, &err), 0, "%s", err.msg);
    cr_assert_eq(approve("request", "zhang"), 0);
    cr_assert_eq(approve("request", "li"), 0);
    cr_assert_eq(admit("pki", "request", "zhang", "li", now, &err), PT_E_EXISTS,
                 "the invitation was for one of the two");
}

Test(enrol, an_invitation_ends) {
    struct pt_err err = {0, ""};

    cr_assert_eq(approve("request", "zhang"), 0);
    cr_assert_eq(approve("request", "li"), 0);
    cr_assert_eq(admit("pki", "request", "zhang", "li", now + 73 * HOUR, &err), PT_E_FORBIDDEN);
    cr_assert(strstr(err.msg, "has ended"), "%s", err.msg);
    cr_assert_eq(admit("pki", "request", "zhang", "li", now + 71 * HOUR, &err), 0, "%s", err.msg);
}

Test(enrol, another_authority_does_not_know_it) {
    struct pt_ca_create what = {.origin = ORIGIN, .days = 3650, .now_ms = now};
    struct pt_err err = {0, ""};

    cr_assert_eq(pt_ca_create(in_dir("pki2"), &what, &err), 0);
    cr_assert_eq(approve("request", "zhang"), 0);
    cr_assert_eq(approve("request", "li"), 0);
    cr_assert_eq(admit("pki2", "request", "zhang", "li", now, &err), PT_E_NOT_FOUND, "%s", err.msg);
    what.origin = "pentad.test/other";
    cr_assert_eq(pt_ca_create(in_dir("pki3"), &what, &err), 0);
    cr_assert_eq(admit("pki3", "request", "zhang", "li", now, &err), PT_E_FORBIDDEN, "%s", err.msg);
}

/* Somebody on the way replaces a key, and finds two who approve what he made of it. */
Test(enrol, a_changed_request_is_not_the_invited_ones) {
    struct pt_invitation inv;
    struct pt_buf text, forged;
    struct pt_enrol_request q;
    struct pt_err err = {0, ""};

    read_file(in_dir("request"), &text);
    cr_assert_eq(pt_enrol_request_parse(pt_buf_span(&text), &q, &err), 0, "%s", err.msg);
    memset(&inv, 0, sizeof(inv));
    inv.identity = q.identity;
    snprintf(inv.origin, sizeof(inv.origin), "%s", q.origin);
    pt_buf_init(&forged, 65536); /* as made with a token of his own */
    cr_assert_eq(
        pt_enrol_request_format(&inv, q.keys, q.n_keys, pt_buf_span(&q.csr), &forged, &err), 0);
    char *id = strstr((char *)forged.p, "invitation ");
    cr_assert_not_null(id);
    memcpy(id + strlen("invitation "), q.invitation, PT_ENROL_ID_LEN);
    write_file(in_dir("forged"), pt_buf_span(&forged));
    cr_assert_eq(approve("forged", "zhang"), 0);
    cr_assert_eq(approve("forged", "li"), 0);
    cr_assert_eq(admit("pki", "forged", "zhang", "li", now, &err), PT_E_SIGNATURE, "%s", err.msg);
    pt_enrol_request_done(&q);
    pt_buf_done(&forged);
    pt_buf_done(&text);
}

/* No byte of a request can be another one, and none be missing. */
Test(enrol, every_byte_of_a_request_counts) {
    struct pt_invitation inv;
    struct pt_hash secret;
    struct pt_buf text, file;
    struct pt_err err = {0, ""};

    read_file(in_dir("invitation"), &file);
    cr_assert_eq(pt_invitation_parse(pt_buf_span(&file), &inv, &err), 0);
    pt_invitation_secret(inv.token, &secret);
    read_file(in_dir("request"), &text);
    for (size_t i = 0; i < text.len; i++) {
        for (int bit = 0; bit < 8; bit += 3) {
            struct pt_enrol_request q;

            text.p[i] = (uint8_t)(text.p[i] ^ (1u << bit));
            int rc = pt_enrol_request_parse(pt_buf_span(&text), &q, &err);
            cr_assert(rc != 0 || !pt_enrol_request_is_bound(&q, &secret), "byte %zu, bit %d", i,
                      bit);
            pt_enrol_request_done(&q);
            text.p[i] = (uint8_t)(text.p[i] ^ (1u << bit));
        }
    }
    for (size_t len = 0; len < text.len; len++) {
        struct pt_enrol_request q;

        cr_assert_neq(pt_enrol_request_parse(pt_span(text.p, len), &q, &err), 0, "%zu bytes", len);
        pt_enrol_request_done(&q);
    }
    pt_buf_done(&text);
    pt_buf_done(&file);
}

Test(enrol, what_was_read_out_must_fit) {
    char hex[2 * PT_HASH_LEN + 1];
    struct pt_hash digest;

    digest_of("request", &digest);
    pt_hash_hex(hex, &digest);
    hex[20] = '\0';
    cr_assert_eq(ca("approve", "--request", in_dir("request"), "--key", in_dir("li.key"),
                    "--digest", hex, "--out", in_dir("a"), NULL),
                 0);
    hex[19] = hex[19] == '0' ? '1' : '0';
    cr_assert_eq(ca("approve", "--request", in_dir("request"), "--key", in_dir("li.key"),
                    "--digest", hex, "--out", in_dir("b"), NULL),
                 1);
    hex[15] = '\0';
    cr_assert_eq(ca("approve", "--request", in_dir("request"), "--key", in_dir("li.key"),
                    "--digest", hex, "--out", in_dir("b"), NULL),
                 2, "too few digits");
    cr_assert(!pt_file_exists(in_dir("b")));
    cr_assert_eq(ca("approve", "--request", in_dir("request"), NULL), 0, "it is shown to anybody");
}

/* The TLS key signs no batches. */
Test(enrol, one_key_for_two_uses_is_refused) {
    struct pt_invitation inv;
    struct pt_key *tls = NULL;
    struct pt_enrol_key k = {.use = "signing"};
    struct pt_enrol_request q;
    struct pt_buf text, csr, out;
    struct pt_err err = {0, ""};

    read_file(in_dir("invitation"), &text);
    cr_assert_eq(pt_invitation_parse(pt_buf_span(&text), &inv, &err), 0);
    cr_assert_eq(pt_key_load(in_dir("keys/tls.key"), &tls, &err), 0);
    k.len = pt_key_spki(tls).len;
    memcpy(k.spki, pt_key_spki(tls).p, k.len);
    pt_buf_init(&csr, 65536);
    pt_buf_init(&out, 65536);
    cr_assert_eq(pt_csr_create(tls, &inv.identity, NULL, 0, &csr, &err), 0);
    cr_assert_eq(pt_enrol_request_format(&inv, &k, 1, pt_buf_span(&csr), &out, &err), 0);
    cr_assert_eq(pt_enrol_request_parse(pt_buf_span(&out), &q, &err), PT_E_FORBIDDEN);
    pt_enrol_request_done(&q);
    pt_buf_done(&out);
    pt_buf_done(&csr);
    pt_buf_done(&text);
    pt_key_free(tls);
}
