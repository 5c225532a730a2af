/* Records that only their readers can read: what of them is header and what is content, whom they
 * are sealed to, and the bytes inside a seal. Makes no seal itself: certs does, this room knows no
 * keys. Pure, any thread. docs/formats.md 4.
 *
 *   record with header and content --split--> header, bytes to seal
 *   header with the seal, bytes of the seal --join--> record with header and content */
#ifndef PENTAD_RECORD_SEALED_H
#define PENTAD_RECORD_SEALED_H

#include <stdbool.h>

#include <pentad/base/arena.h>
#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/record/party.h>
#include <pentad/v1/record.pb-c.h>

enum {
    PT_SEALED_CONTENT_FROM = 11,    /* in a sealed type fields from this number on are content */
    PT_SEALED_NONCE = 16,           /* bytes */
    PT_SEALED_KEYS_MAX = 16,        /* recipients */
    PT_SEALED_KEY_ID = 32,          /* bytes of a recipient's name */
    PT_SEALED_MAX = 2 * 1024 * 1024 /* bytes to seal, filled up */
};

/* Where a seal stands: it opens nowhere else. Key ids in ascending order. */
struct pt_sealed_place {
    uint8_t hub[32];
    const char *party;
    const char *stream;
    uint64_t seq;
    const uint8_t (*recipients)[PT_SEALED_KEY_ID];
    size_t n_recipients;
};

/* Is its content in the clear though its type goes sealed? Not where it opens a sealed record. */
bool pt_sealed_due(const Pentad__V1__Record *rec);
/* Does the record carry a seal? */
const Pentad__V1__Sealed *pt_sealed_of(const Pentad__V1__Record *rec);
/* The sealed record that this one opens; NULL. */
const Pentad__V1__RecordRef *pt_sealed_opens(const Pentad__V1__Record *rec);
/* Sets what an opening record says of the nonce inside the seal; borrowed. */
void pt_sealed_set_nonce(Pentad__V1__Record *opening, const uint8_t nonce[PT_SEALED_NONCE]);
/* The parties that are to read the content, the author among them. */
pt_party_set pt_sealed_readers(const Pentad__V1__Record *rec, enum pt_party author);

/* Is that a length to which the content of such a record is filled up? */
bool pt_sealed_size_good(const Pentad__V1__Record *rec, size_t plain);

/* *ret_header: `rec` without its content, in the arena, sharing what it points to; its `sealed` is
 * to be set. Appends the bytes to seal. *ret_hash: what Sealed.content_hash commits to.
 * `with_papers`: what the record says of its papers (its number, its source and the like) goes
 * inside too; not for types that are opened one day.
 * PT_E_TOO_LARGE beyond PT_SEALED_MAX, PT_E_NOMEM. */
int pt_sealed_split(const Pentad__V1__Record *rec, const uint8_t nonce[PT_SEALED_NONCE],
                    const struct pt_sealed_place *place, bool with_papers, struct pt_arena *arena,
                    Pentad__V1__Record **ret_header, struct pt_buf *ret_plain, uint8_t ret_hash[32],
                    struct pt_err *err);
void pt_sealed_drop_papers(Pentad__V1__Record *rec);
/* Puts the seal into the header; borrowed for as long as the header is used. */
void pt_sealed_hang(Pentad__V1__Record *header, Pentad__V1__Sealed *sealed);
/* The other way, at the place where the record was found: PT_E_FORMAT for bytes that are no such
 * content, PT_E_PROOF where they were made for another place or recipients, or another content than
 * the record commits to. */
int pt_sealed_join(const Pentad__V1__Record *rec, struct pt_span plain,
                   const struct pt_sealed_place *place, struct pt_arena *arena,
                   Pentad__V1__Record **ret_rec, struct pt_err *err);

/* What a seal over `rec`, content in the clear, commits to where `nonce` is inside. */
int pt_sealed_content_hash(const Pentad__V1__Record *rec, struct pt_span nonce, uint8_t ret[32],
                           struct pt_err *err);
/* What an opening record says that it opens: the hash that the sealed one committed to. */
int pt_sealed_opened_hash(const Pentad__V1__Record *opening, uint8_t ret_hash[32],
                          struct pt_err *err);
/* Does `opening`, a record of `author`, reveal what `sealed` holds, the record of `party` with that
 * hash? PT_E_OPENING where it doesn't: another author's, another type or hash, no seal, or another
 * content than the seal commits to. */
int pt_sealed_opening_check(const Pentad__V1__Record *opening, const char *author,
                            const Pentad__V1__Record *sealed, const char *party,
                            const uint8_t hash[32], struct pt_err *err);

#endif
