/* A SubmitReply, as a connector opens it: two bytes (big endian) say how long the genesis entry in
 * front is, by which the hub is known. Signatures count as good here, so that what lies behind them
 * is reached; the statement that was sent is the one that the reply is about. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pentad/client/batch.h>
#include <pentad/proof/entry.h>

#include "accept.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void statement_of_receipt(const Pentad__V1__Receipt *r, struct pt_hash *ret) {
    struct pt_entry e;

    if (pt_entry_open(pt_span(r->log_entry.data, r->log_entry.len), &e, NULL) == 0) {
        *ret = e.statement.hash;
        pt_entry_done(&e);
    }
}

static void statement_of_refusal(const Pentad__V1__Envelope *env, struct pt_hash *ret) {
    ProtobufCMessage *m = NULL;

    if (pt_strict_unpack(&pentad__v1__refusal__descriptor,
                         pt_span(env->payload.data, env->payload.len), &m, NULL) == 0) {
        const Pentad__V1__Refusal *r = (const Pentad__V1__Refusal *)m;
        (void)pt_hash_from_bytes(ret, r->statement_hash.data, r->statement_hash.len);
        protobuf_c_message_free_unpacked(m, NULL);
    }
}

static void statement_of(struct pt_span reply, struct pt_hash *ret) {
    ProtobufCMessage *m = NULL;

    memset(ret, 0, sizeof(*ret));
    if (pt_strict_unpack(&pentad__v1__submit_reply__descriptor, reply, &m, NULL) == 0) {
        const Pentad__V1__SubmitReply *s = (const Pentad__V1__SubmitReply *)m;
        if (s->receipt != NULL) {
            statement_of_receipt(s->receipt, ret);
        } else if (s->refusal != NULL) {
            statement_of_refusal(s->refusal, ret);
        }
        protobuf_c_message_free_unpacked(m, NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct pt_policy policy;
    struct pt_trust trust = {.policy = &policy, .sv = {.verify = accept_all}};
    struct pt_keyhistory *keys = NULL;
    struct pt_entry genesis;
    struct pt_answer answer;
    struct pt_hash statement;
    struct pt_err err = {0};
    struct pt_buf text;
    size_t len = size >= 2 ? (size_t)data[0] << 8 | data[1] : 0;

    if (size < 2 + len || pt_entry_open(pt_span(data + 2, len), &genesis, NULL) != 0) {
        return 0;
    }
    PT_ASSERT(pt_keyhistory_new(&keys) == 0);
    pt_buf_init(&text, 4096);
    memset(&policy, 0, sizeof(policy));
    trust.hub = genesis.leaf;
    if (genesis.is_genesis && pt_genesis_check(genesis.genesis, NULL) == 0 &&
        pt_keyhistory_genesis(keys, genesis.genesis, NULL) == 0) {
        pt_buf_printf(&text, "log %.2000s\nquorum none\n", genesis.genesis->log_vkey);
        (void)pt_policy_parse(&policy, pt_buf_span(&text), NULL);
    }
    struct pt_span reply = pt_span(data + 2 + len, size - 2 - len);
    statement_of(reply, &statement);
    if (pt_answer_open(reply, &statement, &trust, keys, &answer, &err) == 0) {
        PT_ASSERT(!answer.ignored && answer.reply != NULL);
        PT_ASSERT(answer.refused == (answer.refusal != NULL));
        PT_ASSERT(answer.refused || answer.log_index < answer.checkpoint_size);
    } else {
        PT_ASSERT(err.msg[0] != '\0' && answer.reply == NULL);
    }
    pt_answer_done(&answer);
    pt_buf_done(&text);
    pt_keyhistory_free(keys);
    pt_entry_done(&genesis);
    return 0;
}
