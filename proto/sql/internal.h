/* What the files of this room share. Not for others. */
#ifndef PENTAD_SQL_INTERNAL_H
#define PENTAD_SQL_INTERNAL_H

#include <pentad/sql/sql.h>

/* names.c: `text` with the numbers of its @NAMEs, into `hold` where it has any. *ret is either.
 * PT_E_FORMAT where a name is unknown. */
int pt_sql_fill(const struct pt_sql *s, const char *text, struct pt_buf *hold, const char **ret,
                struct pt_err *err);

#endif
