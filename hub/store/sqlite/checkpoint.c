#include "sqlite_private.h"

#include <pentad/base/thread.h>

/* The write-ahead log goes back into log.db on a thread of its own, so that commits don't wait for
 * it. A passive checkpoint alone never lets a busy writer start the write-ahead log over, so
 * beyond the bound a second, short one runs between two commits. */
#define PASSIVE_PAGES 1024u /* 16 MiB */
#define REST_PAGES 256u     /* 4 MiB */
#define CATCH_UP_TRIES 6

/* Best effort: what it can't do now (a reader's old snapshot) the next one does. Returns how many
 * pages of the write-ahead log are back in log.db. */
static uint64_t passive(struct store_sqlite *s) {
    int log = 0, done = 0;
    if (sqlite3_wal_checkpoint_v2(s->cp_db, "main", SQLITE_CHECKPOINT_PASSIVE, &log, &done) !=
            SQLITE_OK ||
        done < 0) {
        return 0;
    }
    return (uint64_t)done;
}

/* The writer goes on meanwhile; a few passes bring the rest down to what is soon done, and only
 * that is done while the writer waits. */
static void checkpoint_once(struct store_sqlite *s) {
    uint64_t done = passive(s);
    if (atomic_load(&s->wal_pages) * PT_PAGE_SIZE < s->wal_limit) {
        return;
    }
    for (int i = 0; i < CATCH_UP_TRIES; i++) {
        uint64_t pages = atomic_load(&s->wal_pages);
        if (pages < done + REST_PAGES) {
            break;
        }
        done = passive(s);
    }
    pthread_mutex_lock(&s->writing);
    (void)passive(s);
    pthread_mutex_unlock(&s->writing);
}

static void *checkpointer_main(void *arg) {
    struct store_sqlite *s = arg;
    uint64_t done_at = 0; /* pages in the write-ahead log when it was last checkpointed */
    pt_thread_self("checkpoint", PT_THREAD_HEAVY);
    pthread_mutex_lock(&s->cp_lock);
    while (!s->checkpointer_stop) {
        uint64_t pages = atomic_load(&s->wal_pages);
        if (pages < done_at) {
            done_at = 0; /* it was started over */
        }
        if (pages < done_at + PASSIVE_PAGES) {
            pthread_cond_wait(&s->cp_cond, &s->cp_lock);
            continue;
        }
        pthread_mutex_unlock(&s->cp_lock);
        checkpoint_once(s);
        done_at = pages;
        pthread_mutex_lock(&s->cp_lock);
    }
    pthread_mutex_unlock(&s->cp_lock);
    return NULL;
}

int pt_sqlite_checkpointer_start(struct store_sqlite *s, struct pt_err *err) {
    int code = pt_sqlite_open(s, SQLITE_OPEN_READWRITE, 1024, &s->cp_db, err);
    if (code != 0) {
        return code;
    }
    code = pt_sqlite_exec(s->cp_db, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0", err);
    if (code != 0) {
        return code;
    }
    if (pthread_create(&s->checkpointer, NULL, checkpointer_main, s) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "no thread for checkpoints");
    }
    s->checkpointer_runs = true;
    return 0;
}

void pt_sqlite_checkpointer_notify(struct store_sqlite *s) {
    pthread_mutex_lock(&s->cp_lock);
    pthread_cond_signal(&s->cp_cond);
    pthread_mutex_unlock(&s->cp_lock);
}

void pt_sqlite_checkpointer_stop(struct store_sqlite *s) {
    if (s->checkpointer_runs) {
        pthread_mutex_lock(&s->cp_lock);
        s->checkpointer_stop = true;
        pthread_cond_signal(&s->cp_cond);
        pthread_mutex_unlock(&s->cp_lock);
        pthread_join(s->checkpointer, NULL);
        s->checkpointer_runs = false;
    }
    if (s->cp_db != NULL && !s->read_only) {
        sqlite3_wal_checkpoint_v2(s->cp_db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    sqlite3_close(s->cp_db);
    s->cp_db = NULL;
}
