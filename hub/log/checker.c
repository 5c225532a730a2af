#include "checker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/codec.h>
#include <pentad/proof/batch.h>
#include <pentad/record/catalogue.h>
#include <pentad/v1/record.pb-c.h>

#define SAVE_MS 5000 /* between two savings */

int pt_checker_init(struct checker *c, const struct pt_log_check_opts *o,
                    struct pt_log_check_result *ret, struct pt_err *err) {
    unsigned jobs = o->jobs > PT_LOG_CHECK_JOBS_MAX ? PT_LOG_CHECK_JOBS_MAX : o->jobs;
    memset(ret, 0, sizeof *ret);
    c->o = o;
    c->ret = ret;
    c->last_received_ms = INT64_MIN;
    pt_buf_init(&c->bytes, CHECK_GROUP_CAP);
    pt_buf_init(&c->genesis_bytes, PT_ENTRY_MAX);
    pt_buf_init(&c->state, PT_LOG_CHECK_STATE_MAX);
    c->items = calloc(CHECK_GROUP_MAX, sizeof *c->items);
    if (c->items == NULL || pt_keyhistory_new(&c->keys) != 0 ||
        pt_workers_new(jobs, &c->workers) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    c->saved_ms = pt_clock_now_ms(&pt_clock_system);
    return 0;
}

static void drop_items(struct checker *c) {
    for (size_t i = 0; i < c->n_items; i++) {
        pt_entry_done(&c->items[i].e);
    }
    memset(c->items, 0, c->n_items * sizeof *c->items);
    c->n_items = 0;
    pt_buf_reset(&c->bytes);
}

void pt_checker_done(struct checker *c) {
    if (c->items != NULL) {
        drop_items(c);
    }
    for (size_t i = 0; i < c->n_events; i++) {
        free(c->events[i].record);
    }
    free(c->events);
    pt_checker_claims_done(c);
    free(c->shown);
    free(c->approvals);
    pt_workers_free(c->workers);
    pt_entry_done(&c->genesis);
    pt_keyhistory_free(c->keys);
    pt_policies_free(c->policy);
    if (c->key_history != NULL) {
        pentad__v1__evidence_bundle__free_unpacked(c->key_history, NULL);
    }
    pt_buf_done(&c->bytes);
    pt_buf_done(&c->genesis_bytes);
    pt_buf_done(&c->state);
    free(c->streams);
    free(c->items);
}

void pt_checker_fault(struct checker *c, const struct fault_at *at, int code, const char *fmt,
                      ...) {
    const struct check_item *k = at->item;
    bool batch = k != NULL && k->e.statement.msg != NULL;
    char what[512];
    va_list ap;
    c->ret->faults++;
    if (c->o->fault == NULL || c->ret->faults > PT_LOG_CHECK_FAULTS_MAX) {
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    const struct pt_log_fault f = {.code = code,
                                   .check = at->check,
                                   .where = at->where != NULL ? at->where : k->where,
                                   .what = what,
                                   .has_index = k != NULL,
                                   .log_index = k != NULL ? k->index : 0,
                                   .party = batch ? k->e.statement.msg->party : "",
                                   .stream = batch ? k->e.statement.msg->stream : "",
                                   .seq = at->seq != 0 ? at->seq
                                          : batch      ? k->e.statement.first_seq
                                                       : 0,
                                   .expected = at->expected,
                                   .found = at->found};
    c->o->fault(c->o->ctx, &f);
}

static void say_hashes(struct fault_at *at, const struct pt_hash *expected,
                       const struct pt_hash *found) {
    char hex[2 * PT_HASH_LEN + 1];
    pt_hash_hex(hex, expected);
    (void)snprintf(at->expected, sizeof at->expected, "%s", hex);
    pt_hash_hex(hex, found);
    (void)snprintf(at->found, sizeof at->found, "%s", hex);
}

static void say_numbers(struct fault_at *at, uint64_t expected, uint64_t found) {
    (void)snprintf(at->expected, sizeof at->expected, "%llu", (unsigned long long)expected);
    (void)snprintf(at->found, sizeof at->found, "%llu", (unsigned long long)found);
}

/* ---- streams ------------------------------------------------------------------------------- */

static int check_chain(struct checker *c, const struct check_item *k) {
    const struct pt_statement *st = &k->e.statement;
    struct check_stream *s = pt_checker_stream(c, st->msg->party, st->msg->stream);
    if (s == NULL) {
        return PT_E_NOMEM;
    }
    if (!pt_hash_eq(&st->hub, &c->ret->hub)) {
        struct fault_at at = {.check = "hub", .item = k};
        say_hashes(&at, &c->ret->hub, &st->hub);
        pt_checker_fault(c, &at, PT_E_WRONG_HUB, "its statement is for another hub");
    }
    if (st->first_seq != s->next_seq) {
        struct fault_at at = {.check = "sequence", .item = k};
        say_numbers(&at, s->next_seq, st->first_seq);
        pt_checker_fault(c, &at, PT_E_GAP, "it begins at %llu, its stream was at %llu",
                         (unsigned long long)st->first_seq, (unsigned long long)s->next_seq);
    }
    if (!pt_hash_eq(&st->previous, &s->last)) {
        struct fault_at at = {.check = "chain", .item = k};
        say_hashes(&at, &s->last, &st->previous);
        pt_checker_fault(c, &at, PT_E_PREVIOUS,
                         "its previous is not the stream's statement before");
    }
    s->next_seq = st->first_seq + st->record_count;
    s->last = st->hash;
    return 0;
}

/* ---- records ------------------------------------------------------------------------------- */

/* Which record it is that no longer fits, as far as that can be told. */
static void name_damaged(struct checker *c, const struct check_item *k) {
    const struct pt_statement *st = &k->e.statement;
    struct check_record rec;
    size_t pos = 0;
    for (uint64_t seq = st->first_seq; pt_checker_record_next(c, k, &pos, &rec) == 1; seq++) {
        ProtobufCMessage *m = NULL;
        if (rec.bytes.len == 0) {
            continue;
        }
        int rc = pt_strict_unpack(&pentad__v1__record__descriptor, rec.bytes, &m, NULL);
        bool bad = rc != 0 || ((Pentad__V1__Record *)m)->seq != seq;
        if (m != NULL) {
            protobuf_c_message_free_unpacked(m, NULL);
        }
        if (bad) {
            struct fault_at at = {.check = "records", .item = k, .seq = seq};
            pt_checker_fault(c, &at, PT_E_CORRUPT, "record %s/%s#%llu no longer reads as a record",
                             st->msg->party, st->msg->stream, (unsigned long long)seq);
            return;
        }
    }
}

static void check_records(struct checker *c, const struct check_item *k) {
    const struct pt_statement *st = &k->e.statement;
    const struct record_facts *f = &k->facts;
    struct fault_at at = {.check = "records", .item = k};
    unsigned long long hidden = f->withheld + f->erased;
    c->ret->records += f->n;
    c->ret->record_bytes += f->bytes;
    c->ret->withheld += f->withheld;
    c->ret->erased += f->erased;
    if (f->code != 0) {
        at.seq = st->first_seq + f->n;
        pt_checker_fault(c, &at, PT_E_CORRUPT, "its records can't be told apart after the %llu.",
                         (unsigned long long)f->n);
    } else if (f->n != st->record_count) {
        say_numbers(&at, st->record_count, f->n);
        pt_checker_fault(c, &at, PT_E_COUNT, "%llu records are stored, %llu were signed for",
                         (unsigned long long)f->n, (unsigned long long)st->record_count);
    } else if (!pt_hash_eq(&f->root, &st->records_root)) {
        say_hashes(&at, &st->records_root, &f->root);
        pt_checker_fault(c, &at, PT_E_ROOT, "its records are not those that were signed for");
        name_damaged(c, k);
    } else if (strcmp(st->msg->stream, PT_KEYS_STREAM) == 0 && hidden > 0) {
        pt_checker_fault(c, &at, PT_E_PROOF,
                         "%llu of its records are hashes alone: on stream keys all are for every "
                         "party to read, and none may be erased",
                         hidden);
    }
}

/* Ticks never go back: they are what business time is told by. */
static void check_tick(struct checker *c, const struct check_item *k, const Pentad__V1__Tick *t) {
    if (t->day < c->tick_day || t->at_ms < c->tick_ms) {
        struct fault_at at = {.check = "tick", .item = k};
        say_numbers(&at, (uint64_t)c->tick_day, (uint64_t)t->day);
        pt_checker_fault(c, &at, PT_E_CLOCK, "its Tick of %d goes back behind that of %d", t->day,
                         c->tick_day);
    }
    c->tick_day = t->day;
    c->tick_ms = t->at_ms;
}

static int apply_tick(struct checker *c, const struct check_item *k, struct pt_span bytes) {
    ProtobufCMessage *m = NULL;
    if (pt_strict_unpack(&pentad__v1__record__descriptor, bytes, &m, NULL) == 0) {
        const Pentad__V1__Record *r = (const Pentad__V1__Record *)m;
        if (r->body_case == PENTAD__V1__RECORD__BODY_TICK) {
            check_tick(c, k, r->tick);
        }
        protobuf_c_message_free_unpacked(m, NULL);
    }
    return 0;
}

/* Keys change and ticks pass by records; what they say counts from their own log position. */
static int apply_records(struct checker *c, const struct check_item *k) {
    bool hub = strcmp(k->e.statement.msg->party, "hub") == 0;
    struct pt_key_event at = {.log_index = k->index,
                              .party = k->e.statement.msg->party,
                              .stream = k->e.statement.msg->stream,
                              .signing_key = k->e.signing_key};
    struct check_record rec;
    size_t pos = 0;
    int rc = 0;
    if (!k->facts.marked) {
        return 0;
    }
    for (uint64_t seq = k->e.statement.first_seq;
         rc == 0 && pt_checker_record_next(c, k, &pos, &rec) == 1; seq++) {
        unsigned type = rec.bytes.len > 0 ? pt_record_peek(rec.bytes) : 0;
        at.record_hash = rec.hash;
        if (type == PT_TYPE_APPROVAL || type == PT_TYPE_KEY_CHANGE ||
            type == PT_TYPE_POLICY_CHANGE) {
            rc = pt_checker_event(c, &at, rec.bytes);
        }
        if (rc == 0 && (type == PT_TYPE_APPROVAL || type == PT_TYPE_ERASURE)) {
            rc = pt_checker_order(c, &at, seq, rec.bytes);
        } else if (type == PT_TYPE_TICK && hub) {
            rc = apply_tick(c, k, rec.bytes);
            pt_checker_orders_tick(c, k->index);
        }
    }
    return rc;
}

/* ---- entries ------------------------------------------------------------------------------- */

/* Was the key live where the entry stands? Its signature is verified by all threads afterwards. */
static void check_key(struct checker *c, struct check_item *k) {
    struct pt_err why = {0};
    const struct pt_keyhistory_key *key = pt_keyhistory_find(c->keys, &k->e.signing_key);
    if (key == NULL && !c->keys_certain) {
        c->ret->unjudged++;
        return;
    }
    int rc = pt_keyhistory_may_sign(c->keys, &k->e.signing_key, k->e.statement.msg->party,
                                    k->e.statement.msg->stream, k->index,
                                    !k->has_records || k->facts.only_key_changes, &why);
    if (rc != 0) {
        struct fault_at at = {.check = "key", .item = k};
        char hex[2 * PT_HASH_LEN + 1];
        pt_hash_hex(hex, &k->e.signing_key);
        (void)snprintf(at.found, sizeof at.found, "%s", hex);
        pt_checker_fault(c, &at, rc, "%s", why.msg);
    } else {
        k->key = key;
    }
}

static void check_row(struct checker *c, const struct check_item *k) {
    const struct pt_statement *st = &k->e.statement;
    const struct pt_store_entry *row = &k->row;
    bool same;
    if (!k->has_row) {
        return;
    }
    if (k->e.is_genesis) {
        same = pt_hash_is_zero(&row->statement) && row->party[0] == '\0' &&
               row->stream[0] == '\0' && row->first_seq == 0 && row->record_count == 0 &&
               row->marks == PT_STORE_MARK_EXCHANGE && k->records_len == 0;
    } else {
        same = pt_hash_eq(&row->statement, &st->hash) && strcmp(row->party, st->msg->party) == 0 &&
               strcmp(row->stream, st->msg->stream) == 0 && row->first_seq == st->first_seq &&
               row->record_count == st->record_count &&
               row->marks == (k->facts.marked ? PT_STORE_MARK_EXCHANGE : 0U);
    }
    if (!same) {
        const struct fault_at at = {.check = "row", .item = k};
        pt_checker_fault(c, &at, PT_E_CORRUPT, "the columns beside it don't say what it says");
    }
}

int pt_checker_genesis(struct checker *c, struct pt_span bytes, const struct fault_at *at) {
    struct pt_err why = {0};
    struct pt_entry *g = &c->genesis;
    int rc = pt_entry_open(bytes, g, &why);
    if (rc != 0 || !g->is_genesis) {
        pt_checker_fault(c, at, rc != 0 ? rc : PT_E_CORRUPT, "it is no genesis: %s", why.msg);
        return 0;
    }
    pt_buf_reset(&c->genesis_bytes);
    (void)pt_buf_append_span(&c->genesis_bytes, bytes);
    c->ret->hub = g->leaf;
    if (c->o->hub != NULL && !pt_hash_eq(c->o->hub, &g->leaf)) {
        struct fault_at other = *at;
        say_hashes(&other, c->o->hub, &g->leaf);
        pt_checker_fault(c, &other, PT_E_WRONG_HUB, "it is the genesis of another hub");
    }
    rc = pt_genesis_verify(g->msg->envelope, &c->o->verify, &why);
    if (rc == 0) {
        rc = pt_vkey_parse(&c->vkey, g->genesis->log_vkey, strlen(g->genesis->log_vkey), &why);
    }
    if (rc == 0) {
        rc = pt_keyhistory_genesis(c->keys, g->genesis, &why);
    }
    if (rc != 0) {
        pt_checker_fault(c, at, rc, "%s", why.msg);
    }
    c->has_genesis = rc == 0;
    return rc == PT_E_NOMEM ? rc : 0;
}

static void check_time(struct checker *c, const struct check_item *k) {
    if (k->e.received_at_ms < c->last_received_ms) {
        struct fault_at at = {.check = "time", .item = k};
        say_numbers(&at, (uint64_t)c->last_received_ms, (uint64_t)k->e.received_at_ms);
        pt_checker_fault(c, &at, PT_E_CLOCK, "it was received before the entry before it");
    }
    c->last_received_ms = k->e.received_at_ms;
}

static int take_batch(struct checker *c, struct check_item *k) {
    const struct pt_statement *st = &k->e.statement;
    int rc = k->open_code;
    if (rc == 0 && k->e.is_genesis) {
        rc = PT_E_CORRUPT;
        (void)snprintf(k->why, sizeof k->why, "a second genesis");
    }
    if (rc != 0) {
        const struct fault_at at = {.check = "entry", .item = k};
        pt_checker_fault(c, &at, rc, "%s", k->why);
        return rc == PT_E_NOMEM ? rc : 0;
    }
    (void)snprintf(k->where, sizeof k->where, "log entry %llu (%s/%s#%llu-%llu)",
                   (unsigned long long)k->index, st->msg->party, st->msg->stream,
                   (unsigned long long)st->first_seq,
                   (unsigned long long)(st->first_seq + st->record_count - 1));
    check_time(c, k);
    rc = check_chain(c, k);
    if (rc == 0 && k->has_records) {
        check_records(c, k);
        check_row(c, k);
        rc = k->facts.erased > 0 ? pt_checker_claims(c, k) : 0;
    }
    if (rc == 0) {
        check_key(c, k);
    }
    if (rc != 0) {
        return rc;
    }
    return k->has_records ? apply_records(c, k) : pt_checker_changes(c, k);
}

/* ---- the tree ------------------------------------------------------------------------------ */

static int on_node(void *ctx, unsigned level, uint64_t index, const struct pt_hash *h) {
    struct checker *c = ctx;
    unsigned l = level / 8;
    if (level % 8 != 0 || l >= CHECK_TILE_LEVELS) {
        return 0;
    }
    uint64_t tile = index / PT_TILE_WIDTH;
    unsigned width = c->size > 0 ? pt_tile_width(l, tile, c->size) : PT_TILE_WIDTH;
    c->hashes[l][index % PT_TILE_WIDTH] = *h;
    if (index % PT_TILE_WIDTH + 1 == width) {
        c->tile(c->tile_ctx, l, tile, width);
    }
    return 0;
}

void pt_checker_missing(struct checker *c, uint64_t until) {
    char where[64];
    const struct check_item item = {.index = c->next_index};
    const struct fault_at at = {.check = "entry", .where = where, .item = &item};
    if (c->next_index >= until) {
        return;
    }
    if (until - c->next_index == 1) {
        (void)snprintf(where, sizeof where, "log entry %llu", (unsigned long long)c->next_index);
        pt_checker_fault(c, &at, PT_E_CORRUPT, "it is missing");
    } else {
        (void)snprintf(where, sizeof where, "log entries %llu-%llu",
                       (unsigned long long)c->next_index, (unsigned long long)(until - 1));
        pt_checker_fault(c, &at, PT_E_CORRUPT, "they are missing");
    }
    c->next_index = until;
}

static int take(struct checker *c, struct check_item *k) {
    int rc;
    pt_checker_missing(c, k->index);
    (void)snprintf(k->where, sizeof k->where, "log entry %llu%s", (unsigned long long)k->index,
                   k->index == 0 ? " (genesis)" : "");
    if (k->index == 0) {
        const struct fault_at at = {.check = "genesis", .item = k};
        rc = pt_checker_genesis(c, pt_span(c->bytes.p + k->entry_at, k->entry_len), &at);
        if (rc == 0 && c->genesis.is_genesis) {
            check_row(c, k);
        }
        c->last_received_ms = c->genesis.received_at_ms;
    } else {
        rc = take_batch(c, k);
    }
    pt_checker_seen(&c->ret->seen, &k->leaf, &k->facts);
    if (rc == 0) {
        rc = pt_merkle_append_cb(&c->tree, &k->leaf, on_node, c);
    }
    if (rc == 0 && c->grown != NULL) {
        rc = c->grown(c->tile_ctx, c->tree.size);
    }
    c->next_index = k->index + 1;
    c->ret->entries++;
    return rc;
}

/* ---- groups --------------------------------------------------------------------------------- */

int pt_checker_save(struct checker *c, struct pt_err *err) {
    if (c->o->save == NULL || c->ret->faults > 0 || !c->has_genesis || !pt_checker_claims_met(c) ||
        !pt_checker_changes_shown(c, false)) {
        return 0;
    }
    pt_buf_reset(&c->state);
    int rc = pt_checker_state_put(c, &c->state);
    c->saved_ms = pt_clock_now_ms(&pt_clock_system);
    return rc == 0 ? c->o->save(c->o->ctx, pt_buf_span(&c->state), err)
                   : pt_err_set(err, rc, "the state of the check can't be saved");
}

int pt_checker_run(struct checker *c, struct pt_err *err) {
    int rc = 0;
    pt_workers_run(c->workers, c->n_items, pt_checker_prepare, c);
    for (size_t i = 0; rc == 0 && i < c->n_items; i++) {
        rc = take(c, &c->items[i]);
    }
    if (rc == 0) {
        pt_workers_run(c->workers, c->n_items, pt_checker_verify, c);
    }
    for (size_t i = 0; rc == 0 && i < c->n_items; i++) {
        struct check_item *k = &c->items[i];
        if (k->verify_code != 0) {
            const struct fault_at at = {.check = "signature", .item = k};
            pt_checker_fault(c, &at, k->verify_code, "%s", k->why);
        }
    }
    drop_items(c);
    if (rc != 0) {
        return pt_err_set(err, rc, "out of memory");
    }
    return pt_clock_now_ms(&pt_clock_system) - c->saved_ms >= SAVE_MS ? pt_checker_save(c, err) : 0;
}

int pt_checker_add(struct checker *c, uint64_t index, struct pt_span log_entry,
                   const struct pt_store_entry *row, const Pentad__V1__FeedEntry *served,
                   struct pt_err *err) {
    struct check_item *k = &c->items[c->n_items];
    int rc = pt_buf_reserve(&c->bytes, log_entry.len + (row != NULL ? row->records.len : 0));
    if (rc != 0) {
        return pt_err_set(err, rc, "log entry %llu is larger than any", (unsigned long long)index);
    }
    k->index = index;
    k->entry_at = c->bytes.len;
    k->entry_len = log_entry.len;
    (void)pt_buf_append_span(&c->bytes, log_entry);
    k->has_row = row != NULL;
    k->served = served;
    k->has_records = row != NULL || served != NULL;
    if (row != NULL) {
        k->row = *row;
        k->records_at = c->bytes.len;
        k->records_len = row->records.len;
        (void)pt_buf_append_span(&c->bytes, row->records);
    }
    c->n_items++;
    return c->n_items == CHECK_GROUP_MAX || c->bytes.len >= CHECK_GROUP_BYTES
               ? pt_checker_run(c, err)
               : 0;
}

void pt_checker_checkpoint(struct checker *c, struct pt_span note, const char *where) {
    struct fault_at at = {.check = "checkpoint", .where = where};
    struct pt_checkpoint cp;
    struct pt_err why = {0};
    if (!c->has_genesis) {
        pt_checker_fault(c, &at, PT_E_CORRUPT, "without a genesis no signature can be checked");
        return;
    }
    int rc = pt_checkpoint_open(&cp, note, &c->vkey, &c->o->verify, &why);
    if (rc != 0) {
        pt_checker_fault(c, &at, rc, "%s", why.msg);
        return;
    }
    if (cp.size > c->ret->signed_size) {
        c->ret->signed_size = cp.size;
    }
    if (cp.size != c->tree.size) {
        say_numbers(&at, cp.size, c->tree.size);
        pt_checker_fault(c, &at, PT_E_FORK, "it was signed over %llu entries, here are %llu",
                         (unsigned long long)cp.size, (unsigned long long)c->tree.size);
    } else if (!pt_hash_eq(&cp.root, &c->ret->root)) {
        say_hashes(&at, &cp.root, &c->ret->root);
        pt_checker_fault(c, &at, PT_E_FORK, "the entries don't give the head that was signed");
    }
}
