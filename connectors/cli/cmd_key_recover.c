/* pentad key recover: a KeyChange under the recovery key, alone in a batch of stream `keys`,
 * signed, sent and its receipt verified by this command. The connector may run, stand still or be
 * lost.
 *
 *                 ┌ pending: sent again, whatever is asked ┐
 *   read the log ─┤                                        ├─► receipt ─► read on: is it in force?
 *                 └ sign, keep as pending, send ───────────┘   refusal ─► kept; the next supersedes
 * it
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/file.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/entry.h>
#include <pentad/proof/keyhistory.h>

#include "batches.h"
#include "key_change.h"

enum { PAGE_LIMIT = 4 * 1024 * 1024, PENDING_MAX = 1024 * 1024, PATH_LEN = 4096 };

/* Beside connector.db: what was signed and isn't answered; what the hub has refused. */
#define PENDING "recovery.batch"
#define REFUSED "recovery.refused"

struct recovery {
    struct cli_author author;
    struct cli_hub hub;
    struct cli_keys keys;
    struct cli_key_change change;
    struct cli_batch batch;
    char pending[PATH_LEN], refused[PATH_LEN];
    bool again; /* an earlier change, which waited for its answer */
};

/* ---- the log, to its end ---- */

/* Verified in memory alone: the connector's own view stays its own. */
static int read_log(struct recovery *r, struct pt_err *err) {
    const struct pt_follow follow = {0};
    uint64_t log_size = UINT64_MAX;
    int rc = 0;
    while (rc == 0 && pt_follower_size(r->keys.view) < log_size) {
        char path[128];
        struct pt_buf page;
        pt_buf_init(&page, PT_FOLLOWER_PAGE_MAX);
        (void)snprintf(path, sizeof path, "/v1/feed?after=%" PRIu64 "&wait=0&limit=%d",
                       pt_follower_size(r->keys.view), PAGE_LIMIT);
        rc = pt_http_client_get(r->hub.http, path, "application/x-protobuf", 0, &page, NULL, err);
        rc = rc ? rc : pt_follower_page(r->keys.view, pt_buf_span(&page), &follow, &log_size, err);
        pt_buf_done(&page);
    }
    r->keys.history = pt_follower_keys(r->keys.view);
    r->keys.size = pt_follower_size(r->keys.view);
    return rc;
}

/* ---- signing ---- */

/* The statement in a batch that was kept: its hash, and the number it claims. */
static int open_kept(struct pt_span bytes, struct pt_hash *ret_hash, uint64_t *ret_seq,
                     struct pt_err *err) {
    struct pt_batch_view v;
    struct pt_statement st = {0};
    ProtobufCMessage *m = NULL;
    int rc = pt_batch_open(bytes, &v, err);
    rc = rc ? rc : pt_strict_unpack(&pentad__v1__envelope__descriptor, v.envelope, &m, err);
    rc = rc ? rc : pt_statement_open((Pentad__V1__Envelope *)m, &st, err);
    if (rc == 0) {
        *ret_hash = st.hash;
        *ret_seq = st.first_seq;
        pt_statement_done(&st);
    }
    if (m) {
        protobuf_c_message_free_unpacked(m, NULL);
    }
    return rc;
}

/* Behind the stream's last statement; in place of one for that number that the hub has refused. */
static int place(struct recovery *r, struct cli_cut *cut, struct pt_hash *superseded,
                 struct pt_err *err) {
    struct pt_follower_stream head;
    struct pt_buf kept;
    uint64_t seq = 0;
    int rc = pt_follower_stream(r->keys.view, r->keys.config->party, PT_KEYS_STREAM, &head);
    *cut = (struct cli_cut){.seq = rc == 0 ? head.next_seq : 1,
                            .previous = rc == 0 ? head.last_statement : r->keys.trust.hub,
                            .hub = &r->keys.trust.hub};
    if (!pt_file_exists(r->refused)) {
        return 0;
    }
    pt_buf_init(&kept, PENDING_MAX);
    rc = pt_file_read(r->refused, &kept, err);
    rc = rc ? rc : open_kept(pt_buf_span(&kept), superseded, &seq, err);
    if (rc == 0 && seq == cut->seq) {
        cut->supersedes = superseded;
    }
    pt_buf_done(&kept);
    return rc;
}

static int check_key(const struct recovery *r, struct pt_hash *ret, struct pt_err *err) {
    pt_key_fingerprint(r->author.key, ret);
    const struct pt_keyhistory_key *k = pt_keyhistory_find(r->keys.history, ret);
    if (k && k->use != PENTAD__V1__KEY_USE__KEY_USE_RECOVERY &&
        strcmp(k->party, r->keys.config->party) == 0) {
        return pt_err_set(err, PT_E_FORBIDDEN,
                          PT_SAY("--key is no recovery key; with a signing key: pentad key change",
                                 "--key不是恢复密钥；使用签名密钥请用pentad key change"));
    }
    return pt_keyhistory_may_sign(r->keys.history, ret, r->keys.config->party, PT_KEYS_STREAM,
                                  r->keys.size, true, err);
}

/* Signed and on the disk before anybody sees it: two statements for one number freeze a stream. */
static int make(struct recovery *r, const struct cli_options *o, struct pt_err *err) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    struct pt_hash mine, superseded;
    struct cli_cut cut;
    struct pt_buf record;
    pt_buf_init(&record, 65536);
    int rc = check_key(r, &mine, err);
    rc = rc ? rc : pt_cli_key_change_compose(&r->change, o, &r->keys, err);
    rc = rc ? rc : pt_cli_key_change_counts(&r->change, PT_KEYS_STREAM, &mine, err);
    rc = rc ? rc : place(r, &cut, &superseded, err);
    if (rc == 0) {
        rec.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
        rec.key_change = &r->change.record;
        rc = pt_cli_record_write(&rec, cut.seq, &record, err);
    }
    rc = rc ? rc : pt_cli_batch_cut(&r->author, &cut, pt_buf_span(&record), &r->batch, err);
    if (rc == 0) {
        rc = pt_file_write(r->pending, r->batch.bytes.p, r->batch.bytes.len, 0600, err);
    }
    pt_buf_done(&record);
    return rc;
}

static int take_pending(struct recovery *r, struct pt_err *err) {
    uint64_t seq;
    pt_buf_init(&r->batch.bytes, PENDING_MAX);
    r->again = true;
    int rc = pt_file_read(r->pending, &r->batch.bytes, err);
    rc = rc ? rc : open_kept(pt_buf_span(&r->batch.bytes), &r->batch.statement, &seq, err);
    if (rc != 0) {
        pt_err_wrap(err, "%s", r->pending);
    }
    return rc;
}

/* ---- sending ---- */

static int drop(const char *path, struct pt_err *err) {
    return unlink(path) == 0 || errno == ENOENT
               ? 0
               : pt_err_set(err, PT_E_IO, "%s: %s", path, strerrordesc_np(errno));
}

static int submit(struct recovery *r, struct cli_said *ret, struct pt_err *err) {
    pt_cli_batch_send(&r->author, &r->batch, ret);
    if (ret->receipted) {
        int rc = drop(r->pending, err);
        return rc ? rc : drop(r->refused, err);
    }
    int code = pt_err_from_name(ret->got);
    code = code ? code : PT_E_REFUSED;
    if (ret->refused) {
        if (rename(r->pending, r->refused) != 0) {
            return pt_err_set(err, PT_E_IO, "%s: %s", r->refused, strerrordesc_np(errno));
        }
        return pt_err_set(err, code,
                          PT_SAY("the hub refuses it: %.150s; mend that and say it again",
                                 "枢纽拒收：%.150s；请改正后重新提出"),
                          ret->text);
    }
    return pt_err_set(err, code,
                      PT_SAY("no answer: %.120s; it is signed and kept: say it again",
                             "未获应答：%.120s；已签名并留存：请再次执行"),
                      ret->text);
}

/* The log shows it where the receipt says. */
static int confirm(struct recovery *r, const struct cli_said *said, struct pt_err *err) {
    int rc = read_log(r, err);
    if (rc == 0 && r->keys.size <= said->log_index) {
        rc = pt_err_set(err, PT_E_PROOF,
                        PT_SAY("the receipt says log entry %" PRIu64 ", the feed ends before it",
                               "回执称在日志第%" PRIu64 "条，而枢纽提供的日志在此之前已尽"),
                        said->log_index);
    }
    return rc;
}

/* ---- before and after ---- */

static int open_recovery(const struct cli_options *o, struct recovery *r, struct pt_err *err) {
    int rc = pt_cli_keys_open_any(o->config, &r->keys, err);
    rc = rc ? rc : pt_cli_hub_open(o, &r->hub, err);
    rc = rc ? rc : pt_key_load(o->key, &r->author.key, err);
    if (rc != 0) {
        return rc;
    }
    r->author.hub = &r->hub;
    r->author.keys = &r->keys;
    (void)snprintf(r->author.stream, sizeof r->author.stream, "%s", PT_KEYS_STREAM);
    if (pt_path_join(r->pending, sizeof r->pending, r->keys.config->state, PENDING) != 0 ||
        pt_path_join(r->refused, sizeof r->refused, r->keys.config->state, REFUSED) != 0) {
        return pt_err_set(err, PT_E_CONFIG,
                          PT_SAY("state: the path is too long", "state：路径过长"));
    }
    rc = pt_mkdirs(r->keys.config->state, 0700, err);
    return rc ? rc : read_log(r, err);
}

static void close_recovery(struct recovery *r) {
    pt_buf_done(&r->batch.bytes);
    pt_key_free(r->author.key);
    pt_cli_hub_close(&r->hub);
    pt_cli_keys_close(&r->keys);
}

static void print(const struct recovery *r, const struct cli_said *said, bool zh) {
    if (r->again) {
        printf(zh ? "先前签署、尚未获答复的密钥变更已记入日志第%" PRIu64
                    "号条目。本次所请求的变更未签署：如仍需要，请再次执行。\n"
                  : "an earlier change that waited for its answer is log entry %" PRIu64
                    ". What was asked for now wasn't signed: if it is still wanted, say it "
                    "again.\n",
               said->log_index);
        return;
    }
    printf(zh ? "密钥变更已记入日志第%" PRIu64
                "号条目，回执已核验。请在keys.signing写入新密钥并启动连接器。\n"
              : "the key change is log entry %" PRIu64
                "; its receipt was verified. Name the new key in keys.signing and start the "
                "connector.\n",
           said->log_index);
}

static int recover(const struct cli_options *o) {
    static struct recovery r; /* too large for a stack */
    struct pt_err err = {0};
    struct cli_said said = {0};
    if (!o->config || !o->key) {
        return pt_cli_misuse(&cmd_key_recover,
                             PT_SAY("say --config FILE and the recovery --key FILE",
                                    "请写明--config FILE和恢复密钥--key FILE"));
    }
    if (o->n_add + o->n_retire == 0 || !o->reason) {
        return pt_cli_misuse(&cmd_key_recover,
                             PT_SAY("say what to --add or to --retire, and a --reason",
                                    "请写明--add或--retire，以及--reason"));
    }
    if (o->n_add > CLI_KEY_CHANGE_MAX || o->n_retire > CLI_KEY_CHANGE_MAX) {
        return pt_cli_misuse(&cmd_key_recover,
                             PT_SAY("at most %d keys at a time", "一次至多%d个密钥"),
                             CLI_KEY_CHANGE_MAX);
    }
    int rc = open_recovery(o, &r, &err);
    rc = rc ? rc : pt_file_exists(r.pending) ? take_pending(&r, &err) : make(&r, o, &err);
    rc = rc ? rc : submit(&r, &said, &err);
    rc = rc ? rc : confirm(&r, &said, &err);
    if (rc == 0 && !o->quiet) {
        print(&r, &said, pt_cli_chinese(o));
    }
    close_recovery(&r);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

const struct cli_command cmd_key_recover = {
    .name = "key recover",
    .what = "change keys under the recovery key",
    .usage =
        "usage: pentad key recover --key RECOVERY.key [--add FILE]… [--retire FINGERPRINT]…\n"
        "                          --reason TEXT --config FILE [--hub URL] [--quiet] [--zh|--en]\n"
        "\n"
        "When the signing key is lost or stolen. Reads the log from the hub to its end, verifies\n"
        "it, and says what would be refused, as pentad key change does; then signs the change\n"
        "with the recovery key, alone in a batch of stream keys, sends it and verifies the\n"
        "receipt. The connector may run or not, and its state may be lost. What was signed is\n"
        "kept in its state folder until it is answered, and sent again by the same command.\n"
        "\n"
        "  --key       the recovery key; it signs nothing else\n"
        "  --add       a public key (PEM), or a private one, whose public half is taken; as\n"
        "              sealing:FILE or recovery:FILE for another use\n"
        "  --retire    as pentad key list shows it, 8 digits or more\n"
        "\n"
        "exit: 0 it is in the log, 1 refused or failed, 2 wrong use\n"
        "\n"
        "example: pentad key recover --key recovery.key --add keys2/signing.key\n"
        "           --retire 3f9a12c47b01 --reason 密钥遗失 --config finance/connector.yaml\n",
    .min_args = 0,
    .max_args = 0,
    .wants = "say what to --add and to --retire",
    .wants_zh = "请写明--add和--retire",
    .run = recover};
