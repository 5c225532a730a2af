/* pentad subject: what became of an item in a year, and whether a department's items are all there
 * is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/ledger/query.h>

#include "answering.h"
#include "asking.h"
#include "person.h"

#define RECORDS_SHOWN 200 /* of a history, unless --depth says more */
#define PERSONS_MAX 100   /* of a history: each is a request to the hub */

struct wanted {
    const char *what; /* history or universe */
    const char *subject;
    int year;
};

static int fill(const struct cli_options *o, struct cli_answers *a, const struct wanted *w,
                struct pt_figure_ask *ask, char *key, size_t cap, struct pt_err *err) {
    ask->key = key;
    ask->fiscal_year = w->year;
    int rc = pt_cli_valid_at(o, a->ledger, &ask->valid_at, err);
    rc = rc ? rc : pt_cli_known_at(o, a->ledger, &ask->known_at, err);
    return rc ? rc : pt_ledger_subject_parse(a->ledger, w->subject, &ask->kind, key, cap, err);
}

static int ask_ledger(const struct cli_options *o, struct cli_answers *a, const struct wanted *w,
                      json_t **ret, struct pt_err *err) {
    const struct pt_list_page page = {.limit = PT_LIST_MAX};
    struct pt_figure_ask ask = {0};
    char key[128];
    int rc = fill(o, a, w, &ask, key, sizeof key, err);
    if (rc != 0) {
        return rc;
    }
    return strcmp(w->what, "history") == 0
               ? pt_ledger_history_json(a->ledger, &ask, page, NULL, ret, err)
               : pt_ledger_universe_json(a->ledger, &ask, ret, err);
}

static int ask_hub(const struct cli_options *o, struct cli_answers *a, const struct wanted *w,
                   json_t **ret, struct pt_err *err) {
    struct pt_buf path;
    char first = '?', limit[16];
    pt_buf_init(&path, 1024);
    (void)pt_buf_puts(&path, "/v1/subjects/");
    pt_cli_path_escape(&path, w->subject);
    (void)pt_buf_printf(&path, "/%d/%s", w->year, w->what);
    pt_cli_query_add(&path, &first, "valid_at", o->valid_at);
    pt_cli_query_add(&path, &first, "known_at", o->known_at);
    if (strcmp(w->what, "history") == 0) {
        (void)snprintf(limit, sizeof limit, "%d", PT_LIST_MAX);
        pt_cli_query_add(&path, &first, "limit", limit);
    }
    int rc = pt_cli_get_json(&a->hub, pt_buf_cstr(&path), ret, err);
    pt_buf_done(&path);
    if (rc == 0) {
        pt_cli_persons_name(&a->hub, json_object_get(*ret, "records"), PERSONS_MAX);
    }
    return rc;
}

static void print_head(const json_t *j, bool zh) {
    const json_t *s = json_object_get(j, "subject");
    printf("%s:%s %s  %lld\n  %s %s, %s %lld\n", pt_cli_text(s, "kind"), pt_cli_text(s, "key"),
           pt_cli_text(s, "name"), (long long)json_integer_value(json_object_get(j, "fiscal_year")),
           zh ? "截至" : "valid at", pt_cli_text(j, "valid_at"),
           zh ? "日志长度" : "known at log size",
           (long long)json_integer_value(json_object_get(j, "known_at")));
}

/* ---- history ---- */

static void print_step(const json_t *step) {
    printf("    %-5s %s  %s\n", pt_cli_text(step, "state"), pt_cli_text(step, "day"),
           pt_cli_text(step, "by"));
}

/* "2016-01-01", "" for none. */
static const char *body_day(const json_t *body, const char *name, char out[11]) {
    int32_t day = (int32_t)json_integer_value(json_object_get(body, name));
    out[0] = '\0';
    if (pt_date_valid(day)) {
        pt_date_format(out, day);
    }
    return out;
}

/* Of a P03: who, or why that can't be said. */
static void print_name(const json_t *r, bool zh) {
    const json_t *e = json_object_get(r, "person_error");
    const char *name = pt_cli_text(r, "person_name");
    char told[CLI_TOLD_MAX];
    if (*name) {
        printf("%s", name);
    } else if (!e) {
        printf("%s", zh ? "（姓名已密封）" : "(the name is sealed)");
    } else if (zh) {
        printf("（姓名未能解开：%s：%s）",
               pt_err_text(pt_err_from_name(pt_cli_text(e, "code")), true),
               pt_cli_told(pt_cli_text(e, "text"), told));
    } else {
        printf("(the name can't be opened: %s)", pt_cli_text(e, "text"));
    }
}

/* Of a P03: who, as far as this body may know, in which post, for how long. */
static void print_person(const json_t *r, bool zh) {
    const json_t *body = json_object_get(r, "body");
    char from[11], to[11];
    printf("      %s  ", pt_cli_text(body, "post"));
    print_name(r, zh);
    fputs("  ", stdout);
    (void)body_day(body, "held_to", to);
    printf(zh ? "%s 至 %s%s\n" : "%s to %s%s\n", body_day(body, "held_from", from),
           *to  ? to
           : zh ? "今"
                : "now",
           !json_is_true(json_object_get(body, "lifetime")) ? ""
           : zh                                             ? "  终身责任"
                                                            : "  for life");
}

static void print_line(const json_t *r, bool zh) {
    const char *standing = pt_cli_text(r, "standing");
    const char *until = pt_cli_text(json_object_get(r, "body"), "to");
    printf("  %s  %-4s %s  %s", pt_cli_text(r, "effective"), pt_cli_text(r, "type"),
           pt_cli_text(r, zh ? "type_zh" : "type_en"), pt_cli_text(r, "id"));
    if (pt_cli_text(r, "doc_no")[0]) {
        printf("  %s", pt_cli_text(r, "doc_no"));
    }
    if (strcmp(standing, "live") != 0) {
        printf("  [%s]", pt_cli_word(standing, zh));
    }
    if (pt_cli_text(r, "corrects")[0]) {
        printf("  %s %s", pt_cli_word(pt_cli_text(r, "correction"), zh),
               pt_cli_text(r, "corrects"));
    }
    printf("%s%s\n", until[0] ? zh ? "  至 " : "  until " : "", until);
    if (strcmp(pt_cli_text(r, "type"), "P03") == 0) {
        print_person(r, zh);
    }
}

static void print_fen(const char *fen) {
    long long v = strtoll(fen, NULL, 10);
    char text[40];
    (void)snprintf(text, sizeof text, "%s%lld.%02lld", v < 0 ? "-" : "", llabs(v) / 100,
                   llabs(v) % 100);
    printf("%20s  ", *fen ? text : "-");
}

static void print_payments(const json_t *j, bool zh) {
    const json_t *p = json_object_get(j, "payments"), *s = json_object_get(j, "subject");
    size_t i;
    json_t *m;
    if (!json_is_object(p)) {
        return;
    }
    puts(zh ? "  支付（元，按月净额）" : "  paid (yuan, net, by month)");
    json_array_foreach(json_object_get(p, "months"), i, m) {
        print_fen(pt_cli_text(m, "paid"));
        puts(pt_cli_text(m, "month"));
    }
    print_fen(pt_cli_text(p, "paid"));
    printf(zh ? "合计；逐笔见 pentad trace %s:%s/%lld/%s\n"
              : "in all; each of them: pentad trace %s:%s/%lld/%s\n",
           pt_cli_text(s, "kind"), pt_cli_text(s, "key"),
           (long long)json_integer_value(json_object_get(j, "fiscal_year")),
           pt_cli_text(p, "figure"));
}

static void print_findings(const json_t *j, bool zh) {
    const json_t *all = json_object_get(j, "discrepancies");
    size_t i;
    json_t *d;
    printf(zh ? "  差异（%zu项）%s\n" : "  discrepancies (%zu)%s\n", json_array_size(all),
           json_array_size(all) == 0 ? ""
           : zh                      ? "；详见pentad discrepancy show"
                                     : "; pentad discrepancy show has each whole");
    json_array_foreach(all, i, d) {
        printf("  %s  %.12s  %s %s %s  %s\n", pt_cli_text(d, "first_seen"), pt_cli_text(d, "id"),
               pt_cli_text(d, "rule"), pt_cli_word(pt_cli_text(d, "severity"), zh),
               pt_cli_word(pt_cli_text(d, "status"), zh),
               pt_cli_text(d, zh ? "message_zh" : "message_en"));
    }
    pt_cli_print_more(
        "  ", (long long)json_integer_value(json_object_get(j, "discrepancies_omitted")), zh);
}

static void print_history(const struct cli_options *o, const json_t *j) {
    bool zh = pt_cli_chinese(o);
    const json_t *state = json_object_get(j, "state"), *records = json_object_get(j, "records");
    size_t shown = pt_cli_depth(o, RECORDS_SHOWN), i;
    json_t *x;
    print_head(j, zh);
    printf("  %s %s %s\n", zh ? "状态" : "state", pt_cli_text(state, "code"),
           pt_cli_text(state, zh ? "name_zh" : "name_en"));
    json_array_foreach(json_object_get(state, "steps"), i, x) {
        print_step(x);
    }
    json_array_foreach(json_object_get(state, "irregular"), i, x) {
        printf("    %s %s\n", zh ? "不合程序" : "irregular",
               json_is_string(x) ? json_string_value(x) : pt_cli_text(x, "what"));
    }
    printf("  %s\n", zh ? "记录（按业务日期）" : "records, by business date");
    json_array_foreach(records, i, x) {
        if (i == shown) {
            break;
        }
        print_line(x, zh);
    }
    pt_cli_print_more("  ",
                      (long long)(json_array_size(records) - i) +
                          (long long)json_integer_value(json_object_get(j, "omitted")),
                      zh);
    print_payments(j, zh);
    print_findings(j, zh);
}

/* ---- universe ---- */

static const char *const money[] = {"approved", "budget", "paid"};
enum { MONEY = sizeof money / sizeof money[0] };

static void print_money(const json_t *j, const char *name) {
    for (size_t i = 0; i < MONEY; i++) {
        print_fen(pt_cli_text(j, money[i]));
    }
    puts(name);
}

static void print_universe(const struct cli_options *o, const json_t *j) {
    bool zh = pt_cli_chinese(o);
    const json_t *items = json_object_get(j, "items");
    char name[700];
    size_t shown = pt_cli_depth(o, RECORDS_SHOWN), i;
    json_t *x;
    print_head(j, zh);
    puts(zh ? "          批准（元）                预算                支付"
            : "     approved (yuan)                budget                  paid");
    json_array_foreach(items, i, x) {
        if (i == shown) {
            break;
        }
        (void)snprintf(name, sizeof name, "%s:%s %s", pt_cli_text(x, "kind"), pt_cli_text(x, "key"),
                       pt_cli_text(x, "name"));
        print_money(x, name);
    }
    pt_cli_print_more("  ", (long long)(json_array_size(items) - i), zh);
    print_money(json_object_get(j, "sum"), zh ? "各项合计" : "sum of the items");
    print_money(json_object_get(j, "department"), zh ? "部门合计" : "the department's own");
    print_money(json_object_get(j, "outside"), zh ? "项目之外" : "outside of every item");
    print_fen(pt_cli_text(j, "unallotted"));
    puts(zh ? "已批准未下达（不含结转）" : "approved, not allotted (without carry-over)");
    puts(json_is_true(json_object_get(j, "complete"))
             ? zh ? "完整：没有项目之外的金额" : "complete: nothing is outside"
         : zh ? "不完整：有项目之外的金额"
              : "not complete: something is outside");
}

/* ---- the command ---- */

static int answer(const struct cli_options *o, const struct wanted *w) {
    struct pt_err err = {0};
    struct cli_answers a;
    json_t *j = NULL;
    int rc = pt_cli_answers_open(o, &a, &err);
    rc = rc ? rc : a.ledger ? ask_ledger(o, &a, w, &j, &err) : ask_hub(o, &a, w, &j, &err);
    int result = rc ? pt_cli_fail(&err) : EXIT_OK;
    if (rc == 0 && o->json) {
        (void)pt_cli_print_json(j);
    } else if (rc == 0 && strcmp(w->what, "history") == 0) {
        print_history(o, j);
    } else if (rc == 0) {
        print_universe(o, j);
    }
    json_decref(j);
    pt_cli_answers_close(&a);
    return result;
}

static int run(const struct cli_options *o) {
    const struct wanted w = {o->args[0], o->args[1],
                             o->year && strlen(o->year) == 4 && pt_cli_is_number(o->year)
                                 ? (int)strtol(o->year, NULL, 10)
                                 : 0};
    if (strcmp(w.what, "history") != 0 && strcmp(w.what, "universe") != 0) {
        return pt_cli_misuse(&cmd_subject, PT_SAY("say history SUBJECT or universe DEPARTMENT",
                                                  "请写明history SUBJECT或universe DEPARTMENT"));
    }
    if (w.year < 1900 || w.year > 2199) {
        return pt_cli_misuse(&cmd_subject,
                             PT_SAY("of which year? --year 2019", "哪个年度？--year 2019"));
    }
    return answer(o, &w);
}

const struct cli_command cmd_subject = {
    .name = "subject",
    .what = "what became of an item in a year; a department's items",
    .usage =
        "usage: pentad subject history SUBJECT --year 2019 (--config FILE [--hub URL] | --data "
        "HUBDIR)\n"
        "                      [--valid-at DAY] [--known-at DAY|SIZE] [--depth N] [--json]\n"
        "                      [--zh|--en]\n"
        "       pentad subject universe DEPARTMENT --year 2019 (the same)\n"
        "\n"
        "history   its way through the year: which gate it passed when, which were missed, and\n"
        "          every record that speaks of it by business date: why it was in the budget,\n"
        "          which goal was in force, who was responsible (by name, where keys.sealing of "
        "this\n"
        "          configuration opens it; else it says why not), what was corrected; what was "
        "paid in each month; its\n"
        "          discrepancies. What a restricted record says pentad trace tells\n"
        "universe  all items of a department with what congress approved for them, their budget\n"
        "          and what was paid; their sums beside the department's own figures, and what is\n"
        "          outside of every item\n"
        "\n"
        "  SUBJECT     PROJECT:37010017T000000001777 (the kind may be left out where the key is\n"
        "              unique)\n"
        "  DEPARTMENT  DEPT:113701000327929112\n"
        "  --valid-at  as of that business day (default: the last tick's)\n"
        "  --known-at  what the ledger knew then: a log size, or a day's last tick\n"
        "  --depth N   how many are shown (default 200; with --json all)\n"
        "\n"
        "exit: 0 done, 1 it failed (no such subject too), 2 wrong use\n"
        "\n"
        "example: pentad subject history 37010017T000000001777 --year 2019 \\\n"
        "             --config audit/connector.yaml\n",
    .min_args = 2,
    .max_args = 2,
    .wants = "say history SUBJECT or universe DEPARTMENT, and --year",
    .wants_zh = "请写明history SUBJECT或universe DEPARTMENT，以及--year",
    .run = run};
