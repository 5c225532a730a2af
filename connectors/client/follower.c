#include <pentad/client/follower.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/arena.h>
#include <pentad/record/decode.h>

#include "follower_private.h"

int pt_follower_new(const struct pt_trust *trust, struct pt_follower **ret, struct pt_err *err) {
    *ret = NULL;
    struct pt_follower *f = calloc(1, sizeof *f);
    if (!f || pt_keyhistory_new(&f->keys) != 0) {
        free(f);
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    f->trust = trust;
    pt_buf_init(&f->genesis_entry, 65535);
    pt_buf_init(&f->checkpoint, PT_NOTE_MAX);
    *ret = f;
    return 0;
}

void follower_events_free(struct key_event *events, size_t from, size_t n) {
    for (size_t i = from; i < n; i++) {
        free(events[i].record);
    }
}

void pt_follower_free(struct pt_follower *f) {
    if (f) {
        pt_keyhistory_free(f->keys);
        follower_events_free(f->st.events, 0, f->st.n_events);
        free(f->st.events);
        free(f->st.streams);
        if (f->genesis.msg) {
            pt_entry_done(&f->genesis);
        }
        pt_buf_done(&f->genesis_entry);
        pt_buf_done(&f->checkpoint);
        free(f->expected);
        free(f);
    }
}

uint64_t pt_follower_size(const struct pt_follower *f) {
    return f->st.tree.size;
}

void pt_follower_root(const struct pt_follower *f, struct pt_hash *ret) {
    pt_merkle_root(&f->st.tree, ret);
}

const Pentad__V1__Genesis *pt_follower_genesis(const struct pt_follower *f) {
    return f->genesis.msg ? f->genesis.genesis : NULL;
}

const struct pt_keyhistory *pt_follower_keys(const struct pt_follower *f) {
    return f->keys;
}

struct pt_span pt_follower_checkpoint(const struct pt_follower *f) {
    return pt_buf_span(&f->checkpoint);
}

static struct pt_follower_stream *find_stream(struct follower_state *st, const char *party,
                                              const char *stream) {
    for (size_t i = 0; i < st->n_streams; i++) {
        if (strcmp(st->streams[i].party, party) == 0 &&
            strcmp(st->streams[i].stream, stream) == 0) {
            return &st->streams[i];
        }
    }
    return NULL;
}

int pt_follower_stream(const struct pt_follower *f, const char *party, const char *stream,
                       struct pt_follower_stream *ret) {
    struct follower_state view = f->st;
    const struct pt_follower_stream *s = find_stream(&view, party, stream);
    if (!s) {
        memset(ret, 0, sizeof *ret);
        return PT_E_NOT_FOUND;
    }
    *ret = *s;
    return 0;
}

int follower_take_genesis(struct pt_follower *f, struct pt_span log_entry, struct pt_err *err) {
    struct pt_hash leaf;
    pt_leaf_hash(&leaf, log_entry.p, log_entry.len);
    if (!pt_hash_eq(&leaf, &f->trust->hub)) {
        return pt_err_set(err, PT_E_WRONG_HUB,
                          "this is another hub: its log does not begin with the genesis that the "
                          "trust file names");
    }
    int rc = pt_entry_open(log_entry, &f->genesis, err);
    if (rc != 0) {
        return rc;
    }
    if (!f->genesis.is_genesis) {
        rc = pt_err_set(err, PT_E_WRONG_HUB, "log entry 0 is no genesis");
    } else {
        rc = pt_genesis_verify(f->genesis.msg->envelope, &f->trust->sv, err);
    }
    if (rc == 0) {
        rc = pt_keyhistory_genesis(f->keys, f->genesis.genesis, err);
    }
    if (rc == 0) {
        rc = pt_buf_append_span(&f->genesis_entry, log_entry);
    }
    if (rc != 0) {
        follower_forget_genesis(f);
    }
    return rc;
}

void follower_forget_genesis(struct pt_follower *f) {
    pt_entry_done(&f->genesis);
    memset(&f->genesis, 0, sizeof f->genesis);
    pt_buf_reset(&f->genesis_entry);
    pt_keyhistory_free(f->keys);
    PT_ASSERT(pt_keyhistory_new(&f->keys) == 0);
}

int follower_apply_event(struct pt_keyhistory *keys, const struct key_event *e,
                         struct pt_err *err) {
    struct pt_key_event at = {.log_index = e->log_index,
                              .party = e->party,
                              .stream = e->stream,
                              .signing_key = e->signing_key};
    pt_leaf_hash(&at.record_hash, e->record, e->len);
    struct pt_arena arena;
    pt_arena_init(&arena, 4u * PT_RECORD_MAX);
    Pentad__V1__Record *rec = NULL;
    int rc = pt_record_decode(pt_span(e->record, e->len), &arena, &rec, NULL);
    if (rc != 0) {
        pt_err_set(err, rc, "a record about keys can't be read");
    } else if (rec->body_case == PENTAD__V1__RECORD__BODY_APPROVAL) {
        rc = pt_keyhistory_approval(keys, &at, rec->approval, NULL);
    } else {
        /* What was refused its effect has none here either. */
        struct pt_err ignored;
        (void)pt_keyhistory_change(keys, &at, rec->key_change, &ignored);
    }
    pt_arena_done(&arena);
    return rc;
}

int pt_follower_expect(struct pt_follower *f, uint64_t size, const struct pt_hash *root,
                       struct pt_err *err) {
    if (size == f->st.tree.size) {
        struct pt_hash own;
        pt_follower_root(f, &own);
        if (!pt_hash_eq(&own, root)) {
            return pt_err_set(err, PT_E_FORK,
                              "the hub signed two trees of size %llu: keep both checkpoints",
                              (unsigned long long)size);
        }
    }
    if (size <= f->st.tree.size || f->n_expected == PT_FOLLOWER_EXPECT_MAX) {
        return 0;
    }
    if (!f->expected) {
        f->expected = calloc(PT_FOLLOWER_EXPECT_MAX, sizeof *f->expected);
        if (!f->expected) {
            return pt_err_set(err, PT_E_NOMEM, "out of memory");
        }
    }
    size_t at = f->n_expected++;
    for (; at > 0 && f->expected[at - 1].size > size; at--) {
        f->expected[at] = f->expected[at - 1];
    }
    f->expected[at] = (struct expectation){.size = size, .root = *root};
    return 0;
}

/* ---- one page ---- */

#define ARENA_MAX (512u * 1024 * 1024) /* decoded records of one page */

struct trial_entry {
    bool open; /* `entry` is to be closed */
    struct pt_entry entry;
    struct pt_hash *hashes;
    Pentad__V1__Record **records; /* in the trial's arena; NULL where withheld */
    bool only_key_changes;
};

/* A page being tried. */
struct trial {
    struct pt_follower *f;
    struct follower_state st;
    size_t events_before;
    struct pt_keyhistory *keys;
    struct trial_entry *entries;
    size_t n_entries;
    struct pt_arena arena;
    bool genesis_taken;
    size_t met; /* expectations that the tree has reached */
};

static int add_stream(struct trial *t, const char *party, const char *stream,
                      struct pt_follower_stream **ret, struct pt_err *err) {
    if (t->st.n_streams == PT_FOLLOWER_STREAMS_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "the log has more than %d streams",
                          PT_FOLLOWER_STREAMS_MAX);
    }
    struct pt_follower_stream *grown =
        realloc(t->st.streams, (t->st.n_streams + 1) * sizeof *grown);
    if (!grown) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    t->st.streams = grown;
    struct pt_follower_stream *s = &grown[t->st.n_streams++];
    memset(s, 0, sizeof *s);
    (void)snprintf(s->party, sizeof s->party, "%s", party);
    (void)snprintf(s->stream, sizeof s->stream, "%s", stream);
    s->next_seq = 1;
    s->last_statement = t->f->trust->hub;
    *ret = s;
    return 0;
}

static int check_chain(struct trial *t, const struct pt_entry *e, struct pt_err *err) {
    const struct pt_statement *st = &e->statement;
    struct pt_follower_stream *s = find_stream(&t->st, st->msg->party, st->msg->stream);
    int rc = s ? 0 : add_stream(t, st->msg->party, st->msg->stream, &s, err);
    if (rc != 0) {
        return rc;
    }
    if (!pt_hash_eq(&st->hub, &t->f->trust->hub)) {
        return pt_err_set(err, PT_E_WRONG_HUB, "a batch of %s/%s was signed for another hub",
                          s->party, s->stream);
    }
    if (st->first_seq != s->next_seq || !pt_hash_eq(&st->previous, &s->last_statement)) {
        return pt_err_set(
            err, PT_E_GAP, "%s/%s does not continue: its batch begins at %llu after %llu", s->party,
            s->stream, (unsigned long long)st->first_seq, (unsigned long long)(s->next_seq - 1));
    }
    s->next_seq += st->record_count;
    s->last_statement = st->hash;
    return 0;
}

static int check_signature(struct trial *t, const struct pt_entry *e, uint64_t log_index,
                           bool only_key_changes, struct pt_err *err) {
    const struct pt_keyhistory_key *k = pt_keyhistory_find(t->keys, &e->signing_key);
    if (!k) {
        return pt_err_set(err, PT_E_UNKNOWN_KEY,
                          "it is signed by a key that the log never enrolled");
    }
    int rc = pt_keyhistory_may_sign(t->keys, &e->signing_key, e->statement.msg->party,
                                    e->statement.msg->stream, log_index, only_key_changes, err);
    return rc ? rc : pt_envelope_verify(e->msg->envelope, k->spki, &t->f->trust->sv, err);
}

static int record_hash(const Pentad__V1__FeedRecord *r, struct pt_hash *ret, struct pt_err *err) {
    int forms = (r->has_record ? 1 : 0) + (r->has_withheld ? 1 : 0) + (r->has_erased ? 1 : 0);
    if (forms != 1) {
        return pt_err_set(err, PT_E_FORMAT, "a record is neither shown nor withheld");
    }
    if (r->has_record) {
        pt_leaf_hash(ret, r->record.data, r->record.len);
        return 0;
    }
    const ProtobufCBinaryData *h = r->has_withheld ? &r->withheld : &r->erased;
    if (pt_hash_from_bytes(ret, h->data, h->len) != 0) {
        return pt_err_set(err, PT_E_FORMAT, "a withheld record's hash is no hash");
    }
    return 0;
}

static int keep_event(struct trial *t, const struct pt_entry *e, uint64_t log_index,
                      const Pentad__V1__FeedRecord *r, struct pt_err *err) {
    struct key_event *grown = realloc(t->st.events, (t->st.n_events + 1) * sizeof *grown);
    if (!grown) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    t->st.events = grown;
    struct key_event *ev = &grown[t->st.n_events];
    memset(ev, 0, sizeof *ev);
    ev->log_index = log_index;
    (void)snprintf(ev->party, sizeof ev->party, "%s", e->statement.msg->party);
    (void)snprintf(ev->stream, sizeof ev->stream, "%s", e->statement.msg->stream);
    ev->signing_key = e->signing_key;
    ev->record = malloc(r->record.len + 1);
    if (!ev->record) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    memcpy(ev->record, r->record.data, r->record.len);
    ev->len = r->record.len;
    t->st.n_events++;
    return follower_apply_event(t->keys, ev, err);
}

static bool concerns_keys(const Pentad__V1__Record *r) {
    return r->body_case == PENTAD__V1__RECORD__BODY_KEY_CHANGE ||
           r->body_case == PENTAD__V1__RECORD__BODY_APPROVAL;
}

/* The records of one entry: hashes against records_root, strict decoding, key events. */
static int check_records(struct trial *t, const Pentad__V1__FeedEntry *fe, const struct pt_entry *e,
                         struct trial_entry *te, struct pt_err *err) {
    size_t n = fe->n_records;
    te->hashes = calloc(n ? n : 1, sizeof *te->hashes);
    te->records = calloc(n ? n : 1, sizeof(Pentad__V1__Record *));
    if (!te->hashes || !te->records) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = record_hash(fe->records[i], &te->hashes[i], err);
    }
    if (rc == 0) {
        rc = pt_statement_check_records(&e->statement, te->hashes, n, err);
    }
    te->only_key_changes = n > 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const Pentad__V1__FeedRecord *fr = fe->records[i];
        if (!fr->has_record) {
            te->only_key_changes = false;
            continue;
        }
        struct pt_fault fault;
        rc = pt_record_decode(pt_span(fr->record.data, fr->record.len), &t->arena, &te->records[i],
                              &fault);
        if (rc != 0) {
            rc = pt_err_set(err, rc, "record %llu of it: %s",
                            (unsigned long long)(e->statement.first_seq + i), fault.message);
        } else if (te->records[i]->body_case != PENTAD__V1__RECORD__BODY_KEY_CHANGE) {
            te->only_key_changes = false;
        }
    }
    return rc;
}

/* The tree has just grown: does it meet the checkpoints that receipts showed at this size? */
static int check_expected(struct trial *t, struct pt_err *err) {
    const struct pt_follower *f = t->f;
    while (t->met < f->n_expected && f->expected[t->met].size <= t->st.tree.size) {
        const struct expectation *e = &f->expected[t->met++];
        struct pt_hash root;
        pt_merkle_root(&t->st.tree, &root);
        if (e->size == t->st.tree.size && !pt_hash_eq(&root, &e->root)) {
            return pt_err_set(err, PT_E_FORK,
                              "the hub signed another tree of size %llu in a receipt than it "
                              "serves now: keep the receipt",
                              (unsigned long long)e->size);
        }
    }
    return 0;
}

static int check_entry(struct trial *t, const Pentad__V1__FeedEntry *fe, struct trial_entry *te,
                       struct pt_err *err) {
    uint64_t index = t->st.tree.size;
    struct pt_span bytes = pt_span(fe->log_entry.data, fe->log_entry.len);
    struct pt_hash leaf;
    if (!fe->has_log_index || fe->log_index != index) {
        return pt_err_set(err, PT_E_GAP, "the page does not continue: expected entry %llu",
                          (unsigned long long)index);
    }
    pt_leaf_hash(&leaf, bytes.p, bytes.len);
    int rc = 0;
    if (index == 0) {
        rc = follower_take_genesis(t->f, bytes, err);
        if (rc == 0) {
            t->genesis_taken = true;
            pt_keyhistory_free(t->keys);
            t->keys = NULL;
            rc = pt_keyhistory_clone(t->f->keys, &t->keys);
        }
    } else {
        rc = pt_entry_open(bytes, &te->entry, err);
        te->open = rc == 0;
        if (rc == 0 && te->entry.is_genesis) {
            rc = pt_err_set(err, PT_E_FORMAT, "a second genesis");
        }
        if (rc == 0) {
            rc = check_chain(t, &te->entry, err);
        }
        if (rc == 0) {
            rc = check_records(t, fe, &te->entry, te, err);
        }
        if (rc == 0) {
            rc = check_signature(t, &te->entry, index, te->only_key_changes, err);
        }
        for (size_t i = 0; rc == 0 && i < fe->n_records; i++) {
            if (te->records[i] && concerns_keys(te->records[i])) {
                rc = keep_event(t, &te->entry, index, fe->records[i], err);
            }
        }
    }
    if (rc == 0) {
        pt_merkle_append(&t->st.tree, &leaf);
        rc = check_expected(t, err);
    }
    if (rc != 0) {
        pt_err_wrap(err, "log entry %llu", (unsigned long long)index);
    }
    return rc;
}

static int check_checkpoint(struct trial *t, const Pentad__V1__FeedPage *page, struct pt_err *err) {
    struct pt_checkpoint cp;
    struct pt_policy_verdict verdict;
    int rc =
        pt_policy_open(t->f->trust->policy, pt_span(page->checkpoint.data, page->checkpoint.len),
                       &t->f->trust->sv, &cp, &verdict, err);
    if (rc != 0) {
        return pt_err_wrap(err, "the page's checkpoint");
    }
    struct pt_hash root;
    pt_merkle_root(&t->st.tree, &root);
    if (cp.size != t->st.tree.size) {
        return pt_err_set(err, PT_E_PROOF,
                          "the page's checkpoint is of size %llu, its entries end at %llu",
                          (unsigned long long)cp.size, (unsigned long long)t->st.tree.size);
    }
    if (!pt_hash_eq(&cp.root, &root)) {
        return pt_err_set(err, PT_E_FORK,
                          "the hub signed another tree of size %llu than the entries it serves",
                          (unsigned long long)cp.size);
    }
    return 0;
}

static int deliver(const struct trial *t, const Pentad__V1__FeedPage *page, pt_followed_cb *cb,
                   void *ctx) {
    int rc = 0;
    for (size_t e = 0; rc == 0 && e < page->n_entries; e++) {
        const struct trial_entry *te = &t->entries[e];
        for (size_t i = 0; rc == 0 && te->open && i < page->entries[e]->n_records; i++) {
            const Pentad__V1__FeedRecord *fr = page->entries[e]->records[i];
            struct pt_followed_record r = {
                .entry = &te->entry,
                .log_index = page->entries[e]->log_index,
                .seq = te->entry.statement.first_seq + i,
                .party = te->entry.statement.msg->party,
                .stream = te->entry.statement.msg->stream,
                .hash = te->hashes[i],
                .bytes = pt_span(fr->record.data, fr->has_record ? fr->record.len : 0),
                .record = te->records[i],
            };
            rc = cb(ctx, &r);
        }
    }
    return rc;
}

static int trial_begin(struct trial *t, struct pt_follower *f, size_t n_entries,
                       struct pt_err *err) {
    memset(t, 0, sizeof *t);
    t->f = f;
    pt_arena_init(&t->arena, ARENA_MAX);
    t->n_entries = n_entries;
    t->st.tree = f->st.tree;
    t->events_before = f->st.n_events;
    t->entries = calloc(n_entries ? n_entries : 1, sizeof *t->entries);
    t->st.streams = malloc((f->st.n_streams + 1) * sizeof *t->st.streams);
    t->st.events = malloc((f->st.n_events + 1) * sizeof *t->st.events);
    if (!t->entries || !t->st.streams || !t->st.events ||
        pt_keyhistory_clone(f->keys, &t->keys) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    if (f->st.n_streams) {
        memcpy(t->st.streams, f->st.streams, f->st.n_streams * sizeof *t->st.streams);
    }
    if (f->st.n_events) {
        memcpy(t->st.events, f->st.events, f->st.n_events * sizeof *t->st.events);
    }
    t->st.n_streams = f->st.n_streams;
    t->st.n_events = f->st.n_events;
    return 0;
}

static void trial_end(struct trial *t) {
    for (size_t e = 0; t->entries && e < t->n_entries; e++) {
        if (t->entries[e].open) {
            pt_entry_done(&t->entries[e].entry);
        }
        free(t->entries[e].hashes);
        free(t->entries[e].records);
    }
    free(t->entries);
    free(t->st.streams);
    free(t->st.events);
    pt_keyhistory_free(t->keys);
    pt_arena_done(&t->arena);
}

/* The page has verified and was taken: its state becomes the follower's. */
static void trial_keep(struct trial *t) {
    struct pt_follower *f = t->f;
    struct follower_state old = f->st;
    f->st = t->st;
    free(old.streams);
    free(old.events);
    t->st.streams = NULL;
    t->st.events = NULL;
    pt_keyhistory_free(f->keys);
    f->keys = t->keys;
    t->keys = NULL;
    if (t->met > 0) {
        f->n_expected -= t->met;
        memmove(f->expected, f->expected + t->met, f->n_expected * sizeof *f->expected);
    }
}

static void trial_drop(struct trial *t) {
    follower_events_free(t->st.events, t->events_before, t->st.n_events);
    if (t->genesis_taken) {
        follower_forget_genesis(t->f);
    }
}

int pt_follower_page(struct pt_follower *f, struct pt_span bytes, pt_followed_cb *cb, void *ctx,
                     uint64_t *ret_log_size, struct pt_err *err) {
    *ret_log_size = 0;
    ProtobufCMessage *m = NULL;
    int rc = pt_strict_unpack(&pentad__v1__feed_page__descriptor, bytes, &m, err);
    if (rc != 0) {
        return pt_err_wrap(err, "the hub's feed");
    }
    const Pentad__V1__FeedPage *page = (Pentad__V1__FeedPage *)m;
    struct trial t;
    rc = trial_begin(&t, f, page->n_entries, err);
    for (size_t i = 0; rc == 0 && i < page->n_entries; i++) {
        rc = check_entry(&t, page->entries[i], &t.entries[i], err);
    }
    if (rc == 0 && page->n_entries > 0) {
        rc = check_checkpoint(&t, page, err);
    }
    if (rc == 0) {
        rc = deliver(&t, page, cb, ctx);
    }
    if (rc == 0) {
        *ret_log_size = page->log_size;
        trial_keep(&t);
        if (page->n_entries > 0) {
            pt_buf_reset(&f->checkpoint);
            rc = pt_buf_append(&f->checkpoint, page->checkpoint.data, page->checkpoint.len);
        }
    } else if (t.entries) {
        trial_drop(&t);
    }
    trial_end(&t);
    protobuf_c_message_free_unpacked(m, NULL);
    return rc;
}
