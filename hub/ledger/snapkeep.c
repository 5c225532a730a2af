#include "snapkeep.h"

#include <stdlib.h>
#include <string.h>

#include <pentad/base/hash.h>

enum { SLOTS_MIN = 4096 };
#define BYTES_MAX ((size_t)1 << 30)
/* Sums in agg_pay stay as they are from 10^18 on (pt_bounded_fen): up to here none of them is. */
#define REACH_MAX INT64_C(900000000000000000)

/* Are its rows the two sums of a year's payments? */
static bool is_paid(const struct pt_snap_kept *p) {
    return p->part == PT_SNAP_PAID && p->fy >= PT_SNAP_YEAR_MIN;
}

/* ---- the table ---- */

static void forget_pages(struct pt_snap *s) {
    pt_arena_done(&s->arena);
    free(s->slots);
    free(s->unwritten);
    free(s->made);
    s->slots = s->unwritten = s->made = NULL;
    s->last = NULL;
    s->cap = s->n = s->n_unwritten = s->n_made = 0;
}

void pt_snap_drop(struct pt_ledger *l) {
    if (!l->snap)
        return;
    forget_pages(l->snap);
    pt_snap_tree_drop(l->snap);
}

static uint64_t hash_of(const char *subject, int32_t fy, unsigned part) {
    uint64_t h = pt_hash_text(PT_HASH_BEGIN ^ (uint64_t)fy ^ ((uint64_t)part << 40), subject);

    return h ^ (h >> 29);
}

static bool is(const struct pt_snap_kept *p, const char *subject, int32_t fy, unsigned part) {
    return p->fy == fy && p->part == part && strcmp(p->subject, subject) == 0;
}

/* Where it stands or would. */
static size_t slot_of(const struct pt_snap *s, uint64_t hash, const char *subject, int32_t fy,
                      unsigned part) {
    size_t i = (size_t)hash & (s->cap - 1);

    while (s->slots[i] && !(s->slots[i]->hash == hash && is(s->slots[i], subject, fy, part)))
        i = (i + 1) & (s->cap - 1);
    return i;
}

static bool room_for(struct pt_snap_kept ***list, size_t n) {
    struct pt_snap_kept **more = realloc(*list, n * sizeof(*more));

    if (more)
        *list = more;
    return more != NULL;
}

static bool grow(struct pt_snap *s) {
    struct pt_snap_kept **old = s->slots;
    size_t n = s->cap;
    size_t cap = n ? 2 * n : SLOTS_MIN;
    struct pt_snap_kept **slots;

    if (!room_for(&s->unwritten, cap / 2) || !room_for(&s->made, cap / 2))
        return false;
    slots = calloc(cap, sizeof(*slots));
    if (!slots)
        return false;
    if (n == 0)
        pt_arena_init(&s->arena, BYTES_MAX);
    s->slots = slots;
    s->cap = cap;
    for (size_t i = 0; i < n; i++)
        if (old[i])
            slots[slot_of(s, old[i]->hash, old[i]->subject, old[i]->fy, old[i]->part)] = old[i];
    free(old);
    return true;
}

/* As it was written, if it was: the chain goes on from there. */
static int load(struct pt_ledger *l, struct pt_snap_kept *p, struct pt_err *err) {
    sqlite3_stmt *st = l->snap->st[PT_SN_CHAIN];
    int rc = pt_sql_bind(&l->sql, st, err, "iisi", (int64_t)p->part, p->place, p->subject,
                         (int64_t)p->fy);

    if (pt_sql_row(&l->sql, st, &rc, err)) {
        struct pt_span kept = pt_sql_blob(st, 0);

        p->stored = true;
        p->listed = p->stale = pt_sql_i32(st, 1) != 0;
        if (pt_hash_from_bytes(&p->chain, kept.p, kept.len) != 0)
            rc = pt_err_set(err, PT_E_CORRUPT, "ledger: a page's chain can't be read");
    }
    pt_sql_reset(st);
    return rc;
}

struct pt_snap_kept *pt_snap_kept(const struct pt_snap *s, const char *subject, int32_t fy,
                                  unsigned part) {
    if (s->last && is(s->last, subject, fy, part))
        return s->last;
    return s->cap > 0 ? s->slots[slot_of(s, hash_of(subject, fy, part), subject, fy, part)] : NULL;
}

static int add(struct pt_ledger *l, const char *subject, int32_t fy, unsigned part,
               struct pt_snap_kept **ret, struct pt_err *err) {
    struct pt_snap *s = l->snap;
    struct pt_snap_kept *p = NULL;

    if (2 * (s->n + 1) <= s->cap || grow(s))
        p = pt_arena_zalloc(&s->arena, sizeof(*p));
    if (p)
        p->subject = pt_arena_strdup(&s->arena, subject);
    if (!p || !p->subject)
        return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for snapshots");
    p->fy = fy;
    p->part = part;
    p->hash = hash_of(subject, fy, part);
    p->place = pt_snap_place(subject);
    s->slots[slot_of(s, p->hash, subject, fy, part)] = p;
    s->n++;
    *ret = p;
    return load(l, p, err);
}

int pt_snap_find(struct pt_ledger *l, const char *subject, int32_t fy, unsigned part,
                 struct pt_snap_kept **ret, struct pt_err *err) {
    int rc = 0;

    *ret = pt_snap_kept(l->snap, subject, fy, part);
    if (!*ret)
        rc = add(l, subject, fy, part, ret, err);
    if (rc == 0)
        l->snap->last = *ret;
    return rc;
}

bool pt_snap_is_named(const struct pt_snap_kept *p) {
    return p->stored || p->unwritten;
}

static void set_unwritten(struct pt_snap *s, struct pt_snap_kept *p) {
    if (!p->unwritten)
        s->unwritten[s->n_unwritten++] = p;
    p->unwritten = true;
}

void pt_snap_set_stale(struct pt_snap *s, struct pt_snap_kept *p) {
    p->stale = true;
    set_unwritten(s, p);
}

/* ---- what is paid ---- */

static void add_fen(struct pt_snap_kept *p, int32_t month, int64_t fen) {
    p->reach += fen < 0 ? -fen : fen;
    p->summed = p->summed && p->reach <= REACH_MAX;
    if (!p->summed)
        return;
    p->paid += fen;
    p->december += month == p->fy * 100 + 12 ? fen : 0;
}

/* Of a row subject, fy, month, fen, undone. */
static int move(struct pt_ledger *l, sqlite3_stmt *st, struct pt_err *err) {
    struct pt_snap *s = l->snap;
    const char *subject = pt_sql_text(st, 0);
    int32_t fy = pt_sql_i32(st, 1);
    bool undone = pt_sql_i32(st, 4) != 0;
    struct pt_snap_kept *p;
    int rc = 0;

    if (fy < PT_SNAP_YEAR_MIN)
        return 0;
    if (undone)
        rc = pt_snap_find(l, subject, fy, PT_SNAP_PAID, &p, err);
    else
        s->last = p = pt_snap_kept(s, subject, fy, PT_SNAP_PAID);
    if (rc != 0 || !p)
        return rc;
    if (p->summed)
        add_fen(p, pt_sql_i32(st, 2), pt_sql_i64(st, 3));
    if (undone && pt_snap_is_named(p))
        pt_snap_set_stale(s, p);
    return 0;
}

int pt_snap_move(struct pt_ledger *l, struct pt_err *err) {
    sqlite3_stmt *st = pt_snap_st(l, PT_SN_MOVED);
    int rc = pt_sql_bind(&l->sql, st, err, "");

    while (pt_sql_row(&l->sql, st, &rc, err))
        rc = move(l, st, err);
    pt_sql_reset(st);
    return rc;
}

static int sum_up(struct pt_ledger *l, struct pt_snap_kept *p, struct pt_err *err) {
    sqlite3_stmt *st = pt_snap_st(l, PT_SN_PAID);
    int rc =
        pt_sql_bind(&l->sql, st, err, "sii", p->subject, (int64_t)p->fy, (int64_t)p->fy * 100 + 12);

    if (pt_sql_row(&l->sql, st, &rc, err)) {
        double reach = sqlite3_column_double(st, 2);

        p->paid = pt_sql_i64(st, 0);
        p->december = pt_sql_i64(st, 1);
        p->summed = reach < (double)REACH_MAX;
        p->reach = p->summed ? (int64_t)reach : 0;
    }
    pt_sql_reset(st);
    return rc;
}

/* ---- into the file ---- */

static int put_made(struct pt_ledger *l, struct pt_snap_kept *p, struct pt_err *err) {
    return pt_sql_apply(&l->sql, l->snap->st[PT_SN_PUT], err, "iisibib", (int64_t)p->part, p->place,
                        p->subject, (int64_t)p->fy, pt_span(p->chain.b, sizeof p->chain.b),
                        (int64_t)p->rows, pt_span(p->head.b, sizeof p->head.b));
}

static int put_named(struct pt_ledger *l, struct pt_snap_kept *p, struct pt_err *err) {
    unsigned bits = p->bits | (p->part == PT_SNAP_PAID ? PT_SNAP_X01
                               : p->stored             ? PT_SNAP_SALT
                                                       : PT_SNAP_SALT | PT_SNAP_BEFORE);

    p->bits = 0;
    return pt_sql_apply(&l->sql, l->snap->st[PT_SN_NAME], err, "siibii", p->subject, (int64_t)p->fy,
                        (int64_t)p->part, pt_span(p->chain.b, sizeof p->chain.b), (int64_t)bits,
                        p->place);
}

static int put(struct pt_ledger *l, struct pt_snap_kept *p, struct pt_err *err) {
    int rc = 0;

    /* Named again since it was made: its place in the tree is that of its head all the same. */
    p->listed = !is_paid(p) || p->stale;
    if (p->remade || !p->listed)
        rc = put_made(l, p, err);
    if (rc == 0 && p->listed)
        rc = put_named(l, p, err);
    p->remade = false;
    p->stored = true;
    p->unwritten = false;
    return rc;
}

static int make(struct pt_ledger *l, struct pt_snap_kept *p, struct pt_err *err) {
    const struct pt_snap_page page = {p->subject, p->fy, p->part, p->chain.b};
    int rc = p->summed ? 0 : sum_up(l, p, err);
    const struct pt_snap_row rows[] = {{.no = PT_SNAP_ROW_PAID, .value = p->paid},
                                       {.no = PT_SNAP_ROW_DECEMBER, .value = p->december}};

    p->rows = sizeof rows / sizeof rows[0];
    pt_snap_head(&page, rows, p->rows, &p->head);
    p->stale = false;
    p->remade = true;
    l->snap->made[l->snap->n_made++] = p;
    return rc;
}

int pt_snap_flush(struct pt_ledger *l, struct pt_err *err) {
    struct pt_snap *s = l->snap;
    size_t left = 0;
    int rc = 0;

    for (size_t i = 0; i < s->n_unwritten && rc == 0; i++)
        if (is_paid(s->unwritten[i]))
            s->unwritten[left++] = s->unwritten[i];
        else
            rc = put(l, s->unwritten[i], err);
    s->n_unwritten = left;
    return rc;
}

/* In the file a page isn't dirty from then on, and years/1 finds which years there are. */
int pt_snap_make(struct pt_ledger *l, struct pt_err *err) {
    struct pt_snap *s = l->snap;
    size_t left = 0;
    int rc = 0;

    s->n_made = 0;
    for (size_t i = 0; i < s->n_unwritten && rc == 0; i++) {
        struct pt_snap_kept *p = s->unwritten[i];

        if (p->stale)
            rc = make(l, p, err);
        if (rc == 0 && (p->listed || !p->stored))
            rc = put(l, p, err);
        else
            s->unwritten[left++] = p;
    }
    s->n_unwritten = left;
    return rc;
}

bool pt_snap_is_full(const struct pt_ledger *l) {
    return l->snap->n > PT_SNAP_KEPT_MAX || l->snap->in_trees > PT_SNAP_KEPT_MAX;
}

int pt_snap_write(struct pt_ledger *l, struct pt_err *err) {
    struct pt_snap *s = l->snap;
    int rc = 0;

    for (size_t i = 0; i < s->n_unwritten && rc == 0; i++)
        rc = put(l, s->unwritten[i], err);
    s->n_unwritten = 0;
    rc = rc == 0 ? pt_snap_tree_write(l, err) : rc;
    if (rc == 0 && pt_snap_is_full(l))
        pt_snap_drop(l);
    return rc;
}

bool pt_snap_agrees(const struct pt_ledger *l, const struct pt_snap_page *p,
                    const struct pt_snap_row *rows, unsigned n) {
    const struct pt_snap_kept *k = pt_snap_kept(l->snap, p->subject, p->fy, p->part);

    if (!k)
        return true;
    if (memcmp(k->chain.b, p->chain, sizeof k->chain.b) != 0)
        return false;
    return !k->summed || (n == 2 && k->paid == rows[0].value && k->december == rows[1].value);
}
