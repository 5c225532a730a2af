/* One exported file: cells in the party's own style, rows sorted by send day, encoded at the end.
 *
 * Knows styles (encoding, delimiter, dates, amounts); must not know what a row means. Errors are
 * kept and returned by table_close. One thread. */
#ifndef CITY_TABLE_H
#define CITY_TABLE_H

#include "city.h"

#include <pentad/base/buf.h>

enum table_date { DATE_COMPACT, DATE_ISO, DATE_SLASH };

struct table_style {
    const char *party;
    char delimiter;
    bool bom, crlf, gb18030, thousands;
    enum table_date date;
};

extern const struct table_style style_congress, style_discipline, style_organization, style_finance,
    style_audit, style_office, style_truth;

#define TABLE_NONE CITY_NO_FEN

struct table;

/* `headings` is the header row, separated by commas; NULL = the file has none. A `streamed` table
 * takes its rows in order of send day and keeps none of them. */
struct table *table_new(struct city *c, const struct table_style *style, const char *file,
                        const char *type, const char *headings, bool streamed);
/* Begins a row: its send day and document number are the first two cells. Rows of one record
 * share both and stand together. `fen` adds to the file's sum in totals.csv. */
void table_row(struct table *t, int32_t day, const char *doc_no, int64_t fen);
/* Begins a row of a file that has no send day (the truth). */
void table_plain_row(struct table *t);
void table_str(struct table *t, const char *s); /* NULL = empty */
void table_date(struct table *t, int32_t day);  /* 0 = empty */
void table_int(struct table *t, int64_t v);
void table_fen(struct table *t, int64_t fen); /* in yuan, two decimals */
void table_wan(struct table *t, int64_t fen); /* in 万元, two decimals */
void table_cent(struct table *t, int64_t v);  /* hundredths: points, percent */
void table_bool(struct table *t, bool v);
void table_empty(struct table *t, int32_t n);
void table_digest(struct table *t, const char *of); /* SHA-256 of a file that nobody wrote */
/* Ends, sorts, encodes, writes and frees. */
int table_close(struct table *t, struct pt_err *err);

#endif
