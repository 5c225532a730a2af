/* Which clue a record is about. Pure, any thread. */
#ifndef PENTAD_RECORD_CLUE_H
#define PENTAD_RECORD_CLUE_H

#include <stdint.h>

#include <pentad/v1/record.pb-c.h>

enum { PT_CLUE_ID = 16 }; /* bytes */

/* The clue's id in its transfer, receipt or outcome (D01, D02, D03), borrowed; NULL for any other
 * record, and for an id of another length. */
const uint8_t *pt_clue_of(const Pentad__V1__Record *rec);
/* Whose clue such a record says it is about, borrowed: an id alone may be used by several senders.
 * NULL for any other record, and where it doesn't say. */
const char *pt_clue_sender_of(const Pentad__V1__Record *rec);

#endif
