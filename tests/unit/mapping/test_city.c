/* Every sample mapping of the city reads a generated city without setting a row aside, and gives
 * the records, rows and sums that the generator counted. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pentad/base/file.h>

#include "support.h"

static bool generate(const char *dir) {
    char program[1024];
    snprintf(program, sizeof(program), "%s/bin/pentad-city", PT_BINARY_DIR);
    if (access(program, X_OK) != 0)
        return false;
    fflush(NULL);
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        cr_assert_not_null(freopen("/dev/null", "w", stdout));
        execl(program, program, "--out", dir, "--scale", "0.02", (char *)NULL);
        _exit(127);
    }
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* "month_reports.csv" -> "city-month-reports.yaml" */
static void mapping_of(char *out, size_t cap, const char *party, const char *file) {
    snprintf(out, cap, "connectors/%s/mappings/city-%.*s.yaml", party, (int)(strlen(file) - 4),
             file);
    for (char *p = strstr(out, "city-"); *p; p++)
        if (*p == '_')
            *p = '-';
}

static void check_file(const char *dir, const char *party, const char *file, const char *type,
                       size_t records, size_t rows, const char *sum) {
    char mapping[300], path[1200];
    struct got g;
    mapping_of(mapping, sizeof(mapping), party, file);
    snprintf(path, sizeof(path), "%s/%s/%s", dir, party, file);
    run_mapping(&(struct run){.mapping = mapping,
                              .csv_path = path,
                              .known = (const char *const[]){"*", NULL},
                              .party = party},
                &g);
    cr_assert_eq(g.rc, 0, "%s: %s", mapping, g.err.msg);
    cr_expect_eq(g.n_dead, 0, "%s: %s", mapping, g.n_dead ? g.dead[0].en : "");
    cr_expect_eq(g.n_deferred, 0, "%s", mapping);
    cr_expect_eq(g.n_records, records, "%s: %zu records, not %zu", mapping, g.n_records, records);
    cr_expect_eq(g.tally.read.rows, rows, "%s: %zu rows", mapping, (size_t)g.tally.read.rows);
    cr_expect_eq(g.tally.mapped.rows, rows, "%s", mapping);
    cr_expect_str_eq(g.records[0].type, type);
    for (size_t i = 0; i < g.n_records; i++)
        if (g.records[i].send_day < 20190101 || g.records[i].send_day > 20200630)
            cr_expect_fail("%s: a record without its send day", mapping);
    if (strcmp(type, "X01") == 0 || strcmp(type, "B04") == 0 || strcmp(type, "B03") == 0) {
        char got[40];
        snprintf(got, sizeof(got), "%lld.%02lld", (long long)g.tally.mapped.sum[0] / 100,
                 (long long)g.tally.mapped.sum[0] % 100);
        cr_expect_str_eq(got, sum, "%s: %s", mapping, got);
    }
    got_done(&g);
}

Test(city, every_file_is_read_whole) {
    char *dir = temp_dir();
    char path[1100], command[1200];
    struct pt_buf totals;
    struct pt_err err = {0};
    size_t files = 0;
    if (!generate(dir)) {
        temp_done(dir);
        cr_skip_test("pentad-city is not built");
    }
    snprintf(path, sizeof(path), "%s/totals.csv", dir);
    pt_buf_init(&totals, 1 << 20);
    cr_assert_eq(pt_file_read(path, &totals, &err), 0, "%s", err.msg);
    char *save = NULL, *text = strdup(pt_buf_cstr(&totals));
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char party[40], file[60], type[20], sum[40];
        size_t records, rows;
        if (sscanf(line, "%39[^,],%59[^,],%19[^,],%zu,%zu,%39s", party, file, type, &records, &rows,
                   sum) != 6)
            continue;
        check_file(dir, party, file, type, records, rows, sum);
        files++;
    }
    cr_assert_geq(files, 25);
    free(text);
    pt_buf_done(&totals);
    static const char *const parties[] = {"congress", "discipline", "organization",
                                          "finance",  "audit",      "office"};
    for (size_t i = 0; i < 6; i++) {
        snprintf(command, sizeof(command), "%s/%s", dir, parties[i]);
        temp_done(strdup(command));
    }
    temp_done(dir);
}
