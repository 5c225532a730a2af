#include <pentad/proof/tlogproof.h>

#include <inttypes.h>
#include <string.h>

#include <pentad/base/codec.h>

#include "text.h"

static const char header[] = "c2sp.org/tlog-proof@v1";

static int parse_path(struct pt_tlogproof *ret, struct pt_span bytes, size_t *pos,
                      struct pt_err *err) {
    struct pt_span line;

    for (;;) {
        if (!pt_text_line(bytes, pos, &line)) {
            return pt_err_set(err, PT_E_TRUNCATED, "the proof ends before its checkpoint");
        }
        if (line.len == 0) {
            return 0;
        }
        if (ret->path.n == PT_MERKLE_PATH_MAX) {
            return pt_err_set(err, PT_E_TOO_LARGE, "the proof has more hashes than any tree needs");
        }
        if (pt_text_hash(line, &ret->path.h[ret->path.n]) != 0) {
            return pt_err_set(err, PT_E_FORMAT, "hash %u of the proof is not base64 of 32 bytes",
                              ret->path.n + 1);
        }
        ret->path.n++;
    }
}

static bool extra_valid(struct pt_span b64) {
    struct pt_buf b;
    bool ok;

    pt_buf_init(&b, PT_TLOGPROOF_MAX);
    ok = pt_unbase64_append(&b, (const char *)b64.p, b64.len) == 0;
    pt_buf_done(&b);
    return ok;
}

int pt_tlogproof_parse(struct pt_tlogproof *ret, struct pt_span bytes, struct pt_err *err) {
    struct pt_span line;
    size_t pos = 0;
    int rc;

    memset(ret, 0, sizeof(*ret));
    if (bytes.len > PT_TLOGPROOF_MAX) {
        return pt_err_set(err, PT_E_TOO_LARGE, "the proof has over %d bytes", PT_TLOGPROOF_MAX);
    }
    if (!pt_text_line(bytes, &pos, &line) || !pt_span_eq(line, pt_span_str(header))) {
        return pt_err_set(err, PT_E_FORMAT, "the proof doesn't begin with %s", header);
    }
    if (!pt_text_line(bytes, &pos, &line)) {
        return pt_err_set(err, PT_E_TRUNCATED, "the proof has no index");
    }
    if (pt_text_prefix(line, "extra ")) {
        ret->extra = pt_span(line.p + 6, line.len - 6);
        if (!extra_valid(ret->extra) || !pt_text_line(bytes, &pos, &line)) {
            return pt_err_set(err, PT_E_FORMAT, "the proof's extra line is not base64");
        }
    }
    if (!pt_text_prefix(line, "index ") ||
        !pt_text_u64(pt_span(line.p + 6, line.len - 6), &ret->index)) {
        return pt_err_set(err, PT_E_FORMAT, "the proof's index is not a plain decimal");
    }
    rc = parse_path(ret, bytes, &pos, err);
    if (rc == 0) {
        ret->note = pt_span(bytes.p + pos, bytes.len - pos);
    }
    return rc;
}

int pt_tlogproof_format(struct pt_buf *out, uint64_t index, const struct pt_merkle_path *path,
                        struct pt_span note) {
    pt_buf_printf(out, "%s\nindex %" PRIu64 "\n", header, index);
    for (unsigned i = 0; i < path->n; i++) {
        pt_base64_append(out, path->h[i].b, PT_HASH_LEN);
        pt_buf_putc(out, '\n');
    }
    pt_buf_putc(out, '\n');
    return pt_buf_append_span(out, note);
}
