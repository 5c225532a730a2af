#include "keys.h"

#include <string.h>

#include <pentad/certs/key.h>
#include <pentad/record/party.h>
#include <pentad/runtime/state.h>

static int read_view(const struct pt_config *c, struct pt_buf *view, struct pt_err *err) {
    struct pt_state *state = NULL;
    int rc = pt_state_open_in(c->state, PT_STATE_READ, &state, err);
    rc = rc ? rc : pt_state_get_blob(state, "follower", view, err);
    pt_state_free(state);
    return rc == PT_E_NOT_FOUND
               ? pt_err_set(err, rc,
                            PT_SAY("the connector of %s/%s has verified nothing yet: start it",
                                   "%s/%s的连接器尚未核验任何内容：请启动"),
                            c->party, c->stream)
               : rc;
}

static int keys_open(const char *config, bool any, struct cli_keys *ret, struct pt_err *err) {
    struct pt_buf view;
    memset(ret, 0, sizeof *ret);
    pt_buf_init(&view, PT_FOLLOWER_STATE_MAX);
    int rc = pt_config_load(config, &ret->config, err);
    rc = rc ? rc : read_view(ret->config, &view, err);
    if (rc == PT_E_NOT_FOUND && any) {
        rc = 0;
    }
    rc =
        rc ? rc
           : pt_trust_load(ret->config->trust.genesis, ret->config->trust.policy, &ret->trust, err);
    rc = rc ? rc
            : pt_follower_new(&ret->trust, pt_party_from_name(ret->config->party), &ret->view, err);
    if (rc == 0 && view.len > 0) {
        rc = pt_follower_load(ret->view, pt_buf_span(&view), err);
    }
    pt_buf_done(&view);
    if (rc != 0) {
        pt_cli_keys_close(ret);
        return rc;
    }
    ret->history = pt_follower_keys(ret->view);
    ret->size = pt_follower_size(ret->view);
    return 0;
}

int pt_cli_keys_open(const char *config, struct cli_keys *ret, struct pt_err *err) {
    return keys_open(config, false, ret, err);
}

int pt_cli_keys_open_any(const char *config, struct cli_keys *ret, struct pt_err *err) {
    return keys_open(config, true, ret, err);
}

void pt_cli_keys_close(struct cli_keys *k) {
    pt_follower_free(k->view);
    pt_trust_done(&k->trust);
    pt_config_free(k->config);
    memset(k, 0, sizeof *k);
}

int pt_cli_key_file(const char *path, struct pt_hash *ret, struct pt_err *err) {
    struct pt_key *key = NULL;
    int rc = pt_key_load(path, &key, err);
    if (rc == 0) {
        pt_key_fingerprint(key, ret);
    }
    pt_key_free(key);
    return rc;
}

const char *pt_cli_key_standing(const struct cli_keys *k, Pentad__V1__KeyUse use,
                                const struct pt_hash *fingerprint) {
    const struct pt_keyhistory_key *key = pt_keyhistory_find(k->history, fingerprint);
    /* The genesis enrols what witnesses have under the hub's name. */
    bool witness = use == PENTAD__V1__KEY_USE__KEY_USE_COSIGNING;
    return !key ? "not_enrolled"
           : key->use != use || (!witness && strcmp(key->party, k->config->party) != 0)
               ? "of_another_use"
           : pt_keyhistory_key_live(key, k->size) ? "live"
                                                  : "retired";
}
