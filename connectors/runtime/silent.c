/* Witnesses that have cosigned nothing for long while others did. A body that was shown a lie stops
 * cosigning and has the proof; the others still have a quorum, and learn of it here.
 * docs/verify.md.
 *
 * In the state file: "silent/NAME", since when (ms) no checkpoint with a quorum has had that
 * witness's cosignature. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/proof/witness.h>

#include "connector_internal.h"
#include "state_internal.h"

#define HOUR_MS INT64_C(3600000)
/* The hub is asked so rarely whether a silent one speaks again. */
#define LOOK_US INT64_C(10000000)
#define NAME_CAP (sizeof "silent/" + PT_NOTE_NAME_MAX)

static void state_name(char out[NAME_CAP], const struct pt_policy_witness *w) {
    (void)snprintf(out, NAME_CAP, "silent/%s", w->key.name);
}

int pt_connector_silent_seen(struct pt_connector *c, const struct pt_policy *policy,
                             uint64_t witnesses, struct pt_err *err) {
    int64_t now = pt_clock_now_ms(c->opt.clock);
    int rc = 0;
    for (unsigned i = 0; rc == 0 && i < policy->n_witnesses; i++) {
        char name[NAME_CAP];
        int64_t since = 0;
        bool spoke = (witnesses >> i & 1) != 0;
        state_name(name, &policy->witnesses[i]);
        rc = pt_state_get_int(c->state, name, 0, &since, err);
        if (rc == 0 && spoke == (since != 0)) {
            rc = pt_state_set_int(c->state, name, spoke ? 0 : now, err);
        }
    }
    return rc;
}

int pt_connector_silent_forget(struct pt_connector *c, const struct pt_policy *policy,
                               struct pt_err *err) {
    struct pt_buf names; /* none has a new line */
    pt_buf_init(&names, 1u << 20);
    (void)pt_buf_putc(&names, '\n');
    for (unsigned i = 0; i < policy->n_witnesses; i++) {
        (void)pt_buf_printf(&names, "%s\n", policy->witnesses[i].key.name);
    }
    int rc = names.failed ? pt_err_set(err, names.failed, "no memory for the names of witnesses")
                          : pt_sql_run(&c->state->sql, err,
                                       "DELETE FROM meta WHERE name GLOB 'silent/*' AND"
                                       " instr(?, char(10) || substr(name, 8) || char(10)) = 0",
                                       "s", pt_buf_cstr(&names));
    pt_buf_done(&names);
    return rc;
}

/* Those that are silent for too long: how many, and as people are told. */
static int list_silent(struct pt_connector *c, const struct pt_policy *policy, int64_t hours,
                       char *what, size_t cap, size_t *ret_n, struct pt_err *err) {
    int64_t now = pt_clock_now_ms(c->opt.clock);
    char own[PT_NOTE_NAME_MAX + 1];
    size_t len = 0;
    int rc = pt_witness_name(own, pt_follower_genesis(c->follower)->origin, c->config->party);
    *ret_n = 0;
    for (unsigned i = 0; rc == 0 && i < policy->n_witnesses; i++) {
        const struct pt_policy_witness *w = &policy->witnesses[i];
        char name[NAME_CAP];
        int64_t since = 0;
        if (strcmp(w->key.name, own) == 0) {
            continue; /* of itself other alarms tell */
        }
        state_name(name, w);
        rc = pt_state_get_int(c->state, name, 0, &since, err);
        if (rc == 0 && since != 0 && now - since > hours * HOUR_MS) {
            int n = snprintf(what + len, cap - len, "%s%s (%" PRId64 " hours)",
                             *ret_n > 0 ? ", " : "", w->key.name, (now - since) / HOUR_MS);
            len += (size_t)n < cap - len ? (size_t)n : 0;
            ++*ret_n;
        }
    }
    return rc;
}

/* The newest checkpoint with a quorum may have got its cosignature since it was looked at. */
static int look_again(struct pt_connector *c, const struct pt_policy *policy, struct pt_err *err) {
    struct pt_policy_verdict verdict = {.quorum = false};
    struct pt_checkpoint cp = {.size = 0};
    struct pt_err why = {0};
    struct pt_buf note;
    pt_buf_init(&note, PT_NOTE_MAX);
    int rc = c->hub.cosigned(c->hub.ctx, &note, &why);
    if (rc == 0) {
        rc = pt_policy_open(policy, pt_buf_span(&note), &c->trust.sv, &cp, &verdict, &why);
    }
    bool later = pt_connector_not_now(c, rc, "who cosigned", &why);
    pt_buf_done(&note);
    return later || cp.size < (uint64_t)c->witness.witnessed
               ? PT_E_NOT_FOUND
               : pt_connector_silent_seen(c, pt_policy_at(policy, cp.size), verdict.witnesses, err);
}

int pt_connector_silent(struct pt_connector *c, const struct pt_policy *newest,
                        struct pt_err *err) {
    struct witnessing *w = &c->witness;
    const struct pt_policy *policy = pt_policy_at(newest, pt_follower_size(c->follower));
    int64_t us = pt_monotonic_us();
    char list[600] = "";
    char what[900];
    size_t n = 0;
    if (policy->quorum_none || !c->caught_up || us < w->silent_us) {
        return 0;
    }
    w->silent_us = us + LOOK_US;
    int64_t hours = c->config->silent_hours;
    int rc = list_silent(c, policy, hours, list, sizeof list, &n, err);
    if (rc == 0 && n > 0) {
        rc = look_again(c, newest, err);
        hours += rc == PT_E_NOT_FOUND; /* a hub that doesn't answer gets an hour more */
        rc = rc == PT_E_NOT_FOUND ? 0 : rc;
        rc = rc ? rc : list_silent(c, policy, hours, list, sizeof list, &n, err);
    }
    if (rc == 0 && n > 0) {
        (void)snprintf(what, sizeof what,
                       "%s cosigned nothing while others did: a connector stands still, a body "
                       "was shown what it doesn't sign, or this hub leaves its cosignatures out. "
                       "Ask there, by another way than the hub, and compare what both keep",
                       list);
        (void)pt_connector_alarm(c, "witness_silent", what);
    } else if (rc == 0) {
        pt_connector_alarm_over(c, "witness_silent");
    }
    return rc;
}
