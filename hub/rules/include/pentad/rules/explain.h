/* The rules asked instead of run: why a rule says what it says of one subject, and what would be
 * said if parameters had other values or a rule were another. Reads the ledger as it stood when the
 * probe was opened, beside whoever writes it; what it makes are temporary tables of its own.
 * Knows: ledger, rules. Must not know: the network, the log's store, a clock, how answers look.
 * Threads: one thread owns a probe. Strings and arrays that a callback is handed live until it
 * returns; an error of its own ends the call and is what the call returns. */
#ifndef PENTAD_RULES_EXPLAIN_H
#define PENTAD_RULES_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/rules/rules.h>

struct pt_probe;

/* PT_E_NOT_FOUND: there is no ledger of this version at `path`. */
int pt_probe_open(const char *path, struct pt_probe **ret_probe, struct pt_err *err);
void pt_probe_close(struct pt_probe *p); /* NULL is fine */

/* Called often while SQL runs, with how many conditions were evaluated so far; true: give up, and
 * what was asked is PT_E_TIMEOUT. */
typedef bool (*pt_probe_watch_cb)(void *ctx, uint64_t evaluated);
void pt_probe_watch(struct pt_probe *p, pt_probe_watch_cb cb, void *ctx);

/* What the answers are true at. */
struct pt_probe_moment {
    uint64_t log_size;
    int32_t tick_day; /* yyyymmdd; 0: no tick yet */
};
void pt_probe_moment(struct pt_probe *p, struct pt_probe_moment *ret);

/* ---- explain ---- */

struct pt_probe_figure {
    const char *label;
    const char *unit;  /* fen, yuan, bp, cp, count, day, date, text */
    const char *value; /* as the rule computed it; NULL: it gave none */
    const char *text;  /* as messages print it; NULL as value */
};

struct pt_probe_record {
    const char *id;   /* "finance/main#12" */
    const char *type; /* "X01" */
};

struct pt_probe_param {
    const struct pt_rule_param *param;
    const char *value;             /* in force on the tick's day */
    struct pt_probe_record set_by; /* the H07 that says so; id NULL: the default */
};

struct pt_probe_condition {
    const char *state;    /* FIRE, CLEAR, UNKNOWN */
    const char *severity; /* I, Y, R */
    int32_t fiscal_year;  /* 0: none */
    const char *period;
    const char *object;
    int32_t awaits_day;     /* UNKNOWN until this day is closed, yyyymmdd; 0: it awaits none */
    const char *awaits;     /* by these parties, with spaces between */
    const char *message_zh; /* what the discrepancy says; "" where it doesn't fire */
    const char *message_en;
    const char *const *responders; /* who has to answer */
    size_t n_responders;
    const struct pt_probe_figure *figures;
    size_t n_figures;
    const struct pt_probe_record *inputs; /* records it rests on */
    size_t n_inputs;
    const char *discrepancy; /* id of the one that the log has; NULL: none */
    const char *status;      /* its OPEN, REPLIED, CLOSED, WAIVED */
};

struct pt_probe_explained {
    const struct pt_rule_info *rule;
    int kind; /* SUBJECT_KIND_…; 0: asked for what is about no subject */
    const char *key, *name;
};

struct pt_probe_teller {
    void *ctx;
    int (*begin)(void *ctx, const struct pt_probe_explained *what, struct pt_err *err); /* first */
    int (*param)(void *ctx, const struct pt_probe_param *p, struct pt_err *err);
    int (*condition)(void *ctx, const struct pt_probe_condition *c, struct pt_err *err);
};

/* Evaluates the rule afresh, with the day of the last tick, and tells each condition of the subject
 * ("PROJECT:370…"; NULL: those about no subject) and year (0: all). PT_E_NOT_FOUND: no such rule or
 * subject. */
int pt_probe_explain(struct pt_probe *p, const char *rule, const char *subject, int32_t year,
                     const struct pt_probe_teller *teller, struct pt_err *err);

/* ---- try ---- */

/* Another value of a parameter: "k26.dev_bp=-1500". PT_E_NOT_FOUND: none is called so;
 * PT_E_FORMAT: it is no whole number. */
int pt_probe_set(struct pt_probe *p, const char *assignment, struct pt_err *err);
/* A rule file instead of the rule of its id, or beside all others; `name` begins what is said of
 * its faults, with line and section. PT_E_FORMAT, and PT_E_FORBIDDEN where its SQL would do
 * anything but read. Before pt_probe_set of a parameter that it brings. One a probe. */
int pt_probe_rule(struct pt_probe *p, const char *name, const char *text, struct pt_err *err);

enum pt_probe_what {
    PT_PROBE_RAISED,  /* fires now and didn't */
    PT_PROBE_CLEARED, /* fired and no longer does */
    PT_PROBE_CHANGED, /* fires with another severity or other figures */
    PT_PROBE_UNKNOWN  /* fired and can't be judged: the discrepancy stays as it is */
};

struct pt_probe_change {
    enum pt_probe_what what;
    int kind;
    const char *key, *name;
    int32_t fiscal_year;
    const char *period, *object;
    const char *severity, *severity_was; /* "" where it doesn't fire */
    const char *message_zh, *message_en; /* as it would be; of one cleared: as it is */
    const struct pt_probe_figure *figures, *figures_was; /* none where it doesn't fire */
    size_t n_figures, n_figures_was;
};

/* Of one rule, before its changes. */
struct pt_probe_tried {
    const struct pt_rule_info *rule;
    bool is_new; /* there is no rule of that id yet */
    uint64_t fires_was, fires;
};

struct pt_probe_trier {
    void *ctx;
    int (*rule)(void *ctx, const struct pt_probe_tried *t, struct pt_err *err);
    int (*change)(void *ctx, const struct pt_probe_change *c, struct pt_err *err);
};

/* Every rule that a set parameter or the tried file touches, evaluated over the whole ledger as it
 * is and as it would be, and told where the two differ. */
int pt_probe_try(struct pt_probe *p, const struct pt_probe_trier *trier, struct pt_err *err);

#endif
