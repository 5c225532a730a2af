#include <pentad/record/describe.h>

#include <inttypes.h>
#include <stdio.h>

#include "checks.h"

enum { ABOUT_PATH_MAX = 160, DEPTH_MAX = 6 };

struct walk {
    pt_field_about_cb cb;
    void *user;
};

static const char *code_name(Pentad__V1__CodeKind kind) {
    const ProtobufCEnumValue *v =
        protobuf_c_enum_descriptor_get_value(&pentad__v1__code_kind__descriptor, (int)kind);

    PT_ASSERT(v != NULL);
    return v->name + sizeof("CODE_KIND_") - 1;
}

/* Kinds that a word says. */
static const char *kind_word(enum check_kind kind) {
    static const char *const words[] = {
        [CK_DATE] = "date, yyyymmdd",
        [CK_MONTH] = "month, yyyymm",
        [CK_YEAR] = "year, yyyy",
        [CK_FEN] = "amount in fen, 0 to 9000000000000000",
        [CK_SIGNED] = "whole number, may be negative",
        [CK_ENUM] = "one of its names",
        [CK_DECIMAL] = "decimal number",
        [CK_KEY] = "subject key",
        [CK_SUBJECT] = "subject",
        [CK_REF] = "reference to a record",
        [CK_PARTY] = "party",
        [CK_STREAM] = "stream",
        [CK_MS] = "Unix milliseconds",
    };

    return (size_t)kind < sizeof(words) / sizeof(words[0]) ? words[kind] : NULL;
}

static const char *plain_type(ProtobufCType type) {
    switch (type) {
    case PROTOBUF_C_TYPE_BOOL:
        return "yes or no";
    case PROTOBUF_C_TYPE_STRING:
        return "text";
    case PROTOBUF_C_TYPE_BYTES:
        return "bytes";
    case PROTOBUF_C_TYPE_ENUM:
        return "one of its names";
    case PROTOBUF_C_TYPE_MESSAGE:
        return "message";
    default:
        return "whole number";
    }
}

static void accepts(const struct field_check *r, const ProtobufCFieldDescriptor *f, char *out,
                    size_t cap) {
    const char *word = kind_word(r->kind);

    if (r->kind == CK_TEXT) {
        (void)snprintf(out, cap, "text, at most %" PRId64 " characters", r->max);
    } else if (r->kind == CK_CODE) {
        (void)snprintf(out, cap, "code of kind %s", code_name(r->code));
    } else if (r->kind == CK_BYTES && r->min == r->max) {
        (void)snprintf(out, cap, "%" PRId64 " bytes", r->min);
    } else if (r->kind == CK_BYTES) {
        (void)snprintf(out, cap, "%" PRId64 " to %" PRId64 " bytes", r->min, r->max);
    } else if (r->kind == CK_INT && r->max == INT64_MAX) {
        (void)snprintf(out, cap, "from %" PRId64, r->min);
    } else if (r->kind == CK_INT) {
        (void)snprintf(out, cap, "%" PRId64 " to %" PRId64, r->min, r->max);
    } else {
        (void)snprintf(out, cap, "%s", word != NULL ? word : plain_type(f->type));
    }
}

static void walk(const struct walk *w, const struct msg_checks *checks, const char *above,
                 unsigned depth) {
    PT_ASSERT(depth < DEPTH_MAX);
    for (size_t i = 0; i < checks->n; i++) {
        const struct field_check *r = &checks->v[i];
        const ProtobufCFieldDescriptor *f =
            protobuf_c_message_descriptor_get_field(checks->d, r->id);
        char path[ABOUT_PATH_MAX];
        struct pt_field_about about = {.path = path,
                                       .depth = depth,
                                       .in = checks->d,
                                       .field = f,
                                       .required = (r->flags & CHECK_REQUIRED) != 0};

        PT_ASSERT(f != NULL);
        (void)snprintf(path, sizeof(path), "%s%s%s", above, *above ? "." : "", f->name);
        if (f->label == PROTOBUF_C_LABEL_REPEATED) {
            about.items_max = r->items != 0 ? r->items : CHECK_ITEMS;
        }
        accepts(r, f, about.accepts, sizeof(about.accepts));
        w->cb(w->user, &about);
        if (r->kind == CK_MSG) {
            walk(w, r->sub, path, depth + 1);
        }
    }
}

void pt_record_describe(enum pt_record_type type, pt_field_about_cb cb, void *user) {
    const struct walk w = {cb, user};
    const struct msg_checks *checks =
        type == PT_TYPE_NONE ? &checks_record : pt_record_checks_of(type);

    if (checks != NULL) {
        walk(&w, checks, "", 0);
    }
}
