#include <pentad/proof/tile.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { TILE_HEIGHT = 8, TILE_LEVELS = 8 };

/* ---- paths ---- */

void pt_tile_path(char out[PT_TILE_PATH_MAX], const struct pt_tile *t) {
    unsigned groups[7];
    unsigned n = 0;
    uint64_t rest = t->index;
    size_t at;

    PT_ASSERT(t->width >= 1 && t->width <= PT_TILE_WIDTH && t->level < TILE_LEVELS);
    do {
        groups[n++] = (unsigned)(rest % 1000);
        rest /= 1000;
    } while (rest > 0);
    at = (size_t)(t->entries ? snprintf(out, PT_TILE_PATH_MAX, "tile/entries")
                             : snprintf(out, PT_TILE_PATH_MAX, "tile/%u", t->level));
    while (n-- > 0) {
        at += (size_t)snprintf(out + at, PT_TILE_PATH_MAX - at, "/%s%03u", n > 0 ? "x" : "",
                               groups[n]);
    }
    if (t->width < PT_TILE_WIDTH) {
        snprintf(out + at, PT_TILE_PATH_MAX - at, ".p/%u", t->width);
    }
}

/* The next component behind a '/'; false at the end. */
static bool component(struct pt_span s, size_t *pos, struct pt_span *ret) {
    size_t from;

    if (*pos >= s.len || s.p[*pos] != '/') {
        return false;
    }
    from = ++*pos;
    while (*pos < s.len && s.p[*pos] != '/') {
        (*pos)++;
    }
    *ret = pt_span(s.p + from, *pos - from);
    return true;
}

static bool three_digits(const uint8_t *p, uint64_t *index) {
    unsigned v = 0;

    for (unsigned i = 0; i < 3; i++) {
        if (p[i] < '0' || p[i] > '9') {
            return false;
        }
        v = v * 10 + (p[i] - (unsigned)'0');
    }
    if (*index > (UINT64_MAX - v) / 1000) {
        return false;
    }
    *index = *index * 1000 + v;
    return true;
}

static bool parse_index(struct pt_tile *ret, struct pt_span s, size_t *pos, bool *partial) {
    struct pt_span c;
    bool first = true;

    while (component(s, pos, &c)) {
        bool more = c.len == 4 && c.p[0] == 'x';

        *partial = c.len == 5 && c.p[3] == '.' && c.p[4] == 'p';
        if (!more && c.len != 3 && !*partial) {
            return false;
        }
        if (!three_digits(c.p + (more ? 1 : 0), &ret->index) ||
            (more && first && ret->index == 0)) {
            return false;
        }
        first = false;
        if (!more) {
            return true;
        }
    }
    return false;
}

int pt_tile_path_parse(struct pt_tile *ret, const char *path, size_t len) {
    struct pt_span s = pt_span(path, len);
    struct pt_span c;
    size_t pos = 4;
    uint64_t v;
    bool partial = false;

    memset(ret, 0, sizeof(*ret));
    if (len >= PT_TILE_PATH_MAX || !pt_text_prefix(s, "tile/") || !component(s, &pos, &c)) {
        return PT_E_FORMAT;
    }
    ret->entries = pt_span_eq(c, pt_span_str("entries"));
    if (!ret->entries) {
        if (!pt_text_u64(c, &v) || v >= TILE_LEVELS) {
            return PT_E_FORMAT;
        }
        ret->level = (unsigned)v;
    }
    if (!parse_index(ret, s, &pos, &partial)) {
        return PT_E_FORMAT;
    }
    ret->width = PT_TILE_WIDTH;
    if (partial) {
        if (!component(s, &pos, &c) || !pt_text_u64(c, &v) || v < 1 || v >= PT_TILE_WIDTH) {
            return PT_E_FORMAT;
        }
        ret->width = (unsigned)v;
    }
    return pos == len ? 0 : PT_E_FORMAT;
}

/* ---- widths ---- */

unsigned pt_tile_width(unsigned level, uint64_t index, uint64_t size) {
    uint64_t nodes;

    if (level >= TILE_LEVELS) {
        return 0;
    }
    nodes = size >> (TILE_HEIGHT * level);
    if (index > nodes / PT_TILE_WIDTH) {
        return 0;
    }
    nodes -= index * PT_TILE_WIDTH;
    return nodes >= PT_TILE_WIDTH ? PT_TILE_WIDTH : (unsigned)nodes;
}

int pt_tile_each(uint64_t size, bool entries, pt_tile_cb cb, void *ctx) {
    for (unsigned level = 0; level < TILE_LEVELS; level++) {
        for (uint64_t i = 0;; i++) {
            struct pt_tile t = {false, level, i, pt_tile_width(level, i, size)};
            int rc;

            if (t.width == 0) {
                break;
            }
            rc = cb(ctx, &t);
            if (rc == 0 && level == 0 && entries) {
                t.entries = true;
                rc = cb(ctx, &t);
            }
            if (rc != 0) {
                return rc;
            }
        }
    }
    return 0;
}

/* ---- hash tiles ---- */

int pt_tile_build(const struct pt_merkle_reader *r, const struct pt_tile *t, struct pt_buf *out) {
    PT_ASSERT(!t->entries && t->width <= PT_TILE_WIDTH);
    for (unsigned i = 0; i < t->width; i++) {
        struct pt_hash h;
        int rc = r->node(r->ctx, t->level * TILE_HEIGHT, t->index * PT_TILE_WIDTH + i, &h);

        if (rc == 0) {
            rc = pt_buf_append(out, h.b, PT_HASH_LEN);
        }
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

int pt_tile_node(struct pt_span tile, const struct pt_tile *t, unsigned level, uint64_t index,
                 struct pt_hash *ret) {
    struct pt_hash row[PT_TILE_WIDTH / 2 + 1];
    unsigned up = level - t->level * TILE_HEIGHT;
    uint64_t first;
    unsigned n;

    if (level < t->level * TILE_HEIGHT || up >= TILE_HEIGHT ||
        tile.len != (size_t)t->width * PT_HASH_LEN || index >> (TILE_HEIGHT - up) != t->index) {
        return PT_E_RANGE;
    }
    n = 1u << up;
    first = (index << up) - t->index * PT_TILE_WIDTH;
    if (first + n > t->width) {
        return PT_E_RANGE;
    }
    memcpy(row, tile.p + first * PT_HASH_LEN, (size_t)n * PT_HASH_LEN);
    for (; n > 1; n /= 2) {
        for (unsigned i = 0; i < n / 2; i++) {
            pt_node_hash(&row[i], &row[2 * i], &row[2 * i + 1]);
        }
    }
    *ret = row[0];
    return 0;
}

/* ---- a reader over tiles ---- */

struct slot {
    bool used;
    struct pt_tile t;
    uint8_t bytes[PT_TILE_BYTES];
};

enum { SLOTS_A_LEVEL = 2 }; /* a proof walks two tiles of a level at most side by side */

struct pt_tile_reader {
    uint64_t size;
    pt_tile_fetch_cb fetch;
    void *ctx;
    struct pt_buf buf;
    struct slot slots[TILE_LEVELS][SLOTS_A_LEVEL];
};

int pt_tile_reader_new(struct pt_tile_reader **ret, uint64_t size, pt_tile_fetch_cb fetch,
                       void *ctx) {
    struct pt_tile_reader *r = calloc(1, sizeof(*r));

    *ret = r;
    if (r == NULL) {
        return PT_E_NOMEM;
    }
    r->size = size;
    r->fetch = fetch;
    r->ctx = ctx;
    pt_buf_init(&r->buf, PT_TILE_BYTES);
    return 0;
}

void pt_tile_reader_free(struct pt_tile_reader *r) {
    if (r != NULL) {
        pt_buf_done(&r->buf);
        free(r);
    }
}

static int load(struct pt_tile_reader *r, unsigned level, uint64_t index, struct slot **ret) {
    struct slot *s = &r->slots[level][index % SLOTS_A_LEVEL];
    int rc;

    *ret = s;
    if (s->used && s->t.index == index) {
        return 0;
    }
    s->used = false;
    s->t = (struct pt_tile){false, level, index, pt_tile_width(level, index, r->size)};
    if (s->t.width == 0) {
        return PT_E_RANGE;
    }
    pt_buf_reset(&r->buf);
    rc = r->fetch(r->ctx, &s->t, &r->buf);
    if (rc != 0) {
        return rc;
    }
    if (r->buf.len != (size_t)s->t.width * PT_HASH_LEN) {
        return PT_E_FORMAT;
    }
    memcpy(s->bytes, r->buf.p, r->buf.len);
    s->used = true;
    return 0;
}

static int reader_node(void *ctx, unsigned level, uint64_t index, struct pt_hash *ret) {
    struct pt_tile_reader *r = ctx;
    unsigned up = level % TILE_HEIGHT;
    struct slot *s;
    int rc;

    if (level >= TILE_HEIGHT * TILE_LEVELS) {
        return PT_E_RANGE;
    }
    rc = load(r, level / TILE_HEIGHT, index >> (TILE_HEIGHT - up), &s);
    if (rc != 0) {
        return rc;
    }
    return pt_tile_node(pt_span(s->bytes, (size_t)s->t.width * PT_HASH_LEN), &s->t, level, index,
                        ret);
}

struct pt_merkle_reader pt_tile_reader_nodes(struct pt_tile_reader *r) {
    struct pt_merkle_reader m = {reader_node, r};

    return m;
}

/* ---- entry bundles ---- */

int pt_bundle_append(struct pt_buf *out, struct pt_span entry) {
    if (entry.len > PT_ENTRY_MAX) {
        return PT_E_TOO_LARGE;
    }
    pt_buf_put_u16be(out, (uint16_t)entry.len);
    return pt_buf_append_span(out, entry);
}

int pt_bundle_next(struct pt_span bundle, size_t *pos, struct pt_span *ret) {
    size_t left;
    size_t len;

    PT_ASSERT(*pos <= bundle.len);
    left = bundle.len - *pos;
    if (left == 0) {
        return 0;
    }
    if (left < 2) {
        return PT_E_TRUNCATED;
    }
    len = (size_t)bundle.p[*pos] << 8 | bundle.p[*pos + 1];
    if (left - 2 < len) {
        return PT_E_TRUNCATED;
    }
    *ret = pt_span(bundle.p + *pos + 2, len);
    *pos += 2 + len;
    return 1;
}
