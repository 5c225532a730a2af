#include "cli.h"

#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/record/text.h>

enum { PURPOSE_MAX = 500 }; /* characters; the hub takes no more */

struct option_row {
    const char *name;
    size_t at;    /* of the const char * in cli_options, or of the bool, or of a list's array */
    size_t count; /* of a list: its length, else 0 */
    bool value;   /* takes one */
};
#define TEXT(option, member)                                                                       \
    { option, offsetof(struct cli_options, member), 0, true }
#define FLAG(option, member)                                                                       \
    { option, offsetof(struct cli_options, member), 0, false }
#define MANY(option, member, n)                                                                    \
    { option, offsetof(struct cli_options, member), offsetof(struct cli_options, n), true }
static const struct option_row options[] = {
    TEXT("--config", config),
    TEXT("--data", data),
    TEXT("--hub", hub),
    TEXT("--trust", trust),
    TEXT("--out", out),
    TEXT("-o", out),
    TEXT("--known-at", known_at),
    TEXT("--valid-at", valid_at),
    TEXT("--year", year),
    TEXT("--rule", rule),
    TEXT("--subject", subject),
    TEXT("--severity", severity),
    TEXT("--responder", responder),
    TEXT("--status", status),
    TEXT("--depth", depth),
    TEXT("--kind", kind),
    TEXT("--text", text),
    TEXT("--purpose", purpose),
    TEXT("--jobs", jobs),
    TEXT("--resume", resume),
    FLAG("--no-replay", no_replay),
    FLAG("--batch", batch),
    TEXT("--party", party),
    TEXT("--reason", reason),
    TEXT("--basis", basis),
    TEXT("--key", key),
    MANY("--evidence", evidence, n_evidence),
    MANY("--add", add, n_add),
    MANY("--retire", retire, n_retire),
    MANY("--witness", witness, n_witness),
    MANY("--without", without, n_without),
    TEXT("--quorum", quorum),
    TEXT("--clock", clock),
    FLAG("--reject", reject),
    FLAG("--push", push),
    FLAG("--noted", noted),
    FLAG("--overdue", overdue),
    FLAG("--count", count),
    FLAG("--inputs", inputs),
    FLAG("--summary", summary),
    FLAG("--html", html),
    FLAG("--markdown", markdown),
    FLAG("--json", json),
    FLAG("--zh", chinese),
    FLAG("--en", english),
    FLAG("--quiet", quiet),
    FLAG("--help", help),
    FLAG("-h", help),
};

void pt_cli_choose_language(int argc, char **argv) {
    enum pt_language language = PT_LANGUAGE_OF_ENVIRONMENT;
    bool json = false;
    for (int i = 1; i < argc; i++) {
        json = json || strcmp(argv[i], "--json") == 0;
        language = strcmp(argv[i], "--zh") == 0   ? PT_LANGUAGE_CHINESE
                   : strcmp(argv[i], "--en") == 0 ? PT_LANGUAGE_ENGLISH
                                                  : language;
    }
    pt_language_choose(json ? PT_LANGUAGE_ENGLISH : language);
}

int pt_cli_misuse(const struct cli_command *cmd, const char *fmt, ...) {
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    fprintf(stderr,
            PT_SAY("pentad %s: %s; pentad %s --help explains it\n",
                   "pentad %s：%s；用法见pentad %s --help\n"),
            cmd->name, text, cmd->name);
    return EXIT_UNUSABLE;
}

int pt_cli_fail(const struct pt_err *err) {
    if (pt_language_is_chinese()) {
        char told[CLI_TOLD_MAX];
        fprintf(stderr, "pentad：%s：%s (%s)\n", pt_err_text(err->code, true),
                pt_cli_told(err->msg, told), pt_err_name(err->code));
    } else {
        fprintf(stderr, "pentad: %s (%s)\n", err->msg, pt_err_name(err->code));
    }
    return err->code == PT_E_USAGE ? EXIT_UNUSABLE : EXIT_FAILED;
}

static const struct option_row *find_option(const char *arg, size_t *ret_len) {
    size_t len = strcspn(arg, "=");
    *ret_len = len;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (strlen(options[i].name) == len && strncmp(options[i].name, arg, len) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

bool pt_cli_is_number(const char *text) {
    size_t len = strspn(text, "0123456789");
    return len > 0 && len < 19 && text[len] == '\0';
}

/* What is written wrong must not be read as something else: a day as a log size, a word as 0. */
static int check_values(const struct cli_command *cmd, const struct cli_options *o) {
    int32_t day = 0;
    if (o->valid_at && pt_date_parse(o->valid_at, &day) != 0) {
        return pt_cli_misuse(cmd,
                             PT_SAY("--valid-at %s is not a date (2019-06-30)",
                                    "--valid-at %s不是日期（2019-06-30）"),
                             o->valid_at);
    }
    if (o->known_at && !pt_cli_is_number(o->known_at) &&
        (!strchr(o->known_at, '-') || pt_date_parse(o->known_at, &day) != 0)) {
        return pt_cli_misuse(cmd,
                             PT_SAY("--known-at %s is neither a log size nor a date (2019-06-30)",
                                    "--known-at %s既不是日志长度，也不是日期（2019-06-30）"),
                             o->known_at);
    }
    if (o->severity && (strlen(o->severity) != 1 || !strchr("IYR", o->severity[0]))) {
        return pt_cli_misuse(
            cmd, PT_SAY("--severity %s is none of I, Y, R", "--severity %s不是I、Y、R之一"),
            o->severity);
    }
    if (o->year && !pt_cli_is_number(o->year)) {
        return pt_cli_misuse(
            cmd, PT_SAY("--year %s is not a year (2019)", "--year %s不是年度（2019）"), o->year);
    }
    if (o->depth && !pt_cli_is_number(o->depth)) {
        return pt_cli_misuse(cmd, PT_SAY("--depth %s is not a number", "--depth %s不是数字"),
                             o->depth);
    }
    return EXIT_OK;
}

/* A command takes what its usage names. */
static bool takes(const struct cli_command *cmd, const char *name) {
    size_t len = strlen(name);
    for (const char *at = cmd->usage; (at = strstr(at, name)) != NULL; at += len) {
        bool word = at == cmd->usage || strchr(" [(|\n", at[-1]);
        if (word && (at[len] == '\0' || strchr(" ])|,;:.\n", at[len]))) {
            return true;
        }
    }
    return false;
}

static int check_taken(const struct cli_command *cmd, const struct option_row *o) {
    if (strcmp(o->name, "--help") == 0 || strcmp(o->name, "-h") == 0 ||
        takes(cmd, strcmp(o->name, "-o") == 0 ? "--out" : o->name)) {
        return EXIT_OK;
    }
    return pt_cli_misuse(cmd, PT_SAY("%s has no meaning here", "%s在此无意义"), o->name);
}

/* A list has room for as many as there are arguments. */
static void take_value(struct cli_options *ret, const struct option_row *o, const char *value) {
    void *at = (char *)ret + o->at;
    if (o->count == 0) {
        *(const char **)at = value;
    } else {
        int *n = (int *)(void *)((char *)ret + o->count);
        (*(const char ***)at)[(*n)++] = value;
    }
}

static int parse(const struct cli_command *cmd, int argc, char **argv, struct cli_options *ret) {
    memset(ret, 0, sizeof *ret);
    ret->config = getenv("PENTAD_CONFIG");
    ret->trust = getenv("PENTAD_TRUST");
    const char ***lists[] = {&ret->args,   &ret->evidence, &ret->add,
                             &ret->retire, &ret->witness,  &ret->without};
    const size_t n_lists = sizeof lists / sizeof *lists, room = (size_t)argc + 1;
    const char **all = calloc(n_lists * room, sizeof *all);
    if (!all) {
        return pt_cli_misuse(cmd, "out of memory");
    }
    for (size_t i = 0; i < n_lists; i++) {
        *lists[i] = all + i * room;
    }
    bool only_args = false;
    for (int i = 1; i < argc; i++) {
        if (only_args || argv[i][0] != '-' || argv[i][1] == '\0') {
            ret->args[ret->n_args++] = argv[i];
            continue;
        }
        if (strcmp(argv[i], "--") == 0) {
            only_args = true;
            continue;
        }
        size_t len = 0;
        const struct option_row *o = find_option(argv[i], &len);
        if (!o || (!o->value && argv[i][len] == '=')) {
            return pt_cli_misuse(cmd, PT_SAY("there is no option %s", "没有选项%s"), argv[i]);
        }
        if (check_taken(cmd, o) != EXIT_OK) {
            return EXIT_UNUSABLE;
        }
        if (!o->value) {
            *(bool *)((char *)ret + o->at) = true;
        } else if (argv[i][len] == '=') {
            take_value(ret, o, argv[i] + len + 1);
        } else if (i + 1 < argc) {
            take_value(ret, o, argv[++i]);
        } else {
            return pt_cli_misuse(cmd, PT_SAY("%s wants a value", "%s须有取值"), argv[i]);
        }
    }
    return ret->help ? EXIT_OK : check_values(cmd, ret);
}

int pt_cli_run(const struct cli_command *cmd, int argc, char **argv) {
    if (cmd->main) {
        return cmd->main(argc, argv);
    }
    struct cli_options o;
    pt_cli_choose_language(argc, argv);
    int status = parse(cmd, argc, argv, &o);
    if (status == EXIT_OK && o.help) {
        fputs(cmd->usage, stdout);
    } else if (status == EXIT_OK && (o.n_args < cmd->min_args || o.n_args > cmd->max_args)) {
        status = pt_cli_misuse(cmd, "%s", PT_SAY(cmd->wants, cmd->wants_zh));
    } else if (status == EXIT_OK) {
        status = cmd->run(&o);
    }
    free(o.args); /* and the other lists */
    return status;
}

bool pt_cli_chinese(const struct cli_options *o) {
    return o->chinese || (!o->english && pt_language_is_chinese());
}

/* ---- a hub ---- */

int pt_cli_hub_open(const struct cli_options *o, struct cli_hub *ret, struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    if (!o->config) {
        return pt_err_set(
            err, PT_E_USAGE,
            PT_SAY("say who asks: --config FILE (a connector's configuration) or PENTAD_CONFIG, "
                   "or read a hub's folder with --data DIR",
                   "请指明由谁查询：--config FILE（连接器配置）或PENTAD_CONFIG，或以--data "
                   "DIR读取枢纽的数据目录"));
    }
    int rc = pt_config_load(o->config, &ret->config, err);
    if (rc == 0) {
        const struct pt_http_client_config http = {.url = o->hub ? o->hub : ret->config->hub,
                                                   .tls = {.cert = ret->config->keys.tls_cert,
                                                           .key = ret->config->keys.tls_key,
                                                           .ca = ret->config->keys.ca,
                                                           .crl = ret->config->keys.crl}};
        rc = pt_http_client_new(&http, &ret->http, err);
    }
    rc = rc ? rc : pt_cli_check_text("--purpose", o->purpose, PURPOSE_MAX, err);
    if (rc == 0) {
        rc = pt_http_client_purpose(ret->http, o->purpose, err);
    }
    if (rc != 0) {
        pt_cli_hub_close(ret);
    }
    return rc;
}

void pt_cli_hub_close(struct cli_hub *h) {
    pt_http_client_free(h->http);
    pt_config_free(h->config);
    memset(h, 0, sizeof *h);
}

void pt_cli_print_shown(const char *s, size_t len) {
    struct pt_buf b;
    pt_buf_init(&b, 3 * len + 1);
    if (pt_text_show(&b, s, len) == 0 && b.len > 0) {
        (void)fwrite(b.p, 1, b.len, stdout);
    }
    pt_buf_done(&b);
}

/* A hub that isn't to be trusted answers: its words must not steer the reader's terminal. jansson
 * has bounded the depth. */
static int mend(json_t *j) {
    const char *key;
    json_t *v;
    size_t i;
    int rc = 0;
    if (json_is_string(j)) {
        struct pt_buf b;
        pt_buf_init(&b, 3 * json_string_length(j) + 1);
        rc = pt_text_show(&b, json_string_value(j), json_string_length(j));
        if (rc == 0 && json_string_setn(j, b.len > 0 ? (const char *)b.p : "", b.len) != 0) {
            rc = PT_E_NOMEM;
        }
        pt_buf_done(&b);
    }
    json_array_foreach(j, i, v) {
        rc = rc != 0 ? rc : mend(v);
    }
    json_object_foreach(j, key, v) {
        rc = rc != 0 ? rc : mend(v);
    }
    return rc;
}

int pt_cli_get_json(struct cli_hub *h, const char *path, json_t **ret, struct pt_err *err) {
    *ret = NULL;
    struct pt_buf body;
    pt_buf_init(&body, CLI_ANSWER_MAX);
    int rc = pt_http_client_get(h->http, path, "application/json", 0, &body, NULL, err);
    if (rc == 0) {
        json_error_t je;
        *ret = json_loadb((const char *)body.p, body.len, JSON_REJECT_DUPLICATES, &je);
        if (!*ret) {
            rc = pt_err_set(
                err, PT_E_FORMAT,
                PT_SAY("the hub's answer to %s is not JSON: %s", "枢纽对%s的应答不是JSON：%s"),
                path, je.text);
        } else if (mend(*ret) != 0) {
            json_decref(*ret);
            *ret = NULL;
            rc = pt_err_set(err, PT_E_NOMEM, "out of memory");
        }
    }
    pt_buf_done(&body);
    return rc;
}

int pt_cli_trust(const struct cli_options *o, struct pt_trust *ret, struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    if (o->trust) {
        char genesis[4096], policy[4096];
        if (pt_path_join(genesis, sizeof genesis, o->trust, "genesis.hash") != 0 ||
            pt_path_join(policy, sizeof policy, o->trust, "policy.txt") != 0) {
            return pt_err_set(err, PT_E_USAGE,
                              PT_SAY("--trust: the path is too long", "--trust：路径过长"));
        }
        return pt_trust_load(genesis, policy, ret, err);
    }
    if (o->config) {
        struct pt_config *c = NULL;
        int rc = pt_config_load(o->config, &c, err);
        if (rc == 0) {
            rc = pt_trust_load(c->trust.genesis, c->trust.policy, ret, err);
        }
        pt_config_free(c);
        return rc;
    }
    return pt_err_set(
        err, PT_E_USAGE,
        PT_SAY(
            "say what you trust: --trust DIR with genesis.hash and policy.txt, which you got from "
            "the parties and not from the hub",
            "请指明信任依据：--trust DIR，内含genesis.hash和policy.txt，须取自各参与方而非枢纽"));
}

/* ---- printing ---- */

int pt_cli_output(const struct cli_options *o, struct pt_span bytes, struct pt_err *err) {
    if (o->out) {
        return pt_file_write(o->out, bytes.p, bytes.len, 0644, err);
    }
    if (fwrite(bytes.p, 1, bytes.len, stdout) != bytes.len || fflush(stdout) != 0) {
        return pt_err_set(err, PT_E_IO,
                          PT_SAY("can't write to standard output", "无法写入标准输出"));
    }
    return 0;
}

int pt_cli_page_done(const struct cli_options *o, struct pt_buf *page) {
    struct pt_err err = {0};
    int rc = page->failed
                 ? pt_err_set(&err, page->failed,
                              PT_SAY("the page doesn't fit into memory", "内存不足以生成页面"))
                 : pt_cli_output(o, pt_buf_span(page), &err);
    pt_buf_done(page);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

int pt_cli_out_is_new(const struct cli_command *cmd, const struct cli_options *o) {
    return o->out && pt_file_exists(o->out)
               ? pt_cli_misuse(cmd,
                               PT_SAY("--out %s is there already: name a new file",
                                      "--out %s已存在：请另取文件名"),
                               o->out)
               : EXIT_OK;
}

int pt_cli_print_json(json_t *j) {
    char *text = json_dumps(j, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    if (!text) {
        return PT_E_NOMEM;
    }
    puts(text);
    free(text);
    return 0;
}
