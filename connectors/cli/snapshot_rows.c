/* Two lists of pages, read side by side in their order, a thousand at a time. */
#include "snapshot_rows.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/ledger/snapshot.h>

#include "answering.h"

struct side {
    struct cli_hub *hub; /* NULL: `ledger` */
    struct pt_ledger *ledger;
    enum pt_party reader;
    int32_t day;
    json_t *answer;
    size_t at;
    bool end;
};

static const json_t *pages_of(const struct side *s) {
    return json_object_get(s->answer, "pages");
}

static int ask(struct side *s, const char *after, json_t **ret, struct pt_err *err) {
    struct pt_buf path;
    char day[11];
    char first = '?';
    if (!s->hub) {
        return pt_snapshot_rows_json(s->ledger, s->day, s->reader, after, PT_SNAPSHOT_PAGES_MAX,
                                     ret, err);
    }
    pt_date_format(day, s->day);
    pt_buf_init(&path, 4096);
    (void)pt_buf_printf(&path, "/v1/snapshots/%s/rows", day);
    pt_cli_query_add(&path, &first, "after", after);
    int rc = pt_cli_get_json(s->hub, pt_buf_cstr(&path), ret, err);
    pt_buf_done(&path);
    return rc;
}

/* The page that is next, NULL behind the last. */
static int next(struct side *s, const json_t **ret, struct pt_err *err) {
    int rc = 0;
    while (rc == 0 && !s->end && (!s->answer || s->at == json_array_size(pages_of(s)))) {
        const char *after = json_string_value(json_object_get(s->answer, "after"));
        json_t *more = NULL;
        s->end = s->answer && !after;
        rc = s->end ? 0 : ask(s, after, &more, err);
        if (more) {
            json_decref(s->answer);
            s->answer = more;
            s->at = 0;
        }
    }
    *ret = rc == 0 && !s->end ? json_array_get(pages_of(s), s->at) : NULL;
    return rc;
}

/* Which of two pages comes first: below 0 the first, 0 they are the same one. */
static int order(const json_t *a, const json_t *b) {
    static const char *const keys[] = {"part", "place", "subject"};
    for (size_t i = 0; a && b && i < sizeof keys / sizeof *keys; i++) {
        int c = strcmp(pt_cli_text(a, keys[i]), pt_cli_text(b, keys[i]));
        if (c != 0) {
            return c;
        }
    }
    if (!a || !b) {
        return a ? -1 : 1;
    }
    json_int_t x = json_integer_value(json_object_get(a, "fiscal_year"));
    json_int_t y = json_integer_value(json_object_get(b, "fiscal_year"));
    return x < y ? -1 : x > y;
}

static const char *value_of(const json_t *page, const char *formula) {
    const json_t *row;
    size_t i;
    json_array_foreach(json_object_get(page, "rows"), i, row) {
        if (strcmp(pt_cli_text(row, "formula"), formula) == 0) {
            return pt_cli_text(row, "value");
        }
    }
    return NULL;
}

/* The first row of `page` whose value is another in `other`; NULL: none. */
static json_t *first_of(const json_t *page, const json_t *other, bool page_is_own) {
    const json_t *row;
    size_t i;
    json_array_foreach(json_object_get(page, "rows"), i, row) {
        const char *formula = pt_cli_text(row, "formula");
        const char *mine = pt_cli_text(row, "value");
        const char *theirs = value_of(other, formula);
        if (!theirs || strcmp(mine, theirs) != 0) {
            return json_pack("{s:s,s:o,s:s,s:s?,s:s?}", "subject", pt_cli_text(page, "subject"),
                             "fiscal_year", json_copy(json_object_get(page, "fiscal_year")),
                             "formula", formula, "own", page_is_own ? mine : theirs, "hub",
                             page_is_own ? theirs : mine);
        }
    }
    return NULL;
}

static json_t *compare(const json_t *own, const json_t *hub) {
    int c = order(own, hub);
    json_t *row = c <= 0 ? first_of(own, c == 0 ? hub : NULL, true) : NULL;
    return row || c < 0 ? row : first_of(hub, c == 0 ? own : NULL, false);
}

static bool same_tick(const json_t *a, const json_t *b) {
    return json_equal(json_object_get(a, "tick_day"), json_object_get(b, "tick_day")) &&
           json_equal(json_object_get(a, "tick_seq"), json_object_get(b, "tick_seq"));
}

static int walk(struct side *own, struct side *hub, json_t **ret_row, json_int_t *ret_n,
                struct pt_err *err) {
    const json_t *a = NULL;
    const json_t *b = NULL;
    int rc = 0;
    do {
        rc = next(own, &a, err);
        rc = rc == 0 ? next(hub, &b, err) : rc;
        if (rc == 0 && !same_tick(own->answer, hub->answer)) {
            return pt_err_set(err, PT_E_BUSY,
                              "the hub's ledger stands at another tick (%s); ask again",
                              pt_cli_text(hub->answer, "tick_day"));
        }
        if (rc == 0 && (a || b)) {
            int c = order(a, b);
            *ret_row = compare(a, b);
            own->at += c <= 0;
            hub->at += c >= 0;
            *ret_n += 1;
        }
    } while (rc == 0 && !*ret_row && (a || b));
    return rc;
}

int pt_cli_snapshot_difference(struct cli_hub *hub, struct pt_ledger *own, enum pt_party reader,
                               json_t **ret, struct pt_err *err) {
    struct side mine = {.ledger = own, .reader = reader};
    struct side theirs = {.hub = hub, .reader = reader};
    json_t *all = NULL;
    json_t *row = NULL;
    json_int_t n = 0;
    int rc = pt_snapshots_json(own, 0, reader, &all, err);
    const json_t *newest = json_array_get(json_object_get(all, "snapshots"), 0);
    *ret = NULL;
    if (rc == 0 && (!newest || pt_date_parse(pt_cli_text(newest, "day"), &mine.day) != 0)) {
        rc = pt_err_set(err, PT_E_NOT_FOUND, "there is no snapshot");
    }
    theirs.day = mine.day;
    rc = rc == 0 ? walk(&mine, &theirs, &row, &n, err) : rc;
    if (rc == 0) {
        *ret = json_pack("{s:s,s:O,s:I,s:o}", "day", pt_cli_text(newest, "day"), "equal",
                         json_object_get(newest, "equal"), "compared", n, "row",
                         row ? row : json_null());
    }
    json_decref(all);
    json_decref(mine.answer);
    json_decref(theirs.answer);
    return rc;
}

void pt_cli_snapshot_print(const json_t *d, bool zh) {
    const json_t *row = json_object_get(d, "row");
    const char *own = json_string_value(json_object_get(row, "own"));
    const char *hub = json_string_value(json_object_get(row, "hub"));
    if (json_is_null(row)) {
        bool liar = json_is_false(json_object_get(d, "equal"));
        const char *more_zh = liar ? "日志所载摘要并非出自这些行" : "更早一日的各行已不再保存";
        const char *more_en =
            liar ? "what it logged isn't their digest" : "rows of an older day are no longer kept";
        printf(zh ? "中枢%s的台账各行与此处一致（%lld页）；%s\n"
                  : "the hub's rows of %s are the same as here (%lld pages): %s\n",
               pt_cli_text(d, "day"), (long long)json_integer_value(json_object_get(d, "compared")),
               zh ? more_zh : more_en);
        return;
    }
    printf(zh ? "第一处不同的行：%s %lld年度 %s：此处%s，中枢%s\n"
              : "the first row that differs: %s %lld %s: here %s, at the hub %s\n",
           pt_cli_text(row, "subject"),
           (long long)json_integer_value(json_object_get(row, "fiscal_year")),
           pt_cli_text(row, "formula"),
           own  ? own
           : zh ? "无"
                : "none",
           hub  ? hub
           : zh ? "无"
                : "none");
}
