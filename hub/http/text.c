/* Small texts: problem documents, percent-decoding, query parameters. Pure; any thread. */
#include "internal.h"

#include <string.h>

static void json_string(struct pt_buf *out, const char *s) {
    pt_buf_putc(out, '"');
    for (; *s != '\0'; s++) {
        uint8_t c = (uint8_t)*s;
        if (c == '"' || c == '\\') {
            pt_buf_putc(out, '\\');
            pt_buf_putc(out, (char)c);
        } else if (c < ' ') {
            pt_buf_printf(out, "\\u%04x", c);
        } else {
            pt_buf_putc(out, (char)c);
        }
    }
    pt_buf_putc(out, '"');
}

void pt_http_problem_write(struct pt_buf *out, int status, int code, const char *detail) {
    pt_buf_printf(out, "{\"type\":\"urn:pentad:error:%s\",\"title\":", pt_err_name(code));
    json_string(out, pt_err_text(code, false));
    pt_buf_puts(out, ",\"title_zh\":");
    json_string(out, pt_err_text(code, true));
    pt_buf_printf(out, ",\"status\":%d,\"code\":\"%s\"", status, pt_err_name(code));
    if (detail != NULL && detail[0] != '\0') {
        pt_buf_puts(out, ",\"detail\":");
        json_string(out, detail);
    }
    pt_buf_puts(out, "}\n");
}

static int hex(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int pt_http_percent_decode(const char *s, size_t len, char *out, size_t cap) {
    size_t n = 0;

    PT_ASSERT(cap > 0);
    out[0] = '\0';
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        if (c == '%') {
            int hi = len - i < 3 ? -1 : hex(s[i + 1]);
            int lo = hi < 0 ? -1 : hex(s[i + 2]);
            if (lo < 0 || (hi == 0 && lo == 0)) {
                out[0] = '\0';
                return PT_E_FORMAT;
            }
            c = (char)(hi * 16 + lo);
            i += 2;
        }
        if (n + 1 >= cap) {
            out[0] = '\0';
            return PT_E_TOO_LARGE;
        }
        out[n++] = c;
    }
    out[n] = '\0';
    return 0;
}

int pt_http_request_query_get(const struct pt_http_request *req, const char *name, char *out,
                              size_t cap) {
    size_t name_len = strlen(name);
    const char *value = NULL;
    size_t value_len = 0;

    PT_ASSERT(cap > 0);
    out[0] = '\0';
    for (const char *at = req->query; *at != '\0';) {
        size_t len = strcspn(at, "&");
        if (len >= name_len && memcmp(at, name, name_len) == 0 &&
            (len == name_len || at[name_len] == '=')) {
            if (value != NULL) {
                return PT_E_FORMAT;
            }
            value = at + name_len + (len > name_len ? 1 : 0);
            value_len = (size_t)(at + len - value);
        }
        at += len + (at[len] == '&' ? 1 : 0);
    }
    if (value == NULL) {
        return 0;
    }
    int rc = pt_http_percent_decode(value, value_len, out, cap);
    return rc == 0 ? 1 : rc;
}
