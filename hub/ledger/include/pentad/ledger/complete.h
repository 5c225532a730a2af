/* What proves that a figure leaves no record out: its pages in the newest snapshot, the records
 * that they are made of, and the same pages and figure made anew from a bundle that says so. Knows:
 * figures, snapshots. Must not know: the network, the log's store, keys, a clock. Threads: the
 * handle's thread; a refold has a ledger of its own. Specification: docs/formats.md 5 and 6. */
#ifndef PENTAD_LEDGER_COMPLETE_H
#define PENTAD_LEDGER_COMPLETE_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/ledger/figures.h>
#include <pentad/ledger/ledger.h>
#include <pentad/proof/evidence.h>
#include <pentad/record/party.h>

/* The newest snapshot that the log holds, where the ledger's trees are of it. */
struct pt_complete_at {
    uint64_t log_size; /* of its tick */
    int32_t day;
    int64_t rec; /* of the H03; 0: none */
};
int pt_complete_newest(struct pt_ledger *l, struct pt_complete_at *ret, struct pt_err *err);

/* Puts the ways of the asked figure's pages (of its subject, and of its items where it sums over
 * those), or of their absence, the heads of its class's parts and the class itself into *figure, as
 * of that snapshot, all allocated with malloc; pt_complete_drop frees them. A page that the class
 * doesn't see is left out. */
int pt_complete_paths(struct pt_ledger *l, const struct pt_figure_ask *ask, enum pt_party reader,
                      Pentad__V1__EvidenceFigure *figure, struct pt_err *err);
void pt_complete_drop(Pentad__V1__EvidenceFigure *figure);

/* Behind pt_complete_paths of the same figure: the records that those pages are made of as of that
 * snapshot, and what they rest on: corrections both ways, what they refer to, rule sets with their
 * approvals, the tick. */
int pt_complete_records(struct pt_ledger *l, const struct pt_figure_ask *ask,
                        const struct pt_complete_at *at, pt_ledger_input_cb cb, void *ctx,
                        struct pt_err *err);
/* The H03 itself, then the attestations that found it equal for that class. `nth` counts from 0. */
typedef int (*pt_complete_said_cb)(void *ctx, unsigned nth, const char *party, const char *stream,
                                   uint64_t seq);
int pt_complete_said(struct pt_ledger *l, const struct pt_complete_at *at, enum pt_party reader,
                     pt_complete_said_cb cb, void *ctx, struct pt_err *err);

/* For pt_evidence_verify_figure: makes a ledger in memory of the bundle's records alone, as of the
 * snapshot's tick. ctx is not used. */
extern const struct pt_evidence_ledger pt_complete_ledger;

#endif
