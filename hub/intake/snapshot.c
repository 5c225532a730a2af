#include "exchange_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pt_intake_snapshot *pt_intake_snapshot_ref(struct pt_intake_snapshot *r) {
    atomic_fetch_add(&r->refs, 1);
    return r;
}

void pt_intake_snapshot_unref(struct pt_intake_snapshot *r) {
    if (r == NULL || atomic_fetch_sub(&r->refs, 1) != 1) {
        return;
    }
    pt_keyhistory_free(r->keys);
    pt_codes_free(r->codes);
    free(r);
}

const char *pt_snapshot_party_of(const struct pt_intake_snapshot *r, const char *uscc,
                                 const char *self) {
    const char *found = NULL;
    for (size_t i = 0; i < r->n_members; i++) {
        if (strcmp(r->members[i].uscc, uscc) != 0) {
            continue;
        }
        if (strcmp(r->members[i].party, self) == 0) {
            return NULL; /* its own, even if another member shares it */
        }
        found = r->members[i].party;
    }
    return found;
}

static void copy_members(struct pt_intake_snapshot *r, const Pentad__V1__Genesis *g) {
    PT_ASSERT(g->n_parties <= MEMBERS_MAX);
    for (size_t i = 0; i < g->n_parties; i++) {
        (void)snprintf(r->members[i].party, sizeof r->members[i].party, "%s", g->parties[i]->party);
        (void)snprintf(r->members[i].uscc, sizeof r->members[i].uscc, "%s", g->parties[i]->uscc);
    }
    r->n_members = g->n_parties;
}

static struct pt_intake_snapshot *snapshot_make(const struct pt_exchange *x) {
    struct pt_intake_snapshot *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return NULL;
    }
    atomic_init(&r->refs, 1);
    r->hub = x->hub;
    r->sv = x->sv;
    copy_members(r, x->genesis.genesis);
    if (pt_keyhistory_clone(x->keys, &r->keys) != 0 ||
        pt_codes_clone(x->codes, &r->codes, NULL) != 0) {
        pt_intake_snapshot_unref(r);
        return NULL;
    }
    return r;
}

struct pt_intake_snapshot *pt_exchange_snapshot(struct pt_exchange *x) {
    PT_ASSERT(x->size > 0);
    if (x->snapshot != NULL && x->keys_version != pt_keyhistory_version(x->keys)) {
        pt_intake_snapshot_unref(x->snapshot);
        x->snapshot = NULL;
    }
    if (x->snapshot == NULL) {
        x->snapshot = snapshot_make(x);
        x->keys_version = pt_keyhistory_version(x->keys);
    }
    return x->snapshot != NULL ? pt_intake_snapshot_ref(x->snapshot) : NULL;
}
