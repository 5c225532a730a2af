#include "answering.h"

#include <stdio.h>
#include <string.h>

#include <pentad/base/codec.h>

#include "cli.h"

const char *pt_cli_text(const json_t *o, const char *name) {
    const char *s = json_string_value(json_object_get(o, name));
    return s ? s : "";
}

int pt_cli_name_record(const json_t *record, struct cli_named *ret, struct pt_err *err) {
    const char *hash = pt_cli_text(record, "hash");
    pentad__v1__record_ref__init(&ret->ref);
    int rc = pt_ref_parse(pt_cli_text(record, "id"), &ret->at, err);
    if (rc == 0 && pt_unhex(hash, strlen(hash), ret->hash, sizeof ret->hash) != 0) {
        rc = pt_err_set(err, PT_E_FORMAT,
                        PT_SAY("the answer has a record without its hash", "答复中的记录缺少哈希"));
    }
    ret->ref.party = ret->at.party;
    ret->ref.stream = ret->at.stream;
    ret->ref.has_seq = ret->ref.has_hash = 1;
    ret->ref.seq = ret->at.seq;
    ret->ref.hash = (ProtobufCBinaryData){.len = sizeof ret->hash, .data = ret->hash};
    return rc;
}

Pentad__V1__ReplyKind pt_reply_kind(const char *word) {
    static const struct {
        const char *word;
        Pentad__V1__ReplyKind kind;
    } kinds[] = {{"corrected", PENTAD__V1__REPLY_KIND__REPLY_KIND_CORRECTED},
                 {"explain", PENTAD__V1__REPLY_KIND__REPLY_KIND_EXPLAIN},
                 {"dispute", PENTAD__V1__REPLY_KIND__REPLY_KIND_DISPUTE},
                 {"rectified", PENTAD__V1__REPLY_KIND__REPLY_KIND_RECTIFIED}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].word, word) == 0) {
            return kinds[i].kind;
        }
    }
    return PENTAD__V1__REPLY_KIND__REPLY_KIND_UNSPECIFIED;
}

static const json_t *discrepancy_of(const json_t *life) {
    return json_object_get(life, "discrepancy");
}

static bool responds(const json_t *d, const char *party) {
    size_t i;
    json_t *w;
    json_array_foreach(json_object_get(d, "responders"), i, w) {
        if (json_is_string(w) && strcmp(json_string_value(w), party) == 0) {
            return true;
        }
    }
    return false;
}

void pt_responders_text(const json_t *discrepancy, bool zh, char *out, size_t cap) {
    size_t i, len = 0;
    json_t *w;
    out[0] = '\0';
    json_array_foreach(json_object_get(discrepancy, "responders"), i, w) {
        const char *name = json_string_value(w);
        int n = snprintf(out + len, cap - len, "%s%s",
                         i == 0 ? ""
                         : zh   ? "、"
                                : ", ",
                         pt_cli_word(name ? name : "", zh));
        len += n > 0 ? (size_t)n : 0;
        if (len >= cap) {
            break;
        }
    }
}

/* The log index of the H01 that opened this episode. */
static json_int_t opened_at(const json_t *life) {
    json_int_t episode = json_integer_value(json_object_get(discrepancy_of(life), "episode"));
    size_t i;
    json_t *h;
    json_array_foreach(json_object_get(life, "history"), i, h) {
        if (json_integer_value(json_object_get(json_object_get(h, "body"), "episode")) == episode) {
            return json_integer_value(json_object_get(h, "log_index"));
        }
    }
    return 0;
}

/* A reply that names no episode is to the one that was open. */
static bool of_this_episode(const json_t *life, const json_t *reply) {
    const json_t *said = json_object_get(json_object_get(reply, "body"), "episode");
    const json_t *now = json_object_get(discrepancy_of(life), "episode");
    return json_integer_value(json_object_get(reply, "log_index")) > opened_at(life) &&
           (!said || json_integer_value(said) == json_integer_value(now));
}

static bool is_waiver(const json_t *reply) {
    return strcmp(pt_cli_text(json_object_get(reply, "body"), "kind"), "REPLY_KIND_WAIVE") == 0;
}

static bool is_of_kind(const json_t *reply, Pentad__V1__ReplyKind kind) {
    const ProtobufCEnumValue *v =
        protobuf_c_enum_descriptor_get_value(&pentad__v1__reply_kind__descriptor, (int)kind);
    return v && strcmp(pt_cli_text(json_object_get(reply, "body"), "kind"), v->name) == 0;
}

/* The newest reply of that party and kind to this episode that stands. */
static const json_t *reply_by(const json_t *life, const char *party, Pentad__V1__ReplyKind kind) {
    const json_t *found = NULL;
    size_t i;
    json_t *r;
    json_array_foreach(json_object_get(life, "replies"), i, r) {
        if (strcmp(pt_cli_text(r, "author"), party) == 0 && is_of_kind(r, kind) &&
            strcmp(pt_cli_text(r, "standing"), "live") == 0 && of_this_episode(life, r)) {
            found = r;
        }
    }
    return found;
}

unsigned pt_replies_by(const json_t *life, const char *party) {
    unsigned n = 0;
    size_t i;
    json_t *r;
    json_array_foreach(json_object_get(life, "replies"), i, r) {
        n += strcmp(pt_cli_text(r, "author"), party) == 0 && of_this_episode(life, r);
    }
    return n;
}

const json_t *pt_waiver_of(const json_t *life) {
    return reply_by(life, "office", PENTAD__V1__REPLY_KIND__REPLY_KIND_WAIVE);
}

bool pt_waiver_needs_approval(const json_t *life) {
    return responds(discrepancy_of(life), "finance");
}

static const json_t *approval_by(const json_t *waiver, const char *party) {
    size_t i;
    json_t *a;
    json_array_foreach(json_object_get(waiver, "approvals"), i, a) {
        if (strcmp(pt_cli_text(a, "author"), party) == 0 &&
            strcmp(pt_cli_text(json_object_get(a, "body"), "verdict"), "VERDICT_APPROVE") == 0) {
            return a;
        }
    }
    return NULL;
}

bool pt_waiver_approved(const json_t *waiver) {
    return approval_by(waiver, "congress") || approval_by(waiver, "audit");
}

const char *pt_reply_note(const json_t *life, const json_t *reply, bool zh) {
    const char *party = pt_cli_text(reply, "author");
    if (strcmp(pt_cli_text(reply, "standing"), "live") != 0) {
        return "";
    }
    if (!of_this_episode(life, reply)) {
        return zh ? "（属此前一次，不计）" : " (of an earlier episode)";
    }
    if (!is_waiver(reply)) {
        return responds(discrepancy_of(life), party) ? ""
               : zh                                  ? "（不是应答复单位，不计）"
                                                     : " (doesn't count: it isn't asked)";
    }
    return !pt_waiver_needs_approval(life) || pt_waiver_approved(reply) ? ""
           : zh ? "（须经人大或审计同意后生效）"
                : " (counts once congress or audit approves)";
}

/* Is there anything left to be said? */
static int still_open(const json_t *life, struct pt_err *err) {
    const json_t *d = discrepancy_of(life);
    const char *status = pt_cli_text(d, "status");
    if (!json_is_object(d) || json_is_true(json_object_get(d, "withheld"))) {
        return pt_err_set(err, PT_E_NOT_FOUND,
                          PT_SAY("that discrepancy is not yours to read", "本方无权查阅该差异"));
    }
    if (strcmp(status, "CLOSED") == 0) {
        return pt_err_set(
            err, PT_E_SETTLED,
            PT_SAY("discrepancy %s has been closed since %s: nothing is left to answer",
                   "差异%s自%s起已销号，无须再答复"),
            pt_cli_text(d, "id"), pt_cli_text(d, "tick_day"));
    }
    if (strcmp(status, "WAIVED") == 0) {
        return pt_err_set(
            err, PT_E_SETTLED,
            PT_SAY("discrepancy %s has been waived since %s: nothing is left to answer",
                   "差异%s自%s起已认可，无须再答复"),
            pt_cli_text(d, "id"), pt_cli_text(d, "tick_day"));
    }
    return 0;
}

int pt_may_reply(const json_t *life, const char *party, Pentad__V1__ReplyKind kind,
                 struct pt_err *err) {
    const json_t *d = discrepancy_of(life);
    bool waive = kind == PENTAD__V1__REPLY_KIND__REPLY_KIND_WAIVE;
    char who[160];
    int rc = still_open(life, err);
    if (rc != 0) {
        return rc;
    }
    if (waive && strcmp(party, "office") != 0) {
        return pt_err_set(err, PT_E_NOT_ASKED,
                          PT_SAY("only the office waives; this connector is %s's",
                                 "只有联席会议办公室可以认可；本连接器属于%s"),
                          pt_cli_party(party));
    }
    if (!waive && !responds(d, party)) {
        pt_responders_text(d, pt_language_is_chinese(), who, sizeof who);
        return pt_err_set(err, PT_E_NOT_ASKED,
                          PT_SAY("%s isn't asked: discrepancy %s is for %s to answer",
                                 "%s不是应答复单位：差异%s应由%s答复"),
                          pt_cli_party(party), pt_cli_text(d, "id"), who);
    }
    const json_t *said = reply_by(life, party, kind);
    if (said) {
        return pt_err_set(err, PT_E_EXISTS,
                          PT_SAY("%s has said so with %s; to say it otherwise, correct that record",
                                 "%s已以%s作过答复；如需改变，请更正该记录"),
                          pt_cli_party(party), pt_cli_text(said, "id"));
    }
    return 0;
}

int pt_may_approve(const json_t *life, const char *party, struct pt_err *err) {
    const json_t *waiver = pt_waiver_of(life);
    int rc = still_open(life, err);
    if (rc != 0) {
        return rc;
    }
    if (strcmp(party, "congress") != 0 && strcmp(party, "audit") != 0) {
        return pt_err_set(err, PT_E_NOT_ASKED,
                          PT_SAY("congress or audit approves a waiver; this connector is %s's",
                                 "认可须由人大或审计局同意；本连接器属于%s"),
                          pt_cli_party(party));
    }
    if (!waiver) {
        return pt_err_set(
            err, PT_E_NOT_FOUND,
            PT_SAY("the office hasn't waived discrepancy %s: there is nothing to approve",
                   "联席会议办公室未认可差异%s，无可同意"),
            pt_cli_text(discrepancy_of(life), "id"));
    }
    if (!pt_waiver_needs_approval(life)) {
        return pt_err_set(
            err, PT_E_NOT_ASKED,
            PT_SAY("finance doesn't answer here: the office's waiver needs no approval",
                   "此差异不由财政局答复，办公室的认可无须同意"));
    }
    const json_t *said = approval_by(waiver, party);
    return said ? pt_err_set(err, PT_E_EXISTS,
                             PT_SAY("%s has approved it with %s", "%s已以%s表示同意"),
                             pt_cli_party(party), pt_cli_text(said, "id"))
                : 0;
}
