#include "dummy_plan.h"

#include <string.h>

#include <pentad/base/err.h>
#include <pentad/proof/hash.h>

#define HOUR_MS (3600 * INT64_C(1000))
#define DAY_MS (24 * HOUR_MS)
#define SHANGHAI_MS (8 * HOUR_MS)

int64_t pt_dummy_slot(int64_t now_ms, int64_t every_ms) {
    PT_ASSERT(every_ms > 0);
    return (now_ms + SHANGHAI_MS) / every_ms;
}

/* Below `n`, which is far below 2^64: no number is likelier than another that one could notice. */
static uint64_t draw(const struct pt_dummy_clue *clue, enum pt_dummy_draw what, uint64_t n) {
    struct pt_sha256 s;
    struct pt_hash h;
    uint8_t byte = (uint8_t)what;
    uint64_t x = 0;
    pt_sha256_init(&s);
    pt_sha256_update(&s, clue->secret, PT_DUMMY_SECRET);
    pt_sha256_update(&s, clue->id, PT_CLUE_ID);
    pt_sha256_update(&s, &byte, 1);
    pt_sha256_update(&s, clue->sender, strlen(clue->sender));
    pt_sha256_final(&s, &h);
    for (int i = 0; i < 8; i++) {
        x = x << 8 | h.b[i];
    }
    return x % n;
}

int64_t pt_dummy_moment(const struct pt_dummy_clue *clue, enum pt_dummy_draw what,
                        const struct pt_config_days *range) {
    PT_ASSERT(range->to > range->from);
    uint64_t span = (uint64_t)(range->to - range->from) * DAY_MS;
    return clue->read_ms + range->from * DAY_MS + (int64_t)draw(clue, what, span);
}

bool pt_dummy_chance(const struct pt_dummy_clue *clue, enum pt_dummy_draw what, int32_t percent) {
    return draw(clue, what, 100) < (uint64_t)percent;
}
