#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <pentad/proof/tile.h>

#include "fake.h"

static const struct {
    struct pt_tile t;
    const char *path;
} paths[] = {{{false, 0, 0, 256}, "tile/0/000"},
             {{false, 0, 1234067, 256}, "tile/0/x001/x234/067"},
             {{false, 1, 67, 44}, "tile/1/067.p/44"},
             {{true, 0, 1000, 1}, "tile/entries/x001/000.p/1"},
             {{false, 7, 999, 255}, "tile/7/999.p/255"},
             {{false, 0, UINT64_MAX, 256}, "tile/0/x018/x446/x744/x073/x709/x551/615"}};

Test(tile, paths_both_ways) {
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        char out[PT_TILE_PATH_MAX];
        struct pt_tile t;

        pt_tile_path(out, &paths[i].t);
        cr_assert_str_eq(out, paths[i].path);
        cr_assert_eq(pt_tile_path_parse(&t, out, strlen(out)), 0, "%s", out);
        cr_assert(t.entries == paths[i].t.entries && t.level == paths[i].t.level &&
                  t.index == paths[i].t.index && t.width == paths[i].t.width);
    }
}

Test(tile, paths_have_one_form) {
    static const char *const bad[] = {"",
                                      "tile",
                                      "tile/",
                                      "tile/0",
                                      "tile/0/",
                                      "tile/0/00",
                                      "tile/0/0000",
                                      "tile/00/000",
                                      "tile/8/000",
                                      "tile/x/000",
                                      "tile/0/x001",
                                      "tile/0/x000/001",
                                      "tile/0/001/002",
                                      "tile/0/000.p",
                                      "tile/0/000.p/",
                                      "tile/0/000.p/0",
                                      "tile/0/000.p/256",
                                      "tile/0/000.p/01",
                                      "tile/0/000/",
                                      "/tile/0/000",
                                      "tile/0/000.q/1",
                                      "tile/0/x1/000",
                                      "tile/0/-01",
                                      "tile/0/x018/x446/x744/x073/x709/x551/616",
                                      "tile/data/000",
                                      "tile/0/000.p/1/2",
                                      "tile/0/x999/x999/x999/x999/x999/x999/x999/999"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct pt_tile t;

        cr_assert_eq(pt_tile_path_parse(&t, bad[i], strlen(bad[i])), PT_E_FORMAT, "%s", bad[i]);
    }
}

Test(tile, widths) {
    cr_assert_eq(pt_tile_width(0, 0, 0), 0, "no empty tiles");
    cr_assert_eq(pt_tile_width(0, 0, 1), 1);
    cr_assert_eq(pt_tile_width(0, 0, 256), 256);
    cr_assert_eq(pt_tile_width(0, 1, 256), 0);
    cr_assert_eq(pt_tile_width(1, 0, 255), 0);
    cr_assert_eq(pt_tile_width(1, 0, 256), 1);
    cr_assert_eq(pt_tile_width(1, 0, 65536), 256);
    cr_assert_eq(pt_tile_width(1, 1, 65536), 0);
    cr_assert_eq(pt_tile_width(2, 0, 65536), 1);
    cr_assert_eq(pt_tile_width(0, 273, 70000), 112);
    cr_assert_eq(pt_tile_width(7, 0, UINT64_MAX), 255);
    cr_assert_eq(pt_tile_width(8, 0, UINT64_MAX), 0);
}

/* Tiles of a tree in memory, built on demand: a reader over them gives the same proofs. */
static int fetch(void *ctx, const struct pt_tile *t, struct pt_buf *out) {
    return pt_tile_build(ctx, t, out);
}

static void compare_at(const struct pt_hash *leaves, uint64_t size, uint64_t step) {
    struct pt_tile_reader *tr = NULL;
    struct pt_merkle_tree tree;
    struct pt_merkle_reader direct, tiled;
    struct pt_hash a, b;

    cr_assert_eq(pt_merkle_tree_init(&tree, leaves, size), 0);
    direct = pt_merkle_tree_reader(&tree);
    cr_assert_eq(pt_tile_reader_new(&tr, size, fetch, &direct), 0);
    tiled = pt_tile_reader_nodes(tr);
    cr_assert_eq(pt_merkle_read_root(&direct, size, &a), 0);
    cr_assert_eq(pt_merkle_read_root(&tiled, size, &b), 0, "size %lu", size);
    cr_assert(pt_hash_eq(&a, &b), "size %lu", size);
    for (uint64_t i = 0; i < size; i += step) {
        struct pt_merkle_path p;

        cr_assert_eq(pt_merkle_inclusion(&tiled, i, size, &p), 0);
        cr_assert_eq(pt_merkle_verify_inclusion(&leaves[i], i, size, p.h, p.n, &a), 0);
        cr_assert_eq(pt_merkle_consistency(&tiled, i + 1, size, &p), 0);
        cr_assert_eq(pt_merkle_read_root(&direct, i + 1, &b), 0);
        cr_assert_eq(pt_merkle_verify_consistency(i + 1, &b, size, &a, p.h, p.n), 0);
    }
    pt_tile_reader_free(tr);
    pt_merkle_tree_done(&tree);
}

Test(tile, proofs_from_tiles_hold) {
    static const uint64_t sizes[] = {1,   2,   255,   256,   257,   300,
                                     511, 512, 65535, 65536, 65537, 70000};
    struct pt_hash *leaves = malloc(70000 * sizeof(*leaves));

    cr_assert_not_null(leaves);
    for (unsigned i = 0; i < 70000; i++) {
        pt_leaf_hash(&leaves[i], &i, sizeof(i));
    }
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        compare_at(leaves, sizes[i], sizes[i] > 1000 ? 997 : 1);
    }
    free(leaves);
}

static int count(void *ctx, const struct pt_tile *t) {
    unsigned *n = ctx;

    n[t->entries ? 8 : t->level]++;
    return 0;
}

Test(tile, each_visits_all) {
    unsigned n[9] = {0};

    cr_assert_eq(pt_tile_each(70000, true, count, n), 0);
    cr_assert_eq(n[0], 274);
    cr_assert_eq(n[8], 274);
    cr_assert_eq(n[1], 2);
    cr_assert_eq(n[2], 1);
    cr_assert_eq(n[3], 0);
}

Test(tile, entry_bundles) {
    struct pt_span e;
    struct pt_buf b;
    size_t pos = 0;
    char *large = calloc(1, 65536);

    pt_buf_init(&b, 1 << 20);
    cr_assert_eq(pt_bundle_append(&b, pt_span_str("甲")), 0);
    cr_assert_eq(pt_bundle_append(&b, pt_span(NULL, 0)), 0);
    cr_assert_eq(pt_bundle_append(&b, pt_span(large, 65535)), 0);
    cr_assert_eq(pt_bundle_append(&b, pt_span(large, 65536)), PT_E_TOO_LARGE);
    cr_assert_eq(pt_bundle_next(pt_buf_span(&b), &pos, &e), 1);
    cr_assert(pt_span_eq(e, pt_span_str("甲")));
    cr_assert_eq(pt_bundle_next(pt_buf_span(&b), &pos, &e), 1);
    cr_assert_eq(e.len, 0);
    cr_assert_eq(pt_bundle_next(pt_buf_span(&b), &pos, &e), 1);
    cr_assert_eq(e.len, 65535);
    cr_assert_eq(pt_bundle_next(pt_buf_span(&b), &pos, &e), 0);
    pos = 0;
    cr_assert_eq(pt_bundle_next(pt_span(b.p, 1), &pos, &e), PT_E_TRUNCATED);
    cr_assert_eq(pt_bundle_next(pt_span(b.p, 4), &pos, &e), PT_E_TRUNCATED);
    pt_buf_done(&b);
    free(large);
}
