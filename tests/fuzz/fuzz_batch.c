/* What a connector submits, as the hub first sees it: the batch, then the statement inside its
 * envelope, then each record. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pentad/proof/batch.h>
#include <pentad/record/decode.h>
#include <pentad/v1/envelope.pb-c.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The batch taken apart without copying must be what the strict decoding says. */
static void compare_view(struct pt_span in, const Pentad__V1__Batch *batch) {
    struct pt_batch_view v;
    struct pt_span rec;
    size_t pos = 0;

    if (!batch->has_held_checkpoint && batch->envelope == NULL) {
        return;
    }
    if (pt_batch_open(in, &v, NULL) != 0) {
        PT_ASSERT(batch->envelope == NULL);
        return;
    }
    PT_ASSERT(v.n_records == batch->n_records);
    for (size_t i = 0; i < batch->n_records; i++) {
        PT_ASSERT(pt_batch_record_next(v.records, &pos, &rec) == 1);
        PT_ASSERT(pt_span_eq(rec, pt_span(batch->records[i].data, batch->records[i].len)));
    }
    PT_ASSERT(pt_batch_record_next(v.records, &pos, &rec) == 0);
    PT_ASSERT(v.held.len == batch->held_checkpoint.len || !batch->has_held_checkpoint);
}

/* A section as a log keeps it: whatever it is, erasing a record of it gives one whose records have
 * the same hashes. */
static void erase_some(struct pt_span section) {
    const struct pt_hash order = {{9}};
    struct pt_kept_record r;
    struct pt_buf out;
    struct pt_hash hash, again;
    size_t pos = 0, at = 0;
    bool same;
    int rc = pt_kept_record_next(section, &pos, &r);
    pt_buf_init(&out, section.len + 128);
    if (rc == 1) {
        pt_kept_record_hash(&r, &hash);
        PT_ASSERT(pt_kept_erase(section, 0, &hash, &order, &out, &same) == 0);
        PT_ASSERT(same == r.erased);
        PT_ASSERT(same || (pt_kept_record_next(pt_buf_span(&out), &at, &r) == 1 && r.erased));
        pt_kept_record_hash(&r, &again);
        PT_ASSERT(pt_hash_eq(&hash, &again));
    }
    while (rc == 1) {
        rc = pt_kept_record_next(section, &pos, &r);
    }
    pt_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pt_arena arena;
    struct pt_buf again;
    struct pt_err err = {0};
    ProtobufCMessage *msg = NULL;
    ProtobufCMessage *statement = NULL;
    const Pentad__V1__Batch *batch;

    pt_arena_init(&arena, 64 << 20);
    pt_buf_init(&again, 64 << 20);
    erase_some(pt_span(data, size));
    if (pt_msg_decode_strict(&pentad__v1__batch__descriptor, pt_span(data, size), &arena, &msg,
                             &err) != 0) {
        PT_ASSERT(err.msg[0] != '\0');
        goto out;
    }
    PT_ASSERT(pt_msg_encode(msg, &again, &err) == 0);
    PT_ASSERT(pt_span_eq(pt_buf_span(&again), pt_span(data, size)));
    batch = (const Pentad__V1__Batch *)msg;
    compare_view(pt_span(data, size), batch);
    if (batch->envelope != NULL && batch->envelope->has_payload) {
        (void)pt_msg_decode_strict(
            &pentad__v1__batch_statement__descriptor,
            pt_span(batch->envelope->payload.data, batch->envelope->payload.len), &arena,
            &statement, &err);
    }
    for (size_t i = 0; i < batch->n_records; i++) {
        Pentad__V1__Record *rec = NULL;

        (void)pt_record_decode(pt_span(batch->records[i].data, batch->records[i].len), &arena, &rec,
                               NULL);
    }
out:
    pt_buf_done(&again);
    pt_arena_done(&arena);
    return 0;
}
