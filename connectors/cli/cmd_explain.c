/* pentad rules explain, pentad rules try: the rules asked about one subject, or with other
 * parameters, on a copy of a hub's ledger. */
#include <stdio.h>
#include <stdlib.h>

#include <pentad/base/file.h>
#include <pentad/rules/explain.h>

#include "cli.h"

static const char *text(const json_t *o, const char *name) {
    const char *s = json_string_value(json_object_get(o, name));
    return s ? s : "";
}

static int open_probe(const struct cli_options *o, struct pt_probe **ret, struct pt_err *err) {
    char path[4096];
    *ret = NULL;
    if (pt_path_join(path, sizeof path, o->data, "ledger.db") != 0) {
        return pt_err_set(err, PT_E_USAGE, "--data: the path is too long");
    }
    return pt_probe_open(path, ret, err);
}

static void print_condition(const json_t *c, bool zh) {
    size_t i;
    json_t *x;
    printf("\n  %s %s  %lld %s %s\n    %s\n", text(c, "state"),
           pt_cli_word(text(c, "severity"), zh),
           (long long)json_integer_value(json_object_get(c, "fiscal_year")), text(c, "period"),
           text(c, "object"), text(c, zh ? "message_zh" : "message_en"));
    json_array_foreach(json_object_get(c, "figures"), i, x) {
        printf("    %s = %s\n", text(x, "label"), text(x, "text"));
    }
    if (json_is_integer(json_object_get(c, "awaits_day"))) {
        printf(zh ? "    等待封账至 %lld\n" : "    waits until %lld is closed\n",
               (long long)json_integer_value(json_object_get(c, "awaits_day")));
    }
    json_array_foreach(json_object_get(c, "inputs"), i, x) {
        printf("    %s %s\n", zh ? "依据" : "rests on", json_string_value(x));
    }
}

static void print_explained(const json_t *j, bool zh) {
    const json_t *conditions = json_object_get(j, "conditions");
    size_t i;
    json_t *x;
    printf("%s %s  %s\n", text(j, "rule"), text(j, zh ? "name_zh" : "name_en"), text(j, "subject"));
    json_array_foreach(json_object_get(j, "params"), i, x) {
        const char *record = text(x, "record");
        printf("  %s = %s  (%s)\n", text(x, "name"), text(x, "value"),
               *record ? record
               : zh    ? "默认值"
                       : "default");
    }
    printf("  %s: %s\n  %s: %s\n", zh ? "销号条件" : "cleared by", text(j, "clears"),
           zh ? "答复方" : "answered by", text(j, "responders"));
    json_array_foreach(conditions, i, x) {
        print_condition(x, zh);
    }
    if (json_array_size(conditions) == 0) {
        printf(zh ? "  该对象没有可比对的情形；此规则读取 %s\n"
                  : "  there is nothing here for it to judge; it reads %s\n",
               text(j, "reads"));
    }
}

static void print_tried(const json_t *j, bool zh) {
    size_t i, k;
    json_t *r, *x;
    json_array_foreach(json_object_get(j, "rules"), i, r) {
        printf(zh ? "%s  新增 %lld  销号 %lld  变级 %lld\n"
                  : "%s  opens %lld  closes %lld  changes severity %lld\n",
               text(r, "rule"), (long long)json_integer_value(json_object_get(r, "opens")),
               (long long)json_integer_value(json_object_get(r, "closes")),
               (long long)json_integer_value(json_object_get(r, "severity")));
        json_array_foreach(json_object_get(r, "first"), k, x) {
            printf("  %-8s %s\n", text(x, "what"), text(x, "message"));
        }
    }
}

/* Takes the answer. */
static int show(const struct cli_options *o, int rc, json_t *j, const struct pt_err *err,
                void (*print)(const json_t *j, bool zh)) {
    int result = EXIT_OK;
    if (rc != 0) {
        result = pt_cli_fail(err);
    } else if (o->json) {
        result = pt_cli_print_json(j) ? EXIT_FAILED : EXIT_OK;
    } else {
        print(j, pt_cli_chinese(o));
    }
    json_decref(j);
    return result;
}

int pt_cli_rules_explain(const struct cli_options *o) {
    struct pt_err err = {0};
    struct pt_probe *p = NULL;
    json_t *j = NULL;
    if (o->n_args != 2 || !o->subject || !o->data) {
        return pt_cli_misuse(&cmd_rules, "explain wants a rule, --subject and --data");
    }
    int rc = open_probe(o, &p, &err);
    if (rc == 0) {
        int32_t year = o->year ? (int32_t)strtol(o->year, NULL, 10) : 0;
        rc = pt_probe_explain(p, o->args[1], o->subject, year, &j, &err);
    }
    pt_probe_close(p);
    return show(o, rc, j, &err, print_explained);
}

int pt_cli_rules_try(const struct cli_options *o) {
    struct pt_err err = {0};
    struct pt_probe *p = NULL;
    json_t *j = NULL;
    if (o->n_args < 2 || !o->data) {
        return pt_cli_misuse(&cmd_rules, "try wants NAME=VALUE and --data");
    }
    int rc = open_probe(o, &p, &err);
    for (int i = 1; i < o->n_args && rc == 0; i++) {
        rc = pt_probe_set(p, o->args[i], &err);
    }
    if (rc == 0) {
        rc = pt_probe_try(p, &j, &err);
    }
    pt_probe_close(p);
    return show(o, rc, j, &err, print_tried);
}
