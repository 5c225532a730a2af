#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/policy.h>

#include "fake.h"

static struct pt_policy policy;
static struct pt_buf text;

static void setup(void) {
    pt_buf_init(&text, 1 << 20);
}

static void teardown(void) {
    pt_buf_done(&text);
}

TestSuite(policy, .init = setup, .fini = teardown);

static void put_key(unsigned n, const char *name, uint8_t type) {
    struct pt_vkey v;
    uint8_t pub[32];

    fake_pub(n, pub);
    cr_assert_eq(pt_vkey_make(&v, name, type, pub), 0);
    pt_vkey_format(&text, &v);
}

static void put_log(unsigned n, const char *name) {
    pt_buf_puts(&text, "log ");
    put_key(n, name, PT_NOTE_ED25519);
    pt_buf_putc(&text, '\n');
}

static void put_witness(unsigned n, const char *name) {
    pt_buf_printf(&text, "\twitness  %s ", name);
    put_key(n, name, PT_NOTE_COSIGNATURE);
    pt_buf_puts(&text, " https://example.org/w \n");
}

static int parse(void) {
    struct pt_err err = {0, ""};
    int rc = pt_policy_parse(&policy, pt_buf_span(&text), &err);

    cr_assert(rc == 0 || err.msg[0] != '\0');
    return rc;
}

static void four_witnesses(void) {
    put_log(1, FAKE_ORIGIN);
    pt_buf_puts(&text, "# the parties outside finance\n\n");
    put_witness(11, "congress");
    put_witness(12, "discipline");
    put_witness(13, "organization");
    put_witness(14, "audit");
}

Test(policy, three_of_four) {
    four_witnesses();
    pt_buf_puts(&text, "group outside 3 congress discipline organization audit\nquorum outside\n");
    cr_assert_eq(parse(), 0);
    for (unsigned mask = 0; mask < 16; mask++) {
        cr_assert_eq(pt_policy_quorum(&policy, mask), __builtin_popcount(mask) >= 3, "%x", mask);
    }
}

Test(policy, groups_of_groups) {
    four_witnesses();
    pt_buf_puts(&text, "group a any congress discipline\ngroup b all organization audit\n"
                       "group both 2 a b\nquorum both\n");
    cr_assert_eq(parse(), 0);
    for (unsigned mask = 0; mask < 16; mask++) {
        cr_assert_eq(pt_policy_quorum(&policy, mask), (mask & 3) != 0 && (mask & 12) == 12);
    }
}

Test(policy, mistakes_are_named) {
    static const char *const bad[] = {
        "",                                                       /* no quorum */
        "quorum none\nquorum none\n",                             /* two */
        "quorum congress\n",                                      /* fine only once defined below */
        "group none any congress\nquorum none\n",                 /* reserved name */
        "group g 0 congress\nquorum g\n",                         /* threshold */
        "group g 2 congress\nquorum g\n",                         /* threshold */
        "group g any\nquorum g\n",                                /* no members */
        "group g any nobody\nquorum g\n",                         /* undefined */
        "group g any congress congress\nquorum g\n",              /* twice */
        "group g any congress\ngroup h any congress\nquorum g\n", /* in two groups */
        "group g any none\nquorum g\n",                           /* none as a member */
        "witness congress x\nquorum none\n",                      /* taken name, bad key */
        "mirror x\nquorum none\n",                                /* unknown word */
        "quorum none",                                            /* no newline */
        "quorum\x01none\n",                                       /* control character */
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        pt_buf_reset(&text);
        if (i != 2) {
            four_witnesses();
        }
        pt_buf_puts(&text, bad[i]);
        cr_assert_neq(parse(), 0, "case %zu", i);
    }
}

Test(policy, one_key_one_line) {
    put_log(1, "a");
    put_log(1, "b");
    pt_buf_puts(&text, "quorum none\n");
    cr_assert_neq(parse(), 0);
}

Test(policy, opens_a_checkpoint) {
    struct pt_policy_verdict v;
    struct pt_checkpoint c;
    struct pt_hash root;
    struct pt_buf note;

    pt_empty_hash(&root);
    pt_buf_init(&note, 8192);
    four_witnesses();
    pt_buf_puts(&text, "quorum none\n");
    cr_assert_eq(parse(), 0);
    fake_checkpoint(1, FAKE_ORIGIN, 5, &root, &note);
    cr_assert_eq(pt_policy_open(&policy, pt_buf_span(&note), &fake_sv, &c, &v, NULL), 0);
    cr_assert(v.quorum);
    cr_assert_eq(c.size, 5);
    pt_buf_reset(&note);
    fake_checkpoint(2, FAKE_ORIGIN, 5, &root, &note);
    cr_assert_eq(pt_policy_open(&policy, pt_buf_span(&note), &fake_sv, &c, &v, NULL),
                 PT_E_SIGNATURE);
    pt_buf_reset(&text);
    four_witnesses();
    pt_buf_puts(&text, "quorum audit\n");
    cr_assert_eq(parse(), 0);
    pt_buf_reset(&note);
    fake_checkpoint(1, FAKE_ORIGIN, 5, &root, &note);
    cr_assert_eq(pt_policy_open(&policy, pt_buf_span(&note), &fake_sv, &c, &v, NULL), PT_E_POLICY);
    cr_assert_not(v.quorum);
    cr_assert_eq(c.size, 5, "it is still said what the checkpoint was");
    pt_buf_done(&note);
}
