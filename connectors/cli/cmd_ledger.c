/* pentad ledger: its digest, a replay of the log beside it, its rows. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/base/file.h>
#include <pentad/base/progress.h>
#include <pentad/ledger/query.h>
#include <pentad/proof/batch.h>
#include <pentad/rules/fold.h>
#include <pentad/store/sqlite.h>

#include "cli.h"

static void hex32(char out[65], const uint8_t digest[32]) {
    pt_hex(out, digest, 32);
}

static int open_ledger(const char *dir, struct pt_ledger **ret, struct pt_err *err) {
    char path[4096];
    if (pt_path_join(path, sizeof path, dir, "ledger.db") != 0) {
        return pt_err_set(err, PT_E_USAGE,
                          PT_SAY("--data: the path is too long", "--data：路径过长"));
    }
    return pt_ledger_open(path, PT_LEDGER_READ, ret, NULL, err);
}

/* ---- digest ---- */

static int examine_ledger(struct pt_ledger *l, struct cli_ledger_said *ret, struct pt_err *err) {
    int rc = pt_ledger_schema_digest(l, ret->schema, err);
    if (rc == 0) {
        ret->unsound = pt_ledger_examine(l, &ret->why);
        rc = ret->unsound == 0 || ret->unsound == PT_E_CORRUPT
                 ? 0
                 : pt_err_set(err, ret->unsound, "%s", ret->why.msg);
    }
    return rc;
}

int pt_cli_ledger_said(const char *dir, bool examine, struct cli_ledger_said *ret,
                       struct pt_err *err) {
    struct pt_ledger *l = NULL;
    memset(ret, 0, sizeof *ret);
    int rc = open_ledger(dir, &l, err);
    if (rc == 0) {
        rc = pt_ledger_read_begin(l, err);
    }
    if (rc == 0) {
        ret->cursor = pt_ledger_cursor(l);
        rc = examine ? examine_ledger(l, ret, err) : 0;
        rc = rc == 0 ? pt_ledger_digest(l, ret->digest, err) : rc;
        pt_ledger_read_end(l);
    }
    pt_ledger_close(l);
    return rc;
}

static int digest(const struct cli_options *o) {
    struct pt_err err = {0};
    struct cli_ledger_said said;
    char hex[65];
    int rc = pt_cli_ledger_said(o->data, false, &said, &err);
    if (rc != 0) {
        return pt_cli_fail(&err);
    }
    hex32(hex, said.digest);
    if (o->json) {
        json_t *j = json_pack("{s:I,s:s}", "log_size", (json_int_t)said.cursor, "digest", hex);
        (void)pt_cli_print_json(j);
        json_decref(j);
    } else {
        printf(PT_SAY("%s  at log size %" PRIu64 "\n", "%s  日志长度%" PRIu64 "\n"), hex,
               said.cursor);
    }
    return EXIT_OK;
}

/* ---- replay ---- */

enum { REPLAY_STEP = 20000 }; /* records a transaction: nobody reads this ledger meanwhile */

struct replay {
    struct pt_fold *fold;
    size_t in_step;
    struct pt_span *records;     /* room for the largest batch */
    const struct cli_look *look; /* may be NULL */
    size_t next_stop;            /* of look's */
    struct pt_progress progress;
    struct pt_err *err;
};

/* Are we where somebody wants to look? */
static int stop_at(struct replay *r, uint64_t size) {
    const struct cli_look *k = r->look;
    if (!k || r->next_stop == k->n_stops || k->stops[r->next_stop] != size) {
        return 0;
    }
    r->next_stop++;
    r->in_step = 0;
    int rc = pt_fold_commit(r->fold, r->err);
    rc = rc == 0 ? k->stop(k->ctx, r->fold, size, r->err) : rc;
    return rc == 0 ? pt_fold_begin(r->fold, r->err) : rc;
}

static int fold_entry(void *ctx, const struct pt_store_entry *e) {
    struct replay *r = ctx;
    struct pt_kept_record rec;
    size_t n = 0, pos = 0;
    int more = 0;
    while (n < PT_BATCH_RECORDS_MAX && (more = pt_kept_record_next(e->records, &pos, &rec)) == 1) {
        r->records[n++] = rec.bytes;
    }
    if (more < 0) {
        return pt_err_set(r->err, more,
                          PT_SAY("log entry %" PRIu64 ": its records can't be read",
                                 "日志第%" PRIu64 "条：其记录无法读取"),
                          e->index);
    }
    const struct pt_fold_entry entry = {
        .log_index = e->index, .log_entry = e->log_entry, .records = r->records, .n = n};
    int rc = r->look && r->look->read ? r->look->read(r->look->ctx, e, r->err) : 0;
    rc = rc == 0 ? pt_fold_add(r->fold, &entry, 1, r->err) : rc;
    r->in_step += n;
    if (rc == 0 && r->in_step >= REPLAY_STEP) {
        rc = pt_fold_commit(r->fold, r->err);
        rc = rc == 0 ? pt_fold_begin(r->fold, r->err) : rc;
        r->in_step = 0;
    }
    pt_progress_set(&r->progress, e->index + 1);
    return rc == 0 ? stop_at(r, e->index + 1) : rc;
}

static int fold_entries(struct replay *r, struct pt_store *store, uint64_t size) {
    struct pt_store_reader *reader = NULL;
    int rc = pt_store_read_begin(store, &reader, r->err);
    if (rc != 0) {
        return rc;
    }
    pt_progress_start(&r->progress, "replaying", size);
    rc = pt_fold_begin(r->fold, r->err);
    rc = rc == 0 ? stop_at(r, 0) : rc;
    rc = rc == 0 ? pt_store_entries(reader, 0, size, true, fold_entry, r, r->err) : rc;
    rc = rc == 0 ? pt_fold_commit(r->fold, r->err) : rc;
    pt_progress_end(&r->progress);
    pt_store_read_end(reader);
    return rc;
}

/* The log of `dir` into r->fold, which is left open. */
static int fold_folder(const char *dir, const char *into, uint64_t size, struct replay *r) {
    struct pt_store *store = NULL;
    const struct pt_sqlite_opts so = {.read_only = true};
    r->records = calloc(PT_BATCH_RECORDS_MAX, sizeof *r->records);
    int rc = r->records ? pt_store_sqlite_open(dir, &so, &store, r->err)
                        : pt_err_set(r->err, PT_E_NOMEM, "out of memory");
    rc = rc == 0 ? pt_fold_open(into, &r->fold, NULL, r->err) : rc;
    rc = rc == 0 ? fold_entries(r, store, size) : rc;
    pt_store_sqlite_close(store);
    free(r->records);
    return rc;
}

int pt_cli_fold_log(const char *dir, const char *into, uint64_t size, struct pt_fold_state *ret,
                    uint8_t digest[32], struct pt_err *err) {
    struct replay r = {.err = err};
    int rc = fold_folder(dir, into, size, &r);
    if (rc == 0) {
        rc = pt_fold_state(r.fold, ret, err);
    }
    if (rc == 0 && digest) {
        rc = pt_ledger_digest(pt_fold_ledger(r.fold), digest, err);
    }
    pt_fold_close(r.fold);
    return rc;
}

int pt_cli_fold_log_look(const char *dir, const char *into, uint64_t size,
                         const struct cli_look *look, struct pt_err *err) {
    struct replay r = {.look = look, .err = err};
    int rc = fold_folder(dir, into, size, &r);
    pt_fold_close(r.fold);
    return rc;
}

static int replay(const struct cli_options *o) {
    struct pt_err err = {0};
    struct pt_fold_state st = {0};
    struct cli_ledger_said said;
    uint8_t ours[32];
    char a[65], b[65];
    int rc = pt_cli_ledger_said(o->data, false, &said, &err);
    const uint64_t cursor = said.cursor;
    if (rc == 0) {
        rc = pt_cli_fold_log(o->data, o->out ? o->out : ":memory:", cursor, &st, ours, &err);
    }
    if (rc != 0) {
        return pt_cli_fail(&err);
    }
    hex32(a, said.digest);
    hex32(b, ours);
    bool equal = memcmp(said.digest, ours, sizeof ours) == 0;
    if (o->json) {
        json_t *j = json_pack("{s:b,s:I,s:s,s:s,s:I,s:I,s:I}", "equal", equal, "log_size",
                              (json_int_t)cursor, "ledger", a, "replay", b, "mismatches",
                              (json_int_t)st.mismatches, "pending", (json_int_t)st.pending,
                              "snapshots_unlike", (json_int_t)st.snapshots_unlike);
        (void)pt_cli_print_json(j);
        json_decref(j);
    } else {
        printf(PT_SAY("%s at log size %" PRIu64 "\n  ledger %s\n  replay %s\n  %" PRIu64
                      " findings of the log that the rules would not have written so\n  %" PRIu64
                      " logged snapshots (H03) that say something else\n",
                      "%s，日志长度%" PRIu64 "\n  台账 %s\n  重放 %s\n  %" PRIu64
                      "项日志中的差异，规则不会如此写出\n  %" PRIu64
                      "份日志中的快照（H03）所载不同\n"),
               equal ? PT_SAY("EQUAL", "相同") : PT_SAY("NOT EQUAL", "不相同"), cursor, a, b,
               st.mismatches, st.snapshots_unlike);
    }
    return equal && st.mismatches == 0 && st.snapshots_unlike == 0 ? EXIT_OK : EXIT_FAILED;
}

/* ---- rows ---- */

static int ask_row(const struct cli_options *o, struct cli_answers *a, const char *subject,
                   json_t **ret, struct pt_err *err) {
    if (a->ledger) {
        int32_t valid_at = 0;
        int32_t year = o->year ? (int32_t)strtol(o->year, NULL, 10) : 0;
        int kind = 0;
        char key[128];
        uint64_t known = 0;
        int rc = pt_cli_valid_at(o, a->ledger, &valid_at, err);
        rc = rc ? rc : pt_cli_known_at(o, a->ledger, &known, err);
        if (rc == 0) {
            rc = pt_ledger_subject_parse(a->ledger, subject, &kind, key, sizeof key, err);
        }
        return rc ? rc
                  : pt_ledger_row_json(a->ledger, kind, key, year, valid_at, known, PT_PARTY_HUB,
                                       ret, err);
    }
    struct pt_buf path;
    char first = '?';
    pt_buf_init(&path, 2048);
    (void)pt_buf_puts(&path, "/v1/subjects/");
    pt_cli_path_escape(&path, subject);
    pt_cli_query_add(&path, &first, "fiscal_year", o->year);
    pt_cli_query_add(&path, &first, "valid_at", o->valid_at);
    pt_cli_query_add(&path, &first, "known_at", o->known_at);
    int rc = pt_cli_get_json(&a->hub, pt_buf_cstr(&path), ret, err);
    pt_buf_done(&path);
    return rc;
}

static int row(const struct cli_options *o, const char *subject) {
    struct pt_err err = {0};
    struct cli_answers a;
    json_t *j = NULL;
    int rc = pt_cli_answers_open(o, &a, &err);
    if (rc == 0) {
        rc = ask_row(o, &a, subject, &j, &err);
    }
    int result = rc ? pt_cli_fail(&err) : EXIT_OK;
    if (rc == 0) {
        (void)pt_cli_print_json(j);
    }
    json_decref(j);
    pt_cli_answers_close(&a);
    return result;
}

static int dispatch(const struct cli_options *o) {
    const char *what = o->n_args > 0 ? o->args[0] : "";
    if (strcmp(what, "digest") == 0 && o->n_args == 1) {
        return o->data ? digest(o)
                       : pt_cli_misuse(&cmd_ledger,
                                       PT_SAY("whose? --data HUBDIR", "哪个台账？--data HUBDIR"));
    }
    if (strcmp(what, "replay") == 0 && o->n_args == 1) {
        if (!o->data) {
            return pt_cli_misuse(&cmd_ledger,
                                 PT_SAY("whose? --data HUBDIR", "哪个台账？--data HUBDIR"));
        }
        int misuse = pt_cli_out_is_new(&cmd_ledger, o);
        return misuse ? misuse : replay(o);
    }
    if (strcmp(what, "row") == 0 && o->n_args == 2) {
        return row(o, o->args[1]);
    }
    return pt_cli_misuse(&cmd_ledger, PT_SAY("say digest, replay or row SUBJECT",
                                             "请写明digest、replay或row SUBJECT"));
}

const struct cli_command cmd_ledger = {
    .name = "ledger",
    .what = "the ledger's digest, a replay of the log beside it, its rows",
    .usage =
        "usage: pentad ledger digest --data HUBDIR [--json] [--zh|--en]\n"
        "       pentad ledger replay --data HUBDIR [--out FILE] [--json] [--zh|--en]\n"
        "       pentad ledger row SUBJECT [--year 2019] [--valid-at DAY] [--known-at DAY|SIZE]\n"
        "                         (--config FILE [--hub URL] | --data HUBDIR)\n"
        "\n"
        "digest  SHA-256 over every row: the same for the same log, on any machine\n"
        "replay  folds the log from its first entry, with all rules, and compares: the ledger is\n"
        "        nothing but a function of the log. --out keeps the replayed ledger in a new file\n"
        "row     a subject's state, figures and open discrepancies, as JSON\n"
        "\n"
        "exit: 0 done or equal, 1 not equal or failed, 2 wrong use\n"
        "\n"
        "example: pentad ledger replay --data hub\n",
    .min_args = 1,
    .max_args = 2,
    .wants = "say digest, replay or row SUBJECT",
    .wants_zh = "请写明digest、replay或row SUBJECT",
    .run = dispatch};
