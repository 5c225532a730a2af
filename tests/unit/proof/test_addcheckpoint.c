/* add-checkpoint as C2SP tlog-witness v1.0.0 has it: each status code, and the round trip. */
#include <criterion/criterion.h>
#include <string.h>

#include <pentad/proof/addcheckpoint.h>

#include "fake.h"

#define LOG "log.example/one"

TestSuite(addcheckpoint);

/* A log of seven leaves, and what is needed to talk of it. */
struct scene {
    struct pt_hash leaves[7];
    struct pt_merkle_tree tree;
    struct pt_witness_log log;
    struct pt_buf body;
};

static void set_up(struct scene *s, uint64_t cosigned) {
    uint8_t pub[32];
    memset(s, 0, sizeof *s);
    for (size_t i = 0; i < 7; i++) {
        pt_leaf_hash(&s->leaves[i], &i, 1);
    }
    cr_assert_eq(pt_merkle_tree_init(&s->tree, s->leaves, 7), 0);
    fake_pub(1, pub);
    cr_assert_eq(pt_vkey_make(&s->log.key, LOG, PT_NOTE_ED25519, pub), 0);
    s->log.size = cosigned;
    if (cosigned > 0) {
        pt_merkle_root_of(s->leaves, cosigned, &s->log.root);
    }
    pt_buf_init(&s->body, PT_ADDCHECKPOINT_MAX);
}

static void tear_down(struct scene *s) {
    pt_merkle_tree_done(&s->tree);
    pt_buf_done(&s->body);
}

struct request {
    unsigned signer; /* of fake keys; 1 is the log's */
    const char *origin;
    uint64_t old, proof_from, size;
    bool other_root;
    bool no_proof;
};

/* The status for that request. */
static int ask(struct scene *s, const struct request *q) {
    const struct pt_merkle_reader nodes = pt_merkle_tree_reader(&s->tree);
    struct pt_addcheckpoint req;
    struct pt_merkle_path path = {.n = 0};
    struct pt_checkpoint c;
    struct pt_hash root;
    struct pt_buf note;
    struct pt_err err = {0};
    size_t log;
    int status;
    pt_buf_init(&note, 4096);
    pt_merkle_root_of(s->leaves, q->size, &root);
    root.b[0] ^= q->other_root;
    fake_checkpoint(q->signer, q->origin, q->size, &root, &note);
    if (!q->no_proof) {
        cr_assert_eq(pt_merkle_consistency(&nodes, q->proof_from, q->size, &path), 0);
    }
    pt_buf_reset(&s->body);
    cr_assert_eq(pt_addcheckpoint_format(&s->body, q->old, &path, pt_buf_span(&note)), 0);
    cr_assert_eq(pt_addcheckpoint_parse(&req, pt_buf_span(&s->body), &err), 0, "%s", err.msg);
    cr_assert_eq(req.old_size, q->old);
    cr_assert_eq(req.path.n, path.n);
    cr_assert(pt_span_eq(req.note, pt_buf_span(&note)));
    status = pt_witness_decide(&req, &s->log, 1, &fake_sv, &log, &c);
    if (status == 200) {
        cr_assert_eq(log, 0);
        cr_assert_eq(c.size, q->size);
    }
    pt_buf_done(&note);
    return status;
}

Test(addcheckpoint, each_status_of_the_specification) {
    static const struct {
        const char *what;
        uint64_t cosigned;
        struct request q;
        int status;
    } cases[] = {
        {"the first one", 0, {1, LOG, 0, 0, 5, false, false}, 200},
        {"growth", 3, {1, LOG, 3, 3, 7, false, false}, 200},
        {"the same again", 5, {1, LOG, 5, 5, 5, false, false}, 200},
        {"unknown origin", 3, {1, "log.example/two", 3, 3, 7, false, false}, 404},
        {"signed by another key", 3, {2, LOG, 3, 3, 7, false, false}, 403},
        {"old beyond the checkpoint", 3, {1, LOG, 6, 0, 5, false, true}, 400},
        {"stale old", 5, {1, LOG, 3, 3, 7, false, false}, 409},
        {"old 0 of a log that is known", 5, {1, LOG, 0, 0, 7, false, false}, 409},
        {"old of a log that isn't", 0, {1, LOG, 3, 3, 7, false, false}, 409},
        {"a smaller tree", 5, {1, LOG, 5, 0, 3, false, true}, 400},
        {"another tree of that size", 5, {1, LOG, 5, 5, 5, true, false}, 409},
        {"another tree, grown", 5, {1, LOG, 5, 5, 7, true, false}, 422},
        {"a proof from elsewhere", 5, {1, LOG, 5, 3, 7, false, false}, 422},
        {"no proof", 5, {1, LOG, 5, 5, 7, false, true}, 422},
        {"a proof where none belongs", 0, {1, LOG, 0, 3, 7, false, false}, 422},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene s;
        set_up(&s, cases[i].cosigned);
        int status = ask(&s, &cases[i].q);
        cr_assert_eq(status, cases[i].status, "%s: %d", cases[i].what, status);
        tear_down(&s);
    }
}

#define HASH "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"

Test(addcheckpoint, bodies_that_are_none) {
    static const char *const bad[] = {"",
                                      "old 1",
                                      "old 01\n\nx\n",
                                      "old -1\n\nx\n",
                                      "new 1\n\n",
                                      "old 1\nAAAA\n\nx\n",
                                      ("old 1\n" HASH)};
    struct pt_addcheckpoint req;
    struct pt_buf long_one;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_neq(pt_addcheckpoint_parse(&req, pt_span_str(bad[i]), NULL), 0, "%s", bad[i]);
    }
    cr_assert_eq(pt_addcheckpoint_parse(&req, pt_span_str("old 0\n\nnote"), NULL), 0);
    for (int n = 63; n <= 64; n++) {
        pt_buf_init(&long_one, PT_ADDCHECKPOINT_MAX);
        pt_buf_puts(&long_one, "old 1\n");
        for (int i = 0; i < n; i++) {
            pt_buf_puts(&long_one, HASH);
        }
        pt_buf_puts(&long_one, "\nnote");
        cr_assert_eq(pt_addcheckpoint_parse(&req, pt_buf_span(&long_one), NULL),
                     n == 63 ? 0 : PT_E_TOO_LARGE);
        pt_buf_done(&long_one);
    }
}

/* A body whose checkpoint is none is malformed, whoever sends it. */
Test(addcheckpoint, a_note_that_is_none_is_400) {
    struct pt_addcheckpoint req;
    struct pt_checkpoint c;
    struct scene s;
    size_t log;
    set_up(&s, 0);
    cr_assert_eq(pt_addcheckpoint_parse(&req, pt_span_str("old 0\n\nhello\n"), NULL), 0);
    cr_assert_eq(pt_witness_decide(&req, &s.log, 1, &fake_sv, &log, &c), 400);
    tear_down(&s);
}
