/* Hex (lower case), base64 (RFC 4648 standard, padded, strict: no white space, canonical tail). */
#ifndef PENTAD_BASE_CODEC_H
#define PENTAD_BASE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>

void pt_hex(char *out /* 2*len+1 */, const void *p, size_t len);
/* Exactly out_len bytes from 2*out_len lower- or upper-case digits; PT_E_FORMAT otherwise. */
int pt_unhex(const char *s, size_t s_len, uint8_t *out, size_t out_len);
int pt_base64_append(struct pt_buf *b, const void *p, size_t len);
/* Appends the decoded bytes; PT_E_FORMAT on anything that isn't canonical. */
int pt_unbase64_append(struct pt_buf *b, const char *s, size_t s_len);

#endif
