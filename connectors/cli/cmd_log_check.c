/* pentad log check: everything computed anew, of a data folder, an exported tree, a serving hub. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/file.h>
#include <pentad/record/decode.h>
#include <pentad/store/sqlite.h>

#include "log_check.h"

#define FAR_BEHIND 2 /* ticks */
#define FAULT_TEXT 768
#define FEED_BYTES (4u * 1024 * 1024)

/* ---- what is found ---- */

static void list_fault(json_t *list, const struct pt_log_fault *f) {
    json_t *j = json_pack("{s:s,s:s,s:s,s:s}", "code", pt_err_name(f->code), "check", f->check,
                          "where", f->where, "what", f->what);
    if (j && f->has_index) {
        json_object_set_new(j, "log_index", json_integer((json_int_t)f->log_index));
    }
    if (j && f->party[0]) {
        json_object_set_new(j, "party", json_string(f->party));
        json_object_set_new(j, "stream", json_string(f->stream));
    }
    if (j && f->seq) {
        json_object_set_new(j, "seq", json_integer((json_int_t)f->seq));
    }
    if (j && f->expected[0]) {
        json_object_set_new(j, "expected", json_string(f->expected));
    }
    if (j && f->found[0]) {
        json_object_set_new(j, "found", json_string(f->found));
    }
    json_array_append_new(list, j);
}

/* What a file says of itself, a table's name for instance, shall neither steer the terminal nor
 * break the JSON. */
static const char *plain(char out[FAULT_TEXT], const char *text) {
    (void)snprintf(out, FAULT_TEXT, "%s", text);
    bool utf8 = pt_utf8_valid((const uint8_t *)out, strlen(out));
    for (unsigned char *p = (unsigned char *)out; *p; p++) {
        bool control = *p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] < 0xa0);
        if (control || (*p >= 0x80 && !utf8)) {
            *p = '?';
            if (control && p[1] >= 0x80) {
                p[1] = '?';
            }
        }
    }
    return out;
}

void pt_cli_log_fault(void *checking, const struct pt_log_fault *found) {
    char where[FAULT_TEXT], what[FAULT_TEXT], expected[FAULT_TEXT], got[FAULT_TEXT];
    char party[FAULT_TEXT], stream[FAULT_TEXT];
    struct pt_log_fault copy = *found;
    const struct pt_log_fault *f = &copy;
    struct checking *k = checking;
    copy.where = plain(where, found->where);
    copy.what = plain(what, found->what);
    copy.expected = plain(expected, found->expected);
    copy.found = plain(got, found->found);
    copy.party = plain(party, found->party);
    copy.stream = plain(stream, found->stream);
    if (k->json) {
        list_fault(k->faults, f);
        return;
    }
    if (pt_language_is_chinese()) {
        printf("  问题 %s：%s：%s (%s, %s)\n", f->where, pt_err_text(f->code, true), f->what,
               f->check, pt_err_name(f->code));
    } else {
        printf("  FAULT %s: %s (%s, %s)\n", f->where, f->what, f->check, pt_err_name(f->code));
    }
    if (f->expected[0]) {
        printf(PT_SAY("    expected %s\n", "    应为 %s\n"), f->expected);
    }
    if (f->found[0]) {
        printf(PT_SAY("    found    %s\n", "    实为 %s\n"), f->found);
    }
}

static void on_excuse(void *ctx, const struct pt_log_excuse *x) {
    struct checking *k = ctx;
    if (k->n_excuses == k->cap_excuses) {
        size_t cap = k->cap_excuses ? 2 * k->cap_excuses : 16;
        struct pt_log_excuse *grown = realloc(k->excuses, cap * sizeof *grown);
        if (!grown) {
            k->no_memory = true;
            return;
        }
        k->excuses = grown;
        k->cap_excuses = cap;
    }
    k->excuses[k->n_excuses++] = *x;
}

static void on_progress(void *ctx, uint64_t done, uint64_t total) {
    struct checking *k = ctx;
    k->progress.total = total;
    pt_progress_set(&k->progress, done);
}

/* ---- the answer ---- */

static uint64_t faults_of(const struct pt_log_check_result *r, const struct replayed *p,
                          const struct checking *k) {
    return r->faults + p->faults + k->refusable;
}

static json_t *result_json(const struct pt_log_check_result *r, const struct replayed *p,
                           const struct checking *k, const char *hub, const char *root) {
    const json_int_t entries = (json_int_t)r->resumed + (json_int_t)r->entries;
    json_t *j = json_pack(
        "{s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:s,s:s,s:O}", "sound",
        faults_of(r, p, k) == 0, "entries", entries, "resumed", (json_int_t)r->resumed, "records",
        (json_int_t)r->records, "record_bytes", (json_int_t)r->record_bytes, "withheld",
        (json_int_t)r->withheld, "unjudged", (json_int_t)r->unjudged, "erased",
        (json_int_t)r->erased, "refusals", (json_int_t)r->refusals, "tiles", (json_int_t)r->tiles,
        "faults", (json_int_t)faults_of(r, p, k), "signed_size", (json_int_t)r->signed_size,
        "cosigned_size", (json_int_t)r->cosigned_size, "hub", hub, "root", root, "list", k->faults);
    if (j && p->left_out) {
        json_object_set_new(j, "not_replayed", json_string(p->left_out));
    } else if (j) {
        json_object_set_new(
            j, "replay",
            json_pack("{s:I,s:s,s:b,s:s?,s:I,s:I,s:I,s:I}", "log_size", (json_int_t)p->size,
                      "digest", p->digest, "compared", p->has_ledger, "reader", p->reader,
                      "excused", (json_int_t)p->excused, "snapshots_other",
                      (json_int_t)p->snapshots.other, "behind", (json_int_t)p->behind,
                      "behind_ticks", (json_int_t)p->behind_ticks));
    }
    return j;
}

static void print_counts_zh(const struct pt_log_check_result *r, const struct checking *k) {
    printf("日志%" PRIu64 "条", r->resumed + r->entries);
    if (r->resumed) {
        printf("（其中%" PRIu64 "条此前已核验）", r->resumed);
    }
    if (k->input != CHECK_TREE) {
        printf("，记录%" PRIu64 "条（%" PRIu64 "字节）", r->records, r->record_bytes);
    }
    if (k->input == CHECK_HUB) {
        printf("，其中%" PRIu64 "条只有哈希", r->withheld);
    }
    if (r->erased > 0) {
        printf("，其中%" PRIu64 "条已依令销毁", r->erased);
    }
    if (r->unjudged > 0) {
        printf("，其中%" PRIu64 "条签名未检查，该树未载其密钥", r->unjudged);
    }
    if (k->input == CHECK_STORE) {
        printf("，拒收%" PRIu64 "次", r->refusals);
    }
    printf("，瓦片%" PRIu64 "个%s\n", r->tiles,
           k->input == CHECK_TREE ? "（静态树，不含记录）" : "");
}

static void print_counts(const struct pt_log_check_result *r, const struct checking *k) {
    uint64_t size = r->resumed + r->entries;
    printf("%" PRIu64 " %s", size, size == 1 ? "entry" : "entries");
    if (r->resumed) {
        printf(" (%" PRIu64 " of them verified before)", r->resumed);
    }
    printf(", ");
    if (k->input != CHECK_TREE) {
        printf("%" PRIu64 " record%s (%" PRIu64 " bytes), ", r->records,
               pt_cli_s((long long)r->records), r->record_bytes);
    }
    if (k->input == CHECK_HUB) {
        printf("of %" PRIu64 " of them the hash alone, ", r->withheld);
    }
    if (r->erased > 0) {
        printf("of %" PRIu64 " of them the bytes destroyed by order, ", r->erased);
    }
    if (r->unjudged > 0) {
        printf("of %" PRIu64 " of them the signature not checked, by keys that the tree tells "
               "nothing of, ",
               r->unjudged);
    }
    if (k->input == CHECK_STORE) {
        printf("%" PRIu64 " refusal%s, ", r->refusals, pt_cli_s((long long)r->refusals));
    }
    printf("%" PRIu64 " tile%s%s\n", r->tiles, pt_cli_s((long long)r->tiles),
           k->input == CHECK_TREE ? " (a static tree: it holds no records)" : "");
}

/* A hub logs no tick before its ledger has said all about the one before: one that does its work is
 * never two behind. */
static void print_lag(const struct replayed *p) {
    if (p->behind == 0) {
        return;
    }
    printf(PT_SAY("  ledger.db is behind the log: it stands at log size %" PRIu64 ", %" PRIu64
                  " %s of %" PRIu64 " not in it\n",
                  "  ledger.db落后于日志：止于长度%" PRIu64 "，尚缺%" PRIu64 "条%s，日志共%" PRIu64
                  "条\n"),
           p->size - p->behind, p->behind, PT_SAY(p->behind == 1 ? "entry" : "entries", ""),
           p->size);
    if (p->behind_ticks >= FAR_BEHIND) {
        printf(PT_SAY("  FAR BEHIND: %" PRIu64
                      " ticks are among them. Its hub folds it anew, stands "
                      "still, or answers from something else\n",
                      "  落后过多：其中有%" PRIu64
                      "个时点。枢纽或在重建台账，或已停滞，或以别的内容作答\n"),
               p->behind_ticks);
    }
}

static void print_replay(const struct replayed *p) {
    if (p->left_out) {
        printf(PT_SAY("  ledger NOT REPLAYED: %s\n", "  台账未重放：%s\n"), p->left_out);
        return;
    }
    printf(PT_SAY("  ledger %s folded anew at log size %" PRIu64, "  台账%s重放至日志长度%" PRIu64),
           p->digest, p->size);
    if (p->reader) {
        printf(PT_SAY(" as %s may read it: the snapshots of its class compared, findings not\n",
                      "，以%s可查阅者为限：已比对该类快照，未比对差异\n"),
               pt_cli_party(p->reader));
    } else {
        puts(p->has_ledger ? PT_SAY(": ledger.db, findings and snapshots compared",
                                    "：已比对ledger.db、差异和快照")
                           : PT_SAY(": findings and snapshots compared; there is no ledger.db",
                                    "：已比对差异和快照；没有ledger.db"));
        print_lag(p);
    }
    if (p->excused > 0) {
        printf(PT_SAY("  %" PRIu64 " snapshots and findings of before an erasure differ: what they "
                      "rest on was destroyed by order, they were not judged\n",
                      "  销毁之前的%" PRIu64 "份快照和差异不同：所依据者已依令销毁，未予判断\n"),
               p->excused);
    }
    if (p->snapshots.other > 0) {
        printf(PT_SAY("  %" PRIu64 " snapshots were made by other software: format %" PRIu32
                      ", this one makes %" PRIu32 "; they were not judged\n",
                      "  %" PRIu64 "份快照由其他版本软件生成：格式%" PRIu32 "，本软件为格式%" PRIu32
                      "，未予判断\n"),
               p->snapshots.other, p->snapshots.other_format, p->snapshots.own_format);
    }
}

static void print_check(const struct pt_log_check_result *r, const struct replayed *p,
                        struct checking *k) {
    char hub[2 * PT_HASH_LEN + 1], root[2 * PT_HASH_LEN + 1];
    uint64_t faults = faults_of(r, p, k);
    pt_hash_hex(hub, &r->hub);
    pt_hash_hex(root, &r->root);
    if (k->json) {
        json_t *j = result_json(r, p, k, hub, root);
        (void)pt_cli_print_json(j);
        json_decref(j);
        return;
    }
    printf(PT_SAY("%s: ", "%s："),
           faults ? PT_SAY("NOT SOUND", "不完好") : PT_SAY("SOUND", "完好"));
    if (pt_language_is_chinese()) {
        print_counts_zh(r, k);
    } else {
        print_counts(r, k);
    }
    printf(PT_SAY("  hub   %s\n  root  %s at size %" PRIu64 "; signed up to %" PRIu64,
                  "  枢纽 %s\n  根   %s，长度%" PRIu64 "；枢纽签名至%" PRIu64),
           hub, root, r->resumed + r->entries, r->signed_size);
    if (r->cosigned_size > 0) {
        printf(PT_SAY(", cosigned by a quorum up to %" PRIu64, "，法定数见证至%" PRIu64),
               r->cosigned_size);
    }
    putchar('\n');
    print_replay(p);
    if (faults) {
        printf(PT_SAY("  %" PRIu64 " fault%s\n", "  %" PRIu64 "个问题%s\n"), faults,
               PT_SAY(pt_cli_s((long long)faults), ""));
    }
}

/* What can't be folded anew, once the entries were looked at. */
static void leave_out_replay(const struct pt_log_check_result *r, struct replayed *p) {
    if (!p->left_out && r->faults > 0) {
        p->left_out = PT_SAY("the log that it would be made of is not sound", "所依据的日志不完好");
    } else if (!p->left_out && r->resumed > 0) {
        p->left_out = PT_SAY("what an earlier check had verified was not read again",
                             "此前已核验的部分未再读取");
    }
}

/* ---- a hub ---- */

static int http_checkpoint(void *ctx, struct pt_buf *out, struct pt_err *err) {
    struct cli_hub *h = ctx;
    return pt_http_client_get(h->http, "/checkpoint", "text/plain", 0, out, NULL, err);
}

static int http_tile(void *ctx, const struct pt_tile *t, struct pt_buf *out, struct pt_err *err) {
    struct cli_hub *h = ctx;
    char path[PT_TILE_PATH_MAX + 2] = "/";
    pt_tile_path(path + 1, t);
    return pt_http_client_get(h->http, path, "application/octet-stream", 0, out, NULL, err);
}

static int http_feed(void *ctx, uint64_t after, struct pt_buf *out, struct pt_err *err) {
    struct cli_hub *h = ctx;
    char path[96];
    (void)snprintf(path, sizeof path, "/v1/feed?after=%" PRIu64 "&wait=0&limit=%u", after,
                   FEED_BYTES);
    return pt_http_client_get(h->http, path, "application/x-protobuf", 0, out, NULL, err);
}

struct pt_log_source pt_cli_hub_tree(struct cli_hub *h) {
    return (struct pt_log_source){http_checkpoint, http_tile, h};
}

/* A hub whose pages are folded as they come, until one doesn't hold. */
struct serving {
    struct cli_hub hub;
    struct cli_own own;
    struct cli_closes closes;
    struct checking *k;
    bool folds;
    int code; /* why it ended */
    struct pt_err why;
};

static int served_checkpoint(void *ctx, struct pt_buf *out, struct pt_err *err) {
    return http_checkpoint(&((struct serving *)ctx)->hub, out, err);
}

static int served_tile(void *ctx, const struct pt_tile *t, struct pt_buf *out, struct pt_err *err) {
    return http_tile(&((struct serving *)ctx)->hub, t, out, err);
}

static int served_feed(void *ctx, uint64_t after, struct pt_buf *out, struct pt_err *err) {
    struct serving *s = ctx;
    uint64_t size;
    size_t at = out->len;
    int rc = http_feed(&s->hub, after, out, err);
    if (rc == 0 && s->folds && s->code == 0) {
        s->code = pt_cli_own_page(&s->own, pt_span(out->p + at, out->len - at), &size, &s->why);
    }
    return rc;
}

static int served_record(void *ctx, const struct pt_followed_record *r) {
    struct serving *s = ctx;
    pt_arena_reset(&s->k->scratch);
    if (r->record) {
        pt_cli_log_valid(s->k, &(struct cli_logged){r->log_index, r->seq, r->party, r->stream,
                                                    r->entry->received_at_ms, r->record});
    }
    return pt_cli_closes_record(&s->closes, r);
}

static int replay_served(struct serving *s, const struct pt_log_check_result *r, struct checking *k,
                         struct replayed *p, struct pt_err *err) {
    if (s->code == 0) {
        return pt_cli_log_replay_served(&s->own, pt_party_from_name(s->hub.config->party), r, k, p,
                                        err);
    }
    const struct pt_log_fault f = {.code = s->code,
                                   .check = "ledger",
                                   .where = "the feed",
                                   .what = s->why.msg,
                                   .party = "",
                                   .stream = "",
                                   .expected = "",
                                   .found = ""};
    pt_cli_log_fault(k, &f);
    *p = (struct replayed){
        .left_out = PT_SAY("a page of the feed can't be folded", "枢纽给出的一页无法入台账"),
        .faults = 1};
    return 0;
}

static int check_hub(const struct cli_options *o, const struct pt_trust *trust,
                     const struct pt_log_check_opts *opts, struct checking *k,
                     struct pt_log_check_result *ret, struct replayed *p, struct pt_err *err) {
    struct serving s = {.k = k, .folds = !p->left_out && opts->resume.len == 0};
    int rc = pt_cli_hub_open(o, &s.hub, err);
    if (rc == 0 && s.folds) {
        rc = pt_cli_own_open(&s.own, trust, pt_party_from_name(s.hub.config->party),
                             ":memory:", err);
        s.own.record = served_record;
        s.own.ctx = &s;
    }
    if (rc == 0) {
        const struct pt_log_served served = {.tree = {served_checkpoint, served_tile, &s},
                                             .feed = served_feed};
        rc = pt_log_check_served(&served, opts, ret, err);
    }
    leave_out_replay(ret, p);
    if (rc == 0 && !p->left_out) {
        rc = replay_served(&s, ret, k, p, err);
    }
    if (rc == 0 && s.code == 0) {
        pt_cli_log_closes(&s.closes, k, p);
    }
    pt_cli_own_done(&s.own);
    free(s.closes.list);
    pt_cli_hub_close(&s.hub);
    return rc;
}

/* ---- resuming ---- */

static int save(void *ctx, struct pt_span state, struct pt_err *err) {
    const struct checking *k = ctx;
    return pt_file_write(k->resume, state.p, state.len, 0600, err);
}

static int read_resume(const struct checking *k, struct pt_buf *out, struct pt_err *err) {
    if (!k->resume || !pt_file_exists(k->resume)) {
        return 0;
    }
    int rc = pt_file_read(k->resume, out, err);
    return rc == 0 && out->len == 0
               ? pt_err_set(err, PT_E_FORMAT, PT_SAY("%s is empty", "%s为空"), k->resume)
               : rc;
}

/* ---- the command ---- */

static int check_folder(const char *dir, struct checking *k, const struct pt_log_check_opts *opts,
                        struct pt_log_check_result *ret, struct replayed *p, struct pt_err *err) {
    struct pt_store *store = NULL;
    const struct pt_sqlite_opts so = {.read_only = true, .examine = true};
    int rc = pt_store_sqlite_open(dir, &so, &store, err);
    rc = rc ? rc : pt_log_check(store, opts, ret, err);
    pt_store_sqlite_close(store);
    pt_progress_end(&k->progress);
    leave_out_replay(ret, p);
    if (rc == 0 && k->no_memory) {
        rc = pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    return rc || p->left_out ? rc : pt_cli_log_replay(dir, ret, k, p, err);
}

static int check_input(const struct cli_options *o, const char *dir, const struct pt_trust *trust,
                       struct checking *k, const struct pt_log_check_opts *opts,
                       struct pt_log_check_result *ret, struct replayed *p, struct pt_err *err) {
    if (o->no_replay) {
        p->left_out = PT_SAY("as asked (--no-replay)", "按要求（--no-replay）");
    } else if (k->input == CHECK_TREE) {
        p->left_out = PT_SAY("a static tree holds no records", "静态树不含记录");
    }
    return k->input == CHECK_HUB     ? check_hub(o, trust, opts, k, ret, p, err)
           : k->input == CHECK_STORE ? check_folder(dir, k, opts, ret, p, err)
                                     : pt_log_check_dir(dir, opts, ret, err);
}

static int run(const struct cli_options *o, const char *dir, unsigned jobs, struct checking *k) {
    struct pt_err err = {0};
    struct pt_trust trust;
    struct pt_buf state;
    struct pt_log_check_result result = {0};
    struct replayed replayed = {0};
    pt_buf_init(&state, PT_LOG_CHECK_STATE_MAX);
    int rc = pt_cli_trust(o, &trust, &err);
    rc = rc ? rc : read_resume(k, &state, &err);
    if (rc == 0) {
        const struct pt_log_check_opts opts = {.hub = &trust.hub,
                                               .verify = trust.sv,
                                               .jobs = jobs,
                                               .resume = pt_buf_span(&state),
                                               .save = k->resume ? save : NULL,
                                               .fault = pt_cli_log_fault,
                                               .excuse = on_excuse,
                                               .progress = on_progress,
                                               .ctx = k};
        pt_progress_start(&k->progress, "checking", 0);
        rc = check_input(o, dir, &trust, k, &opts, &result, &replayed, &err);
        pt_progress_end(&k->progress);
    }
    if (rc == 0) {
        print_check(&result, &replayed, k);
    }
    pt_trust_done(&trust);
    pt_buf_done(&state);
    if (rc != 0) {
        (void)pt_cli_fail(&err);
        return EXIT_UNUSABLE;
    }
    return faults_of(&result, &replayed, k) ? EXIT_FAILED : EXIT_OK;
}

int pt_cli_log_check(const struct cli_options *o) {
    const char *dir = o->n_args == 2 ? o->args[1] : o->data;
    struct checking k = {.json = o->json, .resume = o->resume};
    char db[4096];
    if (!dir && !o->config) {
        return pt_cli_misuse(&cmd_log, PT_SAY("check what? name a folder, or a hub with --config",
                                              "检查什么？请指明目录，或以--config指明枢纽"));
    }
    if (o->jobs && (!pt_cli_is_number(o->jobs) || strtoull(o->jobs, NULL, 10) < 1 ||
                    strtoull(o->jobs, NULL, 10) > PT_LOG_CHECK_JOBS_MAX)) {
        return pt_cli_misuse(&cmd_log,
                             PT_SAY("--jobs is a number from 1 to %d", "--jobs须为1至%d的数字"),
                             PT_LOG_CHECK_JOBS_MAX);
    }
    bool store = dir && pt_path_join(db, sizeof db, dir, "log.db") == 0 && pt_file_exists(db);
    k.input = !dir ? CHECK_HUB : store ? CHECK_STORE : CHECK_TREE;
    k.faults = json_array();
    pt_arena_init(&k.scratch, PT_RECORD_MAX * 4);
    int status = run(o, dir, o->jobs ? (unsigned)strtoul(o->jobs, NULL, 10) : 1, &k);
    json_decref(k.faults);
    free(k.excuses);
    pt_arena_done(&k.scratch);
    return status;
}
