/* Any text as a mapping; where it compiles, rows through it. Behind a line "---" come the rows,
 * cells separated by commas. What comes out is a record that encodes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/mapping/mapping.h>
#include <pentad/record/decode.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CELLS = 32, TEXT = 4096 };

struct rows {
    char text[TEXT];
    char *next;
    struct pt_field cells[CELLS];
    struct pt_row row;
};

static int rows_next(void *self, const struct pt_row **ret_row, struct pt_err *err) {
    struct rows *r = self;
    (void)err;
    *ret_row = NULL;
    if (*r->next == '\0')
        return 0;
    char *line = r->next, *end = strchr(line, '\n');
    if (end)
        *end = '\0';
    r->next = end ? end + 1 : line + strlen(line);
    r->row.n = 0;
    for (char *p = line; p != NULL && r->row.n < CELLS;) {
        char *comma = strchr(p, ',');
        if (comma)
            *comma = '\0';
        r->cells[r->row.n++] = (struct pt_field){p, strlen(p)};
        p = comma ? comma + 1 : NULL;
    }
    r->row.fields = r->cells;
    r->row.file = "fuzz.csv";
    r->row.number = ++r->row.line;
    r->row.after[0] = 'x';
    *ret_row = &r->row;
    return 0;
}

static int rows_seek(void *self, const char *pos, struct pt_err *err) {
    (void)self;
    (void)pos;
    (void)err;
    return 0;
}

static int rows_header(void *self, const struct pt_field **ret_names, size_t *ret_n,
                       struct pt_err *err) {
    static const struct pt_field names[] = {{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}};
    (void)self;
    (void)err;
    *ret_names = names;
    *ret_n = 4;
    return 0;
}

static void rows_close(void *self) {
    free(self);
}

static int on_record(void *ctx, const struct pt_mapped *m) {
    struct pt_buf out;
    struct pt_err err = {0};
    (void)ctx;
    pt_buf_init(&out, 16u << 20);
    int rc = pt_msg_encode(&m->record->base, &out, &err);
    PT_ASSERT(rc == 0 || rc == PT_E_TOO_LARGE);
    pt_buf_done(&out);
    return 0;
}

static int on_dead(void *ctx, const struct pt_dead_row *d) {
    (void)ctx;
    PT_ASSERT(d->code != 0 && d->reason_en[0] && d->reason_zh[0]);
    return 0;
}

static int on_defer(void *ctx, const struct pt_deferred *d) {
    (void)ctx;
    PT_ASSERT(d->packed.len > 0);
    return 0;
}

static const struct pt_mapper_ops ops = {.record = on_record, .dead = on_dead, .defer = on_defer};

static void run(const struct pt_mapping *m, const char *text, size_t n) {
    static const struct pt_source_ops source_ops = {rows_next, rows_seek, rows_header, rows_close,
                                                    NULL};
    struct pt_mapper *mp = NULL;
    struct pt_err err = {0};
    bool more = true;
    struct rows *r = calloc(1, sizeof(*r));
    PT_ASSERT(r != NULL);
    memcpy(r->text, text, n < TEXT - 1 ? n : TEXT - 1);
    r->next = r->text;
    struct pt_source s = {&source_ops, r};
    if (pt_mapper_new(m, NULL, &ops, NULL, &mp, &err) != 0) {
        pt_source_close(&s);
        return;
    }
    if (pt_mapper_start_take(mp, &s, NULL, &err) == 0) {
        while (more && pt_mapper_step(mp, 100, &more, &err) == 0)
            ;
        struct pt_tally t = *pt_mapper_tally(mp);
        uint64_t rows = t.mapped.rows + t.dead.rows + t.deferred.rows + t.unmatched.rows;
        for (size_t i = 0; i < pt_mapping_skip_count(m); i++)
            rows += t.skipped[i].rows;
        PT_ASSERT(more || rows == t.read.rows); /* every row is accounted for */
    }
    pt_mapper_free(mp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char rows[] = "1,2.5,x,2019-01-02\n1,-3,,20190103\nb,0,y\n";
    struct pt_mapping *m = NULL;
    struct pt_err err = {0};
    const uint8_t *cut = size ? memmem(data, size, "\n---\n", 5) : NULL;
    size_t n = cut ? (size_t)(cut - data) + 1 : size;
    int rc = pt_mapping_parse("fuzz.yaml", pt_span(data, n), NULL, NULL, 0, &m, &err);
    PT_ASSERT((rc == 0) == (m != NULL));
    PT_ASSERT(rc == 0 || err.msg[0] != '\0');
    if (m && cut)
        run(m, (const char *)cut + 5, size - n - 4);
    else if (m)
        run(m, rows, sizeof(rows) - 1);
    pt_mapping_free(m);
    return 0;
}
