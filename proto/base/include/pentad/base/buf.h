/* Bytes: a borrowed span, and a growable buffer that has a hard maximum (every buffer has one). */
#ifndef PENTAD_BASE_BUF_H
#define PENTAD_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes. */
struct pt_span {
    const uint8_t *p;
    size_t len;
};

static inline struct pt_span pt_span(const void *p, size_t len) {
    struct pt_span s = {(const uint8_t *)p, len};
    return s;
}
struct pt_span pt_span_str(const char *s); /* without the NUL */
bool pt_span_eq(struct pt_span a, struct pt_span b);

/* Growable. After any failed append the buffer is `failed` and stays so; callers may append
 * freely and check once at the end. Zero-initialised is NOT ready: use pt_buf_init. */
struct pt_buf {
    uint8_t *p;
    size_t len;
    size_t cap;
    size_t max;
    int failed; /* 0, PT_E_NOMEM or PT_E_TOO_LARGE */
};

void pt_buf_init(struct pt_buf *b, size_t max);
void pt_buf_done(struct pt_buf *b);  /* frees; NULL or never-grown is fine */
void pt_buf_reset(struct pt_buf *b); /* len = 0, failed = 0, memory kept */
int pt_buf_reserve(struct pt_buf *b, size_t more);
int pt_buf_append(struct pt_buf *b, const void *p, size_t len);
int pt_buf_append_span(struct pt_buf *b, struct pt_span s);
int pt_buf_puts(struct pt_buf *b, const char *s);
int pt_buf_putc(struct pt_buf *b, char c);
int pt_buf_printf(struct pt_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int pt_buf_put_u16be(struct pt_buf *b, uint16_t v);
int pt_buf_put_u64be(struct pt_buf *b, uint64_t v);
void pt_buf_consume(struct pt_buf *b, size_t n); /* drops n bytes from the front */
struct pt_span pt_buf_span(const struct pt_buf *b);
/* NUL-terminated text of the buffer (the NUL is not counted in len); NULL if failed. Borrowed. */
const char *pt_buf_cstr(struct pt_buf *b);
/* Hands the memory over (caller frees with free()); the buffer is empty again. */
uint8_t *pt_buf_steal(struct pt_buf *b, size_t *ret_len);

#endif
