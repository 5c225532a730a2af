/* A connector's configuration: one YAML file, read by schema (an unknown key is an error with its
 * line). Relative paths are taken from the file's own folder. docs/connector.md describes it.
 * Read-only once loaded: any thread. */
#ifndef PENTAD_RUNTIME_CONFIG_H
#define PENTAD_RUNTIME_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/base/err.h>

#define PT_CONFIG_SOURCES_MAX 256

struct pt_yaml;

struct pt_config_var {
    char *name, *value;
};

struct pt_config_source {
    char *mapping; /* absolute after loading */
    char *path;
    struct pt_config_var *vars;
    uint32_t vars_count;
};

struct pt_config_column {
    char *name, *path;
};

struct pt_config_sink_type {
    char *type;
    char *file;
    struct pt_config_column *columns;
    uint32_t columns_count;
};

struct pt_config_sink {
    char *dir;
    bool bom;
    char **deliver; /* record codes; none: what others wrote and what the hub raised for us */
    uint32_t deliver_count;
    struct pt_config_sink_type *types;
    uint32_t types_count;
};

struct pt_config_keys {
    char *signing, *tls_key, *tls_cert, *ca, *crl;
    char *sealing;   /* NULL: what is sealed to this party is delivered without its content */
    char *cosigning; /* NULL: this connector is no witness */
};

struct pt_config_trust {
    char *genesis, *policy;
};

/* What this connector counts by itself and says as SealedCount: the records of a type that it sent
 * in a month, the clues that came in a month, or the matters of its own system that were to be
 * passed on and weren't. */
struct pt_config_count {
    char *type;     /* "D01"; or: */
    char *received; /* "D01": those that discipline received, dummies left out; or: */
    char *rule;     /* "K57" */
    char *path;     /* the matters, one a row; it stays here */
    char *number;   /* heading of the column with the document number of the matter's record */
    char *day;      /* of the column with the day on which passing it on was advised */
    char *encoding; /* default utf-8 */
    int32_t days;   /* that it may take; default 30 */
};
#define PT_CONFIG_COUNTS_MAX 8

/* "1-3": from 1 day on and before 3 days are over. */
struct pt_config_days {
    char *text;
    int32_t from, to;
};

/* The sender's dummies: one clue a slot, real or not. docs/decisions/0036. */
struct pt_config_dummies {
    char *every; /* "1d", "12h" */
    int64_t every_ms;
    bool hold;        /* clues wait for their slot; default yes */
    int32_t ack_days; /* every clue's ack_due, days after it is sent; default 5 */
};

/* Discipline's answers, to dummies and, where they wait for the same moments, to clues. Days count
 * from when discipline's connector read the clue; on the replay clock, from when it was sent. */
struct pt_config_dummy_answers {
    struct pt_config_days receipt, outcome, final; /* D02; the first D03; the second */
    int32_t feedback_days; /* every receipt's feedback_due, days after it; default 90 */
    int32_t interim;       /* of 100 dummies, how many get an interim outcome first; default 50 */
    int32_t not_competent; /* and how many aren't accepted; default 10 */
    bool hold;             /* answers to clues wait for their moment; default yes */
};

struct pt_config {
    char *party, *stream, *system;
    char *hub;   /* https://host:port */
    char *state; /* folder of connector.db */
    struct pt_config_keys keys;
    struct pt_config_trust trust;
    struct pt_config_source *sources;
    uint32_t sources_count;
    struct pt_config_count *counts;
    uint32_t counts_count;
    struct pt_config_dummies *dummies;             /* NULL: sends none */
    struct pt_config_dummy_answers *dummy_answers; /* NULL: answers none */
    struct pt_config_sink *sink;                   /* NULL: deliver nothing */
    int32_t silent_hours; /* a witness that cosigns nothing for longer is an alarm */
    bool attest;          /* folds the log itself and says of each H03 whether it is the same */
    char *until;          /* replay clock only: the last day, after which the stream is closed */
    int32_t poll_s;       /* live clock: how often sources are looked at; default 5 */
    int32_t until_day;    /* parsed from `until`, 0 if absent */
    char *folder;         /* of the file */
    struct pt_yaml *file; /* what all this was read from */
};

/* PT_E_CONFIG with file, line and what to do; PT_E_NOMEM. */
int pt_config_load(const char *path, struct pt_config **ret, struct pt_err *err);
void pt_config_free(struct pt_config *c);

#endif
