/* How far each stream has come. A rule whose verdict rests on what a party did *not* say up to a
 * day may be given once all of that party's streams have closed the day.
 *
 *   Genesis ──────────► enrolled, nothing closed
 *   first batch ──────► enrolled; it counts from the last tick's day on
 *   StreamClose ──────► closed up to its day; final: left
 *   Incident ─────────► frozen: it can't write, so nobody waits for it
 *   Lift, next batch ─► thawed; it counts from the tick's day on
 *
 * So a party's closed day never falls below what a rule has judged: a verdict, once given, isn't
 * taken back because a stream came or came back. hub/main and the `keys` streams close no days. */
#include <string.h>

#include <pentad/base/date.h>

#include "internal.h"

int pt_stream_genesis(struct pt_ledger *l, int64_t sid, struct pt_err *err) {
    return pt_sql_apply(&l->sql, l->st[PT_S_STREAM_WROTE], err, "ii", sid, INT64_C(0));
}

/* The day before the one that runs: what was judged up to now rests on no later one. */
static int32_t day_before(const struct pt_ledger *l) {
    return l->tick.no > 0 ? pt_date_add(l->tick.day, -1) : 0;
}

/* Intake takes no batch from a frozen stream: one that is in the log ends a freeze too, also one
 * that never was (whether an Incident's signatures hold, only intake can say). */
int pt_stream_wrote(struct pt_ledger *l, int64_t sid, struct pt_err *err) {
    return pt_sql_apply(&l->sql, l->st[PT_S_STREAM_WROTE], err, "ii", sid, (int64_t)day_before(l));
}

static int take_close(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    const Pentad__V1__StreamClose *c = f->r->stream_close;
    int32_t day = c->has_day && !c->has_hour ? c->day : 0;

    return pt_sql_apply(&l->sql, l->st[PT_S_STREAM_CLOSE], err, "iii", f->sid, (int64_t)day,
                        (int64_t)(c->has_final && c->final));
}

static Pentad__V1__BatchStatement *side(const Pentad__V1__Envelope *env) {
    return env ? pentad__v1__batch_statement__unpack(NULL, env->payload.len, env->payload.data)
               : NULL;
}

static bool conflict(const Pentad__V1__BatchStatement *a, const Pentad__V1__BatchStatement *b) {
    return a && b && a->party && b->party && a->stream && b->stream &&
           strcmp(a->party, b->party) == 0 && strcmp(a->stream, b->stream) == 0 &&
           a->first_seq < b->first_seq + b->record_count &&
           b->first_seq < a->first_seq + a->record_count;
}

/* Both statements' hashes, the smaller first: the same pair freezes no second time. */
static int hash_pair(struct pt_ledger *l, const Pentad__V1__Incident *i, uint8_t ret_pair[64],
                     struct pt_err *err) {
    const ProtobufCBinaryData *p[2] = {&i->envelope_a->payload, &i->envelope_b->payload};
    uint8_t h[2][32];
    int first;

    for (int k = 0; k < 2; k++)
        if (EVP_DigestInit_ex(l->md, l->sha256, NULL) != 1 ||
            EVP_DigestUpdate(l->md, p[k]->data, p[k]->len) != 1 ||
            EVP_DigestFinal_ex(l->md, h[k], NULL) != 1)
            return pt_err_set(err, PT_E_CRYPTO, "ledger: SHA-256 failed");
    first = memcmp(h[0], h[1], 32) > 0;
    memcpy(ret_pair, h[first], 32);
    memcpy(ret_pair + 32, h[!first], 32);
    return 0;
}

static int take_incident(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    const Pentad__V1__Incident *i = f->r->incident;
    Pentad__V1__BatchStatement *a = NULL;
    Pentad__V1__BatchStatement *b = NULL;
    uint8_t pair[64];
    int64_t sid;
    int rc = 0;

    if (i->kind != PENTAD__V1__INCIDENT_KIND__INCIDENT_KIND_EQUIVOCATION)
        return 0;
    a = side(i->envelope_a);
    b = side(i->envelope_b);
    if (!conflict(a, b))
        goto out;
    rc = hash_pair(l, i, pair, err);
    rc = rc == 0 ? pt_ledger_sid(l, a->party, a->stream, &sid, err) : rc;
    if (rc == 0 && memcmp(pair, pair + 32, 32) != 0)
        rc = pt_sql_apply(&l->sql, l->st[PT_S_STREAM_FREEZE], err, "iib", sid, f->rec,
                          pt_span(pair, sizeof pair));
out:
    if (a)
        pentad__v1__batch_statement__free_unpacked(a, NULL);
    if (b)
        pentad__v1__batch_statement__free_unpacked(b, NULL);
    return rc;
}

int pt_stream_record(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err) {
    if (f->r->body_case == PENTAD__V1__RECORD__BODY_STREAM_CLOSE)
        return take_close(l, f, err);
    if (f->r->body_case == PENTAD__V1__RECORD__BODY_INCIDENT)
        return take_incident(l, f, err);
    return 0;
}

int pt_stream_tick(struct pt_ledger *l, struct pt_err *err) {
    static const char sql[] =
        "UPDATE stream SET frozen=0, closed=max(closed,"
        "  (SELECT date_add(day, -1) FROM tick ORDER BY no DESC LIMIT 1))"
        " WHERE frozen <> 0 AND frozen IN (SELECT f.target FROM changed c JOIN resolved f"
        "  ON f.rec = c.rec AND f.field = 'incident' WHERE c.type = @TYPE_LIFT AND c.now = 1);"
        "DELETE FROM closed_day;"
        "INSERT INTO closed_day SELECT party, min(closed) FROM stream WHERE enrolled AND NOT final"
        "  AND NOT frozen AND name <> 'keys' AND party <> 'hub' GROUP BY party;";

    return pt_sql_script(&l->sql, sql, err);
}
