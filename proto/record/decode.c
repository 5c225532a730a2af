#include <pentad/record/decode.h>

#include <string.h>

#include "wire.h"

static void *arena_alloc(void *ctx, size_t n) {
    return pt_arena_alloc(ctx, n);
}

static void arena_free(void *ctx, void *p) {
    (void)ctx;
    (void)p;
}

ProtobufCAllocator pt_arena_allocator(struct pt_arena *arena) {
    ProtobufCAllocator a = {arena_alloc, arena_free, arena};

    return a;
}

/* Start of a sequence by its first byte: how many bytes follow and what the second may be. */
static int utf8_follow(uint8_t b, uint8_t *lo, uint8_t *hi) {
    *lo = 0x80;
    *hi = 0xBF;
    if (b >= 0xC2 && b <= 0xDF) {
        return 1;
    }
    if (b >= 0xE0 && b <= 0xEF) {
        *lo = b == 0xE0 ? 0xA0 : 0x80;
        *hi = b == 0xED ? 0x9F : 0xBF; /* no surrogates */
        return 2;
    }
    if (b >= 0xF0 && b <= 0xF4) {
        *lo = b == 0xF0 ? 0x90 : 0x80;
        *hi = b == 0xF4 ? 0x8F : 0xBF;
        return 3;
    }
    return -1;
}

bool pt_utf8_valid(const uint8_t *p, size_t len) {
    const uint8_t *end = p + len;

    while (p < end) {
        uint8_t lo;
        uint8_t hi;
        int follow;

        if (*p < 0x80) {
            if (*p++ == 0) {
                return false;
            }
            continue;
        }
        follow = utf8_follow(*p++, &lo, &hi);
        if (follow < 0 || follow > end - p || *p < lo || *p > hi) {
            return false;
        }
        for (int i = 1; i < follow; i++) {
            if ((p[i] & 0xC0U) != 0x80) {
                return false;
            }
        }
        p += follow;
    }
    return true;
}

int pt_msg_check_strict(const ProtobufCMessageDescriptor *d, struct pt_span in,
                        struct pt_err *err) {
    struct wire_fault f = {0};
    int rc = pt_wire_check(d, in, &f);

    if (rc != 0) {
        return pt_err_set(err, rc, "%s%s%s %s", d->short_name, f.path[0] != '\0' ? " " : "", f.path,
                          f.why);
    }
    return 0;
}

int pt_msg_decode_strict(const ProtobufCMessageDescriptor *d, struct pt_span in,
                         struct pt_arena *arena, ProtobufCMessage **ret_msg, struct pt_err *err) {
    ProtobufCAllocator a = pt_arena_allocator(arena);
    int rc;

    *ret_msg = NULL;
    rc = pt_msg_check_strict(d, in, err);
    if (rc != 0) {
        return rc;
    }
    *ret_msg = protobuf_c_message_unpack(d, &a, in.len, in.p);
    if (*ret_msg == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory to unpack a %s of %zu bytes", d->short_name,
                          in.len);
    }
    return 0;
}

static int record_fault(struct pt_arena *arena, struct pt_fault *ret, int code, const char *field,
                        const char *message) {
    if (ret != NULL) {
        char *field_copy = pt_arena_strdup(arena, field);
        char *message_copy =
            pt_arena_printf(arena, "%s%s%s", field[0] != '\0' ? field : "the record", " ", message);

        ret->code = code;
        ret->field = field_copy != NULL ? field_copy : "";
        ret->message = message_copy != NULL ? message_copy : pt_err_text(code, false);
    }
    return code;
}

int pt_record_decode(struct pt_span in, struct pt_arena *arena, Pentad__V1__Record **ret_rec,
                     struct pt_fault *ret_fault) {
    ProtobufCAllocator a = pt_arena_allocator(arena);
    struct wire_fault f;
    ProtobufCMessage *msg;
    int rc;

    *ret_rec = NULL;
    if (in.len > PT_RECORD_MAX) {
        return record_fault(arena, ret_fault, PT_E_TOO_LARGE, "", "is larger than 4 MiB");
    }
    f.path[0] = '\0';
    rc = pt_wire_check_bounded(&pentad__v1__record__descriptor, in, WIRE_RECORD_MESSAGES,
                               WIRE_RECORD_FIELDS, &f);
    if (rc != 0) {
        return record_fault(arena, ret_fault, rc, f.path, f.why);
    }
    msg = protobuf_c_message_unpack(&pentad__v1__record__descriptor, &a, in.len, in.p);
    if (msg == NULL) {
        return record_fault(arena, ret_fault, PT_E_NOMEM, "",
                            "needs more memory than a record may");
    }
    *ret_rec = (Pentad__V1__Record *)msg;
    return 0;
}

int pt_msg_encode(const ProtobufCMessage *msg, struct pt_buf *out, struct pt_err *err) {
    size_t len = protobuf_c_message_get_packed_size(msg);
    size_t at = out->len;
    int rc = pt_buf_reserve(out, len);

    if (rc != 0) {
        return pt_err_set(err, rc, "a %s of %zu bytes doesn't fit", msg->descriptor->short_name,
                          len);
    }
    if (len == 0) {
        return 0;
    }
    out->len += protobuf_c_message_pack(msg, out->p + at);
    rc = pt_msg_check_strict(msg->descriptor, pt_span(out->p + at, len), err);
    if (rc != 0) {
        out->len = at;
    }
    return rc;
}
