#include <pentad/ledger/ledger.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/codec.h>
#include <pentad/base/file.h>

#include "internal.h"
#include "schema.h"

static const char pragmas_write[] = "PRAGMA page_size=8192; PRAGMA journal_mode=WAL;"
                                    "PRAGMA synchronous=OFF; PRAGMA wal_autocheckpoint=2000;"
                                    "PRAGMA cache_size=-49152; PRAGMA temp_store=MEMORY;"
                                    "PRAGMA busy_timeout=10000;";
static const char pragmas_read[] = "PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY;"
                                   "PRAGMA busy_timeout=10000;";

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
    for (size_t i = 0; i < PT_TAG_MAX; i++)
        if (l->plans[i])
            pt_plan_ddl(l->plans[i], out);
    pt_buf_puts(out, pt_schema_tail);
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

static int local_text(sqlite3 *db, const char *key, char *out, size_t cap) {
    sqlite3_stmt *st = NULL;

    out[0] = '\0';
    if (sqlite3_prepare_v2(db, "SELECT v FROM local WHERE k=?", -1, &st, NULL) != SQLITE_OK)
        return PT_E_NOT_FOUND;
    sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
    if (sqlite3_step(st) == SQLITE_ROW)
        (void)snprintf(out, cap, "%s", pt_sqlx_text(st, 0));
    sqlite3_finalize(st);
    return out[0] ? 0 : PT_E_NOT_FOUND;
}

static int local_set(sqlite3 *db, const char *key, const char *value, struct pt_err *err) {
    char *sql = sqlite3_mprintf("INSERT OR REPLACE INTO local VALUES(%Q,%Q)", key, value);
    int rc = sql ? pt_sqlx_exec(db, sql, err) : pt_err_set(err, PT_E_NOMEM, "ledger: no memory");

    sqlite3_free(sql);
    return rc;
}

static int empty_file(sqlite3 *db, struct pt_err *err) {
    int on = 0;
    int rc;

    sqlite3_db_config(db, SQLITE_DBCONFIG_RESET_DATABASE, 1, &on);
    rc = sqlite3_exec(db, "VACUUM", NULL, NULL, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_RESET_DATABASE, 0, &on);
    return rc == SQLITE_OK ? 0 : pt_sqlx_err(db, err, "empty the file");
}

static int create_tables(struct pt_ledger *l, const struct pt_buf *ddl, struct pt_err *err) {
    struct pt_buf sql;
    int rc;

    pt_buf_init(&sql, 1U << 20);
    pt_buf_puts(&sql, "BEGIN;");
    pt_buf_append(&sql, ddl->p, ddl->len);
    pt_buf_puts(&sql, "INSERT INTO state VALUES('cursor',0),('next_rec',1),('waiting',0);COMMIT;");
    rc = sql.failed ? pt_err_set(err, PT_E_NOMEM, "ledger: no memory")
                    : pt_sqlx_exec(l->db, pt_buf_cstr(&sql), err);
    pt_buf_done(&sql);
    return rc;
}

static bool usable(sqlite3 *db, const char *version) {
    char v[80];
    char boot[64];
    char open_on[64];

    if (local_text(db, "version", v, sizeof v) != 0 || strcmp(v, version) != 0)
        return false;
    boot_id(boot);
    /* Open for writing when the machine went down: synchronous=OFF promises nothing then. */
    return local_text(db, "open_on", open_on, sizeof open_on) != 0 ||
           strcmp(open_on, "closed") == 0 || strcmp(open_on, boot) == 0;
}

static bool has_tables(sqlite3 *db) {
    int64_t n;
    bool found;

    return pt_sqlx_int64(db, "SELECT count(*) FROM sqlite_master", &n, &found, NULL) != 0 || n > 0;
}

static int set_up_write(struct pt_ledger *l, const struct pt_buf *ddl, bool *ret_rebuilt,
                        struct pt_err *err) {
    char version[80];
    char boot[64];
    int rc = pt_sqlx_exec(l->db, pragmas_write, NULL);

    version_text(ddl, version);
    boot_id(boot);
    if (rc != 0 || !usable(l->db, version)) {
        *ret_rebuilt = has_tables(l->db);
        rc = *ret_rebuilt ? empty_file(l->db, err) : 0;
        rc = rc == 0 ? pt_sqlx_exec(l->db, pragmas_write, err) : rc;
        rc = rc == 0 ? create_tables(l, ddl, err) : rc;
        rc = rc == 0 ? local_set(l->db, "version", version, err) : rc;
    }
    return rc == 0 ? local_set(l->db, "open_on", boot, err) : rc;
}

static int set_up_read(struct pt_ledger *l, const struct pt_buf *ddl, struct pt_err *err) {
    char version[80];
    char v[80];
    int rc = pt_sqlx_exec(l->db, pragmas_read, err);

    version_text(ddl, version);
    if (rc == 0 && (local_text(l->db, "version", v, sizeof v) != 0 || strcmp(v, version) != 0))
        rc = pt_err_set(err, PT_E_NOT_FOUND, "no ledger of this version here yet");
    return rc;
}

/* Raw entropy isn't needed: same seeds, same plans. */
int pt_ledger_open(const char *path, enum pt_ledger_mode mode, struct pt_ledger **ret_ledger,
                   bool *ret_rebuilt, struct pt_err *err) {
    struct pt_ledger *l = calloc(1, sizeof *l);
    struct pt_buf ddl;
    bool rebuilt = false;
    int flags =
        mode == PT_LEDGER_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    int rc;

    *ret_ledger = NULL;
    pt_buf_init(&ddl, 1U << 20);
    if (!l)
        return pt_err_set(err, PT_E_NOMEM, "ledger: no memory");
    l->write = mode == PT_LEDGER_WRITE;
    pt_arena_init(&l->arena, (size_t)64 << 20);
    pt_buf_init(&l->scratch, (size_t)16 << 20);
    rc = make_plans(l, err);
    if (rc != 0)
        goto out;
    make_ddl(l, &ddl);
    if (sqlite3_open_v2(path, &l->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        rc = pt_err_set(err, mode == PT_LEDGER_READ ? PT_E_NOT_FOUND : PT_E_STORE,
                        "ledger %.150s can't be opened: %s", path,
                        l->db ? sqlite3_errmsg(l->db) : "no memory");
        goto out;
    }
    rc = l->write ? set_up_write(l, &ddl, &rebuilt, err) : set_up_read(l, &ddl, err);
    rc = rc == 0 ? pt_funcs_register(l, err) : rc;
    rc = rc == 0 && l->write ? pt_ledger_prepare(l, err) : rc;
    rc = rc == 0 ? pt_ledger_load(l, err) : rc;
out:
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
        sqlite3_finalize(l->st[i]);
        l->st[i] = NULL;
    }
}

void pt_ledger_close(struct pt_ledger *l) {
    if (!l)
        return;
    if (l->in_txn)
        pt_ledger_rollback(l);
    drop_statements(l);
    sqlite3_finalize(l->workday);
    for (size_t i = 0; i < PT_FIG_STMTS; i++)
        sqlite3_finalize(l->fig[i]);
    for (size_t i = 0; i < PT_TAG_MAX; i++)
        pt_plan_free(l->plans[i]);
    if (l->db && l->write) {
        (void)local_set(l->db, "open_on", "closed", NULL);
        (void)sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    sqlite3_close_v2(l->db);
    EVP_MD_CTX_free(l->md);
    EVP_MD_free(l->sha256);
    pt_arena_done(&l->arena);
    pt_buf_done(&l->scratch);
    free(l);
}

static int state_int(struct pt_ledger *l, const char *key, int64_t *ret_value, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sqlx_prepare(l->db, "SELECT v FROM state WHERE k=?", &st, err);

    *ret_value = 0;
    if (rc == 0) {
        sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
        if (sqlite3_step(st) == SQLITE_ROW)
            *ret_value = sqlite3_column_int64(st, 0);
        else
            rc = pt_err_set(err, PT_E_CORRUPT, "ledger: no %s in its state", key);
    }
    sqlite3_finalize(st);
    return rc;
}

int pt_ledger_set_state(struct pt_ledger *l, const char *key, int64_t value, struct pt_err *err) {
    sqlite3_stmt *st = l->st[PT_S_STATE];

    sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(st, 2, value);
    return pt_sqlx_run(st, err);
}

int pt_ledger_last_tick(struct pt_ledger *l, struct pt_ledger_tick *ret_tick, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sqlx_prepare(
        l->db, "SELECT no, day, log_size, seq, rec FROM tick ORDER BY no DESC LIMIT 1", &st, err);

    memset(ret_tick, 0, sizeof *ret_tick);
    if (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
        ret_tick->no = (uint64_t)sqlite3_column_int64(st, 0);
        ret_tick->day = sqlite3_column_int(st, 1);
        ret_tick->log_size = (uint64_t)sqlite3_column_int64(st, 2);
        ret_tick->seq = (uint64_t)sqlite3_column_int64(st, 3);
        ret_tick->rec = (uint64_t)sqlite3_column_int64(st, 4);
    }
    sqlite3_finalize(st);
    return rc;
}

/* Memory from the file: after open, and after a rollback. */
int pt_ledger_load(struct pt_ledger *l, struct pt_err *err) {
    int64_t cursor;
    int rc = state_int(l, "cursor", &cursor, err);

    rc = rc == 0 ? state_int(l, "next_rec", &l->next_rec, err) : rc;
    rc = rc == 0 ? state_int(l, "waiting", &l->waiting, err) : rc;
    rc = rc == 0 ? pt_ledger_last_tick(l, &l->tick, err) : rc;
    l->cursor = (uint64_t)cursor;
    l->n_streams = 0;
    l->scope[0] = l->days[0] = '\0';
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
    char sql[160];
    int64_t v;
    bool found;
    int rc;

    *ret_log_size = 0;
    (void)snprintf(sql, sizeof sql,
                   "SELECT log_size FROM tick WHERE day <= %d ORDER BY day DESC, no DESC LIMIT 1",
                   day);
    rc = pt_sqlx_int64(l->db, sql, &v, &found, err);
    if (rc == 0 && !found)
        rc = pt_err_set(err, PT_E_NOT_FOUND, "the ledger has no tick up to %d", day);
    *ret_log_size = (uint64_t)v;
    return rc;
}

int pt_ledger_begin(struct pt_ledger *l, struct pt_err *err) {
    int rc;

    PT_ASSERT(l->write && !l->in_txn);
    rc = pt_sqlx_exec(l->db, "BEGIN IMMEDIATE", err);
    l->in_txn = rc == 0;
    return rc;
}

int pt_ledger_commit(struct pt_ledger *l, struct pt_err *err) {
    int rc = pt_ledger_set_state(l, "cursor", (int64_t)l->cursor, err);

    PT_ASSERT(l->in_txn);
    rc = rc == 0 ? pt_ledger_set_state(l, "next_rec", l->next_rec, err) : rc;
    rc = rc == 0 ? pt_ledger_set_state(l, "waiting", l->waiting, err) : rc;
    rc = rc == 0 ? pt_sqlx_exec(l->db, "COMMIT", err) : rc;
    if (rc == 0)
        l->in_txn = false;
    return rc;
}

void pt_ledger_rollback(struct pt_ledger *l) {
    if (!l->in_txn)
        return;
    (void)sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
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
    rc = empty_file(l->db, err);
    rc = rc == 0 ? pt_sqlx_exec(l->db, pragmas_write, err) : rc;
    rc = rc == 0 ? create_tables(l, &ddl, err) : rc;
    rc = rc == 0 ? local_set(l->db, "version", version, err) : rc;
    rc = rc == 0 ? local_set(l->db, "open_on", boot, err) : rc;
    rc = rc == 0 ? pt_ledger_load(l, err) : rc;
    pt_buf_done(&ddl);
    return rc;
}

int pt_ledger_read_begin(struct pt_ledger *l, struct pt_err *err) {
    return pt_sqlx_exec(l->db, "SAVEPOINT reading", err);
}

void pt_ledger_read_end(struct pt_ledger *l) {
    (void)sqlite3_exec(l->db, "RELEASE reading", NULL, NULL, NULL);
}

struct sqlite3 *pt_ledger_db(struct pt_ledger *l) {
    return l->db;
}
