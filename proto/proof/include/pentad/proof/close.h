/* What a StreamClose says: for each reader class, how many records of the stream it may read since
 * the last StreamClose, and the RFC 9162 head over their hashes in order. The hub closes hub/main
 * with it; connectors close theirs with the same numbers.
 * Pure. One thread a value. docs/formats.md 5. */
#ifndef PENTAD_PROOF_CLOSE_H
#define PENTAD_PROOF_CLOSE_H

#include <pentad/base/err.h>
#include <pentad/proof/merkle.h>
#include <pentad/record/party.h>
#include <pentad/record/visible.h>

/* Running count and tree of each class, classes in order of party number. */
struct pt_close_class {
    enum pt_party reader;
    struct pt_merkle_frontier tree;
};
struct pt_close {
    enum pt_party author;
    size_t n;
    struct pt_close_class classes[PT_PARTY_END];
};

/* The five and the office, the author aside; the public gets none. */
void pt_close_init(struct pt_close *c, enum pt_party author);
/* The stream's next record. A StreamClose is counted after the close that it is. */
void pt_close_add(struct pt_close *c, const Pentad__V1__Record *rec, const struct pt_hash *hash);
/* Fills arrays for a StreamClose's `classes`, which point into *c and `heads`. */
struct pt_close_message {
    Pentad__V1__StreamClose close;
    Pentad__V1__ReaderCount counts[PT_PARTY_END];
    Pentad__V1__ReaderCount *list[PT_PARTY_END];
    struct pt_hash heads[PT_PARTY_END];
};
void pt_close_write(const struct pt_close *c, int32_t day, bool is_final,
                    struct pt_close_message *ret);
/* Does a StreamClose say what was counted? For readers: only `reader`'s class is compared.
 * PT_E_PROOF with what differs; PT_E_MISSING where it has no such class. */
int pt_close_check(const struct pt_close *c, enum pt_party reader,
                   const Pentad__V1__StreamClose *said, struct pt_err *err);

#endif
