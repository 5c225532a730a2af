#include "parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/buf.h>

enum { REMARKS_MAX = 8192 };

static int copy(const char *s, size_t n, char **ret, struct pt_err *err) {
    *ret = malloc(n + 1);
    if (!*ret)
        return pt_err_set(err, PT_E_NOMEM, "rules: no memory for a rule");
    memcpy(*ret, s, n);
    (*ret)[n] = '\0';
    return 0;
}

static void give_back(const char **text) {
    free((void *)(uintptr_t)*text);
    *text = NULL;
}

static int copy_text(const char *s, const char **ret, struct pt_err *err) {
    char *c;
    int rc = copy(s, strlen(s), &c, err);

    *ret = c;
    return rc;
}

/* The section that is open: its name, and where its SQL begins. */
struct section {
    const char *name; /* NULL: the header still */
    size_t len;
    const char *body;
    int line;
};

static int take_section(struct pt_rule *r, const struct section *s, const char *end,
                        struct pt_err *err) {
    const struct {
        const char *name;
        char **to;
        int *line;
    } known[] = {
        {"views", &r->views, &r->lines.views},    {"touch", &r->touch, &r->lines.touch},
        {"all", &r->all, &r->lines.all},          {"condition", &r->condition, &r->lines.condition},
        {"agenda", &r->agenda, &r->lines.agenda}, {"inputs", &r->inputs, &r->lines.inputs}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].name) == s->len && memcmp(known[i].name, s->name, s->len) == 0) {
            if (*known[i].to)
                return pt_err_set(err, PT_E_FORMAT, "line %d: [%s] is there twice", s->line - 1,
                                  known[i].name);
            *known[i].line = s->line;
            return copy(s->body, (size_t)(end - s->body), known[i].to, err);
        }
    return pt_err_set(err, PT_E_FORMAT, "line %d: no section is called [%.*s]", s->line - 1,
                      (int)s->len, s->name);
}

static const char *const units[] = {
    [PT_RULE_FEN] = "fen",   [PT_RULE_YUAN] = "yuan",   [PT_RULE_BP] = "bp",
    [PT_RULE_CP] = "cp",     [PT_RULE_COUNT] = "count", [PT_RULE_DAY] = "day",
    [PT_RULE_DATE] = "date", [PT_RULE_TEXT] = "text"};

const char *pt_rule_unit_name(enum pt_rule_unit unit) {
    return units[unit];
}

static bool unit_of(const char *s, enum pt_rule_unit *ret) {
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(units[i], s) == 0) {
            *ret = (enum pt_rule_unit)i;
            return true;
        }
    return false;
}

/* `label unit [volatile]` */
static int take_figure(struct pt_rule *r, const char *v, struct pt_err *err) {
    char unit[16] = "";
    char more[16] = "";
    struct pt_rule_figure *f;

    if (r->n_figures == PT_RULE_FIGURES_MAX)
        return pt_err_set(err, PT_E_FORMAT, "a rule has at most %d figures", PT_RULE_FIGURES_MAX);
    f = &r->figures[r->n_figures];
    if (sscanf(v, "%31s %15s %15s", f->label, unit, more) < 2 || !unit_of(unit, &f->unit))
        return pt_err_set(err, PT_E_FORMAT,
                          "figure \"%.80s\" is not: label, then one of fen yuan bp cp count day "
                          "date text, then maybe volatile",
                          v);
    f->is_volatile = strcmp(more, "volatile") == 0;
    r->n_figures++;
    return 0;
}

/* `name int default Chinese | English`: whatever a rule compares with is a whole number. */
static int take_param(struct pt_rule *r, const char *v, struct pt_err *err) {
    char name[64];
    char type[16];
    char fallback[64];
    const char *english;
    char *text_zh;
    char *end;
    int at = 0;
    int rc;
    struct pt_rule_param *p;

    if (r->info.n_params == PT_RULE_PARAMS_MAX)
        return pt_err_set(err, PT_E_FORMAT, "a rule has at most %d parameters", PT_RULE_PARAMS_MAX);
    if (sscanf(v, "%63s %15s %63s %n", name, type, fallback, &at) < 3)
        return pt_err_set(
            err, PT_E_FORMAT,
            "param \"%.80s\" is not: name, then int, then the default, then what it is", v);
    english = strstr(v + at, " | ");
    if (!english)
        return pt_err_set(
            err, PT_E_FORMAT,
            "parameter %s: write what it is in Chinese, then \" | \", then in English", name);
    (void)strtoll(fallback, &end, 10);
    if (strcmp(type, "int") != 0 || *end)
        return pt_err_set(err, PT_E_FORMAT,
                          "parameter %s: %s %s is no whole number, and there are no others", name,
                          type, fallback);
    p = &r->params[r->info.n_params++];
    rc = copy_text(name, &p->name, err);
    rc = rc == 0 ? copy_text(type, &p->type, err) : rc;
    rc = rc == 0 ? copy_text(fallback, &p->fallback, err) : rc;
    rc = rc == 0 ? copy(v + at, (size_t)(english - v - at), &text_zh, err) : rc;
    if (rc != 0)
        return rc;
    p->text_zh = text_zh;
    return copy_text(english + 3, &p->text_en, err);
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
                 {"clears.zh", &r->info.clears_zh},
                 {"clears.en", &r->info.clears_en},
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
            return *known[i].to ? pt_err_set(err, PT_E_FORMAT, "%s is there twice", known[i].name)
                                : copy_text(value, known[i].to, err);
    *ret_known = false;
    return 0;
}

/* Lines of one kind become one text, with `join` where a line ended. */
static int take_line(const char **to, const char *join, const char *s, size_t n,
                     struct pt_err *err) {
    const char *had = *to;
    struct pt_buf b;
    int rc;

    pt_buf_init(&b, REMARKS_MAX);
    pt_buf_printf(&b, "%s%s%.*s", had ? had : "", had ? join : "", (int)n, s);
    rc = b.failed ? pt_err_set(err, b.failed, "no room for the remarks") : 0;
    if (rc == 0)
        rc = copy_text(pt_buf_cstr(&b), to, err);
    if (rc == 0)
        give_back(&had);
    pt_buf_done(&b);
    return rc;
}

static bool begins(const char *line, size_t len, const char *with) {
    return len >= strlen(with) && memcmp(line, with, strlen(with)) == 0;
}

/* What is no key of the header: remarks in English, and from "Keys: " on what names a condition. */
static int take_remark(struct pt_rule *r, const char *s, size_t n, struct pt_err *err) {
    static const char keys[] = "Keys: ";
    size_t at = begins(s, n, keys) ? strlen(keys) : 0;

    return take_line(at > 0 || r->info.keys ? &r->info.keys : &r->info.remarks_en, " ", s + at,
                     n - at, err);
}

/* One line of the header: `-- key: value`; anything else there is a remark. */
static int header_line(struct pt_rule *r, const char *line, size_t len, struct pt_err *err) {
    static const char remark_zh[] = "-- remark.zh: ";
    const char *colon = memchr(line, ':', len);
    bool known = false;
    int rc = 0;

    if (len < 4 || memcmp(line, "-- ", 3) != 0)
        return 0;
    if (begins(line, len, remark_zh))
        return take_line(&r->info.remarks_zh, "", line + strlen(remark_zh), len - strlen(remark_zh),
                         err);
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

/* Every text is there, if only as "". */
static int fill_in(struct pt_rule_info *f, struct pt_err *err) {
    const char **const texts[] = {&f->name_zh,   &f->name_en,    &f->parties,    &f->reads,
                                  &f->when,      &f->basis,      &f->message_zh, &f->message_en,
                                  &f->clears_zh, &f->clears_en,  &f->responders, &f->awaits,
                                  &f->scope,     &f->remarks_zh, &f->remarks_en, &f->keys};
    int rc = 0;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && rc == 0; i++)
        if (!*texts[i])
            rc = copy_text("", texts[i], err);
    return rc;
}

/* The id stands in SQL and in paths. */
static int check_id(const char *id, struct pt_err *err) {
    size_t n = id ? strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") : 0;

    if (!id)
        return pt_err_set(err, PT_E_FORMAT,
                          "no line `-- id: …`: a rule file says which rule it is");
    return n > 0 && n < 8 && id[n] == '\0'
               ? 0
               : pt_err_set(err, PT_E_FORMAT, "the id \"%.40s\" is not like K26", id);
}

static int parse_lines(const char *text, struct pt_rule *out, struct pt_err *err) {
    struct section open = {0};
    int line = 1;
    int rc = 0;

    for (const char *p = text; rc == 0; line++) {
        const char *nl = strchr(p, '\n');
        size_t len = nl ? (size_t)(nl - p) : strlen(p);
        bool opens = len > 5 && memcmp(p, "-- [", 4) == 0 && p[len - 1] == ']';

        if ((opens || !nl) && open.name)
            rc = take_section(out, &open, opens ? p : p + len, err);
        else if (!opens && !open.name && header_line(out, p, len, err) != 0)
            rc = pt_err_wrap(err, "line %d", line);
        if (!nl)
            break;
        if (opens)
            open = (struct section){p + 4, len - 5, nl + 1, line + 1};
        p = nl + 1;
    }
    return rc;
}

int pt_rule_parse(const char *text, struct pt_rule *out, struct pt_err *err) {
    int rc;

    memset(out, 0, sizeof *out);
    rc = parse_lines(text, out, err);
    rc = rc == 0 ? check_id(out->info.id, err) : rc;
    rc = rc == 0 ? fill_in(&out->info, err) : rc;
    out->info.params = out->params;
    out->info.sql = text;
    return rc;
}

void pt_rule_done(struct pt_rule *r) {
    struct pt_rule_info *f = &r->info;
    const char **const texts[] = {
        &f->id,    &f->name_zh,    &f->name_en,    &f->parties,   &f->reads,     &f->when,
        &f->basis, &f->message_zh, &f->message_en, &f->clears_zh, &f->clears_en, &f->awaits,
        &f->scope, &f->remarks_zh, &f->remarks_en, &f->keys,      &f->responders};
    char **const sections[] = {&r->views,     &r->touch,  &r->all,
                               &r->condition, &r->agenda, &r->inputs};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        give_back(texts[i]);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        free(*sections[i]);
        *sections[i] = NULL;
    }
    for (size_t i = 0; i < f->n_params; i++) {
        give_back(&r->params[i].name);
        give_back(&r->params[i].type);
        give_back(&r->params[i].fallback);
        give_back(&r->params[i].text_zh);
        give_back(&r->params[i].text_en);
    }
    f->n_params = 0;
}
