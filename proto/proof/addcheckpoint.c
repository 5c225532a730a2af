#include <pentad/proof/addcheckpoint.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/codec.h>

#include "text.h"

int pt_addcheckpoint_parse(struct pt_addcheckpoint *ret, struct pt_span bytes, struct pt_err *err) {
    struct pt_span line;
    size_t pos = 0;

    memset(ret, 0, sizeof(*ret));
    if (bytes.len > PT_ADDCHECKPOINT_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "the request has over %d bytes",
                          PT_ADDCHECKPOINT_MAX);
    }
    if (!pt_text_line(bytes, &pos, &line) || !pt_text_prefix(line, "old ") ||
        !pt_text_u64(pt_span(line.p + 4, line.len - 4), &ret->old_size)) {
        return pt_err_set(err, PT_E_FORMAT, "the request doesn't begin with `old <size>`");
    }
    for (;;) {
        if (!pt_text_line(bytes, &pos, &line)) {
            return pt_err_set(err, PT_E_TRUNCATED, "the request ends before its checkpoint");
        }
        if (line.len == 0) {
            break;
        }
        if (ret->path.n == PT_ADDCHECKPOINT_PATH_MAX) {
            return pt_err_set(err, PT_E_TOO_LARGE, "the proof has more than %d hashes",
                              PT_ADDCHECKPOINT_PATH_MAX);
        }
        if (pt_text_hash(line, &ret->path.h[ret->path.n]) != 0) {
            return pt_err_set(err, PT_E_FORMAT, "hash %u of the proof is not base64 of 32 bytes",
                              ret->path.n + 1);
        }
        ret->path.n++;
    }
    ret->note = pt_span(bytes.p + pos, bytes.len - pos);
    return 0;
}

int pt_addcheckpoint_format(struct pt_buf *out, uint64_t old_size,
                            const struct pt_merkle_path *path, struct pt_span note) {
    pt_buf_printf(out, "old %" PRIu64 "\n", old_size);
    for (unsigned i = 0; i < path->n; i++) {
        pt_base64_append(out, path->h[i].b, PT_HASH_LEN);
        pt_buf_putc(out, '\n');
    }
    pt_buf_putc(out, '\n');
    return pt_buf_append_span(out, note);
}

/* ---- deciding ---- */

/* 0, or the status that says why this is no checkpoint of a log that is known. */
static int check_note(const struct pt_note *n, const struct pt_witness_log *logs, size_t n_logs,
                      const struct pt_sigverify *sv, size_t *ret_log, struct pt_checkpoint *ret) {
    struct pt_note_verified v;

    if (pt_checkpoint_parse(ret, n->text, NULL) != 0) {
        return 400;
    }
    for (*ret_log = 0; *ret_log < n_logs; (*ret_log)++) {
        if (strcmp(logs[*ret_log].key.name, ret->origin) == 0) {
            break;
        }
    }
    if (*ret_log == n_logs) {
        return 404;
    }
    return pt_note_verify(n, &logs[*ret_log].key, 1, sv, &v, NULL) == 0 && v.mask == 1 ? 0 : 403;
}

static int check_growth(const struct pt_addcheckpoint *req, const struct pt_witness_log *log,
                        const struct pt_checkpoint *c) {
    if (req->old_size > c->size) {
        return 400;
    }
    if (req->old_size != log->size) {
        return 409;
    }
    if (log->size == 0) {
        struct pt_hash empty;

        pt_empty_hash(&empty);
        return req->path.n > 0 || (c->size == 0 && !pt_hash_eq(&c->root, &empty)) ? 422 : 200;
    }
    if (log->size == c->size && !pt_hash_eq(&log->root, &c->root)) {
        return 409;
    }
    return pt_merkle_verify_consistency(log->size, &log->root, c->size, &c->root, req->path.h,
                                        req->path.n) == 0
               ? 200
               : 422;
}

int pt_witness_decide(const struct pt_addcheckpoint *req, const struct pt_witness_log *logs,
                      size_t n_logs, const struct pt_sigverify *sv, size_t *ret_log,
                      struct pt_checkpoint *ret) {
    struct pt_note *n = malloc(sizeof(*n));
    int status;

    memset(ret, 0, sizeof(*ret));
    *ret_log = n_logs;
    if (n == NULL) {
        return 500;
    }
    status = pt_note_parse(n, req->note, NULL) != 0 ? 400
                                                    : check_note(n, logs, n_logs, sv, ret_log, ret);
    pt_note_done(n);
    free(n);
    return status != 0 ? status : check_growth(req, &logs[*ret_log], ret);
}
