/* Asking: the hub over HTTP, or a ledger beside it. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/ledger/figures.h>
#include <pentad/ledger/ledger.h>
#include <pentad/record/ref.h>
#include <pentad/record/text.h>

#include "cli.h"

int pt_cli_answers_open(const struct cli_options *o, struct cli_answers *ret, struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    if (!o->data) {
        return pt_cli_hub_open(o, &ret->hub, err);
    }
    char path[4096];
    if (pt_path_join(path, sizeof path, o->data, "ledger.db") != 0) {
        return pt_err_set(err, PT_E_USAGE,
                          PT_SAY("--data: the path is too long", "--data：路径过长"));
    }
    return pt_ledger_open(path, PT_LEDGER_READ, &ret->ledger, NULL, err);
}

void pt_cli_answers_close(struct cli_answers *a) {
    pt_ledger_close(a->ledger);
    a->ledger = NULL;
    pt_cli_hub_close(&a->hub);
}

int pt_cli_answer(const struct cli_options *o, const struct cli_question *q) {
    struct pt_err err = {0};
    struct cli_answers a;
    json_t *j = NULL;
    int rc = pt_cli_answers_open(o, &a, &err);
    if (rc == 0) {
        rc = q->ask(o, &a, &j, &err);
    }
    int result = EXIT_OK;
    if (rc != 0) {
        result = pt_cli_fail(&err);
    } else if (o->json) {
        (void)pt_cli_print_json(j);
    } else {
        q->print(o, j);
    }
    json_decref(j);
    pt_cli_answers_close(&a);
    return result;
}

int pt_cli_check_text(const char *option, const char *text, size_t max, struct pt_err *err) {
    size_t chars = 0;
    const char *why = NULL;
    if (text && pt_text_check(text, strlen(text), &chars, &why) != 0) {
        return pt_err_set(err, PT_E_USAGE, PT_SAY("%s: %s", "%s：%s"), option, why);
    }
    return chars <= max
               ? 0
               : pt_err_set(err, PT_E_USAGE,
                            PT_SAY("%s: %zu characters, at most %zu", "%s：%zu个字符，至多%zu个"),
                            option, chars, max);
}

int pt_cli_ref_parse(const char *text, struct pt_ref *ret, struct pt_err *err) {
    return pt_ref_parse(text, ret, NULL) == 0
               ? 0
               : pt_err_set(err, PT_E_USAGE,
                            PT_SAY("%s is no record: write party/stream#number, as finance/main#12",
                                   "%s不是记录编号：应写作参与方/数据流#序号，如finance/main#12"),
                            text);
}

int pt_cli_figure_parse(const char *text, struct cli_figure *ret, struct pt_err *err) {
    memset(ret, 0, sizeof *ret);
    const char *last = strrchr(text, '/');
    const char *before = last;
    while (before && before > text && *--before != '/') {
    }
    char *end = NULL;
    long year = last && before > text ? strtol(before + 1, &end, 10) : 0;
    if (!last || before <= text || end != last || year < 1900 || year > 2199 ||
        (size_t)(before - text) >= sizeof ret->subject || strlen(last + 1) >= sizeof ret->figure) {
        return pt_err_set(
            err, PT_E_USAGE,
            PT_SAY("%s is neither a record (finance/main#12) nor a figure (PROJECT:3701…/2019/FG3)",
                   "%s既不是记录（finance/main#12），也不是指标（PROJECT:3701…/2019/FG3）"),
            text);
    }
    memcpy(ret->subject, text, (size_t)(before - text));
    (void)snprintf(ret->figure, sizeof ret->figure, "%s", last + 1);
    ret->year = (int32_t)year;
    return 0;
}

int pt_cli_valid_at(const struct cli_options *o, struct pt_ledger *l, int32_t *ret_valid_at,
                    struct pt_err *err) {
    struct pt_ledger_tick tick = {0};
    *ret_valid_at = 0;
    if (o->valid_at && pt_date_parse(o->valid_at, ret_valid_at) != 0) {
        return pt_err_set(err, PT_E_USAGE,
                          PT_SAY("--valid-at %s is not a date (2019-06-30)",
                                 "--valid-at %s不是日期（2019-06-30）"),
                          o->valid_at);
    }
    int rc = o->valid_at ? 0 : pt_ledger_last_tick(l, &tick, err);
    if (rc == 0 && !o->valid_at) {
        *ret_valid_at = tick.day;
    }
    return rc;
}

int pt_cli_known_at(const struct cli_options *o, struct pt_ledger *l, uint64_t *ret_log_size,
                    struct pt_err *err) {
    int32_t day = 0;
    *ret_log_size = PT_KNOWN_NOW;
    if (!o->known_at) {
        return 0;
    }
    if (strchr(o->known_at, '-')) {
        int rc = pt_date_parse(o->known_at, &day);
        return rc ? pt_err_set(err, rc,
                               PT_SAY("--known-at %s is not a date", "--known-at %s不是日期"),
                               o->known_at)
                  : pt_ledger_known_at(l, day, ret_log_size, err);
    }
    *ret_log_size = strtoull(o->known_at, NULL, 10);
    uint64_t now = pt_ledger_cursor(l);
    if (*ret_log_size > now) {
        return pt_err_set(err, PT_E_RANGE,
                          PT_SAY("--known-at %s: the ledger stands at log size %" PRIu64
                                 " (a day is written 2019-06-30)",
                                 "--known-at %s：台账的日志长度为%" PRIu64
                                 "（日期写作2019-06-30）"),
                          o->known_at, now);
    }
    return 0;
}

void pt_cli_path_escape(struct pt_buf *path, const char *text) {
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (isalnum(*p) || strchr("-_.~:", *p)) {
            (void)pt_buf_putc(path, (char)*p);
        } else {
            (void)pt_buf_printf(path, "%%%02X", *p);
        }
    }
}

void pt_cli_query_add(struct pt_buf *path, char *first, const char *name, const char *value) {
    if (value) {
        (void)pt_buf_printf(path, "%c%s=", *first, name);
        pt_cli_path_escape(path, value);
        *first = '&';
    }
}
