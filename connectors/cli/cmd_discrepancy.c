/* pentad discrepancy: what doesn't add up, who must answer, by when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/ledger/query.h>
#include <pentad/record/party.h>
#include <pentad/rules/rules.h>

#include "discrepancy.h"

static int ask_ledger(const struct cli_options *o, struct pt_ledger *l, json_t **ret,
                      struct pt_err *err) {
    struct pt_discrepancy_filter f = {.reader = PT_PARTY_HUB,
                                      .rule = o->rule,
                                      .responder = o->responder,
                                      .status = o->status ? o->status : "active",
                                      .limit = 100000};
    char key[128];
    int rc = pt_cli_known_at(o, l, &f.known_at, err);
    if (rc != 0) {
        return rc;
    }
    if (o->severity) {
        f.severity = o->severity[0] == 'I' ? 1 : o->severity[0] == 'Y' ? 2 : 3;
    }
    if (strcmp(f.status, "all") == 0) {
        f.status = NULL;
    }
    if (o->n_args == 1) {
        rc = pt_ledger_subject_parse(l, o->args[0], &f.kind, key, sizeof key, err);
        if (rc != 0) {
            return rc;
        }
        f.key = key;
    }
    return pt_ledger_discrepancies_json(l, &f, ret, err);
}

#define PAGE 1000 /* what the hub gives at once */

static int ask_page(const struct cli_options *o, struct cli_hub *h, size_t offset, json_t **ret,
                    struct pt_err *err) {
    struct pt_buf path;
    char first = '?', number[32];
    pt_buf_init(&path, 2048);
    (void)pt_buf_puts(&path, "/v1/discrepancies");
    pt_cli_query_add(&path, &first, "rule", o->rule);
    pt_cli_query_add(&path, &first, "severity", o->severity);
    pt_cli_query_add(&path, &first, "responder", o->responder);
    if (!o->status || strcmp(o->status, "all") != 0) {
        pt_cli_query_add(&path, &first, "status", o->status ? o->status : "active");
    }
    pt_cli_query_add(&path, &first, "subject", o->n_args == 1 ? o->args[0] : NULL);
    pt_cli_query_add(&path, &first, "known_at", o->known_at);
    (void)snprintf(number, sizeof number, "%d", PAGE);
    pt_cli_query_add(&path, &first, "limit", number);
    (void)snprintf(number, sizeof number, "%zu", offset);
    pt_cli_query_add(&path, &first, "offset", number);
    int rc = pt_cli_get_json(h, pt_buf_cstr(&path), ret, err);
    pt_buf_done(&path);
    return rc;
}

/* Page after page; the first one's head stands for all, since it says what it is true at. */
static int ask_hub(const struct cli_options *o, struct cli_hub *h, json_t **ret,
                   struct pt_err *err) {
    int rc = ask_page(o, h, 0, ret, err);
    json_t *all = rc == 0 ? json_object_get(*ret, "discrepancies") : NULL;
    size_t got = json_array_size(all);
    while (rc == 0 && got == PAGE) {
        json_t *page = NULL;
        rc = ask_page(o, h, json_array_size(all), &page, err);
        const json_t *more = json_object_get(page, "discrepancies");
        got = json_array_size(more);
        for (size_t i = 0; rc == 0 && i < got; i++) {
            json_array_append(all, json_array_get(more, i));
        }
        json_decref(page);
    }
    return rc;
}

/* Whose reply is overdue: escalated, and still without one. */
static bool is_overdue(const json_t *d) {
    return json_is_true(json_object_get(d, "escalated")) &&
           strcmp(pt_cli_text(d, "status"), "OPEN") == 0;
}

static int ask_all(const struct cli_options *o, struct cli_answers *a, json_t **ret,
                   struct pt_err *err) {
    int rc = a->ledger ? ask_ledger(o, a->ledger, ret, err) : ask_hub(o, &a->hub, ret, err);
    json_t *all = rc == 0 ? json_object_get(*ret, "discrepancies") : NULL;
    for (size_t i = o->overdue ? json_array_size(all) : 0; i-- > 0;) {
        if (!is_overdue(json_array_get(all, i))) {
            (void)json_array_remove(all, i);
        }
    }
    if (rc == 0 && o->overdue) {
        (void)json_object_set_new(*ret, "total", json_integer((json_int_t)json_array_size(all)));
    }
    return rc;
}

static void print_one(const json_t *d, bool zh) {
    const json_t *who = json_object_get(d, "responders");
    size_t i;
    json_t *w;
    printf("%s %s %-8s %s  ", pt_cli_word(pt_cli_text(d, "severity"), zh), pt_cli_text(d, "rule"),
           pt_cli_word(pt_cli_text(d, "status"), zh), pt_cli_text(d, "first_seen"));
    json_array_foreach(who, i, w) {
        printf("%s%s", i ? zh ? "、" : "," : "", pt_cli_word(json_string_value(w), zh));
    }
    const char *due = pt_cli_text(d, "due");
    if (due[0]) {
        printf("  %s %s", zh ? "限期" : "due", due);
    }
    if (json_is_true(json_object_get(d, "escalated"))) {
        fputs(zh ? "  逾期升级" : "  ESCALATED", stdout);
    }
    printf("\n    %s\n    %s  %s\n", pt_cli_text(d, zh ? "message_zh" : "message_en"),
           pt_cli_text(d, "id"), pt_cli_text(d, "record"));
}

static void print_list(const struct cli_options *o, const json_t *j) {
    const json_t *list = json_object_get(j, "discrepancies");
    bool zh = pt_cli_chinese(o);
    size_t i;
    json_t *d;
    unsigned red = 0, yellow = 0, info = 0;
    json_array_foreach(list, i, d) {
        const char *s = pt_cli_text(d, "severity");
        red += s[0] == 'R';
        yellow += s[0] == 'Y';
        info += s[0] == 'I';
        if (!o->count) {
            print_one(d, zh);
        }
    }
    size_t n = json_array_size(list);
    printf(zh ? "差异共%zu项" : n == 1 ? "%zu discrepancy" : "%zu discrepancies", n);
    printf(zh ? "：红色%u，黄色%u，提示%u；截至 %s（日志 %lld）\n"
              : ": %u red, %u yellow, %u informational; as of %s (log size %lld)\n",
           red, yellow, info, pt_cli_text(j, "known_tick_day"),
           (long long)json_integer_value(json_object_get(j, "known_at")));
}

static const struct cli_command cmd_list;

static int list(const struct cli_options *o) {
    static const struct cli_question q = {ask_all, print_list};
    if (o->rule && !pt_rules_find(o->rule)) {
        return pt_cli_misuse(&cmd_list,
                             PT_SAY("there is no rule %s (pentad rules lists them)",
                                    "没有规则%s（pentad rules列出全部规则）"),
                             o->rule);
    }
    if (o->responder && pt_party_from_name(o->responder) == PT_PARTY_NONE) {
        return pt_cli_misuse(
            &cmd_list,
            PT_SAY(
                "--responder %s is none of congress, discipline, organization, finance, audit, "
                "office",
                "--responder %s不是congress、discipline、organization、finance、audit、office之一"),
            o->responder);
    }
    return pt_cli_answer(o, &q);
}

static const struct cli_command cmd_list = {
    .name = "discrepancy",
    .what = "what doesn't add up, who must answer, by when",
    .usage =
        "usage: pentad discrepancy [list] [SUBJECT] (--config FILE [--hub URL] | --data HUBDIR)\n"
        "                          [--rule K04] [--severity R|Y|I] [--responder PARTY]\n"
        "                          [--status active|OPEN|REPLIED|CLOSED|WAIVED|all]\n"
        "                          [--overdue] [--known-at DAY|SIZE] [--count] [--json]\n"
        "                          [--zh|--en]\n"
        "\n"
        "       pentad discrepancy show|reply|waive|approve ID …, pentad discrepancy tasks …\n"
        "\n"
        "Lists discrepancies, by default those that still want something done (active: open or\n"
        "replied to), the worst first. The last line of each is its id, which the other commands\n"
        "take, and the record that raised it; pentad trace takes that. A hub lists and counts\n"
        "what the body of --config may read: of those about clues (K55 to K57) what it must\n"
        "answer, and what is about its own clues; discipline reads all.\n"
        "\n"
        "  show         one whole, and how it may be answered\n"
        "  reply        what a body that must answer says to it\n"
        "  waive        the office accepts it as it is\n"
        "  approve      congress or audit approves the office's waiver\n"
        "  tasks        what the office should supervise because it is overdue\n"
        "               (each has its own --help)\n"
        "\n"
        "  SUBJECT      PROJECT:37010017T000000001777 (the kind may be left out where the key is\n"
        "               unique): that subject's alone\n"
        "  --rule       that rule's alone; --severity: red, yellow, informational; --responder:\n"
        "               those that this body must answer\n"
        "  --overdue    those alone whose reply is overdue (escalated, still open)\n"
        "  --known-at   what stood then: at a log size, or at a day's last tick with all that it\n"
        "               found, as in the brief of that day (default: now)\n"
        "  --count      how many alone\n"
        "  --json       for machines\n"
        "\n"
        "exit: 0 done (also where there is none), 1 it failed (no such subject too), 2 wrong use\n"
        "\n"
        "example: pentad discrepancy --severity R --config office/connector.yaml\n",
    .min_args = 0,
    .max_args = 1,
    .wants = "one subject at most",
    .wants_zh = "至多一个对象",
    .run = list};

/* The word behind `discrepancy` names a part of it, or is a subject of the list. */
static int dispatch(int argc, char **argv) {
    static const struct {
        const char *word;
        const struct cli_command *cmd;
    } parts[] = {{"list", &cmd_list},
                 {"show", &cmd_discrepancy_show},
                 {"reply", &cmd_discrepancy_reply},
                 {"waive", &cmd_discrepancy_waive},
                 {"approve", &cmd_discrepancy_approve},
                 {"tasks", &cmd_discrepancy_tasks}};
    for (size_t i = 0; argc > 1 && i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(argv[1], parts[i].word) == 0) {
            return pt_cli_run(parts[i].cmd, argc - 1, argv + 1);
        }
    }
    return pt_cli_run(&cmd_list, argc, argv);
}

const struct cli_command cmd_discrepancy = {
    .name = "discrepancy",
    .what = "what doesn't add up, who must answer, by when; answers to it",
    .main = dispatch};
