/* The feed into the party's own system. A page is verified whole; what came of it, the verified
 * size of the log and the sink's rows go forward together. */
#include <inttypes.h>
#include <string.h>

#include <pentad/record/catalogue.h>

#include "connector_private.h"

struct taking {
    struct pt_connector *c;
    uint64_t first_of_entry; /* of the entry being delivered */
    uint64_t entry;
    struct pt_err *err;
};

static bool in_list(char *const *list, uint32_t n, const char *word) {
    for (uint32_t i = 0; i < n; i++) {
        if (strcmp(list[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* What is delivered: what the configuration names; else what others wrote about public money, and
 * the discrepancies and their replies that this party has to do with. */
static bool wanted(const struct pt_connector *c, const struct pt_record_info *info,
                   const struct pt_followed_record *r) {
    if (!c->opt.sink || strcmp(r->party, c->config->party) == 0) {
        return false;
    }
    if (c->config->sink->deliver_count > 0) {
        return in_list(c->config->sink->deliver, c->config->sink->deliver_count, info->code);
    }
    if (info->type == PT_TYPE_DISCREPANCY) {
        const Pentad__V1__Discrepancy *d = r->record->discrepancy;
        return in_list(d->responders, (uint32_t)d->n_responders, c->config->party);
    }
    return !(info->flags & PT_RT_EXCHANGE) || info->type == PT_TYPE_DISCREPANCY_REPLY;
}

static int deliver(struct taking *t, const struct pt_record_info *info,
                   const struct pt_followed_record *r) {
    char signer[2 * PT_HASH_LEN + 1];
    pt_hash_hex(signer, &r->entry->signing_key);
    struct pt_delivery d = {.record = r->record,
                            .type = info->code,
                            .party = r->party,
                            .stream = r->stream,
                            .seq = r->seq,
                            .log_index = r->log_index,
                            .in_batch = (uint32_t)(r->seq - r->entry->statement.first_seq),
                            .received_at_ms = r->entry->received_at_ms,
                            .signer = signer};
    memcpy(d.hash, r->hash.b, sizeof d.hash);
    bool is_new = false;
    return pt_sink_deliver(t->c->opt.sink, &d, &is_new, t->err);
}

/* An entry of our own stream that this outbox never signed: somebody else holds the key, or the
 * outbox is not the one that wrote the stream. Either way nothing more may be signed. */
static int check_own(struct taking *t, const struct pt_followed_record *r) {
    if (strcmp(r->party, t->c->config->party) != 0 ||
        strcmp(r->stream, t->c->config->stream) != 0 ||
        pt_batches_known(t->c->state, r->entry->statement.hash.b)) {
        return 0;
    }
    return pt_err_set(t->err, PT_E_EQUIVOCATION,
                      "log entry %" PRIu64 " is of our stream %s/%s but this outbox never signed "
                      "it: find out who holds the key; if the outbox was lost or restored, go on "
                      "with a new stream (docs/connector.md)",
                      r->log_index, r->party, r->stream);
}

static int take_record(void *ctx, const struct pt_followed_record *r) {
    struct taking *t = ctx;
    struct pt_connector *c = t->c;
    int rc = check_own(t, r);
    if (rc != 0 || !r->record) {
        return rc;
    }
    const struct pt_record_info *info = pt_record_info_of(r->record);
    if (!info) {
        return 0;
    }
    if (info->type == PT_TYPE_TICK) {
        rc = pt_state_set_int(c->state, "tick_day", r->record->tick->day, t->err);
        connector_event(c, "tick", "%d", r->record->tick->day);
    }
    if (rc == 0 && r->record->doc_no && r->record->doc_no[0] &&
        strcmp(r->party, c->config->party) != 0) {
        struct pt_ref_row ref = {.seq = r->seq};
        (void)snprintf(ref.stream, sizeof ref.stream, "%s", r->stream);
        memcpy(ref.hash, r->hash.b, sizeof ref.hash);
        rc = pt_refs_add(c->state, r->party, info->code, r->record->doc_no, &ref, t->err);
    }
    if (rc == 0 && wanted(c, info, r)) {
        rc = deliver(t, info, r);
    }
    return rc;
}

static int keep_view(struct pt_connector *c, struct pt_err *err) {
    struct pt_buf saved;
    pt_buf_init(&saved, 64u * 1024 * 1024);
    int rc = pt_follower_save(c->follower, &saved);
    if (rc == 0) {
        rc = pt_state_set_blob(c->state, "follower", pt_buf_span(&saved), err);
    }
    pt_buf_done(&saved);
    return rc;
}

static int take_page(struct pt_connector *c, struct pt_span page, struct pt_err *err) {
    int rc = pt_state_begin(c->state, err);
    if (rc != 0) {
        return rc;
    }
    struct taking t = {.c = c, .err = err};
    rc = pt_follower_page(c->follower, page, take_record, &t, &c->log_size, err);
    if (rc == 0 && c->opt.sink) {
        rc = pt_sink_flush(c->opt.sink, err);
    }
    if (rc == 0) {
        rc = keep_view(c, err);
    }
    if (rc == 0) {
        rc = pt_state_commit(c->state, err);
    }
    pt_state_rollback(c->state);
    return rc;
}

int receive(struct pt_connector *c, int wait_s, bool *ret_new, struct pt_err *err) {
    *ret_new = false;
    char path[128];
    uint64_t before = pt_follower_size(c->follower);
    (void)snprintf(path, sizeof path, "/v1/feed?after=%" PRIu64 "&wait=%d&limit=%u", before, wait_s,
                   FEED_PAGE_BYTES);
    struct pt_buf page;
    pt_buf_init(&page, PT_FEED_PAGE_MAX);
    int rc =
        pt_http_get(c->http_feed, path, "application/x-protobuf", wait_s * 1000, &page, NULL, err);
    if (rc == 0) {
        rc = take_page(c, pt_buf_span(&page), err);
    }
    pt_buf_done(&page);
    *ret_new = rc == 0 && pt_follower_size(c->follower) > before;
    return rc;
}
