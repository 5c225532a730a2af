#include <pentad/ledger/ledger.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/codec.h>
#include <pentad/base/file.h>
#include <pentad/proof/merkle.h>

#include "paysums.h"
#include "schema.h"
#include "snap.h"

/* Debian's SQLite overwrites what is deleted. Tables in memory needn't be; of the file what is
 * written anyway is. */
static const char pragmas_write[] = "PRAGMA page_size=8192; PRAGMA journal_mode=WAL;"
                                    "PRAGMA synchronous=OFF; PRAGMA wal_autocheckpoint=8000;"
                                    "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
                                    "PRAGMA secure_delete=FAST; PRAGMA temp.secure_delete=OFF;";
static const char pragmas_read[] = "PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY;";

static int make_plans(struct pt_ledger *l, struct pt_err *err) {
    const ProtobufCMessageDescriptor *d = &pentad__v1__record__descriptor;
    int rc = 0;

    for (unsigned i = 0; i < d->n_fields && rc == 0; i++) {
        const ProtobufCFieldDescriptor *f = &d->fields[i];

        if (!(f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
            continue;
        PT_ASSERT(f->id < PT_TAG_MAX);
        rc = pt_plan_new(f->name, f->descriptor, &l->plans[f->id], err);
    }
    return rc;
}

static void make_ddl(const struct pt_ledger *l, struct pt_buf *out) {
    pt_buf_puts(out, pt_schema_head);
    pt_buf_puts(out, pt_schema_sums);
    pt_buf_puts(out, pt_schema_snapshots);
    for (size_t i = 0; i < PT_TAG_MAX; i++)
        if (l->plans[i])
            pt_plan_ddl(l->plans[i], out);
    pt_buf_puts(out, pt_schema_indexes);
    pt_buf_puts(out, pt_schema_paid);
    pt_buf_puts(out, pt_schema_people);
    pt_buf_puts(out, pt_schema_views);
}

/* What decides whether a file can be read on: the tables and our version. */
static void version_text(const struct pt_buf *ddl, char out[80]) {
    uint8_t h[32];

    EVP_Digest(ddl->p, ddl->len, h, NULL, EVP_sha256(), NULL);
    memcpy(out, PT_LEDGER_VERSION "-", sizeof PT_LEDGER_VERSION);
    pt_hex(out + sizeof PT_LEDGER_VERSION, h, 16);
}

/* The machine's boot: rows written before a power cut may be lost, those before a crash aren't. */
static void boot_id(char out[64]) {
    struct pt_buf b;

    pt_buf_init(&b, 256);
    (void)snprintf(out, 64, "unknown");
    if (pt_file_read("/proc/sys/kernel/random/boot_id", &b, NULL) == 0 && b.len >= 36)
        (void)snprintf(out, 64, "%.36s", (const char *)b.p);
    pt_buf_done(&b);
}

static int local_text(struct pt_sql *sql, const char *key, char *out, size_t cap) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(sql, &st, NULL, "SELECT v FROM local WHERE k=?", "s", key);

    out[0] = '\0';
    if (pt_sql_row(sql, st, &rc, NULL))
        (void)snprintf(out, cap, "%s", pt_sql_text(st, 0));
    pt_sql_done(sql, st);
    return out[0] ? 0 : PT_E_NOT_FOUND;
}

static int local_set(struct pt_sql *sql, const char *key, const char *value, struct pt_err *err) {
    return pt_sql_run(sql, err, "INSERT OR REPLACE INTO local VALUES(?,?)", "ss", key, value);
}

static int empty_file(struct pt_sql *sql, struct pt_err *err) {
    int on = 0;
    int rc;

    sqlite3_db_config(sql->db, SQLITE_DBCONFIG_RESET_DATABASE, 1, &on);
    rc = pt_sql_exec(sql, "VACUUM", err);
    sqlite3_db_config(sql->db, SQLITE_DBCONFIG_RESET_DATABASE, 0, &on);
    return rc;
}

static int create_tables(struct pt_ledger *l, const struct pt_buf *ddl, struct pt_err *err) {
    struct pt_buf sql;
    int rc;

    pt_buf_init(&sql, 1U << 20);
    pt_buf_puts(&sql, "BEGIN;");
    pt_buf_append(&sql, ddl->p, ddl->len);
    pt_buf_puts(&sql, "INSERT INTO state VALUES('cursor',0),('next_rec',1),('waiting',0);COMMIT;");
    rc = sql.failed ? pt_err_set(err, PT_E_NOMEM, "ledger: no memory")
                    : pt_sql_exec(&l->sql, pt_buf_cstr(&sql), err);
    pt_buf_done(&sql);
    return rc;
}

static bool usable(struct pt_sql *sql, const char *version) {
    char v[80];
    char boot[64];
    char open_on[64];

    if (local_text(sql, "version", v, sizeof v) != 0 || strcmp(v, version) != 0)
        return false;
    boot_id(boot);
    /* Open for writing when the machine went down: synchronous=OFF promises nothing then. */
    return local_text(sql, "open_on", open_on, sizeof open_on) != 0 ||
           strcmp(open_on, "closed") == 0 || strcmp(open_on, boot) == 0;
}

static bool has_tables(struct pt_sql *sql) {
    int64_t n;
    bool found;

    return pt_sql_number(sql, &n, &found, NULL, "SELECT count(*) FROM sqlite_master", "") != 0 ||
           n > 0;
}

static int set_up_write(struct pt_ledger *l, const struct pt_buf *ddl, bool *ret_rebuilt,
                        struct pt_err *err) {
    char version[80];
    char boot[64];
    int rc = pt_sql_exec(&l->sql, pragmas_write, NULL);

    version_text(ddl, version);
    boot_id(boot);
    if (rc != 0 || !usable(&l->sql, version)) {
        *ret_rebuilt = has_tables(&l->sql);
        rc = *ret_rebuilt ? empty_file(&l->sql, err) : 0;
        rc = rc == 0 ? pt_sql_exec(&l->sql, pragmas_write, err) : rc;
        rc = rc == 0 ? create_tables(l, ddl, err) : rc;
        rc = rc == 0 ? local_set(&l->sql, "version", version, err) : rc;
    }
    return rc == 0 ? local_set(&l->sql, "open_on", boot, err) : rc;
}

static int set_up_read(struct pt_ledger *l, const struct pt_buf *ddl, struct pt_err *err) {
    char version[80];
    char v[80];
    int rc = 0;

    version_text(ddl, version);
    if ((local_text(&l->sql, "version", v, sizeof v) != 0 || strcmp(v, version) != 0))
        rc = pt_err_set(err, PT_E_NOT_FOUND, "no ledger of this version here yet");
    return rc;
}

static int open_file(struct pt_ledger *l, const char *path, struct pt_err *err) {
    const struct pt_sql_options options = {
        .mode = l->write ? PT_SQL_CREATE : PT_SQL_READ,
        .name = "ledger",
        .damaged = "delete the file: it is made anew from the log",
        .pragmas = l->write ? NULL : pragmas_read,
        .names = pt_record_number,
    };
    int rc = pt_sql_open(&l->sql, path, &options, err);

    /* A reader that comes before the fold has made the file. */
    return rc == PT_E_STORE && !l->write
               ? pt_err_set(err, PT_E_NOT_FOUND, "ledger %.150s can't be opened", path)
               : rc;
}

int pt_ledger_open(const char *path, enum pt_ledger_mode mode, struct pt_ledger **ret_ledger,
                   bool *ret_rebuilt, struct pt_err *err) {
    struct pt_ledger *l = calloc(1, sizeof *l);
    struct pt_buf ddl;
    bool rebuilt = false;
    int rc;

    *ret_ledger = NULL;
    pt_buf_init(&ddl, 1U << 20);
    if (!l)
        return pt_err_set(err, PT_E_NOMEM, "ledger: no memory");
    l->write = mode == PT_LEDGER_WRITE;
    pt_arena_init(&l->arena, (size_t)64 << 20);
    pt_buf_init(&l->scratch, (size_t)16 << 20);
    rc = make_plans(l, err);
    if (rc == 0)
        make_ddl(l, &ddl);
    rc = rc == 0 ? open_file(l, path, err) : rc;
    if (rc == 0)
        rc = l->write ? set_up_write(l, &ddl, &rebuilt, err) : set_up_read(l, &ddl, err);
    rc = rc == 0 ? pt_funcs_register(l, err) : rc;
    rc = rc == 0 ? pt_figfn_register(l, err) : rc;
    rc = rc == 0 && l->write ? pt_ledger_prepare(l, err) : rc;
    rc = rc == 0 ? pt_ledger_load(l, err) : rc;
    pt_buf_done(&ddl);
    if (rc != 0) {
        pt_ledger_close(l);
        return rc;
    }
    if (ret_rebuilt)
        *ret_rebuilt = rebuilt;
    *ret_ledger = l;
    return 0;
}

static void drop_statements(struct pt_ledger *l) {
    for (size_t i = 0; i < PT_S_COUNT; i++) {
        pt_sql_finalize(l->st[i]);
        l->st[i] = NULL;
    }
}

void pt_ledger_close(struct pt_ledger *l) {
    if (!l)
        return;
    if (l->in_txn)
        pt_ledger_rollback(l);
    drop_statements(l);
    pt_snap_close(l);
    pt_paysums_close(l);
    pt_sql_finalize(l->workday);
    for (size_t i = 0; i < PT_FIG_STMTS; i++)
        pt_sql_finalize(l->fig[i]);
    for (size_t i = 0; i < PT_TERM_STMTS; i++)
        pt_sql_finalize(l->terms[i].st);
    for (size_t i = 0; i < PT_TAG_MAX; i++)
        pt_plan_free(l->plans[i]);
    if (l->sql.db && l->write) {
        (void)local_set(&l->sql, "open_on", "closed", NULL);
        (void)sqlite3_wal_checkpoint_v2(l->sql.db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    pt_sql_close(&l->sql);
    EVP_MD_CTX_free(l->md);
    EVP_MD_free(l->sha256);
    EVP_MD_free(l->sm3);
    pt_arena_done(&l->arena);
    pt_buf_done(&l->scratch);
    free(l);
}

static int state_int(struct pt_ledger *l, const char *key, int64_t *ret_value, struct pt_err *err) {
    bool found;
    int rc =
        pt_sql_number(&l->sql, ret_value, &found, err, "SELECT v FROM state WHERE k=?", "s", key);

    return rc == 0 && !found ? pt_err_set(err, PT_E_CORRUPT, "ledger: no %s in its state", key)
                             : rc;
}

int pt_ledger_set_state(struct pt_ledger *l, const char *key, int64_t value, struct pt_err *err) {
    return pt_sql_apply(&l->sql, l->st[PT_S_STATE], err, "si", key, value);
}

#define TICKS "SELECT no, day, log_size, seq, rec FROM tick"

static int read_tick(struct pt_ledger *l, sqlite3_stmt *st, int rc, struct pt_ledger_tick *ret_tick,
                     struct pt_err *err) {
    memset(ret_tick, 0, sizeof *ret_tick);
    if (pt_sql_row(&l->sql, st, &rc, err)) {
        ret_tick->no = pt_sql_u64(st, 0);
        ret_tick->day = pt_sql_i32(st, 1);
        ret_tick->log_size = pt_sql_u64(st, 2);
        ret_tick->seq = pt_sql_u64(st, 3);
        ret_tick->rec = pt_sql_u64(st, 4);
    }
    pt_sql_done(&l->sql, st);
    return rc;
}

int pt_ledger_last_tick(struct pt_ledger *l, struct pt_ledger_tick *ret_tick, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err, TICKS " ORDER BY no DESC LIMIT 1", "");

    return read_tick(l, st, rc, ret_tick, err);
}

int pt_ledger_next_tick(struct pt_ledger *l, uint64_t known_at, struct pt_ledger_tick *ret_tick,
                        struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err, TICKS " WHERE log_size > ?1 ORDER BY no LIMIT 1", "i",
                          (int64_t)known_at);

    return read_tick(l, st, rc, ret_tick, err);
}

/* Memory from the file: after open, and after a rollback. */
int pt_ledger_load(struct pt_ledger *l, struct pt_err *err) {
    int64_t cursor;
    int rc = state_int(l, "cursor", &cursor, err);

    rc = rc == 0 ? state_int(l, "next_rec", &l->next_rec, err) : rc;
    rc = rc == 0 ? state_int(l, "waiting", &l->waiting, err) : rc;
    rc = rc == 0 ? pt_ledger_last_tick(l, &l->tick, err) : rc;
    l->cursor = (uint64_t)cursor;
    rc = rc == 0 && l->write ? pt_sm3_load(l, err) : rc;
    pt_snap_drop(l);
    pt_paysums_drop(l);
    l->n_streams = 0;
    memset(l->subjects, 0, sizeof l->subjects);
    memset(l->paid, 0, sizeof l->paid);
    l->paid_month = -1;
    l->scope[0] = l->days[0] = l->lines[0] = '\0';
    return rc;
}

int pt_ledger_log_head(struct pt_ledger *l, uint64_t size, struct pt_hash *ret,
                       struct pt_err *err) {
    struct pt_merkle_frontier f = {0};
    struct pt_hash leaf;
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&l->sql, &st, err,
                          "SELECT leaf FROM entry WHERE log_index < ? ORDER BY log_index", "i",
                          (int64_t)size);

    while (pt_sql_row(&l->sql, st, &rc, err)) {
        struct pt_span h = pt_sql_blob(st, 0);

        rc = pt_hash_from_bytes(&leaf, h.p, h.len);
        if (rc == 0)
            pt_merkle_append(&f, &leaf);
    }
    pt_sql_done(&l->sql, st);
    if (rc == 0 && f.size != size)
        rc = pt_err_set(err, PT_E_RANGE, "the ledger holds %llu entries, not %llu",
                        (unsigned long long)f.size, (unsigned long long)size);
    pt_merkle_root(&f, ret);
    return rc;
}

uint64_t pt_ledger_cursor(struct pt_ledger *l) {
    int64_t v = 0;

    if (l->write)
        return l->cursor;
    return state_int(l, "cursor", &v, NULL) == 0 ? (uint64_t)v : 0;
}

int pt_ledger_known_at(struct pt_ledger *l, int32_t day, uint64_t *ret_log_size,
                       struct pt_err *err) {
    int64_t v;
    bool found;
    int rc =
        pt_sql_number(&l->sql, &v, &found, err,
                      "SELECT log_size FROM tick WHERE day <= ? ORDER BY day DESC, no DESC LIMIT 1",
                      "i", (int64_t)day);

    if (rc == 0 && !found)
        rc = pt_err_set(err, PT_E_NOT_FOUND, "the ledger has no tick up to %d", day);
    *ret_log_size = (uint64_t)v;
    return rc;
}

int pt_ledger_begin(struct pt_ledger *l, struct pt_err *err) {
    int rc;

    PT_ASSERT(l->write && !l->in_txn);
    rc = pt_sql_begin(&l->sql, err);
    l->in_txn = rc == 0;
    return rc;
}

int pt_ledger_commit(struct pt_ledger *l, struct pt_err *err) {
    int rc;

    PT_ASSERT(l->in_txn);
    rc = pt_snap_write(l, err);
    rc = rc == 0 ? pt_ledger_set_state(l, "cursor", (int64_t)l->cursor, err) : rc;
    rc = rc == 0 ? pt_sm3_store(l, err) : rc;
    rc = rc == 0 ? pt_ledger_set_state(l, "next_rec", l->next_rec, err) : rc;
    rc = rc == 0 ? pt_ledger_set_state(l, "waiting", l->waiting, err) : rc;
    rc = rc == 0 ? pt_sql_commit(&l->sql, err) : rc;
    if (rc == 0)
        l->in_txn = false;
    return rc;
}

void pt_ledger_rollback(struct pt_ledger *l) {
    if (!l->in_txn)
        return;
    pt_sql_rollback(&l->sql);
    pt_snap_drop(l);
    l->in_txn = false;
    (void)pt_ledger_load(l, NULL);
}

int pt_ledger_reset(struct pt_ledger *l, struct pt_err *err) {
    struct pt_buf ddl;
    char version[80];
    char boot[64];
    int rc;

    PT_ASSERT(l->write && !l->in_txn);
    pt_buf_init(&ddl, 1U << 20);
    make_ddl(l, &ddl);
    version_text(&ddl, version);
    boot_id(boot);
    rc = empty_file(&l->sql, err);
    rc = rc == 0 ? pt_sql_exec(&l->sql, pragmas_write, err) : rc;
    rc = rc == 0 ? create_tables(l, &ddl, err) : rc;
    rc = rc == 0 ? local_set(&l->sql, "version", version, err) : rc;
    rc = rc == 0 ? local_set(&l->sql, "open_on", boot, err) : rc;
    rc = rc == 0 ? pt_ledger_load(l, err) : rc;
    pt_buf_done(&ddl);
    return rc;
}

int pt_ledger_clear(const char *path, struct pt_err *err) {
    struct pt_ledger *l = NULL;
    int rc = pt_ledger_open(path, PT_LEDGER_WRITE, &l, NULL, err);

    rc = rc == 0 ? pt_ledger_reset(l, err) : rc;
    if (rc == 0) {
        struct pt_sql *sql = &l->sql;
        int code = sqlite3_wal_checkpoint_v2(sql->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

        if (code == SQLITE_BUSY)
            rc = pt_err_set(err, PT_E_BUSY, "a reader holds the ledger");
        else if (code != SQLITE_OK)
            rc = pt_sql_err(sql, code, err, "emptying the ledger");
    }
    pt_ledger_close(l);
    return rc;
}

int pt_ledger_read_begin(struct pt_ledger *l, struct pt_err *err) {
    return pt_sql_run(&l->sql, err, "SAVEPOINT reading", "");
}

void pt_ledger_read_end(struct pt_ledger *l) {
    (void)pt_sql_run(&l->sql, NULL, "RELEASE reading", "");
}

int pt_ledger_read_unchanged(struct pt_ledger *l, struct pt_err *err) {
    PT_ASSERT(!l->write);
    return pt_agg_prepare(l, err);
}

struct pt_sql *pt_ledger_sql(struct pt_ledger *l) {
    return &l->sql;
}
