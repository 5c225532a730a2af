#include <pentad/base/err.h>

#include "checks.h"

/* A02 审计认定数 */
static const struct field_check audit_figure_rows[] = {
    REQ(1, ENUM),    OPT(2, TEXT, CHARS(64)),  OPT(3, FEN),
    OPT(4, DECIMAL), OPT(5, TEXT, CHARS(500)), REQ(6, TEXT, CHARS(100)),
};

static void audit_figure_cross(struct checking *c, const struct path *at,
                               const ProtobufCMessage *msg) {
    const Pentad__V1__AuditFigure *a = (const Pentad__V1__AuditFigure *)msg;

    if (!a->has_item) {
        return;
    }
    if (a->item == PENTAD__V1__AUDIT_ITEM__AUDIT_ITEM_INDICATOR) {
        if (a->indicator == NULL) {
            pt_check_missing(c, at, "indicator", "for INDICATOR");
        }
        if (a->value == NULL) {
            pt_check_missing(c, at, "value", "for INDICATOR");
        }
        if (a->has_fen) {
            pt_check_fault(c, PT_E_FIELD, at, "fen", "can't stand in an INDICATOR");
        }
        return;
    }
    if (!a->has_fen) {
        pt_check_missing(c, at, "fen", "except for INDICATOR");
    }
    if (a->value != NULL) {
        pt_check_fault(c, PT_E_FIELD, at, "value", "may stand in an INDICATOR only");
    }
    if (a->indicator != NULL) {
        pt_check_fault(c, PT_E_FIELD, at, "indicator", "may stand in an INDICATOR only");
    }
}
MSG_CHECKS(audit_figure, audit_figure_rows, audit_figure_cross);

/* A03 审计发现 */
static const struct field_check audit_finding_rows[] = {
    REQ(1, TEXT, CHARS(64)),
    REQ(2, TEXT, CHARS(100)),
    REQ(3, ENUM),
    REQ(4, ENUM),
    REQ(5, CODE, OF(BODY)),
    OPT(6, FEN),
    REQ(7, ENUM),
    REQ(8, TEXT, CHARS(2000)),
    OPT(9, TEXT, CHARS(500)),
    REQ(10, DATE),
};
MSG_CHECKS(audit_finding, audit_finding_rows, NULL);

/* A04 整改核查 */
static const struct field_check audit_verify_rows[] = {
    REQ(1, REF), REQ(2, DATE), REQ(3, ENUM), OPT(4, FEN), OPT(5, REF, ITEMS(100)),
};
MSG_CHECKS(audit_verify, audit_verify_rows, NULL);

/* A01 审计计划 */
static const struct field_check audit_plan_rows[] = {
    REQ(1, DATE),
    OPT(2, MSG, SUB(checks_sealed)),
    OPT(3, REF),
    OPT(4, BYTES, RANGE(16, 16)),
    OPT(11, TEXT, CHARS(200)),
    OPT(12, ENUM, ITEMS(10)),
    OPT(13, SUBJECT, ITEMS(1000)),
    OPT(14, DATE),
    OPT(15, DATE),
};

static void audit_plan_cross(struct checking *c, const struct path *at,
                             const ProtobufCMessage *msg) {
    static const char *const content[] = {"title", "focus", NULL};

    pt_check_sealed(c, at, msg, content);
}
MSG_CHECKS(audit_plan, audit_plan_rows, audit_plan_cross);

/* A05 经责审计结论 */
static const struct field_check econ_resp_audit_rows[] = {
    OPT(2, MSG, SUB(checks_sealed)),
    OPT(11, BYTES, HASH),
    OPT(12, TEXT, CHARS(100)),
    OPT(13, DATE),
    OPT(14, DATE),
    OPT(15, INT, CP),
    OPT(16, TEXT, CHARS(2000)),
    OPT(17, REF, ITEMS(200)),
};

static void econ_resp_audit_cross(struct checking *c, const struct path *at,
                                  const ProtobufCMessage *msg) {
    static const char *const content[] = {"person_token", "post", "period_from", "period_to", NULL};

    pt_check_sealed(c, at, msg, content);
}
MSG_CHECKS(econ_resp_audit, econ_resp_audit_rows, econ_resp_audit_cross);
