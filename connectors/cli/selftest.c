#include "selftest.h"

#include <pentad/base/arena.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/close.h>
#include <pentad/proof/entry.h>
#include <pentad/record/decode.h>
#include <pentad/record/party.h>

enum { BATCH_MAX = 1024 * 1024, SIG_AT = 40 /* in its middle, also of DER */ };

/* What stands before the close counts: nothing, or the close before it. */
static int count_before(const struct cli_author *a, struct pt_span before, struct pt_close *ret,
                        struct pt_err *err) {
    Pentad__V1__Record *rec = NULL;
    struct pt_arena arena;
    struct pt_hash hash;
    int rc = 0;
    pt_close_init(ret, pt_party_from_name(a->keys->config->party));
    if (before.len == 0) {
        return 0;
    }
    pt_arena_init(&arena, 1024 * 1024);
    rc = pt_record_decode(before, &arena, &rec, NULL);
    if (rc == 0) {
        pt_leaf_hash(&hash, before.p, before.len);
        pt_close_add(ret, rec, &hash);
    } else {
        pt_err_set(err, rc, "the self-test's own record can't be read");
    }
    pt_arena_done(&arena);
    return rc;
}

int pt_cli_selftest_close(const struct cli_author *a, const struct cli_closing *c,
                          struct pt_buf *record, struct pt_err *err) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    struct pt_close_message m;
    struct pt_close close;
    int rc = count_before(a, pt_buf_span(record), &close, err);
    if (rc != 0) {
        return rc;
    }
    pt_close_write(&close, c->day, c->final, &m);
    r.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    r.stream_close = &m.close;
    pt_buf_reset(record);
    return pt_cli_record_write(&r, c->seq, record, err);
}

int pt_cli_selftest_spoil_signature(struct cli_batch *b, struct pt_err *err) {
    struct pt_batch_view v;
    struct pt_buf envelope, spoilt;
    ProtobufCMessage *m = NULL;
    pt_buf_init(&envelope, 65535);
    pt_buf_init(&spoilt, BATCH_MAX);
    int rc = pt_batch_open(pt_buf_span(&b->bytes), &v, err);
    rc = rc ? rc : pt_strict_unpack(&pentad__v1__envelope__descriptor, v.envelope, &m, err);
    if (rc == 0) {
        ((Pentad__V1__Envelope *)m)->signatures[0]->sig.data[SIG_AT] ^= 1;
        rc = pt_strict_pack(&envelope, m);
    }
    if (rc == 0) {
        (void)pt_batch_envelope_append(&spoilt, pt_buf_span(&envelope));
        (void)pt_buf_append_span(&spoilt, v.records);
        rc = pt_batch_held_append(&spoilt, v.held);
    }
    if (m) {
        protobuf_c_message_free_unpacked(m, NULL);
    }
    pt_buf_done(&envelope);
    if (rc == 0) {
        pt_buf_done(&b->bytes);
        b->bytes = spoilt;
        return 0;
    }
    pt_buf_done(&spoilt);
    return err->code ? rc : pt_err_set(err, rc, "the batch can't be spoilt");
}

void pt_cli_selftest_spoil_record(struct cli_batch *b) {
    b->bytes.p[b->record_end - 1] ^= 1; /* of the last class' head */
}
