#include "exchange_internal.h"

#include <string.h>

#include <pentad/proof/batch.h>
#include <pentad/record/catalogue.h>

static bool hub_main(const struct standing *at) {
    return strcmp(at->party, "hub") == 0 && strcmp(at->stream, "main") == 0;
}

static void take_tick(struct pt_exchange *x, const struct standing *at, const Pentad__V1__Tick *t) {
    if (hub_main(at) && t->has_day) {
        x->tick.day = t->day;
        x->tick.is_workday = t->has_is_workday && t->is_workday;
        x->tick.at_ms = t->at_ms;
        x->tick.seq = at->seq;
        x->tick.log_index = at->log_index;
    }
}

static void take_close(struct pt_exchange *x, const struct standing *at,
                       const Pentad__V1__StreamClose *c) {
    struct stream_slot *s = pt_stream_find(x, at->party, at->stream);
    PT_ASSERT(s != NULL);
    s->s.last_close_seq = at->seq;
    if (c->has_day && !c->has_hour && c->day > s->s.last_closed_day) {
        s->s.last_closed_day = c->day;
    }
    if (c->has_final && c->final) {
        s->s.closed = true;
    }
}

/* Opens one side of an Incident: its statement, under a key of the party. Only the hub, which saw
 * when it came, may show one whose key is retired by now: else whoever stole a retired key could
 * freeze a stream. */
static bool open_side(const struct pt_exchange *x, const struct standing *at,
                      const Pentad__V1__Envelope *env, struct pt_statement *ret) {
    const struct pt_keyhistory_key *key = NULL;
    if (env == NULL || pt_statement_open(env, ret, NULL) != 0) {
        memset(ret, 0, sizeof *ret);
        return false;
    }
    if (pt_keyhistory_find_signer(x->keys, env, ret->msg->party, &x->sv, &key, NULL) != 0) {
        return false;
    }
    return strcmp(at->party, "hub") == 0 || pt_keyhistory_key_live(key, at->log_index);
}

static int take_incident(struct pt_exchange *x, const struct standing *at,
                         const Pentad__V1__Incident *inc, struct pt_err *err) {
    struct pt_statement a = {0}, b = {0};
    struct stream_slot *s = NULL;
    int code = 0;
    if (inc->kind != PENTAD__V1__INCIDENT_KIND__INCIDENT_KIND_EQUIVOCATION) {
        return 0;
    }
    bool proven = open_side(x, at, inc->envelope_a, &a) && open_side(x, at, inc->envelope_b, &b) &&
                  pt_hash_eq(&a.hub, &x->hub) && pt_statements_conflict(&a, &b);
    if (proven) {
        s = pt_stream_find(x, a.msg->party, a.msg->stream);
    }
    /* A stream that there is no room for can't write anyway: nothing to freeze. */
    if (proven && s == NULL && pt_stream_room(x, a.msg->party)) {
        code = pt_stream_enrol(x, a.msg->party, a.msg->stream, &s, err);
    }
    if (s != NULL && !s->s.frozen) {
        bool same = (pt_hash_eq(&s->pair[0], &a.hash) && pt_hash_eq(&s->pair[1], &b.hash)) ||
                    (pt_hash_eq(&s->pair[0], &b.hash) && pt_hash_eq(&s->pair[1], &a.hash));
        if (!same) { /* a pair that was lifted freezes no second time */
            s->s.frozen = true;
            s->s.incident_index = at->log_index;
            s->s.incident = at->hash;
            s->s.incident_seq = at->seq;
            memcpy(s->s.incident_party, at->party, strlen(at->party) + 1);
            memcpy(s->s.incident_stream, at->stream, strlen(at->stream) + 1);
            s->pair[0] = a.hash;
            s->pair[1] = b.hash;
        }
    }
    pt_statement_done(&a);
    pt_statement_done(&b);
    return code;
}

static int take_record(struct pt_exchange *x, const struct standing *at, struct pt_span bytes,
                       const Pentad__V1__Record *rec, struct pt_err *err) {
    struct pt_key_event ev = {.log_index = at->log_index,
                              .party = at->party,
                              .stream = at->stream,
                              .signing_key = *at->signing_key,
                              .record_hash = at->hash};
    bool office = strcmp(at->party, "office") == 0;
    int code = pt_keyhistory_take(x->keys, &ev, rec, &x->sv);
    if (code != 0) {
        return pt_err_set(err, code, "out of memory");
    }
    switch (rec->body_case) {
    case PENTAD__V1__RECORD__BODY_TICK:
        take_tick(x, at, rec->tick);
        return hub_main(at) ? pt_targets_tick(x, x->tick.day, err) : 0;
    case PENTAD__V1__RECORD__BODY_STREAM_CLOSE:
        take_close(x, at, rec->stream_close);
        return 0;
    case PENTAD__V1__RECORD__BODY_APPROVAL:
        pt_targets_approve(x, at, rec->approval);
        break;
    case PENTAD__V1__RECORD__BODY_INCIDENT:
        return take_incident(x, at, rec->incident, err);
    case PENTAD__V1__RECORD__BODY_LIFT:
        code = office ? pt_targets_add_lift(x, at, rec->lift) : 0;
        break;
    case PENTAD__V1__RECORD__BODY_ERASURE:
        code = office ? pt_targets_add_erasure(x, at, rec->erasure) : 0;
        break;
    case PENTAD__V1__RECORD__BODY_CODE_TABLE:
        code = office ? pt_targets_add_codes(x, at, rec->effective, bytes) : 0;
        break;
    default:
        break;
    }
    /* What was refused has no effect; only a lack of memory is ours. */
    return code == PT_E_NOMEM ? pt_err_set(err, code, "out of memory") : 0;
}

uint32_t pt_exchange_marks(struct pt_span records) {
    struct pt_span rec;
    size_t pos = 0;
    while (pt_batch_record_next(records, &pos, &rec) == 1) {
        if (pt_record_about_exchange(pt_record_peek(rec))) {
            return 1;
        }
    }
    return 0;
}

int pt_exchange_apply_records(struct pt_exchange *x, const struct standing *batch,
                              struct pt_span records, struct pt_err *err) {
    struct standing at = *batch;
    struct pt_kept_record kept;
    size_t pos = 0;
    int code = 0;
    for (; code == 0 && pt_kept_record_next(records, &pos, &kept) == 1; at.seq++) {
        Pentad__V1__Record *rec = NULL;
        struct pt_span bytes = kept.bytes;
        if (kept.erased || !pt_record_about_exchange(pt_record_peek(bytes))) {
            continue;
        }
        pt_arena_reset(&x->scratch);
        code = pt_record_decode(bytes, &x->scratch, &rec, NULL);
        if (code != 0) {
            code = code == PT_E_NOMEM ? pt_err_set(err, code, "out of memory") : 0;
            continue;
        }
        pt_leaf_hash(&at.hash, bytes.p, bytes.len);
        code = take_record(x, &at, bytes, rec, err);
    }
    pt_arena_done(&x->scratch); /* a large record's memory isn't kept for ever */
    return code;
}
