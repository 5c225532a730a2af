/* What a party publishes about itself: the GenesisParty message as JSON. */
#include <pentad/certs/genesis.h>

#include <string.h>

#include <pentad/base/arena.h>
#include <pentad/record/json.h>

enum { ARENA_MAX = 4 * 1024 * 1024 };

int pt_descriptor_format(const Pentad__V1__GenesisParty *p, struct pt_buf *ret_json,
                         struct pt_err *err) {
    int rc = pt_json_encode(&p->base, true, ret_json, err);

    return rc == 0 ? pt_buf_putc(ret_json, '\n') : rc;
}

int pt_descriptor_parse(struct pt_span json, Pentad__V1__GenesisParty **ret, struct pt_err *err) {
    ProtobufCMessage *m = NULL;
    struct pt_arena arena;
    struct pt_buf bytes;
    int rc;

    *ret = NULL;
    pt_arena_init(&arena, ARENA_MAX);
    pt_buf_init(&bytes, PT_GENESIS_MAX);
    rc = pt_json_decode(&pentad__v1__genesis_party__descriptor, json, &arena, &m, err);
    if (rc == 0) {
        rc = pt_strict_pack(&bytes, m); /* out of the arena, into an own message */
        if (rc != 0) {
            pt_err_set(err, rc, "the party's description is too large");
        }
    }
    if (rc == 0) {
        rc = pt_strict_unpack(&pentad__v1__genesis_party__descriptor, pt_buf_span(&bytes), &m, err);
        *ret = rc == 0 ? (Pentad__V1__GenesisParty *)m : NULL;
    }
    pt_buf_done(&bytes);
    pt_arena_done(&arena);
    return rc;
}
