/* The feed into the party's own system. A page is verified whole; what came of it, the verified
 * size of the log and the sink's rows go forward together. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/record/catalogue.h>
#include <pentad/record/visible.h>

#include "dummies.h"
#include "seal.h"

struct taking {
    struct pt_connector *c;
    uint64_t size; /* of the log before this page */
    struct pt_err *err;
    bool contradicted; /* a batch that the hub has refused stands on it: which, and where */
    uint8_t statement[32];
    uint64_t at;
};

static bool in_list(char *const *list, size_t n, const char *word) {
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* What is delivered: what the configuration names; else what others wrote about public money, and
 * the discrepancies and their replies that this party has to do with: to answer them, or as the
 * sender of the clue that they are about. */
static bool wanted(const struct pt_connector *c, const struct pt_record_info *info,
                   const struct pt_followed_record *r) {
    const struct pt_config_sink *sink = c->config->sink;
    if (!c->opt.sink || strcmp(r->party, c->config->party) == 0) {
        return false;
    }
    if (sink && sink->deliver_count > 0) {
        return in_list(sink->deliver, sink->deliver_count, info->code);
    }
    if (info->type == PT_TYPE_DISCREPANCY) {
        const Pentad__V1__Discrepancy *d = r->record->discrepancy;
        return in_list(d->responders, d->n_responders, c->config->party) ||
               pt_clue_finding_sender(d) == pt_party_from_name(c->config->party);
    }
    return !(info->flags & PT_RT_EXCHANGE) || info->type == PT_TYPE_DISCREPANCY_REPLY;
}

static int deliver(struct taking *t, const struct pt_record_info *info,
                   const struct pt_followed_record *r, const Pentad__V1__Record *record) {
    char signer[2 * PT_HASH_LEN + 1];
    pt_hash_hex(signer, &r->entry->signing_key);
    struct pt_delivery d = {.record = record,
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
    int rc = pt_sink_deliver(t->c->opt.sink, &d, &is_new, t->err);
    t->c->later = rc == PT_E_IO;
    return rc;
}

/* With its content, where it is sealed and this party holds the key. A seal that is for us and
 * doesn't hold is kept as evidence; its header is delivered all the same. */
static int deliver_opened(struct taking *t, const struct pt_record_info *info,
                          const struct pt_followed_record *r) {
    struct pt_connector *c = t->c;
    if (!c->sealing_key || !pt_sealed_of(r->record)) {
        return deliver(t, info, r, r->record);
    }
    struct sealing s;
    struct pt_err why;
    Pentad__V1__Record *open = NULL;
    pt_connector_sealing_init(&s, c);
    int rc = pt_connector_unseal(&s, r, &open, &why);
    if (rc == PT_E_PROOF || rc == PT_E_FORMAT || rc == PT_E_SEAL) {
        char what[400];
        (void)snprintf(what, sizeof what, "%s/%s#%" PRIu64 " (log entry %" PRIu64 "): %s", r->party,
                       r->stream, r->seq, r->log_index, why.msg);
        pt_connector_keep_evidence(c, rc, r->party, what, r->bytes);
    } else if (rc == PT_E_NOMEM) {
        pt_connector_sealing_done(&s);
        return pt_err_set(t->err, rc, "%s", why.msg);
    }
    rc = deliver(t, info, r, open ? open : r->record);
    pt_connector_sealing_done(&s);
    return rc;
}

/* An entry of our own stream must be one that this outbox signed, that the hub didn't refuse, and
 * stand where its receipt says. Anything else: nothing more may be signed. */
static int check_own(struct taking *t, const struct pt_followed_record *r) {
    struct pt_connector *c = t->c;
    struct pt_batch_row b;
    if (strcmp(r->party, c->config->party) != 0 || strcmp(r->stream, c->config->stream) != 0 ||
        r->seq != r->entry->statement.first_seq) {
        return 0; /* once an entry is enough */
    }
    int rc = pt_batches_find(c->state, r->entry->statement.hash.b, &b, t->err);
    if (rc == PT_E_NOT_FOUND) {
        return pt_err_set(t->err, PT_E_EQUIVOCATION,
                          "log entry %" PRIu64 " is of our stream %s/%s but this outbox never "
                          "signed it: find out who holds the key; if the outbox was lost or "
                          "restored, go on with a new stream (docs/connector.md)",
                          r->log_index, r->party, r->stream);
    }
    if (rc != 0) {
        return rc;
    }
    if (b.state == PT_BATCH_REFUSED) {
        t->contradicted = true;
        t->at = r->log_index;
        memcpy(t->statement, b.statement_hash, sizeof t->statement);
        return pt_err_set(t->err, PT_E_FORK,
                          "log entry %" PRIu64 " is a batch of ours that the hub has refused: its "
                          "refusal is kept in the state file",
                          r->log_index);
    }
    if (b.log_index >= 0 && (uint64_t)b.log_index != r->log_index) {
        return pt_err_set(t->err, PT_E_FORK,
                          "log entry %" PRIu64 " is a batch of ours whose receipt says %" PRId64,
                          r->log_index, b.log_index);
    }
    return pt_batches_followed(c->state, b.statement_hash, r->log_index, t->err);
}

static int take_tick(struct taking *t, const struct pt_followed_record *r) {
    struct pt_connector *c = t->c;
    int32_t day = r->record->tick->day;
    pt_connector_event(c, "tick", "%d", day);
    if (day <= c->tick_day) {
        return 0;
    }
    c->tick_day = day;
    int rc = pt_dead_letter_prune(c->state, pt_clock_now_ms(c->opt.clock), t->err);
    return rc ? rc : pt_state_set_int(c->state, "tick_day", day, t->err);
}

/* By its document's number; a discrepancy by its id. */
static int keep_ref(struct taking *t, const struct pt_record_info *info,
                    const struct pt_followed_record *r) {
    struct pt_ref_row ref = {.seq = r->seq};
    (void)snprintf(ref.stream, sizeof ref.stream, "%s", r->stream);
    memcpy(ref.hash, r->hash.b, sizeof ref.hash);
    if (info->type == PT_TYPE_DISCREPANCY) {
        t->c->new_refs = true;
        return pt_connector_finding_keep(t->c, r->record->discrepancy, &ref, t->err);
    }
    if (info->type == PT_TYPE_DISCREPANCY_REPLY && strcmp(r->party, "office") == 0) {
        int rc = pt_connector_waiver_keep(t->c, r->record->discrepancy_reply, &ref, t->err);
        if (rc != 0) {
            return rc;
        }
    }
    if (!r->record->doc_no || !r->record->doc_no[0]) {
        return 0;
    }
    t->c->new_refs = true;
    return pt_refs_add(t->c->state, r->party, info->code, r->record->doc_no, &ref, t->err);
}

static int take_record(void *ctx, const struct pt_followed_record *r) {
    struct taking *t = ctx;
    struct pt_connector *c = t->c;
    int rc = check_own(t, r);
    rc = rc ? rc : pt_connector_witness_record(c, r, t->err);
    rc = rc ? rc : pt_connector_erasing_record(c, r, t->err);
    if (rc != 0 || !r->record) {
        return rc;
    }
    const struct pt_record_info *info = pt_record_info_of(r->record);
    if (!info) {
        return 0;
    }
    if (r->close_fault) {
        char what[400];
        (void)snprintf(what, sizeof what, "%s/%s#%" PRIu64 " (log entry %" PRIu64 "): %s", r->party,
                       r->stream, r->seq, r->log_index, r->close_fault);
        pt_connector_keep_evidence(c, PT_E_PROOF, r->party, what, r->bytes);
        pt_connector_alarm(c, "withheld_record", what);
    }
    if (info->type == PT_TYPE_TICK) {
        rc = take_tick(t, r);
    }
    if (rc == 0 && strcmp(r->party, c->config->party) != 0) {
        rc = keep_ref(t, info, r);
    }
    rc = rc ? rc : pt_connector_opening_keep(c, r, t->err);
    rc = rc ? rc : pt_connector_opening_verify(c, r, t->err);
    bool dummy = false;
    rc = rc ? rc : pt_connector_dummy_record(c, r, &dummy, t->err);
    if (rc == 0 && !dummy && wanted(c, info, r)) {
        rc = deliver_opened(t, info, r);
    }
    return rc;
}

/* The follower stands behind the page by now: all of it becomes durable at once, the sink's rows
 * before the state that says they were delivered. */
static int store_page(void *ctx) {
    struct taking *t = ctx;
    struct pt_connector *c = t->c;
    int rc = 0;
    if (pt_follower_size(c->follower) == t->size) {
        pt_state_rollback(c->state); /* an empty page: nothing was written */
        return 0;
    }
    if (c->opt.sink) {
        rc = pt_sink_flush(c->opt.sink, t->err);
        c->later = rc == PT_E_IO;
    }
    if (rc == 0) {
        rc = pt_connector_save_view(c, t->err);
    }
    return rc ? rc : pt_state_commit(c->state, t->err);
}

bool pt_connector_failed_here(int rc) {
    return rc == PT_E_STORE || rc == PT_E_BUSY || rc == PT_E_NOMEM || rc == PT_E_IO;
}

static int take_page(struct pt_connector *c, struct pt_span page, struct pt_err *err) {
    struct taking t = {.c = c, .size = pt_follower_size(c->follower), .err = err};
    const struct pt_follow follow = {.record = take_record, .store = store_page, .ctx = &t};
    int rc = pt_connector_begin(c, err);
    if (rc != 0) {
        return rc;
    }
    rc = pt_follower_page(c->follower, page, &follow, &c->log_size, err);
    if (rc != 0) {
        rc = pt_connector_end(c, rc, err);
        if (!c->later && !pt_connector_failed_here(rc)) {
            if (t.contradicted) {
                pt_connector_keep_contradiction(c, err->msg, page, t.at, t.statement);
            } else {
                pt_connector_keep_evidence(c, rc, ABOUT_PAGES, err->msg, page);
            }
            pt_connector_alarm(c, pt_err_name(rc), err->msg);
        }
    }
    return rc;
}

static int fetch(struct pt_connector *c, int wait_s, struct pt_buf *page, struct pt_err *err) {
    uint64_t size = pt_follower_size(c->follower);
    int rc = c->hub.feed(c->hub.ctx, size, wait_s, FEED_PAGE_BYTES, page, err);
    c->later = rc != 0 && (pt_err_retryable(rc) || rc == PT_E_INTERNAL);
    if (rc == PT_E_RANGE && size > 0) {
        rc = pt_err_set(err, PT_E_FORK,
                        "the hub's log is shorter than the %" PRIu64 " entries that were verified "
                        "here: it was rolled back; the checkpoint it signed is kept",
                        size);
        pt_buf_reset(&c->witness.note); /* what it publishes now, beside what it had signed */
        c->witness.target.size = 0;
        (void)c->hub.checkpoint(c->hub.ctx, &c->witness.note, NULL);
        pt_connector_keep_evidence(c, rc, ABOUT_CHECKPOINTS, err->msg,
                                   pt_follower_checkpoint(c->follower));
        pt_connector_alarm(c, "rolled_back", err->msg);
    }
    return rc;
}

int pt_connector_receive(struct pt_connector *c, int wait_s, bool *ret_new, struct pt_err *err) {
    uint64_t before = pt_follower_size(c->follower);
    struct pt_buf page;
    pt_buf_init(&page, PT_FOLLOWER_PAGE_MAX);
    c->later = false;
    int rc = fetch(c, wait_s, &page, err);
    if (rc == 0) {
        rc = take_page(c, pt_buf_span(&page), err);
    }
    pt_buf_done(&page);
    uint64_t size = pt_follower_size(c->follower);
    *ret_new = rc == 0 && size > before;
    if (rc == 0) {
        pt_connector_erasing_scrub(c);
    }
    if (rc == 0 && size >= c->log_size) {
        c->caught_up = true;
        rc = pt_connector_erasing_check(c, err);
    }
    return rc;
}
