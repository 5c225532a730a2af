/* Charts as inline SVG that stay legible in black and white: hatching, dashes and marks besides
 * tints. All coordinates are integers in tenths, so the same brief gives the same bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { W = 6400, LEFT = 460, RIGHT = 130, TOP = 380, TICKS = 5, NAMED_MAX = 24 };

struct plot {
    struct pt_buf *out;
    const json_t *chart;
    bool english;
    const char *id;
    int height;  /* of the whole */
    int bottom;  /* y of the axis */
    int64_t top; /* value at the upper end */
    size_t n;    /* labels; at least 1 */
    int step;    /* what one label takes of the width */
};

static const char *say(const struct plot *p, const json_t *text) {
    return pt_brief_get(text, p->english ? "en" : "zh");
}

/* false where there is none. */
static bool value_of(const json_t *number, int64_t *ret) {
    const char *s = json_string_value(json_object_get(number, "value"));

    *ret = s ? strtoll(s, NULL, 10) : 0;
    return s != NULL;
}

static const json_t *series(const struct plot *p, size_t i) {
    return json_array_get(json_object_get(p->chart, "series"), i);
}

static bool at(const struct plot *p, size_t s, size_t i, int64_t *ret) {
    return value_of(json_array_get(json_object_get(series(p, s), "values"), i), ret);
}

static int y_of(const struct plot *p, int64_t v) {
    int64_t span = p->bottom - TOP;

    v = v < 0 ? 0 : v > p->top ? p->top : v;
    return p->bottom - (int)(v * span / p->top);
}

static void text_at(struct plot *p, int x, int y, const char *anchor, const char *size,
                    const char *words) {
    (void)pt_buf_printf(p->out, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-size=\"%s\">", x,
                        y, anchor, size);
    pt_brief_escape(p->out, words);
    (void)pt_buf_puts(p->out, "</text>\n");
}

static void open_svg(struct plot *p) {
    const char *title = say(p, json_object_get(p->chart, "title"));
    size_t ns = json_array_size(json_object_get(p->chart, "series"));

    (void)pt_buf_printf(
        p->out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
        "aria-labelledby=\"%s-title %s-desc\">\n<title id=\"%s-title\">",
        W, p->height, p->id, p->id, p->id);
    pt_brief_escape(p->out, title);
    (void)pt_buf_printf(p->out, "</title>\n<desc id=\"%s-desc\">", p->id);
    pt_brief_escape(p->out, title);
    for (size_t s = 0; s < ns; s++) {
        (void)pt_buf_puts(p->out, s ? (p->english ? ", " : "、") : (p->english ? ": " : "："));
        pt_brief_escape(p->out, say(p, json_object_get(series(p, s), "name")));
    }
    (void)pt_buf_puts(p->out,
                      p->english ? ". The numbers stand in the table beneath." : "。数字见表。");
    (void)pt_buf_puts(p->out, "</desc>\n");
}

/* Dense hatching for the worst, open for the next, dots for the rest. */
static void patterns(struct plot *p) {
    (void)pt_buf_printf(
        p->out,
        "<defs>\n"
        "<pattern id=\"%s-a\" width=\"60\" height=\"60\" patternUnits=\"userSpaceOnUse\" "
        "patternTransform=\"rotate(45)\"><rect width=\"60\" height=\"60\" fill=\"#b0152a\"/>"
        "<rect width=\"18\" height=\"60\" fill=\"#fff\"/></pattern>\n"
        "<pattern id=\"%s-b\" width=\"80\" height=\"80\" patternUnits=\"userSpaceOnUse\" "
        "patternTransform=\"rotate(-45)\"><rect width=\"80\" height=\"80\" fill=\"#ffe08a\"/>"
        "<rect width=\"14\" height=\"80\" fill=\"#5a4300\"/></pattern>\n"
        "<pattern id=\"%s-c\" width=\"70\" height=\"70\" patternUnits=\"userSpaceOnUse\">"
        "<rect width=\"70\" height=\"70\" fill=\"#fff\"/>"
        "<circle cx=\"35\" cy=\"35\" r=\"12\" fill=\"#555\"/></pattern>\n"
        "</defs>\n",
        p->id, p->id, p->id);
}

/* A round number at or above v that five steps divide. */
static int64_t nice_top(int64_t v) {
    int64_t step = 1;

    for (;;) {
        static const int64_t nice[] = {1, 2, 5};

        for (size_t i = 0; i < 3; i++)
            if (nice[i] * step * TICKS >= v)
                return nice[i] * step * TICKS;
        step *= 10;
    }
}

static void find_top(struct plot *p, bool rates, bool stacked) {
    size_t ns = json_array_size(json_object_get(p->chart, "series"));
    int64_t top = 0;

    for (size_t i = 0; i < p->n; i++) {
        int64_t sum = 0;

        for (size_t s = 0; s < ns; s++) {
            int64_t v;

            (void)at(p, s, i, &v);
            sum = stacked ? sum + v : v > sum ? v : sum;
        }
        top = sum > top ? sum : top;
    }
    if (rates)
        p->top = top <= 10000                         ? 10000
                 : (top + 1999) / 2000 * 2000 > 20000 ? 20000
                                                      : (top + 1999) / 2000 * 2000;
    else
        p->top = nice_top(top ? top : TICKS);
}

static void grid(struct plot *p, bool rates) {
    for (int i = 0; i <= TICKS; i++) {
        int64_t v = p->top * i / TICKS;
        int y = y_of(p, v);
        char label[32];

        (void)pt_buf_printf(
            p->out, "<path d=\"M%d %dH%d\" stroke=\"%s\" stroke-width=\"%d\" fill=\"none\"/>\n",
            LEFT, y, W - RIGHT, i ? "#c4c4c4" : "#000", i ? 5 : 10);
        (void)snprintf(label, sizeof label, rates ? "%lld%%" : "%lld",
                       (long long)(rates ? v / 100 : v));
        text_at(p, LEFT - 60, y + 40, "end", "112", label);
    }
}

/* ---- line ---- */

static void polyline(struct plot *p, size_t s, const char *style) {
    int step = p->step;
    bool first = true;

    (void)pt_buf_puts(p->out, "<path d=\"");
    for (size_t i = 0; i < p->n; i++) {
        int64_t v;

        if (!at(p, s, i, &v))
            continue;
        (void)pt_buf_printf(p->out, "%s%d %d", first ? "M" : "L", LEFT + step / 2 + step * (int)i,
                            y_of(p, v));
        first = false;
    }
    (void)pt_buf_printf(p->out, "\" fill=\"none\" %s/>\n", style);
}

static void marks(struct plot *p, size_t s, bool labels) {
    int step = p->step;

    for (size_t i = 0; i < p->n; i++) {
        const json_t *number = json_array_get(json_object_get(series(p, s), "values"), i);
        int x = LEFT + step / 2 + step * (int)i;
        int64_t v;
        int y;

        if (!value_of(number, &v))
            continue;
        y = y_of(p, v);
        if (labels) {
            (void)pt_buf_printf(
                p->out,
                "<circle cx=\"%d\" cy=\"%d\" r=\"42\" fill=\"#b0152a\" stroke=\"#fff\" "
                "stroke-width=\"10\"/>\n",
                x, y);
            (void)pt_buf_puts(p->out,
                              "<g paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"30\" "
                              "stroke-linejoin=\"round\">");
            text_at(p, x, y - 80, "middle", "112", pt_brief_get(number, "text"));
            (void)pt_buf_puts(p->out, "</g>\n");
        } else {
            (void)pt_buf_printf(p->out,
                                "<rect x=\"%d\" y=\"%d\" width=\"56\" height=\"56\" fill=\"#fff\" "
                                "stroke=\"#333\" stroke-width=\"10\"/>\n",
                                x - 28, y - 28);
        }
    }
}

static void month_labels(struct plot *p) {
    int step = p->step;

    for (size_t i = 0; i < p->n; i++)
        text_at(p, LEFT + step / 2 + step * (int)i, p->bottom + 160, "middle", "112",
                say(p, json_array_get(json_object_get(p->chart, "labels"), i)));
}

/* The series' names at the top, each behind a sample of its drawing. */
static int legend(struct plot *p, int x, const char *sample, const char *name) {
    (void)pt_buf_printf(p->out, "<g transform=\"translate(%d 90)\">%s</g>\n", x, sample);
    text_at(p, x + 330, 170, "start", "118", name);
    return x + 330 + pt_brief_width(name, strlen(name)) * 62 + 200;
}

static void chart_line(struct plot *p) {
    int x = LEFT;

    p->bottom = 2500;
    p->height = 2720;
    find_top(p, true, false);
    open_svg(p);
    x = legend(p, x,
               "<path d=\"M0 40H280\" stroke=\"#b0152a\" stroke-width=\"28\"/>"
               "<circle cx=\"140\" cy=\"40\" r=\"42\" fill=\"#b0152a\"/>",
               say(p, json_object_get(series(p, 0), "name")));
    (void)legend(
        p, x,
        "<path d=\"M0 40H280\" stroke=\"#333\" stroke-width=\"14\" stroke-dasharray=\"50 30\"/>"
        "<rect x=\"112\" y=\"12\" width=\"56\" height=\"56\" fill=\"#fff\" stroke=\"#333\" "
        "stroke-width=\"10\"/>",
        say(p, json_object_get(series(p, 1), "name")));
    grid(p, true);
    polyline(p, 1, "stroke=\"#333\" stroke-width=\"14\" stroke-dasharray=\"50 30\"");
    marks(p, 1, false);
    polyline(p, 0, "stroke=\"#b0152a\" stroke-width=\"28\" stroke-linejoin=\"round\"");
    marks(p, 0, true);
    month_labels(p);
    (void)pt_buf_puts(p->out, "</svg>\n");
}

/* ---- bars ---- */

static bool reference_of(const struct plot *p, int64_t *ret) {
    return value_of(json_object_get(json_object_get(p->chart, "reference"), "value"), ret);
}

/* How far behind its reference a bar stands at which light of FG6. */
static struct pt_lights lights_of(const struct plot *p) {
    const json_t *l = json_object_get(p->chart, "lights");

    return (struct pt_lights){json_integer_value(json_object_get(l, "yellow_bp")),
                              json_integer_value(json_object_get(l, "red_bp"))};
}

/* Solid at or above time, plain while green, hatched at yellow, densely at red. */
static void bar_fill(const struct plot *p, int64_t v, int64_t reference, char *out, size_t cap) {
    const struct pt_lights light = lights_of(p);

    if (v >= reference)
        (void)snprintf(out, cap, "#3d4852");
    else if (v >= reference + light.yellow_bp)
        (void)snprintf(out, cap, "#cfd4d8");
    else
        (void)snprintf(out, cap, "url(#%s-%s)", p->id, v < reference + light.red_bp ? "a" : "b");
}

static void bar_legend(struct plot *p) {
    const struct pt_lights light = lights_of(p);
    const int64_t behind[] = {0, -light.yellow_bp / 2, -(light.yellow_bp + light.red_bp) / 2,
                              500 - light.red_bp};
    char near[24];
    char far[24];
    char names[4][64];
    int x = LEFT;

    pt_brief_points(near, sizeof near, -light.yellow_bp);
    pt_brief_points(far, sizeof far, -light.red_bp);
    (void)snprintf(names[0], 64, "%s", p->english ? "on time or ahead" : "不低于序时进度");
    (void)snprintf(names[1], 64, p->english ? "up to %s pp behind" : "低%s个百分点以内", near);
    (void)snprintf(names[2], 64, p->english ? "%s to %s" : "低%s至%s个", near, far);
    (void)snprintf(names[3], 64, p->english ? "over %s" : "低%s个以上", far);
    for (int i = 0; i < 4; i++) {
        char sample[160];
        char fill[48];

        bar_fill(p, 10000 - behind[i], 10000, fill, sizeof fill);
        (void)snprintf(sample, sizeof sample,
                       "<rect width=\"280\" height=\"90\" fill=\"%s\" stroke=\"#000\" "
                       "stroke-width=\"6\"/>",
                       fill);
        x = legend(p, x, sample, names[i]);
    }
}

static void bar(struct plot *p, size_t i, int x, int y, int w, int h, int64_t v,
                int64_t reference) {
    char fill[48];

    bar_fill(p, v, reference, fill, sizeof fill);
    (void)pt_buf_printf(p->out,
                        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" "
                        "stroke=\"#000\" stroke-width=\"%d\"><title>",
                        x, y, w, h, fill, w > 80 ? 8 : 0);
    pt_brief_escape(p->out, say(p, json_array_get(json_object_get(p->chart, "labels"), i)));
    (void)pt_buf_puts(p->out, " ");
    pt_brief_escape(p->out,
                    pt_brief_get(json_array_get(json_object_get(series(p, 0), "values"), i), "zh"));
    (void)pt_buf_puts(p->out, "</title></rect>\n");
}

static void reference_label(struct plot *p, int x, int y, const char *anchor, int64_t v) {
    char words[128];

    (void)snprintf(words, sizeof words, "%s %lld.%02lld%%",
                   say(p, json_object_get(json_object_get(p->chart, "reference"), "name")),
                   (long long)(v / 100), (long long)(v % 100));
    (void)pt_buf_puts(p->out, "<g paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"40\" "
                              "stroke-linejoin=\"round\">");
    text_at(p, x, y, anchor, "118", words);
    (void)pt_buf_puts(p->out, "</g>\n");
}

/* Many bodies: a column each, by rank, without names. */
static void columns(struct plot *p, int64_t reference, bool has_reference) {
    int span = W - LEFT - RIGHT;

    p->bottom = 2300;
    p->height = 2680;
    open_svg(p);
    patterns(p);
    bar_legend(p);
    grid(p, true);
    for (size_t i = 0; i < p->n; i++) {
        int x = LEFT + (int)((int64_t)span * (int64_t)i / (int64_t)p->n);
        int next = LEFT + (int)((int64_t)span * (int64_t)(i + 1) / (int64_t)p->n);
        int64_t v;

        if (!at(p, 0, i, &v))
            continue;
        bar(p, i, x + 4, y_of(p, v), next - x - 8 > 4 ? next - x - 8 : 4, p->bottom - y_of(p, v), v,
            reference);
        if (i == 0 || (i + 1) % 10 == 0) {
            char label[24];

            (void)snprintf(label, sizeof label, "%zu", i + 1);
            text_at(p, (x + next) / 2, p->bottom + 150, "middle", "112", label);
        }
    }
    text_at(p, LEFT + span / 2, p->bottom + 320, "middle", "112", p->english ? "rank" : "名次");
    if (has_reference) {
        int y = y_of(p, reference);

        (void)pt_buf_printf(
            p->out,
            "<path d=\"M%d %dH%d\" stroke=\"#fff\" stroke-width=\"34\" fill=\"none\"/>"
            "<path d=\"M%d %dH%d\" stroke=\"#000\" stroke-width=\"18\" "
            "stroke-dasharray=\"60 30\" fill=\"none\"/>\n",
            LEFT, y, W - RIGHT, LEFT, y, W - RIGHT);
        reference_label(p, W - RIGHT - 20, y - 50, "end", reference);
    }
    (void)pt_buf_puts(p->out, "</svg>\n");
}

/* Few bodies: a bar each, with its name. */
static void named_bars(struct plot *p, int64_t reference, bool has_reference) {
    enum { NAMES = 1900, STEP = 190 };
    int span = W - NAMES - 700;
    int end = TOP + (int)p->n * STEP;

    p->bottom = end;
    p->height = end + 200;
    open_svg(p);
    patterns(p);
    bar_legend(p);
    for (size_t i = 0; i < p->n; i++) {
        const json_t *number = json_array_get(json_object_get(series(p, 0), "values"), i);
        int y = TOP + (int)i * STEP;
        int64_t v;
        int w;

        if (!value_of(number, &v))
            continue;
        w = (int)((v > p->top ? p->top : v < 0 ? 0 : v) * span / p->top);
        text_at(p, NAMES - 60, y + 125, "end", "118",
                say(p, json_array_get(json_object_get(p->chart, "labels"), i)));
        bar(p, i, NAMES, y + 30, w > 4 ? w : 4, STEP - 60, v, reference);
        text_at(p, NAMES + w + 50, y + 125, "start", "112", pt_brief_get(number, "zh"));
    }
    (void)pt_buf_printf(p->out, "<path d=\"M%d %dV%d\" stroke=\"#000\" stroke-width=\"10\"/>\n",
                        NAMES, TOP, end);
    if (has_reference) {
        int x = NAMES + (int)(reference * span / p->top);

        (void)pt_buf_printf(p->out,
                            "<path d=\"M%d %dV%d\" stroke=\"#000\" stroke-width=\"18\" "
                            "stroke-dasharray=\"60 30\"/>\n",
                            x, TOP, end + 20);
        reference_label(p, x, end + 140, "middle", reference);
    }
    (void)pt_buf_puts(p->out, "</svg>\n");
}

static void chart_bars(struct plot *p) {
    int64_t reference;
    bool has = reference_of(p, &reference);

    find_top(p, true, false);
    if (p->n <= NAMED_MAX)
        named_bars(p, reference, has);
    else
        columns(p, reference, has);
}

/* ---- stacked ---- */

static void chart_stack(struct plot *p) {
    static const char *const key[] = {"a", "b", "c"};
    size_t ns = json_array_size(json_object_get(p->chart, "series"));
    int step = p->step;
    int wide = step * 6 / 10 > 700 ? 700 : step * 6 / 10;
    int x = LEFT;

    p->bottom = 2300;
    p->height = 2540;
    find_top(p, false, true);
    open_svg(p);
    patterns(p);
    for (size_t s = 0; s < ns && s < 3; s++) {
        char sample[160];

        (void)snprintf(sample, sizeof sample,
                       "<rect width=\"280\" height=\"90\" fill=\"url(#%s-%s)\" stroke=\"#000\" "
                       "stroke-width=\"6\"/>",
                       p->id, key[s]);
        x = legend(p, x, sample, say(p, json_object_get(series(p, s), "name")));
    }
    grid(p, false);
    for (size_t i = 0; i < p->n; i++) {
        int64_t sum = 0;
        char label[32];
        int left = LEFT + step * (int)i + (step - wide) / 2;

        for (size_t s = 0; s < ns && s < 3; s++) {
            int64_t v;
            int from = y_of(p, sum);

            if (!at(p, s, i, &v) || v == 0)
                continue;
            sum += v;
            (void)pt_buf_printf(
                p->out,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"url(#%s-%s)\" "
                "stroke=\"#000\" stroke-width=\"8\"/>\n",
                left, y_of(p, sum), wide, from - y_of(p, sum), p->id, key[s]);
        }
        (void)snprintf(label, sizeof label, "%lld", (long long)sum);
        if (sum > 0)
            text_at(p, left + wide / 2, y_of(p, sum) - 40, "middle", "112", label);
    }
    month_labels(p);
    (void)pt_buf_puts(p->out, "</svg>\n");
}

void pt_brief_chart_svg(struct pt_buf *out, const json_t *chart, bool english) {
    struct plot p = {
        .out = out, .chart = chart, .english = english, .id = pt_brief_get(chart, "id")};
    const char *form = pt_brief_get(chart, "chart");

    p.n = json_array_size(json_object_get(chart, "labels"));
    if (p.n == 0) {
        (void)pt_buf_puts(out, english ? "<p class=\"empty\">none</p>\n"
                                       : "<p class=\"empty\">无</p>\n");
        return;
    }
    p.step = (W - LEFT - RIGHT) / (int)p.n;
    if (strcmp(form, "line") == 0)
        chart_line(&p);
    else if (strcmp(form, "bars") == 0)
        chart_bars(&p);
    else
        chart_stack(&p);
}
