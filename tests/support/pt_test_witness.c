#include "pt_test_witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/certs/logkey.h>
#include <pentad/proof/witness.h>

const char *const tx_names[TX_WITNESSES] = {"congress", "discipline", "organization", "finance",
                                            "audit"};

static void must(int rc, const char *what) {
    if (rc != 0) {
        fprintf(stderr, "%s: %s\n", what, pt_err_name(rc));
        abort();
    }
}

void tx_make(struct tx_witnesses *x, const char *origin) {
    memset(x, 0, sizeof *x);
    x->origin = origin;
    for (int i = 0; i < TX_WITNESSES; i++) {
        char name[PT_NOTE_NAME_MAX + 1];
        struct pt_vkey v;
        struct pt_buf text;
        pt_buf_init(&text, sizeof x->text[i] - 1);
        must(pt_key_generate(PT_KEY_ED25519, &x->keys[i], NULL), "key");
        must(pt_witness_name(name, origin, tx_names[i]), "name");
        must(pt_logkey_vkey(x->keys[i], name, PT_NOTE_COSIGNATURE, &v), "vkey");
        must(pt_vkey_format(&text, &v), "vkey");
        memcpy(x->text[i], text.p, text.len);
        x->list[i] = x->text[i];
        pt_buf_done(&text);
    }
}

void tx_done(struct tx_witnesses *x) {
    for (int i = 0; i < TX_WITNESSES; i++) {
        pt_key_free(x->keys[i]);
    }
}

void tx_enrol(struct tx_witnesses *x, Pentad__V1__Genesis *g) {
    g->n_witness_vkeys = TX_WITNESSES;
    g->witness_vkeys = x->list;
    g->has_quorum = 1;
    g->quorum = PT_WITNESS_QUORUM;
}

struct pt_key *tx_key(struct tx_witnesses *x, const char *party) {
    for (int i = 0; i < TX_WITNESSES; i++) {
        if (strcmp(tx_names[i], party) == 0) {
            return x->keys[i];
        }
    }
    return NULL;
}

void tx_line(struct tx_witnesses *x, const char *party, uint64_t time_s, struct pt_span note,
             struct pt_buf *out) {
    char name[PT_NOTE_NAME_MAX + 1];
    struct pt_note n;
    must(pt_witness_name(name, x->origin, party), "name");
    must(pt_note_parse(&n, note, NULL), "note");
    must(pt_logkey_cosign(tx_key(x, party), name, time_s, n.text, out, NULL), "cosign");
    pt_note_done(&n);
}
