/* The hub signed that it refuses a batch, and logged it: what proves both, as files that others can
 * check without this program. docs/connector.md. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/proof/evidence.h>
#include <pentad/v1/envelope.pb-c.h>

#include "connector_internal.h"

/* DSSE as its specification has it. A keyid is a hint that nobody signs: one that is no fingerprint
 * is left out, so that what the hub puts there can't spoil the file. */
static int put_json(const Pentad__V1__Envelope *e, struct pt_buf *out) {
    struct pt_hash fp;
    if (e->n_signatures != 1 || !e->payload_type) {
        return PT_E_FORMAT;
    }
    const Pentad__V1__Signature *s = e->signatures[0];
    bool known = s->keyid && pt_hash_from_hex(&fp, s->keyid) == 0;
    pt_buf_puts(out, "{\"payload\":\"");
    pt_base64_append(out, e->payload.data, e->payload.len);
    pt_buf_printf(out, "\",\"payloadType\":\"%s\",\"signatures\":[{\"keyid\":\"%s\",\"sig\":\"",
                  e->payload_type, known ? s->keyid : "");
    pt_base64_append(out, s->sig.data, s->sig.len);
    pt_buf_puts(out, "\"}]}\n");
    return out->failed;
}

/* What can't be written is missed where the folder is verified. */
static void put_file(const char *folder, const char *name, struct pt_span bytes) {
    (void)pt_connector_evidence_file(folder, name, bytes, NULL);
}

static void write_envelope(const char *folder, const char *name, const Pentad__V1__Envelope *e) {
    struct pt_buf text;
    pt_buf_init(&text, 2 * PT_CLIENT_ANSWER_MAX); /* base64 of the largest answer */
    if (e && put_json(e, &text) == 0) {
        put_file(folder, name, pt_buf_span(&text));
    }
    pt_buf_done(&text);
}

/* The statement as it was signed here, and the refusal as the hub signed it. */
static void write_papers(struct pt_connector *c, const char *folder, const uint8_t statement[32]) {
    struct pt_buf envelope, answer;
    pt_buf_init(&envelope, 65535);
    pt_buf_init(&answer, PT_CLIENT_ANSWER_MAX);
    if (pt_batches_papers(c->state, statement, &envelope, &answer, NULL) == 0) {
        Pentad__V1__Envelope *e = pentad__v1__envelope__unpack(NULL, envelope.len, envelope.p);
        Pentad__V1__SubmitReply *r = pentad__v1__submit_reply__unpack(NULL, answer.len, answer.p);
        write_envelope(folder, "statement.json", e);
        write_envelope(folder, "refusal.json", r ? r->refusal : NULL);
        if (e) {
            pentad__v1__envelope__free_unpacked(e, NULL);
        }
        if (r) {
            pentad__v1__submit_reply__free_unpacked(r, NULL);
        }
    }
    pt_buf_done(&envelope);
    pt_buf_done(&answer);
}

void pt_connector_keep_contradiction(struct pt_connector *c, const char *what, struct pt_span page,
                                     uint64_t log_index, const uint8_t statement[32]) {
    char folder[4096];
    struct pt_buf entry, proof, keys;
    struct pt_err err = {0};
    pt_connector_keep_evidence(c, PT_E_FORK, ABOUT_REFUSED, what, page);
    if (pt_connector_evidence_folder(c, PT_E_FORK, page, folder, sizeof folder) != 0) {
        return;
    }
    pt_buf_init(&entry, 65535);
    pt_buf_init(&proof, PT_FOLLOWER_PAGE_MAX);
    if (pt_follower_prove(c->follower, page, log_index, &entry, &proof, &err) == 0) {
        put_file(folder, "entry", pt_buf_span(&entry));
        put_file(folder, "entry.tlog-proof", pt_buf_span(&proof));
    } else {
        pt_connector_event(c, "evidence", "log entry %llu can't be proven: %s",
                           (unsigned long long)log_index, err.msg);
    }
    pt_buf_init(&keys, PT_KEY_HISTORY_MAX);
    if (pt_follower_key_history(c->follower, &keys) == 0) {
        put_file(folder, PT_KEY_HISTORY_FILE, pt_buf_span(&keys));
    }
    pt_buf_done(&keys);
    put_file(folder, "genesis.entry", pt_follower_genesis_entry(c->follower));
    write_papers(c, folder, statement);
    pt_buf_done(&entry);
    pt_buf_done(&proof);
}
