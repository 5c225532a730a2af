/* temp.d_pay: what the changed payments move in agg_pay and agg_line, one row a key. A day has some
 * thousand lines and a few hundred keys. last_day: the newest with a PAY that stands, 0 for none.
 */
#include "sums.h"

/* What a batch says of all its lines. */
struct batch {
    int64_t rec;
    int64_t times; /* that a line counts more than at the last tick: 1 or -1, more where it moved */
    int64_t fy;
    int32_t day;
    int32_t coarse;
    bool stands; /* its PAYs count as paid */
    bool undone;
};

static int add_line(struct pt_sums *t, const struct batch *b, sqlite3_stmt *st,
                    struct pt_err *err) {
    struct pt_sum key = {.first_day = INT32_MAX};
    bool refund = pt_sql_i32(st, 6) == PENTAD__V1__PAYMENT_OP__PAYMENT_OP_REFUND;
    bool paid = b->stands && !refund && !pt_sql_is_null(st, 6);
    wide fen = (wide)pt_sql_i64(st, 7) * b->times;
    struct pt_sum *s;

    for (int i = 0; i < PT_SUM_TEXTS; i++)
        key.text[i] = pt_sql_text(st, i);
    key.number[0] = pt_sql_is_null(st, 4) ? b->fy : pt_sql_i64(st, 4);
    key.number[1] = pt_sql_i64(st, 5);
    key.number[2] = b->fy;
    key.number[3] = b->day / 100;
    s = pt_sums_find(t, &key);
    if (!s)
        return pt_err_set(err, PT_E_NOMEM, "no memory for the sums of the payments");
    s->fen += refund ? -fen : fen;
    s->coarse = b->coarse > s->coarse ? b->coarse : s->coarse;
    s->first_day = b->day < s->first_day ? b->day : s->first_day;
    s->last_day = paid && b->day > s->last_day ? b->day : s->last_day;
    s->undone = s->undone || b->undone;
    return 0;
}

static int read_batch(struct pt_ledger *l, struct pt_sums *t, const struct batch *b,
                      struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT subject, quota_no, control_key, func, fund_year, bk, op, fen"
                          " FROM f_payment_batch_lines WHERE rec = ?",
                          "i", b->rec);

    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = add_line(t, b, st, err);
    pt_sql_done(&l->sql, st);
    return rc;
}

/* Lines are asked for batch by batch: what a batch says of them all is worked out once. */
static int read_batches(struct pt_ledger *l, struct pt_sums *t, struct pt_err *err) {
    static const char sql[] =
        "SELECT c.rec, (c.now - c.was) * r.sign, r.fy, p.pay_date,"
        "  coalesce(p.date_precision, @DATE_PRECISION_DAY) - @DATE_PRECISION_DAY,"
        "  c.now AND r.sign > 0, r.sign < 0 OR c.was"
        " FROM changed c CROSS JOIN record r ON r.rec = c.rec"
        " CROSS JOIN f_payment_batch p ON p.rec = c.rec"
        " WHERE c.type = @TYPE_PAYMENT_BATCH AND c.now <> c.was";
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err, sql, "");

    while (pt_sql_row(&l->sql, st, &rc, err)) {
        const struct batch b = {.rec = pt_sql_i64(st, 0),
                                .times = pt_sql_i64(st, 1),
                                .fy = pt_sql_i64(st, 2),
                                .day = pt_sql_i32(st, 3),
                                .coarse = pt_sql_i32(st, 4),
                                .stands = pt_sql_i32(st, 5) != 0,
                                .undone = pt_sql_i32(st, 6) != 0};

        rc = read_batch(l, t, &b, err);
    }
    pt_sql_done(&l->sql, st);
    return rc;
}

int pt_agg_payments(struct pt_ledger *l, struct pt_err *err) {
    struct pt_sums t;
    int rc;

    pt_sums_init(&t);
    rc = read_batches(l, &t, err);
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
