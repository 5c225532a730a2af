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

/* A group in the making. */
struct pt_group {
    struct pt_build build;
    struct pt_arena arena; /* of the record */
    struct pt_buf key;     /* the group's columns, then NUL, then its document number */
    struct pt_buf packed;  /* its rows, where the rule has references */
    char file[256];
    int32_t day;
    uint64_t first_line, last_line;
    bool deferred; /* a reference is missing: the group waits as a whole */
    char want_party[64], want_type[32], want_doc_no[PT_DOC_KEY_MAX];
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
    struct pt_arena rec_arena; /* of an ungrouped row's records */
    struct pt_buf packed;
    char pos[PT_MAPPER_POS_MAX];

    struct pt_place safe; /* resume here */
    struct pt_place prev; /* after the last row read; ahead of `safe` while a group is open */
    unsigned skip_rules;  /* resume: the first row's rules that were handed out before */

    bool open; /* `group` is */
    struct pt_group group;
    struct pt_group again; /* for pt_mapper_again */

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

/* emit.c: what is handed out */
int pt_emit_record(struct pt_mapper *mp, size_t rule, const struct pt_build *b, const char *file,
                   const char *doc_key, int32_t day, uint64_t first, uint64_t last,
                   const char *position);
int pt_emit_dead(struct pt_mapper *mp, const char *file, uint64_t line, size_t rule,
                 const struct pt_fault_at *fault, const char *position);
int pt_emit_defer(struct pt_mapper *mp, const char *file, uint64_t line, size_t rule,
                  struct pt_span packed, const struct pt_want *want, const char *position);
/* Appends the row, by the mapping's columns, so that mapping it again needs no header. */
int pt_pack_row(struct pt_mapper *mp, const struct pt_row *row, const unsigned *bound,
                struct pt_buf *out);
/* The next row of packed bytes; PT_E_NOT_FOUND behind the last. Moves *packed on. */
int pt_unpack_row(struct pt_span *packed, struct pt_arena *arena, struct pt_row *ret_row);
int pt_set_source(struct pt_mapper *mp, struct pt_build *b, const struct pt_row *row);
/* The caller's validation: 0, or a code with the place in `path` and *f. `cells`: mp->cells are of
 * the row that the record was made from. */
int pt_validated(struct pt_mapper *mp, const struct pt_build *b, bool cells, char path[160],
                 struct pt_fault_at *f);

/* group.c */
int pt_group_init(struct pt_group *g);
void pt_group_done(struct pt_group *g);
int pt_group_open(struct pt_mapper *mp, struct pt_group *g, const struct pt_rule *rule,
                  const struct pt_row *row, const char *key, int32_t day, struct pt_err *err);
/* One row of the group against its rule: collected, or set aside (*ret_dead and fault). */
int pt_group_add(struct pt_mapper *mp, struct pt_group *g, const struct pt_row *row,
                 const unsigned *bound, const int64_t *sum, bool *ret_dead,
                 struct pt_fault_at *fault, struct pt_err *err);
/* Hands out the record, or what became of its rows. Counts in `tally` (NULL = not). `done` is
 * called once all is counted and says the position to hand out (NULL = ""). */
int pt_group_close(struct pt_mapper *mp, struct pt_group *g, size_t rule, struct pt_tally *tally,
                   const char *(*done)(struct pt_mapper *mp), struct pt_err *err);

#endif
