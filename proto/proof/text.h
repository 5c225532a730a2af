/* Private to the room: UTF-8 and small scanners over borrowed text. */
#ifndef PENTAD_PROOF_TEXT_H
#define PENTAD_PROOF_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/proof/hash.h>

/* The code point at *pos (which moves on), or -1 where it isn't well-formed UTF-8. */
int32_t pt_text_next(struct pt_span s, size_t *pos);
bool pt_text_utf8(struct pt_span s);
bool pt_text_is_space(int32_t c);
/* The line at *pos without its '\n'; false at the end, or where the last line has no '\n'. */
bool pt_text_line(struct pt_span s, size_t *pos, struct pt_span *ret);
/* Decimal without sign or leading zeroes, within uint64; the whole span. */
bool pt_text_u64(struct pt_span s, uint64_t *ret);
/* Base64 of 32 bytes; the whole span. PT_E_*. */
int pt_text_hash(struct pt_span s, struct pt_hash *ret);
bool pt_text_prefix(struct pt_span s, const char *prefix);

#endif
