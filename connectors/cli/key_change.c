#include "key_change.h"

#include <inttypes.h>
#include <string.h>

#include <pentad/record/key_use.h>
#include <pentad/token/token.h>

#include "orders.h"

enum { PREFIX_MIN = 8 };

/* ---- what is asked for ---- */

static void put_public(Pentad__V1__PublicKey *ret, uint8_t spki[PT_SPKI_MAX], struct pt_span der,
                       enum pt_key_alg algorithm) {
    memcpy(spki, der.p, der.len);
    ret->spki = (ProtobufCBinaryData){.len = der.len, .data = spki};
    ret->algorithm = (Pentad__V1__KeyAlgorithm)algorithm;
    ret->has_spki = ret->has_algorithm = 1;
}

int pt_cli_public_key(const char *path, Pentad__V1__PublicKey *ret, uint8_t spki[PT_SPKI_MAX],
                      struct pt_err *err) {
    struct pt_pubkey *pub = NULL;
    struct pt_key *key = NULL;
    struct pt_err as_private = {0};
    bool on_token = pt_token_is_uri(path);
    int rc = on_token ? PT_E_FORMAT : pt_pubkey_load(path, &pub, err);
    if (rc == 0) {
        put_public(ret, spki, pt_pubkey_spki(pub), pt_pubkey_algorithm(pub));
    } else if (rc == PT_E_FORMAT && pt_key_load(path, &key, on_token ? err : &as_private) == 0) {
        put_public(ret, spki, pt_key_spki(key), pt_key_algorithm(key));
        rc = 0;
    }
    pt_pubkey_free(pub);
    pt_key_free(key);
    return rc;
}

/* "FILE", "sealing:FILE", "recovery:FILE" */
static int take_add(struct cli_key_change *c, const char *text, struct pt_err *err) {
    static const Pentad__V1__KeyUse uses[] = {PENTAD__V1__KEY_USE__KEY_USE_SIGNING,
                                              PENTAD__V1__KEY_USE__KEY_USE_SEALING,
                                              PENTAD__V1__KEY_USE__KEY_USE_RECOVERY};
    size_t n = c->record.n_add++;
    Pentad__V1__PublicKey *key = c->adds[n] = &c->add[n];
    pentad__v1__public_key__init(key);
    key->has_use = 1;
    key->use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        const char *name = pt_key_use_name(uses[i]);
        size_t len = strlen(name);
        if (strncmp(text, name, len) == 0 && text[len] == ':') {
            key->use = uses[i];
            text += len + 1;
            break;
        }
    }
    return pt_cli_public_key(text, key, c->spki[n], err);
}

/* A fingerprint, or the first digits that are one key's alone. */
static int take_retire(struct cli_key_change *c, const char *text, struct pt_err *err) {
    const struct pt_keyhistory *h = c->keys->history;
    const struct pt_keyhistory_key *found = NULL;
    size_t len = strlen(text), n = c->record.n_retire;
    if (len < PREFIX_MIN || strspn(text, "0123456789abcdef") != len) {
        return pt_err_set(err, PT_E_USAGE,
                          PT_SAY("--retire %s: no fingerprint, nor its first %d digits",
                                 "--retire %s：既不是指纹，也不是其前%d位"),
                          text, PREFIX_MIN);
    }
    for (size_t i = 0; i < pt_keyhistory_count(h); i++) {
        const struct pt_keyhistory_key *key = pt_keyhistory_at(h, i);
        char hex[2 * PT_HASH_LEN + 1];
        pt_hash_hex(hex, &key->fingerprint);
        if (len < sizeof hex && strncmp(hex, text, len) == 0) {
            if (found) {
                return pt_err_set(err, PT_E_FORMAT,
                                  PT_SAY("--retire %s: two keys begin so; say more digits",
                                         "--retire %s：有两个密钥以此开头，请多写几位"),
                                  text);
            }
            found = key;
        }
    }
    if (!found || strcmp(found->party, c->party) != 0) {
        return pt_err_set(err, PT_E_NOT_FOUND,
                          PT_SAY("--retire %s: %s never had that key (pentad key list)",
                                 "--retire %s：%s从未有过该密钥（pentad key list）"),
                          text, c->party);
    }
    if (found->retired_at != UINT64_MAX) {
        return pt_err_set(err, PT_E_NOT_FOUND,
                          PT_SAY("--retire %s: log entry %" PRIu64 " has retired it already",
                                 "--retire %s：日志第%" PRIu64 "条已使其失效"),
                          text, found->retired_at);
    }
    c->retired[n] = found->fingerprint;
    c->retire[n] = (ProtobufCBinaryData){.len = PT_HASH_LEN, .data = c->retired[n].b};
    c->record.n_retire++;
    return 0;
}

int pt_cli_key_change_compose(struct cli_key_change *c, const struct cli_options *o,
                              const struct cli_keys *keys, struct pt_err *err) {
    c->o = o;
    c->keys = keys;
    c->party = o->party ? o->party : keys->config->party;
    pentad__v1__key_change__init(&c->record);
    c->record.party = (char *)(uintptr_t)c->party;
    c->record.add = c->adds;
    c->record.retire = c->retire;
    c->record.reason = (char *)(uintptr_t)o->reason;
    int rc = pt_cli_reason(o, err);
    for (int i = 0; rc == 0 && i < c->o->n_add; i++) {
        rc = take_add(c, c->o->add[i], err);
    }
    for (int i = 0; rc == 0 && i < c->o->n_retire; i++) {
        rc = take_retire(c, c->o->retire[i], err);
    }
    return rc;
}

/* ---- would it count? ---- */

/* Applied to a copy of the history, where the next entry stands. */
int pt_cli_key_change_counts(const struct cli_key_change *c, const char *stream,
                             const struct pt_hash *signer, struct pt_err *err) {
    const char *own = c->keys->config->party;
    struct pt_keyhistory *then = NULL;
    struct pt_key_event at = {
        .log_index = c->keys->size, .party = own, .stream = stream, .signing_key = *signer};
    if (pt_keyhistory_clone(c->keys->history, &then) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    int rc = pt_keyhistory_change(then, &at, &c->record, err);
    if (rc == 0 &&
        !pt_keyhistory_newest(then, own, PENTAD__V1__KEY_USE__KEY_USE_SIGNING, c->keys->size + 1)) {
        rc = pt_err_set(err, PT_E_FORBIDDEN,
                        PT_SAY("%s would have no live signing key left: add its successor first, "
                               "or with the same change",
                               "%s将不再有有效的签名密钥：请先登记或在同一变更中登记新密钥"),
                        own);
    }
    pt_keyhistory_free(then);
    return rc;
}
