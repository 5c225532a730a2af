/* What `pentad rules explain` and `pentad rules try` share: a probe of a hub's ledger, and how
 * operands read. One thread. */
#ifndef PENTAD_CLI_ASKING_H
#define PENTAD_CLI_ASKING_H

#include <pentad/base/progress.h>
#include <pentad/rules/explain.h>

#include "answering.h"
#include "cli.h"

/* Shows that it is still at work once that has taken a while. In one piece that isn't moved. */
struct cli_probe {
    struct pt_probe *p;
    struct pt_progress progress;
    int64_t since_us;
};
int pt_cli_probe_open(const char *ledger, struct cli_probe *ret, struct pt_err *err);
void pt_cli_probe_close(struct cli_probe *p);

/* --depth, else `fallback`; with --json as much as there is. */
size_t pt_cli_depth(const struct cli_options *o, size_t fallback);
/* "12.30 %": a figure's text with what it counts in; "—" where the rule gave none. */
void pt_cli_operand(const json_t *figure, bool zh, char *out, size_t cap);
/* Is that figure's text there in the reader's language too ("basis" beside "basis_en")? */
bool pt_cli_other_language(const json_t *figures, const json_t *figure, bool zh);
/* "2019 201906 CONTRACT-7": year, period and object, as far as there are any. */
void pt_cli_print_where(const json_t *condition);
/* "  … 12 more (--depth N shows more)", nothing for 0. */
void pt_cli_print_more(const char *indent, long long n, bool zh);

#endif
