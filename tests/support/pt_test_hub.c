#include "pt_test_hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pentad/base/file.h>
#include <pentad/certs/dsse.h>
#include <pentad/certs/genesis.h>
#include <pentad/certs/logkey.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/dsse.h>
#include <pentad/store/sqlite.h>
#include <pentad/v1/record.pb-c.h>

#include "pt_test_folder.h"
#include "pt_test_records.h"

const char *const th_party_names[TH_PARTIES] = {"congress", "discipline", "organization", "finance",
                                                "audit",    "office",     "hub"};

static int sign_checkpoint(void *ctx, const struct pt_checkpoint *c, struct pt_buf *out,
                           struct pt_err *err) {
    return pt_logkey_sign_checkpoint(((struct test_hub *)ctx)->log_key, c, out, err);
}

struct pt_log_config th_log_config(struct test_hub *h) {
    struct pt_log_config cfg = {.store = h->store, .signer = {sign_checkpoint, h}, .verify = h->sv};
    return cfg;
}

static int party_index(const char *party) {
    for (int i = 0; i < TH_PARTIES; i++) {
        if (strcmp(th_party_names[i], party) == 0) {
            return i;
        }
    }
    abort();
}

struct pt_key *th_key(struct test_hub *h, const char *party) {
    return h->keys[party_index(party)];
}

struct pt_key *th_sealing_key(struct test_hub *h, const char *party) {
    return h->sealing[party_index(party)];
}

/* ---- genesis ------------------------------------------------------------------------------- */

/* Distinct, with their check characters. */
const char *const th_party_usccs[TH_PARTIES] = {
    "11370100004189000C", "11370100004189001F", "11370100004189002J", "11370100004189003M",
    "11370100004189004Q", "11370100004189005U", "11370100004189006Y"};

static void describe_key(Pentad__V1__PublicKey *out, const struct pt_key *k,
                         Pentad__V1__KeyUse use) {
    struct pt_span spki = pt_key_spki(k);
    pentad__v1__public_key__init(out);
    out->has_use = out->has_algorithm = out->has_spki = 1;
    out->use = use;
    out->algorithm = (Pentad__V1__KeyAlgorithm)pt_key_algorithm(k);
    out->spki.data = (uint8_t *)(uintptr_t)spki.p;
    out->spki.len = spki.len;
}

static void make_genesis(struct test_hub *h, bool live, int32_t first_day) {
    static char *streams[] = {(char *)"main"};
    static uint8_t ca[32] = {1};
    Pentad__V1__Genesis g = PENTAD__V1__GENESIS__INIT;
    Pentad__V1__GenesisParty parties[TH_PARTIES], *list[TH_PARTIES];
    Pentad__V1__PublicKey keys[TH_PARTIES][2], *key_list[TH_PARTIES][2];
    struct pt_buf text, env, next;
    struct pt_err err = {0};
    struct pt_hash hub;
    pt_buf_init(&text, 4096);
    pt_buf_init(&env, 65535);
    pt_buf_init(&next, 65535);
    tr_must(pt_logkey_vkey(h->log_key, TH_ORIGIN, PT_NOTE_ED25519, &h->vkey), NULL, "vkey");
    tr_must(pt_vkey_format(&text, &h->vkey), NULL, "vkey");
    for (int i = 0; i < TH_PARTIES; i++) {
        describe_key(&keys[i][0], h->keys[i], PENTAD__V1__KEY_USE__KEY_USE_SIGNING);
        describe_key(&keys[i][1], h->sealing[i], PENTAD__V1__KEY_USE__KEY_USE_SEALING);
        key_list[i][0] = &keys[i][0];
        key_list[i][1] = &keys[i][1];
        pentad__v1__genesis_party__init(&parties[i]);
        parties[i].party = (char *)(uintptr_t)th_party_names[i];
        parties[i].name = (char *)"测试";
        parties[i].uscc = (char *)(uintptr_t)th_party_usccs[i];
        parties[i].n_streams = 1;
        parties[i].streams = streams;
        parties[i].n_keys = 2;
        parties[i].keys = key_list[i];
        list[i] = &parties[i];
    }
    g.has_version = g.has_clock = g.has_first_day = g.has_quorum = g.has_ca_fingerprint = 1;
    g.has_created_at_ms = 1;
    g.version = 1;
    g.origin = (char *)TH_ORIGIN;
    g.clock =
        live ? PENTAD__V1__CLOCK_MODE__CLOCK_MODE_LIVE : PENTAD__V1__CLOCK_MODE__CLOCK_MODE_REPLAY;
    g.first_day = first_day;
    g.log_vkey = (char *)(uintptr_t)pt_buf_cstr(&text);
    g.code_family = (char *)"cn";
    g.ca_fingerprint.data = ca;
    g.ca_fingerprint.len = sizeof ca;
    g.n_parties = TH_PARTIES;
    g.parties = list;
    g.created_at_ms = TH_T0 - 1000;
    tx_enrol(&h->witnesses, &g);
    tr_must(pt_genesis_propose(&g, &env, &err), &err, "genesis");
    for (int i = 0; i < TH_PARTIES; i++) {
        pt_buf_reset(&next);
        tr_must(pt_genesis_sign(pt_buf_span(&env), h->keys[i], &next, &err), &err, "genesis");
        pt_buf_reset(&env);
        pt_buf_append_span(&env, pt_buf_span(&next));
    }
    tr_must(pt_genesis_seal(pt_buf_span(&env), &h->genesis, &hub, &err), &err, "genesis");
    pt_buf_done(&next);
    pt_buf_done(&env);
    pt_buf_done(&text);
}

/* ---- life ---------------------------------------------------------------------------------- */

struct loading {
    struct pt_exchange *x;
    struct pt_store_reader *r;
    struct pt_err *err;
};

static int apply_records_too(void *ctx, const struct pt_store_entry *e) {
    struct loading *l = ctx;
    struct pt_entry opened;
    int code = pt_entry_open(e->log_entry, &opened, l->err);
    if (code == 0) {
        code = pt_exchange_apply(l->x, e->index, &opened, e->records, l->err);
        pt_entry_done(&opened);
    }
    return code;
}

/* Records are fetched for marked entries alone. */
static int apply_entry(void *ctx, const struct pt_store_entry *e) {
    struct loading *l = ctx;
    struct pt_store_entry bare = *e;
    if (e->marks != 0 && e->index > 0) {
        return pt_store_entries(l->r, e->index, 1, true, apply_records_too, l, l->err);
    }
    bare.records = pt_span(NULL, 0);
    return apply_records_too(l, &bare);
}

static int apply_refusal(void *ctx, const struct pt_store_refusal *r) {
    struct loading *l = ctx;
    ProtobufCMessage *env = NULL;
    struct pt_statement st = {0};
    int code = pt_strict_unpack(&pentad__v1__envelope__descriptor, r->envelope, &env, l->err);
    if (code == 0) {
        code = pt_statement_open((Pentad__V1__Envelope *)env, &st, l->err);
        protobuf_c_message_free_unpacked(env, NULL);
    }
    if (code == 0) {
        code = pt_exchange_refused(l->x, &st, r->claims, l->err);
    }
    pt_statement_done(&st);
    return code;
}

int th_exchange_load(struct pt_store *store, const struct pt_sigverify *sv,
                     struct pt_exchange **ret, struct pt_err *err) {
    struct loading l = {.err = err};
    struct pt_store_reader *outer = NULL;
    int code = pt_exchange_new(sv, &l.x);
    if (code == 0) {
        code = pt_store_read_begin(store, &outer, err);
    }
    if (code == 0) {
        code = pt_store_read_begin(store, &l.r, err);
    }
    if (code == 0) {
        code = pt_store_entries(outer, 0, UINT64_MAX, false, apply_entry, &l, err);
    }
    if (code == 0) {
        code = pt_store_refusals(outer, 1, UINT64_MAX, apply_refusal, &l, err);
    }
    pt_store_read_end(l.r);
    pt_store_read_end(outer);
    if (code != 0) {
        pt_exchange_free(l.x);
        l.x = NULL;
    }
    *ret = l.x;
    return code;
}

void th_open(struct test_hub *h) {
    struct pt_err err = {0};
    tr_must(pt_store_sqlite_open(h->dir, NULL, &h->store, &err), &err, "store");
    struct pt_log_config cfg = th_log_config(h);
    tr_must(pt_log_open(&cfg, NULL, NULL, &h->log, &err), &err, "log");
    tr_must(th_exchange_load(h->store, &h->sv, &h->x, &err), &err, "exchange");
}

void th_close(struct test_hub *h) {
    pt_exchange_free(h->x);
    pt_log_free(h->log);
    pt_store_sqlite_close(h->store);
    h->x = NULL;
    h->log = NULL;
    h->store = NULL;
}

void th_init(struct test_hub *h) {
    th_init_clock(h, false, 20190101);
}

void th_init_clock(struct test_hub *h, bool live, int32_t first_day) {
    struct pt_err err = {0};
    memset(h, 0, sizeof *h);
    h->now_ms = TH_T0;
    const char *tmp = getenv("TMPDIR");
    snprintf(h->dir, sizeof h->dir, "%s/pentad-hub-XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(h->dir) == NULL) {
        abort();
    }
    for (int i = 0; i < TH_PARTIES; i++) {
        tr_must(pt_key_generate(PT_KEY_ED25519, &h->keys[i], &err), &err, "key");
        tr_must(pt_key_generate(PT_KEY_P256, &h->sealing[i], &err), &err, "key");
    }
    tx_make(&h->witnesses, TH_ORIGIN);
    tr_must(pt_key_generate(PT_KEY_ED25519, &h->log_key, &err), &err, "key");
    tr_must(pt_keycache_new(&h->cache), NULL, "cache");
    h->sv = pt_keycache_sigverify(h->cache);
    pt_buf_init(&h->genesis, 65535);
    make_genesis(h, live, first_day);
    th_create(h);
}

void th_create(struct test_hub *h) {
    struct pt_err err = {0};
    tr_must(pt_store_sqlite_open(h->dir, NULL, &h->store, &err), &err, "store");
    struct pt_log_config cfg = th_log_config(h);
    tr_must(pt_log_create(&cfg, pt_buf_span(&h->genesis), &err), &err, "create");
    pt_store_sqlite_close(h->store);
    th_open(h);
}

void th_done(struct test_hub *h) {
    th_close(h);
    tf_remove(h->dir);
    for (int i = 0; i < TH_PARTIES; i++) {
        pt_key_free(h->keys[i]);
        pt_key_free(h->sealing[i]);
    }
    pt_key_free(h->log_key);
    tx_done(&h->witnesses);
    pt_keycache_free(h->cache);
    pt_buf_done(&h->genesis);
}

/* ---- the writer ---------------------------------------------------------------------------- */

static int port_logged(void *ctx, const struct pt_hash *statement, uint64_t *ret_index) {
    struct test_hub *h = ctx;
    struct pt_store_reader *r;
    int code = pt_store_read_begin(h->store, &r, NULL);
    if (code == 0) {
        code = pt_store_find_statement(r, statement, ret_index, NULL);
        pt_store_read_end(r);
    }
    return code;
}

static int take_envelope(void *ctx, const struct pt_store_refusal *r) {
    return ctx != NULL ? pt_buf_append_span(ctx, r->envelope) : 0;
}

static int port_refused(void *ctx, const struct pt_hash *statement, struct pt_buf *ret_envelope) {
    struct test_hub *h = ctx;
    struct pt_store_reader *r;
    int code = pt_store_read_begin(h->store, &r, NULL);
    if (code == 0) {
        code = pt_store_refusal(r, statement, take_envelope, ret_envelope, NULL);
        pt_store_read_end(r);
    }
    return code;
}

static int take_entry_envelope(void *ctx, const struct pt_store_entry *e) {
    struct pt_entry opened;
    int code = pt_entry_open(e->log_entry, &opened, NULL);
    if (code == 0) {
        code = pt_strict_pack(ctx, &opened.msg->envelope->base);
        pt_entry_done(&opened);
    }
    return code;
}

static int port_holder(void *ctx, const char *party, const char *stream, uint64_t seq,
                       uint64_t *ret_index, struct pt_buf *ret_envelope) {
    struct test_hub *h = ctx;
    struct pt_store_reader *r;
    int code = pt_store_read_begin(h->store, &r, NULL);
    if (code == 0) {
        code = pt_store_find_seq(r, party, stream, seq, ret_index, NULL);
        if (code == 0) {
            code =
                pt_store_entries(r, *ret_index, 1, false, take_entry_envelope, ret_envelope, NULL);
        }
        pt_store_read_end(r);
    }
    return code;
}

static int port_root_at(void *ctx, uint64_t size, struct pt_hash *ret) {
    return pt_log_root_at(((struct test_hub *)ctx)->log, size, ret, NULL);
}

static void commit_entry(struct test_hub *h, struct pt_intake_facts *f, struct th_reply *ret) {
    const struct pt_statement *st = pt_intake_facts_statement(f);
    struct pt_store_entry e = {.statement = st->hash,
                               .first_seq = st->first_seq,
                               .record_count = (uint32_t)st->record_count,
                               .marks = pt_intake_facts_marks(f),
                               .records = pt_intake_facts_records(f)};
    int64_t at = pt_intake_received_at(h->x, h->now_ms);
    struct pt_buf bytes;
    struct pt_err err = {0};
    pt_buf_init(&bytes, PT_ENTRY_MAX);
    snprintf(e.party, sizeof e.party, "%s", st->msg->party);
    snprintf(e.stream, sizeof e.stream, "%s", st->msg->stream);
    tr_must(pt_intake_entry_write(f, at, &bytes, &err), &err, "entry");
    e.log_entry = pt_buf_span(&bytes);
    ret->index = pt_log_size(h->log);
    tr_must(pt_intake_accept(h->x, f, ret->index, at, &err), &err, "accept");
    tr_must(pt_log_append(h->log, &e, 1, NULL, 0, &err), &err, "append");
    tr_must(pt_log_receipt(h->log, ret->index, e.log_entry, &ret->bytes, &err), &err, "receipt");
    pt_buf_done(&bytes);
}

static void commit_refusal(struct test_hub *h, struct pt_intake_facts *f,
                           const struct pt_intake_decision *d, struct th_reply *ret) {
    const struct pt_statement *st = pt_intake_facts_statement(f);
    struct pt_store_refusal r = {.statement = st->hash,
                                 .first_seq = st->first_seq,
                                 .record_count = (uint32_t)st->record_count,
                                 .claims = d->claims,
                                 .envelope = pt_intake_facts_envelope(f)};
    struct pt_buf payload;
    struct pt_hash root;
    struct pt_err err = {0};
    pt_buf_init(&payload, 1024 * 1024);
    snprintf(r.party, sizeof r.party, "%s", st->msg->party);
    snprintf(r.stream, sizeof r.stream, "%s", st->msg->stream);
    tr_must(pt_log_root_at(h->log, pt_log_size(h->log), &root, &err), &err, "root");
    tr_must(pt_intake_refuse(h->x, f, d, h->now_ms, pt_log_size(h->log), &root, &payload, &err),
            &err, "refuse");
    tr_must(
        pt_dsse_sign(th_key(h, "hub"), PT_DSSE_REFUSAL, pt_buf_span(&payload), &ret->bytes, &err),
        &err, "sign");
    r.refusal = pt_buf_span(&ret->bytes);
    tr_must(pt_log_append(h->log, NULL, 0, &r, 1, &err), &err, "append");
    pt_buf_done(&payload);
}

static int take_refusal(void *ctx, const struct pt_store_refusal *r) {
    return pt_buf_append_span(ctx, r->refusal);
}

static void answer_again(struct test_hub *h, const struct pt_intake_decision *d,
                         struct th_reply *ret) {
    struct pt_store_reader *r;
    struct pt_err err = {0};
    if (d->verdict == PT_INTAKE_RECEIPT_AGAIN) {
        ret->index = d->index;
        tr_must(pt_log_receipt(h->log, d->index, pt_span(NULL, 0), &ret->bytes, &err), &err,
                "receipt");
        return;
    }
    tr_must(pt_store_read_begin(h->store, &r, &err), &err, "read");
    tr_must(pt_store_refusal(r, &d->statement, take_refusal, &ret->bytes, &err), &err, "refusal");
    pt_store_read_end(r);
}

static void author_incident(struct test_hub *h, struct pt_intake_facts *f,
                            const struct pt_intake_decision *d) {
    struct pt_intake_incident inc;
    struct pt_err err = {0};
    tr_must(pt_intake_incident_make(&inc, f, pt_buf_span(&d->other), h->now_ms, &err), &err,
            "incident");
    Pentad__V1__Record *list[1] = {&inc.record};
    th_author(h, list, 1);
    pt_intake_incident_done(&inc);
}

static struct pt_intake_facts *examine(struct test_hub *h, enum pt_intake_form form,
                                       struct pt_span body) {
    struct pt_intake_facts *f = NULL;
    struct pt_intake_snapshot *snapshot = pt_exchange_snapshot(h->x);
    tr_must(pt_intake_examine(snapshot, form, body, h->now_ms, &f), NULL, "examine");
    pt_intake_snapshot_unref(snapshot);
    return f;
}

/* The first record that the test wants refused. */
static void refuse_falsely(struct test_hub *h, const struct pt_intake_facts *f,
                           struct pt_intake_decision *d) {
    struct pt_span bytes;
    size_t pos = 0;
    uint64_t seq = pt_intake_facts_statement(f)->first_seq;
    for (; pt_batch_record_next(pt_intake_facts_records(f), &pos, &bytes) == 1; seq++) {
        Pentad__V1__Record *rec = pentad__v1__record__unpack(NULL, bytes.len, bytes.p);
        PT_ASSERT(rec);
        if (d->verdict == PT_INTAKE_ACCEPT && h->refuses(h, rec)) {
            d->verdict = PT_INTAKE_REFUSE;
            d->claims = true;
            d->own = (struct pt_intake_fault){seq, PT_E_FIELD, "body", "as the test wants"};
            d->faults = &d->own;
            d->n_faults = 1;
        }
        pentad__v1__record__free_unpacked(rec, NULL);
    }
}

void th_submit(struct test_hub *h, enum pt_intake_form form, struct pt_span body,
               const char *tls_party, struct th_reply *ret) {
    const struct pt_intake_ports ports = {port_logged, port_refused, port_holder, port_root_at, h};
    struct pt_intake_decision d;
    struct pt_intake_facts *f = examine(h, form, body);
    memset(ret, 0, sizeof *ret);
    pt_buf_init(&ret->bytes, 4 * 1024 * 1024);
    pt_intake_decision_init(&d);
    tr_must(pt_intake_decide(h->x, f, tls_party, &ports, &d), &d.err, "decide");
    if (h->refuses && d.verdict == PT_INTAKE_ACCEPT) {
        refuse_falsely(h, f, &d);
    }
    ret->verdict = d.verdict;
    ret->code = d.code;
    snprintf(ret->msg, sizeof ret->msg, "%s", d.err.msg);
    switch (d.verdict) {
    case PT_INTAKE_ACCEPT:
        commit_entry(h, f, ret);
        break;
    case PT_INTAKE_REFUSE:
        commit_refusal(h, f, &d, ret);
        break;
    case PT_INTAKE_RECEIPT_AGAIN:
    case PT_INTAKE_REFUSAL_AGAIN:
        answer_again(h, &d, ret);
        break;
    case PT_INTAKE_CONFLICT:
        author_incident(h, f, &d);
        break;
    case PT_INTAKE_REJECT:
        break;
    }
    pt_intake_decision_done(&d);
    pt_intake_facts_free(f);
    h->now_ms += 1;
}

void th_reply_done(struct th_reply *r) {
    pt_buf_done(&r->bytes);
}

/* ---- streams ------------------------------------------------------------------------------- */

void th_stream_init(struct th_stream *s, struct test_hub *h, const char *party,
                    const char *stream) {
    const struct pt_exchange_stream *at = pt_exchange_stream(h->x, party, stream);
    memset(s, 0, sizeof *s);
    s->hub = h;
    s->party = party;
    s->stream = stream;
    s->key = th_key(h, party);
    s->next_seq = at != NULL ? at->next_seq : 1;
    s->last = at != NULL ? at->last_statement : *pt_log_hub(h->log);
}

void th_record(Pentad__V1__Record *r, uint64_t seq, struct pt_buf *out) {
    tr_record(r, seq, TH_T0, out);
}

void th_payment(uint64_t seq, int64_t fen, struct pt_buf *out) {
    tr_payment(seq, fen, TH_T0, out);
}

void th_cut(struct th_stream *s, const struct pt_span *records, size_t n, struct pt_buf *out) {
    const struct pt_hash *hub = pt_log_hub(s->hub->log);
    uint64_t size = pt_log_size(s->hub->log);
    struct pt_hash root;
    struct pt_err err = {0};
    tr_must(pt_log_root_at(s->hub->log, size, &root, &err), &err, "root");
    struct pt_author_head head = {.hub = hub,
                                  .party = s->party,
                                  .stream = s->stream,
                                  .first_seq = s->next_seq,
                                  .previous = &s->last,
                                  .supersedes = s->has_replaces ? &s->replaces : NULL,
                                  .seen_size = size,
                                  .seen_root = &root,
                                  .signed_at_ms = s->hub->now_ms};
    tr_must(pt_author_batch(&head, records, n, s->key, pt_span(NULL, 0), out, &s->statement, &err),
            &err, "batch");
}

void th_cut_payments(struct th_stream *s, size_t n, struct pt_buf *out) {
    struct tr_packed p;

    tr_pack_payments(&p, n, s->next_seq, TH_T0);
    th_cut(s, p.records, n, out);
    tr_packed_done(&p);
}

void th_advance(struct th_stream *s, size_t n) {
    s->next_seq += n;
    s->last = s->statement;
    s->has_replaces = false;
}

static void send_cut(struct th_stream *s, struct pt_buf *batch, size_t n) {
    struct th_reply reply;
    struct pt_err err = {0};
    th_submit(s->hub, PT_INTAKE_PROTOBUF, pt_buf_span(batch), s->party, &reply);
    if (reply.verdict != PT_INTAKE_ACCEPT) {
        pt_err_set(&err, reply.code, "verdict %d: %s", (int)reply.verdict, reply.msg);
        tr_must(PT_E_REFUSED, &err, "a batch that should be accepted");
    }
    th_advance(s, n);
    th_reply_done(&reply);
}

void th_send_payments(struct th_stream *s, size_t n) {
    struct pt_buf batch;
    pt_buf_init(&batch, PT_BATCH_BYTES_MAX);
    th_cut_payments(s, n, &batch);
    send_cut(s, &batch, n);
    pt_buf_done(&batch);
}

void th_send_record(struct th_stream *s, Pentad__V1__Record *r, struct pt_hash *ret_hash) {
    struct pt_buf bytes, batch;
    pt_buf_init(&bytes, PT_RECORD_BYTES_MAX);
    pt_buf_init(&batch, PT_BATCH_BYTES_MAX);
    th_record(r, s->next_seq, &bytes);
    struct pt_span span = pt_buf_span(&bytes);
    if (ret_hash != NULL) {
        pt_leaf_hash(ret_hash, span.p, span.len);
    }
    th_cut(s, &span, 1, &batch);
    send_cut(s, &batch, 1);
    pt_buf_done(&batch);
    pt_buf_done(&bytes);
}

void th_author(struct test_hub *h, Pentad__V1__Record *const *recs, size_t n) {
    struct th_stream s;
    for (size_t i = 0; i < n; i++) {
        th_stream_init(&s, h, "hub", "main");
        th_send_record(&s, recs[i], NULL);
    }
}
