/* Rows of the party's own system into the outbox, day by day. What is collected of a row and the
 * source's position behind it are one transaction: a row is sent once, or not at all. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/record/decode.h>

#include "dummies.h"
#include "seal.h"

#define STEP_ROWS 500
#define RETRY_MS (60 * 1000)
#define REST_MS (10 * 1000) /* a file that didn't change for so long isn't being written */
#define DEFERRED_MAX (17u * 1024 * 1024) /* packed rows of a group that waits */

/* ---- what the mapper hands out ---- */

static int stage(struct source *s, const struct pt_mapped *m, const char *origin,
                 struct pt_err *err) {
    pt_buf_reset(&s->c->bytes);
    int rc = pt_msg_encode(&m->record->base, &s->c->bytes, err);
    if (rc == 0) {
        const struct pt_waiting row = {.due = m->send_day,
                                       .type = m->type,
                                       .doc_no = m->doc_key,
                                       .origin = origin,
                                       .record = pt_buf_span(&s->c->bytes)};
        rc = pt_staged_add(s->c->state, &row, err);
    }
    return rc;
}

/* The mapper takes codes alone; the sentence goes out as an event. */
static int told(struct source *s, int rc, const struct pt_err *err) {
    if (rc != 0) {
        pt_connector_event(s->c, "outbox_failed", "%s: %s", s->name, err->msg);
    }
    return rc;
}

static int on_record(void *ctx, const struct pt_mapped *m) {
    struct source *s = ctx;
    struct pt_err err = {0};
    char origin[ORIGIN_MAX];
    (void)snprintf(origin, sizeof origin, "%.300s:%llu", m->file,
                   (unsigned long long)m->first_line);
    int rc = m->send_day != 0 && m->send_day > s->c->day
                 ? stage(s, m, origin, &err)
                 : pt_connector_author_or_hold(s->c, m->record, m->type, m->doc_key, origin, &err);
    if (rc == 0 && s->again) {
        rc = pt_deferred_made_add(s->c->state, s->name, s->again->rule, &err);
    }
    return told(s, rc, &err);
}

static int on_dead(void *ctx, const struct pt_dead_row *d) {
    struct source *s = ctx;
    struct pt_err err = {0};
    const struct pt_dead_letter row = {.source = s->name,
                                       .file = d->file,
                                       .row = d->line,
                                       .column = d->column,
                                       .value = d->value,
                                       .code = pt_err_name(d->code),
                                       .reason = d->reason_en,
                                       .reason_zh = d->reason_zh};
    pt_connector_event(s->c, "dead_letter", "%s row %llu%s%s: %s", d->file,
                       (unsigned long long)d->line, d->column[0] ? ", column " : "", d->column,
                       d->reason_en);
    return told(s, pt_dead_letter_add(s->c->state, &row, &err), &err);
}

static int on_defer(void *ctx, const struct pt_deferred *d) {
    struct source *s = ctx;
    struct pt_err err = {0};
    if (s->again && d->rule == s->again->rule) {
        s->again_waits = true;
        return told(s,
                    pt_deferred_wait(s->c->state, s->again->id, d->want_party, d->want_type,
                                     d->want_doc_no, &err),
                    &err);
    }
    const struct pt_deferred_row row = {.source = s->name,
                                        .file = d->file,
                                        .line = d->line,
                                        .rule = d->rule,
                                        .since = s->c->day,
                                        .want_party = d->want_party,
                                        .want_type = d->want_type,
                                        .want_doc_no = d->want_doc_no,
                                        .packed = d->packed};
    return told(s, pt_deferred_add(s->c->state, &row, &err), &err);
}

static int on_resolve(void *ctx, const char *party, const char *type, const char *doc_no,
                      struct pt_resolved *out) {
    struct source *s = ctx;
    struct pt_ref_row *ref = &s->resolved;
    int rc = pt_refs_find(s->c->state, party, type, doc_no, ref, NULL);
    if (rc == 0) {
        out->ref.party = ref->party;
        out->ref.stream = ref->stream;
        out->ref.has_seq = 1;
        out->ref.seq = ref->seq;
        out->ref.has_hash = 1;
        out->ref.hash = (ProtobufCBinaryData){.len = sizeof ref->hash, .data = ref->hash};
        (void)snprintf(out->type, sizeof out->type, "%s", ref->type);
    }
    return rc;
}

/* What the hub would refuse, and what it would take and nobody heed. */
static int check(struct pt_connector *c, const Pentad__V1__Record *rec, char *ret_path,
                 size_t path_cap, struct pt_err *err) {
    int rc = pt_connector_dummy_check(rec, ret_path, path_cap, err);
    rc = rc ? rc : pt_connector_author_validate(c, rec, ret_path, path_cap, err);
    return rc ? rc : pt_connector_reply_check(c, rec, ret_path, path_cap, err);
}

static int on_validate(void *ctx, const Pentad__V1__Record *rec, char *ret_path, size_t path_cap,
                       struct pt_err *err) {
    struct source *s = ctx;
    return check(s->c, rec, ret_path, path_cap, err);
}

static const struct pt_mapper_ops mapper_ops = {.record = on_record,
                                                .dead = on_dead,
                                                .defer = on_defer,
                                                .resolve = on_resolve,
                                                .validate = on_validate};

/* ---- sources ---- */

static int open_one(struct pt_connector *c, struct source *s, const struct pt_config_source *config,
                    struct pt_err *err) {
    struct pt_var vars[64];
    s->c = c;
    s->config = config;
    s->more = true;
    pt_buf_init(&s->stored, PT_MAPPER_POS_MAX);
    PT_ASSERT(config->vars_count <= sizeof vars / sizeof *vars);
    for (uint32_t v = 0; v < config->vars_count; v++) {
        vars[v] = (struct pt_var){config->vars[v].name, config->vars[v].value};
    }
    int rc = pt_mapping_load(config->mapping, vars, config->vars_count, &s->mapping, err);
    if (rc == 0) {
        size_t cap = strlen(pt_mapping_name(s->mapping)) + strlen(config->path) + 2;
        s->name = malloc(cap);
        if (!s->name) {
            return pt_err_set(err, PT_E_NOMEM, "out of memory");
        }
        (void)snprintf(s->name, cap, "%s:%s", pt_mapping_name(s->mapping), config->path);
        rc = pt_mapper_new(s->mapping, c->config->system, &mapper_ops, s, &s->mapper, err);
    }
    return rc;
}

int pt_connector_sources_open(struct pt_connector *c, struct pt_err *err) {
    c->sources = calloc(c->config->sources_count + 1u, sizeof *c->sources);
    if (!c->sources) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < c->config->sources_count; i++) {
        struct source *s = &c->sources[c->n_sources++];
        rc = open_one(c, s, &c->config->sources[i], err);
        for (uint32_t k = 0; rc == 0 && k < i; k++) {
            if (strcmp(c->sources[k].name, s->name) == 0) {
                rc = pt_err_set(err, PT_E_CONFIG,
                                "sources: %s is read twice by the mapping %s: two mappings of one "
                                "file need names of their own",
                                s->config->path, pt_mapping_name(s->mapping));
            }
        }
    }
    return rc;
}

void pt_connector_sources_close(struct pt_connector *c) {
    for (size_t i = 0; c->sources && i < c->n_sources; i++) {
        struct source *s = &c->sources[i];
        pt_mapper_free(s->mapper);
        pt_mapping_free(s->mapping);
        pt_buf_done(&s->stored);
        free(s->name);
    }
    free(c->sources);
    c->sources = NULL;
}

bool pt_connector_sources_done(const struct pt_connector *c) {
    for (size_t i = 0; i < c->n_sources; i++) {
        const struct source *s = &c->sources[i];
        if (s->unfinished || (s->more && !s->missing && s->waiting == 0)) {
            return false;
        }
    }
    return true;
}

void pt_connector_sources_restart(struct pt_connector *c) {
    for (size_t i = 0; i < c->n_sources; i++) {
        struct source *s = &c->sources[i];
        s->started = false;
        s->more = true;
        s->unfinished = false;
        s->waiting = 0;
        s->again = NULL;
    }
}

static bool same_file(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Nobody is writing it. The file's own time says so where its clock can be believed; a file server
 * whose clock is ahead is watched instead. On the replay clock files are complete. */
static bool at_rest(struct source *s, const struct stat *now) {
    int64_t us = pt_monotonic_us();
    if (pt_connector_by_day(s->c)) {
        return true;
    }
    if (s->looked_us == 0 || !same_file(now, &s->looked)) {
        s->looked = *now;
        s->looked_us = us;
    }
    int64_t changed_ms = (int64_t)now->st_mtim.tv_sec * 1000 + now->st_mtim.tv_nsec / 1000000;
    return pt_clock_now_ms(&pt_clock_system) - changed_ms >= REST_MS ||
           us - s->looked_us >= (int64_t)REST_MS * 1000;
}

static int look(struct source *s, struct stat *ret, struct pt_err *err) {
    s->missing = stat(s->config->path, ret) != 0;
    return s->missing && errno != ENOENT
               ? pt_err_set(err, PT_E_IO, "it can't be looked at: %s", strerrordesc_np(errno))
               : 0;
}

/* Reads from the stored position on; with `growing`, no further than the last whole row. */
static int open_at_position(struct source *s, bool growing, struct pt_err *err) {
    struct pt_connector *c = s->c;
    struct pt_source_config config = *pt_mapping_source(s->mapping);
    struct pt_source src = {0};
    config.growing = growing;
    s->started = false;
    pt_buf_reset(&s->stored);
    int rc = pt_source_position_get(c->state, s->name, &s->stored, &s->was_done, err);
    if (rc == 0 || rc == PT_E_NOT_FOUND) {
        rc = c->opt.open_source(&config, s->config->path, &src, err);
    }
    return rc ? rc : pt_mapper_start_take(s->mapper, &src, pt_buf_cstr(&s->stored), err);
}

int pt_connector_source_start(struct source *s, struct pt_err *err) {
    struct stat now;
    int rc = look(s, &now, err);
    if (rc != 0 || s->missing) {
        s->unfinished = false;
        return rc;
    }
    /* A file that was read to its end and has changed since: it grew. */
    bool changed = s->started && !s->more && !same_file(&now, &s->seen);
    bool rests = at_rest(s, &now), whole = s->unfinished && rests;
    if (s->started && !changed && !whole) {
        return 0;
    }
    s->unfinished = !rests && pt_mapping_grouped(s->mapping);
    if (s->unfinished) {
        return 0; /* its last group may not be whole */
    }
    /* Whole rows alone; what stands behind them is looked at when they are read. */
    s->growing = !whole && !pt_mapping_grouped(s->mapping) && !pt_connector_by_day(s->c);
    rc = open_at_position(s, s->growing, err);
    if (rc == PT_E_NOT_FOUND) {
        s->unfinished = s->growing; /* no more than a part of its heading yet */
        s->missing = !s->growing;
        return 0;
    }
    if (rc == 0) {
        s->seen = now;
        s->started = true;
        s->more = true;
        s->waiting = 0;
    }
    return rc;
}

static int store_position(struct source *s, struct pt_err *err) {
    const char *pos = pt_mapper_position(s->mapper);
    struct pt_span span = pt_span_str(pos);
    if (pt_span_eq(span, pt_buf_span(&s->stored)) && s->was_done == !s->more) {
        return 0;
    }
    s->was_done = !s->more;
    pt_buf_reset(&s->stored);
    if (pt_buf_append_span(&s->stored, span) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    return pt_source_position_set(s->c->state, s->name, span, !s->more, err);
}

/* Where much has come together it is stored, and a new transaction begins. */
static int breathe(struct source *s, struct pt_err *err) {
    struct pt_connector *c = s->c;
    if (c->rows < ROWS_A_TRANSACTION) {
        return 0;
    }
    int rc = store_position(s, err);
    if (rc == 0) {
        rc = pt_state_commit(c->state, err);
    }
    if (rc == 0) {
        c->rows = 0;
        rc = pt_state_begin(c->state, err);
    }
    return rc;
}

/* Rows until the source ends, its rows are for a later day, or the budget is spent; never stops in
 * the middle of a group. */
static int read_rows(struct source *s, uint64_t *budget, struct pt_err *err) {
    struct pt_connector *c = s->c;
    int rc = 0;
    pt_mapper_until(s->mapper, c->day);
    while (rc == 0 && s->more && s->waiting == 0 && *budget > 0) {
        uint64_t n = *budget < STEP_ROWS ? *budget : STEP_ROWS;
        do {
            rc = pt_mapper_step(s->mapper, n, &s->more, err);
            s->waiting = pt_mapper_waiting(s->mapper);
            c->rows += n;
            n = 1;
            if (rc == 0 && c->stop) {
                return pt_err_set(err, PT_E_STOPPING, "stopped");
            }
        } while (rc == 0 && s->more && !pt_mapper_settled(s->mapper));
        *budget -= *budget < STEP_ROWS ? *budget : STEP_ROWS;
        if (rc == 0) {
            rc = breathe(s, err);
        }
    }
    return rc ? rc : store_position(s, err);
}

static int read_source(struct source *s, uint64_t *budget, struct pt_err *err) {
    int rc = pt_connector_source_start(s, err);
    s->waiting = 0;
    if (rc == 0 && s->started && s->more && !s->missing) {
        rc = read_rows(s, budget, err);
        s->read = true;
        s->unfinished = s->growing && !s->more && pt_mapper_unfinished(s->mapper);
    }
    return rc;
}

static int collect_source(struct source *s, uint64_t *budget, struct pt_err *err) {
    struct pt_connector *c = s->c;
    uint64_t before = c->next_seq;
    if (s->retry_ms > pt_clock_now_ms(c->opt.clock)) {
        return 0;
    }
    if (s->started && s->more && s->waiting > c->day) {
        return 0;
    }
    int rc = read_source(s, budget, err);
    if (rc == 0 && s->unfinished) {
        rc = read_source(s, budget, err); /* its last row too, where nobody is writing it */
    }
    if (rc != 0 && rc != PT_E_STOPPING) {
        c->failed = s;
        s->retry_ms = pt_clock_now_ms(c->opt.clock) + RETRY_MS;
        pt_err_wrap(err, "%s", s->config->path);
    }
    if (rc == 0 && c->next_seq > before) {
        pt_connector_event(c, "collected", "%s: %llu records", pt_mapping_name(s->mapping),
                           (unsigned long long)(c->next_seq - before));
    }
    return rc;
}

/* ---- what waited ---- */

static int bury_staged(struct pt_connector *c, const struct pt_waiting *row, int code,
                       const char *path, const char *why, struct pt_err *err) {
    const struct pt_dead_letter d = {.source = "staged",
                                     .file = row->origin,
                                     .row = 0,
                                     .column = path,
                                     .value = row->doc_no,
                                     .code = pt_err_name(code),
                                     .reason = why,
                                     .reason_zh = pt_err_text(code, true)};
    pt_connector_event(c, "dead_letter", "%s: %s: %s", row->origin, path, why);
    return pt_dead_letter_add(c->state, &d, err);
}

/* *ret_waits: one of its readers has no sealing key. */
static int release_one(struct pt_connector *c, const struct pt_waiting *row, struct pt_arena *arena,
                       bool *ret_waits, struct pt_err *err) {
    Pentad__V1__Record *rec = NULL;
    struct pt_err why = {0};
    char path[160] = "";
    pt_arena_reset(arena);
    int rc = pt_record_decode(row->record, arena, &rec, NULL);
    if (rc == PT_E_NOMEM) {
        return pt_err_set(err, rc, "out of memory");
    }
    if (rc != 0) {
        pt_err_set(&why, rc, "the record can't be read");
    } else {
        rc = check(c, rec, path, sizeof path, &why);
    }
    *ret_waits = rc == 0 && !pt_connector_can_seal(c, rec);
    return *ret_waits ? 0
           : rc       ? bury_staged(c, row, rc, path, why.msg, err)
                : pt_connector_author_or_hold(c, rec, row->type, row->doc_no, row->origin, err);
}

static int release_staged(struct pt_connector *c, struct pt_err *err) {
    struct pt_buf hold;
    struct pt_arena arena;
    struct pt_waiting row = {0};
    pt_buf_init(&hold, PT_RECORD_MAX + 65536);
    pt_arena_init(&arena, 16u * PT_RECORD_MAX);
    int rc = 0;
    while (rc == 0) {
        rc = pt_staged_next(c->state, c->day, &hold, &row, err);
        if (rc == 0) {
            bool waits;
            rc = release_one(c, &row, &arena, &waits, err);
            rc = rc || waits ? rc : pt_staged_drop(c->state, row.id, err);
        }
    }
    pt_arena_done(&arena);
    pt_buf_done(&hold);
    return rc == PT_E_NOT_FOUND ? 0 : rc;
}

static int give_up(struct source *s, const struct pt_deferred_row *row, struct pt_err *err) {
    struct pt_err want, reason, zh; /* cut at characters, should a document's number be long */
    pt_err_set(&want, PT_E_NOT_FOUND, "%s %s %s", row->want_party, row->want_type,
               row->want_doc_no);
    pt_err_set(&reason, PT_E_NOT_FOUND, "refers to a record that did not come within %d days: %s",
               DEFER_DAYS, want.msg);
    pt_err_set(&zh, PT_E_NOT_FOUND, "引用的记录%d天内未到：%s", DEFER_DAYS, want.msg);
    const struct pt_dead_letter d = {.source = s->name,
                                     .file = row->file,
                                     .row = row->line,
                                     .column = "",
                                     .value = want.msg,
                                     .code = pt_err_name(PT_E_NOT_FOUND),
                                     .reason = reason.msg,
                                     .reason_zh = zh.msg};
    pt_connector_event(s->c, "dead_letter", "%s row %llu: %s", row->file,
                       (unsigned long long)row->line, reason.msg);
    return pt_dead_letter_add(s->c->state, &d, err);
}

static int retry_one(struct source *s, const struct pt_deferred_row *row, struct pt_err *err) {
    if (pt_date_diff(s->c->day, row->since) > DEFER_DAYS) {
        int rc = give_up(s, row, err);
        return rc ? rc : pt_deferred_drop(s->c->state, row->id, err);
    }
    s->again = row;
    s->again_waits = false;
    int rc = pt_mapper_again(s->mapper, row->packed, (size_t)row->rule, err);
    s->again = NULL;
    return rc || s->again_waits ? rc : pt_deferred_drop(s->c->state, row->id, err);
}

static int retry_deferred(struct source *s, struct pt_err *err) {
    struct pt_buf hold;
    struct pt_deferred_row row = {0};
    pt_buf_init(&hold, DEFERRED_MAX);
    int32_t since_before = pt_date_add(s->c->day, -DEFER_DAYS);
    int rc = 0;
    while (rc == 0) {
        rc = pt_deferred_next(s->c->state, s->name, row.id, since_before, &hold, &row, err);
        if (rc == 0) {
            rc = retry_one(s, &row, err);
        }
    }
    pt_buf_done(&hold);
    return rc == PT_E_NOT_FOUND ? 0 : rc;
}

/* Rows of one source may be what those of another wait for: again while there is something new. */
static int retry_all(struct pt_connector *c, struct pt_err *err) {
    int rc = 0;
    for (int round = 0; rc == 0 && round < 8; round++) {
        if (!c->new_refs && c->retried_day == c->day) {
            break;
        }
        c->new_refs = false;
        c->retried_day = c->day;
        for (size_t i = 0; rc == 0 && i < c->n_sources; i++) {
            rc = retry_deferred(&c->sources[i], err);
        }
    }
    return rc;
}

int pt_connector_collect(struct pt_connector *c, int32_t day, uint64_t budget, bool *ret_more,
                         struct pt_err *err) {
    uint64_t left = budget ? budget : UINT64_MAX;
    c->day = day;
    c->failed = NULL;
    c->keyless = false;
    int rc = release_staged(c, err);
    for (size_t i = 0; rc == 0 && i < c->n_sources && left > 0; i++) {
        rc = collect_source(&c->sources[i], &left, err);
    }
    if (rc == 0) {
        rc = retry_all(c, err);
    }
    rc = rc ? rc : pt_connector_dummies(c, err);
    if (rc == 0 && !c->keyless) {
        pt_connector_alarm_over(c, "no_sealing_key");
    }
    *ret_more = left == 0;
    return rc;
}
