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

struct replaying {
    struct checking *k;
    struct replayed *ret;
    const struct pt_log_check_result *checked;
    enum pt_party reader;
    uint64_t before;  /* findings that differ before the first erased record */
    uint64_t settled; /* and up to the tick after the last order came into force */
};

static void fault(struct replaying *r, struct pt_log_fault f) {
    f.code = PT_E_CORRUPT;
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
    return r->checked->erased_from > 0 && log_size > r->checked->erased_from &&
           log_size <= r->checked->erased_until + 1;
}

static void compare_day(struct replaying *r, const json_t *day) {
    const json_t *c;
    char where[160];
    size_t i;
    uint64_t before = r->ret->faults;
    const char *record = json_string_value(json_object_get(day, "logged"));
    if (!json_is_false(json_object_get(day, "equal"))) {
        return;
    }
    (void)snprintf(where, sizeof where, "snapshot of %s (%s)",
                   json_string_value(json_object_get(day, "day")), record ? record : "hub/main");
    compare_sm3(r, day, where); /* of entries, which no order touches */
    if (rests_on_erased(r, (uint64_t)json_integer_value(json_object_get(day, "log_size")))) {
        r->ret->excused++;
        return;
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
}

static int compare_snapshots(void *ctx, struct pt_ledger *l, struct pt_err *err) {
    struct replaying *r = ctx;
    const json_t *day;
    json_t *j = NULL;
    uint64_t logged = 0, missing = 0;
    size_t i;
    int rc = pt_snapshot_logged(l, &logged, &missing, err);
    if (rc != 0 || logged == 0) {
        return rc;
    }
    rc = pt_snapshots_json(l, 0, r->reader, &j, err);
    json_array_foreach(json_object_get(j, "snapshots"), i, day) {
        compare_day(r, day);
    }
    json_decref(j);
    if (rc == 0 && missing > 0) {
        char what[80];
        (void)snprintf(what, sizeof what, "%" PRIu64 " days have none in the log", missing);
        fault(r, (struct pt_log_fault){.check = "snapshot", .where = "snapshots", .what = what});
    }
    return rc;
}

/* ---- the ledger ---- */

static void compare_ledger(struct replaying *r, const struct pt_fold_state *st,
                           const uint8_t theirs[32]) {
    char found[65], where[80], what[120];
    (void)snprintf(where, sizeof where, "ledger.db at log size %" PRIu64, r->ret->size);
    pt_hex(found, theirs, 32);
    if (r->ret->has_ledger && strcmp(found, r->ret->digest) != 0) {
        fault(r, (struct pt_log_fault){.check = "ledger",
                                       .where = where,
                                       .what = "its digest isn't that of the records folded anew",
                                       .expected = r->ret->digest,
                                       .found = found});
    }
    uint64_t excused = 0;
    if (r->checked->erased_from > 0) {
        bool over = r->checked->settled_at > 0 && r->checked->settled_at < r->ret->size;
        bool begun = r->checked->erased_from < r->ret->size;
        excused = begun ? (over ? r->settled : st->mismatches) - r->before : 0;
        r->ret->excused += excused;
    }
    if (st->mismatches > excused) {
        (void)snprintf(what, sizeof what, "%" PRIu64 " of them the rules would not have written so",
                       st->mismatches - excused);
        fault(r, (struct pt_log_fault){
                     .check = "findings", .where = "findings of the log (H01)", .what = what});
    }
}

/* What is found by a tick is logged behind it, and what wasn't is counted at the next one. */
static int count_findings(void *ctx, struct pt_fold *f, uint64_t log_index, struct pt_err *err) {
    struct replaying *r = ctx;
    struct pt_fold_state st = {0};
    bool first = log_index + 1 == r->checked->erased_from;
    if (!first && (log_index != r->checked->settled_at || log_index == 0)) {
        return 0;
    }
    int rc = pt_fold_state(f, &st, err);
    *(first ? &r->before : &r->settled) = st.mismatches;
    return rc;
}

int pt_cli_log_replay(const char *dir, const struct pt_log_check_result *checked,
                      struct checking *k, struct replayed *ret, struct pt_err *err) {
    struct replaying r = {.k = k, .ret = ret, .checked = checked, .reader = PT_PARTY_NONE};
    const struct cli_look look = {compare_snapshots, count_findings, &r};
    struct pt_fold_state st = {0};
    uint8_t theirs[32] = {0}, ours[32];
    char path[4096];
    int rc = 0;
    memset(ret, 0, sizeof *ret);
    ret->size = checked->entries;
    ret->has_ledger =
        pt_path_join(path, sizeof path, dir, "ledger.db") == 0 && pt_file_exists(path);
    if (ret->has_ledger) {
        rc = pt_cli_ledger_digest(dir, &ret->size, theirs, err);
    }
    if (rc == 0) {
        rc = pt_cli_fold_log_look(dir, ":memory:", ret->size, &st, ours, &look, err);
    }
    if (rc == 0) {
        pt_hex(ret->digest, ours, 32);
        compare_ledger(&r, &st, theirs);
    }
    return rc;
}

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
