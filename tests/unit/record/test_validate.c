#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "support.h"

static struct pt_codes *codes_cn(void) {
    struct pt_codes *codes = NULL;

    cr_assert_eq(pt_codes_new("cn", &codes, NULL), 0);
    return codes;
}

/* Validates, and returns the faults as "code field" lines in a static buffer. */
static const char *faults_of(json_t *json, enum pt_party author) {
    static char text[4096];
    struct pt_arena arena;
    struct pt_faults faults;
    struct pt_codes *codes = codes_cn();
    size_t used = 0;
    int rc;

    pt_arena_init(&arena, 4 << 20);
    pt_faults_init(&faults, &arena);
    rc = pt_record_validate(record_of(json, &arena), codes, author, RECEIVED_MS, &faults);
    cr_assert_eq(rc, faults.count > 0 ? faults.v[0].code : 0);
    text[0] = '\0';
    for (size_t i = 0; i < faults.count && used < sizeof(text); i++) {
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s %s", i > 0 ? "; " : "",
                                 pt_err_name(faults.v[i].code), faults.v[i].field);
        cr_assert_gt(strlen(faults.v[i].message), 5);
    }
    pt_arena_done(&arena);
    pt_codes_free(codes);
    return text;
}

Test(validate, every_good_record_passes) {
    for (size_t i = 0; i < n_good_records; i++) {
        json_t *json = good_json(&good_records[i]);

        cr_expect_str_eq(faults_of(json, good_records[i].author), "", "%s (%zu): %s",
                         pt_record_info(good_records[i].type)->code, i,
                         faults_of(json, good_records[i].author));
        json_decref(json);
    }
}

/* What its connector is still to give it is no fault of a draft; all else is, and err says it too.
 */
Test(validate, a_draft_lacks_what_the_connector_gives) {
    const struct good *good = good_of(PT_TYPE_PAYMENT_BATCH);
    json_t *json = good_json(good);
    struct pt_codes *codes = codes_cn();
    struct pt_err err = {0};
    struct pt_arena arena;
    struct pt_faults faults;

    pt_arena_init(&arena, 4 << 20);
    pt_faults_init(&faults, &arena);
    json_object_del(json, "seq");
    json_object_del(json, "nonce");
    json_object_del(json, "issued_at_ms");
    cr_expect_neq(
        pt_record_validate(record_of(json, &arena), codes, good->author, RECEIVED_MS, &faults), 0,
        "exchanged it would be refused");
    pt_faults_init(&faults, &arena);
    cr_expect_eq(pt_record_validate_draft(record_of(json, &arena), codes, good->author, 1,
                                          RECEIVED_MS, &faults, &err),
                 0, "%s", err.msg);
    json_object_set_new(json, "payment_batch", json_object());
    cr_expect_eq(pt_record_validate_draft(record_of(json, &arena), codes, good->author, 1,
                                          RECEIVED_MS, &faults, &err),
                 PT_E_MISSING);
    cr_expect_eq(faults.v[0].code, PT_E_MISSING);
    cr_expect_str_eq(err.msg, faults.v[0].message);
    pt_arena_done(&arena);
    pt_codes_free(codes);
    json_decref(json);
}

Test(validate, every_type_has_a_good_record) {
    size_t n;
    const struct pt_record_info *rows = pt_record_infos(&n);

    for (size_t i = 0; i < n; i++) {
        cr_assert_not_null(good_of(rows[i].type));
    }
}

Test(validate, every_required_field_is_missed) {
    for (size_t i = 0; i < n_good_records; i++) {
        json_t *json = good_json(&good_records[i]);
        const struct pt_record_info *info = pt_record_info(good_records[i].type);

        json_object_set_new(json, info->member, json_object());
        cr_expect_eq(strncmp(faults_of(json, good_records[i].author), "missing_field body.", 19), 0,
                     "%s: %s", info->code, faults_of(json, good_records[i].author));
        json_decref(json);
    }
}

struct bad {
    enum pt_record_type type;
    const char *path;
    const char *value; /* NULL: removed */
    const char *faults;
};

#define HASH32 "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""
#define REF(party) "{\"party\":\"" party "\",\"stream\":\"main\",\"seq\":\"1\",\"hash\":" HASH32 "}"
#define X01 PT_TYPE_PAYMENT_BATCH
#define B "body.payment_batch."

static const struct bad bads[] = {
    /* the common part */
    {X01, "seq", NULL, "missing_field seq"},
    {X01, "seq", "\"0\"", "invalid_field seq"},
    {X01, "nonce", NULL, "missing_field nonce"},
    {X01, "nonce", "\"AAECAwQFBgcICQoLDA0O\"", "invalid_field nonce"},
    {X01, "subject", NULL, "missing_field subject"},
    {X01, "subject.kind", "\"SUBJECT_KIND_REGION\"",
     "invalid_field subject.key; invalid_field subject.kind"},
    {X01, "subject.kind", "\"SUBJECT_KIND_UNSPECIFIED\"",
     "invalid_field subject.kind; invalid_field subject.kind"},
    {X01, "subject.kind", "77", "invalid_field subject.kind; missing_field subject"},
    {X01, "subject.key", NULL, "missing_field subject.key"},
    {X01, "subject.key", "\"11370100004188813X\"", "check_digit subject.key"},
    {X01, "fiscal_year", NULL, "missing_field fiscal_year"},
    {X01, "fiscal_year", "19", "invalid_field fiscal_year"},
    {X01, "effective", NULL, "missing_field effective"},
    {X01, "effective", "20190631", "invalid_field effective"},
    {X01, "issued_at_ms", NULL, "missing_field issued_at_ms"},
    {X01, "issued_at_ms", "\"1561946700001\"", "clock issued_at_ms"},
    {X01, "originator", "\"91350100M000100Y44\"", "check_digit originator"},
    {X01, "originator", "\"91350100M000100Y4\"", "invalid_field originator"},
    {X01, "doc_no", "\"\"", "invalid_field doc_no"},
    {X01, "doc_no", "\"a\\u202eb\"", "bad_text doc_no"},
    {X01, "doc_no", "\"a\\nb\"", "bad_text doc_no"},
    {X01, "classification", "9", "invalid_field classification"},
    {X01, "attachments", "[{\"name\":\"a.pdf\",\"digest\":\"AQ==\",\"size\":\"0\"}]",
     "invalid_field attachments[0].digest"},
    {X01, "source.system", "\"\"", "invalid_field source.system"},
    {PT_TYPE_NOTICE, "doc_no", NULL, "missing_field doc_no"},
    /* corrections */
    {X01, "corrects", REF("finance"), "bad_correction corrects"},
    {X01, "correction_reason", "\"x\"", "bad_correction correction_reason"},
    {X01, "correction", "\"CORRECTION_REVERSE\"",
     "missing_field correction_reason; missing_field corrects"},
    {X01, "correction", "\"CORRECTION_UNSPECIFIED\"", "invalid_field correction"},
    /* P01 */
    {PT_TYPE_ORG_PROFILE, "body.parent", NULL, "missing_field body.org_profile.parent"},
    {PT_TYPE_ORG_PROFILE, "body.rgn", "\"3701\"", "invalid_field body.org_profile.rgn"},
    {PT_TYPE_ORG_PROFILE, "body.active_to", "20181231", "invalid_field body.org_profile.active_to"},
    /* P02 */
    {PT_TYPE_SUBJECT_PROFILE, "body.total_fen", "\"301\"",
     "sum_mismatch body.subject_profile.total_fen"},
    {PT_TYPE_SUBJECT_PROFILE, "body.major_basis", NULL,
     "missing_field body.subject_profile.major_basis"},
    {PT_TYPE_SUBJECT_PROFILE, "body.is_new", NULL, "missing_field body.subject_profile.is_new"},
    {PT_TYPE_SUBJECT_PROFILE, "body.is_major", NULL, "missing_field body.subject_profile.is_major"},
    {PT_TYPE_SUBJECT_PROFILE, "body.is_new", "true", ""},
    {PT_TYPE_SUBJECT_PROFILE, "body.policy",
     "{\"kind\":\"SUBJECT_KIND_POLICY\",\"key\":\"POL-370100-2019-00001\"}", ""},
    {PT_TYPE_SUBJECT_PROFILE, "body.policy",
     "{\"kind\":\"SUBJECT_KIND_POLICY\",\"key\":\"37010019R000000000001\"}",
     "invalid_field body.subject_profile.policy.key"},
    {PT_TYPE_SUBJECT_PROFILE, "body.policy",
     "{\"kind\":\"SUBJECT_KIND_PROJECT\",\"key\":\"" PROJECT "\"}",
     "invalid_field body.subject_profile.policy.kind"},
    {PT_TYPE_SUBJECT_PROFILE, "body.plan_curve_bp", "[10000]",
     "invalid_field body.subject_profile.plan_curve_bp"},
    {PT_TYPE_SUBJECT_PROFILE, "body.plan_curve_bp", "[0,0,5,4,5,5,5,5,5,5,5,10000]",
     "invalid_field body.subject_profile.plan_curve_bp[3]"},
    {PT_TYPE_SUBJECT_PROFILE, "body.bk", "[\"BUDGET_KIND_UNSPECIFIED\"]",
     "invalid_field body.subject_profile.bk[0]"},
    {PT_TYPE_SUBJECT_PROFILE, "body.end", "20181231", "invalid_field body.subject_profile.end"},
    {PT_TYPE_SUBJECT_PROFILE, "body.duty_by_year", "[{\"fiscal_year\":2019,\"fen\":\"-5\"}]",
     "negative_amount body.subject_profile.duty_by_year[0].fen"},
    {PT_TYPE_SUBJECT_PROFILE, "subject.key", "\"37010019r000000000001\"",
     "invalid_field subject.key"},
    {PT_TYPE_SUBJECT_PROFILE, "subject.kind", "\"SUBJECT_KIND_FUND\"", "invalid_field subject.key"},
    /* E01 */
    {PT_TYPE_EX_ANTE_EVAL, "body.weights.goal_cp", "2001",
     "sum_mismatch body.ex_ante_eval.weights"},
    {PT_TYPE_EX_ANTE_EVAL, "body.total_cp", "8202", "sum_mismatch body.ex_ante_eval.total_cp"},
    {PT_TYPE_EX_ANTE_EVAL, "body.total_cp", "8201", ""},
    {PT_TYPE_EX_ANTE_EVAL, "body.requested_fen", "\"151\"",
     "sum_mismatch body.ex_ante_eval.requested_fen"},
    {PT_TYPE_EX_ANTE_EVAL, "body.scores.goal_cp", "10001",
     "invalid_field body.ex_ante_eval.scores.goal_cp; sum_mismatch body.ex_ante_eval.total_cp"},
    /* E04 */
    {PT_TYPE_PERF_GOAL, "body.indicators[1].weight_cp", "8999",
     "sum_mismatch body.perf_goal.indicators"},
    {PT_TYPE_PERF_GOAL, "body.indicators[1].id", "\"CI-3\"",
     "invalid_field body.perf_goal.indicators[1].id"},
    {PT_TYPE_PERF_GOAL, "body.indicators[1].target", NULL,
     "missing_field body.perf_goal.indicators[1].target"},
    {PT_TYPE_PERF_GOAL, "body.indicators[1].nature", "\"INDICATOR_NATURE_RANGE\"",
     "missing_field body.perf_goal.indicators[1].target2"},
    {PT_TYPE_PERF_GOAL, "body.version", "2",
     "missing_field body.perf_goal.change_reason; missing_field body.perf_goal.approval_doc; "
     "missing_field body.perf_goal.approver"},
    {PT_TYPE_PERF_GOAL, "originator", NULL, "missing_field originator"},
    {PT_TYPE_PERF_GOAL, "body.indicators[1].target", "\"30公里\"",
     "invalid_field body.perf_goal.indicators[1].target"},
    {PT_TYPE_PERF_GOAL, "body.indicators[1].target", "\"30.5\"", ""},
    {PT_TYPE_PERF_GOAL, "body.indicators[1].target2", "\"more\"",
     "invalid_field body.perf_goal.indicators[1].target2"},
    {PT_TYPE_PERF_GOAL, "body.indicators[1].nature", "\"INDICATOR_NATURE_BY_DATE\"",
     "invalid_field body.perf_goal.indicators[1].target"},
    {PT_TYPE_PERF_GOAL, "body.indicators[1].nature", "\"INDICATOR_NATURE_QUAL\"", ""},
    {PT_TYPE_PERF_GOAL, "body.indicators[1].l1", "\"INDICATOR_GROUP_DUTY\"",
     "invalid_field body.perf_goal.indicators[1].l1"},
    {PT_TYPE_PERF_GOAL, "body.frame", "\"GOAL_FRAME_DEPT6\"",
     "invalid_field body.perf_goal.indicators[1].l1; invalid_field "
     "body.perf_goal.indicators[2].l1"},
    /* E05 */
    {PT_TYPE_GOAL_REVIEW, "body.grade", "\"RATING_POOR\"", "invalid_field body.goal_review.result"},
    {PT_TYPE_GOAL_REVIEW, "body.grade", "\"RATING_FAIR\"", "invalid_field body.goal_review.result"},
    {PT_TYPE_GOAL_REVIEW, "body.goal.hash", NULL, "invalid_field body.goal_review.goal.hash"},
    {PT_TYPE_GOAL_REVIEW, "body.goal.party", "\"treasury\"",
     "invalid_field body.goal_review.goal.party"},
    {PT_TYPE_GOAL_REVIEW, "body.goal.stream", "\"Main\"",
     "invalid_field body.goal_review.goal.stream"},
    {PT_TYPE_GOAL_REVIEW, "body.goal.seq", "\"0\"", "invalid_field body.goal_review.goal.seq"},
    /* B01 */
    {PT_TYPE_CONGRESS_SUBMISSION, "attachments", NULL, "missing_field attachments"},
    /* B03 */
    {PT_TYPE_CONGRESS_APPROVAL, "body.total_fen", "\"151\"",
     "sum_mismatch body.congress_approval.total_fen"},
    {PT_TYPE_CONGRESS_APPROVAL, "doc_no", NULL, "missing_field doc_no"},
    {PT_TYPE_CONGRESS_APPROVAL, "body.lines[0].op", "\"APPROVAL_OP_ADD\"",
     "invalid_field body.congress_approval.lines[0].op"},
    {PT_TYPE_CONGRESS_APPROVAL, "body.lines[1].subject", NULL,
     "missing_field body.congress_approval.lines[1].func"},
    {PT_TYPE_CONGRESS_APPROVAL, "body.lines[1].src_unit", NULL,
     "missing_field body.congress_approval.lines[1].src_unit"},
    /* B04 */
    {PT_TYPE_ALLOTMENT, "body.kind", "\"ALLOTMENT_KIND_TRANSFER\"",
     "missing_field body.allotment.to_rgn; invalid_field body.allotment.absorbs"},
    {PT_TYPE_ALLOTMENT, "body.tranche.no", "4", "invalid_field body.allotment.tranche.no"},
    {PT_TYPE_ALLOTMENT, "body.fen", "\"-1\"", "negative_amount body.allotment.fen"},
    {PT_TYPE_ALLOTMENT, "body.func", "\"21203031\"", "invalid_field body.allotment.func"},
    {PT_TYPE_ALLOTMENT, "body.econ_d", "\"3100\"", "invalid_field body.allotment.econ_d"},
    {PT_TYPE_ALLOTMENT, "body.final_level", NULL, "missing_field body.allotment.final_level"},
    /* X01 */
    {X01, "body.sum_fen", "\"520\"", "sum_mismatch " B "sum_fen"},
    {X01, "body.lines[0].fen", "\"-500\"", "negative_amount " B "lines[0].fen"},
    {X01, "body.lines[0].op", NULL, "missing_field " B "lines[0].op"},
    {X01, "body.lines[0].op", "\"PAYMENT_OP_UNSPECIFIED\"", "invalid_field " B "lines[0].op"},
    {X01, "body.lines[1].payee_uscc", "\"" USCC_FIRM "\"",
     "invalid_field " B "lines[1].payee_token"},
    {X01, "body.lines[0].subject", "\"37010019R00000000001\"",
     "invalid_field " B "lines[0].subject"},
    {X01, "body.lines[0].payee_uscc", "\"91350100M000100Y34\"",
     "check_digit " B "lines[0].payee_uscc"},
    {X01, "body.lines[0].purpose",
     "\"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五"
     "六"
     "七八九十一二三四五六七八九十一\"",
     "too_large " B "lines[0].purpose"},
    {X01, "body.lines", "[]", NULL},
    {X01, "body.pay_date", "20190229", "invalid_field " B "pay_date"},
    /* X02, X04 */
    {PT_TYPE_EXEC_SNAPSHOT, "body.month", "201913", "invalid_field body.exec_snapshot.month"},
    {PT_TYPE_EXEC_SNAPSHOT, "body.month", "201901", ""},
    {PT_TYPE_EXEC_SNAPSHOT, "body.month", "201912", ""},
    {PT_TYPE_EXEC_SNAPSHOT, "body.month", "202001", "invalid_field body.exec_snapshot.month"},
    {PT_TYPE_EXEC_SNAPSHOT, "body.month", "201812", "invalid_field body.exec_snapshot.month"},
    {PT_TYPE_REGION_FISCAL, "body.month", "201812", "invalid_field body.region_fiscal.month"},
    {PT_TYPE_FUND_CONTROL, "body.fen", NULL, "missing_field body.fund_control.fen"},
    {PT_TYPE_FUND_CONTROL, "body.to_subject", NULL, "missing_field body.fund_control.to_subject"},
    {PT_TYPE_FUND_CONTROL, "body.action", "\"FUND_ACTION_WARN\"",
     "missing_field body.fund_control.reply_due"},
    /* V01 */
    {PT_TYPE_EVALUATION, "body.total_cp", "8902", "sum_mismatch body.evaluation.total_cp"},
    {PT_TYPE_EVALUATION, "body.total_cp", "8901", ""},
    {PT_TYPE_EVALUATION, "body.rating", "\"RATING_EXCELLENT\"",
     "invalid_field body.evaluation.rating"},
    {PT_TYPE_EVALUATION, "body.reviewed", NULL, "missing_field body.evaluation.reviewed"},
    {PT_TYPE_EVALUATION, "body.items[0].weight_cp", "999", "sum_mismatch body.evaluation.items"},
    {PT_TYPE_EVALUATION, "body.items[0].score_cp", "1001",
     "invalid_field body.evaluation.items[0].score_cp; sum_mismatch body.evaluation.total_cp"},
    {PT_TYPE_EVALUATION, "body.goal", NULL, "missing_field body.evaluation.goal"},
    {PT_TYPE_EVALUATION, "body.report_digest", NULL, "missing_field body.evaluation.report_digest"},
    {PT_TYPE_EVALUATION, "body.items[0].part", "\"EVALUATION_PART_OUTPUT\"",
     "invalid_field body.evaluation.items[0].part"},
    {PT_TYPE_EVALUATION, "body.frame", "\"EVALUATION_FRAME_DPOB\"",
     "missing_field body.evaluation.items[0].part; missing_field body.evaluation.items[1].part"},
    {PT_TYPE_EVALUATION, "body.frame", "\"EVALUATION_FRAME_INDICATORS\"",
     "invalid_field body.evaluation.goal; invalid_field body.evaluation.budget_init_fen; "
     "invalid_field body.evaluation.budget_full_fen; invalid_field body.evaluation.paid_fen; "
     "invalid_field body.evaluation.exec_rate_bp; invalid_field body.evaluation.total_cp; "
     "invalid_field body.evaluation.rating; invalid_field body.evaluation.items[0].weight_cp; "
     "invalid_field body.evaluation.items[0].score_cp; invalid_field "
     "body.evaluation.items[1].weight_cp; invalid_field body.evaluation.items[1].score_cp; "
     "missing_field body.evaluation.items[1].target"},
    /* V03 */
    {PT_TYPE_RECTIFICATION, "body.phase", "\"RECTIFICATION_PHASE_PLAN\"",
     "type_not_allowed body.rectification.phase"},
    {PT_TYPE_RECTIFICATION, "body.result", NULL, "missing_field body.rectification.result"},
    /* A02 */
    {PT_TYPE_AUDIT_FIGURE, "body.item", "\"AUDIT_ITEM_INDICATOR\"",
     "missing_field body.audit_figure.indicator; missing_field body.audit_figure.value; "
     "invalid_field body.audit_figure.fen"},
    {PT_TYPE_AUDIT_FIGURE, "body.fen", NULL, "missing_field body.audit_figure.fen"},
    {PT_TYPE_AUDIT_FIGURE, "body.value", "\"1,5\"",
     "invalid_field body.audit_figure.value; invalid_field body.audit_figure.value"},
    /* about the exchange */
    {PT_TYPE_DISCREPANCY, "body.object", "\"V1\"", "invalid_field body.discrepancy.id"},
    {PT_TYPE_DISCREPANCY, "body.figures[0].text", "\"x\"",
     "invalid_field body.discrepancy.figures[0].text"},
    {PT_TYPE_DISCREPANCY, "body.responders", "[\"public\"]",
     "invalid_field body.discrepancy.responders[0]"},
    {PT_TYPE_DISCREPANCY_REPLY, "body.kind", "\"REPLY_KIND_WAIVE\"",
     "type_not_allowed body.discrepancy_reply.kind"},
    {PT_TYPE_DISCREPANCY_REPLY, "body.text", NULL, "missing_field body.discrepancy_reply.text"},
    {PT_TYPE_DISCREPANCY_REPLY, "body.id", "\"AQ==\"", "invalid_field body.discrepancy_reply.id"},
    {PT_TYPE_LEDGER_SNAPSHOT, "body.format", "0", "invalid_field body.ledger_snapshot.format"},
    {PT_TYPE_DISCREPANCY_REPLY, "body.rule", "\"K04\"",
     "invalid_field body.discrepancy_reply.rule"},
    {PT_TYPE_DISCREPANCY_REPLY, "body.sender", "\"audit\"",
     "invalid_field body.discrepancy_reply.sender"},
    {PT_TYPE_RULE_SET, "body.params[0].text", "\"x\"",
     "invalid_field body.rule_set.params[0].value"},
    {PT_TYPE_RULE_SET, "body.params[1].name", "\"k25.yellow_bp\"",
     "invalid_field body.rule_set.params[1].name"},
    {PT_TYPE_WORKDAYS, "body.holidays", "[20200101]", "invalid_field body.workdays.holidays[0]"},
    {PT_TYPE_CODE_TABLE, "body.syntax[0].pattern", "\"*#\"",
     "invalid_field body.code_table.syntax[0].pattern"},
    {PT_TYPE_STREAM_CLOSE, "body.classes[1].reader_class", "\"audit\"",
     "invalid_field body.stream_close.classes[1].reader_class"},
    {PT_TYPE_STREAM_CLOSE, "body.hour", "24", "invalid_field body.stream_close.hour"},
    {PT_TYPE_KEY_CHANGE, "body.retire", "[\"AQ==\"]", "invalid_field body.key_change.retire[0]"},
    {PT_TYPE_POLICY_CHANGE, "body.quorum", "0", "invalid_field body.policy_change.quorum"},
    {PT_TYPE_POLICY_CHANGE, "body.quorum", "2", "invalid_field body.policy_change.quorum"},
    {PT_TYPE_POLICY_CHANGE, "body.clock", NULL, "missing_field body.policy_change.clock"},
    {PT_TYPE_POLICY_CHANGE, "body.replaces", NULL, "missing_field body.policy_change.replaces"},
    {PT_TYPE_POLICY_CHANGE, "body.witnesses[1].counts", NULL,
     "missing_field body.policy_change.witnesses[1].counts"},
    {PT_TYPE_INCIDENT, "body.envelope_b", NULL, "missing_field body.incident.envelope_b"},
    {PT_TYPE_ERASURE, "body.type", "\"Tick\"", "invalid_field body.erasure.type"},
    {PT_TYPE_ERASURE, "body.basis", NULL, "missing_field body.erasure.basis"},
    {PT_TYPE_LIFT, "body.stream", "\"\"", "invalid_field body.lift.stream"},
    {PT_TYPE_TICK, "subject", "{\"kind\":\"SUBJECT_KIND_REGION\",\"key\":\"370100\"}",
     "invalid_field subject.kind"},
    {PT_TYPE_TICK, "subject", "{\"kind\":\"SUBJECT_KIND_NONE\"}", ""},
    {PT_TYPE_TICK, "subject", "{\"kind\":\"SUBJECT_KIND_NONE\",\"key\":\"x\"}",
     "invalid_field subject.key"},
};

Test(validate, every_bad_record_is_named_by_code_and_field) {
    for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        const struct good *g = good_of(bads[i].type);
        json_t *json = good_json(g);
        const char *got;

        if (bads[i].faults == NULL) {
            json_decref(json);
            continue;
        }
        json_patch(json, g, bads[i].path, bads[i].value);
        got = faults_of(json, g->author);
        cr_expect_str_eq(got, bads[i].faults, "%s = %s:\n got  %s\n want %s", bads[i].path,
                         bads[i].value != NULL ? bads[i].value : "(removed)", got, bads[i].faults);
        json_decref(json);
    }
}

Test(validate, only_the_authors_of_a_type_may_write_it) {
    size_t n;
    const struct pt_record_info *rows = pt_record_infos(&n);

    for (size_t i = 0; i < n; i++) {
        const struct good *g = good_of(rows[i].type);
        json_t *json = good_json(g);

        for (int p = PT_PARTY_CONGRESS; p <= PT_PARTY_PUBLIC; p++) {
            bool refused =
                strstr(faults_of(json, (enum pt_party)p), "type_not_allowed body") != NULL;

            /* Finance may write any phase of a rectification, the others VERIFY only. */
            cr_expect_eq(refused, !pt_party_in(rows[i].authors, (enum pt_party)p), "%s by %s",
                         rows[i].code, pt_party_name((enum pt_party)p));
        }
        json_decref(json);
    }
}

static const char *corrected(enum pt_record_type type, const char *correction, const char *party) {
    const struct good *g = good_of(type);
    json_t *json = good_json(g);
    static char text[4096];
    char ref[256];

    (void)snprintf(ref, sizeof(ref),
                   "{\"party\":\"%s\",\"stream\":\"main\",\"seq\":\"1\",\"hash\":" HASH32 "}",
                   party);
    json_patch(json, g, "correction", correction);
    json_patch(json, g, "correction_reason", "\"录入错误\"");
    json_patch(json, g, "corrects", ref);
    (void)snprintf(text, sizeof(text), "%s", faults_of(json, g->author));
    json_decref(json);
    return text;
}

Test(validate, corrections_are_allowed_by_type_and_for_own_records) {
    cr_assert_str_eq(corrected(X01, "\"CORRECTION_REVERSE\"", "finance"), "");
    cr_assert_str_eq(corrected(X01, "\"CORRECTION_REPLACE\"", "finance"),
                     "bad_correction correction");
    cr_assert_str_eq(corrected(X01, "\"CORRECTION_REVERSE\"", "audit"),
                     "bad_correction corrects.party");
    cr_assert_str_eq(corrected(PT_TYPE_CONGRESS_APPROVAL, "\"CORRECTION_REPLACE\"", "congress"),
                     "");
    cr_assert_str_eq(corrected(PT_TYPE_CONGRESS_APPROVAL, "\"CORRECTION_WITHDRAW\"", "congress"),
                     "bad_correction correction");
    cr_assert_str_eq(corrected(PT_TYPE_EVALUATION, "\"CORRECTION_SUPPLEMENT\"", "finance"),
                     "bad_correction correction");
    cr_assert_str_eq(corrected(PT_TYPE_TICK, "\"CORRECTION_REPLACE\"", "hub"),
                     "bad_correction correction");
}

/* What was put out and what it effected weigh 6000 at least, together. */
Test(validate, dpob_weighs_what_was_achieved) {
    static const struct {
        int weights[4];
        const char *want;
    } cases[] = {{{2000, 2000, 3000, 3000}, ""},
                 {{2000, 2000, 6000, 0}, ""},
                 {{1000, 1000, 4000, 4000}, ""},
                 {{2001, 2000, 2999, 3000}, "sum_mismatch body.evaluation.items"},
                 {{5000, 5000, 0, 0}, "sum_mismatch body.evaluation.items"}};
    const struct good *g = NULL;

    for (size_t i = 0; i < n_good_records; i++)
        if (strstr(good_records[i].body, "EVALUATION_FRAME_DPOB") != NULL)
            g = &good_records[i];
    cr_assert_not_null(g);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *json = good_json(g);
        json_t *items = json_object_get(json_object_get(json, "evaluation"), "items");

        for (size_t k = 0; k < 4; k++) {
            json_t *item = json_array_get(items, k);

            json_object_set_new(item, "weight_cp", json_integer(cases[i].weights[k]));
            json_object_set_new(item, "score_cp", json_integer(0));
        }
        json_patch(json, g, "body.total_cp", "0");
        json_patch(json, g, "body.rating", "\"RATING_POOR\"");
        cr_expect_str_eq(faults_of(json, g->author), cases[i].want, "%zu", i);
        json_decref(json);
    }
}

/* The organization department adds to finance's records of who is responsible, and to those alone
 * what it added it corrects itself. */
Test(validate, organization_supplements_responsible_persons) {
    static const struct {
        const char *correction;
        const char *party;
        const char *want;
    } cases[] = {
        {"\"CORRECTION_SUPPLEMENT\"", "finance", ""},
        {"\"CORRECTION_SUPPLEMENT\"", "organization", ""},
        {"\"CORRECTION_SUPPLEMENT\"", "audit", "bad_correction corrects.party"},
        {"\"CORRECTION_REPLACE\"", "finance", "bad_correction corrects.party"},
        {"\"CORRECTION_REPLACE\"", "organization", ""},
        {"\"CORRECTION_WITHDRAW\"", "organization", ""},
        {"\"CORRECTION_NONE\"", NULL, "type_not_allowed correction"},
    };
    const struct good *g = good_of(PT_TYPE_RESPONSIBLE_PERSON);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *json = good_json(g);
        char ref[256];

        json_patch(json, g, "correction", cases[i].correction);
        if (cases[i].party != NULL) {
            (void)snprintf(ref, sizeof(ref),
                           "{\"party\":\"%s\",\"stream\":\"main\",\"seq\":\"1\",\"hash\":" HASH32
                           "}",
                           cases[i].party);
            json_patch(json, g, "correction_reason", "\"调离\"");
            json_patch(json, g, "corrects", ref);
        }
        cr_expect_str_eq(faults_of(json, PT_PARTY_ORGANIZATION), cases[i].want, "%zu: %s", i,
                         faults_of(json, PT_PARTY_ORGANIZATION));
        json_decref(json);
    }
}

Test(validate, a_withdrawal_needs_no_body) {
    const struct good *g = good_of(PT_TYPE_EVALUATION);
    json_t *json = good_json(g);

    json_patch(json, g, "correction", "\"CORRECTION_WITHDRAW\"");
    json_patch(json, g, "correction_reason", "\"重复\"");
    json_patch(json, g, "corrects", REF("finance"));
    json_object_set_new(json, "evaluation", json_object());
    cr_assert_str_eq(faults_of(json, g->author), "");
    json_decref(json);
}

Test(validate, a_record_without_body_is_refused) {
    json_t *json = good_json(good_of(X01));

    json_object_del(json, "payment_batch");
    cr_assert_str_eq(faults_of(json, PT_PARTY_FINANCE), "missing_field body");
    json_decref(json);
}

Test(validate, payments_have_500_lines_at_most_and_faults_stop_at_the_cap) {
    const struct good *g = good_of(X01);
    json_t *json = good_json(g);
    json_t *lines = json_object_get(json_object_get(json, "payment_batch"), "lines");
    struct pt_arena arena;
    struct pt_faults faults;
    struct pt_codes *codes = codes_cn();

    for (size_t i = 2; i < 500; i++) {
        json_array_append_new(lines, json_object());
    }
    pt_arena_init(&arena, 16 << 20);
    pt_faults_init(&faults, &arena);
    faults.max = 10;
    cr_assert_neq(
        pt_record_validate(record_of(json, &arena), codes, PT_PARTY_FINANCE, RECEIVED_MS, &faults),
        0);
    cr_assert_eq(faults.count, 10);
    cr_assert(faults.more);
    json_array_append_new(lines, json_object());
    cr_assert_eq(
        strncmp(faults_of(json, PT_PARTY_FINANCE), "too_large body.payment_batch.lines;", 34), 0);
    json_decref(json);
    pt_arena_done(&arena);
    pt_codes_free(codes);
}

Test(validate, sums_beyond_64_bits_are_faults_not_overflows) {
    const struct good *g = good_of(X01);
    json_t *json = good_json(g);

    json_patch(json, g, "body.lines[0].fen", "\"9223372036854775807\"");
    json_patch(json, g, "body.lines[1].fen", "\"9223372036854775807\"");
    json_patch(json, g, "body.lines[1].op", "\"PAYMENT_OP_PAY\"");
    cr_assert_str_eq(faults_of(json, PT_PARTY_FINANCE),
                     "invalid_field body.payment_batch.lines[0].fen; invalid_field "
                     "body.payment_batch.lines[1].fen; sum_mismatch body.payment_batch.sum_fen");
    json_patch(json, g, "body.lines[0].fen", "\"9000000000000000\"");
    json_patch(json, g, "body.lines[1].fen", "\"9000000000000000\"");
    json_patch(json, g, "body.sum_fen", "\"18000000000000000\"");
    cr_assert_str_eq(faults_of(json, PT_PARTY_FINANCE), "", "the largest amounts");
    json_patch(json, g, "body.lines[1].fen", "\"9000000000000001\"");
    json_patch(json, g, "body.sum_fen", "\"18000000000000001\"");
    cr_assert_str_eq(faults_of(json, PT_PARTY_FINANCE),
                     "invalid_field body.payment_batch.lines[1].fen");
    json_decref(json);
}

Test(validate, codes_follow_the_table_of_the_records_year) {
    const struct good *g = good_of(X01);
    json_t *json = good_json(g);
    struct pt_codes *codes = codes_cn();
    struct pt_arena arena;
    struct pt_faults faults;
    ProtobufCMessage *table = NULL;
    const char *text =
        "{\"family\":\"cn\",\"kind\":\"CODE_KIND_FUNCTION\",\"year\":2019,\"entries\":"
        "[{\"code\":\"2120303\",\"name\":\"小城镇基础设施建设\"}]}";

    pt_arena_init(&arena, 4 << 20);
    cr_assert_eq(pt_json_decode(&pentad__v1__code_table__descriptor, pt_span_str(text), &arena,
                                &table, NULL),
                 0);
    cr_assert_eq(pt_codes_apply(codes, (const Pentad__V1__CodeTable *)table, NULL), 0);
    pt_faults_init(&faults, &arena);
    cr_assert_eq(
        pt_record_validate(record_of(json, &arena), codes, PT_PARTY_FINANCE, RECEIVED_MS, &faults),
        PT_E_CODE);
    cr_assert_eq(faults.count, 1);
    cr_assert_str_eq(faults.v[0].field, "body.payment_batch.lines[1].func");
    json_patch(json, g, "fiscal_year", "2018"); /* no table in force: syntax only */
    pt_faults_init(&faults, &arena);
    cr_assert_eq(
        pt_record_validate(record_of(json, &arena), codes, PT_PARTY_FINANCE, RECEIVED_MS, &faults),
        0);
    json_decref(json);
    pt_arena_done(&arena);
    pt_codes_free(codes);
}

Test(validate, open_codes_take_any_bodys_own) {
    const struct good *g = good_of(X01);
    json_t *json = good_json(g);
    struct pt_codes *codes = NULL;
    struct pt_arena arena;
    struct pt_faults faults;

    cr_assert_eq(pt_codes_new("open", &codes, NULL), 0);
    json_patch(json, g, "subject.key", "\"001-098\"");
    json_patch(json, g, "body.lines[0].subject", "\"001/098/23100/62200\"");
    json_patch(json, g, "body.lines[0].payee_uscc", "\"B97817001\"");
    json_patch(json, g, "body.lines[0].func", "\"23270\"");
    json_patch(json, g, "body.lines[0].econ_d", "\"22203\"");
    pt_arena_init(&arena, 1 << 20);
    pt_faults_init(&faults, &arena);
    cr_assert_eq(
        pt_record_validate(record_of(json, &arena), codes, PT_PARTY_FINANCE, RECEIVED_MS, &faults),
        0);
    json_patch(json, g, "body.lines[0].func", "\"232 70\"");
    cr_assert_eq(
        pt_record_validate(record_of(json, &arena), codes, PT_PARTY_FINANCE, RECEIVED_MS, &faults),
        PT_E_FIELD);
    cr_assert_str_eq(faults.v[0].field, "body.payment_batch.lines[0].func");
    json_decref(json);
    pt_arena_done(&arena);
    pt_codes_free(codes);
}

Test(validate, rating_bands) {
    cr_assert_eq(pt_rating_band(9000), PENTAD__V1__RATING__RATING_EXCELLENT);
    cr_assert_eq(pt_rating_band(8999), PENTAD__V1__RATING__RATING_GOOD);
    cr_assert_eq(pt_rating_band(8000), PENTAD__V1__RATING__RATING_GOOD);
    cr_assert_eq(pt_rating_band(7999), PENTAD__V1__RATING__RATING_FAIR);
    cr_assert_eq(pt_rating_band(5999), PENTAD__V1__RATING__RATING_POOR);
}
