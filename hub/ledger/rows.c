#include "rows.h"

#include <stdlib.h>

#include <pentad/base/buf.h>

struct table {
    sqlite3_vtab base;
    struct pt_in_memory *m;
};

static int connect_table(sqlite3 *db, void *aux, int argc, const char *const *argv,
                         sqlite3_vtab **ret, char **ret_msg) {
    struct table *t;
    struct pt_buf ddl;
    int rc;

    (void)argc;
    (void)argv;
    (void)ret_msg;
    pt_buf_init(&ddl, 4096);
    pt_buf_puts(&ddl, "CREATE TABLE in_memory(c0");
    for (int i = 1; i < PT_ROWS_COLS; i++)
        pt_buf_printf(&ddl, ", c%d", i);
    pt_buf_puts(&ddl, ")");
    rc = ddl.failed ? SQLITE_NOMEM : sqlite3_declare_vtab(db, pt_buf_cstr(&ddl));
    pt_buf_done(&ddl);
    t = rc == SQLITE_OK ? calloc(1, sizeof *t) : NULL;
    if (!t)
        return rc == SQLITE_OK ? SQLITE_NOMEM : rc;
    t->m = aux;
    *ret = &t->base;
    return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *t) {
    free(t);
    return SQLITE_OK;
}

static int plan_scan(sqlite3_vtab *t, sqlite3_index_info *info) {
    (void)t;
    (void)info;
    return SQLITE_OK;
}

/* The table itself comes first in what SQLite has of it, the cursor in the middle of ours. */
static struct pt_in_memory *of_table(sqlite3_vtab *t) {
    return ((struct table *)(void *)t)->m;
}

static int open_cursor(sqlite3_vtab *t, sqlite3_vtab_cursor **ret) {
    struct pt_in_memory *m = of_table(t);

    if (!m->rows || m->open)
        return SQLITE_MISUSE;
    m->open = true;
    *ret = &m->cursor;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *c) {
    of_table(c->pVtab)->open = false;
    return SQLITE_OK;
}

static int first_row(sqlite3_vtab_cursor *c, int number, const char *name, int argc,
                     sqlite3_value **argv) {
    (void)number;
    (void)name;
    (void)argc;
    (void)argv;
    of_table(c->pVtab)->at = 0;
    return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *c) {
    of_table(c->pVtab)->at++;
    return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *c) {
    const struct pt_in_memory *m = of_table(c->pVtab);

    return m->at >= m->rows->n;
}

static int give_column(sqlite3_vtab_cursor *c, sqlite3_context *ret, int col) {
    const struct pt_in_memory *m = of_table(c->pVtab);

    m->rows->column(m->rows->ctx, m->at, col, ret);
    return SQLITE_OK;
}

static int give_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *ret) {
    *ret = (sqlite3_int64)of_table(c->pVtab)->at;
    return SQLITE_OK;
}

/* Without xCreate the table is there by its name, and in no schema. */
static const sqlite3_module module = {
    .xConnect = connect_table,
    .xBestIndex = plan_scan,
    .xDisconnect = disconnect_table,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = first_row,
    .xNext = next_row,
    .xEof = at_end,
    .xColumn = give_column,
    .xRowid = give_rowid,
};

int pt_rows_register(struct pt_in_memory *m, struct pt_sql *sql, struct pt_err *err) {
    int rc = sqlite3_create_module(sql->db, "in_memory", &module, m);

    m->sql = sql;
    return rc == SQLITE_OK ? 0 : pt_sql_err(sql, rc, err, "in_memory");
}

int pt_rows_prepare(struct pt_in_memory *m, const char *table, size_t n_cols, sqlite3_stmt **ret,
                    struct pt_err *err) {
    struct pt_buf b;
    int rc;

    PT_ASSERT(n_cols <= PT_ROWS_COLS);
    pt_buf_init(&b, 1U << 16);
    pt_buf_printf(&b, "INSERT OR FAIL INTO \"%s\" SELECT c0", table);
    for (size_t i = 1; i < n_cols; i++)
        pt_buf_printf(&b, ", c%zu", i);
    pt_buf_puts(&b, " FROM in_memory");
    rc = b.failed ? pt_err_set(err, PT_E_NOMEM, "ledger: no memory for a statement")
                  : pt_sql_prepare(m->sql, pt_buf_cstr(&b), ret, err);
    pt_buf_done(&b);
    return rc;
}

int pt_rows_execute(struct pt_in_memory *m, sqlite3_stmt *st, const struct pt_rows *rows,
                    struct pt_err *err) {
    int rc;

    PT_ASSERT(!m->rows);
    m->rows = rows;
    rc = pt_sql_execute(m->sql, st, err);
    m->rows = NULL;
    return rc;
}

int pt_rows_run(struct pt_in_memory *m, const char *text, const struct pt_rows *rows,
                struct pt_err *err) {
    int rc;

    PT_ASSERT(!m->rows);
    m->rows = rows;
    rc = pt_sql_run(m->sql, err, text, "");
    m->rows = NULL;
    return rc;
}
