/* The connector among witnesses: a batch is witnessed once the verified log extends into a
 * checkpoint with a quorum; checkpoints of another history, and alarms that time raises. What it
 * cosigns itself: cosigning.c. docs/formats.md 3. */
#include <inttypes.h>
#include <stdio.h>

#include <pentad/client/cosign.h>

#include "connector_internal.h"

#define PAUSE_MIN_MS 500
#define PAUSE_MAX_MS 8000
#define ALARMS_US 2000000

/* ---- what is left to do ---- */

/* By which policies a cosigned checkpoint is judged: the log's, as far as it was verified, or this
 * body's own. */
static const struct pt_policy *policy(const struct pt_connector *c) {
    return c->witness.log_policy ? c->witness.log_policy : c->trust.policy;
}

static int follow_policy(struct pt_connector *c, struct pt_err *err) {
    struct witnessing *w = &c->witness;
    const struct pt_keyhistory *keys = pt_follower_keys(c->follower);
    size_t n = pt_keyhistory_policies(keys);
    struct pt_policy *fresh = NULL;
    if (n == w->n_policies) {
        return 0;
    }
    int rc = pt_trust_log_policy(&c->trust, keys, &fresh, err);
    if (rc != 0) {
        return rc;
    }
    if (w->n_policies > 0) {
        pt_connector_event(c, "policy", "%s",
                           fresh ? "the log has changed its policy: it is followed from here on"
                                 : "the log has changed its policy; the policy file is another, "
                                   "and stays in force here");
    }
    pt_policies_free(w->log_policy);
    w->log_policy = fresh;
    w->n_policies = n;
    rc = pt_connector_silent_forget(c, pt_policy_at(policy(c), pt_follower_size(c->follower)), err);
    return rc ? rc : pt_state_set_int(c->state, "quorum_none", policy(c)->quorum_none, err);
}

static bool quorum_none(const struct pt_connector *c) {
    return policy(c)->quorum_none;
}

static uint64_t witnessed_size(const struct pt_connector *c) {
    return quorum_none(c) ? pt_follower_size(c->follower) : (uint64_t)c->witness.witnessed;
}

bool pt_connector_witness_pending(const struct pt_connector *c) {
    return c->caught_up && (pt_connector_may_cosign(c) || c->witness.unsent ||
                            witnessed_size(c) < pt_follower_size(c->follower));
}

int pt_connector_witness_left_ms(const struct pt_connector *c) {
    int64_t us = c->witness.next_us - pt_monotonic_us();
    return us > 0 ? (int)(us / 1000) + 1 : 0;
}

/* ---- while pages are taken ---- */

int pt_connector_witness_record(struct pt_connector *c, const struct pt_followed_record *r,
                                struct pt_err *err) {
    struct witnessing *w = &c->witness;
    int rc = 0;
    if (w->first_new_ms == 0 && r->log_index >= (uint64_t)w->cosigned) {
        w->first_new_ms = r->entry->received_at_ms;
        rc = pt_state_set_int(c->state, "cosign_first_ms", w->first_new_ms, err);
    }
    return rc ? rc : pt_connector_close_record(c, r, err);
}

/* ---- what doesn't hold ---- */

static int fork_found(struct pt_connector *c, struct pt_span note, struct pt_err *err) {
    pt_connector_keep_evidence(c, PT_E_FORK, ABOUT_CHECKPOINTS, err->msg, note);
    pt_connector_alarm(c, pt_err_name(PT_E_FORK), err->msg);
    return PT_E_FORK;
}

int pt_connector_check_history(struct pt_connector *c, const struct pt_checkpoint *cp,
                               struct pt_span note, bool *ret_known, struct pt_err *err) {
    struct pt_hash root;
    int64_t received;
    *ret_known = false;
    if (cp->size > pt_follower_size(c->follower)) {
        int rc = pt_follower_expect(c->follower, cp->size, &cp->root, note, err);
        return rc == PT_E_FORK ? fork_found(c, note, err) : rc;
    }
    if (pt_follower_root_at(c->follower, cp->size, &root, &received) != 0) {
        return 0;
    }
    if (!pt_hash_eq(&root, &cp->root)) {
        pt_err_set(err, PT_E_FORK,
                   "the hub published another tree of size %" PRIu64
                   " than the entries it served: both signed checkpoints are kept",
                   cp->size);
        return fork_found(c, note, err);
    }
    *ret_known = true;
    return 0;
}

bool pt_connector_not_now(struct pt_connector *c, int rc, const char *what,
                          const struct pt_err *err) {
    if (rc != 0 && rc != PT_E_NOT_FOUND && rc != PT_E_STOPPING && !c->stop) {
        pt_connector_event(c, "witnessing", "%s: %s", what, err->msg);
    }
    return rc != 0;
}

/* ---- being witnessed ---- */

static int witnessed_step(struct pt_connector *c, struct pt_err *err) {
    struct witnessing *w = &c->witness;
    struct pt_policy_verdict verdict;
    struct pt_checkpoint cp = {.size = 0};
    struct pt_err why = {0};
    struct pt_buf note;
    bool known = false;
    pt_buf_init(&note, PT_NOTE_MAX);
    int rc = c->hub.cosigned(c->hub.ctx, &note, &why);
    if (rc == 0) {
        rc = pt_policy_open(policy(c), pt_buf_span(&note), &c->trust.sv, &cp, &verdict, &why);
    }
    if (pt_connector_not_now(c, rc, "the cosigned checkpoint", &why)) {
        pt_buf_done(&note);
        return 0;
    }
    /* An older one says nothing new of anybody: a hub could show it again and again. */
    if (cp.size >= (uint64_t)w->witnessed) {
        rc = pt_connector_silent_seen(c, pt_policy_at(policy(c), cp.size), verdict.witnesses, err);
    }
    if (rc != 0 || cp.size <= (uint64_t)w->witnessed) {
        pt_buf_done(&note);
        return rc;
    }
    rc = pt_connector_check_history(c, &cp, pt_buf_span(&note), &known, err);
    if (rc == 0 && known) {
        rc = pt_connector_begin(c, err);
        if (rc == 0) {
            w->witnessed = (int64_t)cp.size;
            rc = pt_state_set_int(c->state, "witnessed_size", w->witnessed, err);
            rc = rc ? rc : pt_state_set_blob(c->state, "witnessed_note", pt_buf_span(&note), err);
            rc = pt_connector_end(c, rc, err);
        }
    }
    pt_buf_done(&note);
    return rc;
}

/* ---- alarms that time alone raises ---- */

static int check_witnessed_age(struct pt_connector *c, int64_t now, struct pt_err *err) {
    struct pt_witnessed k;
    struct pt_buf answer;
    int rc = pt_batches_witnessed(c->state, (int64_t)witnessed_size(c), &k, err);
    if (rc != 0) {
        return rc;
    }
    if (k.oldest_ms == 0 || now - k.oldest_ms <= PT_COSIGN_ALARM_MS) {
        pt_connector_alarm_over(c, "not_witnessed");
        return 0;
    }
    char what[200];
    (void)snprintf(what, sizeof what,
                   "%" PRId64 " receipted batches are not witnessed, the oldest for %" PRId64
                   " minutes: the hub stalls, or too few bodies cosign",
                   k.waiting, (now - k.oldest_ms) / 60000);
    pt_buf_init(&answer, PT_CLIENT_ANSWER_MAX);
    rc = pt_batches_unwitnessed(c->state, (int64_t)witnessed_size(c), &answer, err);
    if (rc == 0 && pt_connector_alarm(c, "not_witnessed", what)) {
        pt_connector_keep_evidence(c, PT_E_POLICY, ABOUT_ANSWERS,
                                   "a receipt that was not witnessed in time",
                                   pt_buf_span(&answer));
    }
    pt_buf_done(&answer);
    return rc == PT_E_NOT_FOUND ? 0 : rc;
}

static int check_alarms(struct pt_connector *c, struct pt_err *err) {
    int64_t now = pt_clock_now_ms(c->opt.clock);
    int64_t tick = pt_follower_tick_ms(c->follower);
    if (pt_follower_live(c->follower)) {
        if (now - tick > PT_COSIGN_TICK_MS) {
            static const char what[] =
                "the hub's newest Tick is over an hour old: its time stands still";
            if (pt_connector_alarm(c, pt_cosign_verdict_name(PT_COSIGN_TICK_STALLED), what)) {
                pt_connector_keep_evidence(c, PT_E_CLOCK, ABOUT_CHECKPOINTS, what,
                                           pt_follower_checkpoint(c->follower));
            }
        } else {
            pt_connector_alarm_over(c, pt_cosign_verdict_name(PT_COSIGN_TICK_STALLED));
        }
    }
    return check_witnessed_age(c, now, err);
}

/* ---- the step ---- */

/* Asked again soon while there is something new, then ever more rarely. */
static void pause(struct pt_connector *c, bool progress) {
    struct witnessing *w = &c->witness;
    uint64_t size = pt_follower_size(c->follower);
    if (progress || w->seen_size != size || w->pause_ms == 0) {
        w->pause_ms = PAUSE_MIN_MS;
    } else if (w->pause_ms < PAUSE_MAX_MS) {
        w->pause_ms *= 2;
    }
    w->seen_size = size;
    w->next_us = pt_monotonic_us() + (int64_t)w->pause_ms * 1000;
}

int pt_connector_witness_alarms(struct pt_connector *c, struct pt_err *err) {
    struct witnessing *w = &c->witness;
    int64_t us = pt_monotonic_us();
    if (!pt_follower_genesis(c->follower) || us < w->alarms_us) {
        return 0;
    }
    w->alarms_us = us + ALARMS_US;
    return check_alarms(c, err);
}

int pt_connector_witness(struct pt_connector *c, struct pt_err *err) {
    struct witnessing *w = &c->witness;
    int64_t cosigned = w->cosigned, witnessed = w->witnessed, us = pt_monotonic_us();
    int rc = 0;
    if (!pt_follower_genesis(c->follower)) {
        return 0;
    }
    rc = follow_policy(c, err);
    rc = rc ? rc : pt_connector_cosigning_key(c, err);
    if (rc == 0) {
        rc = pt_connector_wrong_closes(c, err); /* a person may have accepted one meanwhile */
    }
    if (rc == 0) {
        rc = pt_connector_witness_alarms(c, err);
    }
    if (rc == 0) {
        rc = pt_connector_silent(c, policy(c), err);
    }
    if (rc != 0 || us < w->next_us || !pt_connector_witness_pending(c)) {
        return rc;
    }
    if (w->unsent) {
        rc = pt_connector_send_cosignature(c, err);
    }
    if (rc == 0 && !w->unsent && pt_connector_may_cosign(c)) {
        rc = pt_connector_cosign(c, err);
        if (rc == 0 && w->unsent) {
            rc = pt_connector_send_cosignature(c, err);
        }
    }
    if (rc == 0 && witnessed_size(c) < pt_follower_size(c->follower)) {
        rc = witnessed_step(c, err);
    }
    pause(c, w->cosigned != cosigned || w->witnessed != witnessed);
    return c->stop ? 0 : rc;
}
