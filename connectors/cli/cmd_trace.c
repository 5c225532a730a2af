/* pentad trace: a figure down to its records, a record up to the approval. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/ledger/figures.h>
#include <pentad/ledger/query.h>
#include <pentad/record/ref.h>

#include "cli.h"

#define RECORDS_SHOWN 12 /* of one input, unless --depth says more */

static const char *text(const json_t *o, const char *name) {
    const char *s = json_string_value(json_object_get(o, name));
    return s ? s : "";
}

/* ---- asking ---- */

static int ask_ledger(const struct cli_options *o, struct pt_ledger *l, const char *what,
                      json_t **ret, struct pt_err *err) {
    struct pt_ref ref;
    struct cli_figure f;
    struct pt_err not_a_record;
    if (pt_ref_parse(what, &ref, &not_a_record) == 0) {
        return pt_ledger_trace_record(l, ref.party, ref.stream, ref.seq, ret, err);
    }
    int kind = 0;
    char key[128];
    int32_t valid_at = 0;
    uint64_t known = 0;
    int rc = pt_cli_figure_parse(what, &f, err);
    if (rc == 0) {
        rc = pt_cli_valid_at(o, l, &valid_at, err);
    }
    if (rc == 0) {
        rc = pt_cli_known_at(o, l, &known, err);
    }
    if (rc == 0) {
        rc = pt_ledger_subject_parse(l, f.subject, &kind, key, sizeof key, err);
    }
    if (rc == 0) {
        rc = pt_ledger_trace_figure(l, kind, key, f.year, f.figure, valid_at, known, ret, err);
    }
    return rc;
}

static int ask_hub(const struct cli_options *o, struct cli_hub *h, const char *what, json_t **ret,
                   struct pt_err *err) {
    struct pt_ref ref;
    struct cli_figure f;
    struct pt_err not_a_record;
    struct pt_buf path;
    char first = '?';
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
    }
    pt_cli_query_add(&path, &first, "valid_at", o->valid_at);
    pt_cli_query_add(&path, &first, "known_at", o->known_at);
    if (rc == 0) {
        rc = pt_cli_get_json(h, pt_buf_cstr(&path), ret, err);
    }
    pt_buf_done(&path);
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
        printf("  [%s]", standing);
    }
    printf("\n%s    %s %s%s%s  %s %s  %s %lld  %s %.16s\n", indent, zh ? "作者" : "author",
           text(r, "author"), text(r, "originator")[0] ? zh ? " 代 " : " for " : "",
           text(r, "originator"), zh ? "收到" : "received", text(r, "received_at"),
           zh ? "日志" : "log index",
           (long long)json_integer_value(json_object_get(r, "log_index")),
           zh ? "签名密钥" : "signed by", text(r, "signer"));
    if (text(r, "correction")[0]) {
        printf("%s    %s %s %s\n", indent, text(r, "correction"), text(r, "corrects"),
               text(r, "reason"));
    }
    if (text(r, "corrected_by")[0]) {
        printf("%s    %s %s\n", indent, zh ? "被更正于" : "corrected by", text(r, "corrected_by"));
    }
}

static void print_figure(const struct cli_options *o, const json_t *j) {
    bool zh = pt_cli_chinese(o);
    const json_t *subject = json_object_get(j, "subject");
    size_t shown = o->depth ? (size_t)strtoul(o->depth, NULL, 10) : RECORDS_SHOWN;
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
               zh ? "条记录" : "records");
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
        if ((size_t)count > k) {
            printf("  │   … %lld %s\n", count - (long long)k,
                   zh ? "条未列出（--depth，--inputs，--json）"
                      : "more (--depth, --inputs, --json)");
        }
    }
}

static void print_ids(const char *what, const json_t *list) {
    size_t i;
    json_t *x;
    if (json_array_size(list) == 0) {
        return;
    }
    printf("      %s", what);
    json_array_foreach(list, i, x) {
        const char *id = json_string_value(x);
        printf(" %s", id ? id : text(x, "id"));
        if (i == 7) {
            printf(" … %zu", json_array_size(list));
            break;
        }
    }
    putchar('\n');
}

static void print_lines(const json_t *lines, size_t shown, bool zh) {
    size_t i;
    json_t *line;
    json_array_foreach(lines, i, line) {
        if (i == shown) {
            printf("    … %zu %s\n", json_array_size(lines) - i, zh ? "行未列出" : "lines more");
            break;
        }
        printf("    %s %s  %s  ", zh ? "凭证" : "voucher", text(line, "voucher_no"),
               text(line, "subject"));
        print_amount(json_object_get(line, "fen"), "fen");
        putchar('\n');
        print_ids(zh ? "指标" : "allotted by", json_object_get(line, "quota"));
        print_ids(zh ? "批准" : "approved by", json_object_get(line, "approval"));
    }
}

static void print_named(const char *title, const json_t *list, const char *field) {
    size_t i;
    json_t *x;
    json_array_foreach(list, i, x) {
        if (i == 0) {
            printf("  %s\n", title);
        }
        if (i == 20) {
            printf("    … %zu\n", json_array_size(list) - i);
            break;
        }
        const char *id = json_string_value(x);
        const char *name = text(x, field);
        printf("    %s %s%s%s\n", id ? id : text(x, "id"), text(x, "type"), *name ? " " : "", name);
    }
}

static void print_record(const struct cli_options *o, const json_t *j) {
    bool zh = pt_cli_chinese(o);
    const json_t *r = json_object_get(j, "record");
    const json_t *src = json_object_get(r, "source");
    size_t shown = o->depth ? (size_t)strtoul(o->depth, NULL, 10) : RECORDS_SHOWN;
    print_record_line(r, "", zh);
    printf("    %s %s  %s %s\n", zh ? "生效" : "effective", text(r, "effective"),
           zh ? "散列" : "hash", text(r, "hash"));
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
    if (json_array_size(json_object_get(j, "corrections")) > 1) {
        print_named(zh ? "更正链" : "corrections", json_object_get(j, "corrections"), "correction");
    }
    print_named(zh ? "引用" : "refers to", json_object_get(j, "refers_to"), "field");
    print_named(zh ? "批准" : "approved by", json_object_get(j, "approval"), "doc_no");
    print_named(zh ? "被引用" : "referred to by", json_object_get(j, "referred_by"), "field");
    print_named(zh ? "差异" : "discrepancies", json_object_get(j, "discrepancies"), "field");
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

static int trace(const struct cli_options *o) {
    struct pt_err err = {0};
    struct cli_answers a;
    json_t *j = NULL;
    int rc = pt_cli_answers_open(o, &a, &err);
    if (rc == 0) {
        rc = a.ledger ? ask_ledger(o, a.ledger, o->args[0], &j, &err)
                      : ask_hub(o, &a.hub, o->args[0], &j, &err);
    }
    int result = EXIT_OK;
    if (rc != 0) {
        (void)pt_cli_fail(&err);
        result = rc == PT_E_USAGE ? EXIT_UNUSABLE : EXIT_FAILED;
    } else if (o->json) {
        (void)pt_cli_print_json(j);
    } else if (o->inputs) {
        print_inputs(j);
    } else if (json_object_get(j, "record")) {
        print_record(o, j);
    } else {
        print_figure(o, j);
    }
    json_decref(j);
    pt_cli_answers_close(&a);
    return result;
}

const struct cli_command cmd_trace = {
    .name = "trace",
    .what = "where a figure comes from, what became of a record",
    .usage =
        "usage: pentad trace (RECORD | FIGURE) (--config FILE | --data HUBDIR)\n"
        "                    [--valid-at DAY] [--known-at DAY|SIZE] [--depth N] [--inputs] "
        "[--json]\n"
        "\n"
        "A figure is traced down to the records it is computed from, with author, times, log "
        "index\n"
        "and signing key of each; a record up to the allotment and the approval it rests on, with\n"
        "its corrections and the discrepancies that cite it.\n"
        "\n"
        "  RECORD       finance/main#1234\n"
        "  FIGURE       PROJECT:37010016T000000001777/2019/FG3 (the kind may be left out where "
        "the\n"
        "               key is unique)\n"
        "  --valid-at   as of that business day (default: the last tick's)\n"
        "  --known-at   what the ledger knew then: a log size, or a day's last tick\n"
        "  --depth N    records shown of each input (default 12)\n"
        "  --inputs     the records' ids alone, one a line\n"
        "\n"
        "exit: 0 done, 1 it failed, 2 wrong use\n"
        "\n"
        "example: pentad trace 37010016T000000001777/2019/FG3 --config audit/connector.yaml\n",
    .min_args = 1,
    .max_args = 1,
    .wants = "name a record or a figure",
    .run = trace};
