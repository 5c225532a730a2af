/* The genesis ceremony: an unsigned genesis from the parties' descriptors, each party's signature
 * by its own key on its own machine, merging, sealing into log entry 0.
 * Not thread-bound; no files here (the tool has those). docs/formats.md 2. */
#ifndef PENTAD_CERTS_GENESIS_H
#define PENTAD_CERTS_GENESIS_H

#include <pentad/v1/envelope.pb-c.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/certs/key.h>
#include <pentad/proof/entry.h>

#define PT_GENESIS_MAX 60000 /* bytes: the entry must fit one log leaf */

/* What a party publishes about itself: party.json. */
int pt_descriptor_format(const Pentad__V1__GenesisParty *p, struct pt_buf *ret_json,
                         struct pt_err *err);
/* Strict JSON: unknown or duplicate keys are refused. Free with
 * pentad__v1__genesis_party__free_unpacked. */
int pt_descriptor_parse(struct pt_span json, Pentad__V1__GenesisParty **ret, struct pt_err *err);

/* An Envelope without signatures over the genesis. */
int pt_genesis_propose(const Pentad__V1__Genesis *g, struct pt_buf *ret_envelope,
                       struct pt_err *err);
/* Adds k's signature in its place (sorted by keyid); k must be a signing key that the genesis
 * lists (PT_E_UNKNOWN_KEY) and not have signed yet (PT_E_EXISTS). */
int pt_genesis_sign(struct pt_span envelope, const struct pt_key *k, struct pt_buf *ret_envelope,
                    struct pt_err *err);
/* Joins the signatures of envelopes over the same payload. */
int pt_genesis_merge(const struct pt_span *envelopes, size_t n, struct pt_buf *ret_envelope,
                     struct pt_err *err);
/* Demands every signature, wraps into LogEntry 0 (received_at = the genesis' own created_at, so
 * that the envelope alone fixes the entry); *ret_hub is its log leaf hash: the name the hub is
 * known by. */
int pt_genesis_seal(struct pt_span envelope, struct pt_buf *ret_entry, struct pt_hash *ret_hub,
                    struct pt_err *err);
/* Opens and fully verifies a sealed genesis. */
int pt_genesis_open(struct pt_span entry, struct pt_entry *ret, struct pt_err *err);

#endif
