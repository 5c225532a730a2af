/* Changes of keys or of the policy that wait for approvals: who has said what, which keys they hold
 * for themselves. */
#include <stdlib.h>
#include <string.h>

#include "keyhistory_internal.h"

/* ---- life ---- */

void pt_pending_free(struct pending *p) {
    pentad__v1__key_change__free_unpacked(p->change, NULL);
    pentad__v1__policy_change__free_unpacked(p->policy, NULL);
    free(p->fresh);
}

static Pentad__V1__KeyChange *copy_change(const Pentad__V1__KeyChange *c) {
    return c != NULL ? (Pentad__V1__KeyChange *)pt_keyhistory_copy(&c->base) : NULL;
}

static Pentad__V1__PolicyChange *copy_policy(const Pentad__V1__PolicyChange *c) {
    return c != NULL ? (Pentad__V1__PolicyChange *)pt_keyhistory_copy(&c->base) : NULL;
}

int pt_pending_copy(struct pending *to, const struct pending *from) {
    *to = *from;
    to->change = copy_change(from->change);
    to->policy = copy_policy(from->policy);
    to->fresh = calloc(from->n_fresh + 1, sizeof(*to->fresh));
    if (to->fresh == NULL || (to->change == NULL && to->policy == NULL)) {
        pt_pending_free(to);
        return PT_E_NOMEM;
    }
    memcpy(to->fresh, from->fresh, from->n_fresh * sizeof(*to->fresh));
    return 0;
}

/* Fingerprints of what it would enrol, checked before. PT_E_NOMEM. */
static int note_fresh(const struct pt_keyhistory *k, struct pending *p) {
    size_t room = p->policy != NULL ? p->policy->n_witnesses : p->change->n_add;

    p->fresh = calloc(room + 1, sizeof(*p->fresh));
    if (p->fresh == NULL) {
        return PT_E_NOMEM;
    }
    if (p->policy != NULL) {
        pt_policy_fresh(k, p->policy, p->fresh, &p->n_fresh);
        return 0;
    }
    for (size_t i = 0; i < p->change->n_add; i++) {
        const ProtobufCBinaryData *spki = &p->change->add[i]->spki;

        pt_sha256(&p->fresh[p->n_fresh++], spki->data, spki->len);
    }
    return 0;
}

int pt_pending_add(struct pt_keyhistory *k, const struct pt_key_event *at,
                   const Pentad__V1__KeyChange *keys, const Pentad__V1__PolicyChange *policy) {
    struct pending *p;

    if (k->n_pending == k->cap_pending) {
        size_t cap = k->cap_pending == 0 ? 8 : 2 * k->cap_pending;
        struct pending *grown = realloc(k->pending, cap * sizeof(*grown));

        if (grown == NULL) {
            return PT_E_NOMEM;
        }
        k->pending = grown;
        k->cap_pending = cap;
    }
    p = &k->pending[k->n_pending];
    memset(p, 0, sizeof(*p));
    p->change = copy_change(keys);
    p->policy = copy_policy(policy);
    if ((p->change == NULL && p->policy == NULL) || note_fresh(k, p) != 0) {
        pt_pending_free(p);
        return PT_E_NOMEM;
    }
    PT_ASSERT(pt_name_valid(at->party) && pt_name_valid(at->stream));
    memcpy(p->author, at->party, strlen(at->party));
    memcpy(p->stream, at->stream, strlen(at->stream));
    p->record_hash = at->record_hash;
    p->seq = at->seq;
    k->n_pending++;
    k->moves++;
    pt_keyhistory_party(k, at->party)->n_pending++;
    return 0;
}

struct pending *pt_pending_find(struct pt_keyhistory *k, const Pentad__V1__RecordRef *ref) {
    struct pt_hash h;

    if (ref == NULL || ref->party == NULL || ref->stream == NULL || !ref->has_hash ||
        pt_hash_from_bytes(&h, ref->hash.data, ref->hash.len) != 0) {
        return NULL;
    }
    for (size_t i = 0; i < k->n_pending; i++) {
        struct pending *p = &k->pending[i];

        if (pt_hash_eq(&p->record_hash, &h) && strcmp(p->author, ref->party) == 0 &&
            strcmp(p->stream, ref->stream) == 0) {
            return p;
        }
    }
    return NULL;
}

void pt_pending_drop(struct pt_keyhistory *k, struct pending *p) {
    pt_keyhistory_party(k, p->author)->n_pending--;
    k->moves++;
    pt_pending_free(p);
    *p = k->pending[--k->n_pending];
}

/* ---- what is said of it ---- */

/* Nobody has a say on one's own keys. */
static bool has_a_say(const struct pending *p, const char *party) {
    return p->policy != NULL || strcmp(p->change->party, party) != 0;
}

/* An Approval counts for what it says it is about. */
bool pt_pending_asks(const struct pending *p, const char *party, const Pentad__V1__Approval *a) {
    return has_a_say(p, party) &&
           pt_approval_names(a, p->policy != NULL ? PT_POLICYCHANGE_CODE : PT_KEYCHANGE_CODE);
}

/* A body's word on it: news or none. One that goes on changing its mind isn't heard any more, so
 * that what makes a history stays bounded; the last word is no approval, or it would stand against
 * whoever gave it. */
void pt_pending_word(struct pt_keyhistory *k, struct pending *p, const char *party,
                     enum word word) {
    const unsigned most = PT_KEYHISTORY_WORDS_MAX - (word == APPROVES ? 1 : 0);

    for (unsigned i = 0; i < PT_APPROVERS; i++) {
        if (strcmp(pt_approvers[i], party) == 0 && p->said[i] != word && p->words[i] < most) {
            p->said[i] = word;
            p->words[i]++;
            k->moves++;
        }
    }
}

unsigned pt_pending_approvals(const struct pending *p) {
    unsigned n = 0;

    for (unsigned i = 0; i < PT_APPROVERS; i++) {
        n += p->said[i] == APPROVES;
    }
    return n;
}

bool pt_pending_rejected(const struct pending *p) {
    unsigned n = 0;

    for (unsigned i = 0; i < PT_APPROVERS; i++) {
        n += p->said[i] == REJECTS && strcmp(pt_approvers[i], p->author) != 0;
    }
    return n >= PT_KEYHISTORY_REJECTIONS;
}

void pt_pending_drop_policies(struct pt_keyhistory *k) {
    for (size_t i = k->n_pending; i-- > 0;) {
        if (k->pending[i].policy != NULL) {
            pt_pending_drop(k, &k->pending[i]); /* the last one takes its place: seen by now */
        }
    }
}

/* ---- keys that are its own ---- */

/* Can it still take effect, if nobody says another thing than before? */
static bool may_still_come(const struct pending *p) {
    unsigned possible = 0;

    for (unsigned i = 0; i < PT_APPROVERS; i++) {
        possible += has_a_say(p, pt_approvers[i]) && p->said[i] != REJECTS;
    }
    return possible >= PT_KEYHISTORY_APPROVALS;
}

static const struct pending *waits_for(const struct pt_keyhistory *k, const struct pt_hash *fp) {
    for (size_t i = 0; i < k->n_pending; i++) {
        const struct pending *p = &k->pending[i];

        for (size_t j = 0; j < p->n_fresh; j++) {
            if (pt_hash_eq(&p->fresh[j], fp) && may_still_come(p)) {
                return p;
            }
        }
    }
    return NULL;
}

/* What takes effect by one party's word takes no key from a change that waits for three: else
 * whoever reads of a witness's new key enrols it for oneself, and it is no witness's ever. */
int pt_pending_reserved(const struct pt_keyhistory *k, const Pentad__V1__KeyChange *c,
                        struct pt_err *err) {
    for (size_t i = 0; i < c->n_add; i++) {
        const struct pending *p;
        struct pt_hash fp;

        pt_sha256(&fp, c->add[i]->spki.data, c->add[i]->spki.len);
        p = waits_for(k, &fp);
        if (p != NULL) {
            return pt_err_set(err, PT_E_EXISTS,
                              "add[%zu]: this key is named by the change %s/%s#%llu, which waits "
                              "for approvals: take another key, or have that change rejected",
                              i, p->author, p->stream, (unsigned long long)p->seq);
        }
    }
    return 0;
}
