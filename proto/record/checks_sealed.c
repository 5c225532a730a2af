#include <pentad/base/err.h>

#include "checks.h"
#include "fields.h"

enum {
    CONTENT_FROM = 11,  /* fields from this number on stand inside the seal */
    SEAL_KEYS_MAX = 16, /* recipients */
    SEAL_MAX = 4 << 20  /* bytes of CMS */
};

static const struct field_check sealed_rows[] = {
    REQ(1, BYTES, HASH, ITEMS(SEAL_KEYS_MAX)),
    REQ(2, BYTES, RANGE(1, SEAL_MAX)),
    OPT(3, BYTES, HASH),
};
MSG_CHECKS(sealed, sealed_rows, NULL);

static bool is_set(const ProtobufCFieldDescriptor *f, const ProtobufCMessage *msg) {
    const uint8_t *base = (const uint8_t *)msg;
    const uint8_t *first = NULL;

    return f->label == PROTOBUF_C_LABEL_REPEATED ? pt_field_elements(f, base, &first) > 0
                                                 : pt_field_is_set(f, base);
}

static bool names_set(const ProtobufCMessage *msg, const char *name) {
    const ProtobufCFieldDescriptor *f =
        protobuf_c_message_descriptor_get_field_by_name(msg->descriptor, name);

    return f != NULL && is_set(f, msg);
}

/* Only the header: whatever else is set would be readable. */
static void header_only(struct checking *c, const struct path *at, const ProtobufCMessage *msg) {
    for (unsigned i = 0; i < msg->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &msg->descriptor->fields[i];

        if (f->id >= CONTENT_FROM && is_set(f, msg)) {
            pt_check_fault(c, PT_E_FIELD, at, f->name,
                           "stands in the clear beside the seal: it belongs inside");
        }
    }
    if (names_set(msg, "opens")) {
        pt_check_fault(c, PT_E_FIELD, at, "opens", "can't stand beside a seal");
    }
    if (names_set(msg, "content_nonce")) {
        pt_check_fault(c, PT_E_FIELD, at, "content_nonce", "can't stand beside a seal");
    }
}

void pt_check_sealed(struct checking *c, const struct path *at, const ProtobufCMessage *msg,
                     const char *const *content) {
    bool opened = (c->info->flags & PT_RT_OPENS) && names_set(msg, "opens");

    if (names_set(msg, "sealed")) {
        if (c->content) {
            pt_check_fault(c, PT_E_FIELD, at, "sealed", "can't stand inside a seal");
        }
        header_only(c, at, msg);
        return;
    }
    if (!opened && !c->content) {
        pt_check_missing(c, at, "sealed",
                         c->info->flags & PT_RT_OPENS ? "unless the record opens one" : "");
        return;
    }
    if (opened && !names_set(msg, "content_nonce")) {
        pt_check_missing(c, at, "content_nonce", "where a sealed record is opened");
    }
    for (; *content != NULL; content++) {
        if (!names_set(msg, *content)) {
            pt_check_missing(c, at, *content, "in the content");
        }
    }
}
