/* Inside the mapping room.
 *
 *   yaml.c      the YAML file as structs (`struct ym_…`), by libcyaml's schema
 *   compile.c   those structs to a `struct pt_mapping`: every name, path and code checked once;
 *   compile_record.c    `records:` among them
 *   columns.c   the columns of a row, base and derived, and conditions on them
 *   convert.c   one cell to one field's value
 *   value.c     texts to numbers, dates, enums …, exactly
 *   table.c     code tables
 *   build.c     values to protobuf messages, along compiled nodes
 *   row.c       a row as bytes
 *   rows.c      one row against one rule
 *   group.c     rows that become one record
 *   emit.c      what is handed out
 *   position.c  where to resume
 *   mapper.c    rows in, records out
 *   gather.c    rows of one group brought together
 */
#ifndef PENTAD_MAPPING_INTERNAL_H
#define PENTAD_MAPPING_INTERNAL_H

#include <regex.h>

#include <pentad/mapping/mapping.h>
#include <pentad/yaml/yaml.h>

#define PT_MAPPING_MAX_FIELDS 256 /* fields of one record */
#define PT_MAPPING_MAX_NODES 128  /* messages of one record */
#define PT_MAPPING_MAX_TOTALS 4
#define PT_MAPPING_MAX_TERMS 32 /* parts of a derived column, conditions in a row */
#define PT_MAPPING_MAX_ENTRIES 4000000
#define PT_MAPPING_MAX_GROUP 8 /* columns of `group: by` */

/* ---- the YAML file (yaml.c) ---- */

struct ym_var {
    const char *name, *value;
};
struct ym_source {
    const char *format, *encoding, *separator, *quote, *header, *skip_lines, *columns;
};
struct ym_formats {
    const char *unit, *decimal, *thousands, *date, *round;
};
struct ym_entry {
    const char *from, *to;
};
struct ym_table {
    const char *name, *file, *encoding, *separator, *key, *value;
    struct ym_entry *entries;
    unsigned n_entries;
};
struct ym_cond {
    const char *column, *equals, *differs, *matches, *empty, *zero, *negative;
    const char **in;
    unsigned n_in;
};
struct ym_column {
    const char *name, *at, *header, *from, *constant, *template, *with, *cut, *pad, *fill, *codes,
        *other, *fallback, *optional, *strip, *sha256;
    const char **join;
    unsigned n_join;
};
struct ym_sign {
    const char *to, *plus, *minus, *zero;
};
struct ym_ref {
    const char *party, *party_from, *type, *type_from, *doc_no, *missing, *type_to;
};
struct ym_field {
    const char *to, *from, *constant, *template, *codes, *other, *fallback, *required, *unit,
        *decimal, *thousands, *round, *date, *precision_to, *scale, *split, *max, *number;
    struct ym_sign *sign;
    struct ym_ref *ref;
    struct ym_cond *when;
    unsigned n_when;
};
struct ym_total {
    const char *to, *of;
    struct ym_cond *minus_if;
    unsigned n_minus_if;
};
struct ym_subject {
    const char *kind, *kind_from, *codes, *key;
};
struct ym_group {
    const char **by;
    unsigned n_by;
    const char *max_rows, *gather;
};
struct ym_record {
    const char *type, *doc_no, *doc_key;
    struct ym_subject *subject;
    struct ym_group *group;
    struct ym_field *send_day;
    struct ym_cond *when;
    unsigned n_when;
    struct ym_field *fields;
    unsigned n_fields;
    struct ym_total *totals;
    unsigned n_totals;
};
struct ym_sum {
    const char *name, *column, *unit, *decimal, *thousands;
};
struct ym_skip {
    const char *reason;
    struct ym_cond *when;
    unsigned n_when;
};
struct ym_file {
    const char *mapping, *about;
    struct ym_var *vars;
    unsigned n_vars;
    struct ym_source *source;
    struct ym_formats *formats;
    struct ym_table *tables;
    unsigned n_tables;
    struct ym_column *columns;
    unsigned n_columns;
    struct ym_sum *sums;
    unsigned n_sums;
    struct ym_skip *skip;
    unsigned n_skip;
    struct ym_record *records;
    unsigned n_records;
};

/* Its root is a struct ym_file. */
extern const struct pt_yaml_form pt_ym_form;

/* ---- code tables (table.c) ---- */

struct pt_table {
    const char *name;
    struct pt_table_entry {
        const char *from, *to;
        uint64_t hash;
    } * entries; /* open addressing, cap a power of two */
    size_t n, cap;
    struct pt_arena *arena; /* borrowed */
};
int pt_table_init(struct pt_table *t, const char *name, struct pt_arena *arena);
void pt_table_done(struct pt_table *t);
/* A second meaning for one code is PT_E_EXISTS. Strings are copied. */
int pt_table_add(struct pt_table *t, const char *from, const char *to, struct pt_err *err);
const char *pt_table_get(const struct pt_table *t, const char *from, size_t len);
int pt_table_load(struct pt_table *t, const char *path, const struct ym_table *spec,
                  struct pt_err *err);
uint64_t pt_fnv(const void *p, size_t n);

/* ---- values (value.c) ---- */

enum pt_unit { PT_UNIT_NONE, PT_UNIT_FEN, PT_UNIT_YUAN, PT_UNIT_WAN };

struct pt_number_style {
    char decimal;   /* '.', ',' or 'a' = told by each value */
    char thousands; /* 0 = none allowed */
    bool round;     /* half up on magnitude; else more decimals than fit are an error */
};
/* Exact decimal text to an integer shifted by `shift` decimals. Leading or trailing '-', U+2212 or
 * parentheses are negative. PT_E_AMOUNT with the sentence, PT_E_RANGE. */
int pt_value_number(const char *p, size_t len, const struct pt_number_style *style, int shift,
                    int64_t *ret, struct pt_err *err);
/* -1, 0 or 1, of a number of any size and any number of decimals. */
int pt_value_sign(const char *p, size_t len, const struct pt_number_style *style, int *ret,
                  struct pt_err *err);
/* The same as canonical decimal text ("1.000,50" -> "1000.50"), into arena. */
int pt_value_decimal(const char *p, size_t len, const struct pt_number_style *style,
                     struct pt_arena *arena, const char **ret, struct pt_err *err);
/* `formats`: strptime forms, '|'-separated. The last day of a month or year where the form has no
 * day; *ret_precision 1 day, 2 month, 3 year. */
int pt_value_date(const char *p, const char *formats, int32_t *ret_ymd, int *ret_precision,
                  struct pt_err *err);
/* The same forms as a moment, in Unix milliseconds: Chinese time, midnight where the form has no
 * time of day, the first day of a month or year where it has no day. */
int pt_value_moment(const char *p, const char *formats, int64_t *ret_ms, struct pt_err *err);
/* NFC, control characters and runs of white space as one space, cut to max_chars (0 = no limit).
 * What needs none of it is borrowed, not copied. PT_E_TEXT on what a record's text may not hold. */
int pt_value_text(const char *p, size_t len, unsigned max_chars, struct pt_arena *arena,
                  const char **ret, struct pt_err *err);
int pt_value_enum(const ProtobufCEnumDescriptor *d, const char *p, int *ret, struct pt_err *err);
int pt_value_bool(const char *p, bool *ret, struct pt_err *err);
int pt_unit_parse(const char *s, enum pt_unit *ret);
int pt_unit_shift(enum pt_unit u); /* 0, 2, 6 */

/* ---- columns (columns.c) ---- */

struct pt_cell {
    const char *p; /* NUL-terminated, trimmed */
    size_t len;
    int bad; /* PT_E_…: using it sets the row aside */
    const char *why;
};

enum pt_column_kind {
    PT_COL_AT,     /* the source's n-th field */
    PT_COL_HEADER, /* the field under a heading */
    PT_COL_FILE,   /* @file */
    PT_COL_ROW,    /* @row: the physical line */
    PT_COL_TEMPLATE,
};
struct pt_term { /* of a template: literal text or a column */
    const char *text;
    int column; /* -1 = text */
};
struct pt_column {
    const char *name;
    enum pt_column_kind kind;
    unsigned at; /* 1-based */
    const char *header;
    struct pt_term *terms;
    size_t n_terms;
    bool if_all;                /* join: empty where every part is empty */
    unsigned cut_from, cut_len; /* characters, 1-based; cut_from 0 = no cut */
    unsigned pad;
    char fill;
    const struct pt_table *codes;
    const char *other;    /* for what the table doesn't have */
    const char *fallback; /* for an empty value */
    const char *strip;    /* a suffix or prefix to take away, e.g. 元 */
    unsigned sha256;      /* 0, or digest's first n bytes as hex */
    bool optional;        /* a missing column is empty */
    bool plain;           /* nothing to do but trim */
};

enum pt_cond_kind {
    PT_COND_EQUALS,
    PT_COND_DIFFERS,
    PT_COND_IN,
    PT_COND_MATCHES,
    PT_COND_EMPTY,
    PT_COND_ZERO,
    PT_COND_NEGATIVE,
};
struct pt_cond {
    int column;
    enum pt_cond_kind kind;
    bool want; /* EMPTY, ZERO, NEGATIVE: true or its contrary */
    const char *text;
    const char *const *in;
    size_t n_in;
    regex_t *re;
    struct pt_number_style style;
};
/* All hold. A cell that is bad, or no number where one is needed: PT_E_… and *ret_column. */
int pt_conds_hold(const struct pt_cond *c, size_t n, const struct pt_cell *cells, bool *ret,
                  int *ret_column, struct pt_err *err);
int pt_columns_eval(const struct pt_mapping *m, const unsigned *bound, const struct pt_row *row,
                    struct pt_arena *arena, struct pt_cell *cells, struct pt_err *err);
void pt_text_trim(const char **p, size_t *len);

/* ---- compiled records ---- */

/* A message of the record that is built; node 0 is the Record itself. */
struct pt_node {
    int parent;
    const ProtobufCFieldDescriptor *fd; /* in the parent; NULL for node 0 */
    const ProtobufCMessageDescriptor *desc;
    bool per_row; /* under a repeated message without index: a new one a row */
    bool needed;  /* made even where only constants are set: record, body, subject */
};

enum pt_field_kind {
    PT_FIELD_TEXT,
    PT_FIELD_DECIMAL, /* text that is a canonical decimal */
    PT_FIELD_INT,
    PT_FIELD_AMOUNT,
    PT_FIELD_DATE,
    PT_FIELD_MOMENT, /* milliseconds from a date, with or without a time of day */
    PT_FIELD_ENUM,
    PT_FIELD_BOOL,
    PT_FIELD_HEX,
    PT_FIELD_REF,
};
struct pt_val {
    bool set;
    int64_t i;
    const char *p; /* text or bytes */
    size_t len;
};
struct pt_fieldmap {
    const char *path; /* as written */
    int node;
    const ProtobufCFieldDescriptor *fd;
    enum pt_field_kind kind;
    int column; /* -1 = constant */
    struct pt_val constant;
    struct pt_number_style style;
    int shift; /* decimals */
    const char *date;
    int precision; /* index of the hidden field that takes it, -1 = none */
    int sign_to;   /* index of the hidden field, -1 = none */
    int32_t plus, minus, zero;
    bool hidden; /* set by another field */
    bool required;
    char split; /* repeated text: several in one cell */
    unsigned max;
    const struct pt_cond *when;
    size_t n_when;
    /* REF */
    const char *ref_party;
    int ref_party_column;
    const char *ref_type;
    int ref_type_column;
    bool ref_drop; /* not found: leave out the message that would hold it */
    int ref_type_to;
};
struct pt_total {
    const char *path;
    int node;
    const ProtobufCFieldDescriptor *fd;
    int of; /* field index, per row */
    const struct pt_cond *minus_if;
    size_t n_minus_if;
};
struct pt_rule {
    const char *type;
    const struct pt_cond *when;
    size_t n_when;
    bool grouped, gather;
    int by[PT_MAPPING_MAX_GROUP];
    size_t n_by;
    uint32_t max_rows;
    struct pt_node nodes[PT_MAPPING_MAX_NODES];
    size_t n_nodes;
    struct pt_fieldmap *fields;
    size_t n_fields;
    struct pt_total totals[PT_MAPPING_MAX_TOTALS];
    size_t n_totals;
    int send_field; /* index into fields of a hidden date, -1 = none */
    int doc_key;    /* column, -1 = the record's doc_no */
};
struct pt_skip {
    const char *reason;
    const struct pt_cond *when;
    size_t n_when;
};
struct pt_sum {
    const char *name;
    int column;
    struct pt_number_style style;
    int shift;
};

struct pt_mapping {
    struct pt_arena arena;
    const char *name, *file;
    struct pt_source_config source;
    struct pt_table *tables;
    size_t n_tables;
    struct pt_column *columns;
    size_t n_columns;
    struct pt_sum sums[PT_MAPPING_MAX_SUMS];
    size_t n_sums;
    struct pt_skip skips[PT_MAPPING_MAX_SKIPS];
    size_t n_skips;
    struct pt_rule *rules;
    size_t n_rules;
    regex_t *regexes[64];
    size_t n_regexes;
};

/* A cell's text to the field's value (convert.c); not for PT_FIELD_REF. *ret_extra: for dates the
 * precision, for amounts the sign (-1, 0, 1). */
int pt_field_convert(const struct pt_fieldmap *f, const char *p, size_t len, struct pt_arena *arena,
                     struct pt_val *ret, int *ret_extra, struct pt_err *err);

/* ---- building (build.c) ---- */

/* One record in the making. */
struct pt_build {
    const struct pt_rule *rule;
    struct pt_arena *arena; /* of the record */
    ProtobufCMessage *cur[PT_MAPPING_MAX_NODES];
    size_t caps[PT_MAPPING_MAX_NODES];            /* of lists that grow by a row */
    uint64_t *element_rows[PT_MAPPING_MAX_NODES]; /* per_row nodes: which row made element i */
    int64_t totals[PT_MAPPING_MAX_TOTALS];
    struct pt_build_row {
        uint64_t line;
        int64_t add[PT_MAPPING_MAX_TOTALS];
        int64_t sum[PT_MAPPING_MAX_SUMS];
        bool gone;
    } * rows;
    size_t n_rows, cap_rows;
    bool first; /* the next row is the first */
};
void pt_build_begin(struct pt_build *b, const struct pt_rule *rule, struct pt_arena *arena);
/* Sets a row's values; only memory can fail. */
int pt_build_row(struct pt_build *b, const struct pt_val *vals, uint64_t line, const int64_t *add,
                 const int64_t *sum);
/* Sets totals; the record is ready. */
int pt_build_end(struct pt_build *b);
/* The row that made the element which `path` names ("body.x.lines[3].fen"); -1 = none. */
long pt_build_row_of(const struct pt_build *b, const char *path);
/* The column that fills the field which `path` names; -1 = none. */
int pt_build_column_of(const struct pt_rule *rule, const char *path);
/* Takes a row's elements out again (not the last one: then the record is gone). */
void pt_build_drop_row(struct pt_build *b, size_t row);

/* ---- gathering (gather.c) ---- */

/* Wraps `inner` (taken, closed on failure too): the same rows, those of one group together, groups
 * in order of first appearance. `bound` as for pt_columns_eval. */
int pt_gather_open_take(const struct pt_mapping *m, const unsigned *bound, struct pt_source *inner,
                        struct pt_source *ret, struct pt_err *err);
/* The group's columns of a row as one text, in arena; *ret_bad where one can't be read. */
int pt_group_key(const struct pt_rule *rule, const struct pt_cell *cells, struct pt_arena *arena,
                 const char **ret_key, int *ret_bad_column);

#endif
