#include "folder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/base/logsink.h>
#include <pentad/base/thread.h>
#include <pentad/proof/batch.h>
#include <pentad/rules/fold.h>
#include <pentad/sql/sql.h>

#include "erase.h"
#include "writer.h"

#define STEP_ENTRIES 512
#define STEP_RECORDS 4096
#define STEP_BYTES ((size_t)4 * 1024 * 1024)
#define STEP_MAX (STEP_BYTES + PT_BATCH_BYTES_MAX + PT_ENTRY_MAX)
#define RETRY_US (2 * 1000000)
#define PROGRESS_US (5 * 1000000)

/* Some entries, copied out of the log so that its reader is held shortly. */
struct step {
    struct pt_buf bytes;
    size_t n;
    size_t n_records;
    struct {
        uint64_t index;
        size_t at, len; /* LogEntry bytes */
        size_t first, n;
    } entries[STEP_ENTRIES];
    struct {
        size_t at, len;
    } records[STEP_RECORDS + PT_BATCH_RECORDS_MAX];
};

struct pt_folder {
    struct pt_hub *hub;
    pthread_t thread;
    struct pt_fold *fold;
    struct step step;
    struct pt_span *spans;
    struct pt_fold_entry list[STEP_ENTRIES];
    int64_t said_us;

    pthread_mutex_t lock;
    pthread_cond_t more;
    /* under lock */
    bool grown, stop, refold;
    struct pt_folder_view view;
};

int pt_folder_path(const struct pt_hub *h, char *out, size_t cap) {
    return pt_path_join(out, cap, h->config.data, "ledger.db");
}

/* ---- one step -------------------------------------------------------------------------- */

/* Copies an entry; a value above 0 ends the walk: the step is large enough. */
static int take_entry(void *ctx, const struct pt_store_entry *e) {
    struct step *s = ctx;
    struct pt_kept_record rec;
    size_t pos = 0;
    size_t i = s->n;
    int rc;

    s->entries[i].index = e->index;
    s->entries[i].at = s->bytes.len;
    s->entries[i].len = e->log_entry.len;
    s->entries[i].first = s->n_records;
    s->entries[i].n = 0;
    pt_buf_append_span(&s->bytes, e->log_entry);
    while ((rc = pt_kept_record_next(e->records, &pos, &rec)) == 1) {
        PT_ASSERT(s->n_records < STEP_RECORDS + PT_BATCH_RECORDS_MAX);
        s->records[s->n_records].at = s->bytes.len;
        s->records[s->n_records].len = rec.bytes.len;
        pt_buf_append_span(&s->bytes, rec.bytes);
        s->n_records++;
        s->entries[i].n++;
    }
    if (rc != 0 || s->bytes.failed) {
        return rc != 0 ? rc : s->bytes.failed;
    }
    s->n++;
    return s->n == STEP_ENTRIES || s->n_records >= STEP_RECORDS || s->bytes.len >= STEP_BYTES;
}

static int read_step(struct pt_folder *f, uint64_t from, struct pt_err *err) {
    struct pt_store_reader *r = NULL;
    struct step *s = &f->step;
    int rc = pt_store_read_begin(f->hub->store, &r, err);

    pt_buf_reset(&s->bytes);
    s->n = 0;
    s->n_records = 0;
    if (rc == 0) {
        rc = pt_store_entries(r, from, STEP_ENTRIES, true, take_entry, s, err);
    }
    pt_store_read_end(r);
    if (rc == 0 && s->n == 0) {
        rc = pt_err_set(err, PT_E_CORRUPT, "log entry %" PRIu64 " is missing", from);
    }
    return rc > 0 ? 0 : rc;
}

static int apply_step(struct pt_folder *f, struct pt_err *err) {
    struct step *s = &f->step;

    for (size_t i = 0; i < s->n_records; i++) {
        f->spans[i] = pt_span(s->bytes.p + s->records[i].at, s->records[i].len);
    }
    for (size_t i = 0; i < s->n; i++) {
        f->list[i] = (struct pt_fold_entry){
            .log_index = s->entries[i].index,
            .log_entry = pt_span(s->bytes.p + s->entries[i].at, s->entries[i].len),
            .records = f->spans + s->entries[i].first,
            .n = s->entries[i].n};
    }
    return pt_fold_apply(f->fold, f->list, s->n, err);
}

/* ---- what the hub owes ------------------------------------------------------------------ */

static int take_finding(void *ctx, const uint8_t id[16], struct pt_span discrepancy) {
    struct pt_findings *out = ctx;

    (void)id;
    if (out->n == PT_FINDINGS_MAX ||
        (out->n > 0 && out->bytes.len + discrepancy.len > PT_FINDINGS_BYTES)) {
        return 1; /* the rest comes in the next round */
    }
    if (pt_buf_append_span(&out->bytes, discrepancy) != 0) {
        return out->bytes.failed;
    }
    out->end[out->n++] = (uint32_t)out->bytes.len;
    return 0;
}

static int collect(struct pt_folder *f, uint64_t fold_size, struct pt_findings **ret,
                   struct pt_err *err) {
    struct pt_findings *out = calloc(1, sizeof(*out));
    int rc;

    *ret = NULL;
    if (out == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for findings");
    }
    pt_buf_init(&out->bytes, PT_FINDINGS_BYTES + PT_RECORD_BYTES_MAX);
    pt_buf_init(&out->snapshot, PT_SNAPSHOT_BYTES);
    out->fold_size = fold_size;
    rc = pt_fold_pending(f->fold, take_finding, out, err);
    if (rc >= 0) {
        rc = pt_fold_snapshot(f->fold, &out->snapshot, &out->snapshot_day, err);
    }
    if (rc < 0) {
        pt_findings_free(out);
        return rc;
    }
    *ret = out;
    return 0;
}

/* How many records the hub has to author before the next tick. */
static uint64_t owed_of(const struct pt_fold_state *st) {
    return st->pending + (st->snapshot_due != 0);
}

/* Publishes where the fold is; with findings where it has seen all that the hub itself wrote. */
static int tell(struct pt_folder *f, struct pt_err *err) {
    struct pt_findings *findings = NULL;
    struct pt_writer_view writer;
    struct pt_fold_state st;
    uint64_t owed;
    bool caught_up;
    int rc = pt_fold_state(f->fold, &st, err);

    if (rc != 0) {
        return rc;
    }
    caught_up = st.cursor == pt_log_size(f->hub->log);
    pt_writer_view(f->hub->writer, &writer);
    owed = owed_of(&st);
    if (owed > 0 && st.cursor >= writer.own_size) {
        rc = collect(f, st.cursor, &findings, err);
    }
    (void)pthread_mutex_lock(&f->lock);
    f->view.folded = st.cursor;
    f->view.pending = st.pending;
    f->view.owed = owed;
    f->view.mismatches = st.mismatches;
    f->view.snapshots_unlike = st.snapshots_unlike;
    f->view.tick_day = st.tick.day;
    f->view.caught_up = f->view.caught_up || caught_up;
    (void)pthread_mutex_unlock(&f->lock);
    pt_writer_folded(f->hub->writer, st.cursor, owed, findings);
    return rc;
}

static void say_progress(struct pt_folder *f, uint64_t cursor) {
    uint64_t size = pt_log_size(f->hub->log);
    int64_t now = pt_monotonic_us();

    if (cursor < size && now - f->said_us >= PROGRESS_US) {
        pt_log(PT_LOG_INFO, "fold_progress", "%" PRIu64 " of %" PRIu64 " log entries folded",
               cursor, size);
        f->said_us = now;
    }
}

/* Folds what there is; 1: more is there, 0: caught up. */
static int fold_some(struct pt_folder *f, struct pt_err *err) {
    struct pt_fold_state st;
    int64_t t0 = pt_monotonic_us();
    int rc = pt_fold_state(f->fold, &st, err);

    if (rc == 0 && st.cursor >= pt_log_size(f->hub->log)) {
        return owed_of(&st) > 0 ? tell(f, err) : 0; /* the writer may ask for its findings again */
    }
    if (rc == 0) {
        rc = read_step(f, st.cursor, err);
    }
    if (rc == 0) {
        rc = apply_step(f, err);
    }
    (void)atomic_fetch_add(&f->hub->metrics.fold_us, (uint64_t)(pt_monotonic_us() - t0));
    if (rc == 0) {
        rc = tell(f, err);
    }
    if (rc == 0) {
        say_progress(f, st.cursor + f->step.n);
    }
    return rc != 0 ? rc : 1;
}

/* ---- the thread ------------------------------------------------------------------------ */

static bool wait_for_more(struct pt_folder *f) {
    bool go;

    (void)pthread_mutex_lock(&f->lock);
    while (!f->grown && !f->stop) {
        (void)pthread_cond_wait(&f->more, &f->lock);
    }
    f->grown = false;
    go = !f->stop;
    (void)pthread_mutex_unlock(&f->lock);
    return go;
}

static bool stopping(struct pt_folder *f) {
    bool stop;

    (void)pthread_mutex_lock(&f->lock);
    stop = f->stop;
    (void)pthread_mutex_unlock(&f->lock);
    return stop;
}

static void pause_us(struct pt_folder *f, int64_t us) {
    int64_t until = pt_monotonic_us() + us;
    struct timespec ts = {until / 1000000, (until % 1000000) * 1000};

    (void)pthread_mutex_lock(&f->lock);
    while (!f->stop && pt_monotonic_us() < until) {
        (void)pthread_cond_timedwait(&f->more, &f->lock, &ts);
    }
    (void)pthread_mutex_unlock(&f->lock);
}

static void set_trouble(struct pt_folder *f, const struct pt_err *err) {
    (void)pthread_mutex_lock(&f->lock);
    f->view.trouble = *err;
    (void)pthread_mutex_unlock(&f->lock);
}

static bool must_refold(struct pt_folder *f) {
    bool yes;

    (void)pthread_mutex_lock(&f->lock);
    yes = f->refold;
    f->view.caught_up = f->view.caught_up && !yes;
    (void)pthread_mutex_unlock(&f->lock);
    return yes;
}

/* Nothing of what was erased stays in ledger.db: it is made anew. Until that is done the fold
 * stands. */
static int refold(struct pt_folder *f, struct pt_err *err) {
    char path[PT_APP_PATH_MAX];
    bool rebuilt;
    int rc = pt_folder_path(f->hub, path, sizeof(path));

    pt_fold_close(f->fold);
    f->fold = NULL;
    rc = rc == 0 ? pt_ledger_clear(path, err) : rc;
    rc = rc == 0 ? pt_fold_open(path, &f->fold, &rebuilt, err) : rc;
    if (rc == 0) {
        (void)pthread_mutex_lock(&f->lock);
        f->refold = false;
        (void)pthread_mutex_unlock(&f->lock);
        pt_log(PT_LOG_WARN, "ledger_rebuild", "%s is made anew: records were erased", path);
    }
    return rc;
}

static void *folder_main(void *arg) {
    struct pt_folder *f = arg;
    struct pt_err err = {0};

    pt_thread_self("fold", PT_THREAD_LATE);
    if (!must_refold(f) && tell(f, &err) != 0) {
        pt_log(PT_LOG_ERROR, "fold_failed", "%s", err.msg);
    }
    do {
        int rc = 1;

        while (rc != 0 && !stopping(f)) {
            memset(&err, 0, sizeof(err));
            rc = must_refold(f) ? refold(f, &err) : 0;
            rc = rc == 0 ? fold_some(f, &err) : rc;
            if (rc < 0) {
                err.code = rc;
                pt_log(PT_LOG_ERROR, "fold_failed", "%s: %s", pt_err_name(rc), err.msg);
                set_trouble(f, &err);
                pause_us(f, RETRY_US);
            } else {
                set_trouble(f, &err);
            }
        }
    } while (wait_for_more(f));
    return NULL;
}

void pt_folder_refold(struct pt_folder *f) {
    (void)pthread_mutex_lock(&f->lock);
    f->refold = true;
    f->grown = true;
    (void)pthread_cond_signal(&f->more);
    (void)pthread_mutex_unlock(&f->lock);
}

void pt_folder_grown(struct pt_folder *f) {
    (void)pthread_mutex_lock(&f->lock);
    f->grown = true;
    (void)pthread_cond_signal(&f->more);
    (void)pthread_mutex_unlock(&f->lock);
}

void pt_folder_view(struct pt_folder *f, struct pt_folder_view *ret) {
    (void)pthread_mutex_lock(&f->lock);
    *ret = f->view;
    (void)pthread_mutex_unlock(&f->lock);
}

/* A hub that was killed between an erasure and its ledger's making anew does that now. */
static int find_stale(struct pt_folder *f, struct pt_err *err) {
    struct pt_fold_state st;
    uint64_t holes = 0;
    int rc = 0;

    if (pt_eraser_below(f->hub->eraser, UINT64_MAX) == 0) {
        return 0;
    }
    rc = pt_fold_state(f->fold, &st, err);
    rc = rc == 0 ? pt_fold_holes(f->fold, &holes, err) : rc;
    f->refold = rc == 0 && holes != pt_eraser_below(f->hub->eraser, st.cursor);
    return rc;
}

int pt_folder_new(struct pt_hub *h, struct pt_folder **ret, struct pt_err *err) {
    struct pt_folder *f = calloc(1, sizeof(*f));
    char path[PT_APP_PATH_MAX];
    pthread_condattr_t attr;
    bool rebuilt = false;
    int rc;

    *ret = NULL;
    if (f != NULL) {
        f->spans = calloc(STEP_RECORDS + PT_BATCH_RECORDS_MAX, sizeof(*f->spans));
    }
    if (f == NULL || f->spans == NULL) {
        free(f);
        return pt_err_set(err, PT_E_NOMEM, "out of memory for the fold");
    }
    f->hub = h;
    pt_buf_init(&f->step.bytes, STEP_MAX);
    (void)pthread_mutex_init(&f->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&f->more, &attr);
    (void)pthread_condattr_destroy(&attr);
    rc = pt_folder_path(h, path, sizeof(path));
    if (rc == 0) {
        rc = pt_fold_open(path, &f->fold, &rebuilt, err);
    }
    if (rc != 0) {
        pt_folder_free(f);
        return rc;
    }
    if (rebuilt) {
        pt_log(PT_LOG_WARN, "ledger_rebuild", "%s is made anew from the log", path);
    }
    rc = find_stale(f, err);
    if (rc != 0) {
        pt_folder_free(f);
        return rc;
    }
    *ret = f;
    return 0;
}

int pt_folder_start(struct pt_folder *f, struct pt_err *err) {
    if (pthread_create(&f->thread, NULL, folder_main, f) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "can't start the fold thread");
    }
    return 0;
}

void pt_folder_stop(struct pt_folder *f) {
    (void)pthread_mutex_lock(&f->lock);
    f->stop = true;
    (void)pthread_cond_signal(&f->more);
    (void)pthread_mutex_unlock(&f->lock);
    (void)pthread_join(f->thread, NULL);
}

void pt_folder_free(struct pt_folder *f) {
    if (f == NULL) {
        return;
    }
    pt_fold_close(f->fold);
    pt_buf_done(&f->step.bytes);
    free(f->spans);
    (void)pthread_cond_destroy(&f->more);
    (void)pthread_mutex_destroy(&f->lock);
    free(f);
}

/* ---- the calendar ---------------------------------------------------------------------- */

int pt_folder_is_workday(struct pt_hub *h, struct pt_ledger **handle, int32_t day, bool *ret,
                         struct pt_err *err) {
    char path[PT_APP_PATH_MAX];
    int64_t yes;
    bool found;
    int rc = pt_folder_path(h, path, sizeof(path));

    *ret = pt_date_weekday(day) <= 5;
    if (rc == 0 && *handle == NULL) {
        rc = pt_ledger_open(path, PT_LEDGER_READ, handle, NULL, err);
    }
    if (rc != 0) {
        return rc == PT_E_NOT_FOUND ? 0 : rc;
    }
    rc = pt_sql_number(pt_ledger_sql(*handle), &yes, &found, err, "SELECT is_workday(?1)", "i",
                       (int64_t)day);
    if (rc == 0 && found) {
        *ret = yes != 0;
    }
    return rc;
}
