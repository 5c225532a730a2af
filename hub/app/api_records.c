/* Streams, records and the traces of records and figures: a worker each, visibility as the
 * catalogue has it. Their evidence: api_evidence.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <pentad/ledger/figures.h>
#include <pentad/ledger/query.h>
#include <pentad/record/ref.h>
#include <pentad/v1/feed.pb-c.h>
#include <pentad/v1/record.pb-c.h>

#include "access.h"
#include "erase.h"
#include "opening.h"
#include "params.h"
#include "public.h"
#include "redact.h"
#include "reply.h"
#include "routes.h"

#define STREAM_HEAD_MAX 512

/* A head and what it points to; the strings and hashes stay the stream's own. */
struct head {
    Pentad__V1__StreamHead msg;
    Pentad__V1__RecordRef incident;
};

static void frozen_by(const struct pt_exchange_stream *st, struct head *h) {
    pentad__v1__record_ref__init(&h->incident);
    h->incident.party = (char *)(uintptr_t)st->incident_party;
    h->incident.stream = (char *)(uintptr_t)st->incident_stream;
    h->incident.has_seq = h->incident.has_hash = 1;
    h->incident.seq = st->incident_seq;
    h->incident.hash.data = (uint8_t *)(uintptr_t)st->incident.b;
    h->incident.hash.len = sizeof(st->incident.b);
    h->msg.incident = &h->incident;
}

static void head_of(const struct pt_exchange_stream *st, struct head *h) {
    Pentad__V1__StreamHead *head = &h->msg;

    pentad__v1__stream_head__init(head);
    if (st->frozen) {
        frozen_by(st, h);
    }
    head->party = (char *)(uintptr_t)st->party;
    head->stream = (char *)(uintptr_t)st->stream;
    head->has_next_seq = 1;
    head->next_seq = st->next_seq;
    head->has_last_statement = 1;
    head->last_statement.data = (uint8_t *)(uintptr_t)st->last_statement.b;
    head->last_statement.len = sizeof(st->last_statement.b);
    head->has_log_index = st->last_index > 0;
    head->log_index = st->last_index;
    head->has_frozen = 1;
    head->frozen = st->frozen;
    head->has_closed = 1;
    head->closed = st->closed;
    head->has_last_closed_day = st->last_closed_day > 0;
    head->last_closed_day = st->last_closed_day;
}

/* Takes the buffer's content. */
static void reply_packed(struct pt_call *c, const ProtobufCMessageDescriptor *d,
                         struct pt_buf *body) {
    if (body->failed == 0 && pt_reply_wants_json(c->req, true)) {
        pt_reply_message(c->req, d, pt_buf_span(body));
        pt_buf_done(body);
    } else {
        pt_reply_bytes(c->req, "application/x-protobuf", body);
    }
}

void pt_api_stream(struct pt_call *c) {
    struct head head;
    const struct pt_exchange_stream *st;
    struct pt_hub *h = c->hub;
    struct pt_buf body;
    bool found;

    pt_buf_init(&body, STREAM_HEAD_MAX);
    (void)pthread_mutex_lock(&h->x_lock);
    st = pt_exchange_stream(h->x, c->param[0], c->param[1]);
    found = st != NULL;
    if (found) {
        head_of(st, &head);
        (void)pt_strict_pack(&body, &head.msg.base);
    }
    (void)pthread_mutex_unlock(&h->x_lock);
    if (found) {
        reply_packed(c, &pentad__v1__stream_head__descriptor, &body);
        return;
    }
    pt_buf_done(&body);
    pt_reply_problem_from_any_thread(c->req, PT_E_NOT_FOUND, "no such stream");
}

void pt_api_streams(struct pt_call *c) {
    Pentad__V1__StreamHeads all = PENTAD__V1__STREAM_HEADS__INIT;
    struct head *heads;
    struct pt_hub *h = c->hub;
    struct pt_buf body;
    size_t n;

    (void)pthread_mutex_lock(&h->x_lock);
    n = pt_exchange_stream_count(h->x);
    heads = calloc(n + 1, sizeof(*heads));
    all.streams = calloc(n + 1, sizeof(*all.streams));
    pt_buf_init(&body, (n + 1) * STREAM_HEAD_MAX);
    for (size_t i = 0; heads != NULL && all.streams != NULL && i < n; i++) {
        const struct pt_exchange_stream *st = pt_exchange_stream_at(h->x, i);

        if (st->enrolled) { /* not one that only ever sent what was refused */
            head_of(st, &heads[i]);
            all.streams[all.n_streams++] = &heads[i].msg;
        }
    }
    all.has_log_size = 1;
    all.log_size = pt_exchange_size(h->x);
    if (heads == NULL || all.streams == NULL) {
        body.failed = PT_E_NOMEM;
    } else {
        (void)pt_strict_pack(&body, &all.base);
    }
    (void)pthread_mutex_unlock(&h->x_lock);
    free(heads);
    free(all.streams);
    reply_packed(c, &pentad__v1__stream_heads__descriptor, &body);
}

static int fetch_record(struct pt_call *c, const struct pt_ref *ref, struct pt_buf *body,
                        struct pt_err *err) {
    struct pt_feed_disclosed d;
    int rc;

    if (c->view != PT_PARTY_PUBLIC) {
        return pt_feed_record(c->hub->log, c->view, ref->party, ref->stream, ref->seq, body, NULL,
                              err);
    }
    rc = pt_public_begin(c, &d, err);
    if (rc == 0) {
        rc = pt_feed_record_public(c->hub->log, &d, ref->party, ref->stream, ref->seq, body, NULL,
                                   err);
        pt_ledger_read_end(c->ledger);
    }
    return rc;
}

void pt_api_record(struct pt_call *c) {
    struct pt_err err = {0};
    struct pt_buf body;
    struct pt_ref ref;
    int rc = pt_call_ref(c, &ref, &err);

    pt_buf_init(&body, PT_RECORD_BYTES_MAX);
    if (rc == 0) {
        rc = fetch_record(c, &ref, &body, &err);
    }
    if (rc == 0) {
        rc = pt_access_record(c, &ref, pt_buf_span(&body), &err);
    }
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
    } else if (pt_reply_wants_json(c->req, false)) {
        pt_reply_message(c->req, &pentad__v1__record__descriptor, pt_buf_span(&body));
    } else {
        pt_reply_bytes(c->req, "application/x-protobuf", &body);
        return;
    }
    pt_buf_done(&body);
}

/* The reader is told what the record says, if he may read it. */
static int note_told(struct pt_call *c, const struct pt_ref *ref, struct pt_err *err) {
    struct pt_buf body;
    int rc;

    if (c->view == PT_PARTY_PUBLIC) {
        return 0;
    }
    pt_buf_init(&body, PT_RECORD_BYTES_MAX);
    rc = fetch_record(c, ref, &body, err);
    rc = rc == 0 ? pt_access_record(c, ref, pt_buf_span(&body), err) : rc;
    pt_buf_done(&body);
    return rc == PT_E_FORBIDDEN || rc == PT_E_NOT_FOUND || rc == PT_E_ERASED ? 0 : rc;
}

/* What stands in the place of an erased record, in its trace. */
static void put_erased(struct pt_call *c, const struct pt_ref *ref, struct json_t *record) {
    struct pt_exchange_erasure e;
    char id[PT_REF_TEXT_MAX];
    char hash[2 * PT_HASH_LEN + 1];
    char order[2 * PT_HASH_LEN + 1];
    const char *type = json_string_value(json_object_get(record, "type"));

    if (type == NULL || strcmp(type, "withheld") != 0 ||
        pt_erasure_of(c->hub, ref, &e, NULL) != 0) {
        return;
    }
    pt_ref_format(id, e.order_at.party, e.order_at.stream, e.order_at.seq);
    pt_hash_hex(hash, &e.record);
    pt_hash_hex(order, &e.order);
    (void)json_object_set_new(record, "type", json_string("erased"));
    (void)json_object_set_new(record, "standing", json_string("erased"));
    (void)json_object_set_new(record, "hash", json_string(hash));
    (void)json_object_set_new(record, "erased", json_pack("{s:s,s:s}", "order", id, "hash", order));
}

void pt_api_record_trace(struct pt_call *c) {
    struct pt_err err = {0};
    struct json_t *json = NULL;
    struct pt_list_page page;
    struct pt_ref ref;
    int rc = pt_call_ref(c, &ref, &err);

    if (rc == 0) {
        rc = pt_call_page(c, &page, &err);
    }
    if (rc == 0) {
        rc = pt_call_read_begin(c, &err);
    }
    if (rc == 0) {
        rc = pt_ledger_trace_record(c->ledger, ref.party, ref.stream, ref.seq, page, c->view, &json,
                                    &err);
        pt_ledger_read_end(c->ledger);
    }
    if (rc == 0) {
        pt_opening_add(c->hub->log, &ref, json_object_get(json, "record"));
        put_erased(c, &ref, json_object_get(json, "record"));
        rc = note_told(c, &ref, &err);
        if (rc != 0) {
            json_decref(json);
        }
    }
    pt_call_answer(c, rc, json, &err);
}

/* ---- figures ------------------------------------------------------------------------------ */

void pt_api_figure_trace(struct pt_call *c) {
    struct pt_err err = {0};
    struct json_t *json = NULL;
    struct pt_list_page page;
    struct pt_figure_ask a;
    char key[PT_ROUTE_PARAM_MAX];
    int rc = pt_call_read_begin(c, &err);

    if (rc == 0) {
        rc = pt_call_page(c, &page, &err);
        if (rc == 0) {
            rc = pt_call_figure(c, key, &a, &err);
        }
        if (rc == 0) {
            rc = pt_ledger_trace_figure(c->ledger, &a, page, &json, &err);
        }
        pt_ledger_read_end(c->ledger);
    }
    pt_call_answer(c, rc, json, &err);
}
