#include "checker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/batch.h>
#include <pentad/record/catalogue.h>
#include <pentad/v1/record.pb-c.h>

int pt_checker_init(struct checker *c, const struct pt_log_check_opts *o,
                    struct pt_log_check_result *ret) {
    memset(c, 0, sizeof *c);
    memset(ret, 0, sizeof *ret);
    c->o = o;
    c->ret = ret;
    c->last_received_ms = INT64_MIN;
    return pt_keyhistory_new(&c->keys);
}

void pt_checker_done(struct checker *c) {
    pt_entry_done(&c->genesis);
    pt_keyhistory_free(c->keys);
    free(c->streams);
}

void pt_checker_fault(struct checker *c, int code, const char *where, const char *fmt, ...) {
    char what[512];
    va_list ap;
    c->ret->faults++;
    if (c->o->fault == NULL || c->ret->faults > PT_LOG_CHECK_FAULTS_MAX) {
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    c->o->fault(c->o->ctx, code, where, what);
}

/* ---- streams ------------------------------------------------------------------------------- */

static struct check_stream *stream_of(struct checker *c, const char *party, const char *stream) {
    for (size_t i = c->n_streams; i > 0; i--) {
        struct check_stream *s = &c->streams[i - 1];
        if (strcmp(s->party, party) == 0 && strcmp(s->stream, stream) == 0) {
            return s;
        }
    }
    if (c->n_streams == CHECK_STREAMS_MAX) {
        return NULL;
    }
    if (c->n_streams == c->cap_streams) {
        size_t cap = c->cap_streams == 0 ? 32 : 2 * c->cap_streams;
        struct check_stream *grown = realloc(c->streams, cap * sizeof *grown);
        if (grown == NULL) {
            return NULL;
        }
        c->streams = grown;
        c->cap_streams = cap;
    }
    struct check_stream *s = &c->streams[c->n_streams++];
    memset(s, 0, sizeof *s);
    (void)snprintf(s->party, sizeof s->party, "%s", party);
    (void)snprintf(s->stream, sizeof s->stream, "%s", stream);
    s->next_seq = 1;
    s->last = c->ret->hub;
    return s;
}

static int check_chain(struct checker *c, const struct pt_statement *st, const char *where) {
    struct check_stream *s = stream_of(c, st->msg->party, st->msg->stream);
    if (s == NULL) {
        return PT_E_NOMEM;
    }
    if (!pt_hash_eq(&st->hub, &c->ret->hub)) {
        pt_checker_fault(c, PT_E_WRONG_HUB, where, "its statement is for another hub");
    }
    if (st->first_seq != s->next_seq) {
        pt_checker_fault(c, PT_E_GAP, where, "it begins at %llu, its stream was at %llu",
                         (unsigned long long)st->first_seq, (unsigned long long)s->next_seq);
    }
    if (!pt_hash_eq(&st->previous, &s->last)) {
        pt_checker_fault(c, PT_E_PREVIOUS, where,
                         "its previous is not the stream's statement before");
    }
    s->next_seq = st->first_seq + st->record_count;
    s->last = st->hash;
    return 0;
}

/* ---- records ------------------------------------------------------------------------------- */

struct record_facts {
    bool only_key_changes;
    bool marked;
};

/* Which record it is that no longer fits, as far as that can be told. */
static void name_damaged(struct checker *c, const struct pt_statement *st, struct pt_span records,
                         const char *where) {
    struct pt_span rec;
    size_t pos = 0;
    for (uint64_t seq = st->first_seq; pt_batch_record_next(records, &pos, &rec) == 1; seq++) {
        ProtobufCMessage *m = NULL;
        int rc = pt_strict_unpack(&pentad__v1__record__descriptor, rec, &m, NULL);
        bool bad = rc != 0 || ((Pentad__V1__Record *)m)->seq != seq;
        if (m != NULL) {
            protobuf_c_message_free_unpacked(m, NULL);
        }
        if (bad) {
            pt_checker_fault(c, PT_E_CORRUPT, where,
                             "record %s/%s#%llu no longer reads as a record", st->msg->party,
                             st->msg->stream, (unsigned long long)seq);
            return;
        }
    }
}

static void check_records(struct checker *c, const struct pt_statement *st, struct pt_span records,
                          const char *where, struct record_facts *ret) {
    struct pt_merkle_frontier tree = {0};
    struct pt_hash root;
    struct pt_span rec;
    size_t pos = 0;
    int rc;
    ret->only_key_changes = true;
    while ((rc = pt_batch_record_next(records, &pos, &rec)) == 1) {
        struct pt_hash h;
        unsigned type = pt_record_peek(rec);
        pt_leaf_hash(&h, rec.p, rec.len);
        pt_merkle_append(&tree, &h);
        ret->only_key_changes = ret->only_key_changes && type == PT_TYPE_KEY_CHANGE;
        ret->marked = ret->marked || pt_record_about_exchange(type);
        c->ret->records++;
        c->ret->record_bytes += rec.len;
    }
    pt_merkle_root(&tree, &root);
    if (rc != 0) {
        pt_checker_fault(c, PT_E_CORRUPT, where, "its records can't be told apart after the %llu.",
                         (unsigned long long)tree.size);
    } else if (tree.size != st->record_count) {
        pt_checker_fault(c, PT_E_COUNT, where, "%llu records are stored, %llu were signed for",
                         (unsigned long long)tree.size, (unsigned long long)st->record_count);
    } else if (!pt_hash_eq(&root, &st->records_root)) {
        pt_checker_fault(c, PT_E_ROOT, where, "its records are not those that were signed for");
        name_damaged(c, st, records, where);
    }
}

/* Ticks never go back: they are what business time is told by. */
static void check_tick(struct checker *c, const Pentad__V1__Tick *t, const char *where) {
    if (t->day < c->tick_day || t->at_ms < c->tick_ms) {
        pt_checker_fault(c, PT_E_CLOCK, where, "its Tick of %d goes back behind that of %d", t->day,
                         c->tick_day);
    }
    c->tick_day = t->day;
    c->tick_ms = t->at_ms;
}

/* Keys change and ticks pass by records; what they say counts from their own log position. */
static int apply_records(struct checker *c, const struct pt_entry *e, uint64_t index,
                         struct pt_span records, const char *where) {
    bool hub = strcmp(e->statement.msg->party, "hub") == 0;
    struct pt_key_event at = {.log_index = index,
                              .party = e->statement.msg->party,
                              .stream = e->statement.msg->stream,
                              .signing_key = e->signing_key};
    struct pt_span rec;
    size_t pos = 0;
    int rc = 0;
    while (rc == 0 && pt_batch_record_next(records, &pos, &rec) == 1) {
        ProtobufCMessage *m = NULL;
        unsigned type = pt_record_peek(rec);
        if ((type != PT_TYPE_APPROVAL && type != PT_TYPE_KEY_CHANGE &&
             !(type == PT_TYPE_TICK && hub)) ||
            pt_strict_unpack(&pentad__v1__record__descriptor, rec, &m, NULL) != 0) {
            continue;
        }
        const Pentad__V1__Record *r = (const Pentad__V1__Record *)m;
        pt_leaf_hash(&at.record_hash, rec.p, rec.len);
        if (r->body_case == PENTAD__V1__RECORD__BODY_KEY_CHANGE) {
            rc = pt_keyhistory_change(c->keys, &at, r->key_change, NULL);
        } else if (r->body_case == PENTAD__V1__RECORD__BODY_APPROVAL) {
            rc = pt_keyhistory_approval(c->keys, &at, r->approval, NULL);
        } else if (r->body_case == PENTAD__V1__RECORD__BODY_TICK) {
            check_tick(c, r->tick, where);
        }
        protobuf_c_message_free_unpacked(m, NULL);
        rc = rc == PT_E_NOMEM ? rc : 0;
    }
    return rc;
}

/* ---- entries ------------------------------------------------------------------------------- */

static void check_signature(struct checker *c, const struct pt_entry *e, uint64_t index,
                            bool only_key_changes, const char *where) {
    struct pt_err why = {0};
    const struct pt_keyhistory_key *key = pt_keyhistory_find(c->keys, &e->signing_key);
    if (key == NULL && !c->keys_certain) {
        return;
    }
    int rc = pt_keyhistory_may_sign(c->keys, &e->signing_key, e->statement.msg->party,
                                    e->statement.msg->stream, index, only_key_changes, &why);
    if (rc == 0 && key != NULL) {
        rc = pt_envelope_verify(e->msg->envelope, key->spki, &c->o->verify, &why);
    }
    if (rc != 0) {
        pt_checker_fault(c, rc, where, "%s", why.msg);
    }
}

static void check_row(struct checker *c, const struct pt_entry *e, const struct pt_store_entry *row,
                      bool marked, const char *where) {
    const struct pt_statement *st = &e->statement;
    bool same;
    if (e->is_genesis) {
        same = pt_hash_is_zero(&row->statement) && row->party[0] == '\0' &&
               row->stream[0] == '\0' && row->first_seq == 0 && row->record_count == 0 &&
               row->marks == PT_STORE_MARK_EXCHANGE && row->records.len == 0;
    } else {
        same = pt_hash_eq(&row->statement, &st->hash) && strcmp(row->party, st->msg->party) == 0 &&
               strcmp(row->stream, st->msg->stream) == 0 && row->first_seq == st->first_seq &&
               row->record_count == st->record_count &&
               row->marks == (marked ? PT_STORE_MARK_EXCHANGE : 0U);
    }
    if (!same) {
        pt_checker_fault(c, PT_E_CORRUPT, where, "the columns beside it don't say what it says");
    }
}

static int take_genesis(struct checker *c, struct pt_span bytes, const char *where) {
    struct pt_err why = {0};
    struct pt_entry *g = &c->genesis;
    int rc = pt_entry_open(bytes, g, &why);
    if (rc != 0 || !g->is_genesis) {
        pt_checker_fault(c, rc != 0 ? rc : PT_E_CORRUPT, where, "it is no genesis: %s", why.msg);
        return 0;
    }
    c->ret->hub = g->leaf;
    if (c->o->hub != NULL && !pt_hash_eq(c->o->hub, &g->leaf)) {
        pt_checker_fault(c, PT_E_WRONG_HUB, where, "it is the genesis of another hub");
    }
    rc = pt_genesis_verify(g->msg->envelope, &c->o->verify, &why);
    if (rc == 0) {
        rc = pt_vkey_parse(&c->vkey, g->genesis->log_vkey, strlen(g->genesis->log_vkey), &why);
    }
    if (rc == 0) {
        rc = pt_keyhistory_genesis(c->keys, g->genesis, &why);
    }
    if (rc != 0) {
        pt_checker_fault(c, rc, where, "%s", why.msg);
    }
    c->has_genesis = rc == 0;
    return rc == PT_E_NOMEM ? rc : 0;
}

static void check_time(struct checker *c, int64_t received_ms, const char *where) {
    if (received_ms < c->last_received_ms) {
        pt_checker_fault(c, PT_E_CLOCK, where, "it was received before the entry before it");
    }
    c->last_received_ms = received_ms;
}

static int check_batch(struct checker *c, uint64_t index, struct pt_span bytes,
                       const struct pt_store_entry *row) {
    struct record_facts facts = {0};
    struct pt_entry e;
    struct pt_err why = {0};
    char where[160];
    (void)snprintf(where, sizeof where, "log entry %llu", (unsigned long long)index);
    int rc = pt_entry_open(bytes, &e, &why);
    if (rc == 0 && e.is_genesis) {
        rc = pt_err_set(&why, PT_E_CORRUPT, "a second genesis");
        pt_entry_done(&e);
    }
    if (rc != 0) {
        pt_checker_fault(c, rc, where, "%s", why.msg);
        return rc == PT_E_NOMEM ? rc : 0;
    }
    (void)snprintf(where, sizeof where, "log entry %llu (%s/%s#%llu-%llu)",
                   (unsigned long long)index, e.statement.msg->party, e.statement.msg->stream,
                   (unsigned long long)e.statement.first_seq,
                   (unsigned long long)(e.statement.first_seq + e.statement.record_count - 1));
    check_time(c, e.received_at_ms, where);
    rc = check_chain(c, &e.statement, where);
    if (rc == 0 && row != NULL) {
        check_records(c, &e.statement, row->records, where, &facts);
        check_row(c, &e, row, facts.marked, where);
    }
    if (rc == 0) {
        check_signature(c, &e, index, row == NULL || facts.only_key_changes, where);
    }
    if (rc == 0 && row != NULL) {
        rc = apply_records(c, &e, index, row->records, where);
    }
    pt_entry_done(&e);
    return rc;
}

int pt_checker_entry(struct checker *c, uint64_t index, struct pt_span log_entry,
                     const struct pt_store_entry *row) {
    struct pt_hash leaf;
    int rc;
    for (; c->next_index < index; c->next_index++) {
        char where[48];
        (void)snprintf(where, sizeof where, "log entry %llu", (unsigned long long)c->next_index);
        pt_checker_fault(c, PT_E_CORRUPT, where, "it is missing");
    }
    if (index == 0) {
        rc = take_genesis(c, log_entry, "log entry 0 (genesis)");
        if (rc == 0 && row != NULL && c->genesis.is_genesis) {
            check_row(c, &c->genesis, row, true, "log entry 0 (genesis)");
        }
        c->last_received_ms = c->genesis.received_at_ms;
    } else {
        rc = check_batch(c, index, log_entry, row);
    }
    pt_leaf_hash(&leaf, log_entry.p, log_entry.len);
    if (rc == 0) {
        rc = pt_merkle_append_cb(&c->tree, &leaf, c->on_node, c->node_ctx);
    }
    c->next_index = index + 1;
    c->ret->entries++;
    return rc;
}

void pt_checker_checkpoint(struct checker *c, struct pt_span note, const char *where) {
    struct pt_checkpoint cp;
    struct pt_err why = {0};
    if (!c->has_genesis) {
        pt_checker_fault(c, PT_E_CORRUPT, where, "without a genesis no signature can be checked");
        return;
    }
    int rc = pt_checkpoint_open(&cp, note, &c->vkey, &c->o->verify, &why);
    if (rc != 0) {
        pt_checker_fault(c, rc, where, "%s", why.msg);
        return;
    }
    c->ret->signed_size = cp.size;
    if (cp.size != c->tree.size) {
        pt_checker_fault(c, PT_E_FORK, where, "it was signed over %llu entries, here are %llu",
                         (unsigned long long)cp.size, (unsigned long long)c->tree.size);
    } else if (!pt_hash_eq(&cp.root, &c->ret->root)) {
        pt_checker_fault(c, PT_E_FORK, where, "the entries don't give the head that was signed");
    }
}
