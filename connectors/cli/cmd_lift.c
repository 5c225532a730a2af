/* pentad lift: which streams are frozen over two statements for one sequence, what was done about
 * it, and the office's order that ends a freeze. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/proof/entry.h>

#include "orders.h"
#include "outbox.h"

/* ---- what is frozen ---- */

static int incident_of(const json_t *head, struct pt_ref *ret, char id[PT_REF_TEXT_MAX],
                       struct pt_err *err) {
    const json_t *ref = json_object_get(head, "incident");
    (void)snprintf(id, PT_REF_TEXT_MAX, "%.*s/%.*s#%.20s", PT_NAME_MAX, pt_cli_text(ref, "party"),
                   PT_NAME_MAX, pt_cli_text(ref, "stream"), pt_cli_text(ref, "seq"));
    return pt_ref_parse(id, ret, err) == 0
               ? 0
               : pt_err_set(err, PT_E_FORMAT,
                            PT_SAY("the hub doesn't say which incident froze %s/%s",
                                   "枢纽未说明%s/%s因哪起事件冻结"),
                            pt_cli_text(head, "party"), pt_cli_text(head, "stream"));
}

static void put_statement(json_t *list, const Pentad__V1__Envelope *env) {
    struct pt_statement st;
    char hex[2 * PT_HASH_LEN + 1], at[25];
    if (!env || pt_statement_open(env, &st, NULL) != 0) {
        return;
    }
    pt_hash_hex(hex, &st.hash);
    pt_time_format(at, st.msg->signed_at_ms);
    json_array_append_new(
        list,
        json_pack(
            "{s:s,s:I,s:I,s:s,s:s}", "statement", hex, "first_seq", (json_int_t)st.first_seq,
            "last_seq", (json_int_t)(st.first_seq + st.record_count - 1), "signed_at", at, "key",
            env->n_signatures > 0 && env->signatures[0]->keyid ? env->signatures[0]->keyid : ""));
    pt_statement_done(&st);
}

/* Does that order lift that incident? */
static bool lifts(const json_t *order, const char *incident) {
    size_t i;
    json_t *n;
    if (strcmp(pt_cli_text(order, "type"), "Lift") != 0) {
        return false;
    }
    json_array_foreach(json_object_get(order, "names"), i, n) {
        if (strcmp(pt_cli_text(n, "field"), "incident") == 0 &&
            strcmp(pt_cli_text(n, "id"), incident) == 0) {
            return true;
        }
    }
    return false;
}

static int put_frozen(struct cli_answers *a, const json_t *head, const json_t *orders, json_t *list,
                      struct pt_err *err) {
    json_t *statements = json_array(), *found = json_array();
    struct cli_fetched f = {.info = NULL};
    char id[PT_REF_TEXT_MAX], hex[2 * PT_HASH_LEN + 1] = "";
    struct pt_ref at;
    size_t i;
    json_t *o;
    int rc = incident_of(head, &at, id, err);
    rc = rc ? rc : pt_cli_fetch(&a->hub, id, &f, err);
    if (rc == 0 && f.info->type == PT_TYPE_INCIDENT) {
        put_statement(statements, f.record->incident->envelope_a);
        put_statement(statements, f.record->incident->envelope_b);
        pt_hex(hex, f.named.hash, sizeof f.named.hash);
    }
    json_array_foreach(json_object_get(orders, "orders"), i, o) {
        if (lifts(o, id)) {
            json_array_append(found, o);
        }
    }
    json_array_append_new(list, json_pack("{s:s,s:s,s:{s:s,s:s},s:o,s:o}", "party",
                                          pt_cli_text(head, "party"), "stream",
                                          pt_cli_text(head, "stream"), "incident", "id", id, "hash",
                                          hex, "statements", statements, "lifts", found));
    pt_cli_fetched_done(&f);
    return rc;
}

static int ask_frozen(struct cli_answers *a, json_t **ret, struct pt_err *err) {
    json_t *heads = NULL, *orders = NULL, *list = json_array();
    size_t i;
    json_t *head;
    int rc = pt_cli_get_json(&a->hub, "/v1/streams", &heads, err);
    rc = rc ? rc : pt_cli_orders(a, &orders, err);
    json_array_foreach(json_object_get(heads, "streams"), i, head) {
        if (rc == 0 && json_is_true(json_object_get(head, "frozen"))) {
            rc = put_frozen(a, head, orders, list, err);
        }
    }
    json_decref(heads);
    json_decref(orders);
    *ret = json_pack("{s:o}", "frozen", list);
    return rc;
}

static void print_frozen(const struct cli_options *o, const json_t *j) {
    bool zh = pt_cli_chinese(o);
    const json_t *list = json_object_get(j, "frozen");
    size_t i, k;
    json_t *f, *x;
    if (json_array_size(list) == 0) {
        puts(zh ? "没有被冻结的数据流" : "no stream is frozen");
    }
    json_array_foreach(list, i, f) {
        const char *id = pt_cli_text(json_object_get(f, "incident"), "id");
        printf(zh ? "%s/%s 因%s被冻结\n" : "%s/%s is frozen by %s\n", pt_cli_text(f, "party"),
               pt_cli_text(f, "stream"), id);
        json_array_foreach(json_object_get(f, "statements"), k, x) {
            printf(zh ? "  报文 %.16s  序号 %lld 至 %lld  签于 %s  密钥 %.16s\n"
                      : "  statement %.16s  numbers %lld to %lld  signed %s  by %.16s\n",
                   pt_cli_text(x, "statement"),
                   (long long)json_integer_value(json_object_get(x, "first_seq")),
                   (long long)json_integer_value(json_object_get(x, "last_seq")),
                   pt_cli_text(x, "signed_at"), pt_cli_text(x, "key"));
        }
        json_array_foreach(json_object_get(f, "lifts"), k, x) {
            pt_cli_order_print(x, zh);
        }
        if (json_array_size(json_object_get(f, "lifts")) == 0) {
            puts(zh ? "  尚无解除令" : "  no order lifts it yet");
        }
    }
}

/* ---- the order ---- */

static const json_t *find_frozen(const json_t *j, const char *stream) {
    size_t i;
    json_t *f;
    json_array_foreach(json_object_get(j, "frozen"), i, f) {
        const char *party = pt_cli_text(f, "party");
        size_t len = strlen(party);
        if (strncmp(stream, party, len) == 0 && stream[len] == '/' &&
            strcmp(stream + len + 1, pt_cli_text(f, "stream")) == 0) {
            return f;
        }
    }
    return NULL;
}

static int put_lift(struct cli_outbox *box, const struct cli_options *o, const json_t *frozen,
                    struct cli_fetched *incident, struct pt_err *err) {
    Pentad__V1__Lift lift = PENTAD__V1__LIFT__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    char doc_no[64];
    bool has = false;
    (void)snprintf(doc_no, sizeof doc_no, "lift-%.32s",
                   pt_cli_text(json_object_get(frozen, "incident"), "hash"));
    int rc = pt_cli_outbox_has(box, "Lift", doc_no, &has, err);
    if (rc == 0 && has) {
        return pt_err_set(
            err, PT_E_EXISTS,
            PT_SAY("the office has ordered it: that is in the connector's outbox, or on its way",
                   "联席会议办公室已下令：该记录在连接器发件箱或发送途中"));
    }
    lift.incident = &incident->named.ref;
    lift.party = (char *)(uintptr_t)pt_cli_text(frozen, "party");
    lift.stream = (char *)(uintptr_t)pt_cli_text(frozen, "stream");
    lift.reason = (char *)(uintptr_t)o->reason;
    rec.doc_no = doc_no;
    rec.body_case = PENTAD__V1__RECORD__BODY_LIFT;
    rec.lift = &lift;
    return rc ? rc : pt_cli_outbox_put(box, &rec, doc_no, err);
}

static int order_lift(const struct cli_options *o, const json_t *j, struct cli_answers *a,
                      struct pt_err *err) {
    const json_t *frozen = find_frozen(j, o->args[0]);
    const json_t *lift = json_array_get(json_object_get(frozen, "lifts"), 0);
    struct cli_fetched incident = {.info = NULL};
    struct cli_outbox box = {.config = NULL};
    if (strcmp(a->hub.config->party, "office") != 0) {
        return pt_err_set(err, PT_E_NOT_ASKED,
                          PT_SAY("a lift is the office's to order, not %s's",
                                 "解冻须由联席会议办公室下令，而非%s"),
                          pt_cli_party(a->hub.config->party));
    }
    if (!frozen) {
        return pt_err_set(err, PT_E_NOT_FOUND,
                          PT_SAY("no stream %s is frozen", "没有已冻结的数据流%s"), o->args[0]);
    }
    if (lift) {
        return pt_err_set(
            err, PT_E_EXISTS,
            PT_SAY("%s lifts it, once enough approve", "%s已下令解冻，待足数同意后生效"),
            pt_cli_text(lift, "id"));
    }
    int rc = pt_cli_fetch(&a->hub, pt_cli_text(json_object_get(frozen, "incident"), "id"),
                          &incident, err);
    rc = rc ? rc : pt_cli_outbox_open(o->config, &box, err);
    rc = rc ? rc : put_lift(&box, o, frozen, &incident, err);
    if (rc == 0 && !o->quiet) {
        printf(
            pt_cli_chinese(o)
                ? "解除%s的冻结：随%s/%s的下一批次发出。财政以外四方中两方同意后即刻生效：pentad "
                  "approve\n"
                : "the lift of %s goes out with the next batch of %s/%s. It takes effect with "
                  "the approval of two of the four bodies outside finance: pentad approve\n",
            o->args[0], box.config->party, box.config->stream);
    }
    pt_cli_outbox_close(&box);
    pt_cli_fetched_done(&incident);
    return rc;
}

static bool is_stream(const char *text) {
    char party[33];
    size_t len = strcspn(text, "/");
    (void)snprintf(party, sizeof party, "%.*s", len < sizeof party ? (int)len : 0, text);
    return text[len] == '/' && text[len + 1] && !strpbrk(text + len + 1, "/#") &&
           pt_party_from_name(party) != PT_PARTY_NONE;
}

static int lift(const struct cli_options *o) {
    struct pt_err err = {0};
    struct cli_answers a = {.ledger = NULL};
    json_t *j = NULL;
    if (!o->config) {
        return pt_cli_misuse(&cmd_lift, PT_SAY("through which connector? --config FILE",
                                               "经哪个连接器？--config FILE"));
    }
    if (o->n_args > 0 && !o->reason) {
        return pt_cli_misuse(&cmd_lift, PT_SAY("an order says why: --reason \"…\"",
                                               "命令须说明理由：--reason \"…\""));
    }
    if (o->n_args == 0 && o->reason) {
        return pt_cli_misuse(&cmd_lift, PT_SAY("name the stream to be lifted: finance/main",
                                               "请指明要解冻的数据流：finance/main"));
    }
    if (o->n_args > 0 && !is_stream(o->args[0])) {
        return pt_cli_misuse(&cmd_lift,
                             PT_SAY("%s is no stream: write party/stream, as finance/main",
                                    "%s不是数据流：应写作参与方/数据流，如finance/main"),
                             o->args[0]);
    }
    int rc = pt_cli_reason(o, &err);
    rc = rc ? rc : pt_cli_answers_open(o, &a, &err);
    rc = rc ? rc : ask_frozen(&a, &j, &err);
    if (rc == 0 && o->n_args > 0) {
        rc = order_lift(o, j, &a, &err);
    } else if (rc == 0 && o->json) {
        (void)pt_cli_print_json(j);
    } else if (rc == 0) {
        print_frozen(o, j);
    }
    json_decref(j);
    pt_cli_answers_close(&a);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

const struct cli_command cmd_lift = {
    .name = "lift",
    .what = "streams that are frozen, and the office's order that ends it",
    .usage =
        "usage: pentad lift --config FILE [--hub URL] [--json] [--zh|--en]\n"
        "       pentad lift STREAM --reason TEXT --config FILE [--hub URL] [--quiet] [--zh|--en]\n"
        "\n"
        "A stream whose author signed two statements for the same numbers is frozen by an\n"
        "incident. Without STREAM: those that are, with the two statements (read from the\n"
        "incident's own bytes), the orders that lift them and who has approved.\n"
        "\n"
        "With STREAM, the office's alone: puts the order (Lift) into the office's outbox. It acts\n"
        "at the log position of the second approval: pentad approve.\n"
        "\n"
        "  STREAM     finance/main\n"
        "  --reason   what was found out about it; all bodies read it\n"
        "\n"
        "exit: 0 done, 1 refused or failed, 2 wrong use\n"
        "\n"
        "example: pentad lift finance/main --reason 备份误恢复，已查明 --config "
        "office/connector.yaml\n",
    .min_args = 0,
    .max_args = 1,
    .wants = "one stream at a time",
    .wants_zh = "一次一个数据流",
    .run = lift};
