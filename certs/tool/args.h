/* Private to the tool: options of one subcommand, from a table. */
#ifndef PENTAD_CERTS_TOOL_ARGS_H
#define PENTAD_CERTS_TOOL_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/err.h>

enum { PT_ARG_VALUES_MAX = 64 };

struct pt_arg {
    const char *name;  /* "--out" */
    const char *value; /* what stands for it in the help, NULL for a switch */
    const char *help;
    const char *preset; /* the value where it isn't given; NULL: none */
    bool required;
    bool many; /* may be given again */
    /* filled by pt_args_parse */
    size_t n;
    const char *values[PT_ARG_VALUES_MAX];
};

struct pt_command {
    const char *name;    /* "genesis sign" */
    const char *summary; /* one line */
    const char *detail;  /* further lines, or NULL */
    const char *example; /* a command that works */
    struct pt_arg *args;
    size_t n_args;
    int (*run)(struct pt_command *c, struct pt_err *err);
};

/* Everything must be an option that the table has. PT_E_USAGE with what is wrong. */
int pt_args_parse(struct pt_command *c, int argc, char **argv, struct pt_err *err);
void pt_args_help(const struct pt_command *c);
/* The option must be in the table. NULL where it was neither given nor preset. */
const char *pt_args_get(const struct pt_command *c, const char *name);
bool pt_args_given(const struct pt_command *c, const char *name);
/* All values of a repeatable option; *ret_n may be 0. */
const char *const *pt_args_all(const struct pt_command *c, const char *name, size_t *ret_n);
/* A whole number from min to max. */
int pt_args_int(const struct pt_command *c, const char *name, int64_t min, int64_t max,
                int64_t *ret, struct pt_err *err);

#endif
