/* A mapping file's structs to a compiled mapping: source, tables, columns, skips, sums.
 * Records are in compile_record.c. */
#include "compile.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>

void pt_comp_fail(struct compiler *c, const char *fmt, ...) {
    char msg[200];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    pt_err_set(c->err, PT_E_CONFIG, "%s: %s%s%s", c->m->file, c->where ? c->where : "",
               c->where ? ": " : "", msg);
}

static int no_memory(struct compiler *c) {
    pt_err_set(c->err, PT_E_NOMEM, "%s: the mapping doesn't fit in memory", c->m->file);
    return PT_E_NOMEM;
}

static const char *var_value(const struct compiler *c, const char *name, size_t len) {
    for (size_t i = 0; i < c->n_vars; i++)
        if (strlen(c->vars[i].name) == len && memcmp(c->vars[i].name, name, len) == 0)
            return c->vars[i].value;
    for (size_t i = 0; i < c->f->n_vars; i++)
        if (strlen(c->f->vars[i].name) == len && memcmp(c->f->vars[i].name, name, len) == 0)
            return c->f->vars[i].value;
    return NULL;
}

const char *pt_comp_text(struct compiler *c, const char *s, int *ret_rc) {
    struct pt_buf out;
    if (s == NULL || *ret_rc)
        return NULL;
    pt_buf_init(&out, 16 * 1024);
    while (*s) {
        const char *end = s[0] == '$' && s[1] == '{' ? strchr(s, '}') : NULL;
        if (end == NULL) {
            pt_buf_putc(&out, *s++);
            continue;
        }
        const char *v = var_value(c, s + 2, (size_t)(end - s) - 2);
        if (v == NULL) {
            *ret_rc = PT_COMP_FAIL(c, "%.*s is no variable of this mapping (see `vars:`)",
                                   (int)(end - s + 1), s);
            break;
        }
        pt_buf_puts(&out, v);
        s = end + 1;
    }
    const char *text = pt_buf_cstr(&out), *copy = NULL;
    if (text)
        copy = pt_arena_strdup(&c->m->arena, text);
    pt_buf_done(&out);
    if (copy == NULL && *ret_rc == 0)
        *ret_rc = no_memory(c);
    return copy;
}

int pt_comp_yes(struct compiler *c, const char *key, const char *s, bool otherwise, bool *ret) {
    int rc = 0;
    const char *v = pt_comp_text(c, s, &rc);
    *ret = otherwise;
    if (rc || v == NULL)
        return rc;
    if (pt_value_bool(v, ret, NULL))
        return PT_COMP_FAIL(c, "%s: \"%s\" is neither yes nor no", key, v);
    return 0;
}

int pt_comp_number(struct compiler *c, const char *key, const char *s, unsigned max,
                   unsigned *ret) {
    int rc = 0;
    const char *v = pt_comp_text(c, s, &rc);
    if (rc || v == NULL)
        return rc;
    char *end;
    unsigned long n = isdigit((unsigned char)*v) ? strtoul(v, &end, 10) : max + 1UL;
    if (n > max || *end != '\0')
        return PT_COMP_FAIL(c, "%s: \"%s\" is not a number up to %u", key, v, max);
    *ret = (unsigned)n;
    return 0;
}

/* ---- number style ---- */

int pt_comp_style(struct compiler *c, const char *decimal, const char *thousands, const char *round,
                  struct pt_number_style *ret) {
    int rc = 0;
    const char *d = pt_comp_text(c, decimal, &rc), *t = pt_comp_text(c, thousands, &rc);
    *ret = c->style;
    if (rc)
        return rc;
    if (d && strcmp(d, "auto") == 0)
        ret->decimal = 'a';
    else if (d && (strcmp(d, ".") == 0 || strcmp(d, ",") == 0))
        ret->decimal = d[0];
    else if (d)
        return PT_COMP_FAIL(c, "decimal: \"%s\" is none of . , auto", d);
    if (t && (strcmp(t, "none") == 0 || *t == '\0'))
        ret->thousands = 0;
    else if (t && strlen(t) == 1 && strchr(".,' ", *t))
        ret->thousands = *t;
    else if (t)
        return PT_COMP_FAIL(c, "thousands: \"%s\" is none of . , ' space none", t);
    if (ret->decimal != 'a' && ret->thousands == (ret->decimal ? ret->decimal : '.'))
        return PT_COMP_FAIL(c, "the decimal mark and the thousands separator are the same");
    return pt_comp_yes(c, "round", round, c->style.round, &ret->round);
}

/* ---- columns ---- */

static int new_column(struct compiler *c, struct pt_column **ret, int *ret_index) {
    if (c->m->n_columns == PT_MAPPING_MAX_COLUMNS)
        return PT_COMP_FAIL(c, "more than %d columns", PT_MAPPING_MAX_COLUMNS);
    *ret_index = (int)c->m->n_columns;
    *ret = &c->m->columns[c->m->n_columns++];
    memset(*ret, 0, sizeof(**ret));
    (*ret)->fill = '0';
    (*ret)->name = "";
    return 0;
}

static bool all_digits(const char *s) {
    size_t n = strspn(s, "0123456789");
    return n > 0 && n < 5 && s[n] == '\0';
}

int pt_comp_column(struct compiler *c, const char *name, int *ret) {
    for (size_t i = 0; i < c->m->n_columns; i++) {
        if (strcmp(c->m->columns[i].name, name) == 0) {
            *ret = (int)i;
            return 0;
        }
    }
    for (unsigned i = c->declared; i < c->f->n_columns; i++)
        if (strcmp(c->f->columns[i].name, name) == 0)
            return PT_COMP_FAIL(c, "column \"%s\" is used before it is declared", name);
    struct pt_column *col;
    int rc = new_column(c, &col, ret);
    if (rc)
        return rc;
    const char *copy = pt_arena_strdup(&c->m->arena, name);
    if (copy == NULL)
        return no_memory(c);
    col->name = copy;
    col->plain = true;
    if (name[0] == '@') {
        col->plain = false;
        col->kind = strcmp(name, "@file") == 0 ? PT_COL_FILE : PT_COL_ROW;
        if (strcmp(name, "@file") != 0 && strcmp(name, "@row") != 0)
            return PT_COMP_FAIL(c, "\"%s\" is none of @file, @row", name);
    } else if (all_digits(name)) {
        col->kind = PT_COL_AT;
        col->at = (unsigned)strtoul(name, NULL, 10);
        if (col->at == 0 || col->at > PT_ROW_MAX_FIELDS)
            return PT_COMP_FAIL(c, "columns are counted from 1 to %d", PT_ROW_MAX_FIELDS);
    } else {
        if (c->m->source.header == PT_HEADER_NO)
            return PT_COMP_FAIL(c,
                                "column \"%s\" is not declared, and the source has no header "
                                "to find it in",
                                name);
        col->kind = PT_COL_HEADER;
        col->header = col->name;
    }
    return 0;
}

static int add_term(struct compiler *c, struct pt_term *terms, size_t *n, const char *text,
                    size_t len, bool column) {
    if (*n == PT_MAPPING_MAX_TERMS)
        return PT_COMP_FAIL(c, "more than %d parts in a template", PT_MAPPING_MAX_TERMS);
    char *s = pt_arena_alloc(&c->m->arena, len + 1);
    if (s == NULL)
        return no_memory(c);
    memcpy(s, text, len);
    s[len] = '\0';
    terms[*n].text = s;
    terms[*n].column = -1;
    int rc = column ? pt_comp_column(c, s, &terms[*n].column) : 0;
    (*n)++;
    return rc;
}

/* "a{b}c": literal, column, literal; "{{" is a brace. */
static int parse_template(struct compiler *c, const char *t, struct pt_term *terms, size_t *n) {
    while (*t) {
        int rc;
        if (t[0] == '{' && t[1] != '{') {
            const char *end = strchr(t, '}');
            if (end == NULL || end == t + 1)
                return PT_COMP_FAIL(c, "template \"%.60s\": a column is {name}", t);
            rc = add_term(c, terms, n, t + 1, (size_t)(end - t) - 1, true);
            t = end + 1;
        } else {
            size_t len = t[0] == '{' ? 1 : strcspn(t, "{");
            rc = add_term(c, terms, n, t, len, false);
            t += t[0] == '{' ? 2 : len;
        }
        if (rc)
            return rc;
    }
    return 0;
}

static int terms_of(struct compiler *c, const struct ym_column *in, struct pt_term *terms,
                    size_t *n) {
    int rc = 0;
    const char *from = pt_comp_text(c, in->from, &rc), *t = pt_comp_text(c, in->template, &rc);
    const char *k = pt_comp_text(c, in->constant, &rc), *with = pt_comp_text(c, in->with, &rc);
    if (rc)
        return rc;
    if (from)
        return add_term(c, terms, n, from, strlen(from), true);
    if (t)
        return parse_template(c, t, terms, n);
    if (k)
        return add_term(c, terms, n, k, strlen(k), false);
    for (unsigned i = 0; i < in->n_join && rc == 0; i++) {
        const char *name = pt_comp_text(c, in->join[i], &rc);
        if (rc == 0 && i > 0 && with && *with)
            rc = add_term(c, terms, n, with, strlen(with), false);
        if (rc == 0)
            rc = add_term(c, terms, n, name, strlen(name), true);
    }
    return rc;
}

static int parse_cut(struct compiler *c, const char *s, struct pt_column *col) {
    int rc = 0;
    const char *v = pt_comp_text(c, s, &rc);
    if (rc || v == NULL)
        return rc;
    char *end = NULL;
    unsigned long from = isdigit((unsigned char)*v) ? strtoul(v, &end, 10) : 0, to = 0;
    bool open = from > 0 && end && strcmp(end, "-") == 0;
    if (from > 0 && end && end[0] == '-' && isdigit((unsigned char)end[1]))
        to = strtoul(end + 1, &end, 10);
    if (from == 0 || from > PT_ROW_MAX_FIELD || (!open && (to < from || *end != '\0')))
        return PT_COMP_FAIL(c, "cut: \"%s\" is not of the form 1-3 or 4- (characters)", v);
    col->cut_len =
        open || to - from >= PT_ROW_MAX_FIELD ? PT_ROW_MAX_FIELD : (unsigned)(to - from + 1);
    col->cut_from = (unsigned)from;
    return 0;
}

static const struct pt_table *table_by_name(const struct compiler *c, const char *name) {
    for (size_t i = 0; i < c->m->n_tables; i++)
        if (strcmp(c->m->tables[i].name, name) == 0)
            return &c->m->tables[i];
    return NULL;
}

static int column_extras(struct compiler *c, const struct ym_column *in, struct pt_column *col) {
    int rc = parse_cut(c, in->cut, col);
    const char *fill = pt_comp_text(c, in->fill, &rc), *codes = pt_comp_text(c, in->codes, &rc);
    col->other = pt_comp_text(c, in->other, &rc);
    col->fallback = pt_comp_text(c, in->fallback, &rc);
    col->strip = pt_comp_text(c, in->strip, &rc);
    if (rc == 0)
        rc = pt_comp_number(c, "pad", in->pad, 64, &col->pad);
    if (rc == 0)
        rc = pt_comp_number(c, "sha256", in->sha256, 32, &col->sha256);
    if (rc == 0)
        rc = pt_comp_yes(c, "optional", in->optional, false, &col->optional);
    if (rc)
        return rc;
    if (fill && strlen(fill) != 1)
        return PT_COMP_FAIL(c, "fill: \"%s\" is not one ASCII character", fill);
    if (fill)
        col->fill = fill[0];
    if (codes) {
        col->codes = table_by_name(c, codes);
        if (col->codes == NULL)
            return PT_COMP_FAIL(c, "there is no code table \"%s\" (see `tables:`)", codes);
    } else if (col->other) {
        return PT_COMP_FAIL(c, "`else` needs `codes`");
    }
    col->plain = false;
    return 0;
}

int pt_comp_derived(struct compiler *c, const struct ym_column *in, int *ret) {
    struct pt_term terms[PT_MAPPING_MAX_TERMS];
    size_t n = 0;
    int rc = terms_of(c, in, terms, &n);
    if (rc)
        return rc;
    struct pt_column *col;
    rc = new_column(c, &col, ret);
    if (rc)
        return rc;
    col->kind = PT_COL_TEMPLATE;
    const char *name = pt_arena_strdup(&c->m->arena, in->name);
    col->terms = pt_arena_zalloc(&c->m->arena, (n + 1) * sizeof(*terms));
    if (name == NULL || col->terms == NULL)
        return no_memory(c);
    col->name = name;
    memcpy(col->terms, terms, n * sizeof(*terms));
    col->n_terms = n;
    return column_extras(c, in, col);
}

static int declared_column(struct compiler *c, const struct ym_column *in) {
    int rc = 0, index;
    struct pt_column *col;
    int ways = (in->at != NULL) + (in->header != NULL) + (in->from != NULL) +
               (in->constant != NULL) + (in->template != NULL) + (in->n_join > 0);
    for (size_t i = 0; i < c->m->n_columns; i++)
        if (strcmp(c->m->columns[i].name, in->name) == 0)
            return PT_COMP_FAIL(c, "column \"%s\" is declared twice, or used before", in->name);
    if (ways > 1 || in->name[0] == '@')
        return PT_COMP_FAIL(c,
                            "column \"%s\": exactly one of at, header, from, const, template, "
                            "join, and no name with @",
                            in->name);
    if (in->at == NULL && in->header == NULL && ways == 1)
        return pt_comp_derived(c, in, &index);
    rc = new_column(c, &col, &index);
    if (rc)
        return rc;
    const char *name = pt_comp_text(c, in->name, &rc);
    if (name == NULL)
        return rc;
    col->name = name;
    if (in->at) {
        col->kind = PT_COL_AT;
        if (rc == 0)
            rc = pt_comp_number(c, "at", in->at, PT_ROW_MAX_FIELDS, &col->at);
        if (rc == 0 && col->at == 0)
            rc = PT_COMP_FAIL(c, "column \"%s\": columns are counted from 1", in->name);
    } else {
        col->kind = PT_COL_HEADER;
        col->header = pt_comp_text(c, in->header ? in->header : in->name, &rc);
        if (rc == 0 && c->m->source.header == PT_HEADER_NO)
            rc = PT_COMP_FAIL(c, "column \"%s\": the source has no header; say `at`", in->name);
    }
    return rc ? rc : column_extras(c, in, col);
}

/* ---- conditions ---- */

static int compile_regex(struct compiler *c, const char *text, regex_t **ret) {
    if (c->m->n_regexes == sizeof(c->m->regexes) / sizeof(c->m->regexes[0]))
        return PT_COMP_FAIL(c, "too many `matches`");
    regex_t *re = calloc(1, sizeof(*re));
    if (re == NULL)
        return no_memory(c);
    if (regcomp(re, text, REG_EXTENDED | REG_NOSUB)) {
        free(re);
        return PT_COMP_FAIL(c, "matches: \"%s\" is no extended regular expression", text);
    }
    c->m->regexes[c->m->n_regexes++] = re;
    *ret = re;
    return 0;
}

static int compile_cond(struct compiler *c, const struct ym_cond *in, struct pt_cond *out) {
    int rc = 0;
    const char *column = pt_comp_text(c, in->column, &rc);
    int ways = (in->equals != NULL) + (in->differs != NULL) + (in->matches != NULL) +
               (in->empty != NULL) + (in->zero != NULL) + (in->negative != NULL) + (in->n_in > 0);
    if (rc)
        return rc;
    if (ways != 1)
        return PT_COMP_FAIL(c,
                            "a condition on \"%s\" says exactly one of equals, differs, in, "
                            "matches, empty, zero, negative",
                            column);
    rc = pt_comp_column(c, column, &out->column);
    out->style = c->style;
    if (in->equals || in->differs) {
        out->kind = in->equals ? PT_COND_EQUALS : PT_COND_DIFFERS;
        out->text = pt_comp_text(c, in->equals ? in->equals : in->differs, &rc);
    } else if (in->matches) {
        const char *text = pt_comp_text(c, in->matches, &rc);
        out->kind = PT_COND_MATCHES;
        return rc ? rc : compile_regex(c, text, &out->re);
    } else if (in->n_in) {
        const char **list = pt_arena_zalloc(&c->m->arena, in->n_in * sizeof(*list));
        out->kind = PT_COND_IN;
        for (unsigned i = 0; list && i < in->n_in; i++)
            list[i] = pt_comp_text(c, in->in[i], &rc);
        out->in = list;
        out->n_in = in->n_in;
        if (list == NULL)
            return no_memory(c);
    } else {
        const char *s = in->empty ? in->empty : in->zero ? in->zero : in->negative;
        out->kind = in->empty ? PT_COND_EMPTY : in->zero ? PT_COND_ZERO : PT_COND_NEGATIVE;
        return rc ? rc : pt_comp_yes(c, "condition", s, true, &out->want);
    }
    return rc;
}

int pt_comp_conds(struct compiler *c, const struct ym_cond *in, unsigned n,
                  const struct pt_cond **ret, size_t *ret_n) {
    struct pt_cond *list = pt_arena_zalloc(&c->m->arena, (n + 1) * sizeof(*list));
    if (list == NULL)
        return no_memory(c);
    for (unsigned i = 0; i < n; i++) {
        int rc = compile_cond(c, &in[i], &list[i]);
        if (rc)
            return rc;
    }
    *ret = list;
    *ret_n = n;
    return 0;
}

/* ---- sections ---- */

static int one_char(struct compiler *c, const char *key, const char *s, char otherwise, char *ret) {
    int rc = 0;
    const char *v = pt_comp_text(c, s, &rc);
    *ret = otherwise;
    if (rc || v == NULL)
        return rc;
    if (strcmp(v, "tab") == 0 || strcmp(v, "\\t") == 0)
        *ret = '\t';
    else if (strcmp(v, "none") == 0)
        *ret = '\0';
    else if (strlen(v) == 1 && (unsigned char)v[0] < 0x80)
        *ret = v[0];
    else
        return PT_COMP_FAIL(c, "%s: \"%s\" is not one ASCII character (or tab, none)", key, v);
    return 0;
}

static int compile_source(struct compiler *c, const struct ym_source *in) {
    struct pt_source_config *s = &c->m->source;
    static const struct ym_source nothing;
    if (in == NULL)
        in = &nothing;
    c->where = "source";
    int rc = 0;
    const char *format = pt_comp_text(c, in->format ? in->format : "csv", &rc);
    const char *encoding = pt_comp_text(c, in->encoding ? in->encoding : "utf-8", &rc);
    const char *header = pt_comp_text(c, in->header ? in->header : "yes", &rc);
    if (rc)
        return rc;
    if (strlen(format) >= sizeof(s->format) || strlen(encoding) >= sizeof(s->encoding))
        return PT_COMP_FAIL(c, "format or encoding is too long");
    snprintf(s->format, sizeof(s->format), "%s", format);
    snprintf(s->encoding, sizeof(s->encoding), "%s", encoding);
    bool yes = true;
    if (strcmp(header, "auto") == 0)
        s->header = PT_HEADER_AUTO;
    else if (pt_value_bool(header, &yes, NULL) == 0)
        s->header = yes ? PT_HEADER_YES : PT_HEADER_NO;
    else
        return PT_COMP_FAIL(c, "header: \"%s\" is none of yes, no, auto", header);
    rc = one_char(c, "separator", in->separator, ',', &s->separator);
    if (rc == 0)
        rc = one_char(c, "quote", in->quote, '"', &s->quote);
    if (rc == 0)
        rc = pt_comp_number(c, "skip_lines", in->skip_lines, 1000, &s->skip_lines);
    if (rc == 0)
        rc = pt_comp_number(c, "columns", in->columns, PT_ROW_MAX_FIELDS, &s->columns);
    if (rc == 0 && (s->separator == 0 || s->separator == s->quote))
        rc = PT_COMP_FAIL(c, "the separator must be a character, and not the quote");
    return rc;
}

static int compile_formats(struct compiler *c, const struct ym_formats *in) {
    static const struct ym_formats nothing;
    if (in == NULL)
        in = &nothing;
    c->where = "formats";
    int rc = pt_comp_style(c, in->decimal, in->thousands, in->round, &c->style);
    const char *unit = pt_comp_text(c, in->unit, &rc);
    c->date = pt_comp_text(c, in->date ? in->date : "%Y-%m-%d|%Y/%m/%d|%Y%m%d", &rc);
    if (rc)
        return rc;
    if (unit && pt_unit_parse(unit, &c->unit))
        return PT_COMP_FAIL(c, "unit: \"%s\" is none of fen, yuan, wan (cents, 分, 元, 万元)",
                            unit);
    return 0;
}

static int compile_table(struct compiler *c, const struct ym_table *in, struct pt_table *t) {
    char path[4096];
    int rc = 0;
    const char *name = pt_comp_text(c, in->name, &rc), *file = pt_comp_text(c, in->file, &rc);
    if (rc)
        return rc;
    if (pt_table_init(t, name, &c->m->arena))
        return no_memory(c);
    c->m->n_tables++;
    for (unsigned i = 0; i < in->n_entries && rc == 0; i++)
        rc = pt_table_add(t, in->entries[i].from, in->entries[i].to, c->err);
    if (rc == 0 && file) {
        if (c->dir == NULL || file[0] == '/' || strstr(file, ".."))
            return PT_COMP_FAIL(c, "code table \"%s\": its file lies beside the mapping", name);
        if (pt_path_join(path, sizeof(path), c->dir, file))
            return PT_COMP_FAIL(c, "code table \"%s\": the path is too long", name);
        rc = pt_table_load(t, path, in, c->err);
    } else if (rc == 0 && in->n_entries == 0) {
        return PT_COMP_FAIL(c, "code table \"%s\" has neither entries nor a file", name);
    }
    if (rc && c->err) {
        pt_err_wrap(c->err, "%s", c->m->file);
        if (rc != PT_E_NOMEM && rc != PT_E_IO)
            rc = c->err->code = PT_E_CONFIG;
    }
    return rc;
}

static int compile_sum(struct compiler *c, const struct ym_sum *in, struct pt_sum *out) {
    int rc = 0;
    const char *column = pt_comp_text(c, in->column, &rc), *unit = pt_comp_text(c, in->unit, &rc);
    enum pt_unit u = c->unit;
    out->name = pt_comp_text(c, in->name ? in->name : in->column, &rc);
    if (rc == 0)
        rc = pt_comp_column(c, column, &out->column);
    if (rc == 0)
        rc = pt_comp_style(c, in->decimal, in->thousands, NULL, &out->style);
    if (rc)
        return rc;
    if ((unit && pt_unit_parse(unit, &u)) || u == PT_UNIT_NONE)
        return PT_COMP_FAIL(c, "sums: say the unit of \"%s\": fen, yuan or wan", column);
    out->style.round = true;
    out->shift = pt_unit_shift(u);
    return 0;
}

static int compile_skips(struct compiler *c) {
    c->where = "skip";
    for (unsigned i = 0; i < c->f->n_skip; i++) {
        int rc = 0;
        struct pt_skip *s = &c->m->skips[c->m->n_skips++];
        s->reason = pt_comp_text(c, c->f->skip[i].reason, &rc);
        if (rc == 0 && c->f->skip[i].n_when == 0)
            rc = PT_COMP_FAIL(c, "\"%s\" has no `when`", s->reason);
        if (rc == 0)
            rc = pt_comp_conds(c, c->f->skip[i].when, c->f->skip[i].n_when, &s->when, &s->n_when);
        if (rc)
            return rc;
    }
    return 0;
}

static int compile_columns(struct compiler *c) {
    c->where = "columns";
    PT_ASSERT(c->m->n_columns == 0);
    for (unsigned i = 0; i < c->f->n_columns; i++) {
        int rc = declared_column(c, &c->f->columns[i]);
        if (rc)
            return rc;
        c->declared = i + 1;
    }
    return 0;
}

static int compile_records(struct compiler *c) {
    c->m->rules = pt_arena_zalloc(&c->m->arena, c->f->n_records * sizeof(struct pt_rule));
    if (c->m->rules == NULL)
        return no_memory(c);
    for (unsigned i = 0; i < c->f->n_records; i++) {
        char where[64];
        snprintf(where, sizeof(where), "records[%u] (%.20s)", i + 1, c->f->records[i].type);
        c->where = where;
        int rc = pt_comp_record(c, &c->f->records[i], &c->m->rules[i]);
        c->where = NULL;
        if (rc)
            return rc;
        c->m->n_rules++;
    }
    if (c->m->n_rules > 1)
        for (size_t i = 0; i < c->m->n_rules; i++)
            if (c->m->rules[i].grouped)
                return PT_COMP_FAIL(c, "a grouped record stands alone in its mapping; write the "
                                       "other records in a mapping of their own");
    return 0;
}

static int compile_all(struct compiler *c) {
    for (size_t i = 0; i < c->n_vars; i++) {
        bool known = false;
        for (unsigned k = 0; k < c->f->n_vars && !known; k++)
            known = strcmp(c->f->vars[k].name, c->vars[i].name) == 0;
        if (!known)
            return PT_COMP_FAIL(c, "there is no variable \"%s\" (see `vars:`)", c->vars[i].name);
    }
    int rc = 0;
    c->m->name = pt_comp_text(c, c->f->mapping, &rc);
    if (rc == 0)
        rc = compile_source(c, c->f->source);
    if (rc == 0)
        rc = compile_formats(c, c->f->formats);
    c->where = "tables";
    c->m->tables = calloc(c->f->n_tables + 1, sizeof(struct pt_table));
    c->m->columns = calloc(PT_MAPPING_MAX_COLUMNS, sizeof(struct pt_column));
    if (rc == 0 && (c->m->tables == NULL || c->m->columns == NULL))
        rc = no_memory(c);
    for (unsigned i = 0; i < c->f->n_tables && rc == 0; i++)
        rc = compile_table(c, &c->f->tables[i], &c->m->tables[i]);
    if (rc == 0)
        rc = compile_columns(c);
    c->where = "sums";
    for (unsigned i = 0; i < c->f->n_sums && rc == 0; i++)
        rc = compile_sum(c, &c->f->sums[i], &c->m->sums[c->m->n_sums++]);
    if (rc == 0)
        rc = compile_skips(c);
    c->where = NULL;
    return rc ? rc : compile_records(c);
}

/* ---- the door ---- */

int pt_mapping_parse(const char *name, struct pt_span yaml, const char *dir,
                     const struct pt_var *vars, size_t n_vars, struct pt_mapping **ret,
                     struct pt_err *err) {
    struct pt_yaml *file;
    *ret = NULL;
    int rc = pt_yaml_parse(name, yaml, &pt_ym_form, &file, err);
    if (rc)
        return rc;
    struct pt_mapping *m = calloc(1, sizeof(*m));
    if (m == NULL) {
        pt_yaml_free(file);
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    pt_arena_init(&m->arena, (size_t)512 << 20);
    m->file = pt_arena_strdup(&m->arena, name);
    struct compiler c = {
        .m = m, .f = pt_yaml_root(file), .vars = vars, .n_vars = n_vars, .dir = dir, .err = err};
    c.style.decimal = '.';
    rc = m->file ? compile_all(&c) : pt_err_set(err, PT_E_NOMEM, "out of memory");
    pt_yaml_free(file);
    if (rc) {
        pt_mapping_free(m);
        return rc;
    }
    *ret = m;
    return 0;
}

int pt_mapping_load(const char *path, const struct pt_var *vars, size_t n_vars,
                    struct pt_mapping **ret, struct pt_err *err) {
    struct pt_buf text;
    *ret = NULL;
    pt_buf_init(&text, PT_MAPPING_MAX_FILE);
    int rc = pt_file_read(path, &text, err);
    const char *slash = strrchr(path, '/');
    char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    if (rc == 0 && dir == NULL)
        rc = pt_err_set(err, PT_E_NOMEM, "out of memory");
    if (rc == 0)
        rc = pt_mapping_parse(path, pt_buf_span(&text), dir, vars, n_vars, ret, err);
    free(dir);
    pt_buf_done(&text);
    return rc;
}

void pt_mapping_free(struct pt_mapping *m) {
    if (m == NULL)
        return;
    for (size_t i = 0; i < m->n_regexes; i++) {
        regfree(m->regexes[i]);
        free(m->regexes[i]);
    }
    for (size_t i = 0; i < m->n_tables; i++)
        pt_table_done(&m->tables[i]);
    free(m->tables);
    free(m->columns);
    pt_arena_done(&m->arena);
    free(m);
}

const char *pt_mapping_name(const struct pt_mapping *m) {
    return m->name;
}

const struct pt_source_config *pt_mapping_source(const struct pt_mapping *m) {
    return &m->source;
}

bool pt_mapping_grouped(const struct pt_mapping *m) {
    return m->n_rules == 1 && m->rules[0].grouped; /* such a record stands alone */
}

size_t pt_mapping_record_count(const struct pt_mapping *m) {
    return m->n_rules;
}

const char *pt_mapping_record_type(const struct pt_mapping *m, size_t i) {
    return m->rules[i].type;
}

size_t pt_mapping_skip_count(const struct pt_mapping *m) {
    return m->n_skips;
}

const char *pt_mapping_skip_reason(const struct pt_mapping *m, size_t i) {
    return m->skips[i].reason;
}

size_t pt_mapping_sum_count(const struct pt_mapping *m) {
    return m->n_sums;
}

const char *pt_mapping_sum_name(const struct pt_mapping *m, size_t i) {
    return m->sums[i].name;
}
