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

struct word {
    const char *en, *zh;
};

/* Kinds that a word says. */
static struct word kind_word(enum check_kind kind) {
    static const struct word words[] = {
        [CK_DATE] = {"date, yyyymmdd", "日期，yyyymmdd"},
        [CK_MONTH] = {"month, yyyymm", "月份，yyyymm"},
        [CK_YEAR] = {"year, yyyy", "年度，yyyy"},
        [CK_FEN] = {"amount in fen, 0 to 9000000000000000", "金额（分），0至9000000000000000"},
        [CK_SIGNED] = {"whole number, may be negative", "整数，可为负"},
        [CK_ENUM] = {"one of its names", "其名称之一"},
        [CK_DECIMAL] = {"decimal number", "小数"},
        [CK_KEY] = {"subject key", "事项代码"},
        [CK_SUBJECT] = {"subject", "事项"},
        [CK_REF] = {"reference to a record", "记录引用"},
        [CK_PARTY] = {"party", "主体"},
        [CK_STREAM] = {"stream", "数据流"},
        [CK_MS] = {"Unix milliseconds", "Unix毫秒"},
    };

    return (size_t)kind < sizeof(words) / sizeof(words[0]) ? words[kind]
                                                           : (struct word){NULL, NULL};
}

static struct word plain_type(ProtobufCType type) {
    switch (type) {
    case PROTOBUF_C_TYPE_BOOL:
        return (struct word){"yes or no", "是或否"};
    case PROTOBUF_C_TYPE_STRING:
        return (struct word){"text", "文本"};
    case PROTOBUF_C_TYPE_BYTES:
        return (struct word){"bytes", "字节"};
    case PROTOBUF_C_TYPE_ENUM:
        return (struct word){"one of its names", "其名称之一"};
    case PROTOBUF_C_TYPE_MESSAGE:
        return (struct word){"message", "下列各项"};
    default:
        return (struct word){"whole number", "整数"};
    }
}

/* Both languages of what a field accepts. */
static void accepts(const struct field_check *r, const ProtobufCFieldDescriptor *f,
                    struct pt_field_about *out) {
    struct word word = kind_word(r->kind);
    char *en = out->accepts;
    char *zh = out->accepts_zh;
    size_t en_cap = sizeof(out->accepts);
    size_t zh_cap = sizeof(out->accepts_zh);

    if (r->kind == CK_TEXT) {
        (void)snprintf(en, en_cap, "text, at most %" PRId64 " characters", r->max);
        (void)snprintf(zh, zh_cap, "文本，至多%" PRId64 "字", r->max);
    } else if (r->kind == CK_CODE) {
        (void)snprintf(en, en_cap, "code of kind %s", code_name(r->code));
        (void)snprintf(zh, zh_cap, "代码，%s类", code_name(r->code));
    } else if (r->kind == CK_BYTES && r->min == r->max) {
        (void)snprintf(en, en_cap, "%" PRId64 " bytes", r->min);
        (void)snprintf(zh, zh_cap, "%" PRId64 "字节", r->min);
    } else if (r->kind == CK_BYTES) {
        (void)snprintf(en, en_cap, "%" PRId64 " to %" PRId64 " bytes", r->min, r->max);
        (void)snprintf(zh, zh_cap, "%" PRId64 "至%" PRId64 "字节", r->min, r->max);
    } else if (r->kind == CK_INT && r->max == INT64_MAX) {
        (void)snprintf(en, en_cap, "from %" PRId64, r->min);
        (void)snprintf(zh, zh_cap, "自%" PRId64 "起", r->min);
    } else if (r->kind == CK_INT) {
        (void)snprintf(en, en_cap, "%" PRId64 " to %" PRId64, r->min, r->max);
        (void)snprintf(zh, zh_cap, "%" PRId64 "至%" PRId64, r->min, r->max);
    } else {
        word = word.en != NULL ? word : plain_type(f->type);
        (void)snprintf(en, en_cap, "%s", word.en);
        (void)snprintf(zh, zh_cap, "%s", word.zh);
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
        accepts(r, f, &about);
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
