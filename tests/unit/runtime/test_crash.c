/* A connector that dies at any transaction, before it or after it, and comes back: in the end every
 * row is in the log once. The linker puts the commit of the state file into our hands (--wrap). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "rig.h"

int __real_pt_state_commit(struct pt_state *s, struct pt_err *err);
int __wrap_pt_state_commit(struct pt_state *s, struct pt_err *err);
int __real_pt_state_begin(struct pt_state *s, struct pt_err *err);
int __wrap_pt_state_begin(struct pt_state *s, struct pt_err *err);

/* The commit at which the process dies, counted from 1; 0: none. */
static struct {
    int at, seen;
    bool after; /* what was committed is durable */
    bool dead;  /* from then on nothing of this life may reach the file */
} death;

int __wrap_pt_state_begin(struct pt_state *s, struct pt_err *err) {
    return death.dead ? pt_err_set(err, PT_E_STORE, "dead") : __real_pt_state_begin(s, err);
}

int __wrap_pt_state_commit(struct pt_state *s, struct pt_err *err) {
    if (death.at == 0 || ++death.seen != death.at) {
        return __real_pt_state_commit(s, err);
    }
    death.dead = true;
    if (death.after) {
        (void)__real_pt_state_commit(s, err);
    } else {
        pt_state_rollback(s);
    }
    return pt_err_set(err, PT_E_STORE, "died at commit %d", death.at);
}

static void live_again(void) {
    memset(&death, 0, sizeof death);
}

static void setting(struct rig *r) {
    rig_init(r, "finance", false);
    rig_write(r, "bills.csv",
              "day,no,unit,voucher,fen\n"
              "20190101,N1," RIG_UNIT ",V1,100\n20190101,N2," RIG_UNIT ",V2,200\n"
              "20190102,N3," RIG_UNIT ",V3,300\n20190103,N4,11370100004188813X,V4,400\n"
              "20190103,N5," RIG_UNIT ",V5,500\n");
    rig_write(r, "payments.csv",
              "day,no,unit,voucher,fen\n"
              "20190101,B1," RIG_UNIT ",V1,100\n20190101,B1," RIG_UNIT ",V2,y\n"
              "20190102,B2," RIG_UNIT ",V3,300\n20190102,B2," RIG_UNIT ",V4,300\n");
    rig_write(r, "rects.csv",
              "day,no,party,ref,what\n20190101,R1,congress,人办〔2019〕1号,整改\n"
              "20190101,R2,finance,R1,再\n");
    rig_source(r, RIG_BILLS, "bills.csv");
    rig_source(r, RIG_PAYMENTS, "payments.csv");
    rig_source(r, RIG_RECTS, "rects.csv");
    r->config.until_day = 20190104;
    rig_opinion(r, "人办〔2019〕1号");
}

static void check_result(struct rig *r, int at, bool withheld) {
    static const char *const once[] = {"N1", "N2", "N3", "N5", "B1", "B2", "R1", "R2"};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
        cr_assert_eq(rig_log_count(r, "finance", once[i]), 1, "death at %d: %s is there %zu times",
                     at, once[i], rig_log_count(r, "finance", once[i]));
    }
    cr_assert_eq(rig_log_count(r, "finance", "N4"), 0);
    rig_check_closes(r, "finance");
    struct rig_record log[64];
    size_t n = rig_log(r, "finance", log, 64), closes = 0, notes = 0;
    for (size_t i = 0; i < n; i++) {
        closes += strcmp(log[i].type, "StreamClose") == 0;
        notes += strcmp(log[i].type, "Withheld") == 0;
        cr_assert_eq(log[i].seq, i + 1);
    }
    cr_assert_eq(closes, 4, "death at %d: %zu closes", at, closes);
    cr_assert_eq(notes, withheld ? 1 : 0);
    struct pt_state_counts k = rig_counts(r);
    cr_assert_eq(k.pending_records, 0);
    cr_assert_eq(k.deferred, 0);
    cr_assert_eq(k.dead_letters, 2, "death at %d: %d dead letters", at, (int)k.dead_letters);
    cr_assert_eq(r->n_delivered, 1);
    cr_assert_eq(k.evidence, 0);
}

/* Dies at commit 1, 2, … of its life until a life is too short to get there. */
static int die_everywhere(bool after, bool lenient, bool lose) {
    int at = 1;
    for (bool died = true; died; at++) {
        struct rig r;
        setting(&r);
        r.lenient = lenient;
        r.lose_answers = lose ? 1 : 0;
        live_again();
        death.at = at;
        death.after = after;
        int rc = rig_run(&r);
        died = death.dead;
        live_again();
        cr_assert(died ? rc == PT_E_STORE : rc == 0, "death at %d: %s", at, r.err.msg);
        if (died) {
            rc = rig_run(&r);
            cr_assert_eq(rc, 0, "after death at %d: %s", at, r.err.msg);
        }
        check_result(&r, at, lenient);
        rig_done(&r);
    }
    return at;
}

Test(crash, before_each_commit) {
    cr_assert_gt(die_everywhere(false, false, false), 8);
}

Test(crash, after_each_commit) {
    cr_assert_gt(die_everywhere(true, false, false), 8);
}

/* The hub refuses a record, and the process dies anywhere around that. */
Test(crash, before_each_commit_with_a_refusal) {
    cr_assert_gt(die_everywhere(false, true, false), 8);
}

Test(crash, after_each_commit_with_a_refusal) {
    cr_assert_gt(die_everywhere(true, true, false), 8);
}

Test(crash, after_each_commit_with_a_refusal_and_a_lost_answer) {
    cr_assert_gt(die_everywhere(true, true, true), 8);
}

/* Dies again and again, at every commit of every life. */
Test(crash, a_life_of_two_commits_still_gets_there) {
    struct rig r;
    setting(&r);
    int lives = 0, rc = 0;
    do {
        live_again();
        death.at = 2;
        death.after = lives % 2 != 0;
        rc = rig_run(&r);
        cr_assert(rc == 0 || rc == PT_E_STORE, "%s", r.err.msg);
        cr_assert_lt(++lives, 60);
    } while (rc != 0);
    live_again();
    check_result(&r, 0, false);
    rig_done(&r);
}
