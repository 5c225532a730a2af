/* pentad-witness: a witness from outside, for Pentad's logs and any other that follows C2SP. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

#include <pentad/base/file.h>
#include <pentad/base/logsink.h>
#include <pentad/certs/tls.h>
#include <pentad/http/server.h>
#include <pentad/proof/addcheckpoint.h>

#include "witness.h"

static const char usage[] =
    "usage: pentad-witness --state DIR --name NAME --vkey\n"
    "       pentad-witness --state DIR --name NAME --policy FILE --tls-cert FILE --tls-key FILE\n"
    "                      --tls-ca FILE [--address ADDRESS] [--port PORT]\n"
    "\n"
    "Cosigns the checkpoints of logs, as a body that is no party to them: POST /add-checkpoint\n"
    "(c2sp.org/tlog-witness). A checkpoint is cosigned when it is signed by its log and proven to\n"
    "extend the one that was cosigned before; what was cosigned is stored first.\n"
    "\n"
    "  --state DIR     folder of cosigning.key (made where there is none) and of what was "
    "cosigned;\n"
    "                  never restore it from a backup: a witness that lost its state takes a new "
    "key\n"
    "  --name NAME     the key's name, e.g. witness.example/one\n"
    "  --vkey          print the verifier key, for `pentad ca genesis propose --witness`, and "
    "stop\n"
    "  --policy FILE   tlog-policy: its `log` lines say which logs are witnessed\n"
    "  --tls-cert, --tls-key, --tls-ca   as for a hub; who asks needs no certificate\n"
    "  --address       numeric; default 127.0.0.1\n"
    "  --port          default 0: the kernel chooses; DIR/port has it\n"
    "\n"
    "example: pentad-witness --state witness --name witness.example/one --vkey\n"
    "\n"
    "exit: 0 stopped, 1 it can't go on, 2 wrong use\n";

struct options {
    struct witness_config witness;
    struct pt_tls_files tls;
    const char *address;
    long port;
    bool vkey;
};

struct server {
    uv_loop_t loop;
    uv_signal_t signals[2];
    struct pt_http_server *http;
    struct witness *witness;
    bool stopping;
};

/* ---- requests ---- */

static void on_head(void *ctx, const struct pt_http_request *req, struct pt_http_route *ret) {
    (void)ctx;
    if (strcmp(pt_http_request_path(req), "/add-checkpoint") != 0) {
        (void)pt_err_set(&ret->refusal, PT_E_NOT_FOUND, "there is /add-checkpoint alone");
    } else if (strcmp(pt_http_request_method(req), "POST") != 0) {
        (void)pt_err_set(&ret->refusal, PT_E_METHOD, "POST it");
        (void)snprintf(ret->allow, sizeof ret->allow, "POST");
    }
    ret->body_max = PT_ADDCHECKPOINT_MAX;
}

static void on_request(void *ctx, struct pt_http_request *req) {
    struct server *s = ctx;
    struct pt_http_header type = {"content-type", NULL};
    struct pt_buf out;
    pt_buf_init(&out, PT_ADDCHECKPOINT_MAX);
    int status = witness_answer(s->witness, pt_http_request_body(req), &out, &type.value);
    (void)pt_http_respond(req, status, &type, 1, pt_buf_span(&out));
    pt_buf_done(&out);
}

/* ---- life ---- */

static void stopped(void *ctx) {
    struct server *s = ctx;
    for (size_t i = 0; i < 2; i++) {
        uv_close((uv_handle_t *)&s->signals[i], NULL);
    }
}

static void on_signal(uv_signal_t *h, int signum) {
    struct server *s = h->data;
    (void)signum;
    if (!s->stopping) {
        s->stopping = true;
        pt_http_server_stop(s->http, stopped, s);
    }
}

static int write_port(const struct server *s, const char *state, struct pt_err *err) {
    char path[4096], text[16];
    int n = snprintf(text, sizeof text, "%u\n", (unsigned)pt_http_server_port(s->http));
    int rc = pt_path_join(path, sizeof path, state, "port");
    return rc ? pt_err_set(err, rc, "--state: the path is too long")
              : pt_file_write(path, text, (size_t)n, 0644, err);
}

static int listen_on(struct server *s, const struct options *o, struct pt_err *err) {
    const struct pt_http_handlers handlers = {on_head, on_request, s};
    struct pt_http_config c;
    SSL_CTX *tls = NULL;
    int rc = pt_tls_server_ctx(&o->tls, "h2,http/1.1", &tls, err);
    if (rc != 0) {
        return rc;
    }
    pt_http_config_default(&c);
    c.host = o->address;
    c.port = (uint16_t)o->port;
    c.tls = tls;
    c.client_cert_required = false;
    rc = pt_http_server_new(&s->loop, &c, &handlers, &s->http, err);
    SSL_CTX_free(tls);
    return rc;
}

static int serve(struct server *s, const struct options *o, struct pt_err *err) {
    static const int signums[2] = {SIGTERM, SIGINT};
    if (uv_loop_init(&s->loop) != 0) {
        return pt_err_set(err, PT_E_NOMEM, "the event loop can't be made");
    }
    for (size_t i = 0; i < 2; i++) {
        (void)uv_signal_init(&s->loop, &s->signals[i]);
        s->signals[i].data = s;
        (void)uv_signal_start(&s->signals[i], on_signal, signums[i]);
    }
    int rc = listen_on(s, o, err);
    if (rc != 0) {
        stopped(s);
    } else if ((rc = write_port(s, o->witness.state, err)) != 0) {
        on_signal(&s->signals[0], SIGTERM);
    } else {
        pt_log(PT_LOG_INFO, "listening", "https://%s:%u", o->address,
               (unsigned)pt_http_server_port(s->http));
    }
    (void)uv_run(&s->loop, UV_RUN_DEFAULT);
    pt_http_server_free(s->http);
    (void)uv_loop_close(&s->loop);
    return rc;
}

static int print_vkey(const struct witness *w, struct pt_err *err) {
    struct pt_buf text;
    pt_buf_init(&text, 1024);
    int rc = witness_vkey(w, &text);
    if (rc == 0) {
        puts(pt_buf_cstr(&text));
    } else {
        pt_err_set(err, rc, "the verifier key can't be written");
    }
    pt_buf_done(&text);
    return rc;
}

/* ---- options ---- */

enum { PARSED, HELP, MISUSE };

static int parse(int argc, char **argv, struct options *o) {
    static const struct option list[] = {{"state", required_argument, NULL, 's'},
                                         {"name", required_argument, NULL, 'n'},
                                         {"policy", required_argument, NULL, 'p'},
                                         {"tls-cert", required_argument, NULL, 'c'},
                                         {"tls-key", required_argument, NULL, 'k'},
                                         {"tls-ca", required_argument, NULL, 'a'},
                                         {"address", required_argument, NULL, 'l'},
                                         {"port", required_argument, NULL, 'o'},
                                         {"vkey", no_argument, NULL, 'v'},
                                         {"help", no_argument, NULL, 'h'},
                                         {NULL, 0, NULL, 0}};
    int c;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
    while ((c = getopt_long(argc, argv, "h", list, NULL)) != -1) {
        const char **const to[] = {['s'] = &o->witness.state,  ['n'] = &o->witness.name,
                                   ['p'] = &o->witness.policy, ['c'] = &o->tls.cert,
                                   ['k'] = &o->tls.key,        ['a'] = &o->tls.ca,
                                   ['l'] = &o->address,        ['v'] = NULL};
        if (c == 'h') {
            return HELP;
        } else if (c == 'v') {
            o->vkey = true;
        } else if (c == 'o') {
            char *end;
            o->port = strtol(optarg, &end, 10);
            o->port = *end || o->port > UINT16_MAX ? -1 : o->port;
        } else if (c > 0 && (size_t)c < sizeof to / sizeof *to && to[c]) {
            *to[c] = optarg;
        } else {
            return MISUSE;
        }
    }
    bool whole = o->vkey || (o->witness.policy && o->tls.cert && o->tls.key && o->tls.ca);
    return optind == argc && o->witness.state && o->witness.name && whole && o->port >= 0 ? PARSED
                                                                                          : MISUSE;
}

int main(int argc, char **argv) {
    struct options o = {.address = "127.0.0.1"};
    struct server s = {.stopping = false};
    struct pt_err err = {0};
    const int parsed = parse(argc, argv, &o);
    if (parsed != PARSED) {
        fputs(usage, parsed == HELP ? stdout : stderr);
        return parsed == HELP ? 0 : 2;
    }
    pt_log_init(PT_LOG_INFO, STDERR_FILENO);
    (void)signal(SIGPIPE, SIG_IGN);
    int rc = witness_open(&o.witness, &s.witness, &err);
    if (rc == 0) {
        rc = o.vkey ? print_vkey(s.witness, &err) : serve(&s, &o, &err);
    }
    if (rc != 0) {
        pt_log(PT_LOG_ERROR, pt_err_name(rc), "%s", err.msg);
    }
    witness_free(s.witness);
    return rc ? 1 : 0;
}
