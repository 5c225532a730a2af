/* The outbox and the batches cut from it. */
#include <inttypes.h>
#include <string.h>

#include <pentad/runtime/state.h>

#include "sql.h"
#include "state_private.h"

uint64_t pt_outbox_next_seq(struct pt_state *s) {
    sqlite3_stmt *st = NULL;
    uint64_t next = 1;
    if (sql_query(s->db, &st, NULL, "SELECT coalesce(max(seq),0)+1 FROM outbox", "") == 0 &&
        sqlite3_step(st) == SQLITE_ROW) {
        next = (uint64_t)sqlite3_column_int64(st, 0);
    }
    sqlite3_finalize(st);
    return next;
}

int pt_outbox_add(struct pt_state *s, const struct pt_outbox_record *r, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return sql_run(s->db, err, "INSERT INTO outbox VALUES(?,?,?,?,?,?,?)", "issibbs",
                   (int64_t)r->seq, r->type, r->doc_no, (int64_t)r->day, (const void *)r->hash,
                   (size_t)32, (const void *)r->bytes.p, r->bytes.len, r->origin);
}

int pt_outbox_replace(struct pt_state *s, const struct pt_outbox_record *r, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return sql_run(s->db, err, "UPDATE outbox SET type=?, doc_no=NULL, hash=?, bytes=? WHERE seq=?",
                   "sbbi", r->type, (const void *)r->hash, (size_t)32, (const void *)r->bytes.p,
                   r->bytes.len, (int64_t)r->seq);
}

int pt_outbox_each(struct pt_state *s, uint64_t seq, uint64_t limit, pt_outbox_cb *cb, void *ctx,
                   struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = sql_query(s->db, &st, err,
                       "SELECT seq,type,doc_no,day,hash,bytes,origin FROM outbox WHERE seq>=?"
                       " ORDER BY seq LIMIT ?",
                       "ii", (int64_t)seq, (int64_t)limit);
    int step = SQLITE_DONE;
    while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW) {
        if (sqlite3_column_bytes(st, 4) != 32) {
            rc = pt_err_set(err, PT_E_CORRUPT, "outbox record %lld has no hash",
                            (long long)sqlite3_column_int64(st, 0));
            break;
        }
        struct pt_outbox_record r = {
            .seq = (uint64_t)sqlite3_column_int64(st, 0),
            .type = (const char *)sqlite3_column_text(st, 1),
            .doc_no = (const char *)sqlite3_column_text(st, 2),
            .day = sqlite3_column_int(st, 3),
            .hash = sqlite3_column_blob(st, 4),
            .bytes = pt_span(sqlite3_column_blob(st, 5), (size_t)sqlite3_column_bytes(st, 5)),
            .origin = (const char *)sqlite3_column_text(st, 6),
        };
        if (cb(ctx, &r) != 0) {
            step = SQLITE_DONE;
            break;
        }
    }
    if (rc == 0 && step != SQLITE_DONE) {
        rc = sql_error(s->db, err, "reading the outbox");
    }
    sqlite3_finalize(st);
    return rc;
}

int pt_outbox_close_before(struct pt_state *s, uint64_t seq, uint64_t *ret_seq) {
    *ret_seq = 0;
    sqlite3_stmt *st = NULL;
    int rc = sql_query(s->db, &st, NULL,
                       "SELECT max(seq) FROM outbox WHERE type='StreamClose' AND seq<?", "i",
                       (int64_t)seq);
    if (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
        *ret_seq = (uint64_t)sqlite3_column_int64(st, 0);
    }
    sqlite3_finalize(st);
    return rc;
}

int pt_outbox_close_from(struct pt_state *s, uint64_t seq, uint64_t *ret_seq, int32_t *ret_day) {
    sqlite3_stmt *st = NULL;
    int rc = sql_query(s->db, &st, NULL,
                       "SELECT seq, day FROM outbox WHERE type='StreamClose' AND seq>=?"
                       " ORDER BY seq LIMIT 1",
                       "i", (int64_t)seq);
    if (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
        *ret_seq = (uint64_t)sqlite3_column_int64(st, 0);
        *ret_day = sqlite3_column_int(st, 1);
    } else if (rc == 0) {
        rc = PT_E_NOT_FOUND;
    }
    sqlite3_finalize(st);
    return rc;
}

static int batch_row(sqlite3_stmt *st, struct pt_batch_row *ret, struct pt_buf *blob) {
    memset(ret, 0, sizeof *ret);
    if (sqlite3_step(st) != SQLITE_ROW || sqlite3_column_bytes(st, 2) != 32) {
        return PT_E_NOT_FOUND;
    }
    ret->first_seq = (uint64_t)sqlite3_column_int64(st, 0);
    ret->count = (uint32_t)sqlite3_column_int64(st, 1);
    memcpy(ret->statement_hash, sqlite3_column_blob(st, 2), 32);
    ret->state = (enum pt_batch_state)sqlite3_column_int(st, 3);
    ret->log_index = sqlite3_column_int64(st, 4);
    return blob ? state_blob(st, 5, blob) : 0;
}

static int one_batch(struct pt_state *s, const char *sql, struct pt_batch_row *ret,
                     struct pt_buf *blob) {
    sqlite3_stmt *st = NULL;
    int rc = sql_query(s->db, &st, NULL, sql, "");
    if (rc == 0) {
        rc = batch_row(st, ret, blob);
    }
    sqlite3_finalize(st);
    return rc;
}

int pt_batches_open(struct pt_state *s, struct pt_batch_row *ret, struct pt_buf *envelope) {
    return one_batch(s,
                     "SELECT first_seq,count,statement_hash,state,log_index,envelope FROM batch"
                     " WHERE state=1 ORDER BY first_seq LIMIT 1",
                     ret, envelope);
}

int pt_batches_last(struct pt_state *s, struct pt_batch_row *ret) {
    return one_batch(s,
                     "SELECT first_seq,count,statement_hash,state,log_index FROM batch"
                     " WHERE state=2 ORDER BY first_seq DESC LIMIT 1",
                     ret, NULL);
}

int pt_batches_refused(struct pt_state *s, struct pt_batch_row *ret, struct pt_buf *refusal) {
    /* Nothing supersedes it yet: no other statement with its first_seq is signed or receipted;
     * the newest refused one is the one to supersede. */
    return one_batch(s,
                     "SELECT first_seq,count,statement_hash,state,log_index,answer FROM batch r"
                     " WHERE state=3 AND NOT EXISTS (SELECT 1 FROM batch o"
                     "   WHERE o.first_seq=r.first_seq AND o.state IN (1,2))"
                     " ORDER BY refused_order DESC LIMIT 1",
                     ret, refusal);
}

int pt_batches_add(struct pt_state *s, const struct pt_batch_row *b, struct pt_span envelope,
                   struct pt_err *err) {
    PT_ASSERT(s->in_transaction && b->state == PT_BATCH_SIGNED);
    return sql_run(s->db, err,
                   "INSERT INTO batch(statement_hash,first_seq,count,state,envelope)"
                   " VALUES(?,?,?,1,?)",
                   "biib", (const void *)b->statement_hash, (size_t)32, (int64_t)b->first_seq,
                   (int64_t)b->count, (const void *)envelope.p, envelope.len);
}

int pt_batches_receipted(struct pt_state *s, const uint8_t statement_hash[32], uint64_t log_index,
                         struct pt_span receipt, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return sql_run(s->db, err,
                   "UPDATE batch SET state=2, log_index=?, answer=? WHERE statement_hash=?", "ibb",
                   (int64_t)log_index, (const void *)receipt.p, receipt.len,
                   (const void *)statement_hash, (size_t)32);
}

int pt_batches_refuse(struct pt_state *s, const uint8_t statement_hash[32], struct pt_span refusal,
                      struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return sql_run(s->db, err,
                   "UPDATE batch SET state=3, answer=?, refused_order="
                   "(SELECT coalesce(max(refused_order),0)+1 FROM batch) WHERE statement_hash=?",
                   "bb", (const void *)refusal.p, refusal.len, (const void *)statement_hash,
                   (size_t)32);
}

bool pt_batches_known(struct pt_state *s, const uint8_t statement_hash[32]) {
    sqlite3_stmt *st = NULL;
    bool known = sql_query(s->db, &st, NULL, "SELECT 1 FROM batch WHERE statement_hash=?", "b",
                           (const void *)statement_hash, (size_t)32) == 0 &&
                 sqlite3_step(st) == SQLITE_ROW;
    sqlite3_finalize(st);
    return known;
}
