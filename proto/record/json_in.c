#include <pentad/record/json.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <pentad/base/codec.h>

#include "fields.h"
#include "path.h"

struct reader {
    struct pt_arena *arena;
    struct pt_err *err;
    struct pt_buf scratch; /* decoded base64 */
};

static int wrong(struct reader *r, const struct path *at, const char *leaf, const char *what) {
    char path[PATH_MAX_LEN];

    pt_path_write(path, at, leaf);
    return pt_err_set(r->err, PT_E_FORMAT, "%s %s", path[0] != '\0' ? path : "the document", what);
}

static int no_memory(struct reader *r) {
    return pt_err_set(r->err, PT_E_NOMEM, "the JSON document needs more memory than it may");
}

static int read_msg(struct reader *r, const ProtobufCMessageDescriptor *d, json_t *json,
                    const struct path *at, ProtobufCMessage **ret);

/* "-123" and nothing else. */
static bool parse_int64(const char *s, int64_t *ret) {
    char *end = NULL;
    const char *digits = *s == '-' ? s + 1 : s;

    if (*digits < '0' || *digits > '9' || (*digits == '0' && (digits[1] != '\0' || digits != s))) {
        return false;
    }
    errno = 0;
    *ret = strtoll(s, &end, 10);
    return errno == 0 && *end == '\0';
}

static bool parse_uint64(const char *s, uint64_t *ret) {
    char *end = NULL;

    if (*s < '0' || *s > '9' || (*s == '0' && s[1] != '\0')) {
        return false;
    }
    errno = 0;
    *ret = strtoull(s, &end, 10);
    return errno == 0 && *end == '\0';
}

static int read_enum(struct reader *r, const ProtobufCEnumDescriptor *d, json_t *json,
                     const struct path *at, void *out) {
    const char *name = json_string_value(json);
    const ProtobufCEnumValue *v =
        name != NULL ? protobuf_c_enum_descriptor_get_value_by_name(d, name) : NULL;
    int32_t number;

    if (v != NULL) {
        number = v->value;
    } else if (json_is_integer(json) && json_integer_value(json) >= INT32_MIN &&
               json_integer_value(json) <= INT32_MAX) {
        number = (int32_t)json_integer_value(json);
    } else {
        return wrong(r, at, NULL, "must be one of the names of its enumeration");
    }
    memcpy(out, &number, sizeof(number));
    return 0;
}

static int read_bytes(struct reader *r, json_t *json, const struct path *at, void *out) {
    ProtobufCBinaryData b = {0};

    pt_buf_reset(&r->scratch);
    if (!json_is_string(json) ||
        pt_unbase64_append(&r->scratch, json_string_value(json), json_string_length(json)) != 0) {
        return wrong(r, at, NULL, "must be base64 text");
    }
    b.len = r->scratch.len;
    if (b.len > 0) {
        b.data = pt_arena_alloc(r->arena, b.len);
        if (b.data == NULL) {
            return no_memory(r);
        }
        memcpy(b.data, r->scratch.p, b.len);
    }
    memcpy(out, &b, sizeof(b));
    return 0;
}

static int read_string(struct reader *r, json_t *json, const struct path *at, void *out) {
    char *s;

    if (!json_is_string(json)) {
        return wrong(r, at, NULL, "must be text");
    }
    if (memchr(json_string_value(json), '\0', json_string_length(json)) != NULL) {
        return wrong(r, at, NULL, "holds a NUL");
    }
    s = pt_arena_strdup(r->arena, json_string_value(json));
    if (s == NULL) {
        return no_memory(r);
    }
    memcpy(out, &s, sizeof(s));
    return 0;
}

static int read_small(struct reader *r, json_t *json, const struct path *at, int64_t min,
                      int64_t max, void *out) {
    int64_t v = json_integer_value(json);
    uint32_t bits;

    if (!json_is_integer(json) || v < min || v > max) {
        return wrong(r, at, NULL, "must be a whole number of 32 bits");
    }
    bits = (uint32_t)v;
    memcpy(out, &bits, sizeof(bits));
    return 0;
}

static int read_large(struct reader *r, json_t *json, const struct path *at, bool is_signed,
                      void *out) {
    const char *s = json_string_value(json);
    int64_t i = 0;
    uint64_t u = 0;

    if (s == NULL || !(is_signed ? parse_int64(s, &i) : parse_uint64(s, &u))) {
        return wrong(r, at, NULL, "must be a whole number of 64 bits, written as text");
    }
    memcpy(out, is_signed ? (const void *)&i : (const void *)&u, sizeof(u));
    return 0;
}

static int read_value(struct reader *r, const ProtobufCFieldDescriptor *f, json_t *json,
                      const struct path *at, void *out) {
    ProtobufCMessage *sub = NULL;
    protobuf_c_boolean yes;
    int rc;

    switch (f->type) {
    case PROTOBUF_C_TYPE_INT32:
        return read_small(r, json, at, INT32_MIN, INT32_MAX, out);
    case PROTOBUF_C_TYPE_UINT32:
        return read_small(r, json, at, 0, UINT32_MAX, out);
    case PROTOBUF_C_TYPE_INT64:
        return read_large(r, json, at, true, out);
    case PROTOBUF_C_TYPE_UINT64:
        return read_large(r, json, at, false, out);
    case PROTOBUF_C_TYPE_BOOL:
        if (!json_is_boolean(json)) {
            return wrong(r, at, NULL, "must be true or false");
        }
        yes = json_is_true(json);
        memcpy(out, &yes, sizeof(yes));
        return 0;
    case PROTOBUF_C_TYPE_ENUM:
        return read_enum(r, f->descriptor, json, at, out);
    case PROTOBUF_C_TYPE_STRING:
        return read_string(r, json, at, out);
    case PROTOBUF_C_TYPE_BYTES:
        return read_bytes(r, json, at, out);
    case PROTOBUF_C_TYPE_MESSAGE:
        rc = read_msg(r, f->descriptor, json, at, &sub);
        memcpy(out, &sub, sizeof(ProtobufCMessage *));
        return rc;
    default:
        PT_ASSERT(false); /* a type that no message of ours has */
        return PT_E_INTERNAL;
    }
}

static int read_list(struct reader *r, const ProtobufCFieldDescriptor *f, json_t *json,
                     const struct path *up, uint8_t *base) {
    size_t n = json_array_size(json);
    size_t step = pt_field_step(f->type);
    uint8_t *v;

    if (!json_is_array(json)) {
        return wrong(r, up, f->name, "must be a list");
    }
    if (n == 0) {
        return wrong(r, up, f->name, "is an empty list: leave it out instead");
    }
    v = pt_arena_zalloc(r->arena, n * step);
    if (v == NULL) {
        return no_memory(r);
    }
    for (size_t i = 0; i < n; i++) {
        const struct path here = {up, f->name, i};
        int rc = read_value(r, f, json_array_get(json, i), &here, v + i * step);

        if (rc != 0) {
            return rc;
        }
    }
    memcpy(base + f->quantifier_offset, &n, sizeof(n));
    memcpy(base + f->offset, &v, sizeof(v));
    return 0;
}

static int read_single(struct reader *r, const ProtobufCFieldDescriptor *f, json_t *json,
                       const struct path *up, uint8_t *base) {
    const struct path here = {up, f->name, PATH_NO_INDEX};
    protobuf_c_boolean yes = 1;

    if (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        uint32_t member;

        memcpy(&member, base + f->quantifier_offset, sizeof(member));
        if (member != 0) {
            return wrong(r, &here, NULL, "stands beside another body");
        }
        memcpy(base + f->quantifier_offset, &f->id, sizeof(f->id));
    } else if (f->type != PROTOBUF_C_TYPE_STRING && f->type != PROTOBUF_C_TYPE_MESSAGE) {
        memcpy(base + f->quantifier_offset, &yes, sizeof(yes));
    }
    return read_value(r, f, json, &here, base + f->offset);
}

static int read_msg(struct reader *r, const ProtobufCMessageDescriptor *d, json_t *json,
                    const struct path *at, ProtobufCMessage **ret) {
    uint8_t *base;

    if (!json_is_object(json)) {
        return wrong(r, at, NULL, "must be an object");
    }
    base = pt_arena_zalloc(r->arena, d->sizeof_message);
    if (base == NULL) {
        return no_memory(r);
    }
    d->message_init((ProtobufCMessage *)(void *)base);
    for (void *it = json_object_iter(json); it != NULL; it = json_object_iter_next(json, it)) {
        const char *key = json_object_iter_key(it);
        json_t *v = json_object_iter_value(it);
        const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field_by_name(d, key);
        int rc;

        if (f == NULL) {
            return wrong(r, at, key, "is no field");
        }
        rc = f->label == PROTOBUF_C_LABEL_REPEATED ? read_list(r, f, v, at, base)
                                                   : read_single(r, f, v, at, base);
        if (rc != 0) {
            return rc;
        }
    }
    *ret = (ProtobufCMessage *)(void *)base;
    return 0;
}

int pt_json_to_msg(const ProtobufCMessageDescriptor *d, struct json_t *json, struct pt_arena *arena,
                   ProtobufCMessage **ret_msg, struct pt_err *err) {
    struct reader r = {.arena = arena, .err = err};
    int rc;

    *ret_msg = NULL;
    pt_buf_init(&r.scratch, arena->max);
    rc = read_msg(&r, d, json, NULL, ret_msg);
    pt_buf_done(&r.scratch);
    return rc;
}

int pt_json_decode(const ProtobufCMessageDescriptor *d, struct pt_span text, struct pt_arena *arena,
                   ProtobufCMessage **ret_msg, struct pt_err *err) {
    json_error_t why;
    json_t *json = json_loadb((const char *)text.p, text.len, JSON_REJECT_DUPLICATES, &why);
    int rc;

    *ret_msg = NULL;
    if (json == NULL) {
        return pt_err_set(err, PT_E_FORMAT, "not valid JSON, line %d column %d: %s", why.line,
                          why.column, why.text);
    }
    rc = pt_json_to_msg(d, json, arena, ret_msg, err);
    json_decref(json);
    return rc;
}
