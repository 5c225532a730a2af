/* pentad approve: orders that wait for approvals, and a body's verdict on one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/record/party.h>

#include "keys.h"
#include "orders.h"
#include "outbox.h"
#include "policy.h"

/* ---- may this body? ---- */

static bool is_office_order(enum pt_record_type type) {
    return type == PT_TYPE_RULE_SET || type == PT_TYPE_WORKDAYS || type == PT_TYPE_CODE_TABLE ||
           type == PT_TYPE_LIFT || type == PT_TYPE_ERASURE;
}

/* Any party's, and known to whoever reads the log: no order of the office in the ledger. */
static bool takes_three(enum pt_record_type type) {
    return type == PT_TYPE_KEY_CHANGE || type == PT_TYPE_POLICY_CHANGE;
}

static int may_approve(const struct cli_fetched *f, const char *party, struct pt_err *err) {
    const char *author = f->named.at.party;
    bool key_change = f->info->type == PT_TYPE_KEY_CHANGE;
    if (!takes_three(f->info->type) &&
        !(is_office_order(f->info->type) && strcmp(author, "office") == 0)) {
        return pt_err_set(
            err, PT_E_USAGE,
            PT_SAY("a record of %s, of type %s, takes no approvals%s", "%s的%s类记录不需要同意%s"),
            author, f->info->code,
            f->info->type == PT_TYPE_DISCREPANCY_REPLY ? " here: pentad discrepancy approve" : "");
    }
    if (pt_approver(party) < 0) {
        return pt_err_set(err, PT_E_NOT_ASKED,
                          PT_SAY("%s has no say: congress, discipline, organization and audit have",
                                 "%s无权表态：只有人大、纪检监察、组织部和审计局可以"),
                          pt_cli_party(party));
    }
    const char *whose = key_change ? f->record->key_change->party : NULL;
    if (key_change && (!whose || strcmp(whose, author) == 0)) {
        return pt_err_set(
            err, PT_E_USAGE,
            PT_SAY("a body's change of its own keys takes no approvals: nothing is to approve",
                   "变更本方密钥不需要同意"));
    }
    return whose && strcmp(whose, party) == 0
               ? pt_err_set(
                     err, PT_E_NOT_ASKED,
                     PT_SAY("a vote on one's own keys doesn't count", "对本方密钥的表态不计入"))
               : 0;
}

/* ---- the verdict ---- */

struct verdict {
    const struct cli_options *o;
    struct cli_answers from;
    struct cli_fetched target;
    struct cli_outbox box;
    json_t *orders;
    const json_t *order; /* NULL: a KeyChange or a PolicyChange */
    bool approved;       /* of a PolicyChange: in the log as far as it is verified */
    char id[PT_REF_TEXT_MAX];
    char doc_no[96];
};

static const char *said(const struct verdict *v) {
    return v->o->reject ? "VERDICT_REJECT" : "VERDICT_APPROVE";
}

/* Does it wait, in the log as this body's connector has verified it, and is this verdict news?
 * Shows what it would do. */
static int check_policy(struct verdict *v, struct pt_err *err) {
    const char *party = v->from.hub.config->party;
    bool zh = pt_cli_chinese(v->o);
    struct pt_keyhistory_waiting w;
    struct cli_keys k;
    char names[100];
    size_t i = 0;
    int rc = pt_cli_keys_open(v->o->config, &k, err);
    if (rc != 0) {
        return rc;
    }
    while (pt_keyhistory_policy_waiting(k.history, i, &w) &&
           memcmp(w.record_hash.b, v->target.named.hash, PT_HASH_LEN) != 0) {
        i++;
    }
    for (int n = 0; w.said && n < pt_cli_policy_approvals(&w); n++) {
        v->approved = v->approved || strcmp(w.approved[n], party) == 0;
    }
    const struct pt_keyhistory_policy *now = pt_keyhistory_policy_at(k.history, UINT64_MAX);
    if (!w.said) {
        rc = pt_err_set(
            err, PT_E_EXISTS,
            PT_SAY("%s waits for no approvals in the %" PRIu64
                   " log entries that this connector has verified: it is in force, or another one "
                   "was first, or two other bodies than its author rejected it, or it isn't read "
                   "yet (pentad policy show)",
                   "%s在本连接器已核验的%" PRIu64
                   "条日志中不待同意：已生效，或另有变更在先，或作者以外的两方不同意，或尚未读到"
                   "（pentad policy show）"),
            v->id, k.size);
    } else if (!v->o->quiet) {
        pt_cli_policy_approved(names, &w, zh);
        printf(zh ? "已有%d方同意，须%d方%s%s\n" : "%d of %d approvals%s%s\n",
               pt_cli_policy_approvals(&w), PT_KEYHISTORY_APPROVALS,
               names[0] ? zh ? "：" : ": " : "", names);
        pt_cli_policy_print(w.said, now->said, zh);
    }
    pt_cli_keys_close(&k);
    return rc;
}

/* The order as it stands, and that this verdict is news. */
static int find_order(struct verdict *v, struct pt_err *err) {
    const char *party = v->from.hub.config->party;
    if (takes_three(v->target.info->type)) {
        return v->target.info->type == PT_TYPE_POLICY_CHANGE ? check_policy(v, err) : 0;
    }
    int rc = pt_cli_orders(&v->from, &v->orders, err);
    if (rc != 0) {
        return rc;
    }
    v->order = pt_cli_order(v->orders, v->id);
    if (!v->order) {
        return pt_err_set(err, PT_E_EXISTS,
                          PT_SAY("%s waits for no approvals: it is in force, or withdrawn, or not "
                                 "in the ledger yet (pentad trace %s)",
                                 "%s不待同意：已生效、已撤回或尚未入台账（pentad trace %s）"),
                          v->id, v->id);
    }
    return strcmp(pt_cli_verdict(v->order, party), said(v)) == 0
               ? pt_err_set(err, PT_E_EXISTS, PT_SAY("%s has said so already", "%s已如此表态"),
                            pt_cli_party(party))
               : 0;
}

static void name_it(struct verdict *v, bool reject, size_t n) {
    char hex[2 * PT_HASH_LEN + 1];
    pt_hex(hex, v->target.named.hash, sizeof v->target.named.hash);
    (void)snprintf(v->doc_no, sizeof v->doc_no, "%s-%.32s-%zu", reject ? "rejection" : "approval",
                   hex, n);
}

/* Of an order in the ledger: the log entry of this body's verdict that stands, 0 where none does.
 */
static size_t stands_at(const struct verdict *v) {
    const char *party = v->from.hub.config->party;
    size_t at = 0, i;
    json_t *a;
    json_array_foreach(json_object_get(v->order, "approvals"), i, a) {
        if (*pt_cli_verdict(v->order, party) && strcmp(pt_cli_text(a, "author"), party) == 0) {
            at = (size_t)json_integer_value(json_object_get(a, "log_index"));
        }
    }
    return at;
}

/* Of a KeyChange or a PolicyChange: how many verdicts on it this outbox has, and whether the last
 * one rejects. */
static int count_given(struct verdict *v, size_t *ret_n, bool *ret_rejects, struct pt_err *err) {
    bool has = true;
    int rc = 0;
    *ret_rejects = false;
    for (*ret_n = 0; rc == 0 && has; *ret_n += has) {
        name_it(v, false, *ret_n);
        rc = pt_cli_outbox_has(&v->box, "Approval", v->doc_no, &has, err);
        if (rc == 0 && has) {
            *ret_rejects = false;
            continue;
        }
        name_it(v, true, *ret_n);
        rc = rc ? rc : pt_cli_outbox_has(&v->box, "Approval", v->doc_no, &has, err);
        *ret_rejects = *ret_rejects || (rc == 0 && has);
    }
    return rc;
}

/* Another verdict may follow the first: it is told apart by what stood before it. */
static int is_news(struct verdict *v, struct pt_err *err) {
    bool has = false, rejects = false;
    size_t n = 0;
    int rc = 0;
    if (v->order) {
        name_it(v, v->o->reject, stands_at(v));
        rc = pt_cli_outbox_has(&v->box, "Approval", v->doc_no, &has, err);
    } else {
        rc = count_given(v, &n, &rejects, err);
        name_it(v, v->o->reject, n);
        has = n > 0 ? rejects == v->o->reject : v->approved && !v->o->reject;
    }
    if (rc == 0 && has) {
        rc = pt_err_set(err, PT_E_EXISTS,
                        PT_SAY("%s has said so: that is in the connector's outbox, on its way, or "
                               "in the log",
                               "%s已如此表态：该记录在连接器发件箱、发送途中或日志中"),
                        pt_cli_party(v->box.config->party));
    } else if (rc == 0 && n >= PT_KEYHISTORY_WORDS_MAX - 1 && !v->o->reject) {
        rc = pt_err_set(err, PT_E_EXISTS,
                        PT_SAY("%s has given %zu verdicts on %s, each another than the one before: "
                               "no further approval of it counts; its author has to ask anew",
                               "%s已%zu次对%s改变表态，再次同意不计；须由其作者重新提出"),
                        pt_cli_party(v->box.config->party), n, v->id);
    }
    return rc;
}

static int put_verdict(struct verdict *v, struct pt_err *err) {
    Pentad__V1__Approval approval = PENTAD__V1__APPROVAL__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    int rc = pt_cli_outbox_open(v->o->config, &v->box, err);
    rc = rc ? rc : is_news(v, err);
    if (rc != 0) {
        return rc;
    }
    approval.target = &v->target.named.ref;
    approval.target_type = (char *)(uintptr_t)v->target.info->code;
    approval.has_verdict = 1;
    approval.verdict =
        v->o->reject ? PENTAD__V1__VERDICT__VERDICT_REJECT : PENTAD__V1__VERDICT__VERDICT_APPROVE;
    approval.reason = (char *)(uintptr_t)v->o->reason;
    rec.doc_no = v->doc_no;
    rec.body_case = PENTAD__V1__RECORD__BODY_APPROVAL;
    rec.approval = &approval;
    return pt_cli_outbox_put(&v->box, &rec, v->doc_no, err);
}

/* What an erasure would destroy, as far as this body may read it: nobody should approve that
 * unseen. */
static void print_doomed(struct verdict *v, bool zh) {
    const Pentad__V1__Erasure *e = v->target.record->erasure;
    char id[PT_REF_TEXT_MAX], hash[2 * PT_HASH_LEN + 1];
    struct cli_fetched doomed;
    struct pt_err why = {0};
    pt_ref_format(id, e->record->party, e->record->stream, e->record->seq);
    pt_hex(hash, e->record->hash.data,
           e->record->hash.len < PT_HASH_LEN ? e->record->hash.len : PT_HASH_LEN);
    printf(zh ? "将被销毁的记录：\n" : "the record that would be destroyed:\n");
    if (pt_cli_fetch(&v->from.hub, id, &doomed, &why) != 0) {
        printf(zh ? "%s  %s  哈希%s\n  本方看不到其内容：%s\n"
                  : "%s  %s  hash %s\n  what it says can't be shown here: %s\n",
               id, e->type, hash, why.msg);
    } else {
        pt_cli_fetched_print(&doomed, zh);
        if (!pt_span_eq(pt_span(doomed.named.hash, PT_HASH_LEN),
                        pt_span(e->record->hash.data, e->record->hash.len))) {
            printf(zh ? "  注意：命令所指哈希为%s，与此记录不符，不会销毁任何内容\n"
                      : "  mind: the order names the hash %s, which is not this record's: it would "
                        "destroy nothing\n",
                   hash);
        }
    }
    pt_cli_fetched_done(&doomed);
}

static void say(struct verdict *v) {
    bool zh = pt_cli_chinese(v->o);
    pt_cli_fetched_print(&v->target, zh);
    if (v->target.record->body_case == PENTAD__V1__RECORD__BODY_ERASURE &&
        v->target.record->erasure->record) {
        print_doomed(v, zh);
    }
    if (v->order) {
        pt_cli_order_print(v->order, zh);
    } else {
        puts(zh ? "  须财政以外四方中三方同意"
                : "  three of the four bodies outside finance must approve");
    }
    printf(zh ? "%s%s：随%s/%s的下一批次发出\n"
              : "%s of %s: goes out with the next batch of %s/%s\n",
           v->o->reject ? zh ? "不同意" : "the rejection"
           : zh         ? "同意"
                        : "the approval",
           v->id, v->box.config->party, v->box.config->stream);
}

static int approve_one(const struct cli_options *o, struct cli_answers *a, struct pt_err *err) {
    static struct verdict v; /* in one piece that isn't moved */
    v = (struct verdict){.o = o, .from = *a};
    int rc = pt_cli_reason(o, err);
    rc = rc ? rc : pt_cli_fetch(&a->hub, o->args[0], &v.target, err);
    rc = rc ? rc : may_approve(&v.target, a->hub.config->party, err);
    pt_ref_format(v.id, v.target.named.at.party, v.target.named.at.stream, v.target.named.at.seq);
    rc = rc ? rc : find_order(&v, err);
    rc = rc ? rc : put_verdict(&v, err);
    if (rc == 0 && !o->quiet) {
        say(&v);
    }
    pt_cli_outbox_close(&v.box);
    pt_cli_fetched_done(&v.target);
    json_decref(v.orders);
    return rc;
}

/* ---- the list ---- */

static void print_orders(const struct cli_options *o, const json_t *j) {
    bool zh = pt_cli_chinese(o);
    long long omitted = (long long)json_integer_value(json_object_get(j, "omitted"));
    size_t i;
    json_t *order;
    const json_t *changes = json_object_get(j, "policy_changes");
    if (json_array_size(json_object_get(j, "orders")) == 0 && json_array_size(changes) == 0) {
        puts(zh ? "没有待同意的事项" : "nothing waits for approvals");
    }
    json_array_foreach(json_object_get(j, "orders"), i, order) {
        pt_cli_order_print(order, zh);
    }
    json_array_foreach(changes, i, order) {
        printf(
            zh ? "PolicyChange 见证策略变更  %s  已有%d方同意，须%d方（pentad policy show）\n"
               : "PolicyChange change of the policy  %s  %d of %d approvals (pentad policy show)\n",
            pt_cli_text(order, "id"), (int)json_integer_value(json_object_get(order, "given")),
            (int)json_integer_value(json_object_get(order, "needed")));
    }
    if (omitted > 0) {
        printf(zh ? "  … 另有 %lld 项\n" : "  … %lld more\n", omitted);
    }
}

/* They are in no ledger: as this body's connector has verified the log. */
static json_t *policy_changes(const char *config) {
    json_t *list = json_array();
    struct pt_keyhistory_waiting w;
    struct pt_err why;
    struct cli_keys k;
    if (!config || pt_cli_keys_open(config, &k, &why) != 0) {
        return list;
    }
    for (size_t i = 0; pt_keyhistory_policy_waiting(k.history, i, &w); i++) {
        char id[PT_REF_TEXT_MAX];
        pt_ref_format(id, w.party, w.stream, w.seq);
        json_array_append_new(list, json_pack("{s:s,s:i,s:i}", "id", id, "given",
                                              pt_cli_policy_approvals(&w), "needed",
                                              PT_KEYHISTORY_APPROVALS));
    }
    pt_cli_keys_close(&k);
    return list;
}

static int list_orders(const struct cli_options *o, struct cli_answers *a, json_t **ret,
                       struct pt_err *err) {
    int rc = pt_cli_orders(a, ret, err);
    if (rc == 0) {
        json_object_set_new(*ret, "policy_changes", policy_changes(o->config));
    }
    return rc;
}

static int approve(const struct cli_options *o) {
    static const struct cli_question list = {list_orders, print_orders};
    struct pt_err err = {0};
    struct cli_answers a = {.ledger = NULL};
    if (o->n_args == 0) {
        return o->reject || o->reason
                   ? pt_cli_misuse(&cmd_approve,
                                   PT_SAY("of which record? pentad approve lists them",
                                          "针对哪条记录？pentad approve列出待同意的记录"))
                   : pt_cli_answer(o, &list);
    }
    if (!o->config || o->data) {
        return pt_cli_misuse(&cmd_approve, PT_SAY("through which connector? --config FILE",
                                                  "经哪个连接器？--config FILE"));
    }
    int rc = pt_cli_answers_open(o, &a, &err);
    rc = rc ? rc : approve_one(o, &a, &err);
    pt_cli_answers_close(&a);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

const struct cli_command cmd_approve = {
    .name = "approve",
    .what = "orders that wait for approvals, and a verdict on one",
    .usage =
        "usage: pentad approve (--config FILE [--hub URL] | --data HUBDIR) [--json] [--zh|--en]\n"
        "       pentad approve RECORD [--reject] [--reason TEXT] --config FILE [--hub URL]\n"
        "                             [--quiet] [--zh|--en]\n"
        "\n"
        "Hub parameters (H07), working days (H08), code tables (H09), lifts of freezes (Lift) and\n"
        "erasures (Erasure) are the office's orders; each takes effect with two of congress, "
        "discipline, "
        "organization\n"
        "and audit. Without RECORD: those that wait as of the last tick, and what each has. A "
        "lift\n"
        "acts at the log position of the second approval, the others at the tick after it.\n"
        "\n"
        "With RECORD: fetches the record, shows what it says, and puts this body's verdict on "
        "just\n"
        "these bytes (Approval) into its connector's outbox. A change of another body's keys\n"
        "(KeyChange) and one of the log's witnesses, quorum or clock (PolicyChange; pentad policy\n"
        "show lists those that wait) are approved here too; they take three of the four, and act "
        "at\n"
        "the log position of the third. The newest verdict of each body counts. Two that reject "
        "such\n"
        "a change, its author aside, end it: it has to be asked for anew. Of an erasure the list\n"
        "names the record that it would destroy (pentad trace shows it, before anybody approves),\n"
        "and the verdict shows it, as far as this body may read it.\n"
        "\n"
        "  RECORD     office/main#56\n"
        "  --reject   the other verdict; also takes an approval back, as long as too few approve\n"
        "  --reason   all bodies read it\n"
        "\n"
        "exit: 0 done, 1 refused or failed, 2 wrong use\n"
        "\n"
        "example: pentad approve office/main#56 --config audit/connector.yaml\n",
    .min_args = 0,
    .max_args = 1,
    .wants = "one record at a time",
    .wants_zh = "一次一条记录",
    .run = approve};
