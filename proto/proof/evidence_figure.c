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

void pt_evidence_page_entry(const char *subject, int32_t fiscal_year, const struct pt_hash *head,
                            struct pt_hash *ret) {
    static const char tag[] = "pentad/entry/v1\n";
    char tail[16];
    struct pt_sha256 s;
    int n = snprintf(tail, sizeof(tail), "\n%" PRId32 "\n", fiscal_year);

    pt_sha256_init(&s);
    pt_sha256_update(&s, tag, sizeof(tag) - 1);
    pt_sha256_update(&s, head->b, sizeof(head->b));
    pt_sha256_update(&s, subject, strlen(subject));
    pt_sha256_update(&s, tail, (size_t)n);
    pt_sha256_final(&s, ret);
}

void pt_evidence_leaf_node(size_t n, const struct pt_hash *head, struct pt_hash *ret) {
    static const char tag[] = "pentad/leaf/v1\n";
    const uint8_t count[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
                              (uint8_t)n};
    struct pt_sha256 s;

    if (n == 0) {
        pt_empty_hash(ret);
        return;
    }
    pt_sha256_init(&s);
    pt_sha256_update(&s, tag, sizeof(tag) - 1);
    pt_sha256_update(&s, count, sizeof(count));
    pt_sha256_update(&s, head->b, sizeof(head->b));
    pt_sha256_final(&s, ret);
}

void pt_evidence_inner_node(const struct pt_hash heads[PT_EVIDENCE_BRANCHES], struct pt_hash *ret) {
    static const char tag[] = "pentad/inner/v1\n";
    struct pt_hash head;
    struct pt_sha256 s;

    pt_merkle_root_of(heads, PT_EVIDENCE_BRANCHES, &head);
    pt_sha256_init(&s);
    pt_sha256_update(&s, tag, sizeof(tag) - 1);
    pt_sha256_update(&s, head.b, sizeof(head.b));
    pt_sha256_final(&s, ret);
}

static bool take_hash(ProtobufCBinaryData b, struct pt_hash *ret) {
    return pt_hash_from_bytes(ret, b.data, b.len) == 0;
}

/* The node's head, of its pages; `entry` NULL: those beside are all. */
static bool node_of(const Pentad__V1__EvidencePage *p, const struct pt_hash *entry,
                    struct pt_hash *ret) {
    struct pt_merkle_frontier f = {0};
    struct pt_hash h;

    if (p->n_beside > NODE_MAX || p->at > p->n_beside) {
        return false;
    }
    for (size_t i = 0; i <= p->n_beside; i++) {
        if (i == p->at && entry != NULL) {
            pt_merkle_append(&f, entry);
        }
        if (i < p->n_beside) {
            if (!take_hash(p->beside[i], &h)) {
                return false;
            }
            pt_merkle_append(&f, &h);
        }
    }
    pt_merkle_root(&f, &h);
    pt_evidence_leaf_node(p->n_beside + (entry != NULL), &h, ret);
    return true;
}

/* From the node's head, in *ret, to that of its part. */
static bool climb(const Pentad__V1__EvidencePage *p, const char *key, struct pt_hash *ret) {
    struct pt_hash place;

    pt_sha256(&place, key, strlen(key));
    if (p->n_branches > DIGITS) {
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
        pt_evidence_inner_node(heads, ret);
    }
    return true;
}

/* ---- a page that isn't there ---- */

/* In a node's order: place, key, year. */
static int compare_names(const char *a, int32_t a_year, const char *b, int32_t b_year) {
    struct pt_hash x;
    struct pt_hash y;
    int order = 0;

    pt_sha256(&x, a, strlen(a));
    pt_sha256(&y, b, strlen(b));
    for (unsigned i = 0; order == 0 && i < DIGITS; i++) {
        order = (int)digit_of(&x, i) - (int)digit_of(&y, i);
    }
    order = order != 0 ? order : strcmp(a, b);
    return order != 0 ? order : (a_year > b_year) - (a_year < b_year);
}

/* Is the neighbour the one at that place, and on that side of the page? */
static bool stands(const Pentad__V1__EvidencePage *p, const Pentad__V1__EvidenceNeighbour *n,
                   size_t at, int side) {
    struct pt_hash head;
    struct pt_hash entry;

    if (n == NULL || n->subject == NULL || !take_hash(n->head, &head)) {
        return false;
    }
    pt_evidence_page_entry(n->subject, n->fiscal_year, &head, &entry);
    return p->beside[at].len == PT_HASH_LEN &&
           memcmp(p->beside[at].data, entry.b, PT_HASH_LEN) == 0 &&
           compare_names(n->subject, n->fiscal_year, p->subject, p->fiscal_year) * side > 0;
}

/* Two pages that stand next to each other in its node leave no room for it. */
static bool no_room(const Pentad__V1__EvidencePage *p) {
    return p->at <= p->n_beside && (p->at == 0 || stands(p, p->before, p->at - 1, -1)) &&
           (p->at == p->n_beside || stands(p, p->after, p->at, 1));
}

/* ---- pages ---- */

int pt_evidence_refolded_add(struct pt_evidence_refolded *r, unsigned part, const char *subject,
                             int32_t fiscal_year, const struct pt_hash *head) {
    struct pt_evidence_page *p;
    char *copy;

    if (r->n_pages == r->cap_pages) {
        size_t cap = r->cap_pages > 0 ? 2 * r->cap_pages : 16;
        struct pt_evidence_page *more = realloc(r->pages, cap * sizeof(*more));

        if (more == NULL) {
            return PT_E_NOMEM;
        }
        r->pages = more;
        r->cap_pages = cap;
    }
    copy = strdup(subject);
    if (copy == NULL) {
        return PT_E_NOMEM;
    }
    p = &r->pages[r->n_pages++];
    *p = (struct pt_evidence_page){part, copy, fiscal_year, head != NULL, {{0}}};
    if (head != NULL) {
        p->head = *head;
    }
    /* cppcheck-suppress memleak ; the page has it */
    return 0;
}

void pt_evidence_refolded_done(struct pt_evidence_refolded *r) {
    for (size_t i = 0; i < r->n_pages; i++) {
        free(r->pages[i].subject);
    }
    free(r->pages);
    r->pages = NULL;
    r->n_pages = r->cap_pages = 0;
}

static int compare_pages(const Pentad__V1__EvidencePage *a, const Pentad__V1__EvidencePage *b) {
    int order = strcmp(a->subject, b->subject);

    if (order == 0) {
        order = (a->part > b->part) - (a->part < b->part);
    }
    return order != 0 ? order
                      : (a->fiscal_year > b->fiscal_year) - (a->fiscal_year < b->fiscal_year);
}

static int by_name(const void *a, const void *b) {
    return compare_pages(*(const Pentad__V1__EvidencePage *const *)a,
                         *(const Pentad__V1__EvidencePage *const *)b);
}

/* Does the bundle's page lead from what the records give to the head of its part? */
static bool page_holds(const struct figure *g, const struct pt_evidence_page *made,
                       const Pentad__V1__EvidencePage *p) {
    const ProtobufCBinaryData *head = &g->f->parts[made->part];
    struct pt_hash got;

    if (made->there == (p->absent != 0)) {
        return false;
    }
    if (made->there) {
        pt_evidence_page_entry(made->subject, made->fiscal_year, &made->head, &got);
    }
    return (made->there || no_room(p)) && node_of(p, made->there ? &got : NULL, &got) &&
           climb(p, made->subject, &got) && head->len == PT_HASH_LEN &&
           memcmp(head->data, got.b, PT_HASH_LEN) == 0;
}

static bool digest_holds(const struct figure *g) {
    struct pt_merkle_frontier f = {0};
    struct pt_hash h;

    for (size_t i = 0; i < g->f->n_parts; i++) {
        if (g->f->n_parts > PT_EVIDENCE_PARTS || !take_hash(g->f->parts[i], &h)) {
            return false;
        }
        pt_merkle_append(&f, &h);
    }
    pt_merkle_root(&f, &h);
    return pt_hash_eq(&h, &g->digest);
}

/* What is said of a page that these records don't give, around its subject. */
struct page_said {
    const char *before, *behind;
};

static struct page_said page_said(const struct pt_evidence_page *made) {
    if (made->part == PT_EVIDENCE_PAYMENTS && made->fiscal_year == PT_EVIDENCE_WHOSE) {
        return (struct page_said){"the payments of", "aren't of the years that the snapshot holds: "
                                                     "a year is left out"};
    }
    if (strcmp(made->subject, PT_EVIDENCE_RULES) == 0) {
        return (struct page_said){"the rule sets,",
                                  "aren't those of the snapshot: one is left out"};
    }
    switch (made->fiscal_year) {
    case PT_EVIDENCE_WHOSE:
        return (struct page_said){"the records that say whose",
                                  "is, or its funds of all years, aren't those of the snapshot: a "
                                  "record is left out"};
    case PT_EVIDENCE_MEMBERS:
        return (struct page_said){"the records don't name the members of",
                                  "that the snapshot holds: one is left out"};
    case PT_EVIDENCE_STEPS:
        return (struct page_said){"what was done about",
                                  "(E01, E04, E05, V02, A03, J04, N01) isn't what the snapshot "
                                  "holds: a record is left out"};
    case PT_EVIDENCE_ANSWERS:
        return (struct page_said){"what answers",
                                  "isn't what the snapshot holds: a record is left out"};
    case PT_EVIDENCE_BINDING:
        return (struct page_said){"the results (V02) that bind the budget of",
                                  "aren't those of the snapshot: a record is left out"};
    case PT_EVIDENCE_DOCUMENT:
        return (struct page_said){"what was shifted out by",
                                  "(length/department/document) isn't what the snapshot holds: a "
                                  "record is left out"};
    default:
        return (struct page_said){"the records don't give the page of",
                                  "that the snapshot holds: a record is left out, or the snapshot "
                                  "isn't what the records give"};
    }
}

/* How much of a key is said, no character cut in two. */
static int fitting(const char *key) {
    int n = (int)strnlen(key, 80);

    while (n > 0 && ((unsigned char)key[n] & 0xC0) == 0x80) {
        n--;
    }
    return n;
}

static void page_fails(const struct figure *g, const struct pt_evidence_page *made) {
    struct page_said said = page_said(made);
    char what[256];

    (void)snprintf(what, sizeof(what), "%s %.*s %s", said.before, fitting(made->subject),
                   made->subject, said.behind);
    incomplete(g, what);
}

/* `sorted`: the bundle's pages. */
static bool each_page_holds(const struct figure *g, const struct pt_evidence_refolded *made,
                            const Pentad__V1__EvidencePage **sorted, size_t n) {
    for (size_t i = 0; i < made->n_pages; i++) {
        const struct pt_evidence_page *p = &made->pages[i];
        const Pentad__V1__EvidencePage want = {
            .part = p->part, .subject = p->subject, .fiscal_year = p->fiscal_year};
        const Pentad__V1__EvidencePage *key = &want;
        const Pentad__V1__EvidencePage **found =
            n > 0 ? bsearch(&key, sorted, n, sizeof(const Pentad__V1__EvidencePage *), by_name)
                  : NULL;

        if (p->part >= g->f->n_parts) {
            incomplete(g, "the one who fetched the file doesn't read payments, and the figure "
                          "needs them");
            return false;
        }
        if (found == NULL || !page_holds(g, p, *found)) {
            page_fails(g, p);
            return false;
        }
    }
    return true;
}

static bool pages_hold(const struct figure *g, const struct pt_evidence_refolded *made) {
    const Pentad__V1__EvidencePage **sorted =
        calloc(g->f->n_pages + 1, sizeof(Pentad__V1__EvidencePage *));
    size_t n = 0;
    bool hold;

    if (sorted == NULL) {
        g->run->nomem = true;
        return false;
    }
    for (size_t i = 0; i < g->f->n_pages; i++) {
        if (g->f->pages[i]->subject != NULL) {
            sorted[n++] = g->f->pages[i];
        }
    }
    if (n > 0) {
        qsort(sorted, n, sizeof(const Pentad__V1__EvidencePage *), by_name);
    }
    hold = each_page_holds(g, made, sorted, n);
    free(sorted);
    if (hold && !digest_holds(g)) {
        incomplete(g, "its pages don't lead to the snapshot's digest of that class");
        return false;
    }
    return hold;
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
    } else if (made->by_day) {
        incomplete(g, "it looks at records of other subjects, and its valid date isn't the "
                      "snapshot's day, or "
                      "leaves out something that its rows count");
    } else if (!made->rules) {
        incomplete(g, "the rule set that the snapshot names isn't in force by these records");
    } else {
        return true;
    }
    return false;
}

uint32_t pt_evidence_format(const Pentad__V1__LedgerSnapshot *s) {
    return s->has_format ? s->format : 1;
}

/* Pages of another format are none that these records could give. */
static bool format_is_known(const struct figure *g) {
    uint32_t format = pt_evidence_format(g->snapshot);
    char why[160];

    if (format != PT_EVIDENCE_FORMAT) {
        snprintf(why, sizeof(why),
                 "its snapshot was made by other software: format %" PRIu32
                 ", this one makes %d. Take the evidence anew, or verify it with that software",
                 format, (int)PT_EVIDENCE_FORMAT);
        incomplete(g, why);
        g->run->r->complete.other_format = format;
    }
    return format == PT_EVIDENCE_FORMAT;
}

static void complete(const struct figure *g) {
    struct pt_evidence_complete *c = &g->run->r->complete;
    char what[256];
    int n = c->members > 0 ? snprintf(what, sizeof(what), "with its %zu members and their records ",
                                      c->members)
                           : 0;

    n += snprintf(what + n, sizeof(what) - (size_t)n,
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

static void judge(struct figure *g, const struct pt_evidence_refolded *made) {
    struct pt_evidence_complete *c = &g->run->r->complete;
    bool same = value_holds(g, made);

    if (!may_be_complete(g, made) || !pages_hold(g, made)) {
        return;
    }
    c->by = attested_by(g);
    c->members = made->members;
    if (!pt_party_in(c->by, PT_PARTY_AUDIT) && !pt_party_in(c->by, PT_PARTY_CONGRESS)) {
        incomplete(g, "neither audit nor congress has attested the snapshot that holds its row");
    } else if (same) {
        pt_evidence_held_so(g->run, "figure", g->where, "its records give the same value");
        complete(g);
    }
}

static void check_made(struct figure *g) {
    const struct pt_evidence_ledger *l = g->run->ledger;
    struct pt_evidence_refolded made = {.n_pages = 0};
    struct pt_err err = {0, ""};
    int rc = l->refold(l->ctx, g->run->r, g->snapshot, &made, &err);

    if (rc != 0) {
        g->run->nomem = g->run->nomem || rc == PT_E_NOMEM;
        incomplete(g, err.msg);
    } else {
        judge(g, &made);
    }
    pt_evidence_refolded_done(&made);
}

static void check_complete(struct figure *g) {
    Pentad__V1__Record *rec = NULL;

    if (g->run->ledger != NULL && g->f->too_large) {
        incomplete(g, "what would prove it, all records of all its items, is more than one file "
                      "takes: prove those of its items");
        return;
    }
    if (g->run->ledger == NULL || !g->f->has_snapshot || g->f->figure == NULL ||
        g->f->subject == NULL || strchr(g->f->subject, ':') == NULL ||
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
        if (format_is_known(g)) {
            check_made(g);
        }
    }
    protobuf_c_message_free_unpacked(rec != NULL ? &rec->base : NULL, NULL);
}

void pt_evidence_check_figure(struct pt_evidence_run *run) {
    const Pentad__V1__EvidenceFigure *f = run->r->bundle->figure;
    struct figure g = {.run = run, .f = f};

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
    check_complete(&g);
}
