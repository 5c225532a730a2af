#include <pentad/record/text.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include <pentad/base/err.h>
#include <pentad/record/decode.h>

/* Ranges that are assigned, visible and unchanged by NFC whatever stands beside them: nearly all
 * text there is. What is outside them takes the slow way. */
static bool is_plain(uint32_t cp) {
    return (cp >= 0x20 && cp < 0x7F) ||              /* ASCII */
           (cp >= 0x4E00 && cp <= 0x9FEF) ||         /* CJK ideographs */
           (cp >= 0x3001 && cp <= 0x301D) ||         /* CJK punctuation */
           (cp >= 0xFF01 && cp <= 0xFF5E) ||         /* full-width forms */
           (cp >= 0x2010 && cp <= 0x2027) ||         /* dashes, quotes, ellipsis */
           (cp >= 0xA1 && cp < 0x300 && cp != 0xAD); /* Latin */
}

/* Without width and without being format characters: fillers, joiners, inherent vowels, and the
 * selectors of a variant, by which one name could be written so that it isn't equal to itself. */
static bool has_no_width(uint32_t cp) {
    return cp == 0x034F || cp == 0x115F || cp == 0x1160 || cp == 0x3164 || cp == 0xFFA0 ||
           cp == 0x17B4 || cp == 0x17B5 || (cp >= 0x180B && cp <= 0x180F) ||
           (cp >= 0xFE00 && cp <= 0xFE0F) || (cp >= 0xE0100 && cp <= 0xE01EF);
}

static const char *barred(uint32_t cp) {
    switch (utf8proc_category((utf8proc_int32_t)cp)) {
    case UTF8PROC_CATEGORY_CC:
        return "a control character";
    case UTF8PROC_CATEGORY_CF:
        return "an invisible formatting character";
    case UTF8PROC_CATEGORY_CO:
        return "a private-use character";
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CN:
        return "an unassigned code point";
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return "a line or paragraph separator";
    default:
        break;
    }
    return has_no_width(cp) ? "a zero-width character" : NULL;
}

static bool is_nfc(const char *s, size_t len) {
    utf8proc_uint8_t *nfc = NULL;
    utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)len, &nfc,
                                      UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    bool same = n >= 0 && (size_t)n == len && memcmp(nfc, s, len) == 0;

    free(nfc);
    return same;
}

static uint32_t next_cp(const uint8_t **pp) {
    const uint8_t *p = *pp;
    uint32_t b = *p;

    if (b < 0x80) {
        *pp = p + 1;
        return b;
    }
    if (b < 0xE0) {
        *pp = p + 2;
        return (b & 0x1FU) << 6 | (p[1] & 0x3FU);
    }
    if (b < 0xF0) {
        *pp = p + 3;
        return (b & 0x0FU) << 12 | (p[1] & 0x3FU) << 6 | (p[2] & 0x3FU);
    }
    *pp = p + 4;
    return (b & 0x07U) << 18 | (p[1] & 0x3FU) << 12 | (p[2] & 0x3FU) << 6 | (p[3] & 0x3FU);
}

int pt_text_check(const char *s, size_t len, size_t *ret_chars, const char **ret_why) {
    const uint8_t *p = (const uint8_t *)s;
    const uint8_t *end = p + len;
    const char *why = NULL;
    size_t chars = 0;
    bool plain = true;

    while (p < end) {
        uint32_t cp = next_cp(&p);

        chars++;
        if (!is_plain(cp)) {
            plain = false;
            why = why != NULL ? why : barred(cp);
        }
    }
    if (why == NULL && !plain && !is_nfc(s, len)) {
        why = "characters that are not in Unicode's normal form C";
    }
    if (ret_chars != NULL) {
        *ret_chars = chars;
    }
    if (ret_why != NULL) {
        *ret_why = why;
    }
    return why == NULL ? 0 : PT_E_TEXT;
}

int pt_text_show(struct pt_buf *out, const char *s, size_t len) {
    const uint8_t *p = (const uint8_t *)s;
    const uint8_t *end = p + len;

    while (p < end) {
        const uint8_t *from = p;
        size_t n = 1;
        bool shown;

        while (n < 4 && n < (size_t)(end - from) && !pt_utf8_valid(from, n)) {
            n++;
        }
        shown = pt_utf8_valid(from, n);
        p = shown ? from + n : from + 1;
        if (shown) {
            const uint8_t *at = from;

            shown = barred(next_cp(&at)) == NULL;
        }
        if (shown) {
            pt_buf_append(out, from, n);
        } else {
            pt_buf_puts(out, "\xEF\xBF\xBD"); /* U+FFFD */
        }
    }
    return out->failed;
}
