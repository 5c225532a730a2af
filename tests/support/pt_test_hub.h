/* A hub without HTTP for tests: keys of all parties, a genesis, a log in a directory, and a writer
 * that takes one batch a group. And streams that sign batches as a connector would.
 * One thread. */
#ifndef PENTAD_TEST_HUB_H
#define PENTAD_TEST_HUB_H

#include <pentad/certs/key.h>
#include <pentad/certs/keycache.h>
#include <pentad/intake/author.h>
#include <pentad/intake/intake.h>
#include <pentad/log/log.h>

#include "pt_test_witness.h"

#define TH_PARTIES 7
#define TH_ORIGIN "pentad.test/hub"
#define TH_T0 INT64_C(1561946400000) /* 2019-07-01 10:00 in Shanghai */

struct test_hub {
    char dir[256];
    struct pt_key *keys[TH_PARTIES]; /* as th_party_names */
    struct pt_key *sealing[TH_PARTIES];
    struct pt_key *log_key;
    struct tx_witnesses witnesses; /* in the genesis, quorum 3 */
    struct pt_vkey vkey;           /* of log_key */
    struct pt_keycache *cache;
    struct pt_sigverify sv;
    struct pt_buf genesis;
    struct pt_store *store;
    struct pt_log *log;
    struct pt_exchange *x;
    int64_t now_ms;
    /* A hub that lies: whether it refuses a record that it could take. NULL: it never does. */
    bool (*refuses)(struct test_hub *h, const Pentad__V1__Record *rec);
};
extern const char *const th_party_names[TH_PARTIES];
extern const char *const th_party_usccs[TH_PARTIES]; /* as in the genesis */

/* Makes keys, a directory and a log with its genesis; opens it. Aborts on any failure. */
void th_init(struct test_hub *h); /* replay clock from 2019-01-01 */
void th_init_clock(struct test_hub *h, bool live, int32_t first_day);
/* A log in h->dir that begins with h->genesis; opens it. th_init does it; another setting fills
 * keys, cache and genesis in itself. */
void th_create(struct test_hub *h);
void th_open(struct test_hub *h); /* again, after th_close: rebuilds everything from the log */
void th_close(struct test_hub *h);
void th_done(struct test_hub *h); /* closes, removes the directory */
struct pt_key *th_key(struct test_hub *h, const char *party);
struct pt_key *th_sealing_key(struct test_hub *h, const char *party);
struct pt_log_config th_log_config(struct test_hub *h);
/* The whole start: exchange from the log's entries and refusals. */
int th_exchange_load(struct pt_store *store, const struct pt_sigverify *sv,
                     struct pt_exchange **ret, struct pt_err *err);

struct th_reply {
    enum pt_intake_verdict verdict;
    int code;
    uint64_t index;      /* of a receipt */
    struct pt_buf bytes; /* Receipt, or the Envelope of a Refusal */
    char msg[256];
};
void th_reply_done(struct th_reply *r);
/* As the hub does: examine, decide, one durable group, answer; an Incident where it is due. */
void th_submit(struct test_hub *h, enum pt_intake_form form, struct pt_span body,
               const char *tls_party, struct th_reply *ret);
/* The hub's own records on hub/main. */
void th_author(struct test_hub *h, Pentad__V1__Record *const *recs, size_t n);

struct th_stream {
    struct test_hub *hub;
    const char *party;
    const char *stream;
    struct pt_key *key; /* borrowed */
    uint64_t next_seq;
    struct pt_hash last;     /* statement to continue */
    struct pt_hash replaces; /* supersedes, where has_replaces */
    bool has_replaces;
    struct pt_hash statement; /* of the batch cut last */
};
void th_stream_init(struct th_stream *s, struct test_hub *h, const char *party, const char *stream);
/* A payment of about 320 bytes, valid for finance; `fen` varies it. */
void th_payment(uint64_t seq, int64_t fen, struct pt_buf *out);
/* Any record with the body already set. */
void th_record(Pentad__V1__Record *r, uint64_t seq, struct pt_buf *out);
/* Cuts a batch over these packed records; the stream does not move. */
void th_cut(struct th_stream *s, const struct pt_span *records, size_t n, struct pt_buf *out);
/* n payments. */
void th_cut_payments(struct th_stream *s, size_t n, struct pt_buf *out);
/* The batch cut last was accepted: n records on. */
void th_advance(struct th_stream *s, size_t n);
/* Cuts n payments, submits, demands a receipt, moves on. */
void th_send_payments(struct th_stream *s, size_t n);
/* One record, the same way. */
void th_send_record(struct th_stream *s, Pentad__V1__Record *r, struct pt_hash *ret_hash);

#endif
