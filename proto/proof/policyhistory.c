/* Which policy was in force at which size of the log: the genesis's, then one a PolicyChange. */
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/policy.h>
#include <pentad/proof/witness.h>

#include "keyhistory_internal.h"

/* ---- life ---- */

static void drop(const struct pt_keyhistory_policy *p) {
    union {
        const Pentad__V1__PolicyChange *in;
        Pentad__V1__PolicyChange *out;
    } u = {p->said}; /* owned, though what others are shown is const */

    pentad__v1__policy_change__free_unpacked(u.out, NULL);
}

/* Takes p->said, which may be NULL for want of memory. */
static int add(struct pt_keyhistory *k, const struct pt_keyhistory_policy *p) {
    struct pt_keyhistory_policy *grown =
        p->said != NULL ? realloc(k->policies, (k->n_policies + 1) * sizeof(*grown)) : NULL;

    if (grown == NULL) {
        drop(p);
        return PT_E_NOMEM;
    }
    k->policies = grown;
    k->policies[k->n_policies++] = *p;
    return 0;
}

int pt_policies_genesis(struct pt_keyhistory *k, const Pentad__V1__Genesis *g, struct pt_err *err) {
    const struct pt_keyhistory_policy first = {.said = pt_witness_genesis(g)};

    PT_ASSERT(k->n_policies == 0 && strlen(g->origin) <= PT_NOTE_NAME_MAX);
    memcpy(k->origin, g->origin, strlen(g->origin) + 1);
    k->log_vkey = strdup(g->log_vkey);
    return add(k, &first) == 0 && k->log_vkey != NULL
               ? 0
               : pt_err_set(err, PT_E_NOMEM, "no memory for the genesis's policy");
}

int pt_policies_clone(const struct pt_keyhistory *from, struct pt_keyhistory *to) {
    int rc = 0;

    to->log_vkey = from->log_vkey != NULL ? strdup(from->log_vkey) : NULL;
    if (from->log_vkey != NULL && to->log_vkey == NULL) {
        return PT_E_NOMEM;
    }
    for (size_t i = 0; rc == 0 && i < from->n_policies; i++) {
        struct pt_keyhistory_policy p = from->policies[i];

        p.said = (Pentad__V1__PolicyChange *)pt_keyhistory_copy(&p.said->base);
        rc = add(to, &p);
    }
    return rc;
}

void pt_policies_done(struct pt_keyhistory *k) {
    for (size_t i = 0; i < k->n_policies; i++) {
        drop(&k->policies[i]);
    }
    free(k->policies);
    free(k->log_vkey);
}

/* ---- deciding on a change ---- */

/* Finance runs the hub and the office: none of the three can be what it is watched by. */
static int check_counts(const struct pt_keyhistory *k, const char *name, struct pt_err *err) {
    static const char *const run[] = {"finance", "office", "hub"};
    char own[PT_NOTE_NAME_MAX + 1];

    for (size_t i = 0; i < sizeof(run) / sizeof(run[0]); i++) {
        if (pt_witness_name(own, k->origin, run[i]) == 0 && strcmp(own, name) == 0) {
            return pt_err_set(err, PT_E_FORBIDDEN, "the witness of %s can't count for the quorum",
                              run[i]);
        }
    }
    return 0;
}

static bool stands(const Pentad__V1__PolicyChange *c, const char *vkey) {
    for (size_t i = 0; i < c->n_witnesses; i++) {
        if (strcmp(c->witnesses[i]->vkey, vkey) == 0) {
            return true;
        }
    }
    return false;
}

/* A key that isn't in force must be new, and one that proves something. */
static int check_new(const struct pt_keyhistory *k, const struct pt_vkey *v,
                     const struct pt_sigverify *sv, struct pt_err *err) {
    static const uint8_t nothing[64];
    struct pt_span zeros = pt_span(nothing, sizeof(nothing));
    struct pt_hash fp;
    uint8_t spki[44];
    int rc;

    pt_ed25519_spki(spki, v->pub);
    pt_sha256(&fp, spki, sizeof(spki));
    if (pt_keyhistory_find(k, &fp) != NULL) {
        return pt_err_set(err, PT_E_EXISTS,
                          "witness %s: this key was enrolled before; a witness takes a new one",
                          v->name);
    }
    rc = sv != NULL ? sv->verify(sv->ctx, pt_span(spki, sizeof(spki)), zeros, zeros)
                    : PT_E_SIGNATURE;
    switch (rc) {
    case PT_E_SIGNATURE:
        return 0;
    case 0:
    case PT_E_FORMAT:
    case PT_E_UNSUPPORTED:
        return pt_err_set(err, PT_E_FIELD,
                          "witness %s: its key is no Ed25519 key that proves anything", v->name);
    default: /* what failed here says nothing of the key, and nobody else may judge otherwise */
        return pt_err_set(err, PT_E_NOMEM, "witness %s: its key couldn't be looked at (%s)",
                          v->name, pt_err_name(rc));
    }
}

/* Keys are told apart by their text: one key has one. PT_E_FIELD, PT_E_NOMEM. */
static int check_spelling(const struct pt_vkey *v, const char *vkey) {
    struct pt_buf text;
    int rc;

    pt_buf_init(&text, 1024);
    rc = pt_vkey_format(&text, v);
    if (rc != PT_E_NOMEM) {
        rc = rc == 0 && pt_span_eq(pt_buf_span(&text), pt_span_str(vkey)) ? 0 : PT_E_FIELD;
    }
    pt_buf_done(&text);
    return rc;
}

/* One word of printable ASCII, or none: it becomes a part of a line of everybody's policy file. */
static bool is_plain(const char *url) {
    for (; url != NULL && *url != '\0'; url++) {
        if ((unsigned char)*url < 0x21 || (unsigned char)*url > 0x7e) {
            return false;
        }
    }
    return true;
}

/* *ret_fresh counts the keys that would be enrolled. */
static int check_witness(const struct pt_keyhistory *k, const Pentad__V1__PolicyChange *c, size_t i,
                         const struct pt_sigverify *sv, size_t *ret_fresh, struct pt_err *err) {
    const struct pt_keyhistory_policy *now = pt_keyhistory_policy_at(k, UINT64_MAX);
    const Pentad__V1__PolicyWitness *w = c->witnesses[i];
    struct pt_vkey v, other;
    int rc = w->vkey == NULL ? PT_E_MISSING : pt_vkey_parse(&v, w->vkey, strlen(w->vkey), err);

    if (rc != 0 || v.type != PT_NOTE_COSIGNATURE) {
        return pt_err_set(err, PT_E_FIELD, "witnesses[%zu] has no verifier key of type 04", i);
    }
    rc = is_plain(w->url) ? check_spelling(&v, w->vkey) : PT_E_FIELD;
    if (rc != 0) {
        return pt_err_set(err, rc,
                          rc == PT_E_NOMEM
                              ? "witnesses[%zu]: no memory for it"
                              : "witnesses[%zu]: its key or URL isn't written as a policy file has "
                                "it",
                          i);
    }
    for (size_t j = 0; j < i; j++) {
        if (pt_vkey_parse(&other, c->witnesses[j]->vkey, strlen(c->witnesses[j]->vkey), err) == 0 &&
            (strcmp(other.name, v.name) == 0 || memcmp(other.pub, v.pub, sizeof(v.pub)) == 0)) {
            return pt_err_set(err, PT_E_EXISTS, "witness %s stands twice, by its name or its key",
                              v.name);
        }
    }
    rc = w->counts ? check_counts(k, v.name, err) : 0;
    if (rc == 0 && !stands(now->said, w->vkey)) {
        ++*ret_fresh;
        rc = check_new(k, &v, sv, err);
    }
    return rc;
}

static int check_quorum(const Pentad__V1__PolicyChange *c, struct pt_err *err) {
    unsigned counting = 0;

    for (size_t i = 0; i < c->n_witnesses; i++) {
        counting += c->witnesses[i]->counts ? 1 : 0;
    }
    if (c->quorum < 1 || c->quorum > counting) {
        return pt_err_set(err, PT_E_FIELD,
                          "a quorum of %u can't be: %u of the witnesses count, and it takes one at "
                          "least",
                          c->quorum, counting);
    }
    return 2 * c->quorum > counting
               ? 0
               : pt_err_set(err, PT_E_FIELD,
                            "a quorum of %u of %u witnesses is no majority: two quorums without a "
                            "witness in common could be shown two logs",
                            c->quorum, counting);
}

static int check_clock(const Pentad__V1__PolicyChange *now, const Pentad__V1__PolicyChange *c,
                       struct pt_err *err) {
    if (c->clock != PENTAD__V1__CLOCK_MODE__CLOCK_MODE_LIVE &&
        c->clock != PENTAD__V1__CLOCK_MODE__CLOCK_MODE_REPLAY) {
        return pt_err_set(err, PT_E_FIELD, "the clock is neither live nor replay");
    }
    return now->clock == PENTAD__V1__CLOCK_MODE__CLOCK_MODE_LIVE && c->clock != now->clock
               ? pt_err_set(err, PT_E_FIELD, "a live clock doesn't go back to replay")
               : 0;
}

static bool same_text(const char *a, const char *b) {
    return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static bool changes_nothing(const Pentad__V1__PolicyChange *now,
                            const Pentad__V1__PolicyChange *c) {
    bool same =
        now->n_witnesses == c->n_witnesses && now->quorum == c->quorum && now->clock == c->clock;

    for (size_t i = 0; same && i < c->n_witnesses; i++) {
        const Pentad__V1__PolicyWitness *a = now->witnesses[i];
        const Pentad__V1__PolicyWitness *b = c->witnesses[i];

        same =
            strcmp(a->vkey, b->vkey) == 0 && !a->counts == !b->counts && same_text(a->url, b->url);
    }
    return same;
}

/* What it says must make a policy file: names and URLs are words of it. */
static int check_text(const struct pt_keyhistory *k, const Pentad__V1__PolicyChange *c,
                      struct pt_err *err) {
    struct pt_policy *parsed = calloc(1, sizeof(*parsed));
    struct pt_buf text;
    int rc;

    pt_buf_init(&text, PT_POLICY_FILE_MAX);
    rc = parsed == NULL ? PT_E_NOMEM : pt_witness_policy_text(k->origin, k->log_vkey, c, &text);
    rc = rc != 0 ? rc : pt_policy_parse(parsed, pt_buf_span(&text), err);
    pt_buf_done(&text);
    free(parsed);
    if (rc == PT_E_NOMEM) {
        return pt_err_set(err, rc, "no memory for its policy file");
    }
    return rc == 0 ? 0
                   : pt_err_set(err, PT_E_FIELD,
                                "it makes no policy file: a name or a URL of a witness is no word "
                                "of one");
}

int pt_policy_check(const struct pt_keyhistory *k, const Pentad__V1__PolicyChange *c,
                    const struct pt_sigverify *sv, struct pt_err *err) {
    const struct pt_keyhistory_policy *now = pt_keyhistory_policy_at(k, UINT64_MAX);
    size_t fresh = 0;
    int rc = 0;

    if (!c->has_replaces || c->replaces != now->from) {
        return pt_err_set(err, PT_E_FIELD,
                          "it replaces the policy of log entry %llu, but that of log entry %llu is "
                          "in force",
                          (unsigned long long)c->replaces, (unsigned long long)now->from);
    }
    if (c->n_witnesses > PT_WITNESSES_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "over %d witnesses", PT_WITNESSES_MAX);
    }
    for (size_t i = 0; rc == 0 && i < c->n_witnesses; i++) {
        rc = check_witness(k, c, i, sv, &fresh, err);
    }
    rc = rc != 0 ? rc : check_quorum(c, err);
    rc = rc != 0 ? rc : check_clock(now->said, c, err);
    if (rc == 0 && k->n_witness_keys + fresh > PT_KEYHISTORY_WITNESS_KEYS_MAX) {
        rc = pt_err_set(err, PT_E_TOO_LARGE, "the log would have had over %d witness keys",
                        PT_KEYHISTORY_WITNESS_KEYS_MAX);
    }
    if (rc == 0 && changes_nothing(now->said, c)) {
        rc = pt_err_set(err, PT_E_FIELD, "it changes nothing");
    }
    return rc != 0 ? rc : check_text(k, c, err);
}

/* ---- carrying a change out ---- */

static void vkey_fingerprint(const char *vkey, struct pt_hash *ret) {
    struct pt_vkey v;
    uint8_t spki[44];

    (void)pt_vkey_parse(&v, vkey, strlen(vkey), NULL);
    pt_ed25519_spki(spki, v.pub);
    pt_sha256(ret, spki, sizeof(spki));
}

static struct pt_keyhistory_key *own_key(const struct pt_keyhistory *k, const char *vkey) {
    struct pt_hash fp;

    vkey_fingerprint(vkey, &fp);
    return pt_keyhistory_own(k, &fp);
}

void pt_policy_fresh(const struct pt_keyhistory *k, const Pentad__V1__PolicyChange *c,
                     struct pt_hash *ret, size_t *ret_n) {
    const Pentad__V1__PolicyChange *now = pt_keyhistory_policy_at(k, UINT64_MAX)->said;

    *ret_n = 0;
    PT_ASSERT(c->n_witnesses <= PT_WITNESSES_MAX);
    for (size_t i = 0; i < c->n_witnesses; i++) {
        if (!stands(now, c->witnesses[i]->vkey)) {
            vkey_fingerprint(c->witnesses[i]->vkey, &ret[(*ret_n)++]);
        }
    }
}

int pt_policy_take_effect(struct pt_keyhistory *k, const struct pending *p, uint64_t log_index) {
    struct pt_keyhistory_policy fresh = {.from = log_index, .seq = p->seq};
    const Pentad__V1__PolicyChange *c = p->policy;
    const Pentad__V1__PolicyChange *was = pt_keyhistory_policy_at(k, UINT64_MAX)->said;
    int rc = 0;

    for (size_t i = 0; i < was->n_witnesses; i++) {
        if (!stands(c, was->witnesses[i]->vkey)) {
            own_key(k, was->witnesses[i]->vkey)->retired_at = log_index;
        }
    }
    for (size_t i = 0; rc == 0 && i < c->n_witnesses; i++) {
        if (!stands(was, c->witnesses[i]->vkey)) {
            rc = pt_keyhistory_enrol_vkey(k, c->witnesses[i]->vkey,
                                          PENTAD__V1__KEY_USE__KEY_USE_COSIGNING, log_index, NULL);
        }
    }
    if (rc == 0) {
        memcpy(fresh.party, p->author, sizeof(fresh.party));
        memcpy(fresh.stream, p->stream, sizeof(fresh.stream));
        fresh.said = (Pentad__V1__PolicyChange *)pt_keyhistory_copy(&c->base);
        rc = add(k, &fresh);
        k->version++;
    }
    return rc;
}

/* ---- asking ---- */

size_t pt_keyhistory_policies(const struct pt_keyhistory *k) {
    return k->n_policies;
}

const struct pt_keyhistory_policy *pt_keyhistory_policy(const struct pt_keyhistory *k, size_t i) {
    PT_ASSERT(i < k->n_policies);
    return &k->policies[i];
}

const struct pt_keyhistory_policy *pt_keyhistory_policy_at(const struct pt_keyhistory *k,
                                                           uint64_t size) {
    size_t i = k->n_policies;

    PT_ASSERT(i > 0);
    while (i > 1 && k->policies[i - 1].from >= size) {
        i--;
    }
    return &k->policies[i - 1];
}

bool pt_keyhistory_policy_waiting(const struct pt_keyhistory *k, size_t i,
                                  struct pt_keyhistory_waiting *ret) {
    size_t n = 0;

    memset(ret, 0, sizeof(*ret));
    for (size_t at = 0; at < k->n_pending; at++) {
        const struct pending *p = &k->pending[at];
        size_t given = 0;

        if (p->policy == NULL || n++ != i) {
            continue;
        }
        ret->said = p->policy;
        memcpy(ret->party, p->author, sizeof(ret->party));
        memcpy(ret->stream, p->stream, sizeof(ret->stream));
        ret->seq = p->seq;
        ret->record_hash = p->record_hash;
        for (size_t a = 0; a < PT_APPROVERS; a++) {
            if (p->said[a] == APPROVES) {
                ret->approved[given++] = pt_approvers[a];
            }
        }
        return true;
    }
    return false;
}

int pt_keyhistory_policy_text(const struct pt_keyhistory *k, size_t i, struct pt_buf *out) {
    PT_ASSERT(i < k->n_policies);
    return pt_witness_policy_text(k->origin, k->log_vkey, k->policies[i].said, out);
}

int pt_keyhistory_policy_chain(const struct pt_keyhistory *k, struct pt_policy **ret,
                               struct pt_err *err) {
    struct pt_policy *chain = NULL;
    struct pt_buf text;
    int rc = 0;

    pt_buf_init(&text, PT_POLICY_FILE_MAX);
    for (size_t i = 0; rc == 0 && i < k->n_policies; i++) {
        struct pt_policy *p = calloc(1, sizeof(*p));

        pt_buf_reset(&text);
        rc = p == NULL ? PT_E_NOMEM : pt_keyhistory_policy_text(k, i, &text);
        rc = rc != 0 ? rc : pt_policy_parse(p, pt_buf_span(&text), err);
        if (rc != 0) {
            free(p);
            break;
        }
        p->from = i == 0 ? 0 : k->policies[i].from + 1;
        p->before = chain;
        chain = p;
    }
    pt_buf_done(&text);
    if (rc != 0) {
        pt_policies_free(chain);
        return rc == PT_E_NOMEM ? pt_err_set(err, rc, "no memory for the log's policies") : rc;
    }
    *ret = chain;
    return 0;
}
