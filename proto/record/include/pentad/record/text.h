/* What text may be in a record (docs/formats.md 1): NFC, and no control, bidirectional, zero-width,
 * private-use or unassigned code point, no U+2028/2029. Pure, any thread. */
#ifndef PENTAD_RECORD_TEXT_H
#define PENTAD_RECORD_TEXT_H

#include <stddef.h>

#include <pentad/base/buf.h>

/* 0 or PT_E_TEXT; *ret_why (may be NULL) is then a static phrase such as "a control character".
 * `s` must be valid UTF-8. *ret_chars (may be NULL): code points. */
int pt_text_check(const char *s, size_t len, size_t *ret_chars, const char **ret_why);
/* Appends any bytes so that a screen or a log line shows them and does nothing else: what a text
 * may not hold becomes U+FFFD. For words that come from elsewhere and that nobody has checked. */
int pt_text_show(struct pt_buf *out, const char *s, size_t len);

#endif
