/* What people read on a terminal instead of the codes of JSON and CSV: the glossary's words. */
#include <stdio.h>
#include <string.h>

#include <pentad/base/told.h>
#include <pentad/record/key_use.h>
#include <pentad/record/party.h>

#include "cli.h"

const char *pt_cli_word(const char *code, bool zh) {
    static const struct {
        const char *code, *zh;
    } words[] = {{"OPEN", "待答复"},
                 {"REPLIED", "已答复"},
                 {"CLOSED", "已销号"},
                 {"WAIVED", "已认可"},
                 {"R", "红色"},
                 {"Y", "黄色"},
                 {"I", "提示"},
                 {"REPLACE", "更正"},
                 {"REVERSE", "冲销"},
                 {"WITHDRAW", "撤回"},
                 {"void", "已失效"},
                 {"lost", "未采用"},
                 {"refusable", "本应拒收"},
                 {"waiting", "待生效"},
                 {"erased", "已销毁"},
                 {"withdrawal", "撤回"},
                 {"CORRECTED", "已更正"},
                 {"EXPLAIN", "说明"},
                 {"DISPUTE", "异议"},
                 {"RECTIFIED", "已整改"},
                 {"WAIVE", "认可"},
                 {"APPROVE", "同意"},
                 {"REJECT", "不同意"},
                 {"FIRE", "触发"},
                 {"CLEAR", "未触发"},
                 {"UNKNOWN", "暂不能判断"},
                 {"raised", "新增"},
                 {"cleared", "销号"},
                 {"changed", "变化"},
                 {"unknown", "暂不能判断"},
                 {"live", "实时"},
                 {"replay", "回放"},
                 {"retired", "已失效"},
                 {"not_enrolled", "未登记"},
                 {"of_another_use", "用途不符或属他方"}};
    enum pt_party party = pt_party_from_name(code);

    for (size_t i = 0; zh && i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i].code, code) == 0) {
            return words[i].zh;
        }
    }
    const char *use = zh ? pt_key_use_zh(code) : NULL;
    return use ? use : zh && party != PT_PARTY_NONE ? pt_party_name_zh(party) : code;
}

const char *pt_cli_party(const char *party) {
    return pt_cli_word(party, pt_language_is_chinese());
}

/* Behind a format's `%`: where its conversion ends. */
static const char *behind_hole(const char *percent) {
    const char *at = percent + 1;
    at += strspn(at, ".0123456789l");
    return at + (*at != '\0');
}

#define HOLES_MAX 4

/* Is `text` what printf makes of `format`? What stands in its holes, then. A hole ends where the
 * format's text behind it is found first, the last one where the rest of it is left. */
static bool take_holes(const char *format, const char *text, struct pt_span holes[HOLES_MAX]) {
    size_t n = 0;
    for (;;) {
        size_t len = strcspn(format, "%");
        if (strncmp(text, format, len) != 0) {
            return false;
        }
        text += len;
        format += len;
        if (*format == '\0') {
            return *text == '\0';
        }
        format = behind_hole(format);
        size_t next = strcspn(format, "%"), left = strlen(text), end = 0;
        if (format[next] == '\0') {
            end = left < next ? left : left - next;
        } else {
            while (end < left && strncmp(text + end, format, next) != 0) {
                end++;
            }
        }
        PT_ASSERT(n < HOLES_MAX);
        holes[n++] = pt_span(text, end);
        text += end;
    }
}

static void fill_holes(const char *zh, const struct pt_span *holes, char out[CLI_TOLD_MAX]) {
    size_t at = 0, n = 0;
    for (; *zh && at + 1 < CLI_TOLD_MAX; zh++) {
        if (*zh != '%') {
            out[at++] = *zh;
            continue;
        }
        size_t len = holes[n].len < CLI_TOLD_MAX - 1 - at ? holes[n].len : CLI_TOLD_MAX - 1 - at;
        memcpy(out + at, holes[n++].p, len);
        at += len;
        zh++; /* %s */
    }
    out[at] = '\0';
}

const char *pt_cli_told(const char *english, char out[CLI_TOLD_MAX]) {
    static const struct {
        const char *format, *zh; /* as many holes, in that order */
    } told[] = {
        {PT_TOLD_NO_SUBJECT, "台账中没有对象%s：没有记录提及"},
        {PT_TOLD_NONE_OF_KIND, "台账中没有%s %s：没有记录提及"},
        {PT_TOLD_NO_RECORD, "台账中没有记录%s/%s#%s"},
        {PT_TOLD_NO_DISCREPANCY, "台账中没有差异%s"},
        {PT_TOLD_SEVERAL_DISCREPANCIES, "有多项差异以此开头：%s，请多写几位"},
        {PT_TOLD_NO_FIGURE, "没有指标%s"},
        {PT_TOLD_NO_RULE, "没有规则%s；pentad rules列出全部规则"},
        {PT_TOLD_NO_STATUS, "没有状态%s；可用OPEN、REPLIED、CLOSED、WAIVED或active"},
        {PT_TOLD_NO_DISCREPANCY_ID, "%s不是差异编号：应为32位十六进制数字，或其前%s位以上"},
        {PT_TOLD_NOT_DEPT, "须指明部门：DEPT:代码"},
        {"%s: " PT_TOLD_CANT_OPEN ": No such file or directory", "%s：没有此文件"},
    };
    struct pt_span holes[HOLES_MAX] = {0};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        if (take_holes(told[i].format, english, holes)) {
            fill_holes(told[i].zh, holes, out);
            return out;
        }
    }
    return english;
}

const char *pt_cli_s(long long n) {
    return n == 1 ? "" : "s";
}
