/* What explain.c and try.c share of a probe. Inside this room only. */
#ifndef PENTAD_RULES_PROBE_H
#define PENTAD_RULES_PROBE_H

#include <pentad/rules/explain.h>

#include "engine.h"

enum { PT_PROBE_SETS_MAX = 32 };

struct pt_probe {
    struct pt_ledger *ledger;
    struct pt_engine engine; /* of `rules`, or of those that there are */
    struct pt_arena said;    /* what a callback is told */
    struct pt_rule *rules;   /* with the tried one among them; NULL: none is tried */
    size_t n_rules;
    struct pt_rule tried;
    size_t tried_no; /* in rules */
    bool is_new;
    char *text;     /* of the tried file */
    char file[200]; /* its name */
    struct {
        char name[64];
        int64_t value;
    } sets[PT_PROBE_SETS_MAX];
    size_t n_sets;
    pt_probe_watch_cb watch;
    void *watch_ctx;
    uint64_t evaluated;
    bool gave_up;
    bool reading;
};

/* The engine anew, of these rules; the views of `tried` aren't made. */
int pt_probe_engine(struct pt_probe *p, const struct pt_rule *rules, size_t n,
                    const struct pt_rule *tried, struct pt_err *err);
/* As pt_engine_survey of a rule that is made ready; counts, and says so where the watch gave up. */
int pt_probe_survey(struct pt_probe *p, size_t no, const char *key, pt_engine_seen_cb cb, void *ctx,
                    struct pt_err *err);

/* Figures from stored lines, in p->said: PT_RULE_FIGURES_MAX of them have room in `out`. */
void pt_probe_figures(struct pt_probe *p, const struct pt_rule *r, const char *lines,
                      struct pt_probe_figure *out);
/* A condition's message, in p->said. */
const char *pt_probe_message(struct pt_probe *p, const struct pt_condition *c, bool chinese);
const char *pt_probe_severity(int sev);

#endif
