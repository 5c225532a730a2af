#include "rig.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <pentad/base/arena.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/feed/feed.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/close.h>
#include <pentad/proof/entry.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/sources/source.h>
#include <pentad/v1/feed.pb-c.h>

#include "pt_test_folder.h"
#include "pt_test_lies.h"

static void must(int code, const struct pt_err *err, const char *what) {
    if (code != 0) {
        fprintf(stderr, "rig: %s: %s: %s\n", what, pt_err_name(code), err ? err->msg : "");
        abort();
    }
}

/* ---- the folder ---- */

const char *rig_path(struct rig *r, const char *name) {
    static char paths[4][512];
    static int next;
    char *p = paths[next++ % 4];
    snprintf(p, sizeof paths[0], "%s/%s", r->dir, name);
    return p;
}

void rig_age(struct rig *r, const char *name, int seconds) {
    struct timespec now, times[2];
    (void)clock_gettime(CLOCK_REALTIME, &now);
    times[0] = times[1] = (struct timespec){now.tv_sec - seconds, now.tv_nsec};
    if (utimensat(AT_FDCWD, rig_path(r, name), times, 0) != 0) {
        abort();
    }
}

void rig_write(struct rig *r, const char *name, const char *text) {
    struct pt_err err = {0};
    must(pt_file_write(rig_path(r, name), text, strlen(text), 0600, &err), &err, name);
    rig_age(r, name, 3600);
}

void rig_append(struct rig *r, const char *name, const char *text) {
    FILE *f = fopen(rig_path(r, name), "a");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0) {
        abort();
    }
    rig_age(r, name, 3600);
}

static const char *mapping_text(const char *name) {
    if (strcmp(name, RIG_RECTS) == 0) {
        return "mapping: rects\n"
               "source: {encoding: utf-8, separator: \",\", header: yes}\n"
               "records:\n"
               "  - type: V03\n"
               "    doc_no: no\n"
               "    send_day: {from: day}\n"
               "    fields:\n"
               "      - {to: effective, from: day, date: yes, required: yes}\n"
               "      - {to: body.source, required: yes, ref: {party_from: party, doc_no: ref}}\n"
               "      - {to: body.phase, const: PLAN}\n"
               "      - {to: body.due, from: day, date: yes}\n"
               "      - {to: body.measures, from: what}\n";
    }
    static char text[2048];
    bool grouped = strcmp(name, RIG_PAYMENTS) == 0;
    snprintf(
        text, sizeof text,
        "mapping: %s\n"
        "source: {encoding: utf-8, separator: \",\", header: yes}\n"
        "formats: {unit: fen}\n"
        "sums:\n"
        "  - {name: total, column: fen}\n"
        "records:\n"
        "  - type: X01\n"
        "    subject: {kind: UNIT, key: unit}\n"
        "    doc_no: no\n"
        "    send_day: {from: day}\n"
        "%s"
        "    fields:\n"
        "      - {to: fiscal_year, const: 2019}\n"
        "      - {to: effective, from: day, date: yes, required: yes}\n"
        "      - {to: body.pay_date, from: day, date: yes}\n"
        "      - {to: body.date_precision, const: DAY}\n"
        "      - {to: body.lines.voucher_no, from: voucher, required: yes}\n"
        "      - {to: body.lines.subject, const: 37010019R000000000001}\n"
        "      - {to: body.lines.bk, const: GENERAL}\n"
        "      - {to: body.lines.func, const: \"2120303\"}\n"
        "      - {to: body.lines.fund_year, const: 2019}\n"
        "      - {to: body.lines.fen, from: fen, required: yes, sign: {to: body.lines.op, plus: "
        "PAY, minus: REFUND}}\n"
        "      - {to: body.lines.payee_uscc, const: 91350100M000100Y43}\n"
        "    totals:\n"
        "      - {to: body.sum_fen, of: body.lines.fen}\n",
        name, grouped ? "    group: {by: [no], max_rows: 500}\n" : "");
    return text;
}

void rig_source(struct rig *r, const char *mapping, const char *file) {
    char name[64];
    struct pt_config_source *s = &r->sources[r->config.sources_count++];
    snprintf(name, sizeof name, "%s.yaml", mapping);
    rig_write(r, name, mapping_text(mapping));
    s->mapping = strdup(rig_path(r, name));
    s->path = strdup(rig_path(r, file));
    r->config.sources = r->sources;
}

void rig_opinion(struct rig *r, const char *doc_no) {
    struct th_stream congress;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__CongressOpinion opinion = PENTAD__V1__CONGRESS_OPINION__INIT;
    opinion.has_origin = 1;
    opinion.origin = PENTAD__V1__OPINION_ORIGIN__OPINION_ORIGIN_REVIEW;
    opinion.text = (char *)"加快执行";
    opinion.addressee = (char *)"finance";
    rec.doc_no = (char *)(uintptr_t)doc_no;
    rec.has_effective = 1;
    rec.effective = 20190102;
    rec.body_case = PENTAD__V1__RECORD__BODY_CONGRESS_OPINION;
    rec.congress_opinion = &opinion;
    th_stream_init(&congress, &r->hub, "congress", "main");
    th_send_record(&congress, &rec, NULL);
}

void rig_push(struct rig *r, const char *type, const char *origin, const Pentad__V1__Record *rec) {
    struct pt_state *s = NULL;
    struct pt_err err = {0};
    struct pt_buf bytes;
    pt_buf_init(&bytes, 1 << 20);
    must(pt_msg_encode(&rec->base, &bytes, &err), &err, "push");
    const struct pt_waiting row = {.type = type,
                                   .doc_no = rec->doc_no ? rec->doc_no : "",
                                   .origin = origin,
                                   .record = pt_buf_span(&bytes)};
    must(pt_state_open(rig_path(r, "state/connector.db"), false, &s, &err), &err, "push");
    must(pt_state_begin(s, &err), &err, "push");
    must(pt_staged_add(s, &row, &err), &err, "push");
    must(pt_state_commit(s, &err), &err, "push");
    pt_state_free(s);
    pt_buf_done(&bytes);
}

/* ---- the hub behind its port ---- */

static void put_field(struct pt_buf *out, uint8_t tag, struct pt_span bytes) {
    size_t at = out->len;
    must(pt_batch_record_append(out, bytes), NULL, "reply");
    out->p[at] = tag;
}

static int answer(struct rig *r, struct th_reply *reply, struct pt_buf *out, struct pt_err *err) {
    switch (reply->verdict) {
    case PT_INTAKE_ACCEPT:
    case PT_INTAKE_RECEIPT_AGAIN:
        r->receipts++;
        put_field(out, 0x0a, pt_buf_span(&reply->bytes));
        return 0;
    case PT_INTAKE_REFUSE:
    case PT_INTAKE_REFUSAL_AGAIN:
        r->refusals++;
        put_field(out, 0x12, pt_buf_span(&reply->bytes));
        return 0;
    default:
        return pt_err_set(err, reply->code, "%s", reply->msg);
    }
}

static bool count_down(int *n) {
    return *n > 0 && (*n)-- > 0;
}

static void note_submitted(struct rig *r, struct pt_span batch) {
    Pentad__V1__Batch *b = pentad__v1__batch__unpack(NULL, batch.len, batch.p);
    struct pt_statement st;
    if (!b || pt_statement_open(b->envelope, &st, NULL) != 0) {
        abort();
    }
    if (r->n_submitted < RIG_SUBMITTED_MAX) {
        r->submitted[r->n_submitted++] =
            (struct rig_statement){.hash = st.hash,
                                   .supersedes = st.supersedes,
                                   .first_seq = st.first_seq,
                                   .count = st.record_count,
                                   .has_supersedes = st.has_supersedes};
    }
    pt_statement_done(&st);
    pentad__v1__batch__free_unpacked(b, NULL);
}

static int rig_submit(void *ctx, struct pt_span batch, struct pt_buf *ret_reply,
                      struct pt_err *err) {
    struct rig *r = ctx;
    struct th_reply reply;
    r->submits++;
    pt_buf_reset(&r->last_batch);
    pt_buf_append_span(&r->last_batch, batch);
    note_submitted(r, batch);
    if (r->submit_code != 0) {
        return pt_err_set(err, r->submit_code, "as the test wants");
    }
    bool early = count_down(&r->skip_submits);
    if (!early && count_down(&r->busy)) {
        return pt_err_set(err, PT_E_BUSY, "busy");
    }
    if (r->meanwhile) {
        r->meanwhile(r);
    }
    th_submit(&r->hub, PT_INTAKE_PROTOBUF, batch, r->config.party, &reply);
    int rc = answer(r, &reply, ret_reply, err);
    th_reply_done(&reply);
    if (rc == 0 && !early && count_down(&r->lose_answers)) {
        pt_buf_reset(ret_reply);
        return pt_err_set(err, PT_E_TIMEOUT, "the answer was lost");
    }
    if (rc == 0 && r->tamper) {
        r->tamper(r, ret_reply);
    }
    return rc;
}

static void author_tick(struct rig *r, int32_t day) {
    Pentad__V1__Tick tick = PENTAD__V1__TICK__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT, *list[1] = {&rec};
    tick.has_day = tick.has_is_workday = tick.has_at_ms = 1;
    tick.day = day;
    tick.is_workday = 1;
    tick.at_ms = pt_date_to_ms(day) + 86400000 - 1;
    rec.body_case = PENTAD__V1__RECORD__BODY_TICK;
    rec.tick = &tick;
    th_author(&r->hub, list, 1);
}

/* On the replay clock a day is over when the connector's stream says so; nobody else is here. */
static void tick_if_due(struct rig *r) {
    const struct pt_exchange_stream *s =
        pt_exchange_stream(r->hub.x, r->config.party, r->config.stream);
    const struct pt_exchange_tick *last = pt_exchange_last_tick(r->hub.x);
    const Pentad__V1__Genesis *g = pt_log_genesis(r->hub.log);
    int32_t next = last->day ? pt_date_add(last->day, 1) : g->first_day;
    if (!r->no_ticks && g->clock == PENTAD__V1__CLOCK_MODE__CLOCK_MODE_REPLAY && s &&
        s->last_closed_day >= next) {
        author_tick(r, next);
    }
}

static int rig_feed(void *ctx, uint64_t after, int wait_s, uint32_t limit, struct pt_buf *ret_page,
                    struct pt_err *err) {
    struct rig *r = ctx;
    (void)wait_s;
    r->feeds++;
    if (count_down(&r->feed_down)) {
        return pt_err_set(err, PT_E_NET, "the feed can't be reached");
    }
    if (r->feed_code != 0) {
        return pt_err_set(err, r->feed_code, "as the test wants");
    }
    bool to_be_folded = r->c && r->c->attest.follower && pt_follower_size(r->c->follower) > after;
    if (!r->ticks_late || to_be_folded) {
        tick_if_due(r);
    }
    r->idle = after == pt_log_size(r->hub.log) ? r->idle + 1 : 0;
    if (r->idle > (r->idle_max ? r->idle_max : 50) && r->c) {
        pt_connector_stop(r->c);
    }
    if (r->stalled && after > 0) {
        r->idle++;
        tl_stalled_page(&r->hub, after, ret_page);
        return 0;
    }
    limit = r->page_max ? r->page_max : limit;
    return pt_feed_page(r->hub.log, pt_party_from_name(r->config.party), after, limit, ret_page,
                        NULL, err);
}

static int rig_checkpoint(void *ctx, struct pt_buf *ret_note, struct pt_err *err) {
    struct rig *r = ctx;
    if (r->note.len > 0) {
        return pt_buf_append_span(ret_note, pt_buf_span(&r->note));
    }
    return pt_log_checkpoint_at(r->hub.log, pt_log_size(r->hub.log), ret_note, err);
}

static int rig_cosigned(void *ctx, struct pt_buf *ret_note, struct pt_err *err) {
    struct rig *r = ctx;
    return r->cosigned.len > 0 ? pt_buf_append_span(ret_note, pt_buf_span(&r->cosigned))
                               : pt_err_set(err, PT_E_NOT_FOUND, "none yet");
}

static int rig_cosign(void *ctx, struct pt_span note, struct pt_err *err) {
    struct rig *r = ctx;
    if (r->cosign_code != 0) {
        return pt_err_set(err, r->cosign_code, "as the test wants");
    }
    r->cosigns++;
    pt_buf_reset(&r->last_cosigned);
    return pt_buf_append_span(&r->last_cosigned, note);
}

/* ---- the sink ---- */

static int sink_deliver(void *self, const struct pt_delivery *d, bool *ret_new,
                        struct pt_err *err) {
    struct rig *r = self;
    (void)err;
    *ret_new = false;
    if (r->n_delivered > 0) {
        const struct rig_delivered *last = &r->delivered[r->n_delivered - 1];
        if (d->log_index < last->log_index ||
            (d->log_index == last->log_index && d->in_batch <= last->in_batch)) {
            return 0;
        }
    }
    if (r->n_delivered == RIG_DELIVERED_MAX) {
        abort();
    }
    if (r->look) {
        r->look(r, d);
    }
    struct rig_delivered *out = &r->delivered[r->n_delivered++];
    snprintf(out->type, sizeof out->type, "%s", d->type);
    out->log_index = d->log_index;
    out->in_batch = d->in_batch;
    *ret_new = true;
    return 0;
}

static int sink_flush(void *self, struct pt_err *err) {
    struct rig *r = self;
    if (count_down(&r->sink_fails)) {
        r->n_delivered = r->n_flushed; /* what wasn't durable is gone */
        return pt_err_set(err, PT_E_IO, "the disk is full");
    }
    r->n_flushed = r->n_delivered;
    return 0;
}

static void sink_close(void *self) {
    (void)self;
}

/* ---- life ---- */

static int64_t hub_now(void *ctx) {
    return ((struct rig *)ctx)->hub.now_ms;
}

static char *copy(const char *s) {
    char *p = strdup(s);
    if (!p) {
        abort();
    }
    return p;
}

static void write_trust(struct rig *r) {
    char hex[2 * PT_HASH_LEN + 1];
    struct pt_buf policy;
    pt_buf_init(&policy, 4096);
    pt_hash_hex(hex, pt_log_hub(r->hub.log));
    rig_write(r, "genesis.hash", hex);
    pt_buf_puts(&policy, "log ");
    must(pt_vkey_format(&policy, &r->hub.vkey), NULL, "policy");
    pt_buf_puts(&policy, "\nquorum none\n");
    rig_write(r, "policy.txt", pt_buf_cstr(&policy));
    pt_buf_done(&policy);
}

void rig_init(struct rig *r, const char *party, bool live) {
    struct pt_err err = {0};
    memset(r, 0, sizeof *r);
    th_init_clock(&r->hub, live, 20190101);
    const char *tmp = getenv("TMPDIR");
    snprintf(r->dir, sizeof r->dir, "%s/pentad-rig-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(r->dir)) {
        abort();
    }
    r->once = true;
    r->clock = (struct pt_clock){.now_ms = hub_now, .ctx = r};
    pt_buf_init(&r->last_batch, 16 * 1024 * 1024);
    pt_buf_init(&r->note, PT_NOTE_MAX);
    pt_buf_init(&r->cosigned, PT_NOTE_MAX);
    pt_buf_init(&r->last_cosigned, PT_NOTE_MAX);
    write_trust(r);
    r->config.party = copy(party);
    r->config.stream = copy("main");
    r->config.system = copy("测试系统");
    r->config.hub = copy("https://nowhere:1");
    r->config.state = copy(rig_path(r, "state"));
    r->config.keys.signing = copy(rig_path(r, "signing.key"));
    r->config.keys.sealing = copy(rig_path(r, "sealing.key"));
    r->config.trust.genesis = copy(rig_path(r, "genesis.hash"));
    r->config.trust.policy = copy(rig_path(r, "policy.txt"));
    r->config.poll_s = 1;
    r->config.silent_hours = 24;
    r->config.sink = &r->sink_config;
    must(pt_key_save(th_key(&r->hub, party), r->config.keys.signing, &err), &err, "key");
    must(pt_key_save(th_sealing_key(&r->hub, party), r->config.keys.sealing, &err), &err, "key");
}

void rig_done(struct rig *r) {
    rig_close(r);
    free(r->config.party);
    free(r->config.stream);
    free(r->config.system);
    free(r->config.hub);
    free(r->config.state);
    free(r->config.keys.signing);
    free(r->config.keys.sealing);
    free(r->config.trust.genesis);
    free(r->config.trust.policy);
    for (uint32_t i = 0; i < r->config.sources_count; i++) {
        free(r->sources[i].mapping);
        free(r->sources[i].path);
    }
    free(r->config.keys.cosigning);
    pt_buf_done(&r->note);
    pt_buf_done(&r->cosigned);
    pt_buf_done(&r->last_cosigned);
    pt_buf_done(&r->last_batch);
    th_done(&r->hub);
    tf_remove(r->dir);
}

static void on_event(void *ctx, const char *event, const char *text) {
    struct rig *r = ctx;
    if (getenv("RIG_TALK")) {
        fprintf(stderr, "%s: %s\n", event, text);
    }
    if (strcmp(event, "halted") == 0) {
        snprintf(r->halted, sizeof r->halted, "%s", text);
    }
    if (r->n_events < RIG_EVENTS_MAX && strcmp(event, "tick") != 0 &&
        strcmp(event, "collected") != 0 && strcmp(event, "receipted") != 0) {
        snprintf(r->events[r->n_events++], sizeof r->events[0], "%s", event);
    }
}

bool rig_had_event(const struct rig *r, const char *event) {
    for (int i = 0; i < r->n_events; i++) {
        if (strcmp(r->events[i], event) == 0) {
            return true;
        }
    }
    return false;
}

int rig_open(struct rig *r) {
    static const struct pt_sink_ops sink_ops = {sink_deliver, sink_flush, sink_close};
    static struct pt_sink sink;
    const struct hub_port hub = {.submit = rig_submit,
                                 .feed = rig_feed,
                                 .checkpoint = rig_checkpoint,
                                 .cosigned = rig_cosigned,
                                 .cosign = rig_cosign,
                                 .ctx = r};
    sink = (struct pt_sink){.ops = &sink_ops, .self = r};
    struct pt_connector_options opt = {.once = r->once,
                                       .clock = &r->clock,
                                       .open_source = pt_source_open,
                                       .sink = &sink,
                                       .replay = r->replay,
                                       .event = on_event,
                                       .ctx = r};
    memset(&r->err, 0, sizeof r->err);
    r->idle = 0;
    int rc = pt_connector_open_take(&r->config, &opt, &hub, &r->c, &r->err);
    if (rc == 0 && r->lenient) {
        must(pt_codes_new("open", &r->c->codes, &r->err), &r->err, "codes");
    }
    return rc;
}

void rig_close(struct rig *r) {
    pt_connector_free(r->c);
    r->c = NULL;
}

int rig_run(struct rig *r) {
    int rc = rig_open(r);
    if (rc == 0) {
        rc = pt_connector_run(r->c, &r->err);
    }
    rig_close(r);
    return rc;
}

struct pt_state *rig_state(struct rig *r) {
    struct pt_state *s = NULL;
    struct pt_err err = {0};
    must(pt_state_open(rig_path(r, "state/connector.db"), true, &s, &err), &err, "state");
    return s;
}

static int find_alarm(void *ctx, const struct pt_alarm_row *a) {
    const char **wanted = ctx;
    *wanted = *wanted && strcmp(a->code, *wanted) == 0 ? NULL : *wanted;
    return 0;
}

bool rig_has_alarm(struct rig *r, const char *code) {
    struct pt_state *s = rig_state(r);
    const char *wanted = code;
    must(pt_alarm_each(s, find_alarm, &wanted, NULL), NULL, "alarms");
    pt_state_free(s);
    return wanted == NULL;
}

struct said {
    const char *code, *part;
    bool found;
};

static int find_said(void *ctx, const struct pt_alarm_row *a) {
    struct said *s = ctx;
    s->found = s->found || (strcmp(a->code, s->code) == 0 && strstr(a->what, s->part) != NULL);
    return 0;
}

bool rig_alarm_says(struct rig *r, const char *code, const char *part) {
    struct pt_state *s = rig_state(r);
    struct said said = {code, part, false};
    must(pt_alarm_each(s, find_said, &said, NULL), NULL, "alarms");
    pt_state_free(s);
    return said.found;
}

struct pt_state_counts rig_counts(struct rig *r) {
    struct pt_state_counts k;
    struct pt_err err = {0};
    struct pt_state *s = rig_state(r);
    must(pt_state_counts(s, &k, &err), &err, "counts");
    pt_state_free(s);
    return k;
}

/* ---- what the log holds ---- */

struct listing {
    const char *party;
    struct rig_record *out;
    size_t n, cap;
    struct pt_close close;
    bool check;
};

static void list_record(struct listing *l, const Pentad__V1__Record *rec, struct rig_record *o) {
    const struct pt_record_info *info = pt_record_info_of(rec);
    snprintf(o->type, sizeof o->type, "%s", info ? info->code : "?");
    snprintf(o->doc_no, sizeof o->doc_no, "%s", rec->doc_no ? rec->doc_no : "");
    if (info && info->type == PT_TYPE_WITHHELD) {
        snprintf(o->note, sizeof o->note, "%s %s", rec->withheld->type, rec->withheld->code);
    }
    if (info && info->type == PT_TYPE_SEALED_COUNT) {
        snprintf(o->note, sizeof o->note, "%s %s %u", rec->sealed_count->rule,
                 rec->sealed_count->period, rec->sealed_count->count);
    }
    if (info && info->type == PT_TYPE_DISCREPANCY_REPLY) {
        snprintf(o->note, sizeof o->note, "%s/%s",
                 rec->discrepancy_reply->rule ? rec->discrepancy_reply->rule : "",
                 rec->discrepancy_reply->sender ? rec->discrepancy_reply->sender : "");
    }
    if (info && info->type == PT_TYPE_STREAM_CLOSE) {
        snprintf(o->note, sizeof o->note, "%d%s", rec->stream_close->day,
                 rec->stream_close->final ? " final" : "");
        if (rec->stream_close->has_hour) {
            snprintf(o->note, sizeof o->note, "%d/%d", rec->stream_close->day,
                     rec->stream_close->hour);
        }
        if (l->check) {
            struct pt_err err = {0};
            must(pt_close_check(&l->close, PT_PARTY_CONGRESS, rec->stream_close, &err), &err,
                 "a close");
        }
        pt_close_init(&l->close, pt_party_from_name(l->party));
    }
    pt_close_add(&l->close, rec, &o->hash);
}

static int list_entry(void *ctx, const struct pt_store_entry *e) {
    struct listing *l = ctx;
    struct pt_span rec;
    size_t pos = 0;
    struct pt_arena arena;
    if (strcmp(e->party, l->party) != 0 || strcmp(e->stream, "main") != 0) {
        return 0;
    }
    pt_arena_init(&arena, 16 * 1024 * 1024);
    for (uint64_t seq = e->first_seq; pt_batch_record_next(e->records, &pos, &rec) == 1; seq++) {
        Pentad__V1__Record *m = NULL;
        struct rig_record spare, *o = l->n < l->cap ? &l->out[l->n] : &spare;
        memset(o, 0, sizeof *o);
        pt_arena_reset(&arena);
        must(pt_record_decode(rec, &arena, &m, NULL), NULL, "a logged record");
        o->seq = seq;
        o->log_index = e->index;
        pt_leaf_hash(&o->hash, rec.p, rec.len);
        list_record(l, m, o);
        l->n++;
    }
    pt_arena_done(&arena);
    return 0;
}

static size_t list_log(struct rig *r, struct listing *l) {
    struct pt_err err = {0};
    struct pt_store_reader *reader = NULL;
    pt_close_init(&l->close, pt_party_from_name(l->party));
    must(pt_store_read_begin(r->hub.store, &reader, &err), &err, "read");
    must(pt_store_entries(reader, 0, UINT64_MAX, true, list_entry, l, &err), &err, "entries");
    pt_store_read_end(reader);
    return l->n;
}

size_t rig_log(struct rig *r, const char *party, struct rig_record *out, size_t cap) {
    struct listing l = {.party = party, .out = out, .cap = cap};
    return list_log(r, &l);
}

size_t rig_log_count(struct rig *r, const char *party, const char *doc_no) {
    struct rig_record *all = calloc(100000, sizeof *all);
    size_t n = rig_log(r, party, all, 100000), found = 0;
    for (size_t i = 0; i < n; i++) {
        found += strcmp(all[i].doc_no, doc_no) == 0;
    }
    free(all);
    return found;
}

void rig_check_closes(struct rig *r, const char *party) {
    struct listing l = {.party = party, .check = true};
    list_log(r, &l);
}
