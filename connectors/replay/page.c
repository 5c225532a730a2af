#include <pentad/replay/page.h>

#include <stdlib.h>

void pt_page_room_done(struct pt_page_room *room) {
    free(room->records);
    *room = (struct pt_page_room){0};
}

static int make_room(struct pt_page_room *room, size_t n, struct pt_err *err) {
    if (n > room->cap) {
        struct pt_span *more = realloc(room->records, n * sizeof *more);
        if (!more) {
            return pt_err_set(err, PT_E_NOMEM, "out of memory");
        }
        room->records = more;
        room->cap = n;
    }
    return 0;
}

static int fold_entry(struct pt_ledger *l, const Pentad__V1__FeedEntry *e,
                      struct pt_page_room *room, struct pt_err *err) {
    struct pt_ledger_applied applied;
    int rc = make_room(room, e->n_records, err);
    if (rc != 0) {
        return rc;
    }
    for (size_t i = 0; i < e->n_records; i++) {
        const ProtobufCBinaryData *b = &e->records[i]->record;
        room->records[i] = e->records[i]->has_record ? pt_span(b->data, b->len) : pt_span(NULL, 0);
    }
    const struct pt_fold_entry entry = {.log_index = e->log_index,
                                        .log_entry = pt_span(e->log_entry.data, e->log_entry.len),
                                        .records = room->records,
                                        .n = e->n_records};
    return pt_ledger_apply(l, &entry, &applied, err);
}

int pt_page_fold(struct pt_ledger *l, const Pentad__V1__FeedPage *page, struct pt_page_room *room,
                 struct pt_err *err) {
    uint64_t from = pt_ledger_cursor(l);
    int rc = pt_ledger_begin(l, err);
    if (rc != 0) {
        return rc;
    }
    for (size_t i = 0; i < page->n_entries && rc == 0; i++) {
        if (page->entries[i]->log_index >= from) {
            rc = fold_entry(l, page->entries[i], room, err);
        }
    }
    rc = rc == 0 ? pt_ledger_commit(l, err) : rc;
    if (rc != 0) {
        pt_ledger_rollback(l);
    }
    return rc;
}
