/* Errors: one table of codes for the whole project.
 *
 * A function that can fail returns 0 or a negative PT_E_… code. At room boundaries the last
 * parameter is a struct pt_err that also carries the sentence for people: what was wrong, where,
 * what to do. The code's stable name ("bad_signature") is what HTTP answers, refusals, dead
 * letters and log lines carry. Any thread. */
#ifndef PENTAD_BASE_ERR_H
#define PENTAD_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* X(symbol, number, name, HTTP status, retryable, English, Chinese) */
#define PT_ERR_TABLE(X)                                                                            \
    /* environment */                                                                              \
    X(PT_E_NOMEM, 1, "no_memory", 503, 1, "out of memory", "内存不足")                             \
    X(PT_E_IO, 2, "io_error", 503, 1, "a file could not be read or written", "文件读写失败")       \
    X(PT_E_STORE, 3, "store_error", 503, 1, "the store failed", "存储失败")                        \
    X(PT_E_NET, 4, "network_error", 503, 1, "the network failed", "网络失败")                      \
    X(PT_E_TIMEOUT, 5, "timeout", 504, 1, "no answer in time", "超时")                             \
    X(PT_E_BUSY, 6, "busy", 429, 1, "too much in flight, try again later", "繁忙，请稍后重试")     \
    X(PT_E_STOPPING, 7, "stopping", 503, 1, "the hub is stopping", "正在停止")                     \
    X(PT_E_CRYPTO, 8, "crypto_error", 500, 0, "the crypto library failed", "密码库失败")           \
    X(PT_E_CONFIG, 9, "bad_config", 500, 0, "the configuration is wrong", "配置错误")              \
    X(PT_E_INTERNAL, 10, "internal", 500, 0, "internal error", "内部错误")                         \
    /* bytes that don't say what they should */                                                    \
    X(PT_E_RANGE, 20, "out_of_range", 400, 0, "a value is out of range", "数值超出范围")           \
    X(PT_E_FORMAT, 21, "bad_format", 400, 0, "the form is wrong", "格式错误")                      \
    X(PT_E_TOO_LARGE, 22, "too_large", 413, 0, "larger than allowed", "超出大小限制")              \
    X(PT_E_TRUNCATED, 23, "truncated", 400, 0, "ends too early", "数据不完整")                     \
    X(PT_E_NOT_STRICT, 24, "not_strict", 400, 0, "not the one strict encoding", "编码不严格")      \
    X(PT_E_NOT_FOUND, 25, "not_found", 404, 0, "not found", "未找到")                              \
    X(PT_E_EXISTS, 26, "exists", 409, 0, "exists already", "已存在")                               \
    X(PT_E_USAGE, 27, "usage", 400, 0, "wrong use", "用法错误")                                    \
    X(PT_E_UNSUPPORTED, 28, "unsupported", 400, 0, "not supported", "不支持")                      \
    X(PT_E_METHOD, 29, "method_not_allowed", 405, 0, "method not allowed", "方法不允许")           \
    X(PT_E_PARAMETER, 30, "unknown_parameter", 400, 0, "no such parameter", "没有此参数")          \
    /* acceptance, in its order (docs/formats.md 1) */                                             \
    X(PT_E_IDENTITY, 40, "unknown_identity", 403, 0, "TLS identity not known", "TLS身份未知")      \
    X(PT_E_FORBIDDEN, 41, "forbidden", 403, 0, "not allowed for this identity", "无权限")          \
    X(PT_E_WRONG_HUB, 42, "wrong_hub", 422, 0, "signed for another hub", "签名对象不是本枢纽")     \
    X(PT_E_FROZEN, 43, "stream_frozen", 409, 0, "the stream is frozen", "数据流已冻结")            \
    X(PT_E_EQUIVOCATION, 44, "equivocation", 409, 0,                                               \
      "two statements claim the same sequence numbers", "同一序号出现两份声明")                    \
    X(PT_E_UNKNOWN_KEY, 45, "unknown_key", 403, 0, "no such signing key", "签名密钥未知")          \
    X(PT_E_RETIRED_KEY, 46, "retired_key", 403, 0, "the signing key is not live",                  \
      "签名密钥已停用")                                                                            \
    X(PT_E_SIGNATURE, 47, "bad_signature", 403, 0, "the signature does not verify", "签名无效")    \
    X(PT_E_GAP, 48, "sequence_gap", 422, 0, "does not continue the stream", "序号不连续")          \
    X(PT_E_PREVIOUS, 49, "wrong_previous", 422, 0, "previous statement is another",                \
      "前序声明不符")                                                                              \
    X(PT_E_AHEAD, 50, "ahead", 409, 1, "an earlier batch has not arrived yet", "前序批次尚未到达") \
    X(PT_E_BEHIND_REFUSAL, 51, "behind_refusal", 422, 0,                                           \
      "an earlier batch of the stream was refused", "前序批次已被拒收")                            \
    X(PT_E_SUPERSEDES, 52, "bad_supersedes", 422, 0,                                               \
      "does not replace the refused statement rightly", "替代关系错误")                            \
    X(PT_E_SEEN, 53, "seen_unknown", 422, 0, "what the author saw is not our tree",                \
      "所见检查点不在本日志中")                                                                    \
    X(PT_E_ROOT, 54, "wrong_root", 422, 0, "records_root is another", "记录根哈希不符")            \
    X(PT_E_COUNT, 55, "wrong_count", 422, 0, "record_count is another", "记录数不符")              \
    X(PT_E_TYPE, 56, "type_not_allowed", 422, 0, "this party may not author this type",            \
      "无权提交该类记录")                                                                          \
    X(PT_E_SEQ, 57, "wrong_seq", 422, 0, "record's seq is not its place", "记录序号错误")          \
    X(PT_E_CLOCK, 58, "clock", 422, 0, "time outside what is allowed", "时间超出允许范围")         \
    X(PT_E_REFUSED, 59, "refused", 422, 0, "the batch was refused", "批次被拒收")                  \
    X(PT_E_CLOSED, 60, "stream_closed", 422, 0, "the stream has ended", "数据流已终止")            \
    /* record validation (docs/records.md) */                                                      \
    X(PT_E_MISSING, 70, "missing_field", 422, 0, "a required field is missing", "缺少必填项")      \
    X(PT_E_FIELD, 71, "invalid_field", 422, 0, "a field is invalid", "字段无效")                   \
    X(PT_E_CODE, 72, "unknown_code", 422, 0, "code not in the table in force",                     \
      "代码不在有效码表中")                                                                        \
    X(PT_E_CHECK_DIGIT, 73, "check_digit", 422, 0, "check digit is wrong", "校验码错误")           \
    X(PT_E_NEGATIVE, 74, "negative_amount", 422, 0, "amounts are never negative", "金额不得为负")  \
    X(PT_E_SUM, 75, "sum_mismatch", 422, 0, "parts don't add up to the total", "合计不符")         \
    X(PT_E_TEXT, 76, "bad_text", 422, 0, "text holds what is not allowed", "文本含非法字符")       \
    X(PT_E_CORRECTION, 77, "bad_correction", 422, 0, "this correction is not allowed",             \
      "更正方式不允许")                                                                            \
    X(PT_E_SEAL, 78, "bad_seal", 422, 0, "not sealed as agreed, or not to its readers",            \
      "密封形式或接收方不符")                                                                      \
    /* proof and verification (docs/formats.md 3, 6) */                                            \
    X(PT_E_PROOF, 90, "bad_proof", 422, 0, "a proof does not hold", "证明不成立")                  \
    X(PT_E_FORK, 91, "fork", 409, 0, "two histories under one key", "日志分叉")                    \
    X(PT_E_POLICY, 92, "policy", 422, 0, "not enough trusted signatures", "可信签名不足")          \
    X(PT_E_CORRUPT, 93, "corrupt", 500, 0, "stored bytes are not what was signed",                 \
      "存储数据已损坏")                                                                            \
    X(PT_E_COMPLETENESS, 94, "completeness_not_proven", 422, 0, "completeness not proven",         \
      "完整性未证明")                                                                              \
    X(PT_E_OPENING, 95, "opening_differs", 422, 0, "opened is another content than was sealed",    \
      "公开内容与密封内容不符")                                                                    \
    X(PT_E_ERASED, 96, "erased", 410, 0, "the record was destroyed by order", "记录已依令销毁")    \
    /* connectors */                                                                               \
    X(PT_E_ROW, 110, "bad_row", 422, 0, "a row can't be read", "数据行无法读取")                   \
    X(PT_E_COLUMN, 111, "bad_column", 422, 0, "a column is missing or wrong", "列缺失或错误")      \
    X(PT_E_ENCODING, 112, "bad_encoding", 422, 0, "not in the declared encoding", "字符编码不符")  \
    X(PT_E_AMOUNT, 113, "bad_amount", 422, 0, "not an amount", "金额格式错误")                     \
    X(PT_E_DATE, 114, "bad_date", 422, 0, "not a date", "日期格式错误")                            \
    X(PT_E_SECRET, 115, "state_secret", 422, 0, "a state secret may not enter this network",       \
      "国家秘密不得进入本网络")                                                                    \
    /* answers to a discrepancy */                                                                 \
    X(PT_E_NOT_ASKED, 120, "not_asked", 403, 0, "it is for another party to answer",               \
      "不是应答复单位")                                                                            \
    X(PT_E_SETTLED, 121, "settled", 409, 0, "the discrepancy is closed or waived", "差异已办结")

enum pt_err_code {
    PT_OK = 0,
#define X(sym, num, name, http, retry, en, zh) sym = -(num),
    PT_ERR_TABLE(X)
#undef X
};

struct pt_err {
    int code;      /* 0 or PT_E_… */
    char msg[256]; /* a sentence for people, UTF-8, cut at a character boundary */
};

/* Stable name of a code ("bad_signature"; "ok" for 0, "unknown" for what isn't in the table). */
const char *pt_err_name(int code);
const char *pt_err_text(int code, bool chinese);
int pt_err_http_status(int code); /* 200 for 0 */
bool pt_err_retryable(int code);
/* The code of a stable name, or 0 if there is none such. */
int pt_err_from_name(const char *name);

/* Sets *err (which may be NULL) and returns `code`, so that callers write
 * `return pt_err_set(err, PT_E_FORMAT, "…", …);`. */
int pt_err_set(struct pt_err *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
#ifdef __clang_analyzer__
/* The static analyser looks at one source file at a time: it has to be told that the code comes
 * back, or it takes every failed call for a success. */
#define pt_err_set(err, code, ...) ((void)(pt_err_set)(err, code, __VA_ARGS__), (code))
#endif
/* Puts "context: " before the message already there; returns err->code (PT_E_INTERNAL where err is
 * NULL: a caller that may have none returns its own code). */
int pt_err_wrap(struct pt_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A programmer's mistake: always on, prints where and aborts. Never for a peer's input. */
#define PT_ASSERT(cond) ((cond) ? (void)0 : pt_assert_failed(#cond, __FILE__, __LINE__, __func__))
void pt_assert_failed(const char *cond, const char *file, int line, const char *func)
    __attribute__((noreturn));

#endif
