/* Closes that don't add up: withholding and an author's mistake look the same, until the author
 * says all of it anew. */
#include <criterion/criterion.h>
#include <string.h>

#include <pentad/base/arena.h>
#include <pentad/base/date.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/close.h>
#include <pentad/record/decode.h>

#include "rig.h"

static struct rig rig;

static void setting(const char *party) {
    struct pt_err err = {0};
    rig_init(&rig, party, true);
    rig.config.keys.cosigning = strdup(rig_path(&rig, "cosigning.key"));
    cr_assert_eq(pt_key_save(tx_key(&rig.hub.witnesses, party), rig.config.keys.cosigning, &err), 0,
                 "%s", err.msg);
}

static void pay(void) {
    struct th_stream s;
    th_stream_init(&s, &rig.hub, "finance", "main");
    th_send_payments(&s, 2);
}

/* What every reader of finance/main may have read of it since `since`. */
struct truth {
    struct pt_close close;
    uint64_t since;
    Pentad__V1__StreamClose *again; /* the newest that says something anew; in the arena */
    struct pt_close before_again;
    struct pt_arena arena;
};
static int take(void *ctx, const struct pt_store_entry *e) {
    struct truth *t = ctx;
    struct pt_span rec;
    size_t pos = 0;
    if (strcmp(e->party, "finance") != 0) {
        return 0;
    }
    for (uint64_t seq = e->first_seq; pt_batch_record_next(e->records, &pos, &rec) == 1; seq++) {
        Pentad__V1__Record *r = NULL;
        struct pt_hash h;
        cr_assert_eq(pt_record_decode(rec, &t->arena, &r, NULL), 0);
        if (r->body_case == PENTAD__V1__RECORD__BODY_STREAM_CLOSE &&
            r->stream_close->has_since_seq) {
            t->again = r->stream_close;
            t->before_again = t->close;
        }
        pt_leaf_hash(&h, rec.p, rec.len);
        if (seq >= t->since) {
            pt_close_add(&t->close, r, &h);
        }
    }
    return 0;
}
static void look(struct truth *t, uint64_t since) {
    struct pt_store_reader *r = NULL;
    memset(t, 0, sizeof *t);
    t->since = since;
    pt_arena_init(&t->arena, 64u * 1024 * 1024);
    pt_close_init(&t->close, PT_PARTY_FINANCE);
    cr_assert_eq(pt_store_read_begin(rig.hub.store, &r, NULL), 0);
    cr_assert_eq(pt_store_entries(r, 0, UINT64_MAX, true, take, t, NULL), 0);
    pt_store_read_end(r);
}

/* finance closes with these numbers; since_seq 0: an ordinary close. */
static uint64_t close_with(const struct pt_close *said, uint64_t since_seq) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    struct pt_close_message m;
    struct th_stream s;
    pt_close_write(said, pt_date_from_ms(rig.hub.now_ms), false, &m);
    m.close.has_since_seq = since_seq != 0;
    m.close.since_seq = since_seq;
    rec.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    rec.stream_close = &m.close;
    th_stream_init(&s, &rig.hub, "finance", "main");
    uint64_t seq = s.next_seq;
    th_send_record(&s, &rec, NULL);
    return seq;
}

/* One record more than anybody has. */
static uint64_t wrong_close(void) {
    struct pt_hash hidden = {{3}};
    struct truth t;
    look(&t, 1);
    for (size_t i = 0; i < t.close.n; i++) {
        pt_merkle_append(&t.close.classes[i].tree, &hidden);
    }
    uint64_t seq = close_with(&t.close, 0);
    pt_arena_done(&t.arena);
    return seq;
}

static void run(void) {
    cr_assert_eq(rig_run(&rig), 0, "%s", rig.err.msg);
}

static int64_t cosigned(void) {
    struct pt_state *s = rig_state(&rig);
    int64_t size = 0;
    cr_assert_eq(pt_state_get_int(s, "cosigned_size", 0, &size, NULL), 0);
    pt_state_free(s);
    return size;
}

Test(close, an_authors_mistake_is_over_when_he_says_all_of_it_anew) {
    struct truth t;
    setting("congress");
    pay();
    run();
    int64_t before = (int64_t)pt_log_size(rig.hub.log);
    cr_assert_eq(cosigned(), before);
    (void)wrong_close();
    pay();
    run();
    cr_assert_eq(cosigned(), before, "nothing behind it");
    cr_assert(rig_has_alarm(&rig, "withheld_record"));
    run(); /* from a saved view too */
    look(&t, 1);
    close_with(&t.close, 1);
    pt_arena_done(&t.arena);
    run();
    cr_assert(!rig_has_alarm(&rig, "withheld_record"));
    cr_assert(rig_had_event(&rig, "close_mended"));
    run();
    cr_assert_eq(cosigned(), (int64_t)pt_log_size(rig.hub.log));
    rig_done(&rig);
}

Test(close, one_that_still_counts_what_nobody_has_mends_nothing) {
    struct pt_hash hidden = {{3}};
    struct truth t;
    setting("congress");
    pay();
    run();
    int64_t before = cosigned();
    (void)wrong_close();
    run();
    look(&t, 1);
    struct pt_close more = t.close;
    for (size_t i = 0; i < more.n; i++) {
        pt_merkle_append(&more.classes[i].tree, &hidden);
    }
    close_with(&more, 1);    /* as before: something is withheld */
    close_with(&t.close, 2); /* from elsewhere: it can't be held against anything */
    pt_arena_done(&t.arena);
    run();
    cr_assert(rig_has_alarm(&rig, "withheld_record"));
    cr_assert_eq(cosigned(), before);
    rig_done(&rig);
}

Test(close, a_person_may_accept_one) {
    struct pt_state *s = NULL;
    struct pt_err err = {0};
    setting("congress");
    pay();
    run();
    int64_t before = cosigned();
    uint64_t first = wrong_close(), second = wrong_close();
    pay();
    run();
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(pt_state_open(rig_path(&rig, "state/connector.db"), false, &s, &err), 0);
        cr_assert_eq(pt_wrong_close_accept(s, "finance", "main", 99, "x", &err), PT_E_NOT_FOUND);
        cr_assert_eq(
            pt_wrong_close_accept(s, "finance", "main", i == 0 ? first : second, "经核对", &err), 0,
            "%s", err.msg);
        pt_state_free(s);
        run();
        run();
        cr_assert(i == 1
                      ? cosigned() == (int64_t)pt_log_size(rig.hub.log)
                      : cosigned() >= before && cosigned() < (int64_t)pt_log_size(rig.hub.log) - 1,
                  "round %d: %lld", i, (long long)cosigned());
    }
    rig_done(&rig);
}

Test(close, the_author_says_it_anew_when_he_is_asked_to) {
    struct pt_state *s = NULL;
    struct pt_err err = {0};
    struct truth t;
    setting("finance");
    rig_write(&rig, "bills.csv", "day,no,unit,voucher,fen\n20190701,N1," RIG_UNIT ",V1,100\n");
    rig_source(&rig, RIG_BILLS, "bills.csv");
    rig.lenient = true;
    run();
    rig.hub.now_ms += 3600000;
    run();
    look(&t, 1);
    cr_assert_null(t.again);
    pt_arena_done(&t.arena);
    cr_assert_eq(pt_state_open(rig_path(&rig, "state/connector.db"), false, &s, &err), 0);
    cr_assert_eq(pt_state_set_int(s, "close_again", 1, &err), 0);
    pt_state_free(s);
    run();
    look(&t, 1);
    cr_assert_not_null(t.again);
    cr_assert_eq(t.again->since_seq, 1);
    cr_assert_eq(pt_close_check(&t.before_again, PT_PARTY_CONGRESS, t.again, &err), 0, "%s",
                 err.msg);
    pt_arena_done(&t.arena);
    run(); /* once, and the next ordinary close counts on */
    rig.hub.now_ms += 3600000;
    run();
    rig_done(&rig);
}
