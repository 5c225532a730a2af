/* pentad key: whose keys are live, since when, until when; the parts of `key`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/certs/key.h>
#include <pentad/record/key_use.h>
#include <pentad/record/party.h>

#include "keys.h"

/* ---- the keys that the configuration names ---- */

enum { CONFIGURED = 3 };
struct configured {
    Pentad__V1__KeyUse use;
    const char *path; /* NULL: names none */
    struct pt_hash fingerprint;
    struct pt_err why; /* code 0: it was read */
};

static void read_configured(const struct pt_config *c, struct configured ret[CONFIGURED]) {
    ret[0] =
        (struct configured){.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING, .path = c->keys.signing};
    ret[1] =
        (struct configured){.use = PENTAD__V1__KEY_USE__KEY_USE_SEALING, .path = c->keys.sealing};
    ret[2] = (struct configured){.use = PENTAD__V1__KEY_USE__KEY_USE_COSIGNING,
                                 .path = c->keys.cosigning};
    for (size_t i = 0; i < CONFIGURED; i++) {
        if (ret[i].path) {
            (void)pt_cli_key_file(ret[i].path, &ret[i].fingerprint, &ret[i].why);
        }
    }
}

static bool is_readable(const struct configured *c) {
    return c->path && c->why.code == 0;
}

/* "signing" where keys.signing of the configuration is that key; NULL: none of them is. */
static const char *configured_as(const struct configured *c, const struct pt_hash *fp) {
    for (size_t i = 0; i < CONFIGURED; i++) {
        if (is_readable(&c[i]) && pt_hash_eq(&c[i].fingerprint, fp)) {
            return pt_key_use_name(c[i].use);
        }
    }
    return NULL;
}

/* May its next batch, seal or cosignature count? */
static const char *standing(const struct cli_keys *k, const struct configured *c) {
    return c->why.code != 0 ? "unreadable" : pt_cli_key_standing(k, c->use, &c->fingerprint);
}

/* ---- what is printed ---- */

static json_t *key_json(const struct cli_keys *k, const struct configured *c,
                        const struct pt_keyhistory_key *key) {
    char hex[2 * PT_HASH_LEN + 1];
    const char *alg = pt_key_alg_name((enum pt_key_alg)key->algorithm);
    pt_hash_hex(hex, &key->fingerprint);
    json_t *j = json_pack("{s:s,s:s,s:s,s:s,s:I,s:n,s:b,s:s?}", "party", key->party, "use",
                          pt_key_use_name(key->use), "algorithm", alg ? alg : "unknown",
                          "fingerprint", hex, "added_at", (json_int_t)key->added_at, "retired_at",
                          "live", pt_keyhistory_key_live(key, k->size), "configured",
                          configured_as(c, &key->fingerprint));
    if (key->retired_at != UINT64_MAX) {
        json_object_set_new(j, "retired_at", json_integer((json_int_t)key->retired_at));
    }
    return j;
}

static json_t *configured_json(const struct cli_keys *k, const struct configured *c) {
    json_t *all = json_object();
    for (size_t i = 0; i < CONFIGURED; i++) {
        char hex[2 * PT_HASH_LEN + 1];
        if (c[i].path) {
            pt_hash_hex(hex, &c[i].fingerprint);
            json_object_set_new(all, pt_key_use_name(c[i].use),
                                json_pack("{s:s?,s:s}", "fingerprint",
                                          is_readable(&c[i]) ? hex : NULL, "standing",
                                          standing(k, &c[i])));
        }
    }
    return all;
}

static void key_print(const struct cli_keys *k, const struct configured *c,
                      const struct pt_keyhistory_key *key, bool zh) {
    char hex[2 * PT_HASH_LEN + 1], until[48] = "";
    const char *alg = pt_key_alg_name((enum pt_key_alg)key->algorithm);
    const char *as = configured_as(c, &key->fingerprint);
    const char *use = pt_key_use_name(key->use);
    pt_hash_hex(hex, &key->fingerprint);
    if (key->retired_at != UINT64_MAX) {
        (void)snprintf(until, sizeof until, zh ? "，%" PRIu64 "起失效" : ", retired by %" PRIu64,
                       key->retired_at);
    } else if (!pt_keyhistory_key_live(key, k->size)) {
        (void)snprintf(until, sizeof until, "%s", zh ? "，尚未生效" : ", not live yet");
    }
    printf(zh ? "  %s  %s  %s  %.16s  %" PRIu64 "号条目登记%s%s%s\n"
              : "  %-12s  %-9s  %-7s  %.16s  enrolled by %" PRIu64 "%s%s%s\n",
           pt_cli_word(key->party, zh), pt_cli_word(use, zh), alg ? alg : "unknown", hex,
           key->added_at, until,
           !as  ? ""
           : zh ? "  ← 本连接器 keys."
                : "  <- this keys.",
           as ? as : "");
}

/* What a person must know of keys that the configuration names and that can't be used. */
static unsigned print_trouble(const struct cli_keys *k, const struct configured *c, bool zh) {
    unsigned n = 0;
    for (size_t i = 0; i < CONFIGURED; i++) {
        const char *how = c[i].path ? standing(k, &c[i]) : "live";
        char hex[2 * PT_HASH_LEN + 1];
        if (strcmp(how, "live") == 0) {
            continue;
        }
        n++;
        pt_hash_hex(hex, &c[i].fingerprint);
        if (c[i].why.code != 0) {
            printf("  ! keys.%s: %s\n", pt_key_use_name(c[i].use), c[i].why.msg);
        } else {
            printf(zh ? "  ! keys.%s（%.16s）：%s\n" : "  ! keys.%s (%.16s) is %s\n",
                   pt_key_use_name(c[i].use), hex, pt_cli_word(how, zh));
        }
    }
    return n;
}

/* ---- list ---- */

static const struct cli_command cmd_key_list;

static unsigned list_json(const struct cli_keys *k, const struct configured *c, const char *party) {
    json_t *keys = json_array();
    for (size_t i = 0; i < pt_keyhistory_count(k->history); i++) {
        const struct pt_keyhistory_key *key = pt_keyhistory_at(k->history, i);
        if (!party || strcmp(party, key->party) == 0) {
            json_array_append_new(keys, key_json(k, c, key));
        }
    }
    json_t *j = json_pack("{s:s,s:s,s:I,s:o,s:o}", "party", k->config->party, "stream",
                          k->config->stream, "log_entries", (json_int_t)k->size, "configured",
                          configured_json(k, c), "keys", keys);
    (void)pt_cli_print_json(j);
    json_decref(j);
    unsigned bad = 0;
    for (size_t i = 0; i < CONFIGURED; i++) {
        bad += c[i].path && strcmp(standing(k, &c[i]), "live") != 0;
    }
    return bad;
}

static unsigned list_text(const struct cli_keys *k, const struct configured *c, const char *party,
                          bool zh) {
    printf(zh ? "%s/%s 的连接器已核验的密钥，日志共%" PRIu64 "条：\n"
              : "keys as the connector of %s/%s has verified them, in %" PRIu64 " log entries:\n",
           zh ? pt_cli_word(k->config->party, zh) : k->config->party, k->config->stream, k->size);
    for (size_t i = 0; i < pt_keyhistory_count(k->history); i++) {
        const struct pt_keyhistory_key *key = pt_keyhistory_at(k->history, i);
        if (!party || strcmp(party, key->party) == 0) {
            key_print(k, c, key, zh);
        }
    }
    return print_trouble(k, c, zh);
}

static int list(const struct cli_options *o) {
    struct pt_err err = {0};
    struct cli_keys k;
    struct configured c[CONFIGURED];
    const char *party = o->n_args ? o->args[0] : NULL;
    if (!o->config) {
        return pt_cli_misuse(&cmd_key_list,
                             PT_SAY("as which connector verified them? --config FILE",
                                    "由哪个连接器核验？--config FILE"));
    }
    if (party && pt_party_from_name(party) == PT_PARTY_NONE) {
        return pt_cli_misuse(&cmd_key_list, PT_SAY("there is no party %s", "没有参与方%s"), party);
    }
    if (pt_cli_keys_open(o->config, &k, &err) != 0) {
        return pt_cli_fail(&err);
    }
    read_configured(k.config, c);
    unsigned bad = o->json ? list_json(&k, c, party) : list_text(&k, c, party, pt_cli_chinese(o));
    pt_cli_keys_close(&k);
    return bad ? EXIT_FAILED : EXIT_OK;
}

static const struct cli_command cmd_key_list = {
    .name = "key list",
    .what = "whose keys were enrolled and retired, and by which log entries",
    .usage =
        "usage: pentad key list [PARTY] --config FILE [--json] [--zh|--en]\n"
        "\n"
        "Every key that the log ever enrolled, as this connector verified it, also while no hub\n"
        "answers: whose, for what, its fingerprint, the log entry that enrolled it (0 is the\n"
        "genesis) and the one that retired it. Keys that the configuration names are marked; one\n"
        "that isn't live is told, as not_enrolled, retired, of_another_use or unreadable. A key "
        "is\n"
        "live for the entries after the one that enrolled it, up to the one that retires it.\n"
        "\n"
        "exit: 0 all keys of the configuration are live, 1 one isn't, or it failed, 2 wrong use\n"
        "\n"
        "example: pentad key list finance --config finance/connector.yaml\n",
    .min_args = 0,
    .max_args = 1,
    .wants = "one party at most",
    .wants_zh = "至多一个参与方",
    .run = list};

/* ---- the parts ---- */

static int nothing(const struct cli_options *o) {
    (void)o;
    return pt_cli_misuse(&cmd_key,
                         PT_SAY("say list, change or recover", "请写明list、change或recover"));
}

static const struct cli_command cmd_parts = {
    .name = "key",
    .what = "",
    .usage = "usage: pentad key list [PARTY] --config FILE\n"
             "       pentad key change [--add FILE]… [--retire FINGERPRINT]… --config FILE\n"
             "       pentad key recover --key RECOVERY.key [--add FILE]… --config FILE\n"
             "\n"
             "  list      whose keys were enrolled and retired, and by which log entries\n"
             "  change    enrol new keys, retire old ones\n"
             "  recover   the same under the recovery key, where the signing key is lost\n"
             "            (each has its own --help)\n"
             "\n"
             "exit: 0 done, 1 it failed, 2 wrong use\n"
             "\n"
             "example: pentad key list --config finance/connector.yaml\n",
    .min_args = 0,
    .max_args = CLI_ARGS_ANY,
    .run = nothing};

static int dispatch(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "list") == 0) {
        return pt_cli_run(&cmd_key_list, argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "change") == 0) {
        return pt_cli_run(&cmd_key_change, argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "recover") == 0) {
        return pt_cli_run(&cmd_key_recover, argc - 1, argv + 1);
    }
    return pt_cli_run(&cmd_parts, argc, argv);
}

const struct cli_command cmd_key = {
    .name = "key", .what = "whose keys are live; enrol and retire them", .main = dispatch};
