/* Records that wait for their day, rows that wait for a record they refer to. */
#include <string.h>

#include "state_internal.h"

int pt_staged_add(struct pt_state *s, const struct pt_waiting *r, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err,
                      "INSERT INTO staged(day,type,doc_no,origin,record) VALUES(?,?,?,?,?)",
                      "isssb", r->due, r->type, r->doc_no, r->origin, r->record);
}

static int read_waiting(struct sqlite3_stmt *st, struct pt_buf *hold, struct pt_waiting *ret) {
    ret->id = pt_sql_i64(st, 0);
    ret->due = pt_sql_i64(st, 1);
    size_t type = pt_state_hold_text(hold, st, 2), doc = pt_state_hold_text(hold, st, 3);
    size_t origin = pt_state_hold_text(hold, st, 4), record = hold->len;
    (void)pt_state_blob(st, 5, hold);
    if (hold->failed == 0) {
        ret->type = (const char *)hold->p + type;
        ret->doc_no = (const char *)hold->p + doc;
        ret->origin = (const char *)hold->p + origin;
        ret->record = pt_span(hold->p + record, hold->len - record);
    }
    return hold->failed;
}

int pt_state_next(struct pt_state *s, const char *sql, int64_t until, struct pt_buf *hold,
                  struct pt_waiting *io, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    pt_buf_reset(hold);
    int rc = pt_sql_query(&s->sql, &st, err, sql, "iii", until, io->due, io->id);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    if (rc == 0 && (rc = read_waiting(st, hold, io)) != 0) {
        pt_err_set(err, rc, "a record that waits for its time doesn't fit in memory");
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_staged_next(struct pt_state *s, int32_t day, struct pt_buf *hold, struct pt_waiting *io,
                   struct pt_err *err) {
    return pt_state_next(s,
                         "SELECT id,day,type,doc_no,origin,record FROM staged WHERE day<=? AND"
                         " (day,id)>(?,?) ORDER BY day,id LIMIT 1",
                         day, hold, io, err);
}

int pt_staged_drop(struct pt_state *s, int64_t id, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err, "DELETE FROM staged WHERE id=?", "i", id);
}

int pt_staged_holds(struct pt_state *s, const char *type, const char *doc_no, bool *ret,
                    struct pt_err *err) {
    int64_t found;
    return pt_sql_number(&s->sql, &found, ret, err,
                         "SELECT 1 FROM staged WHERE type=? AND doc_no=? LIMIT 1", "ss", type,
                         doc_no);
}

int pt_deferred_add(struct pt_state *s, const struct pt_deferred_row *d, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err,
                      "INSERT INTO deferred(source,file,line,rule,since,want_party,want_type,"
                      "want_doc_no,packed) VALUES(?,?,?,?,?,?,?,?,?)",
                      "ssiiisssb", d->source, d->file, (int64_t)d->line, (int64_t)d->rule,
                      (int64_t)d->since, d->want_party, d->want_type, d->want_doc_no, d->packed);
}

static int read_deferred(struct sqlite3_stmt *st, struct pt_buf *hold,
                         struct pt_deferred_row *ret) {
    size_t at[5];
    ret->id = pt_sql_i64(st, 0);
    ret->line = pt_sql_u64(st, 1);
    ret->rule = pt_sql_u64(st, 2);
    ret->since = pt_sql_i32(st, 3);
    for (int i = 0; i < 5; i++) {
        at[i] = pt_state_hold_text(hold, st, 4 + i);
    }
    size_t packed = hold->len;
    (void)pt_state_blob(st, 9, hold);
    if (hold->failed == 0) {
        ret->source = (const char *)hold->p + at[0];
        ret->file = (const char *)hold->p + at[1];
        ret->want_party = (const char *)hold->p + at[2];
        ret->want_type = (const char *)hold->p + at[3];
        ret->want_doc_no = (const char *)hold->p + at[4];
        ret->packed = pt_span(hold->p + packed, hold->len - packed);
    }
    return hold->failed;
}

int pt_deferred_next(struct pt_state *s, const char *source, int64_t after, int32_t since_before,
                     struct pt_buf *hold, struct pt_deferred_row *ret, struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    pt_buf_reset(hold);
    struct sqlite3_stmt *st = NULL;
    int rc =
        pt_sql_query(&s->sql, &st, err,
                     "SELECT id,line,rule,since,source,file,want_party,want_type,want_doc_no,"
                     "packed FROM deferred d WHERE source=?1 AND id>?2 AND (since<?3 OR EXISTS("
                     "SELECT 1 FROM ref r WHERE r.party=d.want_party AND r.doc_no=d.want_doc_no"
                     " AND (d.want_type='' OR r.type=d.want_type))) ORDER BY id LIMIT 1",
                     "sii", source, after, (int64_t)since_before);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    if (rc == 0 && (rc = read_deferred(st, hold, ret)) != 0) {
        pt_err_set(err, rc, "a deferred row doesn't fit in memory");
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_deferred_drop(struct pt_state *s, int64_t id, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err, "DELETE FROM deferred WHERE id=?", "i", id);
}

int pt_deferred_wait(struct pt_state *s, int64_t id, const char *party, const char *type,
                     const char *doc_no, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err,
                      "UPDATE deferred SET want_party=?, want_type=?, want_doc_no=? WHERE id=?",
                      "sssi", party, type, doc_no, id);
}

int pt_deferred_made_add(struct pt_state *s, const char *source, uint64_t rule,
                         struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err,
                      "INSERT INTO meta VALUES('made_later:'||?1||':'||?2, 1)"
                      " ON CONFLICT(name) DO UPDATE SET value=value+1",
                      "is", (int64_t)rule, source);
}

int pt_deferred_made(struct pt_state *s, const char *source, uint64_t rule, int64_t *ret,
                     struct pt_err *err) {
    bool found;
    *ret = 0;
    return pt_sql_number(&s->sql, ret, &found, err,
                         "SELECT value FROM meta WHERE name='made_later:'||?1||':'||?2", "is",
                         (int64_t)rule, source);
}
