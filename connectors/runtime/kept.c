/* What the state file keeps beside outbox and batches: positions, dead letters, references,
 * evidence. */
#include <stdio.h>
#include <string.h>

#include <pentad/proof/hash.h>

#include "state_internal.h"

int pt_source_position_get(struct pt_state *s, const char *source, struct pt_buf *out,
                           bool *ret_done, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    *ret_done = false;
    int rc = pt_sql_query(&s->sql, &st, err, "SELECT position,done FROM source WHERE name=?", "s",
                          source);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    if (rc == 0) {
        *ret_done = pt_sql_i64(st, 1) != 0;
        rc = pt_state_blob(st, 0, out);
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_source_position_set(struct pt_state *s, const char *source, struct pt_span pos, bool done,
                           struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err, "INSERT OR REPLACE INTO source VALUES(?,?,?)", "sbi", source,
                      pos, (int64_t)done);
}

int pt_dead_letter_add(struct pt_state *s, const struct pt_dead_letter *d, struct pt_err *err) {
    return pt_sql_run(&s->sql, err,
                      "INSERT INTO dead_letter(source,file,row,col,value,code,reason,reason_zh)"
                      " VALUES(?,?,?,?,?,?,?,?)",
                      "ssisssss", d->source, d->file, (int64_t)d->row, d->column, d->value, d->code,
                      d->reason, d->reason_zh);
}

int pt_dead_letter_each(struct pt_state *s, pt_dead_letter_cb *cb, void *ctx, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          "SELECT source,file,row,col,value,code,reason,reason_zh,id<="
                          " coalesce((SELECT value FROM meta WHERE name='dead_noted'),0)"
                          " FROM dead_letter ORDER BY id",
                          "");
    while (pt_sql_row(&s->sql, st, &rc, err)) {
        struct pt_dead_letter d = {
            .source = pt_sql_text_or_null(st, 0),
            .file = pt_sql_text_or_null(st, 1),
            .row = pt_sql_u64(st, 2),
            .column = pt_sql_text_or_null(st, 3),
            .value = pt_sql_text_or_null(st, 4),
            .code = pt_sql_text_or_null(st, 5),
            .reason = pt_sql_text_or_null(st, 6),
            .reason_zh = pt_sql_text_or_null(st, 7),
            .noted = pt_sql_i64(st, 8) != 0,
        };
        if (cb(ctx, &d) != 0) {
            break;
        }
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

/* Since when what is noted is: an older program said only up to which one. */
static int keep_noted(struct pt_state *s, int64_t now_ms, struct pt_err *err) {
    return pt_sql_run(&s->sql, err,
                      "INSERT OR IGNORE INTO noted SELECT value, ? FROM meta WHERE"
                      " name='dead_noted' AND value > coalesce((SELECT max(up_to) FROM noted), 0)",
                      "i", now_ms);
}

int pt_dead_letter_note(struct pt_state *s, int64_t now_ms, int64_t *ret_n, struct pt_err *err) {
    struct pt_state_counts k;
    int rc = pt_state_begin(s, err);
    if (rc != 0) {
        return rc;
    }
    rc = pt_state_counts(s, &k, err);
    rc = rc ? rc
            : pt_sql_run(&s->sql, err,
                         "INSERT OR REPLACE INTO meta SELECT 'dead_noted', coalesce(max(id),0)"
                         " FROM dead_letter",
                         "");
    rc = rc ? rc : keep_noted(s, now_ms, err);
    rc = rc ? rc : pt_state_commit(s, err);
    pt_state_rollback(s);
    *ret_n = rc ? 0 : k.dead_open;
    return rc;
}

/* The newest stays: the next one takes the number behind it, or it would count as noted. */
int pt_dead_letter_prune(struct pt_state *s, int64_t now_ms, struct pt_err *err) {
    const int64_t before = now_ms - (int64_t)PT_DEAD_LETTER_KEPT_DAYS * 86400000;
    PT_ASSERT(s->in_transaction);
    int rc = keep_noted(s, now_ms, err);
    rc = rc ? rc
            : pt_sql_run(&s->sql, err,
                         "DELETE FROM dead_letter WHERE id <= (SELECT max(up_to) FROM noted WHERE"
                         " at_ms < ?) AND id < (SELECT max(id) FROM dead_letter)",
                         "i", before);
    return rc ? rc
              : pt_sql_run(&s->sql, err,
                           "DELETE FROM noted WHERE at_ms < ? AND up_to < (SELECT max(up_to) FROM"
                           " noted)",
                           "i", before);
}

/* ---- references ---- */

int pt_refs_add(struct pt_state *s, const char *party, const char *type, const char *doc_no,
                const struct pt_ref_row *ref, struct pt_err *err) {
    return pt_sql_run(&s->sql, err, "INSERT OR REPLACE INTO ref VALUES(?,?,?,?,?,?)", "ssssib",
                      party, doc_no, type, ref->stream, (int64_t)ref->seq,
                      pt_span(ref->hash, sizeof ref->hash));
}

int pt_refs_drop(struct pt_state *s, const char *party, const char *stream, uint64_t seq,
                 struct pt_err *err) {
    return pt_sql_run(&s->sql, err, "DELETE FROM ref WHERE party=? AND stream=? AND seq=?", "ssi",
                      party, stream, (int64_t)seq);
}

int pt_refs_find(struct pt_state *s, const char *party, const char *type, const char *doc_no,
                 struct pt_ref_row *ret, struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          "SELECT stream,seq,hash,type FROM ref WHERE party=?1 AND doc_no=?2"
                          " AND (?3='' OR type=?3) ORDER BY type LIMIT 1",
                          "sss", party, doc_no, type);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    struct pt_span hash = rc == 0 ? pt_sql_blob(st, 2) : pt_span(NULL, 0);
    if (rc == 0 && hash.len != sizeof ret->hash) {
        rc = pt_err_set(err, PT_E_CORRUPT, "the reference %s of %s is damaged", doc_no, party);
    }
    if (rc == 0) {
        (void)snprintf(ret->party, sizeof ret->party, "%s", party);
        (void)snprintf(ret->stream, sizeof ret->stream, "%s", pt_sql_text(st, 0));
        ret->seq = pt_sql_u64(st, 1);
        memcpy(ret->hash, hash.p, sizeof ret->hash);
        (void)snprintf(ret->type, sizeof ret->type, "%s", pt_sql_text(st, 3));
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

/* ---- findings ---- */

int pt_findings_put(struct pt_state *s, const struct pt_finding_row *f, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    const struct pt_span id = pt_span(f->id, sizeof f->id);
    int rc = pt_sql_run(&s->sql, err, "INSERT OR REPLACE INTO finding VALUES(?,?,?,?,?,?)",
                        "biiiis", id, (int64_t)f->episode, (int64_t)f->status, (int64_t)f->due,
                        (int64_t)f->day, f->responders);
    return rc != 0 || !f->rule[0]
               ? rc
               : pt_sql_run(&s->sql, err, "INSERT OR REPLACE INTO clue_finding VALUES(?,?,?)",
                            "bss", id, f->rule, f->sender);
}

int pt_findings_find(struct pt_state *s, const uint8_t id[PT_FINDING_ID],
                     struct pt_finding_row *ret, struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          "SELECT episode,status,due,day,responders,rule,sender FROM finding"
                          " LEFT JOIN clue_finding USING(id) WHERE id=?",
                          "b", pt_span(id, PT_FINDING_ID));
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    if (rc == 0) {
        memcpy(ret->id, id, PT_FINDING_ID);
        ret->episode = (uint32_t)pt_sql_i64(st, 0);
        ret->status = pt_sql_i32(st, 1);
        ret->due = pt_sql_i32(st, 2);
        ret->day = pt_sql_i32(st, 3);
        (void)snprintf(ret->responders, sizeof ret->responders, "%s", pt_sql_text(st, 4));
        (void)snprintf(ret->rule, sizeof ret->rule, "%s", pt_sql_text(st, 5));
        (void)snprintf(ret->sender, sizeof ret->sender, "%s", pt_sql_text(st, 6));
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

/* ---- waivers ---- */

int pt_waivers_put(struct pt_state *s, const char *stream, uint64_t seq,
                   const struct pt_waiver_row *w, struct pt_err *err) {
    PT_ASSERT(s->in_transaction);
    return pt_sql_run(&s->sql, err, "INSERT OR REPLACE INTO waiver VALUES(?,?,?,?)", "sibi", stream,
                      (int64_t)seq, pt_span(w->finding, sizeof w->finding), (int64_t)w->episode);
}

int pt_waivers_find(struct pt_state *s, const char *stream, uint64_t seq, struct pt_waiver_row *ret,
                    struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          "SELECT finding,episode FROM waiver WHERE stream=? AND seq=?", "si",
                          stream, (int64_t)seq);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    struct pt_span finding = rc == 0 ? pt_sql_blob(st, 0) : pt_span(NULL, 0);
    if (rc == 0 && finding.len != sizeof ret->finding) {
        rc = pt_err_set(err, PT_E_CORRUPT, "the waiver office/%s#%llu is damaged", stream,
                        (unsigned long long)seq);
    }
    if (rc == 0) {
        memcpy(ret->finding, finding.p, finding.len);
        ret->episode = (uint32_t)pt_sql_i64(st, 1);
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

/* ---- evidence ---- */

int pt_evidence_add(struct pt_state *s, int64_t at_ms, int code, const char *about,
                    const char *what, struct pt_span bytes, bool *ret_kept, struct pt_err *err) {
    const char *name = pt_err_name(code);
    struct pt_hash digest;
    int64_t one;
    *ret_kept = false;
    pt_sha256(&digest, bytes.p, bytes.len);
    const struct pt_span id = pt_span(digest.b, sizeof digest.b);
    int rc = pt_sql_run(&s->sql, err,
                        "INSERT OR IGNORE INTO evidence SELECT ?,?,?,?,?,?"
                        " WHERE (SELECT count(*) FROM evidence WHERE code=? AND about=?) < ?",
                        "bisssbssi", id, at_ms, name, about, what, bytes, name, about,
                        (int64_t)PT_KEPT_EVIDENCE_MAX);
    return rc ? rc
              : pt_sql_number(&s->sql, &one, ret_kept, err, "SELECT 1 FROM evidence WHERE digest=?",
                              "b", id);
}

int pt_evidence_each(struct pt_state *s, pt_evidence_cb *cb, void *ctx, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc =
        pt_sql_query(&s->sql, &st, err,
                     "SELECT at_ms,code,about,what,bytes FROM evidence ORDER BY at_ms, digest", "");
    while (pt_sql_row(&s->sql, st, &rc, err)) {
        struct pt_evidence_row e = {
            .at_ms = pt_sql_i64(st, 0),
            .code = pt_sql_text_or_null(st, 1),
            .about = pt_sql_text_or_null(st, 2),
            .what = pt_sql_text_or_null(st, 3),
            .bytes = pt_sql_blob(st, 4),
        };
        if (cb(ctx, &e) != 0) {
            break;
        }
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_seals_add(struct pt_state *s, uint64_t seq, struct pt_span nonce, struct pt_err *err) {
    return pt_sql_run(&s->sql, err, "INSERT OR REPLACE INTO seal VALUES(?,?)", "ib", (int64_t)seq,
                      nonce);
}

int pt_seals_find(struct pt_state *s, uint64_t seq, uint8_t ret_nonce[16], struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc =
        pt_sql_query(&s->sql, &st, err, "SELECT nonce FROM seal WHERE seq=?", "i", (int64_t)seq);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    if (rc == 0) {
        struct pt_span nonce = pt_sql_blob(st, 0);
        rc = nonce.len == 16
                 ? 0
                 : pt_err_set(err, PT_E_CORRUPT, "a kept nonce has %zu bytes", nonce.len);
        if (rc == 0) {
            memcpy(ret_nonce, nonce.p, nonce.len);
        }
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_shut_add(struct pt_state *s, const char *party, const char *stream, uint64_t seq,
                struct pt_span bytes, struct pt_err *err) {
    return pt_sql_run(&s->sql, err, "INSERT OR REPLACE INTO shut VALUES(?,?,?,?)", "ssib", party,
                      stream, (int64_t)seq, bytes);
}

int pt_shut_find(struct pt_state *s, const char *party, const char *stream, uint64_t seq,
                 struct pt_buf *out, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          "SELECT bytes FROM shut WHERE party=? AND stream=? AND seq=?", "ssi",
                          party, stream, (int64_t)seq);
    if (rc == 0) {
        rc = pt_sql_one(&s->sql, st, err);
    }
    if (rc == 0) {
        rc = pt_state_blob(st, 0, out);
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

int pt_counted_set(struct pt_state *s, const char *what, int32_t month, int64_t n,
                   struct pt_err *err) {
    return pt_sql_run(&s->sql, err, "INSERT OR REPLACE INTO counted VALUES(?,?,?)", "sii", what,
                      (int64_t)month, n);
}

int pt_counted_get(struct pt_state *s, const char *what, int32_t month, int64_t *ret,
                   struct pt_err *err) {
    bool found = false;
    int rc =
        pt_sql_number(&s->sql, ret, &found, err, "SELECT n FROM counted WHERE what=? AND month=?",
                      "si", what, (int64_t)month);
    return rc ? rc : found ? 0 : PT_E_NOT_FOUND;
}

int pt_outbox_count(struct pt_state *s, const char *type, int32_t from, int32_t to, int64_t *ret,
                    struct pt_err *err) {
    bool found;
    return pt_sql_number(&s->sql, ret, &found, err,
                         "SELECT count(*) FROM outbox WHERE type=? AND day BETWEEN ? AND ?", "sii",
                         type, (int64_t)from, (int64_t)to);
}
