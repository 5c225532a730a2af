/* A figure whose evidence proves that no record is left out, and what fails where one is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <jansson.h>

#include <pentad/base/clock.h>
#include <pentad/ledger/complete.h>
#include <pentad/proof/evidence.h>
#include <pentad/record/ref.h>
#include <pentad/v1/record.pb-c.h>

#include "complete_scene.h"

TestSuite(complete, .timeout = TW_TEST_S);

static const char figure_path[] = "/v1/figures/PROJECT:" PAID_ITEM "/2019/FG2.P/evidence";
static const char idle_path[] = "/v1/figures/PROJECT:" PAID_ITEM "/2019/FG13/evidence";
static const char idle_before_path[] =
    "/v1/figures/PROJECT:" PAID_ITEM "/2019/FG13/evidence?valid_at=2019-06-29";
static const char rectified_path[] = "/v1/figures/PROJECT:" PAID_ITEM "/2019/FG18.audit/evidence";
static const char shifted_path[] = "/v1/figures/PROJECT:" PAID_ITEM "/2019/FG4/evidence";
static const char shifted_before_path[] =
    "/v1/figures/PROJECT:" PAID_ITEM "/2019/FG4/evidence?valid_at=2019-03-31";
static const char shifted_dept_path[] = "/v1/figures/DEPT:" DEPT "/2019/FG4.open/evidence";
static const char unpaid_path[] = "/v1/figures/PROJECT:" UNPAID_ITEM "/2019/FG2.P/evidence";
static const char approved_path[] = "/v1/figures/DEPT:" DEPT "/2019/FG2.B0/evidence";
static const char dept_path[] = "/v1/figures/DEPT:" DEPT "/2019/FG2.Bal/evidence";
static const char budget_path[] = "/v1/figures/DEPT:" DEPT "/2019/FG2/evidence";
static const char received_path[] = "/v1/figures/DEPT:" DISTRICT "/2019/FG2/evidence";
static const char covered_path[] = "/v1/figures/DEPT:" DEPT "/2019/FG20/evidence";

static struct pt_evidence_result *verify(struct scene *t, struct pt_span bundle) {
    struct pt_evidence_result *r = NULL;
    struct pt_policy *policy = calloc(1, sizeof *policy);
    struct pt_err err = {0};
    struct pt_buf text;

    pt_buf_init(&text, 4096);
    pt_buf_puts(&text, "log ");
    pt_vkey_format(&text, &t->w.vkey);
    pt_buf_puts(&text, "\nquorum none\n");
    cr_assert_eq(pt_policy_parse(policy, pt_buf_span(&text), &err), 0, "%s", err.msg);
    cr_assert_eq(pt_evidence_verify_figure(bundle, &t->w.hub, policy, &t->w.sv, &pt_complete_ledger,
                                           &r, &err),
                 0);
    free(policy);
    pt_buf_done(&text);
    return r;
}

/* The one step that failed, which must be that of completeness, and say so. */
static void only_incomplete(const struct pt_evidence_result *r, const char *why) {
    cr_assert_eq(r->exit_code, 1);
    cr_assert_not(r->complete.proven);
    for (size_t i = 0; i < r->n_steps; i++) {
        const struct pt_evidence_step *s = &r->steps[i];

        if (s->code != 0) {
            cr_expect_str_eq(s->step, "completeness", "%s: %s", s->step, s->what);
            cr_expect_eq(s->code, PT_E_COMPLETENESS);
            cr_expect_not_null(strstr(s->what, "COMPLETENESS NOT PROVEN"), "%s", s->what);
            cr_expect_not_null(strstr(s->what, why), "%s", s->what);
        }
    }
    cr_assert_eq(r->n_failed, 1);
}

static void get_bundle(struct scene *t, const char *party, const char *path, struct pt_buf *out) {
    struct tw_client *c = &t->c[cs_at(party)];

    cr_assert_eq(tw_get(c, path, NULL), 200, "%ld %s", c->status, pt_buf_cstr(&c->body));
    pt_buf_reset(out);
    pt_buf_append_span(out, pt_buf_span(&c->body));
}

/* Asks until the ledger has folded what was sent. */
static struct pt_evidence_result *wait_complete(struct scene *t, const char *party,
                                                const char *path, struct pt_buf *bundle) {
    int64_t until = pt_monotonic_us() + TW_PATIENCE_US;
    struct pt_evidence_result *r = NULL;

    do {
        pt_evidence_result_free(r);
        cr_assert_lt(pt_monotonic_us(), until, "never complete");
        get_bundle(t, party, path, bundle);
        r = verify(t, pt_buf_span(bundle));
    } while (r->exit_code != 0);
    return r;
}

/* ---- a bundle made anew ---- */

typedef bool which_fn(const Pentad__V1__Record *r);

static bool is_reversal(const Pentad__V1__Record *r) {
    return r->has_correction && r->correction == PENTAD__V1__CORRECTION__CORRECTION_REVERSE;
}

static bool is_of_unpaid_item(const Pentad__V1__Record *r) {
    return r->subject && r->subject->key && strcmp(r->subject->key, UNPAID_ITEM) == 0;
}

static bool is_payment(const Pentad__V1__Record *r) {
    return r->body_case == PENTAD__V1__RECORD__BODY_PAYMENT_BATCH;
}

static bool is_one(which_fn *which, const Pentad__V1__EvidenceRecord *e) {
    Pentad__V1__Record *r = pentad__v1__record__unpack(NULL, e->record.len, e->record.data);
    bool is = which(r);

    pentad__v1__record__free_unpacked(r, NULL);
    return is;
}

static size_t drop_index(uint32_t *list, size_t n, uint32_t gone) {
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (list[i] != gone) {
            list[kept++] = list[i] - (list[i] > gone);
        }
    }
    return kept;
}

static void leave_out_one(Pentad__V1__EvidenceBundle *b, uint32_t gone) {
    pentad__v1__evidence_record__free_unpacked(b->records[gone], NULL);
    memmove(&b->records[gone], &b->records[gone + 1],
            (b->n_records - gone - 1) * sizeof *b->records);
    b->n_records--;
    b->n_inputs = drop_index(b->inputs, b->n_inputs, gone);
    b->figure->n_attestations =
        drop_index(b->figure->attestations, b->figure->n_attestations, gone);
    cr_assert_eq(drop_index(&b->figure->snapshot, 1, gone), 1);
}

/* Takes those records out, as many as are expected; everything else stands as it stood. */
static void leave_out(Pentad__V1__EvidenceBundle *b, which_fn *which, size_t expected) {
    size_t n = 0;

    for (uint32_t i = (uint32_t)b->n_records; i-- > 0;) {
        if (is_one(which, b->records[i])) {
            leave_out_one(b, i);
            n++;
        }
    }
    cr_assert_eq(n, expected, "the bundle has %zu", n);
}

static struct pt_evidence_result *verify_changed(struct scene *t, Pentad__V1__EvidenceBundle *b,
                                                 struct pt_buf *out) {
    pt_buf_reset(out);
    cr_assert_eq(pt_strict_pack(out, &b->base), 0);
    return verify(t, pt_buf_span(out));
}

static Pentad__V1__EvidenceBundle *opened(const struct pt_buf *bundle) {
    Pentad__V1__EvidenceBundle *b =
        pentad__v1__evidence_bundle__unpack(NULL, bundle->len, bundle->p);

    cr_assert_not_null(b);
    return b;
}

static Pentad__V1__EvidencePage *page_of(Pentad__V1__EvidenceBundle *b, const char *subject,
                                         int32_t fiscal_year, unsigned part) {
    for (size_t i = 0; i < b->figure->n_pages; i++) {
        Pentad__V1__EvidencePage *p = b->figure->pages[i];

        if (strcmp(p->subject, subject) == 0 && p->fiscal_year == fiscal_year && p->part == part) {
            return p;
        }
    }
    cr_assert_fail("no page of %s %d", subject, (int)fiscal_year);
    return NULL;
}

Test(complete, a_reversal_left_out_is_not_proven_complete) {
    struct pt_evidence_result *r;
    Pentad__V1__EvidenceBundle *b;
    struct pt_buf bundle, changed;
    struct scene t;

    cs_set_up(&t);
    pt_buf_init(&bundle, 16u << 20);
    pt_buf_init(&changed, 16u << 20);
    json_decref(cs_snapshot(&t));
    get_bundle(&t, "congress", figure_path, &bundle);
    r = verify(&t, pt_buf_span(&bundle));
    only_incomplete(r, "neither audit nor congress");
    pt_evidence_result_free(r);

    cs_attest(&t, true);
    r = wait_complete(&t, "congress", figure_path, &bundle);
    cr_expect(r->complete.proven);
    cr_expect_eq(r->complete.day, DAY);
    cr_expect_eq(r->complete.by, PT_PARTY_BIT(PT_PARTY_AUDIT));
    cr_expect_eq(r->bundle->figure->value, 100 + 102 + 103);
    pt_evidence_result_free(r);

    /* It adds up without: to what was paid before. */
    b = opened(&bundle);
    leave_out(b, is_reversal, 1);
    b->figure->value = 100 + 101 + 102 + 103;
    r = verify_changed(&t, b, &changed);
    only_incomplete(r, "a record is left out");
    pt_evidence_result_free(r);
    b->figure->value -= 101; /* what the log says, and these records don't */
    r = verify_changed(&t, b, &changed);
    cr_expect_eq(r->n_failed, 2);
    cr_expect_eq(r->exit_code, 1);
    pt_evidence_result_free(r);
    pentad__v1__evidence_bundle__free_unpacked(b, NULL);

    pt_buf_done(&changed);
    pt_buf_done(&bundle);
    cs_tear_down(&t);
}

/* What else a bundle may claim falsely. */
Test(complete, nothing_else_passes_for_complete) {
    struct pt_evidence_result *r;
    Pentad__V1__EvidenceBundle *b;
    struct pt_buf bundle, changed;
    struct scene t;

    cs_set_up(&t);
    pt_buf_init(&bundle, 16u << 20);
    pt_buf_init(&changed, 16u << 20);
    cs_attest(&t, false);
    json_decref(cs_snapshot(&t));
    get_bundle(&t, "finance", figure_path, &bundle);
    r = verify(&t, pt_buf_span(&bundle));
    only_incomplete(r, "neither audit nor congress");
    pt_evidence_result_free(r);
    cs_attest(&t, true);
    pt_evidence_result_free(wait_complete(&t, "finance", figure_path, &bundle));

    b = opened(&bundle);
    page_of(b, PAID_ITEM, 2019, 1)->n_branches = 0;
    b->figure->parts[1].data[5] ^= 1;
    r = verify_changed(&t, b, &changed);
    only_incomplete(r, "don't give the page");
    pt_evidence_result_free(r);
    b->figure->parts[1].data[5] ^= 1;
    page_of(b, PT_EVIDENCE_RULES, 0, 0)->fiscal_year = 2;
    r = verify_changed(&t, b, &changed);
    only_incomplete(r, "the rule sets");
    pt_evidence_result_free(r);
    page_of(b, PT_EVIDENCE_RULES, 2, 0)->fiscal_year = 0;
    b->figure->parts[0].data[5] ^= 1;
    r = verify_changed(&t, b, &changed);
    only_incomplete(r, "whose " PAID_ITEM);
    pt_evidence_result_free(r);
    b->figure->parts[0].data[5] ^= 1;
    memcpy(b->figure->reader_class, "office", 7); /* "finance", which sees more */
    r = verify_changed(&t, b, &changed);
    only_incomplete(r, "don't lead to the snapshot's digest");
    pt_evidence_result_free(r);
    memcpy(b->figure->reader_class, "finance", 8);
    b->figure->known_at++;
    r = verify_changed(&t, b, &changed);
    only_incomplete(r, "as of log size");
    pt_evidence_result_free(r);
    b->figure->known_at--;
    b->figure->attestations[0] = b->figure->snapshot;
    r = verify_changed(&t, b, &changed);
    only_incomplete(r, "neither audit nor congress");
    pt_evidence_result_free(r);
    b->figure->snapshot = 0;
    r = verify_changed(&t, b, &changed);
    only_incomplete(r, "no H03");
    pt_evidence_result_free(r);
    b->figure->has_snapshot = 0;
    r = verify_changed(&t, b, &changed);
    only_incomplete(r, "no attested ledger snapshot");
    pt_evidence_result_free(r);
    pentad__v1__evidence_bundle__free_unpacked(b, NULL);

    /* The office reads no payments: its digest has none. */
    get_bundle(&t, "office", figure_path, &bundle);
    r = verify(&t, pt_buf_span(&bundle));
    cr_expect_eq(r->exit_code, 1);
    cr_expect_not(r->complete.proven);
    pt_evidence_result_free(r);
    pt_buf_done(&changed);
    pt_buf_done(&bundle);
    cs_tear_down(&t);
}

/* The figure proven, then without those records, and its value as they give it. */
static void without(struct scene *t, const struct pt_buf *bundle, which_fn *which, size_t n,
                    int64_t value, const char *why) {
    Pentad__V1__EvidenceBundle *b = opened(bundle);
    struct pt_evidence_result *r;
    struct pt_buf changed;

    pt_buf_init(&changed, 16u << 20);
    leave_out(b, which, n);
    b->figure->value = value;
    r = verify_changed(t, b, &changed);
    only_incomplete(r, why);
    pt_evidence_result_free(r);
    pentad__v1__evidence_bundle__free_unpacked(b, NULL);
    pt_buf_done(&changed);
}

/* A department's balance: its members are proven, each one's records, and that there are no more
 * of either. */
Test(complete, a_sum_over_items_leaves_out_neither_an_item_nor_a_record) {
    static const int32_t years[] = {0, 1, 2019};
    static const char *const whose[] = {UNPAID_ITEM, DEPT, UNPAID_ITEM};
    static const char *const why[] = {"whose " UNPAID_ITEM, "members of " DEPT,
                                      "page of " UNPAID_ITEM};
    struct pt_evidence_result *r;
    struct pt_buf bundle, changed;
    struct scene t;

    cs_set_up(&t);
    pt_buf_init(&bundle, 16u << 20);
    pt_buf_init(&changed, 16u << 20);
    cs_attest(&t, true);
    r = wait_complete(&t, "congress", dept_path, &bundle);
    cr_expect_eq(r->bundle->figure->value, 1500 - 305);
    cr_expect_eq(r->complete.members, 2);
    pt_evidence_result_free(r);

    without(&t, &bundle, is_reversal, 1, 1500 - 406, "page of " PAID_ITEM);
    without(&t, &bundle, is_of_unpaid_item, 1, 1000 - 305, "members of " DEPT);
    for (size_t i = 0; i < 3; i++) {
        Pentad__V1__EvidenceBundle *b = opened(&bundle);

        page_of(b, whose[i], years[i], 0)->beside[0].data[3] ^= 1;
        r = verify_changed(&t, b, &changed);
        only_incomplete(r, why[i]);
        pt_evidence_result_free(r);
        page_of(b, whose[i], years[i], 0)->subject[3] ^= 1; /* as if it weren't there */
        r = verify_changed(&t, b, &changed);
        only_incomplete(r, why[i]);
        pt_evidence_result_free(r);
        pentad__v1__evidence_bundle__free_unpacked(b, NULL);
    }
    pt_buf_done(&changed);
    pt_buf_done(&bundle);
    cs_tear_down(&t);
}

static bool is_kind(const Pentad__V1__Record *r, int kind) {
    return r->body_case == PENTAD__V1__RECORD__BODY_ALLOTMENT && (int)r->allotment->kind == kind;
}

static bool is_sent(const Pentad__V1__Record *r) {
    return is_kind(r, PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_TRANSFER);
}

static bool is_received(const Pentad__V1__Record *r) {
    return is_kind(r, PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_INBOUND);
}

static bool is_review(const Pentad__V1__Record *r) {
    return r->body_case == PENTAD__V1__RECORD__BODY_GOAL_REVIEW;
}

/* What was sent down is another body's item by now, and what comes off the budget all the same. */
Test(complete, what_was_sent_and_received_is_not_left_out) {
    struct pt_evidence_result *r;
    struct pt_buf bundle;
    struct scene t;

    cs_set_up_with(&t, &(struct cs_opts){.transfer = true});
    pt_buf_init(&bundle, 16u << 20);
    cs_attest(&t, true);
    r = wait_complete(&t, "congress", budget_path, &bundle);
    cr_expect_eq(r->bundle->figure->value, 1500 - 200);
    pt_evidence_result_free(r);
    without(&t, &bundle, is_sent, 1, 1500, "members of " DEPT);
    without(&t, &bundle, is_received, 1, 1500 - 200, "whose " SENT_ITEM);

    r = wait_complete(&t, "congress", received_path, &bundle);
    cr_expect_eq(r->bundle->figure->value, 200);
    pt_evidence_result_free(r);
    without(&t, &bundle, is_sent, 1, 200, "whose " SENT_ITEM);

    r = wait_complete(&t, "congress", covered_path, &bundle);
    cr_expect_eq(r->bundle->figure->value, -1538); /* -200 / 1300 */
    pt_evidence_result_free(r);
    without(&t, &bundle, is_review, 1, 0, "what was done about " SENT_ITEM);
    pt_buf_done(&bundle);
    cs_tear_down(&t);
}

static bool is_shifted_out(const Pentad__V1__Record *r) {
    return is_kind(r, PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_SHIFT_OUT);
}

/* What bears out one document, and what takes that of another back: without both an item's figure
 * is what it was. */
static bool makes_up(const Pentad__V1__Record *r) {
    return is_shifted_out(r) && (strcmp(r->allotment->basis_doc, SHIFT_DOC) == 0 ||
                                 r->correction == PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW);
}

/* Whence money was shifted in to an item another subject's records say. Those that make up for each
 * other are told by the pages of their documents, on whatever valid date. */
Test(complete, what_was_shifted_out_for_an_item_is_not_left_out) {
    static const char *const paths[] = {shifted_path, shifted_before_path, shifted_dept_path};
    static const int64_t values[] = {13000, 13000, -300};
    static const int64_t none[] = {10000, 10000, 0};
    static const char by_document[] = "what was shifted out by 18/" DEPT "/" SHIFT_DOC;
    static const char *const why[] = {by_document, by_document, "whose " DEPT};
    struct pt_evidence_result *r;
    struct pt_buf bundle;
    struct scene t;

    cs_set_up_with(&t, &(struct cs_opts){.shifts = true});
    pt_buf_init(&bundle, 16u << 20);
    cs_attest(&t, true);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        r = wait_complete(&t, "congress", paths[i], &bundle);
        cr_expect_eq(r->bundle->figure->value, values[i], "%lld",
                     (long long)r->bundle->figure->value);
        pt_evidence_result_free(r);
        without(&t, &bundle, makes_up, 2, values[i], why[i]);
        without(&t, &bundle, is_shifted_out, 3, none[i], why[i]);
    }
    pt_buf_done(&bundle);
    cs_tear_down(&t);
}

/* The payment that was taken back and its reversal, whose sums cancel out. */
static bool is_taken_back(const Pentad__V1__Record *r) {
    return is_payment(r) && r->payment_batch->sum_fen == 101;
}

static bool is_last_payment(const Pentad__V1__Record *r) {
    return is_payment(r) && r->payment_batch->sum_fen == 103;
}

static bool is_finding(const Pentad__V1__Record *r) {
    return r->body_case == PENTAD__V1__RECORD__BODY_AUDIT_FINDING;
}

static bool is_check(const Pentad__V1__Record *r) {
    return r->body_case == PENTAD__V1__RECORD__BODY_AUDIT_VERIFY;
}

/* What looks at single payments, at steps and at their answers is proven by pages of no year. */
Test(complete, payments_by_their_days_and_answers_to_findings) {
    struct pt_evidence_result *r;
    Pentad__V1__EvidenceBundle *b;
    struct pt_buf bundle, changed;
    struct scene t;

    cs_set_up(&t);
    pt_buf_init(&bundle, 16u << 20);
    cs_attest(&t, true);
    r = wait_complete(&t, "congress", idle_path, &bundle);
    cr_expect_eq(r->bundle->figure->value, 0); /* the last was paid that day */
    pt_evidence_result_free(r);
    without(&t, &bundle, is_last_payment, 1, 0, "page of " PAID_ITEM);
    without(&t, &bundle, is_taken_back, 2, 0, "page of " PAID_ITEM);
    without(&t, &bundle, is_payment, 5, 150, "payments of " PAID_ITEM);

    /* Of another day than the snapshot's: the records are the same. */
    r = wait_complete(&t, "congress", idle_before_path, &bundle);
    cr_expect_eq(r->bundle->figure->value, 149);
    pt_evidence_result_free(r);
    without(&t, &bundle, is_payment, 5, 149, "payments of " PAID_ITEM);

    r = wait_complete(&t, "congress", rectified_path, &bundle);
    cr_expect_eq(r->bundle->figure->value, 10000);
    pt_evidence_result_free(r);
    without(&t, &bundle, is_check, 1, 0, "what answers audit/main#1");

    /* No finding, no figure. */
    b = opened(&bundle);
    leave_out(b, is_check, 1);
    leave_out(b, is_finding, 1);
    b->figure->has_value = 0;
    pt_buf_init(&changed, 16u << 20);
    r = verify_changed(&t, b, &changed);
    only_incomplete(r, "what was done about " PAID_ITEM);
    pt_evidence_result_free(r);
    pentad__v1__evidence_bundle__free_unpacked(b, NULL);
    pt_buf_done(&changed);
    pt_buf_done(&bundle);
    cs_tear_down(&t);
}

/* Nothing paid is proven by what stands where a page of payments would. */
Test(complete, that_nothing_was_paid) {
    struct pt_evidence_result *r;
    Pentad__V1__EvidenceBundle *b;
    Pentad__V1__EvidencePage *p;
    struct pt_buf bundle, changed;
    struct scene t;

    cs_set_up(&t);
    pt_buf_init(&bundle, 16u << 20);
    pt_buf_init(&changed, 16u << 20);
    cs_attest(&t, true);
    r = wait_complete(&t, "congress", unpaid_path, &bundle);
    cr_expect_eq(r->bundle->figure->value, 0);
    cr_expect(r->complete.proven);
    pt_evidence_result_free(r);

    b = opened(&bundle);
    p = page_of(b, UNPAID_ITEM, 2019, 1);
    cr_assert(p->absent && p->n_beside == 2); /* the other item's, of its year and of none */
    (p->before ? p->before : p->after)->head.data[9] ^= 1;
    r = verify_changed(&t, b, &changed);
    only_incomplete(r, "page of " UNPAID_ITEM);
    pt_evidence_result_free(r);
    (p->before ? p->before : p->after)->head.data[9] ^= 1;
    p->at = 2 - p->at; /* on its other side */
    r = verify_changed(&t, b, &changed);
    only_incomplete(r, "page of " UNPAID_ITEM);
    pt_evidence_result_free(r);
    pentad__v1__evidence_bundle__free_unpacked(b, NULL);

    /* What was paid can't be shown as not there: its own page leaves no room beside it. */
    pt_evidence_result_free(wait_complete(&t, "congress", figure_path, &bundle));
    b = opened(&bundle);
    leave_out(b, is_payment, 5);
    p = page_of(b, PAID_ITEM, 2019, 1);
    p->has_absent = p->absent = 1;
    b->figure->value = 0;
    r = verify_changed(&t, b, &changed);
    only_incomplete(r, "page of " PAID_ITEM);
    pt_evidence_result_free(r);
    pentad__v1__evidence_bundle__free_unpacked(b, NULL);
    pt_buf_done(&changed);
    pt_buf_done(&bundle);
    cs_tear_down(&t);
}

/* Where the proof is more than a file takes, the figure's own records come without it. */
Test(complete, what_is_too_much_for_a_file_is_said) {
    struct pt_evidence_result *r;
    struct pt_buf bundle;
    struct scene t;

    cs_set_up_with(&t, &(struct cs_opts){.approvals = 5});
    pt_buf_init(&bundle, 32u << 20);
    json_decref(cs_snapshot(&t));
    get_bundle(&t, "congress", approved_path, &bundle);
    r = verify(&t, pt_buf_span(&bundle));
    only_incomplete(r, "more than one file takes");
    cr_expect_eq(r->bundle->figure->value, 1500);
    cr_expect_eq(r->bundle->n_inputs, 2);
    cr_expect_eq(r->bundle->n_records, 2);
    pt_evidence_result_free(r);
    pt_buf_done(&bundle);
    cs_tear_down(&t);
}

/* Nobody can tell what pages of another format say: no proof rests on them, and it is said why. */
Test(complete, what_other_software_made_proves_nothing) {
    struct pt_evidence_result *r;
    struct pt_buf bundle;
    struct scene t;
    const json_t *s;
    json_t *j;

    cs_set_up_with(&t, &(struct cs_opts){.older = true});
    pt_buf_init(&bundle, 16u << 20);
    cs_attest(&t, true);
    j = cs_snapshot(&t);
    s = json_array_get(json_object_get(j, "snapshots"), 0);
    cr_expect(json_is_null(json_object_get(s, "equal")));
    cr_expect_eq(json_integer_value(json_object_get(s, "format")), PT_EVIDENCE_FORMAT);
    cr_expect_eq(json_integer_value(json_object_get(s, "format_logged")), 1);
    json_decref(j);
    get_bundle(&t, "congress", figure_path, &bundle);
    r = verify(&t, pt_buf_span(&bundle));
    only_incomplete(r, "made by other software: format 1, this one makes 2");
    cr_expect_eq(r->complete.other_format, 1);
    pt_evidence_result_free(r);
    pt_buf_done(&bundle);
    cs_tear_down(&t);
}
