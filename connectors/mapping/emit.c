/* What the mapper hands out: records, dead letters, deferred rows. */
#include "mapper.h"

#include <stdio.h>
#include <string.h>

int pt_emit_record(struct pt_mapper *mp, size_t rule, const struct pt_build *b, const char *file,
                   const char *doc_key, int32_t day, uint64_t first, uint64_t last,
                   const char *position) {
    Pentad__V1__Record *rec = (Pentad__V1__Record *)b->cur[0];
    size_t rows = 0;
    for (size_t i = 0; i < b->n_rows; i++)
        rows += !b->rows[i].gone;
    struct pt_mapped out = {.record = rec,
                            .type = mp->m->rules[rule].type,
                            .rule = rule,
                            .send_day = day,
                            .doc_key = mp->m->rules[rule].doc_key >= 0 ? doc_key
                                       : rec->doc_no                   ? rec->doc_no
                                                                       : "",
                            .position = position,
                            .file = file,
                            .first_line = first,
                            .last_line = last,
                            .rows = rows};
    return mp->ops->record ? mp->ops->record(mp->ctx, &out) : 0;
}

int pt_emit_defer(struct pt_mapper *mp, const char *file, uint64_t line, size_t rule,
                  struct pt_span packed, const struct pt_want *want, const char *position) {
    struct pt_deferred d = {.file = file,
                            .line = line,
                            .rule = rule,
                            .type = mp->m->rules[rule].type,
                            .packed = packed,
                            .want_party = want->party,
                            .want_type = want->type,
                            .want_doc_no = want->doc_no,
                            .position = position};
    return mp->ops->defer ? mp->ops->defer(mp->ctx, &d) : 0;
}

int pt_pack_row(struct pt_mapper *mp, const struct pt_row *row, const unsigned *bound,
                struct pt_buf *out) {
    size_t n = mp->m->n_columns, at = out->len;
    struct pt_row by_column = *row;
    struct pt_field *fields = pt_arena_zalloc(&mp->row_arena, (n + 1) * sizeof(*fields));
    if (fields == NULL)
        return PT_E_NOMEM;
    for (size_t i = 0; i < n; i++)
        fields[i] = bound[i] < row->n ? row->fields[bound[i]] : (struct pt_field){"", 0};
    by_column.fields = fields;
    by_column.n = n;
    pt_buf_put_u64be(out, 0);
    int rc = pt_row_pack(&by_column, out);
    if (rc)
        return rc;
    uint64_t len = out->len - at - 8;
    for (size_t i = 0; i < 8; i++)
        out->p[at + i] = (uint8_t)(len >> (56 - 8 * i));
    return 0;
}

int pt_unpack_row(struct pt_span *packed, struct pt_arena *arena, struct pt_row *ret_row) {
    uint64_t len = 0;
    if (packed->len == 0)
        return PT_E_NOT_FOUND;
    if (packed->len < 8)
        return PT_E_FORMAT;
    for (size_t i = 0; i < 8; i++)
        len = (len << 8) | packed->p[i];
    if (len > packed->len - 8)
        return PT_E_FORMAT;
    int rc = pt_row_unpack(pt_span(packed->p + 8, (size_t)len), arena, ret_row);
    packed->p += 8 + len;
    packed->len -= 8 + (size_t)len;
    return rc;
}

int pt_set_source(struct pt_mapper *mp, struct pt_build *b, const struct pt_row *row) {
    Pentad__V1__Record *rec = (Pentad__V1__Record *)b->cur[0];
    if (rec->source)
        return 0;
    Pentad__V1__Source *s = pt_arena_alloc(b->arena, sizeof(*s));
    if (s == NULL)
        return PT_E_NOMEM;
    pentad__v1__source__init(s);
    s->system = pt_arena_strdup(b->arena, mp->system);
    s->locator = pt_arena_strdup(b->arena, row->file);
    s->has_row = true;
    s->row = row->line;
    rec->source = s;
    return s->system && s->locator ? 0 : PT_E_NOMEM;
}

int pt_validated(struct pt_mapper *mp, const struct pt_build *b, bool cells, char path[160],
                 struct pt_fault_at *f) {
    struct pt_err why = {0};
    path[0] = '\0';
    if (mp->ops->validate == NULL)
        return 0;
    int rc = mp->ops->validate(mp->ctx, (const Pentad__V1__Record *)b->cur[0], path, 160, &why);
    if (rc) {
        int column = pt_build_column_of(b->rule, path);
        f->code = rc;
        f->column = column >= 0 ? mp->m->columns[column].name : "";
        f->value = column >= 0 && cells && mp->cells[column].p ? mp->cells[column].p : "";
        snprintf(f->msg, sizeof(f->msg), "%s", why.msg);
    }
    return rc;
}

int pt_emit_dead(struct pt_mapper *mp, const char *file, uint64_t line, size_t rule,
                 const struct pt_fault_at *f, const char *position) {
    char value[201];
    struct pt_dead_row d = {.file = file,
                            .line = line,
                            .rule = rule,
                            .type = rule == SIZE_MAX ? "" : mp->m->rules[rule].type,
                            .column = f->column,
                            .code = f->code,
                            .position = position};
    size_t n = strlen(f->value);
    if (n > 200)
        for (n = 200; n > 0 && ((unsigned char)f->value[n] & 0xC0) == 0x80;)
            n--;
    memcpy(value, f->value, n);
    value[n] = '\0';
    d.value = value;
    struct pt_err zh;
    pt_err_set(&zh, f->code, "%s（“%.180s”）", pt_err_text(f->code, true), *value ? value : f->msg);
    snprintf(d.reason_en, sizeof(d.reason_en), "%s", f->msg);
    snprintf(d.reason_zh, sizeof(d.reason_zh), "%s", zh.msg);
    return mp->ops->dead ? mp->ops->dead(mp->ctx, &d) : 0;
}
