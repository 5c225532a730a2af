#include "internal.h"

#include <stdlib.h>

static unsigned slots_of(unsigned tile_level) {
    return tile_level == 0 ? EDGE_SLOTS_0 : EDGE_SLOTS;
}

int pt_edge_init(struct edge *e) {
    for (unsigned t = 0; t < EDGE_LEVELS; t++) {
        e->slots[t] = calloc(slots_of(t), sizeof *e->slots[t]);
        if (e->slots[t] == NULL) {
            return PT_E_NOMEM;
        }
    }
    return 0;
}

void pt_edge_done(struct edge *e) {
    for (unsigned t = 0; t < EDGE_LEVELS; t++) {
        free(e->slots[t]);
        e->slots[t] = NULL;
    }
}

/* Where a node stands: tile level, tile, and its place among the tile's nodes. Level 8t + u has
 * 256 >> u nodes in a tile, after the 512 - (512 >> u) of the levels below it. */
struct place {
    unsigned tile_level;
    uint64_t tile;
    size_t at;
};

static struct place place_of(unsigned level, uint64_t index) {
    struct place p;
    unsigned up = level % 8;
    p.tile_level = level / 8;
    p.tile = index >> (8 - up);
    p.at = 512 - (512U >> up) + (size_t)(index & ((UINT64_C(1) << (8 - up)) - 1));
    return p;
}

void pt_edge_put(struct edge *e, unsigned level, uint64_t index, const struct pt_hash *h) {
    struct place p = place_of(level, index);
    if (p.tile_level >= EDGE_LEVELS) {
        return;
    }
    struct edge_tile *slot = &e->slots[p.tile_level][p.tile % slots_of(p.tile_level)];
    if (!slot->used || slot->index != p.tile) {
        slot->used = true;
        slot->index = p.tile;
    }
    PT_ASSERT(p.at < EDGE_NODES);
    slot->node[p.at] = *h;
}

bool pt_edge_get(const struct edge *e, unsigned level, uint64_t index, struct pt_hash *ret) {
    struct place p = place_of(level, index);
    if (p.tile_level >= EDGE_LEVELS) {
        return false;
    }
    const struct edge_tile *slot = &e->slots[p.tile_level][p.tile % slots_of(p.tile_level)];
    if (!slot->used || slot->index != p.tile) {
        return false;
    }
    *ret = slot->node[p.at];
    return true;
}

struct pt_span pt_edge_tile_hashes(const struct edge *e, unsigned tile_level, uint64_t index) {
    const struct edge_tile *slot = &e->slots[tile_level][index % slots_of(tile_level)];
    PT_ASSERT(slot->used && slot->index == index);
    return pt_span(slot->node, PT_TILE_BYTES);
}
