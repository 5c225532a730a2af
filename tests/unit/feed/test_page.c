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

/* ---- the public ---- */

/* Stands for a ledger: which record of finance/main was disclosed by which log entry. */
struct shown {
    uint64_t seq, log_index, by;
    bool withdrawn;
};

static int covers(void *ctx, const char *party, const char *stream, uint64_t seq, bool *ret,
                  struct pt_err *err) {
    const struct shown *d = ctx;
    (void)stream;
    (void)err;
    *ret = strcmp(party, "finance") == 0 && seq == d->seq && !d->withdrawn;
    return 0;
}

static int since(void *ctx, uint64_t from, uint64_t to, pt_feed_opened_cb *cb, void *cb_ctx,
                 struct pt_err *err) {
    const struct shown *d = ctx;
    (void)err;
    return d->by >= from && d->by < to && !d->withdrawn
               ? cb(cb_ctx, "finance", "main", d->seq, d->log_index)
               : 0;
}

static Pentad__V1__FeedPage *public_page(const struct pt_feed_disclosed *d, uint64_t after,
                                         uint64_t *ret_next) {
    struct pt_buf out;
    struct pt_err err = {0};
    ProtobufCMessage *m = NULL;
    pt_buf_init(&out, PT_FEED_PAGE_MAX);
    cr_assert_eq(pt_feed_page_public(hub.log, d, after, 0, &out, ret_next, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_strict_unpack(&pentad__v1__feed_page__descriptor, pt_buf_span(&out), &m, &err),
                 0, "%s", err.msg);
    pt_buf_done(&out);
    return (Pentad__V1__FeedPage *)m;
}

static void send_goal(struct pt_hash *ret_hash) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Subject subject = PENTAD__V1__SUBJECT__INIT;
    Pentad__V1__OrgProfile org = PENTAD__V1__ORG_PROFILE__INIT;
    subject.has_kind = 1;
    subject.kind = PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_DEPT;
    subject.key = (char *)"11370100004188813W";
    rec.subject = &subject;
    rec.has_effective = 1;
    rec.effective = 20190101;
    rec.body_case = PENTAD__V1__RECORD__BODY_ORG_PROFILE;
    rec.org_profile = &org;
    org.uscc = subject.key;
    org.name = (char *)"市审计局";
    org.has_level = 1;
    org.level = PENTAD__V1__ORG_LEVEL__ORG_LEVEL_DEPT;
    org.rgn = (char *)"370100";
    org.bunit = (char *)"219";
    org.has_active_from = 1;
    org.active_from = 20190101;
    th_send_record(&s, &rec, ret_hash);
}

/* What is disclosed comes with the tick that made it public, for the hash that stood in its entry.
 */
Test(feed, the_public_gets_what_is_disclosed_at_the_tick) {
    struct pt_merkle_frontier tree = {0};
    struct pt_hash hash;
    uint64_t next = 0;
    send_goal(&hash);
    uint64_t at = pt_log_size(hub.log) - 1;
    th_send_payments(&s, 1);
    struct shown shown = {1, at, pt_log_size(hub.log) - 1, false};
    struct pt_feed_disclosed d = {covers, since, &shown, pt_log_size(hub.log) - 1};

    Pentad__V1__FeedPage *p = public_page(&d, 0, &next);
    cr_assert_eq(next, d.size, "no further than the ledger");
    cr_assert_eq(verify(p, 0, &tree), 0);
    cr_assert_eq(p->n_opened, 0);
    pentad__v1__feed_page__free_unpacked(p, NULL);
    p = public_page(&d, next, &next);
    cr_assert_eq(p->n_entries, 0);
    cr_assert_eq(next, d.size);
    pentad__v1__feed_page__free_unpacked(p, NULL);

    d.size = pt_log_size(hub.log);
    p = public_page(&d, d.size - 1, &next);
    cr_assert_eq(verify(p, d.size - 1, &tree), 0);
    cr_assert_eq(p->n_opened, 1);
    cr_assert_eq(p->opened[0]->log_index, at);
    cr_assert_eq(p->opened[0]->seq, 1);
    struct pt_hash got;
    pt_leaf_hash(&got, p->opened[0]->record.data, p->opened[0]->record.len);
    cr_assert(pt_hash_eq(&got, &hash));
    pentad__v1__feed_page__free_unpacked(p, NULL);

    memset(&tree, 0, sizeof tree);
    p = public_page(&d, 0, &next);
    cr_assert_eq(verify(p, 0, &tree), 0, "an entry's own place keeps its hash");
    cr_assert_eq(p->n_opened, 1);
    pentad__v1__feed_page__free_unpacked(p, NULL);

    shown.withdrawn = true;
    p = public_page(&d, 0, &next);
    cr_assert_eq(p->n_opened, 0);
    pentad__v1__feed_page__free_unpacked(p, NULL);
}

/* Payments are not public whatever is said to cover them. */
Test(feed, the_public_gets_no_payments) {
    struct pt_buf out;
    struct pt_err err = {0};
    uint64_t next = 0;
    th_send_payments(&s, 2);
    struct shown shown = {2, 1, 1, false};
    struct pt_feed_disclosed d = {covers, since, &shown, pt_log_size(hub.log)};
    Pentad__V1__FeedPage *p = public_page(&d, 0, &next);
    cr_assert_eq(p->n_opened, 0);
    pentad__v1__feed_page__free_unpacked(p, NULL);
    pt_buf_init(&out, PT_RECORD_BYTES_MAX);
    cr_assert_eq(pt_feed_record_public(hub.log, &d, "finance", "main", 2, &out, NULL, &err),
                 PT_E_FORBIDDEN);
    pt_buf_done(&out);
}
