/* pentad trace: a figure down to its records, a record up to the approval. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/ledger/figures.h>
#include <pentad/ledger/query.h>
#include <pentad/record/ref.h>

#include "dummy.h"

#define RECORDS_SHOWN 12 /* of one input, unless --depth says more */

static const char *text(const json_t *o, const char *name) {
    const char *s = json_string_value(json_object_get(o, name));
    return s ? s : "";
}

/* ---- asking ---- */

#define PAGE PT_LIST_DEFAULT /* of each list at once; where more is wanted, larger steps */
#define STEP 4000

static int ask_ledger(const struct cli_options *o, struct pt_ledger *l, size_t offset, json_t **ret,
                      struct pt_err *err) {
    const struct pt_list_page page = {offset > 0 ? STEP : PAGE, (uint32_t)offset};
    const char *what = o->args[0];
    struct pt_ref ref;
    struct cli_figure f;
    struct pt_err not_a_record;
    if (pt_ref_parse(what, &ref, &not_a_record) == 0) {
        return pt_ledger_trace_record(l, ref.party, ref.stream, ref.seq, page, PT_PARTY_HUB, ret,
                                      err);
    }
    struct pt_figure_ask ask = {0};
    char key[128];
    int rc = pt_cli_figure_parse(what, &f, err);
    if (rc == 0) {
        rc = pt_cli_valid_at(o, l, &ask.valid_at, err);
    }
    if (rc == 0) {
        rc = pt_cli_known_at(o, l, &ask.known_at, err);
    }
    if (rc == 0) {
        rc = pt_ledger_subject_parse(l, f.subject, &ask.kind, key, sizeof key, err);
    }
    if (rc == 0) {
        ask.key = key;
        ask.fiscal_year = f.year;
        ask.figure = f.figure;
        rc = pt_ledger_trace_figure(l, &ask, page, ret, err);
    }
    return rc;
}

static int ask_hub(const struct cli_options *o, struct cli_hub *h, size_t offset, json_t **ret,
                   struct pt_err *err) {
    const char *what = o->args[0];
    struct pt_ref ref;
    struct cli_figure f;
    struct pt_err not_a_record;
    struct pt_buf path;
    char first = '?', number[32];
    int rc = 0;
    pt_buf_init(&path, 4096);
    if (pt_ref_parse(what, &ref, &not_a_record) == 0) {
        (void)pt_buf_printf(&path, "/v1/records/%s/%s/%" PRIu64 "/trace", ref.party, ref.stream,
                            ref.seq);
    } else {
        rc = pt_cli_figure_parse(what, &f, err);
        (void)pt_buf_puts(&path, "/v1/figures/");
        pt_cli_path_escape(&path, f.subject);
        (void)pt_buf_printf(&path, "/%d/", f.year);
        pt_cli_path_escape(&path, f.figure);
        (void)pt_buf_puts(&path, "/trace");
        pt_cli_query_add(&path, &first, "valid_at", o->valid_at);
        pt_cli_query_add(&path, &first, "known_at", o->known_at);
    }
    if (offset > 0) {
        (void)snprintf(number, sizeof number, "%zu", offset);
        pt_cli_query_add(&path, &first, "offset", number);
        (void)snprintf(number, sizeof number, "%d", STEP);
        pt_cli_query_add(&path, &first, "limit", number);
    }
    if (rc == 0) {
        rc = pt_cli_get_json(h, pt_buf_cstr(&path), ret, err);
    }
    pt_buf_done(&path);
    return rc;
}

static json_int_t number(const json_t *o, const char *name) {
    return json_integer_value(json_object_get(o, name));
}

/* Does any list go on behind what came? */
static bool goes_on(const json_t *j) {
    size_t i;
    const char *name;
    json_t *x;
    json_array_foreach(json_object_get(j, "inputs"), i, x) {
        if (number(x, "omitted") > 0) {
            return true;
        }
    }
    json_object_foreach(json_object_get(j, "omitted"), name, x) {
        if (json_integer_value(x) > 0) {
            return true;
        }
    }
    return false;
}

static void append_page(json_t *all, const json_t *page) {
    size_t i;
    const char *name;
    json_t *x;
    json_array_foreach(json_object_get(all, "inputs"), i, x) {
        const json_t *more = json_array_get(json_object_get(page, "inputs"), i);
        (void)json_array_extend(json_object_get(x, "records"), json_object_get(more, "records"));
        (void)json_object_set(x, "omitted", json_object_get(more, "omitted"));
    }
    json_object_foreach(json_object_get(page, "omitted"), name, x) {
        (void)json_array_extend(json_object_get(all, name), json_object_get(page, name));
        (void)json_object_set(json_object_get(all, "omitted"), name, x);
    }
}

static int ask_page(const struct cli_options *o, struct cli_answers *a, size_t offset, json_t **ret,
                    struct pt_err *err) {
    return a->ledger ? ask_ledger(o, a->ledger, offset, ret, err)
                     : ask_hub(o, &a->hub, offset, ret, err);
}

/* How many of each list are wanted; `otherwise` where nobody says. */
static size_t wanted(const struct cli_options *o, size_t otherwise) {
    return o->inputs ? SIZE_MAX : o->depth ? (size_t)strtoull(o->depth, NULL, 10) : otherwise;
}

/* Page after page, until as many of each list as are wanted are there: all of them at the first
 * one's moment. */
static int ask(const struct cli_options *o, struct cli_answers *a, json_t **ret,
               struct pt_err *err) {
    struct cli_options then = *o;
    size_t want = wanted(o, PAGE);
    char known_at[24];
    int rc = ask_page(o, a, 0, ret, err);
    size_t offset = PAGE;
    if (rc == 0 && json_object_get(*ret, "inputs")) {
        (void)snprintf(known_at, sizeof known_at, "%lld", (long long)number(*ret, "known_at"));
        then.known_at = known_at;
        then.valid_at = json_string_value(json_object_get(*ret, "valid_at"));
    }
    for (; rc == 0 && offset < want && goes_on(*ret); offset += STEP) {
        json_t *page = NULL;
        rc = ask_page(&then, a, offset, &page, err);
        if (rc == 0) {
            append_page(*ret, page);
            (void)json_object_set_new(json_object_get(*ret, "page"), "limit",
                                      json_integer((json_int_t)offset + STEP));
        }
        json_decref(page);
    }
    if (rc == 0) {
        pt_cli_dummy_mark(o, json_object_get(*ret, "record"));
    }
    return rc;
}

/* ---- printing ---- */

static void print_amount(const json_t *v, const char *unit) {
    const char *s = json_string_value(v);
    if (s && strcmp(unit, "fen") == 0) {
        long long fen = strtoll(s, NULL, 10);
        printf("%s%lld.%02lld 元", fen < 0 ? "-" : "", llabs(fen) / 100, llabs(fen) % 100);
    } else {
        fputs(s ? s : "—", stdout);
    }
}

static void print_record_line(const json_t *r, const char *indent, bool zh) {
    printf("%s%s  %s %s", indent, text(r, "id"), text(r, "type"),
           text(r, zh ? "type_zh" : "type_en"));
    if (text(r, "doc_no")[0]) {
        printf("  %s", text(r, "doc_no"));
    }
    if (json_is_string(json_object_get(r, "value"))) {
        fputs("  ", stdout);
        print_amount(json_object_get(r, "value"), "fen");
    }
    const char *standing = text(r, "standing");
    if (standing[0] && strcmp(standing, "live") != 0) {
        printf("  [%s]", pt_cli_word(standing, zh));
    }
    printf("\n%s    %s %s%s%s  %s %s  %s %lld  %s %.16s\n", indent, zh ? "作者" : "author",
           pt_cli_word(text(r, "author"), zh),
           text(r, "originator")[0] ? zh ? " 代 " : " for " : "", text(r, "originator"),
           zh ? "收到" : "received", text(r, "received_at"), zh ? "日志" : "log index",
           (long long)json_integer_value(json_object_get(r, "log_index")),
           zh ? "签名密钥" : "signed by", text(r, "signer"));
    if (text(r, "correction")[0]) {
        printf("%s    %s %s %s\n", indent, pt_cli_word(text(r, "correction"), zh),
               text(r, "corrects"), text(r, "reason"));
    }
    if (text(r, "corrected_by")[0]) {
        printf("%s    %s %s\n", indent, zh ? "被更正于" : "corrected by", text(r, "corrected_by"));
    }
}

/* Nothing is left out without a word on it. */
static void print_more(const char *indent, size_t listed, size_t total, bool zh) {
    if (listed < total) {
        printf(zh ? "%s… 另有 %zu 条未列出（--depth %zu 全部列出）\n"
                  : "%s… %zu more (--depth %zu lists all)\n",
               indent, total - listed, total);
    }
}

static void print_figure(const struct cli_options *o, const json_t *j) {
    bool zh = pt_cli_chinese(o);
    const json_t *subject = json_object_get(j, "subject");
    size_t shown = wanted(o, RECORDS_SHOWN);
    printf("%s %s  %s:%s %s  %lld\n", text(j, "figure"), text(j, zh ? "name_zh" : "name_en"),
           text(subject, "kind"), text(subject, "key"), text(subject, "name"),
           (long long)json_integer_value(json_object_get(j, "fiscal_year")));
    printf("  = %s", text(j, zh ? "text" : "text_en"));
    printf("   (%s: %s)\n  %s %s, %s %lld\n", text(j, "formula"), text(j, "formula_text"),
           zh ? "截至" : "valid at", text(j, "valid_at"), zh ? "日志长度" : "known at log size",
           (long long)json_integer_value(json_object_get(j, "known_at")));
    size_t i, k;
    json_t *node, *r;
    json_array_foreach(json_object_get(j, "inputs"), i, node) {
        const json_t *records = json_object_get(node, "records");
        long long count = (long long)json_integer_value(json_object_get(node, "count"));
        printf("  ├ %s (%s): %lld %s", text(node, "name"), text(node, "text"), count,
               zh           ? "条记录"
               : count == 1 ? "record"
                            : "records");
        if (json_is_string(json_object_get(node, "value"))) {
            fputs("  Σ ", stdout);
            print_amount(json_object_get(node, "value"), "fen");
        }
        putchar('\n');
        json_array_foreach(records, k, r) {
            if (k == shown) {
                break;
            }
            print_record_line(r, "  │   ", zh);
        }
        print_more("  │   ", k, (size_t)count, zh);
    }
}

/* Of list `name` of `o`: what is there and what was left out. */
static size_t total_of(const json_t *o, const char *name) {
    return json_array_size(json_object_get(o, name)) +
           (size_t)number(json_object_get(o, "omitted"), name);
}

static void print_ids(const char *what, const json_t *line, const char *name, size_t shown,
                      bool zh) {
    const json_t *list = json_object_get(line, name);
    size_t total = total_of(line, name);
    size_t i;
    json_t *x;
    if (total == 0) {
        return;
    }
    printf("      %s", what);
    json_array_foreach(list, i, x) {
        const char *id = json_string_value(x);
        if (i == shown) {
            break;
        }
        printf(" %s", id ? id : text(x, "id"));
    }
    putchar('\n');
    print_more("        ", i, total, zh);
}

static void print_lines(const json_t *lines, size_t shown, bool zh) {
    size_t i;
    json_t *line;
    json_array_foreach(lines, i, line) {
        if (i == shown) {
            break;
        }
        printf("    %s %s  %s  ", zh ? "凭证" : "voucher", text(line, "voucher_no"),
               text(line, "subject"));
        print_amount(json_object_get(line, "fen"), "fen");
        putchar('\n');
        print_ids(zh ? "指标" : "allotted by", line, "quota", shown, zh);
        print_ids(zh ? "批准" : "approved by", line, "approval", shown, zh);
    }
    print_more("    ", i, json_array_size(lines), zh);
}

static void print_named(const char *title, const json_t *j, const char *name, const char *field,
                        size_t shown, bool zh) {
    size_t i;
    json_t *x;
    json_array_foreach(json_object_get(j, name), i, x) {
        if (i == 0) {
            printf("  %s\n", title);
        }
        if (i == shown) {
            break;
        }
        const char *id = json_string_value(x);
        const char *said = text(x, field);
        printf("    %s %s%s%s\n", id ? id : text(x, "id"), text(x, "type"), *said ? " " : "", said);
    }
    print_more("    ", i, total_of(j, name), zh);
}

/* Which body read it, when, what for, and the H05 that says so. */
static void print_readers(const json_t *j, size_t shown, bool zh) {
    size_t i;
    json_t *x;
    json_array_foreach(json_object_get(j, "read_by"), i, x) {
        if (i == 0) {
            printf("  %s\n", zh ? "查阅" : "read by");
        }
        if (i == shown) {
            break;
        }
        const char *purpose = text(x, "purpose");
        printf("    %s (%s)  %s  %s%s  %s %s\n", pt_cli_word(text(x, "reader"), zh),
               text(x, "identity"), text(x, "at"),
               !*purpose ? ""
               : zh      ? "目的："
                         : "purpose: ",
               *purpose ? purpose
               : zh     ? "未说明目的"
                        : "no purpose stated",
               text(x, "id"), text(x, "type"));
    }
    print_more("    ", i, total_of(j, "read_by"), zh);
}

/* Handed over, acknowledged, closed: whose, when. */
static void print_clue(const json_t *clue, bool zh) {
    size_t i;
    json_t *x;
    json_array_foreach(clue, i, x) {
        if (i == 0) {
            printf("  %s\n", zh ? "线索" : "the clue");
        }
        printf("    %s %s %s  %s  %s %s\n", text(x, "id"), text(x, "type"),
               text(x, zh ? "type_zh" : "type_en"), text(x, "effective"), zh ? "收到" : "received",
               text(x, "received_at"));
    }
}

static void print_record(const struct cli_options *o, const json_t *j) {
    bool zh = pt_cli_chinese(o);
    const json_t *r = json_object_get(j, "record");
    const json_t *src = json_object_get(r, "source");
    size_t shown = wanted(o, RECORDS_SHOWN);
    print_record_line(r, "", zh);
    printf("    %s %s  %s %s\n", zh ? "生效" : "effective", text(r, "effective"),
           zh ? "哈希" : "hash", text(r, "hash"));
    if (json_object_get(r, "erased")) {
        printf("    %s %s\n", zh ? "已依令销毁" : "destroyed by order",
               text(json_object_get(r, "erased"), "order"));
    }
    if (json_is_true(json_object_get(r, "dummy"))) {
        printf("    %s\n", zh ? "填充件：并无线索，用以掩盖线索的件数"
                              : "a dummy: there is no clue, it hides how many there are");
    }
    if (text(src, "locator")[0]) {
        printf("    %s %s %s %lld\n", zh ? "来源" : "source", text(src, "system"),
               text(src, "locator"), (long long)json_integer_value(json_object_get(src, "row")));
    }
    char *body = json_dumps(json_object_get(r, "body"), JSON_COMPACT | JSON_PRESERVE_ORDER);
    if (body) {
        printf("    %.1200s%s\n", body, strlen(body) > 1200 ? " … (--json)" : "");
    }
    free(body);
    print_lines(json_object_get(j, "lines"), shown, zh);
    /* The chain holds the record itself; alone it says nothing. */
    if (total_of(j, "corrections") > 1) {
        print_named(zh ? "更正链" : "corrections", j, "corrections", "correction", shown, zh);
    }
    print_named(zh ? "引用" : "refers to", j, "refers_to", "field", shown, zh);
    print_named(zh ? "批准" : "approved by", j, "approval", "doc_no", shown, zh);
    print_named(zh ? "被引用" : "referred to by", j, "referred_by", "field", shown, zh);
    print_named(zh ? "差异" : "discrepancies", j, "discrepancies", "field", shown, zh);
    print_clue(json_object_get(j, "clue"), zh);
    print_readers(j, shown, zh);
}

/* The ids alone, one a line, for scripts. */
static void print_inputs(const json_t *j) {
    size_t i, k;
    json_t *node, *r;
    json_array_foreach(json_object_get(j, "inputs"), i, node) {
        json_array_foreach(json_object_get(node, "records"), k, r) {
            puts(text(r, "id"));
        }
    }
}

static void print_any(const struct cli_options *o, const json_t *j) {
    if (o->inputs) {
        print_inputs(j);
    } else if (json_object_get(j, "record")) {
        print_record(o, j);
    } else {
        print_figure(o, j);
    }
}

static int trace(const struct cli_options *o) {
    static const struct cli_question q = {ask, print_any};
    struct pt_ref ref;
    if ((o->valid_at || o->known_at || o->inputs) && pt_ref_parse(o->args[0], &ref, NULL) == 0) {
        return pt_cli_misuse(&cmd_trace,
                             PT_SAY("%s is for figures; a record is told as it stands now",
                                    "%s只用于指标；记录按现状说明"),
                             o->inputs     ? "--inputs"
                             : o->valid_at ? "--valid-at"
                                           : "--known-at");
    }
    return pt_cli_answer(o, &q);
}

const struct cli_command cmd_trace = {
    .name = "trace",
    .what = "where a figure comes from, what became of a record",
    .usage =
        "usage: pentad trace (RECORD | FIGURE) (--config FILE [--hub URL] | --data HUBDIR)\n"
        "                    [--valid-at DAY] [--known-at DAY|SIZE] [--depth N] [--inputs]\n"
        "                    [--purpose TEXT] [--json] [--zh|--en]\n"
        "\n"
        "A figure is traced down to the records it is computed from, with author, times, log\n"
        "index and signing key of each; a record up to the allotment and the approval it rests\n"
        "on, with its corrections, the discrepancies that cite it and, of a restricted one, who\n"
        "read it when and what for. That a clue is a dummy is said to its sender and discipline\n"
        "alone, out of their connector's state.\n"
        "\n"
        "  RECORD       finance/main#1234\n"
        "  FIGURE       PROJECT:37010017T000000001777/2019/FG3 (the kind may be left out where\n"
        "               the key is unique)\n"
        "  --valid-at   of a figure: as of that business day (default: the last tick's)\n"
        "  --known-at   of a figure: what the ledger knew then: a log size, or a day's last tick\n"
        "               (default: all that is folded)\n"
        "  --depth N    what is shown of each list (default 12; with --json 1000). Where there is\n"
        "               more, it says how much: \"omitted\" in JSON\n"
        "  --purpose    what a restricted record is read for, 500 characters at most: the hub\n"
        "               logs it, and all bodies can read it there\n"
        "  --inputs     of a figure: the ids of all its records alone, one a line\n"
        "\n"
        "exit: 0 done, 1 it failed (no such record, subject or figure too), 2 wrong use\n"
        "\n"
        "example: pentad trace 37010017T000000001777/2019/FG3 --config audit/connector.yaml\n",
    .min_args = 1,
    .max_args = 1,
    .wants = "name a record or a figure",
    .wants_zh = "请指明一条记录或一个指标",
    .run = trace};
