/* pentad rules explain: why a rule fires, or doesn't, for one subject. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/file.h>
#include <pentad/brief/explain.h>
#include <pentad/ledger/figures.h>
#include <pentad/ledger/ledger.h>
#include <pentad/rules/fold.h>

#include "asking.h"

#define CONDITIONS_SHOWN 12
#define RECORDS_SHOWN 6

/* ---- asking ---- */

static int ask_file(const struct cli_options *o, const char *ledger, json_t **ret,
                    struct pt_err *err) {
    struct cli_probe p;
    int32_t year = o->year ? (int32_t)strtol(o->year, NULL, 10) : 0;
    int rc = pt_cli_probe_open(ledger, &p, err);
    if (rc == 0) {
        rc = pt_explain_json(p.p, o->args[0], o->subject, year, pt_cli_depth(o, CONDITIONS_SHOWN),
                             ret, err);
    }
    pt_cli_probe_close(&p);
    return rc;
}

static void remove_ledger(const char *path) {
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char name[600];
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

/* Rules are evaluated at ticks and the ledger has no state of them for a past one: the log up to
 * there is folded anew, beside the ledger, and that is asked. */
static int ask_past(const struct cli_options *o, uint64_t size, json_t **ret, struct pt_err *err) {
    const char *dir = getenv("TMPDIR");
    struct pt_fold_state st;
    char path[512];
    int n = snprintf(path, sizeof path, "%s/pentad-rules-XXXXXX", dir ? dir : "/tmp");
    int fd = n > 0 && (size_t)n < sizeof path ? mkstemp(path) : -1;
    if (fd < 0) {
        return pt_err_set(
            err, PT_E_IO,
            PT_SAY("no temporary ledger can be made in %.100s", "无法在%.100s中建立临时台账"),
            dir ? dir : "/tmp");
    }
    (void)close(fd);
    int rc = pt_cli_fold_log(o->data, path, size, &st, NULL, err);
    rc = rc ? rc : ask_file(o, path, ret, err);
    remove_ledger(path);
    return rc;
}

static int ask_hub(const struct cli_options *o, struct cli_hub *h, json_t **ret,
                   struct pt_err *err) {
    struct pt_buf path;
    char first = '?', number[32];
    pt_buf_init(&path, 2048);
    (void)pt_buf_puts(&path, "/v1/rules/");
    pt_cli_path_escape(&path, o->args[0]);
    (void)pt_buf_puts(&path, "/explain");
    pt_cli_query_add(&path, &first, "subject", o->subject);
    pt_cli_query_add(&path, &first, "year", o->year);
    (void)snprintf(number, sizeof number, "%zu", pt_cli_depth(o, CONDITIONS_SHOWN));
    pt_cli_query_add(&path, &first, "limit", number);
    int rc = pt_cli_get_json(h, pt_buf_cstr(&path), ret, err);
    pt_buf_done(&path);
    return rc;
}

static int ask(const struct cli_options *o, struct cli_answers *a, json_t **ret,
               struct pt_err *err) {
    char ledger[4096];
    uint64_t size = PT_KNOWN_NOW;
    if (!a->ledger) {
        return ask_hub(o, &a->hub, ret, err);
    }
    int rc = pt_cli_known_at(o, a->ledger, &size, err);
    if (rc == 0 && size != PT_KNOWN_NOW) {
        return ask_past(o, size, ret, err);
    }
    if (rc == 0 && pt_path_join(ledger, sizeof ledger, o->data, "ledger.db") != 0) {
        rc =
            pt_err_set(err, PT_E_USAGE, PT_SAY("--data: the path is too long", "--data：路径过长"));
    }
    return rc ? rc : ask_file(o, ledger, ret, err);
}

/* ---- showing ---- */

static void print_params(const json_t *j, bool zh) {
    size_t i;
    json_t *x;
    json_array_foreach(json_object_get(j, "params"), i, x) {
        const char *record = pt_cli_text(json_object_get(x, "set_by"), "id");
        printf("  %s %s = %s", zh ? "参数" : "parameter", pt_cli_text(x, "name"),
               pt_cli_text(x, "value"));
        if (*record) {
            printf(zh ? "（由 %s 设定，默认 %s）" : "  (set by %s, default %s)", record,
                   pt_cli_text(x, "default"));
        } else {
            fputs(zh ? "（默认）" : "  (the default)", stdout);
        }
        printf("  %s\n", pt_cli_text(x, zh ? "text_zh" : "text_en"));
    }
}

/* The header's list: parties, and figures that name one. */
static void print_parties(const char *list, bool zh) {
    const char *join = "";
    for (size_t n; *list; list += n + strspn(list + n, " ")) {
        char word[40];
        n = strcspn(list, " ");
        (void)snprintf(word, sizeof word, "%.*s", (int)n, list);
        printf("%s%s", join,
               word[0] != '{' ? pt_cli_word(word, zh)
               : zh           ? "情形所指的一方"
                              : "whom the condition names");
        join = zh ? "、" : ", ";
    }
}

static void print_head(const json_t *j, bool zh) {
    const json_t *r = json_object_get(j, "rule");
    const json_t *s = json_object_get(j, "subject");
    long long year = (long long)json_integer_value(json_object_get(j, "fiscal_year"));
    printf("%s  %s\n", pt_cli_text(r, "id"), pt_cli_text(r, zh ? "name_zh" : "name_en"));
    if (json_is_object(s)) {
        printf("  %s:%s  %s", pt_cli_text(s, "kind"), pt_cli_text(s, "key"),
               pt_cli_text(s, "name"));
    } else {
        fputs(zh ? "  不针对具体对象" : "  about no subject", stdout);
    }
    if (year) {
        printf(zh ? "  %lld年度" : "  FY%lld", year);
    }
    printf(zh ? "\n  截至 %s（日志 %lld）\n" : "\n  as of %s (log size %lld)\n",
           pt_cli_text(j, "tick_day"),
           (long long)json_integer_value(json_object_get(j, "log_size")));
    print_params(j, zh);
    printf("  %s %s\n  %s ", zh ? "销号条件" : "cleared by",
           pt_cli_text(r, zh ? "clears_zh" : "clears_en"), zh ? "答复方" : "answered by");
    print_parties(pt_cli_text(r, "responders"), zh);
    putchar('\n');
    if (pt_cli_text(r, zh ? "remarks_zh" : "remarks_en")[0]) {
        printf("\n  %s\n", pt_cli_text(r, zh ? "remarks_zh" : "remarks_en"));
    }
}

static void print_figures(const json_t *c, bool zh) {
    const json_t *figures = json_object_get(c, "figures");
    size_t i;
    int width = 0;
    json_t *x;
    json_array_foreach(figures, i, x) {
        int n = (int)strlen(pt_cli_text(x, "label"));
        width = n > width ? n : width;
    }
    json_array_foreach(figures, i, x) {
        char value[600];
        if (!pt_cli_other_language(figures, x, zh)) {
            pt_cli_operand(x, zh, value, sizeof value);
            printf("      %-*s  %s\n", width, pt_cli_text(x, "label"), value);
        }
    }
}

static void print_inputs(const json_t *c, size_t most, bool zh) {
    const json_t *list = json_object_get(c, "inputs");
    size_t i, n = json_array_size(list);
    json_t *x;
    json_array_foreach(list, i, x) {
        if (i == most) {
            break;
        }
        printf("    %s %s  %s %s%s\n", zh ? "依据" : "rests on", pt_cli_text(x, "id"),
               pt_cli_text(x, "type"), pt_cli_text(x, zh ? "type_zh" : "type_en"),
               !json_is_true(json_object_get(x, "withheld")) ? ""
               : zh                                          ? "（无权查阅）"
                                                             : "  (withheld)");
    }
    pt_cli_print_more("    ", n > most ? (long long)(n - most) : 0, zh);
}

static void print_withheld(const json_t *c, bool zh) {
    const char *state = pt_cli_text(c, "state");
    if (*state) {
        printf("\n  %s", pt_cli_word(state, zh));
        pt_cli_print_where(c);
        puts(zh ? "\n    所涉数值不在查阅权限内" : "\n    its operands are not yours to read");
    } else {
        puts(zh ? "\n  有一种情形不在查阅权限内" : "\n  a condition that is not yours to read");
    }
}

static void print_condition(const json_t *c, size_t records, bool zh) {
    const json_t *finding = json_object_get(c, "discrepancy");
    const json_t *waits = json_object_get(c, "awaits");
    if (json_is_true(json_object_get(c, "withheld"))) {
        print_withheld(c, zh);
        return;
    }
    printf("\n  %s", pt_cli_word(pt_cli_text(c, "state"), zh));
    if (pt_cli_text(c, "severity")[0]) {
        printf(" %s", pt_cli_word(pt_cli_text(c, "severity"), zh));
    }
    pt_cli_print_where(c);
    putchar('\n');
    if (pt_cli_text(c, "message_zh")[0]) {
        printf("    %s\n", pt_cli_text(c, zh ? "message_zh" : "message_en"));
    }
    print_figures(c, zh);
    if (json_is_object(waits)) {
        fputs(zh ? "    等待 " : "    until ", stdout);
        print_parties(pt_cli_text(waits, "of"), zh);
        printf(zh ? " 日结至 %s\n" : " has closed %s\n", pt_cli_text(waits, "day"));
    }
    if (json_is_object(finding)) {
        printf("    %s %s  %s\n", zh ? "差异" : "discrepancy", pt_cli_text(finding, "id"),
               pt_cli_word(pt_cli_text(finding, "status"), zh));
    }
    print_inputs(c, records, zh);
}

static void print_explained(const struct cli_options *o, const json_t *j) {
    const json_t *conditions = json_object_get(j, "conditions");
    bool zh = pt_cli_chinese(o);
    size_t i;
    json_t *x;
    print_head(j, zh);
    json_array_foreach(conditions, i, x) {
        print_condition(x, pt_cli_depth(o, RECORDS_SHOWN), zh);
    }
    pt_cli_print_more("\n  ", (long long)json_integer_value(json_object_get(j, "omitted")), zh);
    if (json_is_true(json_object_get(j, "withheld"))) {
        puts(zh ? "\n  此规则的差异只供纪检监察、答复方和线索移送方查阅"
                : "\n  discrepancies of this rule are for discipline, who answers and the clue's "
                  "sender to "
                  "read");
    } else if (json_array_size(conditions) == 0 && !o->subject) {
        puts(zh ? "\n  此规则针对具体对象，请用 --subject 指定"
                : "\n  it finds nothing that is about no subject; --subject names one");
    } else if (json_array_size(conditions) == 0) {
        const char *reads = pt_cli_text(json_object_get(j, "rule"), "reads");
        printf(zh ? "\n  没有可比对的情形：账中没有此规则所需的该对象记录（它读取 %s）\n"
                  : "\n  nothing to judge: the ledger lacks the records of it that this takes (it "
                    "reads %s)\n",
               reads);
    }
}

static int explain(const struct cli_options *o) {
    static const struct cli_question q = {ask, print_explained};
    if (o->known_at && !o->data) {
        return pt_cli_misuse(
            &cmd_rules_explain,
            PT_SAY("--known-at folds the log anew, which takes a hub's folder: --data",
                   "--known-at须重放日志，需要枢纽的数据目录：--data"));
    }
    return pt_cli_answer(o, &q);
}

const struct cli_command cmd_rules_explain = {
    .name = "rules explain",
    .what = "why a rule fires, or doesn't, for one subject",
    .usage =
        "usage: pentad rules explain RULE --subject SUBJECT [--year 2019]\n"
        "                            (--config FILE [--hub URL] | --data HUBDIR)\n"
        "                            [--known-at DAY|SIZE] [--depth N] [--json] [--zh|--en]\n"
        "\n"
        "Evaluates the rule on the subject with the day of the last tick, and shows each of its\n"
        "conditions: whether it fires (FIRE), doesn't (CLEAR) or can't be judged yet (UNKNOWN),\n"
        "its operands, the discrepancy that the log has of it and the records that it rests on;\n"
        "before them what the rule looks at, and the parameters in force, with the record that\n"
        "set each. A hub shows what its\n"
        "certificate's party may see, and says where something is withheld.\n"
        "\n"
        "  RULE         K26\n"
        "  --subject    PROJECT:37010017T000000001777 (the kind may be left out where the key is\n"
        "               unique); left out, what the rule finds that is about no subject\n"
        "  --year       a fiscal year alone\n"
        "  --known-at   what it said then: at a log size, or at a day's last tick. Only with\n"
        "               --data: rules are evaluated at ticks and the ledger keeps no past state "
        "of\n"
        "               theirs, so the log up to there is folded anew, in a temporary ledger\n"
        "  --depth N    how many conditions, and records of each, are shown (default 12 and 6;\n"
        "               with --json 1000)\n"
        "  --json       for machines\n"
        "\n"
        "exit: 0 done (also where it doesn't fire), 1 it failed (no such rule or subject too),\n"
        "      2 wrong use\n"
        "\n"
        "example: pentad rules explain K26 --subject 37010017T000000001777 --year 2019 \\\n"
        "             --config office/connector.yaml\n"
        "         pentad rules explain K26 --subject 37010017T000000001777 --data hub \\\n"
        "             --known-at 2019-07-05\n",
    .min_args = 1,
    .max_args = 1,
    .wants = "name one rule",
    .wants_zh = "请指明一条规则",
    .run = explain};
