/* A FeedPage into a follower that begins with it. Signatures count as good here, so that what lies
 * behind them is reached; the hub that is trusted is the one that the page's genesis makes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/client/follower.h>

#include "accept.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_record(void *ctx, const struct pt_followed_record *r) {
    uint64_t *last = ctx;

    PT_ASSERT(r->log_index >= *last);
    PT_ASSERT((r->record != NULL) == (r->bytes.len > 0));
    PT_ASSERT(r->record == NULL || r->record->seq == r->seq);
    *last = r->log_index;
    return 0;
}

/* What the page itself says of its hub. */
static bool trust_page(struct pt_trust *trust, struct pt_span bytes) {
    ProtobufCMessage *m = NULL;
    struct pt_entry genesis;
    struct pt_buf text;
    bool ok = false;

    if (pt_strict_unpack(&pentad__v1__feed_page__descriptor, bytes, &m, NULL) != 0) {
        return false;
    }
    const Pentad__V1__FeedPage *page = (const Pentad__V1__FeedPage *)m;
    pt_buf_init(&text, 4096);
    if (page->n_entries > 0 &&
        pt_entry_open(pt_span(page->entries[0]->log_entry.data, page->entries[0]->log_entry.len),
                      &genesis, NULL) == 0) {
        trust->hub = genesis.leaf;
        if (genesis.is_genesis && genesis.genesis->log_vkey != NULL) {
            pt_buf_printf(&text, "log %.2000s\nquorum none\n", genesis.genesis->log_vkey);
            ok = pt_policy_parse(trust->policy, pt_buf_span(&text), NULL) == 0;
        }
        pt_entry_done(&genesis);
    }
    pt_buf_done(&text);
    protobuf_c_message_free_unpacked(m, NULL);
    return ok;
}

static void save_and_load(const struct pt_trust *trust, const struct pt_follower *f) {
    struct pt_follower *g = NULL;
    struct pt_buf one;
    struct pt_buf two;

    pt_buf_init(&one, 1 << 26);
    pt_buf_init(&two, 1 << 26);
    PT_ASSERT(pt_follower_save(f, &one) == 0);
    PT_ASSERT(pt_follower_new(trust, PT_PARTY_AUDIT, &g, NULL) == 0);
    PT_ASSERT(pt_follower_load(g, pt_buf_span(&one), NULL) == 0);
    PT_ASSERT(pt_follower_save(g, &two) == 0);
    PT_ASSERT(pt_span_eq(pt_buf_span(&one), pt_buf_span(&two)));
    pt_follower_free(g);
    pt_buf_done(&one);
    pt_buf_done(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct pt_policy policy;
    struct pt_trust trust = {.policy = &policy, .sv = {.verify = accept_all}};
    struct pt_follower *f = NULL;
    struct pt_err err = {0};
    uint64_t log_size;
    uint64_t last = 0;
    const struct pt_follow follow = {.record = on_record, .ctx = &last};

    memset(&policy, 0, sizeof(policy));
    bool whole = trust_page(&trust, pt_span(data, size));
    PT_ASSERT(pt_follower_new(&trust, PT_PARTY_AUDIT, &f, &err) == 0);
    if (!whole) {
        policy.quorum_none = true;
    }
    int rc = pt_follower_page(f, pt_span(data, size), &follow, &log_size, &err);
    if (rc == 0) {
        PT_ASSERT(pt_follower_size(f) > 0 && log_size >= pt_follower_size(f));
        save_and_load(&trust, f);
    } else {
        PT_ASSERT(err.msg[0] != '\0');
        PT_ASSERT(pt_follower_size(f) == 0 && pt_follower_genesis(f) == NULL);
    }
    pt_follower_free(f);
    return 0;
}
