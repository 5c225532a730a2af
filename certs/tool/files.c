#include "tool.h"

#include <limits.h>
#include <string.h>

#include <pentad/base/file.h>
#include <pentad/proof/witness.h>

int pt_tool_read(const char *path, size_t max, struct pt_buf *out, struct pt_err *err) {
    pt_buf_init(out, max);
    return pt_file_read(path, out, err);
}

int pt_tool_write(const char *dir, const char *name, struct pt_span bytes, unsigned mode,
                  struct pt_err *err) {
    char path[PATH_MAX];
    int rc = pt_path_join(path, sizeof(path), dir, name);

    if (rc != 0) {
        return pt_err_set(err, rc, "the path %s/%s is too long", dir, name);
    }
    return pt_file_write(path, bytes.p, bytes.len, mode, err);
}

int pt_tool_copy(const char *from_dir, const char *to_dir, const char *name, struct pt_err *err) {
    char path[PATH_MAX];
    struct pt_buf buf;
    int rc = pt_path_join(path, sizeof(path), from_dir, name);

    if (rc != 0) {
        return pt_err_set(err, rc, "the path %s/%s is too long", from_dir, name);
    }
    rc = pt_tool_read(path, 64 * 1024 * 1024, &buf, err);
    if (rc == 0) {
        rc = pt_tool_write(to_dir, name, pt_buf_span(&buf), 0644, err);
    }
    pt_buf_done(&buf);
    return rc;
}

int pt_tool_party(const char *name, struct pt_err *err) {
    return pt_witness_party(name) || strcmp(name, "office") == 0 || strcmp(name, "hub") == 0
               ? 0
               : pt_err_set(err, PT_E_USAGE,
                            "--party %.40s: it is one of congress, discipline, organization, "
                            "finance, audit, office, hub",
                            name);
}

int pt_tool_write_policy(const Pentad__V1__Genesis *g, const struct pt_hash *hub, const char *dir,
                         struct pt_err *err) {
    char hex[2 * PT_HASH_LEN + 2];
    struct pt_buf text;
    int rc = pt_mkdirs(dir, 0755, err);

    pt_buf_init(&text, 65536);
    if (rc == 0) {
        rc = pt_witness_policy(g, &text);
        rc = rc != 0 ? pt_err_set(err, rc, "the policy can't be written out")
                     : pt_tool_write(dir, "policy.txt", pt_buf_span(&text), 0644, err);
    }
    if (rc == 0) {
        pt_hash_hex(hex, hub);
        hex[2 * PT_HASH_LEN] = '\n';
        rc = pt_tool_write(dir, "genesis.hash", pt_span(hex, 2 * PT_HASH_LEN + 1), 0644, err);
    }
    pt_buf_done(&text);
    return rc;
}
