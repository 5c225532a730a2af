/* Log entries and batch statements, opened strictly: the one place where their bytes are taken
 * apart, for the hub's intake, connectors and offline verifiers alike.
 * Pure, any thread. docs/formats.md 1 and 2. */
#ifndef PENTAD_PROOF_ENTRY_H
#define PENTAD_PROOF_ENTRY_H

#include <pentad/v1/envelope.pb-c.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/proof/hash.h>
#include <pentad/proof/sigverify.h>
#include <pentad/record/ref.h>

#define PT_BATCH_RECORDS_MAX 65536
#define PT_BATCH_BYTES_MAX (8u * 1024 * 1024)
#define PT_RECORD_BYTES_MAX (4u * 1024 * 1024)

/* Unpacks by strict encoding (no unknown field, UTF-8 without NUL, re-packs to the same bytes).
 * PT_E_NOT_STRICT, PT_E_TRUNCATED. Free with protobuf_c_message_free_unpacked(*ret, NULL). */
int pt_strict_unpack(const ProtobufCMessageDescriptor *desc, struct pt_span bytes,
                     ProtobufCMessage **ret, struct pt_err *err);
/* Appends a message's one strict encoding. */
int pt_strict_pack(struct pt_buf *out, const ProtobufCMessage *m);

/* A batch statement in its envelope (exactly one signature, our payload type), its fields present
 * and in range; the signature itself is not checked here. */
struct pt_statement {
    Pentad__V1__BatchStatement *msg; /* owned */
    struct pt_hash hash;             /* SHA-256 of the statement's bytes */
    struct pt_hash hub, records_root, previous, seen_root;
    bool has_supersedes;
    struct pt_hash supersedes;
    uint64_t first_seq, record_count, seen_size;
};
int pt_statement_open(const Pentad__V1__Envelope *env, struct pt_statement *ret,
                      struct pt_err *err);
/* What a new statement says, for everyone who cuts a batch; all borrowed. */
struct pt_statement_parts {
    const char *party, *stream;
    const struct pt_hash *hub, *records_root, *previous, *seen_root;
    const struct pt_hash *supersedes; /* NULL: replaces nothing */
    uint64_t first_seq, seen_size;
    uint32_t record_count;
    int64_t signed_at_ms;
};
/* Appends the BatchStatement's bytes: what is signed. */
int pt_statement_write(const struct pt_statement_parts *parts, struct pt_buf *out);
void pt_statement_done(struct pt_statement *s);

/* A LogEntry of either kind. */
struct pt_entry {
    Pentad__V1__LogEntry *msg;    /* owned */
    struct pt_hash leaf;          /* log leaf hash */
    bool is_genesis;              /* genesis: `genesis` is set, else `statement` and signing_key */
    Pentad__V1__Genesis *genesis; /* owned */
    struct pt_statement statement;
    struct pt_hash signing_key; /* fingerprint, as the hub logged it */
    int64_t received_at_ms;
};
int pt_entry_open(struct pt_span bytes, struct pt_entry *ret, struct pt_err *err);
void pt_entry_done(struct pt_entry *e);

/* Checks the one signature of an envelope under `spki`. */
int pt_envelope_verify(const Pentad__V1__Envelope *env, struct pt_span spki,
                       const struct pt_sigverify *sv, struct pt_err *err);
/* Genesis: structure, and every party's listed signing key has signed exactly once, nobody else,
 * sorted by keyid. */
int pt_genesis_verify(const Pentad__V1__Envelope *env, const struct pt_sigverify *sv,
                      struct pt_err *err);
/* Structure alone: the parties, their keys (each SubjectPublicKeyInfo once), names, origin. */
int pt_genesis_check(const Pentad__V1__Genesis *g, struct pt_err *err);

/* The records' hashes and their head equal the statement's: PT_E_COUNT, PT_E_ROOT. */
int pt_statement_check_records(const struct pt_statement *s, const struct pt_hash *hashes, size_t n,
                               struct pt_err *err);

#endif
