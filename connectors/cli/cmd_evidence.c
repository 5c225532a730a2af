/* pentad evidence: one file with everything needed to check a record, a batch, a figure, a
 * discrepancy or a subject's year. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/ledger/query.h>
#include <pentad/record/ref.h>

#include "brief_evidence.h"
#include "dummy.h"

static void moment(const struct cli_options *o, struct pt_buf *path) {
    char first = '?';
    pt_cli_query_add(path, &first, "valid_at", o->valid_at);
    pt_cli_query_add(path, &first, "known_at", o->known_at);
}

/* KEY/2019: a subject's year. The key is what stands before the last slash. */
static bool is_subject_year(const char *what, int *ret_key_len) {
    const char *slash = strrchr(what, '/');
    *ret_key_len = slash ? (int)(slash - what) : 0;
    return slash && slash > what && strspn(slash + 1, "0123456789") == 4 && slash[5] == '\0';
}

static bool is_discrepancy(const char *what) {
    size_t len = strlen(what);
    return len >= PT_DISCREPANCY_PREFIX_MIN && strspn(what, "0123456789abcdefABCDEF") == len;
}

static int evidence_path(const struct cli_options *o, const char *what, struct pt_buf *path,
                         struct pt_err *err) {
    struct pt_ref ref;
    struct cli_figure figure;
    struct pt_err not_a_record;
    int key_len;
    if (pt_ref_parse(what, &ref, &not_a_record) == 0) {
        return pt_buf_printf(path, "/v1/records/%s/%s/%" PRIu64 "%s/evidence", ref.party,
                             ref.stream, ref.seq, o->batch ? "/batch" : "");
    }
    if (o->batch) {
        return pt_err_set(err, PT_E_USAGE,
                          PT_SAY("--batch: name a record of it, as finance/main#12",
                                 "--batch：请指明批次中的一条记录，如finance/main#12"));
    }
    if (is_discrepancy(what)) {
        return pt_buf_printf(path, "/v1/discrepancies/%s/evidence", what);
    }
    if (is_subject_year(what, &key_len)) {
        char key[200];
        (void)snprintf(key, sizeof key, "%.*s", key_len, what);
        (void)pt_buf_puts(path, "/v1/subjects/");
        pt_cli_path_escape(path, key);
        (void)pt_buf_printf(path, "%s/evidence", what + key_len);
        moment(o, path);
        return 0;
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

/* To whoever can know. */
static void tell_dummies(const struct cli_options *o, struct pt_span bundle) {
    size_t n = pt_cli_dummy_count(o, bundle);
    if (n > 0) {
        printf(
            PT_SAY(
                "of its records are about dummies (填充件), behind which there is no clue: %zu\n",
                "其中%zu条记录为填充件，其后并无线索\n"),
            n);
    }
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
        printf(PT_SAY("%s: %zu bytes; check it anywhere: pentad verify %s --trust DIR\n",
                      "%s：%zu字节；可在任何机器上核验：pentad verify %s --trust DIR\n"),
               o->out, bundle.len, o->out);
        tell_dummies(o, pt_buf_span(&bundle));
    }
    pt_cli_hub_close(&h);
    pt_buf_done(&bundle);
    pt_buf_done(&path);
    return rc;
}

static int fetch_brief(const struct cli_options *o) {
    struct pt_err err = {0};
    bool same = false;
    int misuse = pt_cli_out_is_new(&cmd_evidence, o);
    if (misuse) {
        return misuse;
    }
    if (pt_cli_brief_fetch(o, o->args[0], &same, &err) != 0) {
        return pt_cli_fail(&err);
    }
    if (!same) {
        fputs(PT_SAY("pentad: the hub's brief is not what its log gives; the file proves it\n",
                     "pentad：枢纽的简报与其日志不符，该文件可以证明\n"),
              stderr);
    } else if (!o->quiet) {
        printf(
            PT_SAY(
                "%s: the brief and the log it rests on; make it anew anywhere: pentad verify %s "
                "--trust DIR\n",
                "%s：简报及其所依据的日志；可在任何机器上重新生成：pentad verify %s --trust DIR\n"),
            o->out, o->out);
    }
    return EXIT_OK;
}

static int evidence(const struct cli_options *o) {
    struct pt_err err = {0};
    if (!o->out) {
        return pt_cli_misuse(&cmd_evidence, PT_SAY("where to? --out FILE", "写到哪里？--out FILE"));
    }
    if (pt_cli_is_period(o->args[0])) {
        return fetch_brief(o);
    }
    return fetch(o, &err) ? pt_cli_fail(&err) : EXIT_OK;
}

const struct cli_command cmd_evidence = {
    .name = "evidence",
    .what = "fetch what proves a record, a figure, a discrepancy, as one file",
    .usage =
        "usage: pentad evidence (RECORD [--batch] | FIGURE | DISCREPANCY | SUBJECT/YEAR | PERIOD)\n"
        "                       --out FILE --config FILE [--hub URL]\n"
        "                       [--valid-at DAY] [--known-at DAY|SIZE]\n"
        "                       [--purpose TEXT] [--quiet] [--zh|--en]\n"
        "\n"
        "Writes one file that holds the records, the signed statements, the log entries, the\n"
        "proofs up to a signed checkpoint and the history of the keys. Records that this party\n"
        "may not read are left out; of a batch and a discrepancy the file names them by their\n"
        "hashes, and isn't all shown. Of a figure it has also its pages in the newest snapshot\n"
        "(H03), of a sum those of all its items with their records, and who attested it, so that\n"
        "it can be proven complete. pentad verify checks it on a machine that has never seen the\n"
        "hub.\n"
        "\n"
        "  RECORD       finance/main#1234; with --batch all records of the batch it came in\n"
        "  FIGURE       PROJECT:37010017T000000001777/2019/FG3\n"
        "  DISCREPANCY  its id, or 6 and more digits of its beginning: what was found, what that\n"
        "               cites, the replies, approvals and tasks\n"
        "  SUBJECT/YEAR PROJECT:37010017T000000001777/2019: every record that speaks of it\n"
        "  PERIOD       2019-06 or 2019-Q2: the brief with the log that it rests on, as this "
        "party\n"
        "               may read it; pentad verify makes the brief anew from it\n"
        "  --known-at   as of when; without it, a figure as of the newest snapshot\n"
        "  --purpose    what a restricted record is read for, 500 characters at most: the hub\n"
        "               logs it, and all bodies can read it there\n"
        "\n"
        "exit: 0 written, 1 it failed, 2 wrong use\n"
        "\n"
        "example: pentad evidence finance/main#12 --out payment.pentad-evidence \\\n"
        "             --config audit/connector.yaml\n",
    .min_args = 1,
    .max_args = 1,
    .wants = "name a record, a figure, a discrepancy or a subject and year, and --out FILE",
    .wants_zh = "请指明记录、指标、差异或对象及年度，以及--out FILE",
    .run = evidence};
