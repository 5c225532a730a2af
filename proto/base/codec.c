#include <pentad/base/codec.h>

#include <pentad/base/err.h>

static const char hex_digits[] = "0123456789abcdef";
static const char b64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void pt_hex(char *out, const void *p, size_t len) {
    const uint8_t *in = p;

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = hex_digits[in[i] >> 4];
        out[2 * i + 1] = hex_digits[in[i] & 15U];
    }
    out[2 * len] = '\0';
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

int pt_unhex(const char *s, size_t s_len, uint8_t *out, size_t out_len) {
    if (s_len % 2 != 0 || s_len / 2 != out_len) {
        return PT_E_FORMAT;
    }
    for (size_t i = 0; i < out_len; i++) {
        int hi = hex_value(s[2 * i]);
        int lo = hex_value(s[2 * i + 1]);

        if (hi < 0 || lo < 0) {
            return PT_E_FORMAT;
        }
        out[i] = (uint8_t)(hi * 16 + lo);
    }
    return 0;
}

int pt_base64_append(struct pt_buf *b, const void *p, size_t len) {
    const uint8_t *in = p;
    size_t i = 0;
    int rc;

    if (b->failed == 0 && len / 3 >= SIZE_MAX / 4 - 1) {
        b->failed = PT_E_TOO_LARGE;
    }
    rc = pt_buf_reserve(b, (len + 2) / 3 * 4);
    if (rc != 0) {
        return rc;
    }
    for (; len - i >= 3; i += 3) {
        uint32_t v = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];

        b->p[b->len++] = (uint8_t)b64_digits[v >> 18];
        b->p[b->len++] = (uint8_t)b64_digits[v >> 12 & 63U];
        b->p[b->len++] = (uint8_t)b64_digits[v >> 6 & 63U];
        b->p[b->len++] = (uint8_t)b64_digits[v & 63U];
    }
    if (len - i > 0) {
        uint32_t v = (uint32_t)in[i] << 16 | (len - i == 2 ? (uint32_t)in[i + 1] << 8 : 0U);

        b->p[b->len++] = (uint8_t)b64_digits[v >> 18];
        b->p[b->len++] = (uint8_t)b64_digits[v >> 12 & 63U];
        b->p[b->len++] = len - i == 2 ? (uint8_t)b64_digits[v >> 6 & 63U] : (uint8_t)'=';
        b->p[b->len++] = (uint8_t)'=';
    }
    return 0;
}

static int b64_value(char c) {
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '+') {
        return 62;
    }
    return c == '/' ? 63 : -1;
}

/* One group of four; `n` = bytes it carries (1 to 3), the rest being padding. */
static int unbase64_group(const char *s, size_t n, uint8_t out[3]) {
    uint32_t v = 0;

    for (size_t i = 0; i < 4; i++) {
        int d = i <= n ? b64_value(s[i]) : 0;

        if (d < 0) {
            return PT_E_FORMAT;
        }
        v = v << 6 | (uint32_t)d;
    }
    /* Bits behind the last byte must be zero, or two texts would mean the same bytes. */
    if ((n == 1 && (v & 0xFFFFU) != 0) || (n == 2 && (v & 0xFFU) != 0)) {
        return PT_E_FORMAT;
    }
    out[0] = (uint8_t)(v >> 16);
    out[1] = (uint8_t)(v >> 8 & 0xFFU);
    out[2] = (uint8_t)(v & 0xFFU);
    return 0;
}

int pt_unbase64_append(struct pt_buf *b, const char *s, size_t s_len) {
    size_t tail = 3;
    size_t start = b->len;
    int rc;

    if (s_len % 4 != 0) {
        return PT_E_FORMAT;
    }
    if (s_len > 0 && s[s_len - 1] == '=') {
        tail = s[s_len - 2] == '=' ? 1 : 2;
    }
    rc = pt_buf_reserve(b, s_len / 4 * 3 - (s_len > 0 ? 3 - tail : 0));
    if (rc != 0) {
        return rc;
    }
    for (size_t i = 0; i < s_len; i += 4) {
        size_t n = i + 4 == s_len ? tail : 3;
        uint8_t out[3] = {0};

        rc = unbase64_group(s + i, n, out);
        if (rc != 0) {
            b->len = start; /* nothing half decoded stays behind */
            return rc;
        }
        for (size_t k = 0; k < n; k++) {
            b->p[b->len++] = out[k];
        }
    }
    return 0;
}
