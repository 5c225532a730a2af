/* A row of the sample city's truth.csv or near.csv, and what no export can hold: broken chains of
 * records (K67), which the hub itself says. For city_truth. */
#ifndef PENTAD_TEST_CITY_LINES_H
#define PENTAD_TEST_CITY_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* rule,kind,key,year,period,object,severity,opened,closed. */
struct line {
    char f[9][200];
};

/* Cells without quotes or commas inside; the first nine columns. */
bool line_read(FILE *f, struct line *l);

/* Whether truth_conditions.csv has each condition often enough, and as many rows as the other two.
 * Prints what is wrong; returns how much. */
int conditions_count(const char *path, size_t planted, size_t near);

/* Whether the ledger has the figures of truth_figures.csv. Prints what is wrong; returns how much.
 */
struct pt_ledger;
int figures_check(struct pt_ledger *l, const char *path);

enum { BROKEN_MAX = 8 };

/* Rows as of the truth files, filled while the days pass. */
extern struct line broken_planted[BROKEN_MAX], broken_near[BROKEN_MAX];
extern size_t broken_n_planted, broken_n_near;

/* What was planted for that day, before its tick. */
void broken_day(int32_t day);

#endif
