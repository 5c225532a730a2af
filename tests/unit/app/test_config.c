#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "config.h"

TestSuite(config);

#define WHOLE                                                                                      \
    "data: data\nlisten: {address: 127.0.0.1, port: 0}\n"                                          \
    "tls: {cert: server.crt, key: /etc/server.key, ca: pki/ca.crt, crl: pki/crl.pem}\n"            \
    "keys: {log: log.key, signing: hub.key}\ngenesis: genesis.entry\n"

static char dir[64];

/* Reads `text` as a configuration file. */
static int load(const char *text, struct pt_app_config *c, struct pt_err *err) {
    char path[128];
    FILE *f;
    int rc;

    snprintf(dir, sizeof dir, "/tmp/pentad-config-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/hub.yaml", dir);
    f = fopen(path, "w");
    cr_assert_not_null(f);
    fputs(text, f);
    fclose(f);
    memset(err, 0, sizeof *err);
    rc = pt_app_config_load(path, c, err);
    unlink(path);
    rmdir(dir);
    return rc;
}

Test(config, takes_paths_from_the_files_folder) {
    struct pt_app_config c;
    struct pt_err err;
    char want[128];

    cr_assert_eq(load(WHOLE, &c, &err), 0, "%s", err.msg);
    snprintf(want, sizeof want, "%s/data", dir);
    cr_assert_str_eq(c.data, want);
    snprintf(want, sizeof want, "%s/pki/ca.crt", dir);
    cr_assert_str_eq(c.tls_ca, want);
    cr_assert_str_eq(c.tls_key, "/etc/server.key");
    cr_assert_eq(c.port, 0);
}

Test(config, fills_defaults_in) {
    struct pt_app_config c;
    struct pt_err err;

    cr_assert_eq(load(WHOLE, &c, &err), 0, "%s", err.msg);
    cr_assert_eq(c.publish_ms, 1000);
    cr_assert_geq(c.workers, 2);
    cr_assert_eq(c.log_level, PT_LOG_INFO);
    cr_assert_eq(c.limits.batches, 1024);
    cr_assert_leq(c.settle_ms, 60000);
    cr_assert_leq(c.quiet_ms, 30 * 60 * 1000);
}

Test(config, names_witnesses_from_outside) {
    struct pt_app_config c;
    struct pt_err err;
    char want[128];

    cr_assert_eq(load(WHOLE "witnesses: [{url: 'https://w.example/one/', ca: w.crt}]\n", &c, &err),
                 0, "%s", err.msg);
    cr_assert_eq(c.n_witnesses, 1);
    cr_assert_str_eq(c.witnesses[0].url, "https://w.example/one");
    snprintf(want, sizeof want, "%s/w.crt", dir);
    cr_assert_str_eq(c.witnesses[0].ca, want);
    cr_assert_eq(load(WHOLE "witnesses: [{url: 'http://127.0.0.1:1/a'}, {url: 'http://[::1]:2'},"
                            " {url: 'http://localhost'}]\n",
                      &c, &err),
                 0, "%s", err.msg);
    cr_assert_eq(c.n_witnesses, 3);
    cr_assert_str_eq(c.witnesses[2].url, "http://localhost");
}

/* The two numbers of which 0 has a meaning. */
Test(config, takes_a_port_and_workers_of_0) {
    struct pt_app_config c;
    struct pt_err err;

    cr_assert_eq(load(WHOLE "workers: 0\n", &c, &err), 0, "%s", err.msg);
    cr_assert_geq(c.workers, 2);
}

Test(config, the_example_is_one) {
    struct pt_app_config c;
    struct pt_err err;

    cr_assert_eq(load(pt_app_config_example, &c, &err), 0, "%s", err.msg);
    cr_assert_eq(c.port, 8443);
}

Test(config, says_what_is_wrong) {
    static const struct {
        const char *text, *names;
    } bad[] = {
        {WHOLE "colour: red\n", "line 6: Unexpected key: colour (pentad-hub --help"},
        {WHOLE "workers: many\n", "line 6: workers: Invalid"},
        {WHOLE "workers: 65\n", "workers"},
        {WHOLE "log_level: loud\n", "log_level"},
        {WHOLE "clock: {settle_ms: 60000}\n", "settle_ms"},
        {WHOLE "limits: {batches: 100000}\n", "line 6: limits.batches is 100000; it must be 1 to"},
        {WHOLE "limits:\n  queries: 7\n  batches: 0\n",
         "line 8: limits.batches is 0; it must be 1"},
        {WHOLE "publish_ms: 0\n", "line 6: publish_ms is 0"},
        {WHOLE "witnesses: [{url: ftp://w.example}]\n", "witnesses has the url ftp://w.example"},
        {WHOLE "witnesses: [{url: 'http://w.example'}]\n", "has the url http://w.example; it must"},
        {WHOLE "witnesses: [{url: 'http://127.0.0.1.example'}]\n", "http:// on this machine alone"},
        {WHOLE "witnesses: [{url: 'http://localhost:1@w.example'}]\n",
         "http:// on this machine alone"},
        {WHOLE "witnesses: [{ca: w.crt}]\n", "Missing"},
        {"data: data\n", "Missing"},
        {"", ""},
        {"- 1\n", ""},
        {"data: [\n", ""},
    };
    struct pt_app_config c;
    struct pt_err err;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_eq(load(bad[i].text, &c, &err), PT_E_CONFIG, "case %zu", i);
        cr_assert_not_null(strstr(err.msg, bad[i].names), "case %zu: %s", i, err.msg);
        cr_assert_not_null(strstr(err.msg, "hub.yaml"), "case %zu: %s", i, err.msg);
    }
    cr_assert_eq(pt_app_config_load("/nowhere/hub.yaml", &c, &err), PT_E_CONFIG);
}

/* An alias of an alias of an alias is a file of a kilobyte and a list of a billion. */
Test(config, takes_no_aliases) {
    struct pt_app_config c;
    struct pt_err err;

    cr_assert_eq(load("data: &a data\nlisten: {address: 127.0.0.1, port: 0}\ngenesis: *a\n"
                      "tls: {cert: s.crt, key: s.key, ca: ca.crt, crl: crl.pem}\n"
                      "keys: {log: log.key, signing: hub.key}\n",
                      &c, &err),
                 PT_E_CONFIG);
}
