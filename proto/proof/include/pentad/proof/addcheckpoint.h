/* C2SP tlog-witness v1.0.0, both sides: the body of add-checkpoint, and what a witness that keeps
 * one size and root a log answers. Pure, any thread. docs/formats.md 3. */
#ifndef PENTAD_PROOF_ADDCHECKPOINT_H
#define PENTAD_PROOF_ADDCHECKPOINT_H

#include <pentad/proof/checkpoint.h>
#include <pentad/proof/merkle.h>

#define PT_ADDCHECKPOINT_MAX 65536 /* bytes of a body */
#define PT_ADDCHECKPOINT_PATH_MAX 63

struct pt_addcheckpoint {
    uint64_t old_size;
    struct pt_merkle_path path;
    struct pt_span note; /* into the bytes that were parsed */
};
/* PT_E_FORMAT, PT_E_TOO_LARGE, PT_E_TRUNCATED. Looks at the note's place alone. */
int pt_addcheckpoint_parse(struct pt_addcheckpoint *ret, struct pt_span bytes, struct pt_err *err);
int pt_addcheckpoint_format(struct pt_buf *out, uint64_t old_size,
                            const struct pt_merkle_path *path, struct pt_span note);

/* A log that a witness knows: its key (whose name is the origin), and what was cosigned last. */
struct pt_witness_log {
    struct pt_vkey key;
    uint64_t size; /* 0: never cosigned */
    struct pt_hash root;
};
/* The HTTP status of the answer; 200: cosign *ret of logs[*ret_log], once that is durable. The
 * specification's codes: 400 malformed or old beyond the checkpoint, 403 no signature of the
 * log's, 404 no log of that origin, 409 old isn't what was cosigned last (the answer is
 * logs[*ret_log].size), or another tree of that size; 422 the proof doesn't hold. */
int pt_witness_decide(const struct pt_addcheckpoint *req, const struct pt_witness_log *logs,
                      size_t n_logs, const struct pt_sigverify *sv, size_t *ret_log,
                      struct pt_checkpoint *ret);

#endif
