#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include <pentad/sql/sql.h>

struct files {
    char dir[32];
    char path[64];
};

static void files_init(struct files *f) {
    memcpy(f->dir, "/tmp/pentad-sql-XXXXXX", 23);
    cr_assert_not_null(mkdtemp(f->dir));
    (void)snprintf(f->path, sizeof f->path, "%s/x.db", f->dir);
}

static void files_done(const struct files *f) {
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    char path[80];

    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof path, "%s%s", f->path, tails[i]);
        (void)unlink(path);
    }
    cr_assert_eq(rmdir(f->dir), 0);
}

static bool number_of(const char *name, size_t len, int *ret) {
    *ret = 131;
    return len == 12 && memcmp(name, "TYPE_PAYMENT", 12) == 0;
}

static const struct pt_sql_options memory = {
    .mode = PT_SQL_CREATE, .name = "test", .names = number_of};

static void open_memory(struct pt_sql *s) {
    struct pt_err err = {0};

    cr_assert_eq(pt_sql_open(s, ":memory:", &memory, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_sql_exec(s, "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c BLOB)", &err), 0,
                 "%s", err.msg);
}

static int add(struct pt_sql *s, int64_t a, const char *b, struct pt_span c, struct pt_err *err) {
    return pt_sql_run(s, err, "INSERT INTO t VALUES(?,?,?)", "isb", a, b, c);
}

Test(sql, a_script_runs_whole_each_time_and_says_which_statement_failed) {
    static const char two[] = "INSERT INTO t(b) VALUES('@TYPE_PAYMENT');"
                              "UPDATE t SET c = x'00' WHERE c IS NULL";
    static const char bad[] = "DELETE FROM t; DELETE FROM nowhere; DELETE FROM t";
    struct pt_sql s;
    struct pt_err err = {0};
    int64_t n;
    bool found;

    open_memory(&s);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(pt_sql_script(&s, two, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_sql_number(&s, &n, &found, &err,
                               "SELECT count(*) FROM t WHERE c = x'00' AND b = '131'", ""),
                 0);
    cr_expect_eq(n, 3);
    cr_expect_neq(pt_sql_script(&s, bad, &err), 0);
    cr_expect(strstr(err.msg, "no such table: nowhere") != NULL, "%s", err.msg);
    cr_assert_eq(pt_sql_number(&s, &n, &found, &err, "SELECT count(*) FROM t", ""), 0);
    cr_expect_eq(n, 0, "what stood before the one that failed was run");
    pt_sql_close(&s);
}

Test(sql, what_is_bound_comes_back) {
    struct pt_sql s;
    struct pt_err err = {0};
    struct sqlite3_stmt *st = NULL;
    int rc;

    open_memory(&s);
    cr_assert_eq(add(&s, INT64_MIN, "预算", pt_span("\0x", 2), &err), 0);
    cr_assert_eq(add(&s, 1, NULL, pt_span(NULL, 0), &err), 0);
    cr_assert_eq(
        pt_sql_run(&s, &err, "INSERT INTO t VALUES(?,?,?)", "oon", 1, INT64_C(2), 0, INT64_C(9)),
        0);
    rc = pt_sql_query(&s, &st, &err, "SELECT a, b, c FROM t ORDER BY a", "");
    cr_assert(pt_sql_row(&s, st, &rc, &err));
    cr_assert_eq(pt_sql_i64(st, 0), INT64_MIN);
    cr_assert_str_eq(pt_sql_text(st, 1), "预算");
    cr_assert(pt_span_eq(pt_sql_blob(st, 2), pt_span("\0x", 2)));
    cr_assert(pt_sql_row(&s, st, &rc, &err));
    cr_assert(pt_sql_is_null(st, 1));
    cr_assert_str_eq(pt_sql_text(st, 1), "");
    cr_assert_null(pt_sql_text_or_null(st, 1));
    cr_assert_not(pt_sql_is_null(st, 2), "an empty blob is no NULL");
    cr_assert_eq(pt_sql_blob(st, 2).len, 0);
    cr_assert(pt_sql_row(&s, st, &rc, &err));
    cr_assert_eq(pt_sql_u64(st, 0), 2);
    cr_assert(pt_sql_is_null(st, 1) && pt_sql_is_null(st, 2));
    cr_assert_not(pt_sql_row(&s, st, &rc, &err));
    cr_assert_eq(rc, 0);
    pt_sql_done(&s, st);
    pt_sql_close(&s);
}

Test(sql, a_statement_is_kept_and_may_be_nested) {
    static const char text[] = "SELECT a FROM t WHERE a > ? ORDER BY a";
    struct pt_sql s;
    struct sqlite3_stmt *outer = NULL, *inner = NULL, *again = NULL;
    int rc;

    open_memory(&s);
    for (int64_t i = 1; i <= 3; i++)
        cr_assert_eq(add(&s, i, "", pt_span(NULL, 0), NULL), 0);
    rc = pt_sql_query(&s, &outer, NULL, text, "i", INT64_C(0));
    cr_assert(pt_sql_row(&s, outer, &rc, NULL));
    rc = pt_sql_query(&s, &inner, NULL, text, "i", INT64_C(2));
    cr_assert_neq(inner, outer);
    cr_assert(pt_sql_row(&s, inner, &rc, NULL));
    cr_assert_eq(pt_sql_i64(inner, 0), 3);
    pt_sql_done(&s, inner);
    cr_assert(pt_sql_row(&s, outer, &rc, NULL));
    cr_assert_eq(pt_sql_i64(outer, 0), 2, "the inner one left the outer one where it was");
    pt_sql_done(&s, outer);
    cr_assert_eq(pt_sql_query(&s, &again, NULL, text, "i", INT64_C(9)), 0);
    cr_assert_eq(again, outer, "prepared once");
    cr_assert_eq(pt_sql_one(&s, again, NULL), PT_E_NOT_FOUND);
    pt_sql_done(&s, again);
    pt_sql_close(&s);
}

Test(sql, more_texts_than_are_kept) {
    struct pt_sql s;
    char texts[PT_SQL_KEPT_MAX + 8][32];
    int64_t v;
    bool found;

    open_memory(&s);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < PT_SQL_KEPT_MAX + 8; i++) {
            (void)snprintf(texts[i], sizeof texts[i], "SELECT %d", i);
            cr_assert_eq(pt_sql_number(&s, &v, &found, NULL, texts[i], ""), 0);
            cr_assert(found && v == i);
        }
    pt_sql_close(&s);
}

Test(sql, a_number_or_none) {
    struct pt_sql s;
    struct pt_err err = {0};
    int64_t v = 7;
    bool found = true;

    open_memory(&s);
    cr_assert_eq(pt_sql_number(&s, &v, &found, &err, "SELECT a FROM t", ""), 0);
    cr_assert(!found && v == 0, "no row");
    cr_assert_eq(pt_sql_number(&s, &v, &found, &err, "SELECT max(a) FROM t", ""), 0);
    cr_assert(!found, "NULL");
    cr_assert_eq(pt_sql_number(&s, &v, &found, &err, "SELECT ?1 + ?1", "is", INT64_C(21), "more"),
                 0);
    cr_assert(found && v == 42, "a letter beyond the parameters is passed over");
    pt_sql_close(&s);
}

Test(sql, names_are_filled_in) {
    struct pt_sql s;
    struct pt_err err = {0};
    int64_t v;
    bool found;

    open_memory(&s);
    cr_assert_eq(pt_sql_number(&s, &v, &found, &err, "SELECT ?2 + @TYPE_PAYMENT + ?1", "ii",
                               INT64_C(1), INT64_C(1000)),
                 0, "%s", err.msg);
    cr_assert_eq(v, 1132);
    cr_assert_eq(pt_sql_exec(&s,
                             "INSERT INTO t(a) VALUES(@TYPE_PAYMENT), (@TYPE_PAYMENT+1);"
                             "DELETE FROM t WHERE a = @TYPE_PAYMENT",
                             &err),
                 0, "%s", err.msg);
    cr_assert_eq(pt_sql_number(&s, &v, &found, &err, "SELECT a FROM t", ""), 0);
    cr_assert_eq(v, 132);
    cr_assert_eq(pt_sql_exec(&s, "SELECT @TYPE_PAYMENTS", &err), PT_E_FORMAT);
    cr_assert_not_null(strstr(err.msg, "@TYPE_PAYMENTS"), "%s", err.msg);
    pt_sql_close(&s);
}

Test(sql, errors_say_whose_file_and_what) {
    struct pt_sql s;
    struct pt_err err = {0};
    struct sqlite3_stmt *st = NULL;
    int rc;

    open_memory(&s);
    cr_assert_eq(pt_sql_exec(&s, "SELECT nothing", &err), PT_E_STORE);
    cr_assert_eq(strncmp(err.msg, "test: SELECT nothing: ", 22), 0, "%s", err.msg);
    cr_assert_eq(add(&s, 1, "", pt_span(NULL, 0), &err), 0);
    cr_assert_eq(add(&s, 1, "", pt_span(NULL, 0), &err), PT_E_STORE, "twice");
    cr_assert_eq(add(&s, 2, "", pt_span(NULL, 0), &err), 0, "usable after a failure");
    rc = pt_sql_query(&s, &st, &err, "SELECT abs(?)", "i", INT64_MIN);
    cr_assert_not(pt_sql_row(&s, st, &rc, &err));
    cr_assert_eq(rc, PT_E_STORE, "overflow");
    cr_assert_not(pt_sql_row(&s, st, &rc, &err), "a failure stays");
    pt_sql_done(&s, st);
    cr_assert_eq(pt_sql_query(&s, &st, &err, "SELECT nothing", ""), PT_E_STORE);
    cr_assert_null(st);
    pt_sql_done(&s, st);
    pt_sql_close(&s);
    pt_sql_close(&s);
}

Test(sql, codes_become_ours) {
    static const struct {
        int sqlite;
        int ours;
    } rows[] = {{SQLITE_NOMEM, PT_E_NOMEM},        {SQLITE_BUSY, PT_E_BUSY},
                {SQLITE_BUSY_SNAPSHOT, PT_E_BUSY}, {SQLITE_LOCKED, PT_E_BUSY},
                {SQLITE_CORRUPT, PT_E_CORRUPT},    {SQLITE_CORRUPT_INDEX, PT_E_CORRUPT},
                {SQLITE_NOTADB, PT_E_CORRUPT},     {SQLITE_IOERR_DATA, PT_E_CORRUPT},
                {SQLITE_IOERR_WRITE, PT_E_STORE},  {SQLITE_FULL, PT_E_STORE},
                {SQLITE_TOOBIG, PT_E_TOO_LARGE},   {SQLITE_MISUSE, PT_E_INTERNAL},
                {SQLITE_CANTOPEN, PT_E_STORE}};
    struct pt_sql s = {.name = "log.db", .damaged = "run a check"};
    struct pt_err err = {0};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_assert_eq(pt_sql_err(&s, rows[i].sqlite, &err, "append"), rows[i].ours, "%d: %s",
                     rows[i].sqlite, err.msg);
        cr_assert_eq(strncmp(err.msg, "log.db: append: ", 16), 0, "%s", err.msg);
        cr_assert_eq(strstr(err.msg, "; run a check") != NULL, rows[i].ours == PT_E_CORRUPT, "%s",
                     err.msg);
    }
}

Test(sql, a_transaction_holds_or_leaves_nothing) {
    struct files f;
    struct pt_sql a, b;
    struct pt_err err = {0};
    struct pt_sql_options o = {.mode = PT_SQL_CREATE,
                               .name = "test",
                               .pragmas = "PRAGMA journal_mode=WAL",
                               .owner_only = true};
    struct stat st;
    int64_t n;
    bool found;

    files_init(&f);
    cr_assert_eq(pt_sql_open(&a, f.path, &o, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_sql_exec(&a, "CREATE TABLE t(a INTEGER PRIMARY KEY, b, c)", &err), 0);
    cr_assert(stat(f.path, &st) == 0 && (st.st_mode & 077) == 0);
    o.mode = PT_SQL_READ;
    o.pragmas = NULL;
    cr_assert_eq(pt_sql_open(&b, f.path, &o, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_sql_begin(&a, &err), 0);
    cr_assert_eq(add(&a, 1, "", pt_span(NULL, 0), &err), 0);
    cr_assert_eq(pt_sql_number(&b, &n, &found, &err, "SELECT count(*) FROM t", ""), 0);
    cr_assert_eq(n, 0, "not yet");
    pt_sql_rollback(&a);
    pt_sql_rollback(&a);
    cr_assert_eq(pt_sql_begin(&a, &err), 0);
    cr_assert_eq(add(&a, 2, "", pt_span(NULL, 0), &err), 0);
    cr_assert_eq(pt_sql_commit(&a, &err), 0);
    cr_assert_eq(pt_sql_number(&b, &n, &found, &err, "SELECT sum(a) FROM t", ""), 0);
    cr_assert_eq(n, 2);
    cr_assert_eq(add(&b, 3, "", pt_span(NULL, 0), &err), PT_E_STORE, "opened to be read");
    pt_sql_close(&b);
    pt_sql_close(&a);
    files_done(&f);
}

Test(sql, what_is_no_database_is_refused) {
    struct files f;
    struct pt_sql s;
    struct pt_err err = {0};
    struct pt_sql_options o = {
        .mode = PT_SQL_READ, .name = "test", .pragmas = "PRAGMA user_version"};
    int fd;

    files_init(&f);
    cr_assert_eq(pt_sql_open(&s, f.path, &o, &err), PT_E_STORE);
    cr_assert_null(s.db);
    cr_assert_not_null(strstr(err.msg, f.path), "%s", err.msg);
    fd = open(f.path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    for (int i = 0; i < 1024; i++)
        cr_assert_eq(write(fd, "no database at all, just a text ", 32), 32);
    (void)close(fd);
    cr_assert_eq(pt_sql_open(&s, f.path, &o, &err), PT_E_CORRUPT, "%s", err.msg);
    cr_assert_null(s.db);
    files_done(&f);
}
