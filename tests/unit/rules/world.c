#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <criterion/criterion.h>

#include <pentad/base/arena.h>
#include <pentad/base/date.h>
#include <pentad/ledger/snapshot.h>
#include <pentad/record/validate.h>
#include <pentad/record/visible.h>
#include <pentad/sql/sql.h>

void w_open(struct world *w, const char *path) {
    struct pt_err err = {0};

    memset(w, 0, sizeof *w);
    w->path = path;
    mk_init(&w->m);
    w->m.closes = true;
    cr_assert_eq(pt_fold_open(path, &w->f, NULL, &err), 0, "%s", err.msg);
}

void w_open_quiet(struct world *w, const char *dept) {
    w_open(w, ":memory:");
    (void)mk_org(&w->m, K(DEPT), dept, "市教育局", NULL, "370100");
    (void)mk_json(&w->m, "office", "EditorNote", K(NONE), NULL, 0, 0, "{'text':'x'}");
    w_tick(w, 20190102);
    cr_assert_eq(w_h01s(w), 0);
}

void w_close(struct world *w) {
    pt_fold_close(w->f);
    mk_done(&w->m);
}

void w_restart(struct world *w) {
    struct pt_err err = {0};
    bool rebuilt;

    pt_fold_close(w->f);
    cr_assert_eq(pt_fold_open(w->path, &w->f, &rebuilt, &err), 0, "%s", err.msg);
    cr_assert(!rebuilt);
}

void w_fold(struct world *w) {
    struct pt_err err = {0};

    if (w->folded < w->m.n)
        cr_assert_eq(pt_fold_apply(w->f, w->m.e + w->folded, w->m.n - w->folded, &err), 0, "%s",
                     err.msg);
    w->folded = w->m.n;
}

/* The hub's intake refuses what isn't valid, its own findings too, and stands still then. What it
 * gives every record (seq, nonce, issued_at) is not in them yet. */
static void check_valid(const Pentad__V1__Record *r) {
    static struct pt_codes *codes;
    struct pt_arena arena;
    struct pt_faults faults;

    if (!codes)
        cr_assert_eq(pt_codes_new("open", &codes, NULL), 0);
    pt_arena_init(&arena, 1 << 20);
    pt_faults_init(&faults, &arena);
    (void)pt_record_validate(r, codes, PT_PARTY_HUB, INT64_MAX / 2, &faults);
    for (size_t i = 0; i < faults.count; i++)
        cr_expect(strncmp(faults.v[i].field, "body", 4) != 0, "%s: %s", r->discrepancy->rule,
                  faults.v[i].message);
    pt_arena_done(&arena);
}

static int author(void *ctx, const uint8_t id[16], struct pt_span bytes) {
    struct world *w = ctx;
    Pentad__V1__Discrepancy *d = pentad__v1__discrepancy__unpack(NULL, bytes.len, bytes.p);
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;

    cr_assert(d && d->id.len == 16 && memcmp(d->id.data, id, 16) == 0);
    r.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY;
    r.discrepancy = d;
    check_valid(&r);
    (void)mk_add(&w->m, "hub", &r);
    pentad__v1__discrepancy__free_unpacked(d, NULL);
    w->authored++;
    return 0;
}

static void take_snapshot(struct world *w) {
    struct pt_err err = {0};
    struct pt_buf packed;
    int32_t day;

    pt_buf_init(&packed, 1U << 20);
    cr_assert_eq(pt_fold_snapshot(w->f, &packed, &day, &err), 0, "%s", err.msg);
    if (day != 0)
        w->snapshot = mk_snapshot(&w->m, pt_buf_span(&packed));
    pt_buf_done(&packed);
}

void w_tick(struct world *w, int32_t day) {
    struct pt_err err = {0};
    struct pt_fold_state s;

    mk_tick(&w->m, day);
    w_fold(w);
    cr_assert_eq(pt_fold_pending(w->f, author, w, &err), 0, "%s", err.msg);
    if (!w->no_snapshots)
        take_snapshot(w);
    mk_flush(&w->m);
    w_fold(w);
    cr_assert_eq(pt_fold_state(w->f, &s, &err), 0, "%s", err.msg);
    cr_assert_eq(s.pending, 0);
    cr_assert_eq(s.snapshots_unlike, 0);
    cr_assert(w->no_snapshots || s.snapshot_due == 0);
    cr_assert_eq(s.mismatches, 0);
    cr_assert_eq(s.tick.day, day);
}

void w_days(struct world *w, int32_t first, int32_t last) {
    for (int32_t d = first; d <= last; d = pt_date_add(d, 1))
        w_tick(w, d);
}

struct seen w_find(struct world *w, const char *rule, const char *key, const char *period,
                   const char *object) {
    static const char sql[] =
        "SELECT d.status, d.severity, d.episode, d.escalated, d.first_seen, d.due, d.message_zh,"
        " d.message_en, d.id, (SELECT count(*) FROM f_discrepancy_inputs i WHERE i.rec = d.rec),"
        " (SELECT count(DISTINCT e.id) FROM f_discrepancy e WHERE e.rule = ?1"
        "   AND (?2 IS NULL OR coalesce(e.key, '') = ?2))"
        " FROM f_discrepancy d WHERE d.rule = ?1 AND (?2 IS NULL OR coalesce(d.key, '') = ?2)"
        " AND (?3 IS NULL OR coalesce(d.period, '') = ?3) AND (?4 IS NULL OR coalesce(d.object, "
        "'') = ?4)"
        " ORDER BY d.rec DESC LIMIT 1";
    struct seen s = {0};
    sqlite3_stmt *st = NULL;
    sqlite3 *db = pt_ledger_sql(pt_fold_ledger(w->f))->db;

    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_bind_text(st, 1, rule, -1, SQLITE_STATIC);
    sqlite3_bind_text(st, 2, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(st, 3, period, -1, SQLITE_STATIC);
    sqlite3_bind_text(st, 4, object, -1, SQLITE_STATIC);
    if (sqlite3_step(st) == SQLITE_ROW) {
        s.status = sqlite3_column_int(st, 0);
        s.sev = sqlite3_column_int(st, 1);
        s.episode = sqlite3_column_int(st, 2);
        s.escalated = sqlite3_column_int(st, 3) != 0;
        s.first_seen = sqlite3_column_int(st, 4);
        s.due = sqlite3_column_int(st, 5);
        (void)snprintf(s.message_zh, sizeof s.message_zh, "%s",
                       (const char *)sqlite3_column_text(st, 6));
        (void)snprintf(s.message_en, sizeof s.message_en, "%s",
                       (const char *)sqlite3_column_text(st, 7));
        memcpy(s.id, sqlite3_column_blob(st, 8), 16);
        s.n_inputs = sqlite3_column_int(st, 9);
        s.n = sqlite3_column_int(st, 10);
    }
    sqlite3_finalize(st);
    return s;
}

int w_h01s_of(struct world *w, const char *rule) {
    struct pt_err err = {0};
    int64_t n;
    bool found;

    cr_assert_eq(pt_sql_number(pt_ledger_sql(pt_fold_ledger(w->f)), &n, &found, &err,
                               "SELECT count(*) FROM f_discrepancy WHERE ?1 IS NULL OR rule = ?1",
                               "s", rule),
                 0, "%s", err.msg);
    return (int)n;
}

int w_h01s(struct world *w) {
    return w_h01s_of(w, NULL);
}

struct mk_ref w_reply_saying(struct world *w, const char *party, const uint8_t id[16], int kind,
                             const char *rule, const char *sender) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__DiscrepancyReply h = PENTAD__V1__DISCREPANCY_REPLY__INIT;

    h.has_id = 1;
    h.id.data = (uint8_t *)(uintptr_t)id;
    h.id.len = 16;
    h.has_kind = 1;
    h.kind = (Pentad__V1__ReplyKind)kind;
    h.text = (char *)(uintptr_t) "说明";
    h.rule = (char *)(uintptr_t)rule;
    h.sender = (char *)(uintptr_t)sender;
    r.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY_REPLY;
    r.discrepancy_reply = &h;
    return mk_add(&w->m, party, &r);
}

void w_reply(struct world *w, const char *party, const uint8_t id[16], int kind,
             struct mk_ref *ret_ref) {
    static const char sql[] =
        "SELECT d.rule, (SELECT g.text FROM f_discrepancy_figures g WHERE g.rec = d.rec"
        " AND g.label = 'sender') FROM f_discrepancy d WHERE d.id = ? ORDER BY d.rec DESC LIMIT 1";
    sqlite3 *db = pt_ledger_sql(pt_fold_ledger(w->f))->db;
    const char *rule = NULL;
    const char *sender = NULL;
    sqlite3_stmt *st = NULL;
    struct mk_ref ref;

    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_bind_blob(st, 1, id, 16, SQLITE_STATIC);
    if (sqlite3_step(st) == SQLITE_ROW &&
        pt_rule_about_clues((const char *)sqlite3_column_text(st, 0))) {
        rule = (const char *)sqlite3_column_text(st, 0);
        sender = (const char *)sqlite3_column_text(st, 1);
    }
    ref = w_reply_saying(w, party, id, kind, rule, sender);
    sqlite3_finalize(st);
    if (ret_ref)
        *ret_ref = ref;
}

struct mk_ref w_approve(struct world *w, const char *party, const struct mk_ref *target) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Approval a = PENTAD__V1__APPROVAL__INIT;

    a.target = (Pentad__V1__RecordRef *)(uintptr_t)&target->ref;
    a.has_verdict = 1;
    a.verdict = PENTAD__V1__VERDICT__VERDICT_APPROVE;
    r.body_case = PENTAD__V1__RECORD__BODY_APPROVAL;
    r.approval = &a;
    return mk_add(&w->m, party, &r);
}

int w_unknown(struct world *w, const char *rule) {
    struct pt_err err = {0};
    int64_t n;
    bool found;

    cr_assert_eq(pt_sql_number(pt_ledger_sql(pt_fold_ledger(w->f)), &n, &found, &err,
                               "SELECT count(*) FROM condition WHERE rule = ?1 AND state = 2", "s",
                               rule),
                 0, "%s", err.msg);
    return (int)n;
}

void w_check(struct world *w) {
    struct pt_err err = {0};
    struct pt_snapshot_check rows;
    struct pt_fold *again;
    uint64_t differences;
    uint8_t a[32];
    uint8_t b[32];

    cr_assert_eq(pt_fold_check(w->f, &differences, &err), 0, "%s", err.msg);
    cr_expect_eq(differences, 0, "%llu conditions differ from a full evaluation: %s",
                 (unsigned long long)differences, err.msg);
    cr_assert_eq(pt_snapshot_check(pt_fold_ledger(w->f), &rows, &err), 0, "%s", err.msg);
    cr_expect_eq(rows.wrong, 0, "%llu pages: %s", (unsigned long long)rows.wrong, rows.first);
    cr_assert_eq(pt_fold_open(":memory:", &again, NULL, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < w->folded;) { /* other transaction boundaries than the first time */
        size_t n = 1 + i % 7;
        n = w->folded - i < n ? w->folded - i : n;
        cr_assert_eq(pt_fold_apply(again, w->m.e + i, n, &err), 0, "%s", err.msg);
        i += n;
    }
    cr_assert_eq(pt_ledger_digest(pt_fold_ledger(w->f), a, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_ledger_digest(pt_fold_ledger(again), b, &err), 0, "%s", err.msg);
    cr_expect(memcmp(a, b, 32) == 0, "the replay's digest differs");
    pt_fold_close(again);
}
