#include "facts.h"

#include <stdio.h>
#include <string.h>

/* The acceptance order (docs/formats.md 1): each step either answers or lets the next one look.
 * A step returns 0 to go on, ANSWERED once *ret holds the answer, or what a look-up returned. */
#define ANSWERED 100
#define CHAIN_MAX 64 /* statements that replaced each other, as far as the store is asked */

struct deciding {
    const struct pt_exchange *x;
    struct pt_intake_facts *f;
    const struct pt_statement *st;
    const struct stream_slot *slot; /* NULL: the stream's first batch */
    uint64_t next_seq;
    const struct pt_hash *last;
    const char *tls_party;
    const struct pt_intake_ports *ports;
    struct pt_intake_decision *ret;
};

void pt_intake_decision_init(struct pt_intake_decision *d) {
    memset(d, 0, sizeof *d);
    pt_buf_init(&d->other, 65535);
}

void pt_intake_decision_done(struct pt_intake_decision *d) {
    pt_buf_done(&d->other);
}

static int reject(struct deciding *d, int code, const char *msg) {
    d->ret->verdict = PT_INTAKE_REJECT;
    d->ret->code = code;
    pt_err_set(&d->ret->err, code, "%s", msg);
    return ANSWERED;
}

/* A refusal binds the author to replace the statement; the stream must have room to remember it. */
static int refuse(struct deciding *d, int code, bool claims, const char *field, const char *msg) {
    if (d->slot != NULL && d->slot->s.n_refused == PT_EXCHANGE_OPEN_REFUSALS_MAX) {
        return reject(d, PT_E_BUSY, "too many refused batches of this stream wait to be replaced");
    }
    d->ret->verdict = PT_INTAKE_REFUSE;
    d->ret->code = code;
    d->ret->claims = claims;
    pt_err_set(&d->ret->err, code, "%s", msg);
    d->ret->own = (struct pt_intake_fault){0, code, field, d->ret->err.msg};
    d->ret->faults = &d->ret->own;
    d->ret->n_faults = 1;
    return ANSWERED;
}

/* ---- already answered? ---------------------------------------------------------------------- */

static int again(struct deciding *d, enum pt_intake_verdict verdict, uint64_t index) {
    d->ret->verdict = verdict;
    d->ret->index = index;
    d->ret->statement = d->st->hash;
    return ANSWERED;
}

static int step_already(struct deciding *d) {
    uint64_t index = 0;
    for (size_t i = 0; d->slot != NULL && i < d->slot->s.n_refused; i++) {
        if (pt_hash_eq(&d->slot->s.refused[i].statement, &d->st->hash)) {
            return again(d, PT_INTAKE_REFUSAL_AGAIN, 0);
        }
    }
    if (d->st->first_seq >= d->next_seq) {
        return 0; /* nothing there is logged, and open refusals were looked through */
    }
    int code = d->ports->logged(d->ports->ctx, &d->st->hash, &index);
    if (code == 0) {
        return again(d, PT_INTAKE_RECEIPT_AGAIN, index);
    }
    if (code == PT_E_NOT_FOUND) {
        code = d->ports->refused(d->ports->ctx, &d->st->hash, NULL);
    }
    if (code == 0) {
        return again(d, PT_INTAKE_REFUSAL_AGAIN, 0);
    }
    return code == PT_E_NOT_FOUND ? 0 : code;
}

static int step_frozen(struct deciding *d) {
    return d->slot == NULL || !d->slot->s.frozen
               ? 0
               : reject(d, PT_E_FROZEN,
                        "the stream is frozen over an incident until the "
                        "office lifts it and two parties approve");
}

/* ---- the key -------------------------------------------------------------------------------- */

/* By identity, which holds over a reload of the exchange too: the facts keep theirs alive. */
static bool snapshot_stale(const struct pt_exchange *x, const struct pt_intake_facts *f) {
    return x->snapshot != f->snapshot || x->keys_version != pt_keyhistory_version(x->keys);
}

static int step_key(struct deciding *d) {
    struct pt_err why = {0};
    if (snapshot_stale(d->x, d->f)) {
        return PT_INTAKE_STALE;
    }
    if (d->f->sig.code != 0) {
        return reject(d, d->f->sig.code, d->f->sig.msg);
    }
    int code =
        pt_keyhistory_may_sign(d->x->keys, &d->f->key, d->st->msg->party, d->st->msg->stream,
                               d->x->size, d->f->only_key_changes || d->f->root.code != 0, &why);
    if (code == PT_E_UNKNOWN_KEY) {
        return reject(d, code, why.msg);
    }
    if (code == 0) {
        return 0;
    }
    /* Signed by a key that is the party's but not live for this: it claims no sequence numbers,
     * or whoever stole a retired key could block the stream. Of these not all stay in memory. */
    int kept = d->ports->refused(d->ports->ctx, &d->st->hash, NULL);
    if (kept != PT_E_NOT_FOUND) {
        return kept == 0 ? again(d, PT_INTAKE_REFUSAL_AGAIN, 0) : kept;
    }
    return refuse(d, code, false, "", why.msg);
}

/* ---- the stream ----------------------------------------------------------------------------- */

static int conflict(struct deciding *d, const struct pt_hash *other, bool with_refused,
                    uint64_t index) {
    const struct stream_slot *s = d->slot;
    const struct pt_hash *mine = &d->st->hash;
    if ((pt_hash_eq(&s->pair[0], mine) && pt_hash_eq(&s->pair[1], other)) ||
        (pt_hash_eq(&s->pair[1], mine) && pt_hash_eq(&s->pair[0], other))) {
        return reject(d, PT_E_EQUIVOCATION,
                      "this statement is one of a pair that an incident is about already");
    }
    d->ret->verdict = PT_INTAKE_CONFLICT;
    d->ret->code = PT_E_EQUIVOCATION;
    d->ret->with_refused = with_refused;
    d->ret->index = index;
    d->ret->statement = *other;
    pt_err_set(&d->ret->err, PT_E_EQUIVOCATION, "%s/%s: two statements claim sequence number %llu",
               s->s.party, s->s.stream, (unsigned long long)d->st->first_seq);
    return ANSWERED;
}

/* Below the head. The logged batch there replaced a chain of refused ones; the one among them that
 * replaces what this statement replaces conflicts with it. */
static int against_logged(struct deciding *d) {
    struct pt_buf *env = &d->ret->other;
    uint64_t index = 0;
    pt_buf_reset(env);
    int code = d->ports->holder(d->ports->ctx, d->st->msg->party, d->st->msg->stream,
                                d->st->first_seq, &index, env);
    for (int i = 0; code == 0 && i < CHAIN_MAX; i++) {
        ProtobufCMessage *m = NULL;
        struct pt_statement other = {0};
        code =
            pt_strict_unpack(&pentad__v1__envelope__descriptor, pt_buf_span(env), &m, &d->ret->err);
        if (code == 0) {
            code = pt_statement_open((Pentad__V1__Envelope *)m, &other, &d->ret->err);
            protobuf_c_message_free_unpacked(m, NULL);
        }
        if (code != 0) {
            return PT_E_CORRUPT; /* it was opened once before it was kept */
        }
        bool found = pt_statements_conflict(d->st, &other);
        struct pt_hash hash = other.hash, before = other.supersedes;
        bool more = other.has_supersedes;
        pt_statement_done(&other);
        if (found) {
            return conflict(d, &hash, i > 0, index);
        }
        if (!more) {
            break;
        }
        pt_buf_reset(env);
        code = d->ports->refused(d->ports->ctx, &before, env);
    }
    if (code != 0 && code != PT_E_NOT_FOUND) {
        return code;
    }
    return refuse(d, PT_E_SUPERSEDES, true, "supersedes",
                  "these sequence numbers are logged under another statement");
}

static const struct pt_exchange_refused *find_refused(const struct deciding *d,
                                                      const struct pt_hash *statement) {
    for (size_t i = 0; d->slot != NULL && i < d->slot->s.n_refused; i++) {
        if (pt_hash_eq(&d->slot->s.refused[i].statement, statement)) {
            return &d->slot->s.refused[i];
        }
    }
    return NULL;
}

/* The range of a refused statement that the exchange no longer keeps in memory. */
static int look_up_refused(struct deciding *d, const struct pt_hash *statement,
                           struct pt_exchange_refused *ret) {
    struct pt_buf *env = &d->ret->other;
    struct pt_statement st = {0};
    ProtobufCMessage *m = NULL;
    pt_buf_reset(env);
    int code = d->ports->refused(d->ports->ctx, statement, env);
    if (code != 0) {
        return code;
    }
    code = pt_strict_unpack(&pentad__v1__envelope__descriptor, pt_buf_span(env), &m, NULL);
    if (code == 0) {
        code = pt_statement_open((Pentad__V1__Envelope *)m, &st, NULL);
        protobuf_c_message_free_unpacked(m, NULL);
    }
    if (code != 0) {
        return PT_E_CORRUPT; /* it was opened once before it was kept */
    }
    bool same = strcmp(st.msg->party, d->st->msg->party) == 0 &&
                strcmp(st.msg->stream, d->st->msg->stream) == 0;
    ret->first_seq = st.first_seq;
    ret->record_count = (uint32_t)st.record_count;
    ret->has_supersedes = st.has_supersedes;
    ret->supersedes = st.supersedes;
    pt_statement_done(&st);
    return same ? 0 : PT_E_NOT_FOUND;
}

/* Which of the stream's open refusals this statement replaces, itself or through what it replaces.
 * Refusals that claim nothing may stand between them and not be in memory any more. */
static int mark_replaced(struct deciding *d, bool marked[PT_EXCHANGE_OPEN_REFUSALS_MAX]) {
    struct pt_hash at = d->st->supersedes;
    bool more = d->st->has_supersedes;
    int looked_up = 0;
    while (more) {
        struct pt_exchange_refused kept;
        const struct pt_exchange_refused *r = find_refused(d, &at);
        if (r != NULL && marked[r - d->slot->s.refused]) {
            break;
        }
        if (r != NULL) {
            marked[r - d->slot->s.refused] = true;
        } else {
            int code = looked_up++ < CHAIN_MAX ? look_up_refused(d, &at, &kept) : PT_E_NOT_FOUND;
            if (code != 0) {
                return code == PT_E_NOT_FOUND ? 0 : code;
            }
            r = &kept;
        }
        more = r->has_supersedes;
        at = r->supersedes;
    }
    return 0;
}

static int against_refused(struct deciding *d) {
    const struct pt_exchange_refused *stray = NULL;
    bool replaced[PT_EXCHANGE_OPEN_REFUSALS_MAX];
    uint64_t end = d->st->first_seq + d->st->record_count;
    if (d->slot == NULL || d->slot->s.n_refused == 0) {
        return 0;
    }
    memset(replaced, 0, sizeof replaced);
    int marked = mark_replaced(d, replaced);
    if (marked != 0) {
        return marked;
    }
    for (size_t i = 0; i < d->slot->s.n_refused; i++) {
        const struct pt_exchange_refused *r = &d->slot->s.refused[i];
        if (!r->claims || r->first_seq >= end || d->st->first_seq >= r->end_seq || replaced[i]) {
            continue;
        }
        stray = r;
        bool siblings = r->has_supersedes == d->st->has_supersedes &&
                        (!r->has_supersedes || pt_hash_eq(&r->supersedes, &d->st->supersedes));
        if (siblings) {
            pt_buf_reset(&d->ret->other);
            int code = d->ports->refused(d->ports->ctx, &r->statement, &d->ret->other);
            return code == 0 ? conflict(d, &r->statement, true, 0) : code;
        }
    }
    return stray == NULL ? 0
                         : refuse(d, PT_E_SUPERSEDES, true, "supersedes",
                                  "a refused statement of these sequence numbers isn't replaced");
}

/* Its predecessor was refused, and perhaps replaced since. */
static int behind_refusal(struct deciding *d) {
    int code = find_refused(d, &d->st->previous) != NULL
                   ? 0
                   : d->ports->refused(d->ports->ctx, &d->st->previous, NULL);
    return code != 0 ? code
                     : refuse(d, PT_E_BEHIND_REFUSAL, true, "previous",
                              "an earlier batch of this stream was refused: replace that, then cut "
                              "this one again");
}

static int beyond_head(struct deciding *d) {
    uint64_t index;
    char msg[160];
    int code = pt_hash_eq(&d->st->previous, d->last)
                   ? 0
                   : d->ports->logged(d->ports->ctx, &d->st->previous, &index);
    if (code == 0) {
        (void)snprintf(msg, sizeof msg,
                       "the stream's next sequence number is %llu, this batch begins at %llu",
                       (unsigned long long)d->next_seq, (unsigned long long)d->st->first_seq);
        return refuse(d, PT_E_GAP, true, "first_seq", msg);
    }
    if (code == PT_E_NOT_FOUND) {
        code = behind_refusal(d);
    }
    return code != PT_E_NOT_FOUND
               ? code
               : reject(d, PT_E_AHEAD,
                        "an earlier batch of this stream has not arrived yet: send these same "
                        "bytes again after it");
}

static int check_supersedes(struct deciding *d) {
    struct pt_exchange_refused found;
    const struct pt_exchange_refused *r = find_refused(d, &d->st->supersedes);
    if (!d->st->has_supersedes) {
        return 0;
    }
    if (r == NULL) {
        int code = look_up_refused(d, &d->st->supersedes, &found);
        if (code != 0) {
            return code != PT_E_NOT_FOUND
                       ? code
                       : refuse(d, PT_E_SUPERSEDES, true, "supersedes",
                                "no refused statement of this stream has that hash");
        }
        r = &found;
    }
    if (r->first_seq != d->st->first_seq || r->record_count != d->st->record_count) {
        return refuse(d, PT_E_SUPERSEDES, true, "supersedes",
                      "it must have the first_seq and record_count of the one it replaces");
    }
    return 0;
}

static int step_stream(struct deciding *d) {
    if (d->st->first_seq < d->next_seq) {
        return against_logged(d);
    }
    if (d->slot != NULL && d->slot->s.closed) {
        return refuse(d, PT_E_CLOSED, true, "stream", "the stream was closed for good");
    }
    if (d->slot == NULL && !pt_stream_room(d->x, d->st->msg->party)) {
        return reject(d, PT_E_BUSY, "there are too many streams already; use one of them");
    }
    int code = against_refused(d);
    if (code != 0) {
        return code;
    }
    if (d->st->first_seq > d->next_seq) {
        return beyond_head(d);
    }
    if (!pt_hash_eq(&d->st->previous, d->last)) {
        code = behind_refusal(d);
        return code != PT_E_NOT_FOUND
                   ? code
                   : refuse(d, PT_E_PREVIOUS, true, "previous",
                            "previous is not the stream's last accepted statement");
    }
    return check_supersedes(d);
}

/* ---- what was seen, what is in it ----------------------------------------------------------- */

static int step_seen(struct deciding *d) {
    struct pt_hash root;
    int code = 0;
    if (d->st->seen_size == 1) {
        root = d->x->hub;
    } else {
        code = d->ports->root_at(d->ports->ctx, d->st->seen_size, &root);
    }
    if (code != 0 && code != PT_E_RANGE) {
        return code;
    }
    if (code == PT_E_RANGE || !pt_hash_eq(&root, &d->st->seen_root)) {
        return refuse(d, PT_E_SEEN, true, "seen",
                      "the checkpoint that the author had seen is not one of this log");
    }
    return 0;
}

static int step_records(struct deciding *d) {
    const struct pt_intake_facts *f = d->f;
    if (f->root.code != 0) {
        /* The statement doesn't fix these bytes: a relay could have changed them. */
        return strcmp(d->tls_party, d->st->msg->party) == 0
                   ? refuse(d, f->root.code, true, "", f->root.msg)
                   : reject(d, f->root.code, f->root.msg);
    }
    if (f->n_faults == 0) {
        return 0;
    }
    int code = refuse(d, f->faults[0].code, true, "", f->faults[0].message);
    d->ret->faults = f->faults;
    d->ret->n_faults = f->n_faults;
    return code;
}

/* KeyChange and PolicyChange records that would have no effect are refused, not logged. */
static int step_key_changes(struct deciding *d) {
    struct pt_keyhistory *k = NULL;
    struct pt_arena arena;
    struct pt_span bytes;
    struct pt_key_event at = {.log_index = d->x->size,
                              .party = d->st->msg->party,
                              .stream = d->st->msg->stream,
                              .signing_key = d->f->key};
    size_t pos = 0;
    if (!d->f->key_changes) {
        return 0;
    }
    int code = pt_keyhistory_clone(d->x->keys, &k);
    pt_arena_init(&arena, SCRATCH_MAX);
    for (uint64_t seq = d->st->first_seq;
         code == 0 && pt_batch_record_next(d->f->view.records, &pos, &bytes) == 1; seq++) {
        Pentad__V1__Record *rec = NULL;
        struct pt_err why = {0};
        pt_arena_reset(&arena);
        code = pt_record_decode(bytes, &arena, &rec, NULL);
        pt_leaf_hash(&at.record_hash, bytes.p, bytes.len);
        const char *field = "body.key_change";
        if (code == 0 && rec->body_case == PENTAD__V1__RECORD__BODY_KEY_CHANGE) {
            code = pt_keyhistory_change(k, &at, rec->key_change, &why);
        } else if (code == 0 && rec->body_case == PENTAD__V1__RECORD__BODY_POLICY_CHANGE) {
            code = pt_keyhistory_policy_change(k, &at, rec->policy_change, &d->x->sv, &why);
            field = "body.policy_change";
        }
        if (why.code != 0 && code != PT_E_NOMEM) {
            code = refuse(d, code, true, field, why.msg);
            d->ret->own.seq = seq;
        }
    }
    pt_arena_done(&arena);
    pt_keyhistory_free(k);
    return code;
}

int pt_intake_decide(const struct pt_exchange *x, struct pt_intake_facts *f, const char *tls_party,
                     const struct pt_intake_ports *ports, struct pt_intake_decision *ret) {
    static int (*const steps[])(struct deciding *) = {step_already,    step_frozen, step_key,
                                                      step_stream,     step_seen,   step_records,
                                                      step_key_changes};
    struct deciding d = {.x = x, .f = f, .tls_party = tls_party, .ports = ports, .ret = ret};
    int code = 0;
    PT_ASSERT(tls_party != NULL && tls_party[0] != '\0');
    if (ret->other.max == 0) {
        pt_intake_decision_init(ret);
    }
    pt_buf_reset(&ret->other);
    ret->verdict = PT_INTAKE_ACCEPT;
    ret->code = 0;
    ret->n_faults = 0;
    if (!f->has_statement) {
        reject(&d, f->open.code, f->open.msg);
        return 0;
    }
    if (!f->hub_ours) {
        reject(&d, PT_E_WRONG_HUB, "the statement was signed for another hub");
        return 0;
    }
    d.st = &f->st;
    d.slot = pt_stream_find(x, f->st.msg->party, f->st.msg->stream);
    d.next_seq = d.slot != NULL ? d.slot->s.next_seq : 1;
    d.last = d.slot != NULL ? &d.slot->s.last_statement : &x->hub;
    for (size_t i = 0; code == 0 && i < sizeof steps / sizeof steps[0]; i++) {
        code = steps[i](&d);
    }
    return code == ANSWERED ? 0 : code;
}
