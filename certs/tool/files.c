#include "tool.h"

#include <limits.h>
#include <string.h>

#include <pentad/base/file.h>

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

/* A quorum of k over all of the genesis' witnesses, each under its key's own name. */
static void policy_witnesses(const Pentad__V1__Genesis *g, struct pt_buf *out) {
    for (size_t i = 0; i < g->n_witness_vkeys; i++) {
        size_t n = strcspn(g->witness_vkeys[i], "+");

        pt_buf_printf(out, "witness %.*s %s\n", (int)n, g->witness_vkeys[i], g->witness_vkeys[i]);
    }
    if (g->quorum == 0) {
        pt_buf_puts(out, "quorum none\n");
        return;
    }
    pt_buf_printf(out, "group quorum %u", g->quorum);
    for (size_t i = 0; i < g->n_witness_vkeys; i++) {
        pt_buf_printf(out, " %.*s", (int)strcspn(g->witness_vkeys[i], "+"), g->witness_vkeys[i]);
    }
    pt_buf_puts(out, "\nquorum quorum\n");
}

int pt_tool_write_policy(const Pentad__V1__Genesis *g, const struct pt_hash *hub, const char *dir,
                         struct pt_err *err) {
    char hex[2 * PT_HASH_LEN + 2];
    struct pt_buf text;
    int rc = pt_mkdirs(dir, 0755, err);

    pt_buf_init(&text, 65536);
    if (rc == 0) {
        pt_buf_printf(&text, "# Which log and witnesses to trust (c2sp.org/tlog-policy), for %s\n",
                      g->origin);
        pt_buf_printf(&text, "log %s\n", g->log_vkey);
        policy_witnesses(g, &text);
        rc = text.failed != 0 ? pt_err_set(err, text.failed, "the policy is too large")
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
