/* The digest: SHA-256 over every table but `local`, tables in name order, rows in key order, each
 * value as its type letter, its length and its bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/ledger/ledger.h>

#include "internal.h"

enum { TABLES_MAX = 256 };

static void put(EVP_MD_CTX *md, char type, const void *p, size_t len) {
    uint8_t head[9];

    head[0] = (uint8_t)type;
    for (int i = 0; i < 8; i++)
        head[1 + i] = (uint8_t)((uint64_t)len >> (56 - 8 * i));
    (void)EVP_DigestUpdate(md, head, sizeof head);
    if (len > 0)
        (void)EVP_DigestUpdate(md, p, len);
}

static void put_column(EVP_MD_CTX *md, sqlite3_stmt *st, int c) {
    char num[32];

    switch (sqlite3_column_type(st, c)) {
    case SQLITE_NULL:
        put(md, 'n', NULL, 0);
        break;
    case SQLITE_INTEGER:
        (void)snprintf(num, sizeof num, "%lld", (long long)pt_sql_i64(st, c));
        put(md, 'i', num, strlen(num));
        break;
    case SQLITE_BLOB:
        put(md, 'b', sqlite3_column_blob(st, c), (size_t)sqlite3_column_bytes(st, c));
        break;
    default: {
        const unsigned char *s = sqlite3_column_text(st, c);
        put(md, 't', s, (size_t)sqlite3_column_bytes(st, c));
        break;
    }
    }
}

/* "ORDER BY" over the primary key, so that the file's layout doesn't matter. */
static int row_query(struct pt_sql *sql, const char *table, char *out, size_t cap,
                     struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    size_t n = (size_t)snprintf(out, cap, "SELECT * FROM \"%s\" ORDER BY ", table);
    int rc =
        pt_sql_query(sql, &st, err,
                     "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", "s", table);
    bool first = true;

    while (n < cap && pt_sql_row(sql, st, &rc, err)) {
        n += (size_t)snprintf(out + n, cap - n, "%s\"%s\"", first ? "" : ",", pt_sql_text(st, 0));
        first = false;
    }
    if (first && n < cap)
        n += (size_t)snprintf(out + n, cap - n, "rowid");
    pt_sql_done(sql, st);
    if (rc != 0)
        return rc;
    return n < cap ? 0 : pt_err_set(err, PT_E_INTERNAL, "ledger: key of %s is too long", table);
}

static int digest_table(EVP_MD_CTX *md, struct pt_sql *sql, const char *table, struct pt_err *err) {
    char rows[512];
    sqlite3_stmt *st = NULL;
    int rc = row_query(sql, table, rows, sizeof rows, err);

    rc = rc == 0 ? pt_sql_once(sql, &st, err, rows, "") : rc;
    if (rc != 0)
        return rc;
    put(md, 'T', table, strlen(table));
    while (pt_sql_row(sql, st, &rc, err)) {
        put(md, 'R', NULL, 0);
        for (int c = 0; c < sqlite3_column_count(st); c++)
            put_column(md, st, c);
    }
    pt_sql_done(sql, st);
    return rc;
}

static int table_names(struct pt_sql *sql, char (*names)[96], size_t *ret_n, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(sql, &st, err,
                          "SELECT name FROM main.sqlite_master WHERE type='table'"
                          " AND name NOT LIKE 'sqlite_%' AND name <> 'local' ORDER BY name",
                          "");

    *ret_n = 0;
    while (*ret_n < TABLES_MAX && pt_sql_row(sql, st, &rc, err))
        (void)snprintf(names[(*ret_n)++], 96, "%.90s", pt_sql_text(st, 0));
    pt_sql_done(sql, st);
    return rc;
}

int pt_ledger_digest(struct pt_ledger *l, uint8_t ret_digest[32], struct pt_err *err) {
    char(*names)[96] = calloc(TABLES_MAX, sizeof *names);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    size_t n = 0;
    int rc = 0;

    memset(ret_digest, 0, 32);
    if (!names || !md || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
        rc = pt_err_set(err, PT_E_NOMEM, "ledger: no memory for a digest");
    rc = rc == 0 ? pt_ledger_read_begin(l, err) : rc;
    if (rc == 0) {
        rc = table_names(&l->sql, names, &n, err);
        for (size_t i = 0; i < n && rc == 0; i++)
            rc = digest_table(md, &l->sql, names[i], err);
        pt_ledger_read_end(l);
    }
    if (rc == 0 && EVP_DigestFinal_ex(md, ret_digest, NULL) != 1)
        rc = pt_err_set(err, PT_E_CRYPTO, "ledger: SHA-256 failed");
    EVP_MD_CTX_free(md);
    free(names);
    return rc;
}

int pt_ledger_schema_digest(struct pt_ledger *l, uint8_t ret_digest[32], struct pt_err *err) {
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    sqlite3_stmt *st = NULL;
    int rc = 0;

    memset(ret_digest, 0, 32);
    if (!md || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
        rc = pt_err_set(err, PT_E_NOMEM, "ledger: no memory for a digest");
    /* What SQLite makes for itself (statistics, the indexes of keys) has its own names. */
    rc = rc == 0 ? pt_sql_query(&l->sql, &st, err,
                                "SELECT type, name, tbl_name, sql FROM main.sqlite_master"
                                " WHERE name NOT GLOB 'sqlite_*' ORDER BY name, type",
                                "")
                 : rc;
    while (pt_sql_row(&l->sql, st, &rc, err)) {
        put(md, 'R', NULL, 0);
        for (int c = 0; c < sqlite3_column_count(st); c++)
            put_column(md, st, c);
    }
    pt_sql_done(&l->sql, st);
    if (rc == 0 && EVP_DigestFinal_ex(md, ret_digest, NULL) != 1)
        rc = pt_err_set(err, PT_E_CRYPTO, "ledger: SHA-256 failed");
    EVP_MD_CTX_free(md);
    return rc;
}

int pt_ledger_examine(struct pt_ledger *l, struct pt_err *err) {
    sqlite3_stmt *st = NULL;
    int rc;

    (void)sqlite3_db_config(l->sql.db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(l->sql.db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    rc = pt_sql_query(&l->sql, &st, err, "PRAGMA main.integrity_check(1)", "");

    if (pt_sql_row(&l->sql, st, &rc, err) && strcmp(pt_sql_text(st, 0), "ok") != 0)
        rc = pt_err_set(err, PT_E_CORRUPT, "%.200s", pt_sql_text(st, 0));
    pt_sql_done(&l->sql, st);
    return rc;
}
