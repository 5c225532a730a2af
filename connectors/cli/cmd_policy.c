/* pentad policy: which witnesses and which quorum the log is under, since when; the parts of
 * `policy`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/file.h>
#include <pentad/record/ref.h>

#include "keys.h"
#include "policy.h"

/* ---- show ---- */

static const struct cli_command cmd_policy_show;

static void by_whom(char out[PT_REF_TEXT_MAX], const struct pt_keyhistory_policy *p) {
    if (p->party[0]) {
        pt_ref_format(out, p->party, p->stream, p->seq);
    } else {
        (void)snprintf(out, PT_REF_TEXT_MAX, "genesis");
    }
}

/* The size at which the next one came; 0: it is in force. */
static uint64_t until(const struct pt_keyhistory *k, size_t i) {
    return i + 1 < pt_keyhistory_policies(k) ? pt_keyhistory_policy(k, i + 1)->from + 1 : 0;
}

static json_t *policy_json(const struct pt_keyhistory *k, size_t i) {
    const struct pt_keyhistory_policy *p = pt_keyhistory_policy(k, i);
    char by[PT_REF_TEXT_MAX];
    json_t *j = pt_cli_policy_json(p->said);
    by_whom(by, p);
    json_object_set_new(j, "log_index", json_integer((json_int_t)p->from));
    json_object_set_new(j, "by", json_string(by));
    json_object_set_new(j, "before_size",
                        until(k, i) ? json_integer((json_int_t)until(k, i)) : json_null());
    return j;
}

static json_t *waiting_json(const struct pt_keyhistory *k) {
    struct pt_keyhistory_waiting w;
    json_t *list = json_array();
    for (size_t i = 0; pt_keyhistory_policy_waiting(k, i, &w); i++) {
        char by[PT_REF_TEXT_MAX];
        json_t *j = pt_cli_policy_json(w.said), *approved = json_array();
        pt_ref_format(by, w.party, w.stream, w.seq);
        for (int n = 0; n < pt_cli_policy_approvals(&w); n++) {
            json_array_append_new(approved, json_string(w.approved[n]));
        }
        json_object_set_new(j, "record", json_string(by));
        json_object_set_new(j, "reason",
                            w.said->reason ? json_string(w.said->reason) : json_null());
        json_object_set_new(j, "approved", approved);
        json_object_set_new(j, "needed", json_integer(PT_KEYHISTORY_APPROVALS));
        json_array_append_new(list, j);
    }
    return list;
}

static void show_json(const struct cli_keys *k, bool own) {
    size_t n = pt_keyhistory_policies(k->history);
    json_t *before = json_array();
    for (size_t i = n - 1; i > 0; i--) {
        json_array_append_new(before, policy_json(k->history, i - 1));
    }
    json_t *j = json_pack("{s:s,s:s,s:I,s:s,s:o,s:o,s:o}", "party", k->config->party, "stream",
                          k->config->stream, "log_entries", (json_int_t)k->size, "file",
                          own ? "own" : "of_the_log", "policy", policy_json(k->history, n - 1),
                          "before", before, "waiting", waiting_json(k->history));
    (void)pt_cli_print_json(j);
    json_decref(j);
}

static void show_one(const struct pt_keyhistory *k, size_t i, bool zh) {
    const struct pt_keyhistory_policy *p = pt_keyhistory_policy(k, i);
    char by[PT_REF_TEXT_MAX], upto[64] = "";
    by_whom(by, p);
    if (until(k, i)) {
        (void)snprintf(upto, sizeof upto,
                       zh ? "，条目数不足%" PRIu64 "的检查点适用"
                          : ", for checkpoints of fewer than %" PRIu64 " entries",
                       until(k, i));
    }
    printf(zh ? "自日志条目%" PRIu64 "起（%s）%s：\n" : "since log entry %" PRIu64 " (%s)%s:\n",
           p->from, by, upto);
    pt_cli_policy_print(p->said, NULL, zh);
}

static void show_waiting(const struct pt_keyhistory *k, bool zh) {
    const struct pt_keyhistory_policy *now = pt_keyhistory_policy_at(k, UINT64_MAX);
    struct pt_keyhistory_waiting w;
    for (size_t i = 0; pt_keyhistory_policy_waiting(k, i, &w); i++) {
        char by[PT_REF_TEXT_MAX], names[100];
        pt_ref_format(by, w.party, w.stream, w.seq);
        pt_cli_policy_approved(names, &w, zh);
        printf(zh ? "待同意：%s，已有%d方同意，须%d方%s%s\n"
                  : "waits: %s, %d of %d approvals%s%s\n",
               by, pt_cli_policy_approvals(&w), PT_KEYHISTORY_APPROVALS,
               names[0] ? zh ? "：" : ": " : "", names);
        pt_cli_policy_print(w.said, now->said, zh);
    }
}

static void show_text(const struct cli_keys *k, bool own, bool zh) {
    printf(zh ? "%s/%s 的连接器已核验的见证策略，日志共%" PRIu64 "条\n"
              : "the log's policy as the connector of %s/%s has verified it, in %" PRIu64
                " log entries\n",
           zh ? pt_cli_word(k->config->party, zh) : k->config->party, k->config->stream, k->size);
    for (size_t i = pt_keyhistory_policies(k->history); i > 0; i--) {
        show_one(k->history, i - 1, zh);
    }
    show_waiting(k->history, zh);
    if (own) {
        puts(zh ? "本连接器的策略文件与日志不同，以该文件为准"
                : "this connector's policy file is none of these: the file wins");
    }
}

/* ---- files ---- */

static int write_one(const struct cli_options *o, const char *name, const struct pt_buf *text,
                     struct pt_err *err) {
    char path[4096];
    if (pt_path_join(path, sizeof path, o->out, name) != 0) {
        return pt_err_set(err, PT_E_USAGE,
                          PT_SAY("--out: the path is too long", "--out：路径过长"));
    }
    return pt_file_write(path, text->p, text->len, 0644, err);
}

/* policy.txt, those before it, genesis.hash: what a verifier is handed. */
static int write_files(const struct cli_options *o, const struct cli_keys *k, struct pt_err *err) {
    char name[64], hex[2 * PT_HASH_LEN + 1];
    struct pt_buf text;
    pt_buf_init(&text, PT_POLICY_FILE_MAX);
    int rc = pt_mkdirs(o->out, 0755, err);
    for (size_t i = 0; rc == 0 && i < pt_keyhistory_policies(k->history); i++) {
        (void)snprintf(name, sizeof name, "policy.txt");
        if (until(k->history, i)) {
            (void)snprintf(name, sizeof name, "policy-before-%" PRIu64 ".txt",
                           until(k->history, i));
        }
        pt_buf_reset(&text);
        rc = pt_keyhistory_policy_text(k->history, i, &text);
        rc = rc ? pt_err_set(err, rc, "out of memory") : write_one(o, name, &text, err);
    }
    pt_buf_reset(&text);
    pt_hash_hex(hex, &k->trust.hub);
    (void)pt_buf_printf(&text, "%s\n", hex);
    rc = rc ? rc : write_one(o, "genesis.hash", &text, err);
    pt_buf_done(&text);
    return rc;
}

static int show(const struct cli_options *o) {
    struct pt_err err = {0};
    struct cli_keys k;
    struct pt_policy *of_log = NULL;
    if (!o->config) {
        return pt_cli_misuse(&cmd_policy_show,
                             PT_SAY("as which connector verified it? --config FILE",
                                    "由哪个连接器核验？--config FILE"));
    }
    int rc = pt_cli_keys_open(o->config, &k, &err);
    rc = rc ? rc : pt_trust_log_policy(&k.trust, k.history, &of_log, &err);
    bool own = rc == 0 && !of_log;
    pt_policies_free(of_log);
    rc = rc ? rc : o->out ? write_files(o, &k, &err) : 0;
    if (rc == 0 && o->json) {
        show_json(&k, own);
    } else if (rc == 0 && !o->quiet) {
        show_text(&k, own, pt_cli_chinese(o));
    }
    pt_cli_keys_close(&k);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

static const struct cli_command cmd_policy_show = {
    .name = "policy show",
    .what = "witnesses, quorum and clock, since when, and what was in force before",
    .usage =
        "usage: pentad policy show --config FILE [--out DIR] [--json] [--quiet] [--zh|--en]\n"
        "\n"
        "The policy that the log is under, as this connector has verified it from the genesis and\n"
        "every PolicyChange with its approvals, also while no hub answers; those before it, and\n"
        "changes that still wait for approvals (+ what would come, - what would go).\n"
        "\n"
        "  --out DIR   writes what a verifier trusts: policy.txt (C2SP tlog-policy) as in force,\n"
        "              policy-before-N.txt for the checkpoints of fewer than N entries, one for\n"
        "              each change, and genesis.hash. `pentad verify --trust DIR` takes all of "
        "them.\n"
        "              Compare them with another body's before you rely on them.\n"
        "\n"
        "Where this connector's own policy file is none of the log's, that file wins here, and\n"
        "this says so.\n"
        "\n"
        "exit: 0 shown, 1 it failed, 2 wrong use\n"
        "\n"
        "example: pentad policy show --config audit/connector.yaml --out policy\n",
    .min_args = 0,
    .max_args = 0,
    .wants = "no arguments",
    .wants_zh = "不带参数",
    .run = show};

/* ---- the parts ---- */

static int nothing(const struct cli_options *o) {
    (void)o;
    return pt_cli_misuse(&cmd_policy, PT_SAY("say show or change", "请写明show或change"));
}

static const struct cli_command cmd_parts = {
    .name = "policy",
    .what = "",
    .usage = "usage: pentad policy show --config FILE [--out DIR]\n"
             "       pentad policy change [--witness NAME=VKEY[@URL]]… [--without NAME]…\n"
             "                            [--quorum N] [--clock live] --reason TEXT --config FILE\n"
             "\n"
             "  show      witnesses, quorum and clock, since when, and what was in force before\n"
             "  change    another witness, another quorum, the live clock: three bodies approve\n"
             "            (each has its own --help)\n"
             "\n"
             "exit: 0 done, 1 it failed, 2 wrong use\n"
             "\n"
             "example: pentad policy show --config audit/connector.yaml\n",
    .min_args = 0,
    .max_args = CLI_ARGS_ANY,
    .run = nothing};

static int dispatch(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "show") == 0) {
        return pt_cli_run(&cmd_policy_show, argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "change") == 0) {
        return pt_cli_run(&cmd_policy_change, argc - 1, argv + 1);
    }
    return pt_cli_run(&cmd_parts, argc, argv);
}

const struct cli_command cmd_policy = {
    .name = "policy", .what = "witnesses, quorum and clock; change them", .main = dispatch};
