#include <string.h>

#include <pentad/base/err.h>
#include <pentad/base/money.h>

#include "checks.h"

/* B04 预算指标 */
static const struct field_check tranche_rows[] = {
    REQ(1, INT, RANGE(1, 1000)),
    REQ(2, INT, RANGE(1, 1000)),
    OPT(3, DATE),
};

static void tranche_cross(struct checking *c, const struct path *at, const ProtobufCMessage *msg) {
    const Pentad__V1__Tranche *t = (const Pentad__V1__Tranche *)msg;

    if (t->has_no && t->has_of && t->no > t->of) {
        pt_check_fault(c, PT_E_FIELD, at, "no", "is %d of %d", t->no, t->of);
    }
}
static MSG_CHECKS(tranche, tranche_rows, tranche_cross);

static const struct field_check allotment_links_rows[] = {
    OPT(1, REF),
    OPT(2, REF),
    OPT(3, REF),
};
static MSG_CHECKS(allotment_links, allotment_links_rows, NULL);

static const struct field_check allotment_rows[] = {
    REQ(1, ENUM),
    REQ(2, TEXT, CHARS(64)),
    REQ(3, CODE, OF(BODY)),
    OPT(4, CODE, OF(BODY)),
    REQ(5, ENUM),
    REQ(6, CODE, OF(FUNCTION)),
    OPT(7, CODE, OF(ECON_GOV)),
    OPT(8, CODE, OF(ECON_DEP)),
    REQ(9, YEAR),
    REQ(10, FEN),
    REQ(11, ANY),
    OPT(12, MSG, SUB(checks_tranche)),
    OPT(13, CODE, OF(REGION)),
    REQ(14, DATE),
    OPT(15, REF),
    OPT(16, MSG, SUB(checks_allotment_links)),
    REQ(17, TEXT, CHARS(100)),
    OPT(18, TEXT, CHARS(100)),
    OPT(19, REF),
    OPT(20, ENUM),
};

static void allotment_cross(struct checking *c, const struct path *at,
                            const ProtobufCMessage *msg) {
    const Pentad__V1__Allotment *a = (const Pentad__V1__Allotment *)msg;

    if (!a->has_kind) {
        return;
    }
    if (a->kind == PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_TRANSFER && a->to_rgn == NULL) {
        pt_check_missing(c, at, "to_rgn", "for a TRANSFER");
    }
    if (a->absorbs != NULL && a->kind != PENTAD__V1__ALLOTMENT_KIND__ALLOTMENT_KIND_INITIAL) {
        pt_check_fault(c, PT_E_FIELD, at, "absorbs", "may stand in an INITIAL only");
    }
}
MSG_CHECKS(allotment, allotment_rows, allotment_cross);

/* X01 国库支付 */
static const struct field_check payment_line_rows[] = {
    REQ(1, TEXT, CHARS(64)),
    REQ(2, KEY),
    OPT(3, TEXT, CHARS(64)),
    REQ(4, ENUM),
    REQ(5, CODE, OF(FUNCTION)),
    OPT(6, CODE, OF(ECON_DEP)),
    REQ(7, YEAR),
    REQ(8, FEN),
    REQ(9, ENUM),
    OPT(10, CODE, OF(USCC)),
    OPT(11, BYTES, HASH),
    OPT(12, TEXT, CHARS(100)),
    OPT(13, TEXT, CHARS(60)),
    OPT(14, TEXT, CHARS(100)),
    OPT(15, ENUM),
};

static void payment_line_cross(struct checking *c, const struct path *at,
                               const ProtobufCMessage *msg) {
    const Pentad__V1__PaymentLine *l = (const Pentad__V1__PaymentLine *)msg;

    if (l->payee_uscc != NULL && l->has_payee_token) {
        pt_check_fault(c, PT_E_FIELD, at, "payee_token", "can't stand beside payee_uscc");
    }
}
static MSG_CHECKS(payment_line, payment_line_rows, payment_line_cross);

static const struct field_check payment_batch_rows[] = {
    REQ(1, DATE),
    OPT(2, ENUM),
    REQ(3, MSG, SUB(checks_payment_line), ITEMS(PT_PAYMENT_LINES_MAX)),
    REQ(4, SIGNED),
};

static void payment_batch_cross(struct checking *c, const struct path *at,
                                const ProtobufCMessage *msg) {
    const Pentad__V1__PaymentBatch *p = (const Pentad__V1__PaymentBatch *)msg;
    int64_t sum = 0;
    int rc = 0;

    for (size_t i = 0; i < p->n_lines && rc == 0; i++) {
        const Pentad__V1__PaymentLine *l = p->lines[i];

        if (l->fen < 0) {
            return; /* said so already */
        }
        rc = pt_money_add(&sum,
                          l->op == PENTAD__V1__PAYMENT_OP__PAYMENT_OP_REFUND ? -l->fen : l->fen);
    }
    if (p->has_sum_fen) {
        pt_check_total(c, at, "sum_fen", "the lines", p->sum_fen, sum, rc);
    }
}
MSG_CHECKS(payment_batch, payment_batch_rows, payment_batch_cross);

/* X02 执行月报 */
static const struct field_check exec_snapshot_rows[] = {
    REQ(1, MONTH), REQ(2, FEN), REQ(3, FEN), OPT(4, FEN), OPT(5, FEN),
};

static void month_of_year(struct checking *c, const struct path *at, bool has, int32_t month) {
    if (has && c->rec->has_fiscal_year && month / 100 != c->rec->fiscal_year) {
        pt_check_fault(c, PT_E_FIELD, at, "month", "is not in fiscal_year %d", c->rec->fiscal_year);
    }
}

static void exec_snapshot_cross(struct checking *c, const struct path *at,
                                const ProtobufCMessage *msg) {
    const Pentad__V1__ExecSnapshot *s = (const Pentad__V1__ExecSnapshot *)msg;

    month_of_year(c, at, s->has_month, s->month);
}
MSG_CHECKS(exec_snapshot, exec_snapshot_rows, exec_snapshot_cross);

/* X04 资金管控 */
static const struct field_check fund_control_rows[] = {
    REQ(1, ENUM),    REQ(2, CODE, OF(BODY)),    OPT(3, FEN),
    OPT(4, SUBJECT), REQ(5, TEXT, CHARS(1000)), OPT(6, REF, ITEMS(100)),
    OPT(7, DATE),
};

static void fund_control_cross(struct checking *c, const struct path *at,
                               const ProtobufCMessage *msg) {
    const Pentad__V1__FundControl *f = (const Pentad__V1__FundControl *)msg;
    bool reallocate = f->action == PENTAD__V1__FUND_ACTION__FUND_ACTION_REALLOCATE;
    bool recover = f->action == PENTAD__V1__FUND_ACTION__FUND_ACTION_RECOVER;

    if ((reallocate || recover) && !f->has_fen) {
        pt_check_missing(c, at, "fen", reallocate ? "for REALLOCATE" : "for RECOVER");
    }
    if (reallocate && f->to_subject == NULL) {
        pt_check_missing(c, at, "to_subject", "for REALLOCATE");
    }
    if (f->action == PENTAD__V1__FUND_ACTION__FUND_ACTION_WARN && !f->has_reply_due) {
        pt_check_missing(c, at, "reply_due", "for WARN");
    }
}
MSG_CHECKS(fund_control, fund_control_rows, fund_control_cross);

/* B01 报送人大材料 */
static const struct field_check submission_line_rows[] = {
    REQ(1, ENUM), OPT(2, CODE, OF(FUNCTION)), OPT(3, CODE, OF(BODY)), OPT(4, KEY), REQ(5, FEN),
    OPT(6, ENUM),
};

static void submission_line_cross(struct checking *c, const struct path *at,
                                  const ProtobufCMessage *msg) {
    const Pentad__V1__SubmissionLine *l = (const Pentad__V1__SubmissionLine *)msg;

    if (l->func == NULL && l->dept == NULL && l->subject == NULL) {
        pt_check_missing(c, at, "func", "where neither dept nor subject stands");
    }
}
static MSG_CHECKS(submission_line, submission_line_rows, submission_line_cross);

enum { SUBMISSION_ITEMS_MAX = 50000 };

static const struct field_check congress_submission_rows[] = {
    REQ(1, ENUM),
    REQ(2, TEXT, CHARS(100)),
    OPT(3, DATE),
    OPT(4, REF, ITEMS(SUBMISSION_ITEMS_MAX)),
    OPT(5, REF, ITEMS(SUBMISSION_ITEMS_MAX)),
    OPT(6, MSG, SUB(checks_submission_line), ITEMS(SUBMISSION_ITEMS_MAX)),
};

static void congress_submission_cross(struct checking *c, const struct path *at,
                                      const ProtobufCMessage *msg) {
    const Pentad__V1__CongressSubmission *s = (const Pentad__V1__CongressSubmission *)msg;
    const Pentad__V1__Subject *subject = c->rec->subject;
    bool region = subject != NULL && subject->kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION;

    if (c->rec->n_attachments == 0) {
        pt_check_missing(c, NULL, "attachments", "at least once: the files that are submitted");
    }
    if (!s->has_kind) {
        return;
    }
    if (s->kind == PENTAD__V1__SUBMISSION_KIND__SUBMISSION_KIND_DRAFT_INIT && !s->has_session_on) {
        pt_check_missing(c, at, "session_on", "for DRAFT_INIT");
    }
    if (!region && s->kind != PENTAD__V1__SUBMISSION_KIND__SUBMISSION_KIND_DEPT_OVERALL) {
        pt_check_fault(c, PT_E_FIELD, NULL, "subject.kind",
                       "must be REGION unless the submission is DEPT_OVERALL");
    }
}
MSG_CHECKS(congress_submission, congress_submission_rows, congress_submission_cross);

/* B05 结转结余 */
static const struct field_check carry_over_rows[] = {
    REQ(1, CODE, OF(BODY)), REQ(2, ENUM), REQ(3, YEAR), REQ(4, FEN), REQ(5, ENUM), REQ(6, DATE),
};

static void carry_over_cross(struct checking *c, const struct path *at,
                             const ProtobufCMessage *msg) {
    const Pentad__V1__CarryOver *o = (const Pentad__V1__CarryOver *)msg;

    if (!o->has_as_of || !c->rec->has_fiscal_year) {
        return;
    }
    if (o->as_of != (int64_t)c->rec->fiscal_year * 10000 + 1231) {
        pt_check_fault(c, PT_E_FIELD, at, "as_of", "must be the last day of fiscal_year %d",
                       c->rec->fiscal_year);
    }
    if (o->has_fund_year && o->fund_year > c->rec->fiscal_year) {
        pt_check_fault(c, PT_E_FIELD, at, "fund_year", "is after the year that ended");
    }
}
MSG_CHECKS(carry_over, carry_over_rows, carry_over_cross);

/* X03 绩效运行监控 */
static const struct field_check monitor_indicator_rows[] = {
    REQ(1, TEXT, CHARS(64)),
    OPT(2, TEXT, CHARS(100)),
    OPT(3, INT, RANGE(0, 1000000)),
    OPT(4, ENUM),
};
static MSG_CHECKS(monitor_indicator, monitor_indicator_rows, NULL);

static const struct field_check monitor_report_rows[] = {
    REQ(1, ENUM),
    REQ(2, DATE),
    REQ(3, FEN),
    OPT(4, MSG, SUB(checks_monitor_indicator), ITEMS(200)),
    OPT(5, TEXT, CHARS(500), ITEMS(50)),
    REQ(6, FEN),
    OPT(7, TEXT, CHARS(1000)),
    OPT(8, TEXT, CHARS(1000)),
    REQ(9, ENUM),
};
MSG_CHECKS(monitor_report, monitor_report_rows, NULL);

/* X05 区域财政运行 */
static const struct field_check kind_fiscal_rows[] = {
    REQ(1, ENUM),
    REQ(2, FEN),
    REQ(3, FEN),
};
static MSG_CHECKS(kind_fiscal, kind_fiscal_rows, NULL);

static const struct field_check debt_position_rows[] = {
    REQ(1, ENUM),
    REQ(2, FEN),
    REQ(3, FEN),
};
static MSG_CHECKS(debt_position, debt_position_rows, NULL);

static const struct field_check treasury_cash_rows[] = {
    REQ(1, FEN),
    OPT(2, FEN),
    OPT(3, INT, BP),
    OPT(4, FEN),
};
static MSG_CHECKS(treasury_cash, treasury_cash_rows, NULL);

static const struct field_check livelihood_standard_rows[] = {
    REQ(1, TEXT, CHARS(100)),
    REQ(2, FEN),
    REQ(3, FEN),
    OPT(4, TEXT, CHARS(100)),
};
static MSG_CHECKS(livelihood_standard, livelihood_standard_rows, NULL);

static const struct field_check region_fiscal_rows[] = {
    REQ(1, MONTH),
    REQ(2, FEN),
    REQ(3, FEN),
    REQ(4, FEN),
    REQ(5, FEN),
    OPT(6, MSG, SUB(checks_kind_fiscal), ITEMS(6)),
    OPT(7, FEN),
    OPT(8, FEN),
    OPT(9, MSG, SUB(checks_debt_position), ITEMS(2)),
    OPT(10, MSG, SUB(checks_treasury_cash)),
    OPT(11, FEN),
    OPT(12, MSG, SUB(checks_livelihood_standard), ITEMS(200)),
    OPT(13, FEN),
    OPT(14, FEN),
};

static void region_fiscal_cross(struct checking *c, const struct path *at,
                                const ProtobufCMessage *msg) {
    const Pentad__V1__RegionFiscal *r = (const Pentad__V1__RegionFiscal *)msg;
    int64_t sum = 0;
    int rc;

    month_of_year(c, at, r->has_month, r->month);
    if (!r->has_gpb_rev_fen || !r->has_tax_rev_fen || !r->has_nontax_rev_fen) {
        return;
    }
    rc = pt_money_add(&sum, r->tax_rev_fen);
    rc = rc != 0 ? rc : pt_money_add(&sum, r->nontax_rev_fen);
    pt_check_total(c, at, "gpb_rev_fen", "tax_rev_fen and nontax_rev_fen", r->gpb_rev_fen, sum, rc);
}
MSG_CHECKS(region_fiscal, region_fiscal_rows, region_fiscal_cross);

/* X06 业务关联事实 */
static const struct field_check biz_fact_rows[] = {
    REQ(1, ENUM),
    REQ(2, TEXT, CHARS(64)),
    REQ(3, CODE, OF(BODY)),
    OPT(4, CODE, OF(USCC)),
    REQ(5, FEN),
    OPT(6, DATE),
};
MSG_CHECKS(biz_fact, biz_fact_rows, NULL);
