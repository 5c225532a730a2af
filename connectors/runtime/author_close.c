/* StreamCloses: what a stream says of its records since the last one, and saying it anew when some
 * of them were withheld. */
#include <string.h>

#include <pentad/proof/close.h>
#include <pentad/record/decode.h>

#include "connector_internal.h"

struct counting {
    struct pt_close close;
    struct pt_arena *arena;
    uint64_t until; /* records below this number count */
    struct pt_err *err;
    int rc;
};

static int count_record(void *ctx, const struct pt_outbox_record *row) {
    struct counting *k = ctx;
    if (row->seq >= k->until) {
        return 1;
    }
    Pentad__V1__Record *rec = NULL;
    struct pt_hash hash;
    memcpy(hash.b, row->hash, sizeof hash.b);
    if (pt_outbox_is_erased(row->bytes)) {
        for (size_t i = 0; i < k->close.n; i++) {
            if (row->bytes.p[1] >> i & 1) {
                pt_merkle_append(&k->close.classes[i].tree, &hash);
            }
        }
        return 0;
    }
    pt_arena_reset(k->arena);
    k->rc = pt_record_decode(row->bytes, k->arena, &rec, NULL);
    if (k->rc != 0) {
        pt_err_set(k->err, k->rc, "outbox record %llu can't be read", (unsigned long long)row->seq);
        return 1;
    }
    pt_close_add(&k->close, rec, &hash);
    return 0;
}

/* What a StreamClose at sequence number `seq` says of the records since the one at `last`. The
 * last one itself counts: a StreamClose is counted after the close that it is. */
static int count_since(struct pt_connector *c, uint64_t last, uint64_t seq, struct counting *k,
                       struct pt_err *err) {
    memset(k, 0, sizeof *k);
    k->until = seq;
    k->err = err;
    k->arena = &c->arena;
    pt_close_init(&k->close, c->party);
    int rc = pt_outbox_each(c->state, last > 0 ? last : 1, UINT32_MAX, count_record, k, err);
    return rc ? rc : k->rc;
}

static void close_record(Pentad__V1__Record *r, struct pt_close_message *m, int hour) {
    if (hour >= 0) {
        m->close.has_hour = 1;
        m->close.hour = hour;
    }
    pentad__v1__record__init(r);
    r->body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    r->stream_close = &m->close;
}

int pt_connector_author_close(struct pt_connector *c, int32_t day, int hour, bool final,
                              struct pt_err *err) {
    struct counting k;
    struct pt_close_message m;
    Pentad__V1__Record r;
    c->day = day;
    int rc = hour < 0 ? pt_connector_count(c, day, err) : 0;
    rc = rc ? rc : count_since(c, (uint64_t)c->close_seq, c->next_seq, &k, err);
    if (rc == 0) {
        pt_close_write(&k.close, day, final, &m);
        close_record(&r, &m, hour);
        c->close_seq = (int64_t)c->next_seq;
        rc = pt_state_set_int(c->state, "close_seq", c->close_seq, err);
    }
    if (rc == 0) {
        rc = pt_connector_author_record(c, &r, "StreamClose", NULL, "the stream's close", err);
    }
    if (rc == 0 && hour >= 0) {
        c->closed_hour = (int64_t)day * 100 + hour;
        rc = pt_state_set_int(c->state, "closed_hour", c->closed_hour, err);
    } else if (rc == 0) {
        c->closed_day = day;
        rc = pt_state_set_int(c->state, "closed_day", day, err);
    }
    if (rc == 0 && final) {
        c->ended = 1;
        rc = pt_state_set_int(c->state, "ended", 1, err);
    }
    return rc;
}

int pt_connector_author_close_again(struct pt_connector *c, struct pt_err *err) {
    int64_t since = 0;
    struct counting k;
    struct pt_close_message m;
    Pentad__V1__Record r;
    int rc = pt_state_get_int(c->state, "close_again", 0, &since, err);
    if (rc != 0 || since == 0) {
        return rc;
    }
    rc = count_since(c, (uint64_t)since, c->next_seq, &k, err);
    if (rc == 0) {
        pt_close_write(&k.close, (int32_t)c->closed_day, false, &m);
        close_record(&r, &m, -1);
        m.close.has_since_seq = 1;
        m.close.since_seq = (uint64_t)since;
        rc = pt_connector_author_record(c, &r, "CloseAgain", NULL, "a close said anew", err);
    }
    return rc ? rc : pt_state_set_int(c->state, "close_again", 0, err);
}

/* The same close over what stands before it now. */
static int mend_close(struct pt_connector *c, uint64_t last, uint64_t seq, struct pt_span was,
                      struct pt_err *err) {
    struct counting k;
    struct pt_close_message m;
    Pentad__V1__Record r, *old = NULL;
    pt_arena_reset(&c->arena);
    int rc = pt_record_decode(was, &c->arena, &old, NULL);
    if (rc != 0 || old->body_case != PENTAD__V1__RECORD__BODY_STREAM_CLOSE) {
        return pt_err_set(err, PT_E_CORRUPT, "the StreamClose %llu in the outbox can't be read",
                          (unsigned long long)seq);
    }
    int32_t day = old->stream_close->day;
    int hour = old->stream_close->has_hour ? old->stream_close->hour : -1;
    bool final = old->stream_close->has_final && old->stream_close->final;
    /* The arena is used again below. A clock that was ahead may be right by now. */
    int64_t issued = old->issued_at_ms, now = pt_clock_now_ms(c->opt.clock);
    issued = issued < now ? issued : now;
    rc = count_since(c, last, seq, &k, err);
    if (rc == 0) {
        pt_close_write(&k.close, day, final, &m);
        close_record(&r, &m, hour);
        r.has_issued_at_ms = 1;
        r.issued_at_ms = issued;
        rc = pt_connector_author_replace(c, &r, seq, day, "StreamClose", err);
    }
    return rc;
}

int pt_connector_author_mend_closes(struct pt_connector *c, uint64_t seq, struct pt_err *err) {
    uint64_t last = 0, at = 0;
    struct pt_buf was;
    pt_buf_init(&was, PT_RECORD_MAX);
    int rc = pt_outbox_close_before(c->state, seq, &last, err);
    while (rc == 0) {
        pt_buf_reset(&was);
        rc = pt_outbox_close_from(c->state, at ? at + 1 : seq, &at, &was, err);
        if (rc == 0) {
            rc = mend_close(c, last, at, pt_buf_span(&was), err);
            last = at;
        }
    }
    pt_buf_done(&was);
    return rc == PT_E_NOT_FOUND ? 0 : rc;
}
