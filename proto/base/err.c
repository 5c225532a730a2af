#include <pentad/base/err.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    int code;
    int http;
    bool retryable;
    const char *name;
    const char *en;
    const char *zh;
};

static const struct entry table[] = {
#define X(sym, num, name, http, retry, en, zh) {-(num), http, (retry) != 0, name, en, zh},
    PT_ERR_TABLE(X)
#undef X
};
#define TABLE_LEN (sizeof(table) / sizeof(table[0]))

static const struct entry *find(int code) {
    for (size_t i = 0; i < TABLE_LEN; i++) {
        if (table[i].code == code) {
            return &table[i];
        }
    }
    return NULL;
}

const char *pt_err_name(int code) {
    const struct entry *e = find(code);

    if (code == 0) {
        return "ok";
    }
    return e != NULL ? e->name : "unknown";
}

const char *pt_err_text(int code, bool chinese) {
    const struct entry *e = find(code);

    if (code == 0) {
        return chinese ? "成功" : "ok";
    }
    if (e == NULL) {
        return chinese ? "未知错误" : "unknown error";
    }
    return chinese ? e->zh : e->en;
}

int pt_err_http_status(int code) {
    const struct entry *e = find(code);

    if (code == 0) {
        return 200;
    }
    return e != NULL ? e->http : 500;
}

bool pt_err_retryable(int code) {
    const struct entry *e = find(code);

    return e != NULL && e->retryable;
}

int pt_err_from_name(const char *name) {
    for (size_t i = 0; name != NULL && i < TABLE_LEN; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return table[i].code;
        }
    }
    return 0;
}

/* A message that filled the array may end in half a character: drops that half. */
static void cut_at_character(char *msg, size_t cap) {
    size_t len = strlen(msg);
    size_t start = len;
    size_t need = 1;
    unsigned char lead;

    if (len + 1 < cap || len == 0) {
        return;
    }
    do {
        start--;
    } while (start > 0 && ((unsigned char)msg[start] & 0xC0U) == 0x80U);
    lead = (unsigned char)msg[start];
    if (lead >= 0xF0) {
        need = 4;
    } else if (lead >= 0xE0) {
        need = 3;
    } else if (lead >= 0xC0) {
        need = 2;
    }
    if (len - start < need) {
        msg[start] = '\0';
    }
}

int(pt_err_set)(struct pt_err *err, int code, const char *fmt, ...) {
    /* cppcheck-suppress ctunullpointer ; sizeof reads nothing */
    char msg[sizeof(err->msg)];
    va_list ap;

    if (err == NULL) {
        return code;
    }
    /* Formatted aside: an argument may be err->msg itself. */
    va_start(ap, fmt);
    if (vsnprintf(msg, sizeof(msg), fmt, ap) < 0) {
        msg[0] = '\0';
    }
    va_end(ap);
    cut_at_character(msg, sizeof(msg));
    err->code = code;
    memcpy(err->msg, msg, sizeof(msg));
    return code;
}

int pt_err_wrap(struct pt_err *err, const char *fmt, ...) {
    char msg[sizeof(err->msg)];
    va_list ap;
    size_t n;
    int rc;

    if (err == NULL) {
        /* Callers without an err keep their own code; there is none to give back here. */
        return PT_E_INTERNAL;
    }
    va_start(ap, fmt);
    rc = vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    if (rc < 0) {
        return err->code;
    }
    cut_at_character(msg, sizeof(msg));
    n = strlen(msg);
    (void)snprintf(msg + n, sizeof(msg) - n, ": %s", err->msg);
    cut_at_character(msg, sizeof(msg));
    memcpy(err->msg, msg, sizeof(msg));
    return err->code;
}

void pt_assert_failed(const char *cond, const char *file, int line, const char *func) {
    (void)fprintf(stderr, "%s:%d: %s: assertion failed: %s\n", file, line, func, cond);
    abort();
}
