/* What the files of snapshots (H03) share. Not for others. docs/formats.md 5.
 *
 *   record ──names──► page's chain, dirty ───first tick of a day──► rows ──► page head ──┐
 *   changed standing ─touches──────► dirty                                               │
 *       digest of a reader class ◄── heads of the trees of the parts it sees ◄── nodes ◄─┘
 *
 * A page holds the rows of one subject, one year and one part. Who may read every record type of a
 * part sees its pages; a page's salt is over records of its part alone, so that nobody needs what
 * he can't read. Some pages are of no year: see pt_snap_year. */
#ifndef PENTAD_LEDGER_SNAP_H
#define PENTAD_LEDGER_SNAP_H

#include <pentad/ledger/snapshot.h>
#include <pentad/proof/evidence.h>

#include "internal.h"

enum { PT_SNAP_FACTS, PT_SNAP_PAID, PT_SNAP_PARTS };
enum { PT_SNAP_CHAIN = PT_HASH_LEN, PT_SNAP_ROWS_MAX = 48 };

/* The record types that rows are made of, as bits of a page's `dirty`. */
enum {
    PT_SNAP_B03 = 1U << 0,
    PT_SNAP_B04 = 1U << 1,
    PT_SNAP_B05 = 1U << 2,
    PT_SNAP_E02 = 1U << 3,
    PT_SNAP_E04 = 1U << 4,
    PT_SNAP_X03 = 1U << 5,
    PT_SNAP_X04 = 1U << 6,
    PT_SNAP_X05 = 1U << 7,
    PT_SNAP_V01 = 1U << 8,
    PT_SNAP_A02 = 1U << 9,
    PT_SNAP_X01 = 1U << 10,
    PT_SNAP_BEFORE = 1U << 11, /* a record of an earlier year */
    PT_SNAP_SALT = 1U << 12,   /* the chain alone */
    PT_SNAP_P = 1U << 13,      /* P01, P02, B04, as they say whose a subject is */
    PT_SNAP_JOINED = 1U << 14, /* a member that wasn't one before */
    PT_SNAP_H07 = 1U << 15,
    PT_SNAP_STEP = 1U << 16,   /* E01, E04, E05, V02, A03, J04, N01, as steps of a subject */
    PT_SNAP_ANSWER = 1U << 17, /* E05, V03, A04, B04, as answers to a record */
    PT_SNAP_BINDS = 1U << 18,  /* V02, as it binds a year's budget */
    PT_SNAP_BEGUN = 1U << 19,  /* a year of payments that wasn't there before */
    PT_SNAP_SHIFTED = 1U << 20 /* B04, as it shifts money out by a document */
};

/* What an H03 says its digests are over: whatever changes a page's bytes makes it one more. */
enum { PT_SNAP_FORMAT = PT_EVIDENCE_FORMAT };

/* In a year's place: no record has such a one. */
enum pt_snap_year {
    PT_SNAP_WHOSE = PT_EVIDENCE_WHOSE, /* whose a subject is, its funds of all years; of payments:
                                          the years in which it has any */
    PT_SNAP_MEMBERS = PT_EVIDENCE_MEMBERS,   /* of a body: who ever was said to be its */
    PT_SNAP_STEPS = PT_EVIDENCE_STEPS,       /* what was done about a subject, in whatever year */
    PT_SNAP_ANSWERS = PT_EVIDENCE_ANSWERS,   /* of a record ("audit/main#7"): what answers it */
    PT_SNAP_BINDING = PT_EVIDENCE_BINDING,   /* of a year ("2020"): results that bind its budget */
    PT_SNAP_DOCUMENT = PT_EVIDENCE_DOCUMENT, /* of a department's document: what it shifts out */
    PT_SNAP_YEAR_MIN
};

/* In a subject's place on a page of year 0: the rule sets, whose parameters figures take. */
#define PT_SNAP_RULES PT_EVIDENCE_RULES

/* As what a record names the body or policy whose its subject is. */
enum pt_snap_role {
    PT_SNAP_REGION = 1, /* P01 rgn */
    PT_SNAP_PARENT,     /* P01 parent */
    PT_SNAP_DEPT,       /* B04 dept */
    PT_SNAP_UNIT,       /* B04 unit */
    PT_SNAP_RESP,       /* P02 resp_org */
    PT_SNAP_POLICY      /* P02 policy_key */
};

struct pt_snap_type {
    enum pt_record_type type;
    unsigned bit;
    unsigned part;
};
extern const struct pt_snap_type pt_snap_types[];
extern const size_t pt_snap_n_types;
/* NULL: no row is made of that type. */
const struct pt_snap_type *pt_snap_type(int type);
/* May that party read every type of the part, whoever wrote it? Asks pt_visible_by_type. */
bool pt_snap_sees(enum pt_party reader, unsigned part);
unsigned pt_snap_parts(enum pt_party reader); /* as bits */

/* The stream s of a record's name ("audit/main#7"), by its index. */
#define PT_SNAP_STREAM_OF(name)                                                                    \
    " s.party = substr(" name ", 1, instr(" name ", '/') - 1) AND s.name = substr(" name           \
    ", instr(" name ", '/') + 1, instr(" name ", '#') - instr(" name ", '/') - 1) "
/* Of a reference g of record r: does r answer what it refers to? */
#define PT_SNAP_ANSWERS_BY(g, r)                                                                   \
    " " g ".field IN ('source', 'finding', 'goal', 'absorbs') AND " r ".type IN ("                 \
    "@TYPE_RECTIFICATION, @TYPE_AUDIT_VERIFY, @TYPE_GOAL_REVIEW, @TYPE_ALLOTMENT) "

/* A department's document, in a subject's place: no other pair has that text. Its parts, of ?1. */
#define PT_SNAP_DOCUMENT_OF(f)                                                                     \
    " length(CAST(" f ".dept AS BLOB)) || '/' || " f ".dept || '/' || " f ".basis_doc "
#define PT_SNAP_DOCUMENT_DEPT                                                                      \
    " CAST(substr(CAST(?1 AS BLOB), instr(?1, '/') + 1, CAST(?1 AS INTEGER)) AS TEXT) "
#define PT_SNAP_DOCUMENT_NO                                                                        \
    " CAST(substr(CAST(?1 AS BLOB), instr(?1, '/') + CAST(?1 AS INTEGER) + 2) AS TEXT) "

/* A page's place: the first 15 hexadecimal digits of SHA-256 of its subject's key. */
enum { PT_SNAP_DIGITS = 15 };
int64_t pt_snap_place(const char *subject);

/* Statements of this room's own, prepared once. */
enum pt_snap_stmt {
    PT_SN_NAME, /* a page is named */
    PT_SN_CHAIN,
    PT_SN_PUT, /* a page as it was made */
    PT_SN_HAS, /* has a subject a record of that type? */
    PT_SN_ROW_PUT,
    PT_SN_ROW_DROP,
    PT_SN_ROWS,
    PT_SN_PAID,
    PT_SN_MOVED, /* what this tick's payments move */
    PT_SN_DIRTY, /* pages to be made anew, in order */
    PT_SN_MADE,  /* a page's rows and head */
    PT_SN_PAGES, /* of a part, between two places */
    PT_SN_NODE,
    PT_SN_NODES, /* of a part and depth, between two prefixes */
    PT_SN_NODE_PUT,
    PT_SN_NODE_DROP, /* the same */
    PT_SN_JOIN,
    PT_SN_MEMBERS,
    PT_SN_WHOSE,
    PT_SN_FUNDS,
    PT_SN_YEAR,
    PT_SN_LINES,
    PT_SN_RULES,
    PT_SN_REVIEWS,
    PT_SN_STEPS,
    PT_SN_ANSWERS,
    PT_SN_BINDING,
    PT_SN_YEARS,
    PT_SN_DOCUMENT,
    PT_SN_COUNT
};
sqlite3_stmt *pt_snap_st(struct pt_ledger *l, enum pt_snap_stmt which);

/* snapname.c: what records name. */
int pt_snap_open(struct pt_ledger *l, struct pt_err *err);
void pt_snap_close(struct pt_ledger *l);
int pt_snap_record(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err);

/* snapkeep.c: pages and nodes in memory. */
void pt_snap_drop(struct pt_ledger *l); /* forgets it all; NULL snap is fine */
/* With a commit: all that isn't in the file yet. */
int pt_snap_write(struct pt_ledger *l, struct pt_err *err);

/* snaprow.c */
struct pt_snap_page {
    const char *subject;
    int32_t fy;
    unsigned part;
    const uint8_t *chain; /* PT_SNAP_CHAIN bytes */
};
struct pt_snap_row {
    unsigned no;
    bool hashed; /* its value is `hash` */
    int64_t value;
    struct pt_hash hash;
};
/* At a tick, once temp.changed stands: pages whose rows may have moved become dirty. */
int pt_snap_touch(struct pt_ledger *l, struct pt_err *err);
/* The page's rows, those that depend on `dirty` made anew; at most PT_SNAP_ROWS_MAX. */
int pt_snap_settle(struct pt_ledger *l, const struct pt_snap_page *p, unsigned dirty,
                   uint64_t known_at, struct pt_snap_row *ret_rows, unsigned *ret_n,
                   struct pt_err *err);
/* The page's rows as they are kept; at most PT_SNAP_ROWS_MAX. */
int pt_snap_rows(struct pt_ledger *l, const struct pt_snap_page *p, struct pt_snap_row *ret_rows,
                 unsigned *ret_n, struct pt_err *err);
/* The same from the records, nothing kept used. */
int pt_snap_rows_anew(struct pt_ledger *l, const struct pt_snap_page *p, uint64_t known_at,
                      struct pt_snap_row *ret_rows, unsigned *ret_n, struct pt_err *err);
void pt_snap_head(const struct pt_snap_page *p, const struct pt_snap_row *rows, unsigned n,
                  struct pt_hash *ret);
const char *pt_snap_formula(unsigned no); /* "FG2.P/1" */
enum { PT_SNAP_ROW_PAID = 6, PT_SNAP_ROW_DECEMBER = 27 };
/* A row's value as text: decimal, or 64 hexadecimal digits. */
enum { PT_SNAP_VALUE_CAP = 2 * PT_HASH_LEN + 1 };
void pt_snap_value_text(char out[PT_SNAP_VALUE_CAP], const struct pt_snap_row *row);
/* years/1 from a statement whose rows are a subject's years of payments, ascending, each with a
 * line feed behind it. *ret_found: there is one. */
int pt_snap_years(struct pt_ledger *l, sqlite3_stmt *st, struct pt_snap_row *ret, bool *ret_found,
                  struct pt_err *err);
/* Of a column as it is kept: a number, or 32 bytes. */
int pt_snap_row_take(sqlite3_stmt *st, int col, unsigned no, struct pt_snap_row *ret,
                     struct pt_err *err);

/* snaptree.c: a tree a part, of 16 branches. A node of more than PT_SNAP_LEAF pages has a node for
 * each next digit of a place; another one is a leaf, with pages in order of place, key, year. So
 * the tree follows from its pages alone, and a page that changed costs a path to the root. What was
 * read of it stays in memory, and is written with the transaction. */
enum { PT_SNAP_LEAF = 16 };
struct pt_snap_sum {
    struct pt_hash head;
    uint64_t pages, rows;
};
/* A page that was made anew; without rows it isn't there any more. */
struct pt_snap_made {
    const char *subject; /* borrowed */
    int64_t place;
    int32_t fy;
    unsigned rows;
    struct pt_hash head;
};
/* Puts them in order, each there once. */
int pt_snap_tree(struct pt_ledger *l, unsigned part, struct pt_snap_made *made, size_t n,
                 struct pt_err *err);
int pt_snap_tree_write(struct pt_ledger *l, struct pt_err *err);
void pt_snap_tree_drop(struct pt_snap *s);
/* As this transaction has it. */
int pt_snap_root(struct pt_ledger *l, unsigned part, struct pt_snap_sum *ret, struct pt_err *err);
/* As the file has it. */
int pt_snap_root_stored(struct pt_ledger *l, unsigned part, struct pt_snap_sum *ret,
                        struct pt_err *err);
/* Its head alone, of a read handle too. */
int pt_snap_head_of(struct pt_ledger *l, unsigned part, struct pt_hash *ret, struct pt_err *err);
/* The same from all pages, no node used. */
int pt_snap_root_anew(struct pt_ledger *l, unsigned part, struct pt_snap_sum *ret,
                      struct pt_err *err);

/* snapshot.c: at a tick, behind pt_snap_touch: the first of a day takes a snapshot. */
int pt_snap_tick(struct pt_ledger *l, int32_t last_day, struct pt_err *err);
/* A logged H03 is held against the one that was taken here. */
int pt_snap_logged(struct pt_ledger *l, const struct pt_folding *f, struct pt_err *err);

#endif
