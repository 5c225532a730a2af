#include <pentad/proof/close.h>

#include <string.h>

void pt_close_init(struct pt_close *c, enum pt_party author) {
    memset(c, 0, sizeof(*c));
    c->author = author;
    for (int p = PT_PARTY_NONE + 1; p < PT_PARTY_END; p++) {
        if ((enum pt_party)p != author && pt_party_in(PT_PARTIES_SIX, (enum pt_party)p)) {
            c->classes[c->n++].reader = (enum pt_party)p;
        }
    }
}

void pt_close_add(struct pt_close *c, const Pentad__V1__Record *rec, const struct pt_hash *hash) {
    for (size_t i = 0; i < c->n; i++) {
        if (pt_visible(rec, c->author, c->classes[i].reader) == PT_VISIBLE_FULL) {
            pt_merkle_append(&c->classes[i].tree, hash);
        }
    }
}

void pt_close_write(const struct pt_close *c, int32_t day, bool is_final,
                    struct pt_close_message *ret) {
    memset(ret, 0, sizeof(*ret));
    pentad__v1__stream_close__init(&ret->close);
    ret->close.has_day = 1;
    ret->close.day = day;
    if (is_final) {
        ret->close.has_final = 1;
        ret->close.final = 1;
    }
    for (size_t i = 0; i < c->n; i++) {
        const char *name = pt_party_name(c->classes[i].reader);
        Pentad__V1__ReaderCount *m = &ret->counts[i];

        pentad__v1__reader_count__init(m);
        /* protobuf-c has no const strings; packing only reads. */
        memcpy(&m->reader_class, &name, sizeof(m->reader_class));
        m->has_count = m->has_head = 1;
        m->count = c->classes[i].tree.size;
        pt_merkle_root(&c->classes[i].tree, &ret->heads[i]);
        m->head.len = PT_HASH_LEN;
        m->head.data = ret->heads[i].b;
        ret->list[i] = m;
    }
    ret->close.n_classes = c->n;
    ret->close.classes = ret->list;
}

static int compare_class(const struct pt_close_class *mine, const Pentad__V1__ReaderCount *said,
                         struct pt_err *err) {
    struct pt_hash head, told;

    pt_merkle_root(&mine->tree, &head);
    if (!said->has_count || said->count != mine->tree.size) {
        return pt_err_set(err, PT_E_PROOF,
                          "the stream's close counts %llu records for %s, %llu were received",
                          (unsigned long long)said->count, pt_party_name(mine->reader),
                          (unsigned long long)mine->tree.size);
    }
    if (!said->has_head || pt_hash_from_bytes(&told, said->head.data, said->head.len) != 0 ||
        !pt_hash_eq(&told, &head)) {
        return pt_err_set(err, PT_E_PROOF,
                          "the stream's close for %s is over other records than were received",
                          pt_party_name(mine->reader));
    }
    return 0;
}

int pt_close_check(const struct pt_close *c, enum pt_party reader,
                   const Pentad__V1__StreamClose *said, struct pt_err *err) {
    for (size_t i = 0; i < c->n; i++) {
        if (c->classes[i].reader != reader) {
            continue;
        }
        for (size_t j = 0; j < said->n_classes; j++) {
            if (said->classes[j]->reader_class != NULL &&
                strcmp(said->classes[j]->reader_class, pt_party_name(reader)) == 0) {
                return compare_class(&c->classes[i], said->classes[j], err);
            }
        }
    }
    return pt_err_set(err, PT_E_MISSING, "the stream's close says nothing for %s",
                      pt_party_name(reader));
}
