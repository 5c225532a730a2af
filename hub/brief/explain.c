#include <pentad/brief/explain.h>

#include <jansson.h>

#include <pentad/base/date.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/ref.h>

static int no_memory(struct pt_err *err) {
    return pt_err_set(err, PT_E_NOMEM, "no memory for what the rules say");
}

static json_t *text_or_null(const char *s) {
    return s && s[0] != '\0' ? json_string(s) : json_null();
}

static json_t *day_or_null(int32_t ymd) {
    char text[11];

    if (ymd == 0)
        return json_null();
    pt_date_format(text, ymd);
    return json_string(text);
}

static json_t *head(struct pt_probe *p) {
    struct pt_probe_moment m;

    pt_probe_moment(p, &m);
    return json_pack("{s:I, s:o}", "log_size", (json_int_t)m.log_size, "tick_day",
                     day_or_null(m.tick_day));
}

static json_t *subject_json(int kind, const char *key, const char *name) {
    if (key[0] == '\0')
        return json_null();
    return json_pack("{s:s, s:s, s:s}", "kind", pt_subject_kind_name((Pentad__V1__SubjectKind)kind),
                     "key", key, "name", name);
}

static json_t *figures_json(const struct pt_probe_figure *f, size_t n) {
    json_t *a = json_array();

    for (size_t i = 0; i < n; i++)
        if (json_array_append_new(a, json_pack("{s:s, s:s, s:s?, s:s?}", "label", f[i].label,
                                               "unit", f[i].unit, "value", f[i].value, "text",
                                               f[i].text)) != 0) {
            json_decref(a);
            return NULL;
        }
    return a;
}

/* As any record in an answer: what the reader may not see of it is decided by its type. */
static json_t *record_json(const struct pt_probe_record *r) {
    const struct pt_record_info *info = pt_record_info_by_code(r->type);

    return json_pack("{s:s, s:s, s:s, s:s}", "id", r->id, "type", r->type, "type_zh",
                     info ? info->name_zh : r->type, "type_en", info ? info->name_en : r->type);
}

/* ---- explain ---- */

enum { FIRING, UNKNOWN, CLEAR, LISTS };

struct explained {
    json_t *answer;
    const struct pt_rule_info *rule;
    json_t *lists[LISTS];
    size_t omitted[LISTS];
    size_t limit;
};

static int begin(void *ctx, const struct pt_probe_explained *what, struct pt_err *err) {
    struct explained *x = ctx;
    const struct pt_rule_info *r = what->rule;
    json_t *rule =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", r->id, "name_zh",
                  r->name_zh, "name_en", r->name_en, "reads", r->reads, "when", r->when,
                  "clears_zh", r->clears_zh, "clears_en", r->clears_en, "responders", r->responders,
                  "awaits", r->awaits, "remarks_zh", r->remarks_zh, "remarks_en", r->remarks_en);

    x->rule = r;
    return json_object_set_new(x->answer, "rule", rule) == 0 &&
                   json_object_set_new(x->answer, "subject",
                                       subject_json(what->kind, what->key, what->name)) == 0
               ? 0
               : no_memory(err);
}

static int param(void *ctx, const struct pt_probe_param *p, struct pt_err *err) {
    struct explained *x = ctx;
    json_t *set_by = p->set_by.id ? record_json(&p->set_by) : json_null();
    json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "name", p->param->name, "text_zh",
                          p->param->text_zh, "text_en", p->param->text_en, "default",
                          p->param->fallback, "value", p->value, "set_by", set_by);

    return json_array_append_new(json_object_get(x->answer, "params"), j) == 0 ? 0 : no_memory(err);
}

static json_t *words(const char *const *s, size_t n) {
    json_t *a = json_array();

    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(a, json_string(s[i]));
    return a;
}

static json_t *inputs_json(const struct pt_probe_condition *c) {
    json_t *a = json_array();

    for (size_t i = 0; i < c->n_inputs; i++)
        if (json_array_append_new(a, record_json(&c->inputs[i])) != 0) {
            json_decref(a);
            return NULL;
        }
    return a;
}

static json_t *condition_json(const struct explained *x, const struct pt_probe_condition *c) {
    bool fires = c->message_zh[0] != '\0';
    json_t *finding = c->discrepancy
                          ? json_pack("{s:s, s:s}", "id", c->discrepancy, "status", c->status)
                          : json_null();
    json_t *waits =
        c->awaits_day ? json_pack("{s:o, s:s}", "day", day_or_null(c->awaits_day), "of", c->awaits)
                      : json_null();

    return json_pack(
        "{s:s, s:s, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rule", x->rule->id,
        "state", c->state, "severity", fires ? json_string(c->severity) : json_null(),
        "fiscal_year", (int)c->fiscal_year, "period", text_or_null(c->period), "object",
        text_or_null(c->object), "message_zh", text_or_null(c->message_zh), "message_en",
        text_or_null(c->message_en), "figures", figures_json(c->figures, c->n_figures), "inputs",
        inputs_json(c), "responders", words(c->responders, c->n_responders), "discrepancy", finding,
        "awaits", waits);
}

static int condition(void *ctx, const struct pt_probe_condition *c, struct pt_err *err) {
    struct explained *x = ctx;
    int list = c->state[0] == 'F' ? FIRING : c->state[0] == 'U' ? UNKNOWN : CLEAR;

    if (json_array_size(x->lists[list]) >= x->limit) {
        x->omitted[list]++;
        return 0;
    }
    return json_array_append_new(x->lists[list], condition_json(x, c)) == 0 ? 0 : no_memory(err);
}

/* One list, at most `limit` long, what fires first. */
static int join_lists(struct explained *x, struct pt_err *err) {
    json_t *all = x->lists[FIRING];
    size_t omitted = x->omitted[FIRING];

    for (int l = UNKNOWN; l < LISTS; l++) {
        size_t i;
        json_t *c;

        omitted += x->omitted[l];
        json_array_foreach(x->lists[l], i, c) {
            if (json_array_size(all) >= x->limit)
                omitted++;
            else if (json_array_append(all, c) != 0)
                return no_memory(err);
        }
    }
    return json_object_set(x->answer, "conditions", all) == 0 &&
                   json_object_set_new(x->answer, "omitted", json_integer((json_int_t)omitted)) == 0
               ? 0
               : no_memory(err);
}

int pt_explain_json(struct pt_probe *p, const char *rule, const char *subject, int32_t year,
                    size_t limit, struct json_t **ret_json, struct pt_err *err) {
    struct explained x = {.answer = head(p), .limit = limit};
    const struct pt_probe_teller teller = {
        .ctx = &x, .begin = begin, .param = param, .condition = condition};
    int rc;

    *ret_json = NULL;
    for (int l = 0; l < LISTS; l++)
        x.lists[l] = json_array();
    (void)json_object_set_new(x.answer, "fiscal_year", year ? json_integer(year) : json_null());
    rc = json_object_set_new(x.answer, "params", json_array()) == 0 ? 0 : no_memory(err);
    rc = rc == 0 ? pt_probe_explain(p, rule, subject, year, &teller, err) : rc;
    rc = rc == 0 ? join_lists(&x, err) : rc;
    for (int l = 0; l < LISTS; l++)
        json_decref(x.lists[l]);
    if (rc != 0)
        json_decref(x.answer);
    else
        *ret_json = x.answer;
    return rc;
}

/* ---- try ---- */

static const char *const whats[] = {[PT_PROBE_RAISED] = "raised",
                                    [PT_PROBE_CLEARED] = "cleared",
                                    [PT_PROBE_CHANGED] = "changed",
                                    [PT_PROBE_UNKNOWN] = "unknown"};

struct tried {
    json_t *rules;
    json_t *rule; /* the last of them; borrowed */
    size_t limit;
};

static int rule(void *ctx, const struct pt_probe_tried *t, struct pt_err *err) {
    struct tried *x = ctx;
    json_t *j =
        json_pack("{s:s, s:s, s:s, s:b, s:I, s:I, s:i, s:i, s:i, s:i, s:[], s:i}", "rule",
                  t->rule->id, "name_zh", t->rule->name_zh, "name_en", t->rule->name_en, "new",
                  t->is_new, "fires_was", (json_int_t)t->fires_was, "fires", (json_int_t)t->fires,
                  "raised", 0, "cleared", 0, "changed", 0, "unknown", 0, "list", "omitted", 0);

    x->rule = j;
    return json_array_append_new(x->rules, j) == 0 ? 0 : no_memory(err);
}

static bool count(json_t *rule, const char *name, json_int_t *ret) {
    *ret = json_integer_value(json_object_get(rule, name)) + 1;
    return json_object_set_new(rule, name, json_integer(*ret)) == 0;
}

static json_t *change_json(const struct pt_probe_change *c) {
    return json_pack("{s:s, s:o, s:i, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o}", "what",
                     whats[c->what], "subject", subject_json(c->kind, c->key, c->name),
                     "fiscal_year", (int)c->fiscal_year, "period", text_or_null(c->period),
                     "object", text_or_null(c->object), "severity_was",
                     text_or_null(c->severity_was), "severity", text_or_null(c->severity),
                     "message_zh", c->message_zh, "message_en", c->message_en, "figures_was",
                     figures_json(c->figures_was, c->n_figures_was), "figures",
                     figures_json(c->figures, c->n_figures));
}

/* `limit` of each kind of change. */
static int change(void *ctx, const struct pt_probe_change *c, struct pt_err *err) {
    struct tried *x = ctx;
    json_int_t n;
    bool ok = count(x->rule, whats[c->what], &n);

    if (ok && (size_t)n > x->limit)
        ok = count(x->rule, "omitted", &n);
    else if (ok)
        ok = json_array_append_new(json_object_get(x->rule, "list"), change_json(c)) == 0;
    return ok ? 0 : no_memory(err);
}

int pt_try_json(struct pt_probe *p, size_t limit, struct json_t **ret_json, struct pt_err *err) {
    struct tried x = {.rules = json_array(), .limit = limit};
    const struct pt_probe_trier trier = {.ctx = &x, .rule = rule, .change = change};
    json_t *answer = head(p);
    int rc = pt_probe_try(p, &trier, err);

    *ret_json = NULL;
    if (rc == 0 && json_object_set(answer, "rules", x.rules) != 0)
        rc = no_memory(err);
    json_decref(x.rules);
    if (rc != 0)
        json_decref(answer);
    else
        *ret_json = answer;
    return rc;
}
