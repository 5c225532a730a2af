#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cyaml/cyaml.h>

#include <pentad/token/token.h>
#include <pentad/yaml/yaml.h>

const char pt_app_config_example[] =
    "# Paths are relative to this file's folder.\n"
    "data: data                  # log.db, ledger.db and the file `port`; must be on a local disk\n"
    "listen:\n"
    "  address: 127.0.0.1        # numeric\n"
    "  port: 8443                # 0: the kernel chooses; it is written to data/port\n"
    "tls:\n"
    "  cert: keys/tls.crt        # pentad:hub/role/server\n"
    "  key: keys/tls.key\n"
    "  ca: keys/ca.crt\n"
    "  crl: keys/crl.pem\n"
    "keys:\n"
    "  log: keys/log.key         # signs checkpoints; its verifier key stands in the genesis\n"
    "  signing: keys/signing.key # signs refusals and what the hub itself records\n"
    "genesis: genesis.entry      # as `pentad ca genesis seal` wrote it\n"
    "# all that follows may be left out; these are the defaults\n"
    "publish_ms: 1000            # how often /checkpoint moves\n"
    "workers: 0                  # 0: as many as there are processors\n"
    "log_level: info             # error, warn, info, debug\n"
    "clock:                      # of a live hub\n"
    "  settle_ms: 20000          # news this old brings a tick\n"
    "  quiet_ms: 1500000         # without news a tick this often\n"
    "witnesses: []               # {url, ca}: witnesses that are no party; the genesis names their "
    "keys\n"
    "limits:\n"
    "  connections: 1024\n"
    "  connections_per_identity: 64\n"
    "  inflight_mib: 48          # requests and answers held in memory\n"
    "  inflight_per_identity_mib: 16\n"
    "  batches: 1024             # submitted, not yet answered; a quarter of them a party\n"
    "  queries: 256              # waiting for a worker; so too\n"
    "  polls: 1024               # feed readers that wait; so too\n";

struct file_listen {
    char *address;
    uint32_t port;
};
struct file_tls {
    char *cert, *key, *ca, *crl;
};
struct file_keys {
    char *log, *signing;
};
/* What may be left out is a pointer: NULL isn't 0. */
struct file_clock {
    uint32_t *settle_ms, *quiet_ms;
};
struct file_limits {
    uint32_t *connections, *connections_per_identity, *inflight_mib, *inflight_per_identity_mib;
    uint32_t *batches, *queries, *polls;
};
struct file_witness {
    char *url, *ca;
};
struct file_root {
    char *data, *genesis, *log_level;
    struct file_listen listen;
    struct file_tls tls;
    struct file_keys keys;
    struct file_clock clock;
    struct file_limits limits;
    uint32_t *publish_ms, *workers;
    struct file_witness *witnesses;
    uint32_t witnesses_count;
};

#define STR(s, m) CYAML_FIELD_STRING_PTR(#m, CYAML_FLAG_POINTER, struct s, m, 1, 4000)
#define STR_OPT(s, m)                                                                              \
    CYAML_FIELD_STRING_PTR(#m, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct s, m, 1, 4000)
#define NUM_OPT(s, m) CYAML_FIELD_UINT_PTR(#m, CYAML_FLAG_OPTIONAL, struct s, m)

static const cyaml_schema_field_t listen_fields[] = {
    STR(file_listen, address),
    CYAML_FIELD_UINT("port", CYAML_FLAG_DEFAULT, struct file_listen, port), CYAML_FIELD_END};
static const cyaml_schema_field_t tls_fields[] = {STR(file_tls, cert), STR(file_tls, key),
                                                  STR(file_tls, ca), STR(file_tls, crl),
                                                  CYAML_FIELD_END};
static const cyaml_schema_field_t keys_fields[] = {STR(file_keys, log), STR(file_keys, signing),
                                                   CYAML_FIELD_END};
static const cyaml_schema_field_t clock_fields[] = {NUM_OPT(file_clock, settle_ms),
                                                    NUM_OPT(file_clock, quiet_ms), CYAML_FIELD_END};
static const cyaml_schema_field_t limits_fields[] = {
    NUM_OPT(file_limits, connections),  NUM_OPT(file_limits, connections_per_identity),
    NUM_OPT(file_limits, inflight_mib), NUM_OPT(file_limits, inflight_per_identity_mib),
    NUM_OPT(file_limits, batches),      NUM_OPT(file_limits, queries),
    NUM_OPT(file_limits, polls),        CYAML_FIELD_END};
static const cyaml_schema_field_t witness_fields[] = {STR(file_witness, url),
                                                      STR_OPT(file_witness, ca), CYAML_FIELD_END};
static const cyaml_schema_value_t witness_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_witness, witness_fields)};
static const cyaml_schema_field_t root_fields[] = {
    STR(file_root, data),
    STR(file_root, genesis),
    STR_OPT(file_root, log_level),
    CYAML_FIELD_MAPPING("listen", CYAML_FLAG_DEFAULT, struct file_root, listen, listen_fields),
    CYAML_FIELD_MAPPING("tls", CYAML_FLAG_DEFAULT, struct file_root, tls, tls_fields),
    CYAML_FIELD_MAPPING("keys", CYAML_FLAG_DEFAULT, struct file_root, keys, keys_fields),
    CYAML_FIELD_MAPPING("clock", CYAML_FLAG_OPTIONAL, struct file_root, clock, clock_fields),
    CYAML_FIELD_MAPPING("limits", CYAML_FLAG_OPTIONAL, struct file_root, limits, limits_fields),
    NUM_OPT(file_root, publish_ms),
    NUM_OPT(file_root, workers),
    CYAML_FIELD_SEQUENCE("witnesses", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct file_root,
                         witnesses, &witness_schema, 0, PT_APP_WITNESSES_MAX),
    CYAML_FIELD_END};
static const cyaml_schema_value_t root_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_root, root_fields)};
static const struct pt_yaml_form form = {
    .schema = &root_schema, .max = 1U << 20, .hint = "pentad-hub --help shows a whole file"};

static int take_path(char *out, const char *folder, const char *name, struct pt_err *err) {
    int n = name[0] == '/' || pt_token_is_uri(name)
                ? snprintf(out, PT_APP_PATH_MAX, "%s", name)
                : snprintf(out, PT_APP_PATH_MAX, "%s/%s", folder, name);

    return n > 0 && n < PT_APP_PATH_MAX
               ? 0
               : pt_err_set(err, PT_E_CONFIG, "the path %.100s is too long", name);
}

static int take_paths(struct pt_app_config *c, const char *folder, const struct file_root *f,
                      struct pt_err *err) {
    const struct {
        char *out;
        const char *name;
    } paths[] = {{c->data, f->data},
                 {c->tls_cert, f->tls.cert},
                 {c->tls_key, f->tls.key},
                 {c->tls_ca, f->tls.ca},
                 {c->tls_crl, f->tls.crl},
                 {c->log_key, f->keys.log},
                 {c->signing_key, f->keys.signing},
                 {c->genesis, f->genesis}};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        int rc = take_path(paths[i].out, folder, paths[i].name, err);

        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

/* The file with what it says. */
struct file {
    const struct pt_yaml *yaml;
    const struct file_root *root;
};

static int take_level(struct pt_app_config *c, const struct file *f, struct pt_err *err) {
    static const char *const names[] = {"error", "warn", "info", "debug"};
    const char *name = f->root->log_level;

    c->log_level = PT_LOG_INFO;
    for (size_t i = 0; name != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            c->log_level = (enum pt_log_level)i;
            return 0;
        }
    }
    return name == NULL ? 0
                        : pt_yaml_refuse(f->yaml, "log_level", err,
                                         "is %.40s; it is one of error, warn, info, debug", name);
}

static int take_address(struct pt_app_config *c, const struct file *f, struct pt_err *err) {
    const struct file_listen *l = &f->root->listen;

    if (l->port > UINT16_MAX) {
        return pt_yaml_refuse(f->yaml, "listen.port", err, "is %u; it must be 0 to 65535", l->port);
    }
    if (strlen(l->address) >= sizeof(c->address)) {
        return pt_yaml_refuse(f->yaml, "listen.address", err, "is no numeric address");
    }
    (void)snprintf(c->address, sizeof(c->address), "%s", l->address);
    c->port = (uint16_t)l->port;
    return 0;
}

/* What goes to a witness and comes back is signed and public, so that on this machine itself, to a
 * witness or a proxy beside the hub, it needs no TLS. */
static bool is_witness_url(const char *url) {
    static const char *const here[] = {"127.0.0.1", "[::1]", "localhost"};

    if (strpbrk(url, "?#@ ") != NULL) {
        return false;
    }
    for (size_t i = 0; strncmp(url, "http://", 7) == 0 && i < sizeof(here) / sizeof(here[0]); i++) {
        size_t len = strlen(here[i]);

        if (strncmp(url + 7, here[i], len) == 0 && strchr(":/", url[7 + len]) != NULL) {
            return true; /* strchr finds the end of the text too */
        }
    }
    return strncmp(url, "https://", 8) == 0;
}

static int take_witnesses(struct pt_app_config *c, const char *folder, const struct file *f,
                          struct pt_err *err) {
    for (uint32_t i = 0; i < f->root->witnesses_count; i++) {
        const struct file_witness *w = &f->root->witnesses[i];
        struct pt_app_witness *out = &c->witnesses[i];
        size_t len = strlen(w->url);
        int rc;

        if (!is_witness_url(w->url) || len >= sizeof(out->url)) {
            return pt_yaml_refuse(f->yaml, "witnesses", err,
                                  "has the url %.40s; it must be https://…, http:// on this "
                                  "machine alone",
                                  w->url);
        }
        while (w->url[len - 1] == '/') {
            len--;
        }
        (void)snprintf(out->url, sizeof(out->url), "%.*s", (int)len, w->url);
        rc = w->ca != NULL ? take_path(out->ca, folder, w->ca, err) : 0;
        if (rc != 0) {
            return rc;
        }
    }
    c->n_witnesses = f->root->witnesses_count;
    return 0;
}

/* A number that may be left out, with its default and its range. */
struct number {
    uint32_t *out;
    const char *path;
    const uint32_t *given;
    uint32_t fallback, min, max;
};

static int take_numbers(struct pt_app_config *c, const struct file *f, struct pt_err *err) {
    const struct file_limits *l = &f->root->limits;
    const struct file_clock *k = &f->root->clock;
    uint32_t *identity = &c->limits.connections_per_identity;
    const struct number t[] = {
        {&c->publish_ms, "publish_ms", f->root->publish_ms, 1000, 1, 60000},
        {&c->workers, "workers", f->root->workers, 0, 0, 64},
        {&c->settle_ms, "clock.settle_ms", k->settle_ms, 20000, 1, 55000},
        {&c->quiet_ms, "clock.quiet_ms", k->quiet_ms, 25 * 60 * 1000, 1000, 30 * 60 * 1000},
        {&c->limits.connections, "limits.connections", l->connections, 1024, 1, 100000},
        {identity, "limits.connections_per_identity", l->connections_per_identity, 64, 1, 100000},
        {&c->limits.inflight_mib, "limits.inflight_mib", l->inflight_mib, 48, 16, 1024},
        {&c->limits.inflight_per_identity_mib, "limits.inflight_per_identity_mib",
         l->inflight_per_identity_mib, 16, 16, 1024},
        {&c->limits.batches, "limits.batches", l->batches, 1024, 1, 4096},
        {&c->limits.queries, "limits.queries", l->queries, 256, 1, 4096},
        {&c->limits.polls, "limits.polls", l->polls, 1024, 1, 4096},
    };

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        *t[i].out = t[i].given != NULL ? *t[i].given : t[i].fallback;
        if (*t[i].out < t[i].min || *t[i].out > t[i].max) {
            return pt_yaml_refuse(f->yaml, t[i].path, err, "is %u; it must be %u to %u", *t[i].out,
                                  t[i].min, t[i].max);
        }
    }
    return 0;
}

static unsigned workers_of_processors(void) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    return cores < 2 ? 2 : cores > 64 ? 64 : (unsigned)cores;
}

static int take_all(struct pt_app_config *c, const char *folder, const struct file *f,
                    struct pt_err *err) {
    int rc = take_paths(c, folder, f->root, err);

    if (rc == 0) {
        rc = take_address(c, f, err);
    }
    if (rc == 0) {
        rc = take_level(c, f, err);
    }
    if (rc == 0) {
        rc = take_witnesses(c, folder, f, err);
    }
    if (rc == 0) {
        rc = take_numbers(c, f, err);
    }
    if (rc == 0 && c->workers == 0) {
        c->workers = workers_of_processors();
    }
    return rc;
}

bool pt_app_config_differs(const struct pt_app_config *in_force, const struct pt_app_config *fresh,
                           char *out, size_t cap) {
    const struct {
        const char *name;
        bool other;
    } t[] = {
        {"data", strcmp(in_force->data, fresh->data) != 0},
        {"listen.address", strcmp(in_force->address, fresh->address) != 0},
        {"listen.port", in_force->port != fresh->port},
        {"keys.log", strcmp(in_force->log_key, fresh->log_key) != 0},
        {"keys.signing", strcmp(in_force->signing_key, fresh->signing_key) != 0},
        {"genesis", strcmp(in_force->genesis, fresh->genesis) != 0},
        {"publish_ms", in_force->publish_ms != fresh->publish_ms},
        {"clock.settle_ms", in_force->settle_ms != fresh->settle_ms},
        {"clock.quiet_ms", in_force->quiet_ms != fresh->quiet_ms},
        {"workers", in_force->workers != fresh->workers},
        {"log_level", in_force->log_level != fresh->log_level},
        {"witnesses",
         in_force->n_witnesses != fresh->n_witnesses ||
             memcmp(in_force->witnesses, fresh->witnesses, sizeof(fresh->witnesses)) != 0},
    };
    size_t n = 0;

    PT_ASSERT(cap > 0);
    out[0] = '\0';
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        if (t[i].other && n < cap) {
            n += (size_t)snprintf(out + n, cap - n, " %s", t[i].name);
        }
    }
    return n > 0;
}

int pt_app_config_load(const char *path, struct pt_app_config *ret, struct pt_err *err) {
    struct pt_yaml *yaml;
    struct file f;
    char folder[PT_APP_PATH_MAX];
    const char *slash = strrchr(path, '/');
    int rc;

    memset(ret, 0, sizeof(*ret));
    (void)snprintf(folder, sizeof(folder), "%.*s", slash != NULL ? (int)(slash - path) : 1,
                   slash != NULL ? path : ".");
    if (slash == path) {
        (void)snprintf(folder, sizeof(folder), "/");
    }
    rc = pt_yaml_load(path, &form, &yaml, err);
    if (rc != 0) {
        return rc;
    }
    f = (struct file){.yaml = yaml, .root = pt_yaml_root(yaml)};
    rc = take_all(ret, folder, &f, err);
    pt_yaml_free(yaml);
    return rc;
}
