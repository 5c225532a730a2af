#include "rows.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/err.h>
#include <pentad/v1/record.pb-c.h>

#define DAY 20190115
#define ISSUED_MS INT64_C(1547510400000)
#define UNITS 8
#define PROJECTS 1400

/* protobuf-c has no const; nothing writes through these while packing. */
static char *text(const char *s) {
    union {
        const char *in;
        char *out;
    } p = {s};

    return p.out;
}

/* Any 16 bytes that no other record has; a benchmark needs no secrecy of them. */
static void fill_nonce(unsigned stream, uint64_t seq, uint8_t out[16]) {
    uint64_t a = (seq + 1) * UINT64_C(0x9E3779B97F4A7C15) ^ ((uint64_t)stream << 56);
    uint64_t b = (a ^ a >> 29) * UINT64_C(0xBF58476D1CE4E5B9);

    memcpy(out, &a, 8);
    memcpy(out + 8, &b, 8);
}

size_t row_write(unsigned stream, uint64_t seq, uint8_t out[ROW_MAX]) {
    static const char *const units[UNITS] = {
        "11370100004188004H", "113701000041880207", "11370100004188047Y", "113701000041886295",
        "11370100004188813W", "11370100004188880T", "11370100004188899P", "11370100004188004H"};
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Subject subject = PENTAD__V1__SUBJECT__INIT;
    Pentad__V1__Source source = PENTAD__V1__SOURCE__INIT;
    Pentad__V1__PaymentBatch batch = PENTAD__V1__PAYMENT_BATCH__INIT;
    Pentad__V1__PaymentLine line = PENTAD__V1__PAYMENT_LINE__INIT;
    Pentad__V1__PaymentLine *lines[1] = {&line};
    uint64_t project = seq * 7919 % PROJECTS;
    uint8_t nonce[16];
    char key[32];
    char voucher[40];
    char quota[40];

    fill_nonce(stream, seq, nonce);
    (void)snprintf(key, sizeof(key), "37010019R%012u", (unsigned)project);
    (void)snprintf(voucher, sizeof(voucher), "国库2019-%u-%09u", stream, (unsigned)seq);
    (void)snprintf(quota, sizeof(quota), "济财预指2019-%06u", (unsigned)project);
    r.has_seq = r.has_nonce = r.has_fiscal_year = r.has_effective = r.has_issued_at_ms = 1;
    r.seq = seq;
    r.nonce = (ProtobufCBinaryData){sizeof(nonce), nonce};
    r.subject = &subject;
    subject.has_kind = 1;
    subject.kind = PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNIT;
    subject.key = text(units[seq % UNITS]);
    r.fiscal_year = 2019;
    r.effective = DAY;
    r.issued_at_ms = ISSUED_MS + (int64_t)seq;
    r.source = &source;
    source.system = text("国库集中支付系统");
    source.locator = text("payments-2019.csv");
    source.has_row = 1;
    source.row = seq + 1;
    r.body_case = PENTAD__V1__RECORD__BODY_PAYMENT_BATCH;
    r.payment_batch = &batch;
    batch.has_pay_date = batch.has_sum_fen = 1;
    batch.pay_date = DAY;
    batch.n_lines = 1;
    batch.lines = lines;
    batch.sum_fen = 100000 + (int64_t)(seq % 997) * 100;
    line.voucher_no = voucher;
    line.subject = key;
    line.quota_no = quota;
    line.has_bk = line.has_fund_year = line.has_fen = line.has_op = 1;
    line.bk = PENTAD__V1__BUDGET_KIND__BUDGET_KIND_GENERAL;
    line.func = text("2050201");
    line.econ_d = text("30201");
    line.fund_year = 2019;
    line.fen = batch.sum_fen;
    line.op = PENTAD__V1__PAYMENT_OP__PAYMENT_OP_PAY;
    line.payee_uscc = text("91350100M000100Y43");
    line.payee_name = text("济南市历下区某某工程有限公司");
    line.purpose = text("办公设备购置尾款");
    PT_ASSERT(pentad__v1__record__get_packed_size(&r) <= ROW_MAX);
    return pentad__v1__record__pack(&r, out);
}

int rows_append(unsigned stream, uint64_t first_seq, size_t n, struct pt_buf *out, size_t *ends) {
    uint8_t row[ROW_MAX];

    for (size_t i = 0; i < n; i++) {
        (void)pt_buf_append(out, row, row_write(stream, first_seq + i, row));
        ends[i] = out->len;
    }
    return out->failed;
}
