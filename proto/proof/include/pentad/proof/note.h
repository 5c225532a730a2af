/* C2SP signed notes v1.0.0: text, an empty line, signature lines; verifier keys and their ids.
 * Knows bytes; signatures are checked through the port. Any thread. docs/formats.md 3. */
#ifndef PENTAD_PROOF_NOTE_H
#define PENTAD_PROOF_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/proof/hash.h>
#include <pentad/proof/sigverify.h>

#define PT_NOTE_MAX (1024 * 1024) /* bytes of a note */
#define PT_NOTE_SIGS_MAX 64
#define PT_NOTE_NAME_MAX 255

#define PT_NOTE_ED25519 0x01
#define PT_NOTE_COSIGNATURE 0x04

struct pt_note_sig {
    struct pt_span name; /* into the note's own copy */
    uint32_t keyid;
    struct pt_span sig; /* decoded, without the key id */
};

struct pt_note {
    struct pt_buf bytes;   /* own copy of the whole note */
    struct pt_buf decoded; /* own copy of the decoded signatures */
    struct pt_span text;   /* with its last newline: what type 01 signs */
    size_t n_sigs;
    struct pt_note_sig sigs[PT_NOTE_SIGS_MAX];
};

/* A verifier key, `name+hex8(keyid)+base64(type || public key)`. */
struct pt_vkey {
    char name[PT_NOTE_NAME_MAX + 1];
    uint32_t keyid;
    uint8_t type; /* PT_NOTE_ED25519 or PT_NOTE_COSIGNATURE */
    uint8_t pub[32];
};

uint32_t pt_note_keyid(const char *name, uint8_t type, const uint8_t pub[32]);
/* PT_E_FORMAT; PT_E_UNSUPPORTED for another type. The key id must be the recommended one. */
int pt_vkey_parse(struct pt_vkey *ret, const char *s, size_t len, struct pt_err *err);
/* Fills the key id in. PT_E_FORMAT for a bad name. */
int pt_vkey_make(struct pt_vkey *ret, const char *name, uint8_t type, const uint8_t pub[32]);
int pt_vkey_format(struct pt_buf *out, const struct pt_vkey *k);
/* The SubjectPublicKeyInfo DER of an Ed25519 public key. */
#define PT_ED25519_SPKI_LEN 44
void pt_ed25519_spki(uint8_t out[PT_ED25519_SPKI_LEN], const uint8_t pub[32]);
bool pt_note_name_valid(const char *s, size_t len);

/* PT_E_FORMAT with the reason; *ret needs pt_note_done in either case. */
int pt_note_parse(struct pt_note *ret, struct pt_span bytes, struct pt_err *err);
void pt_note_done(struct pt_note *n);

/* What a set of known keys says of a note. A line of an unknown key is ignored. A known key whose
 * line does not verify, or which has two lines, makes the whole note PT_E_SIGNATURE. */
#define PT_NOTE_KEYS_MAX 64
struct pt_note_verified {
    uint64_t mask;                     /* bit i: keys[i] has signed */
    uint64_t time_s[PT_NOTE_KEYS_MAX]; /* of a type 04 cosignature */
};
int pt_note_verify(const struct pt_note *n, const struct pt_vkey *keys, size_t n_keys,
                   const struct pt_sigverify *sv, struct pt_note_verified *ret, struct pt_err *err);

/* text must end in a newline. Starts a note: text and the empty line; lines are then appended. */
int pt_note_begin(struct pt_buf *out, struct pt_span text);
int pt_note_append_sig(struct pt_buf *out, const char *name, uint32_t keyid, struct pt_span sig);
/* The bytes that a cosignature of type 04 signs. */
int pt_cosignature_message(struct pt_buf *out, uint64_t time_s, struct pt_span note_text);

#endif
