/* Erased records in a check: each must have its order, which the log holds behind it, with the
 * approvals of two of the four bodies outside finance and a tick. */
#include "checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/record/catalogue.h>
#include <pentad/v1/record.pb-c.h>

#define NEEDED 2

int pt_checker_grow(void **array, size_t n, size_t *cap, size_t size) {
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
        rc = pt_checker_grow((void **)&c->claims, c->n_claims, &c->cap_claims, sizeof *c->claims);
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

/* Records about the exchange itself stay, whoever orders what: the log is read by them. */
static bool may_go(const char *type) {
    const struct pt_record_info *info = type != NULL ? pt_record_info_by_code(type) : NULL;
    return info != NULL && (info->flags & PT_RT_EXCHANGE) == 0;
}

static int add_order(struct checker *c, const struct pt_key_event *at, uint64_t seq,
                     const Pentad__V1__Erasure *e) {
    const Pentad__V1__RecordRef *ref = e->record;
    struct check_order o = {.hash = at->record_hash, .seq = seq};
    if (!may_go(e->type) || strcmp(at->party, "office") != 0 || ref == NULL || ref->party == NULL ||
        ref->stream == NULL || strlen(ref->party) > PT_NAME_MAX ||
        strlen(ref->stream) > PT_NAME_MAX || !ref->has_hash ||
        pt_hash_from_bytes(&o.record, ref->hash.data, ref->hash.len) != 0) {
        return 0;
    }
    (void)snprintf(o.stream, sizeof o.stream, "%s", at->stream);
    (void)snprintf(o.of_party, sizeof o.of_party, "%s", ref->party);
    (void)snprintf(o.of_stream, sizeof o.of_stream, "%s", ref->stream);
    o.of_seq = ref->seq;
    int rc = pt_checker_grow((void **)&c->orders, c->n_orders, &c->cap_orders, sizeof *c->orders);
    if (rc == 0) {
        c->orders[c->n_orders++] = o;
    }
    return rc;
}

static void approve(struct checker *c, const char *party, const Pentad__V1__Approval *a) {
    const Pentad__V1__RecordRef *ref = a->target;
    int by = pt_approver(party);
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
        if (by >= 0) {
            o->approved[by] = a->verdict == PENTAD__V1__VERDICT__VERDICT_APPROVE;
        }
        for (unsigned p = 0; p < PT_APPROVERS; p++) {
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
        rc = add_order(c, at, seq, r->erasure);
    } else if (r->body_case == PENTAD__V1__RECORD__BODY_APPROVAL) {
        approve(c, at->party, r->approval);
    }
    protobuf_c_message_free_unpacked(m, NULL);
    return rc;
}

void pt_checker_orders_tick(struct checker *c, uint64_t log_index) {
    for (size_t i = 0; i < c->n_orders; i++) {
        struct check_order *o = &c->orders[i];
        if (o->in_force_at != 0 && o->settled_at == 0) {
            o->settled_at = log_index;
        }
        if (o->complete && o->in_force_at == 0) {
            o->in_force_at = log_index;
        }
    }
}

/* The order in force that destroyed the record; NULL: there is none. */
static const struct check_order *order_of(const struct checker *c, const struct check_claim *k) {
    for (size_t i = 0; i < c->n_orders; i++) {
        const struct check_order *o = &c->orders[i];
        if (o->in_force_at != 0 && pt_hash_eq(&o->hash, &k->order) &&
            pt_hash_eq(&o->record, &k->hash) && o->of_seq == k->seq &&
            strcmp(o->of_party, k->party) == 0 && strcmp(o->of_stream, k->stream) == 0) {
            return o;
        }
    }
    return NULL;
}

bool pt_checker_claims_met(const struct checker *c) {
    for (size_t i = 0; i < c->n_claims; i++) {
        if (order_of(c, &c->claims[i]) == NULL) {
            return false;
        }
    }
    return true;
}

static void claim_unmet(struct checker *c, const struct check_claim *k) {
    struct check_item item = {.index = k->index};
    const struct fault_at at = {.check = "erasure", .item = &item, .seq = k->seq};
    (void)snprintf(item.where, sizeof item.where, "log entry %llu (%s/%s#%llu)",
                   (unsigned long long)k->index, k->party, k->stream, (unsigned long long)k->seq);
    pt_checker_fault(c, &at, PT_E_PROOF,
                     "its bytes are gone, and the log has no order in force that says so");
}

void pt_checker_claims_end(struct checker *c) {
    struct pt_log_excuse last = {0};
    for (size_t i = 0; i < c->n_claims; i++) {
        const struct check_order *o = order_of(c, &c->claims[i]);
        if (o == NULL) {
            claim_unmet(c, &c->claims[i]);
            continue;
        }
        const struct pt_log_excuse x = {c->claims[i].index, o->in_force_at, o->settled_at};
        if (c->o->excuse != NULL && memcmp(&x, &last, sizeof x) != 0) {
            c->o->excuse(c->o->ctx, &x);
        }
        last = x;
    }
}

void pt_checker_claims_done(struct checker *c) {
    free(c->claims);
    free(c->orders);
}
