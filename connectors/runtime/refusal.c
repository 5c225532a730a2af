/* A verified refusal: the records that it names are withheld in place and go to the dead letters;
 * a refusal of the batch as a whole waits for a person, but for what cutting again mends. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/record/decode.h>

#include "connector_internal.h"
#include "dummies.h"

#define TIMES_MAX 8
#define CLOCK_AHEAD_MAX_MS (3600LL * 1000) /* a clock that is further ahead is not waited for */
#define CLOCK_RETRY_MS (60LL * 1000)
#define CANT_WITHHOLD "cant_withhold" /* kept as the batch's refused code */

struct refused_record {
    char type[16];
    int32_t day;
    char origin[ORIGIN_MAX];
    int64_t issued_ms; /* 0: can't be read */
    struct pt_arena *arena;
};

static int copy_refused(void *ctx, const struct pt_outbox_record *r) {
    struct refused_record *out = ctx;
    (void)snprintf(out->type, sizeof out->type, "%s", r->type);
    (void)snprintf(out->origin, sizeof out->origin, "%s", r->origin ? r->origin : "");
    out->day = r->day;
    Pentad__V1__Record *rec = NULL;
    pt_arena_reset(out->arena);
    if (pt_record_decode(r->bytes, out->arena, &rec, NULL) == 0) {
        out->issued_ms = rec->issued_at_ms;
    }
    return 1;
}

static int bury(struct pt_connector *c, const Pentad__V1__Fault *f, struct refused_record *r,
                struct pt_err *err) {
    /* "<file>:<row>" */
    char *colon = strrchr(r->origin, ':');
    uint64_t line = colon ? strtoull(colon + 1, NULL, 10) : 0;
    if (colon && line > 0) {
        *colon = '\0';
    }
    const char *code = f->code ? f->code : "refused";
    const struct pt_dead_letter d = {.source = "hub",
                                     .file = r->origin,
                                     .row = line,
                                     .column = f->field ? f->field : "",
                                     .value = "",
                                     .code = code,
                                     .reason = f->message ? f->message : "refused by the hub",
                                     .reason_zh = pt_err_text(pt_err_from_name(code), true)};
    pt_connector_event(c, "refused", "record %" PRIu64 " (%s row %" PRIu64 "): %s (%s)", f->seq,
                       r->origin, line, d.reason, code);
    return pt_dead_letter_add(c->state, &d, err);
}

/* This machine's clock is a little ahead of the hub's: the record is good, only too early. */
static bool too_early(const Pentad__V1__Fault *f, const Pentad__V1__Refusal *ref,
                      const struct refused_record *r) {
    return f->code && pt_err_from_name(f->code) == PT_E_CLOCK && r->issued_ms > 0 &&
           (strcmp(r->type, "StreamClose") == 0 || /* said anew when it is cut again */
            r->issued_ms - ref->refused_at_ms <= CLOCK_AHEAD_MAX_MS);
}

/* *ret_done: it was withheld, not only too early. PT_E_REFUSED: this record can't be replaced by a
 * note, a person is needed. */
static int withhold(struct pt_connector *c, const Pentad__V1__Refusal *ref,
                    const Pentad__V1__Fault *f, bool *ret_done, struct pt_err *err) {
    struct refused_record r = {.arena = &c->arena};
    *ret_done = false;
    int rc = pt_outbox_each(c->state, f->seq, 1, copy_refused, &r, err);
    if (rc == 0 && too_early(f, ref, &r)) {
        return 0;
    }
    *ret_done = true;
    if (rc == 0 && r.type[0] == '\0') {
        rc = pt_err_set(err, PT_E_CORRUPT, "outbox record %" PRIu64 " is missing", f->seq);
    }
    if (rc == 0 && (strcmp(r.type, "Withheld") == 0 || strcmp(r.type, "StreamClose") == 0)) {
        rc = pt_err_set(err, PT_E_REFUSED,
                        "the hub refuses the %s with sequence number %" PRIu64
                        ", which can't be withheld: %s (%s)",
                        r.type, f->seq, f->message ? f->message : "", f->code ? f->code : "");
    }
    if (rc == 0) {
        rc = pt_connector_author_withheld(c, f->seq, r.day, ref->refused_at_ms, r.type,
                                          f->code ? f->code : "refused", f->field ? f->field : "",
                                          r.origin, err);
    }
    bool again = false;
    rc = rc ? rc : pt_connector_dummy_refused(c, f->seq, r.type, r.day, &again, err);
    if (rc == 0 && again) {
        pt_connector_event(c, "refused",
                           "record %" PRIu64 " (%s): %s (%s); it goes out again by itself, as all "
                           "about clues do: don't hand it in again",
                           f->seq, r.type, f->message ? f->message : "", f->code ? f->code : "");
        return 0;
    }
    return rc ? rc : bury(c, f, &r, err);
}

/* Withholds every record that the refusal names, each once. *ret_first: UINT64_MAX if none. */
static int withhold_named(struct pt_connector *c, const struct pt_batch_row *b,
                          const Pentad__V1__Refusal *ref, uint64_t *ret_first, struct pt_err *err) {
    uint8_t *done = calloc((size_t)b->count / 8 + 1, 1);
    int rc = 0;
    *ret_first = UINT64_MAX;
    if (!done) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; rc == 0 && i < ref->n_faults; i++) {
        const Pentad__V1__Fault *f = ref->faults[i];
        if (!f->has_seq) {
            continue;
        }
        uint64_t at = f->seq - b->first_seq;
        if (f->seq < b->first_seq || at >= b->count) {
            rc = pt_err_set(err, PT_E_FORMAT, "the refusal names a record outside its batch");
        } else if (!(done[at / 8] >> (at % 8) & 1)) {
            bool withheld;
            done[at / 8] = (uint8_t)(done[at / 8] | 1u << (at % 8));
            rc = withhold(c, ref, f, &withheld, err);
            *ret_first = withheld && f->seq < *ret_first ? f->seq : *ret_first;
        }
    }
    free(done);
    return rc;
}

static int take_named(struct pt_connector *c, const struct pt_batch_row *b,
                      const Pentad__V1__Refusal *ref, struct pt_span reply, struct pt_err *err) {
    uint64_t first;
    int rc = pt_connector_begin(c, err);
    if (rc != 0) {
        return rc;
    }
    rc = withhold_named(c, b, ref, &first, err);
    const bool any = rc == 0 && first != UINT64_MAX;
    if (rc == 0) {
        rc = pt_batches_refuse(c->state, b->statement_hash, reply,
                               any ? NULL : pt_err_name(PT_E_CLOCK), err);
    }
    if (any && rc == 0) {
        rc = pt_connector_author_mend_closes(c, first, err);
    }
    if (any && rc == 0) {
        rc = pt_connector_send_cut(c, err);
    }
    if (!any && rc == 0) {
        c->clock_retry_ms = pt_clock_now_ms(c->opt.clock) + CLOCK_RETRY_MS;
    }
    return pt_connector_end(c, rc, err);
}

static int take_whole(struct pt_connector *c, const struct pt_batch_row *b, const char *code,
                      struct pt_span reply, struct pt_err *err) {
    int rc = pt_connector_begin(c, err);
    return rc ? rc
              : pt_connector_end(
                    c, pt_batches_refuse(c->state, b->statement_hash, reply, code, err), err);
}

int pt_connector_refusal_take(struct pt_connector *c, const struct pt_batch_row *b,
                              const struct pt_answer *a, struct pt_span reply, struct pt_err *err) {
    const Pentad__V1__Refusal *ref = a->refusal;
    const Pentad__V1__Fault *whole = NULL;
    bool named = false;
    for (size_t i = 0; i < ref->n_faults; i++) {
        named = named || ref->faults[i]->has_seq;
        whole = ref->faults[i]->has_seq ? whole : ref->faults[i];
    }
    if (named) {
        int rc = take_named(c, b, ref, reply, err);
        if (rc == PT_E_REFUSED) {
            struct pt_err ignored = {0};
            (void)take_whole(c, b, CANT_WITHHOLD, reply, &ignored);
        }
        return rc;
    }
    const char *code = whole && whole->code ? whole->code : pt_err_name(PT_E_REFUSED);
    pt_connector_event(c, "refused", "the batch at %" PRIu64 " as a whole: %s (%s)", b->first_seq,
                       whole && whole->message ? whole->message : "", code);
    if (pt_err_from_name(code) == PT_E_RETIRED_KEY || pt_err_from_name(code) == PT_E_UNKNOWN_KEY) {
        c->key_refused_size = pt_follower_size(c->follower);
    }
    /* What follows is pt_connector_refusal_allows, when the batch is to be cut again. */
    return take_whole(c, b, code, reply, err);
}

/* Cutting again may mend it, but not for ever. */
static int allow_some(struct pt_connector *c, const struct pt_batch_row *b, int code,
                      struct pt_err *err) {
    int64_t times;
    int rc = pt_batches_times_refused(c->state, b->first_seq, &times, err);
    if (rc == 0 && times > TIMES_MAX) {
        rc = pt_err_set(err, code, "the hub refused the batch at %" PRIu64 " %lld times (%s)",
                        b->first_seq, (long long)times, b->refused_code);
    }
    return rc;
}

/* The same records again when they are not too early any more. */
static int allow_later(struct pt_connector *c, const struct pt_batch_row *b, struct pt_err *err) {
    int64_t left = c->clock_retry_ms - pt_clock_now_ms(c->opt.clock);
    if (left <= 0) {
        return 0;
    }
    c->later = true;
    return pt_err_set(err, PT_E_CLOCK,
                      "this machine's clock is ahead of the hub's: set it right; the batch at "
                      "%" PRIu64 " is cut again in %lld s",
                      b->first_seq, (long long)(left / 1000 + 1));
}

/* Whoever cuts asks whether the key is live by now. Where that says yes and the hub just said no,
 * the entry that tells is still to be read. */
static int allow_key(struct pt_connector *c, const struct pt_batch_row *b, int code,
                     struct pt_err *err) {
    if (pt_follower_size(c->follower) > c->key_refused_size) {
        return 0;
    }
    c->later = true;
    return pt_err_set(err, code,
                      "the hub refused the batch at %" PRIu64 " for its key; the log is read first",
                      b->first_seq);
}

int pt_connector_refusal_allows(struct pt_connector *c, const struct pt_batch_row *b,
                                struct pt_err *err) {
    if (b->refused_code[0] == '\0') {
        return 0;
    }
    int code = pt_err_from_name(b->refused_code);
    switch (code) {
    case PT_E_BEHIND_REFUSAL:
    case PT_E_ROOT: /* the bytes were spoiled on the way */
    case PT_E_COUNT:
        return allow_some(c, b, code, err);
    case PT_E_CLOCK:
        return allow_later(c, b, err);
    case PT_E_RETIRED_KEY:
    case PT_E_UNKNOWN_KEY:
        return allow_key(c, b, code, err);
    case PT_E_CLOSED:
        return pt_err_set(err, code,
                          "the stream was closed for good: go on with a new stream "
                          "(docs/connector.md)");
    default:
        return pt_err_set(err, code ? code : PT_E_REFUSED,
                          "the hub refused the batch at %" PRIu64 " as a whole (%s): this outbox "
                          "and the hub are not in step; docs/connector.md says what to do",
                          b->first_seq, b->refused_code);
    }
}
