/* log.db: the store port on SQLite. WAL, synchronous=FULL, 16 KiB pages that each carry a checksum;
 * one writer connection, a pool of read-only ones, checkpoints on a thread of their own.
 * Knows SQL and files; must not know what a record means. docs/architecture.md. */
#ifndef PENTAD_STORE_SQLITE_H
#define PENTAD_STORE_SQLITE_H

#include <pentad/log/store.h>

struct pt_sqlite_opts {
    bool read_only;     /* no writer, no lock, no checkpoint thread: tools beside a running hub */
    bool examine;       /* damaged pages are read too, so that a check can say what is in them */
    unsigned readers;   /* pool size; 0: 8 */
    uint64_t wal_bytes; /* beyond it a short checkpoint runs between commits; 0: 64 MiB */
    unsigned reader_wait_ms; /* how long read_begin waits for a free reader; 0: 5,000 */
};

/* Opens dir/log.db, creating it (0600) unless read_only; dir must exist. Takes dir/log.lock unless
 * read_only: PT_E_BUSY where another process has it. PT_E_CORRUPT for what isn't our schema,
 * PT_E_UNSUPPORTED for a newer one. opts may be NULL. */
int pt_store_sqlite_open(const char *dir, const struct pt_sqlite_opts *opts, struct pt_store **ret,
                         struct pt_err *err);
/* Checkpoints fully and closes; no reader may be out. NULL is fine. */
void pt_store_sqlite_close(struct pt_store *s);
/* Writes DIR/log.db, the whole log as of now, whoever may be writing it meanwhile, and
 * DIR/cosigned.db, what witnesses have cosigned of it. DIR must exist and hold neither
 * (PT_E_EXISTS). *ret_size: the log's entries. Any thread. */
int pt_store_sqlite_backup(struct pt_store *s, const char *dir, uint64_t *ret_size,
                           struct pt_err *err);
/* Bytes of log.db-wal now; any thread. */
uint64_t pt_store_sqlite_wal_bytes(const struct pt_store *s);

#endif
