#include <pentad/record/sealed.h>

#include <string.h>

#include <openssl/evp.h>

#include <pentad/record/catalogue.h>
#include <pentad/record/decode.h>
#include <pentad/record/visible.h>
#include <pentad/v1/sealed.pb-c.h>

#include "fields.h"

enum {
    LENGTH_BYTES = 4,
    FILL_FROM = 64 * 1024, /* the smallest seal; larger ones are powers of two */
    FILL_PERSON = 256      /* a name and a token tell nothing by their length */
};

/* ---- header and content ---- */

/* Every message has its base first, so any member of the oneof names the pointer. */
static ProtobufCMessage *body_of(const Pentad__V1__Record *rec) {
    return rec->body_case == PENTAD__V1__RECORD__BODY__NOT_SET ? NULL
                                                               : (ProtobufCMessage *)rec->tick;
}

static const ProtobufCFieldDescriptor *field(const ProtobufCMessage *body, const char *name) {
    PT_ASSERT(body != NULL);
    return protobuf_c_message_descriptor_get_field_by_name(body->descriptor, name);
}

const Pentad__V1__Sealed *pt_sealed_of(const Pentad__V1__Record *rec) {
    const ProtobufCMessage *body = body_of(rec);
    const ProtobufCFieldDescriptor *f = body != NULL ? field(body, "sealed") : NULL;

    if (f == NULL || f->descriptor != &pentad__v1__sealed__descriptor) {
        return NULL;
    }
    return *(const Pentad__V1__Sealed *const *)(const void *)((const uint8_t *)body + f->offset);
}

const Pentad__V1__RecordRef *pt_sealed_opens(const Pentad__V1__Record *rec) {
    const ProtobufCMessage *body = body_of(rec);
    const ProtobufCFieldDescriptor *f = body != NULL ? field(body, "opens") : NULL;

    return f == NULL ? NULL
                     : *(const Pentad__V1__RecordRef *const *)(const void *)((const uint8_t *)body +
                                                                             f->offset);
}

bool pt_sealed_due(const Pentad__V1__Record *rec) {
    const struct pt_record_info *info = pt_record_info_of(rec);

    return info != NULL && (info->flags & PT_RT_SEALED) && pt_sealed_of(rec) == NULL &&
           pt_sealed_opens(rec) == NULL &&
           rec->correction != PENTAD__V1__CORRECTION__CORRECTION_WITHDRAW;
}

static bool is_person(const Pentad__V1__Record *rec) {
    return rec->body_case == PENTAD__V1__RECORD__BODY_RESPONSIBLE_PERSON;
}

pt_party_set pt_sealed_readers(const Pentad__V1__Record *rec, enum pt_party author) {
    pt_party_set set = PT_PARTY_BIT(author);

    if (is_person(rec)) {
        return set | PT_P_D | PT_P_O | PT_P_F | PT_P_A; /* others read the header alone */
    }
    for (unsigned p = PT_PARTY_CONGRESS; p <= PT_PARTY_OFFICE; p++) {
        if (pt_visible(rec, author, (enum pt_party)p) == PT_VISIBLE_FULL) {
            set |= PT_PARTY_BIT(p);
        }
    }
    return set;
}

static void copy_field(const ProtobufCFieldDescriptor *f, const void *from, void *to) {
    bool wide = f->label == PROTOBUF_C_LABEL_REPEATED;
    size_t size = wide ? sizeof(void *) : pt_field_step(f->type);

    memcpy((uint8_t *)to + f->offset, (const uint8_t *)from + f->offset, size);
    if (wide) {
        memcpy((uint8_t *)to + f->quantifier_offset, (const uint8_t *)from + f->quantifier_offset,
               sizeof(size_t));
    } else if (f->quantifier_offset != 0) {
        memcpy((uint8_t *)to + f->quantifier_offset, (const uint8_t *)from + f->quantifier_offset,
               sizeof(protobuf_c_boolean));
    }
}

/* What a record says of its papers. A header without them is like any other of its type. */
static const char *const papers[] = {"fiscal_year",    "effective",   "originator", "doc_no",
                                     "classification", "attachments", "source"};

static const ProtobufCFieldDescriptor *paper(size_t i) {
    return protobuf_c_message_descriptor_get_field_by_name(&pentad__v1__record__descriptor,
                                                           papers[i]);
}

static void move_papers(Pentad__V1__Record *from, Pentad__V1__Record *to) {
    for (size_t i = 0; i < sizeof(papers) / sizeof(papers[0]); i++) {
        copy_field(paper(i), from, to);
    }
    pt_sealed_drop_papers(from);
}

void pt_sealed_drop_papers(Pentad__V1__Record *rec) {
    for (size_t i = 0; i < sizeof(papers) / sizeof(papers[0]); i++) {
        pt_field_clear(paper(i), (uint8_t *)rec);
    }
}

/* A copy of the body with the fields for which `content` is not so left out. */
static ProtobufCMessage *part_of(const ProtobufCMessage *body, bool content,
                                 struct pt_arena *arena) {
    uint8_t *copy = pt_arena_alloc(arena, body->descriptor->sizeof_message);

    if (copy == NULL) {
        return NULL;
    }
    memcpy(copy, body, body->descriptor->sizeof_message);
    for (unsigned i = 0; i < body->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &body->descriptor->fields[i];

        if ((f->id >= PT_SEALED_CONTENT_FROM) != content) {
            pt_field_clear(f, copy);
        }
    }
    return (ProtobufCMessage *)(void *)copy;
}

/* protobuf-c has no const; packing only reads. */
static ProtobufCBinaryData bytes_of(const uint8_t *p, size_t len) {
    return (ProtobufCBinaryData){.len = len, .data = (uint8_t *)(uintptr_t)p};
}

static char *text_of(const char *s) {
    return (char *)(uintptr_t)s;
}

void pt_sealed_set_nonce(Pentad__V1__Record *opening, const uint8_t nonce[PT_SEALED_NONCE]) {
    const ProtobufCFieldDescriptor *f = field(body_of(opening), "content_nonce");
    const ProtobufCBinaryData value = bytes_of(nonce, PT_SEALED_NONCE);
    uint8_t *body = (uint8_t *)body_of(opening);

    memcpy(body + f->offset, &value, sizeof(value));
    *(protobuf_c_boolean *)(void *)(body + f->quantifier_offset) = 1;
}

static void hash_record(struct pt_span bytes, uint8_t ret[32]) {
    static const uint8_t leaf = 0;
    EVP_MD_CTX *md = EVP_MD_CTX_new();

    PT_ASSERT(md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1 &&
              EVP_DigestUpdate(md, &leaf, 1) == 1 &&
              EVP_DigestUpdate(md, bytes.p, bytes.len) == 1 &&
              EVP_DigestFinal_ex(md, ret, NULL) == 1);
    EVP_MD_CTX_free(md);
}

static int hash_of(const Pentad__V1__Record *rec, uint8_t ret[32], struct pt_err *err) {
    struct pt_buf bytes;
    int rc;

    pt_buf_init(&bytes, PT_RECORD_MAX);
    rc = pt_msg_encode(&rec->base, &bytes, err);
    if (rc == 0) {
        hash_record(pt_buf_span(&bytes), ret);
    }
    pt_buf_done(&bytes);
    return rc;
}

/* ---- the bytes inside ---- */

static size_t filled(size_t n, bool person) {
    size_t size = FILL_FROM;

    if (person) {
        return (n + FILL_PERSON - 1) / FILL_PERSON * FILL_PERSON;
    }
    while (size < n) {
        size *= 2;
    }
    return size;
}

bool pt_sealed_size_good(const Pentad__V1__Record *rec, size_t plain) {
    return plain > 0 && plain <= PT_SEALED_MAX && filled(plain, is_person(rec)) == plain;
}

static int frame(const Pentad__V1__SealedContent *content, bool person, struct pt_buf *out,
                 struct pt_err *err) {
    struct pt_buf bytes;
    size_t size;
    int rc;

    pt_buf_init(&bytes, PT_SEALED_MAX);
    rc = pt_msg_encode(&content->base, &bytes, err);
    size = filled(LENGTH_BYTES + bytes.len, person);
    if (rc == PT_E_TOO_LARGE || size > PT_SEALED_MAX) {
        rc = pt_err_set(err, PT_E_TOO_LARGE, "the content to seal is beyond %d bytes",
                        (int)PT_SEALED_MAX);
    }
    if (rc == 0) {
        (void)pt_buf_put_u16be(out, (uint16_t)(bytes.len >> 16));
        (void)pt_buf_put_u16be(out, (uint16_t)bytes.len);
        (void)pt_buf_append_span(out, pt_buf_span(&bytes));
        for (size_t i = LENGTH_BYTES + bytes.len; i < size && !out->failed; i++) {
            (void)pt_buf_putc(out, '\0');
        }
        rc = out->failed ? pt_err_set(err, PT_E_NOMEM, "no memory to seal") : 0;
    }
    pt_buf_done(&bytes);
    return rc;
}

int pt_sealed_split(const Pentad__V1__Record *rec, const uint8_t nonce[PT_SEALED_NONCE],
                    const struct pt_sealed_place *place, bool with_papers, struct pt_arena *arena,
                    Pentad__V1__Record **ret_header, struct pt_buf *ret_plain, uint8_t ret_hash[32],
                    struct pt_err *err) {
    const ProtobufCMessage *body = body_of(rec);
    Pentad__V1__Record *header = pt_arena_alloc(arena, sizeof(*header));
    Pentad__V1__Record inner = PENTAD__V1__RECORD__INIT;
    Pentad__V1__SealedContext context = PENTAD__V1__SEALED_CONTEXT__INIT;
    Pentad__V1__SealedContent content = PENTAD__V1__SEALED_CONTENT__INIT;
    ProtobufCBinaryData keys[PT_SEALED_KEYS_MAX];
    ProtobufCMessage *head = part_of(body, false, arena);
    ProtobufCMessage *rest = part_of(body, true, arena);
    int rc;

    PT_ASSERT(place->n_recipients > 0 && place->n_recipients <= PT_SEALED_KEYS_MAX);
    *ret_header = NULL;
    if (header == NULL || head == NULL || rest == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory to seal");
    }
    *header = *rec;
    header->tick = (Pentad__V1__Tick *)head;
    inner.has_nonce = 1;
    inner.nonce = bytes_of(nonce, PT_SEALED_NONCE);
    inner.body_case = rec->body_case;
    inner.tick = (Pentad__V1__Tick *)rest;
    if (with_papers) {
        move_papers(header, &inner);
    }
    for (size_t i = 0; i < place->n_recipients; i++) {
        keys[i] = bytes_of(place->recipients[i], PT_SEALED_KEY_ID);
    }
    context.has_hub = context.has_seq = 1;
    context.hub = bytes_of(place->hub, sizeof(place->hub));
    context.party = text_of(place->party);
    context.stream = text_of(place->stream);
    context.seq = place->seq;
    context.n_recipients = place->n_recipients;
    context.recipients = keys;
    content.context = &context;
    content.record = &inner;
    rc = hash_of(&inner, ret_hash, err);
    if (rc == 0) {
        rc = frame(&content, is_person(rec), ret_plain, err);
    }
    *ret_header = rc == 0 ? header : NULL;
    return rc;
}

void pt_sealed_hang(Pentad__V1__Record *header, Pentad__V1__Sealed *sealed) {
    ProtobufCMessage *body = body_of(header);

    memcpy((uint8_t *)body + field(body, "sealed")->offset, &sealed, sizeof(sealed));
}

/* ---- opening ---- */

static int unframe(struct pt_span plain, struct pt_arena *arena, Pentad__V1__SealedContent **ret,
                   struct pt_err *err) {
    ProtobufCMessage *msg = NULL;
    size_t len;
    int rc = 0;

    if (plain.len < LENGTH_BYTES) {
        return pt_err_set(err, PT_E_FORMAT, "what was sealed is no content");
    }
    len =
        (size_t)plain.p[0] << 24 | (size_t)plain.p[1] << 16 | (size_t)plain.p[2] << 8 | plain.p[3];
    if (len > plain.len - LENGTH_BYTES) {
        return pt_err_set(err, PT_E_FORMAT, "what was sealed is cut off");
    }
    for (size_t i = LENGTH_BYTES + len; i < plain.len && rc == 0; i++) {
        rc = plain.p[i] == 0 ? 0
                             : pt_err_set(err, PT_E_FORMAT,
                                          "what was sealed isn't filled up "
                                          "with zeros");
    }
    if (rc == 0) {
        rc = pt_msg_decode_strict(&pentad__v1__sealed_content__descriptor,
                                  pt_span(plain.p + LENGTH_BYTES, len), arena, &msg, err);
        rc = rc == 0 || rc == PT_E_NOMEM
                 ? rc
                 : pt_err_set(err, PT_E_FORMAT, "what was sealed is no content");
    }
    *ret = (Pentad__V1__SealedContent *)msg;
    return rc;
}

static bool same_bytes(const ProtobufCBinaryData *a, const uint8_t *p, size_t len) {
    return a->len == len && memcmp(a->data, p, len) == 0;
}

static bool same_text(const char *a, const char *b) {
    return a != NULL && strcmp(a, b) == 0;
}

static bool same_place(const Pentad__V1__SealedContext *c, const struct pt_sealed_place *place,
                       const Pentad__V1__Sealed *sealed) {
    if (c == NULL || !same_bytes(&c->hub, place->hub, sizeof(place->hub)) ||
        !same_text(c->party, place->party) || !same_text(c->stream, place->stream) ||
        c->seq != place->seq || c->n_recipients != sealed->n_recipients) {
        return false;
    }
    for (size_t i = 0; i < c->n_recipients; i++) {
        if (!same_bytes(&c->recipients[i], sealed->recipients[i].data, sealed->recipients[i].len)) {
            return false;
        }
    }
    return true;
}

/* Content fields of `from` into `to`; false where `from` holds a header's. */
static bool add_content(ProtobufCMessage *to, const ProtobufCMessage *from) {
    for (unsigned i = 0; i < to->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &to->descriptor->fields[i];
        const uint8_t *source = (const uint8_t *)from;

        if (!pt_field_any(f, source)) {
            continue;
        }
        if (f->id < PT_SEALED_CONTENT_FROM) {
            return false;
        }
        copy_field(f, from, to);
    }
    return true;
}

/* Papers of `from` into `to`; false where both have them. */
static bool add_papers(Pentad__V1__Record *to, const Pentad__V1__Record *from) {
    for (size_t i = 0; i < sizeof(papers) / sizeof(papers[0]); i++) {
        if (!pt_field_any(paper(i), (const uint8_t *)from)) {
            continue;
        }
        if (pt_field_any(paper(i), (const uint8_t *)to)) {
            return false;
        }
        copy_field(paper(i), from, to);
    }
    return true;
}

int pt_sealed_join(const Pentad__V1__Record *rec, struct pt_span plain,
                   const struct pt_sealed_place *place, struct pt_arena *arena,
                   Pentad__V1__Record **ret_rec, struct pt_err *err) {
    const Pentad__V1__Sealed *sealed = pt_sealed_of(rec);
    Pentad__V1__SealedContent *content = NULL;
    Pentad__V1__Record *whole;
    ProtobufCMessage *body;
    uint8_t hash[32];
    int rc;

    *ret_rec = NULL;
    PT_ASSERT(sealed != NULL);
    rc = unframe(plain, arena, &content, err);
    if (rc != 0) {
        return rc;
    }
    if (!same_place(content->context, place, sealed)) {
        return pt_err_set(err, PT_E_PROOF, "the seal was made for another record");
    }
    if (content->record == NULL || content->record->body_case != rec->body_case) {
        return pt_err_set(err, PT_E_FORMAT, "the seal holds another type of record");
    }
    rc = hash_of(content->record, hash, err);
    if (rc == 0 && sealed->has_content_hash &&
        !same_bytes(&sealed->content_hash, hash, sizeof(hash))) {
        rc = pt_err_set(err, PT_E_PROOF, "the seal holds another content than the record says");
    }
    if (rc != 0) {
        return rc;
    }
    whole = pt_arena_alloc(arena, sizeof(*whole));
    body = part_of(body_of(rec), false, arena);
    if (whole == NULL || body == NULL) {
        return pt_err_set(err, PT_E_NOMEM, "no memory to open a seal");
    }
    if (!add_content(body, body_of(content->record))) {
        return pt_err_set(err, PT_E_FORMAT, "the seal holds a part of the header");
    }
    pt_field_clear(field(body, "sealed"), (uint8_t *)body);
    *whole = *rec;
    whole->tick = (Pentad__V1__Tick *)body;
    if (!add_papers(whole, content->record)) {
        return pt_err_set(err, PT_E_FORMAT, "the seal repeats what its record says of its papers");
    }
    *ret_rec = whole;
    return 0;
}

int pt_sealed_content_hash(const Pentad__V1__Record *rec, struct pt_span nonce, uint8_t ret[32],
                           struct pt_err *err) {
    Pentad__V1__Record inner = PENTAD__V1__RECORD__INIT;
    struct pt_arena arena;
    int rc;

    pt_arena_init(&arena, 4096);
    inner.has_nonce = 1;
    inner.nonce = bytes_of(nonce.p, nonce.len);
    inner.body_case = rec->body_case;
    inner.tick = (Pentad__V1__Tick *)part_of(body_of(rec), true, &arena);
    rc = inner.tick != NULL ? hash_of(&inner, ret, err)
                            : pt_err_set(err, PT_E_NOMEM, "no memory to compare a seal");
    pt_arena_done(&arena);
    return rc;
}

int pt_sealed_opened_hash(const Pentad__V1__Record *opening, uint8_t ret_hash[32],
                          struct pt_err *err) {
    const ProtobufCMessage *body = body_of(opening);
    const ProtobufCFieldDescriptor *f = field(body, "content_nonce");
    const ProtobufCBinaryData *nonce;

    PT_ASSERT(f != NULL && pt_sealed_opens(opening) != NULL);
    nonce = (const ProtobufCBinaryData *)(const void *)((const uint8_t *)body + f->offset);
    return pt_sealed_content_hash(opening, pt_span(nonce->data, nonce->len), ret_hash, err);
}

int pt_sealed_opening_check(const Pentad__V1__Record *opening, const char *author,
                            const Pentad__V1__Record *sealed, const char *party,
                            const uint8_t hash[32], struct pt_err *err) {
    const Pentad__V1__RecordRef *opens = pt_sealed_opens(opening);
    const Pentad__V1__Sealed *seal = pt_sealed_of(sealed);
    uint8_t content[32];
    int rc;

    PT_ASSERT(opens != NULL);
    if (strcmp(author, party) != 0 || opening->body_case != sealed->body_case || seal == NULL ||
        !seal->has_content_hash) {
        return pt_err_set(err, PT_E_OPENING, "it opens what is no sealed record of its author's");
    }
    if (!same_bytes(&opens->hash, hash, 32)) {
        return pt_err_set(err, PT_E_OPENING, "it names another hash than the sealed record has");
    }
    rc = pt_sealed_opened_hash(opening, content, err);
    if (rc == 0 && !same_bytes(&seal->content_hash, content, sizeof(content))) {
        rc = pt_err_set(err, PT_E_OPENING, "it reveals another content than was sealed");
    }
    return rc;
}
