#include <pentad/record/fault.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <pentad/record/decode.h>

void pt_faults_init(struct pt_faults *f, struct pt_arena *arena) {
    memset(f, 0, sizeof(*f));
    f->arena = arena;
    f->max = PT_FAULTS_MAX;
}

static struct pt_fault *next_slot(struct pt_faults *f) {
    if (f->count >= f->max) {
        return NULL;
    }
    if (f->count == f->cap) {
        size_t cap = f->cap == 0 ? 8 : f->cap * 2;
        struct pt_fault *v = pt_arena_alloc(f->arena, cap * sizeof(*v));

        if (v == NULL) {
            return NULL;
        }
        if (f->count > 0) {
            memcpy(v, f->v, f->count * sizeof(*v));
        }
        f->v = v;
        f->cap = cap;
    }
    return &f->v[f->count];
}

/* A value that is quoted in part may end in half a character: what isn't UTF-8 becomes '?', or the
 * refusal that carries the message could be read by nobody. */
static void mend_utf8(char *s) {
    size_t len = strlen(s);

    for (size_t i = 0; i < len;) {
        size_t n = 1;

        while (n <= 4 && i + n <= len && !pt_utf8_valid((const uint8_t *)s + i, n)) {
            n++;
        }
        if (n > 4 || i + n > len) {
            s[i] = '?';
            n = 1;
        }
        i += n;
    }
}

void pt_faults_add(struct pt_faults *f, int code, const char *field, const char *fmt, ...) {
    struct pt_fault *slot = next_slot(f);
    char text[256];
    va_list ap;

    if (slot == NULL) {
        f->more = true;
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    mend_utf8(text);
    slot->code = code;
    slot->field = field != NULL ? pt_arena_strdup(f->arena, field) : "";
    slot->message = pt_arena_strdup(f->arena, text);
    if (slot->field == NULL || slot->message == NULL) {
        f->more = true;
        return;
    }
    f->count++;
}
