#include "pt_test_world.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <curl/curl.h>
#include <jansson.h>

#include <pentad/base/clock.h>
#include <pentad/base/file.h>
#include <pentad/certs/ca.h>
#include <pentad/certs/dsse.h>
#include <pentad/certs/genesis.h>
#include <pentad/certs/logkey.h>
#include <pentad/certs/tls.h>
#include <pentad/intake/author.h>
#include <pentad/proof/checkpoint.h>
#include <pentad/proof/close.h>
#include <pentad/proof/dsse.h>

#include "pt_test_folder.h"
#include "pt_test_records.h"

extern char **environ;

const char *const tw_party_names[TW_PARTIES] = {"congress", "discipline", "organization", "finance",
                                                "audit",    "office",     "hub"};
static char *main_stream[] = {(char *)"main"};

void tw_path(const struct tw *w, const char *name, char *out, size_t cap) {
    snprintf(out, cap, "%s/%s", w->dir, name);
}

static size_t party_index(const char *party) {
    for (size_t i = 0; i < TW_PARTIES; i++) {
        if (strcmp(tw_party_names[i], party) == 0) {
            return i;
        }
    }
    abort();
}

struct pt_key *tw_key(struct tw *w, const char *party) {
    return w->keys[party_index(party)];
}

struct pt_key *tw_sealing_key(struct tw *w, const char *party) {
    return w->sealing[party_index(party)];
}

/* ---- genesis ------------------------------------------------------------------------------- */

static void seal(struct tw *w, struct pt_buf *env) {
    struct pt_err err = {0};
    struct pt_buf entry;
    char path[512];

    pt_buf_init(&entry, 65535);
    tr_must(pt_genesis_seal(pt_buf_span(env), &entry, &w->hub, &err), &err, "seal");
    tw_path(w, "genesis.entry", path, sizeof path);
    tr_must(pt_file_write(path, entry.p, entry.len, 0600, &err), &err, "genesis.entry");
    pt_buf_done(&entry);
}

static void sign_by_all(struct tw *w, struct pt_buf *env) {
    struct pt_err err = {0};
    struct pt_buf next;

    pt_buf_init(&next, 65535);
    for (size_t i = 0; i < TW_PARTIES; i++) {
        pt_buf_reset(&next);
        tr_must(pt_genesis_sign(pt_buf_span(env), w->keys[i], &next, &err), &err, "sign");
        pt_buf_reset(env);
        pt_buf_append_span(env, pt_buf_span(&next));
    }
    pt_buf_done(&next);
}

static void describe_key(Pentad__V1__PublicKey *out, const struct pt_key *key,
                         Pentad__V1__KeyUse use) {
    struct pt_span spki = pt_key_spki(key);

    pentad__v1__public_key__init(out);
    out->has_use = out->has_algorithm = out->has_spki = 1;
    out->use = use;
    out->algorithm = (Pentad__V1__KeyAlgorithm)pt_key_algorithm(key);
    out->spki.data = (uint8_t *)(uintptr_t)spki.p;
    out->spki.len = spki.len;
}

static void fill_party(struct tw *w, size_t i, const struct tw_opts *o,
                       Pentad__V1__GenesisParty *party, Pentad__V1__PublicKey keys[2],
                       Pentad__V1__PublicKey *key_list[2]) {
    describe_key(&keys[0], w->keys[i], PENTAD__V1__KEY_USE__KEY_USE_SIGNING);
    describe_key(&keys[1], w->sealing[i], PENTAD__V1__KEY_USE__KEY_USE_SEALING);
    key_list[0] = &keys[0];
    key_list[1] = &keys[1];
    pentad__v1__genesis_party__init(party);
    party->party = (char *)(uintptr_t)tw_party_names[i];
    party->name = (char *)"测试";
    party->uscc = (char *)"11370100004188813W";
    party->n_streams = o->streams != NULL ? o->n_streams : 1;
    party->streams = o->streams != NULL ? (char **)(uintptr_t)o->streams : main_stream;
    party->n_keys = 2;
    party->keys = key_list;
}

static void make_genesis(struct tw *w, const struct tw_opts *o) {
    Pentad__V1__Genesis g = PENTAD__V1__GENESIS__INIT;
    Pentad__V1__GenesisParty parties[TW_PARTIES], *list[TW_PARTIES];
    Pentad__V1__PublicKey keys[TW_PARTIES][2], *key_lists[TW_PARTIES][2];
    struct pt_err err = {0};
    struct pt_buf text, env;
    struct pt_hash ca;
    char path[512];

    pt_buf_init(&text, 4096);
    pt_buf_init(&env, 65535);
    tw_path(w, "pki", path, sizeof path);
    tr_must(pt_ca_fingerprint(path, &ca, &err), &err, "ca");
    tr_must(pt_logkey_vkey(w->log_key, TW_ORIGIN, PT_NOTE_ED25519, &w->vkey), NULL, "vkey");
    tr_must(pt_vkey_format(&text, &w->vkey), NULL, "vkey");
    for (size_t i = 0; i < TW_PARTIES; i++) {
        fill_party(w, i, o, &parties[i], keys[i], key_lists[i]);
        list[i] = &parties[i];
    }
    g.has_version = g.has_clock = g.has_first_day = g.has_quorum = g.has_ca_fingerprint = 1;
    g.has_created_at_ms = 1;
    g.version = 1;
    g.origin = (char *)TW_ORIGIN;
    g.clock = o->live ? PENTAD__V1__CLOCK_MODE__CLOCK_MODE_LIVE
                      : PENTAD__V1__CLOCK_MODE__CLOCK_MODE_REPLAY;
    g.first_day = o->first_day != 0 ? o->first_day : 20190101;
    g.log_vkey = (char *)(uintptr_t)pt_buf_cstr(&text);
    g.code_family = (char *)"cn";
    g.ca_fingerprint.data = ca.b;
    g.ca_fingerprint.len = sizeof ca.b;
    g.n_parties = TW_PARTIES;
    g.parties = list;
    g.created_at_ms = pt_clock_now_ms(&pt_clock_system) - 1000;
    tx_enrol(&w->witnesses, &g);
    tr_must(pt_genesis_propose(&g, &env, &err), &err, "genesis");
    sign_by_all(w, &env);
    seal(w, &env);
    pt_buf_done(&env);
    pt_buf_done(&text);
}

/* ---- certificates -------------------------------------------------------------------------- */

static void client_base(const struct tw *w, const char *party, const char *kind, const char *name,
                        char *out, size_t cap) {
    snprintf(out, cap, "%s/%s-%s-%s", w->dir, party, kind, name);
}

static void write_file(const char *base, const char *ext, const void *p, size_t len) {
    struct pt_err err = {0};
    char path[600];

    snprintf(path, sizeof path, "%s.%s", base, ext);
    tr_must(pt_file_write(path, p, len, 0600, &err), &err, path);
}

void tw_identity(struct tw *w, const char *party, const char *kind, const char *name) {
    static const char *const sans[] = {"IP:127.0.0.1", "DNS:localhost"};
    bool server = strcmp(kind, "role") == 0 && strcmp(name, "server") == 0;
    struct pt_ca_issue what = {.days = 2, .now_ms = pt_clock_now_ms(&pt_clock_system)};
    struct pt_key *key = NULL;
    struct pt_err err = {0};
    struct pt_buf csr, cert;
    char base[512], path[600], uri[128];

    client_base(w, party, kind, name, base, sizeof base);
    snprintf(path, sizeof path, "%s.crt", base);
    if (pt_file_exists(path)) {
        return;
    }
    pt_buf_init(&csr, 65536);
    pt_buf_init(&cert, 65536);
    snprintf(uri, sizeof uri, "pentad:%s/%s/%s", party, kind, name);
    tr_must(pt_identity_parse(uri, &what.identity), NULL, uri);
    what.sans = server ? sans : NULL;
    what.n_sans = server ? 2 : 0;
    tr_must(pt_key_generate(PT_KEY_P256, &key, &err), &err, "tls key");
    snprintf(path, sizeof path, "%s.key", base);
    tr_must(pt_key_save(key, path, &err), &err, path);
    tr_must(pt_csr_create(key, &what.identity, what.sans, what.n_sans, &csr, &err), &err, "csr");
    tw_path(w, "pki", path, sizeof path);
    tr_must(pt_ca_issue(path, pt_buf_span(&csr), &what, &cert, &err), &err, "issue");
    write_file(base, "crt", cert.p, cert.len);
    pt_buf_done(&cert);
    pt_buf_done(&csr);
    pt_key_free(key);
}

void tw_revoke(struct tw *w, const char *party, const char *kind, const char *name) {
    struct pt_err err = {0};
    char path[512], uri[128];
    size_t n = 0;

    snprintf(uri, sizeof uri, "pentad:%s/%s/%s", party, kind, name);
    tw_path(w, "pki", path, sizeof path);
    tr_must(pt_ca_revoke(path, uri, "keyCompromise", pt_clock_now_ms(&pt_clock_system), &n, &err),
            &err, "revoke");
    PT_ASSERT(n == 1);
}

/* ---- life ---------------------------------------------------------------------------------- */

static void write_config(const struct tw *w, const struct tw_opts *o) {
    struct pt_err err = {0};
    struct pt_buf yaml;
    char path[512];

    pt_buf_init(&yaml, 65536);
    pt_buf_printf(&yaml,
                  "data: data\nlisten: {address: 127.0.0.1, port: 0}\n"
                  "tls: {cert: hub-role-server.crt, key: hub-role-server.key, ca: pki/ca.crt, "
                  "crl: pki/crl.pem}\n"
                  "keys: {log: log.key, signing: signing.key}\ngenesis: genesis.entry\n");
    if (o->settle_ms != 0 || o->quiet_ms != 0) {
        pt_buf_printf(&yaml, "clock: {settle_ms: %u, quiet_ms: %u}\n",
                      o->settle_ms != 0 ? o->settle_ms : 20000,
                      o->quiet_ms != 0 ? o->quiet_ms : 1500000);
    }
    pt_buf_puts(&yaml, o->more != NULL ? o->more : "");
    tw_path(w, "hub.yaml", path, sizeof path);
    tr_must(pt_file_write(path, yaml.p, yaml.len, 0600, &err), &err, "hub.yaml");
    pt_buf_done(&yaml);
}

void tw_init(struct tw *w, const struct tw_opts *opts) {
    static const struct tw_opts none = {0};
    const struct tw_opts *o = opts != NULL ? opts : &none;
    const char *tmp = getenv("TMPDIR");
    struct pt_err err = {0};
    char path[512];

    memset(w, 0, sizeof *w);
    snprintf(w->dir, sizeof w->dir, "%s/pentad-test-XXXXXX", tmp != NULL ? tmp : "/tmp");
    PT_ASSERT(mkdtemp(w->dir) != NULL);
    snprintf(w->hub_program, sizeof w->hub_program, "%s",
             o->hub_program != NULL ? o->hub_program : PT_BINARY_DIR "/bin/pentad-hub");
    tr_must(pt_keycache_new(&w->cache), NULL, "keys");
    w->sv = pt_keycache_sigverify(w->cache);
    for (size_t i = 0; i < TW_PARTIES; i++) {
        tr_must(pt_key_generate(PT_KEY_ED25519, &w->keys[i], &err), &err, "key");
        tr_must(pt_key_generate(PT_KEY_P256, &w->sealing[i], &err), &err, "key");
    }
    tx_make(&w->witnesses, TW_ORIGIN);
    tr_must(pt_key_generate(PT_KEY_ED25519, &w->log_key, &err), &err, "log key");
    tw_path(w, "log.key", path, sizeof path);
    tr_must(pt_key_save(w->log_key, path, &err), &err, path);
    tw_path(w, "signing.key", path, sizeof path);
    tr_must(pt_key_save(tw_key(w, "hub"), path, &err), &err, path);
    tw_path(w, "pki", path, sizeof path);
    tr_must(pt_mkdirs(path, 0700, &err), &err, path);
    tr_must(pt_ca_create(path,
                         &(struct pt_ca_create){.origin = TW_ORIGIN,
                                                .days = 30,
                                                .now_ms = pt_clock_now_ms(&pt_clock_system)},
                         &err),
            &err, "ca");
    tw_identity(w, "hub", "role", "server");
    make_genesis(w, o);
    write_config(w, o);
}

void tw_done(struct tw *w) {
    if (w->pid != 0) {
        tw_stop(w, SIGKILL);
    }
    for (size_t i = 0; i < TW_PARTIES; i++) {
        pt_key_free(w->keys[i]);
        pt_key_free(w->sealing[i]);
    }
    pt_key_free(w->log_key);
    tx_done(&w->witnesses);
    pt_keycache_free(w->cache);
    tf_remove(w->dir);
}

void tw_print_log(const struct tw *w) {
    struct pt_buf text;
    char path[512];

    pt_buf_init(&text, 64u * 1024 * 1024);
    tw_path(w, "hub.log", path, sizeof path);
    if (pt_file_read(path, &text, NULL) == 0) {
        fprintf(stderr, "---- hub.log\n%s----\n", pt_buf_cstr(&text));
    }
    pt_buf_done(&text);
}

static void nap_ms(int ms) {
    struct timespec ts = {ms / 1000, (ms % 1000) * 1000000L};

    nanosleep(&ts, NULL);
}

static int read_port(const char *path) {
    struct pt_buf text;
    int port = 0;

    pt_buf_init(&text, 64);
    if (pt_file_read(path, &text, NULL) == 0) {
        port = (int)strtol(pt_buf_cstr(&text), NULL, 10);
    }
    pt_buf_done(&text);
    return port;
}

void tw_start(struct tw *w) {
    char config[512], log[512], port[512];
    char *argv[] = {w->hub_program, (char *)"--config", config, NULL};
    posix_spawn_file_actions_t fa;
    int64_t until = pt_monotonic_us() + TW_PATIENCE_US;

    PT_ASSERT(w->pid == 0);
    tw_path(w, "hub.yaml", config, sizeof config);
    tw_path(w, "hub.log", log, sizeof log);
    tw_path(w, "data/port", port, sizeof port);
    unlink(port);
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_addopen(&fa, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    /* A hub that outlives a test which crashed must not hold open what CTest reads. */
    posix_spawn_file_actions_adddup2(&fa, 2, 1);
    PT_ASSERT(posix_spawn(&w->pid, w->hub_program, &fa, NULL, argv, environ) == 0);
    posix_spawn_file_actions_destroy(&fa);
    for (w->port = 0; w->port == 0; nap_ms(5)) {
        w->port = read_port(port);
        if (waitpid(w->pid, NULL, WNOHANG) != 0 || pt_monotonic_us() > until) {
            tw_print_log(w);
            fprintf(stderr, "test world: the hub doesn't start\n");
            abort();
        }
    }
}

int tw_stop(struct tw *w, int signum) {
    int status = 0;

    PT_ASSERT(w->pid != 0);
    kill(w->pid, signum);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR) {
    }
    w->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- clients ------------------------------------------------------------------------------- */

void tw_client_init(struct tw_client *c, struct tw *w, const char *party, const char *stream) {
    memset(c, 0, sizeof *c);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    c->w = w;
    tw_identity(w, party, "stream", stream);
    client_base(w, party, "stream", stream, c->base, sizeof c->base);
    c->curl = curl_easy_init();
    PT_ASSERT(c->curl != NULL);
    pt_buf_init(&c->body, 64u * 1024 * 1024);
}

void tw_client_done(struct tw_client *c) {
    curl_easy_cleanup(c->curl);
    pt_buf_done(&c->body);
}

static size_t take_body(char *p, size_t size, size_t n, void *ctx) {
    return pt_buf_append(ctx, p, size * n) == 0 ? size * n : 0;
}

static long perform(struct tw_client *c, const char *path, struct curl_slist *headers) {
    char url[1024], cert[600], key[600], ca[600];
    const char *type = NULL;

    snprintf(url, sizeof url, "https://127.0.0.1:%d%s", c->w->port, path);
    snprintf(cert, sizeof cert, "%s.crt", c->base);
    snprintf(key, sizeof key, "%s.key", c->base);
    tw_path(c->w, "pki/ca.crt", ca, sizeof ca);
    curl_easy_setopt(c->curl, CURLOPT_URL, url);
    curl_easy_setopt(c->curl, CURLOPT_SSLCERT, cert);
    curl_easy_setopt(c->curl, CURLOPT_SSLKEY, key);
    curl_easy_setopt(c->curl, CURLOPT_CAINFO, ca);
    curl_easy_setopt(c->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
    curl_easy_setopt(c->curl, CURLOPT_HTTP_VERSION,
                     c->http1 ? (long)CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->curl, CURLOPT_TIMEOUT, 120L);
    curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, &c->body);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
    pt_buf_reset(&c->body);
    c->status = 0;
    c->type[0] = '\0';
    c->error = (int)curl_easy_perform(c->curl);
    if (c->error == CURLE_OK) {
        curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &c->status);
        curl_easy_getinfo(c->curl, CURLINFO_CONTENT_TYPE, &type);
        snprintf(c->type, sizeof c->type, "%s", type != NULL ? type : "");
    }
    curl_slist_free_all(headers);
    return c->status;
}

long tw_get(struct tw_client *c, const char *path, const char *accept) {
    char line[256], purpose[4096];
    struct curl_slist *headers;

    snprintf(line, sizeof line, "accept: %s", accept != NULL ? accept : "*/*");
    headers = curl_slist_append(NULL, line);
    if (c->purpose != NULL) {
        snprintf(purpose, sizeof purpose, "pentad-purpose: %s", c->purpose);
        headers = curl_slist_append(headers, purpose);
    }
    curl_easy_setopt(c->curl, CURLOPT_HTTPGET, 1L);
    return perform(c, path, headers);
}

long tw_post(struct tw_client *c, const char *path, struct pt_span body, const char *type) {
    char line[256];
    struct curl_slist *headers;

    snprintf(line, sizeof line, "content-type: %s", type != NULL ? type : "application/protobuf");
    headers = curl_slist_append(NULL, line);
    headers = curl_slist_append(headers, "expect:");
    curl_easy_setopt(c->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, body.p);
    curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    return perform(c, path, headers);
}

const char *tw_code(struct tw_client *c, char out[64]) {
    json_t *j = json_loadb((const char *)c->body.p, c->body.len, 0, NULL);
    const char *code = json_string_value(json_object_get(j, "code"));

    snprintf(out, 64, "%s",
             code != NULL && strncmp(c->type, "application/problem+json", 24) == 0 ? code : "");
    json_decref(j);
    return out;
}

bool tw_wait_for(struct tw_client *c, const char *path, const char *text) {
    int64_t until = pt_monotonic_us() + TW_PATIENCE_US;

    do {
        if (tw_get(c, path, "application/json") == 200 &&
            (text == NULL || strstr(pt_buf_cstr(&c->body), text) != NULL)) {
            return true;
        }
        nap_ms(10);
    } while (pt_monotonic_us() < until);
    return false;
}

double tw_metric(struct tw_client *c, const char *name) {
    size_t n = strlen(name);
    const char *p;

    if (tw_get(c, "/metrics", NULL) != 200) {
        return -1;
    }
    for (p = pt_buf_cstr(&c->body); p != NULL && *p != '\0';) {
        if (strncmp(p, name, n) == 0 && p[n] == ' ') {
            return strtod(p + n, NULL);
        }
        p = strchr(p, '\n');
        p = p != NULL ? p + 1 : NULL;
    }
    return -1;
}

bool tw_wait_metric(struct tw_client *c, const char *name, double value, bool at_least) {
    int64_t until = pt_monotonic_us() + TW_PATIENCE_US;

    do {
        double now = tw_metric(c, name);

        if (now == value || (at_least && now > value)) {
            return true;
        }
        nap_ms(10);
    } while (pt_monotonic_us() < until);
    fprintf(stderr, "%s doesn't come to %.0f; the hub's log:\n", name, value);
    tw_print_log(c->w);
    return false;
}

/* ---- streams ------------------------------------------------------------------------------- */

void tw_stream_init(struct tw_stream *s, struct tw *w, const char *party, const char *stream) {
    memset(s, 0, sizeof *s);
    s->w = w;
    s->party = party;
    s->stream = stream;
    s->key = tw_key(w, party);
    s->hub = w->hub;
    s->next_seq = 1;
    s->last = w->hub;
}

void tw_cut_packed(struct tw_stream *s, const struct pt_span *recs, size_t n, struct pt_buf *out) {
    struct pt_err err = {0};
    const struct pt_author_head head = {.hub = &s->hub,
                                        .party = s->party,
                                        .stream = s->stream,
                                        .first_seq = s->next_seq,
                                        .previous = &s->last,
                                        .supersedes = s->has_replaces ? &s->replaces : NULL,
                                        .seen_size = 1,
                                        .seen_root = &s->w->hub,
                                        .signed_at_ms = pt_clock_now_ms(&pt_clock_system)};

    pt_buf_reset(out);
    tr_must(pt_author_batch(&head, recs, n, s->key, pt_span(NULL, 0), out, &s->statement, &err),
            &err, "batch");
    s->cut_n = n;
}

void tw_cut(struct tw_stream *s, Pentad__V1__Record *const *recs, size_t n, struct pt_buf *out) {
    struct tr_packed p;

    tr_pack(&p, recs, n, s->next_seq, pt_clock_now_ms(&pt_clock_system));
    tw_cut_packed(s, p.records, n, out);
    tr_packed_done(&p);
}

void tw_cut_payments(struct tw_stream *s, size_t n, struct pt_buf *out) {
    struct tr_packed p;

    tr_pack_payments(&p, n, s->next_seq, pt_clock_now_ms(&pt_clock_system));
    tw_cut_packed(s, p.records, n, out);
    tr_packed_done(&p);
}

void tw_cut_close(struct tw_stream *s, int32_t day, bool is_final, struct pt_buf *out) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__Record *list[1] = {&rec};
    struct pt_close_message said;
    struct pt_close close;

    pt_close_init(&close, pt_party_from_name(s->party));
    pt_close_write(&close, day, is_final, &said);
    rec.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    rec.stream_close = &said.close;
    tw_cut(s, list, 1, out);
}

void tw_advance(struct tw_stream *s) {
    s->next_seq += s->cut_n;
    s->last = s->statement;
    s->has_replaces = false;
}

void tw_record(Pentad__V1__Record *r, uint64_t seq, struct pt_buf *out) {
    tr_record(r, seq, pt_clock_now_ms(&pt_clock_system), out);
}

void tw_payment(uint64_t seq, int64_t fen, struct pt_buf *out) {
    tr_payment(seq, fen, pt_clock_now_ms(&pt_clock_system), out);
}

void tw_one_init(struct tw_one *t, const struct tw_opts *opts, const char *client_party) {
    tw_init(&t->w, opts);
    tw_start(&t->w);
    tw_client_init(&t->c, &t->w, client_party, "main");
    tw_stream_init(&t->s, &t->w, "finance", "main");
    pt_buf_init(&t->b, 64u * 1024 * 1024);
}

void tw_one_done(struct tw_one *t) {
    pt_buf_done(&t->b);
    tw_client_done(&t->c);
    tw_done(&t->w);
}

/* ---- answers ------------------------------------------------------------------------------- */

/* Index, entry bytes and inclusion in the checkpoint, which must be under the log's key. */
static int check_inclusion(struct tw *w, const Pentad__V1__Receipt *r, const struct pt_entry *e,
                           struct pt_err *err) {
    struct pt_hash path[PT_MERKLE_PATH_MAX];
    struct pt_checkpoint c;
    int rc;

    if (r->n_inclusion_proof > PT_MERKLE_PATH_MAX) {
        return pt_err_set(err, PT_E_PROOF, "the path is too long");
    }
    for (size_t i = 0; i < r->n_inclusion_proof; i++) {
        rc = pt_hash_from_bytes(&path[i], r->inclusion_proof[i].data, r->inclusion_proof[i].len);
        if (rc != 0) {
            return pt_err_set(err, rc, "the path holds no hash");
        }
    }
    rc = pt_checkpoint_open(&c, pt_span(r->checkpoint.data, r->checkpoint.len), &w->vkey, &w->sv,
                            err);
    if (rc == 0) {
        rc = pt_merkle_verify_inclusion(&e->leaf, r->log_index, c.size, path, r->n_inclusion_proof,
                                        &c.root);
    }
    return rc;
}

int tw_check_receipt(struct tw *w, const struct pt_hash *statement, struct pt_span body,
                     uint64_t *ret_index) {
    Pentad__V1__SubmitReply *reply = pentad__v1__submit_reply__unpack(NULL, body.len, body.p);
    const Pentad__V1__Receipt *r = reply != NULL ? reply->receipt : NULL;
    struct pt_err err = {0};
    struct pt_entry e = {0};
    int rc = r == NULL ? pt_err_set(&err, PT_E_MISSING, "there is no receipt") : 0;

    if (rc == 0) {
        rc = pt_entry_open(pt_span(r->log_entry.data, r->log_entry.len), &e, &err);
    }
    if (rc == 0 && !pt_hash_eq(&e.statement.hash, statement)) {
        rc = pt_err_set(&err, PT_E_PROOF, "the receipt is for another statement");
    }
    if (rc == 0) {
        rc = check_inclusion(w, r, &e, &err);
    }
    if (rc == 0 && ret_index != NULL) {
        *ret_index = r->log_index;
    }
    pt_entry_done(&e);
    if (reply != NULL) {
        pentad__v1__submit_reply__free_unpacked(reply, NULL);
    }
    if (rc != 0) {
        fprintf(stderr, "receipt: %s: %s\n", pt_err_name(rc), err.msg);
    }
    return rc;
}

Pentad__V1__Refusal *tw_refusal(struct tw *w, struct pt_span body) {
    Pentad__V1__SubmitReply *reply = pentad__v1__submit_reply__unpack(NULL, body.len, body.p);
    Pentad__V1__Refusal *refusal = NULL;
    struct pt_pubkey *pub = NULL;
    struct pt_err err = {0};
    struct pt_buf env, payload;

    pt_buf_init(&env, 2u * 1024 * 1024);
    pt_buf_init(&payload, 2u * 1024 * 1024);
    tr_must(pt_pubkey_from_spki(pt_key_spki(tw_key(w, "hub")), &pub, &err), &err, "hub key");
    if (reply != NULL && reply->refusal != NULL &&
        pt_strict_pack(&env, &reply->refusal->base) == 0 &&
        pt_dsse_open(pub, PT_DSSE_REFUSAL, pt_buf_span(&env), &payload, &err) == 0) {
        refusal = pentad__v1__refusal__unpack(NULL, payload.len, payload.p);
    } else {
        fprintf(stderr, "refusal: none, or not signed by the hub: %s\n", err.msg);
    }
    pt_pubkey_free(pub);
    pt_buf_done(&payload);
    pt_buf_done(&env);
    if (reply != NULL) {
        pentad__v1__submit_reply__free_unpacked(reply, NULL);
    }
    return refusal;
}

uint64_t tw_send(struct tw_stream *s, struct tw_client *c, struct pt_span batch) {
    uint64_t index = 0;

    if (tw_post(c, "/v1/batches", batch, NULL) != 200 ||
        tw_check_receipt(s->w, &s->statement, pt_buf_span(&c->body), &index) != 0) {
        fprintf(stderr, "send %s/%s#%llu: status %ld, curl %d: %.*s\n", s->party, s->stream,
                (unsigned long long)s->next_seq, c->status, c->error, (int)c->body.len,
                (const char *)c->body.p);
        tw_print_log(s->w);
        abort();
    }
    tw_advance(s);
    return index;
}
