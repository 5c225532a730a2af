/* What the hub, which holds the sealed record and the one that opens it, says of the two:
 * "holds", "differs" or "missing". Worker threads. docs/formats.md 4. */
#ifndef PENTAD_APP_OPENING_H
#define PENTAD_APP_OPENING_H

#include <pentad/log/log.h>
#include <pentad/record/ref.h>

struct json_t;

/* Adds it as "opening" to `record`, the node of a trace; nothing where the record opens none. */
void pt_opening_add(struct pt_log *log, const struct pt_ref *ref, struct json_t *record);

#endif
