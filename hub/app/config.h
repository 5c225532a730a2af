/* The hub's configuration file: YAML, checked against a schema, relative paths resolved from the
 * file's own folder, defaults filled in.
 * Knows names and ranges; opens none of the files that it names. One thread. */
#ifndef PENTAD_APP_CONFIG_H
#define PENTAD_APP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/err.h>
#include <pentad/base/logsink.h>

#define PT_APP_PATH_MAX 4096

/* All of these are taken anew on a reload (SIGHUP), as the TLS files are. */
struct pt_app_limits {
    uint32_t connections;
    uint32_t connections_per_identity;
    uint32_t inflight_mib;
    uint32_t inflight_per_identity_mib;
    uint32_t batches; /* submitted and not yet answered */
    uint32_t queries; /* waiting for a worker */
    uint32_t polls;   /* feed readers that wait */
};

/* A witness that is no party: POST <url>/add-checkpoint. */
#define PT_APP_WITNESSES_MAX 8
#define PT_APP_URL_MAX 512
struct pt_app_witness {
    char url[PT_APP_URL_MAX]; /* http or https, without a last slash */
    char ca[PT_APP_PATH_MAX]; /* "": the authorities that this machine trusts */
};

struct pt_app_config {
    char data[PT_APP_PATH_MAX];
    char address[64];
    uint16_t port; /* 0: the kernel chooses */
    char tls_cert[PT_APP_PATH_MAX];
    char tls_key[PT_APP_PATH_MAX];
    char tls_ca[PT_APP_PATH_MAX];
    char tls_crl[PT_APP_PATH_MAX];
    char log_key[PT_APP_PATH_MAX];     /* signs checkpoints */
    char signing_key[PT_APP_PATH_MAX]; /* signs refusals and hub/main's batches */
    char genesis[PT_APP_PATH_MAX];     /* the sealed LogEntry 0 */
    uint32_t publish_ms;               /* how often /checkpoint moves */
    uint32_t settle_ms;                /* live clock: news this old brings a tick */
    uint32_t quiet_ms;                 /* live clock: without news, a tick this often */
    uint32_t workers;
    enum pt_log_level log_level;
    struct pt_app_limits limits;
    struct pt_app_witness witnesses[PT_APP_WITNESSES_MAX];
    uint32_t n_witnesses;
};

/* PT_E_CONFIG with file, line and what to do; PT_E_NOMEM. */
int pt_app_config_load(const char *path, struct pt_app_config *ret, struct pt_err *err);
/* Writes the names of what `fresh` has otherwise and a reload doesn't take, each with a space
 * before it; false where there is nothing such. */
bool pt_app_config_differs(const struct pt_app_config *in_force, const struct pt_app_config *fresh,
                           char *out, size_t cap);
/* A whole file, commented, as --help shows it. */
extern const char pt_app_config_example[];

#endif
