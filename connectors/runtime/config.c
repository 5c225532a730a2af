#include <pentad/runtime/config.h>

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cyaml/cyaml.h>

#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/party.h>
#include <pentad/record/ref.h>
#include <pentad/token/token.h>
#include <pentad/yaml/yaml.h>

#define CONFIG_FILE_MAX (1u << 20)
#define POLL_MAX_S 3600
#define POLL_DEFAULT_S 5
#define SILENT_MAX_HOURS (366 * 24)
#define SILENT_DEFAULT_HOURS 24
#define COUNT_DEFAULT_DAYS 30
#define HOUR_MS (3600 * INT64_C(1000))
#define EVERY_MAX_HOURS (31 * 24)
#define DAYS_MAX 3660
#define RECEIPT_MAX_DAYS 3 /* behind a clue: K55 allows three working days */
#define K56_FINAL_DAYS 90  /* behind feedback_due */

#define STR(key, flags, type, member)                                                              \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | (flags), type, member, 1, 4096)

/* Another word is an error: libcyaml's own takes all but "no" and "false" for yes. */
static const cyaml_strval_t yes_or_no[] = {{"yes", 1}, {"no", 0}, {"true", 1}, {"false", 0}};
#define YES_NO(key, type, member)                                                                  \
    CYAML_FIELD_ENUM(key, CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, type, member, yes_or_no,        \
                     sizeof yes_or_no / sizeof *yes_or_no)

static const cyaml_schema_field_t var_fields[] = {
    STR("name", 0, struct pt_config_var, name),
    STR("value", 0, struct pt_config_var, value),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t var_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pt_config_var, var_fields)};

static const cyaml_schema_field_t source_fields[] = {
    STR("mapping", 0, struct pt_config_source, mapping),
    STR("path", 0, struct pt_config_source, path),
    CYAML_FIELD_SEQUENCE("vars", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pt_config_source,
                         vars, &var_schema, 0, 64),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t source_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pt_config_source, source_fields)};

static const cyaml_schema_field_t column_fields[] = {
    STR("name", 0, struct pt_config_column, name),
    STR("path", 0, struct pt_config_column, path),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t column_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pt_config_column, column_fields)};

static const cyaml_schema_field_t sink_type_fields[] = {
    STR("type", 0, struct pt_config_sink_type, type),
    STR("file", CYAML_FLAG_OPTIONAL, struct pt_config_sink_type, file),
    CYAML_FIELD_SEQUENCE("columns", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct pt_config_sink_type, columns, &column_schema, 0, 128),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t sink_type_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pt_config_sink_type, sink_type_fields)};

static const cyaml_schema_value_t word_schema = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 64)};

static const cyaml_schema_field_t sink_fields[] = {
    STR("dir", 0, struct pt_config_sink, dir),
    YES_NO("bom", struct pt_config_sink, bom),
    CYAML_FIELD_SEQUENCE("deliver", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pt_config_sink,
                         deliver, &word_schema, 0, 64),
    CYAML_FIELD_SEQUENCE("types", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pt_config_sink,
                         types, &sink_type_schema, 0, 64),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t keys_fields[] = {
    STR("signing", 0, struct pt_config_keys, signing),
    STR("sealing", CYAML_FLAG_OPTIONAL, struct pt_config_keys, sealing),
    STR("cosigning", CYAML_FLAG_OPTIONAL, struct pt_config_keys, cosigning),
    STR("tls_key", 0, struct pt_config_keys, tls_key),
    STR("tls_cert", 0, struct pt_config_keys, tls_cert),
    STR("ca", 0, struct pt_config_keys, ca),
    STR("crl", CYAML_FLAG_OPTIONAL, struct pt_config_keys, crl),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t trust_fields[] = {
    STR("genesis", 0, struct pt_config_trust, genesis),
    STR("policy", 0, struct pt_config_trust, policy),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t count_fields[] = {
    STR("type", CYAML_FLAG_OPTIONAL, struct pt_config_count, type),
    STR("received", CYAML_FLAG_OPTIONAL, struct pt_config_count, received),
    STR("rule", CYAML_FLAG_OPTIONAL, struct pt_config_count, rule),
    STR("path", CYAML_FLAG_OPTIONAL, struct pt_config_count, path),
    STR("number", CYAML_FLAG_OPTIONAL, struct pt_config_count, number),
    STR("day", CYAML_FLAG_OPTIONAL, struct pt_config_count, day),
    STR("encoding", CYAML_FLAG_OPTIONAL, struct pt_config_count, encoding),
    CYAML_FIELD_INT("days", CYAML_FLAG_OPTIONAL, struct pt_config_count, days),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t count_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pt_config_count, count_fields)};

static const cyaml_schema_field_t dummies_fields[] = {
    STR("every", 0, struct pt_config_dummies, every),
    YES_NO("hold", struct pt_config_dummies, hold),
    CYAML_FIELD_INT("ack_days", CYAML_FLAG_OPTIONAL, struct pt_config_dummies, ack_days),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t dummy_answers_fields[] = {
    STR("receipt", CYAML_FLAG_OPTIONAL, struct pt_config_dummy_answers, receipt.text),
    STR("outcome", CYAML_FLAG_OPTIONAL, struct pt_config_dummy_answers, outcome.text),
    STR("final", CYAML_FLAG_OPTIONAL, struct pt_config_dummy_answers, final.text),
    CYAML_FIELD_INT("feedback_days", CYAML_FLAG_OPTIONAL, struct pt_config_dummy_answers,
                    feedback_days),
    CYAML_FIELD_INT("interim", CYAML_FLAG_OPTIONAL, struct pt_config_dummy_answers, interim),
    CYAML_FIELD_INT("not_competent", CYAML_FLAG_OPTIONAL, struct pt_config_dummy_answers,
                    not_competent),
    YES_NO("hold", struct pt_config_dummy_answers, hold),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t config_fields[] = {
    STR("party", 0, struct pt_config, party),
    STR("stream", CYAML_FLAG_OPTIONAL, struct pt_config, stream),
    STR("system", CYAML_FLAG_OPTIONAL, struct pt_config, system),
    STR("hub", 0, struct pt_config, hub),
    STR("state", CYAML_FLAG_OPTIONAL, struct pt_config, state),
    CYAML_FIELD_MAPPING("keys", CYAML_FLAG_DEFAULT, struct pt_config, keys, keys_fields),
    CYAML_FIELD_MAPPING("trust", CYAML_FLAG_DEFAULT, struct pt_config, trust, trust_fields),
    CYAML_FIELD_SEQUENCE("sources", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pt_config,
                         sources, &source_schema, 0, PT_CONFIG_SOURCES_MAX),
    CYAML_FIELD_SEQUENCE("counts", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pt_config,
                         counts, &count_schema, 0, PT_CONFIG_COUNTS_MAX),
    CYAML_FIELD_MAPPING_PTR("dummies", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pt_config,
                            dummies, dummies_fields),
    CYAML_FIELD_MAPPING_PTR("dummy_answers", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct pt_config, dummy_answers, dummy_answers_fields),
    CYAML_FIELD_MAPPING_PTR("sink", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pt_config,
                            sink, sink_fields),
    YES_NO("attest", struct pt_config, attest),
    STR("until", CYAML_FLAG_OPTIONAL, struct pt_config, until),
    CYAML_FIELD_INT("silent_hours", CYAML_FLAG_OPTIONAL, struct pt_config, silent_hours),
    CYAML_FIELD_INT("poll_s", CYAML_FLAG_OPTIONAL, struct pt_config, poll_s),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t config_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct pt_config, config_fields)};
static const struct pt_yaml_form config_form = {
    .schema = &config_schema,
    .max = CONFIG_FILE_MAX,
    .hint = "docs/connector.md lists every key",
};

static int absolute(const char *folder, char **path, struct pt_err *err) {
    if (!*path || (*path)[0] == '/' || pt_token_is_uri(*path)) {
        return 0;
    }
    char full[4096];
    if (pt_path_join(full, sizeof full, folder, *path) != 0) {
        return pt_err_set(err, PT_E_CONFIG, "the path %.100s is too long", *path);
    }
    char *s = strdup(full);
    if (!s) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    free(*path);
    *path = s;
    return 0;
}

static int set_default(char **s, const char *value, struct pt_err *err) {
    if (!*s && !(*s = strdup(value))) {
        return pt_err_set(err, PT_E_NOMEM, "out of memory");
    }
    return 0;
}

static int resolve_paths(struct pt_config *c, struct pt_err *err) {
    char **paths[] = {&c->state,        &c->keys.signing,  &c->keys.tls_key,  &c->keys.tls_cert,
                      &c->keys.ca,      &c->keys.crl,      &c->trust.genesis, &c->trust.policy,
                      &c->keys.sealing, &c->keys.cosigning};
    int rc = set_default(&c->state, "state", err);
    for (size_t i = 0; rc == 0 && i < sizeof paths / sizeof *paths; i++) {
        rc = absolute(c->folder, paths[i], err);
    }
    for (uint32_t i = 0; rc == 0 && i < c->sources_count; i++) {
        rc = absolute(c->folder, &c->sources[i].mapping, err);
        if (rc == 0) {
            rc = absolute(c->folder, &c->sources[i].path, err);
        }
    }
    for (uint32_t i = 0; rc == 0 && i < c->counts_count; i++) {
        rc = absolute(c->folder, &c->counts[i].path, err);
    }
    if (rc == 0 && c->sink) {
        rc = absolute(c->folder, &c->sink->dir, err);
    }
    return rc;
}

/* https://host or https://host:port; a last slash is cut. */
static int check_hub(struct pt_config *c, struct pt_err *err) {
    char *url = c->hub;
    size_t n = strlen(url);
    while (n > 8 && url[n - 1] == '/') {
        url[--n] = '\0';
    }
    if (strncmp(url, "https://", 8) != 0 || n == 8 || strpbrk(url + 8, "/?#@ ")) {
        return pt_yaml_refuse(c->file, "hub", err, "is %.70s; it must be https://host:port", url);
    }
    return 0;
}

static int check_words(struct pt_config *c, struct pt_err *err) {
    enum pt_party p = pt_party_from_name(c->party);
    if (p == PT_PARTY_NONE || p == PT_PARTY_PUBLIC || p == PT_PARTY_HUB) {
        return pt_yaml_refuse(c->file, "party", err,
                              "is %.20s; it is one of congress, discipline, organization, "
                              "finance, audit, office",
                              c->party);
    }
    int rc = set_default(&c->stream, "main", err);
    if (rc == 0 && !pt_name_valid(c->stream)) {
        return pt_yaml_refuse(c->file, "stream", err,
                              "is %.40s; it must be a name ([a-z][a-z0-9-]*)", c->stream);
    }
    for (uint32_t i = 0; rc == 0 && c->sink && i < c->sink->deliver_count; i++) {
        if (!pt_record_info_by_code(c->sink->deliver[i])) {
            rc = pt_yaml_refuse(c->file, "sink.deliver", err,
                                "names %.40s; there is no such record type", c->sink->deliver[i]);
        }
    }
    return rc ? rc : set_default(&c->system, c->party, err);
}

/* What the file leaves out has a default; a 0 that it gives is one. */
static int check_poll(struct pt_config *c, struct pt_err *err) {
    if (c->poll_s == 0 && pt_yaml_line(c->file, "poll_s") == 0) {
        c->poll_s = POLL_DEFAULT_S;
    }
    if (c->poll_s < 1 || c->poll_s > POLL_MAX_S) {
        return pt_yaml_refuse(c->file, "poll_s", err, "is %d; it must be 1 to %d seconds",
                              (int)c->poll_s, POLL_MAX_S);
    }
    return 0;
}

static int check_silent(struct pt_config *c, struct pt_err *err) {
    if (c->silent_hours == 0 && pt_yaml_line(c->file, "silent_hours") == 0) {
        c->silent_hours = SILENT_DEFAULT_HOURS;
    }
    if (c->silent_hours < 1 || c->silent_hours > SILENT_MAX_HOURS) {
        return pt_yaml_refuse(c->file, "silent_hours", err, "is %d; it must be 1 to %d hours",
                              (int)c->silent_hours, SILENT_MAX_HOURS);
    }
    return 0;
}

/* Either a type, or a rule with its list; the list is held against clues that only the sealing key
 * opens. */
static int check_count(struct pt_config *c, struct pt_config_count *k, struct pt_err *err) {
    bool list = k->path || k->number || k->day || k->encoding || k->days != 0;
    if (k->type || k->received ? k->rule || list || (k->type && k->received)
                               : !k->rule || !k->path || !k->number || !k->day) {
        return pt_yaml_refuse(c->file, "counts", err,
                              "takes {type}, {received}, or {rule, path, number, day} and, where "
                              "they are needed, encoding and days");
    }
    if (k->received && (strcmp(k->received, "D01") != 0 || strcmp(c->party, "discipline") != 0)) {
        return pt_yaml_refuse(c->file, "counts", err,
                              "{received: D01} is what discipline alone counts");
    }
    if (k->type && c->dummies && strcmp(k->type, "D01") == 0) {
        return pt_yaml_refuse(c->file, "counts", err,
                              "{type: D01} would count the dummies; discipline's connector says "
                              "the number of all clues together ({received: D01})");
    }
    if (k->type && !pt_record_info_by_code(k->type)) {
        return pt_yaml_refuse(c->file, "counts", err, "names %.40s; there is no such record type",
                              k->type);
    }
    if (k->rule && strcmp(k->rule, "K57") != 0) {
        return pt_yaml_refuse(c->file, "counts", err,
                              "names the rule %.16s; K57 alone is counted here", k->rule);
    }
    if ((k->rule || k->received) && !c->keys.sealing) {
        return pt_yaml_refuse(c->file, "counts", err, "needs keys.sealing, which opens the clues");
    }
    if (k->days < 0 || k->days > 366) {
        return pt_yaml_refuse(c->file, "counts", err, "has %d days; it must be 1 to 366",
                              (int)k->days);
    }
    k->days = k->days ? k->days : COUNT_DEFAULT_DAYS;
    return 0;
}

static int check_counts(struct pt_config *c, struct pt_err *err) {
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < c->counts_count; i++) {
        rc = check_count(c, &c->counts[i], err);
    }
    return rc;
}

/* ---- dummies ---- */

/* "12h", "1d" */
static int parse_every(const char *s, int64_t *ret_ms) {
    char *end;
    long n = s[0] >= '1' && s[0] <= '9' ? strtol(s, &end, 10) : 0;
    if (n < 1 || n > EVERY_MAX_HOURS || (end[0] != 'h' && end[0] != 'd') || end[1] != '\0') {
        return PT_E_CONFIG;
    }
    *ret_ms = n * HOUR_MS * (end[0] == 'd' ? 24 : 1);
    return *ret_ms <= EVERY_MAX_HOURS * HOUR_MS ? 0 : PT_E_CONFIG;
}

static int check_number(struct pt_config *c, const char *key, int32_t *n, int32_t fallback,
                        int32_t min, int32_t max, struct pt_err *err) {
    if (*n == 0 && pt_yaml_line(c->file, key) == 0) {
        *n = fallback;
    }
    return *n >= min && *n <= max ? 0
                                  : pt_yaml_refuse(c->file, key, err, "is %d; it must be %d to %d",
                                                   (int)*n, (int)min, (int)max);
}

static void default_yes(const struct pt_config *c, const char *key, bool *yes) {
    *yes = *yes || pt_yaml_line(c->file, key) == 0;
}

static int needs_sealing(struct pt_config *c, const char *key, bool discipline,
                         struct pt_err *err) {
    if (!c->keys.sealing) {
        return pt_yaml_refuse(c->file, key, err,
                              "needs keys.sealing, which tells a dummy from a clue");
    }
    if (discipline != (strcmp(c->party, "discipline") == 0) || strcmp(c->party, "office") == 0) {
        return pt_yaml_refuse(c->file, key, err, "%s",
                              discipline ? "is for discipline, to which clues are sent"
                                         : "is for a body that sends clues");
    }
    return 0;
}

static int check_dummies(struct pt_config *c, struct pt_err *err) {
    struct pt_config_dummies *d = c->dummies;
    if (!d) {
        return 0;
    }
    int rc = needs_sealing(c, "dummies", false, err);
    if (rc == 0 && parse_every(d->every, &d->every_ms) != 0) {
        rc = pt_yaml_refuse(c->file, "dummies.every", err,
                            "is %.20s; it must be hours or days (12h, 1d), 31d at most", d->every);
    }
    default_yes(c, "dummies.hold", &d->hold);
    return rc ? rc
              : check_number(c, "dummies.ack_days", &d->ack_days, 5, RECEIPT_MAX_DAYS, 30, err);
}

/* "1-3" */
static int parse_days(const char *s, int32_t *ret_from, int32_t *ret_to) {
    char *end;
    long from = s[0] >= '0' && s[0] <= '9' ? strtol(s, &end, 10) : -1;
    long to = from >= 0 && end[0] == '-' && end[1] >= '1' && end[1] <= '9'
                  ? strtol(end + 1, &end, 10)
                  : -1;
    if (to <= from || to > DAYS_MAX || end[0] != '\0') {
        return PT_E_CONFIG;
    }
    *ret_from = (int32_t)from;
    *ret_to = (int32_t)to;
    return 0;
}

static int check_days(struct pt_config *c, const char *key, struct pt_config_days *d,
                      const char *fallback, struct pt_err *err) {
    int rc = set_default(&d->text, fallback, err);
    if (rc == 0 && parse_days(d->text, &d->from, &d->to) != 0) {
        rc = pt_yaml_refuse(c->file, key, err, "is %.20s; it must be two numbers of days (1-3)",
                            d->text);
    }
    return rc;
}

/* Whoever keeps to them answers in time: K55 allows three working days, K56 the receipt's own term
 * and as long again. */
static int check_dummy_answers(struct pt_config *c, struct pt_err *err) {
    struct pt_config_dummy_answers *a = c->dummy_answers;
    if (!a) {
        return 0;
    }
    int rc = needs_sealing(c, "dummy_answers", true, err);
    rc = rc ? rc : check_days(c, "dummy_answers.receipt", &a->receipt, "1-3", err);
    rc = rc ? rc : check_days(c, "dummy_answers.outcome", &a->outcome, "30-80", err);
    rc = rc ? rc : check_days(c, "dummy_answers.final", &a->final, "100-160", err);
    rc = rc ? rc
            : check_number(c, "dummy_answers.feedback_days", &a->feedback_days, 90, 0, 366, err);
    rc = rc ? rc : check_number(c, "dummy_answers.interim", &a->interim, 50, 0, 100, err);
    rc = rc ? rc
            : check_number(c, "dummy_answers.not_competent", &a->not_competent, 10, 0, 100, err);
    default_yes(c, "dummy_answers.hold", &a->hold);
    if (rc == 0 && (a->receipt.to > RECEIPT_MAX_DAYS || a->outcome.from < a->receipt.to ||
                    a->final.from < a->outcome.to || a->outcome.to > a->feedback_days ||
                    a->final.to > a->feedback_days + K56_FINAL_DAYS)) {
        rc = pt_yaml_refuse(c->file, "dummy_answers", err,
                            "must have receipt within %d days, outcome behind it and within "
                            "feedback_days, final behind that and within %d days more",
                            RECEIPT_MAX_DAYS, K56_FINAL_DAYS);
    }
    return rc;
}

static int check(struct pt_config *c, struct pt_err *err) {
    int rc = check_words(c, err);
    rc = rc ? rc : check_counts(c, err);
    rc = rc ? rc : check_dummies(c, err);
    rc = rc ? rc : check_dummy_answers(c, err);
    if (rc == 0) {
        rc = check_hub(c, err);
    }
    if (rc == 0 && c->until && pt_date_parse(c->until, &c->until_day) != 0) {
        rc = pt_yaml_refuse(c->file, "until", err, "is %.40s; it must be a date (2020-06-30)",
                            c->until);
    }
    rc = rc ? rc : check_silent(c, err);
    return rc ? rc : check_poll(c, err);
}

int pt_config_load(const char *path, struct pt_config **ret, struct pt_err *err) {
    struct pt_yaml *file;
    char buf[4096];
    *ret = NULL;
    int rc = pt_yaml_load(path, &config_form, &file, err);
    if (rc != 0) {
        return rc;
    }
    struct pt_config *c = pt_yaml_root(file);
    c->file = file;
    if (!realpath(path, buf) || !(c->folder = strdup(dirname(buf)))) {
        rc = pt_err_set(err, PT_E_CONFIG, "%.100s: its folder can't be found", path);
    }
    if (rc == 0) {
        rc = check(c, err);
    }
    if (rc == 0) {
        rc = resolve_paths(c, err);
    }
    if (rc != 0) {
        pt_config_free(c);
        return rc;
    }
    *ret = c;
    return 0;
}

void pt_config_free(struct pt_config *c) {
    if (c) {
        free(c->folder);
        pt_yaml_free(c->file);
    }
}
