/* pentad discrepancy tasks: escalated discrepancies that nobody supervises, each as the task (J02)
 * that the office may sign. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/ledger/query.h>
#include <pentad/record/ref.h>

#include "discrepancy.h"
#include "outbox.h"

enum { TASK_NO_MAX = 64, ASSIST_MAX = 8 };

static int fetch(struct cli_answers *a, json_t **ret, struct pt_err *err) {
    return a->ledger ? pt_ledger_escalations_json(a->ledger, PT_PARTY_HUB, ret, err)
                     : pt_cli_get_json(&a->hub, "/v1/escalations", ret, err);
}

/* What the office would sign, put beside what it follows from: {"task_no","lead","assist","due",
 * "requirement"}. A discrepancy has one number per episode, so nothing is asked for twice. */
static json_t *task_of(const json_t *proposal) {
    const json_t *d = json_object_get(proposal, "discrepancy");
    const json_t *responders = json_object_get(d, "responders");
    json_t *assist = json_array();
    json_t *j = json_object();
    char no[TASK_NO_MAX];
    (void)snprintf(no, sizeof no, "DB-%.12s-%lld", pt_cli_text(d, "id"),
                   (long long)json_integer_value(json_object_get(d, "episode")));
    for (size_t i = 1; i < json_array_size(responders) && i <= ASSIST_MAX; i++) {
        (void)json_array_append(assist, json_array_get(responders, i));
    }
    (void)json_object_set_new(j, "task_no", json_string(no));
    (void)json_object_set(j, "lead", json_array_get(responders, 0));
    (void)json_object_set_new(j, "assist", assist);
    (void)json_object_set(j, "due", json_object_get(proposal, "due"));
    (void)json_object_set(j, "requirement", json_object_get(d, "message_zh"));
    return j;
}

/* What the reader may not see proposes nothing to it. */
static int ask(const struct cli_options *o, struct cli_answers *a, json_t **ret,
               struct pt_err *err) {
    int rc = fetch(a, ret, err);
    json_t *list = json_object_get(*ret, "proposals");
    (void)o;
    for (size_t i = rc == 0 ? json_array_size(list) : 0; i-- > 0;) {
        json_t *p = json_array_get(list, i);
        if (json_is_true(json_object_get(json_object_get(p, "discrepancy"), "withheld"))) {
            (void)json_array_remove(list, i);
        } else {
            (void)json_object_set_new(p, "task", task_of(p));
        }
    }
    return rc;
}

static void print_tasks(const struct cli_options *o, const json_t *j) {
    const json_t *list = json_object_get(j, "proposals");
    bool zh = pt_cli_chinese(o);
    size_t i;
    json_t *p;
    json_array_foreach(list, i, p) {
        const json_t *t = json_object_get(p, "task");
        const json_t *d = json_object_get(p, "discrepancy");
        printf("%s  %s %s  %s %s  %s %s %s\n    %s\n    %s\n", pt_cli_text(t, "task_no"),
               zh ? "牵头" : "lead", pt_cli_word(pt_cli_text(t, "lead"), zh), zh ? "限期" : "due",
               pt_cli_text(t, "due"), pt_cli_text(d, "rule"), zh ? "升级于" : "escalated on",
               pt_cli_text(p, "escalated_on"), pt_cli_text(d, zh ? "message_zh" : "message_en"),
               pt_cli_text(json_object_get(p, "origin"), "id"));
    }
    size_t n = json_array_size(list);
    printf(zh ? "拟督办事项%zu项；逾期升级在办差异%lld项\n"
              : "tasks proposed: %zu, of %lld escalated discrepancies that are not settled\n",
           n, (long long)json_integer_value(json_object_get(j, "escalated")));
}

/* ---- into the office's outbox ---- */

struct task {
    Pentad__V1__Record rec;
    Pentad__V1__Subject subject;
    Pentad__V1__Task body;
    struct cli_named origin;
    char *assist[ASSIST_MAX];
};

static char *lent(const json_t *o, const char *name) {
    return (char *)(uintptr_t)pt_cli_text(o, name);
}

/* Tasks are about items, bodies and regions; what a discrepancy says of anything else stands in
 * its text. */
static void set_subject(struct task *t, const json_t *d) {
    const char *kind = pt_cli_text(d, "kind");
    t->subject.kind = pt_subject_kind_from_name(kind, strlen(kind));
    t->subject.has_kind = 1;
    t->subject.key = lent(d, "key");
    if (t->subject.key[0] && t->subject.kind != PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_NONE &&
        t->subject.kind != PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNSPECIFIED) {
        t->rec.subject = &t->subject;
    }
}

static int compose(struct task *t, const json_t *p, struct pt_err *err) {
    const json_t *d = json_object_get(p, "discrepancy");
    const json_t *said = json_object_get(p, "task");
    const json_t *assist = json_object_get(said, "assist");
    pentad__v1__record__init(&t->rec);
    pentad__v1__subject__init(&t->subject);
    pentad__v1__task__init(&t->body);
    set_subject(t, d);
    t->rec.doc_no = t->body.task_no = lent(said, "task_no");
    t->body.lead = lent(said, "lead");
    t->body.requirement = lent(said, "requirement");
    t->body.assist = t->assist;
    for (size_t i = 0; i < json_array_size(assist) && i < ASSIST_MAX; i++) {
        const char *name = json_string_value(json_array_get(assist, i));
        t->assist[t->body.n_assist++] = (char *)(uintptr_t)(name ? name : "");
    }
    t->rec.body_case = PENTAD__V1__RECORD__BODY_TASK;
    t->rec.task = &t->body;
    t->rec.has_effective = t->body.has_due = 1;
    int rc = pt_date_parse(pt_cli_text(p, "escalated_on"), &t->rec.effective);
    rc = rc ? rc : pt_date_parse(pt_cli_text(said, "due"), &t->body.due);
    t->body.origin = &t->origin.ref;
    return rc ? pt_err_set(
                    err, rc,
                    PT_SAY("the answer has a proposal without its days", "答复中的建议缺少日期"))
              : pt_cli_name_record(json_object_get(p, "origin"), &t->origin, err);
}

static int push_one(struct cli_outbox *b, const json_t *p, bool *ret_new, struct pt_err *err) {
    struct task t = {0};
    bool has = false;
    int rc = compose(&t, p, err);
    rc = rc ? rc : pt_cli_outbox_has(b, "J02", t.body.task_no, &has, err);
    *ret_new = rc == 0 && !has;
    return *ret_new ? pt_cli_outbox_put(b, &t.rec, t.body.task_no, err) : rc;
}

static int push_all(const struct cli_options *o, const json_t *j, struct pt_err *err) {
    struct cli_outbox b;
    size_t i, pushed = 0;
    json_t *p;
    int rc = pt_cli_outbox_open(o->config, &b, err);
    if (rc == 0 && strcmp(b.config->party, "office") != 0) {
        rc = pt_err_set(err, PT_E_FORBIDDEN,
                        PT_SAY("only the office gives tasks; this connector is %s's",
                               "只有联席会议办公室可以交办任务；本连接器属于%s"),
                        pt_cli_party(b.config->party));
    }
    json_array_foreach(json_object_get(j, "proposals"), i, p) {
        bool fresh = false;
        rc = rc ? rc : push_one(&b, p, &fresh, err);
        pushed += fresh;
    }
    if (rc == 0 && !o->quiet && !o->json) {
        printf(pt_cli_chinese(o)
                   ? "%zu项随%s/%s的下一批次发出，%zu项此前已在发件箱\n"
                   : "%zu go out with the next batch of %s/%s, %zu were in its outbox "
                     "before\n",
               pushed, b.config->party, b.config->stream, i - pushed);
    }
    pt_cli_outbox_close(&b);
    return rc;
}

static int tasks(const struct cli_options *o) {
    struct pt_err err = {0};
    struct cli_answers a;
    json_t *j = NULL;
    if (o->push && !o->config) {
        return pt_cli_misuse(
            &cmd_discrepancy_tasks,
            PT_SAY("through which connector? --config FILE", "经哪个连接器？--config FILE"));
    }
    int rc = pt_cli_answers_open(o, &a, &err);
    rc = rc ? rc : ask(o, &a, &j, &err);
    if (rc == 0 && o->json) {
        rc = pt_cli_print_json(j);
    } else if (rc == 0 && !o->quiet) {
        print_tasks(o, j);
    }
    rc = rc == 0 && o->push ? push_all(o, j, &err) : rc;
    json_decref(j);
    pt_cli_answers_close(&a);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

const struct cli_command cmd_discrepancy_tasks = {
    .name = "discrepancy tasks",
    .what = "tasks that escalation proposes",
    .usage =
        "usage: pentad discrepancy tasks (--config FILE [--hub URL] | --data HUBDIR)\n"
        "                                [--push] [--quiet] [--json] [--zh|--en]\n"
        "\n"
        "Proposes a task (J02) for each escalated discrepancy that has none: the first of those\n"
        "who must answer leads, the others assist; due when a reply would be, counted from the\n"
        "day of escalation; the requirement is what the discrepancy says. The last word of each\n"
        "is the record (H01) that escalated it.\n"
        "\n"
        "  --push       put them into the office's outbox (with the office's --config), after\n"
        "               showing them; the connector signs and sends them. None goes out twice\n"
        "\n"
        "exit: 0 done (also where there is none), 1 refused or failed, 2 wrong use\n"
        "\n"
        "example: pentad discrepancy tasks --push --config office/connector.yaml\n",
    .min_args = 0,
    .max_args = 0,
    .wants = "it takes no words, only options",
    .wants_zh = "不带参数，只有选项",
    .run = tasks};
