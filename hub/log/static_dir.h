/* A static tile tree on disk: where its files are. */
#ifndef PENTAD_LOG_STATIC_DIR_H
#define PENTAD_LOG_STATIC_DIR_H

#include <pentad/proof/tile.h>

#define STATIC_PATH_MAX 4096
#define STATIC_BUNDLE_MAX (PT_TILE_WIDTH * (PT_ENTRY_MAX + 2u))

/* Path of a tile under dir; PT_E_TOO_LARGE. */
int pt_static_tile_path(const char *dir, const struct pt_tile *t, char out[STATIC_PATH_MAX],
                        struct pt_err *err);
/* Appends a tile's bytes. */
int pt_static_tile_read(const char *dir, const struct pt_tile *t, struct pt_buf *out,
                        struct pt_err *err);
int pt_static_checkpoint_read(const char *dir, struct pt_buf *out, struct pt_err *err);

#endif
