/* pentad-connector: one process beside a body's own system; its configuration says which body. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/file.h>
#include <pentad/base/language.h>
#include <pentad/base/logsink.h>
#include <pentad/record/party.h>
#include <pentad/replay/replay.h>
#include <pentad/runtime/connector.h>
#include <pentad/sinks/sink.h>
#include <pentad/sources/source.h>

static const char usage[] =
    "usage: pentad-connector --config FILE [--once] [--report FILE] [--check] [--verbose]\n"
    "                        [--zh|--en]\n"
    "\n"
    "Keeps a body's own system and the hub in step: rows become signed records, what the\n"
    "others wrote and what the hub raised comes back. Stop it at any moment; it goes on where\n"
    "it was. Renewed certificates and lists are taken while it runs; SIGHUP reads them at once.\n"
    "\n"
    "  --config FILE   the connector's configuration (docs/connector.md)\n"
    "  --once          stop when everything is sent and read, instead of staying\n"
    "  --report FILE   at the end write what loading came to, as JSON\n"
    "  --check         check the configuration, keys and mappings, then stop; also beside a\n"
    "                  connector that runs\n"
    "  --verbose       say more\n"
    "  --zh, --en      in Chinese or English; else as LC_ALL, LC_MESSAGES or LANG say. The report\n"
    "                  as JSON is the same in both\n"
    "  --help          this text\n"
    "\n"
    "example: pentad-connector --config finance/connector.yaml\n"
    "\n"
    "exit: 0 done or stopped, 1 something needs a person, 2 wrong use or configuration\n";

static const char usage_zh[] =
    "用法：pentad-connector --config FILE [--once] [--report FILE] [--check] [--verbose]\n"
    "                       [--zh|--en]\n"
    "\n"
    "使本单位系统与枢纽保持一致：把行变成签名记录，取回他方所写和枢纽提出的差异。可随时停止，\n"
    "再启动时从原处继续。更新的证书和名单运行中自动采用；SIGHUP令其立即读取。\n"
    "\n"
    "  --config FILE   连接器配置（docs/connector.md）\n"
    "  --once          全部发送和读取后即停止，不驻留\n"
    "  --report FILE   结束时把装载结果写成JSON\n"
    "  --check         检查配置、密钥和映射后停止；连接器运行时也可用\n"
    "  --verbose       多报一些\n"
    "  --zh, --en      中文或英文；未指定时依LC_ALL、LC_MESSAGES或LANG。JSON报告不分语言\n"
    "  --help          本说明\n"
    "\n"
    "示例：pentad-connector --config finance/connector.yaml\n"
    "\n"
    "退出码：0 完成或已停止；1 有事须人处理；2 用法或配置有误\n";

static struct pt_connector *running;
static volatile sig_atomic_t stop_asked; /* also while it is still opening */

static void on_signal(int sig) {
    stop_asked = sig != SIGHUP || stop_asked;
    if (running && sig == SIGHUP) {
        pt_connector_reload(running);
    } else if (running) {
        pt_connector_stop(running);
    }
}

static void on_event(void *ctx, const char *event, const char *text) {
    (void)ctx;
    static const char *const chatter[] = {"tick", "receipted", "collected", "cosigned",
                                          "witnessing"};
    static const char *const trouble[] = {
        "waiting",       "refused",     "dead_letter",   "halted", "evidence",   "source_failed",
        "outbox_failed", "certificate", "evidence_lost", "alarm",  "alarm_lost", "reload_failed"};
    enum pt_log_level level = PT_LOG_INFO;
    for (size_t i = 0; i < sizeof chatter / sizeof *chatter; i++) {
        level = strcmp(event, chatter[i]) == 0 ? PT_LOG_DEBUG : level;
    }
    for (size_t i = 0; i < sizeof trouble / sizeof *trouble; i++) {
        level = strcmp(event, trouble[i]) == 0 ? PT_LOG_WARN : level;
    }
    pt_log(level, event, "%s", text);
}

static int open_sink(const struct pt_config_sink *s, struct pt_sink *ret, struct pt_err *err) {
    struct pt_sink_type types[PT_SINK_MAX_TYPES];
    struct pt_sink_column *columns =
        calloc((size_t)s->types_count * PT_SINK_MAX_COLUMNS + 1, sizeof *columns);
    if (!columns) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    for (uint32_t i = 0; i < s->types_count; i++) {
        const struct pt_config_sink_type *t = &s->types[i];
        struct pt_sink_column *mine = columns + (size_t)i * PT_SINK_MAX_COLUMNS;
        for (uint32_t k = 0; k < t->columns_count; k++) {
            mine[k] = (struct pt_sink_column){t->columns[k].name, t->columns[k].path};
        }
        types[i] = (struct pt_sink_type){t->type, t->file, mine, t->columns_count};
    }
    int rc = pt_mkdirs(s->dir, 0750, err);
    if (rc == 0) {
        rc = pt_csv_sink_open(s->dir, types, s->types_count, s->bom, ret, err);
    }
    free(columns);
    return rc;
}

/* STATE/ledger.db: what was folded out of the feed. */
static int open_replay(const struct pt_config *config, struct pt_replay *ret, struct pt_err *err) {
    char path[4096];
    int rc = pt_mkdirs(config->state, 0700, err);
    if (rc == 0 && pt_path_join(path, sizeof path, config->state, "ledger.db") != 0) {
        rc = pt_err_set(err, PT_E_CONFIG, "state: the path is too long");
    }
    return rc ? rc : pt_replay_open(path, pt_party_from_name(config->party), ret, err);
}

static int write_report(struct pt_connector *c, const char *path, struct pt_err *err) {
    struct pt_buf out;
    pt_buf_init(&out, 64u * 1024 * 1024);
    int rc = pt_connector_report(c, path != NULL, &out);
    if (rc != 0) {
        pt_err_set(err, rc, "the report could not be made");
    } else if (path) {
        rc = pt_file_write(path, out.p, out.len, 0644, err);
    } else {
        (void)fwrite(out.p, 1, out.len, stdout);
    }
    pt_buf_done(&out);
    return rc;
}

/* What is left for a person when everything else is done. */
static bool needs_person(struct pt_connector *c) {
    char text[PT_STATE_NEEDS_MAX];
    struct pt_err err = {0};
    if (pt_connector_needs(c, text, &err) != 0) {
        pt_log(PT_LOG_ERROR, pt_err_name(err.code), "%s", err.msg);
        return true;
    }
    if (text[0]) {
        pt_log(PT_LOG_WARN, "needs_person", "%s", text);
    }
    return text[0] != '\0';
}

static void say_checked(const struct pt_config *config, const struct pt_connector *c) {
    printf(PT_SAY("%s/%s: the configuration holds\n", "%s/%s：配置无误\n"), config->party,
           config->stream);
    if (pt_connector_beside(c)) {
        printf(
            PT_SAY(
                "  a connector runs on %s: its state was read beside it; not checked: that the "
                "folder can be taken and written, and that the running one has these very "
                "files (it has what it read when it started)\n",
                "  连接器正在%s上运行：只旁读其状态；未检查：该目录能否占用和写入，以及正在运行者"
                "所用是否就是这些文件（它用的是启动时读入的）\n"),
            config->state);
    }
}

static int run(const struct pt_config *config, bool once, bool check, const char *report) {
    struct pt_err err = {0};
    struct pt_sink sink = {0};
    struct pt_replay replay = {0};
    int rc = config->sink ? open_sink(config->sink, &sink, &err) : 0;
    if (rc == 0 && config->attest && !check) {
        rc = open_replay(config, &replay, &err);
    }
    const struct pt_connector_options opt = {.once = once,
                                             .check = check,
                                             .open_source = pt_source_open,
                                             .sink = config->sink ? &sink : NULL,
                                             .replay = replay.ops ? &replay : NULL,
                                             .event = on_event};
    struct pt_connector *c = NULL;
    if (rc == 0) {
        rc = pt_connector_open(config, &opt, &c, &err);
    }
    int status = rc ? 2 : 0;
    if (rc == 0 && check) {
        say_checked(config, c);
    } else if (rc == 0) {
        running = c;
        if (stop_asked) {
            pt_connector_stop(c);
        }
        rc = pt_connector_run(c, &err);
        running = NULL;
        status = rc ? 1 : 0;
        struct pt_err late = {0};
        if (write_report(c, report, &late) != 0) {
            pt_log(PT_LOG_ERROR, "report", "%s", late.msg);
        }
        if (rc == 0 && once && needs_person(c)) {
            status = 1;
        }
    }
    if (rc != 0) {
        pt_log(PT_LOG_ERROR, pt_err_name(rc), "%s/%s: %s", config->party, config->stream, err.msg);
    }
    pt_connector_free(c);
    pt_replay_close(&replay);
    pt_sink_close(&sink);
    return status;
}

struct choices {
    const char *config, *report;
    bool once, check, verbose, help;
};

/* false: it can't be meant. */
static bool choose(int argc, char **argv, struct choices *ret) {
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"once", no_argument, NULL, 'o'},
                                            {"report", required_argument, NULL, 'r'},
                                            {"check", no_argument, NULL, 'k'},
                                            {"verbose", no_argument, NULL, 'v'},
                                            {"zh", no_argument, NULL, 'z'},
                                            {"en", no_argument, NULL, 'e'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    bool good = true;
    int o;
    while ((o = getopt_long(argc, argv, "c:or:kvh", options, NULL)) != -1) {
        switch (o) {
        case 'c':
            ret->config = optarg;
            break;
        case 'o':
            ret->once = true;
            break;
        case 'r':
            ret->report = optarg;
            break;
        case 'k':
            ret->check = true;
            break;
        case 'v':
            ret->verbose = true;
            break;
        case 'z':
        case 'e':
            pt_language_choose(o == 'z' ? PT_LANGUAGE_CHINESE : PT_LANGUAGE_ENGLISH);
            break;
        case 'h':
            ret->help = true;
            break;
        default:
            good = false;
        }
    }
    return good && (ret->help || (ret->config && optind == argc));
}

int main(int argc, char **argv) {
    struct choices chosen = {0};
    bool good = choose(argc, argv, &chosen);
    pt_log_init(chosen.verbose ? PT_LOG_DEBUG : PT_LOG_INFO, STDERR_FILENO);
    if (!good || chosen.help) {
        fputs(PT_SAY(usage, usage_zh), good ? stdout : stderr);
        return good ? 0 : 2;
    }
    struct pt_err err = {0};
    struct pt_config *config = NULL;
    if (pt_config_load(chosen.config, &config, &err) != 0) {
        pt_log(PT_LOG_ERROR, pt_err_name(err.code), "%s", err.msg);
        return 2;
    }
    struct sigaction sa = {.sa_handler = on_signal};
    (void)sigaction(SIGINT, &sa, NULL);
    (void)sigaction(SIGTERM, &sa, NULL);
    sa.sa_flags = SA_RESTART; /* what is under way goes on */
    (void)sigaction(SIGHUP, &sa, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    int status = run(config, chosen.once, chosen.check, chosen.report);
    pt_config_free(config);
    return status;
}
