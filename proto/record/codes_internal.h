/* Inside of a set of codes. */
#ifndef PENTAD_RECORD_CODES_INTERNAL_H
#define PENTAD_RECORD_CODES_INTERNAL_H

#include <pentad/record/codes.h>

enum { CODES_SYNTAX_MAX = 256, CODES_TABLES_MAX = 4096, CODES_FAMILY_MAX = 32 };

struct code_syntax {
    Pentad__V1__CodeKind kind;
    Pentad__V1__SubjectKind subject_kind; /* UNSPECIFIED: of any */
    Pentad__V1__CodeCheck check;
    char pattern[PT_CODE_MAX + 1];
};

struct code_family {
    const char *name;
    const struct code_syntax *syntax;
    size_t n_syntax;
};

const struct code_family *pt_code_family_find(const char *name);

/* Is this a pattern (hub.proto, CodeSyntax)? */
bool pt_code_pattern_valid(const char *pattern);
bool pt_code_pattern_match(const char *pattern, const char *code);

#endif
