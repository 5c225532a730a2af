/* The engine that runs the rules at a tick. Inside this room only.
 *
 *   changed records ──[touch]──►┐
 *   agenda due,     ───────────►├─ temp.touched ──[condition]──► condition ──► dirty ids
 *   awaited day closed          │                                   replies ──►  │
 *   parameters      ──[all]────►┘                                   due     ──►  ▼
 *                                 logged H01 (finding) ◄── compare ──────── pending H01
 *
 * A condition is stored while it fires or is unknown; clear means no row. */
#ifndef PENTAD_RULES_ENGINE_H
#define PENTAD_RULES_ENGINE_H

#include <sqlite3.h>

#include <pentad/base/arena.h>
#include <pentad/ledger/ledger.h>
#include <pentad/sql/sql.h>
#include <pentad/v1/hub.pb-c.h>

#include "parse.h"

enum { PT_STATE_CLEAR = 0, PT_STATE_FIRE = 1, PT_STATE_UNKNOWN = 2 };

enum { PT_PARAMS_MAX = 128, PT_PARTY_CAP = 33 };

struct pt_rule_stmts {
    sqlite3_stmt *touch;
    sqlite3_stmt *all;
    sqlite3_stmt *condition; /* whole */
    sqlite3_stmt *standing;  /* without the rows that are clear whatever closes after ?1 */
    sqlite3_stmt *row;       /* of these two the one that is read */
    sqlite3_stmt *agenda;
    sqlite3_stmt *inputs;
    int figure_col[PT_RULE_FIGURES_MAX];
    int through_col;    /* -1: the rule awaits nobody */
    bool awaits_named;  /* whom it awaits a figure of each condition says */
    size_t awaits_like; /* the first rule that awaits the same; itself where none before does */
    bool due;           /* as of the tick: its agenda has something for that day */
    int32_t closed;     /* as of the tick: the day that all whom it awaits have closed; where a
                           figure says whom, the day that any party has */
};

enum pt_engine_stmt {
    PT_R_TOUCH_DUE,
    PT_R_TOUCH_WAITING,
    PT_R_TOUCH_DATED,
    PT_R_CLOSED,
    PT_R_CLOSED_ANY,
    PT_R_DROP_DUE,
    PT_R_UNTOUCH,
    PT_R_OLD,
    PT_R_GET,
    PT_R_PUT,
    PT_R_DEL,
    PT_R_SEEN,
    PT_R_DIRTY,
    PT_R_FINDING,
    PT_R_FINDING_PUT,
    PT_R_WANTED_PUT,
    PT_R_PENDING_GET,
    PT_R_PENDING_DEL,
    PT_R_CONDITION_OF,
    PT_R_REPLY,
    PT_R_REF,
    PT_R_WORKDAYS,
    PT_R_COUNT
};

struct pt_engine {
    struct pt_ledger *ledger; /* borrowed */
    struct pt_sql *sql;       /* the ledger's */
    const struct pt_rule *rules;
    size_t n_rules;
    struct pt_rule_stmts *st;
    sqlite3_stmt *own[PT_R_COUNT];
    struct pt_ledger_tick tick; /* while one runs; the last one otherwise */
    struct pt_arena arena;
    struct pt_buf buf;
    struct {
        char name[64];
        int64_t value;
    } params[PT_PARAMS_MAX]; /* in force, where it isn't the default */
    size_t n_params;
    uint64_t due_tick; /* of due_day: yellow, red */
    int32_t due_day[2];
    bool new_calendar; /* the tick at hand knows of another H08 than the one before */
    bool touched;      /* temp.touched may have rows; while a tick runs: it has */
};

/* A condition row as read or computed; strings in the arena. */
struct pt_condition {
    const struct pt_rule *rule;
    size_t rule_no;
    int kind;
    const char *key;
    int32_t fy;
    const char *period;
    const char *object;
    uint8_t id[16];
    int state;
    int32_t waits; /* for this day to be closed, and unknown so long; 0: for none */
    int sev;
    const char *figures; /* lines `label TAB value`, in the rule's order */
    bool seen;           /* of a stored one: the evaluation brought it back */
};

/* engine.c: a text kept in the arena, or what e->buf holds. Never NULL: without memory it is "" and
 * pt_engine_room says so. */
const char *pt_engine_keep(struct pt_engine *e, const char *text);
const char *pt_engine_keep_buf(struct pt_engine *e);
/* 0, or PT_E_NOMEM where something since the arena's last reset found no room. */
int pt_engine_room(const struct pt_engine *e, struct pt_err *err);

/* store.c */
int pt_engine_open(struct pt_engine *e, struct pt_ledger *l, struct pt_err *err);
void pt_engine_close(struct pt_engine *e);
/* To ask and not to run: on a read handle (whose pt_ledger_read_unchanged was called) and these
 * rules, which outlive it; nothing but temporary tables is written. Views of `tried` (NULL: none)
 * are for pt_rule_check to make. A rule's statements come with pt_engine_ready. */
int pt_engine_read(struct pt_engine *e, struct pt_ledger *l, const struct pt_rule *rules, size_t n,
                   const struct pt_rule *tried, struct pt_err *err);
int pt_engine_ready(struct pt_engine *e, size_t no, struct pt_err *err);
/* The rules' views away, so that others may have their names; nothing that reads them is open. */
int pt_engine_drop_views(struct pt_engine *e, struct pt_err *err);
/* True where other rules made what is stored: everything has to be folded again. */
int pt_engine_stale(struct pt_engine *e, bool *ret_stale, struct pt_err *err);
int pt_engine_create(struct pt_engine *e, struct pt_err *err);
int pt_engine_dirty(struct pt_engine *e, const uint8_t id[16], struct pt_err *err);

/* check.c: may a rule that somebody tries be run? It only reads, and all that its header and its
 * SQL name is there. Makes its views; the engine has those of all others. PT_E_FORMAT, or
 * PT_E_FORBIDDEN where it would do anything but read; with line and section. */
int pt_rule_check(struct pt_engine *e, const struct pt_rule *r, struct pt_err *err);

/* engine.c */
int pt_engine_tick(struct pt_engine *e, const struct pt_ledger_tick *tick, struct pt_err *err);
int pt_engine_check(struct pt_engine *e, uint64_t *ret_differences, struct pt_err *err);
/* Every condition of a rule, evaluated over everything as of the last tick; clear ones too, and
 * with the figures of all. The condition lives during the call. With `key` those alone that may be
 * about that subject, and maybe some more; NULL: all. */
typedef int (*pt_engine_seen_cb)(void *ctx, const struct pt_condition *c, struct pt_err *err);
int pt_engine_survey(struct pt_engine *e, size_t no, const char *key, pt_engine_seen_cb cb,
                     void *ctx, struct pt_err *err);

/* params.c */
int pt_params_register(struct pt_engine *e, struct pt_err *err); /* SQL: param(), tick_day() */
/* Values in force today; sets changed[i] for rules whose parameters moved. */
int pt_params_refresh(struct pt_engine *e, bool *changed, struct pt_err *err);
int pt_params_load(struct pt_engine *e, struct pt_err *err);
/* The value in force, else the default of the parameter, which must be registered and a number. */
int64_t pt_param(struct pt_engine *e, const char *name);

/* NULL where no parameter is called so. */
const struct pt_rule_param *pt_param_find(struct pt_engine *e, const char *name);
/* Another value than the one in force, until they are loaded again; the parameter is registered. */
int pt_param_set(struct pt_engine *e, const char *name, int64_t value, struct pt_err *err);

/* message.c: a figure's value from its stored text, alone and as the message prints it; a figure's
 * value from its stored text, a sentence from its template. */
void pt_message_value(enum pt_rule_unit unit, const char *value, struct pt_buf *out);
void pt_message_text(struct pt_engine *e, const struct pt_condition *c, bool chinese,
                     struct pt_buf *out);
bool pt_figure_next(const char **cursor, char *label, size_t label_cap, char *value,
                    size_t value_cap);

/* who.c: the next party that a header's list (`responders`, `awaits`) names for a condition with
 * these figures; false at the list's end. */
bool pt_party_next(const char **list, const char *figures, char ret[PT_PARTY_CAP]);
bool pt_party_listed(const char *list, const char *figures, const char *party);

/* finding.c */
/* Stored figures without the volatile ones, in the arena. */
const char *pt_finding_steady(struct pt_engine *e, const struct pt_rule *r, const char *figures);
/* What should be logged of it now, if anything, is written into temp.wanted. */
int pt_finding_diff(struct pt_engine *e, const uint8_t id[16], struct pt_err *err);
/* A logged H01 becomes the state that the next tick compares with. */
int pt_finding_fold(struct pt_engine *e, int64_t rec, const Pentad__V1__Discrepancy *d,
                    struct pt_span packed, struct pt_err *err);
/* Ids that replies, approvals and passed due days touch. */
int pt_finding_touch(struct pt_engine *e, struct pt_err *err);

#endif
