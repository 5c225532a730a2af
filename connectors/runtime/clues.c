/* In the state file: the clues that were read, and what is said about clues and waits for its
 * moment. */
#include <stdio.h>
#include <string.h>

#include "state_internal.h"

int pt_clues_add(struct pt_state *s, const struct pt_clue_row *c, bool *ret_new,
                 struct pt_err *err) {
    int64_t n = 0;
    bool found;
    PT_ASSERT(s->in_transaction);
    int rc =
        pt_sql_number(&s->sql, &n, &found, err, "SELECT count(*) FROM clue WHERE sender=? AND id=?",
                      "sb", c->sender, pt_span(c->id, PT_CLUE_ID));
    *ret_new = rc == 0 && n == 0;
    if (*ret_new) {
        rc = pt_sql_run(&s->sql, err, "INSERT INTO clue VALUES(?,?,?,?,?,?,0)", "sbiiii", c->sender,
                        pt_span(c->id, PT_CLUE_ID), c->sent_at_ms, c->read_ms, (int64_t)c->dummy,
                        (int64_t)c->urgent);
    }
    return rc;
}

int pt_clues_find(struct pt_state *s, const char *sender, const uint8_t id[PT_CLUE_ID],
                  struct pt_clue_row *ret, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    memset(ret, 0, sizeof *ret);
    int rc = pt_sql_query(
        &s->sql, &st, err,
        "SELECT sent_at_ms,read_ms,dummy,urgent,outcomes FROM clue WHERE sender=? AND id=?", "sb",
        sender, pt_span(id, PT_CLUE_ID));
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    if (rc == 0) {
        (void)snprintf(ret->sender, sizeof ret->sender, "%s", sender);
        memcpy(ret->id, id, PT_CLUE_ID);
        ret->sent_at_ms = pt_sql_i64(st, 0);
        ret->read_ms = pt_sql_i64(st, 1);
        ret->dummy = pt_sql_i64(st, 2) != 0;
        ret->urgent = pt_sql_i64(st, 3) != 0;
        ret->outcomes = pt_sql_i32(st, 4);
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_clues_senders(struct pt_state *s, const uint8_t id[PT_CLUE_ID], int64_t *ret,
                     struct pt_err *err) {
    bool found;
    return pt_sql_number(&s->sql, ret, &found, err, "SELECT count(*) FROM clue WHERE id=?", "b",
                         pt_span(id, PT_CLUE_ID));
}

/* Of one sender's clue: `sql` ends with the condition over sender and id. */
static int change(struct pt_state *s, const char *sql, const struct pt_clue_row *c,
                  struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err, sql, "sb", c->sender, pt_span(c->id, PT_CLUE_ID));
}

int pt_clues_outcome(struct pt_state *s, const struct pt_clue_row *c, struct pt_err *err) {
    return change(s, "UPDATE clue SET outcomes=outcomes+1 WHERE sender=? AND id=?", c, err);
}

int pt_clues_are_real(struct pt_state *s, const struct pt_clue_row *c, struct pt_err *err) {
    int rc = change(s, "UPDATE clue SET dummy=0 WHERE sender=? AND id=?", c, err);
    return rc ? rc : change(s, "DELETE FROM held WHERE sender=? AND clue=?", c, err);
}

int pt_clues_shift(struct pt_state *s, int64_t by_ms, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    int rc = pt_sql_run(&s->sql, err, "UPDATE clue SET read_ms=read_ms+?", "i", by_ms);
    return rc ? rc
              : pt_sql_run(&s->sql, err, "UPDATE held SET at_ms=max(at_ms+?,1) WHERE at_ms>0", "i",
                           by_ms);
}

int pt_clues_count(struct pt_state *s, int64_t from_ms, int64_t until_ms, int64_t *ret,
                   struct pt_err *err) {
    bool found;
    return pt_sql_number(&s->sql, ret, &found, err,
                         "SELECT count(*) FROM clue WHERE dummy=0 AND sent_at_ms>=? AND "
                         "sent_at_ms<?",
                         "ii", from_ms, until_ms);
}

int pt_clues_count_tells(struct pt_state *s, int64_t from_ms, int64_t until_ms, int64_t least,
                         bool *ret, struct pt_err *err) {
    int64_t n = 0;
    bool found;
    int rc = pt_sql_number(
        &s->sql, &n, &found, err,
        "WITH m AS (SELECT sender, dummy FROM clue c WHERE sent_at_ms>=? AND sent_at_ms<? AND"
        " urgent=0 AND EXISTS (SELECT 1 FROM clue d WHERE d.sender=c.sender AND d.dummy=1)),"
        " who(sender) AS (SELECT '' UNION SELECT sender FROM m) SELECT count(*) FROM who"
        " WHERE EXISTS (SELECT 1 FROM m WHERE m.sender<>who.sender) AND"
        " ((SELECT count(*) FROM m WHERE m.sender<>who.sender AND dummy=0)<?"
        "  OR NOT EXISTS (SELECT 1 FROM m WHERE m.sender<>who.sender AND dummy=1))",
        "iii", from_ms, until_ms, least);
    *ret = n > 0;
    return rc;
}

int pt_held_add(struct pt_state *s, const char *sender, const uint8_t clue[PT_CLUE_ID],
                const struct pt_waiting *r, uint64_t seq, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err,
                      "INSERT INTO held(at_ms,sender,clue,type,doc_no,origin,record,seq)"
                      " VALUES(?,?,?,?,?,?,?,nullif(?,0))",
                      "isbsssbi", r->due, sender, pt_span(clue, PT_CLUE_ID), r->type, r->doc_no,
                      r->origin, r->record, (int64_t)seq);
}

int pt_held_again(struct pt_state *s, uint64_t seq, int64_t due_ms, bool *ret, struct pt_err *err) {
    int64_t n = 0;
    bool found;
    PT_ASSERT(s->in_transaction);
    int rc = pt_sql_number(&s->sql, &n, &found, err, "SELECT count(*) FROM held WHERE seq=?", "i",
                           (int64_t)seq);
    *ret = n > 0;
    return rc ? rc
              : pt_sql_run(&s->sql, err, "UPDATE held SET at_ms=?, seq=NULL WHERE seq=?", "ii",
                           due_ms, (int64_t)seq);
}

int pt_held_logged(struct pt_state *s, uint64_t first_seq, uint64_t count, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err, "DELETE FROM held WHERE seq>=? AND seq<?", "ii",
                      (int64_t)first_seq, (int64_t)(first_seq + count));
}

int pt_held_next(struct pt_state *s, int64_t until_ms, struct pt_buf *hold, struct pt_waiting *io,
                 struct pt_err *err) {
    return pt_state_next(s,
                         "SELECT id,at_ms,type,doc_no,origin,record FROM held WHERE seq IS NULL"
                         " AND at_ms<=? AND (at_ms,id)>(?,?) ORDER BY at_ms,id LIMIT 1",
                         until_ms, hold, io, err);
}

int pt_held_drop(struct pt_state *s, int64_t id, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err, "DELETE FROM held WHERE id=?", "i", id);
}

int pt_held_move(struct pt_state *s, int64_t id, int64_t due_ms, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err, "UPDATE held SET at_ms=? WHERE id=?", "ii", due_ms, id);
}

#define OF_CLUE " FROM held WHERE seq IS NULL AND sender=? AND clue=? AND type=?"

int pt_held_of(struct pt_state *s, const struct pt_clue_row *c, const char *type, int64_t *ret,
               struct pt_err *err) {
    bool found;
    return pt_sql_number(&s->sql, ret, &found, err, "SELECT count(*)" OF_CLUE, "sbs", c->sender,
                         pt_span(c->id, PT_CLUE_ID), type);
}

int pt_held_forget(struct pt_state *s, const struct pt_clue_row *c, const char *type,
                   struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err, "DELETE" OF_CLUE, "sbs", c->sender, pt_span(c->id, PT_CLUE_ID),
                      type);
}

int pt_held_forget_first(struct pt_state *s, const struct pt_clue_row *c, const char *type,
                         struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err,
                      "DELETE FROM held WHERE id=(SELECT min(id)" OF_CLUE
                      " GROUP BY clue HAVING count(*)>1)",
                      "sbs", c->sender, pt_span(c->id, PT_CLUE_ID), type);
}

int pt_held_count(struct pt_state *s, int64_t *ret, struct pt_err *err) {
    bool found;
    return pt_sql_number(&s->sql, ret, &found, err, "SELECT count(*) FROM held WHERE seq IS NULL",
                         "");
}
