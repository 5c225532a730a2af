/* Corrections and approvals.
 *
 *   original ◄─corrects── R1 ◄─corrects── R2      a linear chain; its tail decides what holds
 *
 * REPLACE voids its target and takes its place (same root, same valid_from, same sign). WITHDRAW
 * voids its target and is no fact itself. REVERSE leaves its target and counts against it. A second
 * correction of one record breaks the chain: of two the one that stands first (effective,
 * issued_at, party, stream, seq) holds, whichever arrived first, and the other's branch is lost.
 * Payment batches may be reversed voucher by voucher: two reversals compete only over a common
 * voucher. SUPPLEMENT leaves its target as it is and may be another party's; rules read it beside
 * its target; it begins a chain of its own. What names a record of another type corrects nothing. A
 * correction whose target isn't here, or waits for its own, waits. */
#include <stdlib.h>
#include <string.h>

#include <pentad/ledger/ledger.h>

#include "internal.h"

struct link {
    int64_t rec;
    int64_t sid;
    int type;
    int correction;
    int64_t root;
    int64_t sign;
    int32_t valid_from;
    int64_t next;
    int64_t corrects; /* 0: it hasn't taken effect on any */
    bool lost;
    bool live;
    bool voided;
};

/* Where a reference points. */
struct named_at {
    int64_t sid;
    int64_t seq;
};

bool pt_correct_needs_approval(int type) {
    return type == PT_TYPE_RULE_SET || type == PT_TYPE_WORKDAYS || type == PT_TYPE_CODE_TABLE ||
           type == PT_TYPE_LIFT || type == PT_TYPE_ERASURE;
}

static bool is_correction(int correction) {
    return correction == PENTAD__V1__CORRECTION__CORRECTION_REPLACE ||
           correction == PENTAD__V1__CORRECTION__CORRECTION_REVERSE ||
           correction == PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW;
}

static int get_link(struct pt_ledger *l, int64_t rec, struct link *ret, struct pt_err *err) {
    sqlite3_stmt *st = l->st[PT_S_LINK];
    int rc = pt_sql_bind(&l->sql, st, err, "i", rec);

    memset(ret, 0, sizeof *ret);
    if (!pt_sql_row(&l->sql, st, &rc, err)) {
        if (rc == 0)
            rc = pt_err_set(err, PT_E_CORRUPT, "ledger: record %lld is gone", (long long)rec);
    } else {
        ret->rec = rec;
        ret->sid = pt_sql_i64(st, 0);
        ret->type = pt_sql_i32(st, 1);
        ret->correction = pt_sql_i32(st, 2);
        ret->root = pt_sql_i64(st, 3);
        ret->sign = pt_sql_i64(st, 4);
        ret->valid_from = pt_sql_i32(st, 5);
        ret->next = pt_sql_i64(st, 6);
        ret->lost = pt_sql_i32(st, 7) != 0;
        ret->live = !pt_sql_is_null(st, 8) && pt_sql_is_null(st, 9);
        ret->voided = !pt_sql_is_null(st, 9);
        ret->corrects = pt_sql_i64(st, 10);
    }
    sqlite3_reset(st);
    return rc;
}

static int run2(struct pt_ledger *l, enum pt_ledger_stmt which, int64_t a, int64_t b,
                struct pt_err *err) {
    return pt_sql_apply(&l->sql, l->st[which], err, "ii", a, b);
}

static int recheck(struct pt_ledger *l, int64_t rec, struct pt_err *err) {
    return pt_sql_apply(&l->sql, l->st[PT_S_RECHECK], err, "i", rec);
}

static int void_rec(struct pt_ledger *l, int64_t rec, uint64_t log_index, struct pt_err *err) {
    int rc = run2(l, PT_S_VOID, (int64_t)log_index, rec, err);
    return rc == 0 ? recheck(l, rec, err) : rc;
}

/* A number that a statement says of `rec`; 0 where it says none. */
static int number_of(struct pt_ledger *l, enum pt_ledger_stmt which, int64_t rec, int64_t *ret,
                     struct pt_err *err) {
    sqlite3_stmt *st = l->st[which];
    int rc = pt_sql_bind(&l->sql, st, err, "i", rec);

    *ret = pt_sql_row(&l->sql, st, &rc, err) ? pt_sql_i64(st, 0) : 0;
    pt_sql_reset(st);
    return rc;
}

/* It and everything that corrects it stop counting: down to what nothing corrects any more, then
 * one step up. */
static int lose_branch(struct pt_ledger *l, int64_t rec, uint64_t log_index, struct pt_err *err) {
    int64_t at = rec;
    int rc = 0;

    while (at != 0 && rc == 0) {
        struct link x;
        int64_t by;

        rc = number_of(l, PT_S_CORRECTED_BY, at, &by, err);
        if (rc == 0 && by == 0) {
            rc = get_link(l, at, &x, err);
            rc = rc == 0 ? void_rec(l, at, log_index, err) : rc;
            rc = rc == 0 ? pt_sql_apply(&l->sql, l->st[PT_S_LOST], err, "i", at) : rc;
            by = at == rec ? 0 : x.corrects;
        }
        at = by;
    }
    return rc;
}

static int yes_no(struct pt_ledger *l, enum pt_ledger_stmt which, int64_t a, int64_t b,
                  bool *ret_yes, struct pt_err *err) {
    sqlite3_stmt *st = l->st[which];
    int rc = pt_sql_bind(&l->sql, st, err, "ii", a, b);

    *ret_yes = pt_sql_row(&l->sql, st, &rc, err) && pt_sql_i32(st, 0) != 0;
    pt_sql_reset(st);
    return rc;
}

/* Reversals of one payment batch: of those with a common voucher the one that stands first wins,
 * even over one that it keeps from counting though it lost to yet another: so the order of arrival
 * says nothing. */
static int contend_vouchers(struct pt_ledger *l, const struct link *r, const struct link *t,
                            uint64_t log_index, bool *ret_wins, struct pt_err *err) {
    sqlite3_stmt *st = l->st[PT_S_RIVAL];
    int64_t next = t->next;
    int64_t rival = 0;
    bool taken;
    int rc = 0;

    do {
        rc = pt_sql_bind(&l->sql, st, err, "ii", r->rec, t->rec);
        rival = pt_sql_row(&l->sql, st, &rc, err) ? pt_sql_i64(st, 0) : 0;
        pt_sql_reset(st);
        rc = rc == 0 && rival != 0 ? lose_branch(l, rival, log_index, err) : rc;
        next = rival == next ? 0 : next;
    } while (rc == 0 && rival != 0);
    rc = rc == 0 ? yes_no(l, PT_S_TAKEN, r->rec, t->rec, &taken, err) : rc;
    if (rc != 0)
        return rc;
    *ret_wins = !taken;
    if (taken)
        return lose_branch(l, r->rec, log_index, err);
    return next == 0 ? run2(l, PT_S_NEXT, r->rec, t->rec, err) : 0;
}

/* Does r win its place behind target t? */
static int contend(struct pt_ledger *l, const struct link *r, const struct link *t,
                   uint64_t log_index, bool *ret_wins, struct pt_err *err) {
    bool yes;
    int rc;

    *ret_wins = true;
    if (r->correction == PENTAD__V1__CORRECTION__CORRECTION_REVERSE &&
        r->type == PT_TYPE_PAYMENT_BATCH)
        return contend_vouchers(l, r, t, log_index, ret_wins, err);
    if (t->next == 0 || t->next == r->rec)
        return run2(l, PT_S_NEXT, r->rec, t->rec, err);
    rc = yes_no(l, PT_S_BEATS, r->rec, t->next, &yes, err);
    if (rc != 0)
        return rc;
    *ret_wins = yes;
    if (!yes)
        return lose_branch(l, r->rec, log_index, err);
    rc = lose_branch(l, t->next, log_index, err);
    return rc == 0 ? run2(l, PT_S_NEXT, r->rec, t->rec, err) : rc;
}

/* r takes effect on t at this position. */
static int enact(struct pt_ledger *l, int64_t rec, int64_t target, uint64_t log_index,
                 struct pt_err *err) {
    struct link r;
    struct link t;
    bool wins = true;
    int64_t sign;
    int rc = get_link(l, rec, &r, err);

    rc = rc == 0 ? get_link(l, target, &t, err) : rc;
    if (rc != 0)
        return rc;
    if (t.type != r.type || (t.lost && is_correction(r.correction)))
        return lose_branch(l, rec, log_index, err);
    if (!is_correction(r.correction))
        return 0;
    rc = contend(l, &r, &t, log_index, &wins, err);
    if (rc != 0 || !wins)
        return rc;
    sign = r.correction == PENTAD__V1__CORRECTION__CORRECTION_REVERSE ? -t.sign : t.sign;
    if (r.correction != PENTAD__V1__CORRECTION__CORRECTION_REVERSE)
        rc = void_rec(l, target, log_index, err);
    rc = rc == 0 ? pt_sql_apply(&l->sql, l->st[PT_S_ENACT], err, "iiiioi", target, t.root, sign,
                                (int64_t)t.valid_from,
                                r.correction != PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW,
                                (int64_t)log_index, rec)
                 : rc;
    return rc == 0 ? recheck(l, rec, err) : rc;
}

/* The record that a reference names, if it is here with that very hash; 0 if not. */
static int find_ref(struct pt_ledger *l, int64_t sid, uint64_t seq, const ProtobufCBinaryData *hash,
                    int64_t *ret_rec, struct pt_err *err) {
    sqlite3_stmt *st = l->st[PT_S_BY_REF];
    int rc = pt_sql_bind(&l->sql, st, err, "ii", sid, (int64_t)seq);

    *ret_rec = 0;
    if (pt_sql_row(&l->sql, st, &rc, err) &&
        pt_span_eq(pt_sql_blob(st, 1), pt_span(hash->data, hash->len)))
        *ret_rec = pt_sql_i64(st, 0);
    pt_sql_reset(st);
    return rc;
}

/* rec takes effect on its target, or waits where that isn't here (0) or waits itself. */
static int take_effect(struct pt_ledger *l, int64_t rec, int64_t target, const struct named_at *at,
                       uint64_t log_index, bool *ret_waits, struct pt_err *err) {
    struct link t = {0};
    int rc = 0;

    *ret_waits = target == 0 || target == rec;
    if (!*ret_waits) {
        rc = get_link(l, target, &t, err);
        *ret_waits = is_correction(t.correction) && t.corrects == 0 && !t.lost;
    }
    if (rc == 0 && *ret_waits) {
        l->waiting++;
        return pt_sql_apply(&l->sql, l->st[PT_S_WAIT], err, "iii", at->sid, at->seq, rec);
    }
    return rc == 0 ? enact(l, rec, target, log_index, err) : rc;
}

/* A correction is its author's own; a SUPPLEMENT counts until its target turns out to be of another
 * type. */
static int settle_correction(struct pt_ledger *l, const struct pt_folding *f, bool *ret_waits,
                             struct pt_err *err) {
    const Pentad__V1__RecordRef *c = f->r->corrects;
    struct named_at at = {0};
    int64_t target = 0;
    int rc;

    if (!c || !c->party || !c->stream || !c->has_hash ||
        (is_correction((int)f->r->correction) && strcmp(c->party, f->party) != 0))
        return lose_branch(l, f->rec, f->log_index, err);
    rc = pt_ledger_sid(l, c->party, c->stream, &at.sid, err);
    at.seq = (int64_t)c->seq;
    rc = rc == 0 ? find_ref(l, at.sid, c->seq, &c->hash, &target, err) : rc;
    return rc == 0 ? take_effect(l, f->rec, target, &at, f->log_index, ret_waits, err) : rc;
}

/* Each of them waits no longer and takes its place behind those whose waiters are yet to be seen
 * to. */
struct settled {
    int64_t *v;
    size_t n;
    size_t cap;
};

static int settled_add(struct settled *q, int64_t rec, struct pt_err *err) {
    if (q->n == q->cap) {
        size_t cap = q->cap ? q->cap * 2 : 16;
        int64_t *v = realloc(q->v, cap * sizeof *v);

        if (!v)
            return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for corrections that waited");
        q->v = v;
        q->cap = cap;
    }
    q->v[q->n++] = rec;
    return 0;
}

static int settle_waiters_of(struct pt_ledger *l, int64_t rec, uint64_t log_index,
                             struct settled *q, struct pt_err *err) {
    int64_t waiter;
    int rc = number_of(l, PT_S_WAITER, rec, &waiter, err);

    while (rc == 0 && waiter != 0) {
        rc = pt_sql_apply(&l->sql, l->st[PT_S_UNWAIT], err, "i", waiter);
        l->waiting--;
        rc = rc == 0 ? enact(l, waiter, rec, log_index, err) : rc;
        rc = rc == 0 ? settled_add(q, waiter, err) : rc;
        rc = rc == 0 ? number_of(l, PT_S_WAITER, rec, &waiter, err) : rc;
    }
    return rc;
}

/* Corrections that came before `rec`, which they correct, took effect; and those of these. */
static int settle_waiters(struct pt_ledger *l, int64_t rec, uint64_t log_index,
                          struct pt_err *err) {
    struct settled q = {0};
    int rc = 0;

    if (l->waiting > 0)
        rc = settle_waiters_of(l, rec, log_index, &q, err);
    for (size_t i = 0; i < q.n && rc == 0; i++)
        rc = settle_waiters_of(l, q.v[i], log_index, &q, err);
    free(q.v);
    return rc;
}

int pt_correct_settle(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    bool corrects = is_correction((int)f->r->correction);
    bool waits = false;
    int rc = 0;

    if (pt_correct_needs_approval((int)f->r->body_case)) {
        rc = pt_sql_apply(&l->sql, l->st[PT_S_AWAIT], err, "i", f->rec);
        waits = corrects;
    } else if (corrects || f->r->correction == PENTAD__V1__CORRECTION__CORRECTION_SUPPLEMENT) {
        rc = settle_correction(l, f, &waits, err);
    }
    return rc == 0 && !(waits && corrects) ? settle_waiters(l, f->rec, f->log_index, err) : rc;
}

/* Two of the four parties outside finance, each with its newest verdict. */
static const char approved_sql[] =
    "SELECT w.rec, t.correction,"
    "  (SELECT o.rec FROM ref c JOIN record o ON o.sid = c.t_sid AND o.seq = c.t_seq"
    "     AND o.hash = c.hash WHERE c.rec = t.rec AND c.field = 'corrects'),"
    "  (SELECT c.t_sid FROM ref c WHERE c.rec = t.rec AND c.field = 'corrects'),"
    "  (SELECT c.t_seq FROM ref c WHERE c.rec = t.rec AND c.field = 'corrects')"
    " FROM awaiting w CROSS JOIN record t ON t.rec = w.rec AND t.live_to IS NULL"
    " WHERE 2 <= (SELECT count(*) FROM ("
    "   SELECT s.party, v.verdict, max(a.rec) FROM ref f"
    "   CROSS JOIN record a ON a.rec = f.rec AND a.type = @TYPE_APPROVAL AND a.live_from IS NOT "
    "NULL"
    "     AND a.live_to IS NULL"
    "   JOIN f_approval v ON v.rec = a.rec JOIN stream s ON s.sid = a.sid"
    "   WHERE f.t_sid = t.sid AND f.t_seq = t.seq AND f.field = 'target' AND f.hash = t.hash"
    "     AND s.party IN ('congress','discipline','organization','audit')"
    "   GROUP BY s.party) WHERE verdict = @VERDICT_APPROVE)"
    " ORDER BY t.effective, t.issued_at, w.rec";

struct approved {
    int64_t rec;
    int correction;
    int64_t target;
    struct named_at at; /* where the target is said to be */
};

static int come_into_force(struct pt_ledger *l, const struct approved *a, uint64_t log_index,
                           struct pt_err *err) {
    bool waits;
    int rc = pt_sql_run(&l->sql, err, "DELETE FROM awaiting WHERE rec = ?", "i", a->rec);

    if (rc != 0)
        return rc;
    if (is_correction(a->correction)) {
        rc = take_effect(l, a->rec, a->target, &a->at, log_index, &waits, err);
        return rc == 0 && !waits ? settle_waiters(l, a->rec, log_index, err) : rc;
    }
    rc = pt_sql_run(&l->sql, err, "UPDATE record SET live_from = ? WHERE rec = ?", "ii",
                    (int64_t)log_index, a->rec);
    return rc == 0 ? recheck(l, a->rec, err) : rc;
}

/* All that have what they need: read before the first comes into force, since that moves what is
 * read from. */
struct approvals {
    struct approved *v;
    size_t n;
    size_t cap;
};

static int approvals_add(struct approvals *q, const struct approved *a, struct pt_err *err) {
    if (q->n == q->cap) {
        size_t cap = q->cap ? q->cap * 2 : 16;
        struct approved *v = realloc(q->v, cap * sizeof *v);

        if (!v)
            return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for orders that were approved");
        q->v = v;
        q->cap = cap;
    }
    q->v[q->n++] = *a;
    return 0;
}

static int read_approved(struct pt_ledger *l, struct approvals *ret, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err, approved_sql, "");

    while (rc == 0 && pt_sql_row(&l->sql, st, &rc, err)) {
        struct approved a = {.rec = pt_sql_i64(st, 0),
                             .correction = pt_sql_i32(st, 1),
                             .target = pt_sql_i64(st, 2),
                             .at = {pt_sql_i64(st, 3), pt_sql_i64(st, 4)}};

        rc = approvals_add(ret, &a, err);
    }
    pt_sql_done(&l->sql, st);
    return rc;
}

int pt_correct_approvals(struct pt_ledger *l, uint64_t log_index, struct pt_err *err) {
    struct approvals a = {0};
    int rc = read_approved(l, &a, err);

    for (size_t i = 0; i < a.n && rc == 0; i++)
        rc = come_into_force(l, &a.v[i], log_index, err);
    free(a.v);
    return rc;
}
