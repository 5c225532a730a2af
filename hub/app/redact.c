#include "redact.h"

#include <string.h>

#include <jansson.h>

#include <pentad/record/catalogue.h>
#include <pentad/record/ref.h>
#include <pentad/record/visible.h>

#define DEPTH_MAX 64

/* What stays of a record that the reader may not see: that it is there, from whom and when. */
static const char *const kept[] = {"id",     "type",      "type_zh",     "type_en",  "author",
                                   "record", "log_index", "received_at", "tick_day", "signer",
                                   "hash",   "standing",  "erased"};

struct redacting {
    enum pt_party reader;
    const struct pt_feed_disclosed *d; /* NULL: nothing is disclosed */
    int rc;
    struct pt_err *err;
};

static bool stays(const char *key) {
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (strcmp(key, kept[i]) == 0) {
            return true;
        }
    }
    return false;
}

static const char *text(const json_t *node, const char *key) {
    return json_string_value(json_object_get(node, key));
}

/* Who sent the clue that a finding is about, if it is about one. */
static enum pt_party finding_sender(const json_t *said) {
    const json_t *figures = json_object_get(said, "figures");
    size_t i;
    json_t *f;

    json_array_foreach(figures, i, f) {
        const char *label = text(f, "label");

        if (label != NULL && strcmp(label, PT_CLUE_SENDER_FIGURE) == 0) {
            return pt_party_from_name(text(f, "text"));
        }
    }
    return PT_PARTY_NONE;
}

static bool finding_visible(const json_t *said, enum pt_party reader) {
    const json_t *responders = json_object_get(said, "responders");
    pt_party_set asked = 0;
    size_t i;
    json_t *name;

    json_array_foreach(responders, i, name) {
        asked |= PT_PARTY_BIT(pt_party_from_name(json_string_value(name)));
    }
    return pt_finding_visible(text(said, "rule"), asked, finding_sender(said), reader);
}

/* One that names a row is for its classes; what isn't told can't tell a row. */
static bool attestation_visible(const json_t *body, enum pt_party author, enum pt_party reader) {
    Pentad__V1__RowDifference row = PENTAD__V1__ROW_DIFFERENCE__INIT;
    Pentad__V1__Attestation a = PENTAD__V1__ATTESTATION__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    const json_t *classes = json_object_get(body, "reader_classes");
    char *names[PT_PARTY_END];
    const json_t *name;
    size_t i;

    a.difference = text(body, "difference_subject") != NULL ? &row : NULL;
    a.reader_classes = names;
    json_array_foreach(classes, i, name) {
        if (json_is_string(name) && a.n_reader_classes < PT_PARTY_END) {
            names[a.n_reader_classes++] = (char *)(uintptr_t)json_string_value(name);
        }
    }
    rec.body_case = PENTAD__V1__RECORD__BODY_ATTESTATION;
    rec.attestation = &a;
    return pt_visible(&rec, author, reader) == PT_VISIBLE_FULL;
}

static Pentad__V1__NoticeKind notice_kind(const json_t *body) {
    static const struct {
        const char *name;
        Pentad__V1__NoticeKind kind;
    } kinds[] = {{"NOTICE_KIND_COMMEND", PENTAD__V1__NOTICE_KIND__NOTICE_KIND_COMMEND},
                 {"NOTICE_KIND_CRITICIZE", PENTAD__V1__NOTICE_KIND__NOTICE_KIND_CRITICIZE}};
    const char *said = text(body, "kind");

    for (size_t i = 0; said != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, said) == 0) {
            return kinds[i].kind;
        }
    }
    return PENTAD__V1__NOTICE_KIND__NOTICE_KIND_WARNING; /* or not told: as little as can be */
}

/* A record whose header says who reads it: its clue's sender and rule, that it opens what was
 * sealed, what kind of notice it is. */
static bool header_visible(const struct pt_record_info *info, const json_t *body,
                           enum pt_party author, enum pt_party reader, bool disclosed) {
    Pentad__V1__RecordRef opened = PENTAD__V1__RECORD_REF__INIT;
    Pentad__V1__RecordRef *opens = text(body, "opens_party") != NULL ? &opened : NULL;
    char *sender = (char *)(uintptr_t)text(body, "sender");
    Pentad__V1__ClueReceipt receipt = PENTAD__V1__CLUE_RECEIPT__INIT;
    Pentad__V1__ClueOutcome outcome = PENTAD__V1__CLUE_OUTCOME__INIT;
    Pentad__V1__DiscrepancyReply reply = PENTAD__V1__DISCREPANCY_REPLY__INIT;
    Pentad__V1__AuditPlan plan = PENTAD__V1__AUDIT_PLAN__INIT;
    Pentad__V1__Accountability decision = PENTAD__V1__ACCOUNTABILITY__INIT;
    Pentad__V1__Notice notice = PENTAD__V1__NOTICE__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;

    rec.body_case = (Pentad__V1__Record__BodyCase)info->type;
    switch (info->type) {
    case PT_TYPE_CLUE_RECEIPT:
        receipt.sender = sender;
        rec.clue_receipt = &receipt;
        break;
    case PT_TYPE_CLUE_OUTCOME:
        outcome.sender = sender;
        rec.clue_outcome = &outcome;
        break;
    case PT_TYPE_DISCREPANCY_REPLY:
        reply.rule = (char *)(uintptr_t)text(body, "rule");
        reply.sender = sender;
        rec.discrepancy_reply = &reply;
        break;
    case PT_TYPE_AUDIT_PLAN:
        plan.opens = opens;
        rec.audit_plan = &plan;
        break;
    case PT_TYPE_ACCOUNTABILITY:
        decision.opens = opens;
        rec.accountability = &decision;
        break;
    case PT_TYPE_NOTICE:
        notice.has_kind = 1;
        notice.kind = notice_kind(body);
        rec.notice = &notice;
        break;
    default:
        if (info->flags & PT_RT_SENDER) {
            return false;
        }
        break; /* its type and what is disclosed say it all */
    }
    return pt_visible_disclosed(&rec, author, reader, disclosed) == PT_VISIBLE_FULL;
}

/* Is the record of a node covered by a disclosure? Asked for the public alone. */
static bool covered(struct redacting *r, const struct pt_ref *ref) {
    bool yes = false;

    if (r->reader == PT_PARTY_PUBLIC && r->d != NULL && r->rc == 0) {
        r->rc = pt_feed_covered(r->d, ref->party, ref->stream, ref->seq, &yes, r->err);
    }
    return r->rc == 0 && yes;
}

/* Two kinds of nodes stand for records: {"id": "finance/main#12", "type": "X01", …}, and a finding
 * {"rule", "responders", "figures", "record": "hub/main#3", …}. Everything else is the ledger's
 * own. */
static bool may_see(struct redacting *r, const json_t *node) {
    const char *id = text(node, "id");
    const char *type = text(node, "type");
    const struct pt_record_info *info = type != NULL ? pt_record_info_by_code(type) : NULL;
    const json_t *body = json_object_get(node, "body");
    enum pt_visibility v = PT_VISIBLE_NONE;
    enum pt_party reader = r->reader;
    struct pt_ref ref;

    if (json_object_get(node, "rule") != NULL && json_object_get(node, "responders") != NULL) {
        return finding_visible(node, reader);
    }
    if (id == NULL || type == NULL || pt_ref_parse(id, &ref, NULL) != 0) {
        return true;
    }
    if (info == NULL) {
        return reader == PT_PARTY_HUB; /* of no known type: nobody's to read */
    }
    if (pt_visible_by_type(info->type, pt_party_from_name(ref.party), reader, &v)) {
        return v == PT_VISIBLE_FULL;
    }
    if (info->type == PT_TYPE_DISCREPANCY) {
        return body == NULL || finding_visible(body, reader);
    }
    if (info->type == PT_TYPE_ATTESTATION) {
        return attestation_visible(body, pt_party_from_name(ref.party), reader);
    }
    return header_visible(info, body, pt_party_from_name(ref.party), reader, covered(r, &ref));
}

static void strip(json_t *node) {
    const char *key;
    json_t *value;
    void *next;

    json_object_foreach_safe(node, next, key, value) {
        if (!stays(key)) {
            (void)json_object_del(node, key);
        }
    }
    (void)json_object_set_new(node, "withheld", json_true());
}

/* What lies too deep to be looked at is nobody's. */
static void walk(struct redacting *r, json_t *node, unsigned depth) {
    const char *key;
    json_t *value;
    size_t i;

    if (depth > DEPTH_MAX) {
        (void)json_array_clear(node);
        (void)json_object_clear(node);
        return;
    }
    if (json_is_array(node)) {
        json_array_foreach(node, i, value) {
            walk(r, value, depth + 1);
        }
    } else if (json_is_object(node)) {
        if (!may_see(r, node)) {
            strip(node);
        }
        json_object_foreach(node, key, value) {
            walk(r, value, depth + 1);
        }
    }
}

static void redact(struct redacting *r, struct json_t *json) {
    walk(r, json, 0);
    /* A record's trace repeats what it says beside it. */
    if (json_is_true(json_object_get(json_object_get(json, "record"), "withheld"))) {
        static const char *const said[] = {"lines", "approval", "refers_to"};
        json_t *omitted = json_object_get(json, "omitted");

        for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
            (void)json_object_del(json, said[i]);
            (void)json_object_del(omitted, said[i]);
        }
    }
}

void pt_redact(struct json_t *json, enum pt_party reader) {
    struct redacting r = {.reader = reader};

    redact(&r, json);
}

bool pt_redact_may_see(const struct json_t *record, enum pt_party reader) {
    struct redacting r = {.reader = reader};

    return may_see(&r, record);
}

int pt_redact_public(struct json_t *json, const struct pt_feed_disclosed *d, struct pt_err *err) {
    struct redacting r = {.reader = PT_PARTY_PUBLIC, .d = d, .err = err};

    redact(&r, json);
    return r.rc;
}

/* ---- why a rule says what it says ---- */

/* Of a type's records that somebody else wrote and that say nothing of who reads them. */
static enum pt_visibility type_visibility(const struct pt_record_info *info, enum pt_party reader) {
    enum pt_party author = pt_party_in(info->authors, reader) ? reader : PT_PARTY_NONE;
    enum pt_visibility v = PT_VISIBLE_NONE;

    if (!pt_visible_by_type(info->type, author, reader, &v)) {
        v = info->type == PT_TYPE_DISCREPANCY || info->type == PT_TYPE_ATTESTATION ||
                    header_visible(info, NULL, author, reader, false)
                ? PT_VISIBLE_FULL
                : PT_VISIBLE_NONE;
    }
    return v;
}

/* The least of what the reader may see of the types that a rule reads ("B04 P02 X01"). */
static enum pt_visibility least_visible(const char *reads, enum pt_party reader) {
    enum pt_visibility least = PT_VISIBLE_FULL;

    for (size_t n; *reads != '\0'; reads += n + strspn(reads + n, " ")) {
        const struct pt_record_info *info;
        enum pt_visibility v = PT_VISIBLE_NONE;
        char code[8] = "";

        n = strcspn(reads, " ");
        if (n < sizeof(code)) {
            memcpy(code, reads, n);
        }
        info = pt_record_info_by_code(code);
        if (info != NULL) {
            v = type_visibility(info, reader);
        }
        least = v < least ? v : least;
    }
    return least;
}

static void withhold_operands(json_t *condition, enum pt_visibility least) {
    static const char *const said[] = {"figures", "period", "object", "inputs", "responders"};
    const char *state = text(condition, "state");
    bool fires = state != NULL && strcmp(state, "FIRE") == 0;

    if (fires || least == PT_VISIBLE_FULL ||
        (least == PT_VISIBLE_AGGREGATE && text(condition, "object") == NULL)) {
        return;
    }
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        (void)json_object_del(condition, said[i]);
    }
    (void)json_object_set_new(condition, "withheld", json_true());
}

void pt_redact_explained(struct json_t *json, enum pt_party reader) {
    const char *reads = text(json_object_get(json, "rule"), "reads");
    enum pt_visibility least = least_visible(reads != NULL ? reads : "", reader);
    size_t i;
    json_t *condition;

    pt_redact(json, reader); /* first: it goes by rule, responders and figures */
    json_array_foreach(json_object_get(json, "conditions"), i, condition) {
        withhold_operands(condition, least);
    }
}
