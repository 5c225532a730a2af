#include <pentad/base/err.h>

#include "checks.h"

/* S01 第三方机构及委托 */
static const struct field_check engagement_rows[] = {
    OPT(1, SUBJECT),         OPT(2, ENUM),           OPT(3, ENUM),
    REQ(4, CODE, OF(BODY)),  REQ(5, CODE, OF(BODY)), OPT(6, FEN),
    OPT(7, TEXT, CHARS(64)),
};

static void engagement_cross(struct checking *c, const struct path *at,
                             const ProtobufCMessage *msg) {
    const Pentad__V1__Engagement *e = (const Pentad__V1__Engagement *)msg;

    if (e->has_eval_kind == e->has_ex_ante_kind) {
        pt_check_fault(c, PT_E_FIELD, at, "eval_kind", "or ex_ante_kind must stand, and only one");
    }
}
static MSG_CHECKS(engagement, engagement_rows, engagement_cross);

static const struct field_check third_party_rows[] = {
    REQ(1, CODE, OF(USCC)),
    REQ(2, TEXT, CHARS(100)),
    OPT(3, MSG, SUB(checks_engagement)),
    OPT(4, INT, CP),
    OPT(5, ANY),
};
MSG_CHECKS(third_party, third_party_rows, NULL);

/* S02 专家 */
static const struct field_check expert_rows[] = {
    REQ(1, BYTES, HASH),      REQ(2, TEXT, CHARS(60)),  REQ(3, TEXT, CHARS(60)),
    REQ(4, TEXT, CHARS(100)), OPT(5, TEXT, CHARS(100)), OPT(6, CODE, OF(BODY), ITEMS(50)),
};
MSG_CHECKS(expert, expert_rows, NULL);

/* S03 信息公开 */
static const struct field_check disclosed_figure_rows[] = {
    REQ(1, TEXT, CHARS(60)),
    OPT(2, SIGNED),
    OPT(3, INT, RANGE(INT32_MIN, INT32_MAX)),
    OPT(4, INT, RANGE(INT32_MIN, INT32_MAX)),
};

static void disclosed_figure_cross(struct checking *c, const struct path *at,
                                   const ProtobufCMessage *msg) {
    const Pentad__V1__DisclosedFigure *f = (const Pentad__V1__DisclosedFigure *)msg;

    if ((int)f->has_fen + (int)f->has_cp + (int)f->has_bp != 1) {
        pt_check_fault(c, PT_E_FIELD, at, "fen", "or cp or bp must stand, and only one");
    }
}
static MSG_CHECKS(disclosed_figure, disclosed_figure_rows, disclosed_figure_cross);

static const struct field_check disclosure_rows[] = {
    REQ(1, REF),
    OPT(2, MSG, SUB(checks_disclosed_figure)),
    REQ(3, TEXT, CHARS(500)),
    REQ(4, DATE),
    REQ(5, BYTES, HASH),
};
MSG_CHECKS(disclosure, disclosure_rows, NULL);

/* S04 公众意见 */
static const struct field_check public_feedback_rows[] = {
    REQ(1, TEXT, CHARS(60)),   REQ(2, DATE), REQ(3, TEXT, CHARS(2000)),
    OPT(4, TEXT, CHARS(2000)), OPT(5, DATE),
};

static void public_feedback_cross(struct checking *c, const struct path *at,
                                  const ProtobufCMessage *msg) {
    const Pentad__V1__PublicFeedback *f = (const Pentad__V1__PublicFeedback *)msg;

    if (f->has_replied_on && f->has_received_on && f->replied_on < f->received_on) {
        pt_check_fault(c, PT_E_FIELD, at, "replied_on", "is before received_on");
    }
}
MSG_CHECKS(public_feedback, public_feedback_rows, public_feedback_cross);

/* S05 制度文件 */
static const struct field_check institution_doc_rows[] = {
    REQ(1, ENUM), REQ(2, TEXT, CHARS(200)), REQ(3, CODE, OF(BODY)), REQ(4, DATE),
    OPT(5, DATE), OPT(6, BYTES, HASH),
};

static void institution_doc_cross(struct checking *c, const struct path *at,
                                  const ProtobufCMessage *msg) {
    const Pentad__V1__InstitutionDoc *d = (const Pentad__V1__InstitutionDoc *)msg;

    if (d->has_valid_from && d->has_valid_to && d->valid_to < d->valid_from) {
        pt_check_fault(c, PT_E_FIELD, at, "valid_to", "is before valid_from");
    }
}
MSG_CHECKS(institution_doc, institution_doc_rows, institution_doc_cross);
