/* Records that wait for their day, rows that wait for a record they refer to. */
#include <string.h>

#include <pentad/runtime/state.h>

#include "sql.h"
#include "state_private.h"

/* Copies a text column into hold and returns its offset. */
static size_t keep_text(struct pt_buf *hold, sqlite3_stmt *st, int column) {
    size_t at = hold->len;
    (void)state_blob(st, column, hold);
    (void)pt_buf_putc(hold, '\0');
    return at;
}

int pt_staged_add(struct pt_state *s, const struct pt_staged *r, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return sql_run(
        s->db, err, "INSERT INTO staged(day,type,doc_no,origin,record) VALUES(?,?,?,?,?)", "isssb",
        (int64_t)r->day, r->type, r->doc_no, r->origin, (const void *)r->record.p, r->record.len);
}

int pt_staged_take(struct pt_state *s, int32_t day, struct pt_buf *hold, struct pt_staged *ret,
                   struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    memset(ret, 0, sizeof *ret);
    pt_buf_reset(hold);
    sqlite3_stmt *st = NULL;
    int rc = sql_query(s->db, &st, err,
                       "SELECT id,day,type,doc_no,origin,record FROM staged WHERE day<=?"
                       " ORDER BY day,id LIMIT 1",
                       "i", (int64_t)day);
    if (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
        ret->id = sqlite3_column_int64(st, 0);
        ret->day = sqlite3_column_int(st, 1);
        size_t type = keep_text(hold, st, 2), doc = keep_text(hold, st, 3);
        size_t origin = keep_text(hold, st, 4), record = hold->len;
        (void)state_blob(st, 5, hold);
        rc = hold->failed;
        ret->type = (const char *)hold->p + type;
        ret->doc_no = (const char *)hold->p + doc;
        ret->origin = (const char *)hold->p + origin;
        ret->record = pt_span(hold->p + record, hold->len - record);
    } else if (rc == 0) {
        rc = PT_E_NOT_FOUND;
    }
    sqlite3_finalize(st);
    return rc ? rc : sql_run(s->db, err, "DELETE FROM staged WHERE id=?", "i", ret->id);
}

int pt_deferred_add(struct pt_state *s, const struct pt_deferred_row *d, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return sql_run(s->db, err,
                   "INSERT INTO deferred(source,file,line,rule,since,want,packed)"
                   " VALUES(?,?,?,?,?,?,?)",
                   "ssiiisb", d->source, d->file, (int64_t)d->line, (int64_t)d->rule,
                   (int64_t)d->since, d->want, (const void *)d->packed.p, d->packed.len);
}

int pt_deferred_next(struct pt_state *s, const char *source, int64_t after, struct pt_buf *hold,
                     struct pt_deferred_row *ret, struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    pt_buf_reset(hold);
    sqlite3_stmt *st = NULL;
    int rc = sql_query(s->db, &st, err,
                       "SELECT id,line,rule,since,source,file,want,packed FROM deferred"
                       " WHERE source=? AND id>? ORDER BY id LIMIT 1",
                       "si", source, after);
    if (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
        ret->id = sqlite3_column_int64(st, 0);
        ret->line = (uint64_t)sqlite3_column_int64(st, 1);
        ret->rule = (uint64_t)sqlite3_column_int64(st, 2);
        ret->since = sqlite3_column_int(st, 3);
        size_t src = keep_text(hold, st, 4), file = keep_text(hold, st, 5);
        size_t want = keep_text(hold, st, 6), packed = hold->len;
        (void)state_blob(st, 7, hold);
        rc = hold->failed;
        ret->source = (const char *)hold->p + src;
        ret->file = (const char *)hold->p + file;
        ret->want = (const char *)hold->p + want;
        ret->packed = pt_span(hold->p + packed, hold->len - packed);
    } else if (rc == 0) {
        rc = PT_E_NOT_FOUND;
    }
    sqlite3_finalize(st);
    return rc;
}

int pt_deferred_drop(struct pt_state *s, int64_t id, struct pt_err *err) {
    return sql_run(s->db, err, "DELETE FROM deferred WHERE id=?", "i", id);
}

int64_t pt_deferred_last(struct pt_state *s) {
    sqlite3_stmt *st = NULL;
    int64_t last = 0;
    if (sql_query(s->db, &st, NULL, "SELECT seq FROM sqlite_sequence WHERE name='deferred'", "") ==
            0 &&
        sqlite3_step(st) == SQLITE_ROW) {
        last = sqlite3_column_int64(st, 0);
    }
    sqlite3_finalize(st);
    return last;
}

int pt_deferred_set_since(struct pt_state *s, int64_t id, int32_t day, struct pt_err *err) {
    return sql_run(s->db, err, "UPDATE deferred SET since=? WHERE id=?", "ii", (int64_t)day, id);
}
