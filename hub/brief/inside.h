/* What the files of this room share. Not for others.
 *
 *   period.c       which days, which moment of the log
 *   money.c        sums by budget and by department, each in one pass over the year's records
 *   findings.c     the discrepancies' histories, once
 *   summary.c BR1  budget.c departments.c BR2  warnings.c BR4  quality.c BR13
 *   value.c        numbers with their provenance, text in two languages
 *   html.c chart.c style.c   text.c text_chart.c      how it looks
 */
#ifndef PT_BRIEF_INSIDE_H
#define PT_BRIEF_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <sqlite3.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/ledger/figures.h>
#include <pentad/ledger/ledger.h>

enum {
    BR_BKS = 10,       /* budget kinds by their number: 1 to 4, 8, 9 */
    BR_MONTHS = 13,    /* 0: before the year */
    BR_WINDOWS = 12,   /* months of chart C4 */
    BR_KEY = 72,       /* bytes of a subject's key */
    BR_LIST_MAX = 500, /* rows of any list; what is left out is counted */
    BR_REFS_MAX = 200, /* records named by one source */
    BR_DEPTS_MAX = 20000,
    BR_FINDINGS_MAX = 2000000
};

enum { BR_NOW, BR_SINCE, BR_KNOWN }; /* as known now; as known at the brief before */

/* A place in the log. known_at 0: before the first tick. */
struct br_moment {
    uint64_t known_at;
    uint64_t seq; /* of the tick in the hub's stream: its findings count, though logged after it */
    int32_t day;
};

struct br_period {
    char text[12];
    bool quarter;
    int no; /* month or quarter of the year */
    int32_t fy;
    int32_t from;
    int32_t to;
};

/* One state of one discrepancy, as an H01 says it. */
struct br_state {
    uint8_t id[16];
    int64_t rec;
    uint64_t tick_seq;
    int32_t sev;
    int32_t status;
    int32_t episode;
    int32_t due;
    bool escalated;
};

struct br_count {
    int64_t fresh[4]; /* by severity */
    int64_t closed[4];
    int64_t open[4];
    int64_t overdue[4];
};

struct br_dept {
    char key[BR_KEY];
    char name[320];
    int64_t full;
    int64_t paid;
    int rank;    /* 0: no rate */
    int32_t ci1; /* PT_BP_NA: none */
    struct pt_figure ci2;
};

struct br_sums {
    int64_t paid[BR_BKS][BR_MONTHS];
    int64_t full[BR_BKS][BR_MONTHS];
    int64_t approved[BR_BKS];
};

struct br_brief {
    struct pt_ledger *l;
    sqlite3 *db;
    json_t *root;
    json_t *sections;
    json_t *sources;
    json_t *source_index; /* key to index */
    json_t *figures;
    bool failed; /* out of memory while building JSON */

    struct br_period period;
    struct br_period before;
    struct br_moment now;
    struct br_moment since;        /* the brief before this one */
    struct br_moment since_before; /* and the one before that */
    int32_t first_day;             /* of the first tick */
    bool draft;
    int32_t final_day; /* the 5th working day after the period */

    char region[BR_KEY];
    char region_name[128];
    char money_zh[32]; /* 元 */
    char money_en[32];

    struct br_sums sums[BR_KNOWN];
    int64_t payments; /* payment batches and allotments that the sums rest on */
    int64_t allotments;
    struct br_dept *depts;
    size_t n_depts;

    struct br_state *states; /* by id, then by record */
    size_t n_states;
    struct br_period months[BR_WINDOWS];
    struct br_moment windows[BR_WINDOWS + 1]; /* [i], [i + 1]: from, to of month i */
    struct br_count counts[BR_WINDOWS];
    size_t first_window;          /* months before it have nothing to show */
    int64_t held;                 /* subjects whose funds are suspended or stopped */
    int64_t overdue_fen;          /* the money that overdue ones are about */
    json_t *restated;             /* figures of the brief before that read otherwise now */
    struct br_count count;        /* this brief */
    struct br_count count_before; /* the one before it */
};

/* period.c */
int br_period_parse(const char *text, struct br_period *ret, struct pt_err *err);
void br_period_before(const struct br_period *p, struct br_period *ret);
int br_moments(struct br_brief *b, uint64_t known_at, struct pt_err *err);

/* SQL: parameters ?1 … bound in order from `fmt`: i int64, s text. The caller finalizes. */
int br_query(struct br_brief *b, sqlite3_stmt **ret, struct pt_err *err, const char *sql,
             const char *fmt, ...);
/* The next row? Sets *rc on failure. */
bool br_row(struct br_brief *b, sqlite3_stmt *st, int *rc, struct pt_err *err);
const char *br_col(sqlite3_stmt *st, int i); /* "" for NULL */
/* "live as of log size ?n" for table alias a, as SQL: */
#define BR_LIVE(a, n)                                                                              \
    "(" a ".live_from < " n " AND (" a ".live_to IS NULL OR " a ".live_to >= " n "))"

/* "finance/main#12" of a record's number in the ledger. */
int br_ref(struct br_brief *b, int64_t rec, char *out, size_t cap);

/* value.c */
struct br_num {
    bool na;
    bool plus;     /* a change: + where positive */
    bool forecast; /* 预计 */
    int64_t v;
    const char *unit; /* fen bp pp cp count */
    int source;       /* -1: none */
    const char *figure;
};
json_t *br_text(struct br_brief *b, const char *zh, const char *en);
json_t *br_textf(struct br_brief *b, const char *zh_en, ...) __attribute__((format(printf, 2, 3)));
json_t *br_cell_record(struct br_brief *b, const char *zh, const char *en, const char *record);
json_t *br_number(struct br_brief *b, const struct br_num *n);
void br_put(struct br_brief *b, json_t *object, const char *key, json_t *value);
void br_add(struct br_brief *b, json_t *array, json_t *value);
/* Sources; the index. */
int br_source_figure(struct br_brief *b, int kind, const char *key, const char *name, int32_t fy,
                     const char *figure, int32_t valid_at, uint64_t known_at);
int br_source_count(struct br_brief *b, const char *id, const char *zh, const char *en,
                    int64_t records, const char *trace);
void br_source_ref(struct br_brief *b, int source, const char *ref);
/* A figure of the ledger as a number, and the change between two. */
struct br_num br_from_figure(const struct pt_figure *f, int source);
struct br_num br_change(const struct br_num *now, const struct br_num *before);
/* Section, blocks. Templates hold {name}s of `vars` (numbers or texts); vars is taken. */
void br_var(struct br_brief *b, json_t *vars, const char *name, const struct br_num *n);
void br_var_text(struct br_brief *b, json_t *vars, const char *name, const char *zh,
                 const char *en);
json_t *br_section(struct br_brief *b, const char *id, bool annex, const char *zh, const char *en);
void br_para(struct br_brief *b, json_t *section, const char *zh, const char *en, json_t *vars);
void br_note(struct br_brief *b, json_t *section, const char *zh, const char *en, json_t *vars);
json_t *br_table(struct br_brief *b, json_t *section, const char *id, const char *zh,
                 const char *en, bool money);
void br_column(struct br_brief *b, json_t *table, const char *key, const char *zh, const char *en,
               const char *align);
void br_grow(struct br_brief *b, json_t *table);        /* the last column takes what is left */
void br_min(struct br_brief *b, json_t *table, int em); /* it is at least so wide */
void br_keep(struct br_brief *b, json_t *table);        /* its cells stay on one line */
/* A row; add its cells with br_add. */
json_t *br_row_new(struct br_brief *b, json_t *table, const char *key, const char *mark);
json_t *br_chart(struct br_brief *b, json_t *section, const char *id, const char *form,
                 const char *zh, const char *en);
json_t *br_series(struct br_brief *b, json_t *chart, const char *zh, const char *en);

/* A paragraph that begins with a word of its own. */
void br_para_lead(struct br_brief *b, json_t *section, const char *lead_zh, const char *lead_en,
                  const char *zh, const char *en, json_t *vars);
static inline struct br_num br_count_num(int64_t n, int source) {
    return (struct br_num){.v = n, .unit = "count", .source = source, .figure = "count"};
}
static inline struct br_num br_fen(int64_t fen, int source, const char *figure) {
    return (struct br_num){.v = fen, .unit = "fen", .source = source, .figure = figure};
}

/* money.c, findings.c: gather */
int br_money(struct br_brief *b, struct pt_err *err);
int64_t br_paid(const struct br_sums *s, int bk, int month); /* bk 0: all */
int64_t br_full(const struct br_sums *s, int bk, int month);
int br_findings(struct br_brief *b, struct pt_err *err);
int br_name(struct br_brief *b, int kind, const char *key, char *out, size_t cap);

/* The newest state of a discrepancy as of a moment, of those from states[i] with one id; NULL. */
const struct br_state *br_state_at(const struct br_brief *b, size_t first, size_t n,
                                   const struct br_moment *m);
/* The end of the run of states that begins at `first`. */
size_t br_state_end(const struct br_brief *b, size_t first);
static inline bool br_open(const struct br_state *s) {
    return s && (s->status == 1 || s->status == 2);
}
static inline bool br_overdue(const struct br_state *s, int32_t day) {
    return br_open(s) && s->due > 0 && s->due < day;
}
/* The money that a discrepancy is about; 0 where it is about none. */
int64_t br_at_stake(struct br_brief *b, int64_t rec);
/* A source that counts discrepancies, with their records. */
int br_warning_source(struct br_brief *b, const char *id, const char *zh, const char *en);

/* Sections */
int br_summary(struct br_brief *b, struct pt_err *err);
int br_budget(struct br_brief *b, struct pt_err *err);
int br_departments(struct br_brief *b, json_t *section, struct pt_err *err);
int br_warnings(struct br_brief *b, struct pt_err *err);
int br_quality(struct br_brief *b, struct pt_err *err);
int br_annex(struct br_brief *b, struct pt_err *err);
int br_rank_departments(struct br_brief *b, struct pt_err *err);
/* The source of a figure of the whole city. */
int br_city_source(struct br_brief *b, const char *figure, int32_t valid_at);
struct br_num br_ratio(int64_t num, int64_t den, int source, const char *figure);
/* Progress less time progress at a month's end, in percentage points. */
struct br_num br_ahead(const struct br_num *progress, int month);
/* FG5 of a body or a region at a month's end: before the year's end a forecast. */
struct br_num br_outturn(int64_t paid, int64_t full, int32_t valid_at, int source);
json_t *br_month_text(struct br_brief *b, int month);
const char *br_numeral(int n); /* 一 to 十三 */

/* Renderers: what a text or number says in a language. */
const char *br_say(const json_t *cell, bool english, bool with_unit);
static inline const char *br_get(const json_t *o, const char *key) {
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

/* html.c, chart.c, style.c */
extern const char *const br_style[]; /* pieces; NULL ends them */
void br_escape(struct pt_buf *out, const char *text);
void br_chart_svg(struct pt_buf *out, const json_t *chart, bool english);

/* text_chart.c */
struct br_term {
    struct pt_buf *out;
    bool english;
    bool color;
    int width;
};
int br_width(const char *text, size_t len); /* columns */
void br_chart_term(struct br_term *t, const json_t *chart);
/* Appends `text` padded to `width` columns. */
void br_pad(struct pt_buf *out, const char *text, size_t len, int width, bool right);

#endif
