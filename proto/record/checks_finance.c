#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/err.h>
#include <pentad/base/money.h>

#include "checks.h"

/* P01 机构档案 */
static const struct field_check org_profile_rows[] = {
    OPT(1, CODE, OF(USCC)),
    REQ(2, TEXT, CHARS(100)),
    OPT(3, TEXT, CHARS(30)),
    REQ(4, ENUM),
    REQ(5, CODE, OF(REGION)),
    OPT(6, CODE, OF(BODY)),
    REQ(7, CODE, OF(BUNIT)),
    OPT(8, YEAR),
    OPT(9, FEN),
    OPT(10, INT, RANGE(0, 100000)),
    REQ(11, DATE),
    OPT(12, DATE),
};

static void org_profile_cross(struct checking *c, const struct path *at,
                              const ProtobufCMessage *msg) {
    const Pentad__V1__OrgProfile *p = (const Pentad__V1__OrgProfile *)msg;

    if (p->has_level && p->level == PENTAD__V1__ORG_LEVEL__ORG_LEVEL_UNIT && p->parent == NULL) {
        pt_check_missing(c, at, "parent", "for a UNIT");
    }
    if (p->has_active_from && p->has_active_to && p->active_to < p->active_from) {
        pt_check_fault(c, PT_E_FIELD, at, "active_to", "is before active_from");
    }
}
MSG_CHECKS(org_profile, org_profile_rows, org_profile_cross);

/* P02 事项档案 */
static const struct field_check source_split_rows[] = {
    REQ(1, ENUM),
    REQ(2, FEN),
};
static MSG_CHECKS(source_split, source_split_rows, NULL);

static const struct field_check subject_profile_rows[] = {
    OPT(1, TEXT, CHARS(64), ITEMS(100)),
    REQ(2, TEXT, CHARS(200)),
    REQ(3, ENUM, ITEMS(6)),
    REQ(4, CODE, OF(FUNCTION)),
    REQ(5, CODE, OF(BODY)),
    REQ(6, CODE, OF(BODY)),
    REQ(7, DATE),
    REQ(8, DATE),
    OPT(9, DATE),
    REQ(10, ANY),
    REQ(11, ANY),
    OPT(12, ENUM),
    OPT(13, ANY),
    OPT(14, ANY),
    OPT(15, ENUM, ITEMS(10)),
    OPT(16, ANY),
    REQ(17, FEN),
    OPT(18, MSG, SUB(checks_source_split), ITEMS(6)),
    OPT(19, FEN),
    OPT(20, ANY),
    OPT(21, INT, BP, ITEMS(12)),
    OPT(22, ANY),
    OPT(23, TEXT, CHARS(60), ITEMS(100)),
    OPT(24, SUBJECT),
    OPT(31, FEN),
    OPT(32, FEN),
    OPT(33, FEN),
    OPT(34, FEN),
    OPT(41, MSG, SUB(checks_year_amount), ITEMS(100)),
    OPT(42, MSG, SUB(checks_year_amount), ITEMS(100)),
    OPT(51, ENUM),
    OPT(52, FEN),
    OPT(53, TEXT, CHARS(200)),
    OPT(54, FEN),
};

static void plan_curve(struct checking *c, const struct path *at,
                       const Pentad__V1__SubjectProfile *p) {
    if (p->n_plan_curve_bp == 0) {
        return;
    }
    if (p->n_plan_curve_bp != 12) {
        pt_check_fault(c, PT_E_FIELD, at, "plan_curve_bp", "has %zu months, must have 12 or none",
                       p->n_plan_curve_bp);
        return;
    }
    for (size_t i = 1; i < 12; i++) {
        if (p->plan_curve_bp[i] < p->plan_curve_bp[i - 1]) {
            const struct path here = {at, "plan_curve_bp", i};

            pt_check_fault(c, PT_E_FIELD, &here, NULL, "is less than the month before");
            return;
        }
    }
    if (p->plan_curve_bp[11] != 10000) {
        pt_check_fault(c, PT_E_FIELD, at, "plan_curve_bp", "must end at 10000");
    }
}

/* An item carries out one policy, a policy none: its money is counted once. */
static void policy_of_item(struct checking *c, const struct path *at,
                           const Pentad__V1__SubjectProfile *p) {
    const Pentad__V1__Subject *own = c->rec->subject;

    if (p->policy == NULL) {
        return;
    }
    if (p->policy->kind != PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_POLICY) {
        pt_check_fault(c, PT_E_FIELD, at, "policy.kind", "must be POLICY");
    }
    if (own != NULL && own->kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_POLICY) {
        pt_check_fault(c, PT_E_FIELD, at, "policy", "stands in the profile of a policy");
    }
}

static void subject_profile_cross(struct checking *c, const struct path *at,
                                  const ProtobufCMessage *msg) {
    const Pentad__V1__SubjectProfile *p = (const Pentad__V1__SubjectProfile *)msg;
    int64_t sum = 0;
    int rc = 0;

    for (size_t i = 0; i < p->n_src_split; i++) {
        rc = rc != 0 ? rc : pt_money_add(&sum, p->src_split[i]->fen);
    }
    if (p->n_src_split > 0 && (rc != 0 || sum != p->total_fen)) {
        pt_check_fault(c, PT_E_SUM, at, "total_fen",
                       "is %" PRId64 ", but src_split adds up to %" PRId64, p->total_fen, sum);
    }
    if (p->has_start && p->has_end && p->end < p->start) {
        pt_check_fault(c, PT_E_FIELD, at, "end", "is before start");
    }
    if (p->has_is_major && p->is_major && !p->has_major_basis) {
        pt_check_missing(c, at, "major_basis", "for a major subject");
    }
    plan_curve(c, at, p);
    policy_of_item(c, at, p);
}
MSG_CHECKS(subject_profile, subject_profile_rows, subject_profile_cross);

/* P03 责任人. The organization department only adds to it. */
static const struct field_check person_rows[] = {
    REQ(1, TEXT, CHARS(100)),
    REQ(2, BYTES, HASH),
};
static MSG_CHECKS(person, person_rows, NULL);

static const struct field_check responsible_person_rows[] = {
    REQ(1, ENUM),
    OPT(2, MSG, SUB(checks_sealed)),
    REQ(3, TEXT, CHARS(100)),
    REQ(4, DATE),
    OPT(5, DATE),
    OPT(6, ANY),
    OPT(7, REF),
    OPT(11, MSG, SUB(checks_person)),
};

static void responsible_person_cross(struct checking *c, const struct path *at,
                                     const ProtobufCMessage *msg) {
    static const char *const content[] = {"person", NULL};
    const Pentad__V1__ResponsiblePerson *p = (const Pentad__V1__ResponsiblePerson *)msg;

    pt_check_sealed(c, at, msg, content);
    if (p->has_held_from && p->has_held_to && p->held_to < p->held_from) {
        pt_check_fault(c, PT_E_FIELD, at, "held_to", "is before held_from");
    }
    if (p->has_lifetime && p->lifetime && p->has_role &&
        p->role != PENTAD__V1__PERSON_ROLE__PERSON_ROLE_PROJECT_HEAD) {
        pt_check_fault(c, PT_E_FIELD, at, "lifetime", "may be true for a PROJECT_HEAD only");
    }
    if (c->author == PT_PARTY_ORGANIZATION && c->rec->corrects == NULL) {
        pt_check_fault(c, PT_E_TYPE, NULL, "correction",
                       "must be SUPPLEMENT, or correct one of its own, where organization is the "
                       "author");
    }
}
MSG_CHECKS(responsible_person, responsible_person_rows, responsible_person_cross);

/* E01 事前绩效评估 */
static const struct field_check five_criteria_rows[] = {
    REQ(1, INT, CP), REQ(2, INT, CP), REQ(3, INT, CP), REQ(4, INT, CP), REQ(5, INT, CP),
};
static MSG_CHECKS(five_criteria, five_criteria_rows, NULL);

static const struct field_check ex_ante_eval_rows[] = {
    REQ(1, ENUM),
    REQ(2, CODE, OF(BODY)),
    OPT(3, CODE, OF(USCC)),
    REQ(4, DATE),
    REQ(5, MSG, SUB(checks_five_criteria)),
    REQ(6, MSG, SUB(checks_five_criteria)),
    REQ(7, INT, CP),
    REQ(8, ENUM),
    REQ(9, ENUM),
    REQ(10, MSG, SUB(checks_year_amount), ITEMS(50)),
    REQ(11, FEN),
};

static void ex_ante_total(struct checking *c, const struct path *at,
                          const Pentad__V1__ExAnteEval *e) {
    const Pentad__V1__FiveCriteria *s = e->scores;
    const Pentad__V1__FiveCriteria *w = e->weights;
    int64_t weights;
    int64_t total; /* times 10000 */
    int64_t off;

    if (s == NULL || w == NULL) {
        return;
    }
    weights =
        (int64_t)w->necessity_cp + w->economy_cp + w->goal_cp + w->feasibility_cp + w->funding_cp;
    if (weights != 10000) {
        pt_check_fault(c, PT_E_SUM, at, "weights", "add up to %" PRId64 ", must be 10000", weights);
        return;
    }
    total = (int64_t)s->necessity_cp * w->necessity_cp + (int64_t)s->economy_cp * w->economy_cp +
            (int64_t)s->goal_cp * w->goal_cp + (int64_t)s->feasibility_cp * w->feasibility_cp +
            (int64_t)s->funding_cp * w->funding_cp;
    off = (int64_t)e->total_cp * 10000 - total;
    if (e->has_total_cp && (off > 10000 || off < -10000)) {
        pt_check_fault(c, PT_E_SUM, at, "total_cp",
                       "is %d, but the weighted scores add up to %" PRId64, e->total_cp,
                       (total + 5000) / 10000);
    }
}

static void ex_ante_eval_cross(struct checking *c, const struct path *at,
                               const ProtobufCMessage *msg) {
    const Pentad__V1__ExAnteEval *e = (const Pentad__V1__ExAnteEval *)msg;
    int64_t sum = 0;
    int rc = 0;

    ex_ante_total(c, at, e);
    for (size_t i = 0; i < e->n_need; i++) {
        rc = rc != 0 ? rc : pt_money_add(&sum, e->need[i]->fen);
    }
    if (e->has_requested_fen && (rc != 0 || sum != e->requested_fen)) {
        pt_check_fault(c, PT_E_SUM, at, "requested_fen",
                       "is %" PRId64 ", but need adds up to %" PRId64, e->requested_fen, sum);
    }
}
MSG_CHECKS(ex_ante_eval, ex_ante_eval_rows, ex_ante_eval_cross);

/* E02 预算审核 */
static const struct field_check budget_review_rows[] = {
    REQ(1, FEN),
    REQ(2, FEN),
    REQ(3, MSG, SUB(checks_year_amount), ITEMS(50)),
    OPT(4, REF),
    OPT(5, TEXT, CHARS(100)),
    OPT(6, TEXT, CHARS(1000)),
};

static void budget_review_cross(struct checking *c, const struct path *at,
                                const ProtobufCMessage *msg) {
    const Pentad__V1__BudgetReview *r = (const Pentad__V1__BudgetReview *)msg;
    int64_t sum = 0;
    int rc = 0;

    if (!r->has_requested_fen || !r->has_cut_fen || r->requested_fen < 0 || r->cut_fen < 0) {
        return;
    }
    if (r->cut_fen > r->requested_fen) {
        pt_check_fault(c, PT_E_FIELD, at, "cut_fen", "is more than requested_fen");
        return;
    }
    for (size_t i = 0; i < r->n_approved_need && rc == 0; i++) {
        rc = pt_money_add(&sum, r->approved_need[i]->fen);
    }
    pt_check_total(c, at, "approved_need", "requested_fen less cut_fen", sum,
                   r->requested_fen - r->cut_fen, rc);
}
MSG_CHECKS(budget_review, budget_review_rows, budget_review_cross);

/* E03 项目库事件 */
static const struct field_check library_event_rows[] = {
    REQ(1, ENUM),
    OPT(2, REF),
    OPT(3, REF),
    OPT(4, REF),
};

static void library_event_cross(struct checking *c, const struct path *at,
                                const ProtobufCMessage *msg) {
    const Pentad__V1__LibraryEvent *e = (const Pentad__V1__LibraryEvent *)msg;

    if (e->has_action && e->action == PENTAD__V1__LIBRARY_ACTION__LIBRARY_ACTION_OUT &&
        e->basis == NULL) {
        pt_check_missing(c, at, "basis", "for OUT: the evaluation or review behind it");
    }
}
MSG_CHECKS(library_event, library_event_rows, library_event_cross);

/* E04 绩效目标 */
static const struct field_check goal_indicator_rows[] = {
    REQ(1, TEXT, CHARS(64)),
    REQ(2, ENUM),
    REQ(3, ENUM),
    REQ(4, TEXT, CHARS(60)),
    OPT(5, ENUM),
    OPT(6, TEXT, CHARS(100)),
    OPT(7, TEXT, CHARS(100)),
    OPT(8, TEXT, CHARS(30)),
    OPT(9, INT, CP),
    OPT(10, ENUM),
    OPT(11, TEXT, CHARS(200)),
};

/* What is reckoned with is a number, what is waited for a day; words may say the rest. */
static void indicator_value(struct checking *c, const struct path *at, const char *leaf,
                            Pentad__V1__IndicatorNature nature, const char *value) {
    int32_t day;

    switch (nature) {
    case PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_GE:
    case PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_LE:
    case PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_EQ:
    case PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_RANGE:
        if (!pt_check_decimal(value)) {
            pt_check_fault(
                c, PT_E_FIELD, at, leaf,
                "is not a decimal number (such as 12.5): \"%.40s\"; the unit has its own "
                "field, words go with nature QUAL",
                value);
        }
        break;
    case PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_BY_DATE:
        if (strlen(value) != 8 || pt_date_parse(value, &day) != 0) {
            pt_check_fault(c, PT_E_FIELD, at, leaf, "is no date (such as 20191231): \"%.40s\"",
                           value);
        }
        break;
    default:
        break;
    }
}

/* An indicator that applies states how it is measured; one that doesn't says why. */
static void goal_indicator_cross(struct checking *c, const struct path *at,
                                 const ProtobufCMessage *msg) {
    const Pentad__V1__GoalIndicator *i = (const Pentad__V1__GoalIndicator *)msg;

    if (i->na_reason != NULL) {
        if (i->has_weight_cp && i->weight_cp != 0) {
            pt_check_fault(c, PT_E_FIELD, at, "weight_cp", "must be 0 where na_reason stands");
        }
        return;
    }
    if (!i->has_nature) {
        pt_check_missing(c, at, "nature", "unless na_reason stands");
    }
    if (i->target == NULL) {
        pt_check_missing(c, at, "target", "unless na_reason stands");
    }
    if (!i->has_weight_cp) {
        pt_check_missing(c, at, "weight_cp", "unless na_reason stands");
    }
    if (i->has_nature && i->nature == PENTAD__V1__INDICATOR_NATURE__INDICATOR_NATURE_RANGE &&
        i->target2 == NULL) {
        pt_check_missing(c, at, "target2", "for a RANGE");
    }
    if (i->has_nature && i->target != NULL) {
        indicator_value(c, at, "target", i->nature, i->target);
    }
    if (i->has_nature && i->target2 != NULL) {
        indicator_value(c, at, "target2", i->nature, i->target2);
    }
}
static MSG_CHECKS(goal_indicator, goal_indicator_rows, goal_indicator_cross);

static const struct field_check perf_goal_rows[] = {
    REQ(1, INT, RANGE(1, 1000)),
    REQ(2, ENUM),
    REQ(3, TEXT, CHARS(500)),
    REQ(4, ENUM),
    REQ(5, FEN),
    REQ(6, MSG, SUB(checks_goal_indicator), ITEMS(200)),
    OPT(7, TEXT, CHARS(500)),
    OPT(8, TEXT, CHARS(100)),
    OPT(9, ENUM),
};

/* A whole department's goal has six groups of its own beside the common indicators, which no other
 * frame knows. */
static void goal_groups(struct checking *c, const struct path *at, const Pentad__V1__PerfGoal *g) {
    bool six = g->frame == PENTAD__V1__GOAL_FRAME__GOAL_FRAME_DEPT6;

    for (size_t i = 0; g->has_frame && i < g->n_indicators; i++) {
        const struct path here = {at, "indicators", i};
        const Pentad__V1__GoalIndicator *n = g->indicators[i];

        if (!n->has_l1 || n->l1 == PENTAD__V1__INDICATOR_GROUP__INDICATOR_GROUP_COMMON) {
            continue;
        }
        if (six != (n->l1 >= PENTAD__V1__INDICATOR_GROUP__INDICATOR_GROUP_OPERATING_COST)) {
            pt_check_fault(c, PT_E_FIELD, &here, "l1",
                           six ? "is none of the six groups of frame DEPT6, nor COMMON"
                               : "may stand in frame DEPT6 only");
        }
    }
}

static void goal_ids(struct checking *c, const struct path *at, const Pentad__V1__PerfGoal *g) {
    size_t n = g->n_indicators < 200 ? g->n_indicators : 200;

    for (size_t i = 1; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct path here = {at, "indicators", i};
            const char *a = g->indicators[i]->id;
            const char *b = g->indicators[j]->id;

            if (a != NULL && b != NULL && strcmp(a, b) == 0) {
                pt_check_fault(c, PT_E_FIELD, &here, "id", "stands twice: %.64s", a);
                break;
            }
        }
    }
}

static void perf_goal_cross(struct checking *c, const struct path *at,
                            const ProtobufCMessage *msg) {
    const Pentad__V1__PerfGoal *g = (const Pentad__V1__PerfGoal *)msg;
    int64_t weights = 0;

    for (size_t i = 0; i < g->n_indicators; i++) {
        weights += g->indicators[i]->weight_cp;
    }
    if (g->n_indicators > 0 && weights != 10000) {
        pt_check_fault(c, PT_E_SUM, at, "indicators",
                       "have weights that add up to %" PRId64 ", must be 10000", weights);
    }
    goal_ids(c, at, g);
    goal_groups(c, at, g);
    if (g->has_version && g->version > 1) {
        if (g->change_reason == NULL) {
            pt_check_missing(c, at, "change_reason", "from version 2 on");
        }
        if (g->approval_doc == NULL) {
            pt_check_missing(c, at, "approval_doc", "from version 2 on");
        }
        if (!g->has_approver) {
            pt_check_missing(c, at, "approver", "from version 2 on");
        }
    }
}
MSG_CHECKS(perf_goal, perf_goal_rows, perf_goal_cross);

/* E05 绩效目标审核 (财预〔2015〕88号) */
static const struct field_check goal_review_rows[] = {
    REQ(1, REF), REQ(2, ENUM), REQ(3, ENUM), REQ(4, ENUM), REQ(5, ENUM), REQ(6, ENUM),
};

static void goal_review_cross(struct checking *c, const struct path *at,
                              const ProtobufCMessage *msg) {
    const Pentad__V1__GoalReview *r = (const Pentad__V1__GoalReview *)msg;

    if (!r->has_grade || !r->has_result) {
        return;
    }
    if (r->grade == PENTAD__V1__RATING__RATING_POOR &&
        r->result != PENTAD__V1__REVIEW_RESULT__REVIEW_RESULT_FAIL) {
        pt_check_fault(c, PT_E_FIELD, at, "result", "must be FAIL where the grade is POOR (差)");
    }
    if (r->grade == PENTAD__V1__RATING__RATING_FAIR &&
        r->result != PENTAD__V1__REVIEW_RESULT__REVIEW_RESULT_RETURN) {
        pt_check_fault(c, PT_E_FIELD, at, "result", "must be RETURN where the grade is FAIR (中)");
    }
}
MSG_CHECKS(goal_review, goal_review_rows, goal_review_cross);
