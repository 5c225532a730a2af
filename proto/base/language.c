#include <pentad/base/language.h>

#include <stdlib.h>
#include <string.h>

bool pt_language_is_chinese(void) {
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]); // NOLINT(concurrency-mt-unsafe): the header says so
        if (value && *value) {
            return strncmp(value, "zh", 2) == 0;
        }
    }
    return false;
}
