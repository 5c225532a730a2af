/* pentad push: records that a person writes (an approval, a reply, a notice), as JSON, into a
 * connector's outbox; the connector signs and sends them with its next batch. */
#include <stdio.h>

#include <pentad/base/arena.h>
#include <pentad/base/file.h>
#include <pentad/record/decode.h>
#include <pentad/record/json.h>

#include "cli.h"
#include "outbox.h"

static int push_file(struct cli_outbox *b, const char *path, struct pt_err *err) {
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
        rc = pt_cli_outbox_put(b, (Pentad__V1__Record *)m, path, err);
    }
    pt_arena_done(&arena);
    pt_buf_done(&text);
    return rc;
}

static int push(const struct cli_options *o) {
    if (!o->config) {
        return pt_cli_misuse(&cmd_push, PT_SAY("through which connector? --config FILE",
                                               "经哪个连接器？--config FILE"));
    }
    struct pt_err err = {0};
    struct cli_outbox b;
    int rc = pt_cli_outbox_open(o->config, &b, &err);
    for (int i = 0; rc == 0 && i < o->n_args; i++) {
        rc = push_file(&b, o->args[i], &err);
        if (rc == 0 && !o->quiet) {
            printf(PT_SAY("%s: goes out with the next batch of %s/%s\n",
                          "%s：随%s/%s的下一批次发出\n"),
                   o->args[i], b.config->party, b.config->stream);
        }
    }
    pt_cli_outbox_close(&b);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

const struct cli_command cmd_push = {
    .name = "push",
    .what = "hand a record written as JSON to a connector",
    .usage =
        "usage: pentad push FILE.json… --config FILE [--quiet] [--zh|--en]\n"
        "\n"
        "Puts records that a person wrote (an approval, a reply to a discrepancy, a notice) into "
        "a\n"
        "connector's outbox. The connector numbers, signs and sends them with its next batch. The\n"
        "names in the file are those of the .proto files; leave seq, nonce and issued_at_ms out.\n"
        "Bytes are base64: an id that pages print in hex is `printf ID | xxd -r -p | base64`.\n"
        "\n"
        "exit: 0 queued, 1 it failed, 2 wrong use\n"
        "\n"
        "example: echo '{\"discrepancy_reply\": {\"id\": \"…\", \"kind\": \"REPLY_KIND_EXPLAIN\",\n"
        "           \"text\": \"…\"}}' > reply.json\n"
        "         pentad push reply.json --config finance/connector.yaml\n",
    .min_args = 1,
    .max_args = CLI_ARGS_ANY,
    .wants = "name a connector's configuration and record files",
    .wants_zh = "请指明连接器配置和记录文件",
    .run = push};
