#include "fields.h"

size_t pt_field_step(ProtobufCType type) {
    switch (type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        return sizeof(int64_t);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    default:
        return sizeof(int32_t);
    }
}

bool pt_field_is_set(const ProtobufCFieldDescriptor *f, const uint8_t *base) {
    if (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        return *(const uint32_t *)(const void *)(base + f->quantifier_offset) == f->id;
    }
    if (f->type == PROTOBUF_C_TYPE_STRING || f->type == PROTOBUF_C_TYPE_MESSAGE) {
        return *(const void *const *)(const void *)(base + f->offset) != NULL;
    }
    return *(const protobuf_c_boolean *)(const void *)(base + f->quantifier_offset) != 0;
}

size_t pt_field_elements(const ProtobufCFieldDescriptor *f, const uint8_t *base,
                         const uint8_t **ret) {
    *ret = *(const uint8_t *const *)(const void *)(base + f->offset);
    return *(const size_t *)(const void *)(base + f->quantifier_offset);
}

bool pt_field_any(const ProtobufCFieldDescriptor *f, const uint8_t *base) {
    const uint8_t *first = NULL;

    return f->label == PROTOBUF_C_LABEL_REPEATED ? pt_field_elements(f, base, &first) > 0
                                                 : pt_field_is_set(f, base);
}

void pt_field_clear(const ProtobufCFieldDescriptor *f, uint8_t *base) {
    if (f->label == PROTOBUF_C_LABEL_REPEATED) {
        *(size_t *)(void *)(base + f->quantifier_offset) = 0;
    } else if (f->type == PROTOBUF_C_TYPE_STRING || f->type == PROTOBUF_C_TYPE_MESSAGE) {
        *(void **)(void *)(base + f->offset) = NULL;
    } else {
        *(protobuf_c_boolean *)(void *)(base + f->quantifier_offset) = 0;
    }
}
