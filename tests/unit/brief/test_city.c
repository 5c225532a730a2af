/* With a whole city's data: every department's numbers and the city's are the ledger's own figures,
 * now and for a brief of the past, and the HTML stays well-formed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include <pentad/ledger/figures.h>

#include "cityfold.h"
#include "pt_test_folder.h"
#include "scene.h"

static bool generate(const char *dir) {
    char program[1024];
    int status = -1;
    pid_t pid;

    (void)snprintf(program, sizeof program, "%s/bin/pentad-city", PT_BINARY_DIR);
    if (access(program, X_OK) != 0)
        return false;
    fflush(NULL);
    pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        cr_assert_not_null(freopen("/dev/null", "w", stdout));
        execl(program, program, "--out", dir, "--scale", "0.01", (char *)NULL);
        _exit(127);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void same_as(struct pt_ledger *l, const json_t *brief, int kind, const char *key,
                    const char *value, const char *id) {
    uint64_t known = strtoull(json_string_value(json_object_get(brief, "known_at")), NULL, 10);
    struct pt_figure want;
    struct pt_err err = {0};
    const struct pt_figure_ask ask = {
        .kind = kind,
        .key = key,
        .fiscal_year = (int32_t)json_integer_value(json_object_get(brief, "fiscal_year")),
        .figure = id,
        .valid_at = (int32_t)json_integer_value(json_object_get(brief, "valid_at")),
        .known_at = known};
    int rc = pt_ledger_figure(l, &ask, &want, &err);

    cr_assert_eq(rc, 0, "%s", err.msg);
    cr_expect_eq(want.na, value == NULL, "%s %s: %s, the ledger says %lld", key, id,
                 value ? value : "nothing", (long long)want.value);
    if (value && !want.na)
        cr_expect_eq(strtoll(value, NULL, 10), want.value, "%s %s: %s, the ledger says %lld", key,
                     id, value, (long long)want.value);
}

static void same_figure(struct pt_ledger *l, const json_t *brief, int kind, const char *key,
                        const char *table, const char *row, const char *id) {
    const json_t *cell = s_cell(brief, table, row, id);

    same_as(l, brief, kind, key, json_string_value(json_object_get(cell, "value")), id);
}

static void same_value(struct pt_ledger *l, const json_t *brief, const char *row, const char *id) {
    const json_t *cell = s_cell(brief, "T1", row, "now");

    same_as(l, brief, K(REGION), "370100", json_string_value(json_object_get(cell, "value")), id);
}

static void check_brief(struct pt_ledger *l, const char *period) {
    static const char *const ids[] = {"FG2.Bg", "FG2.P", "FG3", "FG4", "FG5", "FG6"};
    struct pt_err err = {0};
    json_t *j = NULL;
    const json_t *rows;

    cr_assert_eq(pt_brief_make(l, period, 0, &j, &err), 0, "%s", err.msg);
    rows = json_object_get(s_table(j, "A1"), "rows");
    cr_expect_gt(json_array_size(rows), 100);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *key = json_string_value(json_object_get(json_array_get(rows, i), "key"));

        for (size_t f = 0; f < sizeof ids / sizeof ids[0]; f++)
            same_figure(l, j, K(DEPT), key, "A1", key, ids[f]);
    }
    for (size_t f = 0; f < 3; f++)
        same_figure(l, j, K(REGION), "370100", "T2", "all", ids[f]);
    same_figure(l, j, K(REGION), "370100", "T2", "all", "FG1");
    same_value(l, j, "CI-3", "FG5");
    same_value(l, j, "CI-2", "FG4");
    same_value(l, j, "Dev", "FG6");
    json_decref(j);
}

static json_t *make(struct pt_ledger *l, const char *period) {
    struct pt_err err = {0};
    json_t *j = NULL;

    cr_assert_eq(pt_brief_make(l, period, 0, &j, &err), 0, "%s: %s", period, err.msg);
    return j;
}

/* Where the two first differ. */
static const char *differs(const json_t *a, const json_t *b, char at[400]) {
    size_t len = strlen(at);
    const char *key;
    const json_t *x;
    size_t i;

    if (json_is_object(a)) {
        json_object_foreach((json_t *)(uintptr_t)a, key, x) {
            if (!json_equal(x, json_object_get(b, key))) {
                (void)snprintf(at + len, 400 - len, ".%s", key);
                return differs(x, json_object_get(b, key), at);
            }
        }
    } else if (json_is_array(a)) {
        json_array_foreach(a, i, x) {
            if (!json_equal(x, json_array_get(b, i))) {
                (void)snprintf(at + len, 400 - len, "[%zu]", i);
                return differs(x, json_array_get(b, i), at);
            }
        }
    }
    return at;
}

Test(city, the_brief_and_the_ledger_say_the_same, .timeout = 480) {
    char dir[] = "/tmp/pentad-brief-city-XXXXXX";
    struct cityfold f;
    struct pt_err err = {0};
    static const char *const periods[] = {"2019-01", "2019-02", "2019-03", "2019-04",
                                          "2019-05", "2019-06", "2019-Q1", "2019-Q2"};
    enum { PERIODS = sizeof periods / sizeof *periods };
    json_t *then[PERIODS];
    char at[400] = "";
    bool there;

    cr_assert_not_null(mkdtemp(dir));
    there = generate(dir);
    if (there) {
        cr_assert_eq(cityfold(dir, PT_SOURCE_DIR, ":memory:", 20190710, &f, &err), 0, "%s",
                     err.msg);
        cr_expect_eq(f.dead, 0);
        for (int i = 0; i < PERIODS; i++)
            then[i] = make(pt_fold_ledger(f.fold), periods[i]);
        pt_fold_close(f.fold);
        /* A year later the same briefs are the same. */
        cr_assert_eq(cityfold(dir, PT_SOURCE_DIR, ":memory:", 20200630, &f, &err), 0, "%s",
                     err.msg);
        for (int i = 0; i < PERIODS; i++) {
            json_t *later = make(pt_fold_ledger(f.fold), periods[i]);

            check_brief(pt_fold_ledger(f.fold), periods[i]);
            cr_expect(json_equal(then[i], later), "%s: differs at %s", periods[i],
                      differs(then[i], later, at));
            json_decref(then[i]);
            json_decref(later);
        }
        check_brief(pt_fold_ledger(f.fold), "2019-07");
        check_brief(pt_fold_ledger(f.fold), "2019-11");
        check_brief(pt_fold_ledger(f.fold), "2019-Q4");
        pt_fold_close(f.fold);
    }
    tf_remove(dir);
    if (!there)
        cr_skip_test("pentad-city is not built");
}
