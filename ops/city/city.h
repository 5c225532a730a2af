/* The sample city's plan: who exists, what is budgeted and paid, which faults are planted.
 *
 * Knows only its own plan and the file formats of docs/sample-city.md; must not know the rules' or
 * the ledger's code, so that its truth files stay an independent expectation. One thread. Amounts
 * in fen, scores in centipoints, rates in basis points, dates yyyymmdd. */
#ifndef CITY_H
#define CITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/clock.h>
#include <pentad/base/err.h>

#define CITY_FY 2019
#define CITY_DEPTS 110
#define CITY_DISTRICTS 12
#define CITY_MAX_QUOTAS 8
#define CITY_MAX_SPECIALS 256
#define CITY_MAX_CONTROLS 256
#define CITY_MAX_ADJUSTS 16
#define CITY_MAX_FINDINGS 1024
#define CITY_MAX_TRUTH 512
#define CITY_FINANCE_DEPT 27 /* 市财政局 in the table of departments */
#define CITY_YUAN INT64_C(100)
#define CITY_WAN INT64_C(1000000)
#define CITY_NO_FEN INT64_MIN /* an amount that is not there */

/* The year's fixed days (docs/sample-city.md, "The year"). */
#define DAY_OFFICE 20190101
#define DAY_CONSENT 20190102
#define DAY_ORGS 20190102
#define DAY_PROJECTS 20190103
#define DAY_EXANTE 20190104
#define DAY_GOALS 20190107
#define DAY_REVIEWS 20190111
#define DAY_VOTED 20190117
#define DAY_APPROVED 20190121
#define DAY_ALLOTTED 20190128
#define DAY_DEPT_EVAL 20200330
#define DAY_APPRAISAL 20200424
#define DAY_FINAL_VOTED 20200622
#define DAY_FINAL 20200624

enum city_level { LEVEL_DEPT, LEVEL_UNIT, LEVEL_DISTRICT_GOV, LEVEL_DISTRICT_FIN };

struct city_org {
    char uscc[19];
    char name[96];
    char short_name[64];
    char bunit[8];
    char rgn[8];
    enum city_level level;
    int32_t parent; /* index of the department; -1 = none */
    int64_t asset_fen;
    int32_t staff;
    int64_t lines; /* payment lines of the year, decides how many pay days it has */
};

enum city_quota_kind { QUOTA_INITIAL, QUOTA_ADD, QUOTA_REDUCE, QUOTA_SHIFT_IN, QUOTA_SHIFT_OUT };

/* One B04. */
struct city_quota {
    enum city_quota_kind kind;
    int32_t day;
    int64_t fen;
    int64_t payable; /* of a later quota: paid evenly from the month after it to December */
    char no[20];
    char basis[48];
};

/* How congress sees a project's money. */
enum city_line { LINE_DEPT, LINE_SUBJECT, LINE_FUNC };

struct city_project {
    char code[24];
    char name[128];
    char alias[24];
    bool policy;
    bool planted; /* a planted fault or near miss: keep everything else away from it */
    int32_t dept, unit;
    int32_t bk;
    char func[8];
    enum city_line line;
    char voted[8];    /* the 款 or 类 under which congress approved it; empty: func itself */
    int64_t ap_delta; /* congress approved the first INITIAL plus this */
    char letter;      /* R personnel, Y operating, T specific target */
    bool is_new, is_major, is_infra, is_special, lump;
    int32_t theme, major_basis;
    int32_t start, end;
    int64_t total;

    struct city_quota quotas[CITY_MAX_QUOTAS];
    int32_t n_quotas;
    int64_t cum[13];            /* regular payments from the first quota up to each month's end */
    int32_t hold_from, hold_to; /* no regular payment in [from, to) */
    bool derive_curve;          /* plan_curve follows what will be paid */
    bool has_curve;
    int32_t curve[13];
    int32_t recurve_day; /* a P02 REPLACE brings the curve then */
    int64_t recovered;
    int32_t recover_day;
    int32_t lines; /* regular payment lines to make */

    int64_t paid[13];         /* cumulative, net, at each month's end */
    int32_t self_cp, spot_cp; /* 0 = none yet */
    int32_t self_day, spot_day;
    int32_t self_replaced_cp, self_replaced_day;
    int32_t criticized_day, rectified_day; /* after a spot check */
    int64_t audit_diff;                    /* audit's figure less ours, in the first A02 */
    int32_t audit_day;                     /* 0 = no A02 */
    int32_t audit_fixed_day;
    bool no_audit_note; /* no generated finding on it */
    char goal_no[20], self_no[20], spot_no[20];
};

/* A payment entered by itself, in a batch of one line. */
struct city_special {
    int32_t project;
    int32_t pay, send;
    int64_t fen;
    int32_t basis;       /* pre_approval_basis: 0 none, 1 carry, 2 same period, 3 legal duty */
    int32_t reverse_day; /* 0 = stands */
    const char *rule;    /* K05 or K35: truth is by voucher; NULL = none */
    char severity;
    const char *near_why; /* else: not to fire, because */
    char voucher[16], batch[40];
};

/* One X04. */
struct city_control {
    int32_t day, effective, project, to_project, reply_due;
    const char *action;
    int64_t fen;
    const char *reason;
    char no[20];
};

/* One B03 ADJUST line. */
struct city_adjust {
    int32_t project, day, voted;
    int64_t fen;
};

/* One A03 with its verifications. */
struct city_finding {
    int32_t project, year, day, due;
    int32_t ongoing_day, done_day; /* 0 = none */
    int32_t corrected_day;         /* A03 REPLACE that makes it a matter of procedure */
    const char *category, *severity, *focus;
    int64_t fen;
    char no[20];
};

/* A month report that is wrong, and when it is mended. */
struct city_misreport {
    int32_t project, month;
    int64_t diff;
    int32_t fixed_day; /* 0 = stays */
    bool near;
};

struct city_truth {
    const char *rule, *kind;
    char key[40], object[64];
    int32_t year, period;
    char severity, first_severity;
    int32_t opened, changed, closed;
    const char *why; /* NULL = planted, else a near miss */
};

struct city {
    const char *out;
    uint64_t seed;
    int64_t scale_ppm;
    int32_t first, last;
    struct city_org *orgs; /* departments first, then units, then district organs */
    int32_t n_orgs, n_units;
    struct city_project *projects;
    int32_t n_projects, cap_projects;
    struct city_special specials[CITY_MAX_SPECIALS];
    int32_t n_specials;
    struct city_control controls[CITY_MAX_CONTROLS];
    int32_t n_controls;
    struct city_adjust adjusts[CITY_MAX_ADJUSTS];
    int32_t n_adjusts;
    struct city_finding findings[CITY_MAX_FINDINGS];
    int32_t n_findings;
    struct city_misreport misreports[32];
    int32_t n_misreports;
    struct city_truth truth[CITY_MAX_TRUTH];
    int32_t n_truth;
    struct city_payment *payments;
    size_t n_payments;
    struct pt_buf *totals; /* lines of totals.csv */
};

/* ---- chance: an independent generator for each purpose, so that parts don't shift each other */
void city_rng(const struct city *c, struct pt_rng *r, const char *purpose, int64_t index);
int64_t city_between(struct pt_rng *r, int64_t low, int64_t high); /* both included */
bool city_chance(struct pt_rng *r, int32_t percent);
/* Memory or the end of the program, with a message. */
void *city_alloc(size_t n, size_t size);

/* ---- calendar.c: working days as the State Council published them */
struct city_day_off {
    int32_t day;
    bool work; /* a weekend day worked, else a weekday off */
    const char *what;
};
bool city_is_workday(int32_t day);
int32_t city_next_workday(int32_t day); /* strictly after */
int32_t city_add_workdays(int32_t day, int32_t n);
int32_t city_nth_workday(int32_t year, int32_t month, int32_t n);
int32_t city_last_workday(int32_t year, int32_t month);
/* Working days in [from, to], at most 31; returns how many. */
int32_t city_workdays(int32_t from, int32_t to, int32_t out[31]);
/* The days of one published list; edition 0 the first, 1 the revised one. */
size_t city_days_off(int32_t year, int32_t edition, const struct city_day_off **ret);

/* ---- codes.c */
struct city_code {
    const char *code, *name;
};
void city_uscc(char out[19], const char *kind2, const char *rgn, int64_t serial);
size_t city_regions(const struct city_code **ret); /* the 12 districts */
size_t city_econ_g(const struct city_code **ret);
size_t city_econ_d(const struct city_code **ret);
const char *city_bk_name(int32_t bk);

/* ---- names.c */
struct city_dept_name {
    const char *name;
    const char *kuan, *kuan_name; /* functional code of its administration, 5 digits */
    const char *item, *item_name; /* of its key projects, 7 digits */
};
extern const struct city_dept_name city_depts[CITY_DEPTS];
void city_project_name(char *out, size_t cap, struct pt_rng *r, const char *dept, char letter);
void city_unit_name(char *out, size_t cap, const char *dept, int32_t n);
const char *city_purpose(int32_t n); /* of a payment; any n */
const char *city_person(struct pt_rng *r);

/* ---- orgs.c, projects.c, planted_*.c: the plan */
void city_plan_orgs(struct city *c);
void city_plan_projects(struct city *c);
/* A fresh planted project of about `yuan`, linear, paid to `paid_bp` of its budget. */
struct city_project *city_plant(struct city *c, int64_t yuan, int32_t paid_bp);
int32_t city_index(const struct city *c, const struct city_project *p);
/* What is paid up to each month's end, in bp of the first quota. */
void city_schedule(struct city_project *p, const int32_t bp[12]);
void city_linear(struct city_project *p, int32_t final_bp);
struct city_quota *city_quota(struct city_project *p, enum city_quota_kind kind, int32_t day,
                              int64_t fen);
struct city_special *city_special(struct city *c, const struct city_project *p, int32_t pay,
                                  int32_t send, int64_t fen);
struct city_control *city_control(struct city *c, const struct city_project *p, const char *action,
                                  int32_t day, int64_t fen);
void city_adjust(struct city *c, const struct city_project *p, int32_t voted, int32_t day,
                 int64_t fen);
struct city_finding *city_finding(struct city *c, const struct city_project *p, int32_t year,
                                  int32_t day, int32_t due, const char *category,
                                  const char *severity);
void city_plant_budget(struct city *c); /* K01 K04 */
void city_plant_dates(struct city *c);  /* K05 K35 */
void city_plant_months(struct city *c); /* K06 K25 */
void city_plant_evals(struct city *c);  /* K43 K53 */
void city_plant_audit(struct city *c);  /* K07 K58 */
void city_plan_findings(struct city *c);
void city_plan_scores(struct city *c);
int64_t city_initial(const struct city_project *p);           /* FG2's B0 */
int64_t city_full(const struct city_project *p, int32_t day); /* Bg of B04s sent by then */

/* ---- payments.c */
struct city_payment {
    int32_t send, pay;
    int32_t unit, project;
    int32_t special; /* -1 = regular */
    bool reverse;
    uint8_t quota;
    int16_t econ;
    int32_t seq;
    int32_t payee, purpose;
    int64_t fen; /* negative = refund */
};
void city_plan_payments(struct city *c); /* also fills paid[] */
void city_plan_curves(struct city *c);

/* ---- truth.c */
struct city_truth *city_fires(struct city *c, const char *rule, const struct city_project *p,
                              char severity, int32_t opened, int32_t closed);
struct city_truth *city_near(struct city *c, const char *rule, const struct city_project *p,
                             int32_t opened, const char *why);
void city_truth_of_payments(struct city *c); /* by voucher, once they are numbered */

/* ---- what is written; each returns 0 or a code */
int city_write_orgs(struct city *c, struct pt_err *err);
int city_write_projects(struct city *c, struct pt_err *err); /* P02 E01 */
int city_write_goals(struct city *c, struct pt_err *err);    /* E04 E05 */
int city_write_approvals(struct city *c, struct pt_err *err);
int city_write_allotments(struct city *c, struct pt_err *err);
int city_write_payments(struct city *c, struct pt_err *err);
int city_write_reports(struct city *c, struct pt_err *err); /* X02 X04 */
int city_write_evaluations(struct city *c, struct pt_err *err);
int city_write_rectifications(struct city *c, struct pt_err *err); /* V03 J04 N01 */
int city_write_audit(struct city *c, struct pt_err *err);
int city_write_appraisals(struct city *c, struct pt_err *err);
int city_write_office(struct city *c, struct pt_err *err); /* H07 H08 H09, consents */
int city_write_replies(struct city *c, struct pt_err *err);
int city_write_truth(struct city *c, struct pt_err *err);

#endif
