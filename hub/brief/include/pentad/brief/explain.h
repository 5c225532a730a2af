/* What a probe of the rules tells, as JSON (jansson; the caller owns one reference): the hub's
 * answer and what `pentad rules` prints are the same thing.
 * Threads: the probe's. Specification: docs/http.md. */
#ifndef PENTAD_BRIEF_EXPLAIN_H
#define PENTAD_BRIEF_EXPLAIN_H

#include <stddef.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/rules/explain.h>

struct json_t;

/* Of each list; what follows is counted. */
#define PT_EXPLAIN_LIMIT 1000

/* {"log_size", "tick_day", "rule": {…}, "subject": {…} or null, "fiscal_year", "params": […],
 * "conditions": those that fire, then unknown ones, then clear ones, "omitted"}. Each condition
 * has "rule", "responders" and "figures", by which it is as visible as the discrepancy would be. */
int pt_explain_json(struct pt_probe *p, const char *rule, const char *subject, int32_t year,
                    size_t limit, struct json_t **ret_json, struct pt_err *err);

/* {"log_size", "tick_day", "rules": [{"rule", "name_zh", "name_en", "new", "fires_was", "fires",
 * "raised", "cleared", "changed", "unknown": how many, "list": […], "omitted"}…]}. */
int pt_try_json(struct pt_probe *p, size_t limit, struct json_t **ret_json, struct pt_err *err);

#endif
