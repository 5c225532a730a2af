/* Who looked: readings of restricted records are logged as H05, and a record's trace tells them. A
 * running hub, over the network. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <jansson.h>

#include <pentad/base/clock.h>
#include <pentad/proof/hash.h>
#include <pentad/v1/feed.pb-c.h>

#include "pt_test_seal.h"
#include "pt_test_world.h"

TestSuite(access, .timeout = TW_TEST_S);

#define BATCH_MAX (16u * 1024 * 1024)
#define DAY 20190630
#define SEALED "/v1/records/audit/main/1"

/* A sealed conclusion of audit's (A05: discipline, organization and audit) and some payments. */
struct scene {
    struct tw w;
    struct tw_client c[TW_PARTIES - 1];
    struct tw_stream s[TW_PARTIES - 1];
    struct pt_buf b;
};

static size_t place(const char *party) {
    size_t i = 0;

    while (strcmp(tw_party_names[i], party) != 0) {
        i++;
    }
    return i;
}

static struct tw_client *as(struct scene *t, const char *party) {
    return &t->c[place(party)];
}

static struct pt_key *key_of(void *ctx, const char *party) {
    return tw_sealing_key(ctx, party);
}

/* Small records: each costs a bundle more than it is itself. */
static void pack_small(uint64_t first, size_t n, struct pt_buf *bytes, struct pt_span *ret) {
    Pentad__V1__Withheld body = PENTAD__V1__WITHHELD__INIT;

    body.type = (char *)"A05";
    body.code = (char *)"negative_amount";
    for (size_t i = 0; i < n; i++) {
        Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
        size_t at = bytes->len;

        rec.body_case = PENTAD__V1__RECORD__BODY_WITHHELD;
        rec.withheld = &body;
        tw_record(&rec, first + i, bytes);
        ret[i] = pt_span(NULL, bytes->len - at);
    }
    for (size_t i = 0, at = 0; i < n; at += ret[i++].len) {
        ret[i].p = bytes->p + at;
    }
}

/* A sealed record and as many small ones behind it, as one batch. */
static void send_sealed(struct scene *t, size_t small) {
    static uint8_t token[32] = {1};
    struct tw_stream *s = &t->s[place("audit")];
    const struct ts_place at = {.hub = t->w.hub.b,
                                .party = "audit",
                                .stream = "main",
                                .seq = s->next_seq,
                                .key_of = key_of,
                                .ctx = &t->w};
    Pentad__V1__EconRespAudit body = PENTAD__V1__ECON_RESP_AUDIT__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    struct ts_seal seal;
    struct pt_buf packed, others;
    struct pt_span *spans = calloc(1 + small, sizeof(*spans));

    body.has_person_token = 1;
    body.person_token = (ProtobufCBinaryData){sizeof(token), token};
    body.post = (char *)"局长";
    rec.has_effective = 1;
    rec.effective = 20190101;
    rec.body_case = PENTAD__V1__RECORD__BODY_ECON_RESP_AUDIT;
    rec.econ_resp_audit = &body;
    ts_seal(&seal, &rec, &at);
    pt_buf_init(&packed, 1 << 20);
    tw_record(seal.header, s->next_seq, &packed);
    pt_buf_init(&others, BATCH_MAX);
    cr_assert_not_null(spans);
    spans[0] = pt_buf_span(&packed);
    pack_small(s->next_seq + 1, small, &others, spans + 1);
    tw_cut_packed(s, spans, 1 + small, &t->b);
    (void)tw_send(s, as(t, "audit"), pt_buf_span(&t->b));
    free(spans);
    pt_buf_done(&others);
    pt_buf_done(&packed);
    ts_seal_done(&seal);
}

static void set_up(struct scene *t) {
    static const struct tw_opts opts = {.first_day = DAY};

    tw_init(&t->w, &opts);
    tw_start(&t->w);
    pt_buf_init(&t->b, BATCH_MAX);
    for (size_t i = 0; i < TW_PARTIES - 1; i++) {
        tw_client_init(&t->c[i], &t->w, tw_party_names[i], "main");
        tw_stream_init(&t->s[i], &t->w, tw_party_names[i], "main");
    }
    tw_cut_payments(&t->s[place("finance")], 3, &t->b);
    (void)tw_send(&t->s[place("finance")], as(t, "finance"), pt_buf_span(&t->b));
    send_sealed(t, 0);
}

static void tear_down(struct scene *t) {
    for (size_t i = 0; i < TW_PARTIES - 1; i++) {
        tw_client_done(&t->c[i]);
    }
    pt_buf_done(&t->b);
    tw_done(&t->w);
}

static void end_day(struct scene *t, int32_t day) {
    for (size_t i = 0; i < TW_PARTIES - 1; i++) {
        tw_cut_close(&t->s[i], day, false, &t->b);
        (void)tw_send(&t->s[i], as(t, "office"), pt_buf_span(&t->b));
    }
    cr_assert(tw_wait_metric(as(t, "office"), "pentad_fold_tick_day", day, true), "no tick of %d",
              day);
}

static json_t *answer(struct tw_client *c, const char *path) {
    json_t *j;

    cr_assert_eq(tw_get(c, path, "application/json"), 200, "%s: %ld", path, c->status);
    j = json_loadb((const char *)c->body.p, c->body.len, 0, NULL);
    cr_assert_not_null(j);
    return j;
}

static void check_reader(const json_t *read_by, size_t i, const char *reader, const char *purpose) {
    const json_t *x = json_array_get(read_by, i);
    const char *said = json_string_value(json_object_get(x, "purpose"));

    cr_expect_str_eq(json_string_value(json_object_get(x, "reader")), reader);
    cr_expect_str_eq(said != NULL ? said : "", purpose);
    cr_expect_str_eq(json_string_value(json_object_get(x, "type")), "H05");
    cr_expect_eq(strncmp(json_string_value(json_object_get(x, "id")), "hub/main#", 9), 0);
    cr_expect_not_null(json_string_value(json_object_get(x, "at")));
}

/* Not the author's, not who gets a hash or 403, not the public's; with the purpose where one is
 * stated. The hub's own stream holds the record, and its close counts it for each of the six. */
Test(access, the_trace_tells_who_read_a_sealed_record) {
    struct scene t;
    json_t *j, *read_by;

    set_up(&t);
    as(&t, "discipline")->purpose = "%E6%A0%B8%E5%AE%9E%E7%BA%BF%E7%B4%A2 7";
    cr_assert_eq(tw_get(as(&t, "discipline"), SEALED, NULL), 200);
    cr_assert_eq(tw_get(as(&t, "organization"), SEALED "/evidence", NULL), 200);
    cr_assert_eq(tw_get(as(&t, "organization"), SEALED "?as=public", NULL), 403);
    cr_assert_eq(tw_get(as(&t, "audit"), SEALED, NULL), 200);
    cr_assert_eq(tw_get(as(&t, "finance"), SEALED, NULL), 403);
    end_day(&t, DAY);
    j = answer(as(&t, "congress"), SEALED "/trace");
    read_by = json_object_get(j, "read_by");
    cr_assert_eq(json_array_size(read_by), 2, "%s", pt_buf_cstr(&as(&t, "congress")->body));
    check_reader(read_by, 0, "discipline", "核实线索 7");
    check_reader(read_by, 1, "organization", "");
    cr_expect_eq(json_array_size(json_object_get(j, "referred_by")), 0, "an H05 cites nothing");
    json_decref(j);
    cr_expect_eq(tw_get(as(&t, "congress"), SEALED "/trace?as=public", NULL), 200);
    cr_expect_null(strstr(pt_buf_cstr(&as(&t, "congress")->body), "discipline"));

    j = answer(as(&t, "congress"), "/v1/records/hub/main/1");
    cr_expect_eq(json_array_size(json_object_get(json_object_get(j, "access_log"), "accesses")), 2);
    cr_expect_eq(json_integer_value(json_object_get(j, "effective")), DAY);
    json_decref(j);
    j = answer(as(&t, "congress"), "/v1/records/hub/main/2");
    read_by = json_object_get(json_object_get(j, "stream_close"), "classes");
    cr_assert_eq(json_array_size(read_by), 6);
    for (size_t i = 0; i < 6; i++) {
        const json_t *n = json_object_get(json_array_get(read_by, i), "count");
        cr_expect(json_integer_value(n) == 1 ||
                  (json_is_string(n) && strcmp(json_string_value(n), "1") == 0));
    }
    json_decref(j);
    tear_down(&t);
}

/* Payments are no restricted records, though organization and office see sums of them only. */
Test(access, reading_a_payment_is_not_logged) {
    struct scene t;
    json_t *j;

    set_up(&t);
    cr_assert_eq(tw_get(as(&t, "congress"), "/v1/records/finance/main/1", NULL), 200);
    cr_assert_eq(tw_get(as(&t, "congress"), "/v1/feed?after=0", NULL), 200);
    end_day(&t, DAY);
    j = answer(as(&t, "audit"), "/v1/records/finance/main/1/trace");
    cr_expect_eq(json_array_size(json_object_get(j, "read_by")), 0);
    json_decref(j);
    j = answer(as(&t, "audit"), "/v1/records/hub/main/1");
    cr_expect_not_null(json_object_get(j, "stream_close"), "the hub's first record is its close");
    json_decref(j);
    tear_down(&t);
}

/* The same page again is one reading; from the beginning anew is another one. */
Test(access, the_feed_counts_a_page_once) {
    struct scene t;
    json_t *j, *read_by;

    set_up(&t);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(tw_get(as(&t, "discipline"), "/v1/feed?after=0", NULL), 200);
    }
    cr_assert_eq(tw_get(as(&t, "office"), "/v1/feed?after=0", NULL), 200);
    end_day(&t, DAY);
    cr_assert_eq(tw_get(as(&t, "discipline"), "/v1/feed?after=0", NULL), 200, "what is new only");
    cr_assert_eq(tw_get(as(&t, "discipline"), "/v1/feed?after=3", NULL), 200);
    cr_assert_eq(tw_get(as(&t, "discipline"), "/v1/feed?after=0", NULL), 200, "all of it anew");
    end_day(&t, 20190701);
    j = answer(as(&t, "audit"), SEALED "/trace");
    read_by = json_object_get(j, "read_by");
    cr_assert_eq(json_array_size(read_by), 2, "%zu", json_array_size(read_by));
    check_reader(read_by, 0, "discipline", "feed");
    check_reader(read_by, 1, "discipline", "feed");
    json_decref(j);
    tear_down(&t);
}

/* What waits for a tick is logged at an orderly stop. */
Test(access, an_orderly_stop_loses_no_reading) {
    struct scene t;
    json_t *j;

    set_up(&t);
    cr_assert(tw_wait_for(as(&t, "audit"), SEALED "/trace", "\"record\""), "folded");
    cr_assert_eq(tw_get(as(&t, "discipline"), SEALED "/trace", NULL), 200);
    cr_assert_eq(tw_stop(&t.w, SIGTERM), 0);
    tw_start(&t.w);
    cr_assert(tw_wait_for(as(&t, "audit"), SEALED "/trace", "\"reader\":\"discipline\""));
    j = answer(as(&t, "audit"), "/v1/records/hub/main/1");
    cr_expect_not_null(json_object_get(j, "access_log"));
    json_decref(j);
    end_day(&t, DAY);
    tear_down(&t);
}

/* A thousand don't wait for a tick. */
Test(access, a_thousand_readings_are_logged_at_once) {
    struct scene t;

    set_up(&t);
    for (int i = 0; i < 1000; i++) {
        cr_assert_eq(tw_get(as(&t, "discipline"), SEALED, NULL), 200);
    }
    cr_assert(tw_wait_for(as(&t, "office"), "/v1/records/hub/main/1", NULL));
    end_day(&t, DAY);
    tear_down(&t);
}

/* One that turns out too large gave nothing away: 30,000 paths of 15 hashes are more than 16 MiB.
 */
Test(access, evidence_that_cannot_be_made_is_no_reading) {
    struct scene t;
    char code[64];
    json_t *j, *read_by;

    set_up(&t);
    send_sealed(&t, 30000);
    cr_assert_eq(tw_get(as(&t, "discipline"), "/v1/records/audit/main/3/batch/evidence", NULL), 413,
                 "%ld", as(&t, "discipline")->status);
    cr_expect_str_eq(tw_code(as(&t, "discipline"), code), "too_large");
    cr_assert_eq(tw_get(as(&t, "discipline"), SEALED "/batch/evidence", NULL), 200);
    end_day(&t, DAY);
    j = answer(as(&t, "audit"), "/v1/records/audit/main/2/trace");
    cr_expect_eq(json_array_size(json_object_get(j, "read_by")), 0, "it was never given");
    json_decref(j);
    j = answer(as(&t, "audit"), SEALED "/trace");
    read_by = json_object_get(j, "read_by");
    cr_assert_eq(json_array_size(read_by), 1, "%zu", json_array_size(read_by));
    check_reader(read_by, 0, "discipline", "");
    json_decref(j);
    tear_down(&t);
}

Test(access, a_purpose_that_cannot_be_logged_is_refused) {
    struct scene t;
    char text[2100], long_one[600], code[64];

    set_up(&t);
    memset(long_one, 'a', 501);
    long_one[501] = '\0';
    snprintf(text, sizeof(text), "%s", long_one);
    as(&t, "discipline")->purpose = text;
    cr_expect_geq(tw_get(as(&t, "discipline"), SEALED, NULL), 400);
    cr_expect_str_eq(tw_code(as(&t, "discipline"), code), "too_large");
    text[500] = '\0';
    cr_expect_eq(tw_get(as(&t, "discipline"), SEALED, NULL), 200);
    as(&t, "discipline")->purpose = "%ff";
    cr_expect_eq(tw_get(as(&t, "discipline"), SEALED, NULL), 400);
    as(&t, "discipline")->purpose = "%zz";
    cr_expect_eq(tw_get(as(&t, "discipline"), SEALED, NULL), 400);
    as(&t, "discipline")->purpose = "line%0Abreak";
    cr_expect_eq(tw_get(as(&t, "discipline"), SEALED, NULL), 422);
    as(&t, "discipline")->purpose = NULL;
    end_day(&t, DAY);
    tear_down(&t);
}
