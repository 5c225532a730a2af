/* What the files of this room share. Not for others.
 *
 *   make.c         the brief, from its parts
 *   period.c       which days, which moment of the log
 *   money.c        sums by budget and by department, each in one pass over the year's records
 *   findings.c     the discrepancies' histories, once
 *   summary.c BR1  budget.c departments.c BR2  warnings.c BR4  quality.c BR13
 *   name.c         names of subjects and records
 *   value.c        numbers with their provenance, text in two languages
 *   html.c chart.c style.c   text.c text_chart.c      how it looks
 */
#ifndef PENTAD_BRIEF_INTERNAL_H
#define PENTAD_BRIEF_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/ledger/figures.h>
#include <pentad/ledger/ledger.h>
#include <pentad/sql/sql.h>

enum {
    PT_BRIEF_BKS = 10,       /* budget kinds by their number: 1 to 4, 8, 9 */
    PT_BRIEF_MONTHS = 13,    /* 0: before the year */
    PT_BRIEF_WINDOWS = 12,   /* months of chart C4 */
    PT_BRIEF_KEY = 72,       /* bytes of a subject's key */
    PT_BRIEF_LIST_MAX = 500, /* rows of any list; what is left out is counted */
    PT_BRIEF_REFS_MAX = 200, /* records named by one source */
    PT_BRIEF_DEPTS_MAX = 20000,
    PT_BRIEF_FINDINGS_MAX = 2000000
};

enum {
    PT_BRIEF_NOW,
    PT_BRIEF_SINCE,
    PT_BRIEF_KNOWN
}; /* as known now; as known at the brief before */

/* A place in the log. known_at 0: before the first tick. */
struct pt_brief_moment {
    uint64_t known_at;
    uint64_t seq; /* of the tick in the hub's stream: its findings count, though logged after it */
    int32_t day;
};

struct pt_brief_period {
    char text[12];
    bool quarter;
    int no; /* month or quarter of the year */
    int32_t fy;
    int32_t from;
    int32_t to;
};

/* One state of one discrepancy, as an H01 says it. */
struct pt_brief_state {
    uint8_t id[16];
    int64_t rec;
    uint64_t tick_seq;
    int32_t sev;
    int32_t status;
    int32_t episode;
    int32_t due;
    bool escalated;
};

struct pt_brief_count {
    int64_t fresh[4]; /* by severity */
    int64_t closed[4];
    int64_t open[4];
    int64_t overdue[4];
};

struct pt_brief_dept {
    char key[PT_BRIEF_KEY];
    char name[320];
    int64_t full;
    int64_t allotments; /* how many make it up; none: there is no budget to speak of */
    int64_t paid;
    int rank;    /* 0: no rate */
    int32_t ci1; /* PT_BP_NA: none */
    struct pt_figure ci2;
};

struct pt_brief_sums {
    int64_t paid[PT_BRIEF_BKS][PT_BRIEF_MONTHS];
    int64_t full[PT_BRIEF_BKS][PT_BRIEF_MONTHS];
    int64_t approved[PT_BRIEF_BKS];
};

struct pt_brief {
    struct pt_ledger *l;
    struct pt_sql *sql; /* the ledger's */
    json_t *root;
    json_t *sections;
    json_t *sources;
    json_t *source_index; /* key to index */
    json_t *figures;
    bool failed; /* out of memory while building JSON */

    struct pt_brief_period period;
    struct pt_brief_period before;
    struct pt_brief_moment now;
    struct pt_brief_moment since;        /* the brief before this one */
    struct pt_brief_moment since_before; /* and the one before that */
    int32_t first_day;                   /* of the first tick */
    bool draft;
    int32_t final_day; /* the 5th working day after the period */

    char region[PT_BRIEF_KEY];
    char region_name[128];
    char money_zh[32]; /* 元 */
    char money_en[32];

    struct pt_lights lights; /* of the progress, at the period's end */

    struct pt_brief_sums sums[PT_BRIEF_KNOWN];
    int64_t payments; /* payment batches and allotments that the sums rest on */
    int64_t allotments;
    struct pt_brief_dept *depts;
    size_t n_depts;

    struct pt_brief_state *states; /* by id, then by record */
    size_t n_states;
    struct pt_brief_period months[PT_BRIEF_WINDOWS];
    struct pt_brief_moment windows[PT_BRIEF_WINDOWS + 1]; /* [i], [i + 1]: from, to of month i */
    struct pt_brief_count counts[PT_BRIEF_WINDOWS];
    size_t first_window;                /* months before it have nothing to show */
    int64_t held;                       /* subjects whose funds are suspended or stopped */
    int64_t overdue_fen;                /* the money that overdue ones are about */
    json_t *restated;                   /* figures of the brief before that read otherwise now */
    struct pt_brief_count count;        /* this brief */
    struct pt_brief_count count_before; /* the one before it */
};

/* period.c */
int pt_brief_period_parse(const char *text, struct pt_brief_period *ret, struct pt_err *err);
void pt_brief_period_before(const struct pt_brief_period *p, struct pt_brief_period *ret);
int pt_brief_moments(struct pt_brief *b, uint64_t known_at, struct pt_err *err);

/* "live as of log size ?n" for table alias a, as SQL: */
#define PT_BRIEF_LIVE(a, n)                                                                        \
    "(" a ".live_from < " n " AND (" a ".live_to IS NULL OR " a ".live_to >= " n "))"
/* Newest first, whatever order the streams came in. */
#define PT_BRIEF_ORDER(a)                                                                          \
    " ORDER BY " a ".valid_from DESC, " a ".issued_at DESC, (SELECT n.party || '/' || n.name"      \
    " FROM stream n WHERE n.sid = " a ".sid) DESC, " a ".seq DESC"

/* name.c: "finance/main#12" of a record's number in the ledger. */
int pt_brief_ref(struct pt_brief *b, int64_t rec, char *out, size_t cap);

/* value.c */
struct pt_brief_num {
    bool na;
    bool plus;     /* a change: + where positive */
    bool forecast; /* 预计 */
    int64_t v;
    const char *unit; /* fen bp pp cp count */
    int source;       /* -1: none */
    const char *figure;
};
json_t *pt_brief_put_text(struct pt_brief *b, const char *zh, const char *en);
json_t *pt_brief_textf(struct pt_brief *b, const char *zh_en, ...)
    __attribute__((format(printf, 2, 3)));
json_t *pt_brief_cell_record(struct pt_brief *b, const char *zh, const char *en,
                             const char *record);
json_t *pt_brief_number(struct pt_brief *b, const struct pt_brief_num *n);
void pt_brief_put(struct pt_brief *b, json_t *object, const char *key, json_t *value);
void pt_brief_add(struct pt_brief *b, json_t *array, json_t *value);
/* Sources; the index. */
int pt_brief_source_figure(struct pt_brief *b, int kind, const char *key, const char *name,
                           int32_t fy, const char *figure, int32_t valid_at, uint64_t known_at);
int pt_brief_source_count(struct pt_brief *b, const char *id, const char *zh, const char *en,
                          int64_t records, const char *trace);
void pt_brief_source_ref(struct pt_brief *b, int source, const char *ref);
/* A figure of the ledger as a number, and the change between two. */
struct pt_brief_num pt_brief_from_figure(const struct pt_figure *f, int source);
struct pt_brief_num pt_brief_change(const struct pt_brief_num *now,
                                    const struct pt_brief_num *before);
/* Section, blocks. Templates hold {name}s of `vars` (numbers or texts); vars is taken. */
/* Percentage points without needless decimals: 1000 is "10", 1250 "12.50". */
void pt_brief_points(char *out, size_t cap, int64_t bp);
void pt_brief_var(struct pt_brief *b, json_t *vars, const char *name, const struct pt_brief_num *n);
void pt_brief_var_text(struct pt_brief *b, json_t *vars, const char *name, const char *zh,
                       const char *en);
json_t *pt_brief_section(struct pt_brief *b, const char *id, bool annex, const char *zh,
                         const char *en);
void pt_brief_para(struct pt_brief *b, json_t *section, const char *zh, const char *en,
                   json_t *vars);
void pt_brief_note(struct pt_brief *b, json_t *section, const char *zh, const char *en,
                   json_t *vars);
json_t *pt_brief_table(struct pt_brief *b, json_t *section, const char *id, const char *zh,
                       const char *en, bool money);
void pt_brief_column(struct pt_brief *b, json_t *table, const char *key, const char *zh,
                     const char *en, const char *align);
void pt_brief_grow(struct pt_brief *b, json_t *table); /* the last column takes what is left */
void pt_brief_min(struct pt_brief *b, json_t *table, int em); /* it is at least so wide */
void pt_brief_keep(struct pt_brief *b, json_t *table);        /* its cells stay on one line */
/* A row; add its cells with pt_brief_add. */
json_t *pt_brief_row_new(struct pt_brief *b, json_t *table, const char *key, const char *mark);
json_t *pt_brief_chart(struct pt_brief *b, json_t *section, const char *id, const char *form,
                       const char *zh, const char *en);
json_t *pt_brief_series(struct pt_brief *b, json_t *chart, const char *zh, const char *en);

/* A paragraph that begins with a word of its own. */
void pt_brief_para_lead(struct pt_brief *b, json_t *section, const char *lead_zh,
                        const char *lead_en, const char *zh, const char *en, json_t *vars);
static inline struct pt_brief_num pt_brief_count_num(int64_t n, int source) {
    return (struct pt_brief_num){.v = n, .unit = "count", .source = source, .figure = "count"};
}
static inline struct pt_brief_num pt_brief_fen(int64_t fen, int source, const char *figure) {
    return (struct pt_brief_num){.v = fen, .unit = "fen", .source = source, .figure = figure};
}

/* money.c, findings.c: gather */
int pt_brief_money(struct pt_brief *b, struct pt_err *err);
int64_t pt_brief_paid(const struct pt_brief_sums *s, int bk, int month); /* bk 0: all */
int64_t pt_brief_full(const struct pt_brief_sums *s, int bk, int month);
int pt_brief_findings(struct pt_brief *b, struct pt_err *err);
int pt_brief_name(struct pt_brief *b, int kind, const char *key, char *out, size_t cap);

/* The newest state of a discrepancy as of a moment, of those from states[i] with one id; NULL. */
const struct pt_brief_state *pt_brief_state_at(const struct pt_brief *b, size_t first, size_t n,
                                               const struct pt_brief_moment *m);
/* The end of the run of states that begins at `first`. */
size_t pt_brief_state_end(const struct pt_brief *b, size_t first);
static inline bool pt_brief_open(const struct pt_brief_state *s) {
    return s && (s->status == 1 || s->status == 2);
}
static inline bool pt_brief_overdue(const struct pt_brief_state *s, int32_t day) {
    return pt_brief_open(s) && s->due > 0 && s->due < day;
}
/* The money that a discrepancy is about; 0 where it is about none. */
int64_t pt_brief_at_stake(struct pt_brief *b, int64_t rec);
/* A source that counts discrepancies, with their records. */
int pt_brief_warning_source(struct pt_brief *b, const char *id, const char *zh, const char *en);

/* Sections */
int pt_brief_summary(struct pt_brief *b, struct pt_err *err);
int pt_brief_budget(struct pt_brief *b, struct pt_err *err);
int pt_brief_departments(struct pt_brief *b, json_t *section, struct pt_err *err);
int pt_brief_warnings(struct pt_brief *b, struct pt_err *err);
int pt_brief_clues(struct pt_brief *b, struct pt_err *err);
int pt_brief_quality(struct pt_brief *b, struct pt_err *err);
int pt_brief_annex(struct pt_brief *b, struct pt_err *err);
int pt_brief_rank_departments(struct pt_brief *b, struct pt_err *err);
/* The source of a figure of the whole city. */
int pt_brief_city_source(struct pt_brief *b, const char *figure, int32_t valid_at);
struct pt_brief_num pt_brief_ratio(int64_t num, int64_t den, int source, const char *figure);
/* Progress less time progress at a month's end, in percentage points. */
struct pt_brief_num pt_brief_ahead(const struct pt_brief_num *progress, int month);
/* FG5 of a body or a region at a month's end: before the year's end a forecast. */
struct pt_brief_num pt_brief_outturn(int64_t paid, int64_t full, int32_t valid_at, int source);
const char *pt_brief_numeral(int n); /* 一 to 十三 */

/* Renderers: what a text or number says in a language. */
const char *pt_brief_say(const json_t *cell, bool english, bool with_unit);
static inline const char *pt_brief_get(const json_t *o, const char *key) {
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

/* html.c, chart.c, style.c */
extern const char *const pt_brief_style[]; /* pieces; NULL ends them */
void pt_brief_escape(struct pt_buf *out, const char *text);
void pt_brief_chart_svg(struct pt_buf *out, const json_t *chart, bool english);

/* text_chart.c */
struct pt_brief_term {
    struct pt_buf *out;
    bool english;
    bool color;
    int width;
};
int pt_brief_width(const char *text, size_t len); /* columns */
void pt_brief_chart_term(struct pt_brief_term *t, const json_t *chart);
/* Appends `text` padded to `width` columns. */
void pt_brief_pad(struct pt_buf *out, const char *text, size_t len, int width, bool right);

#endif
