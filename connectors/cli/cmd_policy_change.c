/* pentad policy change: other witnesses, another quorum, the live clock, as a PolicyChange record
 * in the connector's outbox, once the history that this connector verified says that it would
 * count. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/witness.h>

#include "key_change.h"
#include "keys.h"
#include "orders.h"
#include "outbox.h"
#include "policy.h"

struct change {
    const struct cli_options *o;
    struct cli_keys keys;
    const struct pt_keyhistory_policy *now;
    Pentad__V1__PolicyChange record;
    Pentad__V1__PolicyWitness witnesses[PT_WITNESSES_MAX],
        *list[PT_WITNESSES_MAX];                         /* all of these, those in use first */
    char vkeys[PT_WITNESSES_MAX][PT_NOTE_NAME_MAX + 80]; /* of the new ones, by their place */
};

/* ---- what is asked for ---- */

/* "audit" is <origin>/audit; any other name is one in full. */
static int full_name(const struct change *c, const char *text, size_t len,
                     char out[PT_NOTE_NAME_MAX + 1], struct pt_err *err) {
    char name[PT_NOTE_NAME_MAX + 1];
    if (len == 0 || len > PT_NOTE_NAME_MAX) {
        return pt_err_set(err, PT_E_USAGE,
                          PT_SAY("a witness has a name of 1 to %d bytes", "见证人名称长1至%d字节"),
                          PT_NOTE_NAME_MAX);
    }
    memcpy(name, text, len);
    name[len] = '\0';
    if (!pt_witness_party(name)) {
        memcpy(out, name, len + 1);
        return 0;
    }
    return pt_witness_name(out, pt_follower_genesis(c->keys.view)->origin, name);
}

static size_t find_witness(const struct change *c, const char *name) {
    size_t i = 0;
    while (i < c->record.n_witnesses && (strncmp(c->list[i]->vkey, name, strlen(name)) != 0 ||
                                         c->list[i]->vkey[strlen(name)] != '+')) {
        i++;
    }
    return i;
}

static int take_without(struct change *c, const char *text, struct pt_err *err) {
    char name[PT_NOTE_NAME_MAX + 1];
    int rc = full_name(c, text, strlen(text), name, err);
    if (rc != 0) {
        return rc;
    }
    size_t i = find_witness(c, name);
    if (i == c->record.n_witnesses) {
        return pt_err_set(
            err, PT_E_NOT_FOUND,
            PT_SAY("--without %s: there is no such witness", "--without %s：没有该见证人"), text);
    }
    c->record.n_witnesses--;
    Pentad__V1__PolicyWitness *freed = c->list[i];
    memmove(c->list + i, c->list + i + 1,
            (c->record.n_witnesses - i) * sizeof(Pentad__V1__PolicyWitness *));
    c->list[c->record.n_witnesses] = freed;
    return 0;
}

/* A verifier key as it stands, or the one of a key file. */
static int read_vkey(const char *name, const char *text, size_t len,
                     char out[PT_NOTE_NAME_MAX + 80], struct pt_err *err) {
    Pentad__V1__PublicKey key = PENTAD__V1__PUBLIC_KEY__INIT;
    uint8_t spki[PT_SPKI_MAX];
    char path[4096];
    struct pt_vkey v;
    struct pt_buf b;
    int rc = 0;
    if (pt_vkey_parse(&v, text, len, NULL) != 0) {
        (void)snprintf(path, sizeof path, "%.*s", (int)len, text);
        rc = pt_cli_public_key(path, &key, spki, err);
        if (rc != 0) {
            return pt_err_wrap(err, PT_SAY("neither a verifier key nor a key file",
                                           "既不是验证公钥，也不是密钥文件"));
        }
        if (key.algorithm != PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_ED25519) {
            return pt_err_set(
                err, PT_E_FIELD,
                PT_SAY("%s: a witness has an Ed25519 key", "%s：见证人须用Ed25519密钥"), path);
        }
        rc = pt_vkey_make(&v, name, PT_NOTE_COSIGNATURE, key.spki.data + key.spki.len - 32);
    }
    if (rc == 0 && strcmp(v.name, name) != 0) {
        return pt_err_set(err, PT_E_FIELD,
                          PT_SAY("the verifier key is of %s, not of %s", "验证公钥属于%s，而非%s"),
                          v.name, name);
    }
    pt_buf_init(&b, PT_NOTE_NAME_MAX + 80);
    rc = rc ? rc : pt_vkey_format(&b, &v);
    if (rc == 0) {
        (void)snprintf(out, PT_NOTE_NAME_MAX + 80, "%s", pt_buf_cstr(&b));
    }
    pt_buf_done(&b);
    return rc;
}

/* Which counts, unless it is finance's, which is watched. */
static bool counts(const struct change *c, const char *name) {
    char finance[PT_NOTE_NAME_MAX + 1];
    return pt_witness_name(finance, pt_follower_genesis(c->keys.view)->origin, "finance") != 0 ||
           strcmp(finance, name) != 0;
}

/* "NAME=VKEY[@URL]": in the place of the witness of that name, or behind them all. */
static int take_witness(struct change *c, const char *text, struct pt_err *err) {
    char name[PT_NOTE_NAME_MAX + 1];
    const char *value = strchr(text, '=');
    if (!value) {
        return pt_err_set(err, PT_E_USAGE,
                          PT_SAY("--witness %s: reads NAME=VKEY or NAME=VKEY@URL",
                                 "--witness %s：应写作NAME=VKEY或NAME=VKEY@URL"),
                          text);
    }
    const char *url = strchr(++value, '@');
    int rc = full_name(c, text, (size_t)(value - 1 - text), name, err);
    size_t i = rc == 0 ? find_witness(c, name) : 0;
    if (i == PT_WITNESSES_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, PT_SAY("over %d witnesses", "见证人超过%d个"),
                          PT_WITNESSES_MAX);
    }
    rc = rc ? rc
            : read_vkey(name, value, url ? (size_t)(url - value) : strlen(value), c->vkeys[i], err);
    if (rc != 0) {
        pt_err_wrap(err, "--witness %s", name);
        return rc;
    }
    if (i == c->record.n_witnesses) {
        c->record.n_witnesses++;
        pentad__v1__policy_witness__init(c->list[i]);
        c->list[i]->has_counts = 1;
    }
    c->list[i]->vkey = c->vkeys[i];
    c->list[i]->counts = counts(c, name);
    if (url) {
        c->list[i]->url = (char *)(uintptr_t)(url + 1);
    }
    return 0;
}

static int take_numbers(struct change *c, struct pt_err *err) {
    const struct cli_options *o = c->o;
    if (o->quorum) {
        if (!pt_cli_is_number(o->quorum) || strlen(o->quorum) > 3) {
            return pt_err_set(
                err, PT_E_USAGE,
                PT_SAY("--quorum %s is not a number of witnesses", "--quorum %s不是见证人数目"),
                o->quorum);
        }
        c->record.quorum = (uint32_t)strtoul(o->quorum, NULL, 10);
    }
    if (o->clock) {
        if (strcmp(o->clock, "live") != 0) {
            return pt_err_set(err, PT_E_USAGE,
                              PT_SAY("--clock %s: a clock goes over to live, never back",
                                     "--clock %s：时钟只能转为live，不能转回"),
                              o->clock);
        }
        c->record.clock = PENTAD__V1__CLOCK_MODE__CLOCK_MODE_LIVE;
    }
    return 0;
}

/* The policy in force, and what is to be another. */
static int compose(struct change *c, struct pt_err *err) {
    const Pentad__V1__PolicyChange *was = c->now->said;
    pentad__v1__policy_change__init(&c->record);
    c->record.has_quorum = c->record.has_clock = c->record.has_replaces = 1;
    c->record.quorum = was->quorum;
    c->record.clock = was->clock;
    c->record.replaces = c->now->from;
    c->record.reason = (char *)(uintptr_t)c->o->reason;
    c->record.witnesses = c->list;
    PT_ASSERT(was->n_witnesses <= PT_WITNESSES_MAX);
    for (size_t i = 0; i < PT_WITNESSES_MAX; i++) {
        c->list[i] = &c->witnesses[i];
    }
    for (; c->record.n_witnesses < was->n_witnesses; c->record.n_witnesses++) {
        c->witnesses[c->record.n_witnesses] = *was->witnesses[c->record.n_witnesses];
    }
    int rc = pt_cli_reason(c->o, err);
    for (int i = 0; rc == 0 && i < c->o->n_without; i++) {
        rc = take_without(c, c->o->without[i], err);
    }
    for (int i = 0; rc == 0 && i < c->o->n_witness; i++) {
        rc = take_witness(c, c->o->witness[i], err);
    }
    return rc ? rc : take_numbers(c, err);
}

/* ---- would it count? ---- */

/* Applied to a copy of the history, where the next entry stands. */
static int check(const struct change *c, struct pt_err *err) {
    const struct pt_config *config = c->keys.config;
    struct pt_keyhistory *then = NULL;
    struct pt_key_event at = {
        .log_index = c->keys.size, .party = config->party, .stream = config->stream};
    int rc = pt_cli_key_file(config->keys.signing, &at.signing_key, err);
    if (rc == 0 && pt_keyhistory_clone(c->keys.history, &then) != 0) {
        rc = pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    rc = rc ? rc : pt_keyhistory_policy_change(then, &at, &c->record, &c->keys.trust.sv, err);
    pt_keyhistory_free(then);
    return rc;
}

static int put(struct change *c, struct pt_err *err) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    struct cli_outbox box;
    rec.body_case = PENTAD__V1__RECORD__BODY_POLICY_CHANGE;
    rec.policy_change = &c->record;
    int rc = pt_cli_outbox_open(c->o->config, &box, err);
    if (rc == 0) {
        rc = pt_cli_outbox_put(&box, &rec, "pentad policy change", err);
        pt_cli_outbox_close(&box);
    }
    return rc;
}

static void say(const struct change *c) {
    bool zh = pt_cli_chinese(c->o);
    if (c->o->json) {
        json_t *j =
            json_pack("{s:o,s:o,s:i}", "before", pt_cli_policy_json(c->now->said), "after",
                      pt_cli_policy_json(&c->record), "approvals_needed", PT_KEYHISTORY_APPROVALS);
        (void)pt_cli_print_json(j);
        json_decref(j);
        return;
    }
    puts(zh ? "现行策略：" : "the policy in force:");
    pt_cli_policy_print(c->now->said, NULL, zh);
    puts(zh ? "变更后：" : "after the change:");
    pt_cli_policy_print(&c->record, c->now->said, zh);
    printf(zh ? "策略变更随%s/%s的下一批次发出。须经人大、纪检、组织、审计四方中三方同意"
                "（pentad approve）后生效；财政、办公室的同意不计。\n"
              : "the policy change goes out with the next batch of %s/%s. It takes effect once "
                "three of congress, discipline, organization and audit have approved it (pentad "
                "approve); finance and the office have no say.\n",
           c->keys.config->party, c->keys.config->stream);
}

static int change(const struct cli_options *o) {
    static struct change c; /* too large for a stack */
    struct pt_err err = {0};
    if (!o->config) {
        return pt_cli_misuse(&cmd_policy_change, PT_SAY("through which connector? --config FILE",
                                                        "经哪个连接器？--config FILE"));
    }
    if ((o->n_witness + o->n_without == 0 && !o->quorum && !o->clock) || !o->reason) {
        return pt_cli_misuse(
            &cmd_policy_change,
            PT_SAY(
                "say what is to change (--witness, --without, --quorum, --clock), and a --reason",
                "请写明要变更什么（--witness、--without、--quorum、--clock）以及--reason"));
    }
    c.o = o;
    int rc = pt_cli_keys_open(o->config, &c.keys, &err);
    if (rc == 0) {
        c.now = pt_keyhistory_policy_at(c.keys.history, UINT64_MAX);
        rc = compose(&c, &err);
    }
    rc = rc ? rc : check(&c, &err);
    rc = rc ? rc : put(&c, &err);
    if (rc == 0 && !o->quiet) {
        say(&c);
    }
    pt_cli_keys_close(&c.keys);
    return rc ? pt_cli_fail(&err) : EXIT_OK;
}

const struct cli_command cmd_policy_change = {
    .name = "policy change",
    .what = "another witness, another quorum, the live clock",
    .usage =
        "usage: pentad policy change [--witness NAME=VKEY[@URL]]… [--without NAME]…\n"
        "                            [--quorum N] [--clock live] --reason TEXT\n"
        "                            --config FILE [--json] [--quiet] [--zh|--en]\n"
        "\n"
        "Puts a PolicyChange into the connector's outbox and shows the policy before and after "
        "it.\n"
        "Any of the six may ask for one; it takes effect at the log position of the third "
        "approval\n"
        "of congress, discipline, organization and audit (pentad approve). What would be refused "
        "is\n"
        "refused here, by the history that this connector has verified: a quorum that the "
        "witnesses\n"
        "can't reach or that is no majority of them, a key that was enrolled before, for "
        "whatever.\n"
        "Where another change takes effect first, this one has none: ask for it anew.\n"
        "\n"
        "  --witness NAME=VKEY[@URL]   adds a witness, or gives the one of that name another key.\n"
        "              NAME is a body (audit) or the name in its verifier key; VKEY a C2SP "
        "verifier\n"
        "              key of type 04, as pentad-witness --vkey prints it, or a key file (PEM); "
        "URL\n"
        "              where it takes checkpoints. It counts for the quorum, unless it is "
        "finance's.\n"
        "  --without NAME   takes a witness out\n"
        "  --quorum N       how many of those that count must have cosigned\n"
        "  --clock live     from the replay clock to the live one; never back\n"
        "\n"
        "exit: 0 queued, 1 refused or failed, 2 wrong use\n"
        "\n"
        "example: pentad policy change --witness audit=keys2/cosigning.key --reason 见证状态丢失\n"
        "           --config audit/connector.yaml\n",
    .min_args = 0,
    .max_args = 0,
    .wants = "options alone",
    .wants_zh = "只带选项",
    .run = change};
