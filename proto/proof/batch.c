#include <pentad/proof/batch.h>

#include <string.h>

enum {
    TAG_ENVELOPE = 0x0a, /* Batch.envelope */
    TAG_RECORD = 0x12,   /* Batch.records */
    TAG_HELD = 0x1a,     /* Batch.held_checkpoint */
    TAG_ERASED = 0x22,   /* in a section that a log keeps */
    BODY_FIRST = 100,    /* body fields of Record are numbered above this */
};

/* A varint in its shortest form. 0, PT_E_TRUNCATED or PT_E_NOT_STRICT. */
static int take_varint(struct pt_span in, size_t *pos, uint64_t *ret) {
    uint64_t v = 0;

    for (unsigned shift = 0;; shift += 7) {
        uint8_t byte;

        if (*pos == in.len) {
            return PT_E_TRUNCATED;
        }
        byte = in.p[(*pos)++];
        if (shift > 63 || (shift == 63 && byte > 1) || (byte == 0 && shift > 0)) {
            return PT_E_NOT_STRICT;
        }
        v |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *ret = v;
            return 0;
        }
    }
}

static int take_bytes(struct pt_span in, size_t *pos, struct pt_span *ret) {
    uint64_t len;
    int rc = take_varint(in, pos, &len);

    if (rc != 0) {
        return rc;
    }
    if (len > in.len - *pos) {
        return PT_E_TRUNCATED;
    }
    *ret = pt_span(in.p + *pos, (size_t)len);
    *pos += (size_t)len;
    return 0;
}

/* One field that must carry tag `tag`: 1 taken, 0 another tag or the end. */
static int take_field(struct pt_span in, size_t *pos, uint8_t tag, struct pt_span *ret) {
    int rc;

    if (*pos == in.len || in.p[*pos] != tag) {
        return 0;
    }
    (*pos)++;
    rc = take_bytes(in, pos, ret);
    return rc == 0 ? 1 : rc;
}

int pt_batch_record_next(struct pt_span records, size_t *pos, struct pt_span *ret) {
    int rc = take_field(records, pos, TAG_RECORD, ret);

    return rc == 0 && *pos != records.len ? PT_E_NOT_STRICT : rc;
}

static int append_field(struct pt_buf *out, uint8_t tag, struct pt_span bytes) {
    uint8_t head[11] = {tag};
    size_t n = 1;
    uint64_t v = bytes.len;

    do {
        head[n++] = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
        v >>= 7;
    } while (v != 0);
    pt_buf_append(out, head, n);
    return pt_buf_append_span(out, bytes);
}

int pt_batch_record_append(struct pt_buf *out, struct pt_span record) {
    return append_field(out, TAG_RECORD, record);
}

/* ---- as a log keeps them ---- */

int pt_kept_record_next(struct pt_span records, size_t *pos, struct pt_kept_record *ret) {
    struct pt_span both = {0};
    int rc;

    *ret = (struct pt_kept_record){0};
    rc = take_field(records, pos, TAG_RECORD, &ret->bytes);
    if (rc != 0) {
        return rc;
    }
    rc = take_field(records, pos, TAG_ERASED, &both);
    if (rc == 1 && both.len != 2 * PT_HASH_LEN) {
        return PT_E_NOT_STRICT;
    }
    if (rc != 1) {
        return rc == 0 && *pos != records.len ? PT_E_NOT_STRICT : rc;
    }
    ret->erased = true;
    ret->bytes = pt_span(NULL, 0);
    memcpy(ret->hash.b, both.p, PT_HASH_LEN);
    memcpy(ret->order.b, both.p + PT_HASH_LEN, PT_HASH_LEN);
    return 1;
}

void pt_kept_record_hash(const struct pt_kept_record *r, struct pt_hash *ret) {
    if (r->erased) {
        *ret = r->hash;
    } else {
        pt_leaf_hash(ret, r->bytes.p, r->bytes.len);
    }
}

static void append_erased(struct pt_buf *out, const struct pt_hash *hash,
                          const struct pt_hash *order) {
    pt_buf_putc(out, TAG_ERASED);
    pt_buf_putc(out, 2 * PT_HASH_LEN);
    pt_buf_append(out, hash->b, PT_HASH_LEN);
    pt_buf_append(out, order->b, PT_HASH_LEN);
}

int pt_kept_erase(struct pt_span records, uint64_t i, const struct pt_hash *hash,
                  const struct pt_hash *order, struct pt_buf *out, bool *ret_same) {
    struct pt_kept_record r = {0};
    struct pt_hash found;
    size_t pos = 0, from = 0;
    int rc = 1;

    *ret_same = false;
    for (uint64_t k = 0; rc == 1 && k <= i; k++) {
        from = pos;
        rc = pt_kept_record_next(records, &pos, &r);
    }
    if (rc != 1) {
        return rc == 0 ? PT_E_RANGE : rc;
    }
    pt_kept_record_hash(&r, &found);
    if (!pt_hash_eq(&found, hash)) {
        return PT_E_PROOF;
    }
    *ret_same = r.erased;
    if (r.erased) {
        return 0;
    }
    pt_buf_append(out, records.p, from);
    append_erased(out, hash, order);
    return pt_buf_append(out, records.p + pos, records.len - pos);
}

int pt_batch_envelope_append(struct pt_buf *out, struct pt_span envelope) {
    return append_field(out, TAG_ENVELOPE, envelope);
}

int pt_batch_held_append(struct pt_buf *out, struct pt_span held) {
    return held.len > 0 ? append_field(out, TAG_HELD, held) : out->failed;
}

static int open_fields(struct pt_span in, struct pt_batch_view *ret) {
    struct pt_span rec;
    size_t pos = 0, from;
    int rc = take_field(in, &pos, TAG_ENVELOPE, &ret->envelope);

    if (rc <= 0) {
        return rc == 0 ? PT_E_MISSING : rc;
    }
    from = pos;
    while ((rc = take_field(in, &pos, TAG_RECORD, &rec)) == 1) {
        ret->n_records++;
    }
    ret->records = pt_span(in.p + from, pos - from);
    if (rc == 0) {
        rc = take_field(in, &pos, TAG_HELD, &ret->held);
    }
    if (rc < 0) {
        return rc;
    }
    return pos == in.len ? 0 : PT_E_NOT_STRICT;
}

int pt_batch_open(struct pt_span bytes, struct pt_batch_view *ret, struct pt_err *err) {
    int rc;

    memset(ret, 0, sizeof(*ret));
    if (bytes.len == 0) {
        return pt_err_set(err, PT_E_TRUNCATED, "the batch is empty");
    }
    rc = open_fields(bytes, ret);
    switch (rc) {
    case 0:
        return 0;
    case PT_E_MISSING:
        return pt_err_set(err, rc, "the batch does not begin with an envelope");
    case PT_E_TRUNCATED:
        return pt_err_set(err, rc, "the batch ends in the middle of a field");
    default:
        return pt_err_set(err, rc, "the batch is not in its one strict encoding");
    }
}

/* Skips a field's value; the wire types that our messages use. */
static int skip_value(struct pt_span in, size_t *pos, unsigned wire) {
    struct pt_span s;
    uint64_t v;

    switch (wire) {
    case 0:
        return take_varint(in, pos, &v);
    case 1:
    case 5:
        if (in.len - *pos < (wire == 1 ? 8U : 4U)) {
            return PT_E_TRUNCATED;
        }
        *pos += wire == 1 ? 8U : 4U;
        return 0;
    case 2:
        return take_bytes(in, pos, &s);
    default:
        return PT_E_NOT_STRICT;
    }
}

unsigned pt_record_peek(struct pt_span record) {
    size_t pos = 0;

    while (pos < record.len) {
        uint64_t tag;

        if (take_varint(record, &pos, &tag) != 0) {
            return 0;
        }
        if (tag >> 3 > BODY_FIRST) {
            return tag >> 3 <= 0x7fff ? (unsigned)(tag >> 3) : 0;
        }
        if (skip_value(record, &pos, (unsigned)(tag & 7)) != 0) {
            return 0;
        }
    }
    return 0;
}
