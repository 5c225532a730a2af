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

/* A head may be any text in these vectors ("don't care"): one of another length stands for a hash
 * that nothing leads to. */
static int head_of(const json_t *v, struct pt_hash *ret) {
    if (hash_of(v, ret) != 0) {
        pt_sha256(ret, json_string_value(v), json_string_length(v));
    }
    return json_is_string(v) ? 0 : -1;
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

/* Read as reals, since 2^64 - 1 stands among them and jansson's integers end at 2^63. */
static uint64_t number(const json_t *j, const char *name) {
    double d = json_number_value(json_object_get(j, name));

    return d >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t)d;
}

static int holds(const json_t *j) {
    struct pt_hash path[80];
    struct pt_hash a, b;
    int bad = 0;
    size_t n = path_of(json_object_get(j, "proof"), path, 80, &bad);

    if (strcmp(kind, "inclusion") == 0) {
        bad |=
            hash_of(json_object_get(j, "leafHash"), &a) | head_of(json_object_get(j, "root"), &b);
        return bad == 0 && pt_merkle_verify_inclusion(&a, number(j, "leafIdx"),
                                                      number(j, "treeSize"), path, n, &b) == 0;
    }
    bad |= head_of(json_object_get(j, "root1"), &a) | head_of(json_object_get(j, "root2"), &b);
    return bad == 0 && pt_merkle_verify_consistency(number(j, "size1"), &a, number(j, "size2"), &b,
                                                    path, n) == 0;
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
    j = json_load_file(path, JSON_DECODE_INT_AS_REAL, &e);
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

static int tile_is_there(void *ctx, const struct pt_tile *t) {
    unsigned *seen = ctx;
    char path[5000];
    char name[PT_TILE_PATH_MAX];

    pt_tile_path(name, t);
    snprintf(path, sizeof(path), "%s/%s", vectors, name);
    cr_assert_eq(access(path, R_OK), 0, "%s", path);
    (*seen)++;
    return 0;
}

/* Another log's checkpoint reads, and its tiles stand where ours would (their bytes are no hashes,
 * and its signature is of a type that isn't ours: nothing more can be checked). */
Test(vectors, sunlight) {
    struct pt_checkpoint c;
    struct pt_note note;
    struct pt_buf buf;
    char path[5000];
    struct pt_err err;
    unsigned tiles = 0;

    locate("sunlight");
    snprintf(path, sizeof(path), "%s/checkpoint", vectors);
    pt_buf_init(&buf, 65536);
    cr_assert_eq(pt_file_read(path, &buf, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_note_parse(&note, pt_buf_span(&buf), &err), 0, "%s", err.msg);
    cr_assert_eq(pt_checkpoint_parse(&c, note.text, &err), 0, "%s", err.msg);
    cr_assert_str_eq(c.origin, "rome2026h1.example.org");
    cr_assert_eq(c.size, 300);
    cr_assert_eq(note.n_sigs, 1);
    cr_assert_eq(pt_tile_each(c.size, false, tile_is_there, &tiles), 0);
    cr_assert_eq(tiles, 3);
    pt_note_done(&note);
    pt_buf_done(&buf);
}
