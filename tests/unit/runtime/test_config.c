/* The configuration: what is wrong is named, with its line. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/runtime/config.h>

#define REST                                                                                       \
    "keys: {signing: s.key, tls_key: t.key, tls_cert: t.crt, ca: ca.crt}\n"                        \
    "trust: {genesis: g.hash, policy: p.txt}\n"
#define GOOD "party: finance\nhub: https://127.0.0.1:8443/\n" REST

static int load(const char *text, struct pt_config **ret, struct pt_err *err) {
    char path[] = "/tmp/pentad-config-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    memset(err, 0, sizeof *err);
    int rc = pt_config_load(path, ret, err);
    unlink(path);
    return rc;
}

Test(config, defaults_and_paths) {
    struct pt_config *c;
    struct pt_err err;
    cr_assert_eq(load(GOOD "sources: [{mapping: m.yaml, path: ../x.csv, vars: [{name: a, value: "
                           "\"1\"}]}]\nuntil: 2020-06-30\n",
                      &c, &err),
                 0, "%s", err.msg);
    cr_assert_str_eq(c->stream, "main");
    cr_assert_str_eq(c->system, "finance");
    cr_assert_str_eq(c->hub, "https://127.0.0.1:8443");
    cr_assert_str_eq(c->state, "/tmp/state");
    cr_assert_str_eq(c->keys.signing, "/tmp/s.key");
    cr_assert_null(c->keys.crl);
    cr_assert_str_eq(c->sources[0].path, "/tmp/../x.csv");
    cr_assert_eq(c->until_day, 20200630);
    cr_assert_eq(c->poll_s, 5);
    cr_assert_null(c->sink);
    pt_config_free(c);
    pt_config_free(NULL);
}

Test(config, what_is_wrong_is_named) {
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {GOOD "keyz: 1\n", "line 5: Unexpected key: keyz"},
        {"party: finance\nhub: https://h:1\nkeys:\n  signing: a\n  signin: b\n",
         "line 5: Unexpected key: signin"},
        {GOOD "sink: {dir: d, bon: yes}\n", "line 5: Unexpected key: bon"},
        {GOOD "sources:\n  - mapping: m\n    path: p\n    pith: q\n",
         "line 8: Unexpected key: pith"},
        {GOOD "poll_s: soon\n", "line 5: poll_s: Invalid INT value: 'soon'"},
        {GOOD "poll_s: 99999\n", "line 5: poll_s is 99999; it must be 1 to 3600"},
        {GOOD "poll_s: 0\n", "line 5: poll_s is 0; it must be 1 to 3600"},
        {"party: finance\n" REST, "Missing required mapping field: hub"},
        {"party: hub\nhub: https://h:1\n" REST, "line 1: party is hub; it is one of congress"},
        {"party: finanz\nhub: https://h:1\n" REST, "line 1: party is finanz; it is one of"},
        {"party: finance\nhub: http://h:1\n" REST,
         "line 2: hub is http://h:1; it must be https://host:port"},
        {"party: finance\nhub: https://h:1/v1\n" REST, "it must be https://host:port"},
        {GOOD "until: 2020-06-31\n", "line 5: until is 2020-06-31; it must be a date"},
        {GOOD "counts: [{type: X99}]\n", "counts names X99; there is no such record type"},
        {GOOD "counts: [{rule: K57}]\n", "counts takes {type}, or {rule, path, number, day}"},
        {GOOD "counts: [{type: D01, days: 3}]\n", "counts takes {type}, or {rule"},
        {GOOD "counts: [{rule: K55, path: p, number: n, day: d}]\n", "K57 alone is counted here"},
        {GOOD "counts: [{rule: K57, path: p, number: n, day: d}]\n", "counts needs keys.sealing"},
        {GOOD "stream: Main!\n", "stream is Main!; it must be a name"},
        {GOOD "sink: {dir: d, deliver: [X99]}\n", "sink.deliver names X99; there is no such"},
        {"party: [finance\n", "line 1"},
        {"", "is empty"},
        {"# nothing yet\n", "is empty"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct pt_config *c = NULL;
        struct pt_err err;
        cr_expect_eq(load(wrong[i].text, &c, &err), PT_E_CONFIG, "%zu", i);
        cr_expect(strstr(err.msg, wrong[i].says), "%zu: %s", i, err.msg);
        cr_expect(strstr(err.msg, "/tmp/pentad-config-"), "%zu: %s", i, err.msg);
        cr_expect_null(c);
    }
    struct pt_config *c;
    struct pt_err err = {0};
    cr_expect_eq(pt_config_load("/nonexistent/connector.yaml", &c, &err), PT_E_CONFIG);
    cr_expect(strstr(err.msg, "/nonexistent/connector.yaml: can't open"), "%s", err.msg);
}
