/* C2SP tlog-proof v1: index, inclusion path and checkpoint in one text. Pure, any thread. */
#ifndef PENTAD_PROOF_TLOGPROOF_H
#define PENTAD_PROOF_TLOGPROOF_H

#include <pentad/proof/checkpoint.h>
#include <pentad/proof/merkle.h>

#define PT_TLOGPROOF_MAX (PT_NOTE_MAX + 65536)

struct pt_tlogproof {
    uint64_t index;
    struct pt_merkle_path path;
    struct pt_span extra; /* base64 as it stands, not authenticated; empty if none. Borrowed. */
    struct pt_span note;  /* the checkpoint verbatim; borrowed from the input */
};

int pt_tlogproof_parse(struct pt_tlogproof *ret, struct pt_span bytes, struct pt_err *err);
int pt_tlogproof_format(struct pt_buf *out, uint64_t index, const struct pt_merkle_path *path,
                        struct pt_span note);

#endif
