#include <pentad/record/catalogue.h>

#include <string.h>

#define X(NAME, TAG, CODE, MEMBER, EN, ZH, AUTHORS, READERS, AGGREGATE, FLAGS, SUBJECTS, CORR,     \
          REQS)                                                                                    \
    {.type = PT_TYPE_##NAME,                                                                       \
     .code = (CODE),                                                                               \
     .member = #MEMBER,                                                                            \
     .name_en = (EN),                                                                              \
     .name_zh = (ZH),                                                                              \
     .authors = (AUTHORS),                                                                         \
     .readers = (READERS),                                                                         \
     .aggregate = (AGGREGATE),                                                                     \
     .flags = (FLAGS),                                                                             \
     .subjects = (SUBJECTS),                                                                       \
     .corrections = (CORR),                                                                        \
     .requirements = (REQS),                                                                       \
     .body = &pentad__v1__##MEMBER##__descriptor},
static const struct pt_record_info rows[] = {PT_RECORD_TABLE(X)};
#undef X
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

const struct pt_record_info *pt_record_infos(size_t *ret_n) {
    *ret_n = ROWS;
    return rows;
}

const struct pt_record_info *pt_record_info(enum pt_record_type type) {
    size_t lo = 0;
    size_t hi = ROWS;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (rows[mid].type == type) {
            return &rows[mid];
        }
        if (rows[mid].type < type) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return NULL;
}

const struct pt_record_info *pt_record_info_by_code(const char *code) {
    for (size_t i = 0; code != NULL && i < ROWS; i++) {
        if (strcmp(rows[i].code, code) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

const struct pt_record_info *pt_record_info_by_member(const char *member) {
    for (size_t i = 0; member != NULL && i < ROWS; i++) {
        if (strcmp(rows[i].member, member) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

const struct pt_record_info *pt_record_info_of(const Pentad__V1__Record *rec) {
    return pt_record_info((enum pt_record_type)rec->body_case);
}

const ProtobufCMessage *pt_record_body(const Pentad__V1__Record *rec) {
    if (rec->body_case == PENTAD__V1__RECORD__BODY__NOT_SET) {
        return NULL;
    }
    /* Every member of the oneof is a message, so any of them names the pointer. */
    return (const ProtobufCMessage *)rec->tick;
}

bool pt_record_about_exchange(unsigned type) {
    switch (type) {
    case PT_TYPE_TICK:
    case PT_TYPE_STREAM_CLOSE:
    case PT_TYPE_APPROVAL:
    case PT_TYPE_KEY_CHANGE:
    case PT_TYPE_POLICY_CHANGE:
    case PT_TYPE_INCIDENT:
    case PT_TYPE_LIFT:
    case PT_TYPE_ERASURE:
    case PT_TYPE_CODE_TABLE:
        return true;
    default:
        return false;
    }
}

#define X(NAME, TAG, ...) {"TYPE_" #NAME, PT_TYPE_##NAME},
static const struct {
    const char *name;
    int number;
} types[] = {PT_RECORD_TABLE(X)};
#undef X

enum { DEPTH_MAX = 6 }; /* of messages in messages */

/* Value of an enum's name anywhere below a message: names are unique in the package. */
static bool enum_value(const ProtobufCMessageDescriptor *d, const char *name, size_t len,
                       unsigned depth, int *ret) {
    for (unsigned i = 0; i < d->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &d->fields[i];

        if (f->type == PROTOBUF_C_TYPE_ENUM) {
            const ProtobufCEnumDescriptor *e = f->descriptor;

            for (unsigned k = 0; k < e->n_values; k++) {
                if (strlen(e->values[k].name) == len && memcmp(e->values[k].name, name, len) == 0) {
                    *ret = e->values[k].value;
                    return true;
                }
            }
        } else if (f->type == PROTOBUF_C_TYPE_MESSAGE && depth < DEPTH_MAX) {
            if (enum_value(f->descriptor, name, len, depth + 1, ret)) {
                return true;
            }
        }
    }
    return false;
}

bool pt_record_number(const char *name, size_t len, int *ret_number) {
    for (size_t i = 0; i < ROWS; i++) {
        if (strlen(types[i].name) == len && memcmp(types[i].name, name, len) == 0) {
            *ret_number = types[i].number;
            return true;
        }
    }
    return enum_value(&pentad__v1__record__descriptor, name, len, 0, ret_number);
}
