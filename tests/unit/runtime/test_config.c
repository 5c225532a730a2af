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

#define SEALING(party)                                                                             \
    "party: " party "\nhub: https://127.0.0.1:8443/\nkeys:\n  sealing: z.key\n  signing: s.key\n"  \
    "  tls_key: t.key\n  tls_cert: t.crt\n  ca: ca.crt\n"                                          \
    "trust: {genesis: g.hash, policy: p.txt}\n"

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
    cr_assert_eq(c->silent_hours, 24);
    cr_assert_null(c->sink);
    pt_config_free(c);
    pt_config_free(NULL);
}

Test(config, dummies_have_defaults) {
    struct pt_config *c;
    struct pt_err err;
    cr_assert_eq(load(SEALING("audit") "dummies: {every: 12h}\n", &c, &err), 0, "%s", err.msg);
    cr_expect_eq(c->dummies->every_ms, 12 * 3600 * 1000);
    cr_expect(c->dummies->hold);
    cr_expect_eq(c->dummies->ack_days, 5);
    cr_expect_null(c->dummy_answers);
    pt_config_free(c);
    cr_assert_eq(load(SEALING("discipline") "dummy_answers: {receipt: 1-2, hold: no, "
                                            "not_competent: 0}\n",
                      &c, &err),
                 0, "%s", err.msg);
    cr_expect_eq(c->dummy_answers->receipt.to, 2);
    cr_expect_eq(c->dummy_answers->outcome.from, 30);
    cr_expect_eq(c->dummy_answers->interim, 50);
    cr_expect_eq(c->dummy_answers->not_competent, 0, "a 0 that is given is one");
    cr_expect_not(c->dummy_answers->hold);
    pt_config_free(c);
}

Test(config, what_is_wrong_is_named) {
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {GOOD "keyz: 1\n", "line 5: Unexpected key: keyz"},
        {"party: finance\nhub: https://h:1\nkeys:\n  signing: a\n  signin: b\n",
         "line 5: Unexpected key: signin"},
        {GOOD "sink: {dir: d, bon: yes}\n", "line 5: Unexpected key: bon"},
        {GOOD "sink: {dir: d, bom: n}\n", "line 5: bom: "},
        {GOOD "attest: maybe\n", "line 5: attest: "},
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
        {GOOD "counts: [{rule: K57}]\n",
         "counts takes {type}, {received}, or {rule, path, number, day}"},
        {GOOD "counts: [{type: D01, days: 3}]\n", "counts takes {type}, {received}, or {rule"},
        {GOOD "counts: [{received: D01}]\n", "{received: D01} is what discipline alone counts"},
        {GOOD "dummies: {every: 1d}\n", "dummies needs keys.sealing"},
        {SEALING("finance") "dummies: {hold: yes}\n", "Missing required mapping field: every"},
        {SEALING("finance") "dummies: {every: 1w}\n",
         "line 10: dummies.every is 1w; it must be hours or days"},
        {SEALING("finance") "dummies: {every: 32d}\n", "it must be hours or days"},
        {SEALING("finance") "dummies: {every: 1d, ack_days: 31}\n", "is 31; it must be 3 to 30"},
        {SEALING("finance") "dummies: {every: 1d, ack_days: 0}\n", "is 0; it must be 3 to 30"},
        {SEALING("finance") "dummies: {every: 1d}\ncounts: [{type: D01}]\n",
         "{type: D01} would count the dummies"},
        {SEALING("discipline") "dummies: {every: 1d}\n", "is for a body that sends clues"},
        {SEALING("finance") "dummy_answers: {}\n", "is for discipline"},
        {SEALING("discipline") "dummy_answers: {receipt: 3-1}\n",
         "dummy_answers.receipt is 3-1; it must be two numbers of days"},
        {SEALING("discipline") "dummy_answers: {receipt: 1-4}\n", "receipt within 3 days"},
        {SEALING("discipline") "dummy_answers: {receipt: \"2\"}\n", "two numbers of days"},
        {SEALING("discipline") "dummy_answers: {receipt: 1-x}\n", "two numbers of days"},
        {SEALING("discipline") "dummy_answers: {receipt: 1-3d}\n", "two numbers of days"},
        {SEALING("discipline") "dummy_answers: {feedback_days: 60}\n", "within feedback_days"},
        {SEALING("discipline") "dummy_answers: {interim: 101}\n", "is 101; it must be 0 to 100"},
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
