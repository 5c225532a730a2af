#include "internal.h"

#include <pentad/base/thread.h>

/* The write-ahead log goes back into log.db on a thread of its own, all the time and a little at a
 * time, so that commits don't wait for it. A passive checkpoint alone never lets a busy writer
 * start the write-ahead log over: beyond the bound a short one runs between two commits. */
#define STEP_PAGES 128u /* 2 MiB: what a commit's own flush may stand behind */
#define REST_PAGES 96u  /* 1.5 MiB: what a commit may have to wait for */
#define STEPS 5         /* at a stretch towards so little, before it is left for the next time */
#define FIRM_SHARE 2u   /* times the bound: now it waits for whatever is left */

/* Best effort: what it can't do now (a reader's old snapshot) the next one does. Returns how many
 * pages of the write-ahead log are back in log.db. */
static uint64_t passive(struct store_sqlite *s) {
    int log = 0, done = 0;
    if (sqlite3_wal_checkpoint_v2(s->cp.db, "main", SQLITE_CHECKPOINT_PASSIVE, &log, &done) !=
            SQLITE_OK ||
        done < 0) {
        return 0;
    }
    return (uint64_t)done;
}

/* SQLite itself flushes log.db only by the checkpoint that finds nothing left to do, which here is
 * the one for which a commit waits: what it would have to flush is flushed before. */
static void flush_db(struct store_sqlite *s) {
    sqlite3_file *f = NULL;
    if (sqlite3_file_control(s->cp.db, "main", SQLITE_FCNTL_FILE_POINTER, &f) == SQLITE_OK &&
        f != NULL && f->pMethods != NULL) {
        (void)f->pMethods->xSync(f, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    }
}

static void checkpoint_once(struct store_sqlite *s) {
    uint64_t limit = s->wal_limit / PT_PAGE_SIZE;
    uint64_t done, pages;
    int steps = 0;

    do { /* each time less came in the meantime */
        done = passive(s);
        flush_db(s);
        pages = atomic_load(&s->wal_pages);
    } while (pages >= limit && pages > done + REST_PAGES && ++steps < STEPS);
    if (pages >= limit && (pages <= done + REST_PAGES || pages >= limit * FIRM_SHARE)) {
        pthread_mutex_lock(&s->writing);
        (void)passive(s);
        pthread_mutex_unlock(&s->writing);
    }
}

static void *checkpointer_main(void *arg) {
    struct store_sqlite *s = arg;
    uint64_t tried = 0;                             /* pages of the write-ahead log */
    pt_thread_self("checkpoint", PT_THREAD_PROMPT); /* the writer depends on it */
    pthread_mutex_lock(&s->cp_lock);
    while (!s->checkpointer_stop) {
        uint64_t pages = atomic_load(&s->wal_pages);
        if (pages < tried) {
            tried = 0; /* it was started over */
        }
        if (pages < tried + STEP_PAGES) {
            pthread_cond_wait(&s->cp_cond, &s->cp_lock);
            continue;
        }
        pthread_mutex_unlock(&s->cp_lock);
        checkpoint_once(s);
        tried = pages;
        pthread_mutex_lock(&s->cp_lock);
    }
    pthread_mutex_unlock(&s->cp_lock);
    return NULL;
}

int pt_sqlite_checkpointer_start(struct store_sqlite *s, struct pt_err *err) {
    int code = pt_sqlite_open(s, PT_SQL_WRITE, 1024, &s->cp, err);
    if (code == 0) {
        code = pt_sql_exec(&s->cp, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0", err);
    }
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
    if (s->cp.db != NULL && !s->read_only) {
        sqlite3_wal_checkpoint_v2(s->cp.db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    pt_sql_close(&s->cp);
}
