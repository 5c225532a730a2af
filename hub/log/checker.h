/* The running state of a full verification: entries come in log order, with or without their
 * records, from a store or a static tree. */
#ifndef PENTAD_LOG_CHECKER_H
#define PENTAD_LOG_CHECKER_H

#include <pentad/log/check.h>
#include <pentad/log/log.h>
#include <pentad/proof/keyhistory.h>

#define CHECK_STREAMS_MAX 65536

struct check_stream {
    char party[PT_NAME_MAX + 1];
    char stream[PT_NAME_MAX + 1];
    uint64_t next_seq;
    struct pt_hash last;
};

struct checker {
    const struct pt_log_check_opts *o;
    struct pt_log_check_result *ret;
    struct pt_merkle_frontier tree;
    uint64_t next_index;
    int64_t last_received_ms;
    int64_t tick_ms; /* of the newest Tick */
    int32_t tick_day;
    struct pt_keyhistory *keys;
    bool keys_certain; /* records are at hand: no key can be missing */
    bool has_genesis;
    struct pt_entry genesis;
    struct pt_vkey vkey;
    struct check_stream *streams;
    size_t n_streams, cap_streams;
    /* Called for each complete node, to compare tiles; may be NULL. */
    pt_merkle_node_cb on_node;
    void *node_ctx;
};

int pt_checker_init(struct checker *c, const struct pt_log_check_opts *o,
                    struct pt_log_check_result *ret);
void pt_checker_done(struct checker *c);
void pt_checker_fault(struct checker *c, int code, const char *where, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* One entry. row: the store's columns beside it, NULL for a static tree. PT_E_NOMEM only. */
int pt_checker_entry(struct checker *c, uint64_t index, struct pt_span log_entry,
                     const struct pt_store_entry *row);
/* The head as computed against a signed note. */
void pt_checker_checkpoint(struct checker *c, struct pt_span note, const char *where);

#endif
