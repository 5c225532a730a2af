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

static const char *text(const char *s) {
    return s ? s : "";
}

static void load(void) {
    PT_ASSERT(pt_rule_files_count <= PT_RULES_MAX);
    for (size_t i = 0; i < pt_rule_files_count; i++) {
        struct pt_err err = {0};
        struct pt_rule_info *f = &rules[i].info;

        int parsed = pt_rule_parse(pt_rule_files[i], &rules[i], &err);

        if (parsed == PT_E_NOMEM)
            return;
        if (parsed != 0)
            (void)fprintf(stderr, "%s\n", err.msg);
        PT_ASSERT(parsed == 0);
        f->params = rules[i].params;
        f->name_zh = text(f->name_zh);
        f->name_en = text(f->name_en);
        f->parties = text(f->parties);
        f->reads = text(f->reads);
        f->when = text(f->when);
        f->basis = text(f->basis);
        f->message_zh = text(f->message_zh);
        f->message_en = text(f->message_en);
        f->clears = text(f->clears);
        f->responders = text(f->responders);
        f->awaits = text(f->awaits);
        f->scope = text(f->scope);
        f->remarks = text(f->remarks);
        infos[i] = *f;
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
