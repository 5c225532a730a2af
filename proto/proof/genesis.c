/* What a genesis must say, before anybody asks who signed it. */
#include <pentad/proof/entry.h>

#include <string.h>

#include <pentad/base/date.h>
#include <pentad/proof/note.h>
#include <pentad/proof/witness.h>

#include "keyform.h"

enum { TEXT_MAX = 256, STREAMS_MAX = 64, KEYS_MAX = 64, ALL_KEYS_MAX = 256 };

/* The five bodies, the office and the hub: each stands in every genesis, once. */
static const char *const members[] = {"congress", "discipline", "organization", "finance",
                                      "audit",    "office",     "hub"};
enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

/* Every key of a genesis, to see that none stands twice. */
struct all_keys {
    size_t n;
    struct pt_hash fp[ALL_KEYS_MAX];
};

static int enrol(struct all_keys *all, struct pt_span spki, const char *whose, struct pt_err *err) {
    struct pt_hash fp;

    pt_sha256(&fp, spki.p, spki.len);
    for (size_t i = 0; i < all->n; i++) {
        if (pt_hash_eq(&all->fp[i], &fp)) {
            return pt_err_set(err, PT_E_EXISTS,
                              "genesis: a key of %s stands twice; every use has a key of its own",
                              whose);
        }
    }
    if (all->n == ALL_KEYS_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "genesis: more than %d keys", ALL_KEYS_MAX);
    }
    all->fp[all->n++] = fp;
    return 0;
}

/* Each of them once, or one witness would count as two of the quorum; and none that signs anything
 * else. */
static int check_witnesses(const Pentad__V1__Genesis *g, struct all_keys *all, struct pt_err *err) {
    struct pt_vkey k;
    uint8_t spki[44];

    for (size_t i = 0; i < g->n_witness_vkeys; i++) {
        int rc = pt_vkey_parse(&k, g->witness_vkeys[i], strlen(g->witness_vkeys[i]), err);

        if (rc != 0 || k.type != PT_NOTE_COSIGNATURE) {
            return pt_err_set(err, PT_E_FIELD, "genesis: witness key %zu is not of type 04", i + 1);
        }
        for (size_t j = 0; j < i; j++) {
            if (strncmp(g->witness_vkeys[i], g->witness_vkeys[j], strlen(k.name) + 1) == 0) {
                return pt_err_set(err, PT_E_EXISTS, "genesis: two witnesses are called %s", k.name);
            }
        }
        pt_ed25519_spki(spki, k.pub);
        rc = enrol(all, pt_span(spki, sizeof(spki)), k.name, err);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

static int check_vkeys(const Pentad__V1__Genesis *g, struct all_keys *all, struct pt_err *err) {
    struct pt_vkey k;
    uint8_t spki[44];
    int rc;

    if (g->log_vkey == NULL) {
        return pt_err_set(err, PT_E_MISSING, "genesis: no log_vkey");
    }
    rc = pt_vkey_parse(&k, g->log_vkey, strlen(g->log_vkey), err);
    if (rc != 0) {
        pt_err_wrap(err, "genesis: log_vkey");
        return rc;
    }
    if (k.type != PT_NOTE_ED25519 || strcmp(k.name, g->origin) != 0) {
        return pt_err_set(err, PT_E_FIELD,
                          "genesis: log_vkey is not a type 01 key named as the origin");
    }
    pt_ed25519_spki(spki, k.pub);
    rc = enrol(all, pt_span(spki, sizeof(spki)), "the log", err);
    if (rc != 0) {
        return rc;
    }
    if (g->n_witness_vkeys > PT_WITNESSES_MAX || !g->has_quorum || g->quorum > g->n_witness_vkeys) {
        return pt_err_set(err, PT_E_FIELD, "genesis: quorum is missing or above its witnesses");
    }
    rc = check_witnesses(g, all, err);
    if (rc == 0 && g->quorum > 0 && pt_witness_bodies(g) > 0 && g->quorum > pt_witness_bodies(g)) {
        rc = pt_err_set(err, PT_E_FIELD,
                        "genesis: a quorum of %u, but %u bodies outside finance are witnesses",
                        g->quorum, pt_witness_bodies(g));
    }
    return rc;
}

static bool text_ok(const char *s) {
    return s != NULL && s[0] != '\0' && strlen(s) <= TEXT_MAX;
}

static int check_keys(const Pentad__V1__GenesisParty *p, struct all_keys *all, struct pt_err *err) {
    size_t signing = 0;

    if (p->n_keys > KEYS_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "genesis: %s has over %d keys", p->party, KEYS_MAX);
    }
    for (size_t i = 0; i < p->n_keys; i++) {
        const Pentad__V1__PublicKey *k = p->keys[i];
        int rc = pt_keyform_check(k, err);

        if (rc == 0) {
            rc = enrol(all, pt_span(k->spki.data, k->spki.len), p->party, err);
        }
        if (rc != 0) {
            pt_err_wrap(err, "genesis: %s, key %zu", p->party, i + 1);
            return rc;
        }
        signing += k->use == PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
    }
    if (signing == 0) {
        return pt_err_set(err, PT_E_MISSING, "genesis: %s lists no signing key", p->party);
    }
    return 0;
}

static int check_party(const Pentad__V1__GenesisParty *p, struct all_keys *all,
                       struct pt_err *err) {
    if (!text_ok(p->name) || !text_ok(p->uscc)) {
        return pt_err_set(err, PT_E_MISSING, "genesis: %s lacks its name or its uscc", p->party);
    }
    if (p->n_streams > STREAMS_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "genesis: %s has over %d streams", p->party,
                          STREAMS_MAX);
    }
    for (size_t i = 0; i < p->n_streams; i++) {
        if (!pt_name_valid(p->streams[i])) {
            return pt_err_set(err, PT_E_FIELD, "genesis: stream %zu of %s is not a name", i + 1,
                              p->party);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(p->streams[i], p->streams[j]) == 0) {
                return pt_err_set(err, PT_E_EXISTS, "genesis: %s/%s stands twice", p->party,
                                  p->streams[i]);
            }
        }
    }
    return check_keys(p, all, err);
}

static int check_parties(const Pentad__V1__Genesis *g, struct all_keys *all, struct pt_err *err) {
    for (size_t m = 0; m < MEMBERS; m++) {
        size_t n = 0;

        for (size_t i = 0; i < g->n_parties; i++) {
            n += g->parties[i]->party != NULL && strcmp(g->parties[i]->party, members[m]) == 0;
        }
        if (n != 1) {
            return pt_err_set(err, PT_E_FIELD, "genesis: %s stands %zu times, not once", members[m],
                              n);
        }
    }
    if (g->n_parties != MEMBERS) {
        return pt_err_set(err, PT_E_FIELD, "genesis: %zu parties, not the %d there are",
                          g->n_parties, MEMBERS);
    }
    for (size_t i = 0; i < g->n_parties; i++) {
        int rc = check_party(g->parties[i], all, err);

        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

int pt_genesis_check(const Pentad__V1__Genesis *g, struct pt_err *err) {
    struct all_keys all = {.n = 0};
    int rc;

    if (!g->has_version || g->version != 1) {
        return pt_err_set(err, PT_E_UNSUPPORTED, "genesis: version is not 1");
    }
    if (g->origin == NULL || !pt_note_name_valid(g->origin, strlen(g->origin))) {
        return pt_err_set(err, PT_E_FIELD, "genesis: origin is missing or not a key name");
    }
    if (g->clock != PENTAD__V1__CLOCK_MODE__CLOCK_MODE_LIVE &&
        g->clock != PENTAD__V1__CLOCK_MODE__CLOCK_MODE_REPLAY) {
        return pt_err_set(err, PT_E_FIELD, "genesis: clock is neither live nor replay");
    }
    if (!g->has_first_day || !pt_date_valid(g->first_day)) {
        return pt_err_set(err, PT_E_DATE, "genesis: first_day is not a day (yyyymmdd)");
    }
    if (!g->has_created_at_ms || g->created_at_ms <= 0) {
        return pt_err_set(err, PT_E_FIELD, "genesis: created_at_ms is missing");
    }
    if (!pt_name_valid(g->code_family)) {
        return pt_err_set(err, PT_E_FIELD, "genesis: code_family is not a name");
    }
    if (!g->has_ca_fingerprint || g->ca_fingerprint.len != PT_HASH_LEN) {
        return pt_err_set(err, PT_E_FIELD, "genesis: ca_fingerprint is not 32 bytes");
    }
    rc = check_vkeys(g, &all, err);
    return rc != 0 ? rc : check_parties(g, &all, err);
}
