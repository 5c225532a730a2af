#include "orders.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/ledger/query.h>
#include <pentad/proof/hash.h>
#include <pentad/record/decode.h>
#include <pentad/record/json.h>

enum { LINES_SHOWN = 40, REASON_MAX = 500 };

/* ---- records ---- */

/* Is it the record that was asked for? Its bytes then name it. */
static int take_bytes(struct cli_fetched *f, struct pt_span bytes, struct pt_err *err) {
    struct pt_hash hash;
    struct pt_fault fault = {0};
    struct cli_named *n = &f->named;
    int rc = pt_record_decode(bytes, &f->arena, &f->record, &fault);
    f->info = rc == 0 ? pt_record_info_of(f->record) : NULL;
    if (rc != 0 || !f->info || f->record->seq != n->at.seq) {
        return pt_err_set(err, PT_E_FORMAT,
                          PT_SAY("what the hub gave as %s/%s#%" PRIu64 " isn't that",
                                 "枢纽给出的%s/%s#%" PRIu64 "并非该记录"),
                          n->at.party, n->at.stream, n->at.seq);
    }
    pt_leaf_hash(&hash, bytes.p, bytes.len);
    memcpy(n->hash, hash.b, sizeof n->hash);
    pentad__v1__record_ref__init(&n->ref);
    n->ref.party = n->at.party;
    n->ref.stream = n->at.stream;
    n->ref.has_seq = n->ref.has_hash = 1;
    n->ref.seq = n->at.seq;
    n->ref.hash = (ProtobufCBinaryData){.len = sizeof n->hash, .data = n->hash};
    return 0;
}

int pt_cli_fetch(struct cli_hub *h, const char *text, struct cli_fetched *ret, struct pt_err *err) {
    struct pt_buf bytes;
    char path[160];
    memset(ret, 0, sizeof *ret);
    pt_arena_init(&ret->arena, 64u * 1024 * 1024);
    pt_buf_init(&bytes, PT_RECORD_MAX);
    int rc = pt_cli_ref_parse(text, &ret->named.at, err);
    if (rc == 0) {
        (void)snprintf(path, sizeof path, "/v1/records/%s/%s/%" PRIu64, ret->named.at.party,
                       ret->named.at.stream, ret->named.at.seq);
        rc = pt_http_client_get(h->http, path, "application/x-protobuf", 0, &bytes, NULL, err);
    }
    rc = rc ? rc : take_bytes(ret, pt_buf_span(&bytes), err);
    pt_buf_done(&bytes);
    return rc;
}

void pt_cli_fetched_done(struct cli_fetched *f) {
    pt_arena_done(&f->arena);
    memset(f, 0, sizeof *f);
}

void pt_cli_fetched_print(const struct cli_fetched *f, bool zh) {
    char id[PT_REF_TEXT_MAX], hex[2 * PT_HASH_LEN + 1];
    struct pt_buf text;
    int n = 0;
    pt_ref_format(id, f->named.at.party, f->named.at.stream, f->named.at.seq);
    pt_hex(hex, f->named.hash, sizeof f->named.hash);
    printf("%s  %s %s\n  %s %s\n", id, f->info->code, zh ? f->info->name_zh : f->info->name_en,
           zh ? "哈希" : "hash", hex);
    pt_buf_init(&text, 16u * 1024 * 1024);
    if (pt_json_encode(&f->record->base, true, &text, NULL) == 0) {
        for (const char *line = pt_buf_cstr(&text); line && *line && n < LINES_SHOWN; n++) {
            size_t len = strcspn(line, "\n");
            fputs("  | ", stdout);
            pt_cli_print_shown(line, len);
            putchar('\n');
            line += len + (line[len] == '\n');
        }
    }
    if (n == LINES_SHOWN) {
        puts("  | …");
    }
    pt_buf_done(&text);
}

/* ---- orders ---- */

int pt_cli_orders(struct cli_answers *a, json_t **ret, struct pt_err *err) {
    return a->ledger ? pt_ledger_orders_json(a->ledger, ret, err)
                     : pt_cli_get_json(&a->hub, "/v1/orders", ret, err);
}

const json_t *pt_cli_order(const json_t *orders, const char *id) {
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(orders, "orders"), i, o) {
        if (strcmp(pt_cli_text(o, "id"), id) == 0) {
            return o;
        }
    }
    return NULL;
}

const char *pt_cli_verdict(const json_t *order, const char *party) {
    size_t i;
    json_t *a;
    json_array_foreach(json_object_get(order, "approvals"), i, a) {
        if (strcmp(pt_cli_text(a, "author"), party) == 0) {
            return pt_cli_text(json_object_get(a, "body"), "verdict");
        }
    }
    return "";
}

static void print_verdict(const json_t *a, bool zh) {
    const json_t *body = json_object_get(a, "body");
    bool yes = strcmp(pt_cli_text(body, "verdict"), "VERDICT_APPROVE") == 0;
    printf("    %s %s  %s  %s%s%s\n", pt_cli_word(pt_cli_text(a, "author"), zh),
           yes  ? zh ? "同意" : "approves"
           : zh ? "不同意"
                : "rejects",
           pt_cli_text(a, "id"), pt_cli_text(body, "reason"),
           pt_cli_text(body, "reason")[0] ? "  " : "",
           json_is_true(json_object_get(a, "counts")) ? ""
           : zh                                       ? "（不计）"
                                                      : "(doesn't count)");
}

/* Of an erasure: which record, so that it can be looked at before anybody approves. */
static void print_doomed(const json_t *order, bool zh) {
    const json_t *body = json_object_get(order, "body"), *seq = json_object_get(body, "record_seq");
    char id[PT_REF_TEXT_MAX];
    if (strcmp(pt_cli_text(order, "type"), "Erasure") != 0) {
        return;
    }
    pt_ref_format(id, pt_cli_text(body, "record_party"), pt_cli_text(body, "record_stream"),
                  json_is_string(seq) ? strtoull(json_string_value(seq), NULL, 10)
                                      : (uint64_t)json_integer_value(seq));
    printf(zh ? "    销毁 %s（%s，%s）：内容见pentad trace %s\n"
              : "    destroys %s (%s, %s): pentad trace %s shows it\n",
           id, pt_cli_text(body, "type"), pt_cli_text(body, "basis"), id);
}

void pt_cli_order_print(const json_t *order, bool zh) {
    long long needed = (long long)json_integer_value(json_object_get(order, "needed"));
    long long given = (long long)json_integer_value(json_object_get(order, "given"));
    const char *reason = pt_cli_text(json_object_get(order, "body"), "reason");
    size_t i;
    json_t *a;
    printf("  %s %s  %s", pt_cli_text(order, "type"),
           pt_cli_text(order, zh ? "type_zh" : "type_en"), pt_cli_text(order, "id"));
    printf(zh ? "  已有%lld方同意，须%lld方%s%s\n" : "  %lld of %lld approvals%s%s\n", given,
           needed, *reason ? "  " : "", reason);
    print_doomed(order, zh);
    json_array_foreach(json_object_get(order, "approvals"), i, a) {
        print_verdict(a, zh);
    }
}

int pt_cli_reason(const struct cli_options *o, struct pt_err *err) {
    return pt_cli_check_text("--reason", o->reason, REASON_MAX, err);
}
