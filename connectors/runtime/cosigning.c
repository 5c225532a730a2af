/* What is published is cosigned once everything up to it was verified.
 *
 *   fetch /checkpoint ─► own size reaches it, same root ─► all that a cosignature says holds ─►
 *   size, time and note stored ─► sent until the hub has it ─► fetch again
 *
 * The size that was cosigned is durable before the signature leaves: a connector that is killed
 * never signs a smaller tree, nor another one. docs/formats.md 3. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/certs/logkey.h>
#include <pentad/client/cosign.h>
#include <pentad/proof/witness.h>

#include "connector_internal.h"

#define FRESH_MS 60000 /* a published checkpoint older than that is asked for again */

/* Does that policy name this key? */
static bool names(const struct pt_connector *c, const struct pt_keyhistory_policy *p) {
    struct pt_buf text;
    bool named = false;
    pt_buf_init(&text, 1024);
    if (pt_vkey_format(&text, &c->witness.vkey) == 0) {
        for (size_t i = 0; i < p->said->n_witnesses; i++) {
            named =
                named || pt_span_eq(pt_buf_span(&text), pt_span_str(p->said->witnesses[i]->vkey));
        }
    }
    pt_buf_done(&text);
    return named;
}

/* Does the policy for checkpoints of that size? */
static bool named_at(const struct pt_connector *c, uint64_t size) {
    return names(c, pt_keyhistory_policy_at(pt_follower_keys(c->follower), size));
}

static bool ever_named(const struct pt_connector *c) {
    const struct pt_keyhistory *keys = pt_follower_keys(c->follower);
    bool named = false;
    for (size_t i = 0; i < pt_keyhistory_policies(keys); i++) {
        named = named || names(c, pt_keyhistory_policy(keys, i));
    }
    return named;
}

/* An alarm of a state that was lost is about the key that had signed: a new one ends it. */
static int forget_lost_key(struct pt_connector *c, struct pt_err *err) {
    int64_t lost;
    int rc = pt_state_get_int(c->state, "lost_witness_key", 0, &lost, err);
    if (rc == 0 && lost != 0 && lost != (int64_t)c->witness.vkey.keyid) {
        pt_connector_alarm_over(c, "witness_state_lost");
        rc = pt_state_set_int(c->state, "lost_witness_key", 0, err);
    }
    return rc;
}

/* Of a key that was the log's: a connector without a part in cosigning has all else to do. */
static void look_whether_replaced(struct pt_connector *c) {
    struct witnessing *w = &c->witness;
    bool replaced = !named_at(c, pt_follower_size(c->follower));
    if (replaced && !w->replaced) {
        pt_connector_alarm(c, "cosigning_key",
                           "the log's policy doesn't name keys.cosigning any more, nothing is "
                           "cosigned: name its successor there and restart, or leave it out where "
                           "there is none (pentad policy show)");
    }
    w->replaced = replaced;
}

/* Once, when the log was followed to its end. */
static int look_at_key(struct pt_connector *c, struct pt_err *err) {
    char name[PT_NOTE_NAME_MAX + 1];
    struct witnessing *w = &c->witness;
    int rc = pt_witness_name(name, pt_follower_genesis(c->follower)->origin, c->config->party);
    rc = rc ? rc : pt_logkey_vkey(w->key, name, PT_NOTE_COSIGNATURE, &w->vkey);
    rc = rc ? rc : forget_lost_key(c, err);
    rc = rc ? rc : pt_connector_alarms_load(c, err);
    if (rc == 0 && !ever_named(c)) {
        rc = pt_err_set(err, PT_E_CONFIG,
                        "keys.cosigning (%.150s) is not the witness key that the log's policy "
                        "names for %s, nor was it ever: pentad policy show says which is",
                        c->config->keys.cosigning, c->config->party);
    }
    if (rc == 0) {
        look_whether_replaced(c);
    }
    if (rc == 0 && !c->witness.replaced) {
        pt_connector_alarm_over(c, "cosigning_key");
    }
    return rc;
}

int pt_connector_cosigning_key(struct pt_connector *c, struct pt_err *err) {
    struct witnessing *w = &c->witness;
    if (!w->key || !c->caught_up) {
        if (!w->key && c->caught_up && !w->looked) {
            w->looked = true;
            pt_connector_alarm_over(c, "cosigning_key"); /* the key was left out meanwhile */
        }
        return 0;
    }
    if (!w->vkey.name[0]) {
        return look_at_key(c, err);
    }
    look_whether_replaced(c);
    return 0;
}

bool pt_connector_may_cosign(const struct pt_connector *c) {
    const struct witnessing *w = &c->witness;
    uint64_t size = pt_follower_size(c->follower);
    if (w->until && size > (uint64_t)w->until) {
        size = (uint64_t)w->until;
    }
    return w->key && w->vkey.name[0] && !w->refused && (uint64_t)w->cosigned < size &&
           named_at(c, size);
}

static int fetch_target(struct pt_connector *c, struct pt_err *err) {
    struct witnessing *w = &c->witness;
    struct pt_policy_verdict verdict;
    struct pt_err why = {0};
    bool known;
    pt_buf_reset(&w->note);
    w->target.size = 0;
    int rc = c->hub.checkpoint(c->hub.ctx, &w->note, &why);
    if (rc == 0) {
        rc = pt_policy_open_signed(c->trust.policy, pt_buf_span(&w->note), &c->trust.sv, &w->target,
                                   &verdict, &why);
    }
    if (pt_connector_not_now(c, rc, "the published checkpoint", &why) ||
        w->target.size <= (uint64_t)w->cosigned ||
        (w->until && w->target.size > (uint64_t)w->until)) {
        w->target.size = 0;
        return 0;
    }
    w->fetched_ms = pt_clock_now_ms(c->opt.clock);
    return pt_connector_check_history(c, &w->target, pt_buf_span(&w->note), &known, err);
}

/* A witness whose state was lost may have signed more than it knows: it takes a new key. */
static bool signed_before(const struct pt_connector *c, struct pt_span note) {
    const struct pt_vkey *key = &c->witness.vkey;
    struct pt_note n;
    bool found = false;
    if (pt_note_parse(&n, note, NULL) == 0) {
        for (size_t i = 0; i < n.n_sigs; i++) {
            found = found || (n.sigs[i].keyid == key->keyid &&
                              pt_span_eq(n.sigs[i].name, pt_span_str(key->name)));
        }
    }
    pt_note_done(&n);
    return found;
}

static void check_first(struct pt_connector *c) {
    struct witnessing *w = &c->witness;
    struct pt_buf note;
    pt_buf_init(&note, PT_NOTE_MAX);
    (void)c->hub.cosigned(c->hub.ctx, &note, NULL);
    if (signed_before(c, pt_buf_span(&note)) || signed_before(c, pt_buf_span(&w->note))) {
        w->refused = true;
        (void)pt_state_set_int(c->state, "lost_witness_key", (int64_t)w->vkey.keyid, NULL);
        pt_connector_alarm(c, "witness_state_lost",
                           "this state file never cosigned, but the hub has cosignatures under "
                           "keys.cosigning: a witness that lost its state takes a new key");
    }
    pt_buf_done(&note);
}

static bool allowed(struct pt_connector *c) {
    static const enum pt_cosign_verdict all[] = {PT_COSIGN_BACK_DATED, PT_COSIGN_AHEAD,
                                                 PT_COSIGN_TICK_STALLED};
    struct witnessing *w = &c->witness;
    const struct pt_cosign_facts facts = {.live = pt_follower_live(c->follower),
                                          .now = pt_clock_now_ms(c->opt.clock),
                                          .last = w->cosigned_ms,
                                          .first_new = w->first_new_ms,
                                          .newest = pt_follower_received_ms(c->follower),
                                          .newest_tick = pt_follower_tick_ms(c->follower)};
    struct pt_err why = {0};
    enum pt_cosign_verdict v = pt_cosign_decide(&facts, &why);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (v != all[i]) {
            pt_connector_alarm_over(c, pt_cosign_verdict_name(all[i]));
        }
    }
    if (v == PT_COSIGN_ALLOWED) {
        return true;
    }
    if (pt_connector_alarm(c, pt_cosign_verdict_name(v), why.msg)) {
        pt_connector_keep_evidence(c, PT_E_CLOCK, ABOUT_CHECKPOINTS, why.msg,
                                   pt_buf_span(&w->note));
    }
    return false;
}

/* In a transaction: from here on no smaller tree is cosigned, whatever happens next. */
static int store_cosigned(struct pt_connector *c, struct pt_span note, struct pt_err *err) {
    struct witnessing *w = &c->witness;
    struct pt_hash root;
    int64_t next = 0;
    w->cosigned = (int64_t)w->target.size;
    w->cosigned_ms = pt_clock_now_ms(c->opt.clock);
    w->unsent = 1;
    /* The first entry behind it, where it was followed already. */
    if (pt_follower_root_at(c->follower, w->target.size + 1, &root, &next) != 0) {
        next = 0;
    }
    w->first_new_ms = next;
    int rc = pt_state_set_int(c->state, "cosigned_size", w->cosigned, err);
    rc = rc ? rc : pt_state_set_int(c->state, "cosigned_ms", w->cosigned_ms, err);
    rc = rc ? rc : pt_state_set_int(c->state, "cosign_first_ms", w->first_new_ms, err);
    rc = rc ? rc : pt_state_set_int(c->state, "cosign_unsent", 1, err);
    return rc ? rc : pt_state_set_blob(c->state, "cosign_note", note, err);
}

/* The note with our line; the log's own stays in it, so that a hub which forked sees that too. */
static int make_note(struct pt_connector *c, struct pt_buf *out, struct pt_err *err) {
    struct witnessing *w = &c->witness;
    struct pt_note n;
    int rc = pt_note_parse(&n, pt_buf_span(&w->note), err);
    if (rc == 0) {
        rc = pt_buf_append_span(out, pt_buf_span(&w->note));
    }
    if (rc == 0) {
        rc = pt_logkey_cosign(w->key, w->vkey.name,
                              (uint64_t)(pt_clock_now_ms(c->opt.clock) / 1000), n.text, out, err);
    }
    pt_note_done(&n);
    return rc;
}

static int cosign(struct pt_connector *c, struct pt_err *err) {
    struct pt_buf note;
    pt_buf_init(&note, PT_NOTE_MAX);
    int rc = make_note(c, &note, err);
    if (rc == 0) {
        rc = pt_connector_begin(c, err);
    }
    if (rc == 0) {
        rc = pt_connector_end(c, store_cosigned(c, pt_buf_span(&note), err), err);
    }
    if (rc == 0) {
        pt_connector_event(c, "cosigned", "%" PRId64 " log entries", c->witness.cosigned);
        c->witness.target.size = 0;
    }
    pt_buf_done(&note);
    return rc;
}

/* The stored note until the hub has it. What it refuses for good is kept: nobody else would do
 * that to a true cosignature. */
int pt_connector_send_cosignature(struct pt_connector *c, struct pt_err *err) {
    struct witnessing *w = &c->witness;
    struct pt_err why = {0};
    struct pt_buf note;
    pt_buf_init(&note, PT_NOTE_MAX);
    int rc = pt_state_get_blob(c->state, "cosign_note", &note, err);
    if (rc == 0) {
        int said = c->hub.cosign(c->hub.ctx, pt_buf_span(&note), &why);
        if (said == 0 || (!pt_err_retryable(said) && said != PT_E_INTERNAL)) {
            w->unsent = 0;
            rc = pt_state_set_int(c->state, "cosign_unsent", 0, err);
        }
        if (said != 0 && pt_connector_not_now(c, said, "the cosignature", &why) && !w->unsent) {
            pt_connector_keep_evidence(c, said, ABOUT_COSIGNATURES, why.msg, pt_buf_span(&note));
            pt_connector_alarm(c, "cosignature_refused", why.msg);
        }
    }
    pt_buf_done(&note);
    return rc;
}

int pt_connector_cosign(struct pt_connector *c, struct pt_err *err) {
    struct witnessing *w = &c->witness;
    struct pt_hash root;
    int64_t received;
    int64_t now = pt_clock_now_ms(c->opt.clock);
    int rc = 0;
    if (w->target.size && (now - w->fetched_ms > FRESH_MS || now < w->fetched_ms)) {
        w->target.size = 0;
    }
    if (w->target.size == 0) {
        rc = fetch_target(c, err);
    }
    if (rc != 0 || w->target.size == 0 || w->target.size > pt_follower_size(c->follower)) {
        return rc;
    }
    if (pt_follower_root_at(c->follower, w->target.size, &root, &received) != 0 ||
        !pt_hash_eq(&root, &w->target.root)) {
        w->target.size = 0; /* a fork was told of when it was fetched or reached */
        return 0;
    }
    if (!named_at(c, w->target.size)) {
        w->target.size = 0; /* published before this key was one of the log's */
        return 0;
    }
    if (w->cosigned == 0) {
        check_first(c);
    }
    if (w->refused || !allowed(c)) {
        w->target.size = 0;
        return 0;
    }
    return cosign(c, err);
}
