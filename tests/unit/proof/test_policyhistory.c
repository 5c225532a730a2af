/* The log's policy by PolicyChange records: who brings one into force, and what none can say. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/keyhistory.h>

#include "fake.h"

#define LIVE PENTAD__V1__CLOCK_MODE__CLOCK_MODE_LIVE
#define REPLAY PENTAD__V1__CLOCK_MODE__CLOCK_MODE_REPLAY
#define MAX 4

static struct pt_keyhistory *k;

/* A genesis with two witnesses, both of which must cosign. */
static void setup(void) {
    Pentad__V1__Genesis *g = fake_genesis();

    fake_witnesses(g, 401, 402);
    g->quorum = 2;
    cr_assert_eq(pt_keyhistory_new(&k), 0);
    cr_assert_eq(pt_keyhistory_genesis(k, g, NULL), 0);
    pentad__v1__genesis__free_unpacked(g, NULL);
}

static void teardown(void) {
    pt_keyhistory_free(k);
}

TestSuite(policyhistory, .init = setup, .fini = teardown);

struct change {
    Pentad__V1__PolicyChange c;
    Pentad__V1__PolicyWitness w[MAX], *list[MAX];
    char vkey[MAX][400];
};

static void put(struct change *ch, const char *name, unsigned key, bool counts) {
    size_t i = ch->c.n_witnesses++;
    struct pt_vkey v;
    struct pt_buf text;
    uint8_t pub[32];

    fake_pub(key, pub);
    cr_assert_eq(pt_vkey_make(&v, name, PT_NOTE_COSIGNATURE, pub), 0);
    pt_buf_init(&text, sizeof(ch->vkey[i]));
    pt_vkey_format(&text, &v);
    snprintf(ch->vkey[i], sizeof(ch->vkey[i]), "%s", pt_buf_cstr(&text));
    pt_buf_done(&text);
    pentad__v1__policy_witness__init(&ch->w[i]);
    ch->w[i].vkey = ch->vkey[i];
    ch->w[i].has_counts = 1;
    ch->w[i].counts = counts;
    ch->list[i] = &ch->w[i];
}

/* The genesis's two witnesses and a third from outside, two of three. */
static void third(struct change *ch, uint64_t replaces) {
    memset(ch, 0, sizeof(*ch));
    pentad__v1__policy_change__init(&ch->c);
    ch->c.witnesses = ch->list;
    put(ch, "witness-0", 401, true);
    put(ch, "witness-1", 402, true);
    put(ch, "outside.example", 403, true);
    ch->c.has_quorum = ch->c.has_clock = ch->c.has_replaces = 1;
    ch->c.quorum = 2;
    ch->c.clock = REPLAY;
    ch->c.replaces = replaces;
}

static struct pt_key_event event(uint64_t index, const char *party) {
    struct pt_key_event e = {.log_index = index, .party = party, .stream = "main", .seq = index};

    fake_fingerprint(fake_key_of(party), &e.signing_key);
    pt_leaf_hash(&e.record_hash, &index, sizeof(index));
    return e;
}

static int propose(uint64_t index, const char *party, const struct change *ch) {
    struct pt_key_event at = event(index, party);
    struct pt_err err = {0};
    int rc = pt_keyhistory_policy_change(k, &at, &ch->c, &fake_sv, &err);

    cr_assert(rc == 0 || err.msg[0] != '\0');
    return rc;
}

static bool verdict(uint64_t index, const char *party, const char *author, uint64_t target,
                    const char *type, bool yes) {
    struct pt_key_event at = event(index, party);
    struct pt_key_event of = event(target, author);
    Pentad__V1__RecordRef ref = PENTAD__V1__RECORD_REF__INIT;
    Pentad__V1__Approval a = PENTAD__V1__APPROVAL__INIT;
    bool effect = false;

    ref.party = (char *)(uintptr_t)author;
    ref.stream = (char *)(uintptr_t) "main";
    ref.has_hash = 1;
    ref.hash.data = of.record_hash.b;
    ref.hash.len = 32;
    a.target = &ref;
    a.target_type = (char *)(uintptr_t)type;
    a.has_verdict = 1;
    a.verdict = yes ? PENTAD__V1__VERDICT__VERDICT_APPROVE : PENTAD__V1__VERDICT__VERDICT_REJECT;
    cr_assert_eq(pt_keyhistory_approval(k, &at, &a, &effect), 0);
    return effect;
}

static bool approve(uint64_t index, const char *party, const char *author, uint64_t target,
                    const char *type) {
    return verdict(index, party, author, target, type, true);
}

static void reject(uint64_t index, const char *party, const char *author, uint64_t target) {
    cr_assert_not(verdict(index, party, author, target, PT_POLICYCHANGE_CODE, false));
}

static bool brought_in(uint64_t index, const char *author) {
    (void)approve(index + 1, "congress", author, index, PT_POLICYCHANGE_CODE);
    (void)approve(index + 2, "discipline", author, index, PT_POLICYCHANGE_CODE);
    return approve(index + 3, "audit", author, index, PT_POLICYCHANGE_CODE);
}

static uint64_t in_force(uint64_t size) {
    return pt_keyhistory_policy_at(k, size)->from;
}

Test(policyhistory, the_genesis_is_the_first) {
    const struct pt_keyhistory_policy *p = pt_keyhistory_policy(k, 0);

    cr_assert_eq(pt_keyhistory_policies(k), 1);
    cr_assert_eq(p->from, 0);
    cr_assert_eq(p->said->quorum, 2);
    cr_assert_eq(p->said->n_witnesses, 2);
    cr_assert(p->said->witnesses[0]->counts, "without bodies among them all count");
    cr_assert_str_eq(p->party, "");
}

Test(policyhistory, three_of_the_four_bring_it_in_and_nobody_else_counts) {
    struct change ch;
    struct pt_keyhistory_waiting w;

    third(&ch, 0);
    cr_assert_eq(propose(10, "finance", &ch), 0, "any of the six may ask");
    cr_assert_not(approve(11, "finance", "finance", 10, PT_POLICYCHANGE_CODE));
    cr_assert_not(approve(12, "office", "finance", 10, PT_POLICYCHANGE_CODE));
    cr_assert_not(approve(13, "hub", "finance", 10, PT_POLICYCHANGE_CODE));
    cr_assert_not(approve(14, "congress", "finance", 10, PT_POLICYCHANGE_CODE));
    cr_assert_not(approve(15, "congress", "finance", 10, NULL), "a second time");
    cr_assert_not(approve(16, "audit", "finance", 10, PT_KEYCHANGE_CODE), "of another type");
    cr_assert_not(approve(17, "audit", "finance", 10, NULL));
    cr_assert(pt_keyhistory_policy_waiting(k, 0, &w));
    cr_assert_str_eq(w.party, "finance");
    cr_assert_eq(w.seq, 10);
    cr_assert_str_eq(w.approved[0], "congress");
    cr_assert_str_eq(w.approved[1], "audit");
    cr_assert_null(w.approved[2]);
    cr_assert_eq(in_force(UINT64_MAX), 0, "two don't do");
    cr_assert(approve(18, "organization", "finance", 10, PT_POLICYCHANGE_CODE));
    cr_assert_not(pt_keyhistory_policy_waiting(k, 0, &w));
    cr_assert_eq(pt_keyhistory_policies(k), 2);
    cr_assert_eq(in_force(18), 0, "the checkpoint below the third approval");
    cr_assert_eq(in_force(19), 18, "the one that covers it");
    cr_assert_eq(pt_keyhistory_policy(k, 1)->seq, 10);
}

Test(policyhistory, what_no_change_can_say) {
    struct change ch;

    third(&ch, 0);
    ch.c.quorum = 0;
    cr_assert_eq(propose(10, "congress", &ch), PT_E_FIELD);
    ch.c.quorum = 4;
    cr_assert_eq(propose(10, "congress", &ch), PT_E_FIELD, "above its witnesses");
    ch.c.quorum = 1;
    cr_assert_eq(propose(10, "congress", &ch), PT_E_FIELD, "no majority");
    ch.c.quorum = 3;
    ch.w[2].counts = 0;
    cr_assert_eq(propose(10, "congress", &ch), PT_E_FIELD, "above those that count");
    third(&ch, 7);
    cr_assert_eq(propose(10, "congress", &ch), PT_E_FIELD, "of another policy");
    third(&ch, 0);
    ch.c.clock = 0;
    cr_assert_eq(propose(10, "congress", &ch), PT_E_FIELD, "no clock");
    third(&ch, 0);
    ch.c.n_witnesses = 2;
    cr_assert_eq(propose(10, "congress", &ch), PT_E_FIELD, "nothing");
    third(&ch, 0);
    ch.w[2].url = (char *)(uintptr_t) "https://a b";
    cr_assert_eq(propose(10, "congress", &ch), PT_E_FIELD, "two words");
    ch.w[2].url = (char *)(uintptr_t) "https://a\nquorum none";
    cr_assert_eq(propose(10, "congress", &ch), PT_E_FIELD, "a line of its own");
}

/* Who looks for a key looks for its text: one in capitals would never be found. */
Test(policyhistory, a_key_has_one_spelling) {
    struct change ch;
    char *hex;

    third(&ch, 0);
    hex = strchr(ch.vkey[2], '+') + 1;
    for (size_t i = 0; i < 8; i++) {
        hex[i] = (char)(hex[i] >= 'a' ? hex[i] - 'a' + 'A' : hex[i]);
    }
    cr_assert(strpbrk(hex, "ABCDEF") < hex + 8, "the key has a letter to write otherwise");
    cr_assert_eq(propose(10, "congress", &ch), PT_E_FIELD);
}

/* What moves it: a change that waits, a verdict that is news, a change that is over. Nothing else,
 * so that who keeps the records behind a history isn't filled up by Approvals of nothing. */
Test(policyhistory, approvals_of_nothing_move_nothing) {
    struct change ch;
    uint64_t before;

    third(&ch, 0);
    cr_assert_eq(propose(10, "congress", &ch), 0);
    (void)approve(11, "congress", "congress", 10, PT_POLICYCHANGE_CODE);
    before = pt_keyhistory_moves(k);
    (void)approve(12, "congress", "congress", 10, PT_POLICYCHANGE_CODE);
    (void)approve(13, "finance", "congress", 10, PT_POLICYCHANGE_CODE);
    (void)approve(14, "audit", "congress", 9, PT_POLICYCHANGE_CODE);
    cr_assert_eq(pt_keyhistory_moves(k), before);
    (void)approve(15, "audit", "congress", 10, PT_POLICYCHANGE_CODE);
    cr_assert_gt(pt_keyhistory_moves(k), before);
}

Test(policyhistory, whose_keys_are_no_witnesses) {
    struct change ch;

    third(&ch, 0);
    put(&ch, "second.example", 403, true);
    cr_assert_eq(propose(10, "congress", &ch), PT_E_EXISTS, "one key, two names");
    third(&ch, 0);
    put(&ch, "outside.example", 404, true);
    cr_assert_eq(propose(10, "congress", &ch), PT_E_EXISTS, "one name, two keys");
    third(&ch, 0);
    put(&ch, "second.example", 103, true);
    cr_assert_eq(propose(10, "congress", &ch), PT_E_EXISTS, "finance's signing key");
    third(&ch, 0);
    put(&ch, "second.example", FAKE_LOG, true);
    cr_assert_eq(propose(10, "congress", &ch), PT_E_EXISTS, "the log's key");
    third(&ch, 0);
    put(&ch, FAKE_ORIGIN "/finance", 404, true);
    cr_assert_eq(propose(10, "congress", &ch), PT_E_FORBIDDEN, "finance can't count");
    ch.w[3].counts = 0;
    cr_assert_eq(propose(10, "congress", &ch), 0, "but it may cosign");
    third(&ch, 0);
    ch.w[2].vkey = (char *)(uintptr_t) "no key";
    cr_assert_eq(propose(10, "congress", &ch), PT_E_FIELD);
    third(&ch, 0);
    put(&ch, "quorum", 404, true);
    ch.c.quorum = 3;
    cr_assert_eq(propose(10, "congress", &ch), PT_E_FIELD, "a word of the file");
}

/* As the real one answers for a key of small order. */
static int no_key(void *ctx, struct pt_span spki, struct pt_span msg, struct pt_span sig) {
    (void)ctx;
    (void)spki;
    (void)msg;
    (void)sig;
    return PT_E_FORMAT;
}

Test(policyhistory, a_key_that_proves_nothing_is_refused) {
    const struct pt_sigverify sv = {no_key, NULL};
    struct pt_key_event at = event(10, "congress");
    struct change ch;

    third(&ch, 0);
    cr_assert_eq(pt_keyhistory_policy_change(k, &at, &ch.c, &sv, NULL), PT_E_FIELD);
}

/* As the real one answers where it has no memory. */
static int no_answer(void *ctx, struct pt_span spki, struct pt_span msg, struct pt_span sig) {
    (void)no_key(ctx, spki, msg, sig);
    return PT_E_CRYPTO;
}

/* That says nothing of the key: who took it for a verdict would go on under another policy than
 * everybody else. */
Test(policyhistory, a_key_that_could_not_be_looked_at_is_no_bad_key) {
    const struct pt_sigverify sv = {no_answer, NULL};
    struct pt_key_event at = event(10, "congress");
    struct change ch;

    third(&ch, 0);
    cr_assert_eq(pt_keyhistory_policy_change(k, &at, &ch.c, &sv, NULL), PT_E_NOMEM);
    cr_assert_eq(propose(10, "congress", &ch), 0, "asked again");
}

/* ---- what one party could take from the others ---- */

/* A KeyChange by that party that adds a signing key. */
static int enrols(uint64_t index, const char *party, unsigned key) {
    struct pt_key_event at = event(index, party);
    Pentad__V1__KeyChange c = PENTAD__V1__KEY_CHANGE__INIT;
    Pentad__V1__PublicKey add = PENTAD__V1__PUBLIC_KEY__INIT, *list[1] = {&add};
    uint8_t spki[44];

    fake_spki(key, spki);
    add.has_use = add.has_algorithm = add.has_spki = 1;
    add.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
    add.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_ED25519;
    add.spki = (ProtobufCBinaryData){sizeof(spki), spki};
    c.party = (char *)(uintptr_t)party;
    c.n_add = 1;
    c.add = list;
    return pt_keyhistory_change(k, &at, &c, NULL);
}

Test(policyhistory, the_hubs_own_keys_use_up_no_witnesses) {
    struct change ch;
    unsigned n = 0;
    int rc = 0;

    while (rc == 0 && n <= PT_KEYHISTORY_PARTY_KEYS_MAX) {
        rc = enrols(10 + n, "hub", 10000 + n);
        n++;
    }
    cr_assert_eq(rc, PT_E_TOO_LARGE);
    third(&ch, 0);
    cr_assert_eq(propose(9000, "congress", &ch), 0);
    cr_assert(brought_in(9000, "congress"));
}

Test(policyhistory, nor_do_witnesses_use_up_the_hubs_keys) {
    uint64_t replaces = 0;
    struct change ch;
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i <= PT_KEYHISTORY_WITNESS_KEYS_MAX; i++) {
        uint64_t at = 10 + 10 * (uint64_t)i;

        third(&ch, replaces);
        ch.c.n_witnesses = 2;
        put(&ch, "outside.example", 10000 + i, true);
        rc = propose(at, "congress", &ch);
        cr_assert(rc != 0 || brought_in(at, "congress"));
        replaces = at + 3;
    }
    cr_assert_eq(rc, PT_E_TOO_LARGE);
    cr_assert_eq(pt_keyhistory_policies(k), 1 + PT_KEYHISTORY_WITNESS_KEYS_MAX - 2);
    cr_assert_eq(enrols(20000, "hub", 403), 0);
}

/* Finance runs the hub, and reads a change before anybody has approved it. */
Test(policyhistory, nobody_alone_takes_a_key_from_a_change_that_waits) {
    struct change ch, rival;

    third(&ch, 0);
    third(&rival, 0);
    rival.c.quorum = 3;
    cr_assert_eq(propose(10, "congress", &ch), 0);
    cr_assert_eq(enrols(11, "finance", 403), PT_E_EXISTS);
    cr_assert_eq(enrols(12, "hub", 403), PT_E_EXISTS);
    cr_assert_eq(propose(20, "audit", &rival), 0, "another policy with the same witness");
    cr_assert(brought_in(10, "congress"));
    cr_assert_eq(enrols(30, "finance", 403), PT_E_EXISTS, "it is a witness's by now");
}

/* Finance writes changes with others' keys that it has read of, which nobody ever approves. */
Test(policyhistory, a_change_holds_its_keys_no_longer_than_it_can_come) {
    struct change ch;

    third(&ch, 0);
    cr_assert_eq(propose(10, "finance", &ch), 0);
    put(&ch, "second.example", 404, true);
    ch.c.quorum = 3;
    cr_assert_eq(propose(20, "finance", &ch), 0);
    cr_assert_eq(enrols(30, "audit", 404), PT_E_EXISTS);
    reject(31, "congress", "finance", 20);
    cr_assert_eq(enrols(32, "audit", 404), PT_E_EXISTS, "three could still approve");
    reject(33, "audit", "finance", 20);
    cr_assert_eq(enrols(34, "audit", 404), 0, "two of four have ended it");
    third(&ch, 0);
    put(&ch, "third.example", 405, true);
    ch.c.quorum = 3;
    cr_assert_eq(propose(40, "finance", &ch), 0);
    cr_assert(brought_in(10, "finance"));
    cr_assert_eq(enrols(50, "audit", 405), 0, "the policy that it replaces is in force no more");
}

Test(policyhistory, only_a_live_signing_key_asks) {
    struct pt_key_event at = event(10, "finance");
    struct change ch;

    third(&ch, 0);
    fake_fingerprint(FAKE_RECOVERY, &at.signing_key);
    cr_assert_eq(pt_keyhistory_policy_change(k, &at, &ch.c, &fake_sv, NULL), PT_E_FORBIDDEN);
    fake_fingerprint(fake_key_of("audit"), &at.signing_key);
    cr_assert_eq(pt_keyhistory_policy_change(k, &at, &ch.c, &fake_sv, NULL), PT_E_UNKNOWN_KEY);
}

/* Who approved a change of what was in force has not approved one of what is by now. */
Test(policyhistory, of_two_changes_of_one_policy_the_second_has_no_effect) {
    struct change a, b;

    third(&a, 0);
    third(&b, 0);
    b.c.quorum = 3;
    cr_assert_eq(propose(10, "congress", &a), 0);
    cr_assert_eq(propose(20, "audit", &b), 0);
    cr_assert(brought_in(10, "congress"));
    cr_assert_not(brought_in(20, "audit"));
    cr_assert_eq(pt_keyhistory_policies(k), 2);
    b.c.replaces = 13;
    cr_assert_eq(propose(30, "audit", &b), 0);
    cr_assert(brought_in(30, "audit"));
    cr_assert_eq(in_force(UINT64_MAX), 33);
}

/* What was made from a policy that is replaced waits no more, and leaves its author room. */
Test(policyhistory, what_replaces_an_old_policy_waits_no_more) {
    struct pt_keyhistory_waiting w;
    struct change ch;

    third(&ch, 0);
    for (unsigned i = 0; i < PT_KEYHISTORY_PENDING_MAX; i++) {
        cr_assert_eq(propose(100 + i, "finance", &ch), 0);
    }
    cr_assert_eq(propose(200, "finance", &ch), PT_E_TOO_LARGE);
    cr_assert_eq(propose(201, "congress", &ch), 0);
    cr_assert(brought_in(201, "congress"));
    cr_assert_not(pt_keyhistory_policy_waiting(k, 0, &w));
    ch.c.replaces = 204;
    ch.c.quorum = 3;
    for (unsigned i = 0; i < PT_KEYHISTORY_PENDING_MAX; i++) {
        cr_assert_eq(propose(300 + i, "finance", &ch), 0);
    }
    cr_assert_eq(propose(400, "finance", &ch), PT_E_TOO_LARGE);
    reject(401, "audit", "finance", 310);
    cr_assert_eq(propose(402, "finance", &ch), PT_E_TOO_LARGE, "three could still approve");
    reject(403, "organization", "finance", 310);
    cr_assert_eq(propose(404, "finance", &ch), 0);
}

Test(policyhistory, a_key_that_left_never_comes_back) {
    struct pt_hash fp;
    struct change ch;

    third(&ch, 0);
    put(&ch, "witness-9", 404, true);
    memmove(&ch.list[1], &ch.list[2], 2 * sizeof(ch.list[0]));
    ch.c.n_witnesses = 3; /* witness-1 leaves */
    cr_assert_eq(propose(10, "congress", &ch), 0);
    cr_assert(brought_in(10, "congress"));
    fake_fingerprint(402, &fp);
    cr_assert_eq(pt_keyhistory_find(k, &fp)->retired_at, 13);
    fake_fingerprint(404, &fp);
    cr_assert_eq(pt_keyhistory_find(k, &fp)->added_at, 13);
    cr_assert_eq((int)pt_keyhistory_find(k, &fp)->use, (int)PENTAD__V1__KEY_USE__KEY_USE_COSIGNING);
    third(&ch, 13);
    cr_assert_eq(propose(20, "congress", &ch), PT_E_EXISTS);
}

Test(policyhistory, a_live_clock_stays_live) {
    struct change ch;

    third(&ch, 0);
    ch.c.clock = LIVE;
    cr_assert_eq(propose(10, "office", &ch), 0);
    cr_assert(brought_in(10, "office"));
    cr_assert_eq((int)pt_keyhistory_policy_at(k, 14)->said->clock, (int)LIVE);
    ch.c.clock = REPLAY;
    ch.c.replaces = 13;
    ch.c.quorum = 3;
    cr_assert_eq(propose(20, "office", &ch), PT_E_FIELD);
}

Test(policyhistory, its_files_judge_each_checkpoint_by_its_time) {
    struct pt_policy *chain = NULL;
    struct pt_err err = {0};
    struct change ch;
    struct pt_buf text;

    third(&ch, 0);
    ch.w[2].url = (char *)(uintptr_t) "https://outside.example/";
    cr_assert_eq(propose(10, "congress", &ch), 0);
    cr_assert(brought_in(10, "congress"));
    cr_assert_eq(pt_keyhistory_policy_chain(k, &chain, &err), 0, "%s", err.msg);
    cr_assert_eq(chain->n_witnesses, 3);
    cr_assert_eq(pt_policy_at(chain, 14), chain);
    cr_assert_eq(pt_policy_at(chain, 13), chain->before);
    cr_assert_eq(chain->before->n_witnesses, 2);
    cr_assert_null(chain->before->before);
    cr_assert(pt_policy_quorum(chain, 5), "the one from outside counts");
    cr_assert_not(pt_policy_quorum(chain->before, 1));
    cr_assert_not(pt_policy_same(chain, chain->before));
    pt_buf_init(&text, 4096);
    cr_assert_eq(pt_keyhistory_policy_text(k, 1, &text), 0);
    cr_assert_not_null(strstr(pt_buf_cstr(&text), " https://outside.example/\n"));
    cr_assert_not_null(
        strstr(pt_buf_cstr(&text), "group quorum 2 witness-0 witness-1 outside.example\n"));
    pt_buf_done(&text);
    pt_policies_free(chain);
}

Test(policyhistory, a_clone_goes_its_own_way) {
    struct pt_keyhistory *first = k;
    struct change ch;

    third(&ch, 0);
    cr_assert_eq(propose(10, "congress", &ch), 0);
    cr_assert_eq(pt_keyhistory_clone(first, &k), 0);
    cr_assert(brought_in(10, "congress"));
    cr_assert_eq(pt_keyhistory_policies(k), 2);
    cr_assert_eq(pt_keyhistory_policies(first), 1);
    pt_keyhistory_free(k);
    k = first;
}
