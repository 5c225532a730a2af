#include "routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <pentad/certs/tls.h>
#include <pentad/intake/intake.h>

#include "access.h"
#include "folder.h"
#include "params.h"
#include "public.h"
#include "redact.h"
#include "reply.h"
#include "submit.h"

static const struct pt_route routes[] = {
    {"POST", "/v1/batches", PT_ROUTE_BATCH, true, NULL, NULL, 0},
    {"GET", "/v1/streams", PT_ROUTE_QUERY, true, pt_api_streams, NULL, 0},
    {"GET", "/v1/streams/{party}/{stream}", PT_ROUTE_QUERY, true, pt_api_stream, NULL, 0},
    {"GET", "/v1/feed", PT_ROUTE_FEED, true, pt_api_feed_page, "after wait limit as", 0},
    {"GET", "/v1/records/{party}/{stream}/{seq}", PT_ROUTE_QUERY, true, pt_api_record, "as", 0},
    {"GET", "/v1/records/{party}/{stream}/{seq}/trace", PT_ROUTE_QUERY, true, pt_api_record_trace,
     "limit offset as", 0},
    {"GET", "/v1/records/{party}/{stream}/{seq}/evidence", PT_ROUTE_QUERY, true,
     pt_api_record_evidence, "as", 0},
    {"GET", "/v1/records/{party}/{stream}/{seq}/batch/evidence", PT_ROUTE_QUERY, true,
     pt_api_batch_evidence, NULL, 0},
    {"GET", "/v1/subjects", PT_ROUTE_QUERY, true, pt_api_subjects, "kind after limit", 0},
    {"GET", "/v1/subjects/{key}", PT_ROUTE_QUERY, true, pt_api_subject,
     "fiscal_year valid_at known_at", 0},
    {"GET", "/v1/subjects/{key}/{fiscal_year}/evidence", PT_ROUTE_QUERY, true,
     pt_api_subject_evidence, "valid_at known_at", 0},
    {"GET", "/v1/subjects/{key}/{fiscal_year}/history", PT_ROUTE_QUERY, true,
     pt_api_subject_history, "valid_at known_at limit offset", 0},
    {"GET", "/v1/subjects/{key}/{fiscal_year}/universe", PT_ROUTE_QUERY, true,
     pt_api_subject_universe, "valid_at known_at", 0},
    {"GET", "/v1/discrepancies", PT_ROUTE_QUERY, true, pt_api_discrepancies,
     "rule severity responder status subject limit offset known_at", 0},
    {"GET", "/v1/discrepancies/{id}", PT_ROUTE_QUERY, true, pt_api_discrepancy, NULL, 0},
    {"GET", "/v1/discrepancies/{id}/evidence", PT_ROUTE_QUERY, true, pt_api_discrepancy_evidence,
     NULL, 0},
    {"GET", "/v1/escalations", PT_ROUTE_QUERY, true, pt_api_escalations, NULL, 0},
    {"GET", "/v1/orders", PT_ROUTE_QUERY, true, pt_api_orders, NULL, 0},
    {"GET", "/v1/figures/{subject}/{fiscal_year}/{figure}/trace", PT_ROUTE_QUERY, true,
     pt_api_figure_trace, "valid_at known_at limit offset", 0},
    {"GET", "/v1/figures/{subject}/{fiscal_year}/{figure}/evidence", PT_ROUTE_QUERY, true,
     pt_api_figure_evidence, "valid_at known_at", 0},
    {"GET", "/v1/briefs/{period}.{format}", PT_ROUTE_QUERY, true, pt_api_brief, "lang known_at", 0},
    {"GET", "/v1/rules/{rule}/explain", PT_ROUTE_QUERY, true, pt_api_rule_explain,
     "subject year limit", 0},
    {"GET", "/v1/snapshots", PT_ROUTE_QUERY, true, pt_api_snapshots, "day", 0},
    {"GET", "/v1/snapshots/{day}/rows", PT_ROUTE_QUERY, true, pt_api_snapshot_rows, "after limit",
     0},
    {"POST", "/v1/cosignatures", PT_ROUTE_QUERY, true, pt_api_cosignatures, NULL, PT_COSIGNED_MAX},
    {"GET", "/v1/cosigned", PT_ROUTE_QUERY, false, pt_api_cosigned, "size", 0},
    {"GET", "/checkpoint", PT_ROUTE_LOOP, false, pt_api_checkpoint, NULL, 0},
    {"GET", "/tile/{path}", PT_ROUTE_QUERY, false, pt_api_tile, NULL, 0},
    {"GET", "/key-history", PT_ROUTE_QUERY, false, pt_api_key_history, NULL, 0},
    {"GET", "/livez", PT_ROUTE_LOOP, false, pt_api_livez, NULL, 0},
    {"GET", "/readyz", PT_ROUTE_LOOP, false, pt_api_readyz, NULL, 0},
    {"GET", "/metrics", PT_ROUTE_LOOP, false, pt_api_metrics, NULL, 0},
    {"GET", "/openapi.json", PT_ROUTE_LOOP, false, pt_api_openapi, NULL, 0},
    {NULL, NULL, PT_ROUTE_LOOP, false, NULL, NULL, 0},
};

const struct pt_route *pt_routes(void) {
    return routes;
}

/* ---- matching --------------------------------------------------------------------------- */

/* What one step of a pattern took: the raw text of a parameter. */
struct piece {
    const char *at;
    size_t len;
};

static size_t segment(const char *s) {
    return strcspn(s, "/");
}

/* {a}.{b} against a segment: cut at its last dot. */
static bool match_pair(const char *path, size_t len, struct piece *out) {
    size_t dot = len;

    while (dot > 0 && path[dot - 1] != '.') {
        dot--;
    }
    if (dot < 2 || dot == len) {
        return false;
    }
    out[0] = (struct piece){path, dot - 1};
    out[1] = (struct piece){path + dot, len - dot};
    return true;
}

/* How many parameters were taken, or -1. */
static int match(const char *pattern, const char *path, struct piece out[PT_ROUTE_PARAMS]) {
    int n = 0;

    while (*pattern == '/' && *path == '/') {
        size_t a = segment(++pattern);
        size_t b = segment(++path);

        if (a == 6 && memcmp(pattern, "{path}", 6) == 0) {
            out[n++] = (struct piece){path, strlen(path)};
            return *path != '\0' ? n : -1;
        }
        if (*pattern == '{' && memchr(pattern, '.', a) != NULL) {
            if (!match_pair(path, b, out + n)) {
                return -1;
            }
            n += 2;
        } else if (*pattern == '{') {
            if (b == 0) {
                return -1;
            }
            out[n++] = (struct piece){path, b};
        } else if (a != b || memcmp(pattern, path, a) != 0) {
            return -1;
        }
        pattern += a;
        path += b;
    }
    return *pattern == '\0' && *path == '\0' ? n : -1;
}

static bool method_fits(const char *route, const char *asked) {
    return strcmp(route, asked) == 0 || (strcmp(asked, "HEAD") == 0 && strcmp(route, "GET") == 0);
}

int pt_route_find(const char *method, const char *path, const struct pt_route **ret, char *allow,
                  size_t allow_cap) {
    struct piece pieces[PT_ROUTE_PARAMS];
    const struct pt_route *other = NULL;

    *ret = NULL;
    allow[0] = '\0';
    for (const struct pt_route *r = routes; r->pattern != NULL; r++) {
        if (match(r->pattern, path, pieces) < 0) {
            continue;
        }
        if (method_fits(r->method, method)) {
            *ret = r;
            return 0;
        }
        other = r;
    }
    if (other == NULL) {
        return PT_E_NOT_FOUND;
    }
    (void)snprintf(allow, allow_cap, "%s",
                   strcmp(other->method, "GET") == 0 ? "GET, HEAD" : other->method);
    return PT_E_METHOD;
}

int pt_route_params(const struct pt_route *r, const char *path,
                    char params[PT_ROUTE_PARAMS][PT_ROUTE_PARAM_MAX]) {
    struct piece pieces[PT_ROUTE_PARAMS];
    int n = match(r->pattern, path, pieces);

    PT_ASSERT(n >= 0 && n <= PT_ROUTE_PARAMS);
    for (int i = 0; i < n; i++) {
        if (pt_http_percent_decode(pieces[i].at, pieces[i].len, params[i], PT_ROUTE_PARAM_MAX) !=
            0) {
            return PT_E_FORMAT;
        }
    }
    return 0;
}

/* ---- the query ---------------------------------------------------------------------------- */

/* Is that one of `names`, words with a space between? */
static bool named(const char *names, const char *name, size_t len) {
    for (size_t n; *names != '\0'; names += n + (names[n] == ' ' ? 1 : 0)) {
        n = strcspn(names, " ");
        if (n == len && memcmp(names, name, len) == 0) {
            return true;
        }
    }
    return false;
}

int pt_route_query_check(const struct pt_route *r, const char *query, struct pt_err *err) {
    const char *names = r->query != NULL ? r->query : "";

    for (size_t n; *query != '\0'; query += n + (query[n] == '&' ? 1 : 0)) {
        size_t len = strcspn(query, "&=");

        n = strcspn(query, "&");
        if (n > 0 && !named(names, query, len)) {
            return pt_err_set(err, PT_E_PARAMETER, "?%.*s: %s takes %s%s",
                              (int)(len < 60 ? len : 60), query, r->pattern,
                              *names != '\0' ? "only these: " : "no parameters", names);
        }
    }
    return 0;
}

/* ---- requests ---------------------------------------------------------------------------- */

/* The party that a certificate speaks for, if the genesis has it. */
static bool known_party(const struct pt_hub *h, const char *identity, char party[PT_NAME_MAX + 1]) {
    const Pentad__V1__Genesis *g = pt_log_genesis(h->log);
    struct pt_identity id;

    party[0] = '\0';
    if (pt_identity_parse(identity, &id) != 0) {
        return false;
    }
    for (size_t i = 0; i < g->n_parties; i++) {
        if (strcmp(g->parties[i]->party, id.party) == 0) {
            (void)snprintf(party, PT_NAME_MAX + 1, "%s", id.party);
            return true;
        }
    }
    return false;
}

void pt_routes_on_head(void *hub, const struct pt_http_request *req, struct pt_http_route *ret) {
    struct pt_hub *h = hub;
    const struct pt_route *r = NULL;
    char party[PT_NAME_MAX + 1];
    int rc = pt_route_find(pt_http_request_method(req), pt_http_request_path(req), &r, ret->allow,
                           sizeof(ret->allow));

    if (rc != 0) {
        (void)pt_err_set(&ret->refusal, rc, "%s %.150s: GET /openapi.json lists what there is",
                         pt_http_request_method(req), pt_http_request_path(req));
        return;
    }
    ret->identity_required = true;
    ret->body_max = r->where == PT_ROUTE_BATCH ? PT_BATCH_JSON_MAX : r->body_max;
    ret->user = (void *)(uintptr_t)r;
    if (r->party && !known_party(h, pt_http_request_peer(req)->identity, party)) {
        (void)pt_err_set(&ret->refusal, PT_E_IDENTITY,
                         "the certificate says %.80s, which is no party of this hub",
                         pt_http_request_peer(req)->identity);
        return;
    }
    (void)pt_route_query_check(r, pt_http_request_query(req), &ret->refusal);
}

void pt_call_free(struct pt_call *c) {
    pt_http_request_unref(c->req);
    free(c->purpose);
    free(c);
}

/* ---- on a worker -------------------------------------------------------------------------- */

/* Each worker keeps a read handle of its own; before the fold has made a ledger there is none. */
static struct pt_ledger *ledger_of(struct pt_hub *h, unsigned worker) {
    char path[PT_APP_PATH_MAX];
    struct pt_err err = {0};

    if (h->ledgers[worker] == NULL && pt_folder_path(h, path, sizeof(path)) == 0) {
        (void)pt_ledger_open(path, PT_LEDGER_READ, &h->ledgers[worker], NULL, &err);
    }
    return h->ledgers[worker];
}

static void work(struct pt_pool_task *t, unsigned worker) {
    struct pt_call *c = (struct pt_call *)t;
    struct pt_hub *h = c->hub;
    int64_t t0 = pt_monotonic_us();

    if (!pt_http_request_cancelled(c->req)) {
        c->ledger = ledger_of(h, worker);
        c->route->handle(c);
        (void)atomic_fetch_add(&h->metrics.query_us, (uint64_t)(pt_monotonic_us() - t0));
        (void)atomic_fetch_add(&h->metrics.queries, 1);
    } else {
        pt_reply_problem_from_any_thread(c->req, PT_E_STOPPING, NULL);
    }
    pt_share_give(&h->queries, c->reader);
    pt_call_free(c);
}

int pt_call_read_begin(struct pt_call *c, struct pt_err *err) {
    return c->ledger == NULL ? pt_err_set(err, PT_E_BUSY, "the ledger isn't there yet")
                             : pt_ledger_read_begin(c->ledger, err);
}

static int redact_public(struct pt_call *c, struct json_t *json, struct pt_err *err) {
    struct pt_feed_disclosed d;
    int rc = pt_public_begin(c, &d, err);

    if (rc == 0) {
        rc = pt_redact_public(json, &d, err);
        pt_ledger_read_end(c->ledger);
    }
    return rc;
}

void pt_call_answer(struct pt_call *c, int rc, struct json_t *json, const struct pt_err *err) {
    struct pt_err why = {0};

    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err->msg);
        return;
    }
    if (c->view != PT_PARTY_PUBLIC) {
        pt_redact(json, c->view);
    } else {
        rc = redact_public(c, json, &why);
    }
    if (rc != 0) {
        json_decref(json);
        pt_reply_problem_from_any_thread(c->req, rc, why.msg);
        return;
    }
    pt_reply_json(c->req, json);
}

void pt_call_to_worker(struct pt_call *c) {
    struct pt_hub *h = c->hub;

    if (!pt_share_take(&h->queries, c->reader, atomic_load(&h->max_queries))) {
        pt_reply_problem(c->req, PT_E_BUSY, "too many queries wait; ask again shortly");
        pt_call_free(c);
        return;
    }
    c->task.run = work;
    if (pt_pool_submit_query(h->pool, (unsigned)c->reader, &c->task) != 0) {
        pt_share_give(&h->queries, c->reader);
        pt_reply_problem(c->req, PT_E_STOPPING, NULL);
        pt_call_free(c);
    }
}

/* ?as=public: what the public may see, for whoever shows it to them. */
static int view_of(struct pt_call *c, struct pt_err *err) {
    char as[16];
    int rc = pt_param_text(c->req, "as", as, sizeof(as), err);

    c->view = rc == 1 ? PT_PARTY_PUBLIC : c->reader;
    return rc == 1 && strcmp(as, "public") != 0
               ? pt_err_set(err, PT_E_FORMAT, "?as= is public, not %s", as)
           : rc < 0 ? rc
                    : 0;
}

static int call_init(struct pt_call *c, struct pt_hub *h, struct pt_http_request *req,
                     struct pt_err *err) {
    memset(c, 0, sizeof(*c));
    c->hub = h;
    c->req = req;
    c->route = pt_http_request_user(req);
    (void)known_party(h, pt_http_request_peer(req)->identity, c->party);
    c->reader = pt_party_from_name(c->party);
    if (pt_route_params(c->route, pt_http_request_path(req), c->param) != 0) {
        return pt_err_set(err, PT_E_FORMAT, "a part of the path is badly encoded or too long");
    }
    int rc = pt_access_purpose(req, &c->purpose, err);
    return rc != 0 ? rc : view_of(c, err);
}

void pt_routes_on_request(void *hub, struct pt_http_request *req) {
    struct pt_hub *h = hub;
    const struct pt_route *r = pt_http_request_user(req);
    struct pt_err err = {0};
    struct pt_call *c;
    int rc;

    if (r->where == PT_ROUTE_BATCH) {
        pt_submit_start(h, req);
        return;
    }
    c = malloc(sizeof(*c));
    if (c == NULL) {
        pt_reply_problem(req, PT_E_NOMEM, NULL);
        return;
    }
    rc = call_init(c, h, req, &err);
    if (rc != 0) {
        pt_reply_problem(req, rc, err.msg);
        free(c->purpose);
        free(c);
        return;
    }
    (void)pt_http_request_ref(req);
    if (r->where == PT_ROUTE_LOOP) {
        r->handle(c);
        pt_call_free(c);
    } else if (r->where == PT_ROUTE_FEED) {
        pt_api_feed(c);
    } else {
        pt_call_to_worker(c);
    }
}
