/* Rows of one group brought together, wherever they stand in the source.
 *
 * The source is read once to its end; its rows are spooled into an unlinked temporary file and
 * numbered by group in order of first appearance. Memory: 16 bytes a row and the groups' keys. A
 * position is the number of rows handed out and of rows in all: it holds only while the source is
 * complete and the same. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GATHER_MAX_ROWS 100000000u
#define GATHER_MAX_SPOOL ((uint64_t)64 << 30)

struct gathered_row {
    uint64_t offset;
    uint32_t len;
    uint32_t group;
};

struct gather {
    struct pt_source inner;
    FILE *spool;
    struct gathered_row *rows; /* in order of groups once opened */
    size_t n, cap, next;
    struct pt_buf packed;
    struct pt_arena arena; /* of the row handed out */
    struct pt_row row;
};

int pt_group_key(const struct pt_rule *rule, const struct pt_cell *cells, struct pt_arena *arena,
                 const char **ret_key, int *ret_bad_column) {
    size_t len = 1;
    *ret_bad_column = -1;
    for (size_t i = 0; i < rule->n_by; i++) {
        if (cells[rule->by[i]].bad)
            *ret_bad_column = rule->by[i];
        else
            len += cells[rule->by[i]].len + 1;
    }
    char *key = pt_arena_alloc(arena, len), *p = key;
    if (key == NULL)
        return PT_E_NOMEM;
    for (size_t i = 0; i < rule->n_by; i++) {
        const struct pt_cell *c = &cells[rule->by[i]];
        if (c->bad)
            continue;
        memcpy(p, c->p, c->len);
        p += c->len;
        *p++ = '\x1F';
    }
    *p = '\0';
    *ret_key = key;
    return 0;
}

static int spool_row(struct gather *g, const struct pt_row *row, uint32_t group, uint64_t *offset,
                     struct pt_err *err) {
    if (g->n == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 1024;
        void *p = g->n < GATHER_MAX_ROWS ? realloc(g->rows, cap * sizeof(*g->rows)) : NULL;
        if (p == NULL)
            return pt_err_set(err, PT_E_TOO_LARGE, "%s: more rows than can be gathered", row->file);
        g->rows = p;
        g->cap = cap;
    }
    pt_buf_reset(&g->packed);
    int rc = pt_row_pack(row, &g->packed);
    if (rc)
        return pt_err_set(err, rc, "%s line %llu: the row doesn't fit", row->file,
                          (unsigned long long)row->line);
    if (fwrite(g->packed.p, 1, g->packed.len, g->spool) != g->packed.len ||
        *offset > GATHER_MAX_SPOOL)
        return pt_err_set(err, PT_E_IO, "%s: the temporary file is full (see TMPDIR)", row->file);
    g->rows[g->n++] = (struct gathered_row){*offset, (uint32_t)g->packed.len, group};
    *offset += g->packed.len;
    return 0;
}

/* The group's number by its key, in order of first appearance. */
static int group_number(struct pt_table *groups, const char *key, uint32_t *ret,
                        struct pt_err *err) {
    char number[16];
    const char *seen = pt_table_get(groups, key, strlen(key));
    if (seen) {
        *ret = (uint32_t)strtoul(seen, NULL, 10);
        return 0;
    }
    *ret = (uint32_t)groups->n;
    snprintf(number, sizeof(number), "%zu", groups->n);
    return pt_table_add(groups, key, number, err);
}

static int read_all(struct gather *g, const struct pt_mapping *m, const unsigned *bound,
                    struct pt_table *groups, struct pt_err *err) {
    struct pt_cell *cells = calloc(m->n_columns + 1, sizeof(*cells));
    uint64_t offset = 0;
    int rc = 0;
    if (cells == NULL) {
        pt_err_set(err, PT_E_NOMEM, "out of memory");
        return PT_E_NOMEM;
    }
    while (rc == 0) {
        const struct pt_row *row;
        const char *key = "";
        uint32_t group = 0;
        int bad;
        rc = pt_source_next(&g->inner, &row, err);
        if (rc || row == NULL)
            break;
        pt_arena_reset(&g->arena);
        if (row->bad == 0)
            rc = pt_columns_eval(m, bound, row, &g->arena, cells, err);
        if (rc == 0 && row->bad == 0 && pt_group_key(&m->rules[0], cells, &g->arena, &key, &bad))
            rc = pt_err_set(err, PT_E_NOMEM, "out of memory");
        if (rc == 0)
            rc = group_number(groups, key, &group, err);
        if (rc == 0)
            rc = spool_row(g, row, group, &offset, err);
    }
    free(cells);
    if (rc == 0 && fflush(g->spool))
        rc = pt_err_set(err, PT_E_IO, "the temporary file is full (see TMPDIR)");
    return rc;
}

static int sort_by_group(struct gather *g, size_t n_groups, struct pt_err *err) {
    size_t *start = calloc(n_groups + 2, sizeof(*start));
    struct gathered_row *sorted = calloc(g->n + 1, sizeof(*sorted));
    if (start && sorted) {
        for (size_t i = 0; i < g->n; i++)
            start[g->rows[i].group + 1]++;
        for (size_t i = 1; i <= n_groups; i++)
            start[i] += start[i - 1];
        for (size_t i = 0; i < g->n; i++)
            sorted[start[g->rows[i].group]++] = g->rows[i];
        free(g->rows);
        g->rows = sorted;
        sorted = NULL;
        free(start);
        return 0;
    }
    free(start);
    free(sorted);
    return pt_err_set(err, PT_E_NOMEM, "out of memory");
}

/* ---- the port ---- */

static int gather_next(void *self, const struct pt_row **ret_row, struct pt_err *err) {
    struct gather *g = self;
    *ret_row = NULL;
    if (g->next == g->n)
        return 0;
    const struct gathered_row *r = &g->rows[g->next];
    pt_buf_reset(&g->packed);
    pt_arena_reset(&g->arena);
    if (pt_buf_reserve(&g->packed, r->len) || fseeko(g->spool, (off_t)r->offset, SEEK_SET) ||
        fread(g->packed.p, 1, r->len, g->spool) != r->len)
        return pt_err_set(err, PT_E_IO, "the temporary file can't be read back");
    int rc = pt_row_unpack(pt_span(g->packed.p, r->len), &g->arena, &g->row);
    if (rc)
        return pt_err_set(err, rc, "the temporary file can't be read back");
    g->next++;
    snprintf(g->row.after, sizeof(g->row.after), "g%zu/%zu", g->next, g->n);
    *ret_row = &g->row;
    return 0;
}

static int gather_seek(void *self, const char *pos, struct pt_err *err) {
    struct gather *g = self;
    char *end = NULL;
    size_t next = pos[0] == 'g' ? strtoull(pos + 1, &end, 10) : 0;
    size_t n = end && *end == '/' ? strtoull(end + 1, &end, 10) : 0;
    if (end == NULL || *end != '\0' || next > n)
        return pt_err_set(err, PT_E_FORMAT, "\"%.60s\" is not a position of gathered rows", pos);
    if (n != g->n)
        return pt_err_set(err, PT_E_FORMAT,
                          "the file had %zu rows and has %zu now; gathered rows need a complete "
                          "file that stays as it is: give the new rows in a file of their own",
                          n, g->n);
    g->next = next;
    return 0;
}

static int gather_header(void *self, const struct pt_field **ret_names, size_t *ret_n,
                         struct pt_err *err) {
    struct gather *g = self;
    return pt_source_header(&g->inner, ret_names, ret_n, err);
}

static void gather_close(void *self) {
    struct gather *g = self;
    pt_source_close(&g->inner);
    if (g->spool)
        fclose(g->spool);
    pt_buf_done(&g->packed);
    pt_arena_done(&g->arena);
    free(g->rows);
    free(g);
}

int pt_gather_open_take(const struct pt_mapping *m, const unsigned *bound, struct pt_source *inner,
                        struct pt_source *ret, struct pt_err *err) {
    static const struct pt_source_ops ops = {gather_next, gather_seek, gather_header, gather_close,
                                             NULL};
    memset(ret, 0, sizeof(*ret));
    struct gather *g = calloc(1, sizeof(*g));
    if (g == NULL) {
        pt_source_close(inner);
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    g->inner = *inner;
    memset(inner, 0, sizeof(*inner));
    pt_buf_init(&g->packed, 16u << 20);
    pt_arena_init(&g->arena, 64u << 20);
    struct pt_arena keys;
    struct pt_table groups = {0};
    pt_arena_init(&keys, (size_t)256 << 20);
    g->spool = tmpfile();
    int rc = g->spool ? 0 : pt_err_set(err, PT_E_IO, "no temporary file can be made (see TMPDIR)");
    if (rc == 0 && pt_table_init(&groups, "group", &keys))
        rc = pt_err_set(err, PT_E_NOMEM, "out of memory");
    if (rc == 0)
        rc = read_all(g, m, bound, &groups, err);
    if (rc == 0)
        rc = sort_by_group(g, groups.n, err);
    pt_table_done(&groups);
    pt_arena_done(&keys);
    if (rc) {
        gather_close(g);
        return rc;
    }
    ret->ops = &ops;
    ret->self = g;
    return 0;
}
