/* Replies (H02) of the party's own system, and approvals of waivers, against the discrepancies
 * (H01) that were delivered here: one that would count for nothing becomes a dead letter that says
 * why, instead of a record that nobody notices. The hub's rules decide again, by the log. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/base/date.h>
#include <pentad/record/visible.h>

#include "connector_internal.h"

#define STATUS(name) PENTAD__V1__DISCREPANCY_STATUS__DISCREPANCY_STATUS_##name

static void name_of(char out[33], ProtobufCBinaryData id) {
    pt_hex(out, id.data, id.len == PT_FINDING_ID ? id.len : 0);
}

int pt_connector_finding_keep(struct pt_connector *c, const Pentad__V1__Discrepancy *d,
                              const struct pt_ref_row *ref, struct pt_err *err) {
    struct pt_finding_row row = {.episode = d->episode,
                                 .status = (int)d->status,
                                 .due = d->has_due ? d->due : 0,
                                 .day = d->tick_day};
    char id[33];
    size_t len = 0;
    if (!d->has_id || d->id.len != PT_FINDING_ID) {
        return 0;
    }
    memcpy(row.id, d->id.data, PT_FINDING_ID);
    for (size_t i = 0; i < d->n_responders && len < sizeof row.responders; i++) {
        int n = snprintf(row.responders + len, sizeof row.responders - len, "%s%s", i ? " " : "",
                         d->responders[i]);
        len += n > 0 ? (size_t)n : 0;
    }
    if (pt_rule_about_clues(d->rule)) {
        enum pt_party sender = pt_clue_finding_sender(d);
        (void)snprintf(row.rule, sizeof row.rule, "%s", d->rule);
        (void)snprintf(row.sender, sizeof row.sender, "%s",
                       sender == PT_PARTY_NONE ? "" : pt_party_name(sender));
    }
    name_of(id, d->id);
    int rc = pt_findings_put(c->state, &row, err);
    return rc ? rc : pt_refs_add(c->state, "hub", "H01", id, ref, err);
}

int pt_connector_waiver_keep(struct pt_connector *c, const Pentad__V1__DiscrepancyReply *r,
                             const struct pt_ref_row *ref, struct pt_err *err) {
    struct pt_waiver_row w = {.episode = r->has_episode ? r->episode : 0};
    if (r->kind != PENTAD__V1__REPLY_KIND__REPLY_KIND_WAIVE || r->id.len != PT_FINDING_ID) {
        return 0;
    }
    memcpy(w.finding, r->id.data, PT_FINDING_ID);
    if (w.episode == 0) { /* it is of the one that runs now */
        struct pt_finding_row f;
        int rc = pt_findings_find(c->state, w.finding, &f, err);
        if (rc != 0 && rc != PT_E_NOT_FOUND) {
            return rc;
        }
        w.episode = rc == 0 ? f.episode : 0;
    }
    return pt_waivers_put(c->state, ref->stream, ref->seq, &w, err);
}

/* Is the word one of the list's, which blanks part? */
static bool is_among(const char *list, const char *word) {
    size_t n = strlen(word);
    for (const char *p = list; *p; p += strcspn(p, " "), p += strspn(p, " ")) {
        if (strcspn(p, " ") == n && memcmp(p, word, n) == 0) {
            return true;
        }
    }
    return false;
}

/* Is the discrepancy, or the episode of it that is meant (0: whichever runs), over? */
static int still_open(const struct pt_finding_row *f, uint32_t episode, bool *ret_episode,
                      struct pt_err *err) {
    char id[33], day[11];
    pt_hex(id, f->id, PT_FINDING_ID);
    pt_date_format(day, f->day);
    *ret_episode = false;
    if (f->status == STATUS(CLOSED) || f->status == STATUS(WAIVED)) {
        return pt_err_set(err, PT_E_SETTLED, "discrepancy %s has been %s since %s: too late", id,
                          f->status == STATUS(CLOSED) ? "closed" : "waived", day);
    }
    if (episode != 0 && episode != f->episode) {
        *ret_episode = true;
        return pt_err_set(err, PT_E_SETTLED,
                          "discrepancy %s is in its episode %" PRIu32 ", this answers episode "
                          "%" PRIu32,
                          id, f->episode, episode);
    }
    return 0;
}

/* Is what it says of its discrepancy, if it says that, what the discrepancy says? */
static bool agrees(const char *said, const char *is) {
    return !said || !said[0] || strcmp(said, is) == 0;
}

/* Which field is wrong, and why. */
static int check_against(const struct pt_connector *c, const Pentad__V1__DiscrepancyReply *r,
                         const struct pt_finding_row *f, const char **ret_field,
                         struct pt_err *err) {
    const char *party = c->config->party;
    bool waives = r->kind == PENTAD__V1__REPLY_KIND__REPLY_KIND_WAIVE;
    bool episode = false;
    char id[33];
    name_of(id, r->id);
    *ret_field = agrees(r->rule, f->rule) ? "sender" : "rule";
    if (!agrees(r->rule, f->rule) || !agrees(r->sender, f->sender)) {
        return pt_err_set(err, PT_E_FIELD,
                          "isn't the one of discrepancy %s: leave it out, it is filled in", id);
    }
    *ret_field = "id";
    if (!waives && !is_among(f->responders, party)) {
        return pt_err_set(err, PT_E_NOT_ASKED, "%s isn't asked: discrepancy %s is for %s to answer",
                          party, id, f->responders[0] ? f->responders : "nobody");
    }
    int rc = still_open(f, r->has_episode ? r->episode : 0, &episode, err);
    if (episode) {
        *ret_field = "episode";
    }
    return rc;
}

static void say_late(struct pt_connector *c, const Pentad__V1__DiscrepancyReply *r,
                     const struct pt_finding_row *f) {
    char id[33], due[11];
    if (f->due != 0 && c->day > f->due && f->status == STATUS(OPEN)) {
        name_of(id, r->id);
        pt_date_format(due, f->due);
        pt_connector_event(c, "reply_late",
                           "the reply to discrepancy %s was due on %s: it is sent and counts, the "
                           "escalation stays",
                           id, due);
    }
}

/* Of a waiver that has come here; what else is approved, and a waiver read before such were kept,
 * is for the hub to judge. */
static int check_approval(struct pt_connector *c, const Pentad__V1__Approval *a,
                          struct pt_err *err) {
    const Pentad__V1__RecordRef *t = a->target;
    const char *party = c->config->party;
    struct pt_waiver_row w;
    struct pt_finding_row f;
    bool episode;
    if (!t || !t->party || strcmp(t->party, "office") != 0 || !t->stream) {
        return 0;
    }
    int rc = pt_waivers_find(c->state, t->stream, t->seq, &w, err);
    rc = rc ? rc : pt_findings_find(c->state, w.finding, &f, err);
    if (rc != 0) {
        return rc == PT_E_NOT_FOUND ? 0 : rc;
    }
    if (strcmp(party, "congress") != 0 && strcmp(party, "audit") != 0) {
        return pt_err_set(err, PT_E_NOT_ASKED,
                          "congress or audit approves a waiver; this connector is %s's", party);
    }
    if (!is_among(f.responders, "finance")) {
        return pt_err_set(err, PT_E_NOT_ASKED,
                          "finance doesn't answer here: the office's waiver needs no approval");
    }
    return still_open(&f, w.episode, &episode, err);
}

int pt_connector_reply_check(struct pt_connector *c, const Pentad__V1__Record *rec, char *ret_path,
                             size_t path_cap, struct pt_err *err) {
    const Pentad__V1__DiscrepancyReply *r = rec->discrepancy_reply;
    struct pt_finding_row f;
    const char *field = "id";
    char id[33];
    if (rec->body_case == PENTAD__V1__RECORD__BODY_APPROVAL && !rec->corrects) {
        int approval = check_approval(c, rec->approval, err);
        if (approval != 0) {
            (void)snprintf(ret_path, path_cap, "body.approval.target");
        }
        return approval;
    }
    if (rec->body_case != PENTAD__V1__RECORD__BODY_DISCREPANCY_REPLY || rec->corrects ||
        r->id.len != PT_FINDING_ID) {
        return 0;
    }
    int rc = pt_findings_find(c->state, r->id.data, &f, err);
    if (rc == PT_E_NOT_FOUND) {
        name_of(id, r->id);
        rc = pt_err_set(err, PT_E_NOT_FOUND,
                        "no discrepancy %s has come here yet: look at what its id is made of, or "
                        "send this again once it has been delivered",
                        id);
    } else if (rc == 0) {
        rc = check_against(c, r, &f, &field, err);
        if (rc == 0) {
            say_late(c, r, &f);
        }
    }
    if (rc != 0) {
        (void)snprintf(ret_path, path_cap, "body.discrepancy_reply.%s", field);
    }
    return rc;
}

int pt_connector_reply_fill(struct pt_connector *c, Pentad__V1__Record *rec,
                            struct pt_finding_row *ret, struct pt_err *err) {
    Pentad__V1__DiscrepancyReply *r = rec->discrepancy_reply;
    if (rec->body_case != PENTAD__V1__RECORD__BODY_DISCREPANCY_REPLY ||
        r->id.len != PT_FINDING_ID) {
        return 0;
    }
    int rc = pt_findings_find(c->state, r->id.data, ret, err);
    if (rc == 0 && ret->rule[0]) {
        r->rule = ret->rule;
        r->sender = ret->sender[0] ? ret->sender : NULL;
    }
    return rc == PT_E_NOT_FOUND ? 0 : rc;
}
