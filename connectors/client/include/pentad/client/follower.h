/* Following the log and believing nothing: every entry's envelope, chain and records_root, every
 * record's hash, and a tree of one's own whose head must equal each checkpoint.
 * Pure: bytes in, verdict out; the caller fetches and stores. One thread. docs/formats.md 1-3, 6.
 *
 *      page ─► entries contiguous? ─► statement strict, for this hub ─► continues its stream ─►
 *      records_root, each record strict, in its place, its author's to write ─► signature under a
 *      key live there ─► own tree ─► head = checkpoint ─► handed out, stored ─► state
 */
#ifndef PENTAD_CLIENT_FOLLOWER_H
#define PENTAD_CLIENT_FOLLOWER_H

#include <stdint.h>

#include <pentad/v1/feed.pb-c.h>
#include <pentad/v1/record.pb-c.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/client/trust.h>
#include <pentad/proof/entry.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/proof/merkle.h>
#include <pentad/record/party.h>

#define PT_FOLLOWER_STREAMS_MAX 4096
#define PT_FOLLOWER_PAGE_MAX (32u * 1024 * 1024)
#define PT_FOLLOWER_STATE_MAX (64u * 1024 * 1024) /* of what pt_follower_save gives */
#define PT_FOLLOWER_PAGE_ENTRIES_MAX 65536

struct pt_follower;

/* `reader` is whose connector this is: the StreamCloses of others are held against what arrived for
 * it. PT_PARTY_NONE: they are not. trust is borrowed for the follower's life. */
int pt_follower_new(const struct pt_trust *trust, enum pt_party reader, struct pt_follower **ret,
                    struct pt_err *err);
void pt_follower_free(struct pt_follower *f); /* NULL is fine */

/* The state as bytes, to be stored in the same transaction as what came of a page. load: into a new
 * follower only, which is good for nothing but freeing if it fails; PT_E_CORRUPT for bytes that are
 * not such a state, whole. */
int pt_follower_save(const struct pt_follower *f, struct pt_buf *out);
int pt_follower_load(struct pt_follower *f, struct pt_span saved, struct pt_err *err);

uint64_t pt_follower_size(const struct pt_follower *f);
void pt_follower_root(const struct pt_follower *f, struct pt_hash *ret);
/* The head at one of the last 4,096 sizes that this follower passed since it was made or loaded,
 * and when the hub received the entry before it; else PT_E_NOT_FOUND. */
int pt_follower_root_at(const struct pt_follower *f, uint64_t size, struct pt_hash *ret_root,
                        int64_t *ret_received_ms);
/* When the hub received the last entry, as it says, and its newest Tick (the genesis before the
 * first); 0 before the first page. */
int64_t pt_follower_received_ms(const struct pt_follower *f);
int64_t pt_follower_tick_ms(const struct pt_follower *f);
/* Is the clock of the policy in force the live one? false before the first page. */
bool pt_follower_live(const struct pt_follower *f);
/* NULL before the first page. */
const Pentad__V1__Genesis *pt_follower_genesis(const struct pt_follower *f);
const struct pt_keyhistory *pt_follower_keys(const struct pt_follower *f);
/* The largest checkpoint under the hub's key that was shown here, a receipt's included: what every
 * submission carries, so that a hub which lost its log learns of it. May be empty. */
struct pt_span pt_follower_checkpoint(const struct pt_follower *f);

/* A checkpoint under the hub's key that came another way (a receipt): the tree at that size must
 * have that root. PT_E_FORK at once where this follower stands at that size with another root, or
 * later from the page that reaches it. At most PT_FOLLOWER_EXPECT_MAX wait; further ones are left
 * out, their sizes are covered by the page's own checkpoint. */
#define PT_FOLLOWER_EXPECT_MAX 4096
int pt_follower_expect(struct pt_follower *f, uint64_t size, const struct pt_hash *root,
                       struct pt_span note, struct pt_err *err);

/* A stream's head as this follower verified it; PT_E_NOT_FOUND. */
struct pt_follower_stream {
    char party[PT_NAME_MAX + 1], stream[PT_NAME_MAX + 1];
    uint64_t next_seq;
    struct pt_hash last_statement;
};
int pt_follower_stream(const struct pt_follower *f, const char *party, const char *stream,
                       struct pt_follower_stream *ret);

/* One verified record of a page. `bytes` is empty where it was withheld from this reader. */
struct pt_followed_record {
    const struct pt_entry *entry;
    uint64_t log_index;
    uint64_t seq;
    const char *party, *stream;
    struct pt_hash hash;
    struct pt_span bytes;
    const Pentad__V1__Record *record; /* decoded; NULL where withheld or erased */
    bool erased;          /* its bytes are said to be destroyed by the order with this */
    struct pt_hash order; /* record hash */
    /* A StreamClose that doesn't add up with what arrived for this reader since the last one: why.
     * No fault of the page: the author is wrong or the hub withheld something. NULL otherwise. */
    const char *close_fault;
    /* A StreamClose that says anew, of everything since the last one that added up, just what
     * arrived for this reader: what didn't add up in between was its author's mistake. */
    bool close_mends;
};

struct pt_follow {
    /* For every record once the whole page has verified, in order. Non-zero stops: that code. NULL:
     * nobody looks at them. */
    int (*record)(void *ctx, const struct pt_followed_record *r);
    /* Once, after the last record, when the follower already stands behind the page: store what
     * pt_follower_save gives. Non-zero stops: that code, and the follower is as before. */
    int (*store)(void *ctx);
    void *ctx;
};

/* Verifies a FeedPage that continues this follower's size. On any error the follower is as before:
 * PT_E_PROOF, PT_E_FORK, PT_E_SIGNATURE, PT_E_ROOT, PT_E_GAP … with the log index in the message.
 * A page that withholds a record of a stream `keys` is such a one (PT_E_PROOF).
 * *ret_log_size: how far the hub says its log is. */
int pt_follower_page(struct pt_follower *f, struct pt_span page, const struct pt_follow *follow,
                     uint64_t *ret_log_size, struct pt_err *err);

/* Entry `log_index` of a page that continues this follower, and the proof (C2SP tlog-proof) that
 * the log under the page's signed checkpoint holds it; also of a page that a `record` callback has
 * turned away. Appends both. PT_E_NOT_FOUND: not on the page; PT_E_PROOF, PT_E_RANGE: nothing is
 * proven by it. */
int pt_follower_prove(const struct pt_follower *f, struct pt_span page, uint64_t log_index,
                      struct pt_buf *ret_entry, struct pt_buf *ret_proof, struct pt_err *err);
/* Where keys changed, as this follower verified it, each entry proven under the checkpoint that it
 * came with: a key history as pentad/proof/evidence.h has it. Appends. */
int pt_follower_key_history(const struct pt_follower *f, struct pt_buf *out);
/* LogEntry 0 as it was verified; empty before the first page. */
struct pt_span pt_follower_genesis_entry(const struct pt_follower *f);

/* What the hub said in the last page: whether its rules have said all they have to say about the
 * entries up to this follower's size. Its word only: nothing is proven by it. */
enum pt_settled { PT_SETTLED_UNSAID, PT_SETTLED_NOT_YET, PT_SETTLED };
enum pt_settled pt_follower_settled(const struct pt_follower *f);

#endif
