/* The rules as people read them: what each file of hub/rules/sql says in its header.
 * Static data, any thread. Specification: docs/rules.md. */
#ifndef PENTAD_RULES_RULES_H
#define PENTAD_RULES_RULES_H

#include <stddef.h>
#include <stdint.h>

struct pt_rule_param {
    const char *name;     /* K25.yellow_bp */
    const char *type;     /* int, text */
    const char *fallback; /* default, as text */
    const char *text_zh;  /* what it is */
    const char *text_en;
};

struct pt_rule_info {
    const char *id; /* K01 */
    const char *name_zh;
    const char *name_en;
    const char *parties; /* whose records are compared, space separated */
    const char *reads;   /* record codes */
    const char *when;    /* E, D, M and the severity */
    const char *basis;
    const char *message_zh;
    const char *message_en;
    const char *clears_zh; /* what closes it, besides a waiver */
    const char *clears_en;
    const char *responders; /* party names and {figure}s that hold one, space separated */
    const char *awaits;     /* as responders: whose streams must have closed the day; "": none */
    const char *scope;      /* region or city: whose facts it relates */
    const char *remarks_zh; /* what it looks at and when, as sentences; "": none */
    const char *remarks_en;
    const char *keys; /* what names a condition: for who writes rules */
    const char *sql;  /* the file, whole */
    const struct pt_rule_param *params;
    size_t n_params;
};

/* All rules in id order; parsed from the embedded files at the first call (thread-safe). */
const struct pt_rule_info *pt_rules_list(size_t *ret_n);
const struct pt_rule_info *pt_rules_find(const char *id); /* NULL: none such */
/* Parameters that belong to no one rule. */
const struct pt_rule_param *pt_rules_common_params(size_t *ret_n);

#endif
