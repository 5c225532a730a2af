/* bench_fold [--profile] [days] [lines a day] [file]: folds synthetic payment batches (four lines each) day by
 * day and says how many payment lines a second, beside plain clustered SQLite inserts of the same
 * lines in the same run; with --profile also which statements took the time. No test: run it by
 * hand or from ops/bench. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sqlite3.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>

#include <pentad/rules/fold.h>

#include "../ledger/mklog.h"

enum { SUBJECTS = 1400, UNITS = 600, LINES = 4 };

static void city(struct mklog *m) {
    /* Everything is planned for December, so that nobody is behind and no finding is due. */
    static const int32_t curve[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10000};
    char key[32];
    char quota[32];
    char dept[32];

    for (int d = 0; d < 110; d++) {
        (void)snprintf(dept, sizeof dept, "1137010000418%04dX", d);
        (void)mk_org(m, K(DEPT), dept, "某某局", NULL, "370100");
    }
    for (int i = 0; i < SUBJECTS; i++) {
        (void)snprintf(key, sizeof key, "37010019R%012d", i);
        (void)snprintf(quota, sizeof quota, "济财预2019-%06d", i);
        (void)snprintf(dept, sizeof dept, "1137010000418%04dX", i % 110);
        (void)mk_project(m, key, "某某项目", dept, curve);
        (void)mk_allot(m, 1, key, dept, quota, "2050201", 2019, 20190128, 900000000000, NULL);
    }
    mk_tick(m, 20190131);
}

static void pay_day(struct mklog *m, int32_t day, size_t lines, uint64_t *voucher) {
    static char key[LINES][32], quota[LINES][32], no[LINES][32];
    struct mk_line l[LINES];
    char unit[32];

    for (size_t i = 0; i < lines; i += LINES) {
        size_t u = (size_t)*voucher % UNITS;

        for (int k = 0; k < LINES; k++) {
            size_t s = (u * 7 + (size_t)*voucher / UNITS) % SUBJECTS;
            (void)snprintf(key[k], sizeof key[k], "37010019R%012zu", s);
            (void)snprintf(quota[k], sizeof quota[k], "济财预2019-%06zu", s);
            (void)snprintf(no[k], sizeof no[k], "P2019%010llu", (unsigned long long)++*voucher);
            l[k] = (struct mk_line){no[k], key[k], quota[k], 100 + (int64_t)s, 0, NULL};
        }
        (void)snprintf(unit, sizeof unit, "1237010000%08zu", u);
        (void)mk_pay(m, unit, 2019, day, l, LINES, NULL);
    }
    mk_tick(m, day);
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

/* ---- which statements take the time ---- */

enum { PROFILE_CAP = 2048, PROFILE_SHOWN = 40, PROFILE_TEXT = 110 };

/* One statement's runs; those that it contains are counted in its time too. */
struct profiled {
    const sqlite3_stmt *st;
    char text[PROFILE_TEXT];
    int64_t began;
    int64_t us;
    int64_t runs;
    int64_t steps; /* of SQLite's machine */
};

static struct profiled profile[PROFILE_CAP];

/* An address is used again for other statements: the text tells them apart. */
static struct profiled *profile_of(const sqlite3_stmt *st, const char *text) {
    for (size_t i = 0; i < PROFILE_CAP; i++)
        if (!profile[i].st ||
            (profile[i].st == st && strncmp(profile[i].text, text, PROFILE_TEXT - 1) == 0))
            return &profile[i];
    return NULL;
}

static int on_trace(unsigned what, void *ctx, void *stmt, void *x) {
    struct profiled *p = profile_of(stmt, sqlite3_sql(stmt));

    (void)ctx, (void)x;
    if (!p)
        return 0;
    if (!p->st) {
        p->st = stmt;
        (void)snprintf(p->text, sizeof p->text, "%s", sqlite3_sql(stmt));
    }
    if (what == SQLITE_TRACE_STMT) {
        p->began = pt_monotonic_us();
        return 0;
    }
    p->us += p->began ? pt_monotonic_us() - p->began : 0;
    p->began = 0;
    p->runs++;
    p->steps += sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 1);
    return 0;
}

static int on_open(sqlite3 *db, char **msg, const void *api) {
    (void)msg, (void)api;
    return sqlite3_trace_v2(db, SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE, on_trace, NULL);
}

static int dearest_first(const void *a, const void *b) {
    const struct profiled *p = a, *q = b;

    return (q->us > p->us) - (q->us < p->us);
}

static void profile_print(void) {
    qsort(profile, PROFILE_CAP, sizeof *profile, dearest_first);
    for (size_t i = 0; i < PROFILE_SHOWN && profile[i].us > 0; i++) {
        for (char *c = profile[i].text; *c; c++)
            *c = *c == '\n' ? ' ' : *c;
        printf("%8.1f ms %7lld runs %10lld steps  %s\n", (double)profile[i].us / 1e3,
               (long long)profile[i].runs, (long long)profile[i].steps, profile[i].text);
    }
}

/* Of this process, so that neighbours on the machine don't count. */
static int64_t cpu_us(void) {
    struct rusage u;

    (void)getrusage(RUSAGE_SELF, &u);
    return (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec +
           u.ru_stime.tv_usec;
}

static int bench_fold(const char *path, const struct pt_fold_entry *e, size_t n) {
    struct pt_fold *f = NULL;
    struct pt_fold_state s = {0};
    struct pt_err err = {0};
    int rc = pt_fold_open(path, &f, NULL, &err);

    for (size_t i = 0; i < n && rc == 0; i += 16)
        rc = pt_fold_apply(f, e + i, n - i < 16 ? n - i : 16, &err);
    rc = rc == 0 ? pt_fold_state(f, &s, &err) : rc;
    if (rc != 0)
        (void)fprintf(stderr, "%s\n", err.msg);
    else if (s.pending > 0)
        (void)fprintf(stderr, "%llu findings\n", (unsigned long long)s.pending);
    pt_fold_close(f);
    return rc;
}

int main(int argc, char **argv) {
    size_t days;
    size_t per_day;
    const char *path;
    struct mklog m;
    uint64_t voucher = 0;
    int32_t day = 20190201;
    int64_t t0;
    int64_t cpu;
    double rate, plain;
    bool profiled = argc > 1 && strcmp(argv[1], "--profile") == 0;

    argc -= profiled;
    argv += profiled;
    days = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 60;
    per_day = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 4000;
    path = argc > 3 ? argv[3] : "bench_fold.db";
    if (profiled)
        (void)sqlite3_auto_extension((void (*)(void))on_open);
    mk_init(&m);
    m.closes = true;
    city(&m);
    for (size_t d = 0; d < days; d++, day = pt_date_add(day, 1))
        pay_day(&m, day, per_day, &voucher);
    (void)unlink(path);
    t0 = pt_monotonic_us();
    cpu = cpu_us();
    if (bench_fold(path, m.e, m.n) != 0)
        return 1;
    t0 = pt_monotonic_us() - t0;
    cpu = cpu_us() - cpu;
    rate = (double)voucher * 1e6 / (double)t0;
    if (profiled)
        profile_print();
    plain = plain_sqlite("bench_plain.db", (size_t)voucher);
    printf("payment lines %llu in %.2f s (%.2f s of processor): %.0f lines/s, %.0f a processor "
           "second; plain clustered inserts %.0f rows/s; "
           "fraction %.2f\n",
           (unsigned long long)voucher, (double)t0 / 1e6, (double)cpu / 1e6, rate,
           (double)voucher * 1e6 / (double)cpu, plain, rate / plain);
    (void)unlink(path);
    mk_done(&m);
    return 0;
}
