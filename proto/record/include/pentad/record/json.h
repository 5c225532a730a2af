/* Any message of ours to and from JSON, by walking descriptors: names as in the .proto files,
 * 64-bit integers as strings, bytes in base64, enums by name, absent fields left out. Strict on
 * input: unknown and duplicate keys, null and wrong types are refused with their path. Any
 * thread; an arena belongs to one thread at a time. docs/formats.md 1. */
#ifndef PENTAD_RECORD_JSON_H
#define PENTAD_RECORD_JSON_H

#include <stdbool.h>

#include <protobuf-c/protobuf-c.h>

#include <pentad/base/arena.h>
#include <pentad/base/buf.h>
#include <pentad/base/err.h>

struct json_t; /* jansson */

/* *ret_json: a new reference (json_decref). PT_E_NOMEM. */
int pt_json_from_msg(const ProtobufCMessage *msg, struct json_t **ret_json, struct pt_err *err);
/* PT_E_FORMAT with the path of what is wrong. `json` isn't changed (jansson's iterators don't take
 * a const one). The message lives in the arena. */
int pt_json_to_msg(const ProtobufCMessageDescriptor *d, struct json_t *json, struct pt_arena *arena,
                   ProtobufCMessage **ret_msg, struct pt_err *err);

/* As text. `indented`: two spaces, for people; else compact. */
int pt_json_encode(const ProtobufCMessage *msg, bool indented, struct pt_buf *out,
                   struct pt_err *err);
int pt_json_decode(const ProtobufCMessageDescriptor *d, struct pt_span text, struct pt_arena *arena,
                   ProtobufCMessage **ret_msg, struct pt_err *err);

#endif
