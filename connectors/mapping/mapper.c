/* Rows in, records out.
 *
 * Ungrouped: a row makes its records at once; the place moves behind the row with the last of them.
 * Grouped: rows collect in one record until the key, the send day or the size ends it; the place
 * stays before the group's first row until the record is handed out.
 *
 *            row ──skip?──► counted            ┌─ another key / day / full ─► close ─┐
 *             │                                │                                    ▼
 *             └─► values ──ok──► (ungrouped) record_cb   (grouped) collect     record_cb
 *                    ├─fault─► dead_cb
 *                    └─reference not there─► defer_cb                                        */
#include "mapper.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_ARENA_MAX ((size_t)16 << 20)
#define REC_ARENA_MAX ((size_t)64 << 20)

/* ---- life ---- */

int pt_mapper_new(const struct pt_mapping *m, const char *source_system,
                  const struct pt_mapper_ops *ops, void *ctx, struct pt_mapper **ret,
                  struct pt_err *err) {
    *ret = NULL;
    struct pt_mapper *mp = calloc(1, sizeof(*mp));
    if (mp == NULL)
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    mp->m = m;
    mp->system = source_system ? source_system : m->name;
    mp->ops = ops;
    mp->ctx = ctx;
    pt_group_init(&mp->group);
    pt_group_init(&mp->again);
    pt_arena_init(&mp->row_arena, ROW_ARENA_MAX);
    pt_arena_init(&mp->rec_arena, REC_ARENA_MAX);
    pt_buf_init(&mp->packed, 16u << 20);
    mp->bound = calloc(m->n_columns + 1, sizeof(*mp->bound));
    mp->identity = calloc(m->n_columns + 1, sizeof(*mp->identity));
    mp->cells = calloc(m->n_columns + 1, sizeof(*mp->cells));
    mp->vals = calloc(PT_MAPPING_MAX_FIELDS, sizeof(*mp->vals));
    if (mp->bound == NULL || mp->identity == NULL || mp->cells == NULL || mp->vals == NULL) {
        pt_mapper_free(mp);
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < m->n_columns; i++)
        mp->identity[i] = (unsigned)i;
    *ret = mp;
    return 0;
}

void pt_mapper_free(struct pt_mapper *mp) {
    if (mp == NULL)
        return;
    pt_source_close(&mp->src);
    pt_arena_done(&mp->row_arena);
    pt_arena_done(&mp->rec_arena);
    pt_buf_done(&mp->packed);
    pt_group_done(&mp->group);
    pt_group_done(&mp->again);
    free(mp->bound);
    free(mp->identity);
    free(mp->cells);
    free(mp->vals);
    free(mp);
}

/* ---- start ---- */

static bool same_heading(const struct pt_field *f, const char *want) {
    const char *p = f->p;
    size_t n = f->len;
    pt_text_trim(&p, &n);
    return strlen(want) == n && memcmp(want, p, n) == 0;
}

static int bind_heading(const struct pt_mapper *mp, const struct pt_column *col,
                        const struct pt_field *names, size_t n, unsigned *ret, struct pt_err *err) {
    *ret = UINT_MAX;
    for (size_t i = 0; i < n; i++) {
        if (!same_heading(&names[i], col->header))
            continue;
        if (*ret != UINT_MAX)
            return pt_err_set(err, PT_E_COLUMN,
                              "mapping %s: two columns are headed \"%s\"; name it by number (`at`)",
                              mp->m->name, col->header);
        *ret = (unsigned)i;
    }
    if (*ret != UINT_MAX || col->optional)
        return 0;
    char have[120];
    size_t o = 0;
    have[0] = '\0';
    for (size_t i = 0; i < n && o < sizeof(have) - 1; i++)
        o += (size_t)snprintf(have + o, sizeof(have) - o, " %.30s", names[i].p);
    return pt_err_set(err, PT_E_COLUMN,
                      "mapping %s: there is no column \"%s\"; the headings are:%s", mp->m->name,
                      col->header, n ? have : " none");
}

static int bind_columns(struct pt_mapper *mp, struct pt_err *err) {
    const struct pt_field *names;
    size_t n;
    int rc = pt_source_header(&mp->src, &names, &n, err);
    for (size_t i = 0; i < mp->m->n_columns && rc == 0; i++) {
        const struct pt_column *col = &mp->m->columns[i];
        mp->bound[i] = col->kind == PT_COL_AT ? col->at - 1 : UINT_MAX;
        if (col->kind == PT_COL_HEADER)
            rc = bind_heading(mp, col, names, n, &mp->bound[i], err);
    }
    return rc;
}

int pt_mapper_start_take(struct pt_mapper *mp, struct pt_source *source, const char *position,
                         struct pt_err *err) {
    pt_source_close(&mp->src);
    mp->src = *source;
    memset(source, 0, sizeof(*source));
    mp->open = mp->ended = false;
    mp->held = NULL;
    mp->waiting = 0;
    int rc = pt_place_parse(mp, position, &mp->safe, &mp->skip_rules, err);
    if (rc == 0)
        rc = bind_columns(mp, err);
    if (rc == 0 && mp->m->n_rules == 1 && mp->m->rules[0].gather) {
        struct pt_source gathered;
        rc = pt_gather_open_take(mp->m, mp->bound, &mp->src, &gathered, err);
        mp->src = gathered;
    }
    if (rc == 0 && mp->safe.after[0])
        rc = pt_source_seek(&mp->src, mp->safe.after, err);
    mp->prev = mp->safe;
    if (rc)
        pt_source_close(&mp->src);
    return rc;
}

/* ---- handing out ---- */

static const char *position(struct pt_mapper *mp) {
    return pt_place_text(mp, &mp->safe, mp->skip_rules, mp->pos);
}

/* ---- ungrouped rows ---- */

struct done_rule {
    struct pt_build build;
    struct pt_fault_at fault;
    struct pt_want want;
    enum pt_outcome outcome;
    int32_t day;
};

static int build_one(struct pt_mapper *mp, const struct pt_rule *rule, const struct pt_row *row,
                     const int64_t *sum, struct pt_arena *arena, struct done_rule *d,
                     struct pt_err *err) {
    int64_t add[PT_MAPPING_MAX_TOTALS];
    char path[160];
    int rc = pt_row_values(mp, rule, add, &d->outcome, &d->fault, &d->want, err);
    if (rc || d->outcome != PT_OUT_RECORD)
        return rc;
    pt_build_begin(&d->build, rule, arena);
    rc = pt_build_row(&d->build, mp->vals, row->line, add, sum);
    if (rc == 0)
        rc = pt_build_end(&d->build);
    if (rc == 0)
        rc = pt_set_source(mp, &d->build, row);
    if (rc)
        return pt_err_set(err, rc, "%s line %llu: the record doesn't fit in memory", row->file,
                          (unsigned long long)row->line);
    if (pt_validated(mp, &d->build, true, path, &d->fault))
        d->outcome = PT_OUT_DEAD;
    return 0;
}

static int emit_rule(struct pt_mapper *mp, const struct pt_row *row, const unsigned *bound,
                     size_t i, struct done_rule *d, const char *pos, struct pt_err *err) {
    int key = mp->m->rules[i].doc_key;
    if (d->outcome == PT_OUT_RECORD)
        return pt_emit_record(mp, i, &d->build, row->file,
                              key >= 0 && !mp->cells[key].bad ? mp->cells[key].p : "", d->day,
                              row->line, row->line, pos);
    if (d->outcome == PT_OUT_DEAD)
        return pt_emit_dead(mp, row->file, row->line, i, &d->fault, pos);
    pt_buf_reset(&mp->packed);
    int rc = pt_pack_row(mp, row, bound, &mp->packed);
    if (rc)
        return pt_err_set(err, rc, "%s line %llu: the row doesn't fit", row->file,
                          (unsigned long long)row->line);
    return pt_emit_defer(mp, row->file, row->line, i, pt_buf_span(&mp->packed), &d->want, pos);
}

static void count_row(struct pt_mapper *mp, const struct done_rule *d, const int64_t *sum) {
    struct pt_tally *t = &mp->prev.tally;
    bool made = false, dead = false, later = false;
    for (size_t i = 0; i < mp->m->n_rules; i++) {
        made = made || d[i].outcome == PT_OUT_RECORD;
        dead = dead || d[i].outcome == PT_OUT_DEAD;
        later = later || d[i].outcome == PT_OUT_DEFER;
        t->records[i] += d[i].outcome == PT_OUT_RECORD;
    }
    pt_tally_add(dead ? &t->dead : later ? &t->deferred : made ? &t->mapped : &t->unmatched, sum);
}

static int map_single(struct pt_mapper *mp, const struct pt_row *row, const int64_t *sum,
                      const bool *applies, const int32_t *days, struct pt_err *err) {
    struct done_rule done[PT_MAPPING_MAX_RECORDS];
    size_t last = SIZE_MAX;
    pt_arena_reset(&mp->rec_arena);
    for (size_t i = 0; i < mp->m->n_rules; i++) {
        done[i].outcome = PT_OUT_NONE;
        done[i].day = days[i];
        if (applies[i]) {
            int rc = build_one(mp, &mp->m->rules[i], row, sum, &mp->rec_arena, &done[i], err);
            if (rc)
                return rc;
            last = i;
        }
    }
    unsigned first = mp->skip_rules;
    count_row(mp, done, sum);
    snprintf(mp->prev.after, sizeof(mp->prev.after), "%s", row->after);
    for (size_t i = first; last != SIZE_MAX && i <= last; i++) {
        if (done[i].outcome == PT_OUT_NONE)
            continue;
        mp->skip_rules = i == last ? 0 : (unsigned)i + 1;
        if (i == last)
            mp->safe = mp->prev;
        int rc = emit_rule(mp, row, mp->bound, i, &done[i], position(mp), err);
        if (rc)
            return rc;
    }
    mp->skip_rules = 0;
    mp->safe = mp->prev;
    return 0;
}

/* ---- grouped rows ---- */

/* The group is out: what comes next is read from behind its last row. */
static const char *place_moves(struct pt_mapper *mp) {
    mp->safe = mp->prev;
    return position(mp);
}

static int close_group(struct pt_mapper *mp, struct pt_err *err) {
    if (!mp->open)
        return 0;
    mp->open = false;
    return pt_group_close(mp, &mp->group, 0, &mp->prev.tally, place_moves, err);
}

/* Counts a row that is not collected, while a group may be open. */
static void pass_row(struct pt_mapper *mp, const struct pt_row *row) {
    snprintf(mp->prev.after, sizeof(mp->prev.after), "%s", row->after);
    mp->skip_rules = 0;
    if (!mp->open)
        mp->safe = mp->prev;
}

static int dead_row(struct pt_mapper *mp, const struct pt_row *row, const int64_t *sum, size_t rule,
                    const struct pt_fault_at *f) {
    pt_tally_add(&mp->prev.tally.dead, sum);
    pass_row(mp, row);
    return pt_emit_dead(mp, row->file, row->line, rule, f, position(mp));
}

static void bad_key(const struct pt_mapper *mp, int column, struct pt_fault_at *f) {
    f->code = mp->cells[column].bad;
    f->column = mp->m->columns[column].name;
    f->value = mp->cells[column].p ? mp->cells[column].p : "";
    snprintf(f->msg, sizeof(f->msg), "%s", mp->cells[column].why);
}

static int map_grouped(struct pt_mapper *mp, const struct pt_row *row, const int64_t *sum,
                       int32_t day, struct pt_err *err) {
    const struct pt_rule *rule = &mp->m->rules[0];
    struct pt_fault_at f;
    const char *key;
    int bad, rc = 0;
    bool dead, opened = false;
    if (pt_group_key(rule, mp->cells, &mp->row_arena, &key, &bad))
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    if (bad >= 0) {
        bad_key(mp, bad, &f);
        return dead_row(mp, row, sum, 0, &f);
    }
    if (!mp->open) {
        rc = pt_group_open(mp, &mp->group, rule, row, key, day, err);
        opened = true;
    }
    if (rc == 0)
        rc = pt_group_add(mp, &mp->group, row, mp->bound, sum, &dead, &f, err);
    if (rc)
        return rc;
    if (dead)
        return dead_row(mp, row, sum, 0, &f);
    mp->open = mp->open || opened;
    snprintf(mp->prev.after, sizeof(mp->prev.after), "%s", row->after);
    return 0;
}

/* Does this row end the open group? */
static bool ends_group(struct pt_mapper *mp, int32_t day) {
    const char *key;
    int bad;
    if (!mp->open)
        return false;
    if (mp->group.build.n_rows >= mp->m->rules[0].max_rows || day != mp->group.day)
        return true;
    return pt_group_key(&mp->m->rules[0], mp->cells, &mp->row_arena, &key, &bad) == 0 && bad < 0 &&
           strcmp(key, (const char *)mp->group.key.p) != 0;
}

/* ---- one row ---- */

static int skipped(struct pt_mapper *mp, size_t *ret_skip, struct pt_fault_at *f) {
    *ret_skip = SIZE_MAX;
    for (size_t i = 0; i < mp->m->n_skips; i++) {
        struct pt_err err = {0};
        bool holds;
        int column = -1;
        int rc = pt_conds_hold(mp->m->skips[i].when, mp->m->skips[i].n_when, mp->cells, &holds,
                               &column, &err);
        if (rc) {
            f->code = rc;
            f->column = column >= 0 ? mp->m->columns[column].name : "";
            f->value = column >= 0 && mp->cells[column].p ? mp->cells[column].p : "";
            snprintf(f->msg, sizeof(f->msg), "%s", err.msg);
            return rc;
        }
        if (holds) {
            *ret_skip = i;
            return 0;
        }
    }
    return 0;
}

/* Which rules apply and the earliest day; positive with a fault where that can't be told. */
static int rules_of(struct pt_mapper *mp, bool *applies, int32_t *days, int32_t *ret_day,
                    bool *ret_any, struct pt_fault_at *f, size_t *ret_rule) {
    *ret_day = 0;
    *ret_any = false;
    for (size_t i = 0; i < mp->m->n_rules; i++) {
        *ret_rule = i;
        if (pt_row_applies(mp, &mp->m->rules[i], &applies[i], &days[i], f))
            return 1;
        if (!applies[i])
            continue;
        if (!*ret_any || days[i] < *ret_day)
            *ret_day = days[i];
        *ret_any = true;
    }
    return 0;
}

/* *ret_held: the row's day has not come. */
static int map_row(struct pt_mapper *mp, const struct pt_row *row, bool *ret_held,
                   struct pt_err *err) {
    int64_t sum[PT_MAPPING_MAX_SUMS] = {0};
    bool applies[PT_MAPPING_MAX_RECORDS] = {false}, any = false;
    int32_t days[PT_MAPPING_MAX_RECORDS] = {0}, day = 0;
    struct pt_fault_at f = {.column = "", .value = ""};
    size_t skip = SIZE_MAX, rule = SIZE_MAX;
    struct pt_tally *t = &mp->prev.tally;
    *ret_held = false;
    pt_arena_reset(&mp->row_arena);
    bool dead = row->bad != 0;
    if (dead) {
        f.code = row->bad;
        snprintf(f.msg, sizeof(f.msg), "%s", row->bad_msg);
    } else {
        int rc = pt_columns_eval(mp->m, mp->bound, row, &mp->row_arena, mp->cells, err);
        if (rc)
            return rc;
        pt_row_sums(mp->m, mp->cells, sum);
        dead = skipped(mp, &skip, &f) != 0;
        if (!dead && skip == SIZE_MAX)
            dead = rules_of(mp, applies, days, &day, &any, &f, &rule) != 0;
    }
    if (!dead && any && mp->until && day > mp->until) {
        mp->waiting = day;
        *ret_held = true;
        return close_group(mp, err);
    }
    bool collects = !dead && any && mp->m->rules[0].grouped;
    if (collects && ends_group(mp, day)) {
        int rc = close_group(mp, err);
        if (rc)
            return rc;
    }
    pt_tally_add(&t->read, sum);
    if (dead)
        return dead_row(mp, row, sum, rule, &f);
    if (!any) {
        pt_tally_add(skip != SIZE_MAX ? &t->skipped[skip] : &t->unmatched, sum);
        pass_row(mp, row);
        return 0;
    }
    return collects ? map_grouped(mp, row, sum, day, err)
                    : map_single(mp, row, sum, applies, days, err);
}

int pt_mapper_step(struct pt_mapper *mp, uint64_t max_rows, bool *ret_more, struct pt_err *err) {
    *ret_more = true;
    mp->waiting = 0;
    PT_ASSERT(mp->src.ops != NULL);
    for (uint64_t i = 0; i < max_rows && !mp->ended; i++) {
        bool held;
        int rc = 0;
        if (mp->held == NULL)
            rc = pt_source_next(&mp->src, &mp->held, err);
        if (rc)
            return rc;
        if (mp->held == NULL) {
            rc = close_group(mp, err);
            if (rc)
                return rc;
            mp->ended = true;
            break;
        }
        const struct pt_row *row = mp->held;
        rc = map_row(mp, row, &held, err);
        if (rc || held)
            return rc;
        mp->held = NULL;
    }
    *ret_more = !mp->ended;
    return 0;
}

/* ---- deferred rows ---- */

static int again_single(struct pt_mapper *mp, struct pt_row *row, size_t rule, struct pt_err *err) {
    struct done_rule d = {.outcome = PT_OUT_NONE, .fault = {.column = "", .value = ""}};
    int64_t sum[PT_MAPPING_MAX_SUMS] = {0};
    bool applies = false;
    int rc = 0;
    pt_arena_reset(&mp->rec_arena);
    if (pt_row_applies(mp, &mp->m->rules[rule], &applies, &d.day, &d.fault))
        d.outcome = PT_OUT_DEAD;
    else if (applies)
        rc = build_one(mp, &mp->m->rules[rule], row, sum, &mp->rec_arena, &d, err);
    if (rc == 0 && d.outcome != PT_OUT_NONE)
        rc = emit_rule(mp, row, mp->identity, rule, &d, "", err);
    return rc;
}

static int again_row(struct pt_mapper *mp, struct pt_row *row, size_t rule, bool *first,
                     struct pt_err *err) {
    const struct pt_rule *r = &mp->m->rules[rule];
    int64_t sum[PT_MAPPING_MAX_SUMS] = {0};
    struct pt_fault_at f = {.column = "", .value = ""};
    bool applies, dead = false;
    int32_t day;
    int bad, rc = 0;
    const char *key;
    pt_arena_reset(&mp->row_arena);
    rc = pt_columns_eval(mp->m, mp->identity, row, &mp->row_arena, mp->cells, err);
    if (rc || !r->grouped)
        return rc ? rc : again_single(mp, row, rule, err);
    if (pt_row_applies(mp, r, &applies, &day, &f))
        return pt_emit_dead(mp, row->file, row->line, rule, &f, "");
    if (pt_group_key(r, mp->cells, &mp->row_arena, &key, &bad))
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    if (*first)
        rc = pt_group_open(mp, &mp->again, r, row, key, day, err);
    *first = false;
    if (rc == 0)
        rc = pt_group_add(mp, &mp->again, row, mp->identity, sum, &dead, &f, err);
    return rc == 0 && dead ? pt_emit_dead(mp, row->file, row->line, rule, &f, "") : rc;
}

/* Deferred rows are mapped by themselves: counts and places stay as they are. */
int pt_mapper_again(struct pt_mapper *mp, struct pt_span packed, size_t rule, struct pt_err *err) {
    struct pt_row row;
    struct pt_arena arena;
    bool first = true;
    int rc = 0;
    if (rule >= mp->m->n_rules)
        return pt_err_set(err, PT_E_RANGE, "the mapping %s has no record %zu", mp->m->name, rule);
    pt_arena_init(&arena, 64u << 20);
    while (rc == 0) {
        pt_arena_reset(&arena);
        rc = pt_unpack_row(&packed, &arena, &row);
        if (rc && rc != PT_E_NOT_FOUND)
            pt_err_set(err, rc, "these bytes are no deferred row");
        if (rc == 0)
            rc = again_row(mp, &row, rule, &first, err);
    }
    if (rc == PT_E_NOT_FOUND)
        rc = first ? 0 : pt_group_close(mp, &mp->again, rule, NULL, NULL, err);
    pt_arena_done(&arena);
    return rc;
}

void pt_mapper_until(struct pt_mapper *mp, int32_t day) {
    mp->until = day;
}

int32_t pt_mapper_waiting(const struct pt_mapper *mp) {
    return mp->waiting;
}

bool pt_mapper_unfinished(struct pt_mapper *mp) {
    return pt_source_unfinished(&mp->src);
}

bool pt_mapper_settled(const struct pt_mapper *mp) {
    return !mp->open;
}

const struct pt_tally *pt_mapper_tally(const struct pt_mapper *mp) {
    return &mp->prev.tally;
}

const char *pt_mapper_position(struct pt_mapper *mp) {
    return position(mp);
}
