#include "reference.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The .proto files, built in; see embed.cmake. */
extern const char *const proto_files[];
extern const size_t proto_files_count;

void pt_cli_markdown_text(struct pt_buf *out, const char *text) {
    for (const char *p = text; *p; p++) {
        if (strchr("|<*_", *p)) {
            (void)pt_buf_putc(out, '\\');
        }
        (void)pt_buf_putc(out, *p);
    }
}

/* One line, borrowed, without white space at either end. */
struct line {
    const char *p;
    size_t len;
};

static struct line trimmed(const char *p, size_t len) {
    while (len > 0 && isspace((unsigned char)*p)) {
        p++;
        len--;
    }
    while (len > 0 && isspace((unsigned char)p[len - 1])) {
        len--;
    }
    return (struct line){p, len};
}

static bool starts(struct line l, const char *word) {
    size_t n = strlen(word);
    return l.len > n && memcmp(l.p, word, n) == 0;
}

/* The word that a line declares: after "message ", or before " =". */
static struct line declared(struct line l, bool *ret_scope) {
    *ret_scope = starts(l, "message ") || starts(l, "enum ") || starts(l, "oneof ");
    if (*ret_scope) {
        const char *space = memchr(l.p, ' ', l.len);
        size_t len = strcspn(space + 1, " {\n");
        return (struct line){space + 1, len};
    }
    const char *eq = memchr(l.p, '=', l.len);
    if (!eq || starts(l, "syntax") || starts(l, "option ")) {
        return (struct line){l.p, 0};
    }
    struct line before = trimmed(l.p, (size_t)(eq - l.p));
    size_t at = before.len;
    while (at > 0 && before.p[at - 1] != ' ') {
        at--;
    }
    return (struct line){before.p + at, before.len - at};
}

static bool is(struct line l, const char *word) {
    return strlen(word) == l.len && memcmp(l.p, word, l.len) == 0;
}

static void take_after(struct line l, struct proto_note *note) {
    for (size_t i = 0; i + 1 < l.len; i++) {
        if (l.p[i] == '/' && l.p[i + 1] == '/') {
            struct line text = trimmed(l.p + i + 2, l.len - i - 2);
            (void)snprintf(note->after, sizeof note->after, "%.*s", (int)text.len, text.p);
            return;
        }
    }
}

/* The comment lines above a declaration gather in `note->before`, until another kind of line. */
static void take_before(struct line l, struct proto_note *note) {
    struct line text = trimmed(l.p + 2, l.len - 2);
    size_t have = strlen(note->before);
    (void)snprintf(note->before + have, sizeof note->before - have, "%s%.*s", have ? " " : "",
                   (int)text.len, text.p);
}

/* The braces that are open; a oneof belongs to the message around it. */
struct scopes {
    struct line name;
    unsigned depth;
};

static bool find_in(const char *file, const char *scope, const char *name,
                    struct proto_note *note) {
    struct scopes in = {.depth = 0};
    memset(note, 0, sizeof *note);
    for (const char *p = file; *p; p += strcspn(p, "\n"), p += *p == '\n') {
        struct line l = trimmed(p, strcspn(p, "\n"));
        if (starts(l, "//")) {
            take_before(l, note);
            continue;
        }
        bool opens = false;
        struct line what = declared(l, &opens);
        bool hit = opens ? !name && is(what, scope)
                         : name && in.depth > 0 && is(in.name, scope) && is(what, name);
        if (hit) {
            take_after(l, note);
            return true;
        }
        if (opens && in.depth++ == 0) {
            in.name = what;
        }
        if (starts(l, "}") || is(l, "}")) {
            in.depth -= in.depth > 0;
        }
        memset(note, 0, sizeof *note);
    }
    return false;
}

bool pt_cli_proto_note_find(const char *scope, const char *name, struct proto_note *ret) {
    for (size_t i = 0; i < proto_files_count; i++) {
        if (find_in(proto_files[i], scope, name, ret)) {
            return true;
        }
    }
    return false;
}
