/* What loading came to, per source: so that a person can hold it against the file. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <pentad/base/date.h>
#include <pentad/base/language.h>
#include <pentad/base/money.h>

#include "connector_internal.h"

#define DEAD_MAX 1000        /* dead letters listed as JSON; `dead` counts them all */
#define DEAD_TEXT_MAX 200000 /* bytes of them as text */

static json_t *tally_line(const struct pt_mapping *m, const struct pt_tally_line *l) {
    json_t *o = json_pack("{s:I}", "rows", (json_int_t)l->rows);
    for (size_t i = 0; i < pt_mapping_sum_count(m); i++) {
        json_object_set_new(o, pt_mapping_sum_name(m, i),
                            json_sprintf("%lld", (long long)l->sum[i]));
    }
    return o;
}

static uint64_t records_made(const struct source *s, size_t rule) {
    return pt_mapper_tally(s->mapper)->records[rule] + (uint64_t)s->made_later[rule];
}

static int64_t made_later(const struct source *s) {
    int64_t n = 0;
    for (size_t i = 0; i < pt_mapping_record_count(s->mapping); i++) {
        n += s->made_later[i];
    }
    return n;
}

/* A run that had nothing to read of it goes by what the last one found. */
static bool at_end(const struct source *s) {
    return s->read ? !s->more : s->was_done;
}

static json_t *source_json(const struct source *s) {
    const struct pt_mapping *m = s->mapping;
    json_t *o = json_pack("{s:s,s:s,s:b}", "mapping", pt_mapping_name(m), "path", s->config->path,
                          "done", at_end(s));
    const struct pt_tally *t = s->started ? pt_mapper_tally(s->mapper) : NULL;
    if (!t) {
        return o;
    }
    json_object_set_new(o, "read", tally_line(m, &t->read));
    json_object_set_new(o, "mapped", tally_line(m, &t->mapped));
    json_object_set_new(o, "dead", tally_line(m, &t->dead));
    json_object_set_new(o, "deferred", tally_line(m, &t->deferred));
    json_object_set_new(o, "made_later", json_integer((json_int_t)made_later(s)));
    json_t *records = json_object();
    for (size_t i = 0; i < pt_mapping_record_count(m); i++) {
        const char *type = pt_mapping_record_type(m, i);
        json_int_t n = json_integer_value(json_object_get(records, type));
        json_object_set_new(records, type, json_integer(n + (json_int_t)records_made(s, i)));
    }
    json_object_set_new(o, "records", records);
    json_t *skipped = json_array();
    for (size_t i = 0; i < pt_mapping_skip_count(m); i++) {
        json_t *line = tally_line(m, &t->skipped[i]);
        json_object_set_new(line, "reason", json_string(pt_mapping_skip_reason(m, i)));
        json_array_append_new(skipped, line);
    }
    json_object_set_new(o, "set_aside", skipped);
    return o;
}

/* `what` is ten columns wide, in either language. */
static void line_text(const struct pt_mapping *m, const char *what, const struct pt_tally_line *l,
                      struct pt_buf *out) {
    (void)pt_buf_printf(out, PT_SAY("    %s %10llu rows", "    %s %10llu 行"), what,
                        (unsigned long long)l->rows);
    for (size_t i = 0; i < pt_mapping_sum_count(m); i++) {
        char yuan[64];
        pt_money_format_yuan(yuan, sizeof yuan, l->sum[i]);
        (void)pt_buf_printf(out, "   %s %s", pt_mapping_sum_name(m, i), yuan);
    }
    (void)pt_buf_putc(out, '\n');
}

static void source_text(const struct source *s, struct pt_buf *out) {
    const struct pt_mapping *m = s->mapping;
    const struct pt_tally *t = s->started ? pt_mapper_tally(s->mapper) : NULL;
    (void)pt_buf_printf(out, "  %s  %s", pt_mapping_name(m), s->config->path);
    if (t && !at_end(s)) {
        char day[11] = "";
        if (s->waiting > 0) {
            pt_date_format(day, s->waiting);
        }
        (void)pt_buf_printf(
            out, "  (%s%s)",
            s->waiting > 0 ? PT_SAY("the next rows are for ", "其后各行属于")
                           : PT_SAY("rows are left that this run did not read", "尚有本次未读的行"),
            day);
    }
    (void)pt_buf_putc(out, '\n');
    if (!t) {
        (void)pt_buf_puts(out, s->missing ? PT_SAY("    no such file yet\n", "    尚无此文件\n")
                               : s->unfinished
                                   ? PT_SAY("    somebody is writing it: read when it rests\n",
                                            "    正在写入：写完后再读\n")
                                   : PT_SAY("    it could not be read (the log says why)\n",
                                            "    未能读取（原因见日志）\n"));
        return;
    }
    line_text(m, PT_SAY("read      ", "读取      "), &t->read, out);
    line_text(m, PT_SAY("mapped    ", "已映射    "), &t->mapped, out);
    for (size_t i = 0; i < pt_mapping_record_count(m); i++) {
        (void)pt_buf_printf(out, PT_SAY("    %-10s %10llu records\n", "    %-10s %10llu 条记录\n"),
                            pt_mapping_record_type(m, i), (unsigned long long)records_made(s, i));
    }
    for (size_t i = 0; i < pt_mapping_skip_count(m); i++) {
        if (t->skipped[i].rows > 0) {
            line_text(m, PT_SAY("set aside ", "搁置      "), &t->skipped[i], out);
            (void)pt_buf_printf(out,
                                PT_SAY("               because %s\n", "               原因：%s\n"),
                                pt_mapping_skip_reason(m, i));
        }
    }
    if (t->dead.rows > 0) {
        line_text(m, PT_SAY("dead      ", "死信      "), &t->dead, out);
    }
    if (t->deferred.rows > 0) {
        line_text(m, PT_SAY("deferred  ", "待引用    "), &t->deferred, out);
        (void)pt_buf_printf(out,
                            PT_SAY("               when read; of them were made later: %lld "
                                   "records\n",
                                   "               读取时；其后已生成：%lld条记录\n"),
                            (long long)made_later(s));
    }
}

static int dead_json(void *ctx, const struct pt_dead_letter *d) {
    json_t *list = ctx;
    json_array_append_new(list, json_pack("{s:s?,s:I,s:s?,s:s?,s:s?,s:s?,s:s?}", "file", d->file,
                                          "row", (json_int_t)d->row, "column", d->column, "value",
                                          d->value, "code", d->code, "reason", d->reason,
                                          "reason_zh", d->reason_zh));
    return json_array_size(list) >= DEAD_MAX;
}

static int dead_text(void *ctx, const struct pt_dead_letter *d) {
    struct pt_buf *out = ctx;
    if (d->noted) {
        return 0;
    }
    bool zh = pt_language_is_chinese();
    const char *reason = zh && d->reason_zh ? d->reason_zh : d->reason;
    (void)pt_buf_printf(out, zh ? "    %s 第%llu行" : "    %s row %llu", d->file ? d->file : "",
                        (unsigned long long)d->row);
    if (d->column && d->column[0]) {
        (void)pt_buf_printf(out, "%s%s", zh ? "，" : ", ", d->column);
    }
    if (d->value && d->value[0]) {
        (void)pt_buf_printf(out, " \"%s\"", d->value);
    }
    (void)pt_buf_printf(out, "%s%s (%s)\n", zh ? "：" : ": ", reason ? reason : "",
                        d->code ? d->code : "");
    return out->len > DEAD_TEXT_MAX;
}

/* Counts survive a restart in the position; the mapper that reads them need not have run. */
static void start_all(struct pt_connector *c) {
    for (size_t i = 0; i < c->n_sources; i++) {
        struct pt_err err = {0};
        if (!c->sources[i].started && pt_connector_source_start(&c->sources[i], &err) != 0) {
            pt_connector_event(c, "source_failed", "%s: %s", c->sources[i].config->path, err.msg);
        }
    }
}

/* What was read is counted in the position; what became of rows that waited, beside it. */
static int count_later(struct pt_connector *c, struct pt_err *err) {
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < c->n_sources; i++) {
        struct source *s = &c->sources[i];
        for (size_t k = 0; rc == 0 && k < pt_mapping_record_count(s->mapping); k++) {
            rc = pt_deferred_made(c->state, s->name, k, &s->made_later[k], err);
        }
    }
    return rc;
}

static int report_text(struct pt_connector *c, const struct pt_state_counts *k, int64_t held,
                       struct pt_buf *out, struct pt_err *err) {
    (void)pt_buf_printf(out,
                        PT_SAY("%s/%s: %lld records, %lld batches receipted, %lld refused, %lld "
                               "records not receipted yet\n",
                               "%s/%s：%lld条记录，%lld批已获回执，%lld批被拒收，%lld条未获回执\n"),
                        c->config->party, c->config->stream, (long long)k->records,
                        (long long)k->receipted, (long long)k->refused,
                        (long long)k->pending_records);
    for (size_t i = 0; i < c->n_sources; i++) {
        source_text(&c->sources[i], out);
    }
    if (k->deferred > 0) {
        (void)pt_buf_printf(
            out, PT_SAY("  waiting for a record they refer to: %lld\n", "  等待所引记录：%lld\n"),
            (long long)k->deferred);
    }
    if (k->staged > 0) {
        (void)pt_buf_printf(out,
                            PT_SAY("  waiting for their day: %lld\n", "  等待其业务日：%lld\n"),
                            (long long)k->staged);
    }
    if (held > 0) {
        (void)pt_buf_printf(out,
                            PT_SAY("  about clues, waiting for their slot or moment: %lld\n",
                                   "  涉线索、等待时段或时刻：%lld\n"),
                            (long long)held);
    }
    if (k->evidence > 0) {
        (void)pt_buf_printf(out,
                            PT_SAY("  kept as evidence: %lld (docs/connector.md)\n",
                                   "  留存证据：%lld（docs/connector.md）\n"),
                            (long long)k->evidence);
    }
    if (k->dead_letters == 0) {
        return out->failed;
    }
    (void)pt_buf_printf(out,
                        PT_SAY("  dead letters: %lld, of them dealt with: %lld\n",
                               "  死信：%lld条，已处理：%lld条\n"),
                        (long long)k->dead_letters, (long long)(k->dead_letters - k->dead_open));
    int rc = pt_dead_letter_each(c->state, dead_text, out, err);
    return rc ? rc : out->failed;
}

static int evidence_json(void *ctx, const struct pt_evidence_row *e) {
    json_t *list = ctx;
    json_array_append_new(list, json_pack("{s:I,s:s?,s:s?,s:s?,s:I}", "at_ms", (json_int_t)e->at_ms,
                                          "code", e->code, "about", e->about, "what", e->what,
                                          "bytes", (json_int_t)e->bytes.len));
    return 0;
}

static int report_json(struct pt_connector *c, const struct pt_state_counts *k, int64_t held,
                       struct pt_buf *out, struct pt_err *err) {
    json_t *o = json_pack(
        "{s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:i,s:i,s:I}", "party", c->config->party,
        "stream", c->config->stream, "records", (json_int_t)k->records, "receipted",
        (json_int_t)k->receipted, "refused", (json_int_t)k->refused, "pending",
        (json_int_t)k->pending_records, "deferred", (json_int_t)k->deferred, "staged",
        (json_int_t)k->staged, "held", (json_int_t)held, "dead", (json_int_t)k->dead_letters,
        "dead_open", (json_int_t)k->dead_open, "closed_day", (int)k->closed_day, "tick_day",
        (int)k->tick_day, "verified_size", (json_int_t)pt_follower_size(c->follower));
    json_t *sources = json_array(), *dead = json_array(), *evidence = json_array();
    for (size_t i = 0; i < c->n_sources; i++) {
        json_array_append_new(sources, source_json(&c->sources[i]));
    }
    int rc = pt_dead_letter_each(c->state, dead_json, dead, err);
    if (rc == 0) {
        rc = pt_evidence_each(c->state, evidence_json, evidence, err);
    }
    json_object_set_new(o, "sources", sources);
    json_object_set_new(o, "dead_letters", dead);
    json_object_set_new(o, "evidence", evidence);
    char *text = json_dumps(o, JSON_INDENT(2));
    json_decref(o);
    if (!text) {
        return PT_E_NOMEM;
    }
    (void)pt_buf_puts(out, text);
    (void)pt_buf_putc(out, '\n');
    free(text);
    return rc ? rc : out->failed;
}

int pt_connector_report(struct pt_connector *c, bool json, struct pt_buf *out) {
    struct pt_err err = {0};
    struct pt_state_counts k;
    int64_t held = 0;
    int rc = pt_state_counts(c->state, &k, &err);
    rc = rc ? rc : count_later(c, &err);
    rc = rc ? rc : pt_held_count(c->state, &held, &err);
    if (rc != 0) {
        return rc;
    }
    start_all(c);
    return json ? report_json(c, &k, held, out, &err) : report_text(c, &k, held, out, &err);
}

int pt_connector_needs(struct pt_connector *c, char ret[PT_STATE_NEEDS_MAX], struct pt_err *err) {
    struct pt_state_counts k;
    int rc = pt_state_counts(c->state, &k, err);
    ret[0] = '\0';
    if (rc == 0) {
        pt_state_needs(&k, pt_language_is_chinese(), ret);
    }
    return rc;
}
