/* A witness of logs that it doesn't read: it cosigns what grows out of what it cosigned before, and
 * nothing else. State: one file a log, written before a cosignature leaves.
 * One thread; one process on a folder. C2SP tlog-witness v1.0.0, docs/formats.md 3. */
#ifndef PENTAD_WITNESS_WITNESS_H
#define PENTAD_WITNESS_WITNESS_H

#include <pentad/base/buf.h>
#include <pentad/base/err.h>

struct witness;

struct witness_config {
    const char *state;  /* folder; made where it is missing, with a new key */
    const char *name;   /* of the key */
    const char *policy; /* tlog-policy file: its logs are those that are witnessed; NULL: none */
};
int witness_open(const struct witness_config *c, struct witness **ret, struct pt_err *err);
void witness_free(struct witness *w); /* NULL is fine */
/* Appends the verifier key, to be named in a genesis or a policy. */
int witness_vkey(const struct witness *w, struct pt_buf *out);

/* Answers one add-checkpoint: returns the HTTP status; the body and its type are filled in. A
 * checkpoint under a log's own signature is kept in the folder, by its size and root, where it is
 * another tree of the size that was cosigned (ORIGIN.conflict-…) or a larger one that came without
 * its proof (ORIGIN.unproven-…), 1,024 of each and 4 of a size at most, and what isn't kept is
 * told; ORIGIN is the SHA-256 of the log's name. */
int witness_answer(struct witness *w, struct pt_span body, struct pt_buf *out,
                   const char **ret_type);

#endif
