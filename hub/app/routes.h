/* The route table: what the hub answers, where each answer is worked out, and what it takes.
 * openapi.json says the same to others; a test holds the two together. */
#ifndef PENTAD_APP_ROUTES_H
#define PENTAD_APP_ROUTES_H

#include <pentad/record/party.h>

#include "hub.h"

#define PT_ROUTE_PARAMS 4
#define PT_ROUTE_PARAM_MAX 160

enum pt_route_where {
    PT_ROUTE_LOOP,  /* cheap: answered on the loop thread */
    PT_ROUTE_BATCH, /* handed to the intake */
    PT_ROUTE_FEED,  /* may wait for the log to grow */
    PT_ROUTE_QUERY  /* a worker, with a ledger handle of its own */
};

struct json_t;
struct pt_call;
typedef void (*pt_route_fn)(struct pt_call *c);

struct pt_route {
    const char *method;
    /* Segments; {name} takes one, {name}.{name} is cut at the last dot, {path} takes the rest. */
    const char *pattern;
    enum pt_route_where where;
    bool party; /* the certificate must name a party of the genesis */
    pt_route_fn handle;
    const char *query; /* names of the parameters that it takes, a space between; NULL: none */
    size_t body_max;   /* bytes of a request's body; 0: none, but for batches */
};

/* One request under way. LOOP: lives in the call. FEED, QUERY: on the heap, holds the request. */
struct pt_call {
    struct pt_pool_task task; /* first */
    struct pt_hub *hub;
    struct pt_http_request *req;
    const struct pt_route *route;
    char param[PT_ROUTE_PARAMS][PT_ROUTE_PARAM_MAX]; /* in the pattern's order, decoded */
    char party[PT_NAME_MAX + 1];
    enum pt_party reader;     /* whose certificate it is: quotas go by it */
    enum pt_party view;       /* for whose eyes the answer is: the reader's, or ?as=public */
    char *purpose;            /* stated with the request, or NULL */
    struct pt_ledger *ledger; /* QUERY: may be NULL where there is none yet */
    /* feed */
    struct pt_feed_waiter *waiter;
    uint64_t after;
    uint32_t limit;
};

/* All routes; the last one's pattern is NULL. */
const struct pt_route *pt_routes(void);
/* 0 and the route; PT_E_NOT_FOUND; PT_E_METHOD and the methods that there are ("GET, POST"). */
int pt_route_find(const char *method, const char *path, const struct pt_route **ret, char *allow,
                  size_t allow_cap);
/* Fills in params; the path must match. PT_E_FORMAT for a badly encoded or overlong one. */
int pt_route_params(const struct pt_route *r, const char *path,
                    char params[PT_ROUTE_PARAMS][PT_ROUTE_PARAM_MAX]);

/* 0 where `query` (raw, "" for none) has no parameter but those that the route takes; else
 * PT_E_PARAMETER, and the sentence names it and those that there are. */
int pt_route_query_check(const struct pt_route *r, const char *query, struct pt_err *err);

/* For the listener. */
void pt_routes_on_head(void *hub, const struct pt_http_request *req, struct pt_http_route *ret);
void pt_routes_on_request(void *hub, struct pt_http_request *req);
/* Worker: gives the call back after its answer. */
void pt_call_free(struct pt_call *c);
/* Worker: begins a read of the call's ledger, which pt_ledger_read_end ends; PT_E_BUSY where there
 * is none yet. */
int pt_call_read_begin(struct pt_call *c, struct pt_err *err);
/* {party}/{stream}/{seq} of the path; PT_E_FORMAT. */
struct pt_ref;
int pt_call_ref(const struct pt_call *c, struct pt_ref *ret, struct pt_err *err);
/* Worker, inside such a read: {key}/{fiscal_year} of the path and the moment; ret->key stands in
 * `key`. */
struct pt_figure_ask;
int pt_call_subject_year(struct pt_call *c, char key[PT_ROUTE_PARAM_MAX], struct pt_figure_ask *ret,
                         struct pt_err *err);
/* The same, with /{figure} behind. */
int pt_call_figure(struct pt_call *c, char key[PT_ROUTE_PARAM_MAX], struct pt_figure_ask *ret,
                   struct pt_err *err);
/* Worker: ?limit= and ?offset= of a long list. */
struct pt_list_page;
int pt_call_page(struct pt_call *c, struct pt_list_page *ret, struct pt_err *err);
/* Worker: rc 0: answers with what of `json` the reader may see, and takes it; else with the
 * problem. */
void pt_call_answer(struct pt_call *c, int rc, struct json_t *json, const struct pt_err *err);
/* Loop thread: to a worker; answers 429 where too many wait. Takes the call. */
void pt_call_to_worker(struct pt_call *c);

/* handlers: api_public.c, api_feed.c, api_records.c, api_evidence.c, api_ledger.c, api_rules.c,
 * api_snapshots.c, witness.c */
void pt_api_livez(struct pt_call *c);
void pt_api_readyz(struct pt_call *c);
void pt_api_metrics(struct pt_call *c);
void pt_api_openapi(struct pt_call *c);
void pt_api_checkpoint(struct pt_call *c);
void pt_api_tile(struct pt_call *c);
void pt_api_key_history(struct pt_call *c);
void pt_api_cosignatures(struct pt_call *c);
void pt_api_cosigned(struct pt_call *c);
void pt_api_streams(struct pt_call *c);
void pt_api_stream(struct pt_call *c);
void pt_api_feed(struct pt_call *c);      /* loop thread: wait or go to a worker */
void pt_api_feed_page(struct pt_call *c); /* worker */
void pt_api_record(struct pt_call *c);
void pt_api_record_trace(struct pt_call *c);
void pt_api_record_evidence(struct pt_call *c);
void pt_api_subjects(struct pt_call *c);
void pt_api_subject(struct pt_call *c);
void pt_api_discrepancies(struct pt_call *c);
void pt_api_discrepancy(struct pt_call *c);
void pt_api_escalations(struct pt_call *c);
void pt_api_orders(struct pt_call *c);
void pt_api_figure_trace(struct pt_call *c);
void pt_api_figure_evidence(struct pt_call *c);
void pt_api_batch_evidence(struct pt_call *c);
void pt_api_discrepancy_evidence(struct pt_call *c);
void pt_api_subject_evidence(struct pt_call *c);
void pt_api_subject_history(struct pt_call *c);
void pt_api_subject_universe(struct pt_call *c);
void pt_api_brief(struct pt_call *c);
void pt_api_rule_explain(struct pt_call *c);
void pt_api_snapshots(struct pt_call *c);
void pt_api_snapshot_rows(struct pt_call *c);

/* One text: hub/app/openapi.json, as built in. */
extern const char *const pt_openapi[];

#endif
