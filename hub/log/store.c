#include <pentad/log/store.h>

int pt_store_append(struct pt_store *s, const struct pt_store_group *g, struct pt_err *err) {
    return s->ops->append(s, g, err);
}

int pt_store_read_begin(struct pt_store *s, struct pt_store_reader **ret, struct pt_err *err) {
    return s->ops->read_begin(s, ret, err);
}

/* A reader's operations are its store's: every implementation puts the store first in its reader,
 * as struct pt_store_reader_head. */
static const struct pt_store_ops *ops_of(const struct pt_store_reader *r) {
    return ((const struct pt_store_reader_head *)(const void *)r)->store->ops;
}

void pt_store_read_end(struct pt_store_reader *r) {
    if (r != NULL) {
        ops_of(r)->read_end(r);
    }
}

int pt_store_state(struct pt_store_reader *r, struct pt_store_state *ret, struct pt_err *err) {
    return ops_of(r)->state(r, ret, err);
}

int pt_store_entries(struct pt_store_reader *r, uint64_t from, uint64_t n, bool with_records,
                     pt_store_entry_cb cb, void *ctx, struct pt_err *err) {
    return ops_of(r)->entries(r, from, n, with_records, cb, ctx, err);
}

int pt_store_find_statement(struct pt_store_reader *r, const struct pt_hash *statement,
                            uint64_t *ret_index, struct pt_err *err) {
    return ops_of(r)->find_statement(r, statement, ret_index, err);
}

int pt_store_find_seq(struct pt_store_reader *r, const char *party, const char *stream,
                      uint64_t seq, uint64_t *ret_index, struct pt_err *err) {
    return ops_of(r)->find_seq(r, party, stream, seq, ret_index, err);
}

int pt_store_refusal(struct pt_store_reader *r, const struct pt_hash *statement,
                     pt_store_refusal_cb cb, void *ctx, struct pt_err *err) {
    return ops_of(r)->refusal(r, statement, cb, ctx, err);
}

int pt_store_refusals(struct pt_store_reader *r, uint64_t from_n, uint64_t n,
                      pt_store_refusal_cb cb, void *ctx, struct pt_err *err) {
    return ops_of(r)->refusals(r, from_n, n, cb, ctx, err);
}

int pt_store_tile(struct pt_store_reader *r, unsigned level, uint64_t index, struct pt_buf *out,
                  struct pt_err *err) {
    return ops_of(r)->tile(r, level, index, out, err);
}

int pt_store_self_check(struct pt_store *s, pt_store_fault_cb fault, void *ctx,
                        struct pt_err *err) {
    return s->ops->self_check(s, fault, ctx, err);
}

int pt_store_cosigned_put(struct pt_store *s, uint64_t size, struct pt_span note, bool quorum,
                          struct pt_err *err) {
    return s->ops->cosigned_put(s, size, note, quorum, err);
}

int pt_store_cosigned_get(struct pt_store *s, uint64_t size, struct pt_buf *out,
                          struct pt_err *err) {
    return s->ops->cosigned_get(s, size, out, err);
}

int pt_store_cosigned_from(struct pt_store *s, uint64_t size, uint64_t *ret_size,
                           struct pt_buf *out, struct pt_err *err) {
    return s->ops->cosigned_from(s, size, ret_size, out, err);
}

int pt_store_cosigned_newest(struct pt_store *s, uint64_t *ret_size, struct pt_buf *out,
                             struct pt_err *err) {
    return s->ops->cosigned_newest(s, ret_size, out, err);
}

int pt_store_erase(struct pt_store *s, const struct pt_store_erasure *e, bool *ret_done,
                   struct pt_err *err) {
    return s->ops->erase(s, e, ret_done, err);
}

int pt_store_scrub(struct pt_store *s, struct pt_err *err) {
    return s->ops->scrub(s, err);
}
