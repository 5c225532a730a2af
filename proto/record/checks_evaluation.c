#include <inttypes.h>
#include <string.h>

#include <pentad/base/err.h>

#include "checks.h"

Pentad__V1__Rating pt_rating_band(int32_t total_cp) {
    if (total_cp >= 9000) {
        return PENTAD__V1__RATING__RATING_EXCELLENT;
    }
    if (total_cp >= 8000) {
        return PENTAD__V1__RATING__RATING_GOOD;
    }
    return total_cp >= 6000 ? PENTAD__V1__RATING__RATING_FAIR : PENTAD__V1__RATING__RATING_POOR;
}

/* V01 绩效评价 */
static const struct field_check evaluation_item_rows[] = {
    REQ(1, TEXT, CHARS(64)),  OPT(2, INT, CP),         OPT(3, TEXT, CHARS(100)),
    OPT(4, TEXT, CHARS(100)), OPT(5, INT, CP),         OPT(6, TEXT, CHARS(500)),
    OPT(7, TEXT, CHARS(200)), OPT(8, TEXT, CHARS(60)), OPT(9, ENUM),
};
static MSG_CHECKS(evaluation_item, evaluation_item_rows, NULL);

static const struct field_check evaluation_rows[] = {
    REQ(1, ENUM),
    REQ(2, ENUM),
    REQ(3, ENUM),
    OPT(4, REF),
    OPT(5, FEN),
    OPT(6, FEN),
    OPT(7, FEN),
    OPT(8, INT, RANGE(0, INT32_MAX)),
    REQ(9, MSG, SUB(checks_evaluation_item)),
    OPT(10, INT, CP),
    OPT(11, ENUM),
    OPT(12, CODE, OF(USCC)),
    OPT(13, TEXT, CHARS(100), ITEMS(100)),
    OPT(14, BYTES, HASH),
    OPT(15, TEXT, CHARS(1000), ITEMS(100)),
    OPT(16, TEXT, CHARS(1000), ITEMS(100)),
    OPT(17, DATE),
    OPT(18, REF),
};

/* Fields that a scored evaluation must have and frame INDICATORS must not. */
struct scored_field {
    const char *name;
    bool present;
};

static void scored_fields(struct checking *c, const struct path *at,
                          const Pentad__V1__Evaluation *v, bool indicators) {
    const struct scored_field fields[] = {
        {"goal", v->goal != NULL},
        {"budget_init_fen", v->has_budget_init_fen},
        {"budget_full_fen", v->has_budget_full_fen},
        {"paid_fen", v->has_paid_fen},
        {"exec_rate_bp", v->has_exec_rate_bp},
        {"total_cp", v->has_total_cp},
        {"rating", v->has_rating},
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (indicators && fields[i].present) {
            pt_check_fault(c, PT_E_FIELD, at, fields[i].name, "can't stand in frame INDICATORS");
        } else if (!indicators && !fields[i].present) {
            pt_check_missing(c, at, fields[i].name, "except in frame INDICATORS");
        }
    }
    if (!indicators && !v->has_report_digest) {
        pt_check_missing(c, at, "report_digest", "except in frame INDICATORS");
    }
}

static void indicator_items(struct checking *c, const struct path *at,
                            const Pentad__V1__Evaluation *v) {
    for (size_t i = 0; i < v->n_items; i++) {
        const Pentad__V1__EvaluationItem *it = v->items[i];
        const struct path here = {at, "items", i};

        if (it->has_weight_cp) {
            pt_check_fault(c, PT_E_FIELD, &here, "weight_cp", "can't stand in frame INDICATORS");
        }
        if (it->has_score_cp) {
            pt_check_fault(c, PT_E_FIELD, &here, "score_cp", "can't stand in frame INDICATORS");
        }
        if (it->target == NULL && it->actual == NULL) {
            pt_check_missing(c, &here, "target", "where actual is absent");
        }
    }
}

struct weighing {
    int64_t weights;
    int64_t scores;
};

/* One item's score, at most its weight. */
static void weigh(struct checking *c, const struct path *at, int32_t weight_cp, int32_t score_cp,
                  struct weighing *sum) {
    if (score_cp > weight_cp) {
        pt_check_fault(c, PT_E_FIELD, at, "score_cp", "is %d, more than its weight %d", score_cp,
                       weight_cp);
    }
    sum->weights += weight_cp;
    sum->scores += score_cp;
}

/* Weights of all items make 10000, scores the total within 1. */
static void weighed(struct checking *c, const struct path *at, size_t n, bool has_total,
                    int32_t total_cp, const struct weighing *sum) {
    int64_t off = (int64_t)total_cp - sum->scores;

    if (n > 0 && sum->weights != 10000) {
        pt_check_fault(c, PT_E_SUM, at, "items",
                       "have weights that add up to %" PRId64 ", must be 10000", sum->weights);
    }
    if (has_total && (off > 1 || off < -1)) {
        pt_check_fault(c, PT_E_SUM, at, "total_cp", "is %d, but the scores add up to %" PRId64,
                       total_cp, sum->scores);
    }
}

static void scored_items(struct checking *c, const struct path *at,
                         const Pentad__V1__Evaluation *v) {
    struct weighing sum = {0, 0};

    for (size_t i = 0; i < v->n_items; i++) {
        const Pentad__V1__EvaluationItem *it = v->items[i];
        const struct path here = {at, "items", i};

        if (!it->has_weight_cp) {
            pt_check_missing(c, &here, "weight_cp", "");
        }
        if (!it->has_score_cp) {
            pt_check_missing(c, &here, "score_cp", "");
        }
        weigh(c, &here, it->weight_cp, it->score_cp, &sum);
    }
    weighed(c, at, v->n_items, v->has_total_cp, v->total_cp, &sum);
    if (v->has_total_cp && v->has_rating && v->rating != pt_rating_band(v->total_cp)) {
        pt_check_fault(c, PT_E_FIELD, at, "rating", "is not the band of a total of %d",
                       v->total_cp);
    }
}

enum { PARTS_OUT_CP = 6000 }; /* what was achieved weighs, at least: 财预〔2020〕10号 */

/* Each item of frame DPOB says which part of the four it is of; what was put out and what it
 * effected weigh most. */
static void parts(struct checking *c, const struct path *at, const Pentad__V1__Evaluation *v) {
    bool dpob = v->frame == PENTAD__V1__EVALUATION_FRAME__EVALUATION_FRAME_DPOB;
    bool each = true;
    int64_t out = 0;

    for (size_t i = 0; i < v->n_items; i++) {
        const Pentad__V1__EvaluationItem *it = v->items[i];
        const struct path here = {at, "items", i};

        if (dpob && !it->has_part) {
            pt_check_missing(c, &here, "part", "in frame DPOB");
        } else if (!dpob && it->has_part) {
            pt_check_fault(c, PT_E_FIELD, &here, "part", "may stand in frame DPOB only");
        }
        each = each && it->has_part;
        if (it->part == PENTAD__V1__EVALUATION_PART__EVALUATION_PART_OUTPUT ||
            it->part == PENTAD__V1__EVALUATION_PART__EVALUATION_PART_EFFECT) {
            out += it->weight_cp;
        }
    }
    if (dpob && each && v->n_items > 0 && out < PARTS_OUT_CP) {
        pt_check_fault(c, PT_E_SUM, at, "items",
                       "have OUTPUT and EFFECT weights that add up to %" PRId64
                       ", must be %d or more in frame DPOB",
                       out, PARTS_OUT_CP);
    }
}

static void evaluation_cross(struct checking *c, const struct path *at,
                             const ProtobufCMessage *msg) {
    const Pentad__V1__Evaluation *v = (const Pentad__V1__Evaluation *)msg;
    bool indicators = v->frame == PENTAD__V1__EVALUATION_FRAME__EVALUATION_FRAME_INDICATORS;

    if (!v->has_frame) {
        return;
    }
    scored_fields(c, at, v, indicators);
    if (indicators) {
        indicator_items(c, at, v);
    } else {
        scored_items(c, at, v);
    }
    parts(c, at, v);
    if (v->kind == PENTAD__V1__EVALUATION_KIND__EVALUATION_KIND_SPOT && v->reviewed == NULL) {
        pt_check_missing(c, at, "reviewed", "for SPOT");
    }
}
MSG_CHECKS(evaluation, evaluation_rows, evaluation_cross);

/* V03 整改 */
static const struct field_check rectification_rows[] = {
    REQ(1, REF),  REQ(2, ENUM),
    REQ(3, DATE), OPT(4, INT, BP),
    OPT(5, ENUM), OPT(6, TEXT, CHARS(2000)),
    OPT(7, FEN),  OPT(8, INT, RANGE(0, 1000000)),
};

static void rectification_cross(struct checking *c, const struct path *at,
                                const ProtobufCMessage *msg) {
    const Pentad__V1__Rectification *r = (const Pentad__V1__Rectification *)msg;
    bool verify = r->phase == PENTAD__V1__RECTIFICATION_PHASE__RECTIFICATION_PHASE_VERIFY;
    bool plan = r->phase == PENTAD__V1__RECTIFICATION_PHASE__RECTIFICATION_PHASE_PLAN;

    if (!r->has_phase) {
        return;
    }
    if (!plan && !r->has_result) {
        pt_check_missing(c, at, "result", "for REPORT and VERIFY");
    }
    if (!verify && c->author != PT_PARTY_FINANCE && pt_party_in(c->info->authors, c->author)) {
        pt_check_fault(c, PT_E_TYPE, at, "phase", "must be VERIFY where %s is the author",
                       pt_party_name(c->author));
    }
}
MSG_CHECKS(rectification, rectification_rows, rectification_cross);

/* V02 评价结果应用 */
static const struct field_check result_use_rows[] = {
    REQ(1, REF), REQ(2, ENUM), REQ(3, YEAR), REQ(4, FEN), REQ(5, FEN), REQ(6, ENUM), REQ(7, ENUM),
};

static void result_use_cross(struct checking *c, const struct path *at,
                             const ProtobufCMessage *msg) {
    const Pentad__V1__ResultUse *u = (const Pentad__V1__ResultUse *)msg;
    bool none = u->direction == PENTAD__V1__CHANGE_DIRECTION__CHANGE_DIRECTION_NONE;

    if (!u->has_direction || !u->has_change_fen) {
        return;
    }
    if (none != (u->change_fen == 0)) {
        pt_check_fault(c, PT_E_FIELD, at, "direction",
                       none ? "is NONE, but change_fen isn't 0"
                            : "must be NONE where change_fen is 0");
    }
    if (u->direction == PENTAD__V1__CHANGE_DIRECTION__CHANGE_DIRECTION_DECREASE &&
        u->has_base_fen && u->change_fen > u->base_fen) {
        pt_check_fault(c, PT_E_FIELD, at, "change_fen", "takes away more than base_fen");
    }
}
MSG_CHECKS(result_use, result_use_rows, result_use_cross);

/* W01 绩效管理工作考核 */
static const struct field_check work_item_rows[] = {
    REQ(1, TEXT, CHARS(100)),
    REQ(2, INT, CP),
    REQ(3, INT, CP),
};
static MSG_CHECKS(work_item, work_item_rows, NULL);

static const struct field_check work_assessment_rows[] = {
    REQ(1, MSG, SUB(checks_work_item), ITEMS(100)),
    REQ(2, INT, CP),
    REQ(3, TEXT, CHARS(30)),
    OPT(4, INT, CP),
    REQ(5, ENUM),
};

static void work_assessment_cross(struct checking *c, const struct path *at,
                                  const ProtobufCMessage *msg) {
    const Pentad__V1__WorkAssessment *w = (const Pentad__V1__WorkAssessment *)msg;
    struct weighing sum = {0, 0};

    for (size_t i = 0; i < w->n_items; i++) {
        const struct path here = {at, "items", i};

        weigh(c, &here, w->items[i]->weight_cp, w->items[i]->score_cp, &sum);
    }
    weighed(c, at, w->n_items, w->has_total_cp, w->total_cp, &sum);
}
MSG_CHECKS(work_assessment, work_assessment_rows, work_assessment_cross);
