/* pentad erase: the office's order that destroys a record's bytes. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>

#include "orders.h"
#include "outbox.h"

enum { BASIS_MAX = 200 };

/* The office can't read everything: what it may not is ordered by what the log says of it. */
struct named {
    struct cli_named at;
    const struct pt_record_info *info;
};

static int name_it(struct cli_hub *h, const char *text, struct named *ret, struct pt_err *err) {
    char path[160], type[16];
    struct pt_ref at;
    json_t *j = NULL;
    int rc = pt_cli_ref_parse(text, &at, err);
    if (rc == 0) {
        (void)snprintf(path, sizeof path, "/v1/records/%s/%s/%llu/trace", at.party, at.stream,
                       (unsigned long long)at.seq);
        rc = pt_cli_get_json(h, path, &j, err);
    }
    const json_t *record = json_object_get(j, "record");
    rc = rc ? rc : pt_cli_name_record(record, &ret->at, err);
    (void)snprintf(type, sizeof type, "%s", pt_cli_text(record, "type"));
    json_decref(j);
    ret->info = rc == 0 ? pt_record_info_by_code(type) : NULL;
    if (rc == 0 && strcmp(type, "erased") == 0) {
        return pt_err_set(err, PT_E_ERASED, PT_SAY("%s was destroyed already", "%s已销毁"), text);
    }
    if (rc == 0 && (!ret->info || (ret->info->flags & PT_RT_EXCHANGE))) {
        return pt_err_set(err, PT_E_FORBIDDEN,
                          PT_SAY("%s is of type %s: records about the exchange itself stay",
                                 "%s为%s类：有关交换本身的记录须保留"),
                          text, type);
    }
    return rc;
}

static int put_order(const struct cli_options *o, struct named *n, struct pt_err *err) {
    Pentad__V1__Erasure erasure = PENTAD__V1__ERASURE__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    struct cli_outbox box;
    char doc_no[64], hex[2 * PT_HASH_LEN + 1];
    bool has = false;
    int rc = pt_cli_outbox_open(o->config, &box, err);
    if (rc != 0) {
        return rc;
    }
    pt_hex(hex, n->at.hash, sizeof n->at.hash);
    (void)snprintf(doc_no, sizeof doc_no, "erasure-%.32s", hex);
    rc = pt_cli_outbox_has(&box, "Erasure", doc_no, &has, err);
    if (rc == 0 && has) {
        rc = pt_err_set(
            err, PT_E_EXISTS,
            PT_SAY("the office has ordered it: that is in the connector's outbox, or on its way",
                   "联席会议办公室已下令：该记录在连接器发件箱或发送途中"));
    }
    erasure.record = &n->at.ref;
    erasure.type = (char *)(uintptr_t)n->info->code;
    erasure.basis = (char *)(uintptr_t)o->basis;
    erasure.reason = (char *)(uintptr_t)o->reason;
    rec.doc_no = doc_no;
    rec.body_case = PENTAD__V1__RECORD__BODY_ERASURE;
    rec.erasure = &erasure;
    rc = rc ? rc : pt_cli_outbox_put(&box, &rec, doc_no, err);
    if (rc == 0 && !o->quiet) {
        printf(
            pt_cli_chinese(o)
                ? "销毁%s（%s，哈希%.16s）：随%s/%s的下一批次发出。财政以外四方中两方同意后，于下一"
                  "时点生效，不可恢复：pentad approve\n"
                : "the erasure of %s (%s, hash %.16s) goes out with the next batch of %s/%s. With "
                  "the approval of two of the four bodies outside finance it takes effect at the "
                  "next tick, for good: pentad approve\n",
            o->args[0], n->info->code, hex, box.config->party, box.config->stream);
    }
    pt_cli_outbox_close(&box);
    return rc;
}

static int erase(const struct cli_options *o) {
    struct pt_err err = {0};
    struct cli_hub h = {0};
    struct named n; /* in one piece that isn't moved */
    if (!o->config) {
        return pt_cli_misuse(&cmd_erase, PT_SAY("through which connector? --config FILE",
                                                "经哪个连接器？--config FILE"));
    }
    if (!o->basis) {
        return pt_cli_misuse(&cmd_erase,
                             PT_SAY("on what rule of retention does it rest? --basis \"…\"",
                                    "依据哪条保管规定？--basis \"…\""));
    }
    int rc = pt_cli_reason(o, &err);
    rc = rc ? rc : pt_cli_check_text("--basis", o->basis, BASIS_MAX, &err);
    rc = rc ? rc : pt_cli_hub_open(o, &h, &err);
    if (rc == 0 && strcmp(h.config->party, "office") != 0) {
        rc = pt_err_set(&err, PT_E_NOT_ASKED,
                        PT_SAY("an erasure is the office's to order, not %s's",
                               "销毁须由联席会议办公室下令，而非%s"),
                        pt_cli_party(h.config->party));
    }
    rc = rc ? rc : name_it(&h, o->args[0], &n, &err);
    rc = rc ? rc : put_order(o, &n, &err);
    pt_cli_hub_close(&h);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

const struct cli_command cmd_erase = {
    .name = "erase",
    .what = "the office's order that destroys a record's bytes",
    .usage =
        "usage: pentad erase RECORD --basis TEXT [--reason TEXT] --config FILE [--hub URL]\n"
        "                    [--quiet] [--zh|--en]\n"
        "\n"
        "The office's alone: puts the order (Erasure) into the office's outbox. With the approval\n"
        "of two of congress, discipline, organization and audit (pentad approve) the hub destroys\n"
        "the record's bytes at the next tick, and every connector the copy in its own state. What\n"
        "stays: its place and hash, the order and who approved it; every proof of its neighbours\n"
        "holds. Figures no longer count it. It can't be undone. Records about the exchange itself\n"
        "(keys, ticks, approvals, discrepancies) stay.\n"
        "\n"
        "  RECORD     finance/main#1234\n"
        "  --basis    the rule of retention that it rests on, 200 characters at most\n"
        "  --reason   anything more to be said; all bodies read both\n"
        "\n"
        "exit: 0 queued, 1 refused or failed, 2 wrong use\n"
        "\n"
        "example: pentad erase finance/main#1234 --basis 会计档案管理办法第十四条 --config "
        "office/connector.yaml\n",
    .min_args = 1,
    .max_args = 1,
    .wants = "one record at a time",
    .wants_zh = "一次一条记录",
    .run = erase};
