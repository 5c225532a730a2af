/* What a key is for, as people and files name it. Pure, any thread. */
#ifndef PENTAD_RECORD_KEY_USE_H
#define PENTAD_RECORD_KEY_USE_H

#include <pentad/v1/envelope.pb-c.h>

/* "signing", "sealing", "recovery", "cosigning", "log"; "unknown" for a use of a later version. */
const char *pt_key_use_name(Pentad__V1__KeyUse use);
/* The glossary's word for such a name; NULL where it is none. */
const char *pt_key_use_zh(const char *name);

#endif
