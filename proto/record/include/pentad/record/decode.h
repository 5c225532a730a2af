/* Strict decoding (docs/formats.md 1, "One encoding"): no unknown field at any depth, valid
 * UTF-8 without NUL, and re-packing gives the input byte for byte; everything else is refused. One
 * pass over the bytes, driven by descriptors, decides that; unpacking follows, into an arena. Knows
 * no meaning of any field. Pure, any thread; an arena belongs to one thread at a time. */
#ifndef PENTAD_RECORD_DECODE_H
#define PENTAD_RECORD_DECODE_H

#include <protobuf-c/protobuf-c.h>

#include <pentad/base/arena.h>
#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/record/fault.h>
#include <pentad/v1/record.pb-c.h>

#define PT_RECORD_MAX ((size_t)4 << 20) /* bytes of one record */

/* Is `in` the one strict encoding of a message of type `d`? 0, PT_E_NOT_STRICT or PT_E_TRUNCATED;
 * the message names the field. */
int pt_msg_check_strict(const ProtobufCMessageDescriptor *d, struct pt_span in, struct pt_err *err);

/* Checks, then unpacks into the arena (nothing to free; the bytes are copied). Any message of
 * ours. PT_E_NOMEM when the arena is full; never frees into `arena`. */
int pt_msg_decode_strict(const ProtobufCMessageDescriptor *d, struct pt_span in,
                         struct pt_arena *arena, ProtobufCMessage **ret_msg, struct pt_err *err);

/* The same for a Record, with the fault a refusal carries: its strings live in the arena.
 * PT_E_TOO_LARGE above PT_RECORD_MAX. *ret_fault is set on failure only; it may be NULL. */
int pt_record_decode(struct pt_span in, struct pt_arena *arena, Pentad__V1__Record **ret_rec,
                     struct pt_fault *ret_fault);

/* Appends the packed message. Refuses (PT_E_NOT_STRICT) what wouldn't decode strictly: unknown
 * fields, bad UTF-8. */
int pt_msg_encode(const ProtobufCMessage *msg, struct pt_buf *out, struct pt_err *err);

/* A protobuf-c allocator over an arena; freeing does nothing. */
ProtobufCAllocator pt_arena_allocator(struct pt_arena *arena);

/* Valid UTF-8 (no surrogates, no overlong forms, up to U+10FFFF) without NUL. */
bool pt_utf8_valid(const uint8_t *p, size_t len);

#endif
