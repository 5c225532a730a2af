#include <pentad/replay/replay.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include <pentad/base/date.h>
#include <pentad/ledger/snapshot.h>
#include <pentad/replay/difference.h>
#include <pentad/replay/page.h>

#define ANSWER_MAX (64u * 1024 * 1024)

struct replay {
    struct pt_ledger *ledger;
    char *path;
    enum pt_party reader;
    struct pt_page_room room;
};

static uint64_t size_of(void *self) {
    const struct replay *r = self;
    return pt_ledger_cursor(r->ledger);
}

static int fold(void *self, const Pentad__V1__FeedPage *page, struct pt_err *err) {
    struct replay *r = self;
    return pt_page_fold(r->ledger, page, &r->room, err);
}

struct passing {
    pt_replay_verdict_cb *cb;
    void *ctx;
};

static int pass(void *ctx, const struct pt_snapshot_verdict *v) {
    const struct passing *p = ctx;
    struct pt_replay_verdict out = {.day = v->day,
                                    .party = v->party,
                                    .stream = v->stream,
                                    .seq = v->seq,
                                    .equal = v->equal,
                                    .format = v->format,
                                    .own_format = v->own_format};
    for (size_t i = 0; i < v->n_classes && i < sizeof out.classes / sizeof *out.classes; i++) {
        out.classes[out.n_classes++] = pt_party_name(v->classes[i]);
    }
    if (v->hash.len != sizeof out.hash) {
        return PT_E_CORRUPT;
    }
    memcpy(out.hash, v->hash.p, sizeof out.hash);
    memcpy(out.digest, v->digest.b, sizeof out.digest);
    return p->cb(p->ctx, &out);
}

static int verdicts(void *self, int32_t day, pt_replay_verdict_cb *cb, void *ctx,
                    struct pt_err *err) {
    const struct replay *r = self;
    struct passing p = {cb, ctx};
    return pt_snapshot_verdicts(r->ledger, day, r->reader, pass, &p, err);
}

/* ---- the row ---- */

struct asking {
    pt_replay_ask_cb *ask;
    void *ctx;
};

static int ask_json(void *ctx, const char *path, json_t **ret, struct pt_err *err) {
    const struct asking *a = ctx;
    struct pt_buf answer;
    pt_buf_init(&answer, ANSWER_MAX);
    int rc = a->ask(a->ctx, path, &answer, err);
    *ret = rc == 0 ? json_loadb((const char *)answer.p, answer.len, 0, NULL) : NULL;
    if (rc == 0 && !*ret) {
        rc = pt_err_set(err, PT_E_FORMAT, "the hub's answer is no JSON");
    }
    pt_buf_done(&answer);
    return rc;
}

/* A number; what is a digest is none. */
static bool take_value(const json_t *row, const char *key, int64_t *ret) {
    const char *s = json_string_value(json_object_get(row, key));
    char *end = NULL;
    errno = 0;
    *ret = s ? strtoll(s, &end, 10) : 0;
    return s != NULL && end != s && *end == '\0' && errno == 0;
}

static void take_row(const json_t *row, struct pt_replay_row *ret) {
    const char *part = json_string_value(json_object_get(row, "part"));
    const char *subject = json_string_value(json_object_get(row, "subject"));
    const char *formula = json_string_value(json_object_get(row, "formula"));
    if (!part || !subject || !formula || strlen(subject) >= sizeof ret->subject ||
        strlen(formula) >= sizeof ret->formula) {
        return;
    }
    ret->found = true;
    ret->facts = strcmp(part, "facts") == 0;
    (void)snprintf(ret->subject, sizeof ret->subject, "%s", subject);
    (void)snprintf(ret->formula, sizeof ret->formula, "%s", formula);
    ret->fiscal_year = (int32_t)json_integer_value(json_object_get(row, "fiscal_year"));
    ret->has_own = take_value(row, "own", &ret->own);
    ret->has_hub = take_value(row, "hub", &ret->hub);
}

static int differs(void *self, pt_replay_ask_cb *ask, void *ctx, struct pt_replay_row *ret,
                   struct pt_err *err) {
    const struct replay *r = self;
    struct asking a = {ask, ctx};
    json_t *j = NULL;
    memset(ret, 0, sizeof *ret);
    int rc = pt_replay_difference(ask_json, &a, r->ledger, r->reader, &j, err);
    if (rc == 0) {
        take_row(json_object_get(j, "row"), ret);
        (void)pt_date_parse(json_string_value(json_object_get(j, "day")), &ret->day);
    }
    json_decref(j);
    return rc;
}

/* It holds what not everyone on this machine may read. */
static int open_ledger(struct replay *r, struct pt_err *err) {
    mode_t before = umask(077);
    int rc = pt_ledger_open(r->path, PT_LEDGER_WRITE, &r->ledger, NULL, err);
    (void)umask(before);
    return rc;
}

static int anew(void *self, struct pt_err *err) {
    struct replay *r = self;
    struct pt_err why = {0};
    pt_ledger_close(r->ledger);
    r->ledger = NULL;
    int rc = pt_ledger_clear(r->path, err);
    int opened = open_ledger(r, &why);
    if (rc == 0 && opened != 0) {
        *err = why;
    }
    return rc ? rc : opened;
}

static void close_replay(void *self) {
    struct replay *r = self;
    pt_ledger_close(r->ledger);
    free(r->path);
    pt_page_room_done(&r->room);
    free(r);
}

int pt_replay_open(const char *path, enum pt_party reader, struct pt_replay *ret,
                   struct pt_err *err) {
    static const struct pt_replay_ops ops = {size_of, fold, verdicts, differs, anew, close_replay};
    struct replay *r = calloc(1, sizeof *r);
    if (!r) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    r->reader = reader;
    r->path = strdup(path);
    int rc = r->path ? open_ledger(r, err) : pt_err_set(err, PT_E_NOMEM, "out of memory");
    if (rc != 0) {
        close_replay(r);
        return rc;
    }
    *ret = (struct pt_replay){&ops, r};
    return 0;
}
