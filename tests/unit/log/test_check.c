/* `pentad log check` finds and names whatever was changed in log.db. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include <pentad/base/codec.h>
#include <pentad/base/file.h>
#include <pentad/certs/dsse.h>
#include <pentad/log/check.h>
#include <pentad/proof/dsse.h>
#include <pentad/store/sqlite.h>

#include "pt_test_hub.h"

static struct test_hub hub;
static struct th_stream s;
static char named[4096];
static size_t n_named;

static void setup(void) {
    th_init(&hub);
    th_stream_init(&s, &hub, "finance", "main");
}

static void teardown(void) {
    th_done(&hub);
}
TestSuite(check, .init = setup, .fini = teardown);

static void on_fault(void *ctx, int code, const char *where, const char *what) {
    size_t len = strlen(named);
    (void)ctx;
    n_named++;
    snprintf(named + len, sizeof named - len, "%s: %s: %s\n", where, pt_err_name(code), what);
}

/* Opens the directory as the tool does, beside nobody. */
static uint64_t faults_of(const char *dir, const struct pt_hash *trusted) {
    struct pt_sqlite_opts opts = {.read_only = true, .examine = true, .readers = 2};
    struct pt_log_check_opts o = {.hub = trusted, .verify = hub.sv, .fault = on_fault};
    struct pt_log_check_result r = {0};
    struct pt_store *store = NULL;
    struct pt_err err = {0};
    named[0] = '\0';
    n_named = 0;
    int code = pt_store_sqlite_open(dir, &opts, &store, &err);
    if (code != 0) {
        on_fault(NULL, code, "log.db", err.msg); /* what the tool prints then */
        return 1;
    }
    code = pt_log_check(store, &o, &r, &err);
    cr_assert(code == 0 || code == PT_E_STORE || code == PT_E_CORRUPT, "%s: %s", pt_err_name(code),
              err.msg);
    if (code != 0) {
        on_fault(NULL, code, "log.db", err.msg);
        r.faults++;
    }
    pt_store_sqlite_close(store);
    return r.faults;
}

/* Batches, a refusal, records about the exchange: something in every table. */
static void fill(void) {
    struct pt_buf rec, batch;
    struct th_reply reply;
    pt_buf_init(&rec, 4096);
    pt_buf_init(&batch, 1 << 20);
    for (int i = 0; i < 260; i++) {
        th_send_payments(&s, i % 40 == 0 ? 60 : 1);
    }
    th_payment(s.next_seq, -1, &rec);
    struct pt_span span = pt_buf_span(&rec);
    th_cut(&s, &span, 1, &batch);
    th_submit(&hub, PT_INTAKE_PROTOBUF, pt_buf_span(&batch), "finance", &reply);
    cr_assert_eq((int)reply.verdict, (int)PT_INTAKE_REFUSE);
    th_reply_done(&reply);
    pt_buf_done(&batch);
    pt_buf_done(&rec);
}

Test(check, a_sound_log_is_called_so) {
    fill();
    struct pt_hash trusted = *pt_log_hub(hub.log);
    /* Beside the running hub, its write-ahead log full of what log.db hasn't got yet. */
    cr_assert_eq(faults_of(hub.dir, &trusted), 0, "%s", named);
    th_close(&hub);
    cr_assert_eq(faults_of(hub.dir, &trusted), 0, "%s", named);
    trusted.b[0] ^= 1;
    cr_assert_eq(faults_of(hub.dir, &trusted), 1);
    cr_assert_not_null(strstr(named, "another hub"), "%s", named);
}

Test(check, a_backup_beside_a_running_hub_is_whole) {
    char dir[600];
    uint64_t size = 0;
    struct pt_err err = {0};
    fill();
    snprintf(dir, sizeof dir, "%s/backup", hub.dir);
    cr_assert_eq(mkdir(dir, 0700), 0);
    /* Much of it still stands in the write-ahead log only. */
    cr_assert_eq(pt_store_sqlite_backup(hub.store, dir, &size, &err), 0, "%s", err.msg);
    cr_assert_eq(size, pt_log_size(hub.log));
    cr_assert_eq(faults_of(dir, pt_log_hub(hub.log)), 0, "%s", named);
    cr_assert_eq(pt_store_sqlite_backup(hub.store, dir, &size, &err), PT_E_EXISTS);
}

Test(check, a_flipped_byte_anywhere_is_found_and_named, .timeout = 280) {
    struct pt_buf file;
    struct pt_rng rng;
    char path[600];
    const char *seed_text = getenv("PENTAD_SEED");
    uint64_t seed = seed_text != NULL ? strtoull(seed_text, NULL, 10) : 20190718;
    const char *rounds_text = getenv("PENTAD_FLIPS");
    unsigned rounds = rounds_text != NULL ? (unsigned)strtoul(rounds_text, NULL, 10) : 300;
    fill();
    struct pt_hash trusted = *pt_log_hub(hub.log);
    th_close(&hub);
    pt_buf_init(&file, 64u << 20);
    snprintf(path, sizeof path, "%s/log.db", hub.dir);
    cr_assert_eq(pt_file_read(path, &file, NULL), 0);
    pt_rng_seed(&rng, seed);
    int fd = open(path, O_RDWR);
    cr_assert_geq(fd, 0);
    for (unsigned i = 0; i < rounds; i++) {
        /* The header's hundred bytes come in their turn, the rest at random. */
        size_t at = i < 100 && i % 2 == 0 ? i : (size_t)pt_rng_below(&rng, file.len);
        uint8_t bad = file.p[at] ^ (uint8_t)(1u << pt_rng_below(&rng, 8));
        cr_assert_eq(pwrite(fd, &bad, 1, (off_t)at), 1);
        uint64_t faults = faults_of(hub.dir, &trusted);
        cr_assert_gt(faults, 0, "seed %llu: byte %zu (page %zu, %zu in it)",
                     (unsigned long long)seed, at, at / 16384 + 1, at % 16384);
        cr_assert_gt(n_named, 0);
        cr_assert_eq(pwrite(fd, &file.p[at], 1, (off_t)at), 1);
    }
    close(fd);
    cr_assert_eq(faults_of(hub.dir, &trusted), 0, "%s", named);
    pt_buf_done(&file);
}

/* Somebody who edits with SQL, and knows how to make pages look right, is found by the hashes. */
static void edit(const char *sql) {
    struct pt_store *store = NULL;
    sqlite3 *db = NULL;
    char path[600];
    char *msg = NULL;
    /* Opening it registers the page layer that the edit goes through. */
    cr_assert_eq(pt_store_sqlite_open(hub.dir, NULL, &store, NULL), 0);
    pt_store_sqlite_close(store);
    snprintf(path, sizeof path, "%s/log.db", hub.dir);
    cr_assert_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, "pentad-log"), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, &msg), SQLITE_OK, "%s", msg);
    cr_assert_gt(sqlite3_changes(db), 0);
    sqlite3_close(db);
}

static void expect_named(const char *sql, const char *name) {
    struct pt_buf file;
    char path[600];
    struct pt_hash trusted;
    pt_buf_init(&file, 64u << 20);
    snprintf(path, sizeof path, "%s/log.db", hub.dir);
    pt_leaf_hash(&trusted, hub.genesis.p, hub.genesis.len);
    cr_assert_eq(pt_file_read(path, &file, NULL), 0);
    edit(sql);
    cr_assert_gt(faults_of(hub.dir, &trusted), 0, "%s", sql);
    cr_assert_not_null(strstr(named, name), "%s\n%s", sql, named);
    cr_assert_eq(pt_file_write(path, file.p, file.len, 0600, NULL), 0);
    pt_buf_done(&file);
}

Test(check, an_edit_by_sql_is_found_and_named, .timeout = 120) {
    fill();
    th_close(&hub);
    expect_named("UPDATE batch SET records = CAST(replace(hex(records),'','') AS BLOB) WHERE idx=5",
                 "log entry 5 (finance/main");
    expect_named("UPDATE entry SET party='audit' WHERE idx=7", "log entry 7 (");
    expect_named("UPDATE entry SET first_seq=first_seq+100000 WHERE idx=9", "log entry 9 (");
    expect_named("UPDATE entry SET marks=1-marks WHERE idx=9", "log entry 9 (");
    expect_named("UPDATE entry SET statement=randomblob(32) WHERE idx=11", "log entry");
    expect_named("DELETE FROM entry WHERE idx=20", "log entry 20: ");
    expect_named("DELETE FROM batch WHERE idx=20", "log entry 20: ");
    expect_named("DELETE FROM entry WHERE idx=(SELECT max(idx) FROM entry)", "missing");
    expect_named("UPDATE tile SET hashes=zeroblob(8192) WHERE key=0", "tile 0/0");
    expect_named("DELETE FROM tile", "tile 0/0");
    expect_named("UPDATE refusal SET first_seq=1", "refusal 1");
    expect_named("UPDATE refusal SET claims=0", "refusals");
    expect_named("DELETE FROM refusal", "refusals");
    expect_named("UPDATE state SET size=size-1", "signed checkpoint");
    expect_named("UPDATE state SET checkpoint=x'00'", "signed checkpoint");
}

static int copy_refusal(void *ctx, const struct pt_store_refusal *r) {
    return pt_buf_append_span(ctx, r->refusal);
}

/* The stored refusal's words in an envelope of another type, under the hub's own key. */
static void sign_as_another_type(struct pt_buf *out) {
    struct pt_store_reader *r = NULL;
    struct pt_buf bytes;
    ProtobufCMessage *m = NULL;
    pt_buf_init(&bytes, 1 << 20);
    cr_assert_eq(pt_store_read_begin(hub.store, &r, NULL), 0);
    cr_assert_eq(pt_store_refusals(r, 1, 1, copy_refusal, &bytes, NULL), 0);
    pt_store_read_end(r);
    cr_assert_eq(pt_strict_unpack(&pentad__v1__envelope__descriptor, pt_buf_span(&bytes), &m, NULL),
                 0);
    const Pentad__V1__Envelope *env = (const Pentad__V1__Envelope *)m;
    cr_assert_eq(pt_dsse_sign(th_key(&hub, "hub"), PT_DSSE_BATCH_STATEMENT,
                              pt_span(env->payload.data, env->payload.len), out, NULL),
                 0);
    protobuf_c_message_free_unpacked(m, NULL);
    pt_buf_done(&bytes);
}

Test(check, a_refusal_that_no_connector_would_take_is_named) {
    struct pt_buf env, sql;
    char *hex;
    pt_buf_init(&env, 1 << 20);
    pt_buf_init(&sql, 1 << 20);
    fill();
    sign_as_another_type(&env);
    th_close(&hub);
    hex = malloc(2 * env.len + 1);
    cr_assert_not_null(hex);
    pt_hex(hex, env.p, env.len);
    cr_assert_eq(pt_buf_printf(&sql, "UPDATE refusal SET refusal=x'%s'", hex), 0);
    expect_named(pt_buf_cstr(&sql), "refusal 1 (finance/main");
    cr_assert_not_null(strstr(named, "another type"), "%s", named);
    free(hex);
    pt_buf_done(&sql);
    pt_buf_done(&env);
}

Test(check, a_hub_does_not_open_what_was_changed) {
    struct pt_err err = {0};
    fill();
    th_close(&hub);
    edit("UPDATE entry SET log_entry=CAST(log_entry||x'00' AS BLOB) WHERE idx=3");
    cr_assert_eq(pt_store_sqlite_open(hub.dir, NULL, &hub.store, &err), 0, "%s", err.msg);
    struct pt_log_config cfg = th_log_config(&hub);
    int code = pt_log_open(&cfg, NULL, NULL, &hub.log, &err);
    cr_assert(code == PT_E_CORRUPT || code == PT_E_FORK, "%s", pt_err_name(code));
}

/* Every signature and hash is right; only business time was turned back. */
Test(check, ticks_that_go_back_are_named) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT, *recs[1] = {&rec};
    Pentad__V1__Tick tick = PENTAD__V1__TICK__INIT;
    rec.body_case = PENTAD__V1__RECORD__BODY_TICK;
    rec.tick = &tick;
    tick.has_day = tick.has_is_workday = tick.has_at_ms = 1;
    tick.at_ms = TH_T0;
    tick.day = 20190102;
    th_author(&hub, recs, 1);
    th_author(&hub, recs, 1);
    cr_assert_eq(faults_of(hub.dir, NULL), 0, "%s", named);
    tick.day = 20190101;
    th_author(&hub, recs, 1);
    cr_assert_eq(faults_of(hub.dir, NULL), 1, "%s", named);
    cr_assert_not_null(strstr(named, "log entry 3 (hub/main"), "%s", named);
    cr_assert_not_null(strstr(named, "goes back"), "%s", named);
}
