/* A checkpoint under this log's own signature that the log doesn't extend: the proof of a rollback
 * or a second history. It is kept in data/fork.note, so that a hub that is started again signs
 * nothing before its log extends what was signed. docs/formats.md 3, docs/operating.md. */
#ifndef PENTAD_APP_HELD_H
#define PENTAD_APP_HELD_H

#include "hub.h"

/* Judges what a client holds; keeps what proves a fork. Any thread. As pt_log_judge_held. */
int pt_held_judge(struct pt_hub *h, struct pt_span note, struct pt_err *err);
/* At the start: 0 where nothing is kept or the log extends it; PT_E_FORK, PT_E_IO. */
int pt_held_check_kept(struct pt_hub *h, struct pt_err *err);

#endif
