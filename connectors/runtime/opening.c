/* Records that open what was sealed (A01, D04): does the content that is revealed agree with what
 * the seal committed to? Asked of this connector's own before they go out, and of everybody else's
 * where this party could read the sealed record. docs/formats.md 4. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/record/visible.h>

#include "seal.h"

/* ---- its own ---- */

struct own {
    const Pentad__V1__Record *opening;
    struct pt_span nonce;
    struct pt_err *err;
    int rc;
};

/* The outbox record that is opened: of that type and hash, and over that content? */
static int compare_own(void *ctx, const struct pt_outbox_record *row) {
    struct own *o = ctx;
    const Pentad__V1__RecordRef *opens = pt_sealed_opens(o->opening);
    Pentad__V1__Record *was = NULL;
    uint8_t hash[32];
    struct pt_arena arena;
    pt_arena_init(&arena, 4u * PT_SEALED_MAX);
    o->rc = PT_E_OPENING;
    if (row->seq == opens->seq && opens->hash.len == sizeof hash &&
        memcmp(row->hash, opens->hash.data, sizeof hash) == 0 &&
        pt_record_decode(row->bytes, &arena, &was, NULL) == 0 && pt_sealed_of(was) &&
        was->body_case == o->opening->body_case) {
        const Pentad__V1__Sealed *seal = pt_sealed_of(was);
        o->rc = pt_sealed_content_hash(o->opening, o->nonce, hash, o->err);
        if (o->rc == 0 && (seal->content_hash.len != sizeof hash ||
                           memcmp(seal->content_hash.data, hash, sizeof hash) != 0)) {
            o->rc = PT_E_OPENING;
        }
    }
    pt_arena_done(&arena);
    return 1;
}

int pt_connector_opening_own(struct pt_connector *c, const Pentad__V1__Record *opening,
                             const uint8_t nonce[PT_SEALED_NONCE], struct pt_err *err) {
    struct own o = {.opening = opening,
                    .nonce = pt_span(nonce, PT_SEALED_NONCE),
                    .err = err,
                    .rc = PT_E_OPENING};
    int rc =
        pt_outbox_each(c->state, pt_sealed_opens(opening)->seq, UINT32_MAX, compare_own, &o, err);
    rc = rc ? rc : o.rc;
    return rc == PT_E_OPENING
               ? pt_err_set(err, rc,
                            "it opens a sealed record and says something else than was sealed: the "
                            "row must repeat what the sealed one said")
               : rc;
}

/* ---- everybody's ---- */

int pt_connector_opening_keep(struct pt_connector *c, const struct pt_followed_record *r,
                              struct pt_err *err) {
    const struct pt_record_info *info = pt_record_info_of(r->record);
    if (!info || !(info->flags & PT_RT_OPENS) || !pt_sealed_of(r->record)) {
        return 0;
    }
    return pt_shut_add(c->state, r->party, r->stream, r->seq, r->bytes, err);
}

/* Could this party read the record while it was sealed? Else its feed had a hash in its place. */
static bool was_for_us(const struct pt_connector *c, const struct pt_followed_record *r) {
    const struct pt_record_info *info = pt_record_info_of(r->record);
    return pt_party_from_name(r->party) == c->party || pt_party_in(info->readers, c->party);
}

static int compare(const struct pt_followed_record *r, struct pt_span bytes, struct pt_err *err) {
    const Pentad__V1__RecordRef *opens = pt_sealed_opens(r->record);
    Pentad__V1__Record *sealed = NULL;
    struct pt_arena arena;
    struct pt_hash hash;
    pt_arena_init(&arena, 4u * PT_SEALED_MAX);
    int rc = pt_record_decode(bytes, &arena, &sealed, NULL);
    if (rc != 0) {
        (void)pt_err_set(err, rc, "a sealed record that was kept can't be read");
    } else {
        pt_leaf_hash(&hash, bytes.p, bytes.len);
        rc = pt_sealed_opening_check(r->record, r->party, sealed, opens->party, hash.b, err);
    }
    pt_arena_done(&arena);
    return rc;
}

int pt_connector_opening_verify(struct pt_connector *c, const struct pt_followed_record *r,
                                struct pt_err *err) {
    const Pentad__V1__RecordRef *opens = pt_sealed_opens(r->record);
    struct pt_err why = {0};
    struct pt_buf sealed;
    char what[512];
    if (!opens || !was_for_us(c, r)) {
        return 0;
    }
    pt_buf_init(&sealed, PT_RECORD_MAX);
    int rc = pt_shut_find(c->state, opens->party, opens->stream, opens->seq, &sealed, &why);
    if (rc == 0) {
        rc = compare(r, pt_buf_span(&sealed), &why);
    } else if (rc == PT_E_NOT_FOUND) {
        rc = pt_err_set(&why, PT_E_OPENING, "no such sealed record came before it");
    }
    if (rc == PT_E_OPENING) {
        (void)snprintf(what, sizeof what,
                       "%s/%s#%" PRIu64 " (log entry %" PRIu64 ") opens %s/%s#%" PRIu64 ": %s",
                       r->party, r->stream, r->seq, r->log_index, opens->party, opens->stream,
                       opens->seq, why.msg);
        pt_connector_keep_evidence(c, rc, r->party, what, r->bytes);
        if (sealed.len > 0) {
            pt_connector_keep_evidence(c, rc, r->party, what, pt_buf_span(&sealed));
        }
        rc = 0; /* a fact of its author's all the same: it is delivered */
    }
    pt_buf_done(&sealed);
    return rc ? pt_err_set(err, rc, "%s", why.msg) : 0;
}
