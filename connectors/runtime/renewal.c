/* Certificates and revocation lists while the connector runs: taken where their files change or
 * somebody asks (SIGHUP), told before they end. Requests under way are finished with what they
 * began with. */
#include <string.h>
#include <sys/stat.h>

#include <pentad/certs/expiry.h>

#include "connector_internal.h"

#define DAY_MS (24 * 3600LL * 1000)
#define FILES 4

/* ---- renewed files ---- */

static void look(const struct pt_connector *c, struct file_mark ret[FILES]) {
    const char *paths[FILES] = {c->config->keys.tls_cert, c->config->keys.tls_key,
                                c->config->keys.ca, c->config->keys.crl};
    memset(ret, 0, FILES * sizeof *ret);
    for (size_t i = 0; i < FILES; i++) {
        struct stat st;
        if (paths[i] && stat(paths[i], &st) == 0) {
            ret[i] =
                (struct file_mark){.inode = st.st_ino, .size = st.st_size, .changed = st.st_mtim};
        }
    }
}

static bool same(const struct file_mark *a, const struct file_mark *b) {
    return a->inode == b->inode && a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

static bool have_changed(struct pt_connector *c) {
    struct file_mark now[FILES];
    bool changed = false;
    look(c, now);
    for (size_t i = 0; i < FILES; i++) {
        changed = changed || !same(&now[i], &c->tls[i]);
        c->tls[i] = now[i];
    }
    return changed;
}

void pt_connector_renewal_init(struct pt_connector *c) {
    (void)have_changed(c);
}

static void take_renewed(struct pt_connector *c) {
    struct pt_err err = {0};
    bool asked = c->reload;
    c->reload = false;
    if (!c->hub.reload || (!have_changed(c) && !asked)) {
        return;
    }
    if (c->hub.reload(c->hub.ctx, &err) != 0) {
        pt_connector_event(c, "reload_failed", "what was in force stays: %s", err.msg);
        return;
    }
    pt_connector_event(c, "reloaded", "certificate, authority and revocation list");
    c->certificate_ms = 0;
    c->sending.rest_ms = c->reading.rest_ms = 0; /* they may be what the hub waits for */
}

/* ---- what ends soon ---- */

/* "keys/tls.crt ends on …", where that is not fine any more, or it can't be read. */
static void tell_expiry(struct pt_connector *c, int read, const struct pt_err *why,
                        const char *path, int64_t ends_ms, const char *what_to_do) {
    struct pt_expiry e = pt_expiry_at(ends_ms, pt_clock_now_ms(c->opt.clock));
    char when[PT_EXPIRY_TEXT_MAX];
    if (read != 0) {
        pt_connector_event(c, "certificate", "%s", why->msg);
    } else if (e.level != PT_EXPIRY_FINE) {
        pt_expiry_text(&e, false, when);
        pt_connector_event(c, "certificate", "%s %s (%s): %s (docs/connector.md)", path, when,
                           pt_expiry_name(e.level), what_to_do);
    }
}

/* Told once a day and after each renewal, so that nobody learns of it from a hub that doesn't
 * answer any more. */
static void watch_certificate(struct pt_connector *c) {
    int64_t ends = 0, now = pt_clock_now_ms(c->opt.clock);
    const char *cert = c->config->keys.tls_cert, *crl = c->config->keys.crl;
    struct pt_err err = {0};
    if (!cert || now < c->certificate_ms) {
        return;
    }
    c->certificate_ms = now + DAY_MS;
    int rc = pt_expiry_of_cert(cert, &ends, &err);
    tell_expiry(c, rc, &err, cert, ends, "have it renewed");
    if (crl) {
        rc = pt_expiry_of_crl(crl, &ends, &err);
        tell_expiry(c, rc, &err, crl, ends, "fetch the new one");
    }
}

void pt_connector_renewal(struct pt_connector *c) {
    take_renewed(c);
    watch_certificate(c);
}
