/* A whole exchange for tests, as it runs in life: an authority, keys of all parties, a sealed
 * genesis, a pentad-hub process, TLS clients, and streams that sign batches as connectors would.
 * Everything lives in one temporary folder. Any failure of the setting aborts with a message.
 * One thread a client. */
#ifndef PENTAD_TEST_WORLD_H
#define PENTAD_TEST_WORLD_H

#include <sys/types.h>

#include <pentad/certs/key.h>
#include <pentad/certs/keycache.h>
#include <pentad/proof/entry.h>
#include <pentad/proof/note.h>
#include <pentad/v1/record.pb-c.h>

#include "pt_test_witness.h"

#define TW_PARTIES 7
#define TW_ORIGIN "pentad.test/hub"
/* How long a test waits for what must come: on a busy machine under sanitizers. A whole test, in
 * seconds: several of these. */
#define TW_PATIENCE_US (120 * INT64_C(1000000))
#define TW_TEST_S 400
extern const char *const tw_party_names[TW_PARTIES];

struct tw_opts {
    const char *hub_program; /* NULL: PT_BINARY_DIR/bin/pentad-hub of the world's own build */
    bool live;
    int32_t first_day;            /* 0: 20190101 */
    uint32_t settle_ms, quiet_ms; /* 0: the hub's defaults */
    const char *const *streams;   /* of every party, in the genesis; NULL: main */
    size_t n_streams;
    const char *more; /* further lines of hub.yaml */
};

struct tw {
    char dir[200];
    char hub_program[512];
    struct pt_key *keys[TW_PARTIES]; /* signing keys, as tw_party_names */
    struct pt_key *sealing[TW_PARTIES];
    struct pt_key *log_key;
    struct tx_witnesses witnesses; /* in the genesis, quorum 3 */
    struct pt_keycache *cache;
    struct pt_sigverify sv;
    struct pt_hash hub;
    struct pt_vkey vkey;
    pid_t pid; /* 0: not running */
    int port;
};

void tw_init(struct tw *w, const struct tw_opts *opts); /* opts may be NULL */
void tw_done(struct tw *w);                             /* kills what runs, removes the folder */
void tw_path(const struct tw *w, const char *name, char *out, size_t cap);
struct pt_key *tw_key(struct tw *w, const char *party);
struct pt_key *tw_sealing_key(struct tw *w, const char *party);

void tw_start(struct tw *w);           /* returns when the hub listens */
int tw_stop(struct tw *w, int signum); /* waits; its exit status, or 128 + the signal */
void tw_print_log(const struct tw *w); /* the hub's own log lines, to stderr */

/* Issues a certificate "pentad:party/stream/name" (or /role/) into the folder, once. */
void tw_identity(struct tw *w, const char *party, const char *kind, const char *name);
/* Revokes it and writes the list that a SIGHUP makes the hub read. */
void tw_revoke(struct tw *w, const char *party, const char *kind, const char *name);

/* ---- clients ------------------------------------------------------------------------------- */

struct tw_client {
    struct tw *w;
    void *curl;
    char base[512]; /* of its certificate's files */
    bool http1;
    const char *purpose; /* Pentad-Purpose of every GET, as it stands in the header; NULL: none */
    int error;           /* libcurl's, of the last request */
    long status;         /* 0: no answer */
    char type[128];
    struct pt_buf body;
};
void tw_client_init(struct tw_client *c, struct tw *w, const char *party, const char *stream);
void tw_client_done(struct tw_client *c);
/* Return the status, 0 where there was no answer. */
long tw_get(struct tw_client *c, const char *path, const char *accept);
long tw_post(struct tw_client *c, const char *path, struct pt_span body, const char *type);
/* "code" of the last answer where it was problem+json, else "". Static buffer of the client. */
const char *tw_code(struct tw_client *c, char out[64]);
/* Asks for path until the body holds `text` (NULL: until 200), at most TW_PATIENCE_US. */
bool tw_wait_for(struct tw_client *c, const char *path, const char *text);
/* The number of a metric, -1 where it isn't there. */
double tw_metric(struct tw_client *c, const char *name);
/* Asks for the metrics until this one is that, or at_least as much; at most TW_PATIENCE_US. */
bool tw_wait_metric(struct tw_client *c, const char *name, double value, bool at_least);

/* ---- streams ------------------------------------------------------------------------------- */

struct tw_stream {
    struct tw *w;
    const char *party, *stream;
    struct pt_key *key; /* borrowed; a test may put another one */
    struct pt_hash hub; /* a test may put another one */
    uint64_t next_seq;
    struct pt_hash last;     /* statement to continue */
    struct pt_hash replaces; /* where has_replaces */
    bool has_replaces;
    struct pt_hash statement; /* of the batch cut last */
    size_t cut_n;
};
void tw_stream_init(struct tw_stream *s, struct tw *w, const char *party, const char *stream);
/* Numbers and packs the records, cuts a batch; the stream doesn't move. */
void tw_cut(struct tw_stream *s, Pentad__V1__Record *const *recs, size_t n, struct pt_buf *out);
/* Packed records. */
void tw_cut_packed(struct tw_stream *s, const struct pt_span *recs, size_t n, struct pt_buf *out);
/* n payments of about 320 bytes (finance). */
void tw_cut_payments(struct tw_stream *s, size_t n, struct pt_buf *out);
/* A StreamClose that ends `day`, alone; its counts are those of a stream that wrote nothing else.
 */
void tw_cut_close(struct tw_stream *s, int32_t day, bool is_final, struct pt_buf *out);
void tw_advance(struct tw_stream *s); /* the batch cut last was accepted */
/* Fills a record's common part in. */
void tw_record(Pentad__V1__Record *r, uint64_t seq, struct pt_buf *out);
void tw_payment(uint64_t seq, int64_t fen, struct pt_buf *out);

/* A running world with finance's stream main, a client and a batch: what most tests start from. */
struct tw_one {
    struct tw w;
    struct tw_client c;
    struct tw_stream s;
    struct pt_buf b;
};
void tw_one_init(struct tw_one *t, const struct tw_opts *opts, const char *client_party);
void tw_one_done(struct tw_one *t);

/* Submits; demands and verifies a receipt (inclusion, checkpoint under the log's key), moves the
 * stream on. Returns the log index. */
uint64_t tw_send(struct tw_stream *s, struct tw_client *c, struct pt_span batch);
/* 0 if `body` is a SubmitReply with a receipt that holds for the statement cut last, else why not
 * is printed. *ret_index may be NULL. */
int tw_check_receipt(struct tw *w, const struct pt_hash *statement, struct pt_span body,
                     uint64_t *ret_index);
/* The Refusal inside a SubmitReply, its signature checked; free_unpacked by the caller. */
Pentad__V1__Refusal *tw_refusal(struct tw *w, struct pt_span body);

#endif
