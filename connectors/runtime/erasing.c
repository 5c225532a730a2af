/* Erasure orders, as they pass by in the feed: what one destroys goes from the state file too, at
 * the tick that brings it into force; and a record that a hub says was erased must have its order.
 *
 *   Erasure ─► waiting ─two Approvals─► complete ─Tick─► in force ─► the copy here is gone
 *
 * What the party's own system was handed is that system's to delete. docs/formats.md 6. */
#include <stdio.h>
#include <string.h>

#include <pentad/proof/batch.h>
#include <pentad/proof/close.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/record/party.h>

#include "connector_internal.h"
#include "state_internal.h"

#define NEEDED 2
enum { WAITING, IN_FORCE, DONE };

/* Each of the four has a bit. */
static int bit_of(const char *party) {
    int i = pt_approver(party);
    return i < 0 ? 0 : 1 << i;
}

/* What the exchange rests on stays, whoever orders what. */
static bool may_go(const char *type) {
    const struct pt_record_info *info = type ? pt_record_info_by_code(type) : NULL;
    return info && (info->flags & PT_RT_EXCHANGE) == 0;
}

static int take_order(struct pt_connector *c, const struct pt_followed_record *r,
                      struct pt_err *err) {
    const Pentad__V1__Erasure *order = r->record->erasure;
    const Pentad__V1__RecordRef *of = order->record;
    if (strcmp(r->party, "office") != 0 || !may_go(order->type) || !of || !of->party ||
        !of->stream || !of->has_hash) {
        return 0;
    }
    return pt_sql_run(&c->state->sql, err,
                      "INSERT OR IGNORE INTO erasure VALUES(?,?,?,?,?,?,?,0,0)", "bsssibs",
                      pt_span(r->hash.b, PT_HASH_LEN), r->stream, of->party, of->stream,
                      (int64_t)of->seq, pt_span(of->hash.data, of->hash.len), order->type);
}

static int take_approval(struct pt_connector *c, const struct pt_followed_record *r,
                         struct pt_err *err) {
    const Pentad__V1__Approval *a = r->record->approval;
    int bit = bit_of(r->party);
    if (bit == 0 || !a->target || !a->target->has_hash || !a->target->stream ||
        !pt_approval_names(a, "Erasure")) {
        return 0;
    }
    bool yes = a->verdict == PENTAD__V1__VERDICT__VERDICT_APPROVE;
    return pt_sql_run(&c->state->sql, err,
                      yes ? "UPDATE erasure SET approved=approved|? WHERE hash=? AND stream=? AND "
                            "state=0"
                          : "UPDATE erasure SET approved=approved&~? WHERE hash=? AND stream=? AND "
                            "state=0 AND approved NOT IN (3,5,6,9,10,12,7,11,13,14,15)",
                      "ibs", (int64_t)bit, pt_span(a->target->hash.data, a->target->hash.len),
                      a->target->stream);
}

static const char *const others_sql[] = {
    "DELETE FROM ref WHERE EXISTS (SELECT 1 FROM erasure e WHERE e.state=1 AND e.party=ref.party"
    " AND e.of_stream=ref.stream AND e.seq=ref.seq AND e.record=ref.hash AND e.type=ref.type)",
    "UPDATE erasure SET state=2 WHERE state=1",
};

bool pt_outbox_is_erased(struct pt_span bytes) {
    return bytes.len == ERASED_LEN && bytes.p[0] == 0;
}

/* Which reader classes a record of ours is due to. */
struct due {
    struct pt_connector *c;
    uint8_t classes;
    bool found;
};

static int look_at(void *ctx, const struct pt_outbox_record *row) {
    struct due *d = ctx;
    struct pt_close k;
    struct pt_hash hash;
    Pentad__V1__Record *rec = NULL;
    memcpy(hash.b, row->hash, sizeof hash.b);
    pt_arena_reset(&d->c->arena);
    if (pt_outbox_is_erased(row->bytes) ||
        pt_record_decode(row->bytes, &d->c->arena, &rec, NULL) != 0) {
        return 1;
    }
    pt_close_init(&k, d->c->party);
    pt_close_add(&k, rec, &hash);
    for (size_t i = 0; i < k.n; i++) {
        d->classes |= (uint8_t)(k.classes[i].tree.size > 0 ? 1u << i : 0);
    }
    d->found = true;
    return 1;
}

static int erase_own(struct pt_connector *c, uint64_t seq, struct pt_span record, const char *type,
                     struct pt_err *err) {
    struct due d = {.c = c};
    int rc = pt_outbox_each(c->state, seq, 1, look_at, &d, err);
    const uint8_t left[ERASED_LEN] = {0, d.classes};
    return rc != 0 || !d.found
               ? rc
               : pt_sql_run(&c->state->sql, err,
                            "UPDATE outbox SET bytes=?, doc_no=NULL, origin=NULL WHERE seq=? AND "
                            "hash=? AND type=?",
                            "bibs", pt_span(left, sizeof left), (int64_t)seq, record, type);
}

/* Is it what the order says? One that names another record, or another type, has no effect, and the
 * hub has the record still. */
static bool fits(struct pt_span bytes, struct pt_span record, const char *type) {
    struct pt_hash hash;
    pt_leaf_hash(&hash, bytes.p, bytes.len);
    return pt_span_eq(pt_span(hash.b, PT_HASH_LEN), record) &&
           pt_record_peek(bytes) == pt_record_info_by_code(type)->type;
}

/* Kept sealed records. */
static int erase_shut(struct pt_connector *c, struct pt_err *err) {
    struct pt_sql *sql = &c->state->sql;
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(
        sql, &st, err,
        "SELECT s.party, s.stream, s.seq, s.bytes, e.record, e.type FROM erasure e JOIN"
        " shut s ON s.party=e.party AND s.stream=e.of_stream AND s.seq=e.seq"
        " WHERE e.state=1",
        "");
    while (pt_sql_row(sql, st, &rc, err)) {
        if (fits(pt_sql_blob(st, 3), pt_sql_blob(st, 4), pt_sql_text(st, 5))) {
            rc = pt_sql_run(sql, err, "DELETE FROM shut WHERE party=? AND stream=? AND seq=?",
                            "ssi", pt_sql_text(st, 0), pt_sql_text(st, 1), pt_sql_i64(st, 2));
        }
    }
    pt_sql_done(sql, st);
    return rc;
}

static int carry_out(struct pt_connector *c, struct pt_err *err) {
    struct pt_sql *sql = &c->state->sql;
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(
        sql, &st, err,
        "SELECT seq, record, type FROM erasure WHERE state=1 AND party=? AND of_stream=?", "ss",
        c->config->party, c->config->stream);
    while (pt_sql_row(sql, st, &rc, err)) {
        rc = erase_own(c, pt_sql_u64(st, 0), pt_sql_blob(st, 1), pt_sql_text(st, 2), err);
    }
    pt_sql_done(sql, st);
    rc = rc == 0 ? erase_shut(c, err) : rc;
    for (size_t i = 0; rc == 0 && i < sizeof others_sql / sizeof *others_sql; i++) {
        rc = pt_sql_run(sql, err, others_sql[i], "");
    }
    return rc;
}

static int take_tick(struct pt_connector *c, int32_t day, struct pt_err *err) {
    bool found;
    int64_t due = 0;
    int rc = pt_connector_excused_tick(c, day, err);
    rc = rc ? rc
            : pt_sql_run(&c->state->sql, err,
                         "UPDATE erasure SET state=1 WHERE state=0 AND"
                         " (approved&1)+(approved>>1&1)+(approved>>2&1)+(approved>>3&1) >= ?",
                         "i", (int64_t)NEEDED);
    rc = rc ? rc
            : pt_sql_number(&c->state->sql, &due, &found, err,
                            "SELECT count(*) FROM erasure WHERE state=1", "");
    if (rc == 0 && due > 0) {
        rc = pt_connector_excused_orders(c, err);
        rc = rc ? rc : carry_out(c, err);
        c->scrub = rc == 0;
    }
    return rc;
}

int pt_connector_erasing_record(struct pt_connector *c, const struct pt_followed_record *r,
                                struct pt_err *err) {
    if (r->erased) {
        int rc = pt_connector_excused_gap(c, r, err);
        return rc ? rc
                  : pt_sql_run(&c->state->sql, err,
                               "INSERT OR IGNORE INTO erased VALUES(?,?,?,?,?)", "bssib",
                               pt_span(r->order.b, PT_HASH_LEN), r->party, r->stream,
                               (int64_t)r->seq, pt_span(r->hash.b, PT_HASH_LEN));
    }
    switch (r->record ? r->record->body_case : PENTAD__V1__RECORD__BODY__NOT_SET) {
    case PENTAD__V1__RECORD__BODY_ERASURE:
        return take_order(c, r, err);
    case PENTAD__V1__RECORD__BODY_APPROVAL:
        return take_approval(c, r, err);
    case PENTAD__V1__RECORD__BODY_TICK:
        return strcmp(r->party, "hub") == 0 ? take_tick(c, r->record->tick->day, err) : 0;
    default:
        return 0;
    }
}

/* Where the feed was read to its end every erased record has met its order. */
int pt_connector_erasing_check(struct pt_connector *c, struct pt_err *err) {
    static const char sql[] =
        "SELECT r.party || '/' || r.stream || '#' || r.seq FROM erased r WHERE NOT EXISTS (SELECT 1"
        " FROM erasure e WHERE e.hash=r.hash AND e.state>0 AND e.party=r.party"
        " AND e.of_stream=r.stream AND e.seq=r.seq AND e.record=r.record) LIMIT 1";
    struct sqlite3_stmt *st = NULL;
    char what[200];
    int rc = pt_sql_query(&c->state->sql, &st, err, sql, "");
    if (pt_sql_row(&c->state->sql, st, &rc, err)) {
        (void)snprintf(
            what, sizeof what,
            "%s: the hub says that it was erased, and the log has no order in force that "
            "says so",
            pt_sql_text(st, 0));
        pt_sql_done(&c->state->sql, st);
        if (pt_connector_alarm(c, "erased_without_order", what)) {
            pt_connector_keep_evidence(c, PT_E_PROOF, ABOUT_CHECKPOINTS, what,
                                       pt_follower_checkpoint(c->follower));
        }
        return rc;
    }
    pt_sql_done(&c->state->sql, st);
    return rc;
}

void pt_connector_erasing_scrub(struct pt_connector *c) {
    if (c->scrub && pt_state_scrub(c->state) == 0) {
        c->scrub = false;
    }
}
