#include "own_ledger.h"

#include <inttypes.h>
#include <stdio.h>

#include <pentad/base/progress.h>
#include <pentad/v1/feed.pb-c.h>

#define PAGE_BYTES (4u * 1024 * 1024)

int pt_cli_own_open(struct cli_own *own, const struct pt_trust *trust, enum pt_party reader,
                    const char *path, struct pt_err *err) {
    *own = (struct cli_own){0};
    int rc = pt_follower_new(trust, reader, &own->follower, err);
    return rc ? rc : pt_ledger_open(path, PT_LEDGER_WRITE, &own->ledger, NULL, err);
}

void pt_cli_own_done(struct cli_own *own) {
    pt_ledger_close(own->ledger);
    pt_follower_free(own->follower);
    pt_page_room_done(&own->room);
    *own = (struct cli_own){0};
}

/* Leaves out of a verified page what stands behind `until`. */
static void cut(const struct cli_own *own, uint64_t first, Pentad__V1__FeedPage *page) {
    while (own->until && page->n_entries > 0 && first + page->n_entries > own->until) {
        pentad__v1__feed_entry__free_unpacked(page->entries[--page->n_entries], NULL);
    }
}

static void count(struct cli_own *own, const Pentad__V1__FeedPage *page) {
    for (size_t i = 0; i < page->n_entries; i++) {
        for (size_t k = 0; k < page->entries[i]->n_records; k++) {
            own->given += page->entries[i]->records[k]->has_record != 0;
            own->withheld += page->entries[i]->records[k]->has_record == 0;
        }
    }
}

int pt_cli_own_page(struct cli_own *own, struct pt_span bytes, uint64_t *ret_log_size,
                    struct pt_err *err) {
    const struct pt_follow follow = {.record = own->record, .ctx = own->ctx};
    uint64_t first = pt_follower_size(own->follower);
    int rc = pt_follower_page(own->follower, bytes, &follow, ret_log_size, err);
    if (rc != 0) {
        return rc;
    }
    Pentad__V1__FeedPage *page = pentad__v1__feed_page__unpack(NULL, bytes.len, bytes.p);
    if (!page) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    cut(own, first, page);
    rc = pt_page_fold(own->ledger, page, &own->room, err);
    count(own, page);
    pentad__v1__feed_page__free_unpacked(page, NULL);
    return rc;
}

int pt_cli_own_pull(struct cli_own *own, struct cli_hub *hub, uint64_t until, pt_cli_page_fn *kept,
                    void *ctx, struct pt_err *err) {
    struct pt_progress progress = {0};
    struct pt_buf page;
    char path[96];
    uint64_t log_size = 1;
    int rc = 0;
    pt_buf_init(&page, PT_FOLLOWER_PAGE_MAX);
    pt_progress_start(&progress, "folding", until ? until : 1);
    while (rc == 0 && pt_follower_size(own->follower) < (until ? until : log_size)) {
        pt_buf_reset(&page);
        uint64_t size = pt_follower_size(own->follower);
        (void)snprintf(path, sizeof path, "/v1/feed?after=%" PRIu64 "&wait=0&limit=%u", size,
                       PAGE_BYTES);
        rc = pt_http_client_get(hub->http, path, "application/x-protobuf", 0, &page, NULL, err);
        rc = rc == 0 ? pt_cli_own_page(own, pt_buf_span(&page), &log_size, err) : rc;
        own->log_size = log_size;
        rc = rc == 0 && kept ? kept(ctx, pt_buf_span(&page), err) : rc;
        if (rc == 0 && until > log_size) {
            rc = pt_err_set(err, PT_E_GAP,
                            PT_SAY("the hub's log has %" PRIu64 " entries, not %" PRIu64,
                                   "枢纽的日志有%" PRIu64 "条，而非%" PRIu64 "条"),
                            log_size, until);
        } else if (rc == 0 && pt_follower_size(own->follower) == size && size < log_size) {
            rc = pt_err_set(err, PT_E_GAP,
                            PT_SAY("the hub gives nothing behind entry %" PRIu64 " of %" PRIu64,
                                   "枢纽在第%" PRIu64 "条之后不再提供，共%" PRIu64 "条"),
                            size, log_size);
        }
        progress.total = until ? until : log_size;
        pt_progress_set(&progress, pt_follower_size(own->follower));
    }
    pt_progress_end(&progress);
    pt_buf_done(&page);
    return rc;
}
