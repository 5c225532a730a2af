/* The connector's parts share one structure; each file does one step of the way of a record. */
#ifndef PT_RUNTIME_CONNECTOR_PRIVATE_H
#define PT_RUNTIME_CONNECTOR_PRIVATE_H

#include <pentad/base/arena.h>
#include <pentad/certs/key.h>
#include <pentad/client/follower.h>
#include <pentad/client/http.h>
#include <pentad/mapping/mapping.h>
#include <pentad/record/codes.h>
#include <pentad/record/party.h>
#include <pentad/runtime/connector.h>
#include <pentad/runtime/state.h>

#define DEFER_DAYS 60 /* a reference that is missing for longer becomes a dead letter */
#define BATCH_BYTES_TARGET (7u * 1024 * 1024) /* of records in one batch */
#define FEED_PAGE_BYTES (2u * 1024 * 1024)

struct source {
    const struct pt_config_source *config;
    char name[512]; /* in the state file: mapping and path */
    struct pt_mapping *mapping;
    struct pt_mapper *mapper;   /* NULL until its file is there */
    bool more;                  /* there may be rows that were not read yet */
    int32_t blocked_until;      /* its next row is for that day */
    struct pt_ref_row resolved; /* what the last reference came to; the mapper borrows it */
    struct pt_arena arena;      /* faults of the record being validated */
    struct pt_connector *c;
};

struct pt_connector {
    const struct pt_config *config;
    struct pt_connector_options opt;
    enum pt_party party;
    struct pt_state *state;
    struct pt_trust trust;
    struct pt_key *key;
    struct pt_http_client *http_send, *http_feed;
    struct pt_follower *follower;
    struct pt_codes *codes; /* of the genesis' family; NULL before */
    struct source *sources;
    size_t n_sources;
    int32_t day; /* the business day being collected */
    uint64_t next_seq;
    uint64_t log_size; /* how far the hub says its log is */
    bool halted;       /* the stream can't go on without a person; the feed is still read */
    struct pt_err halt;
    volatile bool stop;
};

void connector_event(struct pt_connector *c, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
bool connector_replay(const struct pt_connector *c);

/* author.c: gives a record its place in the stream and puts it into the outbox. In a transaction.
 */
int author_record(struct pt_connector *c, Pentad__V1__Record *r, const char *type,
                  const char *doc_no, const char *origin, struct pt_err *err);
int author_close(struct pt_connector *c, int32_t day, bool final, struct pt_err *err);
int author_withheld(struct pt_connector *c, uint64_t seq, const char *type, const char *code,
                    const char *field, const char *origin, struct pt_err *err);
/* After records from `seq` on were replaced: the StreamCloses behind them say so. */
int author_mend_closes(struct pt_connector *c, uint64_t seq, struct pt_err *err);

/* collect.c */
int sources_open(struct pt_connector *c, struct pt_err *err);
void sources_close(struct pt_connector *c);
int collect(struct pt_connector *c, int32_t day, struct pt_err *err);
bool sources_done(const struct pt_connector *c);

/* send.c: 0 when nothing is left to send, PT_E_BUSY… when the hub can't be reached now. */
int send_all(struct pt_connector *c, struct pt_err *err);

/* receive.c: one page of the feed; *ret_new says whether it held anything. */
int receive(struct pt_connector *c, int wait_s, bool *ret_new, struct pt_err *err);

#endif
