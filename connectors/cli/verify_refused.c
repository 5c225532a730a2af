#include "verify_refused.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/proof/entry.h>
#include <pentad/proof/evidence.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/proof/refusal.h>
#include <pentad/proof/tlogproof.h>

#include "steps.h"

enum { FILES = 6, STEPS = 6, FILE_MAX = 1 << 25 /* as large as a connector writes */ };
enum file { STATEMENT, REFUSAL, ENTRY, PROOF, GENESIS, KEYS };
static const char *const names[FILES] = {"statement.json",   "refusal.json",  "entry",
                                         "entry.tlog-proof", "genesis.entry", PT_KEY_HISTORY_FILE};

struct refused {
    struct pt_trust trust;
    struct pt_buf file[FILES];
    Pentad__V1__Envelope envelope[2]; /* of statement.json and refusal.json */
    Pentad__V1__Signature signature[2], *list[2];
    struct pt_buf bytes[2][2]; /* their payloads and signatures */
    json_t *json[2];
    struct pt_entry genesis, entry;
    struct pt_statement statement;
    struct pt_keyhistory *keys;
    Pentad__V1__Refusal *refusal;
    struct pt_tlogproof proof;
    struct pt_checkpoint checkpoint;
    struct {
        const char *name;
        int code;
        struct pt_err err;
    } step[STEPS];
    size_t n_steps, n_failed;
};

static void take_step(struct refused *r, const char *name, int code, const struct pt_err *err) {
    r->step[r->n_steps].name = name;
    r->step[r->n_steps].code = code;
    r->step[r->n_steps++].err = *err;
    r->n_failed += code != 0;
}

/* ---- reading ---- */

static int text_of(const json_t *o, const char *name, const char **ret, struct pt_err *err) {
    *ret = json_string_value(json_object_get(o, name));
    return *ret ? 0 : pt_err_set(err, PT_E_FORMAT, PT_SAY("it has no \"%s\"", "缺少\"%s\""), name);
}

/* DSSE in its JSON form, with one signature. */
static int open_dsse(struct refused *r, enum file which, struct pt_err *err) {
    Pentad__V1__Envelope *e = &r->envelope[which];
    Pentad__V1__Signature *s = &r->signature[which];
    const char *payload = NULL, *type = NULL, *sig = NULL;
    json_t *j = json_loadb((const char *)r->file[which].p, r->file[which].len,
                           JSON_REJECT_DUPLICATES, NULL);
    const json_t *signatures = json_object_get(j, "signatures");
    r->json[which] = j;
    int rc = json_array_size(signatures) == 1
                 ? 0
                 : pt_err_set(err, PT_E_FORMAT,
                              PT_SAY("%s is no DSSE with one signature", "%s不是单一签名的DSSE"),
                              names[which]);
    rc = rc ? rc : text_of(j, "payload", &payload, err);
    rc = rc ? rc : text_of(j, "payloadType", &type, err);
    rc = rc ? rc : text_of(json_array_get(signatures, 0), "sig", &sig, err);
    rc = rc ? rc : pt_unbase64_append(&r->bytes[which][0], payload, strlen(payload));
    rc = rc ? rc : pt_unbase64_append(&r->bytes[which][1], sig, strlen(sig));
    pentad__v1__envelope__init(e);
    pentad__v1__signature__init(s);
    e->has_payload = s->has_sig = 1;
    e->payload = (ProtobufCBinaryData){r->bytes[which][0].len, r->bytes[which][0].p};
    s->sig = (ProtobufCBinaryData){r->bytes[which][1].len, r->bytes[which][1].p};
    s->keyid = (char *)(uintptr_t)json_string_value(
        json_object_get(json_array_get(signatures, 0), "keyid"));
    e->payload_type = (char *)(uintptr_t)type;
    r->list[which] = s;
    e->n_signatures = 1;
    e->signatures = &r->list[which];
    return rc;
}

static int read_files(struct refused *r, const char *folder, struct pt_err *err) {
    char path[4096];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < FILES; i++) {
        rc = pt_path_join(path, sizeof path, folder, names[i]) == 0
                 ? pt_file_read(path, &r->file[i], err)
                 : pt_err_set(err, PT_E_USAGE, PT_SAY("the path is too long", "路径过长"));
    }
    return rc;
}

/* ---- the steps ---- */

static int check_genesis(struct refused *r, struct pt_err *err) {
    int rc = pt_entry_open(pt_buf_span(&r->file[GENESIS]), &r->genesis, err);
    if (rc == 0 && !(r->genesis.is_genesis && pt_hash_eq(&r->genesis.leaf, &r->trust.hub))) {
        rc = pt_err_set(
            err, PT_E_WRONG_HUB,
            PT_SAY("genesis.entry is not the one that you trust", "genesis.entry不是所信任的创世"));
    }
    rc = rc ? rc : pt_genesis_verify(r->genesis.msg->envelope, &r->trust.sv, err);
    return rc ? rc : pt_keyhistory_genesis(r->keys, r->genesis.genesis, err);
}

static int check_keys(struct refused *r, struct pt_err *err) {
    return pt_evidence_keys_take(r->keys, pt_buf_span(&r->file[KEYS]), &r->trust.hub,
                                 r->trust.policy, &r->trust.sv, err);
}

static int check_statement(struct refused *r, struct pt_err *err) {
    const struct pt_keyhistory_key *key = NULL;
    int rc = open_dsse(r, STATEMENT, err);
    rc = rc ? rc : pt_statement_open(&r->envelope[STATEMENT], &r->statement, err);
    return rc ? rc
              : pt_keyhistory_find_signer(r->keys, &r->envelope[STATEMENT], r->statement.msg->party,
                                          &r->trust.sv, &key, err);
}

static int check_refusal(struct refused *r, struct pt_err *err) {
    int rc = open_dsse(r, REFUSAL, err);
    return rc ? rc
              : pt_refusal_open(&r->envelope[REFUSAL], &r->trust.hub, &r->statement.hash, r->keys,
                                &r->trust.sv, &r->refusal, err);
}

static int check_entry(struct refused *r, struct pt_err *err) {
    int rc = pt_entry_open(pt_buf_span(&r->file[ENTRY]), &r->entry, err);
    return rc ? rc
           : !r->entry.is_genesis && pt_hash_eq(&r->entry.statement.hash, &r->statement.hash)
               ? 0
               : pt_err_set(
                     err, PT_E_PROOF,
                     PT_SAY("the log entry holds another statement", "日志条目中是另一份声明"));
}

static int check_proof(struct refused *r, struct pt_err *err) {
    struct pt_span file = pt_buf_span(&r->file[PROOF]);
    int rc = pt_tlogproof_parse(&r->proof, file, err);
    return rc ? rc
              : pt_evidence_logged(&r->entry.leaf, r->proof.index, file, r->trust.policy,
                                   &r->trust.sv, &r->checkpoint, err);
}

static void run_steps(struct refused *r) {
    static const struct {
        const char *name;
        int (*check)(struct refused *r, struct pt_err *err);
    } steps[STEPS] = {{"genesis", check_genesis},     {"key-history", check_keys},
                      {"statement", check_statement}, {"refusal", check_refusal},
                      {"entry", check_entry},         {"inclusion", check_proof}};
    bool blind = false;
    for (size_t i = 0; i < STEPS; i++) {
        struct pt_err err = {0};
        int rc = blind ? pt_err_set(&err, PT_E_PROOF,
                                    PT_SAY("what it rests on failed", "所依据的一步未通过"))
                       : steps[i].check(r, &err);
        blind = blind || (rc != 0 && i < 3);
        take_step(r, steps[i].name, rc, &err);
    }
}

/* ---- the verdict ---- */

static json_t *as_json(const struct refused *r) {
    json_t *steps = json_array(), *faults = json_array();
    char hex[2 * PT_HASH_LEN + 1];
    pt_hash_hex(hex, &r->statement.hash);
    for (size_t i = 0; i < r->n_steps; i++) {
        json_array_append_new(steps,
                              json_pack("{s:s,s:b,s:s,s:s}", "step", r->step[i].name, "ok",
                                        r->step[i].code == 0, "code", pt_err_name(r->step[i].code),
                                        "what", r->step[i].err.msg));
    }
    for (size_t i = 0; r->refusal && i < r->refusal->n_faults; i++) {
        const char *code = r->refusal->faults[i]->code;
        json_array_append_new(faults, json_string(code ? code : ""));
    }
    return json_pack("{s:b,s:s,s:I,s:I,s:I,s:o,s:o}", "proven", r->n_failed == 0, "statement", hex,
                     "log_index", (json_int_t)r->proof.index, "checkpoint_size",
                     (json_int_t)r->checkpoint.size, "refused_at_ms",
                     (json_int_t)(r->refusal ? r->refusal->refused_at_ms : 0), "faults", faults,
                     "steps", steps);
}

static void print(const struct refused *r, bool zh) {
    char at[25] = "";
    for (size_t i = 0; i < r->n_steps; i++) {
        const char *what = r->step[i].err.msg;
        pt_cli_step_begin(r->step[i].name, r->step[i].code == 0);
        if (r->step[i].code != 0) {
            pt_cli_step_end(r->step[i].name, r->step[i].code, what, "");
        } else {
            pt_cli_print_shown(what, strlen(what));
            putchar('\n');
        }
    }
    if (r->n_failed > 0) {
        puts(zh ? "\n未能证明" : "\nNOT PROVEN");
        return;
    }
    pt_time_format(at, r->refusal->refused_at_ms);
    printf(zh ? "\n已证明：枢纽于%s签名拒收了%s/%s第%" PRIu64 "至%" PRIu64
                "号报文，又将同一报文记入日志第%" PRIu64 "条（日志%" PRIu64 "条，由枢纽签名）\n"
              : "\nPROVEN: at %s the hub signed that it refuses the statement of %s/%s for numbers "
                "%" PRIu64 " to %" PRIu64 ", and it logged that statement as entry %" PRIu64
                " of a tree of %" PRIu64 " entries under its own signature\n",
           at, r->statement.msg->party, r->statement.msg->stream, r->statement.first_seq,
           r->statement.first_seq + r->statement.record_count - 1, r->proof.index,
           r->checkpoint.size);
}

static void done(struct refused *r) {
    for (size_t i = 0; i < FILES; i++) {
        pt_buf_done(&r->file[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        pt_buf_done(&r->bytes[i][0]);
        pt_buf_done(&r->bytes[i][1]);
        json_decref(r->json[i]);
    }
    if (r->refusal) {
        pentad__v1__refusal__free_unpacked(r->refusal, NULL);
    }
    pt_statement_done(&r->statement);
    pt_entry_done(&r->entry);
    pt_entry_done(&r->genesis);
    pt_keyhistory_free(r->keys);
    pt_trust_done(&r->trust);
}

int pt_cli_verify_refused(const struct cli_options *o, const char *folder) {
    static struct refused r; /* too large for a stack */
    struct pt_err err = {0};
    int status = EXIT_UNUSABLE;
    for (size_t i = 0; i < FILES; i++) {
        pt_buf_init(&r.file[i], i == KEYS ? PT_KEY_HISTORY_MAX : FILE_MAX);
    }
    for (size_t i = 0; i < 2; i++) {
        pt_buf_init(&r.bytes[i][0], FILE_MAX);
        pt_buf_init(&r.bytes[i][1], FILE_MAX);
    }
    int rc = pt_cli_trust(o, &r.trust, &err);
    rc = rc ? rc : read_files(&r, folder, &err);
    rc = rc ? rc : pt_keyhistory_new(&r.keys);
    if (rc != 0) {
        (void)pt_cli_fail(&err);
    } else {
        run_steps(&r);
        status = r.n_failed == 0 ? EXIT_OK : EXIT_FAILED;
        if (o->json) {
            json_t *j = as_json(&r);
            (void)pt_cli_print_json(j);
            json_decref(j);
        } else {
            print(&r, pt_cli_chinese(o));
        }
    }
    done(&r);
    return status;
}
