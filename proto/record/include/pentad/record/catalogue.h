/* The catalogue: ONE table of the record types, each with its author, readers, subject and
 * corrections. Everything else (validation, visibility, the fold, the docs) starts here. Knows no
 * storage and no network. Pure, any thread. docs/records.md, docs/formats.md 5. */
#ifndef PENTAD_RECORD_CATALOGUE_H
#define PENTAD_RECORD_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/record/party.h>
#include <pentad/v1/record.pb-c.h>

/* Flags. */
#define PT_RT_DISCLOSED 0x01U  /* +P: public once a disclosure covers it */
#define PT_RT_SEALED 0x02U     /* content encrypted to its readers */
#define PT_RT_YEAR 0x04U       /* fiscal_year required */
#define PT_RT_EFFECTIVE 0x08U  /* effective required */
#define PT_RT_DOC_NO 0x10U     /* doc_no required */
#define PT_RT_EXCHANGE 0x20U   /* about the exchange itself, not about public money */
#define PT_RT_OPENS 0x40U      /* sealed until another of the type opens it: then for all six */
#define PT_RT_SENDER 0x80U     /* read by the party that its field `sender` names */
#define PT_RT_APPLICANT 0x100U /* originator required: who applies for the money */
#define PT_RT_ANOTHERS 0x200U  /* originator may be another party, whose it is though handed in */

/* Subject kinds as bits. NONE stands for a record without a subject. */
#define PT_SUBJECT_BIT(kind) ((uint32_t)(1U << PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_##kind))
#define PT_SUBJECTS_NONE PT_SUBJECT_BIT(NONE)
#define PT_SUBJECTS_ITEM                                                                           \
    (PT_SUBJECT_BIT(PROJECT) | PT_SUBJECT_BIT(POLICY) | PT_SUBJECT_BIT(TRANSFER) |                 \
     PT_SUBJECT_BIT(FUND) | PT_SUBJECT_BIT(PPP) | PT_SUBJECT_BIT(DEBT) | PT_SUBJECT_BIT(GOVBUY))
#define PT_SUBJECTS_ORG (PT_SUBJECT_BIT(DEPT) | PT_SUBJECT_BIT(UNIT))
#define PT_SUBJECTS_REGION PT_SUBJECT_BIT(REGION)
#define PT_SUBJECTS_SOME (PT_SUBJECTS_ITEM | PT_SUBJECTS_ORG | PT_SUBJECTS_REGION)
#define PT_SUBJECTS_ANY (PT_SUBJECTS_SOME | PT_SUBJECTS_NONE)

/* Corrections as bits. */
#define PT_CORR_REPLACE (1U << PENTAD__V1__CORRECTION__CORRECTION_REPLACE)
#define PT_CORR_REVERSE (1U << PENTAD__V1__CORRECTION__CORRECTION_REVERSE)
#define PT_CORR_WITHDRAW (1U << PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW)
#define PT_CORR_SUPPLEMENT (1U << PENTAD__V1__CORRECTION__CORRECTION_SUPPLEMENT)
#define PT_CORR_USUAL (PT_CORR_REPLACE | PT_CORR_WITHDRAW)

/* Short hands of the table below. */
#define PT_P_N PT_PARTY_BIT(PT_PARTY_CONGRESS)
#define PT_P_D PT_PARTY_BIT(PT_PARTY_DISCIPLINE)
#define PT_P_O PT_PARTY_BIT(PT_PARTY_ORGANIZATION)
#define PT_P_F PT_PARTY_BIT(PT_PARTY_FINANCE)
#define PT_P_A PT_PARTY_BIT(PT_PARTY_AUDIT)
#define PT_P_J PT_PARTY_BIT(PT_PARTY_OFFICE)
#define PT_P_H PT_PARTY_BIT(PT_PARTY_HUB)
#define PT_F_FACT PT_RT_EFFECTIVE
#define PT_F_YEAR (PT_RT_EFFECTIVE | PT_RT_YEAR)

/* X(name, tag, code, member of Record's oneof, English, 中文, authors, readers, readers of
 *   aggregates only, flags, subjects, corrections, requirements of the opinion) */
#define PT_RECORD_TABLE(X)                                                                         \
    X(ORG_PROFILE, 101, "P01", org_profile, "organization profile", "机构档案", PT_P_F,            \
      PT_PARTIES_SIX, 0, PT_F_FACT | PT_RT_DISCLOSED, PT_SUBJECTS_ORG, PT_CORR_USUAL,              \
      "R-10 R-17 R-56 R-61 R-68")                                                                  \
    X(SUBJECT_PROFILE, 102, "P02", subject_profile, "subject profile", "事项档案", PT_P_F,         \
      PT_PARTIES_SIX, 0, PT_F_FACT | PT_RT_DISCLOSED, PT_SUBJECTS_ITEM, PT_CORR_USUAL,             \
      "R-6 R-9 R-12 R-47 R-57 R-62")                                                               \
    X(RESPONSIBLE_PERSON, 103, "P03", responsible_person, "responsible person", "责任人",          \
      PT_P_F | PT_P_O, PT_PARTIES_SIX, 0, PT_F_FACT | PT_RT_SEALED, PT_SUBJECTS_SOME,              \
      PT_CORR_USUAL | PT_CORR_SUPPLEMENT, "R-58 R-59")                                             \
    X(EX_ANTE_EVAL, 111, "E01", ex_ante_eval, "ex-ante evaluation", "事前绩效评估", PT_P_F,        \
      PT_PARTIES_SIX, 0, PT_F_FACT, PT_SUBJECTS_ITEM, PT_CORR_USUAL, "R-22 R-23 R-24 R-25")        \
    X(BUDGET_REVIEW, 112, "E02", budget_review, "budget review", "预算审核", PT_P_F,               \
      PT_PARTIES_SIX, 0, PT_F_YEAR, PT_SUBJECTS_ITEM, PT_CORR_USUAL, "R-25 R-26")                  \
    X(LIBRARY_EVENT, 113, "E03", library_event, "project library event", "项目库事件", PT_P_F,     \
      PT_PARTIES_SIX, 0, PT_F_YEAR, PT_SUBJECTS_ITEM, PT_CORR_USUAL, "R-14 R-24 R-31")             \
    X(PERF_GOAL, 114, "E04", perf_goal, "performance goal", "绩效目标", PT_P_F, PT_PARTIES_SIX, 0, \
      PT_F_YEAR | PT_RT_DISCLOSED | PT_RT_APPLICANT | PT_RT_ANOTHERS, PT_SUBJECTS_SOME,            \
      PT_CORR_USUAL, "R-6 R-11 R-12 R-16 R-28 R-29 R-30 R-33")                                     \
    X(GOAL_REVIEW, 115, "E05", goal_review, "goal review", "绩效目标审核", PT_P_F, PT_PARTIES_SIX, \
      0, PT_F_YEAR, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-32")                                       \
    X(CONGRESS_SUBMISSION, 121, "B01", congress_submission, "submission to congress",              \
      "报送人大材料", PT_P_F, PT_PARTIES_SIX, 0, PT_F_YEAR | PT_RT_DISCLOSED,                      \
      PT_SUBJECTS_REGION | PT_SUBJECTS_ORG, PT_CORR_USUAL | PT_CORR_SUPPLEMENT,                    \
      "R-17 R-71 R-72 R-73")                                                                       \
    X(CONGRESS_RECEIPT, 122, "B02", congress_receipt, "receipt by congress", "人大签收", PT_P_N,   \
      PT_PARTIES_SIX, 0, PT_F_FACT, PT_SUBJECTS_ANY, PT_CORR_USUAL, "R-17 R-71")                   \
    X(CONGRESS_APPROVAL, 123, "B03", congress_approval, "approval by congress", "人大批准",        \
      PT_P_N, PT_PARTIES_SIX, 0, PT_F_YEAR | PT_RT_DOC_NO | PT_RT_DISCLOSED, PT_SUBJECTS_REGION,   \
      PT_CORR_REPLACE, "R-5 R-8 R-33")                                                             \
    X(ALLOTMENT, 124, "B04", allotment, "allotment", "预算指标", PT_P_F, PT_PARTIES_SIX, 0,        \
      PT_F_YEAR, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-5 R-8 R-33 R-37 R-52")                        \
    X(CARRY_OVER, 125, "B05", carry_over, "carry-over", "结转结余", PT_P_F, PT_PARTIES_SIX, 0,     \
      PT_F_YEAR, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-4")                                           \
    X(PAYMENT_BATCH, 131, "X01", payment_batch, "treasury payments", "国库支付", PT_P_F,           \
      PT_P_N | PT_P_D | PT_P_F | PT_P_A, PT_P_O | PT_P_J, PT_F_YEAR, PT_SUBJECTS_ORG,              \
      PT_CORR_REVERSE, "R-5 R-8 R-34 R-68")                                                        \
    X(EXEC_SNAPSHOT, 132, "X02", exec_snapshot, "execution month report", "执行月报", PT_P_F,      \
      PT_PARTIES_SIX, 0, PT_F_YEAR, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-15 R-34 R-36")             \
    X(MONITOR_REPORT, 133, "X03", monitor_report, "monitoring report", "绩效运行监控", PT_P_F,     \
      PT_PARTIES_SIX, 0, PT_F_YEAR, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-34 R-35 R-36 R-38 R-41")   \
    X(FUND_CONTROL, 134, "X04", fund_control, "fund control", "资金管控", PT_P_F, PT_PARTIES_SIX,  \
      0, PT_F_YEAR, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-4 R-37 R-38 R-39 R-40 R-41")               \
    X(REGION_FISCAL, 135, "X05", region_fiscal, "fiscal operation of a region", "区域财政运行",    \
      PT_P_F, PT_PARTIES_SIX, 0, PT_F_YEAR | PT_RT_DISCLOSED, PT_SUBJECTS_REGION, PT_CORR_USUAL,   \
      "R-7 R-9 R-18 R-19 R-42")                                                                    \
    X(BIZ_FACT, 136, "X06", biz_fact, "linked business fact", "业务关联事实", PT_P_F,              \
      PT_PARTIES_SIX, 0, PT_F_FACT, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-16 R-70")                  \
    X(EVALUATION, 141, "V01", evaluation, "evaluation", "绩效评价", PT_P_F, PT_PARTIES_SIX, 0,     \
      PT_F_YEAR | PT_RT_DISCLOSED, PT_SUBJECTS_SOME, PT_CORR_USUAL,                                \
      "R-6 R-7 R-11 R-15 R-16 R-20 R-43 R-44 R-46 R-47 R-48 R-49")                                 \
    X(RESULT_USE, 142, "V02", result_use, "use of a result", "评价结果应用", PT_P_F,               \
      PT_PARTIES_SIX, 0, PT_F_YEAR | PT_RT_DISCLOSED, PT_SUBJECTS_SOME, PT_CORR_USUAL,             \
      "R-5 R-14 R-45 R-51 R-53 R-54 R-55")                                                         \
    X(RECTIFICATION, 143, "V03", rectification, "rectification", "整改",                           \
      PT_P_F | PT_P_A | PT_P_N | PT_P_J, PT_PARTIES_SIX, 0, PT_F_FACT, PT_SUBJECTS_ANY,            \
      PT_CORR_USUAL, "R-35 R-38 R-39 R-50 R-76")                                                   \
    X(CONGRESS_OPINION, 151, "N01", congress_opinion, "opinion of congress", "人大监督意见",       \
      PT_P_N, PT_PARTIES_SIX, 0, PT_F_FACT | PT_RT_DISCLOSED, PT_SUBJECTS_ANY, PT_CORR_USUAL,      \
      "R-3 R-72")                                                                                  \
    X(AUDIT_PLAN, 161, "A01", audit_plan, "audit plan", "审计计划", PT_P_A, PT_P_A, 0,             \
      PT_F_FACT | PT_RT_SEALED | PT_RT_OPENS, PT_SUBJECTS_NONE, PT_CORR_WITHDRAW, "R-77")          \
    X(AUDIT_FIGURE, 162, "A02", audit_figure, "figure found by audit", "审计认定数", PT_P_A,       \
      PT_PARTIES_SIX, 0, PT_F_YEAR, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-77")                       \
    X(AUDIT_FINDING, 163, "A03", audit_finding, "audit finding", "审计发现", PT_P_A,               \
      PT_PARTIES_SIX, 0, PT_F_YEAR | PT_RT_DISCLOSED, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-77")     \
    X(AUDIT_VERIFY, 164, "A04", audit_verify, "check of rectification", "整改核查", PT_P_A,        \
      PT_PARTIES_SIX, 0, PT_F_FACT, PT_SUBJECTS_ANY, PT_CORR_USUAL, "R-77")                        \
    X(ECON_RESP_AUDIT, 165, "A05", econ_resp_audit, "economic-responsibility audit",               \
      "经责审计结论", PT_P_A, PT_P_D | PT_P_O | PT_P_A, 0, PT_F_FACT | PT_RT_SEALED,               \
      PT_SUBJECTS_NONE, PT_CORR_USUAL, "R-78")                                                     \
    X(CLUE_TRANSFER, 171, "D01", clue_transfer, "clue transfer", "问题线索移送",                   \
      PT_P_N | PT_P_O | PT_P_F | PT_P_A, PT_P_D, PT_P_J, PT_RT_SEALED, PT_SUBJECTS_NONE,           \
      PT_CORR_SUPPLEMENT, "R-79")                                                                  \
    X(CLUE_RECEIPT, 172, "D02", clue_receipt, "clue receipt", "线索签收", PT_P_D, 0, PT_P_J,       \
      PT_RT_SENDER, PT_SUBJECTS_NONE, PT_CORR_USUAL, "R-79")                                       \
    X(CLUE_OUTCOME, 173, "D03", clue_outcome, "clue outcome", "线索办理反馈", PT_P_D, 0, PT_P_J,   \
      PT_RT_SEALED | PT_RT_SENDER, PT_SUBJECTS_NONE, PT_CORR_USUAL, "R-79")                        \
    X(ACCOUNTABILITY, 174, "D04", accountability, "accountability", "问责处理", PT_P_D | PT_P_O,   \
      PT_P_D | PT_P_O | PT_P_A, 0, PT_F_FACT | PT_RT_SEALED | PT_RT_OPENS | PT_RT_DISCLOSED,       \
      PT_SUBJECTS_NONE, PT_CORR_WITHDRAW, "R-59")                                                  \
    X(APPRAISAL, 181, "O01", appraisal, "appraisal", "综合绩效考核结果", PT_P_O, PT_PARTIES_SIX,   \
      0, PT_F_YEAR | PT_RT_DISCLOSED, PT_SUBJECTS_ORG | PT_SUBJECTS_REGION, PT_CORR_USUAL,         \
      "R-3 R-74")                                                                                  \
    X(CADRE_USE, 182, "O02", cadre_use, "use in cadre appraisal", "干部考核使用回执", PT_P_O,      \
      PT_P_D | PT_P_O, PT_P_J, PT_F_YEAR | PT_RT_SEALED, PT_SUBJECTS_NONE, PT_CORR_USUAL, "R-74")  \
    X(WORK_ASSESSMENT, 185, "W01", work_assessment, "assessment of performance work",              \
      "绩效管理工作考核", PT_P_F, PT_PARTIES_SIX, 0, PT_F_YEAR,                                    \
      PT_SUBJECTS_ORG | PT_SUBJECTS_REGION, PT_CORR_USUAL, "R-55 R-60 R-75")                       \
    X(MEETING, 191, "J01", meeting, "joint meeting", "联席会议", PT_P_J, PT_PARTIES_SIX, 0,        \
      PT_F_FACT, PT_SUBJECTS_NONE, PT_CORR_USUAL, "R-65")                                          \
    X(TASK, 192, "J02", task, "supervised task", "督办事项", PT_P_J, PT_PARTIES_SIX, 0, PT_F_FACT, \
      PT_SUBJECTS_ANY, PT_CORR_USUAL, "R-2 R-65")                                                  \
    X(TASK_FEEDBACK, 193, "J03", task_feedback, "feedback on a task", "办理反馈", PT_PARTIES_SIX,  \
      PT_PARTIES_SIX, 0, PT_F_FACT, PT_SUBJECTS_ANY, PT_CORR_USUAL, "R-65")                        \
    X(NOTICE, 194, "J04", notice, "notice", "预警约谈通报", PT_P_J | PT_P_F, PT_PARTIES_SIX, 0,    \
      PT_F_FACT | PT_RT_DOC_NO | PT_RT_DISCLOSED, PT_SUBJECTS_ANY, PT_CORR_USUAL,                  \
      "R-39 R-46 R-65 R-76")                                                                       \
    X(THIRD_PARTY, 201, "S01", third_party, "third party and its engagements", "第三方机构及委托", \
      PT_P_F, PT_PARTIES_SIX, 0, PT_F_FACT | PT_RT_DISCLOSED, PT_SUBJECTS_NONE, PT_CORR_USUAL,     \
      "R-49 R-66")                                                                                 \
    X(EXPERT, 202, "S02", expert, "expert", "专家", PT_P_F, PT_PARTIES_SIX, 0, PT_F_FACT,          \
      PT_SUBJECTS_NONE, PT_CORR_USUAL, "R-67")                                                     \
    X(DISCLOSURE, 203, "S03", disclosure, "disclosure", "信息公开", PT_P_N | PT_P_F | PT_P_A,      \
      PT_PARTIES_SIX, 0, PT_F_FACT | PT_RT_DISCLOSED, PT_SUBJECTS_ANY, PT_CORR_USUAL,              \
      "R-50 R-71 R-73")                                                                            \
    X(PUBLIC_FEEDBACK, 204, "S04", public_feedback, "feedback from the public", "公众意见",        \
      PT_P_F, PT_PARTIES_SIX, 0, PT_F_FACT, PT_SUBJECTS_ANY, PT_CORR_USUAL, "R-56 R-71")           \
    X(INSTITUTION_DOC, 205, "S05", institution_doc, "institution document", "制度文件",            \
      PT_PARTIES_SIX, PT_PARTIES_SIX, 0, PT_F_FACT | PT_RT_DOC_NO, PT_SUBJECTS_NONE,               \
      PT_CORR_USUAL, "R-2 R-60 R-61 R-69")                                                         \
    X(DISCREPANCY, 211, "H01", discrepancy, "discrepancy", "比对差异", PT_P_H, PT_PARTIES_SIX, 0,  \
      PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-3 R-63")                                             \
    X(DISCREPANCY_REPLY, 212, "H02", discrepancy_reply, "reply to a discrepancy", "差异答复",      \
      PT_PARTIES_SIX, PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, PT_CORR_USUAL,          \
      "R-3 R-63")                                                                                  \
    X(LEDGER_SNAPSHOT, 213, "H03", ledger_snapshot, "ledger snapshot", "台账快照", PT_P_H,         \
      PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")                              \
    X(BRIEF, 214, "H04", brief, "brief as issued", "简报", PT_P_J, PT_PARTIES_SIX, 0,              \
      PT_RT_EXCHANGE | PT_RT_EFFECTIVE | PT_RT_DOC_NO, PT_SUBJECTS_NONE, PT_CORR_USUAL, "R-65")    \
    X(ACCESS_LOG, 215, "H05", access_log, "record of accesses", "查阅留痕", PT_P_H,                \
      PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")                              \
    X(PARTY_CERT, 216, "H06", party_cert, "access certificate", "接入证书", PT_P_J,                \
      PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, PT_CORR_USUAL, "R-64")                  \
    X(RULE_SET, 217, "H07", rule_set, "rule parameters", "规则参数", PT_P_J, PT_PARTIES_SIX, 0,    \
      PT_RT_EXCHANGE | PT_RT_EFFECTIVE, PT_SUBJECTS_NONE, PT_CORR_USUAL, "R-21")                   \
    X(WORKDAYS, 218, "H08", workdays, "working days", "工作日历", PT_P_J, PT_PARTIES_SIX, 0,       \
      PT_RT_EXCHANGE | PT_RT_EFFECTIVE, PT_SUBJECTS_NONE, PT_CORR_USUAL, "R-21")                   \
    X(CODE_TABLE, 219, "H09", code_table, "code table", "码表", PT_P_J, PT_PARTIES_SIX, 0,         \
      PT_RT_EXCHANGE | PT_RT_EFFECTIVE, PT_SUBJECTS_NONE, PT_CORR_USUAL, "R-27")                   \
    X(TICK, 231, "Tick", tick, "tick", "时点", PT_P_H, PT_PARTIES_SIX, 0, PT_RT_EXCHANGE,          \
      PT_SUBJECTS_NONE, 0, "R-64")                                                                 \
    X(STREAM_CLOSE, 232, "StreamClose", stream_close, "stream close", "数据流日结",                \
      PT_PARTIES_ALL, PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")              \
    X(APPROVAL, 233, "Approval", approval, "approval", "同意", PT_PARTIES_SIX, PT_PARTIES_SIX, 0,  \
      PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-3")                                                  \
    X(ATTESTATION, 234, "Attestation", attestation, "attestation", "台账核验", PT_PARTIES_SIX,     \
      PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")                              \
    X(KEY_CHANGE, 235, "KeyChange", key_change, "key change", "密钥变更", PT_PARTIES_ALL,          \
      PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")                              \
    X(POLICY_CHANGE, 236, "PolicyChange", policy_change, "policy change", "见证策略变更",          \
      PT_PARTIES_SIX, PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")              \
    X(WITHHELD, 237, "Withheld", withheld, "withheld record", "暂缺记录", PT_PARTIES_ALL,          \
      PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")                              \
    X(INCIDENT, 238, "Incident", incident, "incident", "异常事件", PT_PARTIES_ALL, PT_PARTIES_SIX, \
      0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")                                              \
    X(LIFT, 239, "Lift", lift, "lift of a freeze", "解除冻结", PT_P_J, PT_PARTIES_SIX, 0,          \
      PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")                                                 \
    X(SEALED_COUNT, 240, "SealedCount", sealed_count, "count over sealed records", "密封记录计数", \
      PT_PARTIES_SIX, PT_P_D, PT_P_J, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, PT_CORR_USUAL, "R-79")     \
    X(ERASURE, 241, "Erasure", erasure, "erasure order", "销毁令", PT_P_J, PT_PARTIES_SIX, 0,      \
      PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")                                                 \
    X(EDITOR_NOTE, 242, "EditorNote", editor_note, "comment in a brief", "编者按", PT_P_J,         \
      PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, PT_CORR_USUAL, "R-65")

/* Stable numbers: the oneof's field numbers. */
enum pt_record_type {
    PT_TYPE_NONE = 0,
#define X(name, tag, ...) PT_TYPE_##name = (tag),
    PT_RECORD_TABLE(X)
#undef X
};

struct pt_record_info {
    enum pt_record_type type;
    const char *code;   /* "X01" */
    const char *member; /* "payment_batch" */
    const char *name_en;
    const char *name_zh;
    pt_party_set authors;
    pt_party_set readers;
    pt_party_set aggregate;   /* see figures derived from it, not the record */
    unsigned flags;           /* PT_RT_… */
    uint32_t subjects;        /* PT_SUBJECT_BIT */
    unsigned corrections;     /* PT_CORR_… */
    const char *requirements; /* "R-5 R-8" */
    const ProtobufCMessageDescriptor *body;
};

/* All rows in order of tag. */
const struct pt_record_info *pt_record_infos(size_t *ret_n);
/* NULL if there is none. */
const struct pt_record_info *pt_record_info(enum pt_record_type type);
const struct pt_record_info *pt_record_info_by_code(const char *code);
const struct pt_record_info *pt_record_info_by_member(const char *member);
/* NULL where no body of a known type is set. */
const struct pt_record_info *pt_record_info_of(const Pentad__V1__Record *rec);
/* The number behind a name, for SQL and whatever else would write it bare: TYPE_PAYMENT_BATCH is
 * 131 by the table above, PAYMENT_OP_REFUND 2 by the enum that a record holds somewhere. False
 * where there is no such name. */
bool pt_record_number(const char *name, size_t len, int *ret_number);
/* The body as a generic message, borrowed; NULL if none is set. */
const ProtobufCMessage *pt_record_body(const Pentad__V1__Record *rec);

/* Is a record of that type about the exchange itself (keys, approvals, ticks, closes, incidents,
 * lifts, erasures, code tables)? The log marks the entries that hold one. */
bool pt_record_about_exchange(unsigned type);

#endif
