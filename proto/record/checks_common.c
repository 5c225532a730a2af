#include <inttypes.h>
#include <string.h>

#include <pentad/base/err.h>

#include "checks.h"

static const struct field_check source_rows[] = {
    OPT(1, TEXT, CHARS(100)),
    OPT(2, TEXT, CHARS(500)),
    OPT(3, ANY),
};
MSG_CHECKS(source, source_rows, NULL);

static const struct field_check year_amount_rows[] = {
    REQ(1, YEAR),
    REQ(2, FEN),
};
MSG_CHECKS(year_amount, year_amount_rows, NULL);

static const struct field_check attachment_rows[] = {
    REQ(1, TEXT, CHARS(255)),
    REQ(2, BYTES, HASH),
    REQ(3, ANY),
};
MSG_CHECKS(attachment, attachment_rows, NULL);

static const struct field_check record_rows[] = {
    REQ(1, INT, RANGE(1, INT64_MAX)),
    REQ(2, BYTES, RANGE(16, 16)),
    OPT(3, SUBJECT),
    OPT(4, YEAR),
    OPT(5, DATE),
    REQ(6, MS),
    OPT(7, CODE, OF(USCC)),
    OPT(8, TEXT, CHARS(100)),
    OPT(9, ENUM),
    OPT(10, ENUM),
    OPT(11, REF),
    OPT(12, TEXT, CHARS(500)),
    OPT(13, MSG, SUB(checks_attachment), ITEMS(100)),
    OPT(14, MSG, SUB(checks_source)),
};

static void record_subject(struct checking *c) {
    const Pentad__V1__Subject *s = c->rec->subject;
    Pentad__V1__SubjectKind kind = PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_NONE;

    if (s != NULL && s->has_kind && (unsigned)s->kind < 32) {
        kind = s->kind;
    }
    if (c->info->subjects & (1U << (unsigned)kind)) {
        return;
    }
    if (kind == PENTAD__V1__SUBJECT_KIND__SUBJECT_KIND_NONE) {
        pt_check_missing(c, NULL, "subject", "");
    } else {
        pt_check_fault(c, PT_E_FIELD, NULL, "subject.kind", "can't be the subject of a %s (%s)",
                       c->info->code, c->info->name_en);
    }
}

/* Whose record may be corrected: the author's own; what the organization department adds to a
 * responsible person goes behind finance's. */
static enum pt_party corrects_whose(const struct checking *c) {
    return c->info->type == PT_TYPE_RESPONSIBLE_PERSON && c->author == PT_PARTY_ORGANIZATION &&
                   c->rec->correction == PENTAD__V1__CORRECTION__CORRECTION_SUPPLEMENT
               ? PT_PARTY_FINANCE
               : c->author;
}

static void record_correction(struct checking *c) {
    const Pentad__V1__Record *rec = c->rec;
    enum pt_party of;
    enum pt_party whose = corrects_whose(c);
    bool corrects = rec->has_correction &&
                    rec->correction != PENTAD__V1__CORRECTION__CORRECTION_NONE &&
                    rec->correction != PENTAD__V1__CORRECTION__CORRECTION_UNSPECIFIED;

    if (!corrects) {
        if (rec->corrects != NULL) {
            pt_check_fault(c, PT_E_CORRECTION, NULL, "corrects", "stands without a correction");
        }
        if (rec->correction_reason != NULL) {
            pt_check_fault(c, PT_E_CORRECTION, NULL, "correction_reason",
                           "stands without a correction");
        }
        return;
    }
    if ((unsigned)rec->correction >= 32 ||
        !(c->info->corrections & (1U << (unsigned)rec->correction))) {
        pt_check_fault(c, PT_E_CORRECTION, NULL, "correction", "is not allowed for a %s (%s)",
                       c->info->code, c->info->name_en);
    }
    if (rec->correction_reason == NULL) {
        pt_check_missing(c, NULL, "correction_reason", "with a correction");
    }
    if (rec->corrects == NULL) {
        pt_check_missing(c, NULL, "corrects", "with a correction");
        return;
    }
    of = pt_party_from_name(rec->corrects->party);
    if (of != c->author && of != whose) {
        pt_check_fault(c, PT_E_CORRECTION, NULL, "corrects.party",
                       "is another party: %s may correct its own records only",
                       pt_party_name(c->author));
    }
}

static void record_cross(struct checking *c, const struct path *at, const ProtobufCMessage *msg) {
    const Pentad__V1__Record *rec = c->rec;
    unsigned flags = c->info->flags;

    (void)at;
    (void)msg;
    if ((flags & PT_RT_YEAR) && !rec->has_fiscal_year) {
        pt_check_missing(c, NULL, "fiscal_year", "");
    }
    if ((flags & PT_RT_EFFECTIVE) && !rec->has_effective) {
        pt_check_missing(c, NULL, "effective", "");
    }
    if ((flags & PT_RT_DOC_NO) && rec->doc_no == NULL) {
        pt_check_missing(c, NULL, "doc_no", "");
    }
    if ((flags & PT_RT_APPLICANT) && rec->originator == NULL) {
        pt_check_missing(c, NULL, "originator", "where an applicant sets a goal: name it (R-29)");
    }
    if (rec->has_issued_at_ms && rec->issued_at_ms > 0 &&
        rec->issued_at_ms - PT_ISSUED_AHEAD_MS > c->received_at_ms) {
        pt_check_fault(c, PT_E_CLOCK, NULL, "issued_at_ms",
                       "is more than 5 minutes ahead of the time of receipt (%" PRId64 " ms)",
                       rec->issued_at_ms - c->received_at_ms);
    }
    record_subject(c);
    record_correction(c);
}
MSG_CHECKS(record, record_rows, record_cross);

const struct msg_checks *pt_record_checks_of(enum pt_record_type type) {
    switch (type) {
#define X(NAME, TAG, CODE, MEMBER, ...)                                                            \
    case PT_TYPE_##NAME:                                                                           \
        return &checks_##MEMBER;
        PT_RECORD_TABLE(X)
#undef X
    default:
        return NULL;
    }
}
