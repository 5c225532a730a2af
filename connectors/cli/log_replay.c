/* The ledger is nothing but a function of the log: fold it anew, compare what was made of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/base/file.h>
#include <pentad/ledger/snapshot.h>
#include <pentad/rules/fold.h>

#include "log_check.h"

/* Entries [from, to): what the findings that follow them say may rest on an erased record. */
struct reach {
    uint64_t from, to;
};

struct replaying {
    struct checking *k;
    struct replayed *ret;
    const struct pt_log_check_result *checked;
    enum pt_party reader;
    struct cli_ledger_said said; /* of ledger.db, where there is one */
    struct pt_hash seen;         /* what of the log was read this time */
    struct reach *reach;         /* of all orders; disjoint, ascending */
    size_t n_reach, next_reach;
    uint64_t *stops;
    size_t n_stops;
    uint64_t counted; /* findings that differ, up to the stop before */
    uint64_t excused; /* of them those within reach of an order */
    bool whole;       /* all that was checked is folded */
    bool met;         /* the log came by where ledger.db stands */
    uint64_t met_tick;
};

static void fault(struct replaying *r, struct pt_log_fault f) {
    f.code = f.code ? f.code : PT_E_CORRUPT;
    f.party = f.party ? f.party : "";
    f.stream = f.stream ? f.stream : "";
    f.expected = f.expected ? f.expected : "";
    f.found = f.found ? f.found : "";
    r->ret->faults++;
    pt_cli_log_fault(r->k, &f);
}

/* ---- snapshots ---- */

static void compare_class(struct replaying *r, const json_t *day, const char *where,
                          const json_t *c) {
    const char *own = json_string_value(json_object_get(c, "digest"));
    const char *logged = json_string_value(json_object_get(c, "logged"));
    const char *record = json_string_value(json_object_get(day, "logged"));
    char what[120];
    if (own && logged && strcmp(own, logged) != 0) {
        (void)snprintf(what, sizeof what, "its digest for %s isn't that of the records",
                       json_string_value(json_object_get(c, "reader")));
        fault(r, (struct pt_log_fault){.check = "snapshot",
                                       .where = where,
                                       .what = what,
                                       .party = "hub",
                                       .stream = "main",
                                       .seq = record && strrchr(record, '#')
                                                  ? strtoull(strrchr(record, '#') + 1, NULL, 10)
                                                  : 0,
                                       .expected = own,
                                       .found = logged});
    }
}

static void compare_sm3(struct replaying *r, const json_t *day, const char *where) {
    const char *own = json_string_value(json_object_get(day, "log_root_sm3"));
    const char *logged = json_string_value(json_object_get(day, "log_root_sm3_logged"));
    if (own && logged && strcmp(own, logged) != 0) {
        fault(r, (struct pt_log_fault){.check = "snapshot",
                                       .where = where,
                                       .what = "its SM3 head isn't that of the log's entries",
                                       .party = "hub",
                                       .stream = "main",
                                       .expected = own,
                                       .found = logged});
    }
}

/* Could what was said at that log size count a record that an order has destroyed since? */
static bool rests_on_erased(const struct replaying *r, uint64_t log_size) {
    for (size_t i = 0; i < r->k->n_excuses; i++) {
        const struct pt_log_excuse *x = &r->k->excuses[i];
        if (log_size > x->from && log_size <= x->until + 1) {
            return true;
        }
    }
    return false;
}

static int compare_day(void *ctx, const json_t *day, struct pt_err *err) {
    struct replaying *r = ctx;
    const json_t *c;
    char where[160];
    size_t i;
    uint64_t before = r->ret->faults;
    const char *record = json_string_value(json_object_get(day, "logged"));
    (void)snprintf(where, sizeof where, "snapshot of %s (%s)",
                   json_string_value(json_object_get(day, "day")), record ? record : "hub/main");
    compare_sm3(r, day, where); /* of entries, which no order touches and everybody has */
    if (!json_is_false(json_object_get(day, "equal"))) {
        return 0;
    }
    if (rests_on_erased(r, (uint64_t)json_integer_value(json_object_get(day, "log_size")))) {
        r->ret->excused++;
        return 0;
    }
    json_array_foreach(json_object_get(day, "classes"), i, c) {
        compare_class(r, day, where, c);
    }
    if (r->ret->faults == before) {
        fault(r, (struct pt_log_fault){.check = "snapshot",
                                       .where = where,
                                       .what = "it doesn't say what the records give",
                                       .party = "hub",
                                       .stream = "main"});
    }
    (void)err;
    return 0;
}

static int compare_snapshots(struct replaying *r, struct pt_ledger *l, struct pt_err *err) {
    struct pt_snapshot_count n = {0};
    int rc = pt_snapshot_count(l, &n, err);
    r->ret->snapshots = n;
    if (rc != 0 || n.compared + n.other == 0) {
        return rc;
    }
    rc = pt_snapshot_each(l, r->reader, compare_day, r, err);
    if (rc == 0 && n.missing > 0) {
        char what[80];
        (void)snprintf(what, sizeof what, "%" PRIu64 " days have none in the log", n.missing);
        fault(r, (struct pt_log_fault){.check = "snapshot", .where = "snapshots", .what = what});
    }
    return rc;
}

/* ---- findings ---- */

/* What is found by a tick is logged behind it, and what wasn't is counted at the next one: an order
 * reaches from the record's entry to the tick after the one that brought it into force. */
static int make_reach(struct replaying *r) {
    r->reach = calloc(r->k->n_excuses + 1, sizeof *r->reach);
    if (!r->reach) {
        return PT_E_NOMEM;
    }
    for (size_t i = 0; i < r->k->n_excuses; i++) {
        const struct pt_log_excuse *x = &r->k->excuses[i];
        uint64_t to = x->settled_at > 0 ? x->settled_at + 1 : UINT64_MAX;
        struct reach *last = r->n_reach > 0 ? &r->reach[r->n_reach - 1] : NULL;
        if (!last || x->from > last->to) {
            r->reach[r->n_reach++] = (struct reach){x->from, to};
        } else if (to > last->to) {
            last->to = to;
        }
    }
    return 0;
}

/* Is that entry within reach of an order? Asked in log order. */
static bool reached(struct replaying *r, uint64_t log_index) {
    while (r->next_reach < r->n_reach && r->reach[r->next_reach].to <= log_index) {
        r->next_reach++;
    }
    return r->next_reach < r->n_reach && r->reach[r->next_reach].from <= log_index;
}

static void compare_findings(struct replaying *r) {
    char what[120];
    r->ret->excused += r->excused;
    if (r->counted > r->excused) {
        (void)snprintf(what, sizeof what, "%" PRIu64 " of them the rules would not have written so",
                       r->counted - r->excused);
        fault(r, (struct pt_log_fault){
                     .check = "findings", .where = "findings of the log (H01)", .what = what});
    }
}

/* ---- the ledger ---- */

static void ledger_fault(struct replaying *r, const char *what, const uint8_t expected[32],
                         const uint8_t found[32]) {
    char own[65], theirs[65], where[80];
    (void)snprintf(where, sizeof where, "ledger.db at log size %" PRIu64, r->said.cursor);
    pt_hex(own, expected, 32);
    pt_hex(theirs, found, 32);
    fault(r,
          (struct pt_log_fault){
              .check = "ledger", .where = where, .what = what, .expected = own, .found = theirs});
}

/* Where ledger.db stands: whatever its own cursor says, nothing behind it goes unjudged. */
static int compare_ledger(struct replaying *r, struct pt_ledger *l, struct pt_err *err) {
    uint8_t digest[32], schema[32];
    int rc = pt_ledger_digest(l, digest, err);
    rc = rc == 0 ? pt_ledger_schema_digest(l, schema, err) : rc;
    if (rc != 0) {
        return rc;
    }
    if (memcmp(schema, r->said.schema, sizeof schema) != 0) {
        ledger_fault(r, "its tables, indexes and views aren't those of a ledger", schema,
                     r->said.schema);
    }
    if (memcmp(digest, r->said.digest, sizeof digest) != 0) {
        ledger_fault(r, "its digest isn't that of the records folded anew", digest, r->said.digest);
    }
    return 0;
}

static void ledger_is_unsound(struct replaying *r) {
    char what[300];
    (void)snprintf(what, sizeof what, "its indexes don't say what its tables say: %s",
                   r->said.why.msg);
    fault(r, (struct pt_log_fault){.check = "ledger", .where = "ledger.db", .what = what});
}

static void ledger_is_ahead(struct replaying *r) {
    char what[120];
    (void)snprintf(what, sizeof what,
                   "it says that %" PRIu64 " entries are folded, which the log "
                   "doesn't have",
                   r->said.cursor);
    fault(r, (struct pt_log_fault){.check = "ledger", .where = "ledger.db", .what = what});
}

/* ---- the log once more ---- */

static int read_again(void *ctx, const struct pt_store_entry *e, struct pt_err *err) {
    struct replaying *r = ctx;
    if (e->index >= r->checked->entries) {
        return 0;
    }
    int rc = pt_log_seen(&r->seen, e->log_entry, e->records);
    return rc == 0 ? pt_cli_log_entry_valid(r->k, e, err)
                   : pt_err_set(err, rc,
                                PT_SAY("log entry %" PRIu64 ": its records can't be read",
                                       "日志第%" PRIu64 "条：其记录无法读取"),
                                e->index);
}

/* All that was checked is folded. */
static int compare_all(struct replaying *r, struct pt_fold *f, uint64_t tick, struct pt_err *err) {
    uint8_t digest[32];
    if (!pt_hash_eq(&r->seen, &r->checked->seen)) {
        return 0;
    }
    r->whole = true;
    int rc = pt_ledger_digest(pt_fold_ledger(f), digest, err);
    if (rc != 0) {
        return rc;
    }
    pt_hex(r->ret->digest, digest, sizeof digest);
    r->ret->ticks = tick;
    compare_findings(r);
    return compare_snapshots(r, pt_fold_ledger(f), err);
}

static int on_stop(void *ctx, struct pt_fold *f, uint64_t size, struct pt_err *err) {
    struct replaying *r = ctx;
    struct pt_fold_state st = {0};
    int rc = pt_fold_state(f, &st, err);
    if (rc == 0 && size > 0 && reached(r, size - 1)) {
        r->excused += st.mismatches - r->counted;
    }
    r->counted = st.mismatches;
    if (rc == 0 && r->ret->has_ledger && size == r->said.cursor) {
        r->met = true;
        r->met_tick = st.tick.no;
        rc = compare_ledger(r, pt_fold_ledger(f), err);
    }
    return rc == 0 && size == r->checked->entries ? compare_all(r, f, st.tick.no, err) : rc;
}

static int by_size(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Wherever something is to be looked at. */
static int make_stops(struct replaying *r) {
    size_t n = 0, kept = 0;
    r->stops = calloc(2 * r->n_reach + 2, sizeof *r->stops);
    if (!r->stops) {
        return PT_E_NOMEM;
    }
    for (size_t i = 0; i < r->n_reach; i++) {
        r->stops[n++] = r->reach[i].from;
        r->stops[n++] = r->reach[i].to;
    }
    r->stops[n++] = r->checked->entries;
    if (r->ret->has_ledger) {
        r->stops[n++] = r->said.cursor;
    }
    qsort(r->stops, n, sizeof *r->stops, by_size);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || r->stops[i] != r->stops[kept - 1]) {
            r->stops[kept++] = r->stops[i];
        }
    }
    r->n_stops = kept;
    return 0;
}

static int fold_again(struct replaying *r, const char *dir, struct pt_err *err) {
    uint64_t size = r->checked->entries;
    if (make_reach(r) != 0 || make_stops(r) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    const struct cli_look look = {read_again, on_stop, r->stops, r->n_stops, r};
    if (r->ret->has_ledger && r->said.cursor > size) {
        size = r->said.cursor; /* its hub has gone on since */
    }
    int rc = pt_cli_fold_log_look(dir, ":memory:", size, &look, err);
    return rc || r->whole
               ? rc
               : pt_err_set(err, PT_E_BUSY,
                            PT_SAY("log.db was changed while it was checked: check it again",
                                   "检查期间log.db有变化：请重新检查"));
}

int pt_cli_log_replay(const char *dir, const struct pt_log_check_result *checked,
                      struct checking *k, struct replayed *ret, struct pt_err *err) {
    struct replaying r = {.k = k, .ret = ret, .checked = checked, .reader = PT_PARTY_NONE};
    char path[4096];
    int rc = 0;
    memset(ret, 0, sizeof *ret);
    ret->size = checked->entries;
    ret->has_ledger =
        pt_path_join(path, sizeof path, dir, "ledger.db") == 0 && pt_file_exists(path);
    if (ret->has_ledger) {
        rc = pt_cli_ledger_said(dir, true, &r.said, err);
    }
    if (rc == 0 && r.said.unsound) {
        ledger_is_unsound(&r);
    }
    rc = rc == 0 ? fold_again(&r, dir, err) : rc;
    if (rc == 0 && ret->has_ledger && !r.met) {
        ledger_is_ahead(&r);
    }
    if (rc == 0 && r.met && r.said.cursor < ret->size) {
        ret->behind = ret->size - r.said.cursor;
        ret->behind_ticks = ret->ticks - r.met_tick;
    }
    free(r.stops);
    free(r.reach);
    return rc;
}

/* ---- what a feed shows ---- */

/* Its author may have been wrong, until he says all of it anew. */
static void drop_mended(struct cli_closes *c, const struct pt_followed_record *r) {
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (strcmp(c->list[i].party, r->party) != 0 || strcmp(c->list[i].stream, r->stream) != 0) {
            c->list[kept++] = c->list[i];
        }
    }
    c->n = kept;
}

int pt_cli_closes_record(void *closes, const struct pt_followed_record *r) {
    struct cli_closes *c = closes;
    if (r->close_mends) {
        drop_mended(c, r);
    }
    if (!r->close_fault) {
        return 0;
    }
    if (c->n == c->cap) {
        size_t cap = c->cap ? 2 * c->cap : 16;
        struct cli_close *grown = realloc(c->list, cap * sizeof *grown);
        if (!grown) {
            return PT_E_NOMEM;
        }
        c->list = grown;
        c->cap = cap;
    }
    struct cli_close *x = &c->list[c->n++];
    *x = (struct cli_close){.log_index = r->log_index, .seq = r->seq};
    (void)snprintf(x->party, sizeof x->party, "%s", r->party);
    (void)snprintf(x->stream, sizeof x->stream, "%s", r->stream);
    (void)snprintf(x->what, sizeof x->what, "%s", r->close_fault);
    return 0;
}

void pt_cli_log_closes(const struct cli_closes *c, struct checking *k, struct replayed *ret) {
    for (size_t i = 0; i < c->n; i++) {
        const struct cli_close *x = &c->list[i];
        const struct cli_logged at = {
            .log_index = x->log_index, .seq = x->seq, .party = x->party, .stream = x->stream};
        char what[300];
        (void)snprintf(what, sizeof what, "%s: the hub keeps one back, or its author was wrong",
                       x->what);
        ret->faults++;
        pt_cli_log_record_fault(k, &at, "close", PT_E_PROOF, what);
    }
}

/* ---- a reader's ledger ---- */

int pt_cli_log_replay_served(struct cli_own *own, enum pt_party reader,
                             const struct pt_log_check_result *checked, struct checking *k,
                             struct replayed *ret, struct pt_err *err) {
    struct replaying r = {.k = k, .ret = ret, .checked = checked, .reader = reader};
    uint8_t digest[32];
    memset(ret, 0, sizeof *ret);
    ret->reader = pt_party_name(reader);
    ret->size = pt_follower_size(own->follower);
    int rc = pt_ledger_digest(own->ledger, digest, err);
    if (rc == 0) {
        pt_hex(ret->digest, digest, sizeof digest);
        rc = compare_snapshots(&r, own->ledger, err);
    }
    return rc;
}
