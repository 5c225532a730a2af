/* Findings: what the log says of a discrepancy (its newest H01), what it should say, and the H01 to
 * write where the two differ.
 *
 *            fires                reply               clears
 *   (none) ────────► OPEN ──────────────► REPLIED ─────────────► CLOSED
 *                     │  └─ due passed: escalated                  │ fires: next episode
 *                     └────────────► WAIVED ──────────────────────►┘
 */
#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/record/party.h>

#define ST(name) PENTAD__V1__DISCREPANCY_STATUS__DISCREPANCY_STATUS_##name
#define SEV(name) PENTAD__V1__SEVERITY__SEVERITY_##name

enum { INPUTS_MAX = 128 };

struct finding {
    bool known;
    uint32_t episode;
    int status;
    int sev;
    bool escalated;
    int32_t due;
    int32_t first_seen;
    const char *figures; /* without the volatile ones */
    int64_t open_rec;
    struct pt_span body;
};

static int sql_err(struct pt_engine *e, struct pt_err *err) {
    return pt_err_set(err, PT_E_STORE, "rules: findings: %s", sqlite3_errmsg(e->db));
}

static struct pt_span keep(struct pt_engine *e, const void *p, size_t n) {
    void *q = pt_arena_alloc(&e->arena, n ? n : 1);

    PT_ASSERT(q);
    if (n > 0)
        memcpy(q, p, n);
    return pt_span(q, n);
}

static const char *keep_text(struct pt_engine *e, sqlite3_stmt *st, int c) {
    const char *s = (const char *)sqlite3_column_text(st, c);
    return pt_arena_strdup(&e->arena, s ? s : "");
}

static int load_finding(struct pt_engine *e, const uint8_t id[16], struct finding *f,
                        struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_FINDING];
    int s;

    memset(f, 0, sizeof *f);
    f->figures = "";
    sqlite3_bind_blob(st, 1, id, 16, SQLITE_STATIC);
    s = sqlite3_step(st);
    if (s == SQLITE_ROW) {
        f->known = true;
        f->episode = (uint32_t)sqlite3_column_int64(st, 0);
        f->status = sqlite3_column_int(st, 1);
        f->sev = sqlite3_column_int(st, 2);
        f->escalated = sqlite3_column_int(st, 3) != 0;
        f->due = sqlite3_column_int(st, 4);
        f->first_seen = sqlite3_column_int(st, 5);
        f->figures = keep_text(e, st, 6);
        f->open_rec = sqlite3_column_int64(st, 7);
        f->body = keep(e, sqlite3_column_blob(st, 8), (size_t)sqlite3_column_bytes(st, 8));
    }
    sqlite3_reset(st);
    return s == SQLITE_ROW || s == SQLITE_DONE ? 0 : sql_err(e, err);
}

static const struct pt_rule *rule_by_id(struct pt_engine *e, const char *id, size_t *ret_no) {
    for (size_t i = 0; i < e->n_rules; i++)
        if (strcmp(e->rules[i].info.id, id) == 0) {
            *ret_no = i;
            return &e->rules[i];
        }
    return NULL;
}

/* Also binds the rule's [inputs] to the condition while its row is at hand. */
static int load_condition(struct pt_engine *e, const uint8_t id[16], struct pt_condition *c,
                          bool *ret_found, struct pt_err *err) {
    static const char *const names[] = {":a",   ":b",  ":c",      ":kind",
                                        ":key", ":fy", ":period", ":object"};
    static const int cols[] = {9, 10, 11, 1, 2, 3, 4, 5};
    sqlite3_stmt *st = e->own[PT_R_CONDITION_OF];
    sqlite3_stmt *in;
    int s;

    memset(c, 0, sizeof *c);
    *ret_found = false;
    sqlite3_bind_blob(st, 1, id, 16, SQLITE_STATIC);
    s = sqlite3_step(st);
    if (s == SQLITE_ROW)
        c->rule = rule_by_id(e, (const char *)sqlite3_column_text(st, 0), &c->rule_no);
    if (c->rule) {
        *ret_found = true;
        memcpy(c->id, id, 16);
        c->kind = sqlite3_column_int(st, 1);
        c->key = keep_text(e, st, 2);
        c->fy = sqlite3_column_int(st, 3);
        c->period = keep_text(e, st, 4);
        c->object = keep_text(e, st, 5);
        c->state = sqlite3_column_int(st, 6);
        c->sev = sqlite3_column_int(st, 7);
        c->figures = keep_text(e, st, 8);
        in = e->st[c->rule_no].inputs;
        for (size_t i = 0; in && i < 8; i++) {
            int at = sqlite3_bind_parameter_index(in, names[i]);
            if (at > 0)
                sqlite3_bind_value(in, at, sqlite3_column_value(st, cols[i]));
        }
    }
    sqlite3_reset(st);
    return s == SQLITE_ROW || s == SQLITE_DONE ? 0 : sql_err(e, err);
}

static bool is_volatile(const struct pt_rule *r, const char *label) {
    for (size_t i = 0; i < r->n_figures; i++)
        if (strcmp(r->figures[i].label, label) == 0)
            return r->figures[i].is_volatile;
    return false;
}

/* The figures that make a difference, as `finding` keeps them. */
const char *pt_finding_steady(struct pt_engine *e, const struct pt_rule *r, const char *figures) {
    char label[32];
    char value[512];

    pt_buf_reset(&e->buf);
    while (pt_figure_next(&figures, label, sizeof label, value, sizeof value))
        if (!is_volatile(r, label))
            pt_buf_printf(&e->buf, "%s\t%s\n", label, value);
    return pt_arena_strdup(&e->arena, pt_buf_cstr(&e->buf));
}

static bool answers(const struct pt_rule *r, const char *party) {
    const char *p = r->info.responders;
    size_t n = strlen(party);

    for (; (p = strstr(p, party)) != NULL; p += n)
        if ((p == r->info.responders || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' '))
            return true;
    return false;
}

/* OPEN, REPLIED or WAIVED by what was answered since the episode opened. A waiver is the office's;
 * where finance has to answer it needs the approval of congress or audit, for the office sits in
 * the finance bureau. */
static int status_by_replies(struct pt_engine *e, const struct pt_rule *r, const uint8_t id[16],
                             const struct finding *f, int *ret_status, struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_REPLY];
    int s;

    *ret_status = ST(OPEN);
    sqlite3_bind_blob(st, 1, id, 16, SQLITE_STATIC);
    sqlite3_bind_int64(st, 2, f->open_rec);
    sqlite3_bind_int64(st, 3, (int64_t)f->episode);
    while ((s = sqlite3_step(st)) == SQLITE_ROW) {
        const char *party = (const char *)sqlite3_column_text(st, 0);
        int kind = sqlite3_column_int(st, 1);
        bool approved = sqlite3_column_int(st, 2) != 0;

        if (kind == PENTAD__V1__REPLY_KIND__REPLY_KIND_WAIVE) {
            if (strcmp(party, "office") == 0 && (approved || !answers(r, "finance")))
                *ret_status = ST(WAIVED);
        } else if (*ret_status == ST(OPEN) && answers(r, party)) {
            *ret_status = ST(REPLIED);
        }
    }
    sqlite3_reset(st);
    return s == SQLITE_DONE ? 0 : sql_err(e, err);
}

static int32_t reply_due(struct pt_engine *e, int sev) {
    sqlite3_stmt *st = e->own[PT_R_WORKDAYS];
    int32_t day = 0;

    if (sev == SEV(INFO))
        return 0;
    if (e->due_tick == e->tick.no && e->due_day[sev == SEV(RED)] != 0)
        return e->due_day[sev == SEV(RED)];
    if (e->due_tick != e->tick.no)
        e->due_day[0] = e->due_day[1] = 0;
    e->due_tick = e->tick.no;
    sqlite3_bind_int(st, 1, e->tick.day);
    sqlite3_bind_int64(
        st, 2, pt_param(e, sev == SEV(RED) ? "reply.red_workdays" : "reply.yellow_workdays"));
    if (sqlite3_step(st) == SQLITE_ROW)
        day = sqlite3_column_int(st, 0);
    sqlite3_reset(st);
    e->due_day[sev == SEV(RED)] = day;
    return day;
}

/* ---- the record ---- */

static char *text(struct pt_engine *e, const char *s) {
    return pt_arena_strdup(&e->arena, s);
}

static const char *unit_name(enum pt_rule_unit u) {
    static const char *const names[] = {"fen", "fen", "bp", "cp", "count", "day", "date", "text"};
    return names[u];
}

static void put_figures(struct pt_engine *e, const struct pt_condition *c,
                        Pentad__V1__Discrepancy *d) {
    const char *cursor = c->figures;
    char label[32];
    char value[512];

    d->figures = pt_arena_zalloc(&e->arena, PT_RULE_FIGURES_MAX * sizeof(void *));
    PT_ASSERT(d->figures);
    while (d->n_figures < PT_RULE_FIGURES_MAX &&
           pt_figure_next(&cursor, label, sizeof label, value, sizeof value)) {
        Pentad__V1__DiscrepancyFigure *f = pt_arena_alloc(&e->arena, sizeof *f);
        enum pt_rule_unit unit = PT_RULE_COUNT;

        PT_ASSERT(f);
        pentad__v1__discrepancy_figure__init(f);
        for (size_t i = 0; i < c->rule->n_figures; i++)
            if (strcmp(c->rule->figures[i].label, label) == 0)
                unit = c->rule->figures[i].unit;
        f->label = text(e, label);
        f->unit = text(e, unit_name(unit));
        if (unit == PT_RULE_TEXT) {
            f->text = text(e, value);
        } else {
            f->has_value = 1;
            f->value = strtoll(value, NULL, 10);
        }
        d->figures[d->n_figures++] = f;
    }
}

static Pentad__V1__RecordRef *make_ref(struct pt_engine *e, int64_t rec) {
    sqlite3_stmt *st = e->own[PT_R_REF];
    Pentad__V1__RecordRef *r = NULL;

    sqlite3_bind_int64(st, 1, rec);
    if (sqlite3_step(st) == SQLITE_ROW) {
        struct pt_span hash =
            keep(e, sqlite3_column_blob(st, 3), (size_t)sqlite3_column_bytes(st, 3));

        r = pt_arena_alloc(&e->arena, sizeof *r);
        PT_ASSERT(r);
        pentad__v1__record_ref__init(r);
        r->party = text(e, (const char *)sqlite3_column_text(st, 0));
        r->stream = text(e, (const char *)sqlite3_column_text(st, 1));
        r->has_seq = 1;
        r->seq = (uint64_t)sqlite3_column_int64(st, 2);
        r->has_hash = 1;
        r->hash.data = (uint8_t *)(uintptr_t)hash.p;
        r->hash.len = hash.len;
    }
    sqlite3_reset(st);
    return r;
}

static int put_inputs(struct pt_engine *e, const struct pt_condition *c, Pentad__V1__Discrepancy *d,
                      struct pt_err *err) {
    sqlite3_stmt *st = e->st[c->rule_no].inputs;
    int s = SQLITE_DONE;

    if (!st)
        return 0;
    d->inputs = pt_arena_zalloc(&e->arena, INPUTS_MAX * sizeof(void *));
    PT_ASSERT(d->inputs);
    while (d->n_inputs < INPUTS_MAX && (s = sqlite3_step(st)) == SQLITE_ROW) {
        Pentad__V1__RecordRef *r = make_ref(e, sqlite3_column_int64(st, 0));
        if (r)
            d->inputs[d->n_inputs++] = r;
    }
    sqlite3_reset(st);
    return s == SQLITE_ROW || s == SQLITE_DONE ? 0 : sql_err(e, err);
}

static void put_responders(struct pt_engine *e, const struct pt_rule *r,
                           Pentad__V1__Discrepancy *d) {
    char *list = text(e, r->info.responders);
    char *save = NULL;

    d->responders = pt_arena_zalloc(&e->arena, 8 * sizeof *d->responders);
    PT_ASSERT(d->responders);
    for (char *p = strtok_r(list, " ", &save); p && d->n_responders < 8;
         p = strtok_r(NULL, " ", &save))
        d->responders[d->n_responders++] = p;
}

static char *message(struct pt_engine *e, const struct pt_condition *c, bool chinese) {
    pt_buf_reset(&e->buf);
    pt_message_text(e, c, chinese, &e->buf);
    return text(e, e->buf.failed ? "" : pt_buf_cstr(&e->buf));
}

/* What the condition says; state fields are the caller's. */
static int from_condition(struct pt_engine *e, struct pt_condition *c, Pentad__V1__Discrepancy *d,
                          struct pt_err *err) {
    pentad__v1__discrepancy__init(d);
    d->has_id = 1;
    d->id.data = c->id;
    d->id.len = 16;
    d->rule = text(e, c->rule->info.id);
    d->has_kind = 1;
    d->kind = (Pentad__V1__SubjectKind)c->kind;
    d->key = text(e, c->key);
    d->has_fiscal_year = 1;
    d->fiscal_year = c->fy;
    d->period = c->period[0] ? text(e, c->period) : NULL;
    d->object = c->object[0] ? text(e, c->object) : NULL;
    put_figures(e, c, d);
    put_responders(e, c->rule, d);
    d->message_zh = message(e, c, true);
    d->message_en = message(e, c, false);
    return put_inputs(e, c, d, err);
}

static int put_pending(struct pt_engine *e, const uint8_t id[16], Pentad__V1__Discrepancy *d,
                       const struct finding *want, struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_PENDING_PUT];
    uint8_t *buf;
    size_t n;
    int s;

    d->has_severity = d->has_episode = d->has_first_seen = d->has_last_seen = 1;
    d->severity = (Pentad__V1__Severity)want->sev;
    d->episode = want->episode;
    d->first_seen = want->first_seen;
    d->last_seen = e->tick.day;
    d->has_due = want->due != 0;
    d->due = want->due;
    d->has_status = d->has_escalated = d->has_tick_day = d->has_tick_seq = 1;
    d->status = (Pentad__V1__DiscrepancyStatus)want->status;
    d->escalated = want->escalated;
    d->tick_day = e->tick.day;
    d->tick_seq = e->tick.seq;
    n = pentad__v1__discrepancy__get_packed_size(d);
    buf = pt_arena_alloc(&e->arena, n ? n : 1);
    if (!buf)
        return pt_err_set(err, PT_E_NOMEM, "rules: no memory for a finding");
    pentad__v1__discrepancy__pack(d, buf);
    sqlite3_bind_blob(st, 1, id, 16, SQLITE_STATIC);
    sqlite3_bind_blob(st, 2, buf, (int)n, SQLITE_STATIC);
    s = sqlite3_step(st);
    sqlite3_reset(st);
    return s == SQLITE_DONE ? 0 : sql_err(e, err);
}

/* The newest logged H01 again, with another standing. */
static int again(struct pt_engine *e, const uint8_t id[16], const struct finding *f,
                 const struct finding *want, struct pt_err *err) {
    Pentad__V1__Discrepancy *d = pentad__v1__discrepancy__unpack(NULL, f->body.len, f->body.p);
    int rc;

    if (!d)
        return pt_err_set(err, PT_E_CORRUPT, "rules: a stored finding can't be read");
    rc = put_pending(e, id, d, want, err);
    pentad__v1__discrepancy__free_unpacked(d, NULL);
    return rc;
}

static int open_new(struct pt_engine *e, struct pt_condition *c, const struct finding *f,
                    struct pt_err *err) {
    Pentad__V1__Discrepancy d;
    struct finding want = {.episode = f->known ? f->episode + 1 : 1,
                           .status = ST(OPEN),
                           .sev = c->sev,
                           .first_seen = e->tick.day,
                           .due = reply_due(e, c->sev)};
    int rc = from_condition(e, c, &d, err);

    return rc == 0 ? put_pending(e, c->id, &d, &want, err) : rc;
}

/* Still there: does anything differ from what was logged? */
static int compare(struct pt_engine *e, struct pt_condition *c, const struct finding *f,
                   const struct pt_rule *r, struct pt_err *err) {
    bool fires = c->state == PT_STATE_FIRE;
    struct finding want = *f;
    bool figures = fires && strcmp(pt_finding_steady(e, r, c->figures), f->figures) != 0;
    Pentad__V1__Discrepancy d;
    int rc = status_by_replies(e, r, c->id, f, &want.status, err);

    if (rc != 0)
        return rc;
    if (fires && c->sev != f->sev) {
        int32_t due = reply_due(e, c->sev);
        want.sev = c->sev;
        want.due = f->due == 0 || due == 0 || due < f->due ? due : f->due;
    }
    if (want.status == ST(OPEN) && f->due != 0 && e->tick.day > f->due)
        want.escalated = true;
    if (want.status == f->status && want.sev == f->sev && want.escalated == f->escalated &&
        !figures)
        return 0;
    if (!fires)
        return again(e, c->id, f, &want, err);
    rc = from_condition(e, c, &d, err);
    return rc == 0 ? put_pending(e, c->id, &d, &want, err) : rc;
}

int pt_finding_diff(struct pt_engine *e, const uint8_t id[16], struct pt_err *err) {
    struct finding f;
    struct pt_condition c;
    bool active;
    bool found;
    int rc = load_finding(e, id, &f, err);

    rc = rc == 0 ? load_condition(e, id, &c, &found, err) : rc;
    if (rc != 0)
        return rc;
    active = f.known && f.status != ST(CLOSED);
    if (!found) {
        struct finding want = f;
        want.status = ST(CLOSED);
        return active ? again(e, id, &f, &want, err) : 0;
    }
    if (!active)
        return c.state == PT_STATE_FIRE ? open_new(e, &c, &f, err) : 0;
    return f.status == ST(WAIVED) ? 0 : compare(e, &c, &f, c.rule, err);
}

/* ---- what the log holds ---- */

static const char *logged_figures(struct pt_engine *e, const struct pt_rule *r,
                                  const Pentad__V1__Discrepancy *d) {
    pt_buf_reset(&e->buf);
    for (size_t i = 0; i < d->n_figures; i++) {
        const Pentad__V1__DiscrepancyFigure *f = d->figures[i];

        if (r && is_volatile(r, f->label ? f->label : ""))
            continue;
        if (f->has_value)
            pt_buf_printf(&e->buf, "%s\t%lld\n", f->label ? f->label : "", (long long)f->value);
        else
            pt_buf_printf(&e->buf, "%s\t%s\n", f->label ? f->label : "", f->text ? f->text : "");
    }
    return pt_arena_strdup(&e->arena, e->buf.len ? pt_buf_cstr(&e->buf) : "");
}

/* Was it what these rules wanted? If not it stands nevertheless, and the next tick sets it right.
 */
static int meet_pending(struct pt_engine *e, const uint8_t id[16], struct pt_span packed,
                        struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_PENDING_GET];
    bool equal;
    int s;
    int rc = 0;

    sqlite3_bind_blob(st, 1, id, 16, SQLITE_STATIC);
    s = sqlite3_step(st);
    equal = s == SQLITE_ROW && (size_t)sqlite3_column_bytes(st, 0) == packed.len &&
            memcmp(sqlite3_column_blob(st, 0), packed.p, packed.len) == 0;
    sqlite3_reset(st);
    if (!equal) {
        if (sqlite3_exec(e->db, "UPDATE state SET v = v + 1 WHERE k = 'mismatches'", NULL, NULL,
                         NULL) != SQLITE_OK)
            return sql_err(e, err);
        rc = pt_engine_dirty(e, id, err);
    }
    st = e->own[PT_R_PENDING_DEL];
    sqlite3_bind_blob(st, 1, id, 16, SQLITE_STATIC);
    s = sqlite3_step(st);
    sqlite3_reset(st);
    return rc != 0 || s == SQLITE_DONE ? rc : sql_err(e, err);
}

int pt_finding_fold(struct pt_engine *e, int64_t rec, const Pentad__V1__Discrepancy *d,
                    struct pt_span packed, struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_FINDING_PUT];
    struct finding f;
    size_t no;
    int s;
    int rc;

    if (!d->has_id || d->id.len != 16)
        return pt_err_set(err, PT_E_CORRUPT, "rules: an H01 without an id");
    pt_arena_reset(&e->arena);
    rc = load_finding(e, d->id.data, &f, err);
    if (rc != 0)
        return rc;
    if (!f.known || f.episode != d->episode)
        f.open_rec = rec;
    sqlite3_bind_blob(st, 1, d->id.data, 16, SQLITE_STATIC);
    sqlite3_bind_text(st, 2, d->rule ? d->rule : "", -1, SQLITE_STATIC);
    sqlite3_bind_int64(st, 3, (int64_t)d->episode);
    sqlite3_bind_int(st, 4, (int)d->status);
    sqlite3_bind_int(st, 5, (int)d->severity);
    sqlite3_bind_int(st, 6, d->escalated);
    sqlite3_bind_int(st, 7, d->due);
    sqlite3_bind_int(st, 8, d->first_seen);
    sqlite3_bind_text(st, 9, logged_figures(e, rule_by_id(e, d->rule ? d->rule : "", &no), d), -1,
                      SQLITE_STATIC);
    sqlite3_bind_int64(st, 10, f.open_rec);
    sqlite3_bind_blob(st, 11, packed.p, (int)packed.len, SQLITE_STATIC);
    s = sqlite3_step(st);
    sqlite3_reset(st);
    return s == SQLITE_DONE ? meet_pending(e, d->id.data, packed, err) : sql_err(e, err);
}

int pt_finding_touch(struct pt_engine *e, struct pt_err *err) {
    char sql[768];

    (void)snprintf(
        sql, sizeof sql,
        "INSERT OR IGNORE INTO dirty SELECT h.id FROM changed c JOIN f_discrepancy_reply h"
        " ON h.rec = c.rec WHERE c.type = 212 AND length(h.id) = 16;"
        "INSERT OR IGNORE INTO dirty SELECT h.id FROM changed c JOIN resolved f ON f.rec = c.rec"
        " AND f.field = 'target' JOIN f_discrepancy_reply h ON h.rec = f.target"
        " WHERE c.type = 233 AND length(h.id) = 16;"
        "INSERT OR IGNORE INTO dirty SELECT id FROM finding"
        " WHERE status = 1 AND escalated = 0 AND due > 0 AND due < %d;",
        e->tick.day);
    return sqlite3_exec(e->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : sql_err(e, err);
}
