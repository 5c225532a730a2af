/* pentad rules: what the rules compare, as their own files say it; docs/rules.md is its
 * --markdown. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <pentad/rules/rules.h>

#include "cli.h"
#include "reference.h"

enum { PAGE_MAX = 4 * 1024 * 1024 };

static const struct cli_command cmd_list;

/* "D Y/R": when it is looked at, and how grave it is. */
static const char *when_word(const char *when) {
    switch (when[0]) {
    case 'E':
        return "when a record it reads comes";
    case 'D':
        return "when a day comes";
    case 'M':
        return "when a month ends";
    case 'T':
        return "on one day of the year, and when a record it reads comes after it";
    default:
        return when;
    }
}

static const char *severity_word(const char *when) {
    const char *s = strchr(when, ' ');
    static const struct {
        const char *code, *word;
    } words[] = {{"R", "red"}, {"Y", "yellow"}, {"I", "information"}, {"Y/R", "yellow, or red"}};
    for (size_t i = 0; s && i < sizeof words / sizeof *words; i++) {
        if (strcmp(s + 1, words[i].code) == 0) {
            return words[i].word;
        }
    }
    return s ? s + 1 : "";
}

/* ---- Markdown ---- */

static const char page_head[] =
    "# Rules 比对规则\n"
    "\n"
    "What the hub compares, and what it says where two facts don't agree or a duty is unmet. Each "
    "rule is a file of SQL in `hub/rules/sql` with its header; this page\n"
    "is printed from those headers by `pentad rules --markdown`, and a test compares the two. "
    "`pentad rules K04` shows one with its SQL,\n"
    "[writing-rules.md](writing-rules.md) says how one is written.\n"
    "\n"
    "Rules run at ticks and nowhere else, for what changed or fell due since the last one. What "
    "they find is a record, H01, opened once for each (rule, subject, fiscal\n"
    "year, period, object), said again when its severity or its figures change, and closed by the "
    "hub when the condition no longer holds. Those who must answer do so with\n"
    "an H02 (CORRECTED, EXPLAIN, DISPUTE, RECTIFIED); the office may WAIVE. A condition that can't "
    "be judged yet is UNKNOWN and raises nothing. Amounts in messages are\n"
    "万元 (10,000 yuan) unless they say 元.\n"
    "\n"
    "*Basis* names [requirements](requirements.md) (R-n) and articles of law: 预算法 budget law, "
    "审计法 audit law.\n"
    "\n"
    "Parameters take their value from the office's rule parameters (H07) in force on the tick's "
    "day, else the default here.\n"
    "\n";

static void param_markdown(struct pt_buf *out, const char *before, const struct pt_rule_param *p,
                           const char *after) {
    (void)pt_buf_printf(out, "%s`%s` (%s), default %s: %s; %s%s\n", before, p->name, p->type,
                        p->fallback, p->text_zh, p->text_en, after);
}

/* A list of parties; one that each finding names itself is written {figure}. */
static void put_parties(struct pt_buf *out, const char *list) {
    size_t n;
    for (const char *p = list; *p; p += n + (p[n] == ' ')) {
        n = strcspn(p, " ");
        (void)pt_buf_printf(out, "%s%.*s", p > list ? " " : "", p[0] == '{' ? INT_MAX : (int)n,
                            p[0] == '{' ? "whom the finding names 情形所指的一方" : p);
    }
}

static void overview_markdown(struct pt_buf *out, const struct pt_rule_info *r, size_t n) {
    size_t n_common = 0;
    const struct pt_rule_param *common = pt_rules_common_params(&n_common);
    (void)pt_buf_puts(out, "Those of no one rule:\n\n");
    for (size_t i = 0; i < n_common; i++) {
        param_markdown(out, "- ", &common[i], "");
    }
    (void)pt_buf_putc(out, '\n');
    (void)pt_buf_puts(out,
                      "| rule | | compares | severity | answered by |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < n; i++) {
        (void)pt_buf_printf(out, "| [%s](#%c%s) | %s %s | %s | %s | ", r[i].id, r[i].id[0] + 32,
                            r[i].id + 1, r[i].name_zh, r[i].name_en, r[i].reads,
                            severity_word(r[i].when));
        put_parties(out, r[i].responders);
        (void)pt_buf_puts(out, " |\n");
    }
}

static void row_markdown(struct pt_buf *out, const char *name, const char *value) {
    if (value[0]) {
        (void)pt_buf_printf(out, "| %s | ", name);
        pt_cli_markdown_text(out, value);
        (void)pt_buf_puts(out, " |\n");
    }
}

static void row_parties(struct pt_buf *out, const char *name, const char *list) {
    if (list[0]) {
        (void)pt_buf_printf(out, "| %s | ", name);
        put_parties(out, list);
        (void)pt_buf_puts(out, " |\n");
    }
}

static void rule_markdown(struct pt_buf *out, const struct pt_rule_info *r) {
    (void)pt_buf_printf(out, "\n## %s\n\n**%s**, %s\n\n", r->id, r->name_zh, r->name_en);
    (void)pt_buf_printf(out, "%s\n\n%s\n\n| | |\n|---|---|\n", r->remarks_en, r->remarks_zh);
    row_markdown(out, "records of", r->parties);
    row_markdown(out, "reads", r->reads);
    row_markdown(out, "looked at", when_word(r->when));
    row_parties(out, "waits for the closed day of", r->awaits);
    row_markdown(out, "severity", severity_word(r->when));
    row_markdown(out, "basis", r->basis);
    row_markdown(out, "says", r->message_zh);
    row_markdown(out, "", r->message_en);
    row_markdown(out, "cleared by", r->clears_zh);
    row_markdown(out, "", r->clears_en);
    row_parties(out, "answered by", r->responders);
    row_markdown(out, "scope", r->scope);
    row_markdown(out, "a condition's key", r->keys);
    for (size_t i = 0; i < r->n_params; i++) {
        param_markdown(out, "| parameter | ", &r->params[i], " |");
    }
}

/* ---- JSON ---- */

static json_t *rule_json(const struct pt_rule_info *r) {
    json_t *params = json_array();
    for (size_t i = 0; i < r->n_params; i++) {
        const struct pt_rule_param *p = &r->params[i];
        (void)json_array_append_new(
            params, json_pack("{s:s,s:s,s:s,s:s,s:s}", "name", p->name, "type", p->type, "default",
                              p->fallback, "text_zh", p->text_zh, "text_en", p->text_en));
    }
    return json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:s,s:s,s:s,s:s,s:s,s:s}", "id",
        r->id, "name_zh", r->name_zh, "name_en", r->name_en, "parties", r->parties, "reads",
        r->reads, "when", r->when, "basis", r->basis, "message_zh", r->message_zh, "message_en",
        r->message_en, "clears_zh", r->clears_zh, "clears_en", r->clears_en, "responders",
        r->responders, "params", params, "awaits", r->awaits, "remarks_zh", r->remarks_zh,
        "remarks_en", r->remarks_en, "keys", r->keys, "scope", r->scope, "sql", r->sql);
}

static int print_json(const struct pt_rule_info *rules, size_t n) {
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++) {
        (void)json_array_append_new(a, rule_json(&rules[i]));
    }
    int rc = pt_cli_print_json(a);
    json_decref(a);
    return rc;
}

/* ---- a terminal ---- */

static void list_text(struct pt_buf *out, const struct pt_rule_info *r, size_t n, bool chinese) {
    for (size_t i = 0; i < n; i++) {
        (void)pt_buf_printf(out, "  %s  %-5s %-12s %s\n", r[i].id, r[i].when, r[i].reads,
                            chinese ? r[i].name_zh : r[i].name_en);
    }
    (void)pt_buf_puts(out, chinese ? "\n  全文：pentad rules K04\n"
                                   : "\n  one with its SQL: pentad rules K04\n");
}

static int rules(const struct cli_options *o) {
    size_t n = 0;
    const struct pt_rule_info *list = pt_rules_list(&n);
    struct pt_buf out;
    if (o->n_args == 1) {
        list = pt_rules_find(o->args[0]);
        n = 1;
        if (!list) {
            return pt_cli_misuse(&cmd_list, PT_SAY("there is no rule %s", "没有规则%s"),
                                 o->args[0]);
        }
    }
    if (o->json) {
        return print_json(list, n) ? EXIT_FAILED : EXIT_OK;
    }
    pt_buf_init(&out, PAGE_MAX);
    if (o->markdown) {
        (void)pt_buf_puts(&out, page_head);
        overview_markdown(&out, list, n);
        for (size_t i = 0; i < n; i++) {
            rule_markdown(&out, &list[i]);
        }
    } else if (o->n_args == 1) {
        (void)pt_buf_puts(&out, list->sql);
    } else {
        list_text(&out, list, n, pt_cli_chinese(o));
    }
    return pt_cli_page_done(o, &out);
}

static const struct cli_command cmd_list = {
    .name = "rules",
    .what = "what the hub compares, with the basis and the message of each rule",
    .usage = "usage: pentad rules [RULE] [--json | --markdown] [--out FILE] [--zh|--en]\n"
             "\n"
             "       pentad rules explain RULE …, pentad rules try …\n"
             "\n"
             "Lists the rules; with a RULE its file: the header and the SQL that the hub runs.\n"
             "\n"
             "  explain      why a rule fires or doesn't for one subject: operands, parameters, "
             "records\n"
             "  try          what another parameter or another rule would raise, clear and change\n"
             "               (each has its own --help)\n"
             "\n"
             "  RULE         K04\n"
             "  --markdown   the whole reference: docs/rules.md is this\n"
             "  --json       for machines\n"
             "\n"
             "exit: 0 done, 1 it failed, 2 wrong use\n"
             "\n"
             "example: pentad rules K04\n",
    .min_args = 0,
    .max_args = 1,
    .wants = "one rule at a time",
    .wants_zh = "一次一条规则",
    .run = rules};

/* The word behind `rules` names a part of it, or is a rule. */
static int dispatch(int argc, char **argv) {
    const struct cli_command *cmd = &cmd_list;
    if (argc > 1 && strcmp(argv[1], "explain") == 0) {
        cmd = &cmd_rules_explain;
    } else if (argc > 1 && strcmp(argv[1], "try") == 0) {
        cmd = &cmd_rules_try;
    }
    return cmd == &cmd_list ? pt_cli_run(cmd, argc, argv) : pt_cli_run(cmd, argc - 1, argv + 1);
}

const struct cli_command cmd_rules = {
    .name = "rules",
    .what = "what the hub compares; why a rule says what it says; what another would say",
    .main = dispatch};
