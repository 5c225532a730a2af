/* A group: rows that become one record. Its references must all be there; where one is missing the
 * whole group waits, so that a document is never split. A row that can't be mapped is set aside
 * alone and the group goes on. */
#include "mapper.h"

#include <stdio.h>
#include <string.h>

#define GROUP_ARENA_MAX ((size_t)64 << 20)
#define GROUP_PACKED_MAX ((size_t)64 << 20)
#define GROUP_KEY_MAX ((size_t)1 << 20)

int pt_group_init(struct pt_group *g) {
    memset(g, 0, sizeof(*g));
    pt_arena_init(&g->arena, GROUP_ARENA_MAX);
    pt_buf_init(&g->key, GROUP_KEY_MAX);
    pt_buf_init(&g->packed, GROUP_PACKED_MAX);
    return 0;
}

void pt_group_done(struct pt_group *g) {
    pt_arena_done(&g->arena);
    pt_buf_done(&g->key);
    pt_buf_done(&g->packed);
}

int pt_group_open(struct pt_mapper *mp, struct pt_group *g, const struct pt_rule *rule,
                  const struct pt_row *row, const char *key, int32_t day, struct pt_err *err) {
    const struct pt_cell *c = rule->doc_key >= 0 ? &mp->cells[rule->doc_key] : NULL;
    const char *doc = c && !c->bad ? c->p : "";
    pt_buf_reset(&g->key);
    pt_buf_reset(&g->packed);
    pt_buf_append(&g->key, key, strlen(key) + 1);
    if (pt_buf_append(&g->key, doc, strlen(doc) + 1))
        return pt_err_set(err, g->key.failed, "%s line %llu: the group's key is too long",
                          row->file, (unsigned long long)row->line);
    pt_arena_reset(&g->arena);
    pt_build_begin(&g->build, rule, &g->arena);
    snprintf(g->file, sizeof(g->file), "%s", row->file);
    g->day = day;
    g->first_line = g->last_line = row->line;
    g->deferred = false;
    return 0;
}

static bool has_refs(const struct pt_rule *rule) {
    for (size_t i = 0; i < rule->n_fields; i++)
        if (rule->fields[i].kind == PT_FIELD_REF)
            return true;
    return false;
}

int pt_group_add(struct pt_mapper *mp, struct pt_group *g, const struct pt_row *row,
                 const unsigned *bound, const int64_t *sum, bool *ret_dead,
                 struct pt_fault_at *fault, struct pt_err *err) {
    int64_t add[PT_MAPPING_MAX_TOTALS];
    enum pt_outcome outcome;
    struct pt_want want;
    *ret_dead = false;
    int rc = pt_row_values(mp, g->build.rule, add, &outcome, fault, &want, err);
    if (rc)
        return rc;
    if (outcome == PT_OUT_DEAD) {
        *ret_dead = true;
        return 0;
    }
    if (outcome == PT_OUT_DEFER && !g->deferred) {
        g->deferred = true;
        snprintf(g->want_party, sizeof(g->want_party), "%s", want.party);
        snprintf(g->want_type, sizeof(g->want_type), "%s", want.type);
        snprintf(g->want_doc_no, sizeof(g->want_doc_no), "%s", want.doc_no);
    }
    rc = pt_build_row(&g->build, mp->vals, row->line, add, sum);
    if (rc == 0)
        rc = pt_set_source(mp, &g->build, row);
    if (rc == 0 && has_refs(g->build.rule))
        rc = pt_pack_row(mp, row, bound, &g->packed);
    g->last_line = row->line;
    return rc ? pt_err_set(err, rc, "%s line %llu: the group doesn't fit in memory", row->file,
                           (unsigned long long)row->line)
              : 0;
}

/* Sets the rows of the group's faults aside until what is left is valid, or nothing is. */
static int validate(struct pt_mapper *mp, struct pt_group *g, size_t rule, struct pt_tally *tally,
                    const char *position, bool *ret_left, struct pt_err *err) {
    struct pt_build *b = &g->build;
    size_t left = b->n_rows;
    *ret_left = true;
    for (;;) {
        char path[160];
        struct pt_fault_at f;
        int rc = pt_build_end(b);
        if (rc)
            return pt_err_set(err, rc, "%s: the record doesn't fit in memory", g->file);
        if (pt_validated(mp, b, false, path, &f) == 0)
            return 0;
        long bad = left > 1 ? pt_build_row_of(b, path) : -1;
        for (size_t i = 0; i < b->n_rows; i++) {
            if (b->rows[i].gone || (bad >= 0 && (size_t)bad != i))
                continue;
            if (tally)
                pt_tally_add(&tally->dead, b->rows[i].sum);
            rc = pt_emit_dead(mp, g->file, b->rows[i].line, rule, &f, position);
            if (rc)
                return rc;
            pt_build_drop_row(b, i);
            left--;
        }
        if (left == 0) {
            *ret_left = false;
            return 0;
        }
    }
}

int pt_group_close(struct pt_mapper *mp, struct pt_group *g, size_t rule, struct pt_tally *tally,
                   const char *(*done)(struct pt_mapper *mp), struct pt_err *err) {
    const struct pt_want want = {g->want_party, g->want_type, g->want_doc_no};
    bool left = g->build.n_rows > 0;
    int rc = 0;
    if (left && !g->deferred)
        rc = validate(mp, g, rule, tally, done ? pt_mapper_position(mp) : "", &left, err);
    if (rc)
        return rc;
    for (size_t i = 0; tally && i < g->build.n_rows; i++)
        if (!g->build.rows[i].gone)
            pt_tally_add(g->deferred ? &tally->deferred : &tally->mapped, g->build.rows[i].sum);
    if (tally && left && !g->deferred)
        tally->records[rule]++;
    const char *position = done ? done(mp) : "";
    if (left && g->deferred)
        rc = pt_emit_defer(mp, g->file, g->first_line, rule, pt_buf_span(&g->packed), &want,
                           position);
    else if (left)
        rc = pt_emit_record(mp, rule, &g->build, g->file,
                            (const char *)g->key.p + strlen((const char *)g->key.p) + 1, g->day,
                            g->first_line, g->last_line, position);
    return rc;
}
