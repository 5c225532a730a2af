/* The name of a discrepancy: what makes two findings the same one. Pure, any thread.
 * docs/formats.md 5. */
#ifndef PENTAD_RECORD_DISCREPANCY_H
#define PENTAD_RECORD_DISCREPANCY_H

#include <stdint.h>

#include <pentad/v1/common.pb-c.h>

/* First 16 bytes of SHA-256 over "pentad/h01/v1\n" and rule, kind (its name, PROJECT …), key,
 * fiscal year (decimal), period, object, each with "\n". NULL strings count as empty. */
void pt_discrepancy_id(uint8_t out[16], const char *rule, Pentad__V1__SubjectKind kind,
                       const char *key, int32_t fiscal_year, const char *period,
                       const char *object);

#endif
