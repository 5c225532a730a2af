#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/proof/keyhistory.h>

#include "fake.h"

#define SIGNING PENTAD__V1__KEY_USE__KEY_USE_SIGNING
#define COSIGNING PENTAD__V1__KEY_USE__KEY_USE_COSIGNING

static struct pt_keyhistory *k;

static void setup(void) {
    k = fake_history();
}

static void teardown(void) {
    pt_keyhistory_free(k);
}

TestSuite(keyhistory, .init = setup, .fini = teardown);

/* A KeyChange that adds key `add` and retires key `retire` (0: none). */
struct change {
    Pentad__V1__KeyChange c;
    Pentad__V1__PublicKey key;
    Pentad__V1__PublicKey *list[1];
    ProtobufCBinaryData retire[1];
    uint8_t spki[44];
    struct pt_hash fp;
    char party[33];
};

static const Pentad__V1__KeyChange *change(struct change *ch, const char *party, unsigned add,
                                           Pentad__V1__KeyUse use, unsigned retire) {
    pentad__v1__key_change__init(&ch->c);
    pentad__v1__public_key__init(&ch->key);
    snprintf(ch->party, sizeof(ch->party), "%s", party);
    ch->c.party = ch->party;
    if (add != 0) {
        fake_spki(add, ch->spki);
        ch->key.has_use = ch->key.has_algorithm = ch->key.has_spki = 1;
        ch->key.use = use;
        ch->key.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_ED25519;
        ch->key.spki.data = ch->spki;
        ch->key.spki.len = 44;
        ch->list[0] = &ch->key;
        ch->c.add = ch->list;
        ch->c.n_add = 1;
    }
    if (retire != 0) {
        fake_fingerprint(retire, &ch->fp);
        ch->retire[0].data = ch->fp.b;
        ch->retire[0].len = 32;
        ch->c.retire = ch->retire;
        ch->c.n_retire = 1;
    }
    return &ch->c;
}

static struct pt_key_event event(uint64_t index, const char *party, const char *stream,
                                 unsigned key) {
    struct pt_key_event e = {.log_index = index, .party = party, .stream = stream};

    fake_fingerprint(key, &e.signing_key);
    pt_leaf_hash(&e.record_hash, &index, sizeof(index));
    return e;
}

static int own(uint64_t index, const char *party, const char *stream, unsigned signer, unsigned add,
               Pentad__V1__KeyUse use, unsigned retire) {
    struct pt_key_event at = event(index, party, stream, signer);
    struct change ch;

    return pt_keyhistory_change(k, &at, change(&ch, party, add, use, retire), NULL);
}

static int may_sign(unsigned key, const char *party, uint64_t index) {
    struct pt_hash fp;

    fake_fingerprint(key, &fp);
    return pt_keyhistory_may_sign(k, &fp, party, "main", index, false, NULL);
}

Test(keyhistory, genesis_keys_live_from_entry_one) {
    cr_assert_eq(may_sign(103, "finance", 1), 0);
    cr_assert_eq(may_sign(103, "finance", 0), PT_E_UNKNOWN_KEY);
    cr_assert_eq(may_sign(103, "audit", 1), PT_E_UNKNOWN_KEY, "another party's");
    cr_assert_eq(may_sign(999, "finance", 1), PT_E_UNKNOWN_KEY);
    cr_assert_eq(may_sign(FAKE_LOG, "hub", 1), PT_E_FORBIDDEN, "the log's key signs no batches");
    cr_assert_eq(may_sign(FAKE_RECOVERY, "finance", 1), PT_E_FORBIDDEN);
}

Test(keyhistory, a_key_lives_between_its_entries) {
    cr_assert_eq(own(10, "finance", "main", 103, 300, SIGNING, 103), 0);
    cr_assert_eq(may_sign(103, "finance", 10), 0, "the entry that retires it is signed by it");
    cr_assert_eq(may_sign(103, "finance", 11), PT_E_RETIRED_KEY);
    cr_assert_eq(may_sign(300, "finance", 10), PT_E_UNKNOWN_KEY);
    cr_assert_eq(may_sign(300, "finance", 11), 0);
    cr_assert_eq(own(20, "finance", "main", 103, 301, SIGNING, 0), PT_E_RETIRED_KEY);
}

Test(keyhistory, one_key_is_enrolled_once_ever) {
    cr_assert_eq(own(10, "finance", "main", 103, 104, SIGNING, 0), PT_E_EXISTS, "audit's");
    cr_assert_eq(own(10, "finance", "main", 103, FAKE_LOG, SIGNING, 0), PT_E_EXISTS, "the log's");
    cr_assert_eq(own(10, "finance", "main", 103, 300, SIGNING, 0), 0);
    cr_assert_eq(own(11, "finance", "main", 103, 0, 0, 300), 0);
    cr_assert_eq(own(12, "finance", "main", 103, 300, SIGNING, 0), PT_E_EXISTS,
                 "even when retired");
    cr_assert_eq(own(12, "finance", "main", 103, 0, 0, 300), PT_E_NOT_FOUND, "twice");
    cr_assert_eq(own(12, "finance", "main", 103, 0, 0, 104), PT_E_NOT_FOUND, "audit's");
}

Test(keyhistory, a_witness_key_is_never_enrolled_for_batches) {
    Pentad__V1__Genesis *g = fake_genesis();

    fake_witnesses(g, 401, 402);
    pt_keyhistory_free(k);
    cr_assert_eq(pt_keyhistory_new(&k), 0);
    cr_assert_eq(pt_keyhistory_genesis(k, g, NULL), 0);
    pentad__v1__genesis__free_unpacked(g, NULL);
    cr_assert_eq(own(10, "finance", "main", 103, 402, SIGNING, 0), PT_E_EXISTS);
    cr_assert_eq(own(10, "finance", "main", 103, 403, SIGNING, 0), 0);
    cr_assert_eq(may_sign(402, "hub", 11), PT_E_FORBIDDEN);
}

Test(keyhistory, a_signing_key_changes_signing_keys_only) {
    cr_assert_eq(own(10, "finance", "main", 103, 300, COSIGNING, 0), PT_E_FORBIDDEN);
    cr_assert_eq(own(10, "finance", "main", 103, 0, 0, FAKE_RECOVERY), PT_E_FORBIDDEN);
    cr_assert_eq(own(10, "finance", "main", 103, 0, 0, 0), PT_E_MISSING);
}

Test(keyhistory, the_recovery_key_changes_all_on_its_stream) {
    struct pt_hash fp;

    fake_fingerprint(FAKE_RECOVERY, &fp);
    cr_assert_eq(pt_keyhistory_may_sign(k, &fp, "finance", "keys", 5, true, NULL), 0);
    cr_assert_eq(pt_keyhistory_may_sign(k, &fp, "finance", "keys", 5, false, NULL), PT_E_FORBIDDEN);
    cr_assert_eq(pt_keyhistory_may_sign(k, &fp, "finance", "main", 5, true, NULL), PT_E_FORBIDDEN);
    cr_assert_eq(own(5, "finance", "main", FAKE_RECOVERY, 300, COSIGNING, 0), PT_E_FORBIDDEN);
    cr_assert_eq(own(5, "finance", "keys", FAKE_RECOVERY, 300, COSIGNING, 103), 0);
    cr_assert_eq(may_sign(103, "finance", 6), PT_E_RETIRED_KEY);
    cr_assert_eq(may_sign(300, "finance", 6), PT_E_FORBIDDEN, "a cosigning key signs no batches");
}

/* ---- another party's keys ---- */

static const char *says_about; /* target_type of the next approvals; NULL: it isn't said */

static bool approve(uint64_t index, const char *party, const char *author, uint64_t target_index,
                    bool yes) {
    struct pt_key_event at = event(index, party, "main", fake_key_of(party));
    struct pt_key_event target = event(target_index, author, "main", fake_key_of(author));
    Pentad__V1__RecordRef ref = PENTAD__V1__RECORD_REF__INIT;
    Pentad__V1__Approval a = PENTAD__V1__APPROVAL__INIT;
    char who[33], stream[33] = "main";
    bool effect = false;

    snprintf(who, sizeof(who), "%s", author);
    ref.party = who;
    ref.stream = stream;
    ref.has_hash = 1;
    ref.hash.data = target.record_hash.b;
    ref.hash.len = 32;
    a.target = &ref;
    a.target_type = (char *)(uintptr_t)says_about;
    a.has_verdict = 1;
    a.verdict = yes ? PENTAD__V1__VERDICT__VERDICT_APPROVE : PENTAD__V1__VERDICT__VERDICT_REJECT;
    cr_assert_eq(pt_keyhistory_approval(k, &at, &a, &effect), 0);
    return effect;
}

static int other(uint64_t index, const char *author, const char *target, unsigned add,
                 unsigned retire) {
    struct pt_key_event at = event(index, author, "main", fake_key_of(author));
    struct change ch;

    return pt_keyhistory_change(k, &at, change(&ch, target, add, SIGNING, retire), NULL);
}

Test(keyhistory, another_partys_keys_need_three_of_four) {
    cr_assert_eq(other(10, "office", "finance", 300, 103), 0);
    cr_assert_eq(may_sign(103, "finance", 11), 0, "nothing has happened yet");
    cr_assert_not(approve(11, "congress", "office", 10, true));
    cr_assert_not(approve(12, "congress", "office", 10, true), "once");
    cr_assert_not(approve(13, "finance", "office", 10, true), "the target's own counts nothing");
    cr_assert_not(approve(14, "office", "office", 10, true), "office is none of the four");
    cr_assert_not(approve(15, "hub", "office", 10, true));
    cr_assert_not(approve(16, "audit", "office", 10, true));
    cr_assert(approve(17, "discipline", "office", 10, true));
    cr_assert_eq(may_sign(103, "finance", 17), 0);
    cr_assert_eq(may_sign(103, "finance", 18), PT_E_RETIRED_KEY);
    cr_assert_eq(may_sign(300, "finance", 18), 0);
    cr_assert_not(approve(18, "organization", "office", 10, true), "it is done");
}

/* Who is shown "H07" and approves it has not approved new keys. Offline verifiers get the approvals
 * of KeyChanges only, so one that counted under another name would split them from the hub. */
Test(keyhistory, an_approval_of_another_type_of_record_counts_nothing) {
    cr_assert_eq(other(10, "office", "finance", 300, 103), 0);
    says_about = "H07";
    cr_assert_not(approve(11, "congress", "office", 10, true));
    cr_assert_not(approve(12, "audit", "office", 10, true));
    cr_assert_not(approve(13, "discipline", "office", 10, true));
    says_about = PT_KEYCHANGE_CODE;
    cr_assert_not(approve(14, "congress", "office", 10, true));
    cr_assert_not(approve(15, "audit", "office", 10, true));
    says_about = NULL;
    cr_assert(approve(16, "discipline", "office", 10, true));
}

Test(keyhistory, the_targets_own_approval_counts_nothing) {
    cr_assert_eq(other(10, "finance", "audit", 300, 0), 0);
    cr_assert_not(approve(11, "audit", "finance", 10, true));
    cr_assert_not(approve(12, "congress", "finance", 10, true));
    cr_assert_not(approve(13, "discipline", "finance", 10, true));
    cr_assert(approve(14, "organization", "finance", 10, true));
}

Test(keyhistory, a_rejection_takes_an_approval_back) {
    cr_assert_eq(other(10, "office", "finance", 300, 0), 0);
    cr_assert_not(approve(11, "congress", "office", 10, true));
    cr_assert_not(approve(12, "audit", "office", 10, true));
    cr_assert_not(approve(13, "audit", "office", 10, false));
    cr_assert_not(approve(14, "discipline", "office", 10, true));
    cr_assert(approve(15, "organization", "office", 10, true));
}

Test(keyhistory, approvals_before_or_of_something_else_count_nothing) {
    cr_assert_not(approve(5, "congress", "office", 10, true));
    cr_assert_not(approve(6, "audit", "office", 10, true));
    cr_assert_eq(other(10, "office", "finance", 300, 0), 0);
    cr_assert_not(approve(11, "discipline", "office", 10, true));
    cr_assert_not(approve(12, "organization", "hub", 10, true), "a copy in another stream");
    cr_assert_eq(may_sign(300, "finance", 20), PT_E_UNKNOWN_KEY);
}

Test(keyhistory, a_change_that_came_too_late_has_no_effect) {
    cr_assert_eq(other(10, "office", "finance", 300, 0), 0);
    cr_assert_eq(other(11, "finance", "audit", 300, 0), 0, "two may ask for one key");
    cr_assert_not(approve(12, "congress", "finance", 11, true));
    cr_assert_not(approve(13, "organization", "finance", 11, true));
    cr_assert(approve(14, "discipline", "finance", 11, true), "audit's was faster");
    cr_assert_not(approve(15, "congress", "office", 10, true));
    cr_assert_not(approve(16, "audit", "office", 10, true));
    cr_assert_not(approve(17, "discipline", "office", 10, true));
    cr_assert_eq(may_sign(300, "finance", 20), PT_E_UNKNOWN_KEY);
    cr_assert_eq(may_sign(300, "audit", 20), 0);
}

/* Whoever reads of a key that others are to approve could take it for oneself, which nobody has to
 * approve: and it would never be what they approved. */
Test(keyhistory, nobody_alone_takes_a_key_from_a_change_that_waits) {
    cr_assert_eq(other(10, "office", "finance", 300, 103), 0);
    cr_assert_eq(own(11, "audit", "main", 104, 300, SIGNING, 0), PT_E_EXISTS);
    cr_assert_eq(own(12, "finance", "main", 103, 300, SIGNING, 0), PT_E_EXISTS, "nor finance");
    cr_assert_eq(own(13, "finance", "keys", FAKE_RECOVERY, 300, COSIGNING, 0), PT_E_EXISTS);
    cr_assert_eq(own(14, "audit", "main", 104, 301, SIGNING, 0), 0, "any other one");
    cr_assert_not(approve(15, "congress", "office", 10, true));
    cr_assert_not(approve(16, "audit", "office", 10, true));
    cr_assert(approve(17, "discipline", "office", 10, true));
    cr_assert_eq(may_sign(300, "finance", 18), 0);
}

/* Nor does a change hold its keys for ever: those that have a say end it. */
Test(keyhistory, a_change_that_is_rejected_holds_no_keys) {
    cr_assert_eq(other(10, "finance", "office", 300, 0), 0);
    cr_assert_not(approve(11, "audit", "finance", 10, false));
    cr_assert_eq(own(12, "audit", "main", 104, 300, SIGNING, 0), PT_E_EXISTS, "three may approve");
    cr_assert_not(approve(13, "audit", "finance", 10, true), "another thing than before");
    cr_assert_not(approve(14, "congress", "finance", 10, false));
    cr_assert_eq(own(15, "audit", "main", 104, 300, SIGNING, 0), PT_E_EXISTS);
    cr_assert_not(approve(16, "audit", "finance", 10, false));
    cr_assert_not(approve(17, "audit", "finance", 10, true), "by then it is over");
    cr_assert_eq(own(18, "audit", "main", 104, 300, SIGNING, 0), 0);
    cr_assert_eq(other(20, "finance", "audit", 301, 0), 0, "where all of three must approve");
    cr_assert_not(approve(21, "congress", "finance", 20, false));
    cr_assert_eq(own(22, "audit", "main", 104, 301, SIGNING, 0), 0);
}

/* What makes a history is kept by everybody for ever. */
Test(keyhistory, a_body_is_heard_sixteen_times_on_one_change) {
    uint64_t before;

    cr_assert_eq(other(10, "office", "finance", 300, 0), 0);
    for (unsigned i = 0; i < PT_KEYHISTORY_WORDS_MAX; i++) {
        before = pt_keyhistory_moves(k);
        cr_assert_not(approve(11 + i, "audit", "office", 10, i % 2 == 0));
        cr_assert_eq(pt_keyhistory_moves(k), before + 1);
        cr_assert_not(approve(11 + i, "audit", "office", 10, i % 2 == 0));
        cr_assert_eq(pt_keyhistory_moves(k), before + 1, "the same again");
    }
    before = pt_keyhistory_moves(k);
    cr_assert_not(approve(40, "audit", "office", 10, true));
    cr_assert_eq(pt_keyhistory_moves(k), before);
    cr_assert_not(approve(41, "congress", "office", 10, true));
    cr_assert_not(approve(42, "discipline", "office", 10, true), "the last that counted was a no");
    cr_assert(approve(43, "organization", "office", 10, true));
}

/* Who began with a rejection would have an approval for the last word, and never be rid of it. */
Test(keyhistory, an_approval_can_always_be_taken_back) {
    uint64_t before;

    cr_assert_eq(other(10, "office", "finance", 300, 0), 0);
    for (unsigned i = 0; i < PT_KEYHISTORY_WORDS_MAX; i++) {
        cr_assert_not(approve(11 + i, "audit", "office", 10, i % 2 == 1));
    }
    before = pt_keyhistory_moves(k);
    cr_assert_not(approve(40, "audit", "office", 10, false));
    cr_assert_not(approve(41, "congress", "office", 10, true));
    cr_assert_not(approve(42, "discipline", "office", 10, true));
    cr_assert_eq(pt_keyhistory_moves(k), before + 2, "audit's yes had not been heard");
    cr_assert(approve(43, "organization", "office", 10, true));
}

Test(keyhistory, nobody_fills_the_waiting_room_for_others) {
    for (unsigned i = 0; i < PT_KEYHISTORY_PENDING_MAX; i++) {
        cr_assert_eq(other(10 + i, "finance", "audit", 1000 + i, 0), 0);
    }
    cr_assert_eq(other(900, "finance", "audit", 5000, 0), PT_E_TOO_LARGE);
    cr_assert_eq(other(901, "congress", "audit", 5000, 0), 0);
}

/* Two of the four, whoever they are but its author, make room for what it asks next. */
Test(keyhistory, what_is_rejected_waits_no_more) {
    for (unsigned i = 0; i < PT_KEYHISTORY_PENDING_MAX; i++) {
        cr_assert_eq(other(10 + i, "congress", "audit", 1000 + i, 0), 0);
    }
    cr_assert_not(approve(100, "congress", "congress", 10, false));
    cr_assert_not(approve(101, "organization", "congress", 10, false));
    cr_assert_not(approve(102, "audit", "congress", 10, false), "on its own keys");
    cr_assert_eq(other(900, "congress", "audit", 5000, 0), PT_E_TOO_LARGE, "the author's own");
    cr_assert_not(approve(103, "discipline", "congress", 10, false));
    cr_assert_eq(other(901, "congress", "audit", 5000, 0), 0);
    cr_assert_eq(other(902, "congress", "audit", 5001, 0), PT_E_TOO_LARGE);
}

Test(keyhistory, a_partys_keys_are_bounded) {
    for (unsigned i = 0; i < PT_KEYHISTORY_PARTY_KEYS_MAX - 2; i++) {
        cr_assert_eq(own(10 + i, "finance", "main", 103, 10000 + i, SIGNING, 0), 0);
    }
    cr_assert_eq(own(9000, "finance", "main", 103, 9999, SIGNING, 0), PT_E_TOO_LARGE);
    cr_assert_eq(own(9001, "audit", "main", 104, 9999, SIGNING, 0), 0);
    cr_assert_eq(may_sign(10000 + 17, "finance", 9000), 0);
}

Test(keyhistory, a_clone_holds_the_same_keys) {
    struct pt_keyhistory *first = k;

    cr_assert_eq(other(10, "office", "finance", 300, 103), 0);
    cr_assert_eq(pt_keyhistory_clone(first, &k), 0);
    pt_keyhistory_free(first);
    cr_assert_eq(own(11, "audit", "main", 104, 300, SIGNING, 0), PT_E_EXISTS);
}

Test(keyhistory, a_clone_goes_its_own_way) {
    struct pt_keyhistory *first = k;
    struct pt_keyhistory *copy = NULL;

    cr_assert_eq(other(10, "office", "finance", 300, 103), 0);
    cr_assert_not(approve(11, "congress", "office", 10, true));
    cr_assert_eq(pt_keyhistory_clone(k, &copy), 0);
    k = copy;
    cr_assert_not(approve(12, "audit", "office", 10, true));
    cr_assert(approve(13, "discipline", "office", 10, true));
    cr_assert_eq(may_sign(103, "finance", 14), PT_E_RETIRED_KEY);
    k = first;
    cr_assert_eq(may_sign(103, "finance", 14), 0);
    cr_assert_neq(pt_keyhistory_version(first), pt_keyhistory_version(copy));
    pt_keyhistory_free(copy);
}
