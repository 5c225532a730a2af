#include "public.h"

#include <pentad/ledger/query.h>

static int covers(void *ctx, const char *party, const char *stream, uint64_t seq, bool *ret,
                  struct pt_err *err) {
    return pt_ledger_disclosed(ctx, party, stream, seq, ret, err);
}

static int since(void *ctx, uint64_t from, uint64_t to, pt_feed_opened_cb *cb, void *cb_ctx,
                 struct pt_err *err) {
    return pt_ledger_disclosed_since(ctx, from, to, cb, cb_ctx, err);
}

int pt_public_begin(struct pt_call *c, struct pt_feed_disclosed *ret, struct pt_err *err) {
    int rc = pt_call_read_begin(c, err);

    if (rc == 0) {
        *ret = (struct pt_feed_disclosed){covers, since, c->ledger, pt_ledger_cursor(c->ledger)};
    }
    return rc;
}
