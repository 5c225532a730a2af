/* The rules asked instead of run: why a rule says what it says of one subject, and what it would
 * say if parameters had other values. Works on a private copy of a ledger, which goes with the
 * handle; the hub's file is only read.
 * Knows: ledger, rules. Must not know: the network, the log's store, a clock.
 * Threads: one thread owns a probe. */
#ifndef PENTAD_RULES_EXPLAIN_H
#define PENTAD_RULES_EXPLAIN_H

#include <stdint.h>

#include <pentad/base/err.h>

struct json_t;
struct pt_probe;

/* Copies the ledger at `path`. PT_E_NOT_FOUND: there is none of this version. */
int pt_probe_open(const char *path, struct pt_probe **ret_probe, struct pt_err *err);
void pt_probe_close(struct pt_probe *p); /* NULL is fine */

/* {rule, subject, params, conditions}; year 0: all years. Conditions are evaluated afresh as of the
 * last tick. PT_E_NOT_FOUND: no such rule or subject. */
int pt_probe_explain(struct pt_probe *p, const char *rule, const char *subject, int32_t year,
                     struct json_t **ret, struct pt_err *err);

/* Another value of a parameter, for pt_probe_try: "k26.dev_bp=-1500". PT_E_NOT_FOUND: no parameter
 * is called so; PT_E_FORMAT: it is no whole number. */
int pt_probe_set(struct pt_probe *p, const char *assignment, struct pt_err *err);
/* {rules: [{rule, opens, closes, severity, first: […]}]}, of the rules that have a parameter which
 * was set. */
int pt_probe_try(struct pt_probe *p, struct json_t **ret, struct pt_err *err);

#endif
