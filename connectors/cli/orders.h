/* What `pentad lift` and `pentad approve` share: records by the bytes that they were signed with,
 * and the office's orders with what was approved of them. One thread. */
#ifndef PENTAD_CLI_ORDERS_H
#define PENTAD_CLI_ORDERS_H

#include <pentad/base/arena.h>
#include <pentad/record/catalogue.h>
#include <pentad/v1/record.pb-c.h>

#include "answering.h"
#include "cli.h"

/* A record as the hub gave it out. Its hash was computed here: what refers to it refers to what is
 * shown, whatever the hub says beside it. In one piece that isn't moved. */
struct cli_fetched {
    struct cli_named named;
    struct pt_arena arena;
    Pentad__V1__Record *record; /* in the arena */
    const struct pt_record_info *info;
};
/* "office/main#56". PT_E_USAGE: that is no record's name; PT_E_FORMAT: what came isn't that record;
 * PT_E_NOT_FOUND; PT_E_FORBIDDEN. */
int pt_cli_fetch(struct cli_hub *h, const char *text, struct cli_fetched *ret, struct pt_err *err);
void pt_cli_fetched_done(struct cli_fetched *f);
/* Its id, type and hash, and all that it says. */
void pt_cli_fetched_print(const struct cli_fetched *f, bool zh);

/* GET /v1/orders. */
int pt_cli_orders(struct cli_answers *a, json_t **ret, struct pt_err *err);
/* The one with that id; NULL: it doesn't wait. */
const json_t *pt_cli_order(const json_t *orders, const char *id);
/* The verdict of that party that counts: "VERDICT_APPROVE", "" where it gave none. */
const char *pt_cli_verdict(const json_t *order, const char *party);
/* "Lift office/main#56  1 of 2 approvals: congress", with what is still missing. */
void pt_cli_order_print(const json_t *order, bool zh);

/* --reason, by pt_cli_check_text. */
int pt_cli_reason(const struct cli_options *o, struct pt_err *err);

#endif
