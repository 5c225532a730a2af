/* Two lists of pages, read side by side in their order, a thousand at a time. What the hub lists is
 * taken in that order alone, no page without a row: so it can't go on listing for ever. */
#include <pentad/replay/difference.h>

#include <ctype.h>
#include <string.h>

#include <jansson.h>

#include <pentad/base/buf.h>
#include <pentad/base/date.h>
#include <pentad/ledger/snapshot.h>

struct side {
    pt_difference_ask_cb *hub; /* NULL: `ledger` */
    void *ctx;
    struct pt_ledger *ledger;
    enum pt_party reader;
    int32_t day;
    json_t *answer;
    json_t *last; /* page of the answers before; NULL: none */
    size_t at;
    bool end;
};

static const char *text_of(const json_t *j, const char *key) {
    const char *s = json_string_value(json_object_get(j, key));
    return s ? s : "";
}

static const json_t *pages_of(const struct side *s) {
    return json_object_get(s->answer, "pages");
}

static void escape(struct pt_buf *out, const char *s) {
    for (; *s; s++) {
        if (isalnum((unsigned char)*s) || strchr("-._~", *s)) {
            (void)pt_buf_putc(out, *s);
        } else {
            (void)pt_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*s);
        }
    }
}

static int ask(struct side *s, const char *after, json_t **ret, struct pt_err *err) {
    struct pt_buf path;
    char day[11];
    if (!s->hub) {
        return pt_snapshot_rows_json(s->ledger, s->day, s->reader, after, PT_SNAPSHOT_PAGES_MAX,
                                     ret, err);
    }
    pt_date_format(day, s->day);
    pt_buf_init(&path, 4096);
    (void)pt_buf_printf(&path, "/v1/snapshots/%s/rows", day);
    if (after) {
        (void)pt_buf_puts(&path, "?after=");
        escape(&path, after);
    }
    int rc = path.failed ? PT_E_NOMEM : s->hub(s->ctx, pt_buf_cstr(&path), ret, err);
    pt_buf_done(&path);
    return rc;
}

/* Which of two pages comes first: below 0 the first, 0 they are the same one. */
static int order(const json_t *a, const json_t *b) {
    static const char *const keys[] = {"part", "place", "subject"};
    for (size_t i = 0; a && b && i < sizeof keys / sizeof *keys; i++) {
        int c = strcmp(text_of(a, keys[i]), text_of(b, keys[i]));
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

/* Takes the answer over. */
static int take(struct side *s, json_t *more, struct pt_err *err) {
    const json_t *pages = json_object_get(more, "pages"), *page;
    const json_t *before = s->last;
    bool well = json_array_size(pages) > 0 || !json_string_value(json_object_get(more, "after"));
    size_t i;
    json_array_foreach(pages, i, page) {
        well = well && json_array_size(json_object_get(page, "rows")) > 0 &&
               json_is_integer(json_object_get(page, "fiscal_year")) &&
               (!before || order(before, page) < 0);
        before = page;
    }
    json_t *last = json_incref((json_t *)(uintptr_t)before);
    json_decref(s->last);
    json_decref(s->answer);
    s->last = last;
    s->answer = more;
    s->at = 0;
    return well ? 0
                : pt_err_set(err, PT_E_FORMAT,
                             "the pages of the snapshot's rows aren't in their order, or have no "
                             "rows");
}

/* The page that is next, NULL behind the last. */
static int next(struct side *s, const json_t **ret, struct pt_err *err) {
    int rc = 0;
    while (rc == 0 && !s->end && (!s->answer || s->at == json_array_size(pages_of(s)))) {
        const char *after = json_string_value(json_object_get(s->answer, "after"));
        json_t *more = NULL;
        s->end = s->answer && !after;
        rc = s->end ? 0 : ask(s, after, &more, err);
        rc = more ? take(s, more, err) : rc;
    }
    *ret = rc == 0 && !s->end ? json_array_get(pages_of(s), s->at) : NULL;
    return rc;
}

static const char *value_of(const json_t *page, const char *formula) {
    const json_t *row;
    size_t i;
    json_array_foreach(json_object_get(page, "rows"), i, row) {
        if (strcmp(text_of(row, "formula"), formula) == 0) {
            return text_of(row, "value");
        }
    }
    return NULL;
}

/* The first row of `page` whose value is another in `other`; NULL: none. */
static json_t *first_of(const json_t *page, const json_t *other, bool page_is_own) {
    const json_t *row;
    size_t i;
    json_array_foreach(json_object_get(page, "rows"), i, row) {
        const char *formula = text_of(row, "formula");
        const char *mine = text_of(row, "value");
        const char *theirs = value_of(other, formula);
        if (!theirs || strcmp(mine, theirs) != 0) {
            return json_pack("{s:s,s:s,s:o,s:s,s:s?,s:s?}", "part", text_of(page, "part"),
                             "subject", text_of(page, "subject"), "fiscal_year",
                             json_copy(json_object_get(page, "fiscal_year")), "formula", formula,
                             "own", page_is_own ? mine : theirs, "hub",
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
                              text_of(hub->answer, "tick_day"));
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

int pt_replay_difference(pt_difference_ask_cb *ask_hub, void *ctx, struct pt_ledger *own,
                         enum pt_party reader, json_t **ret, struct pt_err *err) {
    struct side mine = {.ledger = own, .reader = reader};
    struct side theirs = {.hub = ask_hub, .ctx = ctx, .reader = reader};
    json_t *all = NULL;
    json_t *row = NULL;
    json_int_t n = 0;
    int rc = pt_snapshots_json(own, 0, reader, &all, err);
    const json_t *newest = json_array_get(json_object_get(all, "snapshots"), 0);
    *ret = NULL;
    if (rc == 0 && (!newest || pt_date_parse(text_of(newest, "day"), &mine.day) != 0)) {
        rc = pt_err_set(err, PT_E_NOT_FOUND, "there is no snapshot");
    }
    theirs.day = mine.day;
    rc = rc == 0 ? walk(&mine, &theirs, &row, &n, err) : rc;
    if (rc == 0) {
        *ret = json_pack("{s:s,s:O,s:I,s:o}", "day", text_of(newest, "day"), "equal",
                         json_object_get(newest, "equal"), "compared", n, "row",
                         row ? row : json_null());
        rc = *ret ? 0 : pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    json_decref(all);
    json_decref(mine.answer);
    json_decref(theirs.answer);
    json_decref(mine.last);
    json_decref(theirs.last);
    return rc;
}
