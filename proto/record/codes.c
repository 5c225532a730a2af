#include <pentad/record/codes.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include <pentad/record/text.h>

#include "codes_internal.h"

/* The codes in force for one kind and year, sorted by code. */
struct table {
    Pentad__V1__CodeKind kind;
    int32_t year; /* 0: every year */
    char **entries;
    size_t n;
    char *pool; /* the entries */
};

struct pt_codes {
    char family[CODES_FAMILY_MAX + 1];
    struct code_syntax syntax[CODES_SYNTAX_MAX];
    size_t n_syntax;
    struct table *tables;
    size_t n_tables;
};

int pt_codes_new(const char *family, struct pt_codes **ret_codes, struct pt_err *err) {
    const struct code_family *f = pt_code_family_find(family);
    struct pt_codes *c;

    *ret_codes = NULL;
    if (f == NULL) {
        return pt_err_set(err, PT_E_UNSUPPORTED, "no code family \"%s\": there are cn and open",
                          family != NULL ? family : "");
    }
    c = calloc(1, sizeof(*c));
    if (c == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for a set of codes");
    }
    PT_ASSERT(f->n_syntax <= CODES_SYNTAX_MAX && strlen(f->name) <= CODES_FAMILY_MAX);
    (void)snprintf(c->family, sizeof(c->family), "%s", f->name);
    for (size_t i = 0; i < f->n_syntax; i++) {
        c->syntax[c->n_syntax++] = f->syntax[i];
    }
    *ret_codes = c;
    return 0;
}

static void table_done(struct table *t) {
    free(t->entries);
    free(t->pool);
    memset(t, 0, sizeof(*t));
}

void pt_codes_free(struct pt_codes *codes) {
    if (codes == NULL) {
        return;
    }
    for (size_t i = 0; i < codes->n_tables; i++) {
        table_done(&codes->tables[i]);
    }
    free(codes->tables);
    free(codes);
}

static int entry_cmp(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *pool_put(char **pool, const char *s) {
    size_t n = strlen(s) + 1;
    char *at = *pool;

    memcpy(at, s, n);
    *pool += n;
    return at;
}

/* Copies n codes into a table of its own. `get` hands out code i. */
static int table_init(struct table *t, size_t n, const char *(*get)(const void *from, size_t i),
                      const void *from) {
    size_t bytes = 0;
    char *pool;

    for (size_t i = 0; i < n; i++) {
        bytes += strlen(get(from, i)) + 1;
    }
    t->entries = calloc(n > 0 ? n : 1, sizeof(*t->entries));
    t->pool = malloc(bytes > 0 ? bytes : 1);
    if (t->entries == NULL || t->pool == NULL) {
        table_done(t);
        return PT_E_NOMEM;
    }
    pool = t->pool;
    for (size_t i = 0; i < n; i++) {
        t->entries[i] = pool_put(&pool, get(from, i));
    }
    t->n = n;
    qsort(t->entries, n, sizeof(*t->entries), entry_cmp);
    return 0;
}

static const char *get_from_table(const void *from, size_t i) {
    const struct table *t = from;

    return t->entries[i];
}

static const char *get_from_record(const void *from, size_t i) {
    const Pentad__V1__CodeTable *t = from;

    return t->entries[i]->code != NULL ? t->entries[i]->code : "";
}

int pt_codes_clone(const struct pt_codes *codes, struct pt_codes **ret_codes, struct pt_err *err) {
    struct pt_codes *c = malloc(sizeof(*c));
    int rc = 0;

    *ret_codes = NULL;
    if (c == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for a set of codes");
    }
    memcpy(c, codes, sizeof(*c));
    c->n_tables = 0;
    c->tables = calloc(codes->n_tables > 0 ? codes->n_tables : 1, sizeof(*c->tables));
    if (c->tables == NULL) {
        rc = PT_E_NOMEM;
        goto out;
    }
    for (size_t i = 0; i < codes->n_tables; i++) {
        const struct table *t = &codes->tables[i];

        c->tables[i].kind = t->kind;
        c->tables[i].year = t->year;
        rc = table_init(&c->tables[i], t->n, get_from_table, t);
        if (rc != 0) {
            goto out;
        }
        c->n_tables++;
    }
    *ret_codes = c;
    c = NULL;
out:
    pt_codes_free(c);
    return rc == 0 ? 0 : pt_err_set(err, rc, "no memory for a set of codes");
}

static bool names_kind(const Pentad__V1__CodeTable *table, Pentad__V1__CodeKind kind) {
    for (size_t i = 0; i < table->n_syntax; i++) {
        if (table->syntax[i]->kind == kind) {
            return true;
        }
    }
    return false;
}

static int apply_syntax(struct pt_codes *c, const Pentad__V1__CodeTable *table,
                        struct pt_err *err) {
    size_t kept = 0;

    for (size_t i = 0; i < table->n_syntax; i++) {
        const char *pattern = table->syntax[i]->pattern;

        if (pattern == NULL || !pt_code_pattern_valid(pattern)) {
            return pt_err_set(err, PT_E_FIELD, "syntax[%zu] has no valid pattern", i);
        }
    }
    if (c->n_syntax + table->n_syntax > CODES_SYNTAX_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "more than %d forms of codes", CODES_SYNTAX_MAX);
    }
    for (size_t i = 0; i < c->n_syntax; i++) {
        if (!names_kind(table, c->syntax[i].kind)) {
            c->syntax[kept++] = c->syntax[i];
        }
    }
    c->n_syntax = kept;
    for (size_t i = 0; i < table->n_syntax; i++) {
        const Pentad__V1__CodeSyntax *from = table->syntax[i];
        struct code_syntax *to = &c->syntax[c->n_syntax++];

        memset(to, 0, sizeof(*to));
        to->kind = from->kind;
        to->subject_kind = from->subject_kind;
        to->check = from->check;
        (void)snprintf(to->pattern, sizeof(to->pattern), "%s", from->pattern);
    }
    return 0;
}

static struct table *find_exact(const struct pt_codes *c, Pentad__V1__CodeKind kind, int32_t year) {
    for (size_t i = 0; i < c->n_tables; i++) {
        if (c->tables[i].kind == kind && c->tables[i].year == year) {
            return &c->tables[i];
        }
    }
    return NULL;
}

static int apply_entries(struct pt_codes *c, const Pentad__V1__CodeTable *table,
                         struct pt_err *err) {
    struct table fresh = {.kind = table->kind, .year = table->has_year ? table->year : 0};
    struct table *old = find_exact(c, fresh.kind, fresh.year);

    if (table_init(&fresh, table->n_entries, get_from_record, table) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "no memory for a code table");
    }
    if (old == NULL) {
        struct table *more = NULL;

        if (c->n_tables < CODES_TABLES_MAX) {
            more = realloc(c->tables, (c->n_tables + 1) * sizeof(*more));
        }
        if (more == NULL) {
            table_done(&fresh);
            return pt_err_set(err, PT_E_NOMEM, "no room for another code table");
        }
        c->tables = more;
        old = &c->tables[c->n_tables++];
        memset(old, 0, sizeof(*old));
    }
    table_done(old);
    *old = fresh;
    return 0;
}

int pt_codes_apply(struct pt_codes *codes, const Pentad__V1__CodeTable *table, struct pt_err *err) {
    int rc = 0;

    if (table->family == NULL || strcmp(table->family, codes->family) != 0) {
        return pt_err_set(err, PT_E_UNSUPPORTED, "the table is for family %s, in force is %s",
                          table->family != NULL ? table->family : "(none)", codes->family);
    }
    if (table->n_syntax > 0) {
        rc = apply_syntax(codes, table, err);
    }
    if (rc == 0 && table->n_entries > 0) {
        rc = apply_entries(codes, table, err);
    }
    return rc;
}

/* What any code may be: 1 to 64 characters of text without blanks. */
static bool any_code(const char *code) {
    size_t len = strnlen(code, 4 * PT_CODE_MAX + 1);
    const uint8_t *p = (const uint8_t *)code;
    bool ascii = len <= PT_CODE_MAX;
    size_t chars = 0;

    if (len == 0 || len > 4 * (size_t)PT_CODE_MAX) {
        return false;
    }
    for (size_t i = 0; ascii && i < len; i++) {
        ascii = p[i] > 0x20 && p[i] < 0x7F;
    }
    if (ascii) {
        return true;
    }
    if (pt_text_check(code, len, &chars, NULL) != 0 || chars > PT_CODE_MAX) {
        return false;
    }
    for (size_t i = 0; i < len;) {
        utf8proc_int32_t cp;
        utf8proc_ssize_t n = utf8proc_iterate(p + i, (utf8proc_ssize_t)(len - i), &cp);

        if (n <= 0 || utf8proc_category(cp) == UTF8PROC_CATEGORY_ZS) {
            return false;
        }
        i += (size_t)n;
    }
    return true;
}

/* 0, PT_E_FIELD or PT_E_CHECK_DIGIT. A kind without declared forms takes any code. */
static int check_syntax(const struct pt_codes *c, Pentad__V1__CodeKind kind,
                        Pentad__V1__SubjectKind subject_kind, const char *code) {
    bool declared = false;
    int rc = PT_E_FIELD;

    for (size_t i = 0; i < c->n_syntax; i++) {
        const struct code_syntax *s = &c->syntax[i];

        if (s->kind != kind ||
            (subject_kind != 0 && s->subject_kind != 0 && s->subject_kind != subject_kind)) {
            continue;
        }
        declared = true;
        if (!pt_code_pattern_match(s->pattern, code)) {
            continue;
        }
        if (s->check != PENTAD__V1__CODE_CHECK__CODE_CHECK_GB32100 || pt_uscc_valid(code)) {
            return any_code(code) ? 0 : PT_E_FIELD;
        }
        rc = PT_E_CHECK_DIGIT;
    }
    if (!declared) {
        return any_code(code) ? 0 : PT_E_FIELD;
    }
    return rc;
}

static bool has_entry(const struct table *t, const char *code) {
    size_t lo = 0;
    size_t hi = t->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int cmp = strcmp(t->entries[mid], code);

        if (cmp == 0) {
            return true;
        }
        if (cmp < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return false;
}

static const struct table *in_force(const struct pt_codes *c, Pentad__V1__CodeKind kind,
                                    int32_t year) {
    const struct table *t = find_exact(c, kind, year);

    return t != NULL || year == 0 ? t : find_exact(c, kind, 0);
}

static int check_entry(const struct pt_codes *c, Pentad__V1__CodeKind kind, int32_t year,
                       const char *code) {
    const struct table *t = in_force(c, kind, year);

    return t == NULL || has_entry(t, code) ? 0 : PT_E_CODE;
}

int pt_codes_check(const struct pt_codes *codes, Pentad__V1__CodeKind kind, int32_t year,
                   const char *code) {
    int rc = check_syntax(codes, kind, PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNSPECIFIED, code);

    return rc != 0 ? rc : check_entry(codes, kind, year, code);
}

int pt_codes_check_subject(const struct pt_codes *codes, Pentad__V1__SubjectKind kind, int32_t year,
                           const char *key) {
    int rc;

    switch (kind) {
    case PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_DEPT:
    case PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_UNIT:
        return pt_codes_check(codes, PENTAD__V1__CODE_KIND__CODE_KIND_BODY, year, key);
    case PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_REGION:
        return pt_codes_check(codes, PENTAD__V1__CODE_KIND__CODE_KIND_REGION, year, key);
    default:
        rc = check_syntax(codes, PENTAD__V1__CODE_KIND__CODE_KIND_SUBJECT, kind, key);
        return rc != 0 ? rc
                       : check_entry(codes, PENTAD__V1__CODE_KIND__CODE_KIND_SUBJECT, year, key);
    }
}

int pt_codes_check_key(const struct pt_codes *codes, int32_t year, const char *key) {
    static const Pentad__V1__CodeKind kinds[] = {PENTAD__V1__CODE_KIND__CODE_KIND_SUBJECT,
                                                 PENTAD__V1__CODE_KIND__CODE_KIND_BODY,
                                                 PENTAD__V1__CODE_KIND__CODE_KIND_REGION};
    int worst = PT_E_FIELD;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        int rc = pt_codes_check(codes, kinds[i], year, key);

        if (rc == 0) {
            return 0;
        }
        worst = rc != PT_E_FIELD ? rc : worst;
    }
    return worst;
}
