/* Which days a brief is about, and as of which place in the log it speaks. */
#include <pentad/brief/brief.h>

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

#include "internal.h"

static void month_period(int32_t year, int month, struct pt_brief_period *ret) {
    memset(ret, 0, sizeof *ret);
    (void)snprintf(ret->text, sizeof ret->text, "%04d-%02d", (int)year, month);
    ret->no = month;
    ret->fy = year;
    ret->from = year * 10000 + month * 100 + 1;
    ret->to = pt_date_month_end(ret->from);
}

static void quarter_period(int32_t year, int quarter, struct pt_brief_period *ret) {
    memset(ret, 0, sizeof *ret);
    (void)snprintf(ret->text, sizeof ret->text, "%04d-Q%d", (int)year, quarter);
    ret->quarter = true;
    ret->no = quarter;
    ret->fy = year;
    ret->from = year * 10000 + (quarter * 3 - 2) * 100 + 1;
    ret->to = pt_date_month_end(year * 10000 + quarter * 300 + 1);
}

static bool digits(const char *s, int n) {
    for (int i = 0; i < n; i++)
        if (s[i] < '0' || s[i] > '9')
            return false;
    return true;
}

int pt_brief_period_parse(const char *text, struct pt_brief_period *ret, struct pt_err *err) {
    bool form = strlen(text) == 7 && digits(text, 4) && text[4] == '-';
    bool quarter = form && text[5] == 'Q' && text[6] >= '1' && text[6] <= '4';
    int32_t year = 0;
    int no = 0;

    memset(ret, 0, sizeof *ret);
    if (form) {
        year =
            (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0';
        no = digits(text + 5, 2) ? (text[5] - '0') * 10 + text[6] - '0' : 0;
    }
    if ((!quarter && (no < 1 || no > 12)) || !pt_date_valid(year * 10000 + 101))
        return pt_err_set(err, PT_E_FORMAT,
                          "no period is called \"%.40s\": write a month as 2019-06, a quarter as "
                          "2019-Q2",
                          text);
    if (quarter)
        quarter_period(year, text[6] - '0', ret);
    else
        month_period(year, no, ret);
    return 0;
}

void pt_brief_period_before(const struct pt_brief_period *p, struct pt_brief_period *ret) {
    int32_t last = pt_date_add(p->from, -1);

    if (p->quarter)
        quarter_period(pt_date_year(last), pt_date_month(last) / 3, ret);
    else
        month_period(pt_date_year(last), pt_date_month(last), ret);
}

/* The last tick that `where` lets through; known_at 0 where there is none. */
static int last_tick(struct pt_brief *b, const char *where, int64_t value,
                     struct pt_brief_moment *ret, struct pt_err *err) {
    char sql[160];
    struct sqlite3_stmt *st = NULL;
    int rc;

    memset(ret, 0, sizeof *ret);
    (void)snprintf(sql, sizeof sql,
                   "SELECT day, log_size, seq FROM tick WHERE %s <= ?1 ORDER BY no DESC LIMIT 1",
                   where);
    rc = pt_sql_once(b->sql, &st, err, sql, "i", value);
    if (pt_sql_row(b->sql, st, &rc, err)) {
        ret->day = pt_sql_i32(st, 0);
        ret->known_at = pt_sql_u64(st, 1);
        ret->seq = pt_sql_u64(st, 2);
    }
    pt_sql_done(b->sql, st);
    return rc;
}

/* The moment of a period's final brief: the last tick of the last working day that it waits for, by
 * the rule set that was known and in force on the period's last day. */
static int final_moment(struct pt_brief *b, const struct pt_brief_period *p,
                        struct pt_brief_moment *ret, int32_t *ret_day, struct pt_err *err) {
    static const char sql[] =
        "SELECT wd_add(?1, coalesce((SELECT p.value FROM f_rule_set_params p"
        " JOIN record r ON r.rec = p.rec JOIN tick t ON t.no ="
        " (SELECT no FROM tick WHERE day <= ?1 ORDER BY no DESC LIMIT 1)"
        " WHERE p.name = '" PT_BRIEF_WORKDAYS "' AND p.value IS NOT NULL AND r.valid_from <= ?1"
        " AND " PT_BRIEF_LIVE("r", "t.log_size") PT_BRIEF_ORDER("r") " LIMIT 1),"
                                                                     " " PT_BRIEF_WORKDAYS_DEFAULT
                                                                     "))";
    struct sqlite3_stmt *st = NULL;
    int32_t day = 0;
    int rc = pt_sql_query(b->sql, &st, err, sql, "i", (int64_t)p->to);

    memset(ret, 0, sizeof *ret);

    if (pt_sql_row(b->sql, st, &rc, err))
        day = pt_sql_i32(st, 0);
    pt_sql_done(b->sql, st);
    *ret_day = day;
    /* A period before the first tick had no brief. */
    return rc == 0 && p->to >= b->first_day ? last_tick(b, "day", day, ret, err) : rc;
}

/* Months that chart C4 shows: up to twelve, the last one ends with this period. */
static int month_windows(struct pt_brief *b, struct pt_err *err) {
    struct pt_brief_period p;
    int32_t day;
    int rc = 0;

    month_period(b->period.fy, pt_date_month(b->period.to), &p);
    for (int i = PT_BRIEF_WINDOWS; i > 0; i--) {
        b->months[i - 1] = p;
        pt_brief_period_before(&p, &p);
    }
    for (int i = 0; i <= PT_BRIEF_WINDOWS && rc == 0; i++) {
        const struct pt_brief_period *m = i == 0 ? &p : &b->months[i - 1];

        rc = final_moment(b, m, &b->windows[i], &day, err);
        if (i == PT_BRIEF_WINDOWS || b->windows[i].known_at > b->now.known_at)
            b->windows[i] = b->now;
    }
    /* Months before the first tick have nothing to show. */
    while (rc == 0 && b->first_window < PT_BRIEF_WINDOWS - 1 &&
           b->months[b->first_window].to < b->first_day)
        b->first_window++;
    return rc;
}

static int first_tick(struct pt_brief *b, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(b->sql, &st, err, "SELECT day FROM tick ORDER BY no LIMIT 1", "");

    if (pt_sql_row(b->sql, st, &rc, err))
        b->first_day = pt_sql_i32(st, 0);
    pt_sql_done(b->sql, st);
    return rc;
}

int pt_brief_moments(struct pt_brief *b, uint64_t known_at, struct pt_err *err) {
    struct pt_brief_moment last;
    struct pt_brief_moment final;
    struct pt_brief_period before;
    char day_text[11];
    int32_t day;
    int rc = last_tick(b, "no", INT64_MAX, &last, err);

    rc = rc == 0 ? first_tick(b, err) : rc;
    if (rc != 0)
        return rc;
    if (last.known_at == 0)
        return pt_err_set(err, PT_E_NOT_FOUND, "the ledger has no tick yet: nothing to report");
    pt_date_format(day_text, b->period.to < b->first_day ? b->first_day : last.day);
    if (b->period.to < b->first_day)
        return pt_err_set(err, PT_E_NOT_FOUND, "%s was over before this ledger begins, on %s",
                          b->period.text, day_text);
    if (last.day < b->period.from)
        return pt_err_set(err, PT_E_NOT_FOUND,
                          "%s has not begun in this ledger: its last tick is of %s", b->period.text,
                          day_text);
    rc = final_moment(b, &b->period, &final, &b->final_day, err);
    if (rc != 0)
        return rc;
    b->draft = last.day <= b->final_day || (known_at != 0 && known_at < final.known_at);
    b->now = last.day <= b->final_day ? last : final;
    if (known_at != 0) {
        rc = last_tick(b, "log_size", (int64_t)known_at, &b->now, err);
        if (rc == 0 && (b->now.known_at == 0 || b->now.day < b->period.from))
            rc = pt_err_set(err, PT_E_NOT_FOUND, "%s had not begun at log size %llu",
                            b->period.text, (unsigned long long)known_at);
        b->now.known_at = known_at > pt_ledger_cursor(b->l) ? pt_ledger_cursor(b->l) : known_at;
    }
    rc = rc == 0 ? final_moment(b, &b->before, &b->since, &day, err) : rc;
    pt_brief_period_before(&b->before, &before);
    rc = rc == 0 ? final_moment(b, &before, &b->since_before, &day, err) : rc;
    if (b->since.known_at > b->now.known_at)
        b->since = b->now;
    return rc == 0 ? month_windows(b, err) : rc;
}
