/* What readers get: everything checkable, nothing that isn't theirs. */
#include <criterion/criterion.h>
#include <string.h>

#include <pentad/feed/feed.h>
#include <pentad/v1/feed.pb-c.h>
#include <pentad/v1/record.pb-c.h>

#include "pt_test_hub.h"

static struct test_hub hub;
static struct th_stream s;

static void setup(void) {
    th_init(&hub);
    th_stream_init(&s, &hub, "finance", "main");
}

static void teardown(void) {
    th_done(&hub);
}
TestSuite(feed, .init = setup, .fini = teardown);

static Pentad__V1__FeedPage *page(enum pt_party reader, uint64_t after, uint32_t limit,
                                  uint64_t *ret_next) {
    struct pt_buf out;
    struct pt_err err = {0};
    ProtobufCMessage *m = NULL;
    pt_buf_init(&out, PT_FEED_PAGE_MAX);
    cr_assert_eq(pt_feed_page(hub.log, reader, after, limit, &out, ret_next, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(pt_strict_unpack(&pentad__v1__feed_page__descriptor, pt_buf_span(&out), &m, &err),
                 0, "%s", err.msg);
    pt_buf_done(&out);
    return (Pentad__V1__FeedPage *)m;
}

/* As a connector checks it: roots recomputed, leaves under the checkpoint, consistent with what it
 * had. Returns how many records came as bytes. */
static size_t verify(const Pentad__V1__FeedPage *p, uint64_t after,
                     struct pt_merkle_frontier *tree) {
    struct pt_hash before, head, path[PT_MERKLE_PATH_MAX];
    struct pt_checkpoint c;
    size_t bytes = 0;
    pt_merkle_root(tree, &before);
    for (size_t i = 0; i < p->n_entries; i++) {
        const Pentad__V1__FeedEntry *fe = p->entries[i];
        struct pt_merkle_frontier records = {0};
        struct pt_entry e;
        struct pt_hash root;
        cr_assert_eq(fe->log_index, after + i);
        cr_assert_eq(pt_entry_open(pt_span(fe->log_entry.data, fe->log_entry.len), &e, NULL), 0);
        pt_merkle_append(tree, &e.leaf);
        for (size_t j = 0; j < fe->n_records; j++) {
            struct pt_hash h;
            const Pentad__V1__FeedRecord *r = fe->records[j];
            cr_assert_neq(r->has_record, r->has_withheld);
            if (r->has_record) {
                pt_leaf_hash(&h, r->record.data, r->record.len);
                bytes++;
            } else {
                cr_assert_eq(pt_hash_from_bytes(&h, r->withheld.data, r->withheld.len), 0);
            }
            pt_merkle_append(&records, &h);
        }
        if (!e.is_genesis) {
            pt_merkle_root(&records, &root);
            cr_assert(pt_hash_eq(&root, &e.statement.records_root));
        }
        pt_entry_done(&e);
    }
    cr_assert_eq(pt_checkpoint_open(&c, pt_span(p->checkpoint.data, p->checkpoint.len), &hub.vkey,
                                    &hub.sv, NULL),
                 0);
    pt_merkle_root(tree, &head);
    cr_assert_eq(c.size, after + p->n_entries);
    cr_assert(pt_hash_eq(&c.root, &head));
    for (size_t i = 0; i < p->n_consistency_proof; i++) {
        memcpy(path[i].b, p->consistency_proof[i].data, 32);
    }
    if (after > 0) {
        cr_assert_eq(pt_merkle_verify_consistency(after, &before, c.size, &head, path,
                                                  p->n_consistency_proof),
                     0);
    }
    return bytes;
}

static void notice(void) {
    struct th_stream c;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__StreamClose body = PENTAD__V1__STREAM_CLOSE__INIT;
    th_stream_init(&c, &hub, "congress", "main");
    body.has_day = 1;
    body.day = 20190101;
    r.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    r.stream_close = &body;
    th_send_record(&c, &r, NULL);
}

Test(feed, pages_lead_from_genesis_to_the_end) {
    for (int i = 0; i < 9; i++) {
        th_send_payments(&s, 1 + (size_t)i);
        notice();
    }
    struct pt_merkle_frontier tree = {0};
    uint64_t after = 0, next = 0;
    size_t pages = 0, bytes = 0;
    while (after < pt_log_size(hub.log)) {
        Pentad__V1__FeedPage *p = page(PT_PARTY_AUDIT, after, 4000, &next);
        cr_assert_geq(p->n_entries, 1);
        cr_assert_eq(p->log_size, pt_log_size(hub.log));
        bytes += verify(p, after, &tree);
        cr_assert_eq(next, after + p->n_entries);
        after = next;
        pages++;
        pentad__v1__feed_page__free_unpacked(p, NULL);
    }
    cr_assert_eq(after, 19);
    cr_assert_eq(bytes, 45 + 9);
    cr_assert_gt(pages, 2);
    Pentad__V1__FeedPage *p = page(PT_PARTY_AUDIT, after, 0, &next);
    cr_assert_eq(p->n_entries, 0);
    verify(p, after, &tree);
    cr_assert_eq(next, after);
    pentad__v1__feed_page__free_unpacked(p, NULL);
    struct pt_buf out;
    pt_buf_init(&out, PT_FEED_PAGE_MAX);
    cr_assert_eq(pt_feed_page(hub.log, PT_PARTY_AUDIT, after + 1, 0, &out, NULL, NULL), PT_E_RANGE);
    pt_buf_done(&out);
}

Test(feed, what_a_reader_may_not_read_comes_as_its_hash) {
    struct pt_merkle_frontier tree;
    uint64_t next = 0;
    th_send_payments(&s, 3);
    notice();
    static const struct {
        enum pt_party reader;
        size_t bytes;
    } want[] = {{PT_PARTY_FINANCE, 4}, {PT_PARTY_AUDIT, 4},  {PT_PARTY_DISCIPLINE, 4},
                {PT_PARTY_OFFICE, 1},  {PT_PARTY_PUBLIC, 0}, {PT_PARTY_HUB, 4}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        memset(&tree, 0, sizeof tree);
        Pentad__V1__FeedPage *p = page(want[i].reader, 0, 0, &next);
        cr_assert_eq(verify(p, 0, &tree), want[i].bytes, "%s", pt_party_name(want[i].reader));
        pentad__v1__feed_page__free_unpacked(p, NULL);
    }
}

Test(feed, an_entry_larger_than_the_limit_comes_whole) {
    struct pt_merkle_frontier tree = {0};
    uint64_t next = 0;
    th_send_payments(&s, 300);
    th_send_payments(&s, 1);
    Pentad__V1__FeedPage *p = page(PT_PARTY_AUDIT, 0, 100, &next);
    cr_assert_eq(next, 1);
    verify(p, 0, &tree);
    pentad__v1__feed_page__free_unpacked(p, NULL);
    p = page(PT_PARTY_AUDIT, 1, 100, &next);
    cr_assert_eq(next, 2);
    cr_assert_eq(verify(p, 1, &tree), 300);
    pentad__v1__feed_page__free_unpacked(p, NULL);
}

Test(feed, single_records) {
    struct pt_buf out;
    uint64_t index = 0;
    struct pt_err err = {0};
    pt_buf_init(&out, PT_RECORD_BYTES_MAX);
    th_send_payments(&s, 3);
    cr_assert_eq(pt_feed_record(hub.log, PT_PARTY_AUDIT, "finance", "main", 2, &out, &index, &err),
                 0, "%s", err.msg);
    cr_assert_eq(index, 1);
    Pentad__V1__Record *r = pentad__v1__record__unpack(NULL, out.len, out.p);
    cr_assert_eq(r->seq, 2);
    pentad__v1__record__free_unpacked(r, NULL);
    cr_assert_eq(pt_feed_record(hub.log, PT_PARTY_OFFICE, "finance", "main", 2, &out, &index, &err),
                 PT_E_FORBIDDEN);
    cr_assert_eq(pt_feed_record(hub.log, PT_PARTY_AUDIT, "finance", "main", 4, &out, &index, &err),
                 PT_E_NOT_FOUND);
    pt_buf_done(&out);
}
