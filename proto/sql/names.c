/* Numbers that a catalogue gives stand in SQL by their names: a bare 131 says nothing to a reader
 * and would go on meaning what it meant when the catalogue moved. */
#include "internal.h"

#include <string.h>

static bool of_name(char c) {
    return c == '_' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

int pt_sql_fill(const struct pt_sql *s, const char *text, struct pt_buf *hold, const char **ret,
                struct pt_err *err) {
    const char *at = s->names ? strchr(text, '@') : NULL;

    *ret = text;
    if (!at)
        return 0;
    for (; at; at = strchr(text, '@')) {
        const char *name = at + 1;
        size_t len = 0;
        int number = 0;

        while (of_name(name[len]))
            len++;
        if (!s->names(name, len, &number))
            return pt_err_set(err, PT_E_FORMAT, "%s: SQL knows no @%.*s", s->name, (int)len, name);
        (void)pt_buf_append(hold, text, (size_t)(at - text));
        (void)pt_buf_printf(hold, "%d", number);
        text = name + len;
    }
    (void)pt_buf_puts(hold, text);
    *ret = pt_buf_cstr(hold);
    return hold->failed ? pt_err_set(err, hold->failed, "%s: no room for a statement", s->name) : 0;
}
