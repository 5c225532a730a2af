/* The files of hub/rules/sql, in name order. */
#ifndef PENTAD_RULES_EMBEDDED_H
#define PENTAD_RULES_EMBEDDED_H

#include <stddef.h>

extern const char *const pt_rule_files[];
extern const size_t pt_rule_files_count;

#endif
