/* A record sealed to its readers, as their connectors expect it and hubs take it. Aborts where that
 * fails. One thread a seal. */
#ifndef PENTAD_TEST_SEAL_H
#define PENTAD_TEST_SEAL_H

#include <pentad/certs/key.h>
#include <pentad/record/sealed.h>

struct ts_seal {
    Pentad__V1__Record *header; /* what goes out; lives until ts_seal_done */
    Pentad__V1__Sealed sealed;
    struct pt_arena arena;
    struct pt_buf plain, cms;
    struct pt_pubkey *keys[PT_SEALED_KEYS_MAX];
    uint8_t ids[PT_SEALED_KEYS_MAX][PT_SEALED_KEY_ID];
    ProtobufCBinaryData recipients[PT_SEALED_KEYS_MAX];
    uint8_t nonce[PT_SEALED_NONCE]; /* zeros */
    uint8_t hash[PT_SEALED_KEY_ID];
    size_t n;
};

/* Where the record stands, and whose sealing key is which. */
struct ts_place {
    const uint8_t *hub; /* 32 bytes */
    const char *party, *stream;
    uint64_t seq;
    struct pt_key *(*key_of)(void *ctx, const char *party);
    void *ctx;
};

void ts_seal(struct ts_seal *s, const Pentad__V1__Record *rec, const struct ts_place *at);
void ts_seal_done(struct ts_seal *s);

#endif
