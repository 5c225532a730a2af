/* The one strict encoding, checked in one pass over the bytes. */
#ifndef PENTAD_RECORD_WIRE_H
#define PENTAD_RECORD_WIRE_H

#include <protobuf-c/protobuf-c.h>

#include <pentad/base/buf.h>

#include "path.h"

struct wire_fault {
    int code;
    const char *why; /* static */
    char path[PATH_MAX_LEN];
};

/* Unpacked, an empty message of two bytes takes two hundred: what one record may hold in all is
 * bounded before anybody unpacks it. The largest valid records (a code table of 100,000 entries)
 * stay below both. */
enum { WIRE_RECORD_MESSAGES = 131072, WIRE_RECORD_FIELDS = 524288 };
/* Of anything else (pages, bundles), and a field for every four bytes: what is received from a hub
 * or in a file must not take a hundred times its size. */
enum { WIRE_MESSAGES = 1 << 20 };

/* 0, or a code with *f filled in. PT_E_TOO_LARGE beyond WIRE_MESSAGES and so many fields. */
int pt_wire_check(const ProtobufCMessageDescriptor *d, struct pt_span in, struct wire_fault *f);
/* The same, and at most so many messages and fields in it at all depths: PT_E_TOO_LARGE. */
int pt_wire_check_bounded(const ProtobufCMessageDescriptor *d, struct pt_span in, size_t messages,
                          size_t fields, struct wire_fault *f);

#endif
