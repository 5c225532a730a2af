#include "wire.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/err.h>
#include <pentad/record/decode.h>

/* What protobuf-c's packer would write for what its unpacker reads, and nothing else, passes:
 *
 *   field numbers ascend; only repeated fields that aren't packed come more than once
 *   at most one member of a oneof
 *   the declared wire type; packed fields packed, and never empty
 *   varints without trailing zero groups; int32 and enum sign-extended to 64 bits when negative
 *   bool is 0 or 1; strings are UTF-8 without NUL; no unknown field, at any depth
 *
 * tests/unit/record and tests/fuzz/fuzz_record hold it against unpacking and re-packing. */

enum { WIRE_VARINT = 0, WIRE_BYTES = 2, ONEOFS_MAX = 2 };

/* What is left of the bounds, shared by all depths. */
struct budget {
    size_t messages;
    size_t fields;
};

struct cursor {
    const uint8_t *p;
    const uint8_t *end;
    struct wire_fault *fault;
    struct budget *left;
};

static int fail(const struct cursor *c, int code, const struct path *at, const char *leaf,
                const char *why) {
    c->fault->code = code;
    c->fault->why = why;
    pt_path_write(c->fault->path, at, leaf);
    return code;
}

static const char ends_inside[] = "ends inside a number";

/* The minimal varint at c->p; NULL, or why not. */
static const char *read_varint(struct cursor *c, uint64_t *ret) {
    const uint8_t *p = c->p;
    uint64_t v = 0;

    if (p < c->end && *p < 0x80) {
        *ret = *p;
        c->p = p + 1;
        return NULL;
    }
    for (unsigned shift = 0; shift < 64; shift += 7, p++) {
        if (p == c->end) {
            return ends_inside;
        }
        if (shift == 63 && *p > 1) {
            return "holds a number beyond 64 bits";
        }
        v |= (uint64_t)(*p & 0x7FU) << shift;
        if (*p < 0x80) {
            if (*p == 0 && shift > 0) {
                return "holds a number that is longer than it need be";
            }
            *ret = v;
            c->p = p + 1;
            return NULL;
        }
    }
    return "holds a number beyond 64 bits";
}

static const char *check_scalar(ProtobufCType type, uint64_t v) {
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_ENUM:
        return v <= INT32_MAX || v >= UINT64_C(0xFFFFFFFF80000000) ? NULL
                                                                   : "is beyond 32 signed bits";
    case PROTOBUF_C_TYPE_UINT32:
        return v <= UINT32_MAX ? NULL : "is beyond 32 bits";
    case PROTOBUF_C_TYPE_BOOL:
        return v <= 1 ? NULL : "is neither true nor false";
    default:
        return NULL;
    }
}

static bool is_varint(ProtobufCType type) {
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        return true;
    default:
        return false;
    }
}

static int code_of(const char *why) {
    return why == ends_inside ? PT_E_TRUNCATED : PT_E_NOT_STRICT;
}

static int check_varint(struct cursor *c, const ProtobufCFieldDescriptor *f,
                        const struct path *up) {
    uint64_t v = 0;
    const char *why = read_varint(c, &v);

    if (why == NULL) {
        why = check_scalar(f->type, v);
    }
    return why == NULL ? 0 : fail(c, code_of(why), up, f->name, why);
}

static int check_packed(struct cursor *c, const ProtobufCFieldDescriptor *f,
                        const struct path *up) {
    if (c->p == c->end) {
        return fail(c, PT_E_NOT_STRICT, up, f->name, "is a packed list without elements");
    }
    while (c->p < c->end) {
        int rc = check_varint(c, f, up);

        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

static int pt_check_msg(const ProtobufCMessageDescriptor *d, struct cursor *c,
                        const struct path *up);

/* The bytes of one length-delimited field. */
static int check_bytes(struct cursor *c, const ProtobufCFieldDescriptor *f, const struct path *up,
                       size_t index, bool packed) {
    uint64_t len = 0;
    const char *why = read_varint(c, &len);
    struct path here = {up, f->name, index};
    struct cursor in = *c;
    int rc = 0;

    if (why != NULL) {
        return fail(c, code_of(why), up, f->name, why);
    }
    if (len > (uint64_t)(c->end - c->p)) {
        return fail(c, PT_E_TRUNCATED, up, f->name, "is longer than what holds it");
    }
    in.p = c->p;
    in.end = c->p + len;
    c->p = in.end;
    if (packed) {
        return check_packed(&in, f, up);
    }
    switch (f->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        if (c->left->messages == 0) {
            return fail(c, PT_E_TOO_LARGE, &here, NULL, "is one of too many parts");
        }
        c->left->messages--;
        rc = pt_check_msg(f->descriptor, &in, &here);
        break;
    case PROTOBUF_C_TYPE_STRING:
        if (!pt_utf8_valid(in.p, (size_t)len)) {
            rc = fail(c, PT_E_NOT_STRICT, &here, NULL, "is not UTF-8 without NUL");
        }
        break;
    default:
        break;
    }
    return rc;
}

/* What a message has shown so far. */
struct seen {
    uint32_t id;                /* last field number */
    size_t index;               /* how many times in a row */
    unsigned field;             /* where in the descriptor */
    unsigned oneof[ONEOFS_MAX]; /* offsets of the case members of oneofs seen */
    unsigned n_oneof;
};

/* The field that a tag names, or NULL and why it may not stand here. */
static const ProtobufCFieldDescriptor *next_field(const ProtobufCMessageDescriptor *d,
                                                  struct seen *s, uint32_t id, const char **why) {
    const ProtobufCFieldDescriptor *f;

    if (id < s->id) {
        *why = "has its fields out of order";
        return NULL;
    }
    while (s->field < d->n_fields && d->fields[s->field].id < id) {
        s->field++;
    }
    if (s->field == d->n_fields || d->fields[s->field].id != id) {
        *why = "holds an unknown field";
        return NULL;
    }
    f = &d->fields[s->field];
    if (id == s->id) {
        if (f->label != PROTOBUF_C_LABEL_REPEATED || (f->flags & PROTOBUF_C_FIELD_FLAG_PACKED)) {
            *why = "holds a field twice";
            return NULL;
        }
        s->index++;
        return f;
    }
    s->id = id;
    s->index = 0;
    if (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        for (unsigned i = 0; i < s->n_oneof; i++) {
            if (s->oneof[i] == f->quantifier_offset) {
                *why = "holds two members of which only one may stand";
                return NULL;
            }
        }
        PT_ASSERT(s->n_oneof < ONEOFS_MAX);
        s->oneof[s->n_oneof++] = f->quantifier_offset;
    }
    return f;
}

static int pt_check_msg(const ProtobufCMessageDescriptor *d, struct cursor *c,
                        const struct path *up) {
    struct seen s = {0};

    while (c->p < c->end) {
        const ProtobufCFieldDescriptor *f;
        struct path in_body = {up, "body", PATH_NO_INDEX};
        const struct path *at = up;
        uint64_t tag = 0;
        const char *why = read_varint(c, &tag);
        bool packed;
        unsigned wire;
        int rc;

        if (c->left->fields == 0) {
            return fail(c, PT_E_TOO_LARGE, up, NULL, "holds too many fields");
        }
        c->left->fields--;
        if (why != NULL || tag > UINT32_MAX) {
            return fail(c, code_of(why), up, NULL, why != NULL ? why : "holds an unknown field");
        }
        f = next_field(d, &s, (uint32_t)(tag >> 3), &why);
        if (f == NULL) {
            return fail(c, PT_E_NOT_STRICT, up, NULL, why);
        }
        if (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
            at = &in_body;
        }
        packed = f->label == PROTOBUF_C_LABEL_REPEATED && (f->flags & PROTOBUF_C_FIELD_FLAG_PACKED);
        wire = is_varint(f->type) && !packed ? WIRE_VARINT : WIRE_BYTES;
        if ((tag & 7U) != wire) {
            return fail(c, PT_E_NOT_STRICT, at, f->name, "is not encoded as its type is");
        }
        rc = wire == WIRE_VARINT
                 ? check_varint(c, f, at)
                 : check_bytes(c, f, at,
                               f->label == PROTOBUF_C_LABEL_REPEATED ? s.index : PATH_NO_INDEX,
                               packed);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

int pt_wire_check_bounded(const ProtobufCMessageDescriptor *d, struct pt_span in, size_t messages,
                          size_t fields, struct wire_fault *f) {
    struct budget left = {messages, fields};
    struct cursor c = {in.p, in.p != NULL ? in.p + in.len : in.p, f, &left};

    return in.len == 0 ? 0 : pt_check_msg(d, &c, NULL);
}

int pt_wire_check(const ProtobufCMessageDescriptor *d, struct pt_span in, struct wire_fault *f) {
    return pt_wire_check_bounded(d, in, WIRE_MESSAGES, WIRE_RECORD_FIELDS + in.len / 4, f);
}

void pt_path_write(char out[PATH_MAX_LEN], const struct path *at, const char *leaf) {
    const struct path *chain[16];
    size_t n = 0;
    size_t used = 0;

    for (; at != NULL && n < sizeof(chain) / sizeof(chain[0]); at = at->up) {
        chain[n++] = at;
    }
    out[0] = '\0';
    while (n > 0 && used < PATH_MAX_LEN) {
        const struct path *p = chain[--n];
        int w = p->index == PATH_NO_INDEX ? snprintf(out + used, PATH_MAX_LEN - used, "%s%s",
                                                     used > 0 ? "." : "", p->name)
                                          : snprintf(out + used, PATH_MAX_LEN - used, "%s%s[%zu]",
                                                     used > 0 ? "." : "", p->name, p->index);

        used += w > 0 ? (size_t)w : 0;
    }
    if (leaf != NULL && leaf[0] != '\0' && used < PATH_MAX_LEN) {
        (void)snprintf(out + used, PATH_MAX_LEN - used, "%s%s", used > 0 ? "." : "", leaf);
    }
}
