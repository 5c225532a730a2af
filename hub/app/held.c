#include "held.h"

#include <pentad/base/file.h>
#include <pentad/base/logsink.h>
#include <pentad/proof/note.h>

static int kept_path(const struct pt_hub *h, char out[PT_APP_PATH_MAX], struct pt_err *err) {
    int rc = pt_path_join(out, PT_APP_PATH_MAX, h->config.data, "fork.note");

    return rc == 0 ? 0
                   : pt_err_set(err, rc, "%.100s/fork.note: the path is too long", h->config.data);
}

/* The first one proves it; signing has stopped whether or not it can be written down. */
static void keep(struct pt_hub *h, struct pt_span note, const struct pt_err *fork) {
    char path[PT_APP_PATH_MAX];
    struct pt_err why = {0};

    if (atomic_exchange(&h->fork_kept, true)) {
        return;
    }
    pt_log(PT_LOG_ERROR, "fork", "%s", fork->msg);
    if (kept_path(h, path, &why) != 0 || pt_file_write(path, note.p, note.len, 0600, &why) != 0) {
        pt_log(PT_LOG_ERROR, "fork_not_kept", "%s", why.msg);
    }
}

int pt_held_judge(struct pt_hub *h, struct pt_span note, struct pt_err *err) {
    int rc = pt_log_judge_held(h->log, note, err);

    if (rc == PT_E_FORK) {
        keep(h, note, err);
    }
    return rc;
}

int pt_held_check_kept(struct pt_hub *h, struct pt_err *err) {
    char path[PT_APP_PATH_MAX];
    struct pt_buf note;
    int rc = kept_path(h, path, err);

    if (rc != 0 || !pt_file_exists(path)) {
        return rc;
    }
    pt_buf_init(&note, PT_NOTE_MAX);
    rc = pt_file_read(path, &note, err);
    if (rc == 0) {
        rc = pt_log_judge_held(h->log, pt_buf_span(&note), err);
    }
    pt_buf_done(&note);
    return rc;
}
