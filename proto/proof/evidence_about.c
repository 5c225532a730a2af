/* What a bundle says it is of: a whole batch, a discrepancy, a subject in a year. Only what its own
 * verified records tell is judged; that there is no other record of a discrepancy or subject is
 * nothing that they could. A number that nobody signed excuses nothing: what is withheld is named,
 * with its hash and path. */
#include "evidence_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/base/codec.h>
#include <pentad/record/decode.h>
#include <pentad/record/ref.h>

enum { DISCREPANCY_ID_LEN = 16 };

struct about {
    struct pt_evidence_run *run;
    const Pentad__V1__EvidenceAbout *a;
    char where[96];
    const struct pt_evidence_record **by_hash; /* those that held */
    size_t n;
    uint64_t missing;  /* records that a discrepancy cites and the bundle neither has nor names */
    uint64_t speaking; /* records that are of it */
};

static void fail(struct about *b, int code, const char *what) {
    pt_evidence_fail(b->run, "about", code, b->where, what);
}

/* ---- a batch ---- */

/* Is it of the order over an erased record, which stands in a batch of its own? */
static bool is_of_order(const struct pt_evidence_record *rec) {
    ProtobufCMessage *m = NULL;
    bool is = false;

    if (pt_strict_unpack(&pentad__v1__record__descriptor, rec->bytes, &m, NULL) == 0) {
        const Pentad__V1__Record *r = (const Pentad__V1__Record *)m;

        is = r->body_case == PENTAD__V1__RECORD__BODY_ERASURE ||
             r->body_case == PENTAD__V1__RECORD__BODY_APPROVAL;
    }
    protobuf_c_message_free_unpacked(m, NULL);
    return is;
}

/* Which of the bundle's batches the log entry is that it says; n_batches: none. */
static size_t find_batch(const struct about *b, const struct pt_evidence_batch *batches) {
    size_t n = b->run->r->bundle->n_batches;

    for (size_t i = 0; i < n; i++) {
        if (batches[i].opened && batches[i].log_index + 1 == b->a->known_at) {
            return i;
        }
    }
    return n;
}

/* Its records that are here or named, each at a place of its own (checked before), are as many as
 * its author signed for. */
static void check_whole_batch(struct about *b, const struct pt_evidence_batch *batches) {
    const Pentad__V1__EvidenceBundle *bundle = b->run->r->bundle;
    size_t of = find_batch(b, batches);
    char name[PT_REF_TEXT_MAX] = "";
    const struct pt_statement *s;
    uint64_t there = 0;
    char what[160];

    if (of == bundle->n_batches) {
        fail(b, PT_E_FORMAT, "it says that it is one batch, and hasn't got it");
        return;
    }
    s = &batches[of].entry.statement;
    pt_ref_format(name, s->msg->party, s->msg->stream, s->first_seq);
    if (strcmp(name, b->a->name) != 0) {
        (void)snprintf(what, sizeof(what), "the batch is that of %.100s, log entry %" PRIu64, name,
                       batches[of].log_index);
        fail(b, PT_E_PROOF, what);
        return;
    }
    for (size_t i = 0; i < bundle->n_records; i++) {
        if (bundle->records[i]->has_batch && bundle->records[i]->batch == of) {
            there++;
        } else if (!is_of_order(&b->run->r->records[i])) {
            fail(b, PT_E_FORMAT,
                 "it has records that are neither its batch's nor orders over them");
            return;
        }
    }
    if (there != s->record_count) {
        (void)snprintf(what, sizeof(what),
                       "%" PRIu64 " records are here or named, its author signed for %" PRIu64,
                       there, s->record_count);
        fail(b, PT_E_MISSING, what);
        return;
    }
    b->speaking = there;
}

/* ---- what is withheld ---- */

void pt_evidence_check_withheld(struct pt_evidence_run *run) {
    struct pt_evidence_result *r = run->r;

    for (size_t i = 0; i < r->n_records; i++) {
        const struct pt_evidence_record *rec = &r->records[i];
        char where[96];

        if (rec->withheld && rec->ok) {
            (void)snprintf(where, sizeof(where), "%s/%s#%" PRIu64, rec->party, rec->stream,
                           rec->seq);
            pt_evidence_fail(run, "withheld", PT_E_FORBIDDEN, where,
                             "it stands there and the file doesn't show it; that it is not for the "
                             "one who fetched the file is the hub's word");
            r->n_withheld++;
        }
    }
}

/* The number that the file tells is that of the records that it names. */
static void check_number(struct about *b) {
    const struct pt_evidence_result *r = b->run->r;
    uint64_t named = 0;
    char what[160];

    for (size_t i = 0; i < r->n_records; i++) {
        named += r->records[i].withheld;
    }
    if (named != b->a->withheld) {
        (void)snprintf(what, sizeof(what),
                       "%" PRIu64 " records are said to be withheld, %" PRIu64 " are named",
                       b->a->withheld, named);
        fail(b, PT_E_MISSING, what);
    }
}

/* ---- a discrepancy, a subject ---- */

static int compare_hash(const void *a, const void *b) {
    const struct pt_evidence_record *x = *(const struct pt_evidence_record *const *)a;
    const struct pt_evidence_record *y = *(const struct pt_evidence_record *const *)b;

    return memcmp(x->hash.b, y->hash.b, PT_HASH_LEN);
}

static bool has(const struct about *b, const Pentad__V1__RecordRef *ref) {
    struct pt_evidence_record want = {.seq = ref->seq};
    const struct pt_evidence_record *key = &want;
    const struct pt_evidence_record **found;

    if (pt_hash_from_bytes(&want.hash, ref->hash.data, ref->hash.len) != 0) {
        return false;
    }
    found =
        bsearch(&key, b->by_hash, b->n, sizeof(const struct pt_evidence_record *), compare_hash);
    return found != NULL && (*found)->seq == ref->seq && ref->party != NULL &&
           strcmp((*found)->party, ref->party) == 0 && ref->stream != NULL &&
           strcmp((*found)->stream, ref->stream) == 0;
}

static void see_discrepancy(struct about *b, const char *author, const Pentad__V1__Record *r) {
    const Pentad__V1__Discrepancy *d = r->discrepancy;
    char hex[2 * DISCREPANCY_ID_LEN + 1];

    if (strcmp(author, "hub") != 0 || r->body_case != PENTAD__V1__RECORD__BODY_DISCREPANCY ||
        d->id.len != DISCREPANCY_ID_LEN) {
        return;
    }
    pt_hex(hex, d->id.data, d->id.len);
    if (strcmp(hex, b->a->name) != 0) {
        return;
    }
    b->speaking++;
    for (size_t i = 0; i < d->n_inputs; i++) {
        b->missing += has(b, d->inputs[i]) ? 0 : 1;
    }
}

/* Approvals and payments speak of it in their lines. */
static bool has_line_of(const Pentad__V1__Record *r, const char *key) {
    bool has = false;

    if (r->body_case == PENTAD__V1__RECORD__BODY_PAYMENT_BATCH) {
        for (size_t i = 0; i < r->payment_batch->n_lines; i++) {
            const char *of = r->payment_batch->lines[i]->subject;

            has = has || (of != NULL && strcmp(of, key) == 0);
        }
    } else if (r->body_case == PENTAD__V1__RECORD__BODY_CONGRESS_APPROVAL) {
        for (size_t i = 0; i < r->congress_approval->n_lines; i++) {
            const char *of = r->congress_approval->lines[i]->subject;

            has = has || (of != NULL && strcmp(of, key) == 0);
        }
    }
    return has;
}

static void see_subject(struct about *b, const char *author, const Pentad__V1__Record *r) {
    const char *colon = strchr(b->a->name, ':');
    const Pentad__V1__Subject *s = r->subject;

    (void)author;
    if (colon == NULL) {
        return;
    }
    b->speaking +=
        (s != NULL && s->key != NULL && strcmp(s->key, colon + 1) == 0 &&
         s->kind == pt_subject_kind_from_name(b->a->name, (size_t)(colon - b->a->name))) ||
        has_line_of(r, colon + 1);
}

typedef void see_fn(struct about *b, const char *author, const Pentad__V1__Record *r);

static void see_all(struct about *b, see_fn *see) {
    for (size_t i = 0; i < b->n; i++) {
        const struct pt_evidence_record *rec = b->by_hash[i];
        ProtobufCMessage *m = NULL;

        if (pt_strict_unpack(&pentad__v1__record__descriptor, rec->bytes, &m, NULL) == 0) {
            see(b, rec->party, (const Pentad__V1__Record *)m);
        }
        protobuf_c_message_free_unpacked(m, NULL);
    }
}

/* ---- the whole ---- */

static int collect(struct about *b) {
    const struct pt_evidence_result *r = b->run->r;

    b->by_hash = calloc(r->n_records + 1, sizeof(const struct pt_evidence_record *));
    if (b->by_hash == NULL) {
        b->run->nomem = true;
        return PT_E_NOMEM;
    }
    for (size_t i = 0; i < r->n_records; i++) {
        if (r->records[i].ok) {
            b->by_hash[b->n++] = &r->records[i];
        }
    }
    qsort(b->by_hash, b->n, sizeof(const struct pt_evidence_record *), compare_hash);
    return 0;
}

static void judge(struct about *b, const struct pt_evidence_batch *batches) {
    char what[160];

    if (strcmp(b->a->kind, PT_EVIDENCE_BATCH) == 0) {
        check_whole_batch(b, batches);
    } else if (strcmp(b->a->kind, PT_EVIDENCE_DISCREPANCY) == 0) {
        see_all(b, see_discrepancy);
    } else if (strcmp(b->a->kind, PT_EVIDENCE_SUBJECT_YEAR) == 0) {
        see_all(b, see_subject);
    } else {
        fail(b, PT_E_UNSUPPORTED, "it says that it is of something this program doesn't know");
        return;
    }
    if (b->missing > 0) {
        (void)snprintf(what, sizeof(what),
                       "%" PRIu64 " records that it cites are neither here nor named", b->missing);
        fail(b, PT_E_MISSING, what);
    }
    check_number(b);
}

void pt_evidence_check_about(struct pt_evidence_run *run, const struct pt_evidence_batch *batches) {
    struct about b = {.run = run, .a = run->r->bundle->about};
    size_t failed = run->r->n_failed;

    if (b.a == NULL) {
        return;
    }
    (void)snprintf(b.where, sizeof(b.where), "%.12s %.72s", b.a->kind != NULL ? b.a->kind : "?",
                   b.a->name != NULL ? b.a->name : "?");
    if (b.a->kind == NULL || b.a->name == NULL || !b.a->has_known_at) {
        fail(&b, PT_E_MISSING, "it lacks its kind, its name or its log size");
        return;
    }
    if (collect(&b) == 0) {
        judge(&b, batches);
    }
    if (run->r->n_failed == failed && b.speaking == 0) {
        fail(&b, PT_E_MISSING, "no record here is of what the file says that it is of");
    }
    if (run->r->n_failed == failed && !run->nomem) {
        pt_evidence_held(run, "about", b.speaking, "record is of what the file is of",
                         "records are of what the file is of");
    }
    free(b.by_hash);
}
