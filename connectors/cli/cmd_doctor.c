/* pentad doctor: looks at a connector's (or the machine's) set-up and says what to do about what
 * it finds. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/certs/expiry.h>
#include <pentad/certs/key.h>
#include <pentad/certs/tls.h>
#include <pentad/mapping/mapping.h>
#include <pentad/record/key_use.h>
#include <pentad/runtime/state.h>
#include <pentad/token/token.h>

#include <pentad/sources/source.h>

#include "cli.h"
#include "expiry.h"
#include "keys.h"

struct diagnosis {
    unsigned bad;
    bool json;
    json_t *list;
};

/* A check's name as people read it. */
static const char *name_of(const char *what) {
    static const struct {
        const char *en, *zh;
    } names[] = {{"clock", "时钟"},
                 {"configuration", "配置"},
                 {"signing key", "签名密钥"},
                 {"TLS key", "TLS密钥"},
                 {"sealing key", "密封密钥"},
                 {"cosigning key", "见证密钥"},
                 {"keys.signing", "签名密钥登记"},
                 {"keys.sealing", "密封密钥登记"},
                 {"keys.cosigning", "见证密钥登记"},
                 {"certificate", "证书"},
                 {"revocations", "吊销列表"},
                 {"trust", "信任依据"},
                 {"mapping", "映射"},
                 {"source", "数据源"},
                 {"state", "状态"},
                 {"alarm", "警报"},
                 {"hub", "枢纽"}};
    static char padded[32];
    for (size_t i = 0; pt_language_is_chinese() && i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i].en, what) == 0) {
            return names[i].zh;
        }
    }
    (void)snprintf(padded, sizeof padded, "%-13s", what);
    return padded;
}

static void say(struct diagnosis *d, bool ok, const char *what, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static void say(struct diagnosis *d, bool ok, const char *what, const char *fmt, ...) {
    char text[600];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    d->bad += !ok;
    if (d->json) {
        json_array_append_new(d->list,
                              json_pack("{s:s,s:b,s:s}", "check", what, "ok", ok, "text", text));
    } else {
        printf("  %s %s  %s\n", ok ? PT_SAY("ok ", "正常") : PT_SAY("BAD", "异常"), name_of(what),
               text);
    }
}

static void look_at_key(struct diagnosis *d, const char *what, const char *path) {
    struct stat st;
    bool on_token = pt_token_is_uri(path);
    if (!on_token && stat(path, &st) != 0) {
        say(d, false, what,
            PT_SAY("%s is not there: make it with pentad ca keygen",
                   "没有%s：请用pentad ca keygen生成"),
            path);
        return;
    }
    if (!on_token && (st.st_mode & (S_IRWXG | S_IRWXO))) {
        say(d, false, what,
            PT_SAY("others may read %s: chmod 600 it", "他人可读取%s：请执行chmod 600"), path);
        return;
    }
    struct pt_key *k = NULL;
    struct pt_err err = {0};
    if (pt_key_load(path, &k, &err) != 0) {
        say(d, false, what, "%s", err.msg);
    } else {
        struct pt_hash fp;
        char hex[2 * PT_HASH_LEN + 1];
        pt_key_fingerprint(k, &fp);
        pt_hash_hex(hex, &fp);
        say(d, true, what, PT_SAY("%s key %.16s…%s", "%s密钥%.16s…%s"),
            pt_key_alg_name(pt_key_algorithm(k)), hex,
            !on_token ? "" : PT_SAY(" on a token", "，在密码机上"));
    }
    pt_key_free(k);
}

/* A key that the log doesn't have as live for this use signs, opens or cosigns nothing. */
static void look_at_standing(struct diagnosis *d, const struct cli_keys *k, Pentad__V1__KeyUse use,
                             const char *path) {
    struct pt_hash fp;
    struct pt_err err = {0};
    char what[40];
    if (!path || pt_cli_key_file(path, &fp, &err) != 0) {
        return; /* look_at_key says so */
    }
    const char *how = pt_cli_key_standing(k, use, &fp);
    bool live = strcmp(how, "live") == 0;
    (void)snprintf(what, sizeof what, "keys.%s", pt_key_use_name(use));
    say(d, live, what,
        live ? PT_SAY("%s: the log has it as live", "%s：日志中有效")
             : PT_SAY("%s is %s in the %" PRIu64 " log entries verified here: see pentad key list",
                      "%s%s（本处已核验日志%" PRIu64 "条）：见pentad key list"),
        path, live ? "" : pt_cli_word(how, pt_language_is_chinese()), k->size);
}

static void look_at_keys(struct diagnosis *d, const char *config, const struct pt_config *c) {
    struct cli_keys k;
    struct pt_err err = {0};
    look_at_key(d, "signing key", c->keys.signing);
    look_at_key(d, "TLS key", c->keys.tls_key);
    if (c->keys.sealing) {
        look_at_key(d, "sealing key", c->keys.sealing);
    }
    if (c->keys.cosigning) {
        look_at_key(d, "cosigning key", c->keys.cosigning);
    }
    if (pt_cli_keys_open(config, &k, &err) != 0) {
        return; /* nothing verified yet, or what is wrong is said elsewhere */
    }
    look_at_standing(d, &k, PENTAD__V1__KEY_USE__KEY_USE_SIGNING, c->keys.signing);
    look_at_standing(d, &k, PENTAD__V1__KEY_USE__KEY_USE_SEALING, c->keys.sealing);
    look_at_standing(d, &k, PENTAD__V1__KEY_USE__KEY_USE_COSIGNING, c->keys.cosigning);
    pt_cli_keys_close(&k);
}

typedef int ends_fn(const char *path, int64_t *ret_ms, struct pt_err *err);

/* Two months before the end it is said, one month before it is wrong. */
static void look_at_end(struct diagnosis *d, const char *what, const char *name, const char *path,
                        ends_fn *ends, const char *what_to_do) {
    int64_t ms = 0;
    struct pt_err err = {0};
    char when[PT_EXPIRY_TEXT_MAX];
    if (ends(path, &ms, &err) != 0) {
        say(d, false, what, "%s", err.msg);
        return;
    }
    struct pt_expiry e = pt_expiry_at(ms, pt_clock_now_ms(&pt_clock_system));
    bool fine = e.level == PT_EXPIRY_FINE;
    pt_expiry_text(&e, pt_language_is_chinese(), when);
    say(d, e.level <= PT_EXPIRY_60_DAYS, what, "%s %s%s%s", name, when,
        fine ? "" : PT_SAY(": ", "："), fine ? "" : what_to_do);
    if (d->json) {
        json_t *said = json_array_get(d->list, json_array_size(d->list) - 1);
        json_t *more = pt_cli_expiry_json(&e);
        json_object_update(said, more);
        json_decref(more);
    }
}

/* Is it who it says, and for how long? */
static void look_at_cert(struct diagnosis *d, const char *path) {
    FILE *f = fopen(path, "re");
    X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
    if (f) {
        (void)fclose(f);
    }
    if (!cert) {
        say(d, false, "certificate",
            PT_SAY("%s can't be read: have the hub's authority issue it",
                   "无法读取%s：请由枢纽的证书机构签发"),
            path);
        return;
    }
    struct pt_identity id;
    struct pt_err err = {0};
    char name[120] = "";
    if (pt_identity_of_cert(cert, &id, &err) != 0) {
        say(d, false, "certificate", "%s", err.msg);
    } else {
        (void)pt_identity_format(&id, name, sizeof name);
        look_at_end(d, "certificate", name, path, pt_expiry_of_cert, PT_SAY("renew it", "请续签"));
    }
    X509_free(cert);
}

/* Opens the file, as the connector would: encoding, heading, columns. */
static int try_source(const struct pt_mapping *m, const char *path, struct pt_err *err) {
    static const struct pt_mapper_ops none = {0};
    struct pt_source_config config = *pt_mapping_source(m);
    struct pt_mapper *mapper = NULL;
    struct pt_source source = {0};
    config.growing = true;
    int rc = pt_source_open(&config, path, &source, err);
    if (rc != 0) {
        return rc == PT_E_NOT_FOUND ? 0 : rc; /* its heading isn't whole yet */
    }
    rc = pt_mapping_grouped(m) ? 0 : pt_mapper_new(m, NULL, &none, NULL, &mapper, err);
    if (rc != 0 || !mapper) {
        pt_source_close(&source);
        return rc;
    }
    rc = pt_mapper_start_take(mapper, &source, "", err);
    pt_mapper_free(mapper);
    return rc;
}

static void look_at_sources(struct diagnosis *d, const struct pt_config *c) {
    for (uint32_t i = 0; i < c->sources_count; i++) {
        const struct pt_config_source *s = &c->sources[i];
        struct pt_var vars[64];
        struct pt_err err = {0};
        struct pt_mapping *m = NULL;
        for (uint32_t v = 0; v < s->vars_count && v < 64; v++) {
            vars[v] = (struct pt_var){s->vars[v].name, s->vars[v].value};
        }
        if (pt_mapping_load(s->mapping, vars, s->vars_count, &m, &err) != 0) {
            say(d, false, "mapping", "%s", err.msg);
        } else {
            bool there = pt_file_exists(s->path);
            bool good = !there || try_source(m, s->path, &err) == 0;
            say(d, good, "source", PT_SAY("%s from %s%s%s", "%s，读自%s%s%s"), pt_mapping_name(m),
                s->path, good ? "" : PT_SAY(": ", "："),
                !good   ? err.msg
                : there ? ""
                        : PT_SAY(" (not there yet: it is waited for)", "（尚无，等待中）"));
        }
        pt_mapping_free(m);
    }
}

static int look_at_alarm(void *ctx, const struct pt_alarm_row *a) {
    char said[PT_ALARM_SAID_MAX];
    say(ctx, false, "alarm", PT_SAY("%s: %s", "%s：%s"), a->code,
        pt_alarm_say(a->code, a->what, pt_language_is_chinese(), said));
    return 0;
}

static void look_at_state(struct diagnosis *d, const struct pt_config *c) {
    char needs[PT_STATE_NEEDS_MAX];
    struct pt_state *s = NULL;
    struct pt_state_counts k;
    struct pt_err err = {0};
    int rc = pt_state_open_in(c->state, PT_STATE_READ, &s, &err);
    rc = rc ? rc : pt_state_counts(s, &k, &err);
    if (rc == PT_E_NOT_FOUND) {
        say(d, true, "state",
            PT_SAY("none yet in %s: this connector has not run", "%s中尚无：本连接器未运行过"),
            c->state);
    } else if (rc != 0) {
        say(d, false, "state", "%s", err.msg);
    } else {
        pt_state_needs(&k, pt_language_is_chinese(), needs);
        say(d, !needs[0], "state",
            PT_SAY("records %lld, not receipted %lld, refused batches %lld, dead letters %lld%s%s",
                   "%lld条记录，%lld条未获回执，%lld批被拒收，%lld条死信%s%s"),
            (long long)k.records, (long long)k.pending_records, (long long)k.refused,
            (long long)k.dead_letters, needs[0] ? PT_SAY("; ", "；") : "", needs);
        (void)pt_alarm_each(s, look_at_alarm, d, NULL);
    }
    pt_state_free(s);
}

static void look_at_hub(struct diagnosis *d, const struct cli_options *o) {
    struct cli_hub h = {0};
    struct pt_err err = {0};
    struct pt_buf body;
    pt_buf_init(&body, 1u * 1024 * 1024);
    long status = 0;
    int rc = pt_cli_hub_open(o, &h, &err);
    if (rc == 0) {
        rc = pt_http_client_get(h.http, "/readyz", "application/json", 0, &body, &status, &err);
    }
    const char *url = o->hub ? o->hub : h.config ? h.config->hub : "";
    if (rc == 0) {
        say(d, true, "hub", PT_SAY("%s answers and is ready", "%s有应答，已就绪"), url);
    } else if (status != 0) {
        say(d, false, "hub", PT_SAY("%s answers but is not ready: %s", "%s有应答，但未就绪：%s"),
            url, err.msg);
    } else {
        say(d, false, "hub", "%s", err.msg);
    }
    pt_buf_done(&body);
    pt_cli_hub_close(&h);
}

static int doctor(const struct cli_options *o) {
    if (!o->config) {
        return pt_cli_misuse(&cmd_doctor,
                             PT_SAY("whose? --config FILE", "检查哪一方？--config FILE"));
    }
    struct diagnosis d = {.json = o->json, .list = json_array()};
    struct pt_err err = {0};
    struct pt_config *c = NULL;
    struct pt_trust trust = {0};
    int32_t today = pt_date_from_ms(pt_clock_now_ms(&pt_clock_system));
    char day[11];
    pt_date_format(day, today);
    say(&d, today > 20240101, "clock", PT_SAY("this machine says %s", "本机日期%s"), day);
    if (pt_config_load(o->config, &c, &err) != 0) {
        say(&d, false, "configuration", "%s", err.msg);
    } else {
        say(&d, true, "configuration", PT_SAY("%s/%s of %s", "%s/%s，见%s"), c->party, c->stream,
            o->config);
        look_at_keys(&d, o->config, c);
        look_at_cert(&d, c->keys.tls_cert);
        if (c->keys.crl) {
            look_at_end(&d, "revocations", PT_SAY("the list", "吊销列表"), c->keys.crl,
                        pt_expiry_of_crl, PT_SAY("fetch the new one", "请取得新列表"));
        }
        int rc = pt_trust_load(c->trust.genesis, c->trust.policy, &trust, &err);
        say(&d, rc == 0, "trust", "%s",
            rc ? err.msg : PT_SAY("genesis hash and policy can be read", "创世哈希和策略可读取"));
        pt_trust_done(&trust);
        look_at_sources(&d, c);
        look_at_state(&d, c);
        look_at_hub(&d, o);
    }
    if (d.json) {
        json_t *j = json_pack("{s:b,s:O}", "well", d.bad == 0, "checks", d.list);
        (void)pt_cli_print_json(j);
        json_decref(j);
    } else {
        printf("%s\n", d.bad ? PT_SAY("something needs a person", "有事项须人处理")
                             : PT_SAY("all is well", "一切正常"));
    }
    json_decref(d.list);
    pt_config_free(c);
    return d.bad ? EXIT_FAILED : EXIT_OK;
}

const struct cli_command cmd_doctor = {
    .name = "doctor",
    .what = "look at a connector's set-up and say what is wrong with it",
    .usage =
        "usage: pentad doctor --config FILE [--hub URL] [--json] [--zh|--en]\n"
        "\n"
        "Looks at the configuration, keys, their file modes and how they stand in the log, "
        "alarms,\n"
        "the certificate and how long it\n"
        "lasts (said 60 days before its end, wrong 30 days before), the revocation list, the trust "
        "files, every mapping and source, the state file, and whether the hub\n"
        "answers; says what to do about what it finds.\n"
        "\n"
        "exit: 0 all is well, 1 something needs a person, 2 wrong use\n"
        "\n"
        "example: pentad doctor --config finance/connector.yaml\n",
    .min_args = 0,
    .max_args = 0,
    .wants = "name a connector's configuration: --config FILE",
    .wants_zh = "请指明连接器配置：--config FILE",
    .run = doctor};
