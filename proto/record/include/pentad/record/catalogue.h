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
#define PT_RT_DISCLOSED 0x01U /* +P: public once a disclosure covers it */
#define PT_RT_SEALED 0x02U    /* content encrypted to its readers */
#define PT_RT_YEAR 0x04U      /* fiscal_year required */
#define PT_RT_EFFECTIVE 0x08U /* effective required */
#define PT_RT_DOC_NO 0x10U    /* doc_no required */
#define PT_RT_EXCHANGE 0x20U  /* about the exchange itself, not about public money */

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
    X(EX_ANTE_EVAL, 111, "E01", ex_ante_eval, "ex-ante evaluation", "事前绩效评估", PT_P_F,        \
      PT_PARTIES_SIX, 0, PT_F_FACT, PT_SUBJECTS_ITEM, PT_CORR_USUAL, "R-22 R-23 R-24 R-25")        \
    X(PERF_GOAL, 114, "E04", perf_goal, "performance goal", "绩效目标", PT_P_F, PT_PARTIES_SIX, 0, \
      PT_F_YEAR | PT_RT_DISCLOSED, PT_SUBJECTS_SOME, PT_CORR_USUAL,                                \
      "R-6 R-11 R-12 R-16 R-28 R-29 R-30 R-33")                                                    \
    X(GOAL_REVIEW, 115, "E05", goal_review, "goal review", "绩效目标审核", PT_P_F, PT_PARTIES_SIX, \
      0, PT_F_YEAR, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-32")                                       \
    X(CONGRESS_APPROVAL, 123, "B03", congress_approval, "approval by congress", "人大批准",        \
      PT_P_N, PT_PARTIES_SIX, 0, PT_F_YEAR | PT_RT_DOC_NO | PT_RT_DISCLOSED, PT_SUBJECTS_REGION,   \
      PT_CORR_REPLACE, "R-5 R-8 R-33")                                                             \
    X(ALLOTMENT, 124, "B04", allotment, "allotment", "预算指标", PT_P_F, PT_PARTIES_SIX, 0,        \
      PT_F_YEAR, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-5 R-8 R-33 R-37 R-52")                        \
    X(PAYMENT_BATCH, 131, "X01", payment_batch, "treasury payments", "国库支付", PT_P_F,           \
      PT_P_N | PT_P_D | PT_P_F | PT_P_A, PT_P_O | PT_P_J, PT_F_YEAR, PT_SUBJECTS_ORG,              \
      PT_CORR_REVERSE, "R-5 R-8 R-34 R-68")                                                        \
    X(EXEC_SNAPSHOT, 132, "X02", exec_snapshot, "execution month report", "执行月报", PT_P_F,      \
      PT_PARTIES_SIX, 0, PT_F_YEAR, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-15 R-34 R-36")             \
    X(FUND_CONTROL, 134, "X04", fund_control, "fund control", "资金管控", PT_P_F, PT_PARTIES_SIX,  \
      0, PT_F_YEAR, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-4 R-37 R-38 R-39 R-40 R-41")               \
    X(EVALUATION, 141, "V01", evaluation, "evaluation", "绩效评价", PT_P_F, PT_PARTIES_SIX, 0,     \
      PT_F_YEAR | PT_RT_DISCLOSED, PT_SUBJECTS_SOME, PT_CORR_USUAL,                                \
      "R-6 R-7 R-11 R-15 R-16 R-20 R-43 R-44 R-46 R-47 R-48 R-49")                                 \
    X(RECTIFICATION, 143, "V03", rectification, "rectification", "整改",                           \
      PT_P_F | PT_P_A | PT_P_N | PT_P_J, PT_PARTIES_SIX, 0, PT_F_FACT, PT_SUBJECTS_ANY,            \
      PT_CORR_USUAL, "R-35 R-38 R-39 R-50 R-76")                                                   \
    X(CONGRESS_OPINION, 151, "N01", congress_opinion, "opinion of congress", "人大监督意见",       \
      PT_P_N, PT_PARTIES_SIX, 0, PT_F_FACT | PT_RT_DISCLOSED, PT_SUBJECTS_ANY, PT_CORR_USUAL,      \
      "R-3 R-72")                                                                                  \
    X(AUDIT_FIGURE, 162, "A02", audit_figure, "figure found by audit", "审计认定数", PT_P_A,       \
      PT_PARTIES_SIX, 0, PT_F_YEAR, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-77")                       \
    X(AUDIT_FINDING, 163, "A03", audit_finding, "audit finding", "审计发现", PT_P_A,               \
      PT_PARTIES_SIX, 0, PT_F_YEAR | PT_RT_DISCLOSED, PT_SUBJECTS_SOME, PT_CORR_USUAL, "R-77")     \
    X(AUDIT_VERIFY, 164, "A04", audit_verify, "check of rectification", "整改核查", PT_P_A,        \
      PT_PARTIES_SIX, 0, PT_F_FACT, PT_SUBJECTS_ANY, PT_CORR_USUAL, "R-77")                        \
    X(APPRAISAL, 181, "O01", appraisal, "appraisal", "综合绩效考核结果", PT_P_O, PT_PARTIES_SIX,   \
      0, PT_F_YEAR | PT_RT_DISCLOSED, PT_SUBJECTS_ORG | PT_SUBJECTS_REGION, PT_CORR_USUAL,         \
      "R-3 R-74")                                                                                  \
    X(NOTICE, 194, "J04", notice, "notice", "预警约谈通报", PT_P_J | PT_P_F, PT_PARTIES_SIX, 0,    \
      PT_F_FACT | PT_RT_DOC_NO | PT_RT_DISCLOSED, PT_SUBJECTS_ANY, PT_CORR_USUAL,                  \
      "R-39 R-46 R-65 R-76")                                                                       \
    X(DISCREPANCY, 211, "H01", discrepancy, "discrepancy", "比对差异", PT_P_H, PT_PARTIES_SIX, 0,  \
      PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-3 R-63")                                             \
    X(DISCREPANCY_REPLY, 212, "H02", discrepancy_reply, "reply to a discrepancy", "差异答复",      \
      PT_PARTIES_SIX, PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, PT_CORR_USUAL,          \
      "R-3 R-63")                                                                                  \
    X(LEDGER_SNAPSHOT, 213, "H03", ledger_snapshot, "ledger snapshot", "台账快照", PT_P_H,         \
      PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")                              \
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
    X(KEY_CHANGE, 235, "KeyChange", key_change, "key change", "密钥变更", PT_PARTIES_ALL,          \
      PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")                              \
    X(WITHHELD, 237, "Withheld", withheld, "withheld record", "暂缺记录", PT_PARTIES_ALL,          \
      PT_PARTIES_SIX, 0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")                              \
    X(INCIDENT, 238, "Incident", incident, "incident", "异常事件", PT_PARTIES_ALL, PT_PARTIES_SIX, \
      0, PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")                                              \
    X(LIFT, 239, "Lift", lift, "lift of a freeze", "解除冻结", PT_P_J, PT_PARTIES_SIX, 0,          \
      PT_RT_EXCHANGE, PT_SUBJECTS_NONE, 0, "R-64")

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
 * lifts, code tables)? The log marks the entries that hold one. */
bool pt_record_about_exchange(unsigned type);

#endif
