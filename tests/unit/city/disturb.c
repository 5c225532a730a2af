#include "disturb.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include <pentad/base/err.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/v1/envelope.pb-c.h>

enum { TRIES = 30, A_DAY = 3 };

/* Of which a figure or a state is made. */
static bool disturbed(int type) {
    static const int types[] = {
        PT_TYPE_ALLOTMENT,    PT_TYPE_CARRY_OVER,    PT_TYPE_PAYMENT_BATCH,  PT_TYPE_FUND_CONTROL,
        PT_TYPE_EVALUATION,   PT_TYPE_PERF_GOAL,     PT_TYPE_MONITOR_REPORT, PT_TYPE_REGION_FISCAL,
        PT_TYPE_AUDIT_FIGURE, PT_TYPE_AUDIT_FINDING, PT_TYPE_AUDIT_VERIFY,   PT_TYPE_RECTIFICATION,
        PT_TYPE_GOAL_REVIEW,  PT_TYPE_EX_ANTE_EVAL,  PT_TYPE_BUDGET_REVIEW,  PT_TYPE_LIBRARY_EVENT,
        PT_TYPE_RESULT_USE,   PT_TYPE_NOTICE,        PT_TYPE_SUBJECT_PROFILE};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i] == type)
            return true;
    return false;
}

static bool ends_in(const char *name, const char *end) {
    size_t n = strlen(name);
    size_t k = strlen(end);

    return n >= k && strcmp(name + n - k, end) == 0;
}

static void change_one(const ProtobufCFieldDescriptor *f, void *value, struct pt_rng *rng) {
    int percent = 60 + (int)pt_rng_below(rng, 60);

    if (f->type == PROTOBUF_C_TYPE_INT64 && ends_in(f->name, "fen")) {
        int64_t *v = value;

        *v = *v / 100 * percent;
    } else if (f->type == PROTOBUF_C_TYPE_INT32 && ends_in(f->name, "score_cp")) {
        int32_t *v = value;

        *v = (int32_t)((int64_t)*v * percent / 120);
    }
}

/* Every amount and every score of a message, but those of lists of numbers. */
static void change_amounts(ProtobufCMessage *m, struct pt_rng *rng) {
    for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
        uint8_t *at = (uint8_t *)m + f->offset;
        size_t n = 1;
        ProtobufCMessage **sub = (ProtobufCMessage **)(void *)at;

        if (f->label == PROTOBUF_C_LABEL_REPEATED) {
            memcpy(&n, (uint8_t *)m + f->quantifier_offset, sizeof n);
            if (f->type != PROTOBUF_C_TYPE_MESSAGE)
                continue;
            memcpy(&sub, at, sizeof(void *));
        }
        if (f->type != PROTOBUF_C_TYPE_MESSAGE)
            change_one(f, at, rng);
        for (size_t k = 0; f->type == PROTOBUF_C_TYPE_MESSAGE && k < n; k++)
            if (sub[k])
                change_amounts(sub[k], rng);
    }
}

/* A late one is a fact of its own: its numbers are new. */
static void rename_lines(Pentad__V1__Record *r, uint64_t no) {
    static char text[64][40];
    int n = 0;

    if (r->body_case == PENTAD__V1__RECORD__BODY_ALLOTMENT) {
        (void)snprintf(text[0], sizeof text[0], "LATE-%llu", (unsigned long long)no);
        r->allotment->quota_no = text[0];
    }
    if (r->body_case != PENTAD__V1__RECORD__BODY_PAYMENT_BATCH)
        return;
    if (r->payment_batch->n_lines > 64)
        r->payment_batch->n_lines = 64;
    for (size_t i = 0; i < r->payment_batch->n_lines; i++, n++) {
        (void)snprintf(text[n], sizeof text[n], "LATE-%llu-%d", (unsigned long long)no, n);
        r->payment_batch->lines[i]->voucher_no = text[n];
    }
}

/* Now and then the money is another department's: that of an allotment looked at before. */
static void move_dept(Pentad__V1__Record *r, struct pt_rng *rng) {
    static char dept[64], other[64];

    if (r->body_case != PENTAD__V1__RECORD__BODY_ALLOTMENT || !r->allotment->dept)
        return;
    (void)snprintf(other, sizeof other, "%s", dept[0] ? dept : r->allotment->dept);
    (void)snprintf(dept, sizeof dept, "%s", r->allotment->dept);
    if (pt_rng_below(rng, 4) == 0)
        r->allotment->dept = other;
}

struct found {
    Pentad__V1__Record *r; /* in the arena */
    Pentad__V1__RecordRef ref;
    uint8_t hash[32];
};

/* Any record of a body's whose type is disturbed. */
static bool find(struct mklog *m, struct pt_rng *rng, struct found *ret) {
    ProtobufCAllocator alloc = pt_arena_allocator(&m->arena);

    for (int i = 0; i < TRIES && m->n > 1; i++) {
        const struct pt_fold_entry *e = &m->e[1 + pt_rng_below(rng, m->n - 1)];
        Pentad__V1__LogEntry *le =
            pentad__v1__log_entry__unpack(&alloc, e->log_entry.len, e->log_entry.p);
        struct pt_span s = e->n ? e->records[pt_rng_below(rng, e->n)] : pt_span(NULL, 0);
        Pentad__V1__BatchStatement *b;

        ret->r = s.len ? pentad__v1__record__unpack(&alloc, s.len, s.p) : NULL;
        if (!le || !ret->r || !disturbed((int)ret->r->body_case))
            continue;
        b = pentad__v1__batch_statement__unpack(&alloc, le->envelope->payload.len,
                                                le->envelope->payload.data);
        PT_ASSERT(b != NULL);
        pentad__v1__record_ref__init(&ret->ref);
        ret->ref.party = b->party;
        ret->ref.stream = b->stream;
        ret->ref.has_seq = 1;
        ret->ref.seq = ret->r->seq;
        ret->ref.has_hash = 1;
        ret->ref.hash.data = ret->hash;
        ret->ref.hash.len = sizeof ret->hash;
        /* The byte that leaves begin with stands before it: see mk_add_on. */
        EVP_Digest((const uint8_t *)s.p - 1, s.len + 1, ret->hash, NULL, EVP_sha256(), NULL);
        return true;
    }
    return false;
}

static char reason[] = "更正";

static void correct(struct mklog *m, struct pt_rng *rng, struct found *f, uint64_t how) {
    bool payment = f->r->body_case == PENTAD__V1__RECORD__BODY_PAYMENT_BATCH;

    f->r->issued_at_ms = 0; /* anew */
    if (how == 0) {         /* late */
        f->r->has_correction = 0;
        f->r->corrects = NULL;
        rename_lines(f->r, m->nonce);
    } else {
        f->r->has_correction = 1;
        f->r->correction = payment    ? PENTAD__V1__CORRECTION__CORRECTION_REVERSE
                           : how <= 3 ? PENTAD__V1__CORRECTION__CORRECTION_REPLACE
                                      : PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW;
        f->r->corrects = &f->ref;
        f->r->correction_reason = reason;
    }
    if (how <= 3 && !(payment && how > 0)) {
        change_amounts(&f->r->base, rng);
        move_dept(f->r, rng);
    }
    (void)mk_add_on(m, f->ref.party, f->ref.stream, f->r);
}

size_t disturb(struct mklog *m, struct pt_rng *rng, int32_t day) {
    size_t n = day < 20190115 ? 0 : pt_rng_below(rng, A_DAY);
    size_t done = 0;

    for (size_t i = 0; i < n; i++) {
        struct found f;

        if (!find(m, rng, &f))
            continue;
        correct(m, rng, &f, pt_rng_below(rng, 5));
        done++;
        if (pt_rng_below(rng, 10) == 0 && f.r->has_correction) { /* and once more */
            correct(m, rng, &f, 1 + pt_rng_below(rng, 4));
            done++;
        }
    }
    return done;
}
