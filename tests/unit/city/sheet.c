#include "sheet.h"

#include <criterion/criterion.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *slurp(const char *path, size_t *ret_len) {
    FILE *f = fopen(path, "rb");
    char *p;
    long n;

    cr_assert_not_null(f, "%s is missing", path);
    cr_assert_eq(fseek(f, 0, SEEK_END), 0);
    n = ftell(f);
    cr_assert(n >= 0);
    rewind(f);
    p = malloc((size_t)n + 1);
    cr_assert_not_null(p);
    cr_assert_eq(fread(p, 1, (size_t)n, f), (size_t)n);
    p[n] = '\0';
    *ret_len = (size_t)n;
    cr_assert_eq(fclose(f), 0);
    return p;
}

static char *from_gb18030(char *text, size_t *len) {
    iconv_t conv = iconv_open("UTF-8", "GB18030");
    size_t cap = *len * 3 + 1;
    char *out = malloc(cap);
    char *o = out;
    char *in = text;
    size_t left = *len;
    size_t room = cap - 1;

    cr_assert(conv != (iconv_t)-1);
    cr_assert_not_null(out);
    cr_assert(iconv(conv, &in, &left, &o, &room) != (size_t)-1, "not GB18030");
    *o = '\0';
    *len = (size_t)(o - out);
    (void)iconv_close(conv);
    free(text);
    return out;
}

/* Cuts one cell out in place; *at moves to after its delimiter. True at the end of the row. */
static bool cut(char **at, char delimiter, char **ret) {
    char *p = *at;
    char *w;
    char ended;

    *ret = w = p;
    if (*p == '"') {
        p++;
        for (;; p++) {
            cr_assert_neq(*p, '\0', "a quote without an end");
            if (*p == '"' && p[1] == '"')
                p++;
            else if (*p == '"')
                break;
            *w++ = *p;
        }
        p++;
        cr_assert(*p == delimiter || *p == '\r' || *p == '\n', "text after a quote");
    } else {
        while (*p != delimiter && *p != '\r' && *p != '\n' && *p != '\0')
            p++;
        w = p;
    }
    ended = *p;
    if (ended == '\r') {
        p++;
        cr_assert_eq(*p, '\n');
    }
    *w = '\0';
    *at = p + 1;
    return ended != delimiter;
}

struct sheet *sheet_load(const char *dir, const char *file) {
    struct sheet *s = calloc(1, sizeof(*s));
    char path[4096];
    size_t len;
    size_t cap = 0;
    size_t n = 0;
    size_t width = 0;
    char delimiter = strncmp(file, "organization/", 13) == 0 ? ';' : ',';
    char *at;

    cr_assert_not_null(s);
    (void)snprintf(path, sizeof(path), "%s/%s", dir, file);
    s->text = slurp(path, &len);
    if (strncmp(file, "audit/", 6) == 0)
        s->text = from_gb18030(s->text, &len);
    at = s->text;
    if (strncmp(file, "congress/", 9) == 0) {
        cr_assert_eq(strncmp(at, "\xEF\xBB\xBF", 3), 0, "%s: no byte order mark", file);
        at += 3;
    } else {
        cr_assert_neq((unsigned char)at[0], 0xEF, "%s: a byte order mark", file);
    }
    while (at < s->text + len) {
        size_t from = n;
        bool end;

        do {
            if (n == cap) {
                cap = cap ? cap * 2 : 4096;
                s->cells = realloc(s->cells, cap * sizeof(char *));
                cr_assert_not_null(s->cells);
            }
            end = cut(&at, delimiter, &s->cells[n++]);
        } while (!end);
        if (width == 0)
            width = n;
        cr_assert_eq(n - from, width, "%s: row %zu has %zu cells, not %zu", file, from / width + 1,
                     n - from, width);
    }
    s->width = width;
    s->rows = width ? n / width : 0;
    if (strcmp(file, "finance/payments.csv") != 0 && s->rows > 0) {
        s->headings = malloc(width * sizeof(char *));
        cr_assert_not_null(s->headings);
        memcpy(s->headings, s->cells, width * sizeof(char *));
        s->rows--;
        memmove(s->cells, s->cells + width, s->rows * width * sizeof(char *));
    }
    return s;
}

void sheet_free(struct sheet *s) {
    free(s->text);
    free(s->cells);
    free(s->headings);
    free(s);
}

size_t sheet_column(const struct sheet *s, const char *heading) {
    cr_assert_not_null(s->headings);
    for (size_t i = 0; i < s->width; i++)
        if (strcmp(s->headings[i], heading) == 0)
            return i;
    cr_assert(false, "no column %s", heading);
    return 0;
}

const char *sheet_cell(const struct sheet *s, size_t row, size_t column) {
    cr_assert(row < s->rows && column < s->width, "no cell %zu, %zu of %zu x %zu", row, column,
              s->rows, s->width);
    return s->cells[row * s->width + column];
}

const char *sheet_get(const struct sheet *s, size_t row, const char *heading) {
    return sheet_cell(s, row, sheet_column(s, heading));
}

int32_t cell_date(const char *s) {
    int y = 0;
    int m = 0;
    int d = 0;

    if (*s == '\0')
        return 0;
    if (strlen(s) == 8 && strspn(s, "0123456789") == 8)
        return (int32_t)cell_int(s);
    cr_assert(sscanf(s, "%d-%d-%d", &y, &m, &d) == 3 || sscanf(s, "%d/%d/%d", &y, &m, &d) == 3,
              "%s is no date", s);
    return y * 10000 + m * 100 + d;
}

int64_t cell_hundredths(const char *s) {
    bool negative = *s == '-';
    int64_t v = 0;
    int decimals = -1;

    for (s += negative; *s; s++) {
        if (*s == ',')
            continue;
        if (*s == '.') {
            decimals = 0;
            continue;
        }
        cr_assert(*s >= '0' && *s <= '9', "not an amount at %s", s);
        v = v * 10 + (*s - '0');
        decimals += decimals >= 0;
    }
    if (decimals < 0)
        v *= 100;
    else
        cr_assert_eq(decimals, 2);
    return negative ? -v : v;
}

int64_t cell_int(const char *s) {
    char *end;
    long long v = strtoll(s, &end, 10);

    cr_assert(*s == '\0' || *end == '\0', "%s is no number", s);
    return v;
}

static size_t slot(const struct names *x, const char *s) {
    uint64_t h = UINT64_C(14695981039346656037);
    size_t i;

    for (const char *p = s; *p; p++)
        h = (h ^ (uint8_t)*p) * UINT64_C(1099511628211);
    for (i = (size_t)h % x->size; x->table[i] >= 0; i = (i + 1) % x->size)
        if (strcmp(x->list[x->table[i]], s) == 0)
            break;
    return i;
}

int32_t names_find(const struct names *x, const char *s) {
    return x->size ? x->table[slot(x, s)] : -1;
}

int32_t names_put(struct names *x, const char *s) {
    size_t at;

    if (x->n * 2 >= x->size) {
        x->size = x->size ? x->size * 2 : 1024;
        free(x->table);
        x->table = malloc(x->size * sizeof(*x->table));
        cr_assert_not_null(x->table);
        memset(x->table, 0xFF, x->size * sizeof(*x->table));
        for (size_t i = 0; i < x->n; i++)
            x->table[slot(x, x->list[i])] = (int32_t)i;
    }
    at = slot(x, s);
    if (x->table[at] < 0) {
        if (x->n == x->cap) {
            x->cap = x->cap ? x->cap * 2 : 256;
            x->list = realloc(x->list, x->cap * sizeof(*x->list));
            cr_assert_not_null(x->list);
        }
        x->list[x->n] = strdup(s);
        x->table[at] = (int32_t)x->n++;
    }
    return x->table[at];
}

void names_free(struct names *x) {
    for (size_t i = 0; i < x->n; i++)
        free(x->list[i]);
    free(x->list);
    free(x->table);
    *x = (struct names){0};
}
