#include <pentad/rules/explain.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/base/codec.h>
#include <pentad/base/told.h>
#include <pentad/ledger/query.h>

#include "probe.h"

enum { SAID_MAX = 4 << 20, INPUTS_MAX = 128, RESPONDERS_MAX = 8, WATCH_STEPS = 50000 };

/* ---- the probe ---- */

static int give_up(void *probe) {
    struct pt_probe *p = probe;

    if (p->watch && !p->gave_up)
        p->gave_up = p->watch(p->watch_ctx, p->evaluated);
    return p->gave_up;
}

void pt_probe_watch(struct pt_probe *p, pt_probe_watch_cb cb, void *ctx) {
    p->watch = cb;
    p->watch_ctx = ctx;
    sqlite3_progress_handler(pt_ledger_sql(p->ledger)->db, cb ? WATCH_STEPS : 0, give_up, p);
}

int pt_probe_engine(struct pt_probe *p, const struct pt_rule *rules, size_t n,
                    const struct pt_rule *tried, struct pt_err *err) {
    int rc = 0;

    if (p->engine.sql) {
        struct pt_engine *e = &p->engine;

        rc = pt_engine_drop_views(e, err);
        pt_engine_close(e);
    }
    return rc == 0 ? pt_engine_read(&p->engine, p->ledger, rules, n, tried, err) : rc;
}

int pt_probe_open(const char *path, struct pt_probe **ret_probe, struct pt_err *err) {
    struct pt_probe *p = calloc(1, sizeof *p);
    size_t n;
    const struct pt_rule *rules = pt_rule_all(&n);
    int rc;

    *ret_probe = NULL;
    if (!p)
        return pt_err_set(err, PT_E_NOMEM, "rules: no memory");
    pt_arena_init(&p->said, SAID_MAX);
    rc = pt_ledger_open(path, PT_LEDGER_READ, &p->ledger, NULL, err);
    rc = rc == 0 ? pt_ledger_read_unchanged(p->ledger, err) : rc;
    rc = rc == 0 ? pt_ledger_read_begin(p->ledger, err) : rc;
    p->reading = rc == 0;
    rc = rc == 0 ? pt_probe_engine(p, rules, n, NULL, err) : rc;
    if (rc != 0) {
        pt_probe_close(p);
        return rc;
    }
    *ret_probe = p;
    return 0;
}

void pt_probe_close(struct pt_probe *p) {
    if (!p)
        return;
    if (p->engine.sql)
        pt_engine_close(&p->engine);
    if (p->reading)
        pt_ledger_read_end(p->ledger);
    pt_ledger_close(p->ledger);
    pt_rule_done(&p->tried);
    pt_arena_done(&p->said);
    free(p->rules);
    free(p->text);
    free(p);
}

void pt_probe_moment(struct pt_probe *p, struct pt_probe_moment *ret) {
    ret->log_size = pt_ledger_cursor(p->ledger);
    ret->tick_day = p->engine.tick.day;
}

/* ---- what it evaluates ---- */

struct survey {
    struct pt_probe *p;
    pt_engine_seen_cb cb;
    void *ctx;
};

static int count_one(void *ctx, const struct pt_condition *c, struct pt_err *err) {
    struct survey *s = ctx;

    s->p->evaluated++;
    return s->cb(s->ctx, c, err);
}

int pt_probe_survey(struct pt_probe *p, size_t no, const char *key, pt_engine_seen_cb cb, void *ctx,
                    struct pt_err *err) {
    struct survey s = {.p = p, .cb = cb, .ctx = ctx};
    int rc = pt_engine_ready(&p->engine, no, err);

    rc = rc == 0 ? pt_engine_survey(&p->engine, no, key, count_one, &s, err) : rc;
    if (rc != 0 && p->gave_up)
        rc = pt_err_set(err, PT_E_TIMEOUT, "rule %s takes too long to evaluate here",
                        p->engine.rules[no].info.id);
    return rc;
}

const char *pt_probe_severity(int sev) {
    static const char *const names[] = {"", "I", "Y", "R"};

    return sev >= 1 && sev <= 3 ? names[sev] : "";
}

static const char *keep(struct pt_probe *p, const char *text) {
    const char *kept = pt_arena_strdup(&p->said, text);

    return kept ? kept : "";
}

static const char *keep_buf(struct pt_probe *p) {
    return keep(p, pt_buf_cstr(&p->engine.buf));
}

const char *pt_probe_message(struct pt_probe *p, const struct pt_condition *c, bool chinese) {
    pt_buf_reset(&p->engine.buf);
    pt_message_text(&p->engine, c, chinese, &p->engine.buf);
    return keep_buf(p);
}

void pt_probe_figures(struct pt_probe *p, const struct pt_rule *r, const char *lines,
                      struct pt_probe_figure *out) {
    for (size_t f = 0; f < r->n_figures; f++) {
        const char *cursor = lines;
        char label[32];
        char value[512];

        out[f] = (struct pt_probe_figure){.label = r->figures[f].label,
                                          .unit = pt_rule_unit_name(r->figures[f].unit)};
        while (pt_figure_next(&cursor, label, sizeof label, value, sizeof value))
            if (strcmp(label, r->figures[f].label) == 0) {
                out[f].value = keep(p, value);
                pt_buf_reset(&p->engine.buf);
                pt_message_value(r->figures[f].unit, value, &p->engine.buf);
                out[f].text = keep_buf(p);
            }
    }
}

/* ---- explain ---- */

struct explain {
    struct pt_probe *p;
    int kind;
    const char *key;
    int32_t year;
    const struct pt_probe_teller *teller;
};

/* A condition about to be told, with room for its lists. */
struct told {
    struct pt_probe_condition c;
    struct pt_probe_figure figures[PT_RULE_FIGURES_MAX];
    struct pt_probe_record inputs[INPUTS_MAX];
    const char *responders[RESPONDERS_MAX];
    char id[33];
};

static int record_of(struct pt_probe *p, int64_t rec, struct pt_probe_record *ret,
                     struct pt_err *err) {
    static const char sql[] = "SELECT s.party || '/' || s.name || '#' || r.seq, type_code(r.type)"
                              " FROM record r JOIN stream s ON s.sid = r.sid WHERE r.rec = ?";
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(p->engine.sql, &st, err, sql, "i", rec);

    if (pt_sql_row(p->engine.sql, st, &rc, err)) {
        ret->id = keep(p, pt_sql_text(st, 0));
        ret->type = keep(p, pt_sql_text(st, 1));
    }
    pt_sql_done(p->engine.sql, st);
    return rc;
}

/* Binds what names the condition whose row is at hand, as the engine does for a finding. */
static int tell_inputs(struct pt_probe *p, size_t no, struct told *t, struct pt_err *err) {
    static const char *const names[] = {":a",   ":b",  ":c",      ":kind",
                                        ":key", ":fy", ":period", ":object"};
    struct pt_engine *e = &p->engine;
    sqlite3_stmt *in = e->st[no].inputs;
    int rc = 0;

    if (!in)
        return 0;
    for (int i = 0; i < 8; i++) {
        int at = sqlite3_bind_parameter_index(in, names[i]);
        if (at > 0)
            (void)sqlite3_bind_value(in, at, sqlite3_column_value(e->st[no].condition, i));
    }
    while (t->c.n_inputs < INPUTS_MAX && pt_sql_row(e->sql, in, &rc, err)) {
        struct pt_probe_record *r = &t->inputs[t->c.n_inputs];

        rc = record_of(p, pt_sql_i64(in, 0), r, err);
        t->c.n_inputs += r->id != NULL;
    }
    pt_sql_reset(in);
    return rc;
}

static int tell_discrepancy(struct pt_probe *p, const struct pt_condition *c, struct told *t,
                            struct pt_err *err) {
    static const char *const names[] = {"", "OPEN", "REPLIED", "CLOSED", "WAIVED"};
    struct pt_engine *e = &p->engine;
    sqlite3_stmt *st = e->own[PT_R_FINDING];
    int rc = pt_sql_bind(e->sql, st, err, "b", pt_span(c->id, sizeof c->id));

    if (pt_sql_row(e->sql, st, &rc, err)) {
        int status = pt_sql_i32(st, 1);

        pt_hex(t->id, c->id, sizeof c->id);
        t->c.discrepancy = t->id;
        t->c.status = status >= 1 && status <= 4 ? names[status] : "";
    }
    pt_sql_reset(st);
    return rc;
}

static void tell_responders(struct pt_probe *p, const struct pt_condition *c, struct told *t) {
    const char *list = c->rule->info.responders;
    char party[PT_PARTY_CAP];

    while (t->c.n_responders < RESPONDERS_MAX && pt_party_next(&list, c->figures, party))
        t->responders[t->c.n_responders++] = keep(p, party);
}

/* Whom it awaits, of this condition. */
static const char *awaited(struct pt_probe *p, const struct pt_condition *c) {
    const char *list = c->rule->info.awaits;
    struct pt_buf *b = &p->engine.buf;
    char party[PT_PARTY_CAP];

    pt_buf_reset(b);
    while (c->waits && pt_party_next(&list, c->figures, party))
        pt_buf_printf(b, "%s%s", b->len > 0 ? " " : "", party);
    return keep_buf(p);
}

static int explain_one(void *ctx, const struct pt_condition *c, struct pt_err *err) {
    static const char *const states[] = {"CLEAR", "FIRE", "UNKNOWN"};
    struct explain *x = ctx;
    struct pt_probe *p = x->p;
    bool fires = c->state == PT_STATE_FIRE;
    struct told t = {0};
    int rc;

    if (strcmp(c->key, x->key) != 0 || (*x->key && c->kind != x->kind) ||
        (x->year != 0 && c->fy != x->year))
        return 0;
    pt_arena_reset(&p->said);
    t.c = (struct pt_probe_condition){.state = states[c->state],
                                      .severity = pt_probe_severity(c->sev),
                                      .fiscal_year = c->fy,
                                      .period = c->period,
                                      .object = c->object,
                                      .awaits_day = c->waits,
                                      .awaits = awaited(p, c),
                                      .message_zh = fires ? pt_probe_message(p, c, true) : "",
                                      .message_en = fires ? pt_probe_message(p, c, false) : "",
                                      .responders = t.responders,
                                      .figures = t.figures,
                                      .n_figures = c->rule->n_figures,
                                      .inputs = t.inputs};
    pt_probe_figures(p, c->rule, c->figures, t.figures);
    tell_responders(p, c, &t);
    rc = tell_discrepancy(p, c, &t, err);
    rc = rc == 0 ? tell_inputs(p, c->rule_no, &t, err) : rc;
    if (rc == 0 && p->said.failed)
        rc = pt_err_set(err, PT_E_NOMEM, "rules: no memory for an explanation");
    return rc == 0 ? x->teller->condition(x->teller->ctx, &t.c, err) : rc;
}

/* A parameter, its value in force and the H07 that says so. */
static int tell_param(struct pt_probe *p, const struct pt_rule_param *param,
                      const struct pt_probe_teller *teller, struct pt_err *err) {
    static const char sql[] = "SELECT p.rec, coalesce(p.value, p.text) FROM v_rule_set_params p"
                              " WHERE p.name = ?1 AND p.r_valid <= ?2"
                              " ORDER BY p.r_valid DESC, p.r_issued DESC, p.r_stream DESC,"
                              " p.r_seq DESC LIMIT 1";
    struct pt_engine *e = &p->engine;
    struct pt_probe_param told = {.param = param, .value = param->fallback};
    sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(e->sql, &st, err, sql, "si", param->name, (int64_t)e->tick.day);

    pt_arena_reset(&p->said);
    if (pt_sql_row(e->sql, st, &rc, err)) {
        told.value = keep(p, pt_sql_text(st, 1));
        rc = record_of(p, pt_sql_i64(st, 0), &told.set_by, err);
    }
    pt_sql_done(e->sql, st);
    return rc == 0 ? teller->param(teller->ctx, &told, err) : rc;
}

static int rule_number(struct pt_engine *e, const char *id, size_t *ret, struct pt_err *err) {
    for (*ret = 0; *ret < e->n_rules; (*ret)++)
        if (strcmp(e->rules[*ret].info.id, id) == 0)
            return 0;
    return pt_err_set(err, PT_E_NOT_FOUND, PT_TOLD_NO_RULE, id);
}

int pt_probe_explain(struct pt_probe *p, const char *rule, const char *subject, int32_t year,
                     const struct pt_probe_teller *teller, struct pt_err *err) {
    struct pt_engine *e = &p->engine;
    char key[256] = "";
    char name[640] = "";
    struct explain x = {.p = p, .key = key, .year = year, .teller = teller};
    struct pt_probe_explained what = {.key = key, .name = name};
    size_t no;
    int rc = rule_number(e, rule, &no, err);

    if (rc == 0 && subject)
        rc = pt_ledger_subject_parse(p->ledger, subject, &x.kind, key, sizeof key, err);
    if (rc != 0)
        return rc;
    if (subject && pt_ledger_subject_name(p->ledger, x.kind, key, name, sizeof name) != 0)
        (void)snprintf(name, sizeof name, "%s", key);
    what.rule = &e->rules[no].info;
    what.kind = x.kind;
    rc = teller->begin(teller->ctx, &what, err);
    for (size_t i = 0; i < what.rule->n_params && rc == 0; i++)
        rc = tell_param(p, &e->rules[no].params[i], teller, err);
    return rc == 0 ? pt_probe_survey(p, no, subject ? key : NULL, explain_one, &x, err) : rc;
}
