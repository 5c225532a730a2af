/* Records that not everyone may read: sealed on their way into the outbox, opened on their way to
 * the party's own system. docs/formats.md 4. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/certs/seal.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>

#include "dummies.h"
#include "seal.h"

/* ---- the keys of the readers ---- */

static int by_id(const void *a, const void *b) {
    const struct pt_keyhistory_key *const *x = a;
    const struct pt_keyhistory_key *const *y = b;
    return memcmp((*x)->fingerprint.b, (*y)->fingerprint.b, PT_HASH_LEN);
}

/* One live sealing key of each reader, as the log says where this connector stands. */
static int find_keys(const struct pt_connector *c, pt_party_set readers,
                     const struct pt_keyhistory_key *ret[PT_SEALED_KEYS_MAX], size_t *ret_n,
                     struct pt_err *err) {
    const struct pt_keyhistory *history = pt_follower_keys(c->follower);
    uint64_t at = pt_follower_size(c->follower);
    *ret_n = 0;
    for (unsigned p = PT_PARTY_CONGRESS; p <= PT_PARTY_OFFICE; p++) {
        if (!pt_party_in(readers, (enum pt_party)p)) {
            continue;
        }
        const char *name = pt_party_name((enum pt_party)p);
        const struct pt_keyhistory_key *k =
            pt_keyhistory_newest(history, name, PENTAD__V1__KEY_USE__KEY_USE_SEALING, at);
        if (!k) {
            return pt_err_set(err, PT_E_UNKNOWN_KEY,
                              "%s has no sealing key in the log: it must enrol one (KeyChange) "
                              "before records can be sealed to it",
                              name);
        }
        ret[(*ret_n)++] = k;
    }
    return 0;
}

static int take_keys(struct sealing *s, pt_party_set readers, struct pt_err *err) {
    int rc = find_keys(s->c, readers, s->keys, &s->n, err);
    if (rc != 0) {
        return rc;
    }
    qsort(s->keys, s->n, sizeof *s->keys, by_id);
    for (size_t i = 0; i < s->n; i++) {
        memcpy(s->ids[i], s->keys[i]->fingerprint.b, PT_HASH_LEN);
    }
    return 0;
}

bool pt_connector_can_seal(struct pt_connector *c, const Pentad__V1__Record *r) {
    const struct pt_keyhistory_key *keys[PT_SEALED_KEYS_MAX];
    struct pt_err why;
    size_t n;
    if (!pt_sealed_due(r) || find_keys(c, pt_sealed_readers(r, c->party), keys, &n, &why) == 0) {
        return true;
    }
    c->keyless = true;
    if (c->caught_up) { /* else the log may have one that isn't read yet */
        (void)pt_connector_alarm(c, "no_sealing_key", why.msg);
    }
    return false;
}

static int seal_plain(struct sealing *s, struct pt_err *err) {
    struct pt_pubkey *keys[PT_SEALED_KEYS_MAX] = {0};
    const struct pt_pubkey *to[PT_SEALED_KEYS_MAX];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < s->n; i++) {
        rc = pt_pubkey_from_spki(s->keys[i]->spki, &keys[i], err);
        to[i] = keys[i];
    }
    if (rc == 0) {
        rc = pt_seal(to, s->n, pt_buf_span(&s->plain), &s->cms, err);
    }
    for (size_t i = 0; i < s->n; i++) {
        pt_pubkey_free(keys[i]);
    }
    return rc;
}

/* ---- sealing ---- */

static struct pt_sealed_place place_of(const struct pt_connector *c, const char *party,
                                       const char *stream, uint64_t seq) {
    struct pt_sealed_place at = {.party = party, .stream = stream, .seq = seq};
    memcpy(at.hub, c->trust.hub.b, sizeof at.hub);
    return at;
}

/* The header's own field takes the seal. */
static void hang(struct sealing *s) {
    pentad__v1__sealed__init(&s->sealed);
    for (size_t i = 0; i < s->n; i++) {
        s->recipients[i] = (ProtobufCBinaryData){.len = PT_SEALED_KEY_ID, .data = s->ids[i]};
    }
    s->sealed.n_recipients = s->n;
    s->sealed.recipients = s->recipients;
    s->sealed.has_cms = 1;
    s->sealed.cms = (ProtobufCBinaryData){.len = s->cms.len, .data = s->cms.p};
    s->sealed.has_content_hash = 1;
    s->sealed.content_hash = (ProtobufCBinaryData){.len = sizeof s->hash, .data = s->hash};
    pt_sealed_hang(s->header, &s->sealed);
}

void pt_connector_sealing_init(struct sealing *s, struct pt_connector *c) {
    memset(s, 0, sizeof *s);
    s->c = c;
    pt_arena_init(&s->arena, 4u * PT_SEALED_MAX);
    pt_buf_init(&s->plain, PT_SEALED_MAX);
    pt_buf_init(&s->cms, PT_RECORD_MAX);
}

void pt_connector_sealing_done(struct sealing *s) {
    pt_buf_done(&s->cms);
    pt_buf_done(&s->plain);
    pt_arena_done(&s->arena);
}

/* What goes beside dummies shows no more in its header than they do. */
static bool covered(const struct pt_connector *c, const Pentad__V1__Record *r) {
    return pt_connector_covers(c) && (r->body_case == PENTAD__V1__RECORD__BODY_CLUE_TRANSFER ||
                                      r->body_case == PENTAD__V1__RECORD__BODY_CLUE_OUTCOME);
}

int pt_connector_seal(struct sealing *s, const Pentad__V1__Record *r, uint64_t seq,
                      const uint8_t nonce[PT_SEALED_NONCE], Pentad__V1__Record **ret_sealed,
                      struct pt_err *err) {
    struct pt_connector *c = s->c;
    struct pt_sealed_place at = place_of(c, c->config->party, c->config->stream, seq);
    int rc = take_keys(s, pt_sealed_readers(r, c->party), err);
    if (rc == 0) {
        at.recipients = (const uint8_t(*)[PT_SEALED_KEY_ID])s->ids;
        at.n_recipients = s->n;
        rc = pt_sealed_split(r, nonce, &at, covered(c, r), &s->arena, &s->header, &s->plain,
                             s->hash, err);
    }
    if (rc == 0) {
        rc = seal_plain(s, err);
    }
    if (rc == 0) {
        hang(s);
        rc = pt_seals_add(c->state, seq, pt_span(nonce, PT_SEALED_NONCE), err);
        *ret_sealed = s->header;
    }
    return rc ? pt_err_wrap(err, "sealing record %" PRIu64, seq) : 0;
}

int pt_connector_opening_nonce(struct pt_connector *c, const Pentad__V1__RecordRef *opens,
                               uint8_t ret_nonce[PT_SEALED_NONCE], struct pt_err *err) {
    int rc = PT_E_NOT_FOUND;
    if (opens->party && opens->stream && strcmp(opens->party, c->config->party) == 0 &&
        strcmp(opens->stream, c->config->stream) == 0) {
        rc = pt_seals_find(c->state, opens->seq, ret_nonce, err);
    }
    return rc == PT_E_NOT_FOUND
               ? pt_err_set(err, rc, "opens a record that this connector didn't seal")
               : rc;
}

/* ---- opening ---- */

/* Does the record say that its seal is to this party's key? */
static bool names_us(const struct pt_connector *c, const Pentad__V1__Sealed *sealed) {
    struct pt_hash id;
    pt_key_fingerprint(c->sealing_key, &id);
    for (size_t i = 0; i < sealed->n_recipients; i++) {
        const ProtobufCBinaryData *r = &sealed->recipients[i];
        if (pt_span_eq(pt_span(r->data, r->len), pt_span(id.b, sizeof id.b))) {
            return true;
        }
    }
    return false;
}

int pt_connector_unseal(struct sealing *s, const struct pt_followed_record *r,
                        Pentad__V1__Record **ret_open, struct pt_err *err) {
    const Pentad__V1__Sealed *sealed = pt_sealed_of(r->record);
    const struct pt_sealed_place at = place_of(s->c, r->party, r->stream, r->seq);
    *ret_open = NULL;
    int rc =
        pt_seal_open(s->c->sealing_key, pt_span(sealed->cms.data, sealed->cms.len), &s->plain, err);
    if (rc == PT_E_UNKNOWN_KEY && names_us(s->c, sealed)) {
        return pt_err_set(err, PT_E_SEAL,
                          "the record says that it is sealed to this party's key, and its seal "
                          "leaves it out");
    }
    return rc ? rc
              : pt_sealed_join(r->record, pt_buf_span(&s->plain), &at, &s->arena, ret_open, err);
}
