/* One self-contained page, XHTML-valid, no script: head, sections, annexes, where numbers come
 * from. */
#include <pentad/brief/brief.h>

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>

#include "internal.h"

enum { ROWS_ON_A_PAGE = 24 };

struct page {
    const json_t *brief;
    struct pt_buf *out;
    bool english;
};

void pt_brief_escape(struct pt_buf *out, const char *text) {
    for (const char *p = text; *p; p++) {
        switch (*p) {
        case '&':
            (void)pt_buf_puts(out, "&amp;");
            break;
        case '<':
            (void)pt_buf_puts(out, "&lt;");
            break;
        case '>':
            (void)pt_buf_puts(out, "&gt;");
            break;
        case '"':
            (void)pt_buf_puts(out, "&quot;");
            break;
        case '\'':
            (void)pt_buf_puts(out, "&#39;");
            break;
        default:
            /* XML has no other control characters than these. */
            if ((unsigned char)*p >= 0x20 || *p == '\n' || *p == '\t')
                (void)pt_buf_putc(out, *p);
        }
    }
}

static void raw(struct page *g, const char *s) {
    (void)pt_buf_puts(g->out, s);
}

static void esc(struct page *g, const char *s) {
    pt_brief_escape(g->out, s);
}

static const char *say(const struct page *g, const json_t *text) {
    return pt_brief_get(text, g->english ? "en" : "zh");
}

static const char *pick(const struct page *g, const char *zh, const char *en) {
    return g->english ? en : zh;
}

static void day_words(const struct page *g, int32_t day, char *out, size_t cap) {
    if (!pt_date_valid(day))
        (void)snprintf(out, cap, "—");
    else if (g->english)
        pt_date_format(out, day);
    else
        (void)snprintf(out, cap, "%d年%d月%d日", (int)pt_date_year(day), (int)pt_date_month(day),
                       (int)pt_date_day(day));
}

static int32_t day_of(const struct page *g, const char *key) {
    return (int32_t)json_integer_value(json_object_get(g->brief, key));
}

/* ---- provenance ---- */

static void trace_command(struct pt_buf *out, const json_t *source, const char *figure) {
    char valid[11];
    int32_t day = (int32_t)json_integer_value(json_object_get(source, "valid_at"));

    if (!day) {
        (void)pt_buf_printf(out, "pentad trace %s", pt_brief_get(source, "trace"));
        return;
    }
    pt_date_format(valid, day);
    (void)pt_buf_printf(out, "pentad trace %s/%lld/%s --valid-at %s --known-at %s",
                        pt_brief_get(source, "subject"),
                        (long long)json_integer_value(json_object_get(source, "fiscal_year")),
                        figure, valid, pt_brief_get(source, "known_at"));
}

/* <a href="#s3" title="FG3 · pentad trace …">: where the number comes from. */
static bool open_source(struct page *g, const json_t *number) {
    const json_t *index = json_object_get(number, "source");
    const json_t *source =
        json_array_get(json_object_get(g->brief, "sources"), (size_t)json_integer_value(index));
    const char *figure = pt_brief_get(number, "figure");
    struct pt_buf b;

    if (!index || !source)
        return false;
    pt_buf_init(&b, 4096);
    if (json_object_get(source, "subject")) {
        (void)pt_buf_printf(&b, "%s %s · ", figure, pt_brief_get(source, "name"));
        trace_command(&b, source, figure);
    } else {
        (void)pt_buf_printf(&b, "%s · %s%s%s", say(g, json_object_get(source, "what")),
                            pick(g, "记录", ""), pt_brief_get(source, "records"),
                            pick(g, "条", " records"));
        if (*pt_brief_get(source, "trace")) {
            (void)pt_buf_puts(&b, " · ");
            trace_command(&b, source, figure);
        }
    }
    (void)pt_buf_printf(g->out, "<a href=\"#%s\" title=\"", pt_brief_get(source, "anchor"));
    esc(g, pt_buf_cstr(&b) ? pt_buf_cstr(&b) : "");
    raw(g, "\">");
    pt_buf_done(&b);
    return true;
}

static void number(struct page *g, const json_t *n, bool with_unit) {
    bool linked = open_source(g, n);

    esc(g, pt_brief_say(n, g->english, with_unit));
    if (with_unit && json_is_true(json_object_get(n, "forecast")))
        raw(g, pick(g, "（预计）", " (forecast)"));
    if (linked)
        raw(g, "</a>");
}

/* ---- blocks ---- */

static void runs(struct page *g, const json_t *list) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *run = json_array_get(list, i);

        if (json_is_string(run)) {
            esc(g, json_string_value(run));
        } else {
            number(g, run, true);
        }
    }
}

static void para(struct page *g, const json_t *block, bool note) {
    const json_t *lead = json_object_get(block, "lead");

    raw(g, note ? "<p class=\"note\">" : "<p>");
    if (lead) {
        raw(g, "<b class=\"lead\">");
        esc(g, say(g, lead));
        raw(g, "</b>");
    }
    runs(g, json_object_get(block, g->english ? "en" : "zh"));
    raw(g, "</p>\n");
}

static const char *align_class(const json_t *column) {
    const char *a = pt_brief_get(column, "align");

    return a[0] == 'r' ? "r" : a[0] == 'c' ? "c" : "l";
}

static void cell(struct page *g, const json_t *column, const json_t *c, bool head) {
    const char *record = pt_brief_get(c, "record");

    (void)pt_buf_printf(g->out, "<%s class=\"%s%s%s\">", head ? "th scope=\"row\"" : "td",
                        align_class(column),
                        json_is_true(json_object_get(column, "grow")) ? " g" : "",
                        json_is_true(json_object_get(column, "keep")) ? " s" : "");
    if (json_object_get(c, "unit")) {
        number(g, c, false);
    } else if (*record) {
        raw(g, "<span title=\"pentad trace ");
        esc(g, record);
        raw(g, "\">");
        esc(g, say(g, c));
        raw(g, "</span>");
    } else {
        esc(g, say(g, c));
    }
    raw(g, head ? "</th>" : "</td>");
}

static void source_line(struct page *g) {
    char day[40];

    day_words(g, day_of(g, "tick_day"), day, sizeof day);
    raw(g, "<p class=\"src\">");
    esc(g, pick(g, "数据来源：五方共享绩效台账　截止",
                "Source: the shared performance ledger, cut-off "));
    esc(g, day);
    esc(g, pick(g, "　台账快照 ", ", ledger snapshot "));
    esc(g, pt_brief_get(g->brief, "snapshot"));
    raw(g, "</p>\n");
}

static void row(struct page *g, const json_t *columns, const json_t *r) {
    const json_t *cells = json_object_get(r, "cells");
    const char *mark = pt_brief_get(r, "class");

    if (*mark)
        (void)pt_buf_printf(g->out, "<tr class=\"%s\">", mark);
    else
        raw(g, "<tr>");
    if (strcmp(mark, "gap") == 0) {
        (void)pt_buf_printf(g->out, "<td colspan=\"%zu\">", json_array_size(columns));
        esc(g, say(g, json_array_get(cells, 0)));
        raw(g, "</td>");
    } else {
        for (size_t i = 0; i < json_array_size(cells); i++)
            cell(g, json_array_get(columns, i), json_array_get(cells, i), i == 0);
    }
    raw(g, "</tr>\n");
}

/* What a heading has in brackets stands on a line of its own. */
static void column_head(struct page *g, const json_t *column) {
    int min = (int)json_integer_value(json_object_get(column, "min"));
    const char *name = say(g, column);
    const char *bracket = strchr(name, '(');
    char first[96];

    (void)pt_buf_printf(g->out, "<th scope=\"col\" class=\"%s\"",
                        json_is_true(json_object_get(column, "grow")) ? "g" : "c");
    if (min > 0)
        (void)pt_buf_printf(g->out, " style=\"min-width:%dem\"", min);
    raw(g, ">");
    if (bracket && bracket > name) {
        (void)snprintf(first, sizeof first, "%.*s", (int)(bracket - name), name);
        esc(g, first);
        raw(g, "<br />");
        name = bracket;
    }
    esc(g, name);
    raw(g, "</th>");
}

/* "表2　…" */
static void label(struct page *g, const json_t *block) {
    const char *words = say(g, json_object_get(block, "label"));

    esc(g, words);
    if (*words)
        raw(g, g->english ? ". " : "　");
    esc(g, say(g, json_object_get(block, "title")));
}

static void table_head(struct page *g, const json_t *t) {
    const json_t *columns = json_object_get(t, "columns");
    const json_t *unit = json_object_get(t, "unit");

    raw(g, "<caption>");
    label(g, t);
    if (unit) {
        raw(g, "<span class=\"unit\">");
        esc(g, say(g, unit));
        raw(g, "</span>");
    }
    raw(g, "</caption>\n<thead><tr>");
    for (size_t i = 0; i < json_array_size(columns); i++)
        column_head(g, json_array_get(columns, i));
    raw(g, "</tr></thead>\n<tbody>\n");
}

/* On one page: short tables whose cells take a line each. */
static bool stays_whole(const json_t *columns, const json_t *rows) {
    for (size_t i = 0; i < json_array_size(columns); i++)
        if (json_object_get(json_array_get(columns, i), "min"))
            return json_array_size(rows) <= 4;
    return json_array_size(rows) <= ROWS_ON_A_PAGE;
}

static void table(struct page *g, const json_t *t) {
    const json_t *columns = json_object_get(t, "columns");
    const json_t *rows = json_object_get(t, "rows");
    const json_t *note = json_object_get(t, "note");

    (void)pt_buf_printf(g->out, "<div class=\"table scroll%s%s\" id=\"t-%s\"><table>\n",
                        json_array_size(columns) > 5 ? " wide" : "",
                        stays_whole(columns, rows) ? " whole" : "", pt_brief_get(t, "id"));
    table_head(g, t);
    for (size_t i = 0; i < json_array_size(rows); i++)
        row(g, columns, json_array_get(rows, i));
    if (json_array_size(rows) == 0) {
        (void)pt_buf_printf(g->out, "<tr><td class=\"empty\" colspan=\"%zu\">",
                            json_array_size(columns));
        esc(g, pick(g, "无", "none"));
        raw(g, "</td></tr>\n");
    }
    raw(g, "</tbody></table>\n");
    if (note) {
        raw(g, "<p class=\"src\">");
        esc(g, pick(g, "注：", "Note: "));
        esc(g, say(g, note));
        raw(g, "</p>\n");
    }
    source_line(g);
    raw(g, "</div>\n");
}

static void chart(struct page *g, const json_t *c) {
    (void)pt_buf_printf(g->out, "<figure id=\"%s\" class=\"scroll\"><figcaption>",
                        pt_brief_get(c, "id"));
    label(g, c);
    raw(g, "</figcaption>\n");
    pt_brief_chart_svg(g->out, c, g->english);
    raw(g, "</figure>\n");
}

static void blocks(struct page *g, const json_t *section) {
    const json_t *list = json_object_get(section, "blocks");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *b = json_array_get(list, i);
        const char *type = pt_brief_get(b, "type");

        if (strcmp(type, "table") == 0)
            table(g, b);
        else if (strcmp(type, "chart") == 0)
            chart(g, b);
        else
            para(g, b, strcmp(type, "note") == 0);
    }
}

static void sections(struct page *g, bool annex) {
    const json_t *list = json_object_get(g->brief, "sections");
    int no = 0;

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *s = json_array_get(list, i);

        if (json_is_true(json_object_get(s, "annex")) != annex)
            continue;
        no++;
        (void)pt_buf_printf(g->out, "<section id=\"%s\"%s>\n", pt_brief_get(s, "id"),
                            annex ? " class=\"annex\"" : "");
        if (annex)
            (void)pt_buf_printf(g->out, "<p class=\"annex-mark\">%s%d</p>\n",
                                pick(g, "附件", "Annex "), no);
        raw(g, "<h2>");
        if (!annex && g->english)
            (void)pt_buf_printf(g->out, "%d. ", no);
        else if (!annex)
            (void)pt_buf_printf(g->out, "%s、", pt_brief_numeral(no));
        esc(g, say(g, json_object_get(s, "title")));
        raw(g, "</h2>\n");
        blocks(g, s);
        raw(g, "</section>\n");
    }
}

/* ---- where the numbers come from ---- */

/* A code in a narrow column: whole, or where it must, broken behind its slashes. */
static void code_words(struct page *g, const char *code) {
    char part[128];

    while (*code) {
        size_t n = strcspn(code, "/");

        n += code[n] == '/';
        PT_ASSERT(n < sizeof part);
        (void)snprintf(part, sizeof part, "%.*s", (int)n, code);
        raw(g, "<span class=\"s\">");
        esc(g, part);
        raw(g, "</span>");
        code += n;
        if (*code)
            raw(g, "<wbr />");
    }
}

static void source_figures(struct page *g, const json_t *s) {
    const json_t *list = json_object_get(s, "figures");
    const json_t *refs = json_object_get(s, "refs");

    for (size_t i = 0; i < json_array_size(list); i++) {
        raw(g, i ? " " : "");
        code_words(g, json_string_value(json_array_get(list, i)));
    }
    if (list)
        return;
    esc(g, pick(g, "计数，记录", "count of "));
    esc(g, pt_brief_get(s, "records"));
    esc(g, pick(g, "条", " records"));
    for (size_t i = 0; i < json_array_size(refs) && i < 12; i++) {
        raw(g, i ? " " : pick(g, "：", ": "));
        raw(g, "<span class=\"s\">");
        esc(g, json_string_value(json_array_get(refs, i)));
        raw(g, "</span>");
    }
    if (json_array_size(refs) > 12)
        raw(g, " …");
}

static void source_row(struct page *g, const json_t *s) {
    const char *subject = pt_brief_get(s, "subject");
    char day[11] = "";
    char year[16];

    (void)pt_buf_printf(g->out, "<tr id=\"%s\"><th scope=\"row\">%s</th><td>",
                        pt_brief_get(s, "anchor"), pt_brief_get(s, "anchor"));
    esc(g, *subject ? pt_brief_get(s, "name") : say(g, json_object_get(s, "what")));
    raw(g, "</td><td>");
    if (*subject) {
        (void)snprintf(year, sizeof year, "/%lld",
                       (long long)json_integer_value(json_object_get(s, "fiscal_year")));
        code_words(g, subject);
        raw(g, "<wbr />");
        code_words(g, year);
    } else {
        code_words(g, pt_brief_get(s, "trace"));
    }
    raw(g, "</td><td>");
    source_figures(g, s);
    raw(g, "</td><td class=\"s\">");
    if (*subject)
        pt_date_format(day, (int32_t)json_integer_value(json_object_get(s, "valid_at")));
    raw(g, day);
    raw(g, "</td></tr>\n");
}

static void sources(struct page *g) {
    const json_t *list = json_object_get(g->brief, "sources");

    raw(g, "<section id=\"sources\" class=\"annex\">\n<p class=\"annex-mark\">");
    esc(g, pick(g, "附录", "Appendix"));
    raw(g, "</p>\n<h2>");
    esc(g, pick(g, "数字来源", "Where the numbers come from"));
    raw(g, "</h2>\n<p class=\"note\">");
    esc(g,
        pick(g,
             "每个数字都链接到本表，并带有追溯命令。命令把数字逐级追溯到记录、签名人、时间和日志位"
             "置：",
             "Every number links here and carries the command that leads from it down to records, "
             "signers, times and places in the log: "));
    raw(g, "<code>");
    (void)pt_buf_printf(g->out, "pentad trace %s/%s --valid-at %s --known-at %s",
                        pick(g, "对象", "SUBJECT"), pick(g, "指标", "FIGURE"),
                        pick(g, "截至", "AS-OF"), pt_brief_get(g->brief, "known_at"));
    raw(g, "</code></p>\n<div class=\"table scroll wide\"><table><colgroup>"
           "<col style=\"width:7%\" /><col style=\"width:22%\" /><col style=\"width:34%\" />"
           "<col style=\"width:24%\" /><col style=\"width:13%\" /></colgroup>\n<thead><tr>");
    for (int i = 0; i < 5; i++) {
        static const char *const zh[] = {"编号", "内容", "对象", "指标或计数", "截至"};
        static const char *const en[] = {"No.", "What", "Subject", "Figures or count", "As of"};

        (void)pt_buf_printf(g->out, "<th scope=\"col\">%s</th>", pick(g, zh[i], en[i]));
    }
    raw(g, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < json_array_size(list); i++)
        source_row(g, json_array_get(list, i));
    raw(g, "</tbody></table></div>\n</section>\n");
}

/* ---- head and foot ---- */

static void as_of(struct page *g) {
    char valid[40];
    char known[40];
    char after[40];

    day_words(g, day_of(g, "valid_at"), valid, sizeof valid);
    day_words(g, day_of(g, "tick_day"), known, sizeof known);
    day_words(g, day_of(g, "final_after"), after, sizeof after);
    raw(g, "<p class=\"asof\">");
    if (g->english)
        (void)pt_buf_printf(g->out, "As of %s, known at %s (log size %s), ledger snapshot %s",
                            valid, known, pt_brief_get(g->brief, "known_at"),
                            pt_brief_get(g->brief, "snapshot"));
    else
        (void)pt_buf_printf(g->out, "数据截至%s，知悉时点%s（日志长度%s），台账快照 %s", valid,
                            known, pt_brief_get(g->brief, "known_at"),
                            pt_brief_get(g->brief, "snapshot"));
    if (json_is_true(json_object_get(g->brief, "draft")))
        (void)pt_buf_printf(g->out, "<br />%s%s%s", pick(g, "草稿：", "Draft: final after "), after,
                            pick(g, "之后定稿", ""));
    raw(g, "</p>\n");
}

/* Breaks, where it must, before the quoted phrase. */
static void brief_name(struct page *g) {
    const char *name = say(g, json_object_get(g->brief, "name"));
    const char *quote = strstr(name, "“");
    char first[256];

    if (!quote) {
        esc(g, name);
        return;
    }
    (void)snprintf(first, sizeof first, "%.*s", (int)(quote - name), name);
    esc(g, first);
    raw(g, "<span class=\"phrase\">");
    esc(g, quote);
    raw(g, "</span>");
}

static void head(struct page *g) {
    char day[40];

    day_words(g, day_of(g, "tick_day"), day, sizeof day);
    raw(g, "<header>\n<div class=\"top\"><span>");
    esc(g, say(g, json_object_get(g->brief, "mark")));
    raw(g, "</span>");
    if (json_is_true(json_object_get(g->brief, "draft")))
        (void)pt_buf_printf(g->out, "<span class=\"draft\">%s</span>", pick(g, "草稿", "DRAFT"));
    raw(g, "</div>\n<p class=\"name\">");
    brief_name(g);
    raw(g, "</p>\n<p class=\"issue\">");
    esc(g, say(g, json_object_get(g->brief, "issue")));
    raw(g, "</p>\n<div class=\"line\"><span>");
    esc(g, say(g, json_object_get(g->brief, "office")));
    raw(g, "</span><span>");
    esc(g, day);
    raw(g, "</span></div>\n<hr class=\"rule\" />\n</header>\n<main>\n<h1>");
    esc(g, say(g, json_object_get(g->brief, "title")));
    raw(g, "</h1>\n");
    as_of(g);
}

static void annex_note(struct page *g) {
    const json_t *list = json_object_get(g->brief, "sections");
    int no = 0;

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *s = json_array_get(list, i);

        if (!json_is_true(json_object_get(s, "annex")))
            continue;
        no++;
        raw(g, "<p style=\"text-indent:2em;margin-top:12pt\">");
        if (g->english)
            (void)pt_buf_printf(g->out, "Annex: %d. ", no);
        else
            (void)pt_buf_printf(g->out, "附件：%d.", no);
        esc(g, say(g, json_object_get(s, "title")));
        raw(g, "</p>\n");
    }
}

/* 版记: what a document ends with, behind all that is bound with it. */
static void foot(struct page *g) {
    const json_t *list = json_object_get(g->brief, "foot");

    raw(g, "<footer class=\"last\"><div class=\"peg\"></div><div class=\"imprint\">"
           "<div class=\"foot\">\n");
    for (size_t i = 0; i < json_array_size(list); i++) {
        raw(g, "<p>");
        esc(g, say(g, json_array_get(list, i)));
        raw(g, "</p>\n");
    }
    raw(g, "</div></div></footer>\n");
}

int pt_brief_html(const struct json_t *brief, bool english, struct pt_buf *out,
                  struct pt_err *err) {
    struct page g = {brief, out, english};
    const char *lang = english ? "en" : "zh-CN";

    if (!json_object_get(brief, "brief") || !json_is_array(json_object_get(brief, "sections")))
        return pt_err_set(err, PT_E_FORMAT, "this JSON is no brief: it has no sections");
    (void)pt_buf_printf(
        out,
        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"%s\" "
        "xml:lang=\"%s\">\n<head>\n<meta charset=\"utf-8\" />\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n"
        "<meta name=\"generator\" content=\"pentad\" />\n<title>",
        lang, lang);
    esc(&g, say(&g, json_object_get(brief, "title")));
    raw(&g, "</title>\n<style>\n");
    for (size_t i = 0; pt_brief_style[i]; i++)
        raw(&g, pt_brief_style[i]);
    (void)pt_buf_printf(out, "</style>\n</head>\n<body lang=\"%s\">\n<div class=\"sheet\">\n",
                        lang);
    head(&g);
    sections(&g, false);
    annex_note(&g);
    raw(&g, "</main>\n");
    sections(&g, true);
    sources(&g);
    foot(&g);
    raw(&g, "</div>\n</body>\n</html>\n");
    if (out->failed)
        return pt_err_set(err, out->failed, "the brief doesn't fit into %zu bytes", out->max);
    return 0;
}
