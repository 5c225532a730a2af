/* The rules asked: why, and what if. */
#include <criterion/criterion.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/rules/explain.h>

#include "world.h"

static const char P1[] = "37010019R000000000001";
static const char DEPT1[] = "11370100004188813W";

/* A new major project that is in the library without an ex-ante evaluation: K14. */
static void begin(struct world *w, char dir[32], char path[64]) {
    (void)snprintf(dir, 32, "/tmp/explain-XXXXXX");
    cr_assert(mkdtemp(dir) != NULL);
    (void)snprintf(path, 64, "%s/ledger.db", dir);
    w_open(w, path);
    (void)mk_org(&w->m, K(DEPT), DEPT1, "市教育局", NULL, "370100");
    (void)mk_json(&w->m, "finance", "P02", K(PROJECT), P1, 0, 20190101,
                  "{'name':'校舍改造','resp_org':'%s','is_new':true,'is_major':true}", DEPT1);
    w_tick(w, 20190101);
    (void)mk_json(&w->m, "finance", "E03", K(PROJECT), P1, 2019, 20190102,
                  "{'action':'LIBRARY_ACTION_IN'}");
    w_tick(w, 20190103);
}

static void end(struct world *w, const char *dir, const char *path) {
    w_check(w);
    w_close(w);
    (void)unlink(path);
    (void)rmdir(dir);
}

static const char *text(const json_t *o, const char *name) {
    const char *s = json_string_value(json_object_get(o, name));
    return s ? s : "";
}

Test(explain, says_why_a_rule_fires_and_where_it_has_nothing_to_judge) {
    struct world w;
    struct pt_probe *p;
    struct pt_err err = {0};
    char dir[32];
    char path[64];
    char subject[64];
    json_t *j;
    const json_t *c;

    begin(&w, dir, path);
    cr_assert_eq(w_find(&w, "K14", P1, NULL, NULL).n, 1);
    cr_assert_eq(pt_probe_open(path, &p, &err), 0, "%s", err.msg);
    (void)snprintf(subject, sizeof subject, "PROJECT:%s", P1);
    cr_assert_eq(pt_probe_explain(p, "K14", subject, 2019, &j, &err), 0, "%s", err.msg);
    c = json_array_get(json_object_get(j, "conditions"), 0);
    cr_assert_str_eq(text(c, "state"), "FIRE");
    cr_assert_str_eq(text(c, "message_zh"), w_find(&w, "K14", P1, NULL, NULL).message_zh);
    cr_assert_gt(json_array_size(json_object_get(c, "inputs")), 0);
    json_decref(j);
    cr_assert_eq(pt_probe_explain(p, "K26", subject, 0, &j, &err), 0, "%s", err.msg);
    cr_assert_eq(json_array_size(json_object_get(j, "conditions")), 0);
    cr_assert_str_eq(text(j, "reads"), "B04 B05 P02 X01 X04");
    cr_assert_eq(json_array_size(json_object_get(j, "params")), 4);
    json_decref(j);
    cr_assert_eq(pt_probe_explain(p, "K99", subject, 0, &j, &err), PT_E_NOT_FOUND);
    pt_probe_close(p);
    end(&w, dir, path);
}

Test(explain, tries_parameters_that_there_are) {
    struct world w;
    struct pt_probe *p;
    struct pt_err err = {0};
    char dir[32];
    char path[64];
    json_t *j;

    begin(&w, dir, path);
    cr_assert_eq(pt_probe_open(path, &p, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_probe_set(p, "k26.nothing=1", &err), PT_E_NOT_FOUND);
    cr_assert_eq(pt_probe_set(p, "k26.dev_bp", &err), PT_E_FORMAT);
    cr_assert_eq(pt_probe_set(p, "k26.dev_bp=ten", &err), PT_E_FORMAT);
    cr_assert_eq(pt_probe_set(p, "k26.dev_bp=-1500", &err), 0, "%s", err.msg);
    cr_assert_eq(pt_probe_try(p, &j, &err), 0, "%s", err.msg);
    cr_assert_eq(json_array_size(json_object_get(j, "rules")), 1);
    cr_assert_str_eq(text(json_array_get(json_object_get(j, "rules"), 0), "rule"), "K26");
    json_decref(j);
    pt_probe_close(p);
    end(&w, dir, path);
}
