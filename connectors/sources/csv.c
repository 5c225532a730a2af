/* CSV rows from lines, by libcsv.
 *
 * libcsv is fed one physical line at a time, so that the place after a row is known exactly. A
 * quote that never closes would swallow the file: past the caps (or at the end of the file) its
 * line is given back as a bad row and reading goes on with the line after it.
 *
 * A position is "<offset>:<line>:<rows so far>:<length>:<crc>", the place after a row with the
 * last line before it: a file that was rewritten is noticed, instead of read on somewhere. */
#include "internal.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_MAX_LINES 1000
#define POSITION_NUMBERS 5

struct csv_source {
    struct pt_source_config cfg;
    struct pt_lines *lines;
    struct csv_parser parser;
    bool parser_on;
    char *file; /* base name without .gz */
    struct pt_buf text;
    size_t starts[PT_ROW_MAX_FIELDS]; /* of fields in text */
    size_t lens[PT_ROW_MAX_FIELDS];
    struct pt_field fields[PT_ROW_MAX_FIELDS];
    size_t n;
    bool row_done, too_many, too_big;
    bool unfinished; /* the file ends in what may be the beginning of a row */
    struct pt_row row;
    uint64_t number; /* data rows so far */
    struct pt_field *names;
    size_t n_names;
    struct pt_arena names_arena;
};

/* ---- libcsv ---- */

static void on_field(void *p, size_t len, void *data) {
    struct csv_source *s = data;
    if (s->row_done) /* only where a caller's line held several rows: never */
        return;
    if (s->n == PT_ROW_MAX_FIELDS) {
        s->too_many = true;
        return;
    }
    if (len > PT_ROW_MAX_FIELD) {
        s->too_big = true;
        len = 0;
    }
    s->starts[s->n] = s->text.len;
    s->lens[s->n] = len;
    if (len)
        pt_buf_append(&s->text, p, len);
    pt_buf_putc(&s->text, '\0');
    s->n++;
}

static void on_row(int c, void *data) {
    (void)c;
    struct csv_source *s = data;
    s->row_done = true;
}

static int parser_reset(struct csv_source *s, struct pt_err *err) {
    if (s->parser_on)
        csv_free(&s->parser);
    s->parser_on = false;
    if (csv_init(&s->parser, 0))
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    s->parser_on = true;
    csv_set_delim(&s->parser, (unsigned char)s->cfg.separator);
    /* No quoting: a unit separator, which no text file holds, stands for the quote. */
    csv_set_quote(&s->parser, s->cfg.quote ? (unsigned char)s->cfg.quote : 0x1F);
    return 0;
}

static void row_reset(struct csv_source *s) {
    pt_buf_reset(&s->text);
    s->n = 0;
    s->row_done = s->too_many = s->too_big = false;
    s->row.bad = 0;
    s->row.bad_msg[0] = '\0';
}

/* ---- one row ---- */

static char *put_u64(char *p, uint64_t v) {
    char t[24];
    size_t n = 0;
    do
        t[n++] = (char)('0' + v % 10);
    while (v /= 10);
    while (n)
        *p++ = t[--n];
    return p;
}

static void row_bad(struct csv_source *s, int code, const char *msg) {
    if (s->row.bad)
        return;
    s->row.bad = code;
    snprintf(s->row.bad_msg, sizeof(s->row.bad_msg), "%s", msg);
}

static int row_finish(struct csv_source *s, const struct pt_line *last, struct pt_err *err) {
    if (s->text.failed)
        return pt_err_set(err, s->text.failed, "%s line %llu: the row doesn't fit", s->file,
                          (unsigned long long)s->row.line);
    for (size_t i = 0; i < s->n; i++) {
        s->fields[i].p = (const char *)s->text.p + s->starts[i];
        s->fields[i].len = s->lens[i];
    }
    s->row.fields = s->fields;
    s->row.n = s->n;
    s->row.file = s->file;
    const uint64_t place[POSITION_NUMBERS] = {last->end, last->number + 1, s->number,
                                              last->end - last->begin, last->crc};
    char *p = s->row.after;
    for (size_t i = 0; i < POSITION_NUMBERS; i++) {
        p = put_u64(p, place[i]);
        *p++ = i + 1 < POSITION_NUMBERS ? ':' : '\0';
    }
    return 0;
}

static bool row_blank(const struct csv_source *s) {
    if (s->row.bad || s->too_many || s->too_big)
        return false;
    for (size_t i = 0; i < s->n; i++)
        if (s->lens[i])
            return false;
    return true;
}

/* The row's first line is bad and alone; reading goes on with the line after it. */
static int give_back(struct csv_source *s, const struct pt_line *first, int code, const char *msg,
                     struct pt_err *err) {
    int rc = parser_reset(s, err);
    if (rc)
        return rc;
    rc = pt_lines_seek(s->lines, first->end, first->number + 1, err);
    if (rc)
        return rc;
    row_reset(s);
    row_bad(s, code, msg);
    return 0;
}

/* The file ends here in what may be the beginning of a row: it stays unread. */
static int leave_tail(struct csv_source *s, const struct pt_line *first, struct pt_err *err) {
    int rc = parser_reset(s, err);
    s->unfinished = true;
    row_reset(s);
    return rc ? rc : pt_lines_seek(s->lines, first->begin, first->number, err);
}

/* Reads lines until a row is complete. *ret_any = false at the end. *ret_end: the place after. */
static int read_row(struct csv_source *s, bool *ret_any, struct pt_line *ret_last,
                    struct pt_err *err) {
    struct pt_line line, first = {0};
    size_t bytes = 0, n_lines = 0;
    *ret_any = false;
    row_reset(s);
    for (;;) {
        int rc = pt_lines_next(s->lines, &line, err);
        if (rc)
            return rc;
        if (line.p == NULL) {
            if (n_lines == 0)
                return 0;
            if (s->cfg.growing)
                return leave_tail(s, &first, err);
            *ret_any = true;
            *ret_last = first;
            return give_back(s, &first, PT_E_ROW, "a quoted field opens here and never closes",
                             err);
        }
        if (n_lines++ == 0) {
            first = line;
            s->row.line = line.number;
        }
        if (s->cfg.growing && !line.has_break)
            return leave_tail(s, &first, err);
        bytes += line.len;
        if (n_lines > 1 && (bytes > PT_ROW_MAX_BYTES || n_lines > ROW_MAX_LINES)) {
            *ret_any = true;
            *ret_last = first;
            return give_back(s, &first, PT_E_ROW,
                             "a quoted field opens here and doesn't close within the row's limit",
                             err);
        }
        if (line.bad) {
            row_bad(s, line.bad,
                    line.bad == PT_E_ENCODING ? "the line is not in the declared encoding"
                                              : "the line is longer than a row may be");
            if (n_lines == 1) {
                *ret_any = true;
                *ret_last = line;
                return 0;
            }
        }
        bool open = line.len == 0 || line.p[line.len - 1] != '\n';
        if (csv_parse(&s->parser, line.p, line.len, on_field, on_row, s) != line.len)
            return pt_err_set(err, PT_E_NOMEM, "%s line %llu: out of memory", s->file,
                              (unsigned long long)line.number);
        if (open && !s->row_done) /* the last line has no line break: give it one */
            csv_parse(&s->parser, "\n", 1, on_field, on_row, s);
        if (s->row_done) {
            *ret_any = true;
            *ret_last = line;
            return 0;
        }
        if (s->parser.pstate == 0) { /* a blank line outside of any row */
            n_lines = 0;
            bytes = 0;
        }
    }
}

static void check_shape(struct csv_source *s) {
    char msg[120];
    if (s->too_many) {
        snprintf(msg, sizeof(msg), "more than %d columns", PT_ROW_MAX_FIELDS);
        row_bad(s, PT_E_TOO_LARGE, msg);
    } else if (s->too_big) {
        snprintf(msg, sizeof(msg), "a field is longer than %u bytes", PT_ROW_MAX_FIELD);
        row_bad(s, PT_E_TOO_LARGE, msg);
    } else if (s->cfg.columns && s->n != s->cfg.columns) {
        snprintf(msg, sizeof(msg), "%zu columns where %u are expected", s->n, s->cfg.columns);
        row_bad(s, PT_E_ROW, msg);
    }
}

static int csv_next(void *self, const struct pt_row **ret_row, struct pt_err *err) {
    struct csv_source *s = self;
    *ret_row = NULL;
    for (;;) {
        bool any;
        struct pt_line last;
        int rc = read_row(s, &any, &last, err);
        if (rc || !any)
            return rc;
        if (row_blank(s))
            continue;
        s->row.number = ++s->number;
        if (!s->row.bad)
            check_shape(s);
        rc = row_finish(s, &last, err);
        if (rc)
            return rc;
        *ret_row = &s->row;
        return 0;
    }
}

/* The line before a position must be the one that was read there; goes behind it. */
static int pass_line_before(struct csv_source *s, const uint64_t place[POSITION_NUMBERS],
                            struct pt_err *err) {
    struct pt_line line;
    int rc = pt_lines_seek(s->lines, place[0] - place[3], place[1] - 1, err);
    if (rc == 0)
        rc = pt_lines_next(s->lines, &line, err);
    if (rc)
        return rc;
    if (line.p == NULL || line.end < place[0])
        return pt_err_set(err, PT_E_TRUNCATED,
                          "%s is shorter than what was read of it (%llu bytes, to line %llu): a "
                          "source file only grows (docs/connector.md)",
                          s->file, (unsigned long long)place[0], (unsigned long long)place[1] - 1);
    if (line.crc != (uint32_t)place[4])
        return pt_err_set(err, PT_E_FORMAT,
                          "%s line %llu is not what was read there before: the file was rewritten; "
                          "a source file only grows (docs/connector.md)",
                          s->file, (unsigned long long)place[1] - 1);
    return 0;
}

static int csv_seek(void *self, const char *pos, struct pt_err *err) {
    struct csv_source *s = self;
    uint64_t v[POSITION_NUMBERS] = {0};
    const char *p = pos;
    for (size_t i = 0; i < POSITION_NUMBERS && p; i++) {
        char *end;
        v[i] = strtoull(p, &end, 10);
        bool ok =
            end != p && *p >= '0' && *p <= '9' && *end == (i + 1 < POSITION_NUMBERS ? ':' : '\0');
        p = ok ? end + 1 : NULL;
    }
    if (p == NULL || v[1] < 2 || v[3] > v[0])
        return pt_err_set(err, PT_E_FORMAT, "%s: \"%.60s\" is not a position of this file", s->file,
                          pos);
    s->number = v[2];
    int rc = parser_reset(s, err);
    return rc ? rc : pass_line_before(s, v, err);
}

static bool csv_unfinished(void *self) {
    const struct csv_source *s = self;
    return s->unfinished;
}

static int csv_header(void *self, const struct pt_field **ret_names, size_t *ret_n,
                      struct pt_err *err) {
    (void)err;
    struct csv_source *s = self;
    *ret_names = s->names;
    *ret_n = s->n_names;
    return 0;
}

static void csv_close(void *self) {
    struct csv_source *s = self;
    if (s == NULL)
        return;
    if (s->parser_on)
        csv_free(&s->parser);
    pt_lines_close(s->lines);
    pt_buf_done(&s->text);
    pt_arena_done(&s->names_arena);
    free(s->file);
    free(s);
}

/* ---- opening ---- */

static bool looks_like_number(const struct pt_field *f) {
    size_t digits = 0;
    for (size_t i = 0; i < f->len; i++) {
        if (f->p[i] >= '0' && f->p[i] <= '9')
            digits++;
        else if (strchr(".,'-+() ", f->p[i]) == NULL)
            return false;
    }
    return digits > 0;
}

static int keep_names(struct csv_source *s, struct pt_err *err) {
    s->names = pt_arena_zalloc(&s->names_arena, s->row.n * sizeof(*s->names));
    for (size_t i = 0; s->names && i < s->row.n; i++) {
        s->names[i].p = pt_arena_strdup(&s->names_arena, s->row.fields[i].p);
        s->names[i].len = s->row.fields[i].len;
        if (s->names[i].p == NULL)
            s->names = NULL;
    }
    if (s->names == NULL)
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    s->n_names = s->row.n;
    return 0;
}

static int read_header(struct csv_source *s, struct pt_err *err) {
    struct pt_line line;
    for (uint32_t i = 0; i < s->cfg.skip_lines; i++) {
        int rc = pt_lines_next(s->lines, &line, err);
        if (rc)
            return rc;
    }
    if (s->cfg.header == PT_HEADER_NO)
        return 0;
    uint64_t begin, number_of_first;
    pt_lines_tell(s->lines, &begin, &number_of_first);
    const struct pt_row *row;
    uint32_t columns = s->cfg.columns;
    s->cfg.columns = 0;
    int rc = csv_next(s, &row, err);
    s->cfg.columns = columns;
    if (rc == 0 && row == NULL && s->cfg.growing)
        return pt_err_set(err, PT_E_NOT_FOUND, "%s: nothing whole stands in it yet", s->file);
    if (rc || row == NULL)
        return rc;
    if (row->bad)
        return pt_err_set(err, row->bad, "%s line %llu: the header can't be read: %s", s->file,
                          (unsigned long long)row->line, row->bad_msg);
    if (s->cfg.header == PT_HEADER_AUTO) {
        bool number = false;
        for (size_t i = 0; i < row->n && !number; i++)
            number = looks_like_number(&row->fields[i]);
        if (number) { /* data: begin again */
            s->number = 0;
            rc = parser_reset(s, err);
            return rc ? rc : pt_lines_seek(s->lines, begin, number_of_first, err);
        }
    }
    s->number = 0;
    return keep_names(s, err);
}

static char *file_name(const char *path) {
    const char *base = strrchr(path, '/');
    char *name = strdup(base ? base + 1 : path);
    size_t n = name ? strlen(name) : 0;
    if (n > 3 && strcmp(name + n - 3, ".gz") == 0)
        name[n - 3] = '\0';
    return name;
}

int pt_csv_open(const struct pt_source_config *config, const char *path, struct pt_source *ret,
                struct pt_err *err) {
    static const struct pt_source_ops ops = {csv_next, csv_seek, csv_header, csv_close,
                                             csv_unfinished};
    memset(ret, 0, sizeof(*ret));
    if ((unsigned char)config->separator >= 0x80 || (unsigned char)config->quote >= 0x80)
        return pt_err_set(err, PT_E_CONFIG, "%s: separator and quote are ASCII characters", path);
    struct csv_source *s = calloc(1, sizeof(*s));
    if (s == NULL)
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    s->cfg = *config;
    if (s->cfg.separator == 0)
        s->cfg.separator = ',';
    pt_buf_init(&s->text, 4u * PT_ROW_MAX_BYTES + PT_ROW_MAX_FIELDS);
    pt_arena_init(&s->names_arena, 4u * PT_ROW_MAX_BYTES);
    int rc = 0;
    s->file = file_name(path);
    if (s->file == NULL)
        rc = pt_err_set(err, PT_E_NOMEM, "out of memory");
    if (rc == 0)
        rc = pt_lines_open(path, s->cfg.encoding, &s->lines, err);
    if (rc == 0)
        rc = parser_reset(s, err);
    if (rc == 0)
        rc = read_header(s, err);
    if (rc) {
        csv_close(s);
        return rc;
    }
    ret->ops = &ops;
    ret->self = s;
    return 0;
}
