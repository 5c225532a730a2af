#include <pentad/record/key_use.h>

#include <stddef.h>
#include <string.h>

static const struct {
    Pentad__V1__KeyUse use;
    const char *name, *zh;
} uses[] = {{PENTAD__V1__KEY_USE__KEY_USE_SIGNING, "signing", "签名"},
            {PENTAD__V1__KEY_USE__KEY_USE_SEALING, "sealing", "密封"},
            {PENTAD__V1__KEY_USE__KEY_USE_RECOVERY, "recovery", "恢复"},
            {PENTAD__V1__KEY_USE__KEY_USE_COSIGNING, "cosigning", "见证"},
            {PENTAD__V1__KEY_USE__KEY_USE_LOG, "log", "日志"}};
enum { USES = sizeof uses / sizeof uses[0] };

const char *pt_key_use_name(Pentad__V1__KeyUse use) {
    for (size_t i = 0; i < USES; i++) {
        if (uses[i].use == use) {
            return uses[i].name;
        }
    }
    return "unknown";
}

const char *pt_key_use_zh(const char *name) {
    for (size_t i = 0; i < USES; i++) {
        if (strcmp(uses[i].name, name) == 0) {
            return uses[i].zh;
        }
    }
    return NULL;
}
