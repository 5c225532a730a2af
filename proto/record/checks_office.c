#include <pentad/base/err.h>

#include "checks.h"

/* O01 综合绩效考核结果. Totals may pass 100 points where a scheme grants extra ones. */
static const struct field_check ledger_ref_rows[] = {
    REQ(1, REF),
    REQ(2, KEY),
    REQ(3, YEAR),
    REQ(4, INT, CP),
};
static MSG_CHECKS(ledger_ref, ledger_ref_rows, NULL);

static const struct field_check appraisal_component_rows[] = {
    REQ(1, TEXT, CHARS(100)),
    REQ(2, INT, CP),
    REQ(3, INT, RANGE(0, 20000)),
    OPT(4, MSG, SUB(checks_ledger_ref)),
};
static MSG_CHECKS(appraisal_component, appraisal_component_rows, NULL);

static const struct field_check appraisal_rows[] = {
    REQ(1, INT, RANGE(0, 20000)),
    OPT(2, TEXT, CHARS(30)),
    REQ(3, MSG, SUB(checks_appraisal_component), ITEMS(100)),
};
MSG_CHECKS(appraisal, appraisal_rows, NULL);

/* J04 预警、约谈、通报 */
static const struct field_check notice_rows[] = {
    REQ(1, ENUM),
    REQ(2, TEXT, CHARS(64), ITEMS(200)),
    OPT(3, TEXT, CHARS(64), ITEMS(200)),
    OPT(4, ENUM),
    REQ(5, REF, ITEMS(200)),
    REQ(6, TEXT, CHARS(2000)),
    OPT(7, DATE),
    OPT(8, TEXT, CHARS(100)),
    OPT(9, BYTES, HASH),
};
MSG_CHECKS(notice, notice_rows, NULL);

/* O02 干部考核使用回执 */
static const struct field_check cadre_use_rows[] = {
    OPT(2, MSG, SUB(checks_sealed)),
    OPT(11, CODE, OF(BODY)),
    OPT(12, REF, ITEMS(200)),
    OPT(13, ENUM, ITEMS(10)),
};

static void cadre_use_cross(struct checking *c, const struct path *at,
                            const ProtobufCMessage *msg) {
    static const char *const content[] = {"org", "used_in", NULL};

    pt_check_sealed(c, at, msg, content);
}
MSG_CHECKS(cadre_use, cadre_use_rows, cadre_use_cross);

/* J01 联席会议 */
static const struct field_check agenda_item_rows[] = {
    REQ(1, INT, RANGE(1, 1000)),
    REQ(2, TEXT, CHARS(500)),
};
static MSG_CHECKS(agenda_item, agenda_item_rows, NULL);

static const struct field_check attendee_rows[] = {
    REQ(1, TEXT, CHARS(100)),
    OPT(2, TEXT, CHARS(100)),
    OPT(3, TEXT, CHARS(100)),
};
static MSG_CHECKS(attendee, attendee_rows, NULL);

static const struct field_check meeting_decision_rows[] = {
    REQ(1, INT, RANGE(1, 1000)),
    REQ(2, TEXT, CHARS(2000)),
    OPT(3, TEXT, CHARS(64)),
};
static MSG_CHECKS(meeting_decision, meeting_decision_rows, NULL);

static const struct field_check meeting_rows[] = {
    REQ(1, INT, RANGE(1, 100000)),
    REQ(2, DATE),
    REQ(3, TEXT, CHARS(100)),
    REQ(4, MSG, SUB(checks_agenda_item), ITEMS(200)),
    REQ(5, MSG, SUB(checks_attendee), ITEMS(500)),
    OPT(6, MSG, SUB(checks_meeting_decision), ITEMS(200)),
    REQ(7, BYTES, HASH),
};
MSG_CHECKS(meeting, meeting_rows, NULL);

/* J02 督办事项 */
static const struct field_check task_rows[] = {
    REQ(1, TEXT, CHARS(64)),
    OPT(2, REF),
    REQ(3, TEXT, CHARS(64)),
    OPT(4, TEXT, CHARS(64), ITEMS(50)),
    REQ(5, DATE),
    REQ(6, TEXT, CHARS(500)),
};
MSG_CHECKS(task, task_rows, NULL);

/* J03 办理反馈 */
static const struct field_check task_feedback_rows[] = {
    REQ(1, REF),
    REQ(2, INT, BP),
    REQ(3, ENUM),
    OPT(4, TEXT, CHARS(1000)),
};
MSG_CHECKS(task_feedback, task_feedback_rows, NULL);
