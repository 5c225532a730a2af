#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <pentad/base/clock.h>
#include <pentad/base/codec.h>
#include <pentad/v1/evidence.pb-c.h>
#include <pentad/v1/feed.pb-c.h>

#include "support.h"

struct wire_case {
    const char *what;
    const char *hex;
    int rc;
    const char *field;
};

/* Tags of Record: seq 08, nonce 12, subject 1a, fiscal_year 20, effective 28, doc_no 42,
 * originator 3a, tick (231) ba 0e, stream_close (232) c2 0e, workdays (218) d2 0d. */
static const struct wire_case cases[] = {
    {"nothing", "", 0, NULL},
    {"seq 7", "0807", 0, NULL},
    {"seq 2^64-1", "08ffffffffffffffffff01", 0, NULL},
    {"seq beyond 64 bits", "08ffffffffffffffffff02", PT_E_NOT_STRICT, "seq"},
    {"seq in 11 bytes", "08ffffffffffffffffffff01", PT_E_NOT_STRICT, "seq"},
    {"seq twice", "08070807", PT_E_NOT_STRICT, ""},
    {"overlong seq", "088700", PT_E_NOT_STRICT, "seq"},
    {"overlong zero", "088000", PT_E_NOT_STRICT, "seq"},
    {"overlong tag", "880007", PT_E_NOT_STRICT, ""},
    {"no value", "08", PT_E_TRUNCATED, "seq"},
    {"half a value", "0880", PT_E_TRUNCATED, "seq"},
    {"half a tag", "ba", PT_E_TRUNCATED, ""},
    {"out of order", "20cf0f0807", PT_E_NOT_STRICT, ""},
    {"unknown field 15", "7801", PT_E_NOT_STRICT, ""},
    {"reserved field 250", "d20f00", PT_E_NOT_STRICT, ""},
    {"field 0", "0001", PT_E_NOT_STRICT, ""},
    {"wrong wire type", "0a0107", PT_E_NOT_STRICT, "seq"},
    {"fixed64 in place of a varint", "090000000000000000", PT_E_NOT_STRICT, "seq"},
    {"a group", "0b0c", PT_E_NOT_STRICT, "seq"},
    {"year 2019", "20e30f", 0, NULL},
    {"year -1, sign-extended", "20ffffffffffffffffff01", 0, NULL},
    {"year -1 in 32 bits", "20ffffffff0f", PT_E_NOT_STRICT, "fiscal_year"},
    {"year 2^31", "208080808008", PT_E_NOT_STRICT, "fiscal_year"},
    {"year beyond 32 bits", "208080808010", PT_E_NOT_STRICT, "fiscal_year"},
    {"text", "42036f6f6f", 0, NULL},
    {"empty text", "4200", 0, NULL},
    {"NUL in text", "4203610062", PT_E_NOT_STRICT, "doc_no"},
    {"bad UTF-8", "4202c080", PT_E_NOT_STRICT, "doc_no"},
    {"text cut short", "42056162", PT_E_TRUNCATED, "doc_no"},
    {"overlong length", "42830061626300", PT_E_NOT_STRICT, "doc_no"},
    {"subject", "1a050802120161", 0, NULL},
    {"subject with unknown field", "1a021801", PT_E_NOT_STRICT, "subject"},
    {"subject out of order", "1a051201610802", PT_E_NOT_STRICT, "subject"},
    {"subject twice", "1a0208021a020802", PT_E_NOT_STRICT, ""},
    {"NUL deep inside", "1a03120100", PT_E_NOT_STRICT, "subject.key"},
    {"inner longer than outer", "1a03120561", PT_E_TRUNCATED, "subject.key"},
    {"tick", "ba0e021001", 0, NULL},
    {"empty tick", "ba0e00", 0, NULL},
    {"is_workday 2", "ba0e021002", PT_E_NOT_STRICT, "body.tick.is_workday"},
    {"two bodies", "ba0e00c20e00", PT_E_NOT_STRICT, ""},
    {"one body twice", "ba0e00ba0e00", PT_E_NOT_STRICT, ""},
    {"packed days", "d20d0412020102", 0, NULL},
    {"empty packed list", "d20d021200", PT_E_NOT_STRICT, "body.workdays.holidays"},
    {"unpacked days", "d20d0410011002", PT_E_NOT_STRICT, "body.workdays.holidays"},
    {"packed list twice", "d20d06120101120102", PT_E_NOT_STRICT, "body.workdays"},
    {"overlong inside a packed list", "d20d0412028100", PT_E_NOT_STRICT, "body.workdays.holidays"},
    {"attachments", "6a000a", PT_E_NOT_STRICT, ""},
    {"second attachment bad", "6a006a021802", 0, NULL},
    {"second attachment's name bad", "6a006a030a01ff", PT_E_NOT_STRICT, "attachments[1].name"},
};

static size_t unhex(const char *hex, uint8_t *out, size_t cap) {
    size_t n = strlen(hex) / 2;

    cr_assert(n <= cap);
    cr_assert_eq(pt_unhex(hex, 2 * n, out, n), 0);
    return n;
}

/* What the rule says in words: unpack, re-pack, same bytes; and no NUL or bad UTF-8 (which
 * protobuf-c lets through where re-packing doesn't show it). */
static bool repacks(const ProtobufCMessageDescriptor *d, const uint8_t *p, size_t n,
                    struct pt_arena *arena) {
    ProtobufCAllocator a = pt_arena_allocator(arena);
    ProtobufCMessage *msg = protobuf_c_message_unpack(d, &a, n, p);
    uint8_t *again;
    bool same;

    if (msg == NULL || protobuf_c_message_get_packed_size(msg) != n) {
        return false;
    }
    again = pt_arena_alloc(arena, n + 1);
    cr_assert_not_null(again);
    (void)protobuf_c_message_pack(msg, again);
    same = n == 0 || memcmp(again, p, n) == 0;
    return same;
}

Test(wire, each_departure_is_refused_and_named) {
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t in[64];
        size_t n = unhex(cases[i].hex, in, sizeof(in));
        struct pt_arena arena;
        struct pt_fault fault = {0};
        Pentad__V1__Record *rec = NULL;
        int rc;

        pt_arena_init(&arena, 1 << 20);
        rc = pt_record_decode(pt_span(in, n), &arena, &rec, &fault);
        cr_expect_eq(rc, cases[i].rc, "%s: %s", cases[i].what, pt_err_name(rc));
        cr_expect_eq(rc == 0, rec != NULL);
        if (rc != 0 && cases[i].field != NULL) {
            cr_expect_str_eq(fault.field, cases[i].field, "%s: at %s", cases[i].what, fault.field);
            cr_expect_gt(strlen(fault.message), 10);
        }
        if (rc == 0) {
            cr_expect(repacks(&pentad__v1__record__descriptor, in, n, &arena), "%s", cases[i].what);
        }
        pt_arena_done(&arena);
    }
}

Test(wire, records_above_4_MiB_are_refused) {
    struct pt_arena arena;
    struct pt_fault fault = {0};
    Pentad__V1__Record *rec = NULL;
    uint8_t *p = calloc(1, PT_RECORD_MAX + 1);

    cr_assert_not_null(p);
    pt_arena_init(&arena, 64 << 20);
    cr_assert_eq(pt_record_decode(pt_span(p, PT_RECORD_MAX + 1), &arena, &rec, &fault),
                 PT_E_TOO_LARGE);
    free(p);
    pt_arena_done(&arena);
}

Test(wire, an_arena_too_small_is_an_error) {
    struct pt_arena arena;
    struct pt_fault fault = {0};
    Pentad__V1__Record *rec = NULL;
    static const uint8_t in[] = {0x08, 0x07};

    pt_arena_init(&arena, 64);
    cr_assert_eq(pt_record_decode(pt_span(in, sizeof(in)), &arena, &rec, &fault), PT_E_NOMEM);
    cr_assert_null(rec);
    pt_arena_done(&arena);
}

/* Does a message hold what the rule bars but re-packing doesn't show: unknown fields, bad UTF-8?
 * (Bytes after a NUL are cut by protobuf-c, which re-packing shows.) */
static bool bad_inside(const ProtobufCMessage *msg) {
    if (msg->n_unknown_fields > 0) {
        return true;
    }
    for (unsigned i = 0; i < msg->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &msg->descriptor->fields[i];
        const uint8_t *at = (const uint8_t *)msg + f->offset;
        size_t n = 1;
        const void *const *v = (const void *const *)(const void *)at;

        if (f->type != PROTOBUF_C_TYPE_STRING && f->type != PROTOBUF_C_TYPE_MESSAGE) {
            continue;
        }
        if (f->label == PROTOBUF_C_LABEL_REPEATED) {
            n = *(const size_t *)(const void *)((const uint8_t *)msg + f->quantifier_offset);
            v = *(const void *const *const *)(const void *)at;
        } else if ((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
                   *(const uint32_t *)(const void *)((const uint8_t *)msg + f->quantifier_offset) !=
                       f->id) {
            continue;
        }
        for (size_t j = 0; j < n; j++) {
            if (v[j] == NULL) {
                continue;
            }
            if (f->type == PROTOBUF_C_TYPE_MESSAGE
                    ? bad_inside(v[j])
                    : !pt_utf8_valid(v[j], strlen((const char *)v[j]))) {
                return true;
            }
        }
    }
    return false;
}

/* Random damage to good records: the one-pass check must say exactly what unpacking and re-packing
 * says. */
Test(wire, agrees_with_unpacking_and_repacking) {
    struct pt_rng rng;
    const char *given = getenv("PT_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 20190718;
    size_t refused = 0;
    size_t rounds = 0;

    pt_rng_seed(&rng, seed);
    for (size_t i = 0; i < n_good_records; i++) {
        json_t *json = good_json(&good_records[i]);
        struct pt_arena arena;
        struct pt_buf wire;

        pt_arena_init(&arena, 16 << 20);
        pt_buf_init(&wire, 1 << 20);
        cr_assert_eq(pt_msg_encode(&record_of(json, &arena)->base, &wire, NULL), 0);
        for (int round = 0; round < 2000; round++, rounds++) {
            uint8_t bytes[4096];
            size_t n = wire.len;
            struct pt_err err = {0};
            ProtobufCMessage *msg;
            ProtobufCAllocator a = pt_arena_allocator(&arena);
            bool strict;
            bool want;

            pt_arena_reset(&arena);
            cr_assert(n + 8 < sizeof(bytes));
            memcpy(bytes, wire.p, n);
            for (uint64_t k = pt_rng_below(&rng, 3) + 1; k > 0 && n > 1; k--) {
                size_t at = (size_t)pt_rng_below(&rng, n);

                switch (pt_rng_below(&rng, 4)) {
                case 0:
                    bytes[at] = (uint8_t)pt_rng_next(&rng);
                    break;
                case 1:
                    bytes[at] ^= (uint8_t)(1U << pt_rng_below(&rng, 8));
                    break;
                case 2:
                    memmove(bytes + at, bytes + at + 1, n - at - 1);
                    n--;
                    break;
                default:
                    memmove(bytes + at + 1, bytes + at, n - at);
                    bytes[at] = (uint8_t)(pt_rng_next(&rng) & 0x8FU);
                    n++;
                    break;
                }
            }
            strict =
                pt_msg_check_strict(&pentad__v1__record__descriptor, pt_span(bytes, n), &err) == 0;
            want = repacks(&pentad__v1__record__descriptor, bytes, n, &arena);
            msg = protobuf_c_message_unpack(&pentad__v1__record__descriptor, &a, n, bytes);
            if (want && msg != NULL && bad_inside(msg)) {
                want = false;
            }
            refused += strict ? 0 : 1;
            cr_assert_eq(strict, want, "seed %llu, record %zu, round %d: %s",
                         (unsigned long long)seed, i, round, err.msg);
        }
        json_decref(json);
        pt_buf_done(&wire);
        pt_arena_done(&arena);
    }
    cr_assert_gt(refused, rounds / 2);
    cr_assert_lt(refused, rounds);
}

/* The check knows varints and lengths only: no message of ours may use another type, a default or
 * a required field. */
static void only_known_types(const ProtobufCMessageDescriptor *d, int depth) {
    cr_assert_lt(depth, 10, "%s nests too deep", d->name);
    for (unsigned i = 0; i < d->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &d->fields[i];

        switch (f->type) {
        case PROTOBUF_C_TYPE_INT32:
        case PROTOBUF_C_TYPE_INT64:
        case PROTOBUF_C_TYPE_UINT32:
        case PROTOBUF_C_TYPE_UINT64:
        case PROTOBUF_C_TYPE_BOOL:
        case PROTOBUF_C_TYPE_ENUM:
        case PROTOBUF_C_TYPE_STRING:
        case PROTOBUF_C_TYPE_BYTES:
            break;
        case PROTOBUF_C_TYPE_MESSAGE:
            only_known_types(f->descriptor, depth + 1);
            break;
        default:
            cr_assert_fail("%s.%s is of a type that strict encoding doesn't cover", d->name,
                           f->name);
        }
        cr_assert_null(f->default_value, "%s.%s", d->name, f->name);
        cr_assert_neq((int)f->label, (int)PROTOBUF_C_LABEL_REQUIRED, "%s.%s", d->name, f->name);
    }
}

Test(wire, no_message_uses_what_the_check_does_not_know) {
    static const ProtobufCMessageDescriptor *const all[] = {
        &pentad__v1__record__descriptor,          &pentad__v1__batch__descriptor,
        &pentad__v1__batch_statement__descriptor, &pentad__v1__log_entry__descriptor,
        &pentad__v1__receipt__descriptor,         &pentad__v1__refusal__descriptor,
        &pentad__v1__submit_reply__descriptor,    &pentad__v1__genesis__descriptor,
        &pentad__v1__feed_page__descriptor,       &pentad__v1__stream_head__descriptor,
        &pentad__v1__evidence_bundle__descriptor};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        only_known_types(all[i], 0);
    }
}

/* A page of the feed or a bundle, as a hub that means harm would make it: sixteen megabytes of
 * nothing, which would take gigabytes. */
Test(wire, a_flood_of_nothing_is_not_unpacked) {
    static const struct {
        const ProtobufCMessageDescriptor *d;
        const char *field;
        int rc;
        size_t n;
    } cases[] = {
        {&pentad__v1__feed_page__descriptor, "\x0a\x00", PT_E_TOO_LARGE, 2000000}, /* entries */
        {&pentad__v1__feed_page__descriptor, "\x0a\x00", 0, 500000},
        {&pentad__v1__receipt__descriptor, "\x22\x00", PT_E_TOO_LARGE, 8000000}, /* proof */
        {&pentad__v1__evidence_bundle__descriptor, "\x42\x00", PT_E_TOO_LARGE, 2000000},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pt_buf b;

        pt_buf_init(&b, 32u << 20);
        for (size_t k = 0; k < cases[i].n; k++) {
            pt_buf_append(&b, cases[i].field, 2);
        }
        cr_assert_eq(b.failed, 0);
        cr_expect_eq(pt_msg_check_strict(cases[i].d, pt_buf_span(&b), NULL), cases[i].rc, "%zu", i);
        pt_buf_done(&b);
    }
}
