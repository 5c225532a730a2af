/* TLS over memory: bytes in, bytes out, no socket. Loop thread. Private to the room. */
#ifndef PENTAD_HTTP_TLS_H
#define PENTAD_HTTP_TLS_H

#include <openssl/ssl.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/http/request.h>

#define PT_HTTP_TLS_RECORD 16384 /* plaintext bytes of the largest record */

/*            feed            read
 *   socket ─────► in ─► SSL ─────► protocol
 *   socket ◄───── out ◄─ SSL ◄──── protocol
 *            (flush)        write
 */
struct pt_http_tls {
    SSL *ssl;
    struct pt_span in;  /* not yet read by SSL: borrowed during feed, or all of `held` */
    struct pt_buf held; /* what a paused reader left */
    struct pt_buf out;  /* records to send */
};

enum pt_http_tls_result {
    PT_HTTP_TLS_OK,
    PT_HTTP_TLS_WANT, /* more bytes from the peer are needed */
    PT_HTTP_TLS_END,  /* close_notify */
    PT_HTTP_TLS_FAIL, /* `out` may hold an alert worth sending */
};

/* The BIO that stands between SSL and struct pt_http_tls; freed by BIO_meth_free. NULL: no memory
 */
BIO_METHOD *pt_http_tls_method(void);
/* ALPN: h2, then http/1.1, else a fatal alert. */
void pt_http_tls_prepare_context(SSL_CTX *ctx);

/* `held_max` and `out_max` are the buffers' hard maxima. PT_E_NOMEM or PT_E_CRYPTO. */
int pt_http_tls_init(struct pt_http_tls *t, SSL_CTX *ctx, const BIO_METHOD *method,
                     bool client_cert_required, size_t held_max, size_t out_max);
void pt_http_tls_done(struct pt_http_tls *t);

/* Bytes from the peer; borrowed until pt_http_tls_settle, which keeps what SSL hasn't read. */
int pt_http_tls_feed(struct pt_http_tls *t, const uint8_t *p, size_t len);
int pt_http_tls_settle(struct pt_http_tls *t);

enum pt_http_tls_result pt_http_tls_handshake(struct pt_http_tls *t);
enum pt_http_tls_result pt_http_tls_read(struct pt_http_tls *t, uint8_t *p, size_t cap,
                                         size_t *ret_len);
/* At most one record's worth. */
int pt_http_tls_write(struct pt_http_tls *t, const uint8_t *p, size_t len);
void pt_http_tls_shutdown(struct pt_http_tls *t); /* close_notify into `out` */

/* After the handshake. False: the certificate doesn't carry exactly one usable URI name. */
bool pt_http_tls_peer(const struct pt_http_tls *t, struct pt_http_peer_id *ret_peer);
bool pt_http_tls_is_h2(const struct pt_http_tls *t);

#endif
