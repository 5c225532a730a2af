#include "by_hand.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/buf.h>
#include <pentad/record/catalogue.h>

/* ---- the file ---- */

void bh_open(struct bh_reader *r, const char *path) {
    *r = (struct bh_reader){.file = fopen(path, "r"), .table = BH_END};
    PT_ASSERT(r->file != NULL);
}

void bh_close(struct bh_reader *r) {
    (void)fclose(r->file);
}

static void trim(char *s) {
    size_t n = strlen(s);
    size_t lead = strspn(s, " ");

    while (n > lead && (s[n - 1] == ' ' || s[n - 1] == '\n'))
        s[--n] = '\0';
    memmove(s, s + lead, n - lead + 1);
}

static void split(struct bh_row *row, const char *line) {
    memset(row->cell, 0, sizeof row->cell);
    for (int c = 0; c < BH_CELLS && *line == '|'; c++) {
        const char *end = strchr(line + 1, '|');

        if (!end)
            return;
        PT_ASSERT((size_t)(end - line) < sizeof row->cell[c]);
        memcpy(row->cell[c], line + 1, (size_t)(end - line - 1));
        trim(row->cell[c]);
        line = end;
    }
}

static enum bh_kind table_of(const char *first) {
    return strcmp(first, "name") == 0     ? BH_CAST
           : strcmp(first, "record") == 0 ? BH_RECORD
           : strcmp(first, "figure") == 0 ? BH_FIGURE
           : strcmp(first, "change") == 0 ? BH_CHANGE
           : strcmp(first, "late") == 0   ? BH_LATE
                                          : BH_END;
}

void bh_next(struct bh_reader *r, struct bh_row *row) {
    char line[4096];

    while (fgets(line, sizeof line, r->file)) {
        r->line++;
        row->line = r->line;
        if (strncmp(line, "## ", 3) == 0) {
            row->kind = BH_CASE;
            (void)snprintf(row->cell[0], sizeof row->cell[0], "%s", line + 3);
            trim(row->cell[0]);
            return;
        }
        if (line[0] != '|') {
            r->table = BH_END;
            r->ruled = false;
            continue;
        }
        split(row, line);
        if (r->ruled && r->table != BH_END) {
            row->kind = r->table;
            return;
        }
        if (strncmp(line, "|--", 3) == 0)
            r->ruled = true;
        else
            r->table = table_of(row->cell[0]);
    }
    row->kind = BH_END;
}

/* ---- numbers and names ---- */

static int64_t scaled(const char *text, int digits, const char **ret_unit) {
    bool negative = *text == '-';
    int64_t v = 0;
    int behind = -1;

    for (text += negative; (*text >= '0' && *text <= '9') || (*text == '.' && behind < 0); text++) {
        if (*text == '.') {
            behind = 0;
            continue;
        }
        v = v * 10 + (*text - '0');
        behind += behind >= 0;
    }
    for (int i = behind < 0 ? 0 : behind; i < digits; i++)
        v *= 10;
    *ret_unit = text;
    return negative ? -v : v;
}

int64_t bh_number(const char *text) {
    static const struct {
        const char *unit;
        int digits;
    } units[] = {{"万", 6}, {"%", 2}, {"分", 2}, {"倍", 2}, {"天", 0}, {"", 0}};
    const char *unit;

    static const char *const ratings[] = {"优", "良", "中", "差"};

    if (strcmp(text, "NA") == 0)
        return INT64_MIN;
    for (int i = 0; i < 4; i++)
        if (strcmp(text, ratings[i]) == 0)
            return i + 1;
    (void)scaled(text, 0, &unit);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(unit, units[i].unit) == 0)
            return scaled(text, units[i].digits, &unit);
    (void)fprintf(stderr, "no number: %s\n", text);
    PT_ASSERT(false);
    return 0;
}

static int subject_kind(const char *name) {
    char whole[64];
    const ProtobufCEnumValue *v;

    (void)snprintf(whole, sizeof whole, "SUBJECT_KIND_%.40s", name);
    v = protobuf_c_enum_descriptor_get_value_by_name(&pentad__v1__subject_kind__descriptor, whole);
    PT_ASSERT(v != NULL);
    return v->value;
}

void bh_cast(struct bh_names *n, const struct bh_row *row) {
    size_t i = n->n_cast++;

    (void)snprintf(n->cast[i].name, sizeof n->cast[i].name, "%.15s", row->cell[0]);
    n->cast[i].kind = subject_kind(row->cell[1]);
    (void)snprintf(n->cast[i].key, sizeof n->cast[i].key, "%.63s", row->cell[2]);
}

static const char *cast_key(const struct bh_names *n, const char *name, int *ret_kind) {
    for (size_t i = 0; i < n->n_cast; i++)
        if (strcmp(n->cast[i].name, name) == 0) {
            *ret_kind = n->cast[i].kind;
            return n->cast[i].key;
        }
    return NULL;
}

int bh_subject(const struct bh_names *n, const char *name, const char **ret_key) {
    int kind = K(NONE);

    *ret_key = *name ? cast_key(n, name, &kind) : NULL;
    PT_ASSERT(*ret_key || !*name);
    return kind;
}

static size_t record_of(const struct bh_names *n, const char *name) {
    for (size_t i = 0; i < n->n_rec; i++)
        if (strcmp(n->rec[i].name, name) == 0)
            return i;
    (void)fprintf(stderr, "no record %s\n", name);
    PT_ASSERT(false);
    return 0;
}

const struct mk_ref *bh_ref(const struct bh_names *n, const char *name) {
    return &n->rec[record_of(n, name)].ref;
}

int32_t bh_logged(const struct bh_names *n, const char *name) {
    return n->rec[record_of(n, name)].day;
}

/* ---- what a record says, as JSON ---- */

struct saying {
    struct mklog *m;
    const struct bh_names *n;
    const char *p; /* what is still to be read */
    struct pt_buf out;
};

static void skip_spaces(struct saying *s) {
    s->p += strspn(s->p, " ");
}

static void take(struct saying *s, const char *ends, char *out, size_t cap) {
    size_t n = strcspn(s->p, ends);

    PT_ASSERT(n < cap);
    memcpy(out, s->p, n);
    out[n] = '\0';
    s->p += n;
    trim(out);
}

static void put_enum(struct saying *s, const ProtobufCEnumDescriptor *d, const char *text) {
    const char *zero = d->values[0].name; /* …_UNSPECIFIED */
    size_t prefix = strlen(zero) - strlen("UNSPECIFIED");

    pt_buf_printf(&s->out, "\"%.*s%s\"", (int)prefix, zero, text);
}

static void put_scalar(struct saying *s, const ProtobufCFieldDescriptor *f) {
    char text[512];
    int kind;
    const char *key;

    take(s, " ;]}", text, sizeof text);
    switch (f->type) {
    case PROTOBUF_C_TYPE_STRING:
        key = cast_key(s->n, text, &kind);
        pt_buf_printf(&s->out, "\"%s\"", key ? key : text);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        put_enum(s, f->descriptor, text);
        break;
    case PROTOBUF_C_TYPE_INT64:
        pt_buf_printf(&s->out, "\"%lld\"", (long long)bh_number(text));
        break;
    case PROTOBUF_C_TYPE_BOOL:
        pt_buf_puts(&s->out, strcmp(text, "yes") == 0 ? "true" : "false");
        break;
    case PROTOBUF_C_TYPE_UINT64: /* a log size: of now */
        PT_ASSERT(strcmp(text, "now") == 0);
        pt_buf_printf(&s->out, "\"%zu\"", s->m->n);
        break;
    default:
        if (strlen(text) == 10 && text[4] == '-') { /* a day */
            memmove(text + 4, text + 5, 6);
            memmove(text + 6, text + 7, 3);
        }
        pt_buf_printf(&s->out, "%lld", (long long)bh_number(text));
        break;
    }
}

static void put_fields(struct saying *s, const ProtobufCMessageDescriptor *d);

static void put_one(struct saying *s, const ProtobufCFieldDescriptor *f) {
    char name[32];

    skip_spaces(s);
    if (f->type != PROTOBUF_C_TYPE_MESSAGE) {
        put_scalar(s, f);
    } else if (*s->p == '@') {
        s->p++;
        take(s, " ;]}", name, sizeof name);
        pt_buf_puts(&s->out, mk_ref_json(s->m, bh_ref(s->n, name)));
    } else {
        put_fields(s, f->descriptor);
    }
}

/* name=value, values of a list in [ ; ], of a message in { }; ends at the bracket that ends it. */
static void put_fields(struct saying *s, const ProtobufCMessageDescriptor *d) {
    bool inner = *s->p == '{';
    const char *comma = "";

    s->p += inner;
    pt_buf_puts(&s->out, "{");
    for (skip_spaces(s); *s->p && !strchr(";]}", *s->p); skip_spaces(s)) {
        const ProtobufCFieldDescriptor *f;
        char name[64];

        take(s, "=", name, sizeof name);
        f = protobuf_c_message_descriptor_get_field_by_name(d, name);
        if (!f || *s->p != '=') {
            (void)fprintf(stderr, "%s has no %s\n", d->name, name);
            PT_ASSERT(false);
        }
        s->p++;
        pt_buf_printf(&s->out, "%s\"%s\":", comma, name);
        comma = ",";
        if (f->label != PROTOBUF_C_LABEL_REPEATED) {
            put_one(s, f);
            continue;
        }
        PT_ASSERT(*s->p == '[');
        do {
            pt_buf_puts(&s->out, *s->p++ == '[' ? "[" : ",");
            put_one(s, f);
            skip_spaces(s);
        } while (*s->p == ';');
        PT_ASSERT(*s->p == ']');
        s->p++;
        pt_buf_puts(&s->out, "]");
    }
    s->p += inner;
    pt_buf_puts(&s->out, "}");
}

static const ProtobufCMessageDescriptor *body_of(const char *code) {
    const struct pt_record_info *info = pt_record_info_by_code(code);
    const ProtobufCFieldDescriptor *f;

    PT_ASSERT(info != NULL);
    f = protobuf_c_message_descriptor_get_field_by_name(&pentad__v1__record__descriptor,
                                                        info->member);
    return f->descriptor;
}

static int32_t day_of(const char *text) {
    int y = 0;
    int m = 0;
    int d = 0;

    PT_ASSERT(sscanf(text, "%d-%d-%d", &y, &m, &d) == 3);
    return y * 10000 + m * 100 + d;
}

/* record | logged | by | type | of | year | from | says | corrects */
void bh_record(struct mklog *m, struct bh_names *n, const struct bh_row *row) {
    static const char *const corrections[] = {"REPLACE", "REVERSE", "WITHDRAW", "SUPPLEMENT"};
    struct saying s = {.m = m, .n = n, .p = row->cell[7]};
    const struct mk_ref *corrects = NULL;
    int correction = 0;
    const char *key;
    int kind = bh_subject(n, row->cell[4], &key);
    size_t i = n->n_rec;

    PT_ASSERT(i < BH_RECORDS);
    pt_buf_init(&s.out, 16384);
    put_fields(&s, body_of(row->cell[3]));
    for (int k = 0; k < 4; k++)
        if (strncmp(row->cell[8], corrections[k], strlen(corrections[k])) == 0) {
            correction = PENTAD__V1__CORRECTION__CORRECTION_REPLACE + k;
            corrects = bh_ref(n, row->cell[8] + strlen(corrections[k]) + 1);
        }
    PT_ASSERT(corrects || !row->cell[8][0]);
    n->rec[i].ref =
        mk_json_correcting(m, correction, corrects, row->cell[2], row->cell[3], kind, key,
                           (int32_t)bh_number(row->cell[5]),
                           row->cell[6][0] ? day_of(row->cell[6]) : 0, "%s", pt_buf_cstr(&s.out));
    (void)snprintf(n->rec[i].name, sizeof n->rec[i].name, "%.15s", row->cell[0]);
    n->rec[i].day = day_of(row->cell[1]);
    n->n_rec++;
    pt_buf_done(&s.out);
}

int32_t bh_day(const char *title, const char *text) {
    int y = 0;
    int mo = 0;
    int d = 0;

    cr_assert_eq(sscanf(text, "%d-%d-%d", &y, &mo, &d), 3, "%s: no day: %s", title, text);
    return y * 10000 + mo * 100 + d;
}
