/* Why a rule says what it says of a subject. Worker threads. */
#include <string.h>

#include <jansson.h>

#include <pentad/base/clock.h>
#include <pentad/brief/explain.h>
#include <pentad/record/visible.h>

#include "folder.h"
#include "params.h"
#include "redact.h"
#include "reply.h"
#include "routes.h"

#define ANSWER_S 20 /* seconds that a rule may take; then the reader is told so */

struct asked {
    char subject[PT_ROUTE_PARAM_MAX];
    int has_subject;
    uint64_t year, limit;
};

static int read_asked(struct pt_call *c, struct asked *a, struct pt_err *err) {
    int rc = pt_param_u64(c->req, "year", 0, 2199, &a->year, err);

    if (rc == 0) {
        rc = pt_param_u64(c->req, "limit", 100, PT_EXPLAIN_LIMIT, &a->limit, err);
    }
    a->has_subject =
        rc == 0 ? pt_param_text(c->req, "subject", a->subject, sizeof(a->subject), err) : 0;
    return rc != 0 ? rc : a->has_subject < 0 ? a->has_subject : 0;
}

struct patience {
    struct pt_call *c;
    int64_t until_us;
};

static bool over(void *ctx, uint64_t evaluated) {
    struct patience *p = ctx;

    (void)evaluated;
    return pt_http_request_cancelled(p->c->req) || pt_monotonic_us() > p->until_us;
}

/* On a handle of its own: what a rule needs to be asked goes with it. */
static int explain(struct pt_call *c, const struct asked *a, size_t limit, struct json_t **ret,
                   struct pt_err *err) {
    struct patience patience = {c, pt_monotonic_us() + ANSWER_S * INT64_C(1000000)};
    struct pt_probe *probe = NULL;
    char path[PT_APP_PATH_MAX];
    int rc = pt_folder_path(c->hub, path, sizeof(path)) == 0 && c->ledger != NULL
                 ? pt_probe_open(path, &probe, err)
                 : pt_err_set(err, PT_E_BUSY, "the ledger isn't there yet");

    if (rc == 0) {
        pt_probe_watch(probe, over, &patience);
        rc = pt_explain_json(probe, c->param[0], a->has_subject ? a->subject : NULL,
                             (int32_t)a->year, limit, ret, err);
    }
    pt_probe_close(probe);
    return rc;
}

/* How many conditions there are that he may not see is nobody's to know of such a rule: what is
 * left is his, cut to what he asked for. */
static void drop_withheld(struct json_t *json, size_t limit) {
    json_t *conditions = json_object_get(json, "conditions");
    size_t n = 0;

    for (size_t i = json_array_size(conditions); i > 0; i--) {
        if (json_is_true(json_object_get(json_array_get(conditions, i - 1), "withheld"))) {
            (void)json_array_remove(conditions, i - 1);
        }
    }
    for (; json_array_size(conditions) > limit; n++) {
        (void)json_array_remove(conditions, limit);
    }
    (void)json_object_set_new(json, "omitted", json_integer((json_int_t)n));
    (void)json_object_set_new(json, "withheld", json_true());
}

void pt_api_rule_explain(struct pt_call *c) {
    struct json_t *json = NULL;
    struct pt_err err = {0};
    struct asked a = {.has_subject = 0};
    bool for_all = pt_finding_visible(c->param[0], 0, PT_PARTY_NONE, c->reader);
    int rc = read_asked(c, &a, &err);

    if (rc == 0) {
        rc = explain(c, &a, for_all ? (size_t)a.limit : PT_EXPLAIN_LIMIT, &json, &err);
    }
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
        return;
    }
    pt_redact_explained(json, c->reader);
    if (!for_all) {
        drop_withheld(json, (size_t)a.limit);
    }
    pt_reply_json(c->req, json);
}
