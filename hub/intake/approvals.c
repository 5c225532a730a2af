#include "exchange_internal.h"

#include <stdlib.h>
#include <string.h>

#include <pentad/record/catalogue.h>

static void target_drop(struct pt_exchange *x, size_t i) {
    x->target_bytes -= x->targets[i].len;
    free(x->targets[i].bytes);
    memmove(x->targets + i, x->targets + i + 1, (x->n_targets - i - 1) * sizeof *x->targets);
    x->n_targets--;
}

/* Bounded, in number and in bytes: the oldest that too few approved gives way, of code tables only
 * (with_bytes) or of any; false where all that wait are approved. A party that floods the log with
 * targets pushes out its own, never what others have approved already. */
static bool make_way(struct pt_exchange *x, bool with_bytes) {
    for (size_t i = 0; i < x->n_targets; i++) {
        if (!x->targets[i].complete && (!with_bytes || x->targets[i].len > 0)) {
            target_drop(x, i);
            return true;
        }
    }
    return false;
}

/* *ret is NULL where there is no room: the record then has no effect. */
static int target_new(struct pt_exchange *x, const struct standing *at, struct target **ret) {
    *ret = NULL;
    if (x->n_targets == PT_EXCHANGE_TARGETS_MAX && !make_way(x, false)) {
        return 0;
    }
    if (x->n_targets == x->cap_targets) {
        size_t cap = x->cap_targets == 0 ? 16 : 2 * x->cap_targets;
        struct target *grown = realloc(x->targets, cap * sizeof *grown);
        if (grown == NULL) {
            return PT_E_NOMEM;
        }
        x->targets = grown;
        x->cap_targets = cap;
    }
    struct target *t = &x->targets[x->n_targets++];
    memset(t, 0, sizeof *t);
    t->record = at->hash;
    memcpy(t->party, at->party, strlen(at->party));
    memcpy(t->stream, at->stream, strlen(at->stream));
    *ret = t;
    return 0;
}

static void place_of(struct pt_exchange_place *ret, const struct standing *at) {
    memcpy(ret->party, at->party, strlen(at->party) + 1);
    memcpy(ret->stream, at->stream, strlen(at->stream) + 1);
    ret->seq = at->seq;
}

int pt_targets_add_erasure(struct pt_exchange *x, const struct standing *at,
                           const Pentad__V1__Erasure *erasure) {
    const Pentad__V1__RecordRef *r = erasure->record;
    const struct pt_record_info *info =
        erasure->type != NULL ? pt_record_info_by_code(erasure->type) : NULL;
    struct pt_exchange_erasure e = {.order = at->hash};
    struct target *t;
    if (info == NULL || r == NULL || r->party == NULL || r->stream == NULL ||
        !pt_name_valid(r->party) || !pt_name_valid(r->stream) || !r->has_hash ||
        pt_hash_from_bytes(&e.record, r->hash.data, r->hash.len) != 0) {
        return 0;
    }
    e.seq = r->seq;
    e.type = info->type;
    memcpy(e.party, r->party, strlen(r->party));
    memcpy(e.stream, r->stream, strlen(r->stream));
    place_of(&e.order_at, at);
    int code = target_new(x, at, &t);
    if (code == 0 && t != NULL) {
        t->is_erasure = true;
        t->erasure = e;
    }
    return code;
}

static int erasure_in_force(struct pt_exchange *x, const struct pt_exchange_erasure *e) {
    if (x->n_erasures == x->cap_erasures) {
        size_t cap = x->cap_erasures == 0 ? 16 : 2 * x->cap_erasures;
        struct pt_exchange_erasure *grown = realloc(x->erasures, cap * sizeof *grown);
        if (grown == NULL) {
            return PT_E_NOMEM;
        }
        x->erasures = grown;
        x->cap_erasures = cap;
    }
    x->erasures[x->n_erasures++] = *e;
    return 0;
}

void pt_targets_done(struct pt_exchange *x) {
    while (x->n_targets > 0) {
        target_drop(x, x->n_targets - 1);
    }
    free(x->targets);
    x->targets = NULL;
    free(x->erasures);
    x->erasures = NULL;
}

int pt_targets_add_lift(struct pt_exchange *x, const struct standing *at,
                        const Pentad__V1__Lift *lift) {
    struct target *t;
    struct pt_hash incident;
    if (lift->party == NULL || lift->stream == NULL || !pt_name_valid(lift->party) ||
        !pt_name_valid(lift->stream) || lift->incident == NULL || !lift->incident->has_hash ||
        pt_hash_from_bytes(&incident, lift->incident->hash.data, lift->incident->hash.len) != 0) {
        return 0;
    }
    const struct stream_slot *s = pt_stream_find(x, lift->party, lift->stream);
    if (s == NULL || !s->s.frozen || !pt_hash_eq(&s->s.incident, &incident)) {
        return 0;
    }
    int code = target_new(x, at, &t);
    if (code == 0 && t != NULL) {
        t->is_lift = true;
        t->incident = incident;
        memcpy(t->lift_party, lift->party, strlen(lift->party));
        memcpy(t->lift_stream, lift->stream, strlen(lift->stream));
    }
    return code;
}

int pt_targets_add_codes(struct pt_exchange *x, const struct standing *at, int32_t effective,
                         struct pt_span record) {
    struct target *t;
    while (record.len > PT_EXCHANGE_TARGET_BYTES_MAX - x->target_bytes) {
        if (!make_way(x, true)) {
            return 0;
        }
    }
    uint8_t *bytes = malloc(record.len > 0 ? record.len : 1);
    if (bytes == NULL) {
        return PT_E_NOMEM;
    }
    int code = target_new(x, at, &t);
    if (code != 0 || t == NULL) {
        free(bytes);
        return code;
    }
    memcpy(bytes, record.p, record.len);
    t->effective = effective;
    t->bytes = bytes;
    t->len = record.len;
    x->target_bytes += record.len;
    return 0;
}

static void lift_now(struct pt_exchange *x, size_t i) {
    const struct target *t = &x->targets[i];
    struct stream_slot *s = pt_stream_find(x, t->lift_party, t->lift_stream);
    if (s != NULL && s->s.frozen && pt_hash_eq(&s->s.incident, &t->incident)) {
        s->s.frozen = false;
    }
    target_drop(x, i);
}

void pt_targets_approve(struct pt_exchange *x, const struct standing *at,
                        const Pentad__V1__Approval *a) {
    struct pt_hash h;
    unsigned count = 0;
    if (a->target == NULL || a->target->party == NULL || a->target->stream == NULL ||
        !a->target->has_hash ||
        pt_hash_from_bytes(&h, a->target->hash.data, a->target->hash.len) != 0) {
        return;
    }
    for (size_t i = 0; i < x->n_targets; i++) {
        struct target *t = &x->targets[i];
        if (t->complete || !pt_hash_eq(&t->record, &h) || strcmp(t->party, a->target->party) != 0 ||
            strcmp(t->stream, a->target->stream) != 0 ||
            !pt_approval_names(a, t->is_lift      ? "Lift"
                                  : t->is_erasure ? "Erasure"
                                                  : "H09")) {
            continue;
        }
        for (unsigned p = 0; p < PT_APPROVERS; p++) {
            if (strcmp(pt_approvers[p], at->party) == 0) {
                t->approved[p] = a->verdict == PENTAD__V1__VERDICT__VERDICT_APPROVE;
                place_of(&t->erasure.approvals[p], at);
                t->erasure.approvals[p].seq = t->approved[p] ? at->seq : 0;
            }
            count += t->approved[p] ? 1 : 0;
        }
        t->complete = count >= APPROVALS_NEEDED;
        if (t->complete && t->is_lift) {
            lift_now(x, i);
        }
        return;
    }
}

/* A table for another family, or one that no longer decodes, has no effect. */
static int enforce(struct pt_exchange *x, const struct target *t) {
    Pentad__V1__Record *rec = NULL;
    struct pt_codes *next = NULL;
    pt_arena_reset(&x->scratch);
    int code = pt_record_decode(pt_span(t->bytes, t->len), &x->scratch, &rec, NULL);
    if (code == 0 && rec->body_case == PENTAD__V1__RECORD__BODY_CODE_TABLE) {
        code = pt_codes_clone(x->codes, &next, NULL);
        if (code == 0) {
            code = pt_codes_apply(next, rec->code_table, NULL);
        }
        if (code == 0) {
            pt_codes_free(x->codes);
            x->codes = next;
            next = NULL;
            pt_intake_snapshot_unref(x->snapshot);
            x->snapshot = NULL;
        }
        pt_codes_free(next);
    }
    return code == PT_E_NOMEM ? code : 0;
}

int pt_targets_tick(struct pt_exchange *x, int32_t day, struct pt_err *err) {
    for (size_t i = 0; i < x->n_targets;) {
        const struct target *t = &x->targets[i];
        if (!t->complete || t->is_lift || t->effective > day) {
            i++;
            continue;
        }
        if ((t->is_erasure ? erasure_in_force(x, &t->erasure) : enforce(x, t)) != 0) {
            return pt_err_set(err, PT_E_NOMEM, "out of memory for a code table or an erasure");
        }
        target_drop(x, i);
    }
    return 0;
}
