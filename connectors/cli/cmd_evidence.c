/* pentad evidence: one file with everything needed to check a record, or a figure's records. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/record/ref.h>

#include "cli.h"

static void moment(const struct cli_options *o, struct pt_buf *path) {
    char first = '?';
    pt_cli_query_add(path, &first, "valid_at", o->valid_at);
    pt_cli_query_add(path, &first, "known_at", o->known_at);
}

static int evidence_path(const struct cli_options *o, const char *what, struct pt_buf *path,
                         struct pt_err *err) {
    struct pt_ref ref;
    struct cli_figure figure;
    struct pt_err not_a_record;
    if (pt_ref_parse(what, &ref, &not_a_record) == 0) {
        return pt_buf_printf(path, "/v1/records/%s/%s/%" PRIu64 "/evidence", ref.party, ref.stream,
                             ref.seq);
    }
    int rc = pt_cli_figure_parse(what, &figure, err);
    if (rc == 0) {
        (void)pt_buf_puts(path, "/v1/figures/");
        pt_cli_path_escape(path, figure.subject);
        (void)pt_buf_printf(path, "/%d/", figure.year);
        pt_cli_path_escape(path, figure.figure);
        (void)pt_buf_puts(path, "/evidence");
        moment(o, path);
    }
    return rc;
}

static int fetch(const struct cli_options *o, struct pt_err *err) {
    struct cli_hub h = {0};
    struct pt_buf path, bundle;
    pt_buf_init(&path, 4096);
    pt_buf_init(&bundle, CLI_ANSWER_MAX);
    int rc = evidence_path(o, o->args[0], &path, err);
    if (rc == 0) {
        rc = pt_cli_hub_open(o, &h, err);
    }
    if (rc == 0) {
        rc = pt_http_client_get(h.http, pt_buf_cstr(&path), "application/x-protobuf", 0, &bundle,
                                NULL, err);
    }
    if (rc == 0) {
        rc = pt_cli_output(o, pt_buf_span(&bundle), err);
    }
    if (rc == 0 && o->out && !o->quiet) {
        printf("%s: %zu bytes; check it anywhere: pentad verify %s --trust DIR\n", o->out,
               bundle.len, o->out);
    }
    pt_cli_hub_close(&h);
    pt_buf_done(&bundle);
    pt_buf_done(&path);
    return rc;
}

static int evidence(const struct cli_options *o) {
    struct pt_err err = {0};
    if (!o->out) {
        return pt_cli_misuse(&cmd_evidence, "where to? --out FILE");
    }
    return fetch(o, &err) ? pt_cli_fail(&err) : EXIT_OK;
}

const struct cli_command cmd_evidence = {
    .name = "evidence",
    .what = "fetch what proves a record or a figure, as one file",
    .usage =
        "usage: pentad evidence (RECORD | FIGURE) --out FILE --config FILE [--hub URL]\n"
        "                       [--valid-at DAY] [--known-at DAY|SIZE] [--quiet]\n"
        "\n"
        "Writes one file that holds the records (as far as this party may read them), the signed\n"
        "statements, the log entries, the proofs up to a signed checkpoint and the history of the\n"
        "keys. pentad verify checks it on a machine that has never seen the hub.\n"
        "\n"
        "  RECORD   finance/main#1234\n"
        "  FIGURE   PROJECT:37010016T000000001777/2019/FG3\n"
        "\n"
        "exit: 0 written, 1 it failed, 2 wrong use\n"
        "\n"
        "example: pentad evidence finance/main#12 --out payment.pentad-evidence \\\n"
        "             --config audit/connector.yaml\n",
    .min_args = 1,
    .max_args = 1,
    .wants = "name a record or a figure, and --out FILE",
    .run = evidence};
