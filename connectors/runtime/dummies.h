/* Clues and dummies (D01 to D03) alike: what others can read of them, and when they go. The
 * connector's other parts ask here. docs/decisions/0036. */
#ifndef PENTAD_RUNTIME_DUMMIES_H
#define PENTAD_RUNTIME_DUMMIES_H

#include "connector_internal.h"

/* In a transaction, in place of pt_connector_author_record for what a source or a person hands in:
 * a record about a clue takes the shape that dummies have and may wait for its moment. */
int pt_connector_author_or_hold(struct pt_connector *c, Pentad__V1__Record *r, const char *type,
                                const char *doc_no, const char *origin, struct pt_err *err);
/* In a transaction, once what there is was collected: authors what is due by now, a dummy where a
 * slot has no clue. */
int pt_connector_dummies(struct pt_connector *c, struct pt_err *err);
/* In a transaction: the hub refused that record of ours, of that day, and it was withheld.
 * *ret_again: it is about a clue or a dummy and goes out again by itself; nobody has to hand it in.
 */
int pt_connector_dummy_refused(struct pt_connector *c, uint64_t seq, const char *type, int32_t day,
                               bool *ret_again, struct pt_err *err);
/* Only the connector itself makes dummies: PT_E_FIELD for one that is handed in. */
int pt_connector_dummy_check(const Pentad__V1__Record *r, char *ret_path, size_t path_cap,
                             struct pt_err *err);
/* Do this connector's clues and outcomes carry their papers inside the seal? */
bool pt_connector_covers(const struct pt_connector *c);
/* In the page's transaction, for each record of it. Takes note of a clue, holds the answers to a
 * dummy; *ret_dummy: the record is a dummy, or about one, and nothing for people. */
int pt_connector_dummy_record(struct pt_connector *c, const struct pt_followed_record *r,
                              bool *ret_dummy, struct pt_err *err);

#endif
