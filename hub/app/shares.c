#include "shares.h"

#include <pentad/base/err.h>

static bool take(_Atomic uint32_t *n, uint32_t max) {
    uint32_t before = atomic_fetch_add(n, 1);

    if (before >= max) {
        (void)atomic_fetch_sub(n, 1);
        return false;
    }
    return true;
}

bool pt_share_take(struct pt_shares *s, enum pt_party party, uint32_t max) {
    uint32_t own = max < 4 ? 1 : max / 4;

    PT_ASSERT((unsigned)party < PT_PARTY_END);
    if (!take(&s->of[party], own)) {
        return false;
    }
    if (!take(&s->open, max)) {
        (void)atomic_fetch_sub(&s->of[party], 1);
        return false;
    }
    return true;
}

void pt_share_give(struct pt_shares *s, enum pt_party party) {
    uint32_t own = atomic_fetch_sub(&s->of[party], 1);
    uint32_t all = atomic_fetch_sub(&s->open, 1);

    PT_ASSERT(own > 0 && all > 0);
}

uint32_t pt_shares_open(struct pt_shares *s) {
    return atomic_load(&s->open);
}
