#include "text.h"

#include <string.h>

#include <pentad/base/codec.h>

static int32_t continuation(struct pt_span s, size_t pos, unsigned n, int32_t c, int32_t least) {
    for (unsigned i = 0; i < n; i++) {
        if (pos + i >= s.len || (s.p[pos + i] & 0xC0) != 0x80) {
            return -1;
        }
        c = (c << 6) | (s.p[pos + i] & 0x3F);
    }
    if (c < least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        return -1;
    }
    return c;
}

int32_t pt_text_next(struct pt_span s, size_t *pos) {
    static const int32_t least[] = {0, 0x80, 0x800, 0x10000};
    uint8_t b = s.p[*pos];
    unsigned n;
    int32_t c;

    if (b < 0x80) {
        (*pos)++;
        return b;
    }
    if (b < 0xC0 || b > 0xF7) {
        return -1;
    }
    n = b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
    c = continuation(s, *pos + 1, n, b & (0x3F >> n), least[n]);
    if (c >= 0) {
        *pos += 1 + n;
    }
    return c;
}

bool pt_text_utf8(struct pt_span s) {
    size_t pos = 0;

    while (pos < s.len) {
        if (pt_text_next(s, &pos) < 0) {
            return false;
        }
    }
    return true;
}

bool pt_text_is_space(int32_t c) {
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

bool pt_text_line(struct pt_span s, size_t *pos, struct pt_span *ret) {
    const uint8_t *nl;

    if (*pos >= s.len) {
        return false;
    }
    nl = memchr(s.p + *pos, '\n', s.len - *pos);
    if (nl == NULL) {
        return false;
    }
    *ret = pt_span(s.p + *pos, (size_t)(nl - (s.p + *pos)));
    *pos += ret->len + 1;
    return true;
}

bool pt_text_u64(struct pt_span s, uint64_t *ret) {
    uint64_t v = 0;

    if (s.len == 0 || s.len > 20 || (s.len > 1 && s.p[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        unsigned d = (unsigned)s.p[i] - '0';

        if (d > 9 || v > (UINT64_MAX - d) / 10) {
            return false;
        }
        v = v * 10 + d;
    }
    *ret = v;
    return true;
}

int pt_text_hash(struct pt_span s, struct pt_hash *ret) {
    struct pt_buf b;
    int rc;

    pt_buf_init(&b, 48);
    rc = pt_unbase64_append(&b, (const char *)s.p, s.len);
    if (rc == 0) {
        rc = pt_hash_from_bytes(ret, b.p, b.len);
    }
    pt_buf_done(&b);
    return rc;
}

bool pt_text_prefix(struct pt_span s, const char *prefix) {
    size_t n = strlen(prefix);

    return s.len >= n && memcmp(s.p, prefix, n) == 0;
}
