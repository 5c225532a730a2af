#include "facts.h"

#include <string.h>

int64_t pt_intake_received_at(const struct pt_exchange *x, int64_t now_ms) {
    return now_ms > x->last_received_ms ? now_ms : x->last_received_ms;
}

static ProtobufCBinaryData bytes_of(const void *p, size_t len) {
    ProtobufCBinaryData d;
    d.len = len;
    d.data = (uint8_t *)(uintptr_t)p; /* packing only reads */
    return d;
}

int pt_intake_entry_write(const struct pt_intake_facts *f, int64_t received_at_ms,
                          struct pt_buf *out, struct pt_err *err) {
    Pentad__V1__LogEntry e = PENTAD__V1__LOG_ENTRY__INIT;
    e.envelope = f->env;
    e.has_received_at_ms = e.has_signing_key = 1;
    e.received_at_ms = received_at_ms;
    e.signing_key = bytes_of(f->key.b, PT_HASH_LEN);
    int code = pt_strict_pack(out, &e.base);
    return code == 0 ? 0 : pt_err_set(err, code, "the log entry doesn't fit");
}

int pt_intake_accept(struct pt_exchange *x, const struct pt_intake_facts *f, uint64_t log_index,
                     int64_t received_at_ms, struct pt_err *err) {
    PT_ASSERT(log_index == x->size && f->has_statement);
    return pt_exchange_take(x, log_index, &f->st, &f->key, received_at_ms, f->view.records,
                            f->marks, err);
}

int pt_intake_refuse(struct pt_exchange *x, const struct pt_intake_facts *f,
                     const struct pt_intake_decision *d, int64_t now_ms, uint64_t tree_size,
                     const struct pt_hash *root, struct pt_buf *ret_refusal, struct pt_err *err) {
    Pentad__V1__Refusal m = PENTAD__V1__REFUSAL__INIT;
    struct pt_arena arena;
    size_t n = d->n_faults;
    PT_ASSERT(d->verdict == PT_INTAKE_REFUSE && n > 0 && n <= PT_FAULTS_MAX);
    pt_arena_init(&arena, FAULT_ARENA_MAX);
    Pentad__V1__Fault *faults = pt_arena_zalloc(&arena, n * sizeof *faults);
    Pentad__V1__Fault **list = pt_arena_zalloc(&arena, n * sizeof(Pentad__V1__Fault *));
    int code = faults == NULL || list == NULL ? pt_err_set(err, PT_E_NOMEM, "out of memory") : 0;
    for (size_t i = 0; code == 0 && list != NULL && faults != NULL && i < n; i++) {
        Pentad__V1__Fault *t = list[i] = &faults[i];
        pentad__v1__fault__init(t);
        t->has_seq = d->faults[i].seq != 0;
        t->seq = d->faults[i].seq;
        t->code = (char *)(uintptr_t)pt_err_name(d->faults[i].code);
        t->field = (char *)(uintptr_t)d->faults[i].field;
        t->message = (char *)(uintptr_t)d->faults[i].message;
    }
    if (code == 0) {
        m.has_hub = m.has_statement_hash = m.has_refused_at_ms = m.has_tree_size = m.has_root = 1;
        m.hub = bytes_of(x->hub.b, PT_HASH_LEN);
        m.statement_hash = bytes_of(f->st.hash.b, PT_HASH_LEN);
        m.n_faults = n;
        m.faults = list;
        m.refused_at_ms = now_ms;
        m.tree_size = tree_size;
        m.root = bytes_of(root->b, PT_HASH_LEN);
        code = pt_strict_pack(ret_refusal, &m.base);
        if (code != 0) {
            pt_err_set(err, code, "the refusal doesn't fit");
        }
    }
    pt_arena_done(&arena);
    return code == 0 ? pt_exchange_refused(x, &f->st, d->claims, err) : code;
}

/* ---- incidents ------------------------------------------------------------------------------- */

int pt_intake_incident_make(struct pt_intake_incident *ret, const struct pt_intake_facts *f,
                            struct pt_span other_envelope, int64_t issued_at_ms,
                            struct pt_err *err) {
    ProtobufCMessage *a = NULL, *b = NULL;
    memset(ret, 0, sizeof *ret);
    int code = pt_strict_unpack(&pentad__v1__envelope__descriptor, other_envelope, &a, err);
    if (code == 0) {
        code = pt_strict_unpack(&pentad__v1__envelope__descriptor, f->view.envelope, &b, err);
    }
    ret->a = (Pentad__V1__Envelope *)a;
    ret->b = (Pentad__V1__Envelope *)b;
    if (code != 0) {
        pt_intake_incident_done(ret);
        return code;
    }
    pentad__v1__record__init(&ret->record);
    pentad__v1__incident__init(&ret->incident);
    ret->record.has_issued_at_ms = 1;
    ret->record.issued_at_ms = issued_at_ms;
    ret->incident.has_kind = 1;
    ret->incident.kind = PENTAD__V1__INCIDENT_KIND__INCIDENT_KIND_EQUIVOCATION;
    ret->incident.envelope_a = ret->a;
    ret->incident.envelope_b = ret->b;
    ret->incident.party = f->st.msg->party;
    ret->incident.stream = f->st.msg->stream;
    ret->record.body_case = PENTAD__V1__RECORD__BODY_INCIDENT;
    ret->record.incident = &ret->incident;
    return 0;
}

void pt_intake_incident_done(struct pt_intake_incident *i) {
    if (i->a != NULL) {
        pentad__v1__envelope__free_unpacked(i->a, NULL);
    }
    if (i->b != NULL) {
        pentad__v1__envelope__free_unpacked(i->b, NULL);
    }
    i->a = i->b = NULL;
}
