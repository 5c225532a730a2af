/* The office: joint meetings (J01) and the tasks they set (J02). The five bodies: their feedback
 * (J03), done in time. */
#include "duties.h"

#include <stdio.h>

#define MEETINGS 6
#define BODIES 5

struct meeting {
    int32_t held;
    const char *topics[2];
};

static const struct meeting meetings[MEETINGS] = {
    {20190315, {"部署年度五方协同工作", "研究绩效目标审核要求"}},
    {20190522, {"通报一季度绩效监控情况", "研究审计发现整改"}},
    {20190730, {"学习贯彻全面推进预算绩效管理的实施意见", "部署制度建设"}},
    {20191024, {"通报三季度执行进度", "研究资金清理收回"}},
    {20191218, {"研究年终结转结余处理", "部署绩效自评"}},
    {20200423, {"通报绩效自评情况", "研究抽查复核安排"}},
};
static const char *const bodies[BODIES] = {"congress", "discipline", "organization", "finance",
                                           "audit"};
static const struct table_style *const styles[BODIES] = {
    &style_congress, &style_discipline, &style_organization, &style_finance, &style_audit};

static void meeting_no(char out[40], int32_t i) {
    (void)snprintf(out, 40, "济绩联纪〔%d〕%d号", meetings[i].held / 10000, i + 1);
}

static void task_no(char out[24], int32_t i, int32_t body) {
    (void)snprintf(out, 24, "DB%d-%02d%d", meetings[i].held / 10000, i + 1, body + 1);
}

/* Whom the meeting charges: two bodies, in turn. */
static int32_t charged(int32_t i, int32_t k) {
    return (i * 2 + k) % BODIES;
}

static void entry(struct table *t, const struct city *c, int32_t i, const char *kind, int32_t n,
                  const char *text, const char *task) {
    struct pt_rng r;
    char digest[65];
    char no[40];

    city_rng(c, &r, "minutes", i);
    for (int k = 0; k < 4; k++)
        (void)snprintf(digest + 16 * k, 17, "%016llx", (unsigned long long)pt_rng_next(&r));
    meeting_no(no, i);
    table_row(t, city_add_workdays(meetings[i].held, 3), no, 0);
    table_int(t, i + 1);
    table_date(t, meetings[i].held);
    table_str(t, "分管副市长");
    table_str(t, kind);
    table_int(t, n);
    table_str(t, text);
    table_str(t, task);
    table_str(t, digest);
}

static int write_minutes(struct city *c, struct pt_err *err) {
    struct table *t = table_new(c, &style_office, "meetings.csv", "J01",
                                "发布日期,文号,届次,召开日期,召集人,条目类别,序号,内容,督办编号,"
                                "纪要摘要",
                                false);

    for (int32_t i = 0; i < MEETINGS; i++) {
        for (int32_t k = 0; k < 2; k++)
            entry(t, c, i, "议题", k + 1, meetings[i].topics[k], NULL);
        for (int32_t k = 0; k < BODIES; k++)
            entry(t, c, i, "出席", k + 1, bodies[k], NULL);
        for (int32_t k = 0; k < 2; k++) {
            char task[24];

            task_no(task, i, charged(i, k));
            entry(t, c, i, "决定", k + 1, "由牵头单位落实会议议定事项，按期反馈。", task);
        }
    }
    return table_close(t, err);
}

static int32_t task_day(int32_t i) {
    return city_add_workdays(meetings[i].held, 5);
}

static int32_t task_due(int32_t i) {
    return city_add_workdays(meetings[i].held, 30);
}

static int write_tasks(struct city *c, struct pt_err *err) {
    struct table *t =
        table_new(c, &style_office, "tasks.csv", "J02",
                  "发文日期,督办编号,会议文号,牵头单位,配合单位,办结期限,督办要求", false);

    for (int32_t i = 0; i < MEETINGS; i++)
        for (int32_t k = 0; k < 2; k++) {
            int32_t body = charged(i, k);
            char origin[40];
            char no[24];

            task_no(no, i, body);
            meeting_no(origin, i);
            table_row(t, task_day(i), no, 0);
            table_str(t, origin);
            table_str(t, bodies[body]);
            table_str(t, bodies[(body + 1) % BODIES]);
            table_date(t, task_due(i));
            table_str(t, meetings[i].topics[k]);
        }
    return table_close(t, err);
}

struct city_task city_task(int32_t meeting, int32_t k) {
    struct city_task t = {.due = task_due(meeting),
                          .done = city_add_workdays(task_day(meeting), 18)};

    task_no(t.no, meeting, charged(meeting, k));
    city_task_fault(meeting, k, &t);
    return t;
}

static void feedback(struct table *t, int32_t day, int32_t i, int32_t body, bool done) {
    char task[24];
    char no[32];

    task_no(task, i, body);
    (void)snprintf(no, sizeof(no), "FK-%s-%d", task, done ? 2 : 1);
    table_row(t, day, no, 0);
    table_str(t, task);
    table_cent(t, done ? 10000 : 5000);
    table_str(t, done ? "已办结" : "办理中");
    table_str(t, done ? "议定事项已落实。" : "正在推进。");
}

static int write_feedback(struct city *c, int32_t body, struct pt_err *err) {
    struct table *t = table_new(c, styles[body], "task_feedback.csv", "J03",
                                "反馈日期,反馈编号,督办编号,进度,状态,办理情况", false);

    for (int32_t i = 0; i < MEETINGS; i++)
        for (int32_t k = 0; k < 2; k++)
            if (charged(i, k) == body) {
                int32_t done = city_task(i, k).done;

                feedback(t, city_add_workdays(task_day(i), 8), i, body, false);
                if (done != 0)
                    feedback(t, done, i, body, true);
            }
    return table_close(t, err);
}

int city_write_meetings(struct city *c, struct pt_err *err) {
    int code = write_minutes(c, err);

    if (code == 0)
        code = write_tasks(c, err);
    for (int32_t b = 0; b < BODIES && code == 0; b++)
        code = write_feedback(c, b, err);
    return code;
}
