/* Snapshots for people and programs; the rows of the newest made anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>

#include "answer.h"
#include "snapkeep.h"

enum { LIST_MAX = 1000 };

static json_t *hash_json(struct pt_span b) {
    char hex[2 * PT_HASH_LEN + 1];
    struct pt_hash h;

    if (pt_hash_from_bytes(&h, b.p, b.len) != 0)
        return json_null();
    pt_hash_hex(hex, &h);
    return json_string(hex);
}

/* The head of the SM3 tree as record `rec` says it; null as below. */
static int logged_sm3(struct pt_ledger *l, int64_t rec, json_t **ret, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT log_root_sm3 FROM f_ledger_snapshot WHERE rec = ?", "i", rec);

    *ret = pt_sql_row(&l->sql, st, &rc, err) ? hash_json(pt_sql_blob(st, 0)) : json_null();
    pt_sql_done(&l->sql, st);
    return rc;
}

/* The class's digest as record `rec` says it; null where it says none or there is no record. */
static int logged_digest(struct pt_ledger *l, int64_t rec, const char *reader, json_t **ret,
                         struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT digest FROM f_ledger_snapshot_digests"
                          " WHERE rec=? AND reader_class=? ORDER BY idx LIMIT 1",
                          "is", rec, reader);

    *ret = pt_sql_row(&l->sql, st, &rc, err) ? hash_json(pt_sql_blob(st, 0)) : json_null();
    pt_sql_done(&l->sql, st);
    return rc;
}

static int classes_json(struct pt_ledger *l, const Pentad__V1__LedgerSnapshot *s, int64_t rec,
                        enum pt_party reader, json_t *list, struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < s->n_digests && rc == 0; i++) {
        const Pentad__V1__ClassDigest *c = s->digests[i];
        json_t *logged;

        if (reader != PT_PARTY_NONE && pt_party_from_name(c->reader_class) != reader)
            continue;
        rc = logged_digest(l, rec, c->reader_class, &logged, err);
        (void)json_array_append_new(
            list, json_pack("{s:s,s:o,s:I,s:I,s:o}", "reader", c->reader_class, "digest",
                            hash_json(pt_span(c->digest.data, c->digest.len)), "rows",
                            (json_int_t)c->rows, "pages", (json_int_t)c->pages, "logged", logged));
    }
    return rc;
}

/* Of a row day, body, rec, unlike, party, stream, seq, format. */
static int day_json(struct pt_ledger *l, sqlite3_stmt *st, enum pt_party reader, json_t *list,
                    struct pt_err *err) {
    struct pt_span body = pt_sql_blob(st, 1);
    Pentad__V1__LedgerSnapshot *s = pentad__v1__ledger_snapshot__unpack(NULL, body.len, body.p);
    bool logged = !pt_sql_is_null(st, 2);
    bool compared = logged && pt_sql_i64(st, 7) == PT_SNAP_FORMAT;
    int64_t bits = reader == PT_PARTY_NONE ? -1 : (int64_t)PT_PARTY_BIT(reader);
    json_t *classes = json_array();
    json_t *sm3 = NULL;
    int rc;

    if (!s) {
        json_decref(classes);
        return pt_err_set(err, PT_E_CORRUPT, "ledger: a snapshot can't be read");
    }
    rc = classes_json(l, s, pt_sql_i64(st, 2), reader, classes, err);
    rc = rc == 0 ? logged_sm3(l, pt_sql_i64(st, 2), &sm3, err) : rc;
    (void)json_array_append_new(
        list,
        json_pack("{s:o,s:o,s:o,s:o,s:o,s:i,s:o,s:o,s:o*,s:o}", "day",
                  pt_json_day(pt_sql_i32(st, 0)), "log_size", json_integer((json_int_t)s->log_size),
                  "tick_seq", json_integer((json_int_t)s->tick_seq), "logged",
                  logged ? pt_json_record_id(st, 4, 5, 6) : json_null(), "equal",
                  compared ? json_boolean((pt_sql_i64(st, 3) & bits) == 0) : json_null(), "format",
                  (int)PT_SNAP_FORMAT, "format_logged",
                  logged ? json_integer((json_int_t)pt_sql_i64(st, 7)) : json_null(),
                  "log_root_sm3", hash_json(pt_span(s->log_root_sm3.data, s->log_root_sm3.len)),
                  "log_root_sm3_logged", sm3, "classes", classes));
    pentad__v1__ledger_snapshot__free_unpacked(s, NULL);
    return rc;
}

static int none_of(int32_t day, struct pt_err *err) {
    char text[11];

    pt_date_format(text, day);
    return pt_err_set(err, PT_E_NOT_FOUND, "there is no snapshot of %s", text);
}

int pt_snapshot_each(struct pt_ledger *l, enum pt_party reader, pt_snapshot_day_cb *cb, void *ctx,
                     struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT d.day, d.body, d.rec, d.unlike, s.party, s.name, r.seq,"
                          " d.format"
                          " FROM snap_day d CROSS JOIN record r ON r.rec = d.rec"
                          " CROSS JOIN stream s ON s.sid = r.sid ORDER BY d.day",
                          "");

    while (pt_sql_row(&l->sql, st, &rc, err)) {
        json_t *list = json_array();

        rc = day_json(l, st, reader, list, err);
        rc = rc == 0 ? cb(ctx, json_array_get(list, 0), err) : rc;
        json_decref(list);
    }
    pt_sql_done(&l->sql, st);
    return rc;
}

int pt_snapshots_json(struct pt_ledger *l, int32_t day, enum pt_party reader, json_t **ret_json,
                      struct pt_err *err) {
    json_t *list = json_array();
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT d.day, d.body, d.rec, d.unlike, s.party, s.name, r.seq,"
                          " d.format"
                          " FROM snap_day d LEFT JOIN record r ON r.rec = d.rec"
                          " LEFT JOIN stream s ON s.sid = r.sid WHERE ?1 IN (0, d.day)"
                          " ORDER BY d.day DESC LIMIT ?2",
                          "ii", (int64_t)day, (int64_t)LIST_MAX);

    *ret_json = NULL;
    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = day_json(l, st, reader, list, err);
    pt_sql_done(&l->sql, st);
    if (rc == 0 && day != 0 && json_array_size(list) == 0)
        rc = none_of(day, err);
    if (rc != 0) {
        json_decref(list);
        return rc;
    }
    *ret_json = pt_answer_head(l);
    (void)json_object_set_new(*ret_json, "snapshots", list);
    return 0;
}

/* ---- rows ---- */

static const char *const part_names[PT_SNAP_PARTS] = {"facts", "payments"};

/* Where a page stands among all: "0.0f3a….2019.KEY". */
struct place {
    unsigned part;
    int64_t place;
    int32_t fy;
    const char *subject;
};

static int parse_place(const char *text, struct place *ret, struct pt_err *err) {
    char *end = NULL;

    *ret = (struct place){0, -1, 0, ""};
    if (!text)
        return 0;
    ret->part = (unsigned)strtoul(text, &end, 10);
    if (*end == '.')
        ret->place = strtoll(end + 1, &end, 16);
    if (*end == '.')
        ret->fy = (int32_t)strtol(end + 1, &end, 10);
    if (*end != '.')
        return pt_err_set(err, PT_E_FORMAT, "%s names no page", text);
    ret->subject = end + 1;
    return 0;
}

static void append_row(json_t *list, const struct pt_snap_row *row) {
    char value[PT_SNAP_VALUE_CAP];

    pt_snap_value_text(value, row);
    (void)json_array_append_new(
        list, json_pack("{s:s,s:s}", "formula", pt_snap_formula(row->no), "value", value));
}

/* Of those pages that the snapshot had. */
static int years_json(struct pt_ledger *l, const struct place *p, json_t *list,
                      struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    struct pt_snap_row row;
    bool found = false;
    int rc =
        pt_sql_query(&l->sql, &st, err,
                     "SELECT fy || char(10) FROM snap_page WHERE part = ? AND place = ?"
                     " AND subject = ? AND fy >= ? AND rows > 0 ORDER BY fy",
                     "iisi", (int64_t)p->part, p->place, p->subject, (int64_t)PT_SNAP_YEAR_MIN);

    rc = rc == 0 ? pt_snap_years(l, st, &row, &found, err) : rc;
    if (rc == 0 && found)
        append_row(list, &row);
    pt_sql_done(&l->sql, st);
    return rc;
}

/* The facts' rows are kept, the payments' are sums that the ledger has anyway. */
static int rows_json(struct pt_ledger *l, const struct place *p, json_t *list, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    bool paid = p->part == PT_SNAP_PAID;
    int rc = paid ? pt_sql_query(&l->sql, &st, err,
                                 "SELECT ?1, coalesce(sum(fen), 0) FROM agg_pay WHERE subject = ?3"
                                 " AND fy = ?4 UNION ALL SELECT ?2, coalesce(sum(fen), 0)"
                                 " FROM agg_pay WHERE subject = ?3 AND fy = ?4 AND month = ?5",
                                 "iisii", (int64_t)PT_SNAP_ROW_PAID, (int64_t)PT_SNAP_ROW_DECEMBER,
                                 p->subject, (int64_t)p->fy, (int64_t)p->fy * 100 + 12)
                  : pt_sql_query(&l->sql, &st, err,
                                 "SELECT no, value FROM snap_row WHERE subject = ? AND fy = ?"
                                 " ORDER BY no",
                                 "si", p->subject, (int64_t)p->fy);

    while (pt_sql_row(&l->sql, st, &rc, err)) {
        struct pt_snap_row row;

        rc = pt_snap_row_take(st, 1, (unsigned)pt_sql_i32(st, 0), &row, err);
        append_row(list, &row);
    }
    pt_sql_done(&l->sql, st);
    return rc;
}

static int page_json(struct pt_ledger *l, const struct place *p, json_t *list, struct pt_err *err) {
    json_t *rows = json_array();
    char hex[PT_SNAP_DIGITS + 1];
    int rc = p->part == PT_SNAP_PAID && p->fy == PT_SNAP_WHOSE ? years_json(l, p, rows, err)
                                                               : rows_json(l, p, rows, err);

    (void)snprintf(hex, sizeof hex, "%015llx", (unsigned long long)p->place);
    (void)json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:i,s:o}", "part",
                                                part_names[p->part % PT_SNAP_PARTS], "place", hex,
                                                "subject", p->subject, "fiscal_year", (int)p->fy,
                                                "rows", rows));
    return rc;
}

static int pages_json(struct pt_ledger *l, enum pt_party reader, const char *after, int limit,
                      json_t *list, json_t **ret_after, struct pt_err *err) {
    char next[PT_SNAPSHOT_AFTER_MAX] = "";
    sqlite3_stmt *st = NULL;
    struct place p;
    int n = 0;
    int rc = parse_place(after, &p, err);

    rc = rc == 0 ? pt_sql_query(&l->sql, &st, err,
                                "SELECT part, place, fy, subject FROM snap_page"
                                " WHERE (part, place, subject, fy) > (?1, ?2, ?3, ?4)"
                                "  AND rows > 0 AND ?5 >> part & 1"
                                " ORDER BY part, place, subject, fy LIMIT ?6",
                                "iisiii", (int64_t)p.part, p.place, p.subject, (int64_t)p.fy,
                                (int64_t)pt_snap_parts(reader), (int64_t)limit)
                 : rc;
    for (; rc == 0 && pt_sql_row(&l->sql, st, &rc, err); n++) {
        p = (struct place){(unsigned)pt_sql_i32(st, 0), pt_sql_i64(st, 1), pt_sql_i32(st, 2),
                           pt_sql_text(st, 3)};
        rc = page_json(l, &p, list, err);
        (void)snprintf(next, sizeof next, "%u.%015llx.%d.%s", p.part, (unsigned long long)p.place,
                       p.fy, p.subject);
    }
    pt_sql_done(&l->sql, st);
    *ret_after = n == limit ? json_string(next) : json_null();
    return rc;
}

static int no_rows_of(int32_t day, int32_t newest, struct pt_err *err) {
    char asked[11];
    char kept[11];

    if (newest == 0)
        return pt_err_set(err, PT_E_NOT_FOUND, "there is no snapshot yet");
    pt_date_format(asked, day);
    pt_date_format(kept, newest);
    return pt_err_set(err, PT_E_NOT_FOUND,
                      "rows are kept of the newest snapshot alone, which is of %s, not of %s", kept,
                      asked);
}

int pt_snapshot_rows_json(struct pt_ledger *l, int32_t day, enum pt_party reader, const char *after,
                          int limit, json_t **ret_json, struct pt_err *err) {
    struct pt_ledger_tick tick = {0};
    json_t *pages = json_array();
    json_t *next = NULL;
    int64_t newest = 0;
    bool found;
    int rc = pt_sql_number(&l->sql, &newest, &found, err, "SELECT max(day) FROM snap_day", "");

    *ret_json = NULL;
    if (rc == 0 && (!found || newest != day))
        rc = no_rows_of(day, found ? (int32_t)newest : 0, err);
    rc = rc == 0 ? pt_ledger_last_tick(l, &tick, err) : rc;
    rc = rc == 0 ? pages_json(l, reader, after, limit, pages, &next, err) : rc;
    if (rc != 0) {
        json_decref(next);
        json_decref(pages);
        return rc;
    }
    *ret_json = pt_answer_head(l);
    (void)json_object_set_new(*ret_json, "day", pt_json_day(day));
    (void)json_object_set_new(*ret_json, "tick_seq", json_integer((json_int_t)tick.seq));
    (void)json_object_set_new(*ret_json, "pages", pages);
    (void)json_object_set_new(*ret_json, "after", next);
    return 0;
}

/* ---- made anew ---- */

static void describe(struct pt_snapshot_check *c, const struct pt_snap_page *p,
                     const struct pt_snap_row *kept, unsigned n_kept,
                     const struct pt_snap_row *anew, unsigned n_anew) {
    char was[PT_SNAP_VALUE_CAP] = "";
    char now[PT_SNAP_VALUE_CAP] = "";
    unsigned i = 0;

    for (; i < n_kept && i < n_anew && kept[i].no == anew[i].no; i++) {
        pt_snap_value_text(was, &kept[i]);
        pt_snap_value_text(now, &anew[i]);
        if (strcmp(was, now) != 0)
            break;
    }
    if (i < n_kept)
        pt_snap_value_text(was, &kept[i]);
    if (i < n_anew)
        pt_snap_value_text(now, &anew[i]);
    if (i < n_kept && (i >= n_anew || anew[i].no > kept[i].no))
        (void)snprintf(c->first, sizeof c->first, "%.100s %d %s: kept %s, now none", p->subject,
                       p->fy, pt_snap_formula(kept[i].no), was);
    else if (i < n_anew && (i >= n_kept || kept[i].no > anew[i].no))
        (void)snprintf(c->first, sizeof c->first, "%.100s %d %s: now %s, not kept", p->subject,
                       p->fy, pt_snap_formula(anew[i].no), now);
    else if (i < n_kept && i < n_anew)
        (void)snprintf(c->first, sizeof c->first, "%.80s %d %s: kept %s, now %s", p->subject, p->fy,
                       pt_snap_formula(kept[i].no), was, now);
    else
        (void)snprintf(c->first, sizeof c->first, "%.100s %d: the page's head", p->subject, p->fy);
}

static int check_page(struct pt_ledger *l, sqlite3_stmt *st, uint64_t known_at,
                      struct pt_snapshot_check *c, struct pt_err *err) {
    struct pt_snap_page p = {pt_sql_text(st, 0), pt_sql_i32(st, 1), (unsigned)pt_sql_i32(st, 2),
                             pt_sql_blob(st, 3).p};
    struct pt_snap_row kept[PT_SNAP_ROWS_MAX];
    struct pt_snap_row anew[PT_SNAP_ROWS_MAX];
    unsigned n_kept;
    unsigned n_anew;
    struct pt_hash head;
    int rc = pt_snap_rows(l, &p, kept, &n_kept, err);

    rc = rc == 0 ? pt_snap_rows_anew(l, &p, known_at, anew, &n_anew, err) : rc;
    if (rc != 0)
        return rc;
    pt_snap_head(&p, anew, n_anew, &head);
    c->pages++;
    c->rows += n_anew;
    if (pt_span_eq(pt_sql_blob(st, 4), pt_span(head.b, sizeof head.b)) &&
        pt_snap_agrees(l, &p, anew, n_anew))
        return 0;
    if (c->wrong++ == 0)
        describe(c, &p, kept, n_kept, anew, n_anew);
    return 0;
}

static bool same_sum(const struct pt_snap_sum *a, const struct pt_snap_sum *b) {
    return a->pages == b->pages && a->rows == b->rows &&
           memcmp(a->head.b, b->head.b, sizeof a->head.b) == 0;
}

static int check_tree(struct pt_ledger *l, unsigned part, struct pt_snapshot_check *c,
                      struct pt_err *err) {
    struct pt_snap_sum kept;
    struct pt_snap_sum stored;
    struct pt_snap_sum anew;
    int rc = pt_snap_root(l, part, &kept, err);

    rc = rc == 0 ? pt_snap_root_stored(l, part, &stored, err) : rc;
    rc = rc == 0 ? pt_snap_root_anew(l, part, &anew, err) : rc;
    if (rc != 0 || (same_sum(&kept, &anew) && same_sum(&stored, &anew)))
        return rc;
    if (c->wrong++ == 0)
        (void)snprintf(c->first, sizeof c->first, "the tree of %s: %llu pages kept, now %llu",
                       part_names[part], (unsigned long long)kept.pages,
                       (unsigned long long)anew.pages);
    return 0;
}

int pt_snapshot_check(struct pt_ledger *l, struct pt_snapshot_check *ret, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc;

    memset(ret, 0, sizeof *ret);
    rc = pt_sql_query(&l->sql, &st, err,
                      "SELECT subject, fy, part, chain, head FROM snap_page WHERE dirty = 0"
                      " ORDER BY part, place, subject, fy",
                      "");
    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = check_page(l, st, l->tick.log_size, ret, err);
    pt_sql_done(&l->sql, st);
    for (unsigned part = 0; part < PT_SNAP_PARTS && rc == 0; part++)
        rc = check_tree(l, part, ret, err);
    return rc;
}
