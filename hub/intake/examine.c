#include "facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/record/catalogue.h>
#include <pentad/record/validate.h>

/* ---- the envelope --------------------------------------------------------------------------- */

static int check_sizes(struct pt_intake_facts *f) {
    if (f->view.envelope.len + ENTRY_OVERHEAD > 65535) {
        return pt_err_set(&f->open, PT_E_TOO_LARGE,
                          "the envelope has %zu bytes; it must fit a log entry of 65535",
                          f->view.envelope.len);
    }
    if (f->view.n_records > PT_BATCH_RECORDS_MAX) {
        return pt_err_set(&f->open, PT_E_TOO_LARGE, "the batch has %zu records; at most %d",
                          f->view.n_records, PT_BATCH_RECORDS_MAX);
    }
    return 0;
}

static int open_batch(struct pt_intake_facts *f, enum pt_intake_form form, struct pt_span body) {
    size_t max = form == PT_INTAKE_JSON ? PT_BATCH_JSON_MAX : PT_BATCH_BYTES_MAX;
    ProtobufCMessage *m = NULL;
    if (body.len > max) {
        return pt_err_set(&f->open, PT_E_TOO_LARGE, "the batch has %zu bytes; at most %zu",
                          body.len, max);
    }
    if (form == PT_INTAKE_JSON) {
        int code = pt_batch_from_json(body, &f->json, &f->open);
        if (code != 0) {
            return code;
        }
        body = pt_buf_span(&f->json);
    }
    int code = pt_batch_open(body, &f->view, &f->open);
    if (code == 0) {
        code = check_sizes(f);
    }
    if (code == 0) {
        code = pt_strict_unpack(&pentad__v1__envelope__descriptor, f->view.envelope, &m, &f->open);
        f->env = (Pentad__V1__Envelope *)m;
    }
    if (code == 0) {
        code = pt_statement_open(f->env, &f->st, &f->open);
        f->has_statement = code == 0;
    }
    return code;
}

static void check_signature(struct pt_intake_facts *f) {
    const struct pt_keyhistory_key *key = NULL;
    int code = pt_keyhistory_find_signer(f->snapshot->keys, f->env, f->st.msg->party,
                                         &f->snapshot->sv, &key, &f->sig);
    if (code == 0) {
        f->key = key->fingerprint;
    }
}

/* ---- the records ---------------------------------------------------------------------------- */

void pt_facts_fault(struct pt_intake_facts *f, uint64_t seq, int code, const char *field,
                    const char *message) {
    field = field != NULL ? field : "";
    message = message != NULL ? message : "";
    size_t bytes = strlen(field) + strlen(message) + FAULT_OVERHEAD;
    if (f->n_faults == PT_FAULTS_MAX ||
        (f->n_faults > 0 && bytes > FAULT_BYTES_MAX - f->fault_bytes)) {
        return;
    }
    f->fault_bytes +=
        bytes < FAULT_BYTES_MAX - f->fault_bytes ? bytes : FAULT_BYTES_MAX - f->fault_bytes;
    const char *own_field = pt_arena_strdup(&f->arena, field);
    const char *own_message = pt_arena_strdup(&f->arena, message);
    struct pt_intake_fault *to = &f->faults[f->n_faults++];
    to->seq = seq;
    to->code = code;
    to->field = own_field != NULL ? own_field : "";
    to->message = own_message != NULL ? own_message : "";
}

struct examining {
    struct pt_intake_facts *f;
    enum pt_party author;
    int64_t now_ms;
    struct pt_arena scratch; /* one record at a time */
    bool final_seen;
};

/* Nothing else stands on stream `keys`, least of all a final close: whoever stole a signing key
 * must not be able to close the way on which the recovery key takes it back. */
static void check_keys_stream(struct examining *e, const Pentad__V1__Record *rec, uint64_t seq) {
    if (strcmp(e->f->st.msg->stream, PT_KEYS_STREAM) == 0 &&
        rec->body_case != PENTAD__V1__RECORD__BODY_KEY_CHANGE &&
        rec->body_case != PENTAD__V1__RECORD__BODY_WITHHELD) {
        pt_facts_fault(e->f, seq, PT_E_TYPE, "body", "stream keys takes KeyChange records only");
    }
}

/* A party speaks for bodies that have no connector of their own, never for another party. A goal is
 * its applicant's, though, and finance hands in those of every body with a budget, the parties'
 * too. */
static void check_originator(struct examining *e, const Pentad__V1__Record *rec, uint64_t seq) {
    const struct pt_record_info *info = pt_record_info_of(rec);
    if (rec->originator == NULL || (info != NULL && (info->flags & PT_RT_ANOTHERS))) {
        return;
    }
    const char *other = pt_snapshot_party_of(e->f->snapshot, rec->originator, e->f->st.msg->party);
    if (other != NULL) {
        char why[128];
        (void)snprintf(why, sizeof why, "originator is the code of %s, which speaks for itself",
                       other);
        pt_facts_fault(e->f, seq, PT_E_FIELD, "originator", why);
    }
}

static void note_type(struct examining *e, const Pentad__V1__Record *rec, uint64_t seq) {
    struct pt_intake_facts *f = e->f;
    bool key_change = rec->body_case == PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    f->key_changes =
        f->key_changes || key_change || rec->body_case == PENTAD__V1__RECORD__BODY_POLICY_CHANGE;
    f->only_key_changes = f->only_key_changes && key_change;
    if (e->final_seen) {
        pt_facts_fault(f, seq, PT_E_CLOSED, "", "nothing may follow the stream's final close");
    }
    if (rec->body_case == PENTAD__V1__RECORD__BODY_STREAM_CLOSE && rec->stream_close->has_final &&
        rec->stream_close->final) {
        e->final_seen = true;
    }
}

/* One record: strict, in its place, valid. Faults are noted; PT_E_NOMEM is returned. */
static int examine_record(struct examining *e, struct pt_span bytes, uint64_t seq) {
    Pentad__V1__Record *rec = NULL;
    struct pt_fault fault = {0};
    struct pt_faults found;
    pt_arena_reset(&e->scratch);
    int code = pt_record_decode(bytes, &e->scratch, &rec, &fault);
    if (code == PT_E_NOMEM) {
        return code;
    }
    if (code != 0) {
        pt_facts_fault(e->f, seq, code, fault.field, fault.message);
        e->f->only_key_changes = false;
        return 0;
    }
    if (!rec->has_seq || rec->seq != seq) {
        pt_facts_fault(e->f, seq, PT_E_SEQ, "seq",
                       "the record's seq is not its place in the batch");
    }
    note_type(e, rec, seq);
    check_keys_stream(e, rec, seq);
    check_originator(e, rec, seq);
    pt_faults_init(&found, &e->scratch);
    if (pt_record_validate(rec, e->f->snapshot->codes, e->author, e->now_ms, &found) != 0) {
        for (size_t i = 0; i < found.count; i++) {
            pt_facts_fault(e->f, seq, found.v[i].code, found.v[i].field, found.v[i].message);
        }
    } else {
        pt_facts_check_seal(e->f, rec, e->author, seq);
    }
    return 0;
}

static void check_root(struct pt_intake_facts *f, const struct pt_merkle_frontier *tree) {
    struct pt_hash root;
    if (f->view.n_records != f->st.record_count) {
        pt_err_set(&f->root, PT_E_COUNT, "the statement speaks of %llu records, here are %zu",
                   (unsigned long long)f->st.record_count, f->view.n_records);
        return;
    }
    pt_merkle_root(tree, &root);
    if (!pt_hash_eq(&root, &f->st.records_root)) {
        pt_err_set(&f->root, PT_E_ROOT,
                   "the records are not those that the statement was signed over");
    }
}

/* Hashes first: where the root is wrong the records aren't the author's and nothing is said of
 * them. */
static void hash_records(struct pt_intake_facts *f) {
    struct pt_merkle_frontier tree = {0};
    struct pt_span rec;
    size_t pos = 0;
    while (pt_batch_record_next(f->view.records, &pos, &rec) == 1) {
        struct pt_hash h;
        pt_leaf_hash(&h, rec.p, rec.len);
        pt_merkle_append(&tree, &h);
    }
    check_root(f, &tree);
}

static int examine_records(struct pt_intake_facts *f, int64_t now_ms) {
    struct examining e = {.f = f, .author = pt_party_from_name(f->st.msg->party), .now_ms = now_ms};
    struct pt_span rec;
    size_t pos = 0;
    int code = 0;
    pt_arena_init(&e.scratch, SCRATCH_MAX);
    f->only_key_changes = true;
    for (uint64_t seq = f->st.first_seq;
         code == 0 && pt_batch_record_next(f->view.records, &pos, &rec) == 1; seq++) {
        code = examine_record(&e, rec, seq);
    }
    pt_arena_done(&e.scratch);
    f->marks = pt_exchange_marks(f->view.records);
    return code;
}

/* ---- both ----------------------------------------------------------------------------------- */

int pt_intake_examine(struct pt_intake_snapshot *snapshot, enum pt_intake_form form,
                      struct pt_span body, int64_t now_ms, struct pt_intake_facts **ret) {
    *ret = NULL;
    struct pt_intake_facts *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return PT_E_NOMEM;
    }
    f->snapshot = pt_intake_snapshot_ref(snapshot);
    pt_buf_init(&f->json, PT_BATCH_BYTES_MAX);
    pt_arena_init(&f->arena, FAULT_ARENA_MAX);
    int code = open_batch(f, form, body);
    if (code == 0) {
        f->hub_ours = pt_hash_eq(&f->st.hub, &snapshot->hub);
        /* What can't be accepted anyway costs no signature check and no hashing. */
        if (f->hub_ours) {
            check_signature(f);
        }
        if (f->hub_ours && f->sig.code == 0) {
            hash_records(f);
        }
        if (f->hub_ours && f->sig.code == 0 && f->root.code == 0) {
            code = examine_records(f, now_ms);
        }
    }
    if (code == PT_E_NOMEM) {
        pt_intake_facts_free(f);
        return code;
    }
    *ret = f;
    return 0;
}

void pt_intake_facts_free(struct pt_intake_facts *f) {
    if (f == NULL) {
        return;
    }
    pt_statement_done(&f->st);
    if (f->env != NULL) {
        pentad__v1__envelope__free_unpacked(f->env, NULL);
    }
    pt_buf_done(&f->json);
    pt_arena_done(&f->arena);
    pt_intake_snapshot_unref(f->snapshot);
    free(f);
}

const struct pt_statement *pt_intake_facts_statement(const struct pt_intake_facts *f) {
    return f->has_statement ? &f->st : NULL;
}

struct pt_span pt_intake_facts_envelope(const struct pt_intake_facts *f) {
    return f->view.envelope;
}

struct pt_span pt_intake_facts_records(const struct pt_intake_facts *f) {
    return f->view.records;
}

struct pt_span pt_intake_facts_held(const struct pt_intake_facts *f) {
    return f->view.held;
}

uint32_t pt_intake_facts_marks(const struct pt_intake_facts *f) {
    return f->marks;
}
