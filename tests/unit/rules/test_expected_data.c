/* K66: data that are expected and haven't come. */
#include <criterion/criterion.h>

#include <pentad/sql/sql.h>
#include <pentad/v1/envelope.pb-c.h>

#include "world.h"

#define OPEN 1
#define CLOSED 3
#define INFO 1
#define YELLOW 2
#define RED 3
#define WITHDRAW 4
#define RGN "370102"

static const char DEPT1[] = "11370100004188813W";
static const char P1[] = "37010019R000000000001";

static void end(struct world *w) {
    w_check(w);
    w_close(w);
}

static struct mk_ref region_month(struct world *w, int32_t month) {
    return mk_json(&w->m, "finance", "X05", K(REGION), "370102", month / 100, 0,
                   "{'month':%d,'gpb_rev_fen':'100'}", month);
}

Test(expected_data, k66_month_reports) {
    struct world w;
    struct seen s;

    w_open_quiet(&w, DEPT1);
    w_days(&w, 20190201, 20190208);
    cr_expect_eq(w_h01s_of(&w, "K66"), 0, "nobody has sent any: none is expected");
    (void)mk_month(&w.m, P1, 201901, 1, NULL);
    (void)region_month(&w, 201901);
    w_tick(&w, 20190209);
    (void)mk_month(&w.m, P1, 201902, 1, NULL);
    /* February's are due on the fifth working day of March, 03-07; 03-08 is grace. */
    w_days(&w, 20190301, 20190308);
    cr_expect_eq(w_find(&w, "K66", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20190309);
    s = w_find(&w, "K66", RGN, "201902", "finance/X05");
    cr_expect(s.n == 1 && s.status == OPEN && s.sev == INFO);
    cr_expect_str_eq(s.message_zh, "〔K66〕370102（370102），2019年度：finance应报X05区域财政运行（"
                                   "201902）未到，应于2019-03-07前报送");
    w_days(&w, 20190310, 20190314);
    cr_expect_eq(w_find(&w, "K66", RGN, "201902", "finance/X05").sev, INFO);
    w_tick(&w, 20190315);
    cr_expect_eq(w_find(&w, "K66", RGN, "201902", "finance/X05").sev, YELLOW);
    w_days(&w, 20190316, 20190321);
    cr_expect_eq(w_find(&w, "K66", RGN, "201902", "finance/X05").sev, YELLOW);
    w_tick(&w, 20190322);
    s = w_find(&w, "K66", RGN, "201902", "finance/X05");
    cr_expect(s.sev == RED && s.due > 0);
    w_check(&w);
    (void)region_month(&w, 201902);
    w_tick(&w, 20190323);
    cr_expect_eq(w_find(&w, "K66", RGN, "201902", "finance/X05").status, CLOSED);
    cr_expect_eq(w_find(&w, "K66", NULL, NULL, NULL).n, 1);
    end(&w);
}

/* A hub that stood still for months, and a report that is taken back. */
Test(expected_data, k66_asks_for_every_month_since_the_first) {
    struct world w;
    struct mk_ref r;

    w_open_quiet(&w, DEPT1);
    r = region_month(&w, 201902);
    (void)region_month(&w, 201904);
    w_tick(&w, 20190510);
    cr_expect_eq(w_find(&w, "K66", RGN, "201903", "finance/X05").sev, RED, "due on 04-05");
    cr_expect_eq(w_find(&w, "K66", RGN, "201901", "finance/X05").n, 0, "before the first");
    w_check(&w);
    w_tick(&w, 20190810);
    cr_expect_eq(w_find(&w, "K66", RGN, "201906", "finance/X05").status, OPEN);
    cr_expect_eq(w_find(&w, "K66", RGN, "201907", "finance/X05").sev, INFO, "due on 08-07");
    cr_expect_eq(w_find(&w, "K66", RGN, "201902", "finance/X05").n, 0);
    (void)mk_json_correcting(&w.m, WITHDRAW, &r, "finance", "X05", K(REGION), "370102", 2019, 0,
                             "{'month':201902}");
    w_tick(&w, 20190811);
    cr_expect_eq(w_find(&w, "K66", RGN, "201902", "finance/X05").status, OPEN);
    end(&w);
}

static void district(struct world *w, int32_t on, const char *until) {
    static const char GOV[] = "11370102004189000D";

    (void)mk_json(&w->m, "finance", "P01", K(UNIT), GOV, 2019, on,
                  "{'uscc':'%s','name':'区政府','level':'ORG_LEVEL_DISTRICT_GOV','rgn':'370102',"
                  "'active_from':20000101%s}",
                  GOV, until);
}

/* Dissolved in the middle of February; found to have been a mistake, it stands again. */
Test(expected_data, k66_a_dissolved_region) {
    struct world w;

    w_open_quiet(&w, DEPT1);
    district(&w, 20190102, "");
    (void)region_month(&w, 201901);
    w_tick(&w, 20190209);
    district(&w, 20190215, ",'active_to':20190215");
    w_days(&w, 20190309, 20190310);
    cr_expect_eq(w_find(&w, "K66", RGN, NULL, "finance/X05").n, 0);
    w_check(&w);
    district(&w, 20190320, "");
    w_tick(&w, 20190320);
    cr_expect_eq(w_find(&w, "K66", RGN, "201902", "finance/X05").status, OPEN);
    district(&w, 20190321, ",'active_to':20190228");
    w_tick(&w, 20190321);
    cr_expect_eq(w_find(&w, "K66", RGN, "201902", "finance/X05").status, OPEN, "its last month");
    w_tick(&w, 20190410);
    cr_expect_eq(w_find(&w, "K66", RGN, "201903", "finance/X05").status, 0);
    end(&w);
}

static void appraise(struct world *w, int32_t fy) {
    (void)mk_json(&w->m, "organization", "O01", K(DEPT), DEPT1, fy, 0, "{'total_cp':9000}");
}

Test(expected_data, k66_appraisal_of_the_year) {
    struct world w;

    w_open_quiet(&w, DEPT1);
    appraise(&w, 2018);
    w_tick(&w, 20190420);
    w_days(&w, 20191230, 20200102);
    w_days(&w, 20200429, 20200501);
    cr_expect_eq(w_find(&w, "K66", NULL, NULL, NULL).n, 0, "a working day of grace");
    w_tick(&w, 20200502);
    cr_expect_eq(w_find(&w, "K66", "", "2019", "organization/O01").sev, INFO);
    appraise(&w, 2019);
    w_tick(&w, 20200503);
    cr_expect_eq(w_find(&w, "K66", "", "2019", "organization/O01").status, CLOSED);
    cr_expect_eq(w_find(&w, "K66", NULL, NULL, NULL).n, 1);
    end(&w);
}

static void to_congress(struct world *w, const char *rgn, const char *kind, int32_t session_on) {
    (void)mk_json(&w->m, "finance", "B01", K(REGION), rgn, 2019, 0,
                  "{'kind':'SUBMISSION_KIND_%s','session':'1','session_on':%d}", kind, session_on);
}

Test(expected_data, k66_approval_after_the_session) {
    struct world w;
    struct seen s;

    w_open_quiet(&w, DEPT1);
    to_congress(&w, "370100", "DRAFT", 20190114);
    to_congress(&w, "370102", "DRAFT", 20190115);
    to_congress(&w, "370103", "EXEC_REPORT", 20190115);
    (void)mk_approve_budget(&w.m, 1, "370100", "济人发1", 2019, 20190117, "2050201", DEPT1, NULL,
                            100, 1);
    w_tick(&w, 20190117);
    /* Ten days after 01-15: 01-25, a Friday; grace: Monday. */
    w_days(&w, 20190124, 20190128);
    cr_expect_eq(w_find(&w, "K66", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20190129);
    s = w_find(&w, "K66", "", "20190115", "congress/B03");
    cr_expect(s.n == 1 && s.status == OPEN && s.sev == INFO && s.n_inputs == 1);
    (void)mk_approve_budget(&w.m, 1, "370102", "历人发1", 2019, 20190117, "2050201", DEPT1, NULL,
                            100, 1);
    w_tick(&w, 20190130);
    cr_expect_eq(w_find(&w, "K66", "", "20190115", "congress/B03").status, CLOSED);
    end(&w);
}

/* A calendar that comes once the days are planned, and makes the tenth day a working day. */
Test(expected_data, k66_a_new_calendar_moves_what_is_planned) {
    struct world w;
    struct mk_ref h;

    w_open_quiet(&w, DEPT1);
    to_congress(&w, "370102", "DRAFT", 20190123);
    w_tick(&w, 20190123);
    h = mk_json(&w.m, "office", "H08", K(NONE), NULL, 0, 20190124,
                "{'year':2019,'workdays':[20190202]}");
    (void)w_approve(&w, "congress", &h);
    (void)w_approve(&w, "audit", &h);
    w_tick(&w, 20190124);
    /* Due on 02-02, a Saturday that is worked; grace: Monday. Else it would be a day later. */
    w_days(&w, 20190203, 20190204);
    cr_expect_eq(w_find(&w, "K66", NULL, NULL, "congress/B03").n, 0);
    w_tick(&w, 20190205);
    cr_expect_eq(w_find(&w, "K66", NULL, NULL, "congress/B03").first_seen, 20190205);
    end(&w);
}

/* Each region's own: one that has never sent any isn't asked, one's report doesn't stand for
 * another's. */
Test(expected_data, k66_months_of_each_region) {
    struct world w;

    w_open_quiet(&w, DEPT1);
    for (int i = 0; i < 2; i++)
        (void)mk_json(&w.m, "finance", "X05", K(REGION), i ? "370103" : RGN, 2019, 0,
                      "{'month':201901,'gpb_rev_fen':'100'}");
    w_tick(&w, 20190209);
    (void)region_month(&w, 201902);
    w_days(&w, 20190301, 20190309);
    cr_expect_eq(w_find(&w, "K66", NULL, NULL, NULL).n, 1);
    cr_expect_eq(w_find(&w, "K66", "370103", "201902", "finance/X05").sev, INFO);
    w_check(&w);
    (void)mk_json(&w.m, "finance", "X05", K(REGION), "370104", 2019, 0,
                  "{'month':201901,'gpb_rev_fen':'100'}");
    w_tick(&w, 20190310);
    cr_expect_eq(w_find(&w, "K66", "370104", "201902", "finance/X05").status, OPEN,
                 "once one of January has come");
    cr_expect_eq(w_find(&w, "K66", "370104", "201901", NULL).n, 0);
    end(&w);
}

static struct mk_ref evaluate(struct world *w, const char *kind, int32_t fy) {
    return mk_json(&w->m, "finance", "V01", K(PROJECT), P1, fy, 0,
                   "{'kind':'EVALUATION_KIND_%s','total_cp':8000}", kind);
}

Test(expected_data, k66_evaluations_of_the_year) {
    struct world w;
    struct mk_ref self;

    w_open_quiet(&w, DEPT1);
    self = evaluate(&w, "SELF", 2019);
    (void)evaluate(&w, "FIN_KEY", 2019);
    w_tick(&w, 20200331);
    /* Spot checks are due on 06-30, a Tuesday; 07-01 is grace. */
    w_days(&w, 20200630, 20200701);
    cr_expect_eq(w_find(&w, "K66", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20200702);
    cr_expect_eq(w_find(&w, "K66", "", "2019", "finance/V01/SPOT").sev, INFO);
    w_tick(&w, 20200708);
    cr_expect_eq(w_find(&w, "K66", "", "2019", "finance/V01/SPOT").sev, YELLOW);
    w_check(&w);
    (void)evaluate(&w, "SPOT", 2019);
    w_tick(&w, 20200709);
    cr_expect_eq(w_find(&w, "K66", "", "2019", "finance/V01/SPOT").status, CLOSED);
    /* The key ones on 09-30; 10-01 is grace where no holidays are known. */
    w_days(&w, 20201001, 20201002);
    cr_expect_eq(w_find(&w, "K66", "", "2019", "finance/V01/DEPT").sev, INFO);
    cr_expect_eq(w_find(&w, "K66", "", "2019", "finance/V01/REGION").sev, INFO);
    cr_expect_eq(w_find(&w, "K66", "", "2019", "finance/V01/FIN_KEY").n, 0, "that has come");
    w_check(&w);
    (void)mk_json_correcting(&w.m, WITHDRAW, &self, "finance", "V01", K(PROJECT), P1, 2019, 0,
                             "{'kind':'EVALUATION_KIND_SELF','total_cp':8000}");
    w_tick(&w, 20201003);
    cr_expect_eq(w_find(&w, "K66", "", "2019", "finance/V01/DEPT").status, CLOSED,
                 "a year without a self-evaluation");
    end(&w);
}

/* A result of spring binds the next budget, one of November the one after that. */
Test(expected_data, k66_results_used_before_the_outline) {
    struct world w;
    struct seen s;

    for (int32_t on = 20191031; on <= 20191101; on += 70) {
        w_open_quiet(&w, DEPT1);
        (void)evaluate(&w, "FIN_KEY", 2018);
        w_tick(&w, on);
        (void)mk_json(&w.m, "finance", "B01", K(REGION), "370103", 2020, 0,
                      "{'kind':'SUBMISSION_KIND_DRAFT_INIT','session':'1','session_on':20200201}");
        w_tick(&w, 20191210);
        (void)evaluate(&w, "SELF", 2019);
        w_days(&w, 20191211, 20191212);
        s = w_find(&w, "K66", "", "2020", "finance/V02");
        cr_expect_eq(s.n, on == 20191031, "evaluated on %d", on);
        if (s.n) {
            cr_expect(s.status == OPEN && s.sev == INFO && s.n_inputs == 1);
            w_tick(&w, 20191218);
            cr_expect_eq(w_find(&w, "K66", "", "2020", "finance/V02").sev, YELLOW, "due on 12-10");
            w_check(&w);
            (void)mk_json(&w.m, "finance", "V02", K(PROJECT), P1, 2018, 0,
                          "{'action':'USE_ACTION_CUT','next_fy':2020}");
            w_tick(&w, 20191219);
            cr_expect_eq(w_find(&w, "K66", "", "2020", "finance/V02").status, CLOSED);
        }
        end(&w);
    }
}

Test(expected_data, k66_outline_before_the_session) {
    struct world w;
    struct seen s;

    w_open_quiet(&w, DEPT1);
    to_congress(&w, "370102", "DRAFT", 20190401);
    to_congress(&w, "370103", "DRAFT_INIT", 20190401);
    to_congress(&w, "370103", "DRAFT", 20190401);
    to_congress(&w, "370104", "DRAFT", 20190131);
    w_tick(&w, 20190302);
    /* Thirty days before 04-01: 03-02, a Saturday; 03-04 is grace. */
    w_days(&w, 20190303, 20190304);
    cr_expect_eq(w_find(&w, "K66", NULL, NULL, "finance/B01/DRAFT_INIT").n, 0);
    w_tick(&w, 20190305);
    s = w_find(&w, "K66", RGN, "2019", "finance/B01/DRAFT_INIT");
    cr_expect(s.n == 1 && s.status == OPEN && s.sev == INFO && s.n_inputs == 1);
    cr_expect_eq(w_find(&w, "K66", "370103", NULL, "finance/B01/DRAFT_INIT").n, 0, "that has come");
    cr_expect_eq(w_find(&w, "K66", "370104", NULL, "finance/B01/DRAFT_INIT").n, 0,
                 "due before the hub began");
    w_tick(&w, 20190318);
    cr_expect_eq(w_find(&w, "K66", RGN, "2019", "finance/B01/DRAFT_INIT").sev, RED);
    w_check(&w);
    to_congress(&w, "370102", "DRAFT_INIT", 20190401);
    w_tick(&w, 20190319);
    cr_expect_eq(w_find(&w, "K66", RGN, "2019", "finance/B01/DRAFT_INIT").status, CLOSED);
    end(&w);
}

/* A party that falls silent: its reports aren't judged, its silence is. */
Test(expected_data, k66_closes) {
    struct world w;
    struct seen s;

    w_open_quiet(&w, DEPT1);
    (void)region_month(&w, 201901);
    w_days(&w, 20190227, 20190304);
    mk_silent(&w.m, "finance", "main", true);
    /* 03-05 is due on 03-06; 03-07 is grace. */
    w_days(&w, 20190305, 20190307);
    cr_expect_eq(w_find(&w, "K66", NULL, NULL, NULL).n, 0);
    w_tick(&w, 20190308);
    s = w_find(&w, "K66", "", "20190305", "finance/StreamClose");
    cr_expect(s.n == 1 && s.status == OPEN && s.sev == INFO);
    w_days(&w, 20190309, 20190310);
    cr_expect_eq(w_find(&w, "K66", RGN, "201902", "finance/X05").n, 0);
    cr_expect_eq(w_unknown(&w, "K66"), 1, "finance hasn't closed 03-08");
    w_days(&w, 20190311, 20190313);
    cr_expect_eq(w_find(&w, "K66", "", "20190305", "finance/StreamClose").sev, INFO);
    w_tick(&w, 20190314);
    cr_expect_eq(w_find(&w, "K66", "", "20190305", "finance/StreamClose").sev, YELLOW);
    w_check(&w);
    mk_close_day(&w.m, "finance", "main", 20190308, false);
    w_tick(&w, 20190314);
    cr_expect_eq(w_find(&w, "K66", "", "20190305", "finance/StreamClose").status, CLOSED);
    cr_expect_eq(w_find(&w, "K66", "", "20190309", "finance/StreamClose").status, OPEN);
    cr_expect_eq(w_find(&w, "K66", RGN, "201902", "finance/X05").status, OPEN);
    mk_silent(&w.m, "finance", "main", false);
    w_tick(&w, 20190315);
    cr_expect_eq(w_find(&w, "K66", "", "20190309", "finance/StreamClose").status, CLOSED);
    end(&w);
}
