/* pentad rules try: what another parameter or another rule would say, before it is signed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>
#include <pentad/brief/explain.h>

#include "asking.h"

#define CHANGES_SHOWN 10
#define RULE_FILE_MAX (256u * 1024)

/* ---- trying ---- */

static int load_rule(struct cli_probe *p, const char *file, struct pt_err *err) {
    struct pt_buf text;
    pt_buf_init(&text, RULE_FILE_MAX);
    int rc = pt_file_read(file, &text, err);
    if (rc == 0 && memchr(pt_buf_cstr(&text), '\0', text.len)) {
        rc = pt_err_set(err, PT_E_TEXT, PT_SAY("%s: is no text", "%s：不是文本"), file);
    }
    if (rc == 0) {
        rc = pt_probe_rule(p->p, file, pt_buf_cstr(&text), err);
    }
    pt_buf_done(&text);
    return rc;
}

static int ask(const struct cli_options *o, json_t **ret, struct pt_err *err) {
    struct cli_probe p = {.p = NULL};
    char path[4096];
    int rc = pt_path_join(path, sizeof path, o->data, "ledger.db") == 0
                 ? pt_cli_probe_open(path, &p, err)
                 : pt_err_set(err, PT_E_USAGE,
                              PT_SAY("--data: the path is too long", "--data：路径过长"));
    if (rc == 0 && o->rule) {
        rc = load_rule(&p, o->rule, err);
    }
    for (int i = 0; i < o->n_args && rc == 0; i++) {
        rc = pt_probe_set(p.p, o->args[i], err);
        rc = rc ? pt_err_set(err, PT_E_USAGE, "%s", err->msg) : 0;
    }
    if (rc == 0) {
        rc = pt_try_json(p.p, pt_cli_depth(o, CHANGES_SHOWN), ret, err);
    }
    pt_cli_probe_close(&p);
    return rc;
}

/* ---- showing ---- */

static const json_t *labelled(const json_t *figures, const char *label) {
    size_t i;
    json_t *f;
    json_array_foreach(figures, i, f) {
        if (strcmp(pt_cli_text(f, "label"), label) == 0) {
            return f;
        }
    }
    return NULL;
}

/* "p 12.30 %, x 8.10 → 9.00 %": where there were others, both. */
static void print_operands(const json_t *c, bool zh) {
    const json_t *now = json_object_get(c, "figures");
    const json_t *was = json_object_get(c, "figures_was");
    const json_t *list = json_array_size(now) > 0 ? now : was;
    size_t i;
    json_t *f;
    const char *join = "             ";
    json_array_foreach(list, i, f) {
        const json_t *before = list == now ? labelled(was, pt_cli_text(f, "label")) : NULL;
        char a[600] = "", b[600];
        if (pt_cli_other_language(list, f, zh)) {
            continue;
        }
        pt_cli_operand(f, zh, b, sizeof b);
        if (before) {
            pt_cli_operand(before, zh, a, sizeof a);
        }
        bool moved = before && strcmp(a, b) != 0;
        printf("%s%s %s%s%s", join, pt_cli_text(f, "label"), moved ? a : "", moved ? " → " : "", b);
        join = zh ? "，" : ", ";
    }
    if (json_array_size(list) > 0) {
        putchar('\n');
    }
}

static void print_change(const json_t *c, bool zh) {
    const char *was = pt_cli_text(c, "severity_was"), *now = pt_cli_text(c, "severity");
    printf("  %-8s %s", pt_cli_word(pt_cli_text(c, "what"), zh), pt_cli_word(*was ? was : now, zh));
    if (*was && *now && strcmp(was, now) != 0) {
        printf(" → %s", pt_cli_word(now, zh));
    }
    pt_cli_print_where(c);
    printf("\n             %s\n", pt_cli_text(c, zh ? "message_zh" : "message_en"));
    print_operands(c, zh);
}

static long long number(const json_t *o, const char *name) {
    return (long long)json_integer_value(json_object_get(o, name));
}

static void print_rule(const json_t *r, bool zh) {
    size_t i;
    json_t *c;
    printf("%s  %s%s\n", pt_cli_text(r, "rule"), pt_cli_text(r, zh ? "name_zh" : "name_en"),
           !json_is_true(json_object_get(r, "new")) ? ""
           : zh                                     ? "（新规则）"
                                                    : "  (a new rule)");
    printf(zh ? "  现触发 %lld 项，拟触发 %lld 项：新增 %lld，销号 %lld，变化 %lld"
              : "  %lld fire, %lld would: %lld raised, %lld cleared, %lld changed",
           number(r, "fires_was"), number(r, "fires"), number(r, "raised"), number(r, "cleared"),
           number(r, "changed"));
    if (number(r, "unknown") > 0) {
        printf(zh ? "，暂不能判断 %lld" : ", %lld no longer to be judged", number(r, "unknown"));
    }
    putchar('\n');
    json_array_foreach(json_object_get(r, "list"), i, c) {
        print_change(c, zh);
    }
    pt_cli_print_more("  ", number(r, "omitted"), zh);
}

static void print_tried(const json_t *j, bool zh) {
    const json_t *rules = json_object_get(j, "rules");
    size_t i;
    json_t *r;
    json_array_foreach(rules, i, r) {
        print_rule(r, zh);
    }
    if (json_array_size(rules) == 0) {
        puts(zh ? "没有规则的判断取决于此" : "no rule judges by that");
    }
    printf(zh ? "截至 %s（日志 %lld）；未写入任何内容\n"
              : "as of %s (log size %lld); nothing was written\n",
           pt_cli_text(j, "tick_day"), number(j, "log_size"));
}

static int try_it(const struct cli_options *o) {
    struct pt_err err = {0};
    json_t *j = NULL;
    if (!o->data || (o->n_args == 0 && !o->rule)) {
        return pt_cli_misuse(
            &cmd_rules_try, "%s",
            o->data
                ? PT_SAY("try what? NAME=VALUE or --rule FILE", "试什么？NAME=VALUE或--rule FILE")
                : PT_SAY("on whose ledger? --data HUBDIR", "哪个台账？--data HUBDIR"));
    }
    int rc = ask(o, &j, &err);
    int result = rc == 0 ? EXIT_OK : pt_cli_fail(&err);
    if (rc == 0 && o->json) {
        (void)pt_cli_print_json(j);
    } else if (rc == 0) {
        print_tried(j, pt_cli_chinese(o));
    }
    json_decref(j);
    return result;
}

const struct cli_command cmd_rules_try = {
    .name = "rules try",
    .what = "what another parameter or another rule would raise, clear and change",
    .usage =
        "usage: pentad rules try [NAME=VALUE...] [--rule FILE.sql] --data HUBDIR\n"
        "                        [--depth N] [--json] [--zh|--en]\n"
        "\n"
        "Evaluates over the whole ledger, beside each other, the rules as they are and as they\n"
        "would be, and lists what would be raised, cleared and changed: before the office signs\n"
        "other parameters (H07), or a changed rule is built into the hub. Rules that read a view\n"
        "of the changed one are compared too. Only reads the hub's ledger.db, beside the hub.\n"
        "\n"
        "  NAME=VALUE   another value of a parameter; pentad rules RULE shows those of a rule\n"
        "  --rule       a rule file instead of the rule of its id, or, where no rule has that id,\n"
        "               beside the others. It is checked as a built-in one is, and may read and\n"
        "               nothing else: a fault is told with file, line and section\n"
        "  --depth N    how many changes of each kind are shown (default 10; with --json 1000)\n"
        "  --json       for machines\n"
        "\n"
        "exit: 0 done, 1 it failed (a rule file that isn't right, no such parameter too),\n"
        "      2 wrong use\n"
        "\n"
        "example: pentad rules try k26.dev_bp=-1500 --data hub\n"
        "         pentad rules K26 --out K26.sql\n"
        "         pentad rules try --rule K26.sql --data hub\n",
    .min_args = 0,
    .max_args = CLI_ARGS_ANY,
    .run = try_it};
