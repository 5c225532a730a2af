/* GET /v1/feed: a page at once, or a wait until the log grows. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/record/json.h>
#include <pentad/v1/feed.pb-c.h>

#include "access.h"
#include "folder.h"
#include "params.h"
#include "public.h"
#include "reply.h"
#include "routes.h"
#include "serve.h"

/* ---- worker ------------------------------------------------------------------------------ */

static int take_given(void *ctx, const struct pt_store_entry *e, uint64_t seq,
                      struct pt_span bytes) {
    struct pt_ref ref = {.seq = seq};

    (void)snprintf(ref.party, sizeof(ref.party), "%s", e->party);
    (void)snprintf(ref.stream, sizeof(ref.stream), "%s", e->stream);
    return pt_access_list_add(ctx, &ref, e->index, bytes);
}

static int make_party_page(struct pt_call *c, struct pt_buf *page, struct pt_err *err) {
    struct pt_access_list list = {0};
    const struct pt_feed_given given = {take_given, &list};
    uint64_t next = c->after;
    int rc = pt_feed_page_given(c->hub->log, c->view, c->after, c->limit, &given, page, &next, err);

    if (rc == 0) {
        rc = pt_access_page(c, c->after, next, &list, err);
    }
    pt_access_list_done(&list);
    return rc;
}

static int make_page(struct pt_call *c, struct pt_buf *page, struct pt_err *err) {
    struct pt_feed_disclosed d;
    int rc;

    if (c->view != PT_PARTY_PUBLIC) {
        return make_party_page(c, page, err);
    }
    rc = pt_public_begin(c, &d, err);
    if (rc == 0) {
        rc = pt_feed_page_public(c->hub->log, &d, c->after, c->limit, page, NULL, err);
        pt_ledger_read_end(c->ledger);
    }
    return rc;
}

void pt_api_feed_page(struct pt_call *c) {
    struct pt_folder_view fold;
    struct pt_buf page;
    struct pt_err err = {0};
    int rc;

    pt_buf_init(&page, PT_FEED_PAGE_MAX);
    pt_folder_view(c->hub->folder, &fold);
    rc = make_page(c, &page, &err);
    rc = rc ? rc : pt_feed_page_settled(&page, fold.owed == 0 ? fold.folded : 0);
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
    } else if (!pt_reply_wants_json(c->req, false)) {
        pt_reply_bytes(c->req, "application/x-protobuf", &page);
    } else {
        pt_reply_message(c->req, &pentad__v1__feed_page__descriptor, pt_buf_span(&page));
    }
    pt_buf_done(&page);
}

/* ---- loop -------------------------------------------------------------------------------- */

static void woken(void *ctx, bool grown) {
    struct pt_call *c = ctx;

    (void)grown; /* a page without entries says that there are none */
    c->waiter = NULL;
    pt_share_give(&c->hub->polls, c->reader);
    pt_http_request_watch(c->req, NULL, NULL);
    pt_call_to_worker(c);
}

static void watched(void *ctx, struct pt_http_request *req, enum pt_http_event event) {
    struct pt_call *c = ctx;

    pt_http_request_watch(req, NULL, NULL);
    pt_feed_waiter_cancel(c->hub->waiters, c->waiter);
    c->waiter = NULL;
    pt_share_give(&c->hub->polls, c->reader);
    if (event == PT_HTTP_GONE) {
        pt_reply_problem(req, PT_E_STOPPING, NULL);
        pt_call_free(c);
    } else {
        pt_call_to_worker(c);
    }
}

static int wait(struct pt_call *c, uint64_t wait_s) {
    struct pt_hub *h = c->hub;
    int rc;

    if (!pt_share_take(&h->polls, c->reader, atomic_load(&h->max_polls))) {
        return PT_E_BUSY;
    }
    rc = pt_feed_waiters_add(h->waiters, c->after, pt_serve_now_ms(h) + (int64_t)wait_s * 1000,
                             woken, c, &c->waiter);
    if (rc == 0) {
        pt_http_request_watch(c->req, watched, c);
        pt_serve_poll_timer(h);
    } else {
        pt_share_give(&h->polls, c->reader);
    }
    return rc;
}

void pt_api_feed(struct pt_call *c) {
    struct pt_err err = {0};
    uint64_t wait_s = 0;
    uint64_t limit = 0;
    int rc = pt_param_u64(c->req, "after", 0, UINT64_MAX, &c->after, &err);

    if (rc == 0) {
        rc = pt_param_u64(c->req, "wait", 0, PT_FEED_WAIT_MAX_S, &wait_s, &err);
    }
    if (rc == 0) {
        rc = pt_param_u64(c->req, "limit", 0, PT_FEED_LIMIT_MAX, &limit, &err);
    }
    c->limit = (uint32_t)limit;
    if (rc == 0 && wait_s > 0 && c->after == pt_log_size(c->hub->log) && !c->hub->stopping) {
        rc = wait(c, wait_s);
        if (rc == 0) {
            return;
        }
        (void)pt_err_set(&err, rc, "too many readers wait; ask again shortly");
    }
    if (rc != 0) {
        pt_reply_problem(c->req, rc, err.msg);
        pt_call_free(c);
        return;
    }
    pt_call_to_worker(c);
}
