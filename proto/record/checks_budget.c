#include <inttypes.h>
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
    if (rc != 0) {
        pt_check_fault(c, PT_E_SUM, at, "sum_fen", "can't be: the lines add up beyond 64 bits");
    } else if (p->has_sum_fen && p->sum_fen != sum) {
        pt_check_fault(c, PT_E_SUM, at, "sum_fen",
                       "is %" PRId64 ", but the lines add up to %" PRId64, p->sum_fen, sum);
    }
}
MSG_CHECKS(payment_batch, payment_batch_rows, payment_batch_cross);

/* X02 执行月报 */
static const struct field_check exec_snapshot_rows[] = {
    REQ(1, MONTH), REQ(2, FEN), REQ(3, FEN), OPT(4, FEN), OPT(5, FEN),
};
MSG_CHECKS(exec_snapshot, exec_snapshot_rows, NULL);

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
