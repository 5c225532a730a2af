#include <pentad/rules/fold.h>

#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/ledger/snapshot.h>
#include <pentad/record/validate.h>
#include <pentad/v1/record.pb-c.h>

#include "engine.h"

struct pt_fold {
    struct pt_ledger *ledger;
    struct pt_engine engine;
};

int pt_fold_open(const char *path, struct pt_fold **ret_fold, bool *ret_rebuilt,
                 struct pt_err *err) {
    struct pt_fold *f = calloc(1, sizeof *f);
    bool rebuilt = false;
    bool stale = false;
    int rc;

    *ret_fold = NULL;
    if (!f)
        return pt_err_set(err, PT_E_NOMEM, "fold: no memory");
    rc = pt_ledger_open(path, PT_LEDGER_WRITE, &f->ledger, &rebuilt, err);
    rc = rc == 0 ? pt_engine_open(&f->engine, f->ledger, err) : rc;
    rc = rc == 0 ? pt_engine_stale(&f->engine, &stale, err) : rc;
    if (rc == 0 && stale) {
        rebuilt = true;
        rc = pt_ledger_reset(f->ledger, err);
        rc = rc == 0 ? pt_engine_create(&f->engine, err) : rc;
        rc = rc == 0 ? pt_engine_stale(&f->engine, &stale, err) : rc;
    }
    if (rc != 0) {
        pt_fold_close(f);
        return rc;
    }
    if (ret_rebuilt)
        *ret_rebuilt = rebuilt;
    *ret_fold = f;
    return 0;
}

void pt_fold_close(struct pt_fold *f) {
    if (!f)
        return;
    if (f->engine.sql)
        pt_engine_close(&f->engine);
    pt_ledger_close(f->ledger);
    free(f);
}

int pt_fold_holes(struct pt_fold *f, uint64_t *ret, struct pt_err *err) {
    int64_t n = 0;
    bool found;
    int rc = pt_sql_number(pt_ledger_sql(f->ledger), &n, &found, err,
                           "SELECT count(*) FROM record WHERE type = 0 AND hash IS NULL", "");

    *ret = (uint64_t)n;
    return rc;
}

/* H01s of an entry become the standing that the next tick compares with. */
static int fold_findings(struct pt_fold *f, const struct pt_fold_entry *e,
                         const struct pt_ledger_applied *a, struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < e->n && rc == 0; i++) {
        Pentad__V1__Record *r;
        uint8_t *packed;
        size_t n;

        if (e->records[i].len == 0)
            continue;
        r = pentad__v1__record__unpack(NULL, e->records[i].len, e->records[i].p);
        if (r && r->body_case == PENTAD__V1__RECORD__BODY_DISCREPANCY &&
            pt_record_has_head(r, PT_PARTY_HUB)) {
            n = pentad__v1__discrepancy__get_packed_size(r->discrepancy);
            packed = malloc(n ? n : 1);
            if (packed) {
                pentad__v1__discrepancy__pack(r->discrepancy, packed);
                rc = pt_finding_fold(&f->engine, (int64_t)(a->first_rec + i), r->discrepancy,
                                     pt_span(packed, n), err);
            } else {
                rc = pt_err_set(err, PT_E_NOMEM, "fold: no memory");
            }
            free(packed);
        }
        if (r)
            pentad__v1__record__free_unpacked(r, NULL);
    }
    return rc;
}

static int apply_one(struct pt_fold *f, const struct pt_fold_entry *e, struct pt_err *err) {
    struct pt_ledger_applied a;
    int rc = pt_ledger_apply(f->ledger, e, &a, err);

    if (rc == 0 && a.has_finding)
        rc = fold_findings(f, e, &a, err);
    if (rc == 0 && a.has_tick)
        rc = pt_engine_tick(&f->engine, &a.tick, err);
    return rc;
}

static int give_up(struct pt_fold *f, int rc) {
    pt_ledger_rollback(f->ledger);
    (void)pt_ledger_last_tick(f->ledger, &f->engine.tick, NULL);
    return rc;
}

int pt_fold_begin(struct pt_fold *f, struct pt_err *err) {
    return pt_ledger_begin(f->ledger, err);
}

int pt_fold_add(struct pt_fold *f, const struct pt_fold_entry *entries, size_t n,
                struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++)
        rc = apply_one(f, &entries[i], err);
    return rc == 0 ? 0 : give_up(f, rc);
}

int pt_fold_commit(struct pt_fold *f, struct pt_err *err) {
    int rc = pt_ledger_commit(f->ledger, err);

    return rc == 0 ? 0 : give_up(f, rc);
}

int pt_fold_apply(struct pt_fold *f, const struct pt_fold_entry *entries, size_t n,
                  struct pt_err *err) {
    int rc = pt_fold_begin(f, err);

    rc = rc == 0 ? pt_fold_add(f, entries, n, err) : rc;
    return rc == 0 ? pt_fold_commit(f, err) : rc;
}

static int count(struct pt_fold *f, const char *sql, uint64_t *ret, struct pt_err *err) {
    int64_t v;
    bool found;
    int rc = pt_sql_number(f->engine.sql, &v, &found, err, sql, "");

    *ret = (uint64_t)v;
    return rc;
}

int pt_fold_state(struct pt_fold *f, struct pt_fold_state *ret_state, struct pt_err *err) {
    int rc;

    memset(ret_state, 0, sizeof *ret_state);
    ret_state->cursor = pt_ledger_cursor(f->ledger);
    rc = pt_ledger_last_tick(f->ledger, &ret_state->tick, err);
    rc = rc == 0 ? count(f, "SELECT count(*) FROM pending", &ret_state->pending, err) : rc;
    rc = rc == 0 ? pt_snapshot_due(f->ledger, &ret_state->snapshot_due, NULL, err) : rc;
    rc = rc == 0 ? pt_snapshot_unlike(f->ledger, PT_PARTY_NONE, &ret_state->snapshots_unlike, err)
                 : rc;
    return rc == 0
               ? count(f, "SELECT v FROM state WHERE k = 'mismatches'", &ret_state->mismatches, err)
               : rc;
}

int pt_fold_pending(struct pt_fold *f, pt_fold_pending_cb cb, void *ctx, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(f->engine.sql, &st, err, "SELECT id, body FROM pending ORDER BY ord", "");

    while (pt_sql_row(f->engine.sql, st, &rc, err)) {
        uint8_t id[16];

        memcpy(id, pt_sql_blob(st, 0).p, sizeof id);
        rc = cb(ctx, id, pt_sql_blob(st, 1));
    }
    pt_sql_done(f->engine.sql, st);
    return rc;
}

int pt_fold_snapshot(struct pt_fold *f, struct pt_buf *out, int32_t *ret_day, struct pt_err *err) {
    return pt_snapshot_due(f->ledger, ret_day, out, err);
}

struct pt_ledger *pt_fold_ledger(struct pt_fold *f) {
    return f->ledger;
}

int pt_fold_check(struct pt_fold *f, uint64_t *ret_differences, struct pt_err *err) {
    /* temp.touched is scratch; nothing else is written. */
    return pt_engine_check(&f->engine, ret_differences, err);
}
