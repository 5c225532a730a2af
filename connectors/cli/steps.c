#include "steps.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"

/* What the verifier finds where a step holds, behind how many there are. */
static const struct {
    const char *step, *name, *held;
} steps[] = {{"genesis", "创世", "个参与方密钥签署了创世，且为所信任的创世"},
             {"key-history", "密钥历史", "个密钥见于创世和日志"},
             {"inclusion", "日志收录", "个签名批次在日志中，签名密钥在该处有效"},
             {"record", "记录", "条记录归于其批次签名的根哈希"},
             {"checkpoint", "检查点", "个可信检查点，互不矛盾"},
             {"about", "文件所指", "条记录属于文件所指"},
             {"erasure", "销毁", "条记录依获同意的命令销毁"},
             {"figure", "指标", "由其记录算得的数值相同"},
             {"completeness", "完整性", "已证明完整"},
             {"withheld", "未出示", NULL},
             {"bundle", "证据文件", NULL},
             {"key", "密钥", NULL},
             {"signature", "签名", NULL},
             {"statement", "声明", NULL},
             {"refusal", "拒收", NULL},
             {"entry", "日志条目", NULL},
             {"path", "路径", NULL},
             {"log", "日志", NULL},
             {"brief", "简报", NULL}};
enum { STEPS = sizeof steps / sizeof steps[0] };

static size_t find(const char *step) {
    size_t i = 0;
    while (i < STEPS && strcmp(steps[i].step, step) != 0) {
        i++;
    }
    return i;
}

void pt_cli_step_begin(const char *step, bool ok) {
    size_t i = find(step);
    if (pt_language_is_chinese()) {
        printf("  %s  %s  ", ok ? "通过" : "未通过", i < STEPS ? steps[i].name : step);
    } else {
        printf("  %s %-12s ", ok ? "ok    " : "FAILED", step);
    }
}

void pt_cli_step_end(const char *step, int code, const char *what, const char *where) {
    size_t i = find(step);
    if (pt_language_is_chinese() && code == 0 && i < STEPS && steps[i].held) {
        printf("%.*s%s", (int)strspn(what, "0123456789"), what, steps[i].held);
    } else {
        if (pt_language_is_chinese() && code != 0) {
            printf("%s：", pt_err_text(code, true));
        }
        pt_cli_print_shown(what, strlen(what));
    }
    fputs(where[0] ? " [" : "", stdout);
    pt_cli_print_shown(where, strlen(where));
    puts(where[0] ? "]" : "");
}
