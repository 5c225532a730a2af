/* Erasure orders as a connector sees them: its own copy goes with the tick, closes go on counting
 * as the others do, and a record that a hub destroyed without an order is an alarm. */
#include <criterion/criterion.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/proof/batch.h>
#include <pentad/record/decode.h>

#include "pt_test_erasure.h"
#include "rig.h"
#include "state_internal.h"

static struct rig rig;
#define hub rig.hub

static int look_at_own(void *ctx, const struct pt_outbox_record *row) {
    size_t *len = ctx;
    *len = row->bytes.len;
    return 1;
}
static size_t kept_bytes(uint64_t seq) {
    size_t len = 0;
    struct pt_state *s = rig_state(&rig);
    cr_assert_eq(pt_outbox_each(s, seq, 1, look_at_own, &len, NULL), 0);
    pt_state_free(s);
    return len;
}

static void ordered_as(const char *type, uint64_t of, unsigned approvals) {
    static const char *const who[] = {"audit", "organization"};
    struct te_found f = te_find(&hub, of);
    struct pt_hash hash;
    uint64_t seq;
    te_order_of(&hub, type, of, &f.hash, &hash, &seq);
    for (unsigned i = 0; i < approvals; i++) {
        te_approve(&hub, who[i], seq, &hash);
    }
    te_tick(&hub, pt_date_from_ms(hub.now_ms));
}
static void ordered(uint64_t of, unsigned approvals) {
    ordered_as("X01", of, approvals);
}

Test(erasing, the_authors_own_copy_goes_and_its_closes_hold) {
    rig_init(&rig, "finance", true);
    rig_write(&rig, "bills.csv",
              "day,no,unit,voucher,fen\n20190701,N1," RIG_UNIT ",V1,100\n20190701,N2," RIG_UNIT
              ",V2,200\n");
    rig_source(&rig, RIG_BILLS, "bills.csv");
    rig.lenient = true;
    cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
    struct rig_record log[16];
    uint64_t seq = 0;
    size_t n = rig_log(&rig, "finance", log, 16);
    for (size_t i = 0; i < n; i++) {
        seq = strcmp(log[i].doc_no, "N1") == 0 ? log[i].seq : seq;
    }
    ordered(seq, 1);
    cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
    cr_assert_gt(kept_bytes(seq), 100, "one approval isn't enough");
    ordered_as("B04", seq, 2);
    cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
    cr_assert_gt(kept_bytes(seq), 100, "it is no B04: such an order has no effect");
    ordered(seq, 2);
    cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
    cr_assert_lt(kept_bytes(seq), 3, "gone");
    cr_assert_gt(kept_bytes(seq + 1), 100, "its neighbour stays");
    hub.now_ms += 3600000;
    cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
    cr_assert_gt(rig_log(&rig, "finance", log, 16), n, "a close was written");
    rig_check_closes(&rig, "finance");
    rig_done(&rig);
}

/* Is the sealed record that was kept for finance/main#2 there still? */
static bool is_kept(void) {
    struct pt_buf bytes;
    pt_buf_init(&bytes, 100);
    struct pt_state *s = rig_state(&rig);
    int rc = pt_shut_find(s, "finance", "main", 2, &bytes, NULL);
    cr_assert(rc == 0 || rc == PT_E_NOT_FOUND);
    pt_state_free(s);
    pt_buf_done(&bytes);
    return rc == 0;
}

static void order_in_force(const char *type, struct pt_hash *record) {
    struct pt_hash hash;
    uint64_t at;
    te_order_of(&hub, type, 2, record, &hash, &at);
    te_approve(&hub, "audit", at, &hash);
    te_approve(&hub, "discipline", at, &hash);
    te_tick(&hub, pt_date_from_ms(hub.now_ms));
    cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
}

/* Nor is the reference to it, by which rows that name its number find it. */
static bool is_referred_to(void) {
    struct pt_ref_row ref;
    struct pt_state *s = rig_state(&rig);
    int rc = pt_refs_find(s, "finance", "A05", "密-1", &ref, NULL);
    cr_assert(rc == 0 || rc == PT_E_NOT_FOUND);
    pt_state_free(s);
    return rc == 0;
}

static void keep_sealed(struct pt_span sealed, const struct pt_hash *hash) {
    struct pt_ref_row ref = {.stream = "main", .seq = 2};
    struct pt_state *state = NULL;
    memcpy(ref.hash, hash->b, sizeof ref.hash);
    cr_assert_eq(pt_state_open(rig_path(&rig, "state/connector.db"), false, &state, NULL), 0);
    cr_assert_eq(pt_shut_add(state, "finance", "main", 2, sealed, NULL), 0);
    cr_assert_eq(pt_state_begin(state, NULL), 0);
    cr_assert_eq(pt_refs_add(state, "finance", "A05", "密-1", &ref, NULL), 0);
    cr_assert_eq(pt_state_commit(state, NULL), 0);
    pt_state_free(state);
}

/* An order that names another record at the same place, or calls it one of another type, has no
 * effect, neither at the hub nor here. */
Test(erasing, a_void_order_leaves_what_was_kept) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__EconRespAudit body = PENTAD__V1__ECON_RESP_AUDIT__INIT;
    struct th_stream s;
    struct pt_buf sealed;
    struct pt_hash hash, another;
    rig_init(&rig, "congress", true);
    th_stream_init(&s, &hub, "finance", "main");
    th_send_payments(&s, 3);
    cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
    rec.body_case = PENTAD__V1__RECORD__BODY_ECON_RESP_AUDIT;
    rec.econ_resp_audit = &body;
    pt_buf_init(&sealed, 1000);
    cr_assert_eq(pt_msg_encode(&rec.base, &sealed, NULL), 0);
    pt_leaf_hash(&hash, sealed.p, sealed.len);
    keep_sealed(pt_buf_span(&sealed), &hash);
    pt_leaf_hash(&another, "another", 7);
    order_in_force("A05", &another);
    cr_assert(is_kept() && is_referred_to(), "another record's order destroyed it");
    order_in_force("A01", &hash);
    cr_assert(is_kept() && is_referred_to(), "an order over an A01 destroyed it");
    order_in_force("A05", &hash);
    cr_assert_not(is_kept() || is_referred_to(), "its own order didn't");
    pt_buf_done(&sealed);
    rig_done(&rig);
}

static void destroy(uint64_t seq, const struct pt_hash *by) {
    struct te_found f = te_find(&hub, seq);
    const struct pt_store_erasure e = {
        .index = f.index, .place = f.place, .record = f.hash, .order = *by};
    bool done;
    cr_assert_eq(pt_store_erase(hub.store, &e, &done, NULL), 0);
}

Test(erasing, without_an_order_it_is_an_alarm) {
    struct th_stream s;
    struct pt_hash none = {{7}};
    rig_init(&rig, "congress", true);
    th_stream_init(&s, &hub, "finance", "main");
    th_send_payments(&s, 3);
    te_tick(&hub, pt_date_from_ms(hub.now_ms));
    destroy(2, &none);
    cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
    cr_assert(rig_has_alarm(&rig, "erased_without_order"));
    cr_assert(rig_had_event(&rig, "evidence"));
    rig_done(&rig);
}

Test(erasing, with_its_order_it_is_none) {
    struct th_stream s;
    struct pt_hash hash;
    uint64_t at;
    rig_init(&rig, "congress", true);
    th_stream_init(&s, &hub, "finance", "main");
    th_send_payments(&s, 3);
    struct te_found f = te_find(&hub, 2);
    te_order(&hub, 2, &f.hash, &hash, &at);
    te_approve(&hub, "audit", at, &hash);
    te_approve(&hub, "discipline", at, &hash);
    te_tick(&hub, pt_date_from_ms(hub.now_ms));
    destroy(2, &hash);
    cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
    cr_assert(!rig_has_alarm(&rig, "erased_without_order"));
    cr_assert_eq(rig_run(&rig), 0, "and from a saved view: %s", rig.err.msg);
    rig_done(&rig);
}

/* Of days that were attested nothing is asked again. */
Test(erasing, an_excuse_goes_once_its_days_were_attested) {
    static const struct {
        int seq;
        bool stays;
    } rows[] = {{1, false}, {2, false}, {3, true}, {4, true}};
    struct pt_state *s = NULL;
    rig_init(&rig, "finance", true);
    cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
    cr_assert_eq(pt_state_open(rig_path(&rig, "state/connector.db"), false, &s, NULL), 0);
    cr_assert_eq(pt_sql_exec(&s->sql,
                             "INSERT INTO excuse VALUES('audit','main',1,20190601,20190610),"
                             " ('audit','main',2,20190601,20190629),"
                             " ('audit','main',3,20190601,20190630), ('audit','main',4,20190601,0);"
                             "INSERT OR REPLACE INTO meta VALUES('attested_day', 20190629)",
                             NULL),
                 0);
    pt_state_free(s);
    te_tick(&hub, pt_date_from_ms(hub.now_ms));
    cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
    s = rig_state(&rig);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t n;
        bool found;
        cr_assert_eq(pt_sql_number(&s->sql, &n, &found, NULL,
                                   "SELECT count(*) FROM excuse WHERE seq=?", "i",
                                   (int64_t)rows[i].seq),
                     0);
        cr_expect_eq(n, rows[i].stays, "row %d", rows[i].seq);
    }
    pt_state_free(s);
    rig_done(&rig);
}

/* With the log's days, by the clock of this machine. */
Test(erasing, dead_letters_that_were_noted_a_year_ago_go_with_a_tick) {
    const struct pt_dead_letter d = {.file = "a.csv", .row = 7, .code = "bad_row"};
    struct pt_state *s = NULL;
    int64_t n;
    rig_init(&rig, "finance", true);
    cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
    cr_assert_eq(pt_state_open(rig_path(&rig, "state/connector.db"), false, &s, NULL), 0);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(pt_dead_letter_add(s, &d, NULL), 0);
    }
    cr_assert_eq(pt_dead_letter_note(s, hub.now_ms, &n, NULL), 0);
    pt_state_free(s);
    for (int days = 365; days <= 367; days += 2) {
        hub.now_ms += (days == 365 ? 365 : 2) * INT64_C(86400000);
        te_tick(&hub, pt_date_from_ms(hub.now_ms));
        cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
        cr_expect_eq(rig_counts(&rig).dead_letters, days == 365 ? 2 : 1, "after %d days", days);
    }
    rig_done(&rig);
}
