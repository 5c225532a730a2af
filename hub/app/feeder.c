#include "feeder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include <pentad/base/logsink.h>
#include <pentad/proof/addcheckpoint.h>

#include "witness.h"

#define ANSWER_MAX ((size_t)64 * 1024)
#define TIMEOUT_MS 10000L
#define PAUSE_MAX_US (60 * INT64_C(1000000))

/* One witness as the thread knows it. */
struct peer {
    const struct pt_app_witness *config;
    uint64_t known; /* the size that it cosigned last, as it says */
    uint64_t taken; /* the size of the last checkpoint whose cosignature came and was kept */
    int64_t pause_us, next_us;
    bool told; /* that it doesn't do what it should */
};

struct pt_feeder {
    struct pt_hub *hub;
    pthread_t thread;
    CURL *curl;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    _Atomic bool stop;
    struct peer peers[PT_APP_WITNESSES_MAX];
};

/* ---- one request --------------------------------------------------------------------------- */

static size_t on_body(char *p, size_t size, size_t n, void *out) {
    return pt_buf_append(out, p, size * n) == 0 ? size * n : 0;
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    const struct pt_feeder *f = ctx;

    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return atomic_load(&f->stop);
}

/* The status; 0 without an answer, `why` says why. */
static long post(struct pt_feeder *f, const struct pt_app_witness *w, struct pt_span body,
                 struct pt_buf *out, const char **why) {
    char url[sizeof(w->url) + 32];
    struct curl_slist *fields = curl_slist_append(NULL, "Content-Type: text/plain; charset=utf-8");
    CURLcode rc;
    long status = 0;

    (void)snprintf(url, sizeof(url), "%s/add-checkpoint", w->url);
    curl_easy_reset(f->curl);
    (void)curl_easy_setopt(f->curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(f->curl, CURLOPT_PROTOCOLS_STR, "https,http");
    (void)curl_easy_setopt(f->curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(f->curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    (void)curl_easy_setopt(f->curl, CURLOPT_HTTPHEADER, fields);
    (void)curl_easy_setopt(f->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    (void)curl_easy_setopt(f->curl, CURLOPT_POSTFIELDS, (const char *)body.p);
    (void)curl_easy_setopt(f->curl, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(f->curl, CURLOPT_WRITEDATA, out);
    (void)curl_easy_setopt(f->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    (void)curl_easy_setopt(f->curl, CURLOPT_XFERINFODATA, f);
    (void)curl_easy_setopt(f->curl, CURLOPT_NOPROGRESS, 0L);
    if (w->ca[0] != '\0') {
        (void)curl_easy_setopt(f->curl, CURLOPT_CAINFO, w->ca);
        (void)curl_easy_setopt(f->curl, CURLOPT_CAPATH, NULL); /* the machine's own don't count */
    }
    rc = curl_easy_perform(f->curl);
    *why = curl_easy_strerror(rc);
    if (rc == CURLE_OK) {
        (void)curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
    }
    curl_slist_free_all(fields);
    return status;
}

/* ---- one witness ----------------------------------------------------------------------------- */

/* Asked again later, ever more rarely, and told of once. */
static void trouble(struct peer *p, const char *what) {
    p->pause_us = p->pause_us == 0 ? 1000000 : 2 * p->pause_us;
    p->pause_us = p->pause_us > PAUSE_MAX_US ? PAUSE_MAX_US : p->pause_us;
    p->next_us = pt_monotonic_us() + p->pause_us;
    if (!p->told) {
        pt_log(PT_LOG_WARN, "outside_witness", "%s: %s", p->config->url, what);
    }
    p->told = true;
}

/* 409: how far it is, which may be all that was wrong. */
static void take_size(struct peer *p, struct pt_buf *answer, uint64_t size) {
    const char *text = pt_buf_cstr(answer);
    char *end = NULL;
    uint64_t known = text != NULL ? strtoull(text, &end, 10) : 0;

    if (text == NULL || end == text || *end != '\n' || known == p->known) {
        trouble(p, "says that this log forked (409): it has another tree of that size");
    } else if (known > size) {
        trouble(p, "has cosigned a larger log than this one is: was it rolled back?");
    } else {
        p->known = known; /* asked again at once, from there */
    }
}

static void take_lines(struct pt_feeder *f, struct peer *p, struct pt_buf *note,
                       const struct pt_buf *lines, uint64_t size) {
    struct pt_witness_view v;
    struct pt_err err = {0};

    if (pt_buf_append_span(note, pt_buf_span(lines)) != 0 ||
        pt_witness_add(f->hub->witness, pt_buf_span(note), &v, &err) != 0) {
        trouble(p, err.msg);
        return;
    }
    p->known = p->taken = size;
    p->pause_us = 0;
    p->told = false;
}

static int make_body(struct pt_feeder *f, const struct peer *p, uint64_t size,
                     const struct pt_buf *note, struct pt_buf *body, struct pt_err *err) {
    struct pt_merkle_path path = {.n = 0};
    int rc = p->known > 0 && p->known < size
                 ? pt_log_consistency(f->hub->log, p->known, size, &path, err)
                 : 0;

    return rc != 0 ? rc : pt_addcheckpoint_format(body, p->known, &path, pt_buf_span(note));
}

/* Until its cosignature of what is published is kept: where it is that far and its answer was lost,
 * the same is asked of it once more, from that size to that size. True: ask again at once. */
static bool feed(struct pt_feeder *f, struct peer *p) {
    struct pt_buf note, body, answer;
    struct pt_err err = {0};
    uint64_t size = 0;
    uint64_t was = p->known;
    const char *why = "";
    long status = 0;

    pt_buf_init(&note, PT_COSIGNED_MAX);
    pt_buf_init(&body, PT_ADDCHECKPOINT_MAX);
    pt_buf_init(&answer, ANSWER_MAX);
    if (pt_log_published(f->hub->log, &note, &size) != 0 || size <= p->taken || size < p->known) {
        goto out;
    }
    if (make_body(f, p, size, &note, &body, &err) != 0) {
        trouble(p, err.msg);
        goto out;
    }
    status = post(f, p->config, pt_buf_span(&body), &answer, &why);
    if (status == 200) {
        take_lines(f, p, &note, &answer, size);
    } else if (status == 409) {
        take_size(p, &answer, size);
    } else if (!atomic_load(&f->stop)) {
        char what[160];

        (void)snprintf(what, sizeof(what), "%s (HTTP %ld)", status == 0 ? why : "refused", status);
        trouble(p, what);
    }
out:
    pt_buf_done(&answer);
    pt_buf_done(&body);
    pt_buf_done(&note);
    return status == 409 && p->known != was;
}

/* ---- the thread --------------------------------------------------------------------------------
 */

static void rest(struct pt_feeder *f) {
    int64_t until = pt_monotonic_us() + (int64_t)f->hub->config.publish_ms * 1000;
    struct timespec ts = {until / 1000000, until % 1000000 * 1000};

    (void)pthread_mutex_lock(&f->lock);
    while (!atomic_load(&f->stop) && pt_monotonic_us() < until) {
        (void)pthread_cond_timedwait(&f->wake, &f->lock, &ts);
    }
    (void)pthread_mutex_unlock(&f->lock);
}

static void *feeder_main(void *arg) {
    struct pt_feeder *f = arg;
    uint32_t n = f->hub->config.n_witnesses;

    while (!atomic_load(&f->stop)) {
        for (uint32_t i = 0; i < n && !atomic_load(&f->stop); i++) {
            if (pt_monotonic_us() >= f->peers[i].next_us && feed(f, &f->peers[i])) {
                (void)feed(f, &f->peers[i]);
            }
        }
        rest(f);
    }
    return NULL;
}

static void feeder_free(struct pt_feeder *f) {
    curl_easy_cleanup(f->curl);
    (void)pthread_cond_destroy(&f->wake);
    (void)pthread_mutex_destroy(&f->lock);
    free(f);
}

int pt_feeder_start(struct pt_hub *h, struct pt_feeder **ret, struct pt_err *err) {
    pthread_condattr_t attr;
    struct pt_feeder *f;

    *ret = NULL;
    if (h->config.n_witnesses == 0) {
        return 0;
    }
    f = calloc(1, sizeof(*f));
    if (f == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for outside witnesses");
    }
    f->hub = h;
    (void)pthread_mutex_init(&f->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&f->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
    for (uint32_t i = 0; i < h->config.n_witnesses; i++) {
        f->peers[i].config = &h->config.witnesses[i];
    }
    f->curl = curl_easy_init();
    if (f->curl == NULL || pthread_create(&f->thread, NULL, feeder_main, f) != 0) {
        feeder_free(f);
        return pt_err_set(err, PT_E_NOMEM, "can't start the thread for outside witnesses");
    }
    *ret = f;
    return 0;
}

void pt_feeder_stop(struct pt_feeder *f) {
    if (f == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&f->lock);
    atomic_store(&f->stop, true);
    (void)pthread_cond_signal(&f->wake);
    (void)pthread_mutex_unlock(&f->lock);
    (void)pthread_join(f->thread, NULL);
    feeder_free(f);
}
