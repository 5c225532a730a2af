#include "reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include <pentad/record/json.h>

#define PROBLEM_MAX 4096
#define JSON_MAX ((size_t)16 * 1024 * 1024)

void pt_reply_problem_from_any_thread(struct pt_http_request *req, int code, const char *detail) {
    const struct pt_http_header fields[2] = {{"content-type", "application/problem+json"},
                                             {"retry-after", "1"}};
    struct pt_buf body;
    int status = pt_err_http_status(code);

    pt_buf_init(&body, PROBLEM_MAX);
    pt_http_problem_write(&body, status, code, detail != NULL && detail[0] != '\0' ? detail : NULL);
    (void)pt_http_respond_from_any_thread(req, status, fields, pt_err_retryable(code) ? 2 : 1,
                                          &body);
    pt_buf_done(&body);
}

void pt_reply_problem(struct pt_http_request *req, int code, const char *detail) {
    pt_reply_problem_from_any_thread(req, code, detail);
}

void pt_reply_bytes(struct pt_http_request *req, const char *type, struct pt_buf *body) {
    const struct pt_http_header field = {"content-type", type};

    if (body->failed) {
        pt_reply_problem_from_any_thread(req, body->failed,
                                         "the answer is too large: ask for less at once");
    } else {
        (void)pt_http_respond_from_any_thread(req, 200, &field, 1, body);
    }
    pt_buf_done(body);
}

static int dump(const char *p, size_t len, void *out) {
    return pt_buf_append(out, p, len) == 0 ? 0 : -1;
}

void pt_reply_json(struct pt_http_request *req, struct json_t *json) {
    struct pt_buf body;

    pt_buf_init(&body, JSON_MAX);
    if (json_dump_callback(json, dump, &body, JSON_COMPACT) != 0 && body.failed == 0) {
        body.failed = PT_E_NOMEM;
    }
    pt_buf_putc(&body, '\n');
    json_decref(json);
    pt_reply_bytes(req, "application/json", &body);
}

void pt_reply_message(struct pt_http_request *req, const ProtobufCMessageDescriptor *d,
                      struct pt_span packed) {
    ProtobufCMessage *m = protobuf_c_message_unpack(d, NULL, packed.len, packed.p);
    struct pt_err err = {0};
    struct pt_buf body;

    pt_buf_init(&body, 2 * JSON_MAX);
    if (m == NULL || pt_json_encode(m, false, &body, &err) != 0) {
        pt_reply_problem_from_any_thread(req, PT_E_NOMEM, err.msg);
        pt_buf_done(&body);
    } else {
        pt_reply_bytes(req, "application/json", &body);
    }
    if (m != NULL) {
        protobuf_c_message_free_unpacked(m, NULL);
    }
}

bool pt_reply_type_is(const char *field, const char *type) {
    size_t n = strcspn(field, "; \t");

    return n == strlen(type) && strncasecmp(field, type, n) == 0;
}

bool pt_reply_wants_json(const struct pt_http_request *req, bool fallback) {
    const char *accept = pt_http_request_header(req, "accept");
    const char *json = accept != NULL ? strcasestr(accept, "application/json") : NULL;
    const char *protobuf = accept != NULL ? strcasestr(accept, "protobuf") : NULL;

    if (json == NULL && protobuf == NULL) {
        return fallback;
    }
    return protobuf == NULL || (json != NULL && json < protobuf);
}
