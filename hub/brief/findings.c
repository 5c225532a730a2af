/* The histories of discrepancies: every state that a tick up to the brief's moment gave them. Those
 * about clues are for few, a brief is for all: they aren't among these (clues.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/record/visible.h>

#include "internal.h"

/* What a tick finds is logged behind it and names it: it belongs to what that tick knew. */
static const char states_sql[] =
    "SELECT d.id, d.rec, d.tick_seq, d.severity, d.status, d.episode, d.due, d.escalated,"
    " d.rule FROM f_discrepancy d"
    " WHERE d.tick_seq <= ?1 AND length(d.id) = 16 ORDER BY d.id, d.rec";

static int add_state(struct pt_brief *b, struct sqlite3_stmt *st, size_t *cap, struct pt_err *err) {
    struct pt_brief_state *s;

    if (b->n_states == PT_BRIEF_FINDINGS_MAX)
        return pt_err_set(err, PT_E_TOO_LARGE, "a brief reads at most %d findings",
                          (int)PT_BRIEF_FINDINGS_MAX);
    if (b->n_states == *cap) {
        size_t more = *cap ? *cap * 2 : 256;
        struct pt_brief_state *grown = realloc(b->states, more * sizeof *grown);

        if (!grown)
            return pt_err_set(err, PT_E_NOMEM, "brief: no memory for findings");
        b->states = grown;
        *cap = more;
    }
    s = &b->states[b->n_states++];
    memset(s, 0, sizeof *s);
    memcpy(s->id, pt_sql_blob(st, 0).p, sizeof s->id);
    s->rec = pt_sql_i64(st, 1);
    s->tick_seq = pt_sql_u64(st, 2);
    s->sev = pt_sql_i32(st, 3);
    s->sev = s->sev < 0 || s->sev > 3 ? 0 : s->sev;
    s->status = pt_sql_i32(st, 4);
    s->episode = pt_sql_i32(st, 5);
    s->due = pt_sql_i32(st, 6);
    s->escalated = pt_sql_i32(st, 7) != 0;
    return 0;
}

size_t pt_brief_state_end(const struct pt_brief *b, size_t first) {
    size_t i = first;

    while (i < b->n_states && memcmp(b->states[i].id, b->states[first].id, 16) == 0)
        i++;
    return i;
}

const struct pt_brief_state *pt_brief_state_at(const struct pt_brief *b, size_t first, size_t n,
                                               const struct pt_brief_moment *m) {
    const struct pt_brief_state *at = NULL;

    for (size_t i = first; i < first + n; i++)
        if (b->states[i].tick_seq <= m->seq)
            at = &b->states[i];
    return at;
}

/* One discrepancy between two moments. */
static void count_one(const struct pt_brief_state *was, const struct pt_brief_state *is,
                      int32_t day, struct pt_brief_count *c) {
    bool again;

    if (!is)
        return;
    again = !was || is->episode > was->episode;
    if (again)
        c->fresh[is->sev]++;
    if (!pt_brief_open(is) && (again || pt_brief_open(was)))
        c->closed[is->sev]++;
    if (pt_brief_open(is))
        c->open[is->sev]++;
    if (pt_brief_overdue(is, day))
        c->overdue[is->sev]++;
}

static void count_between(const struct pt_brief *b, const struct pt_brief_moment *from,
                          const struct pt_brief_moment *to, struct pt_brief_count *c) {
    memset(c, 0, sizeof *c);
    for (size_t i = 0, end; i < b->n_states; i = end) {
        end = pt_brief_state_end(b, i);
        count_one(pt_brief_state_at(b, i, end - i, from), pt_brief_state_at(b, i, end - i, to),
                  to->day, c);
    }
}

int pt_brief_findings(struct pt_brief *b, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    size_t cap = 0;
    int rc = pt_sql_query(b->sql, &st, err, states_sql, "i", (int64_t)b->now.seq);

    while (pt_sql_row(b->sql, st, &rc, err))
        if (!pt_rule_about_clues(pt_sql_text(st, 8)))
            rc = add_state(b, st, &cap, err);
    pt_sql_done(b->sql, st);
    if (rc != 0)
        return rc;
    count_between(b, &b->since, &b->now, &b->count);
    count_between(b, &b->since_before, &b->since, &b->count_before);
    for (size_t i = b->first_window; i < PT_BRIEF_WINDOWS; i++)
        count_between(b, &b->windows[i], &b->windows[i + 1], &b->counts[i]);
    return 0;
}

/* Rules call the amount in question x; a rule that has none such gives its first amount. */
int64_t pt_brief_at_stake(struct pt_brief *b, int64_t rec) {
    static const char sql[] =
        "SELECT value FROM f_discrepancy_figures WHERE rec = ?1 AND value IS NOT NULL"
        " AND unit IN ('fen', 'yuan') ORDER BY label <> 'x', idx LIMIT 1";
    struct sqlite3_stmt *st = NULL;
    int64_t fen = 0;
    int rc = pt_sql_query(b->sql, &st, NULL, sql, "i", rec);

    if (pt_sql_row(b->sql, st, &rc, NULL))
        fen = pt_sql_i64(st, 0);
    pt_sql_done(b->sql, st);
    return fen < 0 ? -fen : fen;
}

int pt_brief_warning_source(struct pt_brief *b, const char *id, const char *zh, const char *en) {
    bool fresh = strcmp(id, "fresh") == 0;
    bool closed = strcmp(id, "closed") == 0;
    bool overdue = strcmp(id, "overdue") == 0;
    int64_t n = 0;
    char ref[96];
    int source;

    if (json_object_get(b->source_index, id))
        return pt_brief_source_count(b, id, zh, en, 0, NULL);
    source = pt_brief_source_count(b, id, zh, en, 0, NULL);
    for (size_t i = 0, end; i < b->n_states; i = end) {
        const struct pt_brief_state *was;
        const struct pt_brief_state *is;
        bool again;

        end = pt_brief_state_end(b, i);
        was = pt_brief_state_at(b, i, end - i, &b->since);
        is = pt_brief_state_at(b, i, end - i, &b->now);
        again = is && (!was || is->episode > was->episode);
        if ((fresh && !again) ||
            (closed && !(is && !pt_brief_open(is) && (again || pt_brief_open(was)))) ||
            (overdue && !pt_brief_overdue(is, b->now.day)) ||
            (!fresh && !closed && !overdue && !pt_brief_open(is)))
            continue;
        if (n++ < PT_BRIEF_REFS_MAX && pt_brief_ref(b, is->rec, ref, sizeof ref) == 0)
            pt_brief_source_ref(b, source, ref);
    }
    (void)snprintf(ref, sizeof ref, "%lld", (long long)n);
    pt_brief_put(b, json_array_get(b->sources, (size_t)source), "records", json_string(ref));
    return source;
}
