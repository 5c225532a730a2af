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
#define CITY_RGN "370100"
#define CITY_DEPTS 110
#define CITY_DISTRICTS 12
#define CITY_MAX_QUOTAS 8
#define CITY_MAX_SPECIALS 256
#define CITY_MAX_CONTROLS 320
#define CITY_MAX_ADJUSTS 64
#define CITY_MAX_APPROVALS 64
#define CITY_MAX_FINDINGS 1024
#define CITY_MAX_CLUES 64
#define CITY_MAX_OPINIONS 64
#define CITY_MAX_WARNINGS 8
#define CITY_FIRST_WARNING 901 /* its number among the notices */
#define CITY_MAX_TRUTH 2048
#define CITY_MAX_SHOWN 16
#define CITY_MAX_BODIES 32
#define CITY_MAX_TENURES 8
#define CITY_PROJECT_NAMES 500
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
#define DAY_PAST 20190104
#define DAY_GOALS 20190107
#define DAY_NEEDS 20190109
#define DAY_USES 20190110
#define DAY_REVIEWS 20190111
#define DAY_OLD_BALANCES 20190111
#define DAY_LIBRARY 20190114
#define DAY_DRAFT 20190115
#define DAY_VOTED 20190117
#define DAY_APPROVED 20190121
#define DAY_ALLOTTED 20190128
#define DAY_OUTLINE 20191129 /* of the next budget */
#define DAY_BALANCES 20200113
#define DAY_DEPT_EVAL 20200330
#define DAY_APPRAISAL 20200424
#define DAY_ACCOUNTS 20200514
#define DAY_ACCOUNTS_MENDED 20200519 /* with what they lacked */
#define DAY_FINAL_VOTED 20200528
#define DAY_FINAL 20200601

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
    bool unnamed;      /* not allotted to a project yet: 待分配 */
    int32_t number_of; /* the project, from 1, whose second quota's number it bears; 0 = its own */
    char basis[48];
};

/* How congress sees a project's money. */
enum city_line { LINE_DEPT, LINE_SUBJECT, LINE_FUNC };

struct city_project {
    char code[24];
    char name[128];
    char alias[24];
    bool policy;
    int32_t carries_out; /* the policy, from 1, whose money its is; 0 = none */
    bool planted;        /* a planted fault or near miss: keep everything else away from it */
    int32_t dept, unit;
    int32_t bk;
    char func[8];
    enum city_line line;
    char voted[8];      /* the 款 or 类 under which congress approved it; empty: func itself */
    int64_t ap_delta;   /* congress approved the first INITIAL plus this */
    int64_t need_delta; /* the need of 2019 was reviewed as the INITIAL plus this */
    int32_t need_fixed_day; /* another review without it; 0 = none */
    int64_t accounts_delta; /* the accounts show what was paid plus this */
    int64_t goal_delta;     /* the goal is for the INITIAL plus this */
    bool no_exante, no_goal_ref, no_goal_link, no_result_link;
    int32_t exante_cp; /* its score, and the conclusion; 0 = by chance */
    const char *exante_conclusion;
    int32_t returned_day, passed_day; /* of the goal; 0 = not returned, passed on DAY_REVIEWS */
    int32_t regoal_day;               /* its second version; 0 = none */
    const char *regoal_by;            /* who approved that */
    int32_t profile_bk;               /* what its first profile says; 0 = bk */
    int32_t renamed_day;              /* another profile names it otherwise; 0 = none */
    bool recurve_renames;             /* that REPLACE names it otherwise */
    int32_t recurve_again_day;        /* another REPLACE, of the first profile … */
    bool recurve_chained;             /* … or of the REPLACE before it */
    const char *goal_without;         /* an indicator or group that the goal lacks */
    const char *tags;                 /* NULL = by chance */
    char letter;                      /* R personnel, Y operating, T specific target */
    bool is_new, is_major, is_infra, is_special, lump;
    int32_t unit_named; /* its allotment names the unit since then; 0 = at once, -1 = never */
    int32_t head_from;  /* since when somebody answers for it; 0 = its start */
    int32_t head_left, head_next; /* the first one's last day, the next one's first; 0 = stays */
    bool head_for_now;            /* entered without answering for life … */
    int32_t head_mended_day;      /* … until a correction; 0 = stays so */
    int32_t theme, major_basis;
    int32_t start, end;
    int64_t total;
    int64_t estimate;     /* 核定概算, of infrastructure */
    int64_t old_surplus;  /* of 2017, left at the end of 2018 */
    bool carried;         /* what is left at the end of 2019 is carried over, not surplus */
    int32_t contract_day; /* of a planted contract; 0 = none */
    int64_t contract_fen;

    struct city_quota quotas[CITY_MAX_QUOTAS];
    int32_t n_quotas;
    int64_t cum[13];            /* regular payments from the first quota up to each month's end */
    int32_t hold_from, hold_to; /* no regular payment in [from, to) */
    bool derive_curve;          /* plan_curve follows what will be paid */
    bool has_curve;
    int32_t curve[13];
    int32_t recurve_day; /* a P02 REPLACE brings the curve, and the right bk, then */
    int64_t recovered;
    int32_t recover_day;
    int64_t forecast;    /* in October's monitoring: won't be spent; 0 = what is recovered later */
    int32_t forecast_at; /* in the monitoring to this day instead; 0 = October's */
    int32_t lines;       /* regular payment lines to make */

    int64_t paid[13];         /* cumulative, net, at each month's end */
    int32_t self_cp, spot_cp; /* 0 = none yet */
    int32_t self_day, spot_day;
    int64_t self_paid_delta; /* it says that this much more was paid */
    int32_t self_rate_off;   /* and the rate this much higher, bp */
    int32_t self_excess;     /* claimed above what its indicators recompute to, cp */
    int32_t self_replaced_cp, self_replaced_day;
    int32_t late_period, late_day; /* the monitoring report to this day comes then; 0 = never */
    int32_t odd_period, odd_bp;    /* in this one all is reached to odd_bp; in the year's last one
                                      the second indicator's outcome is odd_bp of the real one */
    int32_t odd_mended_day;        /* another report to that day says what is right; 0 = none */
    int32_t criticized_day, rectified_day; /* after a spot check */
    int32_t expiry, expiry_eval_day; /* of a special fund; 0 = by chance, not evaluated then */
    /* Who made it, one above the number of the agency; 0 = nobody from outside. */
    int32_t self_agency, exante_agency, key_agency;
    int32_t key_day;    /* finance's own evaluation of 2018; 0 = by chance */
    bool self_paid;     /* the body pays that agency for its self-evaluation */
    bool key_paid;      /* and for finance's */
    int64_t audit_diff; /* audit's figure less ours, in the first A02 */
    int32_t audit_day;  /* 0 = no A02 */
    int32_t audit_fixed_day;
    bool no_audit_note; /* no generated finding on it */
    int32_t key_cp;     /* finance's evaluation of the year before; 0 = by chance, or none */
    int32_t past_cp;    /* its department's of the year before that; 0 = none */
    int64_t next_fen;   /* allotted for the next year; 0 = nothing */
    bool goal_unpublished;
    int32_t goal_published_day; /* 0 = with the others */
    bool self_unpublished;
    int32_t self_published_day; /* 0 = with the others */
    int32_t fin_key_day;        /* finance evaluates this year too; 0 = not */
    int32_t fin_key_published;  /* 0 = never */
    int64_t published_delta;    /* what was paid is published as this much more */
    char goal_no[20], regoal_no[20], self_no[20], spot_no[20];
    char expiry_no[20], fin_key_no[20];
    char exante_no[20];           /* empty: not evaluated before it began */
    char past_no[20], use_no[20]; /* of 2017; empty: not a continuing project */
};

/* A payment entered by itself, in a batch of one line. */
struct city_special {
    int32_t project;
    int32_t pay, send;
    int64_t fen;
    int32_t basis;       /* pre_approval_basis: 0 none, 1 carry, 2 same period, 3 legal duty */
    int32_t reverse_day; /* 0 = stands */
    int32_t
        voucher_of;   /* the special payment, from 1, whose voucher it bears; 0 = one of its own */
    const char *rule; /* K05, K24 or K35: truth is by voucher; NULL = none */
    char severity;
    const char *near_why; /* else: not to fire, because */
    int32_t shared;       /* the contract on which more than one project pays; 0 = its own */
    char voucher[16], batch[40];
};

/* One X04. */
struct city_control {
    int32_t day, effective, project, to_project, reply_due;
    bool answered_otherwise; /* one plan on answered_day; 0 = never */
    int32_t answered_day;
    int32_t year; /* whose money; 0 = the year's own */
    const char *action;
    int64_t fen;
    const char *reason;
    int32_t failed_days[2], mended_day; /* its rectification was verified then; 0 = as usual */
    char no[20];
};

/* One B03 ADJUST line. */
struct city_adjust {
    int32_t project, day, voted;
    int64_t fen;
    int32_t mistaken;   /* the day first said to be that of the vote; 0 = the right one */
    int32_t again_day;  /* a REPLACE puts that right, under the number of what it replaces … */
    int32_t number_day; /* … or, on this day, under a number of its own; 0 = never */
};

/* One N01. */
struct city_opinion {
    char no[20];
    int32_t project, day, due;
    int32_t answered; /* 0 = never */
};

/* One J04 WARNING of the office, which nobody else's follows. */
struct city_warning {
    int32_t project, day, due;
    int32_t answered; /* 0 = never */
};

/* One B03 that was written. */
struct city_approval {
    int32_t day;
    char no[40];
};

/* One A03 with its verifications. */
struct city_finding {
    int32_t project, year, day, due;
    int32_t ongoing_day, done_day; /* 0 = none */
    int32_t claimed_day;           /* V03 says that it is rectified; 0 = on done_day */
    int32_t corrected_day;         /* A03 REPLACE that makes it a matter of procedure */
    const char *category, *severity, *focus;
    int32_t org; /* whom audit holds responsible */
    int64_t fen;
    char no[20];
};

/* One D01 and what discipline does with it. Days on which nothing happens are 0. */
struct city_clue {
    const char *sender;
    int32_t sent;
    bool urgent;
    int32_t received;
    const char *accept;
    int32_t feedback_due, interim, final;
    int32_t ack_due;
    int32_t finding, control; /* its source; -1 = none */
    char id[33], no[40];
};

/* A month report that is wrong, and when it is mended. */
struct city_misreport {
    int32_t project, month;
    int64_t diff;
    int32_t fixed_day; /* 0 = stays */
    bool near;
};

/* A department or unit whose first allotments are published on another day; 0 = never. */
struct city_shown {
    int32_t org, day;
};

/* A body that does nothing but resemble the one planted before it. */
struct city_body {
    char uscc[19];
    const char *rgn, *name, *bunit;
    int32_t day, since, until;
    int32_t mended_day, mended_until; /* another profile, with its end … */
    const char *mended_bunit;         /* … or with another code */
};

/* Whoever heads a department since `from`, entered on `day`; the one before left on `left`, entered
 * on `left_day` (0 = never). */
struct city_tenure {
    int32_t dept, from, day, left, left_day;
};

struct city_truth {
    const char *rule, *kind;
    int32_t project, quota; /* the object is this quota's number; quota -1 = it isn't */
    const char *before_no;  /* what the object says before that number; NULL = nothing */
    char key[40], object[64];
    int32_t year, period;
    char severity, first_severity;
    int32_t opened, changed, closed;
    int32_t warned;          /* Y on the way from I to R; 0 = it wasn't */
    int32_t paused, resumed; /* closed and opened again in between; 0 = it wasn't */
    const char *why;         /* NULL = planted, else a near miss */
    const char *condition;   /* which of the rule's; NULL = it has one only */
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
    struct city_approval approvals[CITY_MAX_APPROVALS];
    int32_t n_approvals;
    struct city_finding findings[CITY_MAX_FINDINGS];
    int32_t n_findings;
    struct city_clue clues[CITY_MAX_CLUES];
    int32_t n_clues;
    struct city_opinion opinions[CITY_MAX_OPINIONS]; /* planted ones */
    int32_t n_opinions;
    struct city_warning warnings[CITY_MAX_WARNINGS];
    int32_t n_warnings;
    struct city_misreport misreports[32];
    int32_t n_misreports;
    struct city_shown shown[CITY_MAX_SHOWN];
    int32_t n_shown;
    struct city_body bodies[CITY_MAX_BODIES];
    int32_t n_bodies;
    struct city_tenure tenures[CITY_MAX_TENURES];
    int32_t n_tenures;
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
/* `bytes` random bytes of such a purpose, in hexadecimal. */
void city_hex(const struct city *c, const char *purpose, int64_t index, int32_t bytes, char *out);
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
/* The n-th way to name what a department does; from CITY_PROJECT_NAMES on, in sections of the
 * same places. */
void city_project_name(char *out, size_t cap, int32_t n, const char *dept, char letter);
void city_unit_name(char *out, size_t cap, const char *dept, int32_t n);
const char *city_purpose(int32_t n); /* of a payment; any n */
const char *city_person(struct pt_rng *r);
/* Of one who answers for something; in no other file, so that its trace can be looked for. */
void city_responsible(struct pt_rng *r, char *out, size_t cap);

/* ---- orgs.c, projects.c, planted_*.c: the plan */
void city_plan_orgs(struct city *c);
bool city_is_pilot(int32_t dept); /* of overall performance, since the year before */
#define CITY_AGENCIES 6
const char *city_agency(int32_t n); /* an evaluation agency's uscc */
void city_plan_projects(struct city *c);
/* A fresh planted project of about `yuan`, linear, paid to `paid_bp` of its budget. */
struct city_project *city_plant(struct city *c, int64_t yuan, int32_t paid_bp);
int32_t city_index(const struct city *c, const struct city_project *p);
/* Congress sees it as a key project, approved at its first quota plus `ap_delta`. */
void city_on_subject_line(struct city_project *p, int64_t ap_delta);
/* The items of an administration (the last two digits) for lines of its own; others name those up
 * to CITY_NAMED_LAST too. */
enum { CITY_OWN_FIRST = 3, CITY_NAMED_LAST = 8, CITY_OWN_LAST = 49 };
/* How many lines of its own a department has, without those of `but` (NULL allowed). */
int32_t city_own_lines(const struct city *c, int32_t dept, const struct city_project *but);
/* A department line that no other project of the department shares. */
void city_on_own_line(const struct city *c, struct city_project *p, int64_t ap_delta);
/* The truth stands at the line on which congress approved the project. */
void city_on_line(struct city_truth *t, const struct city *c, const struct city_project *p);
/* The day on which the month's end is judged. */
int32_t city_month_over(int32_t month);
/* K25 from that month on. */
struct city_truth *city_behind(struct city *c, const struct city_project *p, int32_t month,
                               int32_t closed);
/* The day after a term of so many days; a last day off moves to the next working day. */
int32_t city_after_days(int32_t day, int32_t n);
/* What is paid up to each month's end, in bp of the first quota. */
void city_schedule(struct city_project *p, const int32_t bp[12]);
void city_linear(struct city_project *p, int32_t final_bp);
struct city_quota *city_quota(struct city_project *p, enum city_quota_kind kind, int32_t day,
                              int64_t fen);
struct city_special *city_special(struct city *c, const struct city_project *p, int32_t pay,
                                  int32_t send, int64_t fen);
struct city_control *city_control(struct city *c, const struct city_project *p, const char *action,
                                  int32_t day, int64_t fen);
/* What was taken back is set aside for a key project. */
void city_reallocate(struct city *c, const struct city_project *p, int32_t day, int64_t fen);
void city_adjust(struct city *c, const struct city_project *p, int32_t voted, int32_t day,
                 int64_t fen);
/* The number of its document. */
void city_adjust_no(const struct city *c, const struct city_adjust *a, char no[40]);
struct city_finding *city_finding(struct city *c, const struct city_project *p, int32_t year,
                                  int32_t day, int32_t due, const char *category,
                                  const char *severity);
/* Some finding sent before that day, another for each `nth` while there are enough. */
const struct city_finding *city_finding_before(const struct city *c, int32_t day, int32_t nth);
void city_plant_budget(struct city *c); /* K01 K04 */
void city_plant_terms(struct city *c);  /* K02 */
void city_plant_money(struct city *c);  /* K03 K08 K11 K12 K13 K29 */
void city_plant_gates(struct city *c);  /* K14 to K23 and K49 */
void city_plant_alike(struct city *c);  /* K22 */
int32_t city_dept_of(const char *name);
/* A planted project of that department. */
struct city_project *city_plant_of(struct city *c, int64_t yuan, const char *dept);
void city_plant_dates(struct city *c);      /* K05 K35 */
void city_plant_identity(struct city *c);   /* K24 */
void city_plant_vouchers(struct city *c);   /* K24 */
void city_plant_months(struct city *c);     /* K06 K25 */
void city_plant_lag(struct city *c);        /* K26 */
void city_plant_controls(struct city *c);   /* K30 K31 K34 */
void city_plant_indicators(struct city *c); /* K37 K54 */
void city_plant_evals(struct city *c);      /* K43 K53 */
void city_plant_audit(struct city *c);      /* K07 K58 */
void city_plant_execution(struct city *c);  /* K28 K32 K36 */
/* K27, once personnel is weighed: it takes the departments' own. */
void city_plant_breakdown(struct city *c);
void city_plant_expiry(struct city *c);     /* K45 */
void city_plant_agencies(struct city *c);   /* K46 */
void city_plant_results(struct city *c);    /* K41 K42 K44 K59 K71 */
void city_plant_regions(struct city *c);    /* K38 K39 K40 */
void city_plant_items(struct city *c);      /* K40 */
void city_plant_transfers(struct city *c);  /* K09 */
bool city_is_unassessed(int32_t dept);      /* no W01 */
bool city_is_assessed_last(int32_t dept);   /* W01 on the last day of the term */
void city_plant_heads(struct city *c);      /* K63 */
void city_plant_duties(struct city *c);     /* K33 K60 K64 K65 K68 K69 */
void city_plant_expected(struct city *c);   /* K66, with K61 of what comes late */
void city_plant_appraisals(struct city *c); /* K51 K52 */
void city_plant_public(struct city *c);     /* K10 K62 */
/* K62 of approvals and allotments, once all of these are planned. */
void city_plant_shown(struct city *c);
int32_t city_shown_on(const struct city *c, int32_t org, int32_t day);
int32_t city_approval_shown_on(int32_t day);
void city_plant_key_evals(struct city *c);    /* K70 K71 */
void city_plant_results_used(struct city *c); /* K47 K48 K50 K61 */
void city_plan_findings(struct city *c);
void city_plan_clues(struct city *c); /* with K55 and K56 */
/* How many transfers were advised for a month's findings and not made (K57): the n-th count, in
 * order. False after the last. */
struct city_count {
    int32_t month, sent, count;
};
bool city_count(int32_t n, struct city_count *ret);
void city_plan_scores(struct city *c);
const char *city_goal_on(const struct city_project *p,
                         int32_t day);              /* number of the newest sent before */
int64_t city_initial(const struct city_project *p); /* FG2's B0 */
void city_needs(const struct city_project *p, int64_t fen[3]); /* of 2019 to 2021, as reviewed */
int64_t city_full(const struct city_project *p, int32_t day);  /* Bg of B04s sent by then */

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
/* Names which of the rule's conditions it is. */
struct city_truth *city_as(struct city_truth *t, const char *condition);
/* It is about no subject, and no year's. */
struct city_truth *city_of_nobody(struct city_truth *t);
/* What fires, as yellow, comes near to being red; `condition` is the one it comes near to. */
struct city_truth *city_not_red(struct city *c, const struct city_truth *fired,
                                const char *condition, const char *why);
/* Fires (Y, for good), or is near: of the project's q-th quota. */
void city_by_quota(struct city *c, const char *rule, const struct city_project *p, int32_t q,
                   int32_t opened, const char *near_why);
void city_truth_of_quotas(struct city *c);      /* by quota, once they are numbered */
void city_truth_of_payments(struct city *c);    /* by voucher, once they are numbered */
void city_truth_of_corrections(struct city *c); /* K68: of what the plan corrects */

/* ---- what is written; each returns 0 or a code */
int city_write_orgs(struct city *c, struct pt_err *err);
int city_write_projects(struct city *c, struct pt_err *err);    /* P02 E01 */
int city_write_items(struct city *c, struct pt_err *err);       /* P02 of what is no project */
int city_write_goals(struct city *c, struct pt_err *err);       /* E04 E05 */
int city_write_planning(struct city *c, struct pt_err *err);    /* E02 E03 */
int city_write_results(struct city *c, struct pt_err *err);     /* V01 of 2017, V02 */
int city_write_submissions(struct city *c, struct pt_err *err); /* B01 B02 */
int city_write_approvals(struct city *c, struct pt_err *err);
int city_write_allotments(struct city *c, struct pt_err *err);
int city_write_transfers(struct city *c, struct pt_err *err);
int city_write_balances(struct city *c, struct pt_err *err); /* B05 */
int city_write_business(struct city *c, struct pt_err *err); /* X06 */
int city_write_payments(struct city *c, struct pt_err *err);
int city_write_reports(struct city *c, struct pt_err *err); /* X02 X04 */
int city_write_evaluations(struct city *c, struct pt_err *err);
int city_write_rectifications(struct city *c, struct pt_err *err); /* V03 J04 N01 */
int city_write_audit(struct city *c, struct pt_err *err);
int city_write_persons(struct city *c, struct pt_err *err); /* P03 */
int city_write_clues(struct city *c, struct pt_err *err);   /* D01 D02 D03, SealedCount */
int city_write_sealed(struct city *c, struct pt_err *err);  /* A01 A05 D04 O02 */
int city_write_appraisals(struct city *c, struct pt_err *err);
int city_write_office(struct city *c, struct pt_err *err); /* H07 H08 H09, consents */
int city_write_replies(struct city *c, struct pt_err *err);
int city_write_monitoring(struct city *c, struct pt_err *err); /* X03 */
int city_write_regions(struct city *c, struct pt_err *err);    /* X05 */
int city_write_society(struct city *c, struct pt_err *err);    /* S01 S02 S04 S05 */
/* The document of the nth assessment (departments, then districts) and what it led to. */
const char *city_assessment(int32_t n, int32_t *ret_day, bool *ret_interview);
int city_write_assessments(struct city *c, struct pt_err *err); /* W01 */
int city_write_meetings(struct city *c, struct pt_err *err);    /* J01 J02 J03 */
int city_write_disclosures(struct city *c, struct pt_err *err); /* S03; after the approvals */
int city_write_truth(struct city *c, struct pt_err *err);
int city_write_truth_figures(struct city *c, struct pt_err *err); /* truth_figures.c */

#endif
