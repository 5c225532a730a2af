/* Two statements for one sequence: frozen by a record, lifted by three, the others unmoved. */
#include <criterion/criterion.h>
#include <string.h>

#include <pentad/v1/record.pb-c.h>

#include "fixture.h"

TestSuite(conflict, .init = fixture_begin_with_three, .fini = fixture_done);

static const struct pt_exchange_stream *finance(void) {
    return pt_exchange_stream(hub.x, "finance", "main");
}

/* Two different batches for the same place. */
static void equivocate(void) {
    struct th_stream twin = s;
    pt_buf_reset(&batch);
    th_cut_payments(&twin, 2, &batch);
    struct pt_buf first;
    pt_buf_init(&first, 1 << 20);
    pt_buf_append_span(&first, pt_buf_span(&batch));
    th_send_payments(&s, 2);
    pt_buf_reset(&batch);
    pt_buf_append_span(&batch, pt_buf_span(&first));
    pt_buf_done(&first);
}

static void approve(const char *party, const Pentad__V1__RecordRef *target) {
    struct th_stream a;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Approval body = PENTAD__V1__APPROVAL__INIT;
    th_stream_init(&a, &hub, party, "main");
    body.target = (Pentad__V1__RecordRef *)(uintptr_t)target;
    body.target_type = (char *)"Lift";
    body.has_verdict = 1;
    body.verdict = PENTAD__V1__VERDICT__VERDICT_APPROVE;
    r.body_case = PENTAD__V1__RECORD__BODY_APPROVAL;
    r.approval = &body;
    th_send_record(&a, &r, NULL);
}

static void ref(Pentad__V1__RecordRef *r, const char *party, uint64_t seq,
                const struct pt_hash *h) {
    pentad__v1__record_ref__init(r);
    r->party = (char *)(uintptr_t)party;
    r->stream = (char *)"main";
    r->has_seq = r->has_hash = 1;
    r->seq = seq;
    r->hash.data = (uint8_t *)(uintptr_t)h->b;
    r->hash.len = 32;
}

/* The office lifts; *ret refers to its record. */
static void lift(struct pt_hash *hash, Pentad__V1__RecordRef *ret) {
    struct th_stream o;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Lift body = PENTAD__V1__LIFT__INIT;
    Pentad__V1__RecordRef incident;
    struct pt_hash h = finance()->incident;
    th_stream_init(&o, &hub, "office", "main");
    ref(&incident, "hub", 1, &h);
    body.incident = &incident;
    body.party = (char *)"finance";
    body.stream = (char *)"main";
    body.reason = (char *)"已核实，恢复报送";
    r.body_case = PENTAD__V1__RECORD__BODY_LIFT;
    r.lift = &body;
    uint64_t seq = o.next_seq;
    th_send_record(&o, &r, hash);
    ref(ret, "office", seq, hash);
}

Test(conflict, freezes_by_a_record_and_nobody_else_notices) {
    equivocate();
    uint64_t before = pt_log_size(hub.log);
    submit(PT_INTAKE_CONFLICT, PT_E_EQUIVOCATION);
    cr_assert_eq(pt_log_size(hub.log), before + 1); /* the Incident, nothing else */
    cr_assert(finance()->frozen);
    cr_assert_eq(finance()->incident_index, before);
    submit(PT_INTAKE_REJECT, PT_E_FROZEN);
    pt_buf_reset(&batch);
    th_cut_payments(&s, 1, &batch);
    submit(PT_INTAKE_REJECT, PT_E_FROZEN);
    struct th_stream other;
    th_stream_init(&other, &hub, "finance", "second");
    th_send_payments(&other, 1);
    th_close(&hub);
    th_open(&hub);
    cr_assert(finance()->frozen);
    cr_assert(pt_exchange_day_closed(hub.x, 20190101) == false);
}

Test(conflict, a_refused_statement_not_replaced_conflicts_too) {
    struct pt_buf rec;
    pt_buf_init(&rec, 4096);
    th_payment(s.next_seq, -1, &rec);
    struct pt_span span = pt_buf_span(&rec);
    th_cut(&s, &span, 1, &batch);
    submit(PT_INTAKE_REFUSE, PT_E_NEGATIVE);
    pt_buf_reset(&batch);
    th_cut_payments(&s, 1, &batch);
    submit(PT_INTAKE_CONFLICT, PT_E_EQUIVOCATION);
    cr_assert(finance()->frozen);
    pt_buf_done(&rec);
}

Test(conflict, siblings_that_replace_the_same_refused_one_conflict) {
    struct pt_buf rec;
    pt_buf_init(&rec, 4096);
    th_payment(s.next_seq, -1, &rec);
    struct pt_span span = pt_buf_span(&rec);
    th_cut(&s, &span, 1, &batch);
    struct pt_hash refused = s.statement;
    submit(PT_INTAKE_REFUSE, PT_E_NEGATIVE);
    s.has_replaces = true;
    s.replaces = refused;
    struct th_stream twin = s;
    pt_buf_reset(&batch);
    th_cut_payments(&s, 1, &batch);
    submit(PT_INTAKE_ACCEPT, 0);
    cr_assert_not(finance()->frozen);
    pt_buf_reset(&batch);
    th_cut_payments(&twin, 1, &batch);
    submit(PT_INTAKE_CONFLICT, PT_E_EQUIVOCATION);
    cr_assert(finance()->frozen);
    pt_buf_done(&rec);
}

Test(conflict, lifted_at_the_second_approval_from_outside_finance) {
    struct pt_hash lift_hash;
    Pentad__V1__RecordRef target;
    equivocate();
    submit(PT_INTAKE_CONFLICT, PT_E_EQUIVOCATION);
    lift(&lift_hash, &target);
    approve("office", &target);
    approve("congress", &target);
    approve("congress", &target);
    cr_assert(finance()->frozen);
    approve("audit", &target);
    cr_assert_not(finance()->frozen);
    submit(PT_INTAKE_REJECT, PT_E_EQUIVOCATION); /* the same pair freezes no second time */
    cr_assert_not(finance()->frozen);
    th_send_payments(&s, 1);
    th_close(&hub);
    th_open(&hub);
    cr_assert_not(finance()->frozen);
    cr_assert_eq(finance()->next_seq, 7);
}

/* A peer may not freeze an honest stream by showing a statement and what replaced it. */
Test(conflict, an_incident_over_an_honest_chain_has_no_effect) {
    struct pt_buf rec, first;
    struct th_stream a;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Incident body = PENTAD__V1__INCIDENT__INIT;
    pt_buf_init(&rec, 4096);
    pt_buf_init(&first, 1 << 20);
    th_payment(s.next_seq, -1, &rec);
    struct pt_span span = pt_buf_span(&rec);
    th_cut(&s, &span, 1, &batch);
    pt_buf_append_span(&first, pt_buf_span(&batch));
    struct pt_hash refused = s.statement;
    submit(PT_INTAKE_REFUSE, PT_E_NEGATIVE);
    s.has_replaces = true;
    s.replaces = refused;
    pt_buf_reset(&batch);
    th_cut_payments(&s, 1, &batch);
    submit(PT_INTAKE_ACCEPT, 0);
    Pentad__V1__Batch *x = pentad__v1__batch__unpack(NULL, first.len, first.p);
    Pentad__V1__Batch *y = pentad__v1__batch__unpack(NULL, batch.len, batch.p);
    body.has_kind = 1;
    body.kind = PENTAD__V1__INCIDENT_KIND__INCIDENT_KIND_EQUIVOCATION;
    body.envelope_a = x->envelope;
    body.envelope_b = y->envelope;
    body.party = (char *)"finance";
    body.stream = (char *)"main";
    r.body_case = PENTAD__V1__RECORD__BODY_INCIDENT;
    r.incident = &body;
    th_stream_init(&a, &hub, "audit", "main");
    th_send_record(&a, &r, NULL);
    cr_assert_not(finance()->frozen);
    pentad__v1__batch__free_unpacked(x, NULL);
    pentad__v1__batch__free_unpacked(y, NULL);
    pt_buf_done(&first);
    pt_buf_done(&rec);
}
