/* A mapper's position as text: "1;<rules of the next row that are done>;<source's
 * position>;<tally>". The tally is a list of numbers whose count depends on the mapping; a list of
 * another length (the mapping was changed since) begins the counts anew, the place stays. */
#include "mapper.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void pt_tally_add(struct pt_tally_line *line, const int64_t *sum) {
    line->rows++;
    for (size_t i = 0; i < PT_MAPPING_MAX_SUMS; i++)
        if (__builtin_add_overflow(line->sum[i], sum[i], &line->sum[i]))
            line->sum[i] = sum[i] > 0 ? INT64_MAX : INT64_MIN;
}

struct writer {
    char *p, *end;
};

static void put_text(struct writer *w, const char *s) {
    size_t n = strlen(s);
    PT_ASSERT(n < (size_t)(w->end - w->p));
    memcpy(w->p, s, n);
    w->p += n;
}

static void put_int(struct writer *w, int64_t v) {
    char t[24];
    size_t n = 0;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        t[n++] = (char)('0' + u % 10);
    while (u /= 10);
    PT_ASSERT(n + 2 < (size_t)(w->end - w->p));
    *w->p++ = ',';
    if (v < 0)
        *w->p++ = '-';
    while (n)
        *w->p++ = t[--n];
}

typedef void number_fn(void *ctx, int64_t *v);

/* Every number of a tally, in the order of the position's text. */
static void each_number(const struct pt_mapping *m, struct pt_tally *t, number_fn *fn, void *ctx) {
    struct pt_tally_line *lines[5] = {&t->read, &t->mapped, &t->dead, &t->deferred, &t->unmatched};
    for (size_t i = 0; i < 5 + m->n_skips; i++) {
        struct pt_tally_line *l = i < 5 ? lines[i] : &t->skipped[i - 5];
        int64_t rows = (int64_t)l->rows;
        fn(ctx, &rows);
        l->rows = (uint64_t)rows;
        for (size_t k = 0; k < m->n_sums; k++)
            fn(ctx, &l->sum[k]);
    }
    for (size_t i = 0; i < m->n_rules; i++) {
        int64_t n = (int64_t)t->records[i];
        fn(ctx, &n);
        t->records[i] = (uint64_t)n;
    }
}

static void write_number(void *ctx, int64_t *v) {
    put_int(ctx, *v);
}

const char *pt_place_text(const struct pt_mapper *mp, const struct pt_place *place, unsigned rules,
                          char out[PT_MAPPER_POS_MAX]) {
    struct writer w = {out, out + PT_MAPPER_POS_MAX - 1};
    struct pt_tally t = place->tally;
    char head[4] = {'1', ';', (char)('a' + rules), '\0'};
    PT_ASSERT(rules <= PT_MAPPING_MAX_RECORDS);
    put_text(&w, head);
    put_text(&w, ";");
    put_text(&w, place->after);
    put_text(&w, ";");
    each_number(mp->m, &t, write_number, &w);
    *w.p = '\0';
    return out;
}

struct number_reader {
    const char *p;
    size_t n;
    bool bad;
};

static void read_number(void *ctx, int64_t *v) {
    struct number_reader *r = ctx;
    char *end;
    *v = 0;
    if (r->bad || *r->p != ',') {
        r->bad = true;
        return;
    }
    *v = strtoll(r->p + 1, &end, 10);
    r->bad = end == r->p + 1;
    r->p = end;
}

int pt_place_parse(const struct pt_mapper *mp, const char *text, struct pt_place *ret,
                   unsigned *ret_rules, struct pt_err *err) {
    memset(ret, 0, sizeof(*ret));
    *ret_rules = 0;
    if (text == NULL || *text == '\0')
        return 0;
    const char *semi = text[0] == '1' && text[1] == ';' && text[2] >= 'a' &&
                               text[2] <= 'a' + PT_MAPPING_MAX_RECORDS && text[3] == ';'
                           ? strchr(text + 4, ';')
                           : NULL;
    if (semi == NULL || (size_t)(semi - text - 4) >= sizeof(ret->after))
        return pt_err_set(err, PT_E_FORMAT, "\"%.60s\" is not a position of a mapper", text);
    *ret_rules = (unsigned)(text[2] - 'a');
    memcpy(ret->after, text + 4, (size_t)(semi - text - 4));
    struct number_reader r = {semi + 1, 0, false};
    each_number(mp->m, &ret->tally, read_number, &r);
    if (r.bad || *r.p != '\0')
        memset(&ret->tally, 0, sizeof(ret->tally));
    return 0;
}
