/* A record's body out of the fact tables, by the same plans that filled them. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>

#include "answer.h"

static json_t *enum_json(const ProtobufCFieldDescriptor *f, int v) {
    const ProtobufCEnumValue *e = protobuf_c_enum_descriptor_get_value(f->descriptor, v);
    return e ? json_string(e->name) : json_integer(v);
}

static json_t *hex_json(sqlite3_stmt *st, int c) {
    struct pt_span b = pt_sql_blob(st, c);
    char s[2 * 64 + 1];

    pt_hex(s, b.p, b.len < 64 ? b.len : 64);
    return json_string(s);
}

static json_t *column_json(const ProtobufCFieldDescriptor *f, sqlite3_stmt *st, int c) {
    json_t *list;

    if (f->label == PROTOBUF_C_LABEL_REPEATED) {
        list = json_loads(pt_sql_text(st, c), 0, NULL);
        return list ? list : json_array();
    }
    switch (f->type) {
    case PROTOBUF_C_TYPE_ENUM:
        return enum_json(f, pt_sql_i32(st, c));
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(pt_sql_i32(st, c));
    case PROTOBUF_C_TYPE_BYTES:
        return hex_json(st, c);
    case PROTOBUF_C_TYPE_STRING:
        return json_string(pt_sql_text(st, c));
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        return pt_json_i64(pt_sql_i64(st, c));
    default:
        return json_integer(pt_sql_i64(st, c));
    }
}

/* Whose body, and how much of each list. */
struct body {
    struct pt_ledger *l;
    int64_t rec;
    int list_max;
};

static json_t *row_json(const struct body *o, const struct pt_plan *p, sqlite3_stmt *st);

/* Rows of one table under a record (and, deeper, under a row of it). */
static json_t *rows_json(const struct body *o, const struct pt_plan *p, const int64_t *idx,
                         int *ret_omitted) {
    json_t *a = json_array();
    sqlite3_stmt *st = NULL;
    struct pt_buf b;
    int n = 0;
    int rc;

    pt_buf_init(&b, 4096);
    pt_buf_printf(&b, "SELECT * FROM \"%s\" WHERE rec = %lld", p->table, (long long)o->rec);
    for (unsigned i = 0; i + 1 < p->n_idx && i < 3; i++)
        pt_buf_printf(&b, " AND %s = %lld", pt_plan_idx(i), (long long)idx[i]);
    pt_buf_printf(&b, " ORDER BY %s", p->n_idx ? pt_plan_idx(p->n_idx - 1) : "rec");
    rc = b.failed ? b.failed : pt_sql_once(&o->l->sql, &st, NULL, pt_buf_cstr(&b), "");
    for (; pt_sql_row(&o->l->sql, st, &rc, NULL); n++)
        if (n < o->list_max)
            (void)json_array_append_new(a, row_json(o, p, st));
    *ret_omitted = n > o->list_max ? n - o->list_max : 0;
    pt_sql_done(&o->l->sql, st);
    pt_buf_done(&b);
    return a;
}

static json_t *row_json(const struct body *o, const struct pt_plan *p, sqlite3_stmt *st) {
    json_t *j = json_object();
    int64_t idx[3] = {0, 0, 0};
    int c = 1;

    for (unsigned i = 0; i < p->n_idx; i++)
        idx[i] = pt_sql_i64(st, c++);
    for (size_t i = 0; i < p->n_cols; i++, c++)
        if (!pt_sql_is_null(st, c))
            (void)json_object_set_new(j, p->cols[i].name, column_json(p->cols[i].at.field, st, c));
    for (size_t i = 0; i < p->n_children; i++) {
        const char *name = p->children[i]->at.field->name;
        int omitted = 0;
        json_t *list = rows_json(o, p->children[i], idx, &omitted);
        char beside[80];

        if (json_array_size(list) > 0)
            (void)json_object_set_new(j, name, list);
        else
            json_decref(list);
        (void)snprintf(beside, sizeof beside, "%s_omitted", name);
        if (omitted > 0)
            (void)json_object_set_new(j, beside, json_integer(omitted));
    }
    return j;
}

json_t *pt_json_body(struct pt_ledger *l, int type, int64_t rec, int list_max) {
    static const int64_t none[3] = {0, 0, 0};
    const struct body o = {.l = l, .rec = rec, .list_max = list_max};
    json_t *rows;
    json_t *one;
    int omitted;

    if (type <= 0 || type >= PT_TAG_MAX || !l->plans[type])
        return json_null();
    rows = rows_json(&o, l->plans[type], none, &omitted);
    one = json_array_size(rows) > 0 ? json_incref(json_array_get(rows, 0)) : json_null();
    json_decref(rows);
    return one;
}
