/* Changes of keys or of the policy that a log doesn't show. Nobody may destroy or withhold one, so
 * its bytes are at hand wherever records are; where they aren't, the bodies that approved the
 * change name it by its place and hash under their own signatures. Three of the four are as many as
 * bring it into force: fewer might be wrong. */
#include "checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/v1/record.pb-c.h>

int pt_checker_shown(struct checker *c, const struct pt_hash *change) {
    int rc = pt_checker_grow((void **)&c->shown, c->n_shown, &c->cap_shown, sizeof *c->shown);
    if (rc == 0) {
        c->shown[c->n_shown++] = *change;
    }
    return rc;
}

int pt_checker_approval(struct checker *c, const char *party, const Pentad__V1__Approval *a) {
    const Pentad__V1__RecordRef *ref = a->target;
    struct check_approval *x;
    struct pt_hash h;
    int by = pt_approver(party);
    bool says = a->target_type != NULL && (strcmp(a->target_type, PT_KEYCHANGE_CODE) == 0 ||
                                           strcmp(a->target_type, PT_POLICYCHANGE_CODE) == 0);
    if (by < 0 || !says || ref == NULL || ref->party == NULL || ref->stream == NULL ||
        strlen(ref->party) > PT_NAME_MAX || strlen(ref->stream) > PT_NAME_MAX || !ref->has_hash ||
        pt_hash_from_bytes(&h, ref->hash.data, ref->hash.len) != 0) {
        return 0;
    }
    int rc = pt_checker_grow((void **)&c->approvals, c->n_approvals, &c->cap_approvals,
                             sizeof *c->approvals);
    if (rc != 0) {
        return rc;
    }
    x = &c->approvals[c->n_approvals];
    *x = (struct check_approval){.n = c->n_approvals++,
                                 .of = h,
                                 .seq = ref->seq,
                                 .by = (unsigned)by,
                                 .approves = a->verdict == PENTAD__V1__VERDICT__VERDICT_APPROVE};
    (void)snprintf(x->party, sizeof x->party, "%s", ref->party);
    (void)snprintf(x->stream, sizeof x->stream, "%s", ref->stream);
    return 0;
}

static int by_target(const struct check_approval *a, const struct check_approval *b) {
    int d = memcmp(a->of.b, b->of.b, PT_HASH_LEN);
    d = d != 0 ? d : strcmp(a->party, b->party);
    d = d != 0 ? d : strcmp(a->stream, b->stream);
    return d != 0 ? d : (a->seq > b->seq) - (a->seq < b->seq);
}

static int in_order(const void *a, const void *b) {
    const struct check_approval *x = a, *y = b;
    int d = by_target(x, y);
    return d != 0 ? d : (x->n > y->n) - (x->n < y->n);
}

static bool is_shown(const struct checker *c, const struct pt_hash *change) {
    for (size_t i = 0; i < c->n_shown; i++) {
        if (pt_hash_eq(&c->shown[i], change)) {
            return true;
        }
    }
    return false;
}

/* Has the log come by that place? What is approved before it is there may still come. */
static bool is_passed(const struct checker *c, const struct check_approval *a) {
    for (size_t i = 0; i < c->n_streams; i++) {
        const struct check_stream *s = &c->streams[i];
        if (strcmp(s->party, a->party) == 0 && strcmp(s->stream, a->stream) == 0) {
            return a->seq > 0 && a->seq < s->next_seq;
        }
    }
    return false;
}

/* Approvals [from, to) are of one target, each body's in log order: its last word counts. */
static bool is_hidden(const struct checker *c, size_t from, size_t to) {
    bool approved[PT_APPROVERS] = {false};
    unsigned n = 0;
    for (size_t i = from; i < to; i++) {
        approved[c->approvals[i].by] = c->approvals[i].approves;
    }
    for (unsigned i = 0; i < PT_APPROVERS; i++) {
        n += approved[i] ? 1 : 0;
    }
    return n >= PT_KEYHISTORY_APPROVALS && is_passed(c, &c->approvals[from]) &&
           !is_shown(c, &c->approvals[from].of);
}

static void name_hidden(struct checker *c, const struct check_approval *a) {
    char where[160];
    struct fault_at at = {.check = "change", .where = where, .seq = a->seq};
    (void)snprintf(where, sizeof where, "%s/%s#%llu", a->party, a->stream,
                   (unsigned long long)a->seq);
    pt_hash_hex(at.expected, &a->of);
    pt_checker_fault(
        c, &at, PT_E_PROOF,
        "the bodies have approved it as a change of keys or of the policy, and no such "
        "record is shown there");
}

bool pt_checker_changes_shown(struct checker *c, bool name) {
    bool all = true;
    if (c->n_approvals > 0) {
        qsort(c->approvals, c->n_approvals, sizeof *c->approvals, in_order);
    }
    for (size_t i = 0, end; i < c->n_approvals; i = end) {
        for (end = i + 1;
             end < c->n_approvals && by_target(&c->approvals[i], &c->approvals[end]) == 0;) {
            end++;
        }
        if (is_hidden(c, i, end)) {
            all = false;
            if (name) {
                name_hidden(c, &c->approvals[i]);
            }
        }
    }
    return all;
}
