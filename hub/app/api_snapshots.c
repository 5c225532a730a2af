/* The ledger's daily snapshots, and the rows that the newest is over. Worker threads. */
#include <jansson.h>

#include <pentad/base/date.h>
#include <pentad/ledger/snapshot.h>

#include "params.h"
#include "reply.h"
#include "routes.h"

static int day_of(const char *text, int32_t *ret, struct pt_err *err) {
    return pt_date_parse(text, ret) == 0
               ? 0
               : pt_err_set(err, PT_E_FORMAT, "%s is not a date (2019-06-30)", text);
}

void pt_api_snapshots(struct pt_call *c) {
    struct json_t *json = NULL;
    struct pt_err err = {0};
    char text[32];
    int32_t day = 0;
    int rc = pt_param_text(c->req, "day", text, sizeof(text), &err);

    rc = rc == 1 ? day_of(text, &day, &err) : rc;
    rc = rc == 0 ? pt_call_read_begin(c, &err) : rc;
    if (rc == 0) {
        rc = pt_snapshots_json(c->ledger, day, PT_PARTY_NONE, &json, &err);
        pt_ledger_read_end(c->ledger);
    }
    pt_call_answer(c, rc, json, &err);
}

/* Those of the pages that the reader's class sees. */
void pt_api_snapshot_rows(struct pt_call *c) {
    struct json_t *json = NULL;
    struct pt_err err = {0};
    char after[PT_SNAPSHOT_AFTER_MAX];
    uint64_t limit = 0;
    int32_t day = 0;
    int has_after = 0;
    int rc = day_of(c->param[0], &day, &err);

    rc = rc == 0 ? pt_param_u64(c->req, "limit", PT_SNAPSHOT_PAGES_MAX, PT_SNAPSHOT_PAGES_MAX,
                                &limit, &err)
                 : rc;
    if (rc == 0) {
        has_after = pt_param_text(c->req, "after", after, sizeof(after), &err);
        rc = has_after < 0 ? has_after : pt_call_read_begin(c, &err);
    }
    if (rc == 0) {
        rc = pt_snapshot_rows_json(c->ledger, day, c->reader, has_after ? after : NULL,
                                   limit == 0 ? 1 : (int)limit, &json, &err);
        pt_ledger_read_end(c->ledger);
    }
    pt_call_answer(c, rc, json, &err);
}
