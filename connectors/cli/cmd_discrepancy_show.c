/* pentad discrepancy show: one discrepancy whole, and how it may be answered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/ledger/query.h>
#include <pentad/rules/rules.h>

#include "discrepancy.h"

int pt_cli_life(struct cli_answers *a, const char *id, json_t **ret, struct pt_err *err) {
    if (a->ledger) {
        return pt_ledger_discrepancy_json(a->ledger, id, PT_PARTY_HUB, ret, err);
    }
    struct pt_buf path;
    pt_buf_init(&path, 1024);
    (void)pt_buf_puts(&path, "/v1/discrepancies/");
    pt_cli_path_escape(&path, id);
    int rc = pt_cli_get_json(&a->hub, pt_buf_cstr(&path), ret, err);
    pt_buf_done(&path);
    return rc;
}

static int ask(const struct cli_options *o, struct cli_answers *a, json_t **ret,
               struct pt_err *err) {
    return pt_cli_life(a, o->args[0], ret, err);
}

/* "REPLY_KIND_EXPLAIN" -> "EXPLAIN" */
static const char *bare(const json_t *body, const char *name, const char *prefix) {
    const char *s = pt_cli_text(body, name);
    size_t len = strlen(prefix);
    return strncmp(s, prefix, len) == 0 ? s + len : s;
}

static void print_figures(const json_t *d, bool zh) {
    size_t i;
    json_t *f;
    json_array_foreach(json_object_get(d, "figures"), i, f) {
        const char *value = json_string_value(json_object_get(f, "value"));
        const char *unit = pt_cli_text(f, "unit");
        printf("  %s %s",
               i == 0 ? zh ? "数值" : "figures"
               : zh   ? "    "
                      : "       ",
               pt_cli_text(f, "label"));
        if (value && strcmp(unit, "fen") == 0) {
            long long fen = strtoll(value, NULL, 10);
            printf(" %s%lld.%02lld %s\n", fen < 0 ? "-" : "", llabs(fen) / 100, llabs(fen) % 100,
                   zh ? "元" : "yuan");
        } else if (value) {
            printf(" %s %s\n", value, unit);
        } else {
            printf(" %s\n", pt_cli_text(f, "text"));
        }
    }
}

/* "  log index N  signed by KEY" */
static void print_place(const json_t *r, bool zh) {
    printf("  %s %lld  %s %.16s", zh ? "日志" : "log index",
           (long long)json_integer_value(json_object_get(r, "log_index")),
           zh ? "签名密钥" : "signed by", pt_cli_text(r, "signer"));
}

/* "  title  id CODE name  log index N  signed by KEY" */
static void print_record(const char *title, const json_t *r, bool zh) {
    printf("  %s %s  %s %s", title, pt_cli_text(r, "id"), pt_cli_text(r, "type"),
           pt_cli_text(r, zh ? "type_zh" : "type_en"));
    print_place(r, zh);
    if (json_is_true(json_object_get(r, "withheld"))) {
        fputs(zh ? "  （无权查阅）" : "  (withheld)", stdout);
    } else if (strcmp(pt_cli_text(r, "standing"), "live") != 0) {
        printf("  [%s]", pt_cli_word(pt_cli_text(r, "standing"), zh));
    }
    putchar('\n');
}

/* "2019-03-08" of a body's day; "" where it has none. */
static void day_text(const json_t *body, const char *name, char out[11]) {
    int32_t day = (int32_t)json_integer_value(json_object_get(body, name));
    out[0] = '\0';
    if (day > 0) {
        pt_date_format(out, day);
    }
}

static void print_history(const json_t *life, bool zh) {
    size_t i;
    json_t *h;
    json_array_foreach(json_object_get(life, "history"), i, h) {
        const json_t *body = json_object_get(h, "body");
        char day[11], due[11];
        day_text(body, "tick_day", day); /* the tick that found it so */
        day_text(body, "due", due);
        printf(zh ? "  经过 %s  第%lld次  %s" : "  history %s  episode %lld  %s", day,
               (long long)json_integer_value(json_object_get(body, "episode")),
               pt_cli_word(bare(body, "status", "DISCREPANCY_STATUS_"), zh));
        printf("%s%s%s  %s", due[0] ? zh ? "  限期 " : "  due " : "", due,
               !json_is_true(json_object_get(body, "escalated")) ? ""
               : zh                                              ? "  逾期升级"
                                                                 : "  ESCALATED",
               pt_cli_text(h, "id"));
        print_place(h, zh);
        putchar('\n');
    }
}

static void print_replies(const json_t *life, bool zh) {
    size_t i, k;
    json_t *r, *x;
    json_array_foreach(json_object_get(life, "replies"), i, r) {
        const json_t *body = json_object_get(r, "body");
        print_record(zh ? "答复" : "reply", r, zh);
        printf("      %s  %s%s\n", pt_cli_word(bare(body, "kind", "REPLY_KIND_"), zh),
               pt_cli_text(body, "text"), pt_reply_note(life, r, zh));
        json_array_foreach(json_object_get(body, "evidence"), k, x) {
            printf("      %s %s/%s#%s\n", zh ? "依据" : "evidence", pt_cli_text(x, "party"),
                   pt_cli_text(x, "stream"), pt_cli_text(x, "seq"));
        }
        json_array_foreach(json_object_get(r, "approvals"), k, x) {
            const json_t *said = json_object_get(x, "body");
            printf("      %s %s  %s", pt_cli_word(pt_cli_text(x, "author"), zh),
                   pt_cli_word(bare(said, "verdict", "VERDICT_"), zh), pt_cli_text(x, "id"));
            print_place(x, zh);
            printf("  %s\n", pt_cli_text(said, "reason"));
        }
    }
}

/* What may still be said, by whom, with which command. */
static void print_next(const json_t *life, bool zh) {
    const json_t *d = json_object_get(life, "discrepancy");
    const char *status = pt_cli_text(d, "status");
    char who[160], id[13];
    if (strcmp(status, "CLOSED") == 0 || strcmp(status, "WAIVED") == 0) {
        return;
    }
    (void)snprintf(id, sizeof id, "%.12s", pt_cli_text(d, "id"));
    pt_responders_text(d, zh, who, sizeof who);
    printf(zh ? "  答复 %s：pentad discrepancy reply %s --kind corrected|explain|dispute|rectified "
                "--text \"…\"\n"
              : "  to answer, %s: pentad discrepancy reply %s --kind "
                "corrected|explain|dispute|rectified --text \"…\"\n",
           who, id);
    const json_t *waiver = pt_waiver_of(life);
    bool approved = !pt_waiver_needs_approval(life) || pt_waiver_approved(waiver);
    if (!waiver) {
        printf(zh ? "  认可 联席会议办公室：pentad discrepancy waive %s --text \"…\"%s\n"
                  : "  to waive it, the office: pentad discrepancy waive %s --text \"…\"%s\n",
               id,
               approved ? ""
               : zh     ? "（须经人大或审计同意）"
                        : " (congress or audit must approve)");
    } else if (!approved) {
        printf(zh ? "  认可待同意：人大或审计 pentad discrepancy approve %s\n"
                  : "  the waiver lacks an approval, congress or audit: pentad discrepancy approve "
                    "%s\n",
               id);
    } else {
        puts(zh ? "  认可已具备条件，下一时点生效" : "  the waiver counts from the next tick on");
    }
}

/* "（还剩4个工作日）": from the day of the last tick on, by the calendar in force. */
static void left_text(const json_t *life, bool zh, char *out, size_t cap) {
    const json_t *left = json_object_get(life, "workdays_left");
    long long n = json_integer_value(left);
    out[0] = '\0';
    const json_t *d = json_object_get(life, "discrepancy");
    if (!json_is_integer(left) || (n == 0 && json_is_true(json_object_get(d, "escalated")))) {
        return; /* overdue since the last working day: the flag says so */
    }
    if (n < 0) {
        (void)snprintf(out, cap, zh ? "（已逾期%lld个工作日）" : " (%lld working day%s late)", -n,
                       pt_cli_s(-n));
    } else {
        (void)snprintf(out, cap, zh ? "（还剩%lld个工作日）" : " (%lld working day%s left)", n,
                       pt_cli_s(n));
    }
}

/* Is the record of a kind that the rule names as what clears it? */
static bool is_waited_for(const json_t *d, const json_t *record) {
    const struct pt_rule_info *rule = pt_rules_find(pt_cli_text(d, "rule"));
    const char *type = pt_cli_text(record, "type");
    return rule && *type && strstr(rule->clears_en, type);
}

/* What came with the tick that closed it; of a kind that the rule waits for: what closed it. */
static void print_cleared(const json_t *life, bool zh) {
    const json_t *d = json_object_get(life, "discrepancy"),
                 *by = json_object_get(life, "cleared_by");
    const char *day = pt_cli_text(d, "tick_day");
    size_t i;
    json_t *r;
    if (strcmp(pt_cli_text(d, "status"), "CLOSED") != 0 || !json_is_array(by)) {
        return;
    }
    if (json_array_size(by) == 0) {
        printf(
            zh ? "  "
                 "%s销号：该时点没有关于它的可见新记录，因期限经过、限制查阅的记录或其他记录而销号"
                 "（pentad rules "
                 "explain "
                 "%s）\n"
               : "  closed %s, when nothing new about it came that is told here: a date passed, or "
                 "a "
                 "restricted record or one of another subject did it (pentad rules explain %s)\n",
            day, pt_cli_text(d, "rule"));
        return;
    }
    printf(zh ? "  %s销号，该时点到达的有关记录：\n"
              : "  closed %s, by what came with that tick:\n",
           day);
    json_array_foreach(by, i, r) {
        print_record(is_waited_for(d, r) ? zh ? "销号依据" : "closed by"
                     : zh                ? "同时到达"
                                         : "came then",
                     r, zh);
    }
}

static void print_life(const struct cli_options *o, const json_t *life) {
    const json_t *d = json_object_get(life, "discrepancy");
    bool zh = pt_cli_chinese(o);
    char who[160], left[64], year[32] = "";
    long long fy = json_integer_value(json_object_get(d, "fiscal_year"));
    size_t i;
    json_t *r;
    if (json_is_true(json_object_get(d, "withheld"))) {
        puts(zh ? "该差异不在查阅权限内" : "that discrepancy is not yours to read");
        return;
    }
    pt_responders_text(d, zh, who, sizeof who);
    printf("%s  %s %s %s%s\n", pt_cli_text(d, "id"), pt_cli_text(d, "rule"),
           pt_cli_word(pt_cli_text(d, "severity"), zh), pt_cli_word(pt_cli_text(d, "status"), zh),
           json_is_true(json_object_get(d, "escalated")) ? zh ? "  逾期升级" : "  ESCALATED" : "");
    if (fy != 0) { /* what belongs to no year says none */
        (void)snprintf(year, sizeof year, zh ? "  %lld年度" : "  %lld", fy);
    }
    left_text(life, zh, left, sizeof left);
    printf("  %s:%s %s%s\n  %s\n  %s\n", pt_cli_text(d, "kind"), pt_cli_text(d, "key"),
           pt_cli_text(d, "name"), year, pt_cli_text(d, "message_zh"),
           pt_cli_text(d, "message_en"));
    printf("  %s %s  %s %s%s  %s %s\n", zh ? "首次发现" : "first seen",
           pt_cli_text(d, "first_seen"), zh ? "答复期限" : "due",
           pt_cli_text(d, "due")[0] ? pt_cli_text(d, "due") : "—", left,
           zh ? "应答复" : "to answer", who);
    print_figures(d, zh);
    const struct pt_rule_info *rule = pt_rules_find(pt_cli_text(d, "rule"));
    if (rule) {
        printf("  %s %s\n", zh ? "销号条件" : "cleared by", zh ? rule->clears_zh : rule->clears_en);
    }
    json_array_foreach(json_object_get(life, "inputs"), i, r) {
        print_record(zh ? "依据" : "input", r, zh);
    }
    print_history(life, zh);
    print_cleared(life, zh);
    print_replies(life, zh);
    json_array_foreach(json_object_get(life, "tasks"), i, r) {
        print_record(zh ? "督办" : "task", r, zh);
    }
    print_next(life, zh);
}

static int show(const struct cli_options *o) {
    static const struct cli_question q = {ask, print_life};
    return pt_cli_answer(o, &q);
}

const struct cli_command cmd_discrepancy_show = {
    .name = "discrepancy show",
    .what = "one discrepancy whole",
    .usage =
        "usage: pentad discrepancy show ID (--config FILE [--hub URL] | --data HUBDIR)\n"
        "                               [--json] [--zh|--en]\n"
        "\n"
        "All there is of one: what it says in both languages, its figures, what clears it, the\n"
        "records it cites with their log index and signing key, every record (H01) of its life,\n"
        "the replies, who approved a waiver, the tasks that supervise it, the working days that\n"
        "are left for a reply, and what may be said now by whom.\n"
        "\n"
        "  ID           32 hexadecimal digits, or the first 6 or more that are its alone\n"
        "\n"
        "exit: 0 done, 1 it failed (no such discrepancy too), 2 wrong use\n"
        "\n"
        "example: pentad discrepancy show 3f9a12 --config finance/connector.yaml\n",
    .min_args = 1,
    .max_args = 1,
    .wants = "name one discrepancy by its id",
    .wants_zh = "请以编号指明一项差异",
    .run = show};
