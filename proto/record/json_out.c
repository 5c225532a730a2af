#include <pentad/record/json.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include <pentad/base/codec.h>

#include "fields.h"

static json_t *int64_text(int64_t v) {
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, v);
    return json_string(text);
}

static json_t *uint64_text(uint64_t v) {
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRIu64, v);
    return json_string(text);
}

static json_t *bytes_text(const ProtobufCBinaryData *b) {
    struct pt_buf text;
    const char *s = NULL;
    json_t *ret = NULL;

    pt_buf_init(&text, SIZE_MAX / 4);
    if (pt_base64_append(&text, b->data, b->len) == 0) {
        s = pt_buf_cstr(&text);
    }
    if (s != NULL) {
        ret = json_stringn(s, text.len);
    }
    pt_buf_done(&text);
    return ret;
}

/* A number that the enum doesn't have stays a number, so that nothing is lost. */
static json_t *enum_name(const ProtobufCEnumDescriptor *d, int v) {
    const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value(d, v);

    return known != NULL ? json_string(known->name) : json_integer(v);
}

static json_t *value_json(const ProtobufCFieldDescriptor *f, const void *p, struct pt_err *err) {
    json_t *sub = NULL;

    switch (f->type) {
    case PROTOBUF_C_TYPE_INT32:
        return json_integer(*(const int32_t *)p);
    case PROTOBUF_C_TYPE_UINT32:
        return json_integer(*(const uint32_t *)p);
    case PROTOBUF_C_TYPE_INT64:
        return int64_text(*(const int64_t *)p);
    case PROTOBUF_C_TYPE_UINT64:
        return uint64_text(*(const uint64_t *)p);
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(*(const protobuf_c_boolean *)p);
    case PROTOBUF_C_TYPE_ENUM:
        return enum_name(f->descriptor, *(const int *)p);
    case PROTOBUF_C_TYPE_STRING:
        return json_string(*(const char *const *)p);
    case PROTOBUF_C_TYPE_BYTES:
        return bytes_text(p);
    case PROTOBUF_C_TYPE_MESSAGE:
        (void)pt_json_from_msg(*(const ProtobufCMessage *const *)p, &sub, err);
        return sub;
    default:
        PT_ASSERT(false); /* a type that no message of ours has */
        return NULL;
    }
}

static json_t *list_json(const ProtobufCFieldDescriptor *f, const uint8_t *base,
                         struct pt_err *err) {
    const uint8_t *v = NULL;
    size_t n = pt_field_elements(f, base, &v);
    json_t *list = json_array();

    for (size_t i = 0; list != NULL && i < n; i++) {
        if (json_array_append_new(list, value_json(f, v + i * pt_field_step(f->type), err)) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

int pt_json_from_msg(const ProtobufCMessage *msg, struct json_t **ret_json, struct pt_err *err) {
    const ProtobufCMessageDescriptor *d = msg->descriptor;
    const uint8_t *base = (const uint8_t *)msg;
    json_t *obj = json_object();

    *ret_json = NULL;
    for (unsigned i = 0; obj != NULL && i < d->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &d->fields[i];
        json_t *v;

        if (f->label == PROTOBUF_C_LABEL_REPEATED) {
            if (*(const size_t *)(const void *)(base + f->quantifier_offset) == 0) {
                continue;
            }
            v = list_json(f, base, err);
        } else if (pt_field_is_set(f, base)) {
            v = value_json(f, base + f->offset, err);
        } else {
            continue;
        }
        if (json_object_set_new(obj, f->name, v) != 0) {
            json_decref(obj);
            obj = NULL;
        }
    }
    if (obj == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "a %s can't be written as JSON: out of memory",
                          d->short_name);
    }
    *ret_json = obj;
    return 0;
}

static int append(const char *p, size_t n, void *ctx) {
    return pt_buf_append(ctx, p, n) == 0 ? 0 : -1;
}

int pt_json_encode(const ProtobufCMessage *msg, bool indented, struct pt_buf *out,
                   struct pt_err *err) {
    json_t *json = NULL;
    int rc = pt_json_from_msg(msg, &json, err);

    if (rc == 0 &&
        json_dump_callback(json, append, out, indented ? JSON_INDENT(2) : JSON_COMPACT) != 0) {
        rc = pt_err_set(err, out->failed != 0 ? out->failed : PT_E_NOMEM,
                        "a %s as JSON doesn't fit", msg->descriptor->short_name);
    }
    json_decref(json);
    return rc;
}
