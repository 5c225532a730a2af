#include "pt_test_seal.h"

#include <string.h>

#include <pentad/certs/seal.h>

/* In the order of their ids. */
static void add_reader(struct ts_seal *s, const struct pt_key *key) {
    struct pt_hash id;
    size_t i = s->n;

    pt_key_fingerprint(key, &id);
    for (; i > 0 && memcmp(s->ids[i - 1], id.b, sizeof id.b) > 0; i--) {
        memcpy(s->ids[i], s->ids[i - 1], sizeof id.b);
    }
    memcpy(s->ids[i], id.b, sizeof id.b);
    PT_ASSERT(pt_pubkey_from_spki(pt_key_spki(key), &s->keys[s->n], NULL) == 0);
    s->recipients[s->n] = (ProtobufCBinaryData){PT_SEALED_KEY_ID, s->ids[s->n]};
    s->n++;
}

void ts_seal(struct ts_seal *s, const Pentad__V1__Record *rec, const struct ts_place *at) {
    struct pt_sealed_place place = {.party = at->party, .stream = at->stream, .seq = at->seq};
    pt_party_set readers = pt_sealed_readers(rec, pt_party_from_name(at->party));

    memset(s, 0, sizeof *s);
    pt_arena_init(&s->arena, 1 << 22);
    pt_buf_init(&s->plain, PT_SEALED_MAX);
    pt_buf_init(&s->cms, PT_SEALED_MAX);
    for (unsigned p = PT_PARTY_CONGRESS; p <= PT_PARTY_OFFICE; p++) {
        if (pt_party_in(readers, (enum pt_party)p)) {
            add_reader(s, at->key_of(at->ctx, pt_party_name((enum pt_party)p)));
        }
    }
    memcpy(place.hub, at->hub, sizeof place.hub);
    place.recipients = (const uint8_t(*)[PT_SEALED_KEY_ID])s->ids;
    place.n_recipients = s->n;
    PT_ASSERT(pt_sealed_split(rec, s->nonce, &place, false, &s->arena, &s->header, &s->plain,
                              s->hash, NULL) == 0);
    PT_ASSERT(pt_seal((const struct pt_pubkey *const *)s->keys, s->n, pt_buf_span(&s->plain),
                      &s->cms, NULL) == 0);
    pentad__v1__sealed__init(&s->sealed);
    s->sealed.n_recipients = s->n;
    s->sealed.recipients = s->recipients;
    s->sealed.has_cms = s->sealed.has_content_hash = 1;
    s->sealed.cms = (ProtobufCBinaryData){s->cms.len, s->cms.p};
    s->sealed.content_hash = (ProtobufCBinaryData){sizeof s->hash, s->hash};
    pt_sealed_hang(s->header, &s->sealed);
}

void ts_seal_done(struct ts_seal *s) {
    for (size_t i = 0; i < s->n; i++) {
        pt_pubkey_free(s->keys[i]);
    }
    pt_buf_done(&s->cms);
    pt_buf_done(&s->plain);
    pt_arena_done(&s->arena);
}
