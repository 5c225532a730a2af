/* The brief on a terminal: Chinese characters take two columns, tables line up, long cells wrap. */
#include <pentad/brief/brief.h>

#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include <pentad/base/date.h>

#include "internal.h"

enum {
    WIDTH_MIN = 60,
    WIDTH_MAX = 400,
    COLS_MAX = 16,
    CELL_LINES_MAX = 64,
    CELL_MIN = 10 /* a date */
};

static const char bold[] = "\033[1m";
static const char red[] = "\033[31m";
static const char yellow[] = "\033[33m";
static const char dim[] = "\033[2m";
static const char plain[] = "\033[0m";

/* Columns of the character at p; *ret_len its bytes (at least 1). */
static int char_width(const char *p, size_t len, size_t *ret_len, utf8proc_int32_t *ret_char) {
    utf8proc_int32_t c;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)p, (utf8proc_ssize_t)len, &c);
    int w;

    if (n <= 0 || c < 0) {
        *ret_len = 1;
        *ret_char = '?';
        return 1;
    }
    *ret_len = (size_t)n;
    *ret_char = c;
    w = utf8proc_charwidth(c);
    /* Terminals set for Chinese and others differ on these; typesetters don't. */
    if (c == 0x2014 || c == 0x201C || c == 0x201D || c == 0x2026)
        w = 1;
    return w < 0 ? 0 : w;
}

int pt_brief_width(const char *text, size_t len) {
    utf8proc_int32_t c;
    int w = 0;

    for (size_t i = 0, n; i < len; i += n)
        w += char_width(text + i, len - i, &n, &c);
    return w;
}

void pt_brief_pad(struct pt_buf *out, const char *text, size_t len, int width, bool right) {
    int gap = width - pt_brief_width(text, len);

    for (int i = 0; right && i < gap; i++)
        (void)pt_buf_putc(out, ' ');
    (void)pt_buf_append(out, text, len);
    for (int i = 0; !right && i < gap; i++)
        (void)pt_buf_putc(out, ' ');
}

static void color(struct pt_brief_term *t, const char *code) {
    if (t->color)
        (void)pt_buf_puts(t->out, code);
}

static void line(struct pt_brief_term *t, const char *glyph) {
    for (int i = 0; i < t->width; i++)
        (void)pt_buf_puts(t->out, glyph);
    (void)pt_buf_putc(t->out, '\n');
}

static const char *say(const struct pt_brief_term *t, const json_t *text) {
    return pt_brief_get(text, t->english ? "en" : "zh");
}

/* Marks that no line begins with, and those that none ends with. */
static bool closes(utf8proc_int32_t c) {
    return c == 0x3001 || c == 0x3002 || c == 0xFF0C || c == 0xFF1B || c == 0xFF1A || c == 0xFF1F ||
           c == 0xFF01 || c == 0xFF09 || c == 0x3015 || c == 0x300B || c == 0x201D || c == 0xFF05 ||
           c == ')' || c == '%';
}

static bool opens(utf8proc_int32_t c) {
    return c == 0xFF08 || c == 0x3014 || c == 0x300A || c == 0x201C || c == '(';
}

/* May a line end between these two: behind a space or beside a Chinese character, never within a
 * word or a number. */
static bool may_break(utf8proc_int32_t before, utf8proc_int32_t behind) {
    if (before == ' ')
        return true;
    return (before >= 0x80 || behind >= 0x80 || behind == '(') && !closes(behind) && !opens(before);
}

/* The bytes of `text` that fit into `width` columns, up to where a line may end if there is one. */
static size_t fit(const char *text, size_t len, int width) {
    utf8proc_int32_t before = 0;
    size_t end = 0;
    size_t good = 0;
    int w = 0;

    for (size_t i = 0, n; i < len; i += n) {
        utf8proc_int32_t c = 0;
        int columns = char_width(text + i, len - i, &n, &c);

        if (end > 0 && may_break(before, c))
            good = i;
        if (w + columns > width && end > 0 && c != ' ')
            return good > 0 ? good : end;
        if (c == '\n')
            return i + 1;
        w += columns;
        end = i + n;
        before = c;
    }
    return len;
}

/* Lines of at most `width` columns, `indent` blanks before the first. */
static void wrapped(struct pt_brief_term *t, const char *text, int indent) {
    size_t len = strlen(text);
    int first = indent;

    while (len > 0) {
        size_t n = fit(text, len, t->width - first);
        size_t show = n;

        while (show > 0 && (text[show - 1] == ' ' || text[show - 1] == '\n'))
            show--;
        for (int i = 0; i < first; i++)
            (void)pt_buf_putc(t->out, ' ');
        (void)pt_buf_append(t->out, text, show);
        (void)pt_buf_putc(t->out, '\n');
        while (n < len && text[n] == ' ')
            n++;
        text += n;
        len -= n;
        first = 0;
    }
}

static void centred(struct pt_brief_term *t, const char *text) {
    size_t len = strlen(text);

    while (len > 0) {
        size_t n = fit(text, len, t->width);
        int gap = (t->width - pt_brief_width(text, n)) / 2;

        for (int i = 0; i < gap; i++)
            (void)pt_buf_putc(t->out, ' ');
        (void)pt_buf_append(t->out, text, n);
        (void)pt_buf_putc(t->out, '\n');
        text += n;
        len -= n;
    }
}

/* ---- paragraphs ---- */

static void para(struct pt_brief_term *t, const json_t *block) {
    const json_t *list = json_object_get(block, t->english ? "en" : "zh");
    const json_t *lead = json_object_get(block, "lead");
    struct pt_buf b;

    pt_buf_init(&b, 1U << 16);
    if (lead)
        (void)pt_buf_puts(&b, say(t, lead));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *run = json_array_get(list, i);

        (void)pt_buf_puts(&b, pt_brief_say(run, t->english, true));
        if (json_is_true(json_object_get(run, "forecast")))
            (void)pt_buf_puts(&b, t->english ? " (forecast)" : "（预计）");
    }
    wrapped(t, pt_buf_cstr(&b) ? pt_buf_cstr(&b) : "", t->english ? 0 : 4);
    pt_buf_done(&b);
}

/* ---- tables ---- */

struct grid {
    struct pt_brief_term *t;
    const json_t *columns;
    size_t n;
    int width[COLS_MAX];
    bool right[COLS_MAX];
};

static const char *cell_text(const struct grid *g, const json_t *cell) {
    return pt_brief_say(cell, g->t->english, false);
}

static bool is_gap(const json_t *row) {
    return strcmp(pt_brief_get(row, "class"), "gap") == 0;
}

/* The columns that a cell wants, 0 for a row without columns. */
static int cell_width(const struct grid *g, const json_t *row, size_t c) {
    const char *s = cell_text(g, json_array_get(json_object_get(row, "cells"), c));

    return is_gap(row) ? 0 : pt_brief_width(s, strlen(s));
}

/* The longest piece of a heading that no line may end within. */
static int piece_width(const char *text) {
    size_t len = strlen(text);
    utf8proc_int32_t before = ' ';
    int most = 0;
    int w = 0;

    for (size_t i = 0, n; i < len; i += n) {
        utf8proc_int32_t c = 0;
        int columns = char_width(text + i, len - i, &n, &c);

        w = may_break(before, c) ? columns : w + columns;
        if (c != ' ' && w > most)
            most = w;
        before = c;
    }
    return most;
}

/* The columns of a heading over two lines: what stands in parentheses goes onto the second. */
static int folded_width(const char *name) {
    size_t head = strcspn(name, "(");
    int first = pt_brief_width(name, head);
    int second = pt_brief_width(name + head, strlen(name + head));

    if (second == 0)
        return (first + 1) / 2;
    return first > second ? first : second;
}

/* Takes columns from the widest that is above its floor until the line fits. */
static int narrow(struct grid *g, int total, const int *floor) {
    while (total > g->t->width) {
        size_t widest = g->n;

        for (size_t c = 0; c < g->n; c++)
            if (g->width[c] > floor[c] && (widest == g->n || g->width[c] > g->width[widest]))
                widest = c;
        if (widest == g->n)
            break;
        g->width[widest]--;
        total--;
    }
    return total;
}

/* As wide as the widest cell. Where that is too much, headings of numbers go over two lines, then
 * texts, then headings over more; numbers are never cut. False where even that doesn't fit. */
static bool measure(struct grid *g, const json_t *rows) {
    int floor[COLS_MAX] = {0};
    int least[COLS_MAX] = {0};
    int total = 0;

    for (size_t c = 0; c < g->n; c++) {
        const json_t *column = json_array_get(g->columns, c);
        const char *name = say(g->t, column);
        int body = 0;
        int piece = piece_width(name);
        int heading = pt_brief_width(name, strlen(name));

        for (size_t r = 0; r < json_array_size(rows); r++) {
            int w = cell_width(g, json_array_get(rows, r), c);

            body = w > body ? w : body;
        }
        g->right[c] = pt_brief_get(column, "align")[0] == 'r';
        g->width[c] = heading > body ? heading : body;
        least[c] = g->right[c] ? body > piece ? body : piece : CELL_MIN;
        floor[c] = g->width[c];
        if (g->right[c])
            floor[c] = folded_width(name) > least[c] ? folded_width(name) : least[c];
        total += g->width[c] + (c > 0 ? 2 : 0);
    }
    total = narrow(g, total, floor);
    for (size_t c = 0; c < g->n; c++)
        floor[c] = g->right[c] ? g->width[c] : least[c];
    total = narrow(g, total, floor);
    total = narrow(g, total, least);
    return total <= g->t->width;
}

/* Too narrow for columns: a row becomes lines of "heading: value". */
static void put_stacked(struct grid *g, const json_t *row) {
    const json_t *cells = json_object_get(row, "cells");

    for (size_t c = 0; c < json_array_size(cells); c++) {
        struct pt_buf b;

        pt_buf_init(&b, 1U << 16);
        if (c > 0)
            (void)pt_buf_printf(&b, "  %s%s", say(g->t, json_array_get(g->columns, c)),
                                g->t->english ? ": " : "：");
        (void)pt_buf_puts(&b, cell_text(g, json_array_get(cells, c)));
        wrapped(g->t, pt_buf_cstr(&b) ? pt_buf_cstr(&b) : "", 0);
        pt_buf_done(&b);
    }
}

/* One row over as many lines as its longest cell needs. */
static void put_cells(struct grid *g, const char *const *text) {
    size_t at[COLS_MAX] = {0};
    bool more = true;

    for (int n = 0; more && n < CELL_LINES_MAX; n++) {
        more = false;
        for (size_t c = 0; c < g->n; c++) {
            const char *s = text[c] + at[c];
            size_t len = strlen(s);
            size_t take = len ? fit(s, len, g->width[c]) : 0;
            size_t show = take;

            while (show > 0 && (s[show - 1] == ' ' || s[show - 1] == '\n'))
                show--;
            if (c > 0)
                (void)pt_buf_puts(g->t->out, "  ");
            pt_brief_pad(g->t->out, s, show, g->width[c], g->right[c]);
            at[c] += take;
            more = more || len > take;
        }
        while (g->t->out->len > 0 && g->t->out->p[g->t->out->len - 1] == ' ')
            g->t->out->len--;
        (void)pt_buf_putc(g->t->out, '\n');
    }
}

static void put_headings(struct grid *g) {
    char folded[COLS_MAX][128];
    const char *text[COLS_MAX];

    for (size_t c = 0; c < g->n; c++) {
        const char *name = say(g->t, json_array_get(g->columns, c));
        size_t head = strcspn(name, "(");
        bool fold = pt_brief_width(name, strlen(name)) > g->width[c] && name[head];

        (void)snprintf(folded[c], sizeof folded[c], "%.*s%s%s", (int)head, name, fold ? "\n" : "",
                       name + head);
        text[c] = folded[c];
    }
    put_cells(g, text);
}

static void put_row(struct grid *g, const json_t *row) {
    const json_t *cells = json_object_get(row, "cells");
    const char *mark = pt_brief_get(row, "class");
    const char *text[COLS_MAX];

    if (is_gap(row)) {
        color(g->t, dim);
        centred(g->t, cell_text(g, json_array_get(cells, 0)));
        color(g->t, plain);
        return;
    }
    for (size_t c = 0; c < g->n; c++)
        text[c] = cell_text(g, json_array_get(cells, c));
    if (strcmp(mark, "red") == 0 || strcmp(mark, "late") == 0)
        color(g->t, red);
    else if (strcmp(mark, "yellow") == 0)
        color(g->t, yellow);
    else if (strcmp(mark, "total") == 0)
        color(g->t, bold);
    put_cells(g, text);
    if (*mark)
        color(g->t, plain);
}

static void caption(struct pt_brief_term *t, const json_t *table) {
    const char *label = say(t, json_object_get(table, "label"));
    const json_t *unit = json_object_get(table, "unit");
    struct pt_buf b;

    pt_buf_init(&b, 4096);
    if (*label)
        (void)pt_buf_printf(&b, "%s%s", label, t->english ? ". " : "　");
    (void)pt_buf_puts(&b, say(t, json_object_get(table, "title")));
    if (unit)
        (void)pt_buf_printf(&b, t->english ? " (%s)" : "（%s）", say(t, unit));
    (void)pt_buf_putc(t->out, '\n');
    color(t, bold);
    wrapped(t, pt_buf_cstr(&b) ? pt_buf_cstr(&b) : "", 0);
    color(t, plain);
    pt_buf_done(&b);
}

static void table(struct pt_brief_term *t, const json_t *block) {
    const json_t *rows = json_object_get(block, "rows");
    const json_t *note = json_object_get(block, "note");
    struct grid g = {.t = t, .columns = json_object_get(block, "columns")};

    g.n = json_array_size(g.columns);
    if (g.n > COLS_MAX)
        g.n = COLS_MAX;
    caption(t, block);
    if (json_array_size(rows) == 0) {
        (void)pt_buf_puts(t->out, t->english ? "none\n" : "无\n");
        return;
    }
    if (!measure(&g, rows)) {
        for (size_t r = 0; r < json_array_size(rows); r++)
            put_stacked(&g, json_array_get(rows, r));
        return;
    }
    color(t, dim);
    put_headings(&g);
    line(t, "─");
    color(t, plain);
    for (size_t r = 0; r < json_array_size(rows); r++)
        put_row(&g, json_array_get(rows, r));
    if (note)
        wrapped(t, say(t, note), 0);
}

/* ---- head, sections ---- */

static void head(struct pt_brief_term *t, const json_t *brief) {
    char day[11] = "";
    char valid[11] = "";
    bool draft = json_is_true(json_object_get(brief, "draft"));

    pt_date_format(day, (int32_t)json_integer_value(json_object_get(brief, "tick_day")));
    pt_date_format(valid, (int32_t)json_integer_value(json_object_get(brief, "valid_at")));
    color(t, red);
    line(t, "━");
    color(t, bold);
    centred(t, say(t, json_object_get(brief, "name")));
    color(t, plain);
    centred(t, say(t, json_object_get(brief, "issue")));
    centred(t, say(t, json_object_get(brief, "office")));
    color(t, red);
    line(t, "━");
    color(t, plain);
    color(t, bold);
    centred(t, say(t, json_object_get(brief, "title")));
    color(t, plain);
    {
        char words[256];

        (void)snprintf(words, sizeof words,
                       t->english ? "As of %s, known at %s (log size %s), snapshot %s%s"
                                  : "数据截至%s，知悉时点%s（日志长度%s），台账快照%s%s",
                       valid, day, pt_brief_get(brief, "known_at"), pt_brief_get(brief, "snapshot"),
                       !draft       ? ""
                       : t->english ? ", DRAFT"
                                    : "，草稿");
        centred(t, words);
    }
}

static void blocks(struct pt_brief_term *t, const json_t *section) {
    const json_t *list = json_object_get(section, "blocks");
    bool was_para = true;

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *b = json_array_get(list, i);
        const char *type = pt_brief_get(b, "type");

        bool is_para = strcmp(type, "table") != 0 && strcmp(type, "chart") != 0;

        if (is_para && !was_para)
            (void)pt_buf_putc(t->out, '\n');
        if (strcmp(type, "table") == 0)
            table(t, b);
        else if (!is_para)
            pt_brief_chart_term(t, b);
        else
            para(t, b);
        was_para = is_para;
    }
}

static void sections(struct pt_brief_term *t, const json_t *brief, bool annex) {
    const json_t *list = json_object_get(brief, "sections");
    int no = 0;

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *s = json_array_get(list, i);
        const char *title = say(t, json_object_get(s, "title"));
        char words[256];

        if (json_is_true(json_object_get(s, "annex")) != annex)
            continue;
        no++;
        if (annex)
            (void)snprintf(words, sizeof words, t->english ? "Annex %d. %s" : "附件%d　%s", no,
                           title);
        else if (t->english)
            (void)snprintf(words, sizeof words, "%d. %s", no, title);
        else
            (void)snprintf(words, sizeof words, "%s、%s", pt_brief_numeral(no), title);
        (void)pt_buf_putc(t->out, '\n');
        color(t, bold);
        wrapped(t, words, 0);
        color(t, plain);
        blocks(t, s);
    }
}

int pt_brief_text(const struct json_t *brief, bool chinese, int width, bool with_color,
                  struct pt_buf *out, struct pt_err *err) {
    struct pt_brief_term t = {out, !chinese, with_color,
                              width < WIDTH_MIN   ? WIDTH_MIN
                              : width > WIDTH_MAX ? WIDTH_MAX
                                                  : width};

    if (!json_object_get(brief, "brief") || !json_is_array(json_object_get(brief, "sections")))
        return pt_err_set(err, PT_E_FORMAT, "this JSON is no brief: it has no sections");
    head(&t, brief);
    sections(&t, brief, false);
    sections(&t, brief, true);
    (void)pt_buf_puts(out, "\n");
    wrapped(&t,
            chinese ? "每个数字的来源和追溯命令见HTML版附录，或用 pentad trace。"
                    : "Where each number comes from: the appendix of the HTML, or pentad trace.",
            0);
    if (out->failed)
        return pt_err_set(err, out->failed, "the brief doesn't fit into %zu bytes", out->max);
    return 0;
}
