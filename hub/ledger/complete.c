/* What a figure's evidence needs to be proven complete: ways out of the newest snapshot's trees,
 * and the records that its pages are made of. */
#include <stdlib.h>
#include <string.h>

#include "complete_internal.h"

enum { BRANCHES = 16, SIBLINGS = (BRANCHES - 1) * PT_HASH_LEN, ROUNDS_MAX = 256 };
/* More than any file takes, and no more work than a question may cause. */
enum { PAGES_MAX = 16384 };

int pt_complete_newest(struct pt_ledger *l, struct pt_complete_at *ret, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT t.log_size, d.day, d.rec FROM snap_day d JOIN tick t"
                          " ON t.no = d.tick WHERE d.rec IS NOT NULL"
                          " AND d.day = (SELECT max(day) FROM snap_day)",
                          "");

    *ret = (struct pt_complete_at){.rec = 0};
    if (pt_sql_row(&l->sql, st, &rc, err))
        *ret = (struct pt_complete_at){pt_sql_u64(st, 0), pt_sql_i32(st, 1), pt_sql_i64(st, 2)};
    pt_sql_done(&l->sql, st);
    return rc;
}

/* ---- the way of a page ---- */

static int no_memory(struct pt_err *err) {
    return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for a figure's evidence");
}

/* Appends bytes to a repeated field. */
static int append(size_t *n, ProtobufCBinaryData **list, const void *p, size_t len,
                  struct pt_err *err) {
    ProtobufCBinaryData *more = realloc(*list, (*n + 1) * sizeof *more);
    uint8_t *copy = malloc(len);

    if (more)
        *list = more;
    if (!more || !copy) {
        free(copy);
        return no_memory(err);
    }
    memcpy(copy, p, len);
    more[(*n)++] = (ProtobufCBinaryData){len, copy};
    /* cppcheck-suppress memleak ; the list has it */
    return 0;
}

static int pages_below(struct pt_ledger *l, unsigned part, unsigned depth, int64_t prefix,
                       int64_t *ret, struct pt_err *err) {
    bool found;

    return pt_sql_number(&l->sql, ret, &found, err,
                         "SELECT pages FROM snap_node WHERE part=? AND depth=? AND prefix=?", "iii",
                         (int64_t)part, (int64_t)depth, prefix);
}

/* The heads beside the page's own branch, one level down from `prefix`. */
static int put_branches(struct pt_ledger *l, Pentad__V1__EvidencePage *p, unsigned depth,
                        int64_t prefix, unsigned own, struct pt_err *err) {
    uint8_t heads[SIBLINGS];
    struct pt_hash none;
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT prefix, head FROM snap_node WHERE part=? AND depth=?"
                          " AND prefix BETWEEN ? AND ?",
                          "iiii", (int64_t)p->part, (int64_t)depth + 1, prefix * BRANCHES,
                          prefix * BRANCHES + BRANCHES - 1);

    pt_empty_hash(&none);
    for (size_t i = 0; i < BRANCHES - 1; i++)
        memcpy(heads + i * PT_HASH_LEN, none.b, PT_HASH_LEN);
    while (pt_sql_row(&l->sql, st, &rc, err)) {
        unsigned at = (unsigned)(pt_sql_i64(st, 0) % BRANCHES);
        struct pt_span head = pt_sql_blob(st, 1);

        if (at != own && head.len == PT_HASH_LEN)
            memcpy(heads + (size_t)(at > own ? at - 1 : at) * PT_HASH_LEN, head.p, PT_HASH_LEN);
    }
    pt_sql_done(&l->sql, st);
    return rc == 0 ? append(&p->n_branches, &p->branches, heads, sizeof heads, err) : rc;
}

static int put_neighbour(Pentad__V1__EvidenceNeighbour **ret, sqlite3_stmt *st,
                         struct pt_err *err) {
    struct pt_span head = pt_sql_blob(st, 0);
    Pentad__V1__EvidenceNeighbour *n = malloc(sizeof *n);

    if (!n)
        return no_memory(err);
    if (*ret)
        pentad__v1__evidence_neighbour__free_unpacked(*ret, NULL);
    *ret = n;
    pentad__v1__evidence_neighbour__init(n);
    n->subject = strdup(pt_sql_text(st, 1));
    n->has_fiscal_year = n->has_head = 1;
    n->fiscal_year = pt_sql_i32(st, 2);
    n->head = (ProtobufCBinaryData){head.len, malloc(head.len)};
    if (!n->subject || !n->head.data)
        return no_memory(err);
    memcpy(n->head.data, head.p, head.len);
    return 0;
}

/* One page of the node that ends the way, in order: a row head, subject, fy, and on which side of
 * the page itself it stands. */
static int put_one_beside(Pentad__V1__EvidencePage *p, sqlite3_stmt *st, struct pt_err *err) {
    struct pt_span head = pt_sql_blob(st, 0);
    int side = pt_sql_i32(st, 3);
    struct pt_hash h;
    struct pt_hash entry;
    int rc;

    if (side == 0) {
        p->has_absent = 0;
        p->absent = 0;
        return 0;
    }
    if (pt_hash_from_bytes(&h, head.p, head.len) != 0)
        return pt_err_set(err, PT_E_CORRUPT, "ledger: a page's head can't be read");
    pt_evidence_page_entry(pt_sql_text(st, 1), pt_sql_i32(st, 2), &h, &entry);
    rc = append(&p->n_beside, &p->beside, entry.b, PT_HASH_LEN, err);
    if (rc == 0 && side < 0) {
        p->at = (uint32_t)p->n_beside;
        rc = put_neighbour(&p->before, st, err);
    } else if (rc == 0 && !p->after) {
        rc = put_neighbour(&p->after, st, err);
    }
    return rc;
}

/* The pages of the node that ends the way. The neighbours are shown only where the page isn't
 * there. */
static int put_beside(struct pt_ledger *l, Pentad__V1__EvidencePage *p, int64_t first, int64_t last,
                      struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(
        &l->sql, &st, err,
        "SELECT head, subject, fy, ((place, subject, fy) > (?6, ?4, ?5))"
        "  - ((place, subject, fy) < (?6, ?4, ?5)) FROM snap_page"
        " WHERE part=?1 AND place BETWEEN ?2 AND ?3 AND rows > 0 ORDER BY place, subject, fy",
        "iiisii", (int64_t)p->part, first, last, p->subject, (int64_t)p->fiscal_year,
        pt_snap_place(p->subject));

    p->has_at = p->has_absent = p->absent = 1;
    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = put_one_beside(p, st, err);
    pt_sql_done(&l->sql, st);
    if (!p->absent) {
        if (p->before)
            pentad__v1__evidence_neighbour__free_unpacked(p->before, NULL);
        if (p->after)
            pentad__v1__evidence_neighbour__free_unpacked(p->after, NULL);
        p->before = p->after = NULL;
    }
    return rc;
}

static int put_way(struct pt_ledger *l, Pentad__V1__EvidencePage *p, struct pt_err *err) {
    int64_t place = pt_snap_place(p->subject);
    unsigned left = 4 * PT_SNAP_DIGITS; /* bits of the place below the node */
    int64_t pages = 0;
    unsigned depth = 0;
    int rc = pages_below(l, p->part, 0, 0, &pages, err);

    for (; rc == 0 && pages > PT_SNAP_LEAF && depth < PT_SNAP_DIGITS; depth++) {
        int64_t prefix = place >> left;

        left -= 4;
        rc = put_branches(l, p, depth, prefix, (unsigned)(place >> left & 15), err);
        rc = rc == 0 ? pages_below(l, p->part, depth + 1, place >> left, &pages, err) : rc;
    }
    return rc == 0 ? put_beside(l, p, place >> left << left,
                                (place >> left << left) + (INT64_C(1) << left) - 1, err)
                   : rc;
}

/* Of a row part, subject, fy. */
static int put_page(struct pt_ledger *l, sqlite3_stmt *st, Pentad__V1__EvidenceFigure *figure,
                    struct pt_err *err) {
    Pentad__V1__EvidencePage **more =
        realloc(figure->pages, (figure->n_pages + 1) * sizeof *figure->pages);
    Pentad__V1__EvidencePage *p = more ? malloc(sizeof *p) : NULL;

    if (more)
        figure->pages = more;
    if (!p)
        return no_memory(err);
    pentad__v1__evidence_page__init(p);
    figure->pages[figure->n_pages++] = p;
    p->has_part = p->has_fiscal_year = 1;
    p->part = (uint32_t)pt_sql_i64(st, 0);
    p->subject = strdup(pt_sql_text(st, 1));
    p->fiscal_year = pt_sql_i32(st, 2);
    /* cppcheck-suppress memleak ; the figure has it */
    return p->subject ? put_way(l, p, err) : no_memory(err);
}

static int put_pages(struct pt_ledger *l, const struct pt_figure_ask *ask, unsigned seen,
                     Pentad__V1__EvidenceFigure *figure, struct pt_err *err) {
    struct pt_complete_needs needs;
    sqlite3_stmt *st = NULL;
    int rc = pt_complete_needs(ask->figure, ask->kind, &needs, err);

    rc = rc == 0 ? pt_complete_list(l, ask, &needs, err) : rc;
    rc = rc == 0 ? pt_sql_query(&l->sql, &st, err,
                                "SELECT part, subject, fy FROM complete_page WHERE ? >> part & 1"
                                " ORDER BY 1, 2, 3",
                                "i", (int64_t)seen)
                 : rc;
    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = figure->n_pages < PAGES_MAX
                 ? put_page(l, st, figure, err)
                 : pt_err_set(err, PT_E_TOO_LARGE, "it is of more than %d pages", PAGES_MAX);
    pt_sql_done(&l->sql, st);
    return rc;
}

int pt_complete_paths(struct pt_ledger *l, const struct pt_figure_ask *ask, enum pt_party reader,
                      Pentad__V1__EvidenceFigure *figure, struct pt_err *err) {
    int rc = 0;

    figure->reader_class = strdup(pt_party_name(reader));
    if (!figure->reader_class)
        return no_memory(err);
    for (unsigned part = 0; part < PT_SNAP_PARTS && rc == 0; part++) {
        struct pt_hash head;

        if (!pt_snap_sees(reader, part))
            continue;
        rc = pt_snap_head_of(l, part, &head, err);
        rc = rc == 0 ? append(&figure->n_parts, &figure->parts, head.b, PT_HASH_LEN, err) : rc;
    }
    return rc == 0 ? put_pages(l, ask, pt_snap_parts(reader), figure, err) : rc;
}

void pt_complete_drop(Pentad__V1__EvidenceFigure *figure) {
    for (size_t i = 0; i < figure->n_pages; i++)
        pentad__v1__evidence_page__free_unpacked(figure->pages[i], NULL);
    for (size_t i = 0; i < figure->n_parts; i++)
        free(figure->parts[i].data);
    free(figure->pages);
    free(figure->parts);
    free(figure->reader_class);
    figure->pages = NULL;
    figure->parts = NULL;
    figure->reader_class = NULL;
    figure->n_pages = figure->n_parts = 0;
}

/* ---- the records ---- */

#define INTO "INSERT OR IGNORE INTO complete "

/* Of the year ?1, known at the tick whose record is ?2, of those of temp.complete_page. Budget,
 * carry-over and review count in years other than their own. */
#define OF_PAGES(part)                                                                             \
    " FROM complete_page p CROSS JOIN record r ON r.subject = p.subject"                           \
    " WHERE p.part = " part " AND p.fy = ?1 AND r.rec <= ?2"
#define OF_LINES(part, table, names)                                                               \
    " FROM complete_page p CROSS JOIN " table " l ON l." names                                     \
    " = p.subject CROSS JOIN record r ON r.rec = l.rec"                                            \
    " WHERE p.part = " part " AND p.fy = ?1 AND r.fy = ?1 AND r.rec <= ?2"
/* Of those pages of no year, whatever the record's own. */
#define OF_SUBJECTS(fy)                                                                            \
    " FROM complete_page p CROSS JOIN record r ON r.subject = p.subject"                           \
    " WHERE p.part = 0 AND p.fy = " fy " AND ?1 AND r.rec <= ?2"
_Static_assert((int)PT_SNAP_STEPS == 2 && (int)PT_SNAP_ANSWERS == 3 && (int)PT_SNAP_BINDING == 4,
               "in the SQL");
static const char *const named_sql[] = {
    INTO "SELECT r.rec" OF_PAGES(
        "0") " AND r.fy = ?1"
             " AND r.type IN (@TYPE_PERF_GOAL, @TYPE_MONITOR_REPORT, @TYPE_FUND_CONTROL,"
             "  @TYPE_REGION_FISCAL, @TYPE_EVALUATION, @TYPE_AUDIT_FIGURE, "
             "@TYPE_CONGRESS_APPROVAL)",
    INTO "SELECT r.rec" OF_PAGES("0") " AND r.type IN"
                                      " (@TYPE_ALLOTMENT, @TYPE_CARRY_OVER, @TYPE_BUDGET_REVIEW)",
    INTO "SELECT l.rec" OF_LINES("0", "f_congress_approval_lines", "subject"),
    INTO "SELECT l.rec" OF_LINES("0", "f_congress_approval_lines", "dept"),
    INTO "SELECT r.rec" OF_PAGES(
        "0") " AND r.type = @TYPE_REGION_FISCAL"
             " AND (SELECT f.month / 100 FROM f_region_fiscal f WHERE f.rec = r.rec) = ?1",
    INTO "SELECT l.rec FROM complete_page p CROSS JOIN paid_line l"
         " ON l.subject = p.subject CROSS JOIN record r ON r.rec = l.rec AND r.fy = p.fy"
         " WHERE p.part = 1 AND ?1 AND r.rec <= ?2",
    /* What says whose they are, and their funds of all years. */
    INTO "SELECT r.rec" OF_SUBJECTS("0") " AND r.type IN (@TYPE_ORG_PROFILE, @TYPE_SUBJECT_PROFILE,"
                                         "  @TYPE_ALLOTMENT, @TYPE_CARRY_OVER, @TYPE_FUND_CONTROL,"
                                         "  @TYPE_BUDGET_REVIEW)",
    /* Steps, what answers them, what binds the year. */
    INTO "SELECT r.rec" OF_SUBJECTS("2") " AND r.type IN (@TYPE_EX_ANTE_EVAL, @TYPE_PERF_GOAL,"
                                         "  @TYPE_GOAL_REVIEW, @TYPE_RESULT_USE,"
                                         "  @TYPE_AUDIT_FINDING, @TYPE_NOTICE,"
                                         "  @TYPE_CONGRESS_OPINION)",
    INTO
    "SELECT r.rec FROM complete_page p CROSS JOIN stream s"
    " ON" PT_SNAP_STREAM_OF(
        "p.subject") "CROSS JOIN ref g ON g.t_sid = s.sid"
                     "  AND g.t_seq = CAST(substr(p.subject, instr(p.subject, '#') + 1) AS INTEGER)"
                     " CROSS JOIN record r ON r.rec = g.rec WHERE p.part = 0 AND p.fy = 3 AND ?1"
                     " AND r.rec <= ?2 AND" PT_SNAP_ANSWERS_BY("g", "r"),
    INTO "SELECT f.rec FROM complete_page p CROSS JOIN f_result_use f"
         " ON f.next_fy = CAST(p.subject AS INTEGER)"
         " WHERE p.part = 0 AND p.fy = 4 AND ?1 AND f.rec <= ?2",
    INTO "SELECT f.rec FROM f_rule_set f WHERE ?1 AND f.rec <= ?2",
};

/* Once: what those refer to. */
static const char referred_sql[] =
    INTO "SELECT t.rec FROM complete c CROSS JOIN ref g ON g.rec = c.rec CROSS JOIN record t"
         " ON t.sid = g.t_sid AND t.seq = g.t_seq AND t.hash = g.hash WHERE t.rec <= ?1"
         " AND t.type IN (@TYPE_PERF_GOAL, @TYPE_MONITOR_REPORT, @TYPE_FUND_CONTROL,"
         "  @TYPE_REGION_FISCAL, @TYPE_EVALUATION, @TYPE_AUDIT_FIGURE, @TYPE_ALLOTMENT,"
         "  @TYPE_CARRY_OVER, @TYPE_BUDGET_REVIEW)";
/* FG4: whence a SHIFT_IN came it says by its document alone, whose page they name. */
static const char shifted_sql[] =
    INTO "SELECT o.rec FROM complete c CROSS JOIN f_allotment f ON f.rec = c.rec"
         " AND f.kind = @ALLOTMENT_KIND_SHIFT_IN CROSS JOIN f_allotment o"
         " ON o.basis_doc = f.basis_doc AND o.dept = f.dept"
         " AND o.kind = @ALLOTMENT_KIND_SHIFT_OUT WHERE o.rec <= ?1";
/* Until there are no more: corrections, what they correct, approvals of rule sets until they were
 * in force: what is said of one after that changes nothing. */
static const char corrected_sql[] =
    INTO "SELECT t.rec FROM complete c CROSS JOIN ref g ON g.rec = c.rec AND g.field = 'corrects'"
         " CROSS JOIN record t ON t.sid = g.t_sid AND t.seq = g.t_seq AND t.hash = g.hash"
         " WHERE t.rec <= ?1 UNION SELECT g.rec FROM complete c CROSS JOIN record t"
         " ON t.rec = c.rec CROSS JOIN ref g ON g.t_sid = t.sid AND g.t_seq = t.seq"
         "  AND g.hash = t.hash AND g.field IN ('corrects', 'target') WHERE g.rec <= ?1"
         "  AND (g.field = 'corrects' OR t.type = @TYPE_RULE_SET AND (t.live_from IS NULL"
         "   OR (SELECT a.log_index FROM record a WHERE a.rec = g.rec) <= t.live_from))";

static int add_named(struct pt_ledger *l, const struct pt_figure_ask *ask, int64_t until,
                     struct pt_err *err) {
    int rc = 0;

    for (size_t i = 0; i < sizeof named_sql / sizeof named_sql[0] && rc == 0; i++)
        rc = pt_sql_run(&l->sql, err, named_sql[i], "ii", (int64_t)ask->fiscal_year, until);
    return rc;
}

static int add_more(struct pt_ledger *l, const char *sql, int64_t until, int64_t *ret_n,
                    struct pt_err *err) {
    bool found;
    int rc = pt_sql_run(&l->sql, err, sql, "i", until);

    return rc == 0 ? pt_sql_number(&l->sql, ret_n, &found, err, "SELECT count(*) FROM complete", "")
                   : rc;
}

static int gather(struct pt_ledger *l, const struct pt_figure_ask *ask, int64_t until,
                  struct pt_err *err) {
    int64_t before = -1;
    int64_t n = 0;
    int rc = pt_sql_exec(&l->sql,
                         "CREATE TEMP TABLE IF NOT EXISTS complete(rec INTEGER PRIMARY KEY);"
                         "DELETE FROM complete",
                         err);

    rc = rc == 0 ? add_named(l, ask, until, err) : rc;
    rc = rc == 0 ? add_more(l, referred_sql, until, &n, err) : rc;
    rc = rc == 0 ? add_more(l, shifted_sql, until, &n, err) : rc;
    for (int i = 0; rc == 0 && n != before && i < ROUNDS_MAX; i++) {
        before = n;
        rc = add_more(l, corrected_sql, until, &n, err);
    }
    return rc == 0 ? pt_sql_run(&l->sql, err, INTO "VALUES(?)", "i", until) : rc;
}

int pt_complete_records(struct pt_ledger *l, const struct pt_figure_ask *ask,
                        const struct pt_complete_at *at, pt_ledger_input_cb cb, void *ctx,
                        struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int64_t until = 0;
    bool found;
    int rc = pt_sql_number(&l->sql, &until, &found, err, "SELECT rec FROM tick WHERE log_size = ?",
                           "i", (int64_t)at->log_size);

    rc = rc == 0 ? gather(l, ask, until, err) : rc;
    rc = rc == 0 ? pt_sql_query(&l->sql, &st, err,
                                "SELECT s.party, s.name, r.seq, r.log_index FROM complete c"
                                " CROSS JOIN record r ON r.rec = c.rec AND r.hash IS NOT NULL"
                                " CROSS JOIN stream s ON s.sid = r.sid ORDER BY r.rec",
                                "")
                 : rc;
    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = cb(ctx, pt_sql_text(st, 0), pt_sql_text(st, 1), pt_sql_u64(st, 2), pt_sql_u64(st, 3));
    pt_sql_done(&l->sql, st);
    return rc;
}

int pt_complete_said(struct pt_ledger *l, const struct pt_complete_at *at, enum pt_party reader,
                     pt_complete_said_cb cb, void *ctx, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    unsigned n = 0;
    int rc = pt_sql_query(
        &l->sql, &st, err,
        "SELECT s.party, s.name, r.seq, 0 AS later FROM record r CROSS JOIN stream s"
        " ON s.sid = r.sid WHERE r.rec = ?1"
        " UNION ALL SELECT s.party, s.name, min(a.seq), 1 FROM record h CROSS JOIN ref g"
        "  ON g.t_sid = h.sid AND g.t_seq = h.seq AND g.hash = h.hash AND g.field = 'snapshot'"
        "  CROSS JOIN record a ON a.rec = g.rec AND a.type = @TYPE_ATTESTATION"
        "  CROSS JOIN f_attestation f ON f.rec = a.rec AND f.equal = 1"
        "  CROSS JOIN stream s ON s.sid = a.sid WHERE h.rec = ?1"
        "  AND EXISTS (SELECT 1 FROM json_each(f.reader_classes) j WHERE j.value = ?2)"
        "  GROUP BY s.party, s.name ORDER BY later",
        "is", at->rec, pt_party_name(reader));

    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = cb(ctx, n++, pt_sql_text(st, 0), pt_sql_text(st, 1), pt_sql_u64(st, 2));
    pt_sql_done(&l->sql, st);
    return rc;
}
