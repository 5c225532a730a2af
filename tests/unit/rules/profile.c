#include "profile.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/base/clock.h>

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
static sqlite3 *watched; /* the connection that was opened last */

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
        p->began = pt_thread_cpu_us();
        return 0;
    }
    p->us += p->began ? pt_thread_cpu_us() - p->began : 0;
    p->began = 0;
    p->runs++;
    p->steps += sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 1);
    return 0;
}

static int on_open(sqlite3 *db, char **msg, const void *api) {
    (void)msg, (void)api;
    watched = db;
    return sqlite3_trace_v2(db, SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE, on_trace, NULL);
}

static int dearest_first(const void *a, const void *b) {
    const struct profiled *p = a, *q = b;

    return (q->us > p->us) - (q->us < p->us);
}

void profile_start(void) {
    (void)sqlite3_auto_extension((void (*)(void))on_open);
}

void profile_print(void) {
    qsort(profile, PROFILE_CAP, sizeof *profile, dearest_first);
    for (size_t i = 0; i < PROFILE_SHOWN && profile[i].us > 0; i++) {
        for (char *c = profile[i].text; *c; c++)
            *c = *c == '\n' ? ' ' : *c;
        printf("%8.1f ms %7lld runs %10lld steps  %s\n", (double)profile[i].us / 1e3,
               (long long)profile[i].runs, (long long)profile[i].steps, profile[i].text);
    }
}

static void print_plan(const char *sql) {
    char *ask = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
    sqlite3_stmt *st = NULL;
    int depth[4096] = {0};

    if (ask && sqlite3_prepare_v2(watched, ask, -1, &st, NULL) == SQLITE_OK) {
        printf("\n%s\n", sql);
        while (sqlite3_step(st) == SQLITE_ROW) {
            int id = sqlite3_column_int(st, 0) % 4096, up = sqlite3_column_int(st, 1) % 4096;

            depth[id] = depth[up] + 1;
            printf("%*s%s\n", 2 * depth[id], "", (const char *)sqlite3_column_text(st, 3));
        }
    }
    sqlite3_finalize(st);
    sqlite3_free(ask);
}

void profile_plans(const char *having) {
    (void)sqlite3_trace_v2(watched, 0, NULL, NULL);
    for (sqlite3_stmt *st = NULL; (st = sqlite3_next_stmt(watched, st));)
        if (strstr(sqlite3_sql(st), having))
            print_plan(sqlite3_sql(st));
}
