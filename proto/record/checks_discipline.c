#include <pentad/base/err.h>

#include "checks.h"

enum { CLUE_ID = 16 };

/* D01 问题线索移送 */
static const struct field_check clue_transfer_rows[] = {
    REQ(1, BYTES, RANGE(CLUE_ID, CLUE_ID)),
    REQ(2, PARTY),
    REQ(3, MS),
    REQ(4, DATE),
    REQ(5, ENUM),
    OPT(6, MSG, SUB(checks_sealed)),
    OPT(11, REF),
    OPT(12, SUBJECT),
    OPT(13, CODE, OF(BODY)),
    OPT(14, BYTES, HASH),
    OPT(15, TEXT, CHARS(100)),
    OPT(16, TEXT, CHARS(5000)),
    OPT(17, TEXT, CHARS(1000)),
    OPT(18, MSG, SUB(checks_attachment), ITEMS(100)),
    OPT(19, TEXT, CHARS(500)),
    OPT(20, ANY),
};

static void clue_transfer_cross(struct checking *c, const struct path *at,
                                const ProtobufCMessage *msg) {
    static const char *const content[] = {"problem", "law", NULL};
    const Pentad__V1__ClueTransfer *t = (const Pentad__V1__ClueTransfer *)msg;

    if (t->sender != NULL && pt_party_from_name(t->sender) != c->author) {
        pt_check_fault(c, PT_E_FIELD, at, "sender", "must be the author, %s",
                       pt_party_name(c->author));
    }
    pt_check_sealed(c, at, msg, content);
}
MSG_CHECKS(clue_transfer, clue_transfer_rows, clue_transfer_cross);

/* D02 线索签收 */
static const struct field_check clue_receipt_rows[] = {
    REQ(1, BYTES, RANGE(CLUE_ID, CLUE_ID)), REQ(2, PARTY), REQ(3, MS), REQ(4, ENUM), REQ(5, DATE),
};
MSG_CHECKS(clue_receipt, clue_receipt_rows, NULL);

/* D03 线索办理反馈 */
static const struct field_check clue_outcome_rows[] = {
    REQ(1, BYTES, RANGE(CLUE_ID, CLUE_ID)),
    REQ(2, PARTY),
    REQ(3, ENUM),
    OPT(4, MSG, SUB(checks_sealed)),
    OPT(11, ENUM),
    OPT(12, INT, RANGE(0, 1000000)),
    OPT(13, TEXT, CHARS(5000)),
    OPT(14, ANY),
};

static void clue_outcome_cross(struct checking *c, const struct path *at,
                               const ProtobufCMessage *msg) {
    static const char *const content[] = {"disposal", NULL};

    pt_check_sealed(c, at, msg, content);
}
MSG_CHECKS(clue_outcome, clue_outcome_rows, clue_outcome_cross);

/* D04 问责处理 */
static const struct field_check accountability_rows[] = {
    OPT(1, DATE),
    OPT(2, MSG, SUB(checks_sealed)),
    OPT(3, REF),
    OPT(4, BYTES, RANGE(16, 16)),
    OPT(11, BYTES, HASH),
    OPT(12, SUBJECT),
    OPT(13, REF, ITEMS(200)),
    OPT(14, ENUM),
    OPT(15, DATE),
    OPT(16, ANY),
};

static void accountability_cross(struct checking *c, const struct path *at,
                                 const ProtobufCMessage *msg) {
    static const char *const content[] = {"person_token", "measure", "decided_on", NULL};

    pt_check_sealed(c, at, msg, content);
}
MSG_CHECKS(accountability, accountability_rows, accountability_cross);
