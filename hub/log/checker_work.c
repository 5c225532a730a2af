#include "checker.h"

#include <stdio.h>
#include <string.h>

#include <pentad/proof/batch.h>
#include <pentad/record/catalogue.h>

/* ---- records -------------------------------------------------------------------------------- */

static int served_record(const Pentad__V1__FeedEntry *e, size_t *i, struct check_record *ret) {
    if (*i >= e->n_records) {
        return 0;
    }
    const Pentad__V1__FeedRecord *r = e->records[(*i)++];
    ret->erased = false;
    if (r->has_record) {
        ret->bytes = pt_span(r->record.data, r->record.len);
        pt_leaf_hash(&ret->hash, ret->bytes.p, ret->bytes.len);
        return 1;
    }
    const ProtobufCBinaryData *h = r->has_withheld ? &r->withheld : &r->erased;
    ret->bytes = pt_span(NULL, 0);
    ret->erased = !r->has_withheld;
    if (ret->erased && pt_hash_from_bytes(&ret->order, r->erased_by.data, r->erased_by.len) != 0) {
        return PT_E_FORMAT;
    }
    return pt_hash_from_bytes(&ret->hash, h->data, h->len) == 0 ? 1 : PT_E_FORMAT;
}

int pt_checker_record_next(const struct checker *c, const struct check_item *k, size_t *i,
                           struct check_record *ret) {
    if (k->served != NULL) {
        return served_record(k->served, i, ret);
    }
    struct pt_kept_record kept;
    int rc = pt_kept_record_next(pt_span(c->bytes.p + k->records_at, k->records_len), i, &kept);
    if (rc == 1) {
        ret->bytes = kept.bytes;
        ret->erased = kept.erased;
        ret->order = kept.order;
        pt_kept_record_hash(&kept, &ret->hash);
    }
    return rc;
}

static void add_gone(struct record_facts *f, const struct pt_hash *order) {
    struct pt_sha256 sha;
    uint8_t place[8];
    for (unsigned i = 0; i < sizeof place; i++) {
        place[i] = (uint8_t)(f->n >> (8 * i));
    }
    pt_sha256_init(&sha);
    pt_sha256_update(&sha, f->gone.b, PT_HASH_LEN);
    pt_sha256_update(&sha, place, sizeof place);
    pt_sha256_update(&sha, order->b, PT_HASH_LEN);
    pt_sha256_final(&sha, &f->gone);
}

static void hash_records(const struct checker *c, struct check_item *k) {
    struct pt_merkle_frontier tree = {0};
    struct check_record rec;
    struct record_facts *f = &k->facts;
    size_t pos = 0;
    int rc;
    f->only_key_changes = true;
    while ((rc = pt_checker_record_next(c, k, &pos, &rec)) == 1) {
        unsigned type = rec.bytes.len > 0 ? pt_record_peek(rec.bytes) : 0;
        pt_merkle_append(&tree, &rec.hash);
        if (rec.erased) {
            add_gone(f, &rec.order);
        }
        f->only_key_changes = f->only_key_changes && type == PT_TYPE_KEY_CHANGE;
        f->marked = f->marked || pt_record_about_exchange(type);
        f->n++;
        f->bytes += rec.bytes.len;
        f->withheld += rec.bytes.len == 0 && !rec.erased ? 1 : 0;
        f->erased += rec.erased ? 1 : 0;
    }
    f->code = rc;
    pt_merkle_root(&tree, &f->root);
}

void pt_checker_seen(struct pt_hash *seen, const struct pt_hash *leaf,
                     const struct record_facts *f) {
    struct pt_sha256 sha;
    pt_sha256_init(&sha);
    pt_sha256_update(&sha, seen->b, PT_HASH_LEN);
    pt_sha256_update(&sha, leaf->b, PT_HASH_LEN);
    pt_sha256_update(&sha, f->root.b, PT_HASH_LEN);
    pt_sha256_update(&sha, f->gone.b, PT_HASH_LEN);
    pt_sha256_final(&sha, seen);
}

int pt_log_seen(struct pt_hash *seen, struct pt_span log_entry, struct pt_span records) {
    struct pt_merkle_frontier tree = {0};
    struct record_facts f = {0};
    struct pt_kept_record rec;
    struct pt_hash leaf, hash;
    size_t pos = 0;
    int rc;
    while ((rc = pt_kept_record_next(records, &pos, &rec)) == 1) {
        pt_kept_record_hash(&rec, &hash);
        pt_merkle_append(&tree, &hash);
        if (rec.erased) {
            add_gone(&f, &rec.order);
        }
        f.n++;
    }
    pt_merkle_root(&tree, &f.root);
    pt_leaf_hash(&leaf, log_entry.p, log_entry.len);
    pt_checker_seen(seen, &leaf, &f);
    return rc;
}

/* ---- pieces of work ------------------------------------------------------------------------- */

void pt_checker_prepare(void *checker, size_t i) {
    struct checker *c = checker;
    struct check_item *k = &c->items[i];
    struct pt_span bytes = pt_span(c->bytes.p + k->entry_at, k->entry_len);
    struct pt_err why = {0};
    k->open_code = pt_entry_open(bytes, &k->e, &why);
    (void)snprintf(k->why, sizeof k->why, "%s", why.msg);
    pt_leaf_hash(&k->leaf, bytes.p, bytes.len);
    if (k->has_records) {
        hash_records(c, k);
    }
}

void pt_checker_verify(void *checker, size_t i) {
    struct checker *c = checker;
    struct check_item *k = &c->items[i];
    struct pt_err why = {0};
    if (k->key != NULL) {
        k->verify_code = pt_envelope_verify(k->e.msg->envelope, k->key->spki, &c->o->verify, &why);
        (void)snprintf(k->why, sizeof k->why, "%s", why.msg);
    }
}
