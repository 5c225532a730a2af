/* Reads one exported file of the sample city as docs/sample-city.md describes it. Shares no code
 * with the generator. Fails the test on anything malformed. */
#ifndef CITY_TEST_SHEET_H
#define CITY_TEST_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sheet {
    char *text;
    char **cells; /* rows * width */
    size_t rows, width;
    char **headings; /* NULL if the file has none */
};

struct sheet *sheet_load(const char *dir, const char *file);
void sheet_free(struct sheet *s);
/* The column of a heading; fails if there is none. */
size_t sheet_column(const struct sheet *s, const char *heading);
const char *sheet_cell(const struct sheet *s, size_t row, size_t column);
/* By heading; slow, for small files and loops that don't care. */
const char *sheet_get(const struct sheet *s, size_t row, const char *heading);

int32_t cell_date(const char *s);       /* any of the three styles; 0 = empty */
int64_t cell_hundredths(const char *s); /* "-1,234.50" = -123450; empty = 0 */
int64_t cell_int(const char *s);

/* A set of strings, numbered from 0 in order of arrival. */
struct names {
    char **list;
    size_t n, cap;
    int32_t *table;
    size_t size;
};
int32_t names_find(const struct names *x, const char *s); /* -1 = not there */
int32_t names_put(struct names *x, const char *s);
void names_free(struct names *x);

#endif
