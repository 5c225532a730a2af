/* Texts to values, exactly: what isn't understood whole is an error, never a guess. */
#include "internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <utf8proc.h>

#include <pentad/base/date.h>
#include <pentad/record/text.h>

int pt_unit_parse(const char *s, enum pt_unit *ret) {
    static const struct {
        const char *name;
        enum pt_unit unit;
    } units[] = {{"fen", PT_UNIT_FEN},   {"cents", PT_UNIT_FEN}, {"分", PT_UNIT_FEN},
                 {"yuan", PT_UNIT_YUAN}, {"元", PT_UNIT_YUAN},   {"euro", PT_UNIT_YUAN},
                 {"wan", PT_UNIT_WAN},   {"万元", PT_UNIT_WAN}};
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(s, units[i].name) == 0) {
            *ret = units[i].unit;
            return 0;
        }
    return PT_E_CONFIG;
}

int pt_unit_shift(enum pt_unit u) {
    return u == PT_UNIT_YUAN ? 2 : u == PT_UNIT_WAN ? 6 : 0;
}

/* ---- numbers ---- */

struct digits {
    char d[48]; /* without separators */
    size_t n;
    size_t decimals;
    bool minus;
};

static int not_number(const char *p, size_t len, const char *why, struct pt_err *err) {
    return pt_err_set(err, PT_E_AMOUNT, "\"%.*s\" is not a number: %s", (int)(len > 60 ? 60 : len),
                      p, why);
}

/* Which character is the decimal mark of this value, where each value tells. */
static int guess_decimal(const char *p, size_t len, char *ret_decimal, char *ret_thousands,
                         struct pt_err *err) {
    size_t dots = 0, commas = 0, last = 0;
    for (size_t i = 0; i < len; i++) {
        dots += p[i] == '.';
        commas += p[i] == ',';
        if (p[i] == '.' || p[i] == ',')
            last = i;
    }
    *ret_decimal = '.';
    *ret_thousands = ',';
    if (dots + commas == 0)
        return 0;
    char mark = p[last], other = mark == '.' ? ',' : '.';
    size_t marks = mark == '.' ? dots : commas, after = 0;
    for (size_t i = last + 1; i < len && isdigit((unsigned char)p[i]); i++)
        after++;
    if (marks > 1) { /* only a thousands separator comes twice */
        *ret_thousands = mark;
        *ret_decimal = other;
        return 0;
    }
    if (dots + commas == 1 && after == 3)
        return not_number(p, len, "a separator before three digits may mean either", err);
    *ret_decimal = mark;
    *ret_thousands = other;
    return 0;
}

/* Strips sign forms; what is left is digits and separators. */
static void take_sign(const char **p, size_t *len, bool *ret_minus) {
    *ret_minus = false;
    if (*len >= 2 && (*p)[0] == '(' && (*p)[*len - 1] == ')') {
        *ret_minus = true;
        (*p)++;
        *len -= 2;
        return;
    }
    if (*len >= 1 && ((*p)[0] == '-' || (*p)[0] == '+')) {
        *ret_minus = (*p)[0] == '-';
        (*p)++;
        (*len)--;
    } else if (*len >= 3 && memcmp(*p, "\xE2\x88\x92", 3) == 0) {
        *ret_minus = true;
        *p += 3;
        *len -= 3;
    } else if (*len >= 2 && (*p)[*len - 1] == '-') {
        *ret_minus = true;
        (*len)--;
    }
    pt_text_trim(p, len);
}

static int read_digits(const char *text, size_t text_len, const struct pt_number_style *style,
                       struct digits *d, struct pt_err *err) {
    const char *p = text;
    size_t len = text_len, group = 0;
    char decimal = style->decimal ? style->decimal : '.', thousands = style->thousands;
    bool grouped = false, point = false;
    memset(d, 0, sizeof(*d));
    pt_text_trim(&p, &len);
    take_sign(&p, &len, &d->minus);
    if (len == 0)
        return not_number(text, text_len, "it has no digits", err);
    if (decimal == 'a') {
        int rc = guess_decimal(p, len, &decimal, &thousands, err);
        if (rc)
            return rc;
    }
    for (size_t i = 0; i < len; i++) {
        if (isdigit((unsigned char)p[i])) {
            if (d->n == sizeof(d->d) - 1)
                return not_number(text, text_len, "too many digits", err);
            d->d[d->n++] = p[i];
            group++;
            d->decimals += point;
        } else if (p[i] == decimal && !point) {
            if (grouped && group != 3)
                return not_number(text, text_len, "the thousands are not groups of three", err);
            if (group == 0 && d->n == 0 && i + 1 == len)
                return not_number(text, text_len, "it has no digits", err);
            point = true;
        } else if (thousands && p[i] == thousands && !point) {
            if ((grouped && group != 3) || group == 0 || group > 3)
                return not_number(text, text_len, "the thousands are not groups of three", err);
            grouped = true;
            group = 0;
        } else {
            return not_number(text, text_len, "the declared form has no such character", err);
        }
    }
    if (grouped && !point && group != 3)
        return not_number(text, text_len, "the thousands are not groups of three", err);
    if (d->n == 0)
        return not_number(text, text_len, "it has no digits", err);
    return 0;
}

int pt_value_number(const char *p, size_t len, const struct pt_number_style *style, int shift,
                    int64_t *ret, struct pt_err *err) {
    struct digits d;
    int rc = read_digits(p, len, style, &d, err);
    if (rc)
        return rc;
    size_t keep = d.n - d.decimals + (size_t)shift; /* digits of the result */
    __extension__ __int128 v = 0;
    bool up = false;
    for (size_t i = 0; i < keep; i++) {
        v = v * 10 + (i < d.n ? d.d[i] - '0' : 0);
        if (v > INT64_MAX)
            return pt_err_set(err, PT_E_RANGE, "\"%.*s\" is too large", (int)(len > 60 ? 60 : len),
                              p);
    }
    for (size_t i = keep; i < d.n; i++) {
        if (d.d[i] != '0' && !style->round)
            return pt_err_set(err, PT_E_AMOUNT, "\"%.*s\" has more decimals than its unit allows",
                              (int)(len > 60 ? 60 : len), p);
        if (i == keep)
            up = d.d[i] >= '5';
    }
    v += up;
    if (v > INT64_MAX)
        return pt_err_set(err, PT_E_RANGE, "\"%.*s\" is too large", (int)(len > 60 ? 60 : len), p);
    *ret = d.minus ? -(int64_t)v : (int64_t)v;
    return 0;
}

int pt_value_sign(const char *p, size_t len, const struct pt_number_style *style, int *ret,
                  struct pt_err *err) {
    struct digits d;
    int rc = read_digits(p, len, style, &d, err);
    if (rc)
        return rc;
    *ret = strspn(d.d, "0") == d.n ? 0 : d.minus ? -1 : 1;
    return 0;
}

int pt_value_decimal(const char *p, size_t len, const struct pt_number_style *style,
                     struct pt_arena *arena, const char **ret, struct pt_err *err) {
    struct digits d;
    int rc = read_digits(p, len, style, &d, err);
    if (rc)
        return rc;
    size_t whole = d.n - d.decimals, start = 0;
    while (start + 1 < whole && d.d[start] == '0')
        start++;
    *ret = pt_arena_printf(arena, "%s%s%.*s%s%s", d.minus ? "-" : "", whole == 0 ? "0" : "",
                           (int)(whole - start), d.d + start, d.decimals ? "." : "", d.d + whole);
    return *ret ? 0 : pt_err_set(err, PT_E_NOMEM, "out of memory");
}

/* ---- dates ---- */

static int precision_of(const char *format, size_t len) {
    int p = 3;
    for (size_t i = 0; i + 1 < len; i++) {
        if (format[i] != '%')
            continue;
        char c = format[++i];
        if (strchr("deDFxjc", c))
            return 1;
        if (strchr("mbBh", c))
            p = 2;
    }
    return p;
}

static int32_t ymd_of(const struct tm *tm) {
    return (tm->tm_year + 1900) * 10000 + (tm->tm_mon + 1) * 100 + tm->tm_mday;
}

/* Reads `p` by the first of the forms that fits whole; *ret_form is where in `formats` it stands,
 * NULL where none does. Fields that the form doesn't have are those of January 1st, midnight. */
static size_t read_form(const char *p, const char *formats, struct tm *tm, const char **ret_form) {
    *ret_form = NULL;
    for (const char *f = formats; *f;) {
        size_t n = strcspn(f, "|");
        char format[64];
        memset(tm, 0, sizeof(*tm));
        tm->tm_mday = 1;
        snprintf(format, sizeof(format), "%.*s", (int)(n < 63 ? n : 63), f);
        const char *end = strptime(p, format, tm);
        if (end != NULL && *end == '\0' && pt_date_valid(ymd_of(tm))) {
            *ret_form = f;
            return n;
        }
        f += n + (f[n] == '|');
    }
    return 0;
}

int pt_value_date(const char *p, const char *formats, int32_t *ret_ymd, int *ret_precision,
                  struct pt_err *err) {
    struct tm tm;
    const char *form;
    size_t n = read_form(p, formats, &tm, &form);
    if (form == NULL)
        return pt_err_set(err, PT_E_DATE, "\"%.40s\" is not a date of the form %.60s", p, formats);
    int32_t ymd = ymd_of(&tm);
    *ret_precision = precision_of(form, n);
    if (*ret_precision == 2)
        ymd = pt_date_month_end(ymd);
    if (*ret_precision == 3)
        ymd = pt_date_year(ymd) * 10000 + 1231;
    *ret_ymd = ymd;
    return 0;
}

int pt_value_moment(const char *p, const char *formats, int64_t *ret_ms, struct pt_err *err) {
    struct tm tm;
    const char *form;
    (void)read_form(p, formats, &tm, &form);
    if (form == NULL)
        return pt_err_set(err, PT_E_DATE, "\"%.40s\" is not a time of the form %.60s", p, formats);
    *ret_ms = pt_date_to_ms(ymd_of(&tm)) +
              ((tm.tm_hour * INT64_C(60) + tm.tm_min) * 60 + tm.tm_sec) * 1000;
    return 0;
}

/* ---- text ---- */

static bool is_space(utf8proc_int32_t c) {
    return c == ' ' || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F ||
           c == 0x205F || c == 0x1680 || (c >= 9 && c <= 13) || c == 0x85;
}

/* Printable ASCII with single spaces inside: what most cells are, and nothing to do for them. */
static bool is_plain(const char *p, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (p[i] < 0x20 || p[i] > 0x7E || (p[i] == ' ' && (i == 0 || p[i - 1] == ' ')))
            return false;
    return len == 0 || p[len - 1] != ' ';
}

int pt_value_text(const char *p, size_t len, unsigned max_chars, struct pt_arena *arena,
                  const char **ret, struct pt_err *err) {
    if (p[len] == '\0' && (max_chars == 0 || len <= max_chars) && is_plain(p, len)) {
        *ret = p; /* lives as long as the row, as what is copied below */
        return 0;
    }
    char *out = pt_arena_alloc(arena, len + 1);
    size_t o = 0;
    unsigned chars = 0;
    bool space = false;
    if (out == NULL)
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    for (size_t i = 0; i < len;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t k =
            utf8proc_iterate((const utf8proc_uint8_t *)p + i, (utf8proc_ssize_t)(len - i), &c);
        if (k <= 0)
            return pt_err_set(err, PT_E_TEXT, "not valid UTF-8");
        i += (size_t)k;
        if (is_space(c) || c < 0x20 || (c >= 0x7F && c < 0xA0)) {
            space = o > 0;
            continue;
        }
        if (max_chars && chars + space + 1u > max_chars)
            break;
        if (space) {
            out[o++] = ' ';
            chars++;
        }
        space = false;
        memcpy(out + o, p + i - (size_t)k, (size_t)k);
        o += (size_t)k;
        chars++;
    }
    out[o] = '\0';
    const char *why = "";
    *ret = out;
    if (pt_text_check(out, o, NULL, &why) == 0)
        return 0;
    utf8proc_uint8_t *nfc = utf8proc_NFC((const utf8proc_uint8_t *)out);
    if (nfc == NULL)
        return pt_err_set(err, PT_E_TEXT, "the text can't be normalised");
    *ret = pt_arena_strdup(arena, (const char *)nfc);
    free(nfc);
    if (*ret == NULL)
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    if (pt_text_check(*ret, strlen(*ret), NULL, &why))
        return pt_err_set(err, PT_E_TEXT, "the text holds %s", why);
    return 0;
}

/* ---- names ---- */

static size_t enum_prefix(const ProtobufCEnumDescriptor *d) {
    for (unsigned i = 0; i < d->n_values; i++) {
        const char *s = strstr(d->values[i].name, "UNSPECIFIED");
        if (s && strcmp(s, "UNSPECIFIED") == 0)
            return (size_t)(s - d->values[i].name);
    }
    return 0;
}

/* A level of state secrets: nothing that bears one may go out. A work secret is none. */
static bool is_state_secret(const char *p) {
    static const char *const levels[] = {"秘密",   "机密",         "绝密",      "国家秘密",
                                         "SECRET", "CONFIDENTIAL", "TOP_SECRET"};
    if (strstr(p, "工作秘密") != NULL)
        return false;
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (strncmp(p, levels[i], strlen(levels[i])) == 0)
            return true;
    }
    return false;
}

int pt_value_enum(const ProtobufCEnumDescriptor *d, const char *p, int *ret, struct pt_err *err) {
    size_t prefix = enum_prefix(d);
    for (unsigned i = 0; i < d->n_values; i++) {
        const ProtobufCEnumValue *v = &d->values[i];
        char number[16];
        snprintf(number, sizeof(number), "%d", v->value);
        if (v->value == 0 && prefix)
            continue;
        if (strcmp(v->name, p) == 0 || strcmp(v->name + prefix, p) == 0 || strcmp(number, p) == 0) {
            *ret = v->value;
            return 0;
        }
    }
    if (d == &pentad__v1__classification__descriptor && is_state_secret(p))
        return pt_err_set(
            err, PT_E_SECRET,
            "\"%.40s\": a state secret may not enter this network; use the classified "
            "channel (保密法)",
            p);
    char names[160];
    size_t o = 0;
    names[0] = '\0';
    for (unsigned i = 0; i < d->n_values && o < sizeof(names); i++)
        if (d->values[i].value != 0)
            o += (size_t)snprintf(names + o, sizeof(names) - o, " %s", d->values[i].name + prefix);
    return pt_err_set(err, PT_E_CODE, "\"%.60s\" is none of%s", p, names);
}

int pt_value_bool(const char *p, bool *ret, struct pt_err *err) {
    static const char *const yes[] = {"true", "yes", "是", "1", "Y", "y", "TRUE", "有"};
    static const char *const no[] = {"false", "no", "否", "0", "N", "n", "FALSE", "无"};
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        if (strcmp(p, yes[i]) == 0 || strcmp(p, no[i]) == 0) {
            *ret = strcmp(p, yes[i]) == 0;
            return 0;
        }
    }
    return pt_err_set(err, PT_E_FIELD, "\"%.40s\" is neither yes nor no", p);
}
