#include <pentad/base/err.h>
#include <pentad/base/money.h>

#include "checks.h"

/* B03 人大批准 */
enum { APPROVAL_LINES_MAX = 50000 };

static const struct field_check approval_line_rows[] = {
    REQ(1, ENUM),
    OPT(2, CODE, OF(FUNCTION)),
    OPT(3, CODE, OF(BODY)),
    OPT(4, KEY),
    REQ(5, FEN),
    REQ(6, ENUM),
    OPT(7, TEXT, CHARS(100)),
    OPT(8, INT, RANGE(0, INT32_MAX)),
    OPT(9, CODE, OF(ECON_DEP)),
    OPT(10, ENUM),
};

static void approval_line_cross(struct checking *c, const struct path *at,
                                const ProtobufCMessage *msg) {
    const Pentad__V1__ApprovalLine *l = (const Pentad__V1__ApprovalLine *)msg;

    if (l->func == NULL && l->dept == NULL && l->subject == NULL) {
        pt_check_missing(c, at, "func", "where neither dept nor subject stands");
    }
}
static MSG_CHECKS(approval_line, approval_line_rows, approval_line_cross);

static const struct field_check congress_approval_rows[] = {
    REQ(1, ENUM),
    REQ(2, DATE),
    REQ(3, MSG, SUB(checks_approval_line), ITEMS(APPROVAL_LINES_MAX)),
    REQ(4, SIGNED),
};

static void congress_approval_cross(struct checking *c, const struct path *at,
                                    const ProtobufCMessage *msg) {
    const Pentad__V1__CongressApproval *a = (const Pentad__V1__CongressApproval *)msg;
    bool adjust = a->kind == PENTAD__V1__APPROVAL_KIND__APPROVAL_KIND_ADJUST;
    int64_t sum = 0;
    int rc = 0;

    for (size_t i = 0; i < a->n_lines && rc == 0; i++) {
        const Pentad__V1__ApprovalLine *l = a->lines[i];
        const struct path here = {at, "lines", i};

        if (l->has_op && !adjust) {
            pt_check_fault(c, PT_E_FIELD, &here, "op", "may stand in an ADJUST only");
        }
        if (l->fen < 0) {
            return; /* said so already */
        }
        rc = pt_money_add(&sum,
                          l->op == PENTAD__V1__APPROVAL_OP__APPROVAL_OP_REDUCE ? -l->fen : l->fen);
    }
    if (a->has_total_fen) {
        pt_check_total(c, at, "total_fen", "the lines", a->total_fen, sum, rc);
    }
}
MSG_CHECKS(congress_approval, congress_approval_rows, congress_approval_cross);

/* N01 人大监督意见 */
static const struct field_check congress_opinion_rows[] = {
    REQ(1, ENUM), REQ(2, TEXT, CHARS(2000)), OPT(3, DATE), REQ(4, TEXT, CHARS(64)), OPT(5, ENUM),
    OPT(6, ANY),
};
MSG_CHECKS(congress_opinion, congress_opinion_rows, NULL);

/* B02 人大签收 */
static const struct field_check congress_receipt_rows[] = {
    REQ(1, REF),
    REQ(2, DATE),
    REQ(3, ANY),
    OPT(4, TEXT, CHARS(200), ITEMS(200)),
};

static void congress_receipt_cross(struct checking *c, const struct path *at,
                                   const ProtobufCMessage *msg) {
    const Pentad__V1__CongressReceipt *r = (const Pentad__V1__CongressReceipt *)msg;

    if (!r->has_complete) {
        return;
    }
    if (r->complete && r->n_missing > 0) {
        pt_check_fault(c, PT_E_FIELD, at, "missing", "can't stand in a complete receipt");
    } else if (!r->complete && r->n_missing == 0) {
        pt_check_missing(c, at, "missing", "where complete is false");
    }
}
MSG_CHECKS(congress_receipt, congress_receipt_rows, congress_receipt_cross);
