/* Orders that destroy a record, on a hub without HTTP. A step that fails ends the test. */
#ifndef PT_TEST_ERASURE_H
#define PT_TEST_ERASURE_H

#include "pt_test_hub.h"

/* The office orders that finance/main#seq, an X01, be destroyed; the order's hash and number. */
void te_order(struct test_hub *hub, uint64_t seq, struct pt_hash *record, struct pt_hash *ret,
              uint64_t *ret_seq);
/* The same, as a record of another type. */
void te_order_of(struct test_hub *hub, const char *type, uint64_t seq, struct pt_hash *record,
                 struct pt_hash *ret, uint64_t *ret_seq);
/* The party approves the office's order. */
void te_approve(struct test_hub *hub, const char *party, uint64_t seq, struct pt_hash *hash);
void te_tick(struct test_hub *hub, int32_t day);

/* The hash of finance/main#seq, and where it is kept. */
struct te_found {
    uint64_t seq, index, place;
    struct pt_hash hash;
};
struct te_found te_find(struct test_hub *hub, uint64_t seq);

#endif
