/* pentad brief: what the joint-meeting office reads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <pentad/brief/brief.h>

#include "brief_evidence.h"

static int terminal_width(void) {
    struct winsize w;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40) {
        return w.ws_col < 160 ? w.ws_col : 160;
    }
    return 100;
}

static int ask(const struct cli_options *o, const char *period, json_t **ret, struct pt_err *err) {
    struct cli_answers a;
    int rc = pt_cli_answers_open(o, &a, err);
    if (rc == 0 && a.ledger) {
        uint64_t known = 0;
        rc = pt_cli_known_at(o, a.ledger, &known, err);
        if (rc == 0) {
            rc = pt_brief_make(a.ledger, period, o->known_at ? known : 0, ret, err);
        }
    } else if (rc == 0) {
        struct pt_buf path;
        char first = '?';
        pt_buf_init(&path, 1024);
        (void)pt_buf_puts(&path, "/v1/briefs/");
        pt_cli_path_escape(&path, period);
        (void)pt_buf_puts(&path, ".json");
        pt_cli_query_add(&path, &first, "known_at", o->known_at);
        rc = pt_cli_get_json(&a.hub, pt_buf_cstr(&path), ret, err);
        pt_buf_done(&path);
    }
    pt_cli_answers_close(&a);
    return rc;
}

static int render(const struct cli_options *o, json_t *brief, struct pt_buf *out,
                  struct pt_err *err) {
    if (o->html) {
        return pt_brief_html(brief, o->english, out, err);
    }
    if (o->json) {
        char *text = json_dumps(brief, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
        int rc = text ? pt_buf_puts(out, text) : PT_E_NOMEM;
        (void)pt_buf_putc(out, '\n');
        free(text);
        return rc;
    }
    bool color = !o->out && isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    return pt_brief_text(brief, !o->english, o->out ? 100 : terminal_width(), color, out, err);
}

/* What happened in short: the first section alone. */
static void keep_summary(json_t *brief) {
    json_t *sections = json_object_get(brief, "sections");
    while (json_array_size(sections) > 1) {
        (void)json_array_remove(sections, json_array_size(sections) - 1);
    }
}

static int brief(const struct cli_options *o) {
    struct pt_err err = {0};
    struct pt_buf out;
    json_t *j = NULL;
    if (!pt_cli_is_period(o->args[0])) {
        return pt_cli_misuse(
            &cmd_brief,
            PT_SAY("no period is called %s: write a month as 2019-06, a quarter as "
                   "2019-Q2",
                   "没有期间%s：月份写作2019-06，季度写作2019-Q2"),
            o->args[0]);
    }
    pt_buf_init(&out, CLI_ANSWER_MAX);
    int rc = ask(o, o->args[0], &j, &err);
    if (rc == 0 && o->summary) {
        keep_summary(j);
    }
    if (rc == 0) {
        rc = render(o, j, &out, &err);
    }
    if (rc == 0) {
        rc = pt_cli_output(o, pt_buf_span(&out), &err);
    }
    if (rc == 0 && o->out && !o->quiet) {
        printf(PT_SAY("%s: the brief of %s\n", "%s：%s的简报\n"), o->out, o->args[0]);
    }
    json_decref(j);
    pt_buf_done(&out);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

const struct cli_command cmd_brief = {
    .name = "brief",
    .what = "the brief of a month or quarter",
    .usage =
        "usage: pentad brief PERIOD (--config FILE [--hub URL] | --data HUBDIR) [--html | --json]\n"
        "                    [--summary] [--out FILE [--quiet]] [--known-at DAY|SIZE]\n"
        "                    [--zh|--en]\n"
        "\n"
        "The brief of the joint meeting: the period in a few sentences, the four budgets, the\n"
        "departments' ranking, warnings and what became of them, and the quality of the data.\n"
        "Every figure names what pentad trace takes. It says what the ledger knew at the fifth\n"
        "working day after the period; before that it is a draft.\n"
        "\n"
        "  PERIOD       2019-06 or 2019-Q2\n"
        "  --html       one printable file that needs nothing else\n"
        "  --json       for machines\n"
        "  --summary    the period in a few sentences and core figures only\n"
        "  --en         in English (default: Chinese)\n"
        "  --known-at   as of that log size, or that day's last tick, instead\n"
        "\n"
        "exit: 0 done, 1 it failed, 2 wrong use\n"
        "\n"
        "example: pentad brief 2019-06 --config office/connector.yaml --html --out 2019-06.html\n",
    .min_args = 1,
    .max_args = 1,
    .wants = "which period? e.g. 2019-06",
    .wants_zh = "哪个期间？例如2019-06",
    .run = brief};
