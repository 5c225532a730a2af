#include <pentad/base/err.h>
#include <pentad/record/sealed.h>

#include "checks.h"
#include "fields.h"

enum {
    SEAL_KEYS_MAX = 16, /* recipients */
    SEAL_MAX = 4 << 20  /* bytes of CMS */
};

static const struct field_check sealed_rows[] = {
    REQ(1, BYTES, HASH, ITEMS(SEAL_KEYS_MAX)),
    REQ(2, BYTES, RANGE(1, SEAL_MAX)),
    OPT(3, BYTES, HASH),
};
MSG_CHECKS(sealed, sealed_rows, NULL);

static bool names_set(const ProtobufCMessage *msg, const char *name) {
    const ProtobufCFieldDescriptor *f =
        protobuf_c_message_descriptor_get_field_by_name(msg->descriptor, name);

    return f != NULL && pt_field_any(f, (const uint8_t *)msg);
}

/* Only the header: whatever else is set would be readable. */
static void header_only(struct checking *c, const struct path *at, const ProtobufCMessage *msg) {
    for (unsigned i = 0; i < msg->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &msg->descriptor->fields[i];

        if (f->id >= PT_SEALED_CONTENT_FROM && pt_field_any(f, (const uint8_t *)msg)) {
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
        const Pentad__V1__Sealed *seal = pt_sealed_of(c->rec);

        if ((c->info->flags & PT_RT_OPENS) && seal != NULL && !seal->has_content_hash) {
            pt_check_missing(c, at, "sealed.content_hash",
                             "where the record is to be opened: it is what the opening is held to");
        }
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
    if (opened && !c->content && !names_set(msg, "content_nonce")) {
        pt_check_missing(c, at, "content_nonce", "where a sealed record is opened");
    }
    for (; *content != NULL; content++) {
        if (!names_set(msg, *content)) {
            pt_check_missing(c, at, *content, "in the content");
        }
    }
}
