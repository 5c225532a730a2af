/* What readers get: feed, records by visibility, evidence, the transparency surface. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <criterion/criterion.h>
#include <jansson.h>

#include <pentad/base/clock.h>
#include <pentad/base/file.h>
#include <pentad/feed/evidence.h>
#include <pentad/proof/checkpoint.h>
#include <pentad/proof/evidence.h>
#include <pentad/proof/tile.h>
#include <pentad/record/decode.h>
#include <pentad/store/sqlite.h>
#include <pentad/v1/feed.pb-c.h>

#include "pt_test_world.h"

TestSuite(read, .timeout = TW_TEST_S);

#define BATCH_MAX (16u * 1024 * 1024)

struct setting {
    struct tw w;
    struct tw_client finance, office;
    struct tw_stream s;
    struct pt_buf b;
};

static void set_up(struct setting *t) {
    tw_init(&t->w, NULL);
    tw_start(&t->w);
    tw_client_init(&t->finance, &t->w, "finance", "main");
    tw_client_init(&t->office, &t->w, "office", "main");
    tw_stream_init(&t->s, &t->w, "finance", "main");
    pt_buf_init(&t->b, BATCH_MAX);
    tw_cut_payments(&t->s, 5, &t->b);
    tw_send(&t->s, &t->finance, pt_buf_span(&t->b));
}

static void tear_down(struct setting *t) {
    pt_buf_done(&t->b);
    tw_client_done(&t->finance);
    tw_client_done(&t->office);
    tw_done(&t->w);
}

static Pentad__V1__FeedPage *page(struct tw_client *c, const char *path) {
    Pentad__V1__FeedPage *p;

    cr_assert_eq(tw_get(c, path, NULL), 200, "%s: %ld", path, c->status);
    p = pentad__v1__feed_page__unpack(NULL, c->body.len, c->body.p);
    cr_assert_not_null(p);
    return p;
}

/* Recomputes the entry's records_root from bytes and hashes alike. */
static void check_root(const Pentad__V1__FeedEntry *fe) {
    struct pt_hash *h = calloc(fe->n_records, sizeof *h);
    struct pt_entry e;
    struct pt_err err = {0};

    for (size_t i = 0; i < fe->n_records; i++) {
        const Pentad__V1__FeedRecord *r = fe->records[i];

        if (r->has_record) {
            pt_leaf_hash(&h[i], r->record.data, r->record.len);
        } else {
            cr_assert_eq(pt_hash_from_bytes(&h[i], r->withheld.data, r->withheld.len), 0);
        }
    }
    cr_assert_eq(pt_entry_open(pt_span(fe->log_entry.data, fe->log_entry.len), &e, &err), 0);
    cr_assert_eq(pt_statement_check_records(&e.statement, h, fe->n_records, &err), 0, "%s",
                 err.msg);
    pt_entry_done(&e);
    free(h);
}

/* Payments are for finance, congress, discipline and audit; the office gets hashes that lead to the
 * same root. */
Test(read, the_feed_shows_each_reader_his_own) {
    struct setting t;
    struct tw_client *readers[2];

    set_up(&t);
    readers[0] = &t.finance;
    readers[1] = &t.office;
    for (int i = 0; i < 2; i++) {
        Pentad__V1__FeedPage *p = page(readers[i], "/v1/feed?after=1");
        struct pt_checkpoint c;

        cr_assert_eq(p->n_entries, 1);
        cr_assert_eq(p->entries[0]->log_index, 1);
        cr_assert_eq(p->entries[0]->n_records, 5);
        for (size_t k = 0; k < 5; k++) {
            cr_assert_eq(p->entries[0]->records[k]->has_record, i == 0);
            cr_assert_eq(p->entries[0]->records[k]->has_withheld, i == 1);
        }
        check_root(p->entries[0]);
        cr_assert_eq(pt_checkpoint_open(&c, pt_span(p->checkpoint.data, p->checkpoint.len),
                                        &t.w.vkey, &t.w.sv, NULL),
                     0);
        cr_assert_eq(c.size, 2);
        pentad__v1__feed_page__free_unpacked(p, NULL);
    }
    cr_assert_eq(tw_get(&t.finance, "/v1/feed?after=99", NULL), 400);
    cr_assert_eq(tw_get(&t.finance, "/v1/feed?after=-1", NULL), 400);
    cr_assert_eq(tw_get(&t.finance, "/v1/feed?wait=100000", NULL), 400);
    tear_down(&t);
}

struct poll {
    struct tw_client c;
    size_t entries;
    int64_t us;
};

static void *poll_main(void *arg) {
    struct poll *p = arg;
    int64_t t0 = pt_monotonic_us();
    Pentad__V1__FeedPage *page_;

    if (tw_get(&p->c, "/v1/feed?after=2&wait=110", NULL) == 200) {
        page_ = pentad__v1__feed_page__unpack(NULL, p->c.body.len, p->c.body.p);
        p->entries = page_ != NULL ? page_->n_entries : 0;
        if (page_ != NULL) {
            pentad__v1__feed_page__free_unpacked(page_, NULL);
        }
    }
    p->us = pt_monotonic_us() - t0;
    return NULL;
}

Test(read, a_waiting_reader_hears_at_once) {
    struct setting t;
    struct poll poll = {0};
    pthread_t thread;

    set_up(&t);
    tw_client_init(&poll.c, &t.w, "audit", "main");
    pthread_create(&thread, NULL, poll_main, &poll);
    cr_assert(tw_wait_metric(&t.finance, "pentad_polls", 1, false));
    tw_cut_payments(&t.s, 2, &t.b);
    tw_send(&t.s, &t.finance, pt_buf_span(&t.b));
    pthread_join(thread, NULL);
    cr_assert_eq(poll.entries, 1);
    cr_assert_lt(poll.us, 100 * 1000000LL);
    /* nothing new: an empty page after the wait */
    Pentad__V1__FeedPage *p = page(&t.office, "/v1/feed?after=3&wait=1");
    cr_assert_eq(p->n_entries, 0);
    pentad__v1__feed_page__free_unpacked(p, NULL);
    tw_client_done(&poll.c);
    tear_down(&t);
}

/* A stopping hub answers its long polls and ends well. */
Test(read, waiting_readers_dont_hold_up_the_stop) {
    struct setting t;
    struct poll poll = {0};
    pthread_t thread;
    int64_t t0;

    set_up(&t);
    tw_client_init(&poll.c, &t.w, "audit", "main");
    pthread_create(&thread, NULL, poll_main, &poll);
    cr_assert(tw_wait_metric(&t.finance, "pentad_polls", 1, false));
    t0 = pt_monotonic_us();
    cr_assert_eq(tw_stop(&t.w, SIGTERM), 0);
    cr_assert_lt(pt_monotonic_us() - t0, 60 * 1000000LL);
    pthread_join(thread, NULL);
    cr_assert_eq(poll.c.status, 200);
    tw_client_done(&poll.c);
    tear_down(&t);
}

Test(read, records_are_for_those_who_may) {
    struct setting t;
    char code[64];

    set_up(&t);
    cr_assert_eq(tw_get(&t.finance, "/v1/records/finance/main/3", "application/json"), 200);
    json_t *j = json_loadb((const char *)t.finance.body.p, t.finance.body.len, 0, NULL);
    cr_assert_str_eq(json_string_value(json_object_get(j, "seq")), "3");
    cr_assert_not_null(json_object_get(j, "payment_batch"));
    json_decref(j);
    cr_assert_eq(tw_get(&t.office, "/v1/records/finance/main/3", NULL), 403);
    cr_assert_str_eq(tw_code(&t.office, code), "forbidden");
    cr_assert_eq(tw_get(&t.office, "/v1/records/finance/main/3/evidence", NULL), 403);
    cr_assert_eq(tw_get(&t.finance, "/v1/records/finance/main/6", NULL), 404);
    cr_assert_eq(tw_get(&t.finance, "/v1/records/finance/main/0", NULL), 400);
    cr_assert_eq(tw_get(&t.finance, "/v1/records/FINANCE/main/1", NULL), 400);
    cr_assert_eq(tw_get(&t.finance, "/v1/streams/finance/main", NULL), 200);
    cr_assert_eq(tw_get(&t.finance, "/v1/streams/finance/none", NULL), 404);
    cr_assert_eq(tw_get(&t.finance, "/v1/nothing", NULL), 404);
    cr_assert_eq(tw_post(&t.finance, "/v1/feed", pt_span_str(""), NULL), 405);
    tear_down(&t);
}

/* Asked for what there isn't, a hub must not answer another question. */
Test(read, unknown_parameters_are_refused) {
    static const char *const wrong[] = {"/v1/discrepancies?severty=R",
                                        "/v1/feed?after=1&foo=2",
                                        "/v1/subjects?offset=3",
                                        "/v1/records/finance/main/1?known_at=2",
                                        "/v1/briefs/2019-06.json?language=en",
                                        "/v1/streams?party=finance",
                                        "/v1/rules/K26/explain?known_at=2",
                                        "/checkpoint?size=1",
                                        "/readyz?verbose",
                                        "/metrics?x=1"};
    struct setting t;
    char code[64];
    json_t *j;

    set_up(&t);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_assert_eq(tw_get(&t.finance, wrong[i], NULL), 400, "%s: %ld", wrong[i],
                     t.finance.status);
        cr_assert_str_eq(t.finance.type, "application/problem+json");
        cr_assert_str_eq(tw_code(&t.finance, code), "unknown_parameter");
    }
    cr_assert_eq(tw_get(&t.finance, "/v1/discrepancies?severty=R", NULL), 400);
    cr_assert_not_null(strstr(pt_buf_cstr(&t.finance.body), "?severty"));
    cr_assert_not_null(strstr(pt_buf_cstr(&t.finance.body), "rule severity responder"));
    cr_assert_eq(tw_post(&t.finance, "/v1/batches?dry=1", pt_span_str("x"), NULL), 400);
    cr_assert_str_eq(tw_code(&t.finance, code), "unknown_parameter");
    cr_assert_eq(tw_get(&t.finance, "/v1/streams", NULL), 200);
    j = json_loadb((const char *)t.finance.body.p, t.finance.body.len, 0, NULL);
    cr_assert_eq(json_array_size(json_object_get(j, "streams")), TW_PARTIES,
                 "one a party, as the genesis has it");
    json_decref(j);
    tear_down(&t);
}

/* Before the first tick a rule has nothing to judge; what it is asked of must be there. */
Test(read, a_rule_is_asked) {
    struct setting t;
    char code[64];
    json_t *j;

    set_up(&t);
    cr_assert(tw_wait_for(&t.office, "/v1/subjects", "\"key\""));
    cr_assert_eq(tw_get(&t.office, "/v1/rules/K05/explain?year=2019&limit=3", NULL), 200);
    j = json_loadb((const char *)t.office.body.p, t.office.body.len, 0, NULL);
    cr_assert_not_null(json_object_get(json_object_get(j, "rule"), "reads"));
    cr_assert_eq(json_array_size(json_object_get(j, "conditions")), 0);
    cr_assert_eq(json_integer_value(json_object_get(j, "omitted")), 0);
    cr_assert(json_is_null(json_object_get(j, "subject")));
    json_decref(j);
    cr_assert_eq(tw_get(&t.office, "/v1/rules/K55/explain", NULL), 200);
    cr_assert_not_null(strstr(pt_buf_cstr(&t.office.body), "\"withheld\""));
    cr_assert_eq(tw_get(&t.office, "/v1/rules/K99/explain", NULL), 404);
    cr_assert_str_eq(tw_code(&t.office, code), "not_found");
    cr_assert_eq(tw_get(&t.office, "/v1/rules/K05/explain?subject=PROJECT:nobody", NULL), 404);
    cr_assert_eq(tw_get(&t.office, "/v1/rules/K05/explain?year=20199", NULL), 400);
    cr_assert_eq(tw_get(&t.office, "/v1/rules/K05/explain?limit=1001", NULL), 400);
    tear_down(&t);
}

/* A month report behind the payments of a unit's year, which the office may read. */
static void send_report(struct setting *t) {
    Pentad__V1__ExecSnapshot x = PENTAD__V1__EXEC_SNAPSHOT__INIT;
    Pentad__V1__Subject of = PENTAD__V1__SUBJECT__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Record *list[1] = {&rec};

    of.has_kind = 1;
    of.kind = PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNIT;
    of.key = (char *)"11370100004188813W";
    x.has_month = x.has_budget_full_fen = x.has_cum_paid_fen = 1;
    x.month = 201912;
    x.budget_full_fen = x.cum_paid_fen = 500;
    rec.subject = &of;
    rec.has_fiscal_year = rec.has_effective = 1;
    rec.fiscal_year = 2019;
    rec.effective = 20191231;
    rec.doc_no = (char *)"report";
    rec.body_case = PENTAD__V1__RECORD__BODY_EXEC_SNAPSHOT;
    rec.exec_snapshot = &x;
    tw_cut(&t->s, list, 1, &t->b);
    tw_send(&t->s, &t->finance, pt_buf_span(&t->b));
}

static void history(struct tw_client *c, unsigned limit, unsigned offset, size_t records,
                    json_int_t omitted) {
    char path[160];
    json_t *j;

    snprintf(path, sizeof path,
             "/v1/subjects/UNIT:11370100004188813W/2019/history?limit=%u&offset=%u", limit, offset);
    cr_assert_eq(tw_get(c, path, NULL), 200, "%s", pt_buf_cstr(&c->body));
    j = json_loadb((const char *)c->body.p, c->body.len, 0, NULL);
    cr_expect_eq(json_array_size(json_object_get(j, "records")), records, "%s", path);
    cr_expect_eq(json_integer_value(json_object_get(j, "omitted")), omitted, "%s", path);
    cr_expect(records == 0 || strstr(pt_buf_cstr(&c->body), "\"effective\"") != NULL);
    json_decref(j);
}

/* What the office may not read takes no place in its pages and isn't counted. */
Test(read, a_history_is_paged_by_what_its_reader_may_read) {
    struct setting t;

    set_up(&t);
    send_report(&t);
    cr_assert(
        tw_wait_for(&t.finance, "/v1/subjects/UNIT:11370100004188813W/2019/history", "2019-12-31"));
    history(&t.finance, 10, 0, 6, 0);
    history(&t.finance, 2, 0, 2, 4);
    history(&t.finance, 2, 5, 1, 0);
    history(&t.office, 10, 0, 1, 0);
    history(&t.office, 1, 0, 1, 0);
    history(&t.office, 1, 1, 0, 0);
    tear_down(&t);
}

/* Limits change without a restart; what can't is named. */
Test(read, limits_are_reloaded) {
    static const char more[] = "limits: {connections_per_identity: 1}\nworkers: 3\n";
    struct setting t;
    struct tw_client second;
    struct pt_buf yaml;
    char path[512];
    int64_t until;

    set_up(&t);
    tw_path(&t.w, "hub.yaml", path, sizeof path);
    pt_buf_init(&yaml, 65536);
    cr_assert_eq(pt_file_read(path, &yaml, NULL), 0);
    cr_assert_null(strstr(pt_buf_cstr(&yaml), "limits:"));
    pt_buf_puts(&yaml, more);
    cr_assert_eq(pt_file_write(path, yaml.p, yaml.len, 0644, NULL), 0);
    cr_assert_eq(kill(t.w.pid, SIGHUP), 0);
    until = pt_monotonic_us() + TW_PATIENCE_US;
    tw_client_init(&second, &t.w, "finance", "main");
    do { /* one connection stays open: the other is turned away */
        tw_get(&t.finance, "/livez", NULL);
        tw_get(&second, "/livez", NULL);
        cr_assert_lt(pt_monotonic_us(), until, "the limit isn't in force");
    } while (t.finance.status != 429 && second.status != 429);
    tw_client_done(&second);
    cr_assert_eq(tw_stop(&t.w, SIGTERM), 0);
    tw_path(&t.w, "hub.log", path, sizeof path);
    pt_buf_reset(&yaml);
    cr_assert_eq(pt_file_read(path, &yaml, NULL), 0);
    cr_assert_not_null(strstr(pt_buf_cstr(&yaml), "restart_needed"));
    cr_assert_not_null(strstr(pt_buf_cstr(&yaml), "restart: workers"));
    pt_buf_done(&yaml);
    tear_down(&t);
}

static int verify(struct tw *w, struct pt_span bundle, size_t *ret_records) {
    struct pt_evidence_result *r = NULL;
    struct pt_policy *policy = calloc(1, sizeof *policy);
    struct pt_buf text;
    struct pt_err err = {0};
    int exit_code;

    pt_buf_init(&text, 4096);
    pt_buf_puts(&text, "log ");
    pt_vkey_format(&text, &w->vkey);
    pt_buf_puts(&text, "\nquorum none\n");
    cr_assert_eq(pt_policy_parse(policy, pt_buf_span(&text), &err), 0, "%s", err.msg);
    cr_assert_eq(pt_evidence_verify(bundle, &w->hub, policy, &w->sv, &r, &err), 0);
    for (size_t i = 0; i < r->n_steps; i++) {
        if (r->steps[i].code != 0) {
            fprintf(stderr, "%s %s: %s\n", r->steps[i].step, r->steps[i].where, r->steps[i].what);
        }
    }
    exit_code = r->exit_code;
    *ret_records = r->n_records;
    pt_evidence_result_free(r);
    free(policy);
    pt_buf_done(&text);
    return exit_code;
}

/* Of a batch that the office may not read it gets the hashes, which prove that so many records are
 * there; that they aren't its to read is the hub's word. */
Test(read, evidence_names_what_it_withholds) {
    struct setting t;
    Pentad__V1__EvidenceBundle *b;
    size_t n = 0;

    set_up(&t);
    cr_assert_eq(tw_get(&t.finance, "/v1/records/finance/main/2/batch/evidence", NULL), 200);
    cr_assert_eq(verify(&t.w, pt_buf_span(&t.finance.body), &n), 0);
    cr_assert_eq(tw_get(&t.office, "/v1/records/finance/main/2/batch/evidence", NULL), 200);
    cr_assert_eq(verify(&t.w, pt_buf_span(&t.office.body), &n), 1);
    cr_assert_eq(n, 5);
    b = pentad__v1__evidence_bundle__unpack(NULL, t.office.body.len, t.office.body.p);
    cr_assert_not_null(b);
    cr_expect_eq(b->about->withheld, 5);
    for (size_t i = 0; i < b->n_records; i++) {
        cr_expect(b->records[i]->has_withheld && !b->records[i]->has_record);
    }
    pentad__v1__evidence_bundle__free_unpacked(b, NULL);
    tear_down(&t);
}

/* A bundle from the hub, and one from its files when it has gone, prove the same without it. */
Test(read, evidence_stands_alone) {
    struct setting t;
    struct pt_evidence_cache *cache = NULL;
    struct pt_store *store = NULL;
    struct pt_buf bundle;
    struct pt_err err = {0};
    char path[512];
    size_t n = 0;

    set_up(&t);
    for (int i = 0; i < 20; i++) {
        tw_cut_payments(&t.s, 17, &t.b);
        tw_send(&t.s, &t.finance, pt_buf_span(&t.b));
    }
    cr_assert_eq(tw_get(&t.finance, "/v1/records/finance/main/3/evidence", NULL), 200);
    cr_assert_eq(verify(&t.w, pt_buf_span(&t.finance.body), &n), 0);
    cr_assert_eq(n, 1);
    t.finance.body.p[t.finance.body.len / 2] ^= 1;
    cr_assert_neq(verify(&t.w, pt_buf_span(&t.finance.body), &n), 0);
    cr_assert_eq(tw_stop(&t.w, SIGTERM), 0);

    tw_path(&t.w, "data", path, sizeof path);
    cr_assert_eq(
        pt_store_sqlite_open(path, &(struct pt_sqlite_opts){.read_only = true}, &store, &err), 0,
        "%s", err.msg);
    const struct pt_ref refs[] = {{"finance", "main", 300},
                                  {"finance", "main", 1},
                                  {"finance", "main", 301},
                                  {"finance", "main", 1}};
    const struct pt_evidence_want want = {.records = refs, .n = 4};
    pt_buf_init(&bundle, BATCH_MAX);
    cr_assert_eq(pt_evidence_cache_new(&t.w.sv, &cache), 0);
    cr_assert_eq(pt_feed_evidence(store, cache, PT_PARTY_HUB, &want, &bundle, NULL, &err), 0, "%s",
                 err.msg);
    pt_evidence_cache_free(cache);
    cr_assert_eq(verify(&t.w, pt_buf_span(&bundle), &n), 0);
    cr_assert_eq(n, 3);
    pt_buf_done(&bundle);
    pt_store_sqlite_close(store);
    tear_down(&t);
}

/* `bundle` under another name, or without its last record; everything else as it was. */
static void change_bundle(struct pt_buf *bundle, char *name, size_t drop) {
    Pentad__V1__EvidenceBundle *b =
        pentad__v1__evidence_bundle__unpack(NULL, bundle->len, bundle->p);
    char *was;

    cr_assert_not_null(b);
    cr_assert_geq(b->n_records, drop);
    was = b->about->name;
    b->about->name = name != NULL ? name : was;
    b->n_records -= drop;
    pt_buf_reset(bundle);
    cr_assert_eq(pt_msg_encode(&b->base, bundle, NULL), 0);
    b->n_records += drop;
    b->about->name = was;
    pentad__v1__evidence_bundle__free_unpacked(b, NULL);
}

/* All of a batch by any record of it; a file that lacks one of them is no whole batch, nor is it
 * another one. */
Test(read, evidence_of_a_whole_batch) {
    struct setting t;
    size_t n = 0;

    set_up(&t);
    tw_cut_payments(&t.s, 17, &t.b);
    tw_send(&t.s, &t.finance, pt_buf_span(&t.b));
    cr_assert_eq(tw_get(&t.finance, "/v1/records/finance/main/9/batch/evidence", NULL), 200);
    cr_expect_eq(verify(&t.w, pt_buf_span(&t.finance.body), &n), 0);
    cr_expect_eq(n, 17);
    change_bundle(&t.finance.body, (char *)"finance/main#1", 0);
    cr_expect_eq(verify(&t.w, pt_buf_span(&t.finance.body), &n), 1, "it says that it is another");
    change_bundle(&t.finance.body, (char *)"finance/main#6", 0);
    cr_expect_eq(verify(&t.w, pt_buf_span(&t.finance.body), &n), 0);
    change_bundle(&t.finance.body, NULL, 1);
    cr_expect_eq(verify(&t.w, pt_buf_span(&t.finance.body), &n), 1);
    cr_expect_eq(n, 16);
    cr_expect_eq(tw_get(&t.finance, "/v1/records/finance/main/23/batch/evidence", NULL), 404);
    tear_down(&t);
}

/* Checkpoint, tiles and entries are for everybody with a certificate, and lead to one root. */
Test(read, tiles_lead_to_the_checkpoint) {
    struct setting t;
    struct pt_checkpoint c;
    struct pt_hash leaves[8], root;
    struct pt_span entry;
    size_t pos = 0, n = 0;
    char path[PT_TILE_PATH_MAX + 1] = "/";

    set_up(&t);
    for (int i = 0; i < 3; i++) {
        tw_cut_payments(&t.s, 1, &t.b);
        tw_send(&t.s, &t.finance, pt_buf_span(&t.b));
    }
    /* the published checkpoint moves once a second */
    int64_t until = pt_monotonic_us() + TW_PATIENCE_US;
    do {
        cr_assert_eq(tw_get(&t.office, "/checkpoint", NULL), 200);
        cr_assert_eq(pt_checkpoint_open(&c, pt_buf_span(&t.office.body), &t.w.vkey, &t.w.sv, NULL),
                     0);
        cr_assert_lt(pt_monotonic_us(), until);
    } while (c.size < 5);
    pt_tile_path(path + 1, &(struct pt_tile){.entries = true, .width = 5});
    cr_assert_eq(tw_get(&t.office, path, NULL), 200);
    while (pt_bundle_next(pt_buf_span(&t.office.body), &pos, &entry) == 1) {
        cr_assert_lt(n, 8);
        pt_leaf_hash(&leaves[n++], entry.p, entry.len);
    }
    cr_assert_eq(n, 5);
    pt_merkle_root_of(leaves, n, &root);
    cr_assert(pt_hash_eq(&root, &c.root));
    pt_tile_path(path + 1, &(struct pt_tile){.width = 5});
    cr_assert_eq(tw_get(&t.office, path, NULL), 200);
    cr_assert_eq(t.office.body.len, 5 * 32);
    cr_assert_eq(memcmp(t.office.body.p, leaves, 5 * 32), 0);
    cr_assert_eq(tw_get(&t.office, "/tile/0/001", NULL), 404);
    cr_assert_eq(tw_get(&t.office, "/tile/9/000", NULL), 404);
    cr_assert_eq(tw_get(&t.office, "/openapi.json", NULL), 200);
    cr_assert_eq(tw_get(&t.office, "/livez", NULL), 200);
    cr_assert(tw_wait_for(&t.office, "/readyz", "ready"));
    tear_down(&t);
}

/* Whoever may log in to the machine may not read the payments. */
Test(read, what_the_hub_keeps_is_for_it_alone) {
    static const char *const files[] = {"data/log.db", "data/log.db-wal", "data/ledger.db"};
    struct tw w;
    struct tw_client c;
    struct tw_stream s;
    struct pt_buf b;
    struct stat st;
    char path[512];
    mode_t before = umask(0);

    tw_init(&w, NULL);
    tw_start(&w);
    (void)umask(before);
    tw_client_init(&c, &w, "finance", "main");
    tw_stream_init(&s, &w, "finance", "main");
    pt_buf_init(&b, 1 << 20);
    tw_cut_payments(&s, 2, &b);
    tw_send(&s, &c, pt_buf_span(&b));
    cr_assert(tw_wait_for(&c, "/readyz", NULL));
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        tw_path(&w, files[i], path, sizeof path);
        cr_assert_eq(stat(path, &st), 0, "%s", path);
        cr_assert_eq(st.st_mode & 077, 0, "%s is %o", files[i], st.st_mode & 0777);
    }
    pt_buf_done(&b);
    tw_client_done(&c);
    tw_done(&w);
}
