/* Records for tests, packed as a connector packs them, of which a setting (pt_test_hub,
 * pt_test_world) cuts batches. Knows no hub and no stream. Whatever fails aborts with a message.
 * Any thread. */
#ifndef PENTAD_TEST_RECORDS_H
#define PENTAD_TEST_RECORDS_H

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/v1/record.pb-c.h>

/* Aborts unless `code` is 0, saying what failed. `err` may be NULL. */
void tr_must(int code, const struct pt_err *err, const char *what);
/* Fills the common part in, with `at_ms` as the time of issue where there is none, and appends. */
void tr_record(Pentad__V1__Record *r, uint64_t seq, int64_t at_ms, struct pt_buf *out);
/* A payment of about 320 bytes, valid for finance; `fen` varies it. */
void tr_payment(uint64_t seq, int64_t fen, int64_t at_ms, struct pt_buf *out);

/* An explanation (H02) of the discrepancy 01000…, valid for every party; `record` is to be packed.
 * Borrows `text`; may not be moved. */
struct tr_reply {
    Pentad__V1__Record record;
    Pentad__V1__DiscrepancyReply reply;
    uint8_t id[16];
};
void tr_reply_init(struct tr_reply *ret, const char *text);

struct tr_packed {
    struct pt_buf bytes;
    struct pt_span *records; /* into bytes */
    size_t n;
};
void tr_pack(struct tr_packed *ret, Pentad__V1__Record *const *recs, size_t n, uint64_t first_seq,
             int64_t at_ms);
void tr_pack_payments(struct tr_packed *ret, size_t n, uint64_t first_seq, int64_t at_ms);
void tr_packed_done(struct tr_packed *p);

#endif
