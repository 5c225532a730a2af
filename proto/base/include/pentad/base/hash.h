/* FNV-1a of 64 bits, for tables in memory and for narrowing down what is compared then. Whoever
 * chooses the texts can make two alike: nothing that counts may rest on it. */
#ifndef PENTAD_BASE_HASH_H
#define PENTAD_BASE_HASH_H

#include <stdint.h>

#define PT_HASH_BEGIN UINT64_C(14695981039346656037)

/* Goes on from `h`, PT_HASH_BEGIN at first, with the text and the NUL that ends it. */
static inline uint64_t pt_hash_text(uint64_t h, const char *text) {
    const unsigned char *p = (const unsigned char *)text;

    do
        h = (h ^ *p) * UINT64_C(1099511628211);
    while (*p++);
    return h;
}

#endif
