/* State files as older versions wrote them (older/N-*.sql, by version): a connector that opens one
 * goes on where it was. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/sql/sql.h>

#include "connector_internal.h"
#include "pt_test_erasure.h"
#include "rig.h"
#include "state_internal.h"

#define OLDER PT_SOURCE_DIR "/tests/unit/runtime/older/"

static char path[64];
static struct pt_err err;

static void fresh_path(void) {
    (void)snprintf(path, sizeof path, "/tmp/pentad-older-XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    (void)unlink(path);
}

static void drop(const char *file) {
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        char name[512];
        (void)snprintf(name, sizeof name, "%s%s", file, ends[i]);
        (void)unlink(name);
    }
}

/* The tables of that version in a file of their own, and `rows` in them. */
static void write_older(const char *file, const char *version, const char *rows) {
    const struct pt_sql_options options = {.mode = PT_SQL_CREATE, .name = "older"};
    char name[512];
    struct pt_sql sql;
    struct pt_buf text;
    pt_buf_init(&text, 65536);
    (void)snprintf(name, sizeof name, OLDER "%s.sql", version);
    cr_assert_eq(pt_file_read(name, &text, &err), 0, "%s", err.msg);
    (void)pt_buf_putc(&text, '\0');
    cr_assert_eq(pt_sql_open(&sql, file, &options, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_sql_exec(&sql, (const char *)text.p, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_sql_exec(&sql, rows, &err), 0, "%s", err.msg);
    pt_sql_close(&sql);
    pt_buf_done(&text);
}

static int64_t number(struct pt_state *s, const char *text) {
    int64_t n;
    bool found;
    cr_assert_eq(pt_sql_number(&s->sql, &n, &found, &err, text, ""), 0, "%s", err.msg);
    return n;
}

/* What every version kept. */
#define PLACE                                                                                      \
    "INSERT INTO meta VALUES('closed_day', 20190630), ('attested_day', 20190629);"                 \
    "INSERT INTO outbox VALUES(1,'X01','N1',20190630,x'01',x'aa','bills.csv:2'),"                  \
    " (2,'X01','N2',20190630,x'02',x'bb','bills.csv:3');"                                          \
    "INSERT INTO source VALUES('bills', x'0102', 0);"                                              \
    "INSERT INTO batch(statement_hash,first_seq,count,state,log_index,envelope)"                   \
    " VALUES(zeroblob(32),1,2,2,7,x'cc');"                                                         \
    "INSERT INTO ref VALUES('audit','R1','A01','main',9,x'09');"
#define EVIDENCE                                                                                   \
    "INSERT INTO evidence(digest,at_ms,code,what,bytes) VALUES(x'77',5,'PROOF','it lied',x'dd');"
/* Orders over records of ours, of another's and of a sealed one (its first bytes say A03), that
 * wait, and over one that isn't here. */
#define ORDERS                                                                                     \
    "INSERT INTO erasure(hash,stream,party,of_stream,seq,record,approved,state) VALUES"            \
    " (x'e1','main','finance','main',2,x'02',1,0), (x'e2','main','audit','main',9,x'09',0,0),"     \
    " (x'e3','main','audit','main',8,x'08',0,0), (x'e4','main','audit','main',6,x'06',0,0),"       \
    " (x'e5','main','audit','main',5,x'05',3,2);"                                                  \
    "INSERT INTO shut VALUES('audit','main',8,x'9a0a00');"                                         \
    "INSERT INTO erased VALUES(x'e5','audit','main',5,x'05'), (x'e9','audit','main',4,x'04');"
#define CLUES                                                                                      \
    "INSERT INTO clue VALUES('audit',x'11',1,2,1,0,0);"                                            \
    "INSERT INTO held(at_ms,sender,clue,type,record) VALUES(50,'audit',x'11','C02',x'ee');"

static void check_place(struct pt_state *s) {
    uint64_t next;
    int64_t day;
    struct pt_batch_row b;
    cr_assert_eq(pt_outbox_next_seq(s, &next, &err), 0);
    cr_expect_eq(next, 3);
    cr_assert_eq(pt_state_get_int(s, "closed_day", 0, &day, &err), 0);
    cr_expect_eq(day, 20190630);
    cr_assert_eq(pt_batches_last(s, &b, &err), 0);
    cr_expect_eq(b.log_index, 7);
    cr_expect_eq(number(s, "SELECT count(*) FROM source WHERE position=x'0102'"), 1);
    cr_expect_eq(number(s, "SELECT count(*) FROM ref WHERE hash=x'09'"), 1);
    cr_expect_eq(number(s, "PRAGMA user_version"), 3);
    cr_expect_eq(number(s, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'older%'"), 0);
}

static struct pt_state *opened(void) {
    struct pt_state *s = NULL;
    cr_assert_eq(pt_state_open(path, false, &s, &err), 0, "%s", err.msg);
    return s;
}

Test(upgrade, every_older_version_keeps_its_place) {
    static const char *const versions[] = {"1-first", "1-clues", "2", "3-first"};
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        fresh_path();
        write_older(path, versions[i], PLACE);
        for (int again = 0; again < 2; again++) {
            struct pt_state *s = opened();
            check_place(s);
            pt_state_free(s);
        }
        drop(path);
    }
}

static int look_at_evidence(void *ctx, const struct pt_evidence_row *e) {
    cr_expect_str_eq(e->code, "PROOF");
    cr_expect_str_eq(e->about, "");
    cr_expect_str_eq(e->what, "it lied");
    cr_expect(pt_span_eq(e->bytes, pt_span("\xdd", 1)));
    ++*(int *)ctx;
    return 0;
}

Test(upgrade, what_was_found_in_others_stays) {
    int n = 0;
    bool kept;
    fresh_path();
    write_older(path, "2", PLACE EVIDENCE CLUES);
    struct pt_state *s = opened();
    cr_assert_eq(pt_evidence_each(s, look_at_evidence, &n, &err), 0, "%s", err.msg);
    cr_expect_eq(n, 1);
    cr_assert_eq(pt_evidence_add(s, 6, PT_E_PROOF, "audit", "again", pt_span("x", 1), &kept, &err),
                 0, "%s", err.msg);
    cr_expect(kept);
    int64_t held;
    cr_assert_eq(pt_held_count(s, &held, &err), 0, "%s", err.msg);
    cr_expect_eq(held, 1);
    cr_expect_eq(number(s, "SELECT dummy FROM clue WHERE sender='audit' AND id=x'11'"), 1);
    cr_expect_eq(number(s, "SELECT count(*) FROM sqlite_schema WHERE name='held_by_moment' AND"
                           " sql LIKE '%seq IS NULL%'"),
                 1);
    pt_state_free(s);
    drop(path);
}

Test(upgrade, orders_learn_the_type_of_the_copy_that_is_here) {
    fresh_path();
    write_older(path, "2", PLACE ORDERS);
    struct pt_state *s = opened();
#define TYPED(hash, type) "SELECT count(*) FROM erasure WHERE hash=x'" hash "' AND type " type
    cr_expect_eq(number(s, TYPED("e1", "='X01'")), 1);
    cr_expect_eq(number(s, TYPED("e2", "='A01'")), 1);
    cr_expect_eq(number(s, TYPED("e3", "='A03'")), 1);
    cr_expect_eq(number(s, TYPED("e4", "IS NULL")), 1);
    cr_expect_eq(number(s, "SELECT count(*) FROM erasure WHERE approved=1 AND state=0"), 1);
    /* What was erased before excuses the hub until the next tick, where its order is in force. */
    cr_expect_eq(number(s, "SELECT until_day FROM excuse WHERE seq=5"), -1);
    cr_expect_eq(number(s, "SELECT until_day FROM excuse WHERE seq=4"), 0);
    cr_expect_eq(number(s, "SELECT value FROM meta WHERE name='replay_anew'"), 1);
    pt_state_free(s);
    drop(path);
}

Test(upgrade, excuses_find_their_records) {
    fresh_path();
    write_older(path, "3-first",
                PLACE "INSERT INTO erased VALUES(x'e5','audit','main',5,x'05');"
                      "INSERT INTO erasure VALUES(x'e6','main','audit','main',6,x'06','A01',3,2);"
                      "INSERT INTO excuse VALUES(x'05',20190601,20190603), (x'06',20190602,-1);");
    struct pt_state *s = opened();
    cr_expect_eq(number(s, "SELECT count(*) FROM excuse"), 2);
    cr_expect_eq(number(s, "SELECT until_day FROM excuse WHERE party='audit' AND seq=5"), 20190603);
    cr_expect_eq(number(s, "SELECT from_day FROM excuse WHERE party='audit' AND seq=6"), 20190602);
    pt_state_free(s);
    drop(path);
}

Test(upgrade, clues_without_senders_are_refused_and_stay) {
    struct pt_state *s = NULL;
    fresh_path();
    write_older(path, "1-clues", PLACE "INSERT INTO clue VALUES(x'11',1,2,1,0,0);");
    cr_expect_eq(pt_state_open(path, false, &s, &err), PT_E_UNSUPPORTED);
    cr_expect(strstr(err.msg, path) && strstr(err.msg, "without their senders"), "%s", err.msg);
    const struct pt_sql_options options = {.mode = PT_SQL_READ, .name = "older"};
    struct pt_sql sql;
    int64_t n;
    bool found;
    cr_assert_eq(pt_sql_open(&sql, path, &options, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_sql_number(&sql, &n, &found, &err, "SELECT count(*) FROM clue", ""), 0);
    cr_expect_eq(n, 1, "nothing of it was changed");
    cr_assert_eq(pt_sql_number(&sql, &n, &found, &err, "PRAGMA user_version", ""), 0);
    cr_expect_eq(n, 1);
    pt_sql_close(&sql);
    drop(path);
}

Test(upgrade, who_only_reads_is_told_what_to_do) {
    struct pt_state *s = NULL;
    fresh_path();
    write_older(path, "2", PLACE);
    cr_expect_eq(pt_state_open(path, true, &s, &err), PT_E_UNSUPPORTED);
    cr_expect(strstr(err.msg, path) && strstr(err.msg, "start pentad-connector once"), "%s",
              err.msg);
    s = opened();
    cr_assert_eq(pt_sql_exec(&s->sql, "PRAGMA user_version=4", &err), 0);
    pt_state_free(s);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(pt_state_open(path, i == 0, &s, &err), PT_E_UNSUPPORTED);
        cr_expect(strstr(err.msg, "newer version"), "%s", err.msg);
    }
    drop(path);
}

/* The connector's state as version 2 would have it, with all that is in it. */
static void make_older(struct rig *r) {
    static const char *const tables[][2] = {
        {"meta", "*"},
        {"outbox", "*"},
        {"batch", "*"},
        {"source", "*"},
        {"dead_letter", "*"},
        {"staged", "*"},
        {"deferred", "*"},
        {"ref", "*"},
        {"finding", "*"},
        {"waiver", "*"},
        {"seal", "*"},
        {"shut", "*"},
        {"counted", "*"},
        {"clue", "*"},
        {"receipted", "*"},
        {"erased", "*"},
        {"wrong_close", "*"},
        {"alarm", "*"},
        {"held", "id,at_ms,sender,clue,type,doc_no,origin,record"},
        {"evidence", "digest,at_ms,code,what,bytes"},
        {"erasure", "hash,stream,party,of_stream,seq,record,approved,state"}};
    char rows[4096];
    const char *newer = rig_path(r, "state/connector.db");
    const char *older = rig_path(r, "state/older.db");
    int at = snprintf(rows, sizeof rows, "ATTACH '%s' AS newer;", newer);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        at += snprintf(rows + at, sizeof rows - (size_t)at,
                       "INSERT INTO main.%s SELECT %s FROM newer.%s;", tables[i][0], tables[i][1],
                       tables[i][0]);
    }
    write_older(older, "2", rows);
    drop(newer);
    cr_assert_eq(rename(older, newer), 0);
}

Test(upgrade, a_connector_goes_on_where_the_older_one_was) {
    static struct rig r;
    struct pt_hash order;
    uint64_t seq;
    rig_init(&r, "finance", true);
    rig_write(&r, "bills.csv", "day,no,unit,voucher,fen\n20190701,N1," RIG_UNIT ",V1,100\n");
    rig_source(&r, RIG_BILLS, "bills.csv");
    r.lenient = true;
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    struct te_found f = te_find(&r.hub, 1);
    te_order_of(&r.hub, "X01", 1, &f.hash, &order, &seq);
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    make_older(&r);
    rig_append(&r, "bills.csv", "20190701,N2," RIG_UNIT ",V2,200\n");
    te_approve(&r.hub, "audit", seq, &order);
    te_approve(&r.hub, "organization", seq, &order);
    te_tick(&r.hub, pt_date_from_ms(r.hub.now_ms));
    cr_assert_eq(rig_run(&r), 0, "%s", r.err.msg);
    cr_expect_eq(rig_log_count(&r, "finance", "N1"), 1, "nothing is sent twice");
    cr_expect_eq(rig_log_count(&r, "finance", "N2"), 1, "nor left out");
    struct pt_state *s = rig_state(&r);
    cr_expect_eq(number(s, "SELECT length(bytes) FROM outbox WHERE seq=1"), ERASED_LEN,
                 "the order that waited was carried out");
    pt_state_free(s);
    rig_done(&r);
}
