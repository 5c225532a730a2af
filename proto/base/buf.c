#include <pentad/base/buf.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/err.h>

enum { BUF_FIRST_CAP = 64 };

struct pt_span pt_span_str(const char *s) {
    return pt_span(s, s != NULL ? strlen(s) : 0);
}

bool pt_span_eq(struct pt_span a, struct pt_span b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

void pt_buf_init(struct pt_buf *b, size_t max) {
    memset(b, 0, sizeof(*b));
    b->max = max;
}

void pt_buf_done(struct pt_buf *b) {
    if (b == NULL) {
        return;
    }
    free(b->p);
    pt_buf_init(b, b->max);
}

void pt_buf_reset(struct pt_buf *b) {
    b->len = 0;
    b->failed = 0;
}

/* Makes room for `more` bytes and `spare` bytes behind them that don't count against the max. */
static int grow(struct pt_buf *b, size_t more, size_t spare) {
    size_t need;
    size_t cap;
    uint8_t *p;

    if (b->failed != 0) {
        return b->failed;
    }
    if (b->len > b->max || more > b->max - b->len || b->len + more > SIZE_MAX - spare) {
        b->failed = PT_E_TOO_LARGE;
        return b->failed;
    }
    need = b->len + more + spare;
    if (need <= b->cap) {
        return 0;
    }
    cap = b->cap < BUF_FIRST_CAP ? BUF_FIRST_CAP : b->cap;
    while (cap < need) {
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    }
    p = realloc(b->p, cap);
    if (p == NULL) {
        b->failed = PT_E_NOMEM;
        return b->failed;
    }
    b->p = p;
    b->cap = cap;
    return 0;
}

int pt_buf_reserve(struct pt_buf *b, size_t more) {
    return grow(b, more, 0);
}

int pt_buf_append(struct pt_buf *b, const void *p, size_t len) {
    int rc = grow(b, len, 0);

    if (rc == 0 && len > 0) {
        memcpy(b->p + b->len, p, len);
        b->len += len;
    }
    return rc;
}

int pt_buf_append_span(struct pt_buf *b, struct pt_span s) {
    return pt_buf_append(b, s.p, s.len);
}

int pt_buf_puts(struct pt_buf *b, const char *s) {
    return pt_buf_append(b, s, strlen(s));
}

int pt_buf_putc(struct pt_buf *b, char c) {
    return pt_buf_append(b, &c, 1);
}

__attribute__((format(printf, 2, 0))) static int append_format(struct pt_buf *b, const char *fmt,
                                                               va_list ap) {
    va_list again;
    int n;
    int rc;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0) {
        b->failed = b->failed != 0 ? b->failed : PT_E_NOMEM;
        return b->failed;
    }
    rc = grow(b, (size_t)n, 1);
    if (rc == 0) {
        (void)vsnprintf((char *)b->p + b->len, (size_t)n + 1, fmt, ap);
        b->len += (size_t)n;
    }
    return rc;
}

int pt_buf_printf(struct pt_buf *b, const char *fmt, ...) {
    va_list ap;
    int rc;

    va_start(ap, fmt);
    rc = append_format(b, fmt, ap);
    va_end(ap);
    return rc;
}

int pt_buf_put_u16be(struct pt_buf *b, uint16_t v) {
    const uint8_t be[2] = {(uint8_t)(v >> 8), (uint8_t)(v & 0xFFU)};

    return pt_buf_append(b, be, sizeof(be));
}

int pt_buf_put_u64be(struct pt_buf *b, uint64_t v) {
    uint8_t be[8];

    for (size_t i = 0; i < sizeof(be); i++) {
        be[i] = (uint8_t)(v >> (56 - 8 * i));
    }
    return pt_buf_append(b, be, sizeof(be));
}

void pt_buf_consume(struct pt_buf *b, size_t n) {
    PT_ASSERT(n <= b->len);
    if (n == 0) {
        return;
    }
    b->len -= n;
    memmove(b->p, b->p + n, b->len);
}

struct pt_span pt_buf_span(const struct pt_buf *b) {
    return pt_span(b->p, b->len);
}

const char *pt_buf_cstr(struct pt_buf *b) {
    if (grow(b, 0, 1) != 0) {
        return NULL;
    }
    b->p[b->len] = '\0';
    return (const char *)b->p;
}

uint8_t *pt_buf_steal(struct pt_buf *b, size_t *ret_len) {
    uint8_t *p = b->p;

    if (ret_len != NULL) {
        *ret_len = b->len;
    }
    pt_buf_init(b, b->max);
    return p;
}
