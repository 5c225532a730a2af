/* Physical lines of a plain or gzip file in a declared encoding.
 *
 * Lines are cut on the raw bytes and transcoded one by one, so that a position is a byte offset and
 * encodings may differ from line to line. That is sound for every encoding in which 0x0A and 0x0D
 * never are part of another character: all but UTF-16 and UTF-32, which are cut by their units. */
#include "internal.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#define READ_CHUNK (64u * 1024)

struct pt_encoding {
    char name[32];
    iconv_t cd; /* (iconv_t)-1: UTF-8, checked only */
};

struct pt_lines {
    gzFile gz;
    char *path;
    struct pt_encoding enc[PT_LINES_MAX_ENC];
    size_t n_enc;
    unsigned unit; /* bytes of a code unit: 1, 2 (UTF-16) or 4 (UTF-32) */
    bool big;      /* of such units */
    bool bom_decides;
    unsigned char in[READ_CHUNK];
    size_t in_pos, in_len;
    bool eof;
    uint64_t offset; /* of in[in_pos] */
    uint64_t number; /* of the next line */
    struct pt_buf raw, out;
};

/* ---- UTF-8 ---- */

static size_t utf8_len(const unsigned char *p, size_t n) {
    if (p[0] < 0x80)
        return p[0] == 0 ? 0 : 1;
    size_t len = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : 0;
    if (p[0] >= 0xF0 && p[0] <= 0xF4)
        len = 4;
    if (len == 0 || len > n)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
        (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return len;
}

static bool utf8_ok(const unsigned char *p, size_t n) {
    for (size_t i = 0; i < n;) {
        size_t k = utf8_len(p + i, n - i);
        if (k == 0)
            return false;
        i += k;
    }
    return true;
}

/* ---- opening ---- */

static int set_encoding(struct pt_lines *l, const char *name, size_t len, struct pt_err *err) {
    if (l->n_enc == PT_LINES_MAX_ENC || len == 0 || len >= sizeof(l->enc[0].name))
        return pt_err_set(err, PT_E_CONFIG, "encoding \"%.*s\": at most %d names, separated by '|'",
                          (int)(len > 60 ? 60 : len), name, PT_LINES_MAX_ENC);
    struct pt_encoding *e = &l->enc[l->n_enc];
    memcpy(e->name, name, len);
    e->name[len] = '\0';
    e->cd = (iconv_t)-1;
    unsigned unit = 1;
    if (strncasecmp(e->name, "utf-16", 6) == 0 || strncasecmp(e->name, "utf16", 5) == 0 ||
        strncasecmp(e->name, "ucs-2", 5) == 0)
        unit = 2;
    if (strncasecmp(e->name, "utf-32", 6) == 0 || strncasecmp(e->name, "ucs-4", 5) == 0)
        unit = 4;
    if (unit > 1) {
        size_t n = strlen(e->name);
        l->bom_decides = !(n > 2 && strcasecmp(e->name + n - 2, "le") == 0) &&
                         !(n > 2 && strcasecmp(e->name + n - 2, "be") == 0);
        l->big = n > 2 && strcasecmp(e->name + n - 2, "be") == 0;
    }
    if (l->n_enc > 0 && unit != l->unit)
        return pt_err_set(err, PT_E_CONFIG, "encoding %s can't be mixed with %s", e->name,
                          l->enc[0].name);
    l->unit = unit;
    if (strcasecmp(e->name, "utf-8") != 0 && strcasecmp(e->name, "utf8") != 0 && unit == 1) {
        e->cd = iconv_open("UTF-8", e->name);
        if (e->cd == (iconv_t)-1)
            return pt_err_set(err, PT_E_CONFIG,
                              "encoding \"%s\" is not known (try utf-8, gb18030, iso-8859-1, "
                              "windows-1252 or utf-16)",
                              e->name);
    }
    l->n_enc++;
    return 0;
}

static int set_encodings(struct pt_lines *l, const char *list, struct pt_err *err) {
    if (list == NULL || *list == '\0')
        list = "utf-8";
    while (*list) {
        size_t n = strcspn(list, "|");
        const char *p = list;
        size_t k = n;
        for (; k > 0 && *p == ' '; p++)
            k--;
        for (; k > 0 && p[k - 1] == ' '; k--)
            ;
        int rc = set_encoding(l, p, k, err);
        if (rc)
            return rc;
        list += n + (list[n] == '|');
    }
    return 0;
}

static int fill(struct pt_lines *l, struct pt_err *err) {
    if (l->in_pos < l->in_len || l->eof)
        return 0;
    int n = gzread(l->gz, l->in, READ_CHUNK);
    if (n < 0) {
        int zerr = 0;
        const char *what = gzerror(l->gz, &zerr);
        return pt_err_set(err, zerr == Z_ERRNO ? PT_E_IO : PT_E_TRUNCATED,
                          "%s: can't be unpacked near byte %llu: %s", l->path,
                          (unsigned long long)l->offset,
                          zerr == Z_ERRNO ? strerrordesc_np(errno) : what);
    }
    if (n == 0) {
        int zerr = 0;
        gzerror(l->gz, &zerr);
        if (zerr == Z_BUF_ERROR)
            return pt_err_set(err, PT_E_TRUNCATED, "%s: the .gz ends too early", l->path);
        l->eof = true;
    }
    l->in_pos = 0;
    l->in_len = (size_t)n;
    return 0;
}

/* Takes a byte order mark away; one of UTF-16 also says which end comes first. */
static int skip_bom(struct pt_lines *l, struct pt_err *err) {
    int rc = fill(l, err);
    if (rc)
        return rc;
    size_t n = 0;
    const unsigned char *p = l->in;
    if (l->unit == 1 && l->in_len >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
        n = 3;
    if (l->unit == 2 && l->in_len >= 2 &&
        (memcmp(p, "\xFF\xFE", 2) == 0 || memcmp(p, "\xFE\xFF", 2) == 0)) {
        n = 2;
        if (l->bom_decides)
            l->big = p[0] == 0xFE;
    }
    if (l->unit == 4 && l->in_len >= 4 &&
        (memcmp(p, "\xFF\xFE\0\0", 4) == 0 || memcmp(p, "\0\0\xFE\xFF", 4) == 0)) {
        n = 4;
        if (l->bom_decides)
            l->big = p[0] == 0;
    }
    l->in_pos += n;
    l->offset += n;
    if (l->unit > 1) {
        const char *name =
            l->unit == 2 ? (l->big ? "UTF-16BE" : "UTF-16LE") : (l->big ? "UTF-32BE" : "UTF-32LE");
        for (size_t i = 0; i < l->n_enc; i++) {
            if (l->enc[i].cd != (iconv_t)-1)
                continue;
            l->enc[i].cd = iconv_open("UTF-8", name);
            if (l->enc[i].cd == (iconv_t)-1)
                return pt_err_set(err, PT_E_CONFIG, "encoding %s is not known", name);
        }
    }
    return 0;
}

int pt_lines_open(const char *path, const char *encoding, struct pt_lines **ret,
                  struct pt_err *err) {
    int rc;
    *ret = NULL;
    struct pt_lines *l = calloc(1, sizeof(*l));
    if (l == NULL)
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    pt_buf_init(&l->raw, PT_ROW_MAX_BYTES + 8);
    pt_buf_init(&l->out, 4u * PT_ROW_MAX_BYTES);
    l->number = 1;
    l->path = strdup(path);
    rc = l->path ? set_encodings(l, encoding, err) : pt_err_set(err, PT_E_NOMEM, "out of memory");
    if (rc)
        goto out;
    l->gz = gzopen(path, "rb");
    if (l->gz == NULL) {
        rc = pt_err_set(err, errno == ENOENT ? PT_E_NOT_FOUND : PT_E_IO, "%s can't be opened: %s",
                        path, errno ? strerrordesc_np(errno) : "out of memory");
        goto out;
    }
    gzbuffer(l->gz, 128 * 1024);
    rc = skip_bom(l, err);
    if (rc)
        goto out;
    *ret = l;
    l = NULL;
out:
    pt_lines_close(l);
    return rc;
}

void pt_lines_close(struct pt_lines *l) {
    if (l == NULL)
        return;
    if (l->gz)
        gzclose(l->gz);
    for (size_t i = 0; i < PT_LINES_MAX_ENC; i++)
        if (l->enc[i].name[0] && l->enc[i].cd != (iconv_t)-1 && l->enc[i].cd != NULL)
            iconv_close(l->enc[i].cd);
    pt_buf_done(&l->raw);
    pt_buf_done(&l->out);
    free(l->path);
    free(l);
}

/* ---- cutting ---- */

/* The next code unit's value, appended to raw; -1 at the end, -2 on an error. */
static int next_unit(struct pt_lines *l, unsigned char u[4], int *ret_value, struct pt_err *err) {
    unsigned got = 0;
    while (got < l->unit) {
        int rc = fill(l, err);
        if (rc)
            return rc;
        if (l->eof)
            break;
        u[got++] = l->in[l->in_pos++];
        l->offset++;
    }
    if (got < l->unit) {
        *ret_value = -1;
        return 0;
    }
    uint32_t v = 0;
    for (unsigned i = 0; i < l->unit; i++)
        v = (v << 8) | u[l->big ? i : l->unit - 1 - i];
    *ret_value = v > INT32_MAX ? INT32_MAX : (int)v;
    return 0;
}

static int peek_lf(struct pt_lines *l, bool *ret_lf, struct pt_err *err) {
    int rc = fill(l, err);
    *ret_lf = false;
    if (rc || l->eof)
        return rc;
    if (l->unit == 1) {
        *ret_lf = l->in[l->in_pos] == '\n';
        return 0;
    }
    /* A unit that straddles two reads is not looked for: CR LF then counts as CR and an empty
     * line, which is a blank row, which is no row. */
    if (l->in_len - l->in_pos < l->unit)
        return 0;
    uint32_t v = 0;
    for (unsigned i = 0; i < l->unit; i++)
        v = (v << 8) | l->in[l->in_pos + (l->big ? i : l->unit - 1 - i)];
    *ret_lf = v == '\n';
    return 0;
}

/* Appends up to a line break (not included) and says whether there was one. */
static int cut_line(struct pt_lines *l, bool *ret_break, bool *ret_long, struct pt_err *err) {
    *ret_break = *ret_long = false;
    for (;;) {
        int rc = fill(l, err), v;
        if (rc)
            return rc;
        if (l->eof)
            return 0;
        if (l->unit == 1) { /* the fast way: whole stretches */
            const unsigned char *p = l->in + l->in_pos;
            size_t n = l->in_len - l->in_pos, k = 0;
            while (k < n && p[k] != '\n' && p[k] != '\r')
                k++;
            *ret_long = *ret_long || l->raw.len + k > PT_ROW_MAX_BYTES;
            if (!*ret_long)
                pt_buf_append(&l->raw, p, k);
            l->in_pos += k;
            l->offset += k;
            if (k == n)
                continue;
        }
        unsigned char u[4];
        rc = next_unit(l, u, &v, err);
        if (rc || v < 0)
            return rc;
        if (v != '\n' && v != '\r') {
            *ret_long = *ret_long || l->raw.len + l->unit > PT_ROW_MAX_BYTES;
            if (!*ret_long)
                pt_buf_append(&l->raw, u, l->unit);
            continue;
        }
        *ret_break = true;
        if (v == '\r') {
            bool lf;
            rc = peek_lf(l, &lf, err);
            if (rc)
                return rc;
            *ret_break = !l->eof; /* at the end of the file it may be half of CR LF */
            if (lf)
                rc = next_unit(l, u, &v, err);
        }
        return rc;
    }
}

static bool convert(struct pt_lines *l, struct pt_encoding *e) {
    pt_buf_reset(&l->out);
    if (l->raw.len == 0)
        return true;
    if (e->cd == (iconv_t)-1) {
        if (!utf8_ok(l->raw.p, l->raw.len))
            return false;
        return pt_buf_append(&l->out, l->raw.p, l->raw.len) == 0;
    }
    if (pt_buf_reserve(&l->out, l->raw.len * 4 + 8))
        return false;
    char *in = (char *)l->raw.p, *o = (char *)l->out.p;
    size_t in_left = l->raw.len, o_left = l->out.cap;
    iconv(e->cd, NULL, NULL, NULL, NULL);
    if (iconv(e->cd, &in, &in_left, &o, &o_left) == (size_t)-1)
        return false;
    l->out.len = l->out.cap - o_left;
    return memchr(l->out.p, 0, l->out.len) == NULL;
}

int pt_lines_next(struct pt_lines *l, struct pt_line *ret, struct pt_err *err) {
    bool has_break, too_long;
    memset(ret, 0, sizeof(*ret));
    pt_buf_reset(&l->raw);
    ret->begin = l->offset;
    int rc = cut_line(l, &has_break, &too_long, err);
    if (rc)
        return rc;
    if (!has_break && l->raw.len == 0 && !too_long)
        return 0;
    ret->end = l->offset;
    ret->number = l->number++;
    bool ok = false;
    for (size_t i = 0; i < l->n_enc && !ok; i++)
        ok = convert(l, &l->enc[i]);
    ret->has_break = has_break;
    ret->crc = too_long ? 0 : (uint32_t)crc32(0, l->raw.p, (uInt)l->raw.len);
    if (too_long)
        ret->bad = PT_E_TOO_LARGE;
    else if (!ok)
        ret->bad = PT_E_ENCODING;
    if (!ok)
        pt_buf_reset(&l->out);
    if (has_break)
        pt_buf_putc(&l->out, '\n');
    ret->p = pt_buf_cstr(&l->out);
    ret->len = l->out.len;
    if (ret->p == NULL)
        return pt_err_set(err, l->out.failed, "%s line %llu: out of memory", l->path,
                          (unsigned long long)ret->number);
    return 0;
}

void pt_lines_tell(const struct pt_lines *l, uint64_t *ret_offset, uint64_t *ret_number) {
    *ret_offset = l->offset;
    *ret_number = l->number;
}

int pt_lines_seek(struct pt_lines *l, uint64_t offset, uint64_t number, struct pt_err *err) {
    if (gzseek(l->gz, (z_off_t)offset, SEEK_SET) != (z_off_t)offset)
        return pt_err_set(err, PT_E_IO, "%s: can't go to byte %llu (is the file shorter now?)",
                          l->path, (unsigned long long)offset);
    l->in_pos = l->in_len = 0;
    l->eof = false;
    l->offset = offset;
    l->number = number;
    return 0;
}
