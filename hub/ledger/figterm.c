/* What terms come to, and the records behind them. */
#include <stdlib.h>

#include "figterm.h"

/* What the SELECT reads is made ready, its parameter looked up. */
static int prepare(const struct pt_asof *a, const struct pt_term *t, int64_t *ret_param,
                   struct pt_err *err) {
    int rc = 0;

    *ret_param = 0;
    if (t->param)
        rc = pt_asof_param(a, t->param, t->fallback, ret_param, err);
    rc = rc == 0 ? pt_asof_scope(a, err) : rc;
    return rc == 0 && t->lines ? pt_asof_lines(a, err) : rc;
}

/* Not kept: there are more terms than a connection keeps statements. */
static int query(const struct pt_asof *a, const struct pt_term *t, const char *text,
                 sqlite3_stmt **ret, struct pt_err *err) {
    int64_t param;
    int rc = prepare(a, t, &param, err);

    return rc == 0 ? pt_sql_once(&a->l->sql, ret, err, text, "iiisi", (int64_t)a->fy,
                                 (int64_t)a->valid_at, (int64_t)a->known_at, a->key, param)
                   : rc;
}

int pt_term_value(const struct pt_asof *a, const struct pt_term *t, struct pt_term_value *ret,
                  struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = query(a, t, t->sums, &st, err);

    *ret = (struct pt_term_value){0};
    if (pt_sql_row(&a->l->sql, st, &rc, err))
        *ret = (struct pt_term_value){
            .found = pt_sql_i64(st, 2) > 0, .sum = pt_sql_i64(st, 0), .most = pt_sql_i64(st, 1)};
    pt_sql_done(&a->l->sql, st);
    return rc;
}

int pt_term_inputs(const struct pt_asof *a, const struct pt_term *t, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = query(a, t, t->rows, &st, err);

    while (pt_sql_row(&a->l->sql, st, &rc, err))
        ;
    pt_sql_done(&a->l->sql, st);
    return rc;
}
