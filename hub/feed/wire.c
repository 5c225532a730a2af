#include "wire.h"

void pt_feed_wire_varint(struct pt_buf *b, uint64_t v) {
    uint8_t bytes[10];
    size_t n = 0;
    do {
        bytes[n++] = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
        v >>= 7;
    } while (v != 0);
    pt_buf_append(b, bytes, n);
}

size_t pt_feed_wire_varint_len(uint64_t v) {
    size_t n = 1;
    for (; v > 0x7f; v >>= 7) {
        n++;
    }
    return n;
}

void pt_feed_wire_number(struct pt_buf *b, uint8_t tag, uint64_t v) {
    pt_buf_putc(b, (char)tag);
    pt_feed_wire_varint(b, v);
}

void pt_feed_wire_bytes(struct pt_buf *b, uint8_t tag, struct pt_span bytes) {
    pt_buf_putc(b, (char)tag);
    pt_feed_wire_varint(b, bytes.len);
    pt_buf_append_span(b, bytes);
}
