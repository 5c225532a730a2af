/* One `records:` entry to a rule: paths to nodes, fields to kinds. */
#include "compile.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <pentad/record/catalogue.h>

struct rule_compiler {
    struct compiler *c;
    struct pt_rule *rule;
    const struct pt_record_info *info;
    size_t cap_fields;
    int node_index[PT_MAPPING_MAX_NODES]; /* `[n]` of the node, -1 = none */
};

static int node_for(struct rule_compiler *r, int parent, const ProtobufCFieldDescriptor *fd,
                    int index, int *ret) {
    struct pt_rule *rule = r->rule;
    for (size_t i = 1; i < rule->n_nodes; i++) {
        if (rule->nodes[i].parent == parent && rule->nodes[i].fd == fd &&
            r->node_index[i] == index) {
            *ret = (int)i;
            return 0;
        }
    }
    if (rule->n_nodes == PT_MAPPING_MAX_NODES)
        return PT_COMP_FAIL(r->c, "more than %d messages in one record", PT_MAPPING_MAX_NODES);
    struct pt_node *n = &rule->nodes[rule->n_nodes];
    n->parent = parent;
    n->fd = fd;
    n->desc = fd->descriptor;
    n->per_row =
        rule->nodes[parent].per_row || (fd->label == PROTOBUF_C_LABEL_REPEATED && index < 0);
    n->needed = parent == 0 && (fd->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    r->node_index[rule->n_nodes] = index;
    *ret = (int)rule->n_nodes++;
    return 0;
}

/* The next part of a path: a name, and the number in "[…]" or -1. Returns what follows. */
static const char *next_part(const char *p, char name[64], int *ret_index) {
    size_t n = strcspn(p, ".[");
    *ret_index = -1;
    if (n == 0 || n > 63)
        return NULL;
    memcpy(name, p, n);
    name[n] = '\0';
    p += n;
    if (*p == '[') {
        int v = 0;
        p++;
        if (!isdigit((unsigned char)*p))
            return NULL;
        for (; isdigit((unsigned char)*p) && v < 1000; p++)
            v = v * 10 + (*p - '0');
        if (*p++ != ']')
            return NULL;
        *ret_index = v;
    }
    if (*p == '.')
        return p[1] ? p + 1 : NULL;
    return *p ? NULL : p;
}

/* "body.": the oneof's member of the record's type, which the path may name too. */
static int enter_body(struct rule_compiler *r, const char *path, const char **p, int *node) {
    const ProtobufCFieldDescriptor *fd =
        protobuf_c_message_descriptor_get_field_by_name(r->rule->nodes[0].desc, r->info->member);
    char name[64];
    int index;
    PT_ASSERT(fd != NULL);
    const char *rest = **p ? next_part(*p, name, &index) : NULL;
    if (rest && index < 0 && strcmp(name, r->info->member) == 0 && *rest)
        *p = rest;
    else if (rest && *rest && pt_record_info_by_member(name) &&
             !protobuf_c_message_descriptor_get_field_by_name(fd->descriptor, name))
        return PT_COMP_FAIL(r->c, "path %s: %s is not the body of %s (that is body.%s)", path, name,
                            r->info->code, r->info->member);
    return node_for(r, 0, fd, -1, node);
}

static int resolve_path(struct rule_compiler *r, const char *path, int *ret_node,
                        const ProtobufCFieldDescriptor **ret_fd) {
    const char *p = path;
    int node = 0;
    if (strncmp(p, "body.", 5) == 0) {
        p += 5;
        int rc = enter_body(r, path, &p, &node);
        if (rc)
            return rc;
    }
    for (;;) {
        char name[64];
        int index;
        const char *rest = next_part(p, name, &index);
        if (rest == NULL)
            return PT_COMP_FAIL(r->c, "path %s is not of the form body.lines.fen", path);
        const ProtobufCFieldDescriptor *fd =
            protobuf_c_message_descriptor_get_field_by_name(r->rule->nodes[node].desc, name);
        if (fd == NULL)
            return PT_COMP_FAIL(r->c, "path %s: %s has no field \"%s\"", path,
                                r->rule->nodes[node].desc->short_name, name);
        if (index >= 0 && fd->label != PROTOBUF_C_LABEL_REPEATED)
            return PT_COMP_FAIL(r->c, "path %s: %s is no list", path, name);
        if (*rest == '\0') {
            *ret_node = node;
            *ret_fd = fd;
            return 0;
        }
        if (fd->type != PROTOBUF_C_TYPE_MESSAGE)
            return PT_COMP_FAIL(r->c, "path %s: %s is no message", path, name);
        int rc = node_for(r, node, fd, index, &node);
        if (rc)
            return rc;
        p = rest;
    }
}

/* ---- fields ---- */

/* Every amount of a record has "fen" among the words of its name: fen, sum_fen, fen_fixed. */
static bool is_amount(const char *name) {
    for (const char *word = name; word; word = strchr(word, '_')) {
        word += *word == '_';
        if (strncmp(word, "fen", 3) == 0 && (word[3] == '\0' || word[3] == '_'))
            return true;
    }
    return false;
}

/* Every moment of a record is Unix milliseconds and says so: sent_at_ms. */
static bool is_moment(const char *name) {
    size_t n = strlen(name);
    return n > 3 && strcmp(name + n - 3, "_ms") == 0;
}

static int new_field(struct rule_compiler *r, const char *path, struct pt_fieldmap **ret,
                     int *ret_index) {
    if (r->rule->n_fields == r->cap_fields)
        return PT_COMP_FAIL(r->c, "more than %zu fields", r->cap_fields);
    *ret_index = (int)r->rule->n_fields;
    struct pt_fieldmap *f = &r->rule->fields[r->rule->n_fields++];
    memset(f, 0, sizeof(*f));
    f->path = path;
    f->column = f->precision = f->sign_to = f->ref_type_to = -1;
    f->ref_party_column = f->ref_type_column = -1;
    *ret = f;
    return 0;
}

static int kind_of(struct rule_compiler *r, const struct ym_field *in, struct pt_fieldmap *f) {
    struct compiler *c = r->c;
    int rc = 0;
    unsigned scale = 0;
    bool number = false;
    enum pt_unit unit = PT_UNIT_NONE;
    const char *u = pt_comp_text(c, in->unit, &rc), *date = pt_comp_text(c, in->date, &rc);
    if (rc == 0)
        rc = pt_comp_style(c, in->decimal, in->thousands, in->round, &f->style);
    if (rc == 0)
        rc = pt_comp_number(c, "scale", in->scale, 9, &scale);
    if (rc == 0)
        rc = pt_comp_yes(c, "number", in->number, false, &number);
    if (rc)
        return rc;
    f->date =
        date == NULL || strcmp(date, "yes") == 0 || strcmp(date, "default") == 0 ? c->date : date;
    switch (f->fd->type) {
    case PROTOBUF_C_TYPE_STRING:
        f->kind = number ? PT_FIELD_DECIMAL : PT_FIELD_TEXT;
        return u || date ? PT_COMP_FAIL(c, "%s is text: no unit, no date", f->path) : 0;
    case PROTOBUF_C_TYPE_BYTES:
        f->kind = PT_FIELD_HEX;
        return 0;
    case PROTOBUF_C_TYPE_ENUM:
        f->kind = PT_FIELD_ENUM;
        return 0;
    case PROTOBUF_C_TYPE_BOOL:
        f->kind = PT_FIELD_BOOL;
        return 0;
    case PROTOBUF_C_TYPE_MESSAGE:
        if (f->fd->descriptor == &pentad__v1__record_ref__descriptor)
            return PT_COMP_FAIL(c, "%s is a reference: say `ref:`", f->path);
        return PT_COMP_FAIL(c, "%s is a message: name one of its fields", f->path);
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        return PT_COMP_FAIL(c, "%s: no record holds floating numbers", f->path);
    default:
        break;
    }
    bool amount = is_amount(f->fd->name);
    if (u && pt_unit_parse(u, &unit))
        return PT_COMP_FAIL(c, "unit: \"%s\" is none of fen, yuan, wan", u);
    if (u == NULL && amount)
        unit = c->unit;
    if (amount && unit == PT_UNIT_NONE)
        return PT_COMP_FAIL(c, "%s is an amount: say its unit (fen, yuan, wan)", f->path);
    if (unit != PT_UNIT_NONE)
        f->kind = PT_FIELD_AMOUNT;
    else if (date)
        f->kind = is_moment(f->fd->name) ? PT_FIELD_MOMENT : PT_FIELD_DATE;
    else
        f->kind = PT_FIELD_INT;
    f->shift = unit != PT_UNIT_NONE ? pt_unit_shift(unit) : (int)scale;
    return 0;
}

/* A column's name, or a template where there is a brace; variables are replaced already. */
static void value_spec(struct ym_column *spec, const char *text) {
    if (text && strchr(text, '{'))
        spec->template = text;
    else
        spec->from = text;
}

static int text_column(struct rule_compiler *r, const char *key, const char *text, int *ret) {
    int rc = 0;
    struct ym_column spec = {.name = key};
    value_spec(&spec, pt_comp_text(r->c, text, &rc));
    if (rc)
        return rc;
    return spec.from ? pt_comp_column(r->c, spec.from, ret) : pt_comp_derived(r->c, &spec, ret);
}

static int field_column(struct rule_compiler *r, const struct ym_field *in, struct pt_fieldmap *f) {
    struct compiler *c = r->c;
    int rc = 0;
    if ((in->from != NULL) + (in->constant != NULL) + (in->template != NULL) != 1)
        return PT_COMP_FAIL(c, "%s: exactly one of from, const, template", f->path);
    if (in->constant) {
        int extra;
        const char *text = pt_comp_text(c, in->constant, &rc);
        if (rc)
            return rc;
        struct pt_err why = {0};
        if (pt_field_convert(f, text, strlen(text), &c->m->arena, &f->constant, &extra, &why))
            return PT_COMP_FAIL(c, "%s: the constant %s", f->path, why.msg);
        return 0;
    }
    if (in->from && !in->codes && !in->fallback && !in->other) {
        const char *name = pt_comp_text(c, in->from, &rc);
        return rc ? rc : pt_comp_column(c, name, &f->column);
    }
    char label[80];
    const char *name = pt_comp_text(c, in->from ? in->from : in->to ? in->to : "send_day", &rc);
    snprintf(label, sizeof(label), "%s", name ? name : "");
    struct ym_column spec = {.name = label,
                             .from = in->from,
                             .template = in->template,
                             .codes = in->codes,
                             .other = in->other,
                             .fallback = in->fallback};
    return rc ? rc : pt_comp_derived(c, &spec, &f->column);
}

/* A field that another one sets: its sign, its precision, the type of what it refers to. */
static int hidden_field(struct rule_compiler *r, const char *to, bool want_enum, int *ret) {
    int rc = 0;
    const char *path = pt_comp_text(r->c, to, &rc);
    struct pt_fieldmap *f = NULL;
    if (rc == 0)
        rc = new_field(r, path, &f, ret);
    if (rc == 0)
        rc = resolve_path(r, path, &f->node, &f->fd);
    if (rc)
        return rc;
    f->hidden = true;
    f->column = 0;
    f->kind = want_enum ? PT_FIELD_ENUM : PT_FIELD_TEXT;
    if (f->fd->type != (want_enum ? PROTOBUF_C_TYPE_ENUM : PROTOBUF_C_TYPE_STRING))
        return PT_COMP_FAIL(r->c, "%s doesn't take %s", path, want_enum ? "an operation" : "text");
    return 0;
}

static int enum_const(struct rule_compiler *r, const struct pt_fieldmap *f, const char *text,
                      int32_t *ret) {
    int rc = 0, v = 0;
    struct pt_err why = {0};
    const char *s = pt_comp_text(r->c, text, &rc);
    if (rc || s == NULL)
        return rc;
    if (pt_value_enum(f->fd->descriptor, s, &v, &why))
        return PT_COMP_FAIL(r->c, "%s: %s", f->path, why.msg);
    *ret = v;
    return 0;
}

static int field_sign(struct rule_compiler *r, const struct ym_field *in, int index) {
    int hidden = -1, rc;
    if (r->rule->fields[index].kind != PT_FIELD_AMOUNT)
        return PT_COMP_FAIL(r->c, "%s: only an amount has a sign", r->rule->fields[index].path);
    if (in->sign->plus == NULL || in->sign->minus == NULL)
        return PT_COMP_FAIL(r->c, "%s: sign needs plus and minus", r->rule->fields[index].path);
    rc = hidden_field(r, in->sign->to, true, &hidden);
    struct pt_fieldmap *f = &r->rule->fields[index];
    if (rc)
        return rc;
    const struct pt_fieldmap *op = &r->rule->fields[hidden];
    f->sign_to = hidden;
    rc = enum_const(r, op, in->sign->plus, &f->plus);
    if (rc == 0)
        rc = enum_const(r, op, in->sign->minus, &f->minus);
    f->zero = f->plus;
    return rc ? rc : enum_const(r, op, in->sign->zero, &f->zero);
}

static int field_precision(struct rule_compiler *r, const struct ym_field *in, int index) {
    int hidden = -1, rc = hidden_field(r, in->precision_to, true, &hidden);
    struct pt_fieldmap *f = &r->rule->fields[index];
    if (rc)
        return rc;
    if (f->kind != PT_FIELD_DATE)
        return PT_COMP_FAIL(r->c, "%s: only a date has a precision", f->path);
    const struct pt_fieldmap *to = &r->rule->fields[hidden];
    f->precision = hidden;
    rc = enum_const(r, to, "DAY", &f->plus);
    if (rc == 0)
        rc = enum_const(r, to, "MONTH", &f->minus);
    return rc ? rc : enum_const(r, to, "YEAR", &f->zero);
}

static int field_ref(struct rule_compiler *r, const struct ym_field *in, int index) {
    struct compiler *c = r->c;
    struct pt_fieldmap *f = &r->rule->fields[index];
    int rc = 0, column = -1;
    if (f->fd->type != PROTOBUF_C_TYPE_MESSAGE ||
        f->fd->descriptor != &pentad__v1__record_ref__descriptor)
        return PT_COMP_FAIL(c, "%s is no reference to a record", f->path);
    f->kind = PT_FIELD_REF;
    const struct ym_ref *ref = in->ref;
    if ((ref->party != NULL) + (ref->party_from != NULL) != 1 || (ref->type && ref->type_from))
        return PT_COMP_FAIL(c, "%s: ref says party or party_from, and type or type_from", f->path);
    f->ref_party = pt_comp_text(c, ref->party, &rc);
    f->ref_type = pt_comp_text(c, ref->type ? ref->type : "", &rc);
    if (rc == 0 && *f->ref_type && !pt_record_info_by_code(f->ref_type))
        rc = PT_COMP_FAIL(c, "%s: there is no record type \"%s\"", f->path, f->ref_type);
    if (rc == 0 && ref->party_from)
        rc = text_column(r, f->path, ref->party_from, &f->ref_party_column);
    if (rc == 0 && ref->type_from)
        rc = text_column(r, f->path, ref->type_from, &f->ref_type_column);
    if (rc == 0)
        rc = text_column(r, f->path, ref->doc_no, &column);
    f->column = column;
    if (rc == 0 && ref->missing && strcmp(ref->missing, "drop") != 0 &&
        strcmp(ref->missing, "wait") != 0)
        rc = PT_COMP_FAIL(c, "%s: missing: \"%s\" is none of wait, drop", f->path, ref->missing);
    f->ref_drop = ref->missing && strcmp(ref->missing, "drop") == 0;
    if (rc == 0 && f->ref_drop && (f->node == 0 || r->rule->nodes[f->node].needed))
        rc = PT_COMP_FAIL(c,
                          "%s: `missing: drop` leaves out the message around it, and here that "
                          "is the record itself",
                          f->path);
    if (rc == 0 && ref->type_to) {
        int hidden = -1;
        rc = hidden_field(r, ref->type_to, false, &hidden);
        r->rule->fields[index].ref_type_to = hidden;
    }
    return rc;
}

static int compile_field(struct rule_compiler *r, const struct ym_field *in) {
    struct compiler *c = r->c;
    int rc = 0, index = -1;
    char split = 0;
    struct pt_fieldmap *f = NULL;
    const char *path = pt_comp_text(c, in->to, &rc);
    if (rc == 0)
        rc = new_field(r, path, &f, &index);
    if (rc || f == NULL)
        return rc;
    rc = resolve_path(r, path, &f->node, &f->fd);
    if (rc == 0)
        rc = pt_comp_yes(c, "required", in->required, false, &f->required);
    if (rc == 0)
        rc = pt_comp_number(c, "max", in->max, 10000, &f->max);
    if (rc == 0)
        rc = pt_comp_conds(c, in->when, in->n_when, &f->when, &f->n_when);
    const char *s = pt_comp_text(c, in->split, &rc);
    if (rc)
        return rc;
    if (s && strlen(s) != 1)
        return PT_COMP_FAIL(c, "%s: split by one ASCII character", path);
    split = s ? s[0] : 0;
    if (in->ref)
        return field_ref(r, in, index);
    rc = kind_of(r, in, f);
    if (rc == 0 && split && (f->fd->label != PROTOBUF_C_LABEL_REPEATED || f->kind != PT_FIELD_TEXT))
        rc = PT_COMP_FAIL(c, "%s: only a list of texts can be split", path);
    f->split = split;
    if (rc == 0)
        rc = field_column(r, in, f);
    if (rc == 0 && in->sign)
        rc = field_sign(r, in, index);
    if (rc == 0 && in->precision_to)
        rc = field_precision(r, in, index);
    return rc;
}

/* ---- the rest of a record ---- */

static int simple_field(struct rule_compiler *r, const char *to, const char *from,
                        const char *constant, const char *codes) {
    struct ym_column spec = {0};
    int rc = 0;
    value_spec(&spec, pt_comp_text(r->c, from, &rc));
    if (rc)
        return rc;
    struct ym_field f = {.to = to,
                         .from = spec.from,
                         .template = spec.template,
                         .constant = constant,
                         .codes = codes};
    return compile_field(r, &f);
}

static int compile_subject(struct rule_compiler *r, const struct ym_subject *in) {
    int rc = 0;
    if ((in->kind != NULL) + (in->kind_from != NULL) != 1)
        return PT_COMP_FAIL(r->c, "subject: say kind or kind_from");
    rc = simple_field(r, "subject.kind", in->kind_from, in->kind, in->kind ? NULL : in->codes);
    if (rc == 0 && in->key)
        rc = simple_field(r, "subject.key", in->key, NULL, NULL);
    return rc;
}

static int compile_send_day(struct rule_compiler *r, const struct ym_field *in) {
    /* Any int32 date shapes the conversion; nothing of the record is set. */
    static const ProtobufCFieldDescriptor *day;
    struct pt_fieldmap *f;
    int rc = new_field(r, "send_day", &f, &r->rule->send_field);
    if (rc)
        return rc;
    day = protobuf_c_message_descriptor_get_field_by_name(&pentad__v1__record__descriptor,
                                                          "effective");
    struct ym_field spec = *in;
    if (spec.date == NULL)
        spec.date = "yes";
    f->fd = day;
    rc = kind_of(r, &spec, f);
    f->hidden = true;
    f->required = true;
    if (rc == 0)
        rc = field_column(r, &spec, f);
    f->fd = NULL;
    return rc;
}

static int compile_group(struct rule_compiler *r, const struct ym_group *in) {
    struct compiler *c = r->c;
    int rc = 0;
    r->rule->grouped = true;
    r->rule->max_rows = 500;
    if (in->n_by == 0)
        return PT_COMP_FAIL(c, "group: by which columns?");
    for (unsigned i = 0; i < in->n_by && rc == 0; i++) {
        const char *name = pt_comp_text(c, in->by[i], &rc);
        if (rc == 0)
            rc = pt_comp_column(c, name, &r->rule->by[r->rule->n_by++]);
    }
    if (rc == 0)
        rc = pt_comp_number(c, "max_rows", in->max_rows, PT_MAPPING_MAX_LINES, &r->rule->max_rows);
    if (rc == 0)
        rc = pt_comp_yes(c, "gather", in->gather, false, &r->rule->gather);
    if (rc == 0 && r->rule->max_rows == 0)
        rc = PT_COMP_FAIL(c, "max_rows: at least 1");
    return rc;
}

static int compile_total(struct rule_compiler *r, const struct ym_total *in) {
    struct compiler *c = r->c;
    struct pt_total *t = &r->rule->totals[r->rule->n_totals];
    int rc = 0;
    const char *of = pt_comp_text(c, in->of, &rc);
    t->path = pt_comp_text(c, in->to, &rc);
    if (rc == 0)
        rc = resolve_path(r, t->path, &t->node, &t->fd);
    if (rc)
        return rc;
    t->of = -1;
    for (size_t i = 0; i < r->rule->n_fields; i++)
        if (strcmp(r->rule->fields[i].path, of) == 0)
            t->of = (int)i;
    if (t->of < 0 || r->rule->fields[t->of].column < 0 ||
        (r->rule->fields[t->of].kind != PT_FIELD_AMOUNT &&
         r->rule->fields[t->of].kind != PT_FIELD_INT))
        return PT_COMP_FAIL(c, "total of %s: no number of this record comes from a column there",
                            of);
    if (t->fd->type != PROTOBUF_C_TYPE_INT64 || t->fd->label == PROTOBUF_C_LABEL_REPEATED ||
        r->rule->nodes[t->node].per_row)
        return PT_COMP_FAIL(c, "%s takes no total", t->path);
    r->rule->n_totals++;
    return pt_comp_conds(c, in->minus_if, in->n_minus_if, &t->minus_if, &t->n_minus_if);
}

int pt_comp_record(struct compiler *c, const struct ym_record *in, struct pt_rule *rule) {
    struct rule_compiler r = {.c = c, .rule = rule, .cap_fields = PT_MAPPING_MAX_FIELDS};
    int rc = 0;
    const char *type = pt_comp_text(c, in->type, &rc);
    if (rc)
        return rc;
    r.info = pt_record_info_by_code(type);
    if (r.info == NULL)
        return PT_COMP_FAIL(c, "there is no record type \"%s\"", type);
    rule->type = r.info->code;
    rule->send_field = rule->doc_key = -1;
    rule->max_rows = 1;
    rule->nodes[0] =
        (struct pt_node){.parent = -1, .desc = &pentad__v1__record__descriptor, .needed = true};
    rule->n_nodes = 1;
    rule->fields = pt_arena_zalloc(&c->m->arena, r.cap_fields * sizeof(*rule->fields));
    if (rule->fields == NULL)
        return pt_err_set(c->err, PT_E_NOMEM, "%s: the mapping doesn't fit in memory", c->m->file);
    int body;
    const char *none = "";
    rc = enter_body(&r, "body", &none, &body);
    if (rc == 0 && in->subject)
        rc = compile_subject(&r, in->subject);
    if (rc == 0 && in->doc_no)
        rc = simple_field(&r, "doc_no", in->doc_no, NULL, NULL);
    if (rc == 0 && in->doc_key)
        rc = text_column(&r, "doc_key", in->doc_key, &rule->doc_key);
    if (rc == 0 && in->send_day)
        rc = compile_send_day(&r, in->send_day);
    if (rc == 0)
        rc = pt_comp_conds(c, in->when, in->n_when, &rule->when, &rule->n_when);
    if (rc == 0 && in->group)
        rc = compile_group(&r, in->group);
    for (unsigned i = 0; i < in->n_fields && rc == 0; i++)
        rc = compile_field(&r, &in->fields[i]);
    for (unsigned i = 0; i < in->n_totals && rc == 0; i++)
        rc = compile_total(&r, &in->totals[i]);
    return rc;
}
