/* The loop's own: timers of long polls. Loop thread. */
#ifndef PENTAD_APP_SERVE_H
#define PENTAD_APP_SERVE_H

#include "hub.h"

int64_t pt_serve_now_ms(struct pt_hub *h); /* the loop's clock, monotonic */
/* A waiter was added: sees to it that the timer fires when the first one is due. */
void pt_serve_poll_timer(struct pt_hub *h);

#endif
