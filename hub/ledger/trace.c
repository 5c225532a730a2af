/* Traces: from a figure down to records, from a record up to the approval. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/base/told.h>
#include <pentad/record/ref.h>
#include <pentad/record/validate.h>

#include "answer.h"
#include "figterm.h"

/* One list of a trace while it is filled: what stands before and behind the page is only counted.
 */
struct listing {
    json_t *a;
    uint64_t from, to; /* [from, to) is listed */
    uint64_t seen;
};

static struct listing list_make(struct pt_list_page page) {
    uint32_t limit = page.limit == 0 ? PT_LIST_DEFAULT : page.limit;

    PT_ASSERT(limit <= PT_LIST_MAX);
    return (struct listing){json_array(), page.offset, (uint64_t)page.offset + limit, 0};
}

static json_t *page_json(struct pt_list_page page) {
    return json_pack("{s:i, s:i}", "limit", (int)(page.limit == 0 ? PT_LIST_DEFAULT : page.limit),
                     "offset", (int)page.offset);
}

/* One more is there: does it stand on the page? */
static bool list_next(struct listing *x) {
    uint64_t n = x->seen++;

    return n >= x->from && n < x->to;
}

static json_int_t list_omitted(const struct listing *x) {
    return (json_int_t)(x->seen > x->to ? x->seen - x->to : 0);
}

/* Puts the list into `j`, and how many follow into "omitted" there. */
static void list_put(struct listing *x, json_t *j, const char *name) {
    json_t *omitted = json_object_get(j, "omitted");

    if (!omitted) {
        omitted = json_object();
        (void)json_object_set_new(j, "omitted", omitted);
    }
    (void)json_object_set_new(j, name, x->a);
    (void)json_object_set_new(omitted, name, json_integer(list_omitted(x)));
}

static json_t *time_json(int64_t ms) {
    char s[25];

    if (ms <= 0)
        return json_null();
    pt_time_format(s, ms);
    return json_string(s);
}

static json_t *id_of(struct pt_ledger *l, int64_t rec) {
    sqlite3_stmt *st = NULL;
    json_t *j = json_null();
    int rc = pt_sql_query(&l->sql, &st, NULL,
                          "SELECT s.party, s.name, r.seq FROM record r JOIN stream s"
                          " ON s.sid = r.sid WHERE r.rec = ?",
                          "i", rec);

    if (pt_sql_row(&l->sql, st, &rc, NULL))
        j = pt_json_record_id(st, 0, 1, 2);
    pt_sql_done(&l->sql, st);
    return j;
}

static const char record_sql[] =
    "SELECT s.party, s.name, r.seq, r.type, r.kind, r.subject, r.fy, r.effective, r.issued_at,"
    " r.doc_no, r.originator, r.correction, r.reason, r.corrects, r.next, r.live_from, r.live_to,"
    " r.lost, r.log_index, e.received_at, e.signing_key, r.hash, r.source_system, r.source_locator,"
    " r.source_row, (SELECT k.day FROM tick k WHERE k.no = r.tick)"
    " FROM record r JOIN stream s ON s.sid = r.sid LEFT JOIN entry e ON e.log_index = r.log_index"
    " WHERE r.rec = ?";

static json_t *blob_hex(sqlite3_stmt *st, int c) {
    char hex[65];
    struct pt_span b = pt_sql_blob(st, c);

    if (b.len != 32)
        return json_null();
    pt_hex(hex, b.p, 32);
    return json_string(hex);
}

/* "live", "waiting", "withdrawal", "void", "lost" or "refusable", at that log size. */
static const char *standing(sqlite3_stmt *st, uint64_t known_at) {
    if (pt_sql_i32(st, 17))
        return "lost";
    if (pt_sql_i32(st, 3) == PT_TYPE_NONE && !pt_sql_is_null(st, 21))
        return "refusable";
    if (pt_sql_is_null(st, 15))
        return pt_sql_i32(st, 11) == PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW ? "withdrawal"
                                                                                 : "waiting";
    if (!pt_sql_is_null(st, 16) && pt_sql_u64(st, 16) < known_at)
        return "void";
    return pt_sql_u64(st, 15) < known_at ? "live" : "waiting";
}

static void put_origin(json_t *j, sqlite3_stmt *st) {
    json_t *src;

    (void)json_object_set_new(j, "log_index", json_integer(pt_sql_i64(st, 18)));
    (void)json_object_set_new(j, "issued_at", time_json(pt_sql_i64(st, 8)));
    (void)json_object_set_new(j, "received_at", time_json(pt_sql_i64(st, 19)));
    (void)json_object_set_new(j, "tick_day", pt_json_day(pt_sql_i32(st, 25)));
    (void)json_object_set_new(j, "signer", blob_hex(st, 20));
    (void)json_object_set_new(j, "hash", blob_hex(st, 21));
    if (pt_sql_is_null(st, 22) && pt_sql_is_null(st, 23))
        return;
    src = json_object();
    (void)json_object_set_new(src, "system", pt_json_text(pt_sql_text(st, 22)));
    (void)json_object_set_new(src, "locator", pt_json_text(pt_sql_text(st, 23)));
    (void)json_object_set_new(src, "row", json_integer(pt_sql_i64(st, 24)));
    (void)json_object_set_new(j, "source", src);
}

static void put_correction(struct pt_ledger *l, json_t *j, sqlite3_stmt *st) {
    static const char *const names[] = {NULL, NULL, "REPLACE", "REVERSE", "WITHDRAW", "SUPPLEMENT"};
    int c = pt_sql_i32(st, 11);

    if (c >= 2 && c <= 5)
        (void)json_object_set_new(j, "correction", json_string(names[c]));
    if (pt_sql_i64(st, 13))
        (void)json_object_set_new(j, "corrects", id_of(l, pt_sql_i64(st, 13)));
    if (pt_sql_i64(st, 14))
        (void)json_object_set_new(j, "corrected_by", id_of(l, pt_sql_i64(st, 14)));
    if (!pt_sql_is_null(st, 12))
        (void)json_object_set_new(j, "reason", json_string(pt_sql_text(st, 12)));
}

/* One without a type has no bytes here, or, `refusable`, is one that no hub may log. */
static void put_type(json_t *j, const struct pt_record_info *info, bool refusable) {
    const char *code = info ? info->code : refusable ? "refusable" : "withheld";
    const char *zh = info ? info->name_zh : refusable ? "枢纽本应拒收，不作数" : "—";
    const char *en = info        ? info->name_en
                     : refusable ? "its hub had to refuse it: it counts for nothing"
                                 : "—";

    (void)json_object_set_new(j, "type", json_string(code));
    (void)json_object_set_new(j, "type_zh", json_string(zh));
    (void)json_object_set_new(j, "type_en", json_string(en));
}

json_t *pt_json_record(struct pt_ledger *l, int64_t rec, uint64_t known_at, struct pt_err *err) {
    const struct pt_record_info *info;
    sqlite3_stmt *st = NULL;
    json_t *j = NULL;
    int rc = pt_sql_query(&l->sql, &st, err, record_sql, "i", (int64_t)rec);
    if (pt_sql_row(&l->sql, st, &rc, NULL)) {
        info = pt_record_info((enum pt_record_type)pt_sql_i32(st, 3));
        j = json_object();
        (void)json_object_set_new(j, "id", pt_json_record_id(st, 0, 1, 2));
        put_type(j, info, !info && !pt_sql_is_null(st, 21));
        (void)json_object_set_new(j, "author", json_string(pt_sql_text(st, 0)));
        (void)json_object_set_new(j, "originator", pt_json_text(pt_sql_text(st, 10)));
        (void)json_object_set_new(j, "doc_no", pt_json_text(pt_sql_text(st, 9)));
        if (!pt_sql_is_null(st, 5))
            (void)json_object_set_new(
                j, "subject",
                pt_json_subject(l, pt_sql_i32(st, 4), pt_sql_text(st, 5), PT_KNOWN_NOW));
        (void)json_object_set_new(j, "fiscal_year", json_integer(pt_sql_i64(st, 6)));
        (void)json_object_set_new(j, "effective", pt_json_day(pt_sql_i32(st, 7)));
        put_origin(j, st);
        put_correction(l, j, st);
        (void)json_object_set_new(j, "standing", json_string(standing(st, known_at)));
    }
    pt_sql_done(&l->sql, st);
    return j;
}

/* ---- figure ---- */

/* What one record contributes to the sum; ?1 rec, ?2 the key. */
static const struct {
    unsigned source;
    const char *name;
    const char *en;
    const char *value;
} nodes[] = {
    {PT_SRC_APPROVED, "AP", "approved by congress (B03)",
     "SELECT sum(CASE WHEN a.kind = @APPROVAL_KIND_ADJUST AND l.op = @APPROVAL_OP_REDUCE THEN "
     "-l.fen ELSE l.fen END * r.sign)"
     " FROM f_congress_approval_lines l JOIN f_congress_approval a ON a.rec = l.rec"
     " JOIN record r ON r.rec = l.rec WHERE l.rec = ?1"
     " AND" PT_APPROVED_FOR("?2")},
    {PT_SRC_FINAL, "AP_fa", "final accounts (B03)",
     "SELECT sum(l.fen * r.sign) FROM f_congress_approval_lines l JOIN record r ON r.rec = l.rec"
     " WHERE l.rec = ?1 AND" PT_APPROVED_FOR("?2")},
    {PT_SRC_QUOTA, "B0 + dB", "allotted (B04)",
     "SELECT f.fen * r.sign * quota_sign(f.kind) FROM f_allotment f JOIN record r ON r.rec = f.rec"
     " WHERE f.rec = ?1"},
    {PT_SRC_CARRIED, "C", "carried over from the year before (B05)",
     "SELECT f.fen * r.sign FROM f_carry_over f JOIN record r ON r.rec = f.rec WHERE f.rec = ?1"},
    {PT_SRC_RECOVERED, "REC", "recovered (X04)",
     "SELECT f.fen * r.sign FROM f_fund_control f JOIN record r ON r.rec = f.rec WHERE f.rec = ?1"},
    {PT_SRC_PAID, "P", "paid (X01)",
     "SELECT sum(r.sign * CASE l.op WHEN @PAYMENT_OP_REFUND THEN -l.fen ELSE l.fen END) FROM "
     "f_payment_batch_lines l"
     " JOIN scope s ON s.subject = l.subject JOIN record r ON r.rec = l.rec WHERE l.rec = ?1"},
    {PT_SRC_PLAN, "PP", "planned course (P02)", NULL},
    {PT_SRC_SCORE, "score", "evaluation that counts (V01)",
     "SELECT total_cp FROM f_evaluation WHERE rec = ?1"},
    {PT_SRC_SELF, "SELF", "self-evaluation (V01)",
     "SELECT total_cp FROM f_evaluation WHERE rec = ?1"},
    {PT_SRC_SPOT, "SPOT", "spot check (V01)", "SELECT total_cp FROM f_evaluation WHERE rec = ?1"},
    {PT_SRC_AUDIT, "PAID", "found by audit (A02)", "SELECT fen FROM f_audit_figure WHERE rec = ?1"},
};

static const char term_value[] = "SELECT v FROM inputs WHERE rec = ?1";

static int value_of(const struct pt_asof *a, const char *sql, int64_t rec, int64_t *ret,
                    bool *ret_found, struct pt_err *err) {
    *ret_found = false;
    return sql ? pt_sql_number(&a->l->sql, ret, ret_found, err, sql, "is", rec, a->key) : 0;
}

/* The node of what temp.inputs holds now; value: what one record of it brings. */
static int node_records(const struct pt_asof *a, const char *value, struct pt_list_page page,
                        json_t *node, struct pt_err *err) {
    struct pt_sql *sql = &a->l->sql;
    struct listing list = list_make(page);
    sqlite3_stmt *each = NULL;
    int64_t sum = 0;
    int rc = pt_sql_query(sql, &each, err, "SELECT rec FROM inputs ORDER BY rec", "");

    while (pt_sql_row(sql, each, &rc, err)) {
        int64_t rec = pt_sql_i64(each, 0);
        int64_t v = 0;
        bool has;
        json_t *r;

        rc = value_of(a, value, rec, &v, &has, err);
        if (has && __builtin_add_overflow(sum, v, &sum))
            sum = v < 0 ? INT64_MIN : INT64_MAX;
        if (rc != 0 || !list_next(&list))
            continue;
        r = pt_json_record(a->l, rec, a->known_at, err);
        if (!r)
            continue;
        (void)json_object_set_new(r, "value", has ? pt_json_i64(v) : json_null());
        (void)json_array_append_new(list.a, r);
    }
    pt_sql_done(sql, each);
    (void)json_object_set_new(node, "count", json_integer((json_int_t)list.seen));
    (void)json_object_set_new(node, "omitted", json_integer(list_omitted(&list)));
    (void)json_object_set_new(node, "value", value ? pt_json_i64(sum) : json_null());
    (void)json_object_set_new(node, "records", list.a);
    return rc;
}

static int trace_node(const struct pt_asof *a, const char *name, const char *text,
                      const char *value, struct pt_list_page page, json_t *into,
                      struct pt_err *err) {
    json_t *node = json_object();

    (void)json_object_set_new(node, "name", json_string(name));
    (void)json_object_set_new(node, "text", json_string(text));
    (void)json_array_append_new(into, node);
    return node_records(a, value, page, node, err);
}

static int trace_nodes(const struct pt_asof *a, const struct pt_figure_def *d,
                       struct pt_list_page page, json_t *into, struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0] && rc == 0; i++) {
        if (!(d->sources & nodes[i].source))
            continue;
        rc = pt_asof_inputs(a, nodes[i].source, err);
        if (rc == 0)
            rc = trace_node(a, nodes[i].name, nodes[i].en, nodes[i].value, page, into, err);
    }
    for (size_t i = 0; i < PT_TERMS_MAX && d->terms[i] && rc == 0; i++) {
        rc = pt_asof_inputs(a, 0, err);
        rc = rc == 0 ? pt_term_inputs(a, d->terms[i], err) : rc;
        if (rc == 0)
            rc = trace_node(a, d->terms[i]->name, d->terms[i]->text, term_value, page, into, err);
    }
    return rc;
}

int pt_ledger_trace_figure(struct pt_ledger *l, const struct pt_figure_ask *ask,
                           struct pt_list_page page, struct json_t **ret_json, struct pt_err *err) {
    struct pt_asof a = pt_asof_ask(l, ask);
    const struct pt_figure_def *d = pt_figure_def_find(ask->figure);
    struct pt_figure f;
    json_t *j;
    json_t *inputs;
    int rc = pt_asof_figure(&a, ask->figure, &f, err);

    *ret_json = NULL;
    if (rc != 0)
        return rc;
    inputs = json_array();
    rc = trace_nodes(&a, d, page, inputs, err);
    if (rc != 0) {
        json_decref(inputs);
        return rc;
    }
    j = pt_answer_head(l);
    (void)json_object_update_new(j, pt_json_figure(&f));
    (void)json_object_set_new(j, "formula_text", json_string(d->info.text));
    (void)json_object_set_new(j, "name_zh", json_string(d->info.name_zh));
    (void)json_object_set_new(j, "name_en", json_string(d->info.name_en));
    (void)json_object_set_new(j, "subject", pt_json_subject(l, ask->kind, ask->key, ask->known_at));
    (void)json_object_set_new(j, "fiscal_year", json_integer(ask->fiscal_year));
    (void)json_object_set_new(j, "valid_at", pt_json_day(ask->valid_at));
    (void)json_object_set_new(j, "known_at", json_integer((json_int_t)a.known_at));
    (void)json_object_set_new(j, "page", page_json(page));
    (void)json_object_set_new(j, "inputs", inputs);
    *ret_json = j;
    return 0;
}

/* ---- record ---- */

/* Ids of the records a query gives, in log order, as `name` of `j`. */
static void put_ids(struct pt_ledger *l, const char *sql, int64_t rec, const char *extra,
                    struct pt_list_page page, json_t *j, const char *name) {
    struct listing list = list_make(page);
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, NULL, sql, "is", rec, extra);

    while (pt_sql_row(&l->sql, st, &rc, NULL))
        if (list_next(&list))
            (void)json_array_append_new(list.a, id_of(l, pt_sql_i64(st, 0)));
    pt_sql_done(&l->sql, st);
    list_put(&list, j, name);
}

/* The approvals whose lines bind the allotments that `allotments` selects (record x, allotment a):
 * by control key where both have one, else by subject, department or function; a line's function
 * covers what is finer (类 its 款 and 项). Each a way of its own along its own index: as one
 * condition, every line would be read for every allotment. */
#define BOUND                                                                                      \
    " UNION SELECT b.rec, q.fy FROM q CROSS JOIN f_congress_approval_lines b ON b.bk = q.bk"
#define NO_COMMON_KEY " AND (q.ckey = '' OR coalesce(b.control_key, '') = '')"
#define COVERS "IN (q.func, substr(q.func, 1, 5), substr(q.func, 1, 3)"
#define NO_SUBJECT " AND coalesce(b.subject, '') = ''"
#define APPROVALS_OF(allotments)                                                                   \
    "WITH q AS MATERIALIZED (SELECT DISTINCT x.fy, x.subject, a.bk, a.func, a.dept,"               \
    " coalesce(a.control_key, '') AS ckey FROM " allotments "),"                                   \
    " m(rec, fy) AS (SELECT 0, 0 WHERE 0" BOUND                                                    \
    " AND b.control_key = q.ckey AND b.control_key <> ''" BOUND                                    \
    " AND b.subject = q.subject AND coalesce(b.func, '') " COVERS                                  \
    ", '') AND b.subject <> ''" NO_COMMON_KEY BOUND                                                \
    " AND b.dept = q.dept AND coalesce(b.func, '') " COVERS                                        \
    ", '') AND b.dept <> ''" NO_SUBJECT NO_COMMON_KEY BOUND " AND b.func " COVERS                  \
    ") AND coalesce(b.dept, '') = ''" NO_SUBJECT NO_COMMON_KEY ")"                                 \
    " SELECT DISTINCT p.rec FROM m CROSS JOIN record p ON p.rec = m.rec AND p.fy = m.fy"           \
    " AND p.live_from IS NOT NULL AND p.live_to IS NULL ORDER BY 1"

/* A batch's lines are few and all there; of what each rests on, the page's first so many. */
static json_t *payment_links(struct pt_ledger *l, int64_t rec, struct pt_list_page page) {
    static const char lines_sql[] =
        "SELECT voucher_no, subject, fen, op, quota_no, bk, func, control_key FROM"
        " f_payment_batch_lines WHERE rec = ?1 ORDER BY idx";
    static const char quota_sql[] =
        "SELECT DISTINCT a.rec FROM f_payment_batch_lines l JOIN record x ON x.subject = l.subject"
        " AND x.type = @TYPE_ALLOTMENT AND x.live_from IS NOT NULL AND x.live_to IS NULL"
        " JOIN f_allotment a ON a.rec = x.rec AND (a.quota_no = l.quota_no"
        " OR NOT EXISTS (SELECT 1 FROM f_allotment q WHERE q.quota_no = l.quota_no))"
        " WHERE l.rec = ?1 AND l.voucher_no = ?2 ORDER BY 1";
    static const char approval_sql[] =
        APPROVALS_OF("f_payment_batch_lines l CROSS JOIN record x ON x.subject = l.subject"
                     " AND x.type = @TYPE_ALLOTMENT CROSS JOIN f_allotment a ON a.rec = x.rec"
                     " WHERE l.rec = ?1 AND l.voucher_no = ?2");
    const struct pt_list_page each = {.limit = page.limit};
    json_t *out = json_array();
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, NULL, lines_sql, "i", (int64_t)rec);

    while (json_array_size(out) < PT_PAYMENT_LINES_MAX && pt_sql_row(&l->sql, st, &rc, NULL)) {
        json_t *j = json_object();
        char voucher[512];

        (void)snprintf(voucher, sizeof voucher, "%s", pt_sql_text(st, 0));
        (void)json_object_set_new(j, "voucher_no", json_string(voucher));
        (void)json_object_set_new(j, "subject", json_string(pt_sql_text(st, 1)));
        (void)json_object_set_new(j, "fen", pt_json_i64(pt_sql_i64(st, 2)));
        (void)json_object_set_new(j, "op", json_string(pt_sql_i32(st, 3) == 2 ? "REFUND" : "PAY"));
        (void)json_object_set_new(j, "quota_no", pt_json_text(pt_sql_text(st, 4)));
        (void)json_object_set_new(j, "control_key", pt_json_text(pt_sql_text(st, 7)));
        put_ids(l, quota_sql, rec, voucher, each, j, "quota");
        put_ids(l, approval_sql, rec, voucher, each, j, "approval");
        (void)json_array_append_new(out, j);
    }
    pt_sql_done(&l->sql, st);
    return out;
}

static struct listing refers_to(struct pt_ledger *l, int64_t rec, struct pt_list_page page) {
    static const char sql[] =
        "SELECT f.field, s.party, s.name, f.t_seq, r.type FROM ref f JOIN stream s"
        " ON s.sid = f.t_sid LEFT JOIN record r ON r.sid = f.t_sid AND r.seq = f.t_seq"
        " AND r.hash = f.hash WHERE f.rec = ?1 ORDER BY f.field, s.party, s.name, f.t_seq";
    struct listing list = list_make(page);
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, NULL, sql, "i", (int64_t)rec);

    while (pt_sql_row(&l->sql, st, &rc, NULL)) {
        const struct pt_record_info *i = pt_record_info((enum pt_record_type)pt_sql_i32(st, 4));
        json_t *j;

        if (!list_next(&list))
            continue;
        j = json_object();

        (void)json_object_set_new(j, "field", json_string(pt_sql_text(st, 0)));
        (void)json_object_set_new(j, "id", pt_json_record_id(st, 1, 2, 3));
        (void)json_object_set_new(j, "resolved", json_boolean(!pt_sql_is_null(st, 4)));
        (void)json_object_set_new(j, "type", i ? json_string(i->code) : json_null());
        (void)json_array_append_new(list.a, j);
    }
    pt_sql_done(&l->sql, st);
    return list;
}

/* Who names this record, but for who read it; H01s are listed apart, each discrepancy's newest. */
static struct listing referred_by(struct pt_ledger *l, int64_t rec, bool findings,
                                  enum pt_party reader, struct pt_list_page page) {
    struct listing list = list_make(page);
    sqlite3_stmt *st = NULL;
    int rc =
        pt_sql_query(&l->sql, &st, NULL,
                     "SELECT DISTINCT f.rec FROM record t JOIN ref f ON f.t_sid = t.sid"
                     " AND f.t_seq = t.seq AND f.hash = t.hash JOIN record r ON r.rec = f.rec"
                     " AND (r.type = @TYPE_DISCREPANCY) = ?2 AND r.type <> @TYPE_ACCESS_LOG"
                     " WHERE t.rec = ?1"
                     " AND (?2 = 0 OR EXISTS (SELECT 1 FROM f_discrepancy d WHERE d.rec = f.rec"
                     "   AND d.rec = (SELECT max(e.rec) FROM f_discrepancy e WHERE e.id = d.id)"
                     "   AND " PT_FINDING_VISIBLE("d", "?3") ")) ORDER BY f.rec",
                     "iii", (int64_t)rec, (int64_t)findings, (int64_t)reader);

    while (pt_sql_row(&l->sql, st, &rc, NULL)) {
        int64_t by = pt_sql_i64(st, 0);
        json_t *j = list_next(&list) ? pt_json_record(l, by, UINT64_MAX, NULL) : NULL;

        if (j && findings)
            (void)json_object_set_new(j, "body",
                                      pt_json_body(l, PT_TYPE_DISCREPANCY, by, PT_BODY_LIST_SHORT));
        if (j)
            (void)json_array_append_new(list.a, j);
    }
    pt_sql_done(&l->sql, st);
    return list;
}

static struct listing chain(struct pt_ledger *l, int64_t rec, struct pt_list_page page) {
    struct listing list = list_make(page);
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, NULL,
                          "SELECT rec FROM record WHERE root = (SELECT root FROM record WHERE"
                          " rec = ?1) ORDER BY rec",
                          "i", (int64_t)rec);

    while (pt_sql_row(&l->sql, st, &rc, NULL)) {
        json_t *j =
            list_next(&list) ? pt_json_record(l, pt_sql_i64(st, 0), UINT64_MAX, NULL) : NULL;
        if (j)
            (void)json_array_append_new(list.a, j);
    }
    pt_sql_done(&l->sql, st);
    return list;
}

static int find_record(struct pt_ledger *l, const char *party, const char *stream, uint64_t seq,
                       int64_t *ret_rec, int *ret_type, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT r.rec, r.type FROM stream s JOIN record r ON r.sid = s.sid"
                          " WHERE s.party = ? AND s.name = ? AND r.seq = ? ORDER BY r.rec LIMIT 1",
                          "ssi", party, stream, (int64_t)seq);

    if (pt_sql_row(&l->sql, st, &rc, err)) {
        *ret_rec = pt_sql_i64(st, 0);
        *ret_type = pt_sql_i32(st, 1);
    } else if (rc == 0) {
        rc = pt_err_set(err, PT_E_NOT_FOUND, PT_TOLD_NO_RECORD, party, stream,
                        (unsigned long long)seq);
    }
    pt_sql_done(&l->sql, st);
    return rc;
}

int pt_ledger_trace_record(struct pt_ledger *l, const char *party, const char *stream, uint64_t seq,
                           struct pt_list_page page, enum pt_party reader, struct json_t **ret_json,
                           struct pt_err *err) {
    static const char approval_sql[] =
        APPROVALS_OF("record x JOIN f_allotment a ON a.rec = x.rec WHERE x.rec = ?1");
    struct listing list;
    int64_t rec = 0;
    int type = 0;
    json_t *j;
    json_t *r;
    int rc = find_record(l, party, stream, seq, &rec, &type, err);

    *ret_json = NULL;
    if (rc != 0)
        return rc;
    r = pt_json_record(l, rec, UINT64_MAX, err);
    if (!r)
        return PT_E_STORE;
    (void)json_object_set_new(r, "body", pt_json_body(l, type, rec, PT_BODY_LIST_WHOLE));
    j = pt_answer_head(l);
    (void)json_object_set_new(j, "page", page_json(page));
    (void)json_object_set_new(j, "record", r);
    list = chain(l, rec, page);
    list_put(&list, j, "corrections");
    list = refers_to(l, rec, page);
    list_put(&list, j, "refers_to");
    if (type == PT_TYPE_PAYMENT_BATCH)
        (void)json_object_set_new(j, "lines", payment_links(l, rec, page));
    if (type == PT_TYPE_ALLOTMENT)
        put_ids(l, approval_sql, rec, NULL, page, j, "approval");
    list = referred_by(l, rec, false, reader, page);
    list_put(&list, j, "referred_by");
    list = referred_by(l, rec, true, reader, page);
    list_put(&list, j, "discrepancies");
    pt_put_readers(l, rec, page, j);
    rc = pt_put_clue(l, rec, type, j, err);
    if (rc != 0)
        json_decref(j);
    else
        *ret_json = j;
    return rc;
}
