/* What the room's two files share. */
#ifndef PENTAD_TOKEN_INTERNAL_H
#define PENTAD_TOKEN_INTERNAL_H

#include <pthread.h>

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include <pentad/token/token.h>

struct pt_token {
    pthread_mutex_t lock; /* over all that is below the URI */
    P11KitUri *uri;
    CK_FUNCTION_LIST *one;    /* the URI's module; or: */
    CK_FUNCTION_LIST **every; /* the machine's */
    CK_FUNCTION_LIST *module; /* the token's, one of them */
    CK_SLOT_ID slot;
    CK_TOKEN_INFO info;
    CK_SESSION_HANDLE session; /* 0: none */
    bool has_refused;          /* a PIN, which isn't tried again: tokens lock themselves */
    uint8_t refused[32];       /* its SHA-256 */
    CK_OBJECT_HANDLE key;
    CK_KEY_TYPE type;
    uint8_t spki[PT_TOKEN_SPKI_MAX];
    size_t spki_len;
};

/* What a module answered, as an error: `what` was being done. */
int pt_token_fault(struct pt_err *err, CK_RV rv, const char *what);

/* ---- find.c ---- */

/* The token that the URI means, a session with it, logged in, and the key with its public half.
 * Where spki_len isn't 0 it must be that key. */
int pt_token_connect(struct pt_token *t, struct pt_err *err);
void pt_token_disconnect(struct pt_token *t);

#endif
