/* Where we are inside a message: frames on the C stack, written out only when something is wrong.
 */
#ifndef PENTAD_RECORD_PATH_H
#define PENTAD_RECORD_PATH_H

#include <stddef.h>

enum { PATH_MAX_LEN = 192 };
#define PATH_NO_INDEX ((size_t)-1)

struct path {
    const struct path *up; /* NULL at the top */
    const char *name;
    size_t index; /* of a repeated field, else PATH_NO_INDEX */
};

/* "body.payment_batch.lines[3].fen": `at`, then `leaf` (may be NULL). Cut if too long. */
void pt_path_write(char out[PATH_MAX_LEN], const struct path *at, const char *leaf);

#endif
