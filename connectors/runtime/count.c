/* What a connector counts by itself, so that discipline learns how many and never which
 * (SealedCount):
 *
 *   {type: D01}   records of the type that it sent in a month, said when the month is over
 *   {received: D01}  clues that discipline received, dummies left out: said once, when the month is
 *                 over; not below three, nor where whoever knows a part could tell the rest
 *   {rule: K57}   matters of the body's own list that were to be passed on to discipline and of
 *                 which no clue in the outbox speaks `days` days later: said when the last day of
 *                 a month has had that long, and again where the number is another by then
 *
 * Pure but for the list and the outbox: the same give the same counts, whenever it is stopped. What
 * was said stands in the state file, in the transaction of the record that says it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/record/decode.h>

#include "seal.h"

#define MONTHS_MAX 1200
#define CLUES_MAX 100000
#define AHEAD_MAX_DAYS 366
#define TOLD_FROM 3
#define UNSAID (-1) /* kept in place of a number that would tell too much */

static int32_t month_of(int32_t day) {
    return day / 100;
}

static int32_t next_month(int32_t month) {
    return month % 100 == 12 ? month + 89 : month + 1;
}

static int32_t month_end(int32_t month) {
    return pt_date_month_end(month * 100 + 1);
}

/* ---- saying it ---- */

static int say(struct pt_connector *c, const char *what, int32_t month, int64_t n,
               struct pt_err *err) {
    char period[16], origin[64];
    int64_t was = -1;
    Pentad__V1__SealedCount count = PENTAD__V1__SEALED_COUNT__INIT;
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    int rc = pt_counted_get(c->state, what, month, &was, err);
    if (rc != 0 && rc != PT_E_NOT_FOUND) {
        return rc;
    }
    if (rc == 0 && was == n) {
        return 0;
    }
    (void)snprintf(period, sizeof period, "%06" PRId32, month);
    (void)snprintf(origin, sizeof origin, "the count of %s", what);
    count.rule = (char *)(uintptr_t)what;
    count.period = period;
    count.has_count = 1;
    count.count = (uint32_t)n;
    r.body_case = PENTAD__V1__RECORD__BODY_SEALED_COUNT;
    r.sealed_count = &count;
    rc = pt_connector_author_record(c, &r, "SealedCount", NULL, origin, err);
    return rc ? rc : pt_counted_set(c->state, what, month, n, err);
}

/* The month in which this state file began to count: from there on a month without anything is
 * said to be one. */
static int first_month(struct pt_connector *c, int32_t day, int32_t *ret, struct pt_err *err) {
    int64_t from = 0;
    int rc = pt_state_get_int(c->state, "count_from", 0, &from, err);
    if (rc == 0 && from == 0) {
        from = month_of(day);
        rc = pt_state_set_int(c->state, "count_from", from, err);
    }
    *ret = (int32_t)from;
    return rc;
}

/* ---- records of a type ---- */

static int count_type(struct pt_connector *c, const char *type, int32_t day, struct pt_err *err) {
    int32_t month = month_of(day);
    int64_t n = 0;
    if (day != month_end(month)) {
        return 0;
    }
    int rc = pt_outbox_count(c->state, type, month * 100 + 1, day, &n, err);
    return rc ? rc : say(c, type, month, n, err);
}

/* ---- clues that came ---- */

/* Of the month before `day`'s, once: said anew when a clue was read late it would show that one of
 * those was real. */
static int count_received(struct pt_connector *c, const char *type, int32_t first, int32_t day,
                          struct pt_err *err) {
    int32_t month = month_of(pt_date_add(month_of(day) * 100 + 1, -1));
    int64_t from_ms = pt_date_to_ms(month * 100 + 1),
            until_ms = pt_date_to_ms(month_of(day) * 100 + 1);
    int64_t n = 0, was = 0;
    bool tells = false;
    if (month < first || !c->caught_up) {
        return 0;
    }
    int rc = pt_counted_get(c->state, type, month, &was, err);
    if (rc != PT_E_NOT_FOUND) {
        return rc;
    }
    rc = pt_clues_count(c->state, from_ms, until_ms, &n, err);
    rc = rc ? rc : pt_clues_count_tells(c->state, from_ms, until_ms, TOLD_FROM, &tells, err);
    return rc                       ? rc
           : n < TOLD_FROM || tells ? pt_counted_set(c->state, type, month, UNSAID, err)
                                    : say(c, type, month, n, err);
}

/* ---- matters that were to be passed on ---- */

struct clue_source {
    char party[PT_NAME_MAX + 1], stream[PT_NAME_MAX + 1];
    uint64_t seq;
};

struct matters {
    struct pt_connector *c;
    const struct pt_config_count *config;
    int32_t first, until; /* months: [first, until] are due */
    struct clue_source *sources;
    size_t n_sources, cap;
    int64_t open[MONTHS_MAX]; /* from `first` on */
    struct pt_err *err;
    int rc;
};

static int index_of(const struct matters *m, int32_t month) {
    return (month / 100 - m->first / 100) * 12 + month % 100 - m->first % 100;
}

/* What a clue of this body's own is about; it has to open its seal for that. */
static int take_clue(void *ctx, const struct pt_outbox_record *row) {
    struct matters *m = ctx;
    Pentad__V1__Record *header = NULL, *open = NULL;
    struct pt_followed_record f = {
        .party = m->c->config->party, .stream = m->c->config->stream, .seq = row->seq};
    struct pt_arena arena;
    struct sealing s;
    if (strcmp(row->type, "D01") != 0 || pt_outbox_is_erased(row->bytes)) {
        return 0;
    }
    pt_arena_init(&arena, 4u * PT_SEALED_MAX);
    pt_connector_sealing_init(&s, m->c);
    m->rc = pt_record_decode(row->bytes, &arena, &header, NULL);
    if (m->rc == 0 && pt_sealed_of(header)) {
        f.record = header;
        m->rc = pt_connector_unseal(&s, &f, &open, m->err);
    }
    const Pentad__V1__RecordRef *about = open ? open->clue_transfer->source : NULL;
    if (m->rc == 0 && about && about->party && about->stream && m->n_sources < m->cap) {
        struct clue_source *to = &m->sources[m->n_sources++];
        (void)snprintf(to->party, sizeof to->party, "%s", about->party);
        (void)snprintf(to->stream, sizeof to->stream, "%s", about->stream);
        to->seq = about->seq;
    }
    pt_connector_sealing_done(&s);
    pt_arena_done(&arena);
    return m->rc;
}

static int read_clues(struct matters *m, int64_t n) {
    m->cap = n < CLUES_MAX ? (size_t)n : CLUES_MAX;
    m->sources = calloc(m->cap + 1, sizeof *m->sources);
    if (!m->sources) {
        return pt_err_set(m->err, PT_E_NOMEM, "out of memory");
    }
    int rc = pt_outbox_each(m->c->state, 1, INT64_MAX, take_clue, m, m->err);
    rc = rc ? rc : m->rc;
    return rc ? pt_err_set(m->err, rc, "a clue of one's own can't be opened with keys.sealing") : 0;
}

/* Is there a clue over the record with that document number? */
static int passed_on(struct matters *m, const char *number, bool *ret) {
    struct pt_ref_row ref;
    int rc = pt_refs_find(m->c->state, m->c->config->party, "", number, &ref, m->err);
    *ret = false;
    for (size_t i = 0; rc == 0 && i < m->n_sources && !*ret; i++) {
        const struct clue_source *s = &m->sources[i];
        *ret = s->seq == ref.seq && strcmp(s->party, ref.party) == 0 &&
               strcmp(s->stream, ref.stream) == 0;
    }
    return rc == PT_E_NOT_FOUND ? 0 : rc;
}

static int day_from(const struct pt_field *f, int32_t *ret) {
    char text[16];
    if (f->len >= sizeof text) {
        return PT_E_DATE;
    }
    for (size_t i = 0; i <= f->len; i++) {
        text[i] = f->p[i] == '/' ? '-' : f->p[i];
    }
    return pt_date_parse(text, ret);
}

static int take_row(struct matters *m, const struct pt_row *row, size_t number, size_t day_at) {
    int32_t day;
    bool passed = false;
    if (row->bad || row->n <= number || row->n <= day_at) {
        return pt_err_set(m->err, row->bad ? row->bad : PT_E_ROW, "line %" PRIu64 ": %s", row->line,
                          row->bad ? row->bad_msg : "it has too few columns");
    }
    if (row->fields[day_at].len == 0) {
        return 0; /* passing it on wasn't advised */
    }
    if (day_from(&row->fields[day_at], &day) != 0) {
        return pt_err_set(m->err, PT_E_DATE, "line %" PRIu64 ": %.20s is no date", row->line,
                          row->fields[day_at].p);
    }
    int at = index_of(m, month_of(day));
    if (month_of(day) > m->until || at < 0 || at >= MONTHS_MAX) {
        return 0;
    }
    int rc = passed_on(m, row->fields[number].p, &passed);
    m->open[at] += rc == 0 && !passed;
    return rc;
}

static int column(struct pt_source *src, const char *name, size_t *ret, struct pt_err *err) {
    const struct pt_field *names = NULL;
    size_t n = 0;
    int rc = pt_source_header(src, &names, &n, err);
    for (*ret = 0; rc == 0 && *ret < n && strcmp(names[*ret].p, name) != 0; (*ret)++) {
    }
    return rc == 0 && *ret == n ? pt_err_set(err, PT_E_COLUMN, "there is no column %.60s", name)
                                : rc;
}

static int read_list(struct matters *m) {
    struct pt_source_config how = {
        .format = "csv", .separator = ',', .quote = '"', .header = PT_HEADER_YES};
    struct pt_source src = {0};
    const struct pt_row *row = NULL;
    size_t number = 0, day = 0;
    (void)snprintf(how.encoding, sizeof how.encoding, "%s",
                   m->config->encoding ? m->config->encoding : "utf-8");
    int rc = m->c->opt.open_source(&how, m->config->path, &src, m->err);
    rc = rc ? rc : column(&src, m->config->number, &number, m->err);
    rc = rc ? rc : column(&src, m->config->day, &day, m->err);
    while (rc == 0 && (rc = pt_source_next(&src, &row, m->err)) == 0 && row) {
        rc = take_row(m, row, number, day);
    }
    pt_source_close(&src);
    return rc;
}

static int say_matters(struct matters *m, struct pt_err *err) {
    int rc = 0;
    for (int32_t k = m->first; rc == 0 && k <= m->until; k = next_month(k)) {
        rc = say(m->c, m->config->rule, k, m->open[index_of(m, k)], err);
    }
    return rc;
}

/* The last month whose last day has had its days when `day` is over; 0: none from `first` on. */
static int32_t last_due(int32_t first, int32_t day, int32_t days) {
    int32_t due = 0;
    int n = 0;
    for (int32_t k = first; n < MONTHS_MAX && pt_date_add(month_end(k), days) < day;
         k = next_month(k)) {
        due = k;
        n++;
    }
    return due;
}

static bool same_count(const struct count_memo *a, const struct count_memo *b) {
    return a->size == b->size && a->clues == b->clues && a->until == b->until &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static int count_matters(struct pt_connector *c, const struct pt_config_count *config,
                         struct count_memo *memo, int32_t first, int32_t day, struct pt_err *err) {
    struct pt_err why = {0};
    struct count_memo now = {.until = last_due(first, day, config->days)};
    struct stat st;
    if (now.until == 0) {
        return 0;
    }
    int rc = pt_outbox_count(c->state, "D01", 0, INT32_MAX, &now.clues, err);
    if (rc != 0) {
        return rc;
    }
    if (stat(config->path, &st) == 0) {
        now.size = st.st_size;
        now.changed = st.st_mtim;
        if (same_count(&now, memo)) {
            return 0;
        }
    }
    struct matters *m = calloc(1, sizeof *m);
    if (!m) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    *m =
        (struct matters){.c = c, .config = config, .first = first, .until = now.until, .err = &why};
    rc = read_clues(m, now.clues);
    rc = rc ? rc : read_list(m);
    if (rc == PT_E_NOMEM || rc == PT_E_STORE) {
        rc = pt_err_set(err, rc, "%s", why.msg);
    } else if (rc != 0) {
        pt_connector_event(c, "count_failed", "%s: %s: %s", config->rule, config->path, why.msg);
        rc = 0; /* a number that may be wrong is worse than none */
    } else {
        rc = say_matters(m, err);
        *memo = now;
    }
    free(m->sources);
    free(m);
    return rc;
}

/* By the log's own time this day is far off: this machine's clock has jumped, and of months to come
 * there is nothing to say. */
static bool is_far_off(struct pt_connector *c, int32_t day) {
    if (c->tick_day == 0 || pt_date_diff(day, (int32_t)c->tick_day) <= AHEAD_MAX_DAYS) {
        return false;
    }
    pt_connector_event(c, "count_failed", "%d is more than a year after the log's last tick, %d",
                       (int)day, (int)c->tick_day);
    return true;
}

int pt_connector_count(struct pt_connector *c, int32_t day, struct pt_err *err) {
    int32_t first = 0;
    if (c->config->counts_count == 0 || is_far_off(c, day)) {
        return 0;
    }
    int rc = first_month(c, day, &first, err);
    for (uint32_t i = 0; rc == 0 && i < c->config->counts_count; i++) {
        const struct pt_config_count *k = &c->config->counts[i];
        rc = k->type       ? count_type(c, k->type, day, err)
             : k->received ? count_received(c, k->received, first, day, err)
                           : count_matters(c, k, &c->counts[i], first, day, err);
    }
    return rc;
}
