/* Names of parties and streams, and references to records as people write them:
 * finance/treasury#1234. Pure, any thread. docs/formats.md 1. */
#ifndef PENTAD_RECORD_REF_H
#define PENTAD_RECORD_REF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/v1/common.pb-c.h>

enum { PT_NAME_MAX = 32, PT_REF_TEXT_MAX = 2 * PT_NAME_MAX + 24 };

/* [a-z][a-z0-9-]{0,31} */
bool pt_name_valid(const char *name);

struct pt_ref {
    char party[PT_NAME_MAX + 1];
    char stream[PT_NAME_MAX + 1];
    uint64_t seq;
};

/* "finance/treasury#1234" or "finance/treasury/1234"; PT_E_FORMAT. */
int pt_ref_parse(const char *text, struct pt_ref *ret_ref, struct pt_err *err);
void pt_ref_format(char out[PT_REF_TEXT_MAX], const char *party, const char *stream, uint64_t seq);

/* Subject kinds as words: "PROJECT"; NULL / UNSPECIFIED for what is none. */
const char *pt_subject_kind_name(Pentad__V1__SubjectKind kind);
Pentad__V1__SubjectKind pt_subject_kind_from_name(const char *name, size_t len);
/* Splits "PROJECT:3701…" at the first colon. *ret_key points into text. PT_E_FORMAT. */
int pt_subject_parse(const char *text, Pentad__V1__SubjectKind *ret_kind, const char **ret_key,
                     struct pt_err *err);

#endif
