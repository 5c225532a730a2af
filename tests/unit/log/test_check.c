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
#include <pentad/certs/key.h>
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

static void name_fault(int code, const char *check, const char *where, const char *what) {
    size_t len = strlen(named);
    n_named++;
    snprintf(named + len, sizeof named - len, "%s: %s: %s (%s)\n", where, pt_err_name(code), what,
             check);
}

static void on_fault(void *ctx, const struct pt_log_fault *f) {
    (void)ctx;
    name_fault(f->code, f->check, f->where, f->what);
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
        name_fault(code, "store", "log.db", err.msg); /* what the tool prints then */
        return 1;
    }
    code = pt_log_check(store, &o, &r, &err);
    cr_assert(code == 0 || code == PT_E_STORE || code == PT_E_CORRUPT, "%s: %s", pt_err_name(code),
              err.msg);
    if (code != 0) {
        name_fault(code, "store", "log.db", err.msg);
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

/* The checkpoint of that size with three bodies' cosignatures. */
static void cosigned(uint64_t size, struct pt_buf *out) {
    static const char *const three[] = {"congress", "discipline", "audit"};
    struct pt_buf bare;
    struct pt_err err = {0};
    pt_buf_init(&bare, 4096);
    cr_assert_eq(pt_log_checkpoint_at(hub.log, size, &bare, &err), 0, "%s", err.msg);
    pt_buf_append_span(out, pt_buf_span(&bare));
    for (int i = 0; i < 3; i++) {
        tx_line(&hub.witnesses, three[i], 1546300800, pt_buf_span(&bare), out);
    }
    pt_buf_done(&bare);
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
    struct pt_store *copy = NULL;
    struct pt_buf note, three;
    char dir[600];
    uint64_t size = 0;
    struct pt_err err = {0};
    fill();
    snprintf(dir, sizeof dir, "%s/backup", hub.dir);
    cr_assert_eq(mkdir(dir, 0700), 0);
    pt_buf_init(&three, 4096);
    cosigned(3, &three);
    cr_assert_eq(pt_store_cosigned_put(hub.store, 3, pt_buf_span(&three), true, &err), 0);
    /* Much of it still stands in the write-ahead log only. */
    cr_assert_eq(pt_store_sqlite_backup(hub.store, dir, &size, &err), 0, "%s", err.msg);
    cr_assert_eq(size, pt_log_size(hub.log));
    cr_assert_eq(faults_of(dir, pt_log_hub(hub.log)), 0, "%s", named);
    cr_assert_eq(pt_store_sqlite_backup(hub.store, dir, &size, &err), PT_E_EXISTS);
    /* And what witnesses have cosigned. */
    cr_assert_eq(pt_store_sqlite_open(dir, NULL, &copy, &err), 0, "%s", err.msg);
    pt_buf_init(&note, 4096);
    cr_assert_eq(pt_store_cosigned_from(copy, 1, &size, &note, &err), 0, "%s", err.msg);
    cr_expect_eq(size, 3);
    cr_expect(pt_span_eq(pt_buf_span(&note), pt_buf_span(&three)));
    pt_buf_done(&three);
    pt_buf_done(&note);
    pt_store_sqlite_close(copy);
}

Test(check, a_backup_that_failed_leaves_its_folder_for_the_next) {
    struct pt_buf three;
    char dir[600], bar[620];
    uint64_t size = 0;
    struct pt_err err = {0};
    fill();
    snprintf(dir, sizeof dir, "%s/backup", hub.dir);
    snprintf(bar, sizeof bar, "%s/log.db.part", dir);
    cr_assert_eq(mkdir(dir, 0700), 0);
    pt_buf_init(&three, 4096);
    cosigned(3, &three);
    cr_assert_eq(pt_store_cosigned_put(hub.store, 3, pt_buf_span(&three), true, &err), 0);
    pt_buf_done(&three);
    cr_assert_eq(mkdir(bar, 0700), 0); /* where the log's copy would be written */
    cr_assert_neq(pt_store_sqlite_backup(hub.store, dir, &size, &err), 0);
    cr_assert_eq(rmdir(bar), 0);
    cr_assert_eq(rmdir(dir), 0, "it left something behind");
    cr_assert_eq(mkdir(dir, 0700), 0);
    cr_assert_eq(pt_store_sqlite_backup(hub.store, dir, &size, &err), 0, "%s", err.msg);
    cr_assert_eq(size, pt_log_size(hub.log));
}

Test(check, what_stands_for_a_cosigned_checkpoint_is_one) {
    struct pt_buf other;
    struct pt_err err = {0};
    fill();
    pt_buf_init(&other, 4096);
    cosigned(4, &other);
    cr_assert_eq(pt_store_cosigned_put(hub.store, 3, pt_buf_span(&other), true, &err), 0);
    cr_assert_eq(faults_of(hub.dir, pt_log_hub(hub.log)), 1, "%s", named);
    cr_expect_not_null(strstr(named, "cosigned checkpoint of 3"), "%s", named);
    cr_assert_eq(pt_store_cosigned_put(hub.store, 3, pt_span_str("three\n"), true, &err), 0);
    cr_assert_eq(faults_of(hub.dir, pt_log_hub(hub.log)), 1, "%s", named);
    pt_buf_reset(&other);
    cr_assert_eq(pt_log_checkpoint_at(hub.log, 3, &other, &err), 0, "%s", err.msg);
    cr_assert_eq(pt_store_cosigned_put(hub.store, 3, pt_buf_span(&other), true, &err), 0);
    cr_assert_eq(faults_of(hub.dir, pt_log_hub(hub.log)), 1, "%s", named);
    cr_expect_not_null(strstr(named, "no quorum"), "%s", named);
    pt_buf_done(&other);
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
    expect_named("UPDATE state SET size=1152921504606846976", "they are missing");
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

/* ---- each kind of thing, by its name and place ----------------------------------------------- */

/* The first fault of that check that the last look found. */
struct seen {
    const char *check;
    bool found;
    struct pt_log_fault f;
    char party[64], stream[64], expected[160], got[160];
    struct pt_buf *save;
};

static void on_seen(void *ctx, const struct pt_log_fault *f) {
    struct seen *s = ctx;
    on_fault(NULL, f);
    if (!s->found && strcmp(f->check, s->check) == 0) {
        s->found = true;
        s->f = *f;
        snprintf(s->party, sizeof s->party, "%s", f->party);
        snprintf(s->stream, sizeof s->stream, "%s", f->stream);
        snprintf(s->expected, sizeof s->expected, "%s", f->expected);
        snprintf(s->got, sizeof s->got, "%s", f->found);
    }
}

static int keep_state(void *ctx, struct pt_span state, struct pt_err *err) {
    struct pt_buf *b = ((struct seen *)ctx)->save;
    (void)err;
    pt_buf_reset(b);
    return pt_buf_append_span(b, state);
}

/* Checks the folder, resuming from `state` (may be empty); what it saves goes into `save` (may be
 * NULL). */
static int look(struct seen *s, struct pt_span state, struct pt_buf *save,
                struct pt_log_check_result *ret) {
    struct pt_sqlite_opts opts = {.read_only = true, .examine = true, .readers = 2};
    struct pt_store *store = NULL;
    struct pt_err err = {0};
    struct pt_log_check_opts o = {.verify = hub.sv, .jobs = 3, .resume = state, .fault = on_seen};
    named[0] = '\0';
    n_named = 0;
    cr_assert_eq(pt_store_sqlite_open(hub.dir, &opts, &store, &err), 0, "%s", err.msg);
    o.ctx = s;
    s->save = save;
    o.save = save != NULL ? keep_state : NULL;
    int rc = pt_log_check(store, &o, ret, &err);
    pt_store_sqlite_close(store);
    return rc;
}

/* Entry `index` of the log, opened. */
static int open_entry(void *ctx, const struct pt_store_entry *e) {
    return pt_entry_open(e->log_entry, ctx, NULL);
}

static void read_entry(uint64_t index, struct pt_entry *ret) {
    struct pt_store_reader *r = NULL;
    struct pt_store *store = NULL;
    struct pt_sqlite_opts opts = {.read_only = true};
    memset(ret, 0, sizeof *ret);
    cr_assert_eq(pt_store_sqlite_open(hub.dir, &opts, &store, NULL), 0);
    cr_assert_eq(pt_store_read_begin(store, &r, NULL), 0);
    cr_assert_eq(pt_store_entries(r, index, 1, false, open_entry, ret, NULL), 0);
    cr_assert_not_null(ret->msg);
    pt_store_read_end(r);
    pt_store_sqlite_close(store);
}

/* Puts other bytes of an entry, and columns that fit, into log.db. */
static void put_entry(uint64_t index, const struct pt_entry *e) {
    struct pt_buf bytes, sql;
    struct pt_entry again;
    char hash[65];
    pt_buf_init(&bytes, 65535);
    pt_buf_init(&sql, 1 << 20);
    cr_assert_eq(pt_strict_pack(&bytes, &e->msg->base), 0);
    cr_assert_eq(pt_entry_open(pt_buf_span(&bytes), &again, NULL), 0);
    char *hex = malloc(2 * bytes.len + 1);
    cr_assert_not_null(hex);
    pt_hex(hex, bytes.p, bytes.len);
    pt_hash_hex(hash, &again.statement.hash);
    pt_buf_printf(&sql,
                  "UPDATE entry SET log_entry=x'%s', statement=x'%s', first_seq=%llu WHERE "
                  "idx=%llu",
                  hex, hash, (unsigned long long)again.statement.first_seq,
                  (unsigned long long)index);
    edit(pt_buf_cstr(&sql));
    free(hex);
    pt_entry_done(&again);
    pt_buf_done(&sql);
    pt_buf_done(&bytes);
}

/* Signs the entry's statement anew after a change, with that party's true key. */
static void sign_anew(struct pt_entry *e, struct pt_key *key) {
    Pentad__V1__Envelope *env = e->msg->envelope;
    ProtobufCMessage *m = NULL;
    struct pt_buf payload, out;
    pt_buf_init(&payload, 65535);
    pt_buf_init(&out, 65535);
    cr_assert_eq(pt_strict_pack(&payload, &e->statement.msg->base), 0);
    cr_assert_eq(pt_dsse_sign(key, PT_DSSE_BATCH_STATEMENT, pt_buf_span(&payload), &out, NULL), 0);
    cr_assert_eq(pt_strict_unpack(&pentad__v1__envelope__descriptor, pt_buf_span(&out), &m, NULL),
                 0);
    protobuf_c_message_free_unpacked(&env->base, NULL);
    e->msg->envelope = (Pentad__V1__Envelope *)m;
    pt_buf_done(&out);
    pt_buf_done(&payload);
}

static void expect_at(const char *check, int code, uint64_t seq) {
    struct seen s = {.check = check};
    struct pt_log_check_result r;
    cr_assert_eq(look(&s, pt_span(NULL, 0), NULL, &r), 0);
    cr_assert(s.found, "%s isn't among:\n%s", check, named);
    cr_assert_eq(s.f.code, code, "%s: %s", check, pt_err_name(s.f.code));
    cr_assert(s.f.has_index && s.f.log_index == 7, "%s", named);
    cr_assert_str_eq(s.party, "finance");
    cr_assert_str_eq(s.stream, "main");
    cr_assert_eq(s.f.seq, seq, "%s: %llu", check, (unsigned long long)s.f.seq);
}

/* What was put into entry 7, each time of a log of ten. */
Test(check, a_changed_signature_chain_and_sequence_are_named, .timeout = 120) {
    struct pt_entry e;
    struct pt_buf file;
    char path[600];
    for (int i = 0; i < 10; i++) {
        th_send_payments(&s, 3);
    }
    th_close(&hub);
    snprintf(path, sizeof path, "%s/log.db", hub.dir);
    pt_buf_init(&file, 64u << 20);
    cr_assert_eq(pt_file_read(path, &file, NULL), 0);
    for (int kind = 0; kind < 4; kind++) {
        read_entry(7, &e);
        uint64_t seq = e.statement.first_seq;
        if (kind == 0) {
            e.msg->envelope->signatures[0]->sig.data[20] ^= 1;
        } else if (kind == 1) {
            e.statement.msg->previous.data[0] ^= 1;
            sign_anew(&e, th_key(&hub, "finance"));
        } else if (kind == 2) {
            e.statement.msg->first_seq += 2;
            sign_anew(&e, th_key(&hub, "finance"));
        } else {
            struct pt_hash audit;
            pt_key_fingerprint(th_key(&hub, "audit"), &audit);
            memcpy(e.msg->signing_key.data, audit.b, PT_HASH_LEN);
            sign_anew(&e, th_key(&hub, "audit"));
        }
        put_entry(7, &e);
        pt_entry_done(&e);
        switch (kind) {
        case 0:
            expect_at("signature", PT_E_SIGNATURE, seq);
            break;
        case 1:
            expect_at("chain", PT_E_PREVIOUS, seq);
            break;
        case 2:
            expect_at("sequence", PT_E_GAP, seq + 2);
            break;
        default:
            expect_at("key", PT_E_UNKNOWN_KEY, seq);
            break;
        }
        /* No leaf can change without its head. */
        cr_assert_not_null(strstr(named, "(checkpoint)"), "%s", named);
        cr_assert_eq(pt_file_write(path, file.p, file.len, 0600, NULL), 0);
    }
    pt_buf_done(&file);
}

Test(check, a_changed_record_is_named_with_what_was_signed_for) {
    struct seen s7 = {.check = "records"};
    struct pt_log_check_result r;
    for (int i = 0; i < 10; i++) {
        th_send_payments(&s, 3);
    }
    th_close(&hub);
    edit("UPDATE batch SET records=CAST(substr(records,1,200)||x'00'||substr(records,202) AS BLOB)"
         " WHERE idx=7");
    cr_assert_eq(look(&s7, pt_span(NULL, 0), NULL, &r), 0);
    cr_assert(s7.found, "%s", named);
    cr_assert_eq(s7.f.code, PT_E_ROOT);
    cr_assert_eq(s7.f.log_index, 7);
    cr_assert_eq(strlen(s7.expected), 64);
    cr_assert_eq(strlen(s7.got), 64);
    cr_assert_str_neq(s7.expected, s7.got);
}

/* ---- resuming -------------------------------------------------------------------------------- */

static void expect_resumed(struct pt_span state, uint64_t resumed, uint64_t entries,
                           uint64_t faults) {
    struct seen none = {.check = ""};
    struct pt_log_check_result r;
    cr_assert_eq(look(&none, state, NULL, &r), 0);
    cr_assert_eq(r.faults, faults, "%s", named);
    cr_assert_eq(r.resumed, resumed);
    cr_assert_eq(r.entries, entries, "%llu", (unsigned long long)r.entries);
}

Test(check, a_resumed_check_goes_on_where_it_stood, .timeout = 120) {
    struct seen none = {.check = ""};
    struct pt_log_check_result r, whole;
    struct pt_buf state, second;
    pt_buf_init(&state, 1 << 20);
    pt_buf_init(&second, 1 << 20);
    for (int i = 0; i < 260; i++) {
        th_send_payments(&s, 1);
    }
    uint64_t size = pt_log_size(hub.log);
    cr_assert_eq(look(&none, pt_span(NULL, 0), &state, &r), 0);
    cr_assert_eq(r.faults, 0, "%s", named);
    cr_assert_gt(state.len, 0);
    expect_resumed(pt_buf_span(&state), size, 0, 0);
    for (int i = 0; i < 300; i++) { /* a tile's end lies between */
        th_send_payments(&s, 1);
    }
    expect_resumed(pt_buf_span(&state), size, 300, 0);
    cr_assert_eq(look(&none, pt_buf_span(&state), &second, &r), 0);
    cr_assert_eq(look(&none, pt_span(NULL, 0), NULL, &whole), 0);
    cr_assert(pt_hash_eq(&r.root, &whole.root));
    expect_resumed(pt_buf_span(&second), size + 300, 0, 0);
    pt_buf_done(&second);
    pt_buf_done(&state);
}

Test(check, a_changed_state_is_none) {
    struct seen none = {.check = ""};
    struct pt_log_check_result r;
    struct pt_buf state;
    pt_buf_init(&state, 1 << 20);
    fill();
    cr_assert_eq(look(&none, pt_span(NULL, 0), &state, &r), 0);
    for (size_t i = 0; i < state.len; i += 97) {
        state.p[i] ^= 4;
        cr_assert_eq(look(&none, pt_buf_span(&state), NULL, &r), PT_E_FORMAT, "byte %zu", i);
        state.p[i] ^= 4;
    }
    cr_assert_eq(look(&none, pt_span(state.p, state.len - 1), NULL, &r), PT_E_FORMAT);
    expect_resumed(pt_buf_span(&state), pt_log_size(hub.log), 0, 0);
    pt_buf_done(&state);
}

/* Another history under the log's own key, whole in itself: only who resumes can tell. */
Test(check, a_rewritten_history_does_not_continue_what_was_verified, .timeout = 120) {
    struct seen fork = {.check = "checkpoint"};
    struct pt_log_check_result r;
    struct pt_buf state;
    struct th_stream again;
    pt_buf_init(&state, 1 << 20);
    th_stream_init(&again, &hub, "finance", "main");
    th_send_payments(&s, 3);
    th_send_payments(&s, 3);
    char path[600];
    struct pt_buf file;
    snprintf(path, sizeof path, "%s/log.db", hub.dir);
    th_close(&hub);
    pt_buf_init(&file, 64u << 20);
    cr_assert_eq(pt_file_read(path, &file, NULL), 0);
    th_open(&hub);
    th_send_payments(&s, 2);
    th_send_payments(&s, 2);
    cr_assert_eq(look(&fork, pt_span(NULL, 0), &state, &r), 0);
    cr_assert_eq(r.faults, 0, "%s", named);
    th_close(&hub);
    cr_assert_eq(pt_file_write(path, file.p, file.len, 0600, NULL), 0);
    th_open(&hub);
    again.next_seq = 7;
    struct pt_entry e;
    read_entry(2, &e);
    again.last = e.statement.hash;
    pt_entry_done(&e);
    th_send_payments(&again, 4);
    th_send_payments(&again, 1);
    th_send_payments(&again, 1);
    cr_assert_eq(look(&fork, pt_span(NULL, 0), NULL, &r), 0);
    cr_assert_eq(r.faults, 0, "%s", named);
    cr_assert_eq(look(&fork, pt_buf_span(&state), NULL, &r), 0);
    cr_assert(fork.found, "%s", named);
    cr_assert_eq(fork.f.code, PT_E_FORK);
    pt_buf_done(&file);
    pt_buf_done(&state);
}

/* finance adds an SM2 key and signs with it from then on. */
static struct pt_key *change_key(void) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__KeyChange body = PENTAD__V1__KEY_CHANGE__INIT;
    Pentad__V1__PublicKey key = PENTAD__V1__PUBLIC_KEY__INIT, *keys[1] = {&key};
    struct pt_key *fresh = NULL;
    cr_assert_eq(pt_key_generate(PT_KEY_SM2, &fresh, NULL), 0);
    struct pt_span spki = pt_key_spki(fresh);
    body.party = (char *)"finance";
    body.reason = (char *)"轮换";
    body.n_add = 1;
    body.add = keys;
    key.has_use = key.has_algorithm = key.has_spki = 1;
    key.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
    key.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_SM2;
    key.spki.data = (uint8_t *)(uintptr_t)spki.p;
    key.spki.len = spki.len;
    r.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    r.key_change = &body;
    th_send_record(&s, &r, NULL);
    s.key = fresh;
    return fresh;
}

Test(check, a_resumed_check_knows_the_keys_enrolled_before) {
    struct seen none = {.check = ""};
    struct pt_log_check_result r;
    struct pt_buf state;
    pt_buf_init(&state, 1 << 20);
    th_send_payments(&s, 2);
    struct pt_key *fresh = change_key();
    cr_assert_eq(look(&none, pt_span(NULL, 0), &state, &r), 0);
    cr_assert_eq(r.faults, 0, "%s", named);
    uint64_t size = pt_log_size(hub.log);
    th_send_payments(&s, 2);
    expect_resumed(pt_buf_span(&state), size, 1, 0);
    pt_key_free(fresh);
    pt_buf_done(&state);
}
