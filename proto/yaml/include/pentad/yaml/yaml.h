/* YAML files that people write, read by a libcyaml schema; what is wrong is said with its line.
 * Knows the form of such a file and the words of its faults; must not know what any key means.
 * Any thread, each struct pt_yaml on one at a time.
 *
 * Every fault is PT_E_CONFIG (PT_E_NOMEM where memory ran out) and reads
 *   NAME, line N: WHAT (HINT)
 * An unknown key is a fault and has its own line; aliases are refused, since a kilobyte of them
 * unfolds to gigabytes; so are bytes that are no text. */
#ifndef PENTAD_YAML_YAML_H
#define PENTAD_YAML_YAML_H

#include <stddef.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>

struct cyaml_schema_value;

/* A kind of file; lives as long as what is read by it. */
struct pt_yaml_form {
    const struct cyaml_schema_value *schema; /* a mapping, CYAML_FLAG_POINTER */
    size_t max;                              /* bytes of a file */
    const char *hint;                        /* where a reader finds every key */
};

struct pt_yaml;

/* Reads the file at `path`, which is also its name in messages. `form` is borrowed until
 * pt_yaml_free. */
int pt_yaml_load(const char *path, const struct pt_yaml_form *form, struct pt_yaml **ret,
                 struct pt_err *err);
/* The same of a text at hand. `text` and `name` are borrowed until pt_yaml_free. */
int pt_yaml_parse(const char *name, struct pt_span text, const struct pt_yaml_form *form,
                  struct pt_yaml **ret, struct pt_err *err);
/* NULL is fine. */
void pt_yaml_free(struct pt_yaml *y);

/* The schema's struct, never NULL; it goes with pt_yaml_free. Its strings are of malloc, and an
 * owner may put others of malloc in their place. */
void *pt_yaml_root(struct pt_yaml *y);

/* The line, from 1, of the key at `path` ("limits.batches": keys of mappings, from the outermost);
 * 0 where the file doesn't give it. Reads the text again: for faults, not for the common way. */
size_t pt_yaml_line(const struct pt_yaml *y, const char *path);

/* Says that what stands at `path` can't be: "NAME, line N: PATH is …", the message going on from
 * PATH. Returns PT_E_CONFIG. */
int pt_yaml_refuse(const struct pt_yaml *y, const char *path, struct pt_err *err, const char *fmt,
                   ...) __attribute__((format(printf, 4, 5)));

#endif
