#include <pentad/proof/evidence.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/record/text.h>

#include "evidence_run.h"

enum { FIGURE_TEXT = 200 }; /* characters */

/* ---- steps ---- */

static struct pt_evidence_step *new_step(struct pt_evidence_run *run) {
    struct pt_evidence_result *r = run->r;

    if (r->n_steps == PT_EVIDENCE_STEPS_MAX) {
        return NULL;
    }
    if (r->n_steps == run->cap_steps) {
        size_t cap = run->cap_steps == 0 ? 32 : 2 * run->cap_steps;
        struct pt_evidence_step *grown = realloc(r->steps, cap * sizeof(*grown));

        if (grown == NULL) {
            run->nomem = true;
            return NULL;
        }
        r->steps = grown;
        run->cap_steps = cap;
    }
    memset(&r->steps[r->n_steps], 0, sizeof(r->steps[0]));
    return &r->steps[r->n_steps++];
}

void pt_evidence_fail(struct pt_evidence_run *run, const char *step, int code, const char *where,
                      const char *what) {
    struct pt_evidence_step *s = new_step(run);

    run->r->n_failed++;
    if (s != NULL) {
        s->step = step;
        s->code = code;
        snprintf(s->what, sizeof(s->what), "%s", what);
        snprintf(s->where, sizeof(s->where), "%s", where);
    }
}

void pt_evidence_held_so(struct pt_evidence_run *run, const char *step, const char *where,
                         const char *what) {
    struct pt_evidence_step *s = new_step(run);

    if (s != NULL) {
        s->step = step;
        snprintf(s->what, sizeof(s->what), "%s", what);
        snprintf(s->where, sizeof(s->where), "%s", where);
    }
}

void pt_evidence_held(struct pt_evidence_run *run, const char *step, uint64_t n, const char *one,
                      const char *many) {
    char what[256];

    snprintf(what, sizeof(what), "%" PRIu64 " %s", n, n == 1 ? one : many);
    pt_evidence_held_so(run, step, "", what);
}

/* Unusable input: nothing further can be said. */
static void unusable(struct pt_evidence_run *run, const char *step, int code, const char *what) {
    pt_evidence_fail(run, step, code, "", what);
    run->r->exit_code = 2;
}

/* ---- genesis ---- */

static void check_claims(struct pt_evidence_run *run) {
    const Pentad__V1__EvidenceBundle *b = run->r->bundle;
    struct pt_hash claimed;

    if (!b->has_hub || pt_hash_from_bytes(&claimed, b->hub.data, b->hub.len) != 0 ||
        !pt_hash_eq(&claimed, run->hub)) {
        pt_evidence_fail(run, "genesis", PT_E_WRONG_HUB, "",
                         "the bundle says it is of another hub than the one you trust");
    }
    if (b->origin != NULL && run->r->genesis != NULL &&
        strcmp(b->origin, run->r->genesis->origin) != 0) {
        pt_evidence_fail(run, "genesis", PT_E_WRONG_HUB, "",
                         "the bundle's origin is not the genesis'");
    }
}

/* The genesis must be the caller's own, by hash; its signatures then hold or the hash was given
 * for something that no ceremony made. */
static void check_genesis(struct pt_evidence_run *run) {
    struct pt_evidence_result *r = run->r;
    const Pentad__V1__EvidenceBundle *b = r->bundle;
    struct pt_err err = {0, ""};
    size_t failed = r->n_failed;
    int rc = b->has_genesis_entry
                 ? pt_entry_open(pt_span(b->genesis_entry.data, b->genesis_entry.len),
                                 &r->genesis_entry, &err)
                 : pt_err_set(&err, PT_E_MISSING, "the bundle has no genesis");

    if (rc == 0 && !r->genesis_entry.is_genesis) {
        rc = pt_err_set(&err, PT_E_FORMAT, "the bundle's genesis entry holds no genesis");
    }
    if (rc == 0 && !pt_hash_eq(&r->genesis_entry.leaf, run->hub)) {
        rc = pt_err_set(&err, PT_E_WRONG_HUB, "the bundle's genesis is not the one you trust");
    }
    if (rc == 0) {
        rc = pt_genesis_verify(r->genesis_entry.msg->envelope, run->sv, &err);
    }
    if (rc == 0) {
        r->genesis = r->genesis_entry.genesis;
        rc = pt_keyhistory_genesis(r->keys, r->genesis, &err);
    }
    if (rc != 0) {
        pt_evidence_fail(run, "genesis", rc, "log entry 0", err.msg);
    } else {
        pt_evidence_inclusion(run, "log entry 0", &r->genesis_entry.leaf, 0, b->has_genesis_proof,
                              b->genesis_proof);
    }
    check_claims(run);
    if (r->n_failed == failed) {
        pt_evidence_held(run, "genesis", r->genesis_entry.msg->envelope->n_signatures,
                         "party's key has signed the genesis, and it is the trusted one",
                         "parties' keys have signed the genesis, and it is the trusted one");
    }
}

/* ---- key history ---- */

bool pt_evidence_all_key_changes(const Pentad__V1__EvidenceKeyEntry *k) {
    for (size_t i = 0; i < k->n_records; i++) {
        ProtobufCMessage *m = NULL;
        bool is;

        if (!k->records[i]->has_record ||
            pt_strict_unpack(&pentad__v1__record__descriptor,
                             pt_span(k->records[i]->record.data, k->records[i]->record.len), &m,
                             NULL) != 0) {
            return false;
        }
        is = ((const Pentad__V1__Record *)m)->body_case == PENTAD__V1__RECORD__BODY_KEY_CHANGE;
        protobuf_c_message_free_unpacked(m, NULL);
        if (!is) {
            return false;
        }
    }
    return k->n_records > 0;
}

static void apply_record(struct pt_evidence_run *run, const Pentad__V1__EvidenceRecord *from,
                         const struct pt_evidence_batch *b) {
    struct pt_key_event at = {.log_index = b->log_index,
                              .party = b->entry.statement.msg->party,
                              .stream = b->entry.statement.msg->stream,
                              .signing_key = b->entry.signing_key};

    pt_leaf_hash(&at.record_hash, from->record.data, from->record.len);
    if (pt_keyhistory_record(run->r->keys, &at, pt_span(from->record.data, from->record.len),
                             run->sv) == PT_E_NOMEM) {
        run->nomem = true;
    }
}

static void check_key_entry(struct pt_evidence_run *run, const Pentad__V1__EvidenceKeyEntry *k,
                            uint64_t *after) {
    struct pt_evidence_batch b;
    char where[96];
    uint64_t last_seq = 0;

    if (k->entry == NULL) {
        pt_evidence_fail(run, "key-history", PT_E_MISSING, "", "an entry of it is empty");
        return;
    }
    snprintf(where, sizeof(where), "log entry %" PRIu64, k->entry->log_index);
    pt_evidence_check_batch(run, k->entry, pt_evidence_all_key_changes(k), &b);
    if (b.opened && b.log_index <= *after) {
        pt_evidence_fail(run, "key-history", PT_E_PROOF, where, "its entries are not in log order");
        b.ok = false;
    }
    for (size_t i = 0; b.opened && i < k->n_records; i++) {
        Pentad__V1__Record *rec = pt_evidence_check_record(run, k->records[i], &b);

        if (rec != NULL && rec->seq <= last_seq) {
            pt_evidence_fail(run, "key-history", PT_E_SEQ, where, "its records are not in order");
        } else if (rec != NULL && b.ok) {
            last_seq = rec->seq;
            apply_record(run, k->records[i], &b);
        }
        protobuf_c_message_free_unpacked(rec != NULL ? &rec->base : NULL, NULL);
    }
    *after = b.opened ? b.log_index : *after;
    pt_evidence_batch_done(&b);
}

static void check_key_history(struct pt_evidence_run *run) {
    const Pentad__V1__EvidenceBundle *b = run->r->bundle;
    size_t failed = run->r->n_failed;
    uint64_t after = 0;

    for (size_t i = 0; i < b->n_key_history; i++) {
        check_key_entry(run, b->key_history[i], &after);
    }
    if (run->r->n_failed == failed && run->r->genesis != NULL) {
        pt_evidence_held(run, "key-history", pt_keyhistory_count(run->r->keys),
                         "key is known from the genesis and the log",
                         "keys are known from the genesis and the log");
    }
}

/* ---- batches and records ---- */

/* May the batch be one that a recovery key signs? Only as far as its records here tell. */
static bool may_be_recovery(const Pentad__V1__EvidenceBundle *b, size_t batch) {
    bool any = false;

    for (size_t i = 0; i < b->n_records; i++) {
        ProtobufCMessage *m = NULL;
        bool is = false;

        if (!b->records[i]->has_batch || b->records[i]->batch != batch) {
            continue;
        }
        any = true;
        if (b->records[i]->has_record &&
            pt_strict_unpack(&pentad__v1__record__descriptor,
                             pt_span(b->records[i]->record.data, b->records[i]->record.len), &m,
                             NULL) == 0) {
            is = ((const Pentad__V1__Record *)m)->body_case == PENTAD__V1__RECORD__BODY_KEY_CHANGE;
            protobuf_c_message_free_unpacked(m, NULL);
        }
        if (!is) {
            return false;
        }
    }
    return any;
}

static bool signed_by_recovery(const struct pt_evidence_run *run,
                               const Pentad__V1__EvidenceBatch *b) {
    struct pt_entry e;
    const struct pt_keyhistory_key *key = NULL;

    if (!b->has_log_entry ||
        pt_entry_open(pt_span(b->log_entry.data, b->log_entry.len), &e, NULL) != 0) {
        return false;
    }
    if (!e.is_genesis) {
        key = pt_keyhistory_find(run->r->keys, &e.signing_key);
    }
    pt_entry_done(&e);
    return key != NULL && key->use == PENTAD__V1__KEY_USE__KEY_USE_RECOVERY;
}

static void fill_record(struct pt_evidence_record *out, const Pentad__V1__EvidenceRecord *rec,
                        const struct pt_evidence_batch *b) {
    const Pentad__V1__BatchStatement *s = b->entry.statement.msg;

    snprintf(out->party, sizeof(out->party), "%s", s->party);
    snprintf(out->stream, sizeof(out->stream), "%s", s->stream);
    out->seq = rec->seq;
    out->bytes = pt_span(rec->record.data, rec->record.len);
    (void)pt_evidence_leaf(rec, &out->hash);
    out->erased = rec->has_erased;
    out->withheld = rec->has_withheld;
    out->log_index = b->log_index;
    out->received_at_ms = b->entry.received_at_ms;
    out->signed_at_ms = s->signed_at_ms;
    out->signing_key = b->entry.signing_key;
    out->key_from = b->key != NULL ? b->key->added_at : 0;
}

static int compare_places(const void *a, const void *b) {
    const struct pt_evidence_record *x = *(const struct pt_evidence_record *const *)a;
    const struct pt_evidence_record *y = *(const struct pt_evidence_record *const *)b;

    if (x->log_index != y->log_index) {
        return x->log_index < y->log_index ? -1 : 1;
    }
    return x->seq == y->seq ? 0 : x->seq < y->seq ? -1 : 1;
}

/* A payment that is shown twice looks like two; the second one counts for nothing further. */
static void check_once(struct pt_evidence_run *run) {
    struct pt_evidence_result *r = run->r;
    struct pt_evidence_record **order = calloc(r->n_records + 1, sizeof(*order));
    size_t n = 0;

    if (order == NULL) {
        run->nomem = true;
        return;
    }
    for (size_t i = 0; i < r->n_records; i++) {
        if (r->records[i].ok) {
            order[n++] = &r->records[i];
        }
    }
    qsort(order, n, sizeof(*order), compare_places);
    for (size_t i = 1; i < n; i++) {
        char where[96];

        if (compare_places(&order[i - 1], &order[i]) == 0) {
            snprintf(where, sizeof(where), "%s/%s#%" PRIu64, order[i]->party, order[i]->stream,
                     order[i]->seq);
            pt_evidence_fail(run, "record", PT_E_EXISTS, where, "it stands in the bundle twice");
            order[i]->ok = false;
        }
    }
    free(order);
}

static void check_records(struct pt_evidence_run *run, const struct pt_evidence_batch *batches) {
    struct pt_evidence_result *r = run->r;
    const Pentad__V1__EvidenceBundle *b = r->bundle;

    for (size_t i = 0; i < b->n_records; i++) {
        const Pentad__V1__EvidenceRecord *rec = b->records[i];
        const struct pt_evidence_batch *batch =
            rec->has_batch && rec->batch < b->n_batches ? &batches[rec->batch] : NULL;
        Pentad__V1__Record *m;

        if (batch == NULL || !batch->opened) {
            pt_evidence_fail(run, "record", PT_E_MISSING, "",
                             "a record belongs to no usable batch of the bundle");
            continue;
        }
        if (rec->has_erased || rec->has_withheld) {
            fill_record(&r->records[i], rec, batch);
            r->records[i].ok = pt_evidence_check_hash(run, rec, batch) && batch->ok;
            continue;
        }
        m = pt_evidence_check_record(run, rec, batch);
        fill_record(&r->records[i], rec, batch);
        r->records[i].ok = m != NULL && batch->ok;
        protobuf_c_message_free_unpacked(m != NULL ? &m->base : NULL, NULL);
    }
}

static void check_batches(struct pt_evidence_run *run) {
    struct pt_evidence_result *r = run->r;
    const Pentad__V1__EvidenceBundle *b = r->bundle;
    size_t failed = r->n_failed;
    struct pt_evidence_batch *batches = calloc(b->n_batches + 1, sizeof(*batches));

    r->records = calloc(b->n_records + 1, sizeof(*r->records));
    if (batches == NULL || r->records == NULL) {
        run->nomem = true;
        free(batches);
        return;
    }
    r->n_records = b->n_records;
    for (size_t i = 0; i < b->n_batches; i++) {
        bool recovery = signed_by_recovery(run, b->batches[i]) && may_be_recovery(b, i);

        pt_evidence_check_batch(run, b->batches[i], recovery, &batches[i]);
    }
    if (r->n_failed == failed) {
        pt_evidence_held(run, "inclusion", b->n_batches,
                         "signed batch stands in the log, under a key live at its place",
                         "signed batches stand in the log, each under a key live at its place");
    }
    failed = r->n_failed;
    check_records(run, batches);
    check_once(run);
    pt_evidence_check_orders(run);
    if (r->n_failed == failed) {
        pt_evidence_held(run, "record", b->n_records,
                         "record leads to the signed root of its batch",
                         "records lead to the signed roots of their batches");
    }
    pt_evidence_check_withheld(run);
    pt_evidence_check_about(run, batches);
    for (size_t i = 0; i < b->n_batches; i++) {
        pt_evidence_batch_done(&batches[i]);
    }
    free(batches);
}

/* ---- figures ---- */

/* What no signature covers is shown to people: it must not hold what would write over the verdict
 * on their screen. */
static bool showable(const char *s) {
    size_t chars = 0;

    return s == NULL || (pt_text_check(s, strlen(s), &chars, NULL) == 0 && chars <= FIGURE_TEXT);
}

/* ---- the whole ---- */

static void verify(struct pt_evidence_run *run, struct pt_span bundle) {
    struct pt_evidence_result *r = run->r;
    ProtobufCMessage *m = NULL;
    struct pt_err err = {0, ""};
    int rc;

    if (run->hub == NULL || run->policy == NULL) {
        unusable(run, "trust", PT_E_USAGE,
                 "trust comes from outside: give the hub's genesis hash and a policy");
        return;
    }
    if (bundle.len > PT_EVIDENCE_MAX) {
        unusable(run, "bundle", PT_E_TOO_LARGE, "the file is larger than any evidence bundle");
        return;
    }
    rc = pt_strict_unpack(&pentad__v1__evidence_bundle__descriptor, bundle, &m, &err);
    if (rc != 0) {
        unusable(run, "bundle", rc, err.msg);
        return;
    }
    r->bundle = (Pentad__V1__EvidenceBundle *)m;
    if (!r->bundle->has_version || r->bundle->version != 1) {
        unusable(run, "bundle", PT_E_UNSUPPORTED, "not an evidence bundle of version 1");
        return;
    }
    const Pentad__V1__EvidenceFigure *f = r->bundle->figure;
    if (f != NULL && !(showable(f->subject) && showable(f->figure) && showable(f->unit) &&
                       showable(f->formula))) {
        unusable(run, "figure", PT_E_TEXT, "its words hold characters that can't be shown");
        pentad__v1__evidence_figure__free_unpacked(r->bundle->figure, NULL);
        r->bundle->figure = NULL;
        return;
    }
    const Pentad__V1__EvidenceAbout *about = r->bundle->about;
    if (about != NULL && !(showable(about->kind) && showable(about->name))) {
        unusable(run, "about", PT_E_TEXT, "its words hold characters that can't be shown");
        pentad__v1__evidence_about__free_unpacked(r->bundle->about, NULL);
        r->bundle->about = NULL;
        return;
    }
    check_genesis(run);
    check_key_history(run);
    check_batches(run);
    pt_evidence_check_figure(run);
    if (r->n_checkpoints > 0) {
        pt_evidence_held(run, "checkpoint", r->n_checkpoints,
                         "trusted checkpoint, without contradiction",
                         "trusted checkpoints, without contradiction");
    }
    if (r->bundle->n_records == 0 && r->bundle->figure == NULL) {
        pt_evidence_fail(run, "record", PT_E_MISSING, "", "the bundle proves no record at all");
    }
    r->exit_code = r->n_failed > 0 ? 1 : 0;
}

int pt_evidence_verify(struct pt_span bundle, const struct pt_hash *hub,
                       const struct pt_policy *policy, const struct pt_sigverify *sv,
                       struct pt_evidence_result **ret, struct pt_err *err) {
    return pt_evidence_verify_figure(bundle, hub, policy, sv, NULL, ret, err);
}

int pt_evidence_verify_figure(struct pt_span bundle, const struct pt_hash *hub,
                              const struct pt_policy *policy, const struct pt_sigverify *sv,
                              const struct pt_evidence_ledger *ledger,
                              struct pt_evidence_result **ret, struct pt_err *err) {
    struct pt_evidence_run run = {.hub = hub, .policy = policy, .sv = sv, .ledger = ledger};
    struct pt_evidence_result *r = calloc(1, sizeof(*r));

    *ret = NULL;
    if (r == NULL || pt_keyhistory_new(&r->keys) != 0) {
        free(r);
        return pt_err_set(err, PT_E_NOMEM, "no memory to verify the bundle");
    }
    run.r = r;
    verify(&run, bundle);
    free(run.notes);
    if (run.nomem) {
        pt_evidence_result_free(r);
        return pt_err_set(err, PT_E_NOMEM, "no memory to verify the bundle");
    }
    *ret = r;
    return 0;
}

void pt_evidence_result_free(struct pt_evidence_result *r) {
    if (r == NULL) {
        return;
    }
    free(r->steps);
    free(r->records);
    free(r->checkpoints);
    if (r->bundle != NULL) {
        pentad__v1__evidence_bundle__free_unpacked(r->bundle, NULL);
    }
    pt_entry_done(&r->genesis_entry);
    pt_keyhistory_free(r->keys);
    free(r);
}
