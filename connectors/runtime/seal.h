/* Sealing one record, or opening one; the connector's other parts ask here. */
#ifndef PENTAD_RUNTIME_SEAL_H
#define PENTAD_RUNTIME_SEAL_H

#include <pentad/record/sealed.h>

#include "connector_internal.h"

/* One record under way: what the sealed record points to lives as long as this. */
struct sealing {
    struct pt_connector *c;
    struct pt_arena arena;
    struct pt_buf plain, cms;
    const struct pt_keyhistory_key *keys[PT_SEALED_KEYS_MAX];
    uint8_t ids[PT_SEALED_KEYS_MAX][PT_SEALED_KEY_ID];
    ProtobufCBinaryData recipients[PT_SEALED_KEYS_MAX];
    size_t n;
    uint8_t hash[32];
    Pentad__V1__Sealed sealed;
    Pentad__V1__Record *header;
};

void pt_connector_sealing_init(struct sealing *s, struct pt_connector *c);
void pt_connector_sealing_done(struct sealing *s);
/* In a transaction: keeps the nonce, by which the record may be opened one day. *ret_sealed lives
 * until pt_connector_sealing_done. PT_E_UNKNOWN_KEY: a reader has no sealing key. */
int pt_connector_seal(struct sealing *s, const Pentad__V1__Record *r, uint64_t seq,
                      const uint8_t nonce[PT_SEALED_NONCE], Pentad__V1__Record **ret_sealed,
                      struct pt_err *err);
/* In a transaction: does each reader of it have a sealing key? Alarms where one has none: what is
 * to be sealed to it waits. True for what isn't to be sealed. */
bool pt_connector_can_seal(struct pt_connector *c, const Pentad__V1__Record *r);
/* The nonce inside the seal of a record of this connector's own. PT_E_NOT_FOUND. */
int pt_connector_opening_nonce(struct pt_connector *c, const Pentad__V1__RecordRef *opens,
                               uint8_t ret_nonce[PT_SEALED_NONCE], struct pt_err *err);
/* ---- opening.c ---- */

/* Before an opening record of this connector's own goes out. PT_E_OPENING: what it reveals isn't
 * what was sealed. */
int pt_connector_opening_own(struct pt_connector *c, const Pentad__V1__Record *opening,
                             const uint8_t nonce[PT_SEALED_NONCE], struct pt_err *err);
/* In a transaction: keeps a sealed record that may be opened one day; nothing of any other. */
int pt_connector_opening_keep(struct pt_connector *c, const struct pt_followed_record *r,
                              struct pt_err *err);
/* In a transaction: holds a record that opens a sealed one against that, where this party could
 * read it. Where they differ both are kept as evidence (opening_differs) and the answer is 0. */
int pt_connector_opening_verify(struct pt_connector *c, const struct pt_followed_record *r,
                                struct pt_err *err);

/* ---- opening ---- */

/* The record with its content. PT_E_UNKNOWN_KEY: it is not sealed to this party's key, nor does it
 * say so; PT_E_SEAL, PT_E_FORMAT, PT_E_PROOF: it says so, and doesn't hold. */
int pt_connector_unseal(struct sealing *s, const struct pt_followed_record *r,
                        Pentad__V1__Record **ret_open, struct pt_err *err);

#endif
