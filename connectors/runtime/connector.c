/* A connector's life: what it opens, what it knows, how its transactions end. run.c drives it. */
#include <pentad/runtime/connector.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <pentad/base/file.h>
#include <pentad/record/decode.h>

#include "connector_internal.h"

void pt_connector_event(struct pt_connector *c, const char *event, const char *fmt, ...) {
    if (!c->opt.event) {
        return;
    }
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    c->opt.event(c->opt.ctx, event, text);
}

bool pt_connector_closes(const struct pt_connector *c) {
    return strcmp(c->config->stream, PT_KEYS_STREAM) != 0;
}

bool pt_connector_by_day(const struct pt_connector *c) {
    return pt_follower_genesis(c->follower) && !pt_follower_live(c->follower) &&
           pt_connector_closes(c);
}

/* ---- the state file ---- */

/* Two processes on one state file would sign two statements for the same numbers. */
static int lock_state(struct pt_connector *c, struct pt_err *err) {
    char path[4096];
    if (pt_path_join(path, sizeof path, c->config->state, "connector.lock") != 0) {
        return pt_err_set(err, PT_E_CONFIG, "state: the path is too long");
    }
    c->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (c->lock_fd < 0) {
        return pt_err_set(err, PT_E_IO, "%s can't be opened: %s", path, strerrordesc_np(errno));
    }
    if (flock(c->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        c->beside = c->opt.check && errno == EWOULDBLOCK;
        return c->beside ? 0
                         : pt_err_set(err, PT_E_CONFIG,
                                      "another connector runs on %s: stop that one first",
                                      c->config->state);
    }
    return 0;
}

/* The state belongs to one stream of one hub. */
static int check_owner(struct pt_connector *c, struct pt_err *err) {
    char hub[2 * PT_HASH_LEN + 1], mine[256];
    struct pt_buf stored;
    pt_hash_hex(hub, &c->trust.hub);
    (void)snprintf(mine, sizeof mine, "%s/%s at hub %s", c->config->party, c->config->stream, hub);
    pt_buf_init(&stored, sizeof mine);
    int rc = pt_state_get_blob(c->state, "owner", &stored, err);
    if (rc == PT_E_NOT_FOUND && !c->beside) {
        rc = pt_state_set_blob(c->state, "owner", pt_span_str(mine), err);
    } else if (rc == 0 && !pt_span_eq(pt_buf_span(&stored), pt_span_str(mine))) {
        rc =
            pt_err_set(err, PT_E_CONFIG, "%s belongs to %s: give %s/%s a state folder of its own",
                       c->config->state, pt_buf_cstr(&stored), c->config->party, c->config->stream);
    }
    pt_buf_done(&stored);
    return rc;
}

/* What is in memory of the state file. */
static int load_counters(struct pt_connector *c, struct pt_err *err) {
    const struct {
        const char *name;
        int64_t *to;
    } counters[] = {{"close_seq", &c->close_seq},
                    {"closed_day", &c->closed_day},
                    {"closed_hour", &c->closed_hour},
                    {"tick_day", &c->tick_day},
                    {"ended", &c->ended},
                    {"attested_day", &c->attest.day},
                    {"cosigned_size", &c->witness.cosigned},
                    {"cosigned_ms", &c->witness.cosigned_ms},
                    {"cosign_first_ms", &c->witness.first_new_ms},
                    {"cosign_unsent", &c->witness.unsent},
                    {"witnessed_size", &c->witness.witnessed}};
    int rc = pt_outbox_next_seq(c->state, &c->next_seq, err);
    for (size_t i = 0; rc == 0 && i < sizeof counters / sizeof *counters; i++) {
        rc = pt_state_get_int(c->state, counters[i].name, 0, counters[i].to, err);
    }
    return rc ? rc : pt_wrong_close_first(c->state, &c->witness.until, err);
}

static int open_state(struct pt_connector *c, struct pt_err *err) {
    int rc = pt_mkdirs(c->config->state, 0700, err);
    if (rc == 0) {
        rc = lock_state(c, err);
    }
    if (rc == 0) {
        rc = pt_state_open_in(c->config->state, c->beside ? PT_STATE_READ : PT_STATE_MAKE,
                              &c->state, err);
    }
    return rc ? rc : load_counters(c, err);
}

int pt_connector_begin(struct pt_connector *c, struct pt_err *err) {
    c->rows = 0;
    return pt_state_begin(c->state, err);
}

int pt_connector_end(struct pt_connector *c, int rc, struct pt_err *err) {
    struct pt_err why = {0};
    if (rc == 0) {
        rc = pt_state_commit(c->state, err);
    }
    if (rc != 0) {
        pt_state_rollback(c->state);
        pt_connector_sources_restart(c);
        memset(c->counts, 0, sizeof c->counts);
        c->new_refs = true;
        c->retried_day = 0;
        if (load_counters(c, &why) != 0) {
            /* Nothing may be numbered from here on. */
            c->later = false;
            if (err) {
                *err = why;
            }
            return why.code;
        }
    }
    return rc;
}

/* ---- opening ---- */

static int open_follower(struct pt_connector *c, struct pt_err *err) {
    struct pt_buf saved;
    pt_buf_init(&saved, PT_FOLLOWER_STATE_MAX);
    int rc = pt_follower_new(&c->trust, c->party, &c->follower, err);
    if (rc == 0) {
        rc = pt_state_get_blob(c->state, "follower", &saved, err);
        rc = rc == 0                ? pt_follower_load(c->follower, pt_buf_span(&saved), err)
             : rc == PT_E_NOT_FOUND ? 0
                                    : rc;
    }
    pt_buf_done(&saved);
    return rc;
}

int pt_connector_save_view(struct pt_connector *c, struct pt_err *err) {
    struct pt_buf saved;
    pt_buf_init(&saved, PT_FOLLOWER_STATE_MAX);
    int rc = pt_follower_save(c->follower, &saved);
    rc = rc ? pt_err_set(err, rc, "the view of the log doesn't fit in memory")
            : pt_state_set_blob(c->state, "follower", pt_buf_span(&saved), err);
    pt_buf_done(&saved);
    return rc;
}

static int open_parts(struct pt_connector *c, struct pt_err *err) {
    int rc = open_state(c, err);
    if (rc == 0) {
        rc = pt_key_load(c->config->keys.signing, &c->key, err);
    }
    if (rc == 0 && c->config->keys.sealing) {
        rc = pt_key_load(c->config->keys.sealing, &c->sealing_key, err);
    }
    if (rc == 0 && c->config->keys.cosigning) {
        rc = pt_key_load(c->config->keys.cosigning, &c->witness.key, err);
    }
    if (rc == 0) {
        rc = pt_trust_load(c->config->trust.genesis, c->config->trust.policy, &c->trust, err);
    }
    if (rc == 0) {
        rc = check_owner(c, err);
    }
    if (rc == 0) {
        rc = open_follower(c, err);
    }
    if (rc == 0) {
        rc = pt_connector_attest_open(c, err);
    }
    return rc ? rc : pt_connector_sources_open(c, err);
}

int pt_connector_open_take(const struct pt_config *config, const struct pt_connector_options *opt,
                           const struct hub_port *hub, struct pt_connector **ret,
                           struct pt_err *err) {
    *ret = NULL;
    struct pt_connector *c = calloc(1, sizeof *c);
    if (!c) {
        if (hub && hub->close) {
            hub->close(hub->ctx);
        }
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    c->config = config;
    c->opt = *opt;
    c->lock_fd = -1;
    c->new_refs = true;
    if (!c->opt.clock) {
        c->opt.clock = &pt_clock_system;
    }
    pt_arena_init(&c->arena, 16u * PT_RECORD_MAX);
    pt_buf_init(&c->bytes, PT_RECORD_MAX);
    pt_buf_init(&c->witness.note, PT_NOTE_MAX);
    c->party = pt_party_from_name(config->party);
    pt_connector_renewal_init(c);
    int rc = 0;
    if (hub) {
        c->hub = *hub;
    } else {
        rc = pt_connector_hub_http_open(config, &c->stop, &c->hub, err);
    }
    if (rc == 0) {
        rc = open_parts(c, err);
    }
    if (rc != 0) {
        pt_connector_free(c);
        return rc;
    }
    *ret = c;
    return 0;
}

int pt_connector_open(const struct pt_config *config, const struct pt_connector_options *opt,
                      struct pt_connector **ret, struct pt_err *err) {
    return pt_connector_open_take(config, opt, NULL, ret, err);
}

bool pt_connector_beside(const struct pt_connector *c) {
    return c->beside;
}

void pt_connector_free(struct pt_connector *c) {
    if (!c) {
        return;
    }
    pt_connector_sources_close(c);
    if (c->hub.close) {
        c->hub.close(c->hub.ctx);
    }
    pt_follower_free(c->attest.follower);
    pt_follower_free(c->follower);
    pt_codes_free(c->codes);
    pt_trust_done(&c->trust);
    pt_key_free(c->key);
    pt_key_free(c->sealing_key);
    pt_key_free(c->witness.key);
    pt_policies_free(c->witness.log_policy);
    pt_buf_done(&c->witness.note);
    pt_state_free(c->state);
    pt_arena_done(&c->arena);
    pt_buf_done(&c->bytes);
    if (c->lock_fd >= 0) {
        (void)close(c->lock_fd);
    }
    free(c);
}

void pt_connector_stop(struct pt_connector *c) {
    c->stop = true;
}

void pt_connector_reload(struct pt_connector *c) {
    c->reload = true;
}
