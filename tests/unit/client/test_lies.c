/* Every lie that a hub can tell in its feed, most of them under its own valid signature: each is
 * found, named, and leaves the follower where it was, able to take the truth. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/record/party.h>

#include "liar.h"
#include "pt_test_records.h"

/* A log: genesis, finance 1-3, finance 4-5, audit 1 (an H02). */
static void setting(struct liar *l) {
    struct th_stream finance, audit;
    struct tr_reply explained;
    liar_init(l);
    th_stream_init(&finance, &l->hub, "finance", "main");
    th_send_payments(&finance, 3);
    th_send_payments(&finance, 2);
    tr_reply_init(&explained, "说明");
    th_stream_init(&audit, &l->hub, "audit", "main");
    th_send_record(&audit, &explained.record, NULL);
}

/* A batch of two payments by finance in the place of the last entry. */
static void cut(struct liar *l, const char *party, struct pt_buf *out) {
    struct th_stream s;
    pt_buf_init(out, PT_BATCH_BYTES_MAX);
    th_stream_init(&s, &l->hub, party, "main");
    if (strcmp(party, "audit") == 0) { /* its one batch is the entry that is replaced */
        s.next_seq = 1;
        s.last = l->trust.hub;
    }
    th_cut_payments(&s, 2, out);
}

static void withheld_wrong_hash(struct liar *l) {
    Pentad__V1__FeedRecord *r = l->page->entries[1]->records[1];
    r->has_record = 0;
    free(r->record.data);
    r->record = (ProtobufCBinaryData){0};
    r->has_withheld = 1;
    r->withheld.data = calloc(1, 32);
    r->withheld.len = 32;
    liar_pack(l, false);
}

static void neither_shown_nor_withheld(struct liar *l) {
    l->page->entries[1]->records[1]->has_record = 0;
    liar_pack(l, false);
}

static void missing_record(struct liar *l) {
    Pentad__V1__FeedEntry *e = l->page->entries[1];
    pentad__v1__feed_record__free_unpacked(e->records[--e->n_records], NULL);
    liar_pack(l, false);
}

static void records_swapped(struct liar *l) {
    Pentad__V1__FeedEntry *e = l->page->entries[1];
    Pentad__V1__FeedRecord *first = e->records[0];
    e->records[0] = e->records[1];
    e->records[1] = first;
    liar_pack(l, false);
}

static void record_changed(struct liar *l) {
    ProtobufCBinaryData *b = &l->page->entries[2]->records[0]->record;
    b->data[b->len - 1] ^= 1;
    liar_pack(l, false);
}

static void entries_swapped(struct liar *l) {
    Pentad__V1__FeedEntry *one = l->page->entries[1];
    l->page->entries[1] = l->page->entries[2];
    l->page->entries[2] = one;
    l->page->entries[1]->log_index = 1;
    l->page->entries[2]->log_index = 2;
    liar_pack(l, true);
}

static void entry_left_out(struct liar *l) {
    pentad__v1__feed_entry__free_unpacked(l->page->entries[1], NULL);
    l->page->entries[1] = l->page->entries[2];
    l->page->entries[2] = l->page->entries[3];
    l->page->n_entries = 3;
    liar_pack(l, true);
}

static void entry_left_out_and_renumbered(struct liar *l) {
    pentad__v1__feed_entry__free_unpacked(l->page->entries[1], NULL);
    l->page->entries[1] = l->page->entries[2];
    l->page->entries[2] = l->page->entries[3];
    l->page->n_entries = 3;
    l->page->entries[1]->log_index = 1;
    l->page->entries[2]->log_index = 2;
    liar_pack(l, true);
}

static void wrong_previous(struct liar *l) {
    struct th_stream s;
    struct pt_buf batch;
    pt_buf_init(&batch, PT_BATCH_BYTES_MAX);
    th_stream_init(&s, &l->hub, "finance", "main");
    s.last.b[5] ^= 1;
    th_cut_payments(&s, 2, &batch);
    liar_replace_last(l, pt_buf_span(&batch), s.key, l->hub.now_ms);
    liar_pack(l, true);
    pt_buf_done(&batch);
}

static void replaced(struct liar *l, const char *party, const char *key, int64_t at,
                     bool break_signature) {
    struct pt_buf batch;
    cut(l, party, &batch);
    liar_replace_last(l, pt_buf_span(&batch), th_key(&l->hub, key), at);
    if (break_signature) {
        /* The signature is what the envelope ends with; the keyid stands behind it. */
        ProtobufCBinaryData *e = &l->page->entries[3]->log_entry;
        ProtobufCMessage *m = NULL;
        struct pt_buf bytes;
        pt_buf_init(&bytes, 65535);
        cr_assert_eq(pt_strict_unpack(&pentad__v1__log_entry__descriptor, pt_span(e->data, e->len),
                                      &m, &l->err),
                     0);
        ((Pentad__V1__LogEntry *)m)->envelope->signatures[0]->sig.data[0] ^= 1;
        cr_assert_eq(pt_strict_pack(&bytes, m), 0);
        free(e->data);
        e->data = pt_buf_steal(&bytes, &e->len);
        protobuf_c_message_free_unpacked(m, NULL);
        pt_buf_done(&bytes);
    }
    liar_pack(l, true);
    pt_buf_done(&batch);
}

static void signed_by_another_party(struct liar *l) {
    struct th_stream s;
    struct pt_buf batch;
    pt_buf_init(&batch, PT_BATCH_BYTES_MAX);
    th_stream_init(&s, &l->hub, "finance", "main");
    s.key = th_key(&l->hub, "audit");
    th_cut_payments(&s, 2, &batch);
    liar_replace_last(l, pt_buf_span(&batch), s.key, l->hub.now_ms);
    liar_pack(l, true);
    pt_buf_done(&batch);
}

static void key_misnamed(struct liar *l) {
    replaced(l, "finance", "congress", l->hub.now_ms, false);
}

static void key_of_another_use(struct liar *l) {
    struct pt_buf batch;
    cut(l, "finance", &batch);
    liar_replace_last(l, pt_buf_span(&batch), l->hub.log_key, l->hub.now_ms);
    liar_pack(l, true);
    pt_buf_done(&batch);
}

static void signature_broken(struct liar *l) {
    replaced(l, "finance", "finance", l->hub.now_ms, true);
}

static void received_before(struct liar *l) {
    replaced(l, "finance", "finance", TH_T0 - 500, false);
}

static void type_not_its_author_s(struct liar *l) {
    replaced(l, "audit", "audit", l->hub.now_ms, false);
}

/* The last entry becomes a batch of one payment, numbered so many places on, with a tail. */
static void replaced_by_payment(struct liar *l, uint64_t places_on, const char *tail) {
    struct th_stream s;
    struct pt_buf batch, rec;
    pt_buf_init(&batch, PT_BATCH_BYTES_MAX);
    pt_buf_init(&rec, 65536);
    th_stream_init(&s, &l->hub, "finance", "main");
    th_payment(s.next_seq + places_on, 100, &rec);
    pt_buf_puts(&rec, tail);
    struct pt_span span = pt_buf_span(&rec);
    th_cut(&s, &span, 1, &batch);
    liar_replace_last(l, pt_buf_span(&batch), s.key, l->hub.now_ms);
    liar_pack(l, true);
    pt_buf_done(&rec);
    pt_buf_done(&batch);
}

static void record_of_another_place(struct liar *l) {
    replaced_by_payment(l, 7, "");
}

static void record_not_strict(struct liar *l) {
    replaced_by_payment(l, 0, "\x98\x06\x01"); /* field 99 */
}

static void forked_checkpoint(struct liar *l) {
    struct pt_hash other = {{9}};
    liar_checkpoint(l, 4, &other);
    liar_pack(l, false);
}

static void checkpoint_of_another_size(struct liar *l) {
    struct pt_hash root;
    cr_assert_eq(pt_log_root_at(l->hub.log, 3, &root, &l->err), 0);
    liar_checkpoint(l, 3, &root);
    liar_pack(l, false);
}

static void checkpoint_unsigned(struct liar *l) {
    /* Another letter of base64, so that it is the signature that is wrong and not its form. */
    uint8_t *letter = &l->page->checkpoint.data[l->page->checkpoint.len - 10];
    *letter = *letter == 'A' ? 'B' : 'A';
    liar_pack(l, false);
}

static void no_checkpoint(struct liar *l) {
    l->page->has_checkpoint = 0;
    l->page->checkpoint.len = 0;
    liar_pack(l, false);
}

static void shorter_than_its_page(struct liar *l) {
    l->page->log_size = 2;
    liar_pack(l, false);
}

static void second_genesis(struct liar *l) {
    ProtobufCBinaryData *to = &l->page->entries[3]->log_entry,
                        *from = &l->page->entries[0]->log_entry;
    free(to->data);
    to->data = malloc(from->len);
    memcpy(to->data, from->data, from->len);
    to->len = from->len;
    liar_pack(l, true);
}

static void genesis_changed(struct liar *l) {
    ProtobufCBinaryData *e = &l->page->entries[0]->log_entry;
    e->data[e->len / 2] ^= 1;
    liar_pack(l, true);
}

static void not_protobuf(struct liar *l) {
    pt_buf_reset(&l->bytes);
    pt_buf_puts(&l->bytes, "<html>");
}

static void not_strict(struct liar *l) {
    pt_buf_append(&l->bytes, "\x20\x04", 2); /* log_size twice */
}

static const struct {
    const char *name;
    void (*tell)(struct liar *l);
    int code;
} lies[] = {
    {"a withheld record under a wrong hash", withheld_wrong_hash, PT_E_ROOT},
    {"a record that is neither shown nor withheld", neither_shown_nor_withheld, PT_E_FORMAT},
    {"a record left out", missing_record, PT_E_COUNT},
    {"records in another order", records_swapped, PT_E_ROOT},
    {"a record changed", record_changed, PT_E_ROOT},
    {"entries in another order", entries_swapped, PT_E_GAP},
    {"an entry left out", entry_left_out, PT_E_GAP},
    {"an entry left out, the rest renumbered", entry_left_out_and_renumbered, PT_E_GAP},
    {"a batch that continues another statement", wrong_previous, PT_E_PREVIOUS},
    {"a batch signed by another party", signed_by_another_party, PT_E_UNKNOWN_KEY},
    {"a batch logged under a key that didn't sign it", key_misnamed, PT_E_UNKNOWN_KEY},
    {"a batch under a key of another use", key_of_another_use, PT_E_UNKNOWN_KEY},
    {"a broken signature", signature_broken, PT_E_SIGNATURE},
    {"an entry received before the one before it", received_before, PT_E_CLOCK},
    {"a record that its author may not write", type_not_its_author_s, PT_E_TYPE},
    {"a record out of its place", record_of_another_place, PT_E_SEQ},
    {"a record with a field that nobody knows", record_not_strict, PT_E_NOT_STRICT},
    {"another tree than the entries", forked_checkpoint, PT_E_FORK},
    {"a checkpoint of another size", checkpoint_of_another_size, PT_E_PROOF},
    {"a checkpoint that the hub didn't sign", checkpoint_unsigned, PT_E_SIGNATURE},
    {"no checkpoint", no_checkpoint, PT_E_FORMAT},
    {"a log shorter than its page", shorter_than_its_page, PT_E_PROOF},
    {"a second genesis", second_genesis, PT_E_FORMAT},
    {"another genesis", genesis_changed, PT_E_WRONG_HUB},
    {"no page at all", not_protobuf, PT_E_TRUNCATED},
    {"a page in another encoding", not_strict, PT_E_NOT_STRICT},
};

Test(lies, each_is_found_and_leaves_the_follower_as_it_was) {
    struct liar l;
    setting(&l);
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        struct pt_follower *f = liar_follower(&l, PT_PARTY_AUDIT);
        liar_page(&l, PT_PARTY_AUDIT, 0);
        lies[i].tell(&l);
        int rc = liar_feed(&l, f);
        cr_expect(rc == lies[i].code || (lies[i].code == PT_E_TRUNCATED && rc == PT_E_NOT_STRICT),
                  "%s: %s: %s", lies[i].name, pt_err_name(rc), l.err.msg);
        cr_expect_neq(l.err.msg[0], '\0');
        cr_expect_eq(l.n_seen, 0, "%s: a record was handed out", lies[i].name);
        cr_expect_eq(pt_follower_size(f), 0);
        cr_expect_null(pt_follower_genesis(f));
        cr_expect_eq(pt_follower_checkpoint(f).len, 0);
        liar_page(&l, PT_PARTY_AUDIT, 0);
        cr_expect_eq(liar_feed(&l, f), 0, "the truth after %s: %s", lies[i].name, l.err.msg);
        cr_expect_eq(pt_follower_size(f), 4);
        pt_follower_free(f);
    }
    liar_done(&l);
}

/* The same in a later page: what was verified before stays. */
Test(lies, in_a_later_page) {
    struct liar l;
    struct pt_hash before, after;
    setting(&l);
    struct pt_follower *f = liar_follower(&l, PT_PARTY_AUDIT);
    liar_page(&l, PT_PARTY_AUDIT, 0);
    cr_assert_eq(liar_feed(&l, f), 0, "%s", l.err.msg);
    pt_follower_root(f, &before);
    struct th_stream s;
    th_stream_init(&s, &l.hub, "finance", "main");
    th_send_payments(&s, 2);
    liar_page(&l, PT_PARTY_AUDIT, 4);
    struct pt_hash other = {{9}};
    liar_checkpoint(&l, 5, &other);
    liar_pack(&l, false);
    cr_assert_eq(liar_feed(&l, f), PT_E_FORK);
    cr_assert(strstr(l.err.msg, "size 5"), "%s", l.err.msg);
    pt_follower_root(f, &after);
    cr_assert(pt_hash_eq(&before, &after));
    liar_page(&l, PT_PARTY_AUDIT, 0);
    cr_assert_eq(liar_feed(&l, f), PT_E_GAP, "a page that begins before");
    liar_page(&l, PT_PARTY_AUDIT, 4);
    cr_assert_eq(liar_feed(&l, f), 0, "%s", l.err.msg);
    /* Nothing new: the checkpoint is still held against what stands here. */
    liar_page(&l, PT_PARTY_AUDIT, 5);
    cr_assert_eq(liar_feed(&l, f), 0, "%s", l.err.msg);
    liar_checkpoint(&l, 5, &other);
    liar_pack(&l, false);
    cr_assert_eq(liar_feed(&l, f), PT_E_FORK);
    struct pt_hash root4;
    cr_assert_eq(pt_log_root_at(l.hub.log, 4, &root4, &l.err), 0);
    liar_checkpoint(&l, 4, &root4);
    liar_pack(&l, false);
    cr_assert_eq(liar_feed(&l, f), PT_E_PROOF, "a log that was rolled back");
    pt_follower_free(f);
    liar_done(&l);
}

/* A receipt showed another tree than the feed does later. */
Test(lies, forked_against_a_receipt) {
    struct liar l;
    struct pt_hash other = {{9}}, truth;
    setting(&l);
    struct pt_follower *f = liar_follower(&l, PT_PARTY_AUDIT);
    cr_assert_eq(pt_follower_expect(f, 3, &other, pt_span_str("note"), &l.err), 0);
    cr_assert_eq(pt_follower_expect(f, 3, &l.trust.hub, pt_span_str("note"), &l.err), PT_E_FORK,
                 "two receipts");
    liar_page(&l, PT_PARTY_AUDIT, 0);
    cr_assert_eq(liar_feed(&l, f), PT_E_FORK);
    cr_assert(strstr(l.err.msg, "log entry 2"), "%s", l.err.msg);
    cr_assert_eq(liar_feed(&l, f), PT_E_FORK, "it is not forgotten");
    pt_follower_free(f);

    f = liar_follower(&l, PT_PARTY_AUDIT);
    cr_assert_eq(pt_log_root_at(l.hub.log, 3, &truth, &l.err), 0);
    cr_assert_eq(pt_follower_expect(f, 3, &truth, pt_span_str("note"), &l.err), 0);
    cr_assert_eq(liar_feed(&l, f), 0, "%s", l.err.msg);
    cr_assert_eq(pt_follower_expect(f, 4, &other, pt_span_str("note"), &l.err), PT_E_FORK,
                 "at the very size");
    pt_follower_free(f);
    liar_done(&l);
}

Test(lies, another_hub) {
    struct liar l;
    setting(&l);
    l.trust.hub.b[0] ^= 1;
    struct pt_follower *f = liar_follower(&l, PT_PARTY_AUDIT);
    liar_page(&l, PT_PARTY_AUDIT, 0);
    cr_assert_eq(liar_feed(&l, f), PT_E_WRONG_HUB);
    pt_follower_free(f);
    liar_done(&l);
}

/* An operator who turns business time back, under true signatures. */
Test(lies, ticks_that_go_back) {
    static const int32_t days[][2] = {{20190102, 20190101}, {20190102, 20190102}};
    for (int i = 0; i < 2; i++) {
        struct liar l;
        Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT, *recs[1] = {&rec};
        Pentad__V1__Tick tick = PENTAD__V1__TICK__INIT;
        liar_init(&l);
        struct pt_follower *f = liar_follower(&l, PT_PARTY_AUDIT);
        rec.body_case = PENTAD__V1__RECORD__BODY_TICK;
        rec.tick = &tick;
        tick.has_day = tick.has_is_workday = tick.has_at_ms = 1;
        tick.day = days[i][0];
        tick.at_ms = TH_T0;
        th_author(&l.hub, recs, 1);
        liar_page(&l, PT_PARTY_AUDIT, 0);
        cr_assert_eq(liar_feed(&l, f), 0, "%s", l.err.msg);
        tick.day = days[i][1];
        tick.at_ms = TH_T0 - i;
        th_author(&l.hub, recs, 1);
        liar_page(&l, PT_PARTY_AUDIT, 2);
        cr_assert_eq(liar_feed(&l, f), PT_E_CLOCK, "%s", l.err.msg);
        cr_assert_eq(pt_follower_size(f), 2);
        pt_follower_free(f);
        liar_done(&l);
    }
}
