/* Private to the room: the form of an enrolled public key, by its bytes alone. */
#ifndef PENTAD_PROOF_KEYFORM_H
#define PENTAD_PROOF_KEYFORM_H

#include <pentad/v1/envelope.pb-c.h>

#include <pentad/base/err.h>

/* A known use and algorithm, and a SubjectPublicKeyInfo of just that algorithm in its one DER
 * form. Whether the point is a good one, the certs room says. */
int pt_keyform_check(const Pentad__V1__PublicKey *k, struct pt_err *err);

#endif
