/* A publisher of NATS JetStream in its own text protocol: each message is published with a reply
 * subject, the acknowledgements come back on a subscription, at most `window` are outstanding.
 *
 *   PUB bench.1 _INBOX.a.1 321 <row>     ─►   MSG _INBOX.a.1 1 35 {"stream":"BENCH", "seq":1}
 */
#include "peers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pentad/base/clock.h>
#include <pentad/base/err.h>

#define CREATE                                                                                     \
    "{\"name\":\"BENCH\",\"subjects\":[\"bench.*\"],\"storage\":\"file\",\"retention\":"           \
    "\"limits\",\"num_replicas\":1,\"max_msgs\":-1,\"max_bytes\":-1,\"discard\":\"old\"}"

enum { OUT_MAX = 256 * 1024, IN_MAX = 256 * 1024, PUBLISHERS_MAX = 64, PATIENCE_MS = 30000 };

struct publisher {
    int fd;
    unsigned number; /* 1, 2, … : its stream */
    uint64_t next, end, sent, acked;
    struct pt_buf out;
    size_t out_at;
    struct pt_buf in;
    bool failed;
    char said[200];
};

static void fail(struct publisher *p, const char *what, const char *detail, size_t len) {
    p->failed = true;
    (void)snprintf(p->said, sizeof(p->said), "%s %.*s", what, (int)(len < 120 ? len : 120), detail);
}

/* ---- what the server says ---------------------------------------------------------------- */

static size_t line_len(const struct pt_buf *b, size_t at) {
    const uint8_t *nl = b->len > at ? memchr(b->p + at, '\n', b->len - at) : NULL;

    return nl == NULL ? 0 : (size_t)(nl - (b->p + at)) + 1;
}

/* One protocol message at `at`: its length, 0 where it isn't whole yet. */
static size_t take_message(struct publisher *p, size_t at) {
    const char *s = (const char *)p->in.p + at;
    size_t n = line_len(&p->in, at);
    size_t payload;
    const char *len_at;

    if (n == 0) {
        return 0;
    }
    if (n > 4 && memcmp(s, "MSG ", 4) == 0) {
        len_at = memrchr(s, ' ', n);
        payload = strtoul(len_at + 1, NULL, 10);
        if (p->in.len - at < n + payload + 2) {
            return 0;
        }
        if (memmem(s + n, payload, "\"error\"", 7) != NULL) {
            fail(p, "NATS:", s + n, payload);
        }
        p->acked++;
        return n + payload + 2;
    }
    if (n >= 4 && memcmp(s, "PING", 4) == 0) {
        (void)pt_buf_puts(&p->out, "PONG\r\n");
    } else if (n >= 4 && memcmp(s, "-ERR", 4) == 0) {
        fail(p, "NATS:", s, n);
    }
    return n; /* INFO, +OK, PONG */
}

static void take_input(struct publisher *p) {
    size_t at = 0;
    size_t n;
    ssize_t got;

    if (pt_buf_reserve(&p->in, 65536) != 0) {
        fail(p, "out of memory", "", 0);
        return;
    }
    got = recv(p->fd, p->in.p + p->in.len, p->in.cap - p->in.len, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        fail(p, "the connection to NATS broke:", strerrordesc_np(errno), 100);
        return;
    }
    p->in.len += got > 0 ? (size_t)got : 0;
    while (!p->failed && (n = take_message(p, at)) > 0) {
        at += n;
    }
    pt_buf_consume(&p->in, at);
}

/* ---- what we say ------------------------------------------------------------------------- */

static void publish(struct publisher *p, const struct peer_rows *r) {
    struct pt_span row = peer_row(r, p->next);

    p->sent++;
    (void)pt_buf_printf(&p->out, "PUB bench.%u _INBOX.b%u.%llu %zu\r\n", p->number, p->number,
                        (unsigned long long)p->sent, row.len);
    (void)pt_buf_append_span(&p->out, row);
    (void)pt_buf_puts(&p->out, "\r\n");
    p->next++;
}

static void give_output(struct publisher *p) {
    ssize_t n;

    if (p->out_at == p->out.len) {
        pt_buf_reset(&p->out);
        p->out_at = 0;
        return;
    }
    n = send(p->fd, p->out.p + p->out_at, p->out.len - p->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) {
        fail(p, "the connection to NATS broke:", strerrordesc_np(errno), 100);
    }
    p->out_at += n > 0 ? (size_t)n : 0;
    if (p->out_at == p->out.len) {
        pt_buf_reset(&p->out);
        p->out_at = 0;
    }
}

static bool may_publish(const struct publisher *p, unsigned window) {
    return p->next < p->end && p->sent - p->acked < window;
}

/* An answer to a PING may still be in the output when every row so far is acknowledged: it goes
 * first, and then more rows do, or nothing would ever be heard again. */
static bool turn(struct publisher *p, const struct peer_rows *r, unsigned window) {
    take_input(p);
    give_output(p);
    if (p->out_at == p->out.len) {
        while (may_publish(p, window) && p->out.len < OUT_MAX - 2 * ROW_MAX) {
            publish(p, r);
        }
    }
    give_output(p);
    return p->failed || (p->next == p->end && p->acked == p->sent);
}

/* ---- running ------------------------------------------------------------------------------ */

static int dial(struct publisher *p, uint16_t port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    int one = 1;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    pt_buf_init(&p->out, OUT_MAX);
    pt_buf_init(&p->in, IN_MAX);
    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (p->fd < 0 || connect(p->fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
        (void)fprintf(stderr, "pentad-peers: NATS on port %u: %s\n", port, strerrordesc_np(errno));
        return -1;
    }
    (void)setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    (void)pt_buf_printf(&p->out,
                        "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"c\","
                        "\"version\":\"1\",\"protocol\":1}\r\nSUB _INBOX.b%u.* 1\r\n",
                        p->number);
    return 0;
}

static int run_all(struct publisher *p, unsigned n, const struct peer_rows *r, unsigned window) {
    struct pollfd fds[PUBLISHERS_MAX];

    for (;;) {
        bool over = true;

        for (unsigned i = 0; i < n; i++) {
            over = turn(&p[i], r, window) && over;
            fds[i].fd = p[i].fd;
            fds[i].events = p[i].out_at < p[i].out.len || may_publish(&p[i], window)
                                ? POLLIN | POLLOUT
                                : POLLIN;
            if (p[i].failed) {
                (void)fprintf(stderr, "pentad-peers: %s\n", p[i].said);
                return -1;
            }
        }
        if (over) {
            return 0;
        }
        if (poll(fds, n, PATIENCE_MS) == 0) {
            (void)fprintf(stderr, "pentad-peers: NATS says nothing\n");
            return -1;
        }
    }
}

int peer_nats(const struct peer_rows *r, uint16_t port, unsigned publishers, unsigned window) {
    struct publisher *p = calloc(publishers, sizeof(*p));
    int64_t t0;
    int rc = p == NULL ? -1 : 0;

    for (unsigned i = 0; rc == 0 && i < publishers; i++) {
        p[i].number = i + 1;
        rc = dial(&p[i], port);
        p[i].next = p[i].end = r->n * i / publishers;
    }
    if (rc == 0) { /* the stream is made first, and its answer awaited */
        p[0].sent = 1;
        (void)pt_buf_printf(&p[0].out, "PUB $JS.API.STREAM.CREATE.BENCH _INBOX.b1.0 %zu\r\n%s\r\n",
                            sizeof(CREATE) - 1, CREATE);
        rc = run_all(p, publishers, r, window);
    }
    for (unsigned i = 0; rc == 0 && i < publishers; i++) {
        p[i].end = r->n * (i + 1) / publishers;
    }
    t0 = pt_monotonic_us();
    if (rc == 0) {
        rc = run_all(p, publishers, r, window);
    }
    if (rc == 0) {
        peer_print("nats", r->n, pt_monotonic_us() - t0);
    }
    for (unsigned i = 0; p != NULL && i < publishers; i++) {
        if (p[i].fd > 0) {
            (void)close(p[i].fd);
        }
        pt_buf_done(&p[i].out);
        pt_buf_done(&p[i].in);
    }
    free(p);
    return rc;
}
