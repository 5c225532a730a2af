#include <pentad/client/http.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <jansson.h>

#define PROBLEM_MAX (64 * 1024)
#define RECEIVE_BUFFER (256L * 1024)
#define SEND_BUFFER (1024L * 1024)

struct pt_http_client {
    CURL *curl;
    char *url;
    char *cert, *key, *ca, *crl;
    char *purpose;           /* a header line, or NULL */
    struct pt_tls_files tls; /* points at the copies above */
    SSL_CTX *shown;          /* what they held when they were last read; NULL: not read yet */
    int timeout_ms, connect_timeout_ms;
    const volatile bool *stop;
    struct pt_err tls_err; /* set by the context callback */
    char detail[CURL_ERROR_SIZE];
};

static char *copy(const char *s) {
    return s ? strdup(s) : NULL;
}

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void init_curl(void) {
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* Runs for every new connection. */
static CURLcode setup_tls(CURL *curl, void *ssl_ctx, void *ctx) {
    (void)curl;
    struct pt_http_client *c = ctx;
    int rc = c->shown ? 0 : pt_tls_client_ctx(&c->tls, &c->shown, &c->tls_err);
    rc = rc ? rc : pt_tls_setup_like(ssl_ctx, c->shown, &c->tls_err);
    return rc == 0 ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

static int on_progress(void *ctx, curl_off_t dt, curl_off_t dn, curl_off_t ut, curl_off_t un) {
    (void)dt, (void)dn, (void)ut, (void)un;
    const struct pt_http_client *c = ctx;
    return c->stop && *c->stop;
}

static void set_options(struct pt_http_client *c, CURL *h) {
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, (long)c->connect_timeout_ms);
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(h, CURLOPT_TCP_KEEPALIVE, 1L); /* a long poll is silent for a while */
    curl_easy_setopt(h, CURLOPT_PROXY, "");
    curl_easy_setopt(h, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER);
    curl_easy_setopt(h, CURLOPT_UPLOAD_BUFFERSIZE, SEND_BUFFER);
    curl_easy_setopt(h, CURLOPT_ERRORBUFFER, c->detail);
    /* curl's own trust is replaced by ours in setup_tls: the authority, the revocation list, the
     * hub's URI name, TLS 1.3. The host name stays curl's to check. */
    curl_easy_setopt(h, CURLOPT_CAINFO, c->ca);
    curl_easy_setopt(h, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(h, CURLOPT_SSL_CTX_FUNCTION, setup_tls);
    curl_easy_setopt(h, CURLOPT_SSL_CTX_DATA, c);
    curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(h, CURLOPT_XFERINFODATA, c);
    curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
}

int pt_http_client_new(const struct pt_http_client_config *cfg, struct pt_http_client **ret,
                       struct pt_err *err) {
    *ret = NULL;
    struct pt_http_client *c = calloc(1, sizeof *c);
    if (!c) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    c->url = copy(cfg->url);
    c->cert = copy(cfg->tls.cert);
    c->key = copy(cfg->tls.key);
    c->ca = copy(cfg->tls.ca);
    c->crl = copy(cfg->tls.crl);
    c->tls = (struct pt_tls_files){.cert = c->cert, .key = c->key, .ca = c->ca, .crl = c->crl};
    c->timeout_ms = cfg->timeout_ms > 0 ? cfg->timeout_ms : 60000;
    c->connect_timeout_ms = cfg->connect_timeout_ms > 0 ? cfg->connect_timeout_ms : 5000;
    (void)pthread_once(&curl_once, init_curl);
    c->curl = curl_easy_init();
    if (!c->curl || !c->url) {
        pt_http_client_free(c);
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    set_options(c, c->curl);
    *ret = c;
    return 0;
}

int pt_http_client_show(struct pt_http_client *c, SSL_CTX *shown, struct pt_err *err) {
    CURL *fresh = curl_easy_init(); /* the old connection ends with the old handle */
    if (!fresh || SSL_CTX_up_ref(shown) != 1) {
        curl_easy_cleanup(fresh);
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    curl_easy_cleanup(c->curl);
    SSL_CTX_free(c->shown);
    c->curl = fresh;
    c->shown = shown;
    set_options(c, fresh);
    return 0;
}

void pt_http_client_free(struct pt_http_client *c) {
    if (c) {
        if (c->curl) {
            curl_easy_cleanup(c->curl);
        }
        SSL_CTX_free(c->shown);
        free(c->url);
        free(c->purpose);
        free(c->cert);
        free(c->key);
        free(c->ca);
        free(c->crl);
        free(c);
    }
}

void pt_http_client_watch(struct pt_http_client *c, const volatile bool *stop) {
    c->stop = stop;
}

int pt_http_client_purpose(struct pt_http_client *c, const char *text, struct pt_err *err) {
    static const char name[] = "Pentad-Purpose: ";
    free(c->purpose);
    c->purpose = NULL;
    if (!text) {
        return 0;
    }
    char *coded = curl_easy_escape(c->curl, text, 0);
    size_t cap = coded ? sizeof name + strlen(coded) : 0;
    c->purpose = coded ? malloc(cap) : NULL;
    if (c->purpose) {
        (void)snprintf(c->purpose, cap, "%s%s", name, coded);
    }
    curl_free(coded);
    return c->purpose ? 0 : pt_err_set(err, PT_E_NOMEM, "out of memory");
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx) {
    struct pt_buf *out = ctx;
    return pt_buf_append(out, p, size * n) == 0 ? size * n : 0;
}

/* The hub's problem document (RFC 9457): {"code": "…", "detail": "…"}. */
static int problem(struct pt_span body, long status, const char *path, struct pt_err *err) {
    json_t *j = json_loadb((const char *)body.p, body.len < PROBLEM_MAX ? body.len : 0, 0, NULL);
    const char *name = json_string_value(json_object_get(j, "code"));
    const char *detail = json_string_value(json_object_get(j, "detail"));
    int code = name ? pt_err_from_name(name) : 0;
    if (code == 0) {
        code = status == 404   ? PT_E_NOT_FOUND
               : status == 429 ? PT_E_BUSY
               : status >= 500 ? PT_E_NET
                               : PT_E_FORMAT;
    }
    /* What the hub says is a sentence; without one the request is what a person needs. */
    int rc = name && detail ? pt_err_set(err, code, "%.250s", detail)
                            : pt_err_set(err, code, "the hub answered %ld to %.80s: %.140s", status,
                                         path, pt_err_text(code, false));
    json_decref(j);
    return rc;
}

/* No answer. What OpenSSL or the system says of it is what a person needs. */
static int transport_error(const struct pt_http_client *c, CURLcode rc, struct pt_err *err) {
    int code = rc == CURLE_OPERATION_TIMEDOUT    ? PT_E_TIMEOUT
               : rc == CURLE_WRITE_ERROR         ? PT_E_TOO_LARGE
               : rc == CURLE_ABORTED_BY_CALLBACK ? PT_E_STOPPING
               : rc == CURLE_OUT_OF_MEMORY       ? PT_E_NOMEM
                                                 : PT_E_NET;
    return pt_err_set(err, code, "%.80s: %.160s", c->url,
                      c->detail[0] ? c->detail : curl_easy_strerror(rc));
}

static int perform(struct pt_http_client *c, const char *path, struct curl_slist *headers,
                   int timeout_ms, struct pt_buf *out, long *ret_status, struct pt_err *err) {
    char url[2048];
    int n = snprintf(url, sizeof url, "%s%s", c->url, path);
    if (n < 0 || (size_t)n >= sizeof url) {
        return pt_err_set(err, PT_E_TOO_LARGE, "the path is too long");
    }
    size_t before = out->len;
    c->tls_err.code = 0;
    c->detail[0] = '\0';
    curl_easy_setopt(c->curl, CURLOPT_URL, url);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, out);
    CURLcode rc = curl_easy_perform(c->curl);
    long status = 0;
    if (rc == CURLE_OK) {
        curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    }
    if (ret_status) {
        *ret_status = status;
    }
    if (c->tls_err.code != 0) {
        if (err) {
            *err = c->tls_err;
        }
        return c->tls_err.code;
    }
    if (rc != CURLE_OK) {
        out->len = before;
        return transport_error(c, rc, err);
    }
    if (status < 200 || status > 299) {
        int code = problem(pt_span(out->p + before, out->len - before), status, path, err);
        out->len = before;
        return code;
    }
    return 0;
}

int pt_http_client_get(struct pt_http_client *c, const char *path, const char *accept,
                       int extra_wait_ms, struct pt_buf *out, long *ret_status,
                       struct pt_err *err) {
    char line[128];
    (void)snprintf(line, sizeof line, "Accept: %s", accept);
    struct curl_slist *headers = curl_slist_append(NULL, line);
    if (c->purpose) {
        headers = curl_slist_append(headers, c->purpose);
    }
    curl_easy_setopt(c->curl, CURLOPT_HTTPGET, 1L);
    int rc = perform(c, path, headers, c->timeout_ms + extra_wait_ms, out, ret_status, err);
    curl_slist_free_all(headers);
    return rc;
}

int pt_http_client_post(struct pt_http_client *c, const char *path, const char *content_type,
                        struct pt_span body, struct pt_buf *out, long *ret_status,
                        struct pt_err *err) {
    char line[128];
    (void)snprintf(line, sizeof line, "Content-Type: %s", content_type);
    struct curl_slist *headers = curl_slist_append(NULL, line);
    headers =
        curl_slist_append(headers, "Accept: application/x-protobuf, application/problem+json");
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(c->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, body.len ? (const char *)body.p : "");
    int rc = perform(c, path, headers, c->timeout_ms, out, ret_status, err);
    curl_slist_free_all(headers);
    return rc;
}
