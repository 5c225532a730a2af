#include <pentad/record/visible.h>

#include <string.h>

#include <pentad/record/catalogue.h>

bool pt_rule_about_clues(const char *rule) {
    static const char *const rules[] = {"K55", "K56", "K57"};

    for (size_t i = 0; rule != NULL && i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (strcmp(rule, rules[i]) == 0) {
            return true;
        }
    }
    return false;
}

enum pt_party pt_clue_finding_sender(const Pentad__V1__Discrepancy *d) {
    for (size_t i = 0; pt_rule_about_clues(d->rule) && i < d->n_figures; i++) {
        const Pentad__V1__DiscrepancyFigure *f = d->figures[i];

        if (f->label != NULL && strcmp(f->label, PT_CLUE_SENDER_FIGURE) == 0) {
            return pt_party_from_name(f->text);
        }
    }
    return PT_PARTY_NONE;
}

/* Who answers sees what it answers; the clue's sender sees what became of its clue. */
bool pt_finding_visible(const char *rule, pt_party_set responders, enum pt_party sender,
                        enum pt_party reader) {
    enum pt_visibility v;

    if (pt_visible_by_type(PT_TYPE_DISCREPANCY, PT_PARTY_HUB, reader, &v)) {
        return v == PT_VISIBLE_FULL;
    }
    if (!pt_rule_about_clues(rule)) {
        return pt_party_in(pt_record_info(PT_TYPE_DISCREPANCY)->readers, reader);
    }
    return reader == PT_PARTY_DISCIPLINE || reader == sender || pt_party_in(responders, reader);
}

static bool discrepancy_visible(const Pentad__V1__Discrepancy *d, enum pt_party reader) {
    pt_party_set responders = 0;

    for (size_t i = 0; i < d->n_responders; i++) {
        responders |= PT_PARTY_BIT(pt_party_from_name(d->responders[i]));
    }
    return pt_finding_visible(d->rule, responders, pt_clue_finding_sender(d), reader);
}

/* Who sees the discrepancy sees what is said to it, as far as the reply itself tells. */
static bool reply_visible(const Pentad__V1__DiscrepancyReply *r, enum pt_party reader) {
    return pt_finding_visible(r->rule, 0, pt_party_from_name(r->sender), reader);
}

/* A row that is named tells its value: it is for the classes that have such rows. */
static bool attestation_visible(const Pentad__V1__Attestation *a, enum pt_party reader) {
    bool visible = a->difference == NULL;

    for (size_t i = 0; i < a->n_reader_classes; i++) {
        visible = visible || pt_party_from_name(a->reader_classes[i]) == reader;
    }
    return visible && pt_party_in(PT_PARTIES_SIX, reader);
}

/* Whom a clue's receipt or outcome is for. */
static enum pt_party sender_of(const Pentad__V1__Record *rec) {
    switch (rec->body_case) {
    case PENTAD__V1__RECORD__BODY_CLUE_RECEIPT:
        return pt_party_from_name(rec->clue_receipt->sender);
    case PENTAD__V1__RECORD__BODY_CLUE_OUTCOME:
        return pt_party_from_name(rec->clue_outcome->sender);
    default:
        return PT_PARTY_NONE;
    }
}

/* Does the record open a sealed one? Its content is meant for all from then on. */
static bool opens(const Pentad__V1__Record *rec) {
    switch (rec->body_case) {
    case PENTAD__V1__RECORD__BODY_AUDIT_PLAN:
        return rec->audit_plan->opens != NULL;
    case PENTAD__V1__RECORD__BODY_ACCOUNTABILITY:
        return rec->accountability->opens != NULL;
    default:
        return false;
    }
}

/* Of a type that goes public, does this record? Decisions once they are opened, notices that praise
 * or criticize; a withdrawal goes where what it withdraws went. */
static bool goes_public(const Pentad__V1__Record *rec) {
    bool withdrawal = rec->correction == PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW;

    switch (rec->body_case) {
    case PENTAD__V1__RECORD__BODY_ACCOUNTABILITY:
        return opens(rec) || (withdrawal && rec->accountability->sealed == NULL);
    case PENTAD__V1__RECORD__BODY_NOTICE:
        return rec->notice->kind == PENTAD__V1__NOTICE_KIND__NOTICE_KIND_COMMEND ||
               rec->notice->kind == PENTAD__V1__NOTICE_KIND__NOTICE_KIND_CRITICIZE ||
               (withdrawal && !rec->notice->has_kind);
    default:
        return true;
    }
}

bool pt_disclosure_covers(enum pt_party by, enum pt_record_type type, enum pt_party author) {
    const struct pt_record_info *info = pt_record_info(type);

    if (info == NULL || !(info->flags & PT_RT_DISCLOSED)) {
        return false;
    }
    return by == author || (by == PT_PARTY_FINANCE && type != PT_TYPE_CONGRESS_OPINION &&
                            type != PT_TYPE_AUDIT_FINDING);
}

bool pt_visible_by_type(enum pt_record_type type, enum pt_party author, enum pt_party reader,
                        enum pt_visibility *ret) {
    const struct pt_record_info *info = pt_record_info(type);

    *ret = PT_VISIBLE_NONE;
    if (info == NULL || reader == PT_PARTY_NONE) {
        return true;
    }
    if (reader == author || reader == PT_PARTY_HUB) {
        *ret = PT_VISIBLE_FULL;
        return true;
    }
    if (reader == PT_PARTY_PUBLIC) {
        *ret = type == PT_TYPE_DISCLOSURE ? PT_VISIBLE_FULL : PT_VISIBLE_NONE;
        return type == PT_TYPE_DISCLOSURE || !(info->flags & PT_RT_DISCLOSED);
    }
    if (type == PT_TYPE_DISCREPANCY || type == PT_TYPE_DISCREPANCY_REPLY ||
        type == PT_TYPE_ATTESTATION || (info->flags & (PT_RT_SENDER | PT_RT_OPENS))) {
        return false;
    }
    if (pt_party_in(info->readers, reader)) {
        *ret = PT_VISIBLE_FULL;
    } else if (pt_party_in(info->aggregate, reader)) {
        *ret = PT_VISIBLE_AGGREGATE;
    }
    return true;
}

bool pt_type_restricted(enum pt_record_type type) {
    const struct pt_record_info *info = pt_record_info(type);

    return info != NULL && (PT_PARTIES_SIX & ~(info->readers | info->aggregate)) != 0;
}

enum pt_visibility pt_visible(const Pentad__V1__Record *rec, enum pt_party author,
                              enum pt_party reader) {
    return pt_visible_disclosed(rec, author, reader, false);
}

enum pt_visibility pt_visible_disclosed(const Pentad__V1__Record *rec, enum pt_party author,
                                        enum pt_party reader, bool disclosed) {
    const struct pt_record_info *info = pt_record_info_of(rec);
    enum pt_visibility v = PT_VISIBLE_NONE;

    if (info == NULL || pt_visible_by_type(info->type, author, reader, &v)) {
        return v;
    }
    if (reader == PT_PARTY_PUBLIC) {
        return disclosed && goes_public(rec) ? PT_VISIBLE_FULL : PT_VISIBLE_NONE;
    }
    if (info->type == PT_TYPE_DISCREPANCY) {
        return discrepancy_visible(rec->discrepancy, reader) ? PT_VISIBLE_FULL : PT_VISIBLE_NONE;
    }
    if (info->type == PT_TYPE_DISCREPANCY_REPLY) {
        return reply_visible(rec->discrepancy_reply, reader) ? PT_VISIBLE_FULL : PT_VISIBLE_NONE;
    }
    if (info->type == PT_TYPE_ATTESTATION) {
        return attestation_visible(rec->attestation, reader) ? PT_VISIBLE_FULL : PT_VISIBLE_NONE;
    }
    if ((opens(rec) && pt_party_in(PT_PARTIES_SIX, reader)) ||
        ((info->flags & PT_RT_SENDER) && sender_of(rec) == reader)) {
        return PT_VISIBLE_FULL;
    }
    if (pt_party_in(info->readers, reader)) {
        return PT_VISIBLE_FULL;
    }
    return pt_party_in(info->aggregate, reader) ? PT_VISIBLE_AGGREGATE : PT_VISIBLE_NONE;
}
