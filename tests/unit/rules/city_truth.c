/* city_truth EXPORT REPOSITORY: folds the sample city through the declared mappings, day by day, in
 * one process without a network, and compares every finding with the city's own truth files.
 * Exits 0 if exactly what was planted was found, on its days and with its severities. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/record/ref.h>
#include <pentad/sql/sql.h>

#include "city_complete.h"
#include "city_lines.h"
#include "feeder.h"
#include "profile.h"
#include "readers.h"

enum { RULES = 71, PLANTED_MIN = 3, NEAR_MIN = 1 };

static int n_wrong;
static int planted_of[RULES + 1], near_of[RULES + 1];

bool line_read(FILE *f, struct line *l) {
    char buf[2048];
    char *p = buf;

    memset(l, 0, sizeof *l);
    if (!fgets(buf, sizeof buf, f))
        return false;
    buf[strcspn(buf, "\r\n")] = '\0';
    for (int i = 0; i < 9 && p; i++) {
        char *comma = strchr(p, ',');
        if (comma)
            *comma = '\0';
        (void)snprintf(l->f[i], sizeof l->f[i], "%s", p);
        p = comma ? comma + 1 : NULL;
    }
    return true;
}

static int rule_no(const char *rule) {
    int no = rule[0] == 'K' ? (int)strtol(rule + 1, NULL, 10) : 0;

    if (no < 1 || no > RULES)
        fd_die(rule, NULL);
    return no;
}

static sqlite3_stmt *query(const char *sql) {
    sqlite3 *db = pt_ledger_sql(pt_fold_ledger(fd.fold))->db;
    sqlite3_stmt *st = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK) {
        (void)fprintf(stderr, "%s\n", sqlite3_errmsg(db));
        exit(2);
    }
    return st;
}

static void wrong(const struct line *l, const char *what, const char *got) {
    n_wrong++;
    (void)printf("WRONG %s %s:%s %s %s %s sev %s opened %s closed %s: %s%s\n", l->f[0], l->f[1],
                 l->f[2], l->f[3], l->f[4], l->f[5], l->f[6], l->f[7], l->f[8], what, got);
}

static int32_t to_day(const char *s) {
    int32_t d = 0;
    return s[0] && pt_date_parse(s, &d) == 0 ? d : 0;
}

static void bind_key(sqlite3_stmt *st, const struct line *l) {
    sqlite3_bind_text(st, 1, l->f[0], -1, SQLITE_TRANSIENT);
    sqlite3_bind_int(st, 2, (int)pt_subject_kind_from_name(l->f[1], strlen(l->f[1])));
    sqlite3_bind_text(st, 3, l->f[2], -1, SQLITE_TRANSIENT);
    sqlite3_bind_int(st, 4, (int)strtol(l->f[3], NULL, 10));
    sqlite3_bind_text(st, 5, l->f[4], -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(st, 6, l->f[5], -1, SQLITE_TRANSIENT);
}

#define KEYED                                                                                      \
    " FROM f_discrepancy d WHERE d.rule = ?1 AND d.kind = ?2 AND coalesce(d.key, '') = ?3"         \
    " AND coalesce(d.fiscal_year, 0) = ?4"                                                         \
    " AND coalesce(d.period, '') = ?5 AND coalesce(d.object, '') = ?6"

/* In the order of truth.csv: rule,kind,key,year,period,object,severity,opened,closed. */
static void check_planted(sqlite3_stmt *st, const struct line *l) {
    int sev = l->f[6][0] == 'R' ? 3 : l->f[6][0] == 'Y' ? 2 : 1;
    char got[96];

    planted_of[rule_no(l->f[0])]++;
    bind_key(st, l);
    if (sqlite3_step(st) != SQLITE_ROW || sqlite3_column_type(st, 0) == SQLITE_NULL) {
        wrong(l, "not found", "");
    } else if (sqlite3_column_int(st, 0) != to_day(l->f[7]) ||
               sqlite3_column_int(st, 2) != to_day(l->f[8]) || sqlite3_column_int(st, 1) != sev) {
        (void)snprintf(got, sizeof got, "found sev %d opened %d closed %d",
                       sqlite3_column_int(st, 1), sqlite3_column_int(st, 0),
                       sqlite3_column_int(st, 2));
        wrong(l, "", got);
    }
    sqlite3_reset(st);
}

static size_t check_truth(const char *path) {
    sqlite3_stmt *st = query(
        "SELECT (SELECT e.first_seen FROM f_discrepancy e WHERE e.id = d.id"
        "  ORDER BY e.rec DESC LIMIT 1), (SELECT e.severity FROM f_discrepancy e WHERE e.id = d.id"
        "  ORDER BY e.rec DESC LIMIT 1), (SELECT CASE e.status WHEN 3 THEN e.tick_day ELSE 0 END"
        "  FROM f_discrepancy e WHERE e.id = d.id ORDER BY e.rec DESC LIMIT 1)" KEYED);
    FILE *f = fopen(path, "r");
    struct line l;
    size_t n = 0;

    if (!f || !line_read(f, &l))
        fd_die(path, NULL);
    while (line_read(f, &l)) {
        n++;
        check_planted(st, &l);
    }
    for (size_t i = 0; i < broken_n_planted; i++, n++)
        check_planted(st, &broken_planted[i]);
    (void)fclose(f);
    sqlite3_finalize(st);
    return n;
}

/* Near misses: nothing, or nothing as severe as stated. */
static void check_missed(sqlite3_stmt *st, const struct line *l) {
    int below = l->f[6][0] == 'R' ? 3 : l->f[6][0] == 'Y' ? 2 : 1;

    near_of[rule_no(l->f[0])]++;
    bind_key(st, l);
    if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_int(st, 0) >= below)
        wrong(l, "a near miss was raised", "");
    sqlite3_reset(st);
}

static size_t check_near(const char *path) {
    sqlite3_stmt *st = query("SELECT max(d.severity)" KEYED);
    FILE *f = fopen(path, "r");
    struct line l;
    size_t n = 0;

    if (!f || !line_read(f, &l))
        fd_die(path, NULL);
    while (line_read(f, &l)) {
        n++;
        check_missed(st, &l);
    }
    for (size_t i = 0; i < broken_n_near; i++, n++)
        check_missed(st, &broken_near[i]);
    (void)fclose(f);
    sqlite3_finalize(st);
    return n;
}

static bool is_broken_chain(const char *rule, const char *object) {
    for (size_t i = 0; i < broken_n_planted; i++)
        if (strcmp(broken_planted[i].f[0], rule) == 0 &&
            strcmp(broken_planted[i].f[5], object) == 0)
            return true;
    return false;
}

/* What was found and never planted. */
static void check_extra(const char *path) {
    sqlite3_stmt *st =
        query("SELECT d.rule, d.kind, coalesce(d.key, ''), d.fiscal_year, coalesce(d.period, ''),"
              " coalesce(d.object, ''), min(d.tick_day), d.message_zh"
              " FROM f_discrepancy d GROUP BY d.id ORDER BY d.rule, d.key");
    char *text;
    struct pt_buf b;
    struct pt_err err = {0};

    pt_buf_init(&b, (size_t)64 << 20);
    if (pt_file_read(path, &b, &err) != 0)
        fd_die(path, &err);
    text = (char *)(uintptr_t)pt_buf_cstr(&b);
    while (sqlite3_step(st) == SQLITE_ROW) {
        char key[512];

        (void)snprintf(key, sizeof key, "\n%s,%s,%s,%d,%s,%s,", sqlite3_column_text(st, 0),
                       pt_subject_kind_name((Pentad__V1__SubjectKind)sqlite3_column_int(st, 1)),
                       sqlite3_column_text(st, 2), sqlite3_column_int(st, 3),
                       sqlite3_column_text(st, 4), sqlite3_column_text(st, 5));
        if (!strstr(text, key) && !is_broken_chain((const char *)sqlite3_column_text(st, 0),
                                                   (const char *)sqlite3_column_text(st, 5))) {
            n_wrong++;
            if (n_wrong < 400)
                (void)printf("EXTRA%s opened %d: %s\n", key, sqlite3_column_int(st, 6),
                             sqlite3_column_text(st, 7));
        }
    }
    sqlite3_finalize(st);
    pt_buf_done(&b);
}

static void check_counts(void) {
    for (int rule = 1; rule <= RULES; rule++) {
        if (planted_of[rule] >= PLANTED_MIN && near_of[rule] >= NEAR_MIN)
            continue;
        n_wrong++;
        (void)printf("WRONG K%02d: %d planted, %d near misses; at least %d and %d\n", rule,
                     planted_of[rule], near_of[rule], PLANTED_MIN, NEAR_MIN);
    }
}

/* Each class's digests out of what it reads, on every day. */
static void readers_agree(void) {
    for (enum pt_party reader = PT_PARTY_CONGRESS; reader <= PT_PARTY_OFFICE; reader++) {
        struct reader_ledger r;
        struct pt_err err = {0};
        bool aggregates = reader == PT_PARTY_ORGANIZATION || reader == PT_PARTY_OFFICE;

        if (readers_fold(reader, fd.m.e, fd.m.n, &r, &err) != 0)
            fd_die(pt_party_name(reader), &err);
        (void)printf("%s: %" PRIu64 " of %" PRIu64 " snapshots unlike, %" PRIu64
                     " records withheld; %" PRIu64 " rows, %" PRIu64 " pages wrong %s\n",
                     pt_party_name(reader), r.unlike, r.days, r.withheld, r.rows.rows, r.rows.wrong,
                     r.rows.first);
        n_wrong +=
            r.unlike != 0 || r.rows.wrong != 0 || r.days == 0 || (r.withheld == 0 && aggregates);
    }
}

int main(int argc, char **argv) {
    static const char *const parties[] = {"congress", "discipline", "organization",
                                          "finance",  "audit",      "office"};
    char path[512];
    struct pt_err err = {0};
    struct pt_fold_state s;
    uint64_t differences;
    size_t planted, near;
    int64_t replayed;
    int64_t t0 = pt_monotonic_us();

    if (argc < 3) {
        (void)fprintf(stderr, "usage: city_truth EXPORT REPOSITORY [LEDGER [REPLAYED]]\n");
        return 2;
    }
    if (getenv("PENTAD_PROFILE") || getenv("PENTAD_PLANS"))
        profile_start();
    fd_open(argc > 3 ? argv[3] : ":memory:");
    for (size_t i = 0; i < 6; i++)
        fd_party(argv[2], argv[1], parties[i]);
    for (int32_t d = 20190101; d <= 20200630; d = pt_date_add(d, 1)) {
        broken_day(d);
        fd_day(d);
    }
    (void)snprintf(path, sizeof path, "%s/truth.csv", argv[1]);
    planted = check_truth(path);
    check_extra(path);
    (void)snprintf(path, sizeof path, "%s/near.csv", argv[1]);
    near = check_near(path);
    check_counts();
    (void)snprintf(path, sizeof path, "%s/truth_conditions.csv", argv[1]);
    n_wrong += conditions_count(path, planted - broken_n_planted, near - broken_n_near);
    (void)snprintf(path, sizeof path, "%s/truth_figures.csv", argv[1]);
    n_wrong += figures_check(pt_fold_ledger(fd.fold), path);
    if (pt_fold_check(fd.fold, &differences, &err) != 0 || pt_fold_state(fd.fold, &s, &err) != 0)
        fd_die("check", &err);
    (void)printf("%" PRIu64 " records, %" PRIu64 " dead, %zu still deferred; %zu planted, %zu near"
                 " misses, %d wrong; %" PRIu64 " conditions unlike, %" PRIu64
                 " mismatches; %.1f s, of them %.1f s in the fold: %.0f payment lines/s (%.1f s of"
                 " processor time)\n",
                 fd.records, fd.dead, fd.deferred, planted, near, n_wrong, differences,
                 s.mismatches, (double)(pt_monotonic_us() - t0) / 1e6, (double)fd.fold_us / 1e6,
                 (double)fd.payment_lines * 1e6 / (double)fd.fold_us, (double)fd.fold_cpu_us / 1e6);
    replayed = argc > 4 ? fd_replay(argv[4]) : 0;
    if (replayed < 0)
        (void)printf("WRONG the same log replayed gives another ledger\n");
    else if (replayed > 0)
        (void)printf("the log replayed: %.1f s, %.0f payment lines/s\n", (double)replayed / 1e6,
                     (double)fd.payment_lines * 1e6 / (double)replayed);
    readers_agree();
    n_wrong += complete_check(pt_fold_ledger(fd.fold), &fd.m, 7);
    if (getenv("PENTAD_PROFILE"))
        profile_print();
    if (getenv("PENTAD_PLANS"))
        profile_plans(getenv("PENTAD_PLANS"));
    fd_close();
    return n_wrong == 0 && differences == 0 && s.mismatches == 0 && fd.dead == 0 && replayed >= 0
               ? 0
               : 1;
}
