/* The columns of a row, and conditions on them. */
#include "internal.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include <pentad/base/codec.h>

/* ASCII white space, no-break space, ideographic space: at either end of a cell they mean nothing.
 */
void pt_text_trim(const char **p, size_t *len) {
    for (;;) {
        const char *s = *p;
        if (*len >= 1 && (*s == ' ' || (*s >= '\t' && *s <= '\r'))) {
            (*p)++;
            (*len)--;
        } else if (*len >= 2 && memcmp(s, "\xC2\xA0", 2) == 0) {
            *p += 2;
            *len -= 2;
        } else if (*len >= 3 && memcmp(s, "\xE3\x80\x80", 3) == 0) {
            *p += 3;
            *len -= 3;
        } else {
            break;
        }
    }
    for (;;) {
        const char *e = *p + *len;
        if (*len >= 1 && (e[-1] == ' ' || (e[-1] >= '\t' && e[-1] <= '\r')))
            (*len)--;
        else if (*len >= 2 && memcmp(e - 2, "\xC2\xA0", 2) == 0)
            *len -= 2;
        else if (*len >= 3 && memcmp(e - 3, "\xE3\x80\x80", 3) == 0)
            *len -= 3;
        else
            break;
    }
}

static int set_cell(struct pt_cell *cell, struct pt_arena *arena, const char *p, size_t len) {
    cell->bad = 0;
    if (p[len] == '\0') {
        cell->p = p;
        cell->len = len;
        return 0;
    }
    char *copy = pt_arena_alloc(arena, len + 1);
    if (copy == NULL)
        return PT_E_NOMEM;
    memcpy(copy, p, len);
    copy[len] = '\0';
    cell->p = copy;
    cell->len = len;
    return 0;
}

static void bad_cell(struct pt_cell *cell, int code, const char *why) {
    cell->bad = code;
    cell->why = why;
}

/* ---- what a column does to its text ---- */

static size_t char_len(const char *p) {
    unsigned char c = (unsigned char)*p;
    return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

static void cut(const struct pt_column *col, const char **p, size_t *len) {
    size_t i = 0;
    for (unsigned k = 1; k < col->cut_from && i < *len; k++)
        i += char_len(*p + i);
    size_t j = i;
    for (unsigned k = 0; k < col->cut_len && j < *len; k++)
        j += char_len(*p + j);
    if (i > *len)
        i = *len;
    if (j > *len)
        j = *len;
    *p += i;
    *len = j - i;
}

static int pad(const struct pt_column *col, struct pt_arena *arena, const char **p, size_t *len) {
    if (*len >= col->pad)
        return 0;
    char *s = pt_arena_alloc(arena, col->pad + 1u);
    if (s == NULL)
        return PT_E_NOMEM;
    memset(s, col->fill, col->pad - *len);
    memcpy(s + col->pad - *len, *p, *len);
    s[col->pad] = '\0';
    *p = s;
    *len = col->pad;
    return 0;
}

static void strip(const char *what, const char **p, size_t *len) {
    size_t n = strlen(what);
    if (*len >= n && memcmp(*p, what, n) == 0) {
        *p += n;
        *len -= n;
    }
    if (*len >= n && memcmp(*p + *len - n, what, n) == 0)
        *len -= n;
    pt_text_trim(p, len);
}

static int digest(const struct pt_column *col, struct pt_arena *arena, const char **p,
                  size_t *len) {
    unsigned char md[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    char *hex = pt_arena_alloc(arena, col->sha256 * 2u + 1);
    if (hex == NULL || !EVP_Digest(*p, *len, md, &n, EVP_sha256(), NULL))
        return PT_E_NOMEM;
    pt_hex(hex, md, col->sha256);
    *p = hex;
    *len = col->sha256 * 2u;
    return 0;
}

static int finish(const struct pt_column *col, struct pt_arena *arena, struct pt_cell *cell,
                  const char *p, size_t len) {
    int rc = 0;
    if (col->strip)
        strip(col->strip, &p, &len);
    if (len == 0 && col->fallback) {
        p = col->fallback;
        len = strlen(p);
    }
    if (len && col->cut_from)
        cut(col, &p, &len);
    if (len && col->pad)
        rc = pad(col, arena, &p, &len);
    if (rc == 0 && len && col->sha256)
        rc = digest(col, arena, &p, &len);
    if (rc == 0)
        rc = set_cell(cell, arena, p, len);
    if (rc == 0 && len && col->codes) {
        const char *to = pt_table_get(col->codes, cell->p, cell->len);
        if (to == NULL)
            to = col->other;
        if (to == NULL) {
            bad_cell(cell, PT_E_CODE,
                     pt_arena_printf(arena, "\"%.80s\" is not in the code table %s", cell->p,
                                     col->codes->name));
            return cell->why ? 0 : PT_E_NOMEM;
        }
        cell->p = to;
        cell->len = strlen(to);
    }
    return rc;
}

static int eval_base(const struct pt_column *col, unsigned bound, const struct pt_row *row,
                     struct pt_arena *arena, struct pt_cell *cell) {
    if (col->kind == PT_COL_FILE)
        return finish(col, arena, cell, row->file, strlen(row->file));
    if (col->kind == PT_COL_ROW) {
        const char *s = pt_arena_printf(arena, "%llu", (unsigned long long)row->line);
        return s ? finish(col, arena, cell, s, strlen(s)) : PT_E_NOMEM;
    }
    if (bound >= row->n) {
        if (col->optional)
            return finish(col, arena, cell, "", 0);
        cell->p = "";
        cell->len = 0;
        bad_cell(cell, PT_E_COLUMN, pt_arena_printf(arena, "the row has only %zu columns", row->n));
        return cell->why ? 0 : PT_E_NOMEM;
    }
    const char *p = row->fields[bound].p;
    size_t len = row->fields[bound].len;
    pt_text_trim(&p, &len);
    return col->plain ? set_cell(cell, arena, p, len) : finish(col, arena, cell, p, len);
}

static int eval_template(const struct pt_column *col, struct pt_arena *arena, struct pt_cell *cells,
                         struct pt_cell *cell) {
    size_t len = 0, columns = 0, empty = 0;
    for (size_t i = 0; i < col->n_terms; i++) {
        const struct pt_term *t = &col->terms[i];
        if (t->column < 0) {
            len += strlen(t->text);
            continue;
        }
        const struct pt_cell *c = &cells[t->column];
        if (c->bad) {
            *cell = *c;
            return 0;
        }
        columns++;
        empty += c->len == 0;
        len += c->len;
    }
    if (columns > 0 && empty == columns)
        return finish(col, arena, cell, "", 0);
    if (col->n_terms == 1 && columns == 1)
        return finish(col, arena, cell, cells[col->terms[0].column].p,
                      cells[col->terms[0].column].len);
    char *s = pt_arena_alloc(arena, len + 1);
    if (s == NULL)
        return PT_E_NOMEM;
    size_t o = 0;
    for (size_t i = 0; i < col->n_terms; i++) {
        const struct pt_term *t = &col->terms[i];
        const char *p = t->column < 0 ? t->text : cells[t->column].p;
        size_t n = t->column < 0 ? strlen(t->text) : cells[t->column].len;
        memcpy(s + o, p, n);
        o += n;
    }
    s[o] = '\0';
    return finish(col, arena, cell, s, o);
}

int pt_columns_eval(const struct pt_mapping *m, const unsigned *bound, const struct pt_row *row,
                    struct pt_arena *arena, struct pt_cell *cells, struct pt_err *err) {
    int rc = 0;
    memset(cells, 0, m->n_columns * sizeof(*cells));
    for (size_t i = 0; i < m->n_columns && rc == 0; i++)
        if (m->columns[i].kind != PT_COL_TEMPLATE)
            rc = eval_base(&m->columns[i], bound[i], row, arena, &cells[i]);
    for (size_t i = 0; i < m->n_columns && rc == 0; i++)
        if (m->columns[i].kind == PT_COL_TEMPLATE)
            rc = eval_template(&m->columns[i], arena, cells, &cells[i]);
    return rc ? pt_err_set(err, rc, "%s line %llu: the row doesn't fit in memory", row->file,
                           (unsigned long long)row->line)
              : 0;
}

/* ---- conditions ---- */

static int cond_holds(const struct pt_cond *c, const struct pt_cell *cell, bool *ret,
                      struct pt_err *err) {
    int sign = 0;
    *ret = false;
    switch (c->kind) {
    case PT_COND_EQUALS:
        *ret = strcmp(cell->p, c->text) == 0;
        return 0;
    case PT_COND_DIFFERS:
        *ret = strcmp(cell->p, c->text) != 0;
        return 0;
    case PT_COND_IN:
        for (size_t i = 0; i < c->n_in && !*ret; i++)
            *ret = strcmp(cell->p, c->in[i]) == 0;
        return 0;
    case PT_COND_MATCHES:
        *ret = regexec(c->re, cell->p, 0, NULL, 0) == 0;
        return 0;
    case PT_COND_EMPTY:
        *ret = (cell->len == 0) == c->want;
        return 0;
    case PT_COND_ZERO:
    case PT_COND_NEGATIVE:
        break;
    }
    if (cell->len) { /* an empty cell is neither zero nor negative */
        int rc = pt_value_sign(cell->p, cell->len, &c->style, &sign, err);
        if (rc)
            return rc;
    }
    *ret = (c->kind == PT_COND_ZERO ? cell->len && sign == 0 : sign < 0) == c->want;
    return 0;
}

int pt_conds_hold(const struct pt_cond *c, size_t n, const struct pt_cell *cells, bool *ret,
                  int *ret_column, struct pt_err *err) {
    *ret = true;
    for (size_t i = 0; i < n && *ret; i++) {
        const struct pt_cell *cell = &cells[c[i].column];
        *ret_column = c[i].column;
        int rc = cell->bad ? pt_err_set(err, cell->bad, "%s", cell->why)
                           : cond_holds(&c[i], cell, ret, err);
        if (rc)
            return rc;
    }
    return 0;
}
