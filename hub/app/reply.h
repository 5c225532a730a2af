/* Answers as the API gives them: problem+json with Retry-After, content types. */
#ifndef PENTAD_APP_REPLY_H
#define PENTAD_APP_REPLY_H

#include <stdbool.h>

#include <protobuf-c/protobuf-c.h>

#include <pentad/base/buf.h>
#include <pentad/http/request.h>

struct json_t;

/* application/problem+json; Retry-After where trying again may help. Loop thread. */
void pt_reply_problem(struct pt_http_request *req, int code, const char *detail);
void pt_reply_problem_from_any_thread(struct pt_http_request *req, int code, const char *detail);
/* Takes the buffer. Any thread. */
void pt_reply_bytes(struct pt_http_request *req, const char *type, struct pt_buf *body);
/* Takes the reference. Any thread. */
void pt_reply_json(struct pt_http_request *req, struct json_t *json);

/* A packed message of ours as JSON. Any thread. */
void pt_reply_message(struct pt_http_request *req, const ProtobufCMessageDescriptor *d,
                      struct pt_span packed);

/* Is the media type, parameters aside, this one? */
bool pt_reply_type_is(const char *field, const char *type);
/* Does Accept prefer JSON to protobuf? fallback: where it says nothing of either. */
bool pt_reply_wants_json(const struct pt_http_request *req, bool fallback);

#endif
