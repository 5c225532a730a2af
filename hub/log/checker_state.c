/* What a check knows behind the entries that it has verified, as bytes and back: a SHA-256 over a
 * CheckState, then the CheckState. */
#include "checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/v1/check.pb-c.h>
#include <pentad/v1/record.pb-c.h>

#define VERSION 2

struct check_stream *pt_checker_stream(struct checker *c, const char *party, const char *stream) {
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

/* ---- key events ----------------------------------------------------------------------------- */

static int keep(struct checker *c, const struct pt_key_event *at, struct pt_span record) {
    if (c->n_events == c->cap_events) {
        size_t cap = c->cap_events == 0 ? 16 : 2 * c->cap_events;
        struct check_key_event *grown = realloc(c->events, cap * sizeof *grown);
        if (grown == NULL) {
            return PT_E_NOMEM;
        }
        c->events = grown;
        c->cap_events = cap;
    }
    struct check_key_event *e = &c->events[c->n_events];
    e->record = malloc(record.len);
    if (e->record == NULL) {
        return PT_E_NOMEM;
    }
    memcpy(e->record, record.p, record.len);
    e->len = record.len;
    e->at = *at;
    (void)snprintf(e->party, sizeof e->party, "%s", at->party);
    (void)snprintf(e->stream, sizeof e->stream, "%s", at->stream);
    c->n_events++;
    return 0;
}

int pt_checker_event(struct checker *c, const struct pt_key_event *at, struct pt_span record) {
    ProtobufCMessage *m = NULL;
    int rc = pt_strict_unpack(&pentad__v1__record__descriptor, record, &m, NULL);
    const Pentad__V1__Record *r = (const Pentad__V1__Record *)m;
    if (rc != 0) {
        return rc == PT_E_NOMEM ? rc : 0;
    }
    bool about_keys = pt_keyhistory_concerns(r);
    rc = pt_keyhistory_take(c->keys, at, r, &c->o->verify);
    if (rc == 0 && r->body_case == PENTAD__V1__RECORD__BODY_APPROVAL) {
        rc = pt_checker_approval(c, at->party, r->approval);
    } else if (rc == 0 && about_keys) {
        rc = pt_checker_shown(c, &at->record_hash);
    }
    protobuf_c_message_free_unpacked(m, NULL);
    return rc == 0 && about_keys && c->o->save != NULL ? keep(c, at, record) : rc;
}

static void add_change(struct pt_hash *changes, uint64_t log_index, const struct pt_hash *record) {
    struct pt_sha256 sha;
    uint8_t index[8];
    for (unsigned i = 0; i < sizeof index; i++) {
        index[i] = (uint8_t)(log_index >> (8 * i));
    }
    pt_sha256_init(&sha);
    pt_sha256_update(&sha, changes->b, PT_HASH_LEN);
    pt_sha256_update(&sha, index, sizeof index);
    pt_sha256_update(&sha, record->b, PT_HASH_LEN);
    pt_sha256_final(&sha, changes);
}

static int take_change(void *ctx, const struct pt_key_event *at, struct pt_span record) {
    struct checker *c = ctx;
    add_change(&c->changes, at->log_index, &at->record_hash);
    return pt_checker_event(c, at, record);
}

/* What the key history says of the entries that were verified before, passed over: it must be what
 * it said then. */
static void skip_changes(struct checker *c, uint64_t size) {
    const Pentad__V1__EvidenceBundle *b = c->key_history;
    for (; c->next_change < b->n_key_history; c->next_change++) {
        const Pentad__V1__EvidenceKeyEntry *e = b->key_history[c->next_change];
        if (e->entry->log_index >= size) {
            break;
        }
        for (size_t i = 0; i < e->n_records; i++) {
            struct pt_hash record;
            pt_leaf_hash(&record, e->records[i]->record.data, e->records[i]->record.len);
            add_change(&c->changes, e->entry->log_index, &record);
        }
    }
}

int pt_checker_changes(struct checker *c, const struct check_item *k) {
    const Pentad__V1__EvidenceBundle *b = c->key_history;
    int rc = 0;
    for (; rc == 0 && b != NULL && c->next_change < b->n_key_history; c->next_change++) {
        const Pentad__V1__EvidenceKeyEntry *e = b->key_history[c->next_change];
        struct pt_err why = {0};
        if (e->entry->log_index > k->index) {
            break;
        }
        if (e->entry->log_index < k->index) {
            continue; /* that entry couldn't be read, and was named */
        }
        rc = e->n_records > 0 ? pt_evidence_keys_records(e, &k->e, take_change, c, &why)
                              : pt_err_set(&why, PT_E_MISSING, "it names it and shows no record");
        if (rc != 0 && rc != PT_E_NOMEM) {
            const struct fault_at at = {.check = "key", .item = k};
            pt_checker_fault(c, &at, rc, "what " PT_KEY_HISTORY_FILE " says of it: %s", why.msg);
            rc = 0;
        }
    }
    return rc;
}

/* ---- put ------------------------------------------------------------------------------------ */

static ProtobufCBinaryData hash_data(const struct pt_hash *h) {
    return (ProtobufCBinaryData){PT_HASH_LEN, (uint8_t *)(uintptr_t)h->b};
}

static void put_stream(const struct check_stream *s, Pentad__V1__CheckStream *ret) {
    pentad__v1__check_stream__init(ret);
    ret->party = (char *)(uintptr_t)s->party;
    ret->stream = (char *)(uintptr_t)s->stream;
    ret->has_next_seq = ret->has_last_statement = 1;
    ret->next_seq = s->next_seq;
    ret->last_statement = hash_data(&s->last);
}

static void put_event(const struct check_key_event *e, Pentad__V1__CheckKeyEvent *ret) {
    pentad__v1__check_key_event__init(ret);
    ret->party = (char *)(uintptr_t)e->party;
    ret->stream = (char *)(uintptr_t)e->stream;
    ret->has_log_index = ret->has_signing_key = ret->has_record = 1;
    ret->log_index = e->at.log_index;
    ret->signing_key = hash_data(&e->at.signing_key);
    ret->record = (ProtobufCBinaryData){e->len, e->record};
}

/* The messages of the repeated fields, one allocation each. */
struct parts {
    Pentad__V1__CheckStream *streams, **stream_list;
    Pentad__V1__CheckKeyEvent *events, **event_list;
};

static int parts_fill(const struct checker *c, struct parts *p, Pentad__V1__CheckState *s) {
    p->streams = calloc(c->n_streams + 1, sizeof *p->streams);
    p->stream_list = calloc(c->n_streams + 1, sizeof *p->stream_list);
    p->events = calloc(c->n_events + 1, sizeof *p->events);
    p->event_list = calloc(c->n_events + 1, sizeof *p->event_list);
    if (p->streams == NULL || p->stream_list == NULL || p->events == NULL ||
        p->event_list == NULL) {
        return PT_E_NOMEM;
    }
    for (size_t i = 0; i < c->n_streams; i++) {
        put_stream(&c->streams[i], &p->streams[i]);
        p->stream_list[i] = &p->streams[i];
    }
    for (size_t i = 0; i < c->n_events; i++) {
        put_event(&c->events[i], &p->events[i]);
        p->event_list[i] = &p->events[i];
    }
    s->streams = p->stream_list;
    s->n_streams = c->n_streams;
    s->key_events = p->event_list;
    s->n_key_events = c->n_events;
    return 0;
}

static void parts_done(struct parts *p) {
    free(p->streams);
    free(p->stream_list);
    free(p->events);
    free(p->event_list);
}

int pt_checker_state_put(const struct checker *c, struct pt_buf *out) {
    Pentad__V1__CheckState s = PENTAD__V1__CHECK_STATE__INIT;
    ProtobufCBinaryData edge[CHECK_TILE_LEVELS];
    struct parts parts = {0};
    struct pt_hash root, sum = {{0}};
    int rc = parts_fill(c, &parts, &s);
    pt_merkle_root(&c->tree, &root);
    for (unsigned l = 0; l < CHECK_TILE_LEVELS; l++) {
        size_t width = (size_t)(c->tree.size >> (8 * l)) % PT_TILE_WIDTH;
        edge[l] =
            (ProtobufCBinaryData){width * PT_HASH_LEN, (uint8_t *)(uintptr_t)c->hashes[l][0].b};
    }
    s.has_version = s.has_records = s.has_genesis_entry = s.has_size = s.has_root = 1;
    s.has_received_at_ms = s.has_tick_day = s.has_tick_at_ms = 1;
    s.version = VERSION;
    s.records = c->with_records;
    s.genesis_entry = (ProtobufCBinaryData){c->genesis_bytes.len, c->genesis_bytes.p};
    s.size = c->tree.size;
    s.root = hash_data(&root);
    s.edge = edge;
    s.n_edge = CHECK_TILE_LEVELS;
    s.received_at_ms = c->last_received_ms;
    s.tick_day = c->tick_day;
    s.tick_at_ms = c->tick_ms;
    s.has_input = s.has_unjudged = 1;
    s.input = (uint32_t)c->input;
    s.unjudged = c->ret->unjudged;
    s.has_key_history = c->key_history != NULL;
    s.key_history = hash_data(&c->changes);
    size_t at = out->len;
    (void)pt_buf_append(out, sum.b, PT_HASH_LEN);
    rc = rc == 0 ? pt_strict_pack(out, &s.base) : rc;
    parts_done(&parts);
    if (rc == 0 && out->failed == 0) {
        pt_sha256(&sum, out->p + at + PT_HASH_LEN, out->len - at - PT_HASH_LEN);
        memcpy(out->p + at, sum.b, PT_HASH_LEN);
    }
    return rc == 0 ? out->failed : rc;
}

/* ---- take ----------------------------------------------------------------------------------- */

static int take_stream(struct checker *c, const Pentad__V1__CheckStream *m) {
    if (m->party == NULL || m->stream == NULL || !m->has_next_seq || !m->has_last_statement ||
        strlen(m->party) > PT_NAME_MAX || strlen(m->stream) > PT_NAME_MAX) {
        return PT_E_FORMAT;
    }
    struct check_stream *s = pt_checker_stream(c, m->party, m->stream);
    if (s == NULL) {
        return PT_E_NOMEM;
    }
    s->next_seq = m->next_seq;
    return pt_hash_from_bytes(&s->last, m->last_statement.data, m->last_statement.len) == 0
               ? 0
               : PT_E_FORMAT;
}

static int take_event(struct checker *c, const Pentad__V1__CheckKeyEvent *m) {
    struct pt_key_event at = {.log_index = m->log_index, .party = m->party, .stream = m->stream};
    if (!m->has_log_index || m->party == NULL || m->stream == NULL || !m->has_signing_key ||
        !m->has_record || strlen(m->party) > PT_NAME_MAX || strlen(m->stream) > PT_NAME_MAX ||
        pt_hash_from_bytes(&at.signing_key, m->signing_key.data, m->signing_key.len) != 0) {
        return PT_E_FORMAT;
    }
    pt_leaf_hash(&at.record_hash, m->record.data, m->record.len);
    return pt_checker_event(c, &at, pt_span(m->record.data, m->record.len));
}

/* The right edge from the hashes of the partial tiles: node 8l + u is over those of tile l that bit
 * u of its width stands for. */
static int take_edge(struct checker *c, const Pentad__V1__CheckState *s) {
    struct pt_hash root, said;
    if (s->n_edge != CHECK_TILE_LEVELS) {
        return PT_E_FORMAT;
    }
    c->tree.size = s->size;
    for (unsigned l = 0; l < CHECK_TILE_LEVELS; l++) {
        size_t width = (size_t)(s->size >> (8 * l)) % PT_TILE_WIDTH;
        if (s->edge[l].len != width * PT_HASH_LEN) {
            return PT_E_FORMAT;
        }
        if (width > 0) {
            memcpy(c->hashes[l], s->edge[l].data, s->edge[l].len);
        }
        for (unsigned u = 0; u < 8; u++) {
            if (width >> u & 1) {
                size_t first = width >> (u + 1) << (u + 1);
                pt_merkle_root_of(&c->hashes[l][first], (size_t)1 << u, &c->tree.node[8 * l + u]);
            }
        }
    }
    pt_merkle_root(&c->tree, &root);
    return pt_hash_from_bytes(&said, s->root.data, s->root.len) == 0 && pt_hash_eq(&said, &root)
               ? 0
               : PT_E_FORMAT;
}

static int take_parts(struct checker *c, const Pentad__V1__CheckState *s) {
    const struct fault_at at = {.check = "resume", .where = "the saved state"};
    int rc = pt_checker_genesis(c, pt_span(s->genesis_entry.data, s->genesis_entry.len), &at);
    rc = rc == 0 && !c->has_genesis ? PT_E_FORMAT : rc;
    rc = rc == 0 ? take_edge(c, s) : rc;
    for (size_t i = 0; rc == 0 && i < s->n_streams; i++) {
        rc = take_stream(c, s->streams[i]);
    }
    for (size_t i = 0; rc == 0 && i < s->n_key_events; i++) {
        rc = take_event(c, s->key_events[i]);
    }
    c->next_index = c->ret->resumed = s->size;
    c->last_received_ms = s->received_at_ms;
    c->tick_day = s->tick_day;
    c->tick_ms = s->tick_at_ms;
    c->ret->unjudged = s->unjudged;
    return rc;
}

/* What another input gave says nothing of this one: a hub's feed has no refusals and no columns, a
 * folder no tiles that were served, and who may sign in a tree is what its key history tells. */
static int check_input(struct checker *c, const Pentad__V1__CheckState *s, struct pt_err *err) {
    static const char *const names[] = {"", "a data folder", "a static tree", "a hub that serves"};
    struct pt_hash said;
    if (s->input < CHECK_OF_STORE || s->input > CHECK_OF_HUB) {
        return pt_err_set(err, PT_E_FORMAT, "the saved state doesn't say what it is of");
    }
    if (s->input != (uint32_t)c->input) {
        return pt_err_set(err, PT_E_FORMAT,
                          "the saved state is of a check of %s, with%s records: check %s from its "
                          "first entry",
                          names[s->input], s->records ? "" : "out", names[c->input]);
    }
    if (c->input != CHECK_OF_TREE || c->ret->faults > 0) {
        return 0; /* where the file can't be read that is named already */
    }
    if (!s->has_key_history != (c->key_history == NULL)) {
        return pt_err_set(err, PT_E_FORMAT,
                          "the saved state is of a check with%s a key history, this tree has %s: "
                          "check it from its first entry",
                          s->has_key_history ? "" : "out", c->key_history != NULL ? "one" : "none");
    }
    if (c->key_history == NULL) {
        return 0;
    }
    skip_changes(c, s->size);
    return pt_hash_from_bytes(&said, s->key_history.data, s->key_history.len) == 0 &&
                   pt_hash_eq(&said, &c->changes)
               ? 0
               : pt_err_set(err, PT_E_FORMAT,
                            "the key history says something else of the entries that were verified "
                            "than it did then: check the tree from its first entry");
}

int pt_checker_state_take(struct checker *c, struct pt_span saved, struct pt_err *err) {
    ProtobufCMessage *m = NULL;
    struct pt_hash sum = {{0}};
    int rc = PT_E_FORMAT;
    if (saved.len == 0) {
        return 0;
    }
    if (saved.len > PT_HASH_LEN) {
        pt_sha256(&sum, saved.p + PT_HASH_LEN, saved.len - PT_HASH_LEN);
        rc = memcmp(sum.b, saved.p, PT_HASH_LEN) == 0 ? 0 : PT_E_FORMAT;
    }
    if (rc == 0) {
        rc = pt_strict_unpack(&pentad__v1__check_state__descriptor,
                              pt_span(saved.p + PT_HASH_LEN, saved.len - PT_HASH_LEN), &m, NULL);
    }
    const Pentad__V1__CheckState *s = (const Pentad__V1__CheckState *)m;
    if (rc == 0 && (!s->has_version || s->version != VERSION || s->size == 0)) {
        rc = PT_E_FORMAT;
    }
    if (rc != 0) {
        rc = pt_err_set(err, PT_E_FORMAT, "this is no saved state of a check, or it was changed");
    } else if ((rc = check_input(c, s, err)) == 0) {
        rc = take_parts(c, s);
        rc = rc == 0 || rc == PT_E_NOMEM ? rc : PT_E_FORMAT;
        rc = rc == 0 ? 0 : pt_err_set(err, rc, "the saved state doesn't hold together");
    }
    if (m != NULL) {
        protobuf_c_message_free_unpacked(m, NULL);
    }
    return rc;
}
