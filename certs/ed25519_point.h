/* Private to the room: which Ed25519 public keys may be enrolled. */
#ifndef PENTAD_CERTS_ED25519_POINT_H
#define PENTAD_CERTS_ED25519_POINT_H

#include <stdbool.h>
#include <stdint.h>

/* Is `pub` the canonical encoding of a point of prime order? A key of small order verifies any
 * message; one of mixed order verifies differently in different libraries. About a millisecond. */
bool pt_ed25519_point_good(const uint8_t pub[32]);

#endif
