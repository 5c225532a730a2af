/* What the city sends to its districts and what they say they received (B04 TRANSFER and INBOUND),
 * with the planted differences (K09). */
#include "transfers.h"
#include "table.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

#define RECEIPTS 2
#define FUNC "2300299"
#define TERM 30         /* days within which something must have been received */
#define GENERAL_DAYS 30 /* after the approval, within which it is sent */
#define SPECIAL_DAYS 60
#define RED_DAYS 30 /* more */

#define APPROVED(to, sent, wan, came, kind, why)                                                   \
    { (to), (sent), (wan)*CITY_WAN, {{(came), (wan)*CITY_WAN}}, 0, 0, NULL, (kind), (why) }

/* Received day 0 = never. Days are working days. */
static const struct transfer {
    const char *rgn;
    int32_t day;
    int64_t fen;
    struct {
        int32_t day;
        int64_t fen;
    } received[RECEIPTS];
    int32_t opened, closed; /* opened 0 = nothing is wrong, 1 = the day after the term */
    const char *near_why;
    enum { UNAPPROVED, GENERAL, SPECIAL } approved;
    const char *in_time; /* why it isn't late */
} transfers[] = {
    {"370113",
     20190305,
     260 * CITY_WAN,
     {{20190318, 260 * CITY_WAN}},
     0,
     0,
     NULL,
     UNAPPROVED,
     NULL},
    {"370102",
     20190312,
     300 * CITY_WAN,
     {{20190507, 300 * CITY_WAN}},
     1,
     20190507,
     NULL,
     UNAPPROVED,
     NULL},
    {"370112",
     20190409,
     520 * CITY_WAN,
     {{20190422, 500 * CITY_WAN}, {20190618, 20 * CITY_WAN}},
     20190422,
     20190618,
     NULL,
     UNAPPROVED,
     NULL},
    {"370124", 20190709, 180 * CITY_WAN, {{0, 0}}, 1, 0, NULL, UNAPPROVED, NULL},
    {"370126",
     20190820,
     90 * CITY_WAN,
     {{20190910, 90 * CITY_WAN - 101}},
     20190910,
     0,
     NULL,
     UNAPPROVED,
     NULL},
    {"370116",
     20190604,
     150 * CITY_WAN,
     {{20190723, 150 * CITY_WAN}},
     1,
     20190723,
     NULL,
     UNAPPROVED,
     NULL},
    {"370105",
     20190806,
     200 * CITY_WAN,
     {{20190820, 199 * CITY_WAN}},
     20190820,
     0,
     NULL,
     UNAPPROVED,
     NULL},
    {"370103",
     20190514,
     410 * CITY_WAN,
     {{20190613, 410 * CITY_WAN}},
     1,
     0,
     "期限最后一日接收",
     UNAPPROVED,
     NULL},
    {"370114",
     20190917,
     330 * CITY_WAN,
     {{20191014, 330 * CITY_WAN - 100}},
     20191014,
     0,
     "相差1元，恰为两行各半元",
     UNAPPROVED,
     NULL},
    {"370115",
     20190919,
     240 * CITY_WAN,
     {{20191009, 150 * CITY_WAN}, {20191009, 90 * CITY_WAN}},
     20191009,
     0,
     "同日分两笔接收，合计相符",
     UNAPPROVED,
     NULL},
    APPROVED("370102", 20190225, 120, 20190312, GENERAL, NULL),
    APPROVED("370112", 20190312, 200, 20190327, GENERAL, NULL),
    APPROVED("370124", 20190415, 160, 20190506, GENERAL, NULL),
    APPROVED("370113", 20190218, 140, 20190305, GENERAL, "期限最后一日下达"),
    APPROVED("370103", 20190326, 180, 20190409, SPECIAL, NULL),
    APPROVED("370104", 20190409, 110, 20190422, SPECIAL, NULL),
    APPROVED("370105", 20190516, 230, 20190530, SPECIAL, NULL),
    APPROVED("370114", 20190318, 150, 20190402, SPECIAL, "期限最后一日下达"),
};
#undef APPROVED
#define TRANSFERS (sizeof(transfers) / sizeof(transfers[0]))

static void quota_no(size_t i, char out[24]) {
    (void)snprintf(out, 24, "ZY2019-%03zu", i + 1);
}

static void subject_of(size_t i, char out[32]) {
    (void)snprintf(out, 32, "TRF-" CITY_RGN "-2019-%05zu", i + 1);
}

bool city_approved_transfer(size_t nth, struct approved_transfer *ret) {
    for (size_t i = 0; i < TRANSFERS; i++) {
        const struct transfer *x = &transfers[i];

        if (x->approved == UNAPPROVED || nth-- > 0)
            continue;
        *ret = (struct approved_transfer){
            .func = FUNC, .special = x->approved == SPECIAL, .fen = x->fen};
        subject_of(i, ret->key);
        (void)snprintf(ret->name, sizeof(ret->name), "%s转移支付（%s）",
                       ret->special ? "专项" : "一般性", x->rgn);
        return true;
    }
    return false;
}

int64_t city_transfers_sent(int32_t day) {
    int64_t sum = 0;

    for (size_t i = 0; i < TRANSFERS; i++)
        sum += transfers[i].day <= day ? transfers[i].fen : 0;
    return sum;
}

int64_t city_transfers_received(const char *rgn, int32_t day) {
    int64_t sum = 0;

    for (size_t i = 0; i < TRANSFERS; i++)
        for (int k = 0; k < RECEIPTS && strcmp(transfers[i].rgn, rgn) == 0; k++)
            if (transfers[i].received[k].day && transfers[i].received[k].day <= day)
                sum += transfers[i].received[k].fen;
    return sum;
}

/* Approved by itself, and sent late, or on the last day of its term. */
static void k02(struct city *c, size_t i) {
    const struct transfer *x = &transfers[i];
    bool general = x->approved == GENERAL;
    int32_t opened = city_after_days(DAY_VOTED, general ? GENERAL_DAYS : SPECIAL_DAYS);
    int32_t red = city_after_days(pt_date_add(opened, -1), RED_DAYS);
    struct city_truth *t;

    if (x->in_time)
        t = city_near(c, "K02", c->projects, opened, x->in_time);
    else
        t = city_fires(c, "K02", c->projects, x->day > red ? 'R' : 'Y', opened, x->day);
    if (x->in_time == NULL && x->day > red) {
        t->first_severity = 'Y';
        t->changed = red;
    }
    t->condition = general ? "general transfer" : "special transfer";
    t->kind = "TRANSFER";
    subject_of(i, t->key);
    (void)snprintf(t->object, sizeof(t->object), "1/" FUNC);
}

void city_plant_transfers(struct city *c) {
    for (size_t i = 0; i < TRANSFERS; i++) {
        const struct transfer *x = &transfers[i];
        int32_t opened = x->opened == 1 ? city_after_days(x->day, TERM) : x->opened;
        struct city_truth *t;
        char no[24];

        if (x->approved != UNAPPROVED)
            k02(c, i);
        if (opened == 0)
            continue;
        t = x->near_why ? city_near(c, "K09", c->projects, opened, x->near_why)
                        : city_fires(c, "K09", c->projects, 'Y', opened, x->closed);
        quota_no(i, no);
        t->condition = x->opened == 1 ? "none" : "differs";
        t->kind = "REGION";
        (void)snprintf(t->key, sizeof(t->key), "%s", x->rgn);
        (void)snprintf(t->object, sizeof(t->object), "%s", no);
    }
}

/* The district's finance bureau, among the organizations behind the units. */
static const char *district_finance(const struct city *c, const char *rgn) {
    for (int32_t i = c->n_units; i < c->n_orgs; i++)
        if (c->orgs[i].level == LEVEL_DISTRICT_FIN && strncmp(c->orgs[i].rgn, rgn, 6) == 0)
            return c->orgs[i].uscc;
    PT_ASSERT(false);
    return NULL;
}

static void row(struct table *t, const struct city *c, size_t i, int32_t day, int64_t fen, int n) {
    const struct transfer *x = &transfers[i];
    const char *sender = c->orgs[CITY_FINANCE_DEPT].uscc;
    const char *district = district_finance(c, x->rgn);
    char subject[32];
    char quota[24];
    char no[32];

    quota_no(i, quota);
    subject_of(i, subject);
    if (n == 0)
        (void)snprintf(no, sizeof(no), "%s", quota);
    else
        (void)snprintf(no, sizeof(no), "%s-%d", quota, n);
    table_row(t, day, no, fen);
    table_str(t, n ? "接收" : "转移支付下达");
    table_str(t, quota);
    table_str(t, n ? district : sender);
    table_str(t, subject);
    table_str(t, x->rgn);
    table_int(t, 1);
    table_str(t, FUNC);
    table_int(t, CITY_FY);
    table_fen(t, fen);
    table_date(t, day);
}

int city_write_transfers(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_finance, "transfers.csv", "B04",
                                "录入日期,单据号,指标类型,指标文号,填报单位代码,转移支付代码,"
                                "接收区划,预算类型,功能科目,资金年度,金额,下达日期",
                                false);

    for (size_t i = 0; i < TRANSFERS; i++) {
        row(t, c, i, transfers[i].day, transfers[i].fen, 0);
        for (int k = 0; k < RECEIPTS; k++)
            if (transfers[i].received[k].day)
                row(t, c, i, transfers[i].received[k].day, transfers[i].received[k].fen, k + 1);
    }
    return table_close(t, err);
}
