#include "exchange_private.h"

#include <stdlib.h>

struct pt_intake_rules *pt_intake_rules_ref(struct pt_intake_rules *r) {
    atomic_fetch_add(&r->refs, 1);
    return r;
}

void pt_intake_rules_unref(struct pt_intake_rules *r) {
    if (r == NULL || atomic_fetch_sub(&r->refs, 1) != 1) {
        return;
    }
    pt_keyhistory_free(r->keys);
    pt_codes_free(r->codes);
    free(r);
}

uint64_t pt_intake_rules_generation(const struct pt_intake_rules *r) {
    return r->generation;
}

const struct pt_hash *pt_intake_rules_hub(const struct pt_intake_rules *r) {
    return &r->hub;
}

const struct pt_keyhistory *pt_intake_rules_keys(const struct pt_intake_rules *r) {
    return r->keys;
}

const struct pt_codes *pt_intake_rules_codes(const struct pt_intake_rules *r) {
    return r->codes;
}

static struct pt_intake_rules *rules_make(const struct pt_exchange *x) {
    struct pt_intake_rules *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return NULL;
    }
    atomic_init(&r->refs, 1);
    r->generation = x->generation;
    r->hub = x->hub;
    r->sv = x->sv;
    if (pt_keyhistory_clone(x->keys, &r->keys) != 0 ||
        pt_codes_clone(x->codes, &r->codes, NULL) != 0) {
        pt_intake_rules_unref(r);
        return NULL;
    }
    return r;
}

struct pt_intake_rules *pt_exchange_rules(struct pt_exchange *x) {
    PT_ASSERT(x->size > 0);
    if (x->rules != NULL && x->keys_version != pt_keyhistory_version(x->keys)) {
        pt_intake_rules_unref(x->rules);
        x->rules = NULL;
    }
    if (x->rules == NULL) {
        x->generation++;
        x->rules = rules_make(x);
        x->keys_version = pt_keyhistory_version(x->keys);
    }
    return x->rules != NULL ? pt_intake_rules_ref(x->rules) : NULL;
}
