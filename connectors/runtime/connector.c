#include <pentad/runtime/connector.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/date.h>
#include <pentad/base/file.h>

#include "connector_private.h"

#define WAIT_S 20 /* of a long poll when nothing else is to be done */
#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 10000

void connector_event(struct pt_connector *c, const char *event, const char *fmt, ...) {
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

bool connector_replay(const struct pt_connector *c) {
    const Pentad__V1__Genesis *g = pt_follower_genesis(c->follower);
    return g && g->clock == PENTAD__V1__CLOCK_MODE__CLOCK_MODE_REPLAY;
}

/* ---- opening ---- */

static int open_state(struct pt_connector *c, struct pt_err *err) {
    char path[4096];
    int rc = pt_mkdirs(c->config->state, 0700, err);
    if (rc == 0 && pt_path_join(path, sizeof path, c->config->state, "connector.db") != 0) {
        rc = pt_err_set(err, PT_E_CONFIG, "state: the path is too long");
    }
    return rc ? rc : pt_state_open(path, false, &c->state, err);
}

static int open_http(struct pt_connector *c, struct pt_err *err) {
    const struct pt_http_client_config http = {.url = c->config->hub,
                                               .tls = {.cert = c->config->keys.tls_cert,
                                                       .key = c->config->keys.tls_key,
                                                       .ca = c->config->keys.ca,
                                                       .crl = c->config->keys.crl}};
    int rc = pt_http_client_new(&http, &c->http_send, err);
    if (rc == 0) {
        rc = pt_http_client_new(&http, &c->http_feed, err);
    }
    if (rc == 0) {
        pt_http_client_watch(c->http_send, &c->stop);
        pt_http_client_watch(c->http_feed, &c->stop);
    }
    return rc;
}

static int open_follower(struct pt_connector *c, struct pt_err *err) {
    struct pt_buf saved;
    pt_buf_init(&saved, 64u * 1024 * 1024);
    int rc = pt_follower_new(&c->trust, &c->follower, err);
    if (rc == 0 && pt_state_get_blob(c->state, "follower", &saved) == 0) {
        rc = pt_follower_load(c->follower, pt_buf_span(&saved), err);
    }
    pt_buf_done(&saved);
    return rc;
}

int pt_connector_open(const struct pt_config *config, const struct pt_connector_options *opt,
                      struct pt_connector **ret, struct pt_err *err) {
    *ret = NULL;
    struct pt_connector *c = calloc(1, sizeof *c);
    if (!c) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    c->config = config;
    c->opt = *opt;
    if (!c->opt.clock) {
        c->opt.clock = &pt_clock_system;
    }
    c->party = pt_party_from_name(config->party);
    int rc = open_state(c, err);
    if (rc == 0) {
        rc = pt_key_load(config->keys.signing, &c->key, err);
    }
    if (rc == 0) {
        rc = pt_trust_load(config->trust.genesis, config->trust.policy, &c->trust, err);
    }
    if (rc == 0) {
        rc = open_follower(c, err);
    }
    if (rc == 0) {
        rc = open_http(c, err);
    }
    if (rc == 0) {
        rc = sources_open(c, err);
    }
    if (rc != 0) {
        pt_connector_free(c);
        return rc;
    }
    c->next_seq = pt_outbox_next_seq(c->state);
    *ret = c;
    return 0;
}

void pt_connector_free(struct pt_connector *c) {
    if (c) {
        sources_close(c);
        pt_http_client_free(c->http_send);
        pt_http_client_free(c->http_feed);
        pt_follower_free(c->follower);
        pt_codes_free(c->codes);
        pt_trust_done(&c->trust);
        pt_key_free(c->key);
        pt_state_free(c->state);
        free(c);
    }
}

void pt_connector_stop(struct pt_connector *c) {
    c->stop = true;
}

/* ---- running ---- */

/* What a person must see to: the stream stops, the feed goes on. */
static bool needs_person(int code) {
    return code == PT_E_FROZEN || code == PT_E_EQUIVOCATION || code == PT_E_WRONG_HUB ||
           code == PT_E_FORK || code == PT_E_GAP || code == PT_E_PREVIOUS ||
           code == PT_E_SUPERSEDES || code == PT_E_UNKNOWN_KEY || code == PT_E_RETIRED_KEY ||
           code == PT_E_SIGNATURE || code == PT_E_PROOF || code == PT_E_POLICY ||
           code == PT_E_IDENTITY || code == PT_E_FORBIDDEN || code == PT_E_CORRUPT ||
           code == PT_E_ROOT || code == PT_E_NOT_STRICT || code == PT_E_STORE ||
           code == PT_E_CONFIG || code == PT_E_COLUMN || code == PT_E_NOMEM ||
           code == PT_E_REFUSED || code == PT_E_SEEN;
}

static void wait_ms(struct pt_connector *c, int ms) {
    for (int waited = 0; waited < ms && !c->stop; waited += 50) {
        (void)usleep(50 * 1000);
    }
}

/* Runs `step` until it works, waiting longer each time; errors that need a person are returned. */
static int persist(struct pt_connector *c, int (*step)(struct pt_connector *, struct pt_err *),
                   struct pt_err *err) {
    int backoff = BACKOFF_MIN_MS;
    for (;;) {
        int rc = step(c, err);
        if (rc == 0 || c->stop) {
            return c->stop ? PT_E_STOPPING : 0;
        }
        if (needs_person(rc)) {
            return rc;
        }
        connector_event(c, "waiting", "%s; trying again in %d ms", err->msg, backoff);
        wait_ms(c, backoff);
        backoff = backoff * 2 < BACKOFF_MAX_MS ? backoff * 2 : BACKOFF_MAX_MS;
    }
}

static int receive_now(struct pt_connector *c, struct pt_err *err) {
    bool more = true;
    int rc = 0;
    while (rc == 0 && more && !c->stop) {
        rc = receive(c, 0, &more, err);
    }
    return rc;
}

static int receive_waiting(struct pt_connector *c, struct pt_err *err) {
    bool any;
    return receive(c, WAIT_S, &any, err);
}

static int receive_briefly(struct pt_connector *c, struct pt_err *err) {
    bool any;
    return receive(c, connector_replay(c) ? 3 : c->config->poll_s, &any, err);
}

static int32_t state_day(const struct pt_connector *c, const char *name) {
    return (int32_t)pt_state_get_int(c->state, name, 0);
}

/* The first contact: the genesis, and with it the clock and the family of codes. */
static int learn_hub(struct pt_connector *c, struct pt_err *err) {
    int rc = 0;
    if (!pt_follower_genesis(c->follower)) {
        rc = persist(c, receive_now, err);
    }
    const Pentad__V1__Genesis *g = pt_follower_genesis(c->follower);
    if (rc == 0 && !g) {
        rc = pt_err_set(err, PT_E_PROOF, "the hub's feed holds no genesis");
    }
    return rc ? rc : pt_codes_new(g->code_family, &c->codes, err);
}

static int close_day(struct pt_connector *c, int32_t day, bool final, struct pt_err *err) {
    uint64_t first = c->next_seq;
    c->day = day;
    int rc = pt_state_begin(c->state, err);
    if (rc == 0) {
        rc = author_close(c, day, final, err);
        rc = rc ? rc : pt_state_commit(c->state, err);
        pt_state_rollback(c->state);
    }
    if (rc != 0) {
        c->next_seq = first;
    }
    return rc;
}

/* One business day: everything of it, its close, the tick that ends it. */
static int replay_day(struct pt_connector *c, int32_t day, struct pt_err *err) {
    int rc = collect(c, day, err);
    if (rc == 0 && c->stop) {
        return PT_E_STOPPING;
    }
    if (rc == 0) {
        rc = close_day(c, day, day == c->config->until_day, err);
    }
    return rc;
}

static int replay(struct pt_connector *c, struct pt_err *err) {
    int rc = 0;
    int32_t until = c->config->until_day;
    while (rc == 0 && !c->stop) {
        int32_t closed = state_day(c, "closed_day"), tick = state_day(c, "tick_day");
        if (closed == 0 || closed <= tick) {
            int32_t day =
                closed ? pt_date_add(closed, 1) : pt_follower_genesis(c->follower)->first_day;
            if (until != 0 && day > until) {
                break;
            }
            rc = replay_day(c, day, err);
        }
        if (rc == 0) {
            rc = persist(c, send_all, err);
        }
        while (rc == 0 && !c->stop && state_day(c, "tick_day") < state_day(c, "closed_day")) {
            rc = persist(c, receive_waiting, err);
        }
    }
    return rc;
}

static int live(struct pt_connector *c, struct pt_err *err) {
    int rc = 0;
    while (rc == 0 && !c->stop) {
        int32_t today = pt_date_from_ms(pt_clock_now_ms(c->opt.clock));
        int32_t closed = state_day(c, "closed_day");
        if (closed == 0) {
            closed = pt_date_add(today, -1); /* joins today */
        }
        for (int32_t d = pt_date_add(closed, 1); rc == 0 && d < today; d = pt_date_add(d, 1)) {
            rc = close_day(c, d, false, err);
        }
        if (rc == 0) {
            rc = collect(c, today, err);
        }
        if (rc == 0) {
            rc = persist(c, send_all, err);
        }
        if (rc == 0) {
            rc = persist(c, receive_briefly, err);
        }
        if (rc == 0 && c->opt.once && sources_done(c)) {
            return persist(c, receive_now, err);
        }
    }
    return rc;
}

/* After the end, or while the stream is halted: what others write still arrives. */
static int follow(struct pt_connector *c, struct pt_err *err) {
    int rc = 0;
    if (c->opt.once) {
        bool any = true;
        while (rc == 0 && any && !c->stop) {
            uint64_t before = pt_follower_size(c->follower);
            rc = persist(c, receive_briefly, err);
            any = pt_follower_size(c->follower) > before;
        }
        return rc;
    }
    while (rc == 0 && !c->stop) {
        rc = persist(c, receive_waiting, err);
    }
    return rc;
}

int pt_connector_run(struct pt_connector *c, struct pt_err *err) {
    int rc = learn_hub(c, err);
    if (rc == 0) {
        rc = connector_replay(c) ? replay(c, err) : live(c, err);
    }
    if (rc == PT_E_FROZEN) {
        connector_event(c, "halted", "%s; the feed is still read", err->msg);
        rc = 0;
    }
    if (rc == 0 && !c->stop) {
        rc = follow(c, err);
    }
    return rc == PT_E_STOPPING || c->stop ? 0 : rc;
}
