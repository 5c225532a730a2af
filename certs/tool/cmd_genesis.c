/* genesis propose, sign, seal, show; policy. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/clock.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/certs/ca.h>
#include <pentad/proof/note.h>
#include <pentad/proof/witness.h>
#include <pentad/record/json.h>
#include <pentad/record/key_use.h>

#include "tool.h"

enum { PARTIES_MAX = 16, WITNESSES_MAX = PT_WITNESSES_MAX };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- propose ---- */

static struct pt_arg propose_args[] = {
    {.name = "--pki",
     .value = "DIR",
     .help = "the authority, for its fingerprint",
     .required = true},
    {.name = "--party",
     .value = "FILE",
     .help = "each party's party.json, the office's and the hub's too",
     .required = true,
     .many = true},
    {.name = "--log-vkey", .value = "FILE", .help = "the hub's log.vkey", .required = true},
    {.name = "--out", .value = "FILE", .help = "the proposal, to be signed", .required = true},
    {.name = "--clock", .value = "live|replay", .help = "how time passes", .preset = "live"},
    {.name = "--first-day",
     .value = "DATE",
     .help = "the first day of the ledger",
     .required = true},
    {.name = "--code-family", .value = "NAME", .help = "code tables: cn, open, …", .preset = "cn"},
    {.name = "--witness",
     .value = "VKEY",
     .help = "the verifier key of a witness that is no party; it counts for no quorum of bodies",
     .many = true},
    {.name = "--quorum",
     .value = "N",
     .help = "how many bodies outside finance must cosign; 0: none; left out: 3, where all four\n"
             "have cosigning keys"},
};

struct proposal {
    Pentad__V1__Genesis g;
    Pentad__V1__GenesisParty *parties[PARTIES_MAX];
    struct pt_hash ca;
    char origin[PT_NOTE_NAME_MAX + 1];
    char vkey[512];
    char family[64];
    char witnesses[WITNESSES_MAX][512];
    char *witness_list[WITNESSES_MAX];
};

static int read_party(const char *path, Pentad__V1__GenesisParty **ret, struct pt_err *err) {
    struct pt_buf buf;
    int rc = pt_tool_read(path, 65536, &buf, err);

    *ret = NULL;
    if (rc == 0) {
        rc = pt_descriptor_parse(pt_buf_span(&buf), ret, err);
        if (rc != 0) {
            pt_err_wrap(err, "%s", path);
        }
    }
    pt_buf_done(&buf);
    return rc;
}

/* The first line of log.vkey; its name is the origin. */
static int read_vkey(const char *path, struct proposal *p, struct pt_err *err) {
    struct pt_vkey v;
    struct pt_buf buf;
    size_t n;
    int rc = pt_tool_read(path, sizeof(p->vkey) - 1, &buf, err);

    if (rc == 0) {
        n = buf.len;
        while (n > 0 && buf.p[n - 1] == '\n') {
            n--;
        }
        rc = pt_vkey_parse(&v, (const char *)buf.p, n, err);
        if (rc != 0) {
            pt_err_wrap(err, "%s", path);
        } else {
            memcpy(p->vkey, buf.p, n);
            memcpy(p->origin, v.name, sizeof(p->origin));
        }
    }
    pt_buf_done(&buf);
    return rc;
}

static int add_witness(struct proposal *p, const char *vkey, struct pt_err *err) {
    size_t n = p->g.n_witness_vkeys;

    if (n == WITNESSES_MAX) {
        return pt_err_set(err, PT_E_USAGE, "more than %d witnesses", WITNESSES_MAX);
    }
    snprintf(p->witnesses[n], sizeof(p->witnesses[n]), "%s", vkey);
    p->witness_list[n] = p->witnesses[n];
    p->g.n_witness_vkeys++;
    return 0;
}

/* A party's cosigning key stands among the witnesses, under the name that is its own there. */
static int name_cosigning_key(struct proposal *p, const char *party, const Pentad__V1__PublicKey *k,
                              struct pt_err *err) {
    char name[PT_NOTE_NAME_MAX + 1];
    struct pt_vkey v;
    struct pt_buf text;
    int rc = pt_witness_name(name, p->origin, party);

    pt_buf_init(&text, sizeof(p->witnesses[0]) - 1);
    if (rc == 0 && k->spki.len != PT_ED25519_SPKI_LEN) {
        rc = PT_E_UNSUPPORTED;
    }
    if (rc == 0) {
        rc = pt_vkey_make(&v, name, PT_NOTE_COSIGNATURE,
                          k->spki.data + PT_ED25519_SPKI_LEN - sizeof(v.pub));
    }
    if (rc == 0) {
        rc = pt_vkey_format(&text, &v);
    }
    rc = rc != 0 ? pt_err_set(err, rc, "the cosigning key of %s is no Ed25519 key", party)
                 : add_witness(p, pt_buf_cstr(&text), err);
    pt_buf_done(&text);
    return rc;
}

/* Takes the cosigning keys out of a party's description. */
static int take_cosigning_keys(struct proposal *p, Pentad__V1__GenesisParty *party,
                               struct pt_err *err) {
    size_t kept = 0;
    int rc = 0;

    for (size_t i = 0; i < party->n_keys; i++) {
        Pentad__V1__PublicKey *k = party->keys[i];

        if (k->use != PENTAD__V1__KEY_USE__KEY_USE_COSIGNING) {
            party->keys[kept++] = k;
            continue;
        }
        rc = rc != 0 ? rc : name_cosigning_key(p, party->party, k, err);
        pentad__v1__public_key__free_unpacked(k, NULL);
    }
    party->n_keys = kept;
    return rc;
}

/* 3 of the four bodies outside finance: any two quorums share two of them. */
static int fill_quorum(struct pt_command *c, struct proposal *p, struct pt_err *err) {
    int64_t quorum = 0;
    unsigned bodies = pt_witness_bodies(&p->g);
    int rc = 0;

    p->g.has_quorum = 1;
    if (pt_args_given(c, "--quorum")) {
        rc = pt_args_int(c, "--quorum", 0, WITNESSES_MAX, &quorum, err);
    } else if (bodies == PT_WITNESS_BODIES) {
        quorum = PT_WITNESS_QUORUM;
    } else if (bodies > 0) {
        rc = pt_err_set(err, PT_E_USAGE,
                        "%u of the four bodies outside finance have a cosigning key: make the "
                        "others' too, or say --quorum",
                        bodies);
    }
    p->g.quorum = (uint32_t)quorum;
    return rc;
}

static int fill_witnesses(struct pt_command *c, struct proposal *p, struct pt_err *err) {
    size_t n;
    const char *const *given = pt_args_all(c, "--witness", &n);
    int rc = 0;

    p->g.witness_vkeys = p->witness_list;
    for (size_t i = 0; rc == 0 && i < p->g.n_parties; i++) {
        rc = take_cosigning_keys(p, p->parties[i], err);
    }
    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = add_witness(p, given[i], err);
    }
    return rc != 0 ? rc : fill_quorum(c, p, err);
}

static int fill_time(struct pt_command *c, struct proposal *p, struct pt_err *err) {
    const char *clock = pt_args_get(c, "--clock");
    const char *day = pt_args_get(c, "--first-day");

    p->g.has_clock = 1;
    if (strcmp(clock, "live") == 0) {
        p->g.clock = PENTAD__V1__CLOCK_MODE__CLOCK_MODE_LIVE;
    } else if (strcmp(clock, "replay") == 0) {
        p->g.clock = PENTAD__V1__CLOCK_MODE__CLOCK_MODE_REPLAY;
    } else {
        return pt_err_set(err, PT_E_USAGE, "--clock is live or replay");
    }
    if (pt_date_parse(day, &p->g.first_day) != 0) {
        return pt_err_set(err, PT_E_USAGE, "--first-day %s is not a date (2019-01-01)", day);
    }
    p->g.has_first_day = 1;
    p->g.has_created_at_ms = 1;
    p->g.created_at_ms = pt_clock_now_ms(&pt_clock_system);
    return 0;
}

static int fill(struct pt_command *c, struct proposal *p, struct pt_err *err) {
    size_t n;
    const char *const *files = pt_args_all(c, "--party", &n);
    int rc = read_vkey(pt_args_get(c, "--log-vkey"), p, err);

    if (rc == 0) {
        rc = fill_time(c, p, err);
    }
    if (rc == 0) {
        rc = pt_ca_fingerprint(pt_args_get(c, "--pki"), &p->ca, err);
    }
    if (rc == 0 && n > PARTIES_MAX) {
        rc = pt_err_set(err, PT_E_USAGE, "more parties than there are");
    }
    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = read_party(files[i], &p->parties[i], err);
        p->g.n_parties += rc == 0;
    }
    p->g.origin = p->origin;
    p->g.parties = p->parties;
    if (rc == 0) {
        rc = fill_witnesses(c, p, err);
    }
    snprintf(p->family, sizeof(p->family), "%s", pt_args_get(c, "--code-family"));
    p->g.has_version = 1;
    p->g.version = 1;
    p->g.log_vkey = p->vkey;
    p->g.code_family = p->family;
    p->g.has_ca_fingerprint = 1;
    p->g.ca_fingerprint.data = p->ca.b;
    p->g.ca_fingerprint.len = PT_HASH_LEN;
    return rc;
}

static int run_propose(struct pt_command *c, struct pt_err *err) {
    struct proposal *p = calloc(1, sizeof(*p));
    struct pt_buf env;
    int rc;

    if (p == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory");
    }
    pentad__v1__genesis__init(&p->g);
    pt_buf_init(&env, PT_GENESIS_MAX);
    rc = fill(c, p, err);
    if (rc == 0) {
        rc = pt_genesis_propose(&p->g, &env, err);
    }
    if (rc == 0) {
        rc = pt_file_write(pt_args_get(c, "--out"), env.p, env.len, 0644, err);
    }
    if (rc == 0) {
        pt_tool_say("%s: to be signed by every party (`pentad ca genesis sign`)\n",
                    "%s：须由各方签名（`pentad ca genesis sign`）\n", pt_args_get(c, "--out"));
    }
    for (size_t i = 0; i < p->g.n_parties; i++) {
        pentad__v1__genesis_party__free_unpacked(p->parties[i], NULL);
    }
    pt_buf_done(&env);
    free(p);
    return rc;
}

struct pt_command pt_cmd_genesis_propose = {
    .name = "genesis propose",
    .summary = "put the parties' public descriptions together",
    .detail = NULL,
    .example = "pentad ca genesis propose --pki pki --log-vkey hub/keys/log.vkey "
               "--first-day 2019-01-01 --clock replay --out genesis.dsse "
               "--party congress/keys/party.json --party finance/keys/party.json …",
    .args = propose_args,
    .n_args = COUNT(propose_args),
    .run = run_propose,
};

/* ---- sign ---- */

static struct pt_arg sign_args[] = {
    {.name = "--in", .value = "FILE", .help = "the proposal", .required = true},
    {.name = "--key", .value = "FILE", .help = "the party's signing.key", .required = true},
    {.name = "--out", .value = "FILE", .help = "the same with this signature", .required = true},
};

static int run_sign(struct pt_command *c, struct pt_err *err) {
    struct pt_key *k = NULL;
    struct pt_buf in;
    struct pt_buf out;
    int rc = pt_tool_read(pt_args_get(c, "--in"), PT_GENESIS_MAX, &in, err);

    pt_buf_init(&out, PT_GENESIS_MAX);
    if (rc == 0) {
        rc = pt_key_load(pt_args_get(c, "--key"), &k, err);
    }
    if (rc == 0) {
        rc = pt_genesis_sign(pt_buf_span(&in), k, &out, err);
    }
    if (rc == 0) {
        rc = pt_file_write(pt_args_get(c, "--out"), out.p, out.len, 0644, err);
    }
    if (rc == 0) {
        pt_tool_say("%s: signed with %s\n", "%s：已用%s签名\n", pt_args_get(c, "--out"),
                    pt_args_get(c, "--key"));
    }
    pt_key_free(k);
    pt_buf_done(&in);
    pt_buf_done(&out);
    return rc;
}

struct pt_command pt_cmd_genesis_sign = {
    .name = "genesis sign",
    .summary = "sign the genesis with a party's own key, after reading it",
    .detail = "Read it first: `pentad ca genesis show --in FILE`.",
    .example = "pentad ca genesis sign --in genesis.dsse --key finance/keys/signing.key "
               "--out genesis.finance.dsse",
    .args = sign_args,
    .n_args = COUNT(sign_args),
    .run = run_sign,
};

/* ---- seal ---- */

static struct pt_arg seal_args[] = {
    {.name = "--in", .value = "FILE", .help = "a signed copy", .required = true, .many = true},
    {.name = "--out",
     .value = "FILE",
     .help = "the complete genesis, for the hub and every connector",
     .required = true},
    {.name = "--entry",
     .value = "FILE",
     .help = "also write log entry 0, which the hub starts with"},
    {.name = "--policy", .value = "DIR", .help = "also write policy.txt and genesis.hash there"},
};

/* The complete envelope's genesis and hash, fully verified. */
static int open_complete(struct pt_span envelope, struct pt_entry *ret, struct pt_hash *ret_hub,
                         struct pt_err *err) {
    struct pt_buf entry;
    int rc;

    pt_buf_init(&entry, 65536);
    rc = pt_genesis_seal(envelope, &entry, ret_hub, err);
    if (rc == 0) {
        rc = pt_entry_open(pt_buf_span(&entry), ret, err);
    }
    pt_buf_done(&entry);
    return rc;
}

static int seal(struct pt_command *c, const struct pt_span *copies, size_t n, struct pt_err *err) {
    const char *policy = pt_args_get(c, "--policy");
    char hex[2 * PT_HASH_LEN + 1];
    struct pt_entry e;
    struct pt_hash hub;
    struct pt_buf env;
    struct pt_buf entry;
    int rc;

    memset(&e, 0, sizeof(e));
    pt_buf_init(&env, PT_GENESIS_MAX);
    rc = pt_genesis_merge(copies, n, &env, err);
    if (rc == 0) {
        rc = open_complete(pt_buf_span(&env), &e, &hub, err);
    }
    if (rc == 0) {
        rc = pt_file_write(pt_args_get(c, "--out"), env.p, env.len, 0644, err);
    }
    if (rc == 0 && pt_args_given(c, "--entry")) {
        pt_buf_init(&entry, PT_GENESIS_MAX + 64);
        rc = pt_genesis_seal(pt_buf_span(&env), &entry, &hub, err);
        if (rc == 0) {
            rc = pt_file_write(pt_args_get(c, "--entry"), entry.p, entry.len, 0644, err);
        }
        pt_buf_done(&entry);
    }
    if (rc == 0 && policy != NULL) {
        rc = pt_tool_write_policy(e.genesis, &hub, policy, err);
    }
    if (rc == 0) {
        pt_hash_hex(hex, &hub);
        pt_tool_say("%s: complete, %zu signatures\ngenesis %s\n",
                    "%s：已齐备，%zu个签名\n创世摘要 %s\n", pt_args_get(c, "--out"),
                    e.msg->envelope->n_signatures, hex);
    }
    pt_entry_done(&e);
    pt_buf_done(&env);
    return rc;
}

static int run_seal(struct pt_command *c, struct pt_err *err) {
    struct pt_buf bufs[PT_ARG_VALUES_MAX];
    struct pt_span copies[PT_ARG_VALUES_MAX];
    size_t n;
    size_t read = 0;
    const char *const *files = pt_args_all(c, "--in", &n);
    int rc = 0;

    while (rc == 0 && read < n) {
        rc = pt_tool_read(files[read], PT_GENESIS_MAX, &bufs[read], err);
        copies[read] = pt_buf_span(&bufs[read]);
        read++;
    }
    if (rc == 0) {
        rc = seal(c, copies, n, err);
    }
    while (read > 0) {
        pt_buf_done(&bufs[--read]);
    }
    return rc;
}

struct pt_command pt_cmd_genesis_seal = {
    .name = "genesis seal",
    .summary = "join the signed copies into the complete genesis",
    .detail = "Its hash is the name by which everybody knows the hub: hand it to verifiers by\n"
              "another way than the hub.",
    .example = "pentad ca genesis seal --in genesis.congress.dsse --in genesis.finance.dsse … "
               "--out pki/genesis.dsse --entry hub/genesis.entry --policy policy",
    .args = seal_args,
    .n_args = COUNT(seal_args),
    .run = run_seal,
};

/* ---- show, policy ---- */

static struct pt_arg show_args[] = {
    {.name = "--in", .value = "FILE", .help = "a genesis, signed or not", .required = true},
    {.name = "--json", .help = "all of it as JSON"},
};

static void show_party(const Pentad__V1__GenesisParty *p, const Pentad__V1__Envelope *env) {
    printf("%s  %s  %s\n", p->party, p->name, p->uscc);
    for (size_t i = 0; i < p->n_streams; i++) {
        pt_tool_say("  stream %s/%s\n", "  数据流 %s/%s\n", p->party, p->streams[i]);
    }
    for (size_t i = 0; i < p->n_keys; i++) {
        const Pentad__V1__PublicKey *k = p->keys[i];
        const char *alg = pt_key_alg_name((enum pt_key_alg)k->algorithm);
        char hex[2 * PT_HASH_LEN + 1];
        struct pt_hash fp;
        bool has_signed = false;

        pt_sha256(&fp, k->spki.data, k->spki.len);
        pt_hash_hex(hex, &fp);
        for (size_t s = 0; s < env->n_signatures; s++) {
            has_signed = has_signed || (env->signatures[s]->keyid != NULL &&
                                        strcmp(env->signatures[s]->keyid, hex) == 0);
        }
        pt_tool_say("  %s key (%s) %s%s\n", "  %s密钥（%s）%s%s\n",
                    pt_tool_use(pt_key_use_name(k->use)), alg != NULL ? alg : "?", hex,
                    !has_signed         ? ""
                    : pt_tool_chinese() ? "  已签名"
                                        : "  has signed");
    }
}

static void show(const Pentad__V1__Envelope *env, const Pentad__V1__Genesis *g) {
    char day[11];
    struct pt_hash ca;
    char hex[2 * PT_HASH_LEN + 1] = "";

    pt_date_format(day, g->first_day);
    if (pt_hash_from_bytes(&ca, g->ca_fingerprint.data, g->ca_fingerprint.len) == 0) {
        pt_hash_hex(hex, &ca);
    }
    bool live = g->clock == PENTAD__V1__CLOCK_MODE__CLOCK_MODE_LIVE;
    pt_tool_say("origin      %s\nclock       %s, from %s\ncodes       %s\nlog key     %s\n"
                "authority   %s\nwitnesses   %zu, quorum %u\n",
                "枢纽        %s\n时钟        %s，自%s起\n代码        %s\n日志公钥    %s\n"
                "证书机构    %s\n见证方      %zu个，法定数%u\n",
                g->origin,
                !pt_tool_chinese() ? (live ? "live" : "replay")
                : live             ? "实时"
                                   : "回放",
                day, g->code_family, g->log_vkey, hex, g->n_witness_vkeys, g->quorum);
    for (size_t i = 0; i < g->n_witness_vkeys; i++) {
        pt_tool_say("witness     %s\n", "见证方      %s\n", g->witness_vkeys[i]);
    }
    printf("\n");
    for (size_t i = 0; i < g->n_parties; i++) {
        show_party(g->parties[i], env);
    }
}

static int print_json(const Pentad__V1__Genesis *g, struct pt_err *err) {
    struct pt_buf json;
    int rc;

    pt_buf_init(&json, 1024 * 1024);
    rc = pt_json_encode(&g->base, true, &json, err);
    if (rc == 0 && pt_buf_cstr(&json) != NULL) {
        printf("%s\n", pt_buf_cstr(&json));
    }
    pt_buf_done(&json);
    return rc;
}

/* Complete or not: the hash only where every signature holds. */
static int show_status(struct pt_span envelope, struct pt_err *err) {
    struct pt_err why = {0, ""};
    char hex[2 * PT_HASH_LEN + 1];
    struct pt_entry e;
    struct pt_hash hub;

    (void)err;
    if (open_complete(envelope, &e, &hub, &why) == 0) {
        pt_hash_hex(hex, &hub);
        pt_tool_say("\ncomplete: every signature holds\ngenesis %s\n",
                    "\n已齐备：每个签名均有效\n创世摘要 %s\n", hex);
        pt_entry_done(&e);
    } else {
        pt_tool_say("\nnot complete: %s\n", "\n尚未齐备：%s\n", why.msg);
    }
    return 0;
}

static int run_show(struct pt_command *c, struct pt_err *err) {
    ProtobufCMessage *env = NULL;
    ProtobufCMessage *g = NULL;
    const Pentad__V1__Envelope *e;
    struct pt_buf in;
    int rc = pt_tool_read(pt_args_get(c, "--in"), PT_GENESIS_MAX, &in, err);

    if (rc == 0) {
        rc = pt_strict_unpack(&pentad__v1__envelope__descriptor, pt_buf_span(&in), &env, err);
    }
    e = (const Pentad__V1__Envelope *)env;
    if (rc == 0) {
        rc = pt_strict_unpack(&pentad__v1__genesis__descriptor,
                              pt_span(e->payload.data, e->payload.len), &g, err);
    }
    if (rc == 0) {
        rc = pt_genesis_check((const Pentad__V1__Genesis *)g, err);
    }
    if (rc == 0 && pt_args_given(c, "--json")) {
        rc = print_json((const Pentad__V1__Genesis *)g, err);
    } else if (rc == 0) {
        show(e, (const Pentad__V1__Genesis *)g);
        rc = show_status(pt_buf_span(&in), err);
    }
    protobuf_c_message_free_unpacked(env, NULL);
    protobuf_c_message_free_unpacked(g, NULL);
    pt_buf_done(&in);
    return rc;
}

struct pt_command pt_cmd_genesis_show = {
    .name = "genesis show",
    .summary = "what a genesis says, and who has signed it",
    .detail = NULL,
    .example = "pentad ca genesis show --in pki/genesis.dsse",
    .args = show_args,
    .n_args = COUNT(show_args),
    .run = run_show,
};

static struct pt_arg policy_args[] = {
    {.name = "--genesis", .value = "FILE", .help = "the complete genesis", .required = true},
    {.name = "--out", .value = "DIR", .help = "where to write the two files", .required = true},
};

static int run_policy(struct pt_command *c, struct pt_err *err) {
    struct pt_entry e;
    struct pt_hash hub;
    struct pt_buf in;
    int rc = pt_tool_read(pt_args_get(c, "--genesis"), PT_GENESIS_MAX, &in, err);

    if (rc == 0) {
        rc = open_complete(pt_buf_span(&in), &e, &hub, err);
    }
    if (rc == 0) {
        rc = pt_tool_write_policy(e.genesis, &hub, pt_args_get(c, "--out"), err);
        pt_entry_done(&e);
    }
    if (rc == 0) {
        pt_tool_say("%s: policy.txt and genesis.hash\n", "%s：policy.txt、genesis.hash\n",
                    pt_args_get(c, "--out"));
    }
    pt_buf_done(&in);
    return rc;
}

struct pt_command pt_cmd_policy = {
    .name = "policy",
    .summary = "write what verifiers need: policy.txt and genesis.hash",
    .detail = "Both come from the genesis alone; a verifier must have got that from somebody it "
              "trusts.",
    .example = "pentad ca policy --genesis pki/genesis.dsse --out policy",
    .args = policy_args,
    .n_args = COUNT(policy_args),
    .run = run_policy,
};
