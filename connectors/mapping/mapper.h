/* Inside the mapping room: a mapper's state. */
#ifndef PENTAD_MAPPING_MAPPER_H
#define PENTAD_MAPPING_MAPPER_H

#include "internal.h"

/* A safe place: everything up to `after` is handed out, and counted in `tally`. */
struct pt_place {
    char after[PT_SOURCE_POS_MAX]; /* "" = the beginning */
    struct pt_tally tally;
};

/* What became of one rule on one row. */
enum pt_outcome { PT_OUT_NONE, PT_OUT_RECORD, PT_OUT_DEAD, PT_OUT_DEFER };

struct pt_fault_at { /* why a row can't be mapped */
    int code;
    const char *column; /* "" = none */
    const char *value;
    char msg[256];
};

struct pt_want { /* a reference that isn't there yet */
    const char *party, *type, *doc_no;
};

struct pt_mapper {
    const struct pt_mapping *m;
    const char *system;
    const struct pt_mapper_ops *ops;
    void *ctx;
    struct pt_source src;
    unsigned *bound;       /* column -> index of the row's field */
    unsigned *identity;    /* the same for a row packed by column */
    struct pt_cell *cells; /* of the current row */
    struct pt_val *vals;   /* of the current row and rule */
    struct pt_arena row_arena;
    struct pt_arena rec_arena; /* of the open group, or of the row's records */
    struct pt_buf packed;
    char pos[PT_MAPPER_POS_MAX];

    struct pt_place safe; /* resume here */
    struct pt_place prev; /* after the last row read; ahead of `safe` while a group is open */
    unsigned skip_rules;  /* resume: the first row's rules that were handed out before */

    bool open; /* a group is */
    struct pt_build build;
    struct pt_buf key; /* of the group, then its document number */
    char file[256];
    int32_t group_day;
    uint64_t first_line, last_line;

    const struct pt_row *held; /* pulled, not mapped yet */
    int32_t until, waiting;
    bool ended;
};

/* position.c */
const char *pt_place_text(const struct pt_mapper *mp, const struct pt_place *place, unsigned rules,
                          char out[PT_MAPPER_POS_MAX]);
int pt_place_parse(const struct pt_mapper *mp, const char *text, struct pt_place *ret,
                   unsigned *ret_rules, struct pt_err *err);
void pt_tally_add(struct pt_tally_line *line, const int64_t *sum);

/* rows.c: one row against one rule */
void pt_row_sums(const struct pt_mapping *m, const struct pt_cell *cells, int64_t *ret_sum);
/* Does the rule apply, and when is it sent (0 = at once)? */
int pt_row_applies(struct pt_mapper *mp, const struct pt_rule *rule, bool *ret, int32_t *ret_day,
                   struct pt_fault_at *fault);
/* Fills mp->vals and adds (the totals' shares). PT_OUT_RECORD, _DEAD (fault) or _DEFER (want). Any
 * negative answer stops the mapper. */
int pt_row_values(struct pt_mapper *mp, const struct pt_rule *rule, int64_t *ret_add,
                  enum pt_outcome *ret, struct pt_fault_at *fault, struct pt_want *want,
                  struct pt_err *err);
int pt_emit_dead(struct pt_mapper *mp, const struct pt_row *row, uint64_t line, size_t rule,
                 const struct pt_fault_at *fault, const char *position);

#endif
