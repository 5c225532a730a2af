/* pentad discrepancy reply, waive, approve: what a person says to a discrepancy, composed as a
 * record and put into the connector's outbox. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/ledger/query.h>
#include <pentad/record/ref.h>
#include <pentad/record/visible.h>

#include "discrepancy.h"
#include "outbox.h"

enum { EVIDENCE_MAX = 100, TEXT_MAX = 2000, REASON_MAX = 500 };

/* What is about to be said, while it is composed. */
struct answer {
    const struct cli_options *o;
    struct cli_outbox box;
    struct cli_answers from;
    json_t *life;
    const json_t *discrepancy;
    uint8_t id[16];
    char doc_no[96]; /* the same until the ledger has it: nothing is queued twice */
};

static int answer_open(const struct cli_options *o, struct answer *a, struct pt_err *err) {
    memset(a, 0, sizeof *a);
    a->o = o;
    int rc = pt_cli_answers_open(o, &a->from, err);
    rc = rc ? rc : pt_cli_outbox_open(o->config, &a->box, err);
    rc = rc ? rc : pt_cli_life(&a->from, o->args[0], &a->life, err);
    a->discrepancy = json_object_get(a->life, "discrepancy");
    return rc;
}

static void answer_close(struct answer *a) {
    json_decref(a->life);
    pt_cli_answers_close(&a->from);
    pt_cli_outbox_close(&a->box);
}

/* Its id, and the document number of the n-th such thing that we say in this episode. */
static int answer_name(struct answer *a, const char *what, unsigned nth, struct pt_err *err) {
    const char *id = pt_cli_text(a->discrepancy, "id");
    (void)snprintf(a->doc_no, sizeof a->doc_no, "%s-%s-%lld-%u", what, id,
                   (long long)json_integer_value(json_object_get(a->discrepancy, "episode")), nth);
    return pt_unhex(id, strlen(id), a->id, sizeof a->id) == 0
               ? 0
               : pt_err_set(
                     err, PT_E_FORMAT,
                     PT_SAY("the answer has a discrepancy without an id", "答复中的差异缺少编号"));
}

static int find_record(struct answer *a, const char *text, struct cli_named *ret,
                       struct pt_err *err) {
    struct pt_ref at;
    char path[128];
    json_t *j = NULL;
    int rc = pt_cli_ref_parse(text, &at, err);
    if (rc == 0 && a->from.ledger) {
        rc = pt_ledger_trace_record(a->from.ledger, at.party, at.stream, at.seq,
                                    (struct pt_list_page){0}, PT_PARTY_HUB, &j, err);
    } else if (rc == 0) {
        (void)snprintf(path, sizeof path, "/v1/records/%s/%s/%" PRIu64 "/trace", at.party,
                       at.stream, at.seq);
        rc = pt_cli_get_json(&a->from.hub, path, &j, err);
    }
    rc = rc ? rc : pt_cli_name_record(json_object_get(j, "record"), ret, err);
    json_decref(j);
    return rc;
}

static int queue(struct answer *a, Pentad__V1__Record *rec, const char *type, struct pt_err *err) {
    bool has = false;
    int rc = pt_cli_outbox_has(&a->box, type, a->doc_no, &has, err);
    if (rc == 0 && has) {
        return pt_err_set(
            err, PT_E_EXISTS,
            PT_SAY("%s has answered it: that is in the connector's outbox, or on its way",
                   "%s已答复：该记录在连接器发件箱或发送途中"),
            pt_cli_party(a->box.config->party));
    }
    rec->doc_no = a->doc_no;
    return rc ? rc : pt_cli_outbox_put(&a->box, rec, a->doc_no, err);
}

static void say_queued(const struct answer *a, const char *next, const char *next_zh) {
    if (a->o->quiet) {
        return;
    }
    bool zh = pt_cli_chinese(a->o);
    const struct pt_config *c = a->box.config;
    printf(zh ? "%s：随%s/%s的下一批次发出。%s\n"
              : "%s: goes out with the next batch of %s/%s. %s\n",
           pt_cli_text(a->discrepancy, "id"), c->party, c->stream, zh ? next_zh : next);
}

/* ---- reply and waive ---- */

/* Who may read a reply to a discrepancy about a clue goes by what it says of that. */
static void say_about(const json_t *d, Pentad__V1__DiscrepancyReply *reply) {
    const json_t *figures = json_object_get(d, "figures");
    const char *rule = pt_cli_text(d, "rule");
    size_t i;
    json_t *f;
    if (!pt_rule_about_clues(rule)) {
        return;
    }
    reply->rule = (char *)(uintptr_t)rule;
    json_array_foreach(figures, i, f) {
        if (strcmp(pt_cli_text(f, "label"), PT_CLUE_SENDER_FIGURE) == 0) {
            reply->sender = (char *)(uintptr_t)pt_cli_text(f, "text");
        }
    }
}

static int compose_reply(struct answer *a, Pentad__V1__ReplyKind kind, struct pt_err *err) {
    static struct cli_named evidence[EVIDENCE_MAX];
    Pentad__V1__RecordRef *refs[EVIDENCE_MAX];
    Pentad__V1__DiscrepancyReply reply = PENTAD__V1__DISCREPANCY_REPLY__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    const char *party = a->box.config->party;
    bool waive = kind == PENTAD__V1__REPLY_KIND__REPLY_KIND_WAIVE;
    int rc = pt_may_reply(a->life, party, kind, err);
    rc = rc ? rc : pt_cli_check_text("--text", a->o->text, TEXT_MAX, err);
    rc = rc ? rc : answer_name(a, waive ? "waiver" : "reply", pt_replies_by(a->life, party), err);
    for (int i = 0; rc == 0 && i < a->o->n_evidence; i++) {
        rc = find_record(a, a->o->evidence[i], &evidence[i], err);
        refs[i] = &evidence[i].ref;
    }
    if (rc != 0) {
        return rc;
    }
    reply.has_id = reply.has_episode = reply.has_kind = 1;
    reply.id = (ProtobufCBinaryData){.len = sizeof a->id, .data = a->id};
    reply.episode = (uint32_t)json_integer_value(json_object_get(a->discrepancy, "episode"));
    reply.kind = kind;
    reply.text = (char *)(uintptr_t)a->o->text;
    reply.n_evidence = (size_t)a->o->n_evidence;
    reply.evidence = refs;
    say_about(a->discrepancy, &reply);
    rec.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY_REPLY;
    rec.discrepancy_reply = &reply;
    return queue(a, &rec, "H02", err);
}

static int say_reply(const struct cli_options *o, Pentad__V1__ReplyKind kind) {
    struct pt_err err = {0};
    struct answer a;
    int rc = answer_open(o, &a, &err);
    rc = rc ? rc : compose_reply(&a, kind, &err);
    if (rc == 0 && kind != PENTAD__V1__REPLY_KIND__REPLY_KIND_WAIVE) {
        say_queued(&a, "The next tick sets it to REPLIED; it closes when the facts agree.",
                   "下一时点转为已答复；事实一致后销号。");
    } else if (rc == 0 && pt_waiver_needs_approval(a.life)) {
        say_queued(&a,
                   "Finance answers here, so it counts once congress or audit approves: "
                   "pentad discrepancy approve ID.",
                   "本差异由财政局答复，须经人大或审计同意后生效：pentad discrepancy approve ID。");
    } else if (rc == 0) {
        say_queued(&a, "No approval is needed: the next tick waives it.",
                   "无须其他单位同意，下一时点生效。");
    }
    answer_close(&a);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

static int reply(const struct cli_options *o) {
    Pentad__V1__ReplyKind kind = o->kind ? pt_reply_kind(o->kind) : 0;
    if (!o->config) {
        return pt_cli_misuse(
            &cmd_discrepancy_reply,
            PT_SAY("through which connector? --config FILE", "经哪个连接器？--config FILE"));
    }
    if (kind == 0) {
        return pt_cli_misuse(&cmd_discrepancy_reply,
                             PT_SAY("--kind %s is none of corrected, explain, dispute, rectified",
                                    "--kind %s不是corrected、explain、dispute、rectified之一"),
                             o->kind ? o->kind : "(absent)");
    }
    if (!o->text && (kind == PENTAD__V1__REPLY_KIND__REPLY_KIND_EXPLAIN ||
                     kind == PENTAD__V1__REPLY_KIND__REPLY_KIND_DISPUTE)) {
        return pt_cli_misuse(&cmd_discrepancy_reply,
                             PT_SAY("--kind %s wants its --text", "--kind %s须附--text"), o->kind);
    }
    if (o->n_evidence > EVIDENCE_MAX) {
        return pt_cli_misuse(
            &cmd_discrepancy_reply,
            PT_SAY("%d pieces of --evidence, at most %d", "--evidence有%d份，至多%d份"),
            o->n_evidence, EVIDENCE_MAX);
    }
    return say_reply(o, kind);
}

static int waive(const struct cli_options *o) {
    if (!o->config) {
        return pt_cli_misuse(
            &cmd_discrepancy_waive,
            PT_SAY("through which connector? --config FILE", "经哪个连接器？--config FILE"));
    }
    if (!o->text) {
        return pt_cli_misuse(&cmd_discrepancy_waive, PT_SAY("a waiver says why: --text \"…\"",
                                                            "认可须说明理由：--text \"…\""));
    }
    return say_reply(o, PENTAD__V1__REPLY_KIND__REPLY_KIND_WAIVE);
}

/* ---- approve ---- */

static int compose_approval(struct answer *a, struct pt_err *err) {
    static char target_type[] = "H02";
    Pentad__V1__Approval approval = PENTAD__V1__APPROVAL__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    const json_t *waiver = pt_waiver_of(a->life);
    struct cli_named target;
    int rc = pt_may_approve(a->life, a->box.config->party, err);
    rc = rc ? rc : pt_cli_check_text("--text", a->o->text, REASON_MAX, err);
    rc = rc ? rc : pt_cli_name_record(waiver, &target, err);
    rc = rc ? rc : answer_name(a, "approval", pt_replies_by(a->life, "office"), err);
    if (rc != 0) {
        return rc;
    }
    approval.target = &target.ref;
    approval.target_type = target_type;
    approval.has_verdict = 1;
    approval.verdict = PENTAD__V1__VERDICT__VERDICT_APPROVE;
    approval.reason = (char *)(uintptr_t)a->o->text;
    rec.body_case = PENTAD__V1__RECORD__BODY_APPROVAL;
    rec.approval = &approval;
    return queue(a, &rec, "Approval", err);
}

static int approve(const struct cli_options *o) {
    struct pt_err err = {0};
    struct answer a;
    if (!o->config) {
        return pt_cli_misuse(
            &cmd_discrepancy_approve,
            PT_SAY("through which connector? --config FILE", "经哪个连接器？--config FILE"));
    }
    int rc = answer_open(o, &a, &err);
    rc = rc ? rc : compose_approval(&a, &err);
    if (rc == 0) {
        say_queued(&a, "The next tick waives it.", "下一时点认可生效。");
    }
    answer_close(&a);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

#define ID_HELP "  ID           32 hexadecimal digits, or the first 6 or more that are its alone\n"

const struct cli_command cmd_discrepancy_reply = {
    .name = "discrepancy reply",
    .what = "answer a discrepancy",
    .usage = "usage: pentad discrepancy reply ID --kind corrected|explain|dispute|rectified\n"
             "                                [--text TEXT] [--evidence RECORD]…\n"
             "                                --config FILE [--hub URL] [--quiet] [--zh|--en]\n"
             "\n"
             "Composes a reply (H02) of the body that the configuration is of, and puts it into\n"
             "its connector's outbox. A body that isn't asked, a second reply and a discrepancy\n"
             "that is closed are refused before anything is queued.\n"
             "\n" ID_HELP
             "  --kind       corrected: our record was wrong and is corrected; explain: it is\n"
             "               right, and why; dispute: the other side is wrong; rectified: done\n"
             "  --text       what people read; explain and dispute want it\n"
             "  --evidence   finance/main#1234, a record that bears it out; may be repeated\n"
             "\n"
             "exit: 0 queued, 1 refused or failed, 2 wrong use\n"
             "\n"
             "example: pentad discrepancy reply 3f9a12 --kind corrected --evidence "
             "finance/main#1234\n"
             "           --text 已冲销重复支付 --config finance/connector.yaml\n",
    .min_args = 1,
    .max_args = 1,
    .wants = "name one discrepancy by its id",
    .wants_zh = "请以编号指明一项差异",
    .run = reply};

const struct cli_command cmd_discrepancy_waive = {
    .name = "discrepancy waive",
    .what = "accept a discrepancy as it is (office)",
    .usage = "usage: pentad discrepancy waive ID --text TEXT --config FILE [--hub URL]\n"
             "                                [--quiet] [--zh|--en]\n"
             "\n"
             "The office's alone: composes a waiver (H02) and puts it into the office's outbox.\n"
             "Where finance has to answer, it counts once congress or audit approves it.\n"
             "\n" ID_HELP "\n"
             "exit: 0 queued, 1 refused or failed, 2 wrong use\n"
             "\n"
             "example: pentad discrepancy waive 3f9a12 --text 历史口径差异 --config "
             "office/connector.yaml\n",
    .min_args = 1,
    .max_args = 1,
    .wants = "name one discrepancy by its id",
    .wants_zh = "请以编号指明一项差异",
    .run = waive};

const struct cli_command cmd_discrepancy_approve = {
    .name = "discrepancy approve",
    .what = "approve the office's waiver (congress, audit)",
    .usage =
        "usage: pentad discrepancy approve ID [--text TEXT] --config FILE [--hub URL]\n"
        "                                  [--quiet] [--zh|--en]\n"
        "\n"
        "Composes the Approval of the waiver that the office gave a discrepancy which finance\n"
        "has to answer. One of congress and audit is enough.\n"
        "\n" ID_HELP "\n"
        "exit: 0 queued, 1 refused or failed, 2 wrong use\n"
        "\n"
        "example: pentad discrepancy approve 3f9a12 --config audit/connector.yaml\n",
    .min_args = 1,
    .max_args = 1,
    .wants = "name one discrepancy by its id",
    .wants_zh = "请以编号指明一项差异",
    .run = approve};
