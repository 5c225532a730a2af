/* What was disclosed, as the public may have it, and what the hub says of openings: a running hub,
 * over the network. */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include <pentad/base/clock.h>
#include <pentad/proof/hash.h>
#include <pentad/record/sealed.h>
#include <pentad/v1/feed.pb-c.h>

#include "pt_test_seal.h"
#include "pt_test_world.h"

TestSuite(disclosure, .timeout = TW_TEST_S);

#define BATCH_MAX (16u * 1024 * 1024)
#define DAY 20190630

struct scene {
    struct tw w;
    struct tw_client c;
    struct tw_stream s[TW_PARTIES - 1];
    struct pt_buf b;
};

static struct tw_stream *stream_of(struct scene *t, const char *party) {
    for (size_t i = 0; i < TW_PARTIES - 1; i++) {
        if (strcmp(tw_party_names[i], party) == 0) {
            return &t->s[i];
        }
    }
    cr_assert_fail("%s", party);
    return NULL;
}

static void set_up(struct scene *t, const char *client) {
    static const struct tw_opts opts = {.first_day = DAY};

    tw_init(&t->w, &opts);
    tw_start(&t->w);
    tw_client_init(&t->c, &t->w, client, "main");
    pt_buf_init(&t->b, BATCH_MAX);
    for (size_t i = 0; i < TW_PARTIES - 1; i++) {
        tw_stream_init(&t->s[i], &t->w, tw_party_names[i], "main");
    }
}

static void tear_down(struct scene *t) {
    pt_buf_done(&t->b);
    tw_client_done(&t->c);
    tw_done(&t->w);
}

/* Sends it as the party's record `seq`, alone in its batch. */
static void send_one(struct scene *t, const char *party, Pentad__V1__Record *r, uint64_t seq,
                     struct pt_hash *ret_hash) {
    struct tw_stream *s = stream_of(t, party);
    struct pt_buf rec;
    struct pt_span span;

    pt_buf_init(&rec, 1 << 20);
    tw_record(r, seq, &rec);
    span = pt_buf_span(&rec);
    pt_leaf_hash(ret_hash, span.p, span.len);
    tw_cut_packed(s, &span, 1, &t->b);
    (void)tw_send(s, &t->c, pt_buf_span(&t->b));
    pt_buf_done(&rec);
}

static void end_day(struct scene *t, int32_t day) {
    for (size_t i = 0; i < TW_PARTIES - 1; i++) {
        tw_cut_close(&t->s[i], day, false, &t->b);
        (void)tw_send(&t->s[i], &t->c, pt_buf_span(&t->b));
    }
    cr_assert(tw_wait_metric(&t->c, "pentad_fold_tick_day", day, true), "no tick of %d", day);
}

static void send_profile(struct scene *t, struct pt_hash *ret_hash) {
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
    send_one(t, "finance", &rec, 1, ret_hash);
}

static void disclose(struct scene *t, const char *party, uint64_t seq, struct pt_hash *hash,
                     uint64_t own_seq) {
    static uint8_t digest[32];
    struct pt_hash own;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Disclosure d = PENTAD__V1__DISCLOSURE__INIT;
    Pentad__V1__RecordRef ref = PENTAD__V1__RECORD_REF__INIT;
    Pentad__V1__RecordRef *what[] = {&ref};

    ref.party = (char *)(uintptr_t)party;
    ref.stream = (char *)"main";
    ref.has_seq = ref.has_hash = 1;
    ref.seq = seq;
    ref.hash = (ProtobufCBinaryData){sizeof(hash->b), hash->b};
    rec.has_effective = 1;
    rec.effective = 20190101;
    rec.body_case = PENTAD__V1__RECORD__BODY_DISCLOSURE;
    rec.disclosure = &d;
    d.n_what = 1;
    d.what = what;
    d.url = (char *)"https://www.jinan.gov.cn/x";
    d.has_published_on = d.has_page_digest = 1;
    d.published_on = 20190101;
    d.page_digest = (ProtobufCBinaryData){sizeof(digest), digest};
    send_one(t, "finance", &rec, own_seq, &own);
}

/* How many records of a public feed came as bytes, and how many a tick opened. */
static void count_public(struct scene *t, size_t *ret_bytes, size_t *ret_opened) {
    Pentad__V1__FeedPage *p;

    cr_assert_eq(tw_get(&t->c, "/v1/feed?after=0&as=public", NULL), 200);
    p = pentad__v1__feed_page__unpack(NULL, t->c.body.len, t->c.body.p);
    cr_assert_not_null(p);
    *ret_bytes = 0;
    *ret_opened = p->n_opened;
    for (size_t i = 0; i < p->n_entries; i++) {
        for (size_t k = 0; k < p->entries[i]->n_records; k++) {
            *ret_bytes += p->entries[i]->records[k]->has_record;
        }
    }
    pentad__v1__feed_page__free_unpacked(p, NULL);
}

Test(disclosure, makes_a_record_public_everywhere_at_once) {
    struct scene t;
    struct pt_hash hash;
    size_t bytes, opened;

    set_up(&t, "organization");
    send_profile(&t, &hash);
    end_day(&t, DAY);
    count_public(&t, &bytes, &opened);
    cr_expect_eq(bytes, 0);
    cr_expect_eq(opened, 0);
    cr_expect_eq(tw_get(&t.c, "/v1/records/finance/main/1?as=public", NULL), 403);
    cr_expect_eq(tw_get(&t.c, "/v1/records/finance/main/1/evidence?as=public", NULL), 403);
    cr_expect_eq(tw_get(&t.c, "/v1/records/finance/main/1/trace?as=public", NULL), 200);
    cr_expect_null(strstr(pt_buf_cstr(&t.c.body), "市审计局"));
    disclose(&t, "finance", 1, &hash, 3); /* 2 is the day's close */
    end_day(&t, 20190701);
    count_public(&t, &bytes, &opened);
    cr_expect_eq(bytes, 1, "the disclosure itself");
    cr_expect_eq(opened, 1, "and what it names");
    cr_expect_eq(tw_get(&t.c, "/v1/records/finance/main/1?as=public", NULL), 200);
    cr_expect_eq(tw_get(&t.c, "/v1/records/finance/main/1/evidence?as=public", NULL), 200);
    cr_expect_eq(tw_get(&t.c, "/v1/records/finance/main/1/trace?as=public", NULL), 200);
    cr_expect_not_null(strstr(pt_buf_cstr(&t.c.body), "市审计局"));
    cr_expect_eq(tw_get(&t.c, "/v1/records/finance/main/2?as=public", NULL), 403);
    cr_expect_eq(tw_get(&t.c, "/v1/records/finance/main/1?as=audit", NULL), 400);
    cr_expect_eq(tw_get(&t.c, "/v1/discrepancies?as=public", NULL), 400, "not for the public");
    tear_down(&t);
}

/* ---- openings ------------------------------------------------------------------------------- */

static uint8_t nonce[PT_SEALED_NONCE]; /* inside the seal */
static uint8_t token[32];

static void write_decision(Pentad__V1__Record *rec, Pentad__V1__Accountability *d) {
    pentad__v1__record__init(rec);
    pentad__v1__accountability__init(d);
    rec->has_effective = 1;
    rec->effective = 20190101;
    rec->body_case = PENTAD__V1__RECORD__BODY_ACCOUNTABILITY;
    rec->accountability = d;
    d->has_person_token = d->has_measure = d->has_decided_on = 1;
    d->person_token = (ProtobufCBinaryData){sizeof(token), token};
    d->measure = PENTAD__V1__ACCOUNTABILITY_MEASURE__ACCOUNTABILITY_MEASURE_ADMONITION;
    d->decided_on = 20190102;
}

static struct pt_key *key_of(void *ctx, const char *party) {
    return tw_sealing_key(ctx, party);
}

static void send_sealed(struct scene *t, struct pt_hash *ret_hash) {
    const struct ts_place at = {.hub = t->w.hub.b,
                                .party = "discipline",
                                .stream = "main",
                                .seq = 1,
                                .key_of = key_of,
                                .ctx = &t->w};
    Pentad__V1__Record rec;
    Pentad__V1__Accountability d;
    struct ts_seal seal;

    write_decision(&rec, &d);
    d.has_publish_on = 1;
    d.publish_on = 20190701;
    ts_seal(&seal, &rec, &at);
    send_one(t, "discipline", seal.header, 1, ret_hash);
    ts_seal_done(&seal);
}

static void open_it(struct scene *t, uint64_t names, struct pt_hash *hash, int32_t decided_on,
                    uint64_t seq) {
    Pentad__V1__Record rec;
    Pentad__V1__Accountability d;
    Pentad__V1__RecordRef opens = PENTAD__V1__RECORD_REF__INIT;
    struct pt_hash own;

    write_decision(&rec, &d);
    d.decided_on = decided_on;
    opens.party = (char *)"discipline";
    opens.stream = (char *)"main";
    opens.has_seq = opens.has_hash = 1;
    opens.seq = names;
    opens.hash = (ProtobufCBinaryData){sizeof(hash->b), hash->b};
    d.opens = &opens;
    pt_sealed_set_nonce(&rec, nonce);
    send_one(t, "discipline", &rec, seq, &own);
}

Test(disclosure, the_hub_holds_openings_against_what_was_sealed) {
    static const struct {
        const char *path;
        const char *said;
    } traces[] = {{"/v1/records/discipline/main/2/trace", "\"opening\":\"holds\""},
                  {"/v1/records/discipline/main/3/trace", "\"opening\":\"differs\""},
                  {"/v1/records/discipline/main/4/trace", "\"opening\":\"missing\""}};
    struct scene t;
    struct pt_hash hash;

    set_up(&t, "finance"); /* which had a hash in the sealed record's place */
    send_sealed(&t, &hash);
    open_it(&t, 1, &hash, 20190102, 2);
    open_it(&t, 1, &hash, 20190103, 3);
    open_it(&t, 99, &hash, 20190102, 4);
    end_day(&t, DAY);
    cr_expect_eq(tw_get(&t.c, "/v1/records/discipline/main/1", NULL), 403);
    for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
        cr_expect_eq(tw_get(&t.c, traces[i].path, NULL), 200);
        cr_expect_not_null(strstr(pt_buf_cstr(&t.c.body), traces[i].said), "%s",
                           pt_buf_cstr(&t.c.body));
    }
    tear_down(&t);
}
