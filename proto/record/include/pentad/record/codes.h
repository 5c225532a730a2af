/* Codes in force: syntax of a jurisdiction's codes and the entries of its code tables (H09).
 * Families `cn` (default) and `open` are built in; records add to them. Knows no storage: whoever
 * reads the log applies the tables to a copy and publishes it. Immutable once published: any
 * thread may then read it. docs/records.md, docs/formats.md 1. */
#ifndef PENTAD_RECORD_CODES_H
#define PENTAD_RECORD_CODES_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/v1/hub.pb-c.h>

enum { PT_CODE_MAX = 64 }; /* characters of any code */

struct pt_codes;

/* PT_E_UNSUPPORTED for a family that isn't built in. */
int pt_codes_new(const char *family, struct pt_codes **ret_codes, struct pt_err *err);
/* A copy that can be changed and published. */
int pt_codes_clone(const struct pt_codes *codes, struct pt_codes **ret_codes, struct pt_err *err);
void pt_codes_free(struct pt_codes *codes);
/* Syntax of the table replaces the family's for each kind it names; entries replace those in force
 * for its kind and year. PT_E_UNSUPPORTED, and no effect, where the table is for another family.
 * After any other error drop the copy: part of the table may be in it. */
int pt_codes_apply(struct pt_codes *codes, const Pentad__V1__CodeTable *table, struct pt_err *err);

/* 0, PT_E_FIELD (syntax), PT_E_CHECK_DIGIT, or PT_E_CODE (not in the table in force for kind and
 * year; where no table is in force, syntax only). year 0: syntax and tables for every year. */
int pt_codes_check(const struct pt_codes *codes, Pentad__V1__CodeKind kind, int32_t year,
                   const char *code);
/* A subject's key: items by the syntax of their kind, bodies, regions. */
int pt_codes_check_subject(const struct pt_codes *codes, Pentad__V1__SubjectKind kind, int32_t year,
                           const char *key);
/* A bare key (payment and approval lines): any subject's. */
int pt_codes_check_key(const struct pt_codes *codes, int32_t year, const char *key);

/* 统一社会信用代码, GB 32100-2015: 18 characters and check digit. */
bool pt_uscc_valid(const char *uscc);
/* The check character for the first 17, or 0 if one of them isn't allowed. */
char pt_uscc_check_char(const char *first17);

#endif
