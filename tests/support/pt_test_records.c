#include "pt_test_records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/intake/author.h>

#define PACKED_MAX (64u * 1024 * 1024)

void tr_must(int code, const struct pt_err *err, const char *what) {
    if (code != 0) {
        fprintf(stderr, "test: %s: %s: %s\n", what, pt_err_name(code), err != NULL ? err->msg : "");
        abort();
    }
}

void tr_record(Pentad__V1__Record *r, uint64_t seq, int64_t at_ms, struct pt_buf *out) {
    struct pt_err err = {0};

    if (!r->has_issued_at_ms) {
        r->has_issued_at_ms = 1;
        r->issued_at_ms = at_ms;
    }
    tr_must(pt_author_record(r, seq, &pt_entropy_system, out, &err), &err, "record");
}

void tr_payment(uint64_t seq, int64_t fen, int64_t at_ms, struct pt_buf *out) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Subject subject = PENTAD__V1__SUBJECT__INIT;
    Pentad__V1__PaymentBatch body = PENTAD__V1__PAYMENT_BATCH__INIT;
    Pentad__V1__PaymentLine line = PENTAD__V1__PAYMENT_LINE__INIT;
    Pentad__V1__PaymentLine *lines[1] = {&line};
    Pentad__V1__Source source = PENTAD__V1__SOURCE__INIT;
    char voucher[32];

    snprintf(voucher, sizeof voucher, "2019-%010llu", (unsigned long long)seq);
    subject.has_kind = 1;
    subject.kind = PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNIT;
    subject.key = (char *)"11370100004188813W";
    source.system = (char *)"市财政业务综合管理平台";
    source.locator = (char *)"payments-2019.csv";
    source.has_row = 1;
    source.row = seq;
    line.voucher_no = voucher;
    line.subject = (char *)"37010019R000000000001";
    line.quota_no = (char *)"Q2019-000001";
    line.has_bk = line.has_fund_year = line.has_fen = line.has_op = 1;
    line.bk = PENTAD__V1__BUDGET_KIND__BUDGET_KIND_GENERAL;
    line.func = (char *)"2120303";
    line.econ_d = (char *)"31005";
    line.fund_year = 2019;
    line.fen = fen;
    line.op = PENTAD__V1__PAYMENT_OP__PAYMENT_OP_PAY;
    line.payee_uscc = (char *)"91350100M000100Y43";
    line.payee_name = (char *)"济南市政工程有限公司";
    line.purpose = (char *)"城市道路整修工程进度款";
    body.has_pay_date = body.has_sum_fen = 1;
    body.pay_date = 20190630;
    body.n_lines = 1;
    body.lines = lines;
    body.sum_fen = fen;
    r.subject = &subject;
    r.has_fiscal_year = r.has_effective = 1;
    r.fiscal_year = 2019;
    r.effective = 20190630;
    r.source = &source;
    r.body_case = PENTAD__V1__RECORD__BODY_PAYMENT_BATCH;
    r.payment_batch = &body;
    tr_record(&r, seq, at_ms, out);
}

static void begin(struct tr_packed *p, size_t n) {
    p->records = calloc(n > 0 ? n : 1, sizeof *p->records);
    PT_ASSERT(p->records != NULL);
    p->n = 0;
    pt_buf_init(&p->bytes, PACKED_MAX);
}

/* What was appended since the last one is a record. Where it lies is known once all are there. */
static void count(struct tr_packed *p, size_t from) {
    p->records[p->n++].len = p->bytes.len - from;
}

static void end(struct tr_packed *p) {
    for (size_t i = 0, at = 0; i < p->n; at += p->records[i++].len) {
        p->records[i].p = p->bytes.p + at;
    }
}

void tr_reply_init(struct tr_reply *ret, const char *text) {
    pentad__v1__record__init(&ret->record);
    pentad__v1__discrepancy_reply__init(&ret->reply);
    memset(ret->id, 0, sizeof ret->id);
    ret->id[0] = 1;
    ret->reply.has_id = ret->reply.has_kind = 1;
    ret->reply.id = (ProtobufCBinaryData){.len = sizeof ret->id, .data = ret->id};
    ret->reply.kind = PENTAD__V1__REPLY_KIND__REPLY_KIND_EXPLAIN;
    ret->reply.text = (char *)(uintptr_t)text;
    ret->record.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY_REPLY;
    ret->record.discrepancy_reply = &ret->reply;
}

void tr_pack(struct tr_packed *ret, Pentad__V1__Record *const *recs, size_t n, uint64_t first_seq,
             int64_t at_ms) {
    begin(ret, n);
    for (size_t i = 0; i < n; i++) {
        size_t from = ret->bytes.len;

        tr_record(recs[i], first_seq + i, at_ms, &ret->bytes);
        count(ret, from);
    }
    end(ret);
}

void tr_pack_payments(struct tr_packed *ret, size_t n, uint64_t first_seq, int64_t at_ms) {
    begin(ret, n);
    for (size_t i = 0; i < n; i++) {
        size_t from = ret->bytes.len;

        tr_payment(first_seq + i, 100 + (int64_t)i, at_ms, &ret->bytes);
        count(ret, from);
    }
    end(ret);
}

void tr_packed_done(struct tr_packed *p) {
    pt_buf_done(&p->bytes);
    free(p->records);
    p->records = NULL;
    p->n = 0;
}
