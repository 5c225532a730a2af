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
    struct pt_buf tile;
    uint64_t total;
    uint64_t next_read; /* the entry that the store gives next */
    bool gave_up;       /* so many can't be read that no further one was looked at */
    uint64_t next_refusal;
    uint64_t cosigned_size; /* of the next cosigned checkpoint; 0: there is no further one */
    struct pt_buf cosigned;
    struct pt_err *err; /* of the check, not of reading */
    int stop;           /* its code, where it can't go on */
};

/* ---- tiles --------------------------------------------------------------------------------- */

static void compare_tile(void *ctx, unsigned level, uint64_t index, unsigned width) {
    struct store_check *k = ctx;
    char where[64];
    struct pt_err why = {0};
    bool own = k->reader == NULL; /* the group's end may come between two snapshots */
    (void)snprintf(where, sizeof where, "tile %u/%llu", level, (unsigned long long)index);
    const struct fault_at at = {.check = "tile", .where = where};
    pt_buf_reset(&k->tile);
    int rc = own ? pt_store_read_begin(k->store, &k->reader, &why) : 0;
    if (rc == 0) {
        rc = pt_store_tile(k->reader, level, index, &k->tile, &why);
    }
    if (own) {
        pt_store_read_end(k->reader);
        k->reader = NULL;
    }
    k->c.ret->tiles++;
    if (rc != 0) {
        pt_checker_fault(&k->c, &at, rc, "%s", why.msg);
    } else if (!pt_span_eq(pt_buf_span(&k->tile),
                           pt_span(k->c.hashes[level], (size_t)width * PT_HASH_LEN))) {
        pt_checker_fault(&k->c, &at, PT_E_CORRUPT, "it doesn't hold the hashes of the entries");
    }
}

/* ---- cosigned checkpoints ------------------------------------------------------------------ */

/* The next one of that size or more, as the hub keeps them beside its log. */
static int next_cosigned(struct store_check *k, uint64_t from) {
    struct pt_err why = {0};
    pt_buf_reset(&k->cosigned);
    int rc = pt_store_cosigned_from(k->store, from, &k->cosigned_size, &k->cosigned, &why);
    if (rc != 0) {
        k->cosigned_size = 0;
    }
    if (rc != 0 && rc != PT_E_NOT_FOUND) {
        const struct fault_at at = {.check = "cosigned", .where = "cosigned.db"};
        pt_checker_fault(&k->c, &at, rc, "%s", why.msg);
    }
    return rc == PT_E_NOMEM ? rc : 0;
}

static int on_grown(void *ctx, uint64_t size) {
    struct store_check *k = ctx;
    char where[64];
    if (k->cosigned_size != size) {
        return 0;
    }
    (void)snprintf(where, sizeof where, "cosigned checkpoint of %llu", (unsigned long long)size);
    int rc = pt_checker_cosigned(&k->c, pt_buf_span(&k->cosigned), true, where);
    return rc == 0 ? next_cosigned(k, size + 1) : rc;
}

/* ---- entries ------------------------------------------------------------------------------- */

static int on_entry(void *ctx, const struct pt_store_entry *e) {
    struct store_check *k = ctx;
    k->next_read = e->index + 1;
    if (e->index >= k->total) {
        return 0; /* behind a gap, which is named */
    }
    k->stop = pt_checker_add(&k->c, e->index, e->log_entry, e, NULL, k->err);
    return k->stop;
}

static void fault_of_entry(struct store_check *k, uint64_t index, int code, const char *what) {
    char where[48];
    (void)snprintf(where, sizeof where, "log entry %llu", (unsigned long long)index);
    const struct check_item item = {.index = index};
    const struct fault_at at = {.check = "entry", .where = where, .item = &item};
    pt_checker_fault(&k->c, &at, code, "%s", what);
}

/* What can't be read is named in its place, behind what was read before it. */
static int skip_entry(struct store_check *k, int code, const struct pt_err *why) {
    char what[300];
    int rc = pt_checker_run(&k->c, k->err);
    if (rc == 0) {
        (void)snprintf(what, sizeof what, "it can't be read: %s", why->msg);
        fault_of_entry(k, k->next_read, code, what);
        k->c.next_index = ++k->next_read;
    }
    if (rc == 0 && k->c.ret->faults >= PT_LOG_CHECK_FAULTS_MAX) {
        k->gave_up = true;
        k->next_read = k->total; /* the state may say that there are any number of them */
    }
    return rc;
}

/* A stretch that can't be read at once is read one by one, so that the damage is named. */
static int check_chunk(struct store_check *k, uint64_t from, uint64_t n) {
    struct pt_err why = {0};
    int rc = pt_store_read_begin(k->store, &k->reader, k->err);
    if (rc != 0) {
        return rc;
    }
    k->next_read = from;
    rc = pt_store_entries(k->reader, from, n, true, on_entry, k, &why);
    while (rc != 0 && k->stop == 0 && rc != PT_E_NOMEM && k->next_read < from + n) {
        k->stop = skip_entry(k, rc, &why);
        uint64_t left = k->next_read < from + n ? from + n - k->next_read : 0;
        rc = k->stop != 0
                 ? k->stop
                 : pt_store_entries(k->reader, k->next_read, left, true, on_entry, k, &why);
    }
    pt_store_read_end(k->reader);
    k->reader = NULL;
    return rc == 0 || k->stop != 0 ? k->stop : pt_err_set(k->err, rc, "%s", why.msg);
}

/* However many the state says there are: they end where no further one is. */
static int check_entries(struct store_check *k) {
    uint64_t from = k->c.next_index;
    int rc = 0;
    while (rc == 0 && from < k->total) {
        uint64_t n = k->total - from < CHUNK ? k->total - from : CHUNK;
        rc = check_chunk(k, from, n);
        if (k->next_read == from) {
            break;
        }
        from = k->next_read;
        if (k->c.o->progress != NULL) {
            k->c.o->progress(k->c.o->ctx, from, k->total);
        }
    }
    rc = rc == 0 ? pt_checker_run(&k->c, k->err) : rc;
    if (rc == 0 && !k->gave_up) {
        pt_checker_missing(&k->c, k->total);
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
    const struct fault_at at = {.check = "refusal", .where = where};
    if (r->n != k->next_refusal) {
        pt_checker_fault(&k->c, &at, PT_E_CORRUPT, "refusal %llu should come here",
                         (unsigned long long)k->next_refusal);
    }
    k->next_refusal = r->n + 1;
    k->c.ret->refusals++;
    int rc = check_refused(r, &why);
    if (rc == 0 && k->c.has_genesis) {
        rc = check_refusal_reply(&k->c, r, &why);
    }
    if (rc != 0) {
        pt_checker_fault(&k->c, &at, rc, "%s", why.msg);
    }
    return rc == PT_E_NOMEM ? rc : 0;
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void on_store_fault(void *ctx, int code, const char *where, const char *what) {
    struct store_check *k = ctx;
    const struct fault_at at = {.check = "store", .where = where};
    pt_checker_fault(&k->c, &at, code, "%s", what);
}

static int check_refusals(struct store_check *k, uint64_t n) {
    const struct fault_at at = {.check = "refusal", .where = "refusals"};
    struct pt_err why = {0};
    int rc = pt_store_read_begin(k->store, &k->reader, k->err);
    if (rc != 0) {
        return rc;
    }
    k->next_refusal = 1;
    rc = pt_store_refusals(k->reader, 1, n, on_refusal, k, &why);
    pt_store_read_end(k->reader);
    k->reader = NULL;
    if (rc == PT_E_NOMEM) {
        return pt_err_set(k->err, rc, "out of memory");
    }
    if (rc != 0) {
        pt_checker_fault(&k->c, &at, rc, "%s", why.msg);
    } else if (k->c.ret->refusals != n) {
        pt_checker_fault(&k->c, &at, PT_E_CORRUPT, "%llu are there, %llu were given",
                         (unsigned long long)k->c.ret->refusals, (unsigned long long)n);
    }
    return 0;
}

static int read_state(struct store_check *k, struct pt_store_state *state) {
    const struct fault_at at = {.check = "store", .where = "state"};
    struct pt_err why = {0};
    int rc = pt_store_read_begin(k->store, &k->reader, &why);
    if (rc == 0) {
        rc = pt_store_state(k->reader, state, &why);
        pt_store_read_end(k->reader);
        k->reader = NULL;
    }
    if (rc != 0) {
        /* Without its state the log is damaged, not unreadable. */
        pt_checker_fault(&k->c, &at, rc, "%s", why.msg);
        k->stop = rc == PT_E_NOMEM || rc == PT_E_BUSY ? pt_err_set(k->err, rc, "%s", why.msg) : 0;
    }
    return rc;
}

/* State, entries, refusals as of one size: what is appended meanwhile is for the next check. */
static int check_contents(struct store_check *k) {
    struct pt_store_state state = {0};
    pt_buf_init(&state.checkpoint, PT_LOG_CHECKPOINT_MAX);
    int rc = read_state(k, &state);
    if (rc != 0) {
        pt_buf_done(&state.checkpoint);
        return k->stop;
    }
    k->total = state.size;
    rc = next_cosigned(k, k->c.tree.size > 0 ? k->c.tree.size : 1);
    if (rc == 0 && k->c.tree.size > 0) {
        rc = on_grown(k, k->c.tree.size); /* cosigned since the check before */
    }
    rc = rc == 0 ? check_entries(k) : pt_err_set(k->err, rc, "out of memory");
    pt_merkle_root(&k->c.tree, &k->c.ret->root);
    if (rc == 0) {
        pt_checker_checkpoint(&k->c, pt_buf_span(&state.checkpoint), "signed checkpoint (state)");
        rc = check_refusals(k, state.n_refusals);
    }
    pt_buf_done(&state.checkpoint);
    return rc;
}

int pt_log_check(struct pt_store *s, const struct pt_log_check_opts *o,
                 struct pt_log_check_result *ret, struct pt_err *err) {
    struct store_check *k = calloc(1, sizeof *k);
    if (k == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    k->store = s;
    k->err = err;
    k->c.input = CHECK_OF_STORE;
    k->c.with_records = k->c.keys_certain = true;
    k->c.tile = compare_tile;
    k->c.tile_ctx = k;
    k->c.grown = on_grown;
    pt_buf_init(&k->tile, PT_TILE_BYTES);
    pt_buf_init(&k->cosigned, PT_COSIGNED_MAX);
    int rc = pt_checker_init(&k->c, o, ret, err);
    rc = rc == 0 ? pt_checker_state_take(&k->c, o->resume, err) : rc;
    rc = rc == 0 ? check_contents(k) : rc;
    if (rc == 0) {
        rc = pt_store_self_check(s, on_store_fault, k, err);
    }
    if (rc == 0) {
        pt_checker_claims_end(&k->c);
        (void)pt_checker_changes_shown(&k->c, true);
    }
    rc = rc == 0 ? pt_checker_save(&k->c, err) : rc;
    pt_buf_done(&k->cosigned);
    pt_buf_done(&k->tile);
    pt_checker_done(&k->c);
    free(k);
    return rc;
}
