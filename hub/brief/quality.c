/* BR13: what the brief rests on: records received, late or missing, unknown conditions,
 * corrections, parameters in force. */
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/record/catalogue.h>
#include <pentad/record/party.h>
#include <pentad/record/visible.h>
#include <pentad/rules/rules.h>
#include <pentad/v1/common.pb-c.h>

#include "internal.h"

enum { CORRECTIONS_MAX = 40, PT_BRIEF_UNKNOWN = 2 /* condition.state */ };

/* ---- what each party sent ---- */

struct sent {
    int64_t fresh, all, corrections, withheld;
    int32_t closed; /* the day that every stream of the party closed last */
    bool any;
};

static int gather_sent(struct pt_brief *b, struct sent *s, struct pt_err *err) {
    static const char records[] =
        "SELECT s.party, sum(r.log_index >= ?2), count(*),"
        "  sum(r.log_index >= ?2 AND r.correction IN (@CORRECTION_REPLACE, @CORRECTION_REVERSE, "
        "@CORRECTION_WITHDRAW)),"
        "  sum(r.log_index >= ?2 AND r.type = @TYPE_WITHHELD)"
        " FROM record r JOIN stream s ON s.sid = r.sid WHERE r.log_index < ?1 GROUP BY s.party";
    /* A stream that closed for good is missed no more. */
    static const char closes[] =
        "SELECT party, min(day) FROM (SELECT s.party, max(c.day) AS day, max(coalesce(c.final, 0)) "
        "AS"
        " done FROM record r JOIN f_stream_close c ON c.rec = r.rec JOIN stream s ON s.sid = r.sid"
        " WHERE r.type = @TYPE_STREAM_CLOSE AND r.log_index < ?1 AND c.hour IS NULL GROUP BY r.sid)"
        " WHERE done = 0 GROUP BY party";
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(b->sql, &st, err, records, "ii", (int64_t)b->now.known_at,
                          (int64_t)b->since.known_at);

    while (pt_sql_row(b->sql, st, &rc, err)) {
        struct sent *p = &s[pt_party_from_name(pt_sql_text(st, 0))];

        p->fresh = pt_sql_i64(st, 1);
        p->all = pt_sql_i64(st, 2);
        p->corrections = pt_sql_i64(st, 3);
        p->withheld = pt_sql_i64(st, 4);
        p->any = true;
    }
    pt_sql_done(b->sql, st);
    st = NULL;
    rc = rc == 0 ? pt_sql_query(b->sql, &st, err, closes, "i", (int64_t)b->now.known_at) : rc;
    while (pt_sql_row(b->sql, st, &rc, err))
        s[pt_party_from_name(pt_sql_text(st, 0))].closed = pt_sql_i32(st, 1);
    pt_sql_done(b->sql, st);
    return rc;
}

static void standing(struct pt_brief *b, json_t *cells, const struct sent *p, enum pt_party party) {
    char zh[64];
    char en[64];
    char day[11];

    if (!p->any) {
        pt_brief_add(b, cells, pt_brief_put_text(b, "未报送", "nothing received"));
        return;
    }
    if (!pt_date_valid(p->closed) || party == PT_PARTY_HUB) {
        pt_brief_add(b, cells, pt_brief_put_text(b, "—", "—"));
        return;
    }
    pt_date_format(day, p->closed);
    if (p->closed >= b->now.day) {
        pt_brief_add(b, cells, pt_brief_put_text(b, "已报齐", "complete"));
        return;
    }
    (void)snprintf(zh, sizeof zh, "报至%s，缺%d日", day, (int)pt_date_diff(b->now.day, p->closed));
    (void)snprintf(en, sizeof en, "up to %s, %d days missing", day,
                   (int)pt_date_diff(b->now.day, p->closed));
    pt_brief_add(b, cells, pt_brief_put_text(b, zh, en));
}

static int table_parties(struct pt_brief *b, json_t *section, struct pt_err *err) {
    struct sent s[PT_PARTY_END] = {{0}};
    json_t *t =
        pt_brief_table(b, section, "T15", "五方数据报送情况", "What each party sent", false);
    int rc = gather_sent(b, s, err);

    pt_brief_column(b, t, "party", "报送方", "Party", "left");
    pt_brief_grow(b, t);
    pt_brief_column(b, t, "fresh", "本期记录", "Records new", "right");
    pt_brief_column(b, t, "all", "累计记录", "Records in all", "right");
    pt_brief_column(b, t, "corrections", "本期更正", "Corrections", "right");
    pt_brief_column(b, t, "withheld", "本期拒收留空", "Withheld", "right");
    pt_brief_column(b, t, "standing", "报送情况", "Standing", "left");
    pt_brief_min(b, t, 5);
    for (int p = PT_PARTY_CONGRESS; p <= PT_PARTY_HUB && rc == 0; p++) {
        const char *name = pt_party_name((enum pt_party)p);
        json_t *cells = pt_brief_row_new(b, t, name, NULL);
        char id[64];
        char en[96];
        char zh[96];
        struct pt_brief_num n;
        int source;

        (void)snprintf(id, sizeof id, "party/%s", name);
        (void)snprintf(zh, sizeof zh, "%s报送的全部记录", pt_party_name_zh((enum pt_party)p));
        (void)snprintf(en, sizeof en, "all records of %s", name);
        source = pt_brief_source_count(b, id, zh, en, s[p].all, NULL);
        pt_brief_add(b, cells, pt_brief_put_text(b, pt_party_name_zh((enum pt_party)p), name));
        n = pt_brief_count_num(s[p].fresh, source);
        pt_brief_add(b, cells, pt_brief_number(b, &n));
        n = pt_brief_count_num(s[p].all, source);
        pt_brief_add(b, cells, pt_brief_number(b, &n));
        n = pt_brief_count_num(s[p].corrections, source);
        pt_brief_add(b, cells, pt_brief_number(b, &n));
        n = pt_brief_count_num(s[p].withheld, source);
        pt_brief_add(b, cells, pt_brief_number(b, &n));
        standing(b, cells, &s[p], (enum pt_party)p);
    }
    return rc;
}

/* ---- what is missing ---- */

/* Month reports of subjects with a budget, once anybody sends month reports at all. */
static int missing_reports(struct pt_brief *b, json_t *section, struct pt_err *err) {
    static const char sql[] =
        "WITH due AS (SELECT DISTINCT r.subject FROM record r JOIN f_allotment a ON a.rec = r.rec"
        "  WHERE r.type = @TYPE_ALLOTMENT AND r.fy = ?1 AND r.valid_from <= ?2 AND a.kind IN ("
        "@ALLOTMENT_KIND_INITIAL, @ALLOTMENT_KIND_ADD, @ALLOTMENT_KIND_SHIFT_IN, "
        "@ALLOTMENT_KIND_INBOUND)"
        "  AND " PT_BRIEF_LIVE(
            "r",
            "?3") "),"
                  " got AS (SELECT DISTINCT r.subject FROM record r JOIN "
                  "f_exec_snapshot x ON x.rec = r.rec"
                  "  WHERE r.type = @TYPE_EXEC_SNAPSHOT AND x.month = ?2 / 100 AND " PT_BRIEF_LIVE(
                      "r", "?3") ")"
                                 " SELECT (SELECT count(*) FROM due), (SELECT "
                                 "count(*) FROM due WHERE subject IN got),"
                                 "  EXISTS (SELECT 1 FROM f_exec_snapshot)";
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(b->sql, &st, err, sql, "iii", (int64_t)b->period.fy,
                          (int64_t)b->period.to, (int64_t)b->now.known_at);

    if (pt_sql_row(b->sql, st, &rc, err) && pt_sql_i32(st, 2)) {
        int64_t due = pt_sql_i64(st, 0);
        int64_t got = pt_sql_i64(st, 1);
        int source = pt_brief_source_count(b, "month-reports", "本期执行月报",
                                           "month reports of the period", got, NULL);
        struct pt_brief_num n = pt_brief_count_num(due, source);
        json_t *v = json_object();

        pt_brief_var(b, v, "due", &n);
        n = pt_brief_count_num(got, source);
        pt_brief_var(b, v, "got", &n);
        n = pt_brief_count_num(due - got, source);
        pt_brief_var(b, v, "missing", &n);
        pt_brief_para(
            b, section, "执行月报：有预算的事项{due}个，已报{got}个，缺报{missing}个。",
            "Month reports: {due} subjects have a budget, {got} reported, {missing} are missing.",
            v);
    }
    pt_sql_done(b->sql, st);
    return rc;
}

static bool has_table(struct pt_brief *b, const char *name) {
    struct sqlite3_stmt *st = NULL;
    int rc =
        pt_sql_query(b->sql, &st, NULL,
                     "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1", "s", name);
    bool yes = pt_sql_row(b->sql, st, &rc, NULL);

    pt_sql_done(b->sql, st);
    return yes;
}

/* Conditions are kept as of the latest tick only. */
static int unknown(struct pt_brief *b, json_t *section, struct pt_err *err) {
    static const char sql[] = "SELECT rule, count(*) FROM condition WHERE state = ?1 GROUP BY rule";
    struct pt_ledger_tick last;
    struct sqlite3_stmt *st = NULL;
    char list_zh[512] = "";
    size_t len = 0;
    int64_t total = 0;
    json_t *v = json_object();
    int rc = pt_ledger_last_tick(b->l, &last, err);

    /* What is final must be the same whenever it is made. */
    if (rc != 0 || !b->draft || last.log_size != b->now.known_at || !has_table(b, "condition")) {
        pt_brief_para(
            b, section,
            "因数据未到而无法判断的条件只保留至台账最新时点，本期截止日之后台账已更新，不再列示。",
            "Conditions that could not be decided for want of data are kept for the ledger's "
            "latest tick only; it has moved on since this cut-off.",
            v);
        return rc;
    }
    rc = pt_sql_query(b->sql, &st, err, sql, "i", (int64_t)PT_BRIEF_UNKNOWN);
    while (pt_sql_row(b->sql, st, &rc, err)) {
        int n;

        if (pt_rule_about_clues(pt_sql_text(st, 0)))
            continue;
        n = snprintf(list_zh + len, sizeof list_zh - len, "%s%s %lld", len ? "、" : "",
                     pt_sql_text(st, 0), (long long)pt_sql_i64(st, 1));
        len += n > 0 && (size_t)n < sizeof list_zh - len ? (size_t)n : 0;
        total += pt_sql_i64(st, 1);
    }
    pt_sql_done(b->sql, st);
    if (total == 0) {
        pt_brief_para(b, section, "没有因数据未到而无法判断的条件。",
                      "No condition is undecided for want of data.", v);
    } else {
        struct pt_brief_num n = pt_brief_count_num(total, -1);

        pt_brief_var(b, v, "n", &n);
        pt_brief_var_text(b, v, "list", list_zh, list_zh);
        pt_brief_para(b, section, "因数据未到而无法判断的条件{n}项，不视为通过：{list}。",
                      "Conditions undecided for want of data, not taken as passed: {n} ({list}).",
                      v);
    }
    return rc;
}

/* ---- corrections ---- */

/* What a record of a type says in one number. */
static const struct {
    int type;
    const char *table;
    const char *column;
    const char *unit;
} main_number[] = {
    {PT_TYPE_ALLOTMENT, "f_allotment", "fen", "fen"},
    {PT_TYPE_PAYMENT_BATCH, "f_payment_batch", "sum_fen", "fen"},
    {PT_TYPE_EXEC_SNAPSHOT, "f_exec_snapshot", "cum_paid_fen", "fen"},
    {PT_TYPE_EVALUATION, "f_evaluation", "total_cp", "cp"},
    {PT_TYPE_AUDIT_FIGURE, "f_audit_figure", "fen", "fen"},
    {PT_TYPE_AUDIT_FINDING, "f_audit_finding", "fen", "fen"},
    {PT_TYPE_FUND_CONTROL, "f_fund_control", "fen", "fen"},
    {PT_TYPE_CONGRESS_APPROVAL, "f_congress_approval", "total_fen", "fen"},
    {PT_TYPE_EX_ANTE_EVAL, "f_ex_ante_eval", "requested_fen", "fen"},
    {PT_TYPE_PERF_GOAL, "f_perf_goal", "budget_fen", "fen"},
};

static void value_cell(struct pt_brief *b, json_t *cells, int type, int64_t rec) {
    struct pt_brief_num n = {.na = true, .unit = "count", .source = -1};

    for (size_t i = 0; i < sizeof main_number / sizeof main_number[0] && rec > 0; i++) {
        char sql[128];
        struct sqlite3_stmt *st = NULL;
        int rc;

        if (main_number[i].type != type)
            continue;
        (void)snprintf(sql, sizeof sql, "SELECT %s FROM %s WHERE rec = ?1", main_number[i].column,
                       main_number[i].table);
        rc = pt_sql_once(b->sql, &st, NULL, sql, "i", rec);
        if (pt_sql_row(b->sql, st, &rc, NULL) && !pt_sql_is_null(st, 0)) {
            n.na = false;
            n.unit = main_number[i].unit;
            n.v = pt_sql_i64(st, 0);
        }
        pt_sql_done(b->sql, st);
    }
    {
        json_t *j = pt_brief_number(b, &n);

        pt_brief_add(b, cells, pt_brief_put_text(b, pt_brief_get(j, "zh"), pt_brief_get(j, "en")));
        json_decref(j);
    }
}

/* What the query asks for; what stands where the new value would, NULL: there is one. */
static const struct {
    Pentad__V1__Correction how;
    const char *zh, *en, *gone_zh, *gone_en;
} corrections[] = {
    {PENTAD__V1__CORRECTION__CORRECTION_REPLACE, "更正", "replaced", NULL, NULL},
    {PENTAD__V1__CORRECTION__CORRECTION_REVERSE, "冲销", "reversed", "已冲销", "reversed"},
    {PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW, "撤回", "withdrawn", "已撤回", "withdrawn"},
};

static void put_correction(struct pt_brief *b, json_t *t, struct sqlite3_stmt *st) {
    const struct pt_record_info *info = pt_record_info((enum pt_record_type)pt_sql_i32(st, 1));
    size_t how = 0;
    char ref[96];
    char old[96] = "";
    json_t *cells;

    while ((int)corrections[how].how != pt_sql_i32(st, 2)) {
        how++;
        PT_ASSERT(how < sizeof corrections / sizeof corrections[0]);
    }
    (void)pt_brief_ref(b, pt_sql_i64(st, 0), ref, sizeof ref);
    if (pt_sql_i64(st, 3) > 0)
        (void)pt_brief_ref(b, pt_sql_i64(st, 3), old, sizeof old);
    cells = pt_brief_row_new(b, t, ref, NULL);
    pt_brief_add(b, cells, pt_brief_cell_record(b, ref, ref, ref));
    pt_brief_add(b, cells,
                 pt_brief_put_text(b, info ? info->name_zh : "", info ? info->name_en : ""));
    pt_brief_add(b, cells, pt_brief_put_text(b, corrections[how].zh, corrections[how].en));
    value_cell(b, cells, pt_sql_i32(st, 1), pt_sql_i64(st, 3));
    if (corrections[how].gone_zh == NULL)
        value_cell(b, cells, pt_sql_i32(st, 1), pt_sql_i64(st, 0));
    else
        pt_brief_add(b, cells,
                     pt_brief_put_text(b, corrections[how].gone_zh, corrections[how].gone_en));
    pt_brief_add(b, cells, pt_brief_textf(b, "%.200s", pt_sql_text(st, 4)));
}

static int table_corrections(struct pt_brief *b, json_t *section, struct pt_err *err) {
    static const char sql[] =
        "SELECT rec, type, correction, corrects, reason, count(*) OVER () FROM record"
        " WHERE log_index >= ?2 AND log_index < ?1 AND correction IN (@CORRECTION_REPLACE, "
        "@CORRECTION_REVERSE, @CORRECTION_WITHDRAW)"
        "  AND corrects IS NOT NULL AND coalesce(lost, 0) = 0 ORDER BY rec LIMIT 40";
    json_t *t = pt_brief_table(b, section, "T16-1", "本期更正、冲销、撤回的记录",
                               "Records corrected", false);
    struct sqlite3_stmt *st = NULL;
    int64_t all = 0;
    int rc = pt_sql_query(b->sql, &st, err, sql, "ii", (int64_t)b->now.known_at,
                          (int64_t)b->since.known_at);

    pt_brief_column(b, t, "record", "记录", "Record", "left");
    pt_brief_keep(b, t);
    pt_brief_column(b, t, "type", "类别", "Type", "left");
    pt_brief_min(b, t, 5);
    pt_brief_column(b, t, "how", "方式", "How", "left");
    pt_brief_keep(b, t);
    pt_brief_column(b, t, "old", "原数", "Old", "right");
    pt_brief_column(b, t, "new", "新数", "New", "right");
    pt_brief_column(b, t, "reason", "原因", "Reason", "left");
    pt_brief_grow(b, t);
    while (pt_sql_row(b->sql, st, &rc, err)) {
        all = pt_sql_i64(st, 5);
        put_correction(b, t, st);
    }
    pt_sql_done(b->sql, st);
    if (all > CORRECTIONS_MAX) {
        char zh[64];
        char en[64];

        (void)snprintf(zh, sizeof zh, "共%lld条，列前%d条。", (long long)all, (int)CORRECTIONS_MAX);
        (void)snprintf(en, sizeof en, "The first %d of %lld.", (int)CORRECTIONS_MAX,
                       (long long)all);
        pt_brief_put(b, t, "note", pt_brief_put_text(b, zh, en));
    }
    return rc;
}

static void table_restated(struct pt_brief *b, json_t *section) {
    json_t *t;

    if (json_array_size(b->restated) == 0) {
        pt_brief_para(b, section, "上期简报的数字没有因后来的记录而改变。",
                      "No figure of the last brief reads otherwise now.", json_object());
        return;
    }
    t = pt_brief_table(b, section, "T16", "上期简报数字更正表",
                       "Figures of the last brief, corrected", true);
    pt_brief_column(b, t, "figure", "指标", "Figure", "left");
    pt_brief_grow(b, t);
    pt_brief_column(b, t, "old", "上期简报数", "As published", "right");
    pt_brief_column(b, t, "new", "更正后", "As known now", "right");
    for (size_t i = 0; i < json_array_size(b->restated); i++) {
        const json_t *r = json_array_get(b->restated, i);
        json_t *cells =
            pt_brief_row_new(b, t, pt_brief_get(json_object_get(r, "name"), "en"), NULL);

        pt_brief_add(b, cells, json_incref(json_object_get(r, "name")));
        pt_brief_add(b, cells, json_incref(json_object_get(r, "old")));
        pt_brief_add(b, cells, json_incref(json_object_get(r, "new")));
    }
}

/* ---- rules and parameters ---- */

static void rules_digest(char hex[17]) {
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    uint8_t h[32] = {0};
    size_t n;
    const struct pt_rule_info *r = pt_rules_list(&n);

    if (md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1) {
        for (size_t i = 0; i < n; i++)
            (void)EVP_DigestUpdate(md, r[i].sql, strlen(r[i].sql) + 1);
        (void)EVP_DigestFinal_ex(md, h, NULL);
    }
    EVP_MD_CTX_free(md);
    pt_hex(hex, h, 8);
}

/* Newest H07 in force for each parameter at the brief's moment. */
static const char params_sql[] =
    "SELECT name, value, rec FROM (SELECT p.name, coalesce(CAST(p.value AS TEXT), p.text) AS value,"
    "  p.rec, row_number() OVER (PARTITION BY p.name" PT_BRIEF_ORDER(
        "r") ") AS nth FROM f_rule_set_params p JOIN record r ON r.rec = p.rec"
             "  WHERE r.valid_from <= ?2 AND " PT_BRIEF_LIVE("r",
                                                             "?1") ") WHERE nth = 1 ORDER BY name";

static int params_in_force(struct pt_brief *b, json_t *ret, struct pt_err *err) {
    struct sqlite3_stmt *st = NULL;
    int rc = pt_sql_query(b->sql, &st, err, params_sql, "ii", (int64_t)b->now.known_at,
                          (int64_t)b->now.day);

    while (pt_sql_row(b->sql, st, &rc, err)) {
        char ref[96];

        (void)pt_brief_ref(b, pt_sql_i64(st, 2), ref, sizeof ref);
        pt_brief_put(b, ret, pt_sql_text(st, 0),
                     json_pack("{s:s, s:s}", "value", pt_sql_text(st, 1), "record", ref));
    }
    pt_sql_done(b->sql, st);
    return rc;
}

/* `what` says what it is; NULL: no rule and no figure knows it. */
static void param_row(struct pt_brief *b, json_t *t, const char *name, const char *value,
                      const struct pt_rule_param *what, const char *record) {
    json_t *cells = pt_brief_row_new(b, t, name, NULL);

    pt_brief_add(b, cells, pt_brief_textf(b, "%s", name));
    pt_brief_add(b, cells, pt_brief_textf(b, "%s", value));
    pt_brief_add(b, cells,
                 pt_brief_put_text(b, what ? what->text_zh : "", what ? what->text_en : ""));
    if (record)
        pt_brief_add(b, cells, pt_brief_cell_record(b, record, record, record));
    else
        pt_brief_add(b, cells, pt_brief_put_text(b, "默认值", "default"));
}

static const struct pt_rule_param *common_param(const char *name) {
    size_t n;
    const struct pt_rule_param *p = pt_rules_common_params(&n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(p[i].name, name) == 0)
            return &p[i];
    return NULL;
}

static void put_params(struct pt_brief *b, json_t *t, json_t *forced) {
    size_t n;
    const struct pt_rule_info *r = pt_rules_list(&n);
    const char *name;
    json_t *p;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < r[i].n_params; k++) {
            const struct pt_rule_param *q = &r[i].params[k];
            json_t *f = json_object_get(forced, q->name);

            param_row(b, t, q->name, f ? pt_brief_get(f, "value") : q->fallback, q,
                      f ? pt_brief_get(f, "record") : NULL);
            json_object_del(forced, q->name);
        }
    json_object_foreach(forced, name, p) {
        param_row(b, t, name, pt_brief_get(p, "value"), common_param(name),
                  pt_brief_get(p, "record"));
    }
}

static int table_params(struct pt_brief *b, json_t *section, struct pt_err *err) {
    json_t *forced = json_object();
    json_t *v = json_object();
    json_t *t;
    char hex[17];
    size_t n;
    int rc = params_in_force(b, forced, err);

    (void)pt_rules_list(&n);
    rules_digest(hex);
    {
        struct pt_brief_num rules = pt_brief_count_num((int64_t)n, -1);

        pt_brief_var(b, v, "n", &rules);
    }
    pt_brief_var_text(b, v, "id", hex, hex);
    pt_brief_put(b, b->root, "rule_set", json_string(hex));
    pt_brief_para(
        b, section, "比对规则{n}条，规则集标识{id}（规则文件的SHA-256前16位）。生效参数如下。",
        "{n} rules, rule set {id} (SHA-256 of their files, first 16 digits). Parameters in force:",
        v);
    t = pt_brief_table(b, section, "T15-1", "生效的规则参数", "Parameters in force", false);
    pt_brief_column(b, t, "name", "参数", "Parameter", "left");
    pt_brief_column(b, t, "value", "取值", "Value", "right");
    pt_brief_column(b, t, "what", "含义", "Meaning", "left");
    pt_brief_grow(b, t);
    pt_brief_column(b, t, "record", "依据", "From", "left");
    pt_brief_keep(b, t);
    put_params(b, t, forced);
    json_decref(forced);
    return rc;
}

int pt_brief_quality(struct pt_brief *b, struct pt_err *err) {
    json_t *s = pt_brief_section(b, "BR13", false, "数据质量说明", "Quality of the data");
    int rc = table_parties(b, s, err);

    rc = rc == 0 ? missing_reports(b, s, err) : rc;
    rc = rc == 0 ? unknown(b, s, err) : rc;
    if (rc == 0)
        table_restated(b, s);
    rc = rc == 0 ? table_corrections(b, s, err) : rc;
    return rc == 0 ? table_params(b, s, err) : rc;
}
