/* A rule file: a header of `-- key: value` lines, then sections `-- [name]` of SQL. The engine
 * knows no rule by name; docs/writing-rules.md explains the format. */
#ifndef PENTAD_RULES_PARSE_H
#define PENTAD_RULES_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include <pentad/base/err.h>
#include <pentad/rules/rules.h>

enum { PT_RULE_PARAMS_MAX = 12, PT_RULE_FIGURES_MAX = 12, PT_RULES_MAX = 80 };

/* What a figure of a rule counts in; also how the message prints it. */
enum pt_rule_unit {
    PT_RULE_FEN,  /* 万元 with two decimals */
    PT_RULE_YUAN, /* fen, printed in 元 */
    PT_RULE_BP,   /* percent, or 个百分点 */
    PT_RULE_CP,   /* points */
    PT_RULE_COUNT,
    PT_RULE_DAY, /* a number of days */
    PT_RULE_DATE,
    PT_RULE_TEXT
};

const char *pt_rule_unit_name(enum pt_rule_unit unit); /* "fen" */

struct pt_rule_figure {
    char label[32];
    enum pt_rule_unit unit;
    bool is_volatile; /* its change alone is no difference (day counts) */
};

struct pt_rule {
    struct pt_rule_info info;
    struct pt_rule_param params[PT_RULE_PARAMS_MAX];
    struct pt_rule_figure figures[PT_RULE_FIGURES_MAX];
    size_t n_figures;
    /* SQL, NULL where the file has no such section; its @NAMEs are filled in by the connection */
    char *views;     /* CREATE TEMP VIEW statements that the others use */
    char *touch;     /* keys that the changed records touch */
    char *all;       /* every key there is */
    char *condition; /* over temp.touched: one row a condition */
    char *agenda;    /* over temp.touched: when to look again */
    char *inputs;    /* the records a condition rests on */
    struct pt_rule_lines {
        int views, touch, all, condition, agenda, inputs;
    } lines; /* of the file: where each section's SQL begins, from 1 on; 0: no such section */
};

/* Parses one file, which has to outlive `out`. PT_E_FORMAT, and the sentence begins with the line;
 * PT_E_NOMEM. What it took is given back by pt_rule_done, also after an error. */
int pt_rule_parse(const char *text, struct pt_rule *out, struct pt_err *err);
void pt_rule_done(struct pt_rule *r);

/* All rules, parsed once; asserts that the embedded files are right. None where there was no
 * memory for them. */
const struct pt_rule *pt_rule_all(size_t *ret_n);

#endif
