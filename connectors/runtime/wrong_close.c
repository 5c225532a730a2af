/* Closes of others that don't add up with what arrived here: a record was withheld, or its author
 * was wrong. Nothing behind the first one is cosigned, until the author says all of it anew and
 * that adds up, or a person accepts it. */
#include <stdio.h>

#include "connector_internal.h"
#include "state_internal.h"

int pt_wrong_close_add(struct pt_state *s, const struct pt_wrong_close *w, struct pt_err *err) {
    return pt_sql_run(&s->sql, err, "INSERT OR IGNORE INTO wrong_close VALUES(?,?,?,?,?,NULL)",
                      "ssiis", w->party, w->stream, (int64_t)w->seq, (int64_t)w->log_index,
                      w->what);
}

int pt_wrong_close_mended(struct pt_state *s, const char *party, const char *stream,
                          struct pt_err *err) {
    return pt_sql_run(&s->sql, err, "DELETE FROM wrong_close WHERE party=? AND stream=?", "ss",
                      party, stream);
}

int pt_wrong_close_accept(struct pt_state *s, const char *party, const char *stream, uint64_t seq,
                          const char *reason, struct pt_err *err) {
    int64_t n = 0;
    bool found;
    int rc = pt_sql_number(&s->sql, &n, &found, err,
                           "SELECT count(*) FROM wrong_close WHERE party=? AND stream=? AND seq=?",
                           "ssi", party, stream, (int64_t)seq);
    if (rc == 0 && n == 0) {
        return pt_err_set(err, PT_E_NOT_FOUND, "%s/%s#%llu is no close that doesn't add up here",
                          party, stream, (unsigned long long)seq);
    }
    return rc ? rc
              : pt_sql_run(&s->sql, err,
                           "UPDATE wrong_close SET accepted=? WHERE party=? AND stream=? AND seq=?",
                           "sssi", reason, party, stream, (int64_t)seq);
}

int pt_wrong_close_first(struct pt_state *s, int64_t *ret, struct pt_err *err) {
    bool found;
    *ret = 0;
    return pt_sql_number(
        &s->sql, ret, &found, err,
        "SELECT coalesce(min(log_index),0) FROM wrong_close WHERE accepted IS NULL", "");
}

int pt_wrong_close_each(struct pt_state *s, pt_wrong_close_cb *cb, void *ctx, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          "SELECT party, stream, seq, log_index, what, accepted FROM wrong_close"
                          " ORDER BY log_index, seq",
                          "");
    while (pt_sql_row(&s->sql, st, &rc, err)) {
        const struct pt_wrong_close w = {.party = pt_sql_text(st, 0),
                                         .stream = pt_sql_text(st, 1),
                                         .seq = pt_sql_u64(st, 2),
                                         .log_index = pt_sql_u64(st, 3),
                                         .what = pt_sql_text(st, 4),
                                         .accepted = pt_sql_text_or_null(st, 5)};
        if (cb(ctx, &w) != 0) {
            break;
        }
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

/* ---- while pages are taken ---- */

int pt_connector_wrong_closes(struct pt_connector *c, struct pt_err *err) {
    int64_t first = 0;
    int rc = pt_wrong_close_first(c->state, &first, err);
    if (rc == 0 && first == 0 && c->witness.until != 0) {
        pt_connector_alarm_over(c, "withheld_record");
    }
    if (rc == 0) {
        c->witness.until = first;
    }
    return rc;
}

int pt_connector_close_record(struct pt_connector *c, const struct pt_followed_record *r,
                              struct pt_err *err) {
    int rc = 0;
    if (r->close_fault) {
        const struct pt_wrong_close w = {.party = r->party,
                                         .stream = r->stream,
                                         .seq = r->seq,
                                         .log_index = r->log_index,
                                         .what = r->close_fault};
        rc = pt_wrong_close_add(c->state, &w, err);
    } else if (r->close_mends) {
        pt_connector_event(c, "close_mended",
                           "%s/%s#%llu says anew what a close before it had wrong", r->party,
                           r->stream, (unsigned long long)r->seq);
        rc = pt_wrong_close_mended(c->state, r->party, r->stream, err);
    }
    return rc || !(r->close_fault || r->close_mends) ? rc : pt_connector_wrong_closes(c, err);
}
