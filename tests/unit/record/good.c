#include "support.h"

#define HASH32 "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""
#define REF(party, n)                                                                              \
    "{\"party\":\"" party "\",\"stream\":\"main\",\"seq\":\"" n "\",\"hash\":" HASH32 "}"

#define ENVELOPE                                                                                   \
    "{\"payload\":\"AQID\",\"payload_type\":\"t\",\"signatures\":[{\"sig\":\"AQ==\","              \
    "\"keyid\":\"k\"}]}"

const struct good good_records[] = {
    {PT_TYPE_ORG_PROFILE, PT_PARTY_FINANCE, "",
     "{\"name\":\"济南市审计局\",\"level\":\"ORG_LEVEL_UNIT\",\"rgn\":\"370100\",\"parent\":"
     "\"" USCC_AUDIT "\",\"bunit\":\"219001\",\"active_from\":20190101,\"active_to\":20191231}"},
    {PT_TYPE_SUBJECT_PROFILE, PT_PARTY_FINANCE, "",
     "{\"name\":\"城市道路整修\",\"bk\":[\"BUDGET_KIND_GENERAL\",\"BUDGET_KIND_FUNDS\"],\"func\":"
     "\"2120303\",\"resp_org\":\"" USCC_AUDIT "\",\"impl_org\":[\"" USCC_AUDIT
     "\"],\"start\":20190101,\"end\":20211231,\"is_major\":true,\"major_basis\":"
     "\"MAJOR_BASIS_AMOUNT\",\"theme\":[\"THEME_RURAL\"],\"total_fen\":\"300\",\"src_split\":[{"
     "\"bk\":\"BUDGET_KIND_GENERAL\",\"fen\":\"100\"},{\"bk\":\"BUDGET_KIND_FUNDS\",\"fen\":"
     "\"200\"}],\"plan_curve_bp\":[0,0,1000,2000,3000,4000,5000,6000,7000,8000,9000,10000],"
     "\"purpose_tags\":[\"道路\"],\"duty_by_year\":[{\"fiscal_year\":2019,\"fen\":\"5\"}]}"},
    {PT_TYPE_EX_ANTE_EVAL, PT_PARTY_FINANCE, "",
     "{\"kind\":\"EX_ANTE_KIND_DEPT\",\"evaluator\":\"" USCC_AUDIT
     "\",\"eval_date\":20190301,\"scores\":{\"necessity_cp\":9000,\"economy_cp\":8000,\"goal_cp\":"
     "7000,\"feasibility_cp\":8000,\"funding_cp\":9000},\"weights\":{\"necessity_cp\":2000,"
     "\"economy_cp\":2000,\"goal_cp\":2000,\"feasibility_cp\":2000,\"funding_cp\":2000},"
     "\"total_cp\":8200,\"rating\":\"RATING_GOOD\",\"conclusion\":\"EX_ANTE_CONCLUSION_SUPPORT\","
     "\"need\":[{\"fiscal_year\":2019,\"fen\":\"100\"},{\"fiscal_year\":2020,\"fen\":\"50\"}],"
     "\"requested_fen\":\"150\"}"},
    {PT_TYPE_PERF_GOAL, PT_PARTY_FINANCE, "",
     "{\"version\":1,\"frame\":\"GOAL_FRAME_PROJECT\",\"goal_text\":\"整修道路30公里\",\"horizon\":"
     "\"GOAL_HORIZON_ANNUAL\",\"budget_fen\":\"100\",\"indicators\":[{\"id\":\"CI-3\",\"l1\":"
     "\"INDICATOR_GROUP_COMMON\",\"l2\":\"INDICATOR_ASPECT_CI\",\"l3\":\"预算支出率\",\"nature\":"
     "\"INDICATOR_NATURE_GE\",\"target\":\"100\",\"unit\":\"%\",\"weight_cp\":1000},{\"id\":\"Q1\","
     "\"l1\":\"INDICATOR_GROUP_OUTPUT\",\"l2\":\"INDICATOR_ASPECT_QUANTITY\",\"l3\":\"里程\","
     "\"nature\":\"INDICATOR_NATURE_GE\",\"target\":\"30\",\"unit\":\"公里\",\"weight_cp\":9000},{"
     "\"id\":\"E1\",\"l1\":\"INDICATOR_GROUP_BENEFIT\",\"l2\":\"INDICATOR_ASPECT_ECOLOGICAL\","
     "\"l3\":\"生态\",\"na_reason\":\"不涉及\"}]}"},
    {PT_TYPE_GOAL_REVIEW, PT_PARTY_FINANCE, "",
     "{\"goal\":" REF("finance", "3") ",\"regularity\":\"REVIEW_MARK_PASS\",\"completeness\":"
                                      "\"REVIEW_MARK_PASS\",\"match\":\"REVIEW_MARK_PASS\","
                                      "\"grade\":\"RATING_GOOD\",\"result\":"
                                      "\"REVIEW_RESULT_PASS\"}"},
    {PT_TYPE_CONGRESS_APPROVAL, PT_PARTY_CONGRESS, "",
     "{\"kind\":\"APPROVAL_KIND_BUDGET\",\"approved_on\":20190130,\"lines\":[{\"bk\":"
     "\"BUDGET_KIND_GENERAL\",\"func\":\"2120303\",\"dept\":\"" USCC_AUDIT
     "\",\"fen\":\"100\",\"src_unit\":\"SOURCE_UNIT_WAN\"},{\"bk\":\"BUDGET_KIND_GENERAL\","
     "\"subject\":\"" PROJECT "\",\"fen\":\"50\",\"src_unit\":\"SOURCE_UNIT_WAN\",\"line_no\":2}],"
     "\"total_fen\":\"150\"}"},
    {PT_TYPE_CONGRESS_APPROVAL, PT_PARTY_CONGRESS, "",
     "{\"kind\":\"APPROVAL_KIND_ADJUST\",\"approved_on\":20190830,\"lines\":[{\"bk\":"
     "\"BUDGET_KIND_GENERAL\",\"func\":\"212\",\"fen\":\"100\",\"src_unit\":\"SOURCE_UNIT_WAN\","
     "\"op\":\"APPROVAL_OP_REDUCE\"}],\"total_fen\":\"-100\"}"},
    {PT_TYPE_ALLOTMENT, PT_PARTY_FINANCE, "",
     "{\"kind\":\"ALLOTMENT_KIND_INITIAL\",\"quota_no\":\"济财指〔2019〕7号\",\"dept\":"
     "\"" USCC_AUDIT "\",\"unit\":\"" USCC_AUDIT
     "\",\"bk\":\"BUDGET_KIND_GENERAL\",\"func\":\"2120303\",\"econ_g\":\"503\",\"econ_d\":"
     "\"31005\",\"fund_year\":2019,\"fen\":\"100\",\"final_level\":true,\"tranche\":{\"no\":1,"
     "\"of\":3},\"issued_on\":20190215,\"goal_ref\":" REF(
         "finance", "3") ",\"links\":{\"goal\":" REF("finance",
                                                     "3") "},\"basis_doc\":\"济财预〔2019〕3号\","
                                                          "\"absorbs\":" REF("finance", "1") "}"},
    {PT_TYPE_PAYMENT_BATCH, PT_PARTY_FINANCE,
     "\"source\":{\"system\":\"财政平台\",\"locator\":\"pay.csv\",\"row\":\"12\"},",
     "{\"pay_date\":20190630,\"lines\":[{\"voucher_no\":\"V1\",\"subject\":\"" PROJECT
     "\",\"quota_no\":\"q\",\"bk\":\"BUDGET_KIND_GENERAL\",\"func\":\"2120303\",\"econ_d\":"
     "\"31005\""
     ",\"fund_year\":2019,\"fen\":\"500\",\"op\":\"PAYMENT_OP_PAY\",\"payee_uscc\":\"" USCC_FIRM
     "\",\"purpose\":\"工程款\"},{\"voucher_no\":\"V2\",\"subject\":\"" USCC_AUDIT
     "\",\"bk\":\"BUDGET_KIND_GENERAL\",\"func\":\"212\",\"fund_year\":2019,\"fen\":\"20\",\"op\":"
     "\"PAYMENT_OP_REFUND\",\"payee_token\":" HASH32 "}],\"sum_fen\":\"480\"}"},
    {PT_TYPE_EXEC_SNAPSHOT, PT_PARTY_FINANCE, "",
     "{\"month\":201906,\"budget_full_fen\":\"100\",\"cum_paid_fen\":\"40\"}"},
    {PT_TYPE_FUND_CONTROL, PT_PARTY_FINANCE, "",
     "{\"action\":\"FUND_ACTION_REALLOCATE\",\"unit\":\"" USCC_AUDIT
     "\",\"fen\":\"10\",\"to_subject\":{\"kind\":\"SUBJECT_KIND_PROJECT\",\"key\":\"" PROJECT
     "\"},\"reason\":\"年底无法支出\",\"basis\":[" REF("finance", "9") "]}"},
    {PT_TYPE_EVALUATION, PT_PARTY_FINANCE, "",
     "{\"kind\":\"EVALUATION_KIND_SPOT\",\"by\":\"EVALUATION_BY_FIN\",\"frame\":"
     "\"EVALUATION_FRAME_SELF100\",\"goal\":" REF(
         "finance", "3") ",\"budget_init_fen\":\"100\",\"budget_full_fen\":\"100\",\"paid_fen\":"
                         "\"90\",\"exec_rate_bp\":"
                         "9000,\"items\":[{\"id\":\"CI-3\",\"weight_cp\":1000,\"target\":\"100\","
                         "\"actual\":\"90\","
                         "\"score_cp\":900},{\"id\":\"Q1\",\"weight_cp\":9000,\"score_cp\":8000}],"
                         "\"total_cp\":8900,"
                         "\"rating\":\"RATING_GOOD\",\"reviewed\":" REF("finance", "5") "}"},
    {PT_TYPE_EVALUATION, PT_PARTY_FINANCE, "",
     "{\"kind\":\"EVALUATION_KIND_SELF\",\"by\":\"EVALUATION_BY_DEPT\",\"frame\":"
     "\"EVALUATION_FRAME_INDICATORS\",\"items\":[{\"id\":\"01-01\",\"name\":\"campañas\",\"target\""
     ":\"4\",\"actual\":\"2\",\"unit\":\"NÚMERO\"}]}"},
    {PT_TYPE_RECTIFICATION, PT_PARTY_AUDIT, "",
     "{\"source\":" REF("audit",
                        "3") ",\"phase\":\"RECTIFICATION_PHASE_VERIFY\",\"due\":20190901,"
                             "\"result\":\"RECTIFICATION_RESULT_PARTIAL\",\"done_pct_bp\":5000}"},
    {PT_TYPE_CONGRESS_OPINION, PT_PARTY_CONGRESS, "",
     "{\"origin\":\"OPINION_ORIGIN_REVIEW\",\"text\":\"加快执行\",\"addressee\":\"finance\"}"},
    {PT_TYPE_AUDIT_FIGURE, PT_PARTY_AUDIT, "",
     "{\"item\":\"AUDIT_ITEM_PAID\",\"fen\":\"480\",\"report_doc\":\"济审〔2019〕8号\"}"},
    {PT_TYPE_AUDIT_FINDING, PT_PARTY_AUDIT, "",
     "{\"finding_no\":\"1\",\"report_doc\":\"济审〔2019〕8号\",\"focus\":\"AUDIT_FOCUS_SPENDING\","
     "\"category\":\"FINDING_CATEGORY_IDLE\",\"org\":\"" USCC_AUDIT
     "\",\"severity\":\"FINDING_SEVERITY_HIGH\",\"fact\":\"闲置两年\",\"due\":20191001}"},
    {PT_TYPE_AUDIT_VERIFY, PT_PARTY_AUDIT, "",
     "{\"finding\":" REF("audit",
                         "4") ",\"checked_on\":20191001,\"status\":\"VERIFY_STATUS_DONE\"}"},
    {PT_TYPE_APPRAISAL, PT_PARTY_ORGANIZATION, "",
     "{\"total_cp\":9100,\"grade\":\"一等\",\"components\":[{\"name\":\"预算绩效\",\"weight_cp\":"
     "1000,\"score_cp\":890,\"ledger_ref\":{\"snapshot\":" REF(
         "hub", "9") ",\"subject_key\":\"" USCC_AUDIT
                     "\",\"fiscal_year\":2019,\"score_cp\":8900}}]}"},
    {PT_TYPE_NOTICE, PT_PARTY_OFFICE, "",
     "{\"kind\":\"NOTICE_KIND_WARNING\",\"addressees\":[\"finance\"],\"level\":"
     "\"NOTICE_LEVEL_RED\",\"basis\":[" REF("hub", "9") "],\"requirement\":\"限期整改\"}"},
    {PT_TYPE_DISCREPANCY, PT_PARTY_HUB, "",
     "{\"id\":\"TilMX1kHQEdpJ/tpoF44ig==\",\"rule\":\"K04\",\"severity\":\"SEVERITY_RED\","
     "\"episode\":1,\"kind\":\"SUBJECT_KIND_PROJECT\",\"key\":\"" PROJECT
     "\",\"fiscal_year\":2019,\"inputs\":[" REF(
         "finance", "9") "],\"figures\":[{\"label\":\"P\",\"value\":\"480\",\"unit\":\"fen\"},{"
                         "\"label\":\"CI-1\"}],"
                         "\"message_zh\":\"超指标\",\"message_en\":\"over "
                         "quota\",\"first_seen\":20190630,\"last_seen\":"
                         "20190630,\"due\":20190705,\"responders\":[\"finance\"],\"status\":"
                         "\"DISCREPANCY_STATUS_OPEN\",\"tick_day\":20190630,\"tick_seq\":\"8\"}"},
    {PT_TYPE_DISCREPANCY_REPLY, PT_PARTY_FINANCE, "",
     "{\"id\":\"AAECAwQFBgcICQoLDA0ODw==\",\"episode\":1,\"kind\":\"REPLY_KIND_EXPLAIN\",\"text\":"
     "\"系统延迟\"}"},
    {PT_TYPE_LEDGER_SNAPSHOT, PT_PARTY_HUB, "",
     "{\"log_size\":\"100\",\"tick_day\":20190630,\"tick_seq\":\"8\",\"digests\":[{"
     "\"reader_class\":\"audit\",\"digest\":" HASH32 ",\"rows\":\"3\"}],\"counts\":[{\"name\":"
     "\"records\",\"count\":\"0\"}]}"},
    {PT_TYPE_RULE_SET, PT_PARTY_OFFICE, "",
     "{\"params\":[{\"name\":\"k25.yellow_bp\",\"value\":\"-1000\"},{\"name\":\"fg3\",\"text\":"
     "\"default\"}]}"},
    {PT_TYPE_WORKDAYS, PT_PARTY_OFFICE, "",
     "{\"year\":2019,\"holidays\":[20190101,20190204],\"workdays\":[20190202]}"},
    {PT_TYPE_CODE_TABLE, PT_PARTY_OFFICE, "",
     "{\"family\":\"cn\",\"kind\":\"CODE_KIND_REGION\",\"year\":2019,\"syntax\":[{\"kind\":"
     "\"CODE_KIND_REGION\",\"pattern\":\"3701##\"}],\"entries\":[{\"code\":\"370100\",\"name\":"
     "\"济南市\"},{\"code\":\"370102\",\"name\":\"历下区\",\"parent\":\"370100\"}]}"},
    {PT_TYPE_TICK, PT_PARTY_HUB, "",
     "{\"day\":20190630,\"is_workday\":false,\"at_ms\":\"1561946400000\"}"},
    {PT_TYPE_STREAM_CLOSE, PT_PARTY_FINANCE, "",
     "{\"day\":20190630,\"classes\":[{\"reader_class\":\"audit\",\"count\":\"0\",\"head\":" HASH32
     "},{\"reader_class\":\"congress\",\"count\":\"2\",\"head\":" HASH32 "}]}"},
    {PT_TYPE_APPROVAL, PT_PARTY_AUDIT, "",
     "{\"target\":" REF("office", "1") ",\"target_type\":\"H07\",\"verdict\":\"VERDICT_APPROVE\"}"},
    {PT_TYPE_KEY_CHANGE, PT_PARTY_FINANCE, "",
     "{\"party\":\"finance\",\"add\":[{\"use\":\"KEY_USE_SIGNING\",\"algorithm\":"
     "\"KEY_ALGORITHM_ED25519\",\"spki\":\"AQID\"}],\"retire\":[" HASH32 "]}"},
    {PT_TYPE_WITHHELD, PT_PARTY_FINANCE, "",
     "{\"type\":\"X01\",\"code\":\"sum_mismatch\",\"field\":\"body.payment_batch.sum_fen\","
     "\"source\":{\"system\":\"s\",\"row\":\"1\"}}"},
    {PT_TYPE_INCIDENT, PT_PARTY_HUB, "",
     "{\"kind\":\"INCIDENT_KIND_EQUIVOCATION\",\"envelope_a\":" ENVELOPE ",\"envelope_b\":" ENVELOPE
     ",\"party\":\"finance\",\"stream\":\"treasury\"}"},
    {PT_TYPE_LIFT, PT_PARTY_OFFICE, "",
     "{\"incident\":" REF("hub", "20") ",\"party\":\"finance\",\"stream\":\"treasury\"}"},
};
const size_t n_good_records = sizeof(good_records) / sizeof(good_records[0]);
