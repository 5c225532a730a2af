#include "batches.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/proof/batch.h>
#include <pentad/record/decode.h>

enum { NONCE_LEN = 16, BATCH_MAX = 1024 * 1024 };

/* ---- cutting ---- */

int pt_cli_record_write(Pentad__V1__Record *r, uint64_t seq, struct pt_buf *ret,
                        struct pt_err *err) {
    uint8_t nonce[NONCE_LEN];
    int rc = pt_entropy_system.fill(pt_entropy_system.ctx, nonce, sizeof nonce);
    if (rc != 0) {
        return pt_err_set(err, rc, PT_SAY("the system gives no random bytes", "系统不提供随机数"));
    }
    r->has_seq = r->has_nonce = r->has_issued_at_ms = 1;
    r->seq = seq;
    r->nonce = (ProtobufCBinaryData){.len = sizeof nonce, .data = nonce};
    r->issued_at_ms = pt_clock_now_ms(&pt_clock_system);
    rc = pt_msg_encode(&r->base, ret, err);
    r->nonce = (ProtobufCBinaryData){0};
    return rc;
}

int pt_cli_batch_cut(const struct cli_author *a, const struct cli_cut *cut, struct pt_span record,
                     struct cli_batch *ret, struct pt_err *err) {
    struct pt_buf envelope;
    struct pt_hash hash;
    struct pt_batch_cut c = {.hub = *cut->hub,
                             .party = a->keys->config->party,
                             .stream = a->stream,
                             .first_seq = cut->seq,
                             .record_hashes = &hash,
                             .record_count = 1,
                             .previous = cut->previous,
                             .supersedes = cut->supersedes,
                             .seen_size = a->keys->size,
                             .signed_at_ms = pt_clock_now_ms(&pt_clock_system)};
    pt_buf_init(&envelope, 65535);
    pt_buf_init(&ret->bytes, BATCH_MAX);
    pt_leaf_hash(&hash, record.p, record.len);
    pt_follower_root(a->keys->view, &c.seen_root);
    int rc = pt_batch_sign(&c, a->key, &envelope, &ret->statement, err);
    if (rc == 0) {
        (void)pt_batch_envelope_append(&ret->bytes, pt_buf_span(&envelope));
        (void)pt_batch_record_append(&ret->bytes, record);
        ret->record_end = ret->bytes.len;
        rc = pt_batch_held_append(&ret->bytes, pt_follower_checkpoint(a->keys->view));
        rc = rc == 0 ? 0 : pt_err_set(err, rc, PT_SAY("the batch is too large", "批次过大"));
    }
    pt_buf_done(&envelope);
    return rc;
}

/* ---- sending ---- */

static void take_refusal(const Pentad__V1__Refusal *r, struct cli_said *ret) {
    const Pentad__V1__Fault *f = r->n_faults > 0 ? r->faults[0] : NULL;
    (void)snprintf(ret->got, sizeof ret->got, "%s", f && f->code ? f->code : "refused");
    (void)snprintf(ret->text, sizeof ret->text, "%s", f && f->message ? f->message : "");
}

void pt_cli_batch_send(const struct cli_author *a, const struct cli_batch *b,
                       struct cli_said *ret) {
    struct pt_err err = {0};
    struct pt_answer answer = {0};
    struct pt_buf reply;
    memset(ret, 0, sizeof *ret);
    pt_buf_init(&reply, PT_CLIENT_ANSWER_MAX);
    int rc = pt_http_client_post(a->hub->http, "/v1/batches", "application/x-protobuf",
                                 pt_buf_span(&b->bytes), &reply, NULL, &err);
    rc = rc ? rc
            : pt_answer_open(pt_buf_span(&reply), &b->statement, &a->keys->trust, a->keys->history,
                             &answer, &err);
    if (rc != 0) {
        (void)snprintf(ret->got, sizeof ret->got, "%s", pt_err_name(rc));
        (void)snprintf(ret->text, sizeof ret->text, "%s", err.msg);
    } else if (answer.refused) {
        ret->refused = true;
        take_refusal(answer.refusal, ret);
    } else {
        ret->receipted = true;
        ret->log_index = answer.log_index;
        (void)snprintf(ret->got, sizeof ret->got, "receipt");
        (void)snprintf(ret->text, sizeof ret->text, "log entry %" PRIu64, answer.log_index);
    }
    pt_answer_done(&answer);
    pt_buf_done(&reply);
}
