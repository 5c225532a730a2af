/* Finance: who answers for what (P03). Name and token are what the connector seals. */
#include "items.h"
#include "table.h"

#include <stdio.h>

#include <pentad/base/date.h>

/* A holder of one post; each gets a person of his own by its number. */
struct post {
    const char *kind, *key, *role, *title;
    int32_t from, until;
    const char *lifetime; /* empty: doesn't matter */
};

struct writer {
    const struct city *c;
    struct table *t;
    int32_t persons; /* so far */
};

/* How a row changes an earlier one. */
struct change {
    const char *how, *original, *reason, *successor;
};

static void person(struct writer *w, int32_t day, const char *no, const struct change *how,
                   const struct post *post, int32_t who) {
    char name[32];
    char token[65];
    struct pt_rng r;

    city_rng(w->c, &r, "responsible", who);
    city_responsible(&r, name, sizeof(name));
    city_hex(w->c, "person", who, 32, token);
    table_row(w->t, day, no, 0);
    table_str(w->t, how->how);
    table_str(w->t, how->original);
    table_str(w->t, how->reason);
    table_str(w->t, post->kind);
    table_str(w->t, post->key);
    table_str(w->t, post->role);
    table_str(w->t, post->title);
    table_date(w->t, post->from);
    table_date(w->t, post->until);
    table_str(w->t, post->lifetime);
    table_str(w->t, how->successor);
    table_str(w->t, name);
    table_str(w->t, token);
}

static int32_t enter(struct writer *w, int32_t day, const struct post *post, char no[20]) {
    int32_t who = ++w->persons;

    (void)snprintf(no, 20, "ZR-%06d", who);
    person(w, day, no, &(struct change){0}, post, who);
    return who;
}

/* The head of department `dept` after the first one. */
static void write_tenures(struct writer *w, int32_t dept, struct post post, const char *first_no,
                          int32_t first) {
    for (int32_t i = 0; i < w->c->n_tenures; i++) {
        const struct city_tenure *x = &w->c->tenures[i];
        struct post next = post;
        char no[24];

        if (x->dept != dept)
            continue;
        post.until = x->left;
        (void)snprintf(no, sizeof(no), "%s-2", first_no);
        if (x->left_day)
            person(w, x->left_day, no, &(struct change){"补充", first_no, "调离", NULL}, &post,
                   first);
        next.from = x->from;
        (void)enter(w, x->day, &next, no);
    }
}

static void write_leaders(struct writer *w) {
    const struct city_code *regions;
    size_t n = city_regions(&regions);
    struct post post = {.role = "党政主要负责人", .lifetime = ""};
    int32_t who;
    char no[20];

    post.kind = "区县";
    post.from = 20170301;
    for (size_t i = 0; i <= n; i++) {
        post.key = i < n ? regions[i].code : CITY_RGN;
        post.title = i < n ? "区县长" : "市长";
        (void)enter(w, DAY_ORGS, &post, no);
    }
    post.kind = "部门";
    post.role = "单位主要负责人";
    post.title = "主要负责人";
    for (int32_t d = 0; d < CITY_DEPTS; d++) {
        post.key = w->c->orgs[d].uscc;
        post.from = 20160101 + d % 3 * 10000 + d % 9 * 100;
        who = enter(w, DAY_ORGS, &post, no);
        write_tenures(w, d, post, no, who);
    }
}

/* The first one's row is completed once the next one is known, on the last day in office or, where
 * that is a day off, before. */
static void succeed(struct writer *w, const struct city_project *p, struct post *post,
                    const char *first_no, int32_t first) {
    bool gap = p->head_next > pt_date_add(p->head_left, 1);
    int32_t day = p->head_left;
    struct post next = *post;
    char no[24];
    char next_no[20] = "";

    while (!city_is_workday(day))
        day--;
    next.from = p->head_next;
    if (!gap)
        (void)enter(w, day, &next, next_no);
    post->until = p->head_left;
    (void)snprintf(no, sizeof(no), "%s-2", first_no);
    person(w, day, no, &(struct change){"补充", first_no, "调离", next_no}, post, first);
    if (gap)
        (void)enter(w, p->head_next, &next, next_no);
}

static void write_heads(struct writer *w) {
    for (int32_t i = 0; i < w->c->n_projects; i++) {
        const struct city_project *p = &w->c->projects[i];
        struct post post = {.kind = p->policy ? "政策" : "项目",
                            .key = p->code,
                            .role = "项目责任人",
                            .title = "项目负责人",
                            .from = p->head_from ? p->head_from : p->start,
                            .lifetime = p->head_for_now ? "否" : "是"};
        char no[20];
        char again[24];
        int32_t who;

        if (!p->is_major)
            continue;
        who = enter(w, p->head_from > DAY_PROJECTS ? p->head_from : DAY_PROJECTS, &post, no);
        if (p->head_left)
            succeed(w, p, &post, no, who);
        if (p->head_mended_day == 0)
            continue;
        post.lifetime = "是";
        (void)snprintf(again, sizeof(again), "%s-2", no);
        person(w, p->head_mended_day, again, &(struct change){"更正", no, "漏填终身责任", NULL},
               &post, who);
    }
}

static void write_item_heads(struct writer *w) {
    size_t n;
    const struct city_item *list = city_items(&n);
    struct post post = {
        .kind = "政策", .role = "项目责任人", .title = "项目负责人", .lifetime = "是"};
    char no[20];

    for (size_t i = 0; i < n; i++) {
        if (!list[i].major)
            continue;
        post.key = list[i].key;
        post.from = list[i].start;
        (void)enter(w, list[i].day, &post, no);
    }
}

int city_write_persons(struct city *c, struct pt_err *err) {
    struct writer w = {.c = c};

    w.t =
        table_new(c, &style_finance, "persons.csv", "P03",
                  "录入日期,档案号,更正方式,原档案号,更正原因,对象类别,对象,责任类型,职务,任职日期,"
                  "离任日期,终身责任,继任档案号,姓名,人员标识",
                  false);
    write_leaders(&w);
    write_heads(&w);
    write_item_heads(&w);
    return table_close(w.t, err);
}
