#include "keyform.h"

#include <string.h>

static const uint8_t ed25519_head[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                       0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
static const uint8_t p256_head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                    0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                    0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
static const uint8_t sm2_head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                   0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x81, 0x1c,
                                   0xcf, 0x55, 0x01, 0x82, 0x2d, 0x03, 0x42, 0x00, 0x04};

static bool begins(ProtobufCBinaryData d, const uint8_t *head, size_t head_len, size_t total) {
    return d.len == total && memcmp(d.data, head, head_len) == 0;
}

int pt_keyform_check(const Pentad__V1__PublicKey *k, struct pt_err *err) {
    bool ok;

    if (!k->has_use || k->use < PENTAD__V1__KEY_USE__KEY_USE_SIGNING ||
        k->use > PENTAD__V1__KEY_USE__KEY_USE_LOG) {
        return pt_err_set(err, PT_E_FIELD, "the key's use is not known");
    }
    if (!k->has_algorithm || !k->has_spki) {
        return pt_err_set(err, PT_E_MISSING, "the key lacks its algorithm or its bytes");
    }
    switch (k->algorithm) {
    case PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_ED25519:
        ok = begins(k->spki, ed25519_head, sizeof(ed25519_head), 44);
        break;
    case PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_P256:
        ok = begins(k->spki, p256_head, sizeof(p256_head), 91);
        break;
    case PENTAD__V1__KEY_ALGORITHM__KEY_ALGORITHM_SM2:
        ok = begins(k->spki, sm2_head, sizeof(sm2_head), 91);
        break;
    default:
        ok = false;
        break;
    }
    if (!ok) {
        return pt_err_set(err, PT_E_FIELD,
                          "the key is not a SubjectPublicKeyInfo of its stated algorithm");
    }
    return 0;
}
