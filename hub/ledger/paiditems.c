/* Whose payment lines a batch has: a row a subject and batch, however many the lines. */
#include <string.h>

#include <pentad/base/hash.h>

#include "internal.h"

static int item_of(struct pt_ledger *l, const char *subject, int64_t *ret_item,
                   struct pt_err *err) {
    sqlite3_stmt *get = l->st[PT_S_PAID_GET];
    int rc = pt_sql_bind(&l->sql, get, err, "s", subject);
    bool found = pt_sql_row(&l->sql, get, &rc, err);

    *ret_item = found ? pt_sql_i64(get, 0) : 0;
    pt_sql_reset(get);
    if (rc != 0 || found)
        return rc;
    rc = pt_sql_apply(&l->sql, l->st[PT_S_PAID_ADD], err, "s", subject);
    *ret_item = sqlite3_last_insert_rowid(l->sql.db);
    return rc;
}

/* Where the subject is kept, else where it may be: of two places that which has it or is free. */
static struct pt_paid_kept *place_of(struct pt_ledger *l, const char *subject, bool *ret_known) {
    uint64_t h = pt_hash_text(PT_HASH_BEGIN, subject);
    struct pt_paid_kept *first = &l->paid[h % PT_PAID_KEPT];
    struct pt_paid_kept *second = &l->paid[(h >> 32) % PT_PAID_KEPT];
    struct pt_paid_kept *kept = first;

    if (first->item != 0 && strcmp(first->key, subject) != 0 &&
        (second->item == 0 || strcmp(second->key, subject) == 0))
        kept = second;
    *ret_known = kept->item != 0 && strcmp(kept->key, subject) == 0;
    return kept;
}

/* The item that the subject is, for a row; 0: this batch has one for it. */
static int note(struct pt_ledger *l, int64_t rec, const char *subject, int64_t *ret_item,
                struct pt_err *err) {
    bool known;
    struct pt_paid_kept *kept = place_of(l, subject, &known);
    size_t len = strlen(subject);
    int rc = 0;

    *ret_item = known && kept->rec != rec ? kept->item : 0;
    if (known) {
        kept->rec = rec;
        return 0;
    }
    rc = item_of(l, subject, ret_item, err);
    if (rc == 0 && len < PT_SUBJECT_KEPT_CAP) {
        kept->item = *ret_item;
        kept->rec = rec;
        memcpy(kept->key, subject, len + 1);
    }
    return rc;
}

struct noted {
    int64_t month;
    int64_t rec;
    const int64_t *items;
};

static void give_noted(const void *ctx, size_t row, int col, sqlite3_context *ret) {
    const struct noted *n = ctx;

    sqlite3_result_int64(ret, col == 0 ? n->month : col == 1 ? n->items[row] : n->rec);
}

int pt_paid_note(struct pt_ledger *l, int64_t rec, const Pentad__V1__PaymentBatch *p,
                 struct pt_err *err) {
    int64_t month = l->tick.day / 100;
    int64_t *items = pt_arena_alloc(&l->arena, (p->n_lines + 1) * sizeof *items);
    const struct noted noted = {month, rec, items};
    struct pt_rows rows = {0, give_noted, &noted};
    int rc = 0;

    if (!items)
        return pt_err_set(err, PT_E_NOMEM, "no memory for the items of a payment batch");
    if (l->paid_month != month)
        rc = pt_sql_apply(&l->sql, l->st[PT_S_PAID_MONTH], err, "i", month);
    l->paid_month = month;
    for (size_t i = 0; i < p->n_lines && rc == 0; i++)
        if (p->lines[i]->subject) {
            rc = note(l, rec, p->lines[i]->subject, &items[rows.n], err);
            rows.n += rc == 0 && items[rows.n] != 0;
        }
    return rc == 0 ? pt_rows_execute(&l->in_memory, l->st[PT_S_PAID_BATCH], &rows, err) : rc;
}
