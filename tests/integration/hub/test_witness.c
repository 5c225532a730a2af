/* Cosignatures: handed in, checked, kept over a restart, published, and in evidence. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <pentad/base/clock.h>
#include <pentad/certs/logkey.h>
#include <pentad/proof/evidence.h>
#include <pentad/proof/witness.h>

#include "pt_test_world.h"

TestSuite(witness, .timeout = TW_TEST_S);

#define TIME_S 1764453600u

static struct pt_policy *policy;

/* The policy that the ceremony would write for the world's genesis. */
static void load_policy(struct tw *w) {
    Pentad__V1__Genesis g = PENTAD__V1__GENESIS__INIT;
    struct pt_buf text, vkey;
    struct pt_err err = {0};

    pt_buf_init(&text, 65536);
    pt_buf_init(&vkey, 1024);
    pt_vkey_format(&vkey, &w->vkey);
    g.origin = (char *)TW_ORIGIN;
    g.log_vkey = (char *)(uintptr_t)pt_buf_cstr(&vkey);
    tx_enrol(&w->witnesses, &g);
    cr_assert_eq(pt_witness_policy(&g, &text), 0);
    policy = calloc(1, sizeof *policy);
    cr_assert_eq(pt_policy_parse(policy, pt_buf_span(&text), &err), 0, "%s", err.msg);
    pt_buf_done(&vkey);
    pt_buf_done(&text);
}

/* The published checkpoint once it covers so many entries, into `out`. */
static void checkpoint(struct tw_one *t, uint64_t size, struct pt_buf *out) {
    int64_t until = pt_monotonic_us() + TW_PATIENCE_US;
    struct pt_checkpoint c;

    do {
        cr_assert_lt(pt_monotonic_us(), until);
        cr_assert_eq(tw_get(&t->c, "/checkpoint", NULL), 200);
        cr_assert_eq(pt_checkpoint_open(&c, pt_buf_span(&t->c.body), &t->w.vkey, &t->w.sv, NULL),
                     0);
    } while (c.size < size);
    pt_buf_reset(out);
    pt_buf_append_span(out, pt_buf_span(&t->c.body));
}

/* Hands in the note with that party's cosignature; the status. */
static long hand_in(struct tw_one *t, const char *party, struct pt_span note) {
    struct pt_buf body;
    long status;

    pt_buf_init(&body, 65536);
    pt_buf_append_span(&body, note);
    tx_line(&t->w.witnesses, party, TIME_S, note, &body);
    status = tw_post(&t->c, "/v1/cosignatures", pt_buf_span(&body), "text/plain; charset=utf-8");
    pt_buf_done(&body);
    return status;
}

static int open_under_policy(struct tw_one *t, uint64_t *ret_witnesses) {
    struct pt_checkpoint c;
    struct pt_policy_verdict v;
    struct pt_err err;
    int rc = pt_policy_open(policy, pt_buf_span(&t->c.body), &t->w.sv, &c, &v, &err);

    *ret_witnesses = (uint64_t)__builtin_popcountll(v.witnesses);
    return rc;
}

static int verify_evidence(struct tw_one *t, const char *path) {
    struct pt_evidence_result *r = NULL;
    struct pt_err err = {0};
    int code;

    cr_assert_eq(tw_get(&t->c, path, NULL), 200);
    cr_assert_eq(pt_evidence_verify(pt_buf_span(&t->c.body), &t->w.hub, policy, &t->w.sv, &r, &err),
                 0);
    code = r->exit_code;
    pt_evidence_result_free(r);
    return code;
}

Test(witness, three_bodies_outside_finance_make_a_quorum) {
    struct tw_one t;
    struct pt_buf note;
    uint64_t n = 0;

    tw_one_init(&t, NULL, "finance");
    load_policy(&t.w);
    pt_buf_init(&note, 65536);
    tw_cut_payments(&t.s, 3, &t.b);
    tw_send(&t.s, &t.c, pt_buf_span(&t.b));
    checkpoint(&t, 2, &note);
    cr_assert_eq(verify_evidence(&t, "/v1/records/finance/main/2/evidence"), 1);

    cr_assert_eq(hand_in(&t, "finance", pt_buf_span(&note)), 200);
    cr_assert_eq(hand_in(&t, "congress", pt_buf_span(&note)), 200);
    cr_assert_eq(hand_in(&t, "audit", pt_buf_span(&note)), 200);
    cr_assert_eq(hand_in(&t, "audit", pt_buf_span(&note)), 200, "again: harmless");
    cr_assert_not_null(strstr(pt_buf_cstr(&t.c.body), "\"cosignatures\":3"), "%s",
                       pt_buf_cstr(&t.c.body));
    cr_assert_eq(tw_get(&t.c, "/v1/cosigned", NULL), 404, "finance counts for no quorum");
    cr_assert_eq(tw_get(&t.c, "/checkpoint", NULL), 200);
    cr_assert_eq(open_under_policy(&t, &n), PT_E_POLICY);
    cr_assert_eq(n, 3, "published as they come");

    cr_assert_eq(hand_in(&t, "discipline", pt_buf_span(&note)), 200);
    cr_assert_eq(tw_get(&t.c, "/v1/cosigned?size=2", NULL), 200);
    cr_assert_eq(open_under_policy(&t, &n), 0);
    cr_assert_eq(n, 4);
    cr_assert_eq(tw_get(&t.c, "/v1/cosigned?size=3", NULL), 404);
    cr_assert_eq(tw_metric(&t.c, "pentad_cosigned_entries"), 2);
    cr_assert_eq(verify_evidence(&t, "/v1/records/finance/main/2/evidence"), 0);

    cr_assert_eq(tw_stop(&t.w, SIGKILL), 128 + SIGKILL);
    tw_start(&t.w);
    cr_assert_eq(tw_get(&t.c, "/v1/cosigned", NULL), 200);
    cr_assert_eq(open_under_policy(&t, &n), 0, "kept over a crash");
    cr_assert_eq(tw_get(&t.c, "/checkpoint", NULL), 200);
    cr_assert_eq(open_under_policy(&t, &n), 0, "and published again");
    cr_assert_eq(verify_evidence(&t, "/v1/records/finance/main/2/evidence"), 0);
    free(policy);
    pt_buf_done(&note);
    tw_one_done(&t);
}

/* A checkpoint of that size and root, under the log's own key or bare. */
static void forge(struct tw_one *t, uint64_t size, bool signed_by_log, struct pt_buf *out) {
    struct pt_checkpoint c = {.origin = TW_ORIGIN, .size = size, .root = {{7}}};
    struct pt_buf text;

    pt_buf_init(&text, 4096);
    pt_buf_reset(out);
    if (signed_by_log) {
        cr_assert_eq(pt_logkey_sign_checkpoint(t->w.log_key, &c, out, NULL), 0);
    } else {
        cr_assert_eq(pt_checkpoint_format(&text, &c), 0);
        pt_note_begin(out, pt_buf_span(&text));
        cr_assert_eq(
            pt_logkey_cosign(t->w.keys[0], "somebody", TIME_S, pt_buf_span(&text), out, NULL), 0);
    }
    pt_buf_done(&text);
}

Test(witness, what_is_no_cosignature_of_this_log_is_refused) {
    struct tw_one t;
    struct pt_buf note;
    char code[64];

    tw_one_init(&t, NULL, "audit");
    pt_buf_init(&note, 65536);
    checkpoint(&t, 1, &note);
    cr_assert_eq(tw_post(&t.c, "/v1/cosignatures", pt_buf_span(&note), "text/plain"), 403);
    cr_assert_str_eq(tw_code(&t.c, code), "bad_signature", "nobody cosigned");
    cr_assert_eq(tw_post(&t.c, "/v1/cosignatures", pt_span_str("hello\n"), "text/plain"), 400);

    /* a cosignature whose last byte is another */
    struct pt_buf body;
    pt_buf_init(&body, 65536);
    pt_buf_append_span(&body, pt_buf_span(&note));
    tx_line(&t.w.witnesses, "audit", TIME_S, pt_buf_span(&note), &body);
    body.p[body.len - 8] = body.p[body.len - 8] == 'A' ? 'B' : 'A';
    cr_assert_eq(tw_post(&t.c, "/v1/cosignatures", pt_buf_span(&body), "text/plain"), 403);
    cr_assert_str_eq(tw_code(&t.c, code), "bad_signature");
    pt_buf_done(&body);

    forge(&t, 1, false, &note);
    cr_assert_eq(hand_in(&t, "audit", pt_buf_span(&note)), 422);
    cr_assert_str_eq(tw_code(&t.c, code), "bad_proof", "another root");
    forge(&t, 99, false, &note);
    cr_assert_eq(hand_in(&t, "audit", pt_buf_span(&note)), 400);
    cr_assert_str_eq(tw_code(&t.c, code), "out_of_range", "beyond the log");

    forge(&t, 99, true, &note);
    cr_assert_eq(hand_in(&t, "audit", pt_buf_span(&note)), 409);
    cr_assert_str_eq(tw_code(&t.c, code), "fork", "under the log's own key: it signs no more");
    cr_assert_eq(tw_get(&t.c, "/readyz", NULL), 503);
    pt_buf_done(&note);
    tw_one_done(&t);
}
