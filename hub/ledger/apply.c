/* The fold: one log entry into rows. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/hash.h>
#include <pentad/ledger/ledger.h>
#include <pentad/proof/hash.h>
#include <pentad/record/decode.h>
#include <pentad/record/validate.h>

#include "paysums.h"
#include "snap.h"

static const char genesis_type[] = "application/vnd.pentad.genesis.v1+protobuf";

/* The other reversals (x) of payment batch ?2 with a voucher of its reversal ?1 (a), lost or not.
 */
#define RIVALS                                                                                     \
    " FROM record a JOIN stream s ON s.sid=a.sid CROSS JOIN record t ON t.rec=?2"                  \
    " CROSS JOIN ref f ON f.t_sid=t.sid AND f.t_seq=t.seq AND f.field='corrects' AND "             \
    "f.hash=t.hash"                                                                                \
    " CROSS JOIN record x ON x.rec=f.rec AND x.rec<>?1 AND x.type=a.type"                          \
    "  AND x.correction=a.correction"                                                              \
    " CROSS JOIN stream p ON p.sid=x.sid AND p.party=s.party WHERE a.rec=?1 AND EXISTS(SELECT 1"   \
    "  FROM f_payment_batch_lines i CROSS JOIN f_payment_batch_lines k ON k.rec=?1"                \
    "  AND k.voucher_no=i.voucher_no WHERE i.rec=x.rec)"

#define PLACE_A " (a.effective,a.issued_at,s.party,s.name,a.seq)"
#define PLACE_X " (x.effective,x.issued_at,p.party,p.name,x.seq)"

static const char *const statements[PT_S_COUNT] = {
    [PT_S_STREAM_GET] = "SELECT sid FROM stream WHERE party=? AND name=?",
    [PT_S_STREAM_ADD] = "INSERT INTO stream(party,name) VALUES(?,?)",
    [PT_S_STREAM_WROTE] = "UPDATE stream SET enrolled=1, frozen=0, closed=max(closed,?2)"
                          " WHERE sid=?1 AND (enrolled=0 OR frozen<>0)",
    [PT_S_STREAM_CLOSE] = "UPDATE stream SET closed=max(closed,?2), final=max(final,?3)"
                          " WHERE sid=?1",
    [PT_S_STREAM_FREEZE] = "UPDATE stream SET frozen=?2, pair=?3"
                           " WHERE sid=?1 AND frozen=0 AND pair IS NOT ?3",
    [PT_S_ENTRY] = "INSERT INTO entry VALUES(?,?,?,?,?,?,?)",
    [PT_S_RECORD] = "INSERT INTO record(rec,log_index,sid,seq,type,hash,kind,subject,fy,effective,"
                    "issued_at,doc_no,originator,classification,correction,reason,source_system,"
                    "source_locator,source_row,tick,root,sign,valid_from,live_from)"
                    "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?1,1,?10,?)",
    [PT_S_SUBJ] = "INSERT OR IGNORE INTO subj VALUES(?,?)",
    [PT_S_REF] = "INSERT OR IGNORE INTO ref VALUES(?,?,?,?,?)",
    [PT_S_BY_REF] = "SELECT rec, hash FROM record WHERE sid=? AND seq=? ORDER BY rec LIMIT 1",
    [PT_S_LINK] = "SELECT sid,type,correction,root,sign,valid_from,next,lost,live_from,live_to,"
                  "corrects"
                  " FROM record WHERE rec=?",
    [PT_S_VOID] = "UPDATE record SET live_to=coalesce(live_to,?) WHERE rec=?",
    [PT_S_ENACT] =
        "UPDATE record SET corrects=?,root=?,sign=?,valid_from=?,live_from=? WHERE rec=?",
    [PT_S_NEXT] = "UPDATE record SET next=? WHERE rec=?",
    [PT_S_LOST] = "UPDATE record SET lost=1 WHERE rec=?",
    [PT_S_BEATS] = "SELECT (a.effective,a.issued_at,s.party,s.name,a.seq) <"
                   " (b.effective,b.issued_at,t.party,t.name,b.seq)"
                   " FROM record a JOIN stream s ON s.sid=a.sid, record b JOIN stream t"
                   " ON t.sid=b.sid WHERE a.rec=? AND b.rec=?",
    [PT_S_RECHECK] = "INSERT OR IGNORE INTO recheck VALUES(?)",
    [PT_S_WAIT] = "INSERT OR IGNORE INTO waiting VALUES(?,?,?)",
    [PT_S_WAITER] = "SELECT w.rec FROM record t CROSS JOIN waiting w ON w.t_sid=t.sid"
                    " AND w.t_seq=t.seq CROSS JOIN ref f ON f.t_sid=t.sid AND f.t_seq=t.seq"
                    " AND f.rec=w.rec AND f.field='corrects' AND f.hash=t.hash"
                    " WHERE t.rec=? ORDER BY w.rec LIMIT 1",
    /* One that took effect on it and isn't lost. */
    [PT_S_CORRECTED_BY] = "SELECT x.rec FROM record t CROSS JOIN ref f ON f.t_sid=t.sid"
                          " AND f.t_seq=t.seq AND f.field='corrects' CROSS JOIN record x"
                          " ON x.rec=f.rec AND x.corrects=t.rec AND x.lost IS NULL"
                          " WHERE t.rec=? LIMIT 1",
    [PT_S_UNWAIT] = "DELETE FROM waiting WHERE rec=?",
    [PT_S_AWAIT] = "INSERT OR IGNORE INTO awaiting VALUES(?)",
    [PT_S_TICK] = "INSERT INTO tick VALUES(?,?,?,?,?)",
    [PT_S_STATE] = "INSERT OR REPLACE INTO state VALUES(?,?)",
    /* Does another reversal of ?2 that stands before reversal ?1 have a voucher of its? */
    [PT_S_TAKEN] = "SELECT EXISTS(SELECT 1" RIVALS " AND" PLACE_X " <" PLACE_A ")",
    /* One that stands behind it and counts. */
    [PT_S_RIVAL] = "SELECT x.rec" RIVALS " AND" PLACE_X " >" PLACE_A
                   " AND x.lost IS NULL AND x.live_from IS NOT NULL LIMIT 1",
    [PT_S_SAID] = "INSERT INTO said_of VALUES(?1, 1 << ?2 % 64)"
                  " ON CONFLICT DO UPDATE SET types = types | excluded.types",
    [PT_S_PAID_GET] = "SELECT item FROM paid_item WHERE subject=?",
    [PT_S_PAID_ADD] = "INSERT INTO paid_item(subject) VALUES(?)",
    [PT_S_PAID_BATCH] = "INSERT OR IGNORE INTO paid_batch SELECT c0, c1, c2 FROM in_memory",
    [PT_S_PAID_MONTH] = "INSERT OR IGNORE INTO paid_month VALUES(?)",
};

int pt_ledger_prepare(struct pt_ledger *l, struct pt_err *err) {
    int rc = pt_rows_register(&l->in_memory, &l->sql, err);

    for (size_t i = 0; i < PT_S_COUNT && rc == 0; i++)
        rc = pt_sql_prepare(&l->sql, statements[i], &l->st[i], err);
    for (size_t i = 0; i < PT_TAG_MAX && rc == 0; i++)
        if (l->plans[i])
            rc = pt_plan_prepare(l->plans[i], &l->in_memory, err);
    rc = rc == 0 ? pt_agg_prepare(l, err) : rc;
    rc = rc == 0 ? pt_paysums_open(l, err) : rc;
    rc = rc == 0 ? pt_snap_open(l, err) : rc;
    if (rc != 0)
        return rc;
    l->md = EVP_MD_CTX_new();
    l->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    l->sm3 = EVP_MD_fetch(NULL, "SM3", NULL);
    return l->md && l->sha256 && l->sm3
               ? 0
               : pt_err_set(err, PT_E_CRYPTO, "ledger: OpenSSL has no SHA-256 or no SM3");
}

static int stream_query(struct pt_ledger *l, const char *party, const char *name, int64_t *ret_sid,
                        struct pt_err *err) {
    sqlite3_stmt *get = l->st[PT_S_STREAM_GET];
    int rc = pt_sql_bind(&l->sql, get, err, "ss", party, name);
    bool found = pt_sql_row(&l->sql, get, &rc, err);

    if (found)
        *ret_sid = pt_sql_i64(get, 0);
    pt_sql_reset(get);
    if (rc != 0 || found)
        return rc;
    rc = pt_sql_apply(&l->sql, l->st[PT_S_STREAM_ADD], err, "ss", party, name);
    *ret_sid = sqlite3_last_insert_rowid(l->sql.db);
    return rc;
}

int pt_ledger_sid(struct pt_ledger *l, const char *party, const char *name, int64_t *ret_sid,
                  struct pt_err *err) {
    int rc;

    for (size_t i = 0; i < l->n_streams; i++)
        if (strcmp(l->streams[i].name, name) == 0 && strcmp(l->streams[i].party, party) == 0) {
            *ret_sid = l->streams[i].sid;
            return 0;
        }
    rc = stream_query(l, party, name, ret_sid, err);
    if (rc == 0 && l->n_streams < PT_STREAM_CACHE && strlen(party) < 40 && strlen(name) < 40) {
        struct pt_stream_row *r = &l->streams[l->n_streams++];
        (void)snprintf(r->party, sizeof r->party, "%s", party);
        (void)snprintf(r->name, sizeof r->name, "%s", name);
        r->sid = *ret_sid;
    }
    return rc;
}

struct ref_ctx {
    struct pt_ledger *l;
    int64_t rec;
};

static int add_ref(void *ctx, const char *field, const Pentad__V1__RecordRef *ref,
                   struct pt_err *err) {
    struct ref_ctx *c = ctx;
    int64_t sid;
    int rc;

    if (!ref->party || !ref->stream || !ref->has_seq)
        return 0;
    rc = pt_ledger_sid(c->l, ref->party, ref->stream, &sid, err);
    if (rc != 0)
        return rc;
    return pt_sql_apply(&c->l->sql, c->l->st[PT_S_REF], err, "iiisb", sid, (int64_t)ref->seq,
                        c->rec, field,
                        ref->has_hash ? pt_span(ref->hash.data, ref->hash.len) : pt_span(NULL, 0));
}

static int hash_record(struct pt_ledger *l, struct pt_span bytes, uint8_t out[32],
                       struct pt_err *err) {
    static const uint8_t leaf = 0;

    if (EVP_DigestInit_ex(l->md, l->sha256, NULL) != 1 || EVP_DigestUpdate(l->md, &leaf, 1) != 1 ||
        EVP_DigestUpdate(l->md, bytes.p, bytes.len) != 1 ||
        EVP_DigestFinal_ex(l->md, out, NULL) != 1)
        return pt_err_set(err, PT_E_CRYPTO, "ledger: SHA-256 failed");
    return 0;
}

static bool waits(const Pentad__V1__Record *r) {
    return pt_correct_needs_approval((int)r->body_case) ||
           r->correction == PENTAD__V1__CORRECTION__CORRECTION_REPLACE ||
           r->correction == PENTAD__V1__CORRECTION__CORRECTION_REVERSE ||
           r->correction == PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW;
}

static int insert_record(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    const Pentad__V1__Record *r = f->r;
    const Pentad__V1__Subject *s = r->subject;
    const Pentad__V1__Source *src = r->source;
    int32_t effective = r->has_effective ? r->effective : pt_date_from_ms(r->issued_at_ms);

    return pt_sql_apply(
        &l->sql, l->st[PT_S_RECORD], err, "iiiiibosoiissoosssoio", f->rec, (int64_t)f->log_index,
        f->sid, (int64_t)f->seq, (int64_t)r->body_case, pt_span(f->hash, 32), s && s->has_kind,
        s ? (int64_t)s->kind : 0, s ? s->key : NULL, r->has_fiscal_year, (int64_t)r->fiscal_year,
        (int64_t)effective, r->issued_at_ms, r->doc_no, r->originator, r->has_classification,
        (int64_t)r->classification, r->has_correction, (int64_t)r->correction, r->correction_reason,
        src ? src->system : NULL, src ? src->locator : NULL, src && src->has_row,
        src ? (int64_t)src->row : 0, (int64_t)l->tick.no + 1, !waits(r), (int64_t)f->log_index);
}

static int put_subject(struct pt_ledger *l, const Pentad__V1__Subject *s, struct pt_err *err) {
    return pt_sql_apply(&l->sql, l->st[PT_S_SUBJ], err, "si", s->key, (int64_t)s->kind);
}

static int name_subject(struct pt_ledger *l, const Pentad__V1__Subject *s, struct pt_err *err) {
    struct pt_subject_kept *kept;
    size_t len;
    int rc;

    if (!s || !s->key || s->key[0] == '\0' ||
        s->kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_NONE)
        return 0;
    len = strlen(s->key);
    if (len >= PT_SUBJECT_KEPT_CAP)
        return put_subject(l, s, err);
    kept = &l->subjects[pt_hash_text(PT_HASH_BEGIN, s->key) % PT_SUBJECTS_KEPT];
    if (kept->kind == (int)s->kind && strcmp(kept->key, s->key) == 0)
        return 0;
    rc = put_subject(l, s, err);
    if (rc == 0) {
        kept->kind = (int)s->kind;
        memcpy(kept->key, s->key, len + 1);
    }
    return rc;
}

static int say_of(struct pt_ledger *l, const Pentad__V1__Record *r, struct pt_err *err) {
    static const int types[] = {PT_TYPE_CARRY_OVER, PT_TYPE_FUND_CONTROL, PT_TYPE_BIZ_FACT,
                                PT_TYPE_AUDIT_FIGURE};
    bool told = false;

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        told = told || types[i] == (int)r->body_case;
    return told && r->subject && r->subject->key
               ? pt_sql_apply(&l->sql, l->st[PT_S_SAID], err, "si", r->subject->key,
                              (int64_t)r->body_case)
               : 0;
}

/* A record whose bytes aren't here keeps its number. So does one that no hub may log: a page of a
 * snapshot can't name what has no nonce, say, and what no page names counts for nothing. */
static int insert_hole(struct pt_ledger *l, const struct pt_folding *f, bool here,
                       struct pt_err *err) {
    return here ? pt_sql_apply(&l->sql, l->st[PT_S_RECORD], err, "iiiiibnnnnnnnnnnnnnin", f->rec,
                               (int64_t)f->log_index, f->sid, (int64_t)f->seq,
                               (int64_t)PT_TYPE_NONE, pt_span(f->hash, 32), (int64_t)l->tick.no + 1)
                : pt_sql_apply(&l->sql, l->st[PT_S_RECORD], err, "iiiiinnnnnnnnnnnnnnin", f->rec,
                               (int64_t)f->log_index, f->sid, (int64_t)f->seq,
                               (int64_t)PT_TYPE_NONE, (int64_t)l->tick.no + 1);
}

/* A payment dated to a month or year only counts at its last day. */
static void settle_pay_date(Pentad__V1__PaymentBatch *p) {
    if (!p->has_pay_date || !p->has_date_precision || !pt_date_valid(p->pay_date))
        return;
    if (p->date_precision == PENTAD__V1__DATE_PRECISION__DATE_PRECISION_MONTH)
        p->pay_date = pt_date_month_end(p->pay_date);
    else if (p->date_precision == PENTAD__V1__DATE_PRECISION__DATE_PRECISION_YEAR)
        p->pay_date = pt_date_year(p->pay_date) * 10000 + 1231;
}

static int fold_body(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    const ProtobufCMessage *body;
    struct ref_ctx ctx = {l, f->rec};
    const struct pt_plan_target to = {&l->in_memory, f->rec, &l->scratch, add_ref, &ctx};
    struct pt_plan *plan =
        (unsigned)f->r->body_case < PT_TAG_MAX ? l->plans[f->r->body_case] : NULL;
    int rc = insert_record(l, f, err);

    rc = rc == 0 ? name_subject(l, f->r->subject, err) : rc;
    rc = rc == 0 ? say_of(l, f->r, err) : rc;
    if (rc == 0 && f->r->corrects)
        rc = add_ref(&ctx, "corrects", f->r->corrects, err);
    if (rc != 0)
        return rc;
    if (!plan)
        return pt_err_set(err, PT_E_CORRUPT, "record %s#%llu has no body of a known type", f->party,
                          (unsigned long long)f->seq);
    if (f->r->body_case == PENTAD__V1__RECORD__BODY_PAYMENT_BATCH)
        settle_pay_date(f->r->payment_batch);
    /* Every member of the oneof is a pointer to a message. */
    body = (const ProtobufCMessage *)(const void *)f->r->org_profile;
    rc = pt_plan_insert(plan, &to, body, err);
    if (rc == 0 && f->r->body_case == PENTAD__V1__RECORD__BODY_PAYMENT_BATCH) {
        rc = pt_paid_note(l, f->rec, f->r->payment_batch, err);
        rc = rc == 0 ? pt_paysums_note(l, f->rec, f->r, err) : rc;
    }
    return rc == 0 ? pt_correct_settle(l, f, err) : rc;
}

static int fold_record(struct pt_ledger *l, struct pt_folding *f, struct pt_span bytes,
                       struct pt_err *err) {
    ProtobufCAllocator alloc = pt_arena_allocator(&l->arena);
    int rc;

    f->rec = l->next_rec++;
    f->r = NULL;
    if (bytes.len == 0)
        return insert_hole(l, f, false, err);
    pt_arena_reset(&l->arena);
    f->r = pentad__v1__record__unpack(&alloc, bytes.len, bytes.p);
    if (!f->r || f->r->body_case == PENTAD__V1__RECORD__BODY__NOT_SET)
        return pt_err_set(err, PT_E_CORRUPT, "record %s#%llu can't be read", f->party,
                          (unsigned long long)f->seq);
    rc = hash_record(l, bytes, f->hash, err);
    if (rc == 0 && !pt_record_has_head(f->r, f->author)) {
        f->r = NULL;
        return insert_hole(l, f, true, err);
    }
    rc = rc == 0 ? fold_body(l, f, err) : rc;
    rc = rc == 0 ? pt_stream_record(l, f, err) : rc;
    rc = rc == 0 ? pt_snap_record(l, f, err) : rc;
    rc = rc == 0 ? pt_snap_logged(l, f, err) : rc;
    if (f->r->body_case == PENTAD__V1__RECORD__BODY_DISCREPANCY)
        l->now->has_finding = true;
    else if (f->r->body_case == PENTAD__V1__RECORD__BODY_DISCREPANCY_REPLY)
        l->now->has_reply = true;
    return rc;
}

/* Everything so far is seen as of this tick: approvals act, sums move, then the rules may run. */
static int fold_tick(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    const Pentad__V1__Tick *t = f->r->tick;
    struct pt_ledger_tick tick = {l->tick.no + 1, t->day, f->log_index + 1, f->seq,
                                  (uint64_t)f->rec};
    int64_t last_rec = (int64_t)l->tick.rec;
    int32_t last_day = l->tick.day;
    int rc;

    if (strcmp(f->party, "hub") != 0 || t->day < l->tick.day)
        return pt_err_set(err, PT_E_CORRUPT, "entry %llu: a tick of %d after %d",
                          (unsigned long long)f->log_index, t->day, l->tick.day);
    rc = pt_sql_apply(&l->sql, l->st[PT_S_TICK], err, "iiiii", (int64_t)tick.no, (int64_t)tick.day,
                      (int64_t)tick.log_size, (int64_t)tick.seq, (int64_t)tick.rec);
    rc = rc == 0 ? pt_correct_approvals(l, f->log_index, err) : rc;
    pt_workdays_forget(l);
    if (rc == 0) {
        l->tick = tick;
        rc = pt_agg_tick(l, last_rec, err);
        rc = rc == 0 ? pt_stream_tick(l, err) : rc;
        rc = rc == 0 ? pt_snap_tick(l, last_day, err) : rc;
    }
    l->now->has_tick = rc == 0;
    l->now->tick = tick;
    return rc;
}

static int fold_batch(struct pt_ledger *l, const struct pt_fold_entry *e,
                      const Pentad__V1__BatchStatement *b, struct pt_err *err) {
    struct pt_folding f = {
        .log_index = e->log_index, .party = b->party, .author = pt_party_from_name(b->party)};
    int rc = pt_ledger_sid(l, b->party, b->stream, &f.sid, err);
    bool tick = false;

    rc = rc == 0 ? pt_stream_wrote(l, f.sid, err) : rc;
    for (size_t i = 0; i < e->n && rc == 0; i++) {
        f.seq = b->first_seq + i;
        rc = fold_record(l, &f, e->records[i], err);
        tick = rc == 0 && f.r && f.r->body_case == PENTAD__V1__RECORD__BODY_TICK;
        if (tick && i + 1 != e->n)
            rc = pt_err_set(err, PT_E_CORRUPT, "entry %llu: a tick stands before its last record",
                            (unsigned long long)e->log_index);
    }
    return rc == 0 && tick ? fold_tick(l, &f, err) : rc;
}

static int insert_entry(struct pt_ledger *l, const struct pt_fold_entry *e,
                        const Pentad__V1__LogEntry *le, int64_t sid, struct pt_err *err) {
    struct pt_span key = pt_span(le->signing_key.data, le->signing_key.len);
    struct pt_hash leaf;

    pt_leaf_hash(&leaf, e->log_entry.p, e->log_entry.len);
    return pt_sql_apply(&l->sql, l->st[PT_S_ENTRY], err,
                        le->has_signing_key ? "ioiiobb" : "ioiiobn", (int64_t)e->log_index,
                        sid != 0, sid, l->next_rec, (int64_t)e->n, le->has_received_at_ms,
                        le->received_at_ms, pt_span(leaf.b, PT_HASH_LEN), key);
}

static int fold_genesis(struct pt_ledger *l, const Pentad__V1__Genesis *g, struct pt_err *err) {
    int64_t sid;
    int rc = 0;

    for (size_t i = 0; i < g->n_parties && rc == 0; i++) {
        const Pentad__V1__GenesisParty *p = g->parties[i];
        const char *party = p->party ? p->party : "";

        rc = pt_sql_run(&l->sql, err, "INSERT INTO body VALUES(?,?,?)", "sss", party, p->name,
                        p->uscc);
        for (size_t k = 0; k < p->n_streams && rc == 0; k++) {
            rc = pt_ledger_sid(l, party, p->streams[k], &sid, err);
            rc = rc == 0 ? pt_stream_genesis(l, sid, err) : rc;
        }
    }
    return rc;
}

static int fold_payload(struct pt_ledger *l, const struct pt_fold_entry *e,
                        const Pentad__V1__LogEntry *le, struct pt_err *err) {
    const Pentad__V1__Envelope *env = le->envelope;
    Pentad__V1__BatchStatement *b;
    int64_t sid = 0;
    int rc;

    if (strcmp(env->payload_type ? env->payload_type : "", genesis_type) == 0) {
        Pentad__V1__Genesis *g =
            pentad__v1__genesis__unpack(NULL, env->payload.len, env->payload.data);

        if (!g || e->log_index != 0)
            rc = pt_err_set(err, PT_E_CORRUPT, "a genesis that can't be");
        else
            rc = insert_entry(l, e, le, 0, err);
        if (g && rc == 0)
            rc = fold_genesis(l, g, err);
        if (g)
            pentad__v1__genesis__free_unpacked(g, NULL);
        return rc;
    }
    b = pentad__v1__batch_statement__unpack(NULL, env->payload.len, env->payload.data);
    if (!b || !b->party || !b->stream || b->record_count != e->n) {
        rc = pt_err_set(err, PT_E_CORRUPT, "entry %llu: statement and records don't fit",
                        (unsigned long long)e->log_index);
    } else {
        rc = pt_ledger_sid(l, b->party, b->stream, &sid, err);
        rc = rc == 0 ? insert_entry(l, e, le, sid, err) : rc;
        rc = rc == 0 ? fold_batch(l, e, b, err) : rc;
    }
    if (b)
        pentad__v1__batch_statement__free_unpacked(b, NULL);
    return rc;
}

int pt_ledger_apply(struct pt_ledger *l, const struct pt_fold_entry *e,
                    struct pt_ledger_applied *ret_applied, struct pt_err *err) {
    Pentad__V1__LogEntry *le;
    int rc;

    PT_ASSERT(l->in_txn);
    pt_workdays_forget(l);
    memset(ret_applied, 0, sizeof *ret_applied);
    ret_applied->first_rec = (uint64_t)l->next_rec;
    ret_applied->n = e->n;
    if (e->log_index != l->cursor)
        return pt_err_set(err, PT_E_GAP, "the ledger stands at %llu, entry %llu can't follow",
                          (unsigned long long)l->cursor, (unsigned long long)e->log_index);
    le = pentad__v1__log_entry__unpack(NULL, e->log_entry.len, e->log_entry.p);
    l->now = ret_applied;
    if (!le || !le->envelope)
        rc = pt_err_set(err, PT_E_CORRUPT, "log entry %llu can't be read",
                        (unsigned long long)e->log_index);
    else
        rc = pt_sm3_append(l, e->log_entry, err);
    if (rc == 0)
        rc = fold_payload(l, e, le, err);
    l->now = NULL;
    if (le)
        pentad__v1__log_entry__free_unpacked(le, NULL);
    if (rc == 0)
        l->cursor++;
    return rc;
}
