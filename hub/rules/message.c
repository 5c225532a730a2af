#include <pentad/base/date.h>
#include <pentad/base/money.h>
#include <pentad/ledger/query.h>
#include <pentad/record/ref.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

bool pt_figure_next(const char **cursor, char *label, size_t label_cap, char *value,
                    size_t value_cap) {
    const char *p = *cursor;
    const char *tab = strchr(p, '\t');
    const char *nl = tab ? strchr(tab, '\n') : NULL;

    if (!nl)
        return false;
    (void)snprintf(label, label_cap, "%.*s", (int)(tab - p), p);
    (void)snprintf(value, value_cap, "%.*s", (int)(nl - tab - 1), tab + 1);
    *cursor = nl + 1;
    return true;
}

void pt_message_value(enum pt_rule_unit unit, const char *value, struct pt_buf *out) {
    char text[64];
    int64_t v = strtoll(value, NULL, 10);

    switch (unit) {
    case PT_RULE_FEN:
        pt_money_format_wan(text, sizeof text, v);
        break;
    case PT_RULE_YUAN:
        pt_money_format_yuan(text, sizeof text, v);
        break;
    case PT_RULE_BP:
    case PT_RULE_CP:
        pt_bp_format(text, sizeof text, (int32_t)v);
        break;
    case PT_RULE_DATE:
        pt_date_format(text, (int32_t)v);
        break;
    case PT_RULE_TEXT:
        pt_buf_puts(out, value);
        return;
    default:
        (void)snprintf(text, sizeof text, "%lld", (long long)v);
        break;
    }
    pt_buf_puts(out, text);
}

/* {label} in a template; what the rule gave no value prints as a dash. */
static void put_label(const struct pt_condition *c, const char *name, size_t len,
                      struct pt_buf *out) {
    const char *cursor = c->figures;
    char label[32];
    char value[512];

    while (pt_figure_next(&cursor, label, sizeof label, value, sizeof value)) {
        if (strlen(label) != len || memcmp(label, name, len) != 0)
            continue;
        for (size_t f = 0; f < c->rule->n_figures; f++)
            if (strcmp(c->rule->figures[f].label, label) == 0)
                pt_message_value(c->rule->figures[f].unit, value, out);
        return;
    }
    pt_buf_puts(out, "—");
}

/* Rule, subject and year; a finding about no subject, or of no year, says none. */
static void put_prefix(const struct pt_condition *c, const char *name, bool chinese,
                       struct pt_buf *out) {
    pt_buf_printf(out, chinese ? "〔%s〕" : "[%s] ", c->rule->info.id);
    if (c->key[0] != '\0')
        pt_buf_printf(out, chinese ? "%s（%s）" : "%s %s", name, c->key);
    if (c->fy != 0)
        pt_buf_printf(out, chinese ? "%s%d年度" : "%sFY%d",
                      c->key[0] == '\0' ? ""
                      : chinese         ? "，"
                                        : " ",
                      c->fy);
    if (c->key[0] != '\0' || c->fy != 0)
        pt_buf_puts(out, chinese ? "：" : ": ");
}

void pt_message_text(struct pt_engine *e, const struct pt_condition *c, bool chinese,
                     struct pt_buf *out) {
    const char *t = chinese ? c->rule->info.message_zh : c->rule->info.message_en;
    char name[640];

    if (c->key[0] == '\0' ||
        pt_ledger_subject_name(e->ledger, c->kind, c->key, name, sizeof name) != 0)
        (void)snprintf(name, sizeof name, "%s", c->key);
    put_prefix(c, name, chinese, out);
    while (*t) {
        const char *end = *t == '{' ? strchr(t, '}') : NULL;

        if (end) {
            put_label(c, t + 1, (size_t)(end - t) - 1, out);
            t = end + 1;
        } else {
            pt_buf_putc(out, *t++);
        }
    }
}
