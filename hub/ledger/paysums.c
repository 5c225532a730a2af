/* The sums that payments move at a tick: temp.d_pay, temp.d_subject, agg_pay, agg_line. A day has
 * some thousand lines and a few hundred keys.
 *
 * Most batches stand at the tick as they came, so which sums a line adds to is noted when it comes;
 * the others' lines are read again: of batches whose standing changes later, of those that came
 * before this process did, of very many between two ticks. */
#include "paysums.h"

#include <stdlib.h>
#include <string.h>

#include "sums.h"

enum { LIST_MIN = 4096, LINES_MAX = 1 << 18, BATCHES_MAX = 1 << 16 };

/* A line, as far as sums go. */
struct line {
    struct pt_sum *sum; /* that it adds to */
    int64_t fen;
    bool refund;
    bool pays; /* it says that something was paid */
};

struct noted {
    int64_t rec;
    size_t first; /* of its lines */
    size_t n;
};

struct pt_paysums {
    struct pt_sums sums;
    struct line *lines;
    size_t n_lines, cap_lines;
    struct noted *batches; /* by rec */
    size_t n_batches, cap_batches;
};

/* What a batch says of all its lines. */
struct batch {
    int64_t rec;
    int64_t times; /* that a line counts more than at the last tick: 1 or -1, more where it moved */
    int64_t fy;
    int32_t day;
    int32_t coarse;
    bool stands; /* its PAYs count as paid */
    bool undone;
};

int pt_paysums_open(struct pt_ledger *l, struct pt_err *err) {
    l->paysums = calloc(1, sizeof *l->paysums);
    if (!l->paysums)
        return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for the sums of payments");
    pt_sums_init(&l->paysums->sums);
    return 0;
}

void pt_paysums_drop(struct pt_ledger *l) {
    if (!l->paysums)
        return;
    pt_sums_done(&l->paysums->sums);
    pt_sums_init(&l->paysums->sums);
    l->paysums->n_lines = l->paysums->n_batches = 0;
}

void pt_paysums_close(struct pt_ledger *l) {
    if (!l->paysums)
        return;
    pt_sums_done(&l->paysums->sums);
    free(l->paysums->lines);
    free(l->paysums->batches);
    free(l->paysums);
    l->paysums = NULL;
}

static int no_memory(struct pt_err *err) {
    return pt_err_set(err, PT_E_NOMEM, "no memory for the sums of the payments");
}

/* ---- the lines ---- */

/* The sum of those texts (subject, quota number, control key, function) in a batch's year and
 * month; fund_year: the batch's year where the line names none. */
static struct pt_sum *sum_of(struct pt_sums *t, struct pt_sum *key, int64_t fy, int32_t day) {
    key->number[2] = fy;
    key->number[3] = day / 100;
    key->first_day = INT32_MAX;
    return pt_sums_find(t, key);
}

static void add(const struct batch *b, const struct line *line) {
    wide fen = (wide)line->fen * b->times;
    struct pt_sum *s = line->sum;

    s->fen += line->refund ? -fen : fen;
    s->coarse = b->coarse > s->coarse ? b->coarse : s->coarse;
    s->first_day = b->day < s->first_day ? b->day : s->first_day;
    s->last_day = b->stands && line->pays && b->day > s->last_day ? b->day : s->last_day;
    s->undone = s->undone || b->undone;
    s->moved = true;
}

/* The list with room for so many; NULL: there is none, and it is as it was. */
static void *with_room(void *list, size_t *cap, size_t want, size_t max, size_t size) {
    size_t more = *cap ? *cap : LIST_MIN;
    void *p;

    if (want <= *cap)
        return list;
    while (more < want)
        more *= 2;
    p = more <= max ? realloc(list, more * size) : NULL;
    *cap = p ? more : *cap;
    return p;
}

/* Room for a batch more, of so many lines? */
static bool has_room(struct pt_paysums *t, size_t lines) {
    struct line *l = with_room(t->lines, &t->cap_lines, t->n_lines + lines, LINES_MAX, sizeof *l);
    struct noted *b =
        with_room(t->batches, &t->cap_batches, t->n_batches + 1, BATCHES_MAX, sizeof *b);

    t->lines = l ? l : t->lines;
    t->batches = b ? b : t->batches;
    return l && b;
}

static const char *text_of(const char *s) {
    return s ? s : "";
}

int pt_paysums_note(struct pt_ledger *l, int64_t rec, const Pentad__V1__Record *r,
                    struct pt_err *err) {
    const Pentad__V1__PaymentBatch *p = r->payment_batch;
    struct pt_paysums *t = l->paysums;
    int64_t fy = r->has_fiscal_year ? r->fiscal_year : 0;

    if (!has_room(t, p->n_lines))
        return 0;
    for (size_t i = 0; i < p->n_lines; i++) {
        const Pentad__V1__PaymentLine *x = p->lines[i];
        struct pt_sum key = {
            .text = {text_of(x->subject), text_of(x->quota_no), text_of(x->control_key),
                     text_of(x->func)},
            .number = {x->has_fund_year ? x->fund_year : fy, x->has_bk ? (int64_t)x->bk : 0}};
        bool refund = x->has_op && x->op == PENTAD__V1__PAYMENT_OP__PAYMENT_OP_REFUND;
        struct line *line = &t->lines[t->n_lines + i];

        *line = (struct line){.sum = sum_of(&t->sums, &key, fy, p->has_pay_date ? p->pay_date : 0),
                              .fen = x->has_fen ? x->fen : 0,
                              .refund = refund,
                              .pays = x->has_op && !refund};
        if (!line->sum)
            return no_memory(err);
    }
    t->batches[t->n_batches++] = (struct noted){rec, t->n_lines, p->n_lines};
    t->n_lines += p->n_lines;
    return 0;
}

static int by_rec(const void *x, const void *y) {
    const struct noted *a = x;
    const struct noted *b = y;

    return (a->rec > b->rec) - (a->rec < b->rec);
}

static int read_line(struct pt_sums *t, const struct batch *b, sqlite3_stmt *st,
                     struct pt_err *err) {
    struct line line = {.fen = pt_sql_i64(st, 7),
                        .refund = pt_sql_i32(st, 6) == PENTAD__V1__PAYMENT_OP__PAYMENT_OP_REFUND};
    struct pt_sum key = {
        .number = {pt_sql_is_null(st, 4) ? b->fy : pt_sql_i64(st, 4), pt_sql_i64(st, 5)}};

    for (int i = 0; i < PT_SUM_TEXTS; i++)
        key.text[i] = pt_sql_text(st, i);
    line.pays = !line.refund && !pt_sql_is_null(st, 6);
    line.sum = sum_of(t, &key, b->fy, b->day);
    if (!line.sum)
        return no_memory(err);
    add(b, &line);
    return 0;
}

static int read_batch(struct pt_ledger *l, const struct batch *b, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT subject, quota_no, control_key, func, fund_year, bk, op, fen"
                          " FROM f_payment_batch_lines WHERE rec = ?",
                          "i", b->rec);

    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = read_line(&l->paysums->sums, b, st, err);
    pt_sql_done(&l->sql, st);
    return rc;
}

static int add_batch(struct pt_ledger *l, const struct batch *b, struct pt_err *err) {
    const struct pt_paysums *t = l->paysums;
    const struct noted key = {.rec = b->rec};
    const struct noted *noted =
        t->n_batches > 0 ? bsearch(&key, t->batches, t->n_batches, sizeof key, by_rec) : NULL;

    if (!noted)
        return read_batch(l, b, err);
    for (size_t i = 0; i < noted->n; i++)
        add(b, &t->lines[noted->first + i]);
    return 0;
}

/* Batch by batch: what one says of all its lines is worked out once. */
static int add_batches(struct pt_ledger *l, int64_t last_rec, struct pt_err *err) {
    static const char sql[] =
        "SELECT c.rec, (c.now - c.was) * r.sign, r.fy, p.pay_date,"
        "  coalesce(p.date_precision, @DATE_PRECISION_DAY) - @DATE_PRECISION_DAY,"
        "  c.now AND r.sign > 0, r.sign < 0 OR c.was OR c.rec <= ?1"
        " FROM changed c CROSS JOIN record r ON r.rec = c.rec"
        " CROSS JOIN f_payment_batch p ON p.rec = c.rec"
        " WHERE c.type = @TYPE_PAYMENT_BATCH AND c.now <> c.was";
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err, sql, "i", last_rec);

    while (pt_sql_row(&l->sql, st, &rc, err)) {
        const struct batch b = {.rec = pt_sql_i64(st, 0),
                                .times = pt_sql_i64(st, 1),
                                .fy = pt_sql_i64(st, 2),
                                .day = pt_sql_i32(st, 3),
                                .coarse = pt_sql_i32(st, 4),
                                .stands = pt_sql_i32(st, 5) != 0,
                                .undone = pt_sql_i32(st, 6) != 0};

        rc = add_batch(l, &b, err);
    }
    pt_sql_done(&l->sql, st);
    return rc;
}

/* ---- the sums ---- */

/* Those that moved, by key; nothing is looked for any more. */
static void keep_moved(struct pt_sums *t) {
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++)
        if (t->list[i]->moved)
            t->list[n++] = t->list[i];
    t->n = n;
    pt_sums_sort(t);
}

/* The columns of temp.d_pay. */
enum {
    C_SUBJECT,
    C_QUOTA_NO,
    C_FUND_YEAR,
    C_BK,
    C_CKEY,
    C_FY,
    C_MONTH,
    C_FUNC,
    C_FEN,
    C_COARSE,
    C_FIRST_DAY,
    C_LAST_DAY,
    C_UNDONE
};

static void give_sum(const void *ctx, size_t row, int col, sqlite3_context *ret) {
    static const int8_t text_at[] = {[C_SUBJECT] = 0, [C_QUOTA_NO] = 1, [C_CKEY] = 2, [C_FUNC] = 3};
    const struct pt_sum *s = ((struct pt_sum *const *)ctx)[row];

    switch (col) {
    case C_SUBJECT:
    case C_QUOTA_NO:
    case C_CKEY:
    case C_FUNC:
        sqlite3_result_text(ret, s->text[text_at[col]], -1, SQLITE_STATIC);
        break;
    case C_FUND_YEAR:
    case C_BK:
        sqlite3_result_int64(ret, s->number[col - C_FUND_YEAR]);
        break;
    case C_FY:
    case C_MONTH:
        sqlite3_result_int64(ret, s->number[2 + col - C_FY]);
        break;
    case C_FEN:
        sqlite3_result_int64(ret, pt_bounded_fen(s->fen));
        break;
    case C_COARSE:
        sqlite3_result_int(ret, s->coarse);
        break;
    case C_FIRST_DAY:
        sqlite3_result_int(ret, s->first_day);
        break;
    case C_LAST_DAY:
        sqlite3_result_int(ret, s->last_day);
        break;
    default:
        sqlite3_result_int(ret, s->undone);
        break;
    }
}

/* A row of temp.d_subject. */
struct subject {
    const char *subject;
    int64_t fy, month;
    int32_t coarse, first_day;
    bool undone;
};

static void give_subject(const void *ctx, size_t row, int col, sqlite3_context *ret) {
    const struct subject *s = (const struct subject *)ctx + row;

    switch (col) {
    case 0:
        sqlite3_result_text(ret, s->subject, -1, SQLITE_STATIC);
        break;
    case 1:
        sqlite3_result_int64(ret, s->fy);
        break;
    case 2:
        sqlite3_result_int64(ret, s->month);
        break;
    case 3:
        sqlite3_result_int(ret, s->coarse);
        break;
    case 4:
        sqlite3_result_int(ret, s->first_day);
        break;
    default:
        sqlite3_result_int(ret, s->undone);
        break;
    }
}

/* Adds a sum to its subject and year, of which [first, *n) are that subject's, by year. */
static void join_subject(struct subject *all, size_t first, size_t *n, const struct pt_sum *s) {
    size_t at = first;

    while (at < *n && all[at].fy < s->number[2])
        at++;
    if (at == *n || all[at].fy != s->number[2]) {
        memmove(&all[at + 1], &all[at], (*n - at) * sizeof *all);
        all[at] = (struct subject){s->text[0], s->number[2], s->number[3],
                                   s->coarse,  s->first_day, s->undone};
        ++*n;
        return;
    }
    all[at].month = s->number[3] < all[at].month ? s->number[3] : all[at].month;
    all[at].coarse = s->coarse > all[at].coarse ? s->coarse : all[at].coarse;
    all[at].first_day = s->first_day < all[at].first_day ? s->first_day : all[at].first_day;
    all[at].undone = all[at].undone || s->undone;
}

static int put_subjects(struct pt_ledger *l, const struct pt_sums *t, struct pt_err *err) {
    struct subject *all = malloc((t->n + 1) * sizeof *all);
    struct pt_rows rows = {0, give_subject, all};
    size_t first = 0;
    int rc;

    if (!all)
        return no_memory(err);
    for (size_t i = 0; i < t->n; i++) {
        if (i > 0 && strcmp(t->list[i]->text[0], t->list[i - 1]->text[0]) != 0)
            first = rows.n;
        join_subject(all, first, &rows.n, t->list[i]);
    }
    rc = pt_rows_run(&l->in_memory,
                     "INSERT OR FAIL INTO d_subject SELECT c0, c1, c2, c3, c4, c5,"
                     "  coalesce((SELECT s.types FROM said_of s WHERE s.subject = c0), 0)"
                     " FROM in_memory",
                     &rows, err);
    free(all);
    return rc;
}

/* In SQL's own words, which is what add_fen() and max() give: where a statement of more than one
 * row calls a function, SQLite copies each page first, as without OR FAIL. */
#define MOST "1000000000000000000"
#define BOTH "fen + excluded.fen"
#define ADD_FEN                                                                                    \
    "fen = CASE WHEN " BOTH " > " MOST " THEN " MOST " WHEN " BOTH " < -" MOST " THEN -" MOST      \
    " ELSE " BOTH " END"
#define LATER(column)                                                                              \
    column " = CASE WHEN excluded." column " > " column " THEN excluded." column " ELSE " column   \
           " END"

static int put_sums(struct pt_ledger *l, const struct pt_sums *t, struct pt_err *err) {
    static const char pay[] =
        "INSERT OR FAIL INTO agg_pay SELECT c0, c2, c3, c4, c5, c6, c7, c8, c9 FROM in_memory"
        " WHERE true ON CONFLICT DO UPDATE SET " ADD_FEN ", " LATER("coarse");
    static const char line[] =
        "INSERT OR FAIL INTO agg_line SELECT c0, c1, c6, c8, c11, c9 FROM in_memory"
        " WHERE true ON CONFLICT DO UPDATE SET " ADD_FEN ", " LATER("last") ", " LATER("coarse");
    const struct pt_rows rows = {t->n, give_sum, t->list};
    int rc = pt_rows_run(&l->in_memory,
                         "INSERT INTO d_pay SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10,"
                         " c11, c12 FROM in_memory",
                         &rows, err);

    rc = rc == 0 ? pt_rows_run(&l->in_memory, pay, &rows, err) : rc;
    return rc == 0 ? pt_rows_run(&l->in_memory, line, &rows, err) : rc;
}

int pt_paysums_tick(struct pt_ledger *l, int64_t last_rec, struct pt_err *err) {
    struct pt_sums *t = &l->paysums->sums;
    int rc = add_batches(l, last_rec, err);

    keep_moved(t);
    if (rc == 0 && t->n > 0) {
        rc = put_sums(l, t, err);
        rc = rc == 0 ? put_subjects(l, t, err) : rc;
    }
    pt_paysums_drop(l);
    return rc;
}
