/* What an erasure excuses in the hub's snapshots. One that was taken while the record was there
 * rests on it; a ledger that is folded without it can't find that one again. So nothing is attested
 * of those that differ from the record's entry on to the tick behind the one that brought the order
 * into force, and one's own ledger is made anew then: it held the record too. docs/decisions/0027.
 */
#include "connector_internal.h"
#include "state_internal.h"

/* In until_day: no order is in force; one is, and no tick has come since. */
#define NO_ORDER 0
#define NEXT_TICK (-1)

int pt_connector_excused_gap(struct pt_connector *c, const struct pt_followed_record *r,
                             struct pt_err *err) {
    return pt_sql_run(&c->state->sql, err, "INSERT OR IGNORE INTO excuse VALUES(?,?,?,?,?)",
                      "ssiii", r->party, r->stream, (int64_t)r->seq, c->tick_day,
                      (int64_t)NO_ORDER);
}

/* What excuses only days that were attested is asked for no more. */
int pt_connector_excused_tick(struct pt_connector *c, int32_t day, struct pt_err *err) {
    struct pt_sql *sql = &c->state->sql;
    int rc = pt_sql_run(sql, err, "UPDATE excuse SET until_day=? WHERE until_day=?", "ii",
                        (int64_t)day, (int64_t)NEXT_TICK);
    return rc ? rc
              : pt_sql_run(sql, err, "DELETE FROM excuse WHERE until_day>? AND until_day<=?", "ii",
                           (int64_t)NO_ORDER, c->attest.day);
}

int pt_connector_excused_orders(struct pt_connector *c, struct pt_err *err) {
    struct pt_sql *sql = &c->state->sql;
    int rc = pt_sql_run(sql, err,
                        "INSERT OR IGNORE INTO excuse SELECT party, of_stream, seq, ?, ?"
                        " FROM erasure WHERE state=1",
                        "ii", c->attest.day, (int64_t)NO_ORDER);
    rc = rc ? rc
            : pt_sql_run(sql, err,
                         "UPDATE excuse SET until_day=? WHERE until_day=? AND EXISTS (SELECT 1"
                         " FROM erasure e WHERE e.state=1 AND e.party=excuse.party"
                         " AND e.of_stream=excuse.stream AND e.seq=excuse.seq)",
                         "ii", (int64_t)NEXT_TICK, (int64_t)NO_ORDER);
    return rc ? rc : pt_state_set_int(c->state, "replay_anew", 1, err);
}

int pt_connector_excused(struct pt_connector *c, int32_t day, bool *ret, struct pt_err *err) {
    int64_t n;
    return pt_sql_number(&c->state->sql, &n, ret, err,
                         "SELECT 1 FROM excuse WHERE ?1 > from_day AND (until_day=?2 OR"
                         " until_day >= ?1) LIMIT 1",
                         "ii", (int64_t)day, (int64_t)NEXT_TICK);
}
