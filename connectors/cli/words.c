/* What people read on a terminal instead of the codes of JSON and CSV: the glossary's words. */
#include <string.h>

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
                 {"signing", "签名"},
                 {"sealing", "密封"},
                 {"recovery", "恢复"},
                 {"cosigning", "见证"},
                 {"log", "日志"},
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
    return zh && party != PT_PARTY_NONE ? pt_party_name_zh(party) : code;
}

const char *pt_cli_s(long long n) {
    return n == 1 ? "" : "s";
}
