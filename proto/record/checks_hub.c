#include <string.h>

#include <pentad/base/date.h>
#include <pentad/base/err.h>
#include <pentad/record/discrepancy.h>
#include <pentad/record/visible.h>

#include "checks.h"
#include "codes_internal.h"

/* H01 比对差异 */
static const struct field_check discrepancy_figure_rows[] = {
    REQ(1, TEXT, CHARS(60)),
    OPT(2, SIGNED),
    OPT(3, TEXT, CHARS(500)),
    OPT(4, TEXT, CHARS(30)),
};

static void discrepancy_figure_cross(struct checking *c, const struct path *at,
                                     const ProtobufCMessage *msg) {
    const Pentad__V1__DiscrepancyFigure *f = (const Pentad__V1__DiscrepancyFigure *)msg;

    if (f->has_value && f->text != NULL) {
        pt_check_fault(c, PT_E_FIELD, at, "text", "can't stand beside value");
    }
    /* Neither: the figure is not applicable (a ratio over nothing). */
}
static MSG_CHECKS(discrepancy_figure, discrepancy_figure_rows, discrepancy_figure_cross);

static const struct field_check discrepancy_rows[] = {
    REQ(1, BYTES, RANGE(16, 16)),
    REQ(2, TEXT, CHARS(16)),
    REQ(3, ENUM),
    REQ(4, INT, RANGE(1, UINT32_MAX)),
    REQ(5, ENUM),
    OPT(6, TEXT, CHARS(PT_CODE_MAX)),
    OPT(7, YEAR),
    OPT(8, TEXT, CHARS(30)),
    OPT(9, TEXT, CHARS(200)),
    OPT(10, REF, ITEMS(10000)),
    OPT(11, MSG, SUB(checks_discrepancy_figure), ITEMS(200)),
    REQ(12, TEXT, CHARS(2000)),
    REQ(13, TEXT, CHARS(2000)),
    REQ(14, DATE),
    REQ(15, DATE),
    OPT(16, DATE),
    OPT(17, PARTY, ITEMS(8)),
    REQ(18, ENUM),
    OPT(19, ANY),
    REQ(20, DATE),
    REQ(21, INT, RANGE(1, INT64_MAX)),
};

/* The id says what makes two findings the same one. */
static void discrepancy_cross(struct checking *c, const struct path *at,
                              const ProtobufCMessage *msg) {
    const Pentad__V1__Discrepancy *d = (const Pentad__V1__Discrepancy *)msg;
    uint8_t id[16];

    if (!d->has_id || d->id.len != sizeof(id) || !d->has_kind) {
        return;
    }
    pt_discrepancy_id(id, d->rule, d->kind, d->key, d->fiscal_year, d->period, d->object);
    if (memcmp(id, d->id.data, sizeof(id)) != 0) {
        pt_check_fault(c, PT_E_FIELD, at, "id",
                       "is not that of rule, kind, key, fiscal_year, period and object");
    }
}
MSG_CHECKS(discrepancy, discrepancy_rows, discrepancy_cross);

/* H02 差异答复 */
static const struct field_check discrepancy_reply_rows[] = {
    REQ(1, BYTES, RANGE(16, 16)),
    OPT(2, INT, RANGE(1, UINT32_MAX)),
    REQ(3, ENUM),
    OPT(4, TEXT, CHARS(2000)),
    OPT(5, REF, ITEMS(100)),
    OPT(6, TEXT, CHARS(16)),
    OPT(7, PARTY),
};

static void discrepancy_reply_cross(struct checking *c, const struct path *at,
                                    const ProtobufCMessage *msg) {
    const Pentad__V1__DiscrepancyReply *r = (const Pentad__V1__DiscrepancyReply *)msg;

    if (r->rule != NULL && !pt_rule_about_clues(r->rule)) {
        pt_check_fault(c, PT_E_FIELD, at, "rule",
                       "is said where the discrepancy is about a clue only (K55 to K57)");
    }
    if (r->sender != NULL && r->rule == NULL) {
        pt_check_fault(c, PT_E_FIELD, at, "sender", "stands beside rule only");
    }
    if (!r->has_kind) {
        return;
    }
    if (r->kind == PENTAD__V1__REPLY_KIND__REPLY_KIND_WAIVE && c->author != PT_PARTY_OFFICE) {
        pt_check_fault(c, PT_E_TYPE, at, "kind",
                       "may be WAIVE where the office is the author only");
    }
    if (r->text == NULL && r->kind != PENTAD__V1__REPLY_KIND__REPLY_KIND_CORRECTED &&
        r->kind != PENTAD__V1__REPLY_KIND__REPLY_KIND_RECTIFIED) {
        pt_check_missing(c, at, "text", "unless the reply is CORRECTED or RECTIFIED");
    }
}
MSG_CHECKS(discrepancy_reply, discrepancy_reply_rows, discrepancy_reply_cross);

/* H03 台账快照 */
static const struct field_check class_digest_rows[] = {
    REQ(1, PARTY),
    REQ(2, BYTES, HASH),
    REQ(3, ANY),
    REQ(4, ANY),
};
static MSG_CHECKS(class_digest, class_digest_rows, NULL);

static const struct field_check named_count_rows[] = {
    REQ(1, TEXT, CHARS(60)),
    REQ(2, ANY),
};
static MSG_CHECKS(named_count, named_count_rows, NULL);

static const struct field_check ledger_snapshot_rows[] = {
    REQ(1, INT, RANGE(1, INT64_MAX)),
    REQ(2, DATE),
    REQ(3, INT, RANGE(1, INT64_MAX)),
    OPT(4, MSG, SUB(checks_class_digest), ITEMS(8)),
    OPT(5, MSG, SUB(checks_named_count), ITEMS(200)),
    OPT(6, REF),
    OPT(7, BYTES, HASH),
    OPT(8, INT, RANGE(1, UINT32_MAX)),
};
MSG_CHECKS(ledger_snapshot, ledger_snapshot_rows, NULL);

/* H07 规则参数 */
static const struct field_check rule_param_rows[] = {
    REQ(1, TEXT, CHARS(64)),
    OPT(2, SIGNED),
    OPT(3, TEXT, CHARS(200)),
};

static void rule_param_cross(struct checking *c, const struct path *at,
                             const ProtobufCMessage *msg) {
    const Pentad__V1__RuleParam *p = (const Pentad__V1__RuleParam *)msg;

    if (p->has_value == (p->text != NULL)) {
        pt_check_fault(c, PT_E_FIELD, at, "value", "and text: exactly one of the two must stand");
    }
}
static MSG_CHECKS(rule_param, rule_param_rows, rule_param_cross);

static const struct field_check rule_set_rows[] = {
    REQ(1, MSG, SUB(checks_rule_param)),
};

static void rule_set_cross(struct checking *c, const struct path *at, const ProtobufCMessage *msg) {
    const Pentad__V1__RuleSet *s = (const Pentad__V1__RuleSet *)msg;

    for (size_t i = 1; i < s->n_params && i < CHECK_ITEMS; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct path here = {at, "params", i};
            const char *a = s->params[i]->name;
            const char *b = s->params[j]->name;

            if (a != NULL && b != NULL && strcmp(a, b) == 0) {
                pt_check_fault(c, PT_E_FIELD, &here, "name", "stands twice: %.64s", a);
                break;
            }
        }
    }
}
MSG_CHECKS(rule_set, rule_set_rows, rule_set_cross);

/* H08 工作日历 */
static const struct field_check workdays_rows[] = {
    REQ(1, YEAR),
    OPT(2, DATE, ITEMS(366)),
    OPT(3, DATE, ITEMS(366)),
};

static void days_of_year(struct checking *c, const struct path *at, const char *name, int32_t year,
                         const int32_t *days, size_t n) {
    for (size_t i = 0; i < n && i < 366; i++) {
        if (days[i] / 10000 != year) {
            const struct path here = {at, name, i};

            pt_check_fault(c, PT_E_FIELD, &here, NULL, "is not in %d", year);
        }
    }
}

static void workdays_cross(struct checking *c, const struct path *at, const ProtobufCMessage *msg) {
    const Pentad__V1__Workdays *w = (const Pentad__V1__Workdays *)msg;

    if (w->has_year) {
        days_of_year(c, at, "holidays", w->year, w->holidays, w->n_holidays);
        days_of_year(c, at, "workdays", w->year, w->workdays, w->n_workdays);
    }
}
MSG_CHECKS(workdays, workdays_rows, workdays_cross);

/* H09 码表 */
static const struct field_check code_syntax_rows[] = {
    REQ(1, ENUM),
    REQ(2, TEXT, CHARS(PT_CODE_MAX)),
    OPT(3, ENUM),
    OPT(4, ENUM),
};

static void code_syntax_cross(struct checking *c, const struct path *at,
                              const ProtobufCMessage *msg) {
    const Pentad__V1__CodeSyntax *s = (const Pentad__V1__CodeSyntax *)msg;

    if (s->pattern != NULL && !pt_code_pattern_valid(s->pattern)) {
        pt_check_fault(c, PT_E_FIELD, at, "pattern",
                       "must be up to 64 ASCII characters without blanks, '*' last only");
    }
}
static MSG_CHECKS(code_syntax, code_syntax_rows, code_syntax_cross);

static const struct field_check code_entry_rows[] = {
    REQ(1, TEXT, CHARS(PT_CODE_MAX)),
    REQ(2, TEXT, CHARS(200)),
    OPT(3, TEXT, CHARS(PT_CODE_MAX)),
};
static MSG_CHECKS(code_entry, code_entry_rows, NULL);

static const struct field_check code_table_rows[] = {
    REQ(1, TEXT, CHARS(CODES_FAMILY_MAX)),
    REQ(2, ENUM),
    OPT(3, INT, RANGE(0, 2199)),
    OPT(4, MSG, SUB(checks_code_syntax), ITEMS(100)),
    OPT(5, MSG, SUB(checks_code_entry), ITEMS(100000)),
};

static void code_table_cross(struct checking *c, const struct path *at,
                             const ProtobufCMessage *msg) {
    const Pentad__V1__CodeTable *t = (const Pentad__V1__CodeTable *)msg;

    if (t->n_syntax == 0 && t->n_entries == 0) {
        pt_check_missing(c, at, "entries", "where no syntax stands");
    }
}
MSG_CHECKS(code_table, code_table_rows, code_table_cross);

/* Tick */
static const struct field_check tick_rows[] = {
    REQ(1, DATE),
    REQ(2, ANY),
    REQ(3, MS),
};
MSG_CHECKS(tick, tick_rows, NULL);

/* StreamClose */
static const struct field_check reader_count_rows[] = {
    REQ(1, PARTY),
    REQ(2, ANY),
    REQ(3, BYTES, HASH),
};
static MSG_CHECKS(reader_count, reader_count_rows, NULL);

static const struct field_check stream_close_rows[] = {
    REQ(1, DATE),
    OPT(2, ANY),
    OPT(3, MSG, SUB(checks_reader_count), ITEMS(8)),
    OPT(4, INT, RANGE(0, 23)),
    OPT(5, INT, RANGE(1, INT64_MAX)),
};

static void stream_close_cross(struct checking *c, const struct path *at,
                               const ProtobufCMessage *msg) {
    const Pentad__V1__StreamClose *s = (const Pentad__V1__StreamClose *)msg;
    pt_party_set seen = 0;

    for (size_t i = 0; i < s->n_classes; i++) {
        const struct path here = {at, "classes", i};
        pt_party_set bit = PT_PARTY_BIT(pt_party_from_name(s->classes[i]->reader_class));

        if (seen & bit) {
            pt_check_fault(c, PT_E_FIELD, &here, "reader_class", "stands twice");
        }
        seen |= bit;
    }
}
MSG_CHECKS(stream_close, stream_close_rows, stream_close_cross);

/* Approval */
static const struct field_check approval_rows[] = {
    REQ(1, REF),
    OPT(2, TEXT, CHARS(16)),
    REQ(3, ENUM),
    OPT(4, TEXT, CHARS(500)),
};
MSG_CHECKS(approval, approval_rows, NULL);

/* Attestation */
static const struct field_check row_difference_rows[] = {
    REQ(1, TEXT, CHARS(16)),
    REQ(2, TEXT, CHARS(PT_CODE_MAX)),
    REQ(3, YEAR),
    REQ(4, TEXT, CHARS(32)),
    OPT(5, SIGNED),
    OPT(6, SIGNED),
};

static void row_difference_cross(struct checking *c, const struct path *at,
                                 const ProtobufCMessage *msg) {
    const Pentad__V1__RowDifference *d = (const Pentad__V1__RowDifference *)msg;

    if (d->has_own == d->has_hub && d->own == d->hub) {
        pt_check_fault(c, PT_E_FIELD, at, "own", "and hub: they say the same");
    }
}
static MSG_CHECKS(row_difference, row_difference_rows, row_difference_cross);

static const struct field_check attestation_rows[] = {
    REQ(1, REF),
    REQ(2, PARTY, ITEMS(8)),
    REQ(3, BYTES, HASH),
    REQ(4, ANY),
    OPT(5, MSG, SUB(checks_row_difference)),
};

static void attestation_cross(struct checking *c, const struct path *at,
                              const ProtobufCMessage *msg) {
    const Pentad__V1__Attestation *a = (const Pentad__V1__Attestation *)msg;
    pt_party_set seen = 0;

    for (size_t i = 0; i < a->n_reader_classes; i++) {
        pt_party_set bit = PT_PARTY_BIT(pt_party_from_name(a->reader_classes[i]));

        if (seen & bit) {
            pt_check_fault(c, PT_E_FIELD, at, "reader_classes", "names a class twice");
        }
        seen |= bit;
    }
    if (a->equal && a->difference != NULL) {
        pt_check_fault(c, PT_E_FIELD, at, "difference", "stands only where it isn't equal");
    }
}
MSG_CHECKS(attestation, attestation_rows, attestation_cross);

/* KeyChange. Whether a key is a good one is for whoever knows keys. */
static const struct field_check public_key_rows[] = {
    REQ(1, ENUM),
    REQ(2, ENUM),
    REQ(3, BYTES, RANGE(1, 1024)),
};
static MSG_CHECKS(public_key, public_key_rows, NULL);

static const struct field_check key_change_rows[] = {
    REQ(1, PARTY),
    OPT(2, MSG, SUB(checks_public_key), ITEMS(32)),
    OPT(3, BYTES, HASH, ITEMS(32)),
    OPT(4, TEXT, CHARS(500)),
};

static void key_change_cross(struct checking *c, const struct path *at,
                             const ProtobufCMessage *msg) {
    const Pentad__V1__KeyChange *k = (const Pentad__V1__KeyChange *)msg;

    if (k->n_add == 0 && k->n_retire == 0) {
        pt_check_missing(c, at, "add", "where nothing is retired");
    }
}
MSG_CHECKS(key_change, key_change_rows, key_change_cross);

/* PolicyChange. Whether a verifier key is a good one is for whoever knows keys. */
static const struct field_check policy_witness_rows[] = {
    REQ(1, TEXT, CHARS(400)),
    REQ(2, ANY),
    OPT(3, TEXT, CHARS(255)),
};
static MSG_CHECKS(policy_witness, policy_witness_rows, NULL);

static const struct field_check policy_change_rows[] = {
    REQ(1, MSG, SUB(checks_policy_witness), ITEMS(32)),
    REQ(2, INT, RANGE(1, 32)),
    REQ(3, ENUM),
    REQ(4, INT, RANGE(0, INT64_MAX)),
    OPT(5, TEXT, CHARS(500)),
};

static void policy_change_cross(struct checking *c, const struct path *at,
                                const ProtobufCMessage *msg) {
    const Pentad__V1__PolicyChange *p = (const Pentad__V1__PolicyChange *)msg;
    size_t counting = 0;

    for (size_t i = 0; i < p->n_witnesses; i++) {
        counting += p->witnesses[i]->counts ? 1 : 0;
    }
    if (p->quorum > counting) {
        pt_check_fault(c, PT_E_FIELD, at, "quorum", "is above the %zu witnesses that count",
                       counting);
    } else if (p->quorum > 0 && 2 * p->quorum <= counting) {
        pt_check_fault(c, PT_E_FIELD, at, "quorum",
                       "must be more than half of the %zu witnesses that count: two quorums "
                       "without a witness in common could be shown two logs",
                       counting);
    }
}
MSG_CHECKS(policy_change, policy_change_rows, policy_change_cross);

/* Withheld */
static const struct field_check withheld_rows[] = {
    REQ(1, TEXT, CHARS(16)),
    REQ(2, TEXT, CHARS(40)),
    OPT(3, TEXT, CHARS(200)),
    OPT(4, MSG, SUB(checks_source)),
};
MSG_CHECKS(withheld, withheld_rows, NULL);

/* Incident. Whether the envelopes conflict is for whoever knows statements. */
static const struct field_check incident_rows[] = {
    REQ(1, ENUM),  OPT(2, ANY),    OPT(3, ANY),
    REQ(4, PARTY), REQ(5, STREAM), OPT(6, TEXT, CHARS(1000)),
};

static void incident_cross(struct checking *c, const struct path *at, const ProtobufCMessage *msg) {
    const Pentad__V1__Incident *i = (const Pentad__V1__Incident *)msg;

    if (i->kind != PENTAD__V1__INCIDENT_KIND__INCIDENT_KIND_EQUIVOCATION) {
        return;
    }
    if (i->envelope_a == NULL) {
        pt_check_missing(c, at, "envelope_a", "for EQUIVOCATION");
    }
    if (i->envelope_b == NULL) {
        pt_check_missing(c, at, "envelope_b", "for EQUIVOCATION");
    }
}
MSG_CHECKS(incident, incident_rows, incident_cross);

/* Lift */
static const struct field_check lift_rows[] = {
    REQ(1, REF),
    REQ(2, PARTY),
    REQ(3, STREAM),
    OPT(4, TEXT, CHARS(500)),
};
MSG_CHECKS(lift, lift_rows, NULL);

/* Erasure. What the exchange itself rests on stays for ever. */
static const struct field_check erasure_rows[] = {
    REQ(1, REF),
    REQ(2, TEXT, CHARS(20)),
    REQ(3, TEXT, CHARS(200)),
    OPT(4, TEXT, CHARS(500)),
};

static void erasure_cross(struct checking *c, const struct path *at, const ProtobufCMessage *msg) {
    const Pentad__V1__Erasure *e = (const Pentad__V1__Erasure *)msg;
    const struct pt_record_info *info = e->type ? pt_record_info_by_code(e->type) : NULL;

    if (e->type != NULL && (info == NULL || (info->flags & PT_RT_EXCHANGE) != 0)) {
        pt_check_fault(c, PT_E_FIELD, at, "type",
                       "is no type whose records may be erased: those about the exchange stay");
    }
}
MSG_CHECKS(erasure, erasure_rows, erasure_cross);

/* H04 简报 */
static const struct field_check brief_rows[] = {
    REQ(1, TEXT, CHARS(30)),
    REQ(2, INT, RANGE(1, 100000)),
    REQ(3, INT, RANGE(1, 100000)),
    REQ(4, DATE),
    REQ(5, INT, RANGE(1, INT64_MAX)),
    OPT(6, REF),
    OPT(7, REF),
    REQ(8, BYTES, HASH),
    REQ(9, BYTES, HASH),
};
MSG_CHECKS(brief, brief_rows, NULL);

/* H05 查阅留痕 */
static const struct field_check access_rows[] = {
    REQ(1, PARTY), OPT(2, TEXT, CHARS(200)), REQ(3, REF), OPT(4, TEXT, CHARS(500)), REQ(5, MS),
};
static MSG_CHECKS(access, access_rows, NULL);

static const struct field_check access_log_rows[] = {
    REQ(1, MSG, SUB(checks_access), ITEMS(10000)),
};
MSG_CHECKS(access_log, access_log_rows, NULL);

/* H06 接入证书 */
static const struct field_check party_cert_rows[] = {
    REQ(1, PARTY), REQ(2, TEXT, CHARS(200)), REQ(3, BYTES, HASH), REQ(4, DATE), REQ(5, DATE),
    OPT(6, ANY),
};
MSG_CHECKS(party_cert, party_cert_rows, NULL);

/* SealedCount */
static const struct field_check sealed_count_rows[] = {
    REQ(1, TEXT, CHARS(16)),
    REQ(2, TEXT, CHARS(30)),
    REQ(3, INT, RANGE(0, UINT32_MAX)),
};
MSG_CHECKS(sealed_count, sealed_count_rows, NULL);

/* 编者按 */
static const struct field_check editor_note_rows[] = {
    REQ(1, TEXT, CHARS(30)),
    REQ(2, TEXT, CHARS(30)),
    REQ(3, TEXT, CHARS(2000)),
};
MSG_CHECKS(editor_note, editor_note_rows, NULL);
