/* pentad close: StreamCloses that don't add up with what arrived here, going on behind one, and
 * saying one's own anew. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/record/ref.h>
#include <pentad/runtime/state.h>

#include "cli.h"
#include "orders.h"

struct closing {
    struct pt_config *config;
    struct pt_state *state;
};

static int open_state(const struct cli_options *o, enum pt_state_mode mode, struct closing *ret,
                      struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    int rc = pt_config_load(o->config, &ret->config, err);
    return rc ? rc : pt_state_open_in(ret->config->state, mode, &ret->state, err);
}

static void close_state(struct closing *k) {
    pt_state_free(k->state);
    pt_config_free(k->config);
}

/* ---- the list ---- */

static int list_one(void *ctx, const struct pt_wrong_close *w) {
    char id[PT_REF_TEXT_MAX];
    pt_ref_format(id, w->party, w->stream, w->seq);
    json_array_append_new(ctx, json_pack("{s:s,s:I,s:s,s:s?}", "id", id, "log_index",
                                         (json_int_t)w->log_index, "what", w->what, "accepted",
                                         w->accepted));
    return 0;
}

static void print_list(const json_t *list, bool zh) {
    size_t i;
    json_t *w;
    if (json_array_size(list) == 0) {
        puts(zh ? "各方日结均与所收记录相符" : "every close adds up with what arrived here");
    }
    json_array_foreach(list, i, w) {
        const char *accepted = json_string_value(json_object_get(w, "accepted"));
        printf(zh ? "%s  日志 %lld：%s\n" : "%s  log entry %lld: %s\n", pt_cli_text(w, "id"),
               (long long)json_integer_value(json_object_get(w, "log_index")),
               pt_cli_text(w, "what"));
        printf(accepted ? zh ? "  已接受：%s\n" : "  accepted: %s\n"
               : zh     ? "  未接受：其后不再见证%s\n"
                        : "  nothing behind it is cosigned%s\n",
               accepted ? accepted : "");
    }
}

static int list(const struct cli_options *o, struct closing *k, struct pt_err *err) {
    json_t *found = json_array();
    int rc = pt_wrong_close_each(k->state, list_one, found, err);
    if (rc == 0 && o->json) {
        json_t *j = json_pack("{s:O}", "closes", found);
        (void)pt_cli_print_json(j);
        json_decref(j);
    } else if (rc == 0) {
        print_list(found, pt_cli_chinese(o));
    }
    json_decref(found);
    return rc;
}

/* ---- going on behind one ---- */

static int accept_close(const struct cli_options *o, struct closing *k, const struct pt_ref *ref,
                        struct pt_err *err) {
    int64_t first = 0;
    int rc = pt_wrong_close_accept(k->state, ref->party, ref->stream, ref->seq, o->reason, err);
    rc = rc ? rc : pt_wrong_close_first(k->state, &first, err);
    rc = rc || first != 0 ? rc : pt_alarm_clear(k->state, "withheld_record", err);
    if (rc == 0 && !o->quiet) {
        bool zh = pt_cli_chinese(o);
        if (first != 0) {
            printf(zh ? "%s：已接受；见证止于第%" PRId64 "条之前的另一份日结\n"
                      : "%s: accepted; another close still bars what is behind log entry %" PRId64
                        "\n",
                   o->args[1], first);
        } else {
            printf(zh ? "%s：已接受，继续见证\n" : "%s: accepted; cosigning goes on behind it\n",
                   o->args[1]);
        }
    }
    return rc;
}

/* ---- saying one's own anew ---- */

static int again(const struct cli_options *o, struct closing *k, const struct pt_ref *ref,
                 struct pt_err *err) {
    uint64_t since = 0;
    if (strcmp(ref->party, k->config->party) != 0 || strcmp(ref->stream, k->config->stream) != 0) {
        return pt_err_set(err, PT_E_NOT_ASKED,
                          PT_SAY("%s is no close of %s/%s: its author says it anew",
                                 "%s不是%s/%s的日结：须由其作者重新说明"),
                          o->args[1], k->config->party, k->config->stream);
    }
    int rc = pt_outbox_close_before(k->state, ref->seq + 1, &since, err);
    if (rc == 0 && since != ref->seq) {
        rc = pt_err_set(err, PT_E_NOT_FOUND,
                        PT_SAY("%s is no StreamClose of this outbox", "%s不是本发件箱的日结"),
                        o->args[1]);
    }
    rc = rc ? rc : pt_outbox_close_before(k->state, ref->seq, &since, err);
    rc = rc ? rc : pt_state_set_int(k->state, "close_again", since > 0 ? (int64_t)since : 1, err);
    if (rc == 0 && !o->quiet) {
        printf(pt_cli_chinese(o) ? "自第%" PRIu64 "号起的日结：随%s/%s的下一批次重新说明\n"
                                 : "all since number %" PRIu64
                                   " is said anew with the next batch of %s/%s\n",
               since > 0 ? since : 1, k->config->party, k->config->stream);
    }
    return rc;
}

static int run(const struct cli_options *o) {
    struct pt_err err = {0};
    struct closing k = {.config = NULL};
    struct pt_ref ref;
    bool accepts = o->n_args == 2 && strcmp(o->args[0], "accept") == 0;
    bool repeats = o->n_args == 2 && strcmp(o->args[0], "again") == 0;
    if (!o->config) {
        return pt_cli_misuse(
            &cmd_close, PT_SAY("of which connector? --config FILE", "哪个连接器？--config FILE"));
    }
    if (o->n_args > 0 && !accepts && !repeats) {
        return pt_cli_misuse(&cmd_close, PT_SAY("accept RECORD, again RECORD, or nothing",
                                                "accept RECORD、again RECORD，或不带参数"));
    }
    if (accepts != (o->reason != NULL)) {
        return pt_cli_misuse(
            &cmd_close, "%s",
            accepts ? PT_SAY("why is it accepted? --reason \"…\"", "为何接受？--reason \"…\"")
                    : PT_SAY("--reason goes with accept", "--reason与accept同用"));
    }
    int rc = pt_cli_reason(o, &err);
    rc = rc || o->n_args == 0 ? rc : pt_cli_ref_parse(o->args[1], &ref, &err);
    rc = rc ? rc : open_state(o, o->n_args == 0 ? PT_STATE_READ : PT_STATE_CHANGE, &k, &err);
    if (rc == 0) {
        rc = accepts   ? accept_close(o, &k, &ref, &err)
             : repeats ? again(o, &k, &ref, &err)
                       : list(o, &k, &err);
    }
    close_state(&k);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

const struct cli_command cmd_close = {
    .name = "close",
    .what = "closes that don't add up: list, accept, say anew",
    .usage =
        "usage: pentad close --config FILE [--json] [--zh|--en]\n"
        "       pentad close accept RECORD --reason TEXT --config FILE [--quiet] [--zh|--en]\n"
        "       pentad close again RECORD --config FILE [--quiet] [--zh|--en]\n"
        "\n"
        "A StreamClose says how many records each body may read, and over which. One that doesn't\n"
        "add up with what arrived here is kept: the hub withheld a record, or its author was "
        "wrong.\n"
        "This connector cosigns nothing behind it until the author says all of it anew, under its\n"
        "own signature, and that adds up; then it was a mistake, and cosigning goes on by itself.\n"
        "\n"
        "  (nothing)  those that don't add up, from this connector's state\n"
        "  accept     goes on behind that one all the same, for a reason that is kept with it\n"
        "  again      of one's own: the connector says anew, with its next batch, all that was "
        "due\n"
        "             since the close before it\n"
        "\n"
        "  RECORD     finance/main#1234, as the list has it\n"
        "\n"
        "The connector may run meanwhile.\n"
        "\n"
        "exit: 0 done, 1 refused or failed, 2 wrong use\n"
        "\n"
        "example: pentad close accept finance/main#1234 --reason 经核对系日结有误 --config "
        "audit/connector.yaml\n",
    .min_args = 0,
    .max_args = 2,
    .wants = "accept RECORD, again RECORD, or nothing",
    .wants_zh = "accept RECORD、again RECORD，或不带参数",
    .run = run};
