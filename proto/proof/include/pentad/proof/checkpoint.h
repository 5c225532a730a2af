/* C2SP checkpoints v1.0.0: origin, tree size, root. Pure, any thread. docs/formats.md 3. */
#ifndef PENTAD_PROOF_CHECKPOINT_H
#define PENTAD_PROOF_CHECKPOINT_H

#include <stdint.h>

#include <pentad/proof/hash.h>
#include <pentad/proof/note.h>

struct pt_checkpoint {
    char origin[PT_NOTE_NAME_MAX + 1];
    uint64_t size;
    struct pt_hash root;
};

/* The text of a note: exactly three lines, no extension lines. */
int pt_checkpoint_parse(struct pt_checkpoint *ret, struct pt_span text, struct pt_err *err);
int pt_checkpoint_format(struct pt_buf *out, const struct pt_checkpoint *c);
/* Parses the note, demands the log's own signature (vkey's name = origin), parses the text. */
int pt_checkpoint_open(struct pt_checkpoint *ret, struct pt_span note, const struct pt_vkey *log,
                       const struct pt_sigverify *sv, struct pt_err *err);

#endif
