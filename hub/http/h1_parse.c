#include <pentad/http/h1_parse.h>

#include <string.h>
#include <strings.h>

#include <pentad/base/err.h>

/* Head states come first, so that one comparison tells head from body. */
enum state {
    S_START,
    S_METHOD,
    S_TARGET,
    S_VERSION,
    S_FIELD_START,
    S_FIELD_NAME,
    S_FIELD_SPACE,
    S_FIELD_VALUE,
    S_FIELD_LF,
    S_HEAD_LF,
    S_BODY, /* `left` bytes to come */
    S_CHUNK_SIZE,
    S_CHUNK_SIZE_LF,
    S_CHUNK_DATA,
    S_CHUNK_CR,
    S_CHUNK_LF,
    S_LAST_CR,
    S_LAST_LF,
    S_DONE,
    S_ERROR,
};

#define METHOD_MAX 16
#define CHUNK_DIGITS_MAX 8
#define LENGTH_DIGITS_MAX 18

static bool is_alpha(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

static int hex_value(uint8_t c) {
    if (is_digit(c)) {
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

static bool is_token(uint8_t c) {
    return is_alpha(c) || is_digit(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_value(uint8_t c) {
    return c == '\t' || (c >= 0x20 && c != 0x7f);
}

static bool is_target(uint8_t c) {
    return is_alpha(c) || is_digit(c) || (c != '\0' && strchr("-._~!$&'()*+,;=:@/?%", c) != NULL);
}

static bool dot_segment(const char *segment, size_t len) {
    return (len == 1 && segment[0] == '.') || (len == 2 && segment[0] == '.' && segment[1] == '.');
}

const char *pt_http_target_fault(const char *target, size_t len) {
    size_t segment = 1;
    bool in_path = true;

    if (len == 0 || target[0] != '/') {
        return "the request target must be a path that starts with \"/\"";
    }
    for (size_t i = 1; i < len; i++) {
        uint8_t c = (uint8_t)target[i];
        if (!is_target(c)) {
            return "the request target holds a character that must be percent-encoded";
        }
        if (c == '%' && (len - i < 3 || hex_value((uint8_t)target[i + 1]) < 0 ||
                         hex_value((uint8_t)target[i + 2]) < 0)) {
            return "the request target holds a % without two hexadecimal digits";
        }
        if (in_path && (c == '/' || c == '?')) {
            if (dot_segment(target + segment, i - segment)) {
                return "the request target holds a \".\" or \"..\" segment";
            }
            segment = i + 1;
            in_path = c == '/';
        }
    }
    if (in_path && dot_segment(target + segment, len - segment)) {
        return "the request target holds a \".\" or \"..\" segment";
    }
    return NULL;
}

void pt_h1_parser_init(struct pt_h1_parser *p, const struct pt_h1_limits *limits) {
    memset(p, 0, sizeof *p);
    PT_ASSERT(limits->head_max > 0 && limits->header_count_max <= PT_H1_HEADERS_CAP);
    p->limits = *limits;
    pt_buf_init(&p->text, limits->head_max);
}

void pt_h1_parser_done(struct pt_h1_parser *p) {
    pt_buf_done(&p->text);
}

void pt_h1_parser_reset(struct pt_h1_parser *p) {
    struct pt_h1_limits limits = p->limits;
    struct pt_buf text = p->text;

    pt_buf_reset(&text);
    memset(p, 0, sizeof *p);
    p->limits = limits;
    p->text = text;
}

static void fail(struct pt_h1_parser *p, int status, const char *why) {
    p->state = S_ERROR;
    p->status = status;
    p->why = why;
}

static void put(struct pt_h1_parser *p, const void *bytes, size_t len) {
    if (pt_buf_append(&p->text, bytes, len) != 0) {
        fail(p, 503, "out of memory");
    }
}

/* Ends the element being read with its NUL and says where the next begins. */
static void end_text(struct pt_h1_parser *p) {
    put(p, "", 1);
    p->start = (uint32_t)p->text.len;
}

/* Head states: each takes a run of bytes from the input and returns how many. */

static size_t in_method(struct pt_h1_parser *p, const uint8_t *in, size_t len) {
    size_t n = 0;

    while (n < len && in[n] >= 'A' && in[n] <= 'Z') {
        if (p->text.len + n == METHOD_MAX) {
            fail(p, 501, "the method is longer than any known one");
            return n;
        }
        n++;
    }
    put(p, in, n);
    if (p->state == S_ERROR || n == len) {
        return n;
    }
    if (in[n] != ' ' || p->text.len == 0) {
        fail(p, 400, "the request line must begin with an upper-case method and one space");
        return n;
    }
    end_text(p);
    p->target = p->start;
    p->state = p->state == S_ERROR ? S_ERROR : S_TARGET;
    return n + 1;
}

static size_t in_target(struct pt_h1_parser *p, const uint8_t *in, size_t len) {
    size_t n = 0;
    size_t have = p->text.len - p->start;

    while (n < len && in[n] > ' ' && in[n] < 0x7f) {
        if (have + n == p->limits.target_max) {
            fail(p, 414, "the request target is too long");
            return n;
        }
        n++;
    }
    put(p, in, n);
    if (p->state == S_ERROR || n == len) {
        return n;
    }
    if (in[n] != ' ') {
        fail(p, 400, "the request target must be followed by one space and the version");
        return n;
    }
    const char *fault =
        pt_http_target_fault((const char *)p->text.p + p->target, p->text.len - p->target);
    if (fault != NULL) {
        fail(p, 400, fault);
        return n;
    }
    end_text(p);
    if (p->state != S_ERROR) {
        p->state = S_VERSION;
        p->left = 0;
    }
    return n + 1;
}

/* "HTTP/1.1" CR LF; `left` counts the bytes matched. */
static size_t in_version(struct pt_h1_parser *p, const uint8_t *in, size_t len) {
    static const char want[] = "HTTP/1.1\r\n";
    size_t n = 0;

    while (n < len && p->left < sizeof want - 1) {
        if (in[n] != (uint8_t)want[p->left]) {
            if ((p->left == 5 || p->left == 7) && is_digit(in[n])) {
                fail(p, 505, "only HTTP/1.1 and HTTP/2 are spoken here");
            } else {
                fail(p, 400, "the request line must end with HTTP/1.1 and CR LF");
            }
            return n;
        }
        p->left++;
        n++;
    }
    if (p->left == sizeof want - 1) {
        p->left = 0;
        p->state = S_FIELD_START;
    }
    return n;
}

static size_t in_field_start(struct pt_h1_parser *p, const uint8_t *in) {
    if (in[0] == '\r') {
        p->state = S_HEAD_LF;
        return 1;
    }
    if (in[0] == ' ' || in[0] == '\t') {
        fail(p, 400, "a header line is folded or begins with white space");
    } else if (!is_token(in[0])) {
        fail(p, 400, "a header name holds a character that is not allowed");
    } else if (p->field_count == p->limits.header_count_max) {
        fail(p, 431, "too many header fields");
    } else {
        p->fields[p->field_count].name = p->start;
        p->state = S_FIELD_NAME;
    }
    return 0;
}

static size_t in_field_name(struct pt_h1_parser *p, const uint8_t *in, size_t len) {
    size_t n = 0;

    while (n < len && is_token(in[n])) {
        n++;
    }
    size_t from = p->text.len;
    put(p, in, n);
    if (p->state == S_ERROR) {
        return n;
    }
    for (size_t i = from; i < p->text.len; i++) {
        if (p->text.p[i] >= 'A' && p->text.p[i] <= 'Z') {
            p->text.p[i] = (uint8_t)(p->text.p[i] - 'A' + 'a');
        }
    }
    if (n == len) {
        return n;
    }
    if (in[n] != ':') {
        fail(p, 400,
             in[n] == ' ' || in[n] == '\t' ? "white space before the colon of a header field"
                                           : "a header name holds a character that is not allowed");
        return n;
    }
    end_text(p);
    if (p->state != S_ERROR) {
        p->fields[p->field_count].value = p->start;
        p->state = S_FIELD_SPACE;
    }
    return n + 1;
}

static size_t in_field_space(struct pt_h1_parser *p, const uint8_t *in, size_t len) {
    size_t n = 0;

    while (n < len && (in[n] == ' ' || in[n] == '\t')) {
        n++;
    }
    if (n < len) {
        p->state = S_FIELD_VALUE;
    }
    return n;
}

static size_t in_field_value(struct pt_h1_parser *p, const uint8_t *in, size_t len) {
    size_t n = 0;

    while (n < len && is_value(in[n])) {
        n++;
    }
    put(p, in, n);
    if (p->state == S_ERROR || n == len) {
        return n;
    }
    if (in[n] != '\r') {
        fail(p, 400, "a header value holds a character that is not allowed, or a bare LF");
        return n;
    }
    p->state = S_FIELD_LF;
    return n + 1;
}

static void content_length(struct pt_h1_parser *p, const char *v) {
    size_t len = strlen(v);

    if (p->has_length) {
        fail(p, 400, "Content-Length is given twice");
        return;
    }
    if (len == 0 || len > LENGTH_DIGITS_MAX || strspn(v, "0123456789") != len) {
        fail(p, 400, "Content-Length must be one decimal number");
        return;
    }
    p->has_length = true;
    for (; *v != '\0'; v++) {
        p->length = p->length * 10 + (uint64_t)(*v - '0');
    }
}

static void transfer_encoding(struct pt_h1_parser *p, const char *v) {
    if (p->chunked) {
        fail(p, 400, "Transfer-Encoding is given twice");
    } else if (strcasecmp(v, "chunked") != 0) {
        fail(p, 501, "the only Transfer-Encoding understood is chunked");
    } else {
        p->chunked = true;
    }
}

static void host(struct pt_h1_parser *p, const char *v) {
    if (p->has_host) {
        fail(p, 400, "Host is given twice");
        return;
    }
    p->has_host = true;
    for (; *v != '\0'; v++) {
        uint8_t c = (uint8_t)*v;
        if (!is_alpha(c) && !is_digit(c) && strchr("-._~:[]", c) == NULL) {
            fail(p, 400, "Host holds a character that is not allowed");
            return;
        }
    }
}

static void connection(struct pt_h1_parser *p, const char *v) {
    while (*v != '\0') {
        size_t len = strcspn(v, ", \t");
        if (len == 5 && strncasecmp(v, "close", 5) == 0) {
            p->close = true;
        }
        v += len;
        v += strspn(v, ", \t");
    }
}

static void expect(struct pt_h1_parser *p, const char *v) {
    if (p->expect_continue) {
        fail(p, 400, "Expect is given twice");
    } else if (strcasecmp(v, "100-continue") != 0) {
        fail(p, 417, "the only Expect understood is 100-continue");
    } else {
        p->expect_continue = true;
    }
}

static void field_done(struct pt_h1_parser *p) {
    struct pt_h1_field f = p->fields[p->field_count];

    while (p->text.len > f.value &&
           (p->text.p[p->text.len - 1] == ' ' || p->text.p[p->text.len - 1] == '\t')) {
        p->text.len--;
    }
    end_text(p);
    if (p->state == S_ERROR) {
        return;
    }
    p->state = S_FIELD_START;
    p->field_count++;
    const char *name = pt_h1_str(p, f.name);
    const char *value = pt_h1_str(p, f.value);
    if (strcmp(name, "content-length") == 0) {
        content_length(p, value);
    } else if (strcmp(name, "transfer-encoding") == 0) {
        transfer_encoding(p, value);
    } else if (strcmp(name, "host") == 0) {
        host(p, value);
    } else if (strcmp(name, "connection") == 0) {
        connection(p, value);
    } else if (strcmp(name, "expect") == 0) {
        expect(p, value);
    }
}

static size_t in_field_lf(struct pt_h1_parser *p, const uint8_t *in) {
    if (in[0] != '\n') {
        fail(p, 400, "a bare CR in a header field");
        return 0;
    }
    field_done(p);
    return 1;
}

static size_t in_head_lf(struct pt_h1_parser *p, const uint8_t *in) {
    if (in[0] != '\n') {
        fail(p, 400, "a bare CR where the head should end");
        return 0;
    }
    if (!p->has_host) {
        fail(p, 400, "Host is missing");
        return 1;
    }
    if (p->chunked && p->has_length) {
        fail(p, 400, "both Content-Length and Transfer-Encoding are given");
        return 1;
    }
    p->left = p->length;
    p->state = p->chunked ? S_CHUNK_SIZE : S_BODY;
    return 1;
}

static size_t head_step(struct pt_h1_parser *p, const uint8_t *in, size_t len) {
    switch (p->state) {
    case S_START:
        p->state = S_METHOD;
        return 0;
    case S_METHOD:
        return in_method(p, in, len);
    case S_TARGET:
        return in_target(p, in, len);
    case S_VERSION:
        return in_version(p, in, len);
    case S_FIELD_START:
        return in_field_start(p, in);
    case S_FIELD_NAME:
        return in_field_name(p, in, len);
    case S_FIELD_SPACE:
        return in_field_space(p, in, len);
    case S_FIELD_VALUE:
        return in_field_value(p, in, len);
    case S_FIELD_LF:
        return in_field_lf(p, in);
    default:
        PT_ASSERT(p->state == S_HEAD_LF);
        return in_head_lf(p, in);
    }
}

/* Consumes the head's bytes, never one beyond head_max: the limit is met at the same byte
 * whatever the split. */
static size_t parse_head(struct pt_h1_parser *p, const uint8_t *in, size_t len) {
    size_t at = 0;

    while (at < len && p->state <= S_HEAD_LF) {
        size_t room = p->limits.head_max - p->head_bytes;
        if (room == 0) {
            fail(p, 431, "the request head is too large");
            break;
        }
        size_t n = head_step(p, in + at, len - at < room ? len - at : room);
        at += n;
        p->head_bytes += n;
    }
    return at;
}

static void chunk_size(struct pt_h1_parser *p, uint8_t c) {
    int digit = hex_value(c);

    if (digit >= 0) {
        if (p->chunk_digits++ == CHUNK_DIGITS_MAX) {
            fail(p, 400, "a chunk size has too many digits");
            return;
        }
        p->left = p->left * 16 + (uint64_t)digit;
    } else if (c == '\r' && p->chunk_digits > 0) {
        p->state = S_CHUNK_SIZE_LF;
    } else {
        fail(p, 400, "a chunk size must be hexadecimal digits and CR LF, without extensions");
    }
}

/* One byte of chunk framing. */
static void chunk_step(struct pt_h1_parser *p, uint8_t c) {
    if (p->state == S_CHUNK_SIZE) {
        chunk_size(p, c);
        return;
    }
    bool cr = p->state == S_CHUNK_CR || p->state == S_LAST_CR;
    if (c != (cr ? '\r' : '\n')) {
        fail(p, 400,
             p->state == S_LAST_CR ? "trailer fields are not accepted"
                                   : "a chunk must be followed by CR LF");
        return;
    }
    switch (p->state) {
    case S_CHUNK_SIZE_LF:
        p->chunk_digits = 0;
        p->state = p->left > 0 ? S_CHUNK_DATA : S_LAST_CR;
        break;
    case S_CHUNK_CR:
        p->state = S_CHUNK_LF;
        break;
    case S_CHUNK_LF:
        p->state = S_CHUNK_SIZE;
        break;
    case S_LAST_CR:
        p->state = S_LAST_LF;
        break;
    default:
        PT_ASSERT(p->state == S_LAST_LF);
        p->state = S_DONE;
        break;
    }
}

static enum pt_h1_event body_run(struct pt_h1_parser *p, const uint8_t *in, size_t len, size_t *at,
                                 struct pt_span *ret_body) {
    size_t n = len - *at;

    if (n == 0) {
        return PT_H1_MORE;
    }
    if (n > p->left) {
        n = (size_t)p->left;
    }
    *ret_body = pt_span(in + *at, n);
    *at += n;
    p->left -= n;
    if (p->left == 0) {
        p->state = p->state == S_BODY ? S_DONE : S_CHUNK_CR;
    }
    return PT_H1_BODY;
}

static enum pt_h1_event parse_body(struct pt_h1_parser *p, const uint8_t *in, size_t len,
                                   size_t *at, struct pt_span *ret_body) {
    for (;;) {
        switch (p->state) {
        case S_ERROR:
            return PT_H1_ERROR;
        case S_DONE:
            return PT_H1_DONE;
        case S_BODY:
            if (p->left == 0) {
                p->state = S_DONE;
                return PT_H1_DONE;
            }
            return body_run(p, in, len, at, ret_body);
        case S_CHUNK_DATA:
            return body_run(p, in, len, at, ret_body);
        default:
            if (*at == len) {
                return PT_H1_MORE;
            }
            chunk_step(p, in[*at]);
            *at += p->state == S_ERROR ? 0 : 1;
        }
    }
}

enum pt_h1_event pt_h1_parse(struct pt_h1_parser *p, const uint8_t *in, size_t len,
                             size_t *ret_consumed, struct pt_span *ret_body) {
    size_t at = 0;
    enum pt_h1_event event;

    *ret_body = pt_span(NULL, 0);
    if (p->state <= S_HEAD_LF) {
        at = parse_head(p, in, len);
        event = p->state == S_ERROR ? PT_H1_ERROR : p->state <= S_HEAD_LF ? PT_H1_MORE : PT_H1_HEAD;
    } else {
        event = parse_body(p, in, len, &at, ret_body);
    }
    *ret_consumed = at;
    return event;
}
