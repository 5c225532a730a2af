#include "static_dir.h"

#include <stdio.h>

#include <pentad/base/file.h>
#include <pentad/log/log.h>

int pt_static_tile_path(const char *dir, const struct pt_tile *t, char out[STATIC_PATH_MAX],
                        struct pt_err *err) {
    char name[PT_TILE_PATH_MAX];
    pt_tile_path(name, t);
    int rc = pt_path_join(out, STATIC_PATH_MAX, dir, name);
    return rc == 0 ? 0 : pt_err_set(err, rc, "%s/%s: path is too long", dir, name);
}

int pt_static_tile_read(const char *dir, const struct pt_tile *t, struct pt_buf *out,
                        struct pt_err *err) {
    char path[STATIC_PATH_MAX];
    int rc = pt_static_tile_path(dir, t, path, err);
    return rc == 0 ? pt_file_read(path, out, err) : rc;
}

int pt_static_checkpoint_read(const char *dir, struct pt_buf *out, struct pt_err *err) {
    char path[STATIC_PATH_MAX];
    int rc = pt_path_join(path, sizeof path, dir, "checkpoint");
    return rc == 0 ? pt_file_read(path, out, err)
                   : pt_err_set(err, rc, "%s: path is too long", dir);
}
