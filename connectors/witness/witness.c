#include "witness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <pentad/base/clock.h>
#include <pentad/base/file.h>
#include <pentad/base/logsink.h>
#include <pentad/certs/keycache.h>
#include <pentad/certs/logkey.h>
#include <pentad/proof/addcheckpoint.h>
#include <pentad/proof/policy.h>

#define WITNESS_PATH_MAX 4096
#define KEPT_MAX 1024      /* checkpoints of a log and kind */
#define KEPT_OF_SIZE_MAX 4 /* of those of one size */
#define KEPT_NAME_MAX (4 * PT_HASH_LEN + 64)

struct witness {
    char state[WITNESS_PATH_MAX];
    char name[PT_NOTE_NAME_MAX + 1];
    int lock_fd;
    struct pt_key *key;
    struct pt_keycache *cache;
    struct pt_sigverify sv;
    size_t n_logs;
    struct pt_witness_log logs[PT_POLICY_LOGS_MAX];
};

/* ---- state ---- */

static int join(const struct witness *w, const char *name, char out[WITNESS_PATH_MAX],
                struct pt_err *err) {
    return pt_path_join(out, WITNESS_PATH_MAX, w->state, name) == 0
               ? 0
               : pt_err_set(err, PT_E_USAGE, "%.100s: the path is too long", w->state);
}

/* What was cosigned last of that log: a checkpoint's text. */
static int log_path(const struct witness *w, const char *origin, char out[WITNESS_PATH_MAX],
                    struct pt_err *err) {
    char name[2 * PT_HASH_LEN + 16], hex[2 * PT_HASH_LEN + 1];
    struct pt_hash h;
    pt_sha256(&h, origin, strlen(origin));
    pt_hash_hex(hex, &h);
    (void)snprintf(name, sizeof name, "%s.cosigned", hex);
    return join(w, name, out, err);
}

static int load_log(struct witness *w, struct pt_witness_log *log, struct pt_err *err) {
    char path[WITNESS_PATH_MAX];
    struct pt_checkpoint c;
    struct pt_buf text;
    int rc = log_path(w, log->key.name, path, err);
    if (rc != 0 || !pt_file_exists(path)) {
        return rc;
    }
    pt_buf_init(&text, 4096);
    rc = pt_file_read(path, &text, err);
    if (rc == 0) {
        rc = pt_checkpoint_parse(&c, pt_buf_span(&text), err);
    }
    if (rc == 0 && strcmp(c.origin, log->key.name) != 0) {
        rc = pt_err_set(err, PT_E_CORRUPT, "it is of another log");
    }
    if (rc == 0) {
        log->size = c.size;
        log->root = c.root;
    } else {
        (void)pt_err_wrap(err, "%.200s: a witness that lost its state takes a new key", path);
    }
    pt_buf_done(&text);
    return rc;
}

static int store_log(struct witness *w, const struct pt_checkpoint *c, struct pt_err *err) {
    char path[WITNESS_PATH_MAX];
    struct pt_buf text;
    pt_buf_init(&text, 4096);
    int rc = log_path(w, c->origin, path, err);
    if (rc == 0 && (rc = pt_checkpoint_format(&text, c)) != 0) {
        pt_err_set(err, rc, "the checkpoint is too large");
    }
    if (rc == 0) {
        rc = pt_file_write(path, text.p, text.len, 0600, err);
    }
    pt_buf_done(&text);
    return rc;
}

/* ---- opening ---- */

static int take_lock(struct witness *w, struct pt_err *err) {
    char path[WITNESS_PATH_MAX];
    int rc = join(w, "witness.lock", path, err);
    if (rc != 0) {
        return rc;
    }
    w->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (w->lock_fd < 0) {
        return pt_err_set(err, PT_E_IO, "%s: %s", path, strerrordesc_np(errno));
    }
    return flock(w->lock_fd, LOCK_EX | LOCK_NB) == 0
               ? 0
               : pt_err_set(err, PT_E_BUSY, "another witness runs on %s: stop that one first",
                            w->state);
}

static int open_key(struct witness *w, struct pt_err *err) {
    char path[WITNESS_PATH_MAX];
    int rc = join(w, "cosigning.key", path, err);
    if (rc != 0 || pt_file_exists(path)) {
        return rc ? rc : pt_key_load(path, &w->key, err);
    }
    rc = pt_key_generate(PT_KEY_ED25519, &w->key, err);
    return rc ? rc : pt_key_save(w->key, path, err);
}

static int open_logs(struct witness *w, const char *path, struct pt_err *err) {
    struct pt_policy *policy = calloc(1, sizeof *policy);
    struct pt_buf text;
    pt_buf_init(&text, PT_POLICY_FILE_MAX);
    int rc = policy ? pt_file_read(path, &text, err) : pt_err_set(err, PT_E_NOMEM, "no memory");
    if (rc == 0 && (rc = pt_policy_parse(policy, pt_buf_span(&text), err)) != 0) {
        (void)pt_err_wrap(err, "%.200s", path);
    }
    for (unsigned i = 0; rc == 0 && i < policy->n_logs; i++) {
        w->logs[i].key = policy->logs[i].key;
        rc = load_log(w, &w->logs[i], err);
        w->n_logs++;
    }
    if (rc == 0 && w->n_logs == 0) {
        rc = pt_err_set(err, PT_E_CONFIG, "%.200s names no log", path);
    }
    pt_buf_done(&text);
    free(policy);
    return rc;
}

int witness_open(const struct witness_config *c, struct witness **ret, struct pt_err *err) {
    struct witness *w = calloc(1, sizeof *w);
    *ret = NULL;
    if (!w) {
        return pt_err_set(err, PT_E_NOMEM, "no memory");
    }
    w->lock_fd = -1;
    (void)snprintf(w->state, sizeof w->state, "%s", c->state);
    (void)snprintf(w->name, sizeof w->name, "%s", c->name);
    int rc = pt_note_name_valid(c->name, strlen(c->name))
                 ? pt_mkdirs(c->state, 0700, err)
                 : pt_err_set(err, PT_E_USAGE, "--name %.80s: no space and no + in it", c->name);
    rc = rc ? rc : take_lock(w, err);
    rc = rc ? rc : open_key(w, err);
    if (rc == 0 && (rc = pt_keycache_new(&w->cache)) != 0) {
        pt_err_set(err, rc, "no memory for keys");
    }
    if (rc == 0) {
        w->sv = pt_keycache_sigverify(w->cache);
        rc = c->policy ? open_logs(w, c->policy, err) : 0;
    }
    if (rc != 0) {
        witness_free(w);
        return rc;
    }
    *ret = w;
    return 0;
}

void witness_free(struct witness *w) {
    if (w) {
        pt_keycache_free(w->cache);
        pt_key_free(w->key);
        if (w->lock_fd >= 0) {
            (void)close(w->lock_fd);
        }
        free(w);
    }
}

int witness_vkey(const struct witness *w, struct pt_buf *out) {
    struct pt_vkey v;
    int rc = pt_logkey_vkey(w->key, w->name, PT_NOTE_COSIGNATURE, &v);
    return rc ? rc : pt_vkey_format(out, &v);
}

/* ---- answering ---- */

/* Of the log's own signature only: what else stands there is the caller's. */
static int bare_note(const struct pt_witness_log *log, struct pt_span note, struct pt_buf *out,
                     struct pt_err *err) {
    struct pt_note n;
    int rc = pt_note_parse(&n, note, err);
    if (rc == 0) {
        rc = pt_note_begin(out, n.text);
    }
    for (size_t i = 0; rc == 0 && i < n.n_sigs; i++) {
        if (n.sigs[i].keyid == log->key.keyid &&
            pt_span_eq(n.sigs[i].name, pt_span_str(log->key.name))) {
            rc = pt_note_append_sig(out, log->key.name, log->key.keyid, n.sigs[i].sig);
        }
    }
    pt_note_done(&n);
    return rc;
}

/* Is there room for one more, where `max` may be, with a name that begins so? A folder that can't
 * be read has room: what is written there fails by itself. */
static bool room_for(const struct witness *w, const char *prefix, unsigned max) {
    DIR *d = opendir(w->state);
    struct dirent *e;
    unsigned n = 0;
    /* cppcheck-suppress readdirCalled ; there is one thread */
    while (d && (e = readdir(d)) != NULL) {
        n += strncmp(e->d_name, prefix, strlen(prefix)) == 0;
    }
    if (d) {
        (void)closedir(d);
    }
    return n < max;
}

static int write_bare(const struct pt_witness_log *log, const char *path, struct pt_span note,
                      struct pt_err *err) {
    struct pt_buf bare;
    pt_buf_init(&bare, PT_ADDCHECKPOINT_MAX);
    int rc = bare_note(log, note, &bare, err);
    rc = rc ? rc : pt_file_write(path, bare.p, bare.len, 0600, err);
    pt_buf_done(&bare);
    return rc;
}

/* A checkpoint that the log signed and that is not cosigned, for whoever asks: once each, and so
 * many of a size and of a kind at most, since who asks is anybody. By sizes: an honest log signs
 * one tree of each, so its own checkpoints, which anybody can bring, take no room from a false
 * one's. Its name in *ret_name; false: it is no new one, or isn't kept, which is told. */
static bool keep(const struct witness *w, const struct pt_witness_log *log, const char *kind,
                 const struct pt_checkpoint *c, struct pt_span note, char ret_name[KEPT_NAME_MAX]) {
    char path[WITNESS_PATH_MAX], hex[2 * PT_HASH_LEN + 1];
    struct pt_hash origin;
    struct pt_err err = {0};
    pt_sha256(&origin, c->origin, strlen(c->origin));
    pt_hash_hex(hex, &origin);
    int n = snprintf(ret_name, KEPT_NAME_MAX, "%s.%s-", hex, kind);
    bool room = room_for(w, ret_name, KEPT_MAX);
    n += snprintf(ret_name + n, KEPT_NAME_MAX - (size_t)n, "%" PRIu64 "-", c->size);
    room = room && room_for(w, ret_name, KEPT_OF_SIZE_MAX);
    pt_hash_hex(hex, &c->root);
    (void)snprintf(ret_name + n, KEPT_NAME_MAX - (size_t)n, "%s", hex);
    int rc = join(w, ret_name, path, &err);
    if (rc == 0 && pt_file_exists(path)) {
        return false;
    }
    if (rc == 0 && !room) {
        rc = pt_err_set(&err, PT_E_TOO_LARGE,
                        "%s: there are %d of its kind or %d of its size: move some away", ret_name,
                        KEPT_MAX, KEPT_OF_SIZE_MAX);
    }
    rc = rc ? rc : write_bare(log, path, note, &err);
    if (rc != 0) {
        pt_log(PT_LOG_ERROR, "not_kept", "%s", err.msg);
    }
    return rc == 0;
}

/* Two trees of one size under the log's signature prove that it lied. A larger one without its
 * proof says nothing of the log: whoever asked may have left it out. */
static void look_at_refused(const struct witness *w, int status, const struct pt_witness_log *log,
                            const struct pt_checkpoint *c, struct pt_span note) {
    char name[KEPT_NAME_MAX];
    if (status == 409 && c->size == log->size && !pt_hash_eq(&c->root, &log->root)) {
        if (keep(w, log, "conflict", c, note, name)) {
            pt_log(PT_LOG_WARN, "conflict",
                   "%s has signed two trees of %" PRIu64 " entries; the one not cosigned: %s",
                   c->origin, c->size, name);
        }
    } else if (status == 422 && c->size > log->size && keep(w, log, "unproven", c, note, name)) {
        pt_log(PT_LOG_INFO, "unproven",
               "%s: a checkpoint of %" PRIu64 " entries came without a proof that holds: %s",
               c->origin, c->size, name);
    }
}

static int cosign(struct witness *w, struct pt_witness_log *log, const struct pt_checkpoint *c,
                  struct pt_span note, struct pt_buf *out, struct pt_err *err) {
    struct pt_note n;
    int rc = store_log(w, c, err);
    if (rc != 0) {
        return rc;
    }
    log->size = c->size;
    log->root = c->root;
    rc = pt_note_parse(&n, note, err);
    if (rc == 0) {
        rc = pt_logkey_cosign(w->key, w->name, (uint64_t)(pt_clock_now_ms(&pt_clock_system) / 1000),
                              n.text, out, err);
    }
    pt_note_done(&n);
    return rc;
}

int witness_answer(struct witness *w, struct pt_span body, struct pt_buf *out,
                   const char **ret_type) {
    struct pt_addcheckpoint req;
    struct pt_checkpoint c = {.size = 0};
    struct pt_err err = {0};
    size_t log = w->n_logs;
    int status = 400;
    *ret_type = "text/plain; charset=utf-8";
    if (pt_addcheckpoint_parse(&req, body, &err) == 0) {
        status = pt_witness_decide(&req, w->logs, w->n_logs, &w->sv, &log, &c);
    }
    if (status == 200 && cosign(w, &w->logs[log], &c, req.note, out, &err) != 0) {
        pt_log(PT_LOG_ERROR, "not_cosigned", "%s", err.msg);
        pt_buf_reset(out);
        status = 500;
    }
    if (status == 409) {
        *ret_type = "text/x.tlog.size";
        (void)pt_buf_printf(out, "%" PRIu64 "\n", w->logs[log].size);
    }
    if (status == 422 || status == 409) {
        look_at_refused(w, status, &w->logs[log], &c, req.note);
    }
    pt_log(PT_LOG_INFO, "add-checkpoint", "%d, size %" PRIu64, status, c.size);
    return status;
}
