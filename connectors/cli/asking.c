#include "asking.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/brief/explain.h>

#define SILENT_US INT64_C(1000000)

static bool at_work(void *ctx, uint64_t evaluated) {
    struct cli_probe *p = ctx;
    if (!p->progress.on && pt_monotonic_us() - p->since_us > SILENT_US) {
        pt_progress_start(&p->progress, "evaluating", 0);
        p->since_us = INT64_MAX;
    }
    pt_progress_set(&p->progress, evaluated);
    return false;
}

int pt_cli_probe_open(const char *ledger, struct cli_probe *ret, struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    ret->since_us = pt_monotonic_us();
    int rc = pt_probe_open(ledger, &ret->p, err);
    if (rc == 0) {
        pt_probe_watch(ret->p, at_work, ret);
    }
    return rc;
}

void pt_cli_probe_close(struct cli_probe *p) {
    pt_progress_end(&p->progress);
    pt_probe_close(p->p);
    p->p = NULL;
}

size_t pt_cli_depth(const struct cli_options *o, size_t fallback) {
    size_t depth = o->depth ? (size_t)strtoull(o->depth, NULL, 10) : fallback;
    if (!o->depth && o->json) {
        return PT_EXPLAIN_LIMIT;
    }
    return depth < PT_EXPLAIN_LIMIT ? depth : PT_EXPLAIN_LIMIT;
}

void pt_cli_operand(const json_t *figure, bool zh, char *out, size_t cap) {
    static const struct {
        const char *unit, *zh, *en;
    } units[] = {{"fen", " 万元", " × 10,000 yuan"},
                 {"yuan", " 元", " yuan"},
                 {"bp", "%", " %"},
                 {"cp", " 分", " points"},
                 {"day", " 天", " days"}};
    const char *value = json_string_value(json_object_get(figure, "text"));
    const char *unit = "";
    for (size_t i = 0; value && i < sizeof units / sizeof *units; i++) {
        if (strcmp(units[i].unit, pt_cli_text(figure, "unit")) == 0) {
            unit = zh ? units[i].zh : units[i].en;
        }
    }
    (void)snprintf(out, cap, "%s%s", value ? value : "—", unit);
}

static bool has_label(const json_t *figures, const char *label) {
    size_t i;
    json_t *f;
    json_array_foreach(figures, i, f) {
        if (strcmp(pt_cli_text(f, "label"), label) == 0) {
            return true;
        }
    }
    return false;
}

bool pt_cli_other_language(const json_t *figures, const json_t *figure, bool zh) {
    const char *label = pt_cli_text(figure, "label");
    size_t len = strlen(label);
    bool english = len > 3 && strcmp(label + len - 3, "_en") == 0;
    char twin[80];
    if (zh != english) {
        (void)snprintf(twin, sizeof twin, "%s_en", label);
        return !zh && has_label(figures, twin);
    }
    (void)snprintf(twin, sizeof twin, "%.*s", (int)len - 3, label);
    return zh && has_label(figures, twin);
}

void pt_cli_print_where(const json_t *condition) {
    long long year = (long long)json_integer_value(json_object_get(condition, "fiscal_year"));
    if (year) {
        printf("  %lld", year);
    }
    static const char *const names[] = {"period", "object"};
    for (size_t i = 0; i < 2; i++) {
        if (pt_cli_text(condition, names[i])[0]) {
            printf("  %s", pt_cli_text(condition, names[i]));
        }
    }
}

void pt_cli_print_more(const char *indent, long long n, bool zh) {
    if (n > 0) {
        printf(zh ? "%s… 还有 %lld 项（--depth N 多列）\n"
                  : "%s… %lld more (--depth N shows more)\n",
               indent, n);
    }
}
