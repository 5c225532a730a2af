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

/* Terms keep their statements themselves: there are more than a connection keeps. */
static int statement(struct pt_ledger *l, const char *text, sqlite3_stmt **ret,
                     struct pt_err *err) {
    size_t at = ((uintptr_t)text >> 3) % PT_TERM_STMTS;
    int rc;

    for (; l->terms[at].text; at = (at + 1) % PT_TERM_STMTS)
        if (l->terms[at].text == text) {
            *ret = l->terms[at].st;
            return 0;
        }
    PT_ASSERT(l->n_terms + 1 < PT_TERM_STMTS); /* one a term and use of it */
    rc = pt_sql_prepare(&l->sql, text, ret, err);
    if (rc == 0) {
        l->terms[at].text = text;
        l->terms[at].st = *ret;
        l->n_terms++;
    }
    return rc;
}

static int query(const struct pt_asof *a, const struct pt_term *t, const char *text,
                 sqlite3_stmt **ret, struct pt_err *err) {
    int64_t param;
    int rc = prepare(a, t, &param, err);

    *ret = NULL;
    rc = rc == 0 ? statement(a->l, text, ret, err) : rc;
    return rc == 0
               ? pt_sql_bind(&a->l->sql, *ret, err, "iiisii", (int64_t)a->fy, (int64_t)a->valid_at,
                             (int64_t)a->known_at, a->key, param, (int64_t)a->kind)
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
    if (st)
        pt_sql_reset(st);
    return rc;
}

int pt_term_inputs(const struct pt_asof *a, const struct pt_term *t, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = query(a, t, t->rows, &st, err);

    while (pt_sql_row(&a->l->sql, st, &rc, err))
        ;
    if (st)
        pt_sql_reset(st);
    return rc;
}
