/* Bundles made from a small log in memory, whole and then spoiled in every way. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/v1/record.pb-c.h>

#include <pentad/proof/dsse.h>
#include <pentad/proof/evidence.h>
#include <pentad/proof/tlogproof.h>

#include "fake.h"

enum { ENTRIES = 5, RECORDS = 3 };

/* genesis; finance enrols key 300; finance/main under 300; audit/main; hub/main, whose first record
 * is a discrepancy that cites finance/main#5 and #6 */
struct world {
    struct pt_hash hub;
    struct pt_buf entries[ENTRIES];
    struct pt_hash leaves[ENTRIES];
    struct pt_buf records[ENTRIES][RECORDS];
    struct pt_hash hashes[ENTRIES][RECORDS];
    struct pt_buf note, proofs[ENTRIES];
    struct pt_policy policy;
};

static struct world w;

static void make_record(struct pt_buf *out, uint64_t seq, unsigned enrol) {
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__KeyChange c = PENTAD__V1__KEY_CHANGE__INIT;
    Pentad__V1__Tick t = PENTAD__V1__TICK__INIT;
    Pentad__V1__PublicKey key = PENTAD__V1__PUBLIC_KEY__INIT;
    Pentad__V1__PublicKey *list[1] = {&key};
    uint8_t nonce[16] = {1, 2, 3};
    uint8_t spki[44];
    char party[] = "finance";

    r.has_seq = r.has_nonce = 1;
    r.seq = seq;
    r.nonce.data = nonce;
    r.nonce.len = 16;
    if (enrol != 0) {
        fake_spki(enrol, spki);
        key.has_use = key.has_algorithm = key.has_spki = 1;
        key.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
        key.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_ED25519;
        key.spki.data = spki;
        key.spki.len = 44;
        c.party = party;
        c.n_add = 1;
        c.add = list;
        r.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
        r.key_change = &c;
    } else {
        t.has_day = 1;
        t.day = 20190101;
        r.body_case = PENTAD__V1__RECORD__BODY_TICK;
        r.tick = &t;
    }
    cr_assert_eq(pt_strict_pack(out, &r.base), 0);
}

static void make_discrepancy(struct pt_buf *out) {
    static uint8_t id[16] = {0xab};
    Pentad__V1__Record r = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Discrepancy d = PENTAD__V1__DISCREPANCY__INIT;
    Pentad__V1__RecordRef cited[2], *list[2] = {&cited[0], &cited[1]};

    for (unsigned i = 0; i < 2; i++) {
        pentad__v1__record_ref__init(&cited[i]);
        cited[i].party = (char *)"finance";
        cited[i].stream = (char *)"main";
        cited[i].has_seq = cited[i].has_hash = 1;
        cited[i].seq = 5 + i;
        cited[i].hash = (ProtobufCBinaryData){32, w.hashes[2][1 + i].b};
    }
    d.has_id = 1;
    d.id = (ProtobufCBinaryData){sizeof(id), id};
    d.n_inputs = 2;
    d.inputs = list;
    r.has_seq = 1;
    r.seq = 1;
    r.body_case = PENTAD__V1__RECORD__BODY_DISCREPANCY;
    r.discrepancy = &d;
    cr_assert_eq(pt_strict_pack(out, &r.base), 0);
}

static void make_entry(unsigned i, const char *party, uint64_t first_seq, unsigned key) {
    Pentad__V1__BatchStatement s = PENTAD__V1__BATCH_STATEMENT__INIT;
    Pentad__V1__Seen seen = PENTAD__V1__SEEN__INIT;
    Pentad__V1__LogEntry e = PENTAD__V1__LOG_ENTRY__INIT;
    ProtobufCBinaryData hub = {32, w.hub.b};
    struct pt_hash root, fp;
    ProtobufCMessage *env = NULL;
    struct pt_buf payload, bytes;
    char who[16], stream[] = "main";

    pt_buf_init(&payload, 65536);
    pt_buf_init(&bytes, 65536);
    snprintf(who, sizeof(who), "%s", party);
    pt_merkle_root_of(w.hashes[i], RECORDS, &root);
    fake_fingerprint(key, &fp);
    s.has_version = s.has_hub = s.has_first_seq = s.has_record_count = s.has_records_root = 1;
    s.has_previous = s.has_signed_at_ms = s.has_schema_version = 1;
    seen.has_tree_size = seen.has_root = 1;
    s.version = s.schema_version = 1;
    s.hub = s.previous = seen.root = hub;
    s.party = who;
    s.stream = stream;
    s.first_seq = first_seq;
    s.record_count = RECORDS;
    s.records_root.data = root.b;
    s.records_root.len = 32;
    s.signed_at_ms = 1;
    seen.tree_size = 1;
    s.seen = &seen;
    cr_assert_eq(pt_strict_pack(&payload, &s.base), 0);
    fake_envelope(key, PT_DSSE_BATCH_STATEMENT, pt_buf_span(&payload), &bytes);
    cr_assert_eq(
        pt_strict_unpack(&pentad__v1__envelope__descriptor, pt_buf_span(&bytes), &env, NULL), 0);
    e.envelope = (Pentad__V1__Envelope *)env;
    e.has_received_at_ms = e.has_signing_key = 1;
    e.received_at_ms = 1546300800000 + i;
    e.signing_key.data = fp.b;
    e.signing_key.len = 32;
    cr_assert_eq(pt_strict_pack(&w.entries[i], &e.base), 0);
    pt_leaf_hash(&w.leaves[i], w.entries[i].p, w.entries[i].len);
    protobuf_c_message_free_unpacked(env, NULL);
    pt_buf_done(&payload);
    pt_buf_done(&bytes);
}

static void make_policy(void) {
    struct pt_vkey v;
    struct pt_buf text;
    uint8_t pub[32];

    pt_buf_init(&text, 4096);
    fake_pub(FAKE_LOG, pub);
    cr_assert_eq(pt_vkey_make(&v, FAKE_ORIGIN, PT_NOTE_ED25519, pub), 0);
    pt_buf_puts(&text, "log ");
    pt_vkey_format(&text, &v);
    pt_buf_puts(&text, "\nquorum none\n");
    cr_assert_eq(pt_policy_parse(&w.policy, pt_buf_span(&text), NULL), 0);
    pt_buf_done(&text);
}

static void make_proofs(void) {
    struct pt_merkle_tree t;
    struct pt_merkle_reader r;
    struct pt_hash root;

    cr_assert_eq(pt_merkle_tree_init(&t, w.leaves, ENTRIES), 0);
    r = pt_merkle_tree_reader(&t);
    cr_assert_eq(pt_merkle_read_root(&r, ENTRIES, &root), 0);
    fake_checkpoint(FAKE_LOG, FAKE_ORIGIN, ENTRIES, &root, &w.note);
    for (unsigned i = 0; i < ENTRIES; i++) {
        struct pt_merkle_path p;

        cr_assert_eq(pt_merkle_inclusion(&r, i, ENTRIES, &p), 0);
        cr_assert_eq(pt_tlogproof_format(&w.proofs[i], i, &p, pt_buf_span(&w.note)), 0);
    }
    pt_merkle_tree_done(&t);
}

static void setup(void) {
    pt_buf_init(&w.note, 65536);
    for (unsigned i = 0; i < ENTRIES; i++) {
        pt_buf_init(&w.entries[i], 65536);
        pt_buf_init(&w.proofs[i], 65536);
        for (unsigned j = 0; j < RECORDS; j++) {
            pt_buf_init(&w.records[i][j], 65536);
            if (i > 0) {
                if (i == 4 && j == 0) {
                    make_discrepancy(&w.records[i][j]);
                } else {
                    make_record(&w.records[i][j], (i == 2 ? 4 : 1) + j, i == 1 && j == 0 ? 300 : 0);
                }
                pt_leaf_hash(&w.hashes[i][j], w.records[i][j].p, w.records[i][j].len);
            }
        }
    }
    fake_genesis_entry(&w.entries[0], &w.hub);
    w.leaves[0] = w.hub;
    make_entry(1, "finance", 1, 103);
    make_entry(2, "finance", 4, 300);
    make_entry(3, "audit", 1, 104);
    make_entry(4, "hub", 1, fake_key_of("hub"));
    make_proofs();
    make_policy();
}

static void teardown(void) {
    pt_buf_done(&w.note);
    for (unsigned i = 0; i < ENTRIES; i++) {
        pt_buf_done(&w.entries[i]);
        pt_buf_done(&w.proofs[i]);
        for (unsigned j = 0; j < RECORDS; j++) {
            pt_buf_done(&w.records[i][j]);
        }
    }
}

TestSuite(evidence, .init = setup, .fini = teardown);

static ProtobufCBinaryData bytes_of(const struct pt_buf *b) {
    ProtobufCBinaryData d = {b->len, b->p};

    return d;
}

/* Everything of a bundle in one place, so that cases can spoil it before it is packed. */
struct bundle {
    Pentad__V1__EvidenceBundle b;
    Pentad__V1__EvidenceKeyEntry key_entry;
    Pentad__V1__EvidenceKeyEntry *key_list[1];
    Pentad__V1__EvidenceBatch batches[3];
    Pentad__V1__EvidenceBatch *batch_list[2];
    Pentad__V1__EvidenceRecord records[4]; /* the third is the key history's */
    Pentad__V1__EvidenceRecord *record_list[3], *key_record_list[1];
    ProtobufCBinaryData paths[4][8];
    struct pt_merkle_path path[4];
    Pentad__V1__EvidenceFigure figure;
    Pentad__V1__EvidenceAbout about;
    uint32_t inputs[1];
    char origin[32], subject[32], name[8];
};

static void fill_batch(Pentad__V1__EvidenceBatch *b, unsigned entry) {
    pentad__v1__evidence_batch__init(b);
    b->has_log_index = b->has_log_entry = b->has_tlog_proof = 1;
    b->log_index = entry;
    b->log_entry = bytes_of(&w.entries[entry]);
    b->tlog_proof = bytes_of(&w.proofs[entry]);
}

static void fill_record(struct bundle *x, unsigned at, unsigned entry, unsigned j, uint64_t seq,
                        uint32_t batch) {
    Pentad__V1__EvidenceRecord *r = &x->records[at];
    struct pt_merkle_tree t;
    struct pt_merkle_reader rd;

    pentad__v1__evidence_record__init(r);
    cr_assert_eq(pt_merkle_tree_init(&t, w.hashes[entry], RECORDS), 0);
    rd = pt_merkle_tree_reader(&t);
    cr_assert_eq(pt_merkle_inclusion(&rd, j, RECORDS, &x->path[at]), 0);
    pt_merkle_tree_done(&t);
    for (unsigned i = 0; i < x->path[at].n; i++) {
        x->paths[at][i].data = x->path[at].h[i].b;
        x->paths[at][i].len = 32;
    }
    r->has_seq = r->has_record = r->has_batch = 1;
    r->seq = seq;
    r->record = bytes_of(&w.records[entry][j]);
    r->batch = batch;
    r->n_path = x->path[at].n;
    r->path = x->paths[at];
}

static void fill(struct bundle *x) {
    memset(x, 0, sizeof(*x));
    pentad__v1__evidence_bundle__init(&x->b);
    pentad__v1__evidence_key_entry__init(&x->key_entry);
    fill_batch(&x->batches[0], 2);
    fill_batch(&x->batches[1], 3);
    fill_batch(&x->batches[2], 1);
    fill_record(x, 0, 2, 1, 5, 0);
    fill_record(x, 1, 3, 2, 3, 1);
    fill_record(x, 2, 1, 0, 1, 0);
    x->records[2].has_batch = 0; /* it is of the key entry that holds it */
    x->key_record_list[0] = &x->records[2];
    x->key_entry.entry = &x->batches[2];
    x->key_entry.n_records = 1;
    x->key_entry.records = x->key_record_list;
    x->key_list[0] = &x->key_entry;
    x->batch_list[0] = &x->batches[0];
    x->batch_list[1] = &x->batches[1];
    x->record_list[0] = &x->records[0];
    x->record_list[1] = &x->records[1];
    snprintf(x->origin, sizeof(x->origin), "%s", FAKE_ORIGIN);
    x->b.has_version = x->b.has_hub = x->b.has_genesis_entry = x->b.has_genesis_proof = 1;
    x->b.version = 1;
    x->b.origin = x->origin;
    x->b.hub.data = w.hub.b;
    x->b.hub.len = 32;
    x->b.genesis_entry = bytes_of(&w.entries[0]);
    x->b.genesis_proof = bytes_of(&w.proofs[0]);
    x->b.n_key_history = 1;
    x->b.key_history = x->key_list;
    x->b.n_batches = 2;
    x->b.batches = x->batch_list;
    x->b.n_records = 2;
    x->b.records = x->record_list;
}

static struct pt_evidence_result *verify_bytes(struct pt_span bytes, const struct pt_hash *hub,
                                               const struct pt_policy *policy) {
    struct pt_evidence_result *r = NULL;

    cr_assert_eq(pt_evidence_verify(bytes, hub, policy, &fake_sv, &r, NULL), 0);
    cr_assert_not_null(r);
    return r;
}

static struct pt_evidence_result *verify(const struct bundle *x) {
    struct pt_evidence_result *r;
    struct pt_buf b;

    pt_buf_init(&b, 1 << 20);
    cr_assert_eq(pt_strict_pack(&b, &x->b.base), 0);
    r = verify_bytes(pt_buf_span(&b), &w.hub, &w.policy);
    pt_buf_done(&b);
    return r;
}

static bool failed_at(const struct pt_evidence_result *r, const char *step) {
    for (size_t i = 0; i < r->n_steps; i++) {
        if (r->steps[i].code != 0 && strcmp(r->steps[i].step, step) == 0) {
            return true;
        }
    }
    return false;
}

static void print_steps(const struct pt_evidence_result *r) {
    for (size_t i = 0; i < r->n_steps; i++) {
        fprintf(stderr, "%s %s: %s (%s)\n", r->steps[i].code == 0 ? "ok  " : "FAIL",
                r->steps[i].step, r->steps[i].what, r->steps[i].where);
    }
}

Test(evidence, a_whole_bundle_verifies) {
    struct pt_evidence_result *r;
    struct bundle x;

    fill(&x);
    r = verify(&x);
    if (r->exit_code != 0) {
        print_steps(r);
    }
    cr_assert_eq(r->exit_code, 0);
    cr_assert_eq(r->n_failed, 0);
    cr_assert_eq(r->n_records, 2);
    cr_assert(r->records[0].ok && r->records[1].ok);
    cr_assert_str_eq(r->records[0].party, "finance");
    cr_assert_eq(r->records[0].seq, 5);
    cr_assert_eq(r->records[0].key_from, 1, "the key that entry 1 enrolled");
    cr_assert_eq(r->n_checkpoints, 1);
    cr_assert_not_null(r->genesis);
    pt_evidence_result_free(r);
}

Test(evidence, without_trust_nothing_is_said) {
    static const uint8_t junk[] = "not a bundle";
    struct pt_evidence_result *r;
    struct bundle x;
    struct pt_buf b;

    fill(&x);
    pt_buf_init(&b, 1 << 20);
    cr_assert_eq(pt_strict_pack(&b, &x.b.base), 0);
    r = verify_bytes(pt_buf_span(&b), NULL, &w.policy);
    cr_assert_eq(r->exit_code, 2);
    pt_evidence_result_free(r);
    r = verify_bytes(pt_buf_span(&b), &w.hub, NULL);
    cr_assert_eq(r->exit_code, 2);
    pt_evidence_result_free(r);
    r = verify_bytes(pt_span(junk, sizeof(junk)), &w.hub, &w.policy);
    cr_assert_eq(r->exit_code, 2);
    pt_evidence_result_free(r);
    r = verify_bytes(pt_span(NULL, 0), &w.hub, &w.policy);
    cr_assert_eq(r->exit_code, 2, "an empty file is no bundle");
    pt_evidence_result_free(r);
    pt_buf_done(&b);
}

Test(evidence, another_hub_is_not_trusted) {
    struct pt_evidence_result *r;
    struct pt_hash other = w.hub;
    struct bundle x;
    struct pt_buf b;

    fill(&x);
    other.b[0] ^= 1;
    pt_buf_init(&b, 1 << 20);
    cr_assert_eq(pt_strict_pack(&b, &x.b.base), 0);
    r = verify_bytes(pt_buf_span(&b), &other, &w.policy);
    cr_assert_eq(r->exit_code, 1);
    cr_assert(failed_at(r, "genesis") && failed_at(r, "statement"));
    pt_evidence_result_free(r);
    pt_buf_done(&b);
}

Test(evidence, every_failed_step_is_reported) {
    struct pt_evidence_result *r;
    struct bundle x;

    fill(&x);
    x.path[0].h[0].b[0] ^= 1;                         /* finance's path */
    x.batches[1].tlog_proof = bytes_of(&w.proofs[2]); /* audit's entry proven elsewhere */
    r = verify(&x);
    cr_assert_eq(r->exit_code, 1);
    cr_assert(failed_at(r, "path") && failed_at(r, "inclusion"));
    cr_assert_not(r->records[0].ok || r->records[1].ok);
    pt_evidence_result_free(r);
}

Test(evidence, a_key_that_no_entry_enrolled) {
    struct pt_evidence_result *r;
    struct bundle x;

    fill(&x);
    x.b.n_key_history = 0;
    r = verify(&x);
    cr_assert_eq(r->exit_code, 1);
    cr_assert(failed_at(r, "key") && failed_at(r, "signature"));
    cr_assert_not(r->records[0].ok);
    cr_assert(r->records[1].ok, "audit's is not concerned");
    pt_evidence_result_free(r);
}

Test(evidence, a_figure_without_attestation_is_not_complete) {
    struct pt_evidence_result *r;
    struct bundle x;

    fill(&x);
    pentad__v1__evidence_figure__init(&x.figure);
    snprintf(x.subject, sizeof(x.subject), "REGION:370100");
    snprintf(x.name, sizeof(x.name), "FG3");
    x.figure.subject = x.subject;
    x.figure.figure = x.name;
    x.figure.has_known_at = x.figure.has_fiscal_year = 1;
    x.figure.fiscal_year = 2019;
    x.figure.known_at = 4;
    x.b.figure = &x.figure;
    x.b.n_inputs = 1;
    x.b.inputs = x.inputs;
    r = verify(&x);
    cr_assert_eq(r->exit_code, 1);
    cr_assert_eq(r->n_failed, 1, "and nothing else is wrong");
    cr_assert(failed_at(r, "completeness"));
    pt_evidence_result_free(r);
}

Test(evidence, any_flipped_byte_is_noticed) {
    struct bundle x;
    struct pt_buf b;
    struct pt_evidence_result *r;
    unsigned unusable = 0;

    fill(&x);
    pt_buf_init(&b, 1 << 20);
    cr_assert_eq(pt_strict_pack(&b, &x.b.base), 0);
    for (size_t i = 0; i < b.len; i++) {
        for (unsigned bit = 0; bit < 8; bit += 5) {
            b.p[i] ^= (uint8_t)(1u << bit);
            r = verify_bytes(pt_buf_span(&b), &w.hub, &w.policy);
            cr_assert_neq(r->exit_code, 0, "byte %zu, bit %u", i, bit);
            unusable += r->exit_code == 2;
            pt_evidence_result_free(r);
            b.p[i] ^= (uint8_t)(1u << bit);
        }
    }
    cr_assert_gt(unusable, 0);
    for (size_t i = 0; i < b.len; i += 7) {
        r = verify_bytes(pt_span(b.p, i), &w.hub, &w.policy);
        /* before its last record it is a bundle of one */
        cr_assert(r->exit_code != 0 || r->n_records == 1, "cut at %zu", i);
        pt_evidence_result_free(r);
    }
    pt_buf_done(&b);
}

/* ---- bent bundles ------------------------------------------------------------------------------
 */

static void figure(struct bundle *x, const char *unit, uint32_t input) {
    static char words[64];

    pentad__v1__evidence_figure__init(&x->figure);
    snprintf(x->subject, sizeof(x->subject), "REGION:370100");
    snprintf(x->name, sizeof(x->name), "FG3");
    snprintf(words, sizeof(words), "%s", unit);
    x->figure.subject = x->subject;
    x->figure.figure = x->name;
    x->figure.unit = words;
    x->figure.has_known_at = 1;
    x->figure.known_at = 4;
    x->b.figure = &x->figure;
    x->b.n_inputs = 1;
    x->inputs[0] = input;
    x->b.inputs = x->inputs;
}

/* The verdict must not be written over by what no signature covers. */
Test(evidence, words_that_would_write_over_the_verdict) {
    static const char *const bad[] = {"fen\n\nVERIFIED: 9 steps, 0 failed\x1b[8m", "fen\r",
                                      "\xE2\x80\xAE",
                                      "\302\2332J"}; /* octal: a hex escape would take the 2 */

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct pt_evidence_result *r;
        struct bundle x;

        fill(&x);
        figure(&x, bad[i], 0);
        r = verify(&x);
        cr_assert_eq(r->exit_code, 2, "%zu", i);
        cr_assert_null(r->bundle->figure);
        pt_evidence_result_free(r);
    }
}

Test(evidence, a_record_shown_twice_is_not_two) {
    struct pt_evidence_result *r;
    struct bundle x;

    fill(&x);
    x.record_list[1] = &x.records[0];
    r = verify(&x);
    cr_assert_eq(r->exit_code, 1);
    cr_assert(failed_at(r, "record"));
    pt_evidence_result_free(r);
    fill(&x); /* under a copy of its batch */
    x.batch_list[1] = &x.batches[0];
    x.records[1] = x.records[0];
    x.records[1].batch = 1;
    r = verify(&x);
    cr_assert_eq(r->exit_code, 1);
    cr_assert(failed_at(r, "record"));
    pt_evidence_result_free(r);
}

Test(evidence, inputs_are_records_of_the_bundle_once_each) {
    struct pt_evidence_result *r;
    struct bundle x;
    uint32_t twice[2] = {1, 1};

    fill(&x);
    figure(&x, "fen", 2);
    r = verify(&x);
    cr_assert_eq(r->exit_code, 1);
    cr_assert(failed_at(r, "figure"));
    pt_evidence_result_free(r);
    fill(&x);
    figure(&x, "fen", UINT32_MAX);
    r = verify(&x);
    cr_assert(failed_at(r, "figure"));
    pt_evidence_result_free(r);
    fill(&x);
    figure(&x, "fen", 1);
    x.b.inputs = twice;
    x.b.n_inputs = 2;
    r = verify(&x);
    cr_assert(failed_at(r, "figure"));
    pt_evidence_result_free(r);
}

static void path_of_another_place(struct bundle *x) {
    x->records[0].seq = 6; /* the path is that of 5 */
}

static void path_too_long(struct bundle *x) {
    x->paths[0][x->records[0].n_path] = x->paths[0][0];
    x->records[0].n_path++;
}

static void path_too_short(struct bundle *x) {
    x->records[0].n_path--;
}

static void record_of_another_batch(struct bundle *x) {
    x->records[0].batch = 1;
}

static void record_of_no_batch(struct bundle *x) {
    x->records[0].batch = 7;
}

static void index_shifted(struct bundle *x) {
    x->batches[0].log_index = 3;
}

static void proof_of_another_entry(struct bundle *x) {
    x->batches[0].tlog_proof = bytes_of(&w.proofs[3]);
}

static void key_history_backward(struct bundle *x) {
    static Pentad__V1__EvidenceKeyEntry *twice[2];

    twice[0] = twice[1] = x->key_list[0];
    x->b.key_history = twice;
    x->b.n_key_history = 2;
}

static void key_record_left_out(struct bundle *x) {
    x->key_entry.n_records = 0;
}

/* The path is then that of the hash, and the bytes are anybody's. */
static void key_record_beside_a_hash(struct bundle *x) {
    x->records[2].has_erased = 1;
    x->records[2].erased = (ProtobufCBinaryData){32, w.hashes[1][0].b};
}

static void key_entry_later_than_its_use(struct bundle *x) {
    x->batches[2].log_index = 3; /* then its own proof doesn't hold either */
}

static void genesis_in_place_of_a_batch(struct bundle *x) {
    x->batches[0].log_entry = bytes_of(&w.entries[0]);
}

static void statement_of_a_shorter_batch(struct bundle *x) {
    x->records[0].seq = 7; /* beyond its three */
}

Test(evidence, every_bend_is_noticed) {
    static const struct {
        const char *what;
        void (*bend)(struct bundle *x);
    } bends[] = {
        {"a path of another place", path_of_another_place},
        {"a path that is too long", path_too_long},
        {"a path that is too short", path_too_short},
        {"a record of another batch", record_of_another_batch},
        {"a record of no batch", record_of_no_batch},
        {"a shifted index", index_shifted},
        {"a proof of another entry", proof_of_another_entry},
        {"a key history that turns back", key_history_backward},
        {"a key record left out", key_record_left_out},
        {"a key record beside a hash", key_record_beside_a_hash},
        {"a key entry later than its use", key_entry_later_than_its_use},
        {"a genesis in place of a batch", genesis_in_place_of_a_batch},
        {"a number beyond the batch", statement_of_a_shorter_batch},
    };

    for (size_t i = 0; i < sizeof(bends) / sizeof(bends[0]); i++) {
        struct pt_evidence_result *r;
        struct bundle x;

        fill(&x);
        bends[i].bend(&x);
        r = verify(&x);
        cr_expect_eq(r->exit_code, 1, "%s: exit %d", bends[i].what, r->exit_code);
        cr_expect_not(bends[i].bend != key_history_backward && r->records[0].ok, "%s",
                      bends[i].what);
        pt_evidence_result_free(r);
    }
}

/* ---- what is withheld ---- */

static const char discrepancy_id[] = "ab000000000000000000000000000000";

/* All of finance's second batch. */
static void fill_whole_batch(struct bundle *x) {
    fill(x);
    fill_record(x, 0, 2, 0, 4, 0);
    fill_record(x, 1, 2, 1, 5, 0);
    fill_record(x, 3, 2, 2, 6, 0);
    x->record_list[2] = &x->records[3];
    x->b.n_batches = 1;
    x->b.n_records = 3;
    pentad__v1__evidence_about__init(&x->about);
    x->about.kind = (char *)PT_EVIDENCE_BATCH;
    x->about.name = (char *)"finance/main#4";
    x->about.has_known_at = x->about.has_withheld = 1;
    x->about.known_at = 3;
    x->b.about = &x->about;
}

/* A discrepancy and the two records that it cites. */
static void fill_discrepancy(struct bundle *x) {
    fill_whole_batch(x);
    fill_batch(&x->batches[1], 4);
    fill_record(x, 0, 4, 0, 1, 1);
    x->b.n_batches = 2;
    x->about.kind = (char *)PT_EVIDENCE_DISCREPANCY;
    x->about.name = (char *)(uintptr_t)discrepancy_id;
}

/* How finance/main#6 is there, and how many records are said to be withheld. */
struct sixth {
    bool shown, named, erased;
    unsigned hash; /* that of which record of the batch */
    uint64_t said;
    const char *failed; /* NULL: all holds */
};

static void bend_sixth(struct bundle *x, const struct sixth *c) {
    Pentad__V1__EvidenceRecord *r = &x->records[3];

    r->has_record = c->shown;
    r->has_withheld = c->named;
    r->has_erased = c->erased;
    r->withheld = r->erased = (ProtobufCBinaryData){32, w.hashes[2][c->hash].b};
    x->about.withheld = c->said;
    x->b.n_records = c->shown || c->named || c->erased ? 3 : 2;
}

/* A number that nobody signed excuses nothing: what isn't shown is named by its hash and path, and
 * then the file isn't all shown, which is no success. */
Test(evidence, what_is_withheld_is_named) {
    static const struct sixth cases[] = {
        {.shown = true},
        {.named = true, .hash = 2, .said = 1, .failed = "withheld"},
        {.said = 1, .failed = "about"},
        {.failed = "about"},
        {.named = true, .hash = 1, .said = 1, .failed = "path"},
        {.named = true, .hash = 2, .failed = "about"},
        {.shown = true, .said = 1, .failed = "about"},
        {.shown = true, .named = true, .hash = 2, .said = 1, .failed = "path"},
        {.named = true, .erased = true, .hash = 2, .said = 1, .failed = "path"},
    };
    void (*const fills[])(struct bundle *) = {fill_whole_batch, fill_discrepancy};

    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        const struct sixth *c = &cases[i / 2];
        struct pt_evidence_result *r;
        struct bundle x;

        fills[i % 2](&x);
        bend_sixth(&x, c);
        r = verify(&x);
        cr_expect_eq(r->exit_code, c->failed != NULL, "%zu: exit %d", i, r->exit_code);
        cr_expect(c->failed == NULL || failed_at(r, c->failed), "%zu", i);
        cr_expect_eq(r->n_withheld == 1 && r->n_failed == 1, i / 2 == 1, "%zu", i);
        pt_evidence_result_free(r);
    }
}

/* What stands beside a batch is the order over what was erased of it, nothing else. */
Test(evidence, a_batch_is_no_two) {
    struct pt_evidence_result *r;
    struct bundle x;

    fill_whole_batch(&x);
    fill_record(&x, 3, 3, 0, 1, 1); /* audit's first instead of the third */
    x.b.n_batches = 2;
    r = verify(&x);
    cr_expect_eq(r->exit_code, 1);
    cr_expect(failed_at(r, "about"));
    pt_evidence_result_free(r);
}

/* Two heads of one size under the log's own key: two histories. */
Test(evidence, two_heads_of_one_size) {
    struct pt_evidence_result *r;
    struct bundle x;
    struct pt_merkle_tree t;
    struct pt_merkle_reader rd;
    struct pt_merkle_path p;
    struct pt_hash leaves[ENTRIES], root;
    struct pt_buf note, proof;

    memcpy(leaves, w.leaves, sizeof(leaves));
    leaves[2].b[0] ^= 1; /* in the other history entry 2 is another */
    pt_buf_init(&note, 65536);
    pt_buf_init(&proof, 65536);
    cr_assert_eq(pt_merkle_tree_init(&t, leaves, ENTRIES), 0);
    rd = pt_merkle_tree_reader(&t);
    cr_assert_eq(pt_merkle_read_root(&rd, ENTRIES, &root), 0);
    fake_checkpoint(FAKE_LOG, FAKE_ORIGIN, ENTRIES, &root, &note);
    cr_assert_eq(pt_merkle_inclusion(&rd, 3, ENTRIES, &p), 0);
    cr_assert_eq(pt_tlogproof_format(&proof, 3, &p, pt_buf_span(&note)), 0);
    fill(&x);
    x.batches[1].tlog_proof = bytes_of(&proof);
    r = verify(&x);
    cr_assert_eq(r->exit_code, 1);
    cr_assert(failed_at(r, "checkpoint"));
    pt_evidence_result_free(r);
    pt_merkle_tree_done(&t);
    pt_buf_done(&proof);
    pt_buf_done(&note);
}
