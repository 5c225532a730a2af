/* Protobuf written field by field, for answers too large to build as messages first. */
#ifndef PENTAD_FEED_WIRE_H
#define PENTAD_FEED_WIRE_H

#include <stdint.h>

#include <pentad/base/buf.h>

void pt_feed_wire_varint(struct pt_buf *b, uint64_t v);
size_t pt_feed_wire_varint_len(uint64_t v);
void pt_feed_wire_number(struct pt_buf *b, uint8_t tag, uint64_t v);
void pt_feed_wire_bytes(struct pt_buf *b, uint8_t tag, struct pt_span bytes);

#endif
