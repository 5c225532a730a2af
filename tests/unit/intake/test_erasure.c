/* Erasures: an order comes into force at the first tick behind the second approval. */
#include <criterion/criterion.h>
#include <string.h>

#include <pentad/proof/batch.h>

#include "pt_test_erasure.h"

static struct test_hub hub;

static void setup(void) {
    th_init(&hub);
}
static void teardown(void) {
    th_done(&hub);
}
TestSuite(erasure, .init = setup, .fini = teardown);

Test(erasure, two_of_the_four_and_a_tick) {
    struct th_stream s;
    struct pt_hash hash;
    uint64_t seq;
    th_stream_init(&s, &hub, "finance", "main");
    th_send_payments(&s, 3);
    struct te_found f = te_find(&hub, 2);
    te_order(&hub, 2, &f.hash, &hash, &seq);
    te_approve(&hub, "finance", seq, &hash);
    te_approve(&hub, "audit", seq, &hash);
    te_approve(&hub, "audit", seq, &hash);
    te_tick(&hub, 20190101);
    cr_assert_eq(pt_exchange_erasure_count(hub.x), 0, "one body, however often");
    te_approve(&hub, "discipline", seq, &hash);
    cr_assert_eq(pt_exchange_erasure_count(hub.x), 0, "not before a tick");
    te_tick(&hub, 20190102);
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(pt_exchange_erasure_count(hub.x), 1);
        const struct pt_exchange_erasure *e = pt_exchange_erasure_at(hub.x, 0);
        cr_assert_str_eq(e->party, "finance");
        cr_assert_eq(e->seq, 2);
        cr_assert(pt_hash_eq(&e->record, &f.hash) && pt_hash_eq(&e->order, &hash));
        cr_assert_str_eq(e->order_at.party, "office");
        cr_assert_eq(e->order_at.seq, seq);
        cr_assert_str_eq(e->approvals[1].party, "discipline");
        cr_assert_eq(e->approvals[0].seq, 0);
        cr_assert_neq(e->approvals[3].seq, 0);
        th_close(&hub); /* and the same from the log alone */
        th_open(&hub);
    }
}
