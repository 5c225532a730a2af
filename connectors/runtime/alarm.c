/* What a person must look at: alarms in the state file, evidence in a folder beside it. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/file.h>
#include <pentad/base/language.h>
#include <pentad/v1/feed.pb-c.h>

#include "connector_internal.h"
#include "state_internal.h"

int pt_alarm_set(struct pt_state *s, int64_t since_ms, const char *code, const char *what,
                 bool *ret_new, struct pt_err *err) {
    int64_t n;
    bool found;
    *ret_new = false;
    int rc = pt_sql_number(&s->sql, &n, &found, err, "SELECT 1 FROM alarm WHERE code=?", "s", code);
    if (rc == 0 && !found) {
        *ret_new = true;
        rc = pt_sql_run(&s->sql, err, "INSERT INTO alarm VALUES(?,?,?)", "sis", code, since_ms,
                        what);
    }
    return rc;
}

int pt_alarm_clear(struct pt_state *s, const char *code, struct pt_err *err) {
    return pt_sql_run(&s->sql, err, "DELETE FROM alarm WHERE code=?", "s", code);
}

int pt_alarm_each(struct pt_state *s, pt_alarm_cb *cb, void *ctx, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(&s->sql, &st, err,
                          "SELECT since_ms, code, what FROM alarm ORDER BY since_ms, code", "");
    while (pt_sql_row(&s->sql, st, &rc, err)) {
        struct pt_alarm_row a = {
            .since_ms = pt_sql_i64(st, 0), .code = pt_sql_text(st, 1), .what = pt_sql_text(st, 2)};
        if (cb(ctx, &a) != 0) {
            break;
        }
    }
    pt_sql_done(&s->sql, st);
    return rc;
}

/* ---- evidence ---- */

int pt_connector_evidence_file(const char *folder, const char *name, struct pt_span bytes,
                               struct pt_err *err) {
    char path[4096 + 64];
    if (bytes.len == 0) {
        return 0;
    }
    int rc = pt_path_join(path, sizeof path, folder, name);
    return rc ? pt_err_set(err, rc, "%.200s: the path is too long", folder)
              : pt_file_write(path, bytes.p, bytes.len, 0600, err);
}

/* The hub-signed checkpoint inside what was shown: a note, a feed page or an answer. */
static int write_shown_checkpoint(const char *folder, struct pt_span shown, struct pt_err *err) {
    static const char name[] = "shown.checkpoint";
    int rc = 0;
    Pentad__V1__FeedPage *page = pentad__v1__feed_page__unpack(NULL, shown.len, shown.p);
    if (page && page->has_checkpoint) {
        rc = pt_connector_evidence_file(folder, name,
                                        pt_span(page->checkpoint.data, page->checkpoint.len), err);
    }
    if (page) {
        pentad__v1__feed_page__free_unpacked(page, NULL);
    }
    Pentad__V1__SubmitReply *reply = pentad__v1__submit_reply__unpack(NULL, shown.len, shown.p);
    if (rc == 0 && reply && reply->receipt && reply->receipt->has_checkpoint) {
        const ProtobufCBinaryData *c = &reply->receipt->checkpoint;
        rc = pt_connector_evidence_file(folder, name, pt_span(c->data, c->len), err);
    }
    if (reply) {
        pentad__v1__submit_reply__free_unpacked(reply, NULL);
    }
    struct pt_note n;
    if (rc == 0 && pt_note_parse(&n, shown, NULL) == 0) {
        rc = pt_connector_evidence_file(folder, name, shown, err);
    }
    pt_note_done(&n);
    return rc;
}

int pt_connector_evidence_folder(const struct pt_connector *c, int code, struct pt_span shown,
                                 char *out, size_t cap) {
    char name[128], hex[2 * PT_HASH_LEN + 1];
    struct pt_hash digest;
    pt_sha256(&digest, shown.p, shown.len);
    pt_hash_hex(hex, &digest);
    (void)snprintf(name, sizeof name, "evidence/%s-%.16s", pt_err_name(code), hex);
    return pt_path_join(out, cap, c->config->state, name);
}

/* What a crash left of an unfinished folder. */
static void empty(const char *folder) {
    char path[4096 + 300];
    DIR *d = opendir(folder);
    struct dirent *e;
    /* cppcheck-suppress readdirCalled ; the stream is this call's own */
    while (d && (e = readdir(d)) != NULL) {
        if (pt_path_join(path, sizeof path, folder, e->d_name) == 0) {
            (void)unlink(path); /* not `.` and `..` */
        }
    }
    if (d) {
        (void)closedir(d);
    }
}

static int write_files(struct pt_connector *c, const char *folder, const char *what,
                       struct pt_span shown, struct pt_err *err) {
    int rc = pt_connector_evidence_file(folder, "what.txt", pt_span_str(what), err);
    rc = rc ? rc : pt_connector_evidence_file(folder, "shown", shown, err);
    rc = rc ? rc : write_shown_checkpoint(folder, shown, err);
    rc = rc ? rc
            : pt_connector_evidence_file(folder, "held.checkpoint",
                                         pt_follower_checkpoint(c->follower), err);
    return rc ? rc
              : pt_connector_evidence_file(folder, "published.checkpoint",
                                           pt_buf_span(&c->witness.note), err);
}

/* STATE/evidence/CODE-DIGEST: what was shown, and the signed checkpoints that it stands against.
 * The database has the bytes too; these are for handing on. Whole or not there. */
static int write_folder(struct pt_connector *c, int code, const char *what, struct pt_span shown,
                        struct pt_err *err) {
    char folder[4096], fresh[4096];
    if (pt_connector_evidence_folder(c, code, shown, folder, sizeof folder) != 0 ||
        pt_path_join(fresh, sizeof fresh, c->config->state, "evidence/.unfinished") != 0) {
        return pt_err_set(err, PT_E_TOO_LARGE, "%.200s: the path is too long", c->config->state);
    }
    if (pt_file_exists(folder)) {
        return 0;
    }
    int rc = pt_mkdirs(fresh, 0700, err);
    if (rc == 0) {
        empty(fresh);
        rc = write_files(c, fresh, what, shown, err);
    }
    if (rc == 0 && rename(fresh, folder) != 0) {
        rc = pt_err_set(err, PT_E_IO, "%.200s: %s", folder, strerrordesc_np(errno));
    }
    return rc;
}

/* A folder stands only beside a row: the table's bound is theirs. */
void pt_connector_keep_evidence(struct pt_connector *c, int code, const char *about,
                                const char *what, struct pt_span bytes) {
    struct pt_err err = {0};
    bool kept = false;
    int rc = pt_evidence_add(c->state, pt_clock_now_ms(c->opt.clock), code, about, what, bytes,
                             &kept, &err);
    if (rc == 0 && kept) {
        rc = write_folder(c, code, what, bytes, &err);
    } else if (rc == 0) {
        rc = pt_err_set(&err, PT_E_TOO_LARGE,
                        "the next one isn't kept: %d pieces of evidence with the code %s about "
                        "%s are kept already",
                        PT_KEPT_EVIDENCE_MAX, pt_err_name(code), about);
    }
    if (rc != 0) {
        pt_connector_event(c, "evidence_lost", "%s", err.msg);
    }
    pt_connector_event(c, "evidence", "%s (%s)", what, pt_err_name(code));
}

/* docs/connector.md has what they mean. `passes`: it ends by itself, or bounds what is cosigned in
 * a way of its own; with any other one standing nothing is cosigned, one with an error's code too.
 */
static const struct kind {
    const char *code;
    bool passes;
    const char *zh;
} kinds[] = {
    {"rolled_back", false, "枢纽日志比此处已核验的短，被回退"},
    {"erased_without_order", false, "枢纽称记录已销毁，而日志中没有生效的销毁令"},
    {"witness_state_lost", false, "见证状态丢失：须换新见证密钥"},
    {"withheld_record", true, "数据流日结所计的记录有本单位未收到的"},
    {"back_dated", true, "有条目的时间早于上次见证"},
    {"clock_ahead", true, "最新条目的时间超前于本机时钟"},
    {"tick_stalled", true, "枢纽时点停滞已逾一小时"},
    {"not_witnessed", true, "已获回执的批次逾期未见证：枢纽停滞，或见证单位不足"},
    {"witness_silent", true, "有见证人久未见证：请不经枢纽直接询问，并对照双方所存"},
    {"cosigning_key", true,
     "日志策略不再列本单位的见证密钥，停止见证：改用后继密钥并重启，或删去此项"},
    {"cosignature_refused", true, "枢纽拒收见证签名"},
    {"no_sealing_key", true, "收件单位在日志中没有有效的密封密钥，待密封的记录等待"},
    {"snapshot_differs", true, "枢纽的台账快照与日志不符"},
    {"replay_failed", true, "日志在此无法重放，下次启动前不再核验台账"},
};

static const struct kind *kind_of(const char *code) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(code, kinds[i].code) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

static bool bars_cosigning(const char *code) {
    const struct kind *k = kind_of(code);
    return !k || !k->passes;
}

const char *pt_alarm_say(const char *code, const char *what, bool zh, char ret[PT_ALARM_SAID_MAX]) {
    const struct kind *k = kind_of(code);
    (void)snprintf(ret, PT_ALARM_SAID_MAX, "%s%s%s",
                   !zh ? ""
                   : k ? k->zh
                       : pt_err_text(pt_err_from_name(code), true),
                   zh ? "：" : "", what);
    return ret;
}

static int look_at(void *ctx, const struct pt_alarm_row *a) {
    bool *barred = ctx;
    *barred = *barred || bars_cosigning(a->code);
    return 0;
}

int pt_connector_alarms_load(struct pt_connector *c, struct pt_err *err) {
    return pt_alarm_each(c->state, look_at, &c->witness.refused, err);
}

bool pt_connector_alarm(struct pt_connector *c, const char *code, const char *what) {
    struct pt_err err = {0};
    bool is_new = false;
    c->witness.refused = c->witness.refused || bars_cosigning(code);
    if (pt_alarm_set(c->state, pt_clock_now_ms(c->opt.clock), code, what, &is_new, &err) != 0) {
        pt_connector_event(c, "alarm_lost", "%s", err.msg);
        is_new = true;
    }
    if (is_new) {
        char said[PT_ALARM_SAID_MAX];
        pt_connector_event(c, "alarm", "%s: %s", code,
                           pt_alarm_say(code, what, pt_language_is_chinese(), said));
    }
    return is_new;
}

void pt_connector_alarm_over(struct pt_connector *c, const char *code) {
    struct pt_err err = {0};
    if (pt_alarm_clear(c->state, code, &err) != 0) {
        pt_connector_event(c, "alarm_lost", "%s", err.msg);
    }
}
