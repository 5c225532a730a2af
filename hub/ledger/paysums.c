/* temp.d_pay: what the changed payments move in agg_pay and agg_line, one row a key. A day has some
 * thousand lines and a few hundred keys. last_day: the newest with a PAY that stands, 0 for none.
 */
#include "sums.h"

static int add_line(struct pt_sums *t, sqlite3_stmt *st, struct pt_err *err) {
    struct pt_sum key = {.first_day = INT32_MAX};
    struct pt_sum *s;
    int32_t day = pt_sql_i32(st, 9);
    bool paid = pt_sql_i32(st, 11) != 0;

    for (int i = 0; i < PT_SUM_TEXTS; i++)
        key.text[i] = pt_sql_text(st, i);
    for (int i = 0; i < PT_SUM_NUMBERS; i++)
        key.number[i] = pt_sql_i64(st, PT_SUM_TEXTS + i);
    s = pt_sums_find(t, &key);
    if (!s)
        return pt_err_set(err, PT_E_NOMEM, "no memory for the sums of the payments");
    s->fen += pt_sql_i64(st, 8);
    s->coarse = pt_sql_i32(st, 10) > s->coarse ? pt_sql_i32(st, 10) : s->coarse;
    s->first_day = day < s->first_day ? day : s->first_day;
    s->last_day = paid && day > s->last_day ? day : s->last_day;
    s->undone = s->undone || pt_sql_i32(st, 12) != 0;
    return 0;
}

static int read_lines(struct pt_ledger *l, struct pt_sums *t, struct pt_err *err) {
    static const char sql[] =
        "SELECT l.subject, l.quota_no, l.control_key, l.func,"
        "  coalesce(l.fund_year, r.fy), l.bk, r.fy, p.pay_date / 100,"
        "  (c.now - c.was) * r.sign * CASE WHEN l.op = @PAYMENT_OP_REFUND THEN -l.fen"
        "    ELSE l.fen END,"
        "  p.pay_date, coalesce(p.date_precision, @DATE_PRECISION_DAY) - @DATE_PRECISION_DAY,"
        "  c.now AND r.sign > 0 AND l.op <> @PAYMENT_OP_REFUND, r.sign < 0 OR c.was"
        " FROM changed c CROSS JOIN record r ON r.rec = c.rec"
        " CROSS JOIN f_payment_batch p ON p.rec = c.rec"
        " CROSS JOIN f_payment_batch_lines l ON l.rec = c.rec"
        " WHERE c.type = @TYPE_PAYMENT_BATCH AND c.now <> c.was";
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err, sql, "");

    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = add_line(t, st, err);
    pt_sql_done(&l->sql, st);
    return rc;
}

int pt_agg_payments(struct pt_ledger *l, struct pt_err *err) {
    struct pt_sums t;
    int rc;

    pt_sums_init(&t);
    rc = read_lines(l, &t, err);
    pt_sums_sort(&t);
    for (size_t i = 0; i < t.n && rc == 0; i++) {
        const struct pt_sum *s = t.list[i];

        rc = pt_sql_run(&l->sql, err,
                        "INSERT INTO d_pay VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
                        " ?12, ?13)",
                        "ssiisiisiiiii", s->text[0], s->text[1], s->number[0], s->number[1],
                        s->text[2], s->number[2], s->number[3], s->text[3], pt_bounded_fen(s->fen),
                        (int64_t)s->coarse, (int64_t)s->first_day, (int64_t)s->last_day,
                        (int64_t)s->undone);
    }
    pt_sums_done(&t);
    return rc;
}
