/* Streams, records, their trace and evidence: a worker each, visibility as the catalogue has it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <pentad/ledger/figures.h>
#include <pentad/ledger/query.h>
#include <pentad/record/ref.h>
#include <pentad/v1/feed.pb-c.h>
#include <pentad/v1/record.pb-c.h>

#include "opening.h"
#include "params.h"
#include "public.h"
#include "redact.h"
#include "reply.h"
#include "routes.h"

#define STREAM_HEAD_MAX 512

/* The strings and the hash stay the stream's own. */
static void head_of(const struct pt_exchange_stream *st, Pentad__V1__StreamHead *head) {
    pentad__v1__stream_head__init(head);
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
    Pentad__V1__StreamHead head;
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
        (void)pt_strict_pack(&body, &head.base);
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
    Pentad__V1__StreamHead *heads;
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
            all.streams[all.n_streams++] = &heads[i];
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

/* {party}/{stream}/{seq} of the path. */
static int ref_of(const struct pt_call *c, struct pt_ref *ret, struct pt_err *err) {
    memset(ret, 0, sizeof(*ret));
    if (!pt_name_valid(c->param[0]) || !pt_name_valid(c->param[1]) ||
        pt_param_digits(c->param[2], UINT64_MAX, &ret->seq) != 0 || ret->seq == 0) {
        return pt_err_set(err, PT_E_FORMAT, "a record is named party/stream/number");
    }
    (void)snprintf(ret->party, sizeof(ret->party), "%s", c->param[0]);
    (void)snprintf(ret->stream, sizeof(ret->stream), "%s", c->param[1]);
    return 0;
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
    int rc = ref_of(c, &ref, &err);

    pt_buf_init(&body, PT_RECORD_BYTES_MAX);
    if (rc == 0) {
        rc = fetch_record(c, &ref, &body, &err);
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

/* ?limit= and ?offset= of a trace's lists. */
static int page_of(struct pt_call *c, struct pt_list_page *ret, struct pt_err *err) {
    uint64_t limit = 0;
    uint64_t offset = 0;
    int rc = pt_param_u64(c->req, "limit", PT_LIST_DEFAULT, PT_LIST_MAX, &limit, err);

    if (rc == 0) {
        rc = pt_param_u64(c->req, "offset", 0, INT32_MAX, &offset, err);
    }
    *ret = (struct pt_list_page){limit == 0 ? 1 : (uint32_t)limit, (uint32_t)offset};
    return rc;
}

void pt_api_record_trace(struct pt_call *c) {
    struct pt_err err = {0};
    struct json_t *json = NULL;
    struct pt_list_page page;
    struct pt_ref ref;
    int rc = ref_of(c, &ref, &err);

    if (rc == 0) {
        rc = page_of(c, &page, &err);
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
    }
    pt_call_answer(c, rc, json, &err);
}

/* ---- evidence ----------------------------------------------------------------------------- */

static void reply_evidence(struct pt_call *c, const struct pt_evidence_want *want) {
    struct pt_err err = {0};
    struct pt_buf body;
    size_t withheld = 0;
    char count[24];
    const struct pt_http_header fields[] = {{"content-type", "application/vnd.pentad.evidence"},
                                            {"pentad-withheld", count}};
    int rc;

    pt_buf_init(&body, (size_t)PT_EVIDENCE_ANSWER_MAX);
    rc = pt_feed_evidence(c->hub->store, c->hub->evidence, c->view, want, &body, &withheld, &err);
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
    } else {
        (void)snprintf(count, sizeof(count), "%zu", withheld);
        (void)pt_http_respond_from_any_thread(c->req, 200, fields, 2, &body);
    }
    pt_buf_done(&body);
}

void pt_api_record_evidence(struct pt_call *c) {
    struct pt_err err = {0};
    struct pt_feed_disclosed d;
    struct pt_ref ref;
    struct pt_evidence_want want = {.records = &ref, .n = 1};
    int rc = ref_of(c, &ref, &err);

    if (rc == 0 && c->view == PT_PARTY_PUBLIC) {
        rc = pt_public_begin(c, &d, &err);
        want.disclosed = &d;
    }
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
        return;
    }
    reply_evidence(c, &want);
    if (want.disclosed != NULL) {
        pt_ledger_read_end(c->ledger);
    }
}

/* ---- figures ------------------------------------------------------------------------------ */

/* {subject}/{fiscal_year}/{figure} and the moment; its key stands in `key`. Inside a read
 * transaction. */
static int ask_of(struct pt_call *c, char key[PT_ROUTE_PARAM_MAX], struct pt_figure_ask *a,
                  struct pt_err *err) {
    uint64_t year = 0;
    int rc =
        pt_ledger_subject_parse(c->ledger, c->param[0], &a->kind, key, PT_ROUTE_PARAM_MAX, err);

    if (rc == 0 && (pt_param_digits(c->param[1], 2199, &year) != 0 || year < 1900)) {
        rc = pt_err_set(err, PT_E_RANGE, "%s is no fiscal year", c->param[1]);
    }
    a->key = key;
    a->fiscal_year = (int32_t)year;
    a->figure = c->param[2];
    return rc != 0 ? rc : pt_param_moment(c->req, c->ledger, &a->valid_at, &a->known_at, err);
}

void pt_api_figure_trace(struct pt_call *c) {
    struct pt_err err = {0};
    struct json_t *json = NULL;
    struct pt_list_page page;
    struct pt_figure_ask a;
    char key[PT_ROUTE_PARAM_MAX];
    int rc = pt_call_read_begin(c, &err);

    if (rc == 0) {
        rc = page_of(c, &page, &err);
        if (rc == 0) {
            rc = ask_of(c, key, &a, &err);
        }
        if (rc == 0) {
            rc = pt_ledger_trace_figure(c->ledger, &a, page, &json, &err);
        }
        pt_ledger_read_end(c->ledger);
    }
    pt_call_answer(c, rc, json, &err);
}

struct inputs {
    struct pt_ref *refs;
    size_t n, cap;
};

static int take_input(void *ctx, const char *party, const char *stream, uint64_t seq,
                      uint64_t log_index) {
    struct inputs *in = ctx;

    (void)log_index;
    if (in->n == PT_EVIDENCE_RECORDS_MAX) {
        return PT_E_TOO_LARGE;
    }
    if (in->n == in->cap) {
        size_t cap = in->cap == 0 ? 64 : in->cap * 2;
        struct pt_ref *grown = realloc(in->refs, cap * sizeof(*grown));

        if (grown == NULL) {
            return PT_E_NOMEM;
        }
        in->refs = grown;
        in->cap = cap;
    }
    (void)snprintf(in->refs[in->n].party, sizeof(in->refs->party), "%s", party);
    (void)snprintf(in->refs[in->n].stream, sizeof(in->refs->stream), "%s", stream);
    in->refs[in->n++].seq = seq;
    return 0;
}

static const char *unit_name(enum pt_unit unit) {
    static const char *const names[] = {"fen", "bp", "cp", "rating", "count"};

    return (size_t)unit < sizeof(names) / sizeof(names[0]) ? names[unit] : "";
}

/* The figure as the bundle states it, and the records that it is computed from. */
static int figure_of(struct pt_call *c, const struct pt_figure_ask *a,
                     Pentad__V1__EvidenceFigure *ret, char *subject, size_t cap, struct inputs *in,
                     struct pt_err *err) {
    struct pt_figure f;
    int rc = pt_ledger_figure(c->ledger, a, &f, err);

    if (rc == 0) {
        rc = pt_ledger_inputs(c->ledger, a, take_input, in, err);
    }
    if (rc != 0) {
        return rc == PT_E_TOO_LARGE
                   ? pt_err_set(err, rc,
                                "%s is computed from more records than one bundle takes; ask for a"
                                " smaller subject's",
                                a->figure)
                   : rc;
    }
    (void)snprintf(subject, cap, "%s:%s", pt_subject_kind_name((Pentad__V1__SubjectKind)a->kind),
                   a->key);
    ret->subject = subject;
    ret->has_fiscal_year = 1;
    ret->fiscal_year = a->fiscal_year;
    ret->figure = (char *)(uintptr_t)f.id;
    ret->has_valid_at = 1;
    ret->valid_at = a->valid_at;
    ret->has_known_at = 1;
    ret->known_at = a->known_at == PT_KNOWN_NOW ? pt_ledger_cursor(c->ledger) : a->known_at;
    ret->has_value = !f.na;
    ret->value = f.value;
    ret->unit = (char *)(uintptr_t)unit_name(f.unit);
    ret->formula = (char *)(uintptr_t)f.formula;
    return 0;
}

void pt_api_figure_evidence(struct pt_call *c) {
    Pentad__V1__EvidenceFigure figure = PENTAD__V1__EVIDENCE_FIGURE__INIT;
    char subject[PT_ROUTE_PARAM_MAX + 32];
    struct pt_err err = {0};
    struct inputs in = {0};
    struct pt_figure_ask a;
    char key[PT_ROUTE_PARAM_MAX];
    int rc = pt_call_read_begin(c, &err);

    if (rc == 0) {
        rc = ask_of(c, key, &a, &err);
        if (rc == 0) {
            rc = figure_of(c, &a, &figure, subject, sizeof(subject), &in, &err);
        }
        pt_ledger_read_end(c->ledger);
    }
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
    } else {
        const struct pt_evidence_want want = {.records = in.refs, .n = in.n, .figure = &figure};

        reply_evidence(c, &want);
    }
    free(in.refs);
}
