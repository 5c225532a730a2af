/* Small file helpers for programs: whole reads with a limit, durable atomic writes. */
#ifndef PENTAD_BASE_FILE_H
#define PENTAD_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>

/* Appends the whole file to `out` (whose max is the limit). The message names the path. */
int pt_file_read(const char *path, struct pt_buf *out, struct pt_err *err);
/* Writes path.tmp anew (what stands there is removed, never written through), fsyncs, renames over
 * path, fsyncs the directory. `mode` as for open(2). */
int pt_file_write(const char *path, const void *p, size_t len, unsigned mode, struct pt_err *err);
int pt_mkdirs(const char *path, unsigned mode, struct pt_err *err); /* like mkdir -p */
bool pt_file_exists(const char *path);
/* Joins with one '/', into out; PT_E_TOO_LARGE if it doesn't fit. */
int pt_path_join(char *out, size_t cap, const char *dir, const char *name);

#endif
