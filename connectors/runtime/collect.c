/* Rows of the party's own system into the outbox, day by day. What is collected of a row and the
 * source's position behind it are one transaction: a row is sent once, or not at all. */
#include <stdlib.h>
#include <string.h>

#include <pentad/base/arena.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/record/decode.h>
#include <pentad/record/validate.h>

#include "connector_private.h"

#define ROWS_A_TRANSACTION 5000

/* ---- what the mapper hands out ---- */

static bool due(const struct pt_connector *c, int32_t send_day) {
    return send_day == 0 || send_day <= c->day;
}

static int stage(struct source *s, const struct pt_mapped *m, const char *origin) {
    struct pt_err err = {0};
    struct pt_buf bytes;
    pt_buf_init(&bytes, PT_RECORD_MAX);
    int rc = pt_msg_encode(&m->record->base, &bytes, &err);
    if (rc == 0) {
        const struct pt_staged row = {.day = m->send_day,
                                      .type = m->type,
                                      .doc_no = m->doc_key,
                                      .origin = origin,
                                      .record = pt_buf_span(&bytes)};
        rc = pt_staged_add(s->c->state, &row, &err);
    }
    pt_buf_done(&bytes);
    if (rc != 0) {
        connector_event(s->c, "stage_failed", "%s", err.msg);
    }
    return rc;
}

static int on_record(void *ctx, const struct pt_mapped *m) {
    struct source *s = ctx;
    char origin[700];
    (void)snprintf(origin, sizeof origin, "%.300s:%llu", m->file,
                   (unsigned long long)m->first_line);
    if (!due(s->c, m->send_day)) {
        return stage(s, m, origin);
    }
    struct pt_err err = {0};
    int rc = author_record(s->c, m->record, m->type, m->doc_key, origin, &err);
    if (rc != 0) {
        connector_event(s->c, "outbox_failed", "%s", err.msg);
    }
    return rc;
}

static int on_dead(void *ctx, const struct pt_dead_row *d) {
    struct source *s = ctx;
    const struct pt_dead_letter row = {.source = s->name,
                                       .file = d->file,
                                       .row = d->line,
                                       .column = d->column,
                                       .value = d->value,
                                       .code = pt_err_name(d->code),
                                       .reason = d->reason_en,
                                       .reason_zh = d->reason_zh};
    connector_event(s->c, "dead_letter", "%s row %llu, column %s: %s", d->file,
                    (unsigned long long)d->line, d->column, d->reason_en);
    return pt_dead_letter_add(s->c->state, &row, NULL);
}

static int on_defer(void *ctx, const struct pt_deferred *d) {
    struct source *s = ctx;
    char want[400];
    (void)snprintf(want, sizeof want, "%s %s %s", d->want_party, d->want_type, d->want_doc_no);
    const struct pt_deferred_row row = {.source = s->name,
                                        .file = d->file,
                                        .line = d->line,
                                        .rule = d->rule,
                                        .since = s->c->day,
                                        .want = want,
                                        .packed = d->packed};
    return pt_deferred_add(s->c->state, &row, NULL);
}

static int on_resolve(void *ctx, const char *party, const char *type, const char *doc_no,
                      struct pt_resolved *out) {
    struct source *s = ctx;
    struct pt_ref_row *ref = &s->resolved;
    int rc = pt_refs_find(s->c->state, party, type, doc_no, ref);
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

/* The hub's own structural validation, before anything is sent: a fault is a dead letter with its
 * place, not a refusal. seq, nonce and issued_at are the runtime's and set for the check only. */
static int on_validate(void *ctx, const Pentad__V1__Record *rec, char *ret_path, size_t path_cap,
                       struct pt_err *err) {
    struct source *s = ctx;
    static uint8_t nonce[16];
    Pentad__V1__Record copy = *rec;
    copy.has_seq = 1;
    copy.seq = s->c->next_seq;
    copy.has_nonce = 1;
    copy.nonce = (ProtobufCBinaryData){.len = sizeof nonce, .data = nonce};
    int64_t now = pt_clock_now_ms(s->c->opt.clock);
    if (!copy.has_issued_at_ms) {
        copy.has_issued_at_ms = 1;
        copy.issued_at_ms = now;
    }
    struct pt_faults faults;
    pt_arena_reset(&s->arena);
    pt_faults_init(&faults, &s->arena);
    int rc = pt_record_validate(&copy, s->c->codes, s->c->party, now, &faults);
    if (rc != 0) {
        const char *field = faults.count ? faults.v[0].field : "";
        (void)snprintf(ret_path, path_cap, "%s", field);
        return pt_err_set(err, rc, "%s",
                          faults.count ? faults.v[0].message : pt_err_text(rc, false));
    }
    return 0;
}

static const struct pt_mapper_ops mapper_ops = {.record = on_record,
                                                .dead = on_dead,
                                                .defer = on_defer,
                                                .resolve = on_resolve,
                                                .validate = on_validate};

/* ---- sources ---- */

int sources_open(struct pt_connector *c, struct pt_err *err) {
    c->n_sources = c->config->sources_count;
    c->sources = calloc(c->n_sources ? c->n_sources : 1, sizeof *c->sources);
    if (!c->sources) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < c->n_sources; i++) {
        struct source *s = &c->sources[i];
        s->config = &c->config->sources[i];
        s->c = c;
        s->more = true;
        pt_arena_init(&s->arena, 16u * 1024 * 1024);
        struct pt_var vars[64];
        for (uint32_t v = 0; v < s->config->vars_count; v++) {
            vars[v] = (struct pt_var){s->config->vars[v].name, s->config->vars[v].value};
        }
        rc = pt_mapping_load(s->config->mapping, vars, s->config->vars_count, &s->mapping, err);
        if (rc == 0) {
            (void)snprintf(s->name, sizeof s->name, "%s:%s", pt_mapping_name(s->mapping),
                           s->config->path);
        }
    }
    return rc;
}

void sources_close(struct pt_connector *c) {
    for (size_t i = 0; c->sources && i < c->n_sources; i++) {
        pt_mapper_free(c->sources[i].mapper);
        pt_mapping_free(c->sources[i].mapping);
        pt_arena_done(&c->sources[i].arena);
    }
    free(c->sources);
    c->sources = NULL;
}

bool sources_done(const struct pt_connector *c) {
    for (size_t i = 0; i < c->n_sources; i++) {
        if (c->sources[i].more) {
            return false;
        }
    }
    return true;
}

/* A mapper at the position that the state file holds. A file that isn't there yet is no error. */
static int start_mapper(struct pt_connector *c, struct source *s, struct pt_err *err) {
    if (s->mapper || !pt_file_exists(s->config->path)) {
        return 0;
    }
    struct pt_source src;
    struct pt_buf pos;
    pt_buf_init(&pos, PT_MAPPER_POS_MAX);
    int rc = pt_source_position_get(c->state, s->name, &pos);
    if (rc == PT_E_NOT_FOUND) {
        rc = 0;
    }
    if (rc == 0) {
        rc = pt_mapper_new(s->mapping, c->config->system, &mapper_ops, s, &s->mapper, err);
    }
    if (rc == 0) {
        rc = c->opt.open_source(pt_mapping_source(s->mapping), s->config->path, &src, err);
    }
    if (rc == 0) {
        rc = pt_mapper_start_take(s->mapper, &src, pt_buf_cstr(&pos), err);
    }
    if (rc != 0) {
        pt_mapper_free(s->mapper);
        s->mapper = NULL;
    }
    pt_buf_done(&pos);
    return rc;
}

static int store_position(struct pt_connector *c, struct source *s, struct pt_err *err) {
    const char *pos = pt_mapper_position(s->mapper);
    return pt_source_position_set(c->state, s->name, pt_span(pos, strlen(pos)), !s->more, err);
}

/* Up to ROWS_A_TRANSACTION rows, until the source ends or its rows are for a later day. */
static int collect_some(struct pt_connector *c, struct source *s, bool *ret_more,
                        struct pt_err *err) {
    *ret_more = false;
    int rc = pt_state_begin(c->state, err);
    if (rc != 0) {
        return rc;
    }
    uint64_t first = c->next_seq;
    pt_mapper_until(s->mapper, c->day);
    rc = pt_mapper_step(s->mapper, ROWS_A_TRANSACTION, &s->more, err);
    if (rc == 0) {
        s->blocked_until = pt_mapper_waiting(s->mapper);
    }
    if (rc == 0) {
        rc = store_position(c, s, err);
    }
    if (rc == 0) {
        rc = pt_state_commit(c->state, err);
    }
    if (rc != 0) {
        pt_state_rollback(c->state);
        c->next_seq = first;
        pt_mapper_free(s->mapper); /* it is ahead of its position: begin again from there */
        s->mapper = NULL;
        s->more = true;
        return pt_err_wrap(err, "%s", s->config->path);
    }
    *ret_more = s->more && s->blocked_until <= c->day && !c->stop;
    if (c->next_seq > first) {
        connector_event(c, "collected", "%s: %llu records", pt_mapping_name(s->mapping),
                        (unsigned long long)(c->next_seq - first));
    }
    return 0;
}

static int collect_source(struct pt_connector *c, struct source *s, struct pt_err *err) {
    bool more = s->more && s->blocked_until <= c->day;
    if (!more) {
        return 0;
    }
    int rc = start_mapper(c, s, err);
    while (rc == 0 && more && s->mapper) {
        rc = collect_some(c, s, &more, err);
    }
    return rc;
}

/* ---- what waited ---- */

static int release_staged(struct pt_connector *c, struct pt_err *err) {
    struct pt_buf hold;
    struct pt_arena arena;
    struct pt_staged row;
    pt_buf_init(&hold, PT_RECORD_MAX + 4096);
    pt_arena_init(&arena, 64u * 1024 * 1024);
    uint64_t first = c->next_seq;
    int rc = pt_state_begin(c->state, err);
    while (rc == 0 && (rc = pt_staged_take(c->state, c->day, &hold, &row, err)) == 0) {
        Pentad__V1__Record *rec = NULL;
        pt_arena_reset(&arena);
        rc = pt_record_decode(row.record, &arena, &rec, NULL);
        if (rc != 0) {
            pt_err_set(err, rc, "a record that waited for its day can't be read (%s)", row.origin);
            break;
        }
        rc = author_record(c, rec, row.type, row.doc_no, row.origin, err);
    }
    if (rc == PT_E_NOT_FOUND) {
        rc = pt_state_commit(c->state, err);
    }
    if (rc != 0) {
        pt_state_rollback(c->state);
        c->next_seq = first;
    }
    pt_arena_done(&arena);
    pt_buf_done(&hold);
    return rc;
}

static int give_up(struct source *s, const struct pt_deferred_row *row, struct pt_err *err) {
    char reason[300], zh[300];
    (void)snprintf(reason, sizeof reason, "refers to a record that never came: %s", row->want);
    (void)snprintf(zh, sizeof zh, "引用的记录一直未到：%s", row->want);
    const struct pt_dead_letter d = {.source = s->name,
                                     .file = row->file,
                                     .row = row->line,
                                     .column = "",
                                     .value = row->want,
                                     .code = pt_err_name(PT_E_NOT_FOUND),
                                     .reason = reason,
                                     .reason_zh = zh};
    return pt_dead_letter_add(s->c->state, &d, err);
}

/* Each deferred row is mapped again; what still misses its reference comes back as a new deferral,
 * which keeps the first one's day. */
static int retry_deferred(struct pt_connector *c, struct source *s, struct pt_err *err) {
    if (!s->mapper) {
        return 0;
    }
    struct pt_buf hold;
    struct pt_deferred_row row;
    pt_buf_init(&hold, PT_ROW_MAX_BYTES + 65536);
    uint64_t first = c->next_seq;
    int64_t last = pt_deferred_last(c->state), after = 0;
    int rc = pt_state_begin(c->state, err);
    while (rc == 0 && (rc = pt_deferred_next(c->state, s->name, after, &hold, &row, err)) == 0 &&
           row.id <= last) {
        after = row.id;
        int64_t before = pt_deferred_last(c->state);
        rc = pt_deferred_drop(c->state, row.id, err);
        if (rc == 0 && pt_date_diff(c->day, row.since) > DEFER_DAYS) {
            rc = give_up(s, &row, err);
        } else if (rc == 0) {
            rc = pt_mapper_again(s->mapper, row.packed, (size_t)row.rule, err);
            if (rc == 0 && pt_deferred_last(c->state) > before) {
                rc = pt_deferred_set_since(c->state, pt_deferred_last(c->state), row.since, err);
            }
        }
    }
    if (rc == PT_E_NOT_FOUND) {
        rc = 0;
    }
    if (rc == 0) {
        rc = pt_state_commit(c->state, err);
    }
    if (rc != 0) {
        pt_state_rollback(c->state);
        c->next_seq = first;
    }
    pt_buf_done(&hold);
    return rc;
}

int collect(struct pt_connector *c, int32_t day, struct pt_err *err) {
    c->day = day;
    int rc = release_staged(c, err);
    for (size_t i = 0; rc == 0 && i < c->n_sources && !c->stop; i++) {
        rc = retry_deferred(c, &c->sources[i], err);
        if (rc == 0) {
            rc = collect_source(c, &c->sources[i], err);
        }
    }
    return rc;
}
