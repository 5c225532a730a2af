/* What the commands of `pentad` share: options, where answers come from (a hub, or a data folder
 * without one), what a verifier trusts, printing. One thread. */
#ifndef PENTAD_CLI_CLI_H
#define PENTAD_CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/base/language.h>
#include <pentad/client/http.h>
#include <pentad/client/trust.h>
#include <pentad/runtime/config.h>

#define CLI_ANSWER_MAX (256u * 1024 * 1024)

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_UNUSABLE = 2 };

/* Options that several commands take; a command's own follow in `rest`. */
struct cli_options {
    const char *config; /* --config FILE or $PENTAD_CONFIG: a connector's configuration */
    const char *data;   /* --data DIR: a hub's data folder, instead of a hub */
    const char *hub;    /* --hub URL instead of the configuration's */
    const char *trust;  /* --trust DIR or $PENTAD_TRUST: genesis.hash and policy.txt */
    const char *out;    /* --out FILE */
    const char *known_at, *valid_at, *year;
    const char *rule, *subject, *severity, *responder, *status, *depth;
    const char *kind, *text;
    const char *purpose;              /* what a record is read for */
    const char *jobs, *resume;        /* of log check */
    const char *party, *reason, *key; /* of key change and recover */
    const char *basis;                /* of erase */
    const char *quorum, *clock;       /* of policy change */
    const char **evidence;            /* as often as it was said, as those below */
    int n_evidence;
    const char **add, **retire; /* keys */
    int n_add, n_retire;
    const char **witness, **without; /* of policy change */
    int n_witness, n_without;
    bool json, html, markdown, chinese, english, help, quiet, count, inputs, summary, push, overdue,
        no_replay, batch, reject, noted;
    const char **args; /* what is left, in order; points into argv */
    int n_args;
};
#define CLI_ARGS_ANY 1000

struct cli_command {
    const char *name;
    const char *what;  /* one line */
    const char *usage; /* the whole --help text, with an example */
    int min_args, max_args;
    const char *wants, *wants_zh;            /* said where the number of arguments is another */
    int (*run)(const struct cli_options *o); /* returns the exit code */
    int (*main)(int argc, char **argv);      /* instead of run: reads its arguments itself */
};

/* Reads the arguments of `cmd`, answers --help, runs it. */
int pt_cli_run(const struct cli_command *cmd, int argc, char **argv);

/* --zh or --en of these arguments is the language of what is said from here on; with --json, which
 * is for programs, it is English. */
void pt_cli_choose_language(int argc, char **argv);
/* "pentad: <sentence> (<code>)" on stderr. Returns EXIT_UNUSABLE where what was asked can't be
 * asked (PT_E_USAGE, of the hub too), else EXIT_FAILED. */
int pt_cli_fail(const struct pt_err *err);
int pt_cli_misuse(const struct cli_command *cmd, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Decimal digits alone, fewer than 19. */
bool pt_cli_is_number(const char *text);

/* What people read for a code (OPEN, R, finance, REPLACE): the glossary's Chinese word, or the code
 * itself. Records' and streams' ids, CSV and JSON keep codes. */
const char *pt_cli_word(const char *code, bool zh);
/* A party's name in the language that people read. */
const char *pt_cli_party(const char *party);
/* What ledgers and hubs say most of an error, in Chinese; `english` itself where it is another. */
#define CLI_TOLD_MAX 512
const char *pt_cli_told(const char *english, char out[CLI_TOLD_MAX]);
/* The end of an English plural: "s", "" for one. */
const char *pt_cli_s(long long n);

/* Messages in Chinese? --zh, --en, else by the locale. */
bool pt_cli_chinese(const struct cli_options *o);

/* A hub, by the configuration's identity. */
struct cli_hub {
    struct pt_config *config;
    struct pt_http_client *http;
};
int pt_cli_hub_open(const struct cli_options *o, struct cli_hub *ret, struct pt_err *err);
void pt_cli_hub_close(struct cli_hub *h);
/* To stdout, with U+FFFD for whatever a screen wouldn't only show. */
void pt_cli_print_shown(const char *s, size_t len);
/* GET that answers JSON; *ret is a new reference. Its strings are safe to print. */
int pt_cli_get_json(struct cli_hub *h, const char *path, json_t **ret, struct pt_err *err);

/* Where an answer comes from: a hub, or with --data its ledger.db, read beside it. */
struct pt_ledger;
struct cli_answers {
    struct cli_hub hub;
    struct pt_ledger *ledger; /* NULL: ask the hub */
};
int pt_cli_answers_open(const struct cli_options *o, struct cli_answers *ret, struct pt_err *err);
void pt_cli_answers_close(struct cli_answers *a);
/* What a command asks and how it shows the answer where --json isn't said. */
struct cli_question {
    int (*ask)(const struct cli_options *o, struct cli_answers *a, json_t **ret,
               struct pt_err *err);
    void (*print)(const struct cli_options *o, const json_t *answer);
};
/* Asks, prints the answer or what went wrong; the command's exit status. */
int pt_cli_answer(const struct cli_options *o, const struct cli_question *q);
/* "PROJECT:37…/2019/FG3" or with a bare key. The parts are copied. */
struct cli_figure {
    char subject[200], figure[16];
    int32_t year;
};
/* "finance/main#12". PT_E_USAGE. */
struct pt_ref;
int pt_cli_ref_parse(const char *text, struct pt_ref *ret, struct pt_err *err);
/* What is said with an option, checked as the connector would check it later, when nobody is
 * looking: `text` (NULL: nothing) has no control characters and at most `max` characters.
 * PT_E_USAGE. */
int pt_cli_check_text(const char *option, const char *text, size_t max, struct pt_err *err);
/* 0; PT_E_USAGE where it isn't a figure (it may be a record's id then). */
int pt_cli_figure_parse(const char *text, struct cli_figure *ret, struct pt_err *err);
/* --valid-at, else the day of the last tick; yyyymmdd. For answers from a ledger: the hub has the
 * same default. */
int pt_cli_valid_at(const struct cli_options *o, struct pt_ledger *l, int32_t *ret_valid_at,
                    struct pt_err *err);
/* --known-at, a log size or a day (then that day's last tick), as a log size; else PT_KNOWN_NOW.
 * PT_E_NOT_FOUND: no tick up to that day; PT_E_RANGE: the ledger isn't there yet. */
int pt_cli_known_at(const struct cli_options *o, struct pt_ledger *l, uint64_t *ret_log_size,
                    struct pt_err *err);
/* Appends "?a=b&c=d" pieces with escaping; `first` moves from '?' to '&'. */
void pt_cli_query_add(struct pt_buf *path, char *first, const char *name, const char *value);
void pt_cli_path_escape(struct pt_buf *path, const char *text);

/* --trust, else the configuration's. */
int pt_cli_trust(const struct cli_options *o, struct pt_trust *ret, struct pt_err *err);

/* Writes to --out durably, or to stdout. */
int pt_cli_output(const struct cli_options *o, struct pt_span bytes, struct pt_err *err);
/* A page that was gathered in `page`, which ends here; says what failed. An EXIT_… code. */
int pt_cli_page_done(const struct cli_options *o, struct pt_buf *page);
int pt_cli_print_json(json_t *j);
/* Where --out is to be a new file: EXIT_UNUSABLE, and a sentence, where one is there. */
int pt_cli_out_is_new(const struct cli_command *cmd, const struct cli_options *o);

/* cmd_ledger.c: the first `size` entries of the log in `dir`, folded into the ledger `into`, with
 * progress on a terminal. digest: of that ledger, or NULL. */
struct pt_fold_state;
int pt_cli_fold_log(const char *dir, const char *into, uint64_t size, struct pt_fold_state *ret,
                    uint8_t digest[32], struct pt_err *err);
/* The same, for who looks on the way. Their code ends it. */
struct pt_fold;
struct pt_store_entry;
struct cli_look {
    /* Each entry before it is folded; may be NULL. */
    int (*read)(void *ctx, const struct pt_store_entry *e, struct pt_err *err);
    /* Once `size` entries are folded and committed, for each of stops that the log reaches. */
    int (*stop)(void *ctx, struct pt_fold *f, uint64_t size, struct pt_err *err);
    const uint64_t *stops; /* ascending, each once */
    size_t n_stops;
    void *ctx;
};
int pt_cli_fold_log_look(const char *dir, const char *into, uint64_t size,
                         const struct cli_look *look, struct pt_err *err);

/* What a ledger.db says, read at one moment. */
struct cli_ledger_said {
    uint64_t cursor;
    uint8_t digest[32], schema[32];
    int unsound;       /* why its indexes aren't those of its tables; 0 */
    struct pt_err why; /* of that */
};
/* Of the one in `dir`; with `examine` also schema and unsound. */
int pt_cli_ledger_said(const char *dir, bool examine, struct cli_ledger_said *ret,
                       struct pt_err *err);

extern const struct cli_command cmd_status, cmd_brief, cmd_discrepancy, cmd_subject, cmd_trace,
    cmd_rules, cmd_rules_explain, cmd_rules_try, cmd_catalogue, cmd_evidence, cmd_verify, cmd_log,
    cmd_ledger, cmd_snapshot, cmd_push, cmd_letters, cmd_approve, cmd_lift, cmd_erase, cmd_close,
    cmd_key, cmd_key_change, cmd_key_recover, cmd_policy, cmd_policy_change, cmd_doctor,
    cmd_selftest;

#endif
