/* Every text form of the proof room: notes, checkpoints, proof files, policies, verifier keys, tile
 * paths, entry bundles, log entries and evidence bundles. What parses must format to the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/evidence.h>
#include <pentad/proof/tile.h>
#include <pentad/proof/tlogproof.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Good or not, as the input has it. */
static int judge(void *ctx, struct pt_span spki, struct pt_span msg, struct pt_span sig) {
    (void)ctx;
    (void)msg;
    return spki.len > 0 && sig.len > 0 && (sig.p[0] & 1) == 0 ? 0 : PT_E_SIGNATURE;
}

static const struct pt_sigverify sv = {judge, NULL};

static void same(struct pt_buf *b, struct pt_span in) {
    PT_ASSERT(b->failed == 0 && pt_span_eq(pt_buf_span(b), in));
}

static void try_note(struct pt_span in) {
    struct pt_checkpoint c;
    struct pt_buf out;
    struct pt_note *n = malloc(sizeof(*n));

    PT_ASSERT(n != NULL);
    pt_buf_init(&out, 4 * PT_NOTE_MAX);
    if (pt_note_parse(n, in, NULL) == 0) {
        pt_note_begin(&out, n->text);
        for (size_t i = 0; i < n->n_sigs; i++) {
            char name[PT_NOTE_NAME_MAX + 1];

            memcpy(name, n->sigs[i].name.p, n->sigs[i].name.len);
            name[n->sigs[i].name.len] = '\0';
            pt_note_append_sig(&out, name, n->sigs[i].keyid, n->sigs[i].sig);
        }
        same(&out, in);
        pt_buf_reset(&out);
        if (pt_checkpoint_parse(&c, n->text, NULL) == 0) {
            pt_checkpoint_format(&out, &c);
            same(&out, n->text);
        }
    }
    pt_note_done(n);
    free(n);
    pt_buf_done(&out);
}

static void try_proof(struct pt_span in) {
    struct pt_tlogproof p;
    struct pt_buf out;

    pt_buf_init(&out, 4 * PT_NOTE_MAX);
    if (pt_tlogproof_parse(&p, in, NULL) == 0 && p.extra.len == 0 && p.extra.p == NULL) {
        pt_tlogproof_format(&out, p.index, &p.path, p.note);
        same(&out, in);
    }
    pt_buf_done(&out);
}

static void try_small(struct pt_span in) {
    char path[PT_TILE_PATH_MAX];
    struct pt_buf out;
    struct pt_span e;
    struct pt_vkey v;
    struct pt_tile t;
    size_t pos = 0;
    int rc;

    pt_buf_init(&out, 4 * PT_NOTE_MAX);
    if (pt_vkey_parse(&v, (const char *)in.p, in.len, NULL) == 0) {
        PT_ASSERT(pt_vkey_format(&out, &v) == 0 && out.len == in.len);
    }
    if (pt_tile_path_parse(&t, (const char *)in.p, in.len) == 0) {
        pt_tile_path(path, &t);
        PT_ASSERT(pt_span_eq(pt_span_str(path), in));
    }
    pt_buf_reset(&out);
    while ((rc = pt_bundle_next(in, &pos, &e)) == 1) {
        PT_ASSERT(pt_bundle_append(&out, e) == 0);
    }
    if (rc == 0) {
        same(&out, in);
    }
    pt_buf_done(&out);
}

static void try_messages(struct pt_span in) {
    static struct pt_policy policy;
    struct pt_evidence_result *r = NULL;
    struct pt_hash hub;
    struct pt_entry e;

    if (pt_entry_open(in, &e, NULL) == 0) {
        (void)pt_genesis_verify(e.msg->envelope, &sv, NULL);
        pt_entry_done(&e);
    }
    (void)pt_policy_parse(&policy, in, NULL);
    memset(&hub, 0, sizeof(hub));
    memset(&policy, 0, sizeof(policy));
    policy.quorum_none = true;
    PT_ASSERT(pt_evidence_verify(in, &hub, &policy, &sv, &r, NULL) == 0);
    PT_ASSERT(r->exit_code != 0); /* no bundle is of the hub 00…00 */
    pt_evidence_result_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pt_span in = pt_span(data, size);

    try_note(in);
    try_proof(in);
    try_small(in);
    try_messages(in);
    return 0;
}
