#include <string.h>

#include "codes_internal.h"

#define KIND(k) PENTAD__V1__CODE_KIND__CODE_KIND_##k
#define SUBJECT(k) PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_##k
#define CHECK(k) PENTAD__V1__CODE_CHECK__CODE_CHECK_##k
#define PLAIN(k, pattern)                                                                          \
    { KIND(k), SUBJECT(UNSPECIFIED), CHECK(NONE), pattern }
#define ITEM(k, pattern)                                                                           \
    { KIND(SUBJECT), SUBJECT(k), CHECK(NONE), pattern }
#define USCC(k)                                                                                    \
    { KIND(k), SUBJECT(UNSPECIFIED), CHECK(GB32100), "??????????????????" }

/* China: GB/T 2260 regions, GB 32100 bodies, the yearly 政府收支分类, 21-character 项目代码. */
static const struct code_syntax cn[] = {
    PLAIN(REGION, "######"),
    PLAIN(FUNCTION, "###"),
    PLAIN(FUNCTION, "#####"),
    PLAIN(FUNCTION, "#######"),
    PLAIN(ECON_GOV, "###"),
    PLAIN(ECON_GOV, "#####"),
    PLAIN(ECON_DEP, "###"),
    PLAIN(ECON_DEP, "#####"),
    USCC(BODY),
    USCC(USCC),
    ITEM(PROJECT, "########@############"),
    ITEM(POLICY, "POL-######-####-#####"),
    ITEM(TRANSFER, "TRF-######-####-#####"),
    ITEM(FUND, "FND-######-####-#####"),
    ITEM(PPP, "PPP-######-####-#####"),
    ITEM(DEBT, "DBT-######-####-#####"),
    ITEM(GOVBUY, "GVB-######-####-#####"),
    PLAIN(BUNIT, "###"),
    PLAIN(BUNIT, "######"),
    PLAIN(BUNIT, "#########"),
};

static const struct code_family families[] = {
    {"cn", cn, sizeof(cn) / sizeof(cn[0])},
    {"open", NULL, 0}, /* any body's own codes: whatever a code may be at all */
};

const struct code_family *pt_code_family_find(const char *name) {
    for (size_t i = 0; name != NULL && i < sizeof(families) / sizeof(families[0]); i++) {
        if (strcmp(families[i].name, name) == 0) {
            return &families[i];
        }
    }
    return NULL;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

bool pt_code_pattern_valid(const char *pattern) {
    size_t n = strnlen(pattern, PT_CODE_MAX + 1);
    const char *star = strchr(pattern, '*');

    if (n == 0 || n > PT_CODE_MAX || (star != NULL && star[1] != '\0')) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (pattern[i] <= 0x20 || pattern[i] >= 0x7F) {
            return false;
        }
    }
    return true;
}

bool pt_code_pattern_match(const char *pattern, const char *code) {
    for (; *pattern != '\0'; pattern++, code++) {
        switch (*pattern) {
        case '*':
            return *code != '\0';
        case '#':
            if (!is_digit(*code)) {
                return false;
            }
            break;
        case '@':
            if (!is_upper(*code)) {
                return false;
            }
            break;
        case '?':
            if (!is_digit(*code) && !is_upper(*code)) {
                return false;
            }
            break;
        default:
            if (*code != *pattern) {
                return false;
            }
            break;
        }
    }
    return *code == '\0';
}
