/* Members of unpacked messages, found by descriptor. */
#ifndef PENTAD_RECORD_FIELDS_H
#define PENTAD_RECORD_FIELDS_H

#include <stdbool.h>

#include <protobuf-c/protobuf-c.h>

/* Bytes of one element in a repeated field's array. */
size_t pt_field_step(ProtobufCType type);
/* Is a field that isn't repeated set in the message at `base`? */
bool pt_field_is_set(const ProtobufCFieldDescriptor *f, const uint8_t *base);
/* How many elements a repeated field has, and where they start. */
size_t pt_field_elements(const ProtobufCFieldDescriptor *f, const uint8_t *base,
                         const uint8_t **ret);
/* Is it set, or, where it is repeated, not empty? */
bool pt_field_any(const ProtobufCFieldDescriptor *f, const uint8_t *base);
/* Leaves it out of the message; what it pointed to stays where it is. Not for members of a oneof.
 */
void pt_field_clear(const ProtobufCFieldDescriptor *f, uint8_t *base);

#endif
