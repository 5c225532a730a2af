/* The outbox and the batches cut from it. */
#include <stdio.h>
#include <string.h>

#include "state_internal.h"

int pt_outbox_next_seq(struct pt_state *s, uint64_t *ret, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err, "SELECT coalesce(max(seq),0)+1 FROM outbox", "");
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    *ret = rc == 0 ? pt_sql_u64(st, 0) : 0;
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_outbox_add(struct pt_state *s, const struct pt_outbox_record *r, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err, "INSERT INTO outbox VALUES(?,?,?,?,?,?,?)", "issibbs",
                      (int64_t)r->seq, r->type, r->doc_no, (int64_t)r->day, pt_span(r->hash, 32),
                      r->bytes, r->origin);
}

int pt_outbox_replace(struct pt_state *s, const struct pt_outbox_record *r, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err,
                      "UPDATE outbox SET type=?, doc_no=NULL, hash=?, bytes=? WHERE seq=?", "sbbi",
                      r->type, pt_span(r->hash, 32), r->bytes, (int64_t)r->seq);
}

int pt_outbox_each(struct pt_state *s, uint64_t seq, uint64_t limit, pt_outbox_cb *cb, void *ctx,
                   struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          "SELECT seq,type,doc_no,day,hash,bytes,origin FROM outbox WHERE seq>=?"
                          " ORDER BY seq LIMIT ?",
                          "ii", (int64_t)seq, (int64_t)limit);
    while (pt_sql_row(&s->sql, st, &rc, err)) {
        struct pt_span hash = pt_sql_blob(st, 4);
        if (hash.len != 32) {
            rc = pt_err_set(err, PT_E_CORRUPT, "outbox record %lld has no hash",
                            (long long)pt_sql_i64(st, 0));
            break;
        }
        struct pt_outbox_record r = {
            .seq = pt_sql_u64(st, 0),
            .type = pt_sql_text_or_null(st, 1),
            .doc_no = pt_sql_text_or_null(st, 2),
            .day = pt_sql_i32(st, 3),
            .hash = hash.p,
            .bytes = pt_sql_blob(st, 5),
            .origin = pt_sql_text_or_null(st, 6),
        };
        if (cb(ctx, &r) != 0) {
            break;
        }
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_outbox_close_before(struct pt_state *s, uint64_t seq, uint64_t *ret_seq,
                           struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc =
        pt_sql_query(&s->sql, &st, err,
                     "SELECT coalesce(max(seq),0) FROM outbox WHERE type='StreamClose' AND seq<?",
                     "i", (int64_t)seq);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    *ret_seq = rc == 0 ? pt_sql_u64(st, 0) : 0;
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_outbox_close_from(struct pt_state *s, uint64_t seq, uint64_t *ret_seq, struct pt_buf *bytes,
                         struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          "SELECT seq, bytes FROM outbox WHERE type='StreamClose' AND seq>=?"
                          " ORDER BY seq LIMIT 1",
                          "i", (int64_t)seq);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    if (rc == 0) {
        *ret_seq = pt_sql_u64(st, 0);
        rc = pt_state_blob(st, 1, bytes);
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

/* The columns that read_batch wants, first in every query of batches. */
#define BATCH_COLUMNS "SELECT first_seq,count,statement_hash,state,log_index,followed_index,"

static int read_batch(struct sqlite3_stmt *st, struct pt_batch_row *ret, struct pt_buf *blob) {
    struct pt_span hash = pt_sql_blob(st, 2);
    if (hash.len != sizeof ret->statement_hash) {
        return PT_E_CORRUPT;
    }
    ret->first_seq = pt_sql_u64(st, 0);
    ret->count = (uint32_t)pt_sql_i64(st, 1);
    memcpy(ret->statement_hash, hash.p, sizeof ret->statement_hash);
    ret->state = (enum pt_batch_state)pt_sql_i32(st, 3);
    ret->log_index = pt_sql_i64(st, 4);
    ret->followed_index = pt_sql_i64(st, 5);
    (void)snprintf(ret->refused_code, sizeof ret->refused_code, "%s", pt_sql_text(st, 6));
    return blob ? pt_state_blob(st, 7, blob) : 0;
}

static int one_batch(struct pt_state *s, struct sqlite3_stmt *st, struct pt_batch_row *ret,
                     struct pt_buf *blob, struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    int rc = pt_sql_one(&s->sql, st, err);
    if (rc == 0 && (rc = read_batch(st, ret, blob)) != 0) {
        pt_err_set(err, rc, "a batch in the connector's state file can't be read");
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_batches_open(struct pt_state *s, struct pt_batch_row *ret, struct pt_buf *envelope,
                    struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          BATCH_COLUMNS "refused_code,envelope FROM batch WHERE state=1"
                                        " ORDER BY first_seq LIMIT 1",
                          "");
    return rc ? rc : one_batch(s, st, ret, envelope, err);
}

int pt_batches_last(struct pt_state *s, struct pt_batch_row *ret, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          BATCH_COLUMNS "refused_code FROM batch WHERE state=2"
                                        " ORDER BY first_seq DESC LIMIT 1",
                          "");
    return rc ? rc : one_batch(s, st, ret, NULL, err);
}

int pt_batches_refused(struct pt_state *s, struct pt_batch_row *ret, struct pt_buf *refusal,
                       struct pt_err *err) {
    /* Nothing supersedes it yet: no other statement with its first_seq is signed or receipted;
     * the newest refused one is the one to supersede. */
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          BATCH_COLUMNS "refused_code,answer FROM batch r"
                                        " WHERE state=3 AND NOT EXISTS (SELECT 1 FROM batch o"
                                        "   WHERE o.first_seq=r.first_seq AND o.state IN (1,2))"
                                        " ORDER BY refused_order DESC LIMIT 1",
                          "");
    return rc ? rc : one_batch(s, st, ret, refusal, err);
}

int pt_batches_times_refused(struct pt_state *s, uint64_t first_seq, int64_t *ret,
                             struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc =
        pt_sql_query(&s->sql, &st, err, "SELECT count(*) FROM batch WHERE first_seq=? AND state=3",
                     "i", (int64_t)first_seq);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    *ret = rc == 0 ? pt_sql_i64(st, 0) : 0;
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_batches_add(struct pt_state *s, const struct pt_batch_row *b, struct pt_span envelope,
                   struct pt_err *err) {
    PT_ASSERT(s->in_transaction && b->state == PT_BATCH_SIGNED);
    return pt_sql_run(&s->sql, err,
                      "INSERT INTO batch(statement_hash,first_seq,count,state,envelope)"
                      " VALUES(?,?,?,1,?)",
                      "biib", pt_span(b->statement_hash, sizeof b->statement_hash),
                      (int64_t)b->first_seq, (int64_t)b->count, envelope);
}

int pt_batches_receipted(struct pt_state *s, const uint8_t statement_hash[32], uint64_t log_index,
                         struct pt_span receipt, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err,
                      "UPDATE batch SET state=2, log_index=?, answer=? WHERE statement_hash=?",
                      "ibb", (int64_t)log_index, receipt, pt_span(statement_hash, 32));
}

int pt_batches_refuse(struct pt_state *s, const uint8_t statement_hash[32], struct pt_span refusal,
                      const char *code, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err,
                      "UPDATE batch SET state=3, answer=?, refused_code=?, refused_order="
                      "(SELECT coalesce(max(refused_order),0)+1 FROM batch) WHERE statement_hash=?",
                      "bsb", refusal, code, pt_span(statement_hash, 32));
}

int pt_batches_find(struct pt_state *s, const uint8_t statement_hash[32], struct pt_batch_row *ret,
                    struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          BATCH_COLUMNS "refused_code FROM batch WHERE statement_hash=?", "b",
                          pt_span(statement_hash, 32));
    return rc ? rc : one_batch(s, st, ret, NULL, err);
}

int pt_batches_papers(struct pt_state *s, const uint8_t statement_hash[32], struct pt_buf *envelope,
                      struct pt_buf *answer, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc =
        pt_sql_query(&s->sql, &st, err, "SELECT envelope, answer FROM batch WHERE statement_hash=?",
                     "b", pt_span(statement_hash, 32));
    rc = rc ? rc : pt_sql_one(&s->sql, st, err);
    rc = rc ? rc : pt_buf_append_span(envelope, pt_sql_blob(st, 0));
    rc = rc ? rc : pt_buf_append_span(answer, pt_sql_blob(st, 1));
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_batches_followed(struct pt_state *s, const uint8_t statement_hash[32], uint64_t log_index,
                        struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err, "UPDATE batch SET followed_index=? WHERE statement_hash=?",
                      "ib", (int64_t)log_index, pt_span(statement_hash, 32));
}

int pt_batches_receipted_at(struct pt_state *s, const uint8_t statement_hash[32], int64_t at_ms,
                            struct pt_err *err) {
    return pt_sql_run(&s->sql, err, "INSERT OR IGNORE INTO receipted VALUES(?,?)", "bi",
                      pt_span(statement_hash, 32), at_ms);
}

int pt_batches_witnessed(struct pt_state *s, int64_t size, struct pt_witnessed *ret,
                         struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    memset(ret, 0, sizeof *ret);
    int rc = pt_sql_query(&s->sql, &st, err,
                          "SELECT count(*), sum(followed_index BETWEEN 0 AND ?1-1),"
                          " min(iif(followed_index BETWEEN 0 AND ?1-1, NULL, at_ms))"
                          " FROM batch LEFT JOIN receipted USING(statement_hash) WHERE state=2",
                          "i", size);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    if (rc == 0) {
        ret->witnessed = pt_sql_i64(st, 1);
        ret->waiting = pt_sql_i64(st, 0) - ret->witnessed;
        ret->oldest_ms = pt_sql_i64(st, 2);
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_batches_unwitnessed(struct pt_state *s, int64_t size, struct pt_buf *answer,
                           struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          "SELECT answer FROM batch WHERE state=2 AND"
                          " NOT followed_index BETWEEN 0 AND ?-1 ORDER BY first_seq LIMIT 1",
                          "i", size);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    if (rc == 0) {
        rc = pt_state_blob(st, 0, answer);
    }
    pt_sql_done(&s->sql, st);
    return rc;
}
