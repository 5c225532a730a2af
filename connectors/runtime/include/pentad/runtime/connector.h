/* The connector: a party's system on one side, the hub on the other, and between them a state file
 * from which it goes on after any interruption.
 *
 *            rows                 records                 batches
 *   sources ─────► pt_connector_collect ─────► outbox ─────► send ───────────────► hub
 *                    (one transaction with             answer: receipt │ refusal
 *                     the source's position)           (withheld in place, cut again)
 *
 *   sink ◄───── deliver ◄───── pt_connector_receive ◄──────────────── feed ◄─────── hub
 *                    (one transaction with the
 *                     verified size of the log)
 *
 * One thread runs it; pt_connector_stop may be called from a signal handler. docs/formats.md 1,
 * 5, 6. */
#ifndef PENTAD_RUNTIME_CONNECTOR_H
#define PENTAD_RUNTIME_CONNECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/base/clock.h>
#include <pentad/base/err.h>
#include <pentad/runtime/config.h>
#include <pentad/runtime/ports.h>
#include <pentad/runtime/state.h>

struct pt_connector;

struct pt_connector_options {
    bool once;  /* live clock: stop when the sources are read, everything is receipted and the
                   feed is read; replay clock: stop after `until` (else go on following) */
    bool check; /* it is only opened, to see whether all holds: also beside one that runs */
    const struct pt_clock *clock;
    pt_source_open_cb *open_source;
    struct pt_sink *sink;     /* borrowed; NULL: deliver nothing */
    struct pt_replay *replay; /* borrowed; NULL: no snapshot is attested */
    /* Called between steps with what is going on, for progress and logs; may be NULL. */
    void (*event)(void *ctx, const char *event, const char *text);
    void *ctx;
};

int pt_connector_open(const struct pt_config *config, const struct pt_connector_options *opt,
                      struct pt_connector **ret, struct pt_err *err);
void pt_connector_free(struct pt_connector *c);
/* With `check`: another connector runs on the state folder, which was read and not taken. */
bool pt_connector_beside(const struct pt_connector *c);
/* Runs until stopped or done; errors of the network are waited out, errors that need a person are
 * returned. */
int pt_connector_run(struct pt_connector *c, struct pt_err *err);
void pt_connector_stop(struct pt_connector *c); /* async-signal-safe */
/* Certificate, TLS key, authority and revocation list are read anew before the next request; so are
 * files that changed. The event says `reloaded`, or `reload_failed` and why: then the old ones
 * stay. Async-signal-safe. */
void pt_connector_reload(struct pt_connector *c);

/* Appends what loading came to, per source: rows read, records made, sums, what was set aside and
 * why; for people (text) or machines (JSON). */
int pt_connector_report(struct pt_connector *c, bool json, struct pt_buf *out);
/* As pt_state_needs, of its state file, in the language of its log. */
int pt_connector_needs(struct pt_connector *c, char ret[PT_STATE_NEEDS_MAX], struct pt_err *err);

#endif
