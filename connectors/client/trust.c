#include <pentad/client/trust.h>

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
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

static int load_policy(const char *path, struct pt_policy **ret, struct pt_err *err) {
    struct pt_buf text;
    pt_buf_init(&text, PT_POLICY_FILE_MAX);
    *ret = calloc(1, sizeof **ret);
    int rc = *ret ? pt_file_read(path, &text, err) : pt_err_set(err, PT_E_NOMEM, "out of memory");
    if (rc == 0 && (rc = pt_policy_parse(*ret, pt_buf_span(&text), err)) != 0) {
        pt_err_wrap(err, "%s", path);
    }
    pt_buf_done(&text);
    if (rc != 0) {
        free(*ret);
        *ret = NULL;
    }
    return rc;
}

/* ---- what was in force before ---- */

/* N of "<stem>-before-N.txt"; 0: it is none. */
static uint64_t before_size(const char *name, const char *stem, size_t stem_len) {
    static const char mark[] = "-before-";
    const char *digits = name + stem_len + sizeof mark - 1;
    char *end;
    if (strncmp(name, stem, stem_len) != 0 ||
        strncmp(name + stem_len, mark, sizeof mark - 1) != 0 || !isdigit((unsigned char)*digits)) {
        return 0;
    }
    uint64_t size = strtoull(digits, &end, 10);
    return strcmp(end, ".txt") == 0 ? size : 0;
}

/* The policy for checkpoints of fewer than `size` entries goes to its place behind `newest`. */
static int insert_before(struct pt_policy *newest, struct pt_policy *take, uint64_t size,
                         const char *path, struct pt_err *err) {
    struct pt_policy *p = newest;
    while (p->before && p->from > size) {
        p = p->before;
    }
    if (p->from == size) {
        free(take);
        return pt_err_set(err, PT_E_FORMAT, "%s: two files are for checkpoints below that size",
                          path);
    }
    take->before = p->before;
    take->from = p->from;
    p->before = take;
    p->from = size;
    return 0;
}

static int load_before(const char *path, struct pt_policy *newest, struct pt_err *err) {
    const char *slash = strrchr(path, '/'), *stem = slash ? slash + 1 : path;
    size_t stem_len = strlen(stem);
    char folder[4096], file[4096 + 256];
    int rc = 0;
    if (stem_len < 5 || strcmp(stem + stem_len - 4, ".txt") != 0) {
        return 0;
    }
    stem_len -= 4;
    (void)snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1,
                   slash ? path : ".");
    DIR *d = opendir(folder[0] ? folder : "/");
    struct dirent *e;
    /* cppcheck-suppress readdirCalled ; the stream is this call's own */
    while (d && rc == 0 && (e = readdir(d)) != NULL) {
        uint64_t size = before_size(e->d_name, stem, stem_len);
        struct pt_policy *p;
        if (size == 0) {
            continue;
        }
        (void)snprintf(file, sizeof file, "%s/%s", folder, e->d_name);
        rc = load_policy(file, &p, err);
        rc = rc ? rc : insert_before(newest, p, size, file, err);
    }
    if (d) {
        (void)closedir(d);
    }
    return rc;
}

/* ---- life ---- */

int pt_trust_load(const char *genesis_hash, const char *policy, struct pt_trust *ret,
                  struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    int rc = load_genesis_hash(genesis_hash, &ret->hub, err);
    rc = rc ? rc : load_policy(policy, &ret->policy, err);
    rc = rc ? rc : load_before(policy, ret->policy, err);
    if (rc == 0 && (rc = pt_keycache_new(&ret->cache)) != 0) {
        pt_err_set(err, rc, "out of memory");
    }
    if (rc != 0) {
        pt_trust_done(ret);
        return rc;
    }
    ret->sv = pt_keycache_sigverify(ret->cache);
    return 0;
}

void pt_trust_done(struct pt_trust *t) {
    if (t) {
        pt_keycache_free(t->cache);
        pt_policies_free(t->policy);
        memset(t, 0, sizeof *t);
    }
}

/* ---- and the log's ---- */

int pt_trust_log_policy(const struct pt_trust *t, const struct pt_keyhistory *k,
                        struct pt_policy **ret, struct pt_err *err) {
    struct pt_policy *chain;
    bool known = false;
    *ret = NULL;
    int rc = pt_keyhistory_policy_chain(k, &chain, err);
    if (rc != 0) {
        return rc;
    }
    for (const struct pt_policy *p = chain; p && !known; p = p->before) {
        known = pt_policy_same(p, t->policy);
    }
    if (known) {
        *ret = chain;
    } else {
        pt_policies_free(chain);
    }
    return 0;
}
