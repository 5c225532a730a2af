#include <pentad/brief/brief.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/date.h>
#include <pentad/record/party.h>

#include "internal.h"

/* ---- who and where ---- */

/* The region whose congress approved the year's budget: the largest, where several did. */
static int find_region(struct pt_brief *b, struct pt_err *err) {
    static const char sql[] =
        "SELECT r.subject FROM f_congress_approval a CROSS JOIN record r ON r.rec = a.rec"
        " WHERE r.type = @TYPE_CONGRESS_APPROVAL AND r.kind = @SUBJECT_KIND_REGION "
        "AND " PT_BRIEF_LIVE(
            "r", "?1") " GROUP BY r.subject ORDER BY sum(r.fy = ?2) DESC, sum(a.total_fen) DESC, "
                       "r.subject LIMIT 1";
    struct sqlite3_stmt *st = NULL;
    int rc =
        pt_sql_query(b->sql, &st, err, sql, "ii", (int64_t)b->now.known_at, (int64_t)b->period.fy);

    if (pt_sql_row(b->sql, st, &rc, err))
        (void)snprintf(b->region, sizeof b->region, "%s", pt_sql_text(st, 0));
    pt_sql_done(b->sql, st);
    rc = rc == 0 && b->region[0]
             ? pt_brief_name(b, 6, b->region, b->region_name, sizeof b->region_name)
             : rc;
    return rc;
}

/* A text parameter (H07) in force at the brief's moment, or `fallback` (which may be `out`). */
static void param_text(struct pt_brief *b, const char *name, const char *fallback, char *out,
                       size_t cap) {
    static const char sql[] =
        "SELECT p.text FROM f_rule_set_params p JOIN record r ON r.rec = p.rec WHERE p.name = ?1"
        " AND p.text <> '' AND r.valid_from <= ?3 AND " PT_BRIEF_LIVE("r", "?2")
            PT_BRIEF_ORDER("r") " LIMIT 1";
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(b->sql, &st, NULL, sql, "sii", name, (int64_t)b->now.known_at,
                          (int64_t)b->now.day);

    if (fallback != out)
        (void)snprintf(out, cap, "%s", fallback);
    if (pt_sql_row(b->sql, st, &rc, NULL))
        (void)snprintf(out, cap, "%s", pt_sql_text(st, 0));
    pt_sql_done(b->sql, st);
}

/* The parties as Genesis names them. */
static void body_name(struct pt_brief *b, enum pt_party party, bool chinese, char *out,
                      size_t cap) {
    struct sqlite3_stmt *st = NULL;
    int rc =
        pt_sql_query(b->sql, &st, NULL, "SELECT name FROM body WHERE party = ?1 AND name <> ''",
                     "s", pt_party_name(party));

    (void)snprintf(out, cap, "%s", chinese ? pt_party_name_zh(party) : pt_party_name(party));
    if (pt_sql_row(b->sql, st, &rc, NULL))
        (void)snprintf(out, cap, "%s", pt_sql_text(st, 0));
    pt_sql_done(b->sql, st);
}

/* ---- head ---- */

static const char *const month_name[] = {"",        "January",  "February", "March",  "April",
                                         "May",     "June",     "July",     "August", "September",
                                         "October", "November", "December"};

static void put_title(struct pt_brief *b) {
    const struct pt_brief_period *p = &b->period;
    char zh[256];
    char en[256];

    if (p->quarter) {
        (void)snprintf(zh, sizeof zh, "关于%d年第%s季度市级预算绩效管理情况的通报", (int)p->fy,
                       pt_brief_numeral(p->no));
        (void)snprintf(en, sizeof en, "Budget performance, %s quarter of %d",
                       p->no == 1   ? "first"
                       : p->no == 2 ? "second"
                       : p->no == 3 ? "third"
                                    : "fourth",
                       (int)p->fy);
    } else {
        (void)snprintf(zh, sizeof zh, "关于%d年%d月市级预算绩效管理情况的通报", (int)p->fy, p->no);
        (void)snprintf(en, sizeof en, "Budget performance in %s %d", month_name[p->no], (int)p->fy);
    }
    pt_brief_put(b, b->root, "title", pt_brief_put_text(b, zh, en));
}

/* Numbered through since the ledger's first tick. */
static void put_issue(struct pt_brief *b) {
    const struct pt_brief_period *p = &b->period;
    int per_year = p->quarter ? 4 : 12;
    int first = p->quarter ? (pt_date_month(b->first_day) + 2) / 3 : pt_date_month(b->first_day);
    int total = (int)(p->fy - pt_date_year(b->first_day)) * per_year + p->no - first + 1;
    char zh[96];
    char en[96];

    (void)snprintf(zh, sizeof zh, "第%d期（总第%d期）", p->no, total);
    (void)snprintf(en, sizeof en, "Issue %d (no. %d in all)", p->no, total);
    pt_brief_put(b, b->root, "issue", pt_brief_put_text(b, zh, en));
}

static void put_head(struct pt_brief *b) {
    char zh[256];
    char en[256];
    char region[160];

    (void)snprintf(region, sizeof region, "%s", b->region_name[0] ? b->region_name : "");
    (void)snprintf(zh, sizeof zh, "%s预算绩效“五方协同精准联控”工作简报", region);
    param_text(b, "brief.name.zh", zh, zh, sizeof zh);
    (void)snprintf(en, sizeof en, "Five-party budget performance brief%s%s", region[0] ? ", " : "",
                   region);
    param_text(b, "brief.name.en", en, en, sizeof en);
    pt_brief_put(b, b->root, "name", pt_brief_put_text(b, zh, en));
    body_name(b, PT_PARTY_OFFICE, true, zh, sizeof zh);
    if (strcmp(zh, pt_party_name(PT_PARTY_OFFICE)) == 0)
        (void)snprintf(zh, sizeof zh, "%s预算绩效管理联席会议办公室", region);
    body_name(b, PT_PARTY_OFFICE, false, en, sizeof en);
    if (strcmp(en, pt_party_name(PT_PARTY_OFFICE)) == 0)
        (void)snprintf(en, sizeof en, "Joint-meeting office for budget performance");
    pt_brief_put(b, b->root, "office", pt_brief_put_text(b, zh, en));
    param_text(b, "brief.mark.zh", "内部资料 注意保存", zh, sizeof zh);
    param_text(b, "brief.mark.en", "Internal: keep with care", en, sizeof en);
    pt_brief_put(b, b->root, "mark", pt_brief_put_text(b, zh, en));
    pt_brief_put(
        b, b->root, "region",
        json_pack("{s:s, s:s, s:s}", "key", b->region, "zh", b->region_name, "en", b->region_name));
}

static void put_foot(struct pt_brief *b) {
    static const enum pt_party five[] = {PT_PARTY_CONGRESS, PT_PARTY_DISCIPLINE,
                                         PT_PARTY_ORGANIZATION, PT_PARTY_FINANCE, PT_PARTY_AUDIT};
    char zh[640] = "送：";
    char en[640] = "Sent to: ";
    json_t *foot = json_array();

    for (size_t i = 0; i < 5; i++) {
        char name[128];
        size_t n = strlen(zh);
        size_t m = strlen(en);

        body_name(b, five[i], true, name, sizeof name);
        (void)snprintf(zh + n, sizeof zh - n, "%s%s", name, i < 4 ? "，" : "。");
        body_name(b, five[i], false, name, sizeof name);
        (void)snprintf(en + m, sizeof en - m, "%s%s", name, i < 4 ? ", " : ".");
    }
    pt_brief_add(
        b, foot,
        pt_brief_put_text(b, "报：市委、市人大常委会、市政府。",
                          "Reported to: the city's Party committee, people's congress standing "
                          "committee and government."));
    pt_brief_add(b, foot, pt_brief_put_text(b, zh, en));
    pt_brief_add(
        b, foot,
        pt_brief_put_text(b, "发：市直各部门，各区县。", "Issued to: departments and districts."));
    pt_brief_put(b, b->root, "foot", foot);
}

/* Names the state that the brief speaks of: the log's head, which a checkpoint of that size has. */
static int put_snapshot(struct pt_brief *b, struct pt_err *err) {
    struct pt_hash head;
    char hex[2 * PT_HASH_LEN + 1];
    int64_t n = 0;
    bool found;
    int rc = pt_ledger_log_head(b->l, b->now.known_at, &head, err);

    rc = rc == 0 ? pt_sql_number(b->sql, &n, &found, err,
                                 "SELECT sum(n) FROM entry WHERE log_index < ?1", "i",
                                 (int64_t)b->now.known_at)
                 : rc;
    if (rc != 0)
        return rc;
    pt_hash_hex(hex, &head);
    pt_brief_put(b, b->root, "log_head", json_string(hex));
    hex[8] = '\0';
    pt_brief_put(b, b->root, "snapshot", json_string(hex));
    pt_brief_put(b, b->root, "records", json_integer(n));
    return 0;
}

static json_t *moment_json(const struct pt_brief_moment *m) {
    char known[24];

    (void)snprintf(known, sizeof known, "%llu", (unsigned long long)m->known_at);
    return json_pack("{s:s, s:i}", "known_at", known, "tick_day", (int)m->day);
}

static int put_facts(struct pt_brief *b, struct pt_err *err) {
    const struct pt_brief_period *p = &b->period;
    char known[24];
    int rc;

    (void)snprintf(known, sizeof known, "%llu", (unsigned long long)b->now.known_at);
    pt_brief_put(b, b->root, "brief", json_integer(1));
    pt_brief_put(b, b->root, "period", json_string(p->text));
    pt_brief_put(b, b->root, "kind", json_string(p->quarter ? "quarter" : "month"));
    pt_brief_put(b, b->root, "fiscal_year", json_integer(p->fy));
    pt_brief_put(b, b->root, "from", json_integer(p->from));
    pt_brief_put(b, b->root, "valid_at", json_integer(p->to));
    pt_brief_put(b, b->root, "known_at", json_string(known));
    pt_brief_put(b, b->root, "tick_day", json_integer(b->now.day));
    pt_brief_put(b, b->root, "since", moment_json(&b->since));
    pt_brief_put(b, b->root, "draft", json_boolean(b->draft));
    pt_brief_put(b, b->root, "final_after", json_integer(b->final_day));
    put_title(b);
    put_issue(b);
    put_head(b);
    rc = put_snapshot(b, err);
    put_foot(b);
    return rc;
}

/* ---- all of it ---- */

static void put_label(struct pt_brief *b, json_t *block, const char *zh, const char *en, int no) {
    char label_zh[24];
    char label_en[24];

    (void)snprintf(label_zh, sizeof label_zh, "%s%d", zh, no);
    (void)snprintf(label_en, sizeof label_en, "%s %d", en, no);
    pt_brief_put(b, block, "label", pt_brief_put_text(b, label_zh, label_en));
}

/* Tables and charts are numbered as they are printed, whatever their patterns' ids. */
static void label_blocks(struct pt_brief *b) {
    int tables = 0;
    int annexed = 0;
    int charts = 0;

    for (size_t i = 0; i < json_array_size(b->sections); i++) {
        const json_t *s = json_array_get(b->sections, i);
        const json_t *list = json_object_get(s, "blocks");
        bool annex = json_is_true(json_object_get(s, "annex"));

        for (size_t k = 0; k < json_array_size(list); k++) {
            json_t *block = json_array_get(list, k);
            const char *type = pt_brief_get(block, "type");

            if (strcmp(type, "chart") == 0)
                put_label(b, block, "图", "Chart", ++charts);
            else if (strcmp(type, "table") == 0 && annex)
                put_label(b, block, "附表", "Annex table", ++annexed);
            else if (strcmp(type, "table") == 0)
                put_label(b, block, "表", "Table", ++tables);
        }
    }
}

/* BR1 quotes what the others gather, so it is made after them and put first. */
static int sections(struct pt_brief *b, struct pt_err *err) {
    json_t *first;
    int rc = pt_brief_rank_departments(b, err);

    rc = rc == 0 ? pt_brief_budget(b, err) : rc;
    rc = rc == 0 ? pt_brief_warnings(b, err) : rc;
    rc = rc == 0 ? pt_brief_summary(b, err) : rc;
    rc = rc == 0 ? pt_brief_clues(b, err) : rc;
    rc = rc == 0 ? pt_brief_quality(b, err) : rc;
    rc = rc == 0 ? pt_brief_annex(b, err) : rc;
    if (rc != 0)
        return rc;
    first = json_incref(json_array_get(b->sections, 2));
    if (json_array_remove(b->sections, 2) != 0 || json_array_insert_new(b->sections, 0, first) != 0)
        b->failed = true;
    label_blocks(b);
    return 0;
}

static int gather(struct pt_brief *b, uint64_t known_at, struct pt_err *err) {
    int rc = pt_brief_moments(b, known_at, err);

    rc = rc == 0 ? pt_ledger_lights(b->l, b->period.to, b->now.known_at, &b->lights, err) : rc;
    rc = rc == 0 ? find_region(b, err) : rc;
    if (rc != 0)
        return rc;
    param_text(b, "brief.currency.zh", "元", b->money_zh, sizeof b->money_zh);
    param_text(b, "brief.currency.en", "yuan", b->money_en, sizeof b->money_en);
    rc = pt_brief_money(b, err);
    return rc == 0 ? pt_brief_findings(b, err) : rc;
}

static int make(struct pt_brief *b, uint64_t known_at, struct pt_err *err) {
    int rc = gather(b, known_at, err);

    rc = rc == 0 ? put_facts(b, err) : rc;
    pt_brief_put(b, b->root, "figures", json_incref(b->figures));
    pt_brief_put(b, b->root, "sections", json_incref(b->sections));
    rc = rc == 0 ? sections(b, err) : rc;
    pt_brief_put(b, b->root, "sources", json_incref(b->sources));
    if (rc == 0 && b->failed)
        rc = pt_err_set(err, PT_E_NOMEM, "brief: no memory, or text that is not UTF-8");
    return rc;
}

int pt_brief_make(struct pt_ledger *l, const char *period, uint64_t known_at,
                  struct json_t **ret_json, struct pt_err *err) {
    struct pt_brief *b = calloc(1, sizeof *b);
    int rc;

    *ret_json = NULL;
    if (!b)
        return pt_err_set(err, PT_E_NOMEM, "brief: no memory");
    b->l = l;
    b->sql = pt_ledger_sql(l);
    b->root = json_object();
    b->sections = json_array();
    b->sources = json_array();
    b->source_index = json_object();
    b->figures = json_object();
    b->restated = json_array();
    rc = pt_brief_period_parse(period, &b->period, err);
    if (rc == 0)
        pt_brief_period_before(&b->period, &b->before);
    rc = rc == 0 ? pt_ledger_read_begin(l, err) : rc;
    if (rc == 0) {
        rc = make(b, known_at, err);
        pt_ledger_read_end(l);
    }
    if (rc == 0)
        *ret_json = json_incref(b->root);
    json_decref(b->root);
    json_decref(b->sections);
    json_decref(b->sources);
    json_decref(b->source_index);
    json_decref(b->figures);
    json_decref(b->restated);
    free(b->depts);
    free(b->states);
    free(b);
    return rc;
}
