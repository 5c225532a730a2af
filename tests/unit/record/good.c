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
     "\"],\"start\":20190101,\"end\":20211231,\"is_new\":false,\"is_major\":true,\"major_basis\":"
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
    {PT_TYPE_PERF_GOAL, PT_PARTY_FINANCE, "\"originator\":\"" USCC_AUDIT "\",",
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
                         "\"rating\":\"RATING_GOOD\",\"report_digest\":" HASH32
                         ",\"reviewed\":" REF("finance", "5") "}"},
    {PT_TYPE_EVALUATION, PT_PARTY_FINANCE, "",
     "{\"kind\":\"EVALUATION_KIND_SELF\",\"by\":\"EVALUATION_BY_DEPT\",\"frame\":"
     "\"EVALUATION_FRAME_INDICATORS\",\"items\":[{\"id\":\"01-01\",\"name\":\"campañas\",\"target\""
     ":\"4\",\"actual\":\"2\",\"unit\":\"NÚMERO\"}]}"},
    {PT_TYPE_EVALUATION, PT_PARTY_FINANCE, "",
     "{\"kind\":\"EVALUATION_KIND_FIN_KEY\",\"by\":\"EVALUATION_BY_FIN\",\"frame\":"
     "\"EVALUATION_FRAME_DPOB\",\"goal\":" REF(
         "finance",
         "3") ",\"budget_init_fen\":\"100\",\"budget_full_fen\":\"100\",\"paid_fen\":\"90\","
              "\"exec_rate_bp\":9000,\"items\":[{\"id\":\"D\",\"part\":\"EVALUATION_PART_"
              "DECISION\","
              "\"weight_cp\":2000,\"score_cp\":1800},{\"id\":\"P\",\"part\":"
              "\"EVALUATION_PART_PROCESS\",\"weight_cp\":2000,\"score_cp\":1800},{\"id\":\"O\","
              "\"part\":\"EVALUATION_PART_OUTPUT\",\"weight_cp\":3000,\"score_cp\":2500},{\"id\":"
              "\"B\",\"part\":\"EVALUATION_PART_EFFECT\",\"weight_cp\":3000,\"score_cp\":2500}],"
              "\"total_cp\":8600,\"rating\":\"RATING_GOOD\",\"report_digest\":" HASH32 "}"},
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
     "\"reader_class\":\"audit\",\"digest\":" HASH32
     ",\"rows\":\"3\",\"pages\":\"2\"}],\"counts\":[{\"name\":"
     "\"records\",\"count\":\"0\"}],\"format\":2}"},
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
    {PT_TYPE_POLICY_CHANGE, PT_PARTY_CONGRESS, "",
     "{\"witnesses\":[{\"vkey\":\"test.example/hub/congress+01020304+AQID\",\"counts\":true},"
     "{\"vkey\":\"test.example/hub/finance+01020305+AQIE\",\"counts\":false,\"url\":"
     "\"https://witness.example/\"}],\"quorum\":1,\"clock\":\"CLOCK_MODE_LIVE\","
     "\"replaces\":\"0\",\"reason\":\"增加见证方\"}"},
    {PT_TYPE_WITHHELD, PT_PARTY_FINANCE, "",
     "{\"type\":\"X01\",\"code\":\"sum_mismatch\",\"field\":\"body.payment_batch.sum_fen\","
     "\"source\":{\"system\":\"s\",\"row\":\"1\"}}"},
    {PT_TYPE_INCIDENT, PT_PARTY_HUB, "",
     "{\"kind\":\"INCIDENT_KIND_EQUIVOCATION\",\"envelope_a\":" ENVELOPE ",\"envelope_b\":" ENVELOPE
     ",\"party\":\"finance\",\"stream\":\"treasury\"}"},
    {PT_TYPE_LIFT, PT_PARTY_OFFICE, "",
     "{\"incident\":" REF("hub", "20") ",\"party\":\"finance\",\"stream\":\"treasury\"}"},
    {PT_TYPE_ERASURE, PT_PARTY_OFFICE, "",
     "{\"record\":" REF("finance", "20") ",\"type\":\"X01\",\"basis\":\"档案法第三十条\","
                                         "\"reason\":\"保管期满\"}"},
    {PT_TYPE_RESPONSIBLE_PERSON, PT_PARTY_FINANCE, "",
     "{\"role\":\"PERSON_ROLE_PROJECT_HEAD\",\"sealed\":{\"recipients\":[" HASH32
     "],\"cms\":\"AQID\"},\"post\":\"局长\",\"held_from\":20190101,\"held_to\":20211231,"
     "\"lifetime\":true,\"successor\":" REF("finance", "8") "}"},
    {PT_TYPE_BUDGET_REVIEW, PT_PARTY_FINANCE, "",
     "{\"requested_fen\":\"150\",\"cut_fen\":\"30\",\"approved_need\":[{\"fiscal_year\":2019,"
     "\"fen\":\"100\"},{\"fiscal_year\":2020,\"fen\":\"20\"}],\"exante\":" REF(
         "finance", "3") ",\"reviewer\":\"评审中心\",\"opinion\":\"核减设备购置\"}"},
    {PT_TYPE_LIBRARY_EVENT, PT_PARTY_FINANCE, "",
     "{\"action\":\"LIBRARY_ACTION_OUT\",\"exante\":" REF("finance", "3") ",\"goal\":" REF(
         "finance", "4") ",\"basis\":" REF("finance", "5") "}"},
    {PT_TYPE_CONGRESS_SUBMISSION, PT_PARTY_FINANCE,
     "\"attachments\":[{\"name\":\"预算草案.pdf\",\"digest\":" HASH32 ",\"size\":\"1024\"}],",
     "{\"kind\":\"SUBMISSION_KIND_DEPT_OVERALL\",\"session\":\"十七届三次会议\",\"session_on\":"
     "20190125,\"goals\":[" REF("finance", "4") "],\"evals\":[" REF(
         "finance",
         "5") "],\"lines\":[{\"bk\":\"BUDGET_KIND_GENERAL\",\"func\":\"2120303\",\"dept\":"
              "\"" USCC_AUDIT "\",\"fen\":\"100\",\"src_unit\":\"SOURCE_UNIT_WAN\"}]}"},
    {PT_TYPE_CONGRESS_RECEIPT, PT_PARTY_CONGRESS, "",
     "{\"submission\":" REF(
         "finance",
         "6") ",\"received_on\":20190110,\"complete\":false,\"missing\":[\"绩效目标\"]}"},
    {PT_TYPE_CARRY_OVER, PT_PARTY_FINANCE, "",
     "{\"unit\":\"" USCC_AUDIT
     "\",\"bk\":\"BUDGET_KIND_GENERAL\",\"fund_year\":2018,\"fen\":\"20\","
     "\"carry_class\":\"CARRY_CLASS_SURPLUS\",\"as_of\":20191231}"},
    {PT_TYPE_MONITOR_REPORT, PT_PARTY_FINANCE, "",
     "{\"level\":\"MONITOR_LEVEL_UNIT\",\"period_end\":20190731,\"paid_fen\":\"40\",\"indicators\":"
     "[{\"id\":\"Q1\",\"actual\":\"12.5\",\"completion_bp\":4167,\"likely\":\"LIKELIHOOD_AT_RISK\"}"
     "],\"deviation_causes\":[\"雨季停工\"],\"forecast_unspent_fen\":\"10\",\"problems\":"
     "\"进度偏慢\",\"actions\":\"加快施工\",\"conclusion\":\"MONITOR_CONCLUSION_CORRECT\"}"},
    {PT_TYPE_REGION_FISCAL, PT_PARTY_FINANCE, "",
     "{\"month\":201906,\"gpb_rev_fen\":\"300\",\"tax_rev_fen\":\"200\",\"nontax_rev_fen\":\"100\","
     "\"gpb_exp_fen\":\"400\",\"by_bk\":[{\"bk\":\"BUDGET_KIND_FUNDS\",\"rev_fen\":\"50\",\"exp_"
     "fen\":\"60\"}],\"livelihood_exp_fen\":\"250\",\"three_guarantees_exp_fen\":\"200\",\"debt\":["
     "{\"bond_type\":\"BOND_TYPE_SPECIAL\",\"limit_fen\":\"900\",\"balance_fen\":\"800\"}],"
     "\"cash\":{\"balance_end_fen\":\"80\",\"monthly_pay_avg_fen\":\"40\",\"deposit_yield_bp\":150,"
     "\"cost_fen\":\"1\"},\"carry_total_fen\":\"10\",\"livelihood_std\":[{\"item\":\"城市低保\","
     "\"local_fen\":\"70000\",\"upper_fen\":\"68000\",\"approval_doc\":\"济政发1号\"}],\"ppp_duty_"
     "fen\":\"5\",\"govfund_idle_fen\":\"3\"}"},
    {PT_TYPE_BIZ_FACT, PT_PARTY_FINANCE, "",
     "{\"kind\":\"BIZ_KIND_CONTRACT\",\"ref_no\":\"HT-1\",\"unit\":\"" USCC_AUDIT "\",\"counter_"
     "uscc\":"
     "\"" USCC_FIRM "\",\""
     "fen"
     "\":"
     "\"6"
     "0\""
     ",\""
     "sig"
     "ned"
     "_on"
     "\":"
     "201"
     "904"
     "01"
     "}"},
    {PT_TYPE_RESULT_USE, PT_PARTY_FINANCE, "",
     "{\"eval\":" REF("finance", "5") ",\"action\":\"USE_ACTION_CUT\",\"next_fy\":2021,\"base_"
                                      "fen\":\"100\",\"change_fen\":\"20\",\"direction\":\"CHANGE_"
                                      "DIRECTION_DECREASE\",\"scope\":\"USE_SCOPE_SUBJECT\"}"},
    {PT_TYPE_AUDIT_PLAN, PT_PARTY_AUDIT, "",
     "{\"open_on\":20191201,\"sealed\":{\"recipients\":[" HASH32
     "],\"cms\":\"AQID\",\"content_hash\":" HASH32 "}}"},
    {PT_TYPE_AUDIT_PLAN, PT_PARTY_AUDIT, "",
     "{\"open_on\":20191201,\"opens\":" REF(
         "audit", "2") ",\"content_nonce\":\"AAECAwQFBgcICQoLDA0ODw==\",\"title\":\"教育专项审计\","
                       "\"focus\":[\"AUDIT_FOCUS_SPENDING\"],\"targets\":[{\"kind\":\"SUBJECT_KIND_"
                       "PROJECT\",\"key\":\"" PROJECT
                       "\"}],\"period_from\":20190101,\"period_to\":20191231}"},
    {PT_TYPE_ECON_RESP_AUDIT, PT_PARTY_AUDIT, "",
     "{\"sealed\":{\"recipients\":[" HASH32 "],\"cms\":\"AQID\",\"content_hash\":" HASH32 "}}"},
    {PT_TYPE_CLUE_TRANSFER, PT_PARTY_AUDIT, "",
     "{\"clue_id\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sender\":\"audit\",\"sent_at_ms\":"
     "\"1561946400000\",\"ack_due\":20190703,\"inquiry_level\":\"INQUIRY_LEVEL_URGENT\",\"sealed\":"
     "{\"recipients\":[" HASH32 "],\"cms\":\"AQID\",\"content_hash\":" HASH32 "}}"},
    {PT_TYPE_CLUE_RECEIPT, PT_PARTY_DISCIPLINE, "",
     "{\"clue_id\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sender\":\"audit\",\"received_at_ms\":"
     "\"1561946400000\",\"accept\":\"CLUE_ACCEPTANCE_ACCEPTED\",\"feedback_due\":20190930}"},
    {PT_TYPE_CLUE_OUTCOME, PT_PARTY_DISCIPLINE, "",
     "{\"clue_id\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sender\":\"audit\",\"stage\":\"OUTCOME_STAGE_"
     "FINAL\",\"sealed\":{\"recipients\":[" HASH32 "],\"cms\":\"AQID\",\"content_hash\":" HASH32
     "}}"},
    {PT_TYPE_ACCOUNTABILITY, PT_PARTY_DISCIPLINE, "",
     "{\"publish_on\":20191201,\"sealed\":{\"recipients\":[" HASH32
     "],\"cms\":\"AQID\",\"content_hash\":" HASH32 "}}"},
    {PT_TYPE_ACCOUNTABILITY, PT_PARTY_DISCIPLINE, "",
     "{\"opens\":" REF("discipline", "2") ",\"content_nonce\":\"AAECAwQFBgcICQoLDA0ODw==\","
                                          "\"person_token\":" HASH32
                                          ",\"subject\":{\"kind\":\"SUBJECT_KIND_PROJECT\",\"key\":"
                                          "\"" PROJECT "\"},\"basis\":[" REF(
                                              "audit", "3") "],\"measure\":\"ACCOUNTABILITY_"
                                                            "MEASURE_ADMONITION\",\"decided_on\":"
                                                            "20191101,\"lifetime_case\":true}"},
    {PT_TYPE_CADRE_USE, PT_PARTY_ORGANIZATION, "",
     "{\"sealed\":{\"recipients\":[" HASH32 "],\"cms\":\"AQID\",\"content_hash\":" HASH32 "}}"},
    {PT_TYPE_WORK_ASSESSMENT, PT_PARTY_FINANCE, "",
     "{\"items\":[{\"name\":\"目标管理\",\"weight_cp\":6000,\"score_cp\":5000},{\"name\":\"监控\","
     "\"weight_cp\":4000,\"score_cp\":3500}],\"total_cp\":8500,\"grade\":\"良好\",\"reform_"
     "progress_cp\":8000,\"decision\":\"WORK_DECISION_NONE\"}"},
    {PT_TYPE_MEETING, PT_PARTY_OFFICE, "",
     "{\"no\":3,\"held_on\":20190620,\"chair\":\"分管副市长\",\"agenda\":[{\"no\":1,\"text\":"
     "\"通报上半年执行\"}],\"attendees\":[{\"party\":\"audit\",\"name\":\"张\",\"post\":\"局长\"}],"
     "\"decisions\":[{\"no\":1,\"text\":\"收回闲置资金\",\"task_no\":\"督办1\"}],\"minutes_"
     "digest\":" HASH32 "}"},
    {PT_TYPE_TASK, PT_PARTY_OFFICE, "",
     "{\"task_no\":\"督办1\",\"origin\":" REF(
         "office", "7") ",\"lead\":\"finance\",\"assist\":[\"audit\"],\"due\":20190731,"
                        "\"requirement\":\"收回闲置资金\"}"},
    {PT_TYPE_TASK_FEEDBACK, PT_PARTY_FINANCE, "",
     "{\"task\":" REF(
         "office",
         "8") ",\"progress_bp\":10000,\"status\":\"TASK_STATUS_DONE\",\"text\":\"已收回\"}"},
    {PT_TYPE_THIRD_PARTY, PT_PARTY_FINANCE, "",
     "{\"agency\":\"" USCC_FIRM
     "\",\"name\":\"某咨询公司\",\"engagements\":[{\"subject\":{\"kind\":"
     "\"SUBJECT_KIND_PROJECT\",\"key\":\"" PROJECT "\"},\"eval_kind\":"
     "\"EVALUATION_KIND_FIN_"
     "KEY\",\"client\":"
     "\"" USCC_AUDIT "\",\"paye"
     "r\":"
     "\"" USCC_AUDIT
     "\",\"fee_fen\":\"5\",\"contract_no\":\"HT-2\"}],\"quality_cp\":9000,\"blacklisted\":false}"},
    {PT_TYPE_EXPERT, PT_PARTY_FINANCE, "",
     "{\"token\":" HASH32 ",\"field\":\"财政\",\"industry\":\"教育\",\"speciality\":\"绩效\","
     "\"org\":\"某大学\",\"avoid_orgs\":[\"" USCC_AUDIT "\"]}"},
    {PT_TYPE_DISCLOSURE, PT_PARTY_FINANCE, "",
     "{\"what\":[" REF(
         "finance", "4") "],\"figures\":[{\"name\":\"FG2.P\",\"fen\":\"40\"},{\"name\":\"FG11\","
                         "\"cp\":8900},{\"name\":\"FG3\",\"bp\":4000}],\"url\":\"http://"
                         "jncz.example/1\",\"published_on\":20190720,\"page_digest\":" HASH32 "}"},
    {PT_TYPE_PUBLIC_FEEDBACK, PT_PARTY_FINANCE, "",
     "{\"channel\":\"12345\",\"received_on\":20190601,\"text\":\"道路何时完工\",\"reply\":\"十月\","
     "\"replied_on\":20190610}"},
    {PT_TYPE_INSTITUTION_DOC, PT_PARTY_FINANCE, "",
     "{\"stage\":\"INSTITUTION_STAGE_GOAL\",\"title\":\"绩效目标管理办法\",\"issuer\":"
     "\"" USCC_AUDIT "\",\"valid_from\":20190801,\"valid_to\":20240731,\"file_digest\":" HASH32
     "}"},
    {PT_TYPE_BRIEF, PT_PARTY_OFFICE, "",
     "{\"period\":\"2019-06\",\"issue_no\":6,\"total_no\":42,\"valid_at\":20190630,\"known_at\":"
     "\"100\",\"snapshot\":" REF("hub", "9") ",\"rule_set\":" REF(
         "office", "1") ",\"content_digest\":" HASH32 ",\"page_digest\":" HASH32 "}"},
    {PT_TYPE_ACCESS_LOG, PT_PARTY_HUB, "",
     "{\"accesses\":[{\"reader\":\"audit\",\"identity\":\"pentad:audit/role/"
     "connector\",\"target\":" REF("finance",
                                   "9") ",\"purpose\":\"核对\",\"at_ms\":\"1561946400000\"}]}"},
    {PT_TYPE_PARTY_CERT, PT_PARTY_OFFICE, "",
     "{\"party\":\"audit\",\"identity\":\"pentad:audit/role/connector\",\"spki_sha256\":" HASH32
     ",\"valid_from\":20190101,\"valid_to\":20201231,\"revoked\":false}"},
    {PT_TYPE_SEALED_COUNT, PT_PARTY_DISCIPLINE, "",
     "{\"rule\":\"K55\",\"period\":\"2019-06\",\"count\":2}"},
    {PT_TYPE_ATTESTATION, PT_PARTY_AUDIT, "",
     "{\"snapshot\":" REF("hub",
                          "9") ",\"reader_classes\":[\"audit\",\"finance\"],\"digest\":" HASH32
                               ",\"equal\":true}"},
    {PT_TYPE_ATTESTATION, PT_PARTY_CONGRESS, "",
     "{\"snapshot\":" REF(
         "hub", "9") ",\"reader_classes\":[\"office\"],\"digest\":" HASH32
                     ",\"equal\":false,\"difference\":{\"part\":\"facts\",\"subject\":\"" PROJECT
                     "\",\"fiscal_year\":2019,\"formula\":\"FG2.B0/1\",\"own\":\"5\"}}"},
    {PT_TYPE_EDITOR_NOTE, PT_PARTY_OFFICE, "",
     "{\"period\":\"2019-06\",\"section\":\"BR5\",\"text\":\"收回工作进展较快\"}"},
};
const size_t n_good_records = sizeof(good_records) / sizeof(good_records[0]);
