/* Charts on a terminal: bars of block characters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { LABEL_MAX = 24, BARS_MAX = 20, VALUE = 10 };

static bool value_of(const json_t *number, int64_t *ret) {
    const char *s = json_string_value(json_object_get(number, "value"));

    *ret = s ? strtoll(s, NULL, 10) : 0;
    return s != NULL;
}

static const char *say(const struct pt_brief_term *t, const json_t *text) {
    return pt_brief_get(text, t->english ? "en" : "zh");
}

/* `eighths` eighths of a column, in a field of `width` columns. */
static void bar(struct pt_brief_term *t, int64_t eighths, int width) {
    static const char *const part[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int full = (int)(eighths / 8);
    int rest = (int)(eighths % 8);

    for (int i = 0; i < full; i++)
        (void)pt_buf_puts(t->out, "█");
    (void)pt_buf_puts(t->out, part[rest]);
    for (int i = full + (rest > 0); i < width; i++)
        (void)pt_buf_putc(t->out, ' ');
}

static int label_width(struct pt_brief_term *t, const json_t *labels) {
    int w = 0;

    for (size_t i = 0; i < json_array_size(labels); i++) {
        const char *s = say(t, json_array_get(labels, i));
        int n = pt_brief_width(s, strlen(s));

        w = n > w ? n : w;
    }
    return w > LABEL_MAX ? LABEL_MAX : w;
}

/* Cut at a character so that it fits. */
static void label(struct pt_brief_term *t, const char *s, int width) {
    size_t len = strlen(s);

    while (len > 0 && pt_brief_width(s, len) > width) {
        len--;
        while (len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80)
            len--;
    }
    pt_brief_pad(t->out, s, len, width, false);
    (void)pt_buf_puts(t->out, "  ");
}

static void title(struct pt_brief_term *t, const json_t *chart) {
    const char *label = say(t, json_object_get(chart, "label"));

    (void)pt_buf_printf(t->out, "\n%s%s%s\n", label,
                        !*label      ? ""
                        : t->english ? ". "
                                     : "　",
                        say(t, json_object_get(chart, "title")));
}

/* Rates against a reference each: the bar, the value, and how far from the reference. */
static void rates(struct pt_brief_term *t, const json_t *labels, const json_t *values,
                  const json_t *references, const json_t *reference, size_t from, size_t to) {
    int names = label_width(t, labels);
    int width = t->width - names - 2 * VALUE - 6;

    for (size_t i = from; i < to; i++) {
        const json_t *number = json_array_get(values, i);
        int64_t v;
        int64_t r = 0;
        bool has = value_of(references ? json_array_get(references, i) : reference, &r);
        char dev[32];

        if (!value_of(number, &v))
            continue;
        label(t, say(t, json_array_get(labels, i)), names);
        bar(t, (v < 0 ? 0 : v > 10000 ? 10000 : v) * width * 8 / 10000, width);
        (void)pt_buf_puts(t->out, "  ");
        pt_brief_pad(t->out, pt_brief_get(number, "zh"), strlen(pt_brief_get(number, "zh")),
                     VALUE - 2, true);
        if (has) {
            int64_t d = v - r;

            (void)snprintf(dev, sizeof dev, "%s%lld.%02lld", d < 0 ? "-" : "+",
                           (long long)(llabs(d) / 100), (long long)(llabs(d) % 100));
            if (t->color && d < -1000)
                (void)pt_buf_puts(t->out, d < -2000 ? "\033[31m" : "\033[33m");
            pt_brief_pad(t->out, dev, strlen(dev), VALUE, true);
            if (t->color && d < -1000)
                (void)pt_buf_puts(t->out, "\033[0m");
        }
        (void)pt_buf_putc(t->out, '\n');
    }
}

static void stack(struct pt_brief_term *t, const json_t *chart) {
    static const char *const glyph[] = {"█", "▒", "░"};
    static const char *const code[] = {"\033[31m", "\033[33m", ""};
    const json_t *labels = json_object_get(chart, "labels");
    const json_t *list = json_object_get(chart, "series");
    int names = label_width(t, labels);
    int width = t->width - names - VALUE - 2;
    int64_t top = 1;

    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < json_array_size(labels); i++) {
            int64_t sum = 0;
            char total[32];

            if (pass == 1)
                label(t, say(t, json_array_get(labels, i)), names);
            for (size_t s = 0; s < json_array_size(list) && s < 3; s++) {
                int64_t v;
                int64_t cells;

                (void)value_of(
                    json_array_get(json_object_get(json_array_get(list, s), "values"), i), &v);
                sum += v;
                /* One cell each as long as they fit. */
                cells = top <= width ? v : v * width / top;
                if (pass == 1 && t->color)
                    (void)pt_buf_puts(t->out, code[s]);
                for (int64_t k = 0; pass == 1 && k < cells; k++)
                    (void)pt_buf_puts(t->out, glyph[s]);
                if (pass == 1 && t->color)
                    (void)pt_buf_puts(t->out, "\033[0m");
            }
            top = sum > top ? sum : top;
            (void)snprintf(total, sizeof total, "%s%lld\n", sum ? " " : "", (long long)sum);
            if (pass == 1)
                (void)pt_buf_puts(t->out, total);
        }
    for (size_t s = 0; s < json_array_size(list) && s < 3; s++)
        (void)pt_buf_printf(t->out, "%s%s %s", s ? "   " : "", glyph[s],
                            say(t, json_object_get(json_array_get(list, s), "name")));
    (void)pt_buf_putc(t->out, '\n');
}

void pt_brief_chart_term(struct pt_brief_term *t, const json_t *chart) {
    const json_t *labels = json_object_get(chart, "labels");
    const json_t *list = json_object_get(chart, "series");
    const json_t *first = json_object_get(json_array_get(list, 0), "values");
    const char *form = pt_brief_get(chart, "chart");
    size_t n = json_array_size(labels);

    title(t, chart);
    if (n == 0) {
        (void)pt_buf_puts(t->out, t->english ? "none\n" : "无\n");
    } else if (strcmp(form, "stack") == 0) {
        stack(t, chart);
    } else if (strcmp(form, "line") == 0) {
        rates(t, labels, first, json_object_get(json_array_get(list, 1), "values"), NULL, 0, n);
    } else {
        const json_t *reference = json_object_get(json_object_get(chart, "reference"), "value");
        size_t half = n > BARS_MAX ? BARS_MAX / 2 : n;

        rates(t, labels, first, NULL, reference, 0, half);
        if (n > BARS_MAX) {
            (void)pt_buf_puts(t->out, "  ⋮\n");
            rates(t, labels, first, NULL, reference, n - half, n);
        }
    }
}
