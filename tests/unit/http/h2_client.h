/* Many requests side by side on one HTTP/2 connection to the harness's server, one thread. */
#ifndef HX_H2_CLIENT_H
#define HX_H2_CLIENT_H

#include "harness.h"
#include "wire.h"

struct h2c_call {
    struct wire_call wire; /* its body: NULL: GET. The rest of it is the answer */
    const char *path;
    const char *cookies[3];
    bool abandon;   /* reset once it was sent */
    bool abandoned; /* results of h2c_run: it was */
    bool closed;
};

struct h2c {
    SSL_CTX *tls;
    struct wire wire;
    size_t open;
};

bool h2c_open(struct hx *hx, struct h2c *c, const struct pt_test_cert *cert);
/* Makes all the calls at once (at most 100) and waits until each is closed; false when the
 * connection ended before or nothing moved for ten seconds. */
bool h2c_run(struct h2c *c, struct h2c_call *calls, size_t count);
void h2c_calls_done(struct h2c_call *calls, size_t count);
void h2c_close(struct h2c *c); /* also where h2c_open failed */

#endif
