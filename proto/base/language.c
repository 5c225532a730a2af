#include <pentad/base/language.h>

#include <stdlib.h>
#include <string.h>

static enum pt_language chosen;

void pt_language_choose(enum pt_language language) {
    chosen = language;
}

bool pt_language_is_chinese(void) {
    if (chosen != PT_LANGUAGE_OF_ENVIRONMENT) {
        return chosen == PT_LANGUAGE_CHINESE;
    }
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]); // NOLINT(concurrency-mt-unsafe): the header says so
        if (value && *value) {
            return strncmp(value, "zh", 2) == 0;
        }
    }
    return false;
}
