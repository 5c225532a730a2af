#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include <pentad/base/arena.h>

Test(arena, pieces_are_aligned_and_apart) {
    struct pt_arena a;
    uint8_t *piece[500];

    pt_arena_init(&a, (size_t)1 << 24);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 500; i++) {
            piece[i] = pt_arena_alloc(&a, 1 + i * 7);
            cr_assert_not_null(piece[i]);
            cr_assert_eq((uintptr_t)piece[i] % 16, 0);
            memset(piece[i], (int)(i % 251), 1 + i * 7);
        }
        for (size_t i = 0; i < 500; i++) {
            cr_assert_eq(piece[i][0], i % 251);
            cr_assert_eq(piece[i][i * 7], i % 251);
        }
        pt_arena_reset(&a);
        cr_assert_eq(a.used, 0);
    }
    pt_arena_done(&a);
}

static size_t blocks(const struct pt_arena *a) {
    size_t n = 0;

    for (const struct pt_arena_block *const *p = (void *)&a->head; *p != NULL; p = (void *)*p) {
        n++;
    }
    return n;
}

Test(arena, reset_keeps_the_memory) {
    struct pt_arena a;
    size_t before = 0;

    pt_arena_init(&a, (size_t)1 << 24);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 300; i++) {
            cr_assert_not_null(pt_arena_alloc(&a, 1000));
        }
        if (round == 0) {
            before = blocks(&a);
        }
        pt_arena_reset(&a);
    }
    cr_assert_eq(blocks(&a), before);
    pt_arena_done(&a);
}

Test(arena, the_maximum_holds) {
    struct pt_arena a;

    pt_arena_init(&a, 1024);
    cr_assert_null(pt_arena_alloc(&a, 1025));
    cr_assert_null(pt_arena_alloc(&a, SIZE_MAX));
    cr_assert_not_null(pt_arena_alloc(&a, 1000));
    cr_assert_null(pt_arena_alloc(&a, 100));
    pt_arena_reset(&a);
    cr_assert_not_null(pt_arena_alloc(&a, 1024));
    pt_arena_done(&a);
    pt_arena_done(NULL);
}

Test(arena, text_and_zeroes) {
    struct pt_arena a;
    uint8_t *z;

    pt_arena_init(&a, 65536);
    memset(pt_arena_alloc(&a, 64), 0xFF, 64);
    pt_arena_reset(&a);
    z = pt_arena_zalloc(&a, 64);
    for (int i = 0; i < 64; i++) {
        cr_assert_eq(z[i], 0);
    }
    cr_assert_str_eq(pt_arena_strdup(&a, "济南"), "济南");
    cr_assert_str_eq(pt_arena_printf(&a, "%s-%d", "B03", 7), "B03-7");
    cr_assert_not_null(pt_arena_alloc(&a, 0));
    pt_arena_done(&a);
}
