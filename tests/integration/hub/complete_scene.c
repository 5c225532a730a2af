#include "complete_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <pentad/record/ref.h>
#include <pentad/sql/sql.h>
#include <pentad/v1/record.pb-c.h>

size_t cs_at(const char *party) {
    for (size_t i = 0; i < SIX; i++) {
        if (strcmp(tw_party_names[i], party) == 0) {
            return i;
        }
    }
    cr_assert_fail("%s", party);
    return 0;
}

static void send(struct scene *t, const char *party, struct pt_span batch) {
    (void)tw_send(&t->s[cs_at(party)], &t->c[cs_at(party)], batch);
}

/* Takes back finance's record `seq`, numbered from 1 on. */
static void send_correction(struct scene *t, uint64_t seq, Pentad__V1__Correction how) {
    struct tw_client *c = &t->c[cs_at("finance")];
    Pentad__V1__RecordRef ref = PENTAD__V1__RECORD_REF__INIT;
    Pentad__V1__Record *rec;
    struct pt_hash hash;
    char path[64];

    (void)snprintf(path, sizeof path, "/v1/records/finance/main/%llu", (unsigned long long)seq);
    cr_assert_eq(tw_get(c, path, "application/x-protobuf"), 200);
    pt_leaf_hash(&hash, c->body.p, c->body.len);
    rec = pentad__v1__record__unpack(NULL, c->body.len, c->body.p);
    ref.party = (char *)"finance";
    ref.stream = (char *)"main";
    ref.has_seq = ref.has_hash = 1;
    ref.seq = seq;
    ref.hash = (ProtobufCBinaryData){sizeof hash.b, hash.b};
    rec->has_correction = 1;
    rec->correction = how;
    rec->corrects = &ref;
    rec->correction_reason = strdup("退回");
    free(rec->nonce.data);
    rec->nonce = (ProtobufCBinaryData){0};
    rec->has_nonce = rec->has_issued_at_ms = 0;
    tw_cut(&t->s[cs_at("finance")], &rec, 1, &t->b);
    send(t, "finance", pt_buf_span(&t->b));
    rec->corrects = NULL;
    pentad__v1__record__free_unpacked(rec, NULL);
}

/* What the record is about, of 2019. */
static void fill(Pentad__V1__Record *r, Pentad__V1__Subject *subject, int kind, const char *key,
                 int32_t effective) {
    subject->has_kind = 1;
    subject->kind = (Pentad__V1__SubjectKind)kind;
    subject->key = (char *)(uintptr_t)key;
    r->subject = subject;
    r->has_fiscal_year = r->has_effective = 1;
    r->fiscal_year = 2019;
    r->effective = effective;
}

static void send_b04_by(struct scene *t, const char *doc, int subject_kind, const char *item,
                        int kind, const char *dept, const char *quota_no, int64_t fen) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Record *list[] = {&r};
    Pentad__V1__Subject subject = PENTAD__V1__SUBJECT__INIT;
    Pentad__V1__Allotment a = PENTAD__V1__ALLOTMENT__INIT;

    a.has_kind = a.has_bk = a.has_fund_year = a.has_fen = a.has_final_level = a.has_issued_on = 1;
    a.kind = (Pentad__V1__AllotmentKind)kind;
    a.quota_no = (char *)(uintptr_t)quota_no;
    a.dept = (char *)(uintptr_t)dept;
    a.to_rgn = (char *)(uintptr_t) "370102";
    a.bk = PENTAD__V1__BUDGET_KIND__BUDGET_KIND_GENERAL;
    a.func = (char *)(uintptr_t) "2120303";
    a.fund_year = 2019;
    a.fen = fen;
    a.final_level = kind != PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_SHIFT_OUT;
    a.issued_on = 20190131;
    a.basis_doc = (char *)(uintptr_t)doc;
    fill(&r, &subject, subject_kind, item, 20190131);
    r.body_case = PENTAD__V1__RECORD__BODY_ALLOTMENT;
    r.allotment = &a;
    tw_cut(&t->s[cs_at("finance")], list, 1, &t->b);
    send(t, "finance", pt_buf_span(&t->b));
}

static void send_b04(struct scene *t, int subject_kind, const char *item, int kind,
                     const char *dept, const char *quota_no, int64_t fen) {
    send_b04_by(t, "济财预〔2019〕1号", subject_kind, item, kind, dept, quota_no, fen);
}

/* An allotment of the department's to the item. */
static void send_allotment(struct scene *t, const char *item, const char *quota_no, int64_t fen) {
    send_b04(t, PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_PROJECT, item,
             PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_INITIAL, DEPT, quota_no, fen);
}

/* The department sends 200 down, the district receives it, and the goal that it is for passes. */
static void send_transfer(struct scene *t) {
    const int kind = PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_TRANSFER;
    static uint8_t hash[PT_HASH_LEN];
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Record *list[] = {&r};
    Pentad__V1__Subject subject = PENTAD__V1__SUBJECT__INIT;
    Pentad__V1__RecordRef goal = PENTAD__V1__RECORD_REF__INIT;
    Pentad__V1__GoalReview v = PENTAD__V1__GOAL_REVIEW__INIT;

    send_b04(t, kind, SENT_ITEM, PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_TRANSFER, DEPT,
             "ZY2019-001", 200);
    send_b04(t, kind, SENT_ITEM, PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_INBOUND, DISTRICT,
             "QX2019-001", 200);
    goal.party = (char *)(uintptr_t) "finance";
    goal.stream = (char *)(uintptr_t) "main";
    goal.has_seq = goal.has_hash = 1;
    goal.seq = 1000; /* that isn't there doesn't matter */
    goal.hash = (ProtobufCBinaryData){sizeof hash, hash};
    v.goal = &goal;
    v.has_regularity = v.has_completeness = v.has_match = v.has_grade = v.has_result = 1;
    v.regularity = v.completeness = v.match = PENTAD__V1__REVIEW_MARK__REVIEW_MARK_PASS;
    v.grade = PENTAD__V1__RATING__RATING_GOOD;
    v.result = PENTAD__V1__REVIEW_RESULT__REVIEW_RESULT_PASS;
    fill(&r, &subject, kind, SENT_ITEM, 20190131);
    r.body_case = PENTAD__V1__RECORD__BODY_GOAL_REVIEW;
    r.goal_review = &v;
    tw_cut(&t->s[cs_at("finance")], list, 1, &t->b);
    send(t, "finance", pt_buf_span(&t->b));
}

static void send_shifts(struct scene *t) {
    static const char *const docs[] = {SHIFT_DOC, WITHDRAWN_DOC};
    static const char *const in[] = {"Q2019-000003", "Q2019-000004"};
    static const char *const out[] = {"Q2019-000005", "Q2019-000006"};
    enum { LAST = 11 }; /* behind five of payments and two allotments */

    for (size_t i = 0; i < 2; i++) {
        send_b04_by(t, docs[i], PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_PROJECT, PAID_ITEM,
                    PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_SHIFT_IN, DEPT, in[i], 300);
        send_b04_by(t, docs[i], PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_DEPT, DEPT,
                    PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_SHIFT_OUT, DEPT, out[i], 300);
    }
    send_correction(t, LAST, PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW);
}

/* An audit's finding on the item, audit/main#1, and that it was put right by its day. */
static void send_finding(struct scene *t) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Record *list[] = {&r};
    Pentad__V1__Subject subject = PENTAD__V1__SUBJECT__INIT;
    Pentad__V1__AuditFinding f = PENTAD__V1__AUDIT_FINDING__INIT;
    Pentad__V1__AuditVerify v = PENTAD__V1__AUDIT_VERIFY__INIT;
    Pentad__V1__RecordRef ref = PENTAD__V1__RECORD_REF__INIT;
    struct tw_client *c = &t->c[cs_at("audit")];
    struct pt_hash hash;

    f.finding_no = (char *)(uintptr_t) "2019-1";
    f.report_doc = (char *)(uintptr_t) "济审报〔2019〕1号";
    f.org = (char *)(uintptr_t)DEPT;
    f.fact = (char *)(uintptr_t) "闲置";
    f.has_focus = f.has_category = f.has_severity = f.has_due = 1;
    f.focus = PENTAD__V1__AUDIT_FOCUS__AUDIT_FOCUS_SPENDING;
    f.category = PENTAD__V1__FINDING_CATEGORY__FINDING_CATEGORY_IDLE;
    f.severity = PENTAD__V1__FINDING_SEVERITY__FINDING_SEVERITY_LOW;
    f.due = 20190615;
    fill(&r, &subject, PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_PROJECT, PAID_ITEM, 20190601);
    r.body_case = PENTAD__V1__RECORD__BODY_AUDIT_FINDING;
    r.audit_finding = &f;
    tw_cut(&t->s[cs_at("audit")], list, 1, &t->b);
    send(t, "audit", pt_buf_span(&t->b));

    cr_assert_eq(tw_get(c, "/v1/records/audit/main/1", "application/x-protobuf"), 200);
    pt_leaf_hash(&hash, c->body.p, c->body.len);
    ref.party = (char *)(uintptr_t) "audit";
    ref.stream = (char *)(uintptr_t) "main";
    ref.has_seq = ref.has_hash = 1;
    ref.seq = 1;
    ref.hash = (ProtobufCBinaryData){sizeof hash.b, hash.b};
    v.finding = &ref;
    v.has_checked_on = v.has_status = 1;
    v.checked_on = 20190610;
    v.status = PENTAD__V1__VERIFY_STATUS__VERIFY_STATUS_DONE;
    r = (Pentad__V1__Record)PENTAD__V1__RECORD__INIT;
    fill(&r, &subject, PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_PROJECT, PAID_ITEM, 20190610);
    r.body_case = PENTAD__V1__RECORD__BODY_AUDIT_VERIFY;
    r.audit_verify = &v;
    tw_cut(&t->s[cs_at("audit")], list, 1, &t->b);
    send(t, "audit", pt_buf_span(&t->b));
}

/* An approval by congress of many lines that name the department: 3.5 MiB. */
static void send_approval(struct scene *t, int no) {
    enum { LINES = 11000 };
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Record *list[] = {&r};
    Pentad__V1__Subject subject = PENTAD__V1__SUBJECT__INIT;
    Pentad__V1__CongressApproval a = PENTAD__V1__CONGRESS_APPROVAL__INIT;
    Pentad__V1__ApprovalLine line = PENTAD__V1__APPROVAL_LINE__INIT;
    Pentad__V1__ApprovalLine **lines = calloc(LINES, sizeof(Pentad__V1__ApprovalLine *));
    char key[301] = "";
    char doc_no[40];

    cr_assert_not_null(lines);
    for (size_t i = 0; i < 100; i++) {
        (void)snprintf(key + 3 * i, 4, "项");
    }
    (void)snprintf(doc_no, sizeof doc_no, "决议〔2019〕%d号", no);
    line.has_bk = line.has_fen = line.has_src_unit = 1;
    line.bk = PENTAD__V1__BUDGET_KIND__BUDGET_KIND_GENERAL;
    line.func = (char *)(uintptr_t) "2120303";
    line.dept = (char *)(uintptr_t)DEPT;
    line.src_unit = PENTAD__V1__SOURCE_UNIT__SOURCE_UNIT_FEN;
    line.control_key = key;
    line.fen = 1;
    for (size_t i = 0; i < LINES; i++) {
        lines[i] = &line;
    }
    subject.has_kind = 1;
    subject.kind = PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION;
    subject.key = (char *)(uintptr_t) "370100";
    a.has_kind = a.has_approved_on = a.has_total_fen = 1;
    a.kind = PENTAD__V1__APPROVAL_KIND__APPROVAL_KIND_BUDGET;
    a.approved_on = 20190130;
    a.n_lines = LINES;
    a.lines = lines;
    a.total_fen = LINES;
    r.subject = &subject;
    r.doc_no = doc_no;
    r.has_fiscal_year = r.has_effective = 1;
    r.fiscal_year = 2019;
    r.effective = 20190130;
    r.body_case = PENTAD__V1__RECORD__BODY_CONGRESS_APPROVAL;
    r.congress_approval = &a;
    tw_cut(&t->s[cs_at("congress")], list, 1, &t->b);
    send(t, "congress", pt_buf_span(&t->b));
    free(lines);
}

json_t *cs_snapshot(struct scene *t) {
    struct tw_client *c = &t->c[cs_at("audit")];
    json_t *j;

    cr_assert(tw_wait_for(c, "/v1/snapshots", "\"hub/main#"));
    j = json_loadb((const char *)c->body.p, c->body.len, 0, NULL);
    cr_assert_not_null(j);
    return j;
}

void cs_attest(struct scene *t, bool equal) {
    static const char *const classes[] = {"congress", "discipline", "finance", "audit"};
    struct tw_client *c = &t->c[cs_at("audit")];
    json_t *j = cs_snapshot(t);
    const json_t *s = json_array_get(json_object_get(j, "snapshots"), 0);
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Record *list[] = {&rec};
    Pentad__V1__Attestation a = PENTAD__V1__ATTESTATION__INIT;
    Pentad__V1__RecordRef ref = PENTAD__V1__RECORD_REF__INIT;
    struct pt_hash hash, digest;
    struct pt_ref at_hub;
    char path[64];
    const json_t *k;
    size_t i;

    json_array_foreach(json_object_get(s, "classes"), i, k) {
        if (strcmp(json_string_value(json_object_get(k, "reader")), "audit") == 0) {
            cr_assert_eq(pt_hash_from_hex(&digest, json_string_value(json_object_get(k, "digest"))),
                         0);
        }
    }
    cr_assert_eq(pt_ref_parse(json_string_value(json_object_get(s, "logged")), &at_hub, NULL), 0);
    (void)snprintf(path, sizeof path, "/v1/records/hub/main/%llu", (unsigned long long)at_hub.seq);
    cr_assert_eq(tw_get(c, path, "application/x-protobuf"), 200);
    pt_leaf_hash(&hash, c->body.p, c->body.len);
    ref.party = at_hub.party;
    ref.stream = at_hub.stream;
    ref.has_seq = ref.has_hash = 1;
    ref.seq = at_hub.seq;
    ref.hash = (ProtobufCBinaryData){sizeof hash.b, hash.b};
    a.snapshot = &ref;
    a.n_reader_classes = 4;
    a.reader_classes = (char **)(uintptr_t)classes;
    a.has_digest = a.has_equal = 1;
    a.digest = (ProtobufCBinaryData){sizeof digest.b, digest.b};
    a.equal = equal;
    rec.body_case = PENTAD__V1__RECORD__BODY_ATTESTATION;
    rec.attestation = &a;
    tw_cut(&t->s[cs_at("audit")], list, 1, &t->b);
    send(t, "audit", pt_buf_span(&t->b));
    json_decref(j);
}

/* What the hub logs is what its ledger says. */
static void make_older(const struct scene *t) {
    static const char older[] =
        "CREATE TRIGGER older AFTER INSERT ON snap_day BEGIN UPDATE snap_day SET body ="
        " CAST(substr(NEW.body, 1, length(NEW.body) - 1) || x'01' AS BLOB) WHERE day = NEW.day;"
        " END";
    struct pt_sql sql = {0};
    struct pt_err err = {0};
    char path[300];

    (void)snprintf(path, sizeof path, "%s/data/ledger.db", t->w.dir);
    cr_assert_eq(pt_sql_open(&sql, path, &(struct pt_sql_options){.mode = PT_SQL_WRITE}, &err), 0,
                 "%s", err.msg);
    cr_assert_eq(pt_sql_exec(&sql, older, &err), 0, "%s", err.msg);
    pt_sql_close(&sql);
}

void cs_set_up_with(struct scene *t, const struct cs_opts *with) {
    const struct tw_opts opts = {.first_day = DAY};

    tw_init(&t->w, &opts);
    tw_start(&t->w);
    if (with->older) {
        make_older(t);
    }
    pt_buf_init(&t->b, 8 << 20);
    for (size_t i = 0; i < SIX; i++) {
        tw_stream_init(&t->s[i], &t->w, tw_party_names[i], "main");
        tw_client_init(&t->c[i], &t->w, tw_party_names[i], "main");
    }
    tw_cut_payments(&t->s[cs_at("finance")], 4, &t->b);
    send(t, "finance", pt_buf_span(&t->b));
    send_correction(t, 2, PENTAD__V1__CORRECTION__CORRECTION_REVERSE);
    send_allotment(t, PAID_ITEM, "Q2019-000001", 1000);
    send_allotment(t, UNPAID_ITEM, "Q2019-000002", 500);
    send_finding(t);
    if (with->shifts) {
        send_shifts(t);
    }
    if (with->transfer) {
        send_transfer(t);
    }
    for (int i = 0; i < with->approvals; i++) {
        send_approval(t, i);
    }
    for (size_t i = 0; i < SIX; i++) {
        tw_cut_close(&t->s[i], DAY, false, &t->b);
        send(t, tw_party_names[i], pt_buf_span(&t->b));
    }
}

void cs_set_up(struct scene *t) {
    cs_set_up_with(t, &(struct cs_opts){.approvals = 0});
}

void cs_tear_down(struct scene *t) {
    pt_buf_done(&t->b);
    for (size_t i = 0; i < SIX; i++) {
        tw_client_done(&t->c[i]);
    }
    tw_done(&t->w);
}
