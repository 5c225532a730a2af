/* Structural validation, declared: for each message a row a field, and at most one function for
 * what holds between fields. Rows stand in the descriptor's order; tests/unit/record checks that
 * none is missing. */
#ifndef PENTAD_RECORD_CHECKS_H
#define PENTAD_RECORD_CHECKS_H

#include <pentad/record/catalogue.h>
#include <pentad/record/validate.h>

#include "path.h"

enum check_kind {
    CK_ANY,     /* nothing to check (bool) */
    CK_TEXT,    /* max characters */
    CK_DATE,    /* yyyymmdd */
    CK_MONTH,   /* yyyymm */
    CK_YEAR,    /* yyyy */
    CK_FEN,     /* never negative */
    CK_SIGNED,  /* any int64 */
    CK_INT,     /* min to max */
    CK_ENUM,    /* a known value other than 0 */
    CK_BYTES,   /* min to max bytes */
    CK_DECIMAL, /* at most 12 digits, a point and 6 digits */
    CK_CODE,    /* of kind `code` */
    CK_KEY,     /* a bare subject key */
    CK_SUBJECT, /* Subject message */
    CK_REF,     /* RecordRef message */
    CK_PARTY,   /* a party that may author */
    CK_STREAM,  /* a stream's name */
    CK_MS,      /* Unix milliseconds, positive */
    CK_MSG      /* another message: `sub` */
};

enum { CHECK_REQUIRED = 1 };

struct checking;
struct msg_checks;

struct field_check {
    unsigned id;
    enum check_kind kind;
    unsigned flags;
    Pentad__V1__CodeKind code;
    int64_t min;
    int64_t max;
    size_t items; /* at most so many of a repeated field; 0: CHECK_ITEMS */
    const struct msg_checks *sub;
};

enum { CHECK_ITEMS = 1000 };

struct msg_checks {
    const ProtobufCMessageDescriptor *d;
    const struct field_check *v;
    size_t n;
    /* What holds between fields; called after the fields were checked, whatever they were. */
    void (*cross)(struct checking *c, const struct path *at, const ProtobufCMessage *msg);
};

/* One validation under way. */
struct checking {
    const struct pt_codes *codes;
    struct pt_faults *out;
    const Pentad__V1__Record *rec;
    const struct pt_record_info *info;
    enum pt_party author;
    int64_t received_at_ms;
    int32_t year; /* for codes: the record's fiscal year, else that of its effective date, else 0 */
    bool withdrawn; /* WITHDRAW: the body may be left empty */
    bool content;   /* what goes into a seal: the content must be there, the seal must not */
};

/* Adds a fault at `at`.`leaf` (leaf may be NULL). */
void pt_check_fault(struct checking *c, int code, const struct path *at, const char *leaf,
                    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* At most 12 digits, a point and 6 digits? */
bool pt_check_decimal(const char *s);
/* "is required" */
void pt_check_missing(struct checking *c, const struct path *at, const char *leaf,
                      const char *when);
void pt_check_msg(struct checking *c, const struct msg_checks *r, const struct path *at,
                  const ProtobufCMessage *msg);
/* `leaf` states a total; `lines`, as a message says it, add up to `sum`, or beyond 64 bits (rc). */
void pt_check_total(struct checking *c, const struct path *at, const char *leaf, const char *lines,
                    int64_t stated, int64_t sum, int rc);
/* The two forms of a sealed type (docs/formats.md 4): as a header with its seal, or, where the type
 * may be opened and this record says what it opens, with its content in the clear. `content` names
 * the fields that the content must have, ended by NULL. */
void pt_check_sealed(struct checking *c, const struct path *at, const ProtobufCMessage *msg,
                     const char *const *content);

/* One line a field: its number, its kind, then what the kind needs. */
#define REQ(i, ...)                                                                                \
    { .id = (i), .flags = CHECK_REQUIRED, .kind = CK_##__VA_ARGS__ }
#define OPT(i, ...)                                                                                \
    { .id = (i), .kind = CK_##__VA_ARGS__ }
#define CHARS(n) .max = (n)
#define RANGE(lo, hi) .min = (lo), .max = (hi)
#define OF(k) .code = (PENTAD__V1__CODE_KIND__CODE_KIND_##k)
#define SUB(r) .sub = (&(r))
#define ITEMS(n) .items = (n)
#define BP RANGE(0, 10000)
#define CP RANGE(0, 10000)
#define HASH RANGE(32, 32)

/* The checks of message `member`, from the rows before it. */
#define MSG_CHECKS(member, rows, fn)                                                               \
    const struct msg_checks checks_##member = {&pentad__v1__##member##__descriptor, (rows),        \
                                               sizeof(rows) / sizeof((rows)[0]), (fn)}

/* One for each body: checks_payment_batch … */
#define X(NAME, TAG, CODE, MEMBER, ...) extern const struct msg_checks checks_##MEMBER;
PT_RECORD_TABLE(X)
#undef X
extern const struct msg_checks checks_record; /* the common part; the oneof has no rows */
extern const struct msg_checks checks_source;
extern const struct msg_checks checks_year_amount;
extern const struct msg_checks checks_sealed;
extern const struct msg_checks checks_attachment;

const struct msg_checks *pt_record_checks_of(enum pt_record_type type);

#endif
