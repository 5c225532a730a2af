/* Erased records in a check: each must have its order, which the log holds behind it, with the
 * approvals of two of the four bodies outside finance and a tick. */
#include "checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/v1/record.pb-c.h>

#define NEEDED 2
static const char *const approvers[CHECK_APPROVERS] = {"congress", "discipline", "organization",
                                                       "audit"};

/* Room for one more in an array of `size` bytes an item. */
static int grow(void **array, size_t n, size_t *cap, size_t size) {
    if (n < *cap) {
        return 0;
    }
    size_t wanted = *cap == 0 ? 16 : 2 * *cap;
    void *grown = realloc(*array, wanted * size);
    if (grown == NULL) {
        return PT_E_NOMEM;
    }
    *array = grown;
    *cap = wanted;
    return 0;
}

int pt_checker_claims(struct checker *c, const struct check_item *k) {
    const struct pt_statement *st = &k->e.statement;
    struct check_record rec;
    size_t pos = 0;
    int rc = 0;
    for (uint64_t seq = st->first_seq; rc == 0 && pt_checker_record_next(c, k, &pos, &rec) == 1;
         seq++) {
        if (!rec.erased) {
            continue;
        }
        rc = grow((void **)&c->claims, c->n_claims, &c->cap_claims, sizeof *c->claims);
        if (rc == 0) {
            struct check_claim *claim = &c->claims[c->n_claims++];
            *claim = (struct check_claim){
                .index = k->index, .seq = seq, .hash = rec.hash, .order = rec.order};
            (void)snprintf(claim->party, sizeof claim->party, "%s", st->msg->party);
            (void)snprintf(claim->stream, sizeof claim->stream, "%s", st->msg->stream);
        }
    }
    return rc;
}

static int add_order(struct checker *c, const struct pt_key_event *at, uint64_t seq,
                     const Pentad__V1__RecordRef *ref) {
    struct check_order o = {.hash = at->record_hash, .seq = seq};
    if (strcmp(at->party, "office") != 0 || ref == NULL || ref->party == NULL ||
        ref->stream == NULL || strlen(ref->party) > PT_NAME_MAX ||
        strlen(ref->stream) > PT_NAME_MAX || !ref->has_hash ||
        pt_hash_from_bytes(&o.record, ref->hash.data, ref->hash.len) != 0) {
        return 0;
    }
    (void)snprintf(o.stream, sizeof o.stream, "%s", at->stream);
    (void)snprintf(o.of_party, sizeof o.of_party, "%s", ref->party);
    (void)snprintf(o.of_stream, sizeof o.of_stream, "%s", ref->stream);
    o.of_seq = ref->seq;
    int rc = grow((void **)&c->orders, c->n_orders, &c->cap_orders, sizeof *c->orders);
    if (rc == 0) {
        c->orders[c->n_orders++] = o;
    }
    return rc;
}

static void approve(struct checker *c, const char *party, const Pentad__V1__Approval *a) {
    const Pentad__V1__RecordRef *ref = a->target;
    struct pt_hash h;
    if (ref == NULL || ref->party == NULL || ref->stream == NULL || !ref->has_hash ||
        pt_hash_from_bytes(&h, ref->hash.data, ref->hash.len) != 0 ||
        strcmp(ref->party, "office") != 0 || !pt_approval_names(a, "Erasure")) {
        return;
    }
    for (size_t i = 0; i < c->n_orders; i++) {
        struct check_order *o = &c->orders[i];
        unsigned n = 0;
        if (!pt_hash_eq(&o->hash, &h) || o->complete || strcmp(o->stream, ref->stream) != 0) {
            continue;
        }
        for (unsigned p = 0; p < CHECK_APPROVERS; p++) {
            if (strcmp(approvers[p], party) == 0) {
                o->approved[p] = a->verdict == PENTAD__V1__VERDICT__VERDICT_APPROVE;
            }
            n += o->approved[p];
        }
        o->complete = n >= NEEDED;
    }
}

int pt_checker_order(struct checker *c, const struct pt_key_event *at, uint64_t seq,
                     struct pt_span record) {
    ProtobufCMessage *m = NULL;
    int rc = 0;
    if (pt_strict_unpack(&pentad__v1__record__descriptor, record, &m, NULL) != 0) {
        return 0;
    }
    const Pentad__V1__Record *r = (const Pentad__V1__Record *)m;
    if (r->body_case == PENTAD__V1__RECORD__BODY_ERASURE) {
        rc = add_order(c, at, seq, r->erasure->record);
    } else if (r->body_case == PENTAD__V1__RECORD__BODY_APPROVAL) {
        approve(c, at->party, r->approval);
    }
    protobuf_c_message_free_unpacked(m, NULL);
    return rc;
}

void pt_checker_orders_tick(struct checker *c, uint64_t log_index) {
    if (c->ret->erased_until != 0 && c->ret->settled_at == 0) {
        c->ret->settled_at = log_index;
    }
    for (size_t i = 0; i < c->n_orders; i++) {
        if (c->orders[i].complete && !c->orders[i].in_force) {
            c->ret->erased_until = log_index;
            c->ret->settled_at = 0;
        }
        c->orders[i].in_force = c->orders[i].in_force || c->orders[i].complete;
    }
}

static bool is_met(const struct checker *c, const struct check_claim *k) {
    for (size_t i = 0; i < c->n_orders; i++) {
        const struct check_order *o = &c->orders[i];
        if (o->in_force && pt_hash_eq(&o->hash, &k->order) && pt_hash_eq(&o->record, &k->hash) &&
            o->of_seq == k->seq && strcmp(o->of_party, k->party) == 0 &&
            strcmp(o->of_stream, k->stream) == 0) {
            return true;
        }
    }
    return false;
}

bool pt_checker_claims_met(const struct checker *c) {
    for (size_t i = 0; i < c->n_claims; i++) {
        if (!is_met(c, &c->claims[i])) {
            return false;
        }
    }
    return true;
}

void pt_checker_claims_end(struct checker *c) {
    for (size_t i = 0; i < c->n_claims; i++) {
        const struct check_claim *k = &c->claims[i];
        struct check_item item = {.index = k->index};
        (void)snprintf(item.where, sizeof item.where, "log entry %llu (%s/%s#%llu)",
                       (unsigned long long)k->index, k->party, k->stream,
                       (unsigned long long)k->seq);
        if (!is_met(c, k)) {
            const struct fault_at at = {.check = "erasure", .item = &item, .seq = k->seq};
            pt_checker_fault(c, &at, PT_E_PROOF,
                             "its bytes are gone, and the log has no order in force that says so");
        }
    }
}

void pt_checker_claims_done(struct checker *c) {
    free(c->claims);
    free(c->orders);
}
