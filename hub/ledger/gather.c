/* The records that an evidence file is of: a figure's, a discrepancy's, a subject's in a year. */
#include <pentad/base/told.h>

#include "answer.h"
#include "figterm.h"

#define TOLD " CROSS JOIN record r ON r.rec = i.rec JOIN stream s ON s.sid = r.sid ORDER BY r.rec"

/* Each row's record, once. */
static int tell(struct pt_ledger *l, sqlite3_stmt *st, int rc, pt_ledger_input_cb cb, void *ctx,
                struct pt_err *err) {
    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = cb(ctx, pt_sql_text(st, 0), pt_sql_text(st, 1), pt_sql_u64(st, 2), pt_sql_u64(st, 3));
    pt_sql_done(&l->sql, st);
    return rc;
}

static int term_inputs(const struct pt_asof *a, const struct pt_figure_def *d, struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < PT_TERMS_MAX && d->terms[i] && rc == 0; i++)
        rc = pt_term_inputs(a, d->terms[i], err);
    return rc;
}

int pt_ledger_inputs(struct pt_ledger *l, const struct pt_figure_ask *ask, pt_ledger_input_cb cb,
                     void *ctx, struct pt_err *err) {
    struct pt_asof a = pt_asof_ask(l, ask);
    const struct pt_figure_def *d = pt_figure_def_find(ask->figure);
    sqlite3_stmt *st = NULL;
    int rc;

    if (!d)
        return pt_err_set(err, PT_E_NOT_FOUND, PT_TOLD_NO_FIGURE, ask->figure);
    rc = pt_asof_inputs(&a, d->sources, err);
    rc = rc == 0 ? term_inputs(&a, d, err) : rc;
    rc = rc == 0 ? pt_sql_query(&l->sql, &st, err,
                                "SELECT s.party, s.name, r.seq, r.log_index FROM inputs i" TOLD, "")
                 : rc;
    return tell(l, st, rc, cb, ctx, err);
}

int pt_ledger_discrepancy_records(struct pt_ledger *l, const char *id, enum pt_party reader,
                                  uint8_t ret_id[PT_DISCREPANCY_ID_LEN], pt_ledger_input_cb cb,
                                  void *ctx, struct pt_err *err) {
    /* What it cites by its place: an erased record has no hash here, and the log has it. */
    static const char sql[] =
        "WITH h AS MATERIALIZED (SELECT rec FROM f_discrepancy WHERE id = ?1),"
        " a AS MATERIALIZED (SELECT rec FROM f_discrepancy_reply WHERE id = ?1),"
        " i AS (SELECT rec FROM h UNION SELECT rec FROM a"
        "  UNION SELECT r.rec FROM h CROSS JOIN f_discrepancy_inputs i ON i.rec = h.rec"
        "   CROSS JOIN stream s ON s.party = i.party AND s.name = i.stream"
        "   CROSS JOIN record r ON r.sid = s.sid AND r.seq = i.seq"
        "  UNION SELECT f.rec FROM a CROSS JOIN resolved f ON f.target = a.rec"
        "   WHERE f.field = 'target'"
        "  UNION SELECT f.rec FROM h CROSS JOIN resolved f ON f.target = h.rec"
        "   WHERE f.field = 'origin')"
        " SELECT s.party, s.name, r.seq, r.log_index FROM i" TOLD;
    sqlite3_stmt *st = NULL;
    int rc = pt_discrepancy_find(l, id, reader, ret_id, err);

    rc = rc == 0 ? pt_sql_query(&l->sql, &st, err, sql, "b", pt_span(ret_id, PT_DISCREPANCY_ID_LEN))
                 : rc;
    return tell(l, st, rc, cb, ctx, err);
}

int pt_ledger_subject_records(struct pt_ledger *l, const struct pt_figure_ask *ask,
                              enum pt_party reader, pt_ledger_input_cb cb, void *ctx,
                              struct pt_err *err) {
    /* What is of no year (a profile, say) is of every year. Findings go by what they are about. */
    static const char sql[] =
        "WITH i AS (SELECT rec FROM inputs"
        "  UNION SELECT rec FROM record WHERE subject = ?1 AND coalesce(fy, 0) IN (0, ?3)"
        "   AND type > 0 AND type <> @TYPE_DISCREPANCY"
        "  UNION SELECT d.rec FROM f_discrepancy d WHERE d.key = ?1 AND d.kind = ?2"
        "   AND d.fiscal_year = ?3 AND " PT_FINDING_VISIBLE(
            "d", "?5") ")"
                       " SELECT s.party, s.name, r.seq, r.log_index FROM i CROSS JOIN record r"
                       " ON r.rec = i.rec AND r.log_index < ?4 JOIN stream s ON s.sid = r.sid "
                       "ORDER BY r.rec";
    struct pt_asof a = pt_asof_ask(l, ask);
    unsigned sources = 0;
    sqlite3_stmt *st = NULL;
    int rc;

    for (const struct pt_figure_info *f = pt_figure_table; f->id; f++)
        sources |= pt_figure_def_find(f->id)->sources;
    rc = pt_asof_inputs(&a, sources, err);
    for (const struct pt_figure_info *f = pt_figure_table; f->id && rc == 0; f++)
        rc = term_inputs(&a, pt_figure_def_find(f->id), err);
    rc = rc == 0 ? pt_sql_query(&l->sql, &st, err, sql, "siiii", ask->key, (int64_t)ask->kind,
                                (int64_t)ask->fiscal_year, (int64_t)a.known_at, (int64_t)reader)
                 : rc;
    return tell(l, st, rc, cb, ctx, err);
}
