/* Rows to records, as a declared mapping (YAML): columns, units, encodings, code tables, grouping.
 *
 * Knows: the record schema (by walking protobuf-c descriptors; no code per type) and rows. Must not
 * know: network, hub, storage. A pt_mapping is immutable once loaded and may be shared by threads;
 * a pt_mapper belongs to one thread.
 *
 *   source ──rows──► mapper ──► record_cb  (a finished record with the position after it)
 *                           ├─► dead_cb    (a row that can't be mapped: where and why)
 *                           └─► defer_cb   (a row that refers to what isn't there yet)
 *
 * The language is described in docs/mapping.md. */
#ifndef PENTAD_MAPPING_MAPPING_H
#define PENTAD_MAPPING_MAPPING_H

#include <pentad/mapping/row.h>
#include <pentad/v1/record.pb-c.h>

#define PT_MAPPING_MAX_FILE (1u << 20)   /* bytes of a YAML mapping */
#define PT_MAPPING_MAX_TABLE (64u << 20) /* bytes of a code-table file */
#define PT_MAPPING_MAX_COLUMNS 512       /* declared and derived columns */
#define PT_MAPPING_MAX_RECORDS 16        /* records from one row */
#define PT_MAPPING_MAX_SKIPS 32
#define PT_MAPPING_MAX_SUMS 4      /* control sums (`sums:`) */
#define PT_MAPPING_MAX_LINES 10000 /* rows grouped into one record */
#define PT_MAPPER_POS_MAX 4096     /* a mapper's position token, its NUL included */
#define PT_DOC_KEY_MAX 256

struct pt_mapping;
struct pt_mapper;

struct pt_var {
    const char *name;
    const char *value;
};

/* Loads and compiles. `vars` override the mapping's own `vars:` (an unknown name is an error).
 * Code-table files are looked for beside the mapping. Every path, column, code and table is checked
 * here; the message names the file, the line or the path, and what to do. PT_E_CONFIG, PT_E_IO. */
int pt_mapping_load(const char *path, const struct pt_var *vars, size_t n_vars,
                    struct pt_mapping **ret, struct pt_err *err);
/* The same from memory; `dir` is where code-table files are (may be NULL: none allowed). */
int pt_mapping_parse(const char *name, struct pt_span yaml, const char *dir,
                     const struct pt_var *vars, size_t n_vars, struct pt_mapping **ret,
                     struct pt_err *err);
void pt_mapping_free(struct pt_mapping *m); /* NULL is fine */

const char *pt_mapping_name(const struct pt_mapping *m);
const struct pt_source_config *pt_mapping_source(const struct pt_mapping *m);
/* Type codes this mapping makes ("X01"), i < n. */
size_t pt_mapping_record_count(const struct pt_mapping *m);
const char *pt_mapping_record_type(const struct pt_mapping *m, size_t i);
/* Several rows make one record: its file must be written to a group's end before it is read. */
bool pt_mapping_grouped(const struct pt_mapping *m);

/* ---- what the mapper hands out; everything is borrowed until the callback returns ---- */

struct pt_mapped {
    Pentad__V1__Record *record; /* without seq, nonce, issued_at_ms; `source` is filled */
    const char *type;           /* "X01" */
    size_t rule;                /* which of the mapping's `records:` */
    int32_t send_day;           /* yyyymmdd, or 0 = at once */
    const char *doc_key;        /* for later references (the document number, unless the mapping
                                   gives `doc_key`); "" = none */
    const char *position;       /* store with the record, in one transaction; resume on it */
    const char *file;
    uint64_t first_line, last_line; /* of the rows that it was made from */
    size_t rows;
};

/* A row that wasn't mapped. Unique by (file, line, rule): a restart may report it again. */
struct pt_dead_row {
    const char *file;
    uint64_t line;
    size_t rule;         /* SIZE_MAX: the row as such */
    const char *type;    /* "" when the row as such is bad */
    const char *column;  /* as the mapping names it, "" = none */
    const char *value;   /* as read, cut at 200 bytes */
    int code;            /* PT_E_… */
    char reason_en[256]; /* the sentence alone: place and value stand beside it */
    char reason_zh[256];
    const char *position;
};

/* A row one of whose references can't be resolved yet, or the rows of such a group, which waits as
 * a whole. Keep `packed` and `rule`; call pt_mapper_again later. */
struct pt_deferred {
    const char *file;
    uint64_t line;
    size_t rule;
    const char *type;
    struct pt_span packed;
    const char *want_party, *want_type, *want_doc_no;
    const char *position;
};

struct pt_resolved {
    Pentad__V1__RecordRef ref;
    char type[16]; /* of the record found ("H07"), for `type_to` */
};

struct pt_mapper_ops {
    /* Any nonzero answer stops the mapper and is returned from pt_mapper_step. */
    int (*record)(void *ctx, const struct pt_mapped *rec);
    int (*dead)(void *ctx, const struct pt_dead_row *row);
    int (*defer)(void *ctx, const struct pt_deferred *row);
    /* Fills *out (initialised; strings and bytes borrowed until the next call): 0, PT_E_NOT_FOUND =
     * not there yet, else an error that stops. `type` "" = any. May be NULL: nothing is there. */
    int (*resolve)(void *ctx, const char *party, const char *type, const char *doc_no,
                   struct pt_resolved *out);
    /* Optional: 0, or a code with the place ("body.payment_batch.lines[3].fen") and err. A fault
     * within a grouped line sets that row aside alone; any other, the rows of the record. */
    int (*validate)(void *ctx, const Pentad__V1__Record *rec, char *ret_path, size_t path_cap,
                    struct pt_err *err);
};

/* What loading reports. Sums are signed, in fen, of the mapping's `sums:` columns; a row whose
 * column can't be read counts 0 there. Kept in the position token, so it survives a restart. */
struct pt_tally_line {
    uint64_t rows;
    int64_t sum[PT_MAPPING_MAX_SUMS];
};
struct pt_tally {
    struct pt_tally_line read;      /* every data row */
    struct pt_tally_line mapped;    /* rows from which at least one record was made */
    struct pt_tally_line dead;      /* rows set aside as dead letters */
    struct pt_tally_line deferred;  /* when first read */
    struct pt_tally_line unmatched; /* rows to which no record's `when` applies */
    struct pt_tally_line skipped[PT_MAPPING_MAX_SKIPS]; /* by rule: pt_mapping_skip_reason */
    uint64_t records[PT_MAPPING_MAX_RECORDS];           /* made, by rule */
};
size_t pt_mapping_skip_count(const struct pt_mapping *m);
const char *pt_mapping_skip_reason(const struct pt_mapping *m, size_t i);
size_t pt_mapping_sum_count(const struct pt_mapping *m);
const char *pt_mapping_sum_name(const struct pt_mapping *m, size_t i);

/* `m` and `ops` are borrowed for the mapper's life. `source_system` fills Record.source.system
 * (NULL = the mapping's name). */
int pt_mapper_new(const struct pt_mapping *m, const char *source_system,
                  const struct pt_mapper_ops *ops, void *ctx, struct pt_mapper **ret,
                  struct pt_err *err);
void pt_mapper_free(struct pt_mapper *mp); /* closes the source it was given; NULL is fine */

/* Takes the source (closed by pt_mapper_free, or here on failure), finds the columns (PT_E_COLUMN
 * names the file and the missing column), and goes to `position` (NULL or "" = the beginning).
 * A mapping with `group: {gather: yes}` reads the whole source once here, into an unlinked
 * temporary file; such a source must be complete. */
int pt_mapper_start_take(struct pt_mapper *mp, struct pt_source *source, const char *position,
                         struct pt_err *err);
/* Reads up to max_rows rows, calling back. *ret_more = false when the source is at its end and the
 * last group was handed out. Call again after an error only with a new start. */
int pt_mapper_step(struct pt_mapper *mp, uint64_t max_rows, bool *ret_more, struct pt_err *err);
/* From now on a row whose send day is after `day` is held back: step closes the open group, sets
 * *ret_more and stops before that row. 0 = no limit (the default). Takes sources sorted by send
 * day; of a row that makes several records the earliest day counts. */
void pt_mapper_until(struct pt_mapper *mp, int32_t day);
/* The send day of the row that is held back, else 0. */
int32_t pt_mapper_waiting(const struct pt_mapper *mp);
/* The source ended in what may be the beginning of a row: read again when more is written. */
bool pt_mapper_unfinished(struct pt_mapper *mp);
/* No group is open: the position covers everything that was handed out. Only then may what was
 * handed out be stored with it, or a row of the open group would be set aside twice. */
bool pt_mapper_settled(const struct pt_mapper *mp);
/* Maps what was deferred again, for its one rule; calls back as above
 * (defer once more when the reference is still missing). No source needed; positions are "". */
int pt_mapper_again(struct pt_mapper *mp, struct pt_span packed, size_t rule, struct pt_err *err);
const struct pt_tally *pt_mapper_tally(const struct pt_mapper *mp);
/* The position to resume on if everything handed out so far is stored. Borrowed until next call. */
const char *pt_mapper_position(struct pt_mapper *mp);

#endif
