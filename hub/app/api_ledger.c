/* Subjects and discrepancies as the ledger has them. Worker threads. */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include <pentad/brief/brief.h>
#include <pentad/ledger/figures.h>
#include <pentad/ledger/query.h>
#include <pentad/record/ref.h>

#include "params.h"
#include "redact.h"
#include "reply.h"
#include "routes.h"

#define PAGE_MAX 1000

int pt_call_ref(const struct pt_call *c, struct pt_ref *ret, struct pt_err *err) {
    memset(ret, 0, sizeof(*ret));
    if (!pt_name_valid(c->param[0]) || !pt_name_valid(c->param[1]) ||
        pt_param_digits(c->param[2], UINT64_MAX, &ret->seq) != 0 || ret->seq == 0) {
        return pt_err_set(err, PT_E_FORMAT, "a record is named party/stream/number");
    }
    (void)snprintf(ret->party, sizeof(ret->party), "%s", c->param[0]);
    (void)snprintf(ret->stream, sizeof(ret->stream), "%s", c->param[1]);
    return 0;
}

int pt_call_subject_year(struct pt_call *c, char key[PT_ROUTE_PARAM_MAX], struct pt_figure_ask *ret,
                         struct pt_err *err) {
    int rc =
        pt_ledger_subject_parse(c->ledger, c->param[0], &ret->kind, key, PT_ROUTE_PARAM_MAX, err);

    ret->key = key;
    rc = rc != 0 ? rc : pt_param_year(c->param[1], &ret->fiscal_year, err);
    return rc != 0 ? rc : pt_param_moment(c->req, c->ledger, &ret->valid_at, &ret->known_at, err);
}

int pt_call_figure(struct pt_call *c, char key[PT_ROUTE_PARAM_MAX], struct pt_figure_ask *ret,
                   struct pt_err *err) {
    ret->figure = c->param[2];
    return pt_call_subject_year(c, key, ret, err);
}

int pt_call_page(struct pt_call *c, struct pt_list_page *ret, struct pt_err *err) {
    uint64_t limit = 0;
    uint64_t offset = 0;
    int rc = pt_param_u64(c->req, "limit", PT_LIST_DEFAULT, PT_LIST_MAX, &limit, err);

    if (rc == 0) {
        rc = pt_param_u64(c->req, "offset", 0, INT32_MAX, &offset, err);
    }
    *ret = (struct pt_list_page){limit == 0 ? 1 : (uint32_t)limit, (uint32_t)offset};
    return rc;
}

static int kind_param(struct pt_call *c, int *ret, struct pt_err *err) {
    char text[32];
    int rc = pt_param_text(c->req, "kind", text, sizeof(text), err);

    *ret = 0;
    if (rc <= 0) {
        return rc;
    }
    *ret = (int)pt_subject_kind_from_name(text, strlen(text));
    return *ret != 0 ? 0 : pt_err_set(err, PT_E_FORMAT, "?kind=%s is no kind of subject", text);
}

void pt_api_subjects(struct pt_call *c) {
    struct json_t *json = NULL;
    struct pt_err err = {0};
    char after[PT_ROUTE_PARAM_MAX];
    uint64_t limit = 0;
    int kind = 0;
    int has_after = 0;
    int rc = kind_param(c, &kind, &err);

    if (rc == 0) {
        rc = pt_param_u64(c->req, "limit", 100, PAGE_MAX, &limit, &err);
    }
    if (rc == 0) {
        has_after = pt_param_text(c->req, "after", after, sizeof(after), &err);
        rc = has_after < 0 ? has_after : pt_call_read_begin(c, &err);
    }
    if (rc == 0) {
        rc = pt_ledger_subjects_json(c->ledger, kind, has_after ? after : NULL,
                                     limit == 0 ? 1 : (int)limit, c->view, &json, &err);
        pt_ledger_read_end(c->ledger);
    }
    pt_call_answer(c, rc, json, &err);
}

void pt_api_subject(struct pt_call *c) {
    struct json_t *json = NULL;
    struct pt_err err = {0};
    char key[PT_ROUTE_PARAM_MAX];
    uint64_t year = 0;
    uint64_t known_at = 0;
    int32_t valid_at = 0;
    int kind = 0;
    int rc = pt_param_u64(c->req, "fiscal_year", 0, 2199, &year, &err);

    if (rc == 0) {
        rc = pt_call_read_begin(c, &err);
    }
    if (rc != 0) {
        pt_call_answer(c, rc, NULL, &err);
        return;
    }
    rc = pt_ledger_subject_parse(c->ledger, c->param[0], &kind, key, sizeof(key), &err);
    if (rc == 0) {
        rc = pt_param_moment(c->req, c->ledger, &valid_at, &known_at, &err);
    }
    if (rc == 0) {
        rc = pt_ledger_row_json(c->ledger, kind, key, (int32_t)year, valid_at, known_at, c->view,
                                &json, &err);
    }
    pt_ledger_read_end(c->ledger);
    pt_call_answer(c, rc, json, &err);
}

/* ---- discrepancies ------------------------------------------------------------------------ */

struct filter {
    struct pt_discrepancy_filter f;
    char rule[16], responder[40], status[16], subject[PT_ROUTE_PARAM_MAX], key[PT_ROUTE_PARAM_MAX];
};

static int severity_param(struct pt_call *c, int *ret, struct pt_err *err) {
    static const char *const names[] = {"I", "Y", "R"};
    char text[4];
    int rc = pt_param_text(c->req, "severity", text, sizeof(text), err);

    for (int i = 0; rc == 1 && i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            *ret = i + 1;
        }
    }
    return rc == 1 && *ret == 0
               ? pt_err_set(err, PT_E_FORMAT, "?severity= is I, Y or R, not %s", text)
           : rc < 0 ? rc
                    : 0;
}

/* Texts: NULL where absent. */
static int text_param(struct pt_call *c, const char *name, char *out, size_t cap, const char **ret,
                      struct pt_err *err) {
    int rc = pt_param_text(c->req, name, out, cap, err);

    *ret = rc == 1 ? out : NULL;
    return rc < 0 ? rc : 0;
}

static int filter_read(struct pt_call *c, struct filter *t, struct pt_err *err) {
    const char *subject = NULL;
    uint64_t limit = 0;
    uint64_t offset = 0;
    int32_t valid_at = 0;
    int rc = text_param(c, "rule", t->rule, sizeof(t->rule), &t->f.rule, err);

    if (rc == 0) {
        rc = text_param(c, "responder", t->responder, sizeof(t->responder), &t->f.responder, err);
    }
    if (rc == 0) {
        rc = text_param(c, "status", t->status, sizeof(t->status), &t->f.status, err);
    }
    if (rc == 0) {
        rc = text_param(c, "subject", t->subject, sizeof(t->subject), &subject, err);
    }
    if (rc == 0 && subject != NULL) {
        rc = pt_ledger_subject_parse(c->ledger, subject, &t->f.kind, t->key, sizeof(t->key), err);
        t->f.key = t->key;
    }
    if (rc == 0) {
        rc = severity_param(c, &t->f.severity, err);
    }
    if (rc == 0) {
        rc = pt_param_u64(c->req, "limit", PAGE_MAX, PAGE_MAX, &limit, err);
    }
    if (rc == 0) {
        rc = pt_param_u64(c->req, "offset", 0, INT32_MAX, &offset, err);
    }
    if (rc == 0) {
        rc = pt_param_moment(c->req, c->ledger, &valid_at, &t->f.known_at, err);
    }
    t->f.reader = c->view;
    t->f.limit = (int)limit;
    t->f.offset = (int)offset;
    return rc;
}

void pt_api_discrepancies(struct pt_call *c) {
    struct json_t *json = NULL;
    struct pt_err err = {0};
    struct filter t;
    int rc = pt_call_read_begin(c, &err);

    memset(&t, 0, sizeof(t));
    if (rc == 0) {
        rc = filter_read(c, &t, &err);
        if (rc == 0) {
            rc = pt_ledger_discrepancies_json(c->ledger, &t.f, &json, &err);
        }
        pt_ledger_read_end(c->ledger);
    }
    pt_call_answer(c, rc, json, &err);
}

void pt_api_discrepancy(struct pt_call *c) {
    struct json_t *json = NULL;
    struct pt_err err = {0};
    int rc = pt_call_read_begin(c, &err);

    if (rc == 0) {
        rc = pt_ledger_discrepancy_json(c->ledger, c->param[0], c->view, &json, &err);
        pt_ledger_read_end(c->ledger);
    }
    pt_call_answer(c, rc, json, &err);
}

void pt_api_escalations(struct pt_call *c) {
    struct json_t *json = NULL;
    struct pt_err err = {0};
    int rc = pt_call_read_begin(c, &err);

    if (rc == 0) {
        rc = pt_ledger_escalations_json(c->ledger, c->view, &json, &err);
        pt_ledger_read_end(c->ledger);
    }
    pt_call_answer(c, rc, json, &err);
}

void pt_api_orders(struct pt_call *c) {
    struct json_t *json = NULL;
    struct pt_err err = {0};
    int rc = pt_call_read_begin(c, &err);

    if (rc == 0) {
        rc = pt_ledger_orders_json(c->ledger, &json, &err);
        pt_ledger_read_end(c->ledger);
    }
    pt_call_answer(c, rc, json, &err);
}

/* ---- briefs -------------------------------------------------------------------------------- */

static void reply_brief_html(struct pt_call *c, struct json_t *brief) {
    struct pt_err err = {0};
    struct pt_buf html;
    char lang[4] = "";
    int rc = pt_param_text(c->req, "lang", lang, sizeof(lang), &err);

    pt_buf_init(&html, PT_BRIEF_MAX);
    if (rc == 1 && strcmp(lang, "zh") != 0 && strcmp(lang, "en") != 0) {
        rc = pt_err_set(&err, PT_E_FORMAT, "?lang= is zh or en, not %s", lang);
    }
    if (rc >= 0) {
        rc = pt_brief_html(brief, strcmp(lang, "en") == 0, &html, &err);
    }
    json_decref(brief);
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
        pt_buf_done(&html);
    } else {
        pt_reply_bytes(c->req, "text/html; charset=utf-8", &html);
    }
}

/* {period}.{format} */
void pt_api_brief(struct pt_call *c) {
    struct json_t *json = NULL;
    struct pt_err err = {0};
    uint64_t known_at = 0;
    int32_t valid_at = 0;
    bool html = strcmp(c->param[1], "html") == 0;
    int rc = pt_call_read_begin(c, &err);

    if (rc == 0) {
        if (!html && strcmp(c->param[1], "json") != 0) {
            rc = pt_err_set(&err, PT_E_NOT_FOUND, "briefs come as .html and .json");
        }
        if (rc == 0) {
            rc = pt_param_moment(c->req, c->ledger, &valid_at, &known_at, &err);
        }
        if (rc == 0) {
            rc = pt_brief_make(c->ledger, c->param[0], known_at == PT_KNOWN_NOW ? 0 : known_at,
                               &json, &err);
        }
        pt_ledger_read_end(c->ledger);
    }
    if (rc != 0) {
        pt_reply_problem_from_any_thread(c->req, rc, err.msg);
    } else if (html) {
        reply_brief_html(c, json);
    } else {
        pt_reply_json(c->req, json);
    }
}

/* ---- a subject's year --------------------------------------------------------------------- */

/* What he may not read isn't there at all: that a clue names the subject would say too much. */
void pt_api_subject_history(struct pt_call *c) {
    const struct pt_list_reader reader = {c->view, pt_redact_may_see};
    struct pt_figure_ask ask = {0};
    struct pt_list_page page;
    struct json_t *json = NULL;
    struct pt_err err = {0};
    char key[PT_ROUTE_PARAM_MAX];
    int rc = pt_call_read_begin(c, &err);

    if (rc == 0) {
        rc = pt_call_page(c, &page, &err);
        rc = rc != 0 ? rc : pt_call_subject_year(c, key, &ask, &err);
        rc = rc != 0 ? rc : pt_ledger_history_json(c->ledger, &ask, page, &reader, &json, &err);
        pt_ledger_read_end(c->ledger);
    }
    pt_call_answer(c, rc, json, &err);
}

void pt_api_subject_universe(struct pt_call *c) {
    struct pt_figure_ask ask = {0};
    struct json_t *json = NULL;
    struct pt_err err = {0};
    char key[PT_ROUTE_PARAM_MAX];
    int rc = pt_call_read_begin(c, &err);

    if (rc == 0) {
        rc = pt_call_subject_year(c, key, &ask, &err);
        rc = rc != 0 ? rc : pt_ledger_universe_json(c->ledger, &ask, &json, &err);
        pt_ledger_read_end(c->ledger);
    }
    pt_call_answer(c, rc, json, &err);
}
