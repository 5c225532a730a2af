/* The five bodies as witnesses, for both settings below: keys, verifier keys for the genesis, and
 * cosignatures. Any failure aborts. One thread. */
#ifndef PENTAD_TEST_WITNESS_H
#define PENTAD_TEST_WITNESS_H

#include <pentad/certs/key.h>
#include <pentad/proof/note.h>
#include <pentad/v1/envelope.pb-c.h>

#define TX_WITNESSES 5
extern const char
    *const tx_names[TX_WITNESSES]; /* congress discipline organization finance audit */

struct tx_witnesses {
    const char *origin;
    struct pt_key *keys[TX_WITNESSES];
    char text[TX_WITNESSES][512];
    char *list[TX_WITNESSES];
};

/* origin is borrowed. */
void tx_make(struct tx_witnesses *x, const char *origin);
void tx_done(struct tx_witnesses *x);
/* The genesis has them, with a quorum of three; borrowed. */
void tx_enrol(struct tx_witnesses *x, Pentad__V1__Genesis *g);
struct pt_key *tx_key(struct tx_witnesses *x, const char *party);
/* Appends that party's cosignature of the note's text to `out`: a line. */
void tx_line(struct tx_witnesses *x, const char *party, uint64_t time_s, struct pt_span note,
             struct pt_buf *out);

#endif
