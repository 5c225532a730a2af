#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#define SUB(f) ((const ProtobufCMessageDescriptor *)(f)->descriptor)

static int plan_fill(struct pt_plan *p, const ProtobufCMessageDescriptor *d, const char *prefix,
                     const struct pt_plan_path *base, struct pt_err *err);

static int plan_child(struct pt_plan *p, const char *name, const struct pt_plan_path *at,
                      struct pt_err *err) {
    struct pt_plan *c;

    if (p->n_children == PT_PLAN_CHILDREN_MAX || p->n_idx + 1 > PT_PLAN_IDX_MAX)
        return pt_err_set(err, PT_E_INTERNAL, "ledger: too many lists in %s", p->table);
    c = calloc(1, sizeof *c);
    if (!c)
        return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for table plans");
    p->children[p->n_children++] = c;
    (void)snprintf(c->table, sizeof c->table, "%.60s_%.30s", p->table, name);
    c->n_idx = p->n_idx + 1;
    c->at = *at;
    c->is_ref = SUB(at->field) == &pentad__v1__record_ref__descriptor;
    return plan_fill(c, SUB(at->field), "", &(struct pt_plan_path){.hops = 0}, err);
}

static int plan_field(struct pt_plan *p, const ProtobufCFieldDescriptor *f, const char *prefix,
                      const struct pt_plan_path *base, struct pt_err *err) {
    struct pt_plan_path at = *base;
    char name[64];

    (void)snprintf(name, sizeof name, "%.30s%.32s", prefix, f->name);
    at.field = f;
    if (f->type == PROTOBUF_C_TYPE_MESSAGE && f->label == PROTOBUF_C_LABEL_REPEATED)
        return plan_child(p, name, &at, err);
    if (f->type == PROTOBUF_C_TYPE_MESSAGE) {
        char deeper[64];

        if (SUB(f) == &pentad__v1__record_ref__descriptor) {
            if (p->n_refs == PT_PLAN_REFS_MAX)
                return pt_err_set(err, PT_E_INTERNAL, "ledger: too many references in %s",
                                  p->table);
            memcpy(p->refs[p->n_refs].name, name, sizeof name);
            p->refs[p->n_refs++].at = at;
        }
        if (at.hops == PT_PLAN_DEPTH)
            return pt_err_set(err, PT_E_INTERNAL, "ledger: %s.%s nests too deep", p->table, name);
        at.hop[at.hops++] = f->offset;
        (void)snprintf(deeper, sizeof deeper, "%.62s_", name);
        return plan_fill(p, SUB(f), deeper, &at, err);
    }
    if (p->n_cols == PT_PLAN_COLS_MAX)
        return pt_err_set(err, PT_E_INTERNAL, "ledger: too many columns in %s", p->table);
    memcpy(p->cols[p->n_cols].name, name, sizeof name);
    p->cols[p->n_cols++].at = at;
    return 0;
}

static int plan_fill(struct pt_plan *p, const ProtobufCMessageDescriptor *d, const char *prefix,
                     const struct pt_plan_path *base, struct pt_err *err) {
    int rc = 0;

    for (unsigned i = 0; i < d->n_fields && rc == 0; i++)
        rc = plan_field(p, &d->fields[i], prefix, base, err);
    return rc;
}

int pt_plan_new(const char *member, const ProtobufCMessageDescriptor *d, struct pt_plan **ret_plan,
                struct pt_err *err) {
    struct pt_plan *p = calloc(1, sizeof *p);
    int rc;

    *ret_plan = NULL;
    if (!p)
        return pt_err_set(err, PT_E_NOMEM, "ledger: no memory for table plans");
    (void)snprintf(p->table, sizeof p->table, "f_%.60s", member);
    rc = plan_fill(p, d, "", &(struct pt_plan_path){.hops = 0}, err);
    if (rc == 0)
        *ret_plan = p;
    else
        pt_plan_free(p);
    return rc;
}

void pt_plan_free(struct pt_plan *p) {
    if (!p)
        return;
    for (size_t i = 0; i < p->n_children; i++)
        pt_plan_free(p->children[i]);
    sqlite3_finalize(p->insert);
    free(p);
}

static const char *sql_type(const ProtobufCFieldDescriptor *f) {
    if (f->label == PROTOBUF_C_LABEL_REPEATED || f->type == PROTOBUF_C_TYPE_STRING)
        return "TEXT";
    return f->type == PROTOBUF_C_TYPE_BYTES ? "BLOB" : "INTEGER";
}

const char *pt_plan_idx(unsigned i) {
    return i == 0 ? "idx" : i == 1 ? "idx2" : "idx3";
}

void pt_plan_ddl(const struct pt_plan *p, struct pt_buf *out) {
    pt_buf_printf(out, "CREATE TABLE \"%s\"(rec INTEGER", p->table);
    if (p->n_idx == 0)
        pt_buf_puts(out, " PRIMARY KEY");
    for (unsigned i = 0; i < p->n_idx; i++)
        pt_buf_printf(out, ", %s INTEGER", pt_plan_idx(i));
    for (size_t i = 0; i < p->n_cols; i++)
        pt_buf_printf(out, ", \"%s\" %s", p->cols[i].name, sql_type(p->cols[i].at.field));
    if (p->n_idx > 0) {
        pt_buf_puts(out, ", PRIMARY KEY(rec");
        for (unsigned i = 0; i < p->n_idx; i++)
            pt_buf_printf(out, ", %s", pt_plan_idx(i));
        pt_buf_puts(out, ")) WITHOUT ROWID;\n");
    } else {
        pt_buf_puts(out, ");\n");
    }
    pt_buf_printf(out, "CREATE VIEW \"v_%s\" AS SELECT r.*", p->table + 2);
    for (unsigned i = 0; i < p->n_idx; i++)
        pt_buf_printf(out, ", f.%s", pt_plan_idx(i));
    for (size_t i = 0; i < p->n_cols; i++)
        pt_buf_printf(out, ", f.\"%s\"", p->cols[i].name);
    pt_buf_printf(out, " FROM \"%s\" f JOIN live r ON r.rec = f.rec;\n", p->table);
    for (size_t i = 0; i < p->n_children; i++)
        pt_plan_ddl(p->children[i], out);
}

int pt_plan_prepare(struct pt_plan *p, struct pt_in_memory *m, struct pt_err *err) {
    int rc = pt_rows_prepare(m, p->table, 1 + p->n_idx + p->n_cols, &p->insert, err);

    for (size_t i = 0; i < p->n_children && rc == 0; i++)
        rc = pt_plan_prepare(p->children[i], m, err);
    return rc;
}

/* The message that holds the field, or NULL where a sub-message on the way is absent. */
static const uint8_t *follow(const struct pt_plan_path *at, const void *msg) {
    const uint8_t *m = msg;

    for (unsigned i = 0; i < at->hops && m; i++)
        /* cppcheck-suppress pointerSize ; what lies there is a pointer */
        memcpy(&m, m + at->hop[i], sizeof m);
    return m;
}

static int json_scalar(struct pt_buf *b, const ProtobufCFieldDescriptor *f, const uint8_t *array,
                       size_t i) {
    switch (f->type) {
    case PROTOBUF_C_TYPE_STRING: {
        const char *s = ((const char *const *)(const void *)array)[i];
        pt_buf_putc(b, '"');
        for (; *s; s++) {
            if (*s == '"' || *s == '\\')
                pt_buf_putc(b, '\\');
            if ((unsigned char)*s < 0x20)
                pt_buf_printf(b, "\\u%04x", (unsigned)*s);
            else
                pt_buf_putc(b, *s);
        }
        return pt_buf_putc(b, '"');
    }
    case PROTOBUF_C_TYPE_BYTES: {
        const ProtobufCBinaryData *d = (const ProtobufCBinaryData *)(const void *)array + i;
        pt_buf_putc(b, '"');
        for (size_t k = 0; k < d->len; k++)
            pt_buf_printf(b, "%02x", d->data[k]);
        return pt_buf_putc(b, '"');
    }
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_SINT64:
        return pt_buf_printf(b, "%lld", (long long)((const int64_t *)(const void *)array)[i]);
    default:
        return pt_buf_printf(b, "%d", ((const int32_t *)(const void *)array)[i]);
    }
}

static void give_list(sqlite3_context *ret, const ProtobufCFieldDescriptor *f, const uint8_t *msg,
                      struct pt_buf *scratch) {
    size_t n;
    const uint8_t *array;

    memcpy(&n, msg + f->quantifier_offset, sizeof n);
    memcpy(&array, msg + f->offset, sizeof array);
    if (n == 0)
        return;
    pt_buf_reset(scratch);
    for (size_t i = 0; i < n; i++) {
        pt_buf_putc(scratch, i == 0 ? '[' : ',');
        json_scalar(scratch, f, array, i);
    }
    pt_buf_putc(scratch, ']');
    sqlite3_result_text(ret, pt_buf_cstr(scratch), -1, SQLITE_TRANSIENT);
}

static void give_scalar(sqlite3_context *ret, const ProtobufCFieldDescriptor *f,
                        const uint8_t *msg) {
    const uint8_t *v = msg + f->offset;
    protobuf_c_boolean has = 0;
    const char *s;

    if (f->type == PROTOBUF_C_TYPE_STRING) {
        memcpy(&s, v, sizeof s);
        sqlite3_result_text(ret, s, -1, SQLITE_STATIC);
        return;
    }
    memcpy(&has, msg + f->quantifier_offset, sizeof has);
    if (!has)
        return;
    if (f->type == PROTOBUF_C_TYPE_BYTES) {
        ProtobufCBinaryData d;
        memcpy(&d, v, sizeof d);
        sqlite3_result_blob(ret, d.len ? (const void *)d.data : "", (int)d.len, SQLITE_STATIC);
    } else if (f->type == PROTOBUF_C_TYPE_INT64 || f->type == PROTOBUF_C_TYPE_UINT64 ||
               f->type == PROTOBUF_C_TYPE_SINT64) {
        int64_t i;
        memcpy(&i, v, sizeof i);
        sqlite3_result_int64(ret, i);
    } else if (f->type == PROTOBUF_C_TYPE_UINT32) {
        uint32_t u;
        memcpy(&u, v, sizeof u);
        sqlite3_result_int64(ret, u);
    } else {
        int32_t i;
        memcpy(&i, v, sizeof i);
        sqlite3_result_int(ret, i);
    }
}

/* Messages of one plan on their way into its table, in the order of their list. */
struct messages {
    const struct pt_plan *p;
    const struct pt_plan_target *to;
    const int64_t *idx; /* of the list; of each message: its place */
    const uint8_t *const *at;
};

static void give_column(const void *ctx, size_t row, int col, sqlite3_context *ret) {
    const struct messages *m = ctx;
    unsigned n_idx = m->p->n_idx;
    unsigned c = (unsigned)col;

    if (c == 0) {
        sqlite3_result_int64(ret, m->to->rec);
    } else if (c <= n_idx) {
        sqlite3_result_int64(ret, c == n_idx ? (int64_t)row : m->idx[c - 1]);
    } else {
        const struct pt_plan_path *path = &m->p->cols[c - 1 - n_idx].at;
        const uint8_t *msg = follow(path, m->at[row]);

        if (msg && path->field->label == PROTOBUF_C_LABEL_REPEATED)
            give_list(ret, path->field, msg, m->to->scratch);
        else if (msg)
            give_scalar(ret, path->field, msg);
    }
}

static int insert_rows(struct pt_plan *p, const struct pt_plan_target *to, const int64_t *idx,
                       const uint8_t *const *at, size_t n, struct pt_err *err);

static int insert_children(struct pt_plan *p, const struct pt_plan_target *to, const int64_t *idx,
                           const uint8_t *msg, struct pt_err *err) {
    int rc = 0;

    for (size_t c = 0; c < p->n_children && rc == 0; c++) {
        struct pt_plan *child = p->children[c];
        const uint8_t *m = follow(&child->at, msg);
        const uint8_t **array;
        size_t n;

        if (!m)
            continue;
        memcpy(&n, m + child->at.field->quantifier_offset, sizeof n);
        memcpy(&array, m + child->at.field->offset, sizeof array);
        if (n > 0)
            rc = insert_rows(child, to, idx, array, n, err);
    }
    return rc;
}

/* What a row says beside its own columns: references, and lists with tables of their own. */
static int insert_rest(struct pt_plan *p, const struct pt_plan_target *to, const int64_t *idx,
                       const uint8_t *msg, struct pt_err *err) {
    int rc = 0;

    if (p->is_ref)
        rc = to->ref_cb(to->ctx, p->at.field->name,
                        (const Pentad__V1__RecordRef *)(const void *)msg, err);
    for (size_t i = 0; i < p->n_refs && rc == 0; i++) {
        const uint8_t *m = follow(&p->refs[i].at, msg);
        const Pentad__V1__RecordRef *ref = NULL;

        if (m)
            memcpy(&ref, m + p->refs[i].at.field->offset, sizeof ref);
        if (ref)
            rc = to->ref_cb(to->ctx, p->refs[i].name, ref, err);
    }
    return rc == 0 ? insert_children(p, to, idx, msg, err) : rc;
}

static int insert_rows(struct pt_plan *p, const struct pt_plan_target *to, const int64_t *idx,
                       const uint8_t *const *at, size_t n, struct pt_err *err) {
    const struct messages m = {p, to, idx, at};
    const struct pt_rows rows = {n, give_column, &m};
    int64_t own[PT_PLAN_IDX_MAX] = {0};
    int rc = pt_rows_execute(to->in_memory, p->insert, &rows, err);

    if (p->n_children == 0 && p->n_refs == 0 && !p->is_ref)
        return rc;
    if (p->n_idx > 1)
        memcpy(own, idx, (p->n_idx - 1) * sizeof *own);
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (p->n_idx > 0)
            own[p->n_idx - 1] = (int64_t)i;
        rc = insert_rest(p, to, own, at[i], err);
    }
    return rc;
}

int pt_plan_insert(struct pt_plan *p, const struct pt_plan_target *to, const ProtobufCMessage *body,
                   struct pt_err *err) {
    static const int64_t none[PT_PLAN_IDX_MAX] = {0};
    const uint8_t *at = (const uint8_t *)body;

    return insert_rows(p, to, none, &at, 1, err);
}
