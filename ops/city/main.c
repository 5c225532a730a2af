/* pentad-city: the sample city, from a seed and a scale. First the whole plan, then the files. */
#include "city.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/buf.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>

#define SCALE_MIN 10000    /* 0.01 */
#define SCALE_MAX 10000000 /* 10 */

static const char usage[] =
    "usage: pentad-city --out DIR [--seed N] [--scale S] [--first DATE --last DATE]\n"
    "\n"
    "Writes what the five bodies' own systems and the joint-meeting office of a sample city would\n"
    "export (DIR/<party>/*.csv), and what must be found in it (DIR/truth.csv, DIR/near.csv).\n"
    "The files are described in docs/sample-city.md.\n"
    "\n"
    "  --out DIR     folder to write into; made if needed, files of the same names are replaced\n"
    "  --seed N      same seed and scale, same bytes (default 1)\n"
    "  --scale S     0.01 to 10; 1 is 1,400 projects and about 1,000,000 payment lines\n"
    "                (default 0.05; all planted faults are there at any scale)\n"
    "  --first DATE  leave out what is sent before (default 2019-01-01)\n"
    "  --last DATE   leave out what is sent after (default 2020-06-30)\n"
    "  --help        this text\n"
    "\n"
    "example: pentad-city --out /tmp/city --seed 7 --scale 0.05\n";

/* "0.05" in millionths. */
static int parse_scale(const char *s, int64_t *ret) {
    int64_t v = 0;
    int64_t unit = 1000000;
    bool point = false;

    if (*s == '\0' || strlen(s) > 12)
        return PT_E_FORMAT;
    for (; *s; s++) {
        if (*s == '.' && !point) {
            point = true;
            continue;
        }
        if (*s < '0' || *s > '9' || unit == 0)
            return PT_E_FORMAT;
        if (point)
            unit /= 10;
        v = point ? v + (*s - '0') * unit : v * 10 + (*s - '0') * INT64_C(1000000);
    }
    if (v < SCALE_MIN || v > SCALE_MAX)
        return PT_E_RANGE;
    *ret = v;
    return 0;
}

static int parse_args(int argc, char **argv, struct city *c, struct pt_err *err) {
    static const struct option options[] = {
        {"out", required_argument, NULL, 'o'},
        {"seed", required_argument, NULL, 's'},
        {"scale", required_argument, NULL, 'c'},
        {"first", required_argument, NULL, 'f'},
        {"last", required_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    char *end;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'o':
            c->out = optarg;
            break;
        case 's':
            c->seed = strtoull(optarg, &end, 10);
            if (*optarg < '0' || *optarg > '9' || *end != '\0')
                return pt_err_set(err, PT_E_USAGE, "--seed %s: give a whole number", optarg);
            break;
        case 'c':
            if (parse_scale(optarg, &c->scale_ppm) != 0)
                return pt_err_set(err, PT_E_USAGE, "--scale %s: give a number from 0.01 to 10",
                                  optarg);
            break;
        case 'f':
        case 'l':
            if (pt_date_parse(optarg, option == 'f' ? &c->first : &c->last) != 0)
                return pt_err_set(err, PT_E_USAGE, "%s: give a date such as 2019-01-01", optarg);
            break;
        case 'h':
            (void)fputs(usage, stdout);
            exit(0);
        default:
            return pt_err_set(err, PT_E_USAGE, "see pentad-city --help");
        }
    }
    if (optind < argc)
        return pt_err_set(err, PT_E_USAGE, "%s: not an option; see pentad-city --help",
                          argv[optind]);
    if (c->out == NULL)
        return pt_err_set(err, PT_E_USAGE, "--out DIR is needed; see pentad-city --help");
    if (c->first > c->last)
        return pt_err_set(err, PT_E_USAGE, "--first is after --last");
    return 0;
}

static void plan(struct city *c) {
    city_plan_orgs(c);
    city_plan_projects(c);
    city_plan_scores(c);
    city_plan_payments(c);
    city_plan_curves(c);
    city_plan_findings(c);
    city_plan_clues(c);
    city_truth_of_corrections(c);
    city_truth_of_payments(c);
    city_truth_of_quotas(c);
}

static int write_all(struct city *c, struct pt_err *err) {
    static int (*const writers[])(struct city *, struct pt_err *) = {
        city_write_orgs,          city_write_projects,       city_write_items,
        city_write_persons,       city_write_goals,          city_write_planning,
        city_write_results,       city_write_submissions,    city_write_approvals,
        city_write_allotments,    city_write_transfers,      city_write_payments,
        city_write_balances,      city_write_business,       city_write_reports,
        city_write_evaluations,   city_write_rectifications, city_write_audit,
        city_write_clues,         city_write_sealed,         city_write_appraisals,
        city_write_office,        city_write_monitoring,     city_write_regions,
        city_write_society,       city_write_replies,        city_write_assessments,
        city_write_meetings,      city_write_disclosures,    city_write_truth,
        city_write_truth_figures,
    };
    char path[4096];
    int code = 0;

    (void)pt_buf_puts(c->totals, "party,file,type,records,rows,sum\n");
    for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]) && code == 0; i++)
        code = writers[i](c, err);
    if (code != 0)
        return code;
    if (pt_path_join(path, sizeof(path), c->out, "totals.csv") != 0)
        return pt_err_set(err, PT_E_USAGE, "the folder's name is too long");
    return pt_file_write(path, c->totals->p, c->totals->len, 0644, err);
}

int main(int argc, char **argv) {
    static struct city c = {.seed = 1, .scale_ppm = 50000, .first = 20190101, .last = 20200630};
    struct pt_err err = {0};
    struct pt_buf totals;

    if (parse_args(argc, argv, &c, &err) != 0) {
        (void)fprintf(stderr, "pentad-city: %s\n", err.msg);
        return 2;
    }
    pt_buf_init(&totals, 65536);
    c.totals = &totals;
    plan(&c);
    if (write_all(&c, &err) != 0) {
        (void)fprintf(stderr, "pentad-city: %s\n", err.msg);
        return 1;
    }
    (void)printf("%s: %d organizations, %d projects, %zu payment lines, %d planted or near\n",
                 c.out, c.n_orgs, c.n_projects, c.n_payments, c.n_truth);
    pt_buf_done(&totals);
    free(c.orgs);
    free(c.projects);
    free(c.payments);
    return 0;
}
