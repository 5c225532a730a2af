/* Numbers that know where they come from, and the blocks that hold them. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/money.h>
#include <pentad/record/ref.h>

#include "internal.h"

#define FEN_PER_MILLION INT64_C(100000000)

void pt_brief_put(struct pt_brief *b, json_t *object, const char *key, json_t *value) {
    if (!value || json_object_set_new(object, key, value) != 0)
        b->failed = true;
}

void pt_brief_add(struct pt_brief *b, json_t *array, json_t *value) {
    if (!value || json_array_append_new(array, value) != 0)
        b->failed = true;
}

json_t *pt_brief_put_text(struct pt_brief *b, const char *zh, const char *en) {
    json_t *t = json_pack("{s:s, s:s}", "zh", zh, "en", en);

    if (!t)
        b->failed = true;
    return t;
}

/* The same words in both languages: names, codes, days. */
json_t *pt_brief_textf(struct pt_brief *b, const char *fmt, ...) {
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return pt_brief_put_text(b, text, text);
}

json_t *pt_brief_cell_record(struct pt_brief *b, const char *zh, const char *en,
                             const char *record) {
    json_t *t = pt_brief_put_text(b, zh, en);

    pt_brief_put(b, t, "record", json_string(record));
    return t;
}

/* ---- how a value reads ---- */

static void plus_sign(char *text, size_t cap, bool plus, int64_t v) {
    size_t n = strlen(text);

    if (plus && v > 0 && n + 2 <= cap) {
        memmove(text + 1, text, n + 1);
        text[0] = '+';
    }
}

static void count_text(char *text, size_t cap, int64_t v) {
    char yuan[48];
    char *dot;

    if (v > INT64_MAX / 100 || v < INT64_MIN / 100) {
        (void)snprintf(text, cap, "%lld", (long long)v);
        return;
    }
    pt_money_format_yuan(yuan, sizeof yuan, v * 100);
    dot = strchr(yuan, '.');
    if (dot)
        *dot = '\0';
    (void)snprintf(text, cap, "%s", yuan);
}

static void money_words(struct pt_brief *b, const struct pt_brief_num *n, char *zh, char *en,
                        size_t cap) {
    int64_t magnitude = n->v < 0 ? -(n->v + (n->v == INT64_MIN)) : n->v;
    char text[64];

    if (magnitude >= 100 * FEN_PER_MILLION) { /* 1亿 */
        pt_money_format_yi(text, sizeof text - 1, n->v);
        plus_sign(text, sizeof text, n->plus, n->v);
        (void)snprintf(zh, cap, "%s亿%s", text, b->money_zh);
    } else {
        pt_money_format_wan(text, sizeof text - 1, n->v);
        plus_sign(text, sizeof text, n->plus, n->v);
        (void)snprintf(zh, cap, "%s万%s", text, b->money_zh);
    }
    if (magnitude >= FEN_PER_MILLION) {
        int64_t hundredths = (magnitude + FEN_PER_MILLION / 200) / (FEN_PER_MILLION / 100);

        pt_money_format_yuan(text, sizeof text - 1, n->v < 0 ? -hundredths : hundredths);
        plus_sign(text, sizeof text, n->plus, n->v);
        (void)snprintf(en, cap, "%s million %s", text, b->money_en);
    } else {
        pt_money_format_yuan(text, sizeof text - 1, n->v);
        plus_sign(text, sizeof text, n->plus, n->v);
        (void)snprintf(en, cap, "%s %s", text, b->money_en);
    }
}

static void words(struct pt_brief *b, const struct pt_brief_num *n, char *text, char *zh, char *en,
                  size_t cap) {
    if (n->na) {
        (void)snprintf(text, cap, "—");
        (void)snprintf(zh, cap, "—");
        (void)snprintf(en, cap, "—");
        return;
    }
    if (strcmp(n->unit, "fen") == 0) {
        pt_money_format_wan(text, cap - 1, n->v);
        money_words(b, n, zh, en, cap);
    } else if (strcmp(n->unit, "count") == 0) {
        count_text(text, cap - 1, n->v);
    } else {
        pt_bp_format(text, cap - 1,
                     (int32_t)(n->v > INT32_MAX    ? INT32_MAX
                               : n->v < -INT32_MAX ? -INT32_MAX
                                                   : n->v));
    }
    plus_sign(text, cap, n->plus, n->v);
    if (strcmp(n->unit, "bp") == 0) {
        (void)snprintf(zh, cap, "%.40s%%", text);
        (void)snprintf(en, cap, "%.40s%%", text);
    } else if (strcmp(n->unit, "pp") == 0) {
        (void)snprintf(zh, cap, "%.40s个百分点", text);
        (void)snprintf(en, cap, "%.40s percentage points", text);
    } else if (strcmp(n->unit, "cp") == 0) {
        (void)snprintf(zh, cap, "%.40s分", text);
        (void)snprintf(en, cap, "%.40s points", text);
    } else if (strcmp(n->unit, "count") == 0) {
        (void)snprintf(zh, cap, "%.40s", text);
        (void)snprintf(en, cap, "%.40s", text);
    }
}

json_t *pt_brief_number(struct pt_brief *b, const struct pt_brief_num *n) {
    char text[96];
    char zh[96];
    char en[96];
    json_t *j = json_object();

    if (!j) {
        b->failed = true;
        return NULL;
    }
    words(b, n, text, zh, en, sizeof text);
    if (n->na) {
        pt_brief_put(b, j, "value", json_null());
    } else {
        char digits[32];

        (void)snprintf(digits, sizeof digits, "%lld", (long long)n->v);
        pt_brief_put(b, j, "value", json_string(digits));
    }
    pt_brief_put(b, j, "unit", json_string(n->unit));
    pt_brief_put(b, j, "text", json_string(text));
    pt_brief_put(b, j, "zh", json_string(zh));
    pt_brief_put(b, j, "en", json_string(en));
    if (n->forecast)
        pt_brief_put(b, j, "forecast", json_true());
    if (n->source >= 0) {
        pt_brief_put(b, j, "source", json_integer(n->source));
        pt_brief_put(b, j, "figure", json_string(n->figure ? n->figure : "count"));
    }
    return j;
}

struct pt_brief_num pt_brief_from_figure(const struct pt_figure *f, int source) {
    static const char *const unit[] = {"fen", "bp", "cp", "count", "count"};

    return (struct pt_brief_num){.na = f->na,
                                 .forecast = f->forecast,
                                 .v = f->value,
                                 .unit = unit[f->unit],
                                 .source = source,
                                 .figure = f->id};
}

struct pt_brief_num pt_brief_change(const struct pt_brief_num *now,
                                    const struct pt_brief_num *before) {
    struct pt_brief_num c = *now;

    c.plus = true;
    c.forecast = false;
    c.na = now->na || before->na || __builtin_sub_overflow(now->v, before->v, &c.v);
    if (strcmp(now->unit, "bp") == 0)
        c.unit = "pp";
    return c;
}

/* ---- sources ---- */

static int source_new(struct pt_brief *b, const char *index_key, json_t **ret) {
    char anchor[24];
    int i = (int)json_array_size(b->sources);
    json_t *s = json_object();

    (void)snprintf(anchor, sizeof anchor, "s%d", i + 1);
    pt_brief_put(b, s, "anchor", json_string(anchor));
    pt_brief_add(b, b->sources, s);
    pt_brief_put(b, b->source_index, index_key, json_integer(i));
    *ret = s;
    return i;
}

static void add_figure(struct pt_brief *b, json_t *source, const char *figure) {
    json_t *list = json_object_get(source, "figures");

    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_array_get(list, i)), figure) == 0)
            return;
    pt_brief_add(b, list, json_string(figure));
}

int pt_brief_source_figure(struct pt_brief *b, int kind, const char *key, const char *name,
                           int32_t fy, const char *figure, int32_t valid_at, uint64_t known_at) {
    const char *k = pt_subject_kind_name((Pentad__V1__SubjectKind)kind);
    char index_key[192];
    char subject[128];
    char trace[192];
    char known[24];
    const json_t *have;
    json_t *s;
    int i;

    (void)snprintf(subject, sizeof subject, "%s:%.80s", k ? k : "NONE", key);
    (void)snprintf(index_key, sizeof index_key, "%s/%d/%d/%llu", subject, (int)fy, (int)valid_at,
                   (unsigned long long)known_at);
    have = json_object_get(b->source_index, index_key);
    if (have) {
        i = (int)json_integer_value(have);
        add_figure(b, json_array_get(b->sources, (size_t)i), figure);
        return i;
    }
    i = source_new(b, index_key, &s);
    (void)snprintf(trace, sizeof trace, "%s/%d/%s", subject, (int)fy, figure);
    (void)snprintf(known, sizeof known, "%llu", (unsigned long long)known_at);
    pt_brief_put(b, s, "subject", json_string(subject));
    pt_brief_put(b, s, "name", json_string(name));
    pt_brief_put(b, s, "fiscal_year", json_integer(fy));
    pt_brief_put(b, s, "valid_at", json_integer(valid_at));
    pt_brief_put(b, s, "known_at", json_string(known));
    pt_brief_put(b, s, "figures", json_array());
    pt_brief_put(b, s, "trace", json_string(trace));
    add_figure(b, s, figure);
    return i;
}

int pt_brief_source_count(struct pt_brief *b, const char *id, const char *zh, const char *en,
                          int64_t records, const char *trace) {
    const json_t *have = json_object_get(b->source_index, id);
    char n[24];
    json_t *s;
    int i;

    if (have)
        return (int)json_integer_value(have);
    i = source_new(b, id, &s);
    (void)snprintf(n, sizeof n, "%lld", (long long)records);
    pt_brief_put(b, s, "what", pt_brief_put_text(b, zh, en));
    pt_brief_put(b, s, "records", json_string(n));
    if (trace)
        pt_brief_put(b, s, "trace", json_string(trace));
    return i;
}

void pt_brief_source_ref(struct pt_brief *b, int source, const char *ref) {
    json_t *s = json_array_get(b->sources, (size_t)source);
    json_t *refs = json_object_get(s, "refs");

    if (!refs) {
        pt_brief_put(b, s, "refs", json_array());
        refs = json_object_get(s, "refs");
    }
    if (json_array_size(refs) < PT_BRIEF_REFS_MAX)
        pt_brief_add(b, refs, json_string(ref));
}

void pt_brief_points(char *out, size_t cap, int64_t bp) {
    const char *sign = bp < 0 ? "-" : "";
    int64_t v = bp < 0 ? -bp : bp;

    if (v % 100 == 0)
        (void)snprintf(out, cap, "%s%lld", sign, (long long)(v / 100));
    else
        (void)snprintf(out, cap, "%s%lld.%02lld", sign, (long long)(v / 100), (long long)(v % 100));
}

void pt_brief_var(struct pt_brief *b, json_t *vars, const char *name,
                  const struct pt_brief_num *n) {
    pt_brief_put(b, vars, name, pt_brief_number(b, n));
}

void pt_brief_var_text(struct pt_brief *b, json_t *vars, const char *name, const char *zh,
                       const char *en) {
    pt_brief_put(b, vars, name, pt_brief_put_text(b, zh, en));
}

/* ---- sections and blocks ---- */

const char *pt_brief_numeral(int n) {
    static const char *const numeral[] = {"〇", "一", "二", "三", "四",   "五",   "六",
                                          "七", "八", "九", "十", "十一", "十二", "十三"};

    PT_ASSERT(n >= 0 && n <= 13);
    return numeral[n];
}

json_t *pt_brief_section(struct pt_brief *b, const char *id, bool annex, const char *zh,
                         const char *en) {
    json_t *s = json_pack("{s:s, s:b, s:o, s:[]}", "id", id, "annex", annex, "title",
                          pt_brief_put_text(b, zh, en), "blocks");

    pt_brief_add(b, b->sections, s);
    return s;
}

static json_t *block_new(struct pt_brief *b, json_t *section, const char *type) {
    json_t *block = json_pack("{s:s}", "type", type);

    pt_brief_add(b, json_object_get(section, "blocks"), block);
    return block;
}

static void run_text(struct pt_brief *b, json_t *runs, const char *p, size_t n) {
    if (n > 0)
        pt_brief_add(b, runs, json_stringn(p, n));
}

/* {name} becomes the number, or the text in this language. */
static json_t *expand(struct pt_brief *b, const char *t, const json_t *vars, const char *lang) {
    json_t *runs = json_array();
    char name[32];

    if (!runs)
        b->failed = true;
    for (const char *open; (open = strchr(t, '{')) != NULL;) {
        const char *close = strchr(open, '}');
        const json_t *v;

        PT_ASSERT(close && (size_t)(close - open) < sizeof name);
        (void)snprintf(name, sizeof name, "%.*s", (int)(close - open - 1), open + 1);
        v = json_object_get(vars, name);
        PT_ASSERT(v || b->failed);
        run_text(b, runs, t, (size_t)(open - t));
        if (json_object_get(v, "unit"))
            pt_brief_add(b, runs, json_copy((json_t *)(uintptr_t)v));
        else
            run_text(b, runs, pt_brief_get(v, lang), strlen(pt_brief_get(v, lang)));
        t = close + 1;
    }
    run_text(b, runs, t, strlen(t));
    return runs;
}

static json_t *para(struct pt_brief *b, json_t *section, const char *type, const char *zh,
                    const char *en, json_t *vars) {
    json_t *block = block_new(b, section, type);

    pt_brief_put(b, block, "zh", expand(b, zh, vars, "zh"));
    pt_brief_put(b, block, "en", expand(b, en, vars, "en"));
    json_decref(vars);
    return block;
}

void pt_brief_para(struct pt_brief *b, json_t *section, const char *zh, const char *en,
                   json_t *vars) {
    (void)para(b, section, "para", zh, en, vars);
}

void pt_brief_para_lead(struct pt_brief *b, json_t *section, const char *lead_zh,
                        const char *lead_en, const char *zh, const char *en, json_t *vars) {
    json_t *block = para(b, section, "para", zh, en, vars);

    pt_brief_put(b, block, "lead", pt_brief_put_text(b, lead_zh, lead_en));
}

void pt_brief_note(struct pt_brief *b, json_t *section, const char *zh, const char *en,
                   json_t *vars) {
    (void)para(b, section, "note", zh, en, vars);
}

json_t *pt_brief_table(struct pt_brief *b, json_t *section, const char *id, const char *zh,
                       const char *en, bool money) {
    json_t *t = block_new(b, section, "table");
    char unit_zh[64];
    char unit_en[64];

    pt_brief_put(b, t, "id", json_string(id));
    pt_brief_put(b, t, "title", pt_brief_put_text(b, zh, en));
    if (money) {
        (void)snprintf(unit_zh, sizeof unit_zh, "单位：万%s", b->money_zh);
        (void)snprintf(unit_en, sizeof unit_en, "Unit: 10,000 %s", b->money_en);
        pt_brief_put(b, t, "unit", pt_brief_put_text(b, unit_zh, unit_en));
    }
    pt_brief_put(b, t, "columns", json_array());
    pt_brief_put(b, t, "rows", json_array());
    return t;
}

void pt_brief_column(struct pt_brief *b, json_t *table, const char *key, const char *zh,
                     const char *en, const char *align) {
    pt_brief_add(b, json_object_get(table, "columns"),
                 json_pack("{s:s, s:s, s:s, s:s}", "key", key, "zh", zh, "en", en, "align", align));
}

void pt_brief_grow(struct pt_brief *b, json_t *table) {
    json_t *columns = json_object_get(table, "columns");

    pt_brief_put(b, json_array_get(columns, json_array_size(columns) - 1), "grow", json_true());
}

json_t *pt_brief_row_new(struct pt_brief *b, json_t *table, const char *key, const char *mark) {
    json_t *row = json_pack("{s:s, s:[]}", "key", key, "cells");

    if (mark)
        pt_brief_put(b, row, "class", json_string(mark));
    pt_brief_add(b, json_object_get(table, "rows"), row);
    return json_object_get(row, "cells");
}

json_t *pt_brief_chart(struct pt_brief *b, json_t *section, const char *id, const char *form,
                       const char *zh, const char *en) {
    json_t *c = block_new(b, section, "chart");

    pt_brief_put(b, c, "id", json_string(id));
    pt_brief_put(b, c, "chart", json_string(form));
    pt_brief_put(b, c, "title", pt_brief_put_text(b, zh, en));
    pt_brief_put(b, c, "labels", json_array());
    pt_brief_put(b, c, "series", json_array());
    return c;
}

json_t *pt_brief_series(struct pt_brief *b, json_t *chart, const char *zh, const char *en) {
    json_t *s = json_pack("{s:o, s:[]}", "name", pt_brief_put_text(b, zh, en), "values");

    pt_brief_add(b, json_object_get(chart, "series"), s);
    return json_object_get(s, "values");
}

void pt_brief_min(struct pt_brief *b, json_t *table, int em) {
    json_t *columns = json_object_get(table, "columns");

    pt_brief_put(b, json_array_get(columns, json_array_size(columns) - 1), "min", json_integer(em));
}

void pt_brief_keep(struct pt_brief *b, json_t *table) {
    json_t *columns = json_object_get(table, "columns");

    pt_brief_put(b, json_array_get(columns, json_array_size(columns) - 1), "keep", json_true());
}

/* A cell's words: table form for a number without `with_unit`. Borrowed from the cell. */
const char *pt_brief_say(const json_t *cell, bool english, bool with_unit) {
    if (json_is_string(cell))
        return json_string_value(cell);
    if (json_object_get(cell, "unit") && !with_unit)
        return pt_brief_get(cell, "text");
    return pt_brief_get(cell, english ? "en" : "zh");
}
