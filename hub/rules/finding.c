/* Findings: what the log says of a discrepancy (its newest H01), what it should say, and the H01 to
 * write where the two differ.
 *
 *            fires                reply               clears
 *   (none) ────────► OPEN ──────────────► REPLIED ─────────────► CLOSED
 *                     │  └─ due passed: escalated                  │ fires: next episode
 *                     └────────────► WAIVED ──────────────────────►┘
 *
 * What was escalated stays so; a calendar (H08) that comes later moves the days that still run.
 */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/ledger/figures.h>
#include <pentad/record/party.h>
#include <pentad/record/visible.h>

#define ST(name) PENTAD__V1__DISCREPANCY_STATUS__DISCREPANCY_STATUS_##name
#define SEV(name) PENTAD__V1__SEVERITY__SEVERITY_##name

enum { INPUTS_MAX = 128, RESPONDERS_MAX = 8 };

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

/* Bytes kept in the arena; empty where there is no memory, which pt_engine_room tells. */
static struct pt_span keep(struct pt_engine *e, struct pt_span b) {
    void *q = pt_arena_alloc(&e->arena, b.len);

    if (!q)
        return pt_span(NULL, 0);
    if (b.len > 0)
        memcpy(q, b.p, b.len);
    return pt_span(q, b.len);
}

static const char *keep_text(struct pt_engine *e, sqlite3_stmt *st, int c) {
    return pt_engine_keep(e, pt_sql_text(st, c));
}

static int load_finding(struct pt_engine *e, const uint8_t id[16], struct finding *f,
                        struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_FINDING];
    int rc = pt_sql_bind(e->sql, st, err, "b", pt_span(id, 16));

    memset(f, 0, sizeof *f);
    f->figures = "";
    if (pt_sql_row(e->sql, st, &rc, err)) {
        f->known = true;
        f->episode = (uint32_t)pt_sql_i64(st, 0);
        f->status = pt_sql_i32(st, 1);
        f->sev = pt_sql_i32(st, 2);
        f->escalated = pt_sql_i32(st, 3) != 0;
        f->due = pt_sql_i32(st, 4);
        f->first_seen = pt_sql_i32(st, 5);
        f->figures = keep_text(e, st, 6);
        f->open_rec = pt_sql_i64(st, 7);
        f->body = keep(e, pt_sql_blob(st, 8));
    }
    pt_sql_reset(st);
    return rc == 0 ? pt_engine_room(e, err) : rc;
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
    int rc = pt_sql_bind(e->sql, st, err, "b", pt_span(id, 16));

    memset(c, 0, sizeof *c);
    *ret_found = false;
    if (pt_sql_row(e->sql, st, &rc, err))
        c->rule = rule_by_id(e, pt_sql_text(st, 0), &c->rule_no);
    if (c->rule) {
        *ret_found = true;
        memcpy(c->id, id, 16);
        c->kind = pt_sql_i32(st, 1);
        c->key = keep_text(e, st, 2);
        c->fy = pt_sql_i32(st, 3);
        c->period = keep_text(e, st, 4);
        c->object = keep_text(e, st, 5);
        c->state = pt_sql_i32(st, 6);
        c->sev = pt_sql_i32(st, 7);
        c->figures = keep_text(e, st, 8);
        in = e->st[c->rule_no].inputs;
        for (size_t i = 0; in && i < 8; i++) {
            int at = sqlite3_bind_parameter_index(in, names[i]);
            if (at > 0)
                (void)sqlite3_bind_value(in, at, sqlite3_column_value(st, cols[i]));
        }
    }
    pt_sql_reset(st);
    return rc == 0 ? pt_engine_room(e, err) : rc;
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
    return pt_engine_keep_buf(e);
}

/* Must the party answer what was logged? */
static bool answers(const struct pt_rule *r, const struct finding *f, const char *party) {
    return pt_party_listed(r->info.responders, f->figures, party);
}

/* Who may read a reply goes by what it says of its discrepancy: one that says it wrongly, so that
 * others read it or its own readers don't, counts for nothing. */
static bool says_rightly(const struct pt_rule *r, const struct finding *f, const char *rule,
                         const char *sender) {
    const char *sent_by = "{" PT_CLUE_SENDER_FIGURE "}";
    char named[PT_PARTY_CAP] = "";

    if (!pt_rule_about_clues(r->info.id))
        return rule[0] == '\0';
    (void)pt_party_next(&sent_by, f->figures, named);
    return strcmp(rule, r->info.id) == 0 && strcmp(sender, named) == 0;
}

/* OPEN, REPLIED or WAIVED by what was answered since the episode opened. A waiver is the office's;
 * where finance has to answer it needs the approval of congress or audit, for the office sits in
 * the finance bureau. */
static int status_by_replies(struct pt_engine *e, const struct pt_rule *r, const uint8_t id[16],
                             const struct finding *f, int *ret_status, struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_REPLY];
    int rc = pt_sql_bind(e->sql, st, err, "bii", pt_span(id, 16), f->open_rec, (int64_t)f->episode);

    *ret_status = ST(OPEN);
    while (pt_sql_row(e->sql, st, &rc, err)) {
        const char *party = pt_sql_text(st, 0);
        int kind = pt_sql_i32(st, 1);
        bool approved = pt_sql_i32(st, 2) != 0;

        if (!says_rightly(r, f, pt_sql_text(st, 3), pt_sql_text(st, 4)))
            continue;
        if (kind == PENTAD__V1__REPLY_KIND__REPLY_KIND_WAIVE) {
            if (strcmp(party, "office") == 0 && (approved || !answers(r, f, "finance")))
                *ret_status = ST(WAIVED);
        } else if (*ret_status == ST(OPEN) && answers(r, f, party)) {
            *ret_status = ST(REPLIED);
        }
    }
    pt_sql_reset(st);
    return rc;
}

/* The day until which a finding of that severity may wait for its reply; 0: for ever. */
static int reply_due(struct pt_engine *e, int sev, int32_t *ret_day, struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_WORKDAYS];
    int32_t *known = &e->due_day[sev == SEV(RED)];
    int rc = 0;

    *ret_day = 0;
    if (sev == SEV(INFO))
        return 0;
    if (e->due_tick != e->tick.no)
        e->due_day[0] = e->due_day[1] = 0;
    e->due_tick = e->tick.no;
    if (*known == 0) {
        rc = pt_sql_bind(e->sql, st, err, "ii", (int64_t)e->tick.day,
                         pt_param(e, sev == SEV(RED) ? PT_REPLY_RED : PT_REPLY_YELLOW));
        if (pt_sql_row(e->sql, st, &rc, err))
            *known = pt_sql_i32(st, 0);
        pt_sql_reset(st);
    }
    *ret_day = *known;
    return rc;
}

/* A term that starts with `due` where another runs to `before`: the earlier one; 0 is no term. */
static int32_t earlier(int32_t before, int32_t due) {
    return before == 0 || due == 0 || due < before ? due : before;
}

/* The day that the episode's records give by the calendar in force: a term starts with the episode
 * and wherever its severity changed. Working days that are declared or taken away move it. */
static int due_again(struct pt_engine *e, const uint8_t id[16], const struct finding *f,
                     int32_t *ret_day, struct pt_err *err) {
    static const char sql[] =
        "SELECT d.severity, CASE d.severity WHEN @SEVERITY_INFO THEN 0 ELSE"
        " wd_add(d.tick_day, " PT_REPLY_TERM_SQL("d.severity", "d.tick_day") //
        ") END FROM f_discrepancy d WHERE d.id = ? AND d.episode = ? ORDER BY d.rec";
    sqlite3_stmt *st = NULL;
    int sev = 0;
    int rc = pt_sql_query(e->sql, &st, err, sql, "bi", pt_span(id, 16), (int64_t)f->episode);

    *ret_day = 0;
    while (pt_sql_row(e->sql, st, &rc, err)) {
        if (pt_sql_i32(st, 0) != sev)
            *ret_day = earlier(*ret_day, pt_sql_i32(st, 1));
        sev = pt_sql_i32(st, 0);
    }
    pt_sql_done(e->sql, st);
    return rc;
}

/* ---- the record ---- */

static char *text(struct pt_engine *e, const char *s) {
    return pt_arena_strdup(&e->arena, s);
}

static const char *unit_name(enum pt_rule_unit u) {
    static const char *const names[] = {"fen", "fen", "bp", "cp", "count", "day", "date", "text"};
    return names[u];
}

static int put_figures(struct pt_engine *e, const struct pt_condition *c,
                       Pentad__V1__Discrepancy *d, struct pt_err *err) {
    const char *cursor = c->figures;
    char label[32];
    char value[512];

    d->figures = pt_arena_zalloc(&e->arena, PT_RULE_FIGURES_MAX * sizeof(void *));
    while (d->figures && d->n_figures < PT_RULE_FIGURES_MAX &&
           pt_figure_next(&cursor, label, sizeof label, value, sizeof value)) {
        Pentad__V1__DiscrepancyFigure *f = pt_arena_alloc(&e->arena, sizeof *f);
        enum pt_rule_unit unit = PT_RULE_COUNT;

        if (!f)
            break;
        pentad__v1__discrepancy_figure__init(f);
        for (size_t i = 0; i < c->rule->n_figures; i++)
            if (strcmp(c->rule->figures[i].label, label) == 0)
                unit = c->rule->figures[i].unit;
        f->label = text(e, label);
        f->unit = text(e, unit_name(unit));
        if (unit == PT_RULE_TEXT) {
            f->text = value[0] ? text(e, value) : NULL;
        } else {
            f->has_value = 1;
            f->value = strtoll(value, NULL, 10);
        }
        d->figures[d->n_figures++] = f;
    }
    return pt_engine_room(e, err);
}

/* NULL where there is no such record. */
static int make_ref(struct pt_engine *e, int64_t rec, Pentad__V1__RecordRef **ret,
                    struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_REF];
    int rc = pt_sql_bind(e->sql, st, err, "i", rec);

    *ret = NULL;
    if (pt_sql_row(e->sql, st, &rc, err)) {
        struct pt_span hash = keep(e, pt_sql_blob(st, 3));
        Pentad__V1__RecordRef *r = pt_arena_alloc(&e->arena, sizeof *r);

        if (r) {
            pentad__v1__record_ref__init(r);
            r->party = text(e, pt_sql_text(st, 0));
            r->stream = text(e, pt_sql_text(st, 1));
            r->has_seq = 1;
            r->seq = pt_sql_u64(st, 2);
            r->has_hash = 1;
            r->hash.data = (uint8_t *)(uintptr_t)hash.p;
            r->hash.len = hash.len;
        }
        *ret = r;
    }
    pt_sql_reset(st);
    return rc == 0 ? pt_engine_room(e, err) : rc;
}

static int put_inputs(struct pt_engine *e, const struct pt_condition *c, Pentad__V1__Discrepancy *d,
                      struct pt_err *err) {
    sqlite3_stmt *st = e->st[c->rule_no].inputs;
    int rc;

    if (!st)
        return 0;
    d->inputs = pt_arena_zalloc(&e->arena, INPUTS_MAX * sizeof(void *));
    rc = pt_engine_room(e, err);
    while (d->n_inputs < INPUTS_MAX && pt_sql_row(e->sql, st, &rc, err)) {
        Pentad__V1__RecordRef *r;

        rc = make_ref(e, pt_sql_i64(st, 0), &r, err);
        if (r)
            d->inputs[d->n_inputs++] = r;
    }
    pt_sql_reset(st);
    return rc;
}

static bool has_responder(const Pentad__V1__Discrepancy *d, const char *party) {
    for (size_t i = 0; i < d->n_responders; i++)
        if (strcmp(d->responders[i], party) == 0)
            return true;
    return false;
}

static int put_responders(struct pt_engine *e, const struct pt_condition *c,
                          Pentad__V1__Discrepancy *d, struct pt_err *err) {
    const char *list = c->rule->info.responders;
    char party[PT_PARTY_CAP];

    d->responders = pt_arena_zalloc(&e->arena, RESPONDERS_MAX * sizeof *d->responders);
    while (!e->arena.failed && d->n_responders < RESPONDERS_MAX &&
           pt_party_next(&list, c->figures, party))
        if (!has_responder(d, party))
            d->responders[d->n_responders++] = text(e, party);
    return pt_engine_room(e, err);
}

static char *message(struct pt_engine *e, const struct pt_condition *c, bool chinese) {
    pt_buf_reset(&e->buf);
    pt_message_text(e, c, chinese, &e->buf);
    e->arena.failed = e->arena.failed || e->buf.failed;
    return e->buf.failed ? NULL : text(e, pt_buf_cstr(&e->buf));
}

/* What the condition says; state fields are the caller's. */
static int from_condition(struct pt_engine *e, struct pt_condition *c, Pentad__V1__Discrepancy *d,
                          struct pt_err *err) {
    int rc;

    pentad__v1__discrepancy__init(d);
    d->has_id = 1;
    d->id.data = c->id;
    d->id.len = 16;
    d->rule = text(e, c->rule->info.id);
    d->has_kind = 1;
    d->kind = (Pentad__V1__SubjectKind)c->kind;
    d->key = c->key[0] ? text(e, c->key) : NULL;
    d->has_fiscal_year = c->fy != 0; /* what belongs to no year says none */
    d->fiscal_year = c->fy;
    d->period = c->period[0] ? text(e, c->period) : NULL;
    d->object = c->object[0] ? text(e, c->object) : NULL;
    rc = put_figures(e, c, d, err);
    rc = rc == 0 ? put_responders(e, c, d, err) : rc;
    if (rc != 0)
        return rc;
    d->message_zh = message(e, c, true);
    d->message_en = message(e, c, false);
    rc = pt_engine_room(e, err);
    return rc == 0 ? put_inputs(e, c, d, err) : rc;
}

static int put_wanted(struct pt_engine *e, const uint8_t id[16], Pentad__V1__Discrepancy *d,
                      const struct finding *want, struct pt_err *err) {
    uint8_t *buf;
    size_t n;

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
    buf = pt_arena_alloc(&e->arena, n);
    if (!buf)
        return pt_err_set(err, PT_E_NOMEM, "rules: no memory for a finding");
    pentad__v1__discrepancy__pack(d, buf);
    return pt_sql_apply(e->sql, e->own[PT_R_WANTED_PUT], err, "bb", pt_span(id, 16),
                        pt_span(buf, n));
}

/* The newest logged H01 again, with another standing. */
static int again(struct pt_engine *e, const uint8_t id[16], const struct finding *f,
                 const struct finding *want, struct pt_err *err) {
    Pentad__V1__Discrepancy *d = pentad__v1__discrepancy__unpack(NULL, f->body.len, f->body.p);
    int rc;

    if (!d)
        return pt_err_set(err, PT_E_CORRUPT, "rules: a stored finding can't be read");
    rc = put_wanted(e, id, d, want, err);
    pentad__v1__discrepancy__free_unpacked(d, NULL);
    return rc;
}

static int open_new(struct pt_engine *e, struct pt_condition *c, const struct finding *f,
                    struct pt_err *err) {
    Pentad__V1__Discrepancy d;
    struct finding want = {.episode = f->known ? f->episode + 1 : 1,
                           .status = ST(OPEN),
                           .sev = c->sev,
                           .first_seen = e->tick.day};
    int rc = reply_due(e, c->sev, &want.due, err);

    rc = rc == 0 ? from_condition(e, c, &d, err) : rc;
    return rc == 0 ? put_wanted(e, c->id, &d, &want, err) : rc;
}

/* Its term still runs. */
static bool waits(const struct finding *f) {
    return f->status == ST(OPEN) && !f->escalated && f->due != 0;
}

/* Still there: does anything differ from what was logged? */
static int compare(struct pt_engine *e, struct pt_condition *c, const struct finding *f,
                   const struct pt_rule *r, struct pt_err *err) {
    bool fires = c->state == PT_STATE_FIRE;
    struct finding want = *f;
    bool figures = fires && strcmp(pt_finding_steady(e, r, c->figures), f->figures) != 0;
    Pentad__V1__Discrepancy d;
    int32_t due;
    int rc = status_by_replies(e, r, c->id, f, &want.status, err);

    rc = rc == 0 ? pt_engine_room(e, err) : rc;
    if (rc == 0 && e->new_calendar && waits(f))
        rc = due_again(e, c->id, f, &want.due, err);
    if (rc == 0 && fires && c->sev != f->sev) {
        rc = reply_due(e, c->sev, &due, err);
        want.sev = c->sev;
        want.due = earlier(want.due, due);
    }
    if (rc != 0)
        return rc;
    if (want.status == ST(OPEN) && want.due != 0 && e->tick.day > want.due)
        want.escalated = true;
    if (want.status == f->status && want.sev == f->sev && want.escalated == f->escalated &&
        want.due == f->due && !figures)
        return 0;
    if (!fires)
        return again(e, c->id, f, &want, err);
    rc = from_condition(e, c, &d, err);
    return rc == 0 ? put_wanted(e, c->id, &d, &want, err) : rc;
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
    return pt_engine_keep_buf(e);
}

/* Was it what these rules wanted? If not it stands nevertheless, and the next tick sets it right.
 */
static int meet_pending(struct pt_engine *e, const uint8_t id[16], struct pt_span packed,
                        struct pt_err *err) {
    sqlite3_stmt *st = e->own[PT_R_PENDING_GET];
    int rc = pt_sql_bind(e->sql, st, err, "b", pt_span(id, 16));
    bool equal = pt_sql_row(e->sql, st, &rc, err) && pt_span_eq(pt_sql_blob(st, 0), packed);

    pt_sql_reset(st);
    if (rc == 0 && !equal) {
        rc = pt_sql_run(e->sql, err, "UPDATE state SET v = v + 1 WHERE k = 'mismatches'", "");
        rc = rc == 0 ? pt_engine_dirty(e, id, err) : rc;
    }
    return rc == 0 ? pt_sql_apply(e->sql, e->own[PT_R_PENDING_DEL], err, "b", pt_span(id, 16)) : rc;
}

int pt_finding_fold(struct pt_engine *e, int64_t rec, const Pentad__V1__Discrepancy *d,
                    struct pt_span packed, struct pt_err *err) {
    const char *rule = d->rule ? d->rule : "";
    const char *figures;
    struct finding f;
    size_t no;
    int rc;

    if (!d->has_id || d->id.len != 16)
        return pt_err_set(err, PT_E_CORRUPT, "rules: an H01 without an id");
    pt_arena_reset(&e->arena);
    rc = load_finding(e, d->id.data, &f, err);
    if (rc != 0)
        return rc;
    if (!f.known || f.episode != d->episode)
        f.open_rec = rec;
    figures = logged_figures(e, rule_by_id(e, rule, &no), d);
    rc = pt_engine_room(e, err);
    rc = rc == 0
             ? pt_sql_apply(e->sql, e->own[PT_R_FINDING_PUT], err, "bsiiiiiisib",
                            pt_span(d->id.data, 16), rule, (int64_t)d->episode, (int64_t)d->status,
                            (int64_t)d->severity, (int64_t)d->escalated, (int64_t)d->due,
                            (int64_t)d->first_seen, figures, f.open_rec, packed)
             : rc;
    return rc == 0 ? meet_pending(e, d->id.data, packed, err) : rc;
}

int pt_finding_touch(struct pt_engine *e, struct pt_err *err) {
    static const char replied[] =
        "INSERT OR IGNORE INTO dirty SELECT h.id FROM changed c JOIN f_discrepancy_reply h"
        " ON h.rec = c.rec WHERE c.type = @TYPE_DISCREPANCY_REPLY AND length(h.id) = 16";
    static const char approved[] =
        "INSERT OR IGNORE INTO dirty SELECT h.id FROM changed c JOIN resolved f ON f.rec = c.rec"
        " AND f.field = 'target' JOIN f_discrepancy_reply h ON h.rec = f.target"
        " WHERE c.type = @TYPE_APPROVAL AND length(h.id) = 16";
    static const char waiting[] =
        "INSERT OR IGNORE INTO dirty SELECT id FROM finding"
        " WHERE status = @DISCREPANCY_STATUS_OPEN AND escalated = 0 AND due > 0";
    static const char overdue[] =
        "INSERT OR IGNORE INTO dirty SELECT id FROM finding"
        " WHERE status = @DISCREPANCY_STATUS_OPEN AND escalated = 0 AND due > 0 AND due < ?";
    int rc = pt_sql_run(e->sql, err, replied, "");

    rc = rc == 0 ? pt_sql_run(e->sql, err, approved, "") : rc;
    if (rc == 0 && e->new_calendar)
        rc = pt_sql_run(e->sql, err, waiting, "");
    return rc == 0 ? pt_sql_run(e->sql, err, overdue, "i", (int64_t)e->tick.day) : rc;
}
