/* The table of figures computed by hand, figures_by_hand.md, as its reader gives it: rows of cells,
 * case by case; and records written as its cells write them. */
#ifndef PENTAD_TEST_BY_HAND_H
#define PENTAD_TEST_BY_HAND_H

#include "mklog.h"

enum { BH_CELLS = 9, BH_RECORDS = 64 };

enum bh_kind { BH_CASE, BH_CAST, BH_RECORD, BH_FIGURE, BH_CHANGE, BH_LATE, BH_END };

struct bh_row {
    enum bh_kind kind;
    int line;
    char cell[BH_CELLS][1024]; /* BH_CASE: the title alone */
};

/* Gives the file's rows in order; what is neither a title nor in a table is passed over. */
struct bh_reader {
    void *file; /* FILE * */
    int line;
    enum bh_kind table;
    bool ruled; /* past the table's rule */
};
void bh_open(struct bh_reader *r, const char *path);
void bh_next(struct bh_reader *r, struct bh_row *row);
void bh_close(struct bh_reader *r);

/* "12.5万" -> 12500000 fen, "72.00%" -> 7200, "92.40分" -> 9240, "1.50倍" -> 150, "12天" -> 12,
 * "良" -> 2, "3"; "NA" -> INT64_MIN. */
int64_t bh_number(const char *text);

/* "2019-03-01" -> 20190301; asserts that it is a day, by the case's title. */
int32_t bh_day(const char *title, const char *text);

/* Names of the table: of subjects, and of the records of a case. */
struct bh_names {
    struct {
        char name[16];
        int kind;
        char key[64];
    } cast[16];
    size_t n_cast;
    struct {
        char name[16];
        struct mk_ref ref;
        int32_t day; /* on which it is logged */
    } rec[BH_RECORDS];
    size_t n_rec;
};
void bh_cast(struct bh_names *n, const struct bh_row *row);
/* Asserts that the name is known. */
int bh_subject(const struct bh_names *n, const char *name, const char **ret_key);
const struct mk_ref *bh_ref(const struct bh_names *n, const char *name);
int32_t bh_logged(const struct bh_names *n, const char *name);
/* Queues the record of a BH_RECORD row and names it. */
void bh_record(struct mklog *m, struct bh_names *n, const struct bh_row *row);

#endif
