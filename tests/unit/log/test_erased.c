/* Erased records in log.db: their bytes are gone, and a check takes that from an order alone. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>
#include <pentad/log/check.h>
#include <pentad/proof/batch.h>
#include <pentad/store/sqlite.h>

#include "pt_test_erasure.h"

static struct test_hub hub;
static struct th_stream s;
static char named[1024];
static struct pt_log_check_result last;

static void setup(void) {
    th_init(&hub);
    th_stream_init(&s, &hub, "finance", "main");
}
static void teardown(void) {
    th_done(&hub);
}
TestSuite(erased, .init = setup, .fini = teardown);

static void on_fault(void *ctx, const struct pt_log_fault *f) {
    (void)ctx;
    size_t n = strlen(named);
    snprintf(named + n, sizeof named - n, "%s: %s (%s)\n", f->where, f->what, f->check);
}

static uint64_t faults(void) {
    struct pt_log_check_opts o = {.verify = hub.sv, .fault = on_fault};
    struct pt_err err = {0};
    named[0] = '\0';
    cr_assert_eq(pt_log_check(hub.store, &o, &last, &err), 0, "%s", err.msg);
    return last.faults;
}

static int erase(const struct te_found *f, const struct pt_hash *by, bool *ret_done) {
    const struct pt_store_erasure e = {
        .index = f->index, .place = f->place, .record = f->hash, .order = *by};
    return pt_store_erase(hub.store, &e, ret_done, NULL);
}

/* A payment whose words stand nowhere else, in the middle of a batch. */
static const char words[] = "7f3c9a1e-only-here";
static void pay(void) {
    struct pt_buf recs, batch;
    struct pt_span list[3];
    struct th_reply reply;
    size_t at[4] = {0};
    pt_buf_init(&recs, 1 << 16);
    pt_buf_init(&batch, 1 << 16);
    for (uint64_t i = 0; i < 3; i++) {
        Pentad__V1__Record *r;
        struct pt_buf one;
        pt_buf_init(&one, 4096);
        th_payment(s.next_seq + i, 100, &one);
        r = pentad__v1__record__unpack(NULL, one.len, one.p);
        cr_assert_not_null(r);
        if (i == 1) {
            free(r->doc_no);
            r->doc_no = strdup(words);
        }
        cr_assert_eq(pt_strict_pack(&recs, &r->base), 0);
        at[i + 1] = recs.len;
        pentad__v1__record__free_unpacked(r, NULL);
        pt_buf_done(&one);
    }
    for (size_t i = 0; i < 3; i++) {
        list[i] = pt_span(recs.p + at[i], at[i + 1] - at[i]);
    }
    th_cut(&s, list, 3, &batch);
    th_submit(&hub, PT_INTAKE_PROTOBUF, pt_buf_span(&batch), "finance", &reply);
    cr_assert_eq((int)reply.verdict, (int)PT_INTAKE_ACCEPT);
    th_reply_done(&reply);
    th_advance(&s, 3);
    pt_buf_done(&batch);
    pt_buf_done(&recs);
}

static bool file_has(const char *name) {
    char path[600];
    struct pt_buf bytes;
    struct pt_err err = {0};
    snprintf(path, sizeof path, "%s/%s", hub.dir, name);
    pt_buf_init(&bytes, 256u << 20);
    if (!pt_file_exists(path)) {
        return false;
    }
    cr_assert_eq(pt_file_read(path, &bytes, &err), 0, "%s", err.msg);
    bool has = memmem(bytes.p, bytes.len, words, strlen(words)) != NULL;
    pt_buf_done(&bytes);
    return has;
}

Test(erased, by_an_order_in_force) {
    struct pt_hash hash;
    uint64_t seq;
    bool done = false;
    pay();
    struct te_found f = te_find(&hub, 2);
    cr_assert(file_has("log.db") || file_has("log.db-wal"));
    te_order(&hub, 2, &f.hash, &hash, &seq);
    te_approve(&hub, "congress", seq, &hash);
    te_approve(&hub, "audit", seq, &hash);
    te_tick(&hub, 20190101);
    cr_assert_eq(faults(), 0, "%s", named);
    cr_assert_eq(last.erased, 0);
    cr_assert_eq(erase(&f, &hash, &done), 0);
    cr_assert(done);
    cr_assert_eq(pt_store_scrub(hub.store, NULL), 0);
    cr_assert(!file_has("log.db") && !file_has("log.db-wal"), "the bytes are nowhere");
    cr_assert_eq(erase(&f, &hash, &done), 0);
    cr_assert(!done, "once");
    cr_assert_eq(faults(), 0, "%s", named);
    cr_assert_eq(last.erased, 1);
    cr_assert_eq(last.records, 3 + 1 + 2 + 1);
    /* The log goes on, and opens again. */
    th_close(&hub);
    th_open(&hub);
    th_send_payments(&s, 2);
    cr_assert_eq(faults(), 0, "%s", named);
    const struct te_found again = te_find(&hub, 2), next = te_find(&hub, 3);
    cr_assert(pt_hash_eq(&again.hash, &f.hash));
    cr_assert(!pt_hash_eq(&next.hash, &f.hash));
}

/* An order can't name a type of record about the exchange; a hub that follows one all the same. */
Test(erased, never_on_stream_keys) {
    struct pt_key *fresh = NULL;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__KeyChange change = PENTAD__V1__KEY_CHANGE__INIT;
    Pentad__V1__PublicKey add = PENTAD__V1__PUBLIC_KEY__INIT, *list[1] = {&add};
    struct te_found f = {.index = 1, .place = 0};
    struct th_stream keys;
    bool done = false;
    cr_assert_eq(pt_key_generate(PT_KEY_P256, &fresh, NULL), 0);
    add.has_use = add.has_algorithm = add.has_spki = 1;
    add.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
    add.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_P256;
    add.spki =
        (ProtobufCBinaryData){pt_key_spki(fresh).len, (uint8_t *)(uintptr_t)pt_key_spki(fresh).p};
    change.party = (char *)(uintptr_t) "finance";
    change.n_add = 1;
    change.add = list;
    rec.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    rec.key_change = &change;
    th_stream_init(&keys, &hub, "finance", "keys");
    th_send_record(&keys, &rec, &f.hash);
    cr_assert_eq(faults(), 0, "%s", named);
    cr_assert_eq(erase(&f, &f.hash, &done), 0);
    cr_assert_gt(faults(), 0);
    cr_assert_not_null(strstr(named, "on stream keys"), "%s", named);
    pt_key_free(fresh);
}

Test(erased, without_one_it_is_a_fault) {
    struct pt_hash hash;
    uint64_t seq;
    bool done = false;
    pay();
    struct te_found f = te_find(&hub, 2), other = te_find(&hub, 3);
    cr_assert_eq(
        erase(&(struct te_found){.index = f.index, .place = 7, .hash = f.hash}, &f.hash, &done),
        PT_E_RANGE);
    cr_assert_eq(
        erase(&(struct te_found){.index = f.index, .place = 0, .hash = f.hash}, &f.hash, &done),
        PT_E_PROOF);
    te_order(&hub, 2, &f.hash, &hash, &seq);
    te_approve(&hub, "congress", seq, &hash);
    te_tick(&hub, 20190101);
    cr_assert_eq(erase(&f, &hash, &done), 0);
    cr_assert_eq(faults(), 1, "one approval isn't enough: %s", named);
    cr_assert_not_null(strstr(named, "(erasure)"), "%s", named);
    te_approve(&hub, "discipline", seq, &hash);
    cr_assert_eq(faults(), 1, "nor two without a tick: %s", named);
    te_tick(&hub, 20190102);
    cr_assert_eq(faults(), 0, "%s", named);
    cr_assert_eq(erase(&other, &hash, &done), 0);
    cr_assert_eq(faults(), 1, "it is of another record: %s", named);
    cr_assert_not_null(strstr(named, "finance/main#3"), "%s", named);
}
