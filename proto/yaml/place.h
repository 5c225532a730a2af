/* Where in a YAML text something stands. libcyaml says it roughly (the place before an unknown
 * key, nothing about what the schema can't check): these ask libyaml, whose marks are exact.
 * Pure; lines and columns from 1, 0 where there is none. */
#ifndef PENTAD_YAML_PLACE_H
#define PENTAD_YAML_PLACE_H

#include <stddef.h>

#include <pentad/base/buf.h>

struct pt_yaml_place {
    size_t line, column;
};

/* The first mapping key `key` at or after `from`. */
size_t pt_yaml_line_of_key(struct pt_span text, const char *key, struct pt_yaml_place from);
/* The key at a path of keys with dots between. */
size_t pt_yaml_line_of_path(struct pt_span text, const char *path);
/* Why the text is no YAML: the sentence into `out`, its line returned. */
size_t pt_yaml_line_of_fault(struct pt_span text, char *out, size_t cap);

#endif
