/* pentad status: where the hub, the ledger and this connector stand. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/ledger/ledger.h>
#include <pentad/ledger/query.h>
#include <pentad/log/log.h>
#include <pentad/record/party.h>
#include <pentad/runtime/state.h>
#include <pentad/store/sqlite.h>

#include "cli.h"
#include "expiry.h"
#include "letters.h"

#define DEAD_SHOWN 20 /* dead letters, the newest; the table dead_letter has them all */

/* ---- a hub that runs: its health, its metrics, the streams' heads ---- */

static const struct {
    const char *metric, *name, *en, *zh;
} shown[] = {
    {"pentad_log_entries", "log_entries", "log entries", "日志条目"},
    {"pentad_cosigned_entries", "cosigned_entries", "cosigned by a quorum", "法定数见证条目"},
    {"pentad_fold_entries", "fold_entries", "folded into the ledger", "已入台账条目"},
    {"pentad_tick_day", "tick_day", "last tick", "最近时点"},
    {"pentad_findings_pending", "findings_pending", "findings not yet logged", "待发布差异"},
    {"pentad_findings_mismatched", "findings_mismatched", "findings that don't replay",
     "无法重放的差异"},
    {"pentad_batches_open", "batches_open", "batches in flight", "处理中批次"},
    {"pentad_connections", "connections", "connections", "连接数"},
    {"pentad_resident_bytes", "resident_bytes", "resident memory", "内存占用"},
};

static int64_t metric(const char *text, const char *name) {
    size_t len = strlen(name);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, len) == 0 && line[len] == ' ') {
            return strtoll(line + len, NULL, 10);
        }
        if (*line == '\0') {
            break;
        }
    }
    return -1;
}

/* How long what the hub shows lasts, as it says. */
static void hub_ends(json_t *out, const char *name, const char *metrics, const char *of) {
    int64_t seconds = metric(metrics, of);
    if (seconds > 0) {
        struct pt_expiry e = pt_expiry_at(seconds * 1000, pt_clock_now_ms(&pt_clock_system));
        json_object_set_new(out, name, pt_cli_expiry_json(&e));
    }
}

/* Every stream, a party's together. */
static int streams(struct cli_hub *h, json_t *out, struct pt_err *err) {
    json_t *all = NULL;
    int rc = pt_cli_get_json(h, "/v1/streams", &all, err);
    for (enum pt_party p = PT_PARTY_CONGRESS; rc == 0 && p <= PT_PARTY_HUB; p++) {
        size_t i;
        json_t *head;
        json_array_foreach(json_object_get(all, "streams"), i, head) {
            const char *party = json_string_value(json_object_get(head, "party"));
            if (party && strcmp(party, pt_party_name(p)) == 0) {
                json_array_append(out, head);
            }
        }
    }
    json_decref(all);
    return rc;
}

static int ask_hub(struct cli_hub *h, json_t *out, struct pt_err *err) {
    struct pt_buf text;
    pt_buf_init(&text, 1u * 1024 * 1024);
    struct pt_err why = {0};
    long http = 0;
    int rc = pt_http_client_get(h->http, "/readyz", "text/plain", 0, &text, &http, &why);
    if (rc != 0 && http == 0) {
        pt_buf_done(&text);
        *err = why;
        return rc;
    }
    const char *said = rc ? why.msg : pt_buf_cstr(&text);
    json_object_set_new(out, "ready", json_boolean(rc == 0));
    json_object_set_new(out, "health", json_stringn(said, strcspn(said, "\n")));
    pt_buf_reset(&text);
    rc = pt_http_client_get(h->http, "/metrics", "text/plain", 0, &text, NULL, err);
    for (size_t i = 0; rc == 0 && i < sizeof shown / sizeof *shown; i++) {
        json_object_set_new(out, shown[i].name,
                            json_integer(metric(pt_buf_cstr(&text), shown[i].metric)));
    }
    if (rc == 0) {
        hub_ends(out, "hub_certificate", pt_buf_cstr(&text), "pentad_certificate_expires_seconds");
        hub_ends(out, "hub_revocation_list", pt_buf_cstr(&text), "pentad_crl_expires_seconds");
    }
    pt_buf_done(&text);
    json_t *list = json_array();
    if (rc == 0) {
        rc = streams(h, list, err);
    }
    json_object_set_new(out, "streams", list);
    return rc;
}

static int dead_letter(void *ctx, const struct pt_dead_letter *d) {
    json_t *list = ctx;
    json_array_append_new(list, pt_cli_letter_json(d));
    if (json_array_size(list) > DEAD_SHOWN) {
        (void)json_array_remove(list, 0);
    }
    return 0;
}

static int alarm(void *ctx, const struct pt_alarm_row *a) {
    json_t *list = ctx;
    json_array_append_new(list, json_pack("{s:s,s:I,s:s}", "code", a->code, "since_ms",
                                          (json_int_t)a->since_ms, "what", a->what));
    return 0;
}

/* Receipted, witnessed, cosigned; a policy without a quorum takes what the log signed. */
static int witness_state(struct pt_state *s, const struct pt_config *c, json_t *out,
                         struct pt_err *err) {
    struct pt_trust trust;
    struct pt_witnessed w;
    int64_t cosigned = 0, size = 0, none = 0;
    json_t *alarms = json_array();
    int rc = pt_trust_load(c->trust.genesis, c->trust.policy, &trust, err);
    if (rc == 0) {
        rc = pt_state_get_int(s, "cosigned_size", 0, &cosigned, err);
    }
    if (rc == 0) {
        rc = pt_state_get_int(s, "witnessed_size", 0, &size, err);
    }
    if (rc == 0) { /* of the policy that the connector goes by, which the log may have changed */
        rc = pt_state_get_int(s, "quorum_none", trust.policy->quorum_none, &none, err);
    }
    if (rc == 0) {
        size = none ? INT64_MAX : size;
        rc = pt_batches_witnessed(s, size, &w, err);
    }
    if (rc == 0) {
        rc = pt_alarm_each(s, alarm, alarms, err);
    }
    if (rc == 0) {
        int64_t age = w.oldest_ms ? (pt_clock_now_ms(&pt_clock_system) - w.oldest_ms) / 1000 : 0;
        json_object_set_new(out, "batches_witnessed", json_integer((json_int_t)w.witnessed));
        json_object_set_new(out, "batches_receipted", json_integer((json_int_t)w.waiting));
        json_object_set_new(out, "oldest_receipted_s", json_integer((json_int_t)age));
        json_object_set_new(out, "cosigned_size", json_integer((json_int_t)cosigned));
        json_object_set_new(out, "witnessed_size",
                            json_integer(size == INT64_MAX ? 0 : (json_int_t)size));
        json_object_set(out, "alarms", alarms);
    }
    json_decref(alarms);
    pt_trust_done(&trust);
    return rc;
}

/* How long this connector's own files last. */
static void own_ends(const struct pt_config *c, json_t *out) {
    int64_t ms = 0, now = pt_clock_now_ms(&pt_clock_system);
    if (c->keys.tls_cert && pt_expiry_of_cert(c->keys.tls_cert, &ms, NULL) == 0) {
        struct pt_expiry e = pt_expiry_at(ms, now);
        json_object_set_new(out, "certificate", pt_cli_expiry_json(&e));
    }
    if (c->keys.crl && pt_expiry_of_crl(c->keys.crl, &ms, NULL) == 0) {
        struct pt_expiry e = pt_expiry_at(ms, now);
        json_object_set_new(out, "revocation_list", pt_cli_expiry_json(&e));
    }
}

/* What this connector knows by itself, also where no hub answers. */
static void own_state(const struct pt_config *c, json_t *out) {
    char needs[PT_STATE_NEEDS_MAX];
    struct pt_state *s = NULL;
    struct pt_state_counts k;
    struct pt_err err = {0};
    json_t *dead = json_array();
    if (pt_state_open_in(c->state, PT_STATE_READ, &s, &err) == 0 &&
        pt_state_counts(s, &k, &err) == 0 && pt_dead_letter_each(s, dead_letter, dead, &err) == 0) {
        pt_state_needs(&k, pt_language_is_chinese(), needs);
        json_object_set_new(
            out, "connector",
            json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:s,s:I,s:i,s:i,s:O}", "party", c->party,
                      "stream", c->stream, "records", (json_int_t)k.records, "not_receipted",
                      (json_int_t)k.pending_records, "refused", (json_int_t)k.refused,
                      "dead_letters", (json_int_t)k.dead_letters, "dead_letters_open",
                      (json_int_t)k.dead_open, "refused_open", (json_int_t)k.refused_open,
                      "needs_person", needs, "deferred", (json_int_t)k.deferred, "closed_day",
                      (int)k.closed_day, "tick_day", (int)k.tick_day, "newest_dead_letters", dead));
        (void)witness_state(s, c, json_object_get(out, "connector"), &err);
    }
    json_decref(dead);
    pt_state_free(s);
}

/* ---- a hub's folder ---- */

/* The log beside the ledger; a ledger that stands alone has none. */
static int ask_log(const char *dir, json_t *out, struct pt_err *err) {
    const struct pt_sqlite_opts so = {.read_only = true, .readers = 1};
    char path[4096];
    struct pt_store *store = NULL;
    struct pt_store_reader *r = NULL;
    struct pt_store_state state = {0};
    if (pt_path_join(path, sizeof path, dir, "log.db") != 0 || !pt_file_exists(path)) {
        return 0;
    }
    pt_buf_init(&state.checkpoint, PT_LOG_CHECKPOINT_MAX);
    int rc = pt_store_sqlite_open(dir, &so, &store, err);
    if (rc == 0) {
        rc = pt_store_read_begin(store, &r, err);
    }
    if (rc == 0) {
        rc = pt_store_state(r, &state, err);
        pt_store_read_end(r);
    }
    if (rc == 0) {
        json_object_set_new(out, "log_entries", json_integer((json_int_t)state.size));
    }
    pt_store_sqlite_close(store);
    pt_buf_done(&state.checkpoint);
    return rc;
}

/* Discrepancies that still want something done, by severity. */
static int ask_findings(struct pt_ledger *l, json_t *out, struct pt_err *err) {
    static const char *const names[] = {"", "informational", "yellow", "red"};
    json_t *counts = json_object();
    int rc = 0;
    for (int severity = 3; rc == 0 && severity > 0; severity--) {
        const struct pt_discrepancy_filter f = {
            .reader = PT_PARTY_HUB, .severity = severity, .status = "active", .limit = 1};
        json_t *j = NULL;
        rc = pt_ledger_discrepancies_json(l, &f, &j, err);
        json_object_set(counts, names[severity], json_object_get(j, "total"));
        json_decref(j);
    }
    json_object_set_new(out, "discrepancies", counts);
    return rc;
}

static int ask_data(const char *dir, json_t *out, struct pt_err *err) {
    char path[4096];
    struct pt_ledger *l = NULL;
    struct pt_ledger_tick tick = {0};
    if (pt_path_join(path, sizeof path, dir, "ledger.db") != 0) {
        return pt_err_set(err, PT_E_USAGE,
                          PT_SAY("--data: the path is too long", "--data：路径过长"));
    }
    int rc = pt_ledger_open(path, PT_LEDGER_READ, &l, NULL, err);
    if (rc == 0) {
        rc = pt_ledger_last_tick(l, &tick, err);
    }
    if (rc == 0) {
        rc = ask_log(dir, out, err);
    }
    if (rc == 0 && tick.day > 0) {
        rc = ask_findings(l, out, err);
    }
    if (rc == 0) {
        json_t *list = NULL;
        rc = pt_ledger_streams_json(l, &list, err);
        json_object_set_new(out, "fold_entries", json_integer((json_int_t)pt_ledger_cursor(l)));
        json_object_set_new(out, "tick_day", json_integer(tick.day));
        json_object_set_new(out, "streams", list ? list : json_array());
    }
    pt_ledger_close(l);
    return rc;
}

/* ---- printing ---- */

/* A day as people write it; "-" for none. */
static const char *day_text(int64_t day, char out[16]) {
    if (day <= 0) {
        return "-";
    }
    (void)snprintf(out, 16, "%04d-%02d-%02d", (int)(day / 10000 % 10000), (int)(day / 100 % 100),
                   (int)(day % 100));
    return out;
}

static void print_streams(const json_t *list, bool zh) {
    size_t i;
    json_t *s;
    json_array_foreach(list, i, s) {
        const char *next = json_string_value(json_object_get(s, "next_seq"));
        char name[80], day[16];
        (void)snprintf(name, sizeof name, "%s/%s", json_string_value(json_object_get(s, "party")),
                       json_string_value(json_object_get(s, "stream")));
        printf("  %-20s %10lld %s   %s %s%s%s\n", name, next ? strtoll(next, NULL, 10) - 1 : 0LL,
               zh                               ? "条记录"
               : next && strcmp(next, "2") == 0 ? "record "
                                                : "records",
               zh ? "日结至" : "closed to",
               day_text(json_integer_value(json_object_get(s, "last_closed_day")), day),
               json_is_true(json_object_get(s, "frozen")) ? (zh ? "   已冻结" : "   FROZEN") : "",
               json_is_true(json_object_get(s, "closed")) ? (zh ? "   已终止" : "   ended") : "");
    }
}

static long long count(const json_t *o, const char *name) {
    return (long long)json_integer_value(json_object_get(o, name));
}

static const char *word(const json_t *o, const char *name) {
    const char *s = json_string_value(json_object_get(o, name));
    return s ? s : "";
}

static void print_connector(const json_t *c, bool zh) {
    printf(zh ? "连接器 %s/%s：%lld 条记录，%lld 条未获回执，%lld 批被拒收，%lld 条死信，%lld "
                "行等待引用\n"
              : "connector %s/%s: records %lld, not receipted %lld, batches refused %lld, dead "
                "letters %lld, rows waiting for a reference %lld\n",
           word(c, "party"), word(c, "stream"), count(c, "records"), count(c, "not_receipted"),
           count(c, "refused"), count(c, "dead_letters"), count(c, "deferred"));
    printf(
        zh ? "  批次：%lld 批已见证，%lld 批已获回执待见证（最早 %lld 秒）；本方见证至第 %lld 条\n"
           : "  batches: witnessed %lld, receipted and not yet witnessed %lld (the oldest for "
             "%lld s); cosigned here up to log size %lld\n",
        count(c, "batches_witnessed"), count(c, "batches_receipted"),
        count(c, "oldest_receipted_s"), count(c, "cosigned_size"));
    size_t i;
    json_t *d;
    json_array_foreach(json_object_get(c, "alarms"), i, d) {
        char said[PT_ALARM_SAID_MAX];
        printf(zh ? "  警报 %s：%s\n" : "  ALARM %s: %s\n", word(d, "code"),
               pt_alarm_say(word(d, "code"), word(d, "what"), zh, said));
    }
    json_array_foreach(json_object_get(c, "newest_dead_letters"), i, d) {
        if (!json_is_true(json_object_get(d, "noted"))) {
            pt_cli_letter_print(d, zh);
        }
    }
    if (*word(c, "needs_person")) {
        printf("  ! %s\n", word(c, "needs_person"));
    }
}

static void print_status(const struct cli_options *o, const json_t *j) {
    bool zh = pt_cli_chinese(o);
    const char *health = json_string_value(json_object_get(j, "health"));
    if (health && zh && json_is_true(json_object_get(j, "ready"))) {
        puts("枢纽：就绪");
    } else if (health) {
        printf("%s %s\n", zh ? "枢纽：未就绪：" : "hub:", health);
    }
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        const char *what = zh ? shown[i].zh : shown[i].en;
        char day[16];
        if (!json_object_get(j, shown[i].name)) {
            continue;
        }
        if (strcmp(shown[i].name, "tick_day") == 0) {
            printf("  %12s  %s\n", day_text(count(j, shown[i].name), day), what);
        } else if (strcmp(shown[i].name, "resident_bytes") == 0) {
            printf("  %8.1f MiB  %s\n", (double)count(j, shown[i].name) / (1024 * 1024), what);
        } else {
            printf("  %12lld  %s\n", count(j, shown[i].name), what);
        }
    }
    const json_t *d = json_object_get(j, "discrepancies");
    if (d) {
        printf(zh ? "  %12lld  在办差异：红色%lld，黄色%lld，提示%lld\n"
                  : "  %12lld  discrepancies open: %lld red, %lld yellow, %lld informational\n",
               count(d, "red") + count(d, "yellow") + count(d, "informational"), count(d, "red"),
               count(d, "yellow"), count(d, "informational"));
    }
    pt_cli_expiry_print(json_object_get(j, "hub_certificate"), "the hub's certificate",
                        "枢纽的证书", zh);
    pt_cli_expiry_print(json_object_get(j, "hub_revocation_list"), "the hub's revocation list",
                        "枢纽的吊销列表", zh);
    pt_cli_expiry_print(json_object_get(j, "certificate"), "this connector's certificate",
                        "本连接器的证书", zh);
    pt_cli_expiry_print(json_object_get(j, "revocation_list"), "this connector's revocation list",
                        "本连接器的吊销列表", zh);
    print_streams(json_object_get(j, "streams"), zh);
    if (json_object_get(j, "connector")) {
        print_connector(json_object_get(j, "connector"), zh);
    }
}

static bool needs_person(const json_t *j) {
    const json_t *c = json_object_get(j, "connector");
    return json_array_size(json_object_get(c, "alarms")) > 0 || *word(c, "needs_person");
}

static int status(const struct cli_options *o) {
    struct pt_err err = {0};
    struct cli_hub h = {0};
    json_t *j = json_object();
    int rc = 0;
    if (o->data) {
        rc = ask_data(o->data, j, &err);
    } else {
        rc = pt_cli_hub_open(o, &h, &err);
        if (rc == 0) {
            own_ends(h.config, j);
            own_state(h.config, j);
            rc = ask_hub(&h, j, &err);
        }
    }
    int result = EXIT_OK;
    if (o->json && (rc == 0 || json_object_size(j) > 0)) {
        (void)pt_cli_print_json(j);
    } else if (!o->json) {
        print_status(o, j);
    }
    if (rc != 0) {
        result = pt_cli_fail(&err);
    }
    const json_t *ready = json_object_get(j, "ready");
    if (rc == 0 && ((ready && !json_is_true(ready)) || needs_person(j))) {
        result = EXIT_FAILED;
    }
    json_decref(j);
    pt_cli_hub_close(&h);
    return result;
}

const struct cli_command cmd_status = {
    .name = "status",
    .what = "where the hub, the ledger and a connector stand",
    .usage =
        "usage: pentad status (--config FILE [--hub URL] | --data HUBDIR) [--json] [--zh|--en]\n"
        "\n"
        "Says whether the hub is ready, how long the log is, how far the ledger has folded, the\n"
        "last tick, every stream of every party (a party's keys among them) and how far it is,\n"
        "and what this connector has still to send or could not read, which of its batches are\n"
        "witnessed (in a checkpoint that a quorum of bodies cosigned), and its alarms; how long "
        "its "
        "own\n"
        "and the hub's certificate and revocation list last (level: fine, within_60_days,\n"
        "within_30_days, within_7_days, expired; what isn't fine is shown). --data "
        "reads a hub's data\n"
        "folder without the hub: how long its log is, what its ledger has folded, the last tick,\n"
        "the discrepancies that are open, the streams.\n"
        "\n"
        "exit: 0 ready, no alarm and nothing that needs a person (dead letters that nobody has "
        "dealt\n"
        "      with, a refused batch), 1 not, 2 wrong use\n"
        "\n"
        "example: pentad status --config finance/connector.yaml\n",
    .min_args = 0,
    .max_args = 0,
    .wants = "no arguments, please",
    .wants_zh = "不带参数",
    .run = status};
