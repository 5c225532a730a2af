/* pentad push: records that a person writes (an approval, a reply, a notice), as JSON, into a
 * connector's outbox; the connector signs and sends them with its next batch. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/arena.h>
#include <pentad/base/file.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/record/json.h>
#include <pentad/runtime/state.h>

#include "cli.h"

static int enqueue(struct pt_state *s, const Pentad__V1__Record *rec, const char *file,
                   struct pt_err *err) {
    const struct pt_record_info *info = pt_record_info_of(rec);
    if (!info) {
        return pt_err_set(err, PT_E_MISSING, "%s: the record has no body of a known type", file);
    }
    if (rec->has_seq || rec->has_nonce) {
        return pt_err_set(err, PT_E_FIELD, "%s: leave seq and nonce out, the connector gives them",
                          file);
    }
    struct pt_buf bytes;
    pt_buf_init(&bytes, PT_RECORD_MAX);
    int rc = pt_msg_encode(&rec->base, &bytes, err);
    if (rc == 0) {
        rc = pt_state_begin(s, err);
    }
    if (rc == 0) {
        const struct pt_staged row = {.day = 0,
                                      .type = info->code,
                                      .doc_no = rec->doc_no ? rec->doc_no : "",
                                      .origin = file,
                                      .record = pt_buf_span(&bytes)};
        rc = pt_staged_add(s, &row, err);
        rc = rc ? rc : pt_state_commit(s, err);
        pt_state_rollback(s);
    }
    pt_buf_done(&bytes);
    return rc;
}

static int push_file(struct pt_state *s, const char *path, struct pt_err *err) {
    struct pt_buf text;
    struct pt_arena arena;
    pt_buf_init(&text, 2 * PT_RECORD_MAX);
    pt_arena_init(&arena, 64u * 1024 * 1024);
    ProtobufCMessage *m = NULL;
    int rc = pt_file_read(path, &text, err);
    if (rc == 0) {
        rc = pt_json_decode(&pentad__v1__record__descriptor, pt_buf_span(&text), &arena, &m, err);
        if (rc != 0) {
            pt_err_wrap(err, "%s", path);
        }
    }
    if (rc == 0) {
        rc = enqueue(s, (Pentad__V1__Record *)m, path, err);
    }
    pt_arena_done(&arena);
    pt_buf_done(&text);
    return rc;
}

static int push(const struct cli_options *o) {
    if (!o->config) {
        return pt_cli_misuse(&cmd_push, "through which connector? --config FILE");
    }
    struct pt_err err = {0};
    struct pt_config *c = NULL;
    struct pt_state *s = NULL;
    char path[4096];
    int rc = pt_config_load(o->config, &c, &err);
    if (rc == 0) {
        rc = pt_mkdirs(c->state, 0700, &err);
    }
    if (rc == 0 && pt_path_join(path, sizeof path, c->state, "connector.db") != 0) {
        rc = pt_err_set(&err, PT_E_CONFIG, "state: the path is too long");
    }
    if (rc == 0) {
        rc = pt_state_open(path, false, &s, &err);
    }
    for (int i = 0; rc == 0 && i < o->n_args; i++) {
        rc = push_file(s, o->args[i], &err);
        if (rc == 0 && !o->quiet) {
            printf("%s: goes out with the next batch of %s/%s\n", o->args[i], c->party, c->stream);
        }
    }
    pt_state_free(s);
    pt_config_free(c);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

const struct cli_command cmd_push = {
    .name = "push",
    .what = "hand a record written as JSON to a connector",
    .usage =
        "usage: pentad push FILE.json… --config FILE [--quiet]\n"
        "\n"
        "Puts records that a person wrote (an approval, a reply to a discrepancy, a notice) into "
        "a\n"
        "connector's outbox. The connector numbers, signs and sends them with its next batch. The\n"
        "names in the file are those of the .proto files; leave seq, nonce and issued_at_ms out.\n"
        "\n"
        "exit: 0 queued, 1 it failed, 2 wrong use\n"
        "\n"
        "example: echo '{\"discrepancy_reply\": {\"id\": \"…\", \"kind\": \"REPLY_KIND_EXPLAIN\",\n"
        "           \"text\": \"…\"}}' > reply.json\n"
        "         pentad push reply.json --config finance/connector.yaml\n",
    .min_args = 1,
    .max_args = CLI_ARGS_ANY,
    .wants = "name a connector's configuration and record files",
    .run = push};
