#include <pentad/runtime/config.h>

#include <errno.h>
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

#define CONFIG_FILE_MAX (1u << 20)
#define POLL_MAX_S 3600

#define STR(key, flags, type, member)                                                              \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | (flags), type, member, 1, 4096)

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
    CYAML_FIELD_BOOL("bom", CYAML_FLAG_OPTIONAL, struct pt_config_sink, bom),
    CYAML_FIELD_SEQUENCE("deliver", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pt_config_sink,
                         deliver, &word_schema, 0, 64),
    CYAML_FIELD_SEQUENCE("types", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pt_config_sink,
                         types, &sink_type_schema, 0, 64),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t keys_fields[] = {
    STR("signing", 0, struct pt_config_keys, signing),
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
    CYAML_FIELD_MAPPING_PTR("sink", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct pt_config,
                            sink, sink_fields),
    STR("until", CYAML_FLAG_OPTIONAL, struct pt_config, until),
    CYAML_FIELD_INT("poll_s", CYAML_FLAG_OPTIONAL, struct pt_config, poll_s),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t config_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct pt_config, config_fields)};

/* libcyaml says what is wrong, and where, through its log only: a sentence, then a backtrace whose
 * first line is the nearest place. */
struct complaint {
    char what[160];
    unsigned line; /* 0: not said */
};

__attribute__((format(printf, 3, 0))) static void keep_complaint(cyaml_log_t level, void *ctx,
                                                                 const char *fmt, va_list args) {
    struct complaint *k = ctx;
    char text[256];
    if (level < CYAML_LOG_ERROR) {
        return;
    }
    (void)vsnprintf(text, sizeof text, fmt, args);
    text[strcspn(text, "\n")] = '\0';
    const char *at = strstr(text, "(line: ");
    if (k->what[0] == '\0') {
        const char *from = strncmp(text, "Load: ", 6) == 0 ? text + 6 : text;
        (void)snprintf(k->what, sizeof k->what, "%s", from);
    } else if (at && k->line == 0) {
        k->line = (unsigned)strtoul(at + 7, NULL, 10);
    }
}

static const cyaml_config_t *yaml_config(struct complaint *k, cyaml_config_t *c) {
    memset(k, 0, sizeof *k);
    *c = (cyaml_config_t){.log_fn = keep_complaint,
                          .log_ctx = k,
                          .mem_fn = cyaml_mem,
                          .log_level = CYAML_LOG_ERROR,
                          .flags = CYAML_CFG_DEFAULT | CYAML_CFG_NO_ALIAS};
    return c;
}

/* Does this line hold `key:`? */
static bool line_has_key(const char *line, size_t len, const char *key) {
    size_t n = strlen(key);
    for (size_t i = 0; i + n < len; i++) {
        size_t after = i + n;
        if (memcmp(line + i, key, n) != 0 || (i > 0 && !strchr(" \t-{,\"'", line[i - 1]))) {
            continue;
        }
        while (after < len && strchr(" \t\"'", line[after])) {
            after++;
        }
        if (after < len && line[after] == ':') {
            return true;
        }
    }
    return false;
}

/* The place that libcyaml names is the one before an unexpected key: find the key itself. */
static void find_key(const char *path, struct complaint *k) {
    static const char unexpected[] = "Unexpected key: ";
    if (strncmp(k->what, unexpected, sizeof unexpected - 1) != 0) {
        return;
    }
    const char *key = k->what + sizeof unexpected - 1;
    struct pt_buf text;
    pt_buf_init(&text, CONFIG_FILE_MAX);
    if (pt_file_read(path, &text, NULL) == 0) {
        const char *p = pt_buf_cstr(&text);
        for (unsigned line = 1; p && *p; line++) {
            size_t len = strcspn(p, "\n");
            if (line >= k->line && line_has_key(p, len, key)) {
                k->line = line;
                break;
            }
            p += len + (p[len] == '\n');
        }
    }
    pt_buf_done(&text);
}

static int absolute(const char *folder, char **path, struct pt_err *err) {
    if (!*path || (*path)[0] == '/') {
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
    char **paths[] = {&c->state,   &c->keys.signing, &c->keys.tls_key,  &c->keys.tls_cert,
                      &c->keys.ca, &c->keys.crl,     &c->trust.genesis, &c->trust.policy};
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
    if (rc == 0 && c->sink) {
        rc = absolute(c->folder, &c->sink->dir, err);
    }
    return rc;
}

/* https://host or https://host:port; a last slash is cut. */
static int check_hub(char *url, struct pt_err *err) {
    size_t n = strlen(url);
    while (n > 8 && url[n - 1] == '/') {
        url[--n] = '\0';
    }
    if (strncmp(url, "https://", 8) != 0 || n == 8 || strpbrk(url + 8, "/?#@ ")) {
        return pt_err_set(err, PT_E_CONFIG, "hub: %.120s is not https://host:port", url);
    }
    return 0;
}

static int check(struct pt_config *c, struct pt_err *err) {
    enum pt_party p = pt_party_from_name(c->party);
    if (p == PT_PARTY_NONE || p == PT_PARTY_PUBLIC || p == PT_PARTY_HUB) {
        return pt_err_set(err, PT_E_CONFIG,
                          "party: %.40s is none of congress, discipline, organization, finance, "
                          "audit, office",
                          c->party);
    }
    int rc = set_default(&c->stream, "main", err);
    if (rc == 0 && !pt_name_valid(c->stream)) {
        rc = pt_err_set(err, PT_E_CONFIG, "stream: %.40s is not a name ([a-z][a-z0-9-]*)",
                        c->stream);
    }
    if (rc == 0) {
        rc = check_hub(c->hub, err);
    }
    if (rc == 0 && c->until && pt_date_parse(c->until, &c->until_day) != 0) {
        rc = pt_err_set(err, PT_E_CONFIG, "until: %.40s is not a date (2020-06-30)", c->until);
    }
    if (rc == 0 && (c->poll_s < 0 || c->poll_s > POLL_MAX_S)) {
        rc = pt_err_set(err, PT_E_CONFIG, "poll_s: %d is not between 1 and %d seconds",
                        (int)c->poll_s, POLL_MAX_S);
    }
    for (uint32_t i = 0; rc == 0 && c->sink && i < c->sink->deliver_count; i++) {
        if (!pt_record_info_by_code(c->sink->deliver[i])) {
            rc = pt_err_set(err, PT_E_CONFIG, "sink.deliver: there is no record type %.40s",
                            c->sink->deliver[i]);
        }
    }
    if (c->poll_s == 0) {
        c->poll_s = 5;
    }
    return rc ? rc : set_default(&c->system, c->party, err);
}

static int load_yaml(const char *path, struct pt_config **ret, struct pt_err *err) {
    struct complaint k;
    cyaml_config_t yc;
    cyaml_err_t ye = cyaml_load_file(path, yaml_config(&k, &yc), &config_schema,
                                     (cyaml_data_t **)(void *)ret, NULL);
    if (ye == CYAML_OK) {
        return *ret ? 0
                    : pt_err_set(err, PT_E_CONFIG,
                                 "%.150s is empty (docs/connector.md lists every key)", path);
    }
    *ret = NULL;
    if (ye == CYAML_ERR_FILE_OPEN) {
        return pt_err_set(err, PT_E_CONFIG, "can't open %.150s: %s", path, strerrordesc_np(errno));
    }
    find_key(path, &k);
    char line[32] = "";
    if (k.line > 0) {
        (void)snprintf(line, sizeof line, ", line %u", k.line);
    }
    return pt_err_set(err, ye == CYAML_ERR_OOM ? PT_E_NOMEM : PT_E_CONFIG,
                      "%.100s%s: %s (docs/connector.md lists every key)", path, line,
                      k.what[0] ? k.what : cyaml_strerror(ye));
}

int pt_config_load(const char *path, struct pt_config **ret, struct pt_err *err) {
    *ret = NULL;
    struct pt_config *c = NULL;
    char buf[4096];
    int rc = load_yaml(path, &c, err);
    if (rc != 0) {
        return rc;
    }
    if (!realpath(path, buf) || !(c->folder = strdup(dirname(buf)))) {
        rc = pt_err_set(err, PT_E_CONFIG, "its folder can't be found");
    }
    if (rc == 0) {
        rc = check(c, err);
    }
    if (rc == 0) {
        rc = resolve_paths(c, err);
    }
    if (rc != 0) {
        pt_err_wrap(err, "%.100s", path);
        pt_config_free(c);
        return rc;
    }
    *ret = c;
    return 0;
}

void pt_config_free(struct pt_config *c) {
    if (c) {
        struct complaint k;
        cyaml_config_t yc;
        free(c->folder);
        (void)cyaml_free(yaml_config(&k, &yc), &config_schema, c, 0);
    }
}
