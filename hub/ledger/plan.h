/* Fact tables from descriptors: one table a body message, one a repeated sub-message inside it, so
 * that a new record type needs no insert of its own.
 *
 *   f_<member>(rec, …)                      one row a record
 *   f_<member>_<field>(rec, idx, …)         a repeated sub-message; deeper ones add idx2, idx3
 *   a sub-message's fields stand flat as <field>_<name>; repeated scalars as a JSON array
 *   v_<member>, v_<member>_<field>          the same with the record's common part (r_…), live rows
 *                           only: neither voided nor waiting for approval */
#ifndef PENTAD_LEDGER_PLAN_H
#define PENTAD_LEDGER_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/sql/sql.h>
#include <pentad/v1/record.pb-c.h>

#include "rows.h"

enum { PT_PLAN_COLS_MAX = 96, PT_PLAN_CHILDREN_MAX = 12, PT_PLAN_REFS_MAX = 8, PT_PLAN_DEPTH = 4 };
enum { PT_PLAN_IDX_MAX = PT_ROWS_COLS - 1 - PT_PLAN_COLS_MAX };

/* Where a field lies: the chain of sub-message pointers to follow, then the field itself. */
struct pt_plan_path {
    unsigned hop[PT_PLAN_DEPTH];
    unsigned hops;
    const ProtobufCFieldDescriptor *field;
};

struct pt_plan_col {
    char name[64];
    struct pt_plan_path at;
};

struct pt_plan_ref {
    char name[64];
    struct pt_plan_path at;
};

struct pt_plan {
    char table[96];
    unsigned n_idx;         /* index columns after rec: 0 for the body itself */
    bool is_ref;            /* rows are RecordRefs */
    struct pt_plan_path at; /* of the repeated field, for a child */
    struct pt_plan_col cols[PT_PLAN_COLS_MAX];
    size_t n_cols;
    struct pt_plan_ref refs[PT_PLAN_REFS_MAX]; /* single RecordRefs inside */
    size_t n_refs;
    struct pt_plan *children[PT_PLAN_CHILDREN_MAX];
    size_t n_children;
    struct sqlite3_stmt *insert;
};

/* Tells about every RecordRef in a row that was inserted. */
typedef int (*pt_plan_ref_cb)(void *ctx, const char *field, const Pentad__V1__RecordRef *ref,
                              struct pt_err *err);

/* Where a record's rows go. */
struct pt_plan_target {
    struct pt_in_memory *in_memory;
    int64_t rec;
    struct pt_buf *scratch;
    pt_plan_ref_cb ref_cb;
    void *ctx; /* ref_cb's */
};

/* `member` names the table; owned by the caller, free with pt_plan_free. */
int pt_plan_new(const char *member, const ProtobufCMessageDescriptor *d, struct pt_plan **ret_plan,
                struct pt_err *err);
/* Name of the i-th index column. */
const char *pt_plan_idx(unsigned i);
void pt_plan_free(struct pt_plan *p);
/* CREATE TABLE and CREATE VIEW statements of the plan and its children. */
void pt_plan_ddl(const struct pt_plan *p, struct pt_buf *out);
int pt_plan_prepare(struct pt_plan *p, struct pt_in_memory *m, struct pt_err *err);
int pt_plan_insert(struct pt_plan *p, const struct pt_plan_target *to, const ProtobufCMessage *body,
                   struct pt_err *err);

#endif
