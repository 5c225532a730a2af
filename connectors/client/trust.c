#include <pentad/client/trust.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>

static int load_genesis_hash(const char *path, struct pt_hash *ret, struct pt_err *err) {
    struct pt_buf b;
    pt_buf_init(&b, 4096);
    int rc = pt_file_read(path, &b, err);
    if (rc == 0) {
        while (b.len > 0 && isspace(b.p[b.len - 1])) {
            b.len--;
        }
        const char *hex = pt_buf_cstr(&b);
        if (!hex || pt_hash_from_hex(ret, hex) != 0) {
            rc = pt_err_set(err, PT_E_FORMAT, "%s does not hold a genesis hash (64 hex digits)",
                            path);
        }
    }
    pt_buf_done(&b);
    return rc;
}

int pt_trust_load(const char *genesis_hash, const char *policy, struct pt_trust *ret,
                  struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    struct pt_buf text;
    pt_buf_init(&text, PT_POLICY_FILE_MAX);
    int rc = load_genesis_hash(genesis_hash, &ret->hub, err);
    if (rc != 0) {
        goto out;
    }
    rc = pt_file_read(policy, &text, err);
    if (rc != 0) {
        goto out;
    }
    ret->policy = calloc(1, sizeof *ret->policy);
    if (!ret->policy) {
        rc = pt_err_set(err, PT_E_NOMEM, "out of memory");
        goto out;
    }
    rc = pt_policy_parse(ret->policy, pt_buf_span(&text), err);
    if (rc != 0) {
        pt_err_wrap(err, "%s", policy);
        goto out;
    }
    rc = pt_keycache_new(&ret->cache);
    if (rc != 0) {
        pt_err_set(err, rc, "out of memory");
        goto out;
    }
    ret->sv = pt_keycache_sigverify(ret->cache);
out:
    pt_buf_done(&text);
    if (rc != 0) {
        pt_trust_done(ret);
    }
    return rc;
}

void pt_trust_done(struct pt_trust *t) {
    if (t) {
        pt_keycache_free(t->cache);
        free(t->policy);
        memset(t, 0, sizeof *t);
    }
}
