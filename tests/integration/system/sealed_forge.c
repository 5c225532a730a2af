/* sealed_forge CONNECTOR.yaml STREAM RECORD.json HOW [KEY|FILE]…
 *
 * Signs one record with a body's own key, sealed in one of many ways that no connector would, and
 * hands it in. Each KEY is the PEM file of a recipient's sealing key. Prints what the hub answers:
 * "logged N", or a line a fault: "refused CODE FIELD MESSAGE". One thread.
 *
 *   agreed        as a connector does it
 *   seq, stream, party, hub   made for another place
 *   content       another content than the record commits to
 *   tag, cut      a changed tag; a byte less
 *   twice         to one of those whom the record names, as often as there are others too
 *   cbc           EnvelopedData with AES-256-CBC
 *   unpadded, huge   not filled up; three MiB
 *   beside, clear    the content beside the seal; no seal at all
 *   lifted        the seal of the record in FILE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/x509v3.h>

#include <pentad/base/clock.h>
#include <pentad/base/file.h>
#include <pentad/certs/seal.h>
#include <pentad/client/batch.h>
#include <pentad/client/http.h>
#include <pentad/proof/batch.h>
#include <pentad/record/decode.h>
#include <pentad/record/json.h>
#include <pentad/record/sealed.h>
#include <pentad/runtime/config.h>

enum { PLAIN_MAX = 3 << 20, BATCH_MAX = 8 << 20 };

struct forge {
    const char *how, *stream;
    char **keys;
    size_t n;
    struct pt_config *config;
    struct pt_trust trust;
    struct pt_arena arena;
    struct pt_pubkey *to[PT_SEALED_KEYS_MAX];
    uint8_t ids[PT_SEALED_KEYS_MAX][PT_SEALED_KEY_ID];
    ProtobufCBinaryData recipients[PT_SEALED_KEYS_MAX];
    uint8_t nonce[PT_SEALED_NONCE], hash[PT_HASH_LEN];
    struct pt_buf plain, cms, file;
    Pentad__V1__Sealed sealed;
};

static bool is(const struct forge *f, const char *how) {
    return strcmp(f->how, how) == 0;
}

/* ---- to whom --------------------------------------------------------------------------------- */

static int by_spki(const void *a, const void *b) {
    struct pt_hash x, y;
    struct pt_span s = pt_pubkey_spki(*(struct pt_pubkey *const *)a);
    struct pt_span t = pt_pubkey_spki(*(struct pt_pubkey *const *)b);
    pt_sha256(&x, s.p, s.len);
    pt_sha256(&y, t.p, t.len);
    return memcmp(x.b, y.b, PT_HASH_LEN);
}

static int load_recipients(struct forge *f, struct pt_err *err) {
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < f->n; i++) {
        struct pt_key *key = NULL;
        rc = pt_key_load(f->keys[i], &key, err);
        rc = rc ? rc : pt_pubkey_from_spki(pt_key_spki(key), &f->to[i], err);
        pt_key_free(key);
    }
    if (rc != 0) {
        return rc;
    }
    qsort(f->to, f->n, sizeof f->to[0], by_spki);
    for (size_t i = 0; i < f->n; i++) {
        struct pt_span spki = pt_pubkey_spki(f->to[i]);
        struct pt_hash id;
        pt_sha256(&id, spki.p, spki.len);
        memcpy(f->ids[i], id.b, PT_HASH_LEN);
        f->recipients[i] = (ProtobufCBinaryData){PT_HASH_LEN, f->ids[i]};
    }
    return 0;
}

/* ---- the seal -------------------------------------------------------------------------------- */

/* What OpenSSL makes by itself for its first recipient. */
static int seal_cbc(struct forge *f, struct pt_err *err) {
    X509 *x = X509_new();
    STACK_OF(X509) *to = sk_X509_new_null();
    BIO *in = BIO_new_mem_buf(f->plain.p, (int)f->plain.len);
    EVP_PKEY *any = EVP_EC_gen("P-256");
    CMS_ContentInfo *cms = NULL;
    uint8_t *der = NULL;
    int n = 0;
    if (x && to && in && any && X509_set_pubkey(x, pt_pubkey_evp(f->to[0])) &&
        ASN1_INTEGER_set(X509_get_serialNumber(x), 1) &&
        X509_gmtime_adj(X509_getm_notBefore(x), 0) && X509_gmtime_adj(X509_getm_notAfter(x), 60) &&
        X509_sign(x, any, EVP_sha256()) > 0 && sk_X509_push(to, x) > 0) {
        cms = CMS_encrypt(to, in, EVP_aes_256_cbc(), CMS_BINARY);
        n = cms ? i2d_CMS_ContentInfo(cms, &der) : 0;
    }
    int rc = n > 0 ? pt_buf_append(&f->cms, der, (size_t)n)
                   : pt_err_set(err, PT_E_CRYPTO, "no CBC seal");
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    EVP_PKEY_free(any);
    sk_X509_free(to);
    X509_free(x);
    return rc;
}

static struct pt_sealed_place place_of(const struct forge *f) {
    struct pt_sealed_place at = {.party = is(f, "party") ? "congress" : f->config->party,
                                 .stream = is(f, "stream") ? "main" : f->stream,
                                 .seq = is(f, "seq") ? 2 : 1,
                                 .recipients = (const uint8_t(*)[PT_SEALED_KEY_ID])f->ids,
                                 .n_recipients = f->n};
    memcpy(at.hub, f->trust.hub.b, sizeof at.hub);
    at.hub[0] ^= is(f, "hub");
    return at;
}

/* Fills up, or leaves it. */
static int resize(struct forge *f) {
    size_t content = 4 + ((size_t)f->plain.p[1] << 16 | (size_t)f->plain.p[2] << 8 | f->plain.p[3]);
    int rc = 0;
    if (is(f, "unpadded")) {
        f->plain.len = content;
    }
    while (rc == 0 && is(f, "huge") && f->plain.len < PLAIN_MAX) {
        rc = pt_buf_putc(&f->plain, '\0');
    }
    return rc;
}

static int seal(struct forge *f, const Pentad__V1__Record *rec, Pentad__V1__Record **ret_header,
                struct pt_err *err) {
    const struct pt_sealed_place at = place_of(f);
    int rc =
        pt_sealed_split(rec, f->nonce, &at, false, &f->arena, ret_header, &f->plain, f->hash, err);
    rc = rc ? rc : resize(f);
    if (rc == 0 && is(f, "cbc")) {
        rc = seal_cbc(f, err);
    } else if (rc == 0) {
        const struct pt_pubkey *to[PT_SEALED_KEYS_MAX];
        for (size_t i = 0; i < f->n; i++) {
            to[i] = f->to[is(f, "twice") ? 0 : i];
        }
        rc = pt_seal(to, f->n, pt_buf_span(&f->plain), &f->cms, err);
    }
    if (rc == 0) {
        f->cms.p[f->cms.len - 1] ^= is(f, "tag");
        f->cms.len -= is(f, "cut");
        f->hash[0] ^= is(f, "content");
        f->sealed.n_recipients = f->n;
        f->sealed.recipients = f->recipients;
        f->sealed.has_cms = f->sealed.has_content_hash = 1;
        f->sealed.cms = (ProtobufCBinaryData){f->cms.len, f->cms.p};
        f->sealed.content_hash = (ProtobufCBinaryData){sizeof f->hash, f->hash};
    }
    return rc;
}

/* The header of `rec` alone is used. */
static int lift(struct forge *f, const Pentad__V1__Record *rec, Pentad__V1__Record **ret_header,
                struct pt_err *err) {
    Pentad__V1__Record *theirs = NULL;
    const struct pt_sealed_place at = place_of(f);
    int rc =
        pt_sealed_split(rec, f->nonce, &at, false, &f->arena, ret_header, &f->plain, f->hash, err);
    rc = rc ? rc : pt_file_read(f->keys[0], &f->file, err);
    if (rc == 0 && (pt_record_decode(pt_buf_span(&f->file), &f->arena, &theirs, NULL) != 0 ||
                    pt_sealed_of(theirs) == NULL)) {
        rc = pt_err_set(err, PT_E_FORMAT, "%s holds no sealed record", f->keys[0]);
    }
    if (rc == 0) {
        f->sealed = *pt_sealed_of(theirs);
    }
    return rc;
}

static int read_record(struct forge *f, const char *path, Pentad__V1__Record **ret,
                       struct pt_err *err) {
    ProtobufCMessage *msg = NULL;
    struct pt_buf text;
    pt_buf_init(&text, 1 << 20);
    int rc = pt_file_read(path, &text, err);
    rc = rc ? rc
            : pt_json_decode(&pentad__v1__record__descriptor, pt_buf_span(&text), &f->arena, &msg,
                             err);
    pt_buf_done(&text);
    *ret = (Pentad__V1__Record *)msg;
    return rc;
}

/* The record as it goes out. */
static int forge(struct forge *f, const char *path, struct pt_buf *out, struct pt_err *err) {
    Pentad__V1__Record *rec = NULL, *header = NULL;
    int rc = read_record(f, path, &rec, err);
    if (rc != 0) {
        return rc;
    }
    rec->has_seq = rec->has_nonce = rec->has_issued_at_ms = 1;
    rec->seq = 1;
    rec->issued_at_ms = pt_clock_now_ms(&pt_clock_system);
    rec->nonce = (ProtobufCBinaryData){sizeof f->nonce, f->nonce};
    pentad__v1__sealed__init(&f->sealed);
    if (is(f, "lifted")) {
        rc = lift(f, rec, &header, err);
    } else if (is(f, "clear")) {
        return pt_msg_encode(&rec->base, out, err);
    } else {
        rc = seal(f, rec, &header, err);
    }
    if (rc != 0) {
        return rc;
    }
    header = is(f, "beside") ? rec : header;
    pt_sealed_hang(header, &f->sealed);
    return pt_msg_encode(&header->base, out, err);
}

/* ---- handing in ------------------------------------------------------------------------------ */

static int print_refusal(const Pentad__V1__Envelope *env, struct pt_err *err) {
    Pentad__V1__Refusal *r = pentad__v1__refusal__unpack(NULL, env->payload.len, env->payload.data);
    if (r == NULL) {
        return pt_err_set(err, PT_E_FORMAT, "no refusal");
    }
    for (size_t i = 0; i < r->n_faults; i++) {
        printf("refused %s %s %s\n", r->faults[i]->code, r->faults[i]->field,
               r->faults[i]->message);
    }
    pentad__v1__refusal__free_unpacked(r, NULL);
    return 0;
}

static int print_answer(struct pt_span answer, struct pt_err *err) {
    Pentad__V1__SubmitReply *r = pentad__v1__submit_reply__unpack(NULL, answer.len, answer.p);
    int rc = 0;
    if (r != NULL && r->receipt != NULL) {
        printf("logged %llu\n", (unsigned long long)r->receipt->log_index);
    } else if (r != NULL && r->refusal != NULL) {
        rc = print_refusal(r->refusal, err);
    } else {
        rc = pt_err_set(err, PT_E_FORMAT, "no answer");
    }
    pentad__v1__submit_reply__free_unpacked(r, NULL);
    return rc;
}

static int hand_in(struct forge *f, struct pt_span batch, struct pt_err *err) {
    const struct pt_http_client_config http = {.url = f->config->hub,
                                               .tls = {.cert = f->config->keys.tls_cert,
                                                       .key = f->config->keys.tls_key,
                                                       .ca = f->config->keys.ca,
                                                       .crl = f->config->keys.crl}};
    struct pt_http_client *hub = NULL;
    struct pt_buf answer;
    pt_buf_init(&answer, PT_CLIENT_ANSWER_MAX);
    int rc = pt_http_client_new(&http, &hub, err);
    rc = rc ? rc
            : pt_http_client_post(hub, "/v1/batches", "application/x-protobuf", batch, &answer,
                                  NULL, err);
    rc = rc ? rc : print_answer(pt_buf_span(&answer), err);
    pt_http_client_free(hub);
    pt_buf_done(&answer);
    return rc;
}

static int sign_and_hand_in(struct forge *f, struct pt_span record, struct pt_err *err) {
    struct pt_hash hash, statement;
    struct pt_key *key = NULL;
    struct pt_buf envelope, batch;
    struct pt_batch_cut cut = {.hub = f->trust.hub,
                               .party = f->config->party,
                               .stream = f->stream,
                               .first_seq = 1,
                               .record_hashes = &hash,
                               .record_count = 1,
                               .previous = f->trust.hub,
                               .seen_size = 1,
                               .seen_root = f->trust.hub,
                               .signed_at_ms = pt_clock_now_ms(&pt_clock_system)};
    pt_buf_init(&envelope, 65535);
    pt_buf_init(&batch, BATCH_MAX);
    pt_leaf_hash(&hash, record.p, record.len);
    int rc = pt_key_load(f->config->keys.signing, &key, err);
    rc = rc ? rc : pt_batch_sign(&cut, key, &envelope, &statement, err);
    rc = rc ? rc : pt_batch_envelope_append(&batch, pt_buf_span(&envelope));
    rc = rc ? rc : pt_batch_record_append(&batch, record);
    rc = rc ? rc : hand_in(f, pt_buf_span(&batch), err);
    pt_key_free(key);
    pt_buf_done(&envelope);
    pt_buf_done(&batch);
    return rc;
}

static int run(struct forge *f, char **argv, struct pt_buf *record, struct pt_err *err) {
    int rc = pt_config_load(argv[1], &f->config, err);
    rc = rc ? rc : pt_trust_load(f->config->trust.genesis, f->config->trust.policy, &f->trust, err);
    if (rc == 0 && pt_entropy_system.fill(pt_entropy_system.ctx, f->nonce, sizeof f->nonce) != 0) {
        rc = pt_err_set(err, PT_E_IO, "no randomness");
    }
    if (rc == 0 && !is(f, "lifted")) {
        rc = load_recipients(f, err);
    }
    rc = rc ? rc : forge(f, argv[3], record, err);
    return rc ? rc : sign_and_hand_in(f, pt_buf_span(record), err);
}

int main(int argc, char **argv) {
    static struct forge f;
    struct pt_buf record;
    struct pt_err err = {0};
    if (argc < 6 || argc > 5 + PT_SEALED_KEYS_MAX) {
        fputs("usage: sealed_forge CONNECTOR.yaml STREAM RECORD.json HOW KEY|FILE…\n", stderr);
        return 2;
    }
    f.stream = argv[2];
    f.how = argv[4];
    f.keys = argv + 5;
    f.n = (size_t)argc - 5;
    pt_arena_init(&f.arena, 64u << 20);
    pt_buf_init(&record, PT_RECORD_MAX);
    pt_buf_init(&f.plain, PLAIN_MAX + 1);
    pt_buf_init(&f.cms, PT_RECORD_MAX);
    pt_buf_init(&f.file, PT_RECORD_MAX);
    int rc = run(&f, argv, &record, &err);
    if (rc != 0) {
        fprintf(stderr, "%s: %s\n", pt_err_name(rc), err.msg);
    }
    for (size_t i = 0; i < f.n; i++) {
        pt_pubkey_free(f.to[i]);
    }
    pt_trust_done(&f.trust);
    pt_config_free(f.config);
    pt_buf_done(&f.file);
    pt_buf_done(&f.cms);
    pt_buf_done(&f.plain);
    pt_buf_done(&record);
    pt_arena_done(&f.arena);
    return rc == 0 ? 0 : 1;
}
