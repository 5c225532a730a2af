#include <pentad/proof/checkpoint.h>

#include <inttypes.h>
#include <string.h>

#include <pentad/base/codec.h>

#include "text.h"

int pt_checkpoint_parse(struct pt_checkpoint *ret, struct pt_span text, struct pt_err *err) {
    struct pt_span origin;
    struct pt_span size;
    struct pt_span root;
    size_t pos = 0;

    memset(ret, 0, sizeof(*ret));
    if (!pt_text_line(text, &pos, &origin) || !pt_text_line(text, &pos, &size) ||
        !pt_text_line(text, &pos, &root)) {
        return pt_err_set(err, PT_E_FORMAT, "a checkpoint has three lines: origin, size, root");
    }
    if (pos != text.len) {
        return pt_err_set(err, PT_E_FORMAT, "the checkpoint has lines after its root");
    }
    if (!pt_note_name_valid((const char *)origin.p, origin.len)) {
        return pt_err_set(err, PT_E_FORMAT, "the checkpoint's origin is not a key name");
    }
    if (!pt_text_u64(size, &ret->size)) {
        return pt_err_set(err, PT_E_FORMAT, "the checkpoint's size is not a plain decimal");
    }
    if (pt_text_hash(root, &ret->root) != 0) {
        return pt_err_set(err, PT_E_FORMAT, "the checkpoint's root is not base64 of 32 bytes");
    }
    memcpy(ret->origin, origin.p, origin.len);
    return 0;
}

int pt_checkpoint_format(struct pt_buf *out, const struct pt_checkpoint *c) {
    pt_buf_printf(out, "%s\n%" PRIu64 "\n", c->origin, c->size);
    pt_base64_append(out, c->root.b, PT_HASH_LEN);
    return pt_buf_putc(out, '\n');
}

int pt_checkpoint_open(struct pt_checkpoint *ret, struct pt_span note, const struct pt_vkey *log,
                       const struct pt_sigverify *sv, struct pt_err *err) {
    struct pt_note_verified v;
    struct pt_note n;
    int rc;

    memset(ret, 0, sizeof(*ret));
    rc = pt_note_parse(&n, note, err);
    if (rc == 0) {
        rc = pt_note_verify(&n, log, 1, sv, &v, err);
    }
    if (rc == 0 && v.mask == 0) {
        rc = pt_err_set(err, PT_E_SIGNATURE, "the checkpoint is not signed by %s", log->name);
    }
    if (rc == 0) {
        rc = pt_checkpoint_parse(ret, n.text, err);
    }
    if (rc == 0 && strcmp(ret->origin, log->name) != 0) {
        rc = pt_err_set(err, PT_E_SIGNATURE, "the checkpoint is of %s, not of %s", ret->origin,
                        log->name);
    }
    pt_note_done(&n);
    return rc;
}
