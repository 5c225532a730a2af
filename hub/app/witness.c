#include "witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <pentad/base/logsink.h>
#include <pentad/proof/keyhistory.h>

#include "held.h"
#include "params.h"
#include "reply.h"
#include "routes.h"

struct pt_witness {
    struct pt_hub *hub;
    pthread_mutex_t lock;
    /* under lock: the policies of the log, the newest first, as many as it had when they were made
     */
    struct pt_policy *policy;
    size_t n_policies;
    /* under lock: the largest note that has any cosignature, and the largest with a quorum */
    uint64_t size, quorum_size;
    struct pt_buf note;
};

/* ---- life ------------------------------------------------------------------------------- */

static int load(struct pt_witness *w, struct pt_err *err) {
    int rc = pt_store_cosigned_newest(w->hub->store, &w->size, &w->note, err);

    w->quorum_size = rc == 0 ? w->size : 0;
    return rc == PT_E_NOT_FOUND ? 0 : rc;
}

/* What the log says by now. Under x_lock it is whole: a checkpoint of any size that the log has is
 * judged by the policy of just that size. */
static int read_policy(struct pt_witness *w, struct pt_err *err) {
    const struct pt_keyhistory *keys;
    struct pt_policy *fresh = NULL;
    uint64_t from;
    size_t n;
    int rc = 0;

    (void)pthread_mutex_lock(&w->hub->x_lock);
    keys = pt_exchange_keys(w->hub->x);
    n = pt_keyhistory_policies(keys);
    from = n > 1 ? pt_keyhistory_policy(keys, n - 1)->from + 1 : 0;
    (void)pthread_mutex_lock(&w->lock);
    /* A group that failed may have taken one back. */
    if (n != w->n_policies || from != w->policy->from) {
        rc = pt_keyhistory_policy_chain(keys, &fresh, err);
        if (rc == 0) {
            pt_policies_free(w->policy);
            w->policy = fresh;
            w->n_policies = n;
        }
    }
    (void)pthread_mutex_unlock(&w->lock);
    (void)pthread_mutex_unlock(&w->hub->x_lock);
    return rc;
}

int pt_witness_new(struct pt_hub *h, struct pt_witness **ret, struct pt_err *err) {
    struct pt_witness *w = calloc(1, sizeof(*w));
    int rc;

    *ret = NULL;
    if (w == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for the witnesses");
    }
    w->hub = h;
    (void)pthread_mutex_init(&w->lock, NULL);
    pt_buf_init(&w->note, PT_COSIGNED_MAX);
    rc = read_policy(w, err);
    if (rc == 0) {
        rc = load(w, err);
    }
    if (rc != 0) {
        pt_witness_free(w);
        return rc;
    }
    *ret = w;
    return 0;
}

void pt_witness_free(struct pt_witness *w) {
    if (w != NULL) {
        pt_buf_done(&w->note);
        pt_policies_free(w->policy);
        (void)pthread_mutex_destroy(&w->lock);
        free(w);
    }
}

/* ---- cosignatures ------------------------------------------------------------------------ */

/* Of this log as it stands? */
static int check_place(struct pt_witness *w, const struct pt_checkpoint *c, struct pt_err *err) {
    struct pt_log *log = w->hub->log;
    struct pt_hash root;
    int rc;

    if (strcmp(c->origin, pt_log_genesis(log)->origin) != 0) {
        return pt_err_set(err, PT_E_NOT_FOUND, "the checkpoint is of %.100s, another log",
                          c->origin);
    }
    if (c->size < 1 || c->size > pt_log_size(log)) {
        return pt_err_set(err, PT_E_RANGE,
                          "a checkpoint of %" PRIu64 " entries; the log has "
                          "%" PRIu64,
                          c->size, pt_log_size(log));
    }
    rc = pt_log_root_at(log, c->size, &root, err);
    if (rc == 0 && !pt_hash_eq(&root, &c->root)) {
        rc = pt_err_set(err, PT_E_PROOF, "the log's head at size %" PRIu64 " is another one",
                        c->size);
    }
    return rc;
}

/* What is kept for that size, or the bare checkpoint. */
static int present_note(struct pt_witness *w, uint64_t size, struct pt_buf *out,
                        struct pt_err *err) {
    int rc = pt_store_cosigned_get(w->hub->store, size, out, err);

    return rc == PT_E_NOT_FOUND ? pt_log_checkpoint_at(w->hub->log, size, out, err) : rc;
}

/* Bit i: witness i of the policy. */
static int who_signed(const struct pt_witness *w, const struct pt_policy *p, struct pt_span note,
                      uint64_t *ret, struct pt_err *err) {
    struct pt_vkey keys[PT_POLICY_WITNESSES_MAX];
    struct pt_note n;
    struct pt_note_verified v;
    int rc = pt_note_parse(&n, note, err);

    *ret = 0;
    for (unsigned i = 0; i < p->n_witnesses; i++) {
        keys[i] = p->witnesses[i].key;
    }
    if (rc == 0) {
        rc = pt_note_verify(&n, keys, p->n_witnesses, &w->hub->verify, &v, err);
    }
    pt_note_done(&n);
    *ret = rc == 0 ? v.mask : 0;
    return rc;
}

/* Appends the lines of `n` of those witnesses. */
static int append_lines(const struct pt_policy *p, const struct pt_note *n, uint64_t fresh,
                        struct pt_buf *out) {
    int rc = 0;

    for (unsigned k = 0; k < p->n_witnesses; k++) {
        const struct pt_vkey *key = &p->witnesses[k].key;

        for (size_t i = 0; rc == 0 && (fresh >> k & 1) != 0 && i < n->n_sigs; i++) {
            if (n->sigs[i].keyid == key->keyid &&
                pt_span_eq(n->sigs[i].name, pt_span_str(key->name))) {
                rc = pt_note_append_sig(out, key->name, key->keyid, n->sigs[i].sig);
            }
        }
    }
    return rc;
}

static int remember(struct pt_witness *w, const struct pt_witness_view *v, struct pt_span note) {
    if (v->quorum && v->size > w->quorum_size) {
        w->quorum_size = v->size;
    }
    if (v->size < w->size) {
        return 0;
    }
    w->size = v->size;
    pt_buf_reset(&w->note);
    return pt_buf_append_span(&w->note, note);
}

/* Under the lock: what is new of it is put to what is kept. */
static int merge(struct pt_witness *w, const struct pt_note *n, const struct pt_policy *p,
                 uint64_t signers, struct pt_witness_view *v, struct pt_err *err) {
    struct pt_buf note;
    uint64_t had = 0;
    int rc;

    pt_buf_init(&note, PT_COSIGNED_MAX);
    rc = present_note(w, v->size, &note, err);
    if (rc == 0) {
        rc = who_signed(w, p, pt_buf_span(&note), &had, err);
    }
    v->cosignatures = (unsigned)__builtin_popcountll(had | signers);
    v->quorum = pt_policy_quorum(p, had | signers);
    if (rc == 0 && (signers & ~had) != 0) {
        rc = append_lines(p, n, signers & ~had, &note);
        rc = rc != 0 ? pt_err_set(err, rc, "no room for one more cosignature")
                     : pt_store_cosigned_put(w->hub->store, v->size, pt_buf_span(&note), v->quorum,
                                             err);
        if (rc == 0 && v->quorum && !pt_policy_quorum(p, had)) {
            pt_log(PT_LOG_DEBUG, "cosigned", "%" PRIu64 " log entries by %u witnesses", v->size,
                   v->cosignatures);
        }
    }
    if (rc == 0) {
        rc = remember(w, v, pt_buf_span(&note));
    }
    pt_buf_done(&note);
    return rc;
}

/* Under the lock: by the policy that is in force at that size. */
static int judge(struct pt_witness *w, const struct pt_note *n, struct pt_span note,
                 struct pt_witness_view *v, struct pt_err *err) {
    const struct pt_policy *p = pt_policy_at(w->policy, v->size);
    uint64_t signers = 0;
    int rc = who_signed(w, p, note, &signers, err);

    if (rc == 0 && signers == 0) {
        rc = pt_err_set(err, PT_E_SIGNATURE,
                        "none of its signatures is of a witness that the log's policy names for "
                        "%" PRIu64 " entries",
                        v->size);
    }
    return rc != 0 ? rc : merge(w, n, p, signers, v, err);
}

int pt_witness_add(struct pt_witness *w, struct pt_span note, struct pt_witness_view *ret,
                   struct pt_err *err) {
    struct pt_checkpoint c;
    struct pt_note n;
    int rc = pt_held_judge(w->hub, note, err);

    memset(ret, 0, sizeof(*ret));
    if (rc != 0) {
        return rc;
    }
    rc = pt_note_parse(&n, note, err);
    if (rc == 0) {
        rc = pt_checkpoint_parse(&c, n.text, err);
    }
    if (rc == 0) {
        rc = check_place(w, &c, err);
    }
    if (rc == 0) {
        rc = read_policy(w, err);
    }
    if (rc == 0) {
        ret->size = c.size;
        (void)pthread_mutex_lock(&w->lock);
        rc = judge(w, &n, note, ret, err);
        (void)pthread_mutex_unlock(&w->lock);
    }
    pt_note_done(&n);
    return rc;
}

/* ---- the public surface -------------------------------------------------------------------- */

void pt_witness_adorn(struct pt_witness *w, uint64_t size, struct pt_buf *note) {
    (void)pthread_mutex_lock(&w->lock);
    if (w->size == size) {
        pt_buf_reset(note);
        (void)pt_buf_append_span(note, pt_buf_span(&w->note));
    }
    (void)pthread_mutex_unlock(&w->lock);
}

uint64_t pt_witness_quorum_size(struct pt_witness *w) {
    uint64_t size;

    (void)pthread_mutex_lock(&w->lock);
    size = w->quorum_size;
    (void)pthread_mutex_unlock(&w->lock);
    return size;
}

/* ---- routes -------------------------------------------------------------------------------- */

void pt_api_cosignatures(struct pt_call *c) {
    struct pt_witness_view v;
    struct pt_err err = {0};
    int rc = pt_witness_add(c->hub->witness, pt_http_request_body(c->req), &v, &err);

    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
        return;
    }
    pt_reply_json(c->req, json_pack("{s:o,s:i,s:b}", "size", json_sprintf("%" PRIu64, v.size),
                                    "cosignatures", (int)v.cosignatures, "quorum", v.quorum));
}

void pt_api_cosigned(struct pt_call *c) {
    const struct pt_http_header field = {"content-type", "text/plain; charset=utf-8"};
    struct pt_store *store = c->hub->store;
    struct pt_err err = {0};
    struct pt_buf note;
    uint64_t size;
    uint64_t at;
    int rc = pt_param_u64(c->req, "size", 0, INT64_MAX, &size, &err);

    pt_buf_init(&note, PT_COSIGNED_MAX);
    if (rc == 0) {
        rc = size > 0 ? pt_store_cosigned_from(store, size, &at, &note, &err)
                      : pt_store_cosigned_newest(store, &at, &note, &err);
    }
    if (rc == PT_E_NOT_FOUND) {
        (void)pt_err_set(&err, rc,
                         "no checkpoint of %" PRIu64 " entries or more has a quorum of "
                         "cosignatures yet",
                         size);
    }
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
    } else {
        (void)pt_http_respond_from_any_thread(c->req, 200, &field, 1, &note);
    }
    pt_buf_done(&note);
}
