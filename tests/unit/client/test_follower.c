/* Following true pages: state, keys, closes, and what is handed out. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/close.h>
#include <pentad/proof/evidence.h>
#include <pentad/record/decode.h>

#include "liar.h"

static void follow_all(struct liar *l, struct pt_follower *f, enum pt_party reader) {
    while (pt_follower_size(f) < pt_log_size(l->hub.log)) {
        liar_page(l, reader, pt_follower_size(f));
        cr_assert_eq(liar_feed(l, f), 0, "%s", l->err.msg);
    }
}

static struct pt_follower *reload(struct liar *l, struct pt_follower *f, enum pt_party reader) {
    struct pt_buf saved, again;
    pt_buf_init(&saved, 1 << 24);
    pt_buf_init(&again, 1 << 24);
    cr_assert_eq(pt_follower_save(f, &saved), 0);
    struct pt_follower *g = liar_follower(l, reader);
    cr_assert_eq(pt_follower_load(g, pt_buf_span(&saved), &l->err), 0, "%s", l->err.msg);
    cr_assert_eq(pt_follower_save(g, &again), 0);
    cr_assert(pt_span_eq(pt_buf_span(&saved), pt_buf_span(&again)), "saved again it is the same");
    pt_buf_done(&saved);
    pt_buf_done(&again);
    pt_follower_free(f);
    return g;
}

Test(follower, pages_one_by_one_and_state_between_them) {
    struct liar l;
    struct th_stream finance, audit;
    struct pt_hash root, truth;
    liar_init(&l);
    th_stream_init(&finance, &l.hub, "finance", "main");
    th_stream_init(&audit, &l.hub, "finance", "second");
    struct pt_follower *f = liar_follower(&l, PT_PARTY_AUDIT);
    for (int i = 0; i < 6; i++) {
        th_send_payments(i % 2 ? &audit : &finance, (size_t)i + 1);
        follow_all(&l, f, PT_PARTY_AUDIT);
        f = reload(&l, f, PT_PARTY_AUDIT);
        pt_follower_root(f, &root);
        cr_assert_eq(pt_log_root_at(l.hub.log, pt_follower_size(f), &truth, &l.err), 0);
        cr_assert(pt_hash_eq(&root, &truth));
    }
    struct pt_follower_stream s;
    cr_assert_eq(pt_follower_stream(f, "finance", "second", &s), 0);
    cr_assert_eq(s.next_seq, audit.next_seq);
    cr_assert(pt_hash_eq(&s.last_statement, &audit.last));
    cr_assert_eq(pt_follower_stream(f, "finance", "third", &s), PT_E_NOT_FOUND);
    pt_follower_free(f);
    liar_done(&l);
}

Test(follower, a_reader_that_gets_hashes_alone) {
    struct liar l;
    struct th_stream finance;
    liar_init(&l);
    th_stream_init(&finance, &l.hub, "finance", "main");
    th_send_payments(&finance, 5);
    struct pt_follower *f = liar_follower(&l, PT_PARTY_ORGANIZATION);
    follow_all(&l, f, PT_PARTY_ORGANIZATION);
    cr_assert_eq(l.n_seen, 5, "each record is told, withheld or not");
    pt_follower_free(f);
    liar_done(&l);
}

/* ---- the saved state ----------------------------------------------------------------------- */

Test(follower, a_spoiled_state_is_refused) {
    struct liar l;
    struct th_stream finance;
    struct pt_buf saved;
    struct pt_hash root = {{1}};
    liar_init(&l);
    th_stream_init(&finance, &l.hub, "finance", "main");
    th_send_payments(&finance, 2);
    struct pt_follower *f = liar_follower(&l, PT_PARTY_AUDIT);
    follow_all(&l, f, PT_PARTY_AUDIT);
    cr_assert_eq(pt_follower_expect(f, 9, &root, pt_span_str("a note"), &l.err), 0);
    pt_buf_init(&saved, 1 << 24);
    cr_assert_eq(pt_follower_save(f, &saved), 0);
    pt_follower_free(f);
    for (size_t i = 0; i < saved.len; i += 1 + saved.len / 300) {
        f = liar_follower(&l, PT_PARTY_AUDIT);
        saved.p[i] ^= 0x10;
        cr_expect_eq(pt_follower_load(f, pt_buf_span(&saved), &l.err), PT_E_CORRUPT, "byte %zu", i);
        saved.p[i] ^= 0x10;
        pt_follower_free(f);
        f = liar_follower(&l, PT_PARTY_AUDIT);
        cr_expect_eq(pt_follower_load(f, pt_span(saved.p, i), &l.err), PT_E_CORRUPT, "cut at %zu",
                     i);
        pt_follower_free(f);
    }
    f = liar_follower(&l, PT_PARTY_FINANCE);
    cr_expect_eq(pt_follower_load(f, pt_buf_span(&saved), &l.err), PT_E_CORRUPT,
                 "another reader's view");
    pt_follower_free(f);
    /* And whole it is good, the expectation included. */
    f = liar_follower(&l, PT_PARTY_AUDIT);
    cr_assert_eq(pt_follower_load(f, pt_buf_span(&saved), &l.err), 0, "%s", l.err.msg);
    cr_assert(pt_span_eq(pt_follower_checkpoint(f), pt_span_str("a note")));
    for (int i = 0; i < 7; i++) {
        th_send_payments(&finance, 1);
    }
    liar_page(&l, PT_PARTY_AUDIT, pt_follower_size(f));
    cr_assert_eq(liar_feed(&l, f), PT_E_FORK);
    pt_follower_free(f);
    pt_buf_done(&saved);
    liar_done(&l);
}

/* ---- what can't be stored was not followed -------------------------------------------------- */

struct storing {
    int fails;
    struct pt_follower *f;
    uint64_t size_then;
};

static int store(void *ctx) {
    struct storing *s = ctx;
    s->size_then = pt_follower_size(s->f);
    return s->fails-- > 0 ? PT_E_IO : 0;
}

static int refuse_record(void *ctx, const struct pt_followed_record *r) {
    (void)ctx;
    return r->seq == 2 ? PT_E_STORE : 0;
}

Test(follower, a_page_that_is_not_stored_is_not_followed) {
    struct liar l;
    struct th_stream finance;
    liar_init(&l);
    th_stream_init(&finance, &l.hub, "finance", "main");
    th_send_payments(&finance, 2);
    struct pt_follower *f = liar_follower(&l, PT_PARTY_AUDIT);
    struct storing s = {.fails = 2, .f = f};
    const struct pt_follow follow = {.store = store, .ctx = &s};
    const struct pt_follow refuse = {.record = refuse_record};
    liar_page(&l, PT_PARTY_AUDIT, 0);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(pt_follower_page(f, pt_buf_span(&l.bytes), &follow, &l.log_size, &l.err),
                     PT_E_IO);
        cr_assert_eq(s.size_then, 2, "the store sees the state behind the page");
        cr_assert_eq(pt_follower_size(f), 0);
        cr_assert_null(pt_follower_genesis(f));
    }
    cr_assert_eq(pt_follower_page(f, pt_buf_span(&l.bytes), &refuse, &l.log_size, &l.err),
                 PT_E_STORE);
    cr_assert_eq(pt_follower_size(f), 0);
    cr_assert_eq(pt_follower_page(f, pt_buf_span(&l.bytes), &follow, &l.log_size, &l.err), 0);
    cr_assert_eq(pt_follower_size(f), 2);
    cr_assert_eq(l.log_size, 2);
    pt_follower_free(f);
    liar_done(&l);
}

/* ---- keys ---------------------------------------------------------------------------------- */

static void change_key(struct liar *l, const struct pt_key *add, const struct pt_hash *retire) {
    struct th_stream keys;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__KeyChange change = PENTAD__V1__KEY_CHANGE__INIT;
    Pentad__V1__PublicKey pub = PENTAD__V1__PUBLIC_KEY__INIT, *pubs[1] = {&pub};
    ProtobufCBinaryData gone[1];
    change.party = (char *)"finance";
    if (add) {
        struct pt_span spki = pt_key_spki(add);
        pub.has_use = pub.has_algorithm = pub.has_spki = 1;
        pub.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
        pub.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_P256;
        pub.spki = (ProtobufCBinaryData){.len = spki.len, .data = (uint8_t *)(uintptr_t)spki.p};
        change.n_add = 1;
        change.add = pubs;
    }
    if (retire) {
        gone[0] = (ProtobufCBinaryData){.len = 32, .data = (uint8_t *)(uintptr_t)retire->b};
        change.n_retire = 1;
        change.retire = gone;
    }
    rec.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    rec.key_change = &change;
    th_stream_init(&keys, &l->hub, "finance", "keys");
    th_send_record(&keys, &rec, NULL);
}

/* What it hands on about keys, taken by somebody who has the genesis and the policy alone: no byte
 * of it may be another one. */
static void history_is_proven(struct liar *l, const struct pt_follower *f,
                              const struct pt_hash *old, const struct pt_key *fresh) {
    struct pt_keyhistory *keys = NULL;
    struct pt_buf bytes;
    struct pt_hash added;
    pt_buf_init(&bytes, PT_KEY_HISTORY_MAX);
    pt_key_fingerprint(fresh, &added);
    cr_assert_eq(pt_follower_key_history(f, &bytes), 0);
    for (size_t at = 0; at <= bytes.len; at += 41) {
        struct pt_err err = {0};
        cr_assert_eq(pt_keyhistory_new(&keys), 0);
        cr_assert_eq(pt_keyhistory_genesis(keys, pt_follower_genesis(f), &err), 0);
        if (at > 0) {
            bytes.p[at - 1] ^= 4;
        }
        int rc = pt_evidence_keys_take(keys, pt_buf_span(&bytes), &l->trust.hub, l->trust.policy,
                                       &l->trust.sv, &err);
        if (at > 0) {
            bytes.p[at - 1] ^= 4;
            cr_assert_neq(rc, 0, "byte %zu", at - 1);
        } else {
            cr_assert_eq(rc, 0, "%s", err.msg);
            cr_assert(pt_keyhistory_find(keys, &added)->retired_at == UINT64_MAX);
            cr_assert_lt(pt_keyhistory_find(keys, old)->retired_at, pt_follower_size(f));
        }
        pt_keyhistory_free(keys);
    }
    pt_buf_done(&bytes);
}

Test(follower, keys_change_with_the_log) {
    struct liar l;
    struct th_stream finance;
    struct pt_key *fresh = NULL;
    struct pt_hash old;
    liar_init(&l);
    cr_assert_eq(pt_key_generate(PT_KEY_P256, &fresh, &l.err), 0);
    pt_key_fingerprint(th_key(&l.hub, "finance"), &old);
    struct pt_follower *f = liar_follower(&l, PT_PARTY_AUDIT);
    change_key(&l, fresh, NULL);
    follow_all(&l, f, PT_PARTY_AUDIT);
    f = reload(&l, f, PT_PARTY_AUDIT);
    th_stream_init(&finance, &l.hub, "finance", "main");
    finance.key = fresh;
    th_send_payments(&finance, 2);
    follow_all(&l, f, PT_PARTY_AUDIT);
    change_key(&l, NULL, &old);
    follow_all(&l, f, PT_PARTY_AUDIT);
    f = reload(&l, f, PT_PARTY_AUDIT);
    const struct pt_keyhistory_key *k = pt_keyhistory_find(pt_follower_keys(f), &old);
    cr_assert(k && !pt_keyhistory_key_live(k, pt_follower_size(f)));
    history_is_proven(&l, f, &old, fresh);
    /* The hub logs a batch under the retired key all the same. */
    th_send_payments(&finance, 1);
    uint64_t size = pt_follower_size(f);
    struct pt_buf batch;
    pt_buf_init(&batch, PT_BATCH_BYTES_MAX);
    finance.next_seq--;
    finance.last = l.trust.hub;
    struct pt_follower_stream at;
    cr_assert_eq(pt_follower_stream(f, "finance", "main", &at), 0);
    finance.last = at.last_statement;
    finance.next_seq = at.next_seq;
    finance.key = th_key(&l.hub, "finance");
    th_cut_payments(&finance, 1, &batch);
    liar_page(&l, PT_PARTY_AUDIT, size);
    liar_replace_last(&l, pt_buf_span(&batch), finance.key, l.hub.now_ms);
    liar_pack(&l, false);
    cr_assert_eq(liar_feed(&l, f), PT_E_RETIRED_KEY, "%s", l.err.msg);
    pt_buf_done(&batch);
    pt_key_free(fresh);
    pt_follower_free(f);
    liar_done(&l);
}

/* What it says of finance's key on stream `keys` is for everybody: no hash in its place, and no
 * order may have destroyed it. */
Test(follower, what_stands_on_stream_keys_is_shown) {
    struct liar l;
    struct pt_key *fresh = NULL;
    struct pt_hash hash;
    liar_init(&l);
    cr_assert_eq(pt_key_generate(PT_KEY_P256, &fresh, &l.err), 0);
    change_key(&l, fresh, NULL);
    for (int erased = 0; erased < 2; erased++) {
        struct pt_follower *f = liar_follower(&l, PT_PARTY_AUDIT);
        liar_page(&l, PT_PARTY_AUDIT, 0);
        Pentad__V1__FeedRecord *r = l.page->entries[1]->records[0];
        ProtobufCBinaryData *as = erased ? &r->erased : &r->withheld;
        pt_leaf_hash(&hash, r->record.data, r->record.len);
        free(r->record.data);
        r->record = (ProtobufCBinaryData){0};
        r->has_record = 0;
        r->has_withheld = !erased;
        r->has_erased = r->has_erased_by = erased;
        *as = (ProtobufCBinaryData){32, malloc(32)};
        memcpy(as->data, hash.b, 32);
        if (erased) {
            r->erased_by = (ProtobufCBinaryData){32, calloc(1, 32)};
        }
        liar_pack(&l, false);
        cr_assert_eq(liar_feed(&l, f), PT_E_PROOF, "%s", l.err.msg);
        cr_assert(strstr(l.err.msg, "finance/keys#1"), "%s", l.err.msg);
        cr_assert_eq(pt_follower_size(f), 0);
        follow_all(&l, f, PT_PARTY_AUDIT);
        pt_follower_free(f);
    }
    /* The public may not read it. */
    struct pt_follower *f = liar_follower(&l, PT_PARTY_PUBLIC);
    follow_all(&l, f, PT_PARTY_PUBLIC);
    pt_follower_free(f);
    pt_key_free(fresh);
    liar_done(&l);
}

/* ---- closes -------------------------------------------------------------------------------- */

/* finance writes two payments, then a close over them (and over one more where `too_many`). */
static void close_stream(struct liar *l, struct th_stream *s, bool too_many) {
    struct pt_close close;
    struct pt_close_message m;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    struct pt_buf bytes, batch;
    struct pt_span spans[2];
    struct pt_arena arena;
    size_t end = 0;
    pt_buf_init(&bytes, 65536);
    pt_buf_init(&batch, 65536);
    pt_arena_init(&arena, 1 << 24);
    pt_close_init(&close, PT_PARTY_FINANCE);
    for (size_t i = 0; i < 3; i++) {
        Pentad__V1__Record *decoded = NULL;
        struct pt_hash hash;
        size_t from = bytes.len;
        th_payment(s->next_seq + i, 100, &bytes);
        cr_assert_eq(
            pt_record_decode(pt_span(bytes.p + from, bytes.len - from), &arena, &decoded, NULL), 0);
        pt_leaf_hash(&hash, bytes.p + from, bytes.len - from);
        if (i < 2 || too_many) {
            pt_close_add(&close, decoded, &hash);
        }
        if (i == 0) {
            end = bytes.len;
        }
        if (i == 1) {
            spans[1] = pt_span((void *)(uintptr_t)end, bytes.len - end);
        }
    }
    spans[0] = pt_span(bytes.p, end);
    spans[1].p = bytes.p + end;
    th_cut(s, spans, 2, &batch);
    struct th_reply reply;
    th_submit(&l->hub, PT_INTAKE_PROTOBUF, pt_buf_span(&batch), "finance", &reply);
    cr_assert_eq(reply.verdict, PT_INTAKE_ACCEPT);
    th_reply_done(&reply);
    th_advance(s, 2);
    pt_close_write(&close, 20190101, false, &m);
    rec.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    rec.stream_close = &m.close;
    th_send_record(s, &rec, NULL);
    pt_arena_done(&arena);
    pt_buf_done(&batch);
    pt_buf_done(&bytes);
}

Test(follower, a_close_is_held_against_what_arrived) {
    const enum pt_party readers[] = {PT_PARTY_AUDIT, PT_PARTY_ORGANIZATION};
    for (size_t i = 0; i < 2; i++) {
        struct liar l;
        struct th_stream finance;
        liar_init(&l);
        th_stream_init(&finance, &l.hub, "finance", "main");
        struct pt_follower *f = liar_follower(&l, readers[i]);
        close_stream(&l, &finance, false);
        follow_all(&l, f, readers[i]);
        cr_assert_str_eq(l.close_fault, "", "%s", l.close_fault);
        pt_follower_free(f);
        liar_done(&l);
    }
}

Test(follower, a_close_that_counts_more_than_arrived_is_told) {
    struct liar l;
    struct th_stream finance;
    liar_init(&l);
    th_stream_init(&finance, &l.hub, "finance", "main");
    struct pt_follower *f = liar_follower(&l, PT_PARTY_AUDIT);
    close_stream(&l, &finance, true);
    follow_all(&l, f, PT_PARTY_AUDIT);
    cr_assert(strstr(l.close_fault, "counts 3 records for audit, 2 were received"), "%s",
              l.close_fault);
    pt_follower_free(f);
    liar_done(&l);
}

/* The hub shows a hash where this reader may read the record: the page holds, the close tells. */
Test(follower, a_record_that_the_hub_withholds_is_told_by_the_close) {
    struct liar l;
    struct th_stream finance;
    struct pt_hash hash;
    liar_init(&l);
    th_stream_init(&finance, &l.hub, "finance", "main");
    close_stream(&l, &finance, false);
    struct pt_follower *f = liar_follower(&l, PT_PARTY_AUDIT);
    liar_page(&l, PT_PARTY_AUDIT, 0);
    Pentad__V1__FeedRecord *r = l.page->entries[1]->records[0];
    pt_leaf_hash(&hash, r->record.data, r->record.len);
    free(r->record.data);
    r->record = (ProtobufCBinaryData){0};
    r->has_record = 0;
    r->has_withheld = 1;
    r->withheld.data = malloc(32);
    r->withheld.len = 32;
    memcpy(r->withheld.data, hash.b, 32);
    liar_pack(&l, false);
    cr_assert_eq(liar_feed(&l, f), 0, "%s", l.err.msg);
    cr_assert(strstr(l.close_fault, "counts 2 records for audit, 1 were received"), "%s",
              l.close_fault);
    pt_follower_free(f);
    liar_done(&l);
}
