#include "parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/buf.h>

enum { REMARKS_MAX = 4096 };

static int copy(const char *s, size_t n, char **ret, struct pt_err *err) {
    *ret = malloc(n + 1);
    if (!*ret)
        return pt_err_set(err, PT_E_NOMEM, "rules: no memory for a rule");
    memcpy(*ret, s, n);
    (*ret)[n] = '\0';
    return 0;
}

static int copy_text(const char *s, const char **ret, struct pt_err *err) {
    char *c;
    int rc = copy(s, strlen(s), &c, err);

    *ret = c;
    return rc;
}

static int take_section(struct pt_rule *r, const char *name, size_t name_len, const char *s,
                        size_t n, struct pt_err *err) {
    const struct {
        const char *name;
        char **to;
    } known[] = {{"views", &r->views},         {"touch", &r->touch},   {"all", &r->all},
                 {"condition", &r->condition}, {"agenda", &r->agenda}, {"inputs", &r->inputs}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].name) == name_len && memcmp(known[i].name, name, name_len) == 0)
            return copy(s, n, known[i].to, err);
    return pt_err_set(err, PT_E_FORMAT, "rule %s: no section is called %.*s", r->info.id,
                      (int)name_len, name);
}

static enum pt_rule_unit unit_of(const char *s) {
    static const struct {
        const char *name;
        enum pt_rule_unit unit;
    } u[] = {{"fen", PT_RULE_FEN},     {"yuan", PT_RULE_YUAN}, {"bp", PT_RULE_BP},
             {"cp", PT_RULE_CP},       {"day", PT_RULE_DAY},   {"date", PT_RULE_DATE},
             {"count", PT_RULE_COUNT}, {"text", PT_RULE_TEXT}};

    for (size_t i = 0; i < sizeof u / sizeof u[0]; i++)
        if (strcmp(u[i].name, s) == 0)
            return u[i].unit;
    return PT_RULE_COUNT;
}

/* `label unit [volatile]` */
static int take_figure(struct pt_rule *r, const char *v, struct pt_err *err) {
    char unit[16] = "";
    char more[16] = "";
    struct pt_rule_figure *f = &r->figures[r->n_figures];

    if (r->n_figures == PT_RULE_FIGURES_MAX ||
        sscanf(v, "%31s %15s %15s", f->label, unit, more) < 2)
        return pt_err_set(err, PT_E_FORMAT, "rule %s: figure \"%s\"", r->info.id, v);
    f->unit = unit_of(unit);
    f->is_volatile = strcmp(more, "volatile") == 0;
    r->n_figures++;
    return 0;
}

/* `name int default text`: whatever a rule compares with is a whole number. */
static int take_param(struct pt_rule *r, const char *v, struct pt_err *err) {
    char name[64];
    char type[16];
    char fallback[64];
    char *end;
    int at = 0;
    int rc;
    struct pt_rule_param *p = &r->params[r->info.n_params];

    if (r->info.n_params == PT_RULE_PARAMS_MAX ||
        sscanf(v, "%63s %15s %63s %n", name, type, fallback, &at) < 3)
        return pt_err_set(err, PT_E_FORMAT, "rule %s: parameter \"%s\"", r->info.id, v);
    (void)strtoll(fallback, &end, 10);
    if (strcmp(type, "int") != 0 || *end)
        return pt_err_set(
            err, PT_E_FORMAT,
            "rule %s: parameter %s: %s %s is no whole number, and there are no others", r->info.id,
            name, type, fallback);
    r->info.n_params++;
    rc = copy_text(name, &p->name, err);
    rc = rc == 0 ? copy_text(type, &p->type, err) : rc;
    rc = rc == 0 ? copy_text(fallback, &p->fallback, err) : rc;
    return rc == 0 ? copy_text(v + at, &p->text, err) : rc;
}

/* *ret_known = false where no key is called so: the line is a remark then. */
static int take_header(struct pt_rule *r, const char *key, size_t key_len, const char *value,
                       bool *ret_known, struct pt_err *err) {
    const struct {
        const char *name;
        const char **to;
    } known[] = {{"id", &r->info.id},
                 {"zh", &r->info.name_zh},
                 {"en", &r->info.name_en},
                 {"parties", &r->info.parties},
                 {"reads", &r->info.reads},
                 {"when", &r->info.when},
                 {"basis", &r->info.basis},
                 {"message.zh", &r->info.message_zh},
                 {"message.en", &r->info.message_en},
                 {"clears", &r->info.clears},
                 {"responders", &r->info.responders},
                 {"awaits", &r->info.awaits},
                 {"scope", &r->info.scope}};

    *ret_known = true;
    if (key_len == 6 && memcmp(key, "figure", 6) == 0)
        return take_figure(r, value, err);
    if (key_len == 5 && memcmp(key, "param", 5) == 0)
        return take_param(r, value, err);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].name) == key_len && memcmp(known[i].name, key, key_len) == 0)
            return copy_text(value, known[i].to, err);
    *ret_known = false;
    return 0;
}

/* Remark lines become one text, with a space where a line ended. */
static int take_remark(struct pt_rule *r, const char *s, size_t n, struct pt_err *err) {
    const char *had = r->info.remarks;
    struct pt_buf b;
    int rc;

    pt_buf_init(&b, REMARKS_MAX);
    pt_buf_printf(&b, "%s%s%.*s", had ? had : "", had ? " " : "", (int)n, s);
    rc = b.failed ? pt_err_set(err, b.failed, "rule %s: the remarks", r->info.id) : 0;
    if (rc == 0)
        rc = copy_text(pt_buf_cstr(&b), &r->info.remarks, err);
    if (rc == 0)
        free((void *)(uintptr_t)had);
    pt_buf_done(&b);
    return rc;
}

/* One line of the header: `-- key: value`; anything else there is a remark. */
static int header_line(struct pt_rule *r, const char *line, size_t len, struct pt_err *err) {
    const char *colon = memchr(line, ':', len);
    bool known = false;
    int rc = 0;

    if (len < 4 || memcmp(line, "-- ", 3) != 0)
        return 0;
    if (colon) {
        const char *v = colon + 1;
        char value[1024];

        while (v < line + len && *v == ' ')
            v++;
        (void)snprintf(value, sizeof value, "%.*s", (int)(line + len - v), v);
        rc = take_header(r, line + 3, (size_t)(colon - line) - 3, value, &known, err);
    }
    return rc != 0 || known ? rc : take_remark(r, line + 3, len - 3, err);
}

int pt_rule_parse(const char *text, struct pt_rule *out, struct pt_err *err) {
    const char *section = NULL; /* name of the open one */
    size_t section_len = 0;
    const char *body = NULL;
    int rc = 0;

    memset(out, 0, sizeof *out);
    for (const char *p = text; rc == 0;) {
        const char *nl = strchr(p, '\n');
        size_t len = nl ? (size_t)(nl - p) : strlen(p);
        bool opens = len > 5 && memcmp(p, "-- [", 4) == 0 && p[len - 1] == ']';

        if ((opens || !nl) && section)
            rc = take_section(out, section, section_len, body, (size_t)((nl ? p : p + len) - body),
                              err);
        else if (!opens && !section)
            rc = header_line(out, p, len, err);
        if (!nl)
            break;
        if (opens) {
            section = p + 4;
            section_len = len - 5;
            body = nl + 1;
        }
        p = nl + 1;
    }
    if (rc == 0 && !out->info.id)
        rc = pt_err_set(err, PT_E_FORMAT, "a rule file without an id");
    out->info.params = out->params;
    out->info.sql = text;
    return rc;
}
