/* Planted: appraisals whose performance isn't the ledger's (K51) or isn't in them (K52). Every
 * other department's carries the score that the snapshot of CITES has. */
#include "duties.h"

#include <stdio.h>

#define CITES 20200421      /* the day whose snapshot is cited; the next one is of the day after */
#define CITES_NONE 20181231 /* a day on which nobody took one */
#define DAY_BEFORE 20200320 /* no department has been evaluated yet */
#define LAST_DAY 20200522   /* 30 days after that */
#define TOO_LATE 20200525
#define MUCH_TOO_LATE 20200616
#define MENDED 20200508
#define WEIGHT 2000

enum {
    UNAPPRAISED = 80, /* the first of three departments */
    COUNTS_LITTLE = 83,
    ANOTHER_SCORE,
    ANOTHER_POINTS,
    CITES_NOTHING,
    CITES_UNKNOWN,
    CITES_EARLY,
    CITES_TOO_LATE,
    CITES_LAST_DAY,
    WEIGHTED,
    ANOTHER_LEDGER,
    CITES_TOO_LATE_TOO,
    CITES_MUCH_TOO_LATE,
    WEIGHS_NOTHING /* the first of three departments */
};

struct city_appraised city_appraised(int32_t dept) {
    struct city_appraised a = {.sent = DAY_APPRAISAL, .cites = CITES, .weight = WEIGHT};

    switch (dept) {
    case UNAPPRAISED:
    case UNAPPRAISED + 1:
    case UNAPPRAISED + 2:
        a.weight = 0;
        break;
    case COUNTS_LITTLE:
        a.weight = 100;
        break;
    case ANOTHER_SCORE:
        a.ledger_off = a.score_off = -200;
        a.mended = MENDED;
        break;
    case ANOTHER_POINTS:
        a.score_off = -150;
        break;
    case CITES_NOTHING:
        a.cites = 0;
        break;
    case CITES_UNKNOWN:
        a.cites = CITES_NONE;
        break;
    case CITES_EARLY:
        a.cites = DAY_BEFORE;
        break;
    case ANOTHER_LEDGER:
        a.ledger_off = a.score_off = 1;
        break;
    case CITES_TOO_LATE:
    case CITES_TOO_LATE_TOO:
        a.sent = TOO_LATE;
        break;
    case CITES_MUCH_TOO_LATE:
        a.sent = MUCH_TOO_LATE;
        break;
    case WEIGHS_NOTHING:
    case WEIGHS_NOTHING + 1:
    case WEIGHS_NOTHING + 2:
        a.weight = 0;
        a.listed = true;
        break;
    case CITES_LAST_DAY:
        a.sent = LAST_DAY;
        break;
    case WEIGHTED:
        a.weighted = true;
        a.score_off = 1;
        break;
    default:
        break;
    }
    return a;
}

void city_appraisal_no(int32_t n, bool mended, char out[24]) {
    (void)snprintf(out, 24, mended ? "KH2019-%04d-2" : "KH2019-%04d", n + 1);
}

static struct city_truth *of_dept(const struct city *c, int32_t dept, struct city_truth *t) {
    t->kind = "DEPT";
    (void)snprintf(t->key, sizeof(t->key), "%s", c->orgs[dept].uscc);
    return t;
}

static void plant_k52(struct city *c) {
    struct city_truth *t;

    for (int32_t d = UNAPPRAISED; d < UNAPPRAISED + 3; d++)
        (void)city_as(of_dept(c, d, city_fires(c, "K52", c->projects, 'Y', DAY_APPRAISAL, 0)),
                      "component");
    for (int32_t d = WEIGHS_NOTHING; d < WEIGHS_NOTHING + 3; d++)
        (void)city_as(of_dept(c, d, city_fires(c, "K52", c->projects, 'Y', DAY_APPRAISAL, 0)),
                      "weight");
    t = city_near(c, "K52", c->projects, DAY_APPRAISAL, "预算绩效权重仅1分，仍已纳入");
    (void)city_as(of_dept(c, COUNTS_LITTLE, t), "weight");
    t = city_near(c, "K52", c->projects, DAY_APPRAISAL, "按权重折算的得分仍是预算绩效一项");
    (void)city_as(of_dept(c, WEIGHTED, t), "component");
}

static void plant_k51(struct city *c) {
    static const struct {
        int32_t dept;
        const char *condition;
    } list[] = {{ANOTHER_SCORE, "score"},           {ANOTHER_POINTS, "score"},
                {ANOTHER_LEDGER, "score"},          {CITES_NOTHING, "snapshot"},
                {CITES_UNKNOWN, "snapshot"},        {CITES_EARLY, "snapshot"},
                {CITES_TOO_LATE, "superseded"},     {CITES_TOO_LATE_TOO, "superseded"},
                {CITES_MUCH_TOO_LATE, "superseded"}};
    struct city_truth *near;

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        int32_t d = list[i].dept;
        const struct city_appraised a = city_appraised(d);

        (void)city_as(of_dept(c, d, city_fires(c, "K51", c->projects, 'R', a.sent, a.mended)),
                      list[i].condition);
        if (a.mended) {
            struct city_truth *t =
                of_dept(c, d, city_fires(c, "K68", c->projects, 'I', a.mended, 0));
            char no[24];

            city_appraisal_no(d, true, no);
            (void)snprintf(t->object, sizeof(t->object), "organization/%s", no);
        }
    }
    near = city_near(c, "K51", c->projects, LAST_DAY, "所引台账快照被取代恰满30日");
    (void)city_as(of_dept(c, CITES_LAST_DAY, near), "superseded");
    near = city_near(c, "K51", c->projects, DAY_APPRAISAL, "按权重折算，相差不超过0.01分");
    (void)city_as(of_dept(c, WEIGHTED, near), "score");
    near = city_near(c, "K51", c->projects, DAY_APPRAISAL, "所引快照前一日即有，非最新但未逾30日");
    (void)city_as(of_dept(c, COUNTS_LITTLE, near), "snapshot");
}

void city_plant_appraisals(struct city *c) {
    plant_k51(c);
    plant_k52(c);
}
