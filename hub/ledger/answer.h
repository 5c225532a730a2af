/* What the files that build answers share. Not for others. */
#ifndef PENTAD_LEDGER_ANSWER_H
#define PENTAD_LEDGER_ANSWER_H

#include <jansson.h>

#include <pentad/ledger/query.h>
#include <pentad/record/visible.h>

#include "figures.h"

/* {"log_size", "tick_day"}: what every answer begins with. */
json_t *pt_answer_head(struct pt_ledger *l);
json_t *pt_json_i64(int64_t v);      /* as a string */
json_t *pt_json_text(const char *s); /* null for NULL or "" */
json_t *pt_json_day(int32_t ymd);    /* "2019-07-18", null for 0 */
json_t *pt_json_record_id(sqlite3_stmt *st, int party, int name, int seq); /* "finance/main#12" */
/* Its name as known at that log size. */
json_t *pt_json_subject(struct pt_ledger *l, int kind, const char *key, uint64_t known_at);
void pt_subject_name_at(struct pt_ledger *l, int kind, const char *key, uint64_t known_at,
                        char *out, size_t cap);
json_t *pt_json_figure(const struct pt_figure *f);

/* One record as traces show it: id, type, author, originator, doc_no, times, log index, signer,
 * correction, standing at that log size. */
json_t *pt_json_record(struct pt_ledger *l, int64_t rec, uint64_t known_at, struct pt_err *err);
/* Puts into a record's trace `j` who read it: "read_by", and what of it doesn't stand on the page.
 */
void pt_put_readers(struct pt_ledger *l, int64_t rec, struct pt_list_page page, json_t *j);
/* Of a clue's record: puts all of that clue's into `j` as "clue", by place in the log. */
int pt_put_clue(struct pt_ledger *l, int64_t rec, int type, json_t *j, struct pt_err *err);
/* Its body out of the fact tables. A list has at most `list_max` of its entries; beside one that
 * has more stands "<list>_omitted": how many. */
enum { PT_BODY_LIST_STORY = 20, PT_BODY_LIST_SHORT = 600, PT_BODY_LIST_WHOLE = 1000000 };
json_t *pt_json_body(struct pt_ledger *l, int type, int64_t rec, int list_max);

/* May the reader (an SQL expression) read the discrepancy of that row of f_discrepancy? Who sent
 * the clue that it is about is looked up only where it matters. */
#define PT_FINDING_VISIBLE(d, reader)                                                              \
    "(finding_visible(" d ".rule, NULL, NULL, " reader ") OR finding_visible(" d ".rule, " d       \
    ".responders, (SELECT c.text FROM f_discrepancy_figures c WHERE c.rec = " d                    \
    ".rec AND c.label = '" PT_CLUE_SENDER_FIGURE "' ORDER BY c.idx LIMIT 1), " reader "))"

/* The newest H01 of each id that was known at known_at. */
int pt_json_findings(struct pt_ledger *l, const struct pt_discrepancy_filter *f, json_t *array,
                     int64_t *ret_total, struct pt_err *err);

/* The one discrepancy whose id begins so; PT_E_USAGE and PT_E_NOT_FOUND as in query.h. */
int pt_discrepancy_find(struct pt_ledger *l, const char *text, enum pt_party reader,
                        uint8_t id[PT_DISCREPANCY_ID_LEN], struct pt_err *err);

/* {"code","name_zh","name_en","since","irregular":[…],"steps":[…]} of an item (state.c). */
json_t *pt_json_state(const struct pt_asof *a, struct pt_err *err);

#endif
