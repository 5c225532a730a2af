/* A record as rows of cells: declared paths, or everything by walking descriptors. */
#include "internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/record/catalogue.h>

static const struct {
    const char *name;
    enum pt_cell_kind kind;
} specials[] = {{"@id", PT_CELL_ID},
                {"@party", PT_CELL_PARTY},
                {"@stream", PT_CELL_STREAM},
                {"@seq", PT_CELL_SEQ},
                {"@hash", PT_CELL_HASH},
                {"@log_index", PT_CELL_LOG_INDEX},
                {"@received_at", PT_CELL_RECEIVED_AT},
                {"@signer", PT_CELL_SIGNER}};

static bool is_ref(const ProtobufCFieldDescriptor *fd) {
    return fd->type == PROTOBUF_C_TYPE_MESSAGE &&
           fd->descriptor == &pentad__v1__record_ref__descriptor;
}

/* A list of messages, which gives a row an element; lists of scalars and references are one cell.
 */
static bool is_list(const ProtobufCFieldDescriptor *fd) {
    return fd->type == PROTOBUF_C_TYPE_MESSAGE && fd->label == PROTOBUF_C_LABEL_REPEATED &&
           !is_ref(fd);
}

/* ---- making a layout ---- */

struct maker {
    struct pt_out_layout *l;
    const struct pt_record_info *info;
    const ProtobufCFieldDescriptor *list; /* that the rows run over */
    struct pt_arena *arena;
    struct pt_err *err;
};

static bool is_taken(const struct pt_out_layout *l, const char *name) {
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->cols[i].name, name) == 0)
            return true;
    return false;
}

static int add(struct maker *m, const struct pt_out_column *col) {
    if (m->l->n == PT_SINK_MAX_COLUMNS)
        return pt_err_set(m->err, PT_E_CONFIG, "sink, type %s: more than %d columns", m->info->code,
                          PT_SINK_MAX_COLUMNS);
    m->l->cols[m->l->n++] = *col;
    return 0;
}

static int step(struct maker *m, struct pt_out_column *col, const ProtobufCFieldDescriptor *fd,
                const char *path) {
    if (col->depth == PT_SINK_MAX_DEPTH)
        return pt_err_set(m->err, PT_E_CONFIG, "sink, type %s: %s is too deep", m->info->code,
                          path);
    if (is_list(fd)) {
        if (col->each >= 0 || (m->list && m->list != fd))
            return pt_err_set(m->err, PT_E_CONFIG,
                              "sink, type %s: %s runs over a second list; the rows of one file run "
                              "over one",
                              m->info->code, path);
        m->list = fd;
        col->each = (int)col->depth;
    }
    col->steps[col->depth++] = fd;
    return 0;
}

static int add_path(struct maker *m, const char *name, const char *path) {
    struct pt_out_column col = {.name = name, .kind = PT_CELL_PATH, .each = -1};
    const ProtobufCMessageDescriptor *d = &pentad__v1__record__descriptor;
    const char *p = path;
    while (*p) {
        char part[64];
        size_t n = strcspn(p, ".");
        const ProtobufCFieldDescriptor *fd = NULL;
        snprintf(part, sizeof(part), "%.*s", (int)(n < 63 ? n : 63), p);
        p += n + (p[n] == '.');
        if (d == &pentad__v1__record__descriptor && strcmp(part, "body") == 0) {
            fd = protobuf_c_message_descriptor_get_field_by_name(d, m->info->member);
            n = strlen(m->info->member);
            if (strncmp(p, m->info->member, n) == 0 && p[n] == '.')
                p += n + 1;
        } else if (d) {
            fd = protobuf_c_message_descriptor_get_field_by_name(d, part);
        }
        if (fd == NULL)
            return pt_err_set(m->err, PT_E_CONFIG, "sink, type %s: path %s: there is no \"%s\"",
                              m->info->code, path, part);
        int rc = step(m, &col, fd, path);
        if (rc)
            return rc;
        d = fd->type == PROTOBUF_C_TYPE_MESSAGE ? fd->descriptor : NULL;
    }
    if (col.depth == 0 || (d && d != &pentad__v1__record_ref__descriptor))
        return pt_err_set(m->err, PT_E_CONFIG,
                          "sink, type %s: path %s ends at a message, not at a "
                          "field",
                          m->info->code, path);
    return add(m, &col);
}

/* Every field below a message, a name of the record's head with body. before it; of lists of
 * messages only the first is run over, others are left out (declare columns to see them). */
static int add_all(struct maker *m, struct pt_out_column *at, const ProtobufCMessageDescriptor *d,
                   const char *prefix) {
    for (unsigned i = 0; i < d->n_fields; i++) {
        const ProtobufCFieldDescriptor *fd = &d->fields[i];
        struct pt_out_column col = *at;
        if (is_list(fd) && (col.each >= 0 || (m->list && m->list != fd)))
            continue;
        const char *name =
            pt_arena_printf(m->arena, "%s%s%s", prefix, *prefix ? "." : "", fd->name);
        if (name == NULL)
            return pt_err_set(m->err, PT_E_NOMEM, "out of memory");
        if (col.depth == PT_SINK_MAX_DEPTH)
            continue;
        int rc = step(m, &col, fd, name);
        col.name = is_taken(m->l, name) ? pt_arena_printf(m->arena, "body.%s", name) : name;
        if (rc == 0 && col.name == NULL)
            rc = pt_err_set(m->err, PT_E_NOMEM, "out of memory");
        if (rc == 0)
            rc = fd->type == PROTOBUF_C_TYPE_MESSAGE && !is_ref(fd)
                     ? add_all(m, &col, fd->descriptor, name)
                     : add(m, &col);
        if (rc)
            return rc;
    }
    return 0;
}

static int everything(struct maker *m) {
    static const char *const common[] = {
        "@id",    "@received_at", "subject.kind", "subject.key", "fiscal_year",      "effective",
        "doc_no", "originator",   "correction",   "corrects",    "correction_reason"};
    int rc = 0;
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]) && rc == 0; i++) {
        struct pt_out_column special = {.each = -1};
        if (common[i][0] != '@') {
            rc = add_path(m, common[i], common[i]);
            continue;
        }
        special.name = common[i] + 1;
        special.kind = strcmp(common[i], "@id") == 0 ? PT_CELL_ID : PT_CELL_RECEIVED_AT;
        rc = add(m, &special);
    }
    struct pt_out_column body = {.kind = PT_CELL_PATH, .each = -1};
    const ProtobufCFieldDescriptor *fd = protobuf_c_message_descriptor_get_field_by_name(
        &pentad__v1__record__descriptor, m->info->member);
    if (rc == 0)
        rc = step(m, &body, fd, "body");
    return rc ? rc : add_all(m, &body, fd->descriptor, "");
}

static int declared(struct maker *m, const struct pt_sink_column *c) {
    const char *name = pt_arena_strdup(m->arena, c->name);
    if (name == NULL)
        return pt_err_set(m->err, PT_E_NOMEM, "out of memory");
    if (is_taken(m->l, name))
        return pt_err_set(m->err, PT_E_CONFIG, "sink, type %s: two columns are called %s",
                          m->info->code, name);
    for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++) {
        if (strcmp(c->path, specials[i].name) == 0) {
            struct pt_out_column col = {.name = name, .kind = specials[i].kind, .each = -1};
            return add(m, &col);
        }
    }
    return add_path(m, name, c->path);
}

int pt_layout_make(struct pt_out_layout *l, const char *type, const struct pt_sink_column *columns,
                   size_t n, struct pt_arena *arena, struct pt_err *err) {
    struct maker m = {.l = l, .info = pt_record_info_by_code(type), .arena = arena, .err = err};
    memset(l, 0, sizeof(*l));
    if (m.info == NULL)
        return pt_err_set(err, PT_E_CONFIG, "sink: there is no record type \"%s\"", type);
    int rc = n == 0 ? everything(&m) : 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = declared(&m, &columns[i]);
    for (size_t i = 0; i < l->n; i++)
        if (l->cols[i].each >= 0 && l->list == NULL)
            l->list = &l->cols[i];
    return rc;
}

/* ---- cells ---- */

static const void *at(const ProtobufCMessage *msg, unsigned offset) {
    return (const char *)msg + offset;
}

static const ProtobufCMessage *sub_message(const ProtobufCMessage *msg,
                                           const ProtobufCFieldDescriptor *fd) {
    const ProtobufCMessage *sub;
    if ((fd->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
        *(const uint32_t *)at(msg, fd->quantifier_offset) != fd->id)
        return NULL;
    memcpy(&sub, at(msg, fd->offset), sizeof(void *));
    return sub;
}

static const ProtobufCMessage *element(const ProtobufCMessage *msg,
                                       const ProtobufCFieldDescriptor *fd, size_t i) {
    ProtobufCMessage *const *list;
    size_t n = *(const size_t *)at(msg, fd->quantifier_offset);
    if (i >= n)
        return NULL;
    memcpy(&list, at(msg, fd->offset), sizeof(list));
    return list[i];
}

size_t pt_layout_rows(const struct pt_out_layout *l, const struct pt_delivery *d) {
    const ProtobufCMessage *msg = &d->record->base;
    if (l->list == NULL)
        return 1;
    for (int i = 0; i < l->list->each && msg; i++)
        msg = sub_message(msg, l->list->steps[i]);
    size_t n = msg ? *(const size_t *)at(msg, l->list->steps[l->list->each]->quantifier_offset) : 0;
    return n ? n : 1;
}

/* What a spreadsheet computes instead of showing: =1+1, +1, -1, @sum, in full width too (Excel
 * takes ＝ for = where Chinese or Japanese is set), also behind spaces. */
static bool formula_like(const char *s) {
    static const char *const starts[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};
    while (*s == ' ' || *s == '\t')
        s++;
    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
        if (strncmp(s, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

/* Quoted where it must be. Control characters can't be in a record's text; a space stands for one
 * here all the same, so that a row is one line whatever comes. */
void pt_csv_text(struct pt_buf *out, const char *s, bool guard) {
    bool formula = guard && formula_like(s);
    bool quote = formula || strpbrk(s, ",\"\r\n;") != NULL || *s == ' ';
    if (quote)
        pt_buf_putc(out, '"');
    if (formula)
        pt_buf_putc(out, '\'');
    for (; *s; s++) {
        if (*s == '"')
            pt_buf_putc(out, '"');
        pt_buf_putc(out, (unsigned char)*s < 0x20 || *s == 0x7F ? ' ' : *s);
    }
    if (quote)
        pt_buf_putc(out, '"');
}

static const char *enum_name(const ProtobufCEnumDescriptor *d, int32_t v, char number[16]) {
    size_t prefix = 0;
    for (unsigned i = 0; i < d->n_values; i++) {
        const char *s = strstr(d->values[i].name, "UNSPECIFIED");
        if (s && s[strlen("UNSPECIFIED")] == '\0')
            prefix = (size_t)(s - d->values[i].name);
    }
    for (unsigned i = 0; i < d->n_values; i++)
        if (d->values[i].value == v)
            return d->values[i].name + prefix;
    snprintf(number, 16, "%" PRId32, v);
    return number;
}

static void scalar(const ProtobufCFieldDescriptor *fd, const void *p, bool guard,
                   struct pt_buf *out) {
    char number[16];
    const char *s;
    ProtobufCBinaryData bytes;
    switch (fd->type) {
    case PROTOBUF_C_TYPE_STRING:
        memcpy(&s, p, sizeof(s));
        if (s)
            pt_csv_text(out, s, guard);
        return;
    case PROTOBUF_C_TYPE_BYTES:
        memcpy(&bytes, p, sizeof(bytes));
        for (size_t i = 0; i < bytes.len; i++)
            pt_buf_printf(out, "%02x", bytes.data[i]);
        return;
    case PROTOBUF_C_TYPE_ENUM:
        pt_buf_puts(out, enum_name(fd->descriptor, *(const int32_t *)p, number));
        return;
    case PROTOBUF_C_TYPE_BOOL:
        pt_buf_puts(out, *(const protobuf_c_boolean *)p ? "true" : "false");
        return;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        pt_buf_printf(out, "%" PRId64, *(const int64_t *)p);
        return;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        pt_buf_printf(out, "%" PRIu64, *(const uint64_t *)p);
        return;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        pt_buf_printf(out, "%" PRIu32, *(const uint32_t *)p);
        return;
    default:
        pt_buf_printf(out, "%" PRId32, *(const int32_t *)p);
    }
}

static void reference(const ProtobufCMessage *msg, struct pt_buf *out) {
    const Pentad__V1__RecordRef *r = (const Pentad__V1__RecordRef *)msg;
    if (!r)
        return;
    pt_buf_printf(out, "%s/%s#%" PRIu64, r->party ? r->party : "", r->stream ? r->stream : "",
                  r->seq);
}

static size_t width(const ProtobufCFieldDescriptor *fd) {
    switch (fd->type) {
    case PROTOBUF_C_TYPE_STRING:
        return sizeof(char *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return 8;
    default:
        return 4;
    }
}

/* A list in one cell: its items with ';' between, quoted as a whole. */
static void joined(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *fd, bool guard,
                   struct pt_buf *out) {
    size_t n = *(const size_t *)at(msg, fd->quantifier_offset);
    const char *list;
    struct pt_buf text;
    memcpy(&list, at(msg, fd->offset), sizeof(list));
    pt_buf_init(&text, PT_SINK_MAX_ROW);
    for (size_t i = 0; i < n; i++) {
        const char *s;
        if (i)
            pt_buf_putc(&text, ';');
        if (is_ref(fd)) {
            reference(element(msg, fd, i), &text);
        } else if (fd->type == PROTOBUF_C_TYPE_STRING) {
            memcpy(&s, list + i * sizeof(s), sizeof(s));
            pt_buf_puts(&text, s);
        } else {
            scalar(fd, list + i * width(fd), false, &text);
        }
    }
    const char *s = pt_buf_cstr(&text);
    if (n && s)
        pt_csv_text(out, s, guard);
    else if (n)
        out->failed = text.failed;
    pt_buf_done(&text);
}

static bool is_set(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *fd) {
    if (fd->type == PROTOBUF_C_TYPE_STRING)
        return true; /* a NULL pointer says it */
    if (fd->label == PROTOBUF_C_LABEL_OPTIONAL)
        return *(const protobuf_c_boolean *)at(msg, fd->quantifier_offset);
    return true;
}

static void path_cell(const struct pt_out_column *c, const struct pt_delivery *d, size_t row,
                      bool guard, struct pt_buf *out) {
    const ProtobufCMessage *msg = &d->record->base;
    for (size_t i = 0; i + 1 < c->depth && msg; i++)
        msg = (int)i == c->each ? element(msg, c->steps[i], row) : sub_message(msg, c->steps[i]);
    const ProtobufCFieldDescriptor *fd = c->steps[c->depth - 1];
    if (msg == NULL)
        return;
    if (fd->label == PROTOBUF_C_LABEL_REPEATED)
        joined(msg, fd, guard, out);
    else if (is_ref(fd) && sub_message(msg, fd))
        reference(sub_message(msg, fd), out);
    else if (fd->type != PROTOBUF_C_TYPE_MESSAGE && is_set(msg, fd))
        scalar(fd, at(msg, fd->offset), guard, out);
}

void pt_layout_cell(const struct pt_out_layout *l, size_t col, const struct pt_delivery *d,
                    size_t row, bool guard, struct pt_buf *out) {
    const struct pt_out_column *c = &l->cols[col];
    char text[80];
    switch (c->kind) {
    case PT_CELL_PATH:
        path_cell(c, d, row, guard, out);
        return;
    case PT_CELL_ID:
        pt_buf_printf(out, "%s/%s#%" PRIu64, d->party, d->stream, d->seq);
        return;
    case PT_CELL_PARTY:
        pt_csv_text(out, d->party, guard);
        return;
    case PT_CELL_STREAM:
        pt_csv_text(out, d->stream, guard);
        return;
    case PT_CELL_SEQ:
        pt_buf_printf(out, "%" PRIu64, d->seq);
        return;
    case PT_CELL_HASH:
        pt_hex(text, d->hash, sizeof(d->hash));
        pt_buf_puts(out, text);
        return;
    case PT_CELL_LOG_INDEX:
        pt_buf_printf(out, "%" PRIu64, d->log_index);
        return;
    case PT_CELL_RECEIVED_AT:
        pt_time_format(text, d->received_at_ms);
        pt_buf_puts(out, text);
        return;
    case PT_CELL_SIGNER:
        pt_csv_text(out, d->signer ? d->signer : "", guard);
        return;
    }
}
