#include <pentad/record/validate.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/ref.h>
#include <pentad/record/sealed.h>
#include <pentad/record/text.h>

#include "checks.h"
#include "fields.h"

/* A field of a message, and where we are. */
struct at_field {
    const struct path *up;
    const ProtobufCFieldDescriptor *f;
    const struct field_check *want;
    size_t index;
};

void pt_check_fault(struct checking *c, int code, const struct path *at, const char *leaf,
                    const char *fmt, ...) {
    char path[PATH_MAX_LEN];
    char text[200];
    va_list ap;

    pt_path_write(path, at, leaf);
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    pt_faults_add(c->out, code, path, "%s %s", path[0] != '\0' ? path : "the record", text);
}

void pt_check_missing(struct checking *c, const struct path *at, const char *leaf,
                      const char *when) {
    pt_check_fault(c, PT_E_MISSING, at, leaf, "is required%s%s", when[0] != '\0' ? " " : "", when);
}

void pt_check_total(struct checking *c, const struct path *at, const char *leaf, const char *lines,
                    int64_t stated, int64_t sum, int rc) {
    if (rc != 0) {
        pt_check_fault(c, PT_E_SUM, at, leaf, "can't be: %s add up beyond 64 bits", lines);
    } else if (stated != sum) {
        pt_check_fault(c, PT_E_SUM, at, leaf, "is %" PRId64 ", but %s add up to %" PRId64, stated,
                       lines, sum);
    }
}

#define AT_FAULT(c, af, code, ...)                                                                 \
    do {                                                                                           \
        const struct path here_ = {(af)->up, (af)->f->name, (af)->index};                          \
        pt_check_fault((c), (code), &here_, NULL, __VA_ARGS__);                                    \
    } while (0)

static void check_text(struct checking *c, const struct at_field *af, const char *s) {
    size_t chars = 0;
    const char *why = NULL;

    if (*s == '\0') {
        AT_FAULT(c, af, PT_E_FIELD, "is empty: leave the field out instead");
    } else if (pt_text_check(s, strlen(s), &chars, &why) != 0) {
        AT_FAULT(c, af, PT_E_TEXT, "holds %s", why);
    } else if (chars > (size_t)af->want->max) {
        AT_FAULT(c, af, PT_E_TOO_LARGE, "has %zu characters, at most %" PRId64 " are allowed",
                 chars, af->want->max);
    }
}

static void code_fault(struct checking *c, const struct at_field *af, int rc, const char *code) {
    switch (rc) {
    case 0:
        break;
    case PT_E_CHECK_DIGIT:
        AT_FAULT(c, af, rc, "is %.64s, whose check digit is wrong", code);
        break;
    case PT_E_CODE:
        AT_FAULT(c, af, rc, "is %.64s, which the code table in force doesn't have", code);
        break;
    default:
        AT_FAULT(c, af, PT_E_FIELD,
                 "is \"%.64s\", which isn't written as such a code is (docs/mapping.md, Codes)",
                 code);
        break;
    }
}

bool pt_check_decimal(const char *s) {
    size_t whole = 0;
    size_t part = 0;

    s += *s == '-' ? 1 : 0;
    for (; *s >= '0' && *s <= '9'; s++) {
        whole++;
    }
    if (*s == '.') {
        for (s++; *s >= '0' && *s <= '9'; s++) {
            part++;
        }
        if (part == 0) {
            return false;
        }
    }
    return *s == '\0' && whole >= 1 && whole <= 12 && part <= 6;
}

static void check_ref(struct checking *c, const struct path *here, const ProtobufCMessage *msg) {
    const Pentad__V1__RecordRef *ref = (const Pentad__V1__RecordRef *)msg;
    enum pt_party party = pt_party_from_name(ref->party);

    if (party == PT_PARTY_NONE || party == PT_PARTY_PUBLIC) {
        pt_check_fault(c, PT_E_FIELD, here, "party", "is no party's name");
    }
    if (!pt_name_valid(ref->stream)) {
        pt_check_fault(c, PT_E_FIELD, here, "stream", "is no stream's name");
    }
    if (!ref->has_seq || ref->seq == 0) {
        pt_check_fault(c, PT_E_FIELD, here, "seq", "must be 1 or more");
    }
    if (!ref->has_hash || ref->hash.len != 32) {
        pt_check_fault(c, PT_E_FIELD, here, "hash", "must be the record hash, 32 bytes");
    }
}

/* A subject with kind and key; NONE has no key. */
static void check_subject(struct checking *c, const struct path *here,
                          const Pentad__V1__Subject *s) {
    const struct at_field key = {here, &pentad__v1__subject__descriptor.fields[1], NULL,
                                 PATH_NO_INDEX};

    if (!s->has_kind || pt_subject_kind_name(s->kind) == NULL) {
        pt_check_fault(c, PT_E_FIELD, here, "kind", "is no kind of subject");
        return;
    }
    if (s->kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_NONE) {
        if (s->key != NULL) {
            pt_check_fault(c, PT_E_FIELD, here, "key",
                           "must be left out where there is no subject");
        }
        return;
    }
    if (s->key == NULL) {
        pt_check_missing(c, here, "key", "");
        return;
    }
    if (c->codes != NULL) {
        code_fault(c, &key, pt_codes_check_subject(c->codes, s->kind, c->year, s->key), s->key);
    }
}

static void check_string(struct checking *c, const struct at_field *af, const char *s) {
    enum pt_party party;

    switch (af->want->kind) {
    case CK_TEXT:
        check_text(c, af, s);
        break;
    case CK_DECIMAL:
        if (!pt_check_decimal(s)) {
            AT_FAULT(c, af, PT_E_FIELD, "is not a decimal number (such as 12.5): \"%.40s\"", s);
        }
        break;
    case CK_CODE:
        if (c->codes != NULL) {
            code_fault(c, af, pt_codes_check(c->codes, af->want->code, c->year, s), s);
        }
        break;
    case CK_KEY:
        if (c->codes != NULL) {
            code_fault(c, af, pt_codes_check_key(c->codes, c->year, s), s);
        }
        break;
    case CK_PARTY:
        party = pt_party_from_name(s);
        if (party == PT_PARTY_NONE || party == PT_PARTY_PUBLIC) {
            AT_FAULT(c, af, PT_E_FIELD, "is no party's name");
        }
        break;
    case CK_STREAM:
        if (!pt_name_valid(s)) {
            AT_FAULT(c, af, PT_E_FIELD, "is no stream's name");
        }
        break;
    default:
        PT_ASSERT(af->want->kind == CK_ANY);
        break;
    }
}

static void check_range(struct checking *c, const struct at_field *af, int64_t v) {
    if (v < af->want->min || v > af->want->max) {
        AT_FAULT(c, af, PT_E_FIELD, "is %" PRId64 ", must be %" PRId64 " to %" PRId64, v,
                 af->want->min, af->want->max);
    }
}

static void check_number(struct checking *c, const struct at_field *af, int64_t v) {
    switch (af->want->kind) {
    case CK_DATE:
        if (v < INT32_MIN || v > INT32_MAX || !pt_date_valid((int32_t)v)) {
            AT_FAULT(c, af, PT_E_FIELD, "is no date: %" PRId64, v);
        }
        break;
    case CK_MONTH:
        if (v < 190001 || v > 219912 || v % 100 < 1 || v % 100 > 12) {
            AT_FAULT(c, af, PT_E_FIELD, "is no month: %" PRId64, v);
        }
        break;
    case CK_YEAR:
        if (v < PT_YEAR_MIN || v > PT_YEAR_MAX) {
            AT_FAULT(c, af, PT_E_FIELD, "is no year: %" PRId64, v);
        }
        break;
    case CK_FEN:
        if (v < 0) {
            AT_FAULT(c, af, PT_E_NEGATIVE, "is %" PRId64 ", amounts are never negative", v);
        } else if (v > PT_FEN_MAX) {
            AT_FAULT(c, af, PT_E_FIELD, "is %" PRId64 " fen, no amount is beyond %" PRId64, v,
                     PT_FEN_MAX);
        }
        break;
    case CK_MS:
        if (v <= 0) {
            AT_FAULT(c, af, PT_E_FIELD, "is no time: %" PRId64, v);
        }
        break;
    case CK_INT:
        check_range(c, af, v);
        break;
    case CK_ENUM:
        if (v == 0 || protobuf_c_enum_descriptor_get_value(af->f->descriptor, (int)v) == NULL) {
            AT_FAULT(c, af, PT_E_FIELD, "has no known value: %" PRId64, v);
        }
        break;
    default:
        PT_ASSERT(af->want->kind == CK_SIGNED || af->want->kind == CK_ANY);
        break;
    }
}

static void check_message(struct checking *c, const struct at_field *af,
                          const ProtobufCMessage *msg) {
    const struct path here = {af->up, af->f->name, af->index};

    switch (af->want->kind) {
    case CK_REF:
        check_ref(c, &here, msg);
        break;
    case CK_SUBJECT:
        check_subject(c, &here, (const Pentad__V1__Subject *)msg);
        break;
    case CK_MSG:
        pt_check_msg(c, af->want->sub, &here, msg);
        break;
    default:
        PT_ASSERT(af->want->kind == CK_ANY);
        break;
    }
}

static void check_value(struct checking *c, const struct at_field *af, const void *p) {
    const ProtobufCBinaryData *bytes;

    switch (af->f->type) {
    case PROTOBUF_C_TYPE_STRING:
        check_string(c, af, *(char *const *)p);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        bytes = p;
        if (af->want->min == af->want->max && (int64_t)bytes->len != af->want->min) {
            AT_FAULT(c, af, PT_E_FIELD, "has %zu bytes, must have %" PRId64, bytes->len,
                     af->want->min);
        } else if ((int64_t)bytes->len < af->want->min || (int64_t)bytes->len > af->want->max) {
            AT_FAULT(c, af, PT_E_FIELD, "has %zu bytes, must have %" PRId64 " to %" PRId64,
                     bytes->len, af->want->min, af->want->max);
        }
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        check_message(c, af, *(const ProtobufCMessage *const *)p);
        break;
    case PROTOBUF_C_TYPE_INT64:
        check_number(c, af, *(const int64_t *)p);
        break;
    case PROTOBUF_C_TYPE_UINT64:
        check_number(
            c, af, *(const uint64_t *)p > INT64_MAX ? INT64_MAX : (int64_t) * (const uint64_t *)p);
        break;
    case PROTOBUF_C_TYPE_UINT32:
        check_number(c, af, *(const uint32_t *)p);
        break;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_ENUM:
        check_number(c, af, *(const int32_t *)p);
        break;
    default:
        PT_ASSERT(af->f->type == PROTOBUF_C_TYPE_BOOL);
        break;
    }
}

static void check_repeated(struct checking *c, struct at_field *af, const uint8_t *base) {
    const uint8_t *v = NULL;
    size_t n = pt_field_elements(af->f, base, &v);
    size_t max = af->want->items > 0 ? af->want->items : (size_t)CHECK_ITEMS;
    size_t step = pt_field_step(af->f->type);

    if (n == 0 && (af->want->flags & CHECK_REQUIRED) && !c->withdrawn) {
        pt_check_missing(c, af->up, af->f->name, "at least once");
    }
    if (n > max) {
        pt_check_fault(c, PT_E_TOO_LARGE, af->up, af->f->name,
                       "stands %zu times, at most %zu are allowed", n, max);
        return;
    }
    for (af->index = 0; af->index < n; af->index++) {
        check_value(c, af, v + af->index * step);
    }
}

void pt_check_msg(struct checking *c, const struct msg_checks *r, const struct path *at,
                  const ProtobufCMessage *msg) {
    const uint8_t *base = (const uint8_t *)msg;

    PT_ASSERT(msg->descriptor == r->d);
    for (size_t i = 0; i < r->n; i++) {
        struct at_field af = {at, &r->d->fields[i], &r->v[i], PATH_NO_INDEX};

        PT_ASSERT(af.f->id == af.want->id);
        if (af.f->label == PROTOBUF_C_LABEL_REPEATED) {
            check_repeated(c, &af, base);
        } else if (pt_field_is_set(af.f, base)) {
            check_value(c, &af, base + af.f->offset);
        } else if ((af.want->flags & CHECK_REQUIRED) && !c->withdrawn) {
            pt_check_missing(c, at, af.f->name, "");
        }
    }
    if (r->cross != NULL && !c->withdrawn) {
        r->cross(c, at, msg);
    }
}

static void check_author(struct checking *c) {
    if (!pt_party_in(c->info->authors, c->author)) {
        pt_check_fault(c, PT_E_TYPE, NULL, "body", "is a %s (%s), which %s may not author",
                       c->info->code, c->info->name_en, pt_party_name(c->author));
    }
}

/* 0 where the record names neither a fiscal year nor a date that holds. */
static int32_t code_year(const Pentad__V1__Record *rec) {
    if (rec->has_fiscal_year) {
        return rec->fiscal_year;
    }
    return rec->has_effective && pt_date_valid(rec->effective) ? pt_date_year(rec->effective) : 0;
}

static int validate(const Pentad__V1__Record *rec, const struct pt_codes *codes,
                    enum pt_party author, int64_t received_at_ms, bool content,
                    struct pt_faults *out) {
    struct checking c = {.codes = codes,
                         .out = out,
                         .rec = rec,
                         .info = pt_record_info_of(rec),
                         .author = author,
                         .received_at_ms = received_at_ms,
                         .content = content,
                         .year = code_year(rec)};
    size_t before = out->count;
    const struct path top = {NULL, "body", PATH_NO_INDEX};
    const ProtobufCMessage *body = pt_record_body(rec);

    if (c.info == NULL || body == NULL) {
        pt_check_missing(&c, NULL, "body", "");
    } else {
        const struct path here = {&top, c.info->member, PATH_NO_INDEX};

        check_author(&c);
        pt_check_msg(&c, &checks_record, NULL, &rec->base);
        c.withdrawn =
            rec->has_correction && rec->correction == PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW;
        pt_check_msg(&c, pt_record_checks_of(c.info->type), &here, body);
    }
    if (out->count > before) {
        return out->v[before].code;
    }
    return out->more ? PT_E_TOO_LARGE : 0;
}

bool pt_record_has_head(const Pentad__V1__Record *rec, enum pt_party author) {
    const struct pt_record_info *info = pt_record_info_of(rec);

    return info != NULL && pt_party_in(info->authors, author) && rec->has_nonce &&
           rec->nonce.len == PT_SEALED_NONCE &&
           (rec->has_fiscal_year
                ? rec->fiscal_year >= PT_YEAR_MIN && rec->fiscal_year <= PT_YEAR_MAX
                : !(info->flags & PT_RT_YEAR));
}

int pt_record_validate(const Pentad__V1__Record *rec, const struct pt_codes *codes,
                       enum pt_party author, int64_t received_at_ms, struct pt_faults *out) {
    return validate(rec, codes, author, received_at_ms, false, out);
}

int pt_record_validate_unsealed(const Pentad__V1__Record *rec, const struct pt_codes *codes,
                                enum pt_party author, int64_t received_at_ms,
                                struct pt_faults *out) {
    return validate(rec, codes, author, received_at_ms, true, out);
}

int pt_record_validate_draft(const Pentad__V1__Record *rec, const struct pt_codes *codes,
                             enum pt_party author, uint64_t seq, int64_t now_ms,
                             struct pt_faults *out, struct pt_err *err) {
    static uint8_t nonce[PT_SEALED_NONCE];
    Pentad__V1__Record copy = *rec;
    bool content = pt_sealed_opens(rec) || pt_sealed_due(rec);
    copy.has_seq = copy.has_nonce = 1;
    copy.seq = seq;
    copy.nonce = (ProtobufCBinaryData){.len = sizeof nonce, .data = nonce};
    if (!copy.has_issued_at_ms) {
        copy.has_issued_at_ms = 1;
        copy.issued_at_ms = now_ms;
    }
    int rc = validate(&copy, codes, author, now_ms, content, out);
    return rc == 0
               ? 0
               : pt_err_set(err, rc, "%s", out->count ? out->v[0].message : pt_err_text(rc, false));
}
