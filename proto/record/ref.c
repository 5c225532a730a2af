#include <pentad/record/ref.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <protobuf-c/protobuf-c.h>

static bool name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool name_valid(const char *s, size_t len) {
    if (len == 0 || len > PT_NAME_MAX || s[0] < 'a' || s[0] > 'z') {
        return false;
    }
    for (size_t i = 1; i < len; i++) {
        if (!name_char(s[i])) {
            return false;
        }
    }
    return true;
}

bool pt_name_valid(const char *name) {
    return name != NULL && name_valid(name, strnlen(name, PT_NAME_MAX + 1));
}

/* A decimal from 1, without leading zeros, nothing behind it. */
static bool parse_seq(const char *s, uint64_t *ret) {
    uint64_t v = 0;

    if (*s < '1' || *s > '9') {
        return false;
    }
    for (; *s >= '0' && *s <= '9'; s++) {
        uint64_t digit = (uint64_t)(*s - '0');

        if (v > (UINT64_MAX - digit) / 10) {
            return false;
        }
        v = v * 10 + digit;
    }
    *ret = v;
    return *s == '\0';
}

int pt_ref_parse(const char *text, struct pt_ref *ret_ref, struct pt_err *err) {
    const char *slash = strchr(text, '/');
    const char *mark = slash != NULL ? strpbrk(slash + 1, "#/") : NULL;

    memset(ret_ref, 0, sizeof(*ret_ref));
    if (mark == NULL || !name_valid(text, (size_t)(slash - text)) ||
        !name_valid(slash + 1, (size_t)(mark - slash - 1)) || !parse_seq(mark + 1, &ret_ref->seq)) {
        memset(ret_ref, 0, sizeof(*ret_ref));
        return pt_err_set(err, PT_E_FORMAT,
                          "\"%s\" is no record id: write party/stream#number, such as "
                          "finance/treasury#1234",
                          text);
    }
    memcpy(ret_ref->party, text, (size_t)(slash - text));
    memcpy(ret_ref->stream, slash + 1, (size_t)(mark - slash - 1));
    return 0;
}

void pt_ref_format(char out[PT_REF_TEXT_MAX], const char *party, const char *stream, uint64_t seq) {
    (void)snprintf(out, PT_REF_TEXT_MAX, "%.32s/%.32s#%" PRIu64, party, stream, seq);
}

enum { KIND_PREFIX = sizeof("SUBJECT_KIND_") - 1 };

const char *pt_subject_kind_name(Pentad__V1__SubjectKind kind) {
    const ProtobufCEnumValue *v =
        protobuf_c_enum_descriptor_get_value(&pentad__v1__subject_kind__descriptor, (int)kind);

    return v != NULL && v->value != 0 ? v->name + KIND_PREFIX : NULL;
}

Pentad__V1__SubjectKind pt_subject_kind_from_name(const char *name, size_t len) {
    const ProtobufCEnumDescriptor *d = &pentad__v1__subject_kind__descriptor;

    for (unsigned i = 0; i < d->n_values; i++) {
        const char *known = d->values[i].name + KIND_PREFIX;

        if (strlen(known) == len && memcmp(known, name, len) == 0) {
            return (Pentad__V1__SubjectKind)d->values[i].value;
        }
    }
    return PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNSPECIFIED;
}

int pt_subject_parse(const char *text, Pentad__V1__SubjectKind *ret_kind, const char **ret_key,
                     struct pt_err *err) {
    const char *colon = strchr(text, ':');

    *ret_kind = PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNSPECIFIED;
    *ret_key = NULL;
    if (colon == NULL || colon[1] == '\0') {
        return pt_err_set(err, PT_E_FORMAT, "\"%s\" is no subject: write KIND:key", text);
    }
    *ret_kind = pt_subject_kind_from_name(text, (size_t)(colon - text));
    if (*ret_kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNSPECIFIED) {
        return pt_err_set(err, PT_E_FORMAT,
                          "\"%s\" has no known kind of subject before the colon (PROJECT, POLICY, "
                          "DEPT, UNIT, REGION …)",
                          text);
    }
    *ret_key = colon + 1;
    return 0;
}
