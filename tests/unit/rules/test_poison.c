/* No record that is accepted ends the fold. What is in the log stays there: a fold that a valid
 * record could end would be ended for everybody and for ever, by whoever may write one.
 *
 * Every good record, with each of its fields at every extreme that the validator lets through, goes
 * into one log; then ticks, the rules, the figures and the traces over all of it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/ledger/figures.h>
#include <pentad/ledger/query.h>

#include "../record/support.h"
#include "world.h"

TestSuite(poison, .timeout = 280);

static const int64_t wide[] = {0,         1,         -1,        PT_FEN_MAX, -PT_FEN_MAX,
                               INT32_MAX, INT64_MAX, INT64_MIN, 1900,       2199,
                               19000101,  21991231,  190001,    219912,     20190229,
                               9999,      10000,     10001,     INT32_MIN,  20200229};
static const char *const texts[] = {"'; DROP TABLE record; --",
                                    "%s%n%s",
                                    "\"}],\\",
                                    "0",
                                    "-0.000001",
                                    "999999999999.999999",
                                    "济",
                                    PROJECT,
                                    USCC_FIRM,
                                    "finance",
                                    "370100",
                                    "NaN",
                                    "1e999"};

struct poisoning {
    struct world w;
    struct pt_codes *codes;
    const struct good *g;
    Pentad__V1__Record *rec;
    struct pt_arena arena;
    unsigned taken, refused;
};

/* What has to add up is made to. */
static void settle(Pentad__V1__Record *r) {
    int64_t sum = 0;

    if (r->body_case == PENTAD__V1__RECORD__BODY_PAYMENT_BATCH) {
        for (size_t i = 0; i < r->payment_batch->n_lines; i++) {
            const Pentad__V1__PaymentLine *l = r->payment_batch->lines[i];
            sum += l->op == PENTAD__V1__PAYMENT_OP__PAYMENT_OP_REFUND ? -(l->fen / 4) * 4 : l->fen;
        }
        r->payment_batch->sum_fen = sum;
    } else if (r->body_case == PENTAD__V1__RECORD__BODY_CONGRESS_APPROVAL) {
        for (size_t i = 0; i < r->congress_approval->n_lines; i++) {
            const Pentad__V1__ApprovalLine *l = r->congress_approval->lines[i];
            sum += l->op == PENTAD__V1__APPROVAL_OP__APPROVAL_OP_REDUCE ? -l->fen : l->fen;
        }
        r->congress_approval->total_fen = sum;
    }
}

static void try_record(struct poisoning *p) {
    struct pt_faults faults;
    struct pt_arena arena;

    pt_arena_init(&arena, 1 << 20);
    pt_faults_init(&faults, &arena);
    settle(p->rec);
    if (pt_record_validate(p->rec, p->codes, p->g->author, RECEIVED_MS, &faults) == 0) {
        Pentad__V1__Record copy = *p->rec;

        (void)mk_add(&p->w.m, pt_party_name(p->g->author), &copy);
        p->taken++;
    } else {
        p->refused++;
    }
    pt_arena_done(&arena);
}

static void each_field(struct poisoning *p, ProtobufCMessage *m);

static void vary_number(struct poisoning *p, ProtobufCType type, void *at) {
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        uint8_t before[8];
        size_t n = type == PROTOBUF_C_TYPE_INT64 || type == PROTOBUF_C_TYPE_UINT64 ? 8 : 4;
        int32_t narrow = (int32_t)wide[i];

        memcpy(before, at, n);
        if (n == 8)
            memcpy(at, &wide[i], 8);
        else
            memcpy(at, &narrow, 4);
        try_record(p);
        memcpy(at, before, n);
    }
}

static void vary_enum(struct poisoning *p, void *at) {
    int32_t before;

    memcpy(&before, at, 4);
    for (int32_t v = -1; v < 16; v++) {
        memcpy(at, &v, 4);
        try_record(p);
    }
    memcpy(at, &before, 4);
}

static void vary_text(struct poisoning *p, char **at) {
    char *before = *at;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *at = (char *)(uintptr_t)texts[i];
        try_record(p);
    }
    *at = before;
}

static void vary(struct poisoning *p, const ProtobufCFieldDescriptor *f, void *at) {
    switch (f->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        if (*(ProtobufCMessage **)at != NULL)
            each_field(p, *(ProtobufCMessage **)at);
        break;
    case PROTOBUF_C_TYPE_STRING:
        vary_text(p, at);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        vary_enum(p, at);
        break;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        vary_number(p, f->type, at);
        break;
    default:
        break;
    }
}

static size_t step_of(ProtobufCType type) {
    switch (type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        return 8;
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    default:
        return 4;
    }
}

/* Without the field, with it at every extreme; an absent number is set first. */
static void each_field(struct poisoning *p, ProtobufCMessage *m) {
    uint8_t *base = (uint8_t *)m;

    for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];

        if (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
            continue;
        if (f->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t n;
            uint8_t *list;
            size_t none = 0;

            memcpy(&n, base + f->quantifier_offset, sizeof n);
            memcpy(&list, base + f->offset, sizeof list);
            for (size_t k = 0; k < n && k < 2; k++)
                vary(p, f, list + k * step_of(f->type));
            memcpy(base + f->quantifier_offset, &none, sizeof none);
            try_record(p);
            memcpy(base + f->quantifier_offset, &n, sizeof n);
            continue;
        }
        if (f->type == PROTOBUF_C_TYPE_STRING || f->type == PROTOBUF_C_TYPE_MESSAGE) {
            void *before;
            void *none = NULL;

            memcpy(&before, base + f->offset, sizeof before);
            vary(p, f, base + f->offset);
            memcpy(base + f->offset, &none, sizeof none);
            try_record(p);
            memcpy(base + f->offset, &before, sizeof before);
            continue;
        }
        protobuf_c_boolean before;
        protobuf_c_boolean flag = 1;

        memcpy(&before, base + f->quantifier_offset, sizeof before);
        memcpy(base + f->quantifier_offset, &flag, sizeof flag);
        vary(p, f, base + f->offset);
        flag = 0;
        memcpy(base + f->quantifier_offset, &flag, sizeof flag);
        try_record(p);
        memcpy(base + f->quantifier_offset, &before, sizeof before);
    }
}

static void ask(struct poisoning *p, int kind, const char *key) {
    struct pt_ledger *l = pt_fold_ledger(p->w.f);
    static const char *const figures[] = {"FG1",  "FG2",  "FG3",  "FG5", "FG6",
                                          "FG10", "FG11", "FG12", "FG23"};

    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        for (int32_t fy = 2018; fy <= 2020; fy++) {
            struct pt_figure f;
            struct json_t *j = NULL;
            struct pt_err err = {0};
            const struct pt_figure_ask which = {kind, key, fy, figures[i], 20191231, PT_KNOWN_NOW};
            int rc = pt_ledger_figure(l, &which, &f, &err);

            cr_expect(rc == 0 || rc == PT_E_NOT_FOUND, "%s of %s: %s", figures[i], key, err.msg);
            rc = pt_ledger_trace_figure(l, &which, (struct pt_list_page){0}, &j, &err);
            cr_expect(rc == 0 || rc == PT_E_NOT_FOUND, "%s of %s: %s", figures[i], key, err.msg);
            json_decref(j);
        }
    }
}

/* By type, so that a failure names one; by=-1: all of them in one log. */
static void poison(int only) {
    struct poisoning p = {.codes = NULL};
    struct pt_err err = {0};

    cr_assert_eq(pt_codes_new("cn", &p.codes, &err), 0, "%s", err.msg);
    w_open(&p.w, ":memory:");
    pt_arena_init(&p.arena, 16 << 20);
    for (size_t i = 0; i < n_good_records; i++) {
        const struct good *g = &good_records[i];
        json_t *json;

        if ((only >= 0 && (int)g->type != only) || g->author == PT_PARTY_HUB)
            continue; /* the hub's own come from the fold itself */
        p.g = g;
        json = good_json(g);
        p.rec = record_of(json, &p.arena);
        json_decref(json);
        try_record(&p);
        each_field(&p, &p.rec->base);
    }
    cr_assert_gt(p.taken, 100);
    cr_assert_gt(p.refused, 100);
    w_tick(&p.w, 20190630);
    w_tick(&p.w, 20190701);
    w_tick(&p.w, 20191231);
    w_tick(&p.w, 20200701);
    ask(&p, K(PROJECT), PROJECT);
    ask(&p, K(UNIT), USCC_AUDIT);
    ask(&p, K(REGION), "370100");
    w_check(&p.w);
    w_close(&p.w);
    pt_arena_done(&p.arena);
    pt_codes_free(p.codes);
}

Test(poison, every_field_at_every_extreme) {
    poison(-1);
}

/* Each amount is possible, their sum is beyond 64 bits. */
Test(poison, sums_beyond_all_bounds) {
    struct world w;

    w_open(&w, ":memory:");
    for (int i = 0; i < 60; i++) { /* forty to the limit of 64 bits, twenty beyond it and back */
        struct mk_line lines[64];

        for (int k = 0; k < 64; k++)
            lines[k] = (struct mk_line){.voucher = "V",
                                        .subject = PROJECT,
                                        .quota_no = "Q",
                                        .fen = i >= 50 ? -PT_FEN_MAX : PT_FEN_MAX};
        (void)mk_pay(&w.m, USCC_AUDIT, 2019, 20190630, lines, 64, NULL);
        if (i == 10 || i == 45)
            w_tick(&w, i == 10 ? 20190630 : 20190701);
    }
    for (int i = 0; i < 1200; i++) {
        char quota[24];

        (void)snprintf(quota, sizeof quota, "Q%d", i);
        (void)mk_allot(&w.m, 1, PROJECT, USCC_AUDIT, quota, "2120303", 2019, 20190215, PT_FEN_MAX,
                       NULL);
    }
    w_tick(&w, 20190702);
    w_tick(&w, 20191231);
    w_close(&w);
}
