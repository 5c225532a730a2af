#include <pentad/rules/rules.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "embedded.h"
#include "parse.h"

static struct pt_rule rules[PT_RULES_MAX];
static struct pt_rule_info infos[PT_RULES_MAX];
static size_t n_rules;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    PT_ASSERT(pt_rule_files_count <= PT_RULES_MAX);
    for (size_t i = 0; i < pt_rule_files_count; i++) {
        struct pt_err err = {0};
        int parsed = pt_rule_parse(pt_rule_files[i], &rules[i], &err);

        if (parsed == PT_E_NOMEM)
            return;
        if (parsed != 0)
            (void)fprintf(stderr, "%s\n", err.msg);
        PT_ASSERT(parsed == 0);
        infos[i] = rules[i].info;
    }
    n_rules = pt_rule_files_count;
}

const struct pt_rule *pt_rule_all(size_t *ret_n) {
    (void)pthread_once(&once, load);
    *ret_n = n_rules;
    return rules;
}

const struct pt_rule_info *pt_rules_list(size_t *ret_n) {
    (void)pthread_once(&once, load);
    *ret_n = n_rules;
    return infos;
}

const struct pt_rule_info *pt_rules_find(const char *id) {
    size_t n;
    const struct pt_rule_info *r = pt_rules_list(&n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(r[i].id, id) == 0)
            return &r[i];
    return NULL;
}
