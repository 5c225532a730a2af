/* Evidence bundles: of a record, a batch, a discrepancy, a subject in a year, a figure; where keys
 * changed. Worker threads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/feed/evidence.h>
#include <pentad/ledger/complete.h>
#include <pentad/ledger/figures.h>
#include <pentad/ledger/query.h>
#include <pentad/proof/evidence.h>
#include <pentad/record/ref.h>

#include "access.h"
#include "erase.h"
#include "public.h"
#include "reply.h"
#include "routes.h"

/* Records to be put into one bundle. Zero is empty; free(v). */
struct refs {
    struct pt_ref *v;
    size_t n, cap;
};

/* A pt_ledger_input_cb over them: PT_E_TOO_LARGE where they are more than a bundle takes. */
static int add_ref(void *refs, const char *party, const char *stream, uint64_t seq,
                   uint64_t log_index) {
    struct refs *r = refs;

    (void)log_index;
    if (r->n == PT_EVIDENCE_RECORDS_MAX) {
        return PT_E_TOO_LARGE;
    }
    if (r->n == r->cap) {
        size_t cap = r->cap == 0 ? 64 : r->cap * 2;
        struct pt_ref *grown = realloc(r->v, cap * sizeof(*grown));

        if (grown == NULL) {
            return PT_E_NOMEM;
        }
        r->v = grown;
        r->cap = cap;
    }
    (void)snprintf(r->v[r->n].party, sizeof(r->v->party), "%s", party);
    (void)snprintf(r->v[r->n].stream, sizeof(r->v->stream), "%s", stream);
    r->v[r->n++].seq = seq;
    return 0;
}

struct giving {
    const struct pt_call *c;
    struct pt_access_list list;
};

static int take_given(void *ctx, const struct pt_ref *ref, uint64_t log_index, struct pt_span bytes,
                      struct pt_err *err) {
    struct giving *g = ctx;

    (void)log_index;
    return pt_access_list_take(g->c, &g->list, ref, bytes, err);
}

/* Answers with the bundle, where that is too large with the one that is wanted then (NULL: none),
 * or with the problem. Restricted records that it gives away are noted first (access.h): all of
 * them, once it is whole; of one that can't be made, none. */
static void reply_or(struct pt_call *c, const struct pt_evidence_want *want,
                     const struct pt_evidence_want *bare) {
    struct pt_evidence_want noted = *want;
    struct giving giving = {.c = c};
    struct pt_err err = {0};
    struct pt_buf body;
    size_t withheld = 0;
    char count[24];
    const struct pt_http_header fields[] = {{"content-type", "application/vnd.pentad.evidence"},
                                            {"pentad-withheld", count}};
    bool told = want->about == NULL || want->about->has_withheld;
    int rc;

    noted.given = take_given;
    noted.given_ctx = &giving;
    pt_buf_init(&body, (size_t)PT_EVIDENCE_ANSWER_MAX);
    rc = pt_feed_evidence(c->hub->store, c->hub->evidence, c->view, &noted, &body, &withheld, &err);
    if (rc == PT_E_TOO_LARGE && bare != NULL) {
        pt_access_list_done(&giving.list);
        giving.list = (struct pt_access_list){0};
        noted = *bare;
        noted.given = take_given;
        noted.given_ctx = &giving;
        pt_buf_reset(&body);
        rc = pt_feed_evidence(c->hub->store, c->hub->evidence, c->view, &noted, &body, &withheld,
                              &err);
    }
    rc = rc == 0 ? pt_access_records(c, &giving.list, &err) : rc;
    pt_access_list_done(&giving.list);
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
    } else {
        (void)snprintf(count, sizeof(count), "%zu", withheld);
        (void)pt_http_respond_from_any_thread(c->req, 200, fields, told ? 2 : 1, &body);
    }
    pt_buf_done(&body);
}

static void reply(struct pt_call *c, const struct pt_evidence_want *want) {
    reply_or(c, want, NULL);
}

void pt_api_key_history(struct pt_call *c) {
    static const struct pt_http_header field = {"content-type", "application/vnd.pentad.evidence"};
    struct pt_err err = {0};
    struct pt_buf body;
    int rc;

    pt_buf_init(&body, (size_t)PT_EVIDENCE_ANSWER_MAX);
    rc = pt_feed_key_history(c->hub->store, c->hub->evidence, &body, &err);
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
    } else {
        (void)pt_http_respond_from_any_thread(c->req, 200, &field, 1, &body);
    }
    pt_buf_done(&body);
}

static int add_place(struct refs *refs, const struct pt_exchange_place *p) {
    return p->seq != 0 ? add_ref(refs, p->party, p->stream, p->seq, 0) : 0;
}

/* Behind the erased ones: the orders over them and the approvals that brought those into force. */
static int add_orders(struct pt_call *c, struct refs *refs, struct pt_err *err) {
    size_t n = refs->n;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        const struct pt_ref at = refs->v[i];
        struct pt_exchange_erasure e;
        int found = pt_erasure_of(c->hub, &at, &e, err);

        if (found != 0) {
            rc = found == PT_E_NOT_FOUND ? 0 : found;
            continue;
        }
        rc = add_place(refs, &e.order_at);
        for (size_t k = 0; rc == 0 && k < PT_APPROVERS; k++) {
            rc = add_place(refs, &e.approvals[k]);
        }
    }
    return rc;
}

/* The answer, once the records are gathered or couldn't be. */
static void reply_about(struct pt_call *c, int rc, struct refs *refs,
                        const Pentad__V1__EvidenceAbout *about, struct pt_err *err) {
    struct pt_evidence_want want = {.about = about};

    rc = rc == 0 ? add_orders(c, refs, err) : rc;
    want.records = refs->v;
    want.n = refs->n;
    if (rc == PT_E_TOO_LARGE) {
        pt_reply_problem_from_any_thread(c->req, rc,
                                         "that is more records than one file takes: 65536");
    } else if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err->msg);
    } else {
        reply(c, &want);
    }
}

/* ---- a record ---- */

void pt_api_record_evidence(struct pt_call *c) {
    struct pt_err err = {0};
    struct pt_feed_disclosed d;
    struct pt_ref ref;
    struct refs refs = {0};
    struct pt_evidence_want want = {.n = 1};
    int rc = pt_call_ref(c, &ref, &err);

    rc = rc == 0 ? add_ref(&refs, ref.party, ref.stream, ref.seq, 0) : rc;
    if (rc == 0 && c->view == PT_PARTY_PUBLIC) {
        rc = pt_public_begin(c, &d, &err);
        want.disclosed = rc == 0 ? &d : NULL;
    } else if (rc == 0) {
        rc = add_orders(c, &refs, &err);
    }
    want.records = refs.v;
    want.n = refs.n;
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
    } else {
        reply(c, &want);
    }
    if (want.disclosed != NULL) {
        pt_ledger_read_end(c->ledger);
    }
    free(refs.v);
}

/* ---- a batch ---- */

struct batch {
    char name[PT_REF_TEXT_MAX]; /* its first record's */
    struct refs refs;
    int rc;
};

static int take_entry(void *ctx, const struct pt_store_entry *e) {
    struct batch *b = ctx;

    pt_ref_format(b->name, e->party, e->stream, e->first_seq);
    for (uint64_t i = 0; i < e->record_count && b->rc == 0; i++) {
        b->rc = add_ref(&b->refs, e->party, e->stream, e->first_seq + i, e->index);
    }
    return b->rc;
}

static int find_batch(struct pt_call *c, struct batch *b, uint64_t *ret_size, struct pt_err *err) {
    struct pt_store_reader *r = NULL;
    uint64_t index = 0;
    struct pt_ref ref;
    int rc = pt_call_ref(c, &ref, err);

    if (rc == 0) {
        rc = pt_store_read_begin(c->hub->store, &r, err);
    }
    if (rc == 0) {
        rc = pt_store_find_seq(r, ref.party, ref.stream, ref.seq, &index, err);
    }
    if (rc == 0) {
        rc = pt_store_entries(r, index, 1, false, take_entry, b, err);
        *ret_size = index + 1;
    }
    pt_store_read_end(r);
    return rc == PT_E_NOT_FOUND ? pt_err_set(err, rc, "no such record") : rc;
}

void pt_api_batch_evidence(struct pt_call *c) {
    Pentad__V1__EvidenceAbout about = PENTAD__V1__EVIDENCE_ABOUT__INIT;
    struct batch b = {0};
    struct pt_err err = {0};
    uint64_t size = 0;
    int rc = find_batch(c, &b, &size, &err);

    about.kind = (char *)(uintptr_t)PT_EVIDENCE_BATCH;
    about.name = b.name;
    about.has_known_at = 1;
    about.known_at = size;
    about.has_withheld = 1;
    reply_about(c, rc, &b.refs, &about, &err);
    free(b.refs.v);
}

/* ---- a discrepancy ---- */

void pt_api_discrepancy_evidence(struct pt_call *c) {
    Pentad__V1__EvidenceAbout about = PENTAD__V1__EVIDENCE_ABOUT__INIT;
    uint8_t id[PT_DISCREPANCY_ID_LEN] = {0};
    char hex[2 * PT_DISCREPANCY_ID_LEN + 1];
    struct refs refs = {0};
    struct pt_err err = {0};
    int rc = pt_call_read_begin(c, &err);

    if (rc == 0) {
        rc = pt_ledger_discrepancy_records(c->ledger, c->param[0], c->view, id, add_ref, &refs,
                                           &err);
        about.known_at = pt_ledger_cursor(c->ledger);
        pt_ledger_read_end(c->ledger);
    }
    pt_hex(hex, id, sizeof(id));
    about.kind = (char *)(uintptr_t)PT_EVIDENCE_DISCREPANCY;
    about.name = hex;
    about.has_known_at = 1;
    about.has_withheld = 1;
    reply_about(c, rc, &refs, &about, &err);
    free(refs.v);
}

/* ---- a subject's year ---- */

void pt_api_subject_evidence(struct pt_call *c) {
    Pentad__V1__EvidenceAbout about = PENTAD__V1__EVIDENCE_ABOUT__INIT;
    char name[PT_ROUTE_PARAM_MAX + 32] = "";
    char key[PT_ROUTE_PARAM_MAX];
    struct refs refs = {0};
    struct pt_figure_ask ask = {0};
    struct pt_err err = {0};
    int rc = pt_call_read_begin(c, &err);

    if (rc == 0) {
        rc = pt_call_subject_year(c, key, &ask, &err);
        rc = rc != 0 ? rc
                     : pt_ledger_subject_records(c->ledger, &ask, c->view, add_ref, &refs, &err);
        about.known_at = ask.known_at == PT_KNOWN_NOW ? pt_ledger_cursor(c->ledger) : ask.known_at;
        pt_ledger_read_end(c->ledger);
    }
    if (rc == 0) {
        (void)snprintf(name, sizeof(name), "%s:%s",
                       pt_subject_kind_name((Pentad__V1__SubjectKind)ask.kind), key);
    }
    about.kind = (char *)(uintptr_t)PT_EVIDENCE_SUBJECT_YEAR;
    about.name = name;
    about.has_fiscal_year = 1;
    about.fiscal_year = ask.fiscal_year;
    about.has_known_at = 1;
    reply_about(c, rc, &refs, &about, &err);
    free(refs.v);
}

/* ---- a figure ---- */

/* A figure's records: its inputs, then what proves that these are all, then who says so. */
struct inputs {
    struct refs refs;
    size_t inputs; /* of them the figure's own */
    size_t before; /* of them before the snapshot and its attestations */
};

static int take_input(void *ctx, const char *party, const char *stream, uint64_t seq,
                      uint64_t log_index) {
    struct inputs *in = ctx;

    return add_ref(&in->refs, party, stream, seq, log_index);
}

static int take_said(void *ctx, unsigned nth, const char *party, const char *stream, uint64_t seq) {
    (void)nth;
    return take_input(ctx, party, stream, seq, 0);
}

/* Its inputs alone, and that they are. */
static void leave_out_proof(Pentad__V1__EvidenceFigure *figure, struct inputs *in) {
    pt_complete_drop(figure);
    figure->has_too_large = figure->too_large = 1;
    in->refs.n = in->before = in->inputs;
}

/* What proves that nothing is left out, where the figure is asked for as of the newest snapshot and
 * the reader is a class: what of its rows the reader can't see the verifier misses. */
static int complete(struct pt_call *c, const struct pt_figure_ask *a,
                    const struct pt_complete_at *at, Pentad__V1__EvidenceFigure *figure,
                    struct inputs *in, struct pt_err *err) {
    int rc;

    if (at->rec == 0 || a->known_at != at->log_size || !pt_party_in(PT_PARTIES_SIX, c->view)) {
        return 0;
    }
    rc = pt_complete_paths(c->ledger, a, c->view, figure, err);
    rc = rc == 0 ? pt_complete_records(c->ledger, a, at, take_input, in, err) : rc;
    in->before = in->refs.n;
    rc = rc == 0 ? pt_complete_said(c->ledger, at, c->view, take_said, in, err) : rc;
    if (rc == PT_E_TOO_LARGE) {
        leave_out_proof(figure, in);
        rc = 0;
    }
    return rc;
}

/* The figure as the bundle states it, and the records that it is computed from. */
static int figure_of(struct pt_call *c, const struct pt_figure_ask *a,
                     Pentad__V1__EvidenceFigure *ret, char *subject, size_t cap, struct inputs *in,
                     struct pt_err *err) {
    struct pt_figure f;
    int rc = pt_ledger_figure(c->ledger, a, &f, err);

    if (rc == 0) {
        rc = pt_ledger_inputs(c->ledger, a, take_input, in, err);
        in->inputs = in->before = in->refs.n;
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
    ret->unit = (char *)(uintptr_t)pt_unit_name(f.unit);
    ret->formula = (char *)(uintptr_t)f.formula;
    return 0;
}

/* Where no moment of knowing is asked for: the newest snapshot's, since that can be proven. */
static int moment_of(struct pt_call *c, struct pt_figure_ask *a, struct pt_complete_at *ret,
                     struct pt_err *err) {
    int rc = pt_complete_newest(c->ledger, ret, err);

    if (rc == 0 && ret->rec != 0 && a->known_at == PT_KNOWN_NOW) {
        a->known_at = ret->log_size;
    }
    return rc;
}

static void reply_figure(struct pt_call *c, const Pentad__V1__EvidenceFigure *figure,
                         const struct inputs *in) {
    const struct pt_evidence_want want = {.records = in->refs.v,
                                          .n = in->refs.n,
                                          .figure = figure,
                                          .n_inputs = in->inputs,
                                          .n_said = in->refs.n - in->before};
    Pentad__V1__EvidenceFigure alone = *figure;
    struct pt_evidence_want bare = want;

    alone.n_pages = alone.n_parts = 0;
    alone.reader_class = NULL;
    alone.has_too_large = alone.too_large = 1;
    bare.figure = &alone;
    bare.n = in->inputs;
    bare.n_said = 0;
    reply_or(c, &want, figure->n_pages > 0 ? &bare : NULL);
}

void pt_api_figure_evidence(struct pt_call *c) {
    Pentad__V1__EvidenceFigure figure = PENTAD__V1__EVIDENCE_FIGURE__INIT;
    char subject[PT_ROUTE_PARAM_MAX + 32];
    struct pt_err err = {0};
    struct inputs in = {0};
    struct pt_complete_at at;
    struct pt_figure_ask a;
    char key[PT_ROUTE_PARAM_MAX];
    int rc = pt_call_read_begin(c, &err);

    if (rc == 0) {
        rc = pt_call_figure(c, key, &a, &err);
        if (rc == 0) {
            rc = moment_of(c, &a, &at, &err);
        }
        if (rc == 0) {
            rc = figure_of(c, &a, &figure, subject, sizeof(subject), &in, &err);
        }
        if (rc == 0) {
            rc = complete(c, &a, &at, &figure, &in, &err);
        }
        pt_ledger_read_end(c->ledger);
    }
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
    } else {
        reply_figure(c, &figure, &in);
    }
    pt_complete_drop(&figure);
    free(in.refs.v);
}
