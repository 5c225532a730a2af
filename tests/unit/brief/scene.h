/* A small city whose figures can be worked out by hand, for the tests of the brief.
 *
 *   fen in 万元          budget                paid by 05-31      paid by 06-30
 *   A 市教育局  bk 1     1000                  300 + 20 late      500             50.00 %
 *   B (hostile) bk 1     500, June + 100       0                  150 - 30        20.00 %
 *   C 市水务局  bk 2     200                   100                100             50.00 %
 *   D 市气象局  bk 1     none                  0                  10              none
 *
 * "late": paid on 05-30, logged on 06-12, after May's brief (cut-off 06-07). */
#ifndef PENTAD_TEST_SCENE_H
#define PENTAD_TEST_SCENE_H

#include <jansson.h>

#include <pentad/brief/brief.h>

#include "../ledger/mklog.h"

#define WAN INT64_C(1000000)
#define HOSTILE "<script>alert(1)</script>&\"'局"

struct scene {
    struct mklog m;
    struct pt_ledger *l;
    size_t folded;
};

void s_open(struct scene *s);
void s_close(struct scene *s);
void s_tick(struct scene *s, int32_t day); /* and folds */
/* Logs an H01 of the last tick. */
void s_finding(struct scene *s, char id, const char *rule, const char *key, int sev, int status,
               int32_t due, int64_t fen);
/* Discipline says how many clues came in that month (201906). */
void s_clues_received(struct scene *s, const char *month, uint32_t n);
void s_pay(struct scene *s, const char *project, int bk, int32_t day, int64_t fen);
/* With its approvals; a whole number is one. */
void s_param(struct scene *s, const char *name, const char *text);
void s_june(struct scene *s); /* from the tick of 06-07 to that of 07-05 */
/* Everything up to the tick of `last`, one of 20190607 20190705 20190708. */
void s_play(struct scene *s, int32_t last);

json_t *s_brief(struct scene *s, const char *period);
/* The table with this id; its cell at row key and column key. Borrowed. */
json_t *s_table(const json_t *brief, const char *id);
json_t *s_cell(const json_t *brief, const char *table, const char *row, const char *column);
/* Its table text, "" where there is none. */
const char *s_text(const json_t *brief, const char *table, const char *row, const char *column);

#endif
