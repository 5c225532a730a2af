/* liar WORLD DATA, or liar before MINUTES PROPOSAL
 *
 * A hub that lies when it is told to: on a ceremony's own keys (WORLD/hub/keys, WORLD/hub/
 * genesis.entry), over TLS, with a log in DATA that begins anew. It takes batches as a hub does,
 * serves feed and checkpoint and writes its port into DATA/port. It logs finance's records itself,
 * under finance's key. Whoever has a certificate may tell it what to do:
 *
 *   POST /do/clock?behind=M   what is logged from now on is dated M minutes ago
 *   POST /do/tick             a Tick
 *   POST /do/pay              two payments of finance's
 *   POST /do/fork             publishes another tree of the size that it serves
 *   POST /do/branch           each party's next receipt is of a branch that nobody else is shown
 *   POST /do/refuse           each party's next batch is refused under the hub's key, and logged
 *   POST /do/rogue?key=FILE   logs payments under a key that the log never enrolled
 *   POST /do/unfit            logs a payment of finance's that has no nonce, which a hub refuses
 *   POST /do/withhold         two payments and their close; of one the readers get the hash alone
 *   POST /do/withhold_key     finance enrols a key on stream keys; the readers get the hash alone
 *   POST /do/stall            receipts are given, and nobody is shown what they are of
 *   GET  /do/state            "size N cosigned M": its log; the largest tree that it was given a
 *                             cosignature of
 *
 * The other form dates a genesis that nobody has signed so far back: what a hub logs is never dated
 * before it. One thread. What fails aborts with a message. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include <pentad/base/arena.h>
#include <pentad/base/clock.h>
#include <pentad/base/date.h>
#include <pentad/base/file.h>
#include <pentad/certs/genesis.h>
#include <pentad/certs/logkey.h>
#include <pentad/certs/tls.h>
#include <pentad/feed/feed.h>
#include <pentad/http/server.h>
#include <pentad/proof/batch.h>
#include <pentad/proof/close.h>
#include <pentad/record/decode.h>
#include <pentad/v1/record.pb-c.h>

#include "pt_test_lies.h"
#include "pt_test_records.h"

enum { BODY_MAX = 16 << 20, PARKED_MAX = 64, PARK_MS = 200, MINUTE_MS = 60000 };
#define STREAM "treasury" /* finance's own connector writes main */
enum lie { NONE, FORK, BRANCH, REFUSE, STALL };

struct parked {
    struct pt_http_request *req; /* a reference */
    enum pt_party reader;
    uint64_t after;
    uint32_t limit;
};

struct liar {
    struct test_hub hub;
    int64_t behind_ms;
    enum lie lie;
    bool told[PT_PARTY_END]; /* who has had it, of BRANCH and REFUSE */
    uint64_t withheld;       /* number of finance's record; 0: none */
    const char *withheld_of; /* on which stream */
    uint64_t shown;          /* of STALL: the log as everybody sees it */
    uint64_t cosigned;
    struct pt_close close; /* of finance's stream since its last close */
    struct parked parked[PARKED_MAX];
    size_t n_parked;
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t signal;
    struct pt_http_server *http;
};

/* ---- answers ---- */

static void reply(struct pt_http_request *req, const char *type, struct pt_span body) {
    const struct pt_http_header field = {"content-type", type};
    (void)pt_http_respond(req, 200, &field, 1, body);
}

static void problem(struct pt_http_request *req, int code) {
    static const struct pt_http_header field = {"content-type", "application/problem+json"};
    struct pt_buf body;
    pt_buf_init(&body, 65536);
    pt_http_problem_write(&body, pt_err_http_status(code), code, "as it was told");
    (void)pt_http_respond(req, pt_err_http_status(code), &field, 1, pt_buf_span(&body));
    pt_buf_done(&body);
}

static uint64_t number(const struct pt_http_request *req, const char *name) {
    char text[32];
    return pt_http_request_query_get(req, name, text, sizeof text) == 1 ? strtoull(text, NULL, 10)
                                                                        : 0;
}

static enum pt_party party_of(const struct pt_http_request *req) {
    struct pt_identity id;
    return pt_identity_parse(pt_http_request_peer(req)->identity, &id) == 0
               ? pt_party_from_name(id.party)
               : PT_PARTY_NONE;
}

/* ---- what finance and the hub write ---- */

static void count_record(struct liar *l, struct pt_span bytes) {
    Pentad__V1__Record *rec = NULL;
    struct pt_fault fault;
    struct pt_arena arena;
    struct pt_hash hash;
    pt_arena_init(&arena, 1 << 20);
    tr_must(pt_record_decode(bytes, &arena, &rec, &fault), NULL, "a record");
    pt_leaf_hash(&hash, bytes.p, bytes.len);
    pt_close_add(&l->close, rec, &hash);
    pt_arena_done(&arena);
}

static void log_batch(struct liar *l, struct th_stream *s, const struct pt_span *records,
                      size_t n) {
    struct th_reply answer;
    struct pt_buf batch;
    pt_buf_init(&batch, PT_BATCH_BYTES_MAX);
    th_cut(s, records, n, &batch);
    th_submit(&l->hub, PT_INTAKE_PROTOBUF, pt_buf_span(&batch), s->party, &answer);
    struct pt_err err = {answer.code, ""};
    tr_must(answer.verdict == PT_INTAKE_ACCEPT ? 0 : PT_E_REFUSED, &err, answer.msg);
    for (size_t i = 0; i < n; i++) {
        count_record(l, records[i]);
    }
    th_advance(s, n);
    th_reply_done(&answer);
    pt_buf_done(&batch);
}

static uint64_t pay(struct liar *l) {
    struct th_stream s;
    struct tr_packed p;
    th_stream_init(&s, &l->hub, "finance", STREAM);
    uint64_t first = s.next_seq;
    tr_pack_payments(&p, 2, first, TH_T0);
    log_batch(l, &s, p.records, p.n);
    tr_packed_done(&p);
    return first;
}

static void close_day(struct liar *l) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    struct pt_close_message m;
    struct th_stream s;
    struct pt_buf bytes;
    pt_buf_init(&bytes, PT_RECORD_BYTES_MAX);
    th_stream_init(&s, &l->hub, "finance", STREAM);
    pt_close_write(&l->close, pt_date_from_ms(l->hub.now_ms), false, &m);
    rec.body_case = PENTAD__V1__RECORD__BODY_STREAM_CLOSE;
    rec.stream_close = &m.close;
    th_record(&rec, s.next_seq, &bytes);
    const struct pt_span span = pt_buf_span(&bytes);
    log_batch(l, &s, &span, 1);
    pt_close_init(&l->close, PT_PARTY_FINANCE);
    pt_buf_done(&bytes);
}

static void tick(struct liar *l) {
    Pentad__V1__Tick t = PENTAD__V1__TICK__INIT;
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT, *list[1] = {&rec};
    t.has_day = t.has_is_workday = t.has_at_ms = 1;
    t.day = pt_date_from_ms(l->hub.now_ms);
    t.is_workday = 1;
    t.at_ms = l->hub.now_ms;
    rec.body_case = PENTAD__V1__RECORD__BODY_TICK;
    rec.tick = &t;
    th_author(&l->hub, list, 1);
}

static void pay_under(struct liar *l, const struct pt_http_request *req) {
    struct pt_key *key = NULL;
    struct pt_err err = {0};
    struct th_stream s;
    struct pt_buf batch;
    char path[512];
    PT_ASSERT(pt_http_request_query_get(req, "key", path, sizeof path) == 1);
    tr_must(pt_key_load(path, &key, &err), &err, path);
    pt_buf_init(&batch, PT_BATCH_BYTES_MAX);
    th_stream_init(&s, &l->hub, "finance", STREAM);
    s.key = key;
    th_cut_payments(&s, 2, &batch);
    tl_log_unchecked(&l->hub, pt_buf_span(&batch));
    pt_buf_done(&batch);
    pt_key_free(key);
}

static void pay_unfit(struct liar *l) {
    Pentad__V1__Record *rec = NULL;
    struct pt_err err = {0};
    struct th_stream s;
    struct tr_packed p;
    struct pt_arena arena;
    struct pt_buf bytes, batch;
    pt_arena_init(&arena, 1 << 20);
    pt_buf_init(&bytes, PT_RECORD_BYTES_MAX);
    pt_buf_init(&batch, PT_BATCH_BYTES_MAX);
    th_stream_init(&s, &l->hub, "finance", STREAM);
    tr_pack_payments(&p, 1, s.next_seq, TH_T0);
    tr_must(pt_record_decode(p.records[0], &arena, &rec, NULL), NULL, "a record");
    rec->has_nonce = 0;
    tr_must(pt_msg_encode(&rec->base, &bytes, &err), &err, "a record without a nonce");
    const struct pt_span span = pt_buf_span(&bytes);
    th_cut(&s, &span, 1, &batch);
    tl_log_unchecked(&l->hub, pt_buf_span(&batch));
    tr_packed_done(&p);
    pt_buf_done(&batch);
    pt_buf_done(&bytes);
    pt_arena_done(&arena);
}

/* A key that nobody holds, on stream keys; the record's number. */
static uint64_t enrol_key(struct liar *l) {
    Pentad__V1__Record rec = PENTAD__V1__RECORD__INIT;
    Pentad__V1__KeyChange change = PENTAD__V1__KEY_CHANGE__INIT;
    Pentad__V1__PublicKey add = PENTAD__V1__PUBLIC_KEY__INIT, *list[1] = {&add};
    struct pt_key *key = NULL;
    struct pt_err err = {0};
    struct th_stream s;
    tr_must(pt_key_generate(PT_KEY_ED25519, &key, &err), &err, "a key");
    add.has_use = add.has_algorithm = add.has_spki = 1;
    add.use = PENTAD__V1__KEY_USE__KEY_USE_SIGNING;
    add.algorithm = PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_ED25519;
    add.spki =
        (ProtobufCBinaryData){pt_key_spki(key).len, (uint8_t *)(uintptr_t)pt_key_spki(key).p};
    change.party = (char *)(uintptr_t) "finance";
    change.n_add = 1;
    change.add = list;
    rec.body_case = PENTAD__V1__RECORD__BODY_KEY_CHANGE;
    rec.key_change = &change;
    th_stream_init(&s, &l->hub, "finance", "keys");
    uint64_t seq = s.next_seq;
    th_send_record(&s, &rec, NULL);
    pt_key_free(key);
    return seq;
}

/* ---- what it is told ---- */

static void state(const struct liar *l, struct pt_http_request *req) {
    char text[96];
    int n = snprintf(text, sizeof text, "size %" PRIu64 " cosigned %" PRIu64 "\n",
                     pt_log_size(l->hub.log), l->cosigned);
    reply(req, "text/plain", pt_span(text, (size_t)n));
}

static bool tell(struct liar *l, const char *what, const struct pt_http_request *req) {
    static const struct {
        const char *name;
        enum lie lie;
    } lies[] = {{"fork", FORK}, {"branch", BRANCH}, {"refuse", REFUSE}, {"stall", STALL}};
    if (strcmp(what, "clock") == 0) {
        l->behind_ms = (int64_t)number(req, "behind") * MINUTE_MS;
    } else if (strcmp(what, "tick") == 0) {
        tick(l);
    } else if (strcmp(what, "pay") == 0) {
        (void)pay(l);
    } else if (strcmp(what, "rogue") == 0) {
        pay_under(l, req);
    } else if (strcmp(what, "unfit") == 0) {
        pay_unfit(l);
    } else if (strcmp(what, "withhold") == 0) {
        l->withheld = pay(l);
        l->withheld_of = STREAM;
        close_day(l);
    } else if (strcmp(what, "withhold_key") == 0) {
        l->withheld = enrol_key(l);
        l->withheld_of = "keys";
    } else if (strcmp(what, "state") != 0) {
        for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
            if (strcmp(what, lies[i].name) == 0) {
                l->lie = lies[i].lie;
                l->shown = pt_log_size(l->hub.log);
                return true;
            }
        }
        return false;
    }
    return true;
}

/* ---- a batch ---- */

static void put_answer(struct pt_buf *out, const struct th_reply *r, uint8_t field) {
    size_t at = out->len;
    tr_must(pt_batch_record_append(out, pt_buf_span(&r->bytes)), NULL, "an answer");
    out->p[at] = field;
}

static void refuse_and_log(struct liar *l, struct pt_span batch, struct pt_buf *out) {
    Pentad__V1__Batch *b = pentad__v1__batch__unpack(NULL, batch.len, batch.p);
    struct pt_statement st;
    PT_ASSERT(b != NULL);
    tr_must(pt_statement_open(b->envelope, &st, NULL), NULL, "a statement");
    tl_refuse(&l->hub, "hub", &st.hash, "check_digit", out);
    tl_log_unchecked(&l->hub, batch);
    pt_statement_done(&st);
    pentad__v1__batch__free_unpacked(b, NULL);
}

static void submit(struct liar *l, struct pt_http_request *req) {
    enum { RECEIPT = 0x0a, REFUSAL = 0x12 }; /* fields of SubmitReply */
    struct pt_span batch = pt_http_request_body(req);
    enum pt_party from = party_of(req);
    struct th_reply answer = {.verdict = PT_INTAKE_REJECT};
    struct pt_buf out;
    pt_buf_init(&out, BODY_MAX);
    if (l->lie == REFUSE && l->told[from]) {
        problem(req, PT_E_BUSY);
        return;
    }
    if (l->lie == REFUSE) {
        refuse_and_log(l, batch, &out);
    } else {
        th_submit(&l->hub, PT_INTAKE_PROTOBUF, batch, pt_party_name(from), &answer);
    }
    if (answer.verdict == PT_INTAKE_ACCEPT || answer.verdict == PT_INTAKE_RECEIPT_AGAIN) {
        put_answer(&out, &answer, RECEIPT);
    } else if (answer.verdict == PT_INTAKE_REFUSE || answer.verdict == PT_INTAKE_REFUSAL_AGAIN) {
        put_answer(&out, &answer, REFUSAL);
    }
    if (l->lie == BRANCH && !l->told[from] && answer.verdict == PT_INTAKE_ACCEPT) {
        tl_private_branch(&l->hub, &out);
    }
    l->told[from] = l->lie == REFUSE || l->lie == BRANCH;
    if (out.len > 0) {
        reply(req, "application/x-protobuf", pt_buf_span(&out));
    } else {
        problem(req, answer.code);
    }
    th_reply_done(&answer);
    pt_buf_done(&out);
}

/* ---- the feed and the tree ---- */

static uint64_t shown_size(const struct liar *l) {
    return l->lie == STALL ? l->shown : pt_log_size(l->hub.log);
}

static void send_page(struct liar *l, struct pt_http_request *req, enum pt_party reader,
                      uint64_t after, uint32_t limit) {
    struct pt_err err = {0};
    struct pt_buf page;
    pt_buf_init(&page, PT_FEED_PAGE_MAX);
    if (l->lie == STALL && after >= l->shown) {
        tl_stalled_page(&l->hub, after, &page);
    } else {
        tr_must(pt_feed_page(l->hub.log, reader, after, limit, &page, NULL, &err), &err, "a page");
    }
    if (l->withheld) {
        tl_withhold(&page, "finance", l->withheld_of, l->withheld);
    }
    reply(req, "application/x-protobuf", pt_buf_span(&page));
    pt_buf_done(&page);
}

static void feed(struct liar *l, struct pt_http_request *req) {
    const struct parked p = {req, party_of(req), number(req, "after"),
                             (uint32_t)number(req, "limit")};
    if (number(req, "wait") > 0 && p.after >= shown_size(l) && l->n_parked < PARKED_MAX) {
        (void)pt_http_request_ref(req);
        l->parked[l->n_parked++] = p;
    } else {
        send_page(l, req, p.reader, p.after, p.limit);
    }
}

static void unpark(uv_timer_t *t) {
    struct liar *l = t->data;
    for (size_t i = 0; i < l->n_parked; i++) {
        const struct parked *p = &l->parked[i];
        send_page(l, p->req, p->reader, p->after, p->limit);
        pt_http_request_unref(p->req);
    }
    l->n_parked = 0;
}

static void checkpoint(struct liar *l, struct pt_http_request *req) {
    struct pt_err err = {0};
    struct pt_buf note;
    pt_buf_init(&note, PT_NOTE_MAX);
    if (l->lie == FORK) {
        tl_other_tree(&l->hub, shown_size(l), &note);
    } else {
        tr_must(pt_log_checkpoint_at(l->hub.log, shown_size(l), &note, &err), &err, "a checkpoint");
    }
    reply(req, "text/plain", pt_buf_span(&note));
    pt_buf_done(&note);
}

static void take_cosignature(struct liar *l, struct pt_http_request *req) {
    struct pt_span note = pt_http_request_body(req);
    struct pt_checkpoint c;
    struct pt_note n;
    tr_must(pt_note_parse(&n, note, NULL), NULL, "a cosigned note");
    tr_must(pt_checkpoint_parse(&c, n.text, NULL), NULL, "a cosigned checkpoint");
    pt_note_done(&n);
    l->cosigned = c.size > l->cosigned ? c.size : l->cosigned;
    reply(req, "text/plain", note);
}

/* ---- requests ---- */

static void on_head(void *ctx, const struct pt_http_request *req, struct pt_http_route *ret) {
    (void)ctx;
    (void)req;
    ret->body_max = BODY_MAX;
    ret->identity_required = true;
}

static void on_request(void *ctx, struct pt_http_request *req) {
    struct liar *l = ctx;
    const char *path = pt_http_request_path(req);
    l->hub.now_ms = pt_clock_now_ms(&pt_clock_system) - l->behind_ms;
    if (strcmp(path, "/v1/feed") == 0) {
        feed(l, req);
    } else if (strcmp(path, "/v1/batches") == 0) {
        submit(l, req);
    } else if (strcmp(path, "/checkpoint") == 0) {
        checkpoint(l, req);
    } else if (strcmp(path, "/v1/cosignatures") == 0) {
        take_cosignature(l, req);
    } else if (strncmp(path, "/do/", 4) == 0 && tell(l, path + 4, req)) {
        state(l, req);
    } else {
        problem(req, PT_E_NOT_FOUND);
    }
}

/* ---- life ---- */

static char *join(char out[512], const char *dir, const char *name) {
    PT_ASSERT(snprintf(out, 512, "%s/%s", dir, name) < 512);
    return out;
}

static void load(struct test_hub *h, const char *world, const char *data) {
    struct pt_err err = {0};
    struct pt_entry genesis;
    char name[64], path[512];
    PT_ASSERT(snprintf(h->dir, sizeof h->dir, "%s", data) < (int)sizeof h->dir);
    for (int i = 0; i < TH_PARTIES; i++) {
        (void)snprintf(name, sizeof name, "%s/keys/signing.key", th_party_names[i]);
        tr_must(pt_key_load(join(path, world, name), &h->keys[i], &err), &err, name);
    }
    tr_must(pt_key_load(join(path, world, "hub/keys/log.key"), &h->log_key, &err), &err, path);
    tr_must(pt_keycache_new(&h->cache), NULL, "keys");
    h->sv = pt_keycache_sigverify(h->cache);
    pt_buf_init(&h->genesis, 65535);
    tr_must(pt_file_read(join(path, world, "hub/genesis.entry"), &h->genesis, &err), &err, path);
    tr_must(pt_entry_open(pt_buf_span(&h->genesis), &genesis, &err), &err, path);
    tr_must(pt_logkey_vkey(h->log_key, genesis.genesis->origin, PT_NOTE_ED25519, &h->vkey), NULL,
            "the log's key");
    pt_entry_done(&genesis);
    h->now_ms = pt_clock_now_ms(&pt_clock_system);
    tr_must(pt_mkdirs(data, 0700, &err), &err, data);
    th_create(h);
}

static void unload(struct test_hub *h) {
    th_close(h);
    for (int i = 0; i < TH_PARTIES; i++) {
        pt_key_free(h->keys[i]);
    }
    pt_key_free(h->log_key);
    pt_keycache_free(h->cache);
    pt_buf_done(&h->genesis);
}

static void stopped(void *ctx) {
    struct liar *l = ctx;
    uv_close((uv_handle_t *)&l->timer, NULL);
    uv_close((uv_handle_t *)&l->signal, NULL);
}

static void on_signal(uv_signal_t *s, int signum) {
    struct liar *l = s->data;
    (void)signum;
    (void)uv_signal_stop(s);
    pt_http_server_stop(l->http, stopped, l);
}

static void listen_on(struct liar *l, const char *world) {
    const struct pt_http_handlers handlers = {on_head, on_request, l};
    char cert[512], key[512], ca[512], crl[512];
    const struct pt_tls_files files = {
        join(cert, world, "hub/keys/tls.crt"), join(key, world, "hub/keys/tls.key"),
        join(ca, world, "hub/keys/ca.crt"), join(crl, world, "hub/keys/crl.pem")};
    struct pt_http_config c;
    struct pt_err err = {0};
    SSL_CTX *tls = NULL;
    tr_must(pt_tls_server_ctx(&files, "h2,http/1.1", &tls, &err), &err, "TLS");
    pt_http_config_default(&c);
    c.host = "127.0.0.1";
    c.port = 0;
    c.tls = tls;
    c.client_cert_required = true;
    tr_must(pt_http_server_new(&l->loop, &c, &handlers, &l->http, &err), &err, "a listener");
    SSL_CTX_free(tls);
}

static int date_back(int64_t minutes, const char *path) {
    struct pt_buf file, out;
    struct pt_err err = {0};
    pt_buf_init(&file, PT_GENESIS_MAX);
    pt_buf_init(&out, PT_GENESIS_MAX);
    tr_must(pt_file_read(path, &file, &err), &err, path);
    Pentad__V1__Envelope *e = pentad__v1__envelope__unpack(NULL, file.len, file.p);
    PT_ASSERT(e != NULL);
    Pentad__V1__Genesis *g = pentad__v1__genesis__unpack(NULL, e->payload.len, e->payload.data);
    PT_ASSERT(g != NULL);
    g->created_at_ms -= minutes * MINUTE_MS;
    tr_must(pt_genesis_propose(g, &out, &err), &err, path);
    tr_must(pt_file_write(path, out.p, out.len, 0644, &err), &err, path);
    pentad__v1__genesis__free_unpacked(g, NULL);
    pentad__v1__envelope__free_unpacked(e, NULL);
    pt_buf_done(&out);
    pt_buf_done(&file);
    return 0;
}

static int serve(const char *world, const char *data) {
    static struct liar l;
    struct pt_err err = {0};
    char path[512], text[16];
    (void)signal(SIGPIPE, SIG_IGN);
    load(&l.hub, world, data);
    pt_close_init(&l.close, PT_PARTY_FINANCE);
    PT_ASSERT(uv_loop_init(&l.loop) == 0 && uv_timer_init(&l.loop, &l.timer) == 0 &&
              uv_signal_init(&l.loop, &l.signal) == 0);
    l.timer.data = l.signal.data = &l;
    (void)uv_timer_start(&l.timer, unpark, PARK_MS, PARK_MS);
    (void)uv_signal_start(&l.signal, on_signal, SIGTERM);
    listen_on(&l, world);
    int n = snprintf(text, sizeof text, "%u\n", (unsigned)pt_http_server_port(l.http));
    tr_must(pt_file_write(join(path, data, "port"), text, (size_t)n, 0644, &err), &err, path);
    (void)uv_run(&l.loop, UV_RUN_DEFAULT);
    pt_http_server_free(l.http);
    (void)uv_loop_close(&l.loop);
    unload(&l.hub);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "before") == 0) {
        return date_back(strtoll(argv[2], NULL, 10), argv[3]);
    }
    if (argc != 3) {
        fprintf(stderr, "usage: liar WORLD DATA | liar before MINUTES PROPOSAL\n");
        return 2;
    }
    return serve(argv[1], argv[2]);
}
