/* Strict HTTP/1.1 request parser: a pure state machine over bytes, the same result however the
 * bytes are split (RFC 9112, and stricter where laxness has been abused).
 *
 * Knows: message framing. Must not know: sockets, TLS, time, what a request means. No I/O.
 *
 *   METHOD ─► TARGET ─► VERSION ─► FIELD_NAME ⇄ FIELD_VALUE ─► (head) ─► BODY | CHUNK… ─► (done)
 *
 * Refused: bare CR or LF, space before a colon, folded lines, repeated Host, Content-Length,
 * Transfer-Encoding or Expect, both lengths at once, any transfer coding but "chunked", chunk
 * extensions, trailers, empty lines before the request line, targets that don't start with "/",
 * "." and ".." segments, badly encoded percents, any version but 1.1. */
#ifndef PENTAD_HTTP_H1_PARSE_H
#define PENTAD_HTTP_H1_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>

#define PT_H1_HEADERS_CAP 128

struct pt_h1_limits {
    size_t head_max; /* bytes up to and with the empty line */
    size_t target_max;
    size_t header_count_max; /* at most PT_H1_HEADERS_CAP */
};

/* Offsets into the head's text, each NUL-terminated there. */
struct pt_h1_field {
    uint32_t name;  /* lower case */
    uint32_t value; /* without surrounding white space */
};

enum pt_h1_event {
    PT_H1_MORE,  /* all bytes consumed, more are needed */
    PT_H1_HEAD,  /* the head is complete: method, target, fields are set */
    PT_H1_BODY,  /* *ret_body holds the next body bytes (borrowed from the input) */
    PT_H1_DONE,  /* the message is complete; pt_h1_parser_reset before the next */
    PT_H1_ERROR, /* status and why are set; stays so */
};

struct pt_h1_parser {
    struct pt_h1_limits limits;
    int state;
    struct pt_buf
        text; /* method NUL target NUL {name NUL value NUL}, what the offsets point into */
    uint32_t method;
    uint32_t target;
    struct pt_h1_field fields[PT_H1_HEADERS_CAP];
    size_t field_count;
    size_t head_bytes; /* of the head so far */
    uint32_t start;    /* of the element being read */
    uint64_t left;     /* of the body or chunk */
    uint64_t length;   /* Content-Length, if has_length */
    unsigned chunk_digits;
    bool has_length;
    bool chunked;
    bool has_host;
    bool close; /* Connection: close */
    bool expect_continue;
    int status;      /* of PT_H1_ERROR: 400, 414, 417, 431, 501, 505 */
    const char *why; /* a sentence, static */
};

void pt_h1_parser_init(struct pt_h1_parser *p, const struct pt_h1_limits *limits);
void pt_h1_parser_done(struct pt_h1_parser *p);
/* Ready for the next message of the connection; the limits stay. */
void pt_h1_parser_reset(struct pt_h1_parser *p);

/* Consumes some of the input and says what came of it; call again with the rest until MORE. After
 * HEAD, the caller may take `text` (pt_buf_steal) for itself; the parser doesn't need it any more.
 * PT_H1_DONE may come with no input consumed. */
enum pt_h1_event pt_h1_parse(struct pt_h1_parser *p, const uint8_t *in, size_t len,
                             size_t *ret_consumed, struct pt_span *ret_body);

static inline const char *pt_h1_str(const struct pt_h1_parser *p, uint32_t at) {
    return (const char *)p->text.p + at;
}

/* The rules of request targets, shared with HTTP/2: NULL if fine, else what is wrong (static). */
const char *pt_http_target_fault(const char *target, size_t len);

#endif
