/* Values to protobuf messages, along compiled nodes. */
#include "internal.h"

#include <string.h>

#define AT(msg, offset) ((void *)((char *)(msg) + (offset)))

void pt_build_begin(struct pt_build *b, const struct pt_rule *rule, struct pt_arena *arena) {
    memset(b, 0, sizeof(*b));
    b->rule = rule;
    b->arena = arena;
    b->first = true;
}

static size_t grown(size_t cap) {
    return cap == 0 ? 4 : cap * 2;
}

/* Makes room for one more element of `size` bytes behind *array. */
static int room(struct pt_build *b, void *array_at, size_t n, size_t *cap, size_t size) {
    void *old;
    memcpy(&old, array_at, sizeof(old));
    if (n < *cap)
        return 0;
    size_t next = grown(*cap);
    while (next <= n)
        next *= 2;
    void *p = pt_arena_zalloc(b->arena, next * size);
    if (p == NULL)
        return PT_E_NOMEM;
    if (n)
        memcpy(p, old, n * size);
    memcpy(array_at, &p, sizeof(p));
    *cap = next;
    return 0;
}

static int append_element(struct pt_build *b, size_t node, ProtobufCMessage *parent,
                          const ProtobufCFieldDescriptor *fd, ProtobufCMessage *msg, size_t row) {
    const struct pt_node *nd = &b->rule->nodes[node];
    bool rows = nd->per_row && !b->rule->nodes[nd->parent].per_row;
    /* Other lists are short, and several nodes may append to one (`need[0]`, `need[1]`). */
    size_t *n = AT(parent, fd->quantifier_offset), cap = rows ? b->caps[node] : *n;
    size_t rows_cap = cap;
    int rc = room(b, AT(parent, fd->offset), *n, &cap, sizeof(void *));
    if (rc == 0 && rows)
        rc = room(b, &b->element_rows[node], *n, &rows_cap, sizeof(uint64_t));
    if (rc)
        return rc;
    if (rows) {
        b->caps[node] = cap;
        b->element_rows[node][*n] = row;
    }
    ProtobufCMessage **list;
    memcpy(&list, AT(parent, fd->offset), sizeof(list));
    list[(*n)++] = msg;
    return 0;
}

/* The message of a node, made now if need be. */
static int ensure(struct pt_build *b, int node, size_t row, ProtobufCMessage **ret) {
    if (b->cur[node]) {
        *ret = b->cur[node];
        return 0;
    }
    const struct pt_node *nd = &b->rule->nodes[node];
    ProtobufCMessage *parent = NULL, *msg;
    int rc = nd->parent >= 0 ? ensure(b, nd->parent, row, &parent) : 0;
    if (rc)
        return rc;
    msg = pt_arena_alloc(b->arena, nd->desc->sizeof_message);
    if (msg == NULL)
        return PT_E_NOMEM;
    nd->desc->message_init(msg);
    if (parent && nd->fd->label == PROTOBUF_C_LABEL_REPEATED) {
        rc = append_element(b, (size_t)node, parent, nd->fd, msg, row);
        if (rc)
            return rc;
    } else if (parent) {
        memcpy(AT(parent, nd->fd->offset), &msg, sizeof(void *));
        if (nd->fd->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
            *(uint32_t *)AT(parent, nd->fd->quantifier_offset) = nd->fd->id;
    }
    b->cur[node] = *ret = msg;
    return 0;
}

static size_t scalar_size(const ProtobufCFieldDescriptor *fd) {
    switch (fd->type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return 8;
    case PROTOBUF_C_TYPE_STRING:
        return sizeof(char *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return 4;
    }
}

static int put(struct pt_build *b, const ProtobufCFieldDescriptor *fd, void *at,
               const struct pt_val *v) {
    if (fd->type == PROTOBUF_C_TYPE_STRING || fd->type == PROTOBUF_C_TYPE_BYTES) {
        char *copy = pt_arena_alloc(b->arena, v->len + 1);
        if (copy == NULL)
            return PT_E_NOMEM;
        if (v->len)
            memcpy(copy, v->p, v->len);
        copy[v->len] = '\0';
        if (fd->type == PROTOBUF_C_TYPE_STRING) {
            memcpy(at, &copy, sizeof(copy));
        } else {
            ProtobufCBinaryData bytes = {v->len, (uint8_t *)copy};
            memcpy(at, &bytes, sizeof(bytes));
        }
    } else if (scalar_size(fd) == 8) {
        memcpy(at, &v->i, 8);
    } else {
        int32_t i = (int32_t)v->i;
        memcpy(at, &i, 4);
    }
    return 0;
}

static int put_repeated(struct pt_build *b, const ProtobufCFieldDescriptor *fd,
                        ProtobufCMessage *msg, const struct pt_val *v) {
    size_t *n = AT(msg, fd->quantifier_offset), size = scalar_size(fd);
    /* Grown at powers of two only, so that no capacity need be kept. */
    if (*n == 0 || (*n >= 4 && (*n & (*n - 1)) == 0)) {
        size_t cap = *n == 0 ? 0 : *n;
        int rc = room(b, AT(msg, fd->offset), *n, &cap, size);
        if (rc)
            return rc;
    }
    char *list;
    memcpy(&list, AT(msg, fd->offset), sizeof(list));
    int rc = put(b, fd, list + *n * size, v);
    if (rc == 0)
        (*n)++;
    return rc;
}

/* A cell of several texts. */
static int put_split(struct pt_build *b, const struct pt_fieldmap *f, ProtobufCMessage *msg,
                     const struct pt_val *v) {
    for (size_t i = 0; i <= v->len;) {
        size_t j = i;
        while (j < v->len && v->p[j] != f->split)
            j++;
        const char *p = v->p + i;
        size_t n = j - i;
        pt_text_trim(&p, &n);
        struct pt_val part = {.set = true, .p = p, .len = n};
        if (n) {
            int rc = put_repeated(b, f->fd, msg, &part);
            if (rc)
                return rc;
        }
        i = j + 1;
    }
    return 0;
}

static int put_ref(struct pt_build *b, const ProtobufCFieldDescriptor *fd, ProtobufCMessage *msg,
                   const struct pt_val *v) {
    const Pentad__V1__RecordRef *from = (const void *)v->p;
    Pentad__V1__RecordRef *ref = pt_arena_alloc(b->arena, sizeof(*ref));
    if (ref == NULL)
        return PT_E_NOMEM;
    pentad__v1__record_ref__init(ref);
    ref->party = pt_arena_strdup(b->arena, from->party ? from->party : "");
    ref->stream = pt_arena_strdup(b->arena, from->stream ? from->stream : "");
    ref->has_seq = true;
    ref->seq = from->seq;
    ref->has_hash = from->has_hash;
    ref->hash.len = from->hash.len;
    ref->hash.data = pt_arena_alloc(b->arena, from->hash.len + 1);
    if (ref->party == NULL || ref->stream == NULL || ref->hash.data == NULL)
        return PT_E_NOMEM;
    if (from->hash.len)
        memcpy(ref->hash.data, from->hash.data, from->hash.len);
    if (fd->label == PROTOBUF_C_LABEL_REPEATED) {
        size_t *n = AT(msg, fd->quantifier_offset), cap = *n;
        int rc = room(b, AT(msg, fd->offset), *n, &cap, sizeof(void *));
        if (rc)
            return rc;
        Pentad__V1__RecordRef **list;
        memcpy(&list, AT(msg, fd->offset), sizeof(list));
        list[(*n)++] = ref;
    } else {
        memcpy(AT(msg, fd->offset), &ref, sizeof(void *));
    }
    return 0;
}

static int put_field(struct pt_build *b, const struct pt_fieldmap *f, const struct pt_val *v,
                     size_t row) {
    ProtobufCMessage *msg;
    int rc = ensure(b, f->node, row, &msg);
    if (rc)
        return rc;
    if (f->kind == PT_FIELD_REF)
        return put_ref(b, f->fd, msg, v);
    if (f->split)
        return put_split(b, f, msg, v);
    if (f->fd->label == PROTOBUF_C_LABEL_REPEATED)
        return put_repeated(b, f->fd, msg, v);
    if (f->fd->type != PROTOBUF_C_TYPE_STRING && f->fd->label != PROTOBUF_C_LABEL_REQUIRED)
        *(protobuf_c_boolean *)AT(msg, f->fd->quantifier_offset) = 1;
    return put(b, f->fd, AT(msg, f->fd->offset), v);
}

/* Fields of the record's head are the first row's; a repeated one (`body.holidays`) takes each. */
static bool row_sets(const struct pt_build *b, const struct pt_fieldmap *f) {
    if (f->fd == NULL) /* the send day: no field of the record */
        return false;
    return b->first || b->rule->nodes[f->node].per_row ||
           (f->fd->label == PROTOBUF_C_LABEL_REPEATED && f->column >= 0);
}

static int new_row(struct pt_build *b, uint64_t line, const int64_t *add, const int64_t *sum) {
    int rc = room(b, &b->rows, b->n_rows, &b->cap_rows, sizeof(*b->rows));
    if (rc)
        return rc;
    struct pt_build_row *r = &b->rows[b->n_rows++];
    memset(r, 0, sizeof(*r));
    r->line = line;
    memcpy(r->add, add, sizeof(r->add));
    memcpy(r->sum, sum, sizeof(r->sum));
    for (size_t i = 0; i < PT_MAPPING_MAX_TOTALS; i++)
        b->totals[i] += add[i];
    return 0;
}

int pt_build_row(struct pt_build *b, const struct pt_val *vals, uint64_t line, const int64_t *add,
                 const int64_t *sum) {
    const struct pt_rule *rule = b->rule;
    int rc = new_row(b, line, add, sum);
    size_t row = b->n_rows - 1;
    for (size_t i = 0; i < rule->n_nodes && rc == 0; i++) {
        ProtobufCMessage *msg;
        if (rule->nodes[i].per_row)
            b->cur[i] = NULL;
        else if (b->first && rule->nodes[i].needed)
            rc = ensure(b, (int)i, row, &msg);
    }
    /* What columns say makes messages; constants only fill those. */
    for (size_t i = 0; i < rule->n_fields && rc == 0; i++)
        if (vals[i].set && rule->fields[i].column >= 0 && row_sets(b, &rule->fields[i]))
            rc = put_field(b, &rule->fields[i], &vals[i], row);
    for (size_t i = 0; i < rule->n_fields && rc == 0; i++)
        if (vals[i].set && rule->fields[i].column < 0 && row_sets(b, &rule->fields[i]) &&
            b->cur[rule->fields[i].node])
            rc = put_field(b, &rule->fields[i], &vals[i], row);
    b->first = false;
    return rc;
}

int pt_build_end(struct pt_build *b) {
    for (size_t i = 0; i < b->rule->n_totals; i++) {
        const struct pt_total *t = &b->rule->totals[i];
        struct pt_val v = {.set = true, .i = b->totals[i]};
        ProtobufCMessage *msg;
        int rc = ensure(b, t->node, 0, &msg);
        if (rc)
            return rc;
        *(protobuf_c_boolean *)AT(msg, t->fd->quantifier_offset) = 1;
        rc = put(b, t->fd, AT(msg, t->fd->offset), &v);
        if (rc)
            return rc;
    }
    return 0;
}

/* ---- taking a bad row out again ---- */

/* "body.payment_batch.lines[3].fen" -> the list's name and 3. */
static bool indexed_part(const char *path, char name[64], size_t *ret_index) {
    const char *open = strchr(path, '[');
    if (open == NULL)
        return false;
    const char *start = open;
    while (start > path && start[-1] != '.')
        start--;
    size_t n = (size_t)(open - start), v = 0;
    if (n == 0 || n > 63)
        return false;
    memcpy(name, start, n);
    name[n] = '\0';
    for (const char *p = open + 1; *p >= '0' && *p <= '9' && v < 1000000; p++)
        v = v * 10 + (size_t)(*p - '0');
    *ret_index = v;
    return true;
}

static ProtobufCMessage *list_owner(const struct pt_build *b, size_t node) {
    return b->cur[b->rule->nodes[node].parent];
}

long pt_build_row_of(const struct pt_build *b, const char *path) {
    char name[64];
    size_t index;
    if (!indexed_part(path, name, &index))
        return -1;
    for (size_t i = 1; i < b->rule->n_nodes; i++) {
        const struct pt_node *nd = &b->rule->nodes[i];
        if (!nd->per_row || nd->fd->label != PROTOBUF_C_LABEL_REPEATED ||
            b->element_rows[i] == NULL || strcmp(nd->fd->name, name) != 0 ||
            list_owner(b, i) == NULL)
            continue;
        size_t n = *(size_t *)AT(list_owner(b, i), nd->fd->quantifier_offset);
        if (index < n)
            return (long)b->element_rows[i][index];
    }
    return -1;
}

/* Takes the last part, with its index, off a path that ends at *end, if it is `name`. */
static bool take_part(const char *path, const char **end, const char *name) {
    const char *e = *end, *start;
    if (e > path && e[-1] == ']')
        while (e > path && *--e != '[')
            ;
    for (start = e; start > path && start[-1] != '.';)
        start--;
    if ((size_t)(e - start) != strlen(name) || memcmp(start, name, (size_t)(e - start)) != 0)
        return false;
    *end = start > path ? start - 1 : path;
    return true;
}

int pt_build_column_of(const struct pt_rule *rule, const char *path) {
    for (size_t i = 0; i < rule->n_fields; i++) {
        const struct pt_fieldmap *f = &rule->fields[i];
        const char *end = path + strlen(path);
        bool same = f->fd && f->column >= 0 && take_part(path, &end, f->fd->name);
        for (int n = f->node; same && n > 0; n = rule->nodes[n].parent)
            same = take_part(path, &end, rule->nodes[n].fd->name);
        if (same && (end == path || (end == path + 4 && memcmp(path, "body", 4) == 0)))
            return f->column;
    }
    return -1;
}

void pt_build_drop_row(struct pt_build *b, size_t row) {
    PT_ASSERT(row < b->n_rows && !b->rows[row].gone);
    for (size_t i = 1; i < b->rule->n_nodes; i++) {
        const struct pt_node *nd = &b->rule->nodes[i];
        if (!nd->per_row || nd->fd->label != PROTOBUF_C_LABEL_REPEATED ||
            b->element_rows[i] == NULL || list_owner(b, i) == NULL)
            continue;
        size_t *n = AT(list_owner(b, i), nd->fd->quantifier_offset), o = 0;
        ProtobufCMessage **list;
        memcpy(&list, AT(list_owner(b, i), nd->fd->offset), sizeof(list));
        for (size_t k = 0; k < *n; k++) {
            if (b->element_rows[i][k] == row)
                continue;
            list[o] = list[k];
            b->element_rows[i][o++] = b->element_rows[i][k];
        }
        *n = o;
    }
    b->rows[row].gone = true;
    for (size_t i = 0; i < PT_MAPPING_MAX_TOTALS; i++)
        b->totals[i] -= b->rows[row].add[i];
}
