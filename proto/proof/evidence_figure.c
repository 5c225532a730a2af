/* A figure: its inputs, and whether records that lower or reverse it might have been left out. Its
 * pages, made anew from the bundle's records, must lead to a snapshot (H03) that audit or congress
 * found the same. docs/formats.md 5 and 6. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence_run.h"

enum { DIGITS = 15, BRANCHES = 16, NODE_MAX = 4096 };

static void check_inputs(struct pt_evidence_run *run) {
    const Pentad__V1__EvidenceBundle *b = run->r->bundle;
    bool *seen = calloc(b->n_records + 1, sizeof(*seen));

    if (seen == NULL) {
        run->nomem = true;
        return;
    }
    for (size_t i = 0; i < b->n_inputs; i++) {
        bool there = b->inputs[i] < b->n_records;

        if (!there || seen[b->inputs[i]]) {
            pt_evidence_fail(run, "figure", there ? PT_E_EXISTS : PT_E_FORMAT, "",
                             there ? "an input of the figure is counted twice"
                                   : "an input of the figure is no record of the bundle");
        } else {
            seen[b->inputs[i]] = true;
        }
    }
    free(seen);
}

/* ---- the way of a page ---- */

struct figure {
    struct pt_evidence_run *run;
    const Pentad__V1__EvidenceFigure *f;
    const Pentad__V1__LedgerSnapshot *snapshot;
    const struct pt_evidence_record *said; /* the H03 */
    const char *key;                       /* the subject's, without its kind */
    struct pt_hash digest;                 /* of the class, as the H03 says */
    char where[96];
};

static void incomplete(const struct figure *g, const char *why) {
    char what[256];

    snprintf(what, sizeof(what), "COMPLETENESS NOT PROVEN: %s", why);
    pt_evidence_fail(g->run, "completeness", PT_E_COMPLETENESS, g->where, what);
}

static unsigned digit_of(const struct pt_hash *place, unsigned depth) {
    return depth % 2 == 0 ? place->b[depth / 2] >> 4 : place->b[depth / 2] & 15;
}

/* The node's head, of its pages. */
static bool node_of(const Pentad__V1__EvidencePage *p, const struct pt_hash *page,
                    struct pt_hash *ret) {
    struct pt_merkle_frontier f = {0};
    struct pt_hash h;

    if (p->n_beside > NODE_MAX || p->at > p->n_beside) {
        return false;
    }
    for (size_t i = 0; i <= p->n_beside; i++) {
        if (i == p->at) {
            pt_merkle_append(&f, page);
        }
        if (i < p->n_beside) {
            if (pt_hash_from_bytes(&h, p->beside[i].data, p->beside[i].len) != 0) {
                return false;
            }
            pt_merkle_append(&f, &h);
        }
    }
    pt_merkle_root(&f, ret);
    return true;
}

static bool climb(const Pentad__V1__EvidencePage *p, const char *key, const struct pt_hash *page,
                  struct pt_hash *ret) {
    struct pt_hash place;

    pt_sha256(&place, key, strlen(key));
    if (p->n_branches > DIGITS || !node_of(p, page, ret)) {
        return false;
    }
    for (size_t depth = p->n_branches; depth-- > 0;) {
        const ProtobufCBinaryData *b = &p->branches[depth];
        struct pt_hash heads[BRANCHES];
        unsigned own = digit_of(&place, (unsigned)depth);

        if (b->len != (size_t)(BRANCHES - 1) * PT_HASH_LEN) {
            return false;
        }
        for (unsigned i = 0, k = 0; i < BRANCHES; i++) {
            if (i == own) {
                heads[i] = *ret;
            } else {
                memcpy(heads[i].b, b->data + (size_t)PT_HASH_LEN * k++, PT_HASH_LEN);
            }
        }
        pt_merkle_root_of(heads, BRANCHES, ret);
    }
    return true;
}

static bool part_holds(const struct figure *g, unsigned part,
                       const struct pt_evidence_refolded *made) {
    const ProtobufCBinaryData *head = part < g->f->n_parts ? &g->f->parts[part] : NULL;
    struct pt_hash got;

    for (size_t i = 0; head != NULL && i < g->f->n_pages; i++) {
        const Pentad__V1__EvidencePage *p = g->f->pages[i];

        if (p->has_part && p->part == part) {
            return climb(p, g->key, &made->page[part], &got) && head->len == PT_HASH_LEN &&
                   memcmp(head->data, got.b, PT_HASH_LEN) == 0;
        }
    }
    return false;
}

static bool digest_holds(const struct figure *g) {
    struct pt_merkle_frontier f = {0};
    struct pt_hash h;

    for (size_t i = 0; i < g->f->n_parts; i++) {
        if (g->f->n_parts > PT_EVIDENCE_PARTS ||
            pt_hash_from_bytes(&h, g->f->parts[i].data, g->f->parts[i].len) != 0) {
            return false;
        }
        pt_merkle_append(&f, &h);
    }
    pt_merkle_root(&f, &h);
    return pt_hash_eq(&h, &g->digest);
}

static bool pages_hold(const struct figure *g, const struct pt_evidence_refolded *made) {
    static const char *const missing[] = {
        "the class sees no page of facts of this subject and year",
        "the class sees no payment of this subject and year"};

    for (unsigned part = 0; part < PT_EVIDENCE_PARTS; part++) {
        if ((made->needs >> part & 1) == 0) {
            continue;
        }
        if (!made->has_page[part] || part >= g->f->n_parts) {
            incomplete(g, missing[part]);
            return false;
        }
        if (!part_holds(g, part, made)) {
            incomplete(g, "the records of the bundle don't give the page that the snapshot holds: "
                          "a record is left out, or the snapshot isn't what the records give");
            return false;
        }
    }
    if (!digest_holds(g)) {
        incomplete(g, "its pages don't lead to the snapshot's digest of that class");
        return false;
    }
    return true;
}

/* ---- the snapshot, and who found the same ---- */

static Pentad__V1__Record *record_at(const struct figure *g, uint32_t i,
                                     const struct pt_evidence_record **ret_at) {
    const struct pt_evidence_result *r = g->run->r;
    ProtobufCMessage *m = NULL;

    if (i >= r->n_records || !r->records[i].ok ||
        pt_strict_unpack(&pentad__v1__record__descriptor, r->records[i].bytes, &m, NULL) != 0) {
        return NULL;
    }
    *ret_at = &r->records[i];
    return (Pentad__V1__Record *)m;
}

static bool class_digest(const Pentad__V1__LedgerSnapshot *s, const char *reader,
                         struct pt_hash *ret) {
    for (size_t i = 0; i < s->n_digests; i++) {
        const Pentad__V1__ClassDigest *c = s->digests[i];

        if (c->reader_class != NULL && strcmp(c->reader_class, reader) == 0) {
            return pt_hash_from_bytes(ret, c->digest.data, c->digest.len) == 0;
        }
    }
    return false;
}

static bool attests(const struct figure *g, const Pentad__V1__Attestation *a) {
    const Pentad__V1__RecordRef *ref = a->snapshot;
    bool of_class = false;

    for (size_t i = 0; i < a->n_reader_classes; i++) {
        of_class = of_class || strcmp(a->reader_classes[i], g->f->reader_class) == 0;
    }
    return of_class && a->has_equal && a->equal && a->digest.len == PT_HASH_LEN &&
           memcmp(a->digest.data, g->digest.b, PT_HASH_LEN) == 0 && ref != NULL &&
           ref->party != NULL && strcmp(ref->party, g->said->party) == 0 && ref->stream != NULL &&
           strcmp(ref->stream, g->said->stream) == 0 && ref->seq == g->said->seq &&
           ref->hash.len == PT_HASH_LEN &&
           memcmp(ref->hash.data, g->said->hash.b, PT_HASH_LEN) == 0;
}

static pt_party_set attested_by(const struct figure *g) {
    pt_party_set by = 0;

    for (size_t i = 0; i < g->f->n_attestations; i++) {
        const struct pt_evidence_record *at = NULL;
        Pentad__V1__Record *rec = record_at(g, g->f->attestations[i], &at);

        if (rec != NULL && rec->body_case == PENTAD__V1__RECORD__BODY_ATTESTATION &&
            attests(g, rec->attestation)) {
            by |= PT_PARTY_BIT(pt_party_from_name(at->party));
        }
        protobuf_c_message_free_unpacked(rec != NULL ? &rec->base : NULL, NULL);
    }
    return by & PT_PARTIES_SIX;
}

/* ---- the figure ---- */

static bool same_text(const char *a, const char *b) {
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* What the bundle says of it, held against what its records give. */
static bool value_holds(const struct figure *g, const struct pt_evidence_refolded *made) {
    char what[256];

    if (made->na == !g->f->has_value && (made->na || made->value == g->f->value) &&
        same_text(made->unit, g->f->unit) && same_text(made->formula, g->f->formula)) {
        return true;
    }
    if (made->na) {
        snprintf(what, sizeof(what), "the records of the bundle give no value for it");
    } else {
        snprintf(what, sizeof(what), "the records of the bundle give %" PRId64 " %s by %s",
                 made->value, made->unit, made->formula);
    }
    pt_evidence_fail(g->run, "figure", PT_E_PROOF, g->where, what);
    return false;
}

/* Is it of the snapshot's moment, and made of rows alone? */
static bool may_be_complete(const struct figure *g, const struct pt_evidence_refolded *made) {
    char why[160];

    if (g->f->known_at != g->snapshot->log_size) {
        snprintf(why, sizeof(why),
                 "the figure is as of log size %" PRIu64 ", the snapshot of %" PRIu64,
                 g->f->known_at, g->snapshot->log_size);
        incomplete(g, why);
    } else if (made->needs == 0) {
        incomplete(g, "no row of a snapshot says this figure: it needs the day, or the rows of "
                      "other subjects");
    } else if (made->by_day) {
        incomplete(g, "its valid date leaves out something that the snapshot's rows count");
    } else if (!made->rules) {
        incomplete(g, "the rule set that the snapshot names isn't in force by these records");
    } else {
        return true;
    }
    return false;
}

static void complete(const struct figure *g) {
    struct pt_evidence_complete *c = &g->run->r->complete;
    char what[256];
    int n = snprintf(what, sizeof(what),
                     "complete as of the tick of %" PRId32 " (log size %" PRIu64 "), attested by",
                     g->snapshot->tick_day, g->snapshot->log_size);

    c->proven = true;
    c->day = g->snapshot->tick_day;
    c->log_size = g->snapshot->log_size;
    for (enum pt_party p = PT_PARTY_CONGRESS; p < PT_PARTY_END && n > 0; p++) {
        if (pt_party_in(c->by, p) && (size_t)n < sizeof(what)) {
            n += snprintf(what + n, sizeof(what) - (size_t)n, " %s", pt_party_name(p));
        }
    }
    pt_evidence_held_so(g->run, "completeness", g->where, what);
}

static void check_made(struct figure *g) {
    const struct pt_evidence_ledger *l = g->run->ledger;
    struct pt_evidence_complete *c = &g->run->r->complete;
    struct pt_evidence_refolded made = {.needs = 0};
    struct pt_err err = {0, ""};
    int rc = l->refold(l->ctx, g->run->r, g->snapshot, &made, &err);
    bool same;

    if (rc != 0) {
        g->run->nomem = g->run->nomem || rc == PT_E_NOMEM;
        incomplete(g, err.msg);
        return;
    }
    same = value_holds(g, &made);
    if (!may_be_complete(g, &made) || !pages_hold(g, &made)) {
        return;
    }
    c->by = attested_by(g);
    if (!pt_party_in(c->by, PT_PARTY_AUDIT) && !pt_party_in(c->by, PT_PARTY_CONGRESS)) {
        incomplete(g, "neither audit nor congress has attested the snapshot that holds its row");
    } else if (same) {
        pt_evidence_held_so(g->run, "figure", g->where, "its records give the same value");
        complete(g);
    }
}

static void check_complete(struct figure *g) {
    Pentad__V1__Record *rec = NULL;

    if (g->run->ledger == NULL || !g->f->has_snapshot || g->key == NULL ||
        pt_party_from_name(g->f->reader_class) == PT_PARTY_NONE) {
        /* Without the row's path to a ledger snapshot that readers attested, records that lower or
         * reverse the figure might have been left out, and it would still add up. */
        incomplete(g, "no attested ledger snapshot covers this figure; every record shown is "
                      "genuine, but others may be missing");
        return;
    }
    rec = record_at(g, g->f->snapshot, &g->said);
    if (rec == NULL || rec->body_case != PENTAD__V1__RECORD__BODY_LEDGER_SNAPSHOT ||
        strcmp(g->said->party, "hub") != 0) {
        incomplete(g, "what it names as its snapshot is no H03 of the hub's that verifies");
    } else if (!class_digest(rec->ledger_snapshot, g->f->reader_class, &g->digest)) {
        incomplete(g, "its snapshot has no digest of that reader class");
    } else {
        g->snapshot = rec->ledger_snapshot;
        check_made(g);
    }
    protobuf_c_message_free_unpacked(rec != NULL ? &rec->base : NULL, NULL);
}

void pt_evidence_check_figure(struct pt_evidence_run *run) {
    const Pentad__V1__EvidenceFigure *f = run->r->bundle->figure;
    struct figure g = {.run = run, .f = f};
    const char *colon;

    check_inputs(run);
    if (f == NULL) {
        return;
    }
    snprintf(g.where, sizeof(g.where), "%.60s/%d/%.16s", f->subject != NULL ? f->subject : "?",
             f->fiscal_year, f->figure != NULL ? f->figure : "?");
    if (f->subject == NULL || f->figure == NULL || !f->has_known_at) {
        pt_evidence_fail(run, "figure", PT_E_MISSING, g.where,
                         "the figure lacks its subject, its name or its log size");
    }
    colon = f->subject != NULL ? strchr(f->subject, ':') : NULL;
    g.key = colon != NULL && f->figure != NULL ? colon + 1 : NULL;
    check_complete(&g);
}
