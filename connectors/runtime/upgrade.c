/* A state file that an older version of this program wrote gets the tables that this one has, with
 * all that was in them. A step goes by what the file holds, not by its version's number: one number
 * stood for more than one layout. docs/operating.md, "A newer version". */
#include <pentad/proof/batch.h>
#include <pentad/record/catalogue.h>

#include "state_internal.h"

#define TABLE(t) "EXISTS (SELECT 1 FROM sqlite_schema WHERE type='table' AND name='" t "')"
#define COLUMN(t, c) "EXISTS (SELECT 1 FROM pragma_table_info('" t "') WHERE name='" c "')"
#define LACKS(t, c) "SELECT 1 WHERE " TABLE(t) " AND NOT " COLUMN(t, c)

/* `away` runs before the schema, which makes the table anew, and `back` behind it. */
struct step {
    const char *when, *away, *back;
};

static const struct step steps[] = {
    {LACKS("held", "seq"),
     "ALTER TABLE held ADD COLUMN seq INTEGER; DROP INDEX IF EXISTS held_by_moment;", ""},
    {LACKS("evidence", "about"), "ALTER TABLE evidence RENAME TO older_evidence;",
     "INSERT INTO evidence SELECT digest, at_ms, code, '', what, bytes FROM older_evidence;"
     "DROP TABLE older_evidence;"},
    /* An order's type, which it was not asked for: that of the copy which it is to destroy. */
    {LACKS("erasure", "type"), "ALTER TABLE erasure RENAME TO older_erasure;",
     "INSERT INTO erasure SELECT hash, stream, party, of_stream, seq, record, coalesce("
     "  (SELECT r.type FROM ref r WHERE r.party=e.party AND r.stream=e.of_stream AND r.seq=e.seq"
     "     AND r.hash=e.record),"
     "  (SELECT o.type FROM outbox o WHERE o.seq=e.seq AND o.hash=e.record)), approved, state"
     " FROM older_erasure e; DROP TABLE older_erasure;"},
    {"SELECT 1 WHERE " COLUMN("excuse", "record"), "ALTER TABLE excuse RENAME TO older_excuse;",
     "INSERT OR IGNORE INTO excuse SELECT w.party, w.stream, w.seq, x.from_day, x.until_day"
     " FROM older_excuse x JOIN (SELECT party, stream, seq, record FROM erased UNION"
     "  SELECT party, of_stream, seq, record FROM erasure) w ON w.record=x.record;"
     "DROP TABLE older_excuse;"},
    /* It kept none (excused.c): an order that is done excuses until the next tick, and the ledger
     * of one's own was folded with what it took. */
    {"SELECT 1 WHERE " TABLE("erased") " AND NOT " TABLE("excuse"), "",
     "INSERT INTO excuse SELECT party, stream, seq,"
     "  coalesce((SELECT value FROM meta WHERE name='attested_day'), 0),"
     "  CASE WHEN EXISTS (SELECT 1 FROM erasure o WHERE o.hash=e.hash AND o.state=2) THEN -1"
     "    ELSE 0 END FROM erased e;"
     "INSERT OR REPLACE INTO meta SELECT 'replay_anew', 1 WHERE EXISTS (SELECT 1 FROM excuse);"},
};
_Static_assert(sizeof steps / sizeof *steps < 32, "a bit for each");

/* What was kept of clues by their id alone can't be told apart by sender, and nothing here says
 * whose they were. */
static int old_clues(struct pt_sql *sql, struct pt_err *err) {
    int64_t n;
    bool found;
    int rc = pt_sql_number(sql, &n, &found, err, LACKS("clue", "sender"), "");
    if (!found) {
        return rc;
    }
    rc = pt_sql_number(sql, &n, &found, err,
                       "SELECT (SELECT count(*) FROM clue) + (SELECT count(*) FROM held)", "");
    if (rc == 0 && n > 0) {
        rc = pt_err_set(err, PT_E_UNSUPPORTED,
                        "it holds clues without their senders, as an early version kept them: only "
                        "the version that wrote it can go on with it (docs/operating.md, \"A newer "
                        "version\")");
    }
    return rc ? rc : pt_sql_exec(sql, "DROP TABLE clue; DROP TABLE held;", err);
}

/* Sealed records that wait to be erased say their type themselves. */
static int types_of_shut(struct pt_sql *sql, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(sql, &st, err,
                          "SELECT e.hash, s.bytes FROM erasure e JOIN shut s ON s.party=e.party AND"
                          " s.stream=e.of_stream AND s.seq=e.seq WHERE e.type IS NULL",
                          "");
    while (pt_sql_row(sql, st, &rc, err)) {
        const struct pt_record_info *info = pt_record_info(pt_record_peek(pt_sql_blob(st, 1)));
        if (info) {
            rc = pt_sql_run(sql, err, "UPDATE erasure SET type=? WHERE hash=?", "sb", info->code,
                            pt_sql_blob(st, 0));
        }
    }
    pt_sql_done(sql, st);
    return rc;
}

int pt_state_upgrade_begin(struct pt_state *s, unsigned *ret_steps, struct pt_err *err) {
    *ret_steps = 0;
    int rc = old_clues(&s->sql, err);
    for (unsigned i = 0; rc == 0 && i < sizeof steps / sizeof *steps; i++) {
        int64_t n;
        bool due;
        rc = pt_sql_number(&s->sql, &n, &due, err, steps[i].when, "");
        *ret_steps |= rc == 0 && due ? 1u << i : 0;
    }
    for (unsigned i = 0; rc == 0 && i < sizeof steps / sizeof *steps; i++) {
        rc = *ret_steps & 1u << i ? pt_sql_exec(&s->sql, steps[i].away, err) : 0;
    }
    return rc;
}

int pt_state_upgrade_end(struct pt_state *s, unsigned due, struct pt_err *err) {
    int rc = 0;
    for (unsigned i = 0; rc == 0 && i < sizeof steps / sizeof *steps; i++) {
        rc = due & 1u << i ? pt_sql_exec(&s->sql, steps[i].back, err) : 0;
    }
    return rc == 0 && due != 0 ? types_of_shut(&s->sql, err) : rc;
}
