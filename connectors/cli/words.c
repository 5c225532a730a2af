/* What people read on a terminal instead of the codes of JSON and CSV: the glossary's words. */
#include <stdio.h>
#include <string.h>

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

const char *pt_cli_told(const char *english, char out[CLI_TOLD_MAX]) {
    /* What stands before and behind the name. */
    static const struct {
        const char *before, *behind, *zh_before, *zh_behind;
    } told[] = {
        {"the ledger knows no subject ", ": no record speaks of it", "台账中没有对象",
         "：没有记录提及"},
        {"the ledger knows no ", ": no record speaks of it", "台账中没有", "：没有记录提及"},
        {"the ledger holds no record ", "", "台账中没有记录", ""},
        {"the ledger holds no discrepancy ", "", "台账中没有差异", ""},
        {"several discrepancies begin with ", "; give more of it", "有多项差异以此开头：",
         "，请多写几位"},
        {"there is no figure ", "", "没有指标", ""},
        {"there is no rule ", "; pentad rules lists them", "没有规则",
         "；pentad rules列出全部规则"},
        {"no status is called ", "; use OPEN, REPLIED, CLOSED, WAIVED or active", "没有状态",
         "；可用OPEN、REPLIED、CLOSED、WAIVED或active"},
        {"", " is no discrepancy's id: its 32 hexadecimal digits, or the first 6 or more of them",
         "", "不是差异编号：应为32位十六进制数字，或其前6位以上"},
        {"a department's items are asked for: DEPT:code", "", "须指明部门：DEPT:代码", ""},
        {"", ": can't open: No such file or directory", "", "：没有此文件"}};
    size_t len = strlen(english);

    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        size_t a = strlen(told[i].before), b = strlen(told[i].behind);
        if (len >= a + b && strncmp(english, told[i].before, a) == 0 &&
            strcmp(english + len - b, told[i].behind) == 0) {
            (void)snprintf(out, CLI_TOLD_MAX, "%s%.*s%s", told[i].zh_before, (int)(len - a - b),
                           english + a, told[i].zh_behind);
            return out;
        }
    }
    return english;
}

const char *pt_cli_s(long long n) {
    return n == 1 ? "" : "s";
}
