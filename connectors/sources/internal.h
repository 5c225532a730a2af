/* Inside the sources room: physical lines of a file, transcoded. */
#ifndef PENTAD_SOURCES_INTERNAL_H
#define PENTAD_SOURCES_INTERNAL_H

#include <pentad/sources/source.h>

#define PT_LINES_MAX_ENC 4

/* Physical lines, raw: plain or .gz. An over-long line is cut at PT_ROW_MAX_BYTES and marked. */
struct pt_lines;

struct pt_line {
    const char *p; /* UTF-8, line break included as "\n" (none on a last line without one) */
    size_t len;
    uint64_t begin, end; /* byte offsets in the unpacked file */
    uint64_t number;     /* 1-based */
    uint32_t crc;        /* of its bytes as they stand in the file, without the line break */
    bool has_break;      /* and not one that may be half of CR LF at the end of the file */
    int bad;             /* 0, PT_E_ENCODING, PT_E_TOO_LARGE */
};

int pt_lines_open(const char *path, const char *encoding, struct pt_lines **ret,
                  struct pt_err *err);
void pt_lines_close(struct pt_lines *l);
/* 0 and a line, or 0 and ret->p == NULL at the end. Borrowed until the next call. */
int pt_lines_next(struct pt_lines *l, struct pt_line *ret, struct pt_err *err);
void pt_lines_tell(const struct pt_lines *l, uint64_t *ret_offset, uint64_t *ret_number);
/* To the line that begins at `offset` and is number `number`. */
int pt_lines_seek(struct pt_lines *l, uint64_t offset, uint64_t number, struct pt_err *err);

#endif
