#include "checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/refusal.h>

#define CHUNK 64 /* entries of one snapshot: a running hub goes on beside a check */

struct store_check {
    struct checker c;
    struct pt_store *store;
    struct pt_store_reader *reader;
    struct pt_hash hashes[8][PT_TILE_WIDTH]; /* the tile of each level that is being filled */
    struct pt_buf tile;
    uint64_t total;
    uint64_t next_refusal;
};

/* ---- tiles --------------------------------------------------------------------------------- */

static void compare_tile(struct store_check *k, unsigned level, uint64_t index) {
    char where[64];
    struct pt_err why = {0};
    (void)snprintf(where, sizeof where, "tile %u/%llu", level, (unsigned long long)index);
    pt_buf_reset(&k->tile);
    int rc = pt_store_tile(k->reader, level, index, &k->tile, &why);
    k->c.ret->tiles++;
    if (rc != 0) {
        pt_checker_fault(&k->c, rc, where, "%s", why.msg);
    } else if (!pt_span_eq(pt_buf_span(&k->tile), pt_span(k->hashes[level], PT_TILE_BYTES))) {
        pt_checker_fault(&k->c, PT_E_CORRUPT, where, "it doesn't hold the hashes of the entries");
    }
}

static int on_node(void *ctx, unsigned level, uint64_t index, const struct pt_hash *h) {
    struct store_check *k = ctx;
    if (level % 8 == 0 && level / 8 < 8) {
        k->hashes[level / 8][index % PT_TILE_WIDTH] = *h;
        if (index % PT_TILE_WIDTH == PT_TILE_WIDTH - 1) {
            compare_tile(k, level / 8, index / PT_TILE_WIDTH);
        }
    }
    return 0;
}

/* ---- entries ------------------------------------------------------------------------------- */

static int on_entry(void *ctx, const struct pt_store_entry *e) {
    struct store_check *k = ctx;
    return pt_checker_entry(&k->c, e->index, e->log_entry, e);
}

/* A stretch that can't be read at once is read one by one, so that the damage is named. */
static int check_chunk(struct store_check *k, uint64_t from, uint64_t n, struct pt_err *err) {
    struct pt_err why = {0};
    int rc = pt_store_read_begin(k->store, &k->reader, err);
    if (rc != 0) {
        return rc;
    }
    rc = pt_store_entries(k->reader, from, n, true, on_entry, k, &why);
    while (rc != 0 && rc != PT_E_NOMEM && k->c.next_index < from + n) {
        char where[48];
        uint64_t at = k->c.next_index;
        (void)snprintf(where, sizeof where, "log entry %llu", (unsigned long long)at);
        pt_checker_fault(&k->c, rc, where, "it can't be read: %s", why.msg);
        k->c.next_index = at + 1;
        rc = pt_store_entries(k->reader, at + 1, from + n - at - 1, true, on_entry, k, &why);
    }
    pt_store_read_end(k->reader);
    k->reader = NULL;
    return rc == 0 ? 0 : pt_err_set(err, rc, "%s", why.msg);
}

static int check_entries(struct store_check *k, struct pt_err *err) {
    int rc = 0;
    for (uint64_t from = 0; rc == 0 && from < k->total; from += CHUNK) {
        uint64_t n = k->total - from < CHUNK ? k->total - from : CHUNK;
        rc = check_chunk(k, from, n, err);
        for (; rc == 0 && k->c.next_index < from + n; k->c.next_index++) {
            char where[48];
            (void)snprintf(where, sizeof where, "log entry %llu",
                           (unsigned long long)k->c.next_index);
            pt_checker_fault(&k->c, PT_E_CORRUPT, where, "it is missing");
        }
        if (k->c.o->progress != NULL) {
            k->c.o->progress(k->c.o->ctx, from + n, k->total);
        }
    }
    return rc;
}

/* ---- refusals ------------------------------------------------------------------------------ */

/* The Refusal inside, as its author's connector would take it. */
static int check_refusal_reply(struct checker *c, const struct pt_store_refusal *r,
                               struct pt_err *why) {
    Pentad__V1__Refusal *said = NULL;
    ProtobufCMessage *env = NULL;
    int rc = pt_strict_unpack(&pentad__v1__envelope__descriptor, r->refusal, &env, why);
    if (rc == 0) {
        rc = pt_refusal_open((const Pentad__V1__Envelope *)env, &c->ret->hub, &r->statement,
                             c->keys, &c->o->verify, &said, why);
    }
    if (said != NULL) {
        pentad__v1__refusal__free_unpacked(said, NULL);
    }
    protobuf_c_message_free_unpacked(env, NULL);
    return rc;
}

static int check_refused(const struct pt_store_refusal *r, struct pt_err *why) {
    ProtobufCMessage *env = NULL;
    struct pt_statement st = {0};
    int rc = pt_strict_unpack(&pentad__v1__envelope__descriptor, r->envelope, &env, why);
    if (rc == 0) {
        rc = pt_statement_open((Pentad__V1__Envelope *)env, &st, why);
        protobuf_c_message_free_unpacked(env, NULL);
    }
    if (rc == 0 && (!pt_hash_eq(&st.hash, &r->statement) || strcmp(st.msg->party, r->party) != 0 ||
                    strcmp(st.msg->stream, r->stream) != 0 || st.first_seq != r->first_seq ||
                    st.record_count != r->record_count)) {
        rc = pt_err_set(why, PT_E_CORRUPT, "the columns beside it don't say what it says");
    }
    pt_statement_done(&st);
    return rc;
}

static int on_refusal(void *ctx, const struct pt_store_refusal *r) {
    struct store_check *k = ctx;
    struct pt_err why = {0};
    char where[128];
    (void)snprintf(where, sizeof where, "refusal %llu (%s/%s#%llu)", (unsigned long long)r->n,
                   r->party, r->stream, (unsigned long long)r->first_seq);
    if (r->n != k->next_refusal) {
        pt_checker_fault(&k->c, PT_E_CORRUPT, where, "refusal %llu should come here",
                         (unsigned long long)k->next_refusal);
    }
    k->next_refusal = r->n + 1;
    k->c.ret->refusals++;
    int rc = check_refused(r, &why);
    if (rc == 0 && k->c.has_genesis) {
        rc = check_refusal_reply(&k->c, r, &why);
    }
    if (rc != 0) {
        pt_checker_fault(&k->c, rc, where, "%s", why.msg);
    }
    return rc == PT_E_NOMEM ? rc : 0;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void on_store_fault(void *ctx, int code, const char *where, const char *what) {
    struct store_check *k = ctx;
    pt_checker_fault(&k->c, code, where, "%s", what);
}

/* State, entries, refusals as of one size: what is appended meanwhile is for the next check. */
static int check_contents(struct store_check *k, struct pt_err *err) {
    struct pt_store_state state = {0};
    struct pt_err why = {0};
    pt_buf_init(&state.checkpoint, PT_LOG_CHECKPOINT_MAX);
    int rc = pt_store_read_begin(k->store, &k->reader, &why);
    if (rc == 0) {
        rc = pt_store_state(k->reader, &state, &why);
        pt_store_read_end(k->reader);
        k->reader = NULL;
    }
    if (rc != 0) {
        /* Without its state the log is damaged, not unreadable. */
        pt_checker_fault(&k->c, rc, "state", "%s", why.msg);
        rc = rc == PT_E_NOMEM || rc == PT_E_BUSY ? pt_err_set(err, rc, "%s", why.msg) : 0;
        goto out;
    }
    k->total = state.size;
    rc = check_entries(k, err);
    pt_merkle_root(&k->c.tree, &k->c.ret->root);
    if (rc == 0) {
        pt_checker_checkpoint(&k->c, pt_buf_span(&state.checkpoint), "signed checkpoint (state)");
        rc = pt_store_read_begin(k->store, &k->reader, err);
    }
    if (rc == 0) {
        k->next_refusal = 1;
        rc = pt_store_refusals(k->reader, 1, state.n_refusals, on_refusal, k, &why);
        pt_store_read_end(k->reader);
        k->reader = NULL;
        if (rc == PT_E_NOMEM) {
            pt_err_set(err, rc, "out of memory");
        } else if (rc != 0) {
            pt_checker_fault(&k->c, rc, "refusals", "%s", why.msg);
            rc = 0;
        } else if (k->c.ret->refusals != state.n_refusals) {
            pt_checker_fault(&k->c, PT_E_CORRUPT, "refusals", "%llu are there, %llu were given",
                             (unsigned long long)k->c.ret->refusals,
                             (unsigned long long)state.n_refusals);
        }
    }
out:
    pt_buf_done(&state.checkpoint);
    return rc;
}

int pt_log_check(struct pt_store *s, const struct pt_log_check_opts *o,
                 struct pt_log_check_result *ret, struct pt_err *err) {
    struct store_check *k = calloc(1, sizeof *k);
    if (k == NULL || pt_checker_init(&k->c, o, ret) != 0) {
        free(k);
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    k->store = s;
    k->c.keys_certain = true;
    k->c.on_node = on_node;
    k->c.node_ctx = k;
    pt_buf_init(&k->tile, PT_TILE_BYTES);
    int rc = check_contents(k, err);
    if (rc == 0) {
        rc = pt_store_self_check(s, on_store_fault, k, err);
    }
    pt_buf_done(&k->tile);
    pt_checker_done(&k->c);
    free(k);
    return rc;
}
