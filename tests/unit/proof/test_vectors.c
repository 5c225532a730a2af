/* Merkle proofs and a log's tiles that others made, read in place where they are at hand. */
#include <criterion/criterion.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include <pentad/base/codec.h>
#include <pentad/base/file.h>
#include <pentad/proof/checkpoint.h>
#include <pentad/proof/tile.h>

static char vectors[4096];

/* The folder of shared vectors, or a plain skip. */
static void locate(const char *what) {
    const char *shared = getenv("PENTAD_SHARED");

    if (shared != NULL) {
        snprintf(vectors, sizeof(vectors), "%s/data/vectors/%s", shared, what);
    } else {
        snprintf(vectors, sizeof(vectors), "%s/../shared/data/vectors/%s", PT_SOURCE_DIR, what);
    }
    if (access(vectors, R_OK) != 0) {
        cr_skip_test("%s is not here", vectors);
    }
}

/* Base64 or nothing; -1 where it isn't base64 of 32 bytes (the verifier is never asked then). */
static int hash_of(const json_t *v, struct pt_hash *ret) {
    struct pt_buf b;
    int rc = -1;

    memset(ret, 0, sizeof(*ret));
    pt_buf_init(&b, 4096);
    if (json_is_string(v) &&
        pt_unbase64_append(&b, json_string_value(v), json_string_length(v)) == 0) {
        rc = pt_hash_from_bytes(ret, b.p, b.len);
    }
    pt_buf_done(&b);
    return rc;
}

static size_t path_of(const json_t *v, struct pt_hash *path, size_t max, int *bad) {
    size_t n = json_array_size(v);

    cr_assert_leq(n, max);
    for (size_t i = 0; i < n; i++) {
        *bad |= hash_of(json_array_get(v, i), &path[i]) != 0;
    }
    return n;
}

static unsigned counted;
static const char *kind;

static int holds(const json_t *j) {
    struct pt_hash path[80];
    struct pt_hash a, b;
    int bad = 0;
    size_t n = path_of(json_object_get(j, "proof"), path, 80, &bad);

    if (strcmp(kind, "inclusion") == 0) {
        bad |=
            hash_of(json_object_get(j, "leafHash"), &a) | hash_of(json_object_get(j, "root"), &b);
        return bad == 0 &&
               pt_merkle_verify_inclusion(
                   &a, (uint64_t)json_integer_value(json_object_get(j, "leafIdx")),
                   (uint64_t)json_integer_value(json_object_get(j, "treeSize")), path, n, &b) == 0;
    }
    bad |= hash_of(json_object_get(j, "root1"), &a) | hash_of(json_object_get(j, "root2"), &b);
    return bad == 0 &&
           pt_merkle_verify_consistency(
               (uint64_t)json_integer_value(json_object_get(j, "size1")), &a,
               (uint64_t)json_integer_value(json_object_get(j, "size2")), &b, path, n) == 0;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    size_t len = strlen(path);
    json_error_t e;
    json_t *j;

    (void)st;
    (void)ftw;
    if (type != FTW_F || len < 5 || strcmp(path + len - 5, ".json") != 0) {
        return 0;
    }
    j = json_load_file(path, 0, &e);
    cr_assert_not_null(j, "%s: %s", path, e.text);
    cr_assert_eq(holds(j), !json_is_true(json_object_get(j, "wantErr")), "%s", path);
    counted++;
    json_decref(j);
    return 0;
}

static void run(const char *which) {
    char dir[5000];

    locate("merkle/testdata");
    kind = which;
    counted = 0;
    snprintf(dir, sizeof(dir), "%s/%s", vectors, which);
    cr_assert_eq(nftw(dir, visit, 16, FTW_PHYS), 0);
    cr_assert_eq(counted, 98, "%u cases", counted);
}

Test(vectors, inclusion) {
    run("inclusion");
}

Test(vectors, consistency) {
    run("consistency");
}

static int fetch(void *ctx, const struct pt_tile *t, struct pt_buf *out) {
    char path[5000];
    char name[PT_TILE_PATH_MAX];
    const char *p = name;

    (void)ctx;
    pt_tile_path(name, t);
    snprintf(path, sizeof(path), "%s/%s", vectors, p);
    return pt_file_read(path, out, NULL);
}

/* Another log's checkpoint: its tiles lead to its root, and every proof from them holds. */
Test(vectors, sunlight_tiles) {
    struct pt_tile_reader *tr = NULL;
    struct pt_merkle_reader r;
    struct pt_checkpoint c;
    struct pt_note note;
    struct pt_hash root;
    struct pt_buf buf;
    char path[5000];
    struct pt_err err;

    locate("sunlight");
    snprintf(path, sizeof(path), "%s/checkpoint", vectors);
    pt_buf_init(&buf, 65536);
    cr_assert_eq(pt_file_read(path, &buf, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_note_parse(&note, pt_buf_span(&buf), &err), 0, "%s", err.msg);
    cr_assert_eq(pt_checkpoint_parse(&c, note.text, &err), 0, "%s", err.msg);
    cr_assert_str_eq(c.origin, "rome2026h1.example.org");
    cr_assert_eq(c.size, 300);
    cr_assert_eq(pt_tile_reader_new(&tr, c.size, fetch, NULL), 0);
    r = pt_tile_reader_nodes(tr);
    cr_assert_eq(pt_merkle_read_root(&r, c.size, &root), 0);
    cr_assert(pt_hash_eq(&root, &c.root));
    for (uint64_t i = 0; i < c.size; i++) {
        struct pt_merkle_path p;
        struct pt_hash leaf;

        cr_assert_eq(pt_merkle_inclusion(&r, i, c.size, &p), 0);
        cr_assert_eq(r.node(r.ctx, 0, i, &leaf), 0);
        cr_assert_eq(pt_merkle_verify_inclusion(&leaf, i, c.size, p.h, p.n, &c.root), 0);
    }
    pt_tile_reader_free(tr);
    pt_note_done(&note);
    pt_buf_done(&buf);
}
