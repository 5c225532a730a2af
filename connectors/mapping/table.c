/* Code tables: a text to a text, from the mapping or from a CSV file beside it. */
#include "internal.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>

uint64_t pt_fnv(const void *p, size_t n) {
    const unsigned char *s = p;
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ s[i]) * 0x100000001b3u;
    return h ? h : 1;
}

int pt_table_init(struct pt_table *t, const char *name, struct pt_arena *arena) {
    memset(t, 0, sizeof(*t));
    t->name = name;
    t->arena = arena;
    t->cap = 16;
    t->entries = calloc(t->cap, sizeof(*t->entries));
    return t->entries ? 0 : PT_E_NOMEM;
}

void pt_table_done(struct pt_table *t) {
    free(t->entries);
    memset(t, 0, sizeof(*t));
}

static struct pt_table_entry *find(struct pt_table_entry *entries, size_t cap, const char *from,
                                   size_t len, uint64_t h) {
    size_t i = h & (cap - 1);
    while (entries[i].hash && !(entries[i].hash == h && strlen(entries[i].from) == len &&
                                memcmp(entries[i].from, from, len) == 0))
        i = (i + 1) & (cap - 1);
    return &entries[i];
}

static int grow(struct pt_table *t) {
    size_t cap = t->cap * 2;
    struct pt_table_entry *old = t->entries, *bigger = calloc(cap, sizeof(*bigger));
    if (bigger == NULL)
        return PT_E_NOMEM;
    for (size_t i = 0; i < t->cap; i++)
        if (old[i].hash)
            *find(bigger, cap, old[i].from, strlen(old[i].from), old[i].hash) = old[i];
    t->entries = bigger;
    t->cap = cap;
    free(old);
    return 0;
}

int pt_table_add(struct pt_table *t, const char *from, const char *to, struct pt_err *err) {
    if (t->n >= PT_MAPPING_MAX_ENTRIES)
        return pt_err_set(err, PT_E_TOO_LARGE, "code table %s: more than %d codes", t->name,
                          PT_MAPPING_MAX_ENTRIES);
    if ((t->n + 1) * 4 > t->cap * 3 && grow(t))
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    size_t len = strlen(from);
    uint64_t h = pt_fnv(from, len);
    struct pt_table_entry *e = find(t->entries, t->cap, from, len, h);
    if (e->hash && strcmp(e->to, to) == 0)
        return 0;
    if (e->hash)
        return pt_err_set(err, PT_E_EXISTS, "code table %s: \"%s\" means both \"%s\" and \"%s\"",
                          t->name, from, e->to, to);
    e->from = pt_arena_strdup(t->arena, from);
    e->to = pt_arena_strdup(t->arena, to);
    if (e->from == NULL || e->to == NULL)
        return pt_err_set(err, PT_E_NOMEM, "code table %s doesn't fit in memory", t->name);
    e->hash = h;
    t->n++;
    return 0;
}

const char *pt_table_get(const struct pt_table *t, const char *from, size_t len) {
    const struct pt_table_entry *e = find(t->entries, t->cap, from, len, pt_fnv(from, len));
    return e->hash ? e->to : NULL;
}

/* ---- from a file: UTF-8 CSV with a header; key and value by heading (default: the first two)  */

#define TABLE_MAX_COLUMNS 64

struct reader {
    struct pt_table *t;
    const struct ym_table *spec;
    const char *path;
    char *cell[TABLE_MAX_COLUMNS];
    size_t n;
    bool header_read;
    size_t key, value;
    uint64_t row;
    int rc;
    struct pt_err *err;
};

static void on_cell(void *p, size_t len, void *data) {
    struct reader *r = data;
    if (r->rc || r->n == TABLE_MAX_COLUMNS)
        return;
    r->cell[r->n] = strndup(p ? p : "", len);
    if (r->cell[r->n] == NULL)
        r->rc = pt_err_set(r->err, PT_E_NOMEM, "out of memory");
    else
        r->n++;
}

static size_t heading(struct reader *r, const char *want, size_t otherwise) {
    if (want == NULL)
        return otherwise;
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->cell[i], want) == 0)
            return i;
    if (r->rc == 0)
        r->rc = pt_err_set(r->err, PT_E_COLUMN, "code table %s: %s has no column \"%s\"",
                           r->t->name, r->path, want);
    return 0;
}

static void on_line(int c, void *data) {
    (void)c;
    struct reader *r = data;
    r->row++;
    if (r->rc == 0 && !r->header_read) {
        r->key = heading(r, r->spec->key, 0);
        r->value = heading(r, r->spec->value, 1);
        r->header_read = true;
    } else if (r->rc == 0 && (r->key >= r->n || r->value >= r->n)) {
        r->rc = pt_err_set(r->err, PT_E_COLUMN, "code table %s: %s row %llu has %zu columns only",
                           r->t->name, r->path, (unsigned long long)r->row, r->n);
    } else if (r->rc == 0) {
        const char *from = r->cell[r->key];
        size_t len = strlen(from);
        pt_text_trim(&from, &len);
        r->cell[r->key][(size_t)(from - r->cell[r->key]) + len] = '\0';
        r->rc = pt_table_add(r->t, from, r->cell[r->value], r->err);
    }
    for (size_t i = 0; i < r->n; i++)
        free(r->cell[i]);
    r->n = 0;
}

int pt_table_load(struct pt_table *t, const char *path, const struct ym_table *spec,
                  struct pt_err *err) {
    struct pt_buf text;
    struct csv_parser parser;
    struct reader r = {.t = t, .spec = spec, .path = path, .err = err};
    pt_buf_init(&text, PT_MAPPING_MAX_TABLE);
    int rc = pt_file_read(path, &text, err);
    if (rc) {
        pt_buf_done(&text);
        return rc;
    }
    const char *p = (const char *)text.p;
    size_t n = text.len;
    if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
        p += 3;
        n -= 3;
    }
    if (csv_init(&parser, CSV_APPEND_NULL)) {
        pt_buf_done(&text);
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    if (spec->separator && spec->separator[0])
        csv_set_delim(&parser, (unsigned char)spec->separator[0]);
    if (n && csv_parse(&parser, p, n, on_cell, on_line, &r) != n && r.rc == 0)
        r.rc = pt_err_set(err, PT_E_FORMAT, "code table %s: %s is no CSV file", t->name, path);
    csv_fini(&parser, on_cell, on_line, &r);
    csv_free(&parser);
    for (size_t i = 0; i < r.n; i++)
        free(r.cell[i]);
    pt_buf_done(&text);
    if (r.rc == 0 && !r.header_read)
        r.rc = pt_err_set(err, PT_E_FORMAT, "code table %s: %s is empty", t->name, path);
    return r.rc;
}
