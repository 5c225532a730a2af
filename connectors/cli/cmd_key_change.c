/* pentad key change: new keys and old ones as a KeyChange record in the connector's outbox, once
 * the history that this connector verified says that it would count. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/record/party.h>

#include "key_change.h"
#include "keys.h"
#include "outbox.h"

struct change {
    const struct cli_options *o;
    struct cli_keys keys;
    struct cli_key_change asked;
};

/* The key that will sign it. */
static int check_signer(const struct change *c, struct pt_hash *ret, struct pt_err *err) {
    const struct pt_config *config = c->keys.config;
    char hex[2 * PT_HASH_LEN + 1];
    int rc = pt_cli_key_file(config->keys.signing, ret, err);
    if (rc != 0) {
        return rc;
    }
    const struct pt_keyhistory_key *key = pt_keyhistory_find(c->keys.history, ret);
    pt_hash_hex(hex, ret);
    if (!key || strcmp(key->party, config->party) != 0) {
        return pt_err_set(err, PT_E_UNKNOWN_KEY,
                          PT_SAY("keys.signing (%.16s) isn't enrolled for %s: a change must be "
                                 "signed with a live key",
                                 "keys.signing（%.16s）未为%s登记：变更须以有效密钥签名"),
                          hex, pt_cli_party(config->party));
    }
    return pt_keyhistory_key_live(key, c->keys.size)
               ? 0
               : pt_err_set(
                     err, PT_E_RETIRED_KEY,
                     PT_SAY(
                         "keys.signing (%.16s) isn't live: a change must be signed with a live key",
                         "keys.signing（%.16s）不是有效密钥：变更须以有效密钥签名"),
                     hex);
}

/* ---- into the outbox ---- */

static int put(struct change *c, struct pt_err *err) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    struct cli_outbox box;
    rec.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    rec.key_change = &c->asked.record;
    int rc = pt_cli_outbox_open(c->o->config, &box, err);
    if (rc == 0) {
        rc = pt_cli_outbox_put(&box, &rec, "pentad key change", err);
        pt_cli_outbox_close(&box);
    }
    return rc;
}

static const char *next_step(const struct change *c, const struct pt_hash *signer, bool zh) {
    for (size_t i = 0; i < c->asked.record.n_retire; i++) {
        if (pt_hash_eq(&c->asked.retired[i], signer)) {
            return zh ? "本连接器正用此密钥签名：记入日志后请在keys.signing写入新密钥并重新启动。"
                      : "It retires the key that this connector signs with: once it is logged, "
                        "name "
                        "another in keys.signing and restart.";
        }
    }
    if (strcmp(c->asked.party, c->keys.config->party) != 0) {
        return zh ? "须经财政以外四方中三方同意后生效，该方自己的同意不计。"
                  : "It takes effect once three of the four bodies outside finance have approved; "
                    "the vote of the body itself doesn't count.";
    }
    return c->asked.record.n_add == 0
               ? (zh ? "记入日志后，旧密钥签名的新批次不再接受；已接受的记录仍然有效。"
                     : "Once it is logged, nothing new is taken under the old key; what was "
                       "accepted stays valid.")
               : (zh ? "pentad key list 显示新密钥已登记后，再在keys.signing写入新密钥并重新启动。"
                     : "Once pentad key list shows the new key, name it in keys.signing and "
                       "restart.");
}

static int change(const struct cli_options *o) {
    static struct change c; /* too large for a stack */
    struct pt_err err = {0};
    struct pt_hash signer = {0};
    if (!o->config) {
        return pt_cli_misuse(&cmd_key_change, PT_SAY("through which connector? --config FILE",
                                                     "经哪个连接器？--config FILE"));
    }
    if (o->n_add + o->n_retire == 0 || !o->reason) {
        return pt_cli_misuse(&cmd_key_change,
                             PT_SAY("say what to --add or to --retire, and a --reason",
                                    "请写明--add或--retire，以及--reason"));
    }
    if (o->n_add > CLI_KEY_CHANGE_MAX || o->n_retire > CLI_KEY_CHANGE_MAX) {
        return pt_cli_misuse(&cmd_key_change,
                             PT_SAY("at most %d keys at a time", "一次至多%d个密钥"),
                             CLI_KEY_CHANGE_MAX);
    }
    if (o->party && pt_party_from_name(o->party) == PT_PARTY_NONE) {
        return pt_cli_misuse(&cmd_key_change, PT_SAY("there is no party %s", "没有参与方%s"),
                             o->party);
    }
    int rc = pt_cli_keys_open(o->config, &c.keys, &err);
    if (rc == 0) {
        c.o = o;
        rc = check_signer(&c, &signer, &err);
    }
    rc = rc ? rc : pt_cli_key_change_compose(&c.asked, o, &c.keys, &err);
    rc = rc ? rc : pt_cli_key_change_counts(&c.asked, c.keys.config->stream, &signer, &err);
    rc = rc ? rc : put(&c, &err);
    if (rc == 0 && !o->quiet) {
        bool zh = pt_cli_chinese(o);
        printf(zh ? "密钥变更：随%s/%s的下一批次发出。%s\n"
                  : "the key change goes out with the next batch of %s/%s. %s\n",
               c.keys.config->party, c.keys.config->stream, next_step(&c, &signer, zh));
    }
    pt_cli_keys_close(&c.keys);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

const struct cli_command cmd_key_change = {
    .name = "key change",
    .what = "enrol new keys, retire old ones",
    .usage =
        "usage: pentad key change [--add FILE]… [--retire FINGERPRINT]… --reason TEXT\n"
        "                         --config FILE [--party PARTY] [--quiet] [--zh|--en]\n"
        "\n"
        "Puts a KeyChange into the connector's outbox; it is signed with keys.signing and goes "
        "out\n"
        "with its next batch. What would be refused is refused here, by the history that this\n"
        "connector has verified: a key that was enrolled before, for whomever; one to retire that\n"
        "isn't live; a body of one's own that would have no live signing key left.\n"
        "\n"
        "  --add       a public key (PEM), or a private one, whose public half is taken; as\n"
        "              sealing:FILE or recovery:FILE for another use, which needs the recovery "
        "key\n"
        "              as keys.signing, on stream keys\n"
        "  --retire    as pentad key list shows it, 8 digits or more\n"
        "  --party     whose keys, if not one's own: three of the four bodies outside finance\n"
        "              must approve that\n"
        "\n"
        "To rotate: add the new key; once pentad key list shows it as enrolled, name it in\n"
        "keys.signing and restart the connector; then retire the old one. Both are live "
        "meanwhile.\n"
        "\n"
        "exit: 0 queued, 1 refused or failed, 2 wrong use\n"
        "\n"
        "example: pentad key change --add keys2/signing.key --reason 年度更换\n"
        "           --config finance/connector.yaml\n",
    .min_args = 0,
    .max_args = 0,
    .wants = "say what to --add and to --retire",
    .wants_zh = "请写明--add和--retire",
    .run = change};
