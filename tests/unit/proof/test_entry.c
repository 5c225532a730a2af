#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <pentad/proof/dsse.h>
#include <pentad/proof/entry.h>

#include "fake.h"

Test(entry, genesis_opens_and_verifies) {
    struct pt_hash hub;
    struct pt_entry e;
    struct pt_buf b;
    struct pt_err err;

    pt_buf_init(&b, 65536);
    fake_genesis_entry(&b, &hub);
    cr_assert_eq(pt_entry_open(pt_buf_span(&b), &e, &err), 0, "%s", err.msg);
    cr_assert(e.is_genesis);
    cr_assert(pt_hash_eq(&e.leaf, &hub));
    cr_assert_eq(pt_genesis_verify(e.msg->envelope, &fake_sv, &err), 0, "%s", err.msg);
    /* one signature too few, one by nobody, not sorted */
    e.msg->envelope->n_signatures--;
    cr_assert_eq(pt_genesis_verify(e.msg->envelope, &fake_sv, NULL), PT_E_SIGNATURE);
    e.msg->envelope->n_signatures++;
    e.msg->envelope->signatures[3]->sig.data[0] ^= 1;
    cr_assert_eq(pt_genesis_verify(e.msg->envelope, &fake_sv, NULL), PT_E_SIGNATURE);
    e.msg->envelope->signatures[3]->sig.data[0] ^= 1;
    e.msg->envelope->signatures[3]->keyid[0] ^= 1;
    cr_assert_neq(pt_genesis_verify(e.msg->envelope, &fake_sv, NULL), 0);
    e.msg->envelope->signatures[3]->keyid[0] ^= 1;
    {
        Pentad__V1__Signature *t = e.msg->envelope->signatures[0];

        e.msg->envelope->signatures[0] = e.msg->envelope->signatures[1];
        e.msg->envelope->signatures[1] = t;
    }
    cr_assert_eq(pt_genesis_verify(e.msg->envelope, &fake_sv, NULL), PT_E_FORMAT);
    pt_entry_done(&e);
    pt_buf_done(&b);
}

Test(entry, no_flipped_byte_of_a_genesis_goes_unseen) {
    struct pt_hash hub;
    struct pt_buf b;

    pt_buf_init(&b, 65536);
    fake_genesis_entry(&b, &hub);
    for (size_t i = 0; i < b.len; i++) {
        struct pt_entry e;

        b.p[i] ^= 0x20;
        if (pt_entry_open(pt_buf_span(&b), &e, NULL) == 0) {
            cr_assert(!pt_hash_eq(&e.leaf, &hub));
            cr_assert_neq(e.is_genesis ? pt_genesis_verify(e.msg->envelope, &fake_sv, NULL) : -1, 0,
                          "byte %zu", i);
            pt_entry_done(&e);
        }
        b.p[i] ^= 0x20;
    }
    pt_buf_done(&b);
}

/* What a genesis must not say; each case breaks one thing. */
Test(entry, bad_genesis) {
    struct pt_err err;

    for (int i = 0; i < 9; i++) {
        Pentad__V1__Genesis *g = fake_genesis();

        cr_assert_eq(pt_genesis_check(g, &err), 0, "%s", err.msg);
        switch (i) {
        case 0:
            g->version = 2;
            break;
        case 1:
            g->parties[0]->party[0] = 'x';
            break;
        case 2: /* one key for two parties */
            memcpy(g->parties[0]->keys[0]->spki.data, g->parties[1]->keys[0]->spki.data, 44);
            break;
        case 3: /* the log's key for batches */
            fake_spki(FAKE_LOG, g->parties[2]->keys[0]->spki.data);
            break;
        case 4:
            g->parties[4]->keys[0]->use = PENTAD__V1__KEY_USE__KEY_USE_SEALING;
            break;
        case 5:
            g->first_day = 20190229;
            break;
        case 6:
            g->origin[0] = ' ';
            break;
        case 7:
            g->quorum = 1;
            break;
        default:
            g->parties[3]->keys[0]->algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_P256;
            break;
        }
        cr_assert_neq(pt_genesis_check(g, &err), 0, "case %d", i);
        pentad__v1__genesis__free_unpacked(g, NULL);
    }
}

/* One witness under two names would count as two of the quorum. */
Test(entry, a_witness_key_stands_once_and_does_nothing_else) {
    const struct {
        unsigned first, second;
        int code;
    } cases[] = {{401, 402, 0},
                 {401, 401, PT_E_EXISTS},
                 {401, 103, PT_E_EXISTS}, /* finance signs with it */
                 {401, FAKE_LOG, PT_E_EXISTS}};
    struct pt_err err = {0};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Pentad__V1__Genesis *g = fake_genesis();

        fake_witnesses(g, cases[i].first, cases[i].second);
        cr_assert_eq(pt_genesis_check(g, &err), cases[i].code, "case %zu: %s", i, err.msg);
        pentad__v1__genesis__free_unpacked(g, NULL);
    }
}

/* ---- statements ---- */

struct made {
    Pentad__V1__BatchStatement s;
    Pentad__V1__Seen seen;
    char party[16], stream[16];
    uint8_t h[32];
};

static void make(struct made *m) {
    ProtobufCBinaryData h = {32, m->h};

    memset(m->h, 3, 32);
    pentad__v1__batch_statement__init(&m->s);
    pentad__v1__seen__init(&m->seen);
    memcpy(m->party, "finance", 8);
    memcpy(m->stream, "main", 5);
    m->s.has_version = m->s.has_hub = m->s.has_first_seq = m->s.has_record_count = 1;
    m->s.has_records_root = m->s.has_previous = m->s.has_signed_at_ms = 1;
    m->s.has_schema_version = m->seen.has_tree_size = m->seen.has_root = 1;
    m->s.version = m->s.schema_version = 1;
    m->s.hub = m->s.records_root = m->s.previous = m->seen.root = h;
    m->s.party = m->party;
    m->s.stream = m->stream;
    m->s.first_seq = 1;
    m->s.record_count = 2;
    m->s.signed_at_ms = 1;
    m->seen.tree_size = 1;
    m->s.seen = &m->seen;
}

static int open_made(const struct made *m, const char *type) {
    struct pt_statement s;
    ProtobufCMessage *env = NULL;
    struct pt_buf payload, bytes;
    int rc;

    pt_buf_init(&payload, 65536);
    pt_buf_init(&bytes, 65536);
    cr_assert_eq(pt_strict_pack(&payload, &m->s.base), 0);
    fake_envelope(103, type, pt_buf_span(&payload), &bytes);
    cr_assert_eq(
        pt_strict_unpack(&pentad__v1__envelope__descriptor, pt_buf_span(&bytes), &env, NULL), 0);
    rc = pt_statement_open((Pentad__V1__Envelope *)env, &s, NULL);
    if (rc == 0) {
        uint8_t spki[44];

        fake_spki(103, spki);
        cr_assert_eq(
            pt_envelope_verify((Pentad__V1__Envelope *)env, pt_span(spki, 44), &fake_sv, NULL), 0);
        fake_spki(104, spki);
        cr_assert_eq(
            pt_envelope_verify((Pentad__V1__Envelope *)env, pt_span(spki, 44), &fake_sv, NULL),
            PT_E_SIGNATURE);
        pt_statement_done(&s);
    }
    protobuf_c_message_free_unpacked(env, NULL);
    pt_buf_done(&payload);
    pt_buf_done(&bytes);
    return rc;
}

Test(entry, statements) {
    struct made m;

    make(&m);
    cr_assert_eq(open_made(&m, PT_DSSE_BATCH_STATEMENT), 0);
    cr_assert_eq(open_made(&m, PT_DSSE_REFUSAL), PT_E_FORMAT);
    for (int i = 0; i < 12; i++) {
        make(&m);
        switch (i) {
        case 0:
            m.s.version = 2;
            break;
        case 1:
            m.party[0] = 'F';
            break;
        case 2:
            m.s.stream = NULL;
            break;
        case 3:
            m.s.record_count = 0;
            break;
        case 4:
            m.s.record_count = 65537;
            break;
        case 5:
            m.s.first_seq = 0;
            break;
        case 6:
            m.s.first_seq = UINT64_MAX;
            break;
        case 7:
            m.s.previous.len = 31;
            break;
        case 8:
            m.s.has_hub = 0;
            break;
        case 9:
            m.s.has_supersedes = 1;
            break; /* there, but empty */
        case 10:
            m.s.seen = NULL;
            break;
        default:
            m.s.schema_version = 2;
            break;
        }
        cr_assert_neq(open_made(&m, PT_DSSE_BATCH_STATEMENT), 0, "case %d", i);
    }
}

Test(entry, records_must_give_the_root) {
    struct pt_statement s = {.record_count = 2};
    struct pt_hash h[3];

    for (unsigned i = 0; i < 3; i++) {
        pt_leaf_hash(&h[i], &i, sizeof(i));
    }
    pt_node_hash(&s.records_root, &h[0], &h[1]);
    cr_assert_eq(pt_statement_check_records(&s, h, 2, NULL), 0);
    cr_assert_eq(pt_statement_check_records(&s, h, 3, NULL), PT_E_COUNT);
    cr_assert_eq(pt_statement_check_records(&s, h + 1, 2, NULL), PT_E_ROOT);
}
