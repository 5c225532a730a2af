/* Records on their way into the outbox: a place in the stream, a nonce, the final bytes. */
#include <string.h>

#include <pentad/base/arena.h>
#include <pentad/base/date.h>
#include <pentad/proof/close.h>
#include <pentad/record/decode.h>

#include "connector_private.h"

#define NINE_O_CLOCK_MS (9LL * 3600 * 1000)

/* On the replay clock a record is issued in the morning of its business day. */
static int64_t issued_at(const struct pt_connector *c) {
    return connector_replay(c) ? pt_date_to_ms(c->day) + NINE_O_CLOCK_MS
                               : pt_clock_now_ms(c->opt.clock);
}

/* Packs `r` with the given place; *ret_hash is its record hash. */
static int finish(struct pt_connector *c, Pentad__V1__Record *r, uint64_t seq, struct pt_buf *out,
                  struct pt_hash *ret_hash, struct pt_err *err) {
    uint8_t nonce[16];
    int rc = pt_entropy_system.fill(pt_entropy_system.ctx, nonce, sizeof nonce);
    if (rc != 0) {
        return pt_err_set(err, rc, "no randomness from the system");
    }
    r->has_seq = 1;
    r->seq = seq;
    r->has_nonce = 1;
    r->nonce = (ProtobufCBinaryData){.len = sizeof nonce, .data = nonce};
    if (!r->has_issued_at_ms) {
        r->has_issued_at_ms = 1;
        r->issued_at_ms = issued_at(c);
    }
    rc = pt_msg_encode(&r->base, out, err);
    r->nonce = (ProtobufCBinaryData){0};
    if (rc == 0) {
        pt_leaf_hash(ret_hash, out->p, out->len);
    }
    return rc;
}

int author_record(struct pt_connector *c, Pentad__V1__Record *r, const char *type,
                  const char *doc_no, const char *origin, struct pt_err *err) {
    struct pt_buf bytes;
    pt_buf_init(&bytes, PT_RECORD_MAX);
    struct pt_hash hash;
    int rc = finish(c, r, c->next_seq, &bytes, &hash, err);
    if (rc == 0) {
        const struct pt_outbox_record row = {.seq = c->next_seq,
                                             .type = type,
                                             .doc_no = doc_no,
                                             .day = c->day,
                                             .hash = hash.b,
                                             .bytes = pt_buf_span(&bytes),
                                             .origin = origin};
        rc = pt_outbox_add(c->state, &row, err);
    }
    if (rc == 0 && doc_no && doc_no[0]) {
        struct pt_ref_row ref = {.seq = c->next_seq};
        (void)snprintf(ref.stream, sizeof ref.stream, "%s", c->config->stream);
        memcpy(ref.hash, hash.b, sizeof ref.hash);
        rc = pt_refs_add(c->state, c->config->party, type, doc_no, &ref, err);
    }
    if (rc == 0) {
        c->next_seq++;
    }
    pt_buf_done(&bytes);
    return rc;
}

/* ---- StreamClose ---- */

struct counting {
    struct pt_close close;
    struct pt_arena arena;
    uint64_t until; /* records below this number count */
    uint64_t last_close;
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
    pt_arena_reset(&k->arena);
    k->rc = pt_record_decode(row->bytes, &k->arena, &rec, NULL);
    if (k->rc != 0) {
        pt_err_set(k->err, k->rc, "outbox record %llu can't be read", (unsigned long long)row->seq);
        return 1;
    }
    pt_close_add(&k->close, rec, &hash);
    return 0;
}

/* What a StreamClose at sequence number `seq` says of the records since the one at `last`. The
 * last one itself counts: a StreamClose is counted after the close that it is. */
static int close_body(struct pt_connector *c, uint64_t last, uint64_t seq, int32_t day, bool final,
                      struct pt_close_message *ret, struct pt_err *err) {
    struct counting k = {.until = seq, .err = err};
    pt_close_init(&k.close, c->party);
    pt_arena_init(&k.arena, 64u * 1024 * 1024);
    int rc = pt_outbox_each(c->state, last > 0 ? last : 1, UINT32_MAX, count_record, &k, err);
    rc = rc ? rc : k.rc;
    if (rc == 0) {
        pt_close_write(&k.close, day, final, ret);
    }
    pt_arena_done(&k.arena);
    return rc;
}

static void close_record(Pentad__V1__Record *r, struct pt_close_message *m) {
    pentad__v1__record__init(r);
    r->body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    r->stream_close = &m->close;
}

int author_close(struct pt_connector *c, int32_t day, bool final, struct pt_err *err) {
    struct pt_close_message m;
    uint64_t last = (uint64_t)pt_state_get_int(c->state, "close_seq", 0);
    int rc = close_body(c, last, c->next_seq, day, final, &m, err);
    if (rc == 0) {
        Pentad__V1__Record r;
        close_record(&r, &m);
        rc = pt_state_set_int(c->state, "close_seq", (int64_t)c->next_seq, err);
        if (rc == 0) {
            rc = author_record(c, &r, "StreamClose", NULL, "the day's close", err);
        }
    }
    return rc ? rc : pt_state_set_int(c->state, "closed_day", day, err);
}

/* ---- refused records ---- */

int author_withheld(struct pt_connector *c, uint64_t seq, const char *type, const char *code,
                    const char *field, const char *origin, struct pt_err *err) {
    union {
        const char *in;
        char *out;
    } t = {type}, k = {code}, f = {field}, o = {origin}, sys = {c->config->system};
    Pentad__V1__Source src = PENTAD__V1__SOURCE__INIT;
    src.system = sys.out;
    src.locator = o.out;
    Pentad__V1__Withheld w = PENTAD__V1__WITHHELD__INIT;
    w.type = t.out;
    w.code = k.out;
    w.field = f.out;
    w.source = &src;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    r.body_case = PENTAD__V1__RECORD__BODY_WITHHELD;
    r.withheld = &w;
    struct pt_buf bytes;
    pt_buf_init(&bytes, PT_RECORD_MAX);
    struct pt_hash hash;
    int rc = finish(c, &r, seq, &bytes, &hash, err);
    if (rc == 0) {
        const struct pt_outbox_record row = {
            .seq = seq, .type = "Withheld", .hash = hash.b, .bytes = pt_buf_span(&bytes)};
        rc = pt_outbox_replace(c->state, &row, err);
    }
    if (rc == 0) {
        rc = pt_refs_drop(c->state, c->config->party, c->config->stream, seq, err);
    }
    pt_buf_done(&bytes);
    return rc;
}

static int mend_close(struct pt_connector *c, uint64_t last, uint64_t seq, int32_t day,
                      struct pt_err *err) {
    struct pt_close_message m;
    bool final = c->config->until_day != 0 && day == c->config->until_day;
    int rc = close_body(c, last, seq, day, final, &m, err);
    if (rc != 0) {
        return rc;
    }
    Pentad__V1__Record r;
    close_record(&r, &m);
    struct pt_buf bytes;
    pt_buf_init(&bytes, PT_RECORD_MAX);
    struct pt_hash hash;
    rc = finish(c, &r, seq, &bytes, &hash, err);
    if (rc == 0) {
        const struct pt_outbox_record row = {
            .seq = seq, .type = "StreamClose", .hash = hash.b, .bytes = pt_buf_span(&bytes)};
        rc = pt_outbox_replace(c->state, &row, err);
    }
    pt_buf_done(&bytes);
    return rc;
}

int author_mend_closes(struct pt_connector *c, uint64_t seq, struct pt_err *err) {
    uint64_t last = 0, at = 0;
    int32_t day = 0;
    int rc = pt_outbox_close_before(c->state, seq, &last);
    while (rc == 0 && pt_outbox_close_from(c->state, at ? at + 1 : seq, &at, &day) == 0) {
        rc = mend_close(c, last, at, day, err);
        last = at;
    }
    return rc;
}
