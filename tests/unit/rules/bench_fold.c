/* bench_fold: folds synthetic payment batches (four lines each) day by day with all rules, authors
 * what they find as the hub does, and says how many payment lines a second that was, how long the
 * last days took until they could be asked for, and how many plain clustered SQLite inserts the
 * same machine does in the same run. No test: run it by hand (--help) or from ops/bench. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sqlite3.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>

#include <pentad/ledger/figures.h>
#include <pentad/rules/fold.h>

#include "../ledger/mklog.h"
#include "profile.h"

enum { SUBJECTS = 1400, UNITS = 600, DEPTS = 110, LINES = 4, FIRST_YEAR = 2019, LAST_DAYS = 20 };

#define ALLOTTED INT64_C(900000000000)

static const char usage[] =
    "usage: bench_fold [--years N] [--days N] [--lines N] [--ledger FILE] [--profile] [--json]\n"
    "\n"
    "  --years N      years of payments before the last day (default 1)\n"
    "  --days N       days a year that payments come on, from February on (default 250)\n"
    "  --lines N      payment lines a day, of 1,400 items (default 4000)\n"
    "  --ledger FILE  the ledger to make; removed in the end (default bench_fold.db)\n"
    "  --profile      which statements took the time; slower\n"
    "  --json         the figures as one line of JSON\n"
    "\n"
    "example: bench_fold --years 10\n";

struct options {
    size_t years, days, lines;
    const char *ledger;
    bool profile, json;
};

struct bench {
    struct mklog m;
    struct pt_fold *fold;
    uint64_t voucher; /* payment lines so far */
    uint64_t findings;
    int64_t paid[SUBJECTS]; /* this year */
    char asked[32];         /* the item of the last line */
    size_t asked_no;
    int64_t us;  /* in the fold */
    int64_t cpu; /* of it, this process's */
    int64_t longest_day;
    uint64_t longest_findings; /* of the longest day */
    int64_t day_us[LAST_DAYS]; /* of the last days with payments, in turns */
    size_t days;
};

static void die(const char *what, const struct pt_err *err) {
    (void)fprintf(stderr, "bench_fold: %s: %s\n", what, err->msg);
    exit(1);
}

static void dept_key(char out[32], int d) {
    (void)snprintf(out, 32, "1137010000418%04dX", d);
}

/* A year's items and their money. Everything is planned for December. */
static void year_begins(struct mklog *m, int32_t fy) {
    static const int32_t curve[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10000};
    char key[32];
    char quota[32];
    char dept[32];

    for (int d = 0; d < DEPTS && fy == FIRST_YEAR; d++) {
        dept_key(dept, d);
        (void)mk_org(m, K(DEPT), dept, "某某局", NULL, "370100");
    }
    for (int i = 0; i < SUBJECTS; i++) {
        (void)snprintf(key, sizeof key, "37010019R%012d", i);
        (void)snprintf(quota, sizeof quota, "济财预%d-%06d", fy, i);
        dept_key(dept, i % DEPTS);
        if (fy == FIRST_YEAR)
            (void)mk_project(m, key, "某某项目", dept, curve);
        (void)mk_allot(m, 1, key, dept, quota, "2050201", fy, fy * 10000 + 128, ALLOTTED, NULL);
    }
    mk_tick(m, fy * 10000 + 131);
}

/* The reports that are due in the year, and in December what is left is taken back: nothing is
 * behind the plan then, so that a new year doesn't begin with thousands of findings. */
static void year_ends(struct bench *b, int32_t fy) {
    char key[32];
    char quota[32];
    char dept[32];

    for (int i = 0; i < SUBJECTS; i++) {
        (void)snprintf(key, sizeof key, "37010019R%012d", i);
        (void)snprintf(quota, sizeof quota, "济财预%d-%06d", fy, i);
        dept_key(dept, i % DEPTS);
        (void)mk_json(&b->m, "finance", "X03", K(PROJECT), key, fy, fy * 10000 + 831,
                      "{'level':'MONITOR_LEVEL_DEPT','period_end':%d,'paid_fen':'0','forecast_"
                      "unspent_fen':'0',"
                      "'conclusion':'MONITOR_CONCLUSION_NORMAL'}",
                      fy * 10000 + 731);
        (void)mk_allot(&b->m, 3, key, dept, quota, "2050201", fy, fy * 10000 + 1201,
                       ALLOTTED - b->paid[i], NULL);
    }
    mk_tick(&b->m, fy * 10000 + 1231);
}

static void pay_day(struct bench *b, int32_t day, size_t lines) {
    static char key[LINES][32], quota[LINES][32], no[LINES][32];
    struct mk_line l[LINES];
    char unit[32];

    for (size_t i = 0; i < lines; i += LINES) {
        size_t u = (size_t)b->voucher % UNITS;

        for (int k = 0; k < LINES; k++) {
            size_t s = (u * 7 + (size_t)b->voucher / UNITS) % SUBJECTS;
            (void)snprintf(key[k], sizeof key[k], "37010019R%012zu", s);
            (void)snprintf(quota[k], sizeof quota[k], "济财预%d-%06zu", day / 10000, s);
            (void)snprintf(no[k], sizeof no[k], "P2019%010llu", (unsigned long long)++b->voucher);
            l[k] = (struct mk_line){no[k], key[k], quota[k], 100 + (int64_t)s, 0, NULL};
            b->paid[s] += l[k].fen;
            b->asked_no = s;
        }
        (void)snprintf(unit, sizeof unit, "1237010000%08zu", u);
        (void)mk_pay(&b->m, unit, day / 10000, day, l, LINES, NULL);
    }
    (void)snprintf(b->asked, sizeof b->asked, "%s", key[LINES - 1]);
    mk_tick(&b->m, day);
}

static double plain_sqlite(const char *path, size_t lines) {
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    int64_t t0;
    char key[32], quota[32], no[32];

    (void)unlink(path);
    sqlite3_open(path, &db);
    sqlite3_exec(db,
                 "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;PRAGMA cache_size=-49152;"
                 "CREATE TABLE l(rec INTEGER,idx INTEGER,voucher TEXT,subject TEXT,quota TEXT,bk "
                 "INTEGER,func TEXT,econ TEXT,fy INTEGER,fen INTEGER,op INTEGER,payee TEXT,purpose "
                 "TEXT,basis INTEGER,PRIMARY KEY(rec,idx)) WITHOUT ROWID",
                 NULL, NULL, NULL);
    sqlite3_prepare_v2(db, "INSERT INTO l VALUES(?,?,?,?,?,1,'2050201','30201',2019,?,1,?,?,1)", -1,
                       &st, NULL);
    t0 = pt_monotonic_us();
    sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    for (size_t i = 0; i < lines; i++) {
        (void)snprintf(key, sizeof key, "37010019R%012zu", i % SUBJECTS);
        (void)snprintf(quota, sizeof quota, "济财预2019-%06zu", i % SUBJECTS);
        (void)snprintf(no, sizeof no, "P2019%010zu", i);
        sqlite3_bind_int64(st, 1, (int64_t)(i / LINES));
        sqlite3_bind_int64(st, 2, (int64_t)(i % LINES));
        sqlite3_bind_text(st, 3, no, -1, SQLITE_STATIC);
        sqlite3_bind_text(st, 4, key, -1, SQLITE_STATIC);
        sqlite3_bind_text(st, 5, quota, -1, SQLITE_STATIC);
        sqlite3_bind_int64(st, 6, (int64_t)i);
        sqlite3_bind_text(st, 7, "91370100MA3C000000", -1, SQLITE_STATIC);
        sqlite3_bind_text(st, 8, "设备采购款", -1, SQLITE_STATIC);
        sqlite3_step(st);
        sqlite3_reset(st);
        if (i % 4096 == 4095)
            sqlite3_exec(db, "COMMIT;BEGIN", NULL, NULL, NULL);
    }
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    t0 = pt_monotonic_us() - t0;
    sqlite3_finalize(st);
    sqlite3_close(db);
    (void)unlink(path);
    return (double)lines * 1e6 / (double)t0;
}

/* Of this process, so that neighbours on the machine don't count. */
static int64_t cpu_us(void) {
    struct rusage u;

    (void)getrusage(RUSAGE_SELF, &u);
    return (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec +
           u.ru_stime.tv_usec;
}

/* ---- the fold ---- */

/* What a reader is told who opens the ledger now: all that was paid this year for the item of the
 * last line. */
static void ask(const struct bench *b, const char *ledger, int32_t day) {
    struct pt_ledger *l = NULL;
    struct pt_figure f;
    struct pt_err err = {0};
    const struct pt_figure_ask asked = {.kind = K(PROJECT),
                                        .key = b->asked,
                                        .fiscal_year = day / 10000,
                                        .figure = "FG2.P",
                                        .valid_at = day,
                                        .known_at = PT_KNOWN_NOW};

    if (pt_ledger_open(ledger, PT_LEDGER_READ, &l, NULL, &err) != 0 ||
        pt_ledger_figure(l, &asked, &f, &err) != 0)
        die("ask", &err);
    if (f.value != b->paid[b->asked_no]) {
        (void)fprintf(stderr, "bench_fold: %d: %s was paid %lld, the ledger says %lld\n", day,
                      b->asked, (long long)b->paid[b->asked_no], (long long)f.value);
        exit(1);
    }
    pt_ledger_close(l);
}

static int author(void *ctx, const uint8_t id[16], struct pt_span bytes) {
    struct bench *b = ctx;
    Pentad__V1__Discrepancy *d = pentad__v1__discrepancy__unpack(NULL, bytes.len, bytes.p);
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;

    (void)id;
    r.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY;
    r.discrepancy = d;
    (void)mk_add(&b->m, "hub", &r);
    pentad__v1__discrepancy__free_unpacked(d, NULL);
    b->findings++;
    return 0;
}

static void apply(struct bench *b) {
    struct pt_err err = {0};

    if (b->m.n > 0 && pt_fold_apply(b->fold, b->m.e, b->m.n, &err) != 0)
        die("fold", &err);
    mk_forget(&b->m);
}

/* The day's entries, its findings, and a question to the ledger by another connection. */
static void fold_day(struct bench *b, const char *ledger, int32_t day) {
    int64_t t0 = pt_monotonic_us();
    int64_t cpu0 = cpu_us();
    uint64_t findings = b->findings;
    int64_t us;
    struct pt_err err = {0};

    apply(b);
    if (pt_fold_pending(b->fold, author, b, &err) != 0)
        die("findings", &err);
    mk_flush(&b->m);
    apply(b);
    if (b->asked[0])
        ask(b, ledger, day);
    us = pt_monotonic_us() - t0;
    b->us += us;
    b->cpu += cpu_us() - cpu0;
    if (b->asked[0])
        b->day_us[b->days++ % LAST_DAYS] = us;
    if (us > b->longest_day) {
        b->longest_day = us;
        b->longest_findings = b->findings - findings;
    }
}

/* The longest of the last days. */
static double last_days_s(const struct bench *b) {
    int64_t us = 0;

    for (size_t i = 0; i < LAST_DAYS; i++)
        us = b->day_us[i] > us ? b->day_us[i] : us;
    return (double)us / 1e6;
}

static void fold_years(struct bench *b, const struct options *o) {
    bool shows = isatty(STDERR_FILENO);

    for (size_t y = 0; y < o->years; y++) {
        int32_t fy = FIRST_YEAR + (int32_t)y;
        int32_t day = fy * 10000 + 201;

        memset(b->paid, 0, sizeof b->paid);
        b->asked[0] = '\0';
        year_begins(&b->m, fy);
        fold_day(b, o->ledger, fy * 10000 + 131);
        for (size_t d = 0; d < o->days; d++, day = pt_date_add(day, 1)) {
            pay_day(b, day, o->lines);
            fold_day(b, o->ledger, day);
            if (shows)
                (void)fprintf(stderr, "\r%d ", day);
        }
        if (y + 1 < o->years) {
            b->asked[0] = '\0';
            year_ends(b, fy);
            fold_day(b, o->ledger, fy * 10000 + 1231);
        }
    }
    if (shows)
        (void)fprintf(stderr, "\r          \r");
}

static void print_text(const struct bench *b, double rate, double plain) {
    printf("payment lines %llu in %.2f s (%.2f s of processor): %.0f lines/s, %.0f a processor "
           "second; plain clustered inserts %.0f rows/s; fraction %.2f; %llu findings; the longest "
           "of the last %d days %.3f s, of all %.3f s with %llu findings\n",
           (unsigned long long)b->voucher, (double)b->us / 1e6, (double)b->cpu / 1e6, rate,
           (double)b->voucher * 1e6 / (double)b->cpu, plain, rate / plain,
           (unsigned long long)b->findings, LAST_DAYS, last_days_s(b), (double)b->longest_day / 1e6,
           (unsigned long long)b->longest_findings);
}

static void print_json(const struct bench *b, double rate, double plain) {
    printf("{\"lines\": %llu, \"lines_per_s\": %.0f, \"lines_per_cpu_s\": %.0f, "
           "\"plain_rows_per_s\": %.0f, \"findings\": %llu, \"last_days_s\": %.3f, "
           "\"longest_day_s\": %.3f, \"longest_day_findings\": %llu}\n",
           (unsigned long long)b->voucher, rate, (double)b->voucher * 1e6 / (double)b->cpu, plain,
           (unsigned long long)b->findings, last_days_s(b), (double)b->longest_day / 1e6,
           (unsigned long long)b->longest_findings);
}

static size_t number_of(const char *text) {
    char *end;
    unsigned long n = strtoul(text ? text : "", &end, 10);

    if (!text || *end || n == 0) {
        (void)fprintf(stderr, "bench_fold: %s is no number above 0\n", text ? text : "nothing");
        exit(2);
    }
    return (size_t)n;
}

static void read_options(struct options *o, char **argv) {
    while (*++argv) {
        if (strcmp(*argv, "--profile") == 0) {
            o->profile = true;
        } else if (strcmp(*argv, "--json") == 0) {
            o->json = true;
        } else if (strcmp(*argv, "--years") == 0) {
            o->years = number_of(*++argv);
        } else if (strcmp(*argv, "--days") == 0) {
            o->days = number_of(*++argv);
        } else if (strcmp(*argv, "--lines") == 0) {
            o->lines = number_of(*++argv);
        } else if (strcmp(*argv, "--ledger") == 0 && argv[1]) {
            o->ledger = *++argv;
        } else {
            (void)fputs(usage, strcmp(*argv, "--help") == 0 ? stdout : stderr);
            exit(strcmp(*argv, "--help") == 0 ? 0 : 2);
        }
    }
}

int main(int argc, char **argv) {
    struct options o = {.years = 1, .days = 250, .lines = 4000, .ledger = "bench_fold.db"};
    static struct bench b;
    struct pt_err err = {0};
    double rate, plain;

    (void)argc;
    read_options(&o, argv);
    if (o.profile)
        profile_start();
    (void)unlink(o.ledger);
    mk_init(&b.m);
    b.m.closes = true;
    if (pt_fold_open(o.ledger, &b.fold, NULL, &err) != 0)
        die(o.ledger, &err);
    fold_years(&b, &o);
    pt_fold_close(b.fold);
    if (o.profile)
        profile_print();
    plain = plain_sqlite("bench_plain.db", (size_t)(b.voucher < 1000000 ? b.voucher : 1000000));
    rate = (double)b.voucher * 1e6 / (double)b.us;
    (o.json ? print_json : print_text)(&b, rate, plain);
    (void)unlink(o.ledger);
    mk_done(&b.m);
    return 0;
}
