/* The rules asked: why, and what if. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/rules/explain.h>

#include "world.h"

static const char P1[] = "37010019R000000000001";
static const char SUBJECT[] = "PROJECT:37010019R000000000001";
static const char DEPT1[] = "11370100004188813W";

struct scene {
    struct world w;
    char dir[32];
    char path[64];
    struct pt_probe *p;
};

/* A new major project that is in the library without an ex-ante evaluation: K14. */
static void begin(struct scene *s) {
    struct pt_err err = {0};

    (void)snprintf(s->dir, sizeof s->dir, "/tmp/explain-XXXXXX");
    cr_assert(mkdtemp(s->dir) != NULL);
    (void)snprintf(s->path, sizeof s->path, "%s/ledger.db", s->dir);
    w_open(&s->w, s->path);
    (void)mk_org(&s->w.m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_json(&s->w.m, "finance", "P02", K(PROJECT), P1, 0, 20190101,
                  "{'name':'校舍改造','resp_org':'%s','is_new':true,'is_major':true}", DEPT1);
    w_tick(&s->w, 20190101);
    (void)mk_json(&s->w.m, "finance", "E03", K(PROJECT), P1, 2019, 20190102,
                  "{'action':'LIBRARY_ACTION_IN'}");
    w_tick(&s->w, 20190103);
    cr_assert_eq(w_find(&s->w, "K14", P1, NULL, NULL).n, 1);
    cr_assert_eq(pt_probe_open(s->path, &s->p, &err), 0, "%s", err.msg);
}

static void end(struct scene *s) {
    pt_probe_close(s->p);
    w_check(&s->w);
    w_close(&s->w);
    (void)unlink(s->path);
    (void)rmdir(s->dir);
}

/* ---- explain ---- */

struct heard {
    size_t n_params, n_conditions, n_inputs, n_figures;
    char rule[8], name[64], reads[64];
    char state[16], message_zh[512], discrepancy[40], status[16], responder[40], input[64];
};

static int hear_begin(void *ctx, const struct pt_probe_explained *what, struct pt_err *err) {
    struct heard *h = ctx;

    (void)err;
    (void)snprintf(h->rule, sizeof h->rule, "%s", what->rule->id);
    (void)snprintf(h->reads, sizeof h->reads, "%s", what->rule->reads);
    (void)snprintf(h->name, sizeof h->name, "%s", what->name);
    return 0;
}

static int hear_param(void *ctx, const struct pt_probe_param *p, struct pt_err *err) {
    struct heard *h = ctx;

    (void)err;
    cr_expect_str_eq(p->value, p->param->fallback);
    cr_expect_null(p->set_by.id);
    h->n_params++;
    return 0;
}

static int hear_condition(void *ctx, const struct pt_probe_condition *c, struct pt_err *err) {
    struct heard *h = ctx;

    (void)err;
    h->n_conditions++;
    h->n_inputs = c->n_inputs;
    h->n_figures = c->n_figures;
    (void)snprintf(h->state, sizeof h->state, "%s", c->state);
    (void)snprintf(h->message_zh, sizeof h->message_zh, "%s", c->message_zh);
    (void)snprintf(h->discrepancy, sizeof h->discrepancy, "%s",
                   c->discrepancy ? c->discrepancy : "");
    (void)snprintf(h->status, sizeof h->status, "%s", c->status ? c->status : "");
    (void)snprintf(h->responder, sizeof h->responder, "%s",
                   c->n_responders > 0 ? c->responders[0] : "");
    (void)snprintf(h->input, sizeof h->input, "%s %s", c->n_inputs > 0 ? c->inputs[0].type : "",
                   c->n_inputs > 0 ? c->inputs[0].id : "");
    return 0;
}

static struct heard heard;

static int ask(struct scene *s, const char *rule, const char *subject, int32_t year,
               struct pt_err *err) {
    static const struct pt_probe_teller teller = {&heard, hear_begin, hear_param, hear_condition};

    memset(&heard, 0, sizeof heard);
    return pt_probe_explain(s->p, rule, subject, year, &teller, err);
}

Test(explain, says_why_a_rule_fires_and_where_it_has_nothing_to_judge) {
    struct scene s;
    struct pt_err err = {0};

    begin(&s);
    cr_assert_eq(ask(&s, "K14", SUBJECT, 2019, &err), 0, "%s", err.msg);
    cr_assert_eq(heard.n_conditions, 1);
    cr_assert_str_eq(heard.state, "FIRE");
    cr_assert_str_eq(heard.name, "校舍改造");
    cr_assert_str_eq(heard.message_zh, w_find(&s.w, "K14", P1, NULL, NULL).message_zh);
    cr_assert_eq(strlen(heard.discrepancy), 32);
    cr_assert_str_eq(heard.status, "OPEN");
    cr_assert_str_eq(heard.responder, "finance");
    cr_assert_gt(heard.n_inputs, 0);
    cr_assert_eq(ask(&s, "K14", P1, 2018, &err), 0, "%s", err.msg);
    cr_assert_eq(heard.n_conditions, 0, "of another year");
    cr_assert_eq(ask(&s, "K26", SUBJECT, 0, &err), 0, "%s", err.msg);
    cr_assert_eq(heard.n_conditions, 0);
    cr_assert_str_eq(heard.reads, "B04 B05 P02 X01 X04");
    cr_assert_eq(heard.n_params, 6);
    cr_assert_eq(ask(&s, "K99", SUBJECT, 0, &err), PT_E_NOT_FOUND);
    cr_assert_eq(ask(&s, "K14", "PROJECT:nobody", 0, &err), PT_E_NOT_FOUND);
    end(&s);
}

/* Asked about one subject a rule looks at that one alone, and says of it what it says when asked
 * about all. */
Test(explain, says_of_one_subject_what_it_says_among_all) {
    struct scene s;
    struct pt_err err = {0};
    const struct pt_rule_info *rules;
    size_t n;

    begin(&s);
    rules = pt_rules_list(&n);
    for (size_t i = 0; i < n; i++) {
        size_t stored = w_find(&s.w, rules[i].id, P1, NULL, NULL).n;

        cr_assert_eq(ask(&s, rules[i].id, SUBJECT, 0, &err), 0, "%s: %s", rules[i].id, err.msg);
        cr_assert(stored == 0 || heard.n_conditions > 0, "%s", rules[i].id);
        cr_assert_eq(ask(&s, rules[i].id, NULL, 0, &err), 0, "%s: %s", rules[i].id, err.msg);
    }
    end(&s);
}

static bool at_once(void *ctx, uint64_t evaluated) {
    (void)ctx;
    (void)evaluated;
    return true;
}

/* ---- try ---- */

struct tally {
    size_t rules, n[4];
    uint64_t fires_was, fires;
    bool is_new;
    char rule[8], message[512], severity[4], severity_was[4];
};

static int hear_rule(void *ctx, const struct pt_probe_tried *t, struct pt_err *err) {
    struct tally *y = ctx;

    (void)err;
    y->rules++;
    y->is_new = t->is_new;
    y->fires_was += t->fires_was;
    y->fires += t->fires;
    (void)snprintf(y->rule, sizeof y->rule, "%s", t->rule->id);
    return 0;
}

static int hear_change(void *ctx, const struct pt_probe_change *c, struct pt_err *err) {
    struct tally *y = ctx;

    (void)err;
    y->n[c->what]++;
    (void)snprintf(y->message, sizeof y->message, "%s", c->message_en);
    (void)snprintf(y->severity, sizeof y->severity, "%s", c->severity);
    (void)snprintf(y->severity_was, sizeof y->severity_was, "%s", c->severity_was);
    return 0;
}

static struct tally tally;

static int try_it(struct scene *s, struct pt_err *err) {
    static const struct pt_probe_trier trier = {&tally, hear_rule, hear_change};

    memset(&tally, 0, sizeof tally);
    return pt_probe_try(s->p, &trier, err);
}

Test(explain, tries_parameters_that_there_are) {
    struct scene s;
    struct pt_err err = {0};

    begin(&s);
    cr_assert_eq(pt_probe_set(s.p, "k26.nothing=1", &err), PT_E_NOT_FOUND);
    cr_assert_eq(pt_probe_set(s.p, "k26.dev_bp", &err), PT_E_FORMAT);
    cr_assert_eq(pt_probe_set(s.p, "k26.dev_bp=ten", &err), PT_E_FORMAT);
    cr_assert_eq(pt_probe_set(s.p, "k26.dev_bp=-1500", &err), 0, "%s", err.msg);
    cr_assert_eq(try_it(&s, &err), 0, "%s", err.msg);
    cr_assert_eq(tally.rules, 1);
    cr_assert_str_eq(tally.rule, "K26");
    end(&s);
}

/* The file of a rule with one text in it replaced. */
static char *bent(const char *id, const char *from, const char *to) {
    const char *sql = pt_rules_find(id)->sql;
    const char *at = strstr(sql, from);
    size_t n = strlen(sql) + strlen(to) + 1;
    char *out = malloc(n);

    cr_assert_not_null(at, "%s has no %s", id, from);
    cr_assert_not_null(out);
    (void)snprintf(out, n, "%.*s%s%s", (int)(at - sql), sql, to, at + strlen(from));
    return out;
}

static int tried(struct scene *s, const char *from, const char *to, struct pt_err *err) {
    char *text = bent("K14", from, to);
    int rc = pt_probe_rule(s->p, "K14.sql", text, err);

    free(text);
    return rc;
}

Test(explain, tries_a_rule_as_it_is_and_finds_no_difference) {
    struct scene s;
    struct pt_err err = {0};

    begin(&s);
    cr_assert_eq(tried(&s, "-- id: K14", "-- id: K14", &err), 0, "%s", err.msg);
    cr_assert_eq(pt_probe_rule(s.p, "b", "", &err), PT_E_USAGE);
    cr_assert_eq(try_it(&s, &err), 0, "%s", err.msg);
    cr_assert_eq(tally.rules, 1);
    cr_assert_eq(tally.fires_was, 1);
    cr_assert_eq(tally.fires, 1);
    cr_assert_eq(tally.n[0] + tally.n[1] + tally.n[2] + tally.n[3], 0);
    end(&s);
}

Test(explain, tries_a_changed_rule) {
    struct scene s;
    struct pt_err err = {0};

    begin(&s);
    cr_assert_eq(tried(&s, "'FIRE'", "'UNKNOWN'", &err), 0, "%s", err.msg);
    cr_assert_eq(try_it(&s, &err), 0, "%s", err.msg);
    cr_assert_eq(tally.fires_was, 1);
    cr_assert_eq(tally.fires, 0);
    cr_assert_eq(tally.n[PT_PROBE_CLEARED] + tally.n[PT_PROBE_UNKNOWN], 1);
    cr_assert_str_eq(tally.severity, "");
    cr_assert_neq(tally.severity_was[0], '\0');
    end(&s);
}

Test(explain, tries_a_new_rule_beside_the_others) {
    struct scene s;
    struct pt_err err = {0};

    begin(&s);
    cr_assert_eq(tried(&s, "-- id: K14", "-- id: K99", &err), 0, "%s", err.msg);
    cr_assert_eq(try_it(&s, &err), 0, "%s", err.msg);
    cr_assert_str_eq(tally.rule, "K99");
    cr_assert(tally.is_new);
    cr_assert_eq(tally.n[PT_PROBE_RAISED], 1);
    cr_assert(strncmp(tally.message, "[K99] ", 6) == 0, "%s", tally.message);
    end(&s);
}

/* A rule that never ends. */
Test(explain, gives_up_when_told_so) {
    struct scene s;
    struct pt_err err = {0};

    begin(&s);
    cr_assert_eq(tried(&s, "FROM known k LEFT JOIN",
                       "FROM (WITH RECURSIVE ever(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM ever)"
                       " SELECT max(n) FROM ever), known k LEFT JOIN",
                       &err),
                 0, "%s", err.msg);
    pt_probe_watch(s.p, at_once, NULL);
    cr_assert_eq(try_it(&s, &err), PT_E_TIMEOUT);
    cr_assert_not_null(strstr(err.msg, "K14"), "%s", err.msg);
    end(&s);
}

/* Nothing of it runs, and what is said names the place. */
Test(explain, refuses_a_rule_that_isnt_right) {
    static const struct {
        const char *from, *to;
        int code;
        const char *says;
    } t[] = {
        {"-- [all]\n", "-- [al]\n", PT_E_FORMAT, "no section is called [al]"},
        {"-- [all]\n", "-- [touch]\nSELECT 1, 2, 3\n-- [all]\n", PT_E_FORMAT,
         "[touch] is there twice"},
        {"-- id: K14\n", "\n", PT_E_FORMAT, "`-- id: …`"},
        {"-- id: K14\n", "-- id: K'14\n", PT_E_FORMAT, "is not like K26"},
        {"-- responders: ", "-- ", PT_E_FORMAT, "`-- responders: …`"},
        {"-- [all]\n", "-- [all]\nSELECT nowt, 2, 3 FROM record UNION ", PT_E_FORMAT,
         "[all]: no such column: nowt"},
        {"-- [all]\n", "-- [all]\nSELECT 1, 2, 3 FROM nowhere UNION ", PT_E_FORMAT,
         "[all]: no such table: nowhere"},
        {"-- [all]\n", "-- [all]\nSELECT 1, 2 -- ", PT_E_FORMAT, ""},
        {"-- [all]\n", "-- [all]\nSELECT 1, 2, @NOT_THERE UNION ", PT_E_FORMAT,
         "there is no @NOT_THERE"},
        {"-- [all]\n", "-- [all]\nSELECT 1, 2, param('k14.none') UNION ", PT_E_FORMAT,
         "no rule has a parameter k14.none"},
        {"-- [all]\n", "-- [all]\nDELETE FROM record; ", PT_E_FORBIDDEN, "this is DELETE record"},
        {"-- [all]\n", "-- [all]\nSELECT 1, 2, 3; DELETE FROM record; ", PT_E_FORMAT,
         "without a semicolon"},
        {"-- [all]\n", "-- [all]\nUPDATE record SET seq = 1; ", PT_E_FORBIDDEN, "UPDATE record"},
        {"-- [all]\n", "-- [all]\nATTACH '/tmp/other.db' AS o; ", PT_E_FORBIDDEN, "ATTACH"},
        {"-- [all]\n", "-- [all]\nPRAGMA journal_mode=DELETE; ", PT_E_FORBIDDEN, "PRAGMA"},
        {"-- [all]\n", "-- [all]\nCOMMIT; ", PT_E_FORBIDDEN, "a transaction"},
        {"-- [all]\n", "-- [all]\nSELECT load_extension('x'), 2, 3 UNION ", PT_E_FORBIDDEN,
         "the function load_extension"},
        {"-- [all]\n", "-- [all]\nSELECT ?1, 2, 3 UNION ", PT_E_FORMAT, "nothing is bound here"},
        {"-- [touch]\n", "-- [views]\nCREATE VIEW v14 AS SELECT 1;\n-- [touch]\n", PT_E_FORBIDDEN,
         "[views]: a rule may only read, and this is CREATE VIEW without TEMP v14"},
        {"-- [touch]\n", "-- [views]\nDROP TABLE record;\n-- [touch]\n", PT_E_FORBIDDEN,
         "DROP TABLE record"},
        {"-- [touch]\n", "-- [views]\nCREATE TEMP TABLE t14(a);\n-- [touch]\n", PT_E_FORBIDDEN,
         "CREATE TABLE t14"},
        {"-- [touch]\n", "-- [views]\nSELECT 1;\n-- [touch]\n", PT_E_FORMAT,
         "only CREATE TEMP VIEW"},
        {"-- [touch]\n",
         "-- [views]\nCREATE TEMP VIEW v14 AS\nSELECT nowt FROM record;\n"
         "-- [touch]\n",
         PT_E_FORMAT, "[views]: no such column: nowt"},
    };

    struct scene s;

    begin(&s);
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        struct pt_err err = {0};

        pt_probe_close(s.p);
        cr_assert_eq(pt_probe_open(s.path, &s.p, &err), 0, "%s", err.msg);
        cr_expect_eq(tried(&s, t[i].from, t[i].to, &err), t[i].code, "%zu: %s (%s)", i, err.msg,
                     pt_err_name(err.code));
        cr_expect(strncmp(err.msg, "K14.sql: ", 9) == 0, "%zu: %s", i, err.msg);
        cr_expect_not_null(strstr(err.msg, t[i].says), "%zu: %s", i, err.msg);
    }
    end(&s);
}

Test(explain, says_the_line_of_a_fault) {
    struct scene s;
    struct pt_err err = {0};
    const char *sql = pt_rules_find("K14")->sql;
    const char *all = strstr(sql, "-- [all]\n");
    char want[40];
    int line = 1;

    for (const char *p = sql; p < all; p++)
        line += *p == '\n';
    (void)snprintf(want, sizeof want, "K14.sql: line %d, [all]: ", line + 3);
    begin(&s);
    cr_assert_neq(
        tried(&s, "-- [all]\n", "-- [all]\nSELECT 1, @TYPE_ALLOTMENT,\n\nnowt UNION ", &err), 0);
    cr_assert(strncmp(err.msg, want, strlen(want)) == 0, "%s, not %s", err.msg, want);
    end(&s);
}
