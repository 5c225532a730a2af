#include "table.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/file.h>

#define TABLE_MAX (512u << 20) /* bytes of one sorted file */
#define FLUSH_AT (1u << 20)

const struct table_style style_congress = {"congress", ',', true, true, false, false, DATE_ISO};
const struct table_style style_discipline = {"discipline", ',',   false,   false,
                                             false,        false, DATE_ISO};
const struct table_style style_organization = {"organization", ';',   false,   false,
                                               false,          false, DATE_ISO};
const struct table_style style_finance = {"finance", ',', false, false, false, false, DATE_COMPACT};
const struct table_style style_audit = {"audit", ',', false, true, true, true, DATE_SLASH};
const struct table_style style_office = {"office", ',', false, false, false, false, DATE_ISO};
const struct table_style style_truth = {"", ',', false, false, false, false, DATE_ISO};

struct row {
    int32_t day;
    uint32_t order;
    size_t at, len;
};

struct table {
    struct city *city;
    const struct table_style *style;
    const char *file, *type;
    bool streamed;
    FILE *f;
    struct pt_buf text;
    struct row *rows;
    size_t n_rows, cap_rows;
    bool open, first_cell, skip;
    int32_t last_day;
    char last_doc[64];
    int32_t last_doc_day;
    uint64_t records, written;
    int64_t sum;
    iconv_t conv;
    struct pt_err err;
};

static void fail(struct table *t, const char *what) {
    if (t->err.code == 0)
        (void)pt_err_set(&t->err, PT_E_IO, "%s/%s: %s: %s", t->style->party, t->file, what,
                         strerrordesc_np(errno));
}

static void emit(struct table *t, const char *p, size_t len) {
    char out[8192];

    if (!t->style->gb18030) {
        if (fwrite(p, 1, len, t->f) != len)
            fail(t, "cannot write");
        return;
    }
    while (len > 0) {
        /* iconv takes the input as char **, though it never writes through it. */
        char *in = (char *)(uintptr_t)p;
        char *o = out;
        size_t room = sizeof(out);
        size_t left = len;

        if (iconv(t->conv, &in, &left, &o, &room) == (size_t)-1 && errno != E2BIG) {
            fail(t, "cannot encode as GB18030");
            return;
        }
        if (fwrite(out, 1, (size_t)(o - out), t->f) != (size_t)(o - out))
            fail(t, "cannot write");
        p = in;
        len = left;
    }
}

static void header(struct table *t, const char *headings) {
    const char *end = t->style->crlf ? "\r\n" : "\n";
    char line[1024];
    int n =
        snprintf(line, sizeof(line), "%s%s%s", t->style->bom ? "\xEF\xBB\xBF" : "", headings, end);

    PT_ASSERT(n > 0 && (size_t)n < sizeof(line));
    for (int i = 0; i < n; i++)
        if (line[i] == ',')
            line[i] = t->style->delimiter;
    emit(t, line, (size_t)n);
}

struct table *table_new(struct city *c, const struct table_style *style, const char *file,
                        const char *type, const char *headings, bool streamed) {
    struct table *t = city_alloc(1, sizeof(*t));
    char dir[4096];
    char path[4096];

    t->city = c;
    t->style = style;
    t->file = file;
    t->type = type;
    t->streamed = streamed;
    t->conv = (iconv_t)-1;
    pt_buf_init(&t->text, TABLE_MAX);
    if (pt_path_join(dir, sizeof(dir), c->out, style->party) != 0 ||
        pt_path_join(path, sizeof(path), style->party[0] ? dir : c->out, file) != 0) {
        (void)pt_err_set(&t->err, PT_E_USAGE, "the folder's name is too long");
        return t;
    }
    if (pt_mkdirs(style->party[0] ? dir : c->out, 0755, &t->err) != 0)
        return t;
    if (style->gb18030) {
        t->conv = iconv_open("GB18030", "UTF-8");
        if (t->conv == (iconv_t)-1)
            fail(t, "no GB18030 converter in this C library");
    }
    t->f = fopen(path, "wb");
    if (t->f == NULL)
        fail(t, "cannot create");
    if (t->err.code == 0 && headings != NULL)
        header(t, headings);
    return t;
}

static void end_row(struct table *t) {
    struct row *r;

    if (!t->open)
        return;
    t->open = false;
    if (t->skip)
        return;
    (void)pt_buf_puts(&t->text, t->style->crlf ? "\r\n" : "\n");
    if (t->streamed) {
        if (t->text.len >= FLUSH_AT && t->err.code == 0) {
            emit(t, (const char *)t->text.p, t->text.len);
            pt_buf_reset(&t->text);
        }
        return;
    }
    r = &t->rows[t->n_rows - 1];
    r->len = t->text.len - r->at;
}

static void begin_row(struct table *t, int32_t day) {
    end_row(t);
    t->open = true;
    t->first_cell = true;
    t->skip = day != 0 && (day < t->city->first || day > t->city->last);
    if (t->skip)
        return;
    t->written++;
    if (t->streamed) {
        PT_ASSERT(day >= t->last_day);
        t->last_day = day;
        return;
    }
    if (t->n_rows == t->cap_rows) {
        size_t cap = t->cap_rows ? t->cap_rows * 2 : 256;
        struct row *rows = city_alloc(cap, sizeof(*rows));

        if (t->n_rows > 0)
            memcpy(rows, t->rows, t->n_rows * sizeof(*rows));
        free(t->rows);
        t->rows = rows;
        t->cap_rows = cap;
    }
    t->rows[t->n_rows] = (struct row){day, (uint32_t)t->n_rows, t->text.len, 0};
    t->n_rows++;
}

void table_row(struct table *t, int32_t day, const char *doc_no, int64_t fen) {
    PT_ASSERT(pt_date_valid(day));
    begin_row(t, day);
    if (!t->skip) {
        if (day != t->last_doc_day || strcmp(doc_no, t->last_doc) != 0) {
            t->records++;
            t->last_doc_day = day;
            (void)snprintf(t->last_doc, sizeof(t->last_doc), "%s", doc_no);
        }
        t->sum += fen;
    }
    table_date(t, day);
    table_str(t, doc_no);
}

void table_plain_row(struct table *t) {
    begin_row(t, 0);
    t->records++;
}

static void separator(struct table *t) {
    if (!t->first_cell)
        (void)pt_buf_putc(&t->text, t->style->delimiter);
    t->first_cell = false;
}

static void cell(struct table *t, const char *p, size_t len) {
    bool quote = false;

    if (t->skip)
        return;
    separator(t);
    for (size_t i = 0; i < len && !quote; i++)
        quote = p[i] == t->style->delimiter || p[i] == '"' || p[i] == '\n' || p[i] == '\r';
    if (!quote) {
        (void)pt_buf_append(&t->text, p, len);
        return;
    }
    (void)pt_buf_putc(&t->text, '"');
    for (size_t i = 0; i < len; i++) {
        if (p[i] == '"')
            (void)pt_buf_putc(&t->text, '"');
        (void)pt_buf_putc(&t->text, p[i]);
    }
    (void)pt_buf_putc(&t->text, '"');
}

void table_str(struct table *t, const char *s) {
    cell(t, s ? s : "", s ? strlen(s) : 0);
}

void table_date(struct table *t, int32_t day) {
    char s[16];
    int n = 0;

    if (day != 0 && t->style->date == DATE_COMPACT)
        n = snprintf(s, sizeof(s), "%08d", day);
    else if (day != 0 && t->style->date == DATE_ISO)
        n = snprintf(s, sizeof(s), "%04d-%02d-%02d", day / 10000, day / 100 % 100, day % 100);
    else if (day != 0)
        n = snprintf(s, sizeof(s), "%d/%d/%d", day / 10000, day / 100 % 100, day % 100);
    cell(t, s, (size_t)n);
}

/* Hundredths as text, built from the right. */
static void hundredths(struct table *t, int64_t v, bool thousands) {
    char s[32];
    char *p = s + sizeof(s);
    uint64_t u = v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v;
    int digits = 0;

    for (int i = 0; i < 2; i++, u /= 10)
        *--p = (char)('0' + u % 10);
    *--p = '.';
    do {
        if (thousands && digits > 0 && digits % 3 == 0)
            *--p = ',';
        *--p = (char)('0' + u % 10);
        digits++;
        u /= 10;
    } while (u > 0);
    if (v < 0)
        *--p = '-';
    cell(t, p, (size_t)(s + sizeof(s) - p));
}

void table_int(struct table *t, int64_t v) {
    char s[24];
    int n = snprintf(s, sizeof(s), "%lld", (long long)v);

    cell(t, s, (size_t)n);
}

void table_fen(struct table *t, int64_t fen) {
    if (fen == TABLE_NONE)
        table_empty(t, 1);
    else
        hundredths(t, fen, t->style->thousands);
}

void table_wan(struct table *t, int64_t fen) {
    if (fen == TABLE_NONE) {
        table_empty(t, 1);
        return;
    }
    PT_ASSERT(fen % 10000 == 0);
    hundredths(t, fen / 10000, false);
}

void table_cent(struct table *t, int64_t v) {
    hundredths(t, v, false);
}

void table_bool(struct table *t, bool v) {
    table_str(t, v ? "是" : "否");
}

/* Of a name, the same whenever it is asked for. */
void table_digest(struct table *t, const char *of) {
    struct pt_rng r;
    char hex[65];

    city_rng(t->city, &r, of, 0);
    for (int i = 0; i < 4; i++)
        (void)snprintf(hex + 16 * i, 17, "%016llx", (unsigned long long)pt_rng_next(&r));
    table_str(t, hex);
}

void table_empty(struct table *t, int32_t n) {
    for (int32_t i = 0; i < n; i++)
        cell(t, "", 0);
}

static int by_day(const void *a, const void *b) {
    const struct row *x = a;
    const struct row *y = b;

    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

int table_close(struct table *t, struct pt_err *err) {
    int code;

    end_row(t);
    if (t->text.failed && t->err.code == 0)
        (void)pt_err_set(&t->err, t->text.failed,
                         "%s: too much for one file; use a smaller --scale", t->file);
    if (t->err.code == 0 && t->streamed)
        emit(t, (const char *)t->text.p, t->text.len);
    if (t->err.code == 0 && t->n_rows > 0) {
        qsort(t->rows, t->n_rows, sizeof(*t->rows), by_day);
        for (size_t i = 0; i < t->n_rows; i++)
            emit(t, (const char *)t->text.p + t->rows[i].at, t->rows[i].len);
    }
    if (t->f != NULL && fclose(t->f) != 0)
        fail(t, "cannot write");
    if (t->conv != (iconv_t)-1)
        (void)iconv_close(t->conv);
    if (t->type != NULL)
        (void)pt_buf_printf(t->city->totals, "%s,%s,%s,%llu,%llu,%lld.%02lld\n", t->style->party,
                            t->file, t->type, (unsigned long long)t->records,
                            (unsigned long long)t->written, (long long)(t->sum / 100),
                            (long long)(t->sum % 100));
    code = t->err.code ? pt_err_set(err, t->err.code, "%s", t->err.msg) : 0;
    pt_buf_done(&t->text);
    free(t->rows);
    free(t);
    return code;
}
