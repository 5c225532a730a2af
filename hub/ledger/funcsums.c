/* For SQL, of many rows that would all be sorted for GROUP BY:
 *   sums_over(least, fen, a, b, c)   aggregate: of the sums of fen by the texts a, b and c those of
 *                                    at least `least`, as JSON: [[a, b, c], ...], by a, b, c */
#include "sums.h"

#include <jansson.h>
#include <stdlib.h>

struct summing {
    struct pt_sums *sums;
    int64_t least;
};

static const char *text_of(sqlite3_value *v) {
    const char *s = (const char *)sqlite3_value_text(v);

    return s ? s : "";
}

static void over_step(sqlite3_context *ctx, int n, sqlite3_value **v) {
    struct summing *s = sqlite3_aggregate_context(ctx, sizeof *s);
    struct pt_sum key = {.text = {text_of(v[2]), text_of(v[3]), text_of(v[4]), ""}};
    struct pt_sum *sum = NULL;

    (void)n;
    if (s && !s->sums) {
        s->sums = malloc(sizeof *s->sums);
        s->least = sqlite3_value_int64(v[0]);
        if (s->sums)
            pt_sums_init(s->sums);
    }
    if (s && s->sums)
        sum = pt_sums_find(s->sums, &key);
    if (sum)
        sum->fen += sqlite3_value_int64(v[1]);
    else
        sqlite3_result_error_nomem(ctx);
}

/* Most are small: those aren't put in order. Nothing is looked for any more. */
static void keep_large(struct pt_sums *t, int64_t least) {
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++)
        if (t->list[i]->fen >= least)
            t->list[n++] = t->list[i];
    t->n = n;
}

static void over_final(sqlite3_context *ctx) {
    struct summing *s = sqlite3_aggregate_context(ctx, 0);
    json_t *all = json_array();
    char *text;

    if (s && s->sums) {
        keep_large(s->sums, s->least);
        pt_sums_sort(s->sums);
        for (size_t i = 0; i < s->sums->n; i++) {
            const struct pt_sum *x = s->sums->list[i];

            (void)json_array_append_new(all,
                                        json_pack("[sss]", x->text[0], x->text[1], x->text[2]));
        }
        pt_sums_done(s->sums);
        free(s->sums);
    }
    text = json_dumps(all, JSON_COMPACT);
    json_decref(all);
    if (text)
        sqlite3_result_text(ctx, text, -1, free);
    else
        sqlite3_result_error_nomem(ctx);
}

int pt_funcs_sums(struct pt_ledger *l, struct pt_err *err) {
    return sqlite3_create_function_v2(l->sql.db, "sums_over", 5, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                      NULL, NULL, over_step, over_final, NULL) == SQLITE_OK
               ? 0
               : pt_sql_err(&l->sql, 0, err, "sums_over");
}
