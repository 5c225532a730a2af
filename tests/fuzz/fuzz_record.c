/* A record's bytes: the one-pass strictness check must say what unpacking and re-packing says,
 * what passes is validated without trouble, and survives JSON both ways. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/record/decode.h>
#include <pentad/record/json.h>
#include <pentad/record/validate.h>
#include <pentad/record/visible.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA = 64 << 20 };

static void check_repacks(const ProtobufCMessage *msg, struct pt_span in) {
    uint8_t *again = malloc(in.len + 1);

    PT_ASSERT(again != NULL);
    PT_ASSERT(protobuf_c_message_get_packed_size(msg) == in.len);
    PT_ASSERT(protobuf_c_message_pack(msg, again) == in.len);
    PT_ASSERT(in.len == 0 || memcmp(again, in.p, in.len) == 0);
    free(again);
}

static void check_json(const ProtobufCMessage *msg, struct pt_span in, struct pt_arena *arena) {
    struct pt_buf text;
    struct pt_buf wire;
    ProtobufCMessage *back = NULL;
    struct pt_err err = {0};

    pt_buf_init(&text, ARENA);
    pt_buf_init(&wire, ARENA);
    PT_ASSERT(pt_json_encode(msg, false, &text, &err) == 0);
    PT_ASSERT(pt_json_decode(msg->descriptor, pt_buf_span(&text), arena, &back, &err) == 0);
    PT_ASSERT(pt_msg_encode(back, &wire, &err) == 0);
    PT_ASSERT(pt_span_eq(pt_buf_span(&wire), in));
    pt_buf_done(&text);
    pt_buf_done(&wire);
}

static void check_validate(const Pentad__V1__Record *rec, struct pt_arena *arena) {
    static struct pt_codes *codes;
    struct pt_faults faults;

    if (codes == NULL) {
        PT_ASSERT(pt_codes_new("cn", &codes, NULL) == 0);
    }
    pt_faults_init(&faults, arena);
    for (int p = PT_PARTY_CONGRESS; p < PT_PARTY_END; p++) {
        int rc = pt_record_validate(rec, codes, (enum pt_party)p, INT64_C(1561946400000), &faults);

        PT_ASSERT((rc == 0) == (faults.count == 0 && !faults.more) || p > PT_PARTY_CONGRESS);
        PT_ASSERT(rc != 0 || pt_visible(rec, (enum pt_party)p, PT_PARTY_HUB) == PT_VISIBLE_FULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pt_span in = pt_span(data, size);
    struct pt_arena arena;
    struct pt_fault fault = {0};
    Pentad__V1__Record *rec = NULL;

    pt_arena_init(&arena, ARENA);
    if (pt_record_decode(in, &arena, &rec, &fault) == 0) {
        check_repacks(&rec->base, in);
        check_json(&rec->base, in, &arena);
        check_validate(rec, &arena);
    } else {
        PT_ASSERT(rec == NULL && fault.code < 0 && fault.field != NULL && fault.message != NULL);
    }
    pt_arena_done(&arena);
    return 0;
}
