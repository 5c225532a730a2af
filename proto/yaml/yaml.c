#include <pentad/yaml/yaml.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cyaml/cyaml.h>

#include <pentad/base/file.h>

#include "place.h"

struct pt_yaml {
    const struct pt_yaml_form *form;
    char *own_name; /* NULL: `name` is borrowed */
    const char *name;
    struct pt_buf own_text; /* empty: `text` is borrowed */
    struct pt_span text;
    void *root;
};

/* libcyaml says what is wrong, and where, through its log only: a sentence, then a backtrace from
 * the nearest place outward ("  in mapping field 'port' (line: 5, column: 3)"). */
struct complaint {
    char what[128];
    char field[64]; /* the innermost */
    struct pt_yaml_place at;
};

/* A line of the backtrace. */
static void keep_place(struct complaint *c, const char *line) {
    static const char field[] = "in mapping field '";
    static const char row[] = "(line: ";
    static const char column[] = ", column: ";
    const char *at = strstr(line, row);
    const char *name = strstr(line, field);
    char *end;

    if (at != NULL && c->at.line == 0) {
        c->at.line = strtoul(at + sizeof(row) - 1, &end, 10);
        c->at.column = strncmp(end, column, sizeof(column) - 1) == 0
                           ? strtoul(end + sizeof(column) - 1, NULL, 10)
                           : 0;
    }
    if (name != NULL && c->field[0] == '\0') {
        name += sizeof(field) - 1;
        (void)snprintf(c->field, sizeof(c->field), "%.*s", (int)strcspn(name, "'"), name);
    }
}

__attribute__((format(printf, 3, 0))) static void keep_complaint(cyaml_log_t level, void *ctx,
                                                                 const char *fmt, va_list args) {
    static const char prefix[] = "Load: ";
    struct complaint *c = ctx;
    const char *from;
    char text[256];

    if (level < CYAML_LOG_ERROR) {
        return;
    }
    (void)vsnprintf(text, sizeof(text), fmt, args);
    text[strcspn(text, "\n")] = '\0';
    from = strncmp(text, prefix, sizeof(prefix) - 1) == 0 ? text + sizeof(prefix) - 1 : text;
    if (strncmp(from, "  in ", 5) == 0) {
        keep_place(c, from);
    } else if (c->what[0] == '\0' && strcmp(from, "Backtrace:") != 0) {
        (void)snprintf(c->what, sizeof(c->what), "%.120s", from);
    }
}

static cyaml_config_t config_of(struct complaint *c) {
    return (cyaml_config_t){.log_fn = keep_complaint,
                            .log_ctx = c,
                            .mem_fn = cyaml_mem,
                            .log_level = CYAML_LOG_ERROR,
                            .flags = CYAML_CFG_DEFAULT | CYAML_CFG_NO_ALIAS};
}

/* The one form of a message; line 0: of the file as a whole. */
static int fault(const struct pt_yaml *y, int code, size_t line, const char *what,
                 struct pt_err *err) {
    char where[32] = "";

    if (line > 0) {
        (void)snprintf(where, sizeof(where), ", line %zu", line);
    }
    return pt_err_set(err, code, "%.80s%s: %.110s (%.40s)", y->name, where, what, y->form->hint);
}

/* libcyaml's complaint, with the exact line of an unknown key, and the name of the key whose value
 * is wrong. */
static int explain(const struct pt_yaml *y, cyaml_err_t said, const struct complaint *c,
                   struct pt_err *err) {
    static const char unexpected[] = "Unexpected key: ";
    const char *what = c->what[0] != '\0' ? c->what : cyaml_strerror(said);
    char text[sizeof(c->what) + sizeof(c->field) + 2];
    size_t line;

    if (said == CYAML_ERR_OOM) {
        return fault(y, PT_E_NOMEM, 0, "out of memory", err);
    }
    if (said == CYAML_ERR_LIBYAML_PARSER) {
        line = pt_yaml_line_of_fault(y->text, text, sizeof(text));
        return fault(y, PT_E_CONFIG, line, text[0] != '\0' ? text : what, err);
    }
    if (strncmp(what, unexpected, sizeof(unexpected) - 1) == 0) {
        line = pt_yaml_line_of_key(y->text, what + sizeof(unexpected) - 1, c->at);
        return fault(y, PT_E_CONFIG, line > 0 ? line : c->at.line, what, err);
    }
    (void)snprintf(text, sizeof(text), "%s%s%s", c->field, c->field[0] != '\0' ? ": " : "", what);
    return fault(y, PT_E_CONFIG, c->at.line, text, err);
}

/* Reads y->text into y->root. */
static int read_text(struct pt_yaml *y, struct pt_err *err) {
    struct complaint c = {0};
    const cyaml_config_t config = config_of(&c);
    char what[64];
    cyaml_err_t said;

    if (y->text.len > y->form->max) {
        (void)snprintf(what, sizeof(what), "larger than %zu bytes", y->form->max);
        return fault(y, PT_E_CONFIG, 0, what, err);
    }
    if (y->text.len == 0) {
        return fault(y, PT_E_CONFIG, 0, "is empty", err);
    }
    if (memchr(y->text.p, 0, y->text.len) != NULL) {
        return fault(y, PT_E_CONFIG, 0, "is not a text file", err);
    }
    said = cyaml_load_data(y->text.p, y->text.len, &config, y->form->schema, &y->root, NULL);
    if (said != CYAML_OK) {
        y->root = NULL;
        return explain(y, said, &c, err);
    }
    return y->root != NULL ? 0 : fault(y, PT_E_CONFIG, 0, "is empty", err);
}

static struct pt_yaml *new_yaml(const struct pt_yaml_form *form, struct pt_err *err) {
    struct pt_yaml *y = calloc(1, sizeof(*y));

    PT_ASSERT(form->schema != NULL && form->hint != NULL && form->max > 0);
    if (y == NULL) {
        (void)pt_err_set(err, PT_E_NOMEM, "out of memory");
        return NULL;
    }
    y->form = form;
    pt_buf_init(&y->own_text, form->max);
    return y;
}

int pt_yaml_load(const char *path, const struct pt_yaml_form *form, struct pt_yaml **ret,
                 struct pt_err *err) {
    struct pt_yaml *y = new_yaml(form, err);
    int rc = y != NULL ? 0 : PT_E_NOMEM;

    *ret = NULL;
    if (rc == 0 && (y->own_name = strdup(path)) == NULL) {
        rc = pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    if (rc == 0) {
        y->name = y->own_name;
        rc = pt_file_read(path, &y->own_text, err);
        /* Whatever keeps it from being read, the one to act is who named the file. */
        if (rc != 0 && rc != PT_E_NOMEM) {
            rc = PT_E_CONFIG;
            if (err != NULL) {
                err->code = rc;
            }
        }
    }
    if (rc == 0) {
        y->text = pt_buf_span(&y->own_text);
        rc = read_text(y, err);
    }
    if (rc != 0) {
        pt_yaml_free(y);
        return rc;
    }
    *ret = y;
    return 0;
}

int pt_yaml_parse(const char *name, struct pt_span text, const struct pt_yaml_form *form,
                  struct pt_yaml **ret, struct pt_err *err) {
    struct pt_yaml *y = new_yaml(form, err);
    int rc;

    *ret = NULL;
    if (y == NULL) {
        return PT_E_NOMEM;
    }
    y->name = name;
    y->text = text;
    rc = read_text(y, err);
    if (rc != 0) {
        pt_yaml_free(y);
        return rc;
    }
    *ret = y;
    return 0;
}

void pt_yaml_free(struct pt_yaml *y) {
    struct complaint c = {0};
    const cyaml_config_t config = config_of(&c);

    if (y == NULL) {
        return;
    }
    if (y->root != NULL) {
        (void)cyaml_free(&config, y->form->schema, y->root, 0);
    }
    pt_buf_done(&y->own_text);
    free(y->own_name);
    free(y);
}

void *pt_yaml_root(struct pt_yaml *y) {
    PT_ASSERT(y->root != NULL);
    return y->root;
}

size_t pt_yaml_line(const struct pt_yaml *y, const char *path) {
    return pt_yaml_line_of_path(y->text, path);
}

int pt_yaml_refuse(const struct pt_yaml *y, const char *path, struct pt_err *err, const char *fmt,
                   ...) {
    char what[160];
    int n = snprintf(what, sizeof(what), "%s ", path);
    va_list args;

    PT_ASSERT(n > 0 && (size_t)n < sizeof(what));
    va_start(args, fmt);
    (void)vsnprintf(what + n, sizeof(what) - (size_t)n, fmt, args);
    va_end(args);
    return fault(y, PT_E_CONFIG, pt_yaml_line(y, path), what, err);
}
