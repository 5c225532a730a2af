/* One cell to one field's value. */
#include "internal.h"

#include <string.h>

#include <pentad/base/codec.h>

static bool fits_int32(const ProtobufCFieldDescriptor *fd) {
    switch (fd->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return true;
    default:
        return false;
    }
}

static bool is_unsigned(const ProtobufCFieldDescriptor *fd) {
    return fd->type == PROTOBUF_C_TYPE_UINT32 || fd->type == PROTOBUF_C_TYPE_FIXED32 ||
           fd->type == PROTOBUF_C_TYPE_UINT64 || fd->type == PROTOBUF_C_TYPE_FIXED64;
}

static int integer(const struct pt_fieldmap *f, const char *p, size_t len, struct pt_val *ret,
                   struct pt_err *err) {
    int rc = pt_value_number(p, len, &f->style, f->shift, &ret->i, err);
    if (rc)
        return f->kind == PT_FIELD_AMOUNT || rc != PT_E_AMOUNT
                   ? rc
                   : pt_err_set(err, PT_E_FIELD, "\"%.60s\" is not a number that fits %s", p,
                                f->fd->name);
    if (fits_int32(f->fd) &&
        (ret->i > (is_unsigned(f->fd) ? (int64_t)UINT32_MAX : INT32_MAX) || ret->i < INT32_MIN))
        return pt_err_set(err, PT_E_RANGE, "\"%.60s\" is too large for %s", p, f->fd->name);
    if (is_unsigned(f->fd) && ret->i < 0)
        return pt_err_set(err, PT_E_RANGE, "\"%.60s\" is negative; %s never is", p, f->fd->name);
    return 0;
}

static int hex(const char *p, size_t len, struct pt_arena *arena, struct pt_val *ret,
               struct pt_err *err) {
    uint8_t *out = pt_arena_alloc(arena, len / 2 + 1);
    if (out == NULL)
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    if (len % 2 || pt_unhex(p, len, out, len / 2))
        return pt_err_set(err, PT_E_FORMAT, "\"%.60s\" is not hexadecimal", p);
    ret->p = (const char *)out;
    ret->len = len / 2;
    return 0;
}

static int text(const struct pt_fieldmap *f, const char *p, size_t len, struct pt_arena *arena,
                struct pt_val *ret, struct pt_err *err) {
    int rc = f->kind == PT_FIELD_DECIMAL ? pt_value_decimal(p, len, &f->style, arena, &ret->p, err)
                                         : pt_value_text(p, len, f->max, arena, &ret->p, err);
    if (rc == 0)
        ret->len = strlen(ret->p);
    return rc;
}

int pt_field_convert(const struct pt_fieldmap *f, const char *p, size_t len, struct pt_arena *arena,
                     struct pt_val *ret, int *ret_extra, struct pt_err *err) {
    int rc = 0, value = 0;
    bool yes = false;
    int32_t ymd = 0;
    memset(ret, 0, sizeof(*ret));
    *ret_extra = 0;
    switch (f->kind) {
    case PT_FIELD_TEXT:
    case PT_FIELD_DECIMAL:
        rc = text(f, p, len, arena, ret, err);
        break;
    case PT_FIELD_INT:
        rc = integer(f, p, len, ret, err);
        break;
    case PT_FIELD_AMOUNT:
        rc = integer(f, p, len, ret, err);
        *ret_extra = ret->i < 0 ? -1 : ret->i > 0;
        if (rc == 0 && ret->i < 0 && f->sign_to >= 0)
            ret->i = -ret->i;
        else if (rc == 0 && ret->i < 0)
            rc =
                pt_err_set(err, PT_E_NEGATIVE,
                           "\"%.60s\" is negative; amounts never are (say what the sign means with "
                           "`sign:`)",
                           p);
        break;
    case PT_FIELD_DATE:
        rc = pt_value_date(p, f->date, &ymd, ret_extra, err);
        ret->i = ymd;
        break;
    case PT_FIELD_MOMENT:
        rc = pt_value_moment(p, f->date, &ret->i, err);
        break;
    case PT_FIELD_ENUM:
        rc = pt_value_enum(f->fd->descriptor, p, &value, err);
        ret->i = value;
        break;
    case PT_FIELD_BOOL:
        rc = pt_value_bool(p, &yes, err);
        ret->i = yes;
        break;
    case PT_FIELD_HEX:
        rc = hex(p, len, arena, ret, err);
        break;
    case PT_FIELD_REF:
        PT_ASSERT(f->kind != PT_FIELD_REF); /* references are resolved, not converted */
    }
    ret->set = rc == 0 && (ret->p == NULL || ret->len > 0);
    return rc;
}
