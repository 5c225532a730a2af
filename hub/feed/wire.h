/* Protobuf written field by field, for answers too large to build as messages first. */
#ifndef PT_FEED_WIRE_H
#define PT_FEED_WIRE_H

#include <stdint.h>

#include <pentad/base/buf.h>

void wire_varint(struct pt_buf *b, uint64_t v);
size_t wire_varint_len(uint64_t v);
void wire_number(struct pt_buf *b, uint8_t tag, uint64_t v);
void wire_bytes(struct pt_buf *b, uint8_t tag, struct pt_span bytes);

#endif
