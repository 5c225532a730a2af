/* Brings what is published to witnesses from outside: a thread that POSTs add-checkpoint to each
 * one of the configuration and hands in what it cosigns, as if somebody had sent it. C2SP
 * tlog-witness v1.0.0, docs/formats.md 3. */
#ifndef PENTAD_APP_FEEDER_H
#define PENTAD_APP_FEEDER_H

#include "hub.h"

struct pt_feeder;

/* *ret is NULL where the configuration names no witness. */
int pt_feeder_start(struct pt_hub *h, struct pt_feeder **ret, struct pt_err *err);
void pt_feeder_stop(struct pt_feeder *f); /* waits for the thread and frees; NULL is fine */

#endif
