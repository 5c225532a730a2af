/* Changes of keys that a hub doesn't show, in a folder, a tree and a feed; what erasures excuse,
 * order by order; a tree's check that is resumed under another key history. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>
#include <pentad/feed/evidence.h>
#include <pentad/feed/feed.h>
#include <pentad/log/check.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/evidence.h>
#include <pentad/proof/keyhistory.h>

#include "pt_test_erasure.h"
#include "pt_test_lies.h"

static struct test_hub hub;
static struct th_stream s;
static char named[4096];
static struct pt_log_check_result last;
static struct pt_log_excuse excuses[8];
static size_t n_excuses;
static struct pt_buf saved;

static void setup(void) {
    th_init(&hub);
    th_stream_init(&s, &hub, "finance", "main");
    pt_buf_init(&saved, 1 << 20);
}
static void teardown(void) {
    pt_buf_done(&saved);
    th_done(&hub);
}
TestSuite(hidden, .init = setup, .fini = teardown);

/* ---- the three ways in ----------------------------------------------------------------------- */

static void on_fault(void *ctx, const struct pt_log_fault *f) {
    size_t n = strlen(named);
    (void)ctx;
    snprintf(named + n, sizeof named - n, "%s: %s (%s)\n", f->where, f->what, f->check);
}

static void on_excuse(void *ctx, const struct pt_log_excuse *x) {
    (void)ctx;
    cr_assert_lt(n_excuses, 8);
    excuses[n_excuses++] = *x;
}

static int on_save(void *ctx, struct pt_span state, struct pt_err *err) {
    (void)ctx, (void)err;
    pt_buf_reset(&saved);
    return pt_buf_append_span(&saved, state);
}

static struct pt_log_check_opts options(struct pt_span resume) {
    named[0] = '\0';
    n_excuses = 0;
    return (struct pt_log_check_opts){.verify = hub.sv,
                                      .resume = resume,
                                      .save = on_save,
                                      .fault = on_fault,
                                      .excuse = on_excuse};
}

static const struct pt_span anew;

static uint64_t of_folder(void) {
    struct pt_log_check_opts o = options(anew);
    struct pt_err err = {0};
    cr_assert_eq(pt_log_check(hub.store, &o, &last, &err), 0, "%s", err.msg);
    return last.faults;
}

/* A served tree, of whose records one is withheld. */
struct served {
    struct pt_log_source tree;
    uint64_t withheld; /* finance/main#…; 0: none */
};

static int served_checkpoint(void *ctx, struct pt_buf *out, struct pt_err *err) {
    struct served *v = ctx;
    return v->tree.checkpoint(v->tree.ctx, out, err);
}

static int served_tile(void *ctx, const struct pt_tile *t, struct pt_buf *out, struct pt_err *err) {
    struct served *v = ctx;
    return v->tree.tile(v->tree.ctx, t, out, err);
}

static int served_feed(void *ctx, uint64_t after, struct pt_buf *out, struct pt_err *err) {
    const struct served *v = ctx;
    int rc = pt_feed_page(hub.log, PT_PARTY_AUDIT, after, 1 << 20, out, NULL, err);
    if (rc == 0 && v->withheld > 0) {
        tl_withhold(out, "finance", "main", v->withheld);
    }
    return rc;
}

static int of_hub(uint64_t withheld, struct pt_span resume, struct pt_err *err) {
    struct pt_log_check_opts o = options(resume);
    struct served v = {.withheld = withheld};
    const struct pt_log_served from = {{served_checkpoint, served_tile, &v}, served_feed};
    struct pt_vkey vkey;
    cr_assert_eq(pt_log_store_source(hub.store, &v.tree, &vkey, err), 0, "%s", err->msg);
    int rc = pt_log_check_served(&from, &o, &last, err);
    pt_log_store_source_free(&v.tree);
    return rc;
}

static int read_keys(void *ctx, struct pt_buf *out, struct pt_err *err) {
    struct pt_evidence_cache *cache = NULL;
    (void)ctx;
    cr_assert_eq(pt_evidence_cache_new(&hub.sv, &cache), 0);
    int rc = pt_feed_key_history(hub.store, cache, out, err);
    pt_evidence_cache_free(cache);
    return rc;
}

static void tree_path(char out[700], const char *name) {
    snprintf(out, 700, "%s/static%s%s", hub.dir, name[0] ? "/" : "", name);
}

static void export_tree(void) {
    const struct pt_log_keys keys = {read_keys, NULL};
    struct pt_log_source src;
    struct pt_vkey vkey;
    struct pt_err err = {0};
    char dir[700];
    tree_path(dir, "");
    cr_assert_eq(pt_log_store_source(hub.store, &src, &vkey, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_log_export(&src, &keys, &vkey, &hub.sv, dir, NULL, &err), 0, "%s", err.msg);
    pt_log_store_source_free(&src);
}

static int of_tree(struct pt_span resume, struct pt_err *err) {
    struct pt_log_check_opts o = options(resume);
    char dir[700];
    tree_path(dir, "");
    return pt_log_check_dir(dir, &o, &last, err);
}

/* The tree's key history, opened to be bent and written back. */
static Pentad__V1__EvidenceBundle *open_keys(void) {
    Pentad__V1__EvidenceBundle *b = NULL;
    struct pt_buf file;
    char path[700];
    tree_path(path, PT_KEY_HISTORY_FILE);
    pt_buf_init(&file, 1 << 20);
    cr_assert_eq(pt_file_read(path, &file, NULL), 0);
    cr_assert_eq(pt_evidence_keys_open(pt_buf_span(&file), &b, NULL), 0);
    pt_buf_done(&file);
    return b;
}

static void write_keys(const Pentad__V1__EvidenceBundle *b) {
    struct pt_buf file;
    char path[700];
    tree_path(path, PT_KEY_HISTORY_FILE);
    pt_buf_init(&file, 1 << 20);
    cr_assert_eq(pt_strict_pack(&file, &b->base), 0);
    cr_assert_eq(pt_file_write(path, file.p, file.len, 0644, NULL), 0);
    pt_buf_done(&file);
}

/* ---- what is hidden -------------------------------------------------------------------------- */

/* A KeyChange of finance's: its own keys at once, or audit's, which has to be approved. */
static uint64_t change_keys(const char *party, struct pt_hash *ret, struct pt_key **fresh) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__KeyChange body = PENTAD__V1__KEY_CHANGE__INIT;
    Pentad__V1__PublicKey key = PENTAD__V1__PUBLIC_KEY__INIT, *keys[1] = {&key};
    uint64_t seq = s.next_seq;
    cr_assert_eq(pt_key_generate(PT_KEY_SM2, fresh, NULL), 0);
    struct pt_span spki = pt_key_spki(*fresh);
    body.party = (char *)(uintptr_t)party;
    body.reason = (char *)"轮换";
    body.n_add = 1;
    body.add = keys;
    key.has_use = key.has_algorithm = key.has_spki = 1;
    key.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
    key.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_SM2;
    key.spki = (ProtobufCBinaryData){spki.len, (uint8_t *)(uintptr_t)spki.p};
    r.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    r.key_change = &body;
    th_send_record(&s, &r, ret);
    return seq;
}

static void approve_change(const char *party, uint64_t seq, struct pt_hash *hash, bool yes) {
    struct th_stream a;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Approval body = PENTAD__V1__APPROVAL__INIT;
    Pentad__V1__RecordRef of = PENTAD__V1__RECORD_REF__INIT;
    th_stream_init(&a, &hub, party, "main");
    of.party = (char *)"finance";
    of.stream = (char *)"main";
    of.has_seq = of.has_hash = 1;
    of.seq = seq;
    of.hash = (ProtobufCBinaryData){PT_HASH_LEN, hash->b};
    body.target = &of;
    body.target_type = (char *)PT_KEYCHANGE_CODE;
    body.has_verdict = 1;
    body.verdict = yes ? PENTAD__V1__VERDICT__VERDICT_APPROVE : PENTAD__V1__VERDICT__VERDICT_REJECT;
    body.reason = yes ? NULL : (char *)"不同意";
    r.body_case = PENTAD__V1__RECORD__BODY_APPROVAL;
    r.approval = &body;
    th_send_record(&a, &r, NULL);
}

/* audit's new key, as three bodies have approved it; its place. */
static uint64_t approved_change(struct pt_hash *hash) {
    struct pt_key *fresh = NULL;
    uint64_t seq = change_keys("audit", hash, &fresh);
    pt_key_free(fresh);
    approve_change("congress", seq, hash, true);
    approve_change("discipline", seq, hash, false);
    approve_change("discipline", seq, hash, true);
    approve_change("organization", seq, hash, true);
    return seq;
}

static void expect_hidden(uint64_t seq) {
    char where[64];
    snprintf(where, sizeof where, "finance/main#%llu: the bodies", (unsigned long long)seq);
    cr_assert_not_null(strstr(named, "(change)"), "%s", named);
    cr_assert_not_null(strstr(named, where), "%s", named);
}

/* An order in force for that record, and the bytes gone: all that a hub can bring about with two
 * bodies that don't look. */
static void destroy(uint64_t seq, int32_t day) {
    const struct te_found f = te_find(&hub, seq);
    struct pt_hash record = f.hash, order;
    uint64_t at;
    bool done = false;
    te_order(&hub, seq, &record, &order, &at);
    te_approve(&hub, "congress", at, &order);
    te_approve(&hub, "audit", at, &order);
    te_tick(&hub, day);
    const struct pt_store_erasure e = {
        .index = f.index, .place = f.place, .record = f.hash, .order = order};
    cr_assert_eq(pt_store_erase(hub.store, &e, &done, NULL), 0);
    cr_assert(done);
}

Test(hidden, a_change_that_was_destroyed_is_named) {
    struct pt_hash hash;
    th_send_payments(&s, 2);
    uint64_t seq = approved_change(&hash);
    cr_assert_eq(of_folder(), 0, "%s", named);
    destroy(seq, 20190101);
    saved.len = 0;
    cr_assert_gt(of_folder(), 0);
    expect_hidden(seq);
    cr_assert_eq(saved.len, 0, "nobody goes on from there");
}

Test(hidden, a_change_that_is_withheld_is_named) {
    struct pt_err err = {0};
    struct pt_hash hash;
    th_send_payments(&s, 2);
    uint64_t seq = approved_change(&hash);
    cr_assert_eq(of_hub(0, anew, &err), 0, "%s", err.msg);
    cr_assert_eq(last.faults, 0, "%s", named);
    cr_assert_eq(of_hub(seq, anew, &err), 0, "%s", err.msg);
    cr_assert_eq(last.faults, 1, "%s", named);
    expect_hidden(seq);
    /* Another record that nobody approved may be withheld. */
    cr_assert_eq(of_hub(1, anew, &err), 0, "%s", err.msg);
    cr_assert_eq(last.faults, 0, "%s", named);
}

Test(hidden, a_resumed_check_counts_the_approvals_before) {
    struct pt_err err = {0};
    struct pt_hash hash;
    struct pt_key *fresh = NULL;
    th_send_payments(&s, 2);
    uint64_t seq = change_keys("audit", &hash, &fresh);
    pt_key_free(fresh);
    approve_change("congress", seq, &hash, true);
    approve_change("discipline", seq, &hash, true);
    cr_assert_eq(of_hub(seq, anew, &err), 0, "%s", err.msg);
    cr_assert_eq(last.faults, 0, "two may be wrong: %s", named);
    cr_assert_gt(saved.len, 0);
    uint64_t size = pt_log_size(hub.log);
    approve_change("organization", seq, &hash, true);
    cr_assert_eq(of_hub(seq, pt_buf_span(&saved), &err), 0, "%s", err.msg);
    cr_assert_eq(last.resumed, size);
    cr_assert_eq(last.faults, 1, "%s", named);
    expect_hidden(seq);
}

Test(hidden, a_tree_without_the_change_or_its_bytes_is_named) {
    struct pt_err err = {0};
    struct pt_hash hash;
    th_send_payments(&s, 2);
    uint64_t seq = approved_change(&hash);
    export_tree();
    cr_assert_eq(of_tree(anew, &err), 0, "%s", err.msg);
    cr_assert_eq(last.faults, 0, "%s", named);
    Pentad__V1__EvidenceBundle *b = open_keys();
    cr_assert_eq(b->n_key_history, 5);
    /* The change's entry is left out. */
    b->key_history++;
    b->n_key_history--;
    write_keys(b);
    cr_assert_eq(of_tree(anew, &err), 0, "%s", err.msg);
    cr_assert_eq(last.faults, 1, "%s", named);
    expect_hidden(seq);
    /* It is there without its record. */
    b->key_history--;
    b->n_key_history++;
    b->key_history[0]->n_records = 0;
    write_keys(b);
    cr_assert_eq(of_tree(anew, &err), 0, "%s", err.msg);
    cr_assert_not_null(strstr(named, "shows no record (key)"), "%s", named);
    expect_hidden(seq);
    /* Or with the record's hash in place of its bytes. */
    b->key_history[0]->n_records = 1;
    Pentad__V1__EvidenceRecord *r = b->key_history[0]->records[0];
    ProtobufCBinaryData was = r->record;
    r->has_record = 0;
    r->record = (ProtobufCBinaryData){0, NULL};
    r->has_erased = 1;
    r->erased = (ProtobufCBinaryData){PT_HASH_LEN, hash.b};
    write_keys(b);
    cr_assert_eq(of_tree(anew, &err), 0, "%s", err.msg);
    cr_assert_not_null(strstr(named, "lack something"), "%s", named);
    expect_hidden(seq);
    r->erased = (ProtobufCBinaryData){0, NULL};
    r->record = was;
    pentad__v1__evidence_bundle__free_unpacked(b, NULL);
}

/* A checkpoint that nobody has verified yet may say any size: the check ends all the same. */
Test(hidden, a_tree_that_says_it_is_endless_is_none, .timeout = 60) {
    struct pt_err err = {0};
    struct pt_buf note, more;
    char path[700];
    pt_buf_init(&note, PT_NOTE_MAX);
    pt_buf_init(&more, PT_NOTE_MAX);
    th_send_payments(&s, 2);
    export_tree();
    tree_path(path, "checkpoint");
    cr_assert_eq(pt_file_read(path, &note, NULL), 0);
    const char *text = pt_buf_cstr(&note);
    const char *size = strchr(text, '\n');
    cr_assert_not_null(size);
    const char *rest = strchr(size + 1, '\n');
    cr_assert_not_null(rest);
    pt_buf_printf(&more, "%.*s\n1152921504606846976%s", (int)(size - text), text, rest);
    cr_assert_eq(pt_file_write(path, more.p, more.len, 0644, NULL), 0);
    cr_assert_eq(of_tree(anew, &err), 0, "%s", err.msg);
    cr_assert_gt(last.faults, 0);
    cr_assert_not_null(strstr(named, "tile/entries"), "%s", named);
    pt_buf_done(&more);
    pt_buf_done(&note);
}

/* ---- what an order can't do, and what it excuses --------------------------------------------- */

/* The hub logs what no intake takes: an order over a record of that type. */
static void order_of_type(uint64_t seq, struct pt_hash *record, const char *type,
                          struct pt_hash *ret, uint64_t *ret_seq) {
    struct th_stream o;
    struct pt_buf bytes, batch;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Erasure e = PENTAD__V1__ERASURE__INIT;
    Pentad__V1__RecordRef of = PENTAD__V1__RECORD_REF__INIT;
    th_stream_init(&o, &hub, "office", "main");
    pt_buf_init(&bytes, 1 << 16);
    pt_buf_init(&batch, 1 << 16);
    of.party = (char *)"finance";
    of.stream = (char *)"main";
    of.has_seq = of.has_hash = 1;
    of.seq = seq;
    of.hash = (ProtobufCBinaryData){PT_HASH_LEN, record->b};
    e.record = &of;
    e.type = (char *)(uintptr_t)type;
    e.basis = (char *)"会计档案管理办法第十四条";
    r.body_case = PENTAD__V1__RECORD__BODY_ERASURE;
    r.erasure = &e;
    *ret_seq = o.next_seq;
    th_record(&r, o.next_seq, &bytes);
    const struct pt_span one = pt_buf_span(&bytes);
    pt_leaf_hash(ret, one.p, one.len);
    th_cut(&o, &one, 1, &batch);
    tl_log_unchecked(&hub, pt_buf_span(&batch));
    pt_buf_done(&batch);
    pt_buf_done(&bytes);
}

static void destroy_as(const char *type, bool sound) {
    struct pt_hash order;
    uint64_t at;
    bool done = false;
    th_send_payments(&s, 3);
    const struct te_found f = te_find(&hub, 2);
    struct pt_hash record = f.hash;
    order_of_type(2, &record, type, &order, &at);
    th_close(&hub);
    th_open(&hub);
    te_approve(&hub, "congress", at, &order);
    te_approve(&hub, "audit", at, &order);
    te_tick(&hub, 20190101);
    const struct pt_store_erasure e = {
        .index = f.index, .place = f.place, .record = f.hash, .order = order};
    cr_assert_eq(pt_store_erase(hub.store, &e, &done, NULL), 0);
    (void)of_folder();
    cr_assert_eq(strstr(named, "(erasure)") == NULL, sound, "%s: %s", type, named);
}

Test(hidden, an_order_over_a_payment_counts) {
    destroy_as("X01", true);
}
Test(hidden, an_order_over_a_change_of_keys_counts_nothing) {
    destroy_as(PT_KEYCHANGE_CODE, false);
}
Test(hidden, nor_one_over_a_change_of_the_policy) {
    destroy_as(PT_POLICYCHANGE_CODE, false);
}
Test(hidden, nor_one_over_what_there_is_not) {
    destroy_as("X99", false);
}

Test(hidden, each_order_excuses_its_own_stretch) {
    th_send_payments(&s, 2);
    cr_assert_eq(of_folder(), 0, "%s", named);
    cr_assert_eq(n_excuses, 0);
    destroy(1, 20190101);
    uint64_t first = pt_log_size(hub.log) - 1; /* the tick that brought it into force */
    cr_assert_eq(of_folder(), 0, "%s", named);
    cr_assert_eq(n_excuses, 1);
    cr_assert_eq(excuses[0].from, te_find(&hub, 1).index);
    cr_assert_eq(excuses[0].until, first);
    cr_assert_eq(excuses[0].settled_at, 0);
    te_tick(&hub, 20190102);
    th_send_payments(&s, 2);
    destroy(4, 20190103);
    uint64_t second = pt_log_size(hub.log) - 1;
    te_tick(&hub, 20190104);
    te_tick(&hub, 20190105);
    cr_assert_eq(of_folder(), 0, "%s", named);
    cr_assert_eq(n_excuses, 2);
    cr_assert_eq(excuses[0].until, first);
    cr_assert_eq(excuses[0].settled_at, first + 1);
    cr_assert_eq(excuses[1].from, te_find(&hub, 4).index);
    cr_assert_gt(excuses[1].from, excuses[0].settled_at, "what lies between is judged");
    cr_assert_eq(excuses[1].until, second);
    cr_assert_eq(excuses[1].settled_at, second + 1);
    /* An order over what is gone already, or is still there, excuses nothing more. */
    const struct te_found again = te_find(&hub, 1);
    struct pt_hash record = again.hash, order;
    uint64_t at;
    te_order(&hub, 1, &record, &order, &at);
    te_approve(&hub, "congress", at, &order);
    te_approve(&hub, "audit", at, &order);
    te_tick(&hub, 20190106);
    cr_assert_eq(of_folder(), 0, "%s", named);
    cr_assert_eq(n_excuses, 2);
    cr_assert_eq(excuses[1].settled_at, second + 1);
}

/* ---- what was seen once is seen again -------------------------------------------------------- */

static int see(void *ctx, const struct pt_store_entry *e) {
    return pt_log_seen(ctx, e->log_entry, e->records);
}

static struct pt_hash seen_now(void) {
    struct pt_store_reader *r = NULL;
    struct pt_hash seen = {{0}};
    cr_assert_eq(pt_store_read_begin(hub.store, &r, NULL), 0);
    cr_assert_eq(pt_store_entries(r, 0, UINT64_MAX, true, see, &seen, NULL), 0);
    pt_store_read_end(r);
    return seen;
}

Test(hidden, who_reads_the_log_again_sees_the_same) {
    th_send_payments(&s, 3);
    destroy(2, 20190101);
    cr_assert_eq(of_folder(), 0, "%s", named);
    struct pt_hash before = last.seen, now = seen_now();
    cr_assert(pt_hash_eq(&before, &now));
    /* One more record of the same batch is gone: no entry changes by it. */
    const struct te_found f = te_find(&hub, 3);
    const struct pt_store_erasure e = {
        .index = f.index, .place = f.place, .record = f.hash, .order = f.hash};
    bool done = false;
    cr_assert_eq(pt_store_erase(hub.store, &e, &done, NULL), 0);
    now = seen_now();
    cr_assert(!pt_hash_eq(&before, &now));
    th_send_payments(&s, 1);
    cr_assert_eq(of_folder(), 1, "%s", named);
    now = seen_now();
    cr_assert(pt_hash_eq(&last.seen, &now));
}

/* ---- resumed otherwise ----------------------------------------------------------------------- */

static void expect_refused(int rc, const struct pt_err *err, const char *word) {
    cr_assert_eq(rc, PT_E_FORMAT, "%d: %s", rc, err->msg);
    cr_assert_not_null(strstr(err->msg, word), "%s", err->msg);
}

/* finance signs with a key that only the key history tells of. */
static struct pt_key *rotate(void) {
    struct pt_key *fresh = NULL;
    (void)change_keys("finance", NULL, &fresh);
    s.key = fresh;
    th_send_payments(&s, 1);
    return fresh;
}

Test(hidden, a_tree_is_resumed_under_its_own_key_history) {
    struct pt_err err = {0};
    struct pt_buf with;
    char path[700];
    pt_buf_init(&with, 1 << 20);
    th_send_payments(&s, 2);
    struct pt_key *fresh = rotate();
    export_tree();
    cr_assert_eq(of_tree(anew, &err), 0, "%s", err.msg);
    cr_assert_eq(last.faults + last.unjudged, 0, "%s", named);
    cr_assert_eq(pt_buf_append_span(&with, pt_buf_span(&saved)), 0);
    uint64_t size = pt_log_size(hub.log);
    th_send_payments(&s, 1);
    export_tree();
    cr_assert_eq(of_tree(pt_buf_span(&with), &err), 0, "%s", err.msg);
    cr_assert_eq(last.faults + last.unjudged, 0, "%s", named);
    cr_assert_eq(last.resumed, size);
    /* It says something else of what was verified before. */
    Pentad__V1__EvidenceBundle *b = open_keys();
    cr_assert_eq(b->n_key_history, 1);
    b->n_key_history = 0;
    write_keys(b);
    expect_refused(of_tree(pt_buf_span(&with), &err), &err, "something else");
    b->n_key_history = 1;
    pentad__v1__evidence_bundle__free_unpacked(b, NULL);
    /* It is gone. */
    tree_path(path, PT_KEY_HISTORY_FILE);
    cr_assert_eq(remove(path), 0);
    expect_refused(of_tree(pt_buf_span(&with), &err), &err, "this tree has none");
    cr_assert_eq(of_tree(anew, &err), 0, "%s", err.msg);
    cr_assert_eq(last.faults, 0, "%s", named);
    uint64_t unjudged = last.unjudged;
    cr_assert_eq(unjudged, 2);
    /* Begun without one: what wasn't judged stays unjudged, and isn't forgotten. */
    cr_assert_eq(of_tree(pt_buf_span(&saved), &err), 0, "%s", err.msg);
    cr_assert_eq(last.faults, 0, "%s", named);
    cr_assert_eq(last.unjudged, unjudged);
    export_tree();
    expect_refused(of_tree(pt_buf_span(&saved), &err), &err, "without a key history");
    pt_key_free(fresh);
    pt_buf_done(&with);
}

Test(hidden, each_way_in_has_a_state_of_its_own) {
    struct pt_err err = {0};
    struct pt_buf folder;
    pt_buf_init(&folder, 1 << 20);
    th_send_payments(&s, 2);
    cr_assert_eq(of_folder(), 0, "%s", named);
    cr_assert_eq(pt_buf_append_span(&folder, pt_buf_span(&saved)), 0);
    expect_refused(of_hub(0, pt_buf_span(&folder), &err), &err, "a data folder");
    export_tree();
    expect_refused(of_tree(pt_buf_span(&folder), &err), &err, "a data folder");
    cr_assert_eq(of_hub(0, anew, &err), 0, "%s", err.msg);
    struct pt_log_check_opts o = options(pt_buf_span(&saved));
    expect_refused(pt_log_check(hub.store, &o, &last, &err), &err, "a hub that serves");
    pt_buf_done(&folder);
}
