/* Erased records of a bundle: what stands in their place is their hash, and beside them the order
 * that destroyed them, with the approvals that brought it into force. docs/formats.md 6. */
#include "evidence_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/record/party.h>

enum { NEEDED = 2, ERASED_MAX = 256 /* of a bundle */ };

/* Decoded anew: it was checked when the bundle was read. NULL where it doesn't hold. */
static Pentad__V1__Record *decode(const struct pt_evidence_record *rec) {
    ProtobufCMessage *m = NULL;

    if (!rec->ok || rec->erased || rec->withheld ||
        pt_strict_unpack(&pentad__v1__record__descriptor, rec->bytes, &m, NULL) != 0) {
        return NULL;
    }
    return (Pentad__V1__Record *)m;
}

static bool names(const Pentad__V1__RecordRef *ref, const char *party, const char *stream,
                  uint64_t seq, const struct pt_hash *hash) {
    struct pt_hash h;

    return ref != NULL && ref->party != NULL && ref->stream != NULL && ref->has_hash &&
           pt_hash_from_bytes(&h, ref->hash.data, ref->hash.len) == 0 && pt_hash_eq(&h, hash) &&
           ref->seq == seq && strcmp(ref->party, party) == 0 && strcmp(ref->stream, stream) == 0;
}

static bool is_order_over(const struct pt_evidence_record *by, const Pentad__V1__Record *m,
                          const struct pt_evidence_record *erased) {
    return m->body_case == PENTAD__V1__RECORD__BODY_ERASURE && strcmp(by->party, "office") == 0 &&
           by->log_index > erased->log_index &&
           names(m->erasure->record, erased->party, erased->stream, erased->seq, &erased->hash);
}

static unsigned approvals_of(const struct pt_evidence_result *r,
                             const struct pt_evidence_record *order) {
    bool yes[PT_APPROVERS] = {false};
    unsigned n = 0;

    for (size_t i = 0; i < r->n_records; i++) {
        const struct pt_evidence_record *by = &r->records[i];
        Pentad__V1__Record *m = decode(by);

        for (unsigned p = 0; m != NULL && p < PT_APPROVERS; p++) {
            yes[p] =
                yes[p] ||
                (strcmp(by->party, pt_approvers[p]) == 0 && by->log_index > order->log_index &&
                 m->body_case == PENTAD__V1__RECORD__BODY_APPROVAL &&
                 m->approval->verdict == PENTAD__V1__VERDICT__VERDICT_APPROVE &&
                 pt_approval_names(m->approval, "Erasure") &&
                 names(m->approval->target, order->party, order->stream, order->seq, &order->hash));
        }
        protobuf_c_message_free_unpacked(m != NULL ? &m->base : NULL, NULL);
    }
    for (unsigned p = 0; p < PT_APPROVERS; p++) {
        n += yes[p];
    }
    return n;
}

static bool find_order(const struct pt_evidence_result *r, struct pt_evidence_record *erased) {
    for (size_t i = 0; i < r->n_records; i++) {
        const struct pt_evidence_record *by = &r->records[i];
        Pentad__V1__Record *m = decode(by);
        bool is = m != NULL && is_order_over(by, m, erased);

        protobuf_c_message_free_unpacked(m != NULL ? &m->base : NULL, NULL);
        if (is && approvals_of(r, by) >= NEEDED) {
            snprintf(erased->order, sizeof(erased->order), "%s/%s#%" PRIu64, by->party, by->stream,
                     by->seq);
            return true;
        }
    }
    return false;
}

void pt_evidence_check_orders(struct pt_evidence_run *run) {
    struct pt_evidence_result *r = run->r;
    uint64_t n = 0, held = 0;

    for (size_t i = 0; i < r->n_records; i++) {
        struct pt_evidence_record *e = &r->records[i];
        char where[96];

        if (!e->erased) {
            continue;
        }
        n++;
        if (e->ok && n <= ERASED_MAX && find_order(r, e)) {
            held++;
            continue;
        }
        snprintf(where, sizeof(where), "%s/%s#%" PRIu64, e->party, e->stream, e->seq);
        pt_evidence_fail(
            run, "erasure", PT_E_PROOF, where,
            "no order that two bodies outside finance approved says that its bytes are "
            "destroyed");
        e->ok = false;
    }
    if (n > 0 && held == n) {
        pt_evidence_held(run, "erasure", n, "record was destroyed by an approved order",
                         "records were destroyed by approved orders");
    }
}
