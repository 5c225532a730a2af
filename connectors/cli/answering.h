/* How a discrepancy may be answered, read from what is known of it: the answer of
 * GET /v1/discrepancies/{id}, called its life here. Pure, any thread. The hub's rules decide again
 * by the log (hub/rules/finding.c); this spares a person a reply that counts for nothing. */
#ifndef PENTAD_CLI_ANSWERING_H
#define PENTAD_CLI_ANSWERING_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include <pentad/base/err.h>
#include <pentad/record/ref.h>
#include <pentad/v1/hub.pb-c.h>

/* The string member; "" where there is none. */
const char *pt_cli_text(const json_t *o, const char *name);

/* The reference to a record that an answer shows ("id" and "hash"), in one piece that isn't moved.
 */
struct cli_named {
    Pentad__V1__RecordRef ref;
    struct pt_ref at;
    uint8_t hash[32];
};
int pt_cli_name_record(const json_t *record, struct cli_named *ret, struct pt_err *err);

/* "explain" for REPLY_KIND_EXPLAIN; 0 (UNSPECIFIED) for what is no answer. */
Pentad__V1__ReplyKind pt_reply_kind(const char *word);

/* May the party say that now? Another kind of reply may follow the first (explained, then
 * corrected). PT_E_NOT_ASKED: it isn't asked, or isn't the office; PT_E_EXISTS: it
 * has; PT_E_SETTLED: nothing is open; PT_E_NOT_FOUND: not the reader's to know. With a sentence. */
int pt_may_reply(const json_t *life, const char *party, Pentad__V1__ReplyKind kind,
                 struct pt_err *err);
/* May it approve the office's waiver? As above; PT_E_NOT_FOUND: there is none. */
int pt_may_approve(const json_t *life, const char *party, struct pt_err *err);

/* The office sits in the finance bureau: where finance has to answer, its waiver takes congress or
 * audit. */
bool pt_waiver_needs_approval(const json_t *life);
/* The office's waiver of this episode that stands; NULL: none. */
const json_t *pt_waiver_of(const json_t *life);
bool pt_waiver_approved(const json_t *waiver);
/* How many replies of the party, standing or not, the ledger has for this episode. */
unsigned pt_replies_by(const json_t *life, const char *party);

/* Why that reply of the life doesn't count, as people read it behind its text: "（…）"; "" where it
 * does, or where its standing says so already. */
const char *pt_reply_note(const json_t *life, const json_t *reply, bool zh);

/* "finance、audit" or "finance, audit": who must answer, as people read it. Cut where it is long.
 */
void pt_responders_text(const json_t *discrepancy, bool zh, char *out, size_t cap);

#endif
