/* Structural validation, declared: for each message a row a field, and at most one function for
 * what holds between fields. Rows stand in the descriptor's order; tests/unit/record checks that
 * none is missing. */
#ifndef PENTAD_RECORD_RULES_H
#define PENTAD_RECORD_RULES_H

#include <pentad/record/catalogue.h>
#include <pentad/record/validate.h>

#include "path.h"

enum rule_kind {
    RK_ANY,     /* nothing to check (bool) */
    RK_TEXT,    /* max characters */
    RK_DATE,    /* yyyymmdd */
    RK_MONTH,   /* yyyymm */
    RK_YEAR,    /* yyyy */
    RK_FEN,     /* never negative */
    RK_SIGNED,  /* any int64 */
    RK_INT,     /* min to max */
    RK_ENUM,    /* a known value other than 0 */
    RK_BYTES,   /* min to max bytes */
    RK_DECIMAL, /* at most 12 digits, a point and 6 digits */
    RK_CODE,    /* of kind `code` */
    RK_KEY,     /* a bare subject key */
    RK_SUBJECT, /* Subject message */
    RK_REF,     /* RecordRef message */
    RK_PARTY,   /* a party that may author */
    RK_STREAM,  /* a stream's name */
    RK_MS,      /* Unix milliseconds, positive */
    RK_MSG      /* another message: `sub` */
};

enum { RULE_REQUIRED = 1 };

struct check;
struct msg_rules;

struct field_rule {
    unsigned id;
    enum rule_kind kind;
    unsigned flags;
    Pentad__V1__CodeKind code;
    int64_t min;
    int64_t max;
    size_t items; /* at most so many of a repeated field; 0: RULE_ITEMS */
    const struct msg_rules *sub;
};

enum { RULE_ITEMS = 1000 };

struct msg_rules {
    const ProtobufCMessageDescriptor *d;
    const struct field_rule *v;
    size_t n;
    /* What holds between fields; called after the fields were checked, whatever they were. */
    void (*cross)(struct check *c, const struct path *at, const ProtobufCMessage *msg);
};

/* One validation under way. */
struct check {
    const struct pt_codes *codes;
    struct pt_faults *out;
    const Pentad__V1__Record *rec;
    const struct pt_record_info *info;
    enum pt_party author;
    int64_t received_at_ms;
    int32_t year; /* for codes: the record's fiscal year, else that of its effective date, else 0 */
    bool withdrawn; /* WITHDRAW: the body may be left empty */
};

/* Adds a fault at `at`.`leaf` (leaf may be NULL). */
void pt_check_fault(struct check *c, int code, const struct path *at, const char *leaf,
                    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* "is required" */
void pt_check_missing(struct check *c, const struct path *at, const char *leaf, const char *when);
void pt_check_msg(struct check *c, const struct msg_rules *r, const struct path *at,
                  const ProtobufCMessage *msg);

/* One line a field: its number, its kind, then what the kind needs. */
#define REQ(i, ...)                                                                                \
    { .id = (i), .flags = RULE_REQUIRED, .kind = RK_##__VA_ARGS__ }
#define OPT(i, ...)                                                                                \
    { .id = (i), .kind = RK_##__VA_ARGS__ }
#define CHARS(n) .max = (n)
#define RANGE(lo, hi) .min = (lo), .max = (hi)
#define OF(k) .code = (PENTAD__V1__CODE_KIND__CODE_KIND_##k)
#define SUB(r) .sub = (&(r))
#define ITEMS(n) .items = (n)
#define BP RANGE(0, 10000)
#define CP RANGE(0, 10000)
#define HASH RANGE(32, 32)

/* The rules of message `member`, from the rows before it. */
#define MSG_RULES(member, rows, fn)                                                                \
    const struct msg_rules rules_##member = {&pentad__v1__##member##__descriptor, (rows),          \
                                             sizeof(rows) / sizeof((rows)[0]), (fn)}

/* One for each body: rules_payment_batch … */
#define X(NAME, TAG, CODE, MEMBER, ...) extern const struct msg_rules rules_##MEMBER;
PT_RECORD_TABLE(X)
#undef X
extern const struct msg_rules rules_record; /* the common part; the oneof has no rows */
extern const struct msg_rules rules_source;
extern const struct msg_rules rules_year_amount;

const struct msg_rules *pt_record_rules_of(enum pt_record_type type);

#endif
