#include "dummy.h"

#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/record/clue.h>
#include <pentad/record/decode.h>
#include <pentad/runtime/config.h>
#include <pentad/runtime/state.h>
#include <pentad/v1/evidence.pb-c.h>

/* The state beside --config; NULL where there is none. */
static struct pt_state *open_state(const struct cli_options *o) {
    struct pt_config *c = NULL;
    struct pt_state *s = NULL;
    struct pt_err err;
    if (o->config && pt_config_load(o->config, &c, &err) == 0) {
        (void)pt_state_open_in(c->state, PT_STATE_READ, &s, &err);
    }
    pt_config_free(c);
    return s;
}

static bool is_dummy(struct pt_state *s, const char *sender, const uint8_t id[PT_CLUE_ID]) {
    struct pt_clue_row row;
    struct pt_err err;
    return sender && id && pt_clues_find(s, sender, id, &row, &err) == 0 && row.dummy;
}

void pt_cli_dummy_mark(const struct cli_options *o, json_t *record) {
    const json_t *body = json_object_get(record, "body");
    const char *id = json_string_value(json_object_get(body, "clue_id"));
    const char *sender = json_string_value(json_object_get(body, "sender"));
    uint8_t clue[PT_CLUE_ID];
    if (!id || strlen(id) != 2 * sizeof clue ||
        pt_unhex(id, 2 * sizeof clue, clue, sizeof clue) != 0) {
        return;
    }
    struct pt_state *s = open_state(o);
    if (s && is_dummy(s, sender, clue)) {
        (void)json_object_set_new(record, "dummy", json_true());
    }
    pt_state_free(s);
}

size_t pt_cli_dummy_count(const struct cli_options *o, struct pt_span bundle) {
    struct pt_state *s = open_state(o);
    struct pt_arena arena;
    ProtobufCMessage *msg = NULL;
    size_t n = 0;
    if (!s) {
        return 0;
    }
    pt_arena_init(&arena, 4 * bundle.len + (1u << 20));
    if (pt_msg_decode_strict(&pentad__v1__evidence_bundle__descriptor, bundle, &arena, &msg,
                             NULL) == 0) {
        const Pentad__V1__EvidenceBundle *b = (const Pentad__V1__EvidenceBundle *)msg;
        for (size_t i = 0; i < b->n_records; i++) {
            const ProtobufCBinaryData *bytes = &b->records[i]->record;
            Pentad__V1__Record *r = NULL;
            n += pt_record_decode(pt_span(bytes->data, bytes->len), &arena, &r, NULL) == 0 &&
                 is_dummy(s, pt_clue_sender_of(r), pt_clue_of(r));
        }
    }
    pt_arena_done(&arena);
    pt_state_free(s);
    return n;
}
