#include "args.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct pt_arg *find(const struct pt_command *c, const char *name, size_t len) {
    for (size_t i = 0; i < c->n_args; i++) {
        if (strlen(c->args[i].name) == len && memcmp(c->args[i].name, name, len) == 0) {
            return &c->args[i];
        }
    }
    return NULL;
}

static struct pt_arg *must_find(const struct pt_command *c, const char *name) {
    struct pt_arg *a = find(c, name, strlen(name));

    PT_ASSERT(a != NULL);
    return a;
}

static int take(struct pt_command *c, int argc, char **argv, int *i, struct pt_err *err) {
    const char *word = argv[*i];
    const char *equals = strchr(word, '=');
    struct pt_arg *a = find(c, word, equals != NULL ? (size_t)(equals - word) : strlen(word));
    const char *value = "";

    if (a == NULL) {
        return pt_err_set(err, PT_E_USAGE, "%s: no such option of `pentad ca %s`", word, c->name);
    }
    if (a->value == NULL && equals != NULL) {
        return pt_err_set(err, PT_E_USAGE, "%s takes no value", a->name);
    }
    if (a->value != NULL) {
        if (equals == NULL && *i + 1 >= argc) {
            return pt_err_set(err, PT_E_USAGE, "%s needs a value: %s", a->name, a->value);
        }
        value = equals != NULL ? equals + 1 : argv[++*i];
    }
    if (a->n > 0 && !a->many) {
        return pt_err_set(err, PT_E_USAGE, "%s stands twice", a->name);
    }
    if (a->n == PT_ARG_VALUES_MAX) {
        return pt_err_set(err, PT_E_USAGE, "%s stands more than %d times", a->name,
                          PT_ARG_VALUES_MAX);
    }
    a->values[a->n++] = value;
    return 0;
}

int pt_args_parse(struct pt_command *c, int argc, char **argv, struct pt_err *err) {
    for (size_t i = 0; i < c->n_args; i++) {
        c->args[i].n = 0;
    }
    for (int i = 0; i < argc; i++) {
        int rc = take(c, argc, argv, &i, err);

        if (rc != 0) {
            return rc;
        }
    }
    for (size_t i = 0; i < c->n_args; i++) {
        if (c->args[i].required && c->args[i].n == 0) {
            return pt_err_set(err, PT_E_USAGE, "%s %s is missing", c->args[i].name,
                              c->args[i].value);
        }
    }
    return 0;
}

void pt_args_help(const struct pt_command *c) {
    printf("pentad ca %s: %s\n", c->name, c->summary);
    if (c->detail != NULL) {
        printf("%s\n", c->detail);
    }
    printf("\n");
    for (size_t i = 0; i < c->n_args; i++) {
        const struct pt_arg *a = &c->args[i];
        char left[64];

        snprintf(left, sizeof(left), "%s%s%s", a->name, a->value != NULL ? " " : "",
                 a->value != NULL ? a->value : "");
        printf("  %-28s %s%s", left, a->help, a->required ? " (required)" : "");
        if (a->preset != NULL) {
            printf(" [%s]", a->preset);
        }
        printf("%s\n", a->many ? "; may be repeated" : "");
    }
    printf("  %-28s %s\n\nexample:\n  %s\n", "--zh | --en",
           "the language of what it says [the locale's]", c->example);
}

const char *pt_args_get(const struct pt_command *c, const char *name) {
    const struct pt_arg *a = must_find(c, name);

    return a->n > 0 ? a->values[0] : a->preset;
}

bool pt_args_given(const struct pt_command *c, const char *name) {
    return must_find(c, name)->n > 0;
}

const char *const *pt_args_all(const struct pt_command *c, const char *name, size_t *ret_n) {
    const struct pt_arg *a = must_find(c, name);

    *ret_n = a->n;
    return a->values;
}

int pt_args_int(const struct pt_command *c, const char *name, int64_t min, int64_t max,
                int64_t *ret, struct pt_err *err) {
    const char *s = pt_args_get(c, name);
    char *end;
    long long v;

    PT_ASSERT(s != NULL);
    errno = 0;
    v = strtoll(s, &end, 10);
    if (errno != 0 || end == s || *end != '\0' || v < min || v > max) {
        return pt_err_set(err, PT_E_USAGE, "%s: %s is not a number from %" PRId64 " to %" PRId64,
                          name, s, min, max);
    }
    *ret = v;
    return 0;
}
