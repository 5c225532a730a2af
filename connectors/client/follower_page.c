/* One page of the feed: tried on a copy of the follower's state, which replaces it only when the
 * whole page has verified and was stored. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/arena.h>
#include <pentad/proof/close.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>

#include "follower_internal.h"

#define ARENA_MAX (512u * 1024 * 1024) /* decoded records of one page */

struct trial_entry {
    bool open; /* `entry` is to be closed */
    struct pt_entry entry;
    struct pt_hash *hashes;
    Pentad__V1__Record **records; /* in the trial's arena; NULL where withheld */
    const char **close_faults;    /* in the trial's arena; the array is NULL where there is none */
    size_t mends;                 /* place of a close that mends, and 1; 0: none */
    bool only_key_changes;
};

/* A page being tried. */
struct trial {
    struct pt_follower *f;
    struct follower_state st; /* the follower's own while it is swapped */
    size_t events_before;
    struct trial_entry *entries;
    size_t n_entries;
    struct pt_arena arena;
    bool genesis_taken;
};

static int add_stream(struct trial *t, const char *party, const char *stream,
                      struct followed_stream **ret, struct pt_err *err) {
    if (t->st.n_streams == PT_FOLLOWER_STREAMS_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "the log has more than %d streams",
                          PT_FOLLOWER_STREAMS_MAX);
    }
    struct followed_stream *grown = realloc(t->st.streams, (t->st.n_streams + 1) * sizeof *grown);
    if (!grown) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    t->st.streams = grown;
    struct followed_stream *s = &grown[t->st.n_streams++];
    memset(s, 0, sizeof *s);
    (void)snprintf(s->head.party, sizeof s->head.party, "%s", party);
    (void)snprintf(s->head.stream, sizeof s->head.stream, "%s", stream);
    s->head.next_seq = 1;
    s->head.last_statement = t->f->trust->hub;
    *ret = s;
    return 0;
}

static int check_chain(struct trial *t, const struct pt_entry *e, struct followed_stream **ret,
                       struct pt_err *err) {
    const struct pt_statement *st = &e->statement;
    *ret = pt_follower_find_stream(&t->st, st->msg->party, st->msg->stream);
    int rc = *ret ? 0 : add_stream(t, st->msg->party, st->msg->stream, ret, err);
    if (rc != 0) {
        return rc;
    }
    struct pt_follower_stream *s = &(*ret)->head;
    if (!pt_hash_eq(&st->hub, &t->f->trust->hub)) {
        return pt_err_set(err, PT_E_WRONG_HUB, "a batch of %s/%s was signed for another hub",
                          s->party, s->stream);
    }
    if (st->first_seq != s->next_seq) {
        return pt_err_set(err, PT_E_GAP,
                          "%s/%s does not continue: its batch begins at %" PRIu64 " after %" PRIu64,
                          s->party, s->stream, st->first_seq, s->next_seq - 1);
    }
    if (!pt_hash_eq(&st->previous, &s->last_statement)) {
        return pt_err_set(err, PT_E_PREVIOUS,
                          "%s/%s does not continue: its batch at %" PRIu64
                          " follows another statement",
                          s->party, s->stream, st->first_seq);
    }
    if (e->received_at_ms < t->st.last_received_ms) {
        return pt_err_set(err, PT_E_CLOCK, "it was received before the entry before it");
    }
    t->st.last_received_ms = e->received_at_ms;
    s->next_seq += st->record_count;
    s->last_statement = st->hash;
    return 0;
}

static int check_signature(struct trial *t, const struct pt_entry *e, uint64_t log_index,
                           bool only_key_changes, struct pt_err *err) {
    const struct pt_keyhistory_key *k = pt_keyhistory_find(t->st.keys, &e->signing_key);
    if (!k) {
        return pt_err_set(err, PT_E_UNKNOWN_KEY,
                          "it is signed by a key that the log never enrolled");
    }
    int rc = pt_keyhistory_may_sign(t->st.keys, &e->signing_key, e->statement.msg->party,
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
    if (pt_hash_from_bytes(ret, h->data, h->len) != 0 ||
        (r->has_erased && r->erased_by.len != PT_HASH_LEN)) {
        return pt_err_set(err, PT_E_FORMAT, "a withheld record's hash is no hash");
    }
    return 0;
}

/* Only what moved the history: anybody may write Approvals of nothing, by the thousand. */
static int keep_event(struct trial *t, const struct pt_entry *e, uint64_t log_index, size_t i,
                      const Pentad__V1__FeedRecord *r, struct pt_err *err) {
    struct key_event *grown = realloc(t->st.events, (t->st.n_events + 1) * sizeof *grown);
    if (!grown) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    t->st.events = grown;
    struct key_event *ev = &grown[t->st.n_events];
    memset(ev, 0, sizeof *ev);
    ev->log_index = log_index;
    ev->seq = e->statement.first_seq + i;
    (void)snprintf(ev->party, sizeof ev->party, "%s", e->statement.msg->party);
    (void)snprintf(ev->stream, sizeof ev->stream, "%s", e->statement.msg->stream);
    ev->signing_key = e->signing_key;
    ev->record = malloc(r->record.len + 1);
    if (!ev->record) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    memcpy(ev->record, r->record.data, r->record.len);
    ev->len = r->record.len;
    uint64_t before = pt_keyhistory_moves(t->st.keys);
    int rc = pt_follower_apply_event(t->f, t->st.keys, ev, err);
    if (rc == 0 && pt_keyhistory_moves(t->st.keys) == before) {
        free(ev->record);
    } else {
        t->st.n_events++;
    }
    return rc;
}

/* Decodes record i; it must stand in its place and be one that its author may write. */
static int check_record(struct trial *t, const Pentad__V1__FeedRecord *fr, const struct pt_entry *e,
                        size_t i, Pentad__V1__Record **ret, struct pt_err *err) {
    struct pt_fault fault;
    uint64_t seq = e->statement.first_seq + i;
    int rc = pt_record_decode(pt_span(fr->record.data, fr->record.len), &t->arena, ret, &fault);
    if (rc != 0) {
        *ret = NULL;
        return pt_err_set(err, rc, "record %" PRIu64 " of it: %s", seq,
                          rc == PT_E_NOMEM ? "out of memory" : fault.message);
    }
    if (!(*ret)->has_seq || (*ret)->seq != seq) {
        return pt_err_set(err, PT_E_SEQ, "record %" PRIu64 " of it says it is another", seq);
    }
    const struct pt_record_info *info = pt_record_info_of(*ret);
    if (!info || !pt_party_in(info->authors, pt_party_from_name(e->statement.msg->party))) {
        return pt_err_set(err, PT_E_TYPE, "record %" PRIu64 " of it is not %s's to write", seq,
                          e->statement.msg->party);
    }
    return 0;
}

/* On stream `keys` stands nothing that not all six may read, or that an order may destroy; and no
 * close can stand there to tell of a record that was left out. Who took a hash for a KeyChange
 * would go on under keys that the others retired. */
static int check_shown(const struct trial *t, const Pentad__V1__FeedEntry *fe,
                       const struct pt_entry *e, struct pt_err *err) {
    const struct pt_record_info *info = pt_record_info(PT_TYPE_KEY_CHANGE);
    const Pentad__V1__BatchStatement *st = e->statement.msg;
    if (strcmp(st->stream, PT_KEYS_STREAM) != 0 || !pt_party_in(info->readers, t->f->reader)) {
        return 0;
    }
    for (size_t i = 0; i < fe->n_records; i++) {
        if (!fe->records[i]->has_record) {
            return pt_err_set(err, PT_E_PROOF,
                              "the hub shows the hash alone of %s/%s#%" PRIu64
                              ": whatever stands on that stream is for every party to read",
                              st->party, st->stream, e->statement.first_seq + i);
        }
    }
    return 0;
}

/* The records of one entry: hashes against records_root, strict decoding. */
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
    rc = rc ? rc : check_shown(t, fe, e, err);
    te->only_key_changes = n > 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (fe->records[i]->has_record) {
            rc = check_record(t, fe->records[i], e, i, &te->records[i], err);
        }
        te->only_key_changes = te->only_key_changes && rc == 0 && te->records[i] &&
                               te->records[i]->body_case == PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    }
    return rc;
}

/* ---- what each StreamClose says was due here ---- */

static int note_close_fault(struct trial *t, struct trial_entry *te, size_t n, size_t i,
                            const char *why, struct pt_err *err) {
    if (!te->close_faults) {
        te->close_faults = pt_arena_zalloc(&t->arena, n * sizeof *te->close_faults);
    }
    char *copy = pt_arena_strdup(&t->arena, why);
    if (!te->close_faults || !copy) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    te->close_faults[i] = copy;
    return 0;
}

/* What the reader has, of one tree: does the close say the same? */
static int held_against(const struct trial *t, enum pt_party author,
                        const struct pt_merkle_frontier *tree, const Pentad__V1__StreamClose *said,
                        struct pt_err *why) {
    struct pt_close mine;
    pt_close_init(&mine, author);
    for (size_t k = 0; k < mine.n; k++) {
        if (mine.classes[k].reader == t->f->reader) {
            mine.classes[k].tree = *tree;
        }
    }
    return pt_close_check(&mine, t->f->reader, said, why);
}

/* A close ends what was gathered. One that doesn't add up leaves the whole standing, until its
 * author says all of it anew (since_seq) and that adds up: then it was his mistake. Such a
 * repetition ends nothing: who had no fault to find passes over it. Whether an erased record was
 * due here nothing tells: then a close can't be held against anything. */
static int take_close(struct trial *t, struct followed_stream *s, enum pt_party author,
                      struct trial_entry *te, size_t n, size_t i, struct pt_err *err) {
    const Pentad__V1__StreamClose *said = te->records[i]->stream_close;
    struct pt_err why = {0};
    int rc = 0;
    if (said->has_since_seq) {
        bool same = s->unmet && said->since_seq == (s->whole_from ? s->whole_from : 1);
        if (same && held_against(t, author, &s->whole, said, NULL) == 0) {
            s->unmet = false;
            te->mends = i + 1;
        }
        return 0;
    }
    if (s->erased == 0 && held_against(t, author, &s->due, said, &why) != 0) {
        rc = note_close_fault(t, te, n, i, why.msg, err);
        if (!s->unmet) {
            s->whole = s->due;
            s->whole_from = s->due_from;
        }
        s->unmet = true;
    }
    memset(&s->due, 0, sizeof s->due);
    s->due_from = te->entry.statement.first_seq + i;
    s->erased = 0;
    return rc;
}

static int count_due(struct trial *t, const Pentad__V1__FeedEntry *fe, struct trial_entry *te,
                     struct followed_stream *s, struct pt_err *err) {
    enum pt_party author = pt_party_from_name(s->head.party);
    int rc = 0;
    if (t->f->reader == PT_PARTY_NONE || t->f->reader == author) {
        return 0;
    }
    for (size_t i = 0; rc == 0 && i < fe->n_records; i++) {
        const Pentad__V1__Record *rec = te->records[i];
        if (rec && rec->body_case == PENTAD__V1__RECORD__BODY_STREAM_CLOSE) {
            rc = take_close(t, s, author, te, fe->n_records, i, err);
        }
        s->erased += fe->records[i]->has_erased ? 1 : 0;
        if (rec) {
            pt_merkle_append(&s->due, &te->hashes[i]);
        }
        if (rec && s->unmet) {
            pt_merkle_append(&s->whole, &te->hashes[i]);
        }
    }
    return rc;
}

/* The tree has just grown: does it meet the checkpoints that receipts showed at this size? */
static int check_expected(struct trial *t, struct pt_err *err) {
    struct pt_follower *f = t->f;
    while (f->n_met < f->n_expected && f->expected[f->n_met].size <= t->st.tree.size) {
        const struct expectation *e = &f->expected[f->n_met++];
        struct pt_hash root;
        pt_merkle_root(&t->st.tree, &root);
        if (e->size == t->st.tree.size && !pt_hash_eq(&root, &e->root)) {
            return pt_err_set(err, PT_E_FORK,
                              "the hub signed another tree of size %" PRIu64 " in a receipt than "
                              "it serves now: keep the receipt",
                              e->size);
        }
    }
    return 0;
}

/* Business time comes from ticks: an operator who turns it back could make a duty that was missed
 * look met. */
static int check_ticks(struct trial *t, const Pentad__V1__FeedEntry *fe,
                       const struct trial_entry *te, struct pt_err *err) {
    const Pentad__V1__BatchStatement *st = te->entry.statement.msg;
    if (strcmp(st->party, "hub") != 0) {
        return 0;
    }
    for (size_t i = 0; i < fe->n_records; i++) {
        const Pentad__V1__Record *rec = te->records[i];
        if (!rec || rec->body_case != PENTAD__V1__RECORD__BODY_TICK) {
            continue;
        }
        if (rec->tick->day < t->st.tick_day || rec->tick->at_ms < t->st.tick_ms) {
            return pt_err_set(err, PT_E_CLOCK, "its Tick of %d goes back behind that of %d",
                              rec->tick->day, t->st.tick_day);
        }
        t->st.tick_day = rec->tick->day;
        t->st.tick_ms = rec->tick->at_ms;
    }
    return 0;
}

static int check_genesis(struct trial *t, const Pentad__V1__FeedEntry *fe, struct pt_err *err) {
    struct pt_keyhistory *keys;
    if (fe->n_records > 0) {
        return pt_err_set(err, PT_E_FORMAT, "the genesis has records");
    }
    int rc =
        pt_follower_take_genesis(t->f, pt_span(fe->log_entry.data, fe->log_entry.len), &keys, err);
    if (rc == 0) {
        t->genesis_taken = true;
        t->st.last_received_ms = t->f->genesis.received_at_ms;
        pt_keyhistory_free(t->st.keys);
        t->st.keys = keys;
    }
    return rc;
}

static int check_batch(struct trial *t, const Pentad__V1__FeedEntry *fe, struct trial_entry *te,
                       uint64_t index, struct pt_err *err) {
    struct followed_stream *s = NULL;
    int rc = pt_entry_open(pt_span(fe->log_entry.data, fe->log_entry.len), &te->entry, err);
    te->open = rc == 0;
    if (rc == 0 && te->entry.is_genesis) {
        rc = pt_err_set(err, PT_E_FORMAT, "a second genesis");
    }
    if (rc == 0) {
        rc = check_chain(t, &te->entry, &s, err);
    }
    if (rc == 0) {
        rc = check_records(t, fe, &te->entry, te, err);
    }
    if (rc == 0) {
        rc = check_signature(t, &te->entry, index, te->only_key_changes, err);
    }
    if (rc == 0) {
        rc = check_ticks(t, fe, te, err);
    }
    if (rc == 0) {
        rc = count_due(t, fe, te, s, err);
    }
    for (size_t i = 0; rc == 0 && i < fe->n_records; i++) {
        if (te->records[i] && pt_keyhistory_concerns(te->records[i])) {
            rc = keep_event(t, &te->entry, index, i, fe->records[i], err);
        }
    }
    return rc;
}

static int check_entry(struct trial *t, const Pentad__V1__FeedEntry *fe, struct trial_entry *te,
                       struct pt_err *err) {
    uint64_t index = t->st.tree.size;
    struct pt_hash leaf;
    if (!fe->has_log_index || fe->log_index != index) {
        return pt_err_set(err, PT_E_GAP, "the page does not continue: expected entry %" PRIu64,
                          index);
    }
    int rc = index == 0 ? check_genesis(t, fe, err) : check_batch(t, fe, te, index, err);
    if (rc == 0) {
        pt_leaf_hash(&leaf, fe->log_entry.data, fe->log_entry.len);
        pt_merkle_append(&t->st.tree, &leaf);
        pt_follower_mark(t->f, &t->st);
        rc = check_expected(t, err);
    }
    if (rc != 0) {
        pt_err_wrap(err, "log entry %" PRIu64, index);
    }
    return rc;
}

static int check_checkpoint(struct trial *t, const Pentad__V1__FeedPage *page, struct pt_err *err) {
    struct pt_checkpoint cp;
    struct pt_policy_verdict verdict;
    int rc = pt_policy_open_signed(t->f->trust->policy,
                                   pt_span(page->checkpoint.data, page->checkpoint.len),
                                   &t->f->trust->sv, &cp, &verdict, err);
    if (rc != 0) {
        return pt_err_wrap(err, "the page's checkpoint");
    }
    struct pt_hash root;
    pt_merkle_root(&t->st.tree, &root);
    if (cp.size != t->st.tree.size) {
        return pt_err_set(err, PT_E_PROOF,
                          "the page's checkpoint is of size %" PRIu64
                          ", its entries end at %" PRIu64,
                          cp.size, t->st.tree.size);
    }
    if (!pt_hash_eq(&cp.root, &root)) {
        return pt_err_set(
            err, PT_E_FORK,
            "the hub signed another tree of size %" PRIu64 " than the entries it serves", cp.size);
    }
    if (page->log_size < cp.size) {
        return pt_err_set(err, PT_E_PROOF, "the hub says its log is shorter than this page");
    }
    if (cp.size > t->st.held_size) {
        pt_buf_reset(&t->st.held);
        t->st.held_size = cp.size;
        if (pt_buf_append(&t->st.held, page->checkpoint.data, page->checkpoint.len) != 0) {
            return pt_err_set(err, PT_E_NOMEM, "out of memory");
        }
    }
    return 0;
}

/* Once the page's checkpoint is known to be of its end: what proves each change of keys. */
static int prove_events(const struct trial *t, const Pentad__V1__FeedPage *page,
                        struct pt_err *err) {
    struct pt_paged_tree *tree = NULL;
    uint64_t first = t->st.tree.size - page->n_entries;
    size_t next = t->events_before;
    int rc = next < t->st.n_events ? pt_paged_tree_new(t->f, page, &tree, err) : 0;
    for (size_t e = 0; rc == 0 && next < t->st.n_events; e++) {
        const struct trial_entry *te = &t->entries[e];
        for (size_t i = 0; rc == 0 && te->open && i < page->entries[e]->n_records; i++) {
            struct key_event *ev = &t->st.events[next];
            if (next < t->st.n_events && ev->log_index == first + e &&
                ev->seq == te->entry.statement.first_seq + i) {
                rc = pt_follower_prove_event(tree, page->entries[e], te->entry.statement.first_seq,
                                             te->hashes, i, ev, err);
                next++;
            }
        }
    }
    pt_paged_tree_free(tree);
    return rc;
}

static int deliver(const struct trial *t, const Pentad__V1__FeedPage *page,
                   const struct pt_follow *follow) {
    int rc = 0;
    for (size_t e = 0; rc == 0 && follow->record && e < page->n_entries; e++) {
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
                .erased = fr->has_erased,
                .close_fault = te->close_faults ? te->close_faults[i] : NULL,
                .close_mends = te->mends == i + 1,
            };
            if (fr->has_erased) {
                (void)pt_hash_from_bytes(&r.order, fr->erased_by.data, fr->erased_by.len);
            }
            rc = follow->record(follow->ctx, &r);
        }
    }
    return rc;
}

/* ---- the trial's life ---- */

static int trial_begin(struct trial *t, struct pt_follower *f, size_t n_entries,
                       struct pt_err *err) {
    memset(t, 0, sizeof *t);
    t->f = f;
    pt_arena_init(&t->arena, ARENA_MAX);
    pt_buf_init(&t->st.held, PT_NOTE_MAX);
    t->n_entries = n_entries;
    t->st.tree = f->st.tree;
    t->st.last_received_ms = f->st.last_received_ms;
    t->st.tick_ms = f->st.tick_ms;
    t->st.tick_day = f->st.tick_day;
    t->st.held_size = f->st.held_size;
    t->events_before = f->st.n_events;
    t->entries = calloc(n_entries ? n_entries : 1, sizeof *t->entries);
    t->st.streams = malloc((f->st.n_streams + 1) * sizeof *t->st.streams);
    t->st.events = malloc((f->st.n_events + 1) * sizeof *t->st.events);
    if (!t->entries || !t->st.streams || !t->st.events ||
        pt_keyhistory_clone(f->st.keys, &t->st.keys) != 0 ||
        pt_buf_append_span(&t->st.held, pt_buf_span(&f->st.held)) != 0) {
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

static void trial_swap(struct trial *t) {
    struct follower_state was = t->f->st;
    t->f->st = t->st;
    t->st = was;
}

/* What only the page brought goes with it. */
static void trial_drop(struct trial *t) {
    if (t->st.n_events > t->events_before) {
        pt_follower_events_free(t->st.events, t->events_before, t->st.n_events);
    }
    if (t->genesis_taken) {
        pt_follower_forget_genesis(t->f);
    }
    t->f->n_met = 0;
}

/* t->st is by now the state that isn't the follower's. */
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
    pt_keyhistory_free(t->st.keys);
    pt_buf_done(&t->st.held);
    pt_arena_done(&t->arena);
}

static void forget_met(struct pt_follower *f) {
    if (f->n_met > 0) {
        f->n_expected -= f->n_met;
        memmove(f->expected, f->expected + f->n_met, f->n_expected * sizeof *f->expected);
        f->n_met = 0;
    }
}

static int try_page(struct trial *t, const Pentad__V1__FeedPage *page,
                    const struct pt_follow *follow, struct pt_err *err) {
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < page->n_entries; i++) {
        rc = check_entry(t, page->entries[i], &t->entries[i], err);
    }
    if (rc == 0) {
        rc = check_checkpoint(t, page, err);
    }
    if (rc == 0) {
        rc = prove_events(t, page, err);
    }
    if (rc == 0) {
        rc = deliver(t, page, follow);
    }
    if (rc == 0) {
        trial_swap(t);
        rc = follow->store ? follow->store(follow->ctx) : 0;
        if (rc != 0) {
            trial_swap(t);
        }
    }
    return rc;
}

int pt_follower_page(struct pt_follower *f, struct pt_span bytes, const struct pt_follow *follow,
                     uint64_t *ret_log_size, struct pt_err *err) {
    *ret_log_size = 0;
    ProtobufCMessage *m = NULL;
    int rc = pt_strict_unpack(&pentad__v1__feed_page__descriptor, bytes, &m, err);
    if (rc != 0) {
        pt_err_wrap(err, "the hub's feed");
        return rc;
    }
    const Pentad__V1__FeedPage *page = (Pentad__V1__FeedPage *)m;
    struct trial t;
    if (page->n_entries > PT_FOLLOWER_PAGE_ENTRIES_MAX) {
        protobuf_c_message_free_unpacked(m, NULL);
        return pt_err_set(err, PT_E_TOO_LARGE, "the hub's feed page has too many entries");
    }
    rc = trial_begin(&t, f, page->n_entries, err);
    if (rc == 0) {
        rc = try_page(&t, page, follow, err);
    }
    if (rc == 0) {
        *ret_log_size = page->log_size;
        f->settled = !page->has_settled_size                 ? PT_SETTLED_UNSAID
                     : page->settled_size >= f->st.tree.size ? PT_SETTLED
                                                             : PT_SETTLED_NOT_YET;
        forget_met(f);
    } else {
        trial_drop(&t);
    }
    trial_end(&t);
    protobuf_c_message_free_unpacked(m, NULL);
    return rc;
}
