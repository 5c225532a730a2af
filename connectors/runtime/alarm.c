/* What a person must look at: alarms in the state file, evidence in a folder beside it. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/file.h>
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

static void write_one(const char *folder, const char *name, struct pt_span bytes) {
    char path[4096 + 64];
    if (bytes.len > 0 && pt_path_join(path, sizeof path, folder, name) == 0) {
        (void)pt_file_write(path, bytes.p, bytes.len, 0600, NULL);
    }
}

/* The hub-signed checkpoint inside what was shown: a note, a feed page or an answer. */
static void write_shown_checkpoint(const char *folder, struct pt_span shown) {
    Pentad__V1__FeedPage *page = pentad__v1__feed_page__unpack(NULL, shown.len, shown.p);
    if (page && page->has_checkpoint) {
        write_one(folder, "shown.checkpoint", pt_span(page->checkpoint.data, page->checkpoint.len));
    }
    if (page) {
        pentad__v1__feed_page__free_unpacked(page, NULL);
    }
    Pentad__V1__SubmitReply *reply = pentad__v1__submit_reply__unpack(NULL, shown.len, shown.p);
    if (reply && reply->receipt && reply->receipt->has_checkpoint) {
        write_one(folder, "shown.checkpoint",
                  pt_span(reply->receipt->checkpoint.data, reply->receipt->checkpoint.len));
    }
    if (reply) {
        pentad__v1__submit_reply__free_unpacked(reply, NULL);
    }
    struct pt_note n;
    if (pt_note_parse(&n, shown, NULL) == 0) {
        write_one(folder, "shown.checkpoint", shown);
    }
    pt_note_done(&n);
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

/* STATE/evidence/CODE-DIGEST: what was shown, and the signed checkpoints that it stands against.
 * The database has the bytes too; these are for handing on. */
static void write_folder(struct pt_connector *c, int code, const char *what, struct pt_span shown) {
    char folder[4096];
    if (pt_connector_evidence_folder(c, code, shown, folder, sizeof folder) != 0 ||
        pt_file_exists(folder) || pt_mkdirs(folder, 0700, NULL) != 0) {
        return;
    }
    write_one(folder, "what.txt", pt_span_str(what));
    write_one(folder, "shown", shown);
    write_shown_checkpoint(folder, shown);
    write_one(folder, "held.checkpoint", pt_follower_checkpoint(c->follower));
    write_one(folder, "published.checkpoint", pt_buf_span(&c->witness.note));
}

void pt_connector_keep_evidence(struct pt_connector *c, int code, const char *what,
                                struct pt_span bytes) {
    struct pt_err err = {0};
    if (pt_evidence_add(c->state, pt_clock_now_ms(c->opt.clock), code, what, bytes, &err) != 0) {
        pt_connector_event(c, "evidence_lost", "%s", err.msg);
    }
    write_folder(c, code, what, bytes);
    pt_connector_event(c, "evidence", "%s (%s)", what, pt_err_name(code));
}

/* Those that end by themselves, or that bound what is cosigned in a way of their own. With any
 * other one standing nothing is cosigned. */
static bool bars_cosigning(const char *code) {
    static const char *const others[] = {
        "back_dated",       "clock_ahead",         "tick_stalled",
        "not_witnessed",    "cosignature_refused", "withheld_record",
        "snapshot_differs", "replay_failed",       "cosigning_key"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(code, others[i]) == 0) {
            return false;
        }
    }
    return true;
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
        pt_connector_event(c, "alarm", "%s: %s", code, what);
    }
    return is_new;
}

void pt_connector_alarm_over(struct pt_connector *c, const char *code) {
    struct pt_err err = {0};
    if (pt_alarm_clear(c->state, code, &err) != 0) {
        pt_connector_event(c, "alarm_lost", "%s", err.msg);
    }
}
