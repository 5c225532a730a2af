/* Keys and signatures without cryptography: a "signature" is a hash of key and message, so what is
 * tested is what the proof room makes of valid and invalid ones. */
#ifndef PENTAD_TESTS_PROOF_FAKE_H
#define PENTAD_TESTS_PROOF_FAKE_H

#include <pentad/base/buf.h>
#include <pentad/base/clock.h>
#include <pentad/proof/entry.h>
#include <pentad/proof/hash.h>
#include <pentad/proof/keyhistory.h>
#include <pentad/proof/note.h>
#include <pentad/proof/sigverify.h>

extern const struct pt_sigverify fake_sv;

/* Public key bytes made from a number; its SubjectPublicKeyInfo. */
void fake_pub(unsigned n, uint8_t pub[32]);
void fake_spki(unsigned n, uint8_t spki[44]);
void fake_sign(unsigned n, struct pt_span msg, uint8_t sig[64]);
void fake_fingerprint(unsigned n, struct pt_hash *ret);
/* A note under key n's name: text and one line of type 01. */
void fake_note(unsigned n, const char *name, const char *text, struct pt_buf *out);
void fake_checkpoint(unsigned n, const char *name, uint64_t size, const struct pt_hash *root,
                     struct pt_buf *out);
/* A DSSE envelope of one signature by key n. Appends Envelope bytes. */
void fake_envelope(unsigned n, const char *type, struct pt_span payload, struct pt_buf *out);
/* Random seed for a property test, printed; PENTAD_SEED overrides it. */
uint64_t fake_seed(const char *test);
/* A genesis: party i of fake_parties signs with key 100 + i; the log has key 99; finance also has
 * the recovery key 200. Free with pentad__v1__genesis__free_unpacked. */
#define FAKE_ORIGIN "pentad.test/hub"
enum { FAKE_LOG = 99, FAKE_RECOVERY = 200 };
extern const char *const fake_parties[7];
unsigned fake_key_of(const char *party);
Pentad__V1__Genesis *fake_genesis(void);
/* Adds two witnesses, witness-0 and witness-1, with these keys. */
void fake_witnesses(Pentad__V1__Genesis *g, unsigned first, unsigned second);
/* Its sealed log entry. */
void fake_genesis_entry(struct pt_buf *out, struct pt_hash *hub);
struct pt_keyhistory *fake_history(void);

#endif
