/* Rows, and the port that a source fills: what a mapping reads.
 *
 * Knows: fields of a row, where the row stands, how to go on after it. Knows no file format, no
 * database, no record. The interface lives here with its consumer; connectors/sources implements
 * it. One thread a source. */
#ifndef PENTAD_MAPPING_ROW_H
#define PENTAD_MAPPING_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/arena.h>
#include <pentad/base/buf.h>
#include <pentad/base/err.h>

#define PT_ROW_MAX_FIELDS 1024        /* columns of a row */
#define PT_ROW_MAX_FIELD (64u * 1024) /* bytes of a field, UTF-8 */
#define PT_ROW_MAX_BYTES (1u << 20)   /* bytes of a row, its line breaks included */
#define PT_SOURCE_POS_MAX 96          /* a position token, its NUL included */

struct pt_field {
    const char *p; /* UTF-8, NUL-terminated; p[len] == 0 and no NUL before */
    size_t len;
};

/* Borrowed from the source until its next call. */
struct pt_row {
    const char *file; /* base name without .gz, for people and for `{@file}` */
    uint64_t line;    /* 1-based physical line at which the row begins; header lines count */
    uint64_t number;  /* 1-based data row; header and blank rows don't count */
    const struct pt_field *fields;
    size_t n;
    int bad;           /* 0, or why the row can't be read (PT_E_ROW, PT_E_ENCODING, …) */
    char bad_msg[200]; /* then the sentence; fields hold what could be read */
    char after[PT_SOURCE_POS_MAX]; /* position token: seeking to it goes on with the next row */
};

/* The port. `next` returns 0 and *ret_row, or 0 and NULL at the end; an unreadable ROW is a row
 * with `bad` set, an unreadable SOURCE is an error. */
struct pt_source_ops {
    int (*next)(void *self, const struct pt_row **ret_row, struct pt_err *err);
    int (*seek)(void *self, const char *pos, struct pt_err *err);
    /* Column names; *ret_n = 0 where the source has none. Borrowed, valid until close. */
    int (*header)(void *self, const struct pt_field **ret_names, size_t *ret_n, struct pt_err *err);
    void (*close)(void *self);
    /* Optional. At the end: did something stand behind the last row that may be the beginning of
     * one (only where the config says `growing`)? */
    bool (*unfinished)(void *self);
};
struct pt_source {
    const struct pt_source_ops *ops;
    void *self;
};

static inline int pt_source_next(struct pt_source *s, const struct pt_row **ret_row,
                                 struct pt_err *err) {
    return s->ops->next(s->self, ret_row, err);
}
static inline int pt_source_seek(struct pt_source *s, const char *pos, struct pt_err *err) {
    return s->ops->seek(s->self, pos, err);
}
static inline int pt_source_header(struct pt_source *s, const struct pt_field **ret_names,
                                   size_t *ret_n, struct pt_err *err) {
    return s->ops->header(s->self, ret_names, ret_n, err);
}
static inline bool pt_source_unfinished(struct pt_source *s) {
    return s->ops && s->ops->unfinished && s->ops->unfinished(s->self);
}
/* Safe on a zeroed source. */
static inline void pt_source_close(struct pt_source *s) {
    if (s->ops)
        s->ops->close(s->self);
    s->ops = NULL;
    s->self = NULL;
}

enum pt_header { PT_HEADER_NO, PT_HEADER_YES, PT_HEADER_AUTO };

/* How a file of rows is written; part of a mapping (`source:`), handed to pt_csv_open. */
struct pt_source_config {
    char format[16];       /* "csv" */
    char encoding[96];     /* iconv names, '|'-separated: the first that fits a line is taken;
                              "utf-8", "gb18030", "iso-8859-1", "utf-16", "windows-1252", … */
    char separator;        /* one ASCII character; default ',' */
    char quote;            /* default '"'; 0 = none */
    enum pt_header header; /* AUTO: the first row is one if it holds no number */
    uint32_t skip_lines;   /* lines before the header or the first row */
    uint32_t columns;      /* 0, or how many fields a row must have */
    bool growing;          /* somebody may be writing it: a last line without a line break, or a
                              quoted field that is still open, is not a row yet */
};

/* A row as bytes, so that a deferred row can be stored and mapped again later. */
int pt_row_pack(const struct pt_row *row, struct pt_buf *out);
/* Borrows from `arena` and from nothing else. PT_E_FORMAT on bytes that pt_row_pack didn't write.
 */
int pt_row_unpack(struct pt_span packed, struct pt_arena *arena, struct pt_row *ret_row);

#endif
