/* Structural validity of a record: a pure function of the record, the codes in force, its author
 * and the time of receipt. What needs other records is the rules' business and never refused.
 * Any thread. docs/records.md, docs/formats.md 1 ("Acceptance"). */
#ifndef PENTAD_RECORD_VALIDATE_H
#define PENTAD_RECORD_VALIDATE_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/record/codes.h>
#include <pentad/record/fault.h>
#include <pentad/record/party.h>
#include <pentad/v1/record.pb-c.h>

enum {
    PT_ISSUED_AHEAD_MS = 5 * 60 * 1000, /* issued_at may be this far ahead of received_at */
    PT_PAYMENT_LINES_MAX = 500,
    PT_YEAR_MIN = 1900, /* of what is a fiscal year */
    PT_YEAR_MAX = 2199,
    PT_SCHEMA_VERSION = 1, /* BatchStatement.schema_version that this validator answers to */
};

/* The largest amount, 90 trillion yuan: beyond any budget there is, and exact in every program that
 * keeps numbers as doubles. */
#define PT_FEN_MAX INT64_C(9000000000000000)

/* Adds every fault to `out` (its own cap holds). Returns 0 if there is none, else the first one's
 * code: PT_E_TYPE where this author may not write this type. codes NULL: those that were in force
 * aren't known, and no code is looked at. */
int pt_record_validate(const Pentad__V1__Record *rec, const struct pt_codes *codes,
                       enum pt_party author, int64_t received_at_ms, struct pt_faults *out);

/* The same for what is still to be sealed (pt_sealed_due), or to get the nonce of what it opens:
 * the content must be there and the seal must not. What is exchanged never passes this. */
int pt_record_validate_unsealed(const Pentad__V1__Record *rec, const struct pt_codes *codes,
                                enum pt_party author, int64_t received_at_ms,
                                struct pt_faults *out);

/* What a connector is about to put into its stream, with what is still to come: the number `seq`, a
 * nonce, issued_at_ms (now_ms) where the record doesn't say its own, the seal where one is due. As
 * pt_record_validate; the fault is written to err too, which may be NULL. */
int pt_record_validate_draft(const Pentad__V1__Record *rec, const struct pt_codes *codes,
                             enum pt_party author, uint64_t seq, int64_t now_ms,
                             struct pt_faults *out, struct pt_err *err);

/* The least of it, without codes or a clock, for whoever takes records from a log that he didn't
 * write: a type that this author may write, a nonce, the year that the type needs, and no number
 * that isn't one. */
bool pt_record_has_head(const Pentad__V1__Record *rec, enum pt_party author);

/* 等级: 优 from 90 points, 良 from 80, 中 from 60, else 差 (财预〔2020〕10号). */
Pentad__V1__Rating pt_rating_band(int32_t total_cp);

#endif
