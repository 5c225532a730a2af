/* What the room's files share: the store, its connections, its statements. */
#ifndef PENTAD_STORE_SQLITE_INTERNAL_H
#define PENTAD_STORE_SQLITE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include <sqlite3.h>

#include <pentad/sql/sql.h>
#include <pentad/store/sqlite.h>

#include "page_vfs.h"

#define SCHEMA_VERSION 1
#define APPLICATION_ID 0x50744c67 /* "PtLg" */
#define READERS_DEFAULT 8u
#define READERS_MAX 64u
#define WAL_BYTES_DEFAULT (64u * 1024 * 1024)
#define READER_WAIT_MS_DEFAULT 5000u
#define PATH_CAP 4096

enum writer_stmt { W_ENTRY, W_BATCH, W_TILE, W_REFUSAL, W_STATE, W_READ_STATE, W_COUNT };

struct pt_store_reader {
    struct pt_store_reader_head head;
    struct store_sqlite *store;
    struct pt_store_reader *next; /* in the free list */
    struct pt_sql sql;
};

struct store_sqlite {
    struct pt_store base;
    char path[PATH_CAP]; /* of log.db */
    int lock_fd;
    bool read_only;
    bool examine;

    /* Writer thread; the checkpoint thread takes `writing` to catch the writer between commits. */
    pthread_mutex_t writing;
    struct pt_sql writer;
    sqlite3_stmt *wstmt[W_COUNT];
    uint64_t size, n_refusals;
    struct pt_hash refusal_chain;

    /* cosigned.db; db is NULL where a folder that is only read has none */
    pthread_mutex_t cosigned_lock;
    struct pt_sql cosigned;

    pthread_mutex_t pool_lock;
    pthread_cond_t pool_cond;
    struct pt_store_reader *readers; /* all of them */
    unsigned n_readers;
    struct pt_store_reader *free_readers;
    unsigned reader_wait_ms;

    pthread_t checkpointer;
    bool checkpointer_runs;
    bool checkpointer_stop; /* under cp_lock */
    pthread_mutex_t cp_lock;
    pthread_cond_t cp_cond;
    struct pt_sql cp;
    uint64_t wal_limit;
    _Atomic uint64_t wal_pages;
};

/* sql.c: columns that must hold what we wrote; PT_E_CORRUPT where they don't. */
int pt_sqlite_hash(sqlite3_stmt *st, int col, struct pt_hash *ret, const char *what,
                   struct pt_err *err);
int pt_sqlite_name(sqlite3_stmt *st, int col, char out[PT_NAME_MAX + 1], const char *what,
                   struct pt_err *err);
int pt_sqlite_u64(sqlite3_stmt *st, int col, uint64_t max, uint64_t *ret, const char *what,
                  struct pt_err *err);
/* Opens log.db under the page layer; cache in KiB. */
int pt_sqlite_open(const struct store_sqlite *s, enum pt_sql_mode mode, int cache_kib,
                   struct pt_sql *ret, struct pt_err *err);

/* schema.c */
int pt_sqlite_schema_prepare(struct store_sqlite *s,
                             struct pt_err *err); /* on the writer; creates if new */
int pt_sqlite_schema_verify(struct pt_sql *sql, struct pt_err *err);
/* SHA-256 over the refusals so far and this one: rows can't go missing unseen. */
void pt_sqlite_refusal_chain_next(struct pt_hash *chain, const struct pt_store_refusal *r);

/* writer.c */
int pt_sqlite_writer_load(struct store_sqlite *s, struct pt_err *err);
int pt_sqlite_writer_append(struct pt_store *store, const struct pt_store_group *g,
                            struct pt_err *err);
void pt_sqlite_writer_done(struct store_sqlite *s);

/* erase.c */
int pt_sqlite_erase(struct pt_store *store, const struct pt_store_erasure *e, bool *ret_done,
                    struct pt_err *err);
int pt_sqlite_scrub(struct pt_store *store, struct pt_err *err);

/* store.c: writes the write-ahead log from end to end, beyond what is in it. */
void pt_sqlite_fill_wal(const struct store_sqlite *s);

/* reader.c */
int pt_sqlite_readers_open(struct store_sqlite *s, unsigned n, struct pt_err *err);
void pt_sqlite_readers_close(struct store_sqlite *s);
int pt_sqlite_reader_begin(struct pt_store *store, struct pt_store_reader **ret,
                           struct pt_err *err);
void pt_sqlite_reader_end(struct pt_store_reader *r);
int pt_sqlite_reader_state(struct pt_store_reader *r, struct pt_store_state *ret,
                           struct pt_err *err);
int pt_sqlite_reader_entries(struct pt_store_reader *r, uint64_t from, uint64_t n,
                             bool with_records, pt_store_entry_cb cb, void *ctx,
                             struct pt_err *err);
int pt_sqlite_reader_find_statement(struct pt_store_reader *r, const struct pt_hash *statement,
                                    uint64_t *ret_index, struct pt_err *err);
int pt_sqlite_reader_find_seq(struct pt_store_reader *r, const char *party, const char *stream,
                              uint64_t seq, uint64_t *ret_index, struct pt_err *err);
int pt_sqlite_reader_refusal(struct pt_store_reader *r, const struct pt_hash *statement,
                             pt_store_refusal_cb cb, void *ctx, struct pt_err *err);
int pt_sqlite_reader_refusals(struct pt_store_reader *r, uint64_t from_n, uint64_t n,
                              pt_store_refusal_cb cb, void *ctx, struct pt_err *err);
int pt_sqlite_reader_tile(struct pt_store_reader *r, unsigned level, uint64_t index,
                          struct pt_buf *out, struct pt_err *err);

/* checkpoint.c */
int pt_sqlite_checkpointer_start(struct store_sqlite *s, struct pt_err *err);
void pt_sqlite_checkpointer_stop(struct store_sqlite *s);
void pt_sqlite_checkpointer_notify(struct store_sqlite *s);

/* cosigned.c: a file of its own, so that no witness holds up the log's writer. What is lost with it
 * the witnesses sign anew, for the log as it is then. */
int pt_sqlite_cosigned_open(struct store_sqlite *s, const char *dir, struct pt_err *err);
/* A new file with what stands there now; nothing where there is no cosigned.db. */
int pt_sqlite_cosigned_copy(struct store_sqlite *s, const char *path, struct pt_err *err);
int pt_sqlite_copy_pages(const struct pt_sql *from, const struct pt_sql *to, struct pt_err *err);
int pt_sqlite_cosigned_put(struct pt_store *store, uint64_t size, struct pt_span note, bool quorum,
                           struct pt_err *err);
int pt_sqlite_cosigned_get(struct pt_store *store, uint64_t size, struct pt_buf *out,
                           struct pt_err *err);
int pt_sqlite_cosigned_from(struct pt_store *store, uint64_t size, uint64_t *ret_size,
                            struct pt_buf *out, struct pt_err *err);
int pt_sqlite_cosigned_newest(struct pt_store *store, uint64_t *ret_size, struct pt_buf *out,
                              struct pt_err *err);

/* self_check.c */
int pt_sqlite_self_check(struct pt_store *store, pt_store_fault_cb fault, void *ctx,
                         struct pt_err *err);

#endif
