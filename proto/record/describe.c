#include <pentad/record/describe.h>

#include <inttypes.h>
#include <stdio.h>

#include "rules.h"

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
static const char *kind_word(enum rule_kind kind) {
    static const char *const words[] = {
        [RK_DATE] = "date, yyyymmdd",
        [RK_MONTH] = "month, yyyymm",
        [RK_YEAR] = "year, yyyy",
        [RK_FEN] = "amount in fen, 0 to 9000000000000000",
        [RK_SIGNED] = "whole number, may be negative",
        [RK_ENUM] = "one of its names",
        [RK_DECIMAL] = "decimal number",
        [RK_KEY] = "subject key",
        [RK_SUBJECT] = "subject",
        [RK_REF] = "reference to a record",
        [RK_PARTY] = "party",
        [RK_STREAM] = "stream",
        [RK_MS] = "Unix milliseconds",
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

static void accepts(const struct field_rule *r, const ProtobufCFieldDescriptor *f, char *out,
                    size_t cap) {
    const char *word = kind_word(r->kind);

    if (r->kind == RK_TEXT) {
        (void)snprintf(out, cap, "text, at most %" PRId64 " characters", r->max);
    } else if (r->kind == RK_CODE) {
        (void)snprintf(out, cap, "code of kind %s", code_name(r->code));
    } else if (r->kind == RK_BYTES && r->min == r->max) {
        (void)snprintf(out, cap, "%" PRId64 " bytes", r->min);
    } else if (r->kind == RK_BYTES) {
        (void)snprintf(out, cap, "%" PRId64 " to %" PRId64 " bytes", r->min, r->max);
    } else if (r->kind == RK_INT && r->max == INT64_MAX) {
        (void)snprintf(out, cap, "from %" PRId64, r->min);
    } else if (r->kind == RK_INT) {
        (void)snprintf(out, cap, "%" PRId64 " to %" PRId64, r->min, r->max);
    } else {
        (void)snprintf(out, cap, "%s", word != NULL ? word : plain_type(f->type));
    }
}

static void walk(const struct walk *w, const struct msg_rules *rules, const char *above,
                 unsigned depth) {
    PT_ASSERT(depth < DEPTH_MAX);
    for (size_t i = 0; i < rules->n; i++) {
        const struct field_rule *r = &rules->v[i];
        const ProtobufCFieldDescriptor *f =
            protobuf_c_message_descriptor_get_field(rules->d, r->id);
        char path[ABOUT_PATH_MAX];
        struct pt_field_about about = {.path = path,
                                       .depth = depth,
                                       .in = rules->d,
                                       .field = f,
                                       .required = (r->flags & RULE_REQUIRED) != 0};

        PT_ASSERT(f != NULL);
        (void)snprintf(path, sizeof(path), "%s%s%s", above, *above ? "." : "", f->name);
        if (f->label == PROTOBUF_C_LABEL_REPEATED) {
            about.items_max = r->items != 0 ? r->items : RULE_ITEMS;
        }
        accepts(r, f, about.accepts, sizeof(about.accepts));
        w->cb(w->user, &about);
        if (r->kind == RK_MSG) {
            walk(w, r->sub, path, depth + 1);
        }
    }
}

void pt_record_describe(enum pt_record_type type, pt_field_about_cb cb, void *user) {
    const struct walk w = {cb, user};
    const struct msg_rules *rules = type == PT_TYPE_NONE ? &rules_record : pt_record_rules_of(type);

    if (rules != NULL) {
        walk(&w, rules, "", 0);
    }
}
