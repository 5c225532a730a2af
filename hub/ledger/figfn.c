/* Figures for SQL, for rules that compare what somebody says of a figure with the ledger's:
 *   figure_unit(id)                'fen', 'bp', 'cp', 'rating', 'count', 'day', 'times'; NULL:
 * there is no such figure figure_at(id, kind, key, fiscal_year, valid_at, known_at) its value; NULL
 * for NA and where an argument is NULL or no day figure_text(id, value, chinese)  as people read it
 */
#include <pentad/base/date.h>
#include <pentad/ledger/figures.h>

#include "figures.h"

static const struct pt_figure_def *def_of(sqlite3_value *id) {
    const char *text = (const char *)sqlite3_value_text(id);

    return text ? pt_figure_def_find(text) : NULL;
}

static void fn_unit(sqlite3_context *ctx, int n, sqlite3_value **v) {
    const struct pt_figure_def *d = def_of(v[0]);

    (void)n;
    if (d)
        sqlite3_result_text(ctx, pt_unit_name(d->info.unit), -1, SQLITE_STATIC);
}

static void fn_at(sqlite3_context *ctx, int n, sqlite3_value **v) {
    const struct pt_figure_ask ask = {.figure = (const char *)sqlite3_value_text(v[0]),
                                      .kind = sqlite3_value_int(v[1]),
                                      .key = (const char *)sqlite3_value_text(v[2]),
                                      .fiscal_year = sqlite3_value_int(v[3]),
                                      .valid_at = sqlite3_value_int(v[4]),
                                      .known_at = (uint64_t)sqlite3_value_int64(v[5])};
    struct pt_figure f;
    struct pt_err err = {0};

    for (int i = 0; i < n; i++)
        if (sqlite3_value_type(v[i]) == SQLITE_NULL)
            return;
    if (!pt_date_valid(ask.valid_at))
        return;
    if (pt_ledger_figure(sqlite3_user_data(ctx), &ask, &f, &err) != 0)
        sqlite3_result_error(ctx, err.msg, -1);
    else if (!f.na)
        sqlite3_result_int64(ctx, f.value);
}

static void fn_text(sqlite3_context *ctx, int n, sqlite3_value **v) {
    const struct pt_figure_def *d = def_of(v[0]);
    char text[80];

    (void)n;
    if (d && sqlite3_value_type(v[1]) == SQLITE_INTEGER) {
        const struct pt_figure f = {.value = sqlite3_value_int64(v[1]), .unit = d->info.unit};

        pt_figure_format(text, sizeof text, &f, sqlite3_value_int(v[2]) != 0);
        sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
    }
}

int pt_figfn_register(struct pt_ledger *l, struct pt_err *err) {
    static const struct {
        const char *name;
        void (*fn)(sqlite3_context *, int, sqlite3_value **);
        int n;
        int flags;
    } f[] = {
        {"figure_unit", fn_unit, 1, SQLITE_DETERMINISTIC},
        {"figure_at", fn_at, 6, 0},
        {"figure_text", fn_text, 3, SQLITE_DETERMINISTIC},
    };

    for (size_t i = 0; i < sizeof f / sizeof f[0]; i++)
        if (sqlite3_create_function_v2(l->sql.db, f[i].name, f[i].n, SQLITE_UTF8 | f[i].flags, l,
                                       f[i].fn, NULL, NULL, NULL) != SQLITE_OK)
            return pt_sql_err(&l->sql, 0, err, f[i].name);
    return 0;
}
