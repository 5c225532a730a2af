/* Records on their way into the outbox: a place in the stream, a nonce, the final bytes. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/record/validate.h>

#include "seal.h"

#define NINE_O_CLOCK_MS (9LL * 3600 * 1000)
#define NONCE_LEN 16

/* On the replay clock a record is issued in the morning of its business day. */
int64_t pt_connector_issued_at(const struct pt_connector *c, int32_t day) {
    return pt_connector_by_day(c) ? pt_date_to_ms(day) + NINE_O_CLOCK_MS
                                  : pt_clock_now_ms(c->opt.clock);
}

static int take_nonce(struct pt_connector *c, uint8_t **ret, struct pt_err *err) {
    if (c->entropy.left < NONCE_LEN) {
        if (pt_entropy_system.fill(pt_entropy_system.ctx, c->entropy.b, sizeof c->entropy.b) != 0) {
            return pt_err_set(err, PT_E_IO, "no randomness from the system");
        }
        c->entropy.left = sizeof c->entropy.b;
    }
    c->entropy.left -= NONCE_LEN;
    *ret = c->entropy.b + c->entropy.left;
    return 0;
}

/* Packs `r` into c->bytes with the given place; *ret_hash is its record hash. */
static int pack(struct pt_connector *c, Pentad__V1__Record *r, uint64_t seq, int32_t day,
                struct pt_hash *ret_hash, struct pt_err *err) {
    uint8_t *nonce = NULL;
    int rc = take_nonce(c, &nonce, err);
    if (rc != 0) {
        return rc;
    }
    r->has_seq = 1;
    r->seq = seq;
    r->has_nonce = 1;
    r->nonce = (ProtobufCBinaryData){.len = NONCE_LEN, .data = nonce};
    if (!r->has_issued_at_ms) {
        r->has_issued_at_ms = 1;
        r->issued_at_ms = pt_connector_issued_at(c, day);
    }
    pt_buf_reset(&c->bytes);
    rc = pt_msg_encode(&r->base, &c->bytes, err);
    r->nonce = (ProtobufCBinaryData){0};
    if (rc == 0) {
        pt_leaf_hash(ret_hash, c->bytes.p, c->bytes.len);
    }
    return rc;
}

/* Packed as it is, or sealed first. */
static int finish(struct pt_connector *c, Pentad__V1__Record *r, uint64_t seq, int32_t day,
                  struct pt_hash *ret_hash, struct pt_err *err) {
    Pentad__V1__Record *sealed = NULL;
    struct sealing sealing;
    uint8_t *fresh = NULL;
    uint8_t nonce[NONCE_LEN];
    if (!pt_sealed_due(r)) {
        return pack(c, r, seq, day, ret_hash, err);
    }
    int rc = take_nonce(c, &fresh, err);
    if (rc != 0) {
        return rc;
    }
    memcpy(nonce, fresh, sizeof nonce);
    pt_connector_sealing_init(&sealing, c);
    rc = pt_connector_seal(&sealing, r, seq, nonce, &sealed, err);
    if (rc == 0) {
        rc = pack(c, sealed, seq, day, ret_hash, err);
    }
    pt_connector_sealing_done(&sealing);
    return rc;
}

/* A record that opens a sealed one says the nonce inside it. */
static int fill_opening(struct pt_connector *c, Pentad__V1__Record *r, uint8_t nonce[NONCE_LEN],
                        struct pt_err *err) {
    const Pentad__V1__RecordRef *opens = pt_sealed_opens(r);
    int rc = opens ? pt_connector_opening_nonce(c, opens, nonce, err) : 0;
    if (rc == 0 && opens) {
        pt_sealed_set_nonce(r, nonce);
    }
    return rc;
}

int pt_connector_author_record(struct pt_connector *c, Pentad__V1__Record *r, const char *type,
                               const char *doc_no, const char *origin, struct pt_err *err) {
    struct pt_hash hash;
    struct pt_finding_row about;
    uint8_t nonce[NONCE_LEN];
    int rc = fill_opening(c, r, nonce, err);
    rc = rc ? rc : pt_connector_reply_fill(c, r, &about, err);
    if (rc == 0) {
        rc = finish(c, r, c->next_seq, c->day, &hash, err);
    }
    if (rc == 0) {
        const struct pt_outbox_record row = {.seq = c->next_seq,
                                             .type = type,
                                             .doc_no = doc_no,
                                             .day = c->day,
                                             .hash = hash.b,
                                             .bytes = pt_buf_span(&c->bytes),
                                             .origin = origin};
        rc = pt_outbox_add(c->state, &row, err);
    }
    if (rc == 0 && doc_no && doc_no[0]) {
        struct pt_ref_row ref = {.seq = c->next_seq};
        (void)snprintf(ref.stream, sizeof ref.stream, "%s", c->config->stream);
        memcpy(ref.hash, hash.b, sizeof ref.hash);
        rc = pt_refs_add(c->state, c->config->party, type, doc_no, &ref, err);
        c->new_refs = true;
    }
    if (rc == 0) {
        c->next_seq++;
        c->all_sent = false;
    }
    return rc;
}

int pt_connector_author_replace(struct pt_connector *c, Pentad__V1__Record *r, uint64_t seq,
                                int32_t day, const char *type, struct pt_err *err) {
    struct pt_hash hash;
    int rc = finish(c, r, seq, day, &hash, err);
    if (rc == 0) {
        const struct pt_outbox_record row = {
            .seq = seq, .type = type, .hash = hash.b, .bytes = pt_buf_span(&c->bytes)};
        rc = pt_outbox_replace(c->state, &row, err);
    }
    return rc;
}

int pt_connector_author_validate(struct pt_connector *c, const Pentad__V1__Record *rec,
                                 char *ret_path, size_t path_cap, struct pt_err *err) {
    uint8_t nonce[NONCE_LEN];
    struct pt_faults faults;
    const Pentad__V1__RecordRef *opens = pt_sealed_opens(rec);
    int rc = opens ? pt_connector_opening_nonce(c, opens, nonce, err) : 0;
    rc = rc == 0 && opens ? pt_connector_opening_own(c, rec, nonce, err) : rc;
    if (rc != 0) {
        (void)snprintf(ret_path, path_cap, "body.%s.opens", pt_record_info_of(rec)->member);
        return rc;
    }
    pt_arena_reset(&c->arena);
    pt_faults_init(&faults, &c->arena);
    rc = pt_record_validate_draft(rec, c->codes, c->party, c->next_seq,
                                  pt_clock_now_ms(c->opt.clock), &faults, err);
    (void)snprintf(ret_path, path_cap, "%s", rc && faults.count ? faults.v[0].field : "");
    return rc;
}

/* protobuf-c has no const; packing only reads. */
static char *text_of(const char *s) {
    return (char *)(uintptr_t)s;
}

static bool about_clue(const char *type) {
    return strcmp(type, "D01") == 0 || strcmp(type, "D02") == 0 || strcmp(type, "D03") == 0;
}

int pt_connector_author_withheld(struct pt_connector *c, uint64_t seq, int32_t day,
                                 int64_t refused_at_ms, const char *type, const char *code,
                                 const char *field, const char *origin, struct pt_err *err) {
    char path[160];
    Pentad__V1__Source src = PENTAD__V1__SOURCE__INIT;
    Pentad__V1__Withheld w = PENTAD__V1__WITHHELD__INIT;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    src.system = text_of(c->config->system);
    src.locator = text_of(origin);
    w.type = text_of(type);
    w.code = text_of(pt_err_name(pt_err_from_name(code) ? pt_err_from_name(code) : PT_E_REFUSED));
    w.field = field[0] ? text_of(field) : NULL;
    /* Where it comes from would tell a clue from a dummy. */
    w.source = about_clue(type) ? NULL : &src;
    r.body_case = PENTAD__V1__RECORD__BODY_WITHHELD;
    r.has_issued_at_ms = 1;
    int64_t issued_ms = pt_connector_issued_at(c, day);
    r.issued_at_ms = issued_ms < refused_at_ms ? issued_ms : refused_at_ms;
    r.withheld = &w;
    if (pt_connector_author_validate(c, &r, path, sizeof path, NULL) != 0) {
        /* A place that can't be told in a record (too long, odd characters) is left out: this note
         * must never be refused itself. The dead letter has it. */
        w.field = NULL;
        w.source = NULL;
    }
    int rc = pt_connector_author_replace(c, &r, seq, day, "Withheld", err);
    return rc ? rc : pt_refs_drop(c->state, c->config->party, c->config->stream, seq, err);
}
