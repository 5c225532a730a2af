#include "submit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <pentad/certs/tls.h>
#include <pentad/record/json.h>
#include <pentad/record/party.h>

#include "held.h"
#include "reply.h"
#include "writer.h"

#define ANSWER_MAX ((size_t)256 * 1024)

static void submit_free(struct pt_submit *s) {
    pt_intake_facts_free(s->facts);
    pt_buf_done(&s->refusal);
    pt_http_request_unref(s->req);
    free(s);
}

/* ---- worker ---------------------------------------------------------------------------- */

static void examine(struct pt_pool_task *t, unsigned worker) {
    struct pt_submit *s = (struct pt_submit *)t;
    struct pt_hub *h = s->hub;
    int64_t t0 = pt_monotonic_us();
    struct pt_intake_snapshot *snapshot;
    struct pt_span held;
    int rc;

    (void)worker;
    if (pt_http_request_cancelled(s->req)) {
        (void)pt_err_set(&s->err, PT_E_STOPPING, "the client left");
        return;
    }
    snapshot = pt_hub_snapshot(h);
    rc = pt_intake_examine(snapshot, s->form, pt_http_request_body(s->req), pt_hub_now_ms(h),
                           &s->facts);
    pt_intake_snapshot_unref(snapshot);
    if (rc != 0) {
        (void)pt_err_set(&s->err, rc, "no memory to examine the batch");
        return;
    }
    held = pt_intake_facts_held(s->facts);
    if (held.len > 0) {
        rc = pt_held_judge(h, held, &s->err);
        if (rc != 0) {
            s->err.code = rc;
        }
    }
    (void)atomic_fetch_add(&h->metrics.examine_us, (uint64_t)(pt_monotonic_us() - t0));
}

static void examined(struct pt_pool_task *t) {
    struct pt_submit *s = (struct pt_submit *)t;

    if (s->err.code != 0) {
        s->answer = PT_ANSWER_PROBLEM;
        pt_submit_answer(s);
    } else {
        pt_writer_push(s->hub->writer, s);
    }
}

/* ---- loop ------------------------------------------------------------------------------ */

/* Batches come as protobuf unless the type says JSON; PT_E_UNSUPPORTED for anything else. */
static int form_of(const struct pt_http_request *req, enum pt_intake_form *ret) {
    const char *type = pt_http_request_header(req, "content-type");

    *ret = PT_INTAKE_PROTOBUF;
    if (type == NULL || pt_reply_type_is(type, "application/x-protobuf") ||
        pt_reply_type_is(type, "application/protobuf") ||
        pt_reply_type_is(type, "application/octet-stream")) {
        return 0;
    }
    if (pt_reply_type_is(type, "application/json")) {
        *ret = PT_INTAKE_JSON;
        return 0;
    }
    return PT_E_UNSUPPORTED;
}

/* What one party sends stays in order; a party's streams share their party's lane only where their
 * certificates are the same. */
static unsigned lane_of(const struct pt_http_peer_id *peer) {
    uint32_t v = 0;

    memcpy(&v, peer->fingerprint, sizeof(v));
    return v % PT_POOL_LANES;
}

void pt_submit_start(struct pt_hub *h, struct pt_http_request *req) {
    const struct pt_http_peer_id *peer = pt_http_request_peer(req);
    struct pt_span body = pt_http_request_body(req);
    struct pt_identity id;
    struct pt_submit *s;
    enum pt_intake_form form;

    if (form_of(req, &form) != 0) {
        pt_reply_problem(req, PT_E_UNSUPPORTED,
                         "content-type must be application/x-protobuf or application/json");
        return;
    }
    if (form == PT_INTAKE_PROTOBUF && body.len > PT_BATCH_BYTES_MAX) {
        pt_metrics_rejected(&h->metrics, PT_E_TOO_LARGE);
        pt_reply_problem(req, PT_E_TOO_LARGE, "a batch has at most 8 MiB; send it as several");
        return;
    }
    s = calloc(1, sizeof(*s));
    if (s == NULL || pt_identity_parse(peer->identity, &id) != 0) {
        pt_reply_problem(req, s == NULL ? PT_E_NOMEM : PT_E_IDENTITY, NULL);
        free(s);
        return;
    }
    s->sender = pt_party_from_name(id.party);
    if (!pt_share_take(&h->batches, s->sender, atomic_load(&h->max_batches))) {
        pt_metrics_rejected(&h->metrics, PT_E_BUSY);
        pt_reply_problem(req, PT_E_BUSY, "too many batches wait; send this one again shortly");
        free(s);
        return;
    }
    s->task.run = examine;
    s->task.done = examined;
    s->task.bytes = body.len;
    s->hub = h;
    s->form = form;
    s->lane = lane_of(peer);
    s->json_answer = pt_reply_wants_json(req, form == PT_INTAKE_JSON);
    s->received_us = pt_monotonic_us();
    (void)snprintf(s->party, sizeof(s->party), "%s", id.party);
    pt_buf_init(&s->refusal, ANSWER_MAX);
    s->req = pt_http_request_ref(req);
    if (pt_pool_submit_batch(h->pool, s->lane, &s->task) != 0) {
        (void)pt_err_set(&s->err, PT_E_STOPPING,
                         "the hub is stopping; send this batch again later");
        pt_submit_answer(s);
    }
}

/* ---- answers --------------------------------------------------------------------------- */

static int refusal_cb(void *ctx, const struct pt_store_refusal *r) {
    return pt_buf_append_span(ctx, r->refusal);
}

static int refusal_again(struct pt_submit *s) {
    struct pt_store_reader *r = NULL;
    int rc = pt_store_read_begin(s->hub->store, &r, &s->err);

    if (rc == 0) {
        rc = pt_store_refusal(r, &s->statement, refusal_cb, &s->refusal, &s->err);
    }
    pt_store_read_end(r);
    return rc;
}

/* SubmitReply {receipt = 1} or {refusal = 2}, around bytes that are packed already. */
static void wrap(struct pt_buf *out, uint8_t field, const struct pt_buf *msg) {
    uint64_t len = msg->len;

    pt_buf_putc(out, (char)(field << 3 | 2));
    while (len >= 0x80) {
        pt_buf_putc(out, (char)(len | 0x80));
        len >>= 7;
    }
    pt_buf_putc(out, (char)len);
    pt_buf_append(out, msg->p, msg->len);
}

static int to_json(struct pt_buf *body, struct pt_err *err) {
    Pentad__V1__SubmitReply *m = pentad__v1__submit_reply__unpack(NULL, body->len, body->p);
    int rc;

    if (m == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for the answer");
    }
    pt_buf_reset(body);
    rc = pt_json_encode(&m->base, false, body, err);
    pentad__v1__submit_reply__free_unpacked(m, NULL);
    return rc;
}

static int write_body(struct pt_submit *s, struct pt_buf *body) {
    struct pt_buf receipt;
    int rc = 0;

    pt_buf_init(&receipt, ANSWER_MAX);
    if (s->answer == PT_ANSWER_RECEIPT || s->answer == PT_ANSWER_RECEIPT_AGAIN) {
        rc = pt_log_receipt(s->hub->log, s->index, s->log_entry, &receipt, &s->err);
        wrap(body, 1, &receipt);
    } else {
        if (s->answer == PT_ANSWER_REFUSAL_AGAIN) {
            rc = refusal_again(s);
        }
        wrap(body, 2, &s->refusal);
    }
    pt_buf_done(&receipt);
    if (rc == 0) {
        rc = body->failed;
    }
    if (rc == 0 && s->json_answer) {
        rc = to_json(body, &s->err);
    }
    return rc;
}

void pt_submit_answer(struct pt_submit *s) {
    struct pt_hub *h = s->hub;
    struct pt_buf body;
    int rc = s->err.code;

    pt_buf_init(&body, 2 * ANSWER_MAX);
    if (s->answer != PT_ANSWER_PROBLEM) {
        rc = write_body(s, &body);
    }
    if (rc == 0) {
        const struct pt_http_header type = {
            "content-type", s->json_answer ? "application/json" : "application/x-protobuf"};

        pt_metrics_latency(&h->metrics, pt_monotonic_us() - s->received_us);
        (void)pt_http_respond_from_any_thread(s->req, 200, &type, 1, &body);
    } else {
        pt_metrics_rejected(&h->metrics, rc);
        pt_reply_problem_from_any_thread(s->req, rc, s->err.msg);
    }
    pt_buf_done(&body);
    pt_share_give(&h->batches, s->sender);
    submit_free(s);
}
